/* SPDX-License-Identifier: MIT */
/* Accesses of the ARM processor that are not plain: alignment and Device memory, tags, two pages, unprivileged and
 * atomic ones, devices, what does not exist. Arm ARM B2.5, D8. */
#include "tests/unit/arm_mmu_rig.h"

TestSuite(arm_access, .init = mmu_start, .fini = mmu_finish);

/* ---- attributes and alignment ---------------------------------------------------------------------------------- */

Test(arm_access, device_memory_wants_alignment)
{
	mmu_usual();
	mmu_map(&mmu_low, 0x1000, 3, MMU_PAGE, AF | DEVICE);
	mmu_map(&mmu_low, 0x2000, 3, MMU_PAGE + 0x1000, AF | UNCACHED);
	for (unsigned bytes = 1; bytes <= 8; bytes *= 2) {
		for (u64 va = 0x1000; va < 0x1010; va++) {
			unsigned want = va & (bytes - 1) ? FSC_ALIGNMENT : MMU_OK;

			cr_expect_eq(mmu_read_acc(va, bytes, 0), want);
			cr_expect_eq(mmu_write_acc(va, bytes, va, 0), want);
			cr_expect(want == MMU_OK || (mmu_write_bit() && mmu->ex.far == va));
			cr_expect_eq(mmu_read_acc(va + 0x1000, bytes, 0), MMU_OK);
		}
	}
	cr_expect_eq(mmu_zero(0x1000, 64), FSC_ALIGNMENT);
	cr_expect_eq(mmu_write(0x1ffc, 1), FSC_ALIGNMENT, "half of it is Device memory");
	/* translation comes first, for the access's first page */
	cr_expect_eq(mmu_read(0x5001), FSC_TRANSLATION + 3);
}

Test(arm_access, mmu_off)
{
	mmu_level(1, false);
	mmu_changed();
	mmu_put(MMU_PAGE, 0x1234);
	cr_expect_eq(mmu_read(MMU_PAGE), MMU_OK);
	cr_expect_eq(mmu_value, 0x1234);
	cr_expect_eq(mmu_write(MMU_PAGE + 8, 0x5678), MMU_OK);
	cr_expect_eq(mmu_get(MMU_PAGE + 8), 0x5678);
	cr_expect_eq(mmu_read(MMU_PAGE + 1), FSC_ALIGNMENT);
	cr_expect_eq(mmu_write_acc(MMU_PAGE + 1, 2, 0, 0), FSC_ALIGNMENT);
	cr_expect_eq(mmu_fetch(MMU_PAGE + 4), MMU_OK);
	cr_expect_eq(mmu_fetched.phys, MMU_PAGE + 4);
	cr_expect_eq(mmu_fetched.avail, 0xffc);
	cr_expect_eq(mmu_read(BIT(50)), FSC_SIZE);
	cr_expect_eq(mmu_read(HIGH | MMU_PAGE), FSC_SIZE);
	cr_expect_eq(mmu_read(0x123456000), FSC_EXTERNAL);
	mmu->sys.tcr[1] = BIT(37); /* TBI0 */
	mmu_changed();
	cr_expect_eq(mmu_read(MMU_PAGE | 0x5aull << 56), MMU_OK);
}

Test(arm_access, alignment_checks)
{
	mmu_usual();
	mmu_map(&mmu_low, 0x1000, 3, MMU_PAGE, AF | USER);
	for (unsigned lse2 = 0; lse2 < 2; lse2++) {
		mmu_feature(FEAT_LSE2, lse2);
		cr_expect_eq(mmu_read_acc(0x1001, 8, 0), MMU_OK);
		cr_expect_eq(mmu_read_acc(0x1001, 8, ACC_ACQREL), lse2 ? MMU_OK : FSC_ALIGNMENT);
		cr_expect_eq(mmu_read_acc(0x1009, 8, ACC_ACQREL), FSC_ALIGNMENT);
		cr_expect_eq(mmu_write_acc(0x1009, 8, 0, ACC_ACQREL), FSC_ALIGNMENT);
		cr_expect_eq(mmu_read_acc(0x1002, 4, ACC_ATOMIC | ACC_WRITES), lse2 ? MMU_OK : FSC_ALIGNMENT);
		cr_expect_eq(mmu_read_acc(0x100e, 4, ACC_ATOMIC | ACC_WRITES), FSC_ALIGNMENT);
		cr_expect_eq(mmu_read_acc(0x1008, 8, ACC_ATOMIC | ACC_ACQREL), MMU_OK);
	}
	mmu->sys.sctlr[1] |= SCTLR_NAA;
	arm_update(mmu);
	cr_expect_eq(mmu_read_acc(0x1009, 8, ACC_ACQREL), MMU_OK);
	mmu->sys.sctlr[1] |= SCTLR_A;
	arm_update(mmu);
	cr_expect_eq(mmu_read_acc(0x1008, 8, 0), MMU_OK);
	cr_expect_eq(mmu_read_acc(0x100c, 8, 0), FSC_ALIGNMENT);
	cr_expect_eq(mmu_read_acc(0x100c, 4, 0), MMU_OK);
	cr_expect_eq(mmu_write_acc(0x1009, 2, 0, 0), FSC_ALIGNMENT);
	cr_expect_eq(mmu_read_acc(0x7001, 4, 0), FSC_ALIGNMENT, "before translation");
	mmu_level(0, false);
	cr_expect_eq(mmu_read_acc(0x100c, 8, 0), FSC_ALIGNMENT);
}

