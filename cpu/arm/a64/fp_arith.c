/* SPDX-License-Identifier: MIT */
/* Scalar floating point with two and three operands. Arm ARM C4.1, "Floating-point data-processing (2 source)" and
 * "(3 source)". */
#include "cpu/arm/a64/fp_exec.h"

SIZED_F(fadd, map2, elem_add)
SIZED_F(fsub, map2, elem_sub)
SIZED_F(fmul, map2, elem_mul)
SIZED_F(fnmul, map2, elem_nmul)
SIZED_F(fdiv, map2, elem_div)
SIZED_F(fmax, map2, elem_max)
SIZED_F(fmin, map2, elem_min)
SIZED_F(fmaxnm, map2, elem_maxnm)
SIZED_F(fminnm, map2, elem_minnm)

/* Signs change before the operation, those of NaNs too. */
ALWAYS_INLINE void fused(struct arm *c, const struct insn *i, const unsigned size, const unsigned bytes,
	bool neg_product, bool neg_addend)
{
	u64 n = elem_get(&c->v[i->f[F_N]], 0, size), m = elem_get(&c->v[i->f[F_M]], 0, size);
	u64 a = elem_get(&c->v[i->f[F_A]], 0, size);

	(void)bytes;
	n ^= neg_product ? elem_sign(size) : 0;
	a ^= neg_addend ? elem_sign(size) : 0;
	c->v[i->f[F_D]] = (union vec){{elem_mla(n, m, a, size, elem_env(c, size)), 0}};
}
SIZED_F(fmadd, fused, false, false)
SIZED_F(fmsub, fused, true, false)
SIZED_F(fnmadd, fused, true, true)
SIZED_F(fnmsub, fused, false, true)

static const struct insn_row rows[] = {
	{"000111100z1mmmmm000010nnnnnddddd", "fmul {Fd}, {Fn}, {Fm}", SIZES_F(fmul), .attr = FPSIMD},
	{"00011110111mmmmm000010nnnnnddddd", "fmul {Fd}, {Fn}, {Fm}", SIZES_F(fmul),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"000111100z1mmmmm000110nnnnnddddd", "fdiv {Fd}, {Fn}, {Fm}", SIZES_F(fdiv), .attr = FPSIMD},
	{"00011110111mmmmm000110nnnnnddddd", "fdiv {Fd}, {Fn}, {Fm}", SIZES_F(fdiv),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"000111100z1mmmmm001010nnnnnddddd", "fadd {Fd}, {Fn}, {Fm}", SIZES_F(fadd), .attr = FPSIMD},
	{"00011110111mmmmm001010nnnnnddddd", "fadd {Fd}, {Fn}, {Fm}", SIZES_F(fadd),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"000111100z1mmmmm001110nnnnnddddd", "fsub {Fd}, {Fn}, {Fm}", SIZES_F(fsub), .attr = FPSIMD},
	{"00011110111mmmmm001110nnnnnddddd", "fsub {Fd}, {Fn}, {Fm}", SIZES_F(fsub),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"000111100z1mmmmm010010nnnnnddddd", "fmax {Fd}, {Fn}, {Fm}", SIZES_F(fmax), .attr = FPSIMD},
	{"00011110111mmmmm010010nnnnnddddd", "fmax {Fd}, {Fn}, {Fm}", SIZES_F(fmax),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"000111100z1mmmmm010110nnnnnddddd", "fmin {Fd}, {Fn}, {Fm}", SIZES_F(fmin), .attr = FPSIMD},
	{"00011110111mmmmm010110nnnnnddddd", "fmin {Fd}, {Fn}, {Fm}", SIZES_F(fmin),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"000111100z1mmmmm011010nnnnnddddd", "fmaxnm {Fd}, {Fn}, {Fm}", SIZES_F(fmaxnm), .attr = FPSIMD},
	{"00011110111mmmmm011010nnnnnddddd", "fmaxnm {Fd}, {Fn}, {Fm}", SIZES_F(fmaxnm),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"000111100z1mmmmm011110nnnnnddddd", "fminnm {Fd}, {Fn}, {Fm}", SIZES_F(fminnm), .attr = FPSIMD},
	{"00011110111mmmmm011110nnnnnddddd", "fminnm {Fd}, {Fn}, {Fm}", SIZES_F(fminnm),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"000111100z1mmmmm100010nnnnnddddd", "fnmul {Fd}, {Fn}, {Fm}", SIZES_F(fnmul), .attr = FPSIMD},
	{"00011110111mmmmm100010nnnnnddddd", "fnmul {Fd}, {Fn}, {Fm}", SIZES_F(fnmul),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"000111110z0mmmmm0aaaaannnnnddddd", "fmadd {Fd}, {Fn}, {Fm}, {Fa}", SIZES_F(fmadd), .attr = FPSIMD},
	{"00011111110mmmmm0aaaaannnnnddddd", "fmadd {Fd}, {Fn}, {Fm}, {Fa}", SIZES_F(fmadd),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"000111110z0mmmmm1aaaaannnnnddddd", "fmsub {Fd}, {Fn}, {Fm}, {Fa}", SIZES_F(fmsub), .attr = FPSIMD},
	{"00011111110mmmmm1aaaaannnnnddddd", "fmsub {Fd}, {Fn}, {Fm}, {Fa}", SIZES_F(fmsub),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"000111110z1mmmmm0aaaaannnnnddddd", "fnmadd {Fd}, {Fn}, {Fm}, {Fa}", SIZES_F(fnmadd), .attr = FPSIMD},
	{"00011111111mmmmm0aaaaannnnnddddd", "fnmadd {Fd}, {Fn}, {Fm}, {Fa}", SIZES_F(fnmadd),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"000111110z1mmmmm1aaaaannnnnddddd", "fnmsub {Fd}, {Fn}, {Fm}, {Fa}", SIZES_F(fnmsub), .attr = FPSIMD},
	{"00011111111mmmmm1aaaaannnnnddddd", "fnmsub {Fd}, {Fn}, {Fm}, {Fa}", SIZES_F(fnmsub),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
};

const struct insn_group a64_group_fp_arith = {
	"floating point, two and three operands", rows, countof(rows),
	"Arm ARM C4.1, Floating-point data-processing (2 source), (3 source)",
};
