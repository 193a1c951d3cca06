// SPDX-License-Identifier: GPL-2.0
/* kwasm show: all that is known of a module or a link. */
#include <ctype.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "show.h"
#include "table.h"
#include "types.h"

const char *mode_name(uint32_t mode)
{
	return mode == KWASM_MODE_GUARD ? "guard" : mode == KWASM_MODE_CHECK ? "check" : "?";
}

static const char *detach_why(uint32_t why)
{
	static const char *const names[] = { "none", "user", "netns", "quarantine", "on_trap", "device", "gone" };

	return why < sizeof(names) / sizeof(names[0]) ? names[why] : "?";
}

const char *link_state(const struct kwasm_link_info *l, char *buf, size_t bytes)
{
	if (l->detached)
		snprintf(buf, bytes, "detached: %s", detach_why(l->detach_why));
	else
		snprintf(buf, bytes, "%s", l->prepared ? "prepared" : "attached");
	return buf;
}

const char *trap_word(uint32_t kind, char *buf, size_t bytes)
{
	const char *name = libkwasm_trap_name(kind);
	size_t i;

	snprintf(buf, bytes, "trap_%u", kind);
	for (i = 0; name && name[i] && i + 1 < bytes; i++) {
		buf[i] = tolower((unsigned char)name[i]);
		buf[i + 1] = 0;
	}
	return buf;
}

void json_trap(struct json *j, const char *key, const struct kwasm_trap_info *t)
{
	char word[32];
	uint32_t i;

	if (!t->kind) {
		json_null(j, key);
		return;
	}
	json_object(j, key);
	json_str(j, "kind", trap_word(t->kind, word, sizeof(word)));
	json_str(j, "message", libkwasm_trap_str(t->kind));
	if (t->func != ~0u) {
		json_u64(j, "function_index", t->func);
		json_u64(j, "offset", t->offset);
	}
	json_u64(j, "at_ns", t->at_ns);
	json_array(j, "backtrace");
	for (i = 0; i < t->nr_bt && i < KWASM_BACKTRACE_MAX; i++) {
		json_object(j, NULL);
		json_u64(j, "function_index", t->bt[i].func);
		json_u64(j, "offset", t->bt[i].offset);
		json_close(j);
	}
	json_close(j);
	json_close(j);
}

/* Call @fn for each ring of a module: its name in the module, and its state. */
static void for_each_ring(uint32_t module_id, void (*fn)(void *arg, const char *, const struct kwasm_ring_info *),
			  void *arg)
{
	struct kwasm_module_map map;
	struct kwasm_ring_info info;
	int mfd = kwasm_module_get_fd_by_id(module_id), fd;
	uint32_t i, len;

	for (i = 0; mfd >= 0 && !kwasm_module_map(mfd, i, &map, NULL); i++) {
		if (map.type != BPF_MAP_TYPE_RINGBUF)
			continue;
		fd = kwasm_ring_get_fd_by_id(map.map_id);
		len = sizeof(info);
		if (fd >= 0 && !kwasm_obj_get_info_by_fd(fd, &info, &len))
			fn(arg, map.name, &info);
		if (fd >= 0)
			close(fd);
	}
	if (mfd >= 0)
		close(mfd);
}

static void json_ring(void *arg, const char *name, const struct kwasm_ring_info *r)
{
	struct json *j = arg;

	json_object(j, NULL);
	json_str(j, "name", name);
	json_u64(j, "id", r->id);
	json_u64(j, "ring_bytes", r->bytes);
	json_u64(j, "records", r->records);
	json_u64(j, "lost", r->lost);
	json_u64(j, "pending_bytes", r->pending_bytes);
	json_bool(j, "has_reader", r->has_reader);
	json_close(j);
}

