// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Host functions of host.def for a process: the packet is a buffer, the log a
 * callback.  A guest pointer outside its memory traps, a packet offset
 * outside the packet never does.
 */
#include <sched.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "internal.h"
#include "rt/pkt.h"

#define LINKTYPE_RAW	101

#define KW_HOST(id, module, name, context, shape, how, arg) \
	KW_IF_FN_##how(static KW_PROTO_##shape(host_##id);)
#include "rt/host.def"

static struct kwasm_engine *engine(const struct kw_inst *i)
{
	return i->exec->host;
}

/* The guest's bytes, or NULL and a trap. */
static u8 *guest_range(struct kw_inst *i, u32 ptr, u32 len)
{
	u8 *p = kw_range(i, ptr, len);

	if (!p)
		kw_raise(i, KW_TRAP_HOST_OOB);
	return p;
}

static void put_log(struct kw_inst *i, u32 level, const u8 *text, u32 len)
{
	const struct kwasm_engine *e = engine(i);

	if (e->opts.log)
		e->opts.log(e->opts.priv, level, (const char *)text, len);
}

static u32 host_LOG(struct kw_inst *i, u32 level, u32 ptr, u32 len)
{
	const u8 *p = guest_range(i, ptr, len);

	if (!p)
		return 0;
	put_log(i, min(level, 7u), p, len);
	return 0;
}

static void host_ABORT(struct kw_inst *i, u32 ptr, u32 len)
{
	const u8 *p = kw_range(i, ptr, len);

	if (p)
		put_log(i, 3, p, len);
	kw_raise(i, KW_TRAP_ABORT);
}

