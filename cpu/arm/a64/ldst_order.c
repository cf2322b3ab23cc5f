/* SPDX-License-Identifier: MIT */
/* Loads and stores that differ from plain ones in more than the address: with acquire and release semantics, exclusive,
 * unprivileged (Arm ARM C4.1, Load/store exclusive register .. ordered; B2.9, the monitors; B2.5, alignment). Because
 * one processor runs at a time, order is only a matter of alignment. */
#include "cpu/arm/a64/ldst.h"

/* ---- unprivileged ------------------------------------------------------------------------------------------- */

/* The TLB's entry for an access that LDTR or STTR makes from EL1 as EL0, if nothing speaks against looking there:
 * kernels copy from and to their processes with these. Else NULL. */
ALWAYS_INLINE const struct tlb_entry *user_entry(const struct arm *c, u64 va)
{
	const struct tlb *t = &c->cpu.tlb;

	if (unlikely((c->cpu.mode & (MODE_EL | MODE_VIEW_SLOW)) != 1 || c->uao))
		return NULL;
	return &t->ctx[t->current].entry[VIEW_USER][tlb_index(va)];
}

ALWAYS_INLINE u64 user_read(struct arm *c, u64 va, const unsigned bytes)
{
	const struct tlb_entry *e = user_entry(c, va);

	if (likely(e && e->read == ((va + bytes - 1) & TLB_PAGE)))
		return load_le((const u8 *)(e->addend + (uintptr_t)va), bytes);
	return arm_read_slow(c, va, bytes, ACC_UNPRIV);
}

ALWAYS_INLINE void user_write(struct arm *c, u64 va, const unsigned bytes, u64 v)
{
	const struct tlb_entry *e = user_entry(c, va);

	if (likely(e && e->write == ((va + bytes - 1) & TLB_PAGE)))
		store_le((u8 *)(e->addend + (uintptr_t)va), bytes, v);
	else
		arm_write_slow(c, va, bytes, v, ACC_UNPRIV);
}

/* ---- acquire, release, unprivileged: acc is ACC_x ------------------------------------------------------------ */

ALWAYS_INLINE void load(struct arm *c, const struct insn *i, const unsigned size, const enum a64_access what,
	const unsigned acc)
{
	u64 va = a64_any_base(c, i) + i->imm, v;

	v = acc == ACC_UNPRIV ? user_read(c, va, 1u << size) : arm_read_acc(c, va, 1u << size, acc);
	if (what == LOAD)
		c->x[i->f[F_D]] = v;
	else
		c->x[i->f[F_D]] = a64_cut((u64)a64_signed(v, size), what == LOAD_SW ? 2 : 3);
}

ALWAYS_INLINE void store(struct arm *c, const struct insn *i, const unsigned size, const unsigned acc)
{
	u64 va = a64_any_base(c, i) + i->imm;

	if (acc == ACC_UNPRIV)
		user_write(c, va, 1u << size, c->x[i->f[F_D]]);
	else
		arm_write_acc(c, va, 1u << size, c->x[i->f[F_D]], acc);
}

