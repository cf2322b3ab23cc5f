/* SPDX-License-Identifier: MIT */
/*
 * Who may read, write and execute what: every combination of AP, UXN and PXN with SCTLR_EL1.WXN and PSTATE.PAN,
 * limits in table descriptors, unprivileged loads and stores, hardware management of access flag and dirty state,
 * address tags (Arm ARM D8.4, D8.5, D8.8).
 */
#include "firmware/arm/test/mmu.h"
#include "firmware/arm/test/suites.h"

struct rights {
	u32 ap; /* AP[2:1] */
	bool uxn, pxn, wxn;
};

static bool may(const struct rights *r, enum mmu_access access, bool user)
{
	bool user_any = r->ap & 1, read_only = r->ap & 2;

	if (access == MMU_READ)
		return !user || user_any;
	if (access == MMU_WRITE)
		return !read_only && (!user || user_any);
	if (user)
		return !r->uxn && !(r->wxn && user_any && !read_only);
	return !r->pxn && !(user_any && !read_only) && !(r->wxn && !read_only);
}

static u64 fault_of(enum mmu_access access, bool user)
{
	u64 ec = access == MMU_EXEC ? EC_IABT : EC_DABT;

	return ESR(user ? ec - 1 : ec, FSC_PERMISSION | 3 | (access == MMU_WRITE ? ISS_WNR : 0));
}

/* A bit per disagreement: 0-2 EL1, 4-6 EL0. */
static u64 compare(u64 va, const struct rights *r)
{
	u64 wrong = 0;

	for (u32 n = 0; n < 6; n++) {
		enum mmu_access access = n % 3;
		bool user = n >= 3;
		u64 got = mmu_try(va + (access == MMU_EXEC ? MMU_RET : 0x10), access, user);

		if (got != (may(r, access, user) ? TRAP_NONE : fault_of(access, user)))
			wrong |= 1 << (access + 4 * user);
	}
	return wrong;
}

static void check_matrix(const struct page_map *map)
{
	static const char *const names[] = {"ap-0", "ap-1", "ap-2", "ap-3"};
	u64 frame = mmu_frame(map, 0), va = LOW_WINDOW, sctlr = MRS(sctlr_el1);

	for (u32 n = 0; n < 32; n++) {
		const struct rights r = {n & 3, n & 4, n & 8, n & 16};

		MSR(sctlr_el1, r.wxn ? sctlr | SCTLR_WXN : sctlr);
		page_put(map, va, frame, 3,
			PTE_AF | PTE_SH | PTE_ATTR(ATTR_NORMAL) | PTE_AP(r.ap) | (r.uxn ? PTE_UXN : 0) |
			(r.pxn ? PTE_PXN : 0));
		tlbi_all(); /* for SCTLR_EL1.WXN too, which may be cached in a TLB */
		check(names[r.ap], compare(va, &r), 0);
	}
	MSR(sctlr_el1, sctlr);
}

static void check_pan(const struct page_map *map)
{
	u64 va = LOW_WINDOW + 0x10000, esr = ESR(EC_DABT, FSC_PERMISSION | 3);

	if (!has_pan()) {
		check_skip("pan");
		return;
	}
	page_put(map, va, mmu_frame(map, 0), 3, PTE_DATA | PTE_USER);
	page_put(map, va + 0x1000, mmu_frame(map, 0), 3, PTE_DATA);
	page_put(map, va + 0x2000, mmu_frame(map, 0), 3, PTE_CODE | PTE_USER);
	check_abort("pan-read", mmu_try_pan(va, MMU_READ), esr, va);
	check("pan-spsr", trap_state.last.spsr & SPSR_PAN, SPSR_PAN);
	check_abort("pan-write", mmu_try_pan(va, MMU_WRITE), esr | ISS_WNR, va);
	check_none("pan-private", mmu_try_pan(va + 0x1000, MMU_WRITE));
	check_none("pan-fetch", mmu_try_pan(va + 0x2000 + MMU_RET, MMU_EXEC));
	check_abort("pan-read-only", mmu_try_pan(va + 0x2000, MMU_READ), esr, va + 0x2000);
	check_none("pan-off", mmu_try(va, MMU_WRITE, false));
	MSR(sctlr_el1, MRS(sctlr_el1) & ~SCTLR_SPAN);
	check_esr("span-clear-abort", mmu_try(va + 0x3000, MMU_READ, false), ESR(EC_DABT, FSC_TRANSLATION | 3));
	MSR(sctlr_el1, MRS(sctlr_el1) | SCTLR_SPAN);
}

