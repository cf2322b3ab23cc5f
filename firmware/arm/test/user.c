/* SPDX-License-Identifier: MIT */
/*
 * EL0: exceptions from it to EL1, what it may not do, what SCTLR_EL1, CNTKCTL_EL1 and PMUSERENR_EL0 let it do, and the
 * registers that survive the trip (Arm ARM D1.3, D1.6; D17.2.118).
 */
#include "firmware/arm/test/check.h"
#include "firmware/arm/test/suites.h"

SNIPPET(svc_42, MARK "svc #42")
SNIPPET(brk_1, MARK "brk #1")
SNIPPET(udf_0, MARK "udf #0")
SNIPPET(hvc_0, MARK "hvc #0")
SNIPPET(smc_0, MARK "smc #0")
SNIPPET(eret_0, MARK "eret")
SNIPPET(read_sctlr, MARK "mrs x3, sctlr_el1")
SNIPPET(read_elr, MARK "mrs x3, elr_el1")
SNIPPET(write_ttbr, MARK "msr ttbr0_el1, x3")
SNIPPET(read_daif_el, MARK "mrs x3, CurrentEL")
SNIPPET(write_spsel, MARK "msr spsel, #0")
SNIPPET(tlbi, MARK "tlbi vmalle1")
SNIPPET(dc_isw, MARK "dc isw, x3")
SNIPPET(ic_iallu, MARK "ic iallu")
SNIPPET(at_user, MARK "at s1e0r, x3")
SNIPPET(read_sp_el0, MARK "mrs x3, sp_el0")
SNIPPET(read_mdscr, MARK "mrs x3, mdscr_el1")
SNIPPET(read_hcr, MARK "mrs x3, hcr_el2")
SNIPPET(store_zero, "mov x0, #0\n\t" MARK "str x1, [x0]")
SNIPPET(sp_misaligned, "mov x0, sp\n\tadd sp, sp, #8\n\t" MARK "ldr x1, [sp]\n\tmov sp, x0")

static const struct trap_case plain[] = {
	{"svc", svc_42, ESR(EC_SVC, 42), 4},
	{"brk", brk_1, ESR(EC_BRK, 1), 0},
	{"udf", udf_0, ESR(EC_UNKNOWN, 0), 0},
	{"undefined-hvc", hvc_0, ESR(EC_UNKNOWN, 0), 0},
	{"undefined-smc", smc_0, ESR(EC_UNKNOWN, 0), 0},
	{"undefined-eret", eret_0, ESR(EC_UNKNOWN, 0), 0},
	{"undefined-sctlr", read_sctlr, ESR(EC_UNKNOWN, 0), 0},
	{"undefined-elr", read_elr, ESR(EC_UNKNOWN, 0), 0},
	{"undefined-ttbr", write_ttbr, ESR(EC_UNKNOWN, 0), 0},
	{"undefined-currentel", read_daif_el, ESR(EC_UNKNOWN, 0), 0},
	{"undefined-spsel", write_spsel, ESR(EC_UNKNOWN, 0), 0},
	{"undefined-tlbi", tlbi, ESR(EC_UNKNOWN, 0), 0},
	{"undefined-dc-isw", dc_isw, ESR(EC_UNKNOWN, 0), 0},
	{"undefined-ic-iallu", ic_iallu, ESR(EC_UNKNOWN, 0), 0},
	{"undefined-at", at_user, ESR(EC_UNKNOWN, 0), 0},
	{"undefined-sp-el0", read_sp_el0, ESR(EC_UNKNOWN, 0), 0},
	{"undefined-mdscr", read_mdscr, ESR(EC_UNKNOWN, 0), 0},
	{"undefined-hcr", read_hcr, ESR(EC_UNKNOWN, 0), 0},
};

/* ---- what control bits allow ------------------------------------------------------------------------------------- */

SNIPPET(read_ctr, MARK "mrs x3, ctr_el0")
SNIPPET(dc_zva, "and x0, x0, #~4095\n\t" MARK "dc zva, x0")
SNIPPET(dc_cvau, MARK "dc cvau, x0")
SNIPPET(dc_civac, MARK "dc civac, x0")
SNIPPET(ic_ivau, MARK "ic ivau, x0")
SNIPPET(read_daif, MARK "mrs x3, daif")
SNIPPET(set_daif, MARK "msr daifset, #2")
SNIPPET(do_wfe, MARK "wfe")
SNIPPET(do_wfi, MARK "wfi")
SNIPPET(read_cntvct, MARK "mrs x3, cntvct_el0")
SNIPPET(read_cntpct, MARK "mrs x3, cntpct_el0")
SNIPPET(read_cntfrq, MARK "mrs x3, cntfrq_el0")
SNIPPET(write_cntv_ctl, MARK "msr cntv_ctl_el0, xzr")
SNIPPET(read_cntp_cval, MARK "mrs x3, cntp_cval_el0")
SNIPPET(read_pmccntr, MARK "mrs x3, pmccntr_el0")
SNIPPET(read_pmcr, MARK "mrs x3, pmcr_el0")

