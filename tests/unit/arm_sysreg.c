/* SPDX-License-Identifier: MIT */
/* System registers: who may access them, what traps, what they keep, and what the models say of themselves. Arm ARM
 * D17. */
#include "tests/unit/arm_rig.h"

#include "mem/base/err.h"

#include <stdlib.h>

TestSuite(arm_sysreg, .init = arm_rig_start, .fini = arm_rig_stop);

enum { SPX = 0x200, LOWER = 0x400 };
#define SYSREG_TRAP(id, rt, read) (EC_SYSREG << 26 | 1u << 25 | arm_sysreg_iss(id, rt, read))

static u64 read_at(unsigned el, u16 id)
{
	arm_rig_el(el);
	arm_rig_code(A64_MRS(5, id), A64_WFI);
	arm->x[5] = 0x5555;
	arm_rig_step(1);
	return arm->cpu.pc == ARIG_CODE + 4 ? arm->x[5] : ~0ull - arm->sys.esr[1];
}

static bool undefined_at(unsigned el, u16 id, bool write)
{
	unsigned to = el ? el : 1;

	arm_rig_el(el);
	arm_rig_put((const u32[]){write ? A64_MSR(id, 5) : A64_MRS(5, id)}, 1);
	arm_rig_step(1);
	return arm->cpu.pc != ARIG_CODE + 4 && arm_rig_ec(to) == EC_UNKNOWN;
}

static bool traps_at(unsigned el, unsigned to, u16 id, bool write)
{
	arm->sys.esr[to] = 0;
	arm_rig_el(el);
	arm_rig_put((const u32[]){write ? A64_MSR(id, 5) : A64_MRS(5, id)}, 1);
	arm_rig_step(1);
	return arm->sys.esr[to] == SYSREG_TRAP(id, 5, !write);
}

/* ---- identification ------------------------------------------------------------------------------ */

struct id_case {
	u16 id;
	u64 value;
};

static void check_ids(const char *model, const struct id_case *t, unsigned n)
{
	arm_rig_restart(model, false, false);
	for (unsigned k = 0; k < n; k++)
		cr_expect_eq(read_at(1, t[k].id), t[k].value, "%s, register %x: %llx", model, t[k].id,
			(unsigned long long)read_at(1, t[k].id));
}

#define AA64(crm, op2) SYSREG(3, 0, 0, crm, op2)

/* From the Technical Reference Manuals, but for AArch32, which no level here has. */
Test(arm_sysreg, models)
{
	static const struct id_case a53[] = {
		{AA64(0, 0), 0x410fd034}, {AA64(0, 5), 0x80000000}, {AA64(4, 0), 0x11}, {AA64(5, 0), 0x10305106},
		{AA64(6, 0), 0x11120}, {AA64(6, 1), 0}, {AA64(7, 0), 0x1122}, {AA64(7, 1), 0}, {SYSREG(3, 3, 0, 0, 1),
			0x84448004},
		{SYSREG(3, 3, 0, 0, 7), 4}, {SYSREG(3, 1, 0, 0, 1), 0x0a200023}, {AA64(2, 6), 0}, {AA64(7, 7), 0},
	};
	static const struct id_case a72[] = {
		{AA64(0, 0), 0x410fd083}, {AA64(5, 0), 0x10305106}, {AA64(6, 0), 0x11120}, {AA64(7, 0), 0x1124},
		{SYSREG(3, 3, 0, 0, 1), 0x8444c004}, {SYSREG(3, 1, 0, 0, 0), 0x701fe00a},
	};
	static const struct id_case n1[] = {
		{AA64(0, 0), 0x414fd0c1}, {AA64(4, 0), 0x1100000010110011}, {AA64(4, 1), 0x20}, {AA64(5, 0),
			0x10305408},
		{AA64(6, 0), 0x100010211120}, {AA64(6, 1), 0x100001}, {AA64(7, 0), 0x101125}, {AA64(7, 1), 0x10212022},
		{AA64(7, 2), 0x1011}, {SYSREG(3, 1, 0, 0, 1), 0x82000023},
	};

	check_ids("cortex-a53", a53, countof(a53));
	check_ids("cortex-a72", a72, countof(a72));
	check_ids("neoverse-n1", n1, countof(n1));
}

