// SPDX-License-Identifier: GPL-2.0
/*
 * kwasm map: what loaded modules keep in the kernel's BPF maps, in the terms
 * of their metadata.  The maps are the kernel's, so bpftool shows the same.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "layout.h"
#include "table.h"

/**
 * struct map - one that the command line names
 * @nr_values: per-CPU maps: a value for each possible CPU, each rounded up to 8 bytes
 */
struct map {
	struct kwasm_module_map info;
	char layout_line[KWASM_LAYOUT_LEN];
	struct layout key, value;
	int fd;
	int nr_values;
	size_t stride;
	void *key_buf, *next_buf, *value_buf;
};

static bool is_per_cpu(uint32_t type)
{
	return type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_ARRAY ||
	       type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static bool has_keys(const struct map *m)
{
	return m->info.type != BPF_MAP_TYPE_QUEUE && m->info.type != BPF_MAP_TYPE_STACK;
}

static void map_close(struct map *m)
{
	free(m->key_buf);
	free(m->next_buf);
	free(m->value_buf);
	if (m->fd >= 0)
		close(m->fd);
}

/* The declaration of @name in the loaded module, and the module; or a failure's status. */
static int find_map(struct cli *c, const char *module, const char *name, struct map *m)
{
	struct failure f = { .status = EXIT_NOT_FOUND, .err = ENOENT, .code = "not_found",
			     .hint = "`kwasm map list` shows what is there" };
	struct failure ring = { .status = EXIT_USAGE, .code = "usage",
				.hint = "`kwasm events` shows what is in it" };
	struct kwasm_module *mod;
	uint32_t i;
	int err;

	err = open_loaded(c, module, &mod);
	if (err)
		return err;
	for (i = 0; !(err = kwasm_module__map_info(mod, i, &m->info, m->layout_line)); i++)
		if (!strcmp(m->info.name, name))
			break;
	if (err == -ENOENT)
		err = fail(c, &f, "module '%s' declares no map '%s'", module, name);
	else if (err)
		err = fail_errno(c, err, module);
	else if (m->info.type == BPF_MAP_TYPE_RINGBUF)
		err = fail(c, &ring, "%s.%s is a ring", module, name);
	else if ((m->fd = bpf_map_get_fd_by_id(m->info.map_id)) < 0)
		err = fail_errno(c, m->fd, name);
	kwasm_module__close(mod);
	return err;
}

static int make_layouts(struct map *m, const char *arg)
{
	bool lpm = m->info.type == BPF_MAP_TYPE_LPM_TRIE;
	int bad = 0;

	if (has_keys(m))
		bad |= layout_make(&m->key, m->layout_line, "key", m->info.key_bytes, lpm);
	bad |= layout_make(&m->value, m->layout_line, "value", m->info.value_bytes, false);
	if (bad)
		fprintf(stderr, "kwasm: %s: the layout of the module's metadata does not fit its map\n", arg);
	m->nr_values = is_per_cpu(m->info.type) ? libbpf_num_possible_cpus() : 1;
	if (m->nr_values < 0)
		return m->nr_values;
	m->stride = (m->info.value_bytes + 7) & ~7u;
	m->key_buf = calloc(1, m->info.key_bytes + 1);
	m->next_buf = calloc(1, m->info.key_bytes + 1);
	m->value_buf = calloc(m->nr_values, m->stride);
	return m->key_buf && m->next_buf && m->value_buf ? 0 : -ENOMEM;
}

/* MODULE.MAP of the command line; close it with map_close() also after a failure. */
static int map_open(struct cli *c, struct map *m)
{
	const char *arg = c->args[1];
	char *module, *dot;
	int err;

	memset(m, 0, sizeof(*m));
	m->fd = -1;
	module = strdup(arg);
	if (!module)
		die_nomem();
	dot = strrchr(module, '.');
	if (dot) {
		*dot = 0;
		err = find_map(c, module, dot + 1, m);
	} else {
		err = fail_usage(c, "want MODULE.MAP, not '%s'", arg);
	}
	free(module);
	if (err)
		return err;
	err = make_layouts(m, arg);
	return err ? fail_errno(c, err, arg) : 0;
}

/* ---- list ---- */

static void list_one(struct cli *c, struct table *t, const char *module, const struct kwasm_module_map *i,
		     const char *layout)
{
	if (!c->json) {
		table_cell(t, "%s.%s", module, i->name);
		table_cell(t, "%u", i->map_id);
		table_cell(t, "%s", libkwasm_map_type_name(i->type) ?: "?");
		table_cell(t, "%u", i->key_bytes);
		table_cell(t, "%u", i->value_bytes);
		table_cell(t, "%u", i->max_entries);
		table_cell(t, "%s", *layout ? layout : "-");
		return;
	}
	json_object(&c->j, NULL);
	json_str(&c->j, "module", module);
	json_str(&c->j, "name", i->name);
	json_u64(&c->j, "bpf_id", i->map_id);
	json_str(&c->j, "type", libkwasm_map_type_name(i->type));
	json_u64(&c->j, "key_bytes", i->key_bytes);
	json_u64(&c->j, "value_bytes", i->value_bytes);
	json_u64(&c->j, "max_entries", i->max_entries);
	json_str(&c->j, "layout", *layout ? layout : NULL);
	json_close(&c->j);
}

static int run_list_maps(struct cli *c)
{
	struct kwasm_module_map info;
	char layout[KWASM_LAYOUT_LEN];
	struct module_set mods;
	struct table t;
	uint32_t n;
	size_t i;
	int err, fd;

	err = read_modules(c, &mods);
	if (err)
		return err;
	if (c->json) {
		json_begin(&c->j, stdout);
		json_array(&c->j, "maps");
	} else {
		table_init(&t, "MAP >BPF-ID TYPE >KEY >VALUE >MAX LAYOUT");
	}
	for (i = 0; i < mods.nr; i++) {
		if (c->nr_args > 1 && strcmp(mods.info[i].pin, c->args[1]))
			continue;
		fd = kwasm_module_get_fd_by_id(mods.info[i].id);
		for (n = 0; fd >= 0 && !kwasm_module_map(fd, n, &info, layout); n++)
			list_one(c, &t, *mods.info[i].pin ? mods.info[i].pin : mods.info[i].name, &info, layout);
		if (fd >= 0)
			close(fd);
	}
	free(mods.info);
	if (c->json)
		json_end(&c->j);
	else
		table_print(&t, stdout);
	return EXIT_OK;
}

/* ---- dump, lookup ---- */

static void show_header(struct cli *c, const struct map *m, struct table *t)
{
	char header[1024], key[400], value[400];

	if (c->json) {
		json_begin(&c->j, stdout);
		json_str(&c->j, "map", c->args[1]);
		json_str(&c->j, "type", libkwasm_map_type_name(m->info.type));
		json_array(&c->j, "entries");
		return;
	}
	snprintf(header, sizeof(header), "%s %s%s", layout_names(&m->key, "KEY", key, sizeof(key)),
		 m->nr_values > 1 ? ">CPU " : "", layout_names(&m->value, "VALUE", value, sizeof(value)));
	table_init(t, header);
}

static void show_entry(struct cli *c, const struct map *m, struct table *t)
{
	const char *value = m->value_buf;
	char text[4 * LAYOUT_TEXT_LEN];
	int i;

	if (c->json) {
		json_object(&c->j, NULL);
		layout_json(&m->key, m->key_buf, &c->j, "key");
		if (m->nr_values > 1)
			json_array(&c->j, "values");
		for (i = 0; i < m->nr_values; i++)
			layout_json(&m->value, value + i * m->stride, &c->j, m->nr_values > 1 ? NULL : "value");
		if (m->nr_values > 1)
			json_close(&c->j);
		json_close(&c->j);
		return;
	}
	for (i = 0; i < m->nr_values; i++) {
		table_cell(t, "%s", layout_text(&m->key, m->key_buf, text, sizeof(text)));
		if (m->nr_values > 1)
			table_cell(t, "%d", i);
		table_cell(t, "%s", layout_text(&m->value, value + i * m->stride, text, sizeof(text)));
	}
}

static void show_end(struct cli *c, struct table *t)
{
	if (c->json)
		json_end(&c->j);
	else
		table_print(t, stdout);
}

static int no_keys(struct cli *c)
{
	return fail_usage(c, "%s is a queue or stack: push and pop go with it", c->args[1]);
}

/* Entries come and go meanwhile: one that is gone by the time it is read is left out. */
static int run_dump(struct cli *c, struct map *m)
{
	struct table t;
	void *tmp;
	int err;

	if (!has_keys(m))
		return no_keys(c);
	show_header(c, m, &t);
	err = bpf_map_get_next_key(m->fd, NULL, m->key_buf);
	while (!err) {
		if (!bpf_map_lookup_elem(m->fd, m->key_buf, m->value_buf))
			show_entry(c, m, &t);
		err = bpf_map_get_next_key(m->fd, m->key_buf, m->next_buf);
		tmp = m->key_buf;
		m->key_buf = m->next_buf;
		m->next_buf = tmp;
	}
	show_end(c, &t);
	return err == -ENOENT ? EXIT_OK : fail_errno(c, err, c->args[1]);
}

static int parse_key(struct cli *c, struct map *m, const char *text)
{
	const char *why;

	if (!has_keys(m))
		return no_keys(c);
	why = layout_parse(&m->key, text, m->key_buf);
	return why ? fail_usage(c, "key '%s': %s", text, why) : 0;
}

/* All CPUs get the same. */
static int parse_value(struct cli *c, struct map *m, const char *text)
{
	const char *why = layout_parse(&m->value, text, m->value_buf);
	int i;

	if (why)
		return fail_usage(c, "value '%s': %s", text, why);
	for (i = 1; i < m->nr_values; i++)
		memcpy((char *)m->value_buf + i * m->stride, m->value_buf, m->info.value_bytes);
	return 0;
}

static int run_lookup(struct cli *c, struct map *m)
{
	struct table t;
	int err = parse_key(c, m, c->args[2]);

	if (err)
		return err;
	err = bpf_map_lookup_elem(m->fd, m->key_buf, m->value_buf);
	if (err)
		return fail_errno(c, err, c->args[2]);
	show_header(c, m, &t);
	show_entry(c, m, &t);
	show_end(c, &t);
	return EXIT_OK;
}

/* ---- Changes ---- */

static int report(struct cli *c, const char *verb, uint64_t nr)
{
	if (c->json) {
		json_begin(&c->j, stdout);
		json_str(&c->j, "map", c->args[1]);
		json_u64(&c->j, "changed", nr);
		json_end(&c->j);
	} else {
		printf("%s %llu in %s\n", verb, (unsigned long long)nr, c->args[1]);
	}
	return EXIT_OK;
}

static int update_one(struct cli *c, struct map *m, const char *key, const char *value)
{
	int err = parse_key(c, m, key);

	if (!err)
		err = parse_value(c, m, value);
	if (err)
		return err;
	err = bpf_map_update_elem(m->fd, m->key_buf, m->value_buf, BPF_ANY);
	return err ? fail_errno(c, err, key) : 0;
}

/* Lines "KEY [VALUE]", # comments; a line without a value gets @value. */
static int update_from_file(struct cli *c, struct map *m, const char *path, const char *value, uint64_t *nr)
{
	FILE *in = strcmp(path, "-") ? fopen(path, "r") : stdin;
	char *line = NULL, *key, *own, *save;
	size_t cap = 0;
	int err = 0;

	if (!in)
		return fail_errno(c, -errno, path);
	while (!err && getline(&line, &cap, in) >= 0) {
		line[strcspn(line, "#\r\n")] = 0;
		key = strtok_r(line, " \t", &save);
		if (!key)
			continue;
		own = strtok_r(NULL, " \t", &save);
		if (!own && !value)
			err = fail_usage(c, "%s: '%s' has no value, and none is given behind the map", path, key);
		else
			err = update_one(c, m, key, own ?: value);
		*nr += !err;
	}
	free(line);
	if (in != stdin)
		fclose(in);
	return err;
}

static int run_update(struct cli *c, struct map *m)
{
	const char *file = c->opt[OPT_FILE];
	uint64_t nr = 0;
	int err;

	if (file && c->nr_args <= 3)
		err = update_from_file(c, m, file, c->nr_args > 2 ? c->args[2] : NULL, &nr);
	else if (!file && c->nr_args == 4)
		err = update_one(c, m, c->args[2], c->args[3]);
	else
		err = fail_usage(c, "map update MODULE.MAP KEY VALUE, or map update MODULE.MAP [VALUE] --file FILE");
	return err ? err : report(c, "updated", file ? nr : 1);
}

static int run_delete(struct cli *c, struct map *m)
{
	int err = parse_key(c, m, c->args[2]);

	if (err)
		return err;
	err = bpf_map_delete_elem(m->fd, m->key_buf);
	return err ? fail_errno(c, err, c->args[2]) : report(c, "deleted", 1);
}

static int run_push(struct cli *c, struct map *m)
{
	int err;

	if (has_keys(m))
		return fail_usage(c, "%s has keys: update goes with it", c->args[1]);
	err = parse_value(c, m, c->args[2]);
	if (err)
		return err;
	err = bpf_map_update_elem(m->fd, NULL, m->value_buf, BPF_ANY);
	return err ? fail_errno(c, err, c->args[1]) : report(c, "pushed", 1);
}

static int run_pop(struct cli *c, struct map *m)
{
	char text[4 * LAYOUT_TEXT_LEN];
	int err;

	if (has_keys(m))
		return fail_usage(c, "%s has keys: lookup and delete go with it", c->args[1]);
	err = bpf_map_lookup_and_delete_elem(m->fd, NULL, m->value_buf);
	if (err)
		return fail_errno(c, err, c->args[1]);
	if (c->json) {
		json_begin(&c->j, stdout);
		json_str(&c->j, "map", c->args[1]);
		layout_json(&m->value, m->value_buf, &c->j, "value");
		json_end(&c->j);
	} else {
		printf("%s\n", layout_text(&m->value, m->value_buf, text, sizeof(text)));
	}
	return EXIT_OK;
}

int run_map(struct cli *c)
{
	static const struct {
		const char *name;
		int min_args, max_args;
		int (*run)(struct cli *c, struct map *m);
	} sub[] = {
		{ "dump", 2, 2, run_dump },	{ "lookup", 3, 3, run_lookup },
		{ "update", 2, 4, run_update },	{ "delete", 3, 3, run_delete },
		{ "push", 3, 3, run_push },	{ "pop", 2, 2, run_pop },
	};
	struct map m;
	size_t i;
	int err;

	if (!strcmp(c->args[0], "list") && c->nr_args <= 2)
		return run_list_maps(c);
	for (i = 0; i < sizeof(sub) / sizeof(sub[0]); i++) {
		if (strcmp(c->args[0], sub[i].name))
			continue;
		if (c->nr_args < sub[i].min_args || c->nr_args > sub[i].max_args)
			break;
		err = map_open(c, &m);
		if (!err)
			err = sub[i].run(c, &m);
		map_close(&m);
		return err;
	}
	return fail_usage(c, "usage: kwasm map %s", c->verb->args);
}
