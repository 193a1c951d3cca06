// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Guest code in a process: mappings, entering and leaving, faults, deadlines. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

#include "../code/code.h"
#include "user_arch.h"

#define TICK_US		2000

/*
 * Both are read by signal handlers that interrupt guest code, never by ones
 * that interrupt a change: texts come and go while no guest runs.
 */
static struct kw_user_text *texts;
static __thread struct kw_exec *running;

static u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

const struct kw_user_text *kw_user_find_text(u64 pc)
{
	const struct kw_user_text *t;

	for (t = texts; t; t = t->next) {
		if (pc - (u64)t->code < t->len)
			return t;
	}
	return NULL;
}

/* A fault at no place where an access may fault is a bug of ours: die of it, as without a handler. */
static void on_fault(int sig, siginfo_t *info, void *ctx)
{
	u64 pc = kw_user_context_pc(ctx);
	const struct kw_user_text *t = kw_user_find_text(pc);
	const struct kw_code_func *f = NULL;
	const struct kw_fault_site *s = NULL;

	(void)info;
	if (t && t->object)
		f = kw_code_find_func(t->object, pc - (u64)t->code);
	if (f)
		s = kw_code_find_fault(t->object, f, pc - (u64)t->code);
	if (!s) {
		signal(sig, SIG_DFL);
		return;
	}
	kw_user_context_fixup(ctx, t->code + f->landing_off, s - t->object->fault - f->fault);
}

/* The timer ticks on, so a guest met outside its body or before a poll is met again. */
static void on_alarm(int sig, siginfo_t *info, void *ctx)
{
	const struct kw_user_text *t;
	u64 pc = kw_user_context_pc(ctx);

	(void)sig;
	(void)info;
	if (!running || !running->deadline_ns || now_ns() < running->deadline_ns)
		return;
	WRITE_ONCE(running->flag, KW_TRAP_DEADLINE);
	t = kw_user_find_text(pc);
	if (!t || !t->async || pc - (u64)t->code >= t->body_len)
		return;
	running->trap_pc = pc + 1;
	kw_user_context_goto(ctx, kw_user_stub_async);
}

static int install_handlers(void)
{
	static bool done;
	struct sigaction sa = { .sa_flags = SA_SIGINFO | SA_RESTART };

	if (done)
		return 0;
	sigemptyset(&sa.sa_mask);
	sa.sa_sigaction = on_fault;
	if (sigaction(SIGSEGV, &sa, NULL) || sigaction(SIGBUS, &sa, NULL))
		return -EINVAL;
	sa.sa_sigaction = on_alarm;
	if (sigaction(SIGALRM, &sa, NULL))
		return -EINVAL;
	done = true;
	return 0;
}

static void (*common_part(u32 stub))(void)
{
	switch (stub) {
	case KW_STUB_TRAP:
	case KW_STUB_POLL:
		return kw_user_stub_trap;
	case KW_STUB_FAULT:
		return kw_user_stub_fault;
	case KW_STUB_PKT_SLOW:
		return kw_user_stub_pkt_slow;
	default:
		return kw_user_stub_helper;
	}
}

int kw_user_text_alloc(struct kw_user_text *t, u32 len, void *const *fn, u32 nr_stubs)
{
	size_t stub_bytes = ALIGN(nr_stubs * (size_t)KW_USER_STUB_BYTES, 4096);
	u32 i;

	memset(t, 0, sizeof(*t));
	t->stub = calloc(nr_stubs, sizeof(*t->stub));
	if (!t->stub)
		return -ENOMEM;
	t->map_bytes = stub_bytes + ALIGN((size_t)len + 1, 4096);
	t->map = mmap(NULL, t->map_bytes, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE | kw_user_map_flags, -1, 0);
	if (t->map == MAP_FAILED) {
		free(t->stub);
		return -ENOMEM;
	}
	for (i = 0; i < nr_stubs; i++) {
		t->stub[i] = (u64)(t->map + i * KW_USER_STUB_BYTES);
		kw_user_put_stub(t->map + i * KW_USER_STUB_BYTES, i, i < KW_STUB_PKT_SLOW ? NULL : fn[i], common_part(i));
	}
	t->code = t->map + stub_bytes;
	t->len = len;
	return 0;
}

int kw_user_text_publish(struct kw_user_text *t)
{
	int err = install_handlers();

	if (err)
		return err;
	if (mprotect(t->map, t->map_bytes, PROT_READ | PROT_EXEC))
		return -ENOMEM;
	__builtin___clear_cache((char *)t->map, (char *)t->map + t->map_bytes);
	t->next = texts;
	texts = t;
	return 0;
}

void kw_user_text_free(struct kw_user_text *t)
{
	struct kw_user_text **p;

	for (p = &texts; *p; p = &(*p)->next) {
		if (*p == t) {
			*p = t->next;
			break;
		}
	}
	if (t->map)
		munmap(t->map, t->map_bytes);
	free(t->stub);
	t->map = NULL;
	t->stub = NULL;
}

struct kw_exec *kw_user_exec_new(void)
{
	u8 *p = mmap(NULL, 2 * KW_STACK_BYTES, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	u8 *x;

	if (p == MAP_FAILED)
		return NULL;
	x = (u8 *)ALIGN((u64)p, KW_STACK_BYTES);
	if (x > p)
		munmap(p, x - p);
	munmap(x + KW_STACK_BYTES, p + KW_STACK_BYTES - x);
	return (struct kw_exec *)x;
}

void kw_user_exec_free(struct kw_exec *x)
{
	if (x)
		munmap(x, KW_STACK_BYTES);
}

static void set_timer(u32 us)
{
	struct itimerval it = { .it_interval.tv_usec = us, .it_value.tv_usec = us };

	setitimer(ITIMER_REAL, &it, NULL);
}

void kw_user_note_trap(struct kw_exec *x, u32 site)
{
	x->trap_site = site;
	if (site != KW_USER_NO_SITE)
		x->trap = KW_TRAP_MEM_OOB;
	else
		x->trap = x->flag ? x->flag : KW_USER_TRAP_AT_SITE;
}

u64 kw_user_run(struct kw_exec *x, void *entry, struct kw_inst *inst,
		struct kw_call_frame *frame, u64 deadline_ns)
{
	u64 ret;

	x->flag = 0;
	x->trap = KW_TRAP_NONE;
	x->trap_site = KW_USER_NO_SITE;
	x->trap_pc = 0;
	x->nr_bt = 0;
	x->inst = inst;
	x->deadline_ns = deadline_ns ? now_ns() + deadline_ns : 0;
	running = x;
	if (deadline_ns)
		set_timer(TICK_US);
	ret = kw_user_enter(x, entry, inst, frame);
	if (deadline_ns)
		set_timer(0);
	running = NULL;
	return ret;
}