Test(arm_sysreg, features_by_name)
{
	struct err err;

	arm_rig_restart("cortex-a53,+lse,-crc32,sha1=off", true, false);
	cr_expect_eq(read_at(1, AA64(6, 0)), 0x201020);
	cr_expect_eq(read_at(1, AA64(4, 0)), 0x111, "and EL2");
	arm_rig_restart("max,pauth-impdef=on", false, false);
	cr_expect_eq(read_at(1, AA64(6, 1)) & 0xff000ff0, 0x10000100);
	arm_rig_restart("max", false, false);
	cr_expect_eq(read_at(1, AA64(6, 1)) & 0xff000ff0, 0x01000010);
	arm_rig_restart("max,pauth=off", false, false);
	cr_expect_eq(read_at(1, AA64(6, 1)) & 0xff000ff0, 0);
	cr_expect_not(arm_model_set(arm, "cortex-a53,+vhe", &err));
	cr_expect_not(arm_model_set(arm, "cortex-a53,bti", &err));
	cr_expect_not(arm_model_set(arm, "cortex-a99", &err));
	cr_expect_not(arm_model_set(arm, "max,pauth=maybe", &err));
}

Test(arm_sysreg, hypervisor_says_who_it_is)
{
	arm->sys.vpidr = 0x12345;
	arm->sys.vmpidr = 0x80000003;
	cr_expect_eq(read_at(1, AA64(0, 0)), 0x12345);
	cr_expect_eq(read_at(1, AA64(0, 5)), 0x80000003);
	cr_expect_eq(read_at(2, AA64(0, 0)), 0x410fd083);
}

/* ---- access -------------------------------------------------------------------------------------- */

#define R(op0, op1, crn, crm, op2) SYSREG(op0, op1, crn, crm, op2)
#define SCTLR_EL1_ID  R(3, 0, 1, 0, 0)
#define TTBR0_EL1_ID  R(3, 0, 2, 0, 0)
#define TPIDR_EL0_ID  R(3, 3, 13, 0, 2)
#define CNTVCT_ID     R(3, 3, 14, 0, 2)
#define CNTV_CTL_ID   R(3, 3, 14, 3, 1)
#define CNTP_CTL_ID   R(3, 3, 14, 2, 1)
#define PMCCNTR_ID    R(3, 3, 9, 13, 0)
#define PMUSERENR_ID  R(3, 3, 9, 14, 0)
#define DAIF_ID       R(3, 3, 4, 2, 1)
#define SP_EL0_ID     R(3, 0, 4, 1, 0)
#define HCR_EL2_ID    R(3, 4, 1, 1, 0)

Test(arm_sysreg, levels)
{
	cr_expect(undefined_at(0, SCTLR_EL1_ID, false));
	cr_expect(undefined_at(1, HCR_EL2_ID, false));
	cr_expect(undefined_at(2, R(3, 6, 1, 1, 0), false), "SCR_EL3");
	cr_expect(undefined_at(1, R(3, 0, 4, 2, 2), true), "CurrentEL is read-only");
	cr_expect(undefined_at(1, R(3, 3, 15, 15, 7), false), "no such register");
	cr_expect_eq(read_at(2, HCR_EL2_ID), HCR_RW);
	cr_expect_eq(read_at(1, R(3, 0, 4, 2, 2)), 4);
	cr_expect_eq(read_at(0, TPIDR_EL0_ID), arm->sys.tpidr[0]);
	cr_expect(undefined_at(1, R(3, 0, 12, 12, 5), false), "ICC_SRE_EL1 without a GICv3");
	cr_expect(undefined_at(1, R(3, 0, 2, 1, 0), false), "a key without FEAT_PAuth");
}

