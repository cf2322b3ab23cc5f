/* SPDX-License-Identifier: MIT */
/*
 * Paging features that CPUID announces: SMEP, SMAP, PCID and INVPCID, 1 GiB pages (SDM vol. 3 4.1.4, 4.6, 4.10).
 */
#include "firmware/x86/test/paging.h"

SNIPPET(read_it, "mov " WORD(0) ", " R("cx") "\n\t" TRAP_MARK "movl (" R("cx") "), %%eax\n\tmovl %%eax, " WORD(1))
SNIPPET(write_it, "mov " WORD(0) ", " R("cx") "\n\t" TRAP_MARK "movl $0x5A5A, (" R("cx") ")")
SNIPPET(jump_it, "mov " WORD(0) ", " R("cx") "\n\tmov " R("cx") ", trap_mark\n\tcall *" R("cx"))
SNIPPET(stac_read, "mov " WORD(0) ", " R("cx") "\n\tstac\n\tmovl (" R("cx") "), %%eax\n\tclac")
SNIPPET(u_stac, TRAP_MARK "stac" USER_END)

enum { E_P = 1, E_W = 2, E_I = 16 };

static void check_smep(void)
{
	cr4_set(cr4_get() | CR4_SMEP);
	check_trap("pf-smep-fetch-user-page", trap_catch(jump_it, NULL), VEC_PF, E_P | E_I, true);
	check_none("smep-read-user-page", trap_catch(read_it, NULL));
	cr4_set(cr4_get() & ~(uw)CR4_SMEP);
	check_none("fetch-user-page-without-smep", trap_catch(jump_it, NULL));
}

static void check_smap(void)
{
	cr4_set(cr4_get() | CR4_SMAP);
	check_trap("pf-smap-read-user-page", trap_catch(read_it, NULL), VEC_PF, E_P, true);
	check_trap("pf-smap-write-user-page", trap_catch(write_it, NULL), VEC_PF, E_P | E_W, true);
	check_none("smap-stac-read", trap_catch(stac_read, NULL));
	flags_set(flags_get() | FLAG_AC);
	check_none("smap-ac-write", trap_catch(write_it, NULL));
	flags_set(flags_get() & ~(uw)FLAG_AC);
	cr4_set(cr4_get() & ~(uw)CR4_SMAP);
	check_none("read-user-page-without-smap", trap_catch(read_it, NULL));
}

/* The kernel must be on supervisor pages for these, and one user page is the object. */
static void check_supervisor_modes(const struct page_map *base)
{
	u32 features = cpuid_if(7).ebx;
	struct page_map map;
	u32 frame = page_alloc();

	mem32_set(frame, 0xC3C3C3C3);
	page_map_init(&map, base->mode, 0);
	page_entry_set(&map, PAGE_WINDOW, 1, frame | PTE_P | PTE_W | PTE_U);
	page_on(&map);
	test_state.word[0] = PAGE_WINDOW;
	if (features >> 7 & 1)
		check_smep();
	else
		check_skip("smep");
	mem32_set(frame, 0xC3C3C3C3);
	if (features >> 20 & 1)
		check_smap();
	else
		check_skip("smap");
	page_on(base);
	if (features >> 20 & 1)
		check_trap("ud-user-stac", trap_user(u_stac, 0), VEC_UD, 0, true);
}

#ifdef __x86_64__

static u32 read_window(void)
{
	test_state.word[0] = PAGE_WINDOW;
	trap_catch(read_it, NULL);
	return (u32)test_state.word[1];
}

SNIPPET(cr3_reserved_pcid, "movq %%cr3, %%rax\n\torl $1, %%eax\n\tmovq %%rax, %%cr3\n\t"
			   "movq %%cr4, %%rcx\n\tbtsq $17, %%rcx\n\t" TRAP_MARK "movq %%rcx, %%cr4")
SNIPPET(invpcid_bad_type, "movl $4, %%eax\n\t" TRAP_MARK "invpcid test_state, %%rax")
SNIPPET(invpcid_all, "movl $2, %%eax\n\tinvpcid test_state, %%rax")

