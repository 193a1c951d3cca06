// SPDX-License-Identifier: GPL-2.0
/* References at the border: no kernel address comes out, none goes in. */
#include <sys/ioctl.h>

#include "kt.h"

#define POINTER		0xffff888000000010ULL

static int instance(int module_fd)
{
	struct kwasm_store_create sc = { .size = sizeof(sc) };
	struct kwasm_instance_create ic = {
		.size = sizeof(ic),
		.store_fd = ioctl(dev(), KWASM_STORE_CREATE, &sc),
		.module_fd = module_fd,
	};
	int fd = ioctl(dev(), KWASM_INSTANCE_CREATE, &ic);

	close(ic.store_fd);
	return fd;
}

/* One value in, one out.  Return: the trap, or -1 with errno. */
static int call(int i, const char *name, uint64_t arg, struct kwasm_value *v)
{
	struct kwasm_instance_call a = {
		.size = sizeof(a), .instance_fd = i,
		.export_name = (uintptr_t)name, .export_name_len = strlen(name),
		.values = (uintptr_t)v, .nr_args = 1, .nr_results = 1,
	};

	*v = (struct kwasm_value){ .lo = arg };
	return ioctl(dev(), KWASM_INSTANCE_CALL, &a) ? -1 : (int)a.trap.kind;
}

static uint64_t global(int i, const char *name)
{
	struct kwasm_instance_global a = {
		.size = sizeof(a), .instance_fd = i,
		.export_name = (uintptr_t)name, .export_name_len = strlen(name),
	};

	return ioctl(dev(), KWASM_INSTANCE_GLOBAL, &a) ? ~0ULL : a.value.lo;
}

static void functions(int i)
{
	struct kwasm_value v;

	ok(!call(i, "get", 1, &v) && v.lo == 1 && !v.hi, "a function comes out as 1");
	ok(!call(i, "get", 0, &v) && !v.lo && !v.hi, "null as 0");
	ok(global(i, "func") == 1 && global(i, "no_func") == 0, "and so from globals");
	fails_with(EINVAL, call(i, "is_null", 1, &v), "what came out is not taken back");
	fails_with(EINVAL, call(i, "call", POINTER, &v), "a forged function");
	fails_with(EINVAL, call(i, "call", 1ULL << 32, &v), "one with low bits of zero");
	ok(!call(i, "is_null", 0, &v) && v.lo == 1, "null goes in");
	ok(call(i, "call", 0, &v) > 0, "and a call of it traps");
}

static void handles(int i)
{
	struct kwasm_value v;

	ok(global(i, "kept") == 0, "no handle yet");
	ok(!call(i, "keep", POINTER, &v) && v.lo == POINTER && !v.hi,
	   "a handle comes through a table as it was: followed by nobody");
	ok(global(i, "kept") == POINTER, "and through a global");
	ok(!call(i, "keep", 0, &v) && v.lo == 0, "null as well");
}

int main(void)
{
	struct bytes b = read_file("refs.wasm");
	int m = load_bytes(b, KWASM_LOAD_P_FORM, KWASM_MODE_AUTO, NULL), i = instance(m);

	ok(m >= 0 && i >= 0, "a module with references loads");
	functions(i);
	handles(i);
	close(i);
	close(m);
	ok(!objects_left(), "nothing is left");
	return done();
}
