/* SPDX-License-Identifier: MIT */
/* Conditional selects, products and quotients, shifts by a register, CRC32, bit counting (Arm ARM C4.1,
 * Conditional select, Data-processing 1, 2 and 3 source). */
#include "cpu/arm/a64/operand.h"
#include "cpu/fp/wide.h"

/* ---- conditional select: cond in F_C; imm: a64_cond_mask ----------------------------------------------------- */

ALWAYS_INLINE void csel(struct arm *c, const struct insn *i, const unsigned size)
{
	u64 n = c->x[i->f[F_N]], m = c->x[i->f[F_M]];

	c->x[i->f[F_D]] = a64_cut(a64_holds(c, i->imm) ? n : m, size);
}
SIZED_WX(csel)

ALWAYS_INLINE void csinc(struct arm *c, const struct insn *i, const unsigned size)
{
	u64 n = c->x[i->f[F_N]], m = c->x[i->f[F_M]] + 1;

	c->x[i->f[F_D]] = a64_cut(a64_holds(c, i->imm) ? n : m, size);
}
SIZED_WX(csinc)

ALWAYS_INLINE void csinv(struct arm *c, const struct insn *i, const unsigned size)
{
	u64 n = c->x[i->f[F_N]], m = ~c->x[i->f[F_M]];

	c->x[i->f[F_D]] = a64_cut(a64_holds(c, i->imm) ? n : m, size);
}
SIZED_WX(csinv)

ALWAYS_INLINE void csneg(struct arm *c, const struct insn *i, const unsigned size)
{
	u64 n = c->x[i->f[F_N]], m = 0 - c->x[i->f[F_M]];

	c->x[i->f[F_D]] = a64_cut(a64_holds(c, i->imm) ? n : m, size);
}
SIZED_WX(csneg)

/* CSET and CSETM: the condition is the inverse of the one encoded. */
ALWAYS_INLINE void cset(struct arm *c, const struct insn *i)
{
	c->x[i->f[F_D]] = !a64_holds(c, i->imm);
}
SIZED_A64_0(cset)

ALWAYS_INLINE void csetm(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_cut((u64)a64_holds(c, i->imm) - 1, size);
}
SIZED_WX(csetm)

static bool valid_cond(struct insn *i)
{
	i->imm = a64_cond_mask(i->f[F_C]);
	return true;
}

/* AL and NV have no inverse. */
static bool valid_cset(struct insn *i)
{
	return i->f[F_C] < 14 && valid_cond(i);
}

static bool valid_cneg(struct insn *i)
{
	return i->f[F_N] == i->f[F_M] && valid_cset(i);
}

static bool valid_cinc(struct insn *i)
{
	return i->f[F_N] != R_ZR && valid_cneg(i);
}

/* ---- products ------------------------------------------------------------------------------------------------ */

ALWAYS_INLINE void madd(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_cut(c->x[i->f[F_A]] + c->x[i->f[F_N]] * c->x[i->f[F_M]], size);
}
SIZED_WX(madd)

ALWAYS_INLINE void msub(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_cut(c->x[i->f[F_A]] - c->x[i->f[F_N]] * c->x[i->f[F_M]], size);
}
SIZED_WX(msub)

ALWAYS_INLINE u64 product_signed(const struct arm *c, const struct insn *i)
{
	return (u64)a64_signed(c->x[i->f[F_N]], 2) * (u64)a64_signed(c->x[i->f[F_M]], 2);
}

ALWAYS_INLINE u64 product_unsigned(const struct arm *c, const struct insn *i)
{
	return (u64)(u32)c->x[i->f[F_N]] * (u32)c->x[i->f[F_M]];
}

ALWAYS_INLINE void smaddl(struct arm *c, const struct insn *i)
{
	c->x[i->f[F_D]] = c->x[i->f[F_A]] + product_signed(c, i);
}
SIZED_A64_0(smaddl)

ALWAYS_INLINE void smsubl(struct arm *c, const struct insn *i)
{
	c->x[i->f[F_D]] = c->x[i->f[F_A]] - product_signed(c, i);
}
SIZED_A64_0(smsubl)

