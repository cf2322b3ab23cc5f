/* SPDX-License-Identifier: MIT */
/* TLB maintenance and address translation instructions of the ARM processor: what goes, what stays, what PAR_EL1
 * says. Arm ARM C5.4, C5.5, D8.13. */
#include "tests/unit/arm_mmu_rig.h"

TestSuite(arm_tlbi, .init = mmu_start, .fini = mmu_finish);

/* ---- TLB maintenance ------------------------------------------------------------------------------------------- */

static void set_asid(u64 asid)
{
	mmu->sys.ttbr0[1] = (mmu->sys.ttbr0[1] & mask_low(48)) | asid << 48;
	arm_update(mmu);
}

/* Two private pages, one of them in a block, and a global one, for ASIDs 1 and 2; the present one is 1. */
static void two_asids(void)
{
	mmu_usual();
	mmu->sys.tcr[1] |= BIT(36);
	mmu_map(&mmu_low, 0x3000, 3, MMU_PAGE, AF | NG);
	mmu_map(&mmu_low, 0x400000, 2, MMU_PAGE, AF | NG);
	mmu_map(&mmu_high, HIGH | 0x5000, 3, MMU_PAGE, AF);
	mmu_changed();
	for (unsigned asid = 2; asid; asid--) {
		set_asid(asid);
		cr_expect_eq(mmu_read(0x3000), MMU_OK);
		cr_expect_eq(mmu_read(0x401000), MMU_OK);
		cr_expect_eq(mmu_read(0x402000), MMU_OK);
		cr_expect_eq(mmu_read(HIGH | 0x5000), MMU_OK);
	}
}

/* Which of the four (private page, two of the block, global) are cached, for ASID 1 and then 2. */
static unsigned what_is_cached(void)
{
	unsigned v = 0;

	for (unsigned asid = 1; asid <= 2; asid++) {
		set_asid(asid);
		v = v << 4 | mmu_cached(0x3000) << 3 | mmu_cached(0x401000) << 2 | mmu_cached(0x402000) << 1 |
			mmu_cached(HIGH | 0x5000);
	}
	set_asid(1);
	return v;
}

Test(arm_tlbi, tlbi)
{
	static const struct {
		unsigned op2;
		u64 arg;
		unsigned must, may; /* what has to go; what may go */
	} t[] = {
		{0, 0, 0xff, 0xff},                            /* VMALLE1 */
		{2, 1ull << 48, 0xe0, 0xe0},                   /* ASIDE1 */
		{2, 2ull << 48, 0x0e, 0x0e},
		{2, 3ull << 48, 0, 0},
		{1, 1ull << 48 | 3, 0x80, 0x88},               /* VAE1 */
		{5, 2ull << 48 | 3, 0x08, 0x88},               /* VALE1 */
		{3, 3, 0x88, 0x88},                            /* VAAE1 */
		{7, 0x402, 0x66, 0x66},                        /* VAALE1, any part of the block */
		{1, 2ull << 48 | 0x5ff, 0x06, 0x66},
		{1, 1ull << 48 | 0xff000000005, 0x11, 0x11}, /* global: with any ASID */
		{3, 0x1001, 0, 0},
	};

	two_asids();
	cr_expect_eq(what_is_cached(), 0xff);
	for (unsigned k = 0; k < countof(t); k++) {
		for (unsigned crm = 3; crm <= 7; crm += 4) {
			unsigned left;

			two_asids();
			cr_expect(arm_tlbi(mmu, SYS_OP(0, crm, t[k].op2), t[k].arg));
			left = what_is_cached();
			cr_expect_eq(left & t[k].must, 0, "row %u: %02x is left", k, left);
			cr_expect_eq(~left & 0xff & ~t[k].may, 0, "row %u: only %02x is left", k, left);
		}
	}
}

/* Every operation that there is; everything goes that it names, and what does not exist says so. */
Test(arm_tlbi, tlbi_others)
{
	static const unsigned all[] = {SYS_OP(4, 3, 4), SYS_OP(4, 7, 4), SYS_OP(4, 3, 6), SYS_OP(4, 7, 6)};

	for (unsigned k = 0; k < countof(all); k++) {
		two_asids();
		cr_expect(arm_tlbi(mmu, all[k], 0));
		cr_expect_eq(what_is_cached(), 0);
	}
	two_asids();
	cr_expect(arm_tlbi(mmu, SYS_OP(4, 7, 0), 0), "ALLE2");
	cr_expect(arm_tlbi(mmu, SYS_OP(6, 7, 0), 0), "ALLE3");
	cr_expect(arm_tlbi(mmu, SYS_OP(4, 4, 1), 1), "IPAS2E1 with no stage 2");
	cr_expect_eq(what_is_cached(), 0xff);
	cr_expect(!arm_tlbi(mmu, SYS_OP(0, 3, 4), 0));
	cr_expect(!arm_tlbi(mmu, SYS_OP(0, 2, 1), 0), "range operations: FEAT_TLBIRANGE");
	cr_expect(!arm_tlbi(mmu, SYS_OP(0, 1, 0), 0), "outer shareable: FEAT_TLBIOS");
	cr_expect(!arm_tlbi(mmu, SYS_OP(3, 7, 0), 0));
	cr_expect(!arm_tlbi(mmu, SYS_OP(6, 7, 4), 0));
}

