/* SPDX-License-Identifier: MIT */
/* x87 loads, stores, constants and what only touches the stack. SDM vol. 2, each by its name; vol. 1, 8.3.3 and 8.3.4;
 * masked stack faults and invalid conversions: vol. 1, 8.5.1 and tables 4-4, 4-13. */
#include "cpu/x86/x87_fast.h"

/* ---- pushing --------------------------------------------------------------------------------------------------- */

/* Is there no room? Then the fault is dealt with. */
ALWAYS_INLINE bool overflowed(struct x86 *c, const struct insn *i)
{
	if (likely(x87_empty(c, x87_index(c, 7))))
		return false;
	if (x87_overflow(c, i))
		x87_push(c, f80_indefinite());
	return true;
}

ALWAYS_INLINE void push_exact(struct x86 *c, const struct insn *i, struct f80 v)
{
	if (unlikely(overflowed(c, i)))
		return;
	x87_clear_c1(c);
	x87_push(c, v);
}

/* An unmasked DE does not keep the value from being pushed (f80.h). */
COLD static void push_rest(struct x86 *c, const struct insn *i, u64 v, unsigned bytes)
{
	struct fp_env e;
	struct f80 r;

	x87_env(c, &e);
	r = bytes == 4 ? f80_from_f32((u32)v, &e) : f80_from_f64(v, &e);
	if (x87_end_unless(c, i, &e, FP_IE))
		x87_push(c, r);
}

ALWAYS_INLINE void fld(struct x86 *c, const struct insn *i, unsigned bytes)
{
	struct f80 r;

	if (!x87_ready(c))
		return;
	u64 ea = x86_ea(c, i), v = x86_read(c, i->f[F_SEG], ea, bytes);

	x87_note_memory(c, i, ea);
	if (unlikely(overflowed(c, i)))
		return;
	if (unlikely(!(bytes == 4 ? x87_quick_from_f32((u32)v, &r) : x87_quick_from_f64(v, &r)))) {
		push_rest(c, i, v, bytes);
		return;
	}
	x87_clear_c1(c);
	x87_push(c, r);
}
SIZED_X87(fld_m32, fld, 4)
SIZED_X87(fld_m64, fld, 8)

ALWAYS_INLINE struct f80 widen(u64 v, unsigned bytes)
{
	return x87_from_s64(bytes == 2 ? (s16)v : bytes == 4 ? (s32)v : (s64)v);
}

ALWAYS_INLINE void fild(struct x86 *c, const struct insn *i, unsigned bytes)
{
	if (!x87_ready(c))
		return;
	u64 ea = x86_ea(c, i), v = x86_read(c, i->f[F_SEG], ea, bytes);

	x87_note_memory(c, i, ea);
	push_exact(c, i, widen(v, bytes));
}
SIZED_X87(fild_i16, fild, 2)
SIZED_X87(fild_i32, fild, 4)
SIZED_X87(fild_i64, fild, 8)

/* FLD m80, FBLD */
ALWAYS_INLINE void fld_ten(struct x86 *c, const struct insn *i, bool bcd)
{
	u8 p[10];
	u64 ea;

	if (!x87_ready(c))
		return;
	ea = x86_ea(c, i);
	x86_read_bytes(c, i->f[F_SEG], ea, p, sizeof(p));
	x87_note_memory(c, i, ea);
	push_exact(c, i, bcd ? f80_from_bcd(p) : f80_make(load_le16(p + 8), load_le64(p)));
}
SIZED_X87(fld_m80, fld_ten, false)
SIZED_X87(fbld, fld_ten, true)

static void fld_sti(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	unsigned sti = x87_index(c, i->f[F_RM]);

	if (!x87_ready(c))
		return;
	x87_note(c, i);
	if (unlikely(x87_empty(c, sti))) {
		if (x87_underflow(c, i))
			x87_push(c, f80_indefinite());
		return;
	}
	push_exact(c, i, x87_get(c, sti));
}

ALWAYS_INLINE void constant(struct x86 *c, const struct insn *i, enum f80_const which)
{
	struct fp_env e = { .round = c->x87.cw >> CW_RC_SHIFT & 3 };

	if (!x87_ready(c))
		return;
	x87_note(c, i);
	push_exact(c, i, which == F80_ONE ? f80_make(F80_BIAS, 1ull << 63) : which == F80_PLUS_ZERO ? f80_make(0, 0) :
		f80_constant(which, &e));
}
SIZED_X87(fld1, constant, F80_ONE)
SIZED_X87(fldl2t, constant, F80_L2T)
SIZED_X87(fldl2e, constant, F80_L2E)
SIZED_X87(fldpi, constant, F80_PI)
SIZED_X87(fldlg2, constant, F80_LG2)
SIZED_X87(fldln2, constant, F80_LN2)
SIZED_X87(fldz, constant, F80_PLUS_ZERO)

