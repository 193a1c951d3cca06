// SPDX-License-Identifier: GPL-2.0
/* Modules that other projects' generators make, from random bytes; files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reduce.h"

size_t read_whole(const char *path, u8 *bytes, size_t cap)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f)
		return 0;
	n = fread(bytes, 1, cap, f);
	fclose(f);
	return n;
}

bool write_whole(const char *path, const u8 *bytes, size_t len)
{
	FILE *f = fopen(path, "wb");
	bool good;

	if (!f)
		return false;
	good = fwrite(bytes, 1, len, f) == len;
	return !fclose(f) && good;
}

/* @command: a format with the input's and the output's name */
static size_t run_generator(u64 seed, const char *dir, const char *command, u8 *bytes, size_t cap)
{
	u64 rng = seed * 0x9e3779b97f4a7c15ULL + 3;
	char in[200], out[200], line[1000];
	u32 n, i;

	for (i = 0; i < 4; i++)
		rng = rng * 6364136223846793005ULL + 1442695040888963407ULL;
	n = 100 + (u32)(rng >> 40) % 4000;
	for (i = 0; i < n; i++) {
		rng = rng * 6364136223846793005ULL + 1442695040888963407ULL;
		bytes[i] = (u8)(rng >> 50);
	}
	snprintf(in, sizeof(in), "%s/%llu.random", dir, (unsigned long long)seed);
	snprintf(out, sizeof(out), "%s/%llu.made", dir, (unsigned long long)seed);
	if (!write_whole(in, bytes, n))
		return 0;
	snprintf(line, sizeof(line), command, in, out);
	n = system(line) ? 0 : (u32)read_whole(out, bytes, cap);
	remove(in);
	remove(out);
	return n;
}

size_t source_binaryen(u64 seed, const char *dir, bool portable, u8 *bytes, size_t cap)
{
	char command[500];

	/*
	 * Its --denan leaves vectors as they are.  Its reference types are of a time when
	 * funcref was a subtype of externref: most such modules are refused.
	 */
	snprintf(command, sizeof(command), "wasm-opt -ttf %%s -o %%s --denan --enable-bulk-memory "
		 "--enable-mutable-globals --enable-sign-ext --enable-nontrapping-float-to-int --enable-multivalue "
		 "%s %s >/dev/null 2>&1",
		 portable ? "" : "--enable-simd", seed & 16 ? "--enable-reference-types" : "");
	return run_generator(seed, dir, command, bytes, cap);
}

size_t source_smith(u64 seed, const char *dir, u8 *bytes, size_t cap)
{
	return run_generator(seed, dir,
			     "wasm-tools smith %s -o %s --ensure-termination --max-memories 1 --max-imports 0 "
			     "--min-funcs 1 --max-memory32-pages 4 --export-everything true "
			     "--reference-types-enabled true --simd-enabled true --bulk-memory-enabled true "
			     "--multi-value-enabled true --saturating-float-to-int-enabled true "
			     "--sign-extension-ops-enabled true >/dev/null 2>&1", bytes, cap);
}
