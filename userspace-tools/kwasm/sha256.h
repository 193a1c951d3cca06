/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KWASM_SHA256_H
#define KWASM_SHA256_H

#include <stddef.h>
#include <stdint.h>

/* Digest of @len bytes: what the kernel tells of a loaded module. */
void sha256(const void *bytes, size_t len, uint8_t digest[32]);

#endif /* KWASM_SHA256_H */
