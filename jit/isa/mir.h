/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Machine IR: what the backend's lowering makes of the SSA graph, what the
 * register allocator works on, and what the backend's emitter reads.
 *
 * Still SSA: every vreg has one definition, an instruction's operand or a
 * block parameter.  Operands carry constraints; only ra/ decides registers,
 * and only through kw_mopnd.alloc and the list of edits.  The allocator knows
 * nothing of what an instruction does.
 */
#ifndef KW_ISA_MIR_H
#define KW_ISA_MIR_H

#include "../common/arena.h"
#include "../common/limits.h"
#include "../common/opt.h"

#define KW_NO_VREG	0u
#define KW_NO_REG	0xff

enum kw_rclass { KW_RC_INT, KW_RC_VEC, KW_NR_RCLASSES };

/* Register numbers: 0..31 integer, 32..63 vector; the backend maps them to its own. */
#define KW_VEC(n)	(32 + (n))

enum kw_opnd_kind {
	KW_OP_USE,		/* read when the instruction starts */
	KW_OP_LATE_USE,		/* read until it ends: never shares a register with a def */
	KW_OP_DEF,		/* written when it ends: may share a register with a USE */
	KW_OP_EARLY_DEF,	/* written while uses are still read: shares with nothing */
};

enum kw_opnd_want {
	KW_WANT_REG,		/* any allocatable register of the vreg's class */
	KW_WANT_ANY,		/* register or spill slot, whichever is there */
	KW_WANT_FIXED,		/* .reg */
	KW_WANT_REUSE,		/* def only: the register of use operand number .reg of this instruction */
};

/* Where a value is: registers 0..63, spill slots from KW_ALLOC_SLOT up. */
#define KW_ALLOC_NONE	0xffff
#define KW_ALLOC_SLOT	0x100
typedef u16 kw_alloc_t;

struct kw_mopnd {
	u32 vreg;
	u8 kind:4;		/* enum kw_opnd_kind */
	u8 want:4;		/* enum kw_opnd_want */
	u8 reg;
	kw_alloc_t alloc;	/* result of ra/ */
};

/* enum values below KW_MOP_ISA are common to all backends. */
enum kw_mop {
	KW_MOP_NOP,
	KW_MOP_PARAMS,		/* first in block 0: a FIXED def per register parameter */
	KW_MOP_JUMP,		/* terminators: block.succ in order */
	KW_MOP_ISA,
};

#define KW_MI_TERM	0x01	/* ends the block */
#define KW_MI_CALL	0x02
#define KW_MI_MOVE	0x04	/* copy of use 0 to def: prefer one register for both */
#define KW_MI_COMMUTES	0x08	/* operand 0 = 1 op 2, tied to 1: ra/ may exchange the vregs of 1 and 2 */
#define KW_MI_REMAT	0x10	/* operand 0 can be made again anywhere by repeating it; not made here if it has no .alloc */
#define KW_MI_CLOBBERS	0x20	/* has .clobbers and no .imm */

/* There is one for every few bytes of a function's body: it is half a cache line. */
struct kw_minst {
	u8 op;			/* enum kw_mop or the backend's own */
	u8 nr_opnds;
	u8 flags;		/* KW_MI_* */
	u8 size;		/* the backend's: operand width */
	u8 cc;			/* condition */
	u8 base, index;		/* operand numbers of an address, KW_NO_REG for none */
	u8 scale;
	u8 x0, x1, x2;		/* the backend's */
	u8 kind;		/* of a trap, and the backend's */
	u32 opnds;		/* start in mfunc.opnd, where instructions are in no order */
	union {
		s64 imm;
		u64 clobbers;	/* registers destroyed besides defs, bit n = register n */
	};
	union {
		s32 disp;
		u32 aux;	/* callee, stub, switch id */
	};
	u32 wasm_off;		/* a kw_place() */
};
static_assert(sizeof(struct kw_minst) == 32, "machine instruction");

static inline u64 kw_mi_clobbers(const struct kw_minst *mi)
{
	return mi->flags & KW_MI_CLOBBERS ? mi->clobbers : 0;
}

struct kw_vreg {
	u8 rclass;
	u8 type;		/* enum kw_irtype: how wide a spill is */
	u8 hint;		/* register it would like, KW_NO_REG for none */
	u8 reserved;
	u32 remat;		/* 1 + inst that can be repeated anywhere to make it again, 0: none */
};

struct kw_mblock {
	u32 first, end;		/* instructions [first, end) in mfunc.inst */
	u32 params;		/* vregs, in mfunc.vpool */
	u32 succ;		/* edges, in mfunc.medge */
	u32 pred, nr_preds;	/* edge numbers, in mfunc.epool */
	u16 nr_params, nr_succs;
	u16 loop_depth;
	u8 is_loop_header;
	u8 cold;
	u32 loop_end;		/* header: first block behind the loop */
	u32 idom;
};
static_assert(KW_MAX_LOCALS + KW_MAX_PARAMS <= 0xffff && KW_MAX_BR_TABLE < 0xffff && KW_MAX_NESTING <= 0xffff,
	      "counts of a block");

struct kw_medge {
	u32 from, to;
	u32 args;		/* vregs, in mfunc.vpool: as many as to has params */
};

/*
 * What ra/ adds: before instruction @at (for edge moves: before the first
 * instruction of the successor if it has one predecessor, else before the
 * predecessor's terminator) do @from -> @to.  Edits of one @at stand in
 * order and are sequential: cycles are already resolved.  A remat repeats
 * instruction @remat - 1 with its def in @to.  A swap exchanges two
 * registers of one class.
 */
enum kw_edit_kind { KW_EDIT_MOVE, KW_EDIT_SWAP, KW_EDIT_REMAT };

struct kw_edit {
	u32 at;
	u8 kind;
	u8 type;		/* enum kw_irtype: width of the move */
	kw_alloc_t from, to;
	u32 remat;
};

struct kw_mfunc {
	struct kw_arena *arena;	/* holds what stands here */
	struct kw_arena *tmp;	/* of the pass that runs, another one than .arena; reset behind it */
	struct kw_arena *made;	/* where lowering makes instructions, operands and vregs, until kw_lower_keep() */
	u32 opt_off;		/* enum kw_opt: what is left out */
	struct kw_minst *inst;
	u32 nr_insts, cap_insts;
	struct kw_mopnd *opnd;
	u32 nr_opnds, cap_opnds;
	struct kw_vreg *vreg;	/* [0] unused */
	u32 nr_vregs, cap_vregs;
	struct kw_mblock *block;	/* same numbering and order as the IR's */
	u32 nr_blocks;
	struct kw_medge *medge;
	u32 nr_medges;
	u32 *vpool, nr_vpool, cap_vpool;	/* lists of vregs; of a switch, ordinals of successors */
	u32 *epool;
	u64 allocatable[KW_NR_RCLASSES];	/* register masks */
	u32 out_bytes;		/* largest outgoing argument area of its calls */
	/* results of ra/ */
	struct kw_edit *edit;	/* sorted by .at */
	u32 nr_edits, cap_edits;
	u32 nr_slots;		/* spill slots used, 8 bytes each (16 where type is V128: two) */
	u64 used_regs;
};

#endif /* KW_ISA_MIR_H */
