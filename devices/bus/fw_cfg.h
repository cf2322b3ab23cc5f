/* SPDX-License-Identifier: MIT */
/* fw_cfg: how firmware asks the emulator about the machine. See fw_cfg.c. */
#ifndef DEVICES_BUS_FW_CFG_H
#define DEVICES_BUS_FW_CFG_H

#include "devices/dev.h"

/* Well-known keys. */
enum {
	FW_CFG_SIGNATURE = 0x00, FW_CFG_ID = 0x01, FW_CFG_UUID = 0x02, FW_CFG_RAM_SIZE = 0x03, FW_CFG_NOGRAPHIC = 0x04,
	FW_CFG_NB_CPUS = 0x05, FW_CFG_MACHINE_ID = 0x06, FW_CFG_BOOT_MENU = 0x0e, FW_CFG_MAX_CPUS = 0x0f,
	FW_CFG_FILE_DIR = 0x19, FW_CFG_FILE_FIRST = 0x20, FW_CFG_LOCAL = 0x8000,
};

/* The bytes are copied. A key or name given twice replaces the earlier one. */
void fw_cfg_set(struct dev *d, u16 key, const void *data, size_t n);
void fw_cfg_set_number(struct dev *d, u16 key, unsigned bytes, u64 value);
/* Files get keys in the order of addition; names of up to 55 characters. */
void fw_cfg_set_file(struct dev *d, const char *name, const void *data, size_t n);

#endif
