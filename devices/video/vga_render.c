/* SPDX-License-Identifier: MIT */
/* What a monitor shows: the scan of the CRT controller over video memory, as a pure function of registers, memory and
 * virtual time. IBM VGA/XGA Technical Reference Manual, chapter 2: CRT controller (address counter, byte, word and
 * doubleword mode, row scan substitution, line compare, panning), sequencer (dots), graphics controller (how memory is
 * shifted out) and attribute controller. Dots are what a monitor gets: double-scanned modes have each line twice. */
#include "devices/video/vga.h"

#include "devices/machine.h"

#include <stdlib.h>

enum { MODE_ROW0_A13 = 1, MODE_ROW1_A14 = 2, MODE_LINES_DOUBLED = 4, MODE_COUNT_BY_2 = 8, MODE_WRAP_A15 = 0x20,
	MODE_BYTE = 0x40 };
enum { UNDERLINE_COUNT_BY_4 = 0x20, UNDERLINE_DWORD = 0x40, CURSOR_OFF = 0x20 };
enum { CURSOR_PHASE = 3, BLINK_PHASE = 4 }; /* bits of the frame count: the cursor blinks every 16, text every 32 */
enum { MAX_COLUMNS = 2048 + 2, MAX_DOTS = 9 };

/* ---- geometry ---------------------------------------------------------------------------------------------- */

/* A register of eight bits with bits 8 and 9 in the overflow register. */
static unsigned vertical(const struct vga *s, unsigned reg, unsigned bit8, unsigned bit9)
{
	unsigned o = s->crtc[CRTC_OVERFLOW];

	return s->crtc[reg] | (o >> bit8 & 1) << 8 | (o >> bit9 & 1) << 9;
}

static struct vga_geometry dispi_geometry(const struct vga *s)
{
	unsigned per_line = s->dispi[DISPI_VIRT_WIDTH] / 8u;
	unsigned width = min_uint(s->dispi[DISPI_XRES], (MAX_COLUMNS - 2) * 8);

	return (struct vga_geometry){
		.width = width & ~7u, .height = s->dispi[DISPI_YRES], .columns = width / 8u,
		.dots = 8, .zoom = 1, .pitch = per_line, .split = ~0u, .row_height = 1,
		.start = s->dispi[DISPI_Y_OFFSET] * per_line + s->dispi[DISPI_X_OFFSET] / 8u,
	};
}

struct vga_geometry vga_geometry(const struct dev *d)
{
	const struct vga *s = d->state;
	unsigned doubled = s->crtc[CRTC_MODE] & MODE_LINES_DOUBLED ? 1 : 0, compare;
	struct vga_geometry g = {0};

	if (s->dispi[DISPI_ENABLE] & DISPI_ENABLED)
		return dispi_geometry(s);
	g.columns = s->crtc[CRTC_H_DISPLAY_END] + 1u;
	g.dots = s->seq[SEQ_CLOCKING_MODE] & CLOCKING_8_DOT ? 8 : 9;
	g.zoom = s->seq[SEQ_CLOCKING_MODE] & CLOCKING_HALF ? 2 : 1;
	if ((s->gfx[GFX_MISC] & GFX_MISC_GRAPHICS) && g.dots == 9)
		g.dots = 8; /* nine dots are for characters; graphics modes set eight */
	g.width = g.columns * g.dots * g.zoom;
	g.height = (vertical(s, CRTC_V_DISPLAY_END, 1, 6) + 1) << doubled;
	compare = s->crtc[CRTC_LINE_COMPARE] | (s->crtc[CRTC_OVERFLOW] & 0x10u) << 4 |
		(s->crtc[CRTC_MAX_SCAN] & 0x40u) << 3;
	g.split = (compare + 1) << doubled;
	g.start = s->crtc[CRTC_START_HIGH] << 8 | s->crtc[CRTC_START_HIGH + 1];
	g.pitch = s->crtc[CRTC_OFFSET] * 2u;
	g.row_height = (s->crtc[CRTC_MAX_SCAN] & 0x1f) + 1u;
	g.twice = s->crtc[CRTC_MAX_SCAN] & 0x80;
	return g;
}

