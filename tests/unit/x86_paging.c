/* SPDX-License-Identifier: MIT */
/* Page tables of every kind: which accesses are allowed, what the error code says, which bits are set, what is flushed
 * and what may stay. Intel SDM vol. 3, chapter 4. */
#include "tests/unit/x86_rig.h"

TestSuite(x86_paging, .init = rig_start, .fini = rig_stop);

/* mov eax, [100000h]; hlt   and   mov [100000h], eax; hlt */
#define READ  "a1 00001000 f4"
#define WRITE "a3 00001000 f4"

static int run_again(void)
{
	c->halted = false;
	c->cpu.events = 0;
	c->cpu.pc = RIG_CODE;
	return rig_run();
}

/* A fault happened: the error code on the handler's stack. */
static u32 error_code(void)
{
	return (u32)rig_frame(0);
}

static void set_entry(enum rig_paging kind, u64 value)
{
	rig_poke(rig_pte(kind, RIG_DATA), kind == RIG_32 ? 4 : 8, value);
	tlb_flush_all(&c->cpu.tlb);
}

Test(x86_paging, accessed_and_dirty)
{
	for (enum rig_paging kind = RIG_32; kind <= RIG_PAE; kind++) {
		rig_protected(0);
		rig_paging(kind);
		rig_code(READ WRITE);
		set_entry(kind, 0x123000 | 3);
		rig_poke(0x123000, 4, 0xcafe);
		cr_expect_eq(rig_run(), RIG_HALTED);
		cr_expect_eq(c->r[R_AX], 0xcafe);
		cr_expect_eq(rig_peek(rig_pte(kind, RIG_DATA), 4), 0x123000 | 0x23);
		cr_expect_eq(rig_peek(RIG_TABLES, 4) & 0x60, kind == RIG_32 ? 0x20 : 0);
		c->halted = false;
		c->r[R_AX] = 0xbeef;
		cr_expect_eq(rig_run(), RIG_HALTED);
		cr_expect_eq(rig_peek(0x123000, 4), 0xbeef);
		cr_expect_eq(rig_peek(rig_pte(kind, RIG_DATA), 4), 0x123000 | 0x63);
	}
}

Test(x86_paging, error_codes_supervisor)
{
	rig_protected(0);
	rig_paging(RIG_32);
	rig_code(READ WRITE);
	set_entry(RIG_32, 0);
	cr_expect_eq(rig_run(), X_PF);
	cr_expect_eq(error_code(), 0);
	cr_expect_eq(c->cr2, RIG_DATA);
	cr_expect_eq(rig_frame(1), RIG_CODE);
	rig_protected(0);
	c->cpu.pc = RIG_CODE + 6;
	cr_expect_eq(rig_run(), X_PF);
	cr_expect_eq(error_code(), PF_W);

	rig_protected(0);
	set_entry(RIG_32, RIG_DATA | 1);
	c->cpu.pc = RIG_CODE + 6;
	cr_expect_eq(rig_run(), X_PF);
	cr_expect_eq(error_code(), PF_P | PF_W);
	rig_protected(0);
	c->cr0 &= ~(u64)CR0_WP;
	tlb_flush_all(&c->cpu.tlb);
	c->cpu.pc = RIG_CODE + 6;
	cr_expect_eq(rig_run(), RIG_HALTED, "without WP a supervisor writes anywhere");
}

/* HLT is not for level 3: a program that gets there ends in #GP. */
Test(x86_paging, error_codes_user)
{
	rig_protected(3);
	rig_paging(RIG_32);
	rig_code(READ WRITE);
	set_entry(RIG_32, RIG_DATA | 3);
	cr_expect_eq(rig_run(), X_PF);
	cr_expect_eq(error_code(), PF_P | PF_U);
	rig_protected(3);
	set_entry(RIG_32, RIG_DATA | 5);
	cr_expect_eq(rig_run(), X_GP);
	rig_protected(3);
	c->cpu.pc = RIG_CODE + 6;
	cr_expect_eq(rig_run(), X_PF);
	cr_expect_eq(error_code(), PF_P | PF_U | PF_W);
	cr_expect_eq(c->seg[S_CS].sel, CODE0);
	cr_expect_eq(rig_frame(2), CODE3);
}