/* SCTLR_EL1.A: instructions and rights of EL0 and EL1 are told apart although both use VIEW_SLOW. */
Test(arm_access, slow_view)
{
	mmu_usual();
	mmu->sys.sctlr[1] |= SCTLR_A;
	mmu_changed();
	mmu_map(&mmu_low, 0x1000, 3, MMU_PAGE, AF | PXN | USER | RO);
	mmu_map(&mmu_low, 0x2000, 3, MMU_PAGE, AF | UXN);
	for (unsigned n = 0; n < 2; n++) {
		mmu_level(1, false);
		cr_expect_eq(mmu_fetch(0x1000), FSC_PERMISSION + 3);
		cr_expect_eq(mmu_fetch(0x2000), MMU_OK);
		cr_expect_eq(mmu_read(0x2000), MMU_OK);
		cr_expect(tlb_fetches(&mmu->cpu.tlb, 0x2000) && !tlb_fetches(&mmu->cpu.tlb, 0x1000));
		cr_expect(!tlb_reads(&mmu->cpu.tlb, 0x2000, 8));
		mmu_level(0, false);
		cr_expect_eq(mmu_fetch(0x1000), MMU_OK);
		cr_expect_eq(mmu_fetch(0x2000), FSC_PERMISSION + 3);
		cr_expect_eq(mmu_read(0x1000), MMU_OK);
		cr_expect_eq(mmu_read(0x2000), FSC_PERMISSION + 3);
		cr_expect(tlb_fetches(&mmu->cpu.tlb, 0x1000) && !tlb_fetches(&mmu->cpu.tlb, 0x2000));
		mmu_level(1, true);
		cr_expect_eq(mmu_read(0x1000), FSC_PERMISSION + 3, "PAN");
	}
}

static unsigned read16(u64 va)
{
	if (setjmp(mmu->cpu.escape))
		return mmu_status();
	mmu_value = arm_read16(mmu, va).q[1];
	return MMU_OK;
}

static union vec sixteen;

/* v, and ~v above it */
static unsigned write16(u64 va, u64 v)
{
	sixteen = (union vec){{v, ~v}};
	if (setjmp(mmu->cpu.escape))
		return mmu_status();
	arm_write16(mmu, va, sixteen);
	return MMU_OK;
}

Test(arm_access, sixteen_bytes)
{
	mmu_usual();
	mmu_map(&mmu_low, 0x1000, 3, MMU_PAGE, AF);
	mmu_map(&mmu_low, 0x2000, 3, MMU_PAGE + 0x1000, AF | RO);
	mmu_map(&mmu_low, 0x3000, 3, MMU_PAGE, AF | DEVICE);
	cr_expect_eq(write16(0x1008, 5), MMU_OK);
	cr_expect_eq(mmu_get(MMU_PAGE + 8), 5);
	cr_expect_eq(mmu_get(MMU_PAGE + 16), ~5ull);
	cr_expect_eq(read16(0x1008), MMU_OK);
	cr_expect_eq(mmu_value, ~5ull);
	cr_expect_eq(write16(0x1ff8, 9), FSC_PERMISSION + 3);
	cr_expect_eq(mmu->ex.far, 0x2000);
	cr_expect_eq(mmu_get(MMU_PAGE + 0xff8), 0, "nothing is written");
	cr_expect_eq(read16(0x1ff8), MMU_OK);
	cr_expect_eq(read16(0x3008), FSC_ALIGNMENT);
	cr_expect_eq(write16(0x3008, 1), FSC_ALIGNMENT);
	cr_expect_eq(write16(0x3010, 7), MMU_OK);
	cr_expect_eq(mmu_get(MMU_PAGE + 16), 7);
	mmu->sys.sctlr[1] |= SCTLR_A;
	arm_update(mmu);
	cr_expect_eq(read16(0x1008), FSC_ALIGNMENT);
	cr_expect_eq(read16(0x1010), MMU_OK);
	cr_expect_eq(mmu_value, ~7ull);
}

