/* SPDX-License-Identifier: MIT */
/* 82441FX host bridge: PCI configuration, shadow RAM, system-management RAM. See i440fx.c. */
#ifndef DEVICES_BUS_I440FX_H
#define DEVICES_BUS_I440FX_H

#include "devices/bus/pci.h"

/* The RAM that PAM and SMRAM open onto, and the ROM (may be NULL) whose last 256 KiB show below 1 MiB. After attach. */
void i440fx_connect(struct dev *d, struct ram *ram, struct ram *bios);
/* The south bridge: interrupt pins go to its PIRQ inputs, port CF9h to its reset register. */
void i440fx_connect_piix3(struct dev *d, struct dev *piix3);
/* What a BIOS leaves behind: C0000h-FFFFFh readable RAM. For booting without one. */
void i440fx_shadow(struct dev *d);

#endif
