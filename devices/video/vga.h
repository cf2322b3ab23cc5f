/* SPDX-License-Identifier: MIT */
/* A VGA (IBM VGA/XGA Technical Reference Manual, chapter 2) with the Bochs display interface for linear modes (QEMU's
 * docs/specs/standard-vga). State, and what its files share: vga.c registers, vga_mem.c the window at A0000h, vbe.c the
 * dispi registers, vga_pci.c the card, vga_render.c and vga_text.c the picture, which is a pure function of this state,
 * the video memory and virtual time. */
#ifndef DEVICES_VIDEO_VGA_H
#define DEVICES_VIDEO_VGA_H

#include "devices/bus/pci.h"
#include "devices/dev.h"
#include "devices/host.h"

enum { VGA_NSEQ = 8, VGA_NCRTC = 0x19, VGA_NGFX = 9, VGA_NATTR = 0x15, VGA_NDAC = 768 };
enum { VGA_VRAM = 16 << 20, VGA_PLANE = 0x10000 /* addresses in each of a VGA's four planes */ };

/* Registers by the manual's names. */
enum { SEQ_RESET, SEQ_CLOCKING_MODE, SEQ_MAP_MASK, SEQ_CHAR_MAP, SEQ_MEMORY_MODE };
enum { CLOCKING_8_DOT = 1, CLOCKING_HALF = 8, CLOCKING_SCREEN_OFF = 0x20 };
enum { MEMORY_MODE_SEQUENTIAL = 4, MEMORY_MODE_CHAIN4 = 8 };
enum {
	CRTC_H_TOTAL = 0, CRTC_H_DISPLAY_END = 1, CRTC_V_TOTAL = 6, CRTC_OVERFLOW = 7, CRTC_PRESET_ROW = 8,
	CRTC_MAX_SCAN = 9, CRTC_CURSOR_START = 0x0a, CRTC_CURSOR_END = 0x0b, CRTC_START_HIGH = 0x0c,
	CRTC_CURSOR_HIGH = 0x0e, CRTC_V_RETRACE_START = 0x10, CRTC_V_RETRACE_END = 0x11, CRTC_V_DISPLAY_END = 0x12,
	CRTC_OFFSET = 0x13, CRTC_UNDERLINE = 0x14, CRTC_MODE = 0x17, CRTC_LINE_COMPARE = 0x18,
};
enum {
	GFX_SET_RESET, GFX_ENABLE_SET_RESET, GFX_COLOR_COMPARE, GFX_ROTATE, GFX_READ_MAP, GFX_MODE, GFX_MISC,
	GFX_COLOR_DONT_CARE, GFX_BIT_MASK,
};
enum { GFX_MODE_READ1 = 8, GFX_MODE_ODD_EVEN = 0x10, GFX_MODE_INTERLEAVE = 0x20, GFX_MODE_256 = 0x40 };
enum { GFX_MISC_GRAPHICS = 1, GFX_MISC_CHAIN_ODD_EVEN = 2 };
enum { ATTR_MODE = 0x10, ATTR_PLANE_ENABLE = 0x12, ATTR_PAN = 0x13, ATTR_COLOR_SELECT = 0x14 };
enum {
	ATTR_MODE_LINE_GRAPHICS = 4, ATTR_MODE_BLINK = 8, ATTR_MODE_PAN_SPLIT = 0x20, ATTR_MODE_8BIT = 0x40,
	ATTR_MODE_P54 = 0x80,
};
enum { MISC_COLOR = 1, MISC_RAM = 2 };
enum { ATTR_INDEX_SCREEN_ON = 0x20 };

/* The dispi registers. */
enum {
	DISPI_ID, DISPI_XRES, DISPI_YRES, DISPI_BPP, DISPI_ENABLE, DISPI_BANK, DISPI_VIRT_WIDTH, DISPI_VIRT_HEIGHT,
	DISPI_X_OFFSET, DISPI_Y_OFFSET, DISPI_MEMORY_64K, DISPI_N,
};
enum { DISPI_ENABLED = 1, DISPI_GETCAPS = 2, DISPI_8BIT_DAC = 0x20, DISPI_LFB = 0x40, DISPI_NOCLEAR = 0x80 };

struct vga {
	struct pci_config config;
	u8 misc, feature, subsystem; /* 3C2h, 3DAh, 3C3h */
	u8 seq_index, crtc_index, gfx_index, attr_index;
	bool attr_data; /* the next write to 3C0h is data */
	u8 seq[VGA_NSEQ], crtc[VGA_NCRTC], gfx[VGA_NGFX], attr[VGA_NATTR];
	u8 pel_mask, dac_state, dac_write, dac_read, dac_part; /* dac_part: which of red, green, blue is next */
	u8 dac_held[2]; /* red and green until blue comes */
	u8 dac[VGA_NDAC];
	u8 latch[4];
	u16 dispi_index, dispi[DISPI_N];
};

struct vga_links {
	struct pci_func func;
	struct reg_map ports, dispi_ports;
	struct ram vram, rom;
	struct region window, fast; /* A0000h-BFFFFh; the part of it that is plain memory now */
	struct reg_map mmio;
	struct region lfb, rom_region;
};

/* vga.c */
extern const struct reg_bank vga_bank;
extern const struct state_field vga_rows[];
void vga_reset_registers(struct dev *d);
/* Where the beam is: how many frames ago the clock began, and the line and dot within this one. */
struct vga_beam {
	u64 frame;
	u32 line, dot;
};
struct vga_beam vga_beam_now(const struct dev *d);

/* vga_mem.c */
extern const struct region_ops vga_window_ops;
/* After any register that the window depends on has changed: which part of it is plain memory. */
void vga_update_window(struct dev *d);

/* vbe.c */
extern const struct reg_bank vga_dispi_bank;
u16 vbe_read(const struct dev *d, unsigned index);
void vbe_write(struct dev *d, unsigned index, u16 value);
void vbe_reset(struct dev *d);
/* Linear modes: more than 4 bits a pixel, the planes out of play. */
static inline bool vbe_linear(const struct vga *s)
{
	return (s->dispi[DISPI_ENABLE] & DISPI_ENABLED) && s->dispi[DISPI_BPP] > 4;
}

/* vga_render.c, vga_text.c: what a monitor would show now. Nothing of the device changes. */
struct vga_geometry {
	unsigned width, height; /* of the picture, in dots */
	unsigned columns;       /* groups of 8 or 9 pixels */
	unsigned dots;          /* of a group: 8 or 9 */
	unsigned zoom;          /* dots of a pixel: 2 with the dot clock halved */
	unsigned start, pitch;  /* address counter: first line, from line to line */
	unsigned split;         /* first line of the lower part; beyond height: none */
	unsigned row_height;    /* scan lines of a row without doubling, 1 to 32 */
	bool twice;             /* each scan line is shown twice */
};
struct vga_geometry vga_geometry(const struct dev *d);
static inline bool vga_is_text(const struct vga *s)
{
	return !(s->gfx[GFX_MISC] & GFX_MISC_GRAPHICS) && !(s->dispi[DISPI_ENABLE] & DISPI_ENABLED);
}
/* The plane address that a value of the address counter means at a scan line of a row. */
u32 vga_address(const struct vga *s, u32 counter, unsigned row_scan);

/* False if the memory for the picture is missing. The caller frees out->rgb. */
bool vga_picture(struct dev *d, struct picture *out);
/* The characters of a text mode; false in graphics modes. The caller frees out->cells. */
bool vga_text(struct dev *d, struct text_picture *out);

#endif
