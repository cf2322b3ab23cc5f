/* SPDX-License-Identifier: MIT */
/* The registry: one line per device type. Boards refer to these; -device help and
 * docs/generated/devices.md list them. */
#ifndef DEVICES_TYPES_H
#define DEVICES_TYPES_H

#include "devices/dev.h"

extern const struct dev_type i8259_type, i8254_type, rtc_type, hpet_type, lapic_type, ioapic_type;
extern const struct dev_type i440fx_type, piix3_type, piix4_pm_type, uart16550_type, i8042_type, ps2_keyboard_type;
extern const struct dev_type fw_cfg_type, debugcon_type, exit_type, port92_type;
extern const struct dev_type gicv2_type, gicv3_type, arm_timer_type, pl011_type, pl031_type, pl061_type, gpio_key_type;
extern const struct dev_type vga_type;
extern const struct dev_type fw_cfg_mem_type, pflash_cfi_type, pcie_ecam_type;
extern const struct dev_type virtio_mmio_type, virtio_blk_type, virtio_rng_type, virtio_serial_type;
extern const struct dev_type virtconsole_type, virtserialport_type;
extern const struct dev_type ata_channel_type, piix3_ide_type;

extern const struct dev_type *const dev_types[]; /* NULL-ended, types.c */

#endif
