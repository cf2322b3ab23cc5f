/* SPDX-License-Identifier: MIT */
/* The window at A0000h-BFFFFh: four planes behind latches, write modes 0-3, read modes 0 and 1, odd/even and chain 4
 * addressing. IBM VGA/XGA Technical Reference Manual, chapter 2, "Video memory organization" and "Graphics controller".
 *
 * The byte of plane P at plane address A is video memory byte 4 * A + P. Chain 4 is linear, as the Bochs display
 * interface wants it: a pixel that is written chained at address N is byte N, where an IBM VGA leaves three of four
 * addresses of each plane unused; no picture differs. So chained modes are plain memory. */
#include "devices/video/vga.h"

#include "devices/machine.h"

/* One bit for each plane to one byte for each. */
static u32 spread(unsigned planes)
{
	return ((planes & 1) | (planes & 2) << 7 | (planes & 4) << 14 | (u32)(planes & 8) << 21) * 0xff;
}

static u32 four(u8 v)
{
	return v * 0x01010101u;
}

struct place {
	u32 at;         /* first of four bytes of video memory, one of each plane */
	unsigned plane; /* that addressing chooses: chain 4: 0-3; odd/even: 0-1 */
};

/* Where an access goes; false: the window is elsewhere, or closed. */
static bool find(const struct vga *s, u64 off, struct place *p)
{
	static const u32 bases[4] = {0, 0, 0x10000, 0x18000}, sizes[4] = {0x20000, 0x10000, 0x8000, 0x8000};
	unsigned map = s->gfx[GFX_MISC] >> 2 & 3;
	bool dispi = s->dispi[DISPI_ENABLE] & DISPI_ENABLED;
	u32 addr = (u32)off - bases[map], bank = dispi ? s->dispi[DISPI_BANK] * 0x10000u : 0;

	if (off < bases[map] || addr >= sizes[map] || !(s->misc & MISC_RAM))
		return false;
	if (s->seq[SEQ_MEMORY_MODE] & MEMORY_MODE_CHAIN4) {
		*p = (struct place){(addr & ~3u) + bank, addr & 3};
	} else {
		p->plane = addr & 1;
		if (s->gfx[GFX_MISC] & GFX_MISC_CHAIN_ODD_EVEN) /* bit 0 is a plane's, in its place comes bit 16 */
			addr = (addr & ~1u) | addr >> 16;
		p->at = ((addr & (VGA_PLANE - 1)) + bank) * 4;
	}
	p->at &= VGA_VRAM - 1;
	return true;
}

static u64 window_read(void *arg, u64 off, unsigned size)
{
	struct dev *d = arg;
	struct vga *s = d->state;
	struct vga_links *l = d->links;
	unsigned plane = s->gfx[GFX_READ_MAP];
	struct place p;
	u32 differ;

	if (!find(s, off, &p))
		return mask_low(size * 8);
	memcpy(s->latch, l->vram.host + p.at, sizeof(s->latch));
	if (s->gfx[GFX_MODE] & GFX_MODE_READ1) {
		differ = load_le32(s->latch) ^ spread(s->gfx[GFX_COLOR_COMPARE]);
		differ &= spread(s->gfx[GFX_COLOR_DONT_CARE]);
		differ |= differ >> 16;
		return (u8)~(differ | differ >> 8);
	}
	if (s->seq[SEQ_MEMORY_MODE] & MEMORY_MODE_CHAIN4)
		plane = p.plane;
	else if (s->gfx[GFX_MODE] & GFX_MODE_ODD_EVEN)
		plane = (plane & 2) | p.plane;
	return s->latch[plane];
}

/* The graphics controller's function of the processor's data and the latches (register 03h). */
static u32 combine(const struct vga *s, u32 data, u32 latch)
{
	switch (s->gfx[GFX_ROTATE] >> 3) {
	case 1:
		return data & latch;
	case 2:
		return data | latch;
	case 3:
		return data ^ latch;
	default:
		return data;
	}
}

/* What the four planes get: register 05h, bits 1-0. */
static u32 write_data(const struct vga *s, u8 value, u32 latch)
{
	unsigned rotate = s->gfx[GFX_ROTATE] & 7;
	u8 rotated = (u8)(value >> rotate | value << (8 - rotate));
	u32 mask = four(s->gfx[GFX_BIT_MASK]), set = spread(s->gfx[GFX_SET_RESET]), data, enable;

	switch (s->gfx[GFX_MODE] & 3) {
	case 0:
		enable = spread(s->gfx[GFX_ENABLE_SET_RESET]);
		data = (four(rotated) & ~enable) | (set & enable);
		break;
	case 1:
		return latch;
	case 2:
		data = spread(value);
		break;
	default:
		mask &= four(rotated);
		data = set;
		break;
	}
	return (combine(s, data, latch) & mask) | (latch & ~mask);
}

static void window_write(void *arg, u64 off, unsigned size, u64 value)
{
	struct dev *d = arg;
	const struct vga *s = d->state;
	struct vga_links *l = d->links;
	unsigned planes = s->seq[SEQ_MAP_MASK];
	struct place p;
	u32 enable;
	u8 *at;

	(void)size;
	if (!find(s, off, &p))
		return;
	if (s->seq[SEQ_MEMORY_MODE] & MEMORY_MODE_CHAIN4)
		planes &= 1u << p.plane;
	else if (!(s->seq[SEQ_MEMORY_MODE] & MEMORY_MODE_SEQUENTIAL))
		planes &= 5u << p.plane;
	enable = spread(planes);
	at = l->vram.host + p.at;
	ram_touch(&l->vram, p.at, 4);
	store_le32(at, (load_le32(at) & ~enable) | (write_data(s, (u8)value, load_le32(s->latch)) & enable));
}

const struct region_ops vga_window_ops = {window_read, window_write, 1, 1};

/* A chained mode in which writes go through unchanged. Its reads don't load the latches; nothing then uses them. */
static bool is_plain(const struct vga *s)
{
	if (!(s->misc & MISC_RAM) || (s->gfx[GFX_MISC] & 0x0c) != 4)
		return false;
	return vbe_linear(s) || ((s->seq[SEQ_MEMORY_MODE] & MEMORY_MODE_CHAIN4) && s->seq[SEQ_MAP_MASK] == 15 &&
		!(s->gfx[GFX_MODE] & 0x0b) && !s->gfx[GFX_ROTATE] && !s->gfx[GFX_ENABLE_SET_RESET] &&
		s->gfx[GFX_BIT_MASK] == 0xff);
}

void vga_update_window(struct dev *d)
{
	const struct vga *s = d->state;
	struct vga_links *l = d->links;
	bool on = is_plain(s);
	u64 off = s->dispi[DISPI_ENABLE] & DISPI_ENABLED ? s->dispi[DISPI_BANK] * 0x10000ull % VGA_VRAM : 0;

	if (l->fast.on == on && (!on || l->fast.ram_off == off))
		return;
	l->fast.on = on;
	l->fast.ram_off = off;
	space_update(&d->machine->memory);
}
