/* SPDX-License-Identifier: MIT */
/* x87 comparisons into C3 C2 C0 or EFLAGS, FXAM, and conditional moves. SDM vol. 2, each by its name; vol. 1, 8.3.6,
 * 8.1.3.2 and figure 8-5 for how the condition code maps onto the flags. */
#include "cpu/x86/x87_fast.h"

enum { SW_CC = SW_C0 | SW_C2 | SW_C3 };

/* One bit each for "below", "unordered" and "equal". */
static u16 order_cc(enum fp_order order)
{
	switch (order) {
	case FP_LESS:
		return SW_C0;
	case FP_EQUAL:
		return SW_C3;
	case FP_UNORDERED:
		return SW_CC;
	default:
		return 0;
	}
}

/* Numbers that need no second look: normal ones. */
ALWAYS_INLINE bool quick_order(struct f80 a, struct f80 b, enum fp_order *order)
{
	s32 ea = a.se & F80_MAX, eb = b.se & F80_MAX;
	bool less = ea != eb ? ea < eb : a.sig < b.sig, negative = a.se >> 15;

	if (unlikely(!(x87_normal(a) && x87_normal(b))))
		return false;
	if ((a.se ^ b.se) & 0x8000)
		*order = negative ? FP_LESS : FP_GREATER;
	else if (ea == eb && a.sig == b.sig)
		*order = FP_EQUAL;
	else
		*order = less != negative ? FP_LESS : FP_GREATER;
	return true;
}

/* False: an unmasked exception keeps the operands on the stack. The condition code or EFLAGS are set even then, which
 * SDM vol. 2, FCOM, denies for #IA and processors do. C1 stays as it is for FCOMI's sake. */
ALWAYS_INLINE bool compare(struct x86 *c, const struct insn *i, struct f80 b, bool denormal_in, bool signal,
	enum fp_order *order)
{
	struct f80 a = x87_get(c, x87_index(c, 0));
	struct fp_env e;

	if (likely(!denormal_in && quick_order(a, b, order)))
		return true;
	x87_env(c, &e);
	e.denormal_in = denormal_in;
	*order = f80_cmp(a, b, signal, &e);
	e.rounded_up = c->x87.sw & SW_C1;
	return x87_end(c, i, &e);
}

ALWAYS_INLINE void set_cc(struct x86 *c, enum fp_order order)
{
	c->x87.sw = (u16)((c->x87.sw & ~SW_CC) | order_cc(order));
}

/* ZF PF CF as COMISS does; OF SF AF are 0 (SDM vol. 1, appendix A). */
ALWAYS_INLINE void set_eflags(struct x86 *c, enum fp_order order)
{
	u16 cc = order_cc(order);

	x86_set_oszapc(c, (cc & SW_C0 ? FL_CF : 0) | (cc & SW_C2 ? FL_PF : 0) | (cc & SW_C3 ? FL_ZF : 0));
}

ALWAYS_INLINE void com_reg(struct x86 *c, const struct insn *i, bool signal, unsigned pops, bool eflags, unsigned n)
{
	unsigned sti = x87_index(c, n);
	enum fp_order order = FP_UNORDERED;
	bool done;

	if (!x87_ready(c))
		return;
	x87_note(c, i);
	if (!eflags)
		x87_clear_c1(c);
	if (unlikely(x87_empty(c, x87_index(c, 0)) || x87_empty(c, sti)))
		done = x87_underflow(c, i);
	else
		done = compare(c, i, x87_get(c, sti), false, signal, &order);
	if (eflags)
		set_eflags(c, order);
	else
		set_cc(c, order);
	for (unsigned n = 0; done && n < pops; n++)
		x87_pop(c);
}

#define STI(i) (i)->f[F_RM]
SIZED_X87(fcom, com_reg, true, 0, false, STI(i))
SIZED_X87(fcomp, com_reg, true, 1, false, STI(i))
SIZED_X87(fcompp, com_reg, true, 2, false, 1)
SIZED_X87(fucom, com_reg, false, 0, false, STI(i))
SIZED_X87(fucomp, com_reg, false, 1, false, STI(i))
SIZED_X87(fucompp, com_reg, false, 2, false, 1)
SIZED_X87(fcomi, com_reg, true, 0, true, STI(i))
SIZED_X87(fcomip, com_reg, true, 1, true, STI(i))
SIZED_X87(fucomi, com_reg, false, 0, true, STI(i))
SIZED_X87(fucomip, com_reg, false, 1, true, STI(i))