/* With these bits of a register clear the instruction traps with this ISS, with them set it does not. */
struct allow_case {
	const char *name;
	void (*run)(void *);
	u64 bits, iss;
	u32 ec;
};

#define SYS(op0, op1, crn, crm, op2, rt, read) ISS_SYS(op0, op1, crn, crm, op2, rt, read)
#define WFX_ISS(ti)                            (1u << 24 | 14u << 20 | (ti)) /* CV, COND */

static const struct allow_case by_sctlr[] = {
	{"ctr-uct", read_ctr, SCTLR_UCT, SYS(3, 3, 0, 0, 1, 3, 1), EC_SYSREG},
	{"dc-zva-dze", dc_zva, SCTLR_DZE, SYS(1, 3, 7, 4, 1, 0, 0), EC_SYSREG},
	{"dc-cvau-uci", dc_cvau, SCTLR_UCI, SYS(1, 3, 7, 11, 1, 0, 0), EC_SYSREG},
	{"dc-civac-uci", dc_civac, SCTLR_UCI, SYS(1, 3, 7, 14, 1, 0, 0), EC_SYSREG},
	{"ic-ivau-uci", ic_ivau, SCTLR_UCI, SYS(1, 3, 7, 5, 1, 0, 0), EC_SYSREG},
	{"read-daif-uma", read_daif, SCTLR_UMA, SYS(3, 3, 4, 2, 1, 3, 1), EC_SYSREG},
	{"daifset-uma", set_daif, SCTLR_UMA, SYS(0, 3, 4, 2, 6, 31, 0), EC_SYSREG},
};

static void check_sctlr(void)
{
	void *at = (void *)(u64)&user_state.bytes[0];
	u64 sctlr = MRS(sctlr_el1);

	for (u32 i = 0; i < COUNT_OF(by_sctlr); i++) {
		const struct allow_case *c = &by_sctlr[i];

		MSR(sctlr_el1, sctlr & ~c->bits);
		check_trap(c->name, trap_user(c->run, at), ESR(c->ec, c->iss), 0);
		MSR(sctlr_el1, sctlr | c->bits);
		check_none(c->name, trap_user(c->run, at));
	}
	MSR(sctlr_el1, sctlr & ~(SCTLR_NTWI | SCTLR_NTWE));
	check_trap("wfi-ntwi", trap_user(do_wfi, NULL), ESR(EC_WFX, WFX_ISS(0)), 0);
	__asm__ volatile("clrex\n\tsevl\n\twfe"); /* clears the event register: with an event WFE need not trap */
	check_trap_or_none("wfe-ntwe", trap_user(do_wfe, NULL), ESR(EC_WFX, WFX_ISS(1)));
	MSR(sctlr_el1, sctlr);
}

static const struct allow_case by_cntkctl[] = {
	{"cntvct-el0vcten", read_cntvct, 2, SYS(3, 3, 14, 0, 2, 3, 1), EC_SYSREG},
	{"cntpct-el0pcten", read_cntpct, 1, SYS(3, 3, 14, 0, 1, 3, 1), EC_SYSREG},
	{"cntfrq-either", read_cntfrq, 3, SYS(3, 3, 14, 0, 0, 3, 1), EC_SYSREG},
	{"cntv-ctl-el0vten", write_cntv_ctl, 1 << 8, SYS(3, 3, 14, 3, 1, 31, 0), EC_SYSREG},
	{"cntp-cval-el0pten", read_cntp_cval, 1 << 9, SYS(3, 3, 14, 2, 2, 3, 1), EC_SYSREG},
};

static const struct allow_case by_pmuserenr[] = {
	{"pmccntr-cr", read_pmccntr, 4, SYS(3, 3, 9, 13, 0, 3, 1), EC_SYSREG},
	{"pmccntr-en", read_pmccntr, 1, SYS(3, 3, 9, 13, 0, 3, 1), EC_SYSREG},
	{"pmcr-en", read_pmcr, 1, SYS(3, 3, 9, 12, 0, 3, 1), EC_SYSREG},
};

static void check_counters(void)
{
	u64 cntkctl = MRS(cntkctl_el1);

	for (u32 i = 0; i < COUNT_OF(by_cntkctl); i++) {
		const struct allow_case *c = &by_cntkctl[i];

		MSR(cntkctl_el1, 0x303 & ~c->bits);
		check_trap(c->name, trap_user(c->run, NULL), ESR(c->ec, c->iss), 0);
		MSR(cntkctl_el1, c->bits);
		check_none(c->name, trap_user(c->run, NULL));
	}
	MSR(cntkctl_el1, cntkctl);
	for (u32 i = 0; i < COUNT_OF(by_pmuserenr); i++) {
		const struct allow_case *c = &by_pmuserenr[i];

		MSR(pmuserenr_el0, 0);
		check_trap(c->name, trap_user(c->run, NULL), ESR(c->ec, c->iss), 0);
		MSR(pmuserenr_el0, c->bits);
		check_none(c->name, trap_user(c->run, NULL));
	}
	MSR(pmuserenr_el0, 0);
}

