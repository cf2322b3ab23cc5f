/* SPDX-License-Identifier: MIT */
/* PNG (ISO/IEC 15948, W3C's Portable Network Graphics Specification): signature, IHDR, one IDAT and IEND. Each line is
 * stored as its difference from the one above (filter 2), which suits screens: most lines repeat. */
#include "frontend/png.h"

#include <stdlib.h>
#include <zlib.h>

enum { FILTER_UP = 2, COLOR_RGB = 2, DEPTH = 8 };

static void store_be32(u8 *p, u32 v)
{
	store_le32(p, swap32(v));
}

static bool put_chunk(FILE *f, const char *type, const u8 *data, size_t n)
{
	u8 head[8], tail[4];
	uLong crc;

	store_be32(head, (u32)n);
	memcpy(head + 4, type, 4);
	crc = crc32(0, head + 4, 4);
	if (n)
		crc = crc32_z(crc, data, n);
	store_be32(tail, (u32)crc);
	return fwrite(head, 1, 8, f) == 8 && fwrite(data, 1, n, f) == n && fwrite(tail, 1, 4, f) == 4;
}

/* Filter type and filtered bytes of every line. */
static u8 *filtered(const struct picture *p, size_t *size)
{
	size_t line = (size_t)p->width * 3;
	u8 *out, *at;

	*size = (line + 1) * p->height;
	out = at = malloc(*size + 1);
	for (unsigned y = 0; out && y < p->height; y++) {
		const u8 *row = p->rgb + y * line;

		*at++ = FILTER_UP;
		for (size_t i = 0; i < line; i++)
			*at++ = (u8)(row[i] - (y ? row[i - line] : 0));
	}
	return out;
}

bool png_write(FILE *f, const struct picture *p)
{
	static const u8 signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
	u8 header[13] = {0}, *raw, *packed = NULL;
	size_t size;
	uLongf n;
	bool ok;

	store_be32(header, p->width);
	store_be32(header + 4, p->height);
	header[8] = DEPTH;
	header[9] = COLOR_RGB;
	raw = filtered(p, &size);
	n = compressBound(size);
	if (raw)
		packed = malloc(n);
	ok = packed && compress2(packed, &n, raw, size, Z_DEFAULT_COMPRESSION) == Z_OK &&
		fwrite(signature, 1, sizeof(signature), f) == sizeof(signature) &&
		put_chunk(f, "IHDR", header, sizeof(header)) && put_chunk(f, "IDAT", packed, n) &&
		put_chunk(f, "IEND", header, 0);
	free(raw);
	free(packed);
	return ok;
}
