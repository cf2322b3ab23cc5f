/* SPDX-License-Identifier: MIT */
/*
 * Page tables for tests: an identity map plus single entries placed where a test wants them
 * (SDM vol. 3 chapter 4). Tables come from the arena at ARENA_BASE.
 */
#ifndef FIRMWARE_X86_LIB_PAGE_H
#define FIRMWARE_X86_LIB_PAGE_H

#include "firmware/x86/lib/layout.h"
#include "firmware/x86/lib/rom.h"

enum page_mode { PAGE_32, PAGE_PAE, PAGE_4LEVEL };

#define PTE_P 0x1u
#define PTE_W 0x2u
#define PTE_U 0x4u
#define PTE_PWT 0x8u
#define PTE_PCD 0x10u
#define PTE_A 0x20u
#define PTE_D 0x40u
#define PTE_PS 0x80u
#define PTE_G 0x100u
#define PTE_NX ((u64)1 << 63)

/* A virtual address that the identity map leaves alone. */
#ifdef __x86_64__
#define PAGE_WINDOW ((uw)0x8000000000)
#else
#define PAGE_WINDOW ((uw)0x40000000)
#endif

struct page_map {
	enum page_mode mode;
	u32 root;   /* physical address for CR3 */
	u32 access; /* PTE_U where the identity map is for ring 3 too, else 0 */
	bool nx;    /* EFER.NXE was set, so that fetches report I in the error code */
};

struct page_state {
	u32 next; /* first free byte of the arena */
};
extern struct page_state page_state;

void page_arena_reset(void);
u32 page_alloc(void); /* a zeroed frame; its physical address */
/* An identity map of 4 GiB in large pages, except 1 GiB around PAGE_WINDOW in the 32-bit modes. */
void page_map_init(struct page_map *map, enum page_mode mode, u32 access);
/*
 * The entry that maps `va` at `level` (1 = 4 KiB page, 2 = large page or PDE, 3 = PDPTE, 4 = PML4E), with the
 * tables above it made as needed. Upper entries allow everything.
 */
u64 page_entry_get(const struct page_map *map, uw va, int level);
void page_entry_set(const struct page_map *map, uw va, int level, u64 entry);
/* Turns the map on: CR4, CR3 and CR0; in 64-bit mode CR3 only. */
void page_on(const struct page_map *map);
/* 32-bit: paging off, PSE/PAE/PGE/SMEP/SMAP off. 64-bit: back to the boot map. */
void page_off(void);

#endif
