/* SPDX-License-Identifier: MIT */
/* Vectors from immediates (Arm ARM C4.1, "Advanced SIMD modified immediate"; AdvSIMDExpandImm in the shared
 * pseudocode). Each form is a row because the encodings are those of shifts by an immediate whose size is 0. */
#include "cpu/arm/a64/simd.h"

/* ---- for `valid`: imm8 to 64 bits; the raw number stays in O and H for the text -------------------- */

/* Elements of w bits that hold imm8 << shift, with ones below if `ones`. */
static bool expand(struct insn *i, unsigned w, unsigned shift, bool ones)
{
	i->f[F_O] = (u8)i->imm;
	i->imm = (i->imm << shift | (ones ? mask_low(shift) : 0)) * lanes_low(w);
	return true;
}

static bool bytes(struct insn *i)
{
	return expand(i, 8, 0, false);
}

static bool halves_0(struct insn *i)
{
	return expand(i, 16, 0, false);
}

static bool halves_8(struct insn *i)
{
	return expand(i, 16, 8, false);
}

static bool words_0(struct insn *i)
{
	return expand(i, 32, 0, false);
}

static bool words_8(struct insn *i)
{
	return expand(i, 32, 8, false);
}

static bool words_16(struct insn *i)
{
	return expand(i, 32, 16, false);
}

static bool words_24(struct insn *i)
{
	return expand(i, 32, 24, false);
}

static bool ones_8(struct insn *i)
{
	return expand(i, 32, 8, true);
}

static bool ones_16(struct insn *i)
{
	return expand(i, 32, 16, true);
}

/* Every bit is a byte. */
static bool bits_to_bytes(struct insn *i)
{
	u64 v = 0;

	for (unsigned n = 0; n < 8; n++)
		v |= (i->imm >> n & 1) * 0xff << 8 * n;
	i->imm = v;
	return true;
}

/* VFPExpandImm: sign, an exponent of which the second bit tells all but the last two, four bits of fraction. */
static bool expand_float(struct insn *i, unsigned w, unsigned exponent)
{
	u64 imm = i->imm, near = imm >> 6 & 1 ? mask_low(exponent - 3) << 2 : BIT(exponent - 1);

	i->f[F_H] = (u8)imm;
	near |= imm >> 4 & 3;
	imm = imm >> 7 << (w - 1) | near << (w - 1 - exponent) | (imm & 15) << (w - 5 - exponent);
	i->imm = imm * lanes_low(w);
	return true;
}

static bool float_16(struct insn *i)
{
	return expand_float(i, 16, 5);
}

static bool float_32(struct insn *i)
{
	return expand_float(i, 32, 8);
}

static bool float_64(struct insn *i)
{
	return expand_float(i, 64, 11);
}

/* ---- what is done with it -------------------------------------------------------------------------- */

ALWAYS_INLINE void movi(struct arm *c, const struct insn *i)
{
	simd_set(c, i, i->imm, i->f[F_Q] ? i->imm : 0);
}
SIZED_A64_0(movi)

ALWAYS_INLINE void movi_2d(struct arm *c, const struct insn *i)
{
	simd_set(c, i, i->imm, i->imm);
}
SIZED_A64_0(movi_2d)

ALWAYS_INLINE void mvni(struct arm *c, const struct insn *i)
{
	simd_set(c, i, ~i->imm, i->f[F_Q] ? ~i->imm : 0);
}
SIZED_A64_0(mvni)

ALWAYS_INLINE void orr(struct arm *c, const struct insn *i)
{
	union vec d = c->v[i->f[F_D]];

	simd_set(c, i, d.q[0] | i->imm, i->f[F_Q] ? d.q[1] | i->imm : 0);
}
SIZED_A64_0(orr)

ALWAYS_INLINE void bic(struct arm *c, const struct insn *i)
{
	union vec d = c->v[i->f[F_D]];

	simd_set(c, i, d.q[0] & ~i->imm, i->f[F_Q] ? d.q[1] & ~i->imm : 0);
}
SIZED_A64_0(bic)

/* OVERRIDES: a shift by an immediate has the same pattern, and says no. */
#define IMM_ATTR (FPSIMD | OVERRIDES)