static unsigned cache(u64 va, bool write)
{
	if (setjmp(mmu->cpu.escape))
		return mmu_status();
	arm_probe_cache(mmu, va, write);
	return MMU_OK;
}

Test(arm_access, cache_maintenance)
{
	mmu_usual();
	mmu_map(&mmu_low, 0x1000, 3, MMU_PAGE, AF | RO);
	mmu_map(&mmu_low, 0x2000, 3, MMU_PAGE, AF | USER);
	for (unsigned n = 0; n < 2; n++) {
		cr_expect_eq(cache(0x1000, false), MMU_OK);
		cr_expect_eq(cache(0x1000, true), FSC_PERMISSION + 3, "DC IVAC needs to be allowed to write");
		cr_expect_eq(cache(0x3000, false), FSC_TRANSLATION + 3);
		cr_expect_eq(mmu->ex.iss, FSC_TRANSLATION + 3 + 0x140, "CM, WnR");
		cr_expect_eq(mmu_read(0x1000), MMU_OK, "and then through the TLB");
	}
	mmu_level(1, true);
	cr_expect_eq(cache(0x2000, false), MMU_OK, "no PAN");
	mmu_level(0, false);
	cr_expect_eq(cache(0x1000, false), FSC_PERMISSION + 3);
	cr_expect_eq(cache(0x2000, false), MMU_OK);
}

/* ---- tags ------------------------------------------------------------------------------------------------------ */

Test(arm_access, top_byte)
{
	mmu_usual();
	mmu_map(&mmu_low, 0x1000, 3, MMU_PAGE, AF | USER);
	mmu_map(&mmu_high, HIGH | 0x1000, 3, MMU_PAGE + 0x1000, AF | USER);
	mmu_put(MMU_PAGE, 1);
	mmu_put(MMU_PAGE + 0x1000, 2);
	cr_expect_eq(mmu_read(0x5a00000000001000), FSC_TRANSLATION);
	cr_expect_eq(mmu->ex.far, 0x5a00000000001000);
	mmu->sys.tcr[1] |= BIT(37);
	mmu_changed();
	cr_expect_eq(mmu_read(0x5a00000000001000), MMU_OK);
	cr_expect_eq(mmu_value, 1);
	cr_expect_eq(mmu_write(0x5a00000000001008, 9), MMU_OK);
	cr_expect_eq(mmu_get(MMU_PAGE + 8), 9);
	cr_expect_eq(mmu_read(0x5aff000000001000), FSC_TRANSLATION, "bit 55 chooses the half");
	mmu->sys.tcr[1] |= BIT(38);
	mmu_changed();
	cr_expect_eq(mmu_read(0x5aff000000001000), MMU_OK);
	cr_expect_eq(mmu_value, 2);
	cr_expect_eq(mmu_read(0x5a00000000002000), FSC_TRANSLATION + 3);
	cr_expect_eq(mmu->ex.far, 0x5a00000000002000, "FAR keeps the tag");
	/* instructions: not with TBID */
	mmu_feature(FEAT_PAuth, true);
	cr_expect_eq(mmu_fetch(0x5a00000000001000), FSC_PERMISSION + 3, "writable at EL0");
	mmu_map(&mmu_low, 0x1000, 3, MMU_PAGE, AF);
	mmu->sys.tcr[1] |= BIT(51);
	mmu_changed();
	cr_expect_eq(mmu_fetch(0x5a00000000001000), FSC_TRANSLATION);
	cr_expect_eq(mmu_read(0x5a00000000001000), MMU_OK);
}

/* ---- two pages ------------------------------------------------------------------------------------------------- */

