/* SPDX-License-Identifier: MIT */
/* x87 transcendental instructions: stack handling around the functions of cpu/fp. SDM vol. 2, each by its name; vol. 1,
 * 8.3.7 to 8.3.10. */
#include "cpu/x86/x87.h"

/* ---- one operand, one result ------------------------------------------------------------------------------------- */

static bool underflow_to(struct x86 *c, const struct insn *i, unsigned to)
{
	if (!x87_underflow(c, i))
		return false;
	x87_set(c, to, f80_indefinite());
	return true;
}

static void f2xm1(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	unsigned st = x87_index(c, 0);
	struct fp_env e;
	struct f80 r;

	if (!x87_ready(c))
		return;
	x87_note(c, i);
	if (x87_empty(c, st)) {
		underflow_to(c, i, st);
		return;
	}
	x87_env(c, &e);
	r = f80_f2xm1(x87_get(c, st), &e);
	if (x87_end(c, i, &e))
		x87_put(c, st, r);
}

/* C2: the argument is out of range, nothing was done. */
static void set_c2(struct x86 *c, bool out_of_range)
{
	c->x87.sw = (u16)((c->x87.sw & ~SW_C2) | (out_of_range ? SW_C2 : 0));
}

ALWAYS_INLINE void sine(struct x86 *c, const struct insn *i, bool (*f)(struct f80, struct f80 *, struct fp_env *))
{
	unsigned st = x87_index(c, 0);
	struct fp_env e;
	struct f80 r;
	bool done;

	if (!x87_ready(c))
		return;
	x87_note(c, i);
	if (x87_empty(c, st)) {
		set_c2(c, false);
		underflow_to(c, i, st);
		return;
	}
	x87_env(c, &e);
	done = f(x87_get(c, st), &r, &e);
	set_c2(c, !done);
	if (x87_end(c, i, &e) && done)
		x87_put(c, st, r);
}
SIZED_X87(fsin, sine, f80_sin)
SIZED_X87(fcos, sine, f80_cos)

/* ---- two results: the second one is pushed --------------------------------------------------------------------- */

ALWAYS_INLINE void two_results(struct x86 *c, const struct insn *i,
	bool (*f)(struct f80, struct f80 *, struct f80 *, struct fp_env *))
{
	unsigned st = x87_index(c, 0);
	struct f80 r = f80_indefinite(), pushed = r;
	bool empty = x87_empty(c, st), done = true;
	struct fp_env e;

	if (!x87_ready(c))
		return;
	x87_note(c, i);
	if (empty || !x87_empty(c, x87_index(c, 7))) {
		set_c2(c, false);
		if (!(empty ? x87_underflow(c, i) : x87_overflow(c, i)))
			return;
	} else {
		x87_env(c, &e);
		done = f(x87_get(c, st), &r, &pushed, &e);
		set_c2(c, !done);
		if (!x87_end(c, i, &e))
			return;
	}
	if (!done)
		return;
	x87_set(c, st, r);
	x87_push(c, pushed);
}
SIZED_X87(fsincos, two_results, f80_sincos)
SIZED_X87(fptan, two_results, f80_tan)

/* ---- ST(1) = f(ST, ST(1)), pop -------------------------------------------------------------------------------- */

ALWAYS_INLINE void two_operands(struct x86 *c, const struct insn *i, F80_BINARY)
{
	unsigned st = x87_index(c, 0), st1 = x87_index(c, 1);
	struct fp_env e;

	if (!x87_ready(c))
		return;
	x87_note(c, i);
	if (x87_empty(c, st) || x87_empty(c, st1)) {
		if (underflow_to(c, i, st1))
			x87_pop(c);
		return;
	}
	x87_env(c, &e);
	struct f80 r = f(x87_get(c, st), x87_get(c, st1), &e);

	if (!x87_end(c, i, &e))
		return;
	x87_put(c, st1, r);
	x87_pop(c);
}
SIZED_X87(fyl2x, two_operands, f80_yl2x)
SIZED_X87(fyl2xp1, two_operands, f80_yl2xp1)
SIZED_X87(fpatan, two_operands, f80_patan)

static const struct insn_row rows[] = {
	{"D9 F0", "f2xm1", SIZES1(f2xm1), .attr = X87},
	{"D9 F1", "fyl2x", SIZES1(fyl2x), .attr = X87},
	{"D9 F2", "fptan", SIZES1(fptan), .attr = X87},
	{"D9 F3", "fpatan", SIZES1(fpatan), .attr = X87},
	{"D9 F9", "fyl2xp1", SIZES1(fyl2xp1), .attr = X87},
	{"D9 FB", "fsincos", SIZES1(fsincos), .attr = X87},
	{"D9 FE", "fsin", SIZES1(fsin), .attr = X87},
	{"D9 FF", "fcos", SIZES1(fcos), .attr = X87},
};

const struct insn_group x86_group_x87_trans = {
	"x87_trans", rows, countof(rows), "Intel SDM vol. 2: F2XM1 FCOS FPATAN FPTAN FSIN FSINCOS FYL2X FYL2XP1",
};
