/* SPDX-License-Identifier: MIT */
/* Shifts by an immediate within one width (Arm ARM C4.1, "Advanced SIMD shift by immediate" and its scalar form).
 * Those that widen or narrow are in simd_widen.c and simd_narrow.c. */
#include "cpu/arm/a64/simd_saturating.h"

/* f(D, N, count, w) */
typedef u64 shift_f(u64 d, u64 n, u64 count, unsigned w);

ALWAYS_INLINE void shift(struct arm *c, const struct insn *i, const unsigned size, const unsigned shape, shift_f *f)
{
	union vec n = c->v[i->f[F_N]], d = c->v[i->f[F_D]];

	simd_set(c, i, f(d.q[0], n.q[0], i->imm, 8u << size),
		shape == FULL ? f(d.q[1], n.q[1], i->imm, 8u << size) : 0);
}

/* ---- to the right ---------------------------------------------------------------------------------- */

ALWAYS_INLINE u64 right_s(u64 d, u64 n, u64 count, unsigned w)
{
	(void)d;
	return lanes_sar(n, count, w);
}

ALWAYS_INLINE u64 right_u(u64 d, u64 n, u64 count, unsigned w)
{
	(void)d;
	return lanes_shr(n, count, w);
}

ALWAYS_INLINE u64 right_sr(u64 d, u64 n, u64 count, unsigned w)
{
	(void)d;
	return lanes_rsar(n, count, w);
}

ALWAYS_INLINE u64 right_ur(u64 d, u64 n, u64 count, unsigned w)
{
	(void)d;
	return lanes_rshr(n, count, w);
}

ALWAYS_INLINE u64 right_sa(u64 d, u64 n, u64 count, unsigned w)
{
	return lanes_add(d, lanes_sar(n, count, w), w);
}

ALWAYS_INLINE u64 right_ua(u64 d, u64 n, u64 count, unsigned w)
{
	return lanes_add(d, lanes_shr(n, count, w), w);
}

ALWAYS_INLINE u64 right_sra(u64 d, u64 n, u64 count, unsigned w)
{
	return lanes_add(d, lanes_rsar(n, count, w), w);
}

ALWAYS_INLINE u64 right_ura(u64 d, u64 n, u64 count, unsigned w)
{
	return lanes_add(d, lanes_rshr(n, count, w), w);
}
SIZED_BHSD(sshr, shift, right_s)
SIZED_BHSD(ushr, shift, right_u)
SIZED_BHSD(srshr, shift, right_sr)
SIZED_BHSD(urshr, shift, right_ur)
SIZED_BHSD(ssra, shift, right_sa)
SIZED_BHSD(usra, shift, right_ua)
SIZED_BHSD(srsra, shift, right_sra)
SIZED_BHSD(ursra, shift, right_ura)
SIZED_SCALAR_D(sshr, shift, right_s)
SIZED_SCALAR_D(ushr, shift, right_u)
SIZED_SCALAR_D(srshr, shift, right_sr)
SIZED_SCALAR_D(urshr, shift, right_ur)
SIZED_SCALAR_D(ssra, shift, right_sa)
SIZED_SCALAR_D(usra, shift, right_ua)
SIZED_SCALAR_D(srsra, shift, right_sra)
SIZED_SCALAR_D(ursra, shift, right_ura)

/* ---- to the left, and insertion beside what stays -------------------------------------------------- */

ALWAYS_INLINE u64 left(u64 d, u64 n, u64 count, unsigned w)
{
	(void)d;
	return lanes_shl(n, count, w);
}

ALWAYS_INLINE u64 insert_left(u64 d, u64 n, u64 count, unsigned w)
{
	return lanes_select(lanes_shl(~0ull, count, w), lanes_shl(n, count, w), d);
}

