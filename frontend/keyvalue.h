/* SPDX-License-Identifier: MIT */
/* Arguments of the form "value,key=value,...", as -drive, -device and -chardev take them. */
#ifndef FRONTEND_KEYVALUE_H
#define FRONTEND_KEYVALUE_H

#include "mem/base/base.h"
#include "mem/base/err.h"

/* The value of `key`; the first item may stand without its key, which is then `implied` (NULL: none may). Copied to
 * out, with ",," as a comma. False if it is not there. */
bool keyvalue_get(const char *text, const char *implied, const char *key, char *out, size_t size);
/* Every key is one of the words in `known` (separated by blanks), every value fits; else one line that names `flag`. */
bool keyvalue_check(const char *flag, const char *text, const char *implied, const char *known, struct err *err);
/* on, off, yes, no, true, false; `otherwise` if it is not there. */
bool keyvalue_bool(const char *flag, const char *text, const char *key, bool otherwise, bool *value, struct err *err);

#endif
