/* SPDX-License-Identifier: MIT */
/* Delivery of interrupts and exceptions in every mode, what is pushed, what becomes of faults on the way, shadows and
 * priorities, and the ways back by IRET. Intel SDM vol. 3, chapter 6, 20.2, 20.3; vol. 2, INT n and IRET. */
#include "tests/unit/x86_rig.h"

#include <stdlib.h>

TestSuite(x86_interrupt, .init = rig_start, .fini = rig_stop);

/* ---- the ways in --------------------------------------------------------------------------------- */

Test(x86_interrupt, real_mode)
{
	rig_real();
	c->flags = FL_IF;
	rig_code("cd21 f4");
	cr_expect_eq(rig_run(), 0x21);
	cr_expect_eq(c->r[R_SP], RIG_STACK0 - 6);
	cr_expect_eq(rig_peek(RIG_STACK0 - 6, 2), RIG_CODE + 2);
	cr_expect_eq(rig_peek(RIG_STACK0 - 2, 2), FL_IF | FL_1);
	cr_expect_eq(c->flags, 0);
}

/* In real mode a vector beyond the table's limit is #GP, and that vector has to fit. */
Test(x86_interrupt, real_mode_limit)
{
	rig_real();
	c->idtr.limit = 0x40;
	rig_code("cd21");
	cr_expect_eq(rig_run(), X_GP);
	cr_expect_eq(rig_peek(RIG_STACK0 - 6, 2), RIG_CODE);
	rig_real();
	c->idtr.limit = 0x10;
	cr_expect_eq(rig_run(), RIG_SHUTDOWN);
}

Test(x86_interrupt, same_level)
{
	rig_protected(0);
	c->flags = FL_IF;
	rig_code("cd30 f4");
	cr_expect_eq(rig_run(), 0x30);
	cr_expect_eq(c->r[R_SP], RIG_STACK0 - 12);
	cr_expect_eq(rig_frame(0), RIG_CODE + 2);
	cr_expect_eq(rig_frame(1), CODE0);
	cr_expect_eq(rig_frame(2), FL_IF | FL_1);
	cr_expect_not(c->flags & FL_IF, "an interrupt gate clears IF");
	rig_protected(0);
	rig_gate(0x30, CODE0, SYS_TRAP, 3);
	c->flags = FL_IF;
	cr_expect_eq(rig_run(), 0x30);
	cr_expect(c->flags & FL_IF, "a trap gate leaves IF");
}

Test(x86_interrupt, inner_level)
{
	rig_protected(3);
	rig_code("cd30 f4");
	cr_expect_eq(rig_run(), 0x30);
	cr_expect_eq(c->cpl, 0);
	cr_expect_eq(c->seg[S_SS].sel, DATA0);
	cr_expect_eq(c->seg[S_DS].sel, DATA3, "data segments stay");
	cr_expect_eq(c->r[R_SP], RIG_STACK0 - 20);
	cr_expect_eq(rig_frame(1), CODE3);
	cr_expect_eq(rig_frame(3), RIG_STACK3);
	cr_expect_eq(rig_frame(4), DATA3);
}

Test(x86_interrupt, gate_checks)
{
	rig_protected(3);
	rig_code("cd08");
	cr_expect_eq(rig_run(), X_GP, "DPL 0 from level 3");
	cr_expect_eq(rig_frame(0), 8 * 8 + 2);
	cr_expect_eq(rig_frame(1), RIG_CODE);
	rig_protected(3);
	rig_poke(RIG_IDT + 8 * 8 + 5, 1, 0x6e); /* not present, DPL 3 */
	cr_expect_eq(rig_run(), X_NP);
	cr_expect_eq(rig_frame(0), 8 * 8 + 2);
	rig_protected(0);
	c->idtr.limit = 0x7f + 8;
	rig_poke(RIG_CODE, 2, 0x40cd);
	cr_expect_eq(rig_run(), X_GP, "beyond the IDT");
	cr_expect_eq(rig_frame(0), 0x40 * 8 + 2);
}

