/* SPDX-License-Identifier: MIT */
/* Flag arithmetic, shared by exec handlers and the IR evaluator: three words stand for OSZAPC until
 * somebody asks. SDM vol. 1, 3.4.3.1. A result is kept sign-extended to 64 bits so that one
 * representation serves all operand sizes; carries are kept aligned to bit 63. */
#ifndef CPU_X86_FLAGS_H
#define CPU_X86_FLAGS_H

#include "cpu/x86/x86.h"

/* size is log2 bytes everywhere: 8 << size is the width in bits. */
ALWAYS_INLINE u64 x86_sext(u64 v, unsigned size)
{
	switch (size) {
	case 0:
		return (u64)(s64)(s8)v;
	case 1:
		return (u64)(s64)(s16)v;
	case 2:
		return (u64)(s64)(s32)v;
	default:
		return v;
	}
}

ALWAYS_INLINE u64 x86_zext(u64 v, unsigned size)
{
	switch (size) {
	case 0:
		return (u8)v;
	case 1:
		return (u16)v;
	case 2:
		return (u32)v;
	default:
		return v;
	}
}

/* Carry word from the carries out of each bit: CF and OF aligned to the top, AF kept in bit 3; the other bits are
 * garbage. */
ALWAYS_INLINE u64 x86_carry_word(u64 carries, unsigned size)
{
	return size == 3 ? carries : carries << (64 - (8u << size)) | (carries & 8);
}

/* r = a + b + carry-in, in any width: bits above the width are garbage in all three. */
ALWAYS_INLINE void x86_flags_add(struct x86 *c, u64 a, u64 b, u64 r, unsigned size)
{
	c->zr = c->sr = x86_sext(r, size);
	c->cr = x86_carry_word((a & b) | ((a | b) & ~r), size);
}

/* r = a - b - borrow-in. */
ALWAYS_INLINE void x86_flags_sub(struct x86 *c, u64 a, u64 b, u64 r, unsigned size)
{
	c->zr = c->sr = x86_sext(r, size);
	c->cr = x86_carry_word((~a & b) | ((~a | b) & r), size);
}

ALWAYS_INLINE void x86_flags_logic(struct x86 *c, u64 r, unsigned size)
{
	c->zr = c->sr = x86_sext(r, size);
	c->cr = 0;
}

ALWAYS_INLINE bool x86_cf(const struct x86 *c)
{
	return c->cr >> 63;
}

ALWAYS_INLINE bool x86_of(const struct x86 *c)
{
	return (c->cr ^ c->cr << 1) >> 63;
}

ALWAYS_INLINE bool x86_zf(const struct x86 *c)
{
	return c->zr == 0;
}

ALWAYS_INLINE bool x86_sf(const struct x86 *c)
{
	return c->sr >> 63;
}

ALWAYS_INLINE bool x86_af(const struct x86 *c)
{
	return c->cr >> 3 & 1;
}

ALWAYS_INLINE bool x86_pf(const struct x86 *c)
{
	return ~(0x6996u >> ((c->sr ^ c->sr >> 4) & 15)) & 1;
}

/* CF and OF anew, AF stays or is given by the caller through x86_set_oszapc. */
ALWAYS_INLINE void x86_set_cf_of(struct x86 *c, bool cf, bool of)
{
	c->cr = (c->cr & 8) | (u64)cf << 63 | (u64)(cf ^ of) << 62;
}

/* Flipping both bits that hold CF and OF changes CF alone. */
ALWAYS_INLINE void x86_set_cf(struct x86 *c, bool cf)
{
	u64 flip = (c->cr ^ (u64)cf << 63) & 1ull << 63;

	c->cr ^= flip | flip >> 1;
}

ALWAYS_INLINE void x86_set_zf(struct x86 *c, bool zf)
{
	c->zr = !zf;
}

/* OSZAPC from their RFLAGS positions; the canonical form that x86_ops.sync leaves behind. */
ALWAYS_INLINE void x86_set_oszapc(struct x86 *c, u32 f)
{
	bool cf = f & FL_CF, of = f & FL_OF;

	c->zr = !(f & FL_ZF);
	c->sr = (u64)!!(f & FL_SF) << 63 | !(f & FL_PF);
	c->cr = (u64)cf << 63 | (u64)(cf ^ of) << 62 | (f & FL_AF ? 8 : 0);
}

ALWAYS_INLINE u32 x86_get_oszapc(const struct x86 *c)
{
	return (x86_cf(c) ? FL_CF : 0) | (x86_pf(c) ? FL_PF : 0) | (x86_af(c) ? FL_AF : 0) | (x86_zf(c) ? FL_ZF : 0) |
	       (x86_sf(c) ? FL_SF : 0) | (x86_of(c) ? FL_OF : 0);
}

/* The sixteen conditions of Jcc, SETcc, CMOVcc in opcode order (SDM vol. 1, appendix B). */
ALWAYS_INLINE bool x86_condition(const struct x86 *c, unsigned cc)
{
	bool r;

	switch (cc >> 1) {
	case 0:
		r = x86_of(c);
		break;
	case 1:
		r = x86_cf(c);
		break;
	case 2:
		r = x86_zf(c);
		break;
	case 3:
		r = x86_cf(c) || x86_zf(c);
		break;
	case 4:
		r = x86_sf(c);
		break;
	case 5:
		r = x86_pf(c);
		break;
	case 6:
		r = x86_sf(c) != x86_of(c);
		break;
	default:
		r = x86_zf(c) || x86_sf(c) != x86_of(c);
		break;
	}
	return r != (cc & 1);
}

#endif
