/* SPDX-License-Identifier: MIT */
/*
 * Pointer authentication: what any algorithm must do. A signed pointer comes back with its key and modifier and with
 * nothing else, stripping restores it, failure shows (Arm ARM D8.9).
 */
#include "firmware/arm/test/check.h"
#include "firmware/arm/test/suites.h"

#define OP(text, p, m) __extension__({ \
	register u64 x0 __asm__("x0") = (p); register u64 x1 __asm__("x1") = (m); \
	__asm__ volatile(text : "+r"(x0), "+r"(x1) : : "memory"); x0; })
#define SCTLR_KEYS (SCTLR_ENIA | SCTLR_ENIB | SCTLR_ENDA | SCTLR_ENDB)

/* FEAT_FPAC: a failure is an exception at once. */
static bool has_fpac(void)
{
	u64 isar1 = MRS(id_aa64isar1_el1);

	return id_field(isar1, 4) >= 4 || id_field(isar1, 8) >= 4;
}

static void set_keys(u64 seed)
{
	MSR_RAW(s3_0_c2_c1_0, seed * 0x9e3779b97f4a7c15 + 1); /* APIAKeyLo_EL1, Hi, APIB ... */
	MSR_RAW(s3_0_c2_c1_1, seed * 0xbf58476d1ce4e5b9 + 2);
	MSR_RAW(s3_0_c2_c1_2, seed * 0x94d049bb133111eb + 3);
	MSR_RAW(s3_0_c2_c1_3, seed * 0xd6e8feb86659fd93 + 4);
	MSR_RAW(s3_0_c2_c2_0, seed * 0xa0761d6478bd642f + 5); /* APDA, APDB */
	MSR_RAW(s3_0_c2_c2_1, seed * 0xe7037ed1a0b428db + 6);
	MSR_RAW(s3_0_c2_c2_2, seed * 0x8ebc6af09c88c6e3 + 7);
	MSR_RAW(s3_0_c2_c2_3, seed * 0x589965cc75374cc3 + 8);
	MSR_RAW(s3_0_c2_c3_0, seed * 0x1d8e4e27c47d124f + 9); /* APGA */
	MSR(s3_0_c2_c3_1, seed * 0xeb44accab455d165 + 10);
}

#define ROUND(name, sign, check_, p) do { \
	u64 signed_ = OP(sign " x0, x1", p, 0x1234); \
	check_true(name "-changes", signed_ != (p)); \
	check(name "-round", OP(check_ " x0, x1", signed_, 0x1234), p); \
} while (0)

static void check_rounds(u64 p)
{
	ROUND("ia", "pacia", "autia", p);
	ROUND("ib", "pacib", "autib", p);
	ROUND("da", "pacda", "autda", p);
	ROUND("db", "pacdb", "autdb", p);
	check("iza", OP("paciza x0\n\tautiza x0", p, 0), p);
	check("dzb", OP("pacdzb x0\n\tautdzb x0", p, 0), p);
	check("strip-i", OP("pacia x0, x1\n\txpaci x0", p, 99), p);
	check("strip-d", OP("pacdb x0, x1\n\txpacd x0", p, 99), p);
	check_true("modifier-matters", OP("pacia x0, x1", p, 1) != OP("pacia x0, x1", p, 2));
	check_true("keys-differ", OP("pacia x0, x1", p, 1) != OP("pacib x0, x1", p, 1));
	check("same-again", OP("pacia x0, x1", p, 7), OP("pacia x0, x1", p, 7));
}

SNIPPET(auth_wrong, "mov x1, #1\n\tmov x2, #2\n\tpacia x0, x1\n\t" MARK "autia x0, x2\n\tmov x4, x0\n\tldr x5, [x4]")
SNIPPET(auth_data_wrong, "mov x1, #1\n\tmov x2, #2\n\tpacdb x0, x1\n\t" MARK "autdb x0, x2\n\tmov x4, x0\n\t"
	"ldr x5, [x4]")
SNIPPET(auth_damaged, "mov x1, #1\n\tpacia x0, x1\n\teor x0, x0, #0x10000\n\t" MARK "autia x0, x1\n\tmov x4, x0\n\t"
	"ldr x5, [x4]")

