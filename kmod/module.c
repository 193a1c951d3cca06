// SPDX-License-Identifier: GPL-2.0
/*
 * KWASM_MODULE_LOAD: bytes -> copy -> hash -> decode -> validate -> bind ->
 * compile -> publish -> instances.
 */
#include <crypto/sha2.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "../jit/common/limits.h"
#include "../jit/compile.h"
#include "../jit/rt/bind.h"
#include "arch.h"
#include "dev.h"
#include "hooks/hooks.h"
#include "log.h"
#include "memory.h"
#include "module.h"
#include "pool.h"

static bool whole_stores;
module_param(whole_stores, bool, 0400);
MODULE_PARM_DESC(whole_stores, "arm64: a store that traps at the end of a memory has written nothing: slower");

#define DECODE_BUDGET_BYTES	(256ULL << 20)
#define COMPILE_BUDGET_BYTES	(128ULL << 20)

/* One load at a time: what a compile may hold in memory is then held once. */
static DEFINE_MUTEX(pipeline_lock);

/* ---- Signature ids ---- */

/* Ids that may meet in one table: those of all typed modules.  Freed with the last of them. */
static DEFINE_MUTEX(sigs_lock);
static struct kw_sigs *shared_sigs;
static u32 shared_sigs_users;

static int sigs_get(struct kwasm_module *m)
{
	int err = 0;

	if (!m->typed) {
		m->sigs = kw_sigs_new();
		return m->sigs ? 0 : -ENOMEM;
	}
	mutex_lock(&sigs_lock);
	if (!shared_sigs)
		shared_sigs = kw_sigs_new();
	if (shared_sigs) {
		shared_sigs_users++;
		m->shares_sigs = true;
	} else {
		err = -ENOMEM;
	}
	mutex_unlock(&sigs_lock);
	return err;
}

static void sigs_put(struct kwasm_module *m)
{
	kw_sigs_free(m->sigs);
	if (!m->shares_sigs)
		return;
	mutex_lock(&sigs_lock);
	if (!--shared_sigs_users) {
		kw_sigs_free(shared_sigs);
		shared_sigs = NULL;
	}
	mutex_unlock(&sigs_lock);
}

static int intern_types(struct kwasm_module *m)
{
	struct kw_sigs *s;
	u32 i;
	int err;

	err = sigs_get(m);
	if (err)
		return err;
	m->sig_ids = kw_alloc(m->wasm.nr_types * sizeof(*m->sig_ids));
	if (!m->sig_ids)
		return -ENOMEM;
	mutex_lock(&sigs_lock);
	s = m->sigs ?: shared_sigs;
	for (i = 0; !err && i < m->wasm.nr_types; i++)
		err = kw_sigs_intern(s, &m->wasm.types[i], &m->sig_ids[i]);
	mutex_unlock(&sigs_lock);
	return err;
}

/* ---- Code ---- */

int kwasm_build_make(struct kwasm_module *m, u8 mode, u8 form, struct kwasm_build *b,
		     struct kw_diag *diag)
{
	struct kw_compile_opts o = {
		.mode = mode,
		.form = form,
		.opt_off = (m->compares ? KW_OPT_CLAMP : 0) | (whole_stores ? KW_OPT_STORE : 0),
		.sig_ids = m->sig_ids,
		.bind = m->bind,
		.isa = KWASM_ISA,
		.env = kwasm_text_env(),
		.budget_bytes = COMPILE_BUDGET_BYTES,
	};
	int err;

	err = kw_compile(&m->wasm, &o, &b->code, diag);
	if (err)
		return err;
	err = kwasm_text_publish(b->code, m, &b->text);
	if (err) {
		kw_code_free(b->code);
		b->code = NULL;
		return err;
	}
	b->module = m;
	b->linked.module = &m->wasm;
	b->linked.code = b->code;
	b->linked.text = b->text->addr;
	b->linked.sig_ids = m->sig_ids;
	b->linked.bind = m->bind;
	return 0;
}

void kwasm_build_free(struct kwasm_build *b)
{
	kwasm_text_free(b->text);
	kw_code_free(b->code);
	memset(b, 0, sizeof(*b));
}

