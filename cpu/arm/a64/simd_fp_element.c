/* SPDX-License-Identifier: MIT */
/* Vector multiplications by one element, and the multiplications of halves that add to singles (FEAT_FHM).
 * Arm ARM C4.1, "Advanced SIMD vector x indexed element" and its scalar form, "three same" (FMLAL). */
#include "cpu/arm/a64/fp_exec.h"

SIZED_FV(fmla, map3_by, elem_mla)
SIZED_FV(fmls, map3_by, elem_mls)
SIZED_FV(fmul, map2_by, elem_mul)
SIZED_FV(fmulx, map2_by, elem_mulx)
SIZED_F(fmla, map3_by, elem_mla)
SIZED_F(fmls, map3_by, elem_mls)
SIZED_F(fmul, map2_by, elem_mul)
SIZED_F(fmulx, map2_by, elem_mulx)

/* ---- the index: H:L:M, H:L or H. In the rows L is o, M is c ------------------------------------------------ */

static bool valid_element_h(struct insn *i)
{
	i->size = 1;
	i->f[F_H] = (u8)(i->f[F_H] << 2 | i->f[F_O] << 1 | i->f[F_C]);
	return true;
}

static bool valid_element_s(struct insn *i)
{
	i->size = 2;
	i->f[F_H] = (u8)(i->f[F_H] << 1 | i->f[F_O]);
	return true;
}

static bool valid_element_d(struct insn *i)
{
	i->size = 3;
	return true;
}

/* ---- FEAT_FHM -------------------------------------------------------------------------------------------------- */

/* A half as a single: exact, nothing is raised, FPUnpack's flushing by FZ16; an SNaN stays one for the operation. */
static u32 widen(const struct arm *c, u64 a)
{
	struct fp_env quiet = {.masks = FP_ALL, .rule = FP_RULE_ARM};

	if (c->fp16.daz && !(a & 0x7c00))
		a &= 0x8000;
	if (f16_is_nan((u16)a))
		return (u32)((a & 0x8000) << 16 | 0x7f800000 | (a & 0x3ff) << 13);
	return f16_to_f32((u16)a, &quiet);
}

/* FPMulAddH (J1.3). `upper`: the upper halves of the narrow operands, of as many elements as there are results. */
ALWAYS_INLINE void multiply_long(struct arm *c, const struct insn *i, const unsigned count, bool subtract,
	const unsigned upper, bool by)
{
	const union vec *a = &c->v[i->f[F_N]], *b = &c->v[i->f[F_M]], *d = &c->v[i->f[F_D]];
	union vec r = {{0, 0}};

	for (unsigned n = 0; n < count; n++) {
		unsigned at = n + upper * count;
		u32 x = widen(c, elem_get(a, at, 1) ^ (subtract ? 0x8000 : 0));
		u32 y = widen(c, elem_get(b, by ? i->f[F_H] : at, 1));

		elem_put(&r, n, 2, f32_fma(x, y, (u32)elem_get(d, n, 2), &c->fp));
	}
	c->v[i->f[F_D]] = r;
}

#define SIZED_LONG(fn, subtract, upper) \
	SIZED_FP(fn, _2s_any, multiply_long, 2, subtract, upper, false) \
	SIZED_FP(fn, _4s_any, multiply_long, 4, subtract, upper, false) \
	SIZED_FP(fn, _2s_by, multiply_long, 2, subtract, upper, true) \
	SIZED_FP(fn, _4s_by, multiply_long, 4, subtract, upper, true)
#define SIZES_BY(fn) {[1] = fn##_by}

SIZED_LONG(fmlal, false, 0)
SIZED_LONG(fmlsl, true, 0)
SIZED_LONG(fmlal2, false, 1)
SIZED_LONG(fmlsl2, true, 1)