Test(arm_sysreg, traps_of_el1)
{
	cr_expect(traps_at(0, 1, CNTVCT_ID, false));
	cr_expect(traps_at(0, 1, CNTV_CTL_ID, true));
	cr_expect(traps_at(0, 1, PMCCNTR_ID, false));
	cr_expect(traps_at(0, 1, DAIF_ID, true));
	arm->sys.cntkctl = 3 << 8 | 2;
	arm->sys.pmuserenr = 4;
	arm->sys.sctlr[1] |= SCTLR_UMA;
	cr_expect_not(traps_at(0, 1, CNTVCT_ID, false));
	cr_expect(traps_at(0, 1, R(3, 3, 14, 0, 1), false), "CNTPCT has a bit of its own");
	cr_expect_not(traps_at(0, 1, CNTV_CTL_ID, true));
	cr_expect_not(traps_at(0, 1, PMCCNTR_ID, false));
	cr_expect(traps_at(0, 1, PMCCNTR_ID, true), "CR is for reading");
	cr_expect_not(traps_at(0, 1, DAIF_ID, true));
	arm->sys.hcr |= HCR_TGE;
	arm->sys.cntkctl = 0;
	cr_expect(traps_at(0, 2, CNTVCT_ID, false), "with TGE they go to EL2");
}

Test(arm_sysreg, traps_of_el2)
{
	static const struct {
		u16 id;
		u64 hcr;
		bool write;
	} cases[] = {
		{SCTLR_EL1_ID, HCR_TVM, true}, {TTBR0_EL1_ID, HCR_TVM, true}, {SCTLR_EL1_ID, HCR_TRVM, false},
		{R(3, 0, 1, 0, 1), HCR_TACR, false}, {AA64(0, 6), HCR_TID1, false}, {R(3, 1, 0, 0, 1), HCR_TID2, false},
		{AA64(6, 0), HCR_TID3, false}, {AA64(7, 7), HCR_TID3, false}, {R(3, 1, 15, 2, 1), HCR_TIDCP, true},
		{R(3, 2, 11, 0, 0), HCR_TIDCP, false},
	};

	for (unsigned k = 0; k < countof(cases); k++) {
		arm->sys.hcr = HCR_RW;
		cr_expect_not(traps_at(1, 2, cases[k].id, cases[k].write), "case %u", k);
		arm->sys.hcr = HCR_RW | cases[k].hcr;
		cr_expect(traps_at(1, 2, cases[k].id, cases[k].write), "case %u", k);
	}
	arm->sys.hcr = HCR_RW;
	arm->sys.cnthctl = 0;
	cr_expect(traps_at(1, 2, CNTP_CTL_ID, false));
	cr_expect_not(traps_at(1, 2, CNTV_CTL_ID, false));
	arm->sys.mdcr[2] |= MDCR_TPM;
	cr_expect(traps_at(1, 2, PMUSERENR_ID, true));
	arm->sys.cptr[2] |= BIT(31);
	cr_expect(traps_at(1, 2, R(3, 0, 1, 0, 2), true), "CPACR_EL1");
}

Test(arm_sysreg, stack_pointers)
{
	arm->sp_el[0] = 0x1230;
	arm_rig_el(1);
	arm->sp_el[0] = 0x1230;
	arm_rig_code(A64_MRS(5, SP_EL0_ID), 0xd50040bf /* msr spsel, #0 */, 0x910003e6 /* mov x6, sp */,
		A64_MRS(5, SP_EL0_ID));
	arm_rig_step(3);
	cr_expect_eq(arm->x[5], 0x1230);
	cr_expect_eq(arm->x[6], 0x1230);
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, 0), "SP_EL0 is SP now: not to be had by MRS");
	arm_rig_el(2);
	arm->sp_el[1] = 0x4560;
	cr_expect_eq(read_at(2, R(3, 4, 4, 1, 0)), arm->sp_el[1]);
}

