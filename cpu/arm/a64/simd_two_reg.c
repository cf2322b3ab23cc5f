/* SPDX-License-Identifier: MIT */
/* One source register (Arm ARM C4.1, "Advanced SIMD two-register miscellaneous", its scalar form, and "across
 * lanes"): reversals, counts, signs, comparisons with zero, sums of neighbours, and what makes one element of a
 * whole register. */
#include "cpu/arm/a64/simd_saturating.h"

/* ---- order ----------------------------------------------------------------------------------------- */

ALWAYS_INLINE u64 swap_neighbours(u64 v, unsigned w)
{
	u64 even = lanes_low(2 * w) * mask_low(w);

	return (v & even) << w | (v >> w & even);
}

/* The elements of w bits within each `whole` bits. */
ALWAYS_INLINE u64 reverse(u64 v, unsigned w, unsigned whole)
{
	for (; w < whole; w *= 2)
		v = swap_neighbours(v, w);
	return v;
}

ALWAYS_INLINE u64 reverse_16(u64 d, u64 n, unsigned w)
{
	(void)d;
	return reverse(n, w, 16);
}

ALWAYS_INLINE u64 reverse_32(u64 d, u64 n, unsigned w)
{
	(void)d;
	return reverse(n, w, 32);
}

ALWAYS_INLINE u64 reverse_64(u64 d, u64 n, unsigned w)
{
	(void)d;
	return reverse(n, w, 64);
}

ALWAYS_INLINE u64 reverse_bits(u64 d, u64 n, unsigned w)
{
	(void)d;
	n = (n & 0x5555555555555555u) << 1 | (n >> 1 & 0x5555555555555555u);
	n = (n & 0x3333333333333333u) << 2 | (n >> 2 & 0x3333333333333333u);
	return swap_neighbours(n, w / 2);
}
SIZED_B(rev16, simd_unary, reverse_16)
SIZED_B(rev32, simd_unary, reverse_32)
SIZED_H(rev32, simd_unary, reverse_32)
SIZED_BHS(rev64, simd_unary, reverse_64)
SIZED_B(rbit, simd_unary, reverse_bits)

/* ---- counts of bits -------------------------------------------------------------------------------- */

ALWAYS_INLINE u64 count_ones(u64 d, u64 n, unsigned w)
{
	(void)d;
	n -= n >> 1 & 0x5555555555555555u;
	n = (n & 0x3333333333333333u) + (n >> 2 & 0x3333333333333333u);
	n = (n + (n >> 4)) & 0x0f0f0f0f0f0f0f0fu;
	if (w >= 16)
		n = (n + (n >> 8)) & 0x00ff00ff00ff00ffu;
	if (w >= 32)
		n = (n + (n >> 16)) & 0x0000ffff0000ffffu;
	return n;
}

ALWAYS_INLINE u64 leading_zeros(u64 d, u64 n, unsigned w)
{
	for (unsigned k = 1; k < w; k *= 2)
		n |= lanes_shr(n, k, w);
	return count_ones(d, ~n, w);
}

/* The bits below the sign that equal it. */
ALWAYS_INLINE u64 leading_signs(u64 d, u64 n, unsigned w)
{
	return lanes_sub(leading_zeros(d, n ^ lanes_sar(n, 1, w), w), lanes_low(w), w);
}
SIZED_B(cnt, simd_unary, count_ones)
SIZED_BHS(clz, simd_unary, leading_zeros)
SIZED_BHS(cls, simd_unary, leading_signs)

/* ---- signs, complement, comparisons with zero ------------------------------------------------------ */

ALWAYS_INLINE u64 complement(u64 d, u64 n, unsigned w)
{
	(void)d;
	(void)w;
	return ~n;
}

ALWAYS_INLINE u64 negate(u64 d, u64 n, unsigned w)
{
	(void)d;
	return lanes_sub(0, n, w);
}

ALWAYS_INLINE u64 is_zero(u64 d, u64 n, unsigned w)
{
	(void)d;
	return lanes_equal(n, 0, w);
}

ALWAYS_INLINE u64 is_positive(u64 d, u64 n, unsigned w)
{
	(void)d;
	return lanes_less(0, n, w);
}

ALWAYS_INLINE u64 is_negative(u64 d, u64 n, unsigned w)
{
	(void)d;
	return lanes_spread(n & lanes_high(w), w);
}

ALWAYS_INLINE u64 is_not_negative(u64 d, u64 n, unsigned w)
{
	return ~is_negative(d, n, w);
}

