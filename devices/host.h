/* SPDX-License-Identifier: MIT */
/* What a device may ask of the host. Output goes out through these tables at once; input never comes back this way: it
 * enters through the replay gate and reaches dev_type.input with an instruction count. */
#ifndef DEVICES_HOST_H
#define DEVICES_HOST_H

#include "mem/base/base.h"

struct host_char {
	void (*write)(void *arg, const u8 *data, size_t n);
	void *arg;
};

/* A disk's or a flash's image. Offsets and lengths in bytes, within size; false: the host failed. The functions finish
 * before they return; when the guest may see that a request is done is the device's business, and virtual time. */
struct host_block {
	bool (*read)(void *arg, u64 offset, void *data, size_t n);
	bool (*write)(void *arg, u64 offset, const void *data, size_t n); /* NULL: read-only */
	bool (*flush)(void *arg); /* what was written is on the host's disk when it returns */
	void *arg;
	u64 size;
	const char *id; /* serial number that the guest can ask for, NULL: none */
};

/* What a screen shows: rows from the top, 3 bytes a pixel (red, green, blue), no gaps. Whoever asked frees rgb. */
struct picture {
	unsigned width, height;
	u8 *rgb;
};

/* What a screen of characters shows: pairs of code page 437 character and attribute (low four bits: foreground, high
 * four: background), row by row. Whoever asked frees cells. */
struct text_picture {
	unsigned columns, rows;
	u8 *cells;
	int cursor; /* cell index, -1: not visible */
	u32 palette[16]; /* 0xRRGGBB */
	bool blink; /* bit 7 of an attribute is blinking, not a background */
};

#endif
