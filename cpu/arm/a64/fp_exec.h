/* SPDX-License-Identifier: MIT */
/* Handlers of floating-point instructions from the meaning of one element: fetch the elements, apply, store, zero the
 * rest of the register. `size` is log2 of an element's bytes, `bytes` the length of what is worked on: 16 or 8 for
 * vectors, one element for scalars. The operation comes as a constant argument and vanishes into the handler.
 * Arm ARM C7.1 (the SIMD&FP register file), C4.1 (size, Q). */
#ifndef CPU_ARM_A64_FP_EXEC_H
#define CPU_ARM_A64_FP_EXEC_H

#include "cpu/arm/a64/a64.h"
#include "cpu/arm/a64/fp_elem.h"

/* ---- names: body(c, i, size, bytes, ...) becomes fn_h fn_s fn_d, or fn_4h fn_8h fn_2s fn_4s fn_2d --------- */

#define SIZED_FP(fn, suffix, body, ...) \
	static void fn##suffix(struct cpu *cpu, const struct insn *i) \
	{ \
		body(arm_from(cpu), i, __VA_ARGS__); \
		cpu_next(cpu, i); \
	}
#define SIZED_F(fn, body, ...) \
	SIZED_FP(fn, _h, body, 1, 2, __VA_ARGS__) SIZED_FP(fn, _s, body, 2, 4, __VA_ARGS__) \
	SIZED_FP(fn, _d, body, 3, 8, __VA_ARGS__)
#define SIZED_FV(fn, body, ...) \
	SIZED_FP(fn, _4h, body, 1, 8, __VA_ARGS__) SIZED_FP(fn, _8h, body, 1, 16, __VA_ARGS__) \
	SIZED_FP(fn, _2s, body, 2, 8, __VA_ARGS__) SIZED_FP(fn, _4s, body, 2, 16, __VA_ARGS__) \
	SIZED_FP(fn, _2d, body, 3, 16, __VA_ARGS__)
#define SIZES_F(fn)  {[1] = fn##_h, [2] = fn##_s, [3] = fn##_d}
/* Q = 0 with doubles is reserved: [3] is left out. */
#define SIZES_FV(fn) {[1] = fn##_4h, [2] = fn##_2s, [5] = fn##_8h, [6] = fn##_4s, [7] = fn##_2d}

/* For `valid` of rows whose encoding says half precision by other means than a size field. */
static inline bool a64_valid_half(struct insn *i)
{
	i->size = 1;
	return true;
}

/* ---- elements of registers ----------------------------------------------------------------------------------- */

/* FZ16 in the place of FZ for half precision; conversions between formats go by c->fp. */
ALWAYS_INLINE struct fp_env *elem_env(struct arm *c, const unsigned size)
{
	return size == 1 ? &c->fp16 : &c->fp;
}

ALWAYS_INLINE u64 elem_get(const union vec *v, unsigned n, const unsigned size)
{
	unsigned at = n << (size + 3);

	return v->q[at >> 6 & 1] >> (at & 63) & mask_low(8u << size);
}

/* Into a register that was zero there. */
ALWAYS_INLINE void elem_put(union vec *v, unsigned n, const unsigned size, u64 value)
{
	unsigned at = n << (size + 3);

	v->q[at >> 6 & 1] |= value << (at & 63);
}

/* ---- bodies: one destination ----------------------------------------------------------------------------------- */

ALWAYS_INLINE void map1(struct arm *c, const struct insn *i, const unsigned size, const unsigned bytes, elem_op1 *op)
{
	const union vec *a = &c->v[i->f[F_N]];
	union vec r = {{0, 0}};

	for (unsigned n = 0; n < bytes >> size; n++)
		elem_put(&r, n, size, op(elem_get(a, n, size), size, elem_env(c, size)));
	c->v[i->f[F_D]] = r;
}

ALWAYS_INLINE void map2(struct arm *c, const struct insn *i, const unsigned size, const unsigned bytes, elem_op2 *op)
{
	const union vec *a = &c->v[i->f[F_N]], *b = &c->v[i->f[F_M]];
	union vec r = {{0, 0}};

	for (unsigned n = 0; n < bytes >> size; n++)
		elem_put(&r, n, size, op(elem_get(a, n, size), elem_get(b, n, size), size, elem_env(c, size)));
	c->v[i->f[F_D]] = r;
}

/* The destination is the third operand. */
ALWAYS_INLINE void map3(struct arm *c, const struct insn *i, const unsigned size, const unsigned bytes, elem_op3 *op)
{
	const union vec *a = &c->v[i->f[F_N]], *b = &c->v[i->f[F_M]], *d = &c->v[i->f[F_D]];
	union vec r = {{0, 0}};

	for (unsigned n = 0; n < bytes >> size; n++)
		elem_put(&r, n, size, op(elem_get(a, n, size), elem_get(b, n, size), elem_get(d, n, size), size,
			elem_env(c, size)));
	c->v[i->f[F_D]] = r;
}

/* By element: the second operand is the same for all. */
ALWAYS_INLINE void map2_by(struct arm *c, const struct insn *i, const unsigned size, const unsigned bytes, elem_op2 *op)
{
	const union vec *a = &c->v[i->f[F_N]];
	u64 b = elem_get(&c->v[i->f[F_M]], i->f[F_H], size);
	union vec r = {{0, 0}};

	for (unsigned n = 0; n < bytes >> size; n++)
		elem_put(&r, n, size, op(elem_get(a, n, size), b, size, elem_env(c, size)));
	c->v[i->f[F_D]] = r;
}

