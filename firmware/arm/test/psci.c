/* SPDX-License-Identifier: MIT */
/*
 * PSCI through the conduit that the device tree names (DEN 0022): versions, features, what one processor can't do. That
 * SYSTEM_OFF works shows at the end of every run, and SYSTEM_RESET with the word "reset".
 */
#include "firmware/arm/test/check.h"
#include "firmware/arm/test/suites.h"

enum {
	PSCI_VERSION = 0x84000000, PSCI_CPU_OFF = 0x84000002, PSCI_CPU_ON_32 = 0x84000003,
	PSCI_AFFINITY_32 = 0x84000004, PSCI_MIGRATE_INFO = 0x84000006, PSCI_SYSTEM_OFF = 0x84000008,
	PSCI_SYSTEM_RESET = 0x84000009, PSCI_FEATURES = 0x8400000a,
};
#define PSCI_CPU_ON   0xc4000003u
#define PSCI_AFFINITY 0xc4000004u
/* What it returns: 32 or 64 bits of them. */
enum { NOT_SUPPORTED = -1, INVALID_PARAMETERS = -2, ALREADY_ON = -4 };

static s32 call(u64 function, u64 a, u64 b, u64 c)
{
	return (s32)psci_call(function, a, b, c);
}

static void check_signed(const char *name, s32 got, s32 want)
{
	check(name, (u64)(s64)got, (u64)(s64)want);
}

void suite_psci(void)
{
	u64 mpidr = MRS(mpidr_el1) & 0xff00ffffff;
	u32 version = (u32)psci_call(PSCI_VERSION, 0, 0, 0);

	check("conduit", boot_state.psci_smc, boot_state.el == 2);
	check_range("version", version, 0x10000, 0x1ffff);
	check_true("features-cpu-on", call(PSCI_FEATURES, PSCI_CPU_ON, 0, 0) >= 0);
	check_true("features-system-off", call(PSCI_FEATURES, PSCI_SYSTEM_OFF, 0, 0) >= 0);
	check_true("features-system-reset", call(PSCI_FEATURES, PSCI_SYSTEM_RESET, 0, 0) >= 0);
	check_signed("features-unknown", call(PSCI_FEATURES, 0x840000ff, 0, 0), NOT_SUPPORTED);
	check_signed("unknown-function", call(0x840000ff, 0, 0, 0), NOT_SUPPORTED);
	check_signed("affinity-on", call(PSCI_AFFINITY, mpidr, 0, 0), 0);
	check_signed("affinity-on-32", call(PSCI_AFFINITY_32, mpidr, 0, 0), 0);
	check_signed("affinity-nobody", call(PSCI_AFFINITY, mpidr + 7, 0, 0), INVALID_PARAMETERS);
	check_signed("cpu-on-self", call(PSCI_CPU_ON, mpidr, (u64)suite_psci, 0), ALREADY_ON);
	check_signed("cpu-on-self-32", call(PSCI_CPU_ON_32, mpidr, (u32)(u64)suite_psci, 0), ALREADY_ON);
	check_signed("cpu-on-nobody", call(PSCI_CPU_ON, mpidr + 7, (u64)suite_psci, 0), INVALID_PARAMETERS);
	check_signed("migrate-info", call(PSCI_MIGRATE_INFO, 0, 0, 0), 2);
}
