// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The runtime alone: modules are structs made here, code is one byte, so that
 * linking, segments, bulk instructions and snapshots are seen without a
 * decoder or compiler in between.
 */
#include "rt/rt.h"
#include "tap.h"

static const struct kw_store_opts guard_opts = {
	.guard = true, .max_memory_pages = 100, .max_table_elems = 1000, .max_instances = 10,
};

static u8 ret_code[] = { 0xc3 };
static struct kw_code_func code_func[4];
static const struct kw_code code = { .bytes = ret_code, .len = 1, .nr_funcs = 4, .func = code_func };
static const u32 sig_ids[] = { 5, 6 };

static const struct kw_functype types[] = {
	{ .nr_params = 0 }, { .nr_params = 1, .types = (const u8[]){ KW_V_I32 } },
};

#define NAME(s)		{ (const u8 *)(s), sizeof(s) - 1 }
#define CONST(v)	{ .kind = KW_CE_CONST, .type = KW_V_I32, .lo = (v) }
#define FUNC(i)		{ .kind = KW_CE_FUNC, .type = KW_V_FUNCREF, .index = (i) }
#define ARRAY(a)	.nr_##a = ARRAY_SIZE(a), .a = a

/* Two functions of types 0 and 1, a table of 4..8, a memory of 1..3 pages, a variable, a constant. */
static struct kw_func exp_funcs[] = { { .type = 0 }, { .type = 1 } };
static struct kw_tabletype exp_tables[] = { { .type = KW_V_FUNCREF, .limits = { 4, 8, true } } };
static struct kw_limits exp_mems[] = { { 1, 3, true } };
static struct kw_global exp_globals[] = {
	{ .type = { KW_V_I32, true }, .init = CONST(11) },
	{ .type = { KW_V_I32, false }, .init = CONST(22) },
};
static struct kw_export exp_exports[] = { { NAME("f"), KW_EXT_FUNC, 0 } };

static const struct kw_module exporter = {
	.nr_types = 2, .types = (struct kw_functype *)types, .start = KW_NO_INDEX,
	.nr_funcs = 2, .funcs = exp_funcs, .nr_tables = 1, .tables = exp_tables,
	.nr_mems = 1, .mems = exp_mems, .nr_globals = 2, .globals = exp_globals,
	.nr_exports = 1, .exports = exp_exports,
};

static struct kw_linked link_of(const struct kw_module *m)
{
	return (struct kw_linked){ .module = m, .code = &code, .text = ret_code, .sig_ids = sig_ids };
}

static struct kw_instance *must_make(struct kw_store *s, const struct kw_linked *l, const struct kw_extern_ref *im)
{
	struct kw_diag d = { 0 };
	struct kw_instance *i;
	u32 trap;

	if (kw_instance_new(s, l, im, &i, &trap, &d))
		diag("instantiation failed: reason %u", d.reason);
	return i;
}

static void test_sigs(void)
{
	struct kw_sigs *s = kw_sigs_new();
	u8 params[300];
	struct kw_functype t = { .types = params };
	u32 id, again, i;
	bool distinct = true, same = true;

	memset(params, KW_V_I32, sizeof(params));
	for (i = 0; i < 300; i++) {
		t.nr_params = i;
		kw_sigs_intern(s, &t, &id);
		distinct &= id == i + 1;
	}
	for (i = 0; i < 300; i++) {
		t.nr_params = i;
		kw_sigs_intern(s, &t, &again);
		same &= again == i + 1;
	}
	ok(distinct, "signatures: different types get different ids, none of them 0");
	ok(same, "signatures: a type keeps its id while the table grows");
	t = (struct kw_functype){ .nr_params = 1, .nr_results = 1, .types = params };
	kw_sigs_intern(s, &t, &id);
	ok(id == 301, "signatures: a result is not a parameter");
	kw_sigs_free(s);
}

/* Import one thing of kind @kind; @r offers it. */
static int try_import(struct kw_store *s, struct kw_module *m, u8 kind, const struct kw_extern_ref *r,
		      u16 *reason)
{
	struct kw_import im = { NAME("m"), NAME("n"), kind, 0, 77 };
	struct kw_linked *l = kw_alloc(sizeof(*l));
	struct kw_diag d = { 0 };
	struct kw_instance *i;
	u32 trap;
	int err;

	m->nr_types = 2;
	m->types = (struct kw_functype *)types;
	m->start = KW_NO_INDEX;
	m->nr_imports = 1;
	m->imports = &im;
	*l = link_of(m);
	err = kw_instance_new(s, l, r, &i, &trap, &d);
	*reason = d.reason;
	if (err && d.offset != 77)
		*reason = KW_R_NONE;
	if (!err)
		kw_store_free(s);	/* while the module is still there */
	kw_free(l);
	return err;
}

