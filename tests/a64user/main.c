/* SPDX-License-Identifier: MIT */
/* Runs the same random A64 instructions at EL0 under Debian's qemu-aarch64-static and on our processor. The Arm ARM
 * (DDI 0487) is the law for both. Usage: a64user [--count N] [--seed S] [--row TEXT] [--start N] [-v]
 *   --count N    instructions (default 1,000,000); 100,000,000 is the long run: target a64user_long
 *   --seed S     sample n follows from S and n alone
 *   --row TEXT   only rows whose notation or text contains TEXT; udf: words that come from no row
 *   --start N    begins with sample N: the number that a mismatch is printed with
 *   -v           prints more mismatches, the rows left out and how often each exception was used
 * The last line is "N passed, N failed". */
#include "mem/base/log.h"
#include "tests/a64user/a64user.h"

#include <stdlib.h>

enum { RANDOM_EVERY = 24, MOST_DEATHS = 100 }; /* words that come from no row; of qemu */

/* qemu 7.2 has no FEAT_LSE2: atomic and ordered accesses that are not aligned fault. */
static const char model[] = "max,-lse2";

struct run {
	struct a64_machine machine;
	struct peer peer;
	unsigned *rows, nrows;
	struct sample *samples;
	struct outcome *ours;
	u64 count, seed, start;
	const char *text;
	bool verbose;
	u64 *passed, *failed, *died; /* by row; [0]: random words */
	u64 *excused;                /* by exception */
	u64 unlucky, faults, undefined, stored;
};

static const struct arm_isa *isa_of(const struct run *r)
{
	return r->machine.arm.isa;
}

/* ---- our side ---------------------------------------------------------------------------------------------------- */

/* ESR_EL1's exception class (D17.2.37) as the signal that Linux makes of it. */
static enum outcome_kind kind_of(u64 esr)
{
	unsigned fault = esr & 0x3f;

	switch (esr >> 26) {
	case EC_UNKNOWN: case EC_SYSREG: case EC_BTI: case EC_FP: return OUT_UNDEFINED;
	case EC_BRK: return OUT_BREAK;
	case EC_DABT_LOWER: return fault == 0x21 ? OUT_ALIGNMENT : fault >= 0x10 ? OUT_OTHER : OUT_ABORT;
	case EC_SP_ALIGN: case EC_PC_ALIGN: return OUT_ALIGNMENT;
	default: return OUT_OTHER;
	}
}

static void take_memory(struct a64_machine *m, struct outcome *o)
{
	const u8 *data = a64_machine_data(m);

	o->nchunks = 0;
	if (memcmp(data, m->initial, WIRE_DATA_SIZE) == 0)
		return;
	for (unsigned at = 0; at < WIRE_DATA_SIZE; at += WIRE_CHUNK) {
		if (memcmp(data + at, m->initial + at, WIRE_CHUNK) == 0)
			continue;
		if (o->nchunks < WIRE_CHUNKS) {
			o->chunk[o->nchunks].at = at;
			memcpy(o->chunk[o->nchunks].bytes, data + at, WIRE_CHUNK);
		}
		o->nchunks++;
	}
	a64_machine_restore(m);
}

static void run_ours(struct a64_machine *m, const struct sample *s, struct outcome *o)
{
	u64 esr;

	o->s = s->s;
	o->kind = OUT_RAN;
	o->permission = false;
	if (!a64_machine_step(m, s->n, &o->s, &esr)) {
		o->kind = kind_of(esr);
		o->permission = o->kind == OUT_ABORT && (esr & 0x3c) == 0xc;
		o->address = m->arm.sys.far[1];
		o->address &= (u64)sign_extend(o->address, 56); /* Linux hides the tag of a user's address */
	}
	take_memory(m, o);
}

static void put_code(struct run *r, unsigned count)
{
	for (unsigned k = 0; k < BATCH; k++) {
		const struct sample *s = &r->samples[k];
		u64 at = A64_CODE + k * WIRE_SLOT;

		a64_machine_put(&r->machine, at, k < count ? s->word[0] : WIRE_BRK);
		a64_machine_put(&r->machine, at + 4, k < count && s->n > 1 ? s->word[1] : WIRE_BRK);
	}
}

/* ---- running ----------------------------------------------------------------------------------------------------- */

