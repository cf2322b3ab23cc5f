/* SPDX-License-Identifier: MIT */
/* Elements to and from vectors and general registers (Arm ARM C4.1, "Advanced SIMD copy" and its scalar form). */
#include "cpu/arm/a64/simd.h"

/* imm5, in O: the lowest bit that is set gives the size, what is above it the index. */
static bool element(struct insn *i)
{
	unsigned imm5 = i->f[F_O], size = imm5 & 1 ? 0 : imm5 & 2 ? 1 : imm5 & 4 ? 2 : 3;

	i->size = (u8)size;
	i->f[F_H] = (u8)(imm5 >> (size + 1));
	return imm5 & 15;
}

/* O has the index alone. */
static bool word(struct insn *i)
{
	i->size = 2;
	i->f[F_H] = i->f[F_O];
	return true;
}

static bool doubleword(struct insn *i)
{
	i->size = 3;
	i->f[F_H] = i->f[F_O];
	return true;
}

/* ... and that of the source in imm4 (C), of which the lowest bits do not matter. */
static bool element_pair(struct insn *i)
{
	bool ok = element(i);

	i->f[F_C] = (u8)(i->f[F_C] >> i->size);
	return ok;
}

ALWAYS_INLINE u64 source(const struct arm *c, const struct insn *i, const unsigned size)
{
	return lane_get(c->v[i->f[F_N]].q, i->f[F_H], 8u << size);
}

/* All arrangements but 1D. */
#define SIZED_DUP(fn) \
	SIZED_A64(fn, _8b, 0, false) SIZED_A64(fn, _4h, 1, false) SIZED_A64(fn, _2s, 2, false) \
	SIZED_A64(fn, _16b, 0, true) SIZED_A64(fn, _8h, 1, true) SIZED_A64(fn, _4s, 2, true) SIZED_A64(fn, _2d, 3, true)

/* ---- one element to all ---------------------------------------------------------------------------- */

ALWAYS_INLINE void dup_element(struct arm *c, const struct insn *i, const unsigned size, const bool q)
{
	u64 v = source(c, i, size) * lanes_low(8u << size);

	simd_set(c, i, v, q ? v : 0);
}
SIZED_DUP(dup_element)

ALWAYS_INLINE void dup_general(struct arm *c, const struct insn *i, const unsigned size, const bool q)
{
	u64 v = (c->x[i->f[F_N]] & mask_low(8u << size)) * lanes_low(8u << size);

	simd_set(c, i, v, q ? v : 0);
}
SIZED_DUP(dup_general)

ALWAYS_INLINE void dup_scalar(struct arm *c, const struct insn *i, const unsigned size)
{
	simd_set(c, i, source(c, i, size), 0);
}
SIZED_BHWX(dup_scalar)

/* ---- into one element ------------------------------------------------------------------------------ */

ALWAYS_INLINE void ins_general(struct arm *c, const struct insn *i, const unsigned size)
{
	lane_set(c->v[i->f[F_D]].q, i->f[F_H], 8u << size, c->x[i->f[F_N]]);
}
SIZED_BHWX(ins_general)

ALWAYS_INLINE void ins_element(struct arm *c, const struct insn *i, const unsigned size)
{
	lane_set(c->v[i->f[F_D]].q, i->f[F_H], 8u << size, lane_get(c->v[i->f[F_N]].q, i->f[F_C], 8u << size));
}
SIZED_BHWX(ins_element)

/* ---- to a general register ------------------------------------------------------------------------- */

ALWAYS_INLINE void umov(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = source(c, i, size);
}
SIZED_BHWX(umov)

ALWAYS_INLINE void smov(struct arm *c, const struct insn *i, const unsigned size, const bool wide)
{
	u64 v = (u64)sign_extend(source(c, i, size), 8u << size);

	c->x[i->f[F_D]] = wide ? v : (u32)v;
}
SIZED_A64(smov, _wb, 0, false)
SIZED_A64(smov, _wh, 1, false)
SIZED_A64(smov, _xb, 0, true)
SIZED_A64(smov, _xh, 1, true)
SIZED_A64(smov, _xw, 2, true)

static const struct insn_row rows[] = {
	{"0q001110000ooooo000001nnnnnddddd", "dup {Vd.T}, {Vn.t}{index}", SIZES_BHSD(dup_element), .attr = FPSIMD,
		.valid = element},
	{"0q001110000ooooo000011nnnnnddddd", "dup {Vd.T}, {Rn}", SIZES_BHSD(dup_general), .attr = FPSIMD, .valid = element},
	{"01011110000ooooo000001nnnnnddddd", "mov {Fd}, {Vn.t}{index}", SIZES_BHWX(dup_scalar), .attr = FPSIMD,
		.valid = element},
	{"01001110000ooooo000111nnnnnddddd", "mov {Vd.t}{index}, {Rn}", SIZES_BHWX(ins_general), .attr = FPSIMD,
		.valid = element},
	{"01101110000ooooo0cccc1nnnnnddddd", "mov {Vd.t}{index}, {Vn.t}{index2}", SIZES_BHWX(ins_element),
		.attr = FPSIMD, .valid = element_pair},
	{"00001110000ooooo001011nnnnnddddd", "smov {Wd}, {Vn.t}{index}", {smov_wb, smov_wh}, .attr = FPSIMD,
		.valid = element},
	{"01001110000ooooo001011nnnnnddddd", "smov {Xd}, {Vn.t}{index}", {smov_xb, smov_xh, smov_xw}, .attr = FPSIMD,
		.valid = element},
	{"00001110000ooooo001111nnnnnddddd", "umov {Wd}, {Vn.t}{index}", {umov_b, umov_h}, .attr = FPSIMD,
		.valid = element},
	{"00001110000oo100001111nnnnnddddd", "mov {Wd}, {Vn.s}{index}", {[2] = umov_w}, .attr = FPSIMD | OVERRIDES,
		.valid = word},
	{"01001110000o1000001111nnnnnddddd", "mov {Xd}, {Vn.d}{index}", {[3] = umov_x}, .attr = FPSIMD, .valid = doubleword},
};

const struct insn_group a64_group_simd_copy = {
	"SIMD, copy", rows, countof(rows), "Arm ARM C4.1, Advanced SIMD copy",
};
