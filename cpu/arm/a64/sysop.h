/* SPDX-License-Identifier: MIT */
/* The operations behind SYS: cache and TLB maintenance, address translation. One row each; the instruction is in
 * system.c. Arm ARM C5.3 to C5.6. */
#ifndef CPU_ARM_A64_SYSOP_H
#define CPU_ARM_A64_SYSOP_H

#include "cpu/arm/sys.h"

/* op1, CRn, CRm, op2: bits 18:5 of SYS */
#define SYSOP(op1, crn, crm, op2) ((u16)((op1) << 11 | (crn) << 7 | (crm) << 3 | (op2)))

enum sysop_kind {
	SYSOP_NOP,   /* caches as such are not modelled */
	SYSOP_CLEAN, /* by address: faults as a read */
	SYSOP_INVALIDATE, /* by address: faults as a write */
	SYSOP_ZERO,
	SYSOP_TLBI,
	SYSOP_AT,
};

struct sysop {
	const char *name;
	u16 id;
	u8 el;       /* the lowest level that may */
	u8 kind;
	bool operand; /* takes Xt */
	u8 feature;
	u64 el0;     /* SCTLR_EL1 bit without which EL0 may not; with el 0 */
	u64 hcr;     /* HCR_EL2 bit that traps it at EL0 and EL1 */
};

const struct sysop *a64_sysop_find(unsigned id);

#endif
