/* SPDX-License-Identifier: MIT */
/* Translation tables of the ARM processor: every granule and depth, each fault at each level, rights, access and dirty
 * state. Arm ARM D8; expectations are the manual's tables. */
#include "tests/unit/arm_mmu_rig.h"

TestSuite(arm_paging, .init = mmu_start, .fini = mmu_finish);

/* ---- shapes ---------------------------------------------------------------------------------------------------- */

/* Every granule, size of the range, half and level of the leaf: the right bytes are found, and each level above says
 * that it is missing when it is. */
static void check_shape(unsigned grain, unsigned tsz, bool up)
{
	struct mmu_half h;

	for (unsigned level = 0; level <= 3; level++) {
		u64 va, pa, mask;

		mmu_next_table = MMU_TABLES;
		mmu_set_half(&h, up, grain, tsz);
		if (level < h.first || !mmu_leaf_possible(grain, level))
			continue;
		mmu_changed();
		mask = mask_low(mmu_shift(&h, level));
		/* a place with all index bits different, within what is mapped at PAGE */
		va = (0x5a5a5a5a5a5a5a5aull & mask_low(h.bits) & ~mask_low(25)) | 0x1234560;
		va |= up ? ~mask_low(h.bits) : 0;
		pa = (MMU_PAGE + 0x1234560) & ~mask;
		mmu_map(&h, va, level, pa, AF);
		mmu_put((pa | (va & mask)) & (MMU_RAM_SIZE - 1), 0x1122334455667788);
		if ((pa | (va & mask)) >= MMU_RAM_SIZE) {
			cr_expect_eq(mmu_read(va), FSC_EXTERNAL, "nothing is there");
			continue;
		}
		cr_expect_eq(mmu_read(va), MMU_OK, "grain %u tsz %u level %u high %d", grain, tsz, level, up);
		cr_expect_eq(mmu_value, 0x1122334455667788, "grain %u tsz %u level %u high %d", grain, tsz, level, up);
		cr_expect(tlb_reads(&mmu->cpu.tlb, va, 8), "cached");
		cr_expect_eq(mmu_read(va), MMU_OK);
		for (unsigned l = h.first; l <= level; l++) {
			u64 at = mmu_desc(&h, va, l), old = mmu_get(at);

			mmu_put(at, old & ~1ull);
			mmu_changed();
			cr_expect_eq(mmu_read(va), FSC_TRANSLATION + l, "grain %u tsz %u level %u", grain, tsz, l);
			cr_expect_eq(mmu->ex.ec, EC_DABT);
			cr_expect_eq(mmu->ex.far, va);
			mmu_put(at, old);
		}
		mmu_put(mmu_desc(&h, va, level), mmu_get(mmu_desc(&h, va, level)) & ~AF);
		mmu_changed();
		cr_expect_eq(mmu_read(va), FSC_ACCESS + level);
		cr_expect_eq(mmu_read(va ^ BIT(h.bits)), FSC_TRANSLATION, "outside the range");
	}
}

Test(arm_paging, shapes_4k)
{
	for (unsigned tsz = 16; tsz <= 39; tsz++) {
		check_shape(12, tsz, false);
		check_shape(12, tsz, true);
	}
}

Test(arm_paging, shapes_16k)
{
	for (unsigned tsz = 16; tsz <= 39; tsz++) {
		check_shape(14, tsz, false);
		check_shape(14, tsz, true);
	}
}

Test(arm_paging, shapes_64k)
{
	for (unsigned tsz = 16; tsz <= 39; tsz++) {
		check_shape(16, tsz, false);
		check_shape(16, tsz, true);
	}
}

/* Blocks that are larger than RAM: the address is right even so. */
Test(arm_paging, large_blocks)
{
	struct arm_page p;
	struct arm_fault f;

	mmu_usual();
	mmu_map(&mmu_low, 0x4000000000, 1, 0x80000000, AF);
	cr_assert(arm_walk(mmu, 0x4012345678, ACCESS_READ, VIEW_PRIV, 1, &p, &f));
	cr_expect_eq(p.phys, 0x92345000);
	cr_expect_eq(p.span, BIT(30));
	mmu_set_half(&mmu_low, false, 16, 16);
	mmu_map(&mmu_low, 0x4000000000, 2, 0xe0000000, AF | CONT);
	mmu_changed();
	cr_assert(arm_walk(mmu, 0x4012345678, ACCESS_READ, VIEW_PRIV, 1, &p, &f));
	cr_expect_eq(p.phys, 0xf2345000);
	cr_expect_eq(p.span, BIT(34));
}