Test(x86_interrupt, sixteen_bit_gate)
{
	rig_protected(0);
	rig_gate(0x30, CODE0, SYS_INT16, 3);
	rig_code("cd30");
	cr_expect_eq(rig_run(), 0x30);
	cr_expect_eq(c->r[R_SP], RIG_STACK0 - 6);
	cr_expect_eq(rig_peek(RIG_STACK0 - 4, 2), CODE0);
}

Test(x86_interrupt, long_mode)
{
	rig_long(3);
	c->r[R_SP] = RIG_STACK3 - 8;
	rig_code("cd30");
	cr_expect_eq(rig_run(), 0x30);
	cr_expect_eq(c->cpl, 0);
	cr_expect_eq(c->seg[S_SS].sel, 0, "SS is null");
	cr_expect_eq(c->r[R_SP], RIG_STACK0 - 40);
	cr_expect_eq(rig_frame(0), RIG_CODE + 2);
	cr_expect_eq(rig_frame(1), CODE3_64);
	cr_expect_eq(rig_frame(3), RIG_STACK3 - 8);
	cr_expect_eq(rig_frame(4), DATA3);
}

Test(x86_interrupt, long_mode_ist_and_alignment)
{
	rig_long(0);
	rig_poke(RIG_TSS + 0x24 + 8, 8, 0x5007); /* IST2, rounded down to 16 */
	rig_poke(RIG_IDT + 0x30 * 16 + 4, 1, 2);
	rig_code("cd30");
	cr_expect_eq(rig_run(), 0x30);
	cr_expect_eq(c->r[R_SP], 0x5000 - 40);
	cr_expect_eq(c->seg[S_SS].sel, DATA0, "no change of level: SS stays");
	cr_expect_eq(rig_frame(3), RIG_STACK0);
}

Test(x86_interrupt, error_code_has_ext_for_faults_in_delivery)
{
	rig_protected(0);
	rig_poke(RIG_IDT + X_UD * 8 + 5, 1, 0); /* #UD has no gate */
	rig_code("0f0b");
	cr_expect_eq(rig_run(), X_GP);
	cr_expect_eq(rig_frame(0), X_UD * 8 + 2 + 1);
	cr_expect_eq(rig_frame(1), RIG_CODE);
	cr_expect(rig_frame(3) & FL_RF, "a fault pushes RF");
}

/* ---- double and triple faults -------------------------------------------------------------------- */

Test(x86_interrupt, double_fault)
{
	rig_protected(0);
	rig_poke(RIG_IDT + X_GP * 8 + 5, 1, 0);
	rig_code("66 b8ffff 8ed8"); /* mov ax, 0ffffh; mov ds, ax: #GP, then #NP, both contributory */
	cr_expect_eq(rig_run(), X_DF);
	cr_expect_eq(rig_frame(0), 0);
	cr_expect_eq(rig_frame(1), RIG_CODE + 4);
}

Test(x86_interrupt, page_fault_in_delivery_of_page_fault)
{
	rig_protected(0);
	rig_paging(RIG_32);
	rig_poke(rig_pte(RIG_32, RIG_DATA), 4, 0);
	rig_poke(rig_pte(RIG_32, RIG_STACK0 - 4096), 4, 0); /* no stack: a task gate would help, else a triple fault */
	rig_code("a1 00001000");
	cr_expect_eq(rig_run(), RIG_SHUTDOWN);
	cr_expect_eq(c->nchain, 4);
	cr_expect_eq(c->chain[0].vector, X_PF);
	cr_expect_eq(c->chain[0].cr2, RIG_DATA);
	cr_expect_eq(c->chain[1].vector, X_PF);
	cr_expect_eq(c->chain[1].cr2, RIG_STACK0 - 4);
	cr_expect_eq(c->chain[2].vector, X_DF);
	cr_expect_eq(c->chain[3].vector, X_PF);
}

Test(x86_interrupt, triple_fault_tells_the_story)
{
	char text[2000] = "";
	FILE *f;

	rig_protected(0);
	c->idtr.limit = 0;
	rig_code("0f0b");
	cr_expect_eq(rig_run(), RIG_SHUTDOWN);
	cr_expect(strstr(c->cpu.shutdown_reason, "triple fault"));
	f = tmpfile();
	x86_explain(&c->cpu, f);
	rewind(f);
	cr_assert(fread(text, 1, sizeof(text) - 1, f) > 0);
	fclose(f);
	cr_expect(strstr(text, "#UD (vector 6) at 0008:00008000"), "%s", text);
	cr_expect(strstr(text, "#GP (vector 13, error code 0033)"), "%s", text);
	cr_expect(strstr(text, "beyond the limit of the IDT"), "%s", text);
	cr_expect(strstr(text, "#DF (vector 8, error code 0000)"), "%s", text);
}

