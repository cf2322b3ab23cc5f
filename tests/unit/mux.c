/* SPDX-License-Identifier: MIT */
/* The keys of a terminal that serial port and monitor share (frontend/mux.h): what reaches the guest, what is a command
 * of ours, and that a line can be edited and cannot overflow. */
#include <criterion/criterion.h>

#include "frontend/mux.h"

static struct mux mux;

/* Types all of a text; returns what came of the last key, and the bytes for the guest in `sent`. */
static enum mux_event type(const char *text, char *sent)
{
	enum mux_event last = MUX_NOTHING;
	size_t n = 0;

	for (; *text; text++) {
		u8 byte;

		last = mux_key(&mux, (u8)*text, &byte);
		if (last == MUX_BYTE)
			sent[n++] = (char)byte;
	}
	sent[n] = 0;
	return last;
}

Test(mux, everything_else_is_the_guests)
{
	for (unsigned key = 0; key < 256; key++) {
		u8 out = (u8)~key;

		if (key == 1)
			continue;
		cr_expect_eq(mux_key(&mux, (u8)key, &out), MUX_BYTE);
		cr_expect_eq(out, key);
	}
}

Test(mux, commands)
{
	char sent[20];

	cr_expect_eq(type("ab\x01x", sent), MUX_QUIT);
	cr_expect_str_eq(sent, "ab");
	cr_expect_eq(type("\x01h", sent), MUX_HELP);
	cr_expect_eq(type("\x01?", sent), MUX_HELP);
	cr_expect_eq(type("\x01\x01", sent), MUX_BYTE);
	cr_expect_str_eq(sent, "\x01", "Ctrl-A twice is one for the guest");
	cr_expect_eq(type("\x01\x61", sent), MUX_BYTE);
	cr_expect_str_eq(sent, "\x01");
	cr_expect_eq(type("\x01q", sent), MUX_NOTHING);
	cr_expect_eq(type("q", sent), MUX_BYTE, "an unknown command ends the escape");
	cr_expect(strstr(mux_help, "Ctrl-A x") != NULL);
}

Test(mux, monitor)
{
	char sent[20];

	cr_expect_eq(type("\x01"
			  "c",
			     sent),
		     MUX_MONITOR);
	cr_expect_eq(type("inxx\b\x7f"
			  "fo mtree\r",
			     sent),
		     MUX_LINE);
	cr_expect_str_eq(sent, "");
	cr_expect_str_eq(mux.line, "info mtree");
	cr_expect_eq(type("\b\b\b\n", sent), MUX_LINE);
	cr_expect_str_eq(mux.line, "", "nothing before the beginning");
	cr_expect_eq(type("\x01x", sent), MUX_QUIT, "commands work there too");
	cr_expect_eq(type("\x01\x01", sent), MUX_NOTHING, "but nothing is sent");
	cr_expect_eq(type("left over", sent), MUX_NOTHING);
	cr_expect_eq(type("\x01"
			  "c",
			     sent),
		     MUX_SERIAL);
	cr_expect_eq(type("z", sent), MUX_BYTE);
	cr_expect_eq(type("\x01"
			  "c\r",
			     sent),
		     MUX_LINE);
	cr_expect_str_eq(mux.line, "", "what was not finished is forgotten");
}

Test(mux, a_long_line_is_cut)
{
	u8 out;

	mux_key(&mux, 1, &out);
	mux_key(&mux, 'c', &out);
	for (unsigned n = 0; n < 1000; n++)
		cr_assert_eq(mux_key(&mux, 'x', &out), MUX_NOTHING);
	cr_assert_eq(mux_key(&mux, '\r', &out), MUX_LINE);
	cr_expect_eq(strlen(mux.line), sizeof(mux.line) - 1);
	for (unsigned key = 0; key < 256; key++) /* what is no character is not put into the line */
		mux_key(&mux, key == 1 || key == 13 || key == 10 ? 0 : (u8)key, &out);
	mux_key(&mux, '\n', &out);
	for (const char *p = mux.line; *p; p++)
		cr_expect(*p >= 32 && *p < 127);
}
