/* SPDX-License-Identifier: GPL-2.0 */
/* Stores and typed instances behind descriptors: the spec suite's way in. */
#ifndef KWASM_STORE_H
#define KWASM_STORE_H

#include <linux/list.h>
#include <linux/mutex.h>

#include "module.h"

/* A module that instances of a store were made from. */
struct kwasm_store_module {
	struct list_head in_store;
	struct kwasm_module *module;
};

/**
 * struct kwasm_store - one store
 * @lock:    calls, instantiation; @modules
 * @modules: one entry for each instance ever made, failed ones included
 * @floats:  one of them uses floats or vectors, so a call of any may come to that code; @lock
 * @mode:    enum kw_mode its modules must have been compiled in
 */
struct kwasm_store {
	struct kwasm_object obj;
	struct mutex lock;
	struct kw_store *store;
	struct list_head modules;
	u8 mode;
	bool floats;
};

struct kwasm_instance {
	struct kwasm_object obj;
	struct kwasm_store *store;
	struct kw_instance *instance;
};

struct kwasm_instance *kwasm_instance_from_fd(int fd);

static inline const struct kw_linked *kwasm_instance_linked(const struct kwasm_instance *i)
{
	return kw_instance_linked(i->instance);
}

/* A name of @len bytes from a user pointer; free with kvfree().  ERR_PTR. */
char *kwasm_user_name(u64 user, u64 len);

#endif /* KWASM_STORE_H */