static const struct {
	const char *name;
	u8 kind, offered;
	u32 index;
	struct kw_func func;
	struct kw_tabletype table;
	struct kw_limits mem;
	struct kw_global global;
	bool fits;
} import_case[] = {
	{ "function of the same type", KW_EXT_FUNC, KW_EXT_FUNC, 1, .func = { .type = 1 }, .fits = true },
	{ "function of another type", KW_EXT_FUNC, KW_EXT_FUNC, 0, .func = { .type = 1 } },
	{ "memory for a function", KW_EXT_FUNC, KW_EXT_MEMORY, 0, .func = { .type = 1 } },
	{ "table, same limits", KW_EXT_TABLE, KW_EXT_TABLE, 0, .table = { .type = KW_V_FUNCREF, .limits = { 4, 8, true } }, .fits = true },
	{ "table, wider maximum", KW_EXT_TABLE, KW_EXT_TABLE, 0, .table = { .type = KW_V_FUNCREF, .limits = { 0, 9, true } }, .fits = true },
	{ "table, no maximum wanted", KW_EXT_TABLE, KW_EXT_TABLE, 0, .table = { .type = KW_V_FUNCREF, .limits = { 4, 0, false } }, .fits = true },
	{ "table, narrower maximum", KW_EXT_TABLE, KW_EXT_TABLE, 0, .table = { .type = KW_V_FUNCREF, .limits = { 4, 7, true } } },
	{ "table, too small", KW_EXT_TABLE, KW_EXT_TABLE, 0, .table = { .type = KW_V_FUNCREF, .limits = { 5, 8, true } } },
	{ "table of another type", KW_EXT_TABLE, KW_EXT_TABLE, 0, .table = { .type = KW_V_EXTERNREF, .limits = { 4, 8, true } } },
	{ "memory, same limits", KW_EXT_MEMORY, KW_EXT_MEMORY, 0, .mem = { 1, 3, true }, .fits = true },
	{ "memory, too small", KW_EXT_MEMORY, KW_EXT_MEMORY, 0, .mem = { 2, 3, true } },
	{ "memory, narrower maximum", KW_EXT_MEMORY, KW_EXT_MEMORY, 0, .mem = { 1, 2, true } },
	{ "variable", KW_EXT_GLOBAL, KW_EXT_GLOBAL, 0, .global = { .type = { KW_V_I32, true } }, .fits = true },
	{ "constant", KW_EXT_GLOBAL, KW_EXT_GLOBAL, 1, .global = { .type = { KW_V_I32, false } }, .fits = true },
	{ "variable for a constant", KW_EXT_GLOBAL, KW_EXT_GLOBAL, 0, .global = { .type = { KW_V_I32, false } } },
	{ "global of another type", KW_EXT_GLOBAL, KW_EXT_GLOBAL, 1, .global = { .type = { KW_V_I64, false } } },
};

static void test_imports(void)
{
	const struct kw_linked l = link_of(&exporter);
	u16 reason;
	u32 k;

	for (k = 0; k < ARRAY_SIZE(import_case); k++) {
		struct kw_store *s = kw_store_new(&guard_opts);
		struct kw_extern_ref r = { import_case[k].offered, import_case[k].index, must_make(s, &l, NULL) };
		struct kw_func f = import_case[k].func;
		struct kw_tabletype t = import_case[k].table;
		struct kw_limits mem = import_case[k].mem;
		struct kw_global g = import_case[k].global;
		struct kw_module m = { 0 };
		u8 kind = import_case[k].kind;
		int err;

		m.funcs = &f;
		m.tables = &t;
		m.mems = &mem;
		m.globals = &g;
		m.nr_funcs = m.nr_imported_funcs = kind == KW_EXT_FUNC;
		m.nr_tables = m.nr_imported_tables = kind == KW_EXT_TABLE;
		m.nr_mems = m.nr_imported_mems = kind == KW_EXT_MEMORY;
		m.nr_globals = m.nr_imported_globals = kind == KW_EXT_GLOBAL;
		err = try_import(s, &m, kind, &r, &reason);
		if (err)
			kw_store_free(s);
		if (import_case[k].fits)
			ok(!err, "import: %s is taken", import_case[k].name);
		else
			ok(err == -EINVAL && reason == KW_R_INCOMPATIBLE_IMPORT, "import: %s is refused",
			   import_case[k].name);
	}
}

