/* SPDX-License-Identifier: MIT */
/* Exceptions: where they go, what the handler sees, how one returns, interrupts and waiting for them. Arm ARM D1.3,
 * D1.4, D1.6; branch targets: D8.4.11. */
#include "tests/unit/arm_rig.h"

TestSuite(arm_exception, .init = arm_rig_start, .fini = arm_rig_stop);

enum { SYNC = 0, IRQ = 0x80, FIQ = 0x100, SERROR = 0x180, SP0 = 0, SPX = 0x200, LOWER = 0x400 };

/* ---- entry --------------------------------------------------------------------------------------- */

Test(arm_exception, svc_from_el0)
{
	arm_rig_el(0);
	arm_rig_code(A64_NOP, A64_SVC(0x1234));
	arm_set_nzcv(arm, 0x60000000);
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, LOWER | SYNC));
	cr_expect_eq(arm->sys.esr[1], 0x56001234, "EC 15h, IL, the immediate");
	cr_expect_eq(arm->sys.elr[1], ARIG_CODE + 8, "behind the SVC");
	cr_expect_eq(arm->sys.spsr[1], 0x600003c0);
	cr_expect_eq(arm_get_pstate(arm) & 0x3ff, 0x3c5);
	cr_expect_eq(arm->x[R_SP], arm->sp_el[1], "its own stack");
	cr_expect_neq(arm->x[R_SP], arm->sp_el[0]);
}

Test(arm_exception, vectors_by_stack_pointer)
{
	arm_rig_code(A64_SVC(1));
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, SPX));
	arm_rig_el(1);
	arm_set_el(arm, 1, false);
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, SP0));
	cr_expect_eq(arm->sys.spsr[1] & 15, 4, "EL1t");
	cr_expect(arm->sp_sel);
}

Test(arm_exception, undefined_comes_before)
{
	arm_rig_code(A64_NOP, 0x00000000);
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, SPX));
	cr_expect_eq(arm->sys.esr[1], 0x02000000);
	cr_expect_eq(arm->sys.elr[1], ARIG_CODE + 4);
}

Test(arm_exception, hvc)
{
	arm_rig_code(A64_HVC(7));
	cr_expect_eq(arm_rig_run(), ARIG_AT(2, LOWER));
	cr_expect_eq(arm->sys.esr[2], 0x5a000007);
	cr_expect_eq(arm->sys.elr[2], ARIG_CODE + 4);
	arm_rig_el(1);
	arm->sys.hcr |= HCR_HCD;
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, SPX), "disabled: undefined");
	arm_rig_el(0);
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, LOWER));
	cr_expect_eq(arm_rig_ec(1), EC_UNKNOWN);
}

static bool answer(void *arg, bool smc)
{
	*(int *)arg += smc ? 100 : 1;
	arm->x[0] = 42;
	return true;
}

/* Calls that no level takes go to the firmware that we are. */
Test(arm_exception, firmware)
{
	int calls = 0;

	arm_rig_restart("cortex-a72", false, false);
	arm_rig_code(A64_HVC(0), A64_SMC(0), A64_WFI);
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, SPX), "nobody is there");
	cr_expect_eq(arm_rig_ec(1), EC_UNKNOWN);
	arm_rig_el(1);
	arm->bus.arg = &calls;
	arm->bus.firmware = answer;
	cr_expect_eq(arm_rig_run(), ARIG_WAITS);
	cr_expect_eq(calls, 101);
	cr_expect_eq(arm->x[0], 42);
}

Test(arm_exception, smc)
{
	arm_rig_code(A64_SMC(9));
	arm->sys.hcr |= HCR_TSC;
	cr_expect_eq(arm_rig_run(), ARIG_AT(2, LOWER));
	cr_expect_eq(arm->sys.esr[2], 0x5e000009);
	cr_expect_eq(arm->sys.elr[2], ARIG_CODE, "a trap: before the instruction");
	arm_rig_restart("cortex-a72", true, true);
	arm_rig_code(A64_SMC(9));
	cr_expect_eq(arm_rig_run(), ARIG_AT(3, LOWER));
	cr_expect_eq(arm->sys.elr[3], ARIG_CODE + 4);
}

