/* SPDX-License-Identifier: MIT */
/* The 8254 timer and port 61h, which belongs to its channel 2. What a board needs to wire it. A row's irq is OUT0.
 * Options of a row: port61=PORT (0x61; 0: none). */
#ifndef DEVICES_TIME_I8254_H
#define DEVICES_TIME_I8254_H

#include "devices/dev.h"

#define I8254_HZ 1193182

/* Pins 0-2: GATE of each channel (0 and 1 are high by themselves, 2 follows port 61h). */
enum { I8254_OUT0, I8254_OUT1, I8254_OUT2, I8254_SPEAKER /* OUT2 and the speaker bit of port 61h */ };

#endif
