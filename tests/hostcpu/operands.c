/* SPDX-License-Identifier: MIT */
/* Aims the operands: pointers at the data window (SDM vol. 1, 3.7.5), mostly, and implied registers at values for which
 * something happens. Without this nearly every memory operand would be a page fault. */
#include "tests/hostcpu/hostcpu.h"

bool word_in(const char *word, const char *words)
{
	size_t len = strcspn(word, " |");

	while (*words) {
		size_t n = strcspn(words, " ");

		if (n == len && memcmp(words, word, n) == 0)
			return true;
		words += n + (words[n] == ' ');
	}
	return false;
}

/* Where things go wrong: at the ends of what is mapped, where nothing may be written, nowhere. */
static u64 odd_target(u64 *random)
{
	switch (random_below(random, 8)) {
	case 0:
	case 1:
	case 2: return USER_DATA + USER_DATA_SIZE - 1 - random_below(random, 32);
	case 3: return USER_DATA - random_below(random, 32);
	case 4:
	case 5: return USER_COPY + random_below(random, 0x1000);
	case 6: return (u32)random_next(random) & 0x7fffffff;
	default: return random_next(random) >> random_below(random, 24);
	}
}

static u64 target(const struct sample *s, u64 *random)
{
	u64 at;

	if (random_once(random, 24))
		return odd_target(random);
	if (word_in(s->name, "fbld"))
		return USER_DATA + 0x1c00 + (random_below(random, 0x1f6) & ~(random_once(random, 2) ? 0u : 7u));
	if (word_in(s->name, "fld") && strstr(s->row->text, "f80") && !random_once(random, 4))
		return USER_DATA + 0x1e00 + 16 * random_below(random, 31);
	at = USER_DATA + 0x80 + random_below(random, 0x1d80);
	if ((s->row->attr & ALIGN16) || random_once(random, 2) || strstr(s->row->text, " fx"))
		at &= random_once(random, 16) ? ~0ull : ~15ull;
	return at;
}

static u64 segment_base(const struct sample *s, const struct maker *m)
{
	return s->insn.f[F_SEG] == S_FS ? m->fs : s->insn.f[F_SEG] == S_GS ? m->gs : 0;
}

static u64 effective(const struct sample *s, const struct maker *m)
{
	const struct insn *i = &s->insn;
	u64 ea = (u64)(s64)i->disp + (i->adj ? s->s.rip + s->ncode : 0);

	if (i->f[F_RM] != R_ZERO)
		ea += s->s.r[i->f[F_RM]];
	if (i->f[F_INDEX] != R_ZERO)
		ea += s->s.r[i->f[F_INDEX]] << i->f[F_SCALE];
	ea &= mask_low(8u << i->f[F_ASIZE]);
	ea += segment_base(s, m);
	return s->mode64 ? ea : (u32)ea;
}

static void patch_disp(struct sample *s, unsigned at, u64 value)
{
	store_le32(s->code + at, (u32)value);
	s->insn.disp = (s32)(u32)value;
}

/* Changes base or displacement so that the operand is at `at`. */
static void aim_memory(struct sample *s, const struct maker *m, unsigned disp_at, u64 at)
{
	const struct insn *i = &s->insn;
	unsigned base = i->f[F_RM], index = i->f[F_INDEX];
	u64 offset = at - effective(s, m), size = mask_low(8u << i->f[F_ASIZE]);

	if (base != R_ZERO && base == index)
		s->s.r[base] += offset / (1 + (1u << i->f[F_SCALE]));
	else if (base != R_ZERO)
		s->s.r[base] += offset;
	else if (disp_at && index != R_ZERO)
		s->s.r[index] = (at - segment_base(s, m) - (u64)(s64)i->disp) >> i->f[F_SCALE] & size;
	else if (disp_at)
		patch_disp(s, disp_at, (u64)(s64)i->disp + offset);
	if (!s->mode64 && base != R_ZERO)
		s->s.r[base] = (u32)s->s.r[base];
}

/* Data at the memory operand; nothing if it does not lie in the window. */
static void poke(struct sample *s, u64 at, const void *bytes, unsigned n)
{
	if (at < USER_DATA || at + n > USER_DATA + USER_DATA_SIZE)
		return;
	s->poke_at = (u16)(at - USER_DATA);
	s->poke_len = (u8)n;
	memcpy(s->poke, bytes, n);
}

static void poke_value(struct sample *s, u64 at, unsigned size, u64 value)
{
	u8 b[8];

	store_le64(b, value);
	poke(s, at, b, size);
}

/* ---- implied operands -------------------------------------------------------------------------------------------- */

static void aim_stack(struct sample *s, u64 *random)
{
	s->s.r[R_BP] = USER_DATA + 0x800 + random_below(random, 0x1000);
	if (random_once(random, 16))
		s->s.r[R_BP] = odd_target(random);
	if (random_once(random, 16))
		s->s.r[R_SP] = odd_target(random);
	if (random_once(random, 16))
		s->s.r[R_SP] += random_below(random, 16);
	if (!s->mode64) {
		s->s.r[R_BP] = (u32)s->s.r[R_BP];
		s->s.r[R_SP] = (u32)s->s.r[R_SP];
	}
}

static void aim_string(struct sample *s, u64 *random)
{
	s->s.r[R_SI] = target(s, random);
	s->s.r[R_DI] = random_once(random, 4) ? s->s.r[R_SI] + random_below(random, 64) - 32 : target(s, random);
	if (s->insn.f[F_SEG] == S_GS)
		s->s.r[R_SI] -= HOST_GS_BASE;
	if (!random_once(random, 16))
		s->s.r[R_CX] = random_below(random, random_once(random, 8) ? 400 : 24);
	if (random_once(random, 4)) /* something to find */
		s->s.r[R_AX] = 0;
	for (unsigned k = 0; k < 8 && !s->mode64; k++)
		s->s.r[k] = (u32)s->s.r[k];
}

