// SPDX-License-Identifier: GPL-2.0
/*
 * For qemu-system-x86_64 -plugin: which instructions a guest of one CPU
 * executed between two marks (tests/bench/packet/mark.h).  At mark N, from 1,
 * what was counted since the last one goes to FILE.N, a line "address
 * instructions" for each block of code, and counting begins anew.
 *
 *	-plugin profile.so,out=FILE
 *
 * Debian packages no header of QEMU's plugin interface (version 1); what of it
 * is used is declared here.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct qemu_plugin_tb;
struct qemu_plugin_insn;

typedef uint64_t qemu_plugin_id_t;

#define QEMU_PLUGIN_INLINE_ADD_U64	0
#define QEMU_PLUGIN_CB_NO_REGS		0

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, void (*cb)(qemu_plugin_id_t, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *tb, int op, void *ptr, uint64_t imm);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, void (*cb)(unsigned int, void *), int flags,
					    void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);

/* QEMU looks these up. */
extern int qemu_plugin_version;
int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv);

int qemu_plugin_version = 1;

#define NR_CHAINS	65536

/* Blocks of one address and length may have had different code: they are one here. */
struct block {
	uint64_t addr, insns, executed;		/* executed: instructions */
	struct block *next;
};

/* mov $0x4b574d4b, %eax */
static const uint8_t mark_insn[] = { 0xb8, 0x4b, 0x4d, 0x57, 0x4b };

static struct block *chain[NR_CHAINS];
static const char *out = "profile";

static struct block *find(uint64_t addr, uint64_t insns)
{
	struct block **at = &chain[(addr ^ addr >> 16) % NR_CHAINS], *b;

	for (b = *at; b; b = b->next)
		if (b->addr == addr && b->insns == insns)
			return b;
	b = calloc(1, sizeof(*b));
	if (!b)
		abort();
	b->addr = addr;
	b->insns = insns;
	b->next = *at;
	*at = b;
	return b;
}

static void mark(unsigned int cpu, void *data)
{
	static unsigned int number;
	char name[4096];
	struct block *b;
	FILE *f;
	int i;

	(void)cpu;
	(void)data;
	snprintf(name, sizeof(name), "%s.%u", out, ++number);
	f = fopen(name, "w");
	for (i = 0; i < NR_CHAINS; i++)
		for (b = chain[i]; b; b = b->next) {
			if (b->executed && f)
				fprintf(f, "%" PRIx64 " %" PRIu64 "\n", b->addr, b->executed);
			b->executed = 0;
		}
	if (f)
		fclose(f);
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb), i;

	(void)id;
	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		if (qemu_plugin_insn_size(insn) == sizeof(mark_insn) &&
		    !memcmp(qemu_plugin_insn_data(insn), mark_insn, sizeof(mark_insn)))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, mark, QEMU_PLUGIN_CB_NO_REGS, NULL);
	}
	qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64,
						 &find(qemu_plugin_tb_vaddr(tb), n)->executed, n);
}

int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
	(void)info;
	if (argc && !strncmp(argv[0], "out=", 4))
		out = strdup(argv[0] + 4);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
