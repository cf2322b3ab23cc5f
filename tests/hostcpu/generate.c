/* SPDX-License-Identifier: MIT */
/* Makes one instruction from a row, with the prefixes that may stand before it (Intel SDM vol. 2, chapter 2), and the
 * state before it. Everything follows from the seed, so that any sample can be made again. */
#include "tests/hostcpu/hostcpu.h"

struct writer {
	u8 bytes[32];
	unsigned n;
	unsigned disp_at; /* of a 32-bit displacement that may be changed, or 0 */
	bool extra;       /* has prefixes that may make another instruction of it */
	bool lock, asize;
};

static void put(struct writer *w, unsigned byte)
{
	w->bytes[w->n++] = (u8)byte;
}

static void put_prefixes(struct writer *w, bool mode64, const struct x86_pattern *p, u64 *random)
{
	static const u8 mandatory[] = { 0, 0x66, 0xf3, 0xf2 };
	static const u8 segments[] = { 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65 };
	unsigned must = random_one_of(random, p->mask >> KEY_PFX & 15), rex = 0x40 | random_below(random, 16);
	unsigned w_bits = p->mask >> KEY_W & 3;

	if (random_once(random, 8))
		put(w, segments[random_below(random, countof(segments))]);
	if (random_once(random, 6))
		put(w, 0x66);
	if (random_once(random, mode64 ? 12 : 60)) {
		put(w, 0x67);
		w->asize = true;
	}
	if (random_once(random, 40)) {
		put(w, random_once(random, 2) ? 0xf2 : 0xf3);
		w->extra = true;
	}
	if (random_once(random, 30)) {
		put(w, 0xf0);
		w->lock = true;
	}
	if (mode64 && random_once(random, 100))
		put(w, 0x40 | random_below(random, 16)); /* ignored if a prefix follows */
	if (mandatory[must])
		put(w, mandatory[must]);
	if (w_bits == 1)
		rex &= ~8u;
	if (w_bits == 2)
		rex |= 8;
	if (mode64 && (w_bits == 2 || random_once(random, 2)))
		put(w, rex);
}

/* Map 1 with VEX of three bytes, which can say everything. */
static void put_vex(struct writer *w, bool mode64, const struct x86_pattern *p, u64 *random)
{
	unsigned vvvv = p->uses_vvvv ? random_below(random, 16) : 15;
	unsigned pp = random_one_of(random, p->mask >> KEY_PFX & 15); /* numbered as the prefix classes are */
	unsigned l = random_one_of(random, p->mask >> KEY_L & 3), rxb = mode64 ? random_below(random, 8) : 7;

	if (random_once(random, 12)) {
		put(w, 0x67);
		w->asize = true;
	}
	put(w, 0xc4);
	put(w, rxb << 5 | (p->map - MAP_VEX + 1u));
	put(w, random_one_of(random, p->mask >> KEY_W & 3) << 7 | vvvv << 3 | l << 2 | pp);
}

static void put_modrm(struct writer *w, bool mode64, const struct x86_pattern *p, u64 *random)
{
	unsigned mods = p->mask >> KEY_MOD & 3, reg = random_one_of(random, p->mask >> KEY_REG & 255) << 3, mod, rm;
	bool address16 = w->asize && !mode64;

	if (mods == 2 || (mods == 3 && random_once(random, 2))) {
		put(w, 0xc0 | reg | random_one_of(random, p->mask >> KEY_RM & 255));
		return;
	}
	mod = random_below(random, 3);
	rm = random_below(random, 8);
	put(w, mod << 6 | reg | rm);
	if (!address16 && rm == 4) {
		unsigned sib = random_below(random, 256);

		put(w, sib);
		rm = sib & 7;
	}
	if (mod == 2 || (mod == 0 && rm == 5))
		w->disp_at = address16 ? 0 : w->n;
	if (mod == 2 && random_once(random, 2)) { /* small ones: the others seldom leave a base inside 32 bits */
		u32 disp = random_below(random, 0x2000) - 0x1000;

		for (unsigned k = 0; k < 4; k++)
			put(w, disp >> 8 * k & 0xff);
	}
}

