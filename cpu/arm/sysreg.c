/* SPDX-License-Identifier: MIT */
/* Finding a system register and deciding who may access it: levels, then the traps of EL0 by EL1, of EL1 by EL2, and
 * of all by EL3, in the order of the accessibility pseudocode (Arm ARM D17). What no table has is UNDEFINED. */
#include "cpu/arm/sysreg.h"
#include "mem/base/log.h"

#include <stdio.h>
#include <stdlib.h>

static const struct sysreg_table *const tables[] = {
	&arm_sysreg_core, &arm_sysreg_el2, &arm_sysreg_id, &arm_sysreg_debug, &arm_sysreg_pmu, &arm_sysreg_timer,
	&arm_sysreg_gic, &arm_sysreg_impdef,
};

struct arm_sysregs *arm_sysregs_new(const struct arm *c)
{
	struct arm_sysregs *s = calloc(1, sizeof(*s));
	unsigned n = 1;

	assert(s);
	for (unsigned t = 0; t < countof(tables); t++) {
		for (unsigned k = 0; k < tables[t]->n; k++) {
			const struct sysreg *r = &tables[t]->rows[k];

			if (!arm_has(c, r->feature) || (r->gate == GATE_IMPDEF && !(arm_model_impdef(c) & r->arg)))
				continue;
			assert(n < SYSREG_MAX && !s->index[r->id & 0x7fff]);
			s->row[n] = r;
			s->index[r->id & 0x7fff] = (u16)n++;
		}
	}
	return s;
}

void arm_sysreg_reset(struct arm *c)
{
	for (unsigned n = 1; n < SYSREG_MAX && c->sysregs->row[n]; n++) {
		const struct sysreg *r = c->sysregs->row[n];

		if (r->offset)
			sysreg_store(c, r, r->reset);
	}
	c->sys.cntfrq = ARM_TIMER_HZ;
}

const char *arm_sysreg_name(unsigned id, char *buffer, size_t size)
{
	for (unsigned t = 0; t < countof(tables); t++) {
		for (unsigned k = 0; k < tables[t]->n; k++) {
			if (tables[t]->rows[k].id == id && tables[t]->rows[k].gate != GATE_IMPDEF)
				return tables[t]->rows[k].name;
		}
	}
	snprintf(buffer, size, "s%u_%u_c%u_c%u_%u", id >> 14 & 3, id >> 11 & 7, id >> 7 & 15, id >> 3 & 15, id & 7);
	return buffer;
}

u32 arm_sysreg_iss(unsigned id, unsigned rt, bool read)
{
	return (u32)((id >> 14 & 3) << 20 | (id & 7) << 17 | (id >> 11 & 7) << 14 | (id >> 7 & 15) << 10 |
		     (rt & 31) << 5 | (id >> 3 & 15) << 1 | read);
}

unsigned arm_el1_target(const struct arm *c)
{
	return arm_hcr(c) & HCR_TGE ? 2 : 1;
}

/* ---- gates --------------------------------------------------------------------------------------- */

/* Results besides a level to trap to */
enum { ALLOWED = 0, UNDEFINED_HERE = 8 };

/* PMUSERENR_EL0: EN, SW, CR, ER (D17.5.15) */
static bool pmu_open(const struct arm *c, u64 also)
{
	return c->sys.pmuserenr & (BIT(0) | also);
}

/* EL0: does EL1 keep it for itself? */
static bool closed_to_el0(const struct arm *c, unsigned gate, bool write)
{
	u64 sctlr = c->sys.sctlr[1], k = c->sys.cntkctl;

	switch (gate) {
	case GATE_CTR: return !(sctlr & SCTLR_UCT);
	case GATE_UMA: return !(sctlr & SCTLR_UMA);
	case GATE_DCC: return c->sys.mdscr & MDSCR_TDCC;
	case GATE_PMU: case GATE_PMCR: return !pmu_open(c, 0);
	case GATE_PMCYCLE: return !pmu_open(c, write ? 0 : BIT(2));
	case GATE_PMSWINC: return !pmu_open(c, BIT(1));
	case GATE_PMEVENT: return !pmu_open(c, write ? 0 : BIT(3));
	case GATE_CNTFRQ: return !(k & 3);
	case GATE_CNTPCT: return !(k & BIT(0));
	case GATE_CNTVCT: return !(k & BIT(1));
	case GATE_CNTV: return !(k & BIT(8));
	case GATE_CNTP: return !(k & BIT(9));
	default: return false;
	}
}

/* EL0 and EL1: does EL2? */
static bool closed_by_el2(const struct arm *c, unsigned gate, bool write)
{
	u64 hcr = c->sys.hcr, mdcr = c->sys.mdcr[2];
	bool debug = (mdcr & MDCR_TDE) || (hcr & HCR_TGE);

	switch (gate) {
	case GATE_VM: return hcr & (write ? HCR_TVM : HCR_TRVM);
	case GATE_ACTLR: return hcr & HCR_TACR;
	case GATE_ID1: return hcr & HCR_TID1;
	case GATE_ID2: case GATE_CTR: return hcr & HCR_TID2;
	case GATE_ID3: return hcr & HCR_TID3;
	case GATE_CPACR: return c->sys.cptr[2] & BIT(31);
	case GATE_DEBUG: case GATE_DCC: return (mdcr & MDCR_TDA) || debug;
	case GATE_OSLOCK: return (mdcr & MDCR_TDOSA) || debug;
	case GATE_DRAR: return (mdcr & (MDCR_TDRA | MDCR_TDA)) || debug;
	case GATE_PMCR: return mdcr & (MDCR_TPM | MDCR_TPMCR);
	case GATE_PMU: case GATE_PMCYCLE: case GATE_PMSWINC: case GATE_PMEVENT: case GATE_PMUSER:
		return mdcr & MDCR_TPM;
	case GATE_CNTPCT: return !(c->sys.cnthctl & BIT(0));
	case GATE_CNTP: return !(c->sys.cnthctl & BIT(1));
	case GATE_KEY: return !(hcr & HCR_APK);
	case GATE_LOR: return hcr & HCR_TLOR;
	case GATE_ERR: return hcr & HCR_TERR;
	case GATE_IMPDEF: return hcr & HCR_TIDCP;
	default: return false;
	}
}

