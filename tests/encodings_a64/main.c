/* SPDX-License-Identifier: MIT */
/* Compares the names that our A64 rows give to words with capstone's: is it an instruction, and which. Every
 * difference must be excused by exceptions.c. Usage: encodings_a64 [--count N] [--seed S]; the last line is "N
 * passed, N failed". */
#include "tests/encodings_a64/a64.h"
#include "tests/random.h"

#include <capstone/capstone.h>
#include <stdio.h>
#include <stdlib.h>

struct run {
	struct arm_isa *isa;
	csh cs;
	cs_insn *insn;
	u64 random, same, excused, failed, undefined;
	u64 *by_exception, *by_row;
};

static void name_of(const char *text, char *out, size_t size)
{
	snprintf(out, size, "%.*s", (int)min_u64(strcspn(text, " "), size - 1), text);
}

static void look(struct run *r, struct sample *s)
{
	struct insn i;
	u8 code[4];
	const u8 *p = code;
	size_t n = 4;
	u64 address = 0x1000;

	store_le32(code, s->word);
	s->row = a64_decode_word(r->isa, s->word, &i) ? r->isa->rows[i.row] : NULL;
	s->our_text[0] = s->their_text[0] = 0;
	if (s->row)
		a64_text(r->isa, &i, 0x1000, s->our_text, sizeof(s->our_text));
	if (cs_disasm_iter(r->cs, &p, &n, &address, r->insn))
		snprintf(s->their_text, sizeof(s->their_text), "%s %s", r->insn->mnemonic, r->insn->op_str);
	name_of(s->our_text, s->ours, sizeof(s->ours));
	name_of(s->their_text, s->theirs, sizeof(s->theirs));
}

static void check(struct run *r, struct sample *s, unsigned row)
{
	const struct exception *e;

	look(r, s);
	r->undefined += !s->row;
	if (!strcmp(s->ours, s->theirs)) {
		r->same++;
		return;
	}
	e = exception_find(s);
	if (e) {
		r->excused++;
		r->by_exception[e - exceptions]++;
		return;
	}
	r->failed++;
	if (++r->by_row[row] <= 2)
		printf("%08x  ours \"%s\"  capstone \"%s\"%s%s\n", s->word, s->our_text, s->their_text,
			s->row ? "  row " : "", s->row ? s->row->enc : "");
}

static bool parse_options(int argc, char **argv, u64 *count, u64 *seed)
{
	for (int n = 1; n < argc; n += 2) {
		char *end = NULL;
		u64 value = n + 1 < argc ? strtoull(argv[n + 1], &end, 0) : 0;

		if (!end || *end || end == argv[n + 1])
			return false;
		if (!strcmp(argv[n], "--count"))
			*count = value;
		else if (!strcmp(argv[n], "--seed"))
			*seed = value;
		else
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	const u64 all[2] = {~0ull, ~0ull};
	struct run r = {0};
	struct sample s;
	u64 count = 1000000, seed = 1;

	if (!parse_options(argc, argv, &count, &seed)) {
		fprintf(stderr, "usage: encodings_a64 [--count N] [--seed S]\n");
		return 2;
	}
	r.isa = a64_isa_new(a64_groups, all);
	r.random = seed;
	r.by_exception = calloc(nexceptions + 1, sizeof(*r.by_exception));
	r.by_row = calloc(r.isa->nrows, sizeof(*r.by_row));
	if (!r.by_exception || !r.by_row || cs_open(CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, &r.cs) != CS_ERR_OK)
		return 2;
	r.insn = cs_malloc(r.cs);
	for (u64 n = 0; n < count; n++) {
		unsigned row = n % 8 == 7 ? 0 : 1 + (unsigned)(n % (r.isa->nrows - 1));

		s.word = (u32)(random_next(&r.random) >> 16);
		if (row)
			s.word = (s.word & ~r.isa->pattern[row].mask) | r.isa->pattern[row].value;
		check(&r, &s, row);
	}
	for (unsigned n = 0; n < nexceptions; n++)
		printf("%10llu  %s\n", (unsigned long long)r.by_exception[n], exceptions[n].name);
	printf("%u rows: %llu equal (%llu undefined for us), %llu excused, %llu different\n", r.isa->nrows - 1,
		(unsigned long long)r.same, (unsigned long long)r.undefined, (unsigned long long)r.excused,
		(unsigned long long)r.failed);
	printf("%llu passed, %llu failed\n", (unsigned long long)(r.same + r.excused), (unsigned long long)r.failed);
	cs_free(r.insn, 1);
	cs_close(&r.cs);
	a64_isa_free(r.isa);
	free(r.by_exception);
	free(r.by_row);
	return r.failed != 0;
}
