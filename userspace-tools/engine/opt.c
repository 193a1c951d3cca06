// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* KW_OPT in the environment -> optimisations to leave out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/opt.h"
#include "internal.h"

static const char *const opt_name[KW_NR_OPTS] = {
#define KW_OPT(id, name, what) [KW_OPT_NR_##id] = name,
#include "common/opt.def"
};

static u32 find(const char *name, size_t len)
{
	u32 i;

	if (len == 3 && !memcmp(name, "all", 3))
		return KW_NR_OPTS == 32 ? ~0U : (1U << KW_NR_OPTS) - 1;
	for (i = 0; i < KW_NR_OPTS; i++)
		if (strlen(opt_name[i]) == len && !memcmp(opt_name[i], name, len))
			return 1U << i;
	return 0;
}

static void list_known(const char *word, size_t len, char *why, size_t why_bytes)
{
	size_t n;
	u32 i;

	n = snprintf(why, why_bytes, "KW_OPT: no optimisation `%.*s': -NAME leaves out, +NAME puts back:",
		     (int)min(len, (size_t)40), word);
	for (i = 0; i < KW_NR_OPTS && n < why_bytes; i++)
		n += snprintf(why + n, why_bytes - n, " %s", opt_name[i]);
	if (n < why_bytes)
		snprintf(why + n, why_bytes - n, " all");
}

int kwasm_engine__parse_opt(const char *text, u32 *opt_off, char *why, size_t why_bytes)
{
	u32 off = 0, bit;
	size_t len;

	while (*text) {
		len = strcspn(text, ",");
		bit = *text == '-' || *text == '+' ? find(text + 1, len - 1) : 0;
		if (!bit) {
			list_known(text, len, why, why_bytes);
			return -EINVAL;
		}
		off = *text == '-' ? off | bit : off & ~bit;
		text += len + (text[len] == ',');
	}
	*opt_off = off;
	return 0;
}

int kwasm_engine__env_opt(u32 *opt_off, char *why, size_t why_bytes)
{
	const char *text = secure_getenv("KW_OPT");

	return text ? kwasm_engine__parse_opt(text, opt_off, why, why_bytes) : 0;
}
