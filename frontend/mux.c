/* SPDX-License-Identifier: MIT */
/* The Ctrl-A state machine; no host access of its own, so that a unit test can type. */
#include "frontend/mux.h"

const char mux_help[] =
	"\r\nCtrl-A h  this help\r\n"
	"Ctrl-A x  end the emulator\r\n"
	"Ctrl-A c  switch between the serial port and the monitor\r\n"
	"Ctrl-A Ctrl-A  send Ctrl-A\r\n";

static enum mux_event escaped(struct mux *m, u8 key, u8 *out)
{
	m->escape = false;
	switch (key) {
	case 'x':
		return MUX_QUIT;
	case 'h':
	case '?':
		return MUX_HELP;
	case 'c':
		m->monitor = !m->monitor;
		m->used = 0;
		return m->monitor ? MUX_MONITOR : MUX_SERIAL;
	case 'a':
	case 1:
		*out = 1;
		return m->monitor ? MUX_NOTHING : MUX_BYTE;
	default:
		return MUX_NOTHING;
	}
}

static enum mux_event edit(struct mux *m, u8 key)
{
	if (key == '\r' || key == '\n') {
		m->line[m->used] = 0;
		m->used = 0;
		return MUX_LINE;
	}
	if ((key == 8 || key == 127) && m->used)
		m->used--;
	else if (key >= 32 && key < 127 && m->used + 1 < sizeof(m->line))
		m->line[m->used++] = (char)key;
	return MUX_NOTHING;
}

enum mux_event mux_key(struct mux *m, u8 key, u8 *out)
{
	if (m->escape)
		return escaped(m, key, out);
	if (key == 1) {
		m->escape = true;
		return MUX_NOTHING;
	}
	if (m->monitor)
		return edit(m, key);
	*out = key;
	return MUX_BYTE;
}
