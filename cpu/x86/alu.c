/* SPDX-License-Identifier: MIT */
/* Two-operand integer arithmetic and logic, INC, DEC, NEG, NOT and TEST: Intel SDM vol. 2, ADD, OR, ADC, SBB, AND,
 * SUB, XOR, CMP, INC, DEC, NEG, NOT, TEST. The eight operations of opcodes 00-3F share one body per operand
 * form, so that each wrapper holds one operation at one size and nothing else. */
#include "cpu/x86/operand.h"

/* In the order of opcodes 00-3F and of ModRM.reg of 80-83. */
enum alu_op { ADD, OR, ADC, SBB, AND, SUB, XOR, CMP };

ALWAYS_INLINE u64 alu_result(const struct x86 *c, const enum alu_op op, u64 a, u64 b)
{
	switch (op) {
	case ADD:
		return a + b;
	case OR:
		return a | b;
	case ADC:
		return a + b + x86_cf(c);
	case SBB:
		return a - b - x86_cf(c);
	case AND:
		return a & b;
	case XOR:
		return a ^ b;
	default:
		return a - b;
	}
}

ALWAYS_INLINE void alu_flags(struct x86 *c, const enum alu_op op, u64 a, u64 b, u64 r, const unsigned size)
{
	if (op == ADD || op == ADC)
		x86_flags_add(c, a, b, r, size);
	else if (op == SUB || op == SBB || op == CMP)
		x86_flags_sub(c, a, b, r, size);
	else
		x86_flags_logic(c, r, size);
}

/* E op= value */
ALWAYS_INLINE void alu_e(
	struct x86 *c, const struct insn *i, const enum alu_op op, u64 b, const unsigned size, const bool mem)
{
	struct x86_rmw m;
	u64 a = op == CMP ? x86_get_e(c, i, size, mem) : x86_begin_e(c, i, &m, size, mem);
	u64 r = alu_result(c, op, a, b);

	if (op != CMP)
		x86_end_e(c, i, &m, size, mem, r);
	alu_flags(c, op, a, b, r, size);
}

ALWAYS_INLINE void eg(struct x86 *c, const struct insn *i, const enum alu_op op, const unsigned size, const bool mem)
{
	alu_e(c, i, op, x86_get_g(c, i, size), size, mem);
}

ALWAYS_INLINE void ei(struct x86 *c, const struct insn *i, const enum alu_op op, const unsigned size, const bool mem)
{
	alu_e(c, i, op, (u64)(s64)i->imm32, size, mem);
}

ALWAYS_INLINE void ge(struct x86 *c, const struct insn *i, const enum alu_op op, const unsigned size, const bool mem)
{
	u64 b = x86_get_e(c, i, size, mem), a = x86_get_g(c, i, size);
	u64 r = alu_result(c, op, a, b);

	if (op != CMP)
		x86_set_g(c, i, size, r);
	alu_flags(c, op, a, b, r, size);
}

ALWAYS_INLINE void ai(struct x86 *c, const struct insn *i, const enum alu_op op, const unsigned size, const bool mem)
{
	u64 a = x86_get_reg(c, R_AX, size), b = (u64)(s64)i->imm32;
	u64 r = alu_result(c, op, a, b);

	(void)mem;
	if (op != CMP)
		x86_set_reg(c, R_AX, size, r);
	alu_flags(c, op, a, b, r, size);
}

