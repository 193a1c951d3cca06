// SPDX-License-Identifier: GPL-2.0
/* Results as TAP, requests to /dev/kwasm. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>

#include "kt.h"

#define TRAP_DEADLINE	11

static unsigned int nr_tests, nr_failed;

void ok(bool cond, const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	nr_tests++;
	nr_failed += !cond;
	printf("%sok %u ", cond ? "" : "not ", nr_tests);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	if (!cond)
		printf("# errno %d, %s\n", err, strerror(err));
	fflush(stdout);
}

void note(const char *fmt, ...)
{
	va_list ap;

	printf("# ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

int done(void)
{
	printf("1..%u\n", nr_tests);
	return nr_failed || !nr_tests;
}

void die(const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	printf("Bail out! ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf(": %s\n", strerror(err));
	exit(1);
}

unsigned int stress(unsigned int n)
{
	const char *s = getenv("KWASM_STRESS");
	unsigned long percent = s ? strtoul(s, NULL, 10) : 1;

	return n * (percent ? percent : 1);
}

int dev(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open(KWASM_DEVICE, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die("%s", KWASM_DEVICE);
	return fd;
}

struct bytes read_file(const char *name)
{
	struct bytes b;
	struct stat st;
	int fd = open(name, O_RDONLY);

	if (fd < 0 || fstat(fd, &st))
		die("%s", name);
	b.len = st.st_size;
	b.p = malloc(b.len + 1);
	if (!b.p || read(fd, b.p, b.len) != st.st_size)
		die("%s", name);
	close(fd);
	return b;
}

int load_bytes_within(struct bytes b, uint32_t flags, uint32_t mode, uint64_t memory_max, struct kwasm_diag *diag)
{
	struct kwasm_module_load a = {
		.size = sizeof(a),
		.flags = flags,
		.bytes = (uintptr_t)b.p,
		.len = b.len,
		.mode = mode,
		.memory_max = memory_max,
		.diag = (uintptr_t)diag,
	};

	return ioctl(dev(), KWASM_MODULE_LOAD, &a);
}

int load_bytes(struct bytes b, uint32_t flags, uint32_t mode, struct kwasm_diag *diag)
{
	return load_bytes_within(b, flags, mode, 0, diag);
}

int load_mode(const char *file, uint32_t mode)
{
	struct bytes b = read_file(file);
	struct kwasm_diag d = { 0 };
	int fd = load_bytes(b, 0, mode, &d), err = errno;

	if (fd < 0)
		note("%s: reason %u, op %u, offset 0x%x, function %d, %s", file, d.reason, d.op,
		     d.offset, (int)d.func, d.name);
	free(b.p);
	errno = err;
	return fd;
}

int load(const char *file)
{
	return load_mode(file, KWASM_MODE_AUTO);
}

int program(int module_fd, const char *export_name)
{
	struct kwasm_program_create a = { .size = sizeof(a), .module_fd = module_fd };

	strncpy(a.export_name, export_name, sizeof(a.export_name) - 1);
	return ioctl(dev(), KWASM_PROGRAM_CREATE, &a);
}

struct kwasm_link_create link_args(int program_fd, uint32_t hook)
{
	return (struct kwasm_link_create) {
		.size = sizeof(struct kwasm_link_create),
		.program_fd = program_fd,
		.type = KWASM_LINK_NETFILTER,
		.netns_fd = -1,
		.default_verdict = KWASM_NF_ACCEPT,
		.netfilter = { .family = 2, .hook = hook },
	};
}

int link_create(const struct kwasm_link_create *a)
{
	return ioctl(dev(), KWASM_LINK_CREATE, a);
}

int attach(int program_fd, uint32_t hook)
{
	struct kwasm_link_create a = link_args(program_fd, hook);

	return link_create(&a);
}

int link_update(int link_fd, int program_fd, int old_program_fd)
{
	struct kwasm_link_update a = {
		.size = sizeof(a),
		.link_fd = link_fd,
		.program_fd = program_fd,
		.old_program_fd = old_program_fd,
	};

	return ioctl(dev(), KWASM_LINK_UPDATE, &a);
}

int link_detach(int link_fd)
{
	struct kwasm_fd_arg a = { .size = sizeof(a), .fd = link_fd };

	return ioctl(dev(), KWASM_LINK_DETACH, &a);
}

int pin(int fd, const char *name)
{
	struct kwasm_obj_pin a = { .size = sizeof(a), .fd = fd };

	strncpy(a.name, name, sizeof(a.name) - 1);
	return ioctl(dev(), KWASM_OBJ_PIN, &a);
}

static struct kwasm_obj_id obj_id(uint32_t type, uint32_t id, const char *name)
{
	struct kwasm_obj_id a = { .size = sizeof(a), .type = type, .id = id };

	if (name)
		strncpy(a.name, name, sizeof(a.name) - 1);
	return a;
}

int unpin(uint32_t type, const char *name)
{
	struct kwasm_obj_id a = obj_id(type, 0, name);

	return ioctl(dev(), KWASM_OBJ_UNPIN, &a);
}

int get_fd(uint32_t type, uint32_t id, const char *name)
{
	struct kwasm_obj_id a = obj_id(type, id, name);

	return ioctl(dev(), KWASM_OBJ_GET_FD, &a);
}

unsigned int test_run(struct kwasm_test_run *a)
{
	unsigned int tries = 0;

	do {
		a->trap.kind = 0;
		if (ioctl(dev(), KWASM_TEST_RUN, a))
			die("test run");
	} while (a->trap.kind == TRAP_DEADLINE && tries++ < 200);
	return tries;
}

struct kwasm_link_info link_info(int link_fd)
{
	struct kwasm_link_info i = { 0 };
	struct kwasm_obj_info a = {
		.size = sizeof(a),
		.fd = link_fd,
		.info_len = sizeof(i),
		.info = (uintptr_t)&i,
	};

	if (ioctl(dev(), KWASM_OBJ_INFO, &a))
		die("info of a link");
	return i;
}

unsigned int count_objects(uint32_t type)
{
	struct kwasm_obj_id a = obj_id(type, 0, NULL);
	unsigned int n = 0;

	while (!ioctl(dev(), KWASM_OBJ_NEXT_ID, &a))
		n++;
	return n;
}

void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die("%s", path);
	close(fd);
}

unsigned int objects_left(void)
{
	unsigned int type, n, tries;

	for (tries = 0; tries < 200; tries++) {
		n = 0;
		for (type = KWASM_OBJ_MODULE; type <= KWASM_OBJ_RING; type++)
			n += count_objects(type);
		if (!n)
			break;
		usleep(10000);
	}
	return n;
}
