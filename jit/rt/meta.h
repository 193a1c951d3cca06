/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What a module says of itself: custom sections kwasm.meta, UTF-8 text, one
 * declaration a line:
 *
 *	name edge-filter
 *	version 1.2.0
 *	license GPL
 *	limit memory=1M stack=16K deadline=50us
 *	on_trap drop			# accept | drop | detach
 *	map flows lru_hash key=16 value=24 max=65536 id=0
 *	map events ringbuf max=262144
 *	layout flows key=saddr:ip4,daddr:ip4,ports:u64 value=packets:u64,bytes:u64,last:u64
 *	x-whatever anything
 *
 * Several sections are read as one text.  '#' begins a comment.
 */
#ifndef KW_RT_META_H
#define KW_RT_META_H

#include "../common/diag.h"
#include "../common/limits.h"
#include "../wasm/module.h"

#define KW_META_NAME_LEN	64	/* with the terminating 0 */
#define KW_META_MAP_NAME_LEN	16	/* the like: what the kernel has for a map's name */
#define KW_META_LAYOUT_LEN	512	/* the like */
#define KW_META_UNSET		0xffffffffu

enum kw_map_type {
#define KW_MAP(id, text, bpf_type, kind, key, flags) KW_MAP_##id,
#include "map.def"
	KW_NR_MAP_TYPES
};

enum kw_map_kind { KW_MAP_KV, KW_MAP_QS, KW_MAP_RING };

struct kw_map_info {
	char text[16];
	u32 bpf_type;
	u8 kind;		/* enum kw_map_kind */
	u32 key_bytes;		/* ~0: any */
	u32 flags;
};

extern const struct kw_map_info kw_map_info[KW_NR_MAP_TYPES];

/**
 * struct kw_map_decl - one map line
 * @max_entries: of a ring: its bytes
 * @id:     what the guest calls it by; its place among the map lines unless the line says otherwise
 * @layout: text of its layout line behind the name, for tools; NULL if there is none
 */
struct kw_map_decl {
	char name[KW_META_MAP_NAME_LEN];
	u8 type;		/* enum kw_map_type */
	u8 id;
	u32 key_bytes, value_bytes, max_entries;
	u32 wasm_off;
	const u8 *layout;
	u32 layout_len;
};

/**
 * struct kw_meta - parsed
 * @name, @version, @license: terminated, printable ASCII; empty if not given
 * @memory_bytes: wished limit of one memory, 0 for none
 * @deadline_ns:  wished deadline of one call, 0 for none
 * @on_trap:      place in "drop accept detach", KW_META_UNSET if not given
 * @map:          [nr_maps] in the order of their lines
 */
struct kw_meta {
	char name[KW_META_NAME_LEN];
	char version[KW_META_NAME_LEN];
	char license[KW_META_NAME_LEN];
	u64 memory_bytes;
	u64 deadline_ns;
	u32 on_trap;
	u32 nr_maps;
	struct kw_map_decl map[KW_MAX_MAPS];
};

/**
 * kw_meta_parse() - read every kwasm.meta section of a module
 * @m:    decoded
 * @out:  all of it is set
 * @diag: offset in the module and reason on a refusal
 *
 * Layouts point into the module's bytes.
 * Return: 0, -EINVAL not understood, -E2BIG a stack larger than there is, too many or too large maps.
 */
int kw_meta_parse(const struct kw_module *m, struct kw_meta *out, struct kw_diag *diag);

#endif /* KW_RT_META_H */
