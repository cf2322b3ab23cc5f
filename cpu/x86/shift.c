/* SPDX-License-Identifier: MIT */
/* Shifts and rotates: Intel SDM vol. 2, RCL/RCR/ROL/ROR, SAL/SAR/SHL/SHR, SHLD, SHRD. The count is taken modulo 32,
 * or 64 for 64-bit operands; a count of 0 changes no flag. Where the manual leaves a flag undefined (OF for
 * counts above 1, AF, CF past the operand's width) it comes out of the same formula as for a count of 1. */
#include "cpu/x86/operand.h"

/* In the order of ModRM.reg of C0, C1 and D0-D3. */
enum shift_op { ROL, ROR, RCL, RCR, SHL, SHR, SAL, SAR };

ALWAYS_INLINE unsigned shift_count(unsigned count, const unsigned size)
{
	return count & (size == 3 ? 63 : 31);
}

/* What a rotate through carry sees as one number: CF above the operand. Needs more than 64 bits for quadwords, so
 * the parts are put together one shift at a time, none of them by the full width. */
ALWAYS_INLINE u64 rotate_carry_left(u64 a, bool cf, unsigned n, unsigned width, bool *out)
{
	u64 r = n == 64 ? 0 : a << n;

	*out = a >> (width - n) & 1;
	r |= (u64)cf << (n - 1);
	if (n > 1)
		r |= a >> (width + 1 - n);
	return r;
}

ALWAYS_INLINE u64 rotate_carry_right(u64 a, bool cf, unsigned n, unsigned width, bool *out)
{
	u64 r = n == 64 ? 0 : a >> n;

	*out = a >> (n - 1) & 1;
	r |= (u64)cf << (width - n);
	if (n > 1)
		r |= a << (width + 1 - n);
	return r;
}

/* The rotates: of them the flags are only CF and OF. n is 1..63 and already masked. */
ALWAYS_INLINE u64 rotate(struct x86 *c, const enum shift_op op, u64 a, unsigned n, const unsigned size, bool *cf)
{
	const unsigned width = 8u << size;
	u64 r;

	if (op == ROL || op == ROR) {
		n &= width - 1;
		if (n)
			a = op == ROL ? a << n | a >> (width - n) : a >> n | a << (width - n);
		*cf = op == ROL ? a & 1 : a >> (width - 1) & 1;
		return a;
	}
	*cf = x86_cf(c);
	if (size < 2)
		n %= width + 1;
	if (!n)
		return a;
	r = op == RCL ? rotate_carry_left(a, *cf, n, width, cf) : rotate_carry_right(a, *cf, n, width, cf);
	return x86_zext(r, size);
}

/* The shifts; a is zero-extended, n is 1..63 and may exceed the width of a byte or word. */
ALWAYS_INLINE u64 shift(const enum shift_op op, u64 a, unsigned n, const unsigned size, bool *cf)
{
	const unsigned width = 8u << size;

	switch (op) {
	case SHR:
		*cf = a >> (n - 1) & 1;
		return a >> n;
	case SAR:
		a = x86_sext(a, size);
		*cf = (s64)a >> (n - 1) & 1;
		return (u64)((s64)a >> n);
	default: /* SHL, SAL */
		*cf = size == 3 ? a >> (64 - n) & 1 : a << n >> width & 1;
		return a << n;
	}
}

ALWAYS_INLINE void shift_e(struct x86 *c, const struct insn *i, const enum shift_op op, unsigned count,
	const unsigned size, const bool mem)
{
	const unsigned top = (8u << size) - 1;
	const bool left = op == ROL || op == RCL || op == SHL || op == SAL;
	unsigned n = shift_count(count, size);
	struct x86_rmw m;
	u64 a = x86_begin_e(c, i, &m, size, mem), r;
	bool cf, of;

	if (!n) {
		x86_end_e(c, i, &m, size, mem, a);
		return;
	}
	r = op < SHL ? rotate(c, op, a, n, size, &cf) : shift(op, a, n, size, &cf);
	x86_end_e(c, i, &m, size, mem, r);
	of = left ? (r >> top & 1) != cf : (r >> top ^ r >> (top - 1)) & 1;
	if (op >= SHL)
		x86_flags_logic(c, r, size);
	x86_set_cf_of(c, cf, of);
}

