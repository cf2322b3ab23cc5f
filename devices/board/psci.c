/* SPDX-License-Identifier: MIT */
/* The Power State Coordination Interface 1.1 (Arm DEN 0022D) and as much of the SMC Calling Convention (DEN 0028) as
 * finding it takes: what a guest asks the firmware below it for. */
#include "devices/board/virt.h"

#define FAST_64 0x40000000u /* SMC64: parameters have 64 bits */

enum {
	SMCCC_VERSION = 0x80000000, SMCCC_ARCH_FEATURES = 0x80000001,
	PSCI_VERSION = 0x84000000, PSCI_CPU_SUSPEND = 0x84000001, PSCI_CPU_OFF = 0x84000002, PSCI_CPU_ON = 0x84000003,
	PSCI_AFFINITY_INFO = 0x84000004, PSCI_MIGRATE_INFO_TYPE = 0x84000006, PSCI_SYSTEM_OFF = 0x84000008,
	PSCI_SYSTEM_RESET = 0x84000009, PSCI_FEATURES = 0x8400000a, PSCI_SYSTEM_RESET2 = 0x84000012,
};
/* DEN 0022D, 5.2.2 */
enum { NOT_SUPPORTED = -1, INVALID_PARAMETERS = -2, DENIED = -3, ALREADY_ON = -4 };

static s64 features(u32 function)
{
	switch (function & ~FAST_64) {
	case SMCCC_VERSION & ~FAST_64: case PSCI_VERSION: case PSCI_CPU_SUSPEND: case PSCI_CPU_OFF: case PSCI_CPU_ON:
	case PSCI_AFFINITY_INFO: case PSCI_MIGRATE_INFO_TYPE: case PSCI_SYSTEM_OFF: case PSCI_SYSTEM_RESET:
	case PSCI_FEATURES: case PSCI_SYSTEM_RESET2: return 0;
	default: return NOT_SUPPORTED;
	}
}

/* The only processor there is has affinity 0. */
static s64 cpu_on(u64 target)
{
	return target & 0xff00ffffffull ? INVALID_PARAMETERS : ALREADY_ON;
}

/* The last one may not go (5.5.2), so it waits for good: the machine says that nothing can wake it. */
static s64 suspend(struct arm *c, u64 state)
{
	if (state & 0x10000) /* power-down: comes back by the entry point as after WFI, which a wake-up may always do */
		return INVALID_PARAMETERS;
	arm_wait(c, false);
	return 0;
}

bool psci_call(struct machine *m, struct arm *c)
{
	u32 function = (u32)c->x[0];
	u64 arg = function & FAST_64 ? c->x[1] : (u32)c->x[1];
	s64 answer = NOT_SUPPORTED;

	if (!(function & 0x80000000u)) /* yielding calls: nobody is here */
		return c->x[0] = (u64)NOT_SUPPORTED, true;
	switch (function & ~FAST_64) {
	case PSCI_VERSION: answer = 0x10001; break;
	case PSCI_CPU_SUSPEND: answer = suspend(c, arg); break;
	case PSCI_CPU_OFF: answer = DENIED; break;
	case PSCI_CPU_ON: answer = cpu_on(arg); break;
	case PSCI_AFFINITY_INFO: answer = arg & 0xff00ffffffull ? INVALID_PARAMETERS : 0; break;
	case PSCI_MIGRATE_INFO_TYPE: answer = 2; break; /* no trusted OS to migrate */
	case PSCI_SYSTEM_OFF: machine_power_off(m); break;
	case PSCI_SYSTEM_RESET: machine_request_reset(m, "PSCI SYSTEM_RESET"); break;
	case PSCI_SYSTEM_RESET2: machine_request_reset(m, "PSCI SYSTEM_RESET2"); break;
	case PSCI_FEATURES: answer = features((u32)arg); break;
	default:
		if (function == SMCCC_VERSION)
			answer = 0x10001;
		else if (function == SMCCC_ARCH_FEATURES)
			answer = arg == SMCCC_VERSION || arg == SMCCC_ARCH_FEATURES ? 0 : NOT_SUPPORTED;
	}
	c->x[0] = (u64)answer;
	return true;
}
