/* SPDX-License-Identifier: MIT */
/* Bit manipulation with three operands and the two carry chains: Intel SDM vol. 2, ANDN, BEXTR, BLSI, BLSMSK, BLSR,
 * BZHI, MULX, PDEP, PEXT, RORX, SARX/SHLX/SHRX (BMI1, BMI2, in VEX encoding) and ADCX, ADOX (ADX). Flags that
 * are undefined are cleared. */
#include "cpu/x86/operand.h"

#include "cpu/fp/wide.h"

/* 32 and 64 bits only */
#define SIZED_Y(fn) \
	SIZED_ONE(fn, _32m, 2, true) SIZED_ONE(fn, _64m, 3, true) \
	SIZED_ONE(fn, _32r, 2, false) SIZED_ONE(fn, _64r, 3, false)
#define SIZES_Y(fn) {NULL, NULL, fn##_32m, fn##_64m, NULL, NULL, fn##_32r, fn##_64r}

/* The operand in VEX.vvvv */
ALWAYS_INLINE u64 get_b(const struct x86 *c, const struct insn *i, unsigned size)
{
	return x86_get_reg(c, i->f[F_CC], size);
}

ALWAYS_INLINE void result_flags(struct x86 *c, u64 r, bool cf, unsigned size)
{
	x86_flags_logic(c, r, size);
	x86_set_cf_of(c, cf, false);
}

ALWAYS_INLINE void andn(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	u64 r = ~get_b(c, i, size) & x86_get_e(c, i, size, mem);

	x86_set_g(c, i, size, r);
	result_flags(c, r, false, size);
}
SIZED_Y(andn)

/* Start in bits 0-7 of the last operand, length in bits 8-15 */
ALWAYS_INLINE void bextr(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	u64 v = x86_get_e(c, i, size, mem), control = get_b(c, i, size), r;
	unsigned start = control & 0xff, length = control >> 8 & 0xff;

	r = start < 64 ? v >> start & mask_low(length) : 0;
	x86_set_g(c, i, size, r);
	x86_set_oszapc(c, r ? 0 : FL_ZF);
}
SIZED_Y(bextr)

ALWAYS_INLINE void bzhi(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	unsigned n = (u8)get_b(c, i, size);
	u64 r = x86_get_e(c, i, size, mem) & mask_low(n);

	x86_set_g(c, i, size, r);
	result_flags(c, r, n >= 8u << size, size);
}
SIZED_Y(bzhi)

ALWAYS_INLINE void blsr(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	u64 v = x86_get_e(c, i, size, mem), r = v & (v - 1);

	x86_set_reg(c, i->f[F_CC], size, r);
	result_flags(c, r, !v, size);
}
SIZED_Y(blsr)

ALWAYS_INLINE void blsmsk(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	u64 v = x86_get_e(c, i, size, mem), r = v ^ (v - 1);

	x86_set_reg(c, i->f[F_CC], size, r);
	result_flags(c, r, !v, size);
}
SIZED_Y(blsmsk)

ALWAYS_INLINE void blsi(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	u64 v = x86_get_e(c, i, size, mem), r = v & (0 - v);

	x86_set_reg(c, i->f[F_CC], size, r);
	result_flags(c, r, v, size);
}
SIZED_Y(blsi)

/* The high half goes to G, and wins if both are the same register. */
ALWAYS_INLINE void mulx(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	struct u128 p = mul64(x86_get_reg(c, R_DX, size), x86_get_e(c, i, size, mem));

	x86_set_reg(c, i->f[F_CC], size, p.lo);
	x86_set_g(c, i, size, size == 3 ? p.hi : p.lo >> 32);
}
SIZED_Y(mulx)

/* Low bits of v go, in order, to where the mask has ones. */
static u64 deposit(u64 v, u64 mask)
{
	u64 r = 0;

	for (; mask; mask &= mask - 1, v >>= 1)
		if (v & 1)
			r |= mask & (0 - mask);
	return r;
}

static u64 extract(u64 v, u64 mask)
{
	u64 r = 0;

	for (u64 to = 1; mask; mask &= mask - 1, to <<= 1)
		if (v & mask & (0 - mask))
			r |= to;
	return r;
}

ALWAYS_INLINE void pdep(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	x86_set_g(c, i, size, deposit(get_b(c, i, size), x86_get_e(c, i, size, mem)));
}
SIZED_Y(pdep)

ALWAYS_INLINE void pext(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	x86_set_g(c, i, size, extract(get_b(c, i, size), x86_get_e(c, i, size, mem)));
}
SIZED_Y(pext)