ALWAYS_INLINE u64 insert_right(u64 d, u64 n, u64 count, unsigned w)
{
	return lanes_select(lanes_shr(~0ull, count, w), lanes_shr(n, count, w), d);
}
SIZED_BHSD(shl, shift, left)
SIZED_BHSD(sli, shift, insert_left)
SIZED_BHSD(sri, shift, insert_right)
SIZED_SCALAR_D(shl, shift, left)
SIZED_SCALAR_D(sli, shift, insert_left)
SIZED_SCALAR_D(sri, shift, insert_right)

/* ---- to the left with saturation ------------------------------------------------------------------- */

enum saturation { SIGNED, UNSIGNED, TO_UNSIGNED };

static u64 left_saturating(struct arm *c, u64 v, unsigned count, unsigned w, enum saturation how)
{
	if (how == SIGNED)
		return simd_shift_left(c, (u64)sign_extend(v, w), count, w, SHIFT_SIGNED | SHIFT_SATURATES);
	if (how == TO_UNSIGNED && v >> (w - 1))
		return simd_saturated(c, 0, v);
	return simd_shift_left(c, v, count, w, SHIFT_SATURATES);
}

ALWAYS_INLINE void shift_saturating(struct arm *c, const struct insn *i, const unsigned size, const unsigned shape,
	const enum saturation how)
{
	const unsigned w = 8u << size, bits = shape == SCALAR ? w : shape == HALF ? 64 : 128;
	union vec n = c->v[i->f[F_N]], r = {{0, 0}};

	for (unsigned s = 0; s < bits; s += w)
		r.q[s >> 6] |= (left_saturating(c, n.q[s >> 6] >> (s & 63) & mask_low(w), (unsigned)i->imm, w, how) &
				       mask_low(w))
			<< (s & 63);
	c->v[i->f[F_D]] = r;
}
SIZED_BHSD(sqshl, shift_saturating, SIGNED)
SIZED_BHSD(uqshl, shift_saturating, UNSIGNED)
SIZED_BHSD(sqshlu, shift_saturating, TO_UNSIGNED)
SIZED_SCALAR(sqshl, shift_saturating, SIGNED)
SIZED_SCALAR(uqshl, shift_saturating, UNSIGNED)
SIZED_SCALAR(sqshlu, shift_saturating, TO_UNSIGNED)

