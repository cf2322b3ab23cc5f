/* SPDX-License-Identifier: MIT */
/* The IDE function of the 82371SB (PIIX3), and how drives that the user names come to its channels. */
#ifndef DEVICES_DISK_PIIX3_IDE_H
#define DEVICES_DISK_PIIX3_IDE_H

#include "devices/dev.h"

/* The two channels, ata_channel_type. */
void piix3_ide_connect(struct dev *d, struct dev *primary, struct dev *secondary);
/* What firmware does: decodes the channels' ports, and puts the bus master's at `base`. */
void piix3_ide_enable(struct dev *d, u16 base);
/* Plug n of the machine, if it is an ide-hd or ide-cd (*taken), goes to the channels "ide0" and "ide1". */
bool ide_plug(struct machine *m, unsigned n, bool *taken, struct err *err);

#endif
