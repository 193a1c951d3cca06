// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The code object: growing it, giving it an address, finding places in it. */
#include "code.h"

#define MAX_CODE_BYTES	(1u << 30)	/* every distance in it fits a rel32 with room to spare */

struct kw_code *kw_code_new(u32 nr_funcs, u32 nr_thunks)
{
	struct kw_code *c = kw_alloc(sizeof(*c));

	if (!c)
		return NULL;
	c->func = kw_alloc(nr_funcs * sizeof(*c->func));
	c->thunk_off = kw_alloc(nr_thunks * sizeof(*c->thunk_off));
	c->nr_funcs = nr_funcs;
	c->nr_thunks = nr_thunks;
	if (!c->func || !c->thunk_off) {
		kw_code_free(c);
		return NULL;
	}
	return c;
}

void kw_code_free(struct kw_code *c)
{
	if (!c)
		return;
	kw_free(c->bytes);
	kw_free(c->func);
	kw_free(c->reloc);
	kw_free(c->fault);
	kw_free(c->site);
	kw_free(c->inlined);
	kw_free(c->thunk_off);
	kw_free(c);
}

/* @want elements of an array that holds @n now; it at least doubles. */
static int grow(void **p, u32 *cap, u32 n, u64 want, u32 size)
{
	void *q;

	want = max(max(want, (u64)*cap * 2), (u64)64);
	if (want * size > MAX_CODE_BYTES)
		return -E2BIG;
	q = kw_alloc_dirty(want * size);
	if (!q)
		return -ENOMEM;
	if (n)
		memcpy(q, *p, (size_t)n * size);
	kw_free(*p);
	*p = q;
	*cap = want;
	return 0;
}

/* Room for @more of @n elements. */
static inline int make_room(void **p, u32 *cap, u32 n, u32 more, u32 size)
{
	u64 want = (u64)n + more;

	return likely(want <= *cap) ? 0 : grow(p, cap, n, want, size);
}

int kw_code_reserve(struct kw_code *c, u32 bytes)
{
	return make_room((void **)&c->bytes, &c->cap, c->len, bytes, 1);
}

int kw_code_add_reloc(struct kw_code *c, u32 off, enum kw_reloc_kind kind, u32 target)
{
	int err = make_room((void **)&c->reloc, &c->cap_relocs, c->nr_relocs, 1, sizeof(*c->reloc));

	if (!err)
		c->reloc[c->nr_relocs++] = (struct kw_reloc){ .off = off, .kind = kind, .target = target };
	return err;
}

int kw_code_add_fault(struct kw_code *c, u32 off, u32 wasm_off)
{
	int err = make_room((void **)&c->fault, &c->cap_faults, c->nr_faults, 1, sizeof(*c->fault));

	if (!err)
		c->fault[c->nr_faults++] = (struct kw_fault_site){ off, wasm_off };
	return err;
}

int kw_code_add_site(struct kw_code *c, u32 off, u32 wasm_off, u32 trap)
{
	int err = make_room((void **)&c->site, &c->cap_sites, c->nr_sites, 1, sizeof(*c->site));

	if (!err)
		c->site[c->nr_sites++] = (struct kw_call_site){ off, wasm_off, trap };
	return err;
}

int kw_code_add_inlined(struct kw_code *c, u32 place)
{
	int err = make_room((void **)&c->inlined, &c->cap_inlined, c->nr_inlined, 1, sizeof(*c->inlined));

	if (!err)
		c->inlined[c->nr_inlined++] = place;
	return err;
}

static int relocate_rel32(u8 *at, u64 pc, u64 target)
{
	s64 dist = target - (pc + 4);

	if (dist != (s32)dist)
		return -ERANGE;
	put_unaligned_le32(dist, at);
	return 0;
}

/* 26 bits that count words: 128 MiB either way. */
static int relocate_call26(u8 *at, u64 pc, u64 target)
{
	s64 dist = target - pc;

	if (dist & 3 || dist < -(1 << 27) || dist >= 1 << 27)
		return -ERANGE;
	put_unaligned_le32((get_unaligned_le32(at) & 0xfc000000) | ((u32)(dist / 4) & 0x03ffffff), at);
	return 0;
}

int kw_code_relocate(const struct kw_code *c, u8 *dst, u64 addr, const u64 *stubs)
{
	const struct kw_reloc *r;
	int err = 0;

	for (r = c->reloc; r < c->reloc + c->nr_relocs && !err; r++) {
		switch (r->kind) {
		case KW_RELOC_REL32:
			err = relocate_rel32(dst + r->off, addr + r->off, stubs[r->target]);
			break;
		case KW_RELOC_REL32_TOP:
			err = relocate_rel32(dst + r->off, addr + r->off, (s64)(s32)r->target);
			break;
		case KW_RELOC_CALL26:
			err = relocate_call26(dst + r->off, addr + r->off, stubs[r->target]);
			break;
		case KW_RELOC_ABS64:
			put_unaligned_le64(addr + r->target, dst + r->off);
			break;
		default:
			return -EOPNOTSUPP;
		}
	}
	return err;
}

const struct kw_code_func *kw_code_find_func(const struct kw_code *c, u32 off)
{
	u32 lo = 0, hi = c->nr_funcs;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (off < c->func[mid].off)
			hi = mid;
		else if (off - c->func[mid].off >= c->func[mid].len)
			lo = mid + 1;
		else
			return &c->func[mid];
	}
	return NULL;
}

/* Of @nr elements whose first member is a place, in ascending order, the one at @off, or NULL. */
static const void *find_place(const void *first, u32 nr, size_t size, u32 off)
{
	const u8 *p = first;
	u32 lo = 0, hi = nr;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2, at = *(const u32 *)(p + mid * size);

		if (at == off)
			return p + mid * size;
		if (at < off)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static_assert(!offsetof(struct kw_fault_site, off) && !offsetof(struct kw_call_site, off), "find_place()");

const struct kw_fault_site *kw_code_find_fault(const struct kw_code *c, const struct kw_code_func *f, u32 off)
{
	return find_place(c->fault + f->fault, f->nr_faults, sizeof(*c->fault), off);
}

const struct kw_call_site *kw_code_find_site(const struct kw_code *c, const struct kw_code_func *f, u32 off)
{
	return find_place(c->site + f->site, f->nr_sites, sizeof(*c->site), off);
}
