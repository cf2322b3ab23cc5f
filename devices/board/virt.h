/* SPDX-License-Identifier: MIT */
/* The ARM virt board: addresses, interrupts and device tree as QEMU's `virt`, so that kernels and firmware run
 * unchanged. */
#ifndef DEVICES_BOARD_VIRT_H
#define DEVICES_BOARD_VIRT_H

#include "cpu/arm/arm.h"
#include "devices/machine.h"

extern const struct board virt_board;

/* Physical addresses and sizes. */
enum {
	VIRT_FLASH0 = 0x00000000,
	VIRT_FLASH1 = 0x04000000,
	VIRT_FLASH_SIZE = 0x04000000,
	VIRT_GIC = 0x08000000,
	VIRT_UART = 0x09000000,
	VIRT_RTC = 0x09010000,
	VIRT_FW_CFG = 0x09020000,
	VIRT_GPIO = 0x09030000,
	VIRT_VIRTIO = 0x0a000000,
	VIRT_VIRTIO_STEP = 0x200,
	VIRT_VIRTIO_SLOTS = 32,
	VIRT_PCIE_MMIO = 0x10000000,
	VIRT_PCIE_MMIO_SIZE = 0x2eff0000,
	VIRT_PCIE_PIO = 0x3eff0000,
	VIRT_RAM = 0x40000000,
};
#define VIRT_PCIE_ECAM      0x4010000000ull
#define VIRT_PCIE_ECAM_SIZE 0x10000000ull
#define VIRT_PCIE_HIGH      0x8000000000ull /* address and size of the window */

/* SPI numbers. */
enum { VIRT_IRQ_UART = 1, VIRT_IRQ_RTC = 2, VIRT_IRQ_PCIE = 3, VIRT_IRQ_GPIO = 7, VIRT_IRQ_VIRTIO = 16 };

/* What the board keeps (machine.board_data). */
struct virt {
	struct ram ram;
	struct region ram_region;
	u64 ram_size;
	unsigned gic; /* version: 2 or 3 */
	bool el2;     /* virtualization=on */
	u8 *tree;     /* the device tree, malloc'd */
	size_t tree_size, tree_room;
	u64 kernel_entry, tree_at; /* where boot put things */
	u64 initrd_at, initrd_end;
};

static inline struct virt *virt_of(const struct machine *m)
{
	return m->board_data;
}

/* virt_fdt.c: makes the device tree from the board's rows, or takes the user's (-dtb). False with err set. */
bool virt_make_tree(struct machine *m, struct err *err);
/* Writes what is known only at boot into it: command line, initrd. */
bool virt_finish_tree(struct machine *m, struct err *err);

/* arm_boot.c: loads config.kernel, or prepares for firmware in flash, and sets the processor up. */
bool virt_boot(struct machine *m, struct err *err);

/* psci.c: PSCI 1.1, as firmware below the guest answers HVC or SMC. True: the call was one of its own. */
bool psci_call(struct machine *m, struct arm *c);

#endif
