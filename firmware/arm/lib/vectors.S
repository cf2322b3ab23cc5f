/* SPDX-License-Identifier: MIT */
/*
 * The vector tables of EL1 and EL2 (Arm ARM D1.3.1), the frame that an exception leaves, and the asm half of trap_catch:
 * how control comes back to it from whatever level ended what it called.
 */
#include "firmware/arm/lib/layout.h"

	.macro vector el, index
	.balign 0x80
	sub	sp, sp, #FRAME_BYTES
	stp	x0, x1, [sp]
	mov	x0, #\index
	b	trap_entry_el\el
	.endm

	.macro table el
	.balign 2048
	.globl trap_vectors_el\el
trap_vectors_el\el:
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	vector \el, \n
	.endr
	.balign 0x80

trap_entry_el\el:
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	x16, x17, [sp, #128]
	stp	x18, x19, [sp, #144]
	stp	x20, x21, [sp, #160]
	stp	x22, x23, [sp, #176]
	stp	x24, x25, [sp, #192]
	stp	x26, x27, [sp, #208]
	stp	x28, x29, [sp, #224]
	mrs	x1, elr_el\el
	stp	x30, x1, [sp, #240]
	mrs	x1, spsr_el\el
	mrs	x2, esr_el\el
	stp	x1, x2, [sp, #FRAME_SPSR]
	mrs	x1, far_el\el
	str	x1, [sp, #FRAME_FAR]
	mov	x1, #\el
	stp	x0, x1, [sp, #FRAME_VECTOR]
	mrs	x1, sp_el0
	str	x1, [sp, #FRAME_SP0]
	.if \el == 2
	mrs	x1, hpfar_el2
	str	x1, [sp, #FRAME_HPFAR]
	.else
	str	xzr, [sp, #FRAME_HPFAR]
	.endif
	mov	x0, sp
	bl	trap_dispatch
	ldp	x30, x1, [sp, #240]
	msr	elr_el\el, x1
	ldr	x1, [sp, #FRAME_SPSR]
	msr	spsr_el\el, x1
	ldp	x2, x3, [sp, #16]
	ldp	x4, x5, [sp, #32]
	ldp	x6, x7, [sp, #48]
	ldp	x8, x9, [sp, #64]
	ldp	x10, x11, [sp, #80]
	ldp	x12, x13, [sp, #96]
	ldp	x14, x15, [sp, #112]
	ldp	x16, x17, [sp, #128]
	ldp	x18, x19, [sp, #144]
	ldp	x20, x21, [sp, #160]
	ldp	x22, x23, [sp, #176]
	ldp	x24, x25, [sp, #192]
	ldp	x26, x27, [sp, #208]
	ldp	x28, x29, [sp, #224]
	ldp	x0, x1, [sp]
	add	sp, sp, #FRAME_BYTES
	eret

	/* trap_leave_elN(code, record, sp, spsr): to trap_resume at the level of the record. */
	.globl trap_leave_el\el
trap_leave_el\el:
	msr	spsr_el\el, x3
	adr	x4, trap_resume
	msr	elr_el\el, x4
	mov	sp, x2
	eret

	/* trap_enter_elN(pc, arg, spsr, sp_el0): to a lower level, or to this one. */
	.globl trap_enter_el\el
trap_enter_el\el:
	msr	elr_el\el, x0
	msr	spsr_el\el, x2
	mov	x0, x1
	msr	sp_el0, x3
	adr	x30, trap_end
	eret
	.endm

	.section .text.vectors, "ax"
	table 1
	table 2

	/* Where a function called at a lower level returns to. */
trap_end:
	svc	#CALL_END

	/* u64 trap_catch(fn, arg): the record on the stack is X19 to X30, the record around it, how to be here. */
	.globl trap_catch
trap_catch:
	sub	sp, sp, #128
	stp	x19, x20, [sp]
	stp	x21, x22, [sp, #16]
	stp	x23, x24, [sp, #32]
	stp	x25, x26, [sp, #48]
	stp	x27, x28, [sp, #64]
	stp	x29, x30, [sp, #80]
	adrp	x9, trap_recover
	ldr	x10, [x9, :lo12:trap_recover]
	mrs	x11, CurrentEL
	mrs	x12, SPSel
	orr	x11, x11, x12
	mrs	x12, DAIF
	orr	x11, x11, x12
	stp	x10, x11, [sp, #96]
	mov	x10, sp
	str	x10, [x9, :lo12:trap_recover]
	mov	x9, x0
	mov	x0, x1
	blr	x9
	mov	x0, #-1
	mov	x1, sp
trap_resume:
	mov	sp, x1
	adrp	x9, trap_recover
	ldr	x10, [sp, #96]
	str	x10, [x9, :lo12:trap_recover]
	ldp	x19, x20, [sp]
	ldp	x21, x22, [sp, #16]
	ldp	x23, x24, [sp, #32]
	ldp	x25, x26, [sp, #48]
	ldp	x27, x28, [sp, #64]
	ldp	x29, x30, [sp, #80]
	add	sp, sp, #128
	ret

	.section .note.GNU-stack, "", %progbits
