// SPDX-License-Identifier: GPL-2.0
/* The JSON writer: what comes out parses, whatever goes in. */
#include <stdlib.h>
#include <string.h>

#include "../../userspace-tools/kwasm/json.c"
#include "tap.h"

/* One string value with @len bytes at @s, as written. */
static bool writes(const char *s, size_t len, const char *want)
{
	char *out = NULL, line[256];
	size_t out_len;
	struct json j;
	FILE *f = open_memstream(&out, &out_len);
	bool good;

	json_begin(&j, f);
	json_strn(&j, "v", s, len);
	json_end(&j);
	fclose(f);
	snprintf(line, sizeof(line), "{\"schema\":\"kwasm/1\",\"v\":\"%s\"}\n", want);
	good = !strcmp(out, line);
	if (!good)
		diag("got %s", out);
	free(out);
	return good;
}

#define WRITES(in, want) writes(in, sizeof(in) - 1, want)

static void test_strings(void)
{
	ok(WRITES("plain", "plain"), "plain text");
	ok(WRITES("a\"b\\c", "a\\\"b\\\\c"), "quotes and backslashes");
	ok(WRITES("\n\t\x1b\x7f\0z", "\\u000a\\u0009\\u001b\\u007f\\u0000z"), "control characters and NUL");
	ok(WRITES("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x90\xa7", "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x90\xa7"), "UTF-8 of two to four bytes");
	ok(WRITES("\xff", "\\ufffd"), "a byte that is never UTF-8");
	ok(WRITES("\x80z", "\\ufffdz"), "a continuation on its own");
	ok(WRITES("\xc3", "\\ufffd"), "a sequence cut at the end");
	ok(WRITES("\xe2\x82z", "\\ufffd\\ufffdz"), "a sequence cut by another character");
	ok(WRITES("\xc0\xaf", "\\ufffd\\ufffd"), "an overlong slash");
	ok(WRITES("\xe0\x80\xaf", "\\ufffd\\ufffd\\ufffd"), "an overlong slash of three bytes");
	ok(WRITES("\xed\xa0\x80", "\\ufffd\\ufffd\\ufffd"), "a surrogate");
	ok(WRITES("\xf4\x90\x80\x80", "\\ufffd\\ufffd\\ufffd\\ufffd"), "beyond U+10FFFF");
}

static void test_document(void)
{
	static const char want[] =
		"{\"schema\":\"kwasm/1\",\"a\":[{\"n\":18446744073709551615,\"s\":-9223372036854775808},{}],"
		"\"b\":true,\"z\":null,\"h\":\"00ff\",\"e\":[]}\n";
	char *out = NULL;
	size_t len;
	struct json j;
	FILE *f = open_memstream(&out, &len);

	json_begin(&j, f);
	json_array(&j, "a");
	json_object(&j, NULL);
	json_u64(&j, "n", UINT64_MAX);
	json_s64(&j, "s", INT64_MIN);
	json_close(&j);
	json_object(&j, NULL);
	json_close(&j);
	json_close(&j);
	json_bool(&j, "b", true);
	json_str(&j, "z", NULL);
	json_hex(&j, "h", "\0\xff", 2);
	json_array(&j, "e");
	json_end(&j);
	fclose(f);
	if (!ok(!strcmp(out, want), "nesting, commas, numbers; the end closes what is open"))
		diag("got %s", out);
	free(out);
}

int main(void)
{
	test_strings();
	test_document();
	return tap_done();
}
