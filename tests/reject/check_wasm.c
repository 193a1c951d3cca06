// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * What decoder and validator say about one module, in a line:
 *   accept
 *   0x1a func 0 i32.add: type mismatch: expected i32, found i64
 *
 * Usage: check_wasm FILE.wasm [FEATURE_MASK]
 */
#include <stdio.h>
#include <stdlib.h>

#include "wasm/opcode.h"
#include "wasmbuf.h"

static void print_refusal(const struct kw_diag *d)
{
	char text[200];

	kw_diag_format(d, text, sizeof(text));
	printf("0x%x", d->offset);
	if (d->func != KW_DIAG_NO_FUNC)
		printf(" func %u", d->func);
	if (d->op)
		printf(" %s", kw_op_text(d->op - 1));
	printf(": %s\n", text);
}

int main(int argc, char **argv)
{
	static u8 bytes[1 << 20];
	struct kw_diag d;
	FILE *f = argc > 1 ? fopen(argv[1], "rb") : NULL;
	size_t len;

	if (!f) {
		fprintf(stderr, "usage: check_wasm FILE.wasm [FEATURE_MASK]\n");
		return 2;
	}
	len = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	if (check_copy(bytes, len, argc > 2 ? strtoul(argv[2], NULL, 0) : 0, &d))
		print_refusal(&d);
	else
		printf("accept\n");
	return 0;
}
