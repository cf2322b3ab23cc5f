/* SPDX-License-Identifier: MIT */
/*
 * Building translation tables, switching between them, and the maintenance that goes with it (Arm ARM D8.2, D8.13,
 * B2.4).
 */
#include "firmware/arm/lib/page.h"

_Static_assert(sizeof(struct page_state) <= PAGE_STATE_BYTES, "storage.S reserves less than page_state");

extern char image_start[], rodata_start[], data_start[], user_start[], image_end[];

u64 page_alloc(u64 bytes)
{
	struct page_state *s = &page_state;
	u64 at = (s->next + bytes - 1) & ~(bytes - 1);

	if (at + bytes > ARENA_END) {
		con_puts("PANIC out of arena\n");
		rom_exit(EXIT_PANIC);
	}
	s->next = at + bytes;
	for (u64 p = at; p < at + bytes; p += 8)
		write64(p, 0);
	return at;
}

static u32 level_shift(const struct page_map *map, u32 level)
{
	return map->granule + (3 - level) * (map->granule - 3);
}

u64 page_size(const struct page_map *map, u32 level)
{
	return BIT(level_shift(map, level));
}

static u32 first_level(const struct page_map *map)
{
	return 4 - (map->bits - map->granule + map->granule - 4) / (map->granule - 3);
}

u64 *page_entry(const struct page_map *map, u64 va, u32 level)
{
	u64 table = map->ttbr[va >> 55 & 1];
	u32 at = first_level(map), bits = map->bits;

	for (;; at++) {
		u32 shift = level_shift(map, at);
		u64 *entry = phys(table + (va >> shift & (BIT(bits - shift) - 1)) * 8);

		if (at >= level)
			return entry;
		if (!(*entry & PTE_VALID))
			*entry = page_alloc(BIT(map->granule)) | PTE_VALID | PTE_TABLE;
		table = *entry & 0xffffffffffffull & ~(BIT(map->granule) - 1);
		bits = shift;
	}
}

void page_put(const struct page_map *map, u64 va, u64 pa, u32 level, u64 attributes)
{
	*page_entry(map, va, level) = pa | attributes | PTE_VALID | (level == 3 ? PTE_TABLE : 0);
	dsb();
}

void page_put_range(const struct page_map *map, u64 va, u64 pa, u64 bytes, u64 attributes)
{
	u64 block = page_size(map, 2), page = page_size(map, 3);

	while (bytes) {
		bool large = !((va | pa) & (block - 1)) && bytes >= block;

		page_put(map, va, pa, large ? 2 : 3, attributes);
		va += large ? block : page;
		pa += large ? block : page;
		bytes -= bytes < page ? bytes : large ? block : page;
	}
}

/* ID_AA64MMFR0_EL1: TGran4 and TGran64 are signed, TGran16 is not. */
bool page_has_granule(u32 granule)
{
	u64 id = MRS(id_aa64mmfr0_el1);

	return granule == GRANULE_4K ? id_field(id, 28) != 15 :
		granule == GRANULE_64K ? id_field(id, 24) != 15 : id_field(id, 20) != 0;
}

static void put_self(const struct page_map *map)
{
	u64 start = (u64)image_start & ~0xffffull, text = (u64)rodata_start - start;

	page_put_range(map, GICD_BASE, GICD_BASE, 0x2200000, PTE_AF | PTE_PXN | PTE_UXN | PTE_ATTR(ATTR_DEVICE));
	page_put_range(map, RAM_BASE, RAM_BASE, start - RAM_BASE, PTE_DATA);
	page_put_range(map, start, start, text, PTE_CODE);
	page_put_range(
		map, (u64)rodata_start, (u64)rodata_start, (u64)data_start - (u64)rodata_start, PTE_DATA | PTE_RO);
	page_put_range(map, (u64)data_start, (u64)data_start, (u64)user_start - (u64)data_start, PTE_DATA);
	page_put_range(map, (u64)user_start, (u64)user_start, (u64)image_end - (u64)user_start, PTE_DATA | PTE_USER);
	page_put_range(map, (u64)image_end, (u64)image_end, SCRATCH_END - (u64)image_end, PTE_DATA);
}

static u64 make_tcr(u32 granule, u32 bits)
{
	u64 ips = MRS(id_aa64mmfr0_el1) & 7, tsz = 64 - bits;
	u64 tg0 = granule == GRANULE_4K ? 0 : granule == GRANULE_64K ? 1 : 2;
	u64 tg1 = granule == GRANULE_4K ? 2 : granule == GRANULE_64K ? 3 : 1;

	if (ips > 5)
		ips = 5;
	return tsz | tsz << 16 | 0x3500 | 0x35000000 | tg0 << 14 | tg1 << 30 | ips << 32;
}

void page_map_init(struct page_map *map, u32 granule, u32 bits)
{
	u32 top = 0;

	*map = (struct page_map){.granule = granule, .bits = bits, .tcr = make_tcr(granule, bits)};
	top = bits - level_shift(map, first_level(map)) + 3;
	for (u32 half = 0; half < 2; half++)
		map->ttbr[half] = page_alloc(BIT(top < 6 ? 6 : top));
	put_self(map);
}

void page_on(const struct page_map *map)
{
	u64 sctlr = MRS(sctlr_el1);

	dsb();
	MSR(sctlr_el1, sctlr & ~SCTLR_M);
	MSR_RAW(mair_el1, MAIR_VALUE);
	MSR_RAW(tcr_el1, map->tcr);
	MSR_RAW(ttbr0_el1, map->ttbr[0]);
	MSR_RAW(ttbr1_el1, map->ttbr[1]);
	isb();
	tlbi_all();
	MSR(sctlr_el1, sctlr | SCTLR_M | SCTLR_C | SCTLR_I);
}

void page_switch(const struct page_map *map, u64 asid)
{
	dsb();
	MSR(ttbr0_el1, map->ttbr[0] | asid << 48);
}

void page_base(void)
{
	page_on(&page_state.base);
	page_state.next = page_state.base_next;
}

void page_start(void)
{
	struct page_state *s = &page_state;

	s->next = ARENA_BASE;
	page_map_init(&s->base, GRANULE_4K, 39);
	s->base_next = s->next;
	page_on(&s->base);
}

/* CTR_EL0.DminLine and IminLine are in words. */
void cache_sync(u64 at, u64 bytes)
{
	u64 ctr = MRS(ctr_el0), dline = 4ull << (ctr >> 16 & 15), iline = 4ull << (ctr & 15);

	for (u64 p = at & ~(dline - 1); p < at + bytes; p += dline)
		__asm__ volatile("dc cvau, %0" : : "r"(p) : "memory");
	__asm__ volatile("dsb ish" : : : "memory");
	for (u64 p = at & ~(iline - 1); p < at + bytes; p += iline)
		__asm__ volatile("ic ivau, %0" : : "r"(p) : "memory");
	__asm__ volatile("dsb ish\n\tisb" : : : "memory");
}
