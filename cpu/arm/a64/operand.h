/* SPDX-License-Identifier: MIT */
/* What the integer groups have in common: shifts, extensions, conditions, carries. The manual's shared pseudocode
 * (Arm ARM J1.3) in forms without branches, because which shift or condition it is can't be predicted. */
#ifndef CPU_ARM_A64_OPERAND_H
#define CPU_ARM_A64_OPERAND_H

#include "cpu/arm/a64/a64.h"

/* Handlers name_w and name_x for a body `fn` that takes constants behind the size: fn(c, i, size, ...). */
#define SIZED_OP(name, fn, ...) OP(name##_w, fn, 2, __VA_ARGS__) OP(name##_x, fn, 3, __VA_ARGS__)
#define OP(name, fn, ...) \
	static void name(struct cpu *cpu, const struct insn *i) \
	{ \
		fn(arm_from(cpu), i, __VA_ARGS__); \
		cpu_next(cpu, i); \
	}

/* The second operand of logical instructions and additions: as it is, shifted by LSL, or by any type (F_O, F_H). The
 * first two are nearly all that compilers emit. */
enum a64_shifted { PLAIN, LEFT, ANY };

/* ---- shifts and extensions ----------------------------------------------------------------------------------- */

enum shift_type { SHIFT_LSL, SHIFT_LSR, SHIFT_ASR, SHIFT_ROR };

/* n < 32 or 64 by size; v need not be cut. */
ALWAYS_INLINE u64 a64_lsl(u64 v, unsigned n, const unsigned size)
{
	return a64_cut(v << n, size);
}

ALWAYS_INLINE u64 a64_lsr(u64 v, unsigned n, const unsigned size)
{
	return a64_cut(v, size) >> n;
}

ALWAYS_INLINE u64 a64_asr(u64 v, unsigned n, const unsigned size)
{
	return a64_cut((u64)(a64_signed(v, size) >> n), size);
}

ALWAYS_INLINE u64 a64_ror(u64 v, unsigned n, const unsigned size)
{
	if (size == 3)
		return v >> n | v << (-n & 63);
	v = a64_cut(v, 2);
	return a64_cut((v | v << 32) >> n, 2);
}

/* ShiftReg */
ALWAYS_INLINE u64 a64_shift(u64 v, unsigned type, unsigned n, const unsigned size)
{
	switch (type) {
	case SHIFT_LSL: return a64_lsl(v, n, size);
	case SHIFT_LSR: return a64_lsr(v, n, size);
	case SHIFT_ASR: return a64_asr(v, n, size);
	default: return a64_ror(v, n, size);
	}
}

ALWAYS_INLINE u64 a64_get_shifted(const struct arm *c, const struct insn *i, const unsigned size,
	const enum a64_shifted shifted)
{
	u64 v = c->x[i->f[F_M]];

	if (shifted == PLAIN)
		return a64_cut(v, size);
	return shifted == LEFT ? a64_lsl(v, i->f[F_H], size) : a64_shift(v, i->f[F_O], i->f[F_H], size);
}

/* ExtendReg: option 0..7 is UXTB UXTH UXTW UXTX SXTB SXTH SXTW SXTX, then a shift to the left. Not cut. */
ALWAYS_INLINE u64 a64_extend(u64 v, unsigned option, unsigned shift)
{
	unsigned unused = 64 - (8u << (option & 3));
	u64 sign = (u64)(option >> 2) << (63 - unused);

	v &= ~0ull >> unused;
	return ((v ^ sign) - sign) << shift;
}

/* ---- flags --------------------------------------------------------------------------------------------------- */

/* N Z C V in bits 3:0, and back. */
ALWAYS_INLINE unsigned a64_get_nzcv(const struct arm *c)
{
	return (unsigned)(c->nr >> 63) << 3 | (unsigned)(c->zr == 0) << 2 | (unsigned)c->cf << 1 | c->vf;
}

ALWAYS_INLINE void a64_put_nzcv(struct arm *c, unsigned nzcv)
{
	c->nr = (u64)nzcv >> 3 << 63;
	c->zr = ~nzcv & 4;
	c->cf = nzcv >> 1 & 1;
	c->vf = nzcv & 1;
}

/* For `valid`: a bit for each of the sixteen NZCV with which the condition holds; and the look-up. */
u64 a64_cond_mask(unsigned cond);
ALWAYS_INLINE bool a64_holds(const struct arm *c, u64 mask)
{
	return mask >> a64_get_nzcv(c) & 1;
}

/* AddWithCarry with a carry in; a and b are cut to size. */
ALWAYS_INLINE u64 a64_adcs(struct arm *c, u64 a, u64 b, const unsigned size)
{
	u64 carry = c->cf, r = a64_cut(a + b + carry, size);

	a64_flags_nz(c, r, size);
	c->cf = r < a || (carry && r == a);
	c->vf = ((a ^ r) & (b ^ r)) >> ((8u << size) - 1) & 1;
	return r;
}

ALWAYS_INLINE void a64_flags_logic(struct arm *c, u64 r, const unsigned size)
{
	a64_flags_nz(c, r, size);
	c->cf = c->vf = 0;
}

/* ---- for `valid` --------------------------------------------------------------------------------------------- */

/* Amount in F_H: less than the register has bits. */
bool a64_valid_amount(struct insn *i);

#endif
