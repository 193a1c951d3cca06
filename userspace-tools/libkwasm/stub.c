// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Link -> BPF program that calls it -> BPF link at a device.
 *
 * The kernel lets only BPF programs into XDP.  Ours is a few instructions,
 * made here: it calls kwasm_xdp() of kwasm.ko, which runs the guest, and then
 * does for it what only a BPF program may.  The kernel's link takes the BPF
 * link over, so nothing of this is left to hold or to clean up.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <linux/bpf.h>
#include <linux/if_link.h>

#include "internal.h"

#define INSN(code_, dst, src, off_, imm_) \
	((struct bpf_insn){ .code = (code_), .dst_reg = (dst), .src_reg = (src), .off = (off_), .imm = (__s32)(imm_) })
#define MOV(dst, src)		INSN(BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0)
#define MOV_IMM(dst, imm)	INSN(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, imm)
#define ALU_IMM(op, dst, imm)	INSN(BPF_ALU64 | (op) | BPF_K, dst, 0, 0, imm)
#define JUMP_IMM(op, dst, imm, off)	INSN(BPF_JMP | (op) | BPF_K, dst, 0, off, imm)
#define CALL(helper)		INSN(BPF_JMP | BPF_CALL, 0, 0, 0, helper)
/* off: index into the descriptors the program is loaded with */
#define CALL_KFUNC(id)		INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_KFUNC_CALL, 1, id)
#define EXIT()			INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

static const char no_btf[] =
	"this kwasm.ko has no type information (BTF) of the running kernel, which XDP needs: "
	"install pahole and build it again with KERNEL_BTF=/sys/kernel/btf/vmlinux";

/* Descriptor of the BTF that the kernel has of kwasm.ko, or -ENOENT. */
int module_btf_fd(void)
{
	struct bpf_btf_info info;
	__u32 id = 0, len;
	char name[16];
	int fd;

	while (!bpf_btf_get_next_id(id, &id)) {
		fd = bpf_btf_get_fd_by_id(id);
		if (fd < 0)
			continue;
		memset(&info, 0, sizeof(info));
		info.name = (uintptr_t)name;
		info.name_len = sizeof(name);
		len = sizeof(info);
		if (!bpf_obj_get_info_by_fd(fd, &info, &len) && info.kernel_btf && !strcmp(name, "kwasm"))
			return fd;
		close(fd);
	}
	return -ENOENT;
}

/* Number of a function in that BTF, or -ENOENT. */
static int function_id(const char *name)
{
	struct btf *kernel = btf__load_vmlinux_btf(), *module = NULL;
	int id = -ENOENT;

	if (kernel)
		module = btf__load_module_btf("kwasm", kernel);
	if (module)
		id = btf__find_by_name_kind(module, name, BTF_KIND_FUNC);
	btf__free(module);
	btf__free(kernel);
	return id < 0 ? -ENOENT : id;
}

bool libkwasm_has_btf(void)
{
	int fd = module_btf_fd();

	if (fd < 0)
		return false;
	close(fd);
	return function_id("kwasm_xdp") > 0;
}

/* Load the program of link @handle.  Return: its descriptor. */
static int load_xdp(__u32 handle)
{
	LIBBPF_OPTS(bpf_prog_load_opts, o, .prog_flags = BPF_F_XDP_HAS_FRAGS);
	int id = function_id("kwasm_xdp"), btf_fd = module_btf_fd(), fd;
	const int fds[2] = { -1, btf_fd };
	const struct bpf_insn insns[] = {
		MOV(BPF_REG_6, BPF_REG_1),
		MOV_IMM(BPF_REG_2, handle),
		CALL_KFUNC(id),
		MOV(BPF_REG_7, BPF_REG_0),
		/* Bits 31..8: what to add at the end. */
		MOV(BPF_REG_2, BPF_REG_0),
		ALU_IMM(BPF_LSH, BPF_REG_2, 32),
		ALU_IMM(BPF_ARSH, BPF_REG_2, 40),
		JUMP_IMM(BPF_JEQ, BPF_REG_2, 0, 5),
		MOV(BPF_REG_1, BPF_REG_6),
		CALL(BPF_FUNC_xdp_adjust_tail),
		JUMP_IMM(BPF_JEQ, BPF_REG_0, 0, 2),
		MOV_IMM(BPF_REG_0, XDP_ABORTED),
		EXIT(),
		/* Bits 7..0: the verdict; 63..32: the device of XDP_REDIRECT. */
		MOV(BPF_REG_0, BPF_REG_7),
		ALU_IMM(BPF_AND, BPF_REG_0, 0xff),
		JUMP_IMM(BPF_JNE, BPF_REG_0, XDP_REDIRECT, 4),
		MOV(BPF_REG_1, BPF_REG_7),
		ALU_IMM(BPF_RSH, BPF_REG_1, 32),
		MOV_IMM(BPF_REG_2, 0),
		CALL(BPF_FUNC_redirect),
		EXIT(),
	};

	if (id < 0 || btf_fd < 0) {
		if (btf_fd >= 0)
			close(btf_fd);
		return -EOPNOTSUPP;
	}
	o.fd_array = fds;
	fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "kwasm_xdp", "GPL", insns, ARRAY_SIZE(insns), &o);
	close(btf_fd);
	return fd;
}

static int attach_xdp(int prog_fd, __u32 ifindex, __u32 mode)
{
	LIBBPF_OPTS(bpf_link_create_opts, o);
	int fd;

	o.flags = mode == KWASM_XDP_SKB ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
	fd = bpf_link_create(prog_fd, ifindex, BPF_XDP, &o);
	if (mode == KWASM_XDP_AUTO && (fd == -EOPNOTSUPP || fd == -EINVAL || fd == -ERANGE)) {
		o.flags = XDP_FLAGS_SKB_MODE;
		fd = bpf_link_create(prog_fd, ifindex, BPF_XDP, &o);
	}
	/* EEXIST: there is one, in the other mode. */
	return fd == -EEXIST ? -EBUSY : fd;
}

/* Devices are named by numbers of the thread's namespace: @netns_fd for a moment, 0 for its own. */
static int attach_in(int netns_fd, int prog_fd, __u32 ifindex, __u32 mode)
{
	int own = -1, fd;

	if (netns_fd) {
		own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
		if (own < 0)
			return -errno;
		if (setns(netns_fd, CLONE_NEWNET)) {
			fd = -errno;
			goto out;
		}
	}
	fd = attach_xdp(prog_fd, ifindex, mode);
	if (netns_fd && setns(own, CLONE_NEWNET)) {
		/* Rather none of it than a thread that is somewhere else. */
		pr_warn("cannot go back to the own network namespace: %s\n", strerror(errno));
		abort();
	}
out:
	if (own >= 0)
		close(own);
	return fd;
}

int link_attach_xdp(struct kwasm_module *m, int link_fd, int netns_fd, __u32 mode)
{
	struct kwasm_link_info info = {};
	__u32 len = sizeof(info);
	int prog, bpf_link, err;

	err = kwasm_obj_get_info_by_fd(link_fd, &info, &len);
	if (err)
		return err;
	prog = load_xdp(info.stub_handle);
	if (prog == -EOPNOTSUPP)
		return module_error_plain(m, prog, no_btf);
	if (prog < 0)
		return prog;
	bpf_link = attach_in(netns_fd, prog, info.ifindex, mode);
	close(prog);
	if (bpf_link < 0)
		return bpf_link;
	err = kwasm_link_stub(link_fd, bpf_link);
	close(bpf_link);
	return err;
}
