/* SPDX-License-Identifier: MIT */
/* Pictures of a VGA whose registers are set from the tables of the BIOS's modes (IBM VGA/XGA Technical Reference
 * Manual, "BIOS modes"), compared by checksum; who changes one looks at the pictures first: with VGA_PICTURES=DIR in
 * the environment they are written there. */
#include "devices/machine.h"
#include "devices/types.h"
#include "devices/video/vga.h"
#include "frontend/png.h"
#include "frontend/screenshot.h"

#include <criterion/criterion.h>

#include <stdlib.h>

static struct machine *m;
static struct dev *card;
static u8 *window; /* the card's memory as its BAR shows it */

static const struct board_row rows[] = {
	{.type = &i440fx_type, .id = "i440fx", .at = AT_PCI, .base = 0, .irq = -1},
	{.type = &vga_type, .id = "vga", .at = AT_PCI, .base = 0x10, .irq = -1},
	{0},
};

static void start(void)
{
	static const struct board board = {.name = "test", .rows = rows};
	struct err err;

	m = machine_new(&(struct machine_config){.board = &board}, &err);
	cr_assert(m, "%s", err.text);
	card = dev_find(m, "vga");
	pci_config_write(m->pci, 0x10, PCI_BAR, 4, 0xe0000000);
	pci_config_write(m->pci, 0x10, PCI_COMMAND, 2, 3);
	window = space_ram(&m->memory, 0xe0000000, VGA_VRAM);
	cr_assert(window);
}

static void out8(u16 port, u8 v)
{
	space_write(&m->ports, port, 1, v);
}

static void out16(u16 port, u16 v)
{
	space_write(&m->ports, port, 2, v);
}

static void poke(u32 addr, u8 v)
{
	space_write(&m->memory, addr, 1, v);
}

/* ---- modes ------------------------------------------------------------------------------------------------------ */

struct mode {
	u8 misc, seq[5], crtc[VGA_NCRTC], gfx[VGA_NGFX], attr_mode, attr_pan;
};

static const struct mode text_80x25 = {0x67, {3, 0, 3, 0, 2},
	{0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0, 0x4f, 0x0d, 0x0e, 0, 0, 0, 0, 0x9c, 0x8e, 0x8f, 0x28, 0x1f,
	 0x96, 0xb9, 0xa3, 0xff}, {0, 0, 0, 0, 0, 0x10, 0x0e, 0, 0xff}, 0x0c, 8};
static const struct mode cga_320x200 = {0x63, {3, 9, 3, 0, 2},
	{0x2d, 0x27, 0x28, 0x90, 0x2b, 0x80, 0xbf, 0x1f, 0, 0xc1, 0, 0, 0, 0, 0, 0, 0x9c, 0x8e, 0x8f, 0x14, 0, 0x96,
	 0xb9, 0xa2, 0xff}, {0, 0, 0, 0, 0, 0x30, 0x0f, 0, 0xff}, 0x01, 0};
static const struct mode cga_640x200 = {0x63, {3, 1, 1, 0, 6},
	{0x5f, 0x4f, 0x50, 0x82, 0x54, 0x80, 0xbf, 0x1f, 0, 0xc1, 0, 0, 0, 0, 0, 0, 0x9c, 0x8e, 0x8f, 0x28, 0, 0x96,
	 0xb9, 0xc2, 0xff}, {0, 0, 0, 0, 0, 0x00, 0x0d, 0, 0xff}, 0x01, 0};
static const struct mode planar_320x200 = {0x63, {3, 9, 15, 0, 6},
	{0x2d, 0x27, 0x28, 0x90, 0x2b, 0x80, 0xbf, 0x1f, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x9c, 0x8e, 0x8f, 0x14, 0, 0x96,
	 0xb9, 0xe3, 0xff}, {0, 0, 0, 0, 0, 0, 5, 0x0f, 0xff}, 0x01, 0};
