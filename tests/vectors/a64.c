/* SPDX-License-Identifier: MIT */
/* A64 vectors made with Debian's qemu-aarch64: arm-singlestep/FORMAT.md of the test data. The processor model
 * follows from the file's name: v80-x is for cortex-a72, v82-x for neoverse-n1, others for max. */
#include "tests/vectors/a64.h"

#include <inttypes.h>
#include <stdlib.h>

enum { KEY_SP = 31, KEY_PC, KEY_NZCV, KEY_FPSR, KEY_V = 64, KEY_MEM = 128, MAX_ROWS = 8192, PER_ROW = 3 };

struct a64_runner {
	const struct options *options;
	struct a64_machine *machine[3]; /* by models[]; made when first needed */
	u8 want[A64_DATA_SIZE];
	u32 failed[MAX_ROWS]; /* by row of the processor's */
};

static const char *const models[3] = { "cortex-a72", "neoverse-n1", "max" };

/* ---- the vector ---------------------------------------------------------------------------------------------- */

static void apply(struct cursor *c, struct a64_state *s, u8 *data)
{
	unsigned n = cursor_u16(c);

	while (n--) {
		unsigned key = cursor_u8(c);

		if (key <= KEY_SP) {
			s->x[key] = cursor_u64(c);
		} else if (key >= KEY_V && key < KEY_V + 32) {
			s->v[key - KEY_V].q[0] = cursor_u64(c);
			s->v[key - KEY_V].q[1] = cursor_u64(c);
		} else if (key == KEY_MEM) {
			unsigned at = cursor_u16(c), bytes = cursor_u8(c);

			if (at + bytes > A64_DATA_SIZE)
				c->bad = true;
			else
				memcpy(data + at, cursor_take(c, bytes), bytes);
		} else {
			u64 v = cursor_u64(c);

			if (key == KEY_PC)
				s->pc = v;
			else if (key == KEY_NZCV)
				s->nzcv = (u32)v;
			else if (key == KEY_FPSR)
				s->fpsr = (u32)v;
			else
				c->bad = true;
		}
	}
}

/* ---- comparing: how many things differ, printed if `out` ----------------------------------------------------- */

#define VEC "%016" PRIx64 "_%016" PRIx64

static unsigned differ(FILE *out, const char *name, unsigned n, u64 want, u64 got)
{
	if (want == got)
		return 0;
	if (out)
		fprintf(out, "    %s%.0u: want %016" PRIx64 ", got %016" PRIx64 "\n", name, n, want, got);
	return 1;
}

static unsigned compare(const struct a64_state *want, const struct a64_state *got, FILE *out)
{
	unsigned wrong = differ(out, "pc", 0, want->pc, got->pc);

	for (unsigned k = 0; k < 31; k++)
		wrong += differ(out, k ? "x" : "x0", k, want->x[k], got->x[k]);
	wrong += differ(out, "sp", 0, want->x[31], got->x[31]);
	wrong += differ(out, "nzcv", 0, want->nzcv, got->nzcv);
	wrong += differ(out, "fpsr", 0, want->fpsr, got->fpsr);
	for (unsigned k = 0; k < 32; k++) {
		if (memcmp(&want->v[k], &got->v[k], sizeof(want->v[k])) == 0)
			continue;
		wrong++;
		if (out)
			fprintf(out, "    v%u: want " VEC ", got " VEC "\n", k, want->v[k].q[1], want->v[k].q[0],
				got->v[k].q[1], got->v[k].q[0]);
	}
	return wrong;
}

static unsigned compare_data(const u8 *want, const u8 *got, FILE *out)
{
	unsigned wrong = 0;

	if (memcmp(want, got, A64_DATA_SIZE) == 0)
		return 0;
	for (unsigned at = 0; at < A64_DATA_SIZE; at++)
		if (want[at] != got[at] && wrong++ < 16 && out)
			fprintf(out, "    [data + %03x]: want %02x, got %02x\n", at, want[at], got[at]);
	return wrong;
}

/* The registers that the instruction's four fields name: enough to see what went in. */
static void print_before(u32 word, const struct a64_state *s)
{
	static const u8 at[4] = { 0, 5, 16, 10 };

	printf("   ");
	for (unsigned k = 0; k < countof(at); k++) {
		unsigned r = word >> at[k] & 31;

		printf(" x%u=%" PRIx64 " v%u=" VEC, r, s->x[r], r, s->v[r].q[1], s->v[r].q[0]);
	}
	printf(" nzcv=%08" PRIx32 " fpcr=%08" PRIx32 "\n", s->nzcv, s->fpcr);
}

/* ---- running ------------------------------------------------------------------------------------------------- */

