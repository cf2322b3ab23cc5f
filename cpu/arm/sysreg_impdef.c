/* SPDX-License-Identifier: MIT */
/* IMPLEMENTATION DEFINED registers that boot loaders and kernels write for errata and power: they keep what is
 * written and do nothing. Technical Reference Manuals of Cortex-A53 (4.3), Cortex-A72 (4.3), Neoverse N1 (B2). */
#include "cpu/arm/sysreg.h"

static u64 read_zero(struct arm *c, const struct sysreg *r)
{
	(void)c, (void)r;
	return 0;
}

static void write_nothing(struct arm *c, const struct sysreg *r, u64 v)
{
	(void)c, (void)r, (void)v;
}

#define A5X (IMPDEF_A53 | IMPDEF_A72)
#define KEEPS(name, op1, crn, crm, op2, models, n) \
	{name, SYSREG(3, op1, crn, crm, op2), 1, 1, SYS_ALL(impdef[n]), .gate = GATE_IMPDEF, .arg = models}
#define ZERO(name, op1, crn, crm, op2, models) \
	{name, SYSREG(3, op1, crn, crm, op2), 1, 1, .read = read_zero, .write = write_nothing, .gate = GATE_IMPDEF, \
	 .arg = models}

static const struct sysreg rows[] = {
	KEEPS("l2ctlr_el1", 1, 11, 0, 2, A5X, 0), KEEPS("l2ectlr_el1", 1, 11, 0, 3, A5X, 1),
	KEEPS("l2actlr_el1", 1, 15, 0, 0, A5X, 2), KEEPS("cpuactlr_el1", 1, 15, 2, 0, A5X, 3),
	KEEPS("cpuectlr_el1", 1, 15, 2, 1, A5X, 4), ZERO("cpumerrsr_el1", 1, 15, 2, 2, A5X),
	ZERO("l2merrsr_el1", 1, 15, 2, 3, A5X),
	KEEPS("cpuactlr_el1", 0, 15, 1, 0, IMPDEF_N1, 0), KEEPS("cpuactlr2_el1", 0, 15, 1, 1, IMPDEF_N1, 1),
	KEEPS("cpuactlr3_el1", 0, 15, 1, 2, IMPDEF_N1, 2), ZERO("cpucfr_el1", 0, 15, 0, 0, IMPDEF_N1),
	KEEPS("cpuectlr_el1", 0, 15, 1, 4, IMPDEF_N1, 3), KEEPS("cpupwrctlr_el1", 0, 15, 2, 7, IMPDEF_N1, 4),
};

const struct sysreg_table arm_sysreg_impdef = {rows, countof(rows)};