static void test_unknown_import(void)
{
	struct kw_store *s = kw_store_new(&guard_opts);
	struct kw_limits mem = { 1, 3, true };
	struct kw_module m = { .nr_mems = 1, .nr_imported_mems = 1, .mems = &mem };
	struct kw_extern_ref none = { 0 };
	u16 reason;

	ok(try_import(s, &m, KW_EXT_MEMORY, &none, &reason) == -ENOENT && reason == KW_R_UNKNOWN_IMPORT,
	   "import: what nobody exports is unknown");
	kw_store_free(s);
}

/*
 * Imports everything of the exporter; one more function; elem segment 0 puts
 * functions 1 and 2 at 1, data segment 0 bytes at 0xfffe: too far by one if
 * data_at says so; elem 1 and data 1 are passive.
 */
static struct kw_import imp_imports[] = {
	{ NAME("m"), NAME("g"), KW_EXT_FUNC, 0, 0 },
	{ NAME("m"), NAME("t"), KW_EXT_TABLE, 0, 0 },
	{ NAME("m"), NAME("m"), KW_EXT_MEMORY, 0, 0 },
	{ NAME("m"), NAME("v"), KW_EXT_GLOBAL, 0, 0 },
	{ NAME("m"), NAME("c"), KW_EXT_GLOBAL, 1, 0 },
};
static struct kw_func imp_funcs[] = { { .type = 1 }, { .type = 0 }, { .type = 1 } };
static struct kw_tabletype imp_tables[] = { { .type = KW_V_FUNCREF, .limits = { 4, 8, true } } };
static struct kw_limits imp_mems[] = { { 1, 3, true } };
static struct kw_global imp_globals[] = {
	{ .type = { KW_V_I32, true } }, { .type = { KW_V_I32, false } },
	{ .type = { KW_V_I32, true }, .init = { .kind = KW_CE_GLOBAL, .type = KW_V_I32, .index = 1 } },
};
static const struct kw_constexpr imp_items[] = { FUNC(0), FUNC(1) };
static struct kw_elem imp_elems[] = {
	{ KW_SEG_ACTIVE, KW_V_FUNCREF, 0, CONST(1), 2, imp_items, 0 },
	{ KW_SEG_PASSIVE, KW_V_FUNCREF, 0, CONST(0), 2, imp_items, 0 },
};
static struct kw_data imp_datas[] = {
	{ KW_SEG_ACTIVE, 0, CONST(0x10), (const u8 *)"abc", 3, 0 },
	{ KW_SEG_PASSIVE, 0, CONST(0), (const u8 *)"pqrst", 5, 0 },
	{ KW_SEG_ACTIVE, 0, CONST(0xfffd), (const u8 *)"xyz", 3, 0 },
};

static struct kw_module importer = {
	.nr_types = 2, .types = (struct kw_functype *)types, .start = KW_NO_INDEX,
	.nr_imports = 5, .imports = imp_imports,
	.nr_funcs = 3, .nr_imported_funcs = 1, .funcs = imp_funcs,
	.nr_tables = 1, .nr_imported_tables = 1, .tables = imp_tables,
	.nr_mems = 1, .nr_imported_mems = 1, .mems = imp_mems,
	.nr_globals = 3, .nr_imported_globals = 2, .globals = imp_globals,
	.nr_elems = 2, .elems = imp_elems, .nr_datas = 3, .datas = imp_datas,
};

/* A store with the exporter @e and, after the caller, the importer in it. */
struct pair {
	struct kw_store *s;
	struct kw_linked le, li;
	struct kw_instance *e, *i;
	struct kw_extern_ref im[5];
};

static void make_exporter(struct pair *p)
{
	p->s = kw_store_new(&guard_opts);
	p->le = link_of(&exporter);
	p->li = link_of(&importer);
	p->e = must_make(p->s, &p->le, NULL);
	p->im[0] = (struct kw_extern_ref){ KW_EXT_FUNC, 1, p->e };
	p->im[1] = (struct kw_extern_ref){ KW_EXT_TABLE, 0, p->e };
	p->im[2] = (struct kw_extern_ref){ KW_EXT_MEMORY, 0, p->e };
	p->im[3] = (struct kw_extern_ref){ KW_EXT_GLOBAL, 0, p->e };
	p->im[4] = (struct kw_extern_ref){ KW_EXT_GLOBAL, 1, p->e };
}

