/* SPDX-License-Identifier: MIT */
/* Messages by category, chosen with -d. A guest's mistake is a message, never a stop. The level is the
 * program's one mutable global: it changes what is printed, never what the guest sees. */
#ifndef MEM_BASE_LOG_H
#define MEM_BASE_LOG_H

#include "mem/base/base.h"

#include <stdio.h>

enum log_category {
	LOG_GUEST_ERRORS, /* the guest did what no manual allows */
	LOG_INT,          /* interrupts and exceptions as they are delivered */
	LOG_EXEC,         /* every instruction, with registers (slow) */
	LOG_REG,          /* device register accesses by name */
	LOG_PCALL,        /* changes of the processor's mode */
	LOG_CPU_RESET,    /* resets and their reason */
	LOG_UNIMP,        /* what a real machine has and this one does not */
	LOG_MMU,          /* page faults */
	LOG_NCATEGORIES
};

extern u32 log_mask; /* bit per category */

static inline bool log_on(enum log_category c)
{
	return unlikely(log_mask >> c & 1);
}

/* Comma-separated category names as in -d; false and the offending word in *bad if one is unknown.
 * "help" is the caller's business: log_category_name/about let it print the list. */
bool log_parse(const char *list, const char **bad);
const char *log_category_name(enum log_category c);
const char *log_category_about(enum log_category c);

/* Where messages go; NULL is standard error. The caller keeps ownership of the file. */
void log_set_file(FILE *f);
FILE *log_file(void);

/* Prints when the category is on. The text ends in no newline; log_line adds it. */
void log_line(enum log_category c, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Without a newline, for lines built from parts. */
void log_part(enum log_category c, const char *fmt, ...) PRINTF_LIKE(2, 3);
void log_guest(const char *fmt, ...) PRINTF_LIKE(1, 2);

#endif
