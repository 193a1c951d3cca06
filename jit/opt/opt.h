/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Passes over the finished SSA graph; each keeps every invariant of ir.h. */
#ifndef KW_OPT_OPT_H
#define KW_OPT_OPT_H

#include "../ir/build.h"

/**
 * kw_opt_dce() - drop what nobody needs
 * Linear.  Needs node.uses, and counts them if they are noted to be stale; leaves them right.
 * Return: 0 or -ENOMEM.
 */
int kw_opt_dce(struct kw_irfunc *f);

/**
 * kw_opt_near() - load [p + c] beside an access of [p]: c becomes the static offset
 * Linear.  Needs node.uses and keeps it right; leaves dead nodes behind.
 * Return: 0 or -ENOMEM.
 */
int kw_opt_near(struct kw_irfunc *f);

/**
 * kw_opt_bytes() - values put together byte by byte become loads and byte swaps
 * Linear.  Needs node.uses and leaves it as it was before, which it notes; leaves dead nodes behind.
 * Return: 0 or -ENOMEM.
 */
int kw_opt_bytes(struct kw_irfunc *f);

/**
 * kw_opt_divide() - divisions of i32 by constants become multiplications
 * Linear.  node.uses is kept; leaves dead nodes behind.
 * Return: 0 or -ENOMEM.
 */
int kw_opt_divide(struct kw_irfunc *f);

/**
 * kw_opt_range() - constants added to what a loop counts become the access's offset
 * Linear.  node.uses is kept; leaves dead nodes behind.
 * Return: 0 or -ENOMEM.
 */
int kw_opt_range(struct kw_irfunc *f);

#endif /* KW_OPT_OPT_H */