static const struct mode planar_640x480 = {0xe3, {3, 1, 15, 0, 6},
	{0x5f, 0x4f, 0x50, 0x82, 0x54, 0x80, 0x0b, 0x3e, 0, 0x40, 0, 0, 0, 0, 0, 0, 0xea, 0x8c, 0xdf, 0x28, 0, 0xe7,
	 0x04, 0xe3, 0xff}, {0, 0, 0, 0, 0, 0, 5, 0x0f, 0xff}, 0x01, 0};
static const struct mode linear_320x200 = {0x63, {3, 1, 15, 0, 14},
	{0x5f, 0x4f, 0x50, 0x82, 0x54, 0x80, 0xbf, 0x1f, 0, 0x41, 0, 0, 0, 0, 0, 0, 0x9c, 0x8e, 0x8f, 0x28, 0x40,
	 0x96, 0xb9, 0xa3, 0xff}, {0, 0, 0, 0, 0, 0x40, 5, 0x0f, 0xff}, 0x41, 0};
/* Mode X: the same unchained, with the vertical timing of 480 lines. */
static const struct mode mode_x = {0xe3, {3, 1, 15, 0, 6},
	{0x5f, 0x4f, 0x50, 0x82, 0x54, 0x80, 0x0d, 0x3e, 0, 0x41, 0, 0, 0, 0, 0, 0, 0xea, 0xac, 0xdf, 0x28, 0, 0xe7,
	 0x06, 0xe3, 0xff}, {0, 0, 0, 0, 0, 0x40, 5, 0x0f, 0xff}, 0x41, 0};

static void set_attr(u8 index, u8 v)
{
	space_read(&m->ports, 0x3da, 1);
	out8(0x3c0, index);
	out8(0x3c0, v);
	out8(0x3c0, 0x20);
}

static void set_mode(const struct mode *mode)
{
	out8(0x3c2, mode->misc);
	for (unsigned i = 0; i < countof(mode->seq); i++)
		out16(0x3c4, (u16)(mode->seq[i] << 8 | i));
	out16(0x3d4, 0x0011);
	for (unsigned i = 0; i < VGA_NCRTC; i++)
		out16(0x3d4, (u16)(mode->crtc[i] << 8 | i));
	for (unsigned i = 0; i < VGA_NGFX; i++)
		out16(0x3ce, (u16)(mode->gfx[i] << 8 | i));
	for (u8 i = 0; i < 16; i++)
		set_attr(i, i);
	set_attr(ATTR_PLANE_ENABLE, 15);
	set_attr(ATTR_PAN, mode->attr_pan);
	set_attr(ATTR_COLOR_SELECT, 0);
	set_attr(ATTR_MODE, mode->attr_mode);
	out8(0x3c6, 0xff);
	out8(0x3c8, 0);
	for (unsigned i = 0; i < 256; i++) { /* the 16 colours of the CGA, then a wheel */
		unsigned on = i & 8 ? 0x15 : 0;

		out8(0x3c9, (u8)(i < 16 ? (i & 4 ? 0x2a : 0) + on : i >> 2));
		out8(0x3c9, (u8)(i < 16 ? (i == 6 ? 0x15 : i & 2 ? 0x2a : 0) + on : (i * 3) & 0x3f));
		out8(0x3c9, (u8)(i < 16 ? (i & 1 ? 0x2a : 0) + on : 63 - (i >> 2)));
	}
}

/* ---- looking ---------------------------------------------------------------------------------------------------- */

static void expect_picture(const char *name, unsigned width, unsigned height, u64 hash)
{
	const char *dir = getenv("VGA_PICTURES");
	u64 before = machine_hash(m), found;
	struct picture p;
	char path[500];

	cr_assert(vga_picture(card, &p));
	cr_expect_eq(p.width, width, "%s: %u wide", name, p.width);
	cr_expect_eq(p.height, height, "%s: %u high", name, p.height);
	found = state_hash_bytes(p.rgb, (size_t)p.width * p.height * 3, STATE_HASH_INIT);
	cr_expect_eq(found, hash, "%s: checksum 0x%016llx", name, (unsigned long long)found);
	if (dir) {
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s.png", dir, name);
		f = fopen(path, "wb");
		cr_assert(f && png_write(f, &p));
		fclose(f);
	}
	free(p.rgb);
	cr_expect_eq(machine_hash(m), before, "looking changes nothing");
}

