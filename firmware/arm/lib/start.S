/* SPDX-License-Identifier: MIT */
/*
 * Entry. From EL2 everything is prepared for EL1 (Arm ARM D1.2, D17.2), where the ROMs run; EL2 stays reachable by HVC.
 * From EL1 there is nothing above us. X0 is the device tree, if the loader follows Linux's boot protocol.
 */
#include "firmware/arm/lib/layout.h"

	.arch armv8.5-a
	.section .text.start, "ax"
	.globl rom_entry
rom_entry:
	mov	x20, x0
	msr	daifset, #15
	msr	spsel, #1
	adrp	x1, bss_start
	add	x1, x1, :lo12:bss_start
	adrp	x2, bss_end
	add	x2, x2, :lo12:bss_end
1:	str	xzr, [x1], #8
	cmp	x1, x2
	b.lo	1b
	mrs	x19, CurrentEL
	lsr	x19, x19, #2
	ldr	w0, sctlr_el1_value
	msr	sctlr_el1, x0
	cmp	x19, #2
	b.lo	at_el1

	ldr	w0, sctlr_el2_value
	msr	sctlr_el2, x0
	mov	x1, #1 << 31		/* HCR_EL2.RW */
	mrs	x0, id_aa64isar1_el1
	tst	x0, #0xff0		/* APA, API: without HCR_EL2.APK and API using them at EL1 traps */
	b.eq	2f
	orr	x1, x1, #3 << 40
2:	msr	hcr_el2, x1
	isb
	mov	x0, #3
	msr	cnthctl_el2, x0
	msr	cntvoff_el2, xzr
	mov	x0, #0x33ff
	msr	cptr_el2, x0
	msr	hstr_el2, xzr
	msr	vttbr_el2, xzr
	mrs	x0, pmcr_el0
	ubfx	x0, x0, #11, #5
	msr	mdcr_el2, x0		/* HPMN: all counters are EL1's */
	mrs	x0, midr_el1
	msr	vpidr_el2, x0
	mrs	x0, mpidr_el1
	msr	vmpidr_el2, x0
	mrs	x0, id_aa64pfr0_el1
	ubfx	x0, x0, #24, #4
	cbz	x0, 3f
	mrs	x0, s3_4_c12_c9_5	/* ICC_SRE_EL2: SRE, DFB, DIB, Enable */
	orr	x0, x0, #15
	msr	s3_4_c12_c9_5, x0
	isb
3:	adrp	x0, trap_vectors_el2
	add	x0, x0, :lo12:trap_vectors_el2
	msr	vbar_el2, x0
	adrp	x0, el2_stack_top
	add	x0, x0, :lo12:el2_stack_top
	mov	sp, x0
	mov	x0, #0x3c5		/* EL1h, DAIF */
	msr	spsr_el2, x0
	adr	x0, at_el1
	msr	elr_el2, x0
	eret

at_el1:
	adrp	x0, trap_vectors_el1
	add	x0, x0, :lo12:trap_vectors_el1
	msr	vbar_el1, x0
	msr	mdscr_el1, xzr
	msr	contextidr_el1, xzr
	msr	tpidr_el1, xzr
	mov	x0, #3 << 20		/* CPACR_EL1.FPEN */
	msr	cpacr_el1, x0
	mov	x0, #3
	msr	cntkctl_el1, x0
	isb
	adrp	x0, main_stack_top
	add	x0, x0, :lo12:main_stack_top
	mov	sp, x0
	mov	x29, xzr
	mov	x30, xzr
	mov	x0, x19
	mov	x1, x20
	bl	rom_start
4:	wfi
	b	4b

	.balign 8
sctlr_el1_value: .word 0x30d00800
sctlr_el2_value: .word 0x30c50830

	.section .note.GNU-stack, "", %progbits
