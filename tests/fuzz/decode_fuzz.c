// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Any bytes at all through decoder and validator: a refusal with a reason and
 * an offset inside the bytes, or a module all of whose bodies read to their end.
 *
 * `make libfuzzer` builds it with libFuzzer.  Without:
 *   decode_fuzz FILE...               replay: check these files
 *   decode_fuzz -n N [-s SEED] FILE...  and N damaged copies of them
 */
#include <stdio.h>
#include <unistd.h>

#include "wasm/body.h"
#include "wasmbuf.h"

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t len);

#define MUST(cond) do {								\
	if (!(cond)) {								\
		fprintf(stderr, "decode_fuzz: not true: %s\n", #cond);		\
		abort();							\
	}									\
} while (0)

static void check_refusal(int err, const struct kw_diag *d, u32 len)
{
	char text[64];
	size_t n = kw_diag_format(d, text, sizeof(text));

	MUST(err != -ENOMEM && err != -EINTR);
	MUST(d->reason != KW_R_NONE && d->reason < KW_NR_REASONS);
	MUST(err == -kw_reason_errno(d->reason));
	MUST(d->offset <= len);
	MUST(n < sizeof(text) && strlen(text) == n);
}

static void read_body(const struct kw_module *m, u32 func)
{
	struct kw_insn insn;
	struct kw_body b;
	struct kw_diag d;
	u32 nr_locals, count, i;
	u8 type;
	int ret;

	kw_diag_init(&d);
	MUST(!kw_body_open(&b, m, func, &d, &nr_locals));
	while (kw_body_next_locals(&b, &count, &type) > 0)
		nr_locals -= count;
	MUST(!nr_locals);
	while ((ret = kw_body_next(&b, &insn)) > 0) {
		const u8 *p = insn.targets;

		MUST(insn.op < WASM_NR_OPS && m->bytes + insn.off < b.pos);
		if (insn.op != WASM_OP_BR_TABLE)
			continue;
		for (i = 0; i <= insn.nr_targets; i++)
			kw_body_target(&p);
		MUST(p == b.pos);
	}
	MUST(!ret && b.pos == b.end);
}

static void check_module(const struct kw_module *m)
{
	u32 i;

	for (i = 0; i < m->nr_funcs; i++) {
		if (i < 100)
			kw_module_func_name(m, i);
		if (i >= m->nr_imported_funcs)
			read_body(m, i);
	}
}

static int check_features(const u8 *bytes, u32 len, u32 features)
{
	struct kw_arena arena;
	struct kw_module m;
	struct kw_diag d;
	int err;

	kw_arena_init(&arena, 4ULL << 30);
	err = kw_module_decode(&arena, bytes, len, &m, &d);
	if (!err)
		err = kw_module_validate(&m, features, &d);
	if (err)
		check_refusal(err, &d, len);
	else
		check_module(&m);
	kw_arena_free(&arena);
	return err;
}

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t len)
{
	u8 *copy = malloc(len ? len : 1);
	int all, none;

	if (len)
		memcpy(copy, bytes, len);
	all = check_features(copy, len, KW_FEATURES_ALL);
	none = check_features(copy, len, 0);
	/* Fewer features refuse more, and for no other reason. */
	MUST(all ? none : !none || none == -EOPNOTSUPP);
	free(copy);
	return 0;
}

#ifndef KW_LIBFUZZER

static u64 rng = 1;

static u32 random_below(u32 n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return n ? (u32)(rng >> 16) % n : 0;
}

/* One change: a byte, a bit, a few bytes out or doubled, the end cut off, a large number written. */
static void damage(struct buf *b)
{
	u32 at = random_below(b->len), n = random_below(min(8U, b->len - at)) + 1;

	switch (random_below(6)) {
	case 0:
		b->p[at] = random_below(256);
		break;
	case 1:
		b->p[at] ^= 1 << random_below(8);
		break;
	case 2:
		memmove(b->p + at, b->p + at + n, b->len - at - n);
		b->len -= n;
		break;
	case 3:
		put_times(b, n, 0);
		memmove(b->p + at + n, b->p + at, b->len - at - n);
		break;
	case 4:
		memset(b->p + at, 0xff, n);
		b->p[at + n - 1] = 0x0f;
		break;
	default:
		b->p[at] += random_below(3) - 1;
	}
}

static void check_damaged(const struct buf *seed)
{
	u32 changes = 1 + random_below(4);
	struct buf b = { 0 };

	if (!seed->len)
		return;
	put_bytes(&b, seed->p, seed->len);
	while (changes-- && b.len)
		damage(&b);
	if (!random_below(16))
		b.len = random_below(b.len);
	LLVMFuzzerTestOneInput(b.p, b.len);
	free(b.p);
}

static struct buf read_seed(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct buf b = { 0 };
	u8 part[4096];
	size_t n;

	if (!f) {
		perror(path);
		exit(2);
	}
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		put_bytes(&b, part, n);
	fclose(f);
	return b;
}

int main(int argc, char **argv)
{
	u32 i, nr_damaged = 0, nr_seeds;
	struct buf *seeds;
	int opt;

	while ((opt = getopt(argc, argv, "n:s:")) != -1) {
		if (opt == 'n')
			nr_damaged = atoi(optarg);
		else if (opt == 's')
			rng = strtoull(optarg, NULL, 0) * 2 + 1;
		else
			return 2;
	}
	nr_seeds = argc - optind;
	seeds = calloc(nr_seeds + 1, sizeof(*seeds));
	for (i = 0; i < nr_seeds; i++) {
		seeds[i] = read_seed(argv[optind + i]);
		LLVMFuzzerTestOneInput(seeds[i].p, seeds[i].len);
	}
	for (i = 0; nr_seeds && i < nr_damaged; i++)
		check_damaged(&seeds[random_below(nr_seeds)]);
	printf("%u files, %u damaged ones: no harm\n", nr_seeds, nr_damaged);
	for (i = 0; i < nr_seeds; i++)
		free(seeds[i].p);
	free(seeds);
	return 0;
}

#endif /* KW_LIBFUZZER */