Test(arm_access, crossing)
{
	mmu_usual();
	mmu_map(&mmu_low, 0x1000, 3, MMU_PAGE + 0x5000, AF);
	mmu_map(&mmu_low, 0x2000, 3, MMU_PAGE + 0x1000, AF);
	cr_expect_eq(mmu_write(0x1ffd, 0x1122334455667788), MMU_OK);
	cr_expect_eq(space_read(&mmu_memory, MMU_PAGE + 0x5ffd, 1), 0x88);
	cr_expect_eq(space_read(&mmu_memory, MMU_PAGE + 0x5ffe, 2), 0x6677);
	cr_expect_eq(space_read(&mmu_memory, MMU_PAGE + 0x1000, 4), 0x22334455);
	cr_expect_eq(space_read(&mmu_memory, MMU_PAGE + 0x1004, 1), 0x11);
	cr_expect_eq(mmu_read(0x1ffd), MMU_OK);
	cr_expect_eq(mmu_value, 0x1122334455667788);
	/* the second page is read only: FAR is its first byte, and nothing is written */
	mmu_map(&mmu_low, 0x2000, 3, MMU_PAGE + 0x1000, AF | RO);
	mmu_changed();
	cr_expect_eq(mmu_write(0x1ffd, 0), FSC_PERMISSION + 3);
	cr_expect_eq(mmu->ex.far, 0x2000);
	cr_expect_eq(space_read(&mmu_memory, MMU_PAGE + 0x5ffd, 1), 0x88);
	mmu_map(&mmu_low, 0x1000, 3, 0, 0);
	mmu_changed();
	cr_expect_eq(mmu_write(0x1ffd, 0), FSC_ACCESS + 3);
	cr_expect_eq(mmu->ex.far, 0x1ffd);
}

static unsigned probe(u64 va, unsigned bytes)
{
	if (setjmp(mmu->cpu.escape))
		return mmu_status();
	arm_probe_write(mmu, va, bytes);
	return MMU_OK;
}

static unsigned physical(u64 va, unsigned bytes, bool write)
{
	if (setjmp(mmu->cpu.escape))
		return mmu_status();
	mmu_value = arm_phys(mmu, va, bytes, write);
	return MMU_OK;
}

Test(arm_access, probes)
{
	mmu_usual();
	mmu_map(&mmu_low, 0x1000, 3, MMU_PAGE, AF);
	mmu_map(&mmu_low, 0x2000, 3, MMU_PAGE + 0x1000, AF | RO);
	cr_expect_eq(probe(0x1ff0, 16), MMU_OK);
	cr_expect_eq(probe(0x1ff1, 16), FSC_PERMISSION + 3);
	cr_expect(mmu_write_bit());
	cr_expect_eq(mmu->ex.far, 0x2000);
	cr_expect_eq(physical(0x2340, 16, false), MMU_OK);
	cr_expect_eq(mmu_value, MMU_PAGE + 0x1340);
	cr_expect_eq(physical(0x2340, 16, true), FSC_PERMISSION + 3);
	cr_expect_eq(physical(0x2348, 16, false), FSC_ALIGNMENT);
}

/* An atomic operation on a page that may be read only says write, on one that may not be read at all, read
 * (ESR.WnR). */
Test(arm_access, read_before_write)
{
	mmu_usual();
	mmu_map(&mmu_low, 0x1000, 3, MMU_PAGE, AF | RO);
	cr_expect_eq(mmu_read_acc(0x1000, 8, ACC_ATOMIC | ACC_WRITES), FSC_PERMISSION + 3);
	cr_expect(mmu_write_bit());
	cr_expect_eq(mmu_read_acc(0x1000, 8, ACC_ATOMIC), MMU_OK);
	cr_expect_eq(mmu_read_acc(0x3000, 8, ACC_ATOMIC | ACC_WRITES), FSC_TRANSLATION + 3);
	cr_expect(!mmu_write_bit());
}

