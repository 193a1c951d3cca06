// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * "Before that one" -> numbers that say so.
 *
 * Links of a place run by order, equal ones by age, which is by id.  What is
 * there is read link by link, so somebody may change it in between: the kernel
 * then refuses the numbers, since the place is of another generation, and all
 * of it is done again.
 */
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"

#define TRIES	20

bool libkwasm_same_place(const struct kwasm_link_info *a, const struct kwasm_link_info *b)
{
	return a->type == b->type && a->netns_ino == b->netns_ino && a->nf_family == b->nf_family &&
	       a->nf_hook == b->nf_hook && a->nf_priority == b->nf_priority &&
	       !strcmp(a->nf_device, b->nf_device);
}

/* The least that comes behind @prev for one with @id. */
static int64_t behind(const struct placed *prev, __u32 id)
{
	return (int64_t)prev->order + (id > prev->id ? 0 : 1);
}

int place_orders(struct placed *e, size_t nr, size_t at)
{
	int64_t order = e[at].order, least;
	size_t i;

	/* As near to the next one as there is room, so that others need not move; the last one just behind. */
	if (nr > 1)
		order = at + 1 < nr ? (int64_t)e[at + 1].order - 1 : INT32_MIN;
	for (i = at; i < nr; i++) {
		order = i > at ? e[i].order : order;
		least = i ? behind(&e[i - 1], e[i].id) : INT32_MIN;
		order = order < least ? least : order;
		if (order > INT32_MAX)
			return -ERANGE;
		e[i].order = order;
	}
	return 0;
}

/* The links of a place; @generation: what it is of. */
struct place {
	struct placed *e;
	size_t nr;
	__u32 generation;
};

static int add(struct place *p, const struct kwasm_link_info *l)
{
	struct placed *e = reallocarray(p->e, p->nr + 1, sizeof(*e));

	if (!e)
		return -ENOMEM;
	p->e = e;
	e[p->nr++] = (struct placed){ l->id, l->order };
	return 0;
}

static int info_of(__u32 id, struct kwasm_link_info *out)
{
	int fd = kwasm_link_get_fd_by_id(id), err;
	__u32 len = sizeof(*out);

	if (fd < 0)
		return fd;
	memset(out, 0, sizeof(*out));
	err = kwasm_obj_get_info_by_fd(fd, out, &len);
	close(fd);
	return err;
}

static int by_order(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return x->id < y->id ? -1 : 1;
}

/* All links of the place that @like is at, in order.  -EAGAIN: it changes just now. */
static int read_place(const struct kwasm_link_info *like, struct place *p)
{
	struct kwasm_link_info l;
	__u32 id = 0;
	int err;

	*p = (struct place){ .generation = like->generation };
	while (!(err = kwasm_link_get_next_id(id, &id))) {
		if (info_of(id, &l) || l.detached || !libkwasm_same_place(&l, like))
			continue;
		if (l.generation != like->generation)
			return -EAGAIN;
		err = add(p, &l);
		if (err)
			return err;
	}
	if (err != -ENOENT)
		return err;
	qsort(p->e, p->nr, sizeof(*p->e), by_order);
	return 0;
}

static size_t find(const struct place *p, __u32 id)
{
	size_t i = 0;

	while (i < p->nr && p->e[i].id != id)
		i++;
	return i;
}

/* Take @id out and put it beside @other. */
static size_t put_beside(struct place *p, __u32 id, __u32 other, bool after)
{
	size_t from = find(p, id), to;
	struct placed moved = p->e[from];

	memmove(&p->e[from], &p->e[from + 1], (p->nr - from - 1) * sizeof(*p->e));
	p->nr--;
	to = find(p, other) + after;
	memmove(&p->e[to + 1], &p->e[to], (p->nr - to) * sizeof(*p->e));
	p->e[to] = moved;
	p->nr++;
	return to;
}

/* Every link whose number is another one now, and the one that moves. */
static int renumber(const struct place *now, const struct place *old, __u32 moved)
{
	struct kwasm_step *step = calloc(now->nr, sizeof(*step));
	__u32 nr = 0, i;
	int err = 0;

	if (!step)
		return -ENOMEM;
	for (i = 0; i < now->nr && !err; i++) {
		if (now->e[i].id != moved && old->e[find(old, now->e[i].id)].order == now->e[i].order)
			continue;
		step[nr].what = KWASM_STEP_ORDER | (now->e[i].id == moved ? KWASM_STEP_ENABLE : 0);
		step[nr].order = now->e[i].order;
		step[nr].generation = now->generation;
		step[nr].link_fd = kwasm_link_get_fd_by_id(now->e[i].id);
		/* It went: then the place is another one. */
		err = step[nr].link_fd < 0 ? -EAGAIN : 0;
		nr += !err;
	}
	if (!err)
		err = kwasm_transaction(step, nr, NULL);
	while (nr)
		close(step[--nr].link_fd);
	free(step);
	return err;
}

static int try_to_place(const struct kwasm_link *l, const struct kwasm_link *other, bool after)
{
	struct kwasm_link_info a, b;
	struct place now, old;
	size_t at;
	int err = kwasm_link__info(l, &a);

	if (!err)
		err = kwasm_link__info(other, &b);
	if (err)
		return err;
	if (a.detached || b.detached)
		return -ENOLINK;
	if (!a.generation || a.id == b.id || !libkwasm_same_place(&a, &b))
		return -EXDEV;
	err = read_place(&a, &now);
	if (!err && (find(&now, a.id) == now.nr || find(&now, b.id) == now.nr))
		err = -EAGAIN;
	if (err)
		goto out;
	old = now;
	old.e = malloc(now.nr * sizeof(*old.e));
	if (!old.e) {
		err = -ENOMEM;
		goto out;
	}
	memcpy(old.e, now.e, now.nr * sizeof(*old.e));
	at = put_beside(&now, a.id, b.id, after);
	err = place_orders(now.e, now.nr, at) ?: renumber(&now, &old, a.id);
	free(old.e);
out:
	free(now.e);
	return err;
}

static int place_beside(const struct kwasm_link *l, const struct kwasm_link *other, bool after)
{
	int i, err = -EAGAIN;

	for (i = 0; i < TRIES && err == -EAGAIN; i++)
		err = try_to_place(l, other, after);
	return libkwasm_err(err);
}

int kwasm_link__run_before(struct kwasm_link *l, const struct kwasm_link *other)
{
	return place_beside(l, other, false);
}

int kwasm_link__run_after(struct kwasm_link *l, const struct kwasm_link *other)
{
	return place_beside(l, other, true);
}
