/* SPDX-License-Identifier: MIT */
/* Between the virtio console device and its ports: the device owns the queues and speaks the control protocol, a port
 * is a device of its own, so that each has its name, its output and its host input. */
#ifndef DEVICES_VIRTIO_VIRTIO_SERIAL_H
#define DEVICES_VIRTIO_VIRTIO_SERIAL_H

#include "devices/dev.h"

enum { SERIAL_PORTS = 8, PORT_NAME_MAX = 64 };

/* virtio_serial.c. Takes port `nr`, or with -1 the first free one: 0 is for consoles. -1 if it can't be had. */
int virtio_serial_join(struct dev *serial, struct dev *port, int nr, bool console);
bool virtio_serial_has_room(const struct dev *serial, bool console);
/* The port has input, or owes the driver a message. */
void virtio_serial_wake(struct dev *serial, unsigned nr);
/* The driver can take input from this port: it runs, and has opened it. */
bool virtio_serial_listens(struct dev *serial, unsigned nr);

/* virtio_port.c */
bool virtio_port_is_console(const struct dev *port);
const char *virtio_port_name(const struct dev *port); /* "": none */
void virtio_port_output(struct dev *port, const u8 *data, size_t n);
size_t virtio_port_take(struct dev *port, u8 *buf, size_t n); /* waiting input */
size_t virtio_port_waiting(const struct dev *port);
void virtio_port_drop(struct dev *port); /* waiting input is lost */

#endif
