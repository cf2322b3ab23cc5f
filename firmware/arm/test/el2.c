/* SPDX-License-Identifier: MIT */
/*
 * EL2: calls to it, drops from it, and what HCR_EL2, CPTR_EL2, MDCR_EL2, CNTHCTL_EL2 and HSTR_EL2 make trap (Arm ARM
 * D1.3, D17.2.48, D17.2.30, D17.3.18). Then the FP trap of EL1 itself, CPACR_EL1.
 */
#include "firmware/arm/test/check.h"
#include "firmware/arm/test/suites.h"

/* ---- helpers at EL2 ---------------------------------------------------------------------------------------------- */

static u64 set_hcr(u64 v)
{
	u64 old = MRS(hcr_el2);

	MSR(hcr_el2, v);
	return old;
}

static u64 set_cptr(u64 v)
{
	u64 old = MRS(cptr_el2);

	MSR(cptr_el2, v);
	return old;
}

static u64 set_mdcr(u64 v)
{
	u64 old = MRS(mdcr_el2);

	MSR(mdcr_el2, v);
	return old;
}

static u64 set_cnthctl(u64 v)
{
	u64 old = MRS(cnthctl_el2);

	MSR(cnthctl_el2, v);
	return old;
}

/* ---- calls ------------------------------------------------------------------------------------------------------- */

SNIPPET(hvc_123, MARK "hvc #0x123")
SNIPPET(svc_5, MARK "svc #5")
SNIPPET(brk_6, MARK "brk #6")
SNIPPET(udf_0, MARK "udf #0")
SNIPPET(load_bad, MARK "ldr x1, [x0]")
SNIPPET(flags_hvc, "mov x1, #0x30000000\n\tmsr nzcv, x1\n\tmsr daifclr, #1\n\t" MARK "hvc #1")
SNIPPET(sp0_at_el2, "mov x1, sp\n\tmsr spsel, #0\n\tmov sp, x1\n\t" MARK "svc #2")

static void check_calls(void)
{
	const struct frame *f = &trap_state.last;

	check_trap("hvc", trap_catch(hvc_123, NULL), ESR(EC_HVC, 0x123), 4);
	check("hvc-vector", f->vector, 8);
	check("hvc-taken-to", f->el, 2);
	check_trap("hvc-flags", trap_catch(flags_hvc, NULL), ESR(EC_HVC, 1), 4);
	check("hvc-spsr", f->spsr & ~SPSR_SS, 0x30000000 | SPSR_D | SPSR_A | SPSR_I | SPSR_EL1H);
	check_trap("svc-stays-at-el1", trap_catch(svc_5, NULL), ESR(EC_SVC, 5), 4);
	check("svc-taken-to", f->el, 1);
}

/* Runs at EL2: the same exceptions there. */
static u64 at_el2(u64 arg)
{
	const struct frame *f = &trap_state.last;

	(void)arg;
	check("current-el", MRS(CurrentEL), 8);
	check_trap("hvc-at-el2", trap_catch(hvc_123, NULL), ESR(EC_HVC, 0x123), 4);
	check("at-el2-vector", f->vector << 4 | f->el, 0x42);
	check("at-el2-mode", f->spsr & SPSR_M, SPSR_EL2H);
	check_trap("svc-at-el2", trap_catch(svc_5, NULL), ESR(EC_SVC, 5), 4);
	check_trap("brk-at-el2", trap_catch(brk_6, NULL), ESR(EC_BRK, 6), 0);
	check_trap("udf-at-el2", trap_catch(udf_0, NULL), ESR(EC_UNKNOWN, 0), 0);
	check_trap("svc-on-sp0-at-el2", trap_catch(sp0_at_el2, NULL), ESR(EC_SVC, 2), 4);
	check("svc-on-sp0-at-el2-vector", f->vector, 0);
	check_trap("el1-brk", trap_el1(brk_6, NULL), ESR(EC_BRK, 6), 0);
	check("el1-brk-taken-to", f->el, 1);
	check_trap("el1-hvc", trap_el1(hvc_123, NULL), ESR(EC_HVC, 0x123), 4);
	check("el1-hvc-taken-to", f->el, 2);
	check_none("el1-returns", trap_el1((void (*)(void *))isb, NULL));
	return 0;
}