static void choose_rows(struct run *r)
{
	const struct arm_isa *isa = isa_of(r);

	r->rows = calloc(isa->nrows * 2, sizeof(*r->rows));
	assert(r->rows);
	for (unsigned k = r->text ? 0 : 1; k < isa->nrows; k++) {
		const struct insn_row *row = isa->rows[k];
		const char *why = word_left_out(isa->pattern[k].value, row);

		if (r->text && !strstr(row->enc, r->text) && !strstr(row->text, r->text))
			continue;
		if (why) {
			if (r->verbose)
				printf("left out: \"%s\" %s: %s\n", row->enc, row->text, why);
			continue;
		}
		r->rows[r->nrows++] = k;
		if (!r->text && k % RANDOM_EVERY == 0)
			r->rows[r->nrows++] = 0;
	}
}

/* Samples [batch..batch + count), though only those from `start` on may be run: the others are what branches find. */
static void make_batch(struct run *r, u64 batch, unsigned count)
{
	struct maker m = {.isa = isa_of(r), .data = r->machine.initial};

	for (unsigned k = 0; k < count; k++) {
		struct sample *s = &r->samples[k];
		u64 seed = r->seed;

		s->number = batch + k;
		seed = random_next(&seed) ^ s->number * 0x9e3779b97f4a7c15ull;
		sample_make(s, &m, r->rows[s->number % r->nrows], seed);
	}
	for (unsigned k = 0; k < count; k++) {
		sample_fence(&r->samples[k], r->samples, count);
		peer_put(&r->peer, k, &r->samples[k]);
	}
	put_code(r, count);
}

static void judge(struct run *r, const struct sample *s, const struct outcome *ours)
{
	struct outcome peer;
	const struct excuse *e;
	unsigned d;

	if (s->nothing) {
		r->unlucky++;
		return;
	}
	peer_take(&r->peer, s->number % BATCH, s, &peer);
	d = outcome_compare(s, &peer, ours);
	e = d ? excuse_find(s, d, &peer, ours) : NULL;
	r->undefined += peer.kind == OUT_UNDEFINED;
	r->stored += peer.nchunks != 0;
	r->faults += peer.kind == OUT_ABORT || peer.kind == OUT_ALIGNMENT;
	if (e)
		r->excused[e - excuses]++;
	if (!d || e) {
		r->passed[s->index]++;
		return;
	}
	if (r->failed[s->index]++ < (r->verbose ? 10 : 2))
		outcome_print(s, isa_of(r), d, &peer, ours, r->machine.initial);
}

static bool run_batch(struct run *r, u32 from, u32 count)
{
	bool ok = peer_start(&r->peer, from, count);

	for (u32 k = from; k < count; k++)
		run_ours(&r->machine, &r->samples[k], &r->ours[k]);
	while (ok) {
		u32 to = peer_wait(&r->peer, count);

		for (; from < to; from++)
			judge(r, &r->samples[from], &r->ours[from]);
		if (to == count)
			break;
		if (r->verbose && !r->died[r->samples[to].index])
			printf("qemu died of %08x\n", (unsigned)r->samples[to].word[0]);
		r->died[r->samples[to].index]++;
		from = to + 1;
		if (from == count)
			break;
		ok = peer_start(&r->peer, from, count);
	}
	return ok;
}

static bool run_all(struct run *r)
{
	u64 n = r->start, end = r->start + r->count;

	while (n < end) {
		u64 batch = n / BATCH * BATCH;
		u32 count = (u32)min_u64(end - batch, BATCH);

		make_batch(r, batch, count);
		if (!run_batch(r, (u32)(n - batch), count) || r->peer.deaths > MOST_DEATHS)
			return false;
		n = batch + count;
	}
	return true;
}

/* ---- reporting --------------------------------------------------------------------------------------------------- */

static void report_row(const struct run *r, unsigned row)
{
	const struct insn_row *x = isa_of(r)->rows[row];

	if (r->failed[row])
		printf("  \"%s\" %s: %llu of %llu differ\n", x->enc, x->text, (unsigned long long)r->failed[row],
			(unsigned long long)(r->passed[row] + r->failed[row]));
	if (r->died[row])
		printf("  \"%s\" %s: qemu died %llu times\n", x->enc, x->text, (unsigned long long)r->died[row]);
}

static void report_group(const char *name, const u64 sums[2])
{
	if (sums[0] + sums[1])
		printf("%-50s %10llu agree %8llu differ\n", name, (unsigned long long)sums[0],
			(unsigned long long)sums[1]);
}

