/* SPDX-License-Identifier: MIT */
/* The generic PCIe host bridge. A row's base is the configuration space (ECAM), its irq, if not -1, that of INTA; INTB
 * to INTD are the next three. Options, with the virt board's values when absent: ecam_size, mmio and mmio_size (the
 * window of 32-bit addresses), high and high_size (of 64-bit addresses), pio (64 KiB that lead to the port space). */
#ifndef DEVICES_BUS_PCIE_ECAM_H
#define DEVICES_BUS_PCIE_ECAM_H

enum { PCIE_OUT_INTA, PCIE_OUT_INTB, PCIE_OUT_INTC, PCIE_OUT_INTD };

#endif
