/* SPDX-License-Identifier: MIT */
/* Results of twice the width (Arm ARM C4.1, "Advanced SIMD three different" and its scalar form, SSHLL and SHLL of
 * the groups by immediate and with two registers). "...2" takes the upper halves of the narrow sources. */
#include "cpu/arm/a64/simd_long.h"
#include "cpu/crypto.h"

/* ---- both sources narrow --------------------------------------------------------------------------- */

SIZED_BHS(saddl, simd_long, simd_m, simd_widen_signed, lanes_add)
SIZED_BHS(uaddl, simd_long, simd_m, simd_widen_unsigned, lanes_add)
SIZED_BHS(ssubl, simd_long, simd_m, simd_widen_signed, lanes_sub)
SIZED_BHS(usubl, simd_long, simd_m, simd_widen_unsigned, lanes_sub)
SIZED_BHS(sabdl, simd_long, simd_m, simd_widen_signed, lanes_sabd)
SIZED_BHS(uabdl, simd_long, simd_m, simd_widen_unsigned, lanes_uabd)
SIZED_BHS(sabal, simd_long_accumulate, simd_m, simd_widen_signed, lanes_sabd, lanes_add)
SIZED_BHS(uabal, simd_long_accumulate, simd_m, simd_widen_unsigned, lanes_uabd, lanes_add)
SIZED_BHS(smull, simd_long, simd_m, simd_widen_signed, lanes_mull)
SIZED_BHS(umull, simd_long, simd_m, simd_widen_unsigned, lanes_mull)
SIZED_BHS(smlal, simd_long_accumulate, simd_m, simd_widen_signed, lanes_mull, lanes_add)
SIZED_BHS(umlal, simd_long_accumulate, simd_m, simd_widen_unsigned, lanes_mull, lanes_add)
SIZED_BHS(smlsl, simd_long_accumulate, simd_m, simd_widen_signed, lanes_mull, lanes_sub)
SIZED_BHS(umlsl, simd_long_accumulate, simd_m, simd_widen_unsigned, lanes_mull, lanes_sub)
SIZED_HS(sqdmull, simd_double_long, simd_m, NULL)
SIZED_HS(sqdmlal, simd_double_long, simd_m, simd_sqadd)
SIZED_HS(sqdmlsl, simd_double_long, simd_m, simd_sqsub)
SIZED_SCALAR_HS(sqdmull, simd_double_long, simd_m, NULL)
SIZED_SCALAR_HS(sqdmlal, simd_double_long, simd_m, simd_sqadd)
SIZED_SCALAR_HS(sqdmlsl, simd_double_long, simd_m, simd_sqsub)
SIZED_B(pmull, simd_long, simd_m, simd_widen_unsigned, lanes_clmul)

ALWAYS_INLINE void pmull_q(struct arm *c, const struct insn *i)
{
	unsigned half = i->f[F_Q] & 1u;
	u64 r[2];

	crypto_multiply_carryless(r, c->v[i->f[F_N]].q[half], c->v[i->f[F_M]].q[half]);
	simd_set(c, i, r[0], r[1]);
}
SIZED_A64_0(pmull_q)

static bool doublewords(struct insn *i)
{
	i->size = 3;
	return true;
}

/* ---- the first source wide ------------------------------------------------------------------------- */

ALWAYS_INLINE void wide(struct arm *c, const struct insn *i, const unsigned size, const unsigned shape,
	simd_widen *widen, simd_f *f)
{
	const unsigned w = 8u << size;
	u64 m = c->v[i->f[F_M]].q[shape == FULL];
	union vec n = c->v[i->f[F_N]];

	simd_set(c, i, f(n.q[0], widen(m, w), 2 * w), f(n.q[1], widen(m >> 32, w), 2 * w));
}
SIZED_BHS(saddw, wide, simd_widen_signed, lanes_add)
SIZED_BHS(uaddw, wide, simd_widen_unsigned, lanes_add)
SIZED_BHS(ssubw, wide, simd_widen_signed, lanes_sub)
SIZED_BHS(usubw, wide, simd_widen_unsigned, lanes_sub)

