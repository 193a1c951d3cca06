// SPDX-License-Identifier: GPL-2.0
// node [flags] run-v8.mjs FILE.wasm N REPS: prints what native/main.c prints.
import fs from 'node:fs';

const [file, n, reps] = [process.argv[2], Number(process.argv[3]) | 0, Number(process.argv[4])];
const { run } = new WebAssembly.Instance(new WebAssembly.Module(fs.readFileSync(file)), {}).exports;

const out = [run(n) >>> 0];
for (let i = 0; i < reps; i++) {
	const before = process.cpuUsage();
	run(n);
	const used = process.cpuUsage(before);
	out.push((used.user + used.system) * 1000);
}
console.log(out.join(' '));