static u64 illegal_at_el2(u64 spsr)
{
	const struct trap_target t = {(u64)brk_6, 0, spsr};
	u64 got = trap_go(&t);

	check_esr("illegal-return-at-el2", got, ESR(EC_ILLEGAL, 0));
	check("illegal-return-stays-at-el2", trap_state.last.el << 8 | (trap_state.last.spsr & SPSR_M),
		0x200 | SPSR_EL2H);
	return 0;
}

/* Translation off at EL2 and on at EL1: a pointer that only EL1 can't use. */
static void check_regimes(void)
{
	check_abort("el1-abort", trap_catch(load_bad, (void *)0x10), ESR(EC_DABT, FSC_TRANSLATION | 2), 0x10);
	check("el1-abort-taken-to", trap_state.last.el, 1);
}

/* ---- traps of HCR_EL2 -------------------------------------------------------------------------------------------- */

SNIPPET(write_sctlr, "mrs x3, sctlr_el1\n\t" MARK "msr sctlr_el1, x3")
SNIPPET(read_sctlr, MARK "mrs x3, sctlr_el1")
SNIPPET(read_ttbr1, MARK "mrs x3, ttbr1_el1")
SNIPPET(write_contextidr, MARK "msr contextidr_el1, xzr")
SNIPPET(do_wfi, MARK "wfi")
SNIPPET(do_wfe, MARK "wfe")
SNIPPET(read_pfr0, MARK "mrs x3, id_aa64pfr0_el1")
SNIPPET(read_mmfr1, MARK "mrs x3, id_aa64mmfr1_el1")
SNIPPET(read_ctr, MARK "mrs x3, ctr_el0")
SNIPPET(read_clidr, MARK "mrs x3, clidr_el1")
SNIPPET(read_midr, MARK "mrs x3, midr_el1")
SNIPPET(read_aidr, MARK "mrs x3, aidr_el1")
SNIPPET(tlbi_all_el1, MARK "tlbi vmalle1")
SNIPPET(tlbi_vae1, MARK "tlbi vae1, x3")
SNIPPET(dc_csw, MARK "dc csw, x3")
SNIPPET(dc_civac, "mov x3, sp\n\t" MARK "dc civac, x3")
SNIPPET(ic_ivau, "mov x3, sp\n\t" MARK "ic ivau, x3")
SNIPPET(dc_zva, "and x3, x0, #~4095\n\t" MARK "dc zva, x3")
SNIPPET(read_actlr, MARK "mrs x3, actlr_el1")
SNIPPET(do_smc, "mov x0, #0\n\t" MARK "smc #0x55")
SNIPPET(pacia, MARK "pacia x3, x4")

enum {
	HCR_TWI = 1 << 13, HCR_TWE = 1 << 14, HCR_TID1 = 1 << 16, HCR_TID2 = 1 << 17, HCR_TID3 = 1 << 18,
	HCR_TSC = 1 << 19, HCR_TACR = 1 << 21, HCR_TSW = 1 << 22, HCR_TPCP = 1 << 23, HCR_TPU = 1 << 24,
	HCR_TTLB = 1 << 25, HCR_TVM = 1 << 26, HCR_TDZ = 1 << 28, HCR_HCD = 1 << 29, HCR_TRVM = 1 << 30
};
#define HCR_TGE BIT(27)
#define HCR_API BIT(41)
#define SYS(op0, op1, crn, crm, op2, rt, read) ESR(EC_SYSREG, ISS_SYS(op0, op1, crn, crm, op2, rt, read))