static bool closed_by_el3(const struct arm *c, unsigned gate)
{
	u64 mdcr = c->sys.mdcr[3];

	switch (gate) {
	case GATE_CPACR: case GATE_CPTR2: return c->sys.cptr[3] & BIT(31);
	case GATE_DEBUG: case GATE_DCC: case GATE_DRAR: return mdcr & MDCR_TDA;
	case GATE_OSLOCK: return mdcr & MDCR_TDOSA;
	case GATE_PMU: case GATE_PMCR: case GATE_PMCYCLE: case GATE_PMSWINC: case GATE_PMEVENT: case GATE_PMUSER:
		return mdcr & MDCR_TPM;
	case GATE_KEY: return !(c->sys.scr & SCR_APK);
	case GATE_CNTPS: return !(c->sys.scr & SCR_ST);
	default: return false;
	}
}

static bool hidden(const struct arm *c, const struct sysreg *r)
{
	switch (r->gate) {
	case GATE_SP0: return !c->sp_sel;
	case GATE_ICC: return !c->bus.icc_read;
	case GATE_HIGHEST: return r->arg != (c->secure ? 3 : c->vhost ? 2 : 1);
	case GATE_CNTPS: return !c->secure || c->el == 2 || (c->el == 1 && !arm_is_secure(c));
	default: return false;
	}
}

/* ALLOWED, UNDEFINED_HERE, or the level to trap to. */
static unsigned judge(const struct arm *c, const struct sysreg *r, bool write)
{
	unsigned need = write ? r->write_el : r->read_el;

	if (c->el < need || hidden(c, r))
		return UNDEFINED_HERE;
	if (c->el == 0 && closed_to_el0(c, r->gate, write))
		return arm_el1_target(c);
	if (c->el < 2 && arm_el2_enabled(c) && closed_by_el2(c, r->gate, write))
		return 2;
	return c->secure && c->el < 3 && closed_by_el3(c, r->gate) ? 3 : ALLOWED;
}

ARM_NORETURN static void refuse(struct arm *c, unsigned id, unsigned rt, bool write, const char *why)
{
	char name[32];

	/* IMPLEMENTATION DEFINED ones may be EL2's business even if there are none (D17.1.2). */
	if (c->el < 2 && (arm_hcr(c) & HCR_TIDCP) && (id >> 7 & 11) == 11 && (id >> 14) == 3)
		arm_trap(c, 2, EC_SYSREG, arm_sysreg_iss(id, rt, !write));
	if (c->el || (id & ~0x7fu) != SYSREG(3, 0, 0, 0, 0)) /* kernels emulate the ID registers for EL0 */
		log_guest("EL%u %s system register %s at %llx: %s", c->el, write ? "writes" : "reads",
			arm_sysreg_name(id, name, sizeof(name)), (unsigned long long)arm_pc(c), why);
	arm_undefined(c);
}

static void check(struct arm *c, const struct sysreg *r, unsigned id, unsigned rt, bool write)
{
	unsigned to;

	if (r->gate == GATE_FP) {
		if (c->cpu.mode & MODE_FP_TRAP)
			arm_fp_trap(c);
		return;
	}
	to = judge(c, r, write);
	if (unlikely(to == UNDEFINED_HERE))
		refuse(c, id, rt, write, "not at this level");
	if (unlikely(to))
		arm_trap(c, to, EC_SYSREG, arm_sysreg_iss(id, rt, !write));
}

/* Unallocated ID registers are zeros (D17.1.3): op0 3, op1 0, CRn 0, CRm 1 to 7. */
static bool is_reserved_id(unsigned id)
{
	return (id & ~0x3fu) == SYSREG(3, 0, 0, 0, 0) && id & 0x38;
}

u64 arm_sysreg_read(struct arm *c, unsigned id, unsigned rt)
{
	const struct sysreg *r = arm_sysreg_find(c, id);

	if (unlikely(!r)) {
		if (c->el && is_reserved_id(id)) {
			if (c->el == 1 && (arm_hcr(c) & HCR_TID3))
				arm_trap(c, 2, EC_SYSREG, arm_sysreg_iss(id, rt, true));
			return 0;
		}
		refuse(c, id, rt, false, "there is none");
	}
	check(c, r, id, rt, false);
	return r->read ? r->read(c, r) : r->offset ? sysreg_stored(c, r) : r->reset;
}

void arm_sysreg_write(struct arm *c, unsigned id, unsigned rt, u64 v)
{
	const struct sysreg *r = arm_sysreg_find(c, id);

	if (unlikely(!r))
		refuse(c, id, rt, true, "there is none");
	check(c, r, id, rt, true);
	if (r->write)
		r->write(c, r, v);
	else if (r->offset)
		sysreg_store(c, r, sysreg_merged(c, r, v));
}

bool arm_sysreg_peek(struct arm *c, unsigned id, u64 *v)
{
	const struct sysreg *r = arm_sysreg_find(c, id);

	if (!r || r->gate == GATE_ICC || r->read_el == NO_ACCESS)
		return false;
	*v = r->read ? r->read(c, r) : r->offset ? sysreg_stored(c, r) : r->reset;
	return true;
}
