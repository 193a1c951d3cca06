// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * usage: bpf_run FILE.bpf.o|ID PACKET COUNT
 * Loads the XDP program of an object, or takes one that is loaded, and runs it COUNT times on a file's bytes:
 * prints "verdict V ns N code_bytes C code_at A", nanoseconds of one run; exit
 * status 8 if this machine does not allow bpf(2).
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mark.h"

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level, (void)format, (void)args;
	return 0;
}

/* Descriptor of the program, or -1 with errno. */
static int program(const char *name)
{
	char *end;
	unsigned long id = strtoul(name, &end, 10);
	struct bpf_object *o;

	if (end != name && !*end)
		return bpf_prog_get_fd_by_id((__u32)id);
	o = bpf_object__open_file(name, NULL);
	if (!o || bpf_object__load(o))
		return -1;
	return bpf_program__fd(bpf_object__next_program(o, NULL));
}

int main(int argc, char **argv)
{
	static char packet[65536], out[65536 + 512];
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet, .data_out = out, .data_size_out = sizeof(out));
	__u64 addr = 0;
	struct bpf_prog_info info = { .nr_jited_ksyms = 1, .jited_ksyms = (unsigned long)&addr };
	__u32 info_len = sizeof(info);
	FILE *f;
	int fd, err;

	if (argc != 4)
		return 2;
	f = fopen(argv[2], "rb");
	if (!f)
		return 1;
	run.data_size_in = (__u32)fread(packet, 1, sizeof(packet), f);
	fclose(f);
	run.repeat = atoi(argv[3]);
	libbpf_set_print(quiet);
	fd = program(argv[1]);
	if (fd < 0) {
		fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
		return errno == EPERM || errno == ENOSYS ? 8 : 1;
	}
	err = bpf_obj_get_info_by_fd(fd, &info, &info_len);
	if (!err) {
		mark();
		err = bpf_prog_test_run_opts(fd, &run);
		mark();
	}
	if (err) {
		fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	printf("verdict %u ns %u code_bytes %u code_at %llu\n", run.retval, run.duration, info.jited_prog_len,
	       (unsigned long long)addr);
	return 0;
}
