/* SPDX-License-Identifier: MIT */
/* Identification registers: what the model says of itself (model.c), and of its caches. Arm ARM D17.2.53 to
 * D17.2.100. */
#include "cpu/arm/sysreg.h"

static u64 read_id(struct arm *c, const struct sysreg *r)
{
	return arm_id(c, r->arg);
}

/* At EL1 a hypervisor says which processor it is. */
static u64 read_midr(struct arm *c, const struct sysreg *r)
{
	(void)r;
	return c->el == 1 && arm_el2_enabled(c) && c->sys.vpidr ? c->sys.vpidr : arm_id(c, ID_MIDR);
}

static u64 read_mpidr(struct arm *c, const struct sysreg *r)
{
	(void)r;
	return c->el == 1 && arm_el2_enabled(c) ? c->sys.vmpidr : BIT(31);
}

static u64 read_ccsidr(struct arm *c, const struct sysreg *r)
{
	static const u8 of[] = {ID_CCSIDR_L1D, ID_CCSIDR_L1I, ID_CCSIDR_L2, ID_COUNT, ID_CCSIDR_L3, ID_COUNT};

	(void)r;
	return c->sys.csselr < countof(of) && of[c->sys.csselr] != ID_COUNT ? arm_id(c, of[c->sys.csselr]) : 0;
}

/* DZP: DC ZVA is prohibited here. */
static u64 read_dczid(struct arm *c, const struct sysreg *r)
{
	bool dzp = (c->el == 0 && !(c->sys.sctlr[1] & SCTLR_DZE)) || (c->el < 2 && (arm_hcr(c) & HCR_TDZ));

	(void)r;
	return arm_id(c, ID_DCZID) | (u64)dzp << 4;
}

#define ID(name, crm, op2, n) \
	{name, SYSREG(3, 0, 0, crm, op2), 1, NO_ACCESS, .read = read_id, .gate = GATE_ID3, .arg = n}

static const struct sysreg rows[] = {
	{"midr_el1", SYSREG(3, 0, 0, 0, 0), 1, NO_ACCESS, .read = read_midr},
	{"mpidr_el1", SYSREG(3, 0, 0, 0, 5), 1, NO_ACCESS, .read = read_mpidr},
	{"revidr_el1", SYSREG(3, 0, 0, 0, 6), 1, NO_ACCESS, .read = read_id, .gate = GATE_ID1, .arg = ID_REVIDR},
	{"aidr_el1", SYSREG(3, 1, 0, 0, 7), 1, NO_ACCESS, .read = read_id, .gate = GATE_ID1, .arg = ID_AIDR},
	{"ctr_el0", SYSREG(3, 3, 0, 0, 1), 0, NO_ACCESS, .read = read_id, .gate = GATE_CTR, .arg = ID_CTR},
	{"dczid_el0", SYSREG(3, 3, 0, 0, 7), 0, NO_ACCESS, .read = read_dczid},
	{"clidr_el1", SYSREG(3, 1, 0, 0, 1), 1, NO_ACCESS, .read = read_id, .gate = GATE_ID2, .arg = ID_CLIDR},
	{"ccsidr_el1", SYSREG(3, 1, 0, 0, 0), 1, NO_ACCESS, .read = read_ccsidr, .gate = GATE_ID2},
	{"csselr_el1", SYSREG(3, 2, 0, 0, 0), 1, 1, SYS_AT(csselr), .mask = 15, .gate = GATE_ID2},

	ID("id_pfr0_el1", 1, 0, ID_A32_PFR0), ID("id_pfr1_el1", 1, 1, ID_A32_PFR1),
	ID("id_dfr0_el1", 1, 2, ID_A32_DFR0), ID("id_afr0_el1", 1, 3, ID_A32_AFR0),
	ID("id_mmfr0_el1", 1, 4, ID_A32_MMFR0), ID("id_mmfr1_el1", 1, 5, ID_A32_MMFR1),
	ID("id_mmfr2_el1", 1, 6, ID_A32_MMFR2), ID("id_mmfr3_el1", 1, 7, ID_A32_MMFR3),
	ID("id_isar0_el1", 2, 0, ID_A32_ISAR0), ID("id_isar1_el1", 2, 1, ID_A32_ISAR1),
	ID("id_isar2_el1", 2, 2, ID_A32_ISAR2), ID("id_isar3_el1", 2, 3, ID_A32_ISAR3),
	ID("id_isar4_el1", 2, 4, ID_A32_ISAR4), ID("id_isar5_el1", 2, 5, ID_A32_ISAR5),
	ID("id_mmfr4_el1", 2, 6, ID_A32_MMFR4), ID("id_isar6_el1", 2, 7, ID_A32_ISAR6),
	ID("mvfr0_el1", 3, 0, ID_A32_MVFR0), ID("mvfr1_el1", 3, 1, ID_A32_MVFR1), ID("mvfr2_el1", 3, 2, ID_A32_MVFR2),
	ID("id_pfr2_el1", 3, 4, ID_A32_PFR2), ID("id_dfr1_el1", 3, 5, ID_A32_DFR1),
	ID("id_mmfr5_el1", 3, 6, ID_A32_MMFR5),

	ID("id_aa64pfr0_el1", 4, 0, ID_PFR0), ID("id_aa64pfr1_el1", 4, 1, ID_PFR1),
	ID("id_aa64zfr0_el1", 4, 4, ID_ZFR0), ID("id_aa64smfr0_el1", 4, 5, ID_SMFR0),
	ID("id_aa64dfr0_el1", 5, 0, ID_DFR0), ID("id_aa64dfr1_el1", 5, 1, ID_DFR1),
	ID("id_aa64afr0_el1", 5, 4, ID_AFR0), ID("id_aa64afr1_el1", 5, 5, ID_AFR1),
	ID("id_aa64isar0_el1", 6, 0, ID_ISAR0), ID("id_aa64isar1_el1", 6, 1, ID_ISAR1),
	ID("id_aa64isar2_el1", 6, 2, ID_ISAR2), ID("id_aa64mmfr0_el1", 7, 0, ID_MMFR0),
	ID("id_aa64mmfr1_el1", 7, 1, ID_MMFR1), ID("id_aa64mmfr2_el1", 7, 2, ID_MMFR2),
};

const struct sysreg_table arm_sysreg_id = {rows, countof(rows)};