SIZED_A64(load, _acquire_b, 0, LOAD, ACC_ACQREL)
SIZED_A64(load, _acquire_h, 1, LOAD, ACC_ACQREL)
SIZED_A64(load, _acquire_w, 2, LOAD, ACC_ACQREL)
SIZED_A64(load, _acquire_x, 3, LOAD, ACC_ACQREL)
SIZED_A64(load, _acquire_sb, 0, LOAD_SX, ACC_ACQREL)
SIZED_A64(load, _acquire_sh, 1, LOAD_SX, ACC_ACQREL)
SIZED_A64(load, _acquire_sw, 2, LOAD_SX, ACC_ACQREL)
SIZED_A64(load, _acquire_swb, 0, LOAD_SW, ACC_ACQREL)
SIZED_A64(load, _acquire_swh, 1, LOAD_SW, ACC_ACQREL)
SIZED_A64(store, _release_b, 0, ACC_ACQREL)
SIZED_A64(store, _release_h, 1, ACC_ACQREL)
SIZED_A64(store, _release_w, 2, ACC_ACQREL)
SIZED_A64(store, _release_x, 3, ACC_ACQREL)
SIZED_A64(load, _user_b, 0, LOAD, ACC_UNPRIV)
SIZED_A64(load, _user_h, 1, LOAD, ACC_UNPRIV)
SIZED_A64(load, _user_w, 2, LOAD, ACC_UNPRIV)
SIZED_A64(load, _user_x, 3, LOAD, ACC_UNPRIV)
SIZED_A64(load, _user_sb, 0, LOAD_SX, ACC_UNPRIV)
SIZED_A64(load, _user_sh, 1, LOAD_SX, ACC_UNPRIV)
SIZED_A64(load, _user_sw, 2, LOAD_SX, ACC_UNPRIV)
SIZED_A64(load, _user_swb, 0, LOAD_SW, ACC_UNPRIV)
SIZED_A64(load, _user_swh, 1, LOAD_SW, ACC_UNPRIV)
SIZED_A64(store, _user_b, 0, ACC_UNPRIV)
SIZED_A64(store, _user_h, 1, ACC_UNPRIV)
SIZED_A64(store, _user_w, 2, ACC_UNPRIV)
SIZED_A64(store, _user_x, 3, ACC_UNPRIV)

/* ---- exclusive ----------------------------------------------------------------------------------------------- */

/* Physical address, with everything checked that an access of these bytes checks. */
ALWAYS_INLINE u64 place(struct arm *c, u64 va, const unsigned bytes, const bool write)
{
	const struct tlb *t = &c->cpu.tlb;

	if (likely(!(va & (bytes - 1)) && (write ? tlb_writes(t, va, bytes) : tlb_reads(t, va, bytes))))
		return t->ctx[t->current].extra[t->mode][tlb_index(va)].phys | (va & ~TLB_PAGE);
	return arm_phys(c, va, bytes, write);
}

/* AArch64.SetExclusiveMonitors: the granule is what was loaded. */
ALWAYS_INLINE void set_monitor(struct arm *c, u64 phys, unsigned bytes)
{
	c->excl = true;
	c->excl_addr = phys;
	c->excl_size = (u8)bytes;
}

/* AArch64.ExclusiveMonitorsPass: alignment and aborts come first, which the manual allows. A store of another size
 * or to another place fails (B2.9.5 leaves it open). */
ALWAYS_INLINE bool monitor_passes(struct arm *c, u64 va, const unsigned bytes)
{
	u64 phys = place(c, va, bytes, true);
	bool passes = c->excl && c->excl_addr == phys && c->excl_size == bytes;

	c->excl = false;
	return passes;
}

ALWAYS_INLINE void ldxr(struct arm *c, const struct insn *i, const unsigned size)
{
	u64 va = a64_any_base(c, i), phys = place(c, va, 1u << size, false);
	u64 v = arm_read_acc(c, va, 1u << size, ACC_ATOMIC);

	set_monitor(c, phys, 1u << size);
	c->x[i->f[F_D]] = v;
}
SIZED_BHWX(ldxr)

/* The status register is written last, so that Rs may be Rt or Rn (CONSTRAINED UNPREDICTABLE, C6.2 STXR). */
ALWAYS_INLINE void stxr(struct arm *c, const struct insn *i, const unsigned size)
{
	u64 va = a64_any_base(c, i);
	bool passes = monitor_passes(c, va, 1u << size);

	if (passes)
		arm_write_acc(c, va, 1u << size, c->x[i->f[F_D]], ACC_ATOMIC);
	c->x[i->f[F_M]] = !passes;
}
SIZED_BHWX(stxr)

ALWAYS_INLINE void ldxp(struct arm *c, const struct insn *i, const unsigned size)
{
	u64 va = a64_any_base(c, i), phys = place(c, va, 2u << size, false);
	u64 v = arm_read_acc(c, va, 8, ACC_ATOMIC), w = size == 3 ? arm_read_acc(c, va + 8, 8, ACC_ATOMIC) : v >> 32;

	set_monitor(c, phys, 2u << size);
	c->x[i->f[F_D]] = a64_cut(v, size);
	c->x[i->f[F_A]] = w;
}
SIZED_WX(ldxp)

