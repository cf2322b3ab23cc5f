/* SPDX-License-Identifier: MIT */
/* System registers of EL0 and EL1: PSTATE, floating-point control, translation, exceptions, software's own, pointer
 * authentication keys, random numbers. Arm ARM C5.2 (special-purpose registers), D17.2 (general system control). */
#include "cpu/arm/sysreg.h"

/* ---- special-purpose registers ------------------------------------------------------------------- */

static u64 read_current_el(struct arm *c, const struct sysreg *r)
{
	(void)r;
	return (u64)c->el << 2;
}

static u64 read_nzcv(struct arm *c, const struct sysreg *r)
{
	(void)r;
	return arm_get_nzcv(c);
}

static void write_nzcv(struct arm *c, const struct sysreg *r, u64 v)
{
	(void)r;
	arm_set_nzcv(c, (u32)v);
}

static u64 read_daif(struct arm *c, const struct sysreg *r)
{
	(void)r;
	return (u64)c->daif << 6;
}

static void write_daif(struct arm *c, const struct sysreg *r, u64 v)
{
	(void)r;
	c->daif = v >> 6 & 15;
	arm_rearm(c);
}

static u64 read_spsel(struct arm *c, const struct sysreg *r)
{
	(void)r;
	return c->sp_sel;
}

static void write_spsel(struct arm *c, const struct sysreg *r, u64 v)
{
	(void)r;
	arm_set_el(c, c->el, v & 1);
}

/* PAN UAO DIT SSBS: arg is the bit, as in SPSR */
static bool *pstate_flag(struct arm *c, const struct sysreg *r)
{
	switch (r->arg) {
	case 22: return &c->pan;
	case 23: return &c->uao;
	case 24: return &c->dit;
	default: return &c->ssbs;
	}
}

static u64 read_flag(struct arm *c, const struct sysreg *r)
{
	return (u64)*pstate_flag(c, r) << r->arg;
}

static void write_flag(struct arm *c, const struct sysreg *r, u64 v)
{
	*pstate_flag(c, r) = bit(v, r->arg);
	if (r->arg == 22)
		arm_pan_changed(c);
}

static u64 read_fpcr(struct arm *c, const struct sysreg *r)
{
	(void)r;
	return arm_get_fpcr(c);
}

static void write_fpcr(struct arm *c, const struct sysreg *r, u64 v)
{
	(void)r;
	arm_set_fpcr(c, (u32)v);
}

static u64 read_fpsr(struct arm *c, const struct sysreg *r)
{
	(void)r;
	return arm_get_fpsr(c);
}

static void write_fpsr(struct arm *c, const struct sysreg *r, u64 v)
{
	(void)r;
	arm_set_fpsr(c, (u32)v);
}

/* ---- translation --------------------------------------------------------------------------------- */

static void translation_changed(struct arm *c)
{
	cpu_flush_tlb(&c->cpu);
	arm_update(c);
}

/* Bits that stand for a feature are RES0 without it. */
static u64 sctlr_mask(const struct arm *c, unsigned el)
{
	u64 mask = SCTLR_M | SCTLR_A | SCTLR_C | SCTLR_SA | SCTLR_I | SCTLR_WXN;

	if (el == 1)
		mask |= SCTLR_SA0 | SCTLR_UMA | SCTLR_DZE | SCTLR_UCT | SCTLR_NTWI | SCTLR_NTWE | SCTLR_UCI;
	if (el == 1 && arm_has(c, FEAT_PAN))
		mask |= SCTLR_SPAN;
	if (el == 1 && arm_has(c, FEAT_AA32EL0))
		mask |= SCTLR_CP15BEN | SCTLR_ITD | SCTLR_SED;
	if (arm_has(c, FEAT_LSE2))
		mask |= SCTLR_NAA;
	if (el == 1 && arm_has(c, FEAT_SPECRES))
		mask |= SCTLR_ENRCTX;
	if (arm_has(c, FEAT_IESB))
		mask |= SCTLR_IESB;
	if (arm_has(c, FEAT_PAuth))
		mask |= SCTLR_ENIA | SCTLR_ENIB | SCTLR_ENDA | SCTLR_ENDB;
	if (arm_has(c, FEAT_BTI))
		mask |= SCTLR_BT1 | (el == 1 ? SCTLR_BT0 : 0);
	return mask | (arm_has(c, FEAT_SSBS) ? SCTLR_DSSBS : 0);
}

