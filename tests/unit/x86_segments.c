/* SPDX-License-Identifier: MIT */
/* Segment loads and limits, far transfers and call gates, and the instructions that look at descriptors. Intel SDM
 * vol. 3, chapter 5; vol. 2, MOV, CALL, RET, LAR, LSL, VERR, ARPL, LLDT, LTR. */
#include "tests/unit/x86_rig.h"

TestSuite(x86_segments, .init = rig_start, .fini = rig_stop);

static const u16 data = SEG_P | SEG_S | SEG_RW, code_attr = SEG_P | SEG_S | SEG_CODE | SEG_RW;

/* Loads AX into DS (8E D8) or another segment and says what happens; the error code goes to *error. */
static int load(unsigned reg, u16 sel, u32 *error)
{
	int r;

	rig_poke(RIG_CODE, 2, 0x8e | (0xc0 | reg << 3) << 8);
	rig_poke(RIG_CODE + 2, 1, 0xf4);
	c->r[R_AX] = sel;
	r = rig_run();
	*error = r == RIG_HALTED ? 0 : (u32)rig_frame(0);
	return r;
}

static void expect_load(unsigned reg, u16 sel, unsigned cpl, int vector)
{
	u32 error;
	int r;

	rig_protected(cpl);
	r = load(reg, sel, &error);
	if (r == X_GP && cpl == 3 && error == 0 && vector == RIG_HALTED)
		r = RIG_HALTED; /* the HLT behind it, at level 3 */
	cr_expect_eq(r, vector, "segment %u selector %x level %u: %d", reg, sel, cpl, r);
	if (vector > 0)
		cr_expect_eq(error, sel & 0xfffcu, "segment %u selector %x: error code %x", reg, sel, error);
}

Test(x86_segments, data_loads)
{
	rig_protected(0);
	rig_set_desc(FREE, rig_desc(0, 0xff, code_attr & ~SEG_RW));
	rig_set_desc(FREE + 8, rig_desc(0, 0xff, data & ~SEG_P));
	rig_set_desc(FREE + 16, rig_desc(0, 0xff, code_attr | SEG_DC));
	rig_set_desc(FREE + 24, rig_desc(0, 0xff, (data & ~SEG_RW) | SEG_DPL));
	expect_load(S_DS, DATA0, 0, RIG_HALTED);
	expect_load(S_DS, 0, 0, RIG_HALTED);
	expect_load(S_DS, 3, 3, RIG_HALTED);
	expect_load(S_DS, FREE, 0, X_GP);         /* execute only */
	expect_load(S_DS, FREE + 8, 0, X_NP);
	expect_load(S_DS, FREE + 16, 3, RIG_HALTED); /* conforming */
	expect_load(S_DS, DATA0, 3, X_GP);
	expect_load(S_DS, DATA0 | 3, 0, X_GP);    /* RPL */
	expect_load(S_DS, TSS, 0, X_GP);
	expect_load(S_DS, GDT_LIMIT + 1, 0, X_GP);
	expect_load(S_DS, 4 | 8, 0, X_GP);        /* no LDT is loaded */
}

Test(x86_segments, stack_loads)
{
	rig_protected(0);
	rig_set_desc(FREE + 8, rig_desc(0, 0xff, data & ~SEG_P));
	rig_set_desc(FREE + 24, rig_desc(0, 0xff, data & ~SEG_RW));
	expect_load(S_SS, DATA0, 0, RIG_HALTED);
	expect_load(S_SS, FREE + 8, 0, X_SS);
	expect_load(S_SS, FREE + 24, 0, X_GP);
	expect_load(S_SS, DATA3, 0, X_GP);
	expect_load(S_SS, 0, 0, X_GP);
	rig_long(0);
	rig_code("8ed0 f4");
	c->r[R_AX] = 0;
	cr_expect_eq(rig_run(), RIG_HALTED, "64-bit code below level 3 may have a null SS");
}

Test(x86_segments, accessed_bit)
{
	rig_protected(0);
	rig_set_desc(FREE, rig_desc(0, 0xff, data));
	expect_load(S_DS, FREE, 0, RIG_HALTED);
	cr_expect_eq(rig_peek(RIG_GDT + FREE + 5, 1), 0x93);
}

/* mov eax, [ebx] through DS */
static int access_ds(u64 desc, u32 ebx, bool write)
{
	struct x86_desc d = {.lo = desc, .attr = desc >> 40 & 0xf0ff};

	rig_protected(0);
	x86_desc_cache(&d, FREE, &c->seg[S_DS]);
	x86_update(c);
	rig_code(write ? "8903 f4" : "8b03 f4");
	c->r[R_BX] = ebx;
	return rig_run();
}

