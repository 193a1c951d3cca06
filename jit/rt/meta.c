// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Text of kwasm.meta -> struct kw_meta: lines, words, and a table of keys. */
#include "../common/layout.h"
#include "meta.h"

/* What is left of a line, and where in the module it stands. */
struct cursor {
	const u8 *p, *end;
	u32 wasm_off;		/* of @p */
	struct kw_diag *diag;
};

struct word {
	const u8 *p;
	u32 len;
	u32 wasm_off;
};

struct unit {
	char name[4];
	u64 factor;
};

static const struct unit byte_unit[] = { { "", 1 }, { "K", 1 << 10 }, { "M", 1 << 20 }, { "G", 1 << 30 } };
static const struct unit time_unit[] = { { "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 } };

static bool is_blank(u8 c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == 0;	/* 0: .asciz instead of .ascii */
}

static bool is_graph(u8 c)
{
	return c > ' ' && c < 0x7f;
}

static int reject(const struct cursor *c, u32 wasm_off, enum kw_reason why)
{
	return kw_reject(c->diag, wasm_off, why, 0, 0);
}

static void skip(struct cursor *c, u32 n)
{
	c->p += n;
	c->wasm_off += n;
}

/* The next word, up to a blank or @stop; length 0 at the end of the line. */
static struct word next_word(struct cursor *c, u8 stop)
{
	struct word w;

	while (c->p < c->end && is_blank(*c->p))
		skip(c, 1);
	w.p = c->p;
	w.wasm_off = c->wasm_off;
	while (c->p < c->end && !is_blank(*c->p) && *c->p != stop)
		skip(c, 1);
	w.len = c->p - w.p;
	return w;
}

static bool word_is(const struct word *w, const char *s)
{
	return w->len == strlen(s) && !memcmp(w->p, s, w->len);
}

/* The rest of the line, without the blanks at its end. */
static struct word rest(struct cursor *c)
{
	struct word w = next_word(c, 0);

	while (next_word(c, 0).len)
		w.len = c->p - w.p;
	return w;
}

/* Printable ASCII into @out; blanks only within an expression of several words. */
static int parse_text(const struct cursor *c, struct word w, char *out)
{
	u32 i;

	if (!w.len || w.len >= KW_META_NAME_LEN)
		return reject(c, w.wasm_off, KW_R_META_VALUE);
	for (i = 0; i < w.len; i++) {
		if (!is_graph(w.p[i]) && w.p[i] != ' ')
			return reject(c, w.wasm_off, KW_R_META_VALUE);
	}
	memcpy(out, w.p, w.len);
	out[w.len] = 0;
	return 0;
}

/* "50us", "1M": digits, then one of @unit. */
static int parse_amount(const struct cursor *c, struct word w, const struct unit *unit, u32 nr_units,
			u64 *out)
{
	const u32 off = w.wasm_off;
	u64 v = 0;
	u32 i, digits = 0;

	while (digits < w.len && digits < 9 && w.p[digits] >= '0' && w.p[digits] <= '9')
		v = v * 10 + w.p[digits++] - '0';
	w.p += digits;
	w.len -= digits;
	for (i = 0; digits && v && i < nr_units; i++) {
		if (word_is(&w, unit[i].name)) {
			*out = v * unit[i].factor;	/* < 10^9 * 2^30 */
			return 0;
		}
	}
	return reject(c, off, KW_R_META_VALUE);
}

static int parse_limit(struct cursor *c, struct kw_meta *out)
{
	u64 stack_bytes;
	struct word key, w;
	int err;

	for (;;) {
		key = next_word(c, '=');
		if (!key.len)
			return 0;
		if (c->p == c->end || *c->p != '=')
			return reject(c, key.wasm_off, KW_R_META_VALUE);
		skip(c, 1);
		w = next_word(c, 0);
		if (word_is(&key, "memory")) {
			err = parse_amount(c, w, byte_unit, ARRAY_SIZE(byte_unit), &out->memory_bytes);
		} else if (word_is(&key, "deadline")) {
			err = parse_amount(c, w, time_unit, ARRAY_SIZE(time_unit), &out->deadline_ns);
		} else if (word_is(&key, "stack")) {
			err = parse_amount(c, w, byte_unit, ARRAY_SIZE(byte_unit), &stack_bytes);
			if (!err && stack_bytes > KW_STACK_BYTES)
				err = reject(c, w.wasm_off, KW_R_META_STACK);
		} else {
			err = reject(c, key.wasm_off, KW_R_META_KEY);
		}
		if (err)
			return err;
	}
}

static int parse_on_trap(struct cursor *c, struct kw_meta *out)
{
	/* The last two are the words of programs on files. */
	static const char value[][8] = { "drop", "accept", "detach", "deny", "allow" };
	struct word w = next_word(c, 0);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(value); i++) {
		if (word_is(&w, value[i])) {
			out->on_trap = i % 3;
			return 0;
		}
	}
	return reject(c, w.wasm_off, KW_R_META_VALUE);
}

const struct kw_map_info kw_map_info[KW_NR_MAP_TYPES] = {
#define KW_MAP(id_, text_, bpf_type_, kind_, key_, flags_)			\
	[KW_MAP_##id_] = { .text = text_, .bpf_type = bpf_type_,		\
			   .kind = KW_MAP_##kind_, .key_bytes = key_, .flags = flags_ },
#include "map.def"
};

/* The number behind a key's '='. */
static int parse_number(struct cursor *c, u32 *out)
{
	struct word w;
	u64 v = 0;
	u32 i;

	skip(c, 1);
	w = next_word(c, 0);
	for (i = 0; i < w.len && i < 10 && w.p[i] >= '0' && w.p[i] <= '9'; i++)
		v = v * 10 + w.p[i] - '0';
	if (!w.len || i != w.len || v > 0xffffffffu)
		return reject(c, w.wasm_off, KW_R_META_MAP);
	*out = v;
	return 0;
}

static int parse_map_numbers(struct cursor *c, struct kw_map_decl *d, u32 *id)
{
	struct word key;
	u32 *to;
	int err;

	for (;;) {
		key = next_word(c, '=');
		if (!key.len)
			return 0;
		if (word_is(&key, "key"))
			to = &d->key_bytes;
		else if (word_is(&key, "value"))
			to = &d->value_bytes;
		else if (word_is(&key, "max"))
			to = &d->max_entries;
		else if (word_is(&key, "id"))
			to = id;
		else
			return reject(c, key.wasm_off, KW_R_META_MAP);
		if (c->p == c->end || *c->p != '=')
			return reject(c, key.wasm_off, KW_R_META_MAP);
		err = parse_number(c, to);
		if (err)
			return err;
	}
}

/* Keys, values and size, as the type wants them. */
static int check_shape(const struct cursor *c, const struct kw_map_decl *d)
{
	const struct kw_map_info *info = &kw_map_info[d->type];

	if (info->kind == KW_MAP_RING) {
		if (d->key_bytes || d->value_bytes || d->max_entries < KW_MIN_RING_BYTES ||
		    d->max_entries > KW_MAX_RING_BYTES || d->max_entries & (d->max_entries - 1))
			return kw_reject(c->diag, d->wasm_off, KW_R_META_RING, KW_MIN_RING_BYTES,
					 KW_MAX_RING_BYTES);
		return 0;
	}
	if (info->key_bytes == ~0u ? !d->key_bytes || d->key_bytes > KW_MAX_MAP_KEY :
				     d->key_bytes != info->key_bytes)
		return kw_reject(c->diag, d->wasm_off, KW_R_META_MAP_KEY, d->key_bytes, 0);
	if (!d->value_bytes || d->value_bytes > KW_MAX_MAP_VALUE)
		return kw_reject(c->diag, d->wasm_off, KW_R_META_MAP_VALUE, KW_MAX_MAP_VALUE,
				 d->value_bytes);
	return d->max_entries ? 0 : reject(c, d->wasm_off, KW_R_META_MAP);
}

static int check_map(const struct cursor *c, const struct kw_meta *m, const struct kw_map_decl *d, u32 id)
{
	int err = check_shape(c, d);
	u32 i;

	if (err)
		return err;
	if (id >= KW_MAX_MAPS)
		return kw_reject(c->diag, d->wasm_off, KW_R_META_MAPS, KW_MAX_MAPS, 0);
	for (i = 0; i < m->nr_maps; i++)
		if (m->map[i].id == id || !strcmp(m->map[i].name, d->name))
			return reject(c, d->wasm_off, KW_R_META_MAP_TWICE);
	return 0;
}

/* A name the kernel's maps and a file system take: letters, digits, '_'. */
static bool map_name_ok(struct word w)
{
	u32 i;
	u8 b;

	for (i = 0; i < w.len; i++) {
		b = w.p[i];
		if (!(b >= '0' && b <= '9') && !((b | 32) >= 'a' && (b | 32) <= 'z') && b != '_')
			return false;
	}
	return w.len && w.len < KW_META_MAP_NAME_LEN;
}

static int parse_map(struct cursor *c, struct kw_meta *out)
{
	struct word name = next_word(c, 0), type = next_word(c, 0);
	struct kw_map_decl d = { .wasm_off = name.wasm_off };
	u32 id = out->nr_maps;
	int err;

	if (out->nr_maps == KW_MAX_MAPS)
		return kw_reject(c->diag, name.wasm_off, KW_R_META_MAPS, KW_MAX_MAPS, 0);
	if (!map_name_ok(name))
		return reject(c, name.wasm_off, KW_R_META_MAP);
	memcpy(d.name, name.p, name.len);
	while (d.type < KW_NR_MAP_TYPES && !word_is(&type, kw_map_info[d.type].text))
		d.type++;
	if (d.type == KW_NR_MAP_TYPES)
		return reject(c, type.wasm_off, KW_R_META_MAP_TYPE);
	err = parse_map_numbers(c, &d, &id);
	if (!err)
		err = check_map(c, out, &d, id);
	if (err)
		return err;
	d.id = id;
	out->map[out->nr_maps++] = d;
	return 0;
}

static int parse_layout(struct cursor *c, struct kw_meta *out)
{
	struct word name = next_word(c, 0), text = rest(c);
	u32 i;

	if (text.len >= KW_META_LAYOUT_LEN)
		return reject(c, text.wasm_off, KW_R_META_VALUE);
	for (i = 0; i < out->nr_maps; i++) {
		if (!word_is(&name, out->map[i].name))
			continue;
		out->map[i].layout = text.p;
		out->map[i].layout_len = text.len;
		return 0;
	}
	return reject(c, name.wasm_off, KW_R_META_MAP_UNKNOWN);
}

static int parse_line(struct cursor *c, struct kw_meta *out, bool layouts)
{
	struct word key = next_word(c, 0);
	int err;

	if (!key.len)
		return 0;
	if (word_is(&key, "layout"))
		return layouts ? parse_layout(c, out) : 0;
	if (layouts)
		return 0;
	if (key.len >= 2 && !memcmp(key.p, "x-", 2))
		return 0;
	if (word_is(&key, "name"))
		err = parse_text(c, next_word(c, 0), out->name);
	else if (word_is(&key, "version"))
		err = parse_text(c, next_word(c, 0), out->version);
	else if (word_is(&key, "license"))
		err = parse_text(c, rest(c), out->license);
	else if (word_is(&key, "limit"))
		err = parse_limit(c, out);
	else if (word_is(&key, "on_trap"))
		err = parse_on_trap(c, out);
	else if (word_is(&key, "map"))
		err = parse_map(c, out);
	else
		err = reject(c, key.wasm_off, KW_R_META_KEY);
	if (err)
		return err;
	if (next_word(c, 0).len)
		return reject(c, c->wasm_off, KW_R_META_VALUE);
	return 0;
}

static int parse_section(const struct kw_custom *s, struct kw_meta *out, bool layouts, struct kw_diag *diag)
{
	const u8 *end = s->bytes + s->len, *line = s->bytes, *next, *hash;
	struct cursor c = { .diag = diag };
	int err;

	while (line < end) {
		for (next = line; next < end && *next != '\n'; next++)
			;
		for (hash = line; hash < next && *hash != '#'; hash++)
			;
		c.p = line;
		c.end = hash;
		c.wasm_off = s->wasm_off + (u32)(line - s->bytes);
		err = parse_line(&c, out, layouts);
		if (err)
			return err;
		line = next + 1;
	}
	return 0;
}

/* All lines but layouts, or layouts only: a compiler may put a layout before its map. */
static int parse_sections(const struct kw_module *m, struct kw_meta *out, bool layouts, struct kw_diag *diag)
{
	const struct kw_custom *s;
	u32 from = 0;
	int err;

	while ((s = kw_module_next_custom(m, "kwasm.meta", &from))) {
		err = parse_section(s, out, layouts, diag);
		if (err)
			return err;
	}
	return 0;
}

int kw_meta_parse(const struct kw_module *m, struct kw_meta *out, struct kw_diag *diag)
{
	memset(out, 0, sizeof(*out));
	out->on_trap = KW_META_UNSET;
	return parse_sections(m, out, false, diag) ?: parse_sections(m, out, true, diag);
}
