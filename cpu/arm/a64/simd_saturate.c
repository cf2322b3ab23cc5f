/* SPDX-License-Identifier: MIT */
/* Three registers of one arrangement, second part (Arm ARM C4.1, "Advanced SIMD three same", "three same extra", and
 * their scalar forms): what saturates, shifts by register, and dot products. */
#include "cpu/arm/a64/simd_saturating.h"

/* ---- addition and subtraction ---------------------------------------------------------------------- */

SIZED_BHSD(sqadd, simd_saturating, simd_m, simd_sqadd)
SIZED_BHSD(uqadd, simd_saturating, simd_m, simd_uqadd)
SIZED_BHSD(sqsub, simd_saturating, simd_m, simd_sqsub)
SIZED_BHSD(uqsub, simd_saturating, simd_m, simd_uqsub)
SIZED_SCALAR(sqadd, simd_saturating, simd_m, simd_sqadd)
SIZED_SCALAR(uqadd, simd_saturating, simd_m, simd_uqadd)
SIZED_SCALAR(sqsub, simd_saturating, simd_m, simd_sqsub)
SIZED_SCALAR(uqsub, simd_saturating, simd_m, simd_uqsub)

/* ---- shifts by register ---------------------------------------------------------------------------- */

static u64 shift_s(struct arm *c, u64 a, u64 b, unsigned w)
{
	return simd_shift(c, a, b, w, SHIFT_SIGNED);
}

static u64 shift_u(struct arm *c, u64 a, u64 b, unsigned w)
{
	return simd_shift(c, a, b, w, 0);
}

static u64 shift_sr(struct arm *c, u64 a, u64 b, unsigned w)
{
	return simd_shift(c, a, b, w, SHIFT_SIGNED | SHIFT_ROUNDS);
}

static u64 shift_ur(struct arm *c, u64 a, u64 b, unsigned w)
{
	return simd_shift(c, a, b, w, SHIFT_ROUNDS);
}

static u64 shift_sq(struct arm *c, u64 a, u64 b, unsigned w)
{
	return simd_shift(c, a, b, w, SHIFT_SIGNED | SHIFT_SATURATES);
}

static u64 shift_uq(struct arm *c, u64 a, u64 b, unsigned w)
{
	return simd_shift(c, a, b, w, SHIFT_SATURATES);
}

static u64 shift_sqr(struct arm *c, u64 a, u64 b, unsigned w)
{
	return simd_shift(c, a, b, w, SHIFT_SIGNED | SHIFT_ROUNDS | SHIFT_SATURATES);
}

static u64 shift_uqr(struct arm *c, u64 a, u64 b, unsigned w)
{
	return simd_shift(c, a, b, w, SHIFT_ROUNDS | SHIFT_SATURATES);
}
SIZED_BHSD(sshl, simd_saturating, simd_m, shift_s)
SIZED_BHSD(ushl, simd_saturating, simd_m, shift_u)
SIZED_BHSD(srshl, simd_saturating, simd_m, shift_sr)
SIZED_BHSD(urshl, simd_saturating, simd_m, shift_ur)
SIZED_BHSD(sqshl, simd_saturating, simd_m, shift_sq)
SIZED_BHSD(uqshl, simd_saturating, simd_m, shift_uq)
SIZED_BHSD(sqrshl, simd_saturating, simd_m, shift_sqr)
SIZED_BHSD(uqrshl, simd_saturating, simd_m, shift_uqr)
SIZED_SCALAR_D(sshl, simd_saturating, simd_m, shift_s)
SIZED_SCALAR_D(ushl, simd_saturating, simd_m, shift_u)
SIZED_SCALAR_D(srshl, simd_saturating, simd_m, shift_sr)
SIZED_SCALAR_D(urshl, simd_saturating, simd_m, shift_ur)
SIZED_SCALAR(sqshl, simd_saturating, simd_m, shift_sq)
SIZED_SCALAR(uqshl, simd_saturating, simd_m, shift_uq)
SIZED_SCALAR(sqrshl, simd_saturating, simd_m, shift_sqr)
SIZED_SCALAR(uqrshl, simd_saturating, simd_m, shift_uqr)

/* ---- doubled products ------------------------------------------------------------------------------ */

SIZED_HS(sqdmulh, simd_saturating, simd_m, simd_sqdmulh)
SIZED_HS(sqrdmulh, simd_saturating, simd_m, simd_sqrdmulh)
SIZED_HS(sqrdmlah, simd_rdm_accumulate, simd_m, false)
SIZED_HS(sqrdmlsh, simd_rdm_accumulate, simd_m, true)
SIZED_SCALAR_HS(sqdmulh, simd_saturating, simd_m, simd_sqdmulh)
SIZED_SCALAR_HS(sqrdmulh, simd_saturating, simd_m, simd_sqrdmulh)
SIZED_SCALAR_HS(sqrdmlah, simd_rdm_accumulate, simd_m, false)
SIZED_SCALAR_HS(sqrdmlsh, simd_rdm_accumulate, simd_m, true)

