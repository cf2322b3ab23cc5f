/* SPDX-License-Identifier: MIT */
/* Makes a word from a row and the state before it, so that it finds memory, a target or an interesting operand more
 * often than by chance. Encodings: Arm ARM C4.1. Everything follows from the seed. */
#include "tests/a64user/a64user.h"

enum { MOST_TRIES = 8, R_BASE = 27, R_INDEX = 26, NOP = (int)0xd503201f };

bool row_named(const struct insn_row *row, const char *words)
{
	size_t n = strcspn(row->text, " {");

	for (const char *s = words; *s; s += strcspn(s, " "), s += *s == ' ')
		if (strcspn(s, " ") == n && memcmp(s, row->text, n) == 0)
			return true;
	return false;
}

/* ---- classes of words -------------------------------------------------------------------------------------------- */

static bool is_memory(u32 w)
{
	return (w >> 25 & 5) == 4;
}

static bool is_literal(u32 w)
{
	return (w & 0x3b000000) == 0x18000000;
}

static bool is_unsigned_offset(u32 w)
{
	return (w & 0x3b000000) == 0x39000000;
}

static bool is_register_offset(u32 w)
{
	return (w & 0x3b200c00) == 0x38200800;
}

static bool is_store_exclusive(u32 w)
{
	return (w & 0x3fc00000) == 0x08000000 || (w & 0xbfe00000) == 0x88200000;
}

static bool is_compare_and_swap(u32 w)
{
	return (w & 0x3fa07c00) == 0x08a07c00;
}

static bool is_compare_and_swap_pair(u32 w)
{
	return (w & 0xbfa07c00) == 0x08207c00;
}

static bool is_direct_branch(u32 w)
{
	return (w & 0x7c000000) == 0x14000000 || (w & 0xff000000) == 0x54000000 || (w & 0x7c000000) == 0x34000000;
}

static bool is_register_branch(u32 w)
{
	return (w & 0xfe000000) == 0xd6000000;
}

static bool is_system_instruction(u32 w)
{
	return (w & 0xfff80000) == 0xd5080000;
}

static bool is_system_move(u32 w)
{
	return (w & 0xffd00000) == 0xd5100000;
}

/* ---- the word ---------------------------------------------------------------------------------------------------- */

static u32 with_field(u32 word, unsigned lo, unsigned n, u32 v)
{
	u32 mask = (u32)mask_low(n) << lo;

	return (word & ~mask) | (v << lo & mask);
}

/* Near enough to be inside the data, mostly. */
static u32 aim_memory(u32 w, u64 *random)
{
	if (is_literal(w)) {
		if (!random_once(random, 4))
			w = with_field(w, 5, 19, random_below(random, 0x1000) - 0x800);
		return w;
	}
	if (!random_once(random, 8))
		w = with_field(w, 5, 5, random_once(random, 3) ? 31 : R_BASE);
	if (is_unsigned_offset(w) && !random_once(random, 8))
		w = with_field(w, 10, 12, random_below(random, random_once(random, 2) ? 16 : 128));
	if (is_register_offset(w) && !random_once(random, 6))
		w = with_field(w, 16, 5, R_INDEX);
	return w;
}

/* The registers that EL0 has; the others are left to chance. Bits 20:5. */
static u32 aim_system_move(u32 w, u64 *random)
{
	static const u16 registers[] = {
		0xda10, /* NZCV */ 0xda20, /* FPCR */ 0xda21, /* FPSR */ 0xde82, /* TPIDR_EL0 */ 0xda15, /* DIT */
		0xda16, /* SSBS */ 0xde83, /* TPIDRRO_EL0 */ 0xda11, /* DAIF */
	};

	if (random_once(random, 6))
		return w;
	return with_field(w, 5, 16, registers[random_below(random, countof(registers))]);
}

