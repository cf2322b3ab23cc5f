/* SPDX-License-Identifier: MIT */
/*
 * Entry of the 32-bit ROMs: the multiboot header and the state that the loader guarantees
 * (Multiboot 0.6.96 section 3.2): flat 32-bit segments, paging off, EAX = magic, EBX = information.
 */
#define MULTIBOOT_MAGIC 0x1BADB002
#define MULTIBOOT_FLAGS 0x3

	.section .multiboot, "a"
	.balign 4
	.long MULTIBOOT_MAGIC, MULTIBOOT_FLAGS, -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

	.text
	.globl rom_entry
rom_entry:
	cli
	cld
	movl $main_stack_top, %esp
	pushl $0
	popfl
	subl $8, %esp
	pushl %ebx
	pushl %eax
	call rom_start
1:	cli
	hlt
	jmp 1b

	.section .note.GNU-stack, "", @progbits