/* ---- bytes: dot products, and 2x8 by 8x2 matrices -------------------------------------------------- */

SIZED_S(sdot, simd_dot_accumulate, simd_m, true, true)
SIZED_S(udot, simd_dot_accumulate, simd_m, false, false)
SIZED_S(usdot, simd_dot_accumulate, simd_m, false, true)

ALWAYS_INLINE u32 row_by_column(u64 a, u64 b, const bool a_signed, const bool b_signed)
{
	u64 sums = simd_dot(a, b, a_signed, b_signed);

	return (u32)sums + (u32)(sums >> 32);
}

ALWAYS_INLINE void matrix(struct arm *c, const struct insn *i, const unsigned size, const unsigned shape,
	const bool n_signed, const bool m_signed)
{
	union vec n = c->v[i->f[F_N]], m = c->v[i->f[F_M]], d = c->v[i->f[F_D]];
	u64 r[2];

	(void)size;
	(void)shape;
	for (unsigned k = 0; k < 2; k++)
		r[k] = lanes_add(d.q[k], row_by_column(n.q[k], m.q[0], n_signed, m_signed) |
				(u64)row_by_column(n.q[k], m.q[1], n_signed, m_signed) << 32,
			32);
	simd_set(c, i, r[0], r[1]);
}
SIZED_LANES(smmla, 2, FULL, matrix, true, true)
SIZED_LANES(ummla, 2, FULL, matrix, false, false)
SIZED_LANES(usmmla, 2, FULL, matrix, false, true)