/* Exceptions from EL0 go to EL2 instead of EL1. */
Test(arm_exception, tge)
{
	arm->sys.hcr |= HCR_TGE;
	arm_rig_el(0);
	arm_rig_code(A64_SVC(3));
	cr_expect_eq(arm_rig_run(), ARIG_AT(2, LOWER));
	cr_expect_eq(arm->sys.esr[2], 0x56000003);
	arm_rig_el(0);
	arm_rig_code(0);
	cr_expect_eq(arm_rig_run(), ARIG_AT(2, LOWER));
}

Test(arm_exception, pan_and_ssbs_on_entry)
{
	arm_rig_restart("neoverse-n1", true, false);
	arm_rig_el(0);
	arm_rig_code(A64_SVC(0));
	arm->sys.sctlr[1] &= ~SCTLR_SPAN;
	arm->sys.sctlr[1] |= SCTLR_DSSBS;
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, LOWER));
	cr_expect(arm->pan && arm->ssbs);
	cr_expect_eq(arm->sys.spsr[1] & (1 << 22 | 1 << 12), 0);
	arm_rig_el(0);
	arm->sys.sctlr[1] |= SCTLR_SPAN;
	arm->sys.sctlr[1] &= ~SCTLR_DSSBS;
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, LOWER));
	cr_expect(!arm->pan && !arm->ssbs);
}

Test(arm_exception, pc_alignment)
{
	arm_rig_code(A64_BR(3));
	arm->x[3] = ARIG_DATA + 2;
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, SPX));
	cr_expect_eq(arm->sys.esr[1], 0x8a000000);
	cr_expect_eq(arm->sys.far[1], ARIG_DATA + 2);
	cr_expect_eq(arm->sys.elr[1], ARIG_DATA + 2);
}

Test(arm_exception, sp_alignment)
{
	arm_rig_code(A64_LDR(0, 31));
	arm->x[R_SP] = ARIG_DATA + 8;
	arm->sys.sctlr[1] |= SCTLR_SA;
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, SPX));
	cr_expect_eq(arm->sys.esr[1], 0x9a000000);
}

Test(arm_exception, fp_trap)
{
	arm_rig_code(0x1e602820, A64_WFI); /* fadd d0, d1, d0 */
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, SPX));
	cr_expect_eq(arm->sys.esr[1], 0x1fe00000);
	arm->sys.cpacr = 1 << 20;
	arm_rig_el(1);
	cr_expect_eq(arm_rig_run(), ARIG_WAITS);
	arm_rig_el(0);
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, LOWER), "EL0 still traps");
	arm->sys.cpacr = 3 << 20;
	arm->sys.cptr[2] |= BIT(10);
	arm_rig_el(0);
	cr_expect_eq(arm_rig_run(), ARIG_AT(2, LOWER));
	cr_expect_eq(arm_rig_ec(2), EC_FP);
}

Test(arm_exception, brk)
{
	arm_rig_el(0);
	arm_rig_code(A64_BRK(0x800));
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, LOWER));
	cr_expect_eq(arm->sys.esr[1], 0xf2000800);
	cr_expect_eq(arm->sys.elr[1], ARIG_CODE);
	arm->sys.mdcr[2] |= MDCR_TDE;
	arm_rig_el(1);
	cr_expect_eq(arm_rig_run(), ARIG_AT(2, LOWER));
}

/* ---- return -------------------------------------------------------------------------------------- */

static void give_return(u64 elr, u32 spsr)
{
	arm_rig_el(1);
	arm->sys.elr[1] = elr;
	arm->sys.spsr[1] = spsr;
}

Test(arm_exception, eret)
{
	arm_rig_code(A64_ERET);
	arm_rig_poke(ARIG_DATA, 4, A64_SVC(0));
	give_return(ARIG_DATA, 0xa0000000);
	arm->excl = true;
	cr_expect_eq(arm_rig_step(1), STOP_UNTIL);
	cr_expect_eq(arm->el, 0);
	cr_expect_eq(arm->cpu.pc, ARIG_DATA);
	cr_expect_eq(arm_get_nzcv(arm), 0xa0000000);
	cr_expect_eq(arm->daif, 0);
	cr_expect_not(arm->excl);
	cr_expect(arm->event);
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, LOWER));
}

