// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The engine as the library shows it: check a module, run its programs on
 * packets.  What is accepted here and what the kernel accepts is decided by
 * the same code.
 */
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <stdlib.h>
#include <time.h>

#include "internal.h"
#include "engine/engine.h"

#define DEFAULT_DEADLINE_NS	1000000000ull
#define PACKET_BYTES_MAX	65535u
#define DEFAULT_MEMORY_PAGES	16u

struct kwasm_runner {
	struct kwasm_engine *engine;
	const struct kw_module *module;	/* the engine's */
	struct kw_instance *instance;
	void (*log)(void *arg, int level, const char *text, size_t len);
	void *log_arg;
	void (*event)(void *arg, const char *ring, __u32 kind, const void *data, size_t size);
	void *event_arg;
	void *config;			/* the engine reads it */
};

static u8 engine_mode(const struct kwasm_module *m)
{
	return m->mode == KWASM_MODE_CHECK ? KW_MODE_CHECK : KW_MODE_GUARD;
}

/* () -> (), or with @result () -> i32, and a body of its own. */
static bool has_shape(const struct kw_module *m, u32 func, bool result)
{
	const struct kw_functype *t = kw_func_type(m, func);

	return !t->nr_params && t->nr_results == result && (!result || t->types[0] == KW_V_I32) &&
	       func >= m->nr_imported_funcs;
}

static int check_export(const struct kw_module *m, const char *name, bool result,
			enum kw_reason why, struct kw_diag *diag)
{
	const struct kw_export *e = kw_module_find_export(m, name, strlen(name));

	if (!e || e->kind != KW_EXT_FUNC || has_shape(m, e->index, result))
		return 0;
	diag->func = e->index;
	return kw_reject(diag, m->funcs[e->index].body_off, why, 0, 0);
}

/* What the kernel asks of programs and of what runs before them. */
static int check_exports(struct kwasm_module *m, const struct kw_module *decoded)
{
	struct kw_diag diag = { .func = KW_DIAG_NO_FUNC };
	struct kw_meta meta;
	size_t i;
	int err;

	err = kw_meta_parse(decoded, &meta, &diag);
	for (i = 0; i < m->nr_programs && !err; i++)
		err = check_export(decoded, m->programs[i]->name, true, KW_R_PROGRAM_TYPE, &diag);
	if (!err)
		err = check_export(decoded, "_initialize", false, KW_R_INIT_TYPE, &diag);
	if (!err)
		err = check_export(decoded, "kwasm_init", true, KW_R_INIT_TYPE, &diag);
	return err ? module_error_diag(m, err, &diag, NULL) : 0;
}

/* Compile @m in @e. */
static int compile(struct kwasm_module *m, struct kwasm_engine *e, struct kwasm_engine_module **out)
{
	struct kw_diag diag;
	int err;

	if (!m->bytes)
		return module_error_plain(m, -EINVAL, "a module that is in the kernel has no bytes here");
	err = kwasm_engine__load(e, m->bytes, m->len, 0, out, &diag);
	if (err)
		return module_error_diag(m, err, &diag, NULL);
	return check_exports(m, kwasm_engine_module__module(*out));
}

/* KW_OPT in the environment is for finding out which optimisation is wrong. */
static int new_engine(struct kwasm_module *m, struct kwasm_engine_opts *o, struct kwasm_engine **out)
{
	char why[512];
	int err;

	err = kwasm_engine__env_opt(&o->opt_off, why, sizeof(why));
	if (err)
		return module_error_plain(m, -EOPNOTSUPP, why);
	*out = kwasm_engine__new(o);
	return *out ? 0 : module_error_plain(m, -ENOMEM, NULL);
}

