/* SPDX-License-Identifier: MIT */
/* Translation at EL2 and EL3, and stage 2 for a guest at EL1: addresses, rights, faults with HPFAR_EL2. Arm ARM D8. */
#include "cpu/block.h"
#include "tests/unit/arm_mmu_rig.h"

TestSuite(arm_stage2, .init = mmu_start, .fini = mmu_finish);

/* ---- EL2, EL3 and stage 2 -------------------------------------------------------------------------------------- */

Test(arm_stage2, one_range_of_addresses)
{
	for (unsigned el = 2; el <= 3; el++) {
		mmu->sys.tcr[1] = 0;
		mmu_next_table = MMU_TABLES;
		mmu_set_half(&mmu_low, false, 12, 25);
		mmu->sys.sctlr[1] = 0;
		mmu->sys.ttbr0[el] = mmu_low.table;
		mmu->sys.tcr[el] = 25 | 5 << 16;
		mmu->sys.sctlr[el] = SCTLR_M;
		mmu_level(el, true);
		mmu_changed();
		mmu_map(&mmu_low, 0x1000, 3, MMU_PAGE, AF);
		mmu_map(&mmu_low, 0x2000, 3, MMU_PAGE, AF | RO | USER | PXN);
		mmu_map(&mmu_low, 0x3000, 3, MMU_PAGE, AF | UXN);
		cr_expect_eq(mmu_read(0x1000), MMU_OK);
		cr_expect_eq(mmu_write(0x1000, 1), MMU_OK);
		cr_expect_eq(mmu_fetch(0x1000), MMU_OK, "writable pages may be executed");
		cr_expect_eq(mmu_read(0x2000), MMU_OK, "no PAN, no EL0");
		cr_expect_eq(mmu_write(0x2000, 1), FSC_PERMISSION + 3);
		cr_expect_eq(mmu->ex.target, el);
		cr_expect_eq(mmu_fetch(0x2000), MMU_OK);
		cr_expect_eq(mmu_fetch(0x3000), FSC_PERMISSION + 3);
		cr_expect_eq(mmu_read(0xffffff8000001000), FSC_TRANSLATION);
		cr_expect_eq(mmu_read(0x8000001000), FSC_TRANSLATION);
		cr_expect_eq(mmu_read(0x5aff000000001000), FSC_TRANSLATION);
		mmu->sys.tcr[el] |= BIT(20); /* TBI */
		mmu_changed();
		cr_expect_eq(mmu_read(0x5a00000000001000), MMU_OK);
		cr_expect_eq(mmu_read(0x5a80000000001000), FSC_TRANSLATION);
		cr_expect_eq(mmu_read(0x1000), MMU_OK);
		cr_expect(mmu_cached(0x1000));
		cr_expect(arm_tlbi(mmu, SYS_OP(el == 2 ? 4 : 6, 7, 1), 1));
		cr_expect(!mmu_cached(0x1000));
		cr_expect_eq(mmu_read(0x1000), MMU_OK);
		cr_expect(arm_tlbi(mmu, SYS_OP(el == 2 ? 4 : 6, 7, 0), 0));
		cr_expect(!mmu_cached(0x1000));
		cr_expect_eq(mmu_at(SYS_OP(el == 2 ? 4 : 6, 8, 0), 0x1000), 0xffull << 56 | MMU_PAGE | 0xa00);
	}
}

/* Stage 2 tables that map all of RAM one to one by 4 KiB (level 3) with the given attributes; IPA of 40 bits, first
 * level 1, two tables side by side. */
#define S2_RW (3 << 6 | 0xf << 2 | 3 << 8)
static u64 stage2;

static u64 s2_at(u64 ipa, unsigned level)
{
	u64 table = stage2;

	for (unsigned l = 1;; l++) {
		unsigned shift = 12 + (3 - l) * 9;
		u64 at = table + (ipa >> shift & (l == 1 ? 0x3ff : 0x1ff)) * 8;

		if (l == level)
			return at;
		if (!(mmu_get(at) & 1))
			mmu_put(at, mmu_new_table(0x1000) | 3);
		table = mmu_get(at) & 0xfffffffff000ull;
	}
}

