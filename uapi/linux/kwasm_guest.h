/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * kwasm guest SDK: the one header a packet program in C includes.
 *
 *	clang --target=wasm32 -mcpu=mvp -mbulk-memory -msign-ext -O2 -nostdlib \
 *	      -Wl,--no-entry -Wl,--stack-first -Wl,-z,stack-size=8192 \
 *	      -o filter.wasm filter.c
 *
 * Works with clang 14 and newer and its own wasm-ld; no libc, no special
 * compiler.  With -mbulk-memory, memcpy() and memset() of any size become one
 * instruction each.  --stack-first puts the C stack below the data, so that
 * overrunning it traps and overwrites nothing.
 *
 * The imports are those of the guest ABI, version 1 (Documentation/guest-abi.rst).
 * A signature never changes; new names may be added.
 */
#ifndef _UAPI_LINUX_KWASM_GUEST_H
#define _UAPI_LINUX_KWASM_GUEST_H

typedef unsigned char kwasm_u8;
typedef unsigned short kwasm_u16;
typedef unsigned int kwasm_u32;
typedef unsigned long long kwasm_u64;
typedef int kwasm_s32;
typedef long long kwasm_s64;

/* ---- Programs and metadata ------------------------------------------- */

/**
 * KWASM_PROGRAM() - make a function a program
 * @where: the export's name says where it attaches:
 *         "netfilter/<family>/<hook>", family ip, ip6, inet or bridge,
 *         hook pre_routing, input, forward, output or post_routing; family
 *         arp, hook input or output; family netdev, hook ingress or egress;
 *         "fs/open_perm", "fs/access_perm", "fs/exec_perm", "fs/notify",
 *         "fs/unlink", "fs/rename", "fs/mkdir", "fs/rmdir", "fs/link",
 *         "fs/setattr";
 *         "timer/<name>": called again and again, without a packet; the result is
 *         the time until the next call in ms, 0 for none;
 *         "xdp", at a device, before the kernel has made anything of the packet
 *
 *	KWASM_PROGRAM("netfilter/inet/input") int filter(void) { return KWASM_NF_ACCEPT; }
 */
#define KWASM_PROGRAM(where)	__attribute__((export_name(where), used))

/**
 * KWASM_INIT - the function that runs once, before any packet
 *
 *	KWASM_INIT int init(void) { return 0; }
 *
 * Its memory is what every CPU's instance starts from, and what a trap
 * restores.  A result other than 0 refuses the load.
 */
#define KWASM_INIT		__attribute__((export_name("kwasm_init"), used))

/**
 * KWASM_META() - one line of the module's metadata
 * @text: a string literal: "name edge-filter", "version 1.2.0", "license GPL",
 *        "limit memory=1M deadline=50us", "on_trap drop" (of programs on files: "on_trap deny")
 */
#define KWASM_META(text) \
	__asm__(".section .custom_section.kwasm.meta,\"\",@\n.ascii \"" text "\\n\"\n")

#define KWASM_STR_(x)		#x
#define KWASM_STR(x)		KWASM_STR_(x)

/**
 * KWASM_MAP() - declare a map, and its handle for kwasm_map_*()
 * @name:  of the map and of the handle, at most 15 letters, digits, '_'
 * @type:  hash array percpu_hash percpu_array lru_hash lru_percpu_hash lpm_trie
 *         (for queue and stack: KWASM_QUEUE())
 * @key:   C type of the keys; of an array: kwasm_u32; of an lpm_trie: kwasm_u32
 *         with the number of bits that count, then the address
 * @value: C type of the values
 * @max:   number of entries, an integer constant
 *
 *	struct flow { kwasm_u64 packets, bytes; };
 *	KWASM_MAP(flows, lru_hash, kwasm_u32, struct flow, 65536);
 *
 * A BPF map of the kernel's is made for it when the module is loaded; all CPUs
 * share it, and bpftool, libbpf and `kwasm map` see it.  Keys are compared as
 * bytes: clear the padding of a struct.  All maps of a module are declared in
 * one source file, which numbers them.
 */
#define KWASM_MAP(name, type, key, value, max) \
	KWASM_MAP_(name, __COUNTER__, type, sizeof(key), sizeof(value), max)
#define KWASM_QUEUE(name, type, value, max) \
	KWASM_MAP_(name, __COUNTER__, type, 0, sizeof(value), max)

