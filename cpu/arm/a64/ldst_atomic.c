/* SPDX-License-Identifier: MIT */
/* Atomic memory operations, compare and swap (Arm ARM C4.1, Atomic memory operations, Compare and swap (pair)):
 * FEAT_LSE. One processor runs at a time, so what is atomic is that nothing comes between: acquire and release say
 * no more. */
#include "cpu/arm/a64/ldst.h"

/* ---- read, change, write ------------------------------------------------------------------------------------- */

/* Aligned plain memory: a host address; else NULL. */
ALWAYS_INLINE u8 *plain(const struct arm *c, u64 va, const unsigned bytes)
{
	const struct tlb *t = &c->cpu.tlb;

	if (unlikely(va & (bytes - 1)) || !tlb_writes(t, va, bytes) || !tlb_reads(t, va, bytes))
		return NULL;
	return tlb_host(t, va);
}

/* Faults are those of a write, before the read has an effect. */
ALWAYS_INLINE u64 begin(struct arm *c, u64 va, const unsigned bytes, const u8 *host)
{
	return host ? load_le(host, bytes) : arm_read_slow(c, va, bytes, ACC_ATOMIC | ACC_WRITES);
}

ALWAYS_INLINE void end(struct arm *c, u64 va, const unsigned bytes, u8 *host, u64 v)
{
	if (host)
		store_le(host, bytes, v);
	else
		arm_write_slow(c, va, bytes, v, ACC_ATOMIC);
}

enum atomic { ADD, CLR, EOR, SET, SMAX, SMIN, UMAX, UMIN, SWP };

ALWAYS_INLINE u64 result(u64 old, u64 v, const unsigned size, const enum atomic op)
{
	bool less = a64_signed(old, size) < a64_signed(v, size), below = old < a64_cut(v, size);

	switch (op) {
	case ADD: return old + v;
	case CLR: return old & ~v;
	case EOR: return old ^ v;
	case SET: return old | v;
	case SMAX: return less ? v : old;
	case SMIN: return less ? old : v;
	case UMAX: return below ? v : old;
	case UMIN: return below ? old : v;
	default: return v;
	}
}

ALWAYS_INLINE void atomic(struct arm *c, const struct insn *i, const unsigned size, const enum atomic op)
{
	u64 va = a64_any_base(c, i), old;
	u8 *host = plain(c, va, 1u << size);

	old = begin(c, va, 1u << size, host);
	end(c, va, 1u << size, host, result(old, c->x[i->f[F_M]], size, op));
	c->x[i->f[F_D]] = old;
}

