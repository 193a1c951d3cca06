// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* A number and some modules in, one damaged module out; see damage.h. */
#include <stdbool.h>
#include <string.h>

#include "damage.h"

#define HEADER_BYTES	8
#define SECTION_CODE	10
#define MAX_SECTIONS	64

const char *const damage_name[NR_DAMAGES] = {
	"bits", "byte", "number", "section", "splice", "delete", "insert", "code",
};

struct victim {
	uint8_t *p;
	uint32_t len;
	uint64_t rng;
};

/* Where a section's id stands, and where its contents begin and end. */
struct section {
	uint32_t at, body, end;
};

/* splitmix64: neighbours among the numbers have nothing in common. */
static uint64_t next(struct victim *v)
{
	uint64_t z = v->rng += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static uint32_t below(struct victim *v, uint32_t n)
{
	return n ? next(v) % n : 0;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* A number at *@at, which moves behind it. */
static uint32_t read_size(const uint8_t *p, uint32_t len, uint32_t *at)
{
	uint32_t v = 0, shift;

	for (shift = 0; *at < len && shift < 35; shift += 7) {
		v |= (uint32_t)(p[*at] & 0x7f) << (shift & 31);
		if (!(p[(*at)++] & 0x80))
			break;
	}
	return v;
}

/* In place, in as many bytes as there are: what does not fit there stays wrong. */
static void write_size(uint8_t *p, uint32_t at, uint32_t end, uint32_t v)
{
	for (; at < end; at++, v >>= 7)
		p[at] = (v & 0x7f) | (at + 1 < end ? 0x80 : 0);
}

/* Of a module that is in order; stops where one is not. */
static uint32_t find_sections(const uint8_t *p, uint32_t len, struct section *s)
{
	uint32_t at = HEADER_BYTES, n = 0, size;

	while (at < len && n < MAX_SECTIONS) {
		s[n].at = at++;
		size = read_size(p, len, &at);
		if (size > len - at)
			break;
		s[n].body = at;
		at += size;
		s[n++].end = at;
	}
	return n;
}

/* The section around @at, and in a code section the function body, else .end is 0. */
static bool find_around(const struct victim *v, uint32_t at, struct section *outer, struct section *inner)
{
	struct section s[MAX_SECTIONS];
	uint32_t n = find_sections(v->p, v->len, s), i, pos, size;

	*inner = (struct section){ 0 };
	for (i = 0; i < n && (at < s[i].body || at >= s[i].end); i++)
		;
	if (i == n)
		return false;
	*outer = s[i];
	if (v->p[s[i].at] != SECTION_CODE)
		return true;
	pos = s[i].body;
	read_size(v->p, s[i].end, &pos);
	while (pos < s[i].end) {
		inner->at = pos;
		size = read_size(v->p, s[i].end, &pos);
		inner->body = pos;
		if (size > s[i].end - pos)
			break;
		inner->end = pos += size;
		if (at >= inner->body && at < inner->end)
			return true;
	}
	*inner = (struct section){ 0 };
	return true;
}

static void delete_range(struct victim *v, uint32_t at, uint32_t n)
{
	n = least(n, v->len - at);
	memmove(v->p + at, v->p + at + n, v->len - at - n);
	v->len -= n;
}

/* @from lies outside of @v. */
static void insert_range(struct victim *v, uint32_t at, const uint8_t *from, uint32_t n)
{
	n = least(n, DAMAGE_MAX_BYTES - v->len);
	memmove(v->p + at + n, v->p + at, v->len - at);
	if (n)
		memcpy(v->p + at, from, n);
	v->len += n;
}

/*
 * Bytes exchanged for others; mostly, the sizes around them are made to fit,
 * so that the change is seen by more than the decoder of sections.
 */
static void exchange(struct victim *v, uint32_t at, uint32_t gone, const uint8_t *come, uint32_t nr_come)
{
	struct section outer, inner;
	uint32_t before = v->len;
	bool mend = find_around(v, at, &outer, &inner) && below(v, 8);

	if (mend && inner.end)
		gone = least(gone, inner.end - at);
	else if (mend)
		gone = least(gone, outer.end - at);
	delete_range(v, at, gone);
	insert_range(v, at, come, nr_come);
	if (!mend)
		return;
	write_size(v->p, outer.at + 1, outer.body, outer.end - outer.body + v->len - before);
	if (inner.end)
		write_size(v->p, inner.at, inner.body, inner.end - inner.body + v->len - before);
}

static void flip_bits(struct victim *v)
{
	uint32_t n = 1 + below(v, 3);

	while (n--)
		v->p[below(v, v->len)] ^= 1 << below(v, 8);
}

static void set_byte(struct victim *v)
{
	static const uint8_t meaning[] = {
		0x00, 0x01, 0x02, 0x0b, 0x0f, 0x40, 0x41, 0x60, 0x6f, 0x70,
		0x7b, 0x7c, 0x7d, 0x7e, 0x7f, 0x80, 0xfc, 0xfd, 0xff,
	};
	uint32_t at = below(v, v->len);

	v->p[at] = below(v, 2) ? meaning[below(v, sizeof(meaning))] : below(v, 256);
}

static void change_number(struct victim *v)
{
	static const uint8_t huge[] = { 0xff, 0xff, 0xff, 0xff, 0x0f };
	uint32_t at = below(v, v->len);
	uint8_t longer[] = { v->p[at] | 0x80, 0 };

	switch (below(v, 4)) {
	case 0:
		v->p[at]++;
		break;
	case 1:
		v->p[at]--;
		break;
	case 2:		/* the same number in one byte more */
		exchange(v, at, 1, longer, sizeof(longer));
		break;
	default:
		exchange(v, at, 1, huge, sizeof(huge));
	}
}

static void change_section(struct victim *v)
{
	struct section s[MAX_SECTIONS];
	uint32_t n = find_sections(v->p, v->len, s), i = below(v, n);

	if (!n || s[i].body == s[i].at + 1)
		return;
	if (below(v, 4))
		v->p[s[i].at + 1] += below(v, 3) ? below(v, 2) * 2 - 1 : below(v, 128);
	else
		v->p[s[i].at] = below(v, 14);
}

/* A section exchanged for the other module's, or the end for the other's end. */
static void splice(struct victim *v, const struct damage_seed *other)
{
	struct section mine[MAX_SECTIONS], theirs[MAX_SECTIONS];
	uint32_t n = find_sections(v->p, v->len, mine), m = find_sections(other->p, other->len, theirs);
	uint32_t i = below(v, n), k = below(v, m), at;

	if (n && m && below(v, 4)) {
		for (at = 0; at < m && other->p[theirs[k].at] != v->p[mine[i].at]; at++)
			k = (k + 1) % m;
		delete_range(v, mine[i].at, mine[i].end - mine[i].at);
		insert_range(v, mine[i].at, other->p + theirs[k].at, theirs[k].end - theirs[k].at);
		return;
	}
	at = below(v, other->len);
	v->len = below(v, v->len);
	insert_range(v, v->len, other->p + at, other->len - at);
}

static void double_range(struct victim *v)
{
	uint32_t from = below(v, v->len), n = least(1 + below(v, 16), v->len - from);
	uint8_t copy[16];

	memcpy(copy, v->p + from, n);
	exchange(v, below(v, v->len), 0, copy, n);
}

static void change_code(struct victim *v)
{
	struct section s[MAX_SECTIONS];
	uint32_t n = find_sections(v->p, v->len, s), i;

	for (i = 0; i < n; i++) {
		if (v->p[s[i].at] != SECTION_CODE || s[i].body == s[i].end)
			continue;
		/* Some change of one opcode for another leaves the types as they were. */
		v->p[s[i].body + below(v, s[i].end - s[i].body)] = below(v, 0xd3);
		return;
	}
	set_byte(v);
}

uint32_t damage(uint64_t n, const struct damage_seed *seed, uint32_t nr_seeds, uint8_t *out,
		enum damage_kind *kind)
{
	struct victim v = { .p = out, .rng = n };
	const struct damage_seed *one = &seed[below(&v, nr_seeds)], *other = &seed[below(&v, nr_seeds)];

	memcpy(out, one->p, one->len);
	v.len = one->len;
	*kind = below(&v, NR_DAMAGES);
	if (!v.len)
		return 0;
	switch (*kind) {
	case DAMAGE_BITS:
		flip_bits(&v);
		break;
	case DAMAGE_BYTE:
		set_byte(&v);
		break;
	case DAMAGE_LEB:
		change_number(&v);
		break;
	case DAMAGE_SECTION:
		change_section(&v);
		break;
	case DAMAGE_SPLICE:
		splice(&v, other);
		break;
	case DAMAGE_DELETE:
		exchange(&v, below(&v, v.len), 1 + below(&v, 16), NULL, 0);
		break;
	case DAMAGE_INSERT:
		double_range(&v);
		break;
	default:
		change_code(&v);
	}
	return v.len;
}
