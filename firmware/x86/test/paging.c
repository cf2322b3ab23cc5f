/* SPDX-License-Identifier: MIT */
/*
 * Page faults and their error codes, access rights, accessed and dirty bits, WP, NX, global pages and INVLPG,
 * the same checks for each paging mode that the ROM can use (SDM vol. 3 4.6 to 4.10). paging_features.c has what
 * CPUID announces on top.
 */
#include "firmware/x86/test/paging.h"

/* Word 0 is the address under test. The mark tells where the access is. */
SNIPPET(read_it, "mov " WORD(0) ", " R("cx") "\n\t" TRAP_MARK "movl (" R("cx") "), %%eax\n\tmovl %%eax, " WORD(1))
SNIPPET(write_it, "mov " WORD(0) ", " R("cx") "\n\t" TRAP_MARK "movl $0x5A5A, (" R("cx") ")")
SNIPPET(rmw_it, "mov " WORD(0) ", " R("cx") "\n\t" TRAP_MARK "addl $0, (" R("cx") ")")
SNIPPET(jump_it, "mov " WORD(0) ", " R("cx") "\n\tmov " R("cx") ", trap_mark\n\tcall *" R("cx"))
SNIPPET(u_read, "mov " WORD(0) ", " R("cx") "\n\t" TRAP_MARK "movl (" R("cx") "), %%eax" USER_END)
SNIPPET(u_write, "mov " WORD(0) ", " R("cx") "\n\t" TRAP_MARK "movl %%eax, (" R("cx") ")" USER_END)
SNIPPET(u_jump, "mov " WORD(0) ", " R("cx") "\n\tmov " R("cx") ", trap_mark\n\tcall *" R("cx") USER_END)

static void map_4k(const struct page_map *map, uw va, u64 entry)
{
	page_entry_set(map, va, 1, entry);
	invlpg(va);
	test_state.word[0] = va;
}

static void expect_fault(const char *name, int vector, u32 error)
{
	check_trap(name, vector, VEC_PF, error, true);
	check(name, trap_state.cr2, test_state.word[0]);
}

enum { E_P = 1, E_W = 2, E_U = 4, E_RSVD = 8, E_I = 16 };

static void check_kernel(const struct page_map *m)
{
	u32 frame = page_alloc();

	mem32_set(frame, 0xC3C3C3C3); /* RET */
	map_4k(m, PAGE_WINDOW, 0);
	expect_fault("pf-read-not-present", trap_catch(read_it, NULL), 0);
	expect_fault("pf-write-not-present", trap_catch(write_it, NULL), E_W);
	expect_fault("pf-rmw-not-present", trap_catch(rmw_it, NULL), E_W);
	expect_fault("pf-fetch-not-present", trap_catch(jump_it, NULL), m->nx ? E_I : 0);
	map_4k(m, PAGE_WINDOW, frame | PTE_P);
	check_none("read-read-only", trap_catch(read_it, NULL));
	check("read-value", (u32)test_state.word[1], 0xC3C3C3C3);
	check_none("fetch-read-only", trap_catch(jump_it, NULL));
	check_none("write-read-only-without-wp", trap_catch(write_it, NULL));
	check("write-value", mem32(frame), 0x5A5A);
	cr0_set(cr0_get() | CR0_WP);
	expect_fault("pf-write-read-only-wp", trap_catch(write_it, NULL), E_P | E_W);
	cr0_set(cr0_get() & ~(uw)CR0_WP);
	map_4k(m, PAGE_WINDOW + 0xFFC000, 0);
	expect_fault("pf-cr2-of-other-page", trap_catch(read_it, NULL), 0);
}

/* An access across two pages faults on the second with its first byte in CR2, and writes nothing to the first. */
static void check_crossing(const struct page_map *m)
{
	u32 frame = page_alloc();

	map_4k(m, PAGE_WINDOW + 0x1000, 0);
	map_4k(m, PAGE_WINDOW, frame | PTE_P | PTE_W);
	test_state.word[0] = PAGE_WINDOW + 0xFFE;
	check_trap("pf-crossing-write", trap_catch(write_it, NULL), VEC_PF, E_W, true);
	check("pf-crossing-cr2", trap_state.cr2, PAGE_WINDOW + 0x1000);
	check("pf-crossing-first-page-untouched", mem32(frame + 0xFFC), 0);
	check_trap("pf-crossing-read", trap_catch(read_it, NULL), VEC_PF, 0, true);
}

