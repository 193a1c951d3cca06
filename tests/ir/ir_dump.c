// SPDX-License-Identifier: GPL-2.0
/* ir_dump FILE.wasm [check|p]...: the SSA graph of every function, as text; for the tests in this folder. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../jit/ir/build.h"
#include "../../jit/opt/opt.h"
#include "../../userspace-tools/engine/engine.h"

static u32 opt_off;	/* enum kw_opt, from KW_OPT */

static void out(void *priv, const char *text)
{
	fputs(text, priv);
}

static int dump(const struct kw_module *m, u32 func, const struct kw_build_opts *o)
{
	struct kw_irfunc f = { .opt_off = opt_off };
	struct kw_diag diag = { 0 };
	struct kw_arena arena;
	u64 fields = 0;
	char why[128];
	int err;

	kw_arena_init(&arena, 1ULL << 30);
	f.arena = &arena;
	f.tmp = &arena;
	err = kw_ir_build(m, func, o, &f, &diag, &fields);
	if (!err)
		err = kw_ir_verify(&f, why, sizeof(why));
	else
		snprintf(why, sizeof(why), "build");
	if (!err && !(opt_off & KW_OPT_DCE))
		err = kw_opt_dce(&f);
	if (!err)
		err = kw_ir_verify(&f, why, sizeof(why));
	if (err) {
		fprintf(stderr, "function %u: %d: %s\n", func, err, why);
		kw_ir_print(&f, out, stderr);
	} else {
		printf("func %u\n", func);
		kw_ir_print(&f, out, stdout);
	}
	kw_arena_free(&arena);
	return err;
}

static u8 *read_file(const char *path, u32 *len)
{
	FILE *f = fopen(path, "rb");
	u8 *p = malloc(32 << 20);

	if (!f || !p)
		return NULL;
	*len = (u32)fread(p, 1, 32 << 20, f);
	fclose(f);
	return p;
}

int main(int argc, char **argv)
{
	struct kw_build_opts o = { 0 };
	struct kw_diag diag = { 0 };
	struct kw_arena arena;
	struct kw_module m;
	char why[512];
	u32 len, i, *sigs;
	u8 *bytes;
	int err = 0, n;

	if (argc < 2)
		return 2;
	for (n = 2; n < argc; n++) {
		o.check_mode |= !strcmp(argv[n], "check");
		o.form_p |= !strcmp(argv[n], "p");
	}
	if (kwasm_engine__env_opt(&opt_off, why, sizeof(why)))
		return 2;
	bytes = read_file(argv[1], &len);
	if (!bytes)
		return 2;
	kw_arena_init(&arena, 1ULL << 32);
	err = kw_module_decode(&arena, bytes, len, &m, &diag);
	if (!err)
		err = kw_module_validate(&m, KW_FEATURES_ALL, &diag);
	if (err) {
		fprintf(stderr, "%s: refused: %d, reason %u at 0x%x\n", argv[1], err, diag.reason, diag.offset);
		return 3;
	}
	sigs = calloc(m.nr_types + 1, sizeof(*sigs));
	if (!sigs)
		return 2;
	for (i = 0; i < m.nr_types; i++)
		sigs[i] = i + 1;
	o.sig_ids = sigs;
	for (i = m.nr_imported_funcs; i < m.nr_funcs; i++)
		err |= dump(&m, i, &o);
	kw_arena_free(&arena);
	free(sigs);
	free(bytes);
	return err ? 1 : 0;
}
