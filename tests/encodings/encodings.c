/* SPDX-License-Identifier: MIT */
/* Compares our decoder and disassembler with capstone 4.0.2 on encodings made from our rows: validity, length,
 * mnemonic, operands. Every difference must be excused by exceptions.c, and every excuse must be in use.
 * Usage: encodings [--count N] [--seed S]; the last line is "N passed, N failed". */
#include "tests/encodings/encodings.h"

#include <stdio.h>
#include <stdlib.h>

struct run {
	struct x86 *cpu;
	csh cs[4]; /* by mode */
	cs_insn *insn;
	u64 random;
	u64 passed[4], excused[4], failed[4], invalid[4];
	u64 *by_exception;
	u64 *failed_rows;
};

static void decode_here(struct run *r, struct sample *s)
{
	unsigned len = x86_decode(&r->cpu->cpu, s->bytes, SAMPLE_BYTES, s->mode, &s->insn);

	assert(len > 0 && len <= 15);
	s->row = x86_row_of(r->cpu->isa, &s->insn);
	s->len = s->insn.row < ROW_FIRST ? 0 : len;
	x86_text(r->cpu->isa, &s->insn, 0x1000, s->mode, s->text, sizeof(s->text));
}

/* In 16-bit mode capstone 4.0.2 ignores mandatory prefixes. What they do there is the same as in 32-bit mode with the
 * address size inverted, and the operand size too where 66 is not the mandatory prefix. */
static unsigned mode_there(const struct sample *s, const struct x86_pattern *p, bool *p66, bool *p67)
{
	unsigned prefixes = p->mask >> KEY_PFX & 15;

	if (!s->len || s->mode != 1 || !s->map || prefixes == 15 || prefixes == 1 << PFX_CLASS_NP)
		return s->mode;
	*p67 = !*p67;
	if (p->size >= SIZE_V && p->size != SIZE_Y && prefixes != 1 << PFX_CLASS_66)
		*p66 = !*p66;
	return 2;
}

/* Order and repetition of legacy prefixes mean nothing (SDM vol. 2, 2.1) and a REX that is not last is ignored (2.2.1),
 * but capstone is led astray by both: it gets the same in one order. Returns the bytes written. */
static unsigned in_order(const struct sample *s, bool selects, bool p66, bool p67, u8 *out)
{
	unsigned n = 0;

	if (s->segment)
		out[n++] = s->segment;
	if (p67)
		out[n++] = 0x67;
	if (s->lock)
		out[n++] = 0xf0;
	if (s->rep && !selects)
		out[n++] = s->rep;
	if (p66)
		out[n++] = 0x66;
	if (s->rep && selects)
		out[n++] = s->rep;
	if (s->rex)
		out[n++] = s->rex;
	memcpy(out + n, s->bytes + s->nprefixes, SAMPLE_BYTES - s->nprefixes);
	return n + SAMPLE_BYTES - s->nprefixes;
}

static void decode_there(struct run *r, struct sample *s)
{
	const struct x86_pattern *p = &r->cpu->isa->pattern[s->insn.row];
	bool p66 = s->p66, p67 = s->p67, selects = s->map && (p->mask >> KEY_PFX & 15) != 15;
	unsigned mode = mode_there(s, p, &p66, &p67), n = SAMPLE_BYTES;
	u8 copy[SAMPLE_BYTES + 8];
	const u8 *code = s->bytes;
	u64 address = 0x1000;
	size_t size;

	if (s->insn.row != ROW_TOO_LONG) {
		n = in_order(s, selects, p66, p67, copy);
		code = copy;
	}
	size = n;
	address += SAMPLE_BYTES - size; /* so that the instruction ends at the same address */
	s->cs_len = 0;
	s->cs_text[0] = 0;
	if (!cs_disasm_iter(r->cs[mode], &code, &size, &address, r->insn))
		return;
	s->cs_len = r->insn->size + SAMPLE_BYTES - n;
	snprintf(s->cs_text, sizeof(s->cs_text), "%s%s%s", r->insn->mnemonic, r->insn->op_str[0] ? " " : "",
		r->insn->op_str);
}

static enum difference compare(const struct sample *s)
{
	unsigned a, b;
	const char *here = mnemonic_of(s->text, &a), *there = mnemonic_of(s->cs_text, &b);

	if (!s->len != !s->cs_len)
		return s->len ? VALID_ONLY_HERE : VALID_ONLY_THERE;
	if (!s->len)
		return SAME;
	if (s->len != s->cs_len)
		return LENGTH;
	if (a != b || memcmp(here, there, a) != 0)
		return MNEMONIC;
	return operands_equal(s, here + a, there + b) ? SAME : OPERANDS;
}

