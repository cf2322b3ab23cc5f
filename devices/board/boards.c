/* SPDX-License-Identifier: MIT */
/* The boards that -M knows: a new one is a line here. It is apart from the boards so that none of them knows of the
 * others. */
#include "devices/board/boards.h"

#include "devices/board/pc.h"
#include "devices/board/virt.h"

const struct board *const boards[] = {&pc_board, &virt_board, NULL};
