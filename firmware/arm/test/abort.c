/* SPDX-License-Identifier: MIT */
/*
 * Faults of translation with their level, FAR and the other fields of the syndrome: translation, access flag, address
 * size, permission; what lies across two pages; cache maintenance by address (Arm ARM D8.14, D17.2.37 ISS of Data
 * Aborts).
 */
#include "firmware/arm/test/mmu.h"
#include "firmware/arm/test/suites.h"

#define W LOW_WINDOW

/* Reading, writing and fetching all fail with this code. */
static void check_fault(const char *name, u64 va, u64 fsc)
{
	check_abort(name, mmu_try(va, MMU_READ, false), ESR(EC_DABT, fsc), va);
	check_abort(name, mmu_try(va, MMU_WRITE, false), ESR(EC_DABT, fsc | ISS_WNR), va);
	check_abort(name, mmu_try(va, MMU_EXEC, false), ESR(EC_IABT, fsc), va);
	check_abort(name, mmu_try(va, MMU_READ, true), ESR(EC_DABT_LOWER, fsc), va);
	check_abort(name, mmu_try(va, MMU_EXEC, true), ESR(EC_IABT_LOWER, fsc), va);
}

/* 4 KiB pages, 48 bits: levels 0 to 3. */
static void check_translation(const struct page_map *map)
{
	u64 frame = mmu_frame(map, 0x55);

	page_put(map, W, frame, 3, PTE_DATA);
	check_none("mapped", mmu_try(W, MMU_READ, false));
	check_fault("translation-level-3", W + 0x1000, FSC_TRANSLATION | 3);
	check_fault("translation-level-2", W + 0x200008, FSC_TRANSLATION | 2);
	check_fault("translation-level-1", W + 0x40000010, FSC_TRANSLATION | 1);
	check_fault("translation-level-0", W + 0x8000000000, FSC_TRANSLATION | 0);
	check_fault("beyond-48-bits", 0x0001000000000000, FSC_TRANSLATION | 0);
	check_fault("beyond-48-bits-high", 0xfffe000000000000, FSC_TRANSLATION | 0);
	check_fault("high-half-level-0", 0xffff800000000000, FSC_TRANSLATION | 0);
	*page_entry(map, W + 0x2000, 3) = frame | PTE_DATA | PTE_VALID; /* a block descriptor is reserved at level 3 */
	check_fault("reserved-level-3", W + 0x2000, FSC_TRANSLATION | 3);
	*page_entry(map, W + 0x10000000000, 0) = PTE_DATA | PTE_VALID; /* and at level 0 */
	check_fault("reserved-level-0", W + 0x10000000000, FSC_TRANSLATION | 0);
}

static void check_access_flag(const struct page_map *map)
{
	u64 frame = mmu_frame(map, 0x55), rest = PTE_CODE & ~PTE_AF;

	page_put(map, W + 0x3000, frame, 3, rest);
	page_put(map, W + 0x400000, SCRATCH_BASE, 2, rest);
	page_put(map, W + 0x80000000, 0x40000000, 1, rest);
	check_fault("access-flag-level-3", W + 0x3000, FSC_ACCESS | 3);
	check_fault("access-flag-level-2", W + 0x400100, FSC_ACCESS | 2);
	check_fault("access-flag-level-1", W + 0x80000100, FSC_ACCESS | 1);
	page_put(map, W + 0x3000, frame, 3, rest | PTE_AF); /* a fault is never cached: no TLBI */
	isb();
	check_none("access-flag-set", mmu_try(W + 0x3000, MMU_READ, false));
}

