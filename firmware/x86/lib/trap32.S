/* SPDX-License-Identifier: MIT */
/*
 * Interrupt stubs and the catch/unwind pair for 32-bit mode. Each stub makes the frame uniform by pushing an
 * error code of zero where the processor pushes none (SDM vol. 3 table 6-1).
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
	pushl $0
	.endif
	pushl $v
	jmp trap_common
	.set v, v + 1
	.endr

trap_common:
	pushal
	pushl %ds
	pushl %es
	pushl %fs
	pushl %gs
	movl $SEL_DATA0, %eax
	movl %eax, %ds
	movl %eax, %es
	cld
	movl %esp, %eax
	pushl %eax
	call trap_dispatch
	.globl trap_return
trap_return:
	addl $4, %esp
	popl %gs
	popl %fs
	popl %es
	popl %ds
	popal
	addl $8, %esp
	iretl

/* int trap_catch(void (*fn)(void *), void *arg) */
	.globl trap_catch
trap_catch:
	pushl %ebp
	pushl %ebx
	pushl %esi
	pushl %edi
	pushfl
	pushl trap_recover
	movl %esp, trap_recover
	movl 28(%esp), %eax
	pushl 32(%esp)
	call *%eax
	addl $4, %esp
	movl $-1, %eax
1:	popl trap_recover
	popfl
	popl %edi
	popl %esi
	popl %ebx
	popl %ebp
	ret

	.globl trap_unwind
trap_unwind:
	movl 4(%esp), %eax
	movl trap_recover, %esp
	movl $SEL_DATA0, %edx
	movl %edx, %ss
	movl %edx, %ds
	movl %edx, %es
	movl %edx, %fs
	movl %edx, %gs
	cld
	jmp 1b

/* void trap_iret(void *target): struct trap_target */
	.globl trap_iret
trap_iret:
	movl 4(%esp), %esp
	movl 36(%esp), %eax
	movl %eax, %ds
	movl %eax, %es
	iretl

	.section .note.GNU-stack, "", @progbits