int kwasm_module__check(struct kwasm_module *m)
{
	struct kwasm_engine_opts o = {
		.mode = engine_mode(m), .form = KW_FORM_S, .features = KW_COMPILE_FEATURES,
	};
	struct kwasm_engine_module *compiled;
	struct kwasm_engine *e;
	int err;

	module_error_clear(m);
	err = new_engine(m, &o, &e);
	if (err)
		return libkwasm_err(err);
	err = compile(m, e, &compiled);
	kwasm_engine__free(e);
	return libkwasm_err(err);
}

static void forward_log(void *priv, u32 level, const char *text, size_t len)
{
	struct kwasm_runner *r = priv;

	if (r->log)
		r->log(r->log_arg, level, text, len);
}

static void forward_event(void *priv, const char *ring, u32 kind, const void *p, size_t len)
{
	struct kwasm_runner *r = priv;

	if (r->event)
		r->event(r->event_arg, ring, kind, p, len);
}

/* Call export @name, if there is one; an i32 it gives must be 0.  Its type was checked. */
static int call_once(struct kwasm_module *m, struct kwasm_runner *r, const char *name)
{
	const struct kw_export *e = kw_module_find_export(r->module, name, strlen(name));
	struct kw_diag diag = { .func = KW_DIAG_NO_FUNC };
	struct kw_value result = { 0 };
	struct kwasm_trap_info trap;
	int err = 0;

	if (!e || e->kind != KW_EXT_FUNC)
		return 0;
	diag.func = e->index;
	if (kwasm_engine__call(r->engine, r->instance, e->index, &result, &trap))
		err = kw_reject(&diag, 0, KW_R_INIT_TRAP, trap.kind, 0);
	else if (result.lo)
		err = kw_reject(&diag, 0, KW_R_INIT_REFUSED, (u32)result.lo, 0);
	return err ? module_error_diag(m, err, &diag, NULL) : 0;
}

static int instantiate(struct kwasm_module *m, struct kwasm_runner *r,
		       const struct kwasm_engine_module *compiled)
{
	struct kwasm_trap_info trap;
	struct kw_diag diag;
	int err;

	err = kwasm_engine__instantiate(r->engine, compiled, NULL, &r->instance, &trap, &diag);
	if (err == -EFAULT)
		err = kw_reject(&diag, 0, KW_R_INIT_TRAP, trap.kind, 0);
	if (err)
		return module_error_diag(m, err, &diag, NULL);
	err = call_once(m, r, "_initialize");
	return err ? err : call_once(m, r, "kwasm_init");
}

/* What the kernel lets a memory grow to: the lowest wish, or 1 MiB if that is enough to start with. */
static u32 memory_pages(const struct kwasm_module *m)
{
	u64 bytes = m->memory_max;
	u32 start = m->is_decoded && m->decoded.nr_mems ? m->decoded.mems[0].min : 0;

	if (m->meta.memory_bytes && (!bytes || m->meta.memory_bytes < bytes))
		bytes = m->meta.memory_bytes;
	if (!bytes)
		return max(start, DEFAULT_MEMORY_PAGES);
	return bytes >> 16 > 65536 ? 65536 : bytes >> 16;
}

struct kwasm_runner *kwasm_runner__new(struct kwasm_module *m, const struct kwasm_runner_opts *opts)
{
	struct kwasm_engine_module *compiled;
	struct kwasm_engine_opts o = {
		.mode = engine_mode(m), .form = KW_FORM_S, .features = KW_COMPILE_FEATURES,
		.log = forward_log, .event = forward_event,
		.config_len = m->config_len,
		.deadline_ns = OPTS_GET(opts, deadline_ns, 0) ?: DEFAULT_DEADLINE_NS,
	};
	struct kwasm_runner *r;
	int err;