void json_module(struct json *j, const char *key, const struct kwasm_module_info *m)
{
	json_object(j, key);
	json_u64(j, "id", m->id);
	json_str(j, "pin", *m->pin ? m->pin : NULL);
	json_str(j, "name", m->name);
	json_str(j, "version", *m->version ? m->version : NULL);
	json_str(j, "license", *m->license ? m->license : NULL);
	json_hex(j, "sha256", m->sha256, sizeof(m->sha256));
	json_str(j, "mode", mode_name(m->mode));
	json_u64(j, "wasm_bytes", m->wasm_bytes);
	json_u64(j, "code_bytes", m->code_bytes);
	json_u64(j, "memory_bytes", m->memory_bytes);
	json_u64(j, "fault_sites", m->fault_sites);
	json_u64(j, "functions", m->nr_funcs);
	json_u64(j, "programs", m->nr_programs);
	json_u64(j, "instances", m->nr_instances);
	json_u64(j, "compile_ns", m->compile_ns);
	json_u64(j, "loaded_ns", m->loaded_ns);
	json_u64(j, "loader_uid", m->loader_uid);
	json_array(j, "rings");
	for_each_ring(m->id, json_ring, j);
	json_close(j);
	json_close(j);
}

#define NR_COUNTERS	(sizeof(((struct kwasm_link_info *)0)->verdict) / sizeof(__u64))

/* What the @i-th verdict counter of a link counts; NULL: nothing. */
static const char *counter_name(const struct kwasm_link_info *l, uint32_t i)
{
	static const char *const fs[] = { "allow", "eperm", "eacces" };

	if (l->type == KWASM_LINK_FS)
		return i < sizeof(fs) / sizeof(fs[0]) ? fs[i] : NULL;
	if (l->type == KWASM_LINK_TIMER)
		return NULL;
	return i < type_verdicts(l->type) ? type_verdict_name(l->type, i) : NULL;
}

/* Of links at files DROP is called deny, and ACCEPT allow. */
static const char *on_trap_name(const struct kwasm_link_info *l, char *buf, size_t bytes)
{
	bool word_of_files = l->type == KWASM_LINK_FS && l->on_trap != KWASM_ON_TRAP_DETACH;

	return opt_word_name(OPT_ON_TRAP, l->on_trap + (word_of_files ? KWASM_ON_TRAP_DETACH + 1 : 0), buf, bytes);
}

static void json_fs(struct json *j, const struct kwasm_link_info *l)
{
	uint32_t bit;

	json_str(j, "path", l->fs_path);
	json_str(j, "scope", libkwasm_fs_scope_name(l->fs_scope));
	json_str(j, "glob", *l->fs_glob ? l->fs_glob : NULL);
	json_array(j, "events");
	for (bit = 1; bit <= KWASM_FS_LSM_ALL; bit <<= 1)
		if (l->fs_events & bit)
			json_str(j, NULL, libkwasm_fs_event_name(bit));
	json_close(j);
}

static void json_counters(struct json *j, const struct kwasm_link_info *l)
{
	char word[32];
	uint32_t i;

	json_object(j, "counters");
	json_u64(j, "calls", l->calls);
	json_u64(j, "time_ns", l->time_ns);
	for (i = 0; i < NR_COUNTERS; i++)
		if (counter_name(l, i))
			json_u64(j, counter_name(l, i), l->verdict[i]);
	json_u64(j, "short_reads", l->short_reads);
	json_u64(j, "busy", l->busy);
	json_u64(j, "recursion", l->recursion);
	json_u64(j, "traps", link_traps(l));
	json_object(j, "traps_by_kind");
	for (i = 0; i < KWASM_NR_TRAPS; i++)
		if (l->traps[i])
			json_u64(j, trap_word(i, word, sizeof(word)), l->traps[i]);
	json_close(j);
	json_close(j);
}