static void guest(void)
{
	mmu_usual();
	stage2 = mmu_new_table(0x2000);
	mmu->sys.vtcr = 24 | 1 << 6 | 2 << 16;
	mmu->sys.vttbr = stage2 | 5ull << 48;
	mmu->sys.hcr = HCR_RW | HCR_VM;
	for (u64 ipa = 0; ipa < MMU_RAM_SIZE; ipa += 0x200000) {
		if (ipa != MMU_PAGE)
			mmu_put(s2_at(ipa, 2), ipa | AF | S2_RW | 1);
	}
	for (u64 ipa = MMU_PAGE; ipa < MMU_PAGE + 0x200000; ipa += 0x1000)
		mmu_put(s2_at(ipa, 3), ipa | AF | S2_RW | 3);
	mmu_changed();
}

static void expect_stage2(u64 va, u64 ipa, bool walk)
{
	cr_expect_eq(mmu->ex.target, 2);
	cr_expect_eq(mmu->ex.ec, EC_DABT_LOWER);
	cr_expect_eq(mmu->ex.far, va);
	cr_expect_eq(mmu->sys.hpfar, ipa >> 12 << 4);
	cr_expect_eq(mmu->ex.iss >> 7 & 1, walk);
}

Test(arm_stage2, stage2_translates)
{
	guest();
	mmu_map(&mmu_low, 0x1000, 3, MMU_PAGE + 0x3000, AF);
	mmu_put(s2_at(MMU_PAGE + 0x3000, 3), (MMU_PAGE + 0x9000) | AF | S2_RW | 3);
	mmu_put(MMU_PAGE + 0x9008, 0x1234);
	cr_expect_eq(mmu_read(0x1008), MMU_OK);
	cr_expect_eq(mmu_value, 0x1234);
	cr_expect(mmu_cached(0x1000));
	cr_expect_eq(mmu_write(0x1010, 5), MMU_OK);
	cr_expect_eq(mmu_get(MMU_PAGE + 0x9010), 5);
	cr_expect_eq(mmu_fetch(0x1000), MMU_OK);
	cr_expect_eq(mmu_fetched.phys, MMU_PAGE + 0x9000);
	cr_expect_eq(mmu_at(SYS_OP(0, 8, 0), 0x1000) & OUTPUT, MMU_PAGE + 0x3000, "EL1 sees intermediate addresses");
	cr_expect_eq(mmu_at(SYS_OP(4, 8, 4), 0x1000) & OUTPUT, MMU_PAGE + 0x9000, "S12E1R");
	cr_expect(arm_tlbi(mmu, SYS_OP(4, 4, 1), (MMU_PAGE + 0x3000) >> 12));
	cr_expect(!mmu_cached(0x1000));
	/* another VMID has another context */
	cr_expect_eq(mmu_read(0x1008), MMU_OK);
	mmu->sys.vttbr = stage2 | 6ull << 48;
	arm_update(mmu);
	cr_expect(!mmu_cached(0x1000));
	/* stage 1 off */
	mmu->sys.sctlr[1] = 0;
	mmu_changed();
	cr_expect_eq(mmu_read(MMU_PAGE + 0x3008), MMU_OK);
	cr_expect_eq(mmu_value, 0x1234);
	cr_expect_eq(mmu_read(MMU_PAGE + 0x3001), FSC_ALIGNMENT);
	mmu->sys.hcr |= HCR_DC;
	mmu_changed();
	cr_expect_eq(mmu_read(MMU_PAGE + 0x3001), MMU_OK, "default cacheable");
}

