/* SPDX-License-Identifier: MIT */
/* The A64 row notation, the fields of a decoded instruction, and the macros that groups are written with. Groups are
 * the headings of the manual's A64 encoding index (Arm ARM C4.1), one file each, listed in isa.c.
 *
 * enc: 32 characters, bit 31 first: 0 1 fixed; x ignored; a letter is a field, its bits taken from the top down:
 *       d n m a   registers Rd/Rt, Rn, Rm/Rs, Ra/Rt2     -> f[F_D] f[F_N] f[F_M] f[F_A]
 *       i, then j immediate: the bits of i above those of j -> imm (j alone is an immediate too)
 *       s         1 bit: sf (size 2 or 3); 2 bits: size 0..3 -> insn.size
 *       z         1 bit: sz of floating point (size 2 or 3) -> insn.size
 *       y         2 bits: ftype (00 size 2, 01 size 3, 11 size 1, 10 reserved) -> insn.size
 *       q         Q: 128-bit vector                       -> f[F_Q], and exec[size + 4 * Q]
 *       o h c     whatever the group needs (option, shift amount, condition ...) -> f[F_O] f[F_H] f[F_C]
 *       A row without s, z, y has size 0: one handler in exec[0] (exec[4] with Q = 1).
 *       A row with OVERRIDES wins over the wider one that it lies in (aliases with a quicker handler; `valid` says
 *       no: the wider row decodes). Without OVERRIDES `valid` saying no means UNDEFINED. A row whose feature is absent
 *       does not exist. What no row matches is UNDEFINED.
 * text: mnemonic, then operands; {..} is filled in (text.c has the table of what may stand there), the rest is
 * printed.
 *       {Rd} W or X by size, {Wd} {Xd}; {Rd|sp} {Xn|sp}: register 31 is SP, else it is ZR.
 *       {Bd} {Hd} {Sd} {Dd} {Qd}, {Fd} by size, {Ld} one size up, {Vd.T} arrangement by size and Q,
 *       {Vd.8b} any fixed one.
 *       The decoder reads from it which of d n m a are general registers and which of these are SP.
 *
 * Register 31: d is written and gives R_SINK unless READS_D; m and a are read and give R_ZR unless WRITES_M,
 * WRITES_A; n is read (or SP). A register that is both read and written (CAS) is marked as read: write it by a64_put.
 * Immediates: the raw bits, then IMM_SIGNED extends the sign, then IMM_SHIFT(n) or IMM_SCALED (by insn.size) shift
 * left. What is more complicated is done by `valid`. */
#ifndef CPU_ARM_A64_A64_H
#define CPU_ARM_A64_A64_H

#include "cpu/arm/access.h"
#include "cpu/arm/arm.h"

/* insn.f[] */
enum { F_D, F_N, F_M, F_A, F_O, F_H, F_C, F_Q };

/* insn_row.attr */
enum {
	READS_D = ATTR_ARCH << 0,
	WRITES_M = ATTR_ARCH << 1,
	WRITES_A = ATTR_ARCH << 2,
	FPSIMD = ATTR_ARCH << 3, /* traps when access to SIMD and floating point is disabled */
	IMM_SIGNED = ATTR_ARCH << 4,
	IMM_SCALED = ATTR_ARCH << 5, /* << insn.size */
	ALIAS = ATTR_ARCH << 6,      /* another name for a row that it lies in: the tests of names prefer it */
	PRIVILEGED = ATTR_ARCH << 7, /* needs EL1 or more; checked by the handler, here for docs and tests */
	IMM_SHIFT_1 = ATTR_ARCH << 8, /* four bits: a number */
	BASE_FORMS = ATTR_ARCH << 12, /* exec[4..7] are for SP in Rn */
};
#define IMM_SHIFT(n) ((u32)(n) * IMM_SHIFT_1)