Test(x86_paging, pse_pages)
{
	rig_protected(0);
	rig_paging(RIG_32);
	c->cr4 |= CR4_PSE;
	rig_code("a1 00004000 f4"); /* linear 4 MiB */
	rig_poke(RIG_TABLES + 4, 4, 0x800083);
	rig_poke(0x800000, 4, 0x1234);
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->r[R_AX], 0x1234);
	cr_expect_eq(rig_peek(RIG_TABLES + 4, 4), 0x8000a3);
	rig_protected(0);
	rig_poke(RIG_TABLES + 4, 4, 0x800083 | 1 << 21);
	tlb_flush_all(&c->cpu.tlb);
	cr_expect_eq(rig_run(), X_PF);
	cr_expect_eq(error_code(), PF_P | PF_RSVD);
	/* bits 20:13 are physical bits 39:32: nothing is there, which reads all ones */
	rig_protected(0);
	rig_poke(RIG_TABLES + 4, 4, 0x800083 | 1 << 13);
	tlb_flush_all(&c->cpu.tlb);
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->r[R_AX], 0xffffffff);
}

Test(x86_paging, reserved_bits)
{
	rig_protected(0);
	rig_paging(RIG_PAE);
	rig_code(READ);
	set_entry(RIG_PAE, (RIG_DATA | 3) | BIT(45));
	cr_expect_eq(rig_run(), X_PF);
	cr_expect_eq(error_code(), PF_P | PF_RSVD);
	rig_protected(0);
	set_entry(RIG_PAE, (RIG_DATA | 3) | BIT(63)); /* NX is reserved while EFER.NXE is clear */
	cr_expect_eq(rig_run(), X_PF);
	cr_expect_eq(error_code(), PF_P | PF_RSVD);
	rig_protected(0);
	c->efer = EFER_NXE;
	cr_expect_eq(rig_run(), RIG_HALTED);
}

Test(x86_paging, no_execute)
{
	rig_long(0);
	rig_code("48 b8 0000100000000000 ffe0"); /* mov rax, 100000h; jmp rax */
	rig_poke(RIG_DATA, 1, 0xf4);
	cr_expect_eq(rig_run(), RIG_HALTED);
	rig_long(0);
	set_entry(RIG_4LEVEL, (RIG_DATA | 3) | BIT(63));
	cr_expect_eq(rig_run(), X_PF);
	cr_expect_eq(error_code(), PF_P | PF_I);
	cr_expect_eq(rig_frame(1), RIG_DATA);
	cr_expect_eq(c->cr2, RIG_DATA);
}

Test(x86_paging, smep_and_smap)
{
	rig_long(0);
	rig_code("48 b8 0000100000000000 8b18 ffe0"); /* mov rax, 100000h; mov ebx, [rax]; jmp rax */
	rig_poke(RIG_DATA, 1, 0xf4);
	for (u64 va = 0; va < 0x100000; va += 4096) /* the kernel's own pages */
		rig_poke(rig_pte(RIG_4LEVEL, va), 8, va | 3);
	tlb_flush_all(&c->cpu.tlb);
	c->cr4 |= CR4_SMEP;
	cr_expect_eq(rig_run(), X_PF);
	cr_expect_eq(error_code(), PF_P | PF_I);
	cr_expect_eq(rig_frame(1), RIG_DATA);

	rig_long(0);
	for (u64 va = 0; va < 0x100000; va += 4096)
		rig_poke(rig_pte(RIG_4LEVEL, va), 8, va | 3);
	c->cr4 = CR4_PAE | CR4_SMAP;
	x86_update(c);
	cr_expect_eq(rig_run(), X_PF);
	cr_expect_eq(error_code(), PF_P);
	cr_expect_eq(rig_frame(1), RIG_CODE + 10);

	rig_long(0);
	for (u64 va = 0; va < 0x100000; va += 4096)
		rig_poke(rig_pte(RIG_4LEVEL, va), 8, va | 3);
	c->cr4 = CR4_PAE | CR4_SMAP;
	x86_set_flags(c, FL_AC, FL_AC);
	x86_update(c);
	cr_expect_eq(rig_run(), RIG_HALTED, "AC opens user pages");
}

