// SPDX-License-Identifier: GPL-2.0
/* An HTTP request into method, path and headers, names hashed in lower case: a class table and short loops. */
#include "bench.h"

enum { C_TOKEN = 1, C_SPACE = 2, C_END = 4, C_COLON = 8 };

static const char request[] =
	"GET /static/img/logo.png?v=31&size=large HTTP/1.1\r\n"
	"Host: www.example.org\r\n"
	"User-Agent: Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101\r\n"
	"Accept: image/avif,image/webp,*/*;q=0.8\r\n"
	"Accept-Language: en-US,en;q=0.5\r\n"
	"Accept-Encoding: gzip, deflate, br\r\n"
	"Connection: keep-alive\r\n"
	"Cookie: session=8f3a2c9d0b7e; theme=dark; lang=en\r\n"
	"X-Forwarded-For: 203.0.113.7, 198.51.100.23\r\n"
	"Cache-Control: no-cache\r\n"
	"\r\n";

static u8 class[256];
static u8 text[sizeof(request)];

static void make_classes(void)
{
	u32 i;

	for (i = 0; i < 256; i++)
		class[i] = i > 32 && i < 127 ? C_TOKEN : 0;
	class[' '] = class['\t'] = C_SPACE;
	class['\r'] = class['\n'] = C_END;
	class[':'] = C_COLON;
}

static u32 value_hash(const u8 **at, const u8 *end)
{
	const u8 *p = *at;
	u32 h = 5381;

	while (p < end && class[*p] & C_SPACE)
		p++;
	for (; p < end && !(class[*p] & C_END); p++)
		h = h * 33 ^ *p;
	*at = p;
	return h;
}

static u32 header(const u8 **at, const u8 *end)
{
	const u8 *p = *at;
	u32 h = 0;

	for (; p < end && class[*p] & C_TOKEN; p++)
		h = h * 31 + ((u32)(*p - 'A') < 26 ? *p | 32 : *p);
	if (p == end || !(class[*p] & C_COLON))
		return 0;
	p++;
	*at = p;
	h ^= rotl32(value_hash(at, end), 7);
	return h ? h : 1;
}

static u32 parse(const u8 *p, u32 len)
{
	const u8 *end = p + len;
	u32 sum = 0, h, word;

	for (word = 0; word < 3; word++) {
		for (h = 0; p < end && class[*p] & (C_TOKEN | C_COLON); p++)
			h = h * 31 + *p;
		sum = sum * 7 + h;
		if (p < end && class[*p] & C_SPACE)
			p++;
	}
	while (p + 1 < end && p[0] == '\r' && p[1] == '\n') {
		p += 2;
		if (p < end && *p == '\r')
			break;
		h = header(&p, end);
		if (!h)
			return 0;
		sum = rotl32(sum, 5) + h;
	}
	return sum;
}

u32 run(u32 n)
{
	u32 i, sum = 0;

	make_classes();
	__builtin_memcpy(text, request, sizeof(request));
	for (i = 0; i < n; i++) {
		text[5 + i % 20] = 'a' + i % 26;
		sum += parse(text, sizeof(request) - 1);
	}
	return sum;
}