static const struct {
	const char *name;
	void (*run)(void *);
	u64 bit, esr;
} by_hcr[] = {
	{"tvm-sctlr", write_sctlr, HCR_TVM, SYS(3, 0, 1, 0, 0, 3, 0)},
	{"tvm-contextidr", write_contextidr, HCR_TVM, SYS(3, 0, 13, 0, 1, 31, 0)},
	{"trvm-sctlr", read_sctlr, HCR_TRVM, SYS(3, 0, 1, 0, 0, 3, 1)},
	{"trvm-ttbr1", read_ttbr1, HCR_TRVM, SYS(3, 0, 2, 0, 1, 3, 1)},
	{"tid3-pfr0", read_pfr0, HCR_TID3, SYS(3, 0, 0, 4, 0, 3, 1)},
	{"tid3-mmfr1", read_mmfr1, HCR_TID3, SYS(3, 0, 0, 7, 1, 3, 1)},
	{"tid2-ctr", read_ctr, HCR_TID2, SYS(3, 3, 0, 0, 1, 3, 1)},
	{"tid2-clidr", read_clidr, HCR_TID2, SYS(3, 1, 0, 0, 1, 3, 1)},
	{"tid1-aidr", read_aidr, HCR_TID1, SYS(3, 1, 0, 0, 7, 3, 1)},
	{"ttlb-vmalle1", tlbi_all_el1, HCR_TTLB, SYS(1, 0, 8, 7, 0, 31, 0)},
	{"ttlb-vae1", tlbi_vae1, HCR_TTLB, SYS(1, 0, 8, 7, 1, 3, 0)},
	{"tsw-dc-csw", dc_csw, HCR_TSW, SYS(1, 0, 7, 10, 2, 3, 0)},
	{"tpcp-dc-civac", dc_civac, HCR_TPCP, SYS(1, 3, 7, 14, 1, 3, 0)},
	{"tpu-ic-ivau", ic_ivau, HCR_TPU, SYS(1, 3, 7, 5, 1, 3, 0)},
	{"tdz-dc-zva", dc_zva, HCR_TDZ, SYS(1, 3, 7, 4, 1, 3, 0)},
	{"tacr-actlr", read_actlr, HCR_TACR, SYS(3, 0, 1, 0, 1, 3, 1)},
	{"twi-wfi", do_wfi, HCR_TWI, ESR(EC_WFX, 0x1e00000)},
};

/* With the bit it traps to EL2, without it it does not trap. */
static void check_hcr(void)
{
	void *at = (void *)(u64)&user_state.bytes[0];
	u64 hcr = el2_call(set_hcr, BIT(31));

	el2_call(set_hcr, hcr);
	for (u32 i = 0; i < COUNT_OF(by_hcr); i++) {
		if (by_hcr[i].bit != HCR_TWI) /* with nothing to wake it, it would sleep */
			check_none(by_hcr[i].name, trap_catch(by_hcr[i].run, at));
		el2_call(set_hcr, hcr | by_hcr[i].bit);
		check_trap(by_hcr[i].name, trap_catch(by_hcr[i].run, at), by_hcr[i].esr, 0);
		check(by_hcr[i].name, trap_state.last.el, 2);
		el2_call(set_hcr, hcr);
	}
	el2_call(set_hcr, hcr | HCR_TWE);
	__asm__ volatile("sevl\n\twfe");
	check_trap_or_none("twe-wfe", trap_catch(do_wfe, NULL), ESR(EC_WFX, 0x1e00001));
	el2_call(set_hcr, hcr | HCR_TID3);
	check_none("tid3-leaves-midr", trap_catch(read_midr, NULL));
	el2_call(set_hcr, hcr);
	if (has_pauth()) {
		u64 sctlr = MRS(sctlr_el1);

		MSR(sctlr_el1, sctlr | SCTLR_ENIA);
		el2_call(set_hcr, hcr & ~HCR_API);
		check_trap("api-pacia", trap_catch(pacia, NULL), ESR(EC_PAC, 0), 0);
		check("api-pacia", trap_state.last.el, 2);
		el2_call(set_hcr, hcr);
		MSR(sctlr_el1, sctlr);
	}
}