struct vector {
	u32 number, word;
	u64 seed;
};

static bool run_vector(struct a64_runner *r, struct a64_machine *m, const struct vector *v, enum a64_class class,
	struct cursor *diff, bool print)
{
	struct a64_state before, want, got;
	u64 esr;
	bool ended, ok;

	a64_derive(&before, v->seed, class);
	want = got = before;
	want.pc += 4;
	memcpy(r->want, m->initial, sizeof(r->want));
	apply(diff, &want, r->want);
	ended = a64_machine_run(m, v->word, &got, &esr);
	ok = ended && !compare(&want, &got, NULL) && !compare_data(r->want, a64_machine_data(m), NULL);
	if (!ok) {
		struct insn i;
		char text[160];

		a64_decode_word(m->arm.isa, v->word, &i);
		print = print && r->failed[i.row] < PER_ROW;
		r->failed[i.row]++;
		if (print) {
			a64_text(m->arm.isa, &i, A64_CODE, text, sizeof(text));
			printf("  #%u | %08x | %s | seed %" PRIx64 "\n", v->number, v->word, text, v->seed);
			print_before(v->word, &before);
		}
		if (print && !ended)
			printf("    raised an exception, ESR %08" PRIx64 "\n", esr);
		else if (print)
			compare(&want, &got, stdout), compare_data(r->want, a64_machine_data(m), stdout);
	}
	if (memcmp(a64_machine_data(m), m->initial, A64_DATA_SIZE) != 0)
		a64_machine_restore(m);
	return ok;
}

static struct a64_machine *machine_for(struct a64_runner *r, const char *name, struct err *err)
{
	unsigned k = strncmp(name, "v80", 3) == 0 ? 0 : strncmp(name, "v82", 3) == 0 ? 1 : 2;

	if (!r->machine[k]) {
		r->machine[k] = calloc(1, sizeof(*r->machine[k]));
		assert(r->machine[k]);
		if (!a64_machine_init(r->machine[k], r->options->model ? r->options->model : models[k], err)) {
			free(r->machine[k]);
			r->machine[k] = NULL;
		}
	}
	return r->machine[k];
}

/* Which rows failed how often. */
static void print_failed(const struct a64_runner *r, const struct a64_machine *m)
{
	for (unsigned k = 0; k < m->arm.isa->nrows; k++)
		if (r->failed[k])
			printf("  %6" PRIu32 " failed: %s\n", r->failed[k], m->arm.isa->rows[k]->text);
}

static bool run(void *state, const char *name, const u8 *data, size_t size, struct tally *t, struct err *err)
{
	struct a64_runner *r = state;
	struct cursor c = { data, data + size, false };
	bool magic = memcmp(cursor_take(&c, 4), "A64V", 4) == 0 && cursor_u32(&c) == 1;
	u32 count = cursor_u32(&c);
	enum a64_class class = (enum a64_class)cursor_u32(&c);
	struct a64_machine *m;

	if (!magic)
		return err_set(err, "not a file of A64 vectors");
	m = machine_for(r, name, err);
	if (!m)
		return false;
	assert(m->arm.isa->nrows <= MAX_ROWS);
	memset(r->failed, 0, sizeof(r->failed));
	for (u32 n = 0; n < count && !c.bad; n++) {
		struct vector v = { .number = n };
		bool skip = n % r->options->every != 0;
		bool known = !skip && known_exception("a64", name, NULL, n, 0);

		v.word = cursor_u32(&c);
		v.seed = cursor_u64(&c);
		if (skip || known) {
			struct a64_state nothing;

			apply(&c, &nothing, r->want);
			t->skipped += known;
		} else if (run_vector(r, m, &v, class, &c, t->failed < r->options->show)) {
			t->passed++;
		} else {
			t->failed++;
		}
	}
	if (r->options->show)
		print_failed(r, m);
	return !c.bad || err_set(err, "the file is damaged");
}

static void *open_a64(const struct options *o, struct err *err)
{
	struct a64_runner *r = calloc(1, sizeof(*r));

	if (r)
		r->options = o;
	else
		err_set(err, "no memory");
	return r;
}

static void close_a64(void *state)
{
	struct a64_runner *r = state;

	for (unsigned k = 0; k < countof(r->machine); k++)
		if (r->machine[k]) {
			a64_machine_free(r->machine[k]);
			free(r->machine[k]);
		}
	free(r);
}

const struct runner runner_a64 = {
	.name = "a64",
	.suffix = ".bin.gz",
	.about = "AArch64 at EL0, arm-singlestep/FORMAT.md",
	.open = open_a64,
	.run = run,
	.close = close_a64,
};
