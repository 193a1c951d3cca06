// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Modules: bytes from a file, or something pinned in the kernel -> an object
 * with a descriptor and a list of programs.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

/* Generous: what a decoded module takes is a small multiple of its bytes. */
#define DECODE_BUDGET	(1ull << 30)

static struct kwasm_module *module_new(const char *path)
{
	struct kwasm_module *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->fd = -1;
	memset(m->map_fd, 0xff, sizeof(m->map_fd));
	kw_arena_init(&m->arena, DECODE_BUDGET);
	m->path = strdup(path);
	if (!m->path) {
		free(m);
		return NULL;
	}
	return m;
}

static void free_programs(struct kwasm_module *m)
{
	size_t i;

	for (i = 0; i < m->nr_programs; i++) {
		if (m->programs[i]->fd >= 0)
			close(m->programs[i]->fd);
		free(m->programs[i]->name);
		free(m->programs[i]);
	}
	free(m->programs);
}

void kwasm_module__close(struct kwasm_module *m)
{
	int saved = errno;
	size_t i;

	if (!m)
		return;
	free_programs(m);
	if (m->fd >= 0)
		close(m->fd);
	for (i = 0; i < ARRAY_SIZE(m->map_fd); i++)
		if (m->map_fd[i] >= 0)
			close(m->map_fd[i]);
	module_error_clear(m);
	kw_arena_free(&m->arena);
	free(m->function_name);
	free(m->map_pin_dir);
	free(m->config);
	free(m->bytes);
	free(m->name);
	free(m->path);
	free(m);
	errno = saved;
}