/* Every register that there is, at every level, with random values: nothing but the manual's exceptions comes of it. */
Test(arm_sysreg, all_of_them)
{
	static const char *const models[] = {"cortex-a53", "cortex-a72", "neoverse-n1", "max"};
	u64 random = 88172645463325252ull;

	for (unsigned m = 0; m < countof(models); m++) {
		arm_rig_restart(models[m], true, true);
		for (u32 n = 0; n < 4u << 15; n++) {
			unsigned el = n & 3;
			u16 id = (u16)(0x8000 | n >> 2);

			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			if (!arm_sysreg_find(arm, id) && (random & 63))
				continue;
			if (random & 64) { /* else with whatever translation it has come to */
				arm->sys.hcr &= ~(HCR_VM | HCR_TGE | HCR_DC);
				for (unsigned k = 0; k < 4; k++)
					arm->sys.sctlr[k] &= ~SCTLR_M;
			}
			arm_rig_el(el);
			arm_rig_code(A64_MSR(id, 5), A64_MRS(6, id));
			arm->x[5] = random;
			arm_rig_step(2);
		}
	}
}

/* ---- what they keep ------------------------------------------------------------------------------ */

static u64 write_read(u16 id, u64 v)
{
	arm_rig_el(1);
	arm_rig_code(A64_MSR(id, 5), A64_MRS(6, id), A64_WFI);
	arm->x[5] = v;
	arm_rig_step(2);
	return arm->x[6];
}

Test(arm_sysreg, masks)
{
	arm->sys.cpacr = 3 << 20;
	cr_expect_eq(write_read(R(3, 3, 4, 2, 0), ~0ull), 0xf0000000, "NZCV");
	cr_expect_eq(write_read(DAIF_ID, ~0ull), 0x3c0);
	cr_expect_eq(write_read(R(3, 3, 4, 4, 0), ~0ull), 0x07f70000, "FPCR without FZ16");
	cr_expect_eq(write_read(R(3, 3, 4, 4, 1), ~0ull), 0xf800009f, "FPSR");
	cr_expect_eq(write_read(R(3, 0, 12, 0, 0), ~0ull), ~0x7ffull, "VBAR_EL1");
	cr_expect_eq(write_read(R(3, 0, 1, 0, 2), ~0ull), 3 << 20, "CPACR_EL1");
	cr_expect_eq(write_read(TPIDR_EL0_ID, 0x1122334455667788), 0x1122334455667788);
	cr_expect_eq(write_read(R(3, 0, 5, 2, 0), ~0ull), 0xffffffff, "ESR_EL1");
	cr_expect_eq(write_read(SCTLR_EL1_ID, ~(u64)(SCTLR_M | SCTLR_A | SCTLR_SA)) & ~0x00000000ull,
		0x30d50800 | SCTLR_C | SCTLR_SA0 | SCTLR_UMA | SCTLR_I | SCTLR_DZE | SCTLR_UCT | SCTLR_WXN | SCTLR_UCI |
			0x30,
		"RES0 and RES1");
}

/* FPSR gathers what the floating-point environment has raised; writing it clears that. */
Test(arm_sysreg, fpsr)
{
	arm->fp.flags = FP_IE | FP_DE;
	arm->fp16.flags = FP_PE;
	cr_expect_eq(arm_get_fpsr(arm), 0x91);
	arm_set_fpsr(arm, 0);
	cr_expect_eq(arm_get_fpsr(arm), 0);
	arm->fp.flags = FP_ZE | FP_OE | FP_UE;
	cr_expect_eq(arm_get_fpsr(arm), 0xe);
	arm_set_fpcr(arm, 1 << 22 | 1 << 24);
	cr_expect_eq(arm->fp.round, FP_UP);
	cr_expect(arm->fp.daz && arm->fp.ftz && !arm->fp16.ftz);
}

/* ---- time ---------------------------------------------------------------------------------------- */

static u64 time_now(void *arg)
{
	return *(u64 *)arg;
}

static void changed(void *arg, unsigned timer)
{
	((u64 *)arg)[1] |= 1u << timer;
}