/* ---- storing --------------------------------------------------------------------------------------------------- */

enum { POP = 1, TRUNCATE = 2 };
enum store { TO_F32, TO_F64, TO_I16, TO_I32, TO_I64 };

ALWAYS_INLINE unsigned store_bytes(enum store kind)
{
	return kind == TO_I16 ? 2 : kind == TO_F32 || kind == TO_I32 ? 4 : 8;
}

ALWAYS_INLINE u64 indefinite(enum store kind)
{
	return kind == TO_F32 ? F32_INDEFINITE : kind == TO_F64 ? F64_INDEFINITE : 1ull << (store_bytes(kind) * 8 - 1);
}

ALWAYS_INLINE u64 convert(struct f80 a, enum store kind, unsigned round, struct fp_env *e)
{
	switch (kind) {
	case TO_F32:
		return f80_to_f32(a, e);
	case TO_F64:
		return f80_to_f64(a, e);
	case TO_I16:
		return (u16)f80_to_s16(a, round, e);
	case TO_I32:
		return (u32)f80_to_s32(a, round, e);
	default:
		return (u64)f80_to_s64(a, round, e);
	}
}

/* An unmasked exception that leaves memory as it is: it is not even looked at, so there is no page fault. For integers
 * and BCD only IE is of that kind (SDM vol. 1, 8.5.1.2), for m32 and m64 also OE and UE (8.5.4, 8.5.5). */
COLD static void store_nothing(struct x86 *c, const struct insn *i, u64 ea)
{
	x87_note_memory(c, i, ea);
}

COLD static void store_empty(struct x86 *c, const struct insn *i, u64 ea, unsigned bytes, u64 v, unsigned how)
{
	if (!(c->x87.cw & FP_IE)) {
		store_nothing(c, i, ea);
		x87_underflow(c, i);
		return;
	}
	x86_write(c, i->f[F_SEG], ea, bytes, v);
	x87_note_memory(c, i, ea);
	x87_underflow(c, i);
	if (how & POP)
		x87_pop(c);
}

COLD static void store_rest(struct x86 *c, const struct insn *i, u64 ea, enum store kind, unsigned how)
{
	u8 stop = kind == TO_F32 || kind == TO_F64 ? FP_IE | FP_OE | FP_UE : FP_IE;
	struct fp_env e;
	u64 v;

	x87_env(c, &e);
	v = convert(x87_get(c, x87_index(c, 0)), kind, how & TRUNCATE ? FP_ZERO : e.round, &e);
	if (e.flags & ~e.masks & stop) {
		store_nothing(c, i, ea);
		x87_end(c, i, &e);
		return;
	}
	x86_write(c, i->f[F_SEG], ea, store_bytes(kind), v);
	x87_note_memory(c, i, ea);
	x87_end(c, i, &e);
	if (how & POP)
		x87_pop(c);
}

ALWAYS_INLINE void store(struct x86 *c, const struct insn *i, enum store kind, unsigned how)
{
	unsigned st = x87_index(c, 0);
	bool quick = false;
	u64 ea, v;
	u16 sw;

	if (!x87_ready(c))
		return;
	ea = x86_ea(c, i);
	if (unlikely(x87_empty(c, st))) {
		store_empty(c, i, ea, store_bytes(kind), indefinite(kind), how);
		return;
	}
	if (kind == TO_F32)
		quick = x87_quick_store(c->x87.cw, x87_get(c, st), 23, 8, &v, &sw);
	if (kind == TO_F64)
		quick = x87_quick_store(c->x87.cw, x87_get(c, st), 52, 11, &v, &sw);
	if (unlikely(!quick)) {
		store_rest(c, i, ea, kind, how);
		return;
	}
	x86_write(c, i->f[F_SEG], ea, store_bytes(kind), v);
	x87_note_memory(c, i, ea);
	c->x87.sw = (u16)((c->x87.sw & ~SW_C1) | sw);
	if (how & POP)
		x87_pop(c);
}
SIZED_X87(fst_m32, store, TO_F32, 0)
SIZED_X87(fst_m64, store, TO_F64, 0)
SIZED_X87(fstp_m32, store, TO_F32, POP)
SIZED_X87(fstp_m64, store, TO_F64, POP)
SIZED_X87(fist_i16, store, TO_I16, 0)
SIZED_X87(fist_i32, store, TO_I32, 0)
SIZED_X87(fistp_i16, store, TO_I16, POP)
SIZED_X87(fistp_i32, store, TO_I32, POP)
SIZED_X87(fistp_i64, store, TO_I64, POP)
SIZED_X87(fisttp_i16, store, TO_I16, POP | TRUNCATE)
SIZED_X87(fisttp_i32, store, TO_I32, POP | TRUNCATE)
SIZED_X87(fisttp_i64, store, TO_I64, POP | TRUNCATE)