/* Cache maintenance by address, which EL0 may do. Bits 18:5. */
static u32 aim_system_instruction(u32 w, u64 *random)
{
	static const u16 instructions[] = {
		0x1ba9, /* IC IVAU */ 0x1bd1, /* DC CVAC */ 0x1bd9, /* DC CVAU */ 0x1be1, /* DC CVAP */
		0x1be9, /* DC CVADP */ 0x1bf1, /* DC CIVAC */
	};

	if (random_once(random, 2))
		return w;
	return with_field(w, 5, 14, instructions[random_below(random, countof(instructions))]);
}

/* The bits that are in no field: mostly "(1)", should be one. */
static u32 ignored_bits(const struct a64_pattern *p)
{
	u32 known = p->mask;

	for (unsigned n = 0; n < P_COUNT && p->used[n] < P_COUNT; n++)
		for (unsigned r = 0; r < p->field[p->used[n]].nruns; r++)
			known |= (u32)mask_low(p->field[p->used[n]].run[r].n) << p->field[p->used[n]].run[r].lo;
	return ~known;
}

static u32 make_word(const struct maker *m, unsigned row, u64 *random)
{
	const struct a64_pattern *p = &m->isa->pattern[row];
	u32 w = (u32)(random_next(random) >> 16);

	if (!row)
		return w;
	if (!random_once(random, 8))
		w |= ignored_bits(p);
	w = (w & ~p->mask) | p->value;
	if (is_memory(w))
		w = aim_memory(w, random);
	if (is_system_move(w))
		w = aim_system_move(w, random);
	if (is_system_instruction(w))
		w = aim_system_instruction(w, random);
	return (w & ~p->mask) | p->value;
}

/* ---- the state --------------------------------------------------------------------------------------------------- */

static void aim_base(struct sample *s, u64 *random)
{
	u64 near = random_below(random, 64);

	if (random_once(random, 24))
		s->s.x[R_BASE] = A64_DATA + (random_once(random, 2) ? near : A64_DATA_SIZE - near);
	if (random_once(random, 16))
		s->s.x[R_BASE] |= random_next(random) << 56; /* a tag: D8.8 */
}

/* What is compared with memory is equal now and then. */
static void aim_compared(struct sample *s, const struct maker *m, u32 word)
{
	unsigned n = word >> 5 & 31, reg = word >> 16 & 31;
	u64 at = s->s.x[n] - A64_DATA;

	if (at > A64_DATA_SIZE - 16 || reg >= 30)
		return;
	s->s.x[reg] = load_le64(m->data + at);
	if (is_compare_and_swap_pair(word) && bit(word, 30)) {
		s->s.x[reg + 1] = load_le64(m->data + at + 8);
	} else if (is_compare_and_swap_pair(word)) {
		s->s.x[reg + 1] = s->s.x[reg] >> 32;
		s->s.x[reg] &= 0xffffffff;
	}
}

/* A branch's target: in the page of BRK before the slots. */
static void aim_target(struct sample *s, u64 *random)
{
	unsigned n = s->word[0] >> 5 & 31;

	if (n < 31 && !random_once(random, 4))
		s->s.x[n] = A64_CODE_BASE + random_below(random, 0x400) * 4;
	if (random_once(random, 16))
		s->s.x[n < 31 ? n : 30] |= random_next(random) << 56;
}

/* Half precision has no lanes of its own in the seeds' states. */
static void aim_halves(struct sample *s, u64 *random)
{
	static const u16 halves[16] = {
		0, 0x8000, 0x3c00, 0xbc00, 0x7c00, 0xfc00, 0x7e01, 0x7d01,
		1, 0x3ff, 0x400, 0x7bff, 0x7800, 0xf800, 0x3800, 0x83ff,
	};
	static const u8 at[4] = {0, 5, 16, 10};

	for (unsigned k = 0; k < countof(at); k++) {
		union vec *v = &s->s.v[s->word[0] >> at[k] & 31];

		for (unsigned lane = 0; lane < 8; lane++) {
			u64 r = random_next(random);
			u16 h = r & 1 ? halves[r >> 8 & 15] : (u16)((r >> 16 & 0x83ff) | (10 + (r >> 32 & 15)) << 10);
			unsigned shift = lane % 4 * 16;

			if (r & 6)
				v->q[lane / 4] = (v->q[lane / 4] & ~(0xffffull << shift)) | (u64)h << shift;
		}
	}
}

