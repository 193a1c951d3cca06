/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What the passes of the register allocator share.
 *
 * live.c walks the blocks backward: next uses and wishes (named.c, nearest.c).  entry.c decides
 * what is in registers where paths meet, assign.c walks the instructions
 * forward, pmove.c puts parallel moves in order, slots.c gives those values
 * that were ever read from memory a slot and a place for their one store.
 *
 * Only state.loc decides what code does.  Next uses are advice: a value they
 * call dead too early is read from its slot, which is always correct.
 */
#ifndef KW_RA_STATE_H
#define KW_RA_STATE_H

#include "ra.h"
#include "../ir/ir.h"

#define RA_NR_REGS	64
#define RA_NONE		(~0u)

/*
 * Distance to a next use, ordered: smaller is nearer.
 *
 *   31      call: a call that destroys all registers comes first
 *   30..25  how far out the outermost loop is that must be left: 63 - its depth
 *   24..0   instructions; as "when" inside a block: an instruction number
 */
typedef u32 ra_when_t;

#define RA_DEAD		(~0u)
#define RA_BEHIND_CALL	BIT(31)
#define RA_FAR_SHIFT	25
#define RA_LOW		((1u << RA_FAR_SHIFT) - 1)
#define RA_COLD		(1u << 20)	/* what entering a cold block counts for */
#define RA_MAX_DEPTH	62

/* Live-in values a block keeps, the nearest ones; the rest count as dead until reloaded. */
#define RA_MAX_LIVE	32

/* Where a value is during allocation: registers, then a slot for each vreg. */
typedef u32 ra_loc_t;

#define RA_LOC_SLOT(v)	(RA_NR_REGS + (v))
#define RA_LOC_SCRATCH	(~0u - 1)
#define RA_LOC_NONE	(~0u)

/* A register and the vreg in it. */
struct ra_held {
	u32 vreg : 26;
	u32 reg : 6;
};
#define RA_MAX_VREGS	(1u << 26)

struct ra_live {
	u32 vreg;
	ra_when_t when;		/* an instruction number, of an instruction of the block or behind it */
};

struct ra_move {
	ra_loc_t from;		/* RA_LOC_NONE: remat */
	ra_loc_t to;
	u32 vreg;		/* whose type and remat it is */
};

struct ra_edit {
	u32 at;
	ra_loc_t from, to;
	u32 kind : 2;		/* enum kw_edit_kind */
	u32 type : 4;		/* enum kw_irtype */
	u32 remat : 26;		/* 1 + instruction */
};

/* Edits with one .at stand in this order. */
enum ra_phase {
	RA_AT_ENTRY,		/* edge moves into a block with one predecessor */
	RA_AT_STORE,		/* a definition's store to its slot */
	RA_AT_INST,		/* what an instruction's constraints need */
	RA_AT_EXIT,		/* edge moves before a jump */
	RA_NR_PHASES
};

/* A list in pieces: one that moved to grow would leave its old places behind. */
#define RA_PIECE	64

struct ra_edit_piece {
	struct ra_edit e[RA_PIECE];
	struct ra_edit_piece *next;
};

struct ra_edits {
	struct ra_edit_piece *first, *last;
	u32 nr;
};

/* Go over the edits of one phase: @e, by way of @piece and number @k. */
#define ra_for_each_edit(list, piece, k, e) \
	for ((piece) = (list)->first, (k) = 0, (e) = (piece) ? (piece)->e : NULL; \
	     (k) < (list)->nr; \
	     (e) = ++(k) % RA_PIECE ? (e) + 1 : ((piece) = (piece)->next) ? (piece)->e : NULL)

struct ra_block {
	struct ra_live *live;	/* live-in; NULL when there is none, or the block was entered */
	struct ra_held *entry, *exit;	/* registers; at the entry, those of .entry_regs */
	u64 entry_regs;
	struct ra_loop *heads;	/* the loop it is the header of, NULL */
	u32 loop;		/* innermost loop's header */
	u32 depth;		/* loops around, this one included */
	u32 dom_depth, dom_jump;
	u8 nr_live, nr_entry, nr_exit;
	u8 splits;		/* only splits an edge: lives off its target's .live */
};

struct ra_loop {
	struct ra_live *live;	/* live-in of all its blocks */
	u32 nr_live;
	u32 parent;		/* header of the loop around */
	u32 jump;		/* header of an ancestor further out, see loop_outermost() */
	u16 press[KW_NR_RCLASSES];	/* most values live at once */
	u8 calls;		/* classes a warm call in the loop destroys */
	u64 phi_regs;		/* of the header's parameters */
};

/* There is a use; there is one that wants the value where it is, not copied to a place of the user's. */
#define RA_USED		0x01
#define RA_USED_LOOSE	0x02

struct ra {
	struct kw_mfunc *mf;
	struct kw_arena *arena;
	struct kw_arena lists;	/* live-in lists: made from the last block to the first, then given back */
	struct ra_block *blk;
	u32 steps;

