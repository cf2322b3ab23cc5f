/* SPDX-License-Identifier: MIT */
/* Reading and writing system registers and PSTATE fields, system instructions, hints, barriers (Arm ARM C4.1,
 * "Branches, Exception Generating and System instructions": Hints .. System register move). */
#include "cpu/arm/a64/sysop.h"
#include "cpu/arm/sysreg.h"
#include "mem/base/log.h"

/* ---- system registers ---------------------------------------------------------------------------- */

/* As the instruction has it: 31 for the zero register. */
static unsigned rt_of(const struct insn *i)
{
	return i->f[F_D] > 31 ? 31 : i->f[F_D];
}

ALWAYS_INLINE void mrs(struct arm *c, const struct insn *i)
{
	const struct sysreg *r = arm_sysreg_find(c, (unsigned)i->imm);

	if (likely(r && r->gate == GATE_NONE && c->el >= r->read_el))
		c->x[i->f[F_D]] = r->read ? r->read(c, r) : r->offset ? sysreg_stored(c, r) : r->reset;
	else
		c->x[i->f[F_D]] = arm_sysreg_read(c, (unsigned)i->imm | 0x8000, rt_of(i));
}
SIZED_A64_0(mrs)

ALWAYS_INLINE void msr(struct arm *c, const struct insn *i)
{
	const struct sysreg *r = arm_sysreg_find(c, (unsigned)i->imm);
	u64 v = c->x[i->f[F_D]];

	if (unlikely(!r || r->gate != GATE_NONE || c->el < r->write_el))
		arm_sysreg_write(c, (unsigned)i->imm | 0x8000, rt_of(i), v);
	else if (r->write)
		r->write(c, r, v);
	else
		sysreg_store(c, r, sysreg_merged(c, r, v));
}
SIZED_A64_0(msr)

/* The thread pointer, and Linux's pointer to the current task. */
ALWAYS_INLINE void mrs_tpidr_el0(struct arm *c, const struct insn *i)
{
	c->x[i->f[F_D]] = c->sys.tpidr[0];
}
SIZED_A64_0(mrs_tpidr_el0)

ALWAYS_INLINE void mrs_sp_el0(struct arm *c, const struct insn *i)
{
	if (likely(c->el && c->sp_sel))
		c->x[i->f[F_D]] = c->sp_el[0];
	else
		c->x[i->f[F_D]] = arm_sysreg_read(c, SYSREG(3, 0, 4, 1, 0), rt_of(i));
}
SIZED_A64_0(mrs_sp_el0)

/* ---- PSTATE fields ------------------------------------------------------------------------------- */

static void need_el1(struct arm *c)
{
	if (c->el == 0)
		arm_undefined(c);
}

ALWAYS_INLINE void msr_spsel(struct arm *c, const struct insn *i)
{
	need_el1(c);
	arm_set_el(c, c->el, i->imm & 1);
}
SIZED_A64_0(msr_spsel)

ALWAYS_INLINE void msr_pan(struct arm *c, const struct insn *i)
{
	need_el1(c);
	c->pan = i->imm & 1;
	arm_pan_changed(c);
}
SIZED_A64_0(msr_pan)

ALWAYS_INLINE void msr_uao(struct arm *c, const struct insn *i)
{
	need_el1(c);
	c->uao = i->imm & 1;
}
SIZED_A64_0(msr_uao)

ALWAYS_INLINE void msr_ssbs(struct arm *c, const struct insn *i)
{
	c->ssbs = i->imm & 1;
}
SIZED_A64_0(msr_ssbs)

ALWAYS_INLINE void msr_dit(struct arm *c, const struct insn *i)
{
	c->dit = i->imm & 1;
}
SIZED_A64_0(msr_dit)

