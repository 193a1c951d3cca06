// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Link -> BPF program that calls it -> BPF link at an LSM hook.
 *
 * The kernel asks BPF programs, among its security modules, whether a file may
 * be removed, renamed or changed.  Ours is a few instructions, made here: it gives the
 * hook's arguments to a function of kwasm.ko, which runs the guest, and answers
 * what that says.  The kernel's link takes the BPF link over.
 *
 * Guests run in process context, so only hooks will do whose programs may
 * sleep; which those are differs by kernel, and is seen when it takes the program.
 */
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <linux/bpf.h>

#include "internal.h"

#define ENOTSUPP	524	/* the kernel's own; not in libc */

#define INSN(code_, dst, src, off_, imm_) \
	((struct bpf_insn){ .code = (code_), .dst_reg = (dst), .src_reg = (src), .off = (off_), .imm = (__s32)(imm_) })
#define MOV_IMM(dst, imm)	INSN(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, imm)
#define LOAD64(dst, src, off)	INSN(BPF_LDX | BPF_MEM | BPF_DW, dst, src, off, 0)
#define JEQ32(dst, imm, off)	INSN(BPF_JMP32 | BPF_JEQ | BPF_K, dst, 0, off, imm)
/* off: index into the descriptors the program is loaded with */
#define CALL_KFUNC(id)		INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_KFUNC_CALL, 1, id)
#define EXIT()			INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

#define ARGS_MAX	4

/*
 * @nr_args: of the hook, which the function of kwasm.ko takes before the handle: its first ones, or
 * @last:    its last ones: newer kernels tell inode_setattr of the mount's id map first
 */
struct hook {
	const char *program;
	const char *name;
	const char *callee;
	int nr_args;
	bool last;
};

static const struct hook hooks[] = {
	{ "fs/unlink",	"inode_unlink",	"kwasm_lsm_unlink",	2, false },
	{ "fs/rename",	"inode_rename",	"kwasm_lsm_rename",	4, false },
	{ "fs/mkdir",	"path_mkdir",	"kwasm_lsm_mkdir",	2, false },
	{ "fs/link",	"path_link",	"kwasm_lsm_link",	3, false },
	{ "fs/rmdir",	"inode_rmdir",	"kwasm_lsm_rmdir",	2, false },
	{ "fs/setattr",	"inode_setattr", "kwasm_lsm_setattr",	2, true },
};

static const struct hook *hook_of(const char *program)
{
	size_t i;

	for (i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++)
		if (!strcmp(hooks[i].program, program))
			return &hooks[i];
	return NULL;
}

bool libkwasm_is_lsm(const char *name)
{
	return hook_of(name);
}

/* "capability,landlock,bpf": is bpf there? */
static bool names_bpf(char *list)
{
	char *save, *name;

	for (name = strtok_r(list, ",\n", &save); name; name = strtok_r(NULL, ",\n", &save))
		if (!strcmp(name, "bpf"))
			return true;
	return false;
}

/* Does the kernel ask BPF?  If it does not, programs attach and are never called.  1, 0, -ENOENT: it does not say. */
static int asks_bpf(void)
{
	FILE *f = fopen("/sys/kernel/security/lsm", "re");
	char list[256] = "";
	int yes;

	if (!f)
		return -ENOENT;
	yes = fgets(list, sizeof(list), f) && names_bpf(list);
	fclose(f);
	return yes;
}

/* The hook in the kernel's BTF, and our function in that of kwasm.ko; below 0: not there.  @skip: arguments before ours. */
struct ids {
	int hook, callee, skip;
};

static int nr_args_of(const struct btf *btf, int func)
{
	const struct btf_type *t = btf__type_by_id(btf, func);

	t = t ? btf__type_by_id(btf, t->type) : NULL;
	return t ? btf_vlen(t) : 0;
}

static void find_ids(const struct hook *h, struct ids *ids)
{
	struct btf *kernel = btf__load_vmlinux_btf(), *module = NULL;
	char name[64];

	*ids = (struct ids){ -1, -1, 0 };
	if (!kernel)
		return;
	snprintf(name, sizeof(name), "bpf_lsm_%s", h->name);
	ids->hook = btf__find_by_name_kind(kernel, name, BTF_KIND_FUNC);
	if (h->last && nr_args_of(kernel, ids->hook) > h->nr_args)
		ids->skip = nr_args_of(kernel, ids->hook) - h->nr_args;
	module = btf__load_module_btf("kwasm", kernel);
	if (module)
		ids->callee = btf__find_by_name_kind(module, h->callee, BTF_KIND_FUNC);
	btf__free(module);
	btf__free(kernel);
}