/* Has the module programs of the kind?  Without any, those for packets might be. */
static bool wants_pool(const struct kwasm_module *m, enum kwasm_pool_kind kind)
{
	u32 i, nr[KWASM_NR_POOLS] = {}, all = 0;

	for (i = 0; i < m->wasm.nr_exports; i++) {
		const struct kw_export *e = &m->wasm.exports[i];
		const struct kwasm_hook *h = kwasm_hook_find(e);

		if (h)
			nr[h->form == KW_FORM_S ? KWASM_POOL_S : KWASM_POOL_P]++;
		else if (kwasm_is_call(e))
			nr[KWASM_POOL_CALL]++;
		else
			continue;
		all++;
	}
	return nr[kind] || (!all && kind == KWASM_POOL_S);
}

static bool wants_form(const struct kwasm_module *m, u8 form)
{
	enum kwasm_pool_kind kind;

	for (kind = 0; kind < KWASM_NR_POOLS; kind++)
		if (kwasm_pool_form(kind) == form && wants_pool(m, kind))
			return true;
	return false;
}

static void unbuild(struct kwasm_module *m)
{
	enum kwasm_pool_kind kind;
	u32 form;

	for (kind = 0; kind < KWASM_NR_POOLS; kind++) {
		kwasm_pool_free(m->pool[kind]);
		m->pool[kind] = NULL;
	}
	kw_snapshot_free(m->snapshot);
	m->snapshot = NULL;
	for (form = KW_FORM_S; form <= KW_FORM_P; form++)
		kwasm_build_free(&m->build[form]);
}

/*
 * What a module does before its first event may take longer than a packet
 * program may, so it runs in process context, in P form code; that of a module
 * that has no other use for it goes again, the snapshot stays.
 */
static int build_programs(struct kwasm_module *m, struct kw_diag *diag)
{
	bool p = wants_form(m, KW_FORM_P), s = wants_form(m, KW_FORM_S);
	enum kwasm_pool_kind kind;
	int err = 0;

	if (s)
		err = kwasm_build_make(m, m->mode, KW_FORM_S, &m->build[KW_FORM_S], diag);
	if (!err && (p || kwasm_module_has_init(m)))
		err = kwasm_build_make(m, m->mode, KW_FORM_P, &m->build[KW_FORM_P], diag);
	if (!err && kwasm_module_has_init(m))
		err = kwasm_module_init_run(m, diag);
	for (kind = 0; !err && kind < KWASM_NR_POOLS; kind++)
		if (wants_pool(m, kind))
			err = kwasm_pool_new(m, kind, diag);
	if (!err && !p)
		kwasm_build_free(&m->build[KW_FORM_P]);
	return err;
}

/* Code and instances in @m->mode.  On failure nothing is left of either. */
static int build_in_mode(struct kwasm_module *m, struct kw_diag *diag)
{
	int err;

	if (m->typed)
		return kwasm_build_make(m, m->mode, KW_FORM_P, &m->build[KW_FORM_P], diag);
	err = build_programs(m, diag);
	if (err)
		unbuild(m);
	return err;
}

/* Clamped accesses are fault sites, as many as in guard mode; where they run out, compares do. */
static int build_in_check_mode(struct kwasm_module *m, struct kw_diag *diag)
{
	int err;

	m->compares = !kwasm_memory_tail();
	err = build_in_mode(m, diag);
	if (err != -ENOSPC || m->compares)
		return err;
	m->compares = true;
	return build_in_mode(m, diag);
}

/*
 * How many memories it will have at once: those of all its instances.  Typed
 * modules get theirs later, and one may share a store with others: with or
 * without memory, they are in guard mode as long as stores are.
 */
static u32 nr_memories(const struct kwasm_module *m)
{
	enum kwasm_pool_kind kind;
	u32 nr = 0;

	if (m->typed)
		return 1;
	for (kind = 0; kind < KWASM_NR_POOLS; kind++)
		nr += wants_pool(m, kind) ? kwasm_pool_slots(kind) : 0;
	return nr * m->wasm.nr_mems;
}

/* @diag: why not, for whoever asked for nothing else. */
static int guard_fits(const struct kwasm_module *m, struct kw_diag *diag)
{
	u32 nr = nr_memories(m);
	u64 room = kwasm_memory_guard_free();

	if (kwasm_memory_guard() == -EOPNOTSUPP)
		return kw_reject(diag, 0, KW_R_GUARD_KERNEL, 0, 0);
	return room >= nr ? 0 : kw_reject(diag, 0, KW_R_GUARD_SPACE, nr, room);
}

