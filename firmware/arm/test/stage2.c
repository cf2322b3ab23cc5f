/* SPDX-License-Identifier: MIT */
/*
 * Stage 2 translation from EL2: aborts to EL2 with their syndrome and HPFAR_EL2, faults of stage 1's own walk, VMIDs,
 * TLBI by IPA, AT for both stages, routing of interrupts' masks aside (Arm ARM D8.2, D8.14, D17.2.37, D17.2.63).
 */
#include "firmware/arm/test/mmu.h"
#include "firmware/arm/test/suites.h"

/* Stage 2 descriptors: MemAttr[5:2], S2AP[7:6] (1 read, 2 write), XN[54:53]. */
#define S2_NORMAL (0xfull << 2 | PTE_SH | PTE_AF | PTE_VALID)
#define S2_READ   BIT(6)
#define S2_WRITE  BIT(7)
#define S2_RW     (S2_READ | S2_WRITE)
#define S2_XN     (2ull << 53)

/* 39 bits from level 1, 4 KiB, 40-bit PA */
#define VTCR (25ull | 1ull << 6 | 0x3500 | 0ull << 14 | 2ull << 16 | BIT(31))
#define HCR_VM BIT(0)

struct stage2 {
	u64 root, level2, level3; /* tables; the last for 2 MiB from WINDOW on */
	u64 vmid;
};

enum { WINDOW = 0x43000000 }; /* its pages are mapped one by one */

static u64 stage2_on(u64 arg)
{
	const struct stage2 *s = phys(arg);

	MSR_RAW(vtcr_el2, VTCR);
	MSR_RAW(vttbr_el2, s->root | s->vmid << 48);
	MSR(hcr_el2, MRS(hcr_el2) | HCR_VM);
	__asm__ volatile("dsb ishst\n\ttlbi alle1\n\tdsb ish\n\tisb" : : : "memory");
	return 0;
}

static u64 stage2_off(u64 arg)
{
	(void)arg;
	MSR(hcr_el2, MRS(hcr_el2) & ~HCR_VM);
	MSR(vttbr_el2, 0);
	__asm__ volatile("dsb ishst\n\ttlbi alle1\n\tdsb ish\n\tisb" : : : "memory");
	return 0;
}

static u64 flush_ipa(u64 ipa)
{
	__asm__ volatile("dsb ishst\n\ttlbi ipas2e1is, %0\n\tdsb ish\n\ttlbi vmalle1is\n\tdsb ish\n\tisb"
			 :
			 : "r"(ipa >> 12)
			 : "memory");
	return 0;
}

static u64 set_vttbr(u64 v)
{
	MSR(vttbr_el2, v);
	return 0;
}

static void make_tables(struct stage2 *s)
{
	s->root = page_alloc(0x1000);
	s->level2 = page_alloc(0x1000);
	s->level3 = page_alloc(0x1000);
	for (u64 n = 0; n < 4; n++) /* the first GiB is devices, but nobody asks */
		write64(s->root + 8 * n, n << 30 | S2_NORMAL | S2_RW);
	write64(s->root + 8, s->level2 | PTE_VALID | PTE_TABLE);
	for (u64 n = 0; n < 512; n++)
		write64(s->level2 + 8 * n, (RAM_BASE + (n << 21)) | S2_NORMAL | S2_RW);
	write64(s->level2 + 8 * ((WINDOW - RAM_BASE) >> 21), s->level3 | PTE_VALID | PTE_TABLE);
	for (u64 n = 0; n < 512; n++)
		write64(s->level3 + 8 * n, (WINDOW + (n << 12)) | S2_NORMAL | S2_RW | PTE_TABLE);
}

static void put(const struct stage2 *s, u32 page, u64 descriptor)
{
	write64(s->level3 + 8 * page, descriptor);
	el2_call(flush_ipa, WINDOW + ((u64)page << 12));
}

