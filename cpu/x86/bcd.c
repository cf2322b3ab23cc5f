/* SPDX-License-Identifier: MIT */
/* Decimal arithmetic, which 64-bit mode has given up: Intel SDM vol. 2, DAA DAS AAA AAS AAM AAD; SALC is in
 * AMD's tables only (APM vol. 3, table A-1). Flags that the manual leaves undefined follow the result in AL. */
#include "cpu/x86/operand.h"

/* SF ZF PF after al; the rest from f. */
static void set_result(struct x86 *c, u8 al, u32 f)
{
	x86_flags_logic(c, al, 0);
	x86_set_oszapc(c, (x86_get_oszapc(c) & (FL_SF | FL_ZF | FL_PF)) | f);
	x86_set_reg(c, R_AX, 0, al);
}

/* DAA (sign 1) and DAS (sign -1) */
static void decimal_adjust(struct x86 *c, int sign)
{
	u8 old = (u8)c->r[R_AX], al = old;
	bool high = old > 0x99 || x86_cf(c), low = (old & 15) > 9 || x86_af(c);
	bool borrow = sign < 0 && low && old < 6;
	bool of;

	if (low)
		al = (u8)(al + sign * 6);
	if (high)
		al = (u8)(al + sign * 0x60);
	of = sign > 0 ? ~old & al & 0x80 : old & ~al & 0x80;
	set_result(c, al, (high || borrow ? FL_CF : 0) | (low ? FL_AF : 0) | (of ? FL_OF : 0));
}

static void daa(struct cpu *cpu, const struct insn *i)
{
	(void)i;
	decimal_adjust(x86_from(cpu), 1);
}

static void das(struct cpu *cpu, const struct insn *i)
{
	(void)i;
	decimal_adjust(x86_from(cpu), -1);
}

/* AAA (sign 1) and AAS (sign -1): the adjustment is of AX as a whole. */
static void ascii_adjust(struct x86 *c, int sign)
{
	u16 ax = (u16)c->r[R_AX];
	bool adjust = (ax & 15) > 9 || x86_af(c);

	if (adjust)
		ax = (u16)(ax + sign * 0x106);
	ax &= 0xff0f;
	set_result(c, (u8)ax, adjust ? FL_CF | FL_AF : 0);
	x86_set_reg(c, R_AX, 1, ax);
}

static void aaa(struct cpu *cpu, const struct insn *i)
{
	(void)i;
	ascii_adjust(x86_from(cpu), 1);
}

static void aas(struct cpu *cpu, const struct insn *i)
{
	(void)i;
	ascii_adjust(x86_from(cpu), -1);
}

static void aam(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	u8 base = (u8)i->imm32, al = (u8)c->r[R_AX];

	if (!base)
		x86_raise(c, X_DE);
	x86_set_reg(c, X86_HIGH8 | R_AX, 0, al / base);
	set_result(c, al % base, 0);
}

static void aad(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	u8 al = (u8)(c->r[R_AX] + (c->r[R_AX] >> 8 & 0xff) * (u8)i->imm32);

	x86_set_reg(c, R_AX, 1, al);
	set_result(c, al, 0);
}

static void salc(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	(void)i;
	x86_set_reg(c, R_AX, 0, x86_cf(c) ? 0xff : 0);
}

static const struct insn_row rows[] = {
	{"27", "daa", SIZES1(daa), .attr = NO64, .flags_in = FL_AF | FL_CF, .flags_out = FL_OSZAPC},
	{"2F", "das", SIZES1(das), .attr = NO64, .flags_in = FL_AF | FL_CF, .flags_out = FL_OSZAPC},
	{"37", "aaa", SIZES1(aaa), .attr = NO64, .flags_in = FL_AF, .flags_out = FL_OSZAPC},
	{"3F", "aas", SIZES1(aas), .attr = NO64, .flags_in = FL_AF, .flags_out = FL_OSZAPC},
	{"D4 ib", "aam Ib", SIZES1(aam), .attr = NO64, .flags_out = FL_OSZAPC},
	{"D5 ib", "aad Ib", SIZES1(aad), .attr = NO64, .flags_out = FL_OSZAPC},
	{"D6", "salc", SIZES1(salc), .attr = NO64, .flags_in = FL_CF},
};

const struct insn_group x86_group_bcd = {
	"bcd", rows, countof(rows), "Intel SDM vol. 2: DAA DAS AAA AAS AAM AAD; AMD APM vol. 3: SALC",
};
