// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Function types -> canonical ids: two types of the same shape, from
 * whichever modules, get one id, so that call_indirect compares two words.
 *
 * An open hash table of pointers to ids' types, at most half full; ids are
 * dense from 1 on, 0 stays for "no function".
 */
#include "rt.h"

struct sig {
	u32 hash;
	u32 nr_params, nr_results;
	u8 types[];
};

struct kw_sigs {
	struct sig **sig;	/* [id - 1] */
	u32 nr, cap;
	u32 *slot;		/* ids, 0 empty; nr_slots is a power of two */
	u32 nr_slots;
};

#define FIRST_SLOTS	64
#define MAX_SIGS	(1u << 24)

struct kw_sigs *kw_sigs_new(void)
{
	struct kw_sigs *s = kw_alloc(sizeof(*s));

	if (!s)
		return NULL;
	s->nr_slots = FIRST_SLOTS;
	s->cap = FIRST_SLOTS / 2;
	s->slot = kw_alloc(s->nr_slots * sizeof(*s->slot));
	s->sig = kw_alloc(s->cap * sizeof(*s->sig));
	if (!s->slot || !s->sig) {
		kw_sigs_free(s);
		return NULL;
	}
	return s;
}

void kw_sigs_free(struct kw_sigs *s)
{
	u32 i;

	if (!s)
		return;
	for (i = 0; i < s->nr; i++)
		kw_free(s->sig[i]);
	kw_free(s->sig);
	kw_free(s->slot);
	kw_free(s);
}

static u32 hash_type(const struct kw_functype *t)
{
	u32 h = 0x811c9dc5u ^ t->nr_params, i;

	for (i = 0; i < t->nr_params + t->nr_results; i++)
		h = (h ^ t->types[i]) * 0x01000193u;
	return h ^ (h >> 15);
}

static bool same_type(const struct sig *a, const struct kw_functype *t, u32 hash)
{
	return a->hash == hash && a->nr_params == t->nr_params && a->nr_results == t->nr_results &&
	       !memcmp(a->types, t->types, t->nr_params + t->nr_results);
}

/* The slot that holds @t, or the empty one where it belongs. */
static u32 *find_slot(const struct kw_sigs *s, const struct kw_functype *t, u32 hash)
{
	u32 i = hash & (s->nr_slots - 1);

	while (s->slot[i] && !same_type(s->sig[s->slot[i] - 1], t, hash))
		i = (i + 1) & (s->nr_slots - 1);
	return &s->slot[i];
}

static void put_id(u32 *slot, u32 nr_slots, u32 hash, u32 id)
{
	u32 i = hash & (nr_slots - 1);

	while (slot[i])
		i = (i + 1) & (nr_slots - 1);
	slot[i] = id;
}

static int grow(struct kw_sigs *s)
{
	struct sig **sig;
	u32 *slot, i;

	if (s->nr >= MAX_SIGS)
		return -E2BIG;
	sig = kw_alloc(2 * (size_t)s->cap * sizeof(*sig));
	slot = kw_alloc(2 * (size_t)s->nr_slots * sizeof(*slot));
	if (!sig || !slot) {
		kw_free(sig);
		kw_free(slot);
		return -ENOMEM;
	}
	memcpy(sig, s->sig, s->nr * sizeof(*sig));
	for (i = 0; i < s->nr; i++)
		put_id(slot, 2 * s->nr_slots, sig[i]->hash, i + 1);
	kw_free(s->sig);
	kw_free(s->slot);
	s->sig = sig;
	s->slot = slot;
	s->cap *= 2;
	s->nr_slots *= 2;
	return 0;
}

int kw_sigs_intern(struct kw_sigs *s, const struct kw_functype *t, u32 *id)
{
	u32 hash = hash_type(t), nr_types = t->nr_params + t->nr_results;
	u32 *slot = find_slot(s, t, hash);
	struct sig *n;
	int err;

	if (*slot) {
		*id = *slot;
		return 0;
	}
	if (s->nr == s->cap) {
		err = grow(s);
		if (err)
			return err;
		slot = find_slot(s, t, hash);
	}
	n = kw_alloc(sizeof(*n) + nr_types);
	if (!n)
		return -ENOMEM;
	n->hash = hash;
	n->nr_params = t->nr_params;
	n->nr_results = t->nr_results;
	memcpy(n->types, t->types, nr_types);
	s->sig[s->nr++] = n;
	*slot = s->nr;
	*id = s->nr;
	return 0;
}