#define SIZED_ATOMIC(name, op) \
	OP(name##_b, atomic, 0, op) OP(name##_h, atomic, 1, op) OP(name##_w, atomic, 2, op) OP(name##_x, atomic, 3, op)
SIZED_ATOMIC(ldadd, ADD)
SIZED_ATOMIC(ldclr, CLR)
SIZED_ATOMIC(ldeor, EOR)
SIZED_ATOMIC(ldset, SET)
SIZED_ATOMIC(ldsmax, SMAX)
SIZED_ATOMIC(ldsmin, SMIN)
SIZED_ATOMIC(ldumax, UMAX)
SIZED_ATOMIC(ldumin, UMIN)
SIZED_ATOMIC(swp, SWP)

/* ---- compare and swap ---------------------------------------------------------------------------------------- */

/* Nothing is written if they differ, but it must be possible (C6.2, CAS). */
ALWAYS_INLINE void cas(struct arm *c, const struct insn *i, const unsigned size)
{
	u64 va = a64_any_base(c, i), old;
	u8 *host = plain(c, va, 1u << size);

	old = begin(c, va, 1u << size, host);
	if (old == a64_get(c, i->f[F_M], size))
		end(c, va, 1u << size, host, c->x[i->f[F_D]]);
	a64_put(c, i->f[F_M], old);
}
SIZED_BHWX(cas)

ALWAYS_INLINE void casp_w(struct arm *c, const struct insn *i)
{
	unsigned m = i->f[F_M], d = i->f[F_D];
	u64 va = a64_any_base(c, i), old;
	u8 *host = plain(c, va, 8);

	old = begin(c, va, 8, host);
	if (old == (a64_get(c, m, 2) | c->x[m + 1] << 32))
		end(c, va, 8, host, a64_get(c, d, 2) | c->x[d + 1] << 32);
	c->x[m] = a64_cut(old, 2);
	a64_put(c, m + 1, old >> 32);
}
SIZED_A64_0(casp_w)

/* 16 aligned bytes never cross a page: where the first half may be written, so may the second. */
ALWAYS_INLINE void casp_x(struct arm *c, const struct insn *i)
{
	unsigned m = i->f[F_M], d = i->f[F_D];
	u64 va = a64_any_base(c, i), low, high;
	u8 *host = plain(c, va, 16);

	if (!host) {
		arm_phys(c, va, 16, false); /* what a read would meet too is reported as a read (D17.2.37, WnR) */
		arm_phys(c, va, 16, true);
	}
	low = begin(c, va, 8, host);
	high = begin(c, va + 8, 8, host ? host + 8 : NULL);
	if (low == c->x[m] && high == c->x[m + 1]) {
		end(c, va, 8, host, c->x[d]);
		end(c, va + 8, 8, host ? host + 8 : NULL, c->x[d + 1]);
	}
	c->x[m] = low;
	a64_put(c, m + 1, high);
}
SIZED_A64_0(casp_x)

/* Register pairs begin with an even one. */
static bool valid_casp(struct insn *i)
{
	return !((i->f[F_M] | i->f[F_D]) & 1);
}

/* The result goes nowhere. */
static bool valid_st(struct insn *i)
{
	i->f[F_D] = R_SINK;
	return true;
}

/* Acquire in F_H, release in F_C. ST... is LD... to XZR without acquire. */
static const struct insn_row rows[] = {
	{"00111000hc1mmmmm000000nnnnnddddd", "ldadd{order}b {Wm}, {Wd}, [{Xn|sp}]", {ldadd_b},
		.feature = FEAT_LSE},
	{"001110000c1mmmmm000000nnnnn11111", "stadd{order}b {Wm}, [{Xn|sp}]", {ldadd_b},
		.attr = OVERRIDES | ALIAS, .feature = FEAT_LSE, .valid = valid_st},
	{"01111000hc1mmmmm000000nnnnnddddd", "ldadd{order}h {Wm}, {Wd}, [{Xn|sp}]", {ldadd_h},
		.feature = FEAT_LSE},
	{"011110000c1mmmmm000000nnnnn11111", "stadd{order}h {Wm}, [{Xn|sp}]", {ldadd_h},
		.attr = OVERRIDES | ALIAS, .feature = FEAT_LSE, .valid = valid_st},
	{"1s111000hc1mmmmm000000nnnnnddddd", "ldadd{order} {Rm}, {Rd}, [{Xn|sp}]", SIZES_WX(ldadd),
		.feature = FEAT_LSE},
	{"1s1110000c1mmmmm000000nnnnn11111", "stadd{order} {Rm}, [{Xn|sp}]", SIZES_WX(ldadd),
		.attr = OVERRIDES | ALIAS, .feature = FEAT_LSE, .valid = valid_st},
	{"00111000hc1mmmmm000100nnnnnddddd", "ldclr{order}b {Wm}, {Wd}, [{Xn|sp}]", {ldclr_b},
		.feature = FEAT_LSE},
	{"001110000c1mmmmm000100nnnnn11111", "stclr{order}b {Wm}, [{Xn|sp}]", {ldclr_b},
		.attr = OVERRIDES | ALIAS, .feature = FEAT_LSE, .valid = valid_st},
	{"01111000hc1mmmmm000100nnnnnddddd", "ldclr{order}h {Wm}, {Wd}, [{Xn|sp}]", {ldclr_h},
		.feature = FEAT_LSE},
	{"011110000c1mmmmm000100nnnnn11111", "stclr{order}h {Wm}, [{Xn|sp}]", {ldclr_h},
		.attr = OVERRIDES | ALIAS, .feature = FEAT_LSE, .valid = valid_st},
	{"1s111000hc1mmmmm000100nnnnnddddd", "ldclr{order} {Rm}, {Rd}, [{Xn|sp}]", SIZES_WX(ldclr),
		.feature = FEAT_LSE},
	{"1s1110000c1mmmmm000100nnnnn11111", "stclr{order} {Rm}, [{Xn|sp}]", SIZES_WX(ldclr),
		.attr = OVERRIDES | ALIAS, .feature = FEAT_LSE, .valid = valid_st},
	{"00111000hc1mmmmm001000nnnnnddddd", "ldeor{order}b {Wm}, {Wd}, [{Xn|sp}]", {ldeor_b},
		.feature = FEAT_LSE},
	{"001110000c1mmmmm001000nnnnn11111", "steor{order}b {Wm}, [{Xn|sp}]", {ldeor_b},
		.attr = OVERRIDES | ALIAS, .feature = FEAT_LSE, .valid = valid_st},
	{"01111000hc1mmmmm001000nnnnnddddd", "ldeor{order}h {Wm}, {Wd}, [{Xn|sp}]", {ldeor_h},
		.feature = FEAT_LSE},
	{"011110000c1mmmmm001000nnnnn11111", "steor{order}h {Wm}, [{Xn|sp}]", {ldeor_h},
		.attr = OVERRIDES | ALIAS, .feature = FEAT_LSE, .valid = valid_st},
	{"1s111000hc1mmmmm001000nnnnnddddd", "ldeor{order} {Rm}, {Rd}, [{Xn|sp}]", SIZES_WX(ldeor),
		.feature = FEAT_LSE},
	{"1s1110000c1mmmmm001000nnnnn11111", "steor{order} {Rm}, [{Xn|sp}]", SIZES_WX(ldeor),
		.attr = OVERRIDES | ALIAS, .feature = FEAT_LSE, .valid = valid_st},
	{"00111000hc1mmmmm001100nnnnnddddd", "ldset{order}b {Wm}, {Wd}, [{Xn|sp}]", {ldset_b},
		.feature = FEAT_LSE},
	{"001110000c1mmmmm001100nnnnn11111", "stset{order}b {Wm}, [{Xn|sp}]", {ldset_b},
		.attr = OVERRIDES | ALIAS, .feature = FEAT_LSE, .valid = valid_st},
	{"01111000hc1mmmmm001100nnnnnddddd", "ldset{order}h {Wm}, {Wd}, [{Xn|sp}]", {ldset_h},
		.feature = FEAT_LSE},
	{"011110000c1mmmmm001100nnnnn11111", "stset{order}h {Wm}, [{Xn|sp}]", {ldset_h},
		.attr = OVERRIDES | ALIAS, .feature = FEAT_LSE, .valid = valid_st},
	{"1s111000hc1mmmmm001100nnnnnddddd", "ldset{order} {Rm}, {Rd}, [{Xn|sp}]", SIZES_WX(ldset),
		.feature = FEAT_LSE},
	{"1s1110000c1mmmmm001100nnnnn11111", "stset{order} {Rm}, [{Xn|sp}]", SIZES_WX(ldset),
		.attr = OVERRIDES | ALIAS, .feature = FEAT_LSE, .valid = valid_st},
	{"00111000hc1mmmmm010000nnnnnddddd", "ldsmax{order}b {Wm}, {Wd}, [{Xn|sp}]", {ldsmax_b},
		.feature = FEAT_LSE},
	{"001110000c1mmmmm010000nnnnn11111", "stsmax{order}b {Wm}, [{Xn|sp}]", {ldsmax_b},
		.attr = OVERRIDES | ALIAS, .feature = FEAT_LSE, .valid = valid_st},
	{"01111000hc1mmmmm010000nnnnnddddd", "ldsmax{order}h {Wm}, {Wd}, [{Xn|sp}]", {ldsmax_h},
		.feature = FEAT_LSE},
	{"011110000c1mmmmm010000nnnnn11111", "stsmax{order}h {Wm}, [{Xn|sp}]", {ldsmax_h},
		.attr = OVERRIDES | ALIAS, .feature = FEAT_LSE, .valid = valid_st},
	{"1s111000hc1mmmmm010000nnnnnddddd", "ldsmax{order} {Rm}, {Rd}, [{Xn|sp}]", SIZES_WX(ldsmax),
		.feature = FEAT_LSE},
	{"1s1110000c1mmmmm010000nnnnn11111", "stsmax{order} {Rm}, [{Xn|sp}]", SIZES_WX(ldsmax),
		.attr = OVERRIDES | ALIAS, .feature = FEAT_LSE, .valid = valid_st},
	{"00111000hc1mmmmm010100nnnnnddddd", "ldsmin{order}b {Wm}, {Wd}, [{Xn|sp}]", {ldsmin_b},
		.feature = FEAT_LSE},
	{"001110000c1mmmmm010100nnnnn11111", "stsmin{order}b {Wm}, [{Xn|sp}]", {ldsmin_b},
		.attr = OVERRIDES | ALIAS, .feature = FEAT_LSE, .valid = valid_st},
	{"01111000hc1mmmmm010100nnnnnddddd", "ldsmin{order}h {Wm}, {Wd}, [{Xn|sp}]", {ldsmin_h},
		.feature = FEAT_LSE},
	{"011110000c1mmmmm010100nnnnn11111", "stsmin{order}h {Wm}, [{Xn|sp}]", {ldsmin_h},
		.attr = OVERRIDES | ALIAS, .feature = FEAT_LSE, .valid = valid_st},
	{"1s111000hc1mmmmm010100nnnnnddddd", "ldsmin{order} {Rm}, {Rd}, [{Xn|sp}]", SIZES_WX(ldsmin),
		.feature = FEAT_LSE},
	{"1s1110000c1mmmmm010100nnnnn11111", "stsmin{order} {Rm}, [{Xn|sp}]", SIZES_WX(ldsmin),
		.attr = OVERRIDES | ALIAS, .feature = FEAT_LSE, .valid = valid_st},
	{"00111000hc1mmmmm011000nnnnnddddd", "ldumax{order}b {Wm}, {Wd}, [{Xn|sp}]", {ldumax_b},
		.feature = FEAT_LSE},
	{"001110000c1mmmmm011000nnnnn11111", "stumax{order}b {Wm}, [{Xn|sp}]", {ldumax_b},
		.attr = OVERRIDES | ALIAS, .feature = FEAT_LSE, .valid = valid_st},
	{"01111000hc1mmmmm011000nnnnnddddd", "ldumax{order}h {Wm}, {Wd}, [{Xn|sp}]", {ldumax_h},
		.feature = FEAT_LSE},
	{"011110000c1mmmmm011000nnnnn11111", "stumax{order}h {Wm}, [{Xn|sp}]", {ldumax_h},
		.attr = OVERRIDES | ALIAS, .feature = FEAT_LSE, .valid = valid_st},
	{"1s111000hc1mmmmm011000nnnnnddddd", "ldumax{order} {Rm}, {Rd}, [{Xn|sp}]", SIZES_WX(ldumax),
		.feature = FEAT_LSE},
	{"1s1110000c1mmmmm011000nnnnn11111", "stumax{order} {Rm}, [{Xn|sp}]", SIZES_WX(ldumax),
		.attr = OVERRIDES | ALIAS, .feature = FEAT_LSE, .valid = valid_st},
	{"00111000hc1mmmmm011100nnnnnddddd", "ldumin{order}b {Wm}, {Wd}, [{Xn|sp}]", {ldumin_b},
		.feature = FEAT_LSE},
	{"001110000c1mmmmm011100nnnnn11111", "stumin{order}b {Wm}, [{Xn|sp}]", {ldumin_b},
		.attr = OVERRIDES | ALIAS, .feature = FEAT_LSE, .valid = valid_st},
	{"01111000hc1mmmmm011100nnnnnddddd", "ldumin{order}h {Wm}, {Wd}, [{Xn|sp}]", {ldumin_h},
		.feature = FEAT_LSE},
	{"011110000c1mmmmm011100nnnnn11111", "stumin{order}h {Wm}, [{Xn|sp}]", {ldumin_h},
		.attr = OVERRIDES | ALIAS, .feature = FEAT_LSE, .valid = valid_st},
	{"1s111000hc1mmmmm011100nnnnnddddd", "ldumin{order} {Rm}, {Rd}, [{Xn|sp}]", SIZES_WX(ldumin),
		.feature = FEAT_LSE},
	{"1s1110000c1mmmmm011100nnnnn11111", "stumin{order} {Rm}, [{Xn|sp}]", SIZES_WX(ldumin),
		.attr = OVERRIDES | ALIAS, .feature = FEAT_LSE, .valid = valid_st},
	{"00111000hc1mmmmm100000nnnnnddddd", "swp{order}b {Wm}, {Wd}, [{Xn|sp}]", {swp_b},
		.feature = FEAT_LSE},
	{"01111000hc1mmmmm100000nnnnnddddd", "swp{order}h {Wm}, {Wd}, [{Xn|sp}]", {swp_h},
		.feature = FEAT_LSE},
	{"1s111000hc1mmmmm100000nnnnnddddd", "swp{order} {Rm}, {Rd}, [{Xn|sp}]", SIZES_WX(swp),
		.feature = FEAT_LSE},
	{"000010001h1mmmmmc11111nnnnnddddd", "cas{order}b {Wm}, {Wd}, [{Xn|sp}]", {cas_b},
		.attr = READS_D, .feature = FEAT_LSE},
	{"010010001h1mmmmmc11111nnnnnddddd", "cas{order}h {Wm}, {Wd}, [{Xn|sp}]", {cas_h},
		.attr = READS_D, .feature = FEAT_LSE},
	{"1s0010001h1mmmmmc11111nnnnnddddd", "cas{order} {Rm}, {Rd}, [{Xn|sp}]", SIZES_WX(cas),
		.attr = READS_D, .feature = FEAT_LSE},
	{"0s0010000h1mmmmmc11111nnnnnddddd", "casp{order} {Rm}, {Rm+1}, {Rd}, {Rd+1}, [{Xn|sp}]",
		{[2] = casp_w_any, [3] = casp_x_any}, .attr = READS_D, .feature = FEAT_LSE, .valid = valid_casp},
};

const struct insn_group a64_group_ldst_atomic = {
	"atomic memory operations", rows, countof(rows),
	"Arm ARM C4.1, Atomic memory operations, Compare and swap (pair)",
};