	/* live.c */
	ra_when_t *opnd_next;	/* by operand: next use after it */
	ra_when_t *def_next;	/* by vreg: first use after its definition */
	u8 *used;		/* by vreg: RA_USED_* */
	u32 *phi_hint;		/* by vreg: block parameter it would like to share with */
	u8 *fixed_hint;		/* by vreg: register of a later fixed use */
	u32 *busy_log;		/* named.c's: next fixed use of a register */
	u32 nr_busy_log, cap_busy_log;
	u32 busy[RA_NR_REGS];	/* instruction that next needs this very register */
	u64 busy_mask;
	u32 weight[RA_NR_REGS];	/* how often instructions ask for it by name */
	u8 order[KW_NR_RCLASSES][32];	/* of classes in .ordered */
	u8 ordered;
	u8 nr_regs[KW_NR_RCLASSES];

	/* assign.c: state at the current point */
	u8 *reg;		/* by vreg, KW_NO_REG */
	ra_when_t *next;	/* by vreg, valid for live ones; where live.c had its own */
	u8 *share;		/* by vreg: register it got; parameter: an argument got */
	u32 val[RA_NR_REGS];
	u64 occupied;
	u32 cur_block;
	const struct ra_held *last_exit;	/* what .val says between blocks */
	u32 nr_last_exit;
	u8 like;		/* register to prefer for the next choice, KW_NO_REG */
	u8 *loose;		/* by vreg: instruction has a use of it that is not FIXED */
	u64 pending;		/* registers filled before the instruction, */
	ra_loc_t pend_from[RA_NR_REGS];	/* with this, */
	u32 pend_vreg[RA_NR_REGS];	/* which is that value */

	/* entry.c, by vreg */
	u16 *avail;		/* predecessors that have it in a register */
	u8 *xreg;		/* register at the exit of a predecessor */
	u32 *arg_of;		/* block parameter: what the edge brings, 0 */
	struct ra_pick *pick;	/* for each class, RA_MAX_PICKS */
	u32 nr_picks[KW_NR_RCLASSES];

	/* pmove.c */
	struct ra_move *move;
	u32 nr_moves, cap_moves;
	u32 *move_to;		/* by location, valid for those of the moves: 1 + move that writes it */
	u32 *readers;		/* likewise */
	u32 *ready;
	u32 cap_ready;

	/* slots.c, by vreg */
	u32 *slot_lca;		/* block that dominates all reads, RA_NONE: none */
	u32 *slot_start, *slot_end;
	u8 *slot_param;		/* block parameter that arrives in its slot */
	u32 *slot_of;
	u32 *slot_group;	/* the parameter whose slot this one shares, or itself */
	u32 *slot_next;		/* other members of its group, 0 ends */
	u32 *opnd_slot;		/* operands that read a slot */
	u32 nr_opnd_slots, cap_opnd_slots;
	struct ra_pair *pair;
	u32 nr_pairs, cap_pairs;
	bool scratch_used;

	u32 *def_inst;		/* by vreg, RA_NONE for block parameters */
	u32 *def_block;		/* by vreg */
	struct ra_edits edits[RA_NR_PHASES];
};

/* A candidate for a register at a block's start. */
struct ra_pick {
	u32 vreg;
	ra_when_t when;
};
#define RA_MAX_PICKS	32

/* A slot-to-slot move of an edge: one slot for both makes it vanish. */
struct ra_pair {
	u32 param, arg;
	u32 at;
};

static inline struct kw_vreg *ra_vreg(const struct ra *ra, u32 v)
{
	return &ra->mf->vreg[v];
}

static inline u64 ra_allocatable(const struct ra *ra, u32 v)
{
	return ra->mf->allocatable[ra->mf->vreg[v].rclass];
}

/* The bit of register @r, none for KW_NO_REG; without a branch. */
static inline u64 ra_reg_bit(u32 r)
{
	return (u64)(r < RA_NR_REGS) << r % RA_NR_REGS;
}

static inline bool ra_is_use(const struct kw_mopnd *o)
{
	return o->kind <= KW_OP_LATE_USE;
}

/* There is nothing to decide for it, as for most jumps. */
static inline bool ra_is_bare(const struct kw_minst *inst)
{
	return !inst->nr_opnds && !kw_mi_clobbers(inst);
}

/* The instruction that makes @v again, or RA_NONE. */
static inline u32 ra_remat(const struct ra *ra, u32 v)
{
	return ra->mf->vreg[v].remat - 1;
}

/* Classes of which @inst leaves no register intact. */
static inline u32 ra_call_classes(const struct ra *ra, const struct kw_minst *inst)
{
	const struct kw_mopnd *o = ra->mf->opnd + inst->opnds;
	u64 lost = kw_mi_clobbers(inst);
	u32 c, k, classes = 0;

	if (!lost)
		return 0;
	for (k = 0; k < inst->nr_opnds; k++)
		if (!ra_is_use(&o[k]) && o[k].want == KW_WANT_FIXED)
			lost |= BIT_ULL(o[k].reg);
	for (c = 0; c < KW_NR_RCLASSES; c++)
		if (ra->mf->allocatable[c] && !(ra->mf->allocatable[c] & ~lost))
			classes |= 1u << c;
	return classes;
}

