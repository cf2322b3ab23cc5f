/* SPDX-License-Identifier: MIT */
/* Three registers of one arrangement (Arm ARM C4.1, "Advanced SIMD three same" and its scalar form): logic, addition,
 * comparison, minimum, maximum, product, difference, and the same on pairs. What saturates or shifts is in
 * simd_saturate.c. */
#include "cpu/arm/a64/simd.h"
#include "cpu/arm/a64/simd_lanes.h"

/* ---- logic ----------------------------------------------------------------------------------------- */

SIZED_B(and, simd_binary, simd_m, lanes_and)
SIZED_B(bic, simd_binary, simd_m, lanes_bic)
SIZED_B(orr, simd_binary, simd_m, lanes_or)
SIZED_B(orn, simd_binary, simd_m, lanes_orn)
SIZED_B(eor, simd_binary, simd_m, lanes_xor)

/* f(D, N, M) on bits */
ALWAYS_INLINE void bitwise(struct arm *c, const struct insn *i, const unsigned size, const unsigned shape,
	u64 (*f)(u64 d, u64 n, u64 m))
{
	union vec n = c->v[i->f[F_N]], m = c->v[i->f[F_M]], d = c->v[i->f[F_D]];

	(void)size;
	simd_set(c, i, f(d.q[0], n.q[0], m.q[0]), shape == FULL ? f(d.q[1], n.q[1], m.q[1]) : 0);
}

ALWAYS_INLINE u64 select_by_d(u64 d, u64 n, u64 m)
{
	return lanes_select(d, n, m);
}

ALWAYS_INLINE u64 insert_if_true(u64 d, u64 n, u64 m)
{
	return lanes_select(m, n, d);
}

ALWAYS_INLINE u64 insert_if_false(u64 d, u64 n, u64 m)
{
	return lanes_select(m, d, n);
}
SIZED_B(bsl, bitwise, select_by_d)
SIZED_B(bit, bitwise, insert_if_true)
SIZED_B(bif, bitwise, insert_if_false)

static bool same_sources(struct insn *i)
{
	return i->f[F_N] == i->f[F_M];
}

/* ---- arithmetic ------------------------------------------------------------------------------------ */

SIZED_BHSD(add, simd_binary, simd_m, lanes_add)
SIZED_BHSD(sub, simd_binary, simd_m, lanes_sub)
SIZED_BHS(mul, simd_binary, simd_m, lanes_mull)
SIZED_BHS(mla, simd_accumulate, simd_m, lanes_mull, lanes_add)
SIZED_BHS(mls, simd_accumulate, simd_m, lanes_mull, lanes_sub)
SIZED_B(pmul, simd_binary, simd_m, lanes_clmul)
SIZED_BHS(shadd, simd_binary, simd_m, lanes_shadd)
SIZED_BHS(uhadd, simd_binary, simd_m, lanes_uhadd)
SIZED_BHS(srhadd, simd_binary, simd_m, lanes_srhadd)
SIZED_BHS(urhadd, simd_binary, simd_m, lanes_avg)
SIZED_BHS(shsub, simd_binary, simd_m, lanes_shsub)
SIZED_BHS(uhsub, simd_binary, simd_m, lanes_uhsub)
SIZED_BHS(smax, simd_binary, simd_m, lanes_maxs)
SIZED_BHS(umax, simd_binary, simd_m, lanes_maxu)
SIZED_BHS(smin, simd_binary, simd_m, lanes_mins)
SIZED_BHS(umin, simd_binary, simd_m, lanes_minu)
SIZED_BHS(sabd, simd_binary, simd_m, lanes_sabd)
SIZED_BHS(uabd, simd_binary, simd_m, lanes_uabd)
SIZED_BHS(saba, simd_accumulate, simd_m, lanes_sabd, lanes_add)
SIZED_BHS(uaba, simd_accumulate, simd_m, lanes_uabd, lanes_add)
SIZED_SCALAR_D(add, simd_binary, simd_m, lanes_add)
SIZED_SCALAR_D(sub, simd_binary, simd_m, lanes_sub)

/* ---- comparisons ----------------------------------------------------------------------------------- */

SIZED_BHSD(cmeq, simd_binary, simd_m, lanes_equal)
SIZED_BHSD(cmtst, simd_binary, simd_m, lanes_test)
SIZED_BHSD(cmgt, simd_binary, simd_m, lanes_greater)
SIZED_BHSD(cmge, simd_binary, simd_m, lanes_greater_equal)
SIZED_BHSD(cmhi, simd_binary, simd_m, lanes_above)
SIZED_BHSD(cmhs, simd_binary, simd_m, lanes_above_equal)
SIZED_SCALAR_D(cmeq, simd_binary, simd_m, lanes_equal)
SIZED_SCALAR_D(cmtst, simd_binary, simd_m, lanes_test)
SIZED_SCALAR_D(cmgt, simd_binary, simd_m, lanes_greater)
SIZED_SCALAR_D(cmge, simd_binary, simd_m, lanes_greater_equal)
SIZED_SCALAR_D(cmhi, simd_binary, simd_m, lanes_above)
SIZED_SCALAR_D(cmhs, simd_binary, simd_m, lanes_above_equal)