/* A benign exception first: what follows is handled on its own. */
Test(x86_interrupt, fault_after_interrupt_is_serial)
{
	rig_protected(0);
	rig_paging(RIG_32);
	rig_poke(rig_pte(RIG_32, RIG_IDT), 4, 0);
	rig_code("cd30");
	cr_expect_eq(rig_run(), RIG_SHUTDOWN, "without an IDT nothing can be delivered");
	cr_expect_eq(c->chain[0].vector, X_PF);
	cr_expect_eq(c->chain[0].error, 0);
}

/* The frame of #AC cannot be pushed without #AC: benign, and so serial, for ever. */
Test(x86_interrupt, alignment_check_without_end)
{
	rig_protected(3);
	rig_set_desc(FREE, rig_desc(0, 0xfffff, SEG_P | SEG_S | SEG_CODE | SEG_RW | SEG_DC | SEG_G | SEG_DB));
	rig_gate(X_AC, FREE, SYS_INT, 0);
	c->cr0 |= CR0_AM;
	x86_set_flags(c, FL_AC, FL_AC);
	c->r[R_SP] = RIG_STACK3 - 1;
	rig_code("50");
	cr_expect_eq(rig_run(), RIG_SHUTDOWN);
	cr_expect_eq(c->chain[0].vector, X_AC);
	cr_expect(strstr(c->cpu.shutdown_reason, "without end"));
}

/* ---- IRET ---------------------------------------------------------------------------------------- */

Test(x86_interrupt, iret_to_outer_level)
{
	rig_protected(0);
	/* push ss3, esp3, flags, cs3, eip; iretd */
	rig_code("6a23 6800600000 6802020000 6a1b 6840800000 cf");
	rig_poke(RIG_CODE + 0x40, 1, 0xf4);
	c->flags |= FL_IOPL;
	cr_expect_eq(rig_run(), X_GP, "HLT at level 3");
	cr_expect_eq(rig_frame(1), RIG_CODE + 0x40);
	cr_expect_eq(rig_frame(2), CODE3);
	cr_expect_eq(rig_frame(3) & 0xffff, FL_IF | FL_1);
	cr_expect_eq(rig_frame(4), RIG_STACK3);
	cr_expect_eq(rig_frame(5), DATA3);
	cr_expect_eq(c->seg[S_DS].sel, 0, "inner data segments become null");
}

Test(x86_interrupt, iret_cannot_raise_privilege)
{
	rig_protected(3);
	rig_code("6802320000 6a08 6840800000 cf"); /* to CODE0 */
	cr_expect_eq(rig_run(), X_GP);
	cr_expect_eq(rig_frame(0), CODE0);
	rig_protected(3);
	rig_code("");
	rig_poke(RIG_CODE + 5, 2, 0x1b6a);
	cr_expect_eq(rig_step(4), STOP_UNTIL);
	cr_expect_eq(c->cpu.pc, RIG_CODE + 0x40);
	cr_expect_not(c->flags & (FL_IOPL | FL_IF), "level 3 changes neither IOPL nor IF");
}

Test(x86_interrupt, iretq)
{
	rig_long(0);
	rig_code("6a23 6800600000 6802020000 6a43 6840800000 48cf");
	rig_poke(RIG_CODE + 0x40, 2, 0x0b0f);
	cr_expect_eq(rig_run(), X_UD);
	cr_expect_eq(rig_frame(0), RIG_CODE + 0x40);
	cr_expect_eq(rig_frame(1), CODE3_64);
	cr_expect_eq(rig_frame(3), RIG_STACK3);
	/* to compatibility mode */
	rig_long(0);
	rig_poke(RIG_CODE + 13, 1, CODE3);
	cr_expect_eq(rig_run(), X_UD);
	cr_expect_eq(rig_frame(1), CODE3);
}

