/* SPDX-License-Identifier: MIT */
/*
 * Translation tables of the EL1&0 regime in all three granules (Arm ARM D8.2, D8.3). A map holds the ROM itself, the
 * devices and the first 64 MiB of RAM at their own addresses, and what tests add. The ROM's base map is 4 KiB, 39 bits.
 */
#ifndef FIRMWARE_ARM_LIB_PAGE_H
#define FIRMWARE_ARM_LIB_PAGE_H

#include "firmware/arm/lib/sysreg.h"

/* Descriptor bits (D8.3.1, D8.3.2). AP is given as AP[2:1]. */
#define PTE_VALID  BIT(0)
#define PTE_TABLE  BIT(1) /* also: a page, at level 3 */
#define PTE_ATTR(n) ((u64)(n) << 2)
#define PTE_AP(ap) ((u64)(ap) << 6)
#define PTE_USER   BIT(6)
#define PTE_RO     BIT(7)
#define PTE_SH     (3ull << 8)
#define PTE_AF     BIT(10)
#define PTE_NG     BIT(11)
#define PTE_GP     BIT(50)
#define PTE_DBM    BIT(51)
#define PTE_CONT   BIT(52)
#define PTE_PXN    BIT(53)
#define PTE_UXN    BIT(54)
/* of table descriptors */
#define PTE_PXNTABLE   BIT(59)
#define PTE_UXNTABLE   BIT(60)
#define PTE_APTABLE(n) ((u64)(n) << 61)

/* What most tests map. */
#define PTE_DATA (PTE_AF | PTE_SH | PTE_ATTR(ATTR_NORMAL) | PTE_PXN | PTE_UXN)
#define PTE_CODE (PTE_AF | PTE_SH | PTE_ATTR(ATTR_NORMAL) | PTE_RO)

/* MAIR_EL1 */
enum { ATTR_DEVICE, ATTR_NORMAL, ATTR_UNCACHED, ATTR_GRE };
#define MAIR_VALUE 0x0c44ff00u

enum { GRANULE_4K = 12, GRANULE_16K = 14, GRANULE_64K = 16 };

/* TCR_EL1 */
#define TCR_EPD0 BIT(7)
#define TCR_A1   BIT(22)
#define TCR_EPD1 BIT(23)
#define TCR_AS   BIT(36)
#define TCR_TBI0 BIT(37)
#define TCR_TBI1 BIT(38)
#define TCR_HA   BIT(39)
#define TCR_HD   BIT(40)
#define TCR_HPD0 BIT(41)

struct page_map {
	u32 granule, bits; /* log2 of the page size; input address bits, of both halves */
	u64 tcr;
	u64 ttbr[2];       /* tables without ASID */
};

/* Used for both halves of a test's own addresses: nothing else is mapped near. */
#define LOW_WINDOW       0x1000000000ull /* 64 GiB */
#define HIGH_WINDOW(map) (~0ull << (map)->bits)

struct page_state {
	u64 next; /* of the arena */
	u64 base_next;
	struct page_map base;
};
extern struct page_state page_state;

/* Turns the MMU on for the first time. */
void page_start(void);
/* The base map again, and everything since page_start is given back. */
void page_base(void);

/* Zeroed memory, aligned to its size, a power of 2. */
u64 page_alloc(u64 bytes);
void page_map_init(struct page_map *map, u32 granule, u32 bits);
/* The descriptor for va at this level (0 to 3), with tables made on the way. */
u64 *page_entry(const struct page_map *map, u64 va, u32 level);
/* Bytes that a descriptor at this level maps. */
u64 page_size(const struct page_map *map, u32 level);
/* Writes a block or page descriptor without any maintenance. */
void page_put(const struct page_map *map, u64 va, u64 pa, u32 level, u64 attributes);
/* Pages, and blocks at level 2. */
void page_put_range(const struct page_map *map, u64 va, u64 pa, u64 bytes, u64 attributes);
/* Makes it the current one. */
void page_on(const struct page_map *map);
/* Only TTBR0, with an ASID: no maintenance at all. */
void page_switch(const struct page_map *map, u64 asid);

/* Is there this granule? */
bool page_has_granule(u32 granule);

static inline void tlbi_all(void)
{
	__asm__ volatile("dsb ishst\n\ttlbi vmalle1\n\tdsb ish\n\tisb" : : : "memory");
}

static inline void tlbi_va(u64 va)
{
	__asm__ volatile("dsb ishst\n\ttlbi vaae1, %0\n\tdsb ish\n\tisb" : : "r"(va >> 12 & (BIT(44) - 1)) : "memory");
}

/* Makes what was written visible to instruction fetches. */
void cache_sync(u64 at, u64 bytes);

#endif