/* Features that rows and system registers may depend on (insn_row.feature), by their names in the manual. */
enum {
	FEAT_NONE,
	FEAT_LSE,
	FEAT_CRC32,
	FEAT_RDM,
	FEAT_PAN,
	FEAT_PAN2,
	FEAT_DPB,
	FEAT_DPB2,
	FEAT_FlagM,
	FEAT_FlagM2,
	FEAT_LRCPC,
	FEAT_LRCPC2,
	FEAT_DotProd,
	FEAT_FP16,
	FEAT_FHM,
	FEAT_AES,
	FEAT_PMULL,
	FEAT_SHA1,
	FEAT_SHA256,
	FEAT_SHA512,
	FEAT_SHA3,
	FEAT_SM3,
	FEAT_SM4,
	FEAT_BTI,
	FEAT_PAuth,
	FEAT_JSCVT,
	FEAT_FCMA,
	FEAT_FRINTTS,
	FEAT_RNG,
	FEAT_HAFDBS,
	FEAT_UAO,
	FEAT_VHE,
	FEAT_LSE2,
	FEAT_SB,
	FEAT_SSBS,
	FEAT_DIT,
	FEAT_I8MM,
	FEAT_BF16,
	FEAT_LOR,
	FEAT_TTCNP,
	FEAT_XNX,
	FEAT_HPDS,
	FEAT_VMID16,
	FEAT_RAS,
	FEAT_IESB,
	FEAT_TTST,
	FEAT_BBM,
	FEAT_E0PD,
	FEAT_PMUv3,
	FEAT_PACQARMA5,
	FEAT_PACIMP,
	FEAT_FPAC,
	FEAT_CSV2,
	FEAT_CSV3,
	FEAT_SPECRES,
	FEAT_MPAM,
	FEAT_AA32EL0,
	FEAT_AA32EL1,
	FEAT_COUNT
};

extern const struct insn_group *const a64_groups[]; /* isa.c, NULL-ended */

/* The rows, parsed and indexed: made once per processor, never changed afterwards (struct arm.isa). */
struct arm_isa *a64_isa_new(const struct insn_group *const *groups, const u64 features[2]);
void a64_isa_free(struct arm_isa *isa);
const struct insn_row *const *a64_rows(const struct cpu *cpu, unsigned *n); /* [0] is "udf" */
const struct insn_row *a64_row_of(const struct arm_isa *isa, const struct insn *i);
unsigned a64_decode(const struct cpu *cpu, const u8 *code, unsigned avail, u32 mode, struct insn *out);
/* Any word, without a processor's mode. false: UNDEFINED. */
bool a64_decode_word(const struct arm_isa *isa, u32 word, struct insn *out);
/* A random word that the row matches, other bits from `bits`. For tests. */
u32 a64_row_word(const struct insn_row *row, u32 bits);
unsigned a64_text(const struct arm_isa *isa, const struct insn *i, u64 pc, char *out, size_t size);
void a64_exec_undefined(struct cpu *cpu, const struct insn *i);
void a64_exec_fp_trap(struct cpu *cpu, const struct insn *i);

/* For `valid` of rows: the transformations that several groups need (operand.c). */
bool a64_decode_bit_masks(u64 *mask, unsigned n, unsigned imms, unsigned immr, unsigned size); /* logical immediates */

/* A body is ALWAYS_INLINE void name(struct arm *c, const struct insn *i, const unsigned size): one handler per size
 * that the row can have. With Q: (..., const unsigned size, const bool q). SIZES_x lists what SIZED_x made. */
#define SIZED_A64(fn, suffix, ...) \
	static void fn##suffix(struct cpu *cpu, const struct insn *i) \
	{ \
		fn(arm_from(cpu), i, __VA_ARGS__); \
		cpu_next(cpu, i); \
	}
#define SIZED_A64_0(fn) \
	static void fn##_any(struct cpu *cpu, const struct insn *i) \
	{ \
		fn(arm_from(cpu), i); \
		cpu_next(cpu, i); \
	}
/* The same for what ends a block: nothing follows. */
#define SIZED_A64_LAST(fn) \
	static void fn##_any(struct cpu *cpu, const struct insn *i) \
	{ \
		fn(arm_from(cpu), i); \
	}
