/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Memory that both compiled code and C look at.  Compiled code reaches these
 * structs by constant offsets (offsetof), so a change here changes every
 * backend at once and nothing else has to be kept in step.
 *
 * Registers while guest code runs (x86-64 | arm64), for all functions alike:
 *
 *   r15 | x28   VM frame pointer.  The VM stack grows down inside a region of
 *               1 << KW_STACK_LOG2 bytes, aligned to its size:
 *
 *       exec = frame & ~(KW_STACK_BYTES - 1)
 *       |                                                        frame
 *       v                                                          v
 *       +-----------------+-------------+--------------------------+--------+
 *       | struct kw_exec  |  red zone   |  free       <- grows     | frames |
 *       +-----------------+-------------+--------------------------+--------+
 *       0          KW_EXEC_BYTES    KW_STACK_FLOOR                     1 << LOG2
 *
 *   r14 | x27   base of memory 0, in modules that have one; else an ordinary register
 *   rdi | x0    on entry of a guest function: its struct kw_inst; then an ordinary value
 *
 * Every other register is clobbered by a call.  On x86 the native stack holds
 * nothing but return addresses between two host frames: a backtrace is a walk
 * over its words, and a VM frame of at least KW_MIN_FRAME bytes in each
 * function that calls bounds its depth together with the VM stack's.  On arm64
 * return addresses are in the VM frames (kw_code_func.link_off), and the native
 * stack is not used at all.
 */
#ifndef KW_COMMON_LAYOUT_H
#define KW_COMMON_LAYOUT_H

#include "../platform.h"
#include "limits.h"

enum kw_trap {
	KW_TRAP_NONE,
#define KW_TRAP(name, code, text) KW_TRAP_##name = code,
#include "trap.def"
	KW_NR_TRAPS
};

#define KW_PAGE_BYTES		65536ULL		/* a Wasm page */
#define KW_GUARD_BYTES		(32ULL << 20)		/* largest offset + width with no check in guard mode */
#define KW_GUARD_RESERVE	((4ULL << 30) + KW_GUARD_BYTES)

/*
 * A memory in check mode.  Clamped indices reach from base - KW_FRONT_BYTES to
 * base + bytes + KW_TAIL_BYTES, whatever the processor speculates, and there
 * lies nothing but the memory itself:
 *
 *                       base          base + bytes      base + max
 *   +-------+--------------+----------------+----------------+--------------+
 *   | limit | never mapped | read and write | not mapped yet | never mapped |
 *   +-------+--------------+----------------+----------------+--------------+
 *           KW_FRONT_BYTES                                     KW_TAIL_BYTES
 *
 * The limit, a u64 that ends where the front begins, is what code clamps to:
 * bytes + 2 * KW_BIAS_BYTES.  No index reaches it.
 */
#define KW_BIAS_BYTES		(1ULL << 20)		/* largest constant a sum is clamped without, see build_mem.c */
#define KW_FRONT_BYTES		(2 * KW_BIAS_BYTES)
#define KW_TAIL_BYTES		(4 * KW_BIAS_BYTES)
#define KW_CLAMP_OFFSET		(2 * KW_BIAS_BYTES)	/* largest offset + width of an access with a clamped index */
#define KW_LIMIT_OFF		(-(s32)(KW_FRONT_BYTES + sizeof(u64)))
static_assert(KW_MAX_CHECK_PAGES * KW_PAGE_BYTES + KW_FRONT_BYTES <= 4ULL << 30,
	      "an index in the memory is none that stands for the front");
static_assert(KW_MAX_CHECK_PAGES * KW_PAGE_BYTES + 2 * KW_BIAS_BYTES + KW_CLAMP_OFFSET <= 4ULL << 30,
	      "the limit and an offset do not wrap");

#define KW_STACK_BYTES		(1UL << KW_STACK_LOG2)
#define KW_EXEC_BYTES		1024
#define KW_LEAF_FRAME		256	/* a leaf with a frame up to this size checks no limit */
#define KW_REDZONE		256	/* below the frame pointer: scratch of slow paths and thunks */
#define KW_STACK_FLOOR		(KW_EXEC_BYTES + KW_LEAF_FRAME + KW_REDZONE)
#define KW_MIN_FRAME		32	/* of a function that calls; see above */
#define KW_ENTRY_FRAME		(KW_STACK_BYTES - 16)	/* frame pointer on entry: masking it still gives exec */
#define KW_BACKTRACE_MAX	16
#define KW_PKT_NEAR_BYTES	192	/* packet loads at constant offsets below share a base; a 12-bit immediate */
#define KW_NR_FIELDS		24	/* packet fields, see host.def */

