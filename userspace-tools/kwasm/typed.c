// SPDX-License-Identifier: GPL-2.0
/* Text <-> i32, i64, f32, f64, v128. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "typed.h"
#include "wasm/module.h"

const char *type_name(uint8_t type)
{
	switch (type) {
	case KW_V_I32:		return "i32";
	case KW_V_I64:		return "i64";
	case KW_V_F32:		return "f32";
	case KW_V_F64:		return "f64";
	case KW_V_V128:		return "v128";
	case KW_V_FUNCREF:	return "funcref";
	case KW_V_EXTERNREF:	return "externref";
	default:		return "?";
	}
}

bool type_has_text(uint8_t type)
{
	return type == KW_V_I32 || type == KW_V_I64 || type == KW_V_F32 || type == KW_V_F64 ||
	       type == KW_V_V128;
}

/* Decimal or 0x..., of @bits, read as signed or as unsigned. */
static bool parse_int(const char *text, unsigned int bits, uint64_t *out)
{
	bool minus = *text == '-';
	uint64_t max = bits == 64 ? UINT64_MAX : UINT32_MAX;
	char *end;

	text += minus;
	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*out = strtoull(text, &end, strncasecmp(text, "0x", 2) ? 10 : 16);
	if (errno || *end || *out > (minus ? max / 2 + 1 : max))
		return false;
	if (minus)
		*out = -*out & max;
	return true;
}

/* What strtod() reads, blanks and overflow excepted: 1.5, -2e10, 0x1p-3, inf, nan. */
static bool parse_float(const char *text, uint8_t type, uint64_t *out)
{
	double d = 0;
	float f = 0;
	char *end;

	if (!*text || isspace((unsigned char)*text))
		return false;
	errno = 0;
	if (type == KW_V_F32)
		f = strtof(text, &end);
	else
		d = strtod(text, &end);
	if (*end || (errno == ERANGE && (type == KW_V_F32 ? isinf(f) : isinf(d))))
		return false;
	*out = 0;
	if (type == KW_V_F32)
		memcpy(out, &f, sizeof(f));
	else
		memcpy(out, &d, sizeof(d));
	return true;
}

/* 0x and at most 32 digits. */
static bool parse_v128(const char *text, struct kwasm_value *out)
{
	size_t i, len = strlen(text);

	if (strncasecmp(text, "0x", 2) || len < 3 || len > 34)
		return false;
	*out = (struct kwasm_value){ 0 };
	for (i = 2; i < len; i++) {
		unsigned char c = tolower((unsigned char)text[i]);

		if (!isxdigit(c))
			return false;
		out->hi = out->hi << 4 | out->lo >> 60;
		out->lo = out->lo << 4 | (isdigit(c) ? c - '0' : c - 'a' + 10);
	}
	return true;
}

bool typed_parse(uint8_t type, const char *text, struct kwasm_value *out)
{
	*out = (struct kwasm_value){ 0 };
	switch (type) {
	case KW_V_I32:
	case KW_V_I64:
		return parse_int(text, type == KW_V_I32 ? 32 : 64, (uint64_t *)&out->lo);
	case KW_V_F32:
	case KW_V_F64:
		return parse_float(text, type, (uint64_t *)&out->lo);
	case KW_V_V128:
		return parse_v128(text, out);
	default:
		return false;
	}
}

static double as_double(uint8_t type, const struct kwasm_value *v)
{
	double d;
	float f;

	memcpy(&f, &v->lo, sizeof(f));
	memcpy(&d, &v->lo, sizeof(d));
	return type == KW_V_F32 ? f : d;
}

static bool reads_back(uint8_t type, const char *text, double d)
{
	return type == KW_V_F32 ? strtof(text, NULL) == (float)d : strtod(text, NULL) == d;
}

static void float_text(uint8_t type, double d, char *buf, size_t bytes)
{
	int digits;

	/* A payload and its sign have no place in a text. */
	if (isnan(d)) {
		snprintf(buf, bytes, "nan");
		return;
	}
	for (digits = 1; digits <= 17; digits++) {
		snprintf(buf, bytes, "%.*g", digits, d);
		if (reads_back(type, buf, d))
			break;
	}
}

const char *typed_text(uint8_t type, const struct kwasm_value *v, char *buf, size_t bytes)
{
	switch (type) {
	case KW_V_I32:
		snprintf(buf, bytes, "%d", (int32_t)v->lo);
		break;
	case KW_V_I64:
		snprintf(buf, bytes, "%lld", (long long)v->lo);
		break;
	case KW_V_F32:
	case KW_V_F64:
		float_text(type, as_double(type, v), buf, bytes);
		break;
	default:
		snprintf(buf, bytes, "0x%016llx%016llx", (unsigned long long)v->hi,
			 (unsigned long long)v->lo);
	}
	return buf;
}

void typed_json(struct json *j, uint8_t type, const struct kwasm_value *v)
{
	bool is_float = type == KW_V_F32 || type == KW_V_F64;
	char text[TYPED_TEXT_LEN];

	typed_text(type, v, text, sizeof(text));
	json_str(j, "type", type_name(type));
	if (type == KW_V_V128 || (is_float && !isfinite(as_double(type, v))))
		json_str(j, "value", text);
	else
		json_number(j, "value", text);
}