/* While HVC is disabled an ID register is the way to EL2. */
static void restore_hcr(struct frame *f)
{
	MSR(hcr_el2, MRS(hcr_el2) & ~(u64)(HCR_HCD | HCR_TID3));
	f->elr += 4;
}

static void check_calls_off(void)
{
	u64 hcr = el2_call(set_hcr, BIT(31)), got, el;

	el2_call(set_hcr, hcr | HCR_HCD | HCR_TID3);
	got = trap_catch(hvc_123, NULL);
	el = trap_state.last.el;
	trap_set(EC_SYSREG, restore_hcr);
	read_pfr0(NULL);
	trap_set(EC_SYSREG, NULL);
	check_trap("hcd-hvc-undefined", got, ESR(EC_UNKNOWN, 0), 0);
	check("hcd-hvc-undefined-taken-to", el, 1);
	check_trap("hvc-again", trap_catch(hvc_123, NULL), ESR(EC_HVC, 0x123), 4);
	el2_call(set_hcr, hcr | HCR_TSC);
	check_trap("tsc-smc", trap_catch(do_smc, NULL), ESR(EC_SMC, 0x55), 0);
	check("tsc-smc-taken-to", trap_state.last.el, 2);
	el2_call(set_hcr, hcr);
}

/* ---- the other trap registers ------------------------------------------------------------------------------------ */

SNIPPET(fmov, MARK "fmov d1, xzr")
SNIPPET(read_fpcr, MARK "mrs x3, fpcr")
SNIPPET(load_q, MARK "ldr q1, [x0]")
SNIPPET(read_cpacr, MARK "mrs x3, cpacr_el1")
SNIPPET(read_mdscr, MARK "mrs x3, mdscr_el1")
SNIPPET(read_dbgbvr, MARK "mrs x3, dbgbvr0_el1")
SNIPPET(read_pmcr, MARK "mrs x3, pmcr_el0")
SNIPPET(read_cntpct, MARK "mrs x3, cntpct_el0")
SNIPPET(read_cntp_ctl, MARK "mrs x3, cntp_ctl_el0")
SNIPPET(brk_user, MARK "brk #9")

#define FP_ESR ESR(EC_FP, 0x1e00000)

static void check_other_traps(void)
{
	void *at = (void *)(u64)&user_state.bytes[0];
	u64 cptr = el2_call(set_cptr, 0x33ff | 1 << 10), mdcr, cnthctl;

	check_trap("cptr-tfp-fmov", trap_catch(fmov, NULL), FP_ESR, 0);
	check("cptr-tfp-fmov", trap_state.last.el, 2);
	check_trap("cptr-tfp-fpcr", trap_catch(read_fpcr, NULL), FP_ESR, 0);
	check_trap("cptr-tfp-user", trap_user(load_q, at), FP_ESR, 0);
	el2_call(set_cptr, 0x33ff | 1u << 31);
	check_trap("cptr-tcpac", trap_catch(read_cpacr, NULL), SYS(3, 0, 1, 0, 2, 3, 1), 0);
	el2_call(set_cptr, cptr);
	check_none("cptr-off", trap_catch(fmov, NULL));
	mdcr = el2_call(set_mdcr, 0);
	el2_call(set_mdcr, mdcr | 1 << 9 | 1 << 11 | 1 << 10); /* TDA, TDRA, TDOSA */
	check_trap("mdcr-tda-mdscr", trap_catch(read_mdscr, NULL), SYS(2, 0, 0, 2, 2, 3, 1), 0);
	check_trap("mdcr-tda-dbgbvr", trap_catch(read_dbgbvr, NULL), SYS(2, 0, 0, 0, 4, 3, 1), 0);
	el2_call(set_mdcr, mdcr | 1 << 6); /* TPM */
	check_trap("mdcr-tpm-pmcr", trap_catch(read_pmcr, NULL), SYS(3, 3, 9, 12, 0, 3, 1), 0);
	el2_call(set_mdcr, mdcr | 1 << 8 | 1 << 9 | 1 << 10 | 1 << 11); /* TDE: debug exceptions go to EL2 */
	check_trap("mdcr-tde-brk", trap_catch(brk_6, NULL), ESR(EC_BRK, 6), 0);
	check("mdcr-tde-brk", trap_state.last.el, 2);
	el2_call(set_mdcr, mdcr);
	cnthctl = el2_call(set_cnthctl, 2);
	check_trap("cnthctl-el1pcten", trap_catch(read_cntpct, NULL), SYS(3, 3, 14, 0, 1, 3, 1), 0);
	check_none("cnthctl-el1pcen", trap_catch(read_cntp_ctl, NULL));
	el2_call(set_cnthctl, 1);
	check_trap("cnthctl-el1pcen", trap_catch(read_cntp_ctl, NULL), SYS(3, 3, 14, 2, 1, 3, 1), 0);
	el2_call(set_cnthctl, cnthctl);
}