Test(x86_interrupt, iret_unblocks_nmi)
{
	rig_protected(0);
	rig_code("90 f4");
	x86_nmi(c);
	cr_expect_eq(rig_run(), X_NMI);
	cr_expect(c->nmi_blocked);
	x86_nmi(c);
	cr_expect_eq(rig_run(), X_NMI, "still in the handler's HLT");
	cr_expect_eq(c->r[R_SP], RIG_STACK0 - 12);
	c->halted = false;
	cr_expect_eq(rig_step(1), STOP_UNTIL); /* iret */
	cr_expect_not(c->nmi_blocked);
	cr_expect_eq(rig_run(), X_NMI);
}

/* ---- virtual-8086 mode --------------------------------------------------------------------------- */

Test(x86_interrupt, from_v86)
{
	rig_v86();
	c->flags |= FL_IOPL;
	x86_load_seg_real(c, S_ES, 0x1234);
	rig_code("cd30");
	cr_expect_eq(rig_run(), 0x30);
	cr_expect_eq(c->r[R_SP], RIG_STACK0 - 36);
	cr_expect_eq(rig_frame(1), 0);
	cr_expect(rig_frame(2) & FL_VM);
	cr_expect_eq(rig_frame(3), RIG_STACK3);
	cr_expect_eq(rig_frame(5), 0x1234);
	cr_expect_eq(c->seg[S_ES].sel, 0);
	cr_expect_not(x86_v86(c));
	/* and back */
	c->halted = false;
	cr_expect_eq(rig_step(1), STOP_UNTIL);
	cr_expect(x86_v86(c));
	cr_expect_eq(c->cpl, 3);
	cr_expect_eq(c->seg[S_ES].sel, 0x1234);
	cr_expect_eq(c->seg[S_ES].base, 0x12340);
	cr_expect_eq(c->r[R_SP], RIG_STACK3);
	cr_expect_eq(c->cpu.pc, RIG_CODE + 2);
}

Test(x86_interrupt, v86_needs_iopl)
{
	rig_v86();
	rig_code("cd30");
	cr_expect_eq(rig_run(), X_GP);
	cr_expect_eq(rig_frame(0), 0);
	cr_expect_eq(rig_frame(1), RIG_CODE);
}

/* CR4.VME: INT n goes to the program's own vector if its redirection bit is clear. */
Test(x86_interrupt, vme_redirection)
{
	rig_v86();
	c->cr4 = CR4_VME;
	c->flags |= FL_VIF;
	rig_code("cd30 f4");
	rig_poke(RIG_TSS + 0x100 - 32 + 0x31 / 8, 1, 1 << (0x31 & 7)); /* 31h is the monitor's, 30h the program's */
	cr_expect_eq(rig_step(1), STOP_UNTIL);
	cr_expect(x86_v86(c));
	cr_expect_eq(c->cpu.pc, rig_handler(0x30));
	cr_expect_eq(rig_peek(RIG_STACK3 - 2, 2), FL_IF | FL_IOPL | FL_1, "IF shows VIF, IOPL shows 3");
	cr_expect_not(c->flags & FL_VIF);
	rig_v86();
	rig_poke(RIG_CODE + 1, 1, 0x31);
	cr_expect_eq(rig_run(), X_GP, "IOPL 0 and redirected to the IDT");
}

Test(x86_interrupt, v86_iret_with_vme)
{
	rig_v86();
	c->cr4 = CR4_VME;
	rig_code("cf");
	c->r[R_SP] = RIG_STACK3 - 6;
	rig_poke(RIG_STACK3 - 6, 2, 0x1234);
	rig_poke(RIG_STACK3 - 2, 2, FL_IF | FL_CF);
	cr_expect_eq(rig_step(1), STOP_UNTIL);
	cr_expect_eq(c->cpu.pc, 0x1234);
	cr_expect_eq(x86_get_flags(c), FL_VM | FL_VIF | FL_CF | FL_1);
}

/* ---- external interrupts, shadows, steps --------------------------------------------------------- */

static int acked;

static int ack(void *arg)
{
	acked++;
	x86_set_irq(arg, false);
	return 0x41;
}