static void check_permission(const struct page_map *map)
{
	u64 frame = mmu_frame(map, 0x55);

	page_put(map, W + 0x4000, frame, 3, PTE_DATA | PTE_RO);
	page_put(map, W + 0x600000, SCRATCH_BASE, 2, PTE_DATA | PTE_RO);
	page_put(map, W + 0xc0000000, 0x40000000, 1, PTE_DATA | PTE_RO);
	check_abort("permission-level-3", mmu_try(W + 0x4008, MMU_WRITE, false),
		ESR(EC_DABT, FSC_PERMISSION | 3 | ISS_WNR), W + 0x4008);
	check_abort("permission-level-2", mmu_try(W + 0x600000, MMU_WRITE, false),
		ESR(EC_DABT, FSC_PERMISSION | 2 | ISS_WNR), W + 0x600000);
	check_abort("permission-level-1", mmu_try(W + 0xc0000000, MMU_WRITE, false),
		ESR(EC_DABT, FSC_PERMISSION | 1 | ISS_WNR), W + 0xc0000000);
	check_abort("permission-fetch-level-3", mmu_try(W + 0x4000, MMU_EXEC, false), ESR(EC_IABT, FSC_PERMISSION | 3),
		W + 0x4000);
	check_abort("permission-fetch-level-2", mmu_try(W + 0x600000, MMU_EXEC, false),
		ESR(EC_IABT, FSC_PERMISSION | 2), W + 0x600000);
	check_abort("permission-fetch-level-1", mmu_try(W + 0xc0000000, MMU_EXEC, false),
		ESR(EC_IABT, FSC_PERMISSION | 1), W + 0xc0000000);
}

/* Output addresses beyond TCR_EL1.IPS (32 bits). */
static void check_size(struct page_map *map)
{
	map->tcr &= ~(7ull << 32);
	page_on(map);
	page_put(map, W + 0x5000, BIT(32), 3, PTE_DATA);
	page_put(map, W + 0x800000, BIT(35), 2, PTE_DATA);
	page_put(map, W + 0x100000000, BIT(39), 1, PTE_DATA);
	*page_entry(map, W + 0x20000000000, 0) = BIT(33) | PTE_VALID | PTE_TABLE;
	check_fault("size-level-3", W + 0x5000, FSC_SIZE | 3);
	check_fault("size-level-2", W + 0x800000, FSC_SIZE | 2);
	check_fault("size-level-1", W + 0x100000000, FSC_SIZE | 1);
	check_fault("size-table-level-0", W + 0x20000000000, FSC_SIZE | 0);
	map->ttbr[1] |= BIT(36);
	page_on(map);
	check_fault("size-ttbr1", 0xffff800000000000, FSC_SIZE | 0);
	map->ttbr[1] &= ~BIT(36);
}

static void check_disabled(struct page_map *map)
{
	u64 tcr = map->tcr;

	map->tcr = tcr | TCR_EPD1;
	page_put(map, HIGH_WINDOW(map), mmu_frame(map, 0x66), 3, PTE_DATA);
	page_on(map);
	check_fault("epd1", HIGH_WINDOW(map), FSC_TRANSLATION | 0);
	map->tcr = tcr;
	page_on(map);
	check_none("epd1-off", mmu_try(HIGH_WINDOW(map), MMU_READ, false));
}

/* ---- more than one page, more than a load ----------------------------------------------------------------------- */

SNIPPET(load_pair, MARK "ldp x1, x2, [x0]")
SNIPPET(store_4, MARK "str w1, [x0]")
SNIPPET(load_quad, MARK "ldr q1, [x0]")
SNIPPET(prefetch, MARK "prfm pldl1keep, [x0]")
SNIPPET(zero_block, MARK "dc zva, x0")
SNIPPET(clean_invalidate, MARK "dc civac, x0")
SNIPPET(clean, MARK "dc cvac, x0")
SNIPPET(clean_to_unification, MARK "dc cvau, x0")
SNIPPET(invalidate, MARK "dc ivac, x0")
SNIPPET(load_exclusive, MARK "ldxr x1, [x0]")
SNIPPET(load_writeback, "mov x1, x0\n\t" MARK "ldr x2, [x1, #8]!")
SNIPPET(pair_writeback, "mov x1, x0\n\t" MARK "stp x2, x3, [x1], #16")

