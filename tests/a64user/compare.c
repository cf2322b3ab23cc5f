/* SPDX-License-Identifier: MIT */
/* What differs between the two outcomes of a sample, and how it is shown. */
#include "tests/a64user/a64user.h"

#include <inttypes.h>

u8 outcome_byte(const struct outcome *o, const u8 *initial, unsigned at)
{
	for (unsigned n = 0; n < o->nchunks && n < WIRE_CHUNKS; n++)
		if (at - o->chunk[n].at < WIRE_CHUNK)
			return o->chunk[n].bytes[at - o->chunk[n].at];
	return initial[at];
}

static bool same_memory(const struct outcome *a, const struct outcome *b)
{
	if (a->nchunks != b->nchunks)
		return false;
	for (unsigned n = 0; n < a->nchunks && n < WIRE_CHUNKS; n++)
		if (a->chunk[n].at != b->chunk[n].at ||
			memcmp(a->chunk[n].bytes, b->chunk[n].bytes, WIRE_CHUNK) != 0)
			return false;
	return true;
}

unsigned outcome_compare(const struct sample *s, const struct outcome *peer, const struct outcome *ours)
{
	const struct a64_state *a = &peer->s, *b = &ours->s;
	unsigned d = 0;

	if (peer->kind != ours->kind)
		d |= DIFF_KIND;
	else if (peer->kind == OUT_ABORT)
		d |= (peer->address != ours->address ? DIFF_ADDRESS : 0) |
			(peer->permission != ours->permission ? DIFF_ACCESS : 0);
	d |= a->pc != b->pc ? DIFF_PC : 0;
	d |= memcmp(a->x, b->x, sizeof(a->x)) != 0 ? DIFF_X : 0;
	d |= a->nzcv != b->nzcv ? DIFF_FLAGS : 0;
	d |= a->pstate != b->pstate ? DIFF_PSTATE : 0;
	d |= a->fpcr != b->fpcr ? DIFF_FPCR : 0;
	d |= a->fpsr != b->fpsr ? DIFF_FPSR : 0;
	d |= memcmp(a->v, b->v, sizeof(a->v)) != 0 ? DIFF_V : 0;
	d |= a->tpidr != b->tpidr ? DIFF_TPIDR : 0;
	return d | (s->memory && !same_memory(peer, ours) ? DIFF_MEM : 0);
}

/* ---- printing ---------------------------------------------------------------------------------------------------- */

static const char *const kinds[] = {"ran", "undefined", "breakpoint", "abort", "alignment", "other"};

static void print_value(const char *name, u64 before, u64 peer, u64 ours)
{
	if (peer != ours)
		printf("    %-7s before %016" PRIx64 "  qemu %016" PRIx64 "  ours %016" PRIx64 "\n", name, before, peer,
			ours);
}

static void print_state(const struct a64_state *s, const struct a64_state *a, const struct a64_state *b)
{
	char name[16];

	for (unsigned k = 0; k < 32; k++) {
		snprintf(name, sizeof(name), k < 31 ? "x%u" : "sp", k);
		print_value(name, s->x[k], a->x[k], b->x[k]);
	}
	print_value("pc", s->pc, a->pc, b->pc);
	print_value("nzcv", s->nzcv, a->nzcv, b->nzcv);
	print_value("pstate", s->pstate, a->pstate, b->pstate);
	print_value("fpcr", s->fpcr, a->fpcr, b->fpcr);
	print_value("fpsr", s->fpsr, a->fpsr, b->fpsr);
	print_value("tpidr", s->tpidr, a->tpidr, b->tpidr);
	for (unsigned k = 0; k < 64; k++) {
		snprintf(name, sizeof(name), "v%u%c", k / 2, k % 2 ? 'h' : 'l');
		print_value(name, s->v[k / 2].q[k % 2], a->v[k / 2].q[k % 2], b->v[k / 2].q[k % 2]);
	}
}

/* The registers that the four usual fields name. */
static void print_before(u32 word, const struct a64_state *s)
{
	static const u8 at[4] = { 0, 5, 16, 10 };

	for (unsigned k = 0; k < countof(at); k++) {
		unsigned r = word >> at[k] & 31;

		printf("%s x%u=%" PRIx64, k % 2 ? "" : "\n   ", r, s->x[r]);
		printf(" v%u=%016" PRIx64 "_%016" PRIx64, r, s->v[r].q[1], s->v[r].q[0]);
	}
	printf("\n    x26=%" PRIx64 " x27=%" PRIx64 " sp=%" PRIx64, s->x[26], s->x[27], s->x[31]);
	printf(" nzcv=%08" PRIx32 " fpcr=%08" PRIx32 " pc=%" PRIx64 "\n", s->nzcv, s->fpcr, s->pc);
}

static void print_memory(const struct outcome *peer, const struct outcome *ours, const u8 *initial)
{
	unsigned shown = 0;

	for (unsigned at = 0; at < WIRE_DATA_SIZE && shown < 32; at++) {
		u8 a = outcome_byte(peer, initial, at), b = outcome_byte(ours, initial, at);

		if (a == b)
			continue;
		printf("    [%08" PRIx64 "] before %02x  qemu %02x  ours %02x\n", WIRE_DATA + at, initial[at], a, b);
		shown++;
	}
}

void outcome_print(const struct sample *s, const struct arm_isa *isa, unsigned differences, const struct outcome *peer,
	const struct outcome *ours, const u8 *initial)
{
	struct insn first;
	char text[160];

	printf("#%" PRIu64 ":", s->number);
	for (unsigned k = 0; k < s->n; k++) {
		a64_decode_word(isa, s->word[k], &first);
		a64_text(isa, &first, s->s.pc + 4 * k, text, sizeof(text));
		printf(" %08" PRIx32 " %s;", s->word[k], text);
	}
	printf("  row \"%s\"  differences %x", isa->rows[s->index]->enc, differences);
	print_before(s->word[s->n - 1], &s->s);
	printf("    qemu %s", kinds[peer->kind]);
	if (peer->kind == OUT_ABORT)
		printf(" %s %" PRIx64, peer->permission ? "permission" : "no page", peer->address);
	printf("  ours %s", kinds[ours->kind]);
	if (ours->kind == OUT_ABORT)
		printf(" %s %" PRIx64, ours->permission ? "permission" : "no page", ours->address);
	printf("\n");
	print_state(&s->s, &peer->s, &ours->s);
	if (s->memory)
		print_memory(peer, ours, initial);
}
