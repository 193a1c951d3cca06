// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Maps for a process without a kernel: what kwasm.meta declares, with the
 * answers the kernel's BPF maps would give.  For tests with packet files, so
 * simple rather than fast: entries hang in one hash table by their key, and
 * the searches that have no key (longest prefix, least recently used) look at
 * all of them.  There is one CPU here: per-CPU maps have one value.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

struct entry {
	struct entry *next;
	u64 used;		/* clock of the map at the last use */
	u8 *value;		/* behind the key */
	u8 key[] __attribute__((aligned(8)));
};

/**
 * struct kwasm_engine_map - one map
 * @bucket: [nr_buckets] of all but queues and stacks; arrays have all entries from the start
 * @ring:   queues and stacks: max_entries values, @nr of them from @first on
 */
struct kwasm_engine_map {
	struct kw_map_decl decl;
	u32 nr;
	u64 clock;
	u32 nr_buckets;
	struct entry **bucket;
	u32 first;
	u8 *ring;
};

#define BPF_NOEXIST	1u
#define BPF_EXIST	2u

const struct kw_map_decl *kwasm_engine_map_decl(const struct kwasm_engine_map *map)
{
	return &map->decl;
}

static bool is_array(const struct kwasm_engine_map *map)
{
	return map->decl.type == KW_MAP_ARRAY || map->decl.type == KW_MAP_PERCPU_ARRAY;
}

static bool is_lru(const struct kwasm_engine_map *map)
{
	return map->decl.type == KW_MAP_LRU_HASH || map->decl.type == KW_MAP_LRU_PERCPU_HASH;
}

/* ---- Entries ---- */

static struct entry **bucket_of(const struct kwasm_engine_map *map, const u8 *key)
{
	u32 h = 2166136261u, i;

	for (i = 0; i < map->decl.key_bytes; i++)
		h = (h ^ key[i]) * 16777619u;
	return &map->bucket[h % map->nr_buckets];
}

static struct entry **find(const struct kwasm_engine_map *map, const u8 *key)
{
	struct entry **e = bucket_of(map, key);

	while (*e && memcmp((*e)->key, key, map->decl.key_bytes))
		e = &(*e)->next;
	return e;
}

static void drop(struct kwasm_engine_map *map, struct entry **e)
{
	struct entry *gone = *e;

	*e = gone->next;
	free(gone);
	map->nr--;
}

static void drop_oldest(struct kwasm_engine_map *map)
{
	struct entry **e, **oldest = NULL;
	u32 i;

	for (i = 0; i < map->nr_buckets; i++)
		for (e = &map->bucket[i]; *e; e = &(*e)->next)
			if (!oldest || (*e)->used < (*oldest)->used)
				oldest = e;
	drop(map, oldest);
}

static struct entry *add(struct kwasm_engine_map *map, const u8 *key)
{
	u32 value_at = (map->decl.key_bytes + 7) & ~7u;
	struct entry *e, **to;

	e = calloc(1, sizeof(*e) + value_at + map->decl.value_bytes);
	if (!e)
		return NULL;
	memcpy(e->key, key, map->decl.key_bytes);
	e->value = e->key + value_at;
	to = bucket_of(map, key);
	e->next = *to;
	*to = e;
	map->nr++;
	return e;
}

/* ---- Longest prefix: u32 of bits in host order, then the address ---- */

static u32 prefix_bits(const u8 *key)
{
	u32 bits;

	memcpy(&bits, key, sizeof(bits));
	return bits;
}

static bool prefix_covers(const u8 *prefix, const u8 *key)
{
	u32 bits = prefix_bits(prefix), whole = bits / 8;
	u8 mask = 0xff00 >> bits % 8;

	return bits <= prefix_bits(key) && !memcmp(prefix + 4, key + 4, whole) &&
	       !((prefix[4 + whole] ^ key[4 + whole]) & mask && bits % 8);
}

static struct entry *find_prefix(const struct kwasm_engine_map *map, const u8 *key)
{
	struct entry *e, *best = NULL;
	u32 i;

	for (i = 0; i < map->nr_buckets; i++)
		for (e = map->bucket[i]; e; e = e->next)
			if (prefix_covers(e->key, key) &&
			    (!best || prefix_bits(e->key) > prefix_bits(best->key)))
				best = e;
	return best;
}

/* A prefix is stored without the bits behind it, so that equal prefixes are equal keys. */
static int trim_prefix(const struct kwasm_engine_map *map, const u8 *key, u8 *out)
{
	u32 bits = prefix_bits(key), i;

	if (bits > (map->decl.key_bytes - 4) * 8)
		return -EINVAL;
	memcpy(out, key, map->decl.key_bytes);
	for (i = 4; i < map->decl.key_bytes; i++)
		out[i] &= (i - 4) * 8 >= bits ? 0 : bits - (i - 4) * 8 >= 8 ? 0xff : 0xff00 >> (bits % 8);
	return 0;
}

/* ---- What guests call ---- */

static struct entry *lookup(struct kwasm_engine_map *map, const u8 *key)
{
	struct entry *e;

	e = map->decl.type == KW_MAP_LPM_TRIE ? find_prefix(map, key) : *find(map, key);
	if (e)
		e->used = ++map->clock;
	return e;
}

u32 kwasm_engine_map_lookup(struct kwasm_engine_map *map, const u8 *key, u8 *value)
{
	const struct entry *e = lookup(map, key);

	if (!e)
		return -ENOENT;
	memcpy(value, e->value, map->decl.value_bytes);
	return 0;
}

