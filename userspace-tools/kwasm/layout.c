// SPDX-License-Identifier: GPL-2.0
/* Layout lines -> fields; fields -> text, JSON and back. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layout.h"

enum form { UNSIGNED, SIGNED, NET_ORDER, HEX_NUMBER, IP, MAC, PREFIX, HEX, TEXT };

struct layout_type {
	char name[8];
	enum form form;
	size_t bytes, align;		/* bytes 0: the number behind the name */
};

static const struct layout_type types[] = {
	{ "u8", UNSIGNED, 1, 1 },	{ "u16", UNSIGNED, 2, 2 },
	{ "u32", UNSIGNED, 4, 4 },	{ "u64", UNSIGNED, 8, 8 },
	{ "s8", SIGNED, 1, 1 },		{ "s16", SIGNED, 2, 2 },
	{ "s32", SIGNED, 4, 4 },	{ "s64", SIGNED, 8, 8 },
	{ "be16", NET_ORDER, 2, 2 },	{ "be32", NET_ORDER, 4, 4 },
	{ "be64", NET_ORDER, 8, 8 },
	{ "x8", HEX_NUMBER, 1, 1 },	{ "x16", HEX_NUMBER, 2, 2 },
	{ "x32", HEX_NUMBER, 4, 4 },	{ "x64", HEX_NUMBER, 8, 8 },
	{ "ip4", IP, 4, 4 },		{ "ip6", IP, 16, 4 },
	{ "mac", MAC, 6, 1 },
	{ "lpm4", PREFIX, 8, 4 },	{ "lpm6", PREFIX, 20, 4 },
	{ "hex", HEX, 0, 1 },		{ "char", TEXT, 0, 1 },
};
#define NR_TYPES	(sizeof(types) / sizeof(types[0]))

static const struct layout_type *find_type(const char *name, size_t len, size_t *bytes)
{
	size_t i, digits;
	char *end, buf[16];

	if (len >= sizeof(buf))
		return NULL;
	memcpy(buf, name, len);
	buf[len] = 0;
	for (i = 0; i < NR_TYPES; i++) {
		*bytes = types[i].bytes;
		if (*bytes && !strcmp(buf, types[i].name))
			return &types[i];
		digits = strlen(types[i].name);
		if (*bytes || strncmp(buf, types[i].name, digits) || buf[digits] < '0' || buf[digits] > '9')
			continue;
		*bytes = strtoul(buf + digits, &end, 10);
		return *end || !*bytes ? NULL : &types[i];
	}
	return NULL;
}

static int add_field(struct layout *l, const char *name, size_t name_len, const char *type, size_t len)
{
	struct layout_field *f = &l->field[l->nr];

	if (l->nr == LAYOUT_FIELDS_MAX || name_len >= sizeof(f->name))
		return -EINVAL;
	f->type = find_type(type, len, &f->bytes);
	if (!f->type)
		return -EINVAL;
	memcpy(f->name, name, name_len);
	f->name[name_len] = 0;
	f->off = (l->bytes + f->type->align - 1) / f->type->align * f->type->align;
	l->bytes = f->off + f->bytes;
	l->nr++;
	return 0;
}

/* "a:u32,b:ip4" up to a blank. */
static int parse_fields(struct layout *l, const char *p)
{
	const char *colon, *end;
	int err = 0;

	while (*p && *p != ' ' && !err) {
		end = p + strcspn(p, ", ");
		colon = memchr(p, ':', end - p);
		if (!colon)
			return -EINVAL;
		err = add_field(l, p, colon - p, colon + 1, end - colon - 1);
		p = *end == ',' ? end + 1 : end;
	}
	return err;
}

/* C rounds a struct up to its largest alignment: @bytes may be so much more. */
static bool fits(const struct layout *l, size_t bytes)
{
	size_t i, align = 1;

	for (i = 0; i < l->nr; i++)
		if (l->field[i].type->align > align)
			align = l->field[i].type->align;
	return l->nr && (l->bytes + align - 1) / align * align >= bytes && l->bytes <= bytes;
}

static void guess(struct layout *l, size_t bytes, bool is_prefix)
{
	char type[24];

	memset(l, 0, sizeof(*l));
	if (is_prefix && (bytes == 8 || bytes == 20))
		snprintf(type, sizeof(type), "lpm%d", bytes == 8 ? 4 : 6);
	else if (bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8)
		snprintf(type, sizeof(type), "u%zu", bytes * 8);
	else
		snprintf(type, sizeof(type), "hex%zu", bytes);
	add_field(l, "", 0, type, strlen(type));
	l->bytes = bytes;
}