/*
 * Guard mode wants 4 GiB of address space for every CPU's instance.  Where it
 * runs out, AUTO means check mode.
 */
static int build(struct kwasm_module *m, u32 mode, struct kw_diag *diag)
{
	struct kw_diag why = { .func = KW_DIAG_NO_FUNC };
	int err = mode == KWASM_MODE_CHECK ? -ENOSPC : guard_fits(m, &why);

	if (!err) {
		m->mode = KW_MODE_GUARD;
		err = build_in_mode(m, diag);
		if (err != -ENOSPC || mode == KWASM_MODE_GUARD)
			return err;
	} else if (mode == KWASM_MODE_GUARD) {
		*diag = why;
		return err;
	}
	m->mode = KW_MODE_CHECK;
	return build_in_check_mode(m, diag);
}

/* ---- The pipeline ---- */

/* Host functions the module imports, bit per enum kw_host. */
static_assert(KW_NR_HOSTS <= 64);

static u64 hosts_used(const struct kwasm_module *m)
{
	u64 used = 0;
	u32 i;

	for (i = 0; i < m->wasm.nr_imported_funcs; i++)
		if (m->bind[i].kind == KW_BIND_HOST)
			used |= 1ULL << (m->bind[i].index - KW_STUB_HOST);
	return used;
}

static int front_end(struct kwasm_module *m, const struct kwasm_module_load *a, struct kw_diag *diag)
{
	u32 bind_flags = m->typed ? KW_BIND_SLOTS : 0;
	int err;

	sha256(m->bytes, a->len, m->sha256);
	err = kw_module_decode(&m->arena, m->bytes, a->len, &m->wasm, diag);
	if (err)
		return err;
	err = kw_module_validate(&m->wasm, KW_COMPILE_FEATURES, diag);
	if (err)
		return err;
	if (m->wasm.uses_float && !kwasm_arch_has_floats())
		return kw_reject(diag, 0, KW_R_CPU_FLOATS, 0, 0);
	err = kw_meta_parse(&m->wasm, &m->meta, diag);
	if (err)
		return err;
	m->bind = kw_alloc(m->wasm.nr_imported_funcs * sizeof(*m->bind));
	if (!m->bind)
		return -ENOMEM;
	err = kw_host_bind(&m->wasm, bind_flags, m->bind, diag);
	if (!err)
		err = kwasm_maps_get(&m->meta, hosts_used(m), u64_to_user_ptr(a->map_fds), a->nr_map_fds,
				     &m->maps, diag);
	if (err)
		return err;
	return intern_types(m);
}

static int pipeline(struct kwasm_module *m, const struct kwasm_module_load *a, struct kw_diag *diag)
{
	u64 start;
	int err;

	if (mutex_lock_killable(&pipeline_lock))
		return -EINTR;
	start = ktime_get_ns();
	err = front_end(m, a, diag);
	if (!err)
		err = build(m, a->mode, diag);
	m->compile_ns = ktime_get_ns() - start;
	mutex_unlock(&pipeline_lock);
	return err;
}

static void module_free(struct kwasm_module *m)
{
	unbuild(m);
	kwasm_log_close(m->log);
	kwasm_maps_put(&m->maps);
	sigs_put(m);
	kw_free(m->sig_ids);
	kw_free(m->bind);
	kw_arena_free(&m->arena);
	kvfree(m->config);
	kvfree(m->bytes);
	kfree(m);
}

static void module_release(struct kwasm_object *o)
{
	module_free(container_of(o, struct kwasm_module, obj));
}

static void add_form_info(const struct kwasm_module *m, u32 form, struct kwasm_module_info *i)
{
	const struct kw_code *code = m->build[form].code;

	if (code) {
		i->code_bytes += code->len;
		i->fault_sites += code->nr_faults;
	}
}

static void add_pool_info(const struct kwasm_module *m, enum kwasm_pool_kind kind,
			  struct kwasm_module_info *i)
{
	if (!m->pool[kind])
		return;
	i->memory_bytes += kwasm_pool_memory_bytes(m->pool[kind]);
	i->nr_instances += kwasm_pool_slots(kind);
}