/* D1.3.4: an illegal return stays at its level, and the next instruction is an Illegal Execution State exception. */
Test(arm_exception, illegal_return)
{
	static const u32 illegal[] = {
		0x3c2, 0x3c1, 0x3c8, 0x3cd, 0x3d0, /* M[1], EL0h, EL2 and EL3 from EL1, AArch32 */
	};

	for (unsigned k = 0; k < countof(illegal); k++) {
		give_return(ARIG_DATA, illegal[k] | 0x50000000);
		arm_rig_poke(ARIG_CODE, 4, A64_ERET);
		cr_expect_eq(arm_rig_run(), ARIG_AT(1, SPX), "spsr %x", illegal[k]);
		cr_expect_eq(arm->sys.esr[1], 0x3a000000);
		cr_expect_eq(arm->sys.elr[1], ARIG_DATA);
		cr_expect_eq(arm->sys.spsr[1], 0x501003c5, "PSTATE.IL is set, flags came from SPSR: %llx",
			(unsigned long long)arm->sys.spsr[1]);
		cr_expect_not(arm->il);
	}
}

/* SPSR.IL comes back as PSTATE.IL. */
Test(arm_exception, il_is_restored)
{
	arm_rig_code(A64_ERET);
	give_return(ARIG_DATA, 0x001003c0);
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, LOWER));
	cr_expect_eq(arm_rig_ec(1), EC_ILLEGAL);
}

Test(arm_exception, eret_at_el0_is_undefined)
{
	arm_rig_el(0);
	arm_rig_code(A64_ERET);
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, LOWER));
	cr_expect_eq(arm_rig_ec(1), EC_UNKNOWN);
}

Test(arm_exception, return_to_el1_with_tge)
{
	arm_rig_el(2);
	arm_rig_code(A64_ERET);
	arm->sys.hcr |= HCR_TGE;
	arm->sys.elr[2] = ARIG_DATA;
	arm->sys.spsr[2] = 0x3c5;
	cr_expect_eq(arm_rig_run(), ARIG_AT(2, SPX));
	cr_expect_eq(arm_rig_ec(2), EC_ILLEGAL);
}

/* ---- interrupts ---------------------------------------------------------------------------------- */

Test(arm_exception, irq_is_masked)
{
	arm_rig_code(A64_NOP, A64_NOP, A64_DAIFCLR(2), A64_NOP, A64_WFI);
	arm_set_line(arm, ARM_IRQ, true);
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, SPX | IRQ));
	cr_expect_eq(arm->sys.elr[1], ARIG_CODE + 12, "right behind what unmasked it");
	cr_expect_eq(arm->sys.spsr[1], 0x345);
}

Test(arm_exception, fiq_and_serror_first)
{
	arm_rig_code(A64_DAIFCLR(7), A64_NOP, A64_WFI);
	arm_set_line(arm, ARM_IRQ, true);
	arm_set_line(arm, ARM_FIQ, true);
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, SPX | FIQ));
	arm_rig_el(1);
	arm->serror = true;
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, SPX | SERROR));
	cr_expect_eq(arm_rig_ec(1), EC_SERROR);
	cr_expect_not(arm->serror);
}

/* What is routed to EL2 can't be masked below it, and never interrupts EL1's handler. */
Test(arm_exception, routed_to_el2)
{
	arm_rig_code(A64_NOP, A64_NOP, A64_WFI);
	arm->sys.hcr |= HCR_IMO;
	arm_set_line(arm, ARM_IRQ, true);
	cr_expect_eq(arm_rig_run(), ARIG_AT(2, LOWER | IRQ));
	cr_expect_eq(arm->sys.elr[2], ARIG_CODE);
	arm_rig_el(2);
	arm->sys.hcr &= ~HCR_IMO;
	arm->daif = 0;
	arm_rig_step(2);
	cr_expect_eq(arm->cpu.pc, ARIG_CODE + 8, "EL1's interrupt waits until EL2 is left");
}

