/* SPDX-License-Identifier: MIT */
/* Hardware tasks: switches by JMP, CALL, IRET, task gates and exceptions, with 32-bit and 16-bit segments; links, busy
 * bits, NT and TS; faults that belong to the new task. Intel SDM vol. 3, chapter 7. */
#include "tests/unit/x86_rig.h"

static void tss32(u64 base, u32 eip, u32 flags, u32 esp)
{
	static const u16 sels[] = { DATA0, CODE0, DATA0, DATA0, DATA0, DATA0 };

	for (unsigned off = 0; off < 0x68; off += 4)
		rig_poke(base + off, 4, 0);
	rig_poke(base + 0x1c, 4, RIG_TABLES);
	rig_poke(base + 0x20, 4, eip);
	rig_poke(base + 0x24, 4, flags);
	rig_poke(base + 0x28, 4, 0xa5a5a5a5); /* EAX */
	rig_poke(base + 0x38, 4, esp);
	for (unsigned n = 0; n < 6; n++)
		rig_poke(base + 0x48 + n * 4, 4, sels[n]);
}

static void start(void)
{
	rig_start();
	rig_protected(0);
	tss32(RIG_TSS2, RIG_CODE + 0x100, FL_1, 0x5000);
	rig_poke(RIG_CODE + 0x100, 1, 0xf4);
	rig_poke(RIG_CODE + 0x101, 1, 0xcf); /* iretd */
}

TestSuite(x86_task, .init = start, .fini = rig_stop);

static unsigned type_of(u16 sel)
{
	return rig_peek(RIG_GDT + (sel & 0xfff8u) + 5, 1) & 15;
}

Test(x86_task, jump)
{
	rig_code("ea 00000000 4800 f4");
	c->r[R_BX] = 0x1234;
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->cpu.pc, RIG_CODE + 0x101);
	cr_expect_eq(c->r[R_AX], 0xa5a5a5a5);
	cr_expect_eq(c->r[R_SP], 0x5000);
	cr_expect_eq(c->tr.sel, TSS2);
	cr_expect_eq(type_of(TSS), SYS_TSS);
	cr_expect_eq(type_of(TSS2), SYS_TSS_BUSY);
	cr_expect_not(c->flags & FL_NT);
	cr_expect(c->cr0 & CR0_TS);
	cr_expect_eq(rig_peek(RIG_TSS + 0x20, 4), RIG_CODE + 7);
	cr_expect_eq(rig_peek(RIG_TSS + 0x34, 4), 0x1234);
	cr_expect_eq(rig_peek(RIG_TSS + 0x4c, 4) & 0xffff, CODE0);
}

Test(x86_task, call_and_return)
{
	rig_code("9a 00000000 4800 90 f4");
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->tr.sel, TSS2);
	cr_expect(c->flags & FL_NT);
	cr_expect_eq(rig_peek(RIG_TSS2, 2), TSS);
	cr_expect_eq(type_of(TSS), SYS_TSS_BUSY);
	c->halted = false;
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->cpu.pc, RIG_CODE + 9);
	cr_expect_eq(c->tr.sel, TSS);
	cr_expect_eq(c->r[R_SP], RIG_STACK0);
	cr_expect_eq(type_of(TSS2), SYS_TSS);
	cr_expect_not(c->flags & FL_NT);
	cr_expect_not(rig_peek(RIG_TSS2 + 0x24, 4) & FL_NT, "IRET saves flags without NT");
}

Test(x86_task, busy_and_missing)
{
	rig_code("ea 00000000 2800"); /* itself */
	cr_expect_eq(rig_run(), X_GP);
	cr_expect_eq(rig_frame(0), TSS);
	rig_protected(0);
	rig_poke(RIG_CODE + 5, 1, TSS2);
	rig_poke(RIG_GDT + TSS2 + 5, 1, SYS_TSS); /* P clear */
	cr_expect_eq(rig_run(), X_NP);
	cr_expect_eq(rig_frame(0), TSS2);
	rig_protected(0);
	rig_set_desc(TSS2, rig_desc(RIG_TSS2, 0x66, SEG_P | SYS_TSS));
	cr_expect_eq(rig_run(), X_TS);
	cr_expect_eq(rig_frame(0), TSS2);
	cr_expect_eq(rig_frame(1), RIG_CODE);
}