ALWAYS_INLINE void stxp(struct arm *c, const struct insn *i, const unsigned size)
{
	u64 va = a64_any_base(c, i), v = c->x[i->f[F_D]], w = c->x[i->f[F_A]];
	bool passes = monitor_passes(c, va, 2u << size);

	if (passes && size == 2)
		arm_write_acc(c, va, 8, a64_cut(v, 2) | w << 32, ACC_ATOMIC);
	if (passes && size == 3) {
		arm_write_acc(c, va, 8, v, ACC_ATOMIC);
		arm_write_acc(c, va + 8, 8, w, ACC_ATOMIC);
	}
	c->x[i->f[F_M]] = !passes;
}
SIZED_WX(stxp)

/* Fields that should be ones are not looked at (C2.2.2). */
static const struct insn_row rows[] = {
	{"00001000000mmmmm0xxxxxnnnnnddddd", "stxrb {Wm}, {Wd}, [{Xn|sp}]", {stxr_b}, .attr = READS_D | WRITES_M},
	{"01001000000mmmmm0xxxxxnnnnnddddd", "stxrh {Wm}, {Wd}, [{Xn|sp}]", {stxr_h}, .attr = READS_D | WRITES_M},
	{"1s001000000mmmmm0xxxxxnnnnnddddd", "stxr {Wm}, {Rd}, [{Xn|sp}]", SIZES_WX(stxr), .attr = READS_D | WRITES_M},
	{"00001000000mmmmm1xxxxxnnnnnddddd", "stlxrb {Wm}, {Wd}, [{Xn|sp}]", {stxr_b}, .attr = READS_D | WRITES_M},
	{"01001000000mmmmm1xxxxxnnnnnddddd", "stlxrh {Wm}, {Wd}, [{Xn|sp}]", {stxr_h}, .attr = READS_D | WRITES_M},
	{"1s001000000mmmmm1xxxxxnnnnnddddd", "stlxr {Wm}, {Rd}, [{Xn|sp}]", SIZES_WX(stxr), .attr = READS_D | WRITES_M},
	{"1s001000001mmmmm0aaaaannnnnddddd", "stxp {Wm}, {Rd}, {Ra}, [{Xn|sp}]", SIZES_WX(stxp),
		.attr = READS_D | WRITES_M},
	{"1s001000001mmmmm1aaaaannnnnddddd", "stlxp {Wm}, {Rd}, {Ra}, [{Xn|sp}]", SIZES_WX(stxp),
		.attr = READS_D | WRITES_M},
	{"00001000010xxxxx0xxxxxnnnnnddddd", "ldxrb {Wd}, [{Xn|sp}]", {ldxr_b}, .feature = FEAT_NONE},
	{"01001000010xxxxx0xxxxxnnnnnddddd", "ldxrh {Wd}, [{Xn|sp}]", {ldxr_h}, .feature = FEAT_NONE},
	{"1s001000010xxxxx0xxxxxnnnnnddddd", "ldxr {Rd}, [{Xn|sp}]", SIZES_WX(ldxr), .feature = FEAT_NONE},
	{"00001000010xxxxx1xxxxxnnnnnddddd", "ldaxrb {Wd}, [{Xn|sp}]", {ldxr_b}, .feature = FEAT_NONE},
	{"01001000010xxxxx1xxxxxnnnnnddddd", "ldaxrh {Wd}, [{Xn|sp}]", {ldxr_h}, .feature = FEAT_NONE},
	{"1s001000010xxxxx1xxxxxnnnnnddddd", "ldaxr {Rd}, [{Xn|sp}]", SIZES_WX(ldxr), .feature = FEAT_NONE},
	{"1s001000011xxxxx0aaaaannnnnddddd", "ldxp {Rd}, {Ra}, [{Xn|sp}]", SIZES_WX(ldxp), .attr = WRITES_A},
	{"1s001000011xxxxx1aaaaannnnnddddd", "ldaxp {Rd}, {Ra}, [{Xn|sp}]", SIZES_WX(ldxp), .attr = WRITES_A},

	{"00001000100xxxxx1xxxxxnnnnnddddd", "stlrb {Wd}, [{Xn|sp}]", {store_release_b}, .attr = READS_D},
	{"01001000100xxxxx1xxxxxnnnnnddddd", "stlrh {Wd}, [{Xn|sp}]", {store_release_h}, .attr = READS_D},
	{"1s001000100xxxxx1xxxxxnnnnnddddd", "stlr {Rd}, [{Xn|sp}]", SIZES_WX(store_release), .attr = READS_D},
	{"00001000110xxxxx1xxxxxnnnnnddddd", "ldarb {Wd}, [{Xn|sp}]", {load_acquire_b}, .feature = FEAT_NONE},
	{"01001000110xxxxx1xxxxxnnnnnddddd", "ldarh {Wd}, [{Xn|sp}]", {load_acquire_h}, .feature = FEAT_NONE},
	{"1s001000110xxxxx1xxxxxnnnnnddddd", "ldar {Rd}, [{Xn|sp}]", SIZES_WX(load_acquire), .feature = FEAT_NONE},
	{"00001000100xxxxx0xxxxxnnnnnddddd", "stllrb {Wd}, [{Xn|sp}]", {store_release_b}, .attr = READS_D,
		.feature = FEAT_LOR},
	{"01001000100xxxxx0xxxxxnnnnnddddd", "stllrh {Wd}, [{Xn|sp}]", {store_release_h}, .attr = READS_D,
		.feature = FEAT_LOR},
	{"1s001000100xxxxx0xxxxxnnnnnddddd", "stllr {Rd}, [{Xn|sp}]", SIZES_WX(store_release), .attr = READS_D,
		.feature = FEAT_LOR},
	{"00001000110xxxxx0xxxxxnnnnnddddd", "ldlarb {Wd}, [{Xn|sp}]", {load_acquire_b}, .feature = FEAT_LOR},
	{"01001000110xxxxx0xxxxxnnnnnddddd", "ldlarh {Wd}, [{Xn|sp}]", {load_acquire_h}, .feature = FEAT_LOR},
	{"1s001000110xxxxx0xxxxxnnnnnddddd", "ldlar {Rd}, [{Xn|sp}]", SIZES_WX(load_acquire), .feature = FEAT_LOR},

	{"00111000101xxxxx110000nnnnnddddd", "ldaprb {Wd}, [{Xn|sp}]", {load_acquire_b}, .feature = FEAT_LRCPC},
	{"01111000101xxxxx110000nnnnnddddd", "ldaprh {Wd}, [{Xn|sp}]", {load_acquire_h}, .feature = FEAT_LRCPC},
	{"1s111000101xxxxx110000nnnnnddddd", "ldapr {Rd}, [{Xn|sp}]", SIZES_WX(load_acquire), .feature = FEAT_LRCPC},
	{"00011001000iiiiiiiii00nnnnnddddd", "stlurb {Wd}, [{Xn|sp}{offset}]", {store_release_b},
		.attr = IMM_SIGNED | READS_D, .feature = FEAT_LRCPC2},
	{"01011001000iiiiiiiii00nnnnnddddd", "stlurh {Wd}, [{Xn|sp}{offset}]", {store_release_h},
		.attr = IMM_SIGNED | READS_D, .feature = FEAT_LRCPC2},
	{"1s011001000iiiiiiiii00nnnnnddddd", "stlur {Rd}, [{Xn|sp}{offset}]", SIZES_WX(store_release),
		.attr = IMM_SIGNED | READS_D, .feature = FEAT_LRCPC2},
	{"00011001010iiiiiiiii00nnnnnddddd", "ldapurb {Wd}, [{Xn|sp}{offset}]", {load_acquire_b}, .attr = IMM_SIGNED,
		.feature = FEAT_LRCPC2},
	{"01011001010iiiiiiiii00nnnnnddddd", "ldapurh {Wd}, [{Xn|sp}{offset}]", {load_acquire_h}, .attr = IMM_SIGNED,
		.feature = FEAT_LRCPC2},
	{"1s011001010iiiiiiiii00nnnnnddddd", "ldapur {Rd}, [{Xn|sp}{offset}]", SIZES_WX(load_acquire),
		.attr = IMM_SIGNED, .feature = FEAT_LRCPC2},
	{"00011001100iiiiiiiii00nnnnnddddd", "ldapursb {Xd}, [{Xn|sp}{offset}]", {load_acquire_sb}, .attr = IMM_SIGNED,
		.feature = FEAT_LRCPC2},
	{"00011001110iiiiiiiii00nnnnnddddd", "ldapursb {Wd}, [{Xn|sp}{offset}]", {load_acquire_swb}, .attr = IMM_SIGNED,
		.feature = FEAT_LRCPC2},
	{"01011001100iiiiiiiii00nnnnnddddd", "ldapursh {Xd}, [{Xn|sp}{offset}]", {load_acquire_sh}, .attr = IMM_SIGNED,
		.feature = FEAT_LRCPC2},
	{"01011001110iiiiiiiii00nnnnnddddd", "ldapursh {Wd}, [{Xn|sp}{offset}]", {load_acquire_swh}, .attr = IMM_SIGNED,
		.feature = FEAT_LRCPC2},
	{"10011001100iiiiiiiii00nnnnnddddd", "ldapursw {Xd}, [{Xn|sp}{offset}]", {load_acquire_sw}, .attr = IMM_SIGNED,
		.feature = FEAT_LRCPC2},

	{"00111000000iiiiiiiii10nnnnnddddd", "sttrb {Wd}, [{Xn|sp}{offset}]", {store_user_b}, .attr = IMM_SIGNED | READS_D},
	{"00111000010iiiiiiiii10nnnnnddddd", "ldtrb {Wd}, [{Xn|sp}{offset}]", {load_user_b}, .attr = IMM_SIGNED},
	{"00111000100iiiiiiiii10nnnnnddddd", "ldtrsb {Xd}, [{Xn|sp}{offset}]", {load_user_sb}, .attr = IMM_SIGNED},
	{"00111000110iiiiiiiii10nnnnnddddd", "ldtrsb {Wd}, [{Xn|sp}{offset}]", {load_user_swb}, .attr = IMM_SIGNED},
	{"01111000000iiiiiiiii10nnnnnddddd", "sttrh {Wd}, [{Xn|sp}{offset}]", {store_user_h}, .attr = IMM_SIGNED | READS_D},
	{"01111000010iiiiiiiii10nnnnnddddd", "ldtrh {Wd}, [{Xn|sp}{offset}]", {load_user_h}, .attr = IMM_SIGNED},
	{"01111000100iiiiiiiii10nnnnnddddd", "ldtrsh {Xd}, [{Xn|sp}{offset}]", {load_user_sh}, .attr = IMM_SIGNED},
	{"01111000110iiiiiiiii10nnnnnddddd", "ldtrsh {Wd}, [{Xn|sp}{offset}]", {load_user_swh}, .attr = IMM_SIGNED},
	{"1s111000000iiiiiiiii10nnnnnddddd", "sttr {Rd}, [{Xn|sp}{offset}]", SIZES_WX(store_user),
		.attr = IMM_SIGNED | READS_D},
	{"1s111000010iiiiiiiii10nnnnnddddd", "ldtr {Rd}, [{Xn|sp}{offset}]", SIZES_WX(load_user), .attr = IMM_SIGNED},
	{"10111000100iiiiiiiii10nnnnnddddd", "ldtrsw {Xd}, [{Xn|sp}{offset}]", {load_user_sw}, .attr = IMM_SIGNED},
};

const struct insn_group a64_group_ldst_order = {
	"load and store, exclusive, ordered, unprivileged", rows, countof(rows),
	"Arm ARM C4.1, Load/store exclusive register .. ordered, LDAPR/STLR (unscaled immediate), unprivileged",
};
