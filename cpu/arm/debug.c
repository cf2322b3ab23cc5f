/* SPDX-License-Identifier: MIT */
/* Self-hosted debug: when debug exceptions are enabled, software step, breakpoints and watchpoints. Nothing here costs
 * anything while MDSCR_EL1 enables nothing: breakpoints and software step single-step (boundary.c), pages with watched
 * data miss the TLB (access.c). Arm ARM D2.4, D2.8, D2.10, D2.12. */
#include "cpu/arm/sysreg.h"

#define OSLSR_OSLK BIT(1)
#define OSDLR_DLK  BIT(0)
#define MDCR_EL3_SDD BIT(16)

/* ---- enabled, and where to (D2.4) ---------------------------------------------------------------- */

unsigned arm_debug_target(const struct arm *c)
{
	return arm_el2_enabled(c) && ((c->sys.hcr & HCR_TGE) || (c->sys.mdcr[2] & MDCR_TDE)) ? 2 : 1;
}

bool arm_debug_enabled_from(const struct arm *c, unsigned el, bool masked)
{
	unsigned target = arm_debug_target(c);

	if ((c->sys.oslsr & OSLSR_OSLK) || (c->sys.osdlr & OSDLR_DLK))
		return false;
	if (arm_is_secure(c) && (c->sys.mdcr[3] & MDCR_EL3_SDD))
		return false;
	return el == target ? (c->sys.mdscr & MDSCR_KDE) && !masked : el < target;
}

bool arm_debug_enabled(const struct arm *c)
{
	return arm_debug_enabled_from(c, c->el, c->daif & DAIF_D);
}

bool arm_stepping(const struct arm *c)
{
	return (c->sys.mdscr & MDSCR_SS) && arm_debug_enabled(c);
}

/* ---- matching ------------------------------------------------------------------------------------ */

/* DBGBCR_EL1, DBGWCR_EL1 */
static bool is_enabled(u64 cr)
{
	return cr & 1;
}

/* CONTEXTIDR_EL1 against breakpoint n, which must be one that compares contexts (BT = 0b0010, 0b0011). */
static bool context_matches(const struct arm *c, unsigned n)
{
	u64 cr = c->sys.dbgbcr[n];

	return is_enabled(cr) && bits(cr, 21, 3) == 1 && (u32)c->sys.dbgbvr[n] == (u32)c->sys.contextidr[1] &&
		c->el < 2;
}

/* AArch64.StateMatch: PxC is in bits 2:1, HMC 13, SSC 15:14, LBN 19:16 of both kinds of register. */
static bool state_matches(const struct arm *c, u64 cr, bool linked, unsigned el)
{
	unsigned ssc = (unsigned)bits(cr, 14, 2), pxc = (unsigned)bits(cr, 1, 2), lbn = (unsigned)bits(cr, 16, 4);
	bool hmc = bit(cr, 13), secure = arm_is_secure(c), level;

	switch (el) {
	case 0: level = pxc & 2; break;
	case 1: level = pxc & 1; break;
	case 2: level = (hmc && !(ssc == 2 && pxc == 0)) || ssc == 3; break;
	default: level = hmc && !(ssc & 1); break;
	}
	if (!level || (ssc == 1 && secure) || (ssc == 2 && !secure))
		return false;
	return !linked || (lbn < arm_model_breakpoints(c) && bits(c->sys.dbgbcr[lbn], 20, 4) == 3 &&
		context_matches(c, lbn));
}

/* ---- breakpoints (D2.8) -------------------------------------------------------------------------- */

bool arm_breakpoints_on(const struct arm *c)
{
	bool any = false;

	if (!(c->sys.mdscr & MDSCR_MDE) || !arm_debug_enabled(c))
		return false;
	for (unsigned n = 0; n < arm_model_breakpoints(c); n++)
		any |= is_enabled(c->sys.dbgbcr[n]);
	return any;
}

bool arm_breakpoint_at(const struct arm *c, u64 pc)
{
	if (!arm_breakpoints_on(c))
		return false;
	for (unsigned n = 0; n < arm_model_breakpoints(c); n++) {
		u64 cr = c->sys.dbgbcr[n];
		unsigned type = (unsigned)bits(cr, 20, 4);
		bool hit;

		if (!is_enabled(cr))
			continue;
		if (type < 2) /* the address; BAS selects halfwords, of which A64 uses the first */
			hit = ((c->sys.dbgbvr[n] ^ pc) & mask_low(49) & ~3ull) == 0 && bit(cr, 5) &&
			      state_matches(c, cr, type == 1, c->el);
		else
			hit = type == 2 && context_matches(c, n) && state_matches(c, cr, false, c->el);
		if (hit)
			return true;
	}
	return false;
}

/* ---- watchpoints (D2.10) ------------------------------------------------------------------------- */

/* The bytes that watchpoint n looks at: an aligned block, of which BAS chooses when it is 8 bytes or less. */
static u64 block_of(const struct arm *c, unsigned n, u64 *size)
{
	u64 va = c->sys.dbgwvr[n], mask = bits(c->sys.dbgwcr[n], 24, 5);

	*size = mask > 2 ? BIT(mask) : va & 4 ? 4 : 8;
	return va & mask_low(49) & ~(*size - 1);
}

static bool byte_matches(const struct arm *c, unsigned n, u64 va)
{
	u64 size, base = block_of(c, n, &size);

	va &= mask_low(49);
	return va - base < size && (bits(c->sys.dbgwcr[n], 24, 5) || bit(c->sys.dbgwcr[n], 5 + (unsigned)(va - base)));
}

bool arm_page_watched(const struct arm *c, u64 va)
{
	u64 page = va & mask_low(49) & TLB_PAGE;

	for (unsigned n = 0; n < arm_model_watchpoints(c); n++) {
		u64 size, base = block_of(c, n, &size);

		if (is_enabled(c->sys.dbgwcr[n]) && base < page + TLB_SPAN && page < base + size)
			return true;
	}
	return false;
}

void arm_watch(struct arm *c, u64 va, unsigned len, enum access access, bool unpriv)
{
	unsigned el = unpriv && c->el == 1 ? 0 : c->el;

	if (!c->watch || !(c->sys.mdscr & MDSCR_MDE) || !arm_debug_enabled(c))
		return;
	for (unsigned n = 0; n < arm_model_watchpoints(c); n++) {
		u64 cr = c->sys.dbgwcr[n];

		if (!is_enabled(cr) || !bit(cr, access == ACCESS_WRITE ? 4 : 3) || !state_matches(c, cr, bit(cr, 20),
			el))
			continue;
		for (unsigned k = 0; k < len; k++) {
			if (byte_matches(c, n, va + k))
				arm_raise_far(c, EC_WATCHPOINT, (access == ACCESS_WRITE ? 1u << 6 : 0) | 0x22, va + k,
					arm_debug_target(c));
		}
	}
}

void arm_debug_changed(struct arm *c)
{
	bool watch = false;

	for (unsigned n = 0; n < arm_model_watchpoints(c); n++)
		watch |= is_enabled(c->sys.dbgwcr[n]) && (c->sys.mdscr & MDSCR_MDE);
	if (watch || c->watch) {
		cpu_flush_tlb(&c->cpu);
		c->watch = watch;
		arm_level_changed(c);
	}
	arm_rearm(c);
}
