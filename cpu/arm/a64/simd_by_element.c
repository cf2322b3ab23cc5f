/* SPDX-License-Identifier: MIT */
/* Products with one element of a register (Arm ARM C4.1, "Advanced SIMD vector x indexed element" and its scalar
 * form): the bodies are those for whole registers, with the element in every place. */
#include "cpu/arm/a64/simd_long.h"

/* H has L:H; with elements of 16 bits M belongs to the index and only V0 to V15 can be named. */
static bool element(struct insn *i)
{
	unsigned l = i->f[F_H] >> 1 & 1u, h = i->f[F_H] & 1u, m = i->f[F_M];

	if (i->size == 1) {
		i->f[F_H] = (u8)(h << 2 | l << 1 | m >> 4);
		i->f[F_M] = (u8)(m & 15);
	} else {
		i->f[F_H] = (u8)(h << 1 | l);
	}
	return true;
}

/* Groups of four bytes: named as elements of 32 bits, whatever the size field says. */
static bool bytes(struct insn *i)
{
	i->size = 2;
	return element(i);
}

SIZED_HS(mul, simd_binary, simd_element, lanes_mull)
SIZED_HS(mla, simd_accumulate, simd_element, lanes_mull, lanes_add)
SIZED_HS(mls, simd_accumulate, simd_element, lanes_mull, lanes_sub)
SIZED_HS(smull, simd_long, simd_element, simd_widen_signed, lanes_mull)
SIZED_HS(umull, simd_long, simd_element, simd_widen_unsigned, lanes_mull)
SIZED_HS(smlal, simd_long_accumulate, simd_element, simd_widen_signed, lanes_mull, lanes_add)
SIZED_HS(umlal, simd_long_accumulate, simd_element, simd_widen_unsigned, lanes_mull, lanes_add)
SIZED_HS(smlsl, simd_long_accumulate, simd_element, simd_widen_signed, lanes_mull, lanes_sub)
SIZED_HS(umlsl, simd_long_accumulate, simd_element, simd_widen_unsigned, lanes_mull, lanes_sub)

/* ---- with saturation ------------------------------------------------------------------------------- */

SIZED_HS(sqdmull, simd_double_long, simd_element, NULL)
SIZED_HS(sqdmlal, simd_double_long, simd_element, simd_sqadd)
SIZED_HS(sqdmlsl, simd_double_long, simd_element, simd_sqsub)
SIZED_HS(sqdmulh, simd_saturating, simd_element, simd_sqdmulh)
SIZED_HS(sqrdmulh, simd_saturating, simd_element, simd_sqrdmulh)
SIZED_HS(sqrdmlah, simd_rdm_accumulate, simd_element, false)
SIZED_HS(sqrdmlsh, simd_rdm_accumulate, simd_element, true)
SIZED_SCALAR_HS(sqdmull, simd_double_long, simd_element, NULL)
SIZED_SCALAR_HS(sqdmlal, simd_double_long, simd_element, simd_sqadd)
SIZED_SCALAR_HS(sqdmlsl, simd_double_long, simd_element, simd_sqsub)
SIZED_SCALAR_HS(sqdmulh, simd_saturating, simd_element, simd_sqdmulh)
SIZED_SCALAR_HS(sqrdmulh, simd_saturating, simd_element, simd_sqrdmulh)
SIZED_SCALAR_HS(sqrdmlah, simd_rdm_accumulate, simd_element, false)
SIZED_SCALAR_HS(sqrdmlsh, simd_rdm_accumulate, simd_element, true)

/* ---- dot products ---------------------------------------------------------------------------------- */

SIZED_S(sdot, simd_dot_accumulate, simd_element, true, true)
SIZED_S(udot, simd_dot_accumulate, simd_element, false, false)
SIZED_S(usdot, simd_dot_accumulate, simd_element, false, true)
SIZED_S(sudot, simd_dot_accumulate, simd_element, true, false)