static const struct insn_row rows[] = {
	{"0q0011110iiiiiii000001nnnnnddddd", "sshr {Vd.T}, {Vn.T}, {simm}", SIZES_BHSD(sshr),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
	{"010111110iiiiiii000001nnnnnddddd", "sshr {Fd}, {Fn}, {simm}", SIZES_SCALAR_D(sshr),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
	{"0q1011110iiiiiii000001nnnnnddddd", "ushr {Vd.T}, {Vn.T}, {simm}", SIZES_BHSD(ushr),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
	{"011111110iiiiiii000001nnnnnddddd", "ushr {Fd}, {Fn}, {simm}", SIZES_SCALAR_D(ushr),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
	{"0q0011110iiiiiii000101nnnnnddddd", "ssra {Vd.T}, {Vn.T}, {simm}", SIZES_BHSD(ssra),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
	{"010111110iiiiiii000101nnnnnddddd", "ssra {Fd}, {Fn}, {simm}", SIZES_SCALAR_D(ssra),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
	{"0q1011110iiiiiii000101nnnnnddddd", "usra {Vd.T}, {Vn.T}, {simm}", SIZES_BHSD(usra),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
	{"011111110iiiiiii000101nnnnnddddd", "usra {Fd}, {Fn}, {simm}", SIZES_SCALAR_D(usra),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
	{"0q0011110iiiiiii001001nnnnnddddd", "srshr {Vd.T}, {Vn.T}, {simm}", SIZES_BHSD(srshr),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
	{"010111110iiiiiii001001nnnnnddddd", "srshr {Fd}, {Fn}, {simm}", SIZES_SCALAR_D(srshr),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
	{"0q1011110iiiiiii001001nnnnnddddd", "urshr {Vd.T}, {Vn.T}, {simm}", SIZES_BHSD(urshr),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
	{"011111110iiiiiii001001nnnnnddddd", "urshr {Fd}, {Fn}, {simm}", SIZES_SCALAR_D(urshr),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
	{"0q0011110iiiiiii001101nnnnnddddd", "srsra {Vd.T}, {Vn.T}, {simm}", SIZES_BHSD(srsra),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
	{"010111110iiiiiii001101nnnnnddddd", "srsra {Fd}, {Fn}, {simm}", SIZES_SCALAR_D(srsra),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
	{"0q1011110iiiiiii001101nnnnnddddd", "ursra {Vd.T}, {Vn.T}, {simm}", SIZES_BHSD(ursra),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
	{"011111110iiiiiii001101nnnnnddddd", "ursra {Fd}, {Fn}, {simm}", SIZES_SCALAR_D(ursra),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
	{"0q1011110iiiiiii010001nnnnnddddd", "sri {Vd.T}, {Vn.T}, {simm}", SIZES_BHSD(sri), .attr = FPSIMD, .valid = simd_shift_right_imm},
	{"011111110iiiiiii010001nnnnnddddd", "sri {Fd}, {Fn}, {simm}", SIZES_SCALAR_D(sri), .attr = FPSIMD, .valid = simd_shift_right_imm},
	{"0q1011110iiiiiii010101nnnnnddddd", "sli {Vd.T}, {Vn.T}, {simm}", SIZES_BHSD(sli), .attr = FPSIMD, .valid = simd_shift_left_imm},
	{"011111110iiiiiii010101nnnnnddddd", "sli {Fd}, {Fn}, {simm}", SIZES_SCALAR_D(sli), .attr = FPSIMD, .valid = simd_shift_left_imm},
	{"0q0011110iiiiiii010101nnnnnddddd", "shl {Vd.T}, {Vn.T}, {simm}", SIZES_BHSD(shl), .attr = FPSIMD, .valid = simd_shift_left_imm},
	{"010111110iiiiiii010101nnnnnddddd", "shl {Fd}, {Fn}, {simm}", SIZES_SCALAR_D(shl), .attr = FPSIMD, .valid = simd_shift_left_imm},
	{"0q0011110iiiiiii011101nnnnnddddd", "sqshl {Vd.T}, {Vn.T}, {simm}", SIZES_BHSD(sqshl),
		.attr = FPSIMD, .valid = simd_shift_left_imm},
	{"010111110iiiiiii011101nnnnnddddd", "sqshl {Fd}, {Fn}, {simm}", SIZES_SCALAR(sqshl), .attr = FPSIMD, .valid = simd_shift_left_imm},
	{"0q1011110iiiiiii011101nnnnnddddd", "uqshl {Vd.T}, {Vn.T}, {simm}", SIZES_BHSD(uqshl),
		.attr = FPSIMD, .valid = simd_shift_left_imm},
	{"011111110iiiiiii011101nnnnnddddd", "uqshl {Fd}, {Fn}, {simm}", SIZES_SCALAR(uqshl), .attr = FPSIMD, .valid = simd_shift_left_imm},
	{"0q1011110iiiiiii011001nnnnnddddd", "sqshlu {Vd.T}, {Vn.T}, {simm}", SIZES_BHSD(sqshlu),
		.attr = FPSIMD, .valid = simd_shift_left_imm},
	{"011111110iiiiiii011001nnnnnddddd", "sqshlu {Fd}, {Fn}, {simm}", SIZES_SCALAR(sqshlu),
		.attr = FPSIMD, .valid = simd_shift_left_imm},
};

const struct insn_group a64_group_simd_shift_imm = {
	"SIMD, shift by immediate", rows, countof(rows), "Arm ARM C4.1, Advanced SIMD shift by immediate",
};
