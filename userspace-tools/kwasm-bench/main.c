// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * kwasm-bench: how fast compiled code runs, starts and is compiled, in
 * this process: code of the S form, so without polls, as in a packet hook.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

static void usage(FILE *to)
{
	fprintf(to,
		"usage: kwasm-bench [OPTIONS] FILE.wasm N REPS\n"
		"           one warm-up of the exported run(N), then REPS calls: prints the\n"
		"           result as unsigned, then thread-CPU nanoseconds of each call\n"
		"       kwasm-bench --compile [OPTIONS] FILE.wasm REPS\n"
		"           compiles REPS times; imports need not resolve; prints the fastest:\n"
		"           bytes B functions F decode_ns D validate_ns V compile_ns C total_ns T\n"
		"           peak_bytes P operators O code_bytes C, and of the function of 4 KiB or more\n"
		"           that takes most memory for its size: function_peak_bytes P\n"
		"           function_body_bytes B\n"
		"       kwasm-bench --cold [OPTIONS] FILE.wasm N REPS\n"
		"           medians, each time in a new engine, of loading, instantiating and the\n"
		"           first run(N): load_ns L instantiate_ns I call_ns C\n"
		"       kwasm-bench --packet [OPTIONS] FILE.wasm PACKET COUNT ROUNDS\n"
		"           the first export () -> i32 on the raw bytes of a file, COUNT times:\n"
		"           verdict V min_ns N median_ns N of one run, over ROUNDS\n"
		"       kwasm-bench --enter [OPTIONS] COUNT ROUNDS\n"
		"           the same for a program that does nothing\n"
		"options:\n"
		"  --mode guard|check\n"
		"  --kernel-form[=retpoline|bare]  as the kernel has it: endbr64 and no jump tables;\n"
		"           with retpolines and a return thunk (the default), or without\n"
		"KW_OPT=-NAME,... in the environment leaves out optimisations of the compiler.\n");
}

/* What to measure; operands of each. */
enum { RUN, COMPILE, COLD, PACKET, ENTER };
static const int nr_args[] = { [RUN] = 3, [COMPILE] = 2, [COLD] = 3, [PACKET] = 4, [ENTER] = 2 };

static int parse_options(int argc, char **argv, struct kwasm_engine_opts *o, int *what)
{
	static const struct option option[] = {
		{ "mode", required_argument, NULL, 'm' },
		{ "compile", no_argument, NULL, COMPILE },
		{ "cold", no_argument, NULL, COLD },
		{ "packet", no_argument, NULL, PACKET },
		{ "enter", no_argument, NULL, ENTER },
		{ "kernel-form", optional_argument, NULL, 'k' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", option, NULL)) != -1) {
		switch (c) {
		case 'm':
			if (strcmp(optarg, "guard") && strcmp(optarg, "check"))
				return -1;
			o->mode = strcmp(optarg, "check") ? KW_MODE_GUARD : KW_MODE_CHECK;
			break;
		case COMPILE:
		case COLD:
		case PACKET:
		case ENTER:
			*what = c;
			break;
		case 'k':
			if (optarg && strcmp(optarg, "retpoline") && strcmp(optarg, "bare"))
				return -1;
			o->kernel_form = optarg && !strcmp(optarg, "bare") ?
				KWASM_ENGINE_KERNEL_BARE : KWASM_ENGINE_KERNEL_RETPOLINE;
			break;
		case 'h':
			usage(stdout);
			exit(0);
		default:
			return -1;
		}
	}
	return argc - optind == nr_args[*what] ? 0 : -1;
}

static u32 number(const char *text)
{
	return (u32)strtoul(text, NULL, 0);
}

static int measure(int what, const struct kwasm_engine_opts *o, char **argv)
{
	switch (what) {
	case COMPILE:
		return bench_compile(o, argv[0], number(argv[1]));
	case COLD:
		return bench_cold(o, argv[0], number(argv[1]), number(argv[2]));
	case PACKET:
		return bench_packet(o, argv[0], argv[1], number(argv[2]), number(argv[3]));
	case ENTER:
		return bench_enter(o, number(argv[0]), number(argv[1]));
	default:
		return bench_run(o, argv[0], strtoull(argv[1], NULL, 0), number(argv[2]));
	}
}

int main(int argc, char **argv)
{
	struct kwasm_engine_opts o = {
		.mode = KW_MODE_GUARD,
		.form = KW_FORM_S,
		.features = KW_COMPILE_FEATURES,
	};
	int what = RUN;
	char why[512];

	if (parse_options(argc, argv, &o, &what)) {
		usage(stderr);
		return 2;
	}
	if (kwasm_engine__env_opt(&o.opt_off, why, sizeof(why))) {
		fprintf(stderr, "kwasm-bench: %s\n", why);
		return 2;
	}
	return measure(what, &o, argv + optind);
}