Test(arm_sysreg, timers)
{
	u64 clock[2] = {16000, 0};

	arm->bus.arg = clock;
	arm->bus.time = time_now;
	arm->bus.timer_changed = changed;
	arm->sys.cntvoff = 100;
	arm->sys.cntkctl = 3;
	cr_expect_eq(read_at(1, R(3, 3, 14, 0, 1)), 1000);
	cr_expect_eq(read_at(1, CNTVCT_ID), 900);
	cr_expect_eq(read_at(1, R(3, 3, 14, 0, 0)), 62500000);
	arm_rig_el(1);
	arm_rig_code(A64_MSR(R(3, 3, 14, 3, 0), 5), A64_MSR(CNTV_CTL_ID, 6), A64_MRS(7, R(3, 3, 14, 3, 2)),
		A64_MRS(8, CNTV_CTL_ID), A64_WFI);
	arm->x[5] = 50;
	arm->x[6] = 1;
	arm_rig_step(4);
	cr_expect_eq(arm->x[7], 950);
	cr_expect_eq(arm->x[8], 1);
	cr_expect_eq(clock[1], 1u << TIMER_VIRT);
	cr_expect_eq(arm_timer_due(arm, TIMER_VIRT), 1050 * 16);
	cr_expect_not(arm_timer_line(arm, TIMER_VIRT));
	clock[0] = 1050 * 16;
	cr_expect(arm_timer_line(arm, TIMER_VIRT));
	cr_expect_eq(arm_timer_due(arm, TIMER_VIRT), ~0ull);
	cr_expect_eq(read_at(1, CNTV_CTL_ID), 5, "ISTATUS");
	arm->sys.cnt_ctl[TIMER_VIRT] = 3;
	cr_expect_not(arm_timer_line(arm, TIMER_VIRT), "masked");
	arm->sys.cnt_cval[TIMER_PHYS] = ~0ull;
	arm->sys.cnt_ctl[TIMER_PHYS] = 1;
	cr_expect_eq(arm_timer_due(arm, TIMER_PHYS), ~0ull, "after the end of time");
	cr_expect_eq(read_at(1, R(3, 3, 14, 3, 0)), 0, "TVAL counts on below zero");
	clock[0] += 16;
	cr_expect_eq(read_at(1, R(3, 3, 14, 3, 0)), 0xffffffff);
}

static void wake_at(void *arg, u64 ns)
{
	*(u64 *)arg = ns;
}

/* D11.2.6: bit EVNTI of the virtual count from 0 to 1 is an event. */
Test(arm_sysreg, event_stream)
{
	u64 clock = 1000 * 16;

	arm->bus.arg = &clock;
	arm->bus.time = time_now;
	arm->bus.wake_at = wake_at;
	arm->sys.cntkctl = 1 << 2 | 4 << 4;
	arm_rig_code(A64_WFE, A64_WFI);
	cr_expect_eq(arm_rig_run(), ARIG_WAITS);
	cr_expect_eq(clock, 1008 * 16, "the next odd multiple of 16: %llu", (unsigned long long)clock / 16);
	arm_send_event(arm);
	cr_expect_eq(arm_rig_step(1), STOP_UNTIL);
}

/* ---- performance monitors ------------------------------------------------------------------------ */

#define PMCR_ID       R(3, 3, 9, 12, 0)
#define PMCNTENSET_ID R(3, 3, 9, 12, 1)

Test(arm_sysreg, cycle_counter)
{
	arm_rig_code(A64_MSR(PMCNTENSET_ID, 0), A64_MSR(PMCR_ID, 1), A64_MRS(2, PMCCNTR_ID), A64_NOP, A64_NOP,
		A64_MRS(3, PMCCNTR_ID), A64_WFI);
	arm->x[0] = BIT(31);
	arm->x[1] = 1 | 4 | 64;
	cr_expect_eq(arm_rig_run(), ARIG_WAITS);
	cr_expect_eq(arm->x[3] - arm->x[2], 3);
	cr_expect_eq(read_at(1, PMCR_ID), 0x41023041);
}

#define EVCNTR(n)  R(3, 3, 14, 8, n)
#define EVTYPER(n) R(3, 3, 14, 12, n)
#define PMSWINC_ID R(3, 3, 9, 12, 4)
#define PMOVSCLR_ID R(3, 3, 9, 12, 3)

