/* SPDX-License-Identifier: MIT */
/* x87 arithmetic: the four operations in all their forms, and those on the top of the stack alone. SDM vol. 2, each by
 * its name; exceptions vol. 1, 8.5; what a masked stack fault leaves behind: vol. 1, 8.5.1.1. */
#include "cpu/x86/x87_fast.h"

#define F80_QUICK bool (*quick)(u16, struct f80, struct f80, struct x87_quick *)

/* ---- ST(i) op ST(j), ST op memory ------------------------------------------------------------------------- */

/* What to do with the result: a physical register, and these. */
enum { TO_REGISTER = 7, FLIPPED = 8, POP = 16, DENORMAL_IN = 32 };

/* FLIPPED: b op a, for FSUBR and FDIVR. DENORMAL_IN: as in fp_env. */
COLD static void arith_rest(struct x86 *c, const struct insn *i, struct f80 a, struct f80 b, unsigned how, F80_BINARY)
{
	struct fp_env e;
	struct f80 r;

	x87_env(c, &e);
	e.denormal_in = how & DENORMAL_IN;
	r = how & FLIPPED ? f(b, a, &e) : f(a, b, &e);
	if (!x87_end(c, i, &e))
		return;
	x87_put(c, how & TO_REGISTER, r);
	if (how & POP)
		x87_pop(c);
}

COLD static void arith_empty(struct x86 *c, const struct insn *i, unsigned to, bool pop)
{
	if (!x87_underflow(c, i))
		return;
	x87_set(c, to, f80_indefinite());
	if (pop)
		x87_pop(c);
}

ALWAYS_INLINE void arith(struct x86 *c, const struct insn *i, struct f80 a, struct f80 b, unsigned how, F80_QUICK,
	F80_BINARY)
{
	bool flipped = how & FLIPPED;
	struct x87_quick q;

	if (unlikely(how & DENORMAL_IN || !(flipped ? quick(c->x87.cw, b, a, &q) : quick(c->x87.cw, a, b, &q)))) {
		arith_rest(c, i, a, b, how, f);
		return;
	}
	x87_put(c, how & TO_REGISTER, q.v);
	c->x87.sw = (u16)((c->x87.sw & ~SW_C1) | q.sw);
	if (how & POP)
		x87_pop(c);
}

/* With to_sti, ST(i) is the first operand and the destination, else ST. */
ALWAYS_INLINE void arith_reg(struct x86 *c, const struct insn *i, F80_QUICK, F80_BINARY, unsigned how, bool to_sti)
{
	unsigned st = x87_index(c, 0), sti = x87_index(c, i->f[F_RM]), to = to_sti ? sti : st;

	if (!x87_ready(c))
		return;
	x87_note(c, i);
	if (unlikely(x87_empty(c, st) || x87_empty(c, sti))) {
		arith_empty(c, i, to, how & POP);
		return;
	}
	arith(c, i, x87_get(c, to), x87_get(c, to_sti ? st : sti), how | to, quick, f);
}

enum operand { M_F32, M_F64, M_I16, M_I32 };

ALWAYS_INLINE unsigned operand_bytes(enum operand kind)
{
	return kind == M_I16 ? 2 : kind == M_F64 ? 8 : 4;
}

/* A memory operand that is not a plain number. */
COLD static void arith_rest_mem(struct x86 *c, const struct insn *i, u64 v, enum operand kind, unsigned how, F80_BINARY)
{
	struct fp_env e = { .rule = FP_RULE_X87 };
	struct f80 b = kind == M_F32 ? f80_operand_f32((u32)v, &e) : f80_operand_f64(v, &e);

	arith_rest(c, i, x87_get(c, how & TO_REGISTER), b, how | (e.denormal_in ? DENORMAL_IN : 0), f);
}

ALWAYS_INLINE bool operand(u64 v, enum operand kind, struct f80 *r)
{
	if (kind == M_F32)
		return x87_quick_from_f32((u32)v, r);
	if (kind == M_F64)
		return x87_quick_from_f64(v, r);
	*r = x87_from_s64(kind == M_I16 ? (s16)v : (s32)v);
	return true;
}

