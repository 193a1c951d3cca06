// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Values of the suite's JSON.  Numbers are the decimal text of their bits, a
 * v128 is an array of lanes; results may be a class of NaNs or a choice.
 */
#include <stdlib.h>
#include <string.h>

#include "value.h"

struct type_info {
	const char *name;
	unsigned int bits;
	bool is_float, is_ref;
};

static const struct type_info type_info[] = {
	{ "i32", 32, false, false },	{ "i64", 64, false, false },
	{ "f32", 32, true, false },	{ "f64", 64, true, false },
	{ "i8", 8, false, false },	{ "i16", 16, false, false },
	{ "v128", 128, false, false },
	{ "funcref", 64, false, true },	{ "externref", 64, false, true },
};

static const struct type_info *find_type(const char *name)
{
	size_t i;

	for (i = 0; name && i < sizeof(type_info) / sizeof(type_info[0]); i++) {
		if (!strcmp(type_info[i].name, name))
			return &type_info[i];
	}
	return NULL;
}

static u64 mask(unsigned int bits)
{
	return bits >= 64 ? ~0ULL : (1ULL << bits) - 1;
}

/* Lanes do not cross the halves. */
static u64 get_lane(const struct kw_value *v, unsigned int bits, unsigned int i)
{
	u64 half = i * bits < 64 ? v->lo : v->hi;

	return half >> (i * bits % 64) & mask(bits);
}

static void put_lane(struct kw_value *v, unsigned int bits, unsigned int i, u64 x)
{
	u64 *half = i * bits < 64 ? &v->lo : &v->hi;

	*half |= (x & mask(bits)) << (i * bits % 64);
}

static u64 parse_bits(const char *text)
{
	return *text == '-' ? (u64)strtoll(text, NULL, 10) : strtoull(text, NULL, 10);
}

static int parse_lanes(const struct json *v, struct kw_value *out)
{
	const struct type_info *t = find_type(json_str(v, "lane_type"));
	const struct json *lanes = json_get(v, "value"), *l;
	unsigned int i = 0;

	if (!t || t->bits > 64 || !lanes || lanes->type != JSON_ARRAY)
		return -1;
	for (l = lanes->child; l; l = l->next) {
		if (!l->str || i * t->bits >= 128)
			return -1;
		put_lane(out, t->bits, i++, parse_bits(l->str));
	}
	return 0;
}

/* A host reference n is n + 1, null is 0. */
int value_parse(const struct json *v, struct kw_value *out)
{
	const struct type_info *t = find_type(json_str(v, "type"));
	const char *text = json_str(v, "value");

	memset(out, 0, sizeof(*out));
	if (!t)
		return -1;
	if (t->bits == 128)
		return parse_lanes(v, out);
	if (!text)
		return -1;
	if (!t->is_ref)
		out->lo = parse_bits(text) & mask(t->bits);
	else if (strcmp(text, "null"))
		out->lo = parse_bits(text) + 1;
	return 0;
}

static bool is_nan(u64 bits, unsigned int width, bool canonical)
{
	unsigned int frac = width == 32 ? 23 : 52;
	u64 exp = mask(width - 1) & ~mask(frac), quiet = 1ULL << (frac - 1);

	bits &= mask(width - 1);
	if ((bits & exp) != exp)
		return false;
	return canonical ? (bits & mask(frac)) == quiet : (bits & quiet) != 0;
}

static bool number_matches(const struct type_info *t, const char *want, u64 got)
{
	if (t->is_float && !strncmp(want, "nan:", 4))
		return is_nan(got, t->bits, !strcmp(want, "nan:canonical"));
	return got == (parse_bits(want) & mask(t->bits));
}

static bool lanes_match(const struct json *want, const struct kw_value *got, bool *known)
{
	const struct type_info *t = find_type(json_str(want, "lane_type"));
	const struct json *lanes = json_get(want, "value"), *l;
	unsigned int i = 0;

	if (!t || t->bits > 64 || !lanes || lanes->type != JSON_ARRAY) {
		*known = false;
		return false;
	}
	for (l = lanes->child; l; l = l->next, i++) {
		if (!l->str || i * t->bits >= 128 ||
		    !number_matches(t, l->str, get_lane(got, t->bits, i)))
			return false;
	}
	return true;
}

static bool either_matches(const struct json *want, const struct kw_value *got, bool *known)
{
	const struct json *values = json_get(want, "values"), *v;

	for (v = values ? values->child : NULL; v; v = v->next) {
		if (value_matches(v, got, known))
			return true;
	}
	return false;
}

bool value_matches(const struct json *want, const struct kw_value *got, bool *known)
{
	const char *type = json_str(want, "type"), *text = json_str(want, "value");
	const struct type_info *t = find_type(type);
	struct kw_value v;

	*known = true;
	if (type && !strcmp(type, "either"))
		return either_matches(want, got, known);
	if (type && (!strcmp(type, "refnull") || (strstr(type, "ref") && text && !strcmp(text, "null"))))
		return got->lo == 0;
	if (!t) {
		*known = false;
		return false;
	}
	if (t->bits == 128)
		return lanes_match(want, got, known);
	if (t->is_ref) {	/* without a value: any but null */
		if (!text)
			return got->lo != 0;
		return !value_parse(want, &v) && got->lo == v.lo;
	}
	return text && number_matches(t, text, got->lo & mask(t->bits));
}
