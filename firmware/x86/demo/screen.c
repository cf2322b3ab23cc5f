/* SPDX-License-Identifier: MIT */
/*
 * A character screen sent to two places: the serial line, as ANSI (ECMA-48) cursor moves and colours for the
 * cells that changed, and VGA text memory at 0xB8000, whole cells as they are.
 */
#include "firmware/x86/demo/demo.h"

enum { VGA_TEXT = 0xB8000 };

void screen_begin(struct screen *s)
{
	memset(s->shown, 0, sizeof(s->shown));
	con_puts("\033[0m\033[2J\033[?25l");
}

void screen_clear(struct screen *s)
{
	for (int y = 0; y < SCREEN_ROWS; y++)
		for (int x = 0; x < SCREEN_COLUMNS; x++)
			s->wanted[y][x] = (struct cell){ ' ', 37 };
}

void screen_put(struct screen *s, int x, int y, char symbol, u8 colour)
{
	if (x >= 0 && x < SCREEN_COLUMNS && y >= 0 && y < SCREEN_ROWS)
		s->wanted[y][x] = (struct cell){ symbol, colour };
}

void screen_text(struct screen *s, int x, int y, const char *text, u8 colour)
{
	while (*text)
		screen_put(s, x++, y, *text++, colour);
}

/* VGA attributes have red and blue the other way round than ANSI. */
static u8 vga_attribute(u8 colour)
{
	u32 ansi = (colour & 0x7Fu) - 30;

	return (u8)((ansi & 2) | (ansi & 1) << 2 | (ansi & 4) >> 2 | (colour & SCREEN_BRIGHT ? 8 : 0));
}

void screen_show(struct screen *s)
{
	volatile u16 *vga = phys(VGA_TEXT);
	int at_x = -1, at_y = -1;
	u8 colour = 0;

	for (int y = 0; y < SCREEN_ROWS; y++)
		for (int x = 0; x < SCREEN_COLUMNS; x++) {
			struct cell want = s->wanted[y][x], *have = &s->shown[y][x];

			if (want.symbol == have->symbol && (want.colour == have->colour || want.symbol == ' '))
				continue;
			*have = want;
			vga[y * SCREEN_COLUMNS + x] = (u16)((u8)want.symbol | vga_attribute(want.colour) << 8);
			if (x != at_x || y != at_y)
				con_printf("\033[%d;%dH", y + 1, x + 1);
			if (want.colour != colour)
				con_printf("\033[%d;%dm", want.colour & SCREEN_BRIGHT ? 1 : 0, want.colour & 0x7F);
			colour = want.colour;
			con_putc(want.symbol);
			at_x = x + 1;
			at_y = y;
		}
}

void screen_end(void)
{
	con_puts("\033[0m\033[2J\033[H\033[?25h");
}