ALWAYS_INLINE void umaddl(struct arm *c, const struct insn *i)
{
	c->x[i->f[F_D]] = c->x[i->f[F_A]] + product_unsigned(c, i);
}
SIZED_A64_0(umaddl)

ALWAYS_INLINE void umsubl(struct arm *c, const struct insn *i)
{
	c->x[i->f[F_D]] = c->x[i->f[F_A]] - product_unsigned(c, i);
}
SIZED_A64_0(umsubl)

/* The same to XZR: MUL, MNEG, SMULL ... */
ALWAYS_INLINE void mul(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_cut(c->x[i->f[F_N]] * c->x[i->f[F_M]], size);
}
SIZED_WX(mul)

ALWAYS_INLINE void mneg(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_cut(0 - c->x[i->f[F_N]] * c->x[i->f[F_M]], size);
}
SIZED_WX(mneg)

ALWAYS_INLINE void smull(struct arm *c, const struct insn *i)
{
	c->x[i->f[F_D]] = product_signed(c, i);
}
SIZED_A64_0(smull)

ALWAYS_INLINE void smnegl(struct arm *c, const struct insn *i)
{
	c->x[i->f[F_D]] = 0 - product_signed(c, i);
}
SIZED_A64_0(smnegl)

ALWAYS_INLINE void umull(struct arm *c, const struct insn *i)
{
	c->x[i->f[F_D]] = product_unsigned(c, i);
}
SIZED_A64_0(umull)

ALWAYS_INLINE void umnegl(struct arm *c, const struct insn *i)
{
	c->x[i->f[F_D]] = 0 - product_unsigned(c, i);
}
SIZED_A64_0(umnegl)

ALWAYS_INLINE void umulh(struct arm *c, const struct insn *i)
{
	c->x[i->f[F_D]] = mul64(c->x[i->f[F_N]], c->x[i->f[F_M]]).hi;
}
SIZED_A64_0(umulh)

/* A negative factor counts as 2^64 more in the unsigned product. */
ALWAYS_INLINE void smulh(struct arm *c, const struct insn *i)
{
	u64 n = c->x[i->f[F_N]], m = c->x[i->f[F_M]];

	c->x[i->f[F_D]] = mul64(n, m).hi - (n >> 63 ? m : 0) - (m >> 63 ? n : 0);
}
SIZED_A64_0(smulh)

/* ---- quotients: by zero it is 0 ------------------------------------------------------------------------------ */

ALWAYS_INLINE void udiv(struct arm *c, const struct insn *i, const unsigned size)
{
	u64 n = a64_get(c, i->f[F_N], size), m = a64_get(c, i->f[F_M], size);

	if (size == 2)
		c->x[i->f[F_D]] = m ? (u32)n / (u32)m : 0;
	else
		c->x[i->f[F_D]] = m ? n / m : 0;
}
SIZED_WX(udiv)

/* -2^63 / -1 is -2^63: by -1, the sign changes. */
ALWAYS_INLINE void sdiv(struct arm *c, const struct insn *i, const unsigned size)
{
	s64 n = a64_signed(c->x[i->f[F_N]], size), m = a64_signed(c->x[i->f[F_M]], size);
	u64 r;

	if (m == 0 || m == -1)
		r = m ? 0 - (u64)n : 0;
	else
		r = size == 2 ? (u64)((s32)n / (s32)m) : (u64)(n / m);
	c->x[i->f[F_D]] = a64_cut(r, size);
}
SIZED_WX(sdiv)

/* ---- shifts by a register ------------------------------------------------------------------------------------ */

ALWAYS_INLINE void shiftv(struct arm *c, const struct insn *i, const unsigned size, const enum shift_type type)
{
	unsigned by = c->x[i->f[F_M]] & ((8u << size) - 1);

	c->x[i->f[F_D]] = a64_shift(c->x[i->f[F_N]], type, by, size);
}
SIZED_OP(lslv, shiftv, SHIFT_LSL)
SIZED_OP(lsrv, shiftv, SHIFT_LSR)
SIZED_OP(asrv, shiftv, SHIFT_ASR)
SIZED_OP(rorv, shiftv, SHIFT_ROR)

