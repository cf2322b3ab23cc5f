/* SPDX-License-Identifier: MIT */
/* Floating point between the elements of a vector: neighbours, and all of them. Arm ARM C4.1, "Advanced SIMD three
 * same" (the pairwise ones), "scalar pairwise", "across lanes". */
#include "cpu/arm/a64/fp_exec.h"

SIZED_FV(fmaxnmp, map_pairs, elem_maxnm)
SIZED_FV(faddp, map_pairs, elem_add)
SIZED_FV(fmaxp, map_pairs, elem_max)
SIZED_FV(fminnmp, map_pairs, elem_minnm)
SIZED_FV(fminp, map_pairs, elem_min)

/* ---- two elements to a scalar --------------------------------------------------------------------------------- */

#define SIZED_PAIR(fn, op) \
	SIZED_FP(fn, _h_any, reduce, 1, 4, op) SIZED_FP(fn, _s_any, reduce, 2, 8, op) \
	SIZED_FP(fn, _d_any, reduce, 3, 16, op)

SIZED_PAIR(fmaxnmp, elem_maxnm)
SIZED_PAIR(faddp, elem_add)
SIZED_PAIR(fmaxp, elem_max)
SIZED_PAIR(fminnmp, elem_minnm)
SIZED_PAIR(fminp, elem_min)

/* ---- all elements to a scalar ----------------------------------------------------------------------------------- */

#define SIZED_ACROSS(fn, op) \
	SIZED_FP(fn, _4h, reduce, 1, 8, op) SIZED_FP(fn, _8h, reduce, 1, 16, op) \
	SIZED_FP(fn, _4s_any, reduce, 2, 16, op)
#define SIZES_ACROSS(fn) {[1] = fn##_4h, [5] = fn##_8h}

SIZED_ACROSS(fmaxnmv, elem_maxnm)
SIZED_ACROSS(fmaxv, elem_max)
SIZED_ACROSS(fminnmv, elem_minnm)
SIZED_ACROSS(fminv, elem_min)

static const struct insn_row rows[] = {
	{"0q1011100z1mmmmm110001nnnnnddddd", "fmaxnmp {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fmaxnmp), .attr = FPSIMD},
	{"0q101110010mmmmm000001nnnnnddddd", "fmaxnmp {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fmaxnmp),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q1011100z1mmmmm110101nnnnnddddd", "faddp {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(faddp), .attr = FPSIMD},
	{"0q101110010mmmmm000101nnnnnddddd", "faddp {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(faddp),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q1011100z1mmmmm111101nnnnnddddd", "fmaxp {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fmaxp), .attr = FPSIMD},
	{"0q101110010mmmmm001101nnnnnddddd", "fmaxp {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fmaxp),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q1011101z1mmmmm110001nnnnnddddd", "fminnmp {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fminnmp), .attr = FPSIMD},
	{"0q101110110mmmmm000001nnnnnddddd", "fminnmp {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fminnmp),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q1011101z1mmmmm111101nnnnnddddd", "fminp {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fminp), .attr = FPSIMD},
	{"0q101110110mmmmm001101nnnnnddddd", "fminp {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fminp),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	/* scalar */
	{"0111111000110000110010nnnnnddddd", "fmaxnmp {Sd}, {Vn.2s}", SIZES_0(fmaxnmp_s), .attr = FPSIMD},
	{"0111111001110000110010nnnnnddddd", "fmaxnmp {Dd}, {Vn.2d}", SIZES_0(fmaxnmp_d), .attr = FPSIMD},
	{"0101111000110000110010nnnnnddddd", "fmaxnmp {Hd}, {Vn.2h}", SIZES_0(fmaxnmp_h), .attr = FPSIMD, .feature = FEAT_FP16},
	{"0111111000110000110110nnnnnddddd", "faddp {Sd}, {Vn.2s}", SIZES_0(faddp_s), .attr = FPSIMD},
	{"0111111001110000110110nnnnnddddd", "faddp {Dd}, {Vn.2d}", SIZES_0(faddp_d), .attr = FPSIMD},
	{"0101111000110000110110nnnnnddddd", "faddp {Hd}, {Vn.2h}", SIZES_0(faddp_h), .attr = FPSIMD, .feature = FEAT_FP16},
	{"0111111000110000111110nnnnnddddd", "fmaxp {Sd}, {Vn.2s}", SIZES_0(fmaxp_s), .attr = FPSIMD},
	{"0111111001110000111110nnnnnddddd", "fmaxp {Dd}, {Vn.2d}", SIZES_0(fmaxp_d), .attr = FPSIMD},
	{"0101111000110000111110nnnnnddddd", "fmaxp {Hd}, {Vn.2h}", SIZES_0(fmaxp_h), .attr = FPSIMD, .feature = FEAT_FP16},
	{"0111111010110000110010nnnnnddddd", "fminnmp {Sd}, {Vn.2s}", SIZES_0(fminnmp_s), .attr = FPSIMD},
	{"0111111011110000110010nnnnnddddd", "fminnmp {Dd}, {Vn.2d}", SIZES_0(fminnmp_d), .attr = FPSIMD},
	{"0101111010110000110010nnnnnddddd", "fminnmp {Hd}, {Vn.2h}", SIZES_0(fminnmp_h), .attr = FPSIMD, .feature = FEAT_FP16},
	{"0111111010110000111110nnnnnddddd", "fminp {Sd}, {Vn.2s}", SIZES_0(fminp_s), .attr = FPSIMD},
	{"0111111011110000111110nnnnnddddd", "fminp {Dd}, {Vn.2d}", SIZES_0(fminp_d), .attr = FPSIMD},
	{"0101111010110000111110nnnnnddddd", "fminp {Hd}, {Vn.2h}", SIZES_0(fminp_h), .attr = FPSIMD, .feature = FEAT_FP16},
	/* across lanes */
	{"0110111000110000110010nnnnnddddd", "fmaxnmv {Sd}, {Vn.4s}", SIZES_0(fmaxnmv_4s), .attr = FPSIMD},
	{"0q00111000110000110010nnnnnddddd", "fmaxnmv {Hd}, {Vn.T}", SIZES_ACROSS(fmaxnmv),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0110111000110000111110nnnnnddddd", "fmaxv {Sd}, {Vn.4s}", SIZES_0(fmaxv_4s), .attr = FPSIMD},
	{"0q00111000110000111110nnnnnddddd", "fmaxv {Hd}, {Vn.T}", SIZES_ACROSS(fmaxv),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0110111010110000110010nnnnnddddd", "fminnmv {Sd}, {Vn.4s}", SIZES_0(fminnmv_4s), .attr = FPSIMD},
	{"0q00111010110000110010nnnnnddddd", "fminnmv {Hd}, {Vn.T}", SIZES_ACROSS(fminnmv),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0110111010110000111110nnnnnddddd", "fminv {Sd}, {Vn.4s}", SIZES_0(fminv_4s), .attr = FPSIMD},
	{"0q00111010110000111110nnnnnddddd", "fminv {Hd}, {Vn.T}", SIZES_ACROSS(fminv),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
};

const struct insn_group a64_group_simd_fp_pair = {
	"vector floating point, pairs and across lanes", rows, countof(rows),
	"Arm ARM C4.1, Advanced SIMD three same, scalar pairwise, across lanes",
};
