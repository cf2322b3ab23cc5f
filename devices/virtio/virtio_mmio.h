/* SPDX-License-Identifier: MIT */
/* Slots for virtio devices on a board without PCI, and what fills them: a device of its own type per slot, so that its
 * state and its registers' state are apart. A slot is on the board whether a device is in it or not. */
#ifndef DEVICES_VIRTIO_VIRTIO_MMIO_H
#define DEVICES_VIRTIO_VIRTIO_MMIO_H

#include "devices/machine.h"
#include "devices/types.h"

/* For the board's wire(), after its rows: makes a device of each of the machine's plugs. As in QEMU, the first takes
 * the slot with the highest address; bus=virtio-mmio-bus.N in its options means slot N counted from the lowest. Devices
 * and their options (besides bus):
 *   virtio-blk-device     serial=TEXT; needs plug.block
 *   virtio-rng-device     seed=NUMBER
 *   virtio-serial-device  the bus that the next two sit on (bus=ID, or the last one with a free port)
 *   virtconsole           nr=N, name=TEXT; port 0 is for the first of these
 *   virtserialport        nr=N, name=TEXT */
bool virtio_mmio_plug_all(struct machine *m, struct err *err);
/* A line for each of these. */
void virtio_mmio_list_plugs(FILE *out);

/* From the attach of a device that called virtio_init: puts it into a slot. */
bool virtio_mmio_plug(struct dev *d, const struct board_row *row, struct err *err);

#endif
