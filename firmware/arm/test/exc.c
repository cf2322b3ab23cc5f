/* SPDX-License-Identifier: MIT */
/*
 * Exceptions taken from EL1 to EL1: what each class leaves in ESR, ELR, SPSR and FAR, which vector it takes, and the
 * ways back (Arm ARM D1.3, D17.2.37).
 */
#include "firmware/arm/test/check.h"
#include "firmware/arm/test/suites.h"

SNIPPET(svc_1234, MARK "svc #0x1234")
SNIPPET(svc_0, MARK "svc #0")
SNIPPET(brk_77, MARK "brk #0x77")
SNIPPET(brk_ffff, MARK "brk #0xffff")
SNIPPET(udf, MARK "udf #5")
SNIPPET(all_ones, MARK ".inst 0xffffffff")
SNIPPET(unallocated, MARK ".inst 0x04000000 | 1 << 24 | 1 << 25 | 15 << 26")
SNIPPET(hlt, MARK "hlt #0x123")
SNIPPET(dcps, MARK "dcps1")
SNIPPET(drps, MARK "drps")
SNIPPET(read_hcr, MARK "mrs x0, hcr_el2")
SNIPPET(write_vbar_el2, MARK "msr vbar_el2, xzr")
SNIPPET(read_scr, MARK "mrs x0, scr_el3")
SNIPPET(read_unknown, MARK "mrs x0, s3_7_c15_c15_7")
SNIPPET(read_write_only, MARK "mrs x0, s2_0_c1_c0_4")
SNIPPET(write_read_only, MARK "msr s3_0_c0_c0_0, x0")
SNIPPET(tlbi_el2, MARK "tlbi alle2")
SNIPPET(at_el2, MARK "at s1e2r, x0")
SNIPPET(msr_spsel_imm_el3, MARK "msr sp_el1, x0")

static const struct trap_case simple[] = {
	{"svc", svc_1234, ESR(EC_SVC, 0x1234), 4},
	{"svc-0", svc_0, ESR(EC_SVC, 0), 4},
	{"brk", brk_77, ESR(EC_BRK, 0x77), 0},
	{"brk-ffff", brk_ffff, ESR(EC_BRK, 0xffff), 0},
	{"udf", udf, ESR(EC_UNKNOWN, 0), 0},
	{"undefined-ones", all_ones, ESR(EC_UNKNOWN, 0), 0},
	{"undefined-unallocated", unallocated, ESR(EC_UNKNOWN, 0), 0},
	{"undefined-hlt", hlt, ESR(EC_UNKNOWN, 0), 0},
	{"undefined-dcps", dcps, ESR(EC_UNKNOWN, 0), 0},
	{"undefined-drps", drps, ESR(EC_UNKNOWN, 0), 0},
	{"undefined-hcr-at-el1", read_hcr, ESR(EC_UNKNOWN, 0), 0},
	{"undefined-vbar-el2-at-el1", write_vbar_el2, ESR(EC_UNKNOWN, 0), 0},
	{"undefined-scr-at-el1", read_scr, ESR(EC_UNKNOWN, 0), 0},
	{"undefined-sysreg", read_unknown, ESR(EC_UNKNOWN, 0), 0},
	{"undefined-read-of-write-only", read_write_only, ESR(EC_UNKNOWN, 0), 0},
	{"undefined-write-of-read-only", write_read_only, ESR(EC_UNKNOWN, 0), 0},
	{"undefined-tlbi-el2-at-el1", tlbi_el2, ESR(EC_UNKNOWN, 0), 0},
	{"undefined-at-el2-at-el1", at_el2, ESR(EC_UNKNOWN, 0), 0},
	{"undefined-sp-el1-at-el1", msr_spsel_imm_el3, ESR(EC_UNKNOWN, 0), 0},
};

/* ---- what is saved ----------------------------------------------------------------------------------------------- */

SNIPPET(flags_svc, "mov x1, #0xa0000000\n\tmsr nzcv, x1\n\tmsr daifclr, #4\n\t" MARK "svc #1")
SNIPPET(sp0_svc, "mov x1, sp\n\tmsr spsel, #0\n\tmov sp, x1\n\t" MARK "svc #2")
SNIPPET(svc_returns, "mov x2, #7\n\tmov x4, #0x60000000\n\tmsr nzcv, x4\n\tsvc #3\n\tmrs x3, nzcv\n\tstp x2, x3, [x0]")

static void note_and_return(struct frame *f)
{
	test_state.word[8] = MRS(daif);
	test_state.word[9] = MRS(spsel);
	test_state.word[10] = f->vector;
	test_state.word[11] = f->spsr;
	f->x[2] += 1;
}