/**
 * KWASM_RING() - declare a ring, and its handle for kwasm_ringbuf_output() and kwasm_pkt_capture()
 * @name:  as of KWASM_MAP()
 * @bytes: a power of two from 4096 to 64 MiB, an integer constant
 *
 *	KWASM_RING(events, 262144);
 *
 * Records go to whoever reads the ring, `kwasm events` or libkwasm's
 * kwasm_ring_buffer__poll().  KWASM_LAYOUT(events, "value=...") says what is in
 * them.  Numbered along with the maps.
 */
#define KWASM_RING(name, bytes) \
	KWASM_MAP_(name, __COUNTER__, ringbuf, 0, 0, bytes)

/*
 * Only inside a function does assembly take operands such as a sizeof.  The
 * function is empty and goes at link time; its line in kwasm.meta stays.
 */
#define KWASM_MAP_(name, id, type, key_bytes, value_bytes, max)			\
	enum { name = id };							\
	static __attribute__((used)) void kwasm_map_decl_##name(void)		\
	{									\
		__asm__ volatile(".section .custom_section.kwasm.meta,\"\",@\n"	\
			".ascii \"map " #name " " #type " id=" KWASM_STR(id)	\
			" key=%0 value=%1 max=%2\\n\"\n"			\
			".section .text.kwasm_map_decl_" #name ",\"\",@\n"	\
			: : "i"(key_bytes), "i"(value_bytes), "i"(max));	\
	}									\
	extern int kwasm_map_decl_##name##_end

/**
 * KWASM_LAYOUT() - say what keys and values of a map mean, for `kwasm map`
 * @fields: "key=saddr:ip4,port:be16 value=packets:u64,bytes:u64";
 *          types u8..u64 s8..s64 be16..be64 x8..x64 ip4 ip6 mac lpm4 lpm6 hexN charN,
 *          laid out as C does
 */
#define KWASM_LAYOUT(name, fields)	KWASM_META("layout " #name " " fields)

/* ---- Results ---------------------------------------------------------- */

/* Of programs "xdp", as in linux/bpf.h.  Anything else is a trap. */
#define KWASM_XDP_ABORTED	0	/* dropped, and seen by the tracepoint xdp:xdp_exception */
#define KWASM_XDP_DROP		1
#define KWASM_XDP_PASS		2
#define KWASM_XDP_TX		3	/* back out by the device it came in by */
#define KWASM_XDP_REDIRECT	4	/* where kwasm_pkt_redirect() said */

/* Results of "tc/ingress" and "tc/egress". */
#define KWASM_TC_UNSPEC		-1	/* no opinion: the next program or filter decides */
#define KWASM_TC_OK		0	/* goes on, and none behind is asked */
#define KWASM_TC_SHOT		2	/* dropped */
#define KWASM_TC_PIPE		3	/* as UNSPEC */
#define KWASM_TC_REDIRECT	7	/* where kwasm_pkt_redirect() said */

/* Of netfilter programs.  Anything else is a trap. */
#define KWASM_NF_DROP		0
#define KWASM_NF_ACCEPT		1
#define KWASM_NF_NONE		2	/* no opinion: the link's default decides */
#define KWASM_NF_QUEUE		3	/* to userspace, nfnetlink_queue */

/* Of programs fs/... but fs/notify, whose results are all alike.  Anything else is a trap. */
#define KWASM_FS_ALLOW		0
#define KWASM_FS_EPERM		(-1)
#define KWASM_FS_EACCES		(-13)

/* ---- Core imports: kwasm_v1 ------------------------------------------- */

#define KWASM_IMPORT(module, name) \
	extern __attribute__((import_module(module), import_name(name)))

/* Levels of kwasm_log(), those of syslog. */
#define KWASM_LOG_ERR		3
#define KWASM_LOG_WARN		4
#define KWASM_LOG_INFO		6
#define KWASM_LOG_DEBUG		7

#define KWASM_CLOCK_MONOTONIC	0
#define KWASM_CLOCK_BOOT	1
#define KWASM_CLOCK_REAL	2
#define KWASM_CLOCK_TAI		3

/* A line into the module's log (`kwasm log`); rate limited.  0 or -errno. */
KWASM_IMPORT("kwasm_v1", "log")
kwasm_s32 kwasm_log(kwasm_s32 level, const char *text, kwasm_u32 len);

/* End this call as a trap, with a message.  The link's on_trap gives the verdict. */
KWASM_IMPORT("kwasm_v1", "abort")
void kwasm_abort(const char *text, kwasm_u32 len);

KWASM_IMPORT("kwasm_v1", "time_ns")
kwasm_u64 kwasm_time_ns(kwasm_s32 clock);

