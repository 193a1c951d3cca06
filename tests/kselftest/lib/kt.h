/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests of /dev/kwasm share: TAP, requests in one line each, network namespaces, traffic. */
#ifndef KT_H
#define KT_H

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/kwasm.h>

/* One result; a failure shows errno as it was. */
void ok(bool cond, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The call gave -1 with errno @err. */
#define fails_with(err, call, ...)					\
	do {								\
		long r_;						\
									\
		errno = 0;						\
		r_ = (call);						\
		ok(r_ == -1 && errno == (err), __VA_ARGS__);		\
	} while (0)
/* A line of comment. */
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The plan.  Return: the program's exit status. */
int done(void);
/* What a test cannot do without has failed. */
void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* @n at 1% of the stress counts that `make check` runs, 100 times that in `make check-stress`. */
unsigned int stress(unsigned int n);

/* /dev/kwasm, opened on first use. */
int dev(void);

struct bytes {
	void *p;
	size_t len;
};

/* A file, from the folder of the tests. */
struct bytes read_file(const char *name);

/* Requests.  Each returns the descriptor or 0, or -1 with errno. */
int load_bytes(struct bytes b, uint32_t flags, uint32_t mode, struct kwasm_diag *diag);
/* With memories of at most @memory_max bytes. */
int load_bytes_within(struct bytes b, uint32_t flags, uint32_t mode, uint64_t memory_max, struct kwasm_diag *diag);
int load_mode(const char *file, uint32_t mode);
int load(const char *file);		/* the mode that fits */
int program(int module_fd, const char *export_name);
/* A link at @hook of family ip of the caller's namespace, all else as zero means. */
struct kwasm_link_create link_args(int program_fd, uint32_t hook);
int link_create(const struct kwasm_link_create *a);
int attach(int program_fd, uint32_t hook);
int link_update(int link_fd, int program_fd, int old_program_fd);
int link_detach(int link_fd);
int pin(int fd, const char *name);
int unpin(uint32_t type, const char *name);
int get_fd(uint32_t type, uint32_t id, const char *name);
struct kwasm_link_info link_info(int link_fd);
/* Once, whatever comes of it; again where an emulated CPU was away for longer than a deadline.  Return: how often. */
unsigned int test_run(struct kwasm_test_run *a);
/* Objects of @type that exist. */
unsigned int count_objects(uint32_t type);
/* All kinds together, once what is freed after a grace period is gone. */
unsigned int objects_left(void);
/* Into a file of the kernel, or die(). */
void write_text(const char *path, const char *text);

/* Memory of the kernel, a sample each round. */
enum { MEMORY_SLAB, MEMORY_VMALLOC, MEMORY_PAGES, MEMORY_PERCPU, NR_MEMORY };

#define MEMORY_SAMPLES	128

/* @rounds: from sample to sample; 0 is one, else a tenth of a KiB of each is taken for what other threads do. */
struct memory {
	unsigned int nr, rounds;
	long kib[MEMORY_SAMPLES][NR_MEMORY];
};

/* For those who sample beside traffic: what leaks does so again in another series, what the traffic took does not. */
#define MEMORY_SERIES	3

void memory_sample(struct memory *m);
/* Whether memory_is_flat() would say no. */
bool memory_grows(const struct memory *m);
/* Four results: none of it grows with the rounds. */
void memory_is_flat(const struct memory *m, const char *what);

/* A network namespace of our own with lo up; the process stays in it. */
void new_netns(void);

/* A network namespace that lives as long as a child process of ours; @fd is to be closed first. */
struct netns {
	int fd, hold, pid;
};

struct netns other_netns(void);
void netns_end(struct netns *ns);

/* UDP sockets on lo. */
struct udp {
	int tx, rx;
};

struct udp udp_open(uint16_t port);
void udp_close(struct udp *u);
/* Send @n datagrams, taking what has arrived in between.  Return: how many arrived. */
unsigned int udp_send(struct udp *u, unsigned int n);

/* A thread that sends them all the time. */
struct flood {
	struct udp u;
	pthread_t thread;
	unsigned int sent, got;
	volatile bool stop;
};

void flood_begin(struct flood *f, uint16_t port);
/* Return: all have arrived. */
bool flood_end(struct flood *f);

#endif /* KT_H */
