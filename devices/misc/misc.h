/* SPDX-License-Identifier: MIT */
/* Small devices that have no interface beyond their type: debug console, exit port, system control port A. */
#ifndef DEVICES_MISC_MISC_H
#define DEVICES_MISC_MISC_H

#include "devices/dev.h"
#include "devices/types.h"

/* Port 92h. PIN_A20 is the level of A20, whoever drives it: bit 1 shows that. */
enum { PORT92_PIN_A20 };
enum { PORT92_OUT_A20, PORT92_OUT_RESET };

#endif
