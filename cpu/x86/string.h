/* SPDX-License-Identifier: MIT */
/* What the string instructions share (MOVS CMPS SCAS LODS STOS, and INS OUTS in io.c): pointers and counter at the
 * address size, and the repetition. Every iteration counts as one instruction, leaves the registers as the manual
 * says, and may fault, be the last before the deadline, or be followed by an interrupt.
 * Intel SDM vol. 2, REP/REPE/REPZ/REPNE/REPNZ; vol. 1, 7.3.9. */
#ifndef CPU_X86_STRING_H
#define CPU_X86_STRING_H

#include "cpu/block.h"
#include "cpu/x86/operand.h"

/* One iteration; false ends the repetition early (CMPS, SCAS). */
typedef bool x86_string_one(struct x86 *c, const struct insn *i, unsigned size);
/* As many as `most` iterations (at least 2) on host memory; returns how many were done, 0: take a single one.
 * Clears *more to end the repetition early. */
typedef u64 x86_string_bulk(struct x86 *c, const struct insn *i, unsigned size, u64 most, bool *more);

ALWAYS_INLINE s64 x86_string_step(const struct x86 *c, unsigned size)
{
	return c->flags & FL_DF ? -(s64)BIT(size) : (s64)BIT(size);
}

/* The pointer in register n. */
ALWAYS_INLINE u64 x86_string_at(const struct x86 *c, const struct insn *i, unsigned n)
{
	return x86_zext(c->r[n], i->f[F_ASIZE]);
}

ALWAYS_INLINE void x86_string_move(struct x86 *c, const struct insn *i, unsigned n, s64 by)
{
	x86_set_reg(c, n, i->f[F_ASIZE], c->r[n] + (u64)by);
}

/* How many elements from the pointer in register n on may be touched through *p, which points at the first one; the
 * next is above it, or below it if DF is set. At most `most`, at most one page; 0 if the address is odd in any way. */
u64 x86_string_run(struct x86 *c, const struct insn *i, unsigned seg, unsigned n, unsigned size, u64 most,
	enum access access, u8 **p);

/* What is to be looked at between iterations. Single steps that are only there to clear RF can wait for the end: a
 * repetition that goes on after a page fault has RF set all the way. */
ALWAYS_INLINE u32 x86_string_events(const struct x86 *c)
{
	bool only_rf = !(c->flags & FL_TF) && !(c->dr[7] & 0xff);

	return c->cpu.events & ~(only_rf ? (u32)EVENT_STEP : 0u);
}

/* The repetition must pause: something is to be looked at, or the block's own bytes were written. */
ALWAYS_INLINE bool x86_string_disturbed(const struct x86 *c)
{
	return x86_string_events(c) || !c->cpu.block->live;
}

/* Until a repeated CMPS or SCAS has ended, EFLAGS are those from before it: a fault finds them so (SDM vol. 2, REP),
 * and processors show them so to traps and interrupts between iterations too. */
struct x86_string_flags {
	u64 zr, sr, cr;
};

ALWAYS_INLINE void x86_string_unflag(struct x86 *c, const struct x86_string_flags *f)
{
	c->zr = f->zr;
	c->sr = f->sr;
	c->cr = f->cr;
}

/* Runs the instruction, once or repeated. compares: CMPS, SCAS. */
ALWAYS_INLINE void x86_string_repeat(struct x86 *c, const struct insn *i, const unsigned size, x86_string_one *one,
	x86_string_bulk *bulk, const bool compares)
{
	bool repeated = i->f[F_PFX] & (PFX_REP | PFX_REPNE);
	u64 left = repeated ? x86_string_at(c, i, R_CX) : 1;
	struct x86_string_flags before = { c->zr, c->sr, c->cr };

	while (left) {
		u64 n = 0;
		bool more = true;

		if (bulk && left > 1 && !x86_string_events(c) && cpu_room(&c->cpu) > 1)
			n = bulk(c, i, size, min_u64(cpu_room(&c->cpu), left), &more);
		if (!n) {
			if (compares)
				x86_string_unflag(c, &before);
			more = one(c, i, size);
			n = 1;
		}
		if (!repeated)
			return;
		left -= n;
		x86_string_move(c, i, R_CX, -(s64)n);
		if (!left || !more || x86_string_disturbed(c) || n >= cpu_room(&c->cpu)) {
			cpu_count(&c->cpu, n - 1);
			c->in_repeat = left && more;
			if (left && more) {
				if (compares)
					x86_string_unflag(c, &before);
				cpu_stay(&c->cpu);
			}
			return;
		}
		cpu_count(&c->cpu, n);
	}
}

#endif
