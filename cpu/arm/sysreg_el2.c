/* SPDX-License-Identifier: MIT */
/* System registers of EL2 and EL3: the hypervisor's and the monitor's own banks, and their controls over the levels
 * below. Arm ARM D17.2; resets that software relies on: the registers' "on a Warm reset" notes. */
#include "cpu/arm/sysreg.h"

static void write_hcr(struct arm *c, const struct sysreg *r, u64 v)
{
	const u64 old = c->sys.hcr, keyed = HCR_VM | HCR_DC | HCR_TGE, flushes = HCR_PTW | HCR_CD | HCR_ID;
	u64 mask = r->mask;

	if (arm_has(c, FEAT_LOR))
		mask |= HCR_TLOR;
	if (arm_has(c, FEAT_RAS))
		mask |= HCR_TERR | HCR_TEA;
	if (arm_has(c, FEAT_PAuth))
		mask |= HCR_APK | HCR_API;
	c->sys.hcr = (v & mask) | HCR_RW; /* EL1 is always AArch64 */
	if ((old ^ c->sys.hcr) & flushes)
		cpu_flush_tlb(&c->cpu);
	if ((old ^ c->sys.hcr) & (keyed | flushes))
		arm_update(c);
	arm_rearm(c);
}

static void write_scr(struct arm *c, const struct sysreg *r, u64 v)
{
	c->sys.scr = sysreg_merged(c, r, v);
	arm_update(c);
	arm_rearm(c);
}

static void write_update(struct arm *c, const struct sysreg *r, u64 v)
{
	sysreg_store(c, r, sysreg_merged(c, r, v));
	arm_update(c);
}

static void write_mdcr(struct arm *c, const struct sysreg *r, u64 v)
{
	sysreg_store(c, r, sysreg_merged(c, r, v));
	arm_pmu_changed(c);
	arm_rearm(c);
}

static u64 read_zero(struct arm *c, const struct sysreg *r)
{
	(void)c, (void)r;
	return 0;
}

static u64 read_rmr(struct arm *c, const struct sysreg *r)
{
	(void)c, (void)r;
	return 1; /* AA64 */
}

static void write_rmr(struct arm *c, const struct sysreg *r, u64 v)
{
	(void)r;
	if ((v & 2) && c->bus.reset)
		c->bus.reset(c->bus.arg);
}

/* The models' own numbers are what a guest of EL2 sees until EL2 says otherwise. */
static u64 read_vpidr(struct arm *c, const struct sysreg *r)
{
	return sysreg_stored(c, r) ? sysreg_stored(c, r) : arm_id(c, ID_MIDR);
}

static void write_32(struct arm *c, const struct sysreg *r, u64 v)
{
	sysreg_store(c, r, (u32)v);
}

/* Bits 33:32 and 30:0, which Armv8.0 has */
#define HCR_MASK 0x37fffffffull
#define SP(n)    .offset = offsetof(struct arm, sp_el[n]), .mask = ~0ull
#define TCR2_MASK 0x3f77ffbfull

