// SPDX-License-Identifier: GPL-2.0
/* An instance's state in one number, from the reference's and from kwasm's structures. */
#include <string.h>

#include "peer.h"

/* FNV-1a, by words */
#define START	0xcbf29ce484222325ULL
#define PRIME	0x100000001b3ULL

static u64 hash_value(u64 h, struct kw_value v)
{
	return ((h ^ v.lo) * PRIME ^ v.hi) * PRIME;
}

static u64 hash_words(u64 h, const u8 *p, size_t bytes)
{
	u64 w;

	for (; bytes; p += 8, bytes -= 8) {
		memcpy(&w, p, 8);
		h = (h ^ w) * PRIME;
	}
	return h;
}

static u64 ref_hash(u64 h, const struct ref_instance *r)
{
	u32 i, k;

	if (r->mem) {
		h = hash_value(h, (struct kw_value){ r->mem->pages, 0 });
		h = hash_words(h, r->mem->bytes, (size_t)r->mem->pages * KW_PAGE_BYTES);
	}
	for (i = 0; i < r->m->nr_globals; i++)
		h = hash_value(h, ref_side_shown(r->m->globals[i].type.type, *r->global[i]));
	for (i = 0; i < r->m->nr_tables; i++) {
		const struct ref_table *t = r->table[i];

		for (k = 0; k < t->len; k++)
			h = hash_value(h, ref_side_shown(t->type.type, (struct kw_value){ t->elem[k], 0 }));
	}
	return h;
}

u64 ref_side_hash(const struct ref_side *r)
{
	return ref_hash(ref_hash(START, r->inst), r->env);
}

static u64 kwasm_hash(u64 h, struct kw_instance *inst)
{
	const struct kw_module *m = kw_instance_linked(inst)->module;
	u32 i, k;

	if (m->nr_mems) {
		const struct kw_memory *mem = kw_instance_memory(inst, 0);

		h = hash_value(h, (struct kw_value){ mem->bytes / KW_PAGE_BYTES, 0 });
		h = hash_words(h, mem->base, mem->bytes);
	}
	for (i = 0; i < m->nr_globals; i++) {
		const union kw_global_cell *c = kw_instance_global(inst, i);

		h = hash_value(h, kwasm_side_shown(m->globals[i].type.type,
						   (struct kw_value){ c->v128[0], c->v128[1] }));
	}
	for (i = 0; i < m->nr_tables; i++) {
		const struct kw_table *t = kw_instance_table(inst, i);

		for (k = 0; k < t->len; k++)
			h = hash_value(h, kwasm_side_shown(m->tables[i].type,
							   (struct kw_value){ (u64)t->entries[k].ref, 0 }));
	}
	return h;
}

u64 kwasm_side_hash(const struct kwasm_side *s)
{
	return kwasm_hash(kwasm_hash(START, s->inst), s->env);
}
