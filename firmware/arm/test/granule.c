/* SPDX-License-Identifier: MIT */
/*
 * The three granules, several input sizes, both halves: pages and blocks of every size lead where their descriptors
 * say, with the contiguous bit too (Arm ARM D8.2, D8.3, D8.7.1).
 */
#include "firmware/arm/test/mmu.h"
#include "firmware/arm/test/suites.h"

/* A frame through a page or block at this level in the window at `va`, read and written. */
static u64 wrong_through(const struct page_map *map, u64 va, u32 level, u64 frame, u64 attributes)
{
	u64 size = page_size(map, level), at, want = 0x1000 + level;

	page_put(map, va, frame & ~(size - 1), level, PTE_DATA | attributes);
	at = va + (frame & (size - 1));
	write64(frame + 16, want);
	if (mmu_try(at + 16, MMU_READ, false) != TRAP_NONE)
		return 1;
	if (read64(at + 16) != want)
		return 2;
	write64(at + 24, want + 1);
	return read64(frame + 24) != want + 1 ? 4 : 0;
}

static void check_levels(const char *name, const struct page_map *map, u64 window)
{
	u64 frame = page_alloc(page_size(map, 3)), wrong = 0;
	u32 lowest = map->granule == GRANULE_4K ? 1 : 2; /* level 1 has blocks with 4 KiB pages only */

	for (u32 level = lowest; level < 4; level++) {
		u64 size = page_size(map, level);

		if (size * 8 > BIT(map->bits) || (size >= BIT(map->bits - 1) && level < 3))
			continue;
		wrong |= wrong_through(map, (window & ~(size - 1)) + size * (level == 3 ? 5 : 1), level, frame, 0)
			<< 4 * level;
	}
	check(name, wrong, 0);
}

/* 16, 128 or 32 pages that follow each other may be marked as one. */
static void check_contiguous(const char *name, const struct page_map *map)
{
	u64 size = page_size(map, 3),
	    n = map->granule == GRANULE_16K   ? 128
		: map->granule == GRANULE_64K ? 32
					      : 16,
	    wrong = 0;
	u64 va = LOW_WINDOW + n * size, pa = SCRATCH_BASE;

	for (u64 i = 0; i < n; i++) {
		write64(pa + i * size, i);
		page_put(map, va + i * size, pa + i * size, 3, PTE_DATA | PTE_CONT);
	}
	for (u64 i = n; i--;)
		wrong += read64(va + i * size) != i;
	check(name, wrong, 0);
}

static void check_one(u32 granule, u32 bits, const char *name)
{
	struct page_map map;

	page_map_init(&map, granule, bits);
	page_on(&map);
	if (bits > 36)
		check_levels(name, &map, LOW_WINDOW);
	check_levels(name, &map, HIGH_WINDOW(&map));
	if (bits > 36)
		check_contiguous(name, &map);
	page_base();
}

static const struct {
	u32 granule, bits;
	const char *name;
} sizes[] = {
	{GRANULE_4K, 48, "4k-48"}, {GRANULE_4K, 44, "4k-44"}, {GRANULE_4K, 39, "4k-39"}, {GRANULE_4K, 38, "4k-38"},
	{GRANULE_4K, 36, "4k-36"}, {GRANULE_4K, 32, "4k-32"},
	{GRANULE_16K, 48, "16k-48"}, {GRANULE_16K, 47, "16k-47"}, {GRANULE_16K, 40, "16k-40"}, {GRANULE_16K, 36, "16k-36"},
	{GRANULE_64K, 48, "64k-48"}, {GRANULE_64K, 43, "64k-43"}, {GRANULE_64K, 42, "64k-42"}, {GRANULE_64K, 36, "64k-36"},
};

/* What lies just outside of a smaller half. */
static void check_limits(void)
{
	struct page_map map;

	page_map_init(&map, GRANULE_4K, 36);
	page_on(&map);
	check_esr("beyond-36-bits", mmu_try(BIT(36), MMU_READ, false), ESR(EC_DABT, FSC_TRANSLATION | 0));
	check_esr("below-high-36-bits", mmu_try(HIGH_WINDOW(&map) - 8, MMU_READ, false),
		ESR(EC_DABT, FSC_TRANSLATION | 0));
	check_esr("first-level-is-1", mmu_try(BIT(35), MMU_READ, false), ESR(EC_DABT, FSC_TRANSLATION | 1));
	page_base();
}

void suite_granule(void)
{
	for (u32 i = 0; i < COUNT_OF(sizes); i++) {
		if (page_has_granule(sizes[i].granule))
			check_one(sizes[i].granule, sizes[i].bits, sizes[i].name);
		else
			check_skip(sizes[i].name);
	}
	check_limits();
}
