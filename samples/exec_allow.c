// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Of the files in a directory tree let only those be executed that are on a
 * list, by path and by what is in them.
 *
 *	kwasm load build/samples/exec_allow.wasm
 *	kwasm map update exec-allow.allowed /srv/bin/job $(sha256sum < /srv/bin/job | cut -c 1-64)
 *	kwasm attach exec-allow --path /srv --scope subtree --deadline 10s
 *	kwasm events exec-allow --follow
 *
 * What is refused is told to the ring, with the hash it has: a first list can be
 * made from that.  A hash of zeros allows whatever is at the path.  A script is
 * executed, and so is its interpreter, and so is the dynamic loader: those in
 * the tree have to be on the list as well.
 *
 * The whole file is hashed for each execution.  Between that and its pages being
 * read somebody with the right to write the file may change it; this keeps
 * honest files apart from others, not their owner from what he owns.
 */
#include <linux/kwasm_guest.h>

#define PATH_BYTES	256
#define CHUNK		16384

KWASM_META("name exec-allow");
KWASM_META("version 1.0");
KWASM_META("license GPL-2.0 OR BSD-2-Clause");

struct path {
	char text[PATH_BYTES];
};

struct hash {
	kwasm_u8 byte[32];
};

struct refusal {
	kwasm_u64 at_ns;
	kwasm_u32 pid, uid;
	struct hash hash;
	char comm[16];
	struct path path;
};

KWASM_MAP(allowed, hash, struct path, struct hash, 10000);
KWASM_LAYOUT(allowed, "key=path:char256 value=sha256:hex32");
KWASM_RING(refused, 262144);
KWASM_LAYOUT(refused, "value=at:u64,pid:u32,uid:u32,sha256:hex32,comm:char16,path:char256");

/* ---- SHA-256: FIPS 180-4, 6.2 ---- */

static const kwasm_u32 round_constant[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static kwasm_u32 turn(kwasm_u32 x, kwasm_u32 n)
{
	return x >> n | x << (32 - n);
}

static kwasm_u32 be32(const kwasm_u8 *p)
{
	return (kwasm_u32)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

static void block(kwasm_u32 h[8], const kwasm_u8 *p)
{
	kwasm_u32 w[64], v[8];

	for (int i = 0; i < 16; i++)
		w[i] = be32(p + 4 * i);
	for (int i = 16; i < 64; i++) {
		kwasm_u32 a = w[i - 15], b = w[i - 2];

		w[i] = w[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ a >> 3) + w[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ b >> 10);
	}
	for (int i = 0; i < 8; i++)
		v[i] = h[i];
	for (int i = 0; i < 64; i++) {
		kwasm_u32 a = v[0], e = v[4];
		kwasm_u32 t = v[7] + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & v[5]) ^ (~e & v[6])) +
			      round_constant[i] + w[i];

		for (int j = 7; j > 0; j--)
			v[j] = v[j - 1];
		v[4] += t;
		v[0] = t + (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & v[2]) ^ (a & v[3]) ^ (v[2] & v[3]));
	}
	for (int i = 0; i < 8; i++)
		h[i] += v[i];
}

/* The file's bytes, and room for the padding behind the last of them. */
static kwasm_u8 chunk[CHUNK + 128];

/* As many as there are, up to CHUNK; -errno. */
static kwasm_s32 read_chunk(kwasm_u64 off)
{
	kwasm_s32 done = 0, n;

	do {
		n = kwasm_fs_read(off + done, chunk + done, CHUNK - done);
		if (n < 0)
			return n;
		done += n;
	} while (n && done < CHUNK);
	return done;
}

/* 0 or -errno. */
static kwasm_s32 hash_file(struct hash *hash)
{
	kwasm_u32 h[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
	kwasm_u64 bytes = 0;
	kwasm_s32 n;

	do {
		n = read_chunk(bytes);
		if (n < 0)
			return n;
		bytes += n;
		if (n < CHUNK) {
			/* A bit, zeros, and the number of bits in the last 8 bytes of a block. */
			kwasm_u32 end = (n + 9 + 63) / 64 * 64;

			__builtin_memset(chunk + n, 0, end - n);
			chunk[n] = 0x80;
			for (int i = 0; i < 8; i++)
				chunk[end - 1 - i] = bytes * 8 >> 8 * i;
			for (kwasm_u32 at = 0; at < end; at += 64)
				block(h, chunk + at);
			break;
		}
		for (kwasm_u32 at = 0; at < CHUNK; at += 64)
			block(h, chunk + at);
	} while (1);
	for (int i = 0; i < 32; i++)
		hash->byte[i] = h[i / 4] >> (24 - i % 4 * 8);
	return 0;
}

/* ---- The list ---- */

static int is_zero(const struct hash *h)
{
	kwasm_u8 any = 0;

	for (int i = 0; i < 32; i++)
		any |= h->byte[i];
	return !any;
}

static int equal(const struct hash *a, const struct hash *b)
{
	kwasm_u8 differs = 0;

	for (int i = 0; i < 32; i++)
		differs |= a->byte[i] ^ b->byte[i];
	return !differs;
}

static struct refusal r;

KWASM_PROGRAM("fs/exec_perm") int on_exec(void)
{
	struct hash wanted;
	int known, err;

	__builtin_memset(&r, 0, sizeof(r));
	if (kwasm_fs_path(r.path.text, PATH_BYTES) < 0)
		return KWASM_FS_EACCES;		/* longer than any on the list */
	known = !kwasm_map_lookup(allowed, &r.path, &wanted);
	if (known && is_zero(&wanted))
		return KWASM_FS_ALLOW;
	err = hash_file(&r.hash);
	if (known && !err && equal(&r.hash, &wanted))
		return KWASM_FS_ALLOW;
	r.at_ns = kwasm_time_ns(KWASM_CLOCK_REAL);
	r.pid = kwasm_pid_tgid() >> 32;
	r.uid = kwasm_uid_gid();
	kwasm_comm(r.comm, sizeof(r.comm));
	kwasm_ringbuf_output(refused, &r, sizeof(r), 0);
	return KWASM_FS_EACCES;
}
