/* SPDX-License-Identifier: MIT */
/*
 * Branch target identification: which landing each kind of indirect branch accepts in a guarded page, what the
 * exception says, and SPSR_ELx.BTYPE (Arm ARM D8.4.11).
 */
#include "firmware/arm/test/mmu.h"
#include "firmware/arm/test/suites.h"

enum { NOP = 0xd503201fu, BTI = 0xd503241fu, BTI_C = 0xd503245fu, BTI_J = 0xd503249fu, BTI_JC = 0xd50324dfu,
	PACIASP = 0xd503233fu, AUTIASP = 0xd50323bfu, BRK = 0xd4200000u, RET = 0xd65f03c0u, BR_X1 = 0xd61f0020u };
enum { BTYPE_1 = 1, BTYPE_2 = 2, BTYPE_3 = 3 };

/* Landing n is at 16 * n: the instruction, NOP or AUTIASP, RET. The last is a way to branch from a guarded page. */
static const struct {
	const char *name;
	u32 word;
	bool accepts[4]; /* by BTYPE */
} landings[] = {
	{"nop", NOP, {true, false, false, false}},
	{"bti", BTI, {true, false, false, false}},
	{"bti-c", BTI_C, {true, true, true, false}},
	{"bti-j", BTI_J, {true, true, false, true}},
	{"bti-jc", BTI_JC, {true, true, true, true}},
	{"paciasp", PACIASP, {true, true, true, true}}, /* BTYPE 3 only while SCTLR_EL1.BT0, BT1 are clear */
};
enum { VIA = COUNT_OF(landings) };

SNIPPET(by_blr, "mov x15, x30\n\tblr x0\n\tmov x30, x15")
SNIPPET(by_br_x16, "mov x15, x30\n\tmov x16, x0\n\tadr x30, 1f\n\tbr x16\n1:\tmov x30, x15")
SNIPPET(by_br, "mov x15, x30\n\tadr x30, 1f\n\tbr x0\n1:\tmov x30, x15")
SNIPPET(by_ret, "mov x15, x30\n\tadr x30, 1f\n\tret x0\n1:\tmov x30, x15")
SNIPPET(by_guarded_br, "mov x15, x30\n\tmov x1, x0\n\tand x0, x0, #~4095\n\tadd x0, x0, #96\n\tblr x0\n\tmov x30, x15")

static const struct {
	const char *name;
	void (*run)(void *);
	u32 btype;
} branches[] = {
	{"blr", by_blr, BTYPE_2},
	{"br-x16", by_br_x16, BTYPE_1},
	{"br-from-unguarded", by_br, BTYPE_1},
	{"br-from-guarded", by_guarded_br, BTYPE_3},
	{"ret", by_ret, 0},
};

static u64 make_code(const struct page_map *map)
{
	u64 frame = page_alloc(page_size(map, 3));

	for (u32 n = 0; n < COUNT_OF(landings); n++) {
		write32(frame + 16 * n, landings[n].word);
		write32(frame + 16 * n + 4, landings[n].word == PACIASP ? AUTIASP : NOP);
		write32(frame + 16 * n + 8, RET);
	}
	write32(frame + 16 * VIA, BTI_JC);
	write32(frame + 16 * VIA + 4, BR_X1);
	cache_sync(frame, 256);
	return frame;
}

static void check_one(u32 b, u32 n, u64 va, bool user)
{
	u64 at = va + 16 * n, got = (user ? trap_user : trap_catch)(branches[b].run, phys(at));

	if (landings[n].accepts[branches[b].btype]) {
		check_none(landings[n].name, got);
		return;
	}
	check_esr(landings[n].name, got, ESR(EC_BTI, branches[b].btype));
	check(landings[n].name, trap_state.last.elr, at);
	check(landings[n].name, trap_state.last.spsr >> 10 & 3, branches[b].btype);
}

static void check_all(u64 va, bool user)
{
	for (u32 b = 0; b < COUNT_OF(branches); b++) {
		check_group(branches[b].name);
		for (u32 n = 0; n < COUNT_OF(landings); n++)
			check_one(b, n, va, user);
	}
	check_group("bti");
}

/* With SCTLR_EL1.BT1 (BT0 for EL0) PACIASP does not accept BTYPE 3. */
static void check_strict(u64 va)
{
	u64 sctlr = MRS(sctlr_el1), at = va + 16 * 5;

	MSR(sctlr_el1, sctlr | SCTLR_BT1);
	check_esr("paciasp-bt1", trap_catch(by_guarded_br, phys(at)), ESR(EC_BTI, BTYPE_3));
	check_none("paciasp-bt1-blr", trap_catch(by_blr, phys(at)));
	MSR(sctlr_el1, sctlr);
}

static void check_unguarded(u64 va)
{
	check_none("unguarded-blr", trap_catch(by_blr, phys(va)));
	check_none("unguarded-br", trap_catch(by_br, phys(va)));
}

/* ERET with SPSR_EL1.BTYPE set is as a branch of that kind. */
static void check_return(u64 va)
{
	struct trap_target t = {va, 0, SPSR_EL1H | SPSR_DAIF | 2 << 10};

	check_esr("eret-btype", trap_go(&t), ESR(EC_BTI, BTYPE_2));
}

void suite_bti(void)
{
	struct page_map map;
	u64 frame, va = LOW_WINDOW;

	if (!id_field(MRS(id_aa64pfr1_el1), 0)) {
		check_skip("bti");
		return;
	}
	page_map_init(&map, GRANULE_4K, 48);
	page_on(&map);
	frame = make_code(&map);
	page_put(&map, va, frame, 3, PTE_CODE | PTE_GP);
	page_put(&map, va + 0x1000, frame, 3, PTE_CODE);
	page_put(&map, va + 0x2000, frame, 3, PTE_CODE | PTE_GP | PTE_USER);
	check_all(va, false);
	check_all(va + 0x2000, true);
	check_strict(va);
	check_unguarded(va + 0x1000);
	check_return(va);
	page_base();
}