ALWAYS_INLINE void com_value(struct x86 *c, const struct insn *i, struct f80 b, bool denormal_in, unsigned pops)
{
	enum fp_order order = FP_UNORDERED;
	bool done;

	x87_clear_c1(c);
	if (unlikely(x87_empty(c, x87_index(c, 0))))
		done = x87_underflow(c, i);
	else
		done = compare(c, i, b, denormal_in, true, &order);
	set_cc(c, order);
	if (done && pops)
		x87_pop(c);
}

ALWAYS_INLINE void com_float(struct x86 *c, const struct insn *i, unsigned bytes, unsigned pops)
{
	struct fp_env e = { .rule = FP_RULE_X87 };

	if (!x87_ready(c))
		return;
	u64 ea = x86_ea(c, i), v = x86_read(c, i->f[F_SEG], ea, bytes);

	x87_note_memory(c, i, ea);
	struct f80 b = bytes == 4 ? f80_operand_f32((u32)v, &e) : f80_operand_f64(v, &e);

	com_value(c, i, b, e.denormal_in, pops);
}
SIZED_X87(fcom_m32, com_float, 4, 0)
SIZED_X87(fcom_m64, com_float, 8, 0)
SIZED_X87(fcomp_m32, com_float, 4, 1)
SIZED_X87(fcomp_m64, com_float, 8, 1)

ALWAYS_INLINE void com_int(struct x86 *c, const struct insn *i, unsigned bytes, unsigned pops)
{
	if (!x87_ready(c))
		return;
	u64 ea = x86_ea(c, i), v = x86_read(c, i->f[F_SEG], ea, bytes);

	x87_note_memory(c, i, ea);
	com_value(c, i, x87_from_s64(bytes == 2 ? (s16)v : (s32)v), false, pops);
}
SIZED_X87(ficom_i16, com_int, 2, 0)
SIZED_X87(ficom_i32, com_int, 4, 0)
SIZED_X87(ficomp_i16, com_int, 2, 1)
SIZED_X87(ficomp_i32, com_int, 4, 1)

static void ftst(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	if (!x87_ready(c))
		return;
	x87_note(c, i);
	com_value(c, i, f80_make(0, 0), false, 0);
}

/* C1 is the sign of an empty register too. */
static void fxam(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	unsigned st = x87_index(c, 0), class;
	struct f80 a = x87_get(c, st);

	if (!x87_ready(c))
		return;
	x87_note(c, i);
	class = x87_empty(c, st) ? F80_EMPTY : f80_classify(a);
	c->x87.sw &= (u16) ~(SW_CC | SW_C1);
	c->x87.sw |= (class & 4 ? SW_C3 : 0) | (class & 2 ? SW_C2 : 0) | (class & 1 ? SW_C0 : 0);
	c->x87.sw |= f80_sign(a) ? SW_C1 : 0;
}

/* ---- FCMOVcc ------------------------------------------------------------------------------------------------- */

ALWAYS_INLINE void fcmov(struct x86 *c, const struct insn *i, bool condition)
{
	unsigned st = x87_index(c, 0), sti = x87_index(c, i->f[F_RM]);

	if (!x87_ready(c))
		return;
	x87_note(c, i);
	if (unlikely(x87_empty(c, st) || x87_empty(c, sti))) {
		if (x87_underflow(c, i))
			x87_set(c, st, f80_indefinite());
		return;
	}
	if (condition)
		x87_put(c, st, x87_get(c, sti));
}

#define FLAG(f) f(x86_from(cpu))
SIZED_X87(fcmovb, fcmov, FLAG(x86_cf))
SIZED_X87(fcmove, fcmov, FLAG(x86_zf))
SIZED_X87(fcmovbe, fcmov, FLAG(x86_cf) || FLAG(x86_zf))
SIZED_X87(fcmovu, fcmov, FLAG(x86_pf))
SIZED_X87(fcmovnb, fcmov, !FLAG(x86_cf))
SIZED_X87(fcmovne, fcmov, !FLAG(x86_zf))
SIZED_X87(fcmovnbe, fcmov, !FLAG(x86_cf) && !FLAG(x86_zf))
SIZED_X87(fcmovnu, fcmov, !FLAG(x86_pf))

