/* SPDX-License-Identifier: MIT */
/* Data processing with an immediate (Arm ARM C4.1, "Data Processing -- Immediate"): PC-relative addresses, additions,
 * logical operations, wide moves, bitfields, extraction. Which alias is printed: "Alias conditions" in C6.2. */
#include "cpu/arm/a64/operand.h"

/* ---- PC-relative addresses ----------------------------------------------------------------------------------- */

ALWAYS_INLINE void adr(struct arm *c, const struct insn *i)
{
	c->x[i->f[F_D]] = c->cpu.block_pc + i->off + i->imm;
}
SIZED_A64_0(adr)

ALWAYS_INLINE void adrp(struct arm *c, const struct insn *i)
{
	c->x[i->f[F_D]] = ((c->cpu.block_pc + i->off) & ~0xfffull) + i->imm;
}
SIZED_A64_0(adrp)

/* ---- add and subtract ---------------------------------------------------------------------------------------- */

ALWAYS_INLINE void add(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_cut(c->x[i->f[F_N]] + i->imm, size);
}
SIZED_WX(add)

ALWAYS_INLINE void sub(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_cut(c->x[i->f[F_N]] - i->imm, size);
}
SIZED_WX(sub)

/* MOV to or from SP */
ALWAYS_INLINE void mov(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_get(c, i->f[F_N], size);
}
SIZED_WX(mov)

ALWAYS_INLINE void adds(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_adds(c, a64_get(c, i->f[F_N], size), i->imm, size);
}
SIZED_WX(adds)

ALWAYS_INLINE void subs(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_subs(c, a64_get(c, i->f[F_N], size), i->imm, size);
}
SIZED_WX(subs)

/* CMN and CMP: no result. */
ALWAYS_INLINE void cmn(struct arm *c, const struct insn *i, const unsigned size)
{
	a64_adds(c, a64_get(c, i->f[F_N], size), i->imm, size);
}
SIZED_WX(cmn)

ALWAYS_INLINE void cmp(struct arm *c, const struct insn *i, const unsigned size)
{
	a64_subs(c, a64_get(c, i->f[F_N], size), i->imm, size);
}
SIZED_WX(cmp)

/* sh in F_H becomes the amount. */
static bool valid_shift_12(struct insn *i)
{
	i->f[F_H] = i->f[F_H] ? 12 : 0;
	i->imm <<= i->f[F_H];
	return true;
}

static bool valid_mov_sp(struct insn *i)
{
	return i->f[F_D] == R_SP || i->f[F_N] == R_SP;
}

/* ---- logical: N in F_H, immr in F_O, imms in F_C ------------------------------------------------------------- */

ALWAYS_INLINE void and(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_cut(c->x[i->f[F_N]] & i->imm, size);
}
SIZED_WX(and)

ALWAYS_INLINE void orr(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_cut(c->x[i->f[F_N]] | i->imm, size);
}
SIZED_WX(orr)

ALWAYS_INLINE void eor(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_cut(c->x[i->f[F_N]] ^ i->imm, size);
}
SIZED_WX(eor)

ALWAYS_INLINE void ands(struct arm *c, const struct insn *i, const unsigned size)
{
	u64 r = a64_cut(c->x[i->f[F_N]] & i->imm, size);

	a64_flags_logic(c, r, size);
	c->x[i->f[F_D]] = r;
}
SIZED_WX(ands)

ALWAYS_INLINE void tst(struct arm *c, const struct insn *i, const unsigned size)
{
	a64_flags_logic(c, a64_cut(c->x[i->f[F_N]] & i->imm, size), size);
}
SIZED_WX(tst)

static bool valid_logical(struct insn *i)
{
	return a64_decode_bit_masks(&i->imm, i->f[F_H], i->f[F_C], i->f[F_O], i->size);
}

/* ORR of XZR is MOV unless MOVZ or MOVN could do it: MoveWidePreferred. */
static bool valid_mov_logical(struct insn *i)
{
	unsigned imms = i->f[F_C], immr = i->f[F_O], width = 8u << i->size;
	bool whole = i->size == 3 ? i->f[F_H] : imms < 32;

	if (whole && imms < 16 && (-immr & 15) <= 15 - imms)
		return false;
	if (whole && imms >= width - 15 && (immr & 15) <= imms - (width - 15))
		return false;
	return valid_logical(i);
}