/* D8.5.1: how much a contiguous entry covers. */
Test(arm_paging, contiguous_spans)
{
	static const struct {
		unsigned grain, level, bits;
	} t[] = {{12, 3, 16}, {12, 2, 25}, {12, 1, 34}, {14, 3, 21}, {14, 2, 30}, {16, 3, 21}, {16, 2, 34}};
	struct arm_page p;
	struct arm_fault f;

	mmu_level(1, false);
	for (unsigned k = 0; k < countof(t); k++) {
		mmu_set_half(&mmu_low, false, t[k].grain, 16);
		mmu_map(&mmu_low, 0x4000000000, t[k].level, 0, AF | CONT);
		cr_assert(arm_walk(mmu, 0x4000000000, ACCESS_READ, VIEW_PRIV, 1, &p, &f));
		cr_expect_eq(p.span, BIT(t[k].bits), "row %u", k);
	}
}

/* D8.3.1: blocks exist at some levels only. */
Test(arm_paging, no_such_block)
{
	static const struct {
		unsigned grain, level, status;
	} t[] = {{12, 0, FSC_TRANSLATION}, {14, 0, FSC_TRANSLATION}, {14, 1, FSC_TRANSLATION + 1},
		{ 16, 1, FSC_TRANSLATION + 1 }, { 12, 3, FSC_TRANSLATION + 3 }, { 16, 3, FSC_TRANSLATION + 3 } };

	mmu_level(1, false);
	for (unsigned k = 0; k < countof(t); k++) {
		mmu_set_half(&mmu_low, false, t[k].grain, 16);
		mmu_put(mmu_desc(&mmu_low, 0x123456789000, t[k].level), AF | 1);
		mmu_changed();
		cr_expect_eq(mmu_read(0x123456789000), t[k].status, "row %u", k);
	}
}

Test(arm_paging, sizes_out_of_bounds)
{
	mmu_usual();
	mmu_map(&mmu_low, 0x1000, 3, MMU_PAGE, AF);
	cr_expect_eq(mmu_read(0x1000), MMU_OK);
	for (unsigned tsz = 0; tsz < 64; tsz++) {
		bool small = tsz > 39 && tsz <= 48, possible = tsz >= 16 && tsz <= 39;

		mmu_feature(FEAT_TTST, false);
		mmu->sys.tcr[1] = (mmu->sys.tcr[1] & ~0x3full) | tsz;
		mmu_changed();
		if (!possible)
			cr_expect_eq(mmu_read(0x1000), FSC_TRANSLATION, "T0SZ %u", tsz);
		mmu_feature(FEAT_TTST, true);
		mmu_changed();
		if (!possible && !small)
			cr_expect_eq(mmu_read(0x1000), FSC_TRANSLATION, "T0SZ %u", tsz);
	}
}

/* The output is larger than TCR_EL1.IPS says: TTBR, table, page. */
Test(arm_paging, address_size)
{
	u64 at;

	mmu_usual();
	mmu->sys.tcr[1] &= ~(7ull << 32); /* 32 bits */
	mmu_map(&mmu_low, 0x1000, 3, 0x100000000, AF);
	mmu_map(&mmu_low, 0x2000, 3, MMU_PAGE, AF);
	mmu_changed();
	cr_expect_eq(mmu_read(0x2000), MMU_OK);
	cr_expect_eq(mmu_read(0x1000), FSC_SIZE + 3);
	mmu_map(&mmu_low, 0x200000, 2, 0x40000000000, AF);
	cr_expect_eq(mmu_read(0x200000), FSC_SIZE + 2);
	for (unsigned level = 0; level < 3; level++) {
		at = mmu_desc(&mmu_low, 0x2000, level);
		mmu_put(at, mmu_get(at) | BIT(32));
		mmu_changed();
		cr_expect_eq(mmu_read(0x2000), FSC_SIZE + level);
		mmu_put(at, mmu_get(at) & ~BIT(32));
	}
	mmu->sys.ttbr0[1] |= BIT(33);
	mmu_changed();
	cr_expect_eq(mmu_read(0x2000), FSC_SIZE);
}

/* ---- rights ---------------------------------------------------------------------------------------------------- */

/* D8.4.1: what each view may do with AP, XN and WXN; written down as the manual's tables have it. */
struct right {
	bool r, w, x;
};

