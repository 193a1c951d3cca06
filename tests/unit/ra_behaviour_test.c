// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* What the register allocator must be good at, one small function each. */
#include "lib/mirgen.h"
#include "tap.h"

#define INT	KW_RC_INT, KW_T_I64

static struct mirgen g;

static u32 param(u32 reg)
{
	u32 v = mirgen_vreg(&g, INT);

	mirgen_opnd(&g, KW_OP_DEF, KW_WANT_FIXED, reg, v);
	return v;
}

/* d = a op b in a's register */
static u32 two_address(u32 a, u32 b)
{
	u32 d = mirgen_vreg(&g, INT);

	mirgen_inst(&g, 0, 0);
	mirgen_opnd(&g, KW_OP_DEF, KW_WANT_REUSE, 1, d);
	mirgen_opnd(&g, KW_OP_USE, KW_WANT_REG, 0, a);
	mirgen_opnd(&g, KW_OP_USE, KW_WANT_REG, 0, b);
	return d;
}

static u32 loop_label(u32 nr_params, const u32 *params, u32 out)
{
	u32 l = mirgen_label(&g, nr_params, params);

	g.label[l].header = true;
	g.label[l].end_label = out;
	return l;
}

static bool allocate(void)
{
	char why[128];

	mirgen_finish(&g);
	if (kw_ra_assign(&g.mf)) {
		diag("kw_ra_assign failed");
		return false;
	}
	if (kw_ra_verify(&g.mf, why, sizeof(why))) {
		diag("%s", why);
		return false;
	}
	return true;
}

/* Edits in blocks of at least that loop depth; @kind ~0: all. */
static u32 edits_in(u32 depth, u32 kind)
{
	u32 k, b, n = 0;

	for (k = 0; k < g.mf.nr_edits; k++)
		for (b = 0; b < g.mf.nr_blocks; b++)
			if (g.mf.edit[k].at >= g.mf.block[b].first &&
			    g.mf.edit[k].at < g.mf.block[b].end &&
			    g.mf.block[b].loop_depth >= depth &&
			    (kind == ~0u || g.mf.edit[k].kind == kind))
				n++;
	return n;
}

static void end(bool good, const char *name)
{
	if (!ok(good, "%s", name))
		mirgen_print(&g);
	mirgen_free(&g);
}

static void test_live_through(void)
{
	u32 v[8], k, i = 0, head, out, again, i0;

	mirgen_init(&g, 15, 0);
	for (k = 0; k < 8; k++)
		v[k] = mirgen_def(&g, INT, 0, NULL);
	i0 = v[7];
	i = mirgen_vreg(&g, INT);
	out = mirgen_label(&g, 0, NULL);
	again = mirgen_label(&g, 0, NULL);
	head = loop_label(1, &i, out);
	mirgen_jump(&g, head, &i0);
	mirgen_begin(&g, head);
	k = two_address(i, v[0]);
	k = two_address(k, v[1]);
	mirgen_branch(&g, k, again, out);
	mirgen_begin(&g, again);
	mirgen_jump(&g, head, &k);
	mirgen_begin(&g, out);
	for (k = 2; k < 7; k++)
		mirgen_use(&g, 1, &v[k]);
	mirgen_return(&g, 0);
	end(allocate() && !edits_in(1, ~0u) && g.mf.nr_edits > 0,
	    "a value live through a loop but unused in it is not reloaded inside");
}

static void test_remat(void)
{
	u32 c, v[4], k;

	mirgen_init(&g, 7, 0);
	c = mirgen_const(&g, INT);
	mirgen_use(&g, 1, &c);
	mirgen_call(&g);
	mirgen_use(&g, 1, &c);
	for (k = 0; k < 3; k++)
		v[k] = mirgen_def(&g, INT, 0, NULL);
	mirgen_use(&g, 3, v);
	mirgen_use(&g, 1, &c);
	mirgen_return(&g, 0);
	end(allocate() && edits_in(0, KW_EDIT_REMAT) == 2 && g.mf.nr_edits == 2 && !g.mf.nr_slots,
	    "a constant is rematerialized, not stored");
}

static void test_call_argument(void)
{
	u32 a, b, x, y;

	mirgen_init(&g, 0xff, 0);
	mirgen_inst(&g, 0, 0);
	a = param(7);
	b = param(6);
	x = two_address(a, b);
	y = mirgen_def(&g, INT, 1, &x);
	mirgen_call(&g);
	mirgen_opnd(&g, KW_OP_USE, KW_WANT_FIXED, 2, x);
	mirgen_opnd(&g, KW_OP_USE, KW_WANT_FIXED, 6, y);
	mirgen_return(&g, 0);
	end(allocate() && g.mf.nr_edits <= 1, "a call argument is made in its register");
}

static void test_loop_phi(void)
{
	u32 i0, n, i = 0, j, head, out, again;

	mirgen_init(&g, 0xff, 0);
	mirgen_inst(&g, 0, 0);
	i0 = param(1);
	n = param(2);
	i = mirgen_vreg(&g, INT);
	out = mirgen_label(&g, 0, NULL);
	again = mirgen_label(&g, 0, NULL);
	head = loop_label(1, &i, out);
	mirgen_jump(&g, head, &i0);
	mirgen_begin(&g, head);
	j = mirgen_def(&g, INT, 1, &i);
	mirgen_use(&g, 1, &j);
	j = two_address(i, n);
	mirgen_branch(&g, j, again, out);
	mirgen_begin(&g, again);
	mirgen_jump(&g, head, &j);
	mirgen_begin(&g, out);
	mirgen_return(&g, j);
	end(allocate() && !g.mf.nr_edits, "a loop phi keeps one register");
}