static const struct insn_row rows[] = {
	{"0q001111sshmmmmm1000h0nnnnnddddd", "mul {Vd.T}, {Vn.T}, {Vm.t}{index}", SIZES_HS(mul), .attr = FPSIMD, .valid = element},
	{"0q101111sshmmmmm0000h0nnnnnddddd", "mla {Vd.T}, {Vn.T}, {Vm.t}{index}", SIZES_HS(mla), .attr = FPSIMD, .valid = element},
	{"0q101111sshmmmmm0100h0nnnnnddddd", "mls {Vd.T}, {Vn.T}, {Vm.t}{index}", SIZES_HS(mls), .attr = FPSIMD, .valid = element},
	{"0q001111sshmmmmm1010h0nnnnnddddd", "smull{2} {Vd.Tl}, {Vn.T}, {Vm.t}{index}", SIZES_HS(smull), .attr = FPSIMD, .valid = element},
	{"0q101111sshmmmmm1010h0nnnnnddddd", "umull{2} {Vd.Tl}, {Vn.T}, {Vm.t}{index}", SIZES_HS(umull), .attr = FPSIMD, .valid = element},
	{"0q001111sshmmmmm0010h0nnnnnddddd", "smlal{2} {Vd.Tl}, {Vn.T}, {Vm.t}{index}", SIZES_HS(smlal), .attr = FPSIMD, .valid = element},
	{"0q101111sshmmmmm0010h0nnnnnddddd", "umlal{2} {Vd.Tl}, {Vn.T}, {Vm.t}{index}", SIZES_HS(umlal), .attr = FPSIMD, .valid = element},
	{"0q001111sshmmmmm0110h0nnnnnddddd", "smlsl{2} {Vd.Tl}, {Vn.T}, {Vm.t}{index}", SIZES_HS(smlsl), .attr = FPSIMD, .valid = element},
	{"0q101111sshmmmmm0110h0nnnnnddddd", "umlsl{2} {Vd.Tl}, {Vn.T}, {Vm.t}{index}", SIZES_HS(umlsl), .attr = FPSIMD, .valid = element},
	{"0q001111sshmmmmm1011h0nnnnnddddd", "sqdmull{2} {Vd.Tl}, {Vn.T}, {Vm.t}{index}", SIZES_HS(sqdmull),
		.attr = FPSIMD, .valid = element},
	{"01011111sshmmmmm1011h0nnnnnddddd", "sqdmull {Ld}, {Fn}, {Vm.t}{index}", SIZES_SCALAR_HS(sqdmull),
		.attr = FPSIMD, .valid = element},
	{"0q001111sshmmmmm0011h0nnnnnddddd", "sqdmlal{2} {Vd.Tl}, {Vn.T}, {Vm.t}{index}", SIZES_HS(sqdmlal),
		.attr = FPSIMD, .valid = element},
	{"01011111sshmmmmm0011h0nnnnnddddd", "sqdmlal {Ld}, {Fn}, {Vm.t}{index}", SIZES_SCALAR_HS(sqdmlal),
		.attr = FPSIMD, .valid = element},
	{"0q001111sshmmmmm0111h0nnnnnddddd", "sqdmlsl{2} {Vd.Tl}, {Vn.T}, {Vm.t}{index}", SIZES_HS(sqdmlsl),
		.attr = FPSIMD, .valid = element},
	{"01011111sshmmmmm0111h0nnnnnddddd", "sqdmlsl {Ld}, {Fn}, {Vm.t}{index}", SIZES_SCALAR_HS(sqdmlsl),
		.attr = FPSIMD, .valid = element},
	{"0q001111sshmmmmm1100h0nnnnnddddd", "sqdmulh {Vd.T}, {Vn.T}, {Vm.t}{index}", SIZES_HS(sqdmulh), .attr = FPSIMD, .valid = element},
	{"01011111sshmmmmm1100h0nnnnnddddd", "sqdmulh {Fd}, {Fn}, {Vm.t}{index}", SIZES_SCALAR_HS(sqdmulh),
		.attr = FPSIMD, .valid = element},
	{"0q001111sshmmmmm1101h0nnnnnddddd", "sqrdmulh {Vd.T}, {Vn.T}, {Vm.t}{index}", SIZES_HS(sqrdmulh),
		.attr = FPSIMD, .valid = element},
	{"01011111sshmmmmm1101h0nnnnnddddd", "sqrdmulh {Fd}, {Fn}, {Vm.t}{index}", SIZES_SCALAR_HS(sqrdmulh),
		.attr = FPSIMD, .valid = element},
	{"0q101111sshmmmmm1101h0nnnnnddddd", "sqrdmlah {Vd.T}, {Vn.T}, {Vm.t}{index}", SIZES_HS(sqrdmlah),
		.attr = FPSIMD, .feature = FEAT_RDM, .valid = element},
	{"01111111sshmmmmm1101h0nnnnnddddd", "sqrdmlah {Fd}, {Fn}, {Vm.t}{index}", SIZES_SCALAR_HS(sqrdmlah),
		.attr = FPSIMD, .feature = FEAT_RDM, .valid = element},
	{"0q101111sshmmmmm1111h0nnnnnddddd", "sqrdmlsh {Vd.T}, {Vn.T}, {Vm.t}{index}", SIZES_HS(sqrdmlsh),
		.attr = FPSIMD, .feature = FEAT_RDM, .valid = element},
	{"01111111sshmmmmm1111h0nnnnnddddd", "sqrdmlsh {Fd}, {Fn}, {Vm.t}{index}", SIZES_SCALAR_HS(sqrdmlsh),
		.attr = FPSIMD, .feature = FEAT_RDM, .valid = element},
	{"0q00111110hmmmmm1110h0nnnnnddddd", "sdot {Vd.T}, {Vn.Tb}, {Vm.4b}{index}", SIZES_S(sdot),
		.attr = FPSIMD, .feature = FEAT_DotProd, .valid = bytes},
	{"0q10111110hmmmmm1110h0nnnnnddddd", "udot {Vd.T}, {Vn.Tb}, {Vm.4b}{index}", SIZES_S(udot),
		.attr = FPSIMD, .feature = FEAT_DotProd, .valid = bytes},
	{"0q00111110hmmmmm1111h0nnnnnddddd", "usdot {Vd.T}, {Vn.Tb}, {Vm.4b}{index}", SIZES_S(usdot),
		.attr = FPSIMD, .feature = FEAT_I8MM, .valid = bytes},
	{"0q00111100hmmmmm1111h0nnnnnddddd", "sudot {Vd.T}, {Vn.Tb}, {Vm.4b}{index}", SIZES_S(sudot),
		.attr = FPSIMD, .feature = FEAT_I8MM, .valid = bytes},
};

const struct insn_group a64_group_simd_by_element = {
	"SIMD, by element", rows, countof(rows), "Arm ARM C4.1, Advanced SIMD vector x indexed element",
};
