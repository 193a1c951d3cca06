// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Link -> BPF program that calls it -> BPF link at a device.
 *
 * The kernel lets only BPF programs into XDP and tc.  Ours is a few
 * instructions, made here: it calls kwasm_xdp() or kwasm_tc() of kwasm.ko,
 * which runs the guest, and then does for it what only a BPF program may.  The
 * kernel's link takes the BPF link (before Linux 6.6 at tc: the filter) over,
 * so nothing of this is left to hold or to clean up.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/pkt_cls.h>

#include "internal.h"

#define INSN(code_, dst, src, off_, imm_) \
	((struct bpf_insn){ .code = (code_), .dst_reg = (dst), .src_reg = (src), .off = (off_), .imm = (__s32)(imm_) })
#define MOV(dst, src)		INSN(BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0)
#define MOV_IMM(dst, imm)	INSN(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, imm)
#define ALU_IMM(op, dst, imm)	INSN(BPF_ALU64 | (op) | BPF_K, dst, 0, 0, imm)
#define LOAD32(dst, src, off)	INSN(BPF_LDX | BPF_MEM | BPF_W, dst, src, off, 0)
#define ADD(dst, src)		INSN(BPF_ALU64 | BPF_ADD | BPF_X, dst, src, 0, 0)
#define JUMP_IMM(op, dst, imm, off)	INSN(BPF_JMP | (op) | BPF_K, dst, 0, off, imm)
#define CALL(helper)		INSN(BPF_JMP | BPF_CALL, 0, 0, 0, helper)
/* off: index into the descriptors the program is loaded with */
#define CALL_KFUNC(id)		INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_KFUNC_CALL, 1, id)
#define EXIT()			INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

static const char no_btf[] =
	"this kwasm.ko has no type information (BTF) of the running kernel, which XDP and tc need: "
	"install pahole and build it again with KERNEL_BTF=/sys/kernel/btf/vmlinux";

/* Descriptor of the BTF that the kernel has of kwasm.ko, and its number; or -ENOENT. */
static int find_btf(__u32 *number)
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
		*number = id;
		if (!bpf_obj_get_info_by_fd(fd, &info, &len) && info.kernel_btf && !strcmp(name, "kwasm"))
			return fd;
		close(fd);
	}
	return -ENOENT;
}

int module_btf_fd(void)
{
	__u32 number;

	return find_btf(&number);
}

/* The functions of kwasm.ko that stubs call. */
enum callee_name { CALLEE_XDP, CALLEE_TC, NR_CALLEES };

static const char *const callee_name[NR_CALLEES] = { "kwasm_xdp", "kwasm_tc" };

/*
 * Their numbers in the BTF numbered @btf, 0 where there is none.  Kept: to read the kernel's takes
 * longer than all the rest of an attach.  A module that is loaded anew has another number.
 */
static struct {
	pthread_mutex_t lock;
	__u32 btf;
	int id[NR_CALLEES];
} known = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void read_ids(int id[NR_CALLEES])
{
	struct btf *kernel = btf__load_vmlinux_btf(), *module = NULL;
	int i, found;

	if (kernel)
		module = btf__load_module_btf("kwasm", kernel);
	for (i = 0; i < NR_CALLEES; i++) {
		found = module ? btf__find_by_name_kind(module, callee_name[i], BTF_KIND_FUNC) : 0;
		id[i] = found > 0 ? found : 0;
	}
	btf__free(module);
	btf__free(kernel);
}

/* One of them, and where it is. */
struct callee {
	int id, btf_fd;
};

/* 0, or -EOPNOTSUPP: the kernel knows of none. */
static int find_callee(struct callee *f, enum callee_name name)
{
	__u32 number;

	f->btf_fd = find_btf(&number);
	if (f->btf_fd < 0)
		return -EOPNOTSUPP;
	pthread_mutex_lock(&known.lock);
	if (known.btf != number)
		read_ids(known.id);
	known.btf = number;
	f->id = known.id[name];
	pthread_mutex_unlock(&known.lock);
	if (f->id)
		return 0;
	close(f->btf_fd);
	return -EOPNOTSUPP;
}