u32 vga_address(const struct vga *s, u32 counter, unsigned row_scan)
{
	unsigned mode = s->crtc[CRTC_MODE];
	u32 addr;

	if (s->dispi[DISPI_ENABLE] & DISPI_ENABLED)
		return counter & (VGA_VRAM / 4 - 1);
	counter &= 0xffff;
	if (s->seq[SEQ_MEMORY_MODE] & MEMORY_MODE_CHAIN4)
		addr = counter; /* four pixels that lie together: see vga_mem.c */
	else if (s->crtc[CRTC_UNDERLINE] & UNDERLINE_DWORD)
		addr = counter << 2 | (counter >> 12 & 3);
	else if (mode & MODE_BYTE)
		addr = counter;
	else
		addr = counter << 1 | (mode & MODE_WRAP_A15 ? counter >> 15 : counter >> 13 & 1);
	if (!(mode & MODE_ROW0_A13))
		addr = (addr & ~0x2000u) | (row_scan & 1) << 13;
	if (!(mode & MODE_ROW1_A14))
		addr = (addr & ~0x4000u) | (row_scan & 2) << 13;
	return addr & (VGA_PLANE - 1);
}

/* ---- colours ----------------------------------------------------------------------------------------------- */

struct scan {
	const struct vga *s;
	const u8 *vram;
	struct vga_geometry g;
	u64 frame;
	u8 color[256][3]; /* of a value at the DAC */
	u8 pixel[16];     /* DAC value of a pixel of four bits */
	u8 line[MAX_COLUMNS * MAX_DOTS]; /* DAC values, before panning and doubling */
};

/* Six bits to eight: the highest brightness is the highest again. */
static u8 brightness(u8 v)
{
	return (u8)(v << 2 | (v & 1) * 3);
}

static void make_colors(struct scan *c)
{
	const struct vga *s = c->s;
	bool wide = s->dispi[DISPI_ENABLE] & DISPI_8BIT_DAC;

	for (unsigned i = 0; i < 256; i++) {
		const u8 *from = s->dac + (i & s->pel_mask) * 3;

		for (unsigned k = 0; k < 3; k++)
			c->color[i][k] = wide ? from[k] : brightness(from[k] & 0x3f);
	}
	for (unsigned i = 0; i < 16; i++) {
		u8 v = s->attr[i & s->attr[ATTR_PLANE_ENABLE]], select = s->attr[ATTR_COLOR_SELECT];

		if (s->attr[ATTR_MODE] & ATTR_MODE_P54)
			v = (u8)((v & 0x0f) | (select & 3) << 4);
		c->pixel[i] = (u8)((v & 0x3f) | (select & 0x0c) << 4);
	}
}

/* ---- one group of dots --------------------------------------------------------------------------------------- */

/* Register 05h, bit 5 and 6: how the four bytes of an address become eight pixels (or four, each two dots wide). */
static void shift_out(const struct scan *c, const u8 *byte, u8 *out)
{
	unsigned mode = c->s->gfx[GFX_MODE];

	if (mode & GFX_MODE_256) {
		bool eight = c->s->attr[ATTR_MODE] & ATTR_MODE_8BIT;

		for (unsigned i = 0; i < 8; i++) {
			u8 v = byte[i / 2];

			out[i] = eight ? v : c->pixel[i & 1 ? v & 15 : v >> 4];
		}
	} else if (mode & GFX_MODE_INTERLEAVE) {
		for (unsigned i = 0; i < 8; i++) {
			unsigned shift = 6 - (i & 3) * 2, odd = i / 4;

			out[i] = c->pixel[(byte[odd] >> shift & 3) | (byte[2 + odd] >> shift & 3) << 2];
		}
	} else {
		for (unsigned i = 0; i < 8; i++) {
			unsigned b = 7 - i;

			out[i] = c->pixel[(byte[0] >> b & 1) | (byte[1] >> b & 1) << 1 | (byte[2] >> b & 1) << 2 |
				(byte[3] >> b & 1) << 3];
		}
	}
}

