/* SPDX-License-Identifier: MIT */
/* Floating point on vectors, element by element: two operands of one kind. Arm ARM C4.1, "Advanced SIMD three same" and
 * "three same (FP16)", and the scalar forms of both. */
#include "cpu/arm/a64/fp_exec.h"

SIZED_FV(fmaxnm, map2, elem_maxnm)
SIZED_FV(fmla, map3, elem_mla)
SIZED_FV(fadd, map2, elem_add)
SIZED_FV(fmulx, map2, elem_mulx)
SIZED_FV(fcmeq, map2, elem_cmeq)
SIZED_FV(fmax, map2, elem_max)
SIZED_FV(frecps, map2, elem_recps)
SIZED_FV(fminnm, map2, elem_minnm)
SIZED_FV(fmls, map3, elem_mls)
SIZED_FV(fsub, map2, elem_sub)
SIZED_FV(fmin, map2, elem_min)
SIZED_FV(frsqrts, map2, elem_rsqrts)
SIZED_FV(fmul, map2, elem_mul)
SIZED_FV(fcmge, map2, elem_cmge)
SIZED_FV(facge, map2, elem_acge)
SIZED_FV(fdiv, map2, elem_div)
SIZED_FV(fabd, map2, elem_abd)
SIZED_FV(fcmgt, map2, elem_cmgt)
SIZED_FV(facgt, map2, elem_acgt)

/* ---- scalar forms ---------------------------------------------------------------------------------------- */

SIZED_F(fmulx, map2, elem_mulx)
SIZED_F(fcmeq, map2, elem_cmeq)
SIZED_F(frecps, map2, elem_recps)
SIZED_F(frsqrts, map2, elem_rsqrts)
SIZED_F(fcmge, map2, elem_cmge)
SIZED_F(facge, map2, elem_acge)
SIZED_F(fabd, map2, elem_abd)
SIZED_F(fcmgt, map2, elem_cmgt)
SIZED_F(facgt, map2, elem_acgt)

