/* SPDX-License-Identifier: MIT */
/* Loads and stores of pairs (Arm ARM C4.1, Load/store register pair (offset) .. (pre-indexed), no-allocate pair). Both
 * halves are checked before a register changes or a byte is written. */
#include "cpu/arm/a64/ldst.h"

/* The second register is in F_A. */
ALWAYS_INLINE bool pair_hits(const struct arm *c, const struct insn *i, const unsigned size, const bool sp,
	const enum a64_access what, const enum a64_address at)
{
	const unsigned bytes = what == LOAD_FQ || what == STORE_FQ ? 32 : 2u << size;
	u64 base = c->x[sp ? R_SP : i->f[F_N]], va = a64_address(c, i, base, at);

	if (sp && unlikely(base & 15))
		return false;
	return a64_stores(what) ? tlb_writes(&c->cpu.tlb, va, bytes) : tlb_reads(&c->cpu.tlb, va, bytes);
}

ALWAYS_INLINE void store_pair(struct arm *c, u64 va, const unsigned bytes, u64 first, u64 second)
{
	if (unlikely(!tlb_writes(&c->cpu.tlb, va, 2 * bytes)) && !tlb_write_victim(&c->cpu.tlb, va, 2 * bytes)) {
		arm_probe_write(c, va, bytes);
		arm_probe_write(c, va + bytes, bytes);
	}
	arm_write(c, va, bytes, first);
	arm_write(c, va + bytes, bytes, second);
}

ALWAYS_INLINE void store_pair_q(struct arm *c, u64 va, union vec first, union vec second)
{
	if (unlikely(!tlb_writes(&c->cpu.tlb, va, 32)) && !tlb_write_victim(&c->cpu.tlb, va, 32)) {
		arm_probe_write(c, va, 16);
		arm_probe_write(c, va + 16, 16);
	}
	arm_write16(c, va, first);
	arm_write16(c, va + 16, second);
}

ALWAYS_INLINE void load_pair(struct arm *c, const struct insn *i, u64 va, const unsigned size,
	const enum a64_access what)
{
	u64 v = arm_read(c, va, 1u << size), w = arm_read(c, va + (1u << size), 1u << size);
	unsigned d = i->f[F_D], a = i->f[F_A];

	if (what == LOAD_F) {
		c->v[d] = (union vec){{v, 0}};
		c->v[a] = (union vec){{w, 0}};
	} else {
		c->x[d] = what == LOAD_SX ? (u64)a64_signed(v, size) : v;
		c->x[a] = what == LOAD_SX ? (u64)a64_signed(w, size) : w;
	}
}

ALWAYS_INLINE void pair(struct arm *c, const struct insn *i, const unsigned size, const bool sp,
	const enum a64_access what, const enum a64_address at)
{
	u64 base = a64_base(c, i, sp), va = a64_address(c, i, base, at);
	unsigned d = i->f[F_D], a = i->f[F_A];

	if (what == STORE) {
		store_pair(c, va, 1u << size, c->x[d], c->x[a]);
	} else if (what == STORE_F) {
		store_pair(c, va, 1u << size, c->v[d].q[0], c->v[a].q[0]);
	} else if (what == STORE_FQ) {
		store_pair_q(c, va, c->v[d], c->v[a]);
	} else if (what == LOAD_FQ) {
		union vec v = arm_read16(c, va), w = arm_read16(c, va + 16);

		c->v[d] = v;
		c->v[a] = w;
	} else {
		load_pair(c, i, va, size, what);
	}
	a64_writeback(c, i, base, sp, at);
}

#define SIZED_PAIR_BOTH(name, ...) \
	SIZED_MOVE_SLOW(name, pair, __VA_ARGS__) SIZED_MOVE_FAST(name, pair, pair_hits, __VA_ARGS__)
