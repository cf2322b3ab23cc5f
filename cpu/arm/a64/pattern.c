/* SPDX-License-Identifier: MIT */
/* Parses the 32 characters of a row and the operands in its text into masks and fields. Notation: a64.h. */
#include "cpu/arm/a64/pattern.h"

#include <stdio.h>

static const char letters[] = "dnmaohcqijszy";

/* A row that can't be used is our bug, found by the first start: say which one, then stop. */
static void check(bool ok, const struct insn_row *row, const char *wrong)
{
	if (!ok)
		fprintf(stderr, "a64 row \"%s\" %s: %s\n", row->enc, row->text, wrong);
	assert(ok);
}

static void add_bit(const struct insn_row *row, struct a64_field *f, unsigned n)
{
	if (f->nruns && f->run[f->nruns - 1].lo == n + 1) {
		f->run[f->nruns - 1].lo--;
		f->run[f->nruns - 1].n++;
	} else {
		check(f->nruns < countof(f->run), row, "a field in more than three pieces");
		f->run[f->nruns].lo = (u8)n;
		f->run[f->nruns++].n = 1;
	}
	f->width++;
}

/* The registers of the text: general ones have a meaning for 31. */
static void parse_operands(const struct insn_row *row, struct a64_pattern *p)
{
	const u32 written[4] = {~row->attr & READS_D, 0, row->attr & WRITES_M, row->attr & WRITES_A};

	for (unsigned f = 0; f < countof(p->map31); f++)
		p->map31[f] = 31;
	for (const char *s = row->text; (s = strchr(s, '{')) != NULL; s++) {
		const char *end = strchr(s, '}');
		unsigned field = P_COUNT;
		bool general = false, sp = false;

		check(end && a64_operand_known(s + 1, (size_t)(end - s - 1), &field, &general, &sp), row,
			"an operand in braces that text.c does not know");
		if (field < countof(p->map31) && general)
			p->map31[field] = sp ? R_SP : written[field] ? R_SINK : R_ZR;
	}
}

void a64_pattern_parse(const struct insn_row *row, struct a64_pattern *p)
{
	unsigned nused = 0;

	memset(p, 0, sizeof(*p));
	check(strlen(row->enc) == 32, row, "not 32 characters");
	for (unsigned n = 32; n-- > 0;) {
		char ch = row->enc[31 - n];
		const char *letter = strchr(letters, ch);

		if (ch == '0' || ch == '1') {
			p->mask |= 1u << n;
			p->value |= (u32)(ch == '1') << n;
		} else if (ch != 'x') {
			check(letter != NULL, row, "an unknown letter");
			add_bit(row, &p->field[letter - letters], n);
		}
	}
	for (unsigned f = 0; f < P_COUNT; f++)
		if (p->field[f].width)
			p->used[nused++] = (u8)f;
	if (nused < P_COUNT)
		p->used[nused] = P_COUNT;
	for (unsigned f = P_D; f <= P_A; f++)
		check(p->field[f].width <= 5, row, "a register field of more than 5 bits");
	check(p->field[P_I].width + p->field[P_J].width <= 32, row, "too long an immediate");
	parse_operands(row, p);
}

bool a64_pattern_overlaps(const struct a64_pattern *a, const struct a64_pattern *b)
{
	return !((a->value ^ b->value) & a->mask & b->mask);
}

bool a64_pattern_inside(const struct a64_pattern *a, const struct a64_pattern *b)
{
	return a64_pattern_overlaps(a, b) && !(b->mask & ~a->mask);
}

u32 a64_field_get(const struct a64_field *f, u32 word)
{
	u32 v = 0;

	for (unsigned r = 0; r < f->nruns; r++)
		v = (u32)((u64)v << f->run[r].n) | (word >> f->run[r].lo & (u32)mask_low(f->run[r].n));
	return v;
}