bool libkwasm_has_btf(void)
{
	struct callee f;

	if (find_callee(&f, CALLEE_XDP))
		return false;
	close(f.btf_fd);
	return true;
}

static int load(enum bpf_prog_type type, const struct callee *f, const struct bpf_insn *insns, size_t nr,
		__u32 flags)
{
	const int fds[2] = { -1, f->btf_fd };
	LIBBPF_OPTS(bpf_prog_load_opts, o, .prog_flags = flags, .fd_array = fds);

	return bpf_prog_load(type, type == BPF_PROG_TYPE_XDP ? "kwasm_xdp" : "kwasm_tc", "GPL", insns, nr, &o);
}

/* Load the program of XDP link @handle.  Return: its descriptor. */
static int load_xdp(const struct callee *f, __u32 handle)
{
	const struct bpf_insn insns[] = {
		MOV(BPF_REG_6, BPF_REG_1),
		MOV_IMM(BPF_REG_2, handle),
		CALL_KFUNC(f->id),
		/* Nothing but a verdict, as mostly. */
		JUMP_IMM(BPF_JLT, BPF_REG_0, XDP_REDIRECT, 17),
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

	return load(BPF_PROG_TYPE_XDP, f, insns, ARRAY_SIZE(insns), BPF_F_XDP_HAS_FRAGS);
}

/* The same of a tc link. */
static int load_tc(const struct callee *f, __u32 handle)
{
	const struct bpf_insn insns[] = {
		MOV(BPF_REG_6, BPF_REG_1),
		MOV_IMM(BPF_REG_2, handle),
		CALL_KFUNC(f->id),
		/* Nothing but a verdict, as mostly. */
		JUMP_IMM(BPF_JLT, BPF_REG_0, TC_ACT_REDIRECT, 26),
		JUMP_IMM(BPF_JEQ, BPF_REG_0, (__u8)TC_ACT_UNSPEC, 24),
		MOV(BPF_REG_7, BPF_REG_0),
		/* Bits 31..8: what to add at the end, of the length it has now. */
		MOV(BPF_REG_2, BPF_REG_0),
		ALU_IMM(BPF_LSH, BPF_REG_2, 32),
		ALU_IMM(BPF_ARSH, BPF_REG_2, 40),
		JUMP_IMM(BPF_JEQ, BPF_REG_2, 0, 8),
		LOAD32(BPF_REG_3, BPF_REG_6, offsetof(struct __sk_buff, len)),
		ADD(BPF_REG_2, BPF_REG_3),
		MOV_IMM(BPF_REG_3, 0),
		MOV(BPF_REG_1, BPF_REG_6),
		CALL(BPF_FUNC_skb_change_tail),
		JUMP_IMM(BPF_JEQ, BPF_REG_0, 0, 2),
		MOV_IMM(BPF_REG_0, TC_ACT_SHOT),
		EXIT(),
		/* Bits 7..0, signed: the verdict; 62..32: the device of TC_ACT_REDIRECT; 63: into it. */
		MOV(BPF_REG_0, BPF_REG_7),
		ALU_IMM(BPF_LSH, BPF_REG_0, 56),
		ALU_IMM(BPF_ARSH, BPF_REG_0, 56),
		JUMP_IMM(BPF_JNE, BPF_REG_0, TC_ACT_REDIRECT, 6),
		MOV(BPF_REG_1, BPF_REG_7),
		ALU_IMM(BPF_LSH, BPF_REG_1, 1),
		ALU_IMM(BPF_RSH, BPF_REG_1, 33),
		MOV(BPF_REG_2, BPF_REG_7),
		ALU_IMM(BPF_RSH, BPF_REG_2, 63),
		CALL(BPF_FUNC_redirect),
		EXIT(),
		MOV_IMM(BPF_REG_0, TC_ACT_UNSPEC),
		EXIT(),
	};

	return load(BPF_PROG_TYPE_SCHED_CLS, f, insns, ARRAY_SIZE(insns), 0);
}

/*
 * A loaded stub on its way to its device.  @mode: enum kwasm_xdp_mode; @hook:
 * enum kwasm_tc_hook; @handle, @priority: out, of a filter: @handle is not 0.
 */
struct place {
	int prog_fd;
	__u32 ifindex;
	__u32 mode;
	__u32 hook;
	__u32 stub_handle;
	__u32 handle, priority;
};

/* Return: the BPF link. */
static int attach_xdp(struct place *p)
{
	int prog_fd = p->prog_fd;
	__u32 ifindex = p->ifindex, mode = p->mode;
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

/* Where a program is among the clsact qdisc's filters: behind those that were attached before it. */
static __u32 filter_priority(__u32 stub_handle)
{
	return 0x4000 + stub_handle % 0x8000;
}

static int attach_filter(struct place *p)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = p->ifindex,
		    .attach_point = p->hook == KWASM_TC_EGRESS ? BPF_TC_EGRESS : BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, o, .prog_fd = p->prog_fd, .handle = p->stub_handle,
		    .priority = filter_priority(p->stub_handle));
	int err = bpf_tc_hook_create(&hook);

	if (err && err != -EEXIST)
		return err;
	err = bpf_tc_attach(&hook, &o);
	if (err)
		return err;
	p->handle = o.handle;
	p->priority = o.priority;
	return 0;
}

