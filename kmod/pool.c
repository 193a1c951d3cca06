// SPDX-License-Identifier: GPL-2.0
/*
 * Module -> snapshot -> one instance per CPU.
 *
 * What a module does before its first packet may take longer than a packet
 * program may, so it runs in process context, in P form code that is compiled
 * for just this and thrown away; only the snapshot stays.
 */
#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "dev.h"
#include "exec.h"
#include "module.h"
#include "pool.h"

#define INIT_DEADLINE_NS	NSEC_PER_SEC
#define RETRY_JIFFIES		(HZ / 10)
/* A memory that declares no maximum may grow to this: every CPU's copy is backed at once. */
#define DEFAULT_MEMORY_PAGES	16
#define MAX_TABLE_ELEMS		65536

static const char *const init_export[] = { "_initialize", "kwasm_init" };

/* Function index of an initializing export, or KW_NO_INDEX. */
static u32 find_init(const struct kw_module *w, const char *name)
{
	const struct kw_export *e = kw_module_find_export(w, name, strlen(name));

	return e && e->kind == KW_EXT_FUNC ? e->index : KW_NO_INDEX;
}

static bool has_init(const struct kw_module *w)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(init_export); i++) {
		if (find_init(w, init_export[i]) != KW_NO_INDEX)
			return true;
	}
	return w->start != KW_NO_INDEX;
}

/* () -> () or, for kwasm_init, () -> i32. */
static int check_init_type(const struct kw_module *w, u32 func, bool result, struct kw_diag *diag)
{
	const struct kw_functype *t = kw_func_type(w, func);

	if (!t->nr_params && t->nr_results == result && (!result || t->types[0] == KW_V_I32))
		return 0;
	return kw_reject(diag, w->funcs[func].body_off, KW_R_INIT_TYPE, 0, 0);
}

static int run_one(struct kwasm_exec *x, struct kw_instance *inst, u32 func, u32 *result,
		   struct kw_diag *diag)
{
	struct kw_inst *callee;
	void *code = kw_instance_func_code(inst, func, &callee);
	u32 trap;

	trap = kwasm_exec_run(x, callee, code, INIT_DEADLINE_NS, result);
	if (trap == KW_TRAP_INTERRUPTED)
		return -EINTR;
	if (trap) {
		diag->func = func;
		return kw_reject(diag, 0, KW_R_INIT_TRAP, trap, 0);
	}
	return 0;
}

static int run_init(struct kw_instance *inst, const struct kw_module *w, struct kw_diag *diag)
{
	struct kwasm_exec *x = kwasm_exec_begin_p();
	u32 i, func, result = 0;
	int err = 0;

	if (IS_ERR(x))
		return PTR_ERR(x);
	x->floats = kw_instance_linked(inst)->code->uses_float;
	if (w->start != KW_NO_INDEX)
		err = run_one(x, inst, w->start, &result, diag);
	for (i = 0; !err && i < ARRAY_SIZE(init_export); i++) {
		func = find_init(w, init_export[i]);
		if (func == KW_NO_INDEX)
			continue;
		err = check_init_type(w, func, i == 1, diag);
		if (err)
			break;
		result = 0;
		err = run_one(x, inst, func, &result, diag);
		if (!err && i == 1 && result)
			err = kw_reject(diag, 0, KW_R_INIT_REFUSED, result, 0);
	}
	kwasm_exec_end(x);
	return err;
}

/* Bytes wished -> pages, the lowest of all wishes; without any, what the type asks, up to the default. */
static u32 memory_pages(const struct kwasm_module *m)
{
	const struct kw_module *w = &m->wasm;
	u64 pages, bytes = m->memory_max;

	if (m->meta.memory_bytes && (!bytes || m->meta.memory_bytes < bytes))
		bytes = m->meta.memory_bytes;
	if (!bytes)
		return w->nr_mems ? max_t(u32, w->mems[0].min, DEFAULT_MEMORY_PAGES) : 0;
	pages = bytes / KW_PAGE_BYTES;
	return min_t(u64, pages, 65536);
}

static struct kw_store *store_new(const struct kwasm_module *m, bool commit_all, u32 nr)
{
	struct kw_store_opts o = {
		.guard = m->mode == KW_MODE_GUARD,
		.commit_all = commit_all,
		.max_memory_pages = memory_pages(m),
		.max_table_elems = MAX_TABLE_ELEMS,
		.max_instances = nr,
	};

