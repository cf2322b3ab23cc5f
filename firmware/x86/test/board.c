/* SPDX-License-Identifier: MIT */
/*
 * The fixed parts of the `pc` board: PCI configuration mechanism 1 with the i440FX and PIIX functions, and fw_cfg
 * (PCI 2.1 3.7.4.1; Intel 82441FX and 82371AB data sheets; QEMU's fw_cfg specification).
 */
#include "firmware/x86/lib/io.h"
#include "firmware/x86/test/check.h"
#include "firmware/x86/test/suites.h"

enum { BDF_HOST = 0x00, BDF_ISA = 0x08, BDF_PM = 0x0B };

static void check_pci(void)
{
	u32 pam, value;

	outl(PORT_PCI, 0x80001234);
	check("config-address-reads-back", inl(PORT_PCI), 0x80001234);
	check("host-bridge-id", pci_read(BDF_HOST, 0), 0x12378086);
	check("host-bridge-class", pci_read(BDF_HOST, 8) >> 16, 0x0600);
	check("isa-bridge-id", pci_read(BDF_ISA, 0), 0x70008086);
	check("isa-bridge-class", pci_read(BDF_ISA, 8) >> 16, 0x0601);
	check("isa-bridge-multifunction", pci_read(BDF_ISA, 12) >> 23 & 1, 1);
	check("power-management-id", pci_read(BDF_PM, 0), 0x71138086);
	check("power-management-class", pci_read(BDF_PM, 8) >> 16, 0x0680);
	check("absent-device", pci_read(0x1F << 3, 0), 0xFFFFFFFF);
	check("absent-bus", pci_read(0x5 << 8, 0), 0xFFFFFFFF);
	pci_write(BDF_HOST, 0, 0);
	check("id-read-only", pci_read(BDF_HOST, 0), 0x12378086);
	outl(PORT_PCI, 0x80000000);
	check("config-data-word", inw(PORT_PCI + 6), 0x1237);
	check("config-data-byte", inb(PORT_PCI + 5), 0x80);
	outl(PORT_PCI, 0);
	check("config-disabled", inl(PORT_PCI + 4) != 0x12378086, 1);
	pam = pci_read(BDF_HOST, 0x5C);
	pci_write(BDF_HOST, 0x5C, pam ^ 0x00000011);
	check("pam-writable", pci_read(BDF_HOST, 0x5C), pam ^ 0x00000011);
	pci_write(BDF_HOST, 0x5C, pam);
	value = pci_read(BDF_PM, 0x40);
	check("pm-base-is-io", value & 1, 1);
	check("pm-base", value & 0xFFC0, PORT_PM);
	check("pm-io-enabled", pci_read(BDF_PM, 0x80) & 1, 1);
}

static void fw_cfg_read(u16 key, void *to, u32 bytes)
{
	volatile u8 *at = to;

	outw(PORT_FW_CFG, key);
	for (u32 i = 0; i < bytes; i++)
		at[i] = inb(PORT_FW_CFG + 1);
}

static u32 big32(const u8 *at)
{
	return (u32)at[0] << 24 | (u32)at[1] << 16 | (u32)at[2] << 8 | at[3];
}

/* A count, then 64 bytes a file: size, key (from 0x20 up), two bytes of zero, a name that ends in zero. */
static void check_directory(void)
{
	u8 entry[64];
	u32 files, good = 0;

	fw_cfg_read(0x19, entry, 4);
	files = big32(entry);
	check_range("fw-cfg-directory-count", files, 0, 1000);
	for (u32 i = 0; i < files && i < 1000; i++) {
		for (u32 n = 0; n < sizeof(entry); n++)
			entry[n] = inb(PORT_FW_CFG + 1);
		good += (entry[4] << 8 | entry[5]) >= 0x20 && entry[8] > 0x20 && entry[8] < 0x7F && !entry[63];
	}
	check("fw-cfg-directory-entries", good, files);
}

static u32 swap32(u32 v)
{
	return v >> 24 | (v >> 8 & 0xFF00) | (v << 8 & 0xFF0000) | v << 24;
}

static u32 dma(u32 control, u32 bytes, uw address)
{
	volatile u32 *request = phys(LOW_DATA + 0x100);

	request[0] = swap32(control);
	request[1] = swap32(bytes);
	request[2] = 0;
	request[3] = swap32((u32)address);
	memory_barrier();
	outl(PORT_FW_CFG + 4, 0);
	outl(PORT_FW_CFG + 8, swap32(LOW_DATA + 0x100));
	for (int i = 0; i < 100000 && (swap32(request[0]) & ~1u); i++)
		;
	return swap32(request[0]);
}

static void check_fw_cfg(void)
{
	u8 buffer[16];

	fw_cfg_read(0, buffer, 4);
	check("fw-cfg-signature", big32(buffer), 0x51454D55);
	fw_cfg_read(1, buffer, 4);
	check("fw-cfg-traditional-interface", buffer[0] & 1, 1);
	check_directory();
	fw_cfg_read(5, buffer, 2);
	check_range("fw-cfg-cpus", buffer[0], 1, 255);
	fw_cfg_read(1, buffer, 4);
	if (!(buffer[0] & 2)) {
		check_skip("fw-cfg-dma");
		return;
	}
	check("fw-cfg-dma-signature-high", inl(PORT_FW_CFG + 4), 0x554D4551);
	check("fw-cfg-dma-signature-low", inl(PORT_FW_CFG + 8), 0x47464320);
	memset(phys(LOW_DATA), 0, 0x40);
	check("fw-cfg-dma-read", dma(0x0A, 4, LOW_DATA), 0);
	check("fw-cfg-dma-data", mem32(LOW_DATA), 0x554D4551);
	check("fw-cfg-dma-skip", dma(0x0C, 2, 0), 0);
	dma(0x02, 2, LOW_DATA);
	check("fw-cfg-dma-after-skip", mem32(LOW_DATA) & 0xFFFF, 0x554D);
}

void suite_board(void)
{
	check_pci();
	check_fw_cfg();
}