/* At EL0 only if SCTLR_EL1.UMA lets it (C5.2.5); the trap's syndrome has CRm and op2 of the instruction. */
static void need_uma(struct arm *c, const struct insn *i, unsigned op2)
{
	if (unlikely(c->el == 0 && !(c->sys.sctlr[1] & SCTLR_UMA)))
		arm_trap(c, arm_el1_target(c), EC_SYSREG,
			arm_sysreg_iss((unsigned)(3 << 11 | 4 << 7 | i->imm << 3 | op2), 31, false));
}

ALWAYS_INLINE void msr_daifset(struct arm *c, const struct insn *i)
{
	need_uma(c, i, 6);
	c->daif |= (u8)i->imm;
}
SIZED_A64_0(msr_daifset)

ALWAYS_INLINE void msr_daifclr(struct arm *c, const struct insn *i)
{
	need_uma(c, i, 7);
	c->daif &= (u8)~i->imm;
	arm_rearm(c);
}
SIZED_A64_0(msr_daifclr)

ALWAYS_INLINE void cfinv(struct arm *c, const struct insn *i)
{
	(void)i;
	c->cf ^= 1;
}
SIZED_A64_0(cfinv)

/* Flags of FCMP between Arm's form and that of other processors (C6, XAFLAG and AXFLAG). */
ALWAYS_INLINE void xaflag(struct arm *c, const struct insn *i)
{
	bool cf = c->cf, z = c->zr == 0;
	u32 n = !cf && !z, zf = z && cf, c2 = cf || z, v = !cf && z;

	(void)i;
	arm_set_nzcv(c, n << 31 | zf << 30 | c2 << 29 | v << 28);
}
SIZED_A64_0(xaflag)

ALWAYS_INLINE void axflag(struct arm *c, const struct insn *i)
{
	u32 z = c->zr == 0 || c->vf, cf = c->cf && !c->vf;

	(void)i;
	arm_set_nzcv(c, z << 30 | cf << 29);
}
SIZED_A64_0(axflag)

/* ---- SYS and SYSL -------------------------------------------------------------------------------- */

ARM_NORETURN static void no_sysop(struct arm *c, const struct insn *i, bool read)
{
	unsigned id = (unsigned)i->imm | 1 << 14;

	if (c->el < 2 && (arm_hcr(c) & HCR_TIDCP) && (id >> 7 & 11) == 11)
		arm_trap(c, 2, EC_SYSREG, arm_sysreg_iss(id, rt_of(i), read));
	log_guest("EL%u: system instruction op1 %u c%u c%u op2 %u at %llx is not implemented", c->el, id >> 11 & 7,
		id >> 7 & 15, id >> 3 & 15, id & 7, (unsigned long long)arm_pc(c));
	arm_undefined(c);
}

static void check_sysop(struct arm *c, const struct sysop *op, const struct insn *i)
{
	unsigned id = (unsigned)i->imm | 1 << 14;

	if (c->el < op->el || !arm_has(c, op->feature))
		arm_undefined(c);
	if (c->el == 0 && !(c->sys.sctlr[1] & op->el0))
		arm_trap(c, arm_el1_target(c), EC_SYSREG, arm_sysreg_iss(id, rt_of(i), false));
	if (c->el < 2 && (arm_hcr(c) & op->hcr))
		arm_trap(c, 2, EC_SYSREG, arm_sysreg_iss(id, rt_of(i), false));
}

ALWAYS_INLINE void sys(struct arm *c, const struct insn *i)
{
	const struct sysop *op = a64_sysop_find((unsigned)i->imm);
	unsigned bytes, number = (unsigned)(i->imm >> 11 << 7 | (i->imm & 0x7f)); /* without CRn */
	u64 v = c->x[i->f[F_D]];

	if (!op)
		no_sysop(c, i, false);
	check_sysop(c, op, i);
	switch (op->kind) {
	case SYSOP_CLEAN:
	case SYSOP_INVALIDATE:
		arm_probe_cache(c, v, op->kind == SYSOP_INVALIDATE);
		break;
	case SYSOP_ZERO:
		bytes = 4u << (arm_id(c, ID_DCZID) & 15);
		arm_zero_block(c, v & ~(u64)(bytes - 1), bytes);
		break;
	case SYSOP_TLBI:
		if (!arm_tlbi(c, number, v))
			arm_undefined(c);
		break;
	case SYSOP_AT:
		if (!arm_at(c, number, v))
			arm_undefined(c);
		break;
	}
}
SIZED_A64_0(sys)

