// SPDX-License-Identifier: GPL-2.0
#include "fslink.h"
#include "kt.h"

struct kwasm_link *attach_fs(struct kwasm_module *m, const char *program, struct kwasm_fs_opts o)
{
	struct kwasm_program *p = kwasm_module__find_program_by_name(m, program);

	o.sz = sizeof(o);
	if (!p)
		die("no program %s", program);
	return kwasm_program__attach_fs(p, &o);
}

struct kwasm_link_info info_of(struct kwasm_link *l)
{
	struct kwasm_link_info i;

	if (kwasm_link__info(l, &i))
		die("link info");
	return i;
}

bool detached(struct kwasm_link *l, uint32_t why)
{
	int n;

	for (n = 0; n < 300 && !info_of(l).detached; n++)
		usleep(10000);
	return info_of(l).detach_why == why;
}