static void check_across(const struct page_map *map)
{
	u64 edge = W + 0x21000;

	page_put(map, W + 0x20000, mmu_frame(map, 0x77), 3, PTE_DATA);
	check_abort("across-load", mmu_try(edge - 4, MMU_READ, false), ESR(EC_DABT, FSC_TRANSLATION | 3), edge);
	check_abort(
		"across-store", trap_catch(store_4, phys(edge - 1)), ESR(EC_DABT, FSC_TRANSLATION | 3 | ISS_WNR), edge);
	check_abort("across-pair", trap_catch(load_pair, phys(edge - 8)), ESR(EC_DABT, FSC_TRANSLATION | 3), edge);
	check_abort("across-quad", trap_catch(load_quad, phys(edge - 8)), ESR(EC_DABT, FSC_TRANSLATION | 3), edge);
	check_abort("before-first-page", trap_catch(load_quad, phys(edge - 0x1008)), ESR(EC_DABT, FSC_TRANSLATION | 3),
		edge - 0x1008);
	check_abort(
		"writeback-load", trap_catch(load_writeback, phys(edge - 8)), ESR(EC_DABT, FSC_TRANSLATION | 3), edge);
	check("writeback-load-not-done", trap_state.last.x[1], edge - 8);
	check_abort("writeback-pair", trap_catch(pair_writeback, phys(edge)),
		ESR(EC_DABT, FSC_TRANSLATION | 3 | ISS_WNR), edge);
	check("writeback-pair-not-done", trap_state.last.x[1], edge);
}

static void check_maintenance(const struct page_map *map)
{
	u64 none = W + 0x30000, read_only = W + 0x31000, cm = ISS_CM | ISS_WNR;

	page_put(map, read_only, mmu_frame(map, 0x77), 3, PTE_DATA | PTE_RO);
	check_none("prefetch", trap_catch(prefetch, phys(none)));
	check_abort("dc-zva", trap_catch(zero_block, phys(none)), ESR(EC_DABT, FSC_TRANSLATION | 3 | ISS_WNR), none);
	check_abort("dc-zva-read-only", trap_catch(zero_block, phys(read_only)),
		ESR(EC_DABT, FSC_PERMISSION | 3 | ISS_WNR), read_only);
	check_abort("dc-civac", trap_catch(clean_invalidate, phys(none)), ESR(EC_DABT, FSC_TRANSLATION | 3 | cm), none);
	check_abort("dc-cvac", trap_catch(clean, phys(none)), ESR(EC_DABT, FSC_TRANSLATION | 3 | cm), none);
	check_abort(
		"dc-cvau", trap_catch(clean_to_unification, phys(none)), ESR(EC_DABT, FSC_TRANSLATION | 3 | cm), none);
	check_abort("dc-ivac-read-only", trap_catch(invalidate, phys(read_only)), ESR(EC_DABT, FSC_PERMISSION | 3 | cm),
		read_only);
	check_none("dc-civac-read-only", trap_catch(clean_invalidate, phys(read_only)));
	check_abort("ldxr", trap_catch(load_exclusive, phys(none)), ESR(EC_DABT, FSC_TRANSLATION | 3), none);
}

/* Device memory: no unaligned access, whatever SCTLR_EL1.A says (B2.5.2), no DC ZVA. */
static void check_device(const struct page_map *map)
{
	u64 at = W + 0x40000;

	page_put(map, at, mmu_frame(map, 0x12), 3, (PTE_DATA & ~PTE_ATTR(7)) | PTE_ATTR(ATTR_DEVICE));
	page_put(map, at + 0x1000, mmu_frame(map, 0x12), 3, (PTE_DATA & ~PTE_ATTR(7)) | PTE_ATTR(ATTR_UNCACHED));
	check_none("device-aligned", mmu_try(at, MMU_READ, false));
	check_abort("device-unaligned", mmu_try(at + 4, MMU_READ, false), ESR(EC_DABT, FSC_ALIGNMENT), at + 4);
	check_abort("device-unaligned-store", mmu_try(at + 1, MMU_WRITE, false), ESR(EC_DABT, FSC_ALIGNMENT | ISS_WNR),
		at + 1);
	check_abort("device-dc-zva", trap_catch(zero_block, phys(at)), ESR(EC_DABT, FSC_ALIGNMENT | ISS_WNR), at);
	check_none("uncached-unaligned", mmu_try(at + 0x1001, MMU_READ, false));
}

void suite_abort(void)
{
	struct page_map map;

	page_map_init(&map, GRANULE_4K, 48);
	page_on(&map);
	check_translation(&map);
	check_access_flag(&map);
	check_permission(&map);
	check_across(&map);
	check_maintenance(&map);
	check_device(&map);
	check_disabled(&map);
	check_size(&map);
	page_base();
}