#define SIZED_WX(fn)   SIZED_A64(fn, _w, 2) SIZED_A64(fn, _x, 3)
#define SIZED_BHWX(fn) SIZED_A64(fn, _b, 0) SIZED_A64(fn, _h, 1) SIZED_A64(fn, _w, 2) SIZED_A64(fn, _x, 3)
#define SIZED_HSD(fn)  SIZED_A64(fn, _h, 1) SIZED_A64(fn, _w, 2) SIZED_A64(fn, _x, 3)
#define SIZED_V(fn) \
	SIZED_A64(fn, _8b, 0, false) SIZED_A64(fn, _4h, 1, false) SIZED_A64(fn, _2s, 2, false) \
	SIZED_A64(fn, _1d, 3, false) SIZED_A64(fn, _16b, 0, true) SIZED_A64(fn, _8h, 1, true) \
	SIZED_A64(fn, _4s, 2, true) SIZED_A64(fn, _2d, 3, true)
#define SIZES_0(fn)    {fn##_any}
#define SIZES_Q(fn)    {[0] = fn##_any, [4] = fn##_any}
#define SIZES_WX(fn)   {[2] = fn##_w, [3] = fn##_x}
#define SIZES_BHWX(fn) {fn##_b, fn##_h, fn##_w, fn##_x}
#define SIZES_HSD(fn)  {[1] = fn##_h, [2] = fn##_w, [3] = fn##_x}
#define SIZES_V(fn)    {fn##_8b, fn##_4h, fn##_2s, fn##_1d, fn##_16b, fn##_8h, fn##_4s, fn##_2d}

/* ---- registers and flags --------------------------------------------------------------------------------------- */

/* v as a register of 4 << (size - 2) bytes: the upper half of an X register becomes zero. */
ALWAYS_INLINE u64 a64_cut(u64 v, const unsigned size)
{
	return size == 3 ? v : v & mask_low(8u << size);
}

ALWAYS_INLINE s64 a64_signed(u64 v, const unsigned size)
{
	return sign_extend(v, 8u << size);
}

ALWAYS_INLINE u64 a64_get(const struct arm *c, unsigned reg, const unsigned size)
{
	return a64_cut(c->x[reg], size);
}

/* For registers that are read and written: R_ZR is left alone. */
ALWAYS_INLINE void a64_put(struct arm *c, unsigned reg, u64 v)
{
	if (reg != R_ZR)
		c->x[reg] = v;
}

ALWAYS_INLINE void a64_flags_nz(struct arm *c, u64 r, const unsigned size)
{
	c->nr = c->zr = size == 3 ? r : r << 32;
}

/* AddWithCarry (shared pseudocode), flags too; operands are cut to size. */
ALWAYS_INLINE u64 a64_adds(struct arm *c, u64 a, u64 b, const unsigned size)
{
	u64 r = a64_cut(a + b, size);

	a64_flags_nz(c, r, size);
	c->cf = r < a;
	c->vf = ((a ^ r) & (b ^ r)) >> ((8u << size) - 1) & 1;
	return r;
}

ALWAYS_INLINE u64 a64_subs(struct arm *c, u64 a, u64 b, const unsigned size)
{
	u64 r = a64_cut(a - b, size);

	a64_flags_nz(c, r, size);
	c->cf = a >= b;
	c->vf = ((a ^ b) & (a ^ r)) >> ((8u << size) - 1) & 1;
	return r;
}

/* ConditionHolds (shared pseudocode). */
ALWAYS_INLINE bool a64_cond(const struct arm *c, unsigned cond)
{
	bool n = c->nr >> 63, z = c->zr == 0, r;

	switch (cond >> 1) {
	case 0: r = z; break;
	case 1: r = c->cf; break;
	case 2: r = n; break;
	case 3: r = c->vf; break;
	case 4: r = c->cf && !z; break;
	case 5: r = n == c->vf; break;
	case 6: r = n == c->vf && !z; break;
	default: return true;
	}
	return r != (cond & 1);
}

#endif
