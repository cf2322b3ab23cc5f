/* SPDX-License-Identifier: MIT */
/* The wire between the 8042 controller and a PS/2 device: bytes both ways, one at a time. */
#ifndef DEVICES_INPUT_PS2_H
#define DEVICES_INPUT_PS2_H

#include "devices/dev.h"

/* What the controller calls on the device, and what the device calls when a byte is ready to be taken. */
struct ps2_port {
	struct dev *device;
	void (*send)(struct dev *device, u8 byte);        /* host to device */
	bool (*ready)(const struct dev *device);          /* has the device a byte? */
	u8 (*take)(struct dev *device);                   /* device to host; only when ready */
};

enum { I8042_KEYBOARD, I8042_AUX };
enum { I8042_OUT_A20, I8042_OUT_RESET };

/* Plugs a device in, and what the device calls when it has become ready. */
void i8042_plug(struct dev *controller, unsigned port, struct ps2_port device);
void i8042_notify(struct dev *controller);
/* INPUT_KEY to the keyboard carries one make or break sequence in scan code set 2 (a break is F0h and the code, an
 * extended key has E0h in front). */
struct ps2_port ps2_keyboard_port(struct dev *keyboard);
void ps2_keyboard_connect(struct dev *keyboard, struct dev *controller);

#endif