SNIPPET(load_x5, MARK "ldr x5, [x0]")
SNIPPET(store_w6, MARK "str w6, [x0]")
SNIPPET(load_signed, MARK "ldrsh x7, [x0]")
SNIPPET(load_pair, MARK "ldp x1, x2, [x0]")
SNIPPET(load_update, "mov x1, x0\n\t" MARK "ldr x2, [x1], #8")
SNIPPET(jump, "mov x20, x0\n\tmov x15, x30\n\tblr x0\n\tmov x30, x15")

/* ISS of a stage 2 Data Abort with a valid syndrome: ISV, SAS, SSE, SRT, SF. */
static u64 valid(u32 sas, bool sse, u32 srt, bool sf)
{
	return BIT(24) | (u64)sas << 22 | (u64)sse << 21 | (u64)srt << 16 | (u64)sf << 15;
}

static void check_stage2(const char *name, u64 got, u64 esr, u64 va, u64 ipa)
{
	const struct frame *f = &trap_state.last;

	check_abort(name, got, esr, va);
	check(name, f->el << 32 | f->hpfar << 8, 2ull << 32 | (ipa & ~0xfffull));
}

static void check_aborts(const struct stage2 *s)
{
	u64 at = WINDOW + 0x1000, page = at | S2_NORMAL | PTE_TABLE;

	put(s, 1, 0);
	check_stage2("translation-load", trap_catch(load_x5, phys(at + 8)),
		ESR(EC_DABT_LOWER, valid(3, false, 5, true) | FSC_TRANSLATION | 3), at + 8, at);
	check_stage2("translation-store", trap_catch(store_w6, phys(at + 4)),
		ESR(EC_DABT_LOWER, valid(2, false, 6, false) | ISS_WNR | FSC_TRANSLATION | 3), at + 4, at);
	check_stage2("translation-signed", trap_catch(load_signed, phys(at)),
		ESR(EC_DABT_LOWER, valid(1, true, 7, true) | FSC_TRANSLATION | 3), at, at);
	check_stage2(
		"translation-pair", trap_catch(load_pair, phys(at)), ESR(EC_DABT_LOWER, FSC_TRANSLATION | 3), at, at);
	check_stage2("translation-writeback", trap_catch(load_update, phys(at)),
		ESR(EC_DABT_LOWER, FSC_TRANSLATION | 3), at, at);
	put(s, 1, page | S2_READ);
	check_none("read-only-load", trap_catch(load_x5, phys(at)));
	check_stage2("permission-store", trap_catch(store_w6, phys(at)),
		ESR(EC_DABT_LOWER, valid(2, false, 6, false) | ISS_WNR | FSC_PERMISSION | 3), at, at);
	put(s, 1, page | S2_WRITE);
	check_stage2("permission-load", trap_catch(load_x5, phys(at)),
		ESR(EC_DABT_LOWER, valid(3, false, 5, true) | FSC_PERMISSION | 3), at, at);
	put(s, 1, (page & ~PTE_AF) | S2_RW);
	check_stage2("access-flag", trap_catch(load_x5, phys(at)),
		ESR(EC_DABT_LOWER, valid(3, false, 5, true) | FSC_ACCESS | 3), at, at);
	put(s, 1, page | S2_RW);
	check_none("all-rights", trap_catch(store_w6, phys(at)));
	put(s, 1, (page & ~0xffffff000ull) | (WINDOW + 0x2000) | S2_RW);
	write64(WINDOW + 0x2000, 0x2222);
	check("other-frame", read64(at), 0x2222);
	put(s, 1, page | S2_RW);
}