/* Count 1, the immediate, and CL. */
#define OP(fn, form, op, count) \
	ALWAYS_INLINE void fn##_##form(struct x86 *c, const struct insn *i, const unsigned size, const bool mem) \
	{ \
		shift_e(c, i, op, count, size, mem); \
	} \
	SIZED_RMW(fn##_##form)

OP(rol, e1, ROL, 1) OP(rol, ei, ROL, (u8)i->imm32) OP(rol, ec, ROL, (u8)c->r[R_CX])
OP(ror, e1, ROR, 1) OP(ror, ei, ROR, (u8)i->imm32) OP(ror, ec, ROR, (u8)c->r[R_CX])
OP(rcl, e1, RCL, 1) OP(rcl, ei, RCL, (u8)i->imm32) OP(rcl, ec, RCL, (u8)c->r[R_CX])
OP(rcr, e1, RCR, 1) OP(rcr, ei, RCR, (u8)i->imm32) OP(rcr, ec, RCR, (u8)c->r[R_CX])
OP(shl, e1, SHL, 1) OP(shl, ei, SHL, (u8)i->imm32) OP(shl, ec, SHL, (u8)c->r[R_CX])
OP(shr, e1, SHR, 1) OP(shr, ei, SHR, (u8)i->imm32) OP(shr, ec, SHR, (u8)c->r[R_CX])
OP(sar, e1, SAR, 1) OP(sar, ei, SAR, (u8)i->imm32) OP(sar, ec, SAR, (u8)c->r[R_CX])

/* SHLD and SHRD: E takes bits of G. For words the counts 17-31 are undefined; there the bits of E follow those of G,
 * as if the pair were a ring of 32 bits. */
ALWAYS_INLINE void double_shift(
	struct x86 *c, const struct insn *i, const bool left, unsigned count, const unsigned size, const bool mem)
{
	const unsigned width = 8u << size;
	unsigned n = shift_count(count, size);
	struct x86_rmw m;
	u64 a = x86_begin_e(c, i, &m, size, mem), b = x86_get_g(c, i, size), r;
	bool cf;

	if (!n) {
		x86_end_e(c, i, &m, size, mem, a);
		return;
	}
	if (size == 1) { /* 48 bits hold all that can come in */
		u64 ring = a << 32 | b << 16 | a;

		r = left ? ring << n >> 32 : ring >> n;
		cf = left ? ring >> (48 - n) & 1 : ring >> (n - 1) & 1;
	} else {
		r = left ? a << n | b >> (width - n) : a >> n | b << (width - n);
		cf = left ? a >> (width - n) & 1 : a >> (n - 1) & 1;
	}
	r = x86_zext(r, size);
	x86_end_e(c, i, &m, size, mem, r);
	x86_flags_logic(c, r, size);
	x86_set_cf_of(c, cf, (a ^ r) >> (width - 1) & 1);
}

#define OP_DOUBLE(fn, left, count) \
	ALWAYS_INLINE void fn(struct x86 *c, const struct insn *i, const unsigned size, const bool mem) \
	{ \
		double_shift(c, i, left, count, size, mem); \
	} \
	SIZED(fn)

OP_DOUBLE(shld_i, true, (u8)i->imm32)
OP_DOUBLE(shld_c, true, (u8)c->r[R_CX])
OP_DOUBLE(shrd_i, false, (u8)i->imm32)
OP_DOUBLE(shrd_c, false, (u8)c->r[R_CX])

enum { FL_CFOF = FL_CF | FL_OF };

/* A count of 0 leaves the flags alone, so all that may be written are also read (flags_in). */
static const struct insn_row rows[] = {
	{"C0 /0 ib", "rol Eb,Ib", SIZES(rol_ei), .flags_in = FL_CFOF, .flags_out = FL_CFOF},
	{"C0 /1 ib", "ror Eb,Ib", SIZES(ror_ei), .flags_in = FL_CFOF, .flags_out = FL_CFOF},
	{"C0 /2 ib", "rcl Eb,Ib", SIZES(rcl_ei), .flags_in = FL_CFOF, .flags_out = FL_CFOF},
	{"C0 /3 ib", "rcr Eb,Ib", SIZES(rcr_ei), .flags_in = FL_CFOF, .flags_out = FL_CFOF},
	{"C0 /4 ib", "shl Eb,Ib", SIZES(shl_ei), .flags_in = FL_OSZAPC, .flags_out = FL_OSZAPC},
	{"C0 /5 ib", "shr Eb,Ib", SIZES(shr_ei), .flags_in = FL_OSZAPC, .flags_out = FL_OSZAPC},
	/* /6: AMD APM vol. 3, table A-6: as /4 */
	{"C0 /6 ib", "shl Eb,Ib", SIZES(shl_ei), .flags_in = FL_OSZAPC, .flags_out = FL_OSZAPC},
	{"C0 /7 ib", "sar Eb,Ib", SIZES(sar_ei), .flags_in = FL_OSZAPC, .flags_out = FL_OSZAPC},
	{"C1 /0 ib", "rol Ev,Ib", SIZES(rol_ei), .flags_in = FL_CFOF, .flags_out = FL_CFOF},
	{"C1 /1 ib", "ror Ev,Ib", SIZES(ror_ei), .flags_in = FL_CFOF, .flags_out = FL_CFOF},
	{"C1 /2 ib", "rcl Ev,Ib", SIZES(rcl_ei), .flags_in = FL_CFOF, .flags_out = FL_CFOF},
	{"C1 /3 ib", "rcr Ev,Ib", SIZES(rcr_ei), .flags_in = FL_CFOF, .flags_out = FL_CFOF},
	{"C1 /4 ib", "shl Ev,Ib", SIZES(shl_ei), .flags_in = FL_OSZAPC, .flags_out = FL_OSZAPC},
	{"C1 /5 ib", "shr Ev,Ib", SIZES(shr_ei), .flags_in = FL_OSZAPC, .flags_out = FL_OSZAPC},
	{"C1 /6 ib", "shl Ev,Ib", SIZES(shl_ei), .flags_in = FL_OSZAPC, .flags_out = FL_OSZAPC},
	{"C1 /7 ib", "sar Ev,Ib", SIZES(sar_ei), .flags_in = FL_OSZAPC, .flags_out = FL_OSZAPC},
	{"D0 /0", "rol Eb,1", SIZES(rol_e1), .flags_out = FL_CFOF},
	{"D0 /1", "ror Eb,1", SIZES(ror_e1), .flags_out = FL_CFOF},
	{"D0 /2", "rcl Eb,1", SIZES(rcl_e1), .flags_in = FL_CF, .flags_out = FL_CFOF},
	{"D0 /3", "rcr Eb,1", SIZES(rcr_e1), .flags_in = FL_CF, .flags_out = FL_CFOF},
	{"D0 /4", "shl Eb,1", SIZES(shl_e1), .flags_out = FL_OSZAPC},
	{"D0 /5", "shr Eb,1", SIZES(shr_e1), .flags_out = FL_OSZAPC},
	{"D0 /6", "shl Eb,1", SIZES(shl_e1), .flags_out = FL_OSZAPC},
	{"D0 /7", "sar Eb,1", SIZES(sar_e1), .flags_out = FL_OSZAPC},
	{"D1 /0", "rol Ev,1", SIZES(rol_e1), .flags_out = FL_CFOF},
	{"D1 /1", "ror Ev,1", SIZES(ror_e1), .flags_out = FL_CFOF},
	{"D1 /2", "rcl Ev,1", SIZES(rcl_e1), .flags_in = FL_CF, .flags_out = FL_CFOF},
	{"D1 /3", "rcr Ev,1", SIZES(rcr_e1), .flags_in = FL_CF, .flags_out = FL_CFOF},
	{"D1 /4", "shl Ev,1", SIZES(shl_e1), .flags_out = FL_OSZAPC},
	{"D1 /5", "shr Ev,1", SIZES(shr_e1), .flags_out = FL_OSZAPC},
	{"D1 /6", "shl Ev,1", SIZES(shl_e1), .flags_out = FL_OSZAPC},
	{"D1 /7", "sar Ev,1", SIZES(sar_e1), .flags_out = FL_OSZAPC},
	{"D2 /0", "rol Eb,cl", SIZES(rol_ec), .flags_in = FL_CFOF, .flags_out = FL_CFOF},
	{"D2 /1", "ror Eb,cl", SIZES(ror_ec), .flags_in = FL_CFOF, .flags_out = FL_CFOF},
	{"D2 /2", "rcl Eb,cl", SIZES(rcl_ec), .flags_in = FL_CFOF, .flags_out = FL_CFOF},
	{"D2 /3", "rcr Eb,cl", SIZES(rcr_ec), .flags_in = FL_CFOF, .flags_out = FL_CFOF},
	{"D2 /4", "shl Eb,cl", SIZES(shl_ec), .flags_in = FL_OSZAPC, .flags_out = FL_OSZAPC},
	{"D2 /5", "shr Eb,cl", SIZES(shr_ec), .flags_in = FL_OSZAPC, .flags_out = FL_OSZAPC},
	{"D2 /6", "shl Eb,cl", SIZES(shl_ec), .flags_in = FL_OSZAPC, .flags_out = FL_OSZAPC},
	{"D2 /7", "sar Eb,cl", SIZES(sar_ec), .flags_in = FL_OSZAPC, .flags_out = FL_OSZAPC},
	{"D3 /0", "rol Ev,cl", SIZES(rol_ec), .flags_in = FL_CFOF, .flags_out = FL_CFOF},
	{"D3 /1", "ror Ev,cl", SIZES(ror_ec), .flags_in = FL_CFOF, .flags_out = FL_CFOF},
	{"D3 /2", "rcl Ev,cl", SIZES(rcl_ec), .flags_in = FL_CFOF, .flags_out = FL_CFOF},
	{"D3 /3", "rcr Ev,cl", SIZES(rcr_ec), .flags_in = FL_CFOF, .flags_out = FL_CFOF},
	{"D3 /4", "shl Ev,cl", SIZES(shl_ec), .flags_in = FL_OSZAPC, .flags_out = FL_OSZAPC},
	{"D3 /5", "shr Ev,cl", SIZES(shr_ec), .flags_in = FL_OSZAPC, .flags_out = FL_OSZAPC},
	{"D3 /6", "shl Ev,cl", SIZES(shl_ec), .flags_in = FL_OSZAPC, .flags_out = FL_OSZAPC},
	{"D3 /7", "sar Ev,cl", SIZES(sar_ec), .flags_in = FL_OSZAPC, .flags_out = FL_OSZAPC},
	{"0F A4 /r ib", "shld Ev,Gv,Ib", SIZES(shld_i), .flags_in = FL_OSZAPC, .flags_out = FL_OSZAPC},
	{"0F A5 /r", "shld Ev,Gv,cl", SIZES(shld_c), .flags_in = FL_OSZAPC, .flags_out = FL_OSZAPC},
	{"0F AC /r ib", "shrd Ev,Gv,Ib", SIZES(shrd_i), .flags_in = FL_OSZAPC, .flags_out = FL_OSZAPC},
	{"0F AD /r", "shrd Ev,Gv,cl", SIZES(shrd_c), .flags_in = FL_OSZAPC, .flags_out = FL_OSZAPC},
};

const struct insn_group x86_group_shift = {
	"shift", rows, countof(rows), "Intel SDM vol. 2: RCL RCR ROL ROR SAL SAR SHL SHR SHLD SHRD",
};