/* FSTP m80: no format is refused. FBSTP: the empty register's image is the BCD indefinite, as for a NaN. */
ALWAYS_INLINE void store_ten(struct x86 *c, const struct insn *i, bool bcd)
{
	unsigned st = x87_index(c, 0);
	bool empty = x87_empty(c, st);
	struct f80 a = empty ? f80_indefinite() : x87_get(c, st);
	struct fp_env e;
	u8 p[10];
	u64 ea;

	if (!x87_ready(c))
		return;
	ea = x86_ea(c, i);
	x87_env(c, &e);
	store_le64(p, a.sig);
	store_le16(p + 8, a.se);
	if (bcd)
		f80_to_bcd(p, a, &e);
	if (unlikely((e.flags | (empty ? FP_IE : 0)) & ~e.masks & FP_IE)) {
		store_nothing(c, i, ea);
		if (empty)
			x87_underflow(c, i);
		else
			x87_end(c, i, &e);
		return;
	}
	x86_write_bytes(c, i->f[F_SEG], ea, p, sizeof(p));
	x87_note_memory(c, i, ea);
	if (empty)
		x87_underflow(c, i);
	else
		x87_end(c, i, &e);
	x87_pop(c);
}
SIZED_X87(fstp_m80, store_ten, false)
SIZED_X87(fbstp, store_ten, true)

ALWAYS_INLINE void fst_sti(struct x86 *c, const struct insn *i, bool pop)
{
	unsigned st = x87_index(c, 0);
	struct f80 a = x87_get(c, st);

	if (!x87_ready(c))
		return;
	x87_note(c, i);
	x87_clear_c1(c);
	if (unlikely(x87_empty(c, st))) {
		if (!x87_underflow(c, i))
			return;
		a = f80_indefinite();
	}
	x87_set(c, x87_index(c, i->f[F_RM]), a);
	if (pop)
		x87_pop(c);
}
SIZED_X87(fst_reg, fst_sti, false)
SIZED_X87(fstp_reg, fst_sti, true)

/* D9 D8 does not mind an empty register: it copies nothing then, but pops. */
static void fstpnce(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	unsigned st = x87_index(c, 0);

	if (!x87_ready(c))
		return;
	x87_note(c, i);
	x87_clear_c1(c);
	if (likely(!x87_empty(c, st)))
		x87_set(c, x87_index(c, i->f[F_RM]), x87_get(c, st));
	x87_pop(c);
}

/* ---- the stack alone ------------------------------------------------------------------------------------------- */

static void fxch(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	unsigned st = x87_index(c, 0), sti = x87_index(c, i->f[F_RM]);
	struct f80 a = x87_get(c, st), b = x87_get(c, sti);

	if (!x87_ready(c))
		return;
	x87_note(c, i);
	x87_clear_c1(c);
	if (unlikely(x87_empty(c, st) || x87_empty(c, sti))) {
		if (!x87_underflow(c, i))
			return;
		a = x87_empty(c, st) ? f80_indefinite() : a;
		b = x87_empty(c, sti) ? f80_indefinite() : b;
		c->x87.valid |= (u16)(1u << st | 1u << sti);
	}
	x87_put(c, st, b);
	x87_put(c, sti, a);
}

ALWAYS_INLINE void ffree_sti(struct x86 *c, const struct insn *i, bool pop)
{
	if (!x87_ready(c))
		return;
	x87_note(c, i);
	x87_clear_c1(c);
	c->x87.valid &= (u16)~(1u << x87_index(c, i->f[F_RM]));
	if (pop)
		x87_pop(c);
}
SIZED_X87(ffree, ffree_sti, false)
SIZED_X87(ffreep, ffree_sti, true)

/* No tag changes. */
ALWAYS_INLINE void rotate(struct x86 *c, const struct insn *i, unsigned by)
{
	if (!x87_ready(c))
		return;
	x87_note(c, i);
	x87_clear_c1(c);
	x87_add_top(c, by);
}
SIZED_X87(fincstp, rotate, 1)
SIZED_X87(fdecstp, rotate, 7)