void arm_sysreg_write_sctlr(struct arm *c, const struct sysreg *r, u64 v)
{
	u64 old = sysreg_stored(c, r), mask = sctlr_mask(c, r->arg), changed = (old ^ v) & mask;

	sysreg_store(c, r, (old & ~mask) | (v & mask));
	if (changed & (SCTLR_M | SCTLR_WXN))
		translation_changed(c);
	else if (changed & SCTLR_A)
		arm_update(c);
}

/* TCR_ELx, MAIR_ELx, VTCR_EL2: part of what the TLB remembers. */
void arm_sysreg_write_translation(struct arm *c, const struct sysreg *r, u64 v)
{
	u64 old = sysreg_stored(c, r), now = sysreg_merged(c, r, v);

	sysreg_store(c, r, now);
	if (now != old)
		translation_changed(c);
}

static void write_ttbr(struct arm *c, const struct sysreg *r, u64 v)
{
	sysreg_store(c, r, v);
	arm_ttbr_changed(c);
}

static void write_cpacr(struct arm *c, const struct sysreg *r, u64 v)
{
	sysreg_store(c, r, sysreg_merged(c, r, v));
	arm_update(c);
}

static void write_contextidr(struct arm *c, const struct sysreg *r, u64 v)
{
	sysreg_store(c, r, (u32)v);
	arm_rearm(c);
}

/* ---- the rest ------------------------------------------------------------------------------------ */

/* D17.2.61: what is pending, masked or not; virtual interrupts where they are those that EL1 has. */
static u64 read_isr(struct arm *c, const struct sysreg *r)
{
	u64 hcr = arm_hcr(c);
	bool own = c->el < 2;
	bool irq = own && (hcr & HCR_IMO) ? c->line[ARM_VIRQ] || (hcr & HCR_VI) : c->line[ARM_IRQ];
	bool fiq = own && (hcr & HCR_FMO) ? c->line[ARM_VFIQ] || (hcr & HCR_VF) : c->line[ARM_FIQ];
	bool err = own && (hcr & HCR_AMO) ? !!(hcr & HCR_VSE) : c->serror;

	(void)r;
	return (u64)err << 8 | (u64)irq << 7 | (u64)fiq << 6;
}

static u64 read_zero(struct arm *c, const struct sysreg *r)
{
	(void)c, (void)r;
	return 0;
}

static void write_nothing(struct arm *c, const struct sysreg *r, u64 v)
{
	(void)c, (void)r, (void)v;
}

static void write_rmr(struct arm *c, const struct sysreg *r, u64 v)
{
	(void)r;
	if ((v & 2) && c->bus.reset)
		c->bus.reset(c->bus.arg);
}

static u64 read_rmr(struct arm *c, const struct sysreg *r)
{
	(void)c, (void)r;
	return 1; /* AA64 */
}

/* K12.2: NZCV 0000 with a number; ours never runs dry. Steele, Lea, Flood: "Fast splittable pseudorandom number
 * generators", 2014. */
static u64 read_rndr(struct arm *c, const struct sysreg *r)
{
	u64 z = c->sys.rndr += 0x9e3779b97f4a7c15ull;

	(void)r;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	arm_set_nzcv(c, 0);
	return z ^ z >> 31;
}

#define TCR_MASK    0x01fffff7ffffffbfull
#define LOW_11      0x7ffull
#define SCTLR1_RES1 0x30d00800ull /* LSMAOE nTLSMD SPAN EIS TSCXT EOS where they have no meaning */

#define KEY(index, half) .offset = offsetof(struct arm, sys.key) + ((index) * 2 + (half)) * sizeof(u64), .mask = ~0ull

