/* SPDX-License-Identifier: GPL-2.0 */
/* Writing of a module's bytes, and the state of the generator that does. */
#ifndef KW_TESTS_EMIT_H
#define KW_TESTS_EMIT_H

#include <stddef.h>
#include <stdint.h>

#include "../../../jit/wasm/module.h"
#include "../../../jit/wasm/opcode.h"

#define MAX_TYPES	16
#define MAX_FUNCS	12
#define MAX_LABELS	16
#define MAX_LOCALS	40
#define MAX_GLOBALS	16
#define MAX_SIG		8
#define MAX_DEPTH	5

struct sig {
	u8 param[MAX_SIG], result[MAX_SIG];
	u32 nr_params, nr_results;
};

/* Types every module has, see gen.c. */
enum { SIG_I32, SIG_I64, SIG_NONE, SIG_LOOP_I64, SIG_LOOP_FLOAT, SIG_LOOP_VECTOR, SIG_MULTI, SIG_REFS, NR_FIXED_SIGS };

/* The order of tables, data and element segments. */
enum { TABLE_ENV, TABLE_FUNCS, TABLE_EXTERNS, NR_TABLES };
enum { ELEM_ACTIVE, ELEM_PASSIVE, ELEM_DECLARED, ELEM_EXTERN, NR_ELEMS };
enum { DATA_PASSIVE, DATA_ACTIVE, NR_DATAS };
#define NR_IMPORTED_FUNCS	2
#define NR_IMPORTED_GLOBALS	2
#define TABLE_SIZE		10
#define DATA_BYTES		40

/* What a branch to a label carries; NR_RESULTS_NEVER: no random branch goes there. */
struct label {
	u8 type[MAX_SIG];
	u32 nr;
};
#define LABEL_NEVER	0xff

struct gen {
	u64 rng;
	u8 *p, *end;
	bool full;
	bool floats, simd, refs, portable;
	struct gen_opts *o;
	u32 nr_nodes;
	/* the module */
	struct sig type[MAX_TYPES];
	u32 nr_types, nr_funcs;			/* nr_funcs: imported ones counted */
	u32 func_type[MAX_FUNCS + NR_IMPORTED_FUNCS];
	u8 global[MAX_GLOBALS];
	bool global_mutable[MAX_GLOBALS];
	u32 nr_globals;
	/* the function being made */
	u32 func;
	u8 local[MAX_LOCALS];
	u32 nr_locals, nr_settable;		/* behind the settable ones: only who reserved one writes it */
	u32 free_i32, end_i32, free_i64, end_i64;
	u32 scratch;				/* f32, f64, v128: for making NaNs canonical */
	struct label label[MAX_LABELS];
	u32 nr_labels;
	u32 nr_loops;
	int budget;
};

/* emit.c */
u32 rnd(struct gen *g, u32 n);
u64 rnd64(struct gen *g);
void put(struct gen *g, u8 b);
void uleb(struct gen *g, u64 v);
void sleb(struct gen *g, s64 v);
void emit(struct gen *g, u32 op);		/* enum kw_wasm_op */
void emit1(struct gen *g, u32 op, u32 index);
void i32_const(struct gen *g, s32 v);
void i64_const(struct gen *g, s64 v);
void int_const(struct gen *g, u8 type, s64 v);
u8 *open_size(struct gen *g);
void close_size(struct gen *g, u8 *at);
u8 *open_section(struct gen *g, u8 id);
void put_name(struct gen *g, const char *name);

/* value.c: types and constants */
u8 any_type(struct gen *g);
u8 int_type(struct gen *g);
bool is_float(u8 type);
bool is_int(u8 type);
s64 interesting(struct gen *g, u8 type);
void constant(struct gen *g, u8 type);

/* expr.c: values */
void expr(struct gen *g, u8 type, int depth);
void address(struct gen *g, int depth);
void memarg(struct gen *g, u32 size_log2);
void memarg_at(struct gen *g, u32 off);
int pick_local(struct gen *g, u8 type, u32 n);
int pick_global(struct gen *g, u8 type, bool to_set);
bool call(struct gen *g, u8 type, int depth);
void canonicalize(struct gen *g, u32 op);

/* A local of one's own, from expr.c; -1: none left.  Give back in reverse order. */
int reserve(struct gen *g, u8 type);
void release(struct gen *g, u8 type);

/* stmt.c: statements and control */
void stmt(struct gen *g, int depth);
void stmts(struct gen *g, int depth);
void open_label(struct gen *g, const u8 *types, u32 nr);
void open_void(struct gen *g, u32 op, u32 carries);
void close_label(struct gen *g);

/* loop.c, idiom.c, refs.c: shapes of code.  Those with a type leave a value of it. */
void loop_stmt(struct gen *g, int depth);
void idiom_value(struct gen *g, u8 type, int depth);
void idiom_stmt(struct gen *g, int depth);
void ref_value(struct gen *g, u8 type, int depth);
void ref_stmt(struct gen *g, int depth);

/* nodes: what a reduction can leave out.  node_open() gives the number, node_close() undoes it when it is to go. */
u32 node_open(struct gen *g);
bool node_close(struct gen *g, u32 node, u8 *start);

#endif