static const struct insn_row rows[] = {
	{"0q00111100000iii000001jjjjjddddd", "movi {Vd.Tw}, {imm8}", SIZES_Q(movi), .attr = IMM_ATTR, .valid = words_0},
	{"0q00111100000iii000101jjjjjddddd", "orr {Vd.Tw}, {imm8}", SIZES_Q(orr), .attr = IMM_ATTR, .valid = words_0},
	{"0q00111100000iii001001jjjjjddddd", "movi {Vd.Tw}, {imm8}, lsl #8", SIZES_Q(movi), .attr = IMM_ATTR, .valid = words_8},
	{"0q00111100000iii001101jjjjjddddd", "orr {Vd.Tw}, {imm8}, lsl #8", SIZES_Q(orr), .attr = IMM_ATTR, .valid = words_8},
	{"0q00111100000iii010001jjjjjddddd", "movi {Vd.Tw}, {imm8}, lsl #16", SIZES_Q(movi), .attr = IMM_ATTR, .valid = words_16},
	{"0q00111100000iii010101jjjjjddddd", "orr {Vd.Tw}, {imm8}, lsl #16", SIZES_Q(orr), .attr = IMM_ATTR, .valid = words_16},
	{"0q00111100000iii011001jjjjjddddd", "movi {Vd.Tw}, {imm8}, lsl #24", SIZES_Q(movi), .attr = IMM_ATTR, .valid = words_24},
	{"0q00111100000iii011101jjjjjddddd", "orr {Vd.Tw}, {imm8}, lsl #24", SIZES_Q(orr), .attr = IMM_ATTR, .valid = words_24},
	{"0q00111100000iii100001jjjjjddddd", "movi {Vd.Tp}, {imm8}", SIZES_Q(movi), .attr = IMM_ATTR, .valid = halves_0},
	{"0q00111100000iii100101jjjjjddddd", "orr {Vd.Tp}, {imm8}", SIZES_Q(orr), .attr = IMM_ATTR, .valid = halves_0},
	{"0q00111100000iii101001jjjjjddddd", "movi {Vd.Tp}, {imm8}, lsl #8", SIZES_Q(movi), .attr = IMM_ATTR, .valid = halves_8},
	{"0q00111100000iii101101jjjjjddddd", "orr {Vd.Tp}, {imm8}, lsl #8", SIZES_Q(orr), .attr = IMM_ATTR, .valid = halves_8},
	{"0q00111100000iii110001jjjjjddddd", "movi {Vd.Tw}, {imm8}, msl #8", SIZES_Q(movi), .attr = IMM_ATTR, .valid = ones_8},
	{"0q00111100000iii110101jjjjjddddd", "movi {Vd.Tw}, {imm8}, msl #16", SIZES_Q(movi), .attr = IMM_ATTR, .valid = ones_16},
	{"0q10111100000iii000001jjjjjddddd", "mvni {Vd.Tw}, {imm8}", SIZES_Q(mvni), .attr = IMM_ATTR, .valid = words_0},
	{"0q10111100000iii000101jjjjjddddd", "bic {Vd.Tw}, {imm8}", SIZES_Q(bic), .attr = IMM_ATTR, .valid = words_0},
	{"0q10111100000iii001001jjjjjddddd", "mvni {Vd.Tw}, {imm8}, lsl #8", SIZES_Q(mvni), .attr = IMM_ATTR, .valid = words_8},
	{"0q10111100000iii001101jjjjjddddd", "bic {Vd.Tw}, {imm8}, lsl #8", SIZES_Q(bic), .attr = IMM_ATTR, .valid = words_8},
	{"0q10111100000iii010001jjjjjddddd", "mvni {Vd.Tw}, {imm8}, lsl #16", SIZES_Q(mvni), .attr = IMM_ATTR, .valid = words_16},
	{"0q10111100000iii010101jjjjjddddd", "bic {Vd.Tw}, {imm8}, lsl #16", SIZES_Q(bic), .attr = IMM_ATTR, .valid = words_16},
	{"0q10111100000iii011001jjjjjddddd", "mvni {Vd.Tw}, {imm8}, lsl #24", SIZES_Q(mvni), .attr = IMM_ATTR, .valid = words_24},
	{"0q10111100000iii011101jjjjjddddd", "bic {Vd.Tw}, {imm8}, lsl #24", SIZES_Q(bic), .attr = IMM_ATTR, .valid = words_24},
	{"0q10111100000iii100001jjjjjddddd", "mvni {Vd.Tp}, {imm8}", SIZES_Q(mvni), .attr = IMM_ATTR, .valid = halves_0},
	{"0q10111100000iii100101jjjjjddddd", "bic {Vd.Tp}, {imm8}", SIZES_Q(bic), .attr = IMM_ATTR, .valid = halves_0},
	{"0q10111100000iii101001jjjjjddddd", "mvni {Vd.Tp}, {imm8}, lsl #8", SIZES_Q(mvni), .attr = IMM_ATTR, .valid = halves_8},
	{"0q10111100000iii101101jjjjjddddd", "bic {Vd.Tp}, {imm8}, lsl #8", SIZES_Q(bic), .attr = IMM_ATTR, .valid = halves_8},
	{"0q10111100000iii110001jjjjjddddd", "mvni {Vd.Tw}, {imm8}, msl #8", SIZES_Q(mvni), .attr = IMM_ATTR, .valid = ones_8},
	{"0q10111100000iii110101jjjjjddddd", "mvni {Vd.Tw}, {imm8}, msl #16", SIZES_Q(mvni), .attr = IMM_ATTR, .valid = ones_16},
	{"0q00111100000iii111001jjjjjddddd", "movi {Vd.T}, {imm8}", SIZES_Q(movi), .attr = IMM_ATTR, .valid = bytes},
	{"0010111100000iii111001jjjjjddddd", "movi {Dd}, {imm}", SIZES_0(movi), .attr = IMM_ATTR, .valid = bits_to_bytes},
	{"0110111100000iii111001jjjjjddddd", "movi {Vd.2d}, {imm}", SIZES_0(movi_2d), .attr = IMM_ATTR, .valid = bits_to_bytes},
	{"0q00111100000iii111101jjjjjddddd", "fmov {Vd.Tw}, {fimm}", SIZES_Q(movi), .attr = IMM_ATTR, .valid = float_32},
	{"0q00111100000iii111111jjjjjddddd", "fmov {Vd.Tp}, {fimm}", SIZES_Q(movi),
		.attr = IMM_ATTR, .feature = FEAT_FP16, .valid = float_16},
	{"0110111100000iii111101jjjjjddddd", "fmov {Vd.2d}, {fimm}", SIZES_0(movi_2d), .attr = IMM_ATTR, .valid = float_64},
};

const struct insn_group a64_group_simd_imm = {
	"SIMD, modified immediate", rows, countof(rows), "Arm ARM C4.1, Advanced SIMD modified immediate",
};
