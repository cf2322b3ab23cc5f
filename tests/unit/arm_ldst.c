/* SPDX-License-Identifier: MIT */
/* Loads and stores beyond what vectors show: faults leave everything as it was, SP must be aligned, exclusive monitors,
 * overlaps of registers. Arm ARM B2.9 (monitors), C6.2, D1.3.7 (SP alignment), K1.1 (CONSTRAINED UNPREDICTABLE). */
#include "tests/unit/arm_rig.h"

enum { PAGE_A = ARIG_DATA, PAGE_B = ARIG_DATA + 0x1000, SYNC_LOWER = 0x400, SYNC_SPX = 0x200 };

/* Every feature, EL0 with translation. */
static void start(void)
{
	arm_rig_restart("max", true, false);
	arm_rig_paging();
	arm->sys.cpacr = 3 << 20;
	arm_rig_el(0);
}

TestSuite(arm_ldst, .init = start, .fini = arm_rig_stop);

/* ---- faults -------------------------------------------------------------------------------------------------- */

static const u32 loads[] = {
	0xf9400401, /* ldr x1, [x0, #8] */
	0xf8408c01, /* ldr x1, [x0, #8]! */
	0xf8408401, /* ldr x1, [x0], #8 */
	0x38c01401, /* ldrsb w1, [x0], #1 */
	0x3cc10c01, /* ldr q1, [x0, #16]! */
	0xa8c10801, /* ldp x1, x2, [x0], #16 */
	0xa9ff0801, /* ldp x1, x2, [x0, #-16]! */
	0x69fe0801, /* ldpsw x1, x2, [x0, #-16]! */
	0xadc10801, /* ldp q1, q2, [x0, #32]! */
	0xf8400801, /* ldtr x1, [x0] */
	0xc8dffc01, /* ldar x1, [x0] */
	0xf8bfc001, /* ldapr x1, [x0] */
	0xc85f7c01, /* ldxr x1, [x0] */
	0xc87f8801, /* ldaxp x1, x2, [x0] */
};

static const u32 stores[] = {
	0xf8008c01, /* str x1, [x0, #8]! */
	0xf81f8401, /* str x1, [x0], #-8 */
	0x3c810401, /* str q1, [x0], #16 */
	0xa9bf0801, /* stp x1, x2, [x0, #-16]! */
	0xac810801, /* stp q1, q2, [x0], #32 */
	0x38226801, /* strb w1, [x0, x2] */
	0xc89ffc01, /* stlr x1, [x0] */
	0xd9001001, /* stlur x1, [x0, #1] */
	0x78000801, /* sttrh w1, [x0] */
	0xc8037c01, /* stxr w3, x1, [x0] */
	0xc8230801, /* stxp w3, x1, x2, [x0] */
	0xf8210002, /* ldadd x1, x2, [x0] */
	0xb8e18002, /* swpal w1, w2, [x0] */
	0xf821601f, /* stumax x1, [x0] */
	0xc8a17c02, /* cas x1, x2, [x0] */
	0x48247c06, /* casp x4, x5, x6, x7, [x0] */
	0x08247c06, /* casp w4, w5, w6, w7, [x0] */
};

static void fill_registers(u64 base)
{
	for (unsigned k = 0; k < 31; k++)
		arm->x[k] = k * 0x0123456789abcdef;
	for (unsigned k = 0; k < 32; k++)
		arm->v[k] = (union vec){{k * 0x1111, k * 0x2222}};
	arm->x[0] = base;
	arm->x[2] = 0;
}

