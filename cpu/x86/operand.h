/* SPDX-License-Identifier: MIT */
/* Reading and writing the operands of a decoded instruction. `size` (log2 bytes) and `mem` are compile-time
 * constants in SIZED bodies, so that each wrapper holds only its own case. */
#ifndef CPU_X86_OPERAND_H
#define CPU_X86_OPERAND_H

#include "cpu/x86/access.h"
#include "cpu/x86/flags.h"
#include "cpu/x86/isa.h"

/* ---- addresses --------------------------------------------------------------------------------------------- */

/* By log2 bytes. */
static const u64 x86_size_mask[4] = {0xff, 0xffff, 0xffffffff, ~0ull};

ALWAYS_INLINE u64 x86_wrap_addr(const struct insn *i, u64 ea)
{
	return ea & x86_size_mask[i->f[F_ASIZE] & 3];
}

ALWAYS_INLINE u64 x86_ea(const struct x86 *c, const struct insn *i)
{
	u64 ea = c->r[i->f[F_RM]] + (c->r[i->f[F_INDEX]] << i->f[F_SCALE]) + (u64)(s64)i->disp;

	if (i->adj) /* RIP-relative: from the next instruction (SDM vol. 2, 2.2.1.6) */
		ea += c->cpu.block_pc + i->adj;
	return x86_wrap_addr(i, ea);
}

ALWAYS_INLINE bool x86_is_mem(const struct insn *i)
{
	return i->f[F_PFX] & PFX_MEM;
}

/* ---- registers --------------------------------------------------------------------------------------------- */

/* 8-bit registers: 0..15 are low bytes, X86_HIGH8 | 0..3 are AH CH DH BH. */
#define X86_HIGH8 0x20

ALWAYS_INLINE u64 x86_get_reg(const struct x86 *c, unsigned n, unsigned size)
{
	if (size == 0)
		return (u8)(c->r[n & 15] >> (n >> 2 & 8));
	return x86_zext(c->r[n], size);
}

ALWAYS_INLINE void x86_set_reg(struct x86 *c, unsigned n, unsigned size, u64 v)
{
	if (size == 0) {
		unsigned shift = n >> 2 & 8;
		u64 *r = &c->r[n & 15];

		*r = (*r & ~(0xffull << shift)) | (u64)(u8)v << shift;
	} else if (size == 1) {
		c->r[n] = (c->r[n] & ~0xffffull) | (u16)v;
	} else {
		c->r[n] = x86_zext(v, size);
	}
}

/* rAX, rDX ... by operand size */
ALWAYS_INLINE u64 x86_get_reg_at(const struct x86 *c, unsigned n, unsigned size)
{
	return x86_zext(c->r[n], size);
}

/* ---- operands: G (ModRM.reg) and E (ModRM.rm) -------------------------------------------------------------- */

ALWAYS_INLINE u64 x86_get_g(const struct x86 *c, const struct insn *i, unsigned size)
{
	return x86_get_reg(c, i->f[F_REG], size);
}

ALWAYS_INLINE void x86_set_g(struct x86 *c, const struct insn *i, unsigned size, u64 v)
{
	x86_set_reg(c, i->f[F_REG], size, v);
}

ALWAYS_INLINE u64 x86_get_e(struct x86 *c, const struct insn *i, unsigned size, bool mem)
{
	if (mem)
		return x86_read(c, i->f[F_SEG], x86_ea(c, i), 1u << size);
	return x86_get_reg(c, i->f[F_RM], size);
}

ALWAYS_INLINE void x86_set_e(struct x86 *c, const struct insn *i, unsigned size, bool mem, u64 v)
{
	if (mem)
		x86_write(c, i->f[F_SEG], x86_ea(c, i), 1u << size, v);
	else
		x86_set_reg(c, i->f[F_RM], size, v);
}

/* E that is read, changed and written back. Usage:  struct x86_rmw m; u64 a = x86_begin_e(c, i, &m, size, mem); ...
 * x86_end_e(c, i, &m, size, mem, r);  then flags (flags change only after the last possible fault). */
ALWAYS_INLINE u64 x86_begin_e(struct x86 *c, const struct insn *i, struct x86_rmw *m, unsigned size, bool mem)
{
	if (mem)
		return x86_rmw_begin(c, m, i->f[F_SEG], x86_ea(c, i), 1u << size);
	return x86_get_reg(c, i->f[F_RM], size);
}

ALWAYS_INLINE void x86_end_e(struct x86 *c, const struct insn *i, struct x86_rmw *m, unsigned size, bool mem, u64 v)
{
	if (mem)
		x86_rmw_end(c, m, 1u << size, v);
	else
		x86_set_reg(c, i->f[F_RM], size, v);
}

/* ---- does a handler need no slow path? (SIZED_HIT) ---------------------------------------------------------- */

/* It reads E, writes E, or does both. */
ALWAYS_INLINE bool x86_hit_read(const struct x86 *c, const struct insn *i, const unsigned size)
{
	return x86_plain_read(c, i->f[F_SEG], x86_ea(c, i), 1u << size);
}

ALWAYS_INLINE bool x86_hit_write(const struct x86 *c, const struct insn *i, const unsigned size)
{
	return x86_plain_write(c, i->f[F_SEG], x86_ea(c, i), 1u << size);
}

ALWAYS_INLINE bool x86_hit_rmw(const struct x86 *c, const struct insn *i, const unsigned size)
{
	return x86_plain_rmw(c, i->f[F_SEG], x86_ea(c, i), 1u << size);
}

/* It reads a byte or a word of E, writes a byte. */
ALWAYS_INLINE bool x86_hit_read8(const struct x86 *c, const struct insn *i, const unsigned size)
{
	(void)size;
	return x86_hit_read(c, i, 0);
}

ALWAYS_INLINE bool x86_hit_read16(const struct x86 *c, const struct insn *i, const unsigned size)
{
	(void)size;
	return x86_hit_read(c, i, 1);
}

/* It pushes or pops one item. */
ALWAYS_INLINE bool x86_hit_push(const struct x86 *c, const struct insn *i, const unsigned size)
{
	(void)i;
	return x86_plain_write(c, S_SS, (c->r[R_SP] - (1u << size)) & c->sp_mask, 1u << size);
}

ALWAYS_INLINE bool x86_hit_pop(const struct x86 *c, const struct insn *i, const unsigned size)
{
	(void)i;
	return x86_plain_read(c, S_SS, c->r[R_SP] & c->sp_mask, 1u << size);
}

ALWAYS_INLINE bool x86_hit_read_push(const struct x86 *c, const struct insn *i, const unsigned size)
{
	return x86_hit_read(c, i, size) && x86_hit_push(c, i, size);
}

#define SIZED_READ(fn)  SIZED_HIT(fn, x86_hit_read)
#define SIZED_WRITE(fn) SIZED_HIT(fn, x86_hit_write)
#define SIZED_RMW(fn)   SIZED_HIT(fn, x86_hit_rmw)

/* Near branches: #GP(0) on the branch if the target lies outside the code segment's limit or is not canonical. */
ALWAYS_INLINE void x86_check_target(struct x86 *c, u64 target)
{
	if (unlikely(target + c->ip_bias > c->ip_max))
		x86_gp(c, 0);
}

ALWAYS_INLINE void x86_jump(struct x86 *c, u64 target)
{
	x86_check_target(c, target);
	c->cpu.pc = target;
}

#endif
