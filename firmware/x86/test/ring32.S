/* SPDX-License-Identifier: MIT */
/*
 * Targets of the ring and task tests of the 32-bit ROM: code whose stack must be exactly what the processor left, so
 * it cannot be C (SDM vol. 3 5.8, chapter 7). Selectors: see ring32.h.
 */
#include "firmware/x86/test/ring32.h"

#define W(n) test_state + 4 * (n)

	.text
/* Entered by a call gate: words 0.. = ESP, the six stacked words, SS, CS. Two parameters. */
	.globl gate_target
gate_target:
	movl %esp, W(0)
	movl (%esp), %eax
	movl %eax, W(1)
	movl 4(%esp), %eax
	movl %eax, W(2)
	movl 8(%esp), %eax
	movl %eax, W(3)
	movl 12(%esp), %eax
	movl %eax, W(4)
	movl 16(%esp), %eax
	movl %eax, W(5)
	movl 20(%esp), %eax
	movl %eax, W(6)
	movl %ss, %eax
	movl %eax, W(7)
	movl %cs, %eax
	movl %eax, W(8)
	lret $8

/* Ring 3: two parameters through the gate; word 9 = ESP before, 10 = ESP after, 11 = CS after. */
	.globl user_call_gate, user_call_gate_back
user_call_gate:
	pushl $0x2222
	pushl $0x1111
	movl %esp, W(9)
	lcall $(SEL_GATE | 3), $0x12345678
user_call_gate_back:
	movl %esp, W(10)
	movl %cs, %eax
	movl %eax, W(11)
	int $0x80

/* A plain far call to a segment that stays in the caller's ring: notes CS and returns. */
	.globl note_cs_lret
note_cs_lret:
	movl %cs, %eax
	movl %eax, W(0)
	lret

	.globl user_call_conforming
user_call_conforming:
	lcall $(SEL_CONFORMING | 3), $note_cs_lret
	int $0x80

/* Ring 0 to ring 3 by LRET with a DS of DPL 0, which must come back null: word 0. */
	.globl lret_to_user
lret_to_user:
	movl $SEL_DATA0, %eax
	movl %eax, %ds
	movl %eax, %fs
	movl $(SEL_DATA3 | 3), %eax
	movl %eax, %es
	pushl $(SEL_DATA3 | 3)
	leal -512(%esp), %eax
	pushl %eax
	pushl $(SEL_CODE3 | 3)
	pushl $1f
	lret
1:	movl %ds, %eax
	movl $(SEL_DATA3 | 3), %ecx
	movl %ecx, %ds
	movl %eax, W(0)
	movl %fs, %eax
	movl %eax, W(1)
	movl %es, %eax
	movl %eax, W(2)
	int $0x80

/* A task: notes its registers and flags, then returns to the caller's task, for ever. */
	.globl task_body
task_body:
	movl %eax, W(0)
	movl %edi, W(1)
	pushfl
	popl W(2)
	str %eax
	movl %eax, W(3)
	movl %cr0, %eax
	movl %eax, W(4)
	movl %es, %eax
	movl %eax, W(5)
	movl %esp, W(6)
	sldt %eax
	movl %eax, W(7)
	movl $0x77777777, %edi
	iret
	jmp task_body

/* A task that was jumped to: jumps back. */
	.globl task_jump_body
task_jump_body:
	movl %eax, W(0)
	pushfl
	popl W(2)
	str %eax
	movl %eax, W(3)
	ljmp $SEL_TSS, $0
	jmp task_jump_body

/* A task entered by an exception: notes the error code, sends the faulting task on to word 9, returns. */
	.globl task_fault_body
task_fault_body:
	popl W(0)
	movl %esp, W(1)
	movl W(9), %eax
	movl %eax, seg_state + MAIN_TSS_EIP
	iret
	jmp task_fault_body

/* Reads through what its own CR3 and LDT give: word 0 from the window, word 1 through ES. */
	.globl task_space_body
task_space_body:
	movl PAGE_WINDOW_32, %eax
	movl %eax, W(0)
	movl %es:0, %eax
	movl %eax, W(1)
	movl %cr3, %eax
	movl %eax, W(2)
	iret
	jmp task_space_body

	.section .note.GNU-stack, "", @progbits