/* Runs the word with its base around the border of a good page and one that faults: how often it does. */
static unsigned faults(u32 word, bool write)
{
	unsigned n = 0;

	for (u64 base = PAGE_B - 48; base < PAGE_B + 24; base++) {
		u64 x[31];
		union vec v[32];

		arm_rig_el(0);
		arm_rig_code(word);
		for (u64 at = PAGE_A + 0xf00; at < PAGE_B; at += 8)
			arm_rig_poke(at, 8, at);
		fill_registers(base);
		memcpy(x, arm->x, sizeof(x));
		memcpy(v, arm->v, sizeof(v));
		arm_rig_step(1);
		if (arm->el == 0)
			continue;
		n++;
		cr_assert_eq(arm_rig_ec(1), EC_DABT_LOWER, "%08x at %llx", word, (unsigned long long)base);
		cr_expect(!memcmp(x, arm->x, sizeof(x)), "%08x at %llx: a register", word, (unsigned long long)base);
		cr_expect(!memcmp(v, arm->v, sizeof(v)), "%08x at %llx: a vector", word, (unsigned long long)base);
		for (u64 at = PAGE_A + 0xf00; at < PAGE_B; at += 8)
			cr_assert_eq(arm_rig_peek(at, 8), at, "%08x at %llx", word, (unsigned long long)base);
		if (arm_rig_iss(1) & 0x20) /* alignment: atomics fail as reads */
			continue;
		cr_expect_eq(arm_rig_iss(1) >> 6 & 1, write, "%08x: WnR", word);
		cr_expect_eq(arm->sys.far[1] & ~0xfffull, PAGE_B, "%08x: FAR", word);
	}
	return n;
}

Test(arm_ldst, a_load_that_faults_changes_nothing)
{
	arm_rig_poke(arm_rig_pte(PAGE_B), 8, 0);
	for (unsigned k = 0; k < sizeof(loads) / sizeof(loads[0]); k++)
		cr_expect_gt(faults(loads[k], false), 0, "%08x", loads[k]);
}

Test(arm_ldst, a_store_that_faults_changes_nothing)
{
	arm_rig_poke(arm_rig_pte(PAGE_B), 8, arm_rig_peek(arm_rig_pte(PAGE_B), 8) | BIT(7)); /* AP: read-only */
	for (unsigned k = 0; k < sizeof(stores) / sizeof(stores[0]); k++)
		cr_expect_gt(faults(stores[k], true), 0, "%08x", stores[k]);
}

/* C6.2, CAS: it must be possible to write, even if nothing is to be written. */
Test(arm_ldst, cas_needs_a_writable_place)
{
	arm_rig_code(0xc8a17c02); /* cas x1, x2, [x0] */
	arm->x[0] = ARIG_CODE + 0x100;
	arm->x[1] = 5;
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, SYNC_LOWER));
	cr_expect_eq(arm_rig_iss(1) & 0x7f, 0x40 | 0x0f, "a write, permission, level 3");
}

/* ---- alignment of SP ----------------------------------------------------------------------------------------- */

static const u32 by_sp[] = {
	0xf94007e1, /* ldr x1, [sp, #8] */
	0xa9be7bfd, /* stp x29, x30, [sp, #-32]! */
	0xacc107e0, /* ldp q0, q1, [sp], #32 */
	0xc8dfffe1, /* ldar x1, [sp] */
};

Test(arm_ldst, sp_must_be_aligned_if_checked)
{
	for (unsigned k = 0; k < sizeof(by_sp) / sizeof(by_sp[0]); k++)
		for (unsigned el = 0; el < 2; el++) {
			arm->sys.sctlr[1] |= SCTLR_SA | SCTLR_SA0;
			arm_rig_el(el);
			arm_rig_code(by_sp[k]);
			arm->x[R_SP] = ARIG_DATA + 0x808;
			cr_expect_eq(arm_rig_run(), ARIG_AT(1, el ? SYNC_SPX : SYNC_LOWER), "%08x", by_sp[k]);
			cr_expect_eq(arm_rig_ec(1), EC_SP_ALIGN);
			cr_expect_eq(arm->sys.elr[1], ARIG_CODE);
			arm->sys.sctlr[1] &= ~(el ? SCTLR_SA : SCTLR_SA0); /* the other bit is the other level's */
			arm_rig_el(el);
			arm->x[R_SP] = ARIG_DATA + 0x808;
			arm_rig_step(1);
			cr_expect_eq(arm->cpu.pc, ARIG_CODE + 4, "%08x", by_sp[k]);
		}
}

/* ---- exclusive monitors -------------------------------------------------------------------------------------- */

enum { LDXR = 0xc85f7c01, STXR = 0xc8037c04, CLREX = 0xd5033f5f, LDXR_W = 0x885f7c01, STR = 0xf9000004 };

