/* SPDX-License-Identifier: MIT */
/* The Bochs display interface: an index and a data port (1CEh, 1CFh; also 1D0h for those who like even addresses),
 * through which a mode of any size and depth is set. QEMU's docs/specs/standard-vga.rst and the table of registers in
 * the Bochs VBE specification. Enabling a mode also sets the VGA registers that a driver would find there. */
#include "devices/video/vga.h"

#include "devices/machine.h"
#include "mem/base/log.h"

enum { ID_FIRST = 0xb0c0, ID_LAST = 0xb0c5 };
enum { MAX_XRES = 16000, MAX_YRES = 12000, MAX_BPP = 32 };

static unsigned line_bytes(const struct vga *s, unsigned pixels)
{
	unsigned bpp = s->dispi[DISPI_BPP];

	return bpp == 4 ? pixels / 8 * 4 : pixels * ((bpp + 7) / 8); /* 4: a byte of each plane for 8 pixels */
}

static void set_virtual_width(struct vga *s, unsigned pixels)
{
	unsigned line;

	pixels = (pixels + 7) & ~7u;
	if (pixels < s->dispi[DISPI_XRES])
		pixels = s->dispi[DISPI_XRES];
	if (!pixels || line_bytes(s, pixels) > VGA_VRAM)
		return;
	line = line_bytes(s, pixels);
	s->dispi[DISPI_VIRT_WIDTH] = (u16)pixels;
	s->dispi[DISPI_VIRT_HEIGHT] = (u16)min_uint(VGA_VRAM / line, 0xffff);
}

static bool depth_is_known(unsigned bpp)
{
	return bpp == 4 || bpp == 8 || bpp == 15 || bpp == 16 || bpp == 24 || bpp == 32;
}

/* A mode that the video memory can't hold shows as many lines as there are. */
static void check_size(struct vga *s)
{
	unsigned x = (min_uint(s->dispi[DISPI_XRES], MAX_XRES) + 7) & ~7u;

	if (!depth_is_known(s->dispi[DISPI_BPP])) {
		log_guest("vga: %u bits a pixel: there is no such mode", s->dispi[DISPI_BPP]);
		s->dispi[DISPI_BPP] = 8;
	}
	s->dispi[DISPI_XRES] = (u16)(x ? x : 8);
	s->dispi[DISPI_YRES] = (u16)min_uint(s->dispi[DISPI_YRES], MAX_YRES);
	s->dispi[DISPI_YRES] = (u16)min_uint(s->dispi[DISPI_YRES], VGA_VRAM / line_bytes(s, s->dispi[DISPI_XRES]));
	if (!s->dispi[DISPI_YRES])
		s->dispi[DISPI_YRES] = 1;
}

/* The VGA's side of a dispi mode: graphics at A0000h, its size as far as the registers go. */
static void set_vga(struct vga *s)
{
	unsigned last = s->dispi[DISPI_YRES] - 1u;

	s->gfx[GFX_MISC] = (u8)((s->gfx[GFX_MISC] & ~0x0f) | 4 | GFX_MISC_GRAPHICS);
	s->crtc[CRTC_MODE] |= 3;
	s->crtc[CRTC_H_DISPLAY_END] = (u8)(s->dispi[DISPI_XRES] / 8 - 1);
	s->crtc[CRTC_OFFSET] = (u8)(line_bytes(s, s->dispi[DISPI_VIRT_WIDTH]) / 8);
	s->crtc[CRTC_V_DISPLAY_END] = (u8)last;
	s->crtc[CRTC_OVERFLOW] = (u8)((s->crtc[CRTC_OVERFLOW] & ~0x42) | (last >> 7 & 2) | (last >> 3 & 0x40) | 0x10);
	s->crtc[CRTC_MAX_SCAN] = (u8)((s->crtc[CRTC_MAX_SCAN] & ~0x9f) | 0x40);
	s->crtc[CRTC_LINE_COMPARE] = 0xff;
	s->gfx[GFX_MODE] &= (u8)~(GFX_MODE_INTERLEAVE | GFX_MODE_256);
	s->seq[SEQ_CLOCKING_MODE] &= (u8)~CLOCKING_HALF;
	if (s->dispi[DISPI_BPP] > 4) {
		s->gfx[GFX_MODE] |= GFX_MODE_256;
		s->seq[SEQ_MEMORY_MODE] |= MEMORY_MODE_CHAIN4;
		s->seq[SEQ_MAP_MASK] |= 0x0f;
	}
}

