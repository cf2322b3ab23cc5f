/* SPDX-License-Identifier: MIT */
/*
 * Self-modifying code: with the maintenance that the manual asks for it must work, without it the old or the new
 * instruction runs but nothing else; between calls, in the running code, across pages, through a second mapping, at
 * EL0 (Arm ARM B2.4.4).
 */
#include "firmware/arm/test/mmu.h"
#include "firmware/arm/test/suites.h"

#define RWX (PTE_AF | PTE_SH | PTE_ATTR(ATTR_NORMAL))
enum { RET = 0xd65f03c0u };

static u32 mov_w0(u32 value)
{
	return 0x52800000 | value << 5;
}

static u64 call(u64 va)
{
	u64 (*fn)(void) = (u64(*)(void))phys(va);

	return fn();
}

static void put_code(u64 at, u32 value)
{
	write32(at, mov_w0(value));
	write32(at + 4, RET);
}

static void check_between(u64 va)
{
	u64 wrong = 0, ctr = MRS(ctr_el0), neither = 0;

	for (u32 i = 0; i < 200; i++) {
		put_code(va, i);
		cache_sync(va, 8);
		wrong += call(va) != i;
	}
	check("patched-between-calls", wrong, 0);
	wrong = 0;
	for (u32 i = 0; i < 200; i++) {
		u64 got;

		put_code(va, i + 1000);
		__asm__ volatile("dsb ish\n\tisb" : : : "memory");
		got = call(va);
		wrong += got != i + 1000;
		neither += got != i + 1000 && got != (i ? i + 999 : 199) && got > 1200;
	}
	check("patched-without-maintenance", neither, 0);
	if ((ctr >> 28 & 3) == 3) /* CTR_EL0.DIC and IDC: no maintenance is needed */
		check("patched-coherently", wrong, 0);
	wrong = 0;
	for (u32 i = 0; i < 100; i++) {
		put_code(va + 0xffc, i); /* the RET is in the next page */
		cache_sync(va + 0xffc, 8);
		wrong += call(va + 0xffc) != i;
	}
	check("patched-at-page-end", wrong, 0);
	put_code(va, 1);
	cache_sync(va, 8);
	for (u32 i = 0; i < 3000; i++)
		call(va);
	write32(va, mov_w0(2));
	cache_sync(va, 4);
	check("patched-hot-code", call(va), 2);
}

/* The code patches its own next instruction: X0 = new word, X1 = where. */
static void check_within(u64 va)
{
	static const u32 code[] = {
		0xb9000020, /* str w0, [x1] */
		0xd50b7b21, /* dc cvau, x1 */
		0xd5033b9f, /* dsb ish */
		0xd50b7521, /* ic ivau, x1 */
		0xd5033b9f, /* dsb ish */
		0xd5033fdf, /* isb */
		0xd503201f, /* the patched one */
		RET,
	};
	u64 wrong = 0;

	for (u32 i = 0; i < COUNT_OF(code); i++)
		write32(va + 4 * i, code[i]);
	cache_sync(va, sizeof(code));
	for (u32 i = 0; i < 500; i++) {
		u64 (*fn)(u64, u64) = (u64(*)(u64, u64))phys(va);

		wrong += fn(mov_w0(i & 0xfff), va + 24) != (i & 0xfff);
	}
	check("patched-in-running-code", wrong, 0);
}

static void check_alias(const struct page_map *map, u64 va, u64 frame)
{
	u64 wrong = 0;

	page_put(map, va + 0x100000, frame, 3, RWX);
	for (u32 i = 0; i < 100; i++) {
		put_code(va + 0x100000, i); /* DC by this address, IC by the one that runs */
		__asm__ volatile("dc cvau, %0\n\tdsb ish\n\tic ivau, %1\n\tdsb ish\n\tisb"
				 :
				 : "r"(va + 0x100000), "r"(va)
				 : "memory");
		wrong += call(va) != i;
		put_code(frame, i + 1);
		cache_sync(frame, 8);
		__asm__ volatile("ic ialluis\n\tdsb ish\n\tisb" : : : "memory");
		wrong += call(va) != i + 1;
	}
	check("patched-through-other-mappings", wrong, 0);
}

/* By other kinds of stores. */
static void check_stores(u64 va)
{
	u64 wrong = 0, zva = 4ull << (MRS(dczid_el0) & 15);

	put_code(va, 3);
	cache_sync(va, 8);
	call(va);
	write8(va + 1, 0x80 | 1 << 1); /* one byte of the immediate */
	cache_sync(va, 8);
	wrong += call(va) == 3;
	__asm__ volatile("str q0, [%1]\n\tstp %w0, %w2, [%1]" : : "r"(mov_w0(5)), "r"(va), "r"(RET) : "memory");
	cache_sync(va, 16);
	wrong += call(va) != 5;
	__asm__ volatile("1: ldxr w2, [%1]\n\tstxr w3, %w0, [%1]\n\tcbnz w3, 1b"
			 :
			 : "r"(mov_w0(6)), "r"(va)
			 : "x2", "x3", "memory");
	cache_sync(va, 16);
	wrong += call(va) != 6;
	check("patched-by-other-stores", wrong, 0);
	if (!(MRS(dczid_el0) & 16)) {
		__asm__ volatile("dc zva, %0" : : "r"(va & ~(zva - 1)) : "memory");
		cache_sync(va, 8);
		check_esr("patched-by-dc-zva", trap_catch((void (*)(void *))phys(va), NULL), ESR(EC_UNKNOWN, 0));
	}
}

/* At EL0: X0 = where to patch, X1 = the word; it reports what it got in X0. */
SNIPPET(patch_and_call, "mov x15, x30\n\tldr w1, [x0]\n\tadd w1, w1, #32\n\tstr w1, [x0]\n\tdc cvau, x0\n\t"
	"dsb ish\n\tic ivau, x0\n\t"
	"dsb ish\n\tisb\n\tmov x2, x0\n\tblr x2\n\tmov x30, x15\n\t" MARK "svc #0x55")

static void check_user(const struct page_map *map, u64 va)
{
	u64 frame = page_alloc(0x1000), sctlr = MRS(sctlr_el1), wrong = 0;

	put_code(frame, 1);
	page_put(map, va, frame, 3, RWX | PTE_USER | PTE_PXN);
	MSR(sctlr_el1, sctlr | SCTLR_UCI);
	for (u32 i = 0; i < 50; i++) {
		wrong += trap_user(patch_and_call, phys(va)) != ESR(EC_SVC, 0x55);
		wrong += trap_state.last.x[0] != 2 + i;
	}
	MSR(sctlr_el1, sctlr);
	check("patched-at-el0", wrong, 0);
}

void suite_smc(void)
{
	u64 frame, va = LOW_WINDOW;
	struct page_map map;

	page_map_init(&map, GRANULE_4K, 48);
	page_on(&map);
	frame = page_alloc(0x2000);
	page_put(&map, va, frame, 3, RWX);
	page_put(&map, va + 0x1000, frame + 0x1000, 3, RWX);
	check_between(va);
	check_within(va + 0x200);
	check_alias(&map, va, frame);
	check_stores(va);
	check_user(&map, va + 0x10000);
	page_base();
}