Test(arm_stage2, stage2_faults)
{
	u64 d;

	guest();
	mmu_map(&mmu_low, 0x1000, 3, MMU_PAGE + 0x3000, AF);
	d = s2_at(MMU_PAGE + 0x3000, 3);
	mmu_put(d, 0);
	cr_expect_eq(mmu_read(0x1008), FSC_TRANSLATION + 3);
	expect_stage2(0x1008, MMU_PAGE + 0x3000, false);
	mmu_put(d, (MMU_PAGE + 0x3000) | S2_RW | 3);
	cr_expect_eq(mmu_read(0x1008), FSC_ACCESS + 3);
	expect_stage2(0x1008, MMU_PAGE + 0x3000, false);
	mmu_put(d, (MMU_PAGE + 0x3000) | AF | (S2_RW & ~(2 << 6)) | 3);
	cr_expect_eq(mmu_read(0x1008), MMU_OK);
	cr_expect_eq(mmu_write(0x1008, 1), FSC_PERMISSION + 3);
	expect_stage2(0x1008, MMU_PAGE + 0x3000, false);
	cr_expect(mmu_write_bit());
	cr_expect_eq(mmu_fetch(0x1000), MMU_OK);
	mmu_put(d, (MMU_PAGE + 0x3000) | AF | S2_RW | UXN | 3);
	mmu_changed();
	cr_expect_eq(mmu_fetch(0x1000), FSC_PERMISSION + 3);
	cr_expect_eq(mmu->ex.ec, EC_IABT_LOWER);
	mmu_put(d, (MMU_PAGE + 0x3000) | AF | (S2_RW & ~(0xf << 2)) | 3);
	mmu_changed();
	cr_expect_eq(mmu_read(0x1001), FSC_ALIGNMENT, "Device at stage 2");
	cr_expect_eq(mmu->ex.target, 1);
	/* a stage 1 table that stage 2 does not map */
	mmu_put(mmu_desc(&mmu_low, 0x1000, 2), (MMU_PAGE + 0x10000) | 3);
	mmu_put(s2_at(MMU_PAGE + 0x10000, 3), 0);
	mmu_changed();
	cr_expect_eq(mmu_read(0x1008), FSC_TRANSLATION + 3);
	expect_stage2(0x1008, MMU_PAGE + 0x10000, true);
	/* beyond VTCR_EL2.T0SZ */
	mmu->sys.sctlr[1] = 0;
	mmu_changed();
	cr_expect_eq(mmu_read(BIT(40)), FSC_TRANSLATION);
	expect_stage2(BIT(40), BIT(40), false);
}

/* XN[1:0] of stage 2 with FEAT_XNX. */
Test(arm_stage2, stage2_execute_never)
{
	static const bool el1[4] = {true, false, false, true}, el0[4] = {true, true, false, false};

	guest();
	mmu_feature(FEAT_XNX, true);
	mmu_map(&mmu_low, 0x1000, 3, MMU_PAGE + 0x3000, AF | USER | RO);
	for (unsigned xn = 0; xn < 4; xn++) {
		mmu_put(s2_at(MMU_PAGE + 0x3000, 3), (MMU_PAGE + 0x3000) | AF | S2_RW | (u64)xn << 53 | 3);
		mmu_changed();
		mmu_level(1, false);
		cr_expect_eq(mmu_fetch(0x1000), el1[xn] ? MMU_OK : FSC_PERMISSION + 3, "XN %u", xn);
		mmu_level(0, false);
		cr_expect_eq(mmu_fetch(0x1000), el0[xn] ? MMU_OK : FSC_PERMISSION + 3, "XN %u", xn);
	}
}

