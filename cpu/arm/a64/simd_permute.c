/* SPDX-License-Identifier: MIT */
/* Elements in another order (Arm ARM C4.1, "Advanced SIMD permute", "extract", "table lookup"). */
#include "cpu/arm/a64/simd.h"
#include "cpu/arm/a64/simd_lanes.h"

/* ---- every second element; pairs of words give one word -------------------------------------------- */

ALWAYS_INLINE void unzip(struct arm *c, const struct insn *i, const unsigned size, const unsigned shape, simd_f *f)
{
	union vec n = c->v[i->f[F_N]], m = c->v[i->f[F_M]];

	if (shape == FULL)
		simd_set(c, i, f(n.q[0], n.q[1], 8u << size), f(m.q[0], m.q[1], 8u << size));
	else
		simd_set(c, i, f(n.q[0], m.q[0], 8u << size), 0);
}
SIZED_BHSD(uzp1, unzip, lanes_evens)
SIZED_BHSD(uzp2, unzip, lanes_odds)

/* ---- from both in turn, the lower or the upper halves ---------------------------------------------- */

ALWAYS_INLINE void zip(struct arm *c, const struct insn *i, const unsigned size, const unsigned shape, const bool upper)
{
	const unsigned w = 8u << size;
	union vec n = c->v[i->f[F_N]], m = c->v[i->f[F_M]];
	u64 a = n.q[shape == FULL && upper], b = m.q[shape == FULL && upper];

	if (size == 3)
		simd_set(c, i, a, b);
	else if (shape == FULL)
		simd_set(c, i, lanes_unpack_low(a, b, w), lanes_unpack_high(a, b, w));
	else
		simd_set(c, i, upper ? lanes_unpack_high(a, b, w) : lanes_unpack_low(a, b, w), 0);
}
SIZED_BHSD(zip1, zip, false)
SIZED_BHSD(zip2, zip, true)

/* ---- 2x2 matrices transposed ----------------------------------------------------------------------- */

ALWAYS_INLINE u64 transpose_even(u64 a, u64 b, unsigned w)
{
	u64 even = lanes_low(2 * w) * mask_low(w);

	return (a & even) | (b & even) << w;
}

ALWAYS_INLINE u64 transpose_odd(u64 a, u64 b, unsigned w)
{
	u64 even = lanes_low(2 * w) * mask_low(w);

	return (a >> w & even) | (b & ~even);
}
SIZED_BHS(trn1, simd_binary, simd_m, transpose_even)
SIZED_BHS(trn2, simd_binary, simd_m, transpose_odd)
SIZED_LANES(trn1_2d, 3, FULL, zip, false) /* the same */
SIZED_LANES(trn2_2d, 3, FULL, zip, true)

/* ---- EXT: bytes from the middle of M:N ------------------------------------------------------------- */

ALWAYS_INLINE void ext(struct arm *c, const struct insn *i, const unsigned size, const bool q)
{
	union vec n = c->v[i->f[F_N]], m = c->v[i->f[F_M]];
	const u64 bytes[5] = {n.q[0], q ? n.q[1] : m.q[0], m.q[0], m.q[1], 0};
	unsigned k = (unsigned)i->imm >> 3, shift = ((unsigned)i->imm & 7) * 8;

	(void)size;
	simd_set(c, i, lanes_extract(bytes[k], bytes[k + 1], shift),
		q ? lanes_extract(bytes[k + 1], bytes[k + 2], shift) : 0);
}
SIZED_A64(ext, _8b, 0, false)
SIZED_A64(ext, _16b, 0, true)

static bool within(struct insn *i)
{
	return i->f[F_Q] || i->imm < 8;
}

/* ---- TBL, TBX: bytes looked up in up to four registers; what is outside gives 0 or stays ----------- */

ALWAYS_INLINE void look_up(struct arm *c, const struct insn *i, const unsigned size, const unsigned shape,
	const bool keep)
{
	union vec m = c->v[i->f[F_M]], r = {{0, 0}};
	unsigned n = i->f[F_C] + 1u;
	u8 table[64];

	(void)size;
	for (unsigned k = 0; k < n; k++) {
		store_le64(table + 16 * k, c->v[(i->f[F_N] + k) & 31].q[0]);
		store_le64(table + 16 * k + 8, c->v[(i->f[F_N] + k) & 31].q[1]);
	}
	if (keep)
		r = c->v[i->f[F_D]];
	for (unsigned k = 0; k < (shape == FULL ? 16 : 8); k++) {
		u64 at = lane_get(m.q, k, 8);

		if (at < 16 * n)
			lane_set(r.q, k, 8, table[at]);
	}
	simd_set(c, i, r.q[0], shape == FULL ? r.q[1] : 0);
}
SIZED_B(tbl, look_up, false)
SIZED_B(tbx, look_up, true)

static const struct insn_row rows[] = {
	{"0q001110ss0mmmmm000110nnnnnddddd", "uzp1 {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHSD(uzp1), .attr = FPSIMD},
	{"0q001110ss0mmmmm010110nnnnnddddd", "uzp2 {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHSD(uzp2), .attr = FPSIMD},
	{"0q001110ss0mmmmm001010nnnnnddddd", "trn1 {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHSD(trn1), .attr = FPSIMD},
	{"0q001110ss0mmmmm011010nnnnnddddd", "trn2 {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHSD(trn2), .attr = FPSIMD},
	{"0q001110ss0mmmmm001110nnnnnddddd", "zip1 {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHSD(zip1), .attr = FPSIMD},
	{"0q001110ss0mmmmm011110nnnnnddddd", "zip2 {Vd.T}, {Vn.T}, {Vm.T}", SIZES_BHSD(zip2), .attr = FPSIMD},
	{"0q101110000mmmmm0iiii0nnnnnddddd", "ext {Vd.T}, {Vn.T}, {Vm.T}, {simm}", SIZES_B(ext), .attr = FPSIMD,
		.valid = within},
	{"0q001110000mmmmm0cc000nnnnnddddd", "tbl {Vd.T}, {table}, {Vm.T}", SIZES_B(tbl), .attr = FPSIMD},
	{"0q001110000mmmmm0cc100nnnnnddddd", "tbx {Vd.T}, {table}, {Vm.T}", SIZES_B(tbx), .attr = FPSIMD},
};

const struct insn_group a64_group_simd_permute = {
	"SIMD, permute", rows, countof(rows), "Arm ARM C4.1, Advanced SIMD permute, extract, table lookup",
};
