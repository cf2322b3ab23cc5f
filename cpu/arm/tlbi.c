/* SPDX-License-Identifier: MIT */
/* TLB maintenance. What is cached is one page of 4 KiB at a time, in contexts by regime, ASID and VMID (KEY_x in
 * sys.h). More may always be dropped than was asked for. Arm ARM D8.13 and C5.5 (TLBI). */
#include "cpu/arm/paging.h"

enum { OP_EL1 = 0, OP_EL2 = 4, OP_EL3 = 6 };               /* op1 */
enum { CRM_IPA_IS = 0, CRM_IS = 3, CRM_IPA = 4, CRM_LOCAL = 7 }; /* with one processor, IS is as local */

#define KEY_VMID (0xffffull << KEY_VMID_SHIFT)
#define KEY_ASID 0xffffull

enum which { ALL_OF_REGIME, NON_GLOBAL_OF_ASID, ALL_STAGE2 };

/* Contexts of EL1&0 that belong to the present VMID, and those that were filled with no stage 2, which have none. */
static bool is_el1(const struct arm *c, u64 key)
{
	if ((key & (KEY_EL2 | KEY_EL3 | KEY_SECURE)) != (arm_is_secure(c) ? KEY_SECURE : 0))
		return false;
	return !(key & KEY_STAGE2) || (key & KEY_VMID) == arm_vmid(c) << KEY_VMID_SHIFT;
}

static void flush_el1(struct arm *c, enum which which, u64 asid)
{
	struct tlb *t = &c->cpu.tlb;

	for (unsigned k = 0; k < TLB_CONTEXTS; k++) {
		u64 key = t->ctx[k].key;

		if (!t->ctx[k].valid || !is_el1(c, key))
			continue;
		if (which == ALL_OF_REGIME || (which == ALL_STAGE2 && (key & KEY_STAGE2)))
			tlb_flush_context(t, key, false);
		else if (which == NON_GLOBAL_OF_ASID && (key & KEY_ASID) == asid)
			tlb_flush_context(t, key, true);
	}
}

/* EL2 or EL3: one range of addresses, no ASID. */
static void flush_regime(struct arm *c, u64 which)
{
	struct tlb *t = &c->cpu.tlb;

	for (unsigned k = 0; k < TLB_CONTEXTS; k++) {
		if (t->ctx[k].valid && (t->ctx[k].key & which))
			tlb_flush_context(t, t->ctx[k].key, false);
	}
}

/* A page may be global, and then it is in the contexts of other ASIDs too, so the ASID makes no difference. */
static void flush_va(struct arm *c, u64 arg, bool two)
{
	u64 va = bits(arg, 0, 44) << 12;

	tlb_flush_page(&c->cpu.tlb, two ? (u64)sign_extend(va, 56) : va);
}

static bool tlbi_el1(struct arm *c, unsigned op2, u64 arg)
{
	switch (op2) {
	case 0: /* VMALLE1 */
		flush_el1(c, ALL_OF_REGIME, 0);
		return true;
	case 2: /* ASIDE1 */
		flush_el1(c, NON_GLOBAL_OF_ASID, arg >> 48 & (bit(c->sys.tcr[1], 36) ? 0xffff : 0xff));
		return true;
	case 1: /* VAE1 */
	case 3: /* VAAE1 */
	case 5: /* VALE1 */
	case 7: /* VAALE1 */
		flush_va(c, arg, true);
		return true;
	default:
		return false;
	}
}

static bool tlbi_el2(struct arm *c, unsigned op2, u64 arg)
{
	switch (op2) {
	case 0: /* ALLE2 */
		flush_regime(c, KEY_EL2);
		return true;
	case 1: /* VAE2 */
	case 5: /* VALE2 */
		flush_va(c, arg, false);
		return true;
	case 4: /* ALLE1: every VMID */
		tlb_flush_all(&c->cpu.tlb);
		return true;
	case 6: /* VMALLS12E1 */
		flush_el1(c, ALL_OF_REGIME, 0);
		return true;
	default:
		return false;
	}
}

static bool tlbi_el3(struct arm *c, unsigned op2, u64 arg)
{
	if (op2 == 0) /* ALLE3 */
		flush_regime(c, KEY_EL3);
	else if (op2 == 1 || op2 == 5) /* VAE3, VALE3 */
		flush_va(c, arg, false);
	else
		return false;
	return true;
}

bool arm_tlbi(struct arm *c, unsigned op, u64 arg)
{
	unsigned op1 = op >> 7 & 7, crm = op >> 3 & 15, op2 = op & 7;
	bool done = false;

	if (crm == CRM_IS || crm == CRM_LOCAL) {
		done = op1 == OP_EL1   ? tlbi_el1(c, op2, arg)
		       : op1 == OP_EL2 ? tlbi_el2(c, op2, arg)
		       : op1 == OP_EL3 ? tlbi_el3(c, op2, arg)
				       : false;
	} else if (op1 == OP_EL2 && (crm == CRM_IPA_IS || crm == CRM_IPA) && (op2 == 1 || op2 == 5)) {
		flush_el1(c, ALL_STAGE2, 0); /* IPAS2E1, IPAS2LE1: what is cached is both stages in one */
		done = true;
	}
	if (done)
		cpu_end_block(&c->cpu);
	return done;
}
