/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The measurements; each prints its figures and gives an exit status. */
#ifndef KWASM_BENCH_H
#define KWASM_BENCH_H

#include "engine/engine.h"

/* A warm-up call of the exported run(@n), then @reps timed ones. */
int bench_run(const struct kwasm_engine_opts *o, const char *path, u64 n, u32 reps);

/* The fastest of @reps compilations; imports need not resolve. */
int bench_compile(const struct kwasm_engine_opts *o, const char *path, u32 reps);

/* Loading, instantiating and the first run(@n), each time in a new engine. */
int bench_cold(const struct kwasm_engine_opts *o, const char *path, u64 n, u32 reps);

/* A packet program @count times in a row on the bytes of a file, @rounds such rows. */
int bench_packet(const struct kwasm_engine_opts *o, const char *path, const char *packet, u32 count, u32 rounds);

/* The same for a program that does nothing: what entering and leaving costs. */
int bench_enter(const struct kwasm_engine_opts *o, u32 count, u32 rounds);

u64 bench_cpu_ns(void);
u64 bench_median(u64 *v, u32 nr);	/* sorts @v */
u8 *bench_read_file(const char *path, size_t *len);
int bench_find_run(struct kw_instance *inst, u32 *func);

/* Say why, on stderr.  Return: 1, the exit status. */
int bench_refused(const char *path, int err, const struct kw_diag *diag);
int bench_trapped(const char *path, int err, const struct kwasm_trap_info *trap);

#endif /* KWASM_BENCH_H */