Test(arm_exception, virtual_irq)
{
	arm_rig_code(A64_NOP, A64_NOP, A64_WFI);
	arm_set_line(arm, ARM_VIRQ, true);
	arm->daif = 0;
	cr_expect_eq(arm_rig_run(), ARIG_WAITS, "not without HCR_EL2.IMO");
	arm->sys.hcr |= HCR_IMO;
	arm_rig_el(1);
	arm->daif = 0;
	arm_rearm(arm);
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, SPX | IRQ));
	arm_set_line(arm, ARM_VIRQ, false);
	arm_rig_el(0);
	arm->sys.hcr |= HCR_FMO | HCR_VF;
	arm->daif = 0;
	arm_rearm(arm);
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, LOWER | FIQ));
}

Test(arm_exception, el3)
{
	arm_rig_restart("cortex-a72", true, true);
	arm_rig_code(A64_NOP, A64_WFI);
	arm->sys.scr |= SCR_FIQ;
	arm_set_line(arm, ARM_FIQ, true);
	cr_expect_eq(arm_rig_run(), ARIG_AT(3, LOWER | FIQ));
}

/* ---- waiting ------------------------------------------------------------------------------------- */

Test(arm_exception, wfi)
{
	arm_rig_code(A64_WFI, A64_MOVZ(0, 5), A64_WFI);
	cr_expect_eq(arm_rig_run(), ARIG_WAITS);
	cr_expect_eq(arm->cpu.pc, ARIG_CODE + 4);
	cr_expect_eq(arm_rig_run(), ARIG_WAITS, "nothing has come");
	cr_expect_eq(arm->cpu.pc, ARIG_CODE + 4);
	arm_set_line(arm, ARM_IRQ, true);
	cr_expect_eq(arm_rig_step(1), STOP_UNTIL, "a masked interrupt wakes, too");
	cr_expect_eq(arm->x[0], 5);
	cr_expect_eq(arm_rig_step(1), STOP_UNTIL, "and then there is no wait");
}

Test(arm_exception, wfe)
{
	arm_rig_code(A64_SEVL, A64_WFE, A64_WFE, A64_MOVZ(0, 5), A64_WFI);
	cr_expect_eq(arm_rig_run(), ARIG_WAITS);
	cr_expect_eq(arm->cpu.pc, ARIG_CODE + 12, "the first one took the event");
	arm_send_event(arm);
	cr_expect_eq(arm_rig_run(), ARIG_WAITS);
	cr_expect_eq(arm->x[0], 5);
	cr_expect_not(arm->event);
}

Test(arm_exception, waits_trap)
{
	arm_rig_el(0);
	arm_rig_code(A64_WFI, A64_WFE);
	cr_expect_eq(arm_rig_run(), ARIG_WAITS, "SCTLR_EL1.nTWI is set by reset");
	arm->sys.sctlr[1] &= ~(SCTLR_NTWI | SCTLR_NTWE);
	arm_rig_el(0);
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, LOWER));
	cr_expect_eq(arm->sys.esr[1], 0x07e00000);
	arm_rig_el(0);
	arm->cpu.pc += 4;
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, LOWER));
	cr_expect_eq(arm->sys.esr[1], 0x07e00001);
	arm->sys.hcr |= HCR_TWI;
	arm_rig_el(1);
	cr_expect_eq(arm_rig_run(), ARIG_AT(2, LOWER));
	cr_expect_eq(arm_rig_ec(2), EC_WFX);
}

/* ---- branch targets ------------------------------------------------------------------------------ */

enum { BTI_C = 0xd503245f, BTI_J = 0xd503249f, BTI_JC = 0xd50324df, PACIASP = 0xd503233f };
#define GP BIT(50)

/* Branches to word at ARIG_DATA + 1000h, which is a guarded page if told so. */
static int land(u32 branch, u32 word, bool guarded, bool again)
{
	u64 page = ARIG_CODE + 0x2000, pte = arm_rig_pte(page);

	arm_rig_paging();
	if (guarded)
		arm_rig_poke(pte, 8, arm_rig_peek(pte, 8) | GP);
	arm_rig_el(1);
	arm_rig_put(&branch, 1);
	arm_rig_poke(page, 4, word);
	arm_rig_poke(page + 4, 4, A64_WFI);
	arm->x[3] = arm->x[16] = page;
	if (again) { /* with the page in the TLB */
		arm->cpu.pc = page + 4;
		cr_assert_eq(arm_rig_run(), ARIG_WAITS);
		arm->waiting = false;
		arm->cpu.events = 0;
		arm->cpu.pc = ARIG_CODE;
	}
	return arm_rig_run();
}