/* Runs these on x[0] = PAGE_A, x[4] = 77: the status of the last store exclusive; -1 if it was not written. */
static int status_of(const u32 *words, size_t n)
{
	arm_rig_el(0);
	arm_rig_put(words, n);
	arm->x[0] = PAGE_A;
	arm->x[5] = PAGE_A + 8;
	arm->x[3] = ~0ull;
	arm->x[4] = 77;
	arm_rig_poke(PAGE_A, 8, 5);
	arm_rig_step((unsigned)n);
	cr_expect_eq(arm->el, 0);
	return (int)arm->x[3];
}
#define STATUS(...) status_of((const u32[]){__VA_ARGS__}, sizeof((const u32[]){__VA_ARGS__}) / sizeof(u32))

Test(arm_ldst, exclusives)
{
	cr_expect_eq(STATUS(LDXR, STXR), 0);
	cr_expect_eq(arm->x[1], 5);
	cr_expect_eq(arm_rig_peek(PAGE_A, 8), 77);
	cr_expect_eq(STATUS(STXR), 1, "nothing was loaded");
	cr_expect_eq(arm_rig_peek(PAGE_A, 8), 5);
	cr_expect_eq(STATUS(LDXR, STXR, STXR), 1, "the first one has used it up");
	cr_expect_eq(STATUS(LDXR, CLREX, STXR), 1);
	cr_expect_eq(STATUS(LDXR, STR, STXR), 0, "a plain store by the same processor");
	cr_expect_eq(STATUS(0xc85f7ca1, STXR), 1, "ldxr x1, [x5]: another place");
	cr_expect_eq(STATUS(LDXR_W, STXR), 1, "another size");
	cr_expect_eq(STATUS(0xc87f0801, 0xc8231004), 0, "ldxp x1, x2, [x0]; stxp w3, x4, x4, [x0]");
	cr_expect_eq(arm_rig_peek(PAGE_A + 8, 8), 77);
	cr_expect_eq(STATUS(0x887f0801, 0x88231004), 0, "ldxp w1, w2, [x0]; stxp w3, w4, w4, [x0]");
	cr_expect_eq(arm_rig_peek(PAGE_A, 8), 77 | 77ull << 32);
}

Test(arm_ldst, an_exception_disarms_the_monitor)
{
	arm_rig_code(LDXR, A64_SVC(0), STXR);
	arm->x[0] = PAGE_A;
	arm_rig_poke(ARIG_VECTORS + 0x400, 4, A64_ERET);
	arm_rig_step(4);
	cr_expect_eq(arm->cpu.pc, ARIG_CODE + 12);
	cr_expect_eq(arm->x[3], 1);
}

Test(arm_ldst, exclusives_are_aligned)
{
	arm_rig_code(LDXR);
	arm->x[0] = PAGE_A + 4;
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, SYNC_LOWER));
	cr_expect_eq(arm_rig_iss(1) & 0x3f, 0x21);
}

/* ---- unprivileged (C6.2 LDTR; D8.4.6 PAN, D8.4.7 UAO) --------------------------------------------------------- */

enum { LDTR = 0xf8400801, STTR = 0xf8000801, LDR = 0xf9400001 };

/* An instruction on x[0] = PAGE_A at EL1, twice, so that the second finds the TLB filled: does it fault? */
static bool faults_at_el1(u32 word, bool pan, bool uao)
{
	arm_rig_el(1);
	arm->pan = pan;
	arm->uao = uao;
	arm_update(arm);
	arm_rig_code(word, word);
	arm->x[0] = PAGE_A;
	arm_rig_step(2);
	return arm->cpu.pc != ARIG_CODE + 8;
}

Test(arm_ldst, unprivileged)
{
	u64 pte = arm_rig_peek(arm_rig_pte(PAGE_A), 8);

	cr_expect_not(faults_at_el1(LDTR, false, false));
	cr_expect_not(faults_at_el1(STTR, false, false));
	cr_expect(faults_at_el1(LDR, true, false), "PAN: a page of EL0's");
	arm_rig_poke(arm_rig_pte(PAGE_A), 8, pte & ~BIT(6)); /* AP: EL1 only */
	cr_expect(faults_at_el1(LDTR, false, false));
	cr_expect_eq(arm_rig_iss(1) & 0x7f, 0x0f, "permission, level 3");
	cr_expect(faults_at_el1(STTR, false, false));
	cr_expect_eq(arm_rig_iss(1) & 0x7f, 0x4f);
	cr_expect_not(faults_at_el1(LDR, false, false));
	cr_expect_not(faults_at_el1(LDTR, false, true), "UAO");
	cr_expect_not(faults_at_el1(STTR, false, true));
}