static const struct insn_row rows[] = {
	{"0q0011100z1mmmmm110001nnnnnddddd", "fmaxnm {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fmaxnm), .attr = FPSIMD},
	{"0q001110010mmmmm000001nnnnnddddd", "fmaxnm {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fmaxnm),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q0011100z1mmmmm110011nnnnnddddd", "fmla {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fmla), .attr = FPSIMD},
	{"0q001110010mmmmm000011nnnnnddddd", "fmla {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fmla),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q0011100z1mmmmm110101nnnnnddddd", "fadd {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fadd), .attr = FPSIMD},
	{"0q001110010mmmmm000101nnnnnddddd", "fadd {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fadd),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q0011100z1mmmmm110111nnnnnddddd", "fmulx {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fmulx), .attr = FPSIMD},
	{"0q001110010mmmmm000111nnnnnddddd", "fmulx {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fmulx),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q0011100z1mmmmm111001nnnnnddddd", "fcmeq {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fcmeq), .attr = FPSIMD},
	{"0q001110010mmmmm001001nnnnnddddd", "fcmeq {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fcmeq),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q0011100z1mmmmm111101nnnnnddddd", "fmax {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fmax), .attr = FPSIMD},
	{"0q001110010mmmmm001101nnnnnddddd", "fmax {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fmax),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q0011100z1mmmmm111111nnnnnddddd", "frecps {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(frecps), .attr = FPSIMD},
	{"0q001110010mmmmm001111nnnnnddddd", "frecps {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(frecps),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q0011101z1mmmmm110001nnnnnddddd", "fminnm {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fminnm), .attr = FPSIMD},
	{"0q001110110mmmmm000001nnnnnddddd", "fminnm {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fminnm),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q0011101z1mmmmm110011nnnnnddddd", "fmls {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fmls), .attr = FPSIMD},
	{"0q001110110mmmmm000011nnnnnddddd", "fmls {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fmls),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q0011101z1mmmmm110101nnnnnddddd", "fsub {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fsub), .attr = FPSIMD},
	{"0q001110110mmmmm000101nnnnnddddd", "fsub {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fsub),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q0011101z1mmmmm111101nnnnnddddd", "fmin {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fmin), .attr = FPSIMD},
	{"0q001110110mmmmm001101nnnnnddddd", "fmin {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fmin),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q0011101z1mmmmm111111nnnnnddddd", "frsqrts {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(frsqrts), .attr = FPSIMD},
	{"0q001110110mmmmm001111nnnnnddddd", "frsqrts {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(frsqrts),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q1011100z1mmmmm110111nnnnnddddd", "fmul {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fmul), .attr = FPSIMD},
	{"0q101110010mmmmm000111nnnnnddddd", "fmul {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fmul),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q1011100z1mmmmm111001nnnnnddddd", "fcmge {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fcmge), .attr = FPSIMD},
	{"0q101110010mmmmm001001nnnnnddddd", "fcmge {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fcmge),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q1011100z1mmmmm111011nnnnnddddd", "facge {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(facge), .attr = FPSIMD},
	{"0q101110010mmmmm001011nnnnnddddd", "facge {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(facge),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q1011100z1mmmmm111111nnnnnddddd", "fdiv {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fdiv), .attr = FPSIMD},
	{"0q101110010mmmmm001111nnnnnddddd", "fdiv {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fdiv),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q1011101z1mmmmm110101nnnnnddddd", "fabd {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fabd), .attr = FPSIMD},
	{"0q101110110mmmmm000101nnnnnddddd", "fabd {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fabd),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q1011101z1mmmmm111001nnnnnddddd", "fcmgt {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fcmgt), .attr = FPSIMD},
	{"0q101110110mmmmm001001nnnnnddddd", "fcmgt {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(fcmgt),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q1011101z1mmmmm111011nnnnnddddd", "facgt {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(facgt), .attr = FPSIMD},
	{"0q101110110mmmmm001011nnnnnddddd", "facgt {Vd.T}, {Vn.T}, {Vm.T}", SIZES_FV(facgt),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	/* scalar */
	{"010111100z1mmmmm110111nnnnnddddd", "fmulx {Fd}, {Fn}, {Fm}", SIZES_F(fmulx), .attr = FPSIMD},
	{"01011110010mmmmm000111nnnnnddddd", "fmulx {Fd}, {Fn}, {Fm}", SIZES_F(fmulx),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"010111100z1mmmmm111001nnnnnddddd", "fcmeq {Fd}, {Fn}, {Fm}", SIZES_F(fcmeq), .attr = FPSIMD},
	{"01011110010mmmmm001001nnnnnddddd", "fcmeq {Fd}, {Fn}, {Fm}", SIZES_F(fcmeq),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"010111100z1mmmmm111111nnnnnddddd", "frecps {Fd}, {Fn}, {Fm}", SIZES_F(frecps), .attr = FPSIMD},
	{"01011110010mmmmm001111nnnnnddddd", "frecps {Fd}, {Fn}, {Fm}", SIZES_F(frecps),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"010111101z1mmmmm111111nnnnnddddd", "frsqrts {Fd}, {Fn}, {Fm}", SIZES_F(frsqrts), .attr = FPSIMD},
	{"01011110110mmmmm001111nnnnnddddd", "frsqrts {Fd}, {Fn}, {Fm}", SIZES_F(frsqrts),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"011111100z1mmmmm111001nnnnnddddd", "fcmge {Fd}, {Fn}, {Fm}", SIZES_F(fcmge), .attr = FPSIMD},
	{"01111110010mmmmm001001nnnnnddddd", "fcmge {Fd}, {Fn}, {Fm}", SIZES_F(fcmge),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"011111100z1mmmmm111011nnnnnddddd", "facge {Fd}, {Fn}, {Fm}", SIZES_F(facge), .attr = FPSIMD},
	{"01111110010mmmmm001011nnnnnddddd", "facge {Fd}, {Fn}, {Fm}", SIZES_F(facge),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"011111101z1mmmmm110101nnnnnddddd", "fabd {Fd}, {Fn}, {Fm}", SIZES_F(fabd), .attr = FPSIMD},
	{"01111110110mmmmm000101nnnnnddddd", "fabd {Fd}, {Fn}, {Fm}", SIZES_F(fabd),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"011111101z1mmmmm111001nnnnnddddd", "fcmgt {Fd}, {Fn}, {Fm}", SIZES_F(fcmgt), .attr = FPSIMD},
	{"01111110110mmmmm001001nnnnnddddd", "fcmgt {Fd}, {Fn}, {Fm}", SIZES_F(fcmgt),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"011111101z1mmmmm111011nnnnnddddd", "facgt {Fd}, {Fn}, {Fm}", SIZES_F(facgt), .attr = FPSIMD},
	{"01111110110mmmmm001011nnnnnddddd", "facgt {Fd}, {Fn}, {Fm}", SIZES_F(facgt),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
};

const struct insn_group a64_group_simd_fp_same = {
	"vector floating point, three registers", rows, countof(rows),
	"Arm ARM C4.1, Advanced SIMD three same, three same (FP16), scalar forms",
};
