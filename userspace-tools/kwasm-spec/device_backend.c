// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The suite behind /dev/kwasm: every module, instance and store is a file descriptor. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/kwasm.h>

#include "backend.h"
#include "rt/rt.h"

struct device {
	const struct spec_opts *opts;
	int dev, store;
	int *fd;		/* of modules and instances, to close */
	u32 nr, cap;
};

/* Handles are descriptors + 1, so that none is NULL. */
static void *handle(int fd)
{
	return (void *)((long)fd + 1);
}

static int fd_of(const void *handle)
{
	return (int)((long)handle - 1);
}

static int fail(struct failure *f, int err, const struct kwasm_diag *d, u32 trap)
{
	struct kw_diag diag;

	f->err = err;
	f->trap = err == -EFAULT ? trap : KW_TRAP_NONE;
	if (f->trap) {
		snprintf(f->text, sizeof(f->text), "%s", kw_trap_text(trap));
	} else if (d && d->reason) {
		diag = (struct kw_diag){ .reason = d->reason, .op = d->op, .offset = d->offset,
					 .func = d->func, .arg = { d->arg[0], d->arg[1] } };
		kw_diag_format(&diag, f->text, sizeof(f->text));
	} else {
		snprintf(f->text, sizeof(f->text), "%s", strerror(-err));
	}
	return err;
}

static enum kwasm_mode mode_of(const struct spec_opts *o)
{
	return o->mode == KW_MODE_GUARD ? KWASM_MODE_GUARD : KWASM_MODE_CHECK;
}

static int open_device(const struct spec_opts *o, void **self)
{
	struct kwasm_store_create sc = { .size = sizeof(sc), .mode = mode_of(o) };
	struct device *d = calloc(1, sizeof(*d));
	int err;

	if (!d)
		return -ENOMEM;
	d->opts = o;
	d->dev = open(o->device, O_RDWR | O_CLOEXEC);
	d->store = d->dev < 0 ? -1 : ioctl(d->dev, KWASM_STORE_CREATE, &sc);
	if (d->store < 0) {
		err = -errno;
		if (d->dev >= 0)
			close(d->dev);
		free(d);
		return err;
	}
	*self = d;
	return 0;
}

static void close_device(void *self)
{
	struct device *d = self;

	while (d->nr)
		close(d->fd[--d->nr]);
	close(d->store);
	close(d->dev);
	free(d->fd);
	free(d);
}

static int keep(struct device *d, int fd, void **out)
{
	u32 cap = d->cap ? 2 * d->cap : 64;
	int *p;

	if (d->nr == d->cap) {
		p = realloc(d->fd, cap * sizeof(*p));
		if (!p) {
			close(fd);
			return -ENOMEM;
		}
		d->fd = p;
		d->cap = cap;
	}
	d->fd[d->nr++] = fd;
	*out = handle(fd);
	return 0;
}

static int load(void *self, const void *bytes, size_t len, void **module, struct failure *f)
{
	struct device *d = self;
	struct kwasm_diag diag = { 0 };
	struct kwasm_module_load ml = {
		.size = sizeof(ml),
		.flags = KWASM_LOAD_P_FORM,
		.bytes = (unsigned long)bytes,
		.len = len,
		.name = "spec",
		.mode = mode_of(d->opts),
		.diag = (unsigned long)&diag,
	};
	int fd = ioctl(d->dev, KWASM_MODULE_LOAD, &ml);

	if (fd < 0)
		return fail(f, -errno, &diag, 0);
	return keep(d, fd, module);
}

static int instantiate(void *self, void *module, const struct spec_import *imports, u32 nr,
		       void **instance, struct failure *f)
{
	struct device *d = self;
	struct kwasm_import *im = calloc(nr + 1, sizeof(*im));
	struct kwasm_diag diag = { 0 };
	struct kwasm_instance_create ic = {
		.size = sizeof(ic),
		.store_fd = d->store,
		.module_fd = fd_of(module),
		.nr_imports = nr,
		.imports = (unsigned long)im,
		.diag = (unsigned long)&diag,
	};
	int fd, err;
	u32 i;

	if (!im)
		return fail(f, -ENOMEM, NULL, 0);
	for (i = 0; i < nr; i++) {
		im[i].instance_fd = imports[i].instance ? fd_of(imports[i].instance) : -1;
		im[i].export_name = (unsigned long)imports[i].name;
		im[i].export_name_len = imports[i].name_len;
	}
	fd = ioctl(d->dev, KWASM_INSTANCE_CREATE, &ic);
	err = -errno;
	free(im);
	if (fd < 0)
		return fail(f, err, &diag, ic.trap);
	return keep(d, fd, instance);
}

static int call(void *self, void *instance, const char *name, size_t name_len,
		struct kw_value *val, u32 nr_args, u32 nr_results, struct failure *f)
{
	struct device *d = self;
	struct kwasm_instance_call ic = {
		.size = sizeof(ic),
		.instance_fd = fd_of(instance),
		.export_name = (unsigned long)name,
		.export_name_len = name_len,
		.values = (unsigned long)val,
		.nr_args = nr_args,
		.nr_results = nr_results,
		.deadline_ns = d->opts->deadline_ns,
	};

	if (ioctl(d->dev, KWASM_INSTANCE_CALL, &ic) < 0)
		return fail(f, -errno, NULL, ic.trap.kind);
	if (ic.trap.kind)
		return fail(f, -EFAULT, NULL, ic.trap.kind);
	return ic.nr_results == nr_results ? 0 : fail(f, -EINVAL, NULL, 0);
}

static int global(void *self, void *instance, const char *name, size_t name_len,
		  struct kw_value *out, struct failure *f)
{
	struct device *d = self;
	struct kwasm_instance_global ig = {
		.size = sizeof(ig),
		.instance_fd = fd_of(instance),
		.export_name = (unsigned long)name,
		.export_name_len = name_len,
	};

	if (ioctl(d->dev, KWASM_INSTANCE_GLOBAL, &ig) < 0)
		return fail(f, -errno, NULL, 0);
	out->lo = ig.value.lo;
	out->hi = ig.value.hi;
	return 0;
}

const struct backend device_backend = {
	.open = open_device,
	.close = close_device,
	.load = load,
	.instantiate = instantiate,
	.call = call,
	.global = global,
};
