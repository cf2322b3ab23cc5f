/* SPDX-License-Identifier: MIT */
/* Finds firmware images by name, so that nobody needs to know where a package puts them. Nothing is built in: firmware
 * is the user's. */
#ifndef FRONTEND_FIRMWARE_H
#define FRONTEND_FIRMWARE_H

#include "devices/machine.h"

/* Reads `name`, looked for as a path, in `dir` (-L; NULL: none) and where Debian's packages put firmware. The blob is
 * freed by file_free. */
bool firmware_load(struct blob *b, const char *flag, const char *name, const char *dir, struct err *err);

#endif