void json_link(struct json *j, const char *key, const struct kwasm_link_info *l)
{
	char buf[64];

	json_object(j, key);
	json_u64(j, "id", l->id);
	json_str(j, "pin", *l->pin ? l->pin : NULL);
	json_u64(j, "module_id", l->module_id);
	json_str(j, "module", l->module_name);
	json_str(j, "program", l->export_name);
	if (l->type == KWASM_LINK_FS)
		json_fs(j, l);
	json_u64(j, "netns_ino", l->netns_ino);
	json_str(j, "netns", netns_name(l->netns_ino, buf, sizeof(buf)));
	json_s64(j, "priority", l->nf_priority);
	json_s64(j, "order", l->order);
	json_bool(j, "prepared", l->prepared);
	if (l->type == KWASM_LINK_TIMER) {
		json_u64(j, "every_ns", l->timer_every_ns);
		json_bool(j, "all_cpus", l->timer_flags & KWASM_TIMER_ALL_CPUS);
		json_u64(j, "armed", l->timer_armed);
	}
	json_str(j, "device", *l->nf_device ? l->nf_device : NULL);
	json_u64(j, "queue", l->nf_queue);
	json_bool(j, "queue_bypass", l->nf_flags & KWASM_NF_QUEUE_BYPASS);
	json_str(j, "on_trap", on_trap_name(l, buf, sizeof(buf)));
	json_str(j, "on_short", opt_word_name(OPT_ON_SHORT, l->on_short, buf, sizeof(buf)));
	json_str(j, "default", verdict_name(l->default_verdict));
	json_u64(j, "deadline_ns", l->deadline_ns);
	if (l->quarantine == ~0u)
		json_null(j, "quarantine");
	else
		json_u64(j, "quarantine", l->quarantine);
	json_bool(j, "attached", !l->detached);
	json_str(j, "detach_reason", l->detached ? detach_why(l->detach_why) : NULL);
	json_counters(j, l);
	json_trap(j, "last_trap", &l->last_trap);
	json_close(j);
}

static void row(const char *what, const char *value)
{
	printf("  %-12s %s\n", what, value);
}

__attribute__((format(printf, 2, 3)))
static void rowf(const char *what, const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		die_nomem();
	va_end(ap);
	row(what, text);
	free(text);
}

static void print_ring(void *arg, const char *name, const struct kwasm_ring_info *r)
{
	char size[UNIT_LEN];

	(void)arg;
	printf("  %-12s %s: %llu records, %llu lost, %llu bytes to be read of %s%s\n", "ring", name,
	       (unsigned long long)r->records, (unsigned long long)r->lost,
	       (unsigned long long)r->pending_bytes, unit_bytes(size, r->bytes),
	       r->has_reader ? ", has a reader" : "");
}

static void print_module(const struct kwasm_module_info *m)
{
	char a[UNIT_LEN], b[UNIT_LEN];
	int i;

	printf("module %s\n", *m->pin ? m->pin : m->name);
	rowf("id", "%u", m->id);
	rowf("name", "%s%s%s", m->name, *m->version ? " " : "", m->version);
	row("license", *m->license ? m->license : "-");
	row("mode", mode_name(m->mode));
	rowf("size", "%s Wasm, %s code, %u functions", unit_bytes(a, m->wasm_bytes),
	     unit_bytes(b, m->code_bytes), m->nr_funcs);
	rowf("memory", "%s in %u instances", unit_bytes(a, m->memory_bytes), m->nr_instances);
	rowf("compiled in", "%s", unit_ns(a, m->compile_ns));
	rowf("loaded by", "uid %u", m->loader_uid);
	printf("  %-12s ", "sha256");
	for (i = 0; i < 32; i++)
		printf("%02x", m->sha256[i]);
	printf("\n");
	for_each_ring(m->id, print_ring, NULL);
}

static void print_traps(const struct kwasm_link_info *l)
{
	const struct kwasm_trap_info *t = &l->last_trap;
	uint32_t i;

	rowf("traps", "%llu", (unsigned long long)link_traps(l));
	for (i = 0; i < KWASM_NR_TRAPS; i++)
		if (l->traps[i])
			printf("  %-12s %12llu  %s\n", "", (unsigned long long)l->traps[i],
			       libkwasm_trap_str(i) ?: "?");
	if (!t->kind)
		return;
	rowf("last trap", "%s", libkwasm_trap_str(t->kind) ?: "?");
	if (t->func != ~0u)
		printf("  %-12s in function %u, offset 0x%x\n", "", t->func, t->offset);
	for (i = 0; i < t->nr_bt && i < KWASM_BACKTRACE_MAX; i++)
		printf("  %-12s called from function %u, offset 0x%x\n", "", t->bt[i].func, t->bt[i].offset);
}