Test(arm_exception, bti)
{
	static const struct {
		u32 branch, word;
		bool ok;
	} cases[] = {
		{A64_BLR(3), BTI_C, true}, {A64_BLR(3), BTI_JC, true}, {A64_BLR(3), BTI_J, false}, {A64_BLR(3),
			A64_NOP, false},
		{A64_BLR(3), PACIASP, true}, {A64_BR(3), PACIASP, true}, {A64_BR(3), A64_NOP, false}, {A64_BR(3),
			BTI_J, true},
		{A64_BR(16), BTI_C, true}, {A64_BR(16), BTI_J, true}, {A64_BR(3), BTI_C, true}, {A64_RET | 3 << 5,
			A64_NOP, true},
	};

	arm_rig_restart("max", true, false);
	for (unsigned k = 0; k < countof(cases); k++) {
		u32 branch = cases[k].branch == (A64_RET | 3 << 5) ? 0xd65f0060 : cases[k].branch;

		for (unsigned again = 0; again < 2; again++) {
			int got = land(branch, cases[k].word, true, again);

			cr_expect_eq(got, cases[k].ok ? ARIG_WAITS : ARIG_AT(1, SPX), "case %u: %x", k, got);
			if (cases[k].ok)
				continue;
			cr_expect_eq(arm_rig_ec(1), EC_BTI);
			cr_expect_eq(arm_rig_iss(1), branch == A64_BLR(3) ? 2 : 1);
			cr_expect_eq(arm->sys.elr[1], ARIG_CODE + 0x2000);
			cr_expect_eq(arm->sys.spsr[1] >> 10 & 3, arm_rig_iss(1));
		}
		cr_expect_eq(land(branch, cases[k].word, false, false), ARIG_WAITS);
	}
}

/* From one guarded page to another, BR of other registers leaves BTYPE 3: only BTI J and JC are meant for that. */
Test(arm_exception, bti_from_guarded)
{
	arm_rig_restart("max", true, false);
	arm_rig_paging();
	for (u64 va = ARIG_CODE; va < ARIG_CODE + 0x4000; va += 0x1000)
		arm_rig_poke(arm_rig_pte(va), 8, arm_rig_peek(arm_rig_pte(va), 8) | GP);
	arm_rig_flush();
	arm_rig_el(1);
	arm_rig_code(A64_BR(3));
	arm->x[3] = ARIG_CODE + 0x2000;
	arm_rig_poke(ARIG_CODE + 0x2000, 4, BTI_C);
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, SPX));
	cr_expect_eq(arm_rig_iss(1), 3);
	/* what an interrupt in between saves, and ERET brings back */
	arm_rig_el(1);
	arm->sys.elr[1] = ARIG_CODE + 0x2000;
	arm->sys.spsr[1] = 0xfc5;
	arm_rig_poke(ARIG_CODE, 4, A64_ERET);
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, SPX));
	cr_expect_eq(arm_rig_ec(1), EC_BTI);
}

/* The tag of a branch's target goes where the top byte is ignored. */
Test(arm_exception, tagged_target)
{
	arm_rig_paging();
	arm_rig_el(1);
	arm_rig_code(A64_BR(3));
	arm_rig_poke(ARIG_CODE + 0x1000, 4, A64_WFI);
	arm->x[3] = 0x5500000000000000 | (ARIG_CODE + 0x1000);
	arm->sys.tcr[1] |= BIT(37);
	cr_expect_eq(arm_rig_run(), ARIG_WAITS);
	cr_expect_eq(arm->cpu.pc, ARIG_CODE + 0x1004);
	arm->sys.tcr[1] &= ~BIT(37);
	arm_rig_el(1);
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, SPX));
	cr_expect_eq(arm_rig_ec(1), EC_IABT);
	cr_expect_eq(arm->sys.far[1], 0x5500000000000000 | (ARIG_CODE + 0x1000));
}
