/* SPDX-License-Identifier: MIT */
/*
 * What a TLB may keep and what must make it forget: all forms of TLBI for EL1, address spaces switched without any
 * maintenance, global pages, code behind a changed mapping (Arm ARM D8.13, D8.16).
 */
#include "firmware/arm/test/mmu.h"
#include "firmware/arm/test/suites.h"

#define W        LOW_WINDOW
#define ASID(n)  ((u64)(n) << 48)
#define PAGE(va) ((va) >> 12 & (BIT(44) - 1))

/* As TLBI by VA wants it, for this ASID. */
#define FLUSH(function, text) \
	static void function(u64 arg) \
	{ \
		__asm__ volatile("dsb ishst\n\ttlbi " text "\n\tdsb ish\n\tisb" : : "r"(arg) : "memory"); \
	}

FLUSH(vmalle1, "vmalle1")
FLUSH(vmalle1is, "vmalle1is")
FLUSH(vae1, "vae1, %0")
FLUSH(vae1is, "vae1is, %0")
FLUSH(vale1, "vale1, %0")
FLUSH(vale1is, "vale1is, %0")
FLUSH(vaae1, "vaae1, %0")
FLUSH(vaae1is, "vaae1is, %0")
FLUSH(vaale1, "vaale1, %0")
FLUSH(vaale1is, "vaale1is, %0")
FLUSH(aside1, "aside1, %0")
FLUSH(aside1is, "aside1is, %0")
FLUSH(vmalle1os, "vmalle1os")
FLUSH(vae1os, "vae1os, %0")
FLUSH(aside1os, "aside1os, %0")
FLUSH(vaae1os, "vaae1os, %0")
FLUSH(rvae1, "rvae1, %0")
FLUSH(rvaae1is, "rvaae1is, %0")
FLUSH(rvale1os, "rvale1os, %0")

enum { ARG_NONE, ARG_VA, ARG_ASID, ARG_RANGE };

static const struct {
	const char *name;
	void (*flush)(u64);
	u32 arg, level; /* of ID_AA64ISAR0_EL1.TLB */
} forms[] = {
	{"vmalle1", vmalle1, ARG_NONE, 0}, {"vmalle1is", vmalle1is, ARG_NONE, 0}, {"vae1", vae1, ARG_VA, 0},
	{"vae1is", vae1is, ARG_VA, 0}, {"vale1", vale1, ARG_VA, 0}, {"vale1is", vale1is, ARG_VA, 0},
	{"vaae1", vaae1, ARG_VA, 0}, {"vaae1is", vaae1is, ARG_VA, 0}, {"vaale1", vaale1, ARG_VA, 0},
	{"vaale1is", vaale1is, ARG_VA, 0}, {"aside1", aside1, ARG_ASID, 0}, {"aside1is", aside1is, ARG_ASID, 0},
	{"vmalle1os", vmalle1os, ARG_NONE, 1}, {"vae1os", vae1os, ARG_VA, 1}, {"aside1os", aside1os, ARG_ASID, 1},
	{"vaae1os", vaae1os, ARG_VA, 1}, {"rvae1", rvae1, ARG_RANGE, 2}, {"rvaae1is", rvaae1is, ARG_RANGE, 2},
	{"rvale1os", rvale1os, ARG_RANGE, 2},
};

static u64 argument(u32 kind, u64 va, u64 asid)
{
	switch (kind) {
	case ARG_VA: return ASID(asid) | PAGE(va);
	case ARG_ASID: return ASID(asid);
	case ARG_RANGE: return ASID(asid) | BIT(46) | (va >> 12 & (BIT(37) - 1)); /* two pages of 4 KiB */
	default: return 0;
	}
}

/* The page, its neighbours, and a block are read, changed, flushed, read. */
static u64 wrong_after(const struct page_map *map, u32 n, u64 attributes, u64 asid)
{
	u64 a = mmu_frame(map, 0xa), b = mmu_frame(map, 0xb), wrong = 0;

	page_put(map, W, a, 3, PTE_DATA | attributes);
	page_put(map, W + 0x1000, b, 3, PTE_DATA | attributes);
	vmalle1(0);
	wrong |= read64(W) != 0xa;
	wrong |= (read64(W + 0x1000) != 0xb) << 1;
	page_put(map, W, b, 3, PTE_DATA | attributes);
	forms[n].flush(argument(forms[n].arg, W, asid));
	wrong |= (read64(W + 0x40) != 0xb) << 2;
	wrong |= (read64(W + 0x1040) != 0xb) << 3;
	*page_entry(map, W, 3) = 0;
	forms[n].flush(argument(forms[n].arg, W, asid));
	wrong |= (u64)(mmu_try(W, MMU_READ, false) == TRAP_NONE) << 4;
	return wrong;
}

