// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* SSA graph -> text, for people and for tests: a line a block, a line a node. */
#include "build.h"

struct printer {
	const struct kw_irfunc *f;
	void (*out)(void *priv, const char *text);
	void *priv;
	char line[256];
	u32 len;
};

static void put(struct printer *p, const char *s)
{
	while (*s && p->len < sizeof(p->line) - 2)
		p->line[p->len++] = *s++;
}

static void put_u64(struct printer *p, u64 v)
{
	char digits[21];
	u32 n = sizeof(digits) - 1;

	digits[n] = 0;
	do {
		digits[--n] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	put(p, digits + n);
}

static void put_named(struct printer *p, const char *prefix, u64 v)
{
	put(p, prefix);
	put_u64(p, v);
}

static void end_line(struct printer *p)
{
	p->line[p->len++] = '\n';
	p->line[p->len] = 0;
	p->out(p->priv, p->line);
	p->len = 0;
}

static void print_operands(struct printer *p, const struct kw_node *n)
{
	u8 nr = kw_iropinfo[n->op].nr_args;
	const kw_vid x[] = { n->a, n->b, n->c };
	u32 i;

	if (nr == KW_IR_VARARGS) {
		for (i = 0; i < n->b; i++)
			put_named(p, " v", p->f->pool[n->a + i]);
		return;
	}
	for (i = 0; i < nr; i++)
		if (x[i])
			put_named(p, " v", x[i]);
}

static void print_node(struct printer *p, kw_vid v)
{
	static const char *const type[] = { "", ".i32", ".i64", ".f32", ".f64", ".v128" };
	static const char *const cond[] = {
		" eq", " ne", " lt_s", " lt_u", " gt_s", " gt_u", " le_s", " le_u", " ge_s", " ge_u",
	};
	const struct kw_node *n = &p->f->node[v];

	put(p, "  ");
	if (n->type != KW_T_VOID) {
		put_named(p, "v", v);
		put(p, " = ");
	}
	put(p, kw_iropinfo[n->op].text);
	put(p, type[n->op == KW_IR_CMP ? n->sub : n->type]);
	if (n->op == KW_IR_CMP)
		put(p, cond[n->aux]);
	print_operands(p, n);
	if (n->imm)
		put_named(p, " #", n->imm);
	if (n->op != KW_IR_CMP && n->aux)
		put_named(p, " !", n->aux);
	end_line(p);
}

static void print_block(struct printer *p, kw_bid blk)
{
	const struct kw_block *bl = &p->f->block[blk];
	kw_vid v;
	u32 i, j;

	put_named(p, "b", blk);
	if (bl->loop_depth)
		put_named(p, bl->is_loop_header ? " loop " : " in loop ", bl->loop_depth);
	if (bl->cold)
		put(p, " cold");
	put(p, ":");
	end_line(p);
	kw_ir_for_each_node(p->f, blk, v)
		print_node(p, v);
	for (i = 0; i < bl->nr_succs; i++) {
		const struct kw_edge *e = &p->f->edge[p->f->succs[bl->succ + i]];

		put_named(p, "    -> b", e->to);
		for (j = 0; j < p->f->block[e->to].nr_phis; j++)
			put_named(p, " v", p->f->pool[e->args + j]);
		end_line(p);
	}
}

void kw_ir_print(const struct kw_irfunc *f, void (*out)(void *priv, const char *text), void *priv)
{
	struct printer p = { .f = f, .out = out, .priv = priv };
	kw_bid blk;

	for (blk = 0; blk < f->nr_blocks; blk++)
		print_block(&p, blk);
}
