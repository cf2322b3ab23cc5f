/* SPDX-License-Identifier: MIT */
/* Makes encodings from the rows, with every prefix that may stand before them, and at random; and takes its own look at
 * prefixes and opcode, written apart from the decoder: Intel SDM vol. 2, chapter 2. */
#include "tests/encodings/encodings.h"

struct writer {
	u8 *bytes;
	unsigned n;
};

static void put(struct writer *w, unsigned byte)
{
	if (w->n < SAMPLE_BYTES)
		w->bytes[w->n++] = (u8)byte;
}

static void put_prefixes(struct writer *w, u32 mode, const struct x86_pattern *p, u64 *random)
{
	static const u8 mandatory[] = { 0, 0x66, 0xf3, 0xf2 };
	static const u8 segments[] = { 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65 };
	unsigned must = random_one_of(random, p->mask >> KEY_PFX & 15), rex = 0x40 | random_below(random, 16);
	unsigned w_bits = p->mask >> KEY_W & 3;

	for (unsigned n = random_once(random, 6) ? 1 + random_below(random, 3) : 0; n; n--)
		put(w, random_once(random, 3) ? 0x67 : segments[random_below(random, countof(segments))]);
	if (random_once(random, 5))
		put(w, 0x66);
	if (random_once(random, 8))
		put(w, 0x67);
	if (random_once(random, 24))
		put(w, random_once(random, 2) ? 0xf2 : 0xf3);
	if (random_once(random, 24))
		put(w, 0xf0);
	if (mode == 3 && random_once(random, 60))
		put(w, 0x40 | random_below(random, 16)); /* ignored if a prefix follows */
	if (mandatory[must])
		put(w, mandatory[must]);
	if (random_once(random, 30))
		put(w, random_once(random, 2)   ? 0x66
			: random_once(random, 2) ? 0x67
						 : segments[random_below(random, countof(segments))]);
	if (w_bits == 1)
		rex &= ~8u;
	if (w_bits == 2)
		rex |= 8;
	if (mode == 3 && (w_bits == 2 || random_once(random, 2)))
		put(w, rex);
}

static void put_opcode(struct writer *w, const struct x86_pattern *p, u64 *random)
{
	if (p->map != MAP_1)
		put(w, 0x0f);
	if (p->map == MAP_0F38 || p->map == MAP_0F3A)
		put(w, p->map == MAP_0F38 ? 0x38 : 0x3a);
	put(w, p->opcode + random_below(random, p->nopcodes));
	if (p->modrm) {
		bool both = p->mask & KEY(KEY_MOD, 1), memory = p->mask & KEY(KEY_MOD, 0) &&
			(!both || random_once(random, 2));
		unsigned mod = memory ? random_below(random, 3) : 3;
		unsigned rm = memory ? random_below(random, 8) : random_one_of(random, p->mask >> KEY_RM & 255);

		put(w, mod << 6 | random_one_of(random, p->mask >> KEY_REG & 255) << 3 | rm);
	}
}

/* Map 1 with VEX of three bytes, which can say everything. */
static void put_vex(struct writer *w, const struct x86_pattern *p, u64 *random)
{
	unsigned vvvv = p->uses_vvvv ? random_below(random, 16) : 15;
	unsigned pp = random_one_of(random, p->mask >> KEY_PFX & 15); /* numbered as the prefix classes are */
	unsigned l = random_one_of(random, p->mask >> KEY_L & 3);

	put(w, 0xc4);
	put(w, random_below(random, 8) << 5 | (p->map - MAP_VEX + 1u));
	put(w, random_one_of(random, p->mask >> KEY_W & 3) << 7 | vvvv << 3 | l << 2 | pp);
}

void sample_from_row(struct sample *s, const struct insn_row *row, const struct x86_pattern *p, u64 *random)
{
	struct writer w = { s->bytes, 0 };

	s->mode = 1 + random_below(random, 3);
	if ((row->attr & ONLY64) || !(p->mask & KEY(KEY_MODE, 0)))
		s->mode = 3;
	else if (row->attr & NO64)
		s->mode = 1 + random_below(random, 2);
	if (p->map < MAP_VEX) {
		put_prefixes(&w, s->mode, p, random);
		put_opcode(&w, p, random);
	} else {
		struct x86_pattern q = *p;

		put_vex(&w, p, random);
		q.map = MAP_1;
		put_opcode(&w, &q, random);
	}
	while (w.n < SAMPLE_BYTES)
		put(&w, random_below(random, 256));
}

void sample_random(struct sample *s, u64 *random)
{
	struct writer w = { s->bytes, 0 };

	s->mode = 1 + random_below(random, 3);
	if (random_once(random, 2)) { /* half of them in the 0F maps */
		if (random_once(random, 3))
			put(&w, (const u8[]){ 0x66, 0xf2, 0xf3 }[random_below(random, 3)]);
		put(&w, 0x0f);
	}
	while (w.n < SAMPLE_BYTES)
		put(&w, random_below(random, 256));
}

/* ---- the independent look ---------------------------------------------------------------------------------- */

static void look_at_prefixes(struct sample *s)
{
	for (s->nprefixes = 0; s->nprefixes < 15; s->nprefixes++) {
		u8 byte = s->bytes[s->nprefixes];

		if (s->mode == 3 && byte >= 0x40 && byte < 0x50) {
			s->rex = byte;
			continue;
		}
		if (byte == 0x66)
			s->p66 = true;
		else if (byte == 0x67)
			s->p67 = true;
		else if (byte == 0xf0)
			s->lock = true;
		else if (byte == 0xf2 || byte == 0xf3)
			s->rep = byte;
		else if (byte == 0x64 || byte == 0x65 || (s->mode != 3 && (byte & 0xe7) == 0x26))
			s->segment = byte;
		else if ((byte & 0xe7) != 0x26)
			return;
		s->rex = 0;
	}
}

void sample_look(struct sample *s)
{
	unsigned n;

	s->p66 = s->p67 = s->lock = false;
	s->rep = s->rex = s->segment = s->map = 0;
	look_at_prefixes(s);
	n = s->nprefixes;
	s->opcode = s->bytes[n++];
	if (s->opcode == 0x0f) {
		s->opcode = s->bytes[n++];
		s->map = 1;
		if (s->opcode == 0x38 || s->opcode == 0x3a) {
			s->map = s->opcode == 0x38 ? 2 : 3;
			s->opcode = s->bytes[n++];
		}
	} else if ((s->opcode & 0xfe) == 0xc4 && (s->mode == 3 || s->bytes[n] >= 0xc0)) {
		s->map = 4;
	}
	s->modrm = s->bytes[n];
}