/**
 * struct kw_exec - one execution: from entering guest code to leaving it
 * @sp:        native stack pointer to return to the host with (kw_enter's frame)
 * @flag:      0, or the enum kw_trap that polls and the return path of every
 *             host call must end the guest with; set by the watchdog, by a
 *             signal, or by the host function itself
 * @trap:      why the last call ended; KW_TRAP_NONE after a normal return
 * @trap_site: for a memory fault: index into the function's fault sites; else ~0
 * @trap_pc:   a return address inside or right behind the function that trapped, or
 *             where the watchdog met it plus 1: what lies at trap_pc - 1 is its code
 * @nr_bt:     entries of @bt
 * @bt:        native return addresses at the trap, innermost first
 * @inst:      instance of the entered function
 * @host:      the hook's own state of this call (kernel: struct kwasm_call)
 * @deadline_ns: when the watchdog ends it, monotonic clock; 0: not known yet
 * @pkt_data:  first readable byte of the packet's linear part
 * @pkt_lin:   bytes there; loads beyond take the slow path
 * @pkt_len:   length of the whole packet
 * @pkt_short: set by a load that fell short, cleared by err()
 * @field:     values of kwasm_pkt_v1.field(), those the program uses
 * @pkt_none:  KW_PKT_NEAR_BYTES of nothing secret: what is read instead past a mispredicted check
 *
 * Lives at the base of a VM stack.  Only the CPU or task that runs it touches
 * it, except @flag (WRITE_ONCE from the watchdog on the same CPU or a signal).
 */
struct kw_exec {
	u64 sp;
	u32 flag;
	u32 trap;
	u32 trap_site;
	u32 nr_bt;
	u64 trap_pc;
	struct kw_inst *inst;
	void *host;
	u64 deadline_ns;
	u8 *pkt_data;
	u32 pkt_lin;
	u32 pkt_len;
	u32 pkt_short;
	u32 reserved;
	u64 field[KW_NR_FIELDS];
	u64 bt[KW_BACKTRACE_MAX];
	const u8 *pkt_none;
};
static_assert(sizeof(struct kw_exec) <= KW_EXEC_BYTES, "kw_exec outgrew its place");

/**
 * struct kw_memory - a linear memory; owned by the instance that defines it
 * @base:  first byte; never moves: kw_mem_reserve() gave all the address space it will need
 * @bytes: current size, multiple of KW_PAGE_BYTES; loads of it in check mode
 */
struct kw_memory {
	u8 *base;
	u64 bytes;
	u32 max_pages;		/* limit of the type, or what the host allows: the lower */
	u32 has_max;		/* the type declared a maximum (import matching needs it) */
	u32 type_max;
	u32 guard;		/* reserved with guard */
	struct kw_mem_area area;
};

/**
 * struct kw_table_entry - one element of a funcref table, ready to be called
 * @code: entry point, or the address of nothing callable when @sig is 0
 * @inst: becomes the callee's hidden first argument
 * @sig:  canonical signature id, 0 for null: no function type has id 0
 * @ref:  the funcref this came from (table.get, table.copy), NULL for null
 *
 * 32 bytes, so that an index is a shift.
 */
struct kw_table_entry {
	void *code;
	struct kw_inst *inst;
	u32 sig;
	u32 pad;
	const struct kw_funcref *ref;
};
static_assert(sizeof(struct kw_table_entry) == 32, "call_indirect shifts by 5");

struct kw_table {
	struct kw_table_entry *entries;
	u32 len;		/* elements */
	u32 max;		/* of the type, or the host's limit: the lower */
	u32 has_max;
	u32 type_max;
	u8 type;		/* enum kw_valtype: funcref or externref */
	u32 cap;		/* allocated elements */
};

/* Immutable; what a funcref value points to.  Lives as long as its store. */
struct kw_funcref {
	void *code;
	struct kw_inst *inst;
	u32 sig;
	u32 func;		/* index in inst's module */
};

/* An imported function as compiled code calls it. */
struct kw_import_slot {
	void *code;
	struct kw_inst *inst;
};

/*
 * An own global: its value.  An imported one: .ref points to the value in
 * the exporting instance (constants are copied, so they are always own).
 */
union kw_global_cell {
	u32 i32;
	u64 i64;
	u64 v128[2];
	void *ref;
};
static_assert(sizeof(union kw_global_cell) == 16, "globals are addressed by a shift");

/**
 * struct kw_inst - what compiled code sees of an instance
 * @mem_base: mem->base, so that r14 is one load; NULL without memory
 * @mem:      memory 0, own or imported
 * @owner:    the runtime's side (struct kw_instance)
 * @exec:     set by the helper stub just before it calls C, so that a helper
 *            finds its execution; an instance never runs in two at a time
 * @funcs:    [nr_funcs] what ref.func gives pointers to
 *
 * Followed in the same allocation, in this order, each part 16-byte aligned
 * (kw_inst_*_off() below give the offsets, from the module alone):
 *   union kw_global_cell   globals[nr_globals]       imports first
 *   struct kw_import_slot  imports[nr_imported_funcs]
 *   struct kw_table *      tables[nr_tables]
 */
