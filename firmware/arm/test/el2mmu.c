/* SPDX-License-Identifier: MIT */
/*
 * The translation regime of EL2 itself: one range of addresses, one privilege, its own maintenance (Arm ARM D8.2,
 * D8.4.1, D17.2.140 TCR_EL2). Then virtual SErrors, which only EL2 can make.
 */
#include "firmware/arm/test/mmu.h"
#include "firmware/arm/test/suites.h"

#define W       LOW_WINDOW
#define TCR_EL2 (25ull | 0x3500 | 2ull << 16 | BIT(23) | BIT(31)) /* 39 bits, 4 KiB, 40-bit PA */
#define TCR_TBI BIT(20)
#define PTE_XN  PTE_UXN
#define DATA    (PTE_AF | PTE_SH | PTE_ATTR(ATTR_NORMAL) | PTE_USER | PTE_XN) /* AP[1] is RES1 */
#define CODE    (PTE_AF | PTE_SH | PTE_ATTR(ATTR_NORMAL) | PTE_USER | PTE_RO)

struct el2_map {
	u64 root, level2, level3; /* for the 2 MiB from W on */
	u64 tcr;
};

static void make_map(struct el2_map *m)
{
	m->root = page_alloc(0x1000);
	m->level2 = page_alloc(0x1000);
	m->level3 = page_alloc(0x1000);
	m->tcr = TCR_EL2;
	write64(m->root, PTE_AF | PTE_USER | PTE_XN | PTE_VALID | PTE_ATTR(ATTR_DEVICE));
	write64(m->root + 8, RAM_BASE | PTE_AF | PTE_USER | PTE_SH | PTE_VALID | PTE_ATTR(ATTR_NORMAL));
	write64(m->root + 8 * (W >> 30), m->level2 | PTE_VALID | PTE_TABLE);
	write64(m->level2, m->level3 | PTE_VALID | PTE_TABLE);
}

static void put(const struct el2_map *m, u32 page, u64 frame, u64 attributes)
{
	write64(m->level3 + 8 * page, frame | attributes | PTE_VALID | PTE_TABLE);
	dsb();
}

static u64 at_page(u32 page)
{
	return W + (u64)page * 0x1000;
}

static void turn_on(const struct el2_map *m)
{
	MSR_RAW(mair_el2, MAIR_VALUE);
	MSR_RAW(tcr_el2, m->tcr);
	MSR(ttbr0_el2, m->root);
	__asm__ volatile("dsb ishst\n\ttlbi alle2\n\tdsb ish\n\tisb" : : : "memory");
	MSR(sctlr_el2, MRS(sctlr_el2) | SCTLR_M | SCTLR_C | SCTLR_I);
}

static void turn_off(void)
{
	MSR(sctlr_el2, MRS(sctlr_el2) & ~(SCTLR_M | SCTLR_C | SCTLR_I));
	__asm__ volatile("tlbi alle2\n\tdsb ish\n\tisb" : : : "memory");
}

static void check_rights(const struct el2_map *m, u64 frame)
{
	put(m, 0, frame, DATA);
	put(m, 1, frame, DATA | PTE_RO);
	put(m, 2, frame, CODE);
	put(m, 3, frame, DATA & ~PTE_AF);
	check("read", read64(at_page(0)), 0x77);
	check_none("write", mmu_try(at_page(0), MMU_WRITE, false));
	check_abort("write-read-only", mmu_try(at_page(1), MMU_WRITE, false),
		ESR(EC_DABT, FSC_PERMISSION | 3 | ISS_WNR), at_page(1));
	check("write-read-only-taken-to", trap_state.last.el << 8 | trap_state.last.vector, 0x204);
	check_none("exec", mmu_try(at_page(2) + MMU_RET, MMU_EXEC, false));
	check_abort("exec-xn", mmu_try(at_page(0) + MMU_RET, MMU_EXEC, false), ESR(EC_IABT, FSC_PERMISSION | 3),
		at_page(0) + MMU_RET);
	check_abort("access-flag", mmu_try(at_page(3), MMU_READ, false), ESR(EC_DABT, FSC_ACCESS | 3), at_page(3));
	check_abort(
		"translation-3", mmu_try(at_page(9), MMU_READ, false), ESR(EC_DABT, FSC_TRANSLATION | 3), at_page(9));
	check_abort("translation-2", mmu_try(W + 0x200000, MMU_READ, false), ESR(EC_DABT, FSC_TRANSLATION | 2),
		W + 0x200000);
	check_abort("translation-1", mmu_try(2 * W, MMU_READ, false), ESR(EC_DABT, FSC_TRANSLATION | 1), 2 * W);
	check_abort("beyond-39-bits", mmu_try(BIT(39), MMU_READ, false), ESR(EC_DABT, FSC_TRANSLATION | 0), BIT(39));
	check_abort(
		"no-high-half", mmu_try(~0ull << 30, MMU_READ, false), ESR(EC_DABT, FSC_TRANSLATION | 0), ~0ull << 30);
}

