/* SPDX-License-Identifier: MIT */
/* Instructions that generate exceptions, and those that return from them (Arm ARM C4.1, "Exception generation",
 * "Unconditional branch (register)": ERET, DRPS). Those with pointer authentication are in pauth.c. */
#include "cpu/arm/sys.h"

static void svc(struct cpu *cpu, const struct insn *i)
{
	struct arm *c = arm_from(cpu);

	arm_call(c, EC_SVC, (u32)i->imm, arm_sync_target(c));
}

/* To the firmware that we are, if no level of the guest takes the call. */
static void call_firmware(struct arm *c, bool smc)
{
	if (!c->bus.firmware || !c->bus.firmware(c->bus.arg, smc))
		arm_undefined(c);
}

static void hvc(struct cpu *cpu, const struct insn *i)
{
	struct arm *c = arm_from(cpu);

	if (c->el == 0)
		arm_undefined(c);
	if (!c->vhost)
		call_firmware(c, false);
	else if ((c->secure ? !(c->sys.scr & SCR_HCE) : c->sys.hcr & HCR_HCD) || arm_is_secure(c))
		arm_undefined(c);
	else
		arm_call(c, EC_HVC, (u32)i->imm, c->el == 3 ? 3 : 2);
}

static void smc(struct cpu *cpu, const struct insn *i)
{
	struct arm *c = arm_from(cpu);

	if (c->el == 0)
		arm_undefined(c);
	if (c->el == 1 && (arm_hcr(c) & HCR_TSC))
		arm_trap(c, 2, EC_SMC, (u32)i->imm);
	if (!c->secure)
		call_firmware(c, true);
	else if (c->sys.scr & SCR_SMD)
		arm_undefined(c);
	else
		arm_call(c, EC_SMC, (u32)i->imm, 3);
}

static void brk(struct cpu *cpu, const struct insn *i)
{
	struct arm *c = arm_from(cpu);
	unsigned target = arm_debug_target(c);

	arm_trap(c, c->el > target ? c->el : target, EC_BRK, (u32)i->imm);
}

/* Halting debug is never enabled. */
static void undefined(struct cpu *cpu, const struct insn *i)
{
	(void)i;
	arm_undefined(arm_from(cpu));
}

static void eret(struct cpu *cpu, const struct insn *i)
{
	struct arm *c = arm_from(cpu);

	(void)i;
	if (c->el == 0)
		arm_undefined(c);
	arm_eret(c, c->sys.elr[c->el]);
}

static const struct insn_row rows[] = {
	{"11010100000iiiiiiiiiiiiiiii00001", "svc {imm}", {svc}, .attr = ENDS_BLOCK},
	{"11010100000iiiiiiiiiiiiiiii00010", "hvc {imm}", {hvc}, .attr = ENDS_BLOCK},
	{"11010100000iiiiiiiiiiiiiiii00011", "smc {imm}", {smc}, .attr = ENDS_BLOCK},
	{"11010100001iiiiiiiiiiiiiiii00000", "brk {imm}", {brk}, .attr = ENDS_BLOCK},
	{"11010100010iiiiiiiiiiiiiiii00000", "hlt {imm}", {undefined}, .attr = ENDS_BLOCK},
	{"11010100101iiiiiiiiiiiiiiii00001", "dcps1 {imm}", {undefined}, .attr = ENDS_BLOCK},
	{"11010100101iiiiiiiiiiiiiiii00010", "dcps2 {imm}", {undefined}, .attr = ENDS_BLOCK},
	{"11010100101iiiiiiiiiiiiiiii00011", "dcps3 {imm}", {undefined}, .attr = ENDS_BLOCK},
	{"11010110100111110000001111100000", "eret", {eret}, .attr = ENDS_BLOCK},
	{"11010110101111110000001111100000", "drps", {undefined}, .attr = ENDS_BLOCK},
};

const struct insn_group a64_group_exception = {
	"exceptions", rows, countof(rows), "Arm ARM C4.1, Exception generation; ERET, DRPS",
};