static void module_info(struct kwasm_object *o, void *info)
{
	struct kwasm_module *m = container_of(o, struct kwasm_module, obj);
	struct kwasm_module_info *i = info;
	enum kwasm_pool_kind kind;
	u32 form;

	i->id = o->id;
	i->mode = m->mode == KW_MODE_GUARD ? KWASM_MODE_GUARD : KWASM_MODE_CHECK;
	strscpy(i->name, m->meta.name, sizeof(i->name));
	strscpy(i->version, m->meta.version, sizeof(i->version));
	strscpy(i->license, m->meta.license, sizeof(i->license));
	kwasm_object_pin_name(o, i->pin);
	memcpy(i->sha256, m->sha256, sizeof(i->sha256));
	i->wasm_bytes = m->wasm.len;
	for (form = KW_FORM_S; form <= KW_FORM_P; form++)
		add_form_info(m, form, i);
	for (kind = 0; kind < KWASM_NR_POOLS; kind++)
		add_pool_info(m, kind, i);
	i->loaded_ns = m->loaded_ns;
	i->compile_ns = m->compile_ns;
	i->nr_funcs = m->wasm.nr_funcs;
	i->nr_programs = atomic_read(&m->nr_programs);
	i->loader_uid = from_kuid_munged(current_user_ns(), m->loader);
	i->on_trap = m->meta.on_trap;
	i->deadline_ns = m->meta.deadline_ns;
}

static const struct kwasm_object_ops module_ops = {
	.type = KWASM_OBJ_MODULE,
	.fd_name = "[kwasm-module]",
	.info_size = sizeof(struct kwasm_module_info),
	.info = module_info,
	.release = module_release,
};

struct kwasm_module *kwasm_module_from_fd(int fd)
{
	struct kwasm_object *o = kwasm_object_from_fd(fd, KWASM_OBJ_MODULE);

	return IS_ERR(o) ? ERR_CAST(o) : container_of(o, struct kwasm_module, obj);
}

/* ---- Requests ---- */

static int check_load(const struct kwasm_module_load *a)
{
	if (a->flags & ~KWASM_LOAD_P_FORM || a->pad || a->pad2 || a->mode > KWASM_MODE_CHECK)
		return -EINVAL;
	if (a->name[0] && !kwasm_name_ok(a->name))
		return -EINVAL;
	if (a->config_len > KWASM_CONFIG_MAX)
		return -E2BIG;
	if (!a->len)
		return -ENOEXEC;
	return a->len > KW_MAX_MODULE_BYTES ? -E2BIG : 0;
}

/* The one and only time that the caller's memory is read. */
static int copy_in(struct kwasm_module *m, const struct kwasm_module_load *a)
{
	if (copy_from_user(m->bytes, u64_to_user_ptr(a->bytes), a->len))
		return -EFAULT;
	if (!a->config_len)
		return 0;
	m->config = kvmalloc(a->config_len, GFP_KERNEL_ACCOUNT);
	if (!m->config)
		return -ENOMEM;
	m->config_len = a->config_len;
	return copy_from_user(m->config, u64_to_user_ptr(a->config), a->config_len) ? -EFAULT : 0;
}

static struct kwasm_module *module_alloc(const struct kwasm_module_load *a)
{
	struct kwasm_module *m = kzalloc(sizeof(*m), GFP_KERNEL_ACCOUNT);
	int err;

	if (!m)
		return ERR_PTR(-ENOMEM);
	kwasm_object_init(&m->obj, &module_ops);
	kw_arena_init(&m->arena, DECODE_BUDGET_BYTES);
	m->typed = a->flags & KWASM_LOAD_P_FORM;
	m->memory_max = a->memory_max;
	m->loader = current_uid();
	m->loaded_ns = ktime_get_boottime_ns();
	m->log = kwasm_log_new();
	m->bytes = kvmalloc(a->len, GFP_KERNEL_ACCOUNT);
	if (!m->bytes || !m->log) {
		module_free(m);
		return ERR_PTR(-ENOMEM);
	}
	err = copy_in(m, a);
	if (err) {
		module_free(m);
		return ERR_PTR(err);
	}
	return m;
}

/* "module.name" of the import, or the name of the map, that @d speaks of; else an empty string. */
static void name_subject(const struct kwasm_module *m, const struct kw_diag *d, char *buf, size_t bytes)
{
	const struct kw_import *im;
	u32 i;

	buf[0] = 0;
	for (i = 0; kw_reason_of_map(d->reason) && i < m->meta.nr_maps; i++)
		if (m->meta.map[i].wasm_off == d->offset)
			strscpy(buf, m->meta.map[i].name, bytes);
	if (!kw_reason_of_import(d->reason) || d->arg[0] >= m->wasm.nr_imports)
		return;
	im = &m->wasm.imports[d->arg[0]];
	scnprintf(buf, bytes, "%.*s.%.*s", (int)min_t(u32, im->module.len, bytes), im->module.p,
		  (int)min_t(u32, im->name.len, bytes), im->name.p);
}