static const struct sysreg rows[] = {
	{"currentel", SYSREG(3, 0, 4, 2, 2), 1, NO_ACCESS, .read = read_current_el},
	{"nzcv", SYSREG(3, 3, 4, 2, 0), 0, 0, .read = read_nzcv, .write = write_nzcv},
	{"daif", SYSREG(3, 3, 4, 2, 1), 0, 0, .read = read_daif, .write = write_daif, .gate = GATE_UMA},
	{"spsel", SYSREG(3, 0, 4, 2, 0), 1, 1, .read = read_spsel, .write = write_spsel},
	{"pan", SYSREG(3, 0, 4, 2, 3), 1, 1, .read = read_flag, .write = write_flag, .feature = FEAT_PAN, .arg = 22},
	{"uao", SYSREG(3, 0, 4, 2, 4), 1, 1, .read = read_flag, .write = write_flag, .feature = FEAT_UAO, .arg = 23},
	{"dit", SYSREG(3, 3, 4, 2, 5), 0, 0, .read = read_flag, .write = write_flag, .feature = FEAT_DIT, .arg = 24},
	{"ssbs", SYSREG(3, 3, 4, 2, 6), 0, 0, .read = read_flag, .write = write_flag, .feature = FEAT_SSBS, .arg = 12},
	{"fpcr", SYSREG(3, 3, 4, 4, 0), 0, 0, .read = read_fpcr, .write = write_fpcr, .gate = GATE_FP},
	{"fpsr", SYSREG(3, 3, 4, 4, 1), 0, 0, .read = read_fpsr, .write = write_fpsr, .gate = GATE_FP},
	{"sp_el0", SYSREG(3, 0, 4, 1, 0), 1, 1, .offset = offsetof(struct arm, sp_el[0]), .mask = ~0ull,
	 .gate = GATE_SP0},
	{"spsr_el1", SYSREG(3, 0, 4, 0, 0), 1, 1, SYS_32(spsr[1])},
	{"elr_el1", SYSREG(3, 0, 4, 0, 1), 1, 1, SYS_ALL(elr[1])},

	{"sctlr_el1", SYSREG(3, 0, 1, 0, 0), 1, 1, SYS_AT(sctlr[1]), .reset = SCTLR1_RES1 | 0x00050038,
	 .write = arm_sysreg_write_sctlr, .gate = GATE_VM, .arg = 1},
	{"actlr_el1", SYSREG(3, 0, 1, 0, 1), 1, 1, SYS_ALL(actlr[1]), .gate = GATE_ACTLR},
	{"cpacr_el1", SYSREG(3, 0, 1, 0, 2), 1, 1, SYS_AT(cpacr), .mask = 3 << 20, .write = write_cpacr,
	 .gate = GATE_CPACR},
	{"ttbr0_el1", SYSREG(3, 0, 2, 0, 0), 1, 1, SYS_ALL(ttbr0[1]), .write = write_ttbr, .gate = GATE_VM},
	{"ttbr1_el1", SYSREG(3, 0, 2, 0, 1), 1, 1, SYS_ALL(ttbr1[1]), .write = write_ttbr, .gate = GATE_VM},
	{"tcr_el1", SYSREG(3, 0, 2, 0, 2), 1, 1, SYS_AT(tcr[1]), .mask = TCR_MASK,
	 .write = arm_sysreg_write_translation, .gate = GATE_VM},
	{"mair_el1", SYSREG(3, 0, 10, 2, 0), 1, 1, SYS_ALL(mair[1]), .write = arm_sysreg_write_translation,
	 .gate = GATE_VM},
	{"amair_el1", SYSREG(3, 0, 10, 3, 0), 1, 1, SYS_AT(amair[1]), .gate = GATE_VM},
	{"contextidr_el1", SYSREG(3, 0, 13, 0, 1), 1, 1, SYS_AT(contextidr[1]), .write = write_contextidr,
	 .gate = GATE_VM},
	{"par_el1", SYSREG(3, 0, 7, 4, 0), 1, 1, SYS_ALL(par)},

	{"afsr0_el1", SYSREG(3, 0, 5, 1, 0), 1, 1, SYS_AT(afsr0[1]), .gate = GATE_VM},
	{"afsr1_el1", SYSREG(3, 0, 5, 1, 1), 1, 1, SYS_AT(afsr1[1]), .gate = GATE_VM},
	{"esr_el1", SYSREG(3, 0, 5, 2, 0), 1, 1, SYS_32(esr[1]), .gate = GATE_VM},
	{"far_el1", SYSREG(3, 0, 6, 0, 0), 1, 1, SYS_ALL(far[1]), .gate = GATE_VM},
	{"vbar_el1", SYSREG(3, 0, 12, 0, 0), 1, 1, SYS_AT(vbar[1]), .mask = ~LOW_11},
	{"rvbar_el1", SYSREG(3, 0, 12, 0, 1), 1, NO_ACCESS, .read = read_zero, .gate = GATE_HIGHEST, .arg = 1},
	{"rmr_el1", SYSREG(3, 0, 12, 0, 2), 1, 1, .read = read_rmr, .write = write_rmr, .gate = GATE_HIGHEST, .arg = 1},
	{"isr_el1", SYSREG(3, 0, 12, 1, 0), 1, NO_ACCESS, .read = read_isr},
	{"erridr_el1", SYSREG(3, 0, 5, 3, 0), 1, NO_ACCESS, .read = read_zero, .gate = GATE_ERR, .feature = FEAT_RAS},
	{"errselr_el1", SYSREG(3, 0, 5, 3, 1), 1, 1, .read = read_zero, .write = write_nothing, .gate = GATE_ERR,
	 .feature = FEAT_RAS},
	{"disr_el1", SYSREG(3, 0, 12, 1, 1), 1, 1, SYS_AT(disr), .mask = 0x81ffffff, .feature = FEAT_RAS},

	{"tpidr_el0", SYSREG(3, 3, 13, 0, 2), 0, 0, SYS_ALL(tpidr[0])},
	{"tpidrro_el0", SYSREG(3, 3, 13, 0, 3), 0, 1, SYS_ALL(tpidrro)},
	{"tpidr_el1", SYSREG(3, 0, 13, 0, 4), 1, 1, SYS_ALL(tpidr[1])},
	{"rndr", SYSREG(3, 3, 2, 4, 0), 0, NO_ACCESS, .read = read_rndr, .feature = FEAT_RNG},
	{"rndrrs", SYSREG(3, 3, 2, 4, 1), 0, NO_ACCESS, .read = read_rndr, .feature = FEAT_RNG},

	{"apiakeylo_el1", SYSREG(3, 0, 2, 1, 0), 1, 1, KEY(KEY_IA, 0), .gate = GATE_KEY, .feature = FEAT_PAuth},
	{"apiakeyhi_el1", SYSREG(3, 0, 2, 1, 1), 1, 1, KEY(KEY_IA, 1), .gate = GATE_KEY, .feature = FEAT_PAuth},
	{"apibkeylo_el1", SYSREG(3, 0, 2, 1, 2), 1, 1, KEY(KEY_IB, 0), .gate = GATE_KEY, .feature = FEAT_PAuth},
	{"apibkeyhi_el1", SYSREG(3, 0, 2, 1, 3), 1, 1, KEY(KEY_IB, 1), .gate = GATE_KEY, .feature = FEAT_PAuth},
	{"apdakeylo_el1", SYSREG(3, 0, 2, 2, 0), 1, 1, KEY(KEY_DA, 0), .gate = GATE_KEY, .feature = FEAT_PAuth},
	{"apdakeyhi_el1", SYSREG(3, 0, 2, 2, 1), 1, 1, KEY(KEY_DA, 1), .gate = GATE_KEY, .feature = FEAT_PAuth},
	{"apdbkeylo_el1", SYSREG(3, 0, 2, 2, 2), 1, 1, KEY(KEY_DB, 0), .gate = GATE_KEY, .feature = FEAT_PAuth},
	{"apdbkeyhi_el1", SYSREG(3, 0, 2, 2, 3), 1, 1, KEY(KEY_DB, 1), .gate = GATE_KEY, .feature = FEAT_PAuth},
	{"apgakeylo_el1", SYSREG(3, 0, 2, 3, 0), 1, 1, KEY(KEY_GA, 0), .gate = GATE_KEY, .feature = FEAT_PAuth},
	{"apgakeyhi_el1", SYSREG(3, 0, 2, 3, 1), 1, 1, KEY(KEY_GA, 1), .gate = GATE_KEY, .feature = FEAT_PAuth},

	{"lorsa_el1", SYSREG(3, 0, 10, 4, 0), 1, 1, SYS_AT(lor[0]), .gate = GATE_LOR, .feature = FEAT_LOR},
	{"lorea_el1", SYSREG(3, 0, 10, 4, 1), 1, 1, SYS_AT(lor[1]), .gate = GATE_LOR, .feature = FEAT_LOR},
	{"lorn_el1", SYSREG(3, 0, 10, 4, 2), 1, 1, SYS_AT(lor[2]), .gate = GATE_LOR, .feature = FEAT_LOR},
	{"lorc_el1", SYSREG(3, 0, 10, 4, 3), 1, 1, SYS_AT(lor[3]), .gate = GATE_LOR, .feature = FEAT_LOR},
	{"lorid_el1", SYSREG(3, 0, 10, 4, 7), 1, NO_ACCESS, .read = read_zero, .gate = GATE_LOR, .feature = FEAT_LOR},
};

const struct sysreg_table arm_sysreg_core = {rows, countof(rows)};
