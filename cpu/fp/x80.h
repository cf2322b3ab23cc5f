/* SPDX-License-Identifier: MIT */
/*
 * Inside of the x87 operations: a double extended number taken apart, NaN selection, and the one place where results
 * are rounded, over- and underflow. SDM vol. 1 sections 4.2.2, 4.8.3, 4.8.4, 4.9, 8.1.5 and 8.5.
 */
#ifndef CPU_FP_X80_H
#define CPU_FP_X80_H

#include "cpu/fp/f80.h"
#include "cpu/fp/wide.h"

#define X80_BIAS    16383
#define X80_EXP_MAX 0x7fff
#define X80_INTEGER (1ull << 63)
#define X80_QUIET   (1ull << 62)

enum x80_kind { X80_ZERO, X80_FINITE, X80_INF, X80_NAN, X80_UNSUPPORTED };

/* A finite one is sig / 2^63 * 2^(exp - bias), with bit 63 set; exp may be below 1. */
struct x80 {
	u64 sig;
	s32 exp;
	u8 kind;
	bool sign;
	bool denormal;
};

struct x80 x80_unpack(struct f80 a);

/*
 * Two operands at the start of an operation: C1 is cleared and e->denormal_in taken. True if a NaN or an
 * unsupported format decides the result, which is then in *result.
 */
bool x80_unpack2(struct f80 a, struct f80 b, struct x80 *x, struct x80 *y, struct f80 *result, struct fp_env *e);
bool x80_unpack1(struct f80 a, struct x80 *x, struct f80 *result, struct fp_env *e);

static inline struct f80 x80_zero(bool sign)
{
	return f80_make(sign ? 0x8000 : 0, 0);
}

static inline struct f80 x80_infinity(bool sign)
{
	return f80_make(sign ? 0xffff : 0x7fff, X80_INTEGER);
}

/* IE and the indefinite. */
struct f80 x80_invalid(struct fp_env *e);

/* Is any exception unmasked that must stop the operation before it has a result? */
static inline bool x80_stopped(const struct fp_env *e)
{
	return e->flags & ~e->masks & FP_PRE;
}

/*
 * Rounds sig / 2^127 * 2^(exp - bias), bit 127 set, to `prec` bits and puts it together. The last bit may stand
 * for any number of lost ones. Flags, C1, over- and underflow both masked and unmasked.
 */
struct f80 x80_pack(bool sign, s32 exp, struct u128 sig, unsigned prec, struct fp_env *e);

/* The same to 64 bits whatever the precision control says, as all but five instructions do. */
static inline struct f80 x80_pack64(bool sign, s32 exp, struct u128 sig, struct fp_env *e)
{
	return x80_pack(sign, exp, sig, 64, e);
}

/* Any a != 0, not necessarily normalised: value / 2^127 * 2^(exp - bias). */
struct f80 x80_pack_normalize(bool sign, s32 exp, struct u128 sig, unsigned prec, struct fp_env *e);

/* A number's magnitude rounded to an integer of at most 64 bits. */
struct x80_int {
	u64 value;
	bool inexact;
	bool up;
	bool too_big;
};
struct x80_int x80_to_int(struct x80 x, unsigned round);

#endif