/* A contiguous run is one entry: any of its addresses flushes all of it. */
Test(arm_tlbi, contiguous)
{
	mmu_usual();
	for (unsigned n = 0; n < 16; n++)
		mmu_map(&mmu_low, 0x10000 + n * 0x1000, 3, MMU_PAGE + n * 0x1000, AF | CONT);
	for (unsigned n = 0; n < 16; n++)
		cr_expect_eq(mmu_read(0x10000 + n * 0x1000), MMU_OK);
	cr_expect(arm_tlbi(mmu, SYS_OP(0, 7, 3), 0x15));
	for (unsigned n = 0; n < 16; n++)
		cr_expect(!mmu_cached(0x10000 + n * 0x1000));
}

/* ASIDs of 8 bits: the rest is no part of it. */
Test(arm_tlbi, asid_size)
{
	two_asids();
	mmu->sys.tcr[1] &= ~BIT(36);
	set_asid(0x101);
	cr_expect(mmu_cached(0x3000), "ASID 1");
	cr_expect(arm_tlbi(mmu, SYS_OP(0, 7, 2), 0x701ull << 48));
	cr_expect(!mmu_cached(0x3000));
}

/* ---- AT -------------------------------------------------------------------------------------------------------- */

Test(arm_tlbi, address_translation)
{
	u64 d;

	mmu_usual();
	mmu_feature(FEAT_PAN2, true);
	mmu_feature(FEAT_HAFDBS, true);
	mmu_map(&mmu_low, 0x1000, 3, MMU_PAGE, AF | RO | 3 << 8);
	mmu_map(&mmu_low, 0x2000, 3, MMU_PAGE, AF | USER | DEVICE);
	mmu_map(&mmu_low, 0x200000, 2, MMU_PAGE, 0);
	cr_expect_eq(mmu_at(SYS_OP(0, 8, 0), 0x1234), 0xffull << 56 | MMU_PAGE | 0xb80, "S1E1R");
	cr_expect_eq(mmu_at(SYS_OP(0, 8, 1), 0x1234), 1 | (FSC_PERMISSION + 3) << 1 | 0x800, "S1E1W");
	cr_expect_eq(mmu_at(SYS_OP(0, 8, 2), 0x1234), 1 | (FSC_PERMISSION + 3) << 1 | 0x800, "S1E0R");
	cr_expect_eq(mmu_at(SYS_OP(0, 8, 3), 0x2000), 4ull << 56 | MMU_PAGE | 0xb00, "S1E0W");
	mmu->pan = true;
	cr_expect_eq(mmu_at(SYS_OP(0, 8, 0), 0x2000), 4ull << 56 | MMU_PAGE | 0xb00, "S1E1R: PAN does not count");
	cr_expect_eq(mmu_at(SYS_OP(0, 9, 0), 0x2000), 1 | (FSC_PERMISSION + 3) << 1 | 0x800, "S1E1RP");
	cr_expect_eq(mmu_at(SYS_OP(0, 9, 1), 0x1000), 1 | (FSC_PERMISSION + 3) << 1 | 0x800, "S1E1WP");
	cr_expect_eq(mmu_at(SYS_OP(0, 9, 0), 0x1000), 0xffull << 56 | MMU_PAGE | 0xb80);
	cr_expect_eq(mmu_at(SYS_OP(0, 8, 0), 0x200000), 1 | (FSC_ACCESS + 2) << 1 | 0x800);
	cr_expect_eq(mmu_at(SYS_OP(0, 8, 0), 0x800000000000), 1 | FSC_TRANSLATION << 1 | 0x800);
	d = mmu_desc(&mmu_low, 0x4000, 3);
	mmu_put(d, MMU_PAGE | RO | DBM | 3);
	mmu->sys.tcr[1] |= BIT(39) | BIT(40);
	cr_expect_eq(mmu_at(SYS_OP(0, 8, 1), 0x4000) & 1, 0);
	cr_expect_eq(mmu_get(d), MMU_PAGE | RO | DBM | 3, "nothing is written");
	cr_expect(!mmu_cached(0x1000) && !mmu_cached(0x2000));
	mmu->sys.sctlr[1] = 0;
	cr_expect_eq(mmu_at(SYS_OP(0, 8, 0), 0x12345678), 0x12345000 | 0xb00);
	cr_expect(!arm_at(mmu, SYS_OP(0, 8, 4), 0));
	mmu_feature(FEAT_PAN2, false);
	cr_expect(!arm_at(mmu, SYS_OP(0, 9, 0), 0));
}
