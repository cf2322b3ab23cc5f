/* SPDX-License-Identifier: MIT */
/* Logical operations with a shifted register (Arm ARM C4.1, "Data Processing -- Register"). Without a shift and
 * with LSL they have handlers of their own: compilers emit hardly anything else. */
#include "cpu/arm/a64/operand.h"

enum { AND, BIC, ORR, ORN, EOR, EON };

ALWAYS_INLINE u64 result(const struct arm *c, const struct insn *i, const unsigned size, const unsigned op,
	const enum a64_shifted shifted)
{
	u64 n = c->x[i->f[F_N]], m = a64_get_shifted(c, i, size, shifted);

	switch (op) {
	case AND: n &= m; break;
	case BIC: n &= ~m; break;
	case ORR: n |= m; break;
	case ORN: n |= ~m; break;
	case EOR: n ^= m; break;
	default: n ^= ~m; break;
	}
	return a64_cut(n, size);
}

ALWAYS_INLINE void logical(struct arm *c, const struct insn *i, const unsigned size, const unsigned op,
	const enum a64_shifted shifted)
{
	c->x[i->f[F_D]] = result(c, i, size, op, shifted);
}

ALWAYS_INLINE void logical_s(struct arm *c, const struct insn *i, const unsigned size, const unsigned op,
	const enum a64_shifted shifted)
{
	u64 r = result(c, i, size, op, shifted);

	a64_flags_logic(c, r, size);
	c->x[i->f[F_D]] = r;
}

SIZED_OP(and, logical, AND, PLAIN)
SIZED_OP(and_left, logical, AND, LEFT)
SIZED_OP(and_any, logical, AND, ANY)
SIZED_OP(bic, logical, BIC, PLAIN)
SIZED_OP(bic_any, logical, BIC, ANY)
SIZED_OP(orr, logical, ORR, PLAIN)
SIZED_OP(orr_left, logical, ORR, LEFT)
SIZED_OP(orr_any, logical, ORR, ANY)
SIZED_OP(orn, logical, ORN, PLAIN)
SIZED_OP(orn_any, logical, ORN, ANY)
SIZED_OP(eor, logical, EOR, PLAIN)
SIZED_OP(eor_left, logical, EOR, LEFT)
SIZED_OP(eor_any, logical, EOR, ANY)
SIZED_OP(eon_any, logical, EON, ANY)
SIZED_OP(ands, logical_s, AND, PLAIN)
SIZED_OP(ands_any, logical_s, AND, ANY)
SIZED_OP(bics_any, logical_s, BIC, ANY)

ALWAYS_INLINE void mov(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_get(c, i->f[F_M], size);
}
SIZED_WX(mov)

ALWAYS_INLINE void mvn(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_cut(~c->x[i->f[F_M]], size);
}
SIZED_WX(mvn)

ALWAYS_INLINE void tst(struct arm *c, const struct insn *i, const unsigned size)
{
	a64_flags_logic(c, a64_cut(c->x[i->f[F_N]] & c->x[i->f[F_M]], size), size);
}
SIZED_WX(tst)

/* MVN is ORN of XZR, TST is ANDS to XZR. (A register that the text doesn't name has its number.) */
static bool valid_mvn(struct insn *i)
{
	return i->f[F_N] == R_ZR && a64_valid_amount(i);
}

static bool valid_tst(struct insn *i)
{
	if (i->f[F_D] != R_ZR || !a64_valid_amount(i))
		return false;
	i->f[F_D] = R_SINK;
	return true;
}

