/* SPDX-License-Identifier: MIT */
/* Complex numbers as pairs of elements, the real part first (FEAT_FCMA). Arm ARM C4.1, "Advanced SIMD three-register
 * extension" and "vector x indexed element"; FCADD, FCMLA in C7.2. */
#include "cpu/arm/a64/fp_exec.h"

/* ---- rotations: F_C in quarter turns, degrees to print -------------------------------------------------------- */

static bool valid_rotation(struct insn *i)
{
	i->imm = i->f[F_C] * 90u;
	return true;
}

static bool valid_rotation_add(struct insn *i)
{
	i->f[F_C] = i->f[F_C] ? 3 : 1;
	return valid_rotation(i);
}

/* The index of a pair of halves: H:L, within the register. */
static bool valid_pair_h(struct insn *i)
{
	bool upper = i->f[F_H];

	i->size = 1;
	i->f[F_H] = (u8)(upper << 1 | i->f[F_O]);
	return valid_rotation(i) && (!upper || i->f[F_Q]);
}

/* ---- FCADD: n + m turned by 90 or 270 degrees ------------------------------------------------------------------ */

ALWAYS_INLINE void add_turned(struct arm *c, const struct insn *i, const unsigned size, const unsigned bytes)
{
	const union vec *a = &c->v[i->f[F_N]], *b = &c->v[i->f[F_M]];
	u64 sign_re = i->f[F_C] == 1 ? elem_sign(size) : 0, sign_im = elem_sign(size) ^ sign_re;
	struct fp_env *e = elem_env(c, size);
	union vec r = {{0, 0}};

	for (unsigned n = 0; n < bytes >> size; n += 2) {
		elem_put(&r, n, size, elem_add(elem_get(a, n, size), elem_get(b, n + 1, size) ^ sign_re, size, e));
		elem_put(&r, n + 1, size, elem_add(elem_get(a, n + 1, size), elem_get(b, n, size) ^ sign_im, size, e));
	}
	c->v[i->f[F_D]] = r;
}
SIZED_FP(fcadd, _4h, add_turned, 1, 8)
SIZED_FP(fcadd, _8h, add_turned, 1, 16)
SIZED_FP(fcadd, _2s, add_turned, 2, 8)
SIZED_FP(fcadd, _4s, add_turned, 2, 16)
SIZED_FP(fcadd, _2d, add_turned, 3, 16)

/* ---- FCMLA: one of n's parts times both of m's, turned ---------------------------------------------------------- */

ALWAYS_INLINE void multiply_turned(struct arm *c, const struct insn *i, const unsigned size, const unsigned bytes,
	bool by)
{
	const union vec *a = &c->v[i->f[F_N]], *b = &c->v[i->f[F_M]], *d = &c->v[i->f[F_D]];
	unsigned turn = i->f[F_C], odd = turn & 1;
	u64 sign_re = turn == 1 || turn == 2 ? elem_sign(size) : 0, sign_im = turn >= 2 ? elem_sign(size) : 0;
	struct fp_env *e = elem_env(c, size);
	union vec r = {{0, 0}};

	for (unsigned n = 0; n < bytes >> size; n += 2) {
		unsigned m = by ? i->f[F_H] * 2u : n;
		u64 x = elem_get(a, n + odd, size);
		u64 re = elem_get(b, m + odd, size) ^ sign_re, im = elem_get(b, m + !odd, size) ^ sign_im;

		elem_put(&r, n, size, elem_mla(x, re, elem_get(d, n, size), size, e));
		elem_put(&r, n + 1, size, elem_mla(x, im, elem_get(d, n + 1, size), size, e));
	}
	c->v[i->f[F_D]] = r;
}
SIZED_FV(fcmla, multiply_turned, false)
SIZED_FP(fcmla_by, _4h, multiply_turned, 1, 8, true)
SIZED_FP(fcmla_by, _8h, multiply_turned, 1, 16, true)
SIZED_FP(fcmla_by, _words_any, multiply_turned, 2, 16, true)

static const struct insn_row rows[] = {
	{"0q101110ss0mmmmm110cc1nnnnnddddd", "fcmla {Vd.T}, {Vn.T}, {Vm.T}, {simm}", SIZES_FV(fcmla),
		.attr = FPSIMD, .feature = FEAT_FCMA, .valid = valid_rotation},
	{"0q101110ss0mmmmm111c01nnnnnddddd", "fcadd {Vd.T}, {Vn.T}, {Vm.T}, {simm}", SIZES_FV(fcadd),
		.attr = FPSIMD, .feature = FEAT_FCMA, .valid = valid_rotation_add},
	{"0q10111101ommmmm0cc1h0nnnnnddddd", "fcmla {Vd.T}, {Vn.T}, {Vm.t}{index}, {simm}", {[1] = fcmla_by_4h, [5] = fcmla_by_8h},
		.attr = FPSIMD, .feature = FEAT_FCMA, .valid = valid_pair_h},
	{"01101111100mmmmm0cc1h0nnnnnddddd", "fcmla {Vd.4s}, {Vn.4s}, {Vm.s}{index}, {simm}", SIZES_0(fcmla_by_words),
		.attr = FPSIMD, .feature = FEAT_FCMA, .valid = valid_rotation},
};

const struct insn_group a64_group_simd_fp_complex = {
	"vector floating point, complex numbers", rows, countof(rows),
	"Arm ARM C4.1, Advanced SIMD three-register extension, vector x indexed element",
};