/* ---- rows ------------------------------------------------------------------------------------------------------ */

/* DC D0, DC D8 and DE D0 are what processors run there; AMD APM vol. 3, table A-15, lists them as reserved, the SDM
 * leaves them out. */
static const struct insn_row rows[] = {
	{"D8 D0+i", "fcom sti", SIZES1(fcom), .attr = X87},
	{"DC D0+i", "fcom2 sti", SIZES1(fcom), .attr = X87},
	{"D8 D8+i", "fcomp sti", SIZES1(fcomp), .attr = X87},
	{"DC D8+i", "fcomp3 sti", SIZES1(fcomp), .attr = X87},
	{"DE D0+i", "fcomp5 sti", SIZES1(fcomp), .attr = X87},
	{"DE D9", "fcompp", SIZES1(fcompp), .attr = X87},
	{"DD E0+i", "fucom sti", SIZES1(fucom), .attr = X87},
	{"DD E8+i", "fucomp sti", SIZES1(fucomp), .attr = X87},
	{"DA E9", "fucompp", SIZES1(fucompp), .attr = X87},
	{"D8 /2", "fcom f32", SIZES1(fcom_m32), .attr = X87},
	{"DC /2", "fcom f64", SIZES1(fcom_m64), .attr = X87},
	{"D8 /3", "fcomp f32", SIZES1(fcomp_m32), .attr = X87},
	{"DC /3", "fcomp f64", SIZES1(fcomp_m64), .attr = X87},
	{"DE /2", "ficom i16", SIZES1(ficom_i16), .attr = X87},
	{"DA /2", "ficom i32", SIZES1(ficom_i32), .attr = X87},
	{"DE /3", "ficomp i16", SIZES1(ficomp_i16), .attr = X87},
	{"DA /3", "ficomp i32", SIZES1(ficomp_i32), .attr = X87},
	{"DB F0+i", "fcomi st,sti", SIZES1(fcomi), .attr = X87, .feature = FEAT_CMOV},
	{"DF F0+i", "fcomip st,sti", SIZES1(fcomip), .attr = X87, .feature = FEAT_CMOV},
	{"DB E8+i", "fucomi st,sti", SIZES1(fucomi), .attr = X87, .feature = FEAT_CMOV},
	{"DF E8+i", "fucomip st,sti", SIZES1(fucomip), .attr = X87, .feature = FEAT_CMOV},
	{"D9 E4", "ftst", SIZES1(ftst), .attr = X87},
	{"D9 E5", "fxam", SIZES1(fxam), .attr = X87},
	{"DA C0+i", "fcmovb st,sti", SIZES1(fcmovb), .attr = X87, .feature = FEAT_CMOV},
	{"DA C8+i", "fcmove st,sti", SIZES1(fcmove), .attr = X87, .feature = FEAT_CMOV},
	{"DA D0+i", "fcmovbe st,sti", SIZES1(fcmovbe), .attr = X87, .feature = FEAT_CMOV},
	{"DA D8+i", "fcmovu st,sti", SIZES1(fcmovu), .attr = X87, .feature = FEAT_CMOV},
	{"DB C0+i", "fcmovnb st,sti", SIZES1(fcmovnb), .attr = X87, .feature = FEAT_CMOV},
	{"DB C8+i", "fcmovne st,sti", SIZES1(fcmovne), .attr = X87, .feature = FEAT_CMOV},
	{"DB D0+i", "fcmovnbe st,sti", SIZES1(fcmovnbe), .attr = X87, .feature = FEAT_CMOV},
	{"DB D8+i", "fcmovnu st,sti", SIZES1(fcmovnu), .attr = X87, .feature = FEAT_CMOV},
};

const struct insn_group x86_group_x87_compare = {
	"x87_compare", rows, countof(rows), "Intel SDM vol. 2: FCMOVcc FCOM FCOMI FICOM FTST FUCOM FXAM",
};