static bool cursor_here(const struct scan *c, u32 counter, unsigned row)
{
	const u8 *crtc = c->s->crtc;
	u32 at = (u32)crtc[CRTC_CURSOR_HIGH] << 8 | crtc[CRTC_CURSOR_HIGH + 1];

	at += crtc[CRTC_CURSOR_END] >> 5 & 3; /* skew */
	return (counter & 0xffff) == (at & 0xffff) && !(crtc[CRTC_CURSOR_START] & CURSOR_OFF) &&
		!(c->frame >> CURSOR_PHASE & 1) && row >= (crtc[CRTC_CURSOR_START] & 0x1fu) &&
		row <= (crtc[CRTC_CURSOR_END] & 0x1fu);
}

/* The character map that bit 3 of the attribute chooses: where it begins in plane 2 (sequencer register 03h). */
static u32 font_base(const struct vga *s, u8 attr)
{
	unsigned v = s->seq[SEQ_CHAR_MAP], n = attr & 8 ? (v >> 2 & 3) | (v >> 3 & 4) : (v & 3) | (v >> 2 & 4);

	return (n & 3) * 0x4000 + (n >> 2) * 0x2000;
}

static void draw_character(const struct scan *c, const u8 *cell, u32 counter, unsigned row, u8 *out)
{
	const struct vga *s = c->s;
	u8 code = cell[0], attr = cell[1], back = attr >> 4, mode = s->attr[ATTR_MODE];
	u32 glyph = c->vram[(font_base(s, attr) + code * 32u + row) * 4 + 2];
	u8 fore = attr & 15;

	/* The ninth dot repeats the eighth for the box-drawing characters only. */
	glyph = glyph << 1 | ((mode & ATTR_MODE_LINE_GRAPHICS) && code >= 0xc0 && code <= 0xdf ? glyph & 1 : 0);
	if ((attr & 0x77) == 1 && row == (s->crtc[CRTC_UNDERLINE] & 0x1fu))
		glyph = 0x1ff;
	if (mode & ATTR_MODE_BLINK) {
		back &= 7;
		if ((attr & 0x80) && (c->frame >> BLINK_PHASE & 1))
			glyph = 0;
	}
	if (cursor_here(c, counter, row))
		glyph = 0x1ff;
	for (unsigned i = 0; i < c->g.dots; i++)
		out[i] = c->pixel[glyph >> (8 - i) & 1 ? fore : back];
}

/* ---- one line ------------------------------------------------------------------------------------------------ */

static void scan_line(struct scan *c, u32 start, unsigned row, unsigned pan, u8 *out)
{
	const struct vga *s = c->s;
	unsigned shift = s->crtc[CRTC_MODE] & MODE_COUNT_BY_2 ? 1 : 0;
	bool text = vga_is_text(s);

	if (s->crtc[CRTC_UNDERLINE] & UNDERLINE_COUNT_BY_4)
		shift = 2;
	if (s->dispi[DISPI_ENABLE] & DISPI_ENABLED)
		shift = 0;
	for (unsigned x = 0; x <= c->g.columns; x++) {
		u32 counter = start + (x >> shift);
		const u8 *byte = c->vram + vga_address(s, counter, row) * 4;

		if (text)
			draw_character(c, byte, counter, row, c->line + x * c->g.dots);
		else
			shift_out(c, byte, c->line + x * 8);
	}
	for (unsigned x = 0; x < c->g.columns * c->g.dots; x++) {
		for (unsigned k = 0; k < c->g.zoom; k++, out += 3)
			memcpy(out, c->color[c->line[x + pan]], 3);
	}
}

/* Register 13h of the attribute controller; with nine dots 8 means none and 0 one. */
static unsigned pan_of(const struct vga *s, unsigned dots)
{
	unsigned n = s->attr[ATTR_PAN];

	if (s->dispi[DISPI_ENABLE] & DISPI_ENABLED)
		return s->dispi[DISPI_X_OFFSET] & 7;
	if (dots == 9)
		return n >= 8 ? 0 : n + 1;
	return n >= 8 ? 0 : n;
}

