/* SPDX-License-Identifier: MIT */
/* The PC board: a 440FX with a PIIX3, memory map and PCI identities as QEMU's `pc`. */
#ifndef DEVICES_BOARD_PC_H
#define DEVICES_BOARD_PC_H

#include "devices/machine.h"

extern const struct board pc_board;

/* What the board keeps (machine.board_data). */
struct pc {
	struct ram ram, bios;
	struct region low, high, hole, rom_low, rom_high;
	struct line to_pic[16], to_ioapic[16];
	struct line a20_level; /* to port 92h */
	u64 low_size, high_size; /* bytes below and above 4 GiB */
};

enum {
	PC_PM_BASE = 0x600, /* where firmware puts the power-management ports */
	PC_GPE_BASE = 0xafe0,
	PC_IDE_BASE = 0xc000, /* likewise those of the IDE bus master */
	PC_SCI = 9,
	PC_RSDP = 0xf5000,
	PC_MPTABLE = 0xf5100,
	PC_SMBIOS = 0xf5800,
	PC_TABLES = 0x20000, /* bytes at the end of low RAM that ACPI tables may take */
};
#define PC_LOW_MAX  0xe0000000ull /* RAM may reach up to the PCI hole; with more than this it ends at 3 GiB */
#define PC_LOW_SPLIT 0xc0000000ull

#endif