static void check_user(const struct page_map *m)
{
	u32 frame = page_alloc();
	u8 *code = phys(frame);

	code[0] = 0xCD;
	code[1] = VEC_USER;
	map_4k(m, PAGE_WINDOW, 0);
	expect_fault("pf-user-read-not-present", trap_user(u_read, 0), E_U);
	expect_fault("pf-user-write-not-present", trap_user(u_write, 0), E_U | E_W);
	map_4k(m, PAGE_WINDOW, frame | PTE_P | PTE_W);
	expect_fault("pf-user-read-supervisor", trap_user(u_read, 0), E_P | E_U);
	expect_fault("pf-user-write-supervisor", trap_user(u_write, 0), E_P | E_W | E_U);
	expect_fault("pf-user-fetch-supervisor", trap_user(u_jump, 0), E_P | E_U | (m->nx ? E_I : 0));
	map_4k(m, PAGE_WINDOW, frame | PTE_P | PTE_U);
	check_trap("user-read-user", trap_user(u_read, 0), VEC_USER, 0, false);
	expect_fault("pf-user-write-read-only", trap_user(u_write, 0), E_P | E_W | E_U);
	check_trap("user-fetch-user", trap_user(u_jump, 0), VEC_USER, 0, false);
	page_entry_set(m, PAGE_WINDOW, 2, page_entry_get(m, PAGE_WINDOW, 2) & ~(u64)PTE_U);
	invlpg(PAGE_WINDOW);
	expect_fault("pf-user-read-supervisor-pde", trap_user(u_read, 0), E_P | E_U);
	page_entry_set(m, PAGE_WINDOW, 2, (page_entry_get(m, PAGE_WINDOW, 2) | PTE_U) & ~(u64)PTE_W);
	map_4k(m, PAGE_WINDOW, frame | PTE_P | PTE_U | PTE_W);
	expect_fault("pf-user-write-read-only-pde", trap_user(u_write, 0), E_P | E_W | E_U);
	page_entry_set(m, PAGE_WINDOW, 2, page_entry_get(m, PAGE_WINDOW, 2) | PTE_W);
	invlpg(PAGE_WINDOW);
}

static u64 leaf_bits(const struct page_map *m, int level)
{
	return page_entry_get(m, PAGE_WINDOW, level) & (PTE_A | PTE_D);
}

static void check_accessed_dirty(const struct page_map *m)
{
	u32 frame = page_alloc();

	page_entry_get(m, PAGE_WINDOW, 1);
	page_entry_set(m, PAGE_WINDOW, 2, page_entry_get(m, PAGE_WINDOW, 2) & ~(u64)PTE_A);
	map_4k(m, PAGE_WINDOW, frame | PTE_P | PTE_W);
	check("accessed-clear-before", leaf_bits(m, 1), 0);
	trap_catch(read_it, NULL);
	check("accessed-after-read", leaf_bits(m, 1), PTE_A);
	check("accessed-in-pde", leaf_bits(m, 2), PTE_A);
	trap_catch(write_it, NULL);
	check("dirty-after-write", leaf_bits(m, 1), PTE_A | PTE_D);
	map_4k(m, PAGE_WINDOW, frame | PTE_P);
	cr0_set(cr0_get() | CR0_WP);
	trap_catch(write_it, NULL);
	check("not-dirty-after-refused-write", leaf_bits(m, 1) & PTE_D, 0);
	cr0_set(cr0_get() & ~(uw)CR0_WP);
	map_4k(m, PAGE_WINDOW, frame | PTE_P | PTE_W);
	trap_catch(rmw_it, NULL);
	check("dirty-after-rmw", leaf_bits(m, 1), PTE_A | PTE_D);
}