/* A font of one letter: 8 lines, each twice. */
static void load_glyph(u8 code, const u8 rows8[8], u32 map)
{
	out16(0x3c4, 0x0402);
	out16(0x3c4, 0x0604);
	out16(0x3ce, 0x0005);
	out16(0x3ce, 0x0406);
	for (unsigned i = 0; i < 16; i++)
		poke(0xa0000 + map + code * 32u + i, rows8[i / 2]);
	out16(0x3c4, 0x0302);
	out16(0x3c4, 0x0204);
	out16(0x3ce, 0x1005);
	out16(0x3ce, 0x0e06);
}

static void load_font(void)
{
	static const u8 letter_r[8] = {0xfc, 0x66, 0x66, 0x7c, 0x6c, 0x66, 0xe6, 0}, rule[8] = {[3] = 0xff};
	static const u8 letter_f[8] = {0xfe, 0x62, 0x68, 0x78, 0x68, 0x60, 0xf0, 0};

	load_glyph('R', letter_r, 0);
	load_glyph('R', letter_f, 0x4000); /* another map shows an F in its place */
	load_glyph(0xc4, rule, 0);
	load_glyph(0x2d, rule, 0);
}

static void put(unsigned x, unsigned y, u8 code, u8 attr)
{
	space_write(&m->memory, 0xb8000 + (y * 80 + x) * 2, 2, (u64)attr << 8 | code);
}

/* ---- text ------------------------------------------------------------------------------------------------------- */

static void fill_text(void)
{
	for (unsigned i = 0; i < 256; i++)
		put(i % 16 * 2 + 2, i / 16 + 1, 'R', (u8)i); /* all attributes */
	for (unsigned x = 40; x < 60; x++) {
		put(x, 3, 0xc4, 0x0f); /* joined */
		put(x, 5, 0x2d, 0x0f); /* with gaps */
	}
	put(79, 24, 'R', 0x1e);
	put(42, 0, ' ', 0x0e); /* the cursor's */
}

Test(vga, text)
{
	static const char want[] = "\n  R R R R R R R R R R R R R R R R\n";
	struct text_picture t;
	char *text;

	start();
	set_mode(&text_80x25);
	load_font();
	fill_text();
	out16(0x3d4, 0x000e);
	out16(0x3d4, 0x2a0f); /* cursor at column 42 of line 0 */
	expect_picture("text", 720, 400, 0x8d4a0855365ae871);
	cr_assert(vga_text(card, &t));
	cr_expect_eq(t.columns, 80);
	cr_expect_eq(t.rows, 25);
	cr_expect_eq(t.cursor, 42);
	cr_expect_eq(t.palette[7], 0xaaaaaa);
	text = screen_text(&t);
	cr_expect(text && strstr(text, want));
	free(text);
	free(t.cells);
	clock_skip_to(&m->clock, CLOCK_SECOND / 4); /* 17 frames later what blinks is gone, the cursor is back */
	expect_picture("text-blink", 720, 400, 0x145f8827e6b4c0c9);
	set_attr(ATTR_MODE, 0x04); /* bright backgrounds instead */
	out16(0x3c4, 0x0403);      /* bit 3 of the attribute chooses the second map */
	out16(0x3d4, 0x0614);      /* underline in line 6 */
	expect_picture("text-maps", 720, 400, 0x76bb6803b1cfadfa);
	machine_free(m);
}

Test(vga, text_scrolled_and_split)
{
	start();
	set_mode(&text_80x25);
	load_font();
	fill_text();
	out16(0x3d4, 0x500d);                      /* one row on */
	out16(0x3d4, 0x0708);                      /* and seven lines */
	set_attr(ATTR_PAN, 3);                     /* and four dots */
	set_attr(ATTR_MODE, 0x2c);                 /* but not below the split */
	out16(0x3d4, 0xc818);                      /* after line 200 */
	out16(0x3d4, 0x0f07);
	out16(0x3d4, 0x0f09);
	out16(0x3d4, 0x0011);
	out16(0x3d4, 0x0f07);
	expect_picture("text-split", 720, 400, 0xa9b506f287704ca5);
	machine_free(m);
}

