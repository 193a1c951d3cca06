/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Switches of the optimisations: a set bit leaves one out. */
#ifndef KW_COMMON_OPT_H
#define KW_COMMON_OPT_H

#include "../platform.h"

enum kw_opt_nr {
#define KW_OPT(id, name, what) KW_OPT_NR_##id,
#include "opt.def"
	KW_NR_OPTS
};
static_assert(KW_NR_OPTS <= 32, "opt_off is a u32");

enum kw_opt {
#define KW_OPT(id, name, what) KW_OPT_##id = 1U << KW_OPT_NR_##id,
#include "opt.def"
};

#endif /* KW_COMMON_OPT_H */