static void make_pair(struct pair *p)
{
	make_exporter(p);
	p->i = must_make(p->s, &p->li, p->im);
}

static void test_sharing(void)
{
	const struct kw_table_entry *e;
	struct kw_inst *callee;
	struct pair p;

	make_pair(&p);
	ok(kw_instance_memory(p.i, 0) == kw_instance_memory(p.e, 0), "linking: a memory is shared");
	ok(!memcmp(kw_instance_memory(p.e, 0)->base + 0x10, "abc", 3) &&
	   !memcmp(kw_instance_memory(p.e, 0)->base + 0xfffd, "xyz", 3), "linking: active data is in it, up to its end");
	e = kw_instance_table(p.e, 0)->entries;
	ok(!e[0].sig && e[1].sig == 6 && e[1].inst == kw_instance_raw(p.e) && e[2].sig == 5 &&
	   e[2].inst == kw_instance_raw(p.i) && !e[3].sig,
	   "linking: functions in a shared table belong to the instance that defines them");
	kw_instance_func_code(p.i, 0, &callee);
	ok(callee == kw_instance_raw(p.e), "linking: an imported function runs in its own instance");
	kw_instance_global(p.i, 0)->i32 = 99;
	ok(kw_instance_global(p.e, 0)->i32 == 99, "linking: a variable is shared");
	ok(kw_instance_global(p.i, 2)->i32 == 22, "linking: a global may start from an imported constant");
	kw_store_free(p.s);
}

static void test_segment_trap(void)
{
	struct kw_diag d = { 0 };
	struct kw_instance *i;
	struct pair p;
	u32 trap;
	int err;

	make_exporter(&p);
	imp_datas[2].offset.lo = 0xfffe;
	err = kw_instance_new(p.s, &p.li, p.im, &i, &trap, &d);
	ok(err == -EFAULT && trap == KW_TRAP_MEM_OOB && !i, "segments: one beyond the memory traps");
	ok(!memcmp(kw_instance_memory(p.e, 0)->base + 0x10, "abc", 3), "segments: what came before stays");
	ok(kw_instance_memory(p.e, 0)->base[0xfffe] == 0, "segments: nothing of it is written");
	ok(kw_instance_table(p.e, 0)->entries[2].sig == 5, "segments: its functions stay callable in the table");
	imp_datas[2].offset.lo = 0xfffd;

	imp_elems[0].offset.lo = 3;
	err = kw_instance_new(p.s, &p.li, p.im, &i, &trap, &d);
	ok(err == -EFAULT && trap == KW_TRAP_TABLE_OOB, "segments: one beyond the table traps");
	imp_elems[0].offset.lo = 1;
	kw_store_free(p.s);
}

static struct kw_exec exec;

#define HELPER(name, ret, ...)	((ret (*)(struct kw_inst *, ##__VA_ARGS__))kw_helper_fn[KW_HELPER_##name])

/* The trap the last helper raised; forgets it. */
static u32 raised(void)
{
	u32 trap = exec.flag;

	exec.flag = 0;
	return trap;
}

static u32 grow(struct kw_inst *i, u32 pages)
{
	return HELPER(MEMORY_GROW, u32, u32)(i, pages);
}

static void test_grow(void)
{
	struct kw_inst *inst;
	struct pair p;

	make_pair(&p);
	inst = kw_instance_raw(p.i);
	inst->exec = &exec;
	ok(grow(inst, 1) == 1 && kw_instance_memory(p.e, 0)->bytes == 2 * KW_PAGE_BYTES, "grow: gives the old size");
	ok(grow(inst, 2) == ~0u && grow(inst, ~0u) == ~0u, "grow: not past the maximum");
	ok(grow(inst, 1) == 2 && grow(inst, 0) == 3, "grow: up to the maximum");
	ok(kw_instance_memory(p.e, 0)->base[3 * KW_PAGE_BYTES - 1] == 0, "grow: the new end is zeroed memory");
	kw_store_free(p.s);
}

