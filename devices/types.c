/* SPDX-License-Identifier: MIT */
/* The list of every device type, for -device help, the generated documentation and the tests that look at all of
 * them. */
#include "devices/types.h"

const struct dev_type *const dev_types[] = {
	&i8259_type, &i8254_type, &rtc_type, &hpet_type, &lapic_type, &ioapic_type,
	&i440fx_type, &piix3_type, &piix4_pm_type, &uart16550_type, &i8042_type, &ps2_keyboard_type,
	&fw_cfg_type, &debugcon_type, &exit_type, &port92_type,
	NULL,
};
