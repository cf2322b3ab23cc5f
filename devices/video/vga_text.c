/* SPDX-License-Identifier: MIT */
/* The characters of a text mode, for who wants to read the screen instead of looking at it. The same scan as
 * vga_render.c makes, a row of characters at a time. */
#include "devices/video/vga.h"

#include <stdlib.h>

static u32 color_of(const struct vga *s, unsigned attr)
{
	u8 v = s->attr[attr & s->attr[ATTR_PLANE_ENABLE]], select = s->attr[ATTR_COLOR_SELECT];
	u32 rgb = 0;

	if (s->attr[ATTR_MODE] & ATTR_MODE_P54)
		v = (u8)((v & 0x0f) | (select & 3) << 4);
	v = (u8)((v & 0x3f) | (select & 0x0c) << 4) & s->pel_mask;
	for (unsigned k = 0; k < 3; k++) {
		u8 part = s->dac[v * 3 + k];

		rgb = rgb << 8 | (s->dispi[DISPI_ENABLE] & DISPI_8BIT_DAC ? part : (u8)(part << 2 | part >> 4));
	}
	return rgb;
}

bool vga_text(struct dev *d, struct text_picture *out)
{
	const struct vga *s = d->state;
	const struct vga_links *l = d->links;
	struct vga_geometry g = vga_geometry(d);
	unsigned line = g.row_height << g.twice, rows = g.height / line, split = g.split / line;
	u32 cursor = (u32)s->crtc[CRTC_CURSOR_HIGH] << 8 | s->crtc[CRTC_CURSOR_HIGH + 1];

	*out = (struct text_picture){.columns = g.columns, .rows = rows, .cursor = -1,
		.blink = s->attr[ATTR_MODE] & ATTR_MODE_BLINK};
	if (!vga_is_text(s) || !rows)
		return false;
	out->cells = malloc((size_t)rows * g.columns * 2);
	if (!out->cells)
		return false;
	for (unsigned y = 0; y < rows; y++) {
		u32 at = y < split ? g.start + y * g.pitch : (y - split) * g.pitch;

		for (unsigned x = 0; x < g.columns; x++) {
			size_t cell = (size_t)y * g.columns + x;

			memcpy(out->cells + cell * 2, l->vram.host + vga_address(s, at + x, 0) * 4, 2);
			if (((at + x) & 0xffff) == cursor && !(s->crtc[CRTC_CURSOR_START] & 0x20))
				out->cursor = (int)cell;
		}
	}
	for (unsigned i = 0; i < 16; i++)
		out->palette[i] = color_of(s, i);
	return true;
}