Test(arm_sysreg, event_counters)
{
	arm_rig_code(A64_MSR(EVTYPER(0), 0), A64_MSR(EVTYPER(1), 1), A64_MSR(EVTYPER(2), 2), A64_MSR(EVCNTR(0), 4),
		A64_MSR(PMCNTENSET_ID, 3), A64_MSR(PMCR_ID, 5), A64_MSR(PMSWINC_ID, 3), A64_MSR(PMSWINC_ID, 3),
		A64_MRS(6, EVCNTR(0)), A64_MRS(7, EVCNTR(1)), A64_MRS(8, EVCNTR(2)), A64_MRS(9, PMOVSCLR_ID),
		A64_WFI);
	arm->x[0] = 0;    /* SW_INCR */
	arm->x[1] = 0x1e; /* CHAIN */
	arm->x[2] = 8;    /* INST_RETIRED */
	arm->x[3] = 7;
	arm->x[4] = 0xffffffff;
	arm->x[5] = 1;
	cr_expect_eq(arm_rig_run(), ARIG_WAITS);
	cr_expect_eq(arm->x[6], 1, "two increments, over the top");
	cr_expect_eq(arm->x[7], 1);
	cr_expect_eq(arm->x[8], 5);
	cr_expect_eq(arm->x[9], 1, "PMOVSCLR");
}

static void pmu_irq(void *arg, bool level)
{
	((u64 *)arg)[0] = level;
}

static void pmu_at(void *arg, u64 icount)
{
	((u64 *)arg)[1] = icount;
}

Test(arm_sysreg, overflow_interrupt)
{
	u64 seen[2] = {0, 0};

	arm->bus.arg = seen;
	arm->bus.pmu_irq = pmu_irq;
	arm->bus.pmu_at = pmu_at;
	arm->bus.time = NULL;
	arm_rig_code(A64_MSR(PMCCNTR_ID, 0), A64_MSR(R(3, 0, 9, 14, 1), 1), A64_MSR(PMCNTENSET_ID, 1),
		A64_MSR(PMCR_ID, 2));
	arm->x[0] = 0xfffffff0;
	arm->x[1] = BIT(31);
	arm->x[2] = 1;
	arm_rig_step(4);
	cr_expect_eq(seen[1], arm->cpu.icount - 1 + 16, "the count of the one that overflows");
	arm->cpu.icount = seen[1];
	arm_pmu_overflow(arm);
	cr_expect_eq(seen[0], 1);
	cr_expect_eq(arm->sys.pmovs, BIT(31));
}

/* A counter that filters by level counts only there. */
Test(arm_sysreg, filtered_counter)
{
	arm->sys.pmcnten = 1;
	arm->sys.pmcr = 1;
	arm->sys.pmevtyper[0] = 8 | BIT(31); /* not at EL1 */
	arm_pmu_changed(arm);
	arm_pmu_sync(arm);
	arm_rig_code(A64_NOP, A64_NOP, A64_ERET);
	arm->sys.elr[1] = ARIG_DATA;
	arm->sys.spsr[1] = 0;
	for (unsigned n = 0; n < 5; n++)
		arm_rig_poke(ARIG_DATA + n * 4, 4, n < 4 ? A64_NOP : A64_SVC(0));
	arm_rig_run();
	arm_pmu_sync(arm);
	cr_expect_eq(arm->sys.pmevcntr[0], 5, "four and from ERET to SVC");
}

/* ---- the rest ------------------------------------------------------------------------------------ */

Test(arm_sysreg, random_numbers)
{
	u64 first;

	arm_rig_restart("max", true, false);
	arm_set_nzcv(arm, 0xf0000000);
	first = read_at(1, R(3, 3, 2, 4, 0));
	cr_expect_eq(arm_get_nzcv(arm), 0);
	cr_expect_neq(read_at(1, R(3, 3, 2, 4, 0)), first);
	cpu_reset(&arm->cpu);
	cr_expect_eq(read_at(1, R(3, 3, 2, 4, 0)), first, "the same after every reset");
}