/* Fill @p with random bytes.  0 or -errno. */
KWASM_IMPORT("kwasm_v1", "random_get")
kwasm_s32 kwasm_random_get(void *p, kwasm_u32 len);

KWASM_IMPORT("kwasm_v1", "cpu_id")
kwasm_s32 kwasm_cpu_id(void);
/* Memory node of that CPU. */
KWASM_IMPORT("kwasm_v1", "numa_id")
kwasm_s32 kwasm_numa_id(void);

/* Bytes of what was given at load (kwasm load --config FILE), from @off on.  How many; 0 at the end. */
KWASM_IMPORT("kwasm_v1", "config_read")
kwasm_s32 kwasm_config_read(kwasm_u32 off, void *p, kwasm_u32 len);

/*
 * Maps.  The value is copied out and in; pointers to memory of the declared
 * sizes.  All give 0 or -errno.
 */
#define KWASM_MAP_ANY		0	/* new or not */
#define KWASM_MAP_NEW		1	/* -EEXIST if it is there */
#define KWASM_MAP_OLD		2	/* -ENOENT if it is not; of kwasm_map_push(): over the oldest */

#define KWASM_ENOENT		2
#define KWASM_E2BIG		7
#define KWASM_EEXIST		17

/* -ENOENT: no such key; of an lpm_trie: no prefix of it. */
KWASM_IMPORT("kwasm_v1", "map_lookup")
kwasm_s32 kwasm_map_lookup(kwasm_s32 map, const void *key, void *value);

KWASM_IMPORT("kwasm_v1", "map_update")
kwasm_s32 kwasm_map_update(kwasm_s32 map, const void *key, const void *value, kwasm_u32 flags);

KWASM_IMPORT("kwasm_v1", "map_delete")
kwasm_s32 kwasm_map_delete(kwasm_s32 map, const void *key);

/*
 * Add @delta to the u64 at @offset (a multiple of 8) of a value, in one step
 * for all CPUs; an entry that is not there is made, all zero, first.  The sum
 * goes to @sum unless that is 0.  Not for lpm_trie.
 */
KWASM_IMPORT("kwasm_v1", "map_add64")
kwasm_s32 kwasm_map_add64(kwasm_s32 map, const void *key, kwasm_u32 offset, kwasm_s64 delta,
			  kwasm_u64 *sum);

/* Queues and stacks.  -E2BIG: full. */
KWASM_IMPORT("kwasm_v1", "map_push")
kwasm_s32 kwasm_map_push(kwasm_s32 map, const void *value, kwasm_u32 flags);
/* Take the next one out, or only look at it.  -ENOENT: empty. */
KWASM_IMPORT("kwasm_v1", "map_pop")
kwasm_s32 kwasm_map_pop(kwasm_s32 map, void *value);
KWASM_IMPORT("kwasm_v1", "map_peek")
kwasm_s32 kwasm_map_peek(kwasm_s32 map, void *value);

/*
 * Rings.  A record of @len bytes, at most 65664 and what the ring holds.
 * -EAGAIN: the ring is full; the record is lost, and counted.
 */
#define KWASM_RING_NO_WAKEUP	1	/* the reader will be woken by a later one */
#define KWASM_RING_FORCE_WAKEUP	2	/* else it is when it had taken all before this one */

#define KWASM_EAGAIN		11

KWASM_IMPORT("kwasm_v1", "ringbuf_output")
kwasm_s32 kwasm_ringbuf_output(kwasm_s32 ring, const void *p, kwasm_u32 len, kwasm_u32 flags);

/* kwasm_log() and kwasm_abort() of a string literal. */
#define KWASM_LOG(level, literal)	kwasm_log(level, literal, sizeof(literal) - 1)
#define KWASM_ABORT(literal)		kwasm_abort(literal, sizeof(literal) - 1)

/* ---- Packet imports: kwasm_pkt_v1 ------------------------------------- */

/*
 * Offsets count from the network header, in XDP and tc programs from the link
 * header.  A load past the packet's end gives 0 (or the default, in the _or forms), never a trap, and the plain forms
 * remember it: kwasm_pkt_err() reads and clears that.  If a program ends
 * without having asked, the link's on_short decides (drop, unless told
 * otherwise), so a cut packet cannot slip through by reading as zero.
 */
KWASM_IMPORT("kwasm_pkt_v1", "len")    kwasm_u32 kwasm_pkt_len(void);
KWASM_IMPORT("kwasm_pkt_v1", "err")    kwasm_s32 kwasm_pkt_err(void);