static void check_large(const struct page_map *m)
{
	u32 frame = SCRATCH_BASE;
	uw va = PAGE_WINDOW + 0x800000;

	mem32_set(frame + 0x1FF000, 0x12345678);
	page_entry_set(m, va, 2, frame | PTE_P | PTE_W | PTE_PS);
	invlpg(va);
	test_state.word[0] = va + 0x1FF000;
	check_none("large-read", trap_catch(read_it, NULL));
	check("large-value", (u32)test_state.word[1], 0x12345678);
	check("large-accessed", page_entry_get(m, va, 2) & (PTE_A | PTE_D), PTE_A);
	trap_catch(write_it, NULL);
	check("large-dirty", page_entry_get(m, va, 2) & (PTE_A | PTE_D), PTE_A | PTE_D);
	check_trap("pf-user-read-large-supervisor", trap_user(u_read, 0), VEC_PF, E_P | E_U, true);
	page_entry_set(m, va, 2, frame | PTE_P | PTE_W | PTE_PS | (m->mode == PAGE_32 ? 1u << 21 : 1u << 13));
	invlpg(va);
	check_trap("pf-large-reserved-bit", trap_catch(read_it, NULL), VEC_PF, E_P | E_RSVD, true);
	page_entry_set(m, va, 2, 0);
	invlpg(va);
}

/* A stale translation may live until INVLPG or a CR3 load; with G=1 only INVLPG or a PGE change ends it. */
static void check_flushing(const struct page_map *m)
{
	u32 a = page_alloc(), b = page_alloc();

	mem32_set(a, 0xAAAA);
	mem32_set(b, 0xBBBB);
	map_4k(m, PAGE_WINDOW, a | PTE_P | PTE_W);
	trap_catch(read_it, NULL);
	page_entry_set(m, PAGE_WINDOW, 1, b | PTE_P | PTE_W);
	invlpg(PAGE_WINDOW + 0x123);
	trap_catch(read_it, NULL);
	check("invlpg-any-byte-of-page", (u32)test_state.word[1], 0xBBBB);
	page_entry_set(m, PAGE_WINDOW, 1, a | PTE_P | PTE_W);
	cr3_set(cr3_get());
	trap_catch(read_it, NULL);
	check("cr3-load-flushes", (u32)test_state.word[1], 0xAAAA);
	if (!(cpuid(1).edx >> 13 & 1)) {
		check_skip("global");
		return;
	}
	cr4_set(cr4_get() | CR4_PGE);
	map_4k(m, PAGE_WINDOW, a | PTE_P | PTE_W | PTE_G);
	trap_catch(read_it, NULL);
	page_entry_set(m, PAGE_WINDOW, 1, b | PTE_P | PTE_W | PTE_G);
	invlpg(PAGE_WINDOW);
	trap_catch(read_it, NULL);
	check("invlpg-flushes-global", (u32)test_state.word[1], 0xBBBB);
	page_entry_set(m, PAGE_WINDOW, 1, a | PTE_P | PTE_W | PTE_G);
	cr4_set(cr4_get() & ~(uw)CR4_PGE);
	trap_catch(read_it, NULL);
	check("pge-change-flushes-global", (u32)test_state.word[1], 0xAAAA);
}