static void check_unprivileged(const struct page_map *map)
{
	u64 va = LOW_WINDOW + 0x18000, esr = ESR(EC_DABT, FSC_PERMISSION | 3);

	page_put(map, va, mmu_frame(map, 0), 3, PTE_DATA | PTE_USER);
	page_put(map, va + 0x1000, mmu_frame(map, 0), 3, PTE_DATA);
	page_put(map, va + 0x2000, mmu_frame(map, 0), 3, PTE_DATA | PTE_USER | PTE_RO);
	check_none("ldtr-user", mmu_try_unprivileged(va, MMU_READ));
	check_none("sttr-user", mmu_try_unprivileged(va, MMU_WRITE));
	check_abort("ldtr-private", mmu_try_unprivileged(va + 0x1000, MMU_READ), esr, va + 0x1000);
	check_abort("sttr-private", mmu_try_unprivileged(va + 0x1000, MMU_WRITE), esr | ISS_WNR, va + 0x1000);
	check_none("ldtr-user-read-only", mmu_try_unprivileged(va + 0x2000, MMU_READ));
	check_abort("sttr-user-read-only", mmu_try_unprivileged(va + 0x2000, MMU_WRITE), esr | ISS_WNR, va + 0x2000);
}

/* Limits of a level-2 table descriptor hold for all that is below it; TCR_EL1.HPD0 takes them away. */
static void check_tables(struct page_map *map)
{
	u64 va = LOW_WINDOW + 0x800000, ret = va + MMU_RET, *table;

	page_put(map, va, mmu_frame(map, 0), 3, (PTE_CODE & ~PTE_RO) | PTE_USER);
	table = page_entry(map, va, 2);
	check_none("table-plain", mmu_try(va, MMU_WRITE, true));
	*table |= PTE_APTABLE(1);
	tlbi_all();
	check_esr("table-no-user", mmu_try(va, MMU_READ, true), fault_of(MMU_READ, true));
	check_none("table-no-user-el1", mmu_try(va, MMU_WRITE, false));
	*table ^= PTE_APTABLE(3);
	tlbi_all();
	check_esr("table-read-only", mmu_try(va, MMU_WRITE, false), fault_of(MMU_WRITE, false));
	check_none("table-read-only-read", mmu_try(va, MMU_READ, true));
	*table ^= PTE_APTABLE(2) | PTE_UXNTABLE;
	tlbi_all();
	check_esr("table-uxn", mmu_try(ret, MMU_EXEC, true), fault_of(MMU_EXEC, true));
	*table ^= PTE_UXNTABLE;
	tlbi_all();
	check_none("table-exec", mmu_try(ret, MMU_EXEC, true));
	page_put(map, va, page_alloc(0x1000), 3, PTE_CODE);
	*table |= PTE_PXNTABLE;
	tlbi_all();
	check_esr("table-pxn", mmu_try(ret, MMU_EXEC, false), fault_of(MMU_EXEC, false));
	if (id_field(MRS(id_aa64mmfr1_el1), 12)) {
		map->tcr |= TCR_HPD0;
		write32(page_alloc(0x1000) - 0x1000 + MMU_RET, 0xd65f03c0);
		page_on(map);
		check_none("table-limits-disabled", mmu_try(ret, MMU_EXEC, false));
		map->tcr &= ~TCR_HPD0;
		page_on(map);
	}
}

