// SPDX-License-Identifier: GPL-2.0
/* A JSON text checked and summed without recursion: a stack of bits, strings with escapes, numbers. */
#include "bench.h"

static const char source[] =
	"{\"timestamp\":\"2026-03-01T12:34:56.789Z\",\"level\":\"info\",\"host\":\"edge-17\",\n"
	" \"request\":{\"method\":\"POST\",\"path\":\"/api/v2/items?page=3\",\"bytes\":18274,\n"
	"  \"headers\":[[\"accept\",\"*/*\"],[\"x-id\",\"a\\u00e9\\n\\\"q\\\"\"],[\"te\",\"trailers\"]]},\n"
	" \"timing\":{\"dns\":0.25,\"connect\":1.75e1,\"tls\":-3,\"total\":128.125},\n"
	" \"tags\":[\"a\",\"bb\",\"ccc\",\"dddd\",true,false,null,[],{}],\"nested\":[[[[1,2],[3]],4],5]}";

static u8 text[sizeof(source)];

struct scan {
	const u8 *p, *end;
	u32 sum, depth;
	u64 objects;		/* a bit a level: this one is an object */
};

static void blanks(struct scan *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\n' || *s->p == '\t' || *s->p == '\r'))
		s->p++;
}

static int string(struct scan *s)
{
	u32 h = 0;
	u8 c;

	for (s->p++; s->p < s->end; s->p++) {
		c = *s->p;
		if (c == '"') {
			s->p++;
			s->sum = s->sum * 31 + h;
			return 1;
		}
		if (c < 32)
			return 0;
		if (c == '\\') {
			c = *++s->p;
			if (c == 'u')
				s->p += 4;
		}
		h = h * 17 + c;
	}
	return 0;
}

static int number(struct scan *s)
{
	u32 v = 0;

	if (*s->p == '-')
		s->p++;
	if (s->p == s->end || (u32)(*s->p - '0') > 9)
		return 0;
	for (; s->p < s->end; s->p++) {
		if ((u32)(*s->p - '0') <= 9)
			v = v * 10 + *s->p - '0';
		else if (*s->p != '.' && *s->p != 'e' && *s->p != 'E' && *s->p != '+' && *s->p != '-')
			break;
	}
	s->sum += v;
	return 1;
}

static int word(struct scan *s, const char *w, u32 len)
{
	u32 i;

	if ((u32)(s->end - s->p) < len)
		return 0;
	for (i = 0; i < len; i++)
		if (s->p[i] != (u8)w[i])
			return 0;
	s->p += len;
	s->sum += len;
	return 1;
}

/* A value, or the beginning of one. Return: 1 whole, 2 just opened, 0 wrong. */
static int value(struct scan *s)
{
	u8 c;

	blanks(s);
	if (s->p == s->end)
		return 0;
	c = *s->p;
	switch (c) {
	case '{':
	case '[':
		if (++s->depth > 63)
			return 0;
		s->objects = (s->objects & ~(1ULL << s->depth)) | (u64)(c == '{') << s->depth;
		s->p++;
		blanks(s);
		if (*s->p == (c == '{' ? '}' : ']')) {
			s->depth--;
			s->p++;
			return 1;
		}
		return 2;
	case '"':
		return string(s);
	case 't':
		return word(s, "true", 4);
	case 'f':
		return word(s, "false", 5);
	case 'n':
		return word(s, "null", 4);
	default:
		return number(s);
	}
}

static int key(struct scan *s)
{
	blanks(s);
	if (s->p == s->end || *s->p != '"' || !string(s))
		return 0;
	blanks(s);
	return *s->p++ == ':';
}

static u32 check(const u8 *p, u32 len)
{
	struct scan s = { .p = p, .end = p + len };
	int what;

	for (;;) {
		if (s.depth && s.objects >> s.depth & 1 && !key(&s))
			return 0;
		what = value(&s);
		if (!what)
			return 0;
		if (what == 2)
			continue;
		for (;;) {
			blanks(&s);
			if (!s.depth)
				return s.sum;
			if (*s.p == ',') {
				s.p++;
				break;
			}
			if (*s.p != (s.objects >> s.depth & 1 ? '}' : ']'))
				return 0;
			s.p++;
			s.depth--;
		}
	}
}

u32 run(u32 n)
{
	u32 i, sum = 0;

	__builtin_memcpy(text, source, sizeof(source));
	for (i = 0; i < n; i++) {
		text[15 + i % 4] = '0' + i % 10;
		sum = rotl32(sum, 1) + check(text, sizeof(source) - 1);
	}
	return sum;
}