static struct right right_of(unsigned ap, bool uxn, bool pxn, bool wxn, enum arm_view view)
{
	/* AP[2:1]: 00 EL1 rw; 01 EL1 rw, EL0 rw; 10 EL1 r; 11 EL1 r, EL0 r */
	static const struct right priv[4] = {{1, 1, 1}, {1, 1, 0}, {1, 0, 1}, {1, 0, 1}};
	static const struct right user[4] = {{0, 0, 1}, {1, 1, 1}, {0, 0, 1}, {1, 0, 1}};
	struct right r = view == VIEW_USER ? user[ap] : priv[ap];

	if (view == VIEW_USER ? uxn : pxn)
		r.x = false;
	if (wxn && r.w)
		r.x = false;
	if (view == VIEW_PAN && (ap & 1))
		r.r = r.w = false;
	return r;
}

Test(arm_paging, rights)
{
	mmu_usual();
	for (unsigned n = 0; n < 4 * 2 * 2 * 2 * 3; n++) {
		unsigned ap = n & 3, view = n / 32;
		bool uxn = n & 4, pxn = n & 8, wxn = n & 16;
		struct right r = right_of(ap, uxn, pxn, wxn, view);
		u64 attrs = AF | (u64)ap << 6 | (uxn ? UXN : 0) | (pxn ? PXN : 0);

		mmu_map(&mmu_low, 0x1000, 3, MMU_PAGE, attrs);
		mmu->sys.sctlr[1] = SCTLR_M | (wxn ? SCTLR_WXN : 0);
		mmu_level(view == VIEW_USER ? 0 : 1, view == VIEW_PAN);
		mmu_changed();
		cr_expect_eq(mmu_read(0x1000), r.r ? MMU_OK : FSC_PERMISSION + 3, "case %u", n);
		cr_expect(r.r || !mmu_write_bit());
		cr_expect_eq(mmu_write(0x1000, n), r.w ? MMU_OK : FSC_PERMISSION + 3, "case %u", n);
		cr_expect(r.w || mmu_write_bit());
		cr_expect_eq(mmu_fetch(0x1000), r.x ? MMU_OK : FSC_PERMISSION + 3, "case %u", n);
		cr_expect(r.x || mmu->ex.ec == (view == VIEW_USER ? EC_IABT_LOWER : EC_IABT));
		cr_expect_eq(tlb_reads(&mmu->cpu.tlb, 0x1000, 8), r.r);
		cr_expect_eq(tlb_writes(&mmu->cpu.tlb, 0x1000, 8), r.w);
		cr_expect_eq(tlb_fetches(&mmu->cpu.tlb, 0x1000), r.x);
	}
}

/* Table bits at any level above the page take rights away, unless hierarchical permissions are off. */
Test(arm_paging, table_rights)
{
	for (unsigned n = 0; n < 3 * 16; n++) {
		unsigned level = n / 16;
		bool no_el0 = n & 1, ro = n & 2, uxn = n & 4, pxn = n & 8;
		u64 at;

		mmu_usual();
		mmu_map(&mmu_low, 0x1000, 3, MMU_PAGE, AF | USER);
		at = mmu_desc(&mmu_low, 0x1000, level);
		mmu_put(at, mmu_get(at) | (u64)no_el0 << 61 | (u64)ro << 62 | (u64)uxn << 60 | (u64)pxn << 59);
		cr_expect_eq(mmu_read(0x1000), MMU_OK);
		cr_expect_eq(mmu_write(0x1000, 1), ro ? FSC_PERMISSION + 3 : MMU_OK, "case %u", n);
		/* not writable at EL0 any more: then EL1 may execute it */
		cr_expect_eq(mmu_fetch(0x1000), pxn || !(no_el0 || ro) ? FSC_PERMISSION + 3 : MMU_OK, "case %u", n);
		mmu_level(0, false);
		cr_expect_eq(mmu_read(0x1000), no_el0 ? FSC_PERMISSION + 3 : MMU_OK, "case %u", n);
		cr_expect_eq(mmu_write(0x1000, 1), no_el0 || ro ? FSC_PERMISSION + 3 : MMU_OK, "case %u", n);
		cr_expect_eq(mmu_fetch(0x1000), uxn ? FSC_PERMISSION + 3 : MMU_OK, "case %u", n);
		mmu_feature(FEAT_HPDS, true);
		mmu->sys.tcr[1] |= BIT(41);
		mmu_changed();
		cr_expect_eq(mmu_write(0x1000, 1), MMU_OK, "HPD0, case %u", n);
		cr_expect_eq(mmu_fetch(0x1000), MMU_OK, "HPD0, case %u", n);
		mmu->sys.tcr[1] &= ~BIT(41);
	}
}