static void put_opcode(struct writer *w, bool mode64, const struct x86_pattern *p, u64 *random)
{
	if (p->map != MAP_1 && p->map < MAP_VEX)
		put(w, 0x0f);
	if (p->map == MAP_0F38 || p->map == MAP_0F3A)
		put(w, p->map == MAP_0F38 ? 0x38 : 0x3a);
	put(w, p->opcode + random_below(random, p->nopcodes));
	if (p->modrm)
		put_modrm(w, mode64, p, random);
}

/* The immediate is random, or small, or with all bits set. */
static void put_rest(struct writer *w, u64 *random)
{
	u64 v = random_next(random);

	if (random_once(random, 3))
		v = random_once(random, 2) ? random_below(random, 16) : 0 - (u64)random_below(random, 16);
	while (w->n + 8 < sizeof(w->bytes)) {
		if (w->disp_at && w->n < w->disp_at + 4) {
			put(w, (u8)random_next(random));
			continue;
		}
		put(w, v & 0xff);
		v = v >> 8 | v << 56;
	}
}

/* What decoded is what was meant, or is invalid for a reason that the manuals give. */
static bool is_meant(const struct sample *s, const struct maker *m, const struct writer *w, unsigned row)
{
	const struct x86_isa *isa = m->cpu->isa;

	if (s->insn.row == row)
		return true;
	return s->insn.row == ROW_BAD && !w->extra && (w->lock || isa->rows[row]->valid);
}

static bool encode(struct sample *s, const struct maker *m, unsigned row, struct writer *w, u64 *random)
{
	const struct x86_pattern *p = &m->cpu->isa->pattern[row];

	*w = (struct writer){ .n = 0 };
	if (p->map < MAP_VEX)
		put_prefixes(w, m->mode64, p, random);
	else
		put_vex(w, m->mode64, p, random);
	put_opcode(w, m->mode64, p, random);
	put_rest(w, random);
	s->ncode = (u8)x86_decode(&m->cpu->cpu, w->bytes, 15, m->mode64 ? 3 : 2, &s->insn);
	if (s->ncode >= 2 && w->bytes[s->ncode - 2] == 0xcd && w->bytes[s->ncode - 1] == 0x80)
		return false; /* a system call of the host's */
	return s->ncode > 0 && is_meant(s, m, w, row);
}

/* The state of x86-user's seeds, with exceptions unmasked now and then. */
static void make_state(struct sample *s, const struct maker *m, u64 *random)
{
	unsigned pending;

	user_derive(&s->s, (u32)random_next(random), m->mode64, false);
	if (random_once(random, 8))
		s->s.fcw &= (u16)(0xffc0 | random_below(random, 64));
	if (random_once(random, 8))
		s->s.mxcsr &= ~(random_below(random, 64) << 7);
	pending = s->s.fsw & ~s->s.fcw & 0x3f;
	s->s.fsw &= 0x7f7f;
	if (pending)
		s->s.fsw |= 0x8080; /* ES and B: SDM vol. 1, 8.1.3.3 */
}

bool sample_make(struct sample *s, const struct maker *m, unsigned row, u64 seed)
{
	const struct x86_pattern *p = &m->cpu->isa->pattern[row];
	u64 random = seed;
	struct writer w;

	random_next(&random);
	s->mode64 = m->mode64;
	s->index = row;
	s->row = m->cpu->isa->rows[row];
	s->name = s->row->text;
	s->poke_len = 0;
	for (unsigned tries = 0; !encode(s, m, row, &w, &random); tries++)
		if (tries == 20)
			return false;
	make_state(s, m, &random);
	memcpy(s->code, w.bytes, sizeof(s->code));
	s->memory = p->modrm && w.n && !p->ends_in_reg && (s->insn.f[F_PFX] & PFX_MEM) && s->insn.row >= ROW_FIRST;
	s->step = s->row->attr & ENDS_BLOCK && !word_in(s->name, "popf popfd popfq");
	sample_aim(s, m, p, w.disp_at, &random);
	return true;
}