/* ---- neighbours: the pairs of Vn, then those of Vm ------------------------------------------------- */

ALWAYS_INLINE void pairwise(struct arm *c, const struct insn *i, const unsigned size, const unsigned shape, simd_f *f)
{
	union vec n = c->v[i->f[F_N]], m = c->v[i->f[F_M]];
	const unsigned w = 8u << size;

	if (shape == FULL)
		simd_set(c, i, f(lanes_evens(n.q[0], n.q[1], w), lanes_odds(n.q[0], n.q[1], w), w),
			f(lanes_evens(m.q[0], m.q[1], w), lanes_odds(m.q[0], m.q[1], w), w));
	else
		simd_set(c, i, f(lanes_evens(n.q[0], m.q[0], w), lanes_odds(n.q[0], m.q[0], w), w), 0);
}
SIZED_BHSD(addp, pairwise, lanes_add)
SIZED_BHS(smaxp, pairwise, lanes_maxs)
SIZED_BHS(umaxp, pairwise, lanes_maxu)
SIZED_BHS(sminp, pairwise, lanes_mins)
SIZED_BHS(uminp, pairwise, lanes_minu)

ALWAYS_INLINE void addp_scalar(struct arm *c, const struct insn *i)
{
	simd_set(c, i, c->v[i->f[F_N]].q[0] + c->v[i->f[F_N]].q[1], 0);
}
SIZED_A64_0(addp_scalar)

