/* SPDX-License-Identifier: MIT */
/* Loads and stores of one register: address, access, writeback, for every addressing mode (Arm ARM C1.3.3, C4.1
 * "Loads and Stores"). Each handler exists in two copies: where the TLB says that the access is plain memory, the
 * compiler drops the slow paths, and with them the need to save registers; else the cold copy runs, which may
 * raise.
 *
 * Registers change only after the last thing that can fault. Overlaps that are CONSTRAINED UNPREDICTABLE (K1.1: Rt
 * or Rt2 is the base and there is writeback; Rt is Rt2) do what follows from the order here: registers are written
 * first to last and the base at the end, a store has the base's value from before. */
#ifndef CPU_ARM_A64_LDST_H
#define CPU_ARM_A64_LDST_H

#include "cpu/arm/a64/operand.h"

/* SP is the base and not aligned to 16 bytes: raises, if SCTLR_ELx.SA or SA0 says so (D1.3.7). */
COLD void a64_sp_misaligned(struct arm *c);

void a64_prefetch(struct cpu *cpu, const struct insn *i); /* PRFM, in every form */

/* The base register; sp: it is SP. */
ALWAYS_INLINE u64 a64_base(struct arm *c, const struct insn *i, const bool sp)
{
	if (!sp)
		return c->x[i->f[F_N]];
	if (unlikely(c->x[R_SP] & 15))
		a64_sp_misaligned(c);
	return c->x[R_SP];
}

/* The same where it was not decided by the handler. */
ALWAYS_INLINE u64 a64_any_base(struct arm *c, const struct insn *i)
{
	return a64_base(c, i, i->f[F_N] == R_SP);
}

enum a64_address {
	AT_OFFSET, AT_PRE, AT_POST, /* immediate */
	AT_INDEX,                   /* Rm, option in F_O, amount in F_H */
	AT_INDEX_X,                 /* Rm, LSL by F_H */
	AT_LABEL,
};

ALWAYS_INLINE u64 a64_address(const struct arm *c, const struct insn *i, u64 base, const enum a64_address at)
{
	switch (at) {
	case AT_OFFSET: case AT_PRE: return base + i->imm;
	case AT_INDEX: return base + a64_extend(c->x[i->f[F_M]], i->f[F_O], i->f[F_H]);
	case AT_INDEX_X: return base + (c->x[i->f[F_M]] << i->f[F_H]);
	case AT_LABEL: return c->cpu.block_pc + i->off + i->imm;
	default: return base;
	}
}

ALWAYS_INLINE void a64_writeback(struct arm *c, const struct insn *i, u64 base, const bool sp,
	const enum a64_address at)
{
	if (at == AT_PRE || at == AT_POST)
		c->x[sp ? R_SP : i->f[F_N]] = base + i->imm;
}

/* What is moved. SX: sign-extended to 64 bits, SW: to 32. FQ: 128 bits. */
enum a64_access { LOAD, LOAD_SX, LOAD_SW, STORE, LOAD_F, STORE_F, LOAD_FQ, STORE_FQ };

ALWAYS_INLINE bool a64_stores(const enum a64_access what)
{
	return what == STORE || what == STORE_F || what == STORE_FQ;
}

/* May the access go ahead without a slow path? */
ALWAYS_INLINE bool a64_hits(const struct arm *c, const struct insn *i, const unsigned size, const bool sp,
	const enum a64_access what, const enum a64_address at)
{
	const unsigned bytes = what == LOAD_FQ || what == STORE_FQ ? 16 : 1u << size;
	u64 base = c->x[sp ? R_SP : i->f[F_N]], va = a64_address(c, i, base, at);

	if (sp && unlikely(base & 15))
		return false;
	return a64_stores(what) ? tlb_writes(&c->cpu.tlb, va, bytes) : tlb_reads(&c->cpu.tlb, va, bytes);
}

ALWAYS_INLINE void a64_move(struct arm *c, const struct insn *i, const unsigned size, const bool sp,
	const enum a64_access what, const enum a64_address at)
{
	u64 base = at == AT_LABEL ? 0 : a64_base(c, i, sp), va = a64_address(c, i, base, at), v;
	unsigned d = i->f[F_D];

	if (what == STORE) {
		arm_write(c, va, 1u << size, c->x[d]);
	} else if (what == STORE_F) {
		arm_write(c, va, 1u << size, c->v[d].q[0]);
	} else if (what == STORE_FQ) {
		arm_write16(c, va, c->v[d]);
	} else if (what == LOAD_FQ) {
		c->v[d] = arm_read16(c, va);
	} else {
		v = arm_read(c, va, 1u << size);
		if (what == LOAD_F)
			c->v[d] = (union vec){{v, 0}};
		else if (what == LOAD)
			c->x[d] = v;
		else
			c->x[d] = a64_cut((u64)a64_signed(v, size), what == LOAD_SW ? 2 : 3);
	}
	a64_writeback(c, i, base, sp, at);
}

/* SIZED_MOVE(name, what, at): handlers name_b .. name_x for the four sizes, and name_bs .. name_xs with SP as the base;
 * SIZED_MOVE_1 only for one size. SIZES_BASE lists one size in a row with BASE_FORMS. */
#define SIZED_MOVE_SLOW(name, fn, ...) COLD OP(name##_slow, fn, __VA_ARGS__)
#define SIZED_MOVE_FAST(name, fn, hits, ...) \
	static void name(struct cpu *cpu, const struct insn *i) \
	{ \
		if (unlikely(!hits(arm_from(cpu), i, __VA_ARGS__))) \
			name##_slow(cpu, i); \
		else \
			fn(arm_from(cpu), i, __VA_ARGS__), cpu_next(cpu, i); \
	}
#define SIZED_MOVE_BOTH(name, ...) \
	SIZED_MOVE_SLOW(name, a64_move, __VA_ARGS__) SIZED_MOVE_FAST(name, a64_move, a64_hits, __VA_ARGS__)
#define SIZED_MOVE_1(name, suffix, size, ...) \
	SIZED_MOVE_BOTH(name##suffix, size, false, __VA_ARGS__) \
	SIZED_MOVE_BOTH(name##suffix##s, size, true, __VA_ARGS__)
#define SIZED_MOVE_BH(name, ...) SIZED_MOVE_1(name, _b, 0, __VA_ARGS__) SIZED_MOVE_1(name, _h, 1, __VA_ARGS__)
#define SIZED_MOVE(name, ...) \
	SIZED_MOVE_BH(name, __VA_ARGS__) SIZED_MOVE_1(name, _w, 2, __VA_ARGS__) SIZED_MOVE_1(name, _x, 3, __VA_ARGS__)
#define SIZES_BASE(name) {[0] = name, [4] = name##s}
#define SIZES_BASE_WX(name) {[2] = name##_w, [3] = name##_x, [6] = name##_ws, [7] = name##_xs}
#define SIZES_BASE_ALL(name) \
	{name##_b, name##_h, name##_w, name##_x, name##_bs, name##_hs, name##_ws, name##_xs}

#endif