static void check_saved(void)
{
	const struct frame *f = &trap_state.last;
	u64 got = trap_catch(flags_svc, NULL);

	check_trap("svc-with-flags", got, ESR(EC_SVC, 1), 4);
	check("spsr-nzcv-daif-mode", f->spsr & ~SPSR_SS, 0xa0000000u | SPSR_D | SPSR_I | SPSR_F | SPSR_EL1H);
	check("vector-same-level-spx", f->vector, 4);
	check_trap("svc-on-sp0", trap_catch(sp0_svc, NULL), ESR(EC_SVC, 2), 4);
	check("spsr-sp0-mode", f->spsr & SPSR_M, SPSR_EL1T);
	check("vector-same-level-sp0", f->vector, 0);
	trap_set(EC_SVC, note_and_return);
	check_none("handler-returns", trap_catch(svc_returns, (void *)&test_state.word[0]));
	trap_set(EC_SVC, NULL);
	check("handler-masks-daif", test_state.word[8], SPSR_DAIF);
	check("handler-selects-spx", test_state.word[9], 1);
	check("eret-restores-register", test_state.word[0], 8);
	check("eret-restores-flags", test_state.word[1], 0x60000000);
}

/* ---- exceptions within exceptions ------------------------------------------------------------------------------- */

static void nested(struct frame *f)
{
	u64 depth = f->x[1], elr = MRS(elr_el1);

	test_state.word[depth] = f->elr;
	if (depth < 5) {
		register u64 x1 __asm__("x1") = depth + 1;

		__asm__ volatile("svc #4" : "+r"(x1) : : "memory");
	}
	test_state.word[16 + depth] = elr == f->elr;
}

SNIPPET(nest, "mov x1, #0\n\tsvc #4")

static void check_nested(void)
{
	u64 wrong = 0;

	for (u32 i = 0; i < 6; i++)
		test_state.word[i] = test_state.word[16 + i] = 0;
	trap_set(EC_SVC, nested);
	check_none("nested", trap_catch(nest, NULL));
	trap_set(EC_SVC, NULL);
	for (u32 i = 0; i < 6; i++)
		wrong += !test_state.word[i] || !test_state.word[16 + i];
	check("nested-depth-6", wrong, 0);
}

/* ---- alignment -------------------------------------------------------------------------------------------------- */

SNIPPET(sp_misaligned_load, "msr spsel, #0\n\tmov x1, #0x40000000\n\tadd x1, x1, #8\n\tmov sp, x1\n\t"
	MARK "ldr x0, [sp]\n\tmsr spsel, #1")
SNIPPET(sp_misaligned_store, "msr spsel, #0\n\tmov x1, #8\n\tmov sp, x1\n\t"
	MARK "stp x0, x1, [sp, #-16]!\n\tmsr spsel, #1")
SNIPPET(sp_misaligned_arithmetic, "msr spsel, #0\n\tmov x1, #8\n\tmov sp, x1\n\tadd x0, sp, #8\n\tmsr spsel, #1")
SNIPPET(load_misaligned, "add x0, x0, #1\n\t" MARK "ldr x1, [x0]")
SNIPPET(store_misaligned, "add x0, x0, #1\n\t" MARK "str w1, [x0]")
SNIPPET(pair_misaligned, "add x0, x0, #4\n\t" MARK "ldp x1, x2, [x0]")
SNIPPET(bytes_any, "add x0, x0, #1\n\tldrb w1, [x0]\n\tstrb w1, [x0, #2]")
SNIPPET(exclusive_misaligned, "add x0, x0, #4\n\t" MARK "ldxr x1, [x0]")
SNIPPET(acquire_misaligned, "add x0, x0, #2\n\t" MARK "ldar w1, [x0]")
SNIPPET(branch_misaligned, "adr x20, 9f\n\tadd x20, x20, #2\n\tbr x20\n9:\tnop")
SNIPPET(ret_misaligned, "adr x20, 9f\n\tadd x20, x20, #1\n\tret x20\n9:\tnop")