static const struct insn_row rows[] = {
	{"0q001110ss1mmmmm000011nnnnnddddd", "sqadd {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHSD(sqadd), .attr = FPSIMD},
	{"01011110ss1mmmmm000011nnnnnddddd", "sqadd {Fd}, {Fn}, {Fm}", SIZES_SCALAR(sqadd), .attr = FPSIMD},
	{"0q101110ss1mmmmm000011nnnnnddddd", "uqadd {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHSD(uqadd), .attr = FPSIMD},
	{"01111110ss1mmmmm000011nnnnnddddd", "uqadd {Fd}, {Fn}, {Fm}", SIZES_SCALAR(uqadd), .attr = FPSIMD},
	{"0q001110ss1mmmmm001011nnnnnddddd", "sqsub {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHSD(sqsub), .attr = FPSIMD},
	{"01011110ss1mmmmm001011nnnnnddddd", "sqsub {Fd}, {Fn}, {Fm}", SIZES_SCALAR(sqsub), .attr = FPSIMD},
	{"0q101110ss1mmmmm001011nnnnnddddd", "uqsub {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHSD(uqsub), .attr = FPSIMD},
	{"01111110ss1mmmmm001011nnnnnddddd", "uqsub {Fd}, {Fn}, {Fm}", SIZES_SCALAR(uqsub), .attr = FPSIMD},
	{"0q001110ss1mmmmm010001nnnnnddddd", "sshl {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHSD(sshl), .attr = FPSIMD},
	{"01011110ss1mmmmm010001nnnnnddddd", "sshl {Fd}, {Fn}, {Fm}", SIZES_SCALAR_D(sshl), .attr = FPSIMD},
	{"0q101110ss1mmmmm010001nnnnnddddd", "ushl {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHSD(ushl), .attr = FPSIMD},
	{"01111110ss1mmmmm010001nnnnnddddd", "ushl {Fd}, {Fn}, {Fm}", SIZES_SCALAR_D(ushl), .attr = FPSIMD},
	{"0q001110ss1mmmmm010101nnnnnddddd", "srshl {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHSD(srshl), .attr = FPSIMD},
	{"01011110ss1mmmmm010101nnnnnddddd", "srshl {Fd}, {Fn}, {Fm}", SIZES_SCALAR_D(srshl), .attr = FPSIMD},
	{"0q101110ss1mmmmm010101nnnnnddddd", "urshl {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHSD(urshl), .attr = FPSIMD},
	{"01111110ss1mmmmm010101nnnnnddddd", "urshl {Fd}, {Fn}, {Fm}", SIZES_SCALAR_D(urshl), .attr = FPSIMD},
	{"0q001110ss1mmmmm010011nnnnnddddd", "sqshl {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHSD(sqshl), .attr = FPSIMD},
	{"01011110ss1mmmmm010011nnnnnddddd", "sqshl {Fd}, {Fn}, {Fm}", SIZES_SCALAR(sqshl), .attr = FPSIMD},
	{"0q101110ss1mmmmm010011nnnnnddddd", "uqshl {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHSD(uqshl), .attr = FPSIMD},
	{"01111110ss1mmmmm010011nnnnnddddd", "uqshl {Fd}, {Fn}, {Fm}", SIZES_SCALAR(uqshl), .attr = FPSIMD},
	{"0q001110ss1mmmmm010111nnnnnddddd", "sqrshl {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHSD(sqrshl), .attr = FPSIMD},
	{"01011110ss1mmmmm010111nnnnnddddd", "sqrshl {Fd}, {Fn}, {Fm}", SIZES_SCALAR(sqrshl), .attr = FPSIMD},
	{"0q101110ss1mmmmm010111nnnnnddddd", "uqrshl {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHSD(uqrshl), .attr = FPSIMD},
	{"01111110ss1mmmmm010111nnnnnddddd", "uqrshl {Fd}, {Fn}, {Fm}", SIZES_SCALAR(uqrshl), .attr = FPSIMD},
	{"0q001110ss1mmmmm101101nnnnnddddd", "sqdmulh {Vd.T}, {Vn.T}, {Vm.T}", SIZES_HS(sqdmulh), .attr = FPSIMD},
	{"01011110ss1mmmmm101101nnnnnddddd", "sqdmulh {Fd}, {Fn}, {Fm}", SIZES_SCALAR_HS(sqdmulh), .attr = FPSIMD},
	{"0q101110ss1mmmmm101101nnnnnddddd", "sqrdmulh {Vd.T}, {Vn.T}, {Vm.T}", SIZES_HS(sqrdmulh), .attr = FPSIMD},
	{"01111110ss1mmmmm101101nnnnnddddd", "sqrdmulh {Fd}, {Fn}, {Fm}", SIZES_SCALAR_HS(sqrdmulh), .attr = FPSIMD},
	{"0q101110ss0mmmmm100001nnnnnddddd", "sqrdmlah {Vd.T}, {Vn.T}, {Vm.T}", SIZES_HS(sqrdmlah), .attr = FPSIMD, .feature = FEAT_RDM},
	{"01111110ss0mmmmm100001nnnnnddddd", "sqrdmlah {Fd}, {Fn}, {Fm}", SIZES_SCALAR_HS(sqrdmlah), .attr = FPSIMD, .feature = FEAT_RDM},
	{"0q101110ss0mmmmm100011nnnnnddddd", "sqrdmlsh {Vd.T}, {Vn.T}, {Vm.T}", SIZES_HS(sqrdmlsh), .attr = FPSIMD, .feature = FEAT_RDM},
	{"01111110ss0mmmmm100011nnnnnddddd", "sqrdmlsh {Fd}, {Fn}, {Fm}", SIZES_SCALAR_HS(sqrdmlsh), .attr = FPSIMD, .feature = FEAT_RDM},
	{"0q001110ss0mmmmm100101nnnnnddddd", "sdot {Vd.T}, {Vn.Tb}, {Vm.Tb}", SIZES_S(sdot), .attr = FPSIMD, .feature = FEAT_DotProd},
	{"0q101110ss0mmmmm100101nnnnnddddd", "udot {Vd.T}, {Vn.Tb}, {Vm.Tb}", SIZES_S(udot), .attr = FPSIMD, .feature = FEAT_DotProd},
	{"0q001110ss0mmmmm100111nnnnnddddd", "usdot {Vd.T}, {Vn.Tb}, {Vm.Tb}", SIZES_S(usdot), .attr = FPSIMD, .feature = FEAT_I8MM},
	{"01001110100mmmmm101001nnnnnddddd", "smmla {Vd.4s}, {Vn.16b}, {Vm.16b}", {smmla}, .attr = FPSIMD, .feature = FEAT_I8MM},
	{"01101110100mmmmm101001nnnnnddddd", "ummla {Vd.4s}, {Vn.16b}, {Vm.16b}", {ummla}, .attr = FPSIMD, .feature = FEAT_I8MM},
	{"01001110100mmmmm101011nnnnnddddd", "usmmla {Vd.4s}, {Vn.16b}, {Vm.16b}", {usmmla}, .attr = FPSIMD, .feature = FEAT_I8MM},
};

const struct insn_group a64_group_simd_saturate = {
	"SIMD, three same, saturating", rows, countof(rows), "Arm ARM C4.1, Advanced SIMD three same, three same extra",
};
