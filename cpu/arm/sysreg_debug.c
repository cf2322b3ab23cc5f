/* SPDX-License-Identifier: MIT */
/* Debug registers that self-hosted debug needs, and enough of the external debugger's interface that software which
 * initialises it goes on. Arm ARM D17.3; the OS lock: D2.5. */
#include "cpu/arm/sysreg.h"

enum { OSLSR_OSLM = 8, OSLSR_OSLK = 2 };

static void write_mdscr(struct arm *c, const struct sysreg *r, u64 v)
{
	c->sys.mdscr = sysreg_merged(c, r, v);
	arm_debug_changed(c);
}

static void write_oslar(struct arm *c, const struct sysreg *r, u64 v)
{
	(void)r;
	c->sys.oslsr = OSLSR_OSLM | (v & 1 ? OSLSR_OSLK : 0);
	arm_debug_changed(c);
}

static void write_debug(struct arm *c, const struct sysreg *r, u64 v)
{
	sysreg_store(c, r, sysreg_merged(c, r, v));
	arm_debug_changed(c);
}

/* Addresses are 49 bits, sign-extended (RESS). */
static void write_address(struct arm *c, const struct sysreg *r, u64 v)
{
	sysreg_store(c, r, (u64)sign_extend(v, 49) & r->mask);
	arm_debug_changed(c);
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

static void write_claim_set(struct arm *c, const struct sysreg *r, u64 v)
{
	(void)r;
	c->sys.dbgclaim |= v & 0xff;
}

static u64 read_claim_set(struct arm *c, const struct sysreg *r)
{
	(void)c, (void)r;
	return 0xff;
}

static void write_claim_clear(struct arm *c, const struct sysreg *r, u64 v)
{
	(void)r;
	c->sys.dbgclaim &= ~(v & 0xff);
}

#define BREAKPOINT(n) \
	{"dbgbvr" #n "_el1", SYSREG(2, 0, 0, n, 4), 1, 1, SYS_AT(dbgbvr[n]), .mask = ~3ull, .write = write_address, \
	 .gate = GATE_DEBUG}, \
	{"dbgbcr" #n "_el1", SYSREG(2, 0, 0, n, 5), 1, 1, SYS_AT(dbgbcr[n]), .mask = 0x00ffe1e7, .write = write_debug, \
	 .gate = GATE_DEBUG}
#define WATCHPOINT(n) \
	{"dbgwvr" #n "_el1", SYSREG(2, 0, 0, n, 6), 1, 1, SYS_AT(dbgwvr[n]), .mask = ~3ull, .write = write_address, \
	 .gate = GATE_DEBUG}, \
	{"dbgwcr" #n "_el1", SYSREG(2, 0, 0, n, 7), 1, 1, SYS_AT(dbgwcr[n]), .mask = 0x1f1fffff, .write = write_debug, \
	 .gate = GATE_DEBUG}

static const struct sysreg rows[] = {
	{"mdscr_el1", SYSREG(2, 0, 0, 2, 2), 1, 1, SYS_AT(mdscr), .mask = 0x6ce0f041, .write = write_mdscr,
	 .gate = GATE_DEBUG},
	{"mdccint_el1", SYSREG(2, 0, 0, 2, 0), 1, 1, SYS_AT(mdccint), .mask = 0x60000000, .gate = GATE_DEBUG},
	{"osdtrrx_el1", SYSREG(2, 0, 0, 0, 2), 1, 1, SYS_32(osdtrrx), .gate = GATE_DEBUG},
	{"osdtrtx_el1", SYSREG(2, 0, 0, 3, 2), 1, 1, SYS_32(osdtrtx), .gate = GATE_DEBUG},
	{"oseccr_el1", SYSREG(2, 0, 0, 6, 2), 1, 1, SYS_32(oseccr), .gate = GATE_DEBUG},
	{"mdrar_el1", SYSREG(2, 0, 1, 0, 0), 1, NO_ACCESS, .read = read_zero, .gate = GATE_DRAR},
	{"oslar_el1", SYSREG(2, 0, 1, 0, 4), NO_ACCESS, 1, .write = write_oslar, .gate = GATE_OSLOCK},
	{"oslsr_el1", SYSREG(2, 0, 1, 1, 4), 1, NO_ACCESS, SYS_AT(oslsr), .reset = OSLSR_OSLM | OSLSR_OSLK,
	 .gate = GATE_OSLOCK},
	{"osdlr_el1", SYSREG(2, 0, 1, 3, 4), 1, 1, .read = read_zero, .write = write_nothing, .gate = GATE_OSLOCK},
	{"dbgprcr_el1", SYSREG(2, 0, 1, 4, 4), 1, 1, .read = read_zero, .write = write_nothing, .gate = GATE_OSLOCK},
	{"dbgclaimset_el1", SYSREG(2, 0, 7, 8, 6), 1, 1, .read = read_claim_set, .write = write_claim_set,
	 .gate = GATE_DEBUG},
	{"dbgclaimclr_el1", SYSREG(2, 0, 7, 9, 6), 1, 1, SYS_AT(dbgclaim), .write = write_claim_clear,
	 .gate = GATE_DEBUG},
	{"dbgauthstatus_el1", SYSREG(2, 0, 7, 14, 6), 1, NO_ACCESS, .read = read_zero, .gate = GATE_DEBUG},
	{"mdccsr_el0", SYSREG(2, 3, 0, 1, 0), 0, NO_ACCESS, .read = read_zero, .gate = GATE_DCC},
	{"dbgdtr_el0", SYSREG(2, 3, 0, 4, 0), 0, 0, .read = read_zero, .write = write_nothing, .gate = GATE_DCC},
	{"dbgdtrrx_el0", SYSREG(2, 3, 0, 5, 0), 0, 0, .read = read_zero, .write = write_nothing, .gate = GATE_DCC},
	{"dbgvcr32_el2", SYSREG(2, 4, 0, 7, 0), 2, 2, .read = read_zero, .write = write_nothing,
	 .feature = FEAT_AA32EL1},
	BREAKPOINT(0), BREAKPOINT(1), BREAKPOINT(2), BREAKPOINT(3), BREAKPOINT(4), BREAKPOINT(5),
	WATCHPOINT(0), WATCHPOINT(1), WATCHPOINT(2), WATCHPOINT(3),
};

const struct sysreg_table arm_sysreg_debug = {rows, countof(rows)};