static void print_difference(const struct sample *s, enum difference d)
{
	const char *name = d == VALID_ONLY_HERE ? "only we decode" : d == VALID_ONLY_THERE ? "only capstone decodes" :
			   d == LENGTH ? "length" : d == MNEMONIC ? "mnemonic" : "operands";

	printf("%2u bits, %s:", 8u << s->mode, name);
	for (unsigned n = 0; n < 15; n++)
		printf(" %02x", s->bytes[n]);
	printf("\n\tours %u \"%s\"%s%s, capstone %u \"%s\"\n", s->len, s->text, s->len ? "  row " : "",
		s->len ? s->row->enc : "", s->cs_len, s->cs_text);
}

static void check(struct run *r, struct sample *s, u64 *failed_row)
{
	enum difference d;
	const struct exception *e;

	s->cpu = &r->cpu->cpu;
	sample_look(s);
	decode_here(r, s);
	decode_there(r, s);
	d = compare(s);
	r->invalid[s->mode] += !s->len;
	if (d == SAME) {
		r->passed[s->mode]++;
		return;
	}
	e = exception_find(s, d);
	if (e) {
		r->excused[s->mode]++;
		r->by_exception[e - exceptions]++;
		return;
	}
	r->failed[s->mode]++;
	if (++*failed_row <= (s->len ? 3 : 40))
		print_difference(s, d);
}

static void prepare(struct run *r)
{
	static const cs_mode modes[] = { 0, CS_MODE_16, CS_MODE_32, CS_MODE_64 };

	r->cpu = calloc(1, sizeof(*r->cpu));
	assert(r->cpu);
	r->cpu->isa = x86_isa_new(x86_groups);
	memset(r->cpu->features, 0xff, sizeof(r->cpu->features));
	for (unsigned mode = 1; mode <= 3; mode++)
		if (cs_open(CS_ARCH_X86, modes[mode], &r->cs[mode]) != CS_ERR_OK)
			exit(2);
	r->insn = cs_malloc(r->cs[1]);
	r->by_exception = calloc(nexceptions + 1, sizeof(*r->by_exception));
	r->failed_rows = calloc(r->cpu->isa->nrows, sizeof(*r->failed_rows));
	assert(r->insn && r->by_exception && r->failed_rows);
}

static void finish(struct run *r)
{
	cs_free(r->insn, 1);
	for (unsigned mode = 1; mode <= 3; mode++)
		cs_close(&r->cs[mode]);
	x86_isa_free((struct x86_isa *)(uintptr_t)r->cpu->isa);
	free(r->cpu);
	free(r->by_exception);
	free(r->failed_rows);
}

/* Excuses that excused nothing are stale, if the run was long enough to tell (some need one opcode in millions). */
static u64 report(const struct run *r, u64 count)
{
	u64 passed = 0, failed = 0;

	for (unsigned n = 0; n < nexceptions; n++) {
		printf("%10llu  %s\n", (unsigned long long)r->by_exception[n], exceptions[n].name);
		if (!r->by_exception[n] && count >= 20000000) {
			printf("exception \"%s\" is not needed\n", exceptions[n].name);
			failed++;
		}
	}
	for (unsigned mode = 1; mode <= 3; mode++) {
		printf("%2u bits: %llu equal (%llu invalid in all), %llu excused, %llu different\n", 8u << mode,
			(unsigned long long)r->passed[mode], (unsigned long long)r->invalid[mode],
			(unsigned long long)r->excused[mode], (unsigned long long)r->failed[mode]);
		passed += r->passed[mode] + r->excused[mode];
		failed += r->failed[mode];
	}
	printf("%u rows\n", r->cpu->isa->nrows - ROW_FIRST);
	printf("%llu passed, %llu failed\n", (unsigned long long)passed, (unsigned long long)failed);
	return failed;
}

static bool parse_options(int argc, char **argv, u64 *count, u64 *seed)
{
	for (int n = 1; n < argc; n += 2) {
		char *end = NULL;
		u64 value = n + 1 < argc ? strtoull(argv[n + 1], &end, 0) : 0;

		if (!end || *end || end == argv[n + 1])
			return false;
		if (strcmp(argv[n], "--count") == 0)
			*count = value;
		else if (strcmp(argv[n], "--seed") == 0)
			*seed = value;
		else
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	struct run r = { .random = 0 };
	struct sample s;
	u64 count = 2000000, seed = 1, failed;

	if (!parse_options(argc, argv, &count, &seed)) {
		fprintf(stderr, "usage: encodings [--count N] [--seed S]\n");
		return 2;
	}
	r.random = seed;
	prepare(&r);
	for (u64 n = 0; n < count; n++) {
		unsigned nrows = r.cpu->isa->nrows - ROW_FIRST, row = ROW_BAD;

		if (n % 8 == 7 || !nrows) {
			sample_random(&s, &r.random);
		} else {
			row = ROW_FIRST + (unsigned)(n % nrows);
			sample_from_row(&s, r.cpu->isa->rows[row], &r.cpu->isa->pattern[row], &r.random);
		}
		check(&r, &s, &r.failed_rows[row]);
	}
	failed = report(&r, count);
	finish(&r);
	return failed != 0;
}
