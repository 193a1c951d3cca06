// SPDX-License-Identifier: GPL-2.0
/* An interpreter of a register machine: one dense switch in a loop. */
#include "bench.h"

enum { ADD, SUB, MUL, XOR, AND, SHL, SHR, LDI, MOV, LOAD, STORE, JNZ, JLT, INC, DEC, SWAP, ROT, HALT };

struct insn {
	u8 op, d, a, b;
};

/* Sums, shuffles and counts down: 23 instructions around the loop. */
static const struct insn program[] = {
	{ LDI, 0, 0, 0 }, { LDI, 1, 0, 200 }, { LDI, 2, 0, 1 }, { LDI, 3, 0, 7 },
	{ ADD, 0, 0, 1 }, { XOR, 4, 0, 2 }, { MUL, 5, 4, 3 }, { AND, 6, 5, 3 },
	{ SHL, 7, 2, 6 }, { SUB, 0, 0, 7 }, { STORE, 1, 0, 0 }, { LOAD, 8, 6, 0 },
	{ ADD, 2, 2, 8 }, { ROT, 2, 2, 5 }, { INC, 4, 4, 0 }, { SHR, 9, 2, 3 },
	{ JLT, 4, 9, 1 }, { SWAP, 2, 4, 0 }, { XOR, 0, 0, 9 }, { MOV, 10, 0, 0 },
	{ DEC, 1, 1, 0 }, { JNZ, 1, 0, 17 }, { HALT, 0, 0, 0 },
};
static u32 mem[256];

static u32 interpret(u32 seed)
{
	u32 r[16] = { 0 }, pc = 0, t;
	struct insn i;

	for (;;) {
		i = program[pc++];
		switch (i.op) {
		case ADD:	r[i.d & 15] = r[i.a & 15] + r[i.b & 15]; break;
		case SUB:	r[i.d & 15] = r[i.a & 15] - r[i.b & 15]; break;
		case MUL:	r[i.d & 15] = r[i.a & 15] * r[i.b & 15]; break;
		case XOR:	r[i.d & 15] = r[i.a & 15] ^ r[i.b & 15]; break;
		case AND:	r[i.d & 15] = r[i.a & 15] & r[i.b & 15]; break;
		case SHL:	r[i.d & 15] = r[i.a & 15] << (r[i.b & 15] & 31); break;
		case SHR:	r[i.d & 15] = r[i.a & 15] >> (r[i.b & 15] & 31); break;
		case LDI:	r[i.d & 15] = i.b + (i.d == 2 ? seed : 0); break;
		case MOV:	r[i.d & 15] = r[i.a & 15]; break;
		case LOAD:	r[i.d & 15] = mem[r[i.a & 15] & 255]; break;
		case STORE:	mem[r[i.d & 15] & 255] = r[i.a & 15]; break;
		case JNZ:	if (r[i.d & 15]) pc -= i.b + 1; break;
		case JLT:	if (r[i.d & 15] < r[i.a & 15]) pc += i.b; break;
		case INC:	r[i.d & 15] = r[i.a & 15] + 1; break;
		case DEC:	r[i.d & 15] = r[i.a & 15] - 1; break;
		case SWAP:	t = r[i.d & 15]; r[i.d & 15] = r[i.a & 15]; r[i.a & 15] = t; break;
		case ROT:	r[i.d & 15] = rotl32(r[i.a & 15], 5); break;
		default:	return r[0] ^ r[10];
		}
	}
}

u32 run(u32 n)
{
	u32 i, sum = 0;

	__builtin_memset(mem, 0, sizeof(mem));
	for (i = 0; i < n; i++)
		sum = sum * 7 + interpret(i);
	return sum;
}
