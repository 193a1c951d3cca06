# SPDX-License-Identifier: GPL-2.0
# The code arena: text pages without bytes in the .ko, which the module loader
# maps read-only and executable like the rest of our text.
#
# Assembled apart and given only to the final link (LDFLAGS_MODULE): objtool
# cannot read an executable section without contents.

	.section .kwasm_arena, "ax", @nobits
# As large as pages get.
	.balign	65536
	.globl	kwasm_arena
	.type	kwasm_arena, @function
kwasm_arena:
	.skip	ARENA_BYTES
	.size	kwasm_arena, . - kwasm_arena
	.globl	kwasm_arena_limit
kwasm_arena_limit:

# A probe's breakpoint would be put back over new code when it goes: none in here.
# One entry covers the whole symbol, which ends where the next one begins.
	.section _kprobe_blacklist, "aw"
	.balign	8
	.quad	kwasm_arena

	.section .note.GNU-stack, "", @progbits
