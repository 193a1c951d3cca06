// SPDX-License-Identifier: GPL-2.0
// node [flags] compile-v8.mjs FILE.wasm REPS: compiles the module REPS times and prints "total_ns N", of the fastest.
import fs from 'node:fs';

const bytes = fs.readFileSync(process.argv[2]);
let best = Infinity;
for (let i = 0; i < Number(process.argv[3]); i++) {
	const before = process.hrtime.bigint();
	new WebAssembly.Module(bytes);
	best = Math.min(best, Number(process.hrtime.bigint() - before));
}
console.log(`total_ns ${best}`);