static void fnop(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	if (x87_ready(c))
		x87_note(c, i);
}

/* ---- rows ------------------------------------------------------------------------------------------------------ */

/* D9 D8, DD C8, DF C0, DF C8, DF D0 and DF D8 are what processors run there; AMD APM vol. 3, table A-15, lists them as
 * reserved, the SDM leaves them out. */
static const struct insn_row rows[] = {
	{"D9 C0+i", "fld sti", SIZES1(fld_sti), .attr = X87},
	{"D9 /0", "fld f32", SIZES1(fld_m32), .attr = X87},
	{"DD /0", "fld f64", SIZES1(fld_m64), .attr = X87},
	{"DB /5", "fld f80", SIZES1(fld_m80), .attr = X87},
	{"DF /0", "fild i16", SIZES1(fild_i16), .attr = X87},
	{"DB /0", "fild i32", SIZES1(fild_i32), .attr = X87},
	{"DF /5", "fild i64", SIZES1(fild_i64), .attr = X87},
	{"DF /4", "fbld bcd", SIZES1(fbld), .attr = X87},
	{"D9 E8", "fld1", SIZES1(fld1), .attr = X87},
	{"D9 E9", "fldl2t", SIZES1(fldl2t), .attr = X87},
	{"D9 EA", "fldl2e", SIZES1(fldl2e), .attr = X87},
	{"D9 EB", "fldpi", SIZES1(fldpi), .attr = X87},
	{"D9 EC", "fldlg2", SIZES1(fldlg2), .attr = X87},
	{"D9 ED", "fldln2", SIZES1(fldln2), .attr = X87},
	{"D9 EE", "fldz", SIZES1(fldz), .attr = X87},
	{"D9 /2", "fst f32", SIZES1(fst_m32), .attr = X87},
	{"DD /2", "fst f64", SIZES1(fst_m64), .attr = X87},
	{"D9 /3", "fstp f32", SIZES1(fstp_m32), .attr = X87},
	{"DD /3", "fstp f64", SIZES1(fstp_m64), .attr = X87},
	{"DB /7", "fstp f80", SIZES1(fstp_m80), .attr = X87},
	{"DF /2", "fist i16", SIZES1(fist_i16), .attr = X87},
	{"DB /2", "fist i32", SIZES1(fist_i32), .attr = X87},
	{"DF /3", "fistp i16", SIZES1(fistp_i16), .attr = X87},
	{"DB /3", "fistp i32", SIZES1(fistp_i32), .attr = X87},
	{"DF /7", "fistp i64", SIZES1(fistp_i64), .attr = X87},
	{"DF /1", "fisttp i16", SIZES1(fisttp_i16), .attr = X87, .feature = FEAT_SSE3},
	{"DB /1", "fisttp i32", SIZES1(fisttp_i32), .attr = X87, .feature = FEAT_SSE3},
	{"DD /1", "fisttp i64", SIZES1(fisttp_i64), .attr = X87, .feature = FEAT_SSE3},
	{"DF /6", "fbstp bcd", SIZES1(fbstp), .attr = X87},
	{"DD D0+i", "fst sti", SIZES1(fst_reg), .attr = X87},
	{"DD D8+i", "fstp sti", SIZES1(fstp_reg), .attr = X87},
	{"D9 D8+i", "fstpnce sti", SIZES1(fstpnce), .attr = X87},
	{"DF D0+i", "fstp8 sti", SIZES1(fstp_reg), .attr = X87},
	{"DF D8+i", "fstp9 sti", SIZES1(fstp_reg), .attr = X87},
	{"D9 C8+i", "fxch sti", SIZES1(fxch), .attr = X87},
	{"DD C8+i", "fxch4 sti", SIZES1(fxch), .attr = X87},
	{"DF C8+i", "fxch7 sti", SIZES1(fxch), .attr = X87},
	{"DD C0+i", "ffree sti", SIZES1(ffree), .attr = X87},
	{"DF C0+i", "ffreep sti", SIZES1(ffreep), .attr = X87},
	{"D9 F6", "fdecstp", SIZES1(fdecstp), .attr = X87},
	{"D9 F7", "fincstp", SIZES1(fincstp), .attr = X87},
	{"D9 D0", "fnop", SIZES1(fnop), .attr = X87},
};

const struct insn_group x86_group_x87_move = {
	"x87_move", rows, countof(rows),
	"Intel SDM vol. 2: FBLD FBSTP FDECSTP FFREE FILD FINCSTP FIST FISTTP FLD FLD1..FLDZ FNOP FST FXCH",
};