struct kw_inst {
	u8 *mem_base;
	struct kw_memory *mem;
	void *owner;
	struct kw_exec *exec;
	const struct kw_funcref *funcs;
	void *reserved;
};
static_assert(sizeof(struct kw_inst) % 16 == 0, "globals follow, 16-byte aligned");

static inline u32 kw_inst_global_off(u32 i)
{
	return sizeof(struct kw_inst) + i * sizeof(union kw_global_cell);
}

static inline u32 kw_inst_import_off(u32 nr_globals, u32 i)
{
	return kw_inst_global_off(nr_globals) + i * sizeof(struct kw_import_slot);
}

static inline u32 kw_inst_table_off(u32 nr_globals, u32 nr_imported_funcs, u32 i)
{
	return kw_inst_import_off(nr_globals, nr_imported_funcs) + i * sizeof(struct kw_table *);
}

static inline u32 kw_inst_bytes(u32 nr_globals, u32 nr_imported_funcs, u32 nr_tables)
{
	return kw_inst_table_off(nr_globals, nr_imported_funcs, nr_tables);
}

/* One value crossing the border between host and guest: low bits, zero-extended. */
struct kw_value {
	u64 lo;
	u64 hi;
};

/**
 * struct kw_call_frame - arguments and results of a typed call from the host
 * @code: the function; entered through the thunk of its signature
 * @val:  on entry the arguments, after a normal return the results; max of both long
 *
 * The entry thunk gets its address in rsi | x1.
 */
struct kw_call_frame {
	void *code;
	u64 pad;
	struct kw_value val[];
};

/*
 * C functions that compiled code calls, through a stub that returns to the
 * guest only if exec->flag is still 0.  Arguments: struct kw_inst *, then up
 * to five integers in C's own registers.  None of them may touch guest memory
 * without a bounds check, sleep in S form, or enter a guest.
 */
enum kw_helper {
	KW_HELPER_MEMORY_GROW,	/* (inst, u32 pages) -> u32 old size in pages or ~0 */
	KW_HELPER_MEMORY_FILL,	/* (inst, u32 dst, u32 byte, u32 n) */
	KW_HELPER_MEMORY_COPY,	/* (inst, u32 dst, u32 src, u32 n) */
	KW_HELPER_MEMORY_INIT,	/* (inst, u32 seg, u32 dst, u32 src, u32 n) */
	KW_HELPER_DATA_DROP,	/* (inst, u32 seg) */
	KW_HELPER_TABLE_INIT,	/* (inst, u64 table | seg << 32, u32 dst, u32 src, u32 n) */
	KW_HELPER_TABLE_COPY,	/* (inst, u64 dst_table | src_table << 32, u32 dst, u32 src, u32 n) */
	KW_HELPER_ELEM_DROP,	/* (inst, u32 seg) */
	KW_HELPER_TABLE_SET,	/* (inst, u32 table, u32 index, ref) */
	KW_HELPER_TABLE_GROW,	/* (inst, u32 table, ref, u32 n) -> u32 old length or ~0 */
	KW_HELPER_TABLE_FILL,	/* (inst, u32 table, u32 index, ref, u32 n) */
	KW_NR_HELPERS
};

/*
 * Code outside any guest function that guest code jumps to or calls.  The
 * runtime has each at a known address; code objects refer to them by
 * relocation.  KW_STUB_HOST + i is host function i of the import binding.
 */
enum kw_stub {
	KW_STUB_TRAP,		/* call: pc of the call names the site; does not return */
	KW_STUB_FAULT,		/* call, eax | w16 = index of the fault site in its function */
	KW_STUB_POLL,		/* call, all registers preserved: exec->flag was seen set */
	KW_STUB_PKT_SLOW,	/* call, all registers preserved: struct kw_pkt_slow in the red zone */
	KW_STUB_HELPER,		/* + enum kw_helper */
	KW_STUB_HOST = KW_STUB_HELPER + KW_NR_HELPERS,
};

/* In the red zone, at frame - sizeof(), for KW_STUB_PKT_SLOW. */
struct kw_pkt_slow {
	u64 value;		/* in: default of the _or form; out: what was loaded */
	u32 off;
	u16 size;		/* 1 2 4 8 bytes; 0: the value is where a copy of the first off is, zeros past the end */
	u8 be;			/* network order */
	u8 has_default;		/* the _or form: does not set exec->pkt_short */
};

#endif /* KW_COMMON_LAYOUT_H */