/* stac; mov ebx, [rax]; clac; mov ebx, [rax]: the second one faults, although the page is in the TLB. */
Test(x86_paging, stac_and_clac)
{
	rig_long(0);
	for (u64 va = 0; va < 0x100000; va += 4096)
		rig_poke(rig_pte(RIG_4LEVEL, va), 8, va | 3);
	c->cr4 = CR4_PAE | CR4_SMAP;
	c->r[R_AX] = RIG_DATA;
	x86_update(c);
	rig_code("0f01cb 8b18 0f01ca 8b18 f4");
	cr_expect_eq(rig_run(), X_PF);
	cr_expect_eq(rig_frame(1), RIG_CODE + 8);
}

Test(x86_paging, invlpg_and_stale_entries)
{
	rig_protected(0);
	rig_paging(RIG_32);
	rig_code("a1 00001000 f4 0f01 3d 00001000 a1 00001000 f4");
	rig_poke(0x111000, 4, 1);
	rig_poke(0x222000, 4, 2);
	set_entry(RIG_32, 0x111003);
	cr_expect_eq(rig_run(), RIG_HALTED);
	rig_poke(rig_pte(RIG_32, RIG_DATA), 4, 0x222003);
	cr_expect_eq(run_again(), RIG_HALTED);
	cr_expect_eq(c->r[R_AX], 1, "the old translation is still cached");
	c->halted = false;
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->r[R_AX], 2);
}

/* mov eax, cr3; mov cr3, eax: everything but global pages goes. */
Test(x86_paging, global_pages)
{
	rig_protected(0);
	rig_paging(RIG_32);
	c->cr4 |= CR4_PGE;
	rig_code("8b1d 00001000 8b0d 00101000 0f20d8 0f22d8 8b1d 00001000 8b0d 00101000 f4");
	rig_poke(0x111000, 4, 1);
	rig_poke(0x222000, 4, 2);
	set_entry(RIG_32, 0x111103);
	rig_poke(rig_pte(RIG_32, RIG_DATA + 0x1000), 4, 0x111003);
	cr_expect_eq(rig_step(2), STOP_UNTIL);
	rig_poke(rig_pte(RIG_32, RIG_DATA), 4, 0x222103);
	rig_poke(rig_pte(RIG_32, RIG_DATA + 0x1000), 4, 0x222003);
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->r[R_BX], 1, "global");
	cr_expect_eq(c->r[R_CX], 2);
}

/* Two address spaces with PCIDs: bit 63 of CR3 keeps what is cached. */
Test(x86_paging, pcid)
{
	rig_long(0);
	c->cr4 |= CR4_PCIDE;
	x86_update(c);
	rig_code("8b1e 0f22d8 8b1e 0f22da f4"); /* mov ebx, [rsi]; mov cr3, rax; mov ebx, [rsi]; mov cr3, rdx */
	rig_poke(0x111000, 4, 1);
	rig_poke(0x222000, 4, 2);
	set_entry(RIG_4LEVEL, 0x111003);
	c->r[R_SI] = RIG_DATA;
	c->r[R_AX] = RIG_TABLES | 1 | BIT(63);
	c->r[R_DX] = RIG_TABLES | BIT(63);
	cr_expect_eq(rig_step(1), STOP_UNTIL);
	rig_poke(rig_pte(RIG_4LEVEL, RIG_DATA), 8, 0x222003);
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->r[R_BX], 2, "PCID 1 has nothing cached");
	cr_expect_eq(c->cr3, RIG_TABLES);
	c->halted = false;
	c->cpu.pc = RIG_CODE;
	cr_expect_eq(rig_step(1), STOP_UNTIL);
	cr_expect_eq(c->r[R_BX], 1, "PCID 0 still has the old translation");
	c->r[R_AX] = RIG_TABLES;
	cr_expect_eq(rig_step(2), STOP_UNTIL);
	cr_expect_eq(c->r[R_BX], 2, "without bit 63 the new address space starts empty");
}

Test(x86_paging, large_pages_4level)
{
	rig_long(0);
	c->r[R_SI] = 0x40000000; /* 1 GiB */
	c->r[R_DI] = 0x600000;
	rig_code("8b1e 8b0f f4");
	rig_poke(RIG_TABLES + 0x1008, 8, 0x83);
	rig_poke(RIG_TABLES + 0x2018, 8, 0xa00083);
	rig_poke(0, 4, 0x11);
	rig_poke(0xa00000, 4, 0x22);
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->r[R_BX], 0x11);
	cr_expect_eq(c->r[R_CX], 0x22);
	rig_long(0);
	c->r[R_SI] = 0x40000000;
	rig_poke(RIG_TABLES + 0x1008, 8, 0x83 | BIT(14));
	cr_expect_eq(rig_run(), X_PF);
	cr_expect_eq(error_code(), PF_P | PF_RSVD);
}

