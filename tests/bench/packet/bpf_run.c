// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * usage: bpf_run FILE.bpf.o PACKET COUNT
 * Loads the XDP program of an object and runs it COUNT times on a file's bytes:
 * prints "verdict V ns N code_bytes C", nanoseconds of one run; exit status 8
 * if this machine does not allow bpf(2).
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level, (void)format, (void)args;
	return 0;
}

int main(int argc, char **argv)
{
	static char packet[65536], out[65536 + 512];
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet, .data_out = out, .data_size_out = sizeof(out));
	struct bpf_prog_info info = { 0 };
	__u32 info_len = sizeof(info);
	struct bpf_object *o;
	FILE *f;
	int fd;

	if (argc != 4)
		return 2;
	f = fopen(argv[2], "rb");
	if (!f)
		return 1;
	run.data_size_in = (__u32)fread(packet, 1, sizeof(packet), f);
	fclose(f);
	run.repeat = atoi(argv[3]);
	libbpf_set_print(quiet);
	o = bpf_object__open_file(argv[1], NULL);
	if (!o || bpf_object__load(o)) {
		fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
		return errno == EPERM || errno == ENOSYS ? 8 : 1;
	}
	fd = bpf_program__fd(bpf_object__next_program(o, NULL));
	if (bpf_obj_get_info_by_fd(fd, &info, &info_len) || bpf_prog_test_run_opts(fd, &run)) {
		fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	printf("verdict %u ns %u code_bytes %u\n", run.retval, run.duration, info.jited_prog_len);
	bpf_object__close(o);
	return 0;
}