/* ---- overlaps (K1.1): the base is written last --------------------------------------------------------------- */

Test(arm_ldst, overlaps)
{
	static const struct {
		u32 word;
		u64 x0, x1, data; /* afterwards */
	} cases[] = {
		{0xf8408400, PAGE_A + 8, 0x11, 5},       /* ldr x0, [x0], #8 */
		{0xa8c10800, PAGE_A + 16, 0x11, 5},      /* ldp x0, x2, [x0], #16 */
		{0xa9400401, PAGE_A, 6, 5},              /* ldp x1, x1, [x0] */
		{0xf8000400, PAGE_A, 0x11, PAGE_A},      /* str x0, [x0], #0 */
	};

	for (unsigned k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		arm_rig_el(0);
		arm_rig_code(cases[k].word);
		arm->x[0] = PAGE_A;
		arm->x[1] = 0x11;
		arm_rig_poke(PAGE_A, 8, 5);
		arm_rig_poke(PAGE_A + 8, 8, 6);
		arm_rig_step(1);
		cr_expect_eq(arm->x[0], cases[k].x0, "%08x", cases[k].word);
		cr_expect_eq(arm->x[1], cases[k].x1, "%08x", cases[k].word);
		cr_expect_eq(arm_rig_peek(PAGE_A, 8), cases[k].data, "%08x", cases[k].word);
	}
}

/* ---- register 31 --------------------------------------------------------------------------------------------- */

Test(arm_ldst, xzr_is_neither_written_nor_anything_but_zero)
{
	arm_rig_poke(PAGE_A, 8, 5);
	arm_rig_code(0xf940001f, /* ldr xzr, [x0] */
		0xf8208001, /* swp x0, x1, [x0]: memory = x0 */
		0xf83f8001, /* swp xzr, x1, [x0]: memory = 0 */
		0xf821001f, /* stadd x1, [x0]: memory = x0 */
		0xc8bf7c1f, /* cas xzr, xzr, [x0]: differs */
		0x9a1f03e2  /* adc x2, xzr, xzr */);
	arm->x[0] = PAGE_A;
	arm_set_nzcv(arm, 0);
	arm_rig_step(6);
	cr_expect_eq(arm->x[R_ZR], 0);
	cr_expect_eq(arm->x[1], PAGE_A);
	cr_expect_eq(arm->x[2], 0);
	cr_expect_eq(arm_rig_peek(PAGE_A, 8), PAGE_A);
}

/* ---- reserved encodings -------------------------------------------------------------------------------------- */

Test(arm_ldst, reserved_encodings_are_undefined)
{
	static const u32 reserved[] = {
		0x68000000,                                     /* a pair's opc 01 without load: STGP needs FEAT_MTE */
		0x38200800, 0x38202800, 0x38208800, 0x3820a800, /* a register offset's option: 000, 001, 100, 101 */
		0x48217c00, 0x48207c01, 0x48207800,             /* CASP: odd registers, Rt2 not 11111 */
		0xf8c00000, 0xb8c00000,                         /* opc 11 of words and doublewords */
		0x7cc00000,                                     /* a Q register with a size */
		0xf8209000,                                     /* atomics: o3 with opc 001 */
		0x12400000, 0x52e00000,                         /* N of 32 bits; MOVZ of W, shifted by 48 */
		0x1ac00000, 0x1ac04c00,                         /* two sources: 000000; CRC32X of 32 bits */
		0x0b211400, 0x0bc00000,                         /* an extension by 5; ADD with ROR */
		0x53200000, 0x53408000,                         /* UBFM of 32 bits: immr 32; N */
		0x54000010,                                     /* B.cond with bit 4: BC needs FEAT_HBC */
		0xd61f0001, 0xd65f0800,                         /* BR, RET with other bits */
	};

	for (unsigned k = 0; k < sizeof(reserved) / sizeof(reserved[0]); k++) {
		arm_rig_el(0);
		arm_rig_code(reserved[k]);
		arm->x[0] = PAGE_A;
		cr_expect_eq(arm_rig_run(), ARIG_AT(1, SYNC_LOWER), "%08x", reserved[k]);
		cr_expect_eq(arm_rig_ec(1), EC_UNKNOWN, "%08x", reserved[k]);
	}
}