/* A write that crosses into a page that is not there changes nothing in the first one. */
Test(x86_paging, crossing_write_is_all_or_nothing)
{
	rig_protected(0);
	rig_paging(RIG_32);
	rig_code("c705 feff0f00 44332211 f4"); /* mov dword [0ffffeh], 11223344h */
	set_entry(RIG_32, 0);
	rig_poke(RIG_DATA - 2, 2, 0x5555);
	cr_expect_eq(rig_run(), X_PF);
	cr_expect_eq(c->cr2, RIG_DATA);
	cr_expect_eq(error_code(), PF_W);
	cr_expect_eq(rig_peek(RIG_DATA - 2, 2), 0x5555);
	rig_protected(0);
	set_entry(RIG_32, 0x300003);
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(rig_peek(RIG_DATA - 2, 2), 0x3344);
	cr_expect_eq(rig_peek(0x300000, 2), 0x1122);
}

/* An instruction that crosses into a missing page: CR2 is that page, the return address the instruction. */
Test(x86_paging, crossing_fetch)
{
	rig_protected(0);
	rig_paging(RIG_32);
	rig_poke(RIG_DATA - 2, 2, 0x05c7);
	c->cpu.pc = RIG_DATA - 2;
	set_entry(RIG_32, 0);
	cr_expect_eq(rig_run(), X_PF);
	cr_expect_eq(c->cr2, RIG_DATA);
	cr_expect_eq(error_code(), 0);
	cr_expect_eq(rig_frame(1), RIG_DATA - 2);
}

Test(x86_paging, pae_pointers_are_checked_when_loaded)
{
	rig_protected(0);
	rig_paging(RIG_PAE);
	rig_code("0f22d8 f4");
	rig_poke(0x30000, 8, (RIG_TABLES + 0x1000) | 1 | 1 << 5);
	c->r[R_AX] = 0x30000;
	cr_expect_eq(rig_run(), X_GP);
	cr_expect_eq(error_code(), 0);
	cr_expect_eq(c->cr3, RIG_TABLES);
}

Test(x86_paging, not_canonical)
{
	rig_long(0);
	rig_code("8b18 f4");
	c->r[R_AX] = 0x800000000000;
	cr_expect_eq(rig_run(), X_GP);
	rig_long(0);
	c->r[R_AX] = 0x7ffffffffffe; /* ends beyond */
	cr_expect_eq(rig_run(), X_GP);
	rig_long(0);
	rig_poke(RIG_CODE, 2, 0x5d8b); /* mov ebx, [rbp] */
	rig_poke(RIG_CODE + 2, 1, 0);
	c->r[R_BP] = 0x800000000000;
	cr_expect_eq(rig_run(), X_SS);
	cr_expect_eq(error_code(), 0);
}

/* Code that runs where there is nothing, or only a device, must not harm us. */
Test(x86_paging, running_nowhere)
{
	rig_protected(0);
	c->cpu.pc = 0xf0000000;
	cr_expect_eq(rig_run(), X_UD, "all ones is no instruction");
	cr_expect_eq(rig_frame(0), 0xf0000000);
}

Test(x86_paging, peek_changes_nothing)
{
	u64 pa = 0;

	rig_protected(0);
	rig_paging(RIG_PAE);
	set_entry(RIG_PAE, 0x123003);
	cr_expect(x86_peek(c, RIG_DATA + 0x45, &pa));
	cr_expect_eq(pa, 0x123045);
	cr_expect_eq(rig_peek(rig_pte(RIG_PAE, RIG_DATA), 8), 0x123003);
	set_entry(RIG_PAE, 0);
	cr_expect_not(x86_peek(c, RIG_DATA, &pa));
}

Test(x86_paging, a20)
{
	rig_real();
	rig_code("b8ffff 8ed8 a11000 f4"); /* mov ax, 0ffffh; mov ds, ax; mov ax, [10h]: linear 100000h */
	rig_poke(0x100000, 2, 0x1111);
	rig_poke(0, 2, 0x2222);
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->r[R_AX], 0x1111);
	x86_set_a20(c, false);
	cr_expect_eq(run_again(), RIG_HALTED);
	cr_expect_eq(c->r[R_AX], 0x2222);
}
