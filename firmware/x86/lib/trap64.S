/* SPDX-License-Identifier: MIT */
/*
 * Interrupt stubs and the catch/unwind pair for 64-bit mode. Each stub makes the frame uniform by pushing an
 * error code of zero where the processor pushes none (SDM vol. 3 6.14.2).
 */
#include "firmware/x86/lib/layout.h"

	.text
	.balign 16
	.globl trap_stubs
trap_stubs:
	.set v, 0
	.rept 256
	.balign 16
	.if (v == 8) || ((v >= 10) && (v <= 14)) || (v == 17) || (v == 21)
	.else
	pushq $0
	.endif
	pushq $v
	jmp trap_common
	.set v, v + 1
	.endr

trap_common:
	pushq %rax
	pushq %rbx
	pushq %rcx
	pushq %rdx
	pushq %rbp
	pushq %rsi
	pushq %rdi
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	cld
	movq %rsp, %rdi
	movq %rsp, %rbx
	andq $-16, %rsp
	call trap_dispatch
	movq %rbx, %rsp
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %r11
	popq %r10
	popq %r9
	popq %r8
	popq %rdi
	popq %rsi
	popq %rbp
	popq %rdx
	popq %rcx
	popq %rbx
	popq %rax
	addq $16, %rsp
	iretq

/* int trap_catch(void (*fn)(void *), void *arg) */
	.globl trap_catch
trap_catch:
	pushq %rbp
	pushq %rbx
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	pushfq
	pushq trap_recover
	movq %rsp, trap_recover
	movq %rdi, %rax
	movq %rsi, %rdi
	subq $8, %rsp
	call *%rax
	addq $8, %rsp
	movl $-1, %eax
1:	popq trap_recover
	popfq
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbx
	popq %rbp
	ret

	.globl trap_unwind
trap_unwind:
	movl %edi, %eax
	movq trap_recover, %rsp
	movl $SEL_DATA0, %edx
	movl %edx, %ss
	movl %edx, %ds
	movl %edx, %es
	cld
	jmp 1b

/* void trap_iret(void *target): struct trap_target */
	.globl trap_iret
trap_iret:
	movq %rdi, %rsp
	movq 72(%rsp), %rax
	movl %eax, %ds
	movl %eax, %es
	iretq

	.section .note.GNU-stack, "", @progbits