	return kw_store_new(&o);
}

static int instantiate(struct kw_store *s, const struct kw_linked *l, struct kw_instance **out,
		       struct kw_diag *diag)
{
	u32 trap;
	int err = kw_instance_new(s, l, NULL, out, &trap, diag);

	if (err == -EFAULT)
		return kw_reject(diag, 0, KW_R_INIT_TRAP, trap, 0);
	return err;
}

static int snapshot_of(struct kw_instance *inst, struct kw_snapshot **out)
{
	*out = kw_instance_snapshot(inst);
	return *out ? 0 : -ENOMEM;
}

/* Compile for process context, run, keep the snapshot. */
static int make_snapshot(struct kwasm_module *m, struct kw_snapshot **out, struct kw_diag *diag)
{
	struct kwasm_build b = {};
	struct kw_instance *inst;
	struct kw_store *s;
	int err;

	err = kwasm_build_make(m, m->mode, KW_FORM_P, &b, diag);
	if (err)
		return err;
	err = -ENOMEM;
	s = store_new(m, false, 1);
	if (!s)
		goto out_build;
	err = instantiate(s, &b.linked, &inst, diag);
	if (!err)
		err = run_init(inst, &m->wasm, diag);
	if (!err)
		err = snapshot_of(inst, out);
	kw_store_free(s);
out_build:
	kwasm_build_free(&b);
	return err;
}

static void restore_work(struct work_struct *w)
{
	struct kwasm_slot *s = container_of(to_delayed_work(w), struct kwasm_slot, restore);

	if (kw_instance_restore(s->instance, s->pool->snapshot)) {
		queue_delayed_work(kwasm_wq, &s->restore, RETRY_JIFFIES);
		return;
	}
	smp_store_release(&s->state, KWASM_SLOT_READY);
}

void kwasm_slot_break(struct kwasm_slot *s)
{
	WRITE_ONCE(s->state, KWASM_SLOT_BROKEN);
	queue_delayed_work(kwasm_wq, &s->restore, 0);
}

static int fill_slot(struct kwasm_pool *p, struct kwasm_slot *s, const struct kwasm_module *m,
		     struct kw_diag *diag)
{
	int err;

	err = instantiate(p->store, &m->build.linked, &s->instance, diag);
	if (err)
		return err;
	s->inst = kw_instance_raw(s->instance);
	if (!p->snapshot)
		return snapshot_of(s->instance, &p->snapshot);
	return kw_instance_restore(s->instance, p->snapshot);
}

int kwasm_pool_new(struct kwasm_module *m, struct kwasm_pool **out, struct kw_diag *diag)
{
	struct kwasm_pool *p;
	int cpu, err;

	p = kvzalloc(struct_size(p, slot, nr_cpu_ids), GFP_KERNEL_ACCOUNT);
	if (!p)
		return -ENOMEM;
	p->nr_slots = nr_cpu_ids;
	for (cpu = 0; cpu < p->nr_slots; cpu++) {
		p->slot[cpu].pool = p;
		INIT_DELAYED_WORK(&p->slot[cpu].restore, restore_work);
	}
	if (has_init(&m->wasm)) {
		err = make_snapshot(m, &p->snapshot, diag);
		if (err)
			goto err_free;
	}
	err = -ENOMEM;
	p->store = store_new(m, true, num_possible_cpus());
	if (!p->store)
		goto err_free;
	for_each_possible_cpu(cpu) {
		err = fill_slot(p, &p->slot[cpu], m, diag);
		if (err)
			goto err_free;
	}
	*out = p;
	return 0;

err_free:
	kwasm_pool_free(p);
	return err;
}

void kwasm_pool_free(struct kwasm_pool *p)
{
	u32 i;

	if (!p)
		return;
	for (i = 0; i < p->nr_slots; i++)
		cancel_delayed_work_sync(&p->slot[i].restore);
	if (p->store)
		kw_store_free(p->store);
	kw_snapshot_free(p->snapshot);
	kvfree(p);
}

u64 kwasm_pool_memory_bytes(const struct kwasm_pool *p)
{
	u64 bytes = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct kw_memory *mem = p->slot[cpu].inst->mem;

		if (mem)
			bytes += mem->area.committed_bytes;
	}
	return bytes;
}