Test(x86_task, gate_from_exception)
{
	rig_poke(RIG_IDT + X_GP * 8, 8, (u64)TSS2 << 16 | (u64)(0x80 | SYS_TASK_GATE) << 40);
	rig_code("66 b8fcff 8ed8"); /* mov ds, 0fffch */
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->tr.sel, TSS2);
	cr_expect_eq(c->r[R_SP], 0x5000 - 4);
	cr_expect_eq(rig_frame(0), 0xfffc, "the error code lies on the new stack");
	cr_expect_eq(rig_peek(RIG_TSS + 0x20, 4), RIG_CODE + 4);
	cr_expect(rig_peek(RIG_TSS + 0x24, 4) & FL_RF);
	cr_expect(c->flags & FL_NT);
	cr_expect_eq(c->cpu.icount, 1 + 1 + 1);
}

/* A double fault's task gate rescues a kernel without a stack. */
Test(x86_task, double_fault_task)
{
	rig_poke(RIG_IDT + X_DF * 8, 8, (u64)TSS2 << 16 | (u64)(0x80 | SYS_TASK_GATE) << 40);
	rig_paging(RIG_32);
	rig_poke(rig_pte(RIG_32, RIG_STACK0 - 4096), 4, 0);
	rig_poke(rig_pte(RIG_32, 0x4000), 4, 0x4007);
	rig_code("a1 00004000");
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->tr.sel, TSS2);
	cr_expect_eq(rig_frame(0), 0);
	cr_expect_eq(c->cr2, RIG_STACK0 - 4);
	cr_expect_eq(c->cr3, RIG_TABLES);
}

Test(x86_task, bad_segment_faults_in_the_new_task)
{
	rig_poke(RIG_TSS2 + 0x54, 4, FREE + 0x80); /* DS beyond the GDT */
	rig_code("ea 00000000 4800");
	cr_expect_eq(rig_run(), X_TS);
	cr_expect_eq(rig_frame(0), FREE + 0x80);
	cr_expect_eq(rig_frame(1), RIG_CODE + 0x100);
	cr_expect_eq(c->tr.sel, TSS2);
}

Test(x86_task, trap_bit)
{
	rig_poke(RIG_TSS2 + 0x64, 2, 1);
	rig_code("ea 00000000 4800");
	cr_expect_eq(rig_run(), X_DB);
	cr_expect_eq(rig_frame(0), RIG_CODE + 0x100);
	cr_expect_eq(c->dr[6], 0xffff8ff0);
}

Test(x86_task, sixteen_bit)
{
	rig_set_desc(TSS2, rig_desc(RIG_TSS2, 0x2b, SEG_P | SYS_TSS16));
	for (unsigned off = 0; off < 0x2c; off += 2)
		rig_poke(RIG_TSS2 + off, 2, 0);
	rig_poke(RIG_TSS2 + 0x0e, 2, RIG_CODE + 0x100);
	rig_poke(RIG_TSS2 + 0x10, 2, FL_1 | FL_CF);
	rig_poke(RIG_TSS2 + 0x12, 2, 0xbeef);
	rig_poke(RIG_TSS2 + 0x1a, 2, 0x5000);
	rig_poke(RIG_TSS2 + 0x22, 2, DATA0);
	rig_poke(RIG_TSS2 + 0x24, 2, CODE0);
	rig_poke(RIG_TSS2 + 0x26, 2, DATA0);
	rig_code("9a 00000000 4800 f4");
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq((u16)c->r[R_AX], 0xbeef);
	cr_expect(x86_cf(c));
	cr_expect_eq(c->seg[S_DS].sel, 0);
	cr_expect(c->flags & FL_NT);
	c->halted = false;
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->cpu.pc, RIG_CODE + 8);
	cr_expect_eq(rig_peek(RIG_TSS2 + 0x12, 2), 0xbeef);
	cr_expect_eq(rig_peek(RIG_TSS2 + 0x0e, 2), RIG_CODE + 0x102);
}

Test(x86_task, to_virtual_8086)
{
	rig_poke(RIG_TSS2 + 0x24, 4, FL_VM | FL_IOPL | FL_1);
	rig_poke(RIG_TSS2 + 0x4c, 4, 0x0800);
	rig_poke(RIG_TSS2 + 0x20, 4, 0x0200);
	rig_poke(RIG_CODE + 0x200, 2, 0x30cd); /* int 30h */
	rig_code("ea 00000000 4800");
	rig_poke(RIG_TSS2 + 4, 4, 0x5800);
	rig_poke(RIG_TSS2 + 8, 4, DATA0);
	cr_expect_eq(rig_run(), 0x30);
	cr_expect_eq(rig_frame(0), 0x202);
	cr_expect_eq(rig_frame(1), 0x800);
	cr_expect_eq(c->r[R_SP], 0x5800 - 36);
}
