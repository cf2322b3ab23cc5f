/* SPDX-License-Identifier: MIT */
/*
 * The parts of the demo: facts about the machine, a screen of characters that is sent as differences, and what the
 * keys change.
 */
#ifndef FIRMWARE_X86_DEMO_DEMO_H
#define FIRMWARE_X86_DEMO_DEMO_H

#include "firmware/x86/lib/layout.h"
#include "firmware/x86/lib/rom.h"

struct demo_state {
	volatile u32 ticks;
	u32 speed; /* frames a tick */
	bool paused, help, names, redraw;
};
extern struct demo_state demo_state;

struct facts {
	char cpu[49];
	char machine[40];
	char clock[32];
	u32 memory_mib, pci_functions;
};
void facts_read(struct facts *f);
void facts_print(const struct facts *f);
void facts_clock(struct facts *f);

enum { SCREEN_COLUMNS = 80, SCREEN_ROWS = 24, SCREEN_BRIGHT = 0x80 };

struct cell {
	char symbol;
	u8 colour; /* 30 to 37, | SCREEN_BRIGHT */
};

struct screen {
	struct cell wanted[SCREEN_ROWS][SCREEN_COLUMNS];
	struct cell shown[SCREEN_ROWS][SCREEN_COLUMNS];
};
void screen_begin(struct screen *s);
void screen_clear(struct screen *s);
void screen_put(struct screen *s, int x, int y, char symbol, u8 colour);
void screen_text(struct screen *s, int x, int y, const char *text, u8 colour);
void screen_show(struct screen *s);
void screen_end(void);

#endif