Test(arm_sysreg, dc_zva)
{
	arm_rig_code(A64_SYS(3, 7, 4, 1, 0), A64_WFI);
	for (unsigned n = 0; n < 24; n++)
		arm_rig_poke(ARIG_DATA + n * 8, 8, ~0ull);
	arm->x[0] = ARIG_DATA + 0x55;
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, SPX), "memory is Device while the MMU is off");
	cr_expect_eq(arm_rig_ec(1), EC_DABT);
	arm_rig_paging();
	arm_rig_el(1);
	cr_expect_eq(arm_rig_run(), ARIG_WAITS);
	cr_expect_eq(arm_rig_peek(ARIG_DATA + 0x38, 8), ~0ull);
	for (unsigned n = 0; n < 8; n++)
		cr_expect_eq(arm_rig_peek(ARIG_DATA + 0x40 + n * 8, 8), 0);
	cr_expect_eq(arm_rig_peek(ARIG_DATA + 0x80, 8), ~0ull);
	arm_rig_el(0);
	arm->sys.sctlr[1] &= ~SCTLR_DZE;
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, LOWER));
	cr_expect_eq(arm_rig_ec(1), EC_SYSREG);
	cr_expect_eq(read_at(0, R(3, 3, 0, 0, 7)), 0x14, "DZP");
}

Test(arm_sysreg, cache_maintenance_at_el0)
{
	arm_rig_paging();
	arm_rig_el(0);
	arm_rig_code(A64_SYS(3, 7, 11, 1, 0), A64_WFI); /* DC CVAU */
	arm->x[0] = ARIG_DATA;
	arm->sys.sctlr[1] |= SCTLR_NTWI;
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, LOWER), "without SCTLR_EL1.UCI");
	cr_expect_eq(arm_rig_ec(1), EC_SYSREG);
	arm->sys.sctlr[1] |= SCTLR_UCI;
	arm_rig_el(0);
	cr_expect_eq(arm_rig_run(), ARIG_WAITS);
	arm_rig_el(0);
	arm->x[0] = 0x80000000;
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, LOWER));
	cr_expect_eq(arm->sys.esr[1], 0x92000145, "translation fault of level 1, CM and WnR: %llx",
		(unsigned long long)arm->sys.esr[1]);
	cr_expect_eq(arm->sys.far[1], 0x80000000);
}

Test(arm_sysreg, hints_without_a_feature_do_nothing)
{
	arm_rig_code(0xd503245f /* bti c */, 0xd503233f /* paciasp */, 0xd50323bf /* autiasp */, 0xd503221f /* esb */,
		A64_WFI);
	arm->x[R_LR] = 0x1234;
	cr_expect_eq(arm_rig_run(), ARIG_WAITS);
	cr_expect_eq(arm->x[R_LR], 0x1234);
}

Test(arm_sysreg, daifset_at_el0_traps)
{
	arm_rig_el(0);
	arm_rig_code(A64_DAIFSET(15));
	arm->sys.sctlr[1] &= ~SCTLR_UMA;
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, LOWER));
	cr_expect_eq(arm->sys.esr[1], SYSREG_TRAP(R(0, 3, 4, 15, 6), 31, false));
}

/* State rows cover every byte, and a loaded processor goes on as if nothing had been. */
Test(arm_sysreg, state)
{
	size_t size = state_saved_size(arm_ops.state);
	u8 *image = malloc(size);
	u64 hash;

	cr_expect_eq(state_gap_check("arm", arm_ops.state, sizeof(struct arm), stdout), 0);
	arm_rig_code(A64_MOVZ(0, 1), A64_MOVZ(1, 2), A64_NOP, A64_WFI);
	arm->x[7] = 77;
	arm_rig_step(1);
	hash = cpu_hash(&arm->cpu, STATE_HASH_INIT);
	cr_expect_eq(state_save(arm_ops.state, arm, image), size);
	arm_rig_run();
	cr_expect_neq(cpu_hash(&arm->cpu, STATE_HASH_INIT), hash);
	state_load(arm_ops.state, arm, image);
	arm_loaded(arm);
	cr_expect_eq(cpu_hash(&arm->cpu, STATE_HASH_INIT), hash);
	cr_expect_eq(arm_rig_run(), ARIG_WAITS);
	cr_expect_eq(arm->x[1], 2);
	cr_expect_eq(arm->x[7], 77);
	free(image);
}
