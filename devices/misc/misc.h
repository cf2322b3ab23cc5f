/* SPDX-License-Identifier: MIT */
/* Small devices that have no interface beyond their type: debug console, exit port, system control port A. */
#ifndef DEVICES_MISC_MISC_H
#define DEVICES_MISC_MISC_H

#include "devices/dev.h"
#include "devices/types.h"

/* Tells the port-92h device the A20 state that the keyboard controller has set, so that both agree. */
void port92_note_a20(struct dev *d, bool on);
enum { PORT92_OUT_A20, PORT92_OUT_RESET };

#endif
