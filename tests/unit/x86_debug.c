/* SPDX-License-Identifier: MIT */
/* Breakpoints of the debug registers on execution, data and ports; RF, general detect, DR4 and DR5. Intel SDM vol. 3,
 * chapter 17.2 and 17.3. */
#include "tests/unit/x86_rig.h"

TestSuite(x86_debug, .init = rig_start, .fini = rig_stop);

#define DR6(bits) (0xffff0ff0u | (bits))

static void breakpoint(unsigned n, u64 address, unsigned kind, unsigned length)
{
	c->dr[n] = address;
	c->dr[7] |= 2u << (2 * n) | kind << (16 + 4 * n) | length << (18 + 4 * n);
	x86_debug_changed(c);
}

Test(x86_debug, execution)
{
	rig_protected(0);
	rig_code("90 90 90 f4");
	breakpoint(1, RIG_CODE + 2, 0, 0);
	cr_expect_eq(rig_run(), X_DB);
	cr_expect_eq(rig_frame(0), RIG_CODE + 2, "a fault: before the instruction");
	cr_expect_eq(c->dr[6], DR6(2));
	cr_expect_not(rig_frame(2) & FL_RF, "the handler itself has to set RF");
	/* IRET with RF goes past it, once */
	c->halted = false;
	rig_poke(c->r[R_SP] + 8, 4, FL_RF | FL_1);
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_not(c->flags & FL_RF);
	c->halted = false;
	c->cpu.pc = RIG_CODE;
	cr_expect_eq(rig_run(), X_DB);
}

Test(x86_debug, data_write)
{
	rig_protected(0);
	rig_code("a1 00001000 a3 04001000 a3 00001000 f4");
	breakpoint(0, RIG_DATA, 1, 3);
	cr_expect_eq(rig_run(), X_DB);
	cr_expect_eq(rig_frame(0), RIG_CODE + 15, "a trap: after the write, not the read, not its neighbour");
	cr_expect_eq(c->dr[6], DR6(1));
}

Test(x86_debug, data_read_or_write)
{
	rig_protected(0);
	rig_code("a1 fe0f1000 a0 03001000 f4");
	breakpoint(2, RIG_DATA + 3, 3, 0);
	c->r[R_AX] = 0;
	cr_expect_eq(rig_run(), X_DB);
	cr_expect_eq(rig_frame(0), RIG_CODE + 10);
	cr_expect_eq(c->dr[6], DR6(4));
}

/* An access that overlaps two breakpoints in a page that was already in the TLB. */
Test(x86_debug, two_at_once)
{
	rig_protected(0);
	rig_code("a3 00001000 90 a3 00001000 f4");
	cr_expect_eq(rig_step(2), STOP_UNTIL);
	breakpoint(0, RIG_DATA, 1, 0);
	breakpoint(3, RIG_DATA + 2, 1, 1);
	cr_expect_eq(rig_run(), X_DB);
	cr_expect_eq(c->dr[6], DR6(9));
}

Test(x86_debug, string_stops_at_the_iteration)
{
	rig_protected(0);
	rig_code("f3aa f4");
	c->r[R_CX] = 100;
	c->r[R_DI] = RIG_DATA;
	breakpoint(0, RIG_DATA + 10, 1, 0);
	cr_expect_eq(rig_run(), X_DB);
	cr_expect_eq(c->r[R_CX], 89);
	cr_expect_eq(rig_frame(0), RIG_CODE);
}

Test(x86_debug, ports)
{
	rig_protected(0);
	c->cr4 = CR4_DE;
	rig_code("e460 e461 f4");
	breakpoint(0, 0x61, 2, 0);
	cr_expect_eq(rig_run(), X_DB);
	cr_expect_eq(rig_frame(0), RIG_CODE + 4);
}

Test(x86_debug, general_detect)
{
	rig_protected(0);
	rig_code("0f23c0 f4"); /* mov dr0, eax */
	c->dr[7] |= 0x2000;
	cr_expect_eq(rig_run(), X_DB);
	cr_expect_eq(rig_frame(0), RIG_CODE);
	cr_expect_eq(c->dr[6], DR6(1u << 13));
	cr_expect_not(c->dr[7] & 0x2000, "GD is clear in the handler");
}

Test(x86_debug, register_access)
{
	rig_protected(0);
	rig_code("0f23f8 0f21fb f4"); /* mov dr7, eax; mov ebx, dr7 */
	c->r[R_AX] = 0xffffdf00;
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->r[R_BX], 0xffff0700, "reserved bits stay");
	rig_protected(0);
	rig_poke(RIG_CODE, 4, 0xf4e0210f); /* mov eax, dr4 */
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->r[R_AX], c->dr[6]);
	rig_protected(0);
	c->cr4 = CR4_DE;
	cr_expect_eq(rig_run(), X_UD);
	rig_protected(3);
	c->cr4 = 0;
	cr_expect_eq(rig_run(), X_GP);
}

Test(x86_debug, icebp)
{
	rig_protected(3);
	rig_code("f1");
	cr_expect_eq(rig_run(), X_DB, "no check of the gate's DPL");
	cr_expect_eq(rig_frame(0), RIG_CODE + 1);
	cr_expect_eq(c->dr[6], DR6(0));
}

/* A trap that belongs to an instruction that faults never happens. */
Test(x86_debug, fault_voids_traps)
{
	rig_protected(0);
	rig_paging(RIG_32);
	rig_code("ff 35 fc0f1000 f4"); /* push dword [100ffch] */
	breakpoint(0, RIG_DATA + 0xffc, 3, 3);
	c->r[R_SP] = 0x500000;
	c->seg[S_SS].limit = 0x4fffff;
	rig_poke(RIG_TABLES + 4, 4, 0);
	x86_update(c);
	cr_expect_eq(rig_run(), RIG_SHUTDOWN, "the stack is not mapped, so the fault cannot be delivered either");
	cr_expect_eq(c->chain[0].vector, X_PF);
	cr_expect_eq(c->dr[6], DR6(0));
}