static void check_nx(struct page_map *m)
{
	u32 frame = page_alloc();

	mem32_set(frame, 0xC3C3C3C3);
	map_4k(m, PAGE_WINDOW, frame | PTE_P | PTE_NX);
	check_trap("pf-nx-reserved-without-nxe", trap_catch(read_it, NULL), VEC_PF, E_P | E_RSVD, true);
	msr_write(MSR_EFER, msr_read(MSR_EFER) | EFER_NXE);
	cr3_set(cr3_get());
	check_none("nx-read", trap_catch(read_it, NULL));
	expect_fault("pf-nx-fetch", trap_catch(jump_it, NULL), E_P | E_I);
	m->nx = true;
	map_4k(m, PAGE_WINDOW, 0);
	expect_fault("pf-nxe-fetch-not-present", trap_catch(jump_it, NULL), E_I);
	map_4k(m, PAGE_WINDOW, frame | PTE_P);
	check_none("nxe-fetch-allowed", trap_catch(jump_it, NULL));
	page_entry_set(m, PAGE_WINDOW, 2, page_entry_get(m, PAGE_WINDOW, 2) | PTE_NX);
	invlpg(PAGE_WINDOW);
	expect_fault("pf-nx-in-pde", trap_catch(jump_it, NULL), E_P | E_I);
	page_entry_set(m, PAGE_WINDOW, 2, page_entry_get(m, PAGE_WINDOW, 2) & ~PTE_NX);
	map_4k(m, PAGE_WINDOW, frame | PTE_P | (u64)1 << 51);
	expect_fault("pf-reserved-address-bit", trap_catch(read_it, NULL), E_P | E_RSVD);
	expect_fault("pf-user-reserved-address-bit", trap_user(u_read, 0), E_P | E_RSVD | E_U);
}

SNIPPET(fld_unmapped, "mov " WORD(0) ", " R("cx") "\n\t" TRAP_MARK "flds (" R("cx") ")")
SNIPPET(lock_unmapped, "mov " WORD(0) ", " R("cx") "\n\t" TRAP_MARK ".byte 0xF0, 0x39, 0x01")
SNIPPET(div_unmapped, "mov " WORD(0) ", " R("cx") "\n\txorl %%edx, %%edx\n\t" TRAP_MARK "divl (" R("cx") ")")
SNIPPET(push_unmapped, "mov " R("sp") ", " R("bx") "\n\tmov " WORD(0) ", " R("cx") "\n\t"
	TRAP_MARK "push (" R("cx") ")")

/* Which of two conditions of one instruction is reported (SDM vol. 3 table 6-2). */
static void check_priority(const struct page_map *m)
{
	map_4k(m, PAGE_WINDOW, 0);
	cr0_set(cr0_get() | CR0_TS);
	check_trap("nm-before-pf", trap_catch(fld_unmapped, NULL), VEC_NM, 0, true);
	clts();
	check_trap("ud-before-pf", trap_catch(lock_unmapped, NULL), VEC_UD, 0, true);
	check_trap("pf-before-de", trap_catch(div_unmapped, NULL), VEC_PF, 0, true);
	check_trap("pf-push-operand", trap_catch(push_unmapped, NULL), VEC_PF, 0, true);
}

/* A page fault whose handler's gate is bad is a double fault (SDM vol. 3 table 6-5). */
static void check_double(const struct page_map *m)
{
	map_4k(m, PAGE_WINDOW, 0);
	trap_gate(VEC_PF, SEL_CODE0, 0, SEG_INT ^ SEG_NOT_PRESENT, 0);
	check_trap("df-pf-then-np", trap_catch(read_it, NULL), VEC_DF, 0, false);
	check("df-pf-then-np-cr2", trap_state.cr2, PAGE_WINDOW);
	trap_gate_default(VEC_PF);
}

static void check_mode(const char *group, enum page_mode mode)
{
	struct page_map map;

	check_group(group);
	page_arena_reset();
	page_map_init(&map, mode, PTE_U);
	page_on(&map);
	check_kernel(&map);
	check_crossing(&map);
	check_user(&map);
	check_accessed_dirty(&map);
	check_large(&map);
	check_flushing(&map);
	check_priority(&map);
	check_double(&map);
	if (mode != PAGE_32 && (cpuid_if(0x80000001).edx >> 20 & 1))
		check_nx(&map);
	paging_check_features(&map);
	page_off();
}

void suite_paging(void)
{
	u64 efer = msr_read(MSR_EFER);

	msr_write(MSR_EFER, efer & ~(u64)EFER_NXE);
#ifdef __x86_64__
	check_mode("paging-4level", PAGE_4LEVEL);
#else
	check_mode("paging-32", PAGE_32);
	msr_write(MSR_EFER, efer & ~(u64)EFER_NXE);
	check_mode("paging-pae", PAGE_PAE);
#endif
	msr_write(MSR_EFER, efer);
}