KWASM_IMPORT("kwasm_pkt_v1", "ld8")    kwasm_u32 kwasm_pkt_ld8(kwasm_u32 off);
KWASM_IMPORT("kwasm_pkt_v1", "ld16")   kwasm_u32 kwasm_pkt_ld16(kwasm_u32 off);
KWASM_IMPORT("kwasm_pkt_v1", "ld32")   kwasm_u32 kwasm_pkt_ld32(kwasm_u32 off);
KWASM_IMPORT("kwasm_pkt_v1", "ld64")   kwasm_u64 kwasm_pkt_ld64(kwasm_u32 off);
KWASM_IMPORT("kwasm_pkt_v1", "ld16be") kwasm_u32 kwasm_pkt_ld16be(kwasm_u32 off);
KWASM_IMPORT("kwasm_pkt_v1", "ld32be") kwasm_u32 kwasm_pkt_ld32be(kwasm_u32 off);
KWASM_IMPORT("kwasm_pkt_v1", "ld64be") kwasm_u64 kwasm_pkt_ld64be(kwasm_u32 off);

KWASM_IMPORT("kwasm_pkt_v1", "ld8_or")
kwasm_u32 kwasm_pkt_ld8_or(kwasm_u32 off, kwasm_u32 dflt);
KWASM_IMPORT("kwasm_pkt_v1", "ld16_or")
kwasm_u32 kwasm_pkt_ld16_or(kwasm_u32 off, kwasm_u32 dflt);
KWASM_IMPORT("kwasm_pkt_v1", "ld32_or")
kwasm_u32 kwasm_pkt_ld32_or(kwasm_u32 off, kwasm_u32 dflt);
KWASM_IMPORT("kwasm_pkt_v1", "ld64_or")
kwasm_u64 kwasm_pkt_ld64_or(kwasm_u32 off, kwasm_u64 dflt);
KWASM_IMPORT("kwasm_pkt_v1", "ld16be_or")
kwasm_u32 kwasm_pkt_ld16be_or(kwasm_u32 off, kwasm_u32 dflt);
KWASM_IMPORT("kwasm_pkt_v1", "ld32be_or")
kwasm_u32 kwasm_pkt_ld32be_or(kwasm_u32 off, kwasm_u32 dflt);
KWASM_IMPORT("kwasm_pkt_v1", "ld64be_or")
kwasm_u64 kwasm_pkt_ld64be_or(kwasm_u32 off, kwasm_u64 dflt);

/* Copy @len bytes of the packet at @off to @p, all or nothing.  0 or -errno. */
KWASM_IMPORT("kwasm_pkt_v1", "load")
kwasm_s32 kwasm_pkt_load(kwasm_u32 off, void *p, kwasm_u32 len);

/*
 * The other way; @flags is 0 for now.  Checksums are the program's business.
 * What the kernel has parsed already stays as it is (-EPERM): version, header
 * length, total length and options of IPv4; lengths and next header of IPv6.
 */
KWASM_IMPORT("kwasm_pkt_v1", "store")
kwasm_s32 kwasm_pkt_store(kwasm_u32 off, const void *p, kwasm_u32 len, kwasm_u32 flags);

KWASM_IMPORT("kwasm_pkt_v1", "st8")
kwasm_s32 kwasm_pkt_st8(kwasm_u32 off, kwasm_u32 value);
KWASM_IMPORT("kwasm_pkt_v1", "st16be")
kwasm_s32 kwasm_pkt_st16be(kwasm_u32 off, kwasm_u32 value);
KWASM_IMPORT("kwasm_pkt_v1", "st32be")
kwasm_s32 kwasm_pkt_st32be(kwasm_u32 off, kwasm_u32 value);

/*
 * XDP and tc only, else the module is refused.  Move the packet's beginning by
 * @delta bytes, below 0 for more room in front (at once; offset 0 moves along; at
 * tc zeros, and above 0 no more than was added).  Move its end (after the
 * program: its length does not change while it runs; if that fails, the packet
 * is XDP_ABORTED, or TC_SHOT).  -EINVAL: no room, or nothing left.
 */
KWASM_IMPORT("kwasm_pkt_v1", "adjust_head")
kwasm_s32 kwasm_pkt_adjust_head(kwasm_s32 delta);
KWASM_IMPORT("kwasm_pkt_v1", "adjust_tail")
kwasm_s32 kwasm_pkt_adjust_tail(kwasm_s32 delta);