/* FEAT_HAFDBS: access flag and dirty state by hardware. */
static void check_hardware_flags(struct page_map *map)
{
	u64 va = LOW_WINDOW + 0x20000, frame = mmu_frame(map, 0), tcr = map->tcr, *pte;

	if (id_field(MRS(id_aa64mmfr1_el1), 0) < 2) {
		check_skip("hafdbs");
		return;
	}
	map->tcr = tcr | TCR_HA | TCR_HD;
	page_on(map);
	page_put(map, va, frame, 3, (PTE_DATA & ~PTE_AF) | PTE_RO | PTE_DBM);
	page_put(map, va + 0x1000, frame, 3, (PTE_DATA & ~PTE_AF) | PTE_RO);
	pte = page_entry(map, va, 3);
	check_none("ha-read", mmu_try(va, MMU_READ, false));
	check("ha-sets-af", *pte & (PTE_AF | PTE_RO), PTE_AF | PTE_RO);
	check_none("hd-write", mmu_try(va, MMU_WRITE, false));
	check("hd-clears-ap2", *pte & (PTE_AF | PTE_RO), PTE_AF);
	check_esr("hd-without-dbm", mmu_try(va + 0x1000, MMU_WRITE, false), fault_of(MMU_WRITE, false));
	page_put(map, va + 0x2000, frame, 3, (PTE_DATA & ~PTE_AF) | PTE_RO | PTE_DBM);
	check_none("hd-write-first", mmu_try(va + 0x2000, MMU_WRITE, false));
	check("hd-write-first-both", *page_entry(map, va + 0x2000, 3) & (PTE_AF | PTE_RO), PTE_AF);
	map->tcr = tcr | TCR_HA;
	page_on(map);
	page_put(map, va + 0x3000, frame, 3, PTE_DATA | PTE_RO | PTE_DBM);
	check_esr("ha-without-hd", mmu_try(va + 0x3000, MMU_WRITE, false), fault_of(MMU_WRITE, false));
	map->tcr = tcr;
	page_on(map);
}

SNIPPET(jump_tagged, "mov x15, x30\n\tblr x0\n\tmov x30, x15")

/* TCR_EL1.TBI0: the top byte of an address is ignored, and never gets into PC. */
static void check_tags(struct page_map *map)
{
	u64 va = LOW_WINDOW + 0x30000, tag = 0x5aull << 56;

	page_put(map, va, mmu_frame(map, 0x99), 3, PTE_DATA);
	page_put(map, va + 0x1000, mmu_frame(map, 0), 3, PTE_CODE);
	check_abort("tag-without-tbi", mmu_try(va | tag, MMU_READ, false), ESR(EC_DABT, FSC_TRANSLATION | 0), va | tag);
	map->tcr |= TCR_TBI0;
	page_on(map);
	check_none("tag-read", mmu_try(va | tag, MMU_READ, false));
	check("tag-read-value", read64(va | tag), 0x99);
	check_none("tag-exec", trap_catch(jump_tagged, phys((va + 0x1000 + MMU_RET) | tag)));
	check_abort("tag-fault-far", mmu_try((va + 0x8000) | tag, MMU_READ, false), ESR(EC_DABT, FSC_TRANSLATION | 3),
		(va + 0x8000) | tag);
	check_esr("tag-branch-fault", trap_catch(jump_tagged, phys((va + 0x8000) | tag)),
		ESR(EC_IABT, FSC_TRANSLATION | 3));
	check("tag-not-in-elr", trap_state.last.elr, va + 0x8000);
	check("tag-not-in-far", trap_state.last.far, va + 0x8000);
	map->tcr &= ~TCR_TBI0;
	page_on(map);
}

void suite_perm(void)
{
	struct page_map map;

	page_map_init(&map, GRANULE_4K, 48);
	page_on(&map);
	check_matrix(&map);
	check_pan(&map);
	check_unprivileged(&map);
	check_tables(&map);
	check_hardware_flags(&map);
	check_tags(&map);
	page_base();
}
