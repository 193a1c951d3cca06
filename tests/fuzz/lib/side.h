/* SPDX-License-Identifier: GPL-2.0 */
/* One module run in several ways in step, and what each made of it compared. */
#ifndef KW_TESTS_SIDE_H
#define KW_TESTS_SIDE_H

#include "../../../userspace-tools/engine/engine.h"
#include "../../ref/ref.h"

#define FUZZ_MAX_PAGES	20
#define FUZZ_MAX_VALUES	64

struct totals {
	u64 modules, calls, compared, peer, traps, undecided, refused;
};

/* The module under test as every side gets it. */
struct subject {
	const u8 *bytes;
	size_t len;
	u64 seed;
	bool portable;		/* V8 and code without canonical NaNs compute the same */
	struct kw_module m;
	u32 opt_off;		/* enum kw_opt: left out */
};

/*
 * A call that every side made, for V8 and the peer to repeat.
 * @trap_off: byte offset of what trapped; KW_NO_INDEX where engines may differ
 */
struct done_call {
	u32 func;
	u32 trap, trap_off;
	const char *name;
	size_t name_len;
	struct kw_value arg[FUZZ_MAX_VALUES], result[FUZZ_MAX_VALUES];
};

/* ---- kwasm itself: side_kwasm.c ---- */

struct kwasm_side {
	const char *name;
	u8 mode, form, kernel_form;
	bool any_nan;
	u32 opt_off;		/* besides the subject's */
	struct kwasm_engine *e;
	struct kw_instance *env, *inst;
};

#define NR_KWASM_SIDES	8

/* Modes and forms; the last for portable subjects only. */
extern const struct kwasm_side kwasm_sides[NR_KWASM_SIDES];

static inline u32 nr_sides(const struct subject *x)
{
	return NR_KWASM_SIDES - !x->portable;
}

/* Return: 0, -errno; *trap is set when a segment did not fit. */
int kwasm_side_start(struct kwasm_side *s, const struct subject *x, u32 *trap, struct kw_diag *diag);
void kwasm_side_stop(struct kwasm_side *s);

/* ---- the oracle: side_ref.c ---- */

struct ref_side {
	struct ref_store *store;
	struct ref_instance *env, *inst;
	struct kw_arena arena;
	struct kw_module env_module;
};

int ref_side_start(struct ref_side *r, const struct subject *x, u32 *trap);
void ref_side_stop(struct ref_side *r);

/* A value as all sides show it: a funcref is its function's index + 1. */
struct kw_value ref_side_shown(u8 type, struct kw_value v);
struct kw_value kwasm_side_shown(u8 type, struct kw_value v);

/* What of the state differs, or NULL. */
const char *side_compare_state(const struct ref_side *r, const struct kwasm_side *s);

/* ---- V8: side_v8.c ---- */

/* Starts node with @script, once. Return: false when there is none. */
bool v8_start(const char *script);
void v8_stop(void);

/* Repeats @calls; @r: what they left, NULL if not known. Return: what differs (printed), or NULL. */
const char *v8_compare(const struct subject *x, const struct ref_side *r, const struct done_call *calls, u32 nr);

/* ---- a build for another machine: side_peer.c ---- */

/* Starts @command, a "diff -P", through a shell. Return: false if that is impossible. */
bool peer_start(const char *command);
void peer_stop(void);

/* A new one, if there is one. */
void peer_restart(void);

/**
 * peer_compare() - the whole of it on the peer
 * @r:    what @calls left, NULL if not known
 * @err:  of the instantiation; then there are no calls
 * @trap: of the instantiation
 *
 * Return: what differs (printed), or NULL.
 */
const char *peer_compare(const struct subject *x, const struct ref_side *r, int err, u32 trap,
			 const struct done_call *calls, u32 nr, struct totals *t);

/* Be the peer: requests from stdin, answers to stdout, until stdin ends. peer.c */
void peer_serve(void);

/* ---- all of them: side.c ---- */

/* Decode and validate. Return: 0 or -errno with @diag filled. */
int open_module(struct subject *x, struct kw_arena *arena, struct kw_diag *diag);

/* Flags of side_run() */
#define SIDE_QUIET	0x1	/* print nothing of a difference */
#define SIDE_MAY_REFUSE	0x2	/* print nothing of a module that does not validate */

/* Run a module everywhere. Return: NULL, or what differs in a word. */
const char *side_run(struct subject *x, struct totals *t, u32 flags);

/* The bytes of gen_env(), made once. */
const u8 *side_env(size_t *len);

#endif
