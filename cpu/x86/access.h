/* SPDX-License-Identifier: MIT */
/* Guest memory through segment and TLB: the fast path is an add, two compares and a load. All else (limits,
 * types, canonical form, alignment, page walk, devices, watchpoints, page crossings) is in the slow
 * functions of access.c, which raise what the manual says. Offsets are already wrapped to the address size. */
#ifndef CPU_X86_ACCESS_H
#define CPU_X86_ACCESS_H

#include "cpu/x86/x86.h"

/* bytes: 1, 2, 4, 8 */
u64 x86_read_slow(struct x86 *c, unsigned seg, u64 ea, unsigned bytes);
void x86_write_slow(struct x86 *c, unsigned seg, u64 ea, unsigned bytes, u64 value);

ALWAYS_INLINE u64 x86_linear(const struct x86 *c, unsigned seg, u64 ea)
{
	return (c->seg[seg].ebase + ea) & c->la_mask;
}

/* Will the access need no slow path? */
ALWAYS_INLINE bool x86_plain_read(const struct x86 *c, unsigned seg, u64 ea, unsigned bytes)
{
	return ea + bytes <= c->seg[seg].rmax && tlb_reads(&c->cpu.tlb, x86_linear(c, seg, ea), bytes);
}

ALWAYS_INLINE bool x86_plain_write(const struct x86 *c, unsigned seg, u64 ea, unsigned bytes)
{
	return ea + bytes <= c->seg[seg].wmax && tlb_writes(&c->cpu.tlb, x86_linear(c, seg, ea), bytes);
}

ALWAYS_INLINE bool x86_plain_rmw(const struct x86 *c, unsigned seg, u64 ea, unsigned bytes)
{
	return c->seg[seg].rmax && x86_plain_write(c, seg, ea, bytes);
}

ALWAYS_INLINE u64 x86_read(struct x86 *c, unsigned seg, u64 ea, unsigned bytes)
{
	if (likely(x86_plain_read(c, seg, ea, bytes)))
		return load_le(tlb_host(&c->cpu.tlb, x86_linear(c, seg, ea)), bytes);
	return x86_read_slow(c, seg, ea, bytes);
}

ALWAYS_INLINE void x86_write(struct x86 *c, unsigned seg, u64 ea, unsigned bytes, u64 value)
{
	if (likely(x86_plain_write(c, seg, ea, bytes)))
		store_le(tlb_host(&c->cpu.tlb, x86_linear(c, seg, ea)), bytes, value);
	else
		x86_write_slow(c, seg, ea, bytes, value);
}

/* Read-modify-write: begin checks for writing (page faults are reported as writes) before anything changes. */
struct x86_rmw {
	u8 *p; /* host pointer, if plain */
	u64 ea;
	u8 seg;
	bool plain; /* else finish by a slow write */
};

u64 x86_rmw_slow(struct x86 *c, unsigned seg, u64 ea, unsigned bytes);

ALWAYS_INLINE u64 x86_rmw_begin(struct x86 *c, struct x86_rmw *m, unsigned seg, u64 ea, unsigned bytes)
{
	m->ea = ea;
	m->seg = (u8)seg;
	m->plain = x86_plain_rmw(c, seg, ea, bytes);
	if (likely(m->plain)) {
		m->p = tlb_host(&c->cpu.tlb, x86_linear(c, seg, ea));
		return load_le(m->p, bytes);
	}
	m->p = NULL;
	return x86_rmw_slow(c, seg, ea, bytes);
}

ALWAYS_INLINE void x86_rmw_end(struct x86 *c, const struct x86_rmw *m, unsigned bytes, u64 value)
{
	if (likely(m->plain))
		store_le(m->p, bytes, value);
	else
		x86_write(c, m->seg, m->ea, bytes, value);
}

/* Any length (FXSAVE, 10-byte and 16-byte operands): check first, then all bytes move; nothing moves on a fault. */
void x86_read_bytes(struct x86 *c, unsigned seg, u64 ea, void *buf, unsigned n);
void x86_write_bytes(struct x86 *c, unsigned seg, u64 ea, const void *buf, unsigned n);
/* Raises what a write of n bytes would, without writing. */
void x86_probe_write(struct x86 *c, unsigned seg, u64 ea, unsigned n);

/* Host pointer for a run inside one page, for bulk string operations: returns how many bytes from ea (at most n) may be
 * touched through *p, or 0: use the single-element path. Watchpoints, devices, limits, odd pages give 0. */
u64 x86_run(struct x86 *c, unsigned seg, u64 ea, u64 n, enum access access, u8 **p);

/* ---- linear addresses: descriptor tables, TSS; `supervisor` accesses ignore CPL (SDM vol. 3, 4.6) ---- */
u64 x86_read_linear(struct x86 *c, u64 la, unsigned bytes, bool supervisor);
void x86_write_linear(struct x86 *c, u64 la, unsigned bytes, u64 value, bool supervisor);

/* ---- ports: with the TSS permission check (SDM vol. 1, 19.5) ---- */
void x86_check_port(struct x86 *c, u16 port, unsigned bytes);
u64 x86_port_read(struct x86 *c, u16 port, unsigned bytes);
void x86_port_write(struct x86 *c, u16 port, unsigned bytes, u64 value);

/* ---- stack -------------------------------------------------------------------------------------------- */

ALWAYS_INLINE void x86_set_sp(struct x86 *c, u64 sp)
{
	c->r[R_SP] = (c->r[R_SP] & ~c->sp_mask) | (sp & c->sp_mask);
}

ALWAYS_INLINE void x86_push(struct x86 *c, unsigned bytes, u64 value)
{
	u64 sp = (c->r[R_SP] - bytes) & c->sp_mask;

	x86_write(c, S_SS, sp, bytes, value);
	x86_set_sp(c, sp);
}

/* Reads the top of the stack; the caller moves SP once nothing can fault any more. */
ALWAYS_INLINE u64 x86_top(struct x86 *c, unsigned bytes)
{
	return x86_read(c, S_SS, c->r[R_SP] & c->sp_mask, bytes);
}

ALWAYS_INLINE u64 x86_pop(struct x86 *c, unsigned bytes)
{
	u64 v = x86_top(c, bytes);

	x86_set_sp(c, c->r[R_SP] + bytes);
	return v;
}

#endif
