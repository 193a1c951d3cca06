// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Imports -> bindings: the table of host functions, and the search in it.
 * A module names at most a few dozen imports and the table is as short, so
 * the search is linear in both.
 */
#include "bind.h"

#define I	KW_V_I32
#define L	KW_V_I64

/* Shapes as (number of parameters, number of results, types). */
#define SHAPE_I_V	.nr_params = 0, .nr_results = 1, .types = { I }
#define SHAPE_I_I	.nr_params = 1, .nr_results = 1, .types = { I, I }
#define SHAPE_I_II	.nr_params = 2, .nr_results = 1, .types = { I, I, I }
#define SHAPE_I_III	.nr_params = 3, .nr_results = 1, .types = { I, I, I, I }
#define SHAPE_I_IIII	.nr_params = 4, .nr_results = 1, .types = { I, I, I, I, I }
#define SHAPE_L_IIIII	.nr_params = 5, .nr_results = 1, .types = { I, I, I, I, I, L }
#define SHAPE_I_IIILI	.nr_params = 5, .nr_results = 1, .types = { I, I, I, L, I, I }
#define SHAPE_I_LII	.nr_params = 3, .nr_results = 1, .types = { L, I, I, I }
#define SHAPE_L_V	.nr_params = 0, .nr_results = 1, .types = { L }
#define SHAPE_L_I	.nr_params = 1, .nr_results = 1, .types = { I, L }
#define SHAPE_L_IL	.nr_params = 2, .nr_results = 1, .types = { I, L, L }
#define SHAPE_V_II	.nr_params = 2, .nr_results = 0, .types = { I, I }

#define HOW_CALL	.intrinsic = 0, .has_fn = 1
#define HOW_PKT_LEN	.intrinsic = 1 + KW_INTR_PKT_LEN
#define HOW_PKT_ERR	.intrinsic = 1 + KW_INTR_PKT_ERR
#define HOW_PKT_LD	.intrinsic = 1 + KW_INTR_PKT_LD
#define HOW_PKT_LD_OR	.intrinsic = 1 + KW_INTR_PKT_LD_OR
#define HOW_PKT_FIELD	.intrinsic = 1 + KW_INTR_PKT_FIELD, .has_fn = 1

const struct kw_host_info kw_host_info[KW_NR_HOSTS] = {
#define KW_HOST(id_, module_, name_, context_, shape_, how_, arg_)		\
	[KW_HOST_##id_] = {							\
		.module = module_, .name = name_, .context = KW_CTX_##context_,	\
		SHAPE_##shape_, HOW_##how_, .arg = arg_,			\
	},
#include "host.def"
};

static bool name_is(const struct kw_name *n, const char *s)
{
	return n->len == strlen(s) && !memcmp(n->p, s, n->len);
}

/* Does the host have a module of this name at all?  Then nobody else provides its functions. */
static bool find_host(const struct kw_import *im, const struct kw_host_info **out)
{
	bool known = false;
	u32 i;

	*out = NULL;
	for (i = 0; i < KW_NR_HOSTS; i++) {
		if (!name_is(&im->module, kw_host_info[i].module))
			continue;
		known = true;
		if (name_is(&im->name, kw_host_info[i].name)) {
			*out = &kw_host_info[i];
			break;
		}
	}
	return known;
}

static bool type_is(const struct kw_functype *t, const struct kw_host_info *h)
{
	return t->nr_params == h->nr_params && t->nr_results == h->nr_results &&
	       !memcmp(t->types, h->types, h->nr_params + h->nr_results);
}

static void bind_host(const struct kw_host_info *h, struct kw_binding *b)
{
	u32 stub = KW_STUB_HOST + (u32)(h - kw_host_info);

	b->offered = h->context;
	b->arg = h->arg;
	b->index2 = 0;
	if (!h->intrinsic) {
		b->kind = KW_BIND_HOST;
		b->index = stub;
		return;
	}
	b->kind = KW_BIND_INTRINSIC;
	b->index = h->intrinsic - 1;
	if (h->has_fn)
		b->index2 = stub;
}

static int bind_one(const struct kw_module *m, u32 nr, u32 flags, struct kw_binding *out,
		    struct kw_diag *diag)
{
	const struct kw_import *im = &m->imports[nr];
	const struct kw_host_info *h;
	bool known = find_host(im, &h);

	if (!h) {
		if (known || !(flags & KW_BIND_SLOTS))
			return kw_reject(diag, im->offset, KW_R_UNKNOWN_IMPORT, nr, 0);
		if (im->kind == KW_EXT_FUNC)
			out[im->index] = (struct kw_binding){ .kind = KW_BIND_SLOT };
		return 0;
	}
	if (im->kind != KW_EXT_FUNC || !type_is(kw_func_type(m, im->index), h))
		return kw_reject(diag, im->offset, KW_R_INCOMPATIBLE_IMPORT, nr, 0);
	if (m->funcs[im->index].declared)
		return kw_reject(diag, im->offset, KW_R_HOST_FUNCREF, nr, 0);
	bind_host(h, &out[im->index]);
	return 0;
}

int kw_host_bind(const struct kw_module *m, u32 flags, struct kw_binding *out, struct kw_diag *diag)
{
	u32 i;
	int err;

	for (i = 0; i < m->nr_imports; i++) {
		err = bind_one(m, i, flags, out, diag);
		if (err)
			return err;
	}
	return flags & KW_BIND_SLOTS ? 0 : kw_offer_check(m, out, diag);
}