static void with_controller(void)
{
	acked = 0;
	c->bus.arg = c;
	c->bus.irq_ack = ack;
}

Test(x86_interrupt, external_waits_for_if)
{
	rig_protected(0);
	with_controller();
	rig_code("90 90 fb 90 90 f4");
	x86_set_irq(c, true);
	cr_expect_eq(rig_run(), 0x41);
	cr_expect_eq(acked, 1);
	cr_expect_eq(rig_frame(0), RIG_CODE + 4, "one instruction after STI");
	cr_expect_eq(c->cpu.icount, 4 + 1 + 1, "four instructions, the delivery, and HLT");
}

Test(x86_interrupt, mov_ss_holds_everything_off)
{
	rig_protected(0);
	with_controller();
	rig_code("8ed0 90 90 f4"); /* mov ss, ax */
	c->r[R_AX] = DATA0;
	c->flags |= FL_IF | FL_TF;
	cr_expect_eq(rig_step(1), STOP_UNTIL);
	x86_set_irq(c, true);
	x86_nmi(c);
	cr_expect_eq(rig_run(), X_NMI, "the trap's handler is left at once by the NMI");
	cr_expect_eq(rig_frame(0), rig_handler(X_DB));
	cr_expect_eq(rig_peek(RIG_STACK0 - 12, 4), RIG_CODE + 3, "the step trap came after the next instruction");
}

Test(x86_interrupt, sti_hlt_is_atomic)
{
	rig_protected(0);
	with_controller();
	rig_code("fb f4");
	x86_set_irq(c, true);
	cr_expect_eq(rig_run(), 0x41);
	cr_expect_eq(rig_frame(0), RIG_CODE + 2, "HLT was executed and left");
}

Test(x86_interrupt, halt_wakes)
{
	rig_protected(0);
	with_controller();
	rig_code("fb 90 f4 90 f4");
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(rig_step(1000), STOP_IDLE);
	x86_set_irq(c, true);
	cr_expect_eq(rig_run(), 0x41);
	cr_expect_eq(rig_frame(0), RIG_CODE + 3);
}

Test(x86_interrupt, single_step)
{
	rig_protected(0);
	rig_code("9d 90 90 f4"); /* popfd with TF */
	c->r[R_SP] -= 4;
	rig_poke(c->r[R_SP], 4, FL_TF | FL_1);
	cr_expect_eq(rig_run(), X_DB);
	cr_expect_eq(rig_frame(0), RIG_CODE + 2, "not after POPF but after the next one");
	cr_expect_eq(c->dr[6], 0xffff4ff0);
	cr_expect(rig_frame(2) & FL_TF);
	cr_expect_not(c->flags & FL_TF);
}

/* INT n clears TF: the handler is not stepped into. */
Test(x86_interrupt, step_over_int)
{
	rig_protected(0);
	rig_code("cd30");
	c->flags |= FL_TF;
	x86_rearm(c);
	cr_expect_eq(rig_run(), 0x30);
}

Test(x86_interrupt, rep_steps_each_iteration)
{
	rig_protected(0);
	rig_code("f3aa f4"); /* rep stosb */
	c->r[R_CX] = 5;
	c->r[R_DI] = RIG_DATA;
	c->flags |= FL_TF;
	x86_rearm(c);
	cr_expect_eq(rig_run(), X_DB);
	cr_expect_eq(c->r[R_CX], 4);
	cr_expect_eq(rig_frame(0), RIG_CODE);
}

/* An interrupt in the middle of REP: registers show how far it came, the return address is the instruction. */
Test(x86_interrupt, rep_is_interruptible)
{
	rig_protected(0);
	with_controller();
	rig_code("fb 90 f3aa f4");
	c->r[R_CX] = 100;
	c->r[R_DI] = RIG_DATA;
	cr_expect_eq(rig_step(12), STOP_UNTIL);
	cr_expect_eq(c->r[R_CX], 90);
	x86_set_irq(c, true);
	cr_expect_eq(rig_run(), 0x41);
	cr_expect_eq(rig_frame(0), RIG_CODE + 2);
	c->halted = false;
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->r[R_CX], 0);
	cr_expect_eq(c->r[R_DI], RIG_DATA + 100);
}
