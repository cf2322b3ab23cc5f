/* SPDX-License-Identifier: MIT */
/*
 * Every byte of writable memory that the ROMs own by name. It lives here so that no C file has a mutable
 * variable at file scope: C sees each object as one struct, declared in the header of its module.
 */
#include "firmware/x86/lib/layout.h"

	.macro reserve name, bytes, align
	.balign \align
	.globl \name
\name:	.skip \bytes
	.endm

	.bss
	reserve main_stack, STACK_BYTES, 4096
	.globl main_stack_top
main_stack_top:
	reserve trap_stack, TRAP_STACK_BYTES, 4096
	.globl trap_stack_top
trap_stack_top:
	reserve ist_stack, TRAP_STACK_BYTES, 4096
	.globl ist_stack_top
ist_stack_top:
	reserve trap_idt_table, 4096, 4096
	reserve trap_state, TRAP_STATE_BYTES, 64
	reserve seg_state, SEG_STATE_BYTES, 64
	reserve check_state, CHECK_STATE_BYTES, 64
	reserve page_state, PAGE_STATE_BYTES, 64
	reserve irq_state, IRQ_STATE_BYTES, 64
	reserve demo_state, DEMO_STATE_BYTES, 64
	reserve test_state, TEST_STATE_BYTES, 64
	reserve trap_mark, 8, 8
	reserve trap_recover, 8, 8

	.section .note.GNU-stack, "", @progbits
