// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Instructions that compiled code leaves to C: memory.grow and the bulk
 * instructions.  Bounds are checked before the first byte, as the spec wants
 * and because no host code may touch an unchecked guest address; the work is
 * done in chunks, so that a call can be ended in the middle of a long one.
 */
#include "object.h"

#define SMALL_BYTES	16u
#define CHUNK_BYTES	65536u
#define CHUNK_ELEMS	1024u

static struct kw_instance *owner(const struct kw_inst *inst)
{
	return inst->owner;
}

static u32 memory_grow(struct kw_inst *inst, u32 pages)
{
	struct kw_memory *mem = inst->mem;
	u32 old = mem->bytes / KW_PAGE_BYTES;
	u64 bytes = (old + (u64)pages) * KW_PAGE_BYTES;

	if (pages > mem->max_pages - old)
		return ~0u;
	if (bytes > mem->area.committed_bytes && kw_mem_commit(&mem->area, bytes))
		return ~0u;
	kw_memory_set_bytes(mem, bytes);
	return old;
}

static void memory_fill(struct kw_inst *inst, u32 dst, u32 byte, u32 n)
{
	u8 *p = kw_range(inst, dst, n);
	u32 len;

	if (!p) {
		kw_raise(inst, KW_TRAP_MEM_OOB);
		return;
	}
	if (n <= CHUNK_BYTES) {
		memset(p, byte & 0xff, n);
		return;
	}
	for (; n && !kw_stopped(inst); n -= len, p += len) {
		len = min(n, CHUNK_BYTES);
		memset(p, byte & 0xff, len);
	}
}

/*
 * Up to SMALL_BYTES, as first and last piece, which overlap where they must; all is read before
 * anything is written.  Lengths that are not known are small more often than not.
 */
static void move_small(u8 *d, const u8 *s, u32 n)
{
	if (n >= 8) {
		u64 first = get_unaligned_le64(s), last = get_unaligned_le64(s + n - 8);

		put_unaligned_le64(first, d);
		put_unaligned_le64(last, d + n - 8);
	} else if (n >= 4) {
		u32 first = get_unaligned_le32(s), last = get_unaligned_le32(s + n - 4);

		put_unaligned_le32(first, d);
		put_unaligned_le32(last, d + n - 4);
	} else if (n) {
		u8 first = s[0], middle = s[n / 2], last = s[n - 1];

		d[0] = first;
		d[n / 2] = middle;
		d[n - 1] = last;
	}
}

/* The ranges may overlap: copy towards lower addresses forwards, else backwards. */
static void memory_copy(struct kw_inst *inst, u32 dst, u32 src, u32 n)
{
	u8 *d = kw_range(inst, dst, n), *s = kw_range(inst, src, n);
	u32 len, at, left;

	if (!d || !s) {
		kw_raise(inst, KW_TRAP_MEM_OOB);
		return;
	}
	if (n <= SMALL_BYTES) {
		move_small(d, s, n);
		return;
	}
	if (n <= CHUNK_BYTES) {
		memmove(d, s, n);
		return;
	}
	for (left = n; left && !kw_stopped(inst); left -= len) {
		len = min(left, CHUNK_BYTES);
		at = d <= s ? n - left : left - len;
		memmove(d + at, s + at, len);
	}
}

static void memory_init(struct kw_inst *inst, u32 seg, u32 dst, u32 src, u32 n)
{
	const struct kw_instance *i = owner(inst);
	const struct kw_data *data = &kw_instance_module(i)->datas[seg];
	u32 seg_len = i->data_dropped[seg] ? 0 : data->len;
	u8 *p = kw_range(inst, dst, n);
	u32 len;

	if (!p || (u64)src + n > seg_len) {
		kw_raise(inst, KW_TRAP_MEM_OOB);
		return;
	}
	for (; n && !kw_stopped(inst); n -= len, p += len, src += len) {
		len = min(n, CHUNK_BYTES);
		memcpy(p, data->bytes + src, len);
	}
}

static void data_drop(struct kw_inst *inst, u32 seg)
{
	owner(inst)->data_dropped[seg] = true;
}

static struct kw_table *table_at(const struct kw_inst *inst, u32 table)
{
	return kw_instance_table(owner(inst), table);
}