#define SIZED_PAIR_1(name, suffix, size, ...) \
	SIZED_PAIR_BOTH(name##suffix, size, false, __VA_ARGS__) \
	SIZED_PAIR_BOTH(name##suffix##s, size, true, __VA_ARGS__)
#define SIZED_PAIR(name, ...) SIZED_PAIR_1(name, _w, 2, __VA_ARGS__) SIZED_PAIR_1(name, _x, 3, __VA_ARGS__)

SIZED_PAIR(ldp, LOAD, AT_OFFSET)
SIZED_PAIR(ldp_pre, LOAD, AT_PRE)
SIZED_PAIR(ldp_post, LOAD, AT_POST)
SIZED_PAIR(stp, STORE, AT_OFFSET)
SIZED_PAIR(stp_pre, STORE, AT_PRE)
SIZED_PAIR(stp_post, STORE, AT_POST)
SIZED_PAIR_1(ldpsw, _w, 2, LOAD_SX, AT_OFFSET)
SIZED_PAIR_1(ldpsw_pre, _w, 2, LOAD_SX, AT_PRE)
SIZED_PAIR_1(ldpsw_post, _w, 2, LOAD_SX, AT_POST)
SIZED_PAIR(fldp, LOAD_F, AT_OFFSET)
SIZED_PAIR(fldp_pre, LOAD_F, AT_PRE)
SIZED_PAIR(fldp_post, LOAD_F, AT_POST)
SIZED_PAIR(fstp, STORE_F, AT_OFFSET)
SIZED_PAIR(fstp_pre, STORE_F, AT_PRE)
SIZED_PAIR(fstp_post, STORE_F, AT_POST)
SIZED_PAIR_1(ldp, _q, 0, LOAD_FQ, AT_OFFSET)
SIZED_PAIR_1(ldp_pre, _q, 0, LOAD_FQ, AT_PRE)
SIZED_PAIR_1(ldp_post, _q, 0, LOAD_FQ, AT_POST)
SIZED_PAIR_1(stp, _q, 0, STORE_FQ, AT_OFFSET)
SIZED_PAIR_1(stp_pre, _q, 0, STORE_FQ, AT_PRE)
SIZED_PAIR_1(stp_post, _q, 0, STORE_FQ, AT_POST)

enum {
	PAIR = BASE_FORMS | IMM_SIGNED | IMM_SCALED, PAIR_2 = BASE_FORMS | IMM_SIGNED | IMM_SHIFT(2),
	PAIR_4 = BASE_FORMS | IMM_SIGNED | IMM_SHIFT(4), STORED = READS_D, LOADED = WRITES_A,
};

static const struct insn_row rows[] = {
	/* ---- no-allocate ---- */
	{"s010100000iiiiiiiaaaaannnnnddddd", "stnp {Rd}, {Ra}, [{Xn|sp}{offset}]", SIZES_BASE_WX(stp),
		.attr = PAIR | STORED},
	{"s010100001iiiiiiiaaaaannnnnddddd", "ldnp {Rd}, {Ra}, [{Xn|sp}{offset}]", SIZES_BASE_WX(ldp),
		.attr = PAIR | LOADED},
	{"0s10110000iiiiiiiaaaaannnnnddddd", "stnp {Fd}, {Fa}, [{Xn|sp}{offset}]", SIZES_BASE_WX(fstp),
		.attr = PAIR | FPSIMD},
	{"0s10110001iiiiiiiaaaaannnnnddddd", "ldnp {Fd}, {Fa}, [{Xn|sp}{offset}]", SIZES_BASE_WX(fldp),
		.attr = PAIR | FPSIMD},
	{"1010110000iiiiiiiaaaaannnnnddddd", "stnp {Qd}, {Qa}, [{Xn|sp}{offset}]", SIZES_BASE(stp_q),
		.attr = PAIR_4 | FPSIMD},
	{"1010110001iiiiiiiaaaaannnnnddddd", "ldnp {Qd}, {Qa}, [{Xn|sp}{offset}]", SIZES_BASE(ldp_q),
		.attr = PAIR_4 | FPSIMD},
	/* ---- offset ---- */
	{"s010100100iiiiiiiaaaaannnnnddddd", "stp {Rd}, {Ra}, [{Xn|sp}{offset}]", SIZES_BASE_WX(stp),
		.attr = PAIR | STORED},
	{"s010100101iiiiiiiaaaaannnnnddddd", "ldp {Rd}, {Ra}, [{Xn|sp}{offset}]", SIZES_BASE_WX(ldp),
		.attr = PAIR | LOADED},
	{"0110100101iiiiiiiaaaaannnnnddddd", "ldpsw {Xd}, {Xa}, [{Xn|sp}{offset}]", SIZES_BASE(ldpsw_w),
		.attr = PAIR_2 | LOADED},
	{"0s10110100iiiiiiiaaaaannnnnddddd", "stp {Fd}, {Fa}, [{Xn|sp}{offset}]", SIZES_BASE_WX(fstp),
		.attr = PAIR | FPSIMD},
	{"0s10110101iiiiiiiaaaaannnnnddddd", "ldp {Fd}, {Fa}, [{Xn|sp}{offset}]", SIZES_BASE_WX(fldp),
		.attr = PAIR | FPSIMD},
	{"1010110100iiiiiiiaaaaannnnnddddd", "stp {Qd}, {Qa}, [{Xn|sp}{offset}]", SIZES_BASE(stp_q),
		.attr = PAIR_4 | FPSIMD},
	{"1010110101iiiiiiiaaaaannnnnddddd", "ldp {Qd}, {Qa}, [{Xn|sp}{offset}]", SIZES_BASE(ldp_q),
		.attr = PAIR_4 | FPSIMD},
	/* ---- post-indexed ---- */
	{"s010100010iiiiiiiaaaaannnnnddddd", "stp {Rd}, {Ra}, [{Xn|sp}], {simm}", SIZES_BASE_WX(stp_post),
		.attr = PAIR | STORED},
	{"s010100011iiiiiiiaaaaannnnnddddd", "ldp {Rd}, {Ra}, [{Xn|sp}], {simm}", SIZES_BASE_WX(ldp_post),
		.attr = PAIR | LOADED},
	{"0110100011iiiiiiiaaaaannnnnddddd", "ldpsw {Xd}, {Xa}, [{Xn|sp}], {simm}", SIZES_BASE(ldpsw_post_w),
		.attr = PAIR_2 | LOADED},
	{"0s10110010iiiiiiiaaaaannnnnddddd", "stp {Fd}, {Fa}, [{Xn|sp}], {simm}", SIZES_BASE_WX(fstp_post),
		.attr = PAIR | FPSIMD},
	{"0s10110011iiiiiiiaaaaannnnnddddd", "ldp {Fd}, {Fa}, [{Xn|sp}], {simm}", SIZES_BASE_WX(fldp_post),
		.attr = PAIR | FPSIMD},
	{"1010110010iiiiiiiaaaaannnnnddddd", "stp {Qd}, {Qa}, [{Xn|sp}], {simm}", SIZES_BASE(stp_post_q),
		.attr = PAIR_4 | FPSIMD},
	{"1010110011iiiiiiiaaaaannnnnddddd", "ldp {Qd}, {Qa}, [{Xn|sp}], {simm}", SIZES_BASE(ldp_post_q),
		.attr = PAIR_4 | FPSIMD},
	/* ---- pre-indexed ---- */
	{"s010100110iiiiiiiaaaaannnnnddddd", "stp {Rd}, {Ra}, [{Xn|sp}, {simm}]!", SIZES_BASE_WX(stp_pre),
		.attr = PAIR | STORED},
	{"s010100111iiiiiiiaaaaannnnnddddd", "ldp {Rd}, {Ra}, [{Xn|sp}, {simm}]!", SIZES_BASE_WX(ldp_pre),
		.attr = PAIR | LOADED},
	{"0110100111iiiiiiiaaaaannnnnddddd", "ldpsw {Xd}, {Xa}, [{Xn|sp}, {simm}]!", SIZES_BASE(ldpsw_pre_w),
		.attr = PAIR_2 | LOADED},
	{"0s10110110iiiiiiiaaaaannnnnddddd", "stp {Fd}, {Fa}, [{Xn|sp}, {simm}]!", SIZES_BASE_WX(fstp_pre),
		.attr = PAIR | FPSIMD},
	{"0s10110111iiiiiiiaaaaannnnnddddd", "ldp {Fd}, {Fa}, [{Xn|sp}, {simm}]!", SIZES_BASE_WX(fldp_pre),
		.attr = PAIR | FPSIMD},
	{"1010110110iiiiiiiaaaaannnnnddddd", "stp {Qd}, {Qa}, [{Xn|sp}, {simm}]!", SIZES_BASE(stp_pre_q),
		.attr = PAIR_4 | FPSIMD},
	{"1010110111iiiiiiiaaaaannnnnddddd", "ldp {Qd}, {Qa}, [{Xn|sp}, {simm}]!", SIZES_BASE(ldp_pre_q),
		.attr = PAIR_4 | FPSIMD},
};

const struct insn_group a64_group_ldst_pair = {
	"load and store pair", rows, countof(rows),
	"Arm ARM C4.1, Load/store no-allocate pair (offset) .. pair (pre-indexed)",
};