/* ---- graphics --------------------------------------------------------------------------------------------------- */

/* Two bits a pixel, even lines at B8000h, odd ones 2000h behind. */
Test(vga, cga_four_colours)
{
	start();
	set_mode(&cga_320x200);
	for (unsigned y = 0; y < 200; y++) {
		for (unsigned x = 0; x < 320; x += 4) {
			u8 v = 0;

			for (unsigned i = 0; i < 4; i++)
				v = (u8)(v << 2 | (((x + i) / 40 + y / 25) & 3));
			poke(0xb8000 + (y & 1) * 0x2000 + y / 2 * 80 + x / 4, x + 4 > y && x < y + 4 ? 0xff : v);
		}
	}
	expect_picture("cga-4", 640, 400, 0xa272a3f9f6d26ba5);
	machine_free(m);
}

Test(vga, cga_two_colours)
{
	start();
	set_mode(&cga_640x200);
	for (unsigned y = 0; y < 200; y++) {
		for (unsigned x = 0; x < 80; x++)
			poke(0xb8000 + (y & 1) * 0x2000 + y / 2 * 80 + x, x == y / 3 ? 0xff : y % 20 ? 0x80 : 0xff);
	}
	expect_picture("cga-2", 640, 400, 0xa10466edcf87d525);
	machine_free(m);
}

/* Colour bars with a filled box in each colour, by write mode 2 and the bit mask. */
static void draw_planar(unsigned bytes, unsigned height)
{
	for (unsigned y = 0; y < height; y++) {
		for (unsigned x = 0; x < bytes; x++) {
			out16(0x3ce, 0x0205);
			out16(0x3ce, 0xff08);
			poke(0xa0000 + y * bytes + x, (u8)(x * 16 / bytes));
			if (y % 32 < 8)
				continue;
			out16(0x3ce, 0x3c08);
			space_read(&m->memory, 0xa0000 + y * bytes + x, 1);
			poke(0xa0000 + y * bytes + x, (u8)(y / 32));
		}
	}
}

Test(vga, planar)
{
	start();
	set_mode(&planar_640x480);
	draw_planar(80, 480);
	expect_picture("planar-640x480", 640, 480, 0x3f9fc73b3a688545);
	set_mode(&planar_320x200);
	draw_planar(40, 200);
	expect_picture("planar-320x200", 640, 400, 0x4d52858fa22ce125);
	set_attr(ATTR_PAN, 5);
	out16(0x3d4, 0x050d);
	expect_picture("planar-panned", 640, 400, 0x898b6f018a44f5a5);
	machine_free(m);
}

static u8 wave(unsigned x, unsigned y)
{
	return (u8)(x == y ? 15 : x < 16 ? x : (x * x + y * y) >> 7);
}

Test(vga, mode_13h)
{
	start();
	set_mode(&linear_320x200);
	cr_expect(space_ram(&m->memory, 0xa0000, 0x10000), "plain memory");
	for (unsigned y = 0; y < 200; y++) {
		for (unsigned x = 0; x < 320; x++)
			poke(0xa0000 + y * 320 + x, wave(x, y));
	}
	cr_expect_eq(window[320 * 10 + 5], 5);
	expect_picture("mode-13h", 640, 400, 0xc4e5a3be218c45a9);
	out8(0x3c6, 0x0f);
	expect_picture("mode-13h-masked", 640, 400, 0x50273744d6f10811);
	out16(0x3c4, 0x2101);
	expect_picture("dark", 640, 400, 0xb928f2d0e7a08325);
	machine_free(m);
}

Test(vga, mode_x)
{
	start();
	set_mode(&mode_x);
	for (unsigned plane = 0; plane < 4; plane++) {
		out16(0x3c4, (u16)(0x100 << plane | 2));
		for (unsigned y = 0; y < 480; y++) { /* two pages */
			for (unsigned x = plane; x < 320; x += 4)
				poke(0xa0000 + y * 80 + x / 4, y < 240 ? wave(x, y) : wave(319 - x, y - 240) ^ 0x80);
		}
	}
	expect_picture("mode-x", 640, 480, 0x8b905c45534bed19);
	out16(0x3d4, 0x4b0c); /* the second page */
	out16(0x3d4, 0x000d);
	expect_picture("mode-x-page", 640, 480, 0x6bf06c19ab242119);
	machine_free(m);
}

