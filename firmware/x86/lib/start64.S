/* SPDX-License-Identifier: MIT */
/*
 * Entry of the 64-bit ROMs: multiboot leaves us in 32-bit protected mode, so this builds an identity map of
 * 4 GiB in 2 MiB user-accessible pages and enters 64-bit mode (SDM vol. 3 9.8.5).
 */
#include "firmware/x86/lib/layout.h"
#define MULTIBOOT_MAGIC 0x1BADB002
#define MULTIBOOT_FLAGS 0x3

	.section .multiboot, "a"
	.balign 4
	.long MULTIBOOT_MAGIC, MULTIBOOT_FLAGS, -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

	.bss
	.balign 4096
	.globl boot_pml4
boot_pml4: .skip 4096
boot_pdpt: .skip 4096
boot_pd: .skip 4 * 4096

	.data
	.balign 8
boot_gdt:
	.quad 0, 0x00AF9B000000FFFF, 0x00CF93000000FFFF
boot_gdtr:
	.word . - boot_gdt - 1
	.long boot_gdt

	.text
	.code32
	.globl rom_entry
rom_entry:
	cli
	cld
	movl $main_stack_top, %esp
	movl %eax, %esi
	movl $boot_pdpt + 7, boot_pml4
	movl $boot_pdpt, %edi
	movl $boot_pd + 7, %eax
	movl $4, %ecx
1:	movl %eax, (%edi)
	addl $8, %edi
	addl $4096, %eax
	loop 1b
	movl $boot_pd, %edi
	movl $0x87, %eax
	movl $2048, %ecx
2:	movl %eax, (%edi)
	addl $8, %edi
	addl $0x200000, %eax
	loop 2b
	movl %cr4, %eax
	orl $0x20, %eax
	movl %eax, %cr4
	movl $boot_pml4, %eax
	movl %eax, %cr3
	movl $0xC0000080, %ecx
	rdmsr
	orl $0x901, %eax
	wrmsr
	movl %cr0, %eax
	orl $0x80000001, %eax
	movl %eax, %cr0
	lgdt boot_gdtr
	ljmp $SEL_CODE0, $3f
	.code64
3:	movl $SEL_DATA0, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	movl %eax, %fs
	movl %eax, %gs
	movl $main_stack_top, %esp
	pushq $0
	popfq
	movl %esi, %edi
	movl %ebx, %esi
	call rom_start
4:	cli
	hlt
	jmp 4b

	.section .note.GNU-stack, "", @progbits
