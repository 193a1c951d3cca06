// SPDX-License-Identifier: GPL-2.0
/*
 * map_*: a guest at the kernel's BPF maps.
 *
 * The maps' own functions are called as BPF programs call them: under RCU,
 * on one CPU (per-CPU maps give this CPU's value).  S form has both already;
 * P form takes them for the call.  What a map does under a lock of its own is
 * bounded by sizes checked at load.
 *
 * A key is read several times by some maps, which trust it to stay the same.
 * An S instance belongs to this CPU alone; in P form other threads may write
 * the memory meanwhile, so there the key is copied first.
 */
#include <linux/atomic.h>
#include <linux/bpf.h>
#include <linux/nospec.h>
#include <linux/rcupdate.h>

#include "../exec.h"
#include "../module.h"
#include "host.h"

#define ADD64_TRIES	4	/* against others who delete or evict meanwhile */

/* One call: the map, and the guest's key in memory that nobody else writes. */
struct access {
	struct bpf_map *map;
	const struct kwasm_maps *maps;
	const u8 *key;
	bool p_form;
	u8 copy[KW_MAX_MAP_KEY];
};

/* A guest pointer, or NULL and the guest ends. */
static u8 *guest(struct kw_inst *i, u32 ptr, u32 len)
{
	u8 *p = kw_range(i, ptr, len);

	if (!p)
		kw_raise(i, KW_TRAP_HOST_OOB);
	return p;
}

/* Find map @handle; the caller ends the access unless this is an error. */
static int begin(struct kw_inst *i, u32 handle, enum kw_map_kind kind, struct access *a)
{
	const struct kwasm_maps *maps = &kwasm_module_of(i)->maps;

	if (handle >= KW_MAX_MAPS)
		return -EBADF;
	handle = array_index_nospec(handle, KW_MAX_MAPS);
	if (!maps->map[handle])
		return maps->ring[handle] ? -EOPNOTSUPP : -EBADF;
	if (maps->kind[handle] != kind)
		return -EOPNOTSUPP;
	a->map = maps->map[handle];
	a->maps = maps;
	a->p_form = kwasm_exec_of(i->exec)->form == KW_FORM_P;
	if (a->p_form) {
		migrate_disable();
		rcu_read_lock();
	}
	return 0;
}

/* As begin(), for maps with keys. */
static int begin_kv(struct kw_inst *i, u32 handle, u32 key, struct access *a)
{
	int err = begin(i, handle, KW_MAP_KV, a);
	u8 *p;

	if (err)
		return err;
	p = guest(i, key, a->map->key_size);
	if (p && a->p_form)
		p = memcpy(a->copy, p, a->map->key_size);
	a->key = p;
	return 0;
}

static void end(const struct access *a)
{
	if (a->p_form) {
		rcu_read_unlock();
		migrate_enable();
	}
}

/* The maps use a number of the kernel's own for "not by this type of map". */
static u32 status(long err)
{
	return err == -ENOTSUPP ? -EOPNOTSUPP : err;
}

KW_PROTO_I_III(kwasm_host_map_lookup)
{
	struct access x;
	void *to, *value;
	int err;

	err = begin_kv(i, a, b, &x);
	if (err)
		return err;
	to = x.key ? guest(i, c, x.map->value_size) : NULL;
	if (to) {
		value = x.map->ops->map_lookup_elem(x.map, (void *)x.key);
		if (IS_ERR_OR_NULL(value))
			err = -ENOENT;
		else
			memcpy(to, value, x.map->value_size);
	}
	end(&x);
	return err;
}

KW_PROTO_I_IIII(kwasm_host_map_update)
{
	struct access x;
	void *value;
	long err;

	if (d > BPF_EXIST)
		return -EINVAL;
	err = begin_kv(i, a, b, &x);
	if (err)
		return err;
	value = x.key ? guest(i, c, x.map->value_size) : NULL;
	if (value)
		err = x.map->ops->map_update_elem(x.map, (void *)x.key, value, d);
	end(&x);
	return status(err);
}

KW_PROTO_I_II(kwasm_host_map_delete)
{
	struct access x;
	long err;

	err = begin_kv(i, a, b, &x);
	if (err)
		return err;
	if (x.key)
		err = x.map->ops->map_delete_elem(x.map, (void *)x.key);
	end(&x);
	return status(err);
}

/* The value behind @x->key, created as zero if there is none; or ERR_PTR. */
static void *find_or_create(const struct access *x)
{
	void *value;
	long err;
	u32 n;

	for (n = 0; n < ADD64_TRIES; n++) {
		value = x->map->ops->map_lookup_elem(x->map, (void *)x->key);
		if (!IS_ERR_OR_NULL(value))
			return value;
		err = x->map->ops->map_update_elem(x->map, (void *)x->key, x->maps->zero, BPF_NOEXIST);
		if (err && err != -EEXIST)
			return ERR_PTR(err);
	}
	return ERR_PTR(-EAGAIN);
}

KW_PROTO_I_IIILI(kwasm_host_map_add64)
{
	struct access x;
	u8 *out = NULL;
	void *value;
	u64 sum;
	long err;

	if (c % 8)
		return -EINVAL;
	err = begin_kv(i, a, b, &x);
	if (err)
		return err;
	if ((u64)c + 8 > x.map->value_size)
		err = -EINVAL;
	/* A trie's values are not aligned: an atomic across cache lines may stop the whole machine. */
	else if (x.map->map_type == BPF_MAP_TYPE_LPM_TRIE)
		err = -EOPNOTSUPP;
	else if (x.key && e)
		out = guest(i, e, 8);
	if (err || !x.key || (e && !out))
		goto out;
	value = find_or_create(&x);
	if (IS_ERR(value)) {
		err = PTR_ERR(value);
		goto out;
	}
	sum = atomic64_add_return(d, (atomic64_t *)(value + c));
	if (out)
		memcpy(out, &sum, sizeof(sum));
out:
	end(&x);
	return status(err);
}

KW_PROTO_I_III(kwasm_host_map_push)
{
	struct access x;
	void *value;
	long err;

	if (c & ~(u32)BPF_EXIST)
		return -EINVAL;
	err = begin(i, a, KW_MAP_QS, &x);
	if (err)
		return err;
	value = guest(i, b, x.map->value_size);
	if (value)
		err = x.map->ops->map_push_elem(x.map, value, c);
	end(&x);
	return status(err);
}

static u32 take(struct kw_inst *i, u32 handle, u32 ptr, bool remove)
{
	struct access x;
	void *to;
	long err;

	err = begin(i, handle, KW_MAP_QS, &x);
	if (err)
		return err;
	to = guest(i, ptr, x.map->value_size);
	if (to)
		err = remove ? x.map->ops->map_pop_elem(x.map, to) : x.map->ops->map_peek_elem(x.map, to);
	end(&x);
	return status(err);
}

KW_PROTO_I_II(kwasm_host_map_pop)
{
	return take(i, a, b, true);
}

KW_PROTO_I_II(kwasm_host_map_peek)
{
	return take(i, a, b, false);
}