static void check_flushes(const struct el2_map *m, u64 a, u64 b)
{
	u64 va = at_page(20);

	put(m, 20, a, DATA);
	check("first", read64(va), 0x77);
	put(m, 20, b, DATA);
	__asm__ volatile("tlbi vae2, %0\n\tdsb ish\n\tisb" : : "r"(va >> 12) : "memory");
	check("vae2", read64(va), 0x88);
	put(m, 20, a, DATA);
	__asm__ volatile("tlbi vale2is, %0\n\tdsb ish\n\tisb" : : "r"(va >> 12) : "memory");
	check("vale2is", read64(va), 0x77);
	put(m, 20, b, DATA);
	__asm__ volatile("tlbi alle2is\n\tdsb ish\n\tisb" : : : "memory");
	check("alle2is", read64(va), 0x88);
}

static void check_translate(u64 frame)
{
	u64 par;

	__asm__ volatile("at s1e2r, %0\n\tisb" : : "r"(at_page(0) + 0x10) : "memory");
	check("at-s1e2r", MRS(par_el1) & 0x000ffffffffff001, frame);
	__asm__ volatile("at s1e2w, %0\n\tisb" : : "r"(at_page(1)) : "memory");
	par = MRS(par_el1);
	check("at-s1e2w-read-only", par & 0x7f, (FSC_PERMISSION | 3) << 1 | 1);
}

/* Runs at EL2. */
static u64 all(u64 arg)
{
	struct el2_map *m = phys(arg);
	struct page_map four = {.granule = GRANULE_4K, .bits = 39};
	u64 a = mmu_frame(&four, 0x77), b = mmu_frame(&four, 0x88), tag = 0xa5ull << 56;

	write64(a, 0x77);
	turn_on(m);
	check_rights(m, a);
	write64(a, 0x77);
	check_flushes(m, a, b);
	check_translate(a);
	m->tcr |= TCR_TBI;
	turn_off();
	check("off", read64(a), 0x77);
	turn_on(m);
	check("tag", read64(at_page(20) | tag), 0x88);
	check_none("tag-exec", mmu_try((at_page(2) + MMU_RET) | tag, MMU_EXEC, false));
	turn_off();
	return 0;
}

/* ---- HCR_EL2.VSE ------------------------------------------------------------------------------------------------- */

enum { HCR_AMO = 1 << 5, HCR_VSE = 1 << 8 };

static u64 set_hcr(u64 v)
{
	u64 old = MRS(hcr_el2);

	MSR(hcr_el2, v);
	return old;
}

static u64 get_hcr(u64 unused)
{
	(void)unused;
	return MRS(hcr_el2);
}

SNIPPET(open_serror, "msr daifclr, #4\n\tisb\n\tnop\n\tmsr daifset, #4")

static void check_virtual_serror(void)
{
	u64 hcr = el2_call(get_hcr, 0);

	el2_call(set_hcr, hcr | HCR_AMO | HCR_VSE);
	check("vserror-pending", MRS(isr_el1), SPSR_A);
	check("vserror", trap_catch(open_serror, NULL), TRAP_INTERRUPT + 3);
	check("vserror-vector", trap_state.last.el << 8 | trap_state.last.vector, 0x107);
	check("vserror-class", trap_state.last.esr >> 26, 0x2f);
	check("vserror-taken-once", el2_call(get_hcr, 0) & HCR_VSE, 0);
	el2_call(set_hcr, hcr);
}

void suite_el2mmu(void)
{
	struct el2_map m;

	if (boot_state.el != 2) {
		check_skip("started at EL1");
		return;
	}
	make_map(&m);
	el2_call(all, (u64)&m);
	page_base();
	check_virtual_serror();
}
