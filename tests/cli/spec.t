# SPDX-License-Identifier: GPL-2.0

# a suite of a later version: what fails for want of a module that was refused is skipped
$ kwasm-spec --features 2.0 later.json
later.json: 2 passed, 0 failed, 2 skipped (2 not supported: tail calls)
2 passed, 0 failed, 2 skipped

# one of our own version: it is not
$ kwasm-spec later.json
later.json:11: FAILED assert_return: result 0: wanted 1, got 0 (0x0_0000000000000000)
later.json: 2 passed, 1 failed, 1 skipped (1 not supported: tail calls)
2 passed, 1 failed, 1 skipped
? 1
