/* SPDX-License-Identifier: MIT */
/* The log's level and destination: the only mutable file-scope variables outside the front end. */
#include "mem/base/log.h"

#include <stdarg.h>

u32 log_mask;
static FILE *log_destination;

static const struct {
	const char *name, *about;
} categories[LOG_NCATEGORIES] = {
	[LOG_GUEST_ERRORS] = {"guest_errors", "what the guest does that no manual allows"},
	[LOG_INT] = {"int", "interrupts and exceptions as they are delivered"},
	[LOG_EXEC] = {"exec", "every instruction with the registers before it"},
	[LOG_REG] = {"reg", "device register accesses by name"},
	[LOG_PCALL] = {"pcall", "changes of the processor's mode"},
	[LOG_CPU_RESET] = {"cpu_reset", "resets and their reason"},
	[LOG_UNIMP] = {"unimp", "features that this machine does not have"},
	[LOG_MMU] = {"mmu", "page faults"},
};

const char *log_category_name(enum log_category c)
{
	return categories[c].name;
}

const char *log_category_about(enum log_category c)
{
	return categories[c].about;
}

bool log_parse(const char *list, const char **bad)
{
	while (*list) {
		size_t n = strcspn(list, ",");
		unsigned c;

		for (c = 0; c < LOG_NCATEGORIES; c++) {
			if (strlen(categories[c].name) == n && !memcmp(categories[c].name, list, n))
				break;
		}
		if (c == LOG_NCATEGORIES) {
			*bad = list;
			return false;
		}
		log_mask |= 1u << c;
		list += n + (list[n] == ',');
	}
	return true;
}

void log_set_file(FILE *f)
{
	log_destination = f;
}

FILE *log_file(void)
{
	return log_destination ? log_destination : stderr;
}

void log_part(enum log_category c, const char *fmt, ...)
{
	va_list ap;

	if (!log_on(c))
		return;
	va_start(ap, fmt);
	vfprintf(log_file(), fmt, ap);
	va_end(ap);
}

void log_line(enum log_category c, const char *fmt, ...)
{
	va_list ap;

	if (!log_on(c))
		return;
	va_start(ap, fmt);
	vfprintf(log_file(), fmt, ap);
	va_end(ap);
	fputc('\n', log_file());
}

void log_guest(const char *fmt, ...)
{
	va_list ap;

	if (!log_on(LOG_GUEST_ERRORS))
		return;
	fputs("guest error: ", log_file());
	va_start(ap, fmt);
	vfprintf(log_file(), fmt, ap);
	va_end(ap);
	fputc('\n', log_file());
}