/* Everything but the linear modes. */
static void scan_planes(struct scan *c, u8 *rgb)
{
	const struct vga *s = c->s;
	const struct vga_geometry *g = &c->g;
	bool dispi = s->dispi[DISPI_ENABLE] & DISPI_ENABLED, again = false;
	unsigned row = dispi ? 0 : s->crtc[CRTC_PRESET_ROW] & 0x1f, pan = pan_of(s, g->dots);
	u32 at = g->start, bytes = dispi ? 0 : s->crtc[CRTC_PRESET_ROW] >> 5 & 3;

	for (unsigned y = 0; y < g->height; y++) {
		if (y == g->split) {
			at = row = 0;
			again = false;
			if (s->attr[ATTR_MODE] & ATTR_MODE_PAN_SPLIT)
				pan = bytes = 0;
		}
		scan_line(c, at + bytes, row, pan, rgb + (size_t)y * g->width * 3);
		if (g->twice && !again) {
			again = true;
			continue;
		}
		again = false;
		row = (row + 1) & 0x1f;
		if (row == g->row_height % 32) {
			row = 0;
			at += g->pitch;
		}
	}
}

/* ---- linear modes ---------------------------------------------------------------------------------------------- */

/* Five or six bits to eight. */
static u8 widen(unsigned v, unsigned n)
{
	return (u8)(v << (8 - n) | v >> (2 * n - 8));
}

static void linear_pixel(const struct scan *c, const u8 *p, unsigned bpp, u8 *out)
{
	unsigned v = load_le16(p);

	switch (bpp) {
	case 8:
		memcpy(out, c->color[*p], 3);
		break;
	case 15:
		out[0] = widen(v >> 10 & 31, 5);
		out[1] = widen(v >> 5 & 31, 5);
		out[2] = widen(v & 31, 5);
		break;
	case 16:
		out[0] = widen(v >> 11, 5);
		out[1] = widen(v >> 5 & 63, 6);
		out[2] = widen(v & 31, 5);
		break;
	default: /* blue, green, red */
		out[0] = p[2];
		out[1] = p[1];
		out[2] = p[0];
		break;
	}
}

static void scan_linear(const struct scan *c, u8 *rgb)
{
	const struct vga *s = c->s;
	unsigned bpp = s->dispi[DISPI_BPP], step = (bpp + 7) / 8;
	u64 line = (u64)s->dispi[DISPI_VIRT_WIDTH] * step;
	u64 at = s->dispi[DISPI_Y_OFFSET] * line + (u64)s->dispi[DISPI_X_OFFSET] * step;

	for (unsigned y = 0; y < c->g.height; y++, at += line) {
		for (unsigned x = 0; x < c->g.width; x++, rgb += 3) {
			u64 p = (at + (u64)x * step) % VGA_VRAM;
			u8 last[4] = {0};

			for (unsigned k = 0; k < step && p + 4 > VGA_VRAM; k++) /* past the end, memory begins again */
				last[k] = c->vram[(p + k) % VGA_VRAM];
			linear_pixel(c, p + 4 > VGA_VRAM ? last : c->vram + p, bpp, rgb);
		}
	}
}

/* ---- the picture ------------------------------------------------------------------------------------------------ */

static bool is_dark(const struct vga *s)
{
	if (s->seq[SEQ_CLOCKING_MODE] & CLOCKING_SCREEN_OFF)
		return true;
	return !(s->dispi[DISPI_ENABLE] & DISPI_ENABLED) && !(s->attr_index & ATTR_INDEX_SCREEN_ON);
}

bool vga_picture(struct dev *d, struct picture *out)
{
	const struct vga *s = d->state;
	const struct vga_links *l = d->links;
	struct vga_geometry g = vga_geometry(d);
	u64 size = (u64)g.width * g.height * 3;
	struct scan *c = malloc(sizeof(*c));

	*out = (struct picture){g.width, g.height, size <= SIZE_MAX ? calloc(1, (size_t)size) : NULL};
	if (!c || !out->rgb) {
		free(c);
		free(out->rgb);
		out->rgb = NULL;
		return false;
	}
	*c = (struct scan){.s = s, .vram = l->vram.host, .g = g, .frame = vga_beam_now(d).frame};
	make_colors(c);
	if (!is_dark(s) && vbe_linear(s))
		scan_linear(c, out->rgb);
	else if (!is_dark(s))
		scan_planes(c, out->rgb);
	free(c);
	return true;
}