static u64 host_TIME_NS(struct kw_inst *i, u32 clock)
{
	static const clockid_t id[] = { CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_REALTIME, CLOCK_TAI };
	struct timespec ts;

	(void)i;
	if (clock >= ARRAY_SIZE(id) || clock_gettime(id[clock], &ts))
		return 0;
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static u32 host_RANDOM_GET(struct kw_inst *i, u32 ptr, u32 len)
{
	u8 *p = guest_range(i, ptr, len);
	ssize_t n;

	for (; p && len; p += n, len -= n) {
		n = getrandom(p, min(len, 256u), 0);
		if (n < 0)
			return -EINTR;
	}
	return 0;
}

static u32 host_NUMA_ID(struct kw_inst *i)
{
	unsigned int cpu, node;

	(void)i;
	return getcpu(&cpu, &node) ? 0 : node;
}

static u32 host_CONFIG_READ(struct kw_inst *i, u32 off, u32 ptr, u32 len)
{
	const struct kwasm_engine_opts *o = &engine(i)->opts;
	u8 *p = guest_range(i, ptr, len);
	u32 n;

	if (!p || off >= o->config_len)
		return 0;
	n = min(len, o->config_len - off);
	memcpy(p, (const u8 *)o->config + off, n);
	return n;
}

static u32 host_CPU_ID(struct kw_inst *i)
{
	int cpu = sched_getcpu();

	(void)i;
	return cpu < 0 ? 0 : cpu;
}

/* The packet of the call under way; without one the guest ends. */
static struct kwasm_engine_packet *packet(struct kw_inst *i)
{
	struct kwasm_engine_packet *pkt = engine(i)->pkt;

	if (!pkt)
		kw_raise(i, KW_TRAP_BAD_CONTEXT);
	return pkt;
}

static u64 host_PKT_FIELD(struct kw_inst *i, u32 id)
{
	return packet(i) && id < KW_NR_FIELDS ? i->exec->field[id] : 0;
}

static u32 host_PKT_LOAD(struct kw_inst *i, u32 off, u32 ptr, u32 len)
{
	const struct kwasm_engine_packet *pkt = packet(i);
	u8 *to;

	if (!pkt)
		return 0;
	to = guest_range(i, ptr, len);
	if (!to || (u64)off + len > pkt->len)
		return -EFAULT;
	if (len)
		memcpy(to, pkt->data + off, len);
	return 0;
}

static u32 store(struct kw_inst *i, u32 off, const u8 *from, u32 len)
{
	struct kwasm_engine_packet *pkt = packet(i);

	if (!pkt)
		return 0;
	if ((u64)off + len > pkt->len)
		return -EFAULT;
	if (kw_pkt_is_parsed(pkt->data, pkt->len, off, len))
		return -EPERM;
	memcpy(pkt->data + off, from, len);
	return 0;
}

static u32 host_PKT_STORE(struct kw_inst *i, u32 off, u32 ptr, u32 len, u32 flags)
{
	const u8 *from = guest_range(i, ptr, len);

	if (!from)
		return 0;
	if (flags)
		return -EINVAL;
	return len ? store(i, off, from, len) : 0;
}

static u32 store_be(struct kw_inst *i, u32 off, u32 value, u32 bytes)
{
	u8 b[4];
	u32 k;

	for (k = 0; k < bytes; k++)
		b[k] = value >> 8 * (bytes - 1 - k);
	return store(i, off, b, bytes);
}

static u32 host_PKT_ST8(struct kw_inst *i, u32 off, u32 value)
{
	return store_be(i, off, value, 1);
}

static u32 host_PKT_ST16BE(struct kw_inst *i, u32 off, u32 value)
{
	return store_be(i, off, value, 2);
}

static u32 host_PKT_ST32BE(struct kw_inst *i, u32 off, u32 value)
{
	return store_be(i, off, value, 4);
}

static u32 host_PKT_SET_MARK(struct kw_inst *i, u32 value)
{
	if (packet(i))
		i->exec->field[KW_FIELD_MARK] = value;
	return 0;
}

/* ---- Maps ---- */

/* Map @handle of the module whose code runs; NULL and the status it is refused with. */
static struct kwasm_engine_map *map_of(struct kw_inst *i, u32 handle, enum kw_map_kind kind, u32 *status)
{
	const struct kwasm_engine_module *m = kwasm_engine_module_of(kw_instance_linked(i->owner));
	struct kwasm_engine_map *map = handle < KW_MAX_MAPS ? m->map[handle] : NULL;

	*status = -EBADF;
	if (map && kw_map_info[kwasm_engine_map_decl(map)->type].kind != kind) {
		*status = -EOPNOTSUPP;
		map = NULL;
	}
	return map;
}

static u32 host_MAP_LOOKUP(struct kw_inst *i, u32 handle, u32 key, u32 value)
{
	u32 status;
	struct kwasm_engine_map *map = map_of(i, handle, KW_MAP_KV, &status);
	const u8 *k;
	u8 *v;

	if (!map)
		return status;
	k = guest_range(i, key, kwasm_engine_map_decl(map)->key_bytes);
	v = k ? guest_range(i, value, kwasm_engine_map_decl(map)->value_bytes) : NULL;
	return v ? kwasm_engine_map_lookup(map, k, v) : 0;
}

static u32 host_MAP_UPDATE(struct kw_inst *i, u32 handle, u32 key, u32 value, u32 flags)
{
	u32 status;
	struct kwasm_engine_map *map;
	const u8 *k, *v;

	if (flags > 2)
		return -EINVAL;
	map = map_of(i, handle, KW_MAP_KV, &status);
	if (!map)
		return status;
	k = guest_range(i, key, kwasm_engine_map_decl(map)->key_bytes);
	v = k ? guest_range(i, value, kwasm_engine_map_decl(map)->value_bytes) : NULL;
	return v ? kwasm_engine_map_update(map, k, v, flags) : 0;
}

static u32 host_MAP_DELETE(struct kw_inst *i, u32 handle, u32 key)
{
	u32 status;
	struct kwasm_engine_map *map = map_of(i, handle, KW_MAP_KV, &status);
	const u8 *k;

	if (!map)
		return status;
	k = guest_range(i, key, kwasm_engine_map_decl(map)->key_bytes);
	return k ? kwasm_engine_map_delete(map, k) : 0;
}

static u32 host_MAP_ADD64(struct kw_inst *i, u32 handle, u32 key, u32 off, u64 delta, u32 out)
{
	u32 status;
	struct kwasm_engine_map *map;
	u8 *to = NULL;
	const u8 *k;
	u64 sum;

	if (off % 8)
		return -EINVAL;
	map = map_of(i, handle, KW_MAP_KV, &status);
	if (!map)
		return status;
	k = guest_range(i, key, kwasm_engine_map_decl(map)->key_bytes);
	if (!k)
		return 0;
	if ((u64)off + 8 > kwasm_engine_map_decl(map)->value_bytes)
		return -EINVAL;
	if (out) {
		to = guest_range(i, out, sizeof(sum));
		if (!to)
			return 0;
	}
	status = kwasm_engine_map_add64(map, k, off, delta, &sum);
	if (!status && to)
		memcpy(to, &sum, sizeof(sum));
	return status;
}

static u32 host_MAP_PUSH(struct kw_inst *i, u32 handle, u32 value, u32 flags)
{
	u32 status;
	struct kwasm_engine_map *map;
	const u8 *v;

	if (flags & ~2u)
		return -EINVAL;
	map = map_of(i, handle, KW_MAP_QS, &status);
	if (!map)
		return status;
	v = guest_range(i, value, kwasm_engine_map_decl(map)->value_bytes);
	return v ? kwasm_engine_map_push(map, v, flags) : 0;
}

static u32 take(struct kw_inst *i, u32 handle, u32 value, bool remove)
{
	u32 status;
	struct kwasm_engine_map *map = map_of(i, handle, KW_MAP_QS, &status);
	u8 *v;

	if (!map)
		return status;
	v = guest_range(i, value, kwasm_engine_map_decl(map)->value_bytes);
	return v ? kwasm_engine_map_take(map, v, remove) : 0;
}

static u32 host_MAP_POP(struct kw_inst *i, u32 handle, u32 value)
{
	return take(i, handle, value, true);
}

static u32 host_MAP_PEEK(struct kw_inst *i, u32 handle, u32 value)
{
	return take(i, handle, value, false);
}

/* ---- Rings: there is no reader that could be late, so none is ever full ---- */

/* Give @len bytes to the embedder as a record of ring @handle; the status. */
static u32 put_record(struct kw_inst *i, u32 handle, u32 kind, const void *p, u32 len)
{
	const struct kwasm_engine_opts *o = &engine(i)->opts;
	u32 status;
	const struct kwasm_engine_map *ring = map_of(i, handle, KW_MAP_RING, &status);
	const struct kw_map_decl *d;

	if (!ring)
		return status;
	d = kwasm_engine_map_decl(ring);
	if (len > KW_MAX_RING_RECORD || len + sizeof(struct kwasm_ring_record) > d->max_entries)
		return -E2BIG;
	if (o->event)
		o->event(o->priv, d->name, kind, p, len);
	return 0;
}

static u32 host_RINGBUF_OUTPUT(struct kw_inst *i, u32 handle, u32 ptr, u32 len, u32 flags)
{
	u32 status;
	const u8 *p;

	if (!map_of(i, handle, KW_MAP_RING, &status))
		return status;
	if (flags > 2)
		return -EINVAL;
	p = guest_range(i, ptr, len);
	return p ? put_record(i, handle, KWASM_RING_OUTPUT, p, len) : 0;
}

static u32 host_PKT_CAPTURE(struct kw_inst *i, u32 handle, u32 snaplen)
{
	const struct kwasm_engine_packet *pkt = packet(i);
	struct {
		struct kwasm_capture c;
		u8 bytes[0xffff];
	} rec = { 0 };
	u32 n;

	if (!pkt)
		return 0;
	n = min(min(pkt->len, snaplen), (u32)sizeof(rec.bytes));
	rec.c = (struct kwasm_capture){
		.at_ns = host_TIME_NS(i, 2), .packet_bytes = pkt->len, .link_type = LINKTYPE_RAW,
		.protocol = pkt->field[KW_FIELD_PROTO],
		.ifindex_in = pkt->field[KW_FIELD_IFINDEX_IN],
		.ifindex_out = pkt->field[KW_FIELD_IFINDEX_OUT],
		.mark = i->exec->field[KW_FIELD_MARK], .cpu = host_CPU_ID(i),
		.family = pkt->field[KW_FIELD_FAMILY], .hook = pkt->field[KW_FIELD_HOOK],
		.type = KWASM_LINK_NETFILTER,
	};
	if (n)
		memcpy(rec.bytes, pkt->data, n);
	return put_record(i, handle, KWASM_RING_CAPTURE, &rec, sizeof(rec.c) + n);
}

/* ---- Process context: what runs here runs on packets ---- */

static u64 no_task(struct kw_inst *i)
{
	kw_raise(i, KW_TRAP_BAD_CONTEXT);
	return 0;
}

static u64 host_PID_TGID(struct kw_inst *i)
{
	return no_task(i);
}

static u64 host_UID_GID(struct kw_inst *i)
{
	return no_task(i);
}

static u32 host_COMM(struct kw_inst *i, u32 ptr, u32 len)
{
	(void)ptr;
	(void)len;
	return no_task(i);
}

static u64 host_CGROUP_ID(struct kw_inst *i)
{
	return no_task(i);
}

static u32 host_FS_EVENT(struct kw_inst *i)
{
	return no_task(i);
}

static u32 host_FS_PATH(struct kw_inst *i, u32 ptr, u32 len)
{
	(void)ptr;
	(void)len;
	return no_task(i);
}

static u32 host_FS_NAME(struct kw_inst *i, u32 ptr, u32 len)
{
	(void)ptr;
	(void)len;
	return no_task(i);
}

static u32 host_FS_NEW_PATH(struct kw_inst *i, u32 ptr, u32 len)
{
	(void)ptr;
	(void)len;
	return no_task(i);
}

static u32 host_FS_NEW_NAME(struct kw_inst *i, u32 ptr, u32 len)
{
	(void)ptr;
	(void)len;
	return no_task(i);
}

static u64 host_FS_FIELD(struct kw_inst *i, u32 id)
{
	(void)id;
	return no_task(i);
}

static u32 host_FS_READ(struct kw_inst *i, u64 off, u32 ptr, u32 len)
{
	(void)off;
	(void)ptr;
	(void)len;
	return no_task(i);
}

static u32 host_FS_XATTR(struct kw_inst *i, u32 name, u32 name_len, u32 ptr, u32 len)
{
	(void)name;
	(void)name_len;
	(void)ptr;
	(void)len;
	return no_task(i);
}

static u32 csum_replace(struct kw_inst *i, u32 off, u32 diff, u32 flags)
{
	const struct kwasm_engine_packet *pkt = packet(i);
	u8 sum[2];

	if (!pkt)
		return 0;
	if ((u64)off + sizeof(sum) > pkt->len)
		return -EFAULT;
	memcpy(sum, pkt->data + off, sizeof(sum));
	kw_csum_update(sum, diff, flags, false);
	return store(i, off, sum, sizeof(sum));
}

static u32 host_PKT_L3_CSUM(struct kw_inst *i, u32 off, u32 from, u32 to, u32 flags)
{
	u32 diff;

	return kw_csum_change(from, to, flags, 0, &diff) ? csum_replace(i, off, diff, flags) : (u32)-EINVAL;
}

static u32 host_PKT_L4_CSUM(struct kw_inst *i, u32 off, u32 from, u32 to, u32 flags)
{
	u32 diff;

	return kw_csum_change(from, to, flags, KW_CSUM_PSEUDO | KW_CSUM_ZERO_NONE, &diff) ?
	       csum_replace(i, off, diff, flags) : (u32)-EINVAL;
}

static u64 host_PKT_CSUM_DIFF(struct kw_inst *i, u32 from, u32 from_len, u32 to, u32 to_len, u32 seed)
{
	const u8 *f = guest_range(i, from, from_len), *t = f ? guest_range(i, to, to_len) : NULL;

	if (!t)
		return 0;
	if (from_len > KW_CSUM_MAX || to_len > KW_CSUM_MAX)
		return (s64)-E2BIG;
	return kw_csum_diff(f, from_len, t, to_len, seed);
}

static u32 host_PKT_SET_PRIORITY(struct kw_inst *i, u32 value)
{
	if (packet(i))
		i->exec->field[KW_FIELD_PRIORITY] = value;
	return 0;
}

/* Of XDP and tc only, which this engine has no packets of. */
static u32 host_PKT_ADJUST_HEAD(struct kw_inst *i, u32 delta)
{
	(void)i, (void)delta;
	return -EOPNOTSUPP;
}

static u32 host_PKT_ADJUST_TAIL(struct kw_inst *i, u32 delta)
{
	(void)i, (void)delta;
	return -EOPNOTSUPP;
}

static u32 host_PKT_REDIRECT(struct kw_inst *i, u32 ifindex, u32 flags)
{
	(void)i, (void)ifindex, (void)flags;
	return -EOPNOTSUPP;
}

static u32 host_PKT_VLAN_PUSH(struct kw_inst *i, u32 proto, u32 tag)
{
	(void)i, (void)proto, (void)tag;
	return -EOPNOTSUPP;
}

static u32 host_PKT_VLAN_POP(struct kw_inst *i)
{
	(void)i;
	return -EOPNOTSUPP;
}

static u64 copy_first(struct kwasm_engine *e, u32 bytes)
{
	u32 there = e->pkt ? min(bytes, e->pkt->len) : 0;

	if (there)
		memcpy(e->pkt_copy, e->pkt->data, there);
	memset(e->pkt_copy + there, 0, bytes - there);
	return (u64)e->pkt_copy;
}

/* A load that does not lie within the linear part, or some first bytes that do not. */
static void pkt_slow(struct kw_exec *x, struct kw_pkt_slow *s)
{
	const struct kwasm_engine_packet *pkt = ((struct kwasm_engine *)x->host)->pkt;
	u64 v = 0;
	u32 k;

	if (!s->size) {
		s->value = copy_first(x->host, s->off);
		return;
	}
	if (!pkt || (u64)s->off + s->size > pkt->len) {
		if (s->has_default)
			return;
		x->pkt_short = 1;
		s->value = 0;
		return;
	}
	for (k = 0; k < s->size; k++)
		v |= (u64)pkt->data[s->off + (s->be ? s->size - 1 - k : k)] << 8 * k;
	s->value = v;
}

static void *const stub_fn[KW_NR_STUBS] = {
	[KW_STUB_PKT_SLOW] = pkt_slow,
#define KW_HOST(id, module, name, context, shape, how, arg) \
	KW_IF_FN_##how([KW_STUB_HOST + KW_HOST_##id] = host_##id,)
#include "rt/host.def"
};

void kwasm_engine_stub_fns(void *fn[KW_NR_STUBS])
{
	memcpy(fn, stub_fn, sizeof(stub_fn));
	memcpy(fn + KW_STUB_HELPER, kw_helper_fn, sizeof(kw_helper_fn));
}