/* ---- wide moves: hw in F_H becomes the amount ---------------------------------------------------------------- */

/* MOVZ and MOV: the value is worked out when decoding. */
ALWAYS_INLINE void mov_value(struct arm *c, const struct insn *i)
{
	c->x[i->f[F_D]] = i->imm;
}
SIZED_A64_0(mov_value)

ALWAYS_INLINE void movn(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_cut(~i->imm, size);
}
SIZED_WX(movn)

/* With XZR, R_SINK is changed: nobody sees that. */
ALWAYS_INLINE void movk(struct arm *c, const struct insn *i, const unsigned size)
{
	u64 v = c->x[i->f[F_D]] & ~(0xffffull << i->f[F_H]);

	c->x[i->f[F_D]] = a64_cut(v | i->imm, size);
}
SIZED_WX(movk)

static bool valid_wide(struct insn *i)
{
	i->f[F_H] = (u8)(i->f[F_H] * 16);
	i->imm <<= i->f[F_H];
	return a64_valid_amount(i);
}

static bool valid_mov_wide(struct insn *i)
{
	return !(i->imm == 0 && i->f[F_H]) && valid_wide(i);
}

static bool valid_mov_inverted(struct insn *i)
{
	if ((i->imm == 0 && i->f[F_H]) || (i->size == 2 && i->imm == 0xffff) || !valid_wide(i))
		return false;
	i->imm = a64_cut(~i->imm, i->size);
	return true;
}

/* ---- bitfields: N in F_H, immr in F_O, imms in F_C ----------------------------------------------------------- */

/* Each name is a case of SBFM, BFM or UBFM, and together they are all cases, so that these three have no rows. `valid`
 * leaves in F_H and F_O what is printed: lowest bit and width, or the amount of a shift. */

ALWAYS_INLINE void lsl(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_lsl(c->x[i->f[F_N]], i->f[F_H], size);
}
SIZED_WX(lsl)

ALWAYS_INLINE void lsr(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_lsr(c->x[i->f[F_N]], i->f[F_H], size);
}
SIZED_WX(lsr)

ALWAYS_INLINE void asr(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_asr(c->x[i->f[F_N]], i->f[F_H], size);
}
SIZED_WX(asr)

ALWAYS_INLINE void uxtb(struct arm *c, const struct insn *i)
{
	c->x[i->f[F_D]] = (u8)c->x[i->f[F_N]];
}
SIZED_A64_0(uxtb)

ALWAYS_INLINE void uxth(struct arm *c, const struct insn *i)
{
	c->x[i->f[F_D]] = (u16)c->x[i->f[F_N]];
}
SIZED_A64_0(uxth)

ALWAYS_INLINE void sxtb(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_cut((u64)a64_signed(c->x[i->f[F_N]], 0), size);
}
SIZED_WX(sxtb)

ALWAYS_INLINE void sxth(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_cut((u64)a64_signed(c->x[i->f[F_N]], 1), size);
}
SIZED_WX(sxth)

ALWAYS_INLINE void sxtw(struct arm *c, const struct insn *i)
{
	c->x[i->f[F_D]] = (u64)a64_signed(c->x[i->f[F_N]], 2);
}
SIZED_A64_0(sxtw)

/* imm: the bits of the field, at 0 in the source */
ALWAYS_INLINE void ubfiz(struct arm *c, const struct insn *i)
{
	c->x[i->f[F_D]] = (c->x[i->f[F_N]] & i->imm) << i->f[F_H];
}
SIZED_A64_0(ubfiz)

ALWAYS_INLINE void ubfx(struct arm *c, const struct insn *i)
{
	c->x[i->f[F_D]] = c->x[i->f[F_N]] >> i->f[F_H] & i->imm;
}
SIZED_A64_0(ubfx)

/* imm: the field's top bit, at width - 1 */
ALWAYS_INLINE void sbfiz(struct arm *c, const struct insn *i, const unsigned size)
{
	u64 v = c->x[i->f[F_N]] & (2 * i->imm - 1);

	c->x[i->f[F_D]] = a64_cut(((v ^ i->imm) - i->imm) << i->f[F_H], size);
}
SIZED_WX(sbfiz)

