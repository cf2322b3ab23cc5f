/* SPDX-License-Identifier: MIT */
/* The list of boards, for -M: what the front end and the generated documentation look through. Nobody else asks which
 * boards there are. */
#ifndef DEVICES_BOARD_BOARDS_H
#define DEVICES_BOARD_BOARDS_H

#include "devices/machine.h"

extern const struct board *const boards[]; /* NULL-ended; the first is the default */

#endif