static void test_bulk_memory(void)
{
	struct kw_inst *inst;
	struct pair p;
	u8 *m;
	u32 i;
	bool good = true;

	make_pair(&p);
	inst = kw_instance_raw(p.i);
	inst->exec = &exec;
	grow(inst, 2);
	m = kw_instance_memory(p.e, 0)->base;

	HELPER(MEMORY_FILL, void, u32, u32, u32)(inst, 0x2fff0, 0x1aa, 16);
	ok(!raised() && m[0x2ffff] == 0xaa, "fill: to the last byte");
	HELPER(MEMORY_FILL, void, u32, u32, u32)(inst, 0x2fff0, 0xbb, 17);
	ok(raised() == KW_TRAP_MEM_OOB && m[0x2fff0] == 0xaa, "fill: past it traps before the first byte");
	HELPER(MEMORY_FILL, void, u32, u32, u32)(inst, 0x30001, 0, 0);
	ok(raised() == KW_TRAP_MEM_OOB, "fill: of nothing past the end traps, too");
	HELPER(MEMORY_FILL, void, u32, u32, u32)(inst, 8, 0, ~0u);
	ok(raised() == KW_TRAP_MEM_OOB, "fill: length does not wrap around");

	for (i = 0; i < 0x28000; i++)
		m[i] = i % 251;
	HELPER(MEMORY_COPY, void, u32, u32, u32)(inst, 5, 0, 0x28000);
	for (i = 0; i < 0x28000; i++)
		good &= m[i + 5] == i % 251;
	ok(good && !raised(), "copy: overlapping upwards, over several chunks");
	HELPER(MEMORY_COPY, void, u32, u32, u32)(inst, 0, 5, 0x28000);
	for (i = 0; i < 0x28000; i++)
		good &= m[i] == i % 251;
	ok(good && !raised(), "copy: overlapping downwards");
	HELPER(MEMORY_COPY, void, u32, u32, u32)(inst, 0, 0x2ffff, 2);
	ok(raised() == KW_TRAP_MEM_OOB, "copy: source past the end traps");

	HELPER(MEMORY_INIT, void, u32, u32, u32, u32)(inst, 1, 0x100, 1, 3);
	ok(!raised() && !memcmp(m + 0x100, "qrs", 3), "init: part of a segment");
	HELPER(MEMORY_INIT, void, u32, u32, u32, u32)(inst, 1, 0x100, 3, 3);
	ok(raised() == KW_TRAP_MEM_OOB, "init: past the segment traps");
	HELPER(DATA_DROP, void, u32)(inst, 1);
	HELPER(MEMORY_INIT, void, u32, u32, u32, u32)(inst, 1, 0x100, 0, 1);
	ok(raised() == KW_TRAP_MEM_OOB, "init: a dropped segment is empty");
	HELPER(MEMORY_INIT, void, u32, u32, u32, u32)(inst, 0, 0x100, 0, 1);
	ok(raised() == KW_TRAP_MEM_OOB, "init: an active segment is dropped after use");
	kw_store_free(p.s);
}

static void test_stop(void)
{
	struct kw_inst *inst;
	struct pair p;
	u8 *m;

	make_pair(&p);
	inst = kw_instance_raw(p.i);
	inst->exec = &exec;
	grow(inst, 2);
	m = kw_instance_memory(p.e, 0)->base;
	exec.flag = KW_TRAP_DEADLINE;
	HELPER(MEMORY_FILL, void, u32, u32, u32)(inst, 0, 1, 0x30000);
	ok(m[0x2ffff] == 0 && raised() == KW_TRAP_DEADLINE, "fill: a deadline ends it between chunks");
	kw_store_free(p.s);
}

static void test_bulk_table(void)
{
	struct kw_table_entry *e;
	struct kw_inst *inst;
	struct pair p;

	make_pair(&p);
	inst = kw_instance_raw(p.i);
	inst->exec = &exec;
	e = kw_instance_table(p.e, 0)->entries;
	HELPER(TABLE_INIT, void, u64, u32, u32, u32)(inst, 1ULL << 32, 3, 1, 1);
	ok(!raised() && e[3].sig == 5 && e[3].ref && e[3].code == e[3].ref->code, "table.init: an entry ready to be called");
	HELPER(TABLE_INIT, void, u64, u32, u32, u32)(inst, 1ULL << 32, 3, 0, 2);
	ok(raised() == KW_TRAP_TABLE_OOB, "table.init: past the table traps");
	HELPER(TABLE_COPY, void, u64, u32, u32, u32)(inst, 0, 0, 1, 3);
	ok(!raised() && e[0].sig == 6 && e[1].sig == 5 && e[2].sig == 5, "table.copy: overlapping");
	HELPER(TABLE_COPY, void, u64, u32, u32, u32)(inst, 0, 2, 0, 3);
	ok(raised() == KW_TRAP_TABLE_OOB, "table.copy: past the table traps");
	HELPER(ELEM_DROP, void, u32)(inst, 1);
	HELPER(TABLE_INIT, void, u64, u32, u32, u32)(inst, 1ULL << 32, 0, 0, 1);
	ok(raised() == KW_TRAP_TABLE_OOB, "table.init: a dropped segment is empty");
	kw_store_free(p.s);
}