/* Hardware updates of stage 1 need stage 2 to let the table be written. */
Test(arm_stage2, stage2_and_access_flag)
{
	u64 d;

	guest();
	mmu_feature(FEAT_HAFDBS, true);
	mmu->sys.tcr[1] |= BIT(39);
	mmu_put(mmu_desc(&mmu_low, 0x1000, 2), (MMU_PAGE + 0x10000) | 3);
	d = MMU_PAGE + 0x10000 + 8;
	mmu_put(d, (MMU_PAGE + 0x3000) | 3);
	mmu_put(s2_at(MMU_PAGE + 0x10000, 3), (MMU_PAGE + 0x10000) | AF | (S2_RW & ~(2 << 6)) | 3);
	mmu_changed();
	cr_expect_eq(mmu_read(0x1000), FSC_PERMISSION + 3);
	expect_stage2(0x1000, MMU_PAGE + 0x10000, true);
	mmu_put(s2_at(MMU_PAGE + 0x10000, 3), (MMU_PAGE + 0x10000) | AF | S2_RW | 3);
	mmu_changed();
	cr_expect_eq(mmu_read(0x1000), MMU_OK);
	cr_expect_eq(mmu_get(d), (MMU_PAGE + 0x3000) | AF | 3);
	/* stage 2's own */
	mmu->sys.vtcr |= BIT(21) | BIT(22);
	mmu_put(s2_at(MMU_PAGE + 0x3000, 3), (MMU_PAGE + 0x3000) | DBM | (S2_RW & ~(2 << 6)) | 3);
	mmu_changed();
	cr_expect_eq(mmu_read(0x1000), MMU_OK);
	cr_expect_eq(mmu_get(s2_at(MMU_PAGE + 0x3000, 3)), (MMU_PAGE + 0x3000) | AF | DBM | (S2_RW & ~(2 << 6)) | 3);
	cr_expect_eq(mmu_write(0x1000, 3), MMU_OK);
	cr_expect_eq(mmu_get(s2_at(MMU_PAGE + 0x3000, 3)), (MMU_PAGE + 0x3000) | AF | DBM | S2_RW | 3);
}

/* ISS bits 24:14 for an abort of this instruction: ISV SAS SSE SRT SF AR. */
Test(arm_stage2, instruction_syndrome)
{
#define ISS(sas, sse, srt, sf, ar) (1u << 24 | (sas) << 22 | (sse) << 21 | (srt) << 16 | (sf) << 15 | (ar) << 14)
	static const struct {
		u32 word, iss;
	} t[] = {
		{0x39400025, ISS(0, 0, 5, 0, 0)}, /* ldrb w5, [x1] */
		{0xf9000447, ISS(3, 0, 7, 1, 0)}, /* str x7, [x2, #8] */
		{0xb9800003, ISS(2, 1, 3, 1, 0)}, /* ldrsw x3, [x0] */
		{0x79c00009, ISS(1, 1, 9, 0, 0)}, /* ldrsh w9, [x0] */
		{0xb85fc004, ISS(2, 0, 4, 0, 0)}, /* ldur w4, [x0, #-4] */
		{0xf8400801, ISS(3, 0, 1, 1, 0)}, /* ldtr x1, [x0] */
		{0xb8626801, ISS(2, 0, 1, 0, 0)}, /* ldr w1, [x0, x2] */
		{0x88dffc02, ISS(2, 0, 2, 0, 1)}, /* ldar w2, [x0] */
		{0xc89ffc03, ISS(3, 0, 3, 1, 1)}, /* stlr x3, [x0] */
		{0xb8bfc001, ISS(2, 0, 1, 0, 1)}, /* ldapr w1, [x0] */
		{0xf8408401, 0},                  /* ldr x1, [x0], #8 */
		{0xf8408c01, 0},                  /* ldr x1, [x0, #8]! */
		{0x885f7c02, 0},                  /* ldxr w2, [x0] */
		{0xa9400801, 0},                  /* ldp x1, x2, [x0] */
		{0x3dc00000, 0},                  /* ldr q0, [x0] */
		{0xb8200041, 0},                  /* ldadd w0, w1, [x2] */
	};
	struct block b = {0};
	struct insn i = {0};
	u8 code[4];

	guest();
	mmu_map(&mmu_low, 0x1000, 3, MMU_PAGE + 0x3000, AF);
	mmu_put(s2_at(MMU_PAGE + 0x3000, 3), 0);
	b.code = code;
	mmu->cpu.block = &b;
	mmu->cpu.insn = mmu->cpu.end = &i;
	for (unsigned k = 0; k < countof(t); k++) {
		store_le32(code, t[k].word);
		cr_expect_eq(mmu_read(0x1008), FSC_TRANSLATION + 3);
		cr_expect_eq(mmu->ex.iss & 0x1ffc000, t[k].iss, "%08x: %x", t[k].word, mmu->ex.iss);
	}
	mmu->cpu.block = NULL;
	mmu->cpu.insn = NULL;
}
