// SPDX-License-Identifier: GPL-2.0
// V8 behind a line protocol; for each line of input one of output.
//   env HEX            the module that others import from          ok
//   module HEX         a new instance of it, and of env            ok | refused | trap KIND
//   call NAME T:HEX..  T: i32 l i64 f32 d f64 x externref r funcref ok T:HEX... | trap KIND
//   end                                                            state [m:PAGES:HASH] T:HEX...
import { createInterface } from 'node:readline';

const bits = new DataView(new ArrayBuffer(8));
const kinds = [
	[/unreachable/, 'unreachable'],
	[/null function|signature mismatch/, 'indirect'],
	[/table index|table access|element segment/, 'table'],
	[/memory access|data segment/, 'memory'],
	[/by zero/, 'zero'],
	[/unrepresentable/, 'unrepresentable'],
];
let env, exported, types, globals, memory;

function toJs(text) {
	const [type, hex] = [text[0], text.slice(2)], v = BigInt('0x' + hex);

	bits.setBigUint64(0, v);
	switch (type) {
	case 'i': return bits.getInt32(4);
	case 'l': return bits.getBigInt64(0);
	case 'f': return bits.getFloat32(4);
	case 'd': return bits.getFloat64(0);
	default: return v ? Number(v) : null;
	}
}

function fromJs(type, v) {
	bits.setBigUint64(0, 0n);
	switch (type) {
	case 'i': bits.setInt32(4, v); break;
	case 'l': bits.setBigInt64(0, v); break;
	case 'f':
		if (v !== v) return 'f:7fc00000';
		bits.setFloat32(4, v);
		break;
	case 'd':
		if (v !== v) return 'd:7ff8000000000000';
		bits.setFloat64(0, v);
		break;
	case 'x': bits.setBigUint64(0, BigInt(v ?? 0)); break;
	case 'r': bits.setBigUint64(0, v === null ? 0n : BigInt(v.name) + 1n); break;
	}
	return `${type}:${bits.getBigUint64(0).toString(16)}`;
}

const letters = { 0x7f: 'i', 0x7e: 'l', 0x7d: 'f', 0x7c: 'd', 0x7b: 'v', 0x70: 'r', 0x6f: 'x' };

// Result types of functions and types of globals, by index: JavaScript does not tell.
function readTypes(bytes) {
	let p = 8;
	const sigs = [], funcs = [], globalTypes = [];
	const leb = () => { let v = 0, s = 0, b; do { b = bytes[p++]; v |= (b & 127) << s; s += 7; } while (b & 128); return v >>> 0; };
	const skipExpr = () => {
		for (;;) {
			const op = bytes[p++];
			if (op === 0x0b) return;
			if (op === 0x41 || op === 0x42 || op === 0x23 || op === 0xd2) leb64();
			else if (op === 0x43) p += 4;
			else if (op === 0x44) p += 8;
			else if (op === 0xd0) p++;
			else if (op === 0xfd) { leb(); p += 16; }
		}
	};
	const leb64 = () => { while (bytes[p++] & 128); };
	const limits = () => { if (leb() & 1) leb(); leb(); };
	const list = () => { const l = []; for (let n = leb(); n--;) l.push(letters[bytes[p++]]); return l; };
	const name = () => { const n = leb(); p += n; };
	const exports = new Map();

	while (p < bytes.length) {
		const id = bytes[p++], size = leb(), end = p + size;

		if (id === 1)
			for (let n = leb(); n--;) { p++; list(); sigs.push(list()); }
		if (id === 2)
			for (let n = leb(); n--;) {
				name(); name();
				const kind = bytes[p++];
				if (kind === 0) funcs.push(sigs[leb()]);
				else if (kind === 1) { p++; limits(); }
				else if (kind === 2) limits();
				else { globalTypes.push(letters[bytes[p]]); p += 2; }
			}
		if (id === 3)
			for (let n = leb(); n--;) funcs.push(sigs[leb()]);
		if (id === 6)
			for (let n = leb(); n--;) { globalTypes.push(letters[bytes[p]]); p += 2; skipExpr(); }
		if (id === 7)
			for (let n = leb(); n--;) {
				const len = leb(), text = new TextDecoder().decode(bytes.subarray(p, p + len));
				p += len;
				const kind = bytes[p++], index = leb();
				exports.set(text, { kind, type: kind === 0 ? funcs[index] : kind === 3 ? globalTypes[index] : null });
			}
		p = end;
	}
	return exports;
}

function failure(e) {
	if (!(e instanceof WebAssembly.RuntimeError))
		return `refused ${String(e.message).replace(/\s+/g, ' ')}`;
	const kind = kinds.find(([re]) => re.test(e.message));
	return `trap ${kind ? kind[1] : e.message}`;
}

function instantiate(hex) {
	const bytes = Buffer.from(hex, 'hex');
	const all = new WebAssembly.Instance(env).exports;

	exported = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: all, 'fuzzing-support': all }).exports;
	types = readTypes(bytes);
	return 'ok';
}

function call(words) {
	const results = types.get(words[1]).type;
	let v = exported[words[1]](...words.slice(2).map(toJs));

	if (results.length < 2)
		v = [v];
	return ['ok', ...results.map((t, i) => fromJs(t, v[i]))].join(' ');
}

function state() {
	const out = ['state'];

	for (const [name, { kind, type }] of types) {
		if (kind === 2) {
			const words = new Uint32Array(exported[name].buffer);
			let h = 0x811c9dc5;

			for (let i = 0; i < words.length; i++)
				h = Math.imul(h ^ words[i], 0x01000193);
			out.push(`m:${(words.length >> 14).toString(16)}:${(h >>> 0).toString(16)}`);
		}
		if (kind === 3 && type !== 'v')
			out.push(fromJs(type, exported[name].value));
	}
	return out.join(' ');
}

function answer(line) {
	const words = line.split(' ');

	try {
		switch (words[0]) {
		case 'env': env = new WebAssembly.Module(Buffer.from(words[1], 'hex')); return 'ok';
		case 'module': types = new Map(); return instantiate(words[1]);
		case 'call': return call(words);
		case 'end': return state();
		default: return 'what?';
		}
	} catch (e) {
		return failure(e);
	}
}

let waiting = '';
createInterface({ input: process.stdin }).on('line', (line) => {
	waiting += answer(line) + '\n';
	if (line.startsWith('end') || line.startsWith('env')) {
		process.stdout.write(waiting);
		waiting = '';
	}
});
