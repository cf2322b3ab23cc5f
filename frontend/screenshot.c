/* SPDX-License-Identifier: MIT */
/* -screenshot and the monitor's screendump: what the machine's display shows, as PNG or as text. Looking changes
 * nothing in the machine, so a run with screenshots is the same run as one without. */
#include "frontend/screenshot.h"

#include "devices/types.h"
#include "devices/video/vga.h"
#include "frontend/png.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

/* ---- when ---------------------------------------------------------------------------------------------------- */

/* Seconds with up to nine decimals, in ns. */
static bool parse_seconds(const char *text, const char **end, u64 *ns)
{
	u64 unit = CLOCK_SECOND, v = 0;

	if (!isdigit((unsigned char)*text))
		return false;
	for (; isdigit((unsigned char)*text); text++) {
		v = v * 10 + (u64)(*text - '0');
		if (v > 1000000000)
			return false;
	}
	v *= CLOCK_SECOND;
	if (*text == '.') {
		for (text++; isdigit((unsigned char)*text); text++) {
			unit /= 10;
			v += (u64)(*text - '0') * unit;
		}
	}
	*end = text;
	*ns = v;
	return true;
}

bool screenshot_parse(struct screenshot *s, const char *text, struct err *err)
{
	const char *comma = strchr(text, ','), *end = NULL;
	char *stop;

	if (!comma || !comma[1])
		return err_set(err, "-screenshot %s: TIME,FILE", text);
	s->path = comma + 1;
	s->instructions = comma > text && comma[-1] == 'i';
	if (s->instructions) {
		errno = 0;
		s->when = strtoull(text, &stop, 10);
		if (!errno && isdigit((unsigned char)*text) && stop == comma - 1)
			return true;
	} else if (parse_seconds(text, &end, &s->when) && end == comma) {
		return true;
	}
	return err_set(err, "-screenshot %s: TIME is virtual seconds (2.5) or, with an i, instructions (1000i)", text);
}

bool screenshot_due(const struct screenshot *s, const struct machine *m)
{
	return s->instructions ? machine_icount(m) >= s->when : clock_now(&m->clock) >= s->when;
}

u64 screenshot_target(const struct screenshot *s, const struct machine *m)
{
	return s->instructions ? s->when : clock_icount_at(&m->clock, s->when);
}

/* ---- text ---------------------------------------------------------------------------------------------------- */

/* Code page 437, as the PC's own character generator draws it. */
static const u16 cp437_low[32] = {
	0x0020, 0x263a, 0x263b, 0x2665, 0x2666, 0x2663, 0x2660, 0x2022, 0x25d8, 0x25cb, 0x25d9, 0x2642, 0x2640, 0x266a,
	0x266b, 0x263c, 0x25ba, 0x25c4, 0x2195, 0x203c, 0x00b6, 0x00a7, 0x25ac, 0x21a8, 0x2191, 0x2193, 0x2192, 0x2190,
	0x221f, 0x2194, 0x25b2, 0x25bc,
};
static const u16 cp437_high[129] = {
	0x2302, /* 7Fh */
	0x00c7, 0x00fc, 0x00e9, 0x00e2, 0x00e4, 0x00e0, 0x00e5, 0x00e7, 0x00ea, 0x00eb, 0x00e8, 0x00ef, 0x00ee, 0x00ec,
	0x00c4, 0x00c5, 0x00c9, 0x00e6, 0x00c6, 0x00f4, 0x00f6, 0x00f2, 0x00fb, 0x00f9, 0x00ff, 0x00d6, 0x00dc, 0x00a2,
	0x00a3, 0x00a5, 0x20a7, 0x0192, 0x00e1, 0x00ed, 0x00f3, 0x00fa, 0x00f1, 0x00d1, 0x00aa, 0x00ba, 0x00bf, 0x2310,
	0x00ac, 0x00bd, 0x00bc, 0x00a1, 0x00ab, 0x00bb, 0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x2561, 0x2562, 0x2556,
	0x2555, 0x2563, 0x2551, 0x2557, 0x255d, 0x255c, 0x255b, 0x2510, 0x2514, 0x2534, 0x252c, 0x251c, 0x2500, 0x253c,
	0x255e, 0x255f, 0x255a, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550, 0x256c, 0x2567, 0x2568, 0x2564, 0x2565, 0x2559,
	0x2558, 0x2552, 0x2553, 0x256b, 0x256a, 0x2518, 0x250c, 0x2588, 0x2584, 0x258c, 0x2590, 0x2580, 0x03b1, 0x00df,
	0x0393, 0x03c0, 0x03a3, 0x03c3, 0x00b5, 0x03c4, 0x03a6, 0x0398, 0x03a9, 0x03b4, 0x221e, 0x03c6, 0x03b5, 0x2229,
	0x2261, 0x00b1, 0x2265, 0x2264, 0x2320, 0x2321, 0x00f7, 0x2248, 0x00b0, 0x2219, 0x00b7, 0x221a, 0x207f, 0x00b2,
	0x25a0, 0x00a0,
};

