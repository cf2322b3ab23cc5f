/* SPDX-License-Identifier: MIT */
/* The tables that describe the PC board: ACPI, MP, SMBIOS. */
#ifndef DEVICES_BOARD_ACPI_H
#define DEVICES_BOARD_ACPI_H

#include "mem/space.h"

struct acpi_config {
	u32 tables;   /* where the tables go, `room` bytes of RAM */
	u32 room;
	u32 rsdp;     /* where the root pointer goes: F0000h-FFFFFh */
	u32 pci_hole; /* first address that PCI memory may use */
	u16 pm_base, gpe_base;
	u8 sci;
	unsigned ncpu;
};

enum { ACPI_LAPIC = 0xfee00000, ACPI_IOAPIC = 0xfec00000, ACPI_HPET = 0xfed00000 };

/* What makes the bytes of any of these tables add up to 0. */
static inline u8 acpi_checksum(const u8 *p, size_t n)
{
	u8 sum = 0;

	while (n--)
		sum = (u8)(sum + *p++);
	return (u8)-sum;
}

void acpi_write(struct space *memory, const struct acpi_config *c);
/* The floating pointer at `at` (F0000h-FFFFFh, 16-byte aligned), the table behind it. */
void mptable_write(struct space *memory, u32 at, unsigned ncpu);
/* The entry point at `at` (F0000h-FFFFFh, 16-byte aligned), the structures behind it. */
void smbios_write(struct space *memory, u32 at);

#endif