/* A quotient that fits, more often than chance would have it. */
static void aim_division(struct sample *s, u64 *random)
{
	bool word_ax = s->insn.size == 0;

	switch (random_below(random, 4)) {
	case 0:
		s->s.r[R_DX] = 0;
		s->s.r[R_AX] &= word_ax ? 0xff : ~0ull;
		break;
	case 1:
		s->s.r[R_DX] = s->s.r[R_AX] >> 63 ? ~0ull : 0;
		break;
	case 2:
		s->s.r[R_DX] = random_below(random, 256);
		break;
	}
}

/* Where a near branch goes: canonical, most of the time (SDM vol. 1, 3.3.7.1). */
static u64 branch_target(u64 *random)
{
	u64 v = random_next(random);

	return random_once(random, 4) ? v : v >> 17;
}

static void aim_branch(struct sample *s, u64 *random)
{
	if (word_in(s->name, "ret"))
		poke_value(s, s->s.r[R_SP], 8, branch_target(random));
	else if (s->memory)
		poke_value(s, s->address, 8, branch_target(random));
	else if (s->insn.f[F_RM] < 16 && s->insn.f[F_RM] != R_SP && word_in(s->name, "jmp call") && s->mode64)
		s->s.r[s->insn.f[F_RM]] = branch_target(random);
}

/* The accumulator's value is what memory holds, half of the time. */
static void aim_compare(struct sample *s, u64 *random)
{
	u8 b[16];

	if (!s->memory || random_once(random, 2))
		return;
	store_le64(b, s->s.r[R_AX]);
	store_le64(b + 8, s->s.r[R_DX]);
	if (word_in(s->name, "cmpxchg8b"))
		store_le32(b + 4, (u32)s->s.r[R_DX]);
	poke(s, s->address, b, word_in(s->name, "cmpxchg16b") ? 16 : 8);
}

static void aim_float(struct sample *s, u64 *random)
{
	struct f80 *st = &s->s.st[s->s.fsw >> 11 & 7];

	if (word_in(s->name, "f2xm1 fyl2xp1") && !random_once(random, 8) && (st->sig >> 63))
		st->se = (u16)((st->se & 0x8000) | (16382 - random_below(random, random_once(random, 4) ? 80 : 6)));
	if (word_in(s->name, "fprem fprem1 fscale") && random_once(random, 2)) {
		struct f80 *by = &s->s.st[((s->s.fsw >> 11) + 1) & 7];

		by->se = (u16)((st->se + random_below(random, 200) - 100) & 0xffff);
		if (word_in(s->name, "fscale"))
			by->se = (u16)(16383 + random_below(random, 16)) | (by->se & 0x8000);
	}
}

static void aim_state_load(struct sample *s, u64 *random)
{
	u32 mxcsr = (u32)random_next(random) & (random_once(random, 8) ? ~0u : 0xffff);

	if (word_in(s->name, "ldmxcsr"))
		poke_value(s, s->address, 4, mxcsr);
	else if (word_in(s->name, "fxrstor fxrstor64"))
		poke_value(s, s->address + 24, 4, mxcsr);
	else if (word_in(s->name, "popf popfd popfq")) {
		/* without TF, NT, AC, ID: the child would keep them */
		poke_value(s, s->s.r[R_SP], 8, random_next(random) & 0xffdbbeff);
		if (!s->poke_len)
			s->s.r[R_SP] = USER_DATA - 8;
	}
}

void sample_aim(struct sample *s, const struct maker *m, const struct x86_pattern *p, unsigned disp_at, u64 *random)
{
	bool small = !random_once(random, 6);

	aim_stack(s, random);
	if (word_in(s->name, "bt bts btr btc") && s->memory && small)
		s->s.r[s->insn.f[F_REG] & 15] = (u64)(s64)((int)random_below(random, 0x2000) - 0x1000);
	if (word_in(s->name, "div idiv"))
		aim_division(s, random);
	if (word_in(s->name, "pcmpestri pcmpestrm") && small) {
		s->s.r[R_AX] = (u64)(s64)((int)random_below(random, 40) - 20);
		s->s.r[R_DX] = (u64)(s64)((int)random_below(random, 40) - 20);
	}
	if (word_in(s->name, "xlatb"))
		s->s.r[R_BX] = target(s, random);
	for (unsigned k = 0; k < p->noperands; k++)
		if (p->op[k].place == AT_X || p->op[k].place == AT_Y)
			aim_string(s, random);
	if (word_in(s->name, "maskmovdqu maskmovq"))
		s->s.r[R_DI] = target(s, random);
	for (unsigned k = 0; k < p->noperands; k++)
		if (p->op[k].place == AT_O && s->insn.f[F_ASIZE] > 1)
			store_le(s->code + s->ncode - (1u << s->insn.f[F_ASIZE]), 1u << s->insn.f[F_ASIZE],
				target(s, random) - segment_base(s, m));
	if (s->memory) {
		aim_memory(s, m, disp_at, target(s, random));
		s->address = effective(s, m);
	}
	for (unsigned k = 0; k < 16 && !s->mode64; k++)
		s->s.r[k] = (u32)s->s.r[k];
	if (word_in(s->name, "cmpxchg cmpxchg8b cmpxchg16b"))
		aim_compare(s, random);
	if (s->row->attr & X87)
		aim_float(s, random);
	aim_state_load(s, random);
	if (s->row->attr & ENDS_BLOCK)
		aim_branch(s, random);
}
