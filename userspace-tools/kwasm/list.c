// SPDX-License-Identifier: GPL-2.0
/* kwasm list: what is in the kernel, a line each. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "show.h"
#include "table.h"

/* Results of tc are counted from the lowest on. */
#define TC_COUNTER(act)	(TC_ACT_##act - TC_ACT_UNSPEC)

static unsigned int nr_links_of(const struct link_set *links, uint32_t module_id)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < links->nr; i++)
		n += links->info[i].module_id == module_id && !links->info[i].detached;
	return n;
}

static void print_modules(const struct module_set *mods, const struct link_set *links)
{
	const struct kwasm_module_info *m;
	char code[UNIT_LEN], mem[UNIT_LEN];
	struct table t;
	size_t i;

	table_init(&t, "MODULE >ID NAME VERSION MODE >CODE >MEMORY >INSTANCES >LINKS");
	for (i = 0; i < mods->nr; i++) {
		m = &mods->info[i];
		table_cell(&t, "%s", *m->pin ? m->pin : "-");
		table_cell(&t, "%u", m->id);
		table_cell(&t, "%s", *m->name ? m->name : "-");
		table_cell(&t, "%s", *m->version ? m->version : "-");
		table_cell(&t, "%s", mode_name(m->mode));
		table_cell(&t, "%s", unit_bytes(code, m->code_bytes));
		table_cell(&t, "%s", unit_bytes(mem, m->memory_bytes));
		table_cell(&t, "%u", m->nr_instances);
		table_cell(&t, "%u", nr_links_of(links, m->id));
	}
	table_print(&t, stdout);
}

static uint64_t dropped(const struct kwasm_link_info *l)
{
	switch (l->type) {
	case KWASM_LINK_FS:
		return l->verdict[1] + l->verdict[2];
	case KWASM_LINK_XDP:
		return l->verdict[XDP_DROP];
	case KWASM_LINK_TC:
		return l->verdict[TC_COUNTER(SHOT)];
	default:
		return l->verdict[KWASM_NF_DROP];
	}
}

static uint64_t accepted(const struct kwasm_link_info *l)
{
	switch (l->type) {
	case KWASM_LINK_FS:
		return l->verdict[0];
	case KWASM_LINK_XDP:
		return l->verdict[XDP_PASS];
	case KWASM_LINK_TC:
		return l->verdict[TC_COUNTER(OK)] + l->verdict[TC_COUNTER(UNSPEC)] + l->verdict[TC_COUNTER(PIPE)];
	default:
		return l->verdict[KWASM_NF_ACCEPT];
	}
}

static void print_links(const struct link_set *links)
{
	const struct kwasm_link_info *l;
	char ns[64], state[64];
	struct table t;
	size_t i;
	bool fs;

	table_init(&t, "LINK >ID MODULE HOOK NETNS >PRIO >CALLS >DROP >ACCEPT >TRAPS STATE");
	for (i = 0; i < links->nr; i++) {
		l = &links->info[i];
		fs = l->type == KWASM_LINK_FS;
		table_cell(&t, "%s", *l->pin ? l->pin : "-");
		table_cell(&t, "%u", l->id);
		table_cell(&t, "%s", l->module_name);
		table_cell(&t, "%s%s%s", l->export_name, *l->nf_device ? "@" : "", l->nf_device);
		table_cell(&t, "%s", fs ? "-" : netns_name(l->netns_ino, ns, sizeof(ns)));
		table_cell(&t, "%d", l->nf_priority);
		table_cell(&t, "%llu", (unsigned long long)l->calls);
		table_cell(&t, "%llu", (unsigned long long)dropped(l));
		table_cell(&t, "%llu", (unsigned long long)accepted(l));
		table_cell(&t, "%llu", (unsigned long long)link_traps(l));
		table_cell(&t, "%s", link_state(l, state, sizeof(state)));
	}
	table_print(&t, stdout);
}

int run_list(struct cli *c)
{
	const char *kind = c->nr_args ? c->args[0] : "";
	bool modules = strcmp(kind, "links"), links = strcmp(kind, "modules");
	struct module_set mods;
	struct link_set set;
	int err;

	if (*kind && modules && links)
		return fail_usage(c, "list what? modules or links, not '%s'", kind);
	err = read_modules(c, &mods);
	if (!err)
		err = read_links(c, &set);
	if (err)
		return err;
	if (c->json) {
		json_sets(c, modules ? &mods : NULL, links ? &set : NULL);
	} else {
		if (modules)
			print_modules(&mods, &set);
		if (modules && links)
			printf("\n");
		if (links)
			print_links(&set);
	}
	free(mods.info);
	free(set.info);
	return EXIT_OK;
}
