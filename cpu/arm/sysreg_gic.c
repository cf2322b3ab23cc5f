/* SPDX-License-Identifier: MIT */
/* The GICv3's CPU interface and its hypervisor control, which live in the interrupt controller: who may reach them,
 * and by which of the two interfaces. GIC architecture specification (IHI 0069), chapters 12.1 to 12.3. */
#include "cpu/arm/sysreg.h"

/* Which of HCR_EL2.IMO and FMO turn an access at EL1 into one to the virtual interface. */
enum { BY_NONE, BY_FMO, BY_IMO, BY_ANY };

static bool is_virtual(const struct arm *c, const struct sysreg *r)
{
	u64 hcr = arm_hcr(c);

	if (c->el != 1)
		return false;
	return ((r->arg & BY_FMO) && (hcr & HCR_FMO)) || ((r->arg & BY_IMO) && (hcr & HCR_IMO));
}

static u64 read_icc(struct arm *c, const struct sysreg *r)
{
	return c->bus.icc_read(c->bus.arg, r->id, c->el, is_virtual(c, r));
}

static void write_icc(struct arm *c, const struct sysreg *r, u64 v)
{
	c->bus.icc_write(c->bus.arg, r->id, c->el, is_virtual(c, r), v);
}

#define ICC(name, op1, crn, crm, op2, re, we, by) \
	{name, SYSREG(3, op1, crn, crm, op2), re, we, .read = read_icc, .write = write_icc, .gate = GATE_ICC, .arg = by}
#define RO NO_ACCESS
#define WO NO_ACCESS

static const struct sysreg rows[] = {
	ICC("icc_pmr_el1", 0, 4, 6, 0, 1, 1, BY_ANY),
	ICC("icc_iar0_el1", 0, 12, 8, 0, 1, RO, BY_FMO), ICC("icc_eoir0_el1", 0, 12, 8, 1, WO, 1, BY_FMO),
	ICC("icc_hppir0_el1", 0, 12, 8, 2, 1, RO, BY_FMO), ICC("icc_bpr0_el1", 0, 12, 8, 3, 1, 1, BY_FMO),
	ICC("icc_ap0r0_el1", 0, 12, 8, 4, 1, 1, BY_FMO), ICC("icc_ap0r1_el1", 0, 12, 8, 5, 1, 1, BY_FMO),
	ICC("icc_ap0r2_el1", 0, 12, 8, 6, 1, 1, BY_FMO), ICC("icc_ap0r3_el1", 0, 12, 8, 7, 1, 1, BY_FMO),
	ICC("icc_ap1r0_el1", 0, 12, 9, 0, 1, 1, BY_IMO), ICC("icc_ap1r1_el1", 0, 12, 9, 1, 1, 1, BY_IMO),
	ICC("icc_ap1r2_el1", 0, 12, 9, 2, 1, 1, BY_IMO), ICC("icc_ap1r3_el1", 0, 12, 9, 3, 1, 1, BY_IMO),
	ICC("icc_dir_el1", 0, 12, 11, 1, WO, 1, BY_ANY), ICC("icc_rpr_el1", 0, 12, 11, 3, 1, RO, BY_ANY),
	ICC("icc_sgi1r_el1", 0, 12, 11, 5, WO, 1, BY_NONE), ICC("icc_asgi1r_el1", 0, 12, 11, 6, WO, 1, BY_NONE),
	ICC("icc_sgi0r_el1", 0, 12, 11, 7, WO, 1, BY_NONE),
	ICC("icc_iar1_el1", 0, 12, 12, 0, 1, RO, BY_IMO), ICC("icc_eoir1_el1", 0, 12, 12, 1, WO, 1, BY_IMO),
	ICC("icc_hppir1_el1", 0, 12, 12, 2, 1, RO, BY_IMO), ICC("icc_bpr1_el1", 0, 12, 12, 3, 1, 1, BY_IMO),
	ICC("icc_ctlr_el1", 0, 12, 12, 4, 1, 1, BY_ANY), ICC("icc_sre_el1", 0, 12, 12, 5, 1, 1, BY_ANY),
	ICC("icc_igrpen0_el1", 0, 12, 12, 6, 1, 1, BY_FMO), ICC("icc_igrpen1_el1", 0, 12, 12, 7, 1, 1, BY_IMO),
	ICC("icc_sre_el2", 4, 12, 9, 5, 2, 2, BY_NONE), ICC("icc_sre_el3", 6, 12, 12, 5, 3, 3, BY_NONE),
	ICC("icc_ctlr_el3", 6, 12, 12, 4, 3, 3, BY_NONE), ICC("icc_igrpen1_el3", 6, 12, 12, 7, 3, 3, BY_NONE),
	ICC("ich_ap0r0_el2", 4, 12, 8, 0, 2, 2, BY_NONE), ICC("ich_ap0r1_el2", 4, 12, 8, 1, 2, 2, BY_NONE),
	ICC("ich_ap0r2_el2", 4, 12, 8, 2, 2, 2, BY_NONE), ICC("ich_ap0r3_el2", 4, 12, 8, 3, 2, 2, BY_NONE),
	ICC("ich_ap1r0_el2", 4, 12, 9, 0, 2, 2, BY_NONE), ICC("ich_ap1r1_el2", 4, 12, 9, 1, 2, 2, BY_NONE),
	ICC("ich_ap1r2_el2", 4, 12, 9, 2, 2, 2, BY_NONE), ICC("ich_ap1r3_el2", 4, 12, 9, 3, 2, 2, BY_NONE),
	ICC("ich_hcr_el2", 4, 12, 11, 0, 2, 2, BY_NONE), ICC("ich_vtr_el2", 4, 12, 11, 1, 2, RO, BY_NONE),
	ICC("ich_misr_el2", 4, 12, 11, 2, 2, RO, BY_NONE), ICC("ich_eisr_el2", 4, 12, 11, 3, 2, RO, BY_NONE),
	ICC("ich_elrsr_el2", 4, 12, 11, 5, 2, RO, BY_NONE), ICC("ich_vmcr_el2", 4, 12, 11, 7, 2, 2, BY_NONE),
	ICC("ich_lr0_el2", 4, 12, 12, 0, 2, 2, BY_NONE), ICC("ich_lr1_el2", 4, 12, 12, 1, 2, 2, BY_NONE),
	ICC("ich_lr2_el2", 4, 12, 12, 2, 2, 2, BY_NONE), ICC("ich_lr3_el2", 4, 12, 12, 3, 2, 2, BY_NONE),
};

const struct sysreg_table arm_sysreg_gic = {rows, countof(rows)};