static int report(const struct kwasm_module_load *a, const struct kwasm_module *m,
		  const struct kw_diag *d, int err)
{
	char name[2 * KWASM_NAME_LEN];

	name_subject(m, d, name, sizeof(name));
	return kwasm_diag_put(a->diag, d, name) ?: err;
}

int kwasm_ioctl_module_load(void *arg, struct file **file)
{
	struct kwasm_module_load *a = arg;
	struct kw_diag diag = { .func = KW_DIAG_NO_FUNC };
	struct kwasm_module *m;
	int err;

	err = check_load(a);
	if (err)
		return err;
	m = module_alloc(a);
	if (IS_ERR(m))
		return PTR_ERR(m);
	err = pipeline(m, a, &diag);
	if (err) {
		err = report(a, m, &diag, err);
		module_free(m);
		return err;
	}
	if (a->name[0])
		strscpy(m->meta.name, a->name, sizeof(m->meta.name));
	err = kwasm_object_publish(&m->obj);
	if (err)
		goto err_put;
	*file = kwasm_object_file(&m->obj);
	if (IS_ERR(*file)) {
		err = PTR_ERR(*file);
		goto err_put;
	}
	return 0;

err_put:
	kwasm_module_put(m);
	return err;
}

int kwasm_ioctl_module_program(void *arg, struct file **file)
{
	struct kwasm_module_program *a = arg;
	struct kwasm_module *m;
	u32 i, at = 0;
	int err = -ENOENT;

	if (a->flags & ~KWASM_PROGRAM_CALLS)
		return -EINVAL;
	m = kwasm_module_from_fd(a->module_fd);
	if (IS_ERR(m))
		return PTR_ERR(m);
	for (i = 0; i < m->wasm.nr_exports; i++) {
		const struct kw_export *e = &m->wasm.exports[i];
		bool is = a->flags & KWASM_PROGRAM_CALLS ? kwasm_is_call(e) : !!kwasm_hook_find(e);

		if (!is || at++ != a->index)
			continue;
		memset(a->export_name, 0, sizeof(a->export_name));
		memcpy(a->export_name, e->name.p, e->name.len);
		err = 0;
		break;
	}
	kwasm_module_put(m);
	return err;
}

static int put_layout(const struct kw_map_decl *d, u64 to)
{
	char __user *text = u64_to_user_ptr(to);

	if (!to)
		return 0;
	if (copy_to_user(text, d->layout, d->layout_len) || put_user('\0', text + d->layout_len))
		return -EFAULT;
	return 0;
}

int kwasm_ioctl_module_map(void *arg, struct file **file)
{
	struct kwasm_module_map *a = arg;
	const struct kw_map_decl *d;
	struct kwasm_module *m;
	u32 nr;
	int err = -ENOENT;

	if (a->pad)
		return -EINVAL;
	m = kwasm_module_from_fd(a->module_fd);
	if (IS_ERR(m))
		return PTR_ERR(m);
	nr = a->index;
	if (nr < m->meta.nr_maps) {
		d = &m->meta.map[array_index_nospec(nr, KW_MAX_MAPS)];
		a->type = kw_map_info[d->type].bpf_type;
		a->map_id = m->maps.ring[d->id] ? m->maps.ring[d->id]->obj.id : m->maps.map[d->id]->id;
		a->handle = d->id;
		a->key_bytes = d->key_bytes;
		a->value_bytes = d->value_bytes;
		a->max_entries = d->max_entries;
		memset(a->name, 0, sizeof(a->name));
		memcpy(a->name, d->name, sizeof(d->name));
		err = put_layout(d, a->layout);
	}
	kwasm_module_put(m);
	return err;
}

int kwasm_ioctl_log_open(void *arg, struct file **file)
{
	struct kwasm_fd_arg *a = arg;
	struct kwasm_module *m = kwasm_module_from_fd(a->fd);

	if (IS_ERR(m))
		return PTR_ERR(m);
	*file = kwasm_log_file(m->log);
	kwasm_module_put(m);
	return PTR_ERR_OR_ZERO(*file);
}
