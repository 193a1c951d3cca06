// SPDX-License-Identifier: GPL-2.0
/* Module -> snapshot -> instances: one per CPU for packets, a few for process context. */
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
/* In process context: more calls at a time than that wait for each other. */
#define MIN_P_SLOTS		2
#define MAX_P_SLOTS		8

static const char *const init_export[] = { "_initialize", "kwasm_init" };

/* Function index of an initializing export, or KW_NO_INDEX. */
static u32 find_init(const struct kw_module *w, const char *name)
{
	const struct kw_export *e = kw_module_find_export(w, name, strlen(name));

	return e && e->kind == KW_EXT_FUNC ? e->index : KW_NO_INDEX;
}

bool kwasm_module_has_init(const struct kwasm_module *m)
{
	const struct kw_module *w = &m->wasm;
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

int kwasm_module_init_run(struct kwasm_module *m, struct kw_diag *diag)
{
	struct kw_store *s = store_new(m, false, 1);
	struct kw_instance *inst;
	int err;

	if (!s)
		return -ENOMEM;
	err = instantiate(s, &m->build[KW_FORM_P].linked, &inst, diag);
	if (!err)
		err = run_init(inst, &m->wasm, diag);
	if (!err)
		err = snapshot_of(inst, &m->snapshot);
	kw_store_free(s);
	return err;
}

static void restore_work(struct work_struct *w)
{
	struct kwasm_slot *s = container_of(to_delayed_work(w), struct kwasm_slot, restore);

	if (kw_instance_restore(s->instance, s->pool->snapshot)) {
		queue_delayed_work(kwasm_wq, &s->restore, RETRY_JIFFIES);
		return;
	}
	kwasm_pool_give(s);
}

void kwasm_slot_break(struct kwasm_slot *s)
{
	WRITE_ONCE(s->state, KWASM_SLOT_BROKEN);
	queue_delayed_work(kwasm_wq, &s->restore, 0);
}

void kwasm_pool_give(struct kwasm_slot *s)
{
	smp_store_release(&s->state, KWASM_SLOT_READY);
	if (s->pool->form == KW_FORM_P && wq_has_sleeper(&s->pool->free))
		wake_up(&s->pool->free);
}

static struct kwasm_slot *try_take(struct kwasm_pool *p)
{
	u32 i, at = raw_smp_processor_id() % p->nr_slots;

	for (i = 0; i < p->nr_slots; i++) {
		struct kwasm_slot *s = &p->slot[at];

		if (READ_ONCE(s->state) == KWASM_SLOT_READY &&
		    cmpxchg(&s->state, KWASM_SLOT_READY, KWASM_SLOT_TAKEN) == KWASM_SLOT_READY)
			return s;
		at = at + 1 == p->nr_slots ? 0 : at + 1;
	}
	return NULL;
}

struct kwasm_slot *kwasm_pool_take(struct kwasm_pool *p, u64 wait_ns)
{
	struct kwasm_slot *s = try_take(p);
	long left = wait_ns ? nsecs_to_jiffies(wait_ns) + 1 : MAX_SCHEDULE_TIMEOUT;

	if (likely(s))
		return s;
	left = wait_event_killable_timeout(p->free, (s = try_take(p)), left);
	if (s)
		return s;
	return ERR_PTR(left < 0 ? -EINTR : -EAGAIN);
}

static int fill_slot(struct kwasm_module *m, struct kwasm_slot *s, struct kw_diag *diag)
{
	struct kwasm_pool *p = s->pool;
	int err;

	err = instantiate(p->store, &m->build[p->form].linked, &s->instance, diag);
	if (err)
		return err;
	s->inst = kw_instance_raw(s->instance);
	if (!m->snapshot)
		err = snapshot_of(s->instance, &m->snapshot);
	else
		err = kw_instance_restore(s->instance, m->snapshot);
	p->snapshot = m->snapshot;
	return err;
}

u32 kwasm_pool_slots(enum kwasm_pool_kind kind)
{
	switch (kind) {
	case KWASM_POOL_S:
		return num_possible_cpus();
	case KWASM_POOL_P:
		return clamp_t(u32, num_possible_cpus(), MIN_P_SLOTS, MAX_P_SLOTS);
	default:
		return 1;
	}
}

/* Slots of S form are indexed by CPU, and some numbers may be of none. */
static bool slot_used(u8 form, u32 i)
{
	return form == KW_FORM_P || cpu_possible(i);
}

int kwasm_pool_new(struct kwasm_module *m, enum kwasm_pool_kind kind, struct kw_diag *diag)
{
	u32 i, nr = kind == KWASM_POOL_S ? nr_cpu_ids : kwasm_pool_slots(kind);
	u8 form = kwasm_pool_form(kind);
	struct kwasm_pool *p;
	int err = 0;

	p = kvzalloc(struct_size(p, slot, nr), GFP_KERNEL_ACCOUNT);
	if (!p)
		return -ENOMEM;
	m->pool[kind] = p;
	p->form = form;
	p->nr_slots = nr;
	init_waitqueue_head(&p->free);
	for (i = 0; i < nr; i++) {
		p->slot[i].pool = p;
		INIT_DELAYED_WORK(&p->slot[i].restore, restore_work);
	}
	p->store = store_new(m, form == KW_FORM_S, kwasm_pool_slots(kind));
	if (!p->store)
		return -ENOMEM;
	for (i = 0; !err && i < nr; i++)
		if (slot_used(form, i))
			err = fill_slot(m, &p->slot[i], diag);
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
	kvfree(p);
}

u64 kwasm_pool_memory_bytes(const struct kwasm_pool *p)
{
	u64 bytes = 0;
	u32 i;

	for (i = 0; i < p->nr_slots; i++) {
		struct kw_memory *mem = slot_used(p->form, i) ? p->slot[i].inst->mem : NULL;

		if (mem)
			bytes += mem->area.committed_bytes;
	}
	return bytes;
}