/*
 * XDP and tc: send it out by the device of that index; at tc with @flags
 * KWASM_REDIRECT_INGRESS let it come in there.
 * Return: KWASM_XDP_REDIRECT or KWASM_TC_REDIRECT, to be returned; or -errno.
 */
#define KWASM_REDIRECT_INGRESS	1

KWASM_IMPORT("kwasm_pkt_v1", "redirect")
kwasm_s32 kwasm_pkt_redirect(kwasm_u32 ifindex, kwasm_u32 flags);

/*
 * Checksums after a change: the one at @off, of the IPv4 header (l3) or of TCP,
 * UDP and ICMP (l4), once @from has become @to.  @flags: bytes of them, 2 or 4,
 * that kwasm_pkt_ld16be() and the like gave; or 0: @to is what csum_diff()
 * said, @from 0.  The l4 form knows packets whose checksum a device completes.
 * -EFAULT beyond the packet, -EINVAL, -ENOMEM.
 */
#define KWASM_CSUM_PSEUDO	0x10	/* l4: the change is one of addresses, protocol or length */
#define KWASM_CSUM_UDP		0x20	/* l4: 0 means none, and stays */

KWASM_IMPORT("kwasm_pkt_v1", "l3_csum_replace")
kwasm_s32 kwasm_pkt_l3_csum_replace(kwasm_u32 off, kwasm_u32 from, kwasm_u32 to, kwasm_u32 flags);
KWASM_IMPORT("kwasm_pkt_v1", "l4_csum_replace")
kwasm_s32 kwasm_pkt_l4_csum_replace(kwasm_u32 off, kwasm_u32 from, kwasm_u32 to, kwasm_u32 flags);

/*
 * What putting other bytes, as they are in the packet from an even offset on,
 * in the place of some adds: for l3 and l4_csum_replace(), or as @seed of
 * another.  Either length may be 0, and is 65536 at most (-E2BIG).
 */
KWASM_IMPORT("kwasm_pkt_v1", "csum_diff")
kwasm_s64 kwasm_csum_diff(const void *from, kwasm_u32 from_len, const void *to, kwasm_u32 to_len,
			  kwasm_u32 seed);

/* Netfilter and tc only, else the module is refused. */
KWASM_IMPORT("kwasm_pkt_v1", "set_mark")
kwasm_s32 kwasm_pkt_set_mark(kwasm_u32 mark);

KWASM_IMPORT("kwasm_pkt_v1", "set_priority")
kwasm_s32 kwasm_pkt_set_priority(kwasm_u32 priority);

/*
 * tc only, else the module is refused.  Put a VLAN tag of @proto (0x8100, 0x88a8) in
 * front, or take the first one off, at once.  The tag may be kept beside the
 * packet, as it is of packets that came in: then no byte of it moves.
 */
KWASM_IMPORT("kwasm_pkt_v1", "vlan_push")
kwasm_s32 kwasm_pkt_vlan_push(kwasm_u32 proto, kwasm_u32 tag);
KWASM_IMPORT("kwasm_pkt_v1", "vlan_pop")
kwasm_s32 kwasm_pkt_vlan_pop(void);

/* The packet, at most @snaplen bytes of it, and what is known about it into a ring: see `kwasm events --pcapng`. */
KWASM_IMPORT("kwasm_pkt_v1", "capture")
kwasm_s32 kwasm_pkt_capture(kwasm_s32 ring, kwasm_u32 snaplen);

/* What is known about the packet beside its bytes.  A field the hook does not know is 0. */
enum kwasm_field {
	KWASM_FIELD_PROTO,		/* layer 3 protocol: an Ethernet type, host order */
	KWASM_FIELD_IFINDEX_IN,		/* device it came in by, 0 for none */
	KWASM_FIELD_IFINDEX_OUT,	/* device it leaves by, 0 if not known yet */
	KWASM_FIELD_MARK,
	KWASM_FIELD_PRIORITY,
	KWASM_FIELD_HASH,		/* flow hash, 0 if none was computed yet */
	KWASM_FIELD_VLAN,		/* VLAN tag control information, 0 for untagged */
	KWASM_FIELD_L3_OFF,
	KWASM_FIELD_L4_OFF,		/* 0 if not known */
	KWASM_FIELD_HOOK,		/* hook number within its family; tc: 0 ingress, 1 egress */
	KWASM_FIELD_FAMILY,		/* 2 ip, 10 ip6, 3 arp, 7 bridge, 5 netdev */
	KWASM_FIELD_RX_QUEUE,
	KWASM_FIELD_NETNS_COOKIE,	/* of the network namespace, unique until reboot */
	KWASM_FIELD_TSTAMP,		/* arrival time in ns, 0 if not stamped */
};

