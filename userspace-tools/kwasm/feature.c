// SPDX-License-Identifier: GPL-2.0
/* kwasm feature: the preflight.  What this kernel and CPU can do, and how much room there is. */
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cli.h"
#include "table.h"
#include "wasm/module.h"

/* Parts of Wasm 2.0 that modules may use only where the kernel says so. */
static const struct {
	uint32_t bit;
	const char *name, *text;
} wasm_features[] = {
	{ KW_FEATURE_FLOAT,	"float",	"floating point" },
	{ KW_FEATURE_SIMD,	"simd",		"SIMD" },
	{ KW_FEATURE_REFTYPES,	"reftypes",	"reference types" },
};

#define NR_WASM_FEATURES	(sizeof(wasm_features) / sizeof(wasm_features[0]))

/* The word in brackets of /sys/kernel/security/lockdown, "none" where there is no lockdown. */
static void read_lockdown(char *buf, size_t bytes)
{
	char line[128] = "", *open, *close_;
	FILE *f = fopen("/sys/kernel/security/lockdown", "re");

	snprintf(buf, bytes, "none");
	if (!f)
		return;
	if (fgets(line, sizeof(line), f) && (open = strchr(line, '[')) && (close_ = strchr(open, ']')))
		snprintf(buf, bytes, "%.*s", (int)(close_ - open - 1), open + 1);
	fclose(f);
}

static void json_system(struct json *j, const struct utsname *u, const char *lockdown)
{
	json_object(j, "system");
	json_str(j, "kernel", u->release);
	json_str(j, "machine", u->machine);
	json_bool(j, "btf", !access("/sys/kernel/btf/vmlinux", R_OK));
	json_str(j, "lockdown", lockdown);
	json_close(j);
}

/* Programs whose place the kernel always has, where it has fsnotify's permission events: kwasm.ko wants those. */
static const char *const perm_events[] = { "fs/open_perm", "fs/access_perm", "fs/exec_perm" };

#define NR_PERM_EVENTS	(sizeof(perm_events) / sizeof(perm_events[0]))

#define LSM_MAX		16

/* Which programs on files LSM hooks ask, each with why not, empty if they do. */
struct denies {
	const char *name[LSM_MAX];
	char why[LSM_MAX][192];
	size_t nr;
};

static void probe_denies(struct denies *d)
{
	for (d->nr = 0; d->nr < LSM_MAX && (d->name[d->nr] = libkwasm_lsm_program(d->nr)); d->nr++)
		libkwasm_lsm_probe(d->name[d->nr], d->why[d->nr], sizeof(d->why[0]));
}

static void json_denies(struct json *j)
{
	struct denies d;
	size_t i;

	probe_denies(&d);
	json_array(j, "denies");
	for (i = 0; i < NR_PERM_EVENTS; i++)
		json_str(j, NULL, perm_events[i]);
	for (i = 0; i < d.nr; i++)
		if (!*d.why[i])
			json_str(j, NULL, d.name[i]);
	json_close(j);
	json_object(j, "denies_not");
	for (i = 0; i < d.nr; i++)
		if (*d.why[i])
			json_str(j, d.name[i], d.why[i]);
	json_close(j);
}

static void print_denies(void)
{
	struct denies d;
	size_t i;

	probe_denies(&d);
	printf("may deny    ");
	for (i = 0; i < NR_PERM_EVENTS; i++)
		printf("%s %s", i ? "," : "", perm_events[i]);
	for (i = 0; i < d.nr; i++)
		if (!*d.why[i])
			printf(", %s", d.name[i]);
	putchar('\n');
	for (i = 0; i < d.nr; i++)
		if (*d.why[i])
			printf("             not %s: %s\n", d.name[i], d.why[i]);
}