static const struct sysreg rows[] = {
	{"vpidr_el2", SYSREG(3, 4, 0, 0, 0), 2, 2, SYS_AT(vpidr), .read = read_vpidr, .write = write_32},
	{"vmpidr_el2", SYSREG(3, 4, 0, 0, 5), 2, 2, SYS_AT(vmpidr), .mask = 0xffc1ffffffull, .reset = 0x80000000},
	{"sctlr_el2", SYSREG(3, 4, 1, 0, 0), 2, 2, SYS_AT(sctlr[2]), .reset = 0x30c50830,
	 .write = arm_sysreg_write_sctlr, .arg = 2},
	{"actlr_el2", SYSREG(3, 4, 1, 0, 1), 2, 2, SYS_ALL(actlr[2])},
	{"hcr_el2", SYSREG(3, 4, 1, 1, 0), 2, 2, SYS_AT(hcr), .mask = HCR_MASK, .reset = HCR_RW, .write = write_hcr},
	{"mdcr_el2", SYSREG(3, 4, 1, 1, 1), 2, 2, SYS_AT(mdcr[2]), .mask = 0x20fff, .reset = 6, .write = write_mdcr},
	{"cptr_el2", SYSREG(3, 4, 1, 1, 2), 2, 2, SYS_AT(cptr[2]), .mask = BIT(31) | BIT(10), .reset = 0x33ff,
	 .write = write_update, .gate = GATE_CPTR2},
	{"hstr_el2", SYSREG(3, 4, 1, 1, 3), 2, 2, SYS_AT(hstr), .mask = 0xffff},
	{"hacr_el2", SYSREG(3, 4, 1, 1, 7), 2, 2, SYS_AT(hacr)},
	{"ttbr0_el2", SYSREG(3, 4, 2, 0, 0), 2, 2, SYS_ALL(ttbr0[2])},
	{"tcr_el2", SYSREG(3, 4, 2, 0, 2), 2, 2, SYS_AT(tcr[2]), .mask = TCR2_MASK, .reset = 0x80800000,
	 .write = arm_sysreg_write_translation},
	{"vttbr_el2", SYSREG(3, 4, 2, 1, 0), 2, 2, SYS_ALL(vttbr), .write = write_update},
	{"vtcr_el2", SYSREG(3, 4, 2, 1, 2), 2, 2, SYS_AT(vtcr), .mask = 0x7fefffff, .reset = BIT(31),
	 .write = arm_sysreg_write_translation},
	{"dacr32_el2", SYSREG(3, 4, 3, 0, 0), 2, 2, SYS_32(dacr32), .feature = FEAT_AA32EL1},
	{"spsr_el2", SYSREG(3, 4, 4, 0, 0), 2, 2, SYS_32(spsr[2])},
	{"elr_el2", SYSREG(3, 4, 4, 0, 1), 2, 2, SYS_ALL(elr[2])},
	{"sp_el1", SYSREG(3, 4, 4, 1, 0), 2, 2, SP(1)},
	{"spsr_irq", SYSREG(3, 4, 4, 3, 0), 2, 2, SYS_32(spsr_irq)},
	{"spsr_abt", SYSREG(3, 4, 4, 3, 1), 2, 2, SYS_32(spsr_abt)},
	{"spsr_und", SYSREG(3, 4, 4, 3, 2), 2, 2, SYS_32(spsr_und)},
	{"spsr_fiq", SYSREG(3, 4, 4, 3, 3), 2, 2, SYS_32(spsr_fiq)},
	{"ifsr32_el2", SYSREG(3, 4, 5, 0, 1), 2, 2, SYS_32(ifsr32), .feature = FEAT_AA32EL1},
	{"fpexc32_el2", SYSREG(3, 4, 5, 3, 0), 2, 2, SYS_32(fpexc32), .feature = FEAT_AA32EL1},
	{"afsr0_el2", SYSREG(3, 4, 5, 1, 0), 2, 2, SYS_AT(afsr0[2])},
	{"afsr1_el2", SYSREG(3, 4, 5, 1, 1), 2, 2, SYS_AT(afsr1[2])},
	{"esr_el2", SYSREG(3, 4, 5, 2, 0), 2, 2, SYS_32(esr[2])},
	{"vsesr_el2", SYSREG(3, 4, 5, 2, 3), 2, 2, SYS_AT(vsesr), .mask = 0x1ffffff, .feature = FEAT_RAS},
	{"far_el2", SYSREG(3, 4, 6, 0, 0), 2, 2, SYS_ALL(far[2])},
	{"hpfar_el2", SYSREG(3, 4, 6, 0, 4), 2, 2, SYS_AT(hpfar), .mask = 0xfffffffff0ull},
	{"mair_el2", SYSREG(3, 4, 10, 2, 0), 2, 2, SYS_ALL(mair[2]), .write = arm_sysreg_write_translation},
	{"amair_el2", SYSREG(3, 4, 10, 3, 0), 2, 2, SYS_AT(amair[2])},
	{"vbar_el2", SYSREG(3, 4, 12, 0, 0), 2, 2, SYS_AT(vbar[2]), .mask = ~0x7ffull},
	{"rvbar_el2", SYSREG(3, 4, 12, 0, 1), 2, NO_ACCESS, .read = read_zero, .gate = GATE_HIGHEST, .arg = 2},
	{"rmr_el2", SYSREG(3, 4, 12, 0, 2), 2, 2, .read = read_rmr, .write = write_rmr, .gate = GATE_HIGHEST, .arg = 2},
	{"vdisr_el2", SYSREG(3, 4, 12, 1, 1), 2, 2, SYS_AT(vdisr), .mask = 0x81ffffff, .feature = FEAT_RAS},
	{"tpidr_el2", SYSREG(3, 4, 13, 0, 2), 2, 2, SYS_ALL(tpidr[2])},

	{"sctlr_el3", SYSREG(3, 6, 1, 0, 0), 3, 3, SYS_AT(sctlr[3]), .reset = 0x30c50830,
	 .write = arm_sysreg_write_sctlr, .arg = 3},
	{"actlr_el3", SYSREG(3, 6, 1, 0, 1), 3, 3, SYS_ALL(actlr[3])},
	{"scr_el3", SYSREG(3, 6, 1, 1, 0), 3, 3, SYS_AT(scr), .mask = 0x33b8f, .reset = 0x430, .write = write_scr},
	{"cptr_el3", SYSREG(3, 6, 1, 1, 2), 3, 3, SYS_AT(cptr[3]), .mask = BIT(31) | BIT(10), .write = write_update},
	{"mdcr_el3", SYSREG(3, 6, 1, 3, 1), 3, 3, SYS_AT(mdcr[3]), .mask = 0x3f0640, .write = write_mdcr},
	{"ttbr0_el3", SYSREG(3, 6, 2, 0, 0), 3, 3, SYS_ALL(ttbr0[3])},
	{"tcr_el3", SYSREG(3, 6, 2, 0, 2), 3, 3, SYS_AT(tcr[3]), .mask = TCR2_MASK, .reset = 0x80800000,
	 .write = arm_sysreg_write_translation},
	{"spsr_el3", SYSREG(3, 6, 4, 0, 0), 3, 3, SYS_32(spsr[3])},
	{"elr_el3", SYSREG(3, 6, 4, 0, 1), 3, 3, SYS_ALL(elr[3])},
	{"sp_el2", SYSREG(3, 6, 4, 1, 0), 3, 3, SP(2)},
	{"afsr0_el3", SYSREG(3, 6, 5, 1, 0), 3, 3, SYS_AT(afsr0[3])},
	{"afsr1_el3", SYSREG(3, 6, 5, 1, 1), 3, 3, SYS_AT(afsr1[3])},
	{"esr_el3", SYSREG(3, 6, 5, 2, 0), 3, 3, SYS_32(esr[3])},
	{"far_el3", SYSREG(3, 6, 6, 0, 0), 3, 3, SYS_ALL(far[3])},
	{"mair_el3", SYSREG(3, 6, 10, 2, 0), 3, 3, SYS_ALL(mair[3]), .write = arm_sysreg_write_translation},
	{"amair_el3", SYSREG(3, 6, 10, 3, 0), 3, 3, SYS_AT(amair[3])},
	{"vbar_el3", SYSREG(3, 6, 12, 0, 0), 3, 3, SYS_AT(vbar[3]), .mask = ~0x7ffull},
	{"rvbar_el3", SYSREG(3, 6, 12, 0, 1), 3, NO_ACCESS, .read = read_zero, .gate = GATE_HIGHEST, .arg = 3},
	{"rmr_el3", SYSREG(3, 6, 12, 0, 2), 3, 3, .read = read_rmr, .write = write_rmr, .gate = GATE_HIGHEST, .arg = 3},
	{"tpidr_el3", SYSREG(3, 6, 13, 0, 2), 3, 3, SYS_ALL(tpidr[3])},
};

const struct sysreg_table arm_sysreg_el2 = {rows, countof(rows)};
