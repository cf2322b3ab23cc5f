/* SPDX-License-Identifier: MIT */
/*
 * Every byte of writable memory that the ROMs own by name. It lives here so that no C file has a mutable variable at file
 * scope: C sees each object as one struct, declared in the header of its module. What is in .user is mapped for EL0 too.
 */
#include "firmware/arm/lib/layout.h"

	.macro reserve name, bytes, align
	.balign \align
	.globl \name
\name:	.skip \bytes
	.endm

	.bss
	reserve main_stack, STACK_BYTES, 4096
	.globl main_stack_top
main_stack_top:
	reserve call_stack, CALL_STACK_BYTES, 4096 /* SP_EL0 at EL1, and EL1 under a test at EL2 */
	.globl call_stack_top
call_stack_top:
	reserve el2_stack, STACK_BYTES, 4096
	.globl el2_stack_top
el2_stack_top:
	reserve trap_state, TRAP_STATE_BYTES, 64
	reserve boot_state, BOOT_STATE_BYTES, 64
	reserve page_state, PAGE_STATE_BYTES, 64
	reserve check_state, CHECK_STATE_BYTES, 64
	reserve test_state, TEST_STATE_BYTES, 64
	reserve gic_state, GIC_STATE_BYTES, 64
	reserve virtio_state, VIRTIO_STATE_BYTES, 4096
	reserve trap_recover, 8, 8

	.section .user, "aw", %nobits
	reserve user_stack, CALL_STACK_BYTES, 4096
	.globl user_stack_top
user_stack_top:
	reserve user_state, USER_STATE_BYTES, 4096

	.section .note.GNU-stack, "", %progbits