static size_t put_utf8(char *out, u8 code)
{
	unsigned v = code < 32 ? cp437_low[code] : code < 127 ? code : cp437_high[code - 127];

	if (v < 0x80) {
		out[0] = (char)v;
		return 1;
	}
	if (v < 0x800) {
		out[0] = (char)(0xc0 | v >> 6);
		out[1] = (char)(0x80 | (v & 63));
		return 2;
	}
	out[0] = (char)(0xe0 | v >> 12);
	out[1] = (char)(0x80 | (v >> 6 & 63));
	out[2] = (char)(0x80 | (v & 63));
	return 3;
}

char *screen_text(const struct text_picture *t)
{
	char *text = malloc((size_t)t->rows * (t->columns * 3 + 1) + 1), *at = text;

	if (!text)
		return NULL;
	for (unsigned y = 0; y < t->rows; y++) {
		const u8 *cell = t->cells + (size_t)y * t->columns * 2;
		unsigned n = t->columns;

		while (n && (cell[n * 2 - 2] == ' ' || !cell[n * 2 - 2] || cell[n * 2 - 2] == 0xff))
			n--;
		for (unsigned x = 0; x < n; x++)
			at += put_utf8(at, cell[x * 2]);
		*at++ = '\n';
	}
	*at = 0;
	return text;
}

/* ---- files --------------------------------------------------------------------------------------------------- */

static bool wants_text(const char *path)
{
	size_t n = strlen(path);

	return n > 4 && !strcmp(path + n - 4, ".txt");
}

static bool write_text(struct dev *d, const char *path, FILE *f, struct err *err)
{
	struct text_picture t;
	char *text;
	bool ok;

	if (!vga_text(d, &t))
		return err_set(err, "%s: the screen is in a graphics mode, which has no text", path);
	text = screen_text(&t);
	free(t.cells);
	ok = text && fputs(text, f) >= 0;
	free(text);
	return ok || err_set(err, "%s: can't be written", path);
}

static bool write_picture(struct dev *d, const char *path, FILE *f, struct err *err)
{
	struct picture p;
	bool ok;

	if (!vga_picture(d, &p))
		return err_set(err, "%s: out of memory", path);
	ok = png_write(f, &p);
	free(p.rgb);
	return ok || err_set(err, "%s: can't be written", path);
}

bool screen_dump(const struct machine *m, const char *path, struct err *err)
{
	struct dev *d = dev_find(m, "vga");
	FILE *f;
	bool ok;

	if (!d || d->type != &vga_type)
		return err_set(err, "the machine has no screen: -vga std gives it one");
	f = fopen(path, "wb");
	if (!f)
		return err_set(err, "%s: %s", path, strerror(errno));
	ok = wants_text(path) ? write_text(d, path, f, err) : write_picture(d, path, f, err);
	if (fclose(f) && ok)
		return err_set(err, "%s: %s", path, strerror(errno));
	return ok;
}