static void table_init(struct kw_inst *inst, u64 table_seg, u32 dst, u32 src, u32 n)
{
	struct kw_instance *i = owner(inst);
	struct kw_table *t = table_at(inst, (u32)table_seg);
	u32 seg = table_seg >> 32, len;
	const struct kw_elem *elem = &kw_instance_module(i)->elems[seg];
	u32 seg_len = i->elem_dropped[seg] ? 0 : elem->nr_items;

	if (!kw_table_range(t, dst, n) || (u64)src + n > seg_len) {
		kw_raise(inst, KW_TRAP_TABLE_OOB);
		return;
	}
	for (; n && !kw_stopped(inst); n -= len, dst += len, src += len) {
		len = min(n, CHUNK_ELEMS);
		kw_table_put_items(i, t, dst, elem, src, len);
	}
}

static void table_copy(struct kw_inst *inst, u64 tables, u32 dst, u32 src, u32 n)
{
	struct kw_table *td = table_at(inst, (u32)tables), *ts = table_at(inst, tables >> 32);
	struct kw_table_entry *d, *s;
	u32 len, at, left;

	if (!kw_table_range(td, dst, n) || !kw_table_range(ts, src, n)) {
		kw_raise(inst, KW_TRAP_TABLE_OOB);
		return;
	}
	d = td->entries + dst;
	s = ts->entries + src;
	for (left = n; left && !kw_stopped(inst); left -= len) {
		len = min(left, CHUNK_ELEMS);
		at = d <= s ? n - left : left - len;
		memmove(d + at, s + at, len * sizeof(*d));
	}
}

static void elem_drop(struct kw_inst *inst, u32 seg)
{
	owner(inst)->elem_dropped[seg] = true;
}

/* An entry of a table: funcrefs are unfolded, so that call_indirect needs one look. */
static void put_ref(const struct kw_table *t, u32 at, void *ref)
{
	struct kw_table_entry *e = &t->entries[at];

	if (t->type == KW_V_FUNCREF)
		kw_table_entry_set(e, ref);
	else
		*e = (struct kw_table_entry){ .ref = ref };
}

static void table_set(struct kw_inst *inst, u32 table, u32 at, void *ref)
{
	struct kw_table *t = table_at(inst, table);

	if (at < t->len)
		put_ref(t, at, ref);
	else
		kw_raise(inst, KW_TRAP_TABLE_OOB);
}

static u32 table_grow(struct kw_inst *inst, u32 table, void *ref, u32 n)
{
	struct kw_table *t = table_at(inst, table);
	u32 old = t->len, i;

	if (n > t->max - old || kw_table_reserve(owner(inst), t, old + n))
		return ~0u;
	for (i = 0; i < n; i++)
		put_ref(t, old + i, ref);
	t->len = old + n;
	return old;
}

static void table_fill(struct kw_inst *inst, u32 table, u32 at, void *ref, u32 n)
{
	struct kw_table *t = table_at(inst, table);
	u32 i;

	if (!kw_table_range(t, at, n)) {
		kw_raise(inst, KW_TRAP_TABLE_OOB);
		return;
	}
	for (i = 0; i < n; i++) {
		put_ref(t, at + i, ref);
		if (i % CHUNK_ELEMS == 0 && kw_stopped(inst))
			return;
	}
}

void *const kw_helper_fn[KW_NR_HELPERS] = {
	[KW_HELPER_MEMORY_GROW]	= memory_grow,
	[KW_HELPER_MEMORY_FILL]	= memory_fill,
	[KW_HELPER_MEMORY_COPY]	= memory_copy,
	[KW_HELPER_MEMORY_INIT]	= memory_init,
	[KW_HELPER_DATA_DROP]	= data_drop,
	[KW_HELPER_TABLE_INIT]	= table_init,
	[KW_HELPER_TABLE_COPY]	= table_copy,
	[KW_HELPER_ELEM_DROP]	= elem_drop,
	[KW_HELPER_TABLE_SET]	= table_set,
	[KW_HELPER_TABLE_GROW]	= table_grow,
	[KW_HELPER_TABLE_FILL]	= table_fill,
};