ALWAYS_INLINE void arith_mem(struct x86 *c, const struct insn *i, F80_QUICK, F80_BINARY, unsigned how,
	enum operand kind)
{
	unsigned st = x87_index(c, 0);
	struct f80 b;

	if (!x87_ready(c))
		return;
	u64 ea = x86_ea(c, i), v = x86_read(c, i->f[F_SEG], ea, operand_bytes(kind));

	x87_note_memory(c, i, ea);
	if (unlikely(x87_empty(c, st)))
		arith_empty(c, i, st, false);
	else if (unlikely(!operand(v, kind, &b)))
		arith_rest_mem(c, i, v, kind, how | st, f);
	else
		arith(c, i, x87_get(c, st), b, how | st, quick, f);
}

/* name_st: ST op= ST(i); name_sti: ST(i) op= ST; name_p: and pop; then the four operands in memory. */
#define SIZED_REGS(name, quick, f, how) \
	SIZED_X87(name##_st, arith_reg, quick, f, how, false) \
	SIZED_X87(name##_sti, arith_reg, quick, f, how, true) \
	SIZED_X87(name##_p, arith_reg, quick, f, (how) | POP, true)
#define SIZED_MEMORY(name, quick, f, how) \
	SIZED_X87(name##_m32, arith_mem, quick, f, how, M_F32) \
	SIZED_X87(name##_m64, arith_mem, quick, f, how, M_F64) \
	SIZED_X87(name##_i16, arith_mem, quick, f, how, M_I16) \
	SIZED_X87(name##_i32, arith_mem, quick, f, how, M_I32)
#define SIZED_ARITH(name, quick, f, how) SIZED_REGS(name, quick, f, how) SIZED_MEMORY(name, quick, f, how)

SIZED_ARITH(fadd, x87_quick_add, f80_add, 0)
SIZED_ARITH(fmul, x87_quick_mul, f80_mul, 0)
SIZED_ARITH(fsub, x87_quick_sub, f80_sub, 0)
SIZED_ARITH(fsubr, x87_quick_sub, f80_sub, FLIPPED)
SIZED_ARITH(fdiv, x87_quick_div, f80_div, 0)
SIZED_ARITH(fdivr, x87_quick_div, f80_div, FLIPPED)

/* ---- ST alone ------------------------------------------------------------------------------------------------ */

ALWAYS_INLINE void unary(struct x86 *c, const struct insn *i, F80_UNARY)
{
	unsigned st = x87_index(c, 0);
	struct fp_env e;

	if (!x87_ready(c))
		return;
	x87_note(c, i);
	if (unlikely(x87_empty(c, st))) {
		arith_empty(c, i, st, false);
		return;
	}
	x87_env(c, &e);
	struct f80 r = f(x87_get(c, st), &e);

	if (x87_end(c, i, &e))
		x87_put(c, st, r);
}
SIZED_X87(fsqrt, unary, f80_sqrt)
SIZED_X87(frndint, unary, f80_round_int)

/* FCHS, FABS: nothing but the sign, whatever is in the register. */
ALWAYS_INLINE void sign(struct x86 *c, const struct insn *i, u16 keep, u16 flip)
{
	unsigned st = x87_index(c, 0);

	if (!x87_ready(c))
		return;
	x87_note(c, i);
	if (unlikely(x87_empty(c, st))) {
		arith_empty(c, i, st, false);
		return;
	}
	x87_clear_c1(c);
	c->x87.r[st].se = (c->x87.r[st].se & keep) ^ flip;
}
SIZED_X87(fchs, sign, 0xffff, 0x8000)
SIZED_X87(fabs_st, sign, 0x7fff, 0)

/* ---- ST and ST(1) ---------------------------------------------------------------------------------------------- */

static void fscale(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	unsigned st = x87_index(c, 0), st1 = x87_index(c, 1);
	struct fp_env e;
	struct f80 r;

	if (!x87_ready(c))
		return;
	x87_note(c, i);
	if (x87_empty(c, st) || x87_empty(c, st1)) {
		arith_empty(c, i, st, false);
		return;
	}
	x87_env(c, &e);
	r = f80_scale(x87_get(c, st), x87_get(c, st1), &e);
	if (x87_end(c, i, &e))
		x87_put(c, st, r);
}

/* C2: not done yet. Else C0 C3 C1 are the quotient's low bits (SDM vol. 2, FPREM). */
ALWAYS_INLINE void remainder_of(struct x86 *c, const struct insn *i, bool nearest)
{
	unsigned st = x87_index(c, 0), st1 = x87_index(c, 1);
	struct fp_env e;
	struct f80_rem r;
	u16 cc;

	if (!x87_ready(c))
		return;
	x87_note(c, i);
	if (x87_empty(c, st) || x87_empty(c, st1)) {
		c->x87.sw &= (u16)~SW_C2;
		arith_empty(c, i, st, false);
		return;
	}
	x87_env(c, &e);
	r = f80_remainder(x87_get(c, st), x87_get(c, st1), nearest, &e);
	e.rounded_up = false;
	c->x87.sw &= (u16)~SW_C2;
	cc = (r.partial ? SW_C2 : 0) | (r.quotient & 4 ? SW_C0 : 0) | (r.quotient & 2 ? SW_C3 : 0);
	cc |= r.quotient & 1 ? SW_C1 : 0;
	if (!x87_end(c, i, &e))
		return;
	if (!r.no_quotient)
		c->x87.sw = (u16)((c->x87.sw & ~(SW_C0 | SW_C3)) | cc);
	c->x87.r[st] = r.value;
}
SIZED_X87(fprem, remainder_of, false)
SIZED_X87(fprem1, remainder_of, true)

/* ST becomes the exponent, then the significand is pushed; a stack fault makes both indefinite. */
static void fxtract(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	unsigned st = x87_index(c, 0);
	bool empty = x87_empty(c, st);
	struct f80 exponent, significand;
	struct fp_env e;

	if (!x87_ready(c))
		return;
	x87_note(c, i);
	if (empty || !x87_empty(c, x87_index(c, 7))) {
		if (!(empty ? x87_underflow(c, i) : x87_overflow(c, i)))
			return;
		exponent = significand = f80_indefinite();
	} else {
		x87_env(c, &e);
		exponent = f80_extract(x87_get(c, st), &significand, &e);
		if (!x87_end(c, i, &e))
			return;
	}
	x87_set(c, st, exponent);
	x87_push(c, significand);
}

/* ---- rows ------------------------------------------------------------------------------------------------------ */

static const struct insn_row rows[] = {
	{"D8 C0+i", "fadd st,sti", SIZES1(fadd_st), .attr = X87},
	{"DC C0+i", "fadd sti,st", SIZES1(fadd_sti), .attr = X87},
	{"DE C0+i", "faddp sti,st", SIZES1(fadd_p), .attr = X87},
	{"D8 /0", "fadd f32", SIZES1(fadd_m32), .attr = X87},
	{"DC /0", "fadd f64", SIZES1(fadd_m64), .attr = X87},
	{"DE /0", "fiadd i16", SIZES1(fadd_i16), .attr = X87},
	{"DA /0", "fiadd i32", SIZES1(fadd_i32), .attr = X87},
	{"D8 C8+i", "fmul st,sti", SIZES1(fmul_st), .attr = X87},
	{"DC C8+i", "fmul sti,st", SIZES1(fmul_sti), .attr = X87},
	{"DE C8+i", "fmulp sti,st", SIZES1(fmul_p), .attr = X87},
	{"D8 /1", "fmul f32", SIZES1(fmul_m32), .attr = X87},
	{"DC /1", "fmul f64", SIZES1(fmul_m64), .attr = X87},
	{"DE /1", "fimul i16", SIZES1(fmul_i16), .attr = X87},
	{"DA /1", "fimul i32", SIZES1(fmul_i32), .attr = X87},
	{"D8 E0+i", "fsub st,sti", SIZES1(fsub_st), .attr = X87},
	{"DC E8+i", "fsub sti,st", SIZES1(fsub_sti), .attr = X87},
	{"DE E8+i", "fsubp sti,st", SIZES1(fsub_p), .attr = X87},
	{"D8 /4", "fsub f32", SIZES1(fsub_m32), .attr = X87},
	{"DC /4", "fsub f64", SIZES1(fsub_m64), .attr = X87},
	{"DE /4", "fisub i16", SIZES1(fsub_i16), .attr = X87},
	{"DA /4", "fisub i32", SIZES1(fsub_i32), .attr = X87},
	{"D8 E8+i", "fsubr st,sti", SIZES1(fsubr_st), .attr = X87},
	{"DC E0+i", "fsubr sti,st", SIZES1(fsubr_sti), .attr = X87},
	{"DE E0+i", "fsubrp sti,st", SIZES1(fsubr_p), .attr = X87},
	{"D8 /5", "fsubr f32", SIZES1(fsubr_m32), .attr = X87},
	{"DC /5", "fsubr f64", SIZES1(fsubr_m64), .attr = X87},
	{"DE /5", "fisubr i16", SIZES1(fsubr_i16), .attr = X87},
	{"DA /5", "fisubr i32", SIZES1(fsubr_i32), .attr = X87},
	{"D8 F0+i", "fdiv st,sti", SIZES1(fdiv_st), .attr = X87},
	{"DC F8+i", "fdiv sti,st", SIZES1(fdiv_sti), .attr = X87},
	{"DE F8+i", "fdivp sti,st", SIZES1(fdiv_p), .attr = X87},
	{"D8 /6", "fdiv f32", SIZES1(fdiv_m32), .attr = X87},
	{"DC /6", "fdiv f64", SIZES1(fdiv_m64), .attr = X87},
	{"DE /6", "fidiv i16", SIZES1(fdiv_i16), .attr = X87},
	{"DA /6", "fidiv i32", SIZES1(fdiv_i32), .attr = X87},
	{"D8 F8+i", "fdivr st,sti", SIZES1(fdivr_st), .attr = X87},
	{"DC F0+i", "fdivr sti,st", SIZES1(fdivr_sti), .attr = X87},
	{"DE F0+i", "fdivrp sti,st", SIZES1(fdivr_p), .attr = X87},
	{"D8 /7", "fdivr f32", SIZES1(fdivr_m32), .attr = X87},
	{"DC /7", "fdivr f64", SIZES1(fdivr_m64), .attr = X87},
	{"DE /7", "fidivr i16", SIZES1(fdivr_i16), .attr = X87},
	{"DA /7", "fidivr i32", SIZES1(fdivr_i32), .attr = X87},
	{"D9 E0", "fchs", SIZES1(fchs), .attr = X87},
	{"D9 E1", "fabs", SIZES1(fabs_st), .attr = X87},
	{"D9 F4", "fxtract", SIZES1(fxtract), .attr = X87},
	{"D9 F5", "fprem1", SIZES1(fprem1), .attr = X87},
	{"D9 F8", "fprem", SIZES1(fprem), .attr = X87},
	{"D9 FA", "fsqrt", SIZES1(fsqrt), .attr = X87},
	{"D9 FC", "frndint", SIZES1(frndint), .attr = X87},
	{"D9 FD", "fscale", SIZES1(fscale), .attr = X87},
};

const struct insn_group x86_group_x87_arith = {
	"x87_arith", rows, countof(rows),
	"Intel SDM vol. 2: FABS FADD FCHS FDIV FDIVR FMUL FPREM FPREM1 FRNDINT FSCALE FSQRT FSUB FSUBR FXTRACT",
};
