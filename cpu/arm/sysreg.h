/* SPDX-License-Identifier: MIT */
/* System registers as rows. A register is one row in a table of sysreg_*.c and, if it stores anything, one member of
 * struct arm (mostly of arm_sys): who may access it, which bits can be written, what a write changes elsewhere. MRS
 * and MSR (a64/system.c) find rows by number. Arm ARM D17; access rules: the accessibility pseudocode of each
 * register. */
#ifndef CPU_ARM_SYSREG_H
#define CPU_ARM_SYSREG_H

#include "cpu/arm/sys.h"

/* Bits 20:5 of MRS and MSR. */
#define SYSREG(op0, op1, crn, crm, op2) \
	((u16)((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2)))

/* Which controls may trap an access that the level itself allows. */
enum sysreg_gate {
	GATE_NONE,
	GATE_VM,      /* HCR_EL2.TVM, TRVM */
	GATE_ACTLR,   /* HCR_EL2.TACR */
	GATE_ID1, GATE_ID2, GATE_ID3, /* HCR_EL2.TIDn */
	GATE_CTR,     /* SCTLR_EL1.UCT, HCR_EL2.TID2 */
	GATE_CPACR, GATE_CPTR2, /* CPTR_ELx.TCPAC */
	GATE_FP,      /* as SIMD and floating-point instructions */
	GATE_DEBUG, GATE_OSLOCK, GATE_DRAR, GATE_DCC, /* MDCR_EL2.TDA, TDOSA, TDRA; MDSCR_EL1.TDCC */
	GATE_PMU, GATE_PMCR, GATE_PMCYCLE, GATE_PMSWINC, GATE_PMEVENT, /* PMUSERENR_EL0, MDCR_EL2.TPM, TPMCR */
	GATE_PMUSER,
	/* CNTKCTL_EL1, CNTHCT_EL2, SCR_EL3.ST */
	GATE_CNTFRQ, GATE_CNTPCT, GATE_CNTVCT, GATE_CNTP, GATE_CNTV, GATE_CNTPS,
	GATE_UMA,     /* SCTLR_EL1.UMA */
	GATE_SP0,     /* PSTATE.SP */
	GATE_KEY,     /* HCR_EL2.APK, SCR_EL3.APK */
	GATE_LOR,     /* HCR_EL2.TLOR */
	GATE_ERR,     /* HCR_EL2.TERR */
	GATE_ICC,     /* there is a GICv3 */
	GATE_IMPDEF,  /* HCR_EL2.TIDCP, and the model has it */
	GATE_HIGHEST, /* the level of the name is the highest one */
};

enum { NO_ACCESS = 4 }; /* as a level: nobody */

struct sysreg {
	const char *name; /* lower case, as an assembler takes it */
	u16 id;
	u8 read_el, write_el; /* the lowest level that may */
	u32 offset;           /* of a u64 in struct arm; 0: none */
	u64 mask;             /* bits that a write changes; the others keep their reset value */
	u64 reset;
	u64 (*read)(struct arm *c, const struct sysreg *r); /* instead of the member */
	/* instead of storing: old and mask are the hook's business; it calls sysreg_store */
	void (*write)(struct arm *c, const struct sysreg *r, u64 v);
	u8 gate, feature;
	u8 arg;               /* for the hooks */
};

#define SYS_AT(member)    .offset = offsetof(struct arm, sys.member)
#define SYS_ALL(member)   SYS_AT(member), .mask = ~0ull
#define SYS_32(member)    SYS_AT(member), .mask = 0xffffffff

struct sysreg_table {
	const struct sysreg *rows;
	unsigned n;
};

extern const struct sysreg_table arm_sysreg_core, arm_sysreg_el2, arm_sysreg_id, arm_sysreg_debug, arm_sysreg_pmu,
	arm_sysreg_timer, arm_sysreg_gic, arm_sysreg_impdef;

#define SYSREG_MAX 640
struct arm_sysregs {
	const struct sysreg *row[SYSREG_MAX]; /* [0]: none */
	u16 index[1 << 15];                   /* by the low 15 bits of the number */
};

struct arm_sysregs *arm_sysregs_new(const struct arm *c);
void arm_sysreg_reset(struct arm *c);
/* "s3_0_c1_c2_3" for what has no row. */
const char *arm_sysreg_name(unsigned id, char *buffer, size_t size);

static inline const struct sysreg *arm_sysreg_find(const struct arm *c, unsigned id)
{
	return c->sysregs->row[c->sysregs->index[id & 0x7fff]];
}

static inline u64 sysreg_stored(const struct arm *c, const struct sysreg *r)
{
	u64 v;

	memcpy(&v, (const u8 *)c + r->offset, sizeof(v));
	return v;
}

static inline void sysreg_store(struct arm *c, const struct sysreg *r, u64 v)
{
	memcpy((u8 *)c + r->offset, &v, sizeof(v));
}

/* What a plain write stores. */
static inline u64 sysreg_merged(const struct arm *c, const struct sysreg *r, u64 v)
{
	return (sysreg_stored(c, r) & ~r->mask) | (v & r->mask);
}

/* MRS, MSR with register rt of the instruction, for the syndrome: raises if the access is not allowed. */
u64 arm_sysreg_read(struct arm *c, unsigned id, unsigned rt);
void arm_sysreg_write(struct arm *c, unsigned id, unsigned rt, u64 v);
/* The syndrome of a trapped MSR, MRS or system instruction (D17.2.37, EC 0x18). */
u32 arm_sysreg_iss(unsigned id, unsigned rt, bool read);
/* EL1 of the trap of an EL0 access, EL2 if HCR_EL2.TGE. */
unsigned arm_el1_target(const struct arm *c);
/* The stored value, without any check and any hook of access: monitors and debuggers. False: there is no such one. */
bool arm_sysreg_peek(struct arm *c, unsigned id, u64 *v);

/* ---- parts that more than one file needs ------------------------------------------------------------------------- */

/* state.c: the level changed; PSTATE.PAN; TTBR0_EL1 or TTBR1_EL1. */
void arm_level_changed(struct arm *c);
void arm_pan_changed(struct arm *c);
void arm_ttbr_changed(struct arm *c);
/* sysreg_core.c: hooks of rows */
void arm_sysreg_write_sctlr(struct arm *c, const struct sysreg *r, u64 v);
void arm_sysreg_write_translation(struct arm *c, const struct sysreg *r, u64 v);
/* sysreg_timer.c */
u64 arm_count(const struct arm *c); /* CNTPCT_EL0 */
void arm_event_stream(struct arm *c); /* WFE begins to wait */
/* sysreg_pmu.c: before the level changes, if some counter filters by level */
void arm_pmu_sync(struct arm *c);
void arm_pmu_changed(struct arm *c);
static inline void arm_pmu_level(struct arm *c, unsigned el)
{
	if (unlikely(c->pmu_filters) && el != c->el)
		arm_pmu_sync(c);
}

#endif
