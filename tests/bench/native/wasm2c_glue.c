// SPDX-License-Identifier: GPL-2.0
/* run() of main.c for a program that went through `wasm2c -n bench`; its header is GUEST. */
#include GUEST

unsigned int run(unsigned int n)
{
	static Z_bench_instance_t guest;
	static int ready;

	if (!ready) {
		wasm_rt_init();
		Z_bench_init_module();
		Z_bench_instantiate(&guest);
		ready = 1;
	}
	return Z_benchZ_run(&guest, n);
}
