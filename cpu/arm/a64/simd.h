/* SPDX-License-Identifier: MIT */
/* Handlers of Advanced SIMD integer instructions from meanings: a body fetches the operands, applies a function to
 * each 64-bit word (lanes.h) and stores; size, shape and function come as constants and vanish into the handler. Arm
 * ARM C7; the bodies follow the shapes of operands in the A64 encoding index (C4.1). */
#ifndef CPU_ARM_A64_SIMD_H
#define CPU_ARM_A64_SIMD_H

#include "cpu/arm/a64/a64.h"
#include "cpu/lane.h"
#include "cpu/lanes_pair.h"

#define FPSR_QC BIT(27)

/* What of a register is worked on: its lowest element, the lower half, all of it. What is not becomes zero. */
enum simd_shape { SCALAR, HALF, FULL };

/* ---- names: body(c, i, size, shape, ...) becomes name_8b ... name_2d, or name_b ... name_d for scalars --- */

#define SIZED_LANES(name, size, shape, body, ...) \
	static void name(struct cpu *cpu, const struct insn *i) \
	{ \
		body(arm_from(cpu), i, size, shape, __VA_ARGS__); \
		cpu_next(cpu, i); \
	}
#define SIZED_B(name, ...) SIZED_LANES(name##_8b, 0, HALF, __VA_ARGS__) SIZED_LANES(name##_16b, 0, FULL, __VA_ARGS__)
#define SIZED_H(name, ...) SIZED_LANES(name##_4h, 1, HALF, __VA_ARGS__) SIZED_LANES(name##_8h, 1, FULL, __VA_ARGS__)
#define SIZED_S(name, ...) SIZED_LANES(name##_2s, 2, HALF, __VA_ARGS__) SIZED_LANES(name##_4s, 2, FULL, __VA_ARGS__)
#define SIZED_HS(name, ...) SIZED_H(name, __VA_ARGS__) SIZED_S(name, __VA_ARGS__)
#define SIZED_BHS(name, ...) SIZED_B(name, __VA_ARGS__) SIZED_HS(name, __VA_ARGS__)
#define SIZED_BHSD(name, ...) SIZED_BHS(name, __VA_ARGS__) SIZED_LANES(name##_2d, 3, FULL, __VA_ARGS__)
#define SIZED_SCALAR_D(name, ...) SIZED_LANES(name##_d, 3, SCALAR, __VA_ARGS__)
#define SIZED_SCALAR_HS(name, ...) \
	SIZED_LANES(name##_h, 1, SCALAR, __VA_ARGS__) SIZED_LANES(name##_s, 2, SCALAR, __VA_ARGS__)
#define SIZED_SCALAR_BHS(name, ...) SIZED_LANES(name##_b, 0, SCALAR, __VA_ARGS__) SIZED_SCALAR_HS(name, __VA_ARGS__)
#define SIZED_SCALAR(name, ...) SIZED_SCALAR_BHS(name, __VA_ARGS__) SIZED_SCALAR_D(name, __VA_ARGS__)

#define SIZES_B(name)          {[0] = name##_8b, [4] = name##_16b}
#define SIZES_BH(name)         {[0] = name##_8b, [1] = name##_4h, [4] = name##_16b, [5] = name##_8h}
#define SIZES_S(name)          {[2] = name##_2s, [6] = name##_4s}
#define SIZES_HS(name)         {[1] = name##_4h, [2] = name##_2s, [5] = name##_8h, [6] = name##_4s}
#define SIZES_BHS(name)        {name##_8b, name##_4h, name##_2s, NULL, name##_16b, name##_8h, name##_4s}
#define SIZES_BHSD(name)       {name##_8b, name##_4h, name##_2s, NULL, name##_16b, name##_8h, name##_4s, name##_2d}
#define SIZES_SCALAR_HS(name)  {[1] = name##_h, [2] = name##_s}
#define SIZES_SCALAR_BHS(name) {name##_b, name##_h, name##_s}
#define SIZES_SCALAR_D(name)   {[3] = name##_d}
#define SIZES_SCALAR(name)     {name##_b, name##_h, name##_s, name##_d}

/* ---- for `valid`: immh:immb in imm becomes the size and the count of bits (immh 0: not a shift) ---- */

ALWAYS_INLINE bool simd_shift_size(struct insn *i)
{
	i->size = i->imm >= 64 ? 3 : i->imm >= 32 ? 2 : i->imm >= 16;
	return i->imm >= 8;
}

static inline bool simd_shift_left_imm(struct insn *i)
{
	bool ok = simd_shift_size(i);

	i->imm -= 8u << i->size;
	return ok;
}

static inline bool simd_shift_right_imm(struct insn *i)
{
	bool ok = simd_shift_size(i);

	i->imm = (16u << i->size) - i->imm;
	return ok;
}

/* ---- operands -------------------------------------------------------------------------------------- */

/* The part of a word that counts: scalar instructions must not saturate because of what lies above. */
ALWAYS_INLINE u64 simd_word(u64 v, const unsigned size, const unsigned shape)
{
	return shape == SCALAR ? v & mask_low(8u << size) : v;
}

/* The second source: Vm, or one element of it in every place. */
ALWAYS_INLINE union vec simd_m(const struct arm *c, const struct insn *i, const unsigned size)
{
	(void)size;
	return c->v[i->f[F_M]];
}

ALWAYS_INLINE union vec simd_element(const struct arm *c, const struct insn *i, const unsigned size)
{
	u64 v = lane_get(c->v[i->f[F_M]].q, i->f[F_H], 8u << size) * lanes_low(8u << size);

	return (union vec){{v, v}};
}

ALWAYS_INLINE void simd_set(struct arm *c, const struct insn *i, u64 low, u64 high)
{
	c->v[i->f[F_D]].q[0] = low;
	c->v[i->f[F_D]].q[1] = high;
}

/* r where it saturated from what it would be else (either as whole words): FPSR.QC is sticky. */
ALWAYS_INLINE u64 simd_saturated(struct arm *c, u64 r, u64 exact)
{
	c->fpsr |= r != exact ? (u32)FPSR_QC : 0;
	return r;
}

typedef u64 simd_f(u64 a, u64 b, unsigned w);                       /* on words of elements of w bits */
typedef u64 simd_fq(struct arm *c, u64 a, u64 b, unsigned w);       /* that may saturate */
typedef union vec simd_operand(const struct arm *c, const struct insn *i, const unsigned size);

/* ---- D = f(N, M) ----------------------------------------------------------------------------------- */

ALWAYS_INLINE void simd_binary(struct arm *c, const struct insn *i, const unsigned size, const unsigned shape,
	simd_operand *second, simd_f *f)
{
	union vec n = c->v[i->f[F_N]], m = second(c, i, size);

	simd_set(c, i, simd_word(f(n.q[0], m.q[0], 8u << size), size, shape),
		shape == FULL ? f(n.q[1], m.q[1], 8u << size) : 0);
}

/* D = add(D, f(N, M)) */
ALWAYS_INLINE void simd_accumulate(struct arm *c, const struct insn *i, const unsigned size, const unsigned shape,
	simd_operand *second, simd_f *f, simd_f *add)
{
	union vec n = c->v[i->f[F_N]], m = second(c, i, size), d = c->v[i->f[F_D]];

	simd_set(c, i, add(d.q[0], f(n.q[0], m.q[0], 8u << size), 8u << size),
		shape == FULL ? add(d.q[1], f(n.q[1], m.q[1], 8u << size), 8u << size) : 0);
}

/* D = f(N, M), saturating */
ALWAYS_INLINE void simd_saturating(struct arm *c, const struct insn *i, const unsigned size, const unsigned shape,
	simd_operand *second, simd_fq *f)
{
	union vec n = c->v[i->f[F_N]], m = second(c, i, size);
	u64 low = f(c, simd_word(n.q[0], size, shape), simd_word(m.q[0], size, shape), 8u << size);

	simd_set(c, i, simd_word(low, size, shape), shape == FULL ? f(c, n.q[1], m.q[1], 8u << size) : 0);
}

/* ---- D = f(D, N): one source, what was in D may count ---------------------------------------------- */

ALWAYS_INLINE void simd_unary(struct arm *c, const struct insn *i, const unsigned size, const unsigned shape, simd_f *f)
{
	union vec n = c->v[i->f[F_N]], d = c->v[i->f[F_D]];

	simd_set(c, i, simd_word(f(d.q[0], n.q[0], 8u << size), size, shape),
		shape == FULL ? f(d.q[1], n.q[1], 8u << size) : 0);
}

ALWAYS_INLINE void simd_unary_saturating(struct arm *c, const struct insn *i, const unsigned size, const unsigned shape,
	simd_fq *f)
{
	union vec n = c->v[i->f[F_N]], d = c->v[i->f[F_D]];
	u64 low = f(c, simd_word(d.q[0], size, shape), simd_word(n.q[0], size, shape), 8u << size);

	simd_set(c, i, simd_word(low, size, shape), shape == FULL ? f(c, d.q[1], n.q[1], 8u << size) : 0);
}

/* ---- from elements of w bits to 2w and back -------------------------------------------------------- */

ALWAYS_INLINE u64 simd_widen_signed(u64 a, unsigned w)
{
	u64 sign = lanes_low(2 * w) << (w - 1);

	return w == 32 ? (u64)(s64)(s32)a : lanes_sub(lanes_widen(a, w) ^ sign, sign, 2 * w);
}

ALWAYS_INLINE u64 simd_widen_unsigned(u64 a, unsigned w)
{
	return lanes_widen(a, w);
}

/* Half of a result of twice the width: which one the instruction's Q says; the upper half leaves the lower alone. */
ALWAYS_INLINE void simd_set_narrow(struct arm *c, const struct insn *i, const unsigned shape, u64 v)
{
	if (shape == FULL)
		c->v[i->f[F_D]].q[1] = v;
	else
		simd_set(c, i, v, 0);
}

#endif