/* ---- shifts to the left ---------------------------------------------------------------------------- */

ALWAYS_INLINE void shift_long(struct arm *c, const struct insn *i, const unsigned size, const unsigned shape,
	simd_widen *widen)
{
	const unsigned w = 8u << size;
	u64 n = c->v[i->f[F_N]].q[shape == FULL];

	simd_set(c, i, lanes_shl(widen(n, w), i->imm, 2 * w), lanes_shl(widen(n >> 32, w), i->imm, 2 * w));
}
SIZED_BHS(sshll, shift_long, simd_widen_signed)
SIZED_BHS(ushll, shift_long, simd_widen_unsigned)

static bool extends(struct insn *i)
{
	return simd_shift_left_imm(i) && i->imm == 0;
}

static bool by_width(struct insn *i)
{
	i->imm = 8u << i->size;
	return true;
}

static const struct insn_row rows[] = {
	{"0q001110ss1mmmmm000000nnnnnddddd", "saddl{2} {Vd.Tl}, {Vn.T}, {Vm.T}", SIZES_BHS(saddl), .attr = FPSIMD},
	{"0q101110ss1mmmmm000000nnnnnddddd", "uaddl{2} {Vd.Tl}, {Vn.T}, {Vm.T}", SIZES_BHS(uaddl), .attr = FPSIMD},
	{"0q001110ss1mmmmm001000nnnnnddddd", "ssubl{2} {Vd.Tl}, {Vn.T}, {Vm.T}", SIZES_BHS(ssubl), .attr = FPSIMD},
	{"0q101110ss1mmmmm001000nnnnnddddd", "usubl{2} {Vd.Tl}, {Vn.T}, {Vm.T}", SIZES_BHS(usubl), .attr = FPSIMD},
	{"0q001110ss1mmmmm011100nnnnnddddd", "sabdl{2} {Vd.Tl}, {Vn.T}, {Vm.T}", SIZES_BHS(sabdl), .attr = FPSIMD},
	{"0q101110ss1mmmmm011100nnnnnddddd", "uabdl{2} {Vd.Tl}, {Vn.T}, {Vm.T}", SIZES_BHS(uabdl), .attr = FPSIMD},
	{"0q001110ss1mmmmm010100nnnnnddddd", "sabal{2} {Vd.Tl}, {Vn.T}, {Vm.T}", SIZES_BHS(sabal), .attr = FPSIMD},
	{"0q101110ss1mmmmm010100nnnnnddddd", "uabal{2} {Vd.Tl}, {Vn.T}, {Vm.T}", SIZES_BHS(uabal), .attr = FPSIMD},
	{"0q001110ss1mmmmm110000nnnnnddddd", "smull{2} {Vd.Tl}, {Vn.T}, {Vm.T}", SIZES_BHS(smull), .attr = FPSIMD},
	{"0q101110ss1mmmmm110000nnnnnddddd", "umull{2} {Vd.Tl}, {Vn.T}, {Vm.T}", SIZES_BHS(umull), .attr = FPSIMD},
	{"0q001110ss1mmmmm100000nnnnnddddd", "smlal{2} {Vd.Tl}, {Vn.T}, {Vm.T}", SIZES_BHS(smlal), .attr = FPSIMD},
	{"0q101110ss1mmmmm100000nnnnnddddd", "umlal{2} {Vd.Tl}, {Vn.T}, {Vm.T}", SIZES_BHS(umlal), .attr = FPSIMD},
	{"0q001110ss1mmmmm101000nnnnnddddd", "smlsl{2} {Vd.Tl}, {Vn.T}, {Vm.T}", SIZES_BHS(smlsl), .attr = FPSIMD},
	{"0q101110ss1mmmmm101000nnnnnddddd", "umlsl{2} {Vd.Tl}, {Vn.T}, {Vm.T}", SIZES_BHS(umlsl), .attr = FPSIMD},
	{"0q001110ss1mmmmm110100nnnnnddddd", "sqdmull{2} {Vd.Tl}, {Vn.T}, {Vm.T}", SIZES_HS(sqdmull), .attr = FPSIMD},
	{"01011110ss1mmmmm110100nnnnnddddd", "sqdmull {Ld}, {Fn}, {Fm}", SIZES_SCALAR_HS(sqdmull), .attr = FPSIMD},
	{"0q001110ss1mmmmm100100nnnnnddddd", "sqdmlal{2} {Vd.Tl}, {Vn.T}, {Vm.T}", SIZES_HS(sqdmlal), .attr = FPSIMD},
	{"01011110ss1mmmmm100100nnnnnddddd", "sqdmlal {Ld}, {Fn}, {Fm}", SIZES_SCALAR_HS(sqdmlal), .attr = FPSIMD},
	{"0q001110ss1mmmmm101100nnnnnddddd", "sqdmlsl{2} {Vd.Tl}, {Vn.T}, {Vm.T}", SIZES_HS(sqdmlsl), .attr = FPSIMD},
	{"01011110ss1mmmmm101100nnnnnddddd", "sqdmlsl {Ld}, {Fn}, {Fm}", SIZES_SCALAR_HS(sqdmlsl), .attr = FPSIMD},
	{"0q001110001mmmmm111000nnnnnddddd", "pmull{2} {Vd.Tl}, {Vn.T}, {Vm.T}", SIZES_B(pmull), .attr = FPSIMD},
	{"0q001110111mmmmm111000nnnnnddddd", "pmull{2} {Vd.Tl}, {Vn.T}, {Vm.T}", {[3] = pmull_q_any, [7] = pmull_q_any},
		.attr = FPSIMD, .feature = FEAT_PMULL, .valid = doublewords},
	{"0q001110ss1mmmmm000100nnnnnddddd", "saddw{2} {Vd.Tl}, {Vn.Tl}, {Vm.T}", SIZES_BHS(saddw), .attr = FPSIMD},
	{"0q101110ss1mmmmm000100nnnnnddddd", "uaddw{2} {Vd.Tl}, {Vn.Tl}, {Vm.T}", SIZES_BHS(uaddw), .attr = FPSIMD},
	{"0q001110ss1mmmmm001100nnnnnddddd", "ssubw{2} {Vd.Tl}, {Vn.Tl}, {Vm.T}", SIZES_BHS(ssubw), .attr = FPSIMD},
	{"0q101110ss1mmmmm001100nnnnnddddd", "usubw{2} {Vd.Tl}, {Vn.Tl}, {Vm.T}", SIZES_BHS(usubw), .attr = FPSIMD},
	{"0q0011110iiiiiii101001nnnnnddddd", "sshll{2} {Vd.Tl}, {Vn.T}, {simm}", SIZES_BHS(sshll),
		.attr = FPSIMD, .valid = simd_shift_left_imm},
	{"0q0011110iiiiiii101001nnnnnddddd", "sxtl{2} {Vd.Tl}, {Vn.T}", SIZES_BHS(sshll),
		.attr = FPSIMD | OVERRIDES | ALIAS, .valid = extends},
	{"0q1011110iiiiiii101001nnnnnddddd", "ushll{2} {Vd.Tl}, {Vn.T}, {simm}", SIZES_BHS(ushll),
		.attr = FPSIMD, .valid = simd_shift_left_imm},
	{"0q1011110iiiiiii101001nnnnnddddd", "uxtl{2} {Vd.Tl}, {Vn.T}", SIZES_BHS(ushll),
		.attr = FPSIMD | OVERRIDES | ALIAS, .valid = extends},
	{"0q101110ss100001001110nnnnnddddd", "shll{2} {Vd.Tl}, {Vn.T}, {simm}", SIZES_BHS(ushll), .attr = FPSIMD, .valid = by_width},
};

const struct insn_group a64_group_simd_widen = {
	"SIMD, widening", rows, countof(rows), "Arm ARM C4.1, Advanced SIMD three different",
};