/* ---- dispi ------------------------------------------------------------------------------------------------------ */

static void dispi(u16 index, u16 v)
{
	out16(0x1ce, index);
	out16(0x1cf, v);
}

static void set_dispi(u16 width, u16 height, u16 bpp)
{
	dispi(DISPI_ENABLE, 0);
	dispi(DISPI_XRES, width);
	dispi(DISPI_YRES, height);
	dispi(DISPI_BPP, bpp);
	dispi(DISPI_ENABLE, DISPI_ENABLED | DISPI_LFB);
}

static void draw_linear(unsigned width, unsigned height, unsigned bpp)
{
	unsigned step = (bpp + 7) / 8;

	for (unsigned y = 0; y < height; y++) {
		for (unsigned x = 0; x < width; x++) {
			unsigned r = x * 255 / width, g = y * 255 / height, b = (x ^ y) & 255, v = r << 16 | g << 8 | b;

			if (bpp == 16)
				v = r >> 3 << 11 | g >> 2 << 5 | b >> 3;
			else if (bpp == 15)
				v = r >> 3 << 10 | g >> 3 << 5 | b >> 3;
			else if (bpp == 8)
				v = b;
			for (unsigned k = 0; k < step; k++)
				poke(0xe0000000 + (y * width + x) * step + k, (u8)(v >> (8 * k)));
		}
	}
}

Test(vga, linear)
{
	static const struct {
		u16 width, height, bpp;
		const char *name;
		u64 hash;
	} modes[] = {
		{1024, 768, 32, "vbe-1024x768x32", 0x06d8949a46b71ba5}, {800, 600, 24, "vbe-800x600x24", 0x5a9fa932862320f1},
		{640, 480, 16, "vbe-640x480x16", 0x9083058643ad79a9}, {640, 480, 15, "vbe-640x480x15", 0x77cb109e322e7485},
		{640, 400, 8, "vbe-640x400x8", 0x649a069215d2c0a5},
	};

	start();
	set_mode(&linear_320x200);
	for (unsigned i = 0; i < countof(modes); i++) {
		set_dispi(modes[i].width, modes[i].height, modes[i].bpp);
		draw_linear(modes[i].width, modes[i].height, modes[i].bpp);
		expect_picture(modes[i].name, modes[i].width, modes[i].height, modes[i].hash);
	}
	dispi(DISPI_VIRT_WIDTH, 800); /* lines of another length, from somewhere else */
	dispi(DISPI_X_OFFSET, 20);
	dispi(DISPI_Y_OFFSET, 10);
	draw_linear(800, 500, 8);
	expect_picture("vbe-scrolled", 640, 400, 0xbe7434187ee77ead);
	dispi(DISPI_ENABLE, 0);
	machine_free(m);
}

Test(vga, dispi_planes)
{
	start();
	set_mode(&planar_640x480);
	set_dispi(800, 600, 4);
	draw_planar(100, 600);
	expect_picture("vbe-800x600x4", 800, 600, 0xfaf4a8f01542b425);
	machine_free(m);
}

/* A guest can ask for any size; the picture is what the memory holds. */
Test(vga, odd_sizes)
{
	struct picture p;

	start();
	set_dispi(0xffff, 0xffff, 4);
	cr_expect(vga_picture(card, &p));
	free(p.rgb);
	dispi(DISPI_Y_OFFSET, 0xffff);
	dispi(DISPI_X_OFFSET, 0xffff);
	cr_expect(vga_picture(card, &p));
	free(p.rgb);
	set_dispi(16000, 1, 24);
	dispi(DISPI_Y_OFFSET, 0xffff);
	cr_expect(vga_picture(card, &p));
	free(p.rgb);
	machine_free(m);
}
