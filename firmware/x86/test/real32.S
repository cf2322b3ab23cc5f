/* SPDX-License-Identifier: MIT */
/*
 * Real mode: real_run leaves protected mode, runs what was copied to LOW_CODE with every vector of the IVT
 * caught, and comes back (SDM vol. 3 9.9, 20.1). The blob between real_blob and real_blob_end runs at LOW_BLOB.
 * Snippets follow; one that ends by itself jumps to REAL_DONE.
 */
#include "firmware/x86/lib/layout.h"
#include "firmware/x86/test/real32.h"

#define LOW(label) (LOW_BLOB + label - real_blob)

	.text
/* void real_run(void) */
	.globl real_run
real_run:
	pushal
	pushfl
	movl %esp, saved_esp
	sidt saved_idtr
	cli
	ljmp $SEL_CODE16, $LOW_BLOB

/* Back in 32-bit protected mode, on the low stack, with real-mode segment registers. */
real_return:
	movl $SEL_DATA0, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	movl %eax, %fs
	movl %eax, %gs
	movl saved_esp, %esp
	lidt saved_idtr
	popfl
	popal
	cld
	ret

	.bss
	.balign 4
saved_esp:
	.skip 4
saved_idtr:
	.skip 8

	.text
	.globl real_blob, real_blob_end
	.balign 16
	.code16
real_blob:
	movw $SEL_DATA16, %ax
	movw %ax, %ds
	movw %ax, %es
	movw %ax, %fs
	movw %ax, %gs
	movw %ax, %ss
	movl %cr0, %eax
	andb $0xFE, %al
	movl %eax, %cr0
	ljmp $0, $LOW(1f)
1:	xorw %ax, %ax
	movw %ax, %ds
	movw %ax, %es
	movw %ax, %fs
	movw %ax, %gs
	movw %ax, %ss
	movw $LOW_STACK, %sp
	lidtl LOW(real_idtr)
	xorl %ebx, %ebx
	xorl %ecx, %ecx
	xorl %edx, %edx
	xorl %esi, %esi
	xorl %edi, %edi
	xorl %ebp, %ebp
	jmp . + (LOW_CODE - LOW_BLOB) - (. - real_blob)

/* REAL_DONE lies at a fixed place so that snippets need no relocation. */
	.org real_blob + 0x100
	cli
	movl $-1, %cs:REAL_BOX + BOX_VECTOR
	movl %eax, %cs:REAL_BOX + BOX_EAX
	movl %ebx, %cs:REAL_BOX + BOX_EBX
	movl %ecx, %cs:REAL_BOX + BOX_ECX
	movl %edx, %cs:REAL_BOX + BOX_EDX
leave:
	movl %cr0, %eax
	orb $1, %al
	movl %eax, %cr0
	ljmpl $SEL_CODE0, $real_return

/* One stub per vector, 8 bytes apart at LOW_BLOB + 0x200: it keeps the frame and leaves. */
	.org real_blob + 0x200
	.set v, 0
	.rept 32
	.balign 8
	pushw $v
	jmp caught
	.set v, v + 1
	.endr

caught:
	cli
	movl %eax, %cs:REAL_BOX + BOX_EAX
	popw %cs:REAL_BOX + BOX_VECTOR
	movw $0, %cs:REAL_BOX + BOX_VECTOR + 2
	popw %cs:REAL_BOX + BOX_IP
	popw %cs:REAL_BOX + BOX_CS
	popw %cs:REAL_BOX + BOX_FLAGS
	movw %sp, %cs:REAL_BOX + BOX_SP
	movl %ebx, %cs:REAL_BOX + BOX_EBX
	movl %ecx, %cs:REAL_BOX + BOX_ECX
	movl %edx, %cs:REAL_BOX + BOX_EDX
	jmp leave

real_idtr:
	.word 0x3FF
	.long 0
real_blob_end:

#define REAL_DONE (LOW_BLOB + 0x100)

	.macro snippet name
	.globl \name, \name\()_end
\name:
	.endm

	.macro done name
	ljmp $0, $REAL_DONE
\name\()_end:
	.endm

	snippet r_plain
	movl $0x12345678, %eax
	movw %cs, %bx
	smsw %cx
	pushfl
	popl %edx
	done r_plain

	snippet r_int
	movw $0x1111, %ax
	sti
	int $0x1B
	done r_int

/* Its own handler at vector 0x60 sees IF clear and returns through IRET. */
	snippet r_iret
	call 1f
1:	popw %si
	addw $(2f - 1b), %si
	movw %si, 0x60 * 4
	movw %cs, 0x60 * 4 + 2
	stc
	sti
	int $0x60
	pushfw
	popw %dx
	cli
	jmp 3f
2:	pushfw
	popw %cx
	movw $0x2222, %bx
	iretw
3:	done r_iret

	snippet r_de
	xorw %cx, %cx
	divw %cx
	done r_de

	snippet r_ud
	ud2
	done r_ud

	snippet r_bound
	movw $5, 0x8000
	movw $6, 0x8002
	movw $7, %ax
	.byte 0x62, 0x06, 0x00, 0x80 /* bound %ax, 0x8000 */
	done r_bound

	snippet r_into
	movb $0x7F, %al
	incb %al
	into
	done r_into

	snippet r_word_ffff
	movw 0xFFFF, %ax
	done r_word_ffff

	snippet r_byte_ffff
	movb 0xFFFF, %al
	done r_byte_ffff

	snippet r_dword_fffd
	movl 0xFFFD, %eax
	done r_dword_fffd

	snippet r_addr32
	movl $0x10000, %ebx
	movb (%ebx), %al
	done r_addr32

	snippet r_stack_ffff
	movw $0xFFFF, %bp
	movw (%bp), %ax
	done r_stack_ffff

	snippet r_lldt
	lldt %ax
	done r_lldt

	snippet r_lar
	larw %ax, %bx
	done r_lar

	snippet r_arpl
	.byte 0x63, 0xC0
	done r_arpl

	snippet r_step
	pushfw
	popw %ax
	orb $1, %ah
	pushw %ax
	popfw
	nop
	nop
	done r_step

/* ES gets a 4 GiB limit in protected mode and keeps it: "unreal" mode. */
	snippet r_unreal
	movl %cr0, %eax
	orb $1, %al
	movl %eax, %cr0
	movw $SEL_DATA0, %bx
	movw %bx, %es
	andb $0xFE, %al
	movl %eax, %cr0
	movl $SCRATCH_BASE, %ebx
	movl %es:(%ebx), %ecx
	xorw %ax, %ax
	movw %ax, %es
	movl %es:(%ebx), %edx
	done r_unreal

	snippet r_hma
	movw $0xFFFF, %ax
	movw %ax, %es
	movl %es:0x10, %ecx
	movl 0, %edx
	done r_hma

	snippet r_lmsw
	smsw %ax
	movw %ax, %cx
	andw $0xFFFE, %ax
	lmsw %ax
	smsw %bx
	done r_lmsw

	snippet r_far
	pushw %cs
	call 1f
	jmp 2f
1:	movw $0x5555, %bx
	lretw
2:	done r_far

	.section .note.GNU-stack, "", @progbits
