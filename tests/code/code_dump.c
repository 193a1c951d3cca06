// SPDX-License-Identifier: GPL-2.0
/*
 * code_dump FILE.wasm OUT [arm64] [check] [p] [kernel] [thunk] [host] [whole]: compile, write
 * the machine code to OUT and print "off len" of each function, of the thunks with
 * "thunk".  "host": imports are the host's.  "kernel": as with retpolines and IBT, landing pads on arm64.  "whole": no store writes a part.
 * For the tests in this folder.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../jit/compile.h"
#include "../../jit/rt/bind.h"
#include "../../userspace-tools/engine/engine.h"

static const struct kw_isa_env kernel_form = {
	.ret = { .bytes = { 0xc3, 0xcc }, .len = 2, .rel32_at = -1 },
	.call = { .bytes = { 0xe8 }, .len = 5, .rel32_at = 1, .target = 0xffffffff81000000 },
	.indirect_targets = true,
};

static const struct kw_isa_env landing_pads = { .indirect_targets = true };

static u8 *read_file(const char *path, u32 *len)
{
	FILE *f = fopen(path, "rb");
	u8 *p = malloc(64 << 20);

	if (!f || !p)
		return NULL;
	*len = (u32)fread(p, 1, 64 << 20, f);
	fclose(f);
	return p;
}

static int write_code(const struct kw_code *c, const char *path, bool thunks)
{
	FILE *f = fopen(path, "wb");
	u32 i;

	if (!f || (c->len && fwrite(c->bytes, 1, c->len, f) != c->len) || fclose(f))
		return 1;
	for (i = 0; i < c->nr_funcs && !thunks; i++)
		printf("%u %u\n", c->func[i].off, c->func[i].len);
	if (thunks)
		printf("%u %u\n", c->body_len, c->len - c->body_len);
	return 0;
}

int main(int argc, char **argv)
{
	struct kw_compile_opts o = { .isa = &kw_isa_x64, .budget_bytes = 1ULL << 28 };
	struct kw_arena arena;
	struct kw_diag diag = { 0 };
	struct kw_module m;
	struct kw_code *code;
	char why[512];
	struct kw_binding *bind;
	bool thunks = false, host = false, whole = false;
	u32 len, i, *sigs;
	u8 *bytes;
	int n, err;

	if (argc < 3)
		return 2;
	for (n = 3; n < argc; n++) {
		if (!strcmp(argv[n], "arm64"))
			o.isa = &kw_isa_a64;
		else if (!strcmp(argv[n], "check"))
			o.mode = KW_MODE_CHECK;
		else if (!strcmp(argv[n], "p"))
			o.form = KW_FORM_P;
		else if (!strcmp(argv[n], "kernel"))
			o.env = o.isa == &kw_isa_a64 ? &landing_pads : &kernel_form;
		else if (!strcmp(argv[n], "thunk"))
			thunks = true;
		else if (!strcmp(argv[n], "host"))
			host = true;
		else if (!strcmp(argv[n], "whole"))
			whole = true;
		else
			return 2;
	}
	if (kwasm_engine__env_opt(&o.opt_off, why, sizeof(why)))
		return 2;
	if (whole)
		o.opt_off |= KW_OPT_STORE;
	bytes = read_file(argv[1], &len);
	if (!bytes)
		return 2;
	kw_arena_init(&arena, 1ULL << 32);
	err = kw_module_decode(&arena, bytes, len, &m, &diag);
	if (!err)
		err = kw_module_validate(&m, KW_COMPILE_FEATURES, &diag);
	if (err) {
		fprintf(stderr, "%s: invalid: %d\n", argv[1], err);
		return 1;
	}
	sigs = calloc(m.nr_types + 1, sizeof(*sigs));
	for (i = 0; i < m.nr_types; i++)
		sigs[i] = i + 1;
	o.sig_ids = sigs;
	bind = calloc(m.nr_imported_funcs + 1, sizeof(*bind));
	if (host && kw_host_bind(&m, 0, bind, &diag))
		return 1;
	o.bind = host ? bind : NULL;
	err = kw_compile(&m, &o, &code, &diag);
	if (err) {
		fprintf(stderr, "%s: compile: %d\n", argv[1], err);
		return 1;
	}
	return write_code(code, argv[2], thunks);
}
