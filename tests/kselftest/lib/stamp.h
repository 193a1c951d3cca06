/* SPDX-License-Identifier: GPL-2.0 */
/* Programs that mark packets, and see what marked them before: for tests of several links at a place. */
#ifndef STAMP_H
#define STAMP_H

#include <stdint.h>

/* A program of stamp.wasm that expects one mark, leaves another and answers. */
int stamper(uint32_t expects, uint32_t leaves, uint32_t answer);

/* Number @i of @nr programs of generation @gen: it expects what the one before it leaves. */
int stamper_of(uint32_t gen, uint32_t i, uint32_t nr);

#endif /* STAMP_H */