ALWAYS_INLINE u64 is_not_positive(u64 d, u64 n, unsigned w)
{
	return ~is_positive(d, n, w);
}
SIZED_B(not, simd_unary, complement)
SIZED_BHSD(abs, simd_unary, lanes_abs)
SIZED_BHSD(neg, simd_unary, negate)
SIZED_BHSD(cmeq, simd_unary, is_zero)
SIZED_BHSD(cmgt, simd_unary, is_positive)
SIZED_BHSD(cmlt, simd_unary, is_negative)
SIZED_BHSD(cmge, simd_unary, is_not_negative)
SIZED_BHSD(cmle, simd_unary, is_not_positive)
SIZED_SCALAR_D(abs, simd_unary, lanes_abs)
SIZED_SCALAR_D(neg, simd_unary, negate)
SIZED_SCALAR_D(cmeq, simd_unary, is_zero)
SIZED_SCALAR_D(cmgt, simd_unary, is_positive)
SIZED_SCALAR_D(cmlt, simd_unary, is_negative)
SIZED_SCALAR_D(cmge, simd_unary, is_not_negative)
SIZED_SCALAR_D(cmle, simd_unary, is_not_positive)

/* ---- with saturation ------------------------------------------------------------------------------- */

ALWAYS_INLINE u64 negate_saturating(struct arm *c, u64 d, u64 n, unsigned w)
{
	(void)d;
	return simd_sqsub(c, 0, n, w);
}

ALWAYS_INLINE u64 abs_saturating(struct arm *c, u64 d, u64 n, unsigned w)
{
	u64 negative = lanes_spread(n & lanes_high(w), w);

	(void)d;
	return lanes_select(negative, simd_sqsub(c, 0, n & negative, w), n);
}

/* Signed D plus unsigned N, with D moved into the unsigned range: only too much is possible. */
ALWAYS_INLINE u64 add_unsigned(struct arm *c, u64 d, u64 n, unsigned w)
{
	return simd_uqadd(c, d ^ lanes_high(w), n, w) ^ lanes_high(w);
}

/* Unsigned D plus signed N. */
ALWAYS_INLINE u64 add_signed(struct arm *c, u64 d, u64 n, unsigned w)
{
	u64 negative = lanes_spread(n & lanes_high(w), w);
	u64 r = lanes_select(negative, lanes_subus(d, lanes_sub(0, n, w), w), lanes_addus(d, n, w));

	return simd_saturated(c, r, lanes_add(d, n, w));
}
SIZED_BHSD(sqneg, simd_unary_saturating, negate_saturating)
SIZED_BHSD(sqabs, simd_unary_saturating, abs_saturating)
SIZED_BHSD(suqadd, simd_unary_saturating, add_unsigned)
SIZED_BHSD(usqadd, simd_unary_saturating, add_signed)
SIZED_SCALAR(sqneg, simd_unary_saturating, negate_saturating)
SIZED_SCALAR(sqabs, simd_unary_saturating, abs_saturating)
SIZED_SCALAR(suqadd, simd_unary_saturating, add_unsigned)
SIZED_SCALAR(usqadd, simd_unary_saturating, add_signed)

/* ---- sums of neighbours, of twice the width -------------------------------------------------------- */

ALWAYS_INLINE u64 add_pairs_s(u64 d, u64 n, unsigned w)
{
	(void)d;
	return lanes_add(lanes_sar(lanes_shl(n, w, 2 * w), w, 2 * w), lanes_sar(n, w, 2 * w), 2 * w);
}

ALWAYS_INLINE u64 add_pairs_u(u64 d, u64 n, unsigned w)
{
	u64 even = lanes_low(2 * w) * mask_low(w);

	(void)d;
	return (n & even) + (n >> w & even);
}

ALWAYS_INLINE u64 accumulate_pairs_s(u64 d, u64 n, unsigned w)
{
	return lanes_add(d, add_pairs_s(d, n, w), 2 * w);
}

ALWAYS_INLINE u64 accumulate_pairs_u(u64 d, u64 n, unsigned w)
{
	return lanes_add(d, add_pairs_u(d, n, w), 2 * w);
}
SIZED_BHS(saddlp, simd_unary, add_pairs_s)
SIZED_BHS(uaddlp, simd_unary, add_pairs_u)
SIZED_BHS(sadalp, simd_unary, accumulate_pairs_s)
SIZED_BHS(uadalp, simd_unary, accumulate_pairs_u)

/* ---- across lanes ---------------------------------------------------------------------------------- */

/* f on all elements, each extended to 64 bits; the result has 8 << result bits. */
ALWAYS_INLINE void across(struct arm *c, const struct insn *i, const unsigned size, const unsigned shape,
	const unsigned result, const bool is_signed, u64 (*f)(u64, u64))
{
	const unsigned w = 8u << size, n = (shape == FULL ? 128 : 64) / w;
	union vec v = c->v[i->f[F_N]];
	u64 r = 0;

	for (unsigned k = 0; k < n; k++) {
		u64 e = is_signed ? (u64)lane_get_signed(v.q, k, w) : lane_get(v.q, k, w);

		r = k ? f(r, e) : e;
	}
	simd_set(c, i, r & mask_low(8u << result), 0);
}