/* With a constant @id, one load and no call. */
KWASM_IMPORT("kwasm_pkt_v1", "field")
kwasm_u64 kwasm_pkt_field(kwasm_s32 id);

/* ---- File imports: kwasm_fs_v1 ---------------------------------------- */

/*
 * For programs fs/..., which run in process context; called from a packet
 * program each of these is a trap.  Texts end with a 0, which the length they
 * give does not count; -ENAMETOOLONG if there is no room.
 */
#define KWASM_FS_CREATE		0x001
#define KWASM_FS_DELETE		0x002
#define KWASM_FS_MODIFY		0x004
#define KWASM_FS_MOVED_FROM	0x008
#define KWASM_FS_MOVED_TO	0x010
#define KWASM_FS_ATTRIB		0x020
#define KWASM_FS_CLOSE_WRITE	0x040
#define KWASM_FS_OPEN_PERM	0x080
#define KWASM_FS_ACCESS_PERM	0x100
#define KWASM_FS_EXEC_PERM	0x200
#define KWASM_FS_UNLINK		0x400
#define KWASM_FS_RENAME		0x800
#define KWASM_FS_MKDIR		0x1000
#define KWASM_FS_LINK		0x2000
#define KWASM_FS_RMDIR		0x4000
#define KWASM_FS_SETATTR	0x8000

/* What happened: KWASM_FS_*, more than one bit if the kernel says them together. */
KWASM_IMPORT("kwasm_fs_v1", "event") kwasm_u32 kwasm_fs_event(void);

/*
 * The file's path: as the task sees it for the _PERM events, modify and
 * close_write, which come through a mount; else from the root of its filesystem.
 */
KWASM_IMPORT("kwasm_fs_v1", "path")
kwasm_s32 kwasm_fs_path(char *path, kwasm_u32 len);

/* Its last component. */
KWASM_IMPORT("kwasm_fs_v1", "name")
kwasm_s32 kwasm_fs_name(char *name, kwasm_u32 len);

/* Of fs/rename and fs/link: the path and name it is to have; else -ENOENT. */
KWASM_IMPORT("kwasm_fs_v1", "new_path")
kwasm_s32 kwasm_fs_new_path(char *path, kwasm_u32 len);
KWASM_IMPORT("kwasm_fs_v1", "new_name")
kwasm_s32 kwasm_fs_new_name(char *name, kwasm_u32 len);

enum kwasm_fs_field {
	KWASM_FS_FIELD_INODE,
	KWASM_FS_FIELD_DEVICE,		/* major << 20 | minor */
	KWASM_FS_FIELD_MODE,		/* st_mode */
	KWASM_FS_FIELD_UID,		/* owner */
	KWASM_FS_FIELD_GID,
	KWASM_FS_FIELD_SIZE,		/* bytes */
	KWASM_FS_FIELD_NLINK,
	KWASM_FS_FIELD_DIR,		/* inode of the directory, 0 if not known */
	/* Of fs/setattr: what is to change, and what each of it will be; 0 for what stays. */
	KWASM_FS_FIELD_CHANGES,		/* KWASM_FS_SET_* */
	KWASM_FS_FIELD_NEW_MODE,
	KWASM_FS_FIELD_NEW_UID,
	KWASM_FS_FIELD_NEW_GID,
	KWASM_FS_FIELD_NEW_SIZE,
};

#define KWASM_FS_SET_MODE	0x1
#define KWASM_FS_SET_UID	0x2
#define KWASM_FS_SET_GID	0x4
#define KWASM_FS_SET_SIZE	0x8
#define KWASM_FS_SET_TIMES	0x10

KWASM_IMPORT("kwasm_fs_v1", "field")
kwasm_u64 kwasm_fs_field(kwasm_s32 id);

/*
 * Read the event's file, with the rights of who attached the program.  Bytes
 * read, fewer at its end, or -errno; -EOPNOTSUPP: no regular file, or an event
 * without a mount.
 */
KWASM_IMPORT("kwasm_fs_v1", "read")
kwasm_s32 kwasm_fs_read(kwasm_u64 off, void *p, kwasm_u32 len);