static void enable(struct dev *d, u16 value)
{
	struct vga *s = d->state;
	struct vga_links *l = d->links;
	bool was_on = s->dispi[DISPI_ENABLE] & DISPI_ENABLED;

	s->dispi[DISPI_ENABLE] = value & (DISPI_ENABLED | DISPI_GETCAPS | DISPI_8BIT_DAC | DISPI_LFB | DISPI_NOCLEAR);
	if (!(value & DISPI_ENABLED)) {
		s->dispi[DISPI_BANK] = 0;
	} else if (!was_on) {
		check_size(s);
		s->dispi[DISPI_VIRT_WIDTH] = s->dispi[DISPI_X_OFFSET] = s->dispi[DISPI_Y_OFFSET] = 0;
		s->dispi[DISPI_BANK] = 0;
		set_virtual_width(s, s->dispi[DISPI_XRES]);
		set_vga(s);
		if (!(value & DISPI_NOCLEAR)) {
			u64 n = (u64)s->dispi[DISPI_YRES] * line_bytes(s, s->dispi[DISPI_VIRT_WIDTH]);

			n = min_u64(n, VGA_VRAM);
			ram_touch(&l->vram, 0, n);
			memset(l->vram.host, 0, (size_t)n);
		}
	}
	vga_update_window(d);
}

u16 vbe_read(const struct dev *d, unsigned index)
{
	const struct vga *s = d->state;
	bool caps = s->dispi[DISPI_ENABLE] & DISPI_GETCAPS;

	switch (index) {
	case DISPI_XRES:
		return caps ? MAX_XRES : s->dispi[index];
	case DISPI_YRES:
		return caps ? MAX_YRES : s->dispi[index];
	case DISPI_BPP:
		return caps ? MAX_BPP : s->dispi[index];
	case DISPI_MEMORY_64K:
		return VGA_VRAM >> 16;
	default:
		return index < DISPI_N ? s->dispi[index] : 0;
	}
}

void vbe_write(struct dev *d, unsigned index, u16 value)
{
	struct vga *s = d->state;
	bool on = s->dispi[DISPI_ENABLE] & DISPI_ENABLED;

	switch (index) {
	case DISPI_ID:
		if (value >= ID_FIRST && value <= ID_LAST)
			s->dispi[index] = value;
		break;
	case DISPI_XRES:
	case DISPI_YRES:
	case DISPI_BPP:
		if (!on)
			s->dispi[index] = value;
		break;
	case DISPI_ENABLE:
		enable(d, value);
		break;
	case DISPI_BANK:
		s->dispi[index] = value & (VGA_VRAM / 0x10000 - 1);
		vga_update_window(d);
		break;
	case DISPI_VIRT_WIDTH:
		if (on) {
			set_virtual_width(s, value);
			set_vga(s);
		}
		break;
	case DISPI_X_OFFSET:
	case DISPI_Y_OFFSET:
		s->dispi[index] = value;
		break;
	default:
		break;
	}
}

void vbe_reset(struct dev *d)
{
	struct vga *s = d->state;

	s->dispi[DISPI_ID] = ID_LAST;
}

/* ---- ports ------------------------------------------------------------------------------------------------- */

static u64 data_read(struct dev *d, unsigned index, u64 stored)
{
	const struct vga *s = d->state;

	(void)index;
	(void)stored;
	return vbe_read(d, s->dispi_index);
}

static void data_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	const struct vga *s = d->state;

	(void)index;
	(void)old;
	vbe_write(d, s->dispi_index, (u16)now);
}

static const struct reg regs[] = {
	/* The ports overlap: a word at 1CFh is data, one at 1CEh the index. */
	{"DATA_EVEN", 2, 2, .read = data_read, .wrote = data_wrote, .doc = "the same at an even address"},
	{"DATA", 1, 2, .read = data_read, .wrote = data_wrote, .doc = "the register that the index names"},
	{"INDEX", 0, 2, REG_MEMBER(struct vga, dispi_index), .wmask = 0xffff, .doc = "Bochs display interface"},
};
const struct reg_bank vga_dispi_bank = {"vga_dispi", regs, countof(regs), 4, 1, 4, ~0ull};
