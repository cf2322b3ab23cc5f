/* SPDX-License-Identifier: MIT */
/* The one way to tell a caller that something the user asked for can't be done: a missing file, a wrong
 * flag, an impossible size. One line, ready to print, saying what and where. Our own bugs are asserts. */
#ifndef MEM_BASE_ERR_H
#define MEM_BASE_ERR_H

#include "mem/base/base.h"

struct err {
	char text[400];
};

/* Both return false, so that a function can `return err_set(err, ...)`. */
bool err_set(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Puts "text: " in front of what is already there. */
bool err_prefix(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