/* DC ZVA clears pages in every kernel: by the shortest way. */
ALWAYS_INLINE void dc_zva(struct arm *c, const struct insn *i)
{
	check_sysop(c, a64_sysop_find(SYSOP(3, 7, 4, 1)), i);
	arm_zero_block(c, c->x[i->f[F_D]] & ~63ull, 64);
}
SIZED_A64_0(dc_zva)

ALWAYS_INLINE void sysl(struct arm *c, const struct insn *i)
{
	no_sysop(c, i, true);
}
SIZED_A64_0(sysl)

/* ---- hints, barriers ----------------------------------------------------------------------------- */

ALWAYS_INLINE void nop(struct arm *c, const struct insn *i)
{
	(void)c, (void)i;
}
SIZED_A64_0(nop)

/* D1.6: who wants to know when a lower level waits. ISS: CV, COND, and TI: 0 for WFI, 1 for WFE. */
static void check_wait(struct arm *c, bool wfe)
{
	const u32 iss = 1u << 24 | 0xeu << 20 | wfe;

	if (c->el == 0 && !(c->sys.sctlr[1] & (wfe ? SCTLR_NTWE : SCTLR_NTWI)))
		arm_trap(c, arm_el1_target(c), EC_WFX, iss);
	if (c->el < 2 && (arm_hcr(c) & (wfe ? HCR_TWE : HCR_TWI)))
		arm_trap(c, 2, EC_WFX, iss);
	if (c->secure && c->el < 3 && (c->sys.scr & (wfe ? SCR_TWE : SCR_TWI)))
		arm_trap(c, 3, EC_WFX, iss);
}

ALWAYS_INLINE void wfi(struct arm *c, const struct insn *i)
{
	(void)i;
	check_wait(c, false);
	arm_wait(c, false);
}
SIZED_A64_0(wfi)

ALWAYS_INLINE void wfe(struct arm *c, const struct insn *i)
{
	(void)i;
	if (c->event) {
		c->event = false;
		return;
	}
	check_wait(c, true);
	arm_wait(c, true);
}
SIZED_A64_0(wfe)

ALWAYS_INLINE void sev(struct arm *c, const struct insn *i)
{
	(void)i;
	c->event = true;
}
SIZED_A64_0(sev)

/* A pending SError interrupt that is masked becomes a deferred one (RAS extension). */
ALWAYS_INLINE void esb(struct arm *c, const struct insn *i)
{
	(void)i;
	if (c->serror && (c->daif & DAIF_A) && c->el == 1) {
		c->serror = false;
		c->sys.disr = BIT(31);
	}
}
SIZED_A64_0(esb)

ALWAYS_INLINE void clrex(struct arm *c, const struct insn *i)
{
	(void)i;
	c->excl = false;
}
SIZED_A64_0(clrex)

static bool valid_zva(struct insn *i)
{
	i->imm = SYSOP(3, 7, 4, 1);
	return true;
}

#define OV OVERRIDES