static void check_alignment(void)
{
	void *at = (void *)&test_state.bytes[0];
	u64 sctlr = MRS(sctlr_el1);

	MSR(sctlr_el1, sctlr | SCTLR_SA);
	check_trap("sp-alignment-load", trap_catch(sp_misaligned_load, NULL), ESR(EC_SP_ALIGN, 0), 0);
	check_trap("sp-alignment-store", trap_catch(sp_misaligned_store, NULL), ESR(EC_SP_ALIGN, 0), 0);
	check_none("sp-alignment-only-for-memory", trap_catch(sp_misaligned_arithmetic, NULL));
	MSR(sctlr_el1, sctlr & ~SCTLR_SA);
	check_none("sp-alignment-off", trap_catch(sp_misaligned_load, NULL));
	MSR(sctlr_el1, sctlr);
	check_none("misaligned-load", trap_catch(load_misaligned, at));
	check_none("misaligned-store", trap_catch(store_misaligned, at));
	MSR(sctlr_el1, sctlr | SCTLR_A);
	check_abort(
		"misaligned-load-checked", trap_catch(load_misaligned, at), ESR(EC_DABT, FSC_ALIGNMENT), (u64)at + 1);
	check_abort("misaligned-store-checked", trap_catch(store_misaligned, at), ESR(EC_DABT, FSC_ALIGNMENT | ISS_WNR),
		(u64)at + 1);
	check_abort(
		"misaligned-pair-checked", trap_catch(pair_misaligned, at), ESR(EC_DABT, FSC_ALIGNMENT), (u64)at + 4);
	check_none("bytes-are-aligned", trap_catch(bytes_any, at));
	MSR(sctlr_el1, sctlr);
	check_abort(
		"misaligned-exclusive", trap_catch(exclusive_misaligned, at), ESR(EC_DABT, FSC_ALIGNMENT), (u64)at + 4);
	if (!id_field(MRS(id_aa64mmfr2_el1), 32)) /* without FEAT_LSE2 */
		check_abort("misaligned-acquire", trap_catch(acquire_misaligned, at), ESR(EC_DABT, FSC_ALIGNMENT),
			(u64)at + 2);
	check_abort("pc-alignment-br", trap_catch(branch_misaligned, NULL), ESR(EC_PC_ALIGN, 0), trap_state.last.x[20]);
	check_abort("pc-alignment-ret", trap_catch(ret_misaligned, NULL), ESR(EC_PC_ALIGN, 0), trap_state.last.x[20]);
}

/* ---- ERET ------------------------------------------------------------------------------------------------------- */

/* To label 9 with the SPSR in X0. */
SNIPPET(eret_with, "msr spsr_el1, x0\n\tadr x20, 9f\n\tmsr elr_el1, x20\n\tisb\n\teret\n9:\tnop")
SNIPPET(eret_il_flags, "msr spsr_el1, x0\n\tadr x20, 9f\n\tmsr elr_el1, x20\n\tisb\n\teret\n9:\tsvc #9")

static void check_illegal(const char *name, u64 spsr)
{
	const struct frame *f = &trap_state.last;
	u64 got = trap_catch(eret_with, (void *)spsr);

	check_trap(name, got, ESR(EC_ILLEGAL, 0), 0);
	check(name, f->spsr & (SPSR_IL | SPSR_M | SPSR_NZCV), SPSR_IL | SPSR_EL1H | (spsr & SPSR_NZCV));
}

static void check_eret(void)
{
	const struct frame *f = &trap_state.last;

	check_none("eret-same-level", trap_catch(eret_with, (void *)(u64)(SPSR_EL1H | SPSR_DAIF)));
	check_trap("eret-to-sp0", trap_catch(eret_il_flags, (void *)(u64)(SPSR_EL1T | SPSR_DAIF)), ESR(EC_SVC, 9), 4);
	check("eret-to-sp0-mode", f->spsr & SPSR_M, SPSR_EL1T);
	check_illegal("illegal-state-il", SPSR_EL1H | SPSR_DAIF | SPSR_IL | 0x90000000u);
	check_illegal("illegal-return-to-el2", SPSR_EL2H | SPSR_DAIF);
	check_illegal("illegal-return-to-el3", 0xd | SPSR_DAIF);
	check_illegal("illegal-return-mode-1", 1 | SPSR_DAIF);
	check_illegal("illegal-return-mode-6", 6 | SPSR_DAIF);
	check_illegal("illegal-return-aarch32-mode", 0x1f | SPSR_DAIF); /* the caller's level is AArch64 */
}

/* ---- PSTATE ----------------------------------------------------------------------------------------------------- */

static void check_pstate(void)
{
	u64 before = MRS(daif);

	__asm__ volatile("msr daifclr, #15");
	check("daifclr", MRS(daif), 0);
	__asm__ volatile("msr daifset, #5");
	check("daifset", MRS(daif), SPSR_F | SPSR_A);
	MSR(daif, SPSR_D | SPSR_I);
	check("daif-write", MRS(daif), SPSR_D | SPSR_I);
	MSR(daif, ~0ull);
	check("daif-write-other-bits", MRS(daif), SPSR_DAIF);
	MSR(daif, before);
	MSR_RAW(nzcv, 0xffffffff);
	check("nzcv-bits", MRS(nzcv), SPSR_NZCV);
	check("current-el", MRS(CurrentEL), 4);
	check("spsel", MRS(spsel), 1);
	MSR(spsr_el1, 0xffffffff);
	check_true("spsr-keeps-m", (MRS(spsr_el1) & SPSR_M) == SPSR_M);
}

void suite_exc(void)
{
	check_traps(simple, COUNT_OF(simple));
	check_saved();
	check_nested();
	check_alignment();
	check_eret();
	check_pstate();
}