#define OP(fn, form, op, sized) \
	ALWAYS_INLINE void fn##_##form(struct x86 *c, const struct insn *i, const unsigned size, const bool mem) \
	{ \
		form(c, i, op, size, mem); \
	} \
	sized(fn##_##form)

OP(add, eg, ADD, SIZED_RMW) OP(add, ge, ADD, SIZED_READ) OP(add, ei, ADD, SIZED_RMW) OP(add, ai, ADD, SIZED_R)
OP(or, eg, OR, SIZED_RMW) OP(or, ge, OR, SIZED_READ) OP(or, ei, OR, SIZED_RMW) OP(or, ai, OR, SIZED_R)
OP(adc, eg, ADC, SIZED_RMW) OP(adc, ge, ADC, SIZED_READ) OP(adc, ei, ADC, SIZED_RMW) OP(adc, ai, ADC, SIZED_R)
OP(sbb, eg, SBB, SIZED_RMW) OP(sbb, ge, SBB, SIZED_READ) OP(sbb, ei, SBB, SIZED_RMW) OP(sbb, ai, SBB, SIZED_R)
OP(and, eg, AND, SIZED_RMW) OP(and, ge, AND, SIZED_READ) OP(and, ei, AND, SIZED_RMW) OP(and, ai, AND, SIZED_R)
OP(sub, eg, SUB, SIZED_RMW) OP(sub, ge, SUB, SIZED_READ) OP(sub, ei, SUB, SIZED_RMW) OP(sub, ai, SUB, SIZED_R)
OP(xor, eg, XOR, SIZED_RMW) OP(xor, ge, XOR, SIZED_READ) OP(xor, ei, XOR, SIZED_RMW) OP(xor, ai, XOR, SIZED_R)
OP(cmp, eg, CMP, SIZED_READ) OP(cmp, ge, CMP, SIZED_READ) OP(cmp, ei, CMP, SIZED_READ) OP(cmp, ai, CMP, SIZED_R)

ALWAYS_INLINE void test_eg(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	x86_flags_logic(c, x86_get_e(c, i, size, mem) & x86_get_g(c, i, size), size);
}
SIZED_READ(test_eg)

ALWAYS_INLINE void test_ei(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	x86_flags_logic(c, x86_get_e(c, i, size, mem) & (u64)(s64)i->imm32, size);
}
SIZED_READ(test_ei)

ALWAYS_INLINE void test_ai(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	(void)mem;
	x86_flags_logic(c, x86_get_reg(c, R_AX, size) & (u64)(s64)i->imm32, size);
}
SIZED_R(test_ai)

ALWAYS_INLINE void not(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	struct x86_rmw m;
	u64 a = x86_begin_e(c, i, &m, size, mem);

	x86_end_e(c, i, &m, size, mem, ~a);
}
SIZED_RMW(not)

ALWAYS_INLINE void neg(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	struct x86_rmw m;
	u64 a = x86_begin_e(c, i, &m, size, mem), r = 0 - a;

	x86_end_e(c, i, &m, size, mem, r);
	x86_flags_sub(c, 0, a, r, size);
}
SIZED_RMW(neg)

ALWAYS_INLINE void inc(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	struct x86_rmw m;
	u64 a = x86_begin_e(c, i, &m, size, mem), r = a + 1;
	bool cf = x86_cf(c);

	x86_end_e(c, i, &m, size, mem, r);
	x86_flags_add(c, a, 1, r, size);
	x86_set_cf(c, cf);
}
SIZED_RMW(inc)

ALWAYS_INLINE void dec(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	struct x86_rmw m;
	u64 a = x86_begin_e(c, i, &m, size, mem), r = a - 1;
	bool cf = x86_cf(c);

	x86_end_e(c, i, &m, size, mem, r);
	x86_flags_sub(c, a, 1, r, size);
	x86_set_cf(c, cf);
}
SIZED_RMW(dec)

static const struct insn_row rows[] = {
	{"00 /r", "add Eb,Gb", SIZES(add_eg), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"01 /r", "add Ev,Gv", SIZES(add_eg), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"02 /r", "add Gb,Eb", SIZES(add_ge), .flags_out = FL_OSZAPC},
	{"03 /r", "add Gv,Ev", SIZES(add_ge), .flags_out = FL_OSZAPC},
	{"04 ib", "add al,Ib", SIZES_R(add_ai), .flags_out = FL_OSZAPC},
	{"05 iz", "add rax,sIz", SIZES_R(add_ai), .flags_out = FL_OSZAPC},
	{"08 /r", "or Eb,Gb", SIZES(or_eg), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"09 /r", "or Ev,Gv", SIZES(or_eg), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"0A /r", "or Gb,Eb", SIZES(or_ge), .flags_out = FL_OSZAPC},
	{"0B /r", "or Gv,Ev", SIZES(or_ge), .flags_out = FL_OSZAPC},
	{"0C ib", "or al,Ib", SIZES_R(or_ai), .flags_out = FL_OSZAPC},
	{"0D iz", "or rax,sIz", SIZES_R(or_ai), .flags_out = FL_OSZAPC},
	{"10 /r", "adc Eb,Gb", SIZES(adc_eg), .attr = LOCKABLE, .flags_in = FL_CF, .flags_out = FL_OSZAPC},
	{"11 /r", "adc Ev,Gv", SIZES(adc_eg), .attr = LOCKABLE, .flags_in = FL_CF, .flags_out = FL_OSZAPC},
	{"12 /r", "adc Gb,Eb", SIZES(adc_ge), .flags_in = FL_CF, .flags_out = FL_OSZAPC},
	{"13 /r", "adc Gv,Ev", SIZES(adc_ge), .flags_in = FL_CF, .flags_out = FL_OSZAPC},
	{"14 ib", "adc al,Ib", SIZES_R(adc_ai), .flags_in = FL_CF, .flags_out = FL_OSZAPC},
	{"15 iz", "adc rax,sIz", SIZES_R(adc_ai), .flags_in = FL_CF, .flags_out = FL_OSZAPC},
	{"18 /r", "sbb Eb,Gb", SIZES(sbb_eg), .attr = LOCKABLE, .flags_in = FL_CF, .flags_out = FL_OSZAPC},
	{"19 /r", "sbb Ev,Gv", SIZES(sbb_eg), .attr = LOCKABLE, .flags_in = FL_CF, .flags_out = FL_OSZAPC},
	{"1A /r", "sbb Gb,Eb", SIZES(sbb_ge), .flags_in = FL_CF, .flags_out = FL_OSZAPC},
	{"1B /r", "sbb Gv,Ev", SIZES(sbb_ge), .flags_in = FL_CF, .flags_out = FL_OSZAPC},
	{"1C ib", "sbb al,Ib", SIZES_R(sbb_ai), .flags_in = FL_CF, .flags_out = FL_OSZAPC},
	{"1D iz", "sbb rax,sIz", SIZES_R(sbb_ai), .flags_in = FL_CF, .flags_out = FL_OSZAPC},
	{"20 /r", "and Eb,Gb", SIZES(and_eg), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"21 /r", "and Ev,Gv", SIZES(and_eg), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"22 /r", "and Gb,Eb", SIZES(and_ge), .flags_out = FL_OSZAPC},
	{"23 /r", "and Gv,Ev", SIZES(and_ge), .flags_out = FL_OSZAPC},
	{"24 ib", "and al,Ib", SIZES_R(and_ai), .flags_out = FL_OSZAPC},
	{"25 iz", "and rax,sIz", SIZES_R(and_ai), .flags_out = FL_OSZAPC},
	{"28 /r", "sub Eb,Gb", SIZES(sub_eg), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"29 /r", "sub Ev,Gv", SIZES(sub_eg), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"2A /r", "sub Gb,Eb", SIZES(sub_ge), .flags_out = FL_OSZAPC},
	{"2B /r", "sub Gv,Ev", SIZES(sub_ge), .flags_out = FL_OSZAPC},
	{"2C ib", "sub al,Ib", SIZES_R(sub_ai), .flags_out = FL_OSZAPC},
	{"2D iz", "sub rax,sIz", SIZES_R(sub_ai), .flags_out = FL_OSZAPC},
	{"30 /r", "xor Eb,Gb", SIZES(xor_eg), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"31 /r", "xor Ev,Gv", SIZES(xor_eg), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"32 /r", "xor Gb,Eb", SIZES(xor_ge), .flags_out = FL_OSZAPC},
	{"33 /r", "xor Gv,Ev", SIZES(xor_ge), .flags_out = FL_OSZAPC},
	{"34 ib", "xor al,Ib", SIZES_R(xor_ai), .flags_out = FL_OSZAPC},
	{"35 iz", "xor rax,sIz", SIZES_R(xor_ai), .flags_out = FL_OSZAPC},
	{"38 /r", "cmp Eb,Gb", SIZES(cmp_eg), .flags_out = FL_OSZAPC},
	{"39 /r", "cmp Ev,Gv", SIZES(cmp_eg), .flags_out = FL_OSZAPC},
	{"3A /r", "cmp Gb,Eb", SIZES(cmp_ge), .flags_out = FL_OSZAPC},
	{"3B /r", "cmp Gv,Ev", SIZES(cmp_ge), .flags_out = FL_OSZAPC},
	{"3C ib", "cmp al,Ib", SIZES_R(cmp_ai), .flags_out = FL_OSZAPC},
	{"3D iz", "cmp rax,sIz", SIZES_R(cmp_ai), .flags_out = FL_OSZAPC},
	{"80 /0 ib", "add Eb,Ib", SIZES(add_ei), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"80 /1 ib", "or Eb,Ib", SIZES(or_ei), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"80 /2 ib", "adc Eb,Ib", SIZES(adc_ei), .attr = LOCKABLE, .flags_in = FL_CF, .flags_out = FL_OSZAPC},
	{"80 /3 ib", "sbb Eb,Ib", SIZES(sbb_ei), .attr = LOCKABLE, .flags_in = FL_CF, .flags_out = FL_OSZAPC},
	{"80 /4 ib", "and Eb,Ib", SIZES(and_ei), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"80 /5 ib", "sub Eb,Ib", SIZES(sub_ei), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"80 /6 ib", "xor Eb,Ib", SIZES(xor_ei), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"80 /7 ib", "cmp Eb,Ib", SIZES(cmp_ei), .flags_out = FL_OSZAPC},
	{"81 /0 iz", "add Ev,sIz", SIZES(add_ei), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"81 /1 iz", "or Ev,sIz", SIZES(or_ei), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"81 /2 iz", "adc Ev,sIz", SIZES(adc_ei), .attr = LOCKABLE, .flags_in = FL_CF, .flags_out = FL_OSZAPC},
	{"81 /3 iz", "sbb Ev,sIz", SIZES(sbb_ei), .attr = LOCKABLE, .flags_in = FL_CF, .flags_out = FL_OSZAPC},
	{"81 /4 iz", "and Ev,sIz", SIZES(and_ei), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"81 /5 iz", "sub Ev,sIz", SIZES(sub_ei), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"81 /6 iz", "xor Ev,sIz", SIZES(xor_ei), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"81 /7 iz", "cmp Ev,sIz", SIZES(cmp_ei), .flags_out = FL_OSZAPC},
	{"82 /0 ib", "add Eb,Ib", SIZES(add_ei), .attr = NO64 | LOCKABLE, .flags_out = FL_OSZAPC},
	{"82 /1 ib", "or Eb,Ib", SIZES(or_ei), .attr = NO64 | LOCKABLE, .flags_out = FL_OSZAPC},
	{"82 /2 ib", "adc Eb,Ib", SIZES(adc_ei), .attr = NO64 | LOCKABLE, .flags_in = FL_CF, .flags_out = FL_OSZAPC},
	{"82 /3 ib", "sbb Eb,Ib", SIZES(sbb_ei), .attr = NO64 | LOCKABLE, .flags_in = FL_CF, .flags_out = FL_OSZAPC},
	{"82 /4 ib", "and Eb,Ib", SIZES(and_ei), .attr = NO64 | LOCKABLE, .flags_out = FL_OSZAPC},
	{"82 /5 ib", "sub Eb,Ib", SIZES(sub_ei), .attr = NO64 | LOCKABLE, .flags_out = FL_OSZAPC},
	{"82 /6 ib", "xor Eb,Ib", SIZES(xor_ei), .attr = NO64 | LOCKABLE, .flags_out = FL_OSZAPC},
	{"82 /7 ib", "cmp Eb,Ib", SIZES(cmp_ei), .attr = NO64, .flags_out = FL_OSZAPC},
	{"83 /0 ib", "add Ev,sIb", SIZES(add_ei), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"83 /1 ib", "or Ev,sIb", SIZES(or_ei), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"83 /2 ib", "adc Ev,sIb", SIZES(adc_ei), .attr = LOCKABLE, .flags_in = FL_CF, .flags_out = FL_OSZAPC},
	{"83 /3 ib", "sbb Ev,sIb", SIZES(sbb_ei), .attr = LOCKABLE, .flags_in = FL_CF, .flags_out = FL_OSZAPC},
	{"83 /4 ib", "and Ev,sIb", SIZES(and_ei), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"83 /5 ib", "sub Ev,sIb", SIZES(sub_ei), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"83 /6 ib", "xor Ev,sIb", SIZES(xor_ei), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"83 /7 ib", "cmp Ev,sIb", SIZES(cmp_ei), .flags_out = FL_OSZAPC},
	{"84 /r", "test Eb,Gb", SIZES(test_eg), .flags_out = FL_OSZAPC},
	{"85 /r", "test Ev,Gv", SIZES(test_eg), .flags_out = FL_OSZAPC},
	{"A8 ib", "test al,Ib", SIZES_R(test_ai), .flags_out = FL_OSZAPC},
	{"A9 iz", "test rax,sIz", SIZES_R(test_ai), .flags_out = FL_OSZAPC},
	{"F6 /0 ib", "test Eb,Ib", SIZES(test_ei), .flags_out = FL_OSZAPC},
	{"F6 /1 ib", "test Eb,Ib", SIZES(test_ei), .flags_out = FL_OSZAPC}, /* AMD APM vol. 3, table A-6: as /0 */
	{"F7 /0 iz", "test Ev,sIz", SIZES(test_ei), .flags_out = FL_OSZAPC},
	{"F7 /1 iz", "test Ev,sIz", SIZES(test_ei), .flags_out = FL_OSZAPC},
	{"F6 /2", "not Eb", SIZES(not), .attr = LOCKABLE},
	{"F7 /2", "not Ev", SIZES(not), .attr = LOCKABLE},
	{"F6 /3", "neg Eb", SIZES(neg), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"F7 /3", "neg Ev", SIZES(neg), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"FE /0", "inc Eb", SIZES(inc), .attr = LOCKABLE, .flags_out = FL_OSZAPC & ~FL_CF},
	{"FF /0", "inc Ev", SIZES(inc), .attr = LOCKABLE, .flags_out = FL_OSZAPC & ~FL_CF},
	{"40+r", "inc Zv", SIZES(inc), .attr = NO64, .flags_out = FL_OSZAPC & ~FL_CF},
	{"FE /1", "dec Eb", SIZES(dec), .attr = LOCKABLE, .flags_out = FL_OSZAPC & ~FL_CF},
	{"FF /1", "dec Ev", SIZES(dec), .attr = LOCKABLE, .flags_out = FL_OSZAPC & ~FL_CF},
	{"48+r", "dec Zv", SIZES(dec), .attr = NO64, .flags_out = FL_OSZAPC & ~FL_CF},
};

const struct insn_group x86_group_alu = {
	"alu", rows, countof(rows), "Intel SDM vol. 2: ADC ADD AND CMP DEC INC NEG NOT OR SBB SUB TEST XOR",
};