static const struct insn_row rows[] = {
	{"110101010011iiiiiiiiiiiiiiiddddd", "mrs {Xd}, {sysreg}", SIZES_0(mrs), .attr = 0},
	{"110101010001iiiiiiiiiiiiiiiddddd", "msr {sysreg}, {Xd}", SIZES_0(msr), .attr = READS_D},
	{"110101010011101111010000010ddddd", "mrs {Xd}, tpidr_el0", SIZES_0(mrs_tpidr_el0), .attr = OV},
	{"110101010011100001000001000ddddd", "mrs {Xd}, sp_el0", SIZES_0(mrs_sp_el0), .attr = OV},

	{"11010101000000000100iiii10111111", "msr spsel, {imm}", SIZES_0(msr_spsel), .attr = 0},
	{"11010101000000000100iiii10011111", "msr pan, {imm}", SIZES_0(msr_pan), .feature = FEAT_PAN},
	{"11010101000000000100iiii01111111", "msr uao, {imm}", SIZES_0(msr_uao), .feature = FEAT_UAO},
	{"11010101000000110100iiii00111111", "msr ssbs, {imm}", SIZES_0(msr_ssbs), .feature = FEAT_SSBS},
	{"11010101000000110100iiii01011111", "msr dit, {imm}", SIZES_0(msr_dit), .feature = FEAT_DIT},
	{"11010101000000110100iiii11011111", "msr daifset, {imm}", SIZES_0(msr_daifset), .attr = 0},
	{"11010101000000110100iiii11111111", "msr daifclr, {imm}", SIZES_0(msr_daifclr), .attr = 0},
	{"11010101000000000100000000011111", "cfinv", SIZES_0(cfinv), .feature = FEAT_FlagM},
	{"11010101000000000100000000111111", "xaflag", SIZES_0(xaflag), .feature = FEAT_FlagM2},
	{"11010101000000000100000001011111", "axflag", SIZES_0(axflag), .feature = FEAT_FlagM2},

	{"1101010100001iiiiiiiiiiiiiiddddd", "{sysop}", SIZES_0(sys), .attr = READS_D},
	{"110101010000101101110100001ddddd", "dc zva, {Xd}", SIZES_0(dc_zva), .attr = READS_D | OV, .valid = valid_zva},
	{"1101010100101iiiiiiiiiiiiiiddddd", "sysl {Xd}, {sysnum}", SIZES_0(sysl), .attr = 0},

	{"11010101000000110010iiiiiii11111", "hint {imm}", SIZES_0(nop), .attr = 0},
	{"11010101000000110010000000011111", "nop", SIZES_0(nop), .attr = OV},
	{"11010101000000110010000000111111", "yield", SIZES_0(nop), .attr = OV},
	{"11010101000000110010000001011111", "wfe", SIZES_0(wfe), .attr = OV},
	{"11010101000000110010000001111111", "wfi", SIZES_0(wfi), .attr = OV},
	{"11010101000000110010000010011111", "sev", SIZES_0(sev), .attr = OV},
	{"11010101000000110010000010111111", "sevl", SIZES_0(sev), .attr = OV},
	{"11010101000000110010001000011111", "esb", SIZES_0(esb), .attr = OV, .feature = FEAT_RAS},
	{"11010101000000110010001010011111", "csdb", SIZES_0(nop), .attr = OV},
	{"11010101000000110010010000011111", "bti", SIZES_0(nop), .attr = OV, .feature = FEAT_BTI},
	{"11010101000000110010010001011111", "bti c", SIZES_0(nop), .attr = OV, .feature = FEAT_BTI},
	{"11010101000000110010010010011111", "bti j", SIZES_0(nop), .attr = OV, .feature = FEAT_BTI},
	{"11010101000000110010010011011111", "bti jc", SIZES_0(nop), .attr = OV, .feature = FEAT_BTI},

	{"11010101000000110011iiii01011111", "clrex{crm}", SIZES_0(clrex), .attr = 0},
	{"11010101000000110011iiii10011111", "dsb {barrier}", SIZES_0(nop), .attr = 0},
	{"11010101000000110011iiii10111111", "dmb {barrier}", SIZES_0(nop), .attr = 0},
	{"11010101000000110011iiii11011111", "isb{crm}", SIZES_0(nop), .attr = 0},
	{"11010101000000110011000011111111", "sb", SIZES_0(nop), .feature = FEAT_SB},
};

const struct insn_group a64_group_system = {
	"system", rows, countof(rows),
		"Arm ARM C4.1, Hints, Barriers, PSTATE, System instructions, System register move",
};
