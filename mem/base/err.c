/* SPDX-License-Identifier: MIT */
/* Formats error values; a text that is too long is cut, never overrun. */
#include "mem/base/err.h"

#include <stdarg.h>
#include <stdio.h>

bool err_set(struct err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return false;
}

bool err_prefix(struct err *err, const char *fmt, ...)
{
	char old[sizeof(err->text)], front[sizeof(err->text)];
	va_list ap;
	size_t n;

	memcpy(old, err->text, sizeof(old));
	va_start(ap, fmt);
	vsnprintf(front, sizeof(front), fmt, ap);
	va_end(ap);
	n = strlen(front);
	memcpy(err->text, front, n + 1);
	if (n + 2 < sizeof(err->text)) {
		size_t room = sizeof(err->text) - n - 3, m = strlen(old);

		memcpy(err->text + n, ": ", 2);
		memcpy(err->text + n + 2, old, m < room ? m : room);
		err->text[n + 2 + (m < room ? m : room)] = 0;
	}
	return false;
}