ALWAYS_INLINE void map3_by(struct arm *c, const struct insn *i, const unsigned size, const unsigned bytes, elem_op3 *op)
{
	const union vec *a = &c->v[i->f[F_N]], *d = &c->v[i->f[F_D]];
	u64 b = elem_get(&c->v[i->f[F_M]], i->f[F_H], size);
	union vec r = {{0, 0}};

	for (unsigned n = 0; n < bytes >> size; n++)
		elem_put(&r, n, size, op(elem_get(a, n, size), b, elem_get(d, n, size), size, elem_env(c, size)));
	c->v[i->f[F_D]] = r;
}

/* Neighbours in the two operands, first operand first. */
ALWAYS_INLINE void map_pairs(struct arm *c, const struct insn *i, const unsigned size, const unsigned bytes,
	elem_op2 *op)
{
	const union vec *a = &c->v[i->f[F_N]], *b = &c->v[i->f[F_M]];
	const unsigned half = bytes >> size >> 1;
	union vec r = {{0, 0}};

	for (unsigned n = 0; n < half * 2; n++) {
		const union vec *from = n < half ? a : b;
		unsigned at = (n < half ? n : n - half) * 2;

		elem_put(&r, n, size, op(elem_get(from, at, size), elem_get(from, at + 1, size), size,
			elem_env(c, size)));
	}
	c->v[i->f[F_D]] = r;
}

/* Reduce (J1.3, shared/functions/vector): halves of halves, the lower one first. */
ALWAYS_INLINE void reduce(struct arm *c, const struct insn *i, const unsigned size, const unsigned bytes, elem_op2 *op)
{
	union vec v = c->v[i->f[F_N]];

	for (unsigned left = bytes >> size; left > 1; left /= 2) {
		union vec r = {{0, 0}};

		for (unsigned n = 0; n < left / 2; n++)
			elem_put(&r, n, size, op(elem_get(&v, n * 2, size), elem_get(&v, n * 2 + 1, size), size,
				elem_env(c, size)));
		v = r;
	}
	c->v[i->f[F_D]] = v;
}

/* ---- bodies: to and from integers -------------------------------------------------------------------------------- */

/* For `round`: the mode that FPCR says. */
#define ROUND_FPCR 0xffu

ALWAYS_INLINE unsigned elem_round(const struct fp_env *e, const unsigned round)
{
	return round == ROUND_FPCR ? e->round : round;
}

ALWAYS_INLINE void map_round(struct arm *c, const struct insn *i, const unsigned size, const unsigned bytes,
	const unsigned round, bool exact)
{
	const union vec *a = &c->v[i->f[F_N]];
	struct fp_env *e = elem_env(c, size);
	union vec r = {{0, 0}};

	for (unsigned n = 0; n < bytes >> size; n++)
		elem_put(&r, n, size,
			fp_round_int(elem_get(a, n, size), elem_round(e, round), exact, elem_format(size), e));
	c->v[i->f[F_D]] = r;
}

/* To what a signed integer of so many bits can hold (FEAT_FRINTTS). */
ALWAYS_INLINE void map_round_n(struct arm *c, const struct insn *i, const unsigned size, const unsigned bytes,
	const unsigned round, unsigned bits)
{
	const union vec *a = &c->v[i->f[F_N]];
	struct fp_env *e = elem_env(c, size);
	union vec r = {{0, 0}};

	for (unsigned n = 0; n < bytes >> size; n++)
		elem_put(&r, n, size,
			arm_fp_round_int_n(elem_get(a, n, size), elem_round(e, round), bits, elem_format(size), e));
	c->v[i->f[F_D]] = r;
}

/* Fixed point has its fraction bits in F_H, which is 0 in the rows for integers. */
ALWAYS_INLINE void map_to_int(struct arm *c, const struct insn *i, const unsigned size, const unsigned bytes,
	bool is_signed, const unsigned round)
{
	const struct fp_int_type t = {.bits = (u8)(8u << size), .is_signed = is_signed, .fraction = i->f[F_H]};
	const union vec *a = &c->v[i->f[F_N]];
	union vec r = {{0, 0}};

	for (unsigned n = 0; n < bytes >> size; n++)
		elem_put(&r, n, size, mask_low(8u << size) &
			elem_to_int(elem_get(a, n, size), t, round, size, elem_env(c, size)));
	c->v[i->f[F_D]] = r;
}

ALWAYS_INLINE void map_from_int(struct arm *c, const struct insn *i, const unsigned size, const unsigned bytes,
	bool is_signed)
{
	const union vec *a = &c->v[i->f[F_N]];
	union vec r = {{0, 0}};

	for (unsigned n = 0; n < bytes >> size; n++) {
		u64 v = elem_get(a, n, size);

		v = is_signed ? (u64)a64_signed(v, size) : v;
		elem_put(&r, n, size, fp_from_int(v, is_signed, i->f[F_H], elem_format(size), elem_env(c, size)));
	}
	c->v[i->f[F_D]] = r;
}

#endif
