// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Programs: exports that can be attached.  Their module owns them. */
#include "internal.h"

struct kwasm_program *kwasm_module__next_program(const struct kwasm_module *m,
						 const struct kwasm_program *prev)
{
	size_t i = 0;

	if (prev)
		while (i < m->nr_programs && m->programs[i++] != prev)
			;
	return i < m->nr_programs ? m->programs[i] : NULL;
}

struct kwasm_program *kwasm_module__find_program_by_name(const struct kwasm_module *m,
							 const char *name)
{
	size_t i;

	for (i = 0; i < m->nr_programs; i++)
		if (!strcmp(m->programs[i]->name, name))
			return m->programs[i];
	return libkwasm_err_ptr(-ENOENT);
}

const char *kwasm_program__name(const struct kwasm_program *p)
{
	return p->name;
}

int kwasm_program__fd(struct kwasm_program *p)
{
	struct kwasm_diag diag = { .func = KW_DIAG_NO_FUNC };
	LIBKWASM_OPTS(kwasm_program_create_opts, o, .diag = &diag);
	int fd;

	if (p->fd >= 0)
		return p->fd;
	if (p->module->fd < 0)
		return libkwasm_err(-ENOENT);
	module_error_clear(p->module);
	fd = kwasm_program_create(p->module->fd, p->name, &o);
	if (fd < 0)
		return libkwasm_err(module_error_kernel(p->module, fd, &diag));
	p->fd = fd;
	return fd;
}

int kwasm_program__info(struct kwasm_program *p, struct kwasm_program_info *info)
{
	__u32 len = sizeof(*info);
	int fd = kwasm_program__fd(p);

	if (fd < 0)
		return fd;
	memset(info, 0, sizeof(*info));
	return kwasm_obj_get_info_by_fd(fd, info, &len);
}