/* One call in 64 is measured, the first among them, and the sum scaled: undo that for few calls. */
static uint64_t time_of_call(const struct kwasm_link_info *l)
{
	uint64_t samples = (l->calls + 63) / 64;

	if (l->type == KWASM_LINK_FS)
		return l->calls ? l->time_ns / l->calls : 0;

	return samples ? l->time_ns / 64 / samples : 0;
}

static void print_link(const struct kwasm_link_info *l)
{
	char a[64], b[64], place[PLACE_LEN];
	uint32_t i;

	printf("link %s\n", *l->pin ? l->pin : "(not pinned)");
	rowf("id", "%u", l->id);
	rowf("module", "%s (id %u)", l->module_name, l->module_id);
	row("hook", link_place(l, place, sizeof(place)));
	if (l->netns_ino)
		row("netns", netns_name(l->netns_ino, a, sizeof(a)));
	row("state", link_state(l, a, sizeof(a)));
	rowf("policy", "on trap %s, on short read %s, no opinion %s",
	     on_trap_name(l, a, sizeof(a)),
	     opt_word_name(OPT_ON_SHORT, l->on_short, b, sizeof(b)), verdict_name(l->default_verdict));
	snprintf(b, sizeof(b), "detached after %u traps in a row", l->quarantine);
	rowf("limits", "deadline %s, %s", l->deadline_ns ? unit_ns(a, l->deadline_ns) : "by default",
	     l->quarantine == ~0u ? "never detached for traps" : b);
	rowf("calls", "%llu, about %s each", (unsigned long long)l->calls, unit_ns(a, time_of_call(l)));
	for (i = 0; i < NR_COUNTERS; i++)
		if (counter_name(l, i))
			printf("  %-12s %12llu  %s\n", "", (unsigned long long)l->verdict[i], counter_name(l, i));
	rowf("short reads", "%llu", (unsigned long long)l->short_reads);
	rowf("unavailable", "%llu while restoring, %llu recursions", (unsigned long long)l->busy,
	     (unsigned long long)l->recursion);
	print_traps(l);
}

int run_show(struct cli *c)
{
	struct failure f = { .status = EXIT_NOT_FOUND, .err = ENOENT, .code = "not_found",
			     .hint = "`kwasm list` shows what is there" };
	struct module_set mods;
	struct link_set links;
	const char *name;
	uint32_t id;
	size_t i, found = 0;
	int used, err;

	err = parse_object(c, 0, &name, &id, &used);
	if (!err && used != c->nr_args)
		err = fail_usage(c, "show NAME, or show id N");
	if (!err)
		err = read_modules(c, &mods);
	if (!err)
		err = read_links(c, &links);
	if (err)
		return err;

	/* Leave only what was asked for, then print it. */
	for (i = 0; i < mods.nr; i++)
		if (id ? mods.info[i].id == id : !strcmp(mods.info[i].pin, name))
			mods.info[found++] = mods.info[i];
	mods.nr = found;
	for (i = 0, found = 0; i < links.nr; i++)
		if (id ? links.info[i].id == id : link_name_matches(links.info[i].pin, name))
			links.info[found++] = links.info[i];
	links.nr = found;
	if (!mods.nr && !links.nr && id)
		return fail(c, &f, "no module or link has id %u", id);
	if (!mods.nr && !links.nr)
		return fail(c, &f, "there is no module or link '%s'", name);

	if (c->json) {
		json_sets(c, &mods, &links);
	} else {
		for (i = 0; i < mods.nr; i++)
			print_module(&mods.info[i]);
		for (i = 0; i < links.nr; i++)
			print_link(&links.info[i]);
	}
	free(mods.info);
	free(links.info);
	return EXIT_OK;
}

void json_sets(struct cli *c, const struct module_set *mods, const struct link_set *links)
{
	size_t i;

	json_begin(&c->j, stdout);
	if (mods) {
		json_array(&c->j, "modules");
		for (i = 0; i < mods->nr; i++)
			json_module(&c->j, NULL, &mods->info[i]);
		json_close(&c->j);
	}
	if (links) {
		json_array(&c->j, "links");
		for (i = 0; i < links->nr; i++)
			json_link(&c->j, NULL, &links->info[i]);
		json_close(&c->j);
	}
	json_end(&c->j);
}
