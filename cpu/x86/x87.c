/* SPDX-License-Identifier: MIT */
/* The rare sides of every x87 instruction: pending exceptions and how they are reported, stack faults, and the opcode
 * of the instruction that failed. SDM vol. 1, 8.1.9, 8.5.1.1 and 8.7 (#MF, or FERR# as the IBM PC wired it); vol. 3,
 * 2.5 (CR0.NE). */
#include "cpu/x86/x87.h"

#include "cpu/x86/sys.h"

/* With CR0.NE clear FERR# is raised and the processor stands still for the interrupt that the board makes of it. If
 * there is none (masked, or interrupts are off), or with IGNNE#, the instruction runs as if nothing were pending (SDM
 * vol. 1, D.2.1). */
bool x87_pending(struct x86 *c)
{
	bool waiting = c->irq_line;

	if (c->cr0 & CR0_NE)
		x86_raise(c, X_MF);
	if (c->ignne)
		return true;
	if (c->bus.ferr)
		c->bus.ferr(c->bus.arg, true);
	if (waiting || !c->irq_line || !(c->flags & FL_IF))
		return true;
	c->step_armed = false; /* TF: it has not completed */
	cpu_stay(&c->cpu);
	return false;
}

bool x87_wait(struct x86 *c)
{
	x87_ready_nowait(c);
	return x87_pending(c);
}

void x87_update_es(struct x86 *c)
{
	bool was = c->x87.sw & SW_ES, is = c->x87.sw & ~c->x87.cw & FP_ALL;

	c->x87.sw &= (u16) ~(SW_ES | SW_B);
	c->x87.sw |= is ? SW_ES | SW_B : 0;
	if (was && !is && c->bus.ferr)
		c->bus.ferr(c->bus.arg, false);
}

/* A byte of code, or -1 where there is no memory. */
static int code_byte(struct x86 *c, u64 la)
{
	u64 pa;
	const u8 *p = x86_peek(c, la & c->la_mask, &pa) ? space_ram(c->cpu.memory, pa, 1) : NULL;

	return p ? *p : -1;
}

/* The last three bits of the escape byte, and ModRM. No prefix looks like an escape. */
static u16 opcode(struct x86 *c, const struct insn *i)
{
	u64 la = c->cpu.pc_base + c->cpu.block_pc + i->off;

	for (unsigned n = 1; n < i->len; n++, la++) {
		int escape = code_byte(c, la), modrm = code_byte(c, la + 1);

		if ((escape & 0xf8) == 0xd8 && modrm >= 0)
			return (u16)((escape & 7) << 8 | modrm);
	}
	return 0;
}

void x87_unmasked(struct x86 *c, const struct insn *i)
{
	c->x87.sw |= SW_ES | SW_B;
	c->x87.fop = opcode(c, i);
}

static bool stack_fault(struct x86 *c, const struct insn *i, u16 c1)
{
	c->x87.sw = (u16)((c->x87.sw & ~SW_C1) | SW_SF | FP_IE | c1);
	if (c->x87.cw & FP_IE)
		return true;
	x87_unmasked(c, i);
	return false;
}

bool x87_underflow(struct x86 *c, const struct insn *i)
{
	return stack_fault(c, i, 0);
}

bool x87_overflow(struct x86 *c, const struct insn *i)
{
	return stack_fault(c, i, SW_C1);
}
