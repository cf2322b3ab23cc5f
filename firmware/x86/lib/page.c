/* SPDX-License-Identifier: MIT */
/*
 * Builds and switches the page tables of the tests (SDM vol. 3 4.3 to 4.5). Virtual and physical addresses of tables
 * are the same because every map contains the identity map.
 */
#include "firmware/x86/lib/page.h"
#include "firmware/x86/lib/cpu.h"

#ifdef __x86_64__
extern char boot_pml4[];
#endif

void page_arena_reset(void)
{
	page_state.next = ARENA_BASE;
}

u32 page_alloc(void)
{
	struct page_state *s = &page_state;
	u32 frame;

	if (!s->next || s->next + 4096 > ARENA_END)
		s->next = ARENA_BASE;
	frame = s->next;
	s->next += 4096;
	memset(phys(frame), 0, 4096);
	return frame;
}

static u64 entry_read(enum page_mode mode, u32 at)
{
	if (mode == PAGE_32)
		return mem32(at);
	return *(volatile u64 *)phys(at);
}

static void entry_write(enum page_mode mode, u32 at, u64 entry)
{
	if (mode == PAGE_32)
		mem32_set(at, (u32)entry);
	else
		*(volatile u64 *)phys(at) = entry;
}

static u32 entry_at(enum page_mode mode, u32 table, uw va, int level)
{
	u32 page = (u32)((u64)va >> 12);

	if (mode == PAGE_32)
		return table + (page >> (10 * (level - 1)) & 0x3FF) * 4;
	return table + (u32)((u64)va >> (12 + 9 * (level - 1)) & 0x1FF) * 8;
}

static u32 find_entry(const struct page_map *map, uw va, int level)
{
	static const int tops[] = { [PAGE_32] = 2, [PAGE_PAE] = 3, [PAGE_4LEVEL] = 4 };
	u32 table = map->root;

	for (int l = tops[map->mode]; l > level; l--) {
		u32 at = entry_at(map->mode, table, va, l);
		u64 entry = entry_read(map->mode, at);

		if (!(entry & PTE_P) || (l < 4 && (entry & PTE_PS))) {
			u32 below = page_alloc();

			/* PDPTEs of PAE paging have no W and U bits (SDM vol. 3 table 4-8). */
			entry = below | PTE_P | (map->mode == PAGE_PAE && l == 3 ? 0 : PTE_W | PTE_U);
			entry_write(map->mode, at, entry);
		}
		table = (u32)entry & 0xFFFFF000u;
	}
	return entry_at(map->mode, table, va, level);
}

u64 page_entry_get(const struct page_map *map, uw va, int level)
{
	return entry_read(map->mode, find_entry(map, va, level));
}

void page_entry_set(const struct page_map *map, uw va, int level, u64 entry)
{
	entry_write(map->mode, find_entry(map, va, level), entry);
	memory_barrier();
}

void page_map_init(struct page_map *map, enum page_mode mode, u32 access)
{
	u64 step = mode == PAGE_32 ? 0x400000 : 0x200000;

	map->mode = mode;
	map->access = access;
	map->nx = false;
	/* A root above the first table keeps PAE's 32-byte alignment trivially. */
	map->root = page_alloc();
	for (u64 va = 0; va < 0x100000000; va += step) {
		if (mode != PAGE_4LEVEL && va >> 30 == PAGE_WINDOW >> 30)
			continue;
		page_entry_set(map, (uw)va, 2, va | PTE_P | PTE_W | PTE_PS | access);
	}
}

void page_on(const struct page_map *map)
{
	if (map->mode == PAGE_4LEVEL) {
		cr3_set(map->root);
		return;
	}
	cr0_set(cr0_get() & ~(uw)CR0_PG);
	cr4_set((cr4_get() & ~(uw)CR4_PAE) | (map->mode == PAGE_PAE ? CR4_PAE : CR4_PSE));
	if (map->mode == PAGE_PAE)
		page_entry_get(map, PAGE_WINDOW, 2); /* PDPTEs are read when CR3 is loaded: make it now */
	cr3_set(map->root);
	cr0_set(cr0_get() | CR0_PG);
}

void page_off(void)
{
	uw off = CR4_PGE | CR4_SMEP | CR4_SMAP;

#ifdef __x86_64__
	cr4_set(cr4_get() & ~off);
	cr3_set((uw)boot_pml4);
#else
	cr0_set(cr0_get() & ~(uw)(CR0_PG | CR0_WP));
	cr4_set(cr4_get() & ~(off | CR4_PSE | CR4_PAE));
	cr3_set(0);
#endif
	cr0_set(cr0_get() & ~(uw)CR0_WP);
}