Test(x86_segments, limits_and_types)
{
	u64 up = rig_desc(RIG_DATA, 0xff, data), down = rig_desc(RIG_DATA, 0xff, data | SEG_DC | SEG_DB);
	u64 down16 = rig_desc(RIG_DATA, 0xff, data | SEG_DC), pages = rig_desc(0, 0, data | SEG_G);

	cr_expect_eq(access_ds(up, 0xfc, false), RIG_HALTED);
	cr_expect_eq(access_ds(up, 0xfd, false), X_GP);
	cr_expect_eq(access_ds(up, 0xfffffffe, false), X_GP);
	cr_expect_eq(access_ds(down, 0x100, true), RIG_HALTED);
	cr_expect_eq(access_ds(down, 0xff, true), X_GP);
	cr_expect_eq(access_ds(down, 0xfffffffd, true), X_GP);
	cr_expect_eq(access_ds(down16, 0xfffc, true), RIG_HALTED);
	cr_expect_eq(access_ds(down16, 0xfffd, true), X_GP);
	cr_expect_eq(access_ds(pages, 0xffc, true), RIG_HALTED);
	cr_expect_eq(access_ds(pages, 0xffd, true), X_GP);
	cr_expect_eq(access_ds(rig_desc(0, 0xfffff, (data & ~SEG_RW) | SEG_G), 0x100000, false), RIG_HALTED);
	cr_expect_eq(access_ds(rig_desc(0, 0xfffff, (data & ~SEG_RW) | SEG_G), 0x100000, true), X_GP);
	cr_expect_eq(access_ds(rig_desc(0, 0xfffff, code_attr | SEG_G), 0x100000, true), X_GP);
	cr_expect_eq(access_ds(rig_desc(0, 0xfffff, (code_attr & ~SEG_RW) | SEG_G), 0x100000, false), X_GP);
	cr_expect_eq(access_ds(0, 0, false), X_GP, "a null selector");
}

Test(x86_segments, stack_limit_is_ss)
{
	rig_protected(0);
	c->seg[S_SS].limit = 0x6fff;
	x86_update(c);
	rig_poke(RIG_TSS + 4, 4, RIG_STACK0);
	c->r[R_SP] = 0x7002;
	rig_gate(X_SS, CODE0, SYS_INT, 0);
	rig_code("58 f4"); /* pop eax */
	cr_expect_eq(rig_run(), RIG_SHUTDOWN, "#SS at level 0 has no other stack");
	cr_expect_eq(c->chain[0].vector, X_SS);
	cr_expect_eq(c->chain[0].error, 0);
}

/* "Big real mode": a limit loaded in protected mode stays. */
Test(x86_segments, big_real_mode)
{
	rig_real();
	c->seg[S_DS].limit = 0xffffffff;
	x86_update(c);
	rig_code("8ed8 67 66 a1 00001000 f4"); /* mov ds, ax; mov eax, [100000h] */
	c->r[R_AX] = 0;
	rig_poke(RIG_DATA, 4, 0x12345678);
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->r[R_AX], 0x12345678);
}

/* ---- far transfers ------------------------------------------------------------------------------- */

static u64 gate(u16 sel, u32 offset, unsigned type, unsigned dpl, unsigned params)
{
	u64 attr = 0x80 | dpl << 5 | type;

	return (offset & 0xffff) | (u64)sel << 16 | (u64)params << 32 | attr << 40 | (u64)(offset >> 16) << 48;
}

Test(x86_segments, call_gate_with_parameters)
{
	rig_protected(3);
	rig_set_desc(FREE, gate(CODE0, RIG_CODE + 0x80, SYS_CALL, 3, 2));
	rig_code("68 11111111 68 22222222 9a 00000000 7b00"); /* push, push, lcall FREE|3:0 */
	rig_poke(RIG_CODE + 0x80, 1, 0xf4);
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->cpl, 0);
	cr_expect_eq(c->seg[S_CS].sel, CODE0);
	cr_expect_eq(c->r[R_SP], RIG_STACK0 - 24);
	cr_expect_eq(rig_frame(0), RIG_CODE + 17);
	cr_expect_eq(rig_frame(1), CODE3);
	cr_expect_eq(rig_frame(2), 0x22222222);
	cr_expect_eq(rig_frame(3), 0x11111111);
	cr_expect_eq(rig_frame(4), RIG_STACK3 - 8);
	cr_expect_eq(rig_frame(5), DATA3);
	/* retf 8 */
	c->halted = false;
	rig_poke(RIG_CODE + 0x81, 2, 0x08ca);
	rig_poke(RIG_CODE + 0x83, 1, 0);
	cr_expect_eq(rig_step(1), STOP_UNTIL);
	cr_expect_eq(c->cpl, 3);
	cr_expect_eq(c->cpu.pc, RIG_CODE + 17);
	cr_expect_eq(c->r[R_SP], RIG_STACK3, "the parameters are gone from both stacks");
}