Test(arm_paging, ranges_switched_off)
{
	mmu_usual();
	mmu_map(&mmu_low, 0x1000, 3, MMU_PAGE, AF | USER);
	mmu_map(&mmu_high, HIGH | 0x1000, 3, MMU_PAGE, AF | USER);
	mmu->sys.tcr[1] |= BIT(7); /* EPD0 */
	mmu_changed();
	cr_expect_eq(mmu_read(0x1000), FSC_TRANSLATION);
	cr_expect_eq(mmu_read(HIGH | 0x1000), MMU_OK);
	mmu->sys.tcr[1] ^= BIT(7) | BIT(23); /* EPD1 */
	mmu_changed();
	cr_expect_eq(mmu_read(0x1000), MMU_OK);
	cr_expect_eq(mmu_read(HIGH | 0x1000), FSC_TRANSLATION);
	mmu->sys.tcr[1] ^= BIT(23) | BIT(56); /* E0PD1 */
	mmu_feature(FEAT_E0PD, true);
	mmu_changed();
	cr_expect_eq(mmu_read(HIGH | 0x1000), MMU_OK);
	mmu_level(0, false);
	cr_expect_eq(mmu_read(0x1000), MMU_OK);
	cr_expect_eq(mmu_read(HIGH | 0x1000), FSC_TRANSLATION);
	cr_expect_eq(mmu->ex.ec, EC_DABT_LOWER);
	cr_expect_eq(mmu->ex.target, 1);
}

/* ---- access and dirty state ------------------------------------------------------------------------------------ */

Test(arm_paging, hardware_access_flag)
{
	u64 at;

	mmu_usual();
	mmu_feature(FEAT_HAFDBS, true);
	at = mmu_map(&mmu_low, 0x1000, 3, MMU_PAGE, 0);
	cr_expect_eq(mmu_read(0x1000), FSC_ACCESS + 3);
	mmu->sys.tcr[1] |= BIT(39);
	mmu_feature(FEAT_HAFDBS, false);
	cr_expect_eq(mmu_read(0x1000), FSC_ACCESS + 3, "TCR_EL1.HA is RES0");
	mmu_feature(FEAT_HAFDBS, true);
	cr_expect_eq(mmu_read(0x1000), MMU_OK);
	cr_expect_eq(mmu_get(at), MMU_PAGE | AF | 3);
	cr_expect(tlb_writes(&mmu->cpu.tlb, 0x1000, 8), "it was writable all the time");
}

Test(arm_paging, hardware_dirty_state)
{
	u64 at;

	mmu_usual();
	mmu_feature(FEAT_HAFDBS, true);
	at = mmu_map(&mmu_low, 0x1000, 3, MMU_PAGE, DBM | RO | USER);
	mmu->sys.tcr[1] |= BIT(39);
	mmu_changed();
	cr_expect_eq(mmu_write(0x1000, 1), FSC_PERMISSION + 3, "TCR_EL1.HD is off");
	mmu_put(at, mmu_get(at) | AF);
	mmu->sys.tcr[1] ^= BIT(39) | BIT(40);
	mmu_changed();
	cr_expect_eq(mmu_write(0x1000, 1), FSC_PERMISSION + 3, "HD without HA");
	mmu->sys.tcr[1] |= BIT(39);
	mmu_changed();
	cr_expect_eq(mmu_read(0x1000), MMU_OK);
	cr_expect_eq(mmu_get(at), MMU_PAGE | AF | DBM | RO | USER | 3);
	cr_expect(!tlb_writes(&mmu->cpu.tlb, 0x1000, 8), "still clean");
	cr_expect_eq(mmu_write(0x1000, 77), MMU_OK);
	cr_expect_eq(mmu_get(at), MMU_PAGE | AF | DBM | USER | 3);
	cr_expect_eq(mmu_get(MMU_PAGE), 77);
	cr_expect(tlb_writes(&mmu->cpu.tlb, 0x1000, 8));
	/* without DBM read-only stays read-only */
	at = mmu_map(&mmu_low, 0x2000, 3, MMU_PAGE, AF | RO | USER);
	cr_expect_eq(mmu_write(0x2000, 1), FSC_PERMISSION + 3);
	/* nor where a table forbids it */
	at = mmu_map(&mmu_low, 0x40000000, 3, MMU_PAGE, AF | DBM | RO | USER);
	mmu_put(mmu_desc(&mmu_low, 0x40000000, 1), mmu_get(mmu_desc(&mmu_low, 0x40000000, 1)) | BIT(62));
	cr_expect_eq(mmu_write(0x40000000, 1), FSC_PERMISSION + 3);
	cr_expect_eq(mmu_get(at), MMU_PAGE | AF | DBM | RO | USER | 3);
}
