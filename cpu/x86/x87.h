/* SPDX-License-Identifier: MIT */
/* What every x87 instruction does around its arithmetic: may it run, the register stack and its faults, flags into the
 * status word, and the instruction and data pointers. SDM vol. 1, 8.1 (registers), 8.5 and 8.6 (exceptions).
 *
 * A handler: x87_ready; read memory (may fault); x87_note, x87_note_memory; check for empty or full registers; compute
 * with an fp_env; x87_end says whether the result may be stored; store, pop. Handlers that write memory do so before
 * all but x87_ready. */
#ifndef CPU_X86_X87_H
#define CPU_X86_X87_H

#include "cpu/fp/f80.h"
#include "cpu/x86/operand.h"

/* Status word (SDM vol. 1, figure 8-4); bits 0-5 are enum fp_flag. */
enum {
	SW_SF = 1 << 6, SW_ES = 1 << 7, SW_C0 = 1 << 8, SW_C1 = 1 << 9, SW_C2 = 1 << 10, SW_TOP = 7 << 11,
	SW_C3 = 1 << 14, SW_B = 1 << 15, SW_TOP_SHIFT = 11, SW_TOP_ONE = 1 << 11,
};
enum { CW_RC_SHIFT = 10, CW_PC_SHIFT = 8, CW_BITS = 0x1f7f, CW_ALWAYS = 0x40, CW_INIT = 0x37f };

/* body(c, i, ...) as an exec handler; the constants that follow vanish into it. */
#define SIZED_X87(name, body, ...) \
	static void name(struct cpu *cpu, const struct insn *i) \
	{ \
		body(x86_from(cpu), i, __VA_ARGS__); \
		cpu_next(cpu, i); \
	}

/* The operations of f80.h on two numbers and on one. */
#define F80_BINARY struct f80 (*f)(struct f80, struct f80, struct fp_env *)
#define F80_UNARY  struct f80 (*f)(struct f80, struct fp_env *)

/* ---- may it run? ------------------------------------------------------------------------------------------- */

/* An unmasked exception is pending: #MF, or FERR# if CR0.NE is clear. False: an interrupt comes first, run it again. */
COLD bool x87_pending(struct x86 *c);
COLD bool x87_wait(struct x86 *c);

/* SDM vol. 2: #NM if CR0.EM or CR0.TS; then #MF. False: do nothing now. */
ALWAYS_INLINE bool x87_ready(struct x86 *c)
{
	return likely(!((c->cr0 & (CR0_EM | CR0_TS)) | (c->x87.sw & SW_ES))) || x87_wait(c);
}

/* For those that don't look at pending exceptions (FNINIT ...). */
ALWAYS_INLINE void x87_ready_nowait(struct x86 *c)
{
	if (unlikely(c->cr0 & (CR0_EM | CR0_TS)))
		x86_raise(c, X_NM);
}

/* ES and B after a change of flags or masks (SDM vol. 1, 8.1.3.3); FERR# goes when ES does. */
void x87_update_es(struct x86 *c);

/* ---- pointers (SDM vol. 1, 8.1.8) ---------------------------------------------------------------------------- */

ALWAYS_INLINE void x87_note(struct x86 *c, const struct insn *i)
{
	c->x87.fip = (c->cpu.block_pc + i->off) & c->ip_mask;
	c->x87.fcs = c->seg[S_CS].sel;
}

ALWAYS_INLINE void x87_note_memory(struct x86 *c, const struct insn *i, u64 ea)
{
	x87_note(c, i);
	c->x87.fdp = ea;
	c->x87.fds = c->seg[i->f[F_SEG]].sel;
}

/* ---- the stack ----------------------------------------------------------------------------------------------- */

/* Physical number of ST(n). */
ALWAYS_INLINE unsigned x87_index(const struct x86 *c, unsigned n)
{
	return ((c->x87.sw >> SW_TOP_SHIFT) + n) & 7;
}

ALWAYS_INLINE bool x87_empty(const struct x86 *c, unsigned index)
{
	return !(c->x87.valid >> index & 1);
}

/* By parts: read in one piece, what was just written in two would have to wait for both. */
ALWAYS_INLINE struct f80 x87_get(const struct x86 *c, unsigned index)
{
	const struct f80 *r = &c->x87.r[index];

	return f80_make(r->se, r->sig);
}

ALWAYS_INLINE void x87_put(struct x86 *c, unsigned index, struct f80 v)
{
	c->x87.r[index].sig = v.sig;
	c->x87.r[index].se = v.se;
}

ALWAYS_INLINE void x87_set(struct x86 *c, unsigned index, struct f80 v)
{
	x87_put(c, index, v);
	c->x87.valid |= (u16)(1u << index);
}

ALWAYS_INLINE void x87_add_top(struct x86 *c, unsigned n)
{
	c->x87.sw = (u16)((c->x87.sw & ~SW_TOP) | ((c->x87.sw + n * SW_TOP_ONE) & SW_TOP));
}

ALWAYS_INLINE void x87_pop(struct x86 *c)
{
	c->x87.valid &= (u16)~(1u << x87_index(c, 0));
	x87_add_top(c, 1);
}

/* Nothing is looked at: for after the check. */
ALWAYS_INLINE void x87_push(struct x86 *c, struct f80 v)
{
	x87_add_top(c, 7);
	x87_set(c, x87_index(c, 0), v);
}

/* ---- flags ----------------------------------------------------------------------------------------------------- */

/* An unmasked exception has just been found: ES and B, and the opcode for FNSTENV. */
COLD void x87_unmasked(struct x86 *c, const struct insn *i);

/* Sets IE and SF (SDM vol. 1, 8.5.1.1). True: IE is masked, the indefinite takes the place of the result. */
COLD bool x87_underflow(struct x86 *c, const struct insn *i);
COLD bool x87_overflow(struct x86 *c, const struct insn *i);

ALWAYS_INLINE void x87_env(const struct x86 *c, struct fp_env *e)
{
	static const u8 precision[4] = { 24, 64, 53, 64 };
	u16 cw = c->x87.cw;

	memset(e, 0, sizeof(*e));
	e->round = cw >> CW_RC_SHIFT & 3;
	e->masks = cw & FP_ALL;
	e->rule = FP_RULE_X87;
	e->prec = precision[cw >> CW_PC_SHIFT & 3];
}

/* Flags become sticky, C1 says "rounded up". The result may be stored if none of `stop` is raised unmasked. */
ALWAYS_INLINE bool x87_end_unless(struct x86 *c, const struct insn *i, const struct fp_env *e, u8 stop)
{
	u8 open = e->flags & ~e->masks;

	c->x87.sw = (u16)((c->x87.sw & ~SW_C1) | e->flags | (e->rounded_up ? SW_C1 : 0));
	if (unlikely(open))
		x87_unmasked(c, i);
	return !(open & stop);
}

ALWAYS_INLINE bool x87_end(struct x86 *c, const struct insn *i, const struct fp_env *e)
{
	return x87_end_unless(c, i, e, FP_PRE);
}

ALWAYS_INLINE void x87_clear_c1(struct x86 *c)
{
	c->x87.sw &= (u16)~SW_C1;
}

#endif