ALWAYS_INLINE u64 sum(u64 a, u64 b)
{
	return a + b;
}

ALWAYS_INLINE u64 largest_s(u64 a, u64 b)
{
	return (s64)a > (s64)b ? a : b;
}

ALWAYS_INLINE u64 smallest_s(u64 a, u64 b)
{
	return (s64)a < (s64)b ? a : b;
}

ALWAYS_INLINE u64 largest_u(u64 a, u64 b)
{
	return a > b ? a : b;
}

ALWAYS_INLINE u64 smallest_u(u64 a, u64 b)
{
	return a < b ? a : b;
}

/* The forms that there are: 8b 16b 4h 8h 4s. */
#define SIZED_ACROSS(name, up, ...) \
	SIZED_LANES(name##_8b, 0, HALF, across, 0 + (up), __VA_ARGS__) \
	SIZED_LANES(name##_16b, 0, FULL, across, 0 + (up), __VA_ARGS__) \
	SIZED_LANES(name##_4h, 1, HALF, across, 1 + (up), __VA_ARGS__) \
	SIZED_LANES(name##_8h, 1, FULL, across, 1 + (up), __VA_ARGS__) \
	SIZED_LANES(name##_4s, 2, FULL, across, 2 + (up), __VA_ARGS__)
#define SIZES_ACROSS(name) {name##_8b, name##_4h, NULL, NULL, name##_16b, name##_8h, name##_4s}
SIZED_ACROSS(addv, 0, false, sum)
SIZED_ACROSS(saddlv, 1, true, sum)
SIZED_ACROSS(uaddlv, 1, false, sum)
SIZED_ACROSS(smaxv, 0, true, largest_s)
SIZED_ACROSS(umaxv, 0, false, largest_u)
SIZED_ACROSS(sminv, 0, true, smallest_s)
SIZED_ACROSS(uminv, 0, false, smallest_u)

static const struct insn_row rows[] = {
	{"0q001110ss100000000010nnnnnddddd", "rev64 {Vd.T}, {Vn.T}", SIZES_BHS(rev64), .attr = FPSIMD},
	{"0q101110ss100000000010nnnnnddddd", "rev32 {Vd.T}, {Vn.T}", SIZES_BH(rev32), .attr = FPSIMD},
	{"0q001110ss100000000110nnnnnddddd", "rev16 {Vd.T}, {Vn.T}", SIZES_B(rev16), .attr = FPSIMD},
	{"0q10111001100000010110nnnnnddddd", "rbit {Vd.T}, {Vn.T}", SIZES_B(rbit), .attr = FPSIMD},
	{"0q10111000100000010110nnnnnddddd", "mvn {Vd.T}, {Vn.T}", SIZES_B(not), .attr = FPSIMD},
	{"0q001110ss100000010110nnnnnddddd", "cnt {Vd.T}, {Vn.T}", SIZES_B(cnt), .attr = FPSIMD},
	{"0q101110ss100000010010nnnnnddddd", "clz {Vd.T}, {Vn.T}", SIZES_BHS(clz), .attr = FPSIMD},
	{"0q001110ss100000010010nnnnnddddd", "cls {Vd.T}, {Vn.T}", SIZES_BHS(cls), .attr = FPSIMD},
	{"0q001110ss100000101110nnnnnddddd", "abs {Vd.T}, {Vn.T}", SIZES_BHSD(abs), .attr = FPSIMD},
	{"01011110ss100000101110nnnnnddddd", "abs {Fd}, {Fn}", SIZES_SCALAR_D(abs), .attr = FPSIMD},
	{"0q101110ss100000101110nnnnnddddd", "neg {Vd.T}, {Vn.T}", SIZES_BHSD(neg), .attr = FPSIMD},
	{"01111110ss100000101110nnnnnddddd", "neg {Fd}, {Fn}", SIZES_SCALAR_D(neg), .attr = FPSIMD},
	{"0q001110ss100000100110nnnnnddddd", "cmeq {Vd.T}, {Vn.T}, #0", SIZES_BHSD(cmeq), .attr = FPSIMD},
	{"01011110ss100000100110nnnnnddddd", "cmeq {Fd}, {Fn}, #0", SIZES_SCALAR_D(cmeq), .attr = FPSIMD},
	{"0q001110ss100000100010nnnnnddddd", "cmgt {Vd.T}, {Vn.T}, #0", SIZES_BHSD(cmgt), .attr = FPSIMD},
	{"01011110ss100000100010nnnnnddddd", "cmgt {Fd}, {Fn}, #0", SIZES_SCALAR_D(cmgt), .attr = FPSIMD},
	{"0q001110ss100000101010nnnnnddddd", "cmlt {Vd.T}, {Vn.T}, #0", SIZES_BHSD(cmlt), .attr = FPSIMD},
	{"01011110ss100000101010nnnnnddddd", "cmlt {Fd}, {Fn}, #0", SIZES_SCALAR_D(cmlt), .attr = FPSIMD},
	{"0q101110ss100000100010nnnnnddddd", "cmge {Vd.T}, {Vn.T}, #0", SIZES_BHSD(cmge), .attr = FPSIMD},
	{"01111110ss100000100010nnnnnddddd", "cmge {Fd}, {Fn}, #0", SIZES_SCALAR_D(cmge), .attr = FPSIMD},
	{"0q101110ss100000100110nnnnnddddd", "cmle {Vd.T}, {Vn.T}, #0", SIZES_BHSD(cmle), .attr = FPSIMD},
	{"01111110ss100000100110nnnnnddddd", "cmle {Fd}, {Fn}, #0", SIZES_SCALAR_D(cmle), .attr = FPSIMD},
	{"0q001110ss100000011110nnnnnddddd", "sqabs {Vd.T}, {Vn.T}", SIZES_BHSD(sqabs), .attr = FPSIMD},
	{"01011110ss100000011110nnnnnddddd", "sqabs {Fd}, {Fn}", SIZES_SCALAR(sqabs), .attr = FPSIMD},
	{"0q101110ss100000011110nnnnnddddd", "sqneg {Vd.T}, {Vn.T}", SIZES_BHSD(sqneg), .attr = FPSIMD},
	{"01111110ss100000011110nnnnnddddd", "sqneg {Fd}, {Fn}", SIZES_SCALAR(sqneg), .attr = FPSIMD},
	{"0q001110ss100000001110nnnnnddddd", "suqadd {Vd.T}, {Vn.T}", SIZES_BHSD(suqadd), .attr = FPSIMD},
	{"01011110ss100000001110nnnnnddddd", "suqadd {Fd}, {Fn}", SIZES_SCALAR(suqadd), .attr = FPSIMD},
	{"0q101110ss100000001110nnnnnddddd", "usqadd {Vd.T}, {Vn.T}", SIZES_BHSD(usqadd), .attr = FPSIMD},
	{"01111110ss100000001110nnnnnddddd", "usqadd {Fd}, {Fn}", SIZES_SCALAR(usqadd), .attr = FPSIMD},
	{"0q001110ss100000001010nnnnnddddd", "saddlp {Vd.Tp}, {Vn.T}", SIZES_BHS(saddlp), .attr = FPSIMD},
	{"0q001110ss100000011010nnnnnddddd", "sadalp {Vd.Tp}, {Vn.T}", SIZES_BHS(sadalp), .attr = FPSIMD},
	{"0q101110ss100000001010nnnnnddddd", "uaddlp {Vd.Tp}, {Vn.T}", SIZES_BHS(uaddlp), .attr = FPSIMD},
	{"0q101110ss100000011010nnnnnddddd", "uadalp {Vd.Tp}, {Vn.T}", SIZES_BHS(uadalp), .attr = FPSIMD},
	{"0q001110ss110001101110nnnnnddddd", "addv {Fd}, {Vn.T}", SIZES_ACROSS(addv), .attr = FPSIMD},
	{"0q001110ss110000001110nnnnnddddd", "saddlv {Ld}, {Vn.T}", SIZES_ACROSS(saddlv), .attr = FPSIMD},
	{"0q001110ss110000101010nnnnnddddd", "smaxv {Fd}, {Vn.T}", SIZES_ACROSS(smaxv), .attr = FPSIMD},
	{"0q001110ss110001101010nnnnnddddd", "sminv {Fd}, {Vn.T}", SIZES_ACROSS(sminv), .attr = FPSIMD},
	{"0q101110ss110000001110nnnnnddddd", "uaddlv {Ld}, {Vn.T}", SIZES_ACROSS(uaddlv), .attr = FPSIMD},
	{"0q101110ss110000101010nnnnnddddd", "umaxv {Fd}, {Vn.T}", SIZES_ACROSS(umaxv), .attr = FPSIMD},
	{"0q101110ss110001101010nnnnnddddd", "uminv {Fd}, {Vn.T}", SIZES_ACROSS(uminv), .attr = FPSIMD},
};

const struct insn_group a64_group_simd_two_reg = {
	"SIMD, two-register miscellaneous", rows, countof(rows),
	"Arm ARM C4.1, Advanced SIMD two-register miscellaneous, across lanes",
};
