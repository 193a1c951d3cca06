// SPDX-License-Identifier: GPL-2.0
/* Layouts: where fields lie, bytes to text and back, lines that do not fit. */
#include <stdlib.h>
#include <string.h>

#include "../../userspace-tools/kwasm/json.c"
#include "../../userspace-tools/kwasm/layout.c"
#include "tap.h"

/* @text parses under @fields of @bytes, and prints as @again. */
static bool round_trip(const char *fields, size_t bytes, const char *text, const char *again)
{
	uint8_t buf[256];
	char line[512], out[LAYOUT_TEXT_LEN];
	const char *why;
	struct layout l;

	snprintf(line, sizeof(line), "key=%s", fields);
	if (layout_make(&l, line, "key", bytes, false))
		return false;
	memset(buf, 0xee, sizeof(buf));
	why = layout_parse(&l, text, buf);
	if (why || strcmp(layout_text(&l, buf, out, sizeof(out)), again)) {
		diag("%s: %s: %s, prints %s", fields, text, why ?: "parsed", out);
		return false;
	}
	return buf[bytes] == 0xee;
}

static bool refuses(const char *fields, size_t bytes, const char *text)
{
	uint8_t buf[256];
	char line[512];
	struct layout l;

	snprintf(line, sizeof(line), "value=%s", fields);
	return !layout_make(&l, line, "value", bytes, false) && layout_parse(&l, text, buf);
}

static void test_types(void)
{
	ok(round_trip("a:u8,b:u16,c:u32,d:u64", 16, "255,65535,4294967295,18446744073709551615",
		      "255,65535,4294967295,18446744073709551615"), "unsigned numbers to their limits");
	ok(round_trip("a:s8,b:s16,c:s32,d:s64", 16, "-128,-32768,-2147483648,-9223372036854775808",
		      "-128,-32768,-2147483648,-9223372036854775808"), "signed numbers to their limits");
	ok(round_trip("a:be16,b:be32,c:be64", 16, "1,2,3", "1,2,3"), "network order");
	ok(round_trip("a:x8,b:x32", 8, "0xff,0xdeadbeef", "0xff,0xdeadbeef"), "hexadecimal numbers");
	ok(round_trip("a:ip4,b:ip6", 20, "192.0.2.1,2001:db8::1", "192.0.2.1,2001:db8::1"), "addresses");
	ok(round_trip("a:mac,b:hex3", 9, "00:11:22:aa:bb:cc,01 02:03", "00:11:22:aa:bb:cc,010203"), "bytes");
	ok(round_trip("a:lpm4", 8, "10.0.0.0/8", "10.0.0.0/8") && round_trip("a:lpm4", 8, "10.0.0.1", "10.0.0.1/32") &&
	   round_trip("a:lpm6", 20, "2001:db8::/32", "2001:db8::/32"), "prefixes");
	ok(round_trip("a:char8", 8, "eth0", "eth0"), "text");
}

static void test_places(void)
{
	static const uint8_t bytes[24] = { 1, [8] = 2, [16] = 3 };
	struct layout l;
	char out[LAYOUT_TEXT_LEN];

	ok(!layout_make(&l, "key=x:u8 value=a:u8,b:u64,c:u32", "value", 24, false) &&
	   !strcmp(layout_text(&l, bytes, out, sizeof(out)), "1,2,3"), "fields and the end lie as in C");
	ok(layout_make(&l, "value=a:u8,b:u64,c:u32", "value", 28, false) == -EINVAL && l.nr == 1 && l.bytes == 28,
	   "a line for another size is not used");
	ok(!layout_make(&l, "value=a:u8,b:u64,c:u32", "value", 20, false), "the end may be cut to what is used");
	ok(layout_make(&l, "value=a:u8", "value", 24, false) == -EINVAL, "nor one for less");
	ok(layout_make(&l, "key=a:u9", "key", 1, false) == -EINVAL &&
	   layout_make(&l, "key=a", "key", 1, false) == -EINVAL &&
	   layout_make(&l, "key=a:hex", "key", 1, false) == -EINVAL &&
	   layout_make(&l, "key=a:hex0", "key", 1, false) == -EINVAL, "nor what is not understood");
}

static void test_guesses(void)
{
	struct layout l;
	uint8_t prefix[8] = { 24, 0, 0, 0, 192, 0, 2, 0 }, odd[3] = { 1, 2, 3 };
	char out[LAYOUT_TEXT_LEN];

	ok(!layout_make(&l, "", "key", 8, true) && !strcmp(layout_text(&l, prefix, out, sizeof(out)), "192.0.2.0/24"),
	   "a trie's key is a prefix");
	ok(!layout_make(&l, "value=a:u8", "key", 4, false) &&
	   !strcmp(layout_text(&l, prefix, out, sizeof(out)), "24"), "four bytes are a number");
	ok(!layout_make(&l, "", "key", 3, false) && !strcmp(layout_text(&l, odd, out, sizeof(out)), "010203"),
	   "three are hex");
}

static void test_refusals(void)
{
	ok(refuses("a:u8", 1, "256") && refuses("a:u8", 1, "-1") && refuses("a:s8", 1, "128") &&
	   refuses("a:u8", 1, "") && refuses("a:u8", 1, "1x"), "numbers that do not fit, or are none");
	ok(refuses("a:u8,b:u8", 2, "1") && refuses("a:u8", 1, "1,2"), "too few, too many fields");
	ok(refuses("a:ip4", 4, "1.2.3") && refuses("a:lpm4", 8, "1.2.3.4/33") && refuses("a:lpm4", 8, "1.2.3.4/") &&
	   refuses("a:mac", 6, "00:11:22:33:44") && refuses("a:hex2", 2, "0") && refuses("a:hex2", 2, "010203") &&
	   refuses("a:char2", 2, "abc"), "what is cut, or too long");
}

int main(void)
{
	test_types();
	test_places();
	test_guesses();
	test_refusals();
	return tap_done();
}