static int detach_filter(struct place *p)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = p->ifindex,
		    .attach_point = p->hook == KWASM_TC_EGRESS ? BPF_TC_EGRESS : BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, o, .handle = p->handle, .priority = p->priority);

	return bpf_tc_detach(&hook, &o);
}

/* Return: the BPF link, or 0: it is a filter. */
static int attach_tc(struct place *p)
{
	/* Those of Linux 6.6; the headers may be older. */
	enum { TCX_INGRESS = 46, TCX_EGRESS = 47 };
	LIBBPF_OPTS(bpf_link_create_opts, o);
	int fd = bpf_link_create(p->prog_fd, p->ifindex,
				 (enum bpf_attach_type)(p->hook == KWASM_TC_EGRESS ? TCX_EGRESS : TCX_INGRESS), &o);

	return fd == -EINVAL ? attach_filter(p) : fd;
}

/* Devices are named by numbers of the thread's namespace: @netns_fd for a moment, 0 for its own. */
static int attach_in(int netns_fd, int (*attach)(struct place *p), struct place *p)
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
	fd = attach(p);
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

/* What differs between XDP and tc. */
struct kind {
	enum callee_name callee;
	int (*load)(const struct callee *f, __u32 handle);
	int (*attach)(struct place *p);
	__u32 mode;
};

static int link_attach_stub(struct kwasm_module *m, int link_fd, int netns_fd, const struct kind *k)
{
	struct kwasm_link_info info = {};
	__u32 len = sizeof(info);
	struct callee f;
	struct place p;
	int bpf_link, err;

	err = kwasm_obj_get_info_by_fd(link_fd, &info, &len);
	if (err)
		return err;
	err = find_callee(&f, k->callee);
	if (err)
		return module_error_plain(m, err, no_btf);
	p = (struct place){ .ifindex = info.ifindex, .mode = k->mode, .hook = info.nf_hook,
			    .stub_handle = info.stub_handle };
	p.prog_fd = k->load(&f, info.stub_handle);
	close(f.btf_fd);
	if (p.prog_fd < 0)
		return p.prog_fd;
	bpf_link = attach_in(netns_fd, k->attach, &p);
	close(p.prog_fd);
	if (bpf_link < 0)
		return bpf_link;
	if (p.handle) {
		err = kwasm_link_stub_filter(link_fd, p.handle, p.priority);
		if (err)
			attach_in(netns_fd, detach_filter, &p);
		return err;
	}
	err = kwasm_link_stub(link_fd, bpf_link);
	close(bpf_link);
	return err;
}

int link_attach_xdp(struct kwasm_module *m, int link_fd, int netns_fd, __u32 mode)
{
	return link_attach_stub(m, link_fd, netns_fd, &(const struct kind){
		.callee = CALLEE_XDP, .load = load_xdp, .attach = attach_xdp, .mode = mode });
}

int link_attach_tc(struct kwasm_module *m, int link_fd, int netns_fd)
{
	return link_attach_stub(m, link_fd, netns_fd, &(const struct kind){
		.callee = CALLEE_TC, .load = load_tc, .attach = attach_tc });
}
