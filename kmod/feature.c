// SPDX-License-Identifier: GPL-2.0
/* KWASM_FEATURE: what works on this kernel, and how much room there is. */
#include <linux/cpumask.h>
#include <linux/fs.h>
#include <linux/security.h>

#include "../jit/common/limits.h"
#include "../jit/compile.h"
#include "../uapi/linux/kwasm.h"
#include "arch.h"
#include "dev.h"
#include "memory.h"
#include "text.h"

/* 0 none, 1 integrity, 2 confidentiality. */
static u32 lockdown_level(void)
{
	if (security_locked_down(LOCKDOWN_KCORE))
		return 2;
	return security_locked_down(LOCKDOWN_INTEGRITY_MAX) ? 1 : 0;
}

static u32 wasm_features(void)
{
	u32 floats = KW_FEATURE_FLOAT | KW_FEATURE_SIMD;

	return KW_COMPILE_FEATURES & ~(kwasm_arch_has_floats() ? 0 : floats);
}

int kwasm_ioctl_feature(void *arg, struct file **file)
{
	struct kwasm_feature *f = arg;
	struct kwasm_text_stats text;
	int guard = kwasm_memory_guard();

	kwasm_text_stats(&text);
	*f = (struct kwasm_feature) {
		.size = f->size,
		.abi_version = KWASM_ABI_VERSION,
		.guard_mode = !guard,
		.guard_why = -guard,
		.guard_free = kwasm_memory_guard_free(),
		.arena_bytes = text.bytes,
		.arena_used_bytes = text.used_bytes,
		.fault_sites = text.fault_sites,
		.fault_sites_used = text.fault_sites_used,
		.stack_bytes = KW_STACK_BYTES,
		.nr_cpus = num_possible_cpus(),
		.hooks = BIT(KWASM_LINK_NETFILTER) | BIT(KWASM_LINK_XDP) | BIT(KWASM_LINK_TC) |
			 BIT(KWASM_LINK_FS) | BIT(KWASM_LINK_TIMER),
		.lockdown = lockdown_level(),
		.wasm_features = wasm_features(),
		.max_memory_pages = KW_MAX_MEM_PAGES,
	};
	return 0;
}