/* ---- CRC32, four bits at a time ------------------------------------------------------------------------------ */

/* What four bits of remainder become: polynomials 04C11DB7 and 1EDC6F41, least significant bit first. */
static const u32 crc32_ieee[16] = {
	0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
	0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
};
static const u32 crc32_castagnoli[16] = {
	0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
	0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

ALWAYS_INLINE void crc(struct arm *c, const struct insn *i, const unsigned size, const u32 *table)
{
	u32 r = (u32)c->x[i->f[F_N]];
	u64 data = a64_get(c, i->f[F_M], size);

	for (unsigned n = 0; n < 2u << size; n++) {
		r = r >> 4 ^ table[(r ^ data) & 15];
		data >>= 4;
	}
	c->x[i->f[F_D]] = r;
}
SIZED_A64(crc, _b, 0, crc32_ieee)
SIZED_A64(crc, _h, 1, crc32_ieee)
SIZED_A64(crc, _w, 2, crc32_ieee)
SIZED_A64(crc, _x, 3, crc32_ieee)
SIZED_A64(crc, _cb, 0, crc32_castagnoli)
SIZED_A64(crc, _ch, 1, crc32_castagnoli)
SIZED_A64(crc, _cw, 2, crc32_castagnoli)
SIZED_A64(crc, _cx, 3, crc32_castagnoli)

/* ---- one source ---------------------------------------------------------------------------------------------- */

/* Exchanges neighbouring groups of `by` bits; `low` has ones in every other group. */
ALWAYS_INLINE u64 swap_groups(u64 v, const unsigned by, const u64 low)
{
	return (v >> by & low) | (v & low) << by;
}

ALWAYS_INLINE void rbit(struct arm *c, const struct insn *i, const unsigned size)
{
	u64 v = swap_groups(c->x[i->f[F_N]], 1, 0x5555555555555555);

	v = swap_groups(v, 2, 0x3333333333333333);
	v = swap64(swap_groups(v, 4, 0x0f0f0f0f0f0f0f0f));
	c->x[i->f[F_D]] = size == 3 ? v : v >> 32;
}
SIZED_WX(rbit)

ALWAYS_INLINE void rev16(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_cut(swap_groups(c->x[i->f[F_N]], 8, 0x00ff00ff00ff00ff), size);
}
SIZED_WX(rev16)

ALWAYS_INLINE void rev32(struct arm *c, const struct insn *i, const unsigned size)
{
	u64 v = swap64(c->x[i->f[F_N]]);

	c->x[i->f[F_D]] = size == 3 ? v >> 32 | v << 32 : v >> 32;
}
SIZED_WX(rev32)

ALWAYS_INLINE void rev64(struct arm *c, const struct insn *i)
{
	c->x[i->f[F_D]] = swap64(c->x[i->f[F_N]]);
}
SIZED_A64_0(rev64)

ALWAYS_INLINE void clz(struct arm *c, const struct insn *i, const unsigned size)
{
	u64 v = a64_get(c, i->f[F_N], size);

	c->x[i->f[F_D]] = v ? clz64(v) - (size == 3 ? 0 : 32) : 8u << size;
}
SIZED_WX(clz)

/* How many bits behind the top one equal it: leading zeros of v ^ v << 1, but for its last bit. */
ALWAYS_INLINE void cls(struct arm *c, const struct insn *i, const unsigned size)
{
	u64 v = c->x[i->f[F_N]] << (size == 3 ? 0 : 32), differs = (v ^ v << 1) | 1ull << (size == 3 ? 0 : 32);

	c->x[i->f[F_D]] = clz64(differs);
}
SIZED_WX(cls)

/* Aliases stand before rows as wide as they are. */
static const struct insn_row rows[] = {
	{"s0011010100mmmmmcccc00nnnnnddddd", "csel {Rd}, {Rn}, {Rm}, {cond}", SIZES_WX(csel), .valid = valid_cond},
	{"s001101010011111cccc0111111ddddd", "cset {Rd}, {!cond}", {[2] = cset_any, [3] = cset_any},
		.attr = OVERRIDES | ALIAS, .valid = valid_cset},
	{"s0011010100mmmmmcccc01nnnnnddddd", "cinc {Rd}, {Rn}, {!cond}", SIZES_WX(csinc), .attr = OVERRIDES | ALIAS,
		.valid = valid_cinc},
	{"s0011010100mmmmmcccc01nnnnnddddd", "csinc {Rd}, {Rn}, {Rm}, {cond}", SIZES_WX(csinc), .valid = valid_cond},
	{"s101101010011111cccc0011111ddddd", "csetm {Rd}, {!cond}", SIZES_WX(csetm), .attr = OVERRIDES | ALIAS,
		.valid = valid_cset},
	{"s1011010100mmmmmcccc00nnnnnddddd", "cinv {Rd}, {Rn}, {!cond}", SIZES_WX(csinv), .attr = OVERRIDES | ALIAS,
		.valid = valid_cinc},
	{"s1011010100mmmmmcccc00nnnnnddddd", "csinv {Rd}, {Rn}, {Rm}, {cond}", SIZES_WX(csinv), .valid = valid_cond},
	{"s1011010100mmmmmcccc01nnnnnddddd", "cneg {Rd}, {Rn}, {!cond}", SIZES_WX(csneg), .attr = OVERRIDES | ALIAS,
		.valid = valid_cneg},
	{"s1011010100mmmmmcccc01nnnnnddddd", "csneg {Rd}, {Rn}, {Rm}, {cond}", SIZES_WX(csneg), .valid = valid_cond},

	{"s0011011000mmmmm0aaaaannnnnddddd", "madd {Rd}, {Rn}, {Rm}, {Ra}", SIZES_WX(madd), .feature = FEAT_NONE},
	{"s0011011000mmmmm011111nnnnnddddd", "mul {Rd}, {Rn}, {Rm}", SIZES_WX(mul), .attr = OVERRIDES | ALIAS},
	{"s0011011000mmmmm1aaaaannnnnddddd", "msub {Rd}, {Rn}, {Rm}, {Ra}", SIZES_WX(msub), .feature = FEAT_NONE},
	{"s0011011000mmmmm111111nnnnnddddd", "mneg {Rd}, {Rn}, {Rm}", SIZES_WX(mneg), .attr = OVERRIDES | ALIAS},
	{"10011011001mmmmm0aaaaannnnnddddd", "smaddl {Xd}, {Wn}, {Wm}, {Xa}", SIZES_0(smaddl), .feature = FEAT_NONE},
	{"10011011001mmmmm011111nnnnnddddd", "smull {Xd}, {Wn}, {Wm}", SIZES_0(smull), .attr = OVERRIDES | ALIAS},
	{"10011011001mmmmm1aaaaannnnnddddd", "smsubl {Xd}, {Wn}, {Wm}, {Xa}", SIZES_0(smsubl), .feature = FEAT_NONE},
	{"10011011001mmmmm111111nnnnnddddd", "smnegl {Xd}, {Wn}, {Wm}", SIZES_0(smnegl), .attr = OVERRIDES | ALIAS},
	{"10011011010mmmmm0xxxxxnnnnnddddd", "smulh {Xd}, {Xn}, {Xm}", SIZES_0(smulh), .feature = FEAT_NONE},
	{"10011011101mmmmm0aaaaannnnnddddd", "umaddl {Xd}, {Wn}, {Wm}, {Xa}", SIZES_0(umaddl), .feature = FEAT_NONE},
	{"10011011101mmmmm011111nnnnnddddd", "umull {Xd}, {Wn}, {Wm}", SIZES_0(umull), .attr = OVERRIDES | ALIAS},
	{"10011011101mmmmm1aaaaannnnnddddd", "umsubl {Xd}, {Wn}, {Wm}, {Xa}", SIZES_0(umsubl), .feature = FEAT_NONE},
	{"10011011101mmmmm111111nnnnnddddd", "umnegl {Xd}, {Wn}, {Wm}", SIZES_0(umnegl), .attr = OVERRIDES | ALIAS},
	{"10011011110mmmmm0xxxxxnnnnnddddd", "umulh {Xd}, {Xn}, {Xm}", SIZES_0(umulh), .feature = FEAT_NONE},

	{"s0011010110mmmmm000010nnnnnddddd", "udiv {Rd}, {Rn}, {Rm}", SIZES_WX(udiv), .feature = FEAT_NONE},
	{"s0011010110mmmmm000011nnnnnddddd", "sdiv {Rd}, {Rn}, {Rm}", SIZES_WX(sdiv), .feature = FEAT_NONE},
	{"s0011010110mmmmm001000nnnnnddddd", "lsl {Rd}, {Rn}, {Rm}", SIZES_WX(lslv), .feature = FEAT_NONE},
	{"s0011010110mmmmm001001nnnnnddddd", "lsr {Rd}, {Rn}, {Rm}", SIZES_WX(lsrv), .feature = FEAT_NONE},
	{"s0011010110mmmmm001010nnnnnddddd", "asr {Rd}, {Rn}, {Rm}", SIZES_WX(asrv), .feature = FEAT_NONE},
	{"s0011010110mmmmm001011nnnnnddddd", "ror {Rd}, {Rn}, {Rm}", SIZES_WX(rorv), .feature = FEAT_NONE},
	{"00011010110mmmmm010000nnnnnddddd", "crc32b {Wd}, {Wn}, {Wm}", {crc_b}, .feature = FEAT_CRC32},
	{"00011010110mmmmm010001nnnnnddddd", "crc32h {Wd}, {Wn}, {Wm}", {crc_h}, .feature = FEAT_CRC32},
	{"00011010110mmmmm010010nnnnnddddd", "crc32w {Wd}, {Wn}, {Wm}", {crc_w}, .feature = FEAT_CRC32},
	{"10011010110mmmmm010011nnnnnddddd", "crc32x {Wd}, {Wn}, {Xm}", {crc_x}, .feature = FEAT_CRC32},
	{"00011010110mmmmm010100nnnnnddddd", "crc32cb {Wd}, {Wn}, {Wm}", {crc_cb}, .feature = FEAT_CRC32},
	{"00011010110mmmmm010101nnnnnddddd", "crc32ch {Wd}, {Wn}, {Wm}", {crc_ch}, .feature = FEAT_CRC32},
	{"00011010110mmmmm010110nnnnnddddd", "crc32cw {Wd}, {Wn}, {Wm}", {crc_cw}, .feature = FEAT_CRC32},
	{"10011010110mmmmm010111nnnnnddddd", "crc32cx {Wd}, {Wn}, {Xm}", {crc_cx}, .feature = FEAT_CRC32},

	{"s101101011000000000000nnnnnddddd", "rbit {Rd}, {Rn}", SIZES_WX(rbit), .feature = FEAT_NONE},
	{"s101101011000000000001nnnnnddddd", "rev16 {Rd}, {Rn}", SIZES_WX(rev16), .feature = FEAT_NONE},
	{"0101101011000000000010nnnnnddddd", "rev {Wd}, {Wn}", {rev32_w}, .feature = FEAT_NONE},
	{"1101101011000000000010nnnnnddddd", "rev32 {Xd}, {Xn}", {rev32_x}, .feature = FEAT_NONE},
	{"1101101011000000000011nnnnnddddd", "rev {Xd}, {Xn}", SIZES_0(rev64), .feature = FEAT_NONE},
	{"s101101011000000000100nnnnnddddd", "clz {Rd}, {Rn}", SIZES_WX(clz), .feature = FEAT_NONE},
	{"s101101011000000000101nnnnnddddd", "cls {Rd}, {Rn}", SIZES_WX(cls), .feature = FEAT_NONE},
};

const struct insn_group a64_group_dp_reg_select = {
	"conditional select, 1 to 3 sources", rows, countof(rows),
	"Arm ARM C4.1, Conditional select, Data-processing (1 source) .. (3 source)",
};