u32 kwasm_engine_map_update(struct kwasm_engine_map *map, const u8 *key, const u8 *value, u32 flags)
{
	u8 trimmed[KW_MAX_MAP_KEY];
	struct entry *e;

	if (map->decl.type == KW_MAP_LPM_TRIE) {
		if (trim_prefix(map, key, trimmed))
			return -EINVAL;
		key = trimmed;
	}
	e = *find(map, key);
	if (!e && is_array(map))
		return -E2BIG;
	if (e && flags == BPF_NOEXIST)
		return -EEXIST;
	if (!e && flags == BPF_EXIST)
		return -ENOENT;
	if (!e && map->nr == map->decl.max_entries) {
		if (!is_lru(map))
			return map->decl.type == KW_MAP_LPM_TRIE ? -ENOSPC : -E2BIG;
		drop_oldest(map);
	}
	if (!e)
		e = add(map, key);
	if (!e)
		return -ENOMEM;
	e->used = ++map->clock;
	memcpy(e->value, value, map->decl.value_bytes);
	return 0;
}

u32 kwasm_engine_map_delete(struct kwasm_engine_map *map, const u8 *key)
{
	u8 trimmed[KW_MAX_MAP_KEY];
	struct entry **e;

	if (is_array(map))
		return -EINVAL;
	if (map->decl.type == KW_MAP_LPM_TRIE) {
		if (trim_prefix(map, key, trimmed))
			return -EINVAL;
		key = trimmed;
	}
	e = find(map, key);
	if (!*e)
		return -ENOENT;
	drop(map, e);
	return 0;
}

u32 kwasm_engine_map_add64(struct kwasm_engine_map *map, const u8 *key, u32 off, u64 delta, u64 *sum)
{
	struct entry *e;
	u8 *zero;
	u32 err;

	if (map->decl.type == KW_MAP_LPM_TRIE)
		return -EOPNOTSUPP;	/* the kernel's values are not aligned there */
	e = lookup(map, key);
	if (!e) {
		zero = calloc(1, map->decl.value_bytes);
		err = zero ? kwasm_engine_map_update(map, key, zero, BPF_NOEXIST) : (u32)-ENOMEM;
		free(zero);
		if (err)
			return err;
		e = lookup(map, key);
	}
	memcpy(sum, e->value + off, sizeof(*sum));
	*sum += delta;
	memcpy(e->value + off, sum, sizeof(*sum));
	return 0;
}

static u8 *ring_at(const struct kwasm_engine_map *map, u32 n)
{
	return map->ring + (size_t)((map->first + n) % map->decl.max_entries) * map->decl.value_bytes;
}

u32 kwasm_engine_map_push(struct kwasm_engine_map *map, const u8 *value, u32 flags)
{
	if (map->nr == map->decl.max_entries) {
		if (flags != BPF_EXIST)
			return -E2BIG;
		map->first = (map->first + 1) % map->decl.max_entries;
		map->nr--;
	}
	memcpy(ring_at(map, map->nr++), value, map->decl.value_bytes);
	return 0;
}

u32 kwasm_engine_map_take(struct kwasm_engine_map *map, u8 *value, bool remove)
{
	bool last = map->decl.type == KW_MAP_STACK;

	if (!map->nr) {
		memset(value, 0, map->decl.value_bytes);
		return -ENOENT;
	}
	memcpy(value, ring_at(map, last ? map->nr - 1 : 0), map->decl.value_bytes);
	if (!remove)
		return 0;
	map->nr--;
	if (!last)
		map->first = (map->first + 1) % map->decl.max_entries;
	return 0;
}

/* ---- Lifetime ---- */

static void map_free(struct kwasm_engine_map *map)
{
	u32 i;

	for (i = 0; map->bucket && i < map->nr_buckets; i++)
		while (map->bucket[i])
			drop(map, &map->bucket[i]);
	free(map->bucket);
	free(map->ring);
	free(map);
}

static struct kwasm_engine_map *map_new(const struct kw_map_decl *d)
{
	struct kwasm_engine_map *map = calloc(1, sizeof(*map));
	u32 i;

	if (!map)
		return NULL;
	map->decl = *d;
	if (kw_map_info[d->type].kind == KW_MAP_RING)
		return map;	/* its records are the embedder's at once */
	if (kw_map_info[d->type].kind == KW_MAP_QS) {
		map->ring = calloc(d->max_entries, d->value_bytes);
		if (map->ring)
			return map;
		goto err_free;
	}
	map->nr_buckets = min(d->max_entries, 1u << 16);
	map->bucket = calloc(map->nr_buckets, sizeof(*map->bucket));
	if (!map->bucket)
		goto err_free;
	for (i = 0; is_array(map) && i < d->max_entries; i++)
		if (!add(map, (const u8 *)&i))
			goto err_free;
	return map;

err_free:
	map_free(map);
	return NULL;
}

int kwasm_engine_maps_new(struct kwasm_engine_module *m, struct kw_diag *diag)
{
	struct kw_meta *meta = calloc(1, sizeof(*meta));
	int err = meta ? kw_meta_parse(&m->module, meta, diag) : -ENOMEM;
	u32 i;

	for (i = 0; !err && i < meta->nr_maps; i++) {
		m->map[meta->map[i].id] = map_new(&meta->map[i]);
		if (!m->map[meta->map[i].id])
			err = -ENOMEM;
	}
	free(meta);
	return err;
}

void kwasm_engine_maps_free(struct kwasm_engine_module *m)
{
	u32 i;

	for (i = 0; i < KW_MAX_MAPS; i++)
		if (m->map[i])
			map_free(m->map[i]);
}