/* What stands behind "@what=" in a layout line, or NULL. */
static const char *find_part(const char *text, const char *what)
{
	size_t len = strlen(what);

	while (*text && (strncmp(text, what, len) || text[len] != '=')) {
		text += strcspn(text, " ");
		text += strspn(text, " ");
	}
	return *text ? text + len + 1 : NULL;
}

int layout_make_record(struct layout *l, const char *text, size_t bytes)
{
	const char *fields = find_part(text, "value");

	memset(l, 0, sizeof(*l));
	return fields && !parse_fields(l, fields) && l->nr && l->bytes <= bytes ? 0 : -EINVAL;
}

int layout_make(struct layout *l, const char *text, const char *what, size_t bytes, bool is_prefix)
{
	const char *fields = find_part(text, what);

	memset(l, 0, sizeof(*l));
	if (fields && !parse_fields(l, fields) && fits(l, bytes)) {
		l->bytes = bytes;
		return 0;
	}
	guess(l, bytes, is_prefix);
	return fields ? -EINVAL : 0;
}

/* ---- Bytes -> text ---- */

static uint64_t number(const struct layout_field *f, const uint8_t *p)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < f->bytes; i++)
		v |= (uint64_t)p[i] << 8 * (f->type->form == NET_ORDER ? f->bytes - 1 - i : i);
	return v;
}

static int64_t signed_number(const struct layout_field *f, const uint8_t *p)
{
	int shift = 64 - 8 * f->bytes;

	return (int64_t)(number(f, p) << shift) >> shift;
}

static void format_hex(const uint8_t *p, size_t n, char *buf)
{
	size_t i;

	for (i = 0; i < n && 2 * i + 2 < LAYOUT_TEXT_LEN; i++)
		sprintf(buf + 2 * i, "%02x", p[i]);
	if (i < n)
		strcpy(buf + 2 * i - 3, "...");
}

static void format_prefix(const uint8_t *p, size_t bytes, char *buf)
{
	uint32_t bits;

	memcpy(&bits, p, sizeof(bits));
	inet_ntop(bytes == 8 ? AF_INET : AF_INET6, p + 4, buf, LAYOUT_TEXT_LEN);
	sprintf(buf + strlen(buf), "/%u", bits);
}

static void format_text(const uint8_t *p, size_t n, char *buf)
{
	size_t i;

	for (i = 0; i < n && p[i] && i + 1 < LAYOUT_TEXT_LEN; i++)
		buf[i] = p[i] >= ' ' && p[i] < 0x7f ? p[i] : '?';
	buf[i] = 0;
}

char *layout_field_text(const struct layout_field *f, const void *bytes, char *buf)
{
	const uint8_t *p = (const uint8_t *)bytes + f->off;

	*buf = 0;
	switch (f->type->form) {
	case UNSIGNED:
	case NET_ORDER:
		sprintf(buf, "%llu", (unsigned long long)number(f, p));
		break;
	case SIGNED:
		sprintf(buf, "%lld", (long long)signed_number(f, p));
		break;
	case HEX_NUMBER:
		sprintf(buf, "0x%llx", (unsigned long long)number(f, p));
		break;
	case IP:
		inet_ntop(f->bytes == 4 ? AF_INET : AF_INET6, p, buf, LAYOUT_TEXT_LEN);
		break;
	case MAC:
		sprintf(buf, "%02x:%02x:%02x:%02x:%02x:%02x", p[0], p[1], p[2], p[3], p[4], p[5]);
		break;
	case PREFIX:
		format_prefix(p, f->bytes, buf);
		break;
	case HEX:
		format_hex(p, f->bytes, buf);
		break;
	case TEXT:
		format_text(p, f->bytes, buf);
		break;
	}
	return buf;
}

static void field_json(const struct layout_field *f, const void *bytes, struct json *j, const char *key)
{
	const uint8_t *p = (const uint8_t *)bytes + f->off;
	char buf[LAYOUT_TEXT_LEN];

	if (f->type->form == UNSIGNED || f->type->form == NET_ORDER)
		json_u64(j, key, number(f, p));
	else if (f->type->form == SIGNED)
		json_s64(j, key, signed_number(f, p));
	else if (f->type->form == HEX)
		json_hex(j, key, p, f->bytes);
	else
		json_str(j, key, layout_field_text(f, bytes, buf));
}