static void test_phi_not_last(void)
{
	u32 i0, i = 0, j, t, head, out, again;

	mirgen_init(&g, 0xff, 0);
	mirgen_inst(&g, 0, 0);
	i0 = param(1);
	i = mirgen_vreg(&g, INT);
	out = mirgen_label(&g, 0, NULL);
	again = mirgen_label(&g, 0, NULL);
	head = loop_label(1, &i, out);
	mirgen_jump(&g, head, &i0);
	mirgen_begin(&g, head);
	t = mirgen_def(&g, INT, 1, &i);
	t = mirgen_def(&g, INT, 1, &t);
	j = mirgen_def(&g, INT, 1, &t);
	mirgen_branch(&g, j, again, out);
	mirgen_begin(&g, again);
	mirgen_jump(&g, head, &j);
	mirgen_begin(&g, out);
	mirgen_return(&g, 0);
	end(allocate() && !g.mf.nr_edits,
	    "what the back edge brings is made in the phi's register");
}

static void test_cold_call(void)
{
	u32 i0, i = 0, j, head, out, again, slow, fast, join;

	mirgen_init(&g, 0xff, 0);
	mirgen_inst(&g, 0, 0);
	i0 = param(1);
	i = mirgen_vreg(&g, INT);
	out = mirgen_label(&g, 0, NULL);
	again = mirgen_label(&g, 0, NULL);
	slow = mirgen_label(&g, 0, NULL);
	fast = mirgen_label(&g, 0, NULL);
	join = mirgen_label(&g, 0, NULL);
	g.label[slow].cold = true;
	head = loop_label(1, &i, out);
	mirgen_jump(&g, head, &i0);
	mirgen_begin(&g, head);
	mirgen_branch(&g, i, slow, fast);
	mirgen_begin(&g, slow);
	mirgen_call(&g);
	mirgen_jump(&g, join, NULL);
	mirgen_begin(&g, fast);
	mirgen_jump(&g, join, NULL);
	mirgen_begin(&g, join);
	j = two_address(i, i);
	mirgen_branch(&g, j, again, out);
	mirgen_begin(&g, again);
	mirgen_jump(&g, head, &j);
	mirgen_begin(&g, out);
	mirgen_return(&g, 0);
	allocate();
	end(g.mf.nr_edits == 2 && g.mf.edit[0].at == g.mf.block[2].first &&
	    g.mf.edit[1].at == g.mf.block[2].end - 1,
	    "what only a cold call spills is stored and reloaded on the cold path");
}

static void test_spilled_phi(void)
{
	u32 i0, i = 0, j, head, out, again;

	mirgen_init(&g, 0xff, 0);
	mirgen_inst(&g, 0, 0);
	i0 = param(1);
	i = mirgen_vreg(&g, INT);
	out = mirgen_label(&g, 0, NULL);
	again = mirgen_label(&g, 0, NULL);
	head = loop_label(1, &i, out);
	mirgen_jump(&g, head, &i0);
	mirgen_begin(&g, head);
	mirgen_call(&g);
	j = two_address(i, i);
	mirgen_call(&g);
	mirgen_branch(&g, i0, again, out);
	mirgen_begin(&g, again);
	mirgen_jump(&g, head, &j);
	mirgen_begin(&g, out);
	mirgen_return(&g, 0);
	allocate();
	/* reload i, store j, reload i0 for the branch */
	end(edits_in(1, ~0u) == 3 && g.mf.nr_slots == 2,
	    "a loop phi that lives in memory shares its slot with its arguments");
}

static void test_commute(void)
{
	u32 a, b, d;

	mirgen_init(&g, 0xff, 0);
	mirgen_inst(&g, 0, 0);
	a = param(1);
	b = param(2);
	d = two_address(a, b);
	g.mf.inst[g.mf.nr_insts - 1].flags = KW_MI_COMMUTES;
	mirgen_use(&g, 1, &a);
	mirgen_return(&g, d);
	end(allocate() && !g.mf.nr_edits,
	    "a commutative operation overwrites the operand that dies");
}

/* Both arguments are in each other's way, one is also read by the call itself. */
static void test_no_swap(void)
{
	u32 a, b;

	mirgen_init(&g, 0xff, 0);
	mirgen_inst(&g, 0, 0);
	a = param(1);
	b = mirgen_def(&g, INT, 0, NULL);
	mirgen_call(&g);
	mirgen_opnd(&g, KW_OP_USE, KW_WANT_FIXED, 1, b);
	mirgen_opnd(&g, KW_OP_USE, KW_WANT_ANY, 0, a);
	mirgen_return(&g, 0);
	end(allocate() && !edits_in(0, KW_EDIT_SWAP),
	    "who makes way for an argument takes no part in a cycle");
}

int main(void)
{
	test_live_through();
	test_remat();
	test_call_argument();
	test_loop_phi();
	test_phi_not_last();
	test_cold_call();
	test_spilled_phi();
	test_commute();
	test_no_swap();
	return tap_done();
}