/* An extended attribute, e.g. "user.hash", @name_len without a 0.  Bytes, or -errno. */
KWASM_IMPORT("kwasm_fs_v1", "xattr")
kwasm_s32 kwasm_fs_xattr(const char *name, kwasm_u32 name_len, void *p, kwasm_u32 len);

/* ---- The task an event happened in, process context as well ----------- */

/* Process << 32 | thread, as the initial pid namespace numbers them. */
KWASM_IMPORT("kwasm_v1", "pid_tgid") kwasm_u64 kwasm_pid_tgid(void);
/* Group << 32 | user, as the initial user namespace numbers them. */
KWASM_IMPORT("kwasm_v1", "uid_gid") kwasm_u64 kwasm_uid_gid(void);
/* The task's name, at most 15 bytes and a 0. */
KWASM_IMPORT("kwasm_v1", "comm")
kwasm_s32 kwasm_comm(char *name, kwasm_u32 len);
/* Of its cgroup in the v2 hierarchy. */
KWASM_IMPORT("kwasm_v1", "cgroup_id") kwasm_u64 kwasm_cgroup_id(void);

/* ---- Parsing ---------------------------------------------------------- */

#define KWASM_IPPROTO_ICMP	1
#define KWASM_IPPROTO_TCP	6
#define KWASM_IPPROTO_UDP	17
#define KWASM_IPPROTO_ICMPV6	58
#define KWASM_IPPROTO_SCTP	132

enum kwasm_fragment {
	KWASM_FRAG_NONE,	/* a whole packet */
	KWASM_FRAG_FIRST,	/* begins with the transport header */
	KWASM_FRAG_LATER,	/* somewhere behind it: there is no port to look at */
};

/**
 * struct kwasm_ip - where things are in an IPv4 or IPv6 packet
 * @version:  4 or 6
 * @proto:    of the transport header: behind all IPv6 extension headers
 * @fragment: enum kwasm_fragment
 * @l4:       offset of the transport header: behind IPv4 options and IPv6 extension headers
 * @end:      end of the packet by its own length field, never beyond its bytes
 */
struct kwasm_ip {
	kwasm_u8 version;
	kwasm_u8 proto;
	kwasm_u8 fragment;
	kwasm_u32 l4;
	kwasm_u32 end;
};

/*
 * What the length field of a header says, 0 standing for "more than 64 KiB":
 * the kernel merges received segments into such packets (BIG TCP).
 */
static inline kwasm_u32 kwasm_ip_end(kwasm_u32 field, kwasm_u32 header, kwasm_u32 len)
{
	return field == 0 && len > 0xffff ? len : field + header;
}

static inline int kwasm_parse_ipv4(struct kwasm_ip *ip)
{
	kwasm_u32 len = kwasm_pkt_len();
	kwasm_u32 frag;

	if (len < 20)
		return 0;
	ip->version = 4;
	ip->l4 = (kwasm_pkt_ld8(0) & 15) * 4;
	ip->end = kwasm_ip_end(kwasm_pkt_ld16be(2), 0, len);
	if (ip->l4 < 20 || ip->end < ip->l4 || ip->end > len)
		return 0;
	ip->proto = kwasm_pkt_ld8(9);
	frag = kwasm_pkt_ld16be(6);
	if (frag & 0x1fff)
		ip->fragment = KWASM_FRAG_LATER;
	else
		ip->fragment = frag & 0x2000 ? KWASM_FRAG_FIRST : KWASM_FRAG_NONE;
	return 1;
}

/*
 * Bytes of the IPv6 extension header of kind @proto at @off, 0 if @proto is
 * not one that leads on.  The caller has seen that 8 bytes are there.
 */
static inline kwasm_u32 kwasm_ipv6_ext_len(kwasm_u32 proto, kwasm_u32 off)
{
	switch (proto) {
	case 0:			/* hop-by-hop options */
	case 43:		/* routing */
	case 60:		/* destination options */
	case 135:		/* mobility */
	case 139:		/* HIP */
	case 140:		/* shim6 */
		return 8 + kwasm_pkt_ld8(off + 1) * 8;
	case 44:		/* fragment */
		return 8;
	case 51:		/* authentication: counts in words */
		return 8 + kwasm_pkt_ld8(off + 1) * 4;
	default:
		return 0;
	}
}

static inline int kwasm_ipv6_is_ext(kwasm_u32 proto)
{
	return proto == 0 || proto == 43 || proto == 44 || proto == 51 || proto == 60 ||
	       proto == 135 || proto == 139 || proto == 140;
}

