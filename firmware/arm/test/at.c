/* SPDX-License-Identifier: MIT */
/*
 * The address translation instructions and what they leave in PAR_EL1 (Arm ARM D8.10, D17.2.106).
 */
#include "firmware/arm/test/mmu.h"
#include "firmware/arm/test/suites.h"

#define AT(name, va) __extension__({ \
	__asm__ volatile("at " #name ", %0\n\tisb" : : "r"(va) : "memory"); MRS(par_el1); })
#define PAR_F        BIT(0)
#define PAR_FAULT(fsc) (BIT(11) | (u64)(fsc) << 1 | PAR_F)
#define PAR_PA       0x000ffffffffff000ull

static void check_success(const struct page_map *map)
{
	u64 va = LOW_WINDOW, frame = mmu_frame(map, 0), par;

	page_put(map, va, frame, 3, PTE_DATA | PTE_USER);
	par = AT(s1e1r, va + 0x123);
	check("s1e1r-page", par & PAR_PA, frame);
	check("s1e1r-ok", par & PAR_F, 0);
	check("s1e1r-shareability", par >> 7 & 3, 3);
	check("s1e1r-attributes", par >> 56, 0xff);
	check("s1e1w", AT(s1e1w, va) & (PAR_PA | PAR_F), frame);
	check("s1e0r", AT(s1e0r, va) & (PAR_PA | PAR_F), frame);
	check("s1e0w", AT(s1e0w, va) & (PAR_PA | PAR_F), frame);
	check("s1e1r-image", AT(s1e1r, (u64)suite_at) & (PAR_PA | PAR_F), (u64)suite_at & ~0xfffull);
	page_put(map, va + 0x200000, SCRATCH_BASE, 2, (PTE_DATA & ~PTE_ATTR(7)) | PTE_ATTR(ATTR_DEVICE));
	par = AT(s1e1r, va + 0x2abcde);
	check("block", par & PAR_PA, SCRATCH_BASE + 0xab000);
	check("block-attributes", par >> 56, 0);
	check("block-shareability", par >> 7 & 3, 2); /* Device is reported as outer shareable */
}

static void check_faults(const struct page_map *map)
{
	u64 va = LOW_WINDOW + 0x10000, frame = mmu_frame(map, 0);

	page_put(map, va, frame, 3, PTE_DATA);
	page_put(map, va + 0x1000, frame, 3, PTE_DATA | PTE_RO | PTE_USER);
	page_put(map, va + 0x2000, frame, 3, PTE_DATA & ~PTE_AF);
	check("translation-level-3", AT(s1e1r, va + 0x5000), PAR_FAULT(FSC_TRANSLATION | 3));
	check("translation-level-1", AT(s1e1w, va + 0x40000000), PAR_FAULT(FSC_TRANSLATION | 1));
	check("translation-level-0", AT(s1e1r, va + 0x8000000000), PAR_FAULT(FSC_TRANSLATION | 0));
	check("user-read-of-private", AT(s1e0r, va), PAR_FAULT(FSC_PERMISSION | 3));
	check("user-write-of-read-only", AT(s1e0w, va + 0x1000), PAR_FAULT(FSC_PERMISSION | 3));
	check("write-of-read-only", AT(s1e1w, va + 0x1000), PAR_FAULT(FSC_PERMISSION | 3));
	check("read-of-read-only", AT(s1e0r, va + 0x1000) & (PAR_PA | PAR_F), frame);
	check("access-flag", AT(s1e1r, va + 0x2000), PAR_FAULT(FSC_ACCESS | 3));
}

static void check_pan(const struct page_map *map)
{
	u64 va = LOW_WINDOW + 0x20000, frame = mmu_frame(map, 0), plain, pan;

	if (id_field(MRS(id_aa64mmfr1_el1), 20) < 2) {
		check_skip("s1e1rp");
		return;
	}
	page_put(map, va, frame, 3, PTE_DATA | PTE_USER);
	__asm__ volatile(".inst 0xd500419f"); /* PAN = 1 */
	plain = AT(s1e1r, va);
	__asm__ volatile("sys #0, c7, c9, #0, %0\n\tisb" : : "r"(va) : "memory"); /* AT S1E1RP */
	pan = MRS(par_el1);
	__asm__ volatile(".inst 0xd500409f");
	check("s1e1r-ignores-pan", plain & (PAR_PA | PAR_F), frame);
	check("s1e1rp-heeds-pan", pan, PAR_FAULT(FSC_PERMISSION | 3));
	__asm__ volatile("sys #0, c7, c9, #1, %0\n\tisb" : : "r"(va) : "memory"); /* AT S1E1WP */
	check("s1e1wp-without-pan", MRS(par_el1) & (PAR_PA | PAR_F), frame);
}

static u64 at_el2(u64 va)
{
	u64 par = AT(s12e1r, va);

	check("s12e1r-at-el2", par & PAR_F, 0);
	check("s12e1r-fault", AT(s12e1w, 0x5000000000), PAR_FAULT(FSC_TRANSLATION | 1));
	check("s1e2r-translation-off", AT(s1e2r, 0x42001234) & (PAR_PA | PAR_F), 0x42001000);
	return par & PAR_PA;
}

void suite_at(void)
{
	struct page_map map;

	page_map_init(&map, GRANULE_4K, 48);
	page_on(&map);
	check_success(&map);
	check_faults(&map);
	check_pan(&map);
	page_base();
	if (boot_state.el == 2)
		check("s12e1r-address", el2_call(at_el2, (u64)suite_at), (u64)suite_at & ~0xfffull);
}
