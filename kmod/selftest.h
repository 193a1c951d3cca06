/* SPDX-License-Identifier: GPL-2.0 */
/* Built with KWASM_SELFTEST=y: hand-assembled guests against the mechanisms. */
#ifndef KWASM_SELFTEST_H
#define KWASM_SELFTEST_H

#ifdef KWASM_SELFTEST
/* With the parameter selftest=1: run all tests, print TAP to the log. 0, or -EIO after a failure. */
int kwasm_selftest(void);
#else
static inline int kwasm_selftest(void)
{
	return 0;
}
#endif

#endif /* KWASM_SELFTEST_H */