Test(arm_access, unprivileged)
{
	mmu_usual();
	mmu_map(&mmu_low, 0x1000, 3, MMU_PAGE, AF);
	mmu_map(&mmu_low, 0x2000, 3, MMU_PAGE, AF | USER);
	cr_expect_eq(mmu_read_acc(0x1000, 8, ACC_UNPRIV), FSC_PERMISSION + 3);
	cr_expect_eq(mmu->ex.ec, EC_DABT);
	cr_expect_eq(mmu_read_acc(0x2000, 8, ACC_UNPRIV), MMU_OK);
	mmu_level(1, true);
	cr_expect_eq(mmu_read_acc(0x2000, 8, 0), FSC_PERMISSION + 3);
	cr_expect_eq(mmu_write_acc(0x2000, 8, 5, ACC_UNPRIV), MMU_OK);
	mmu->uao = true;
	cr_expect_eq(mmu_read_acc(0x1000, 8, ACC_UNPRIV), MMU_OK);
	cr_expect_eq(mmu_read_acc(0x2000, 8, ACC_UNPRIV), FSC_PERMISSION + 3, "with UAO as any other access: PAN");
}

/* ---- what is not RAM ------------------------------------------------------------------------------------------- */

Test(arm_access, devices_and_nothing)
{
	mmu_usual();
	mmu_map(&mmu_low, 0x1000, 3, MMU_IO, AF | DEVICE);
	mmu_map(&mmu_low, 0x2000, 3, 0x7000000, AF);
	mmu_map(&mmu_low, 0x3000, 3, MMU_ROM, AF);
	mmu_map(&mmu_low, 0x200000, 2, 0x7000000, AF);
	mmu_io_value = 0x100;
	cr_expect_eq(mmu_read_acc(0x1010, 4, 0), MMU_OK);
	cr_expect_eq(mmu_value, 0x110);
	cr_expect_eq(mmu_write_acc(0x1010, 4, 0x55, 0), MMU_OK);
	cr_expect_eq(mmu_io_value, 0x55);
	cr_expect_eq(mmu_fetch(0x1000), MMU_OK);
	cr_expect_null(mmu_fetched.ram);
	cr_expect_eq(load_le32(mmu_fetched.code), 0x55);
	cr_expect_eq(mmu_read(0x2000), FSC_EXTERNAL);
	cr_expect_eq(mmu_write(0x2000, 0), FSC_EXTERNAL);
	cr_expect_eq(mmu_fetch(0x2000), FSC_EXTERNAL);
	mmu_put(MMU_ROM, 0xabcd);
	cr_expect_eq(mmu_write(0x3000, 0), MMU_OK);
	cr_expect_eq(mmu_read(0x3000), MMU_OK);
	cr_expect_eq(mmu_value, 0xabcd);
	cr_expect_eq(mmu_fetch(0x3000), MMU_OK);
	cr_expect_eq(mmu_fetched.ram, &mmu_rom);
	/* tables that are nowhere */
	for (unsigned level = 0; level < 3; level++) {
		mmu_put(mmu_desc(&mmu_low, 0x1000, level), 0x7000000 | 3);
		mmu_changed();
		cr_expect_eq(mmu_read(0x1000), FSC_EXTERNAL_WALK + level + 1);
		mmu_low.table = mmu->sys.ttbr0[1] = mmu_new_table(0x1000);
	}
	mmu->sys.ttbr0[1] = 0x7000000;
	mmu_changed();
	cr_expect_eq(mmu_read(0x1000), FSC_EXTERNAL_WALK);
}

Test(arm_access, zero_block)
{
	mmu_usual();
	mmu_map(&mmu_low, 0x1000, 3, MMU_PAGE, AF);
	mmu_map(&mmu_low, 0x2000, 3, MMU_PAGE, AF | RO);
	for (u64 at = MMU_PAGE; at < MMU_PAGE + 256; at += 8)
		mmu_put(at, ~0ull);
	cr_expect_eq(mmu_zero(0x1040, 64), MMU_OK);
	cr_expect_eq(mmu_zero(0x1080, 64), MMU_OK);
	for (u64 at = MMU_PAGE; at < MMU_PAGE + 256; at += 8)
		cr_expect_eq(mmu_get(at), at < MMU_PAGE + 0x40 || at >= MMU_PAGE + 0xc0 ? ~0ull : 0);
	cr_expect_eq(mmu_zero(0x2000, 64), FSC_PERMISSION + 3);
	cr_expect(mmu_write_bit());
	mmu_ram.page_flags[MMU_PAGE >> RAM_PAGE_BITS] = 0;
	tlb_flush_all(&mmu->cpu.tlb);
	cr_expect_eq(mmu_zero(0x1000, 64), MMU_OK);
	cr_expect_eq(mmu_get(MMU_PAGE), 0);
	cr_expect_eq(mmu_ram.page_flags[MMU_PAGE >> RAM_PAGE_BITS], RAM_DIRTY_ALL);
}