ALWAYS_INLINE void rorx(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	const unsigned width = 8u << size;
	unsigned n = i->imm32 & (width - 1);
	u64 v = x86_get_e(c, i, size, mem);

	x86_set_g(c, i, size, n ? v >> n | v << (width - n) : v);
}
SIZED_Y(rorx)

ALWAYS_INLINE void sarx(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	s64 v = (s64)x86_sext(x86_get_e(c, i, size, mem), size);

	x86_set_g(c, i, size, (u64)(v >> (get_b(c, i, size) & ((8u << size) - 1))));
}
SIZED_Y(sarx)

ALWAYS_INLINE void shlx(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	x86_set_g(c, i, size, x86_get_e(c, i, size, mem) << (get_b(c, i, size) & ((8u << size) - 1)));
}
SIZED_Y(shlx)

ALWAYS_INLINE void shrx(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	x86_set_g(c, i, size, x86_get_e(c, i, size, mem) >> (get_b(c, i, size) & ((8u << size) - 1)));
}
SIZED_Y(shrx)

/* G + E + carry; returns the carry out. */
ALWAYS_INLINE bool add_carry(struct x86 *c, const struct insn *i, bool carry, const unsigned size, const bool mem)
{
	u64 b = x86_get_e(c, i, size, mem), a = x86_get_g(c, i, size), r = x86_zext(a + b + carry, size);

	x86_set_g(c, i, size, r);
	return r < a || (carry && r == a);
}

ALWAYS_INLINE void adcx(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	x86_set_cf(c, add_carry(c, i, x86_cf(c), size, mem));
}
SIZED_Y(adcx)

ALWAYS_INLINE void adox(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	x86_set_cf_of(c, x86_cf(c), add_carry(c, i, x86_of(c), size, mem));
}
SIZED_Y(adox)

static const struct insn_row rows[] = {
	{"VEX.LZ.0F38 F2 /r", "andn Gy,By,Ey", SIZES_Y(andn), .feature = FEAT_BMI1, .flags_out = FL_OSZAPC},
	{"VEX.LZ.0F38 F3 /1", "blsr By,Ey", SIZES_Y(blsr), .feature = FEAT_BMI1, .flags_out = FL_OSZAPC},
	{"VEX.LZ.0F38 F3 /2", "blsmsk By,Ey", SIZES_Y(blsmsk), .feature = FEAT_BMI1, .flags_out = FL_OSZAPC},
	{"VEX.LZ.0F38 F3 /3", "blsi By,Ey", SIZES_Y(blsi), .feature = FEAT_BMI1, .flags_out = FL_OSZAPC},
	{"VEX.LZ.0F38 F7 /r", "bextr Gy,Ey,By", SIZES_Y(bextr), .feature = FEAT_BMI1, .flags_out = FL_OSZAPC},
	{"VEX.LZ.0F38 F5 /r", "bzhi Gy,Ey,By", SIZES_Y(bzhi), .feature = FEAT_BMI2, .flags_out = FL_OSZAPC},
	{"VEX.LZ.F2.0F38 F6 /r", "mulx Gy,By,Ey", SIZES_Y(mulx), .feature = FEAT_BMI2},
	{"VEX.LZ.F2.0F38 F5 /r", "pdep Gy,By,Ey", SIZES_Y(pdep), .feature = FEAT_BMI2},
	{"VEX.LZ.F3.0F38 F5 /r", "pext Gy,By,Ey", SIZES_Y(pext), .feature = FEAT_BMI2},
	{"VEX.LZ.F2.0F3A F0 /r ib", "rorx Gy,Ey,Ib", SIZES_Y(rorx), .feature = FEAT_BMI2},
	{"VEX.LZ.F3.0F38 F7 /r", "sarx Gy,Ey,By", SIZES_Y(sarx), .feature = FEAT_BMI2},
	{"VEX.LZ.66.0F38 F7 /r", "shlx Gy,Ey,By", SIZES_Y(shlx), .feature = FEAT_BMI2},
	{"VEX.LZ.F2.0F38 F7 /r", "shrx Gy,Ey,By", SIZES_Y(shrx), .feature = FEAT_BMI2},
	{"66 0F 38 F6 /r", "adcx Gy,Ey", SIZES_Y(adcx), .feature = FEAT_ADX, .flags_in = FL_CF, .flags_out = FL_CF},
	{"F3 0F 38 F6 /r", "adox Gy,Ey", SIZES_Y(adox), .feature = FEAT_ADX, .flags_in = FL_OF, .flags_out = FL_OF},
};

const struct insn_group x86_group_bmi = {
	"bmi", rows, countof(rows),
	"Intel SDM vol. 2: ANDN BEXTR BLSI BLSMSK BLSR BZHI MULX PDEP PEXT RORX SARX ADCX ADOX",
};