/* Without FEAT_FPAC the pointer is no longer canonical, and its use is a translation fault at level 0. */
static void check_failures(u64 p)
{
	static void (*const how[])(void *) = {auth_wrong, auth_data_wrong, auth_damaged};
	static const char *const names[] = {"wrong-modifier", "wrong-modifier-data", "damaged-pointer"};
	static const u64 iss[] = {0, 3, 0}; /* key: instruction or data, A or B */

	for (u32 n = 0; n < 3; n++) {
		u64 got = trap_catch(how[n], phys(p));

		if (has_fpac())
			check_trap(names[n], got, ESR(EC_FPAC, iss[n]), 0);
		else
			check_esr(names[n], got, ESR(EC_DABT, FSC_TRANSLATION | 0));
	}
}

SNIPPET(combined, "mov x15, x30\n\tmov x2, #5\n\tadr x1, 1f\n\tpacia x1, x2\n\tblraa x1, x2\n\t"
	"b 2f\n1:\tstp x29, x30, [sp, #-16]!\n\t"
	"add x30, x30, #0\n\tmov x3, sp\n\tldp x29, x30, [sp], #16\n\tpaciasp\n\tmov x4, x30\n\t"
	"retaa\n2:\tadr x1, 3f\n\tpacib x1, x2\n\t"
	"brab x1, x2\n\tudf #0\n3:\tadd x0, x0, #1\n\tmov x30, x15\n\t" MARK "svc #0x99")
SNIPPET(load_authenticated, "pacdza x0\n\tldraa x1, [x0, #8]\n\t" MARK "svc #0x98")

static void check_combined(void)
{
	check_trap("blraa-retaa-brab", trap_catch(combined, (void *)41), ESR(EC_SVC, 0x99), 4);
	check("blraa-retaa-brab", trap_state.last.x[0], 42);
	test_state.word[1] = 0x77;
	check_trap("ldraa", trap_catch(load_authenticated, (void *)(u64)&test_state.word[0]), ESR(EC_SVC, 0x98), 4);
	check("ldraa", trap_state.last.x[1], 0x77);
}

static void check_switches(u64 p)
{
	u64 sctlr = MRS(sctlr_el1), before = OP("pacia x0, x1", p, 3), other;

	MSR(sctlr_el1, sctlr & ~SCTLR_ENIA);
	check("enia-off-pacia", OP("pacia x0, x1", p, 3), p);
	check("enia-off-autia", OP("autia x0, x1", before, 3), before);
	check_true("enia-off-pacib", OP("pacib x0, x1", p, 3) != p);
	check("enia-off-xpaci", OP("xpaci x0", before, 3), p);
	MSR(sctlr_el1, sctlr);
	check("pacga-low-half", (u32)OP("pacga x0, x0, x1", p, 3), 0);
	check_true("pacga-differs", OP("pacga x0, x0, x1", p, 3) != OP("pacga x0, x0, x1", p, 4));
	set_keys(2);
	other = OP("pacia x0, x1", p, 3);
	check_true("key-matters", other != before);
	set_keys(1);
	check("key-restored", OP("pacia x0, x1", p, 3), before);
}

SNIPPET(user_round, "mov x1, x0\n\tpacia x0, x30\n\tmov x2, x0\n\tautia x0, x30\n\t" MARK "svc #0x97")

void suite_pauth(void)
{
	u64 sctlr = MRS(sctlr_el1), p = (u64)&test_state.word[0];

	if (!has_pauth()) {
		/* PACIA1716 */
		check("hint-space-is-nop", OP("mov x17, x0\n\tmov x16, x1\n\thint #8\n\tmov x0, x17", p, 1), p);
		check_skip("pauth");
		return;
	}
	set_keys(1);
	MSR(sctlr_el1, sctlr | SCTLR_KEYS);
	check_rounds(p);
	check_rounds(p | ~0ull << 39);
	check_failures(p);
	check_combined();
	check_switches(p);
	check_trap("at-el0", trap_user(user_round, phys(p)), ESR(EC_SVC, 0x97), 4);
	check("at-el0-round", trap_state.last.x[0], p);
	check_true("at-el0-changes", trap_state.last.x[2] != p);
	MSR(sctlr_el1, sctlr);
}