void layout_json(const struct layout *l, const void *bytes, struct json *j, const char *key)
{
	size_t i;

	if (!*l->field[0].name) {
		field_json(&l->field[0], bytes, j, key);
		return;
	}
	json_object(j, key);
	for (i = 0; i < l->nr; i++)
		field_json(&l->field[i], bytes, j, l->field[i].name);
	json_close(j);
}

char *layout_text(const struct layout *l, const void *bytes, char *buf, size_t len)
{
	char one[LAYOUT_TEXT_LEN];
	size_t i, at = 0;

	*buf = 0;
	for (i = 0; i < l->nr && at < len; i++)
		at += snprintf(buf + at, len - at, "%s%s", i ? "," : "",
			       layout_field_text(&l->field[i], bytes, one));
	return buf;
}

char *layout_names(const struct layout *l, const char *what, char *buf, size_t len)
{
	size_t i, at = 0;

	snprintf(buf, len, "%s", what);
	for (i = 0; *l->field[0].name && i < l->nr && at < len; i++)
		at += snprintf(buf + at, len - at, "%s%s", i ? "," : "", l->field[i].name);
	return buf;
}

/* ---- Text -> bytes ---- */

static bool parse_number(const struct layout_field *f, const char *text, uint8_t *out)
{
	bool is_signed = f->type->form == SIGNED;
	uint64_t v, limit = f->bytes == 8 ? ~0ull : (1ull << 8 * f->bytes) - 1;
	int64_t s;
	size_t i;
	char *end;

	errno = 0;
	if (is_signed) {
		s = strtoll(text, &end, 0);
		v = s;
		if (s < -(int64_t)(limit / 2) - 1 || s > (int64_t)(limit / 2))
			return false;
	} else {
		v = strtoull(text, &end, 0);
		if (*text == '-' || v > limit)
			return false;
	}
	if (errno || *end || end == text)
		return false;
	for (i = 0; i < f->bytes; i++)
		out[i] = v >> 8 * (f->type->form == NET_ORDER ? f->bytes - 1 - i : i);
	return true;
}

static bool parse_prefix(const struct layout_field *f, char *text, uint8_t *out)
{
	bool v4 = f->bytes == 8;
	uint32_t max = v4 ? 32 : 128, bits = max;
	char *slash = strchr(text, '/'), *end;

	if (slash) {
		*slash = 0;
		bits = strtoul(slash + 1, &end, 10);
		if (*end || end == slash + 1 || bits > max)
			return false;
	}
	memcpy(out, &bits, sizeof(bits));
	return inet_pton(v4 ? AF_INET : AF_INET6, text, out + 4) == 1;
}

static bool parse_hex(const struct layout_field *f, const char *text, uint8_t *out)
{
	unsigned int v;
	size_t i;
	int used;

	for (i = 0; i < f->bytes; i++) {
		text += strspn(text, " :");
		if (sscanf(text, "%2x%n", &v, &used) != 1 || used != 2)
			return false;
		out[i] = v;
		text += 2;
	}
	return !*text;
}

static bool parse_mac(const char *text, uint8_t *out)
{
	int used = 0;

	return sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &out[0], &out[1], &out[2], &out[3],
		      &out[4], &out[5], &used) == 6 && !text[used];
}

static bool parse_field(const struct layout_field *f, char *text, uint8_t *out)
{
	switch (f->type->form) {
	case IP:
		return inet_pton(f->bytes == 4 ? AF_INET : AF_INET6, text, out) == 1;
	case MAC:
		return parse_mac(text, out);
	case PREFIX:
		return parse_prefix(f, text, out);
	case HEX:
		return parse_hex(f, text, out);
	case TEXT:
		if (strlen(text) > f->bytes)
			return false;
		memcpy(out, text, strlen(text));
		return true;
	default:
		return parse_number(f, text, out);
	}
}

const char *layout_parse(const struct layout *l, const char *text, void *out)
{
	static char why[128];
	char *copy = strdup(text), *next = copy, *word;
	size_t i;

	memset(out, 0, l->bytes);
	for (i = 0; copy && i < l->nr; i++) {
		word = strsep(&next, ",");
		if (!word || !parse_field(&l->field[i], word, (uint8_t *)out + l->field[i].off)) {
			snprintf(why, sizeof(why), "want %s%s%s, not '%.40s'",
				 l->field[i].name, *l->field[i].name ? " as " : "a value as ",
				 l->field[i].type->name, word ?: "nothing");
			free(copy);
			return why;
		}
	}
	word = next;
	free(copy);
	if (!copy)
		return "out of memory";
	return word ? "more fields than the layout has" : NULL;
}