static const struct insn_row rows[] = {
	{"0q00111110ommmmm0001h0nnnnnddddd", "fmla {Vd.T}, {Vn.T}, {Vm.t}{index}", SIZES_FV(fmla),
		.attr = FPSIMD, .valid = valid_element_s},
	{"0101111110ommmmm0001h0nnnnnddddd", "fmla {Fd}, {Fn}, {Vm.t}{index}", SIZES_F(fmla), .attr = FPSIMD, .valid = valid_element_s},
	{"0q001111110mmmmm0001h0nnnnnddddd", "fmla {Vd.T}, {Vn.T}, {Vm.t}{index}", SIZES_FV(fmla),
		.attr = FPSIMD, .valid = valid_element_d},
	{"01011111110mmmmm0001h0nnnnnddddd", "fmla {Fd}, {Fn}, {Vm.t}{index}", SIZES_F(fmla), .attr = FPSIMD, .valid = valid_element_d},
	{"0q00111100ocmmmm0001h0nnnnnddddd", "fmla {Vd.T}, {Vn.T}, {Vm.t}{index}", SIZES_FV(fmla),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = valid_element_h},
	{"0101111100ocmmmm0001h0nnnnnddddd", "fmla {Fd}, {Fn}, {Vm.t}{index}", SIZES_F(fmla),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = valid_element_h},
	{"0q00111110ommmmm0101h0nnnnnddddd", "fmls {Vd.T}, {Vn.T}, {Vm.t}{index}", SIZES_FV(fmls),
		.attr = FPSIMD, .valid = valid_element_s},
	{"0101111110ommmmm0101h0nnnnnddddd", "fmls {Fd}, {Fn}, {Vm.t}{index}", SIZES_F(fmls), .attr = FPSIMD, .valid = valid_element_s},
	{"0q001111110mmmmm0101h0nnnnnddddd", "fmls {Vd.T}, {Vn.T}, {Vm.t}{index}", SIZES_FV(fmls),
		.attr = FPSIMD, .valid = valid_element_d},
	{"01011111110mmmmm0101h0nnnnnddddd", "fmls {Fd}, {Fn}, {Vm.t}{index}", SIZES_F(fmls), .attr = FPSIMD, .valid = valid_element_d},
	{"0q00111100ocmmmm0101h0nnnnnddddd", "fmls {Vd.T}, {Vn.T}, {Vm.t}{index}", SIZES_FV(fmls),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = valid_element_h},
	{"0101111100ocmmmm0101h0nnnnnddddd", "fmls {Fd}, {Fn}, {Vm.t}{index}", SIZES_F(fmls),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = valid_element_h},
	{"0q00111110ommmmm1001h0nnnnnddddd", "fmul {Vd.T}, {Vn.T}, {Vm.t}{index}", SIZES_FV(fmul),
		.attr = FPSIMD, .valid = valid_element_s},
	{"0101111110ommmmm1001h0nnnnnddddd", "fmul {Fd}, {Fn}, {Vm.t}{index}", SIZES_F(fmul), .attr = FPSIMD, .valid = valid_element_s},
	{"0q001111110mmmmm1001h0nnnnnddddd", "fmul {Vd.T}, {Vn.T}, {Vm.t}{index}", SIZES_FV(fmul),
		.attr = FPSIMD, .valid = valid_element_d},
	{"01011111110mmmmm1001h0nnnnnddddd", "fmul {Fd}, {Fn}, {Vm.t}{index}", SIZES_F(fmul), .attr = FPSIMD, .valid = valid_element_d},
	{"0q00111100ocmmmm1001h0nnnnnddddd", "fmul {Vd.T}, {Vn.T}, {Vm.t}{index}", SIZES_FV(fmul),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = valid_element_h},
	{"0101111100ocmmmm1001h0nnnnnddddd", "fmul {Fd}, {Fn}, {Vm.t}{index}", SIZES_F(fmul),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = valid_element_h},
	{"0q10111110ommmmm1001h0nnnnnddddd", "fmulx {Vd.T}, {Vn.T}, {Vm.t}{index}", SIZES_FV(fmulx),
		.attr = FPSIMD, .valid = valid_element_s},
	{"0111111110ommmmm1001h0nnnnnddddd", "fmulx {Fd}, {Fn}, {Vm.t}{index}", SIZES_F(fmulx), .attr = FPSIMD, .valid = valid_element_s},
	{"0q101111110mmmmm1001h0nnnnnddddd", "fmulx {Vd.T}, {Vn.T}, {Vm.t}{index}", SIZES_FV(fmulx),
		.attr = FPSIMD, .valid = valid_element_d},
	{"01111111110mmmmm1001h0nnnnnddddd", "fmulx {Fd}, {Fn}, {Vm.t}{index}", SIZES_F(fmulx), .attr = FPSIMD, .valid = valid_element_d},
	{"0q10111100ocmmmm1001h0nnnnnddddd", "fmulx {Vd.T}, {Vn.T}, {Vm.t}{index}", SIZES_FV(fmulx),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = valid_element_h},
	{"0111111100ocmmmm1001h0nnnnnddddd", "fmulx {Fd}, {Fn}, {Vm.t}{index}", SIZES_F(fmulx),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = valid_element_h},
	/* FHM */
	{"00001110001mmmmm111011nnnnnddddd", "fmlal {Vd.2s}, {Vn.2h}, {Vm.2h}", SIZES_0(fmlal_2s), .attr = FPSIMD, .feature = FEAT_FHM},
	{"0000111110ocmmmm0000h0nnnnnddddd", "fmlal {Vd.2s}, {Vn.2h}, {Vm.h}{index}", SIZES_BY(fmlal_2s),
		.attr = FPSIMD, .feature = FEAT_FHM, .valid = valid_element_h},
	{"01001110001mmmmm111011nnnnnddddd", "fmlal {Vd.4s}, {Vn.4h}, {Vm.4h}", SIZES_0(fmlal_4s), .attr = FPSIMD, .feature = FEAT_FHM},
	{"0100111110ocmmmm0000h0nnnnnddddd", "fmlal {Vd.4s}, {Vn.4h}, {Vm.h}{index}", SIZES_BY(fmlal_4s),
		.attr = FPSIMD, .feature = FEAT_FHM, .valid = valid_element_h},
	{"00001110101mmmmm111011nnnnnddddd", "fmlsl {Vd.2s}, {Vn.2h}, {Vm.2h}", SIZES_0(fmlsl_2s), .attr = FPSIMD, .feature = FEAT_FHM},
	{"0000111110ocmmmm0100h0nnnnnddddd", "fmlsl {Vd.2s}, {Vn.2h}, {Vm.h}{index}", SIZES_BY(fmlsl_2s),
		.attr = FPSIMD, .feature = FEAT_FHM, .valid = valid_element_h},
	{"01001110101mmmmm111011nnnnnddddd", "fmlsl {Vd.4s}, {Vn.4h}, {Vm.4h}", SIZES_0(fmlsl_4s), .attr = FPSIMD, .feature = FEAT_FHM},
	{"0100111110ocmmmm0100h0nnnnnddddd", "fmlsl {Vd.4s}, {Vn.4h}, {Vm.h}{index}", SIZES_BY(fmlsl_4s),
		.attr = FPSIMD, .feature = FEAT_FHM, .valid = valid_element_h},
	{"00101110001mmmmm110011nnnnnddddd", "fmlal2 {Vd.2s}, {Vn.2h}, {Vm.2h}", SIZES_0(fmlal2_2s), .attr = FPSIMD, .feature = FEAT_FHM},
	{"0010111110ocmmmm1000h0nnnnnddddd", "fmlal2 {Vd.2s}, {Vn.2h}, {Vm.h}{index}", SIZES_BY(fmlal2_2s),
		.attr = FPSIMD, .feature = FEAT_FHM, .valid = valid_element_h},
	{"01101110001mmmmm110011nnnnnddddd", "fmlal2 {Vd.4s}, {Vn.4h}, {Vm.4h}", SIZES_0(fmlal2_4s), .attr = FPSIMD, .feature = FEAT_FHM},
	{"0110111110ocmmmm1000h0nnnnnddddd", "fmlal2 {Vd.4s}, {Vn.4h}, {Vm.h}{index}", SIZES_BY(fmlal2_4s),
		.attr = FPSIMD, .feature = FEAT_FHM, .valid = valid_element_h},
	{"00101110101mmmmm110011nnnnnddddd", "fmlsl2 {Vd.2s}, {Vn.2h}, {Vm.2h}", SIZES_0(fmlsl2_2s), .attr = FPSIMD, .feature = FEAT_FHM},
	{"0010111110ocmmmm1100h0nnnnnddddd", "fmlsl2 {Vd.2s}, {Vn.2h}, {Vm.h}{index}", SIZES_BY(fmlsl2_2s),
		.attr = FPSIMD, .feature = FEAT_FHM, .valid = valid_element_h},
	{"01101110101mmmmm110011nnnnnddddd", "fmlsl2 {Vd.4s}, {Vn.4h}, {Vm.4h}", SIZES_0(fmlsl2_4s), .attr = FPSIMD, .feature = FEAT_FHM},
	{"0110111110ocmmmm1100h0nnnnnddddd", "fmlsl2 {Vd.4s}, {Vn.4h}, {Vm.h}{index}", SIZES_BY(fmlsl2_4s),
		.attr = FPSIMD, .feature = FEAT_FHM, .valid = valid_element_h},
};

const struct insn_group a64_group_simd_fp_element = {
	"vector floating point, by element; FHM", rows, countof(rows),
	"Arm ARM C4.1, Advanced SIMD vector x indexed element, three same (FMLAL), scalar forms",
};