/* Aliases stand before rows as wide as they are. */
static const struct insn_row rows[] = {
	{"s0001010oo0mmmmmhhhhhhnnnnnddddd", "and {Rd}, {Rn}, {Rm}{shift}", SIZES_WX(and_any), .valid = a64_valid_amount},
	{"s0001010000mmmmmhhhhhhnnnnnddddd", "and {Rd}, {Rn}, {Rm}{shift}", SIZES_WX(and_left), .attr = OVERRIDES,
		.valid = a64_valid_amount},
	{"s0001010000mmmmm000000nnnnnddddd", "and {Rd}, {Rn}, {Rm}", SIZES_WX(and), .attr = OVERRIDES},
	{"s0001010oo1mmmmmhhhhhhnnnnnddddd", "bic {Rd}, {Rn}, {Rm}{shift}", SIZES_WX(bic_any), .valid = a64_valid_amount},
	{"s0001010001mmmmm000000nnnnnddddd", "bic {Rd}, {Rn}, {Rm}", SIZES_WX(bic), .attr = OVERRIDES},
	{"s0101010oo0mmmmmhhhhhhnnnnnddddd", "orr {Rd}, {Rn}, {Rm}{shift}", SIZES_WX(orr_any), .valid = a64_valid_amount},
	{"s0101010000mmmmmhhhhhhnnnnnddddd", "orr {Rd}, {Rn}, {Rm}{shift}", SIZES_WX(orr_left), .attr = OVERRIDES,
		.valid = a64_valid_amount},
	{"s0101010000mmmmm000000nnnnnddddd", "orr {Rd}, {Rn}, {Rm}", SIZES_WX(orr), .attr = OVERRIDES},
	{"s0101010000mmmmm00000011111ddddd", "mov {Rd}, {Rm}", SIZES_WX(mov), .attr = OVERRIDES | ALIAS},
	{"s0101010oo1mmmmmhhhhhhnnnnnddddd", "orn {Rd}, {Rn}, {Rm}{shift}", SIZES_WX(orn_any), .valid = a64_valid_amount},
	{"s0101010oo1mmmmmhhhhhhnnnnnddddd", "mvn {Rd}, {Rm}{shift}", SIZES_WX(orn_any), .attr = OVERRIDES | ALIAS,
		.valid = valid_mvn},
	{"s0101010001mmmmm000000nnnnnddddd", "orn {Rd}, {Rn}, {Rm}", SIZES_WX(orn), .attr = OVERRIDES},
	{"s0101010001mmmmm00000011111ddddd", "mvn {Rd}, {Rm}", SIZES_WX(mvn), .attr = OVERRIDES | ALIAS},
	{"s1001010oo0mmmmmhhhhhhnnnnnddddd", "eor {Rd}, {Rn}, {Rm}{shift}", SIZES_WX(eor_any), .valid = a64_valid_amount},
	{"s1001010000mmmmmhhhhhhnnnnnddddd", "eor {Rd}, {Rn}, {Rm}{shift}", SIZES_WX(eor_left), .attr = OVERRIDES,
		.valid = a64_valid_amount},
	{"s1001010000mmmmm000000nnnnnddddd", "eor {Rd}, {Rn}, {Rm}", SIZES_WX(eor), .attr = OVERRIDES},
	{"s1001010oo1mmmmmhhhhhhnnnnnddddd", "eon {Rd}, {Rn}, {Rm}{shift}", SIZES_WX(eon_any), .valid = a64_valid_amount},
	{"s1101010oo0mmmmmhhhhhhnnnnnddddd", "ands {Rd}, {Rn}, {Rm}{shift}", SIZES_WX(ands_any), .valid = a64_valid_amount},
	{"s1101010oo0mmmmmhhhhhhnnnnnddddd", "tst {Rn}, {Rm}{shift}", SIZES_WX(ands_any), .attr = OVERRIDES | ALIAS,
		.valid = valid_tst},
	{"s1101010000mmmmm000000nnnnnddddd", "ands {Rd}, {Rn}, {Rm}", SIZES_WX(ands), .attr = OVERRIDES},
	{"s1101010000mmmmm000000nnnnn11111", "tst {Rn}, {Rm}", SIZES_WX(tst), .attr = OVERRIDES | ALIAS},
	{"s1101010oo1mmmmmhhhhhhnnnnnddddd", "bics {Rd}, {Rn}, {Rm}{shift}", SIZES_WX(bics_any), .valid = a64_valid_amount},
};

const struct insn_group a64_group_dp_reg_logical = {
	"logical, shifted register", rows, countof(rows), "Arm ARM C4.1, Logical (shifted register)",
};
