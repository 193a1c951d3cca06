// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Lowering of V1, V2 and V3: Wasm vector instructions into SSE. */
#include "lower.h"

void x64_lower_simd(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	l->err = -EOPNOTSUPP;
}