/* ---- HCR_EL2.TGE: EL0 below EL2 ---------------------------------------------------------------------------------- */

SNIPPET(svc_8, MARK "svc #8")

static u64 user_below_el2(u64 arg)
{
	struct trap_target t = {(u64)svc_8, 0, SPSR_EL0T | SPSR_DAIF};
	u64 hcr = MRS(hcr_el2);

	(void)arg;
	MSR(hcr_el2, hcr | HCR_TGE);
	check_trap("tge-svc", trap_go(&t), ESR(EC_SVC, 8), 4);
	check("tge-svc-taken-to", trap_state.last.el << 8 | trap_state.last.vector, 0x208);
	t.pc = (u64)brk_user;
	check_trap("tge-brk", trap_go(&t), ESR(EC_BRK, 9), 0);
	check("tge-brk-taken-to", trap_state.last.el, 2);
	t.pc = (u64)udf_0;
	check_trap("tge-undefined", trap_go(&t), ESR(EC_UNKNOWN, 0), 0);
	check("tge-undefined-taken-to", trap_state.last.el, 2);
	MSR(hcr_el2, hcr);
	return 0;
}

void suite_el2(void)
{
	if (boot_state.el != 2) {
		check_skip("started at EL1");
		return;
	}
	check_calls();
	el2_call(at_el2, 0);
	el2_call(illegal_at_el2, SPSR_DAIF | 0xd);
	el2_call(illegal_at_el2, SPSR_DAIF | SPSR_EL1H | 2);
	check_regimes();
	check_hcr();
	check_calls_off();
	check_other_traps();
	el2_call(user_below_el2, 0);
}

/* ---- CPACR_EL1 --------------------------------------------------------------------------------------------------- */

void suite_trap(void)
{
	void *at = (void *)(u64)&user_state.bytes[0];

	MSR(cpacr_el1, 0);
	check_trap("fpen-0-fmov", trap_catch(fmov, NULL), FP_ESR, 0);
	check_trap("fpen-0-load", trap_catch(load_q, at), FP_ESR, 0);
	check_trap("fpen-0-fpcr", trap_catch(read_fpcr, NULL), FP_ESR, 0);
	check_trap("fpen-0-user", trap_user(fmov, NULL), FP_ESR, 0);
	MSR(cpacr_el1, 1 << 20);
	check_none("fpen-1-el1", trap_catch(fmov, NULL));
	check_trap("fpen-1-user", trap_user(fmov, NULL), FP_ESR, 0);
	MSR(cpacr_el1, 2 << 20);
	check_trap("fpen-2-fmov", trap_catch(fmov, NULL), FP_ESR, 0);
	MSR(cpacr_el1, 3 << 20);
	check_none("fpen-3-el1", trap_catch(fmov, NULL));
	check_none("fpen-3-user", trap_user(load_q, at));
}