static void check_forms(const struct page_map *map)
{
	u32 level = id_field(MRS(id_aa64isar0_el1), 56);

	page_entry(map, W, 3); /* the tables stay, the frames of each form are given back */
	for (u32 n = 0; n < COUNT_OF(forms); n++) {
		u64 next = page_state.next;

		if (forms[n].level > level) {
			check_skip(forms[n].name);
			continue;
		}
		page_switch(map, 7);
		check(forms[n].name, wrong_after(map, n, PTE_NG, 7), 0);
		if (forms[n].arg != ARG_ASID) /* an ASID names no global page */
			check(forms[n].name, wrong_after(map, n, 0, 7), 0);
		if (forms[n].arg == ARG_VA) /* but an address does, with whatever ASID */
			check(forms[n].name, wrong_after(map, n, 0, 99), 0);
		page_state.next = next;
	}
	vmalle1(0);
}

/* A block, a table in its place, another table: with VAE1, and for the block by any address in it. */
static void check_tables(const struct page_map *map)
{
	u64 va = W + 0x40000000, a = mmu_frame(map, 0xa), b = mmu_frame(map, 0xb), *entry;

	write64(SCRATCH_BASE, 0xc);
	write64(SCRATCH_BASE + 0x100000, 0xd);
	page_put(map, va, SCRATCH_BASE, 2, PTE_DATA);
	check("block", read64(va) << 8 | read64(va + 0x100000), 0xc0d);
	entry = page_entry(map, va, 2);
	*entry = 0;
	vae1(PAGE(va + 0x150000));
	check_esr("block-gone", mmu_try(va + 0x100000, MMU_READ, false), ESR(EC_DABT, FSC_TRANSLATION | 2));
	check_esr("block-gone-start", mmu_try(va, MMU_READ, false), ESR(EC_DABT, FSC_TRANSLATION | 2));
	page_put(map, va, a, 3, PTE_DATA);
	check("table-for-block", read64(va), 0xa);
	*entry = 0;
	vae1(PAGE(va));
	page_put(map, va, b, 3, PTE_DATA);
	check("table-for-table", read64(va), 0xb);
	page_put(map, va, b, 3, PTE_DATA | PTE_RO);
	vale1(PAGE(va));
	check_esr("read-only-now", mmu_try(va, MMU_WRITE, false), ESR(EC_DABT, FSC_PERMISSION | 3 | ISS_WNR));
	page_put(map, va, b, 3, PTE_DATA | PTE_USER);
	vaae1(PAGE(va));
	check_none("user-now", mmu_try(va, MMU_WRITE, true));
}

/* ---- address spaces ---------------------------------------------------------------------------------------------- */

static void put_code(u64 at, u32 value)
{
	write32(at, 0x52800000 | value << 5); /* MOV W0, #value; RET */
	write32(at + 4, 0xd65f03c0);
	cache_sync(at, 8);
}

static u64 call(u64 va)
{
	u64 (*fn)(void) = (u64(*)(void))phys(va);

	return fn();
}

static void check_spaces(struct page_map *one, struct page_map *two)
{
	u64 wrong = 0, code_wrong = 0, global_wrong = 0, shared = mmu_frame(one, 0x5a), a = page_alloc(0x1000),
	    b = page_alloc(0x1000);

	put_code(a, 0x11);
	put_code(b, 0x22);
	page_put(one, W, mmu_frame(one, 1), 3, PTE_DATA | PTE_NG);
	page_put(two, W, mmu_frame(two, 2), 3, PTE_DATA | PTE_NG);
	page_put(one, W + 0x1000, a, 3, PTE_CODE | PTE_NG);
	page_put(two, W + 0x1000, b, 3, PTE_CODE | PTE_NG);
	page_put(one, W + 0x2000, shared, 3, PTE_DATA);
	page_put(two, W + 0x2000, shared, 3, PTE_DATA);
	vmalle1(0);
	for (u32 i = 0; i < 50; i++) {
		page_switch(i & 1 ? two : one, 1 + (i & 1));
		wrong += read64(W + 8 * i) != 1 + (i & 1);
		code_wrong += call(W + 0x1000) != (i & 1 ? 0x22 : 0x11);
		global_wrong += read64(W + 0x2000) != 0x5a;
	}
	check("asids-data", wrong, 0);
	check("asids-code", code_wrong, 0);
	check("asids-global", global_wrong, 0);
}