static void json_kwasm(struct json *j, const struct kwasm_feature *f)
{
	size_t i;

	json_object(j, "kwasm");
	json_u64(j, "abi_version", f->abi_version);
	json_bool(j, "guard_mode", f->guard_mode);
	if (!f->guard_mode)
		json_str(j, "guard_why", strerror(f->guard_why));
	json_u64(j, "guard_free", f->guard_free);
	json_u64(j, "arena_bytes", f->arena_bytes);
	json_u64(j, "arena_used_bytes", f->arena_used_bytes);
	json_u64(j, "fault_sites", f->fault_sites);
	json_u64(j, "fault_sites_used", f->fault_sites_used);
	json_u64(j, "stack_bytes", f->stack_bytes);
	json_u64(j, "cpus", f->nr_cpus);
	json_u64(j, "max_memory_bytes", 65536ull * f->max_memory_pages);
	json_array(j, "wasm_features");
	for (i = 0; i < NR_WASM_FEATURES; i++)
		if (f->wasm_features & wasm_features[i].bit)
			json_str(j, NULL, wasm_features[i].name);
	json_close(j);
	json_array(j, "hooks");
	if (f->hooks >> KWASM_LINK_NETFILTER & 1)
		json_str(j, NULL, "netfilter");
	if (f->hooks >> KWASM_LINK_TIMER & 1)
		json_str(j, NULL, "timer");
	if (f->hooks >> KWASM_LINK_FS & 1)
		json_str(j, NULL, "fs");
	if (f->hooks >> KWASM_LINK_XDP & 1 && libkwasm_has_btf())
		json_str(j, NULL, "xdp");
	if (f->hooks >> KWASM_LINK_TC & 1 && libkwasm_has_btf())
		json_str(j, NULL, "tc");
	json_close(j);
	json_denies(j);
	json_close(j);
}

static void print_kwasm(const struct kwasm_feature *f)
{
	char a[UNIT_LEN], b[UNIT_LEN];
	size_t i;

	printf("kwasm        loaded, ABI %u\n", f->abi_version);
	printf("wasm         1.0, sign extension, multi-value, bulk memory\n");
	for (i = 0; i < NR_WASM_FEATURES; i++)
		printf("             %s: %s\n", wasm_features[i].text,
		       f->wasm_features & wasm_features[i].bit ? "yes" : "not yet");
	if (f->guard_mode)
		printf("memory       guard mode; room for about %llu more memories\n",
		       (unsigned long long)f->guard_free);
	else
		printf("memory       check mode only: %s\n",
		       f->guard_why == ENOSPC ? "all guard regions are taken" : strerror(f->guard_why));
	printf("             at most %s each; a module with programs has %u of them, one per CPU\n",
	       unit_bytes(a, 65536ull * f->max_memory_pages), f->nr_cpus);
	printf("code         %s of %s used\n", unit_bytes(a, f->arena_used_bytes),
	       unit_bytes(b, f->arena_bytes));
	printf("fault sites  %llu of %llu used\n", (unsigned long long)f->fault_sites_used,
	       (unsigned long long)f->fault_sites);
	printf("stack        %s per program\n", unit_bytes(a, f->stack_bytes));
	printf("hooks        %s%s%s\n", f->hooks >> KWASM_LINK_NETFILTER & 1 ? "netfilter" : "none",
	       f->hooks >> KWASM_LINK_TIMER & 1 ? ", timer" : "", f->hooks >> KWASM_LINK_FS & 1 ? ", fs" : "");
	printf("             %s\n", libkwasm_has_btf() ? "xdp, tc" :
	       "no xdp and tc: kwasm.ko has no BTF of this kernel; build it with pahole installed");
	print_denies();
}

int run_feature(struct cli *c)
{
	struct failure missing = { .status = EXIT_NO_DEVICE, .err = ENODEV, .code = "no_device",
				   .hint = "module kwasm is not loaded; try: modprobe kwasm" };
	struct kwasm_feature f;
	struct utsname u;
	char lockdown[32];
	int err = kwasm_feature_get(&f);

	if (err && err != -ENODEV)
		return fail_errno(c, err, KWASM_DEVICE);
	uname(&u);
	read_lockdown(lockdown, sizeof(lockdown));
	if (c->json) {
		json_begin(&c->j, stdout);
		json_system(&c->j, &u, lockdown);
		if (err)
			json_error(&c->j, &missing, KWASM_DEVICE " does not exist");
		else
			json_kwasm(&c->j, &f);
		json_end(&c->j);
		return err ? EXIT_NO_DEVICE : EXIT_OK;
	}
	printf("kernel       %s, %s\n", u.release, u.machine);
	printf("lockdown     %s\n", lockdown);
	if (!err) {
		print_kwasm(&f);
		return EXIT_OK;
	}
	fflush(stdout);
	return fail(c, &missing, "%s does not exist", KWASM_DEVICE);
}