/* ---- what survives ----------------------------------------------------------------------------------------------- */

SNIPPET(mark_all, "mov x1, #0x1111\n\tmov x15, #0xffff\n\tmov x14, #0x50000000\n\tmsr nzcv, x14\n\t" MARK "svc #7")
SNIPPET(thread_registers, "mrs x1, tpidr_el0\n\tmrs x2, tpidrro_el0\n\tadd x3, x1, x2\n\tmsr tpidr_el0, x3\n\t"
	"mov x4, #0\n\t"
	MARK "msr tpidrro_el0, x4")

static void check_state_of_user(void)
{
	const struct frame *f = &trap_state.last;
	u64 got = trap_user_spsr(mark_all, (void *)0x77, 0xf0000000u);

	check_trap("svc-registers", got, ESR(EC_SVC, 7), 4);
	check("x0", f->x[0], 0x77);
	check("x1-x15", f->x[1] << 16 | f->x[15], 0x1111ffff);
	check("spsr", f->spsr & ~SPSR_SS, 0x50000000 | SPSR_DAIF | SPSR_EL0T);
	check("vector-lower-level", f->vector, 8);
	check("taken-to", f->el, 1);
	MSR(tpidr_el0, 0x1000);
	MSR(tpidrro_el0, 0x234);
	check_trap("tpidrro-read-only", trap_user(thread_registers, NULL), ESR(EC_UNKNOWN, 0), 0);
	check("tpidr-writable", MRS(tpidr_el0), 0x1234);
}

/* ---- aborts ------------------------------------------------------------------------------------------------------ */

SNIPPET(load_at, MARK "ldr x1, [x0]")
SNIPPET(store_at, MARK "strh w1, [x0]")
SNIPPET(jump_to, "mov x20, x0\n\tbr x0")

static void check_aborts(void)
{
	u64 private = (u64)&test_state.bytes[0], user = (u64)&user_state.bytes[0], sctlr = MRS(sctlr_el1);

	check_none("load-own", trap_user(load_at, (void *)user));
	check_none("store-own", trap_user(store_at, (void *)user));
	check_abort(
		"load-private", trap_user(load_at, (void *)private), ESR(EC_DABT_LOWER, FSC_PERMISSION | 3), private);
	check_abort("store-private", trap_user(store_at, (void *)private),
		ESR(EC_DABT_LOWER, FSC_PERMISSION | 3 | ISS_WNR), private);
	check_abort("load-nowhere", trap_user(load_at, (void *)0x5000000000), ESR(EC_DABT_LOWER, FSC_TRANSLATION | 1),
		0x5000000000);
	check_abort("fetch-data", trap_user(jump_to, (void *)user), ESR(EC_IABT_LOWER, FSC_PERMISSION | 3), user);
	check_abort("fetch-nowhere", trap_user(jump_to, (void *)0x5000000000), ESR(EC_IABT_LOWER, FSC_TRANSLATION | 1),
		0x5000000000);
	check_abort("fetch-misaligned", trap_user(jump_to, (void *)(user + 2)), ESR(EC_PC_ALIGN, 0), user + 2);
	check_abort("store-text", trap_user(store_at, (void *)(u64)suite_user),
		ESR(EC_DABT_LOWER, FSC_PERMISSION | 3 | ISS_WNR), (u64)suite_user);
	check_abort("store-zero", trap_user(store_zero, NULL), ESR(EC_DABT_LOWER, FSC_TRANSLATION | 2 | ISS_WNR), 0);
	MSR(sctlr_el1, sctlr | SCTLR_A);
	check_abort("misaligned-checked", trap_user(load_at, (void *)(user + 1)), ESR(EC_DABT_LOWER, FSC_ALIGNMENT),
		user + 1);
	MSR(sctlr_el1, sctlr | SCTLR_SA0);
	check_trap("sp-alignment", trap_user(sp_misaligned, NULL), ESR(EC_SP_ALIGN, 0), 0);
	MSR(sctlr_el1, sctlr & ~SCTLR_SA0);
	check_none("sp-alignment-off", trap_user(sp_misaligned, NULL));
	MSR(sctlr_el1, sctlr);
}

/* FEAT_IDST: reads of ID registers by EL0 are reported as what they are, so that a kernel can emulate them. */
SNIPPET(read_midr, MARK "mrs x3, midr_el1")

static void check_idst(void)
{
	bool idst = id_field(MRS(id_aa64mmfr2_el1), 36);

	check_trap("midr", trap_user(read_midr, NULL),
		idst ? ESR(EC_SYSREG, SYS(3, 0, 0, 0, 0, 3, 1)) : ESR(EC_UNKNOWN, 0), 0);
}

void suite_user(void)
{
	check_traps_user(plain, COUNT_OF(plain));
	check_state_of_user();
	check_sctlr();
	check_counters();
	check_aborts();
	check_idst();
}
