// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Programs, bindings -> a refusal of the first call of a host function that the
 * program's kind is not offered.  Breadth first, so the way to the call that is
 * told of is one of the shortest.
 */
#include "../wasm/body.h"
#include "bind.h"

/**
 * struct walk - over the functions that programs of one kind reach
 * @root:  [nr_funcs] export of the program that reached it first, KW_NO_INDEX: none yet
 * @queue: [nr_funcs] reached, the first @head of them read
 */
struct walk {
	const struct kw_module *m;
	const struct kw_binding *bind;
	struct kw_diag *diag;
	enum kw_kind kind;
	u32 *root, *queue;
	u32 head, tail;
};

enum kw_kind kw_kind_of(const struct kw_export *e)
{
	static const struct {
		const char *begin;
		u8 kind;
	} kinds[] = {
		{ "netfilter/", KW_KIND_NETFILTER }, { "tc/", KW_KIND_TC }, { "timer/", KW_KIND_TIMER },
		{ "fs/", KW_KIND_FS }, { "call/", KW_KIND_CALL },
	};
	const struct kw_name *n = &e->name;
	u32 i, len;

	if (e->kind != KW_EXT_FUNC)
		return KW_NR_KINDS;
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		len = strlen(kinds[i].begin);
		if (n->len > len && !memcmp(n->p, kinds[i].begin, len))
			return kinds[i].kind;
	}
	return n->len == 3 && !memcmp(n->p, "xdp", 3) ? KW_KIND_XDP : KW_NR_KINDS;
}

static void reach(struct walk *w, u32 func, u32 root)
{
	if (w->root[func] != KW_NO_INDEX)
		return;
	w->root[func] = root;
	w->queue[w->tail++] = func;
}

/* Place of imported function @func in m->imports. */
static u32 import_place(const struct kw_module *m, u32 func)
{
	u32 i = 0;

	while (m->imports[i].kind != KW_EXT_FUNC || m->imports[i].index != func)
		i++;
	return i;
}

static int call(struct walk *w, u32 caller, const struct kw_insn *insn)
{
	const struct kw_module *m = w->m;
	u32 to = insn->idx, root = w->root[caller];

	if (to >= m->nr_imported_funcs)
		reach(w, to, root);
	else if (!(w->bind[to].offered >> w->kind & 1))
		return kw_reject_in(w->diag, caller, insn->off, KW_R_NOT_OFFERED, import_place(m, to), root);
	return 0;
}

static int read_body(struct walk *w, u32 func)
{
	struct kw_insn insn;
	struct kw_body b;
	u32 count;
	u8 type;
	int ret;

	ret = kw_body_open(&b, w->m, func, w->diag, &count);
	if (ret)
		return ret;
	do {
		ret = kw_body_next_locals(&b, &count, &type);
	} while (ret > 0);
	while (!ret) {
		ret = kw_body_skim(&b, &insn);
		if (ret <= 0)
			return ret;
		ret = insn.op == WASM_OP_CALL ? call(w, func, &insn) : 0;
	}
	return ret;
}

static int walk(struct walk *w)
{
	const struct kw_module *m = w->m;
	u32 i;
	int err = 0;

	memset(w->root, 0xff, m->nr_funcs * sizeof(*w->root));
	w->head = 0;
	w->tail = 0;
	for (i = 0; i < m->nr_exports; i++)
		if (kw_kind_of(&m->exports[i]) == w->kind && m->exports[i].index >= m->nr_imported_funcs)
			reach(w, m->exports[i].index, i);
	while (!err && w->head < w->tail) {
		err = read_body(w, w->queue[w->head++]);
		if (!err)
			err = kw_checkpoint();
	}
	return err;
}

/* Of most modules every kind of program that they have may call all they import: nothing is read. */
static u32 kinds_to_check(const struct kw_module *m, const struct kw_binding *bind)
{
	u32 all = KW_CTX_A, used = 0, i;

	for (i = 0; i < m->nr_imported_funcs; i++)
		all &= bind[i].offered;
	for (i = 0; i < m->nr_exports; i++)
		used |= 1u << kw_kind_of(&m->exports[i]);
	return used & KW_CTX_A & ~all;
}

int kw_offer_check(const struct kw_module *m, const struct kw_binding *bind, struct kw_diag *diag)
{
	u32 kinds = kinds_to_check(m, bind);
	struct walk w = { .m = m, .bind = bind, .diag = diag };
	int err = 0;

	if (!kinds)
		return 0;
	w.root = kw_alloc(m->nr_funcs * sizeof(*w.root));
	w.queue = kw_alloc(m->nr_funcs * sizeof(*w.queue));
	if (!w.root || !w.queue)
		err = -ENOMEM;
	for (w.kind = 0; !err && w.kind < KW_NR_KINDS; w.kind++)
		if (kinds >> w.kind & 1)
			err = walk(&w);
	kw_free(w.queue);
	kw_free(w.root);
	return err;
}