/* Make export @name a program, if it says a hook. */
static int add_program(struct kwasm_module *m, const char *name, size_t len)
{
	struct kwasm_program **grown, *p;
	__u32 family = 0, hook = 0;
	bool fs, xdp, tc, netfilter;
	char buf[KWASM_NAME_LEN];

	if (len >= sizeof(buf))
		return 0;
	memcpy(buf, name, len);
	buf[len] = 0;
	fs = libkwasm_is_fs(buf);
	netfilter = !libkwasm_netfilter_by_name(buf, &family, &hook);
	xdp = !strcmp(buf, "xdp");
	tc = !strcmp(buf, "tc/ingress") || !strcmp(buf, "tc/egress");
	if (strlen(buf) != len || (!fs && !xdp && !tc && !netfilter && !libkwasm_is_timer(buf)))
		return 0;

	grown = realloc(m->programs, (m->nr_programs + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	m->programs = grown;
	p = calloc(1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->name = strdup(buf);
	if (!p->name) {
		free(p);
		return -ENOMEM;
	}
	p->module = m;
	p->fd = -1;
	p->netfilter = netfilter;
	p->fs = fs;
	p->xdp = xdp;
	p->tc = tc;
	p->nf_family = family;
	p->nf_hook = tc ? !strcmp(buf, "tc/egress") : hook;
	m->programs[m->nr_programs++] = p;
	return 0;
}

/* Programs of bytes we have; bytes that do not decode have none. */
static int find_programs(struct kwasm_module *m)
{
	const struct kw_export *e;
	u32 i;
	int err = 0;

	for (i = 0; i < m->decoded.nr_exports && !err; i++) {
		e = &m->decoded.exports[i];
		if (e->kind == KW_EXT_FUNC)
			err = add_program(m, (const char *)e->name.p, e->name.len);
	}
	return err;
}

int module_decode(struct kwasm_module *m)
{
	struct kw_diag diag = { .func = KW_DIAG_NO_FUNC };
	int err;

	if (m->is_decoded)
		return 0;
	if (!m->bytes)
		return -ENODATA;
	kw_arena_free(&m->arena);
	kw_arena_init(&m->arena, DECODE_BUDGET);
	err = kw_module_decode(&m->arena, m->bytes, m->len, &m->decoded, &diag);
	if (err)
		return module_error_diag(m, err, &diag, NULL);
	m->is_decoded = true;
	/* A bad kwasm.meta is refused by check and load, with its place. */
	if (kw_meta_parse(&m->decoded, &m->meta, &diag))
		memset(&m->meta, 0, sizeof(m->meta));
	return 0;
}

/* The file's name without directory and .wasm. */
static char *name_from_path(const char *path)
{
	const char *base = strrchr(path, '/');
	size_t len;

	base = base ? base + 1 : path;
	len = strlen(base);
	if (len > 5 && !strcmp(base + len - 5, ".wasm"))
		len -= 5;
	if (len >= KWASM_NAME_LEN)
		len = KWASM_NAME_LEN - 1;
	return strndup(base, len);
}

/* What the kernel takes as a name: printable ASCII, no blank, no slash. */
static void make_name_ok(char *name)
{
	for (; *name; name++)
		if (*name <= ' ' || *name >= 0x7f || *name == '/')
			*name = '_';
}

static int choose_name(struct kwasm_module *m, const char *name)
{
	if (name)
		m->name = strdup(name);
	else if (*m->meta.name)
		m->name = strdup(m->meta.name);
	else
		m->name = name_from_path(m->path);
	if (!m->name)
		return -ENOMEM;
	if (!name)
		make_name_ok(m->name);
	return 0;
}

static int copy_config(struct kwasm_module *m, const void *config, size_t len)
{
	if (len > KWASM_CONFIG_MAX)
		return -E2BIG;
	if (!len)
		return 0;
	m->config = malloc(len);
	if (!m->config)
		return -ENOMEM;
	memcpy(m->config, config, len);
	m->config_len = len;
	return 0;
}

/* Takes @bytes over. */
static struct kwasm_module *open_bytes(const char *path, void *bytes, size_t len,
				       const struct kwasm_module_open_opts *opts)
{
	struct kwasm_module *m = module_new(path);
	int err;

	if (!m) {
		free(bytes);
		return libkwasm_err_ptr(-ENOMEM);
	}
	m->bytes = bytes;
	m->len = len;
	m->mode = OPTS_GET(opts, mode, KWASM_MODE_AUTO);
	m->memory_max = OPTS_GET(opts, memory_max, 0);
	if (!module_decode(m)) {
		err = find_programs(m);
		if (err)
			goto err_close;
	}
	err = choose_name(m, OPTS_GET(opts, name, NULL));
	if (!err && OPTS_GET(opts, map_pin_dir, NULL)) {
		m->map_pin_dir = strdup(opts->map_pin_dir);
		err = m->map_pin_dir ? 0 : -ENOMEM;
	}
	if (!err)
		err = copy_config(m, OPTS_GET(opts, config, NULL), OPTS_GET(opts, config_sz, 0));
	if (err)
		goto err_close;
	return m;

err_close:
	kwasm_module__close(m);
	return libkwasm_err_ptr(err);
}

struct kwasm_module *kwasm_module__open_mem(const void *bytes, size_t len,
					    const struct kwasm_module_open_opts *opts)
{
	void *copy;

	if (!OPTS_VALID(opts))
		return libkwasm_err_ptr(-EINVAL);
	if (len > MODULE_BYTES_MAX)
		return libkwasm_err_ptr(-EFBIG);
	copy = malloc(len ? len : 1);
	if (!copy)
		return libkwasm_err_ptr(-ENOMEM);
	memcpy(copy, bytes, len);
	return open_bytes(OPTS_GET(opts, path, NULL) ?: "<memory>", copy, len, opts);
}

/* Everything @fd gives, up to the limit: works for pipes as well. */
static int read_all(int fd, void **out, size_t *out_len)
{
	size_t len = 0, cap = 1 << 16;
	char *buf = malloc(cap), *grown;
	ssize_t n = -1;

	while (buf) {
		n = read(fd, buf + len, cap - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += n;
		if (len > MODULE_BYTES_MAX) {
			free(buf);
			return -EFBIG;
		}
		if (len < cap)
			continue;
		cap *= 2;
		grown = realloc(buf, cap);
		if (!grown)
			free(buf);
		buf = grown;
	}
	if (!buf)
		return -ENOMEM;
	if (n < 0) {
		n = -errno;
		free(buf);
		return n;
	}
	*out = buf;
	*out_len = len;
	return 0;
}

struct kwasm_module *kwasm_module__open_file(const char *path,
					     const struct kwasm_module_open_opts *opts)
{
	struct stat st;
	void *bytes = NULL;
	size_t len = 0;
	int fd, err;

	if (!OPTS_VALID(opts))
		return libkwasm_err_ptr(-EINVAL);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	/* A size known beforehand saves reading a huge file only to refuse it. */
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size > (off_t)MODULE_BYTES_MAX)
		err = -EFBIG;
	else
		err = read_all(fd, &bytes, &len);
	close(fd);
	if (err)
		return libkwasm_err_ptr(err);
	return open_bytes(path, bytes, len, opts);
}

static int list_kernel_programs(struct kwasm_module *m)
{
	char name[KWASM_NAME_LEN];
	__u32 i;
	int err;

	for (i = 0; ; i++) {
		err = kwasm_module_program(m->fd, i, name);
		if (err == -ENOENT)
			return 0;
		if (err)
			return err;
		err = add_program(m, name, strnlen(name, sizeof(name)));
		if (err)
			return err;
	}
}

struct kwasm_module *kwasm_module__open_pinned(const char *name)
{
	struct kwasm_module *m;
	int err, fd;

	fd = kwasm_obj_get_fd_by_name(KWASM_OBJ_MODULE, name);
	if (fd < 0)
		return NULL;
	m = module_new(name);
	if (!m) {
		close(fd);
		return libkwasm_err_ptr(-ENOMEM);
	}
	m->fd = fd;
	m->name = strdup(name);
	err = m->name ? list_kernel_programs(m) : -ENOMEM;
	if (err) {
		kwasm_module__close(m);
		return libkwasm_err_ptr(err);
	}
	return m;
}

int kwasm_module__load(struct kwasm_module *m)
{
	struct kwasm_diag diag = { .func = KW_DIAG_NO_FUNC };
	LIBKWASM_OPTS(kwasm_module_load_opts, o, .name = m->name, .mode = m->mode,
		      .memory_max = m->memory_max, .diag = &diag,
		      .config = m->config, .config_sz = m->config_len,
		      .map_fds = m->map_fd, .nr_map_fds = m->meta.nr_maps);
	int fd, err;

	if (m->fd >= 0)
		return libkwasm_err(-EEXIST);
	module_error_clear(m);
	err = module_maps_get(m);
	if (err)
		return libkwasm_err(err);
	fd = kwasm_module_load(m->bytes, m->len, &o);
	if (fd < 0)
		return libkwasm_err(module_error_kernel(m, fd, &diag));
	m->fd = fd;
	return 0;
}

int kwasm_module__fd(const struct kwasm_module *m)
{
	return m->fd >= 0 ? m->fd : libkwasm_err(-ENOENT);
}

const char *kwasm_module__name(const struct kwasm_module *m)
{
	return m->name;
}

const void *kwasm_module__bytes(const struct kwasm_module *m, size_t *len)
{
	*len = m->len;
	return m->bytes;
}

int kwasm_module__info(const struct kwasm_module *m, struct kwasm_module_info *info)
{
	__u32 len = sizeof(*info);

	memset(info, 0, sizeof(*info));
	return kwasm_obj_get_info_by_fd(m->fd, info, &len);
}

int kwasm_module__pin(struct kwasm_module *m, const char *name)
{
	return kwasm_obj_pin(m->fd, name);
}

int kwasm_module__unpin(struct kwasm_module *m, const char *name)
{
	(void)m;
	return kwasm_obj_unpin(KWASM_OBJ_MODULE, name);
}

const char *kwasm_module__function_name(struct kwasm_module *m, __u32 index)
{
	struct kw_name n;

	if (!m->is_decoded || index >= m->decoded.nr_funcs)
		return NULL;
	n = kw_module_func_name(&m->decoded, index);
	if (!n.len)
		return NULL;
	free(m->function_name);
	m->function_name = strndup((const char *)n.p, n.len);
	return m->function_name;
}