static void test_snapshot(void)
{
	struct kw_elem elem = { KW_SEG_ACTIVE, KW_V_FUNCREF, 0, CONST(0), 1, imp_items, 0 };
	struct kw_module m = exporter;
	struct kw_linked l = link_of(&m);
	struct kw_store *s = kw_store_new(&guard_opts);
	struct kw_instance *a, *b;
	struct kw_snapshot *snap;
	struct kw_memory *mem;

	m.nr_elems = 1;
	m.elems = &elem;
	a = must_make(s, &l, NULL);
	b = must_make(s, &l, NULL);
	kw_instance_raw(a)->exec = &exec;
	mem = kw_instance_memory(a, 0);
	mem->base[7] = 1;
	kw_instance_global(a, 0)->i32 = 5;
	snap = kw_instance_snapshot(a);

	grow(kw_instance_raw(a), 1);
	mem->base[7] = 2;
	mem->base[8] = 2;
	mem->base[KW_PAGE_BYTES] = 2;
	kw_instance_global(a, 0)->i32 = 6;
	kw_instance_table(a, 0)->entries[0] = (struct kw_table_entry){ 0 };
	ok(!kw_instance_restore(a, snap), "snapshot: can be restored");
	ok(mem->base[7] == 1 && mem->base[8] == 0 && mem->bytes == KW_PAGE_BYTES, "snapshot: memory is as it was");
	ok(kw_instance_global(a, 0)->i32 == 5, "snapshot: globals are");
	ok(kw_instance_table(a, 0)->entries[0].inst == kw_instance_raw(a), "snapshot: tables are");
	grow(kw_instance_raw(a), 1);
	ok(mem->base[KW_PAGE_BYTES] == 0, "snapshot: memory above it is zeroed");

	kw_instance_restore(b, snap);
	ok(kw_instance_memory(b, 0)->base[7] == 1 && kw_instance_global(b, 0)->i32 == 5, "snapshot: another instance can start from it");
	ok(kw_instance_table(b, 0)->entries[0].inst == kw_instance_raw(b), "snapshot: and its table has its own functions");
	kw_snapshot_free(snap);
	kw_store_free(s);
}

static void test_limits(void)
{
	struct kw_store_opts o = guard_opts;
	struct kw_linked l = link_of(&exporter);
	struct kw_diag d = { 0 };
	struct kw_instance *i;
	struct kw_store *s;
	u32 trap;

	o.max_memory_pages = 2;
	o.commit_all = true;
	o.max_instances = 1;
	s = kw_store_new(&o);
	i = must_make(s, &l, NULL);
	kw_instance_raw(i)->exec = &exec;
	ok(kw_instance_memory(i, 0)->area.committed_bytes == KW_PAGE_BYTES, "limits: what is only prepared is not there yet");
	ok(grow(kw_instance_raw(i), 2) == ~0u && grow(kw_instance_raw(i), 1) == 1, "limits: the store's is below the type's");
	ok(kw_instance_new(s, &l, NULL, &i, &trap, &d) == -ENOSPC, "limits: number of instances");
	kw_store_free(s);
	o.max_memory_pages = 0;
	s = kw_store_new(&o);
	ok(kw_instance_new(s, &l, NULL, &i, &trap, &d) == -E2BIG && d.reason == KW_R_MAX_MEMORY,
	   "limits: a memory that starts above it is refused, with the reason");
	kw_store_free(s);
	o.max_memory_pages = 2;
	o.max_table_elems = 1;
	s = kw_store_new(&o);
	kw_diag_init(&d);
	ok(kw_instance_new(s, &l, NULL, &i, &trap, &d) == -E2BIG && d.reason == KW_R_MAX_TABLE,
	   "limits: a table that starts above it is refused, with the reason");
	kw_store_free(s);
}

int main(void)
{
	test_sigs();
	test_imports();
	test_unknown_import();
	test_sharing();
	test_segment_trap();
	test_grow();
	test_bulk_memory();
	test_stop();
	test_bulk_table();
	test_snapshot();
	test_limits();
	return tap_done();
}