static u64 report(const struct run *r)
{
	const struct arm_isa *isa = isa_of(r);
	u64 passed = r->passed[0], failed = r->failed[0], sums[2] = {passed, failed};

	report_row(r, 0);
	report_group("words at random", sums);
	for (unsigned g = 0, row = 1; a64_groups[g]; g++) {
		const struct insn_group *group = a64_groups[g];

		sums[0] = sums[1] = 0;
		for (unsigned k = 0; k < group->nrows && row < isa->nrows; k++) {
			if (isa->rows[row] != &group->rows[k])
				continue; /* this model does not have it */
			sums[0] += r->passed[row];
			sums[1] += r->failed[row];
			report_row(r, row++);
		}
		report_group(group->name, sums);
		passed += sums[0];
		failed += sums[1];
	}
	for (unsigned k = 0; k < nexcuses && r->verbose; k++)
		printf("%10llu excused: %s: %s\n", (unsigned long long)r->excused[k],
			excuses[k].names ? excuses[k].names : "any", excuses[k].why);
	printf("among them %llu undefined, %llu faults, %llu that changed memory; %llu words given up\n",
		(unsigned long long)r->undefined, (unsigned long long)r->faults, (unsigned long long)r->stored,
		(unsigned long long)r->unlucky);
	if (r->peer.deaths)
		printf("qemu was started again %u times\n", r->peer.deaths);
	printf("%llu passed, %llu failed\n", (unsigned long long)passed, (unsigned long long)failed);
	return failed;
}

static bool parse_options(struct run *r, int argc, char **argv)
{
	for (int n = 1; n < argc; n++) {
		const char *next = n + 1 < argc ? argv[n + 1] : NULL;
		char *end = NULL;
		u64 value = next ? strtoull(next, &end, 0) : 0;

		if (strcmp(argv[n], "-v") == 0) {
			r->verbose = true;
			continue;
		}
		if (next && strcmp(argv[n], "--row") == 0)
			r->text = next;
		else if (!end || *end || end == next)
			return false;
		else if (strcmp(argv[n], "--count") == 0)
			r->count = value;
		else if (strcmp(argv[n], "--seed") == 0)
			r->seed = value;
		else if (strcmp(argv[n], "--start") == 0)
			r->start = value;
		else
			return false;
		n++;
	}
	return true;
}

/* The runner lies beside this program. */
static char *runner_of(const char *program)
{
	static const char name[] = "a64user_runner";
	const char *slash = strrchr(program, '/');
	size_t n = slash ? (size_t)(slash - program) + 1 : 0;
	char *path = calloc(n + sizeof(name), 1);

	assert(path);
	memcpy(path, program, n);
	memcpy(path + n, name, sizeof(name));
	return path;
}

static bool open_all(struct run *r, const char *runner, struct err *err)
{
	unsigned nrows;

	if (!a64_machine_init(&r->machine, model, err))
		return false;
	nrows = isa_of(r)->nrows;
	choose_rows(r);
	r->samples = calloc(BATCH, sizeof(*r->samples));
	r->ours = calloc(BATCH, sizeof(*r->ours));
	r->passed = calloc(nrows, sizeof(*r->passed));
	r->failed = calloc(nrows, sizeof(*r->failed));
	r->died = calloc(nrows, sizeof(*r->died));
	r->excused = calloc(nexcuses, sizeof(*r->excused));
	assert(r->samples && r->ours && r->passed && r->failed && r->died && r->excused);
	if (!r->nrows)
		return err_set(err, "no such row");
	return peer_open(&r->peer, runner, r->machine.initial, err);
}

static void close_all(struct run *r)
{
	peer_close(&r->peer);
	a64_machine_free(&r->machine);
	free(r->rows);
	free(r->samples);
	free(r->ours);
	free(r->passed);
	free(r->failed);
	free(r->died);
	free(r->excused);
}

int main(int argc, char **argv)
{
	struct run r = {.count = 1000000, .seed = 1};
	char *runner = runner_of(argv[0]);
	struct err err;
	u64 failed;
	bool ok;

	if (!parse_options(&r, argc, argv)) {
		fprintf(stderr, "usage: a64user [--count N] [--seed S] [--row TEXT] [--start N] [-v]\n");
		return 2;
	}
	log_mask = 0;
	if (!open_all(&r, runner, &err)) {
		fprintf(stderr, "a64user: %s\n", err.text);
		return 2;
	}
	ok = run_all(&r);
	if (!ok)
		fprintf(stderr, "a64user: the child can't be kept alive\n");
	failed = report(&r);
	close_all(&r);
	free(runner);
	return !ok || failed;
}
