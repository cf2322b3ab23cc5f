/* SPDX-License-Identifier: MIT */
/* x87 arithmetic: the four operations in all their forms, and those on the top of the stack alone. SDM vol. 2, each by its
 * name; exceptions vol. 1, 8.5; what a masked stack fault leaves behind: vol. 1, 8.5.1.1. */
#include "cpu/x86/x87_fast.h"

#define F80_QUICK bool (*quick)(u16, struct f80, struct f80, struct x87_quick *)

/* ---- ST(i) op ST(j), ST op memory ------------------------------------------------------------------------- */

/* Registers by their physical numbers; `flipped`: b op a, for FSUBR and FDIVR. */
struct arith {
	struct f80 a, b;
	unsigned to;
	bool flipped, pop, denormal_in;
};

COLD static void arith_rest(struct x86 *c, const struct insn *i, const struct arith *o, F80_BINARY)
{
	struct fp_env e;
	struct f80 r;

	x87_env(c, &e);
	e.denormal_in = o->denormal_in;
	r = o->flipped ? f(o->b, o->a, &e) : f(o->a, o->b, &e);
	if (!x87_end(c, i, &e))
		return;
	x87_set(c, o->to, r);
	if (o->pop)
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

ALWAYS_INLINE void arith(struct x86 *c, const struct insn *i, const struct arith *o, F80_QUICK, F80_BINARY)
{
	struct f80 a = o->flipped ? o->b : o->a, b = o->flipped ? o->a : o->b;
	struct x87_quick q;

	if (unlikely(o->denormal_in || !quick(c->x87.cw, a, b, &q))) {
		arith_rest(c, i, o, f);
		return;
	}
	c->x87.r[o->to] = q.v;
	c->x87.sw = (u16)((c->x87.sw & ~SW_C1) | q.sw);
	if (o->pop)
		x87_pop(c);
}

/* With to_sti, ST(i) is the first operand and the destination, else ST. */
ALWAYS_INLINE void arith_reg(struct x86 *c, const struct insn *i, F80_QUICK, F80_BINARY, bool flipped, bool to_sti, bool pop)
{
	unsigned st = x87_index(c, 0), sti = x87_index(c, i->f[F_RM]), to = to_sti ? sti : st;

	if (!x87_ready(c))
		return;
	x87_note(c, i);
	if (unlikely(x87_empty(c, st) || x87_empty(c, sti))) {
		arith_empty(c, i, to, pop);
		return;
	}
	struct arith o = { .to = to, .flipped = flipped, .pop = pop };

	o.a = c->x87.r[to];
	o.b = c->x87.r[to_sti ? st : sti];
	arith(c, i, &o, quick, f);
}

/* An operand that is not a plain number. */
COLD static struct f80 operand_rest(u64 v, unsigned bytes, bool *denormal)
{
	struct fp_env e = { .rule = FP_RULE_X87 };
	struct f80 r = bytes == 4 ? f80_operand_f32((u32)v, &e) : f80_operand_f64(v, &e);

	*denormal = e.denormal_in;
	return r;
}

enum operand { M_F32, M_F64, M_I16, M_I32 };

ALWAYS_INLINE unsigned operand_bytes(enum operand kind)
{
	return kind == M_I16 ? 2 : kind == M_F64 ? 8 : 4;
}

ALWAYS_INLINE struct f80 operand(u64 v, enum operand kind, bool *denormal)
{
	struct f80 r;

	switch (kind) {
	case M_F32:
		return likely(x87_quick_from_f32((u32)v, &r)) ? r : operand_rest(v, 4, denormal);
	case M_F64:
		return likely(x87_quick_from_f64(v, &r)) ? r : operand_rest(v, 8, denormal);
	case M_I16:
		return f80_from_s64((s16)v);
	default:
		return f80_from_s64((s32)v);
	}
}

ALWAYS_INLINE void arith_mem(struct x86 *c, const struct insn *i, F80_QUICK, F80_BINARY, bool flipped, enum operand kind)
{
	struct arith o = { .to = x87_index(c, 0), .flipped = flipped };

	if (!x87_ready(c))
		return;
	u64 ea = x86_ea(c, i), v = x86_read(c, i->f[F_SEG], ea, operand_bytes(kind));

	x87_note_memory(c, i, ea);
	if (unlikely(x87_empty(c, o.to))) {
		arith_empty(c, i, o.to, false);
		return;
	}
	o.a = c->x87.r[o.to];
	o.b = operand(v, kind, &o.denormal_in);
	arith(c, i, &o, quick, f);
}

/* name_st: ST op= ST(i); name_sti: ST(i) op= ST; name_p: and pop; then the four operands in memory. */
#define SIZED_REGS(name, quick, f, flipped) \
	SIZED_X87(name##_st, arith_reg, quick, f, flipped, false, false) \
	SIZED_X87(name##_sti, arith_reg, quick, f, flipped, true, false) \
	SIZED_X87(name##_p, arith_reg, quick, f, flipped, true, true)
#define SIZED_MEMORY(name, quick, f, flipped) \
	SIZED_X87(name##_m32, arith_mem, quick, f, flipped, M_F32) \
	SIZED_X87(name##_m64, arith_mem, quick, f, flipped, M_F64) \
	SIZED_X87(name##_i16, arith_mem, quick, f, flipped, M_I16) \
	SIZED_X87(name##_i32, arith_mem, quick, f, flipped, M_I32)
#define SIZED_ARITH(name, quick, f, flipped) SIZED_REGS(name, quick, f, flipped) SIZED_MEMORY(name, quick, f, flipped)

SIZED_ARITH(fadd, x87_quick_add, f80_add, false)
SIZED_ARITH(fmul, x87_quick_mul, f80_mul, false)
SIZED_ARITH(fsub, x87_quick_sub, f80_sub, false)
SIZED_ARITH(fsubr, x87_quick_sub, f80_sub, true)
SIZED_ARITH(fdiv, x87_quick_div, f80_div, false)
SIZED_ARITH(fdivr, x87_quick_div, f80_div, true)

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
	struct f80 r = f(c->x87.r[st], &e);

	if (x87_end(c, i, &e))
		c->x87.r[st] = r;
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
	r = f80_scale(c->x87.r[st], c->x87.r[st1], &e);
	if (x87_end(c, i, &e))
		c->x87.r[st] = r;
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
	r = f80_remainder(c->x87.r[st], c->x87.r[st1], nearest, &e);
	e.rounded_up = false;
	c->x87.sw &= (u16)~SW_C2;
	cc = (r.partial ? SW_C2 : 0) | (r.quotient & 4 ? SW_C0 : 0) | (r.quotient & 2 ? SW_C3 : 0) | (r.quotient & 1 ? SW_C1 : 0);
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
		exponent = f80_extract(c->x87.r[st], &significand, &e);
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