/* Return: the program's descriptor. */
static int load(const struct hook *h, const struct ids *ids, __u32 handle)
{
	int btf_fd = module_btf_fd(), i, n = 0, fd;
	const int fds[2] = { -1, btf_fd };
	LIBBPF_OPTS(bpf_prog_load_opts, o, .expected_attach_type = BPF_LSM_MAC, .prog_flags = BPF_F_SLEEPABLE,
		    .attach_btf_id = ids->hook, .fd_array = fds);
	struct bpf_insn insns[ARGS_MAX + 10];

	/* Register 1 has the context up to the last of these. */
	for (i = h->nr_args; i; i--)
		insns[n++] = LOAD64(i, BPF_REG_1, (ids->skip + i - 1) * 8);
	insns[n++] = MOV_IMM(h->nr_args + 1, handle);
	insns[n++] = CALL_KFUNC(ids->callee);
	/* The verifier wants to see that it is 0 or an errno. */
	insns[n++] = JEQ32(BPF_REG_0, -EPERM, 3);
	insns[n++] = JEQ32(BPF_REG_0, -EACCES, 4);
	insns[n++] = MOV_IMM(BPF_REG_0, 0);
	insns[n++] = EXIT();
	insns[n++] = MOV_IMM(BPF_REG_0, -EPERM);
	insns[n++] = EXIT();
	insns[n++] = MOV_IMM(BPF_REG_0, -EACCES);
	insns[n++] = EXIT();
	if (btf_fd < 0)
		return btf_fd;
	fd = bpf_prog_load(BPF_PROG_TYPE_LSM, "kwasm_lsm", "GPL", insns, n, &o);
	close(btf_fd);
	return fd;
}

/* What the kernel lacks, in words; empty where an errno says it all. */
struct why {
	char text[192];
};

__attribute__((format(printf, 2, 3)))
static int refuse(struct why *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(w->text, sizeof(w->text), fmt, ap);
	va_end(ap);
	return -EOPNOTSUPP;
}

static int check(const struct hook *h, const struct ids *ids, struct why *w)
{
	int asks = asks_bpf();

	if (asks == -ENOENT)
		return refuse(w, "cannot tell whether BPF is among the kernel's security modules: "
			      "mount -t securityfs securityfs /sys/kernel/security");
	if (!asks)
		return refuse(w, "BPF is not among the kernel's security modules: boot with bpf in lsm=");
	if (ids->callee < 0)
		return refuse(w, "this kwasm.ko has no type information (BTF) of the running kernel, which LSM hooks "
			      "need: install pahole and build it again with KERNEL_BTF=/sys/kernel/btf/vmlinux");
	if (ids->hook >= 0)
		return 0;
	return refuse(w, "this kernel has no hook %s", h->name);
}

/* Return: the BPF link. */
static int attach(const struct hook *h, __u32 handle, struct why *w)
{
	struct ids ids;
	int prog, bpf_link, err;

	w->text[0] = 0;
	find_ids(h, &ids);
	err = check(h, &ids, w);
	if (err)
		return err;
	prog = load(h, &ids, handle);
	if (prog == -EINVAL)
		return refuse(w, "this kernel lets no program that may sleep into its hook %s: %s cannot be denied here",
			      h->name, h->program + 3);
	if (prog < 0)
		return prog;
	bpf_link = bpf_link_create(prog, 0, BPF_LSM_MAC, NULL);
	close(prog);
	if (bpf_link == -ENOTSUPP)
		return refuse(w, "this kernel cannot attach programs to LSM hooks (arm64 before Linux 6.4)");
	return bpf_link;
}

int link_attach_lsm(struct kwasm_program *p, int link_fd)
{
	struct kwasm_link_info info = {};
	__u32 len = sizeof(info);
	struct why why;
	int bpf_link, err;

	err = kwasm_obj_get_info_by_fd(link_fd, &info, &len);
	if (err)
		return err;
	bpf_link = attach(hook_of(p->name), info.stub_handle, &why);
	if (bpf_link < 0)
		return why.text[0] ? module_error_plain(p->module, bpf_link, why.text) : bpf_link;
	err = kwasm_link_stub(link_fd, bpf_link);
	close(bpf_link);
	return err;
}

const char *libkwasm_lsm_program(size_t index)
{
	return index < sizeof(hooks) / sizeof(hooks[0]) ? hooks[index].program : NULL;
}

/* No link has handle 0: whoever is asked for the moment that it is attached says yes. */
int libkwasm_lsm_probe(const char *program, char *text, size_t bytes)
{
	const struct hook *h = hook_of(program);
	struct why why = {};
	int bpf_link = h ? attach(h, 0, &why) : -ENOENT;

	if (bpf_link >= 0)
		close(bpf_link);
	else if (!why.text[0])
		snprintf(why.text, sizeof(why.text), "%s", strerror(-bpf_link));
	snprintf(text, bytes, "%s", why.text);
	return libkwasm_err(bpf_link < 0 ? bpf_link : 0);
}