/* Registers @inst asks for by name; a call's clobbers are not worth avoiding one by one. */
static inline u64 ra_named_regs(const struct ra *ra, const struct kw_minst *inst)
{
	const struct kw_mopnd *o = ra->mf->opnd + inst->opnds;
	u64 mask = ra_call_classes(ra, inst) ? 0 : kw_mi_clobbers(inst);
	u32 k;

	for (k = 0; k < inst->nr_opnds; k++)
		if (o[k].want == KW_WANT_FIXED)
			mask |= BIT_ULL(o[k].reg);
	return mask;
}

static inline ra_when_t ra_when_add(ra_when_t w, u32 insts)
{
	u32 low = (w & RA_LOW) + insts;

	return (w & ~RA_LOW) | (low < RA_LOW ? low : RA_LOW);
}

/* @w is not below @insts; a saturated one stays so. */
static inline ra_when_t ra_when_sub(ra_when_t w, u32 insts)
{
	return (w & RA_LOW) == RA_LOW ? w : w - insts;
}

static inline u32 ra_far_code(u32 depth)
{
	return (63u - (depth < RA_MAX_DEPTH ? depth : RA_MAX_DEPTH)) << RA_FAR_SHIFT;
}

#define RA_FAR_MASK	(63u << RA_FAR_SHIFT)

/* The use is behind the end of a loop of depth @depth. */
static inline ra_when_t ra_when_exit(ra_when_t w, u32 depth)
{
	u32 code = ra_far_code(depth);

	return (w & RA_FAR_MASK) < code ? (w & ~RA_FAR_MASK) | code : w;
}

static inline int ra_step(struct ra *ra)
{
	return ++ra->steps & 4095 ? 0 : kw_checkpoint();
}

/* live.c */
int kw_ra_live(struct ra *ra);

/* entry.c */
int kw_ra_enter_block(struct ra *ra, u32 b);
int kw_ra_leave_block(struct ra *ra, u32 b);
void kw_ra_pass_block(struct ra *ra, u32 b);

/* choose.c */
u32 kw_ra_choose_free(struct ra *ra, u32 v, u64 mask);
u32 kw_ra_furthest(struct ra *ra, u64 mask, u32 at);

/* assign.c */
int kw_ra_assign_inst(struct ra *ra, u32 i);

/* named.c */
int kw_ra_note_named(struct ra *ra, u64 mask, u32 b, u32 i);
int kw_ra_close_named(struct ra *ra);
void kw_ra_pop_named(struct ra *ra, u64 mask);
void kw_ra_open_named(struct ra *ra);

/* nearest.c */
void kw_ra_nearest(struct ra_live *l, u32 n);

static inline void ra_hold(struct ra *ra, u32 v, u32 r)
{
	ra->val[r] = v;
	ra->reg[v] = r;
	ra->occupied |= BIT_ULL(r);
}

static inline void ra_vacate(struct ra *ra, u32 r)
{
	ra->reg[ra->val[r]] = KW_NO_REG;
	ra->val[r] = 0;
	ra->occupied &= ~BIT_ULL(r);
}

/* pmove.c */
int kw_ra_grow_moves(struct ra *ra);
int kw_ra_emit_moves(struct ra *ra, u32 at, enum ra_phase phase, u64 busy_regs);
int kw_ra_emit_move(struct ra *ra, u32 at, const struct ra_move *m);
struct ra_edit *kw_ra_new_piece(struct ra *ra, struct ra_edits *list);

static inline int ra_add_move(struct ra *ra, ra_loc_t from, ra_loc_t to, u32 vreg)
{
	if (from == to)
		return 0;
	if (ra->nr_moves == ra->cap_moves && kw_ra_grow_moves(ra))
		return -ENOMEM;
	ra->move[ra->nr_moves++] = (struct ra_move){ from, to, vreg };
	return 0;
}

/* Room for one more edit, to be written at once, or NULL. */
static inline struct ra_edit *ra_new_edit(struct ra *ra, enum ra_phase phase)
{
	struct ra_edits *list = &ra->edits[phase];

	return list->nr % RA_PIECE ? &list->last->e[list->nr++ % RA_PIECE] : kw_ra_new_piece(ra, list);
}

/* slots.c */
int kw_ra_slot_read(struct ra *ra, u32 v, u32 at, u32 block);
int kw_ra_slot_write(struct ra *ra, u32 v, u32 at);
int kw_ra_slots(struct ra *ra);

/* tree.c */
int kw_ra_loops(struct ra *ra);
u32 kw_ra_common_dominator(const struct ra *ra, u32 a, u32 b);
u32 kw_ra_loop_outermost(const struct ra *ra, u32 b, u32 def_block);

#endif /* KW_RA_STATE_H */
