/* SPDX-License-Identifier: MIT */
/* Guest memory from instructions: the fast path is one compare and a load. All else (alignment, tags in the top byte,
 * page walk, devices, watchpoints, page crossings) is in the slow functions of access.c, which raise what the manual
 * says. Arm ARM B2 (memory model), D8 (translation). Addresses are as the program gave them, tag and all. */
#ifndef CPU_ARM_ACCESS_H
#define CPU_ARM_ACCESS_H

#include "cpu/arm/arm.h"

/* How an access differs from a plain one. */
enum {
	ACC_ACQREL = 1,  /* acquire or release: alignment is checked within 16 bytes (B2.5.2) unless FEAT_LSE2 allows */
	ACC_ATOMIC = 2,  /* atomic, exclusive: alignment is checked always */
	ACC_UNPRIV = 4,  /* as EL0: LDTR, STTR */
	ACC_WRITES = 8,  /* a read that a write follows: faults are reported as of the write */
	ACC_SP = 16,     /* base is SP: SP alignment was checked by a64_base */
};

/* bytes: 1, 2, 4, 8 */
u64 arm_read_slow(struct arm *c, u64 va, unsigned bytes, unsigned acc);
void arm_write_slow(struct arm *c, u64 va, unsigned bytes, u64 value, unsigned acc);
union vec arm_read16_slow(struct arm *c, u64 va);
void arm_write16_slow(struct arm *c, u64 va, union vec v);
/* Raises whatever a write of these bytes would raise, changes nothing: before an instruction that writes several
 * places. */
void arm_probe_write(struct arm *c, u64 va, unsigned bytes);
/* Physical address for the exclusive monitor; raises what a read would raise. */
u64 arm_phys(struct arm *c, u64 va, unsigned bytes, bool write);
/* DC ZVA: bytes (a power of two) of zeros at va, which is aligned to that. */
void arm_zero_block(struct arm *c, u64 va, unsigned bytes);

ALWAYS_INLINE u64 arm_read(struct arm *c, u64 va, const unsigned bytes)
{
	if (likely(tlb_reads(&c->cpu.tlb, va, bytes)))
		return load_le(tlb_host(&c->cpu.tlb, va), bytes);
	return arm_read_slow(c, va, bytes, 0);
}

ALWAYS_INLINE void arm_write(struct arm *c, u64 va, const unsigned bytes, u64 value)
{
	if (likely(tlb_writes(&c->cpu.tlb, va, bytes)))
		store_le(tlb_host(&c->cpu.tlb, va), bytes, value);
	else
		arm_write_slow(c, va, bytes, value, 0);
}

/* Acquire, release, atomic: aligned ones are as plain ones, because one processor runs at a time. */
ALWAYS_INLINE u64 arm_read_acc(struct arm *c, u64 va, const unsigned bytes, unsigned acc)
{
	if (likely(!(va & (bytes - 1)) && !(acc & (ACC_UNPRIV | ACC_WRITES)) && tlb_reads(&c->cpu.tlb, va, bytes)))
		return load_le(tlb_host(&c->cpu.tlb, va), bytes);
	return arm_read_slow(c, va, bytes, acc);
}

ALWAYS_INLINE void arm_write_acc(struct arm *c, u64 va, const unsigned bytes, u64 value, unsigned acc)
{
	if (likely(!(va & (bytes - 1)) && !(acc & ACC_UNPRIV) && tlb_writes(&c->cpu.tlb, va, bytes)))
		store_le(tlb_host(&c->cpu.tlb, va), bytes, value);
	else
		arm_write_slow(c, va, bytes, value, acc);
}

/* One element of 16 bytes, as two halves, low first; both are checked before anything is written. */
ALWAYS_INLINE union vec arm_read16(struct arm *c, u64 va)
{
	union vec v;

	if (likely(tlb_reads(&c->cpu.tlb, va, 16))) {
		v.q[0] = load_le64(tlb_host(&c->cpu.tlb, va));
		v.q[1] = load_le64(tlb_host(&c->cpu.tlb, va) + 8);
		return v;
	}
	return arm_read16_slow(c, va);
}

ALWAYS_INLINE void arm_write16(struct arm *c, u64 va, union vec v)
{
	if (likely(tlb_writes(&c->cpu.tlb, va, 16))) {
		store_le64(tlb_host(&c->cpu.tlb, va), v.q[0]);
		store_le64(tlb_host(&c->cpu.tlb, va) + 8, v.q[1]);
		return;
	}
	arm_write16_slow(c, va, v);
}

/* ---- paging.c --------------------------------------------------------------------------------------------------- */

/* One stage of translation, as the walker found it. */
struct arm_page {
	u64 phys;      /* physical page address (4 KiB) */
	u64 span;      /* bytes that the descriptor maps */
	bool global;
	bool read, write, fetch; /* in the view that was asked for */
	bool guarded;  /* GP: branch targets are checked */
	bool device;   /* Device memory: unaligned accesses fault */
	u8 attr;       /* MAIR's byte, for PAR_EL1 */
	u8 sh;         /* shareability, for PAR_EL1 */
};

/* Why not: what ESR and PAR say. */
struct arm_fault {
	/* ISS.xFSC: translation 04h+level, access flag 08h+level, permission 0Ch+level, alignment 21h ... */
	u8 fsc;
	bool s1ptw, stage2;
	u64 ipa;
};

/* Walks for `va` (tag included) as an access of this kind through the view, in the regime of exception level el. False:
 * *fault. Sets accessed and dirty bits as TCR's HA and HD say. Never raises. */
bool arm_walk(struct arm *c, u64 va, enum access access, enum arm_view view, unsigned el, struct arm_page *page,
	      struct arm_fault *fault);
/* Physical address as the present level would read or fetch it, without any effect: for trace and debuggers. */
bool arm_peek(struct arm *c, u64 va, u64 *phys);
/* For arm_update: the TLB's mode for what runs now. VIEW_SLOW while SCTLR_ELx.A or c->watch is set; c->watch is to be
 * brought up to date first. (The TLB's context: arm_tlb_key in sys.h.) */
enum arm_view arm_view_now(const struct arm *c);
void arm_fetch(struct cpu *cpu, u64 pc, struct fetch *out);
/* Is the page of the running instruction guarded (GP, FEAT_BTI)? */
bool arm_page_guarded(struct arm *c, u64 pc);
/* What a cache maintenance instruction by address may raise: translation faults, and no right to read (write: to write)
 * the place at EL0. */
void arm_probe_cache(struct arm *c, u64 va, bool write);
/* TLB and address translation instructions: op as in SYS, op1 << 7 | CRm << 3 | op2. False: no such one. Whether the
 * level may do it was checked before. */
bool arm_tlbi(struct arm *c, unsigned op, u64 arg);
bool arm_at(struct arm *c, unsigned op, u64 va);

#endif