static void check_foreign(struct page_map *one, struct page_map *two)
{
	u64 va = W + 0x10000;

	page_put(one, va, mmu_frame(one, 1), 3, PTE_DATA | PTE_NG);
	page_put(two, va, mmu_frame(two, 2), 3, PTE_DATA | PTE_NG);
	page_switch(one, 1);
	check("first", read64(va), 1);
	page_switch(two, 2);
	check("second", read64(va), 2);
	page_put(one, va, mmu_frame(one, 3), 3, PTE_DATA | PTE_NG);
	vae1(ASID(1) | PAGE(va));
	check("second-unharmed", read64(va), 2);
	page_switch(one, 1);
	check("flushed-from-outside-by-va", read64(va), 3);
	page_switch(two, 2);
	page_put(one, va, mmu_frame(one, 4), 3, PTE_DATA | PTE_NG);
	aside1(ASID(1));
	page_switch(one, 1);
	check("flushed-from-outside-by-asid", read64(va), 4);
	aside1(ASID(2));
	page_switch(one, 2); /* the number of another space that has gone */
	check("asid-reused", read64(va), 4);
	page_switch(one, 0);
}

/* TCR_EL1.A1: the ASID comes from TTBR1_EL1, so that a change of it is a change of space. */
static void check_a1(struct page_map *one, struct page_map *two)
{
	u64 va = W + 0x20000, wrong = 0;

	page_put(one, va, mmu_frame(one, 1), 3, PTE_DATA | PTE_NG);
	page_put(two, va, mmu_frame(two, 2), 3, PTE_DATA | PTE_NG);
	one->tcr |= TCR_A1;
	page_on(one);
	for (u32 i = 0; i < 20; i++) {
		const struct page_map *m = i & 1 ? two : one;

		MSR(ttbr1_el1, one->ttbr[1] | ASID(1 + (i & 1)));
		MSR(ttbr0_el1, m->ttbr[0] | ASID(55));
		wrong += read64(va) != 1 + (i & 1);
	}
	check("asid-in-ttbr1", wrong, 0);
	one->tcr &= ~TCR_A1;
	page_on(one);
}

/* Code that has run is another one after the page was changed. */
static void check_code(const struct page_map *map)
{
	u64 va = W + 0x30000, a = page_alloc(0x1000), b = page_alloc(0x1000), wrong = 0;

	put_code(a, 0x33);
	put_code(b, 0x44);
	for (u32 i = 0; i < 20; i++) {
		page_put(map, va, i & 1 ? b : a, 3, PTE_CODE);
		vale1(PAGE(va));
		wrong += call(va) != (i & 1 ? 0x44 : 0x33);
	}
	check("code-remapped", wrong, 0);
	page_put(map, va, a, 3, PTE_CODE | PTE_PXN);
	vae1(PAGE(va));
	check_esr("code-not-executable-now", mmu_try(va, MMU_EXEC, false), ESR(EC_IABT, FSC_PERMISSION | 3));
}

/* Nothing of the other regime, or of what is off, stays behind. */
static void check_off(struct page_map *map)
{
	u64 sctlr = MRS(sctlr_el1), frame = SCRATCH_END; /* RAM that no map has at its own address */

	page_put(map, W, frame, 3, PTE_DATA);
	write64(W, 0x77);
	page_put(map, frame, SCRATCH_BASE, 3, PTE_DATA);
	write64(SCRATCH_BASE, 0x88);
	vmalle1(0);
	check("translation-on", read64(frame), 0x88);
	MSR(sctlr_el1, sctlr & ~SCTLR_M);
	check("translation-off", read64(frame), 0x77);
	MSR(sctlr_el1, sctlr);
	check("translation-on-again", read64(frame), 0x88);
}

void suite_tlb(void)
{
	struct page_map one, two;

	page_map_init(&one, GRANULE_4K, 48);
	page_map_init(&two, GRANULE_4K, 48);
	page_on(&one);
	check_forms(&one);
	check_tables(&one);
	check_spaces(&one, &two);
	check_foreign(&one, &two);
	check_a1(&one, &two);
	check_code(&one);
	check_off(&one);
	page_base();
}
