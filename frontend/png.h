/* SPDX-License-Identifier: MIT */
/* Pictures of the screen go to PNG files: everything opens them, and they lose nothing, so that tests can compare
 * them. */
#ifndef FRONTEND_PNG_H
#define FRONTEND_PNG_H

#include "devices/host.h"
#include "mem/base/err.h"

#include <stdio.h>

/* False if the host fails (disk full, out of memory). */
bool png_write(FILE *f, const struct picture *p);

#endif