	if (!OPTS_VALID(opts))
		return libkwasm_err_ptr(-EINVAL);
	module_error_clear(m);
	o.max_memory_pages = memory_pages(m);
	r = calloc(1, sizeof(*r));
	if (!r)
		return libkwasm_err_ptr(-ENOMEM);
	r->log = OPTS_GET(opts, log, NULL);
	r->log_arg = OPTS_GET(opts, log_arg, NULL);
	r->event = OPTS_GET(opts, event, NULL);
	r->event_arg = OPTS_GET(opts, event_arg, NULL);
	o.priv = r;
	r->config = malloc(m->config_len + 1);
	if (!r->config) {
		free(r);
		return libkwasm_err_ptr(-ENOMEM);
	}
	if (m->config_len)
		memcpy(r->config, m->config, m->config_len);
	o.config = r->config;
	err = new_engine(m, &o, &r->engine);
	if (!err)
		err = compile(m, r->engine, &compiled);
	if (!err) {
		r->module = kwasm_engine_module__module(compiled);
		err = instantiate(m, r, compiled);
	}
	if (err) {
		kwasm_runner__free(r);
		return libkwasm_err_ptr(err);
	}
	return r;
}

static u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

/* What a netfilter hook would say of such a packet. */
static void fill_fields(struct kwasm_engine_packet *pkt, u32 hook)
{
	bool ip6 = pkt->len && pkt->data[0] >> 4 == 6;

	pkt->field[KW_FIELD_PROTO] = ip6 ? 0x86dd : 0x0800;
	pkt->field[KW_FIELD_FAMILY] = ip6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
	pkt->field[KW_FIELD_HOOK] = hook;
}

/* One run on a fresh copy of the packet. */
static int run_one(struct kwasm_runner *r, u32 func, u32 hook, struct kwasm_test_run_opts *opts,
		   struct kwasm_engine_packet *pkt)
{
	u64 start = now_ns();
	int err;

	memcpy(pkt->data, opts->data_in, opts->data_size_in);
	pkt->len = opts->data_size_in;
	pkt->linear = opts->data_size_in;
	memset(pkt->field, 0, sizeof(pkt->field));
	fill_fields(pkt, hook);
	err = kwasm_engine__run_packet(r->engine, r->instance, func, pkt, &opts->retval, &opts->trap);
	opts->duration_ns += now_ns() - start;
	if (!err && opts->retval > KWASM_NF_QUEUE) {
		opts->trap.kind = KW_TRAP_BAD_VERDICT;
		opts->trap.func = func;
	}
	return err == -EFAULT ? 0 : err;
}

int kwasm_runner__run(struct kwasm_runner *r, const char *program, struct kwasm_test_run_opts *opts)
{
	const struct kw_export *e = kw_module_find_export(r->module, program, strlen(program));
	struct kwasm_engine_packet pkt = { 0 };
	u32 i, repeat, family, hook;
	int err;

	if (opts->sz < sizeof(*opts) || !OPTS_VALID(opts) || opts->data_size_in > PACKET_BYTES_MAX)
		return libkwasm_err(-EINVAL);
	if (!e || e->kind != KW_EXT_FUNC || libkwasm_netfilter_by_name(program, &family, &hook))
		return libkwasm_err(-ENOENT);
	pkt.data = malloc(opts->data_size_in + 1);
	if (!pkt.data)
		return libkwasm_err(-ENOMEM);
	repeat = opts->repeat ?: 1;
	opts->duration_ns = 0;
	memset(&opts->trap, 0, sizeof(opts->trap));
	err = 0;
	for (i = 0; i < repeat && !err && !opts->trap.kind; i++)
		err = run_one(r, e->index, hook, opts, &pkt);
	opts->duration_ns /= repeat;
	opts->short_read = pkt.is_short;
	opts->mark = pkt.field[KW_FIELD_MARK];
	if (!err && opts->data_out) {
		if (opts->data_size_out > pkt.len)
			opts->data_size_out = pkt.len;
		memcpy(opts->data_out, pkt.data, opts->data_size_out);
	}
	opts->data_size_out = pkt.len;
	free(pkt.data);
	return libkwasm_err(err);
}

void kwasm_runner__free(struct kwasm_runner *r)
{
	if (!r)
		return;
	kwasm_engine__free(r->engine);
	free(r->config);
	free(r);
}
