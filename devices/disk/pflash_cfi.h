/* SPDX-License-Identifier: MIT */
/* Parallel flash with the Common Flash Interface: what a board needs to fill it and to keep what guests write. A row's
 * base is its address; option size=BYTES (a power of two from 512 KiB to 64 MiB, the default). */
#ifndef DEVICES_DISK_PFLASH_CFI_H
#define DEVICES_DISK_PFLASH_CFI_H

#include "devices/dev.h"
#include "devices/host.h"

/* Puts an image at the flash's beginning; the rest stays zeros, as on QEMU. Not larger than the flash. */
void pflash_load(struct dev *d, const void *data, size_t size);
/* From now on, what is programmed or erased is written to the same place of the file too. NULL: no more. Borrowed. */
void pflash_connect(struct dev *d, const struct host_block *block);
/* The contents: for boards that look whether there is anything to start. */
const struct ram *pflash_ram(const struct dev *d);

#endif