static void check_pcid(const struct page_map *base)
{
	struct page_map other;
	u32 a = page_alloc(), b = page_alloc();

	mem32_set(a, 0xAAAA);
	mem32_set(b, 0xBBBB);
	page_map_init(&other, PAGE_4LEVEL, PTE_U);
	page_entry_set(base, PAGE_WINDOW, 1, a | PTE_P);
	page_entry_set(&other, PAGE_WINDOW, 1, b | PTE_P);
	check_trap("gp-pcide-with-nonzero-pcid", trap_catch(cr3_reserved_pcid, NULL), VEC_GP, 0, true);
	cr3_set(base->root);
	cr4_set(cr4_get() | CR4_PCIDE);
	cr3_set(base->root | 1u);
	check("pcid-1", read_window(), 0xAAAA);
	cr3_set(other.root | 2u);
	check("pcid-2", read_window(), 0xBBBB);
	cr3_set(base->root | 1u | (u64)1 << 63);
	check("pcid-1-again-no-flush", read_window(), 0xAAAA);
	check("cr3-bit-63-reads-zero", cr3_get() >> 63, 0);
	check("cr3-reads-pcid", cr3_get() & 0xFFF, 1);
	page_entry_set(&other, PAGE_WINDOW, 1, a | PTE_P);
	cr3_set(other.root | 2u);
	check("cr3-load-flushes-own-pcid", read_window(), 0xAAAA);
	if (cpuid_if(7).ebx >> 10 & 1) {
		page_entry_set(&other, PAGE_WINDOW, 1, b | PTE_P);
		test_state.word[0] = test_state.word[1] = 0;
		check_none("invpcid-all", trap_catch(invpcid_all, NULL));
		check("invpcid-all-flushes", read_window(), 0xBBBB);
		check_trap("gp-invpcid-type", trap_catch(invpcid_bad_type, NULL), VEC_GP, 0, true);
	} else {
		check_skip("invpcid");
	}
	cr3_set(base->root);
	cr4_set(cr4_get() & ~(uw)CR4_PCIDE);
}

static void check_1g(const struct page_map *base)
{
	uw va = PAGE_WINDOW + 0x40000000;

	mem32_set(SCRATCH_BASE, 0x1611);
	page_entry_set(base, va, 3, PTE_P | PTE_W | PTE_PS);
	invlpg(va);
	test_state.word[0] = va + SCRATCH_BASE;
	check_none("1g-read", trap_catch(read_it, NULL));
	check("1g-value", (u32)test_state.word[1], 0x1611);
	check("1g-accessed", page_entry_get(base, va, 3) & (PTE_A | PTE_D), PTE_A);
	page_entry_set(base, va, 3, PTE_P | PTE_W | PTE_PS | 1u << 13);
	invlpg(va);
	check_trap("pf-1g-reserved-bit", trap_catch(read_it, NULL), VEC_PF, E_P | 8, true);
	page_entry_set(base, va, 3, 0);
	invlpg(va);
}

static void check_top_reserved(const struct page_map *base)
{
	uw va = PAGE_WINDOW * 2;

	page_entry_get(base, va, 1);
	page_entry_set(base, va, 4, page_entry_get(base, va, 4) | PTE_PS);
	test_state.word[0] = va;
	check_trap("pf-pml4e-reserved-bit", trap_catch(read_it, NULL), VEC_PF, E_P | 8, true);
	page_entry_set(base, va, 4, 0);
	check_trap("pf-pml4e-not-present", trap_catch(read_it, NULL), VEC_PF, 0, true);
	check("pf-pml4e-cr2", trap_state.cr2, va);
}

#endif

void paging_check_features(const struct page_map *map)
{
	check_supervisor_modes(map);
#ifdef __x86_64__
	check_top_reserved(map);
	if (cpuid(1).ecx >> 17 & 1)
		check_pcid(map);
	else
		check_skip("pcid");
	if (cpuid_if(0x80000001).edx >> 26 & 1)
		check_1g(map);
	else
		check_skip("1g-pages");
#endif
}
