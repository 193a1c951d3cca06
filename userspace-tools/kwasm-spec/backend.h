/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Where the suite's modules run: in this process, or behind /dev/kwasm. */
#ifndef KWASM_SPEC_BACKEND_H
#define KWASM_SPEC_BACKEND_H

#include <stdbool.h>

#include "common/layout.h"
#include "isa/isa.h"
#include "wasm/module.h"

struct spec_opts {
	enum kw_mode mode;
	enum kw_form form;
	u32 features;		/* KW_FEATURE_* */
	u32 opt_off;		/* enum kw_opt */
	u64 deadline_ns;	/* of each call */
	const char *device;	/* NULL: in this process */
	bool strict_text;	/* a refusal must be worded as the suite has it */
	bool newer_suite;	/* the suite may have more than WebAssembly 2.0 */
	bool verbose;
};

/**
 * struct failure - why something did not work
 * @err:  -errno; -EFAULT is a trap
 * @trap: enum kw_trap
 */
struct failure {
	int err;
	u32 trap;
	char text[256];
};

/* An import: what @name of @instance exports; NULL when there is none. */
struct spec_import {
	void *instance;
	const char *name;
	size_t name_len;
};

/*
 * All return 0 or -errno with @f filled.  Modules and instances live until
 * close; a backend is opened for one JSON file.
 */
struct backend {
	int (*open)(const struct spec_opts *o, void **self);
	void (*close)(void *self);
	int (*load)(void *self, const void *bytes, size_t len, void **module, struct failure *f);
	int (*instantiate)(void *self, void *module, const struct spec_import *imports, u32 nr,
			   void **instance, struct failure *f);
	int (*call)(void *self, void *instance, const char *name, size_t name_len,
		    struct kw_value *val, u32 nr_args, u32 nr_results, struct failure *f);
	int (*global)(void *self, void *instance, const char *name, size_t name_len,
		      struct kw_value *out, struct failure *f);
};

extern const struct backend engine_backend, device_backend;

/* The module "spectest" that the suite imports from; @floats: with what has f32 and f64.  Free it. */
u8 *spectest_build(bool floats, size_t *len);

#endif /* KWASM_SPEC_BACKEND_H */