Test(x86_segments, call_gate_privilege)
{
	rig_protected(3);
	rig_set_desc(FREE, gate(CODE0, RIG_CODE, SYS_CALL, 0, 0));
	rig_code("9a 00000000 7b00");
	cr_expect_eq(rig_run(), X_GP);
	cr_expect_eq(rig_frame(0), FREE);
	rig_protected(3);
	rig_set_desc(FREE, gate(CODE0, RIG_CODE, SYS_CALL, 3, 0));
	rig_poke(RIG_CODE, 1, 0xea);
	cr_expect_eq(rig_run(), X_GP, "JMP may not change level");
	cr_expect_eq(rig_frame(0), CODE0);
}

Test(x86_segments, call_gate_16)
{
	rig_protected(3);
	rig_set_desc(FREE, gate(CODE0, RIG_CODE + 0x80, SYS_CALL16, 3, 1));
	rig_code("66 68 1234 9a 00000000 7b00");
	rig_poke(RIG_CODE + 0x80, 1, 0xf4);
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->r[R_SP], RIG_STACK0 - 10);
	cr_expect_eq(rig_peek(RIG_STACK0 - 6, 2), 0x3412);
}

Test(x86_segments, call_gate_64)
{
	rig_long(3);
	rig_set_desc(FREE, gate(CODE0_64, RIG_CODE + 0x80, SYS_CALL, 3, 0));
	rig_set_desc(FREE + 8, 0);
	rig_code("ff18"); /* lcall [rax] */
	c->r[R_AX] = RIG_DATA;
	rig_poke(RIG_DATA + 4, 2, FREE);
	rig_poke(RIG_CODE + 0x80, 1, 0xf4);
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->cpl, 0);
	cr_expect_eq(c->r[R_SP], RIG_STACK0 - 32);
	cr_expect_eq(c->seg[S_SS].sel, 0);
	cr_expect_eq(rig_frame(0), RIG_CODE + 2);
	cr_expect_eq(rig_frame(2), RIG_STACK3);
}

Test(x86_segments, conforming_code)
{
	rig_protected(3);
	rig_set_desc(FREE, rig_desc(0, 0xfffff, code_attr | SEG_DC | SEG_G | SEG_DB));
	rig_code("ea 07800000 7800 0f0b");
	cr_expect_eq(rig_run(), X_UD);
	cr_expect_eq(rig_frame(1), FREE | 3, "the level stays 3");
}

Test(x86_segments, far_return_checks)
{
	rig_protected(0);
	rig_code("6a 13 6a 00 cb"); /* push 13h; push 0; retf: a data segment */
	cr_expect_eq(rig_run(), X_GP);
	cr_expect_eq(rig_frame(0), DATA0);
	cr_expect_eq(rig_frame(1), RIG_CODE + 4);
	rig_protected(3);
	rig_poke(RIG_CODE + 1, 1, CODE0);
	cr_expect_eq(rig_run(), X_GP, "a return cannot go inwards");
}

Test(x86_segments, long_mode_to_compatibility_and_back)
{
	rig_long(0);
	rig_code("ff28"); /* ljmp [rax] */
	c->r[R_AX] = RIG_DATA;
	rig_poke(RIG_DATA, 4, RIG_CODE + 0x40);
	rig_poke(RIG_DATA + 4, 2, CODE0);
	rig_poke(RIG_CODE + 0x40, 1, 0xea);
	rig_poke(RIG_CODE + 0x41, 4, RIG_CODE + 0x60);
	rig_poke(RIG_CODE + 0x45, 2, CODE0_64);
	rig_poke(RIG_CODE + 0x60, 4, 0xf4c08948); /* mov rax, rax; hlt */
	cr_expect_eq(rig_step(1), STOP_UNTIL);
	cr_expect_eq(c->code_size, 2);
	cr_expect_not(c->in64);
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect(c->in64);
	cr_expect_eq(c->cpu.pc, RIG_CODE + 0x64);
}