/* Code at another address than the image's own, through stage 1. */
static void check_fetch(const struct stage2 *s, const struct page_map *map)
{
	u64 ipa = WINDOW + 0x3000, va = LOW_WINDOW, page = ipa | S2_NORMAL | PTE_TABLE;

	write32(ipa, 0xd65f03c0);
	cache_sync(ipa, 4);
	page_put(map, va, ipa, 3, PTE_CODE);
	put(s, 3, page | S2_RW | S2_XN);
	check_stage2("fetch-xn", trap_catch(jump, phys(va)), ESR(EC_IABT_LOWER, FSC_PERMISSION | 3), va, ipa);
	put(s, 3, page | S2_RW);
	check_none("fetch", trap_catch(jump, phys(va)));
	put(s, 3, 0);
	check_stage2("fetch-translation", trap_catch(jump, phys(va)), ESR(EC_IABT_LOWER, FSC_TRANSLATION | 3), va, ipa);
	put(s, 3, page | S2_RW);
	check_esr("stage-1-first", trap_catch(load_x5, phys(va + 0x5000)), ESR(EC_DABT, FSC_TRANSLATION | 3));
	check("stage-1-first-taken-to", trap_state.last.el, 1);
}

/* A table of stage 1 that stage 2 does not map: S1PTW, and HPFAR_EL2 is the table's. */
static void check_walk(const struct stage2 *s, const struct page_map *map)
{
	u64 table = WINDOW + 0x4000, va = LOW_WINDOW + 0x40000000;

	*page_entry(map, va, 1) = 0;
	page_put(map, va, SCRATCH_BASE, 2, PTE_DATA);
	for (u32 n = 0; n < 512; n++)
		write64(table + 8 * n, SCRATCH_BASE | PTE_DATA | PTE_VALID | PTE_TABLE);
	*page_entry(map, va, 2) = table | PTE_VALID | PTE_TABLE;
	tlbi_all();
	check_none("walk", trap_catch(load_x5, phys(va)));
	put(s, 4, 0);
	check_stage2("walk-translation", trap_catch(load_x5, phys(va)),
		ESR(EC_DABT_LOWER, ISS_S1PTW | FSC_TRANSLATION | 3) | (trap_state.last.esr & BIT(24)), va, table);
	put(s, 4, table | S2_NORMAL | S2_RW | PTE_TABLE);
}

static void check_vmid(const struct stage2 *s)
{
	struct stage2 other;
	u64 wrong = 0, at = WINDOW + 0x6000;

	make_tables(&other);
	write64(WINDOW + 0x6000, 0x66);
	write64(WINDOW + 0x7000, 0x77);
	write64(other.level3 + 8 * 6, (WINDOW + 0x7000) | S2_NORMAL | S2_RW | PTE_TABLE);
	dsb();
	for (u32 i = 0; i < 20; i++) {
		el2_call(set_vttbr, i & 1 ? other.root | 9ull << 48 : s->root | s->vmid << 48);
		wrong += read64(at) != (i & 1 ? 0x77 : 0x66);
	}
	check("vmids", wrong, 0);
	el2_call(set_vttbr, s->root | s->vmid << 48);
}

static u64 translate_both(u64 va)
{
	__asm__ volatile("at s12e1r, %0\n\tisb" : : "r"(va) : "memory");
	return MRS(par_el1);
}

static void check_at(const struct stage2 *s)
{
	u64 at = WINDOW + 0x8000;

	put(s, 8, (WINDOW + 0x9000) | S2_NORMAL | S2_RW | PTE_TABLE);
	check("at-s12e1r", el2_call(translate_both, at) & 0x000ffffffffff001, WINDOW + 0x9000);
	put(s, 8, 0);
	check("at-s12e1r-fault", el2_call(translate_both, at) & 0xfff,
		BIT(11) | BIT(9) | (FSC_TRANSLATION | 3) << 1 | 1);
}

void suite_stage2(void)
{
	struct page_map map;
	struct stage2 s = {.vmid = 3};

	if (boot_state.el != 2) {
		check_skip("started at EL1");
		return;
	}
	make_tables(&s);
	page_map_init(&map, GRANULE_4K, 48);
	page_on(&map);
	el2_call(stage2_on, (u64)&s);
	check_aborts(&s);
	check_fetch(&s, &map);
	check_walk(&s, &map);
	check_vmid(&s);
	check_at(&s);
	el2_call(stage2_off, 0);
	page_base();
}
