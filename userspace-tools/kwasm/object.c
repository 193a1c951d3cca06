// SPDX-License-Identifier: GPL-2.0
/* Names on the command line -> modules and links. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

/* A loaded module's name has no slash and does not end in .wasm. */
bool is_file_arg(const char *arg)
{
	size_t len = strlen(arg);

	return strchr(arg, '/') || (len > 5 && !strcmp(arg + len - 5, ".wasm"));
}

/* --name, if given, must be one that the kernel takes. */
int check_name(struct cli *c)
{
	const char *name = c->opt[OPT_NAME], *p;

	if (!name)
		return 0;
	for (p = name; *p > ' ' && *p < 0x7f && *p != '/'; p++)
		;
	if (!*p && p != name && p - name < KWASM_NAME_LEN)
		return 0;
	return fail_usage(c, "--name %s: want 1 to %d printable characters, no blank, no slash",
			  name, KWASM_NAME_LEN - 1);
}

int open_file(struct cli *c, const char *path, const char *name, struct kwasm_module **out)
{
	LIBKWASM_OPTS(kwasm_module_open_opts, o, .name = name,
		      .map_pin_dir = c->opt[OPT_PIN_MAPS]);
	uint8_t *config = NULL;
	int err;

	err = check_name(c);
	if (!err)
		err = opt_word(c, OPT_MODE, &o.mode);
	if (!err)
		err = opt_size(c, OPT_MEMORY, (uint64_t *)&o.memory_max);
	if (!err && c->opt[OPT_CONFIG])
		err = read_file(c, c->opt[OPT_CONFIG], KWASM_CONFIG_MAX, &config, &o.config_sz);
	if (err)
		return err;
	o.config = config;
	*out = kwasm_module__open_file(path, &o);
	err = *out ? 0 : fail_errno(c, -errno, path);
	free(config);
	return err;
}

int open_loaded(struct cli *c, const char *name, struct kwasm_module **out)
{
	struct failure f = { .status = EXIT_NOT_FOUND, .err = ENOENT, .code = "not_found",
			     .hint = "`kwasm list` shows what is there; a file's name ends in .wasm or has a slash" };

	*out = kwasm_module__open_pinned(name);
	if (*out)
		return 0;
	if (errno == ENOENT)
		return fail(c, &f, "no module is loaded as '%s'", name);
	return fail_errno(c, -errno, name);
}

int parse_object(struct cli *c, int at, const char **name, uint32_t *id, int *used)
{
	char *end;
	unsigned long v;

	*name = c->args[at];
	*id = 0;
	*used = 1;
	if (strcmp(c->args[at], "id") || at + 1 >= c->nr_args)
		return 0;
	errno = 0;
	v = strtoul(c->args[at + 1], &end, 10);
	if (errno || *end || !v || v > UINT32_MAX)
		return fail_usage(c, "id %s: want a number above 0", c->args[at + 1]);
	*name = NULL;
	*id = v;
	*used = 2;
	return 0;
}

/* Append one element of @size to a growing array. */
static void *append(void *array, size_t *nr, size_t size, const void *element)
{
	char *grown = reallocarray(array, *nr + 1, size);

	if (!grown)
		die_nomem();
	memcpy(grown + *nr * size, element, size);
	++*nr;
	return grown;
}

/* An object may go between learning its id and asking for it: then it is not listed. */
int read_links(struct cli *c, struct link_set *out)
{
	struct kwasm_link_info info;
	struct kwasm_link *l;
	__u32 id = 0;
	int err;

	*out = (struct link_set){ 0 };
	while (!(err = kwasm_link_get_next_id(id, &id))) {
		l = kwasm_link__open_by_id(id);
		if (l && !kwasm_link__info(l, &info))
			out->info = append(out->info, &out->nr, sizeof(info), &info);
		kwasm_link__destroy(l);
	}
	return err == -ENOENT ? 0 : fail_errno(c, err, "cannot list links");
}

int read_modules(struct cli *c, struct module_set *out)
{
	struct kwasm_module_info info;
	__u32 id = 0, len;
	int err, fd;

	*out = (struct module_set){ 0 };
	while (!(err = kwasm_module_get_next_id(id, &id))) {
		fd = kwasm_module_get_fd_by_id(id);
		if (fd < 0)
			continue;
		memset(&info, 0, sizeof(info));
		len = sizeof(info);
		if (!kwasm_obj_get_info_by_fd(fd, &info, &len))
			out->info = append(out->info, &out->nr, sizeof(info), &info);
		close(fd);
	}
	return err == -ENOENT ? 0 : fail_errno(c, err, "cannot list modules");
}

int find_module_fd(struct cli *c, const char *name, uint32_t id, int *status)
{
	struct link_set links;
	size_t i;
	int fd;

	fd = id ? kwasm_module_get_fd_by_id(id) : kwasm_obj_get_fd_by_name(KWASM_OBJ_MODULE, name);
	if (fd != -ENOENT)
		return fd;
	*status = read_links(c, &links);
	for (i = 0; !*status && i < links.nr; i++)
		if (id ? links.info[i].id == id : link_name_matches(links.info[i].pin, name))
			return kwasm_module_get_fd_by_id(links.info[i].module_id);
	return -ENOENT;
}

bool link_name_matches(const char *pin, const char *name)
{
	size_t len = strlen(name);

	return *pin && !strncmp(pin, name, len) && (!pin[len] || pin[len] == ':');
}

uint64_t link_traps(const struct kwasm_link_info *l)
{
	uint64_t n = 0;
	int i;

	for (i = 0; i < KWASM_NR_TRAPS; i++)
		n += l->traps[i];
	return n;
}

const char *verdict_name(uint32_t v)
{
	static const char *const names[] = { "drop", "accept", "none", "queue" };

	return v < sizeof(names) / sizeof(names[0]) ? names[v] : "?";
}

uint32_t type_verdicts(enum kwasm_link_type type)
{
	switch (type) {
	case KWASM_LINK_XDP:
		return 5;
	case KWASM_LINK_TC:
		return 8;
	default:
		return KWASM_NF_QUEUE + 1;
	}
}

const char *type_verdict_name(enum kwasm_link_type type, uint32_t v)
{
	static const char *const xdp[] = { "aborted", "drop", "pass", "tx", "redirect" };

	/* What has no name cannot be answered; the last counts all from there on. */
	static const char *const tc[] = { "unspec", "ok", NULL, "shot", "pipe", NULL, NULL, "redirect" };

	if (type == KWASM_LINK_TC)
		return v < sizeof(tc) / sizeof(tc[0]) ? tc[v] : NULL;
	if (type != KWASM_LINK_XDP)
		return verdict_name(v);
	return v < sizeof(xdp) / sizeof(xdp[0]) ? xdp[v] : "?";
}