static void make_state(struct sample *s, const struct maker *m, u64 *random)
{
	u32 w = s->word[0];

	a64_derive(&s->s, random_next(random), is_memory(w) ? A64_LDST : A64_DP_REG);
	s->s.pc = A64_CODE + s->number % BATCH * WIRE_SLOT;
	s->s.tpidr = random_next(random);
	if (random_once(random, 4))
		s->s.pstate = (u32)random_next(random) & (BIT(24) | BIT(12)); /* DIT, SSBS */
	if (random_once(random, 8))
		s->s.fpcr |= (u32)random_next(random) & (BIT(26) | BIT(19)); /* AHP, FZ16 */
	if (random_once(random, 8))
		s->s.fpsr = (u32)random_next(random) & A64_FPSR;
	if (is_memory(w) && !is_literal(w))
		aim_base(s, random);
	if ((is_compare_and_swap(w) || is_compare_and_swap_pair(w)) && random_once(random, 2))
		aim_compared(s, m, w);
	if (is_register_branch(w))
		aim_target(s, random);
	if (s->row->feature == FEAT_FP16 && !random_once(random, 4))
		aim_halves(s, random);
}

/* A load exclusive of the same size from the same place, so that the store finds the monitor armed (B2.9). */
static void add_load_exclusive(struct sample *s)
{
	u32 load = s->word[0] | 1u << 22 | 31u << 16;
	unsigned n = s->word[0] >> 5 & 31, t = n == 28 || n == 29 ? 24 : 28;

	load = with_field(load, 0, 5, t);
	load = with_field(load, 10, 5, bit(load, 21) ? t + 1 : 31);
	s->word[1] = s->word[0];
	s->word[0] = load;
	s->n = 2;
}

/* It would go round for ever. */
static bool goes_nowhere(const struct sample *s)
{
	return (is_direct_branch(s->word[0]) && s->insn.imm == 0) ||
		(is_register_branch(s->word[0]) && s->s.x[s->word[0] >> 5 & 31] << 8 == s->s.pc << 8);
}

void sample_make(struct sample *s, const struct maker *m, unsigned row, u64 seed)
{
	const char *why = "";
	u64 number = s->number;

	*s = (struct sample){.number = number, .index = row, .n = 1};
	random_next(&seed);
	for (unsigned tries = 0; tries < MOST_TRIES && why; tries++) {
		s->word[0] = make_word(m, row, &seed);
		if (!a64_decode_word(m->isa, s->word[0], &s->insn) && row && tries < 3)
			continue; /* seldom is enough */
		s->row = s->last = a64_row_of(m->isa, &s->insn);
		why = word_left_out(s->word[0], s->row);
	}
	s->memory = is_memory(s->word[0]) || (s->word[0] & 0xffc00000) == 0xd5000000;
	make_state(s, m, &seed);
	if (why || goes_nowhere(s)) {
		s->word[0] = (u32)NOP;
		a64_decode_word(m->isa, s->word[0], &s->insn);
		s->row = s->last = a64_row_of(m->isa, &s->insn);
		s->nothing = true;
	} else if (s->row->exec[0] != a64_exec_undefined && is_store_exclusive(s->word[0]) && random_once(&seed, 2)) {
		add_load_exclusive(s);
	}
}

void sample_fence(struct sample *s, const struct sample *batch, unsigned count)
{
	u64 target = s->s.pc + s->insn.imm, at = target - A64_CODE;

	s->brk_at = 0;
	if (!is_direct_branch(s->word[0]) || s->row->exec[0] == a64_exec_undefined || at >= count * WIRE_SLOT)
		return;
	if (at / 4 % 4 < batch[at / WIRE_SLOT].n)
		s->brk_at = (u32)(target - A64_CODE_BASE);
}