static const struct insn_row rows[] = {
	{"0q001110001mmmmm000111nnnnnddddd", "and {Vd.T}, {Vn.T}, {Vm.T}", SIZES_B(and), .attr = FPSIMD},
	{"0q001110011mmmmm000111nnnnnddddd", "bic {Vd.T}, {Vn.T}, {Vm.T}", SIZES_B(bic), .attr = FPSIMD},
	{"0q001110101mmmmm000111nnnnnddddd", "orr {Vd.T}, {Vn.T}, {Vm.T}", SIZES_B(orr), .attr = FPSIMD},
	{"0q001110101mmmmm000111nnnnnddddd", "mov {Vd.T}, {Vn.T}", SIZES_B(orr), .attr = FPSIMD | OVERRIDES | ALIAS, .valid = same_sources},
	{"0q001110111mmmmm000111nnnnnddddd", "orn {Vd.T}, {Vn.T}, {Vm.T}", SIZES_B(orn), .attr = FPSIMD},
	{"0q101110001mmmmm000111nnnnnddddd", "eor {Vd.T}, {Vn.T}, {Vm.T}", SIZES_B(eor), .attr = FPSIMD},
	{"0q101110011mmmmm000111nnnnnddddd", "bsl {Vd.T}, {Vn.T}, {Vm.T}", SIZES_B(bsl), .attr = FPSIMD},
	{"0q101110101mmmmm000111nnnnnddddd", "bit {Vd.T}, {Vn.T}, {Vm.T}", SIZES_B(bit), .attr = FPSIMD},
	{"0q101110111mmmmm000111nnnnnddddd", "bif {Vd.T}, {Vn.T}, {Vm.T}", SIZES_B(bif), .attr = FPSIMD},
	{"0q001110ss1mmmmm100001nnnnnddddd", "add {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHSD(add), .attr = FPSIMD},
	{"0q101110ss1mmmmm100001nnnnnddddd", "sub {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHSD(sub), .attr = FPSIMD},
	{"0q001110ss1mmmmm100111nnnnnddddd", "mul {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHS(mul), .attr = FPSIMD},
	{"0q001110ss1mmmmm100101nnnnnddddd", "mla {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHS(mla), .attr = FPSIMD},
	{"0q101110ss1mmmmm100101nnnnnddddd", "mls {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHS(mls), .attr = FPSIMD},
	{"0q101110ss1mmmmm100111nnnnnddddd", "pmul {Vd.T}, {Vn.T}, {Vm.T}", SIZES_B(pmul), .attr = FPSIMD},
	{"0q001110ss1mmmmm000001nnnnnddddd", "shadd {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHS(shadd), .attr = FPSIMD},
	{"0q101110ss1mmmmm000001nnnnnddddd", "uhadd {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHS(uhadd), .attr = FPSIMD},
	{"0q001110ss1mmmmm000101nnnnnddddd", "srhadd {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHS(srhadd), .attr = FPSIMD},
	{"0q101110ss1mmmmm000101nnnnnddddd", "urhadd {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHS(urhadd), .attr = FPSIMD},
	{"0q001110ss1mmmmm001001nnnnnddddd", "shsub {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHS(shsub), .attr = FPSIMD},
	{"0q101110ss1mmmmm001001nnnnnddddd", "uhsub {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHS(uhsub), .attr = FPSIMD},
	{"0q001110ss1mmmmm011001nnnnnddddd", "smax {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHS(smax), .attr = FPSIMD},
	{"0q101110ss1mmmmm011001nnnnnddddd", "umax {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHS(umax), .attr = FPSIMD},
	{"0q001110ss1mmmmm011011nnnnnddddd", "smin {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHS(smin), .attr = FPSIMD},
	{"0q101110ss1mmmmm011011nnnnnddddd", "umin {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHS(umin), .attr = FPSIMD},
	{"0q001110ss1mmmmm011101nnnnnddddd", "sabd {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHS(sabd), .attr = FPSIMD},
	{"0q101110ss1mmmmm011101nnnnnddddd", "uabd {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHS(uabd), .attr = FPSIMD},
	{"0q001110ss1mmmmm011111nnnnnddddd", "saba {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHS(saba), .attr = FPSIMD},
	{"0q101110ss1mmmmm011111nnnnnddddd", "uaba {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHS(uaba), .attr = FPSIMD},
	{"0q101110ss1mmmmm100011nnnnnddddd", "cmeq {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHSD(cmeq), .attr = FPSIMD},
	{"0q001110ss1mmmmm100011nnnnnddddd", "cmtst {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHSD(cmtst), .attr = FPSIMD},
	{"0q001110ss1mmmmm001101nnnnnddddd", "cmgt {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHSD(cmgt), .attr = FPSIMD},
	{"0q001110ss1mmmmm001111nnnnnddddd", "cmge {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHSD(cmge), .attr = FPSIMD},
	{"0q101110ss1mmmmm001101nnnnnddddd", "cmhi {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHSD(cmhi), .attr = FPSIMD},
	{"0q101110ss1mmmmm001111nnnnnddddd", "cmhs {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHSD(cmhs), .attr = FPSIMD},
	{"0q001110ss1mmmmm101111nnnnnddddd", "addp {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHSD(addp), .attr = FPSIMD},
	{"0q001110ss1mmmmm101001nnnnnddddd", "smaxp {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHS(smaxp), .attr = FPSIMD},
	{"0q101110ss1mmmmm101001nnnnnddddd", "umaxp {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHS(umaxp), .attr = FPSIMD},
	{"0q001110ss1mmmmm101011nnnnnddddd", "sminp {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHS(sminp), .attr = FPSIMD},
	{"0q101110ss1mmmmm101011nnnnnddddd", "uminp {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHS(uminp), .attr = FPSIMD},
	{"01011110ss1mmmmm100001nnnnnddddd", "add {Fd}, {Fn}, {Fm}", SIZES_SCALAR_D(add), .attr = FPSIMD},
	{"01111110ss1mmmmm100001nnnnnddddd", "sub {Fd}, {Fn}, {Fm}", SIZES_SCALAR_D(sub), .attr = FPSIMD},
	{"01111110ss1mmmmm100011nnnnnddddd", "cmeq {Fd}, {Fn}, {Fm}", SIZES_SCALAR_D(cmeq), .attr = FPSIMD},
	{"01011110ss1mmmmm100011nnnnnddddd", "cmtst {Fd}, {Fn}, {Fm}", SIZES_SCALAR_D(cmtst), .attr = FPSIMD},
	{"01011110ss1mmmmm001101nnnnnddddd", "cmgt {Fd}, {Fn}, {Fm}", SIZES_SCALAR_D(cmgt), .attr = FPSIMD},
	{"01011110ss1mmmmm001111nnnnnddddd", "cmge {Fd}, {Fn}, {Fm}", SIZES_SCALAR_D(cmge), .attr = FPSIMD},
	{"01111110ss1mmmmm001101nnnnnddddd", "cmhi {Fd}, {Fn}, {Fm}", SIZES_SCALAR_D(cmhi), .attr = FPSIMD},
	{"01111110ss1mmmmm001111nnnnnddddd", "cmhs {Fd}, {Fn}, {Fm}", SIZES_SCALAR_D(cmhs), .attr = FPSIMD},
	{"0101111011110001101110nnnnnddddd", "addp {Dd}, {Vn.2d}", SIZES_0(addp_scalar), .attr = FPSIMD},
};

const struct insn_group a64_group_simd_three_same = {
	"SIMD, three same", rows, countof(rows), "Arm ARM C4.1, Advanced SIMD three same",
};