ALWAYS_INLINE void sbfx(struct arm *c, const struct insn *i, const unsigned size)
{
	u64 v = c->x[i->f[F_N]] >> i->f[F_H] & (2 * i->imm - 1);

	c->x[i->f[F_D]] = a64_cut((v ^ i->imm) - i->imm, size);
}
SIZED_WX(sbfx)

/* imm: the bits that change; F_C: how far the source is rotated to the right (BFM). With XZR, R_SINK is changed. */
ALWAYS_INLINE void bfm(struct arm *c, const struct insn *i, const unsigned size)
{
	u64 v = a64_ror(c->x[i->f[F_N]], i->f[F_C], size);

	c->x[i->f[F_D]] = (a64_get(c, i->f[F_D], size) & ~i->imm) | (v & i->imm);
}
SIZED_WX(bfm)

static bool valid_bitfield(const struct insn *i)
{
	return i->f[F_H] == (i->size == 3) && (i->size == 3 || (i->f[F_O] < 32 && i->f[F_C] < 32));
}

/* imms < immr: the field moves up. F_H: where to, F_O: width */
static bool valid_bfiz(struct insn *i)
{
	unsigned immr = i->f[F_O], imms = i->f[F_C];

	if (!valid_bitfield(i) || imms >= immr)
		return false;
	i->f[F_H] = (u8)((8u << i->size) - immr);
	i->f[F_O] = (u8)(imms + 1);
	i->imm = mask_low(i->f[F_O]);
	return true;
}

/* Else it moves down. F_H: where from */
static bool valid_bfx(struct insn *i)
{
	unsigned immr = i->f[F_O], imms = i->f[F_C];

	if (!valid_bitfield(i) || imms < immr)
		return false;
	i->f[F_H] = (u8)immr;
	i->f[F_O] = (u8)(imms - immr + 1);
	i->imm = mask_low(i->f[F_O]);
	return true;
}

/* The same for the signed ones, which keep the top bit in imm. */
static bool valid_sbfiz(struct insn *i)
{
	bool valid = valid_bfiz(i);

	i->imm ^= i->imm >> 1;
	return valid;
}

static bool valid_sbfx(struct insn *i)
{
	bool valid = valid_bfx(i);

	i->imm ^= i->imm >> 1;
	return valid;
}

static bool valid_bfi(struct insn *i)
{
	if (!valid_bfiz(i))
		return false;
	i->f[F_C] = (u8)((8u << i->size) - i->f[F_H]);
	i->imm <<= i->f[F_H];
	return true;
}

static bool valid_bfc(struct insn *i)
{
	return i->f[F_N] == R_ZR && valid_bfi(i);
}

static bool valid_bfxil(struct insn *i)
{
	if (!valid_bfx(i))
		return false;
	i->f[F_C] = i->f[F_H];
	return true;
}

static bool valid_lsl(struct insn *i)
{
	unsigned top = (8u << i->size) - 1;

	if (!valid_bitfield(i) || i->f[F_C] == top || i->f[F_C] + 1 != i->f[F_O])
		return false;
	i->f[F_H] = (u8)(top - i->f[F_C]);
	return true;
}

/* LSR and ASR */
static bool valid_right(struct insn *i)
{
	if (!valid_bitfield(i) || i->f[F_C] != (8u << i->size) - 1)
		return false;
	i->f[F_H] = i->f[F_O];
	return true;
}

/* ---- extract: N in F_H, amount in F_C ------------------------------------------------------------------------ */

ALWAYS_INLINE void extr(struct arm *c, const struct insn *i, const unsigned size)
{
	u64 n = a64_get(c, i->f[F_N], size), m = a64_get(c, i->f[F_M], size);
	unsigned by = i->f[F_H];

	c->x[i->f[F_D]] = a64_cut(m >> by | n << 1 << ((8u << size) - 1 - by), size);
}
SIZED_WX(extr)

ALWAYS_INLINE void ror(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_ror(c->x[i->f[F_N]], i->f[F_H], size);
}
SIZED_WX(ror)

