/* SPDX-License-Identifier: MIT */
/* The screen in a file: as a picture, or as text when the name ends in .txt. */
#ifndef FRONTEND_SCREENSHOT_H
#define FRONTEND_SCREENSHOT_H

#include "devices/machine.h"

enum { MAX_SCREENSHOT = 32 };

/* -screenshot TIME,FILE */
struct screenshot {
	u64 when; /* ns of virtual time, or instructions */
	bool instructions;
	const char *path;
};

/* "2.5,a.png" (virtual seconds) or "1000000i,a.png" (instructions). */
bool screenshot_parse(struct screenshot *s, const char *text, struct err *err);
/* Has its time come? */
bool screenshot_due(const struct screenshot *s, const struct machine *m);
/* The instruction count at which it comes if nothing idles until then. */
u64 screenshot_target(const struct screenshot *s, const struct machine *m);

/* PNG, or with a name in .txt UTF-8 lines without the spaces at their ends. */
bool screen_dump(const struct machine *m, const char *path, struct err *err);
/* The text screen as UTF-8; the caller frees it. NULL in graphics modes. */
char *screen_text(const struct text_picture *t);

#endif