static inline int kwasm_parse_ipv6(struct kwasm_ip *ip)
{
	kwasm_u32 len = kwasm_pkt_len();
	kwasm_u32 off = 40, proto, frag;

	if (len < 40)
		return 0;
	ip->version = 6;
	ip->fragment = KWASM_FRAG_NONE;
	ip->end = kwasm_ip_end(kwasm_pkt_ld16be(4), 40, len);
	if (ip->end > len)
		return 0;
	proto = kwasm_pkt_ld8(6);
	/* No limit on their number: each moves @off by 8 at least, and the packet ends. */
	while (kwasm_ipv6_is_ext(proto)) {
		if (off + 8 > ip->end)
			return 0;
		if (proto == 44) {
			frag = kwasm_pkt_ld16be(off + 2);
			if (frag & 0xfff8)
				ip->fragment = KWASM_FRAG_LATER;
			else if (frag & 1)
				ip->fragment = KWASM_FRAG_FIRST;
		}
		len = kwasm_ipv6_ext_len(proto, off);
		proto = kwasm_pkt_ld8(off);
		off += len;
		if (off > ip->end)
			return 0;
		if (ip->fragment == KWASM_FRAG_LATER)
			break;
	}
	ip->proto = proto;
	ip->l4 = off;
	return 1;
}

/**
 * kwasm_parse_ip() - find the transport header
 * @ip: filled in when the answer is 1
 *
 * Checks every length before it reads, so it never sets the short flag.
 * Return: 1, or 0: neither IPv4 nor IPv6, cut short, or lengths that contradict each other.
 */
static inline int kwasm_parse_ip(struct kwasm_ip *ip)
{
	switch (kwasm_pkt_ld8_or(0, 0) >> 4) {
	case 4:
		return kwasm_parse_ipv4(ip);
	case 6:
		return kwasm_parse_ipv6(ip);
	default:
		return 0;
	}
}

/* True if @bytes of the transport header are in this very packet. */
static inline int kwasm_has_l4(const struct kwasm_ip *ip, kwasm_u32 bytes)
{
	return ip->fragment != KWASM_FRAG_LATER && ip->end - ip->l4 >= bytes;
}

/* Ports of TCP, UDP and SCTP; ask kwasm_has_l4(ip, 4) first. */
static inline kwasm_u32 kwasm_l4_sport(const struct kwasm_ip *ip)
{
	return kwasm_pkt_ld16be(ip->l4);
}

static inline kwasm_u32 kwasm_l4_dport(const struct kwasm_ip *ip)
{
	return kwasm_pkt_ld16be(ip->l4 + 2);
}

/* Flags of TCP (FIN 1, SYN 2, RST 4, PSH 8, ACK 16); ask kwasm_has_l4(ip, 20) first. */
static inline kwasm_u32 kwasm_tcp_flags(const struct kwasm_ip *ip)
{
	return kwasm_pkt_ld8(ip->l4 + 13);
}

/* Source address of an IPv4 packet as a number: 192.0.2.1 is 0xc0000201. */
static inline kwasm_u32 kwasm_ipv4_saddr(void)
{
	return kwasm_pkt_ld32be(12);
}

static inline kwasm_u32 kwasm_ipv4_daddr(void)
{
	return kwasm_pkt_ld32be(16);
}

/* Upper and lower half of an IPv6 address. */
static inline kwasm_u64 kwasm_ipv6_saddr_hi(void)
{
	return kwasm_pkt_ld64be(8);
}

static inline kwasm_u64 kwasm_ipv6_saddr_lo(void)
{
	return kwasm_pkt_ld64be(16);
}

/* ---- A line of text for the log --------------------------------------- */

struct kwasm_line {
	char text[200];
	kwasm_u32 len;
};

/* Append the string @s; what does not fit is left out. */
static inline void kwasm_line_str(struct kwasm_line *l, const char *s)
{
	while (*s && l->len < sizeof(l->text))
		l->text[l->len++] = *s++;
}

/* Append @v in decimal. */
static inline void kwasm_line_u64(struct kwasm_line *l, kwasm_u64 v)
{
	char digit[20];
	int n = 0;

	do {
		digit[n++] = '0' + v % 10;
		v /= 10;
	} while (v);
	while (n && l->len < sizeof(l->text))
		l->text[l->len++] = digit[--n];
}

static inline kwasm_s32 kwasm_line_log(const struct kwasm_line *l, kwasm_s32 level)
{
	return kwasm_log(level, l->text, l->len);
}

#endif /* _UAPI_LINUX_KWASM_GUEST_H */
