// SPDX-License-Identifier: GPL-2.0
/* Bodies that attract each other, one array for each coordinate: divisions, square roots, many doubles live. */
#include "bench.h"

#define NR 12

static double px[NR], py[NR], pz[NR], vx[NR], vy[NR], vz[NR], mass[NR];

static void kick(double dt)
{
	double dx, dy, dz, d2, f;
	u32 i, k;

	for (i = 0; i < NR; i++) {
		for (k = i + 1; k < NR; k++) {
			dx = px[k] - px[i];
			dy = py[k] - py[i];
			dz = pz[k] - pz[i];
			d2 = dx * dx + dy * dy + dz * dz + 0.01;
			f = dt / (d2 * __builtin_sqrt(d2));
			vx[i] += dx * mass[k] * f;
			vy[i] += dy * mass[k] * f;
			vz[i] += dz * mass[k] * f;
			vx[k] -= dx * mass[i] * f;
			vy[k] -= dy * mass[i] * f;
			vz[k] -= dz * mass[i] * f;
		}
	}
}

u32 run(u32 n)
{
	u32 s = 18, i, sum = 0;

	for (i = 0; i < NR; i++) {
		px[i] = (s32)(rnd(&s) & 1023) - 512;
		py[i] = (s32)(rnd(&s) & 1023) - 512;
		pz[i] = (s32)(rnd(&s) & 1023) - 512;
		mass[i] = 1 + (rnd(&s) & 63);
		vx[i] = vy[i] = vz[i] = 0;
	}
	while (n--) {
		kick(0.125);
		for (i = 0; i < NR; i++) {
			px[i] += 0.125 * vx[i];
			py[i] += 0.125 * vy[i];
			pz[i] += 0.125 * vz[i];
		}
	}
	for (i = 0; i < NR; i++)
		sum = sum * 31 + (s32)(px[i] * 16) + (s32)(py[i] * 16) + (s32)(pz[i] * 16);
	return sum;
}