static bool valid_extr(struct insn *i)
{
	bool valid = i->f[F_H] == (i->size == 3);

	i->f[F_H] = i->f[F_C];
	return valid && a64_valid_amount(i);
}

static bool valid_ror(struct insn *i)
{
	return i->f[F_N] == i->f[F_M] && valid_extr(i);
}

static const struct insn_row rows[] = {
	{"0jj10000iiiiiiiiiiiiiiiiiiiddddd", "adr {Xd}, {label}", SIZES_0(adr), .attr = IMM_SIGNED},
	{"1jj10000iiiiiiiiiiiiiiiiiiiddddd", "adrp {Xd}, {page}", SIZES_0(adrp), .attr = IMM_SIGNED | IMM_SHIFT(12)},

	{"s00100010hiiiiiiiiiiiinnnnnddddd", "add {Rd|sp}, {Rn|sp}, {imm<<}", SIZES_WX(add), .valid = valid_shift_12},
	{"s001000100000000000000nnnnnddddd", "mov {Rd|sp}, {Rn|sp}", SIZES_WX(mov), .attr = OVERRIDES | ALIAS,
		.valid = valid_mov_sp},
	{"s01100010hiiiiiiiiiiiinnnnnddddd", "adds {Rd}, {Rn|sp}, {imm<<}", SIZES_WX(adds), .valid = valid_shift_12},
	{"s01100010hiiiiiiiiiiiinnnnn11111", "cmn {Rn|sp}, {imm<<}", SIZES_WX(cmn), .attr = OVERRIDES | ALIAS,
		.valid = valid_shift_12},
	{"s10100010hiiiiiiiiiiiinnnnnddddd", "sub {Rd|sp}, {Rn|sp}, {imm<<}", SIZES_WX(sub), .valid = valid_shift_12},
	{"s11100010hiiiiiiiiiiiinnnnnddddd", "subs {Rd}, {Rn|sp}, {imm<<}", SIZES_WX(subs), .valid = valid_shift_12},
	{"s11100010hiiiiiiiiiiiinnnnn11111", "cmp {Rn|sp}, {imm<<}", SIZES_WX(cmp), .attr = OVERRIDES | ALIAS,
		.valid = valid_shift_12},

	{"s00100100hooooooccccccnnnnnddddd", "and {Rd|sp}, {Rn}, {imm}", SIZES_WX(and), .valid = valid_logical},
	{"s01100100hooooooccccccnnnnnddddd", "orr {Rd|sp}, {Rn}, {imm}", SIZES_WX(orr), .valid = valid_logical},
	{"s01100100hoooooocccccc11111ddddd", "mov {Rd|sp}, {imm}", {[2] = mov_value_any, [3] = mov_value_any},
		.attr = OVERRIDES | ALIAS, .valid = valid_mov_logical},
	{"s10100100hooooooccccccnnnnnddddd", "eor {Rd|sp}, {Rn}, {imm}", SIZES_WX(eor), .valid = valid_logical},
	{"s11100100hooooooccccccnnnnnddddd", "ands {Rd}, {Rn}, {imm}", SIZES_WX(ands), .valid = valid_logical},
	{"s11100100hooooooccccccnnnnn11111", "tst {Rn}, {imm}", SIZES_WX(tst), .attr = OVERRIDES | ALIAS,
		.valid = valid_logical},

	{"s00100101hhiiiiiiiiiiiiiiiiddddd", "movn {Rd}, {imm<<}", SIZES_WX(movn), .valid = valid_wide},
	{"s00100101hhiiiiiiiiiiiiiiiiddddd", "mov {Rd}, {imm}", {[2] = mov_value_any, [3] = mov_value_any},
		.attr = OVERRIDES | ALIAS, .valid = valid_mov_inverted},
	{"s10100101hhiiiiiiiiiiiiiiiiddddd", "movz {Rd}, {imm<<}", {[2] = mov_value_any, [3] = mov_value_any},
		.valid = valid_wide},
	{"s10100101hhiiiiiiiiiiiiiiiiddddd", "mov {Rd}, {imm}", {[2] = mov_value_any, [3] = mov_value_any},
		.attr = OVERRIDES | ALIAS, .valid = valid_mov_wide},
	{"s11100101hhiiiiiiiiiiiiiiiiddddd", "movk {Rd}, {imm<<}", SIZES_WX(movk), .valid = valid_wide},

	{"s00100110hooooooccccccnnnnnddddd", "asr {Rd}, {Rn}, {h}", SIZES_WX(asr), .attr = OVERRIDES | ALIAS,
		.valid = valid_right},
	{"0001001100000000000111nnnnnddddd", "sxtb {Wd}, {Wn}", {sxtb_w}, .attr = OVERRIDES | ALIAS},
	{"1001001101000000000111nnnnnddddd", "sxtb {Xd}, {Wn}", {sxtb_x}, .attr = OVERRIDES | ALIAS},
	{"0001001100000000001111nnnnnddddd", "sxth {Wd}, {Wn}", {sxth_w}, .attr = OVERRIDES | ALIAS},
	{"1001001101000000001111nnnnnddddd", "sxth {Xd}, {Wn}", {sxth_x}, .attr = OVERRIDES | ALIAS},
	{"1001001101000000011111nnnnnddddd", "sxtw {Xd}, {Wn}", SIZES_0(sxtw), .attr = OVERRIDES | ALIAS},
	{"s00100110hooooooccccccnnnnnddddd", "sbfiz {Rd}, {Rn}, {h}, {o}", SIZES_WX(sbfiz), .attr = OVERRIDES | ALIAS,
		.valid = valid_sbfiz},
	{"s00100110hooooooccccccnnnnnddddd", "sbfx {Rd}, {Rn}, {h}, {o}", SIZES_WX(sbfx), .valid = valid_sbfx},

	{"s01100110hooooooccccccnnnnnddddd", "bfc {Rd}, {h}, {o}", SIZES_WX(bfm), .attr = OVERRIDES | ALIAS,
		.valid = valid_bfc},
	{"s01100110hooooooccccccnnnnnddddd", "bfi {Rd}, {Rn}, {h}, {o}", SIZES_WX(bfm), .attr = OVERRIDES | ALIAS,
		.valid = valid_bfi},
	{"s01100110hooooooccccccnnnnnddddd", "bfxil {Rd}, {Rn}, {h}, {o}", SIZES_WX(bfm), .valid = valid_bfxil},

	{"s10100110hooooooccccccnnnnnddddd", "lsl {Rd}, {Rn}, {h}", SIZES_WX(lsl), .attr = OVERRIDES | ALIAS,
		.valid = valid_lsl},
	{"s10100110hooooooccccccnnnnnddddd", "lsr {Rd}, {Rn}, {h}", SIZES_WX(lsr), .attr = OVERRIDES | ALIAS,
		.valid = valid_right},
	{"0101001100000000000111nnnnnddddd", "uxtb {Wd}, {Wn}", SIZES_0(uxtb), .attr = OVERRIDES | ALIAS},
	{"0101001100000000001111nnnnnddddd", "uxth {Wd}, {Wn}", SIZES_0(uxth), .attr = OVERRIDES | ALIAS},
	{"s10100110hooooooccccccnnnnnddddd", "ubfiz {Rd}, {Rn}, {h}, {o}", {[2] = ubfiz_any, [3] = ubfiz_any},
		.attr = OVERRIDES | ALIAS, .valid = valid_bfiz},
	{"s10100110hooooooccccccnnnnnddddd", "ubfx {Rd}, {Rn}, {h}, {o}", {[2] = ubfx_any, [3] = ubfx_any},
		.valid = valid_bfx},

	{"s00100111h0mmmmmccccccnnnnnddddd", "extr {Rd}, {Rn}, {Rm}, {h}", SIZES_WX(extr), .valid = valid_extr},
	{"s00100111h0mmmmmccccccnnnnnddddd", "ror {Rd}, {Rn}, {h}", SIZES_WX(ror), .attr = OVERRIDES | ALIAS,
		.valid = valid_ror},
};

const struct insn_group a64_group_dp_imm = {
	"data processing, immediate", rows, countof(rows), "Arm ARM C4.1, Data Processing -- Immediate",
};