/* A near jump or sequential code must not run past the segment's end, even where blocks of another segment are
 * known. */
Test(x86_segments, code_limit)
{
	rig_protected(0);
	rig_code("ea 00810000 7800");
	rig_set_desc(FREE, rig_desc(0, 0x8101, code_attr | SEG_DB));
	rig_poke(RIG_CODE + 0x100, 4, 0xf4909090);
	c->cpu.pc = RIG_CODE + 0x102;
	cr_expect_eq(rig_run(), RIG_HALTED);
	c->halted = false;
	c->cpu.pc = RIG_CODE;
	cr_expect_eq(rig_run(), X_GP);
	cr_expect_eq(rig_frame(0), 0);
	cr_expect_eq(rig_frame(1), RIG_CODE + 0x102);
}

/* ---- looking at descriptors ---------------------------------------------------------------------- */

Test(x86_segments, lar_lsl_verr)
{
	rig_protected(0);
	rig_set_desc(FREE, rig_desc(0x12345678, 0x12345, data | SEG_G | SEG_DPL));
	rig_code("0f02d8 0f03c8 f4"); /* lar ebx, eax; lsl ecx, eax */
	c->r[R_AX] = FREE;
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect(x86_zf(c));
	cr_expect_eq(c->r[R_BX], 0x80f200, "without limit bits 19:16: %llx", (unsigned long long)c->r[R_BX]);
	cr_expect_eq(c->r[R_CX], 0x12345fff);
	rig_protected(0);
	c->r[R_AX] = GDT_LIMIT + 1;
	c->r[R_BX] = 5;
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_not(x86_zf(c));
	cr_expect_eq(c->r[R_BX], 5);
	rig_protected(0);
	rig_poke(RIG_CODE, 4, 0xf4e8000f); /* verw ax */
	rig_set_desc(FREE, rig_desc(0, 0xff, data & ~SEG_RW));
	c->r[R_AX] = FREE;
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_not(x86_zf(c));
}

Test(x86_segments, lldt_ltr)
{
	rig_protected(0);
	rig_code("0f00d0 f4"); /* lldt ax */
	c->r[R_AX] = LDT;
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->ldtr.base, RIG_LDT);
	rig_poke(RIG_LDT + 8, 8, rig_desc(0, 0xff, data));
	c->halted = false;
	rig_poke(RIG_CODE + 4, 4, 0x90f4d88e);
	c->r[R_AX] = 8 | 4;
	cr_expect_eq(rig_run(), RIG_HALTED, "a segment from the LDT");
	rig_protected(0);
	rig_poke(RIG_CODE, 4, 0xf4d8000f); /* ltr ax */
	c->r[R_AX] = TSS2;
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->tr.base, RIG_TSS2);
	cr_expect_eq(rig_peek(RIG_GDT + TSS2 + 5, 1) & 15, SYS_TSS_BUSY);
	c->halted = false;
	c->cpu.pc = RIG_CODE;
	cr_expect_eq(rig_run(), X_GP, "busy now");
	cr_expect_eq(rig_frame(0), TSS2);
	rig_protected(3);
	cr_expect_eq(rig_run(), X_GP);
	cr_expect_eq(rig_frame(0), 0);
}

Test(x86_segments, arpl)
{
	rig_protected(0);
	rig_code("63d8 f4"); /* arpl ax, bx */
	c->r[R_AX] = 0x10;
	c->r[R_BX] = 3;
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->r[R_AX], 0x13);
	cr_expect(x86_zf(c));
	rig_real();
	cr_expect_eq(rig_run(), X_UD);
}

Test(x86_segments, fs_and_gs_bases)
{
	rig_long(0);
	c->cr4 |= CR4_FSGSBASE;
	/* wrfsbase rax; mov rbx, fs:[rcx]; swapgs; mov rdx, gs:[rcx] */
	rig_code("f3480faed0 64488b19 0f01f8 65488b11 f4");
	c->r[R_AX] = RIG_DATA;
	c->r[R_CX] = 8;
	c->kernel_gs_base = RIG_DATA + 0x100;
	rig_poke(RIG_DATA + 8, 8, 0x1111);
	rig_poke(RIG_DATA + 0x108, 8, 0x2222);
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->r[R_BX], 0x1111);
	cr_expect_eq(c->r[R_DX], 0x2222);
}
