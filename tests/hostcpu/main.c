/* SPDX-License-Identifier: MIT */
/* Runs the same random user-mode instructions on the host's processor and on ours. SDM vol. 2 is the law for both.
 * Usage: hostcpu [--count N] [--seed S] [--row TEXT] [--start N] [-v]
 *   --count N    instructions (default 1,000,000); 100,000,000 is the long run: target hostcpu_long
 *   --seed S     sample n follows from S and n alone
 *   --row TEXT   only rows whose notation or text contains TEXT
 *   --start N    begins with sample N: the number that a mismatch is printed with
 *   -v           prints more mismatches, the rows left out and how often each exception was used
 * The last line is "N passed, N failed". */
#include "tests/hostcpu/hostcpu.h"

#include <stdlib.h>

struct rows {
	unsigned *list, n;
};

struct run {
	struct user_machine *machine[2]; /* 32-bit, 64-bit */
	struct native native[2];
	struct rows rows[2];
	struct outcome *ours;
	u64 count, seed, start;
	const char *text;
	bool verbose;
	u64 *passed, *failed;     /* by row */
	u64 *excused;             /* by exception */
	u64 unlucky, faults;
};

static const struct x86_isa *isa_of(const struct run *r)
{
	return r->machine[1]->one.x86.isa;
}

/* ---- our side ---------------------------------------------------------------------------------------------------- */

/* The segments of the child: FS is null in compatibility mode, GS comes from its LDT; in 64-bit mode both are bases. */
static void set_segments(struct user_machine *m)
{
	struct x86 *c = &m->one.x86;
	struct seg null = { .sel = 0 };

	m->seg[S_FS] = null;
	if (m->mode64) {
		m->seg[S_FS].base = HOST_FS_BASE;
		m->seg[S_GS] = null;
		m->seg[S_GS].base = HOST_GS_BASE;
	} else {
		m->seg[S_GS].sel = HOST_GS32;
	}
	m->seg[S_CS].sel = m->mode64 ? HOST_CODE64 : HOST_CODE32;
	memcpy(c->seg, m->seg, sizeof(c->seg));
	if (host_has(FEAT_FSGSBASE))
		c->cr4 |= CR4_FSGSBASE;
	x86_update(c);
}

static void run_ours(struct user_machine *m, const struct sample *s, struct outcome *o)
{
	u8 *data = user_machine_data(m);

	memcpy(data + s->poke_at, s->poke, s->poke_len);
	user_machine_load(m, &s->s, s->code, s->ncode);
	if (!one_run(&m->one))
		m->one.x86.cpu.pc = ~0ull; /* no real one: it will be told apart */
	user_machine_result(m, &o->r);
	outcome_memory(o, data, m->data);
	user_machine_unload(m, s->ncode);
}

/* ---- the list of rows -------------------------------------------------------------------------------------------- */

static bool wanted(const struct run *r, const struct insn_row *row)
{
	return !r->text || strstr(row->enc, r->text) || strstr(row->text, r->text);
}

static void choose_rows(struct run *r)
{
	const struct x86_isa *isa = isa_of(r);

	for (unsigned mode = 0; mode < 2; mode++) {
		r->rows[mode].list = calloc(isa->nrows, sizeof(unsigned));
		assert(r->rows[mode].list);
	}
	for (unsigned k = ROW_FIRST; k < isa->nrows; k++) {
		const struct insn_row *row = isa->rows[k];
		const char *why = row_left_out(row);
		u32 mask = isa->pattern[k].mask;

		if (!wanted(r, row))
			continue;
		if (why) {
			if (r->verbose)
				printf("left out: \"%s\" %s: %s\n", row->enc, row->text, why);
			continue;
		}
		if (!(row->attr & ONLY64) && (mask & KEY(KEY_MODE, 0)) && (mask & KEY(KEY_W, 0)))
			r->rows[0].list[r->rows[0].n++] = k;
		if (!(row->attr & NO64) && (mask & KEY(KEY_MODE, 1)))
			r->rows[1].list[r->rows[1].n++] = k;
	}
}

/* ---- running ----------------------------------------------------------------------------------------------------- */

/* Fills a batch with samples from number *n on; returns how many. */
static u32 make_batch(struct run *r, unsigned mode, u64 *n, u64 end)
{
	const struct user_machine *machine = r->machine[mode];
	struct maker m = { .cpu = &machine->one.x86, .mode64 = mode };
	u32 count = 0;

	m.fs = mode ? HOST_FS_BASE : 0;
	m.gs = HOST_GS_BASE;
	for (; *n < end && count < BATCH; ++*n) {
		struct sample *s = &r->native[mode].shared->samples[count];
		u64 seed = r->seed;
		u64 turn = *n / (2 * BATCH) * BATCH + *n % BATCH;
		unsigned row = r->rows[mode].list[turn % r->rows[mode].n];

		s->number = *n;
		s->initial = machine->data;
		seed = random_next(&seed) ^ *n * 0x9e3779b97f4a7c15ull;
		if (sample_make(s, &m, row, seed))
			count++;
		else
			r->unlucky++;
		if ((*n + 1) % BATCH == 0) {
			++*n;
			break;
		}
	}
	return count;
}

static void judge(struct run *r, const struct user_machine *m, const struct sample *s, const struct outcome *host,
	const struct outcome *ours)
{
	unsigned row = s->index, d = outcome_compare(s, host, ours, m->data);
	const struct excuse *e = d ? excuse_find(s, d, host, ours) : NULL;

	r->faults += host->r.trap != 255;
	if (e)
		r->excused[e - excuses]++;
	if (!d || e) {
		r->passed[row]++;
		return;
	}
	if (r->failed[row]++ < (r->verbose ? 10 : 2))
		outcome_print(s, isa_of(r), d, host, ours, m->data);
}

static bool run_batch(struct run *r, unsigned mode, u32 count)
{
	struct native *n = &r->native[mode];
	struct user_machine *m = r->machine[mode];
	u32 from = 0;
	bool ok = native_start(n, 0, count);

	for (u32 k = 0; k < count; k++)
		run_ours(m, &n->shared->samples[k], &r->ours[k]);
	while (ok) {
		u32 to = native_wait(n);

		for (; from < to; from++)
			judge(r, m, &n->shared->samples[from], &n->shared->outcomes[from], &r->ours[from]);
		if (to == count)
			break;
		/* the child died of this one: say so as a difference in the trap */
		n->shared->outcomes[to] = r->ours[to];
		n->shared->outcomes[to].r.trap = 254;
		judge(r, m, &n->shared->samples[to], &n->shared->outcomes[to], &r->ours[to]);
		from = to + 1;
		if (from == count)
			break;
		ok = native_start(n, from, count);
	}
	return ok;
}

static bool run_all(struct run *r)
{
	u64 n = r->start, end = r->start + r->count;

	while (n < end) {
		unsigned mode = !(n / BATCH % 2); /* by turns */
		u32 count;

		if (!r->rows[mode].n) {
			n = (n / BATCH + 1) * BATCH;
			continue;
		}
		count = make_batch(r, mode, &n, end);
		if (count && !run_batch(r, mode, count))
			return false;
		if (r->native[mode].deaths > 100)
			return false;
	}
	return true;
}

/* ---- reporting --------------------------------------------------------------------------------------------------- */

static u64 report(const struct run *r)
{
	u64 passed = 0, failed = 0;
	unsigned row = ROW_FIRST;

	for (unsigned g = 0; x86_groups[g]; g++) {
		u64 p = 0, f = 0;

		for (unsigned k = 0; k < x86_groups[g]->nrows; k++, row++) {
			p += r->passed[row];
			f += r->failed[row];
			if (r->failed[row])
				printf("  \"%s\" %s: %llu of %llu differ\n", isa_of(r)->rows[row]->enc,
					isa_of(r)->rows[row]->text, (unsigned long long)r->failed[row],
					(unsigned long long)(r->passed[row] + r->failed[row]));
		}
		if (p + f)
			printf("%-16s %10llu agree %8llu differ\n", x86_groups[g]->name, (unsigned long long)p,
				(unsigned long long)f);
		passed += p;
		failed += f;
	}
	for (unsigned k = 0; k < nexcuses; k++)
		if (r->excused[k] && r->verbose)
			printf("%10llu excused: %s: %s\n", (unsigned long long)r->excused[k],
				excuses[k].names ? excuses[k].names : "any", excuses[k].why);
	for (unsigned mode = 0; mode < 2; mode++)
		if (r->native[mode].deaths)
			printf("%u-bit child died %u times\n", mode ? 64 : 32, r->native[mode].deaths);
	printf("%llu exceptions among them; %llu encodings given up\n", (unsigned long long)r->faults,
		(unsigned long long)r->unlucky);
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

static bool open_all(struct run *r, struct err *err)
{
	for (unsigned mode = 0; mode < 2; mode++) {
		r->machine[mode] = calloc(1, sizeof(*r->machine[mode]));
		assert(r->machine[mode]);
		if (!user_machine_init(r->machine[mode], mode, NULL, err) ||
			!native_open(&r->native[mode], mode, r->machine[mode]->data, err))
			return false;
		set_segments(r->machine[mode]);
		user_machine_protect_code(r->machine[mode]);
	}
	choose_rows(r);
	r->ours = calloc(BATCH, sizeof(*r->ours));
	r->passed = calloc(isa_of(r)->nrows, sizeof(*r->passed));
	r->failed = calloc(isa_of(r)->nrows, sizeof(*r->failed));
	r->excused = calloc(nexcuses, sizeof(*r->excused));
	assert(r->ours && r->passed && r->failed && r->excused);
	return r->rows[0].n + r->rows[1].n || err_set(err, "no such row");
}

static void close_all(struct run *r)
{
	for (unsigned mode = 0; mode < 2; mode++) {
		native_close(&r->native[mode]);
		user_machine_free(r->machine[mode]);
		free(r->machine[mode]);
		free(r->rows[mode].list);
	}
	free(r->ours);
	free(r->passed);
	free(r->failed);
	free(r->excused);
}

int main(int argc, char **argv)
{
	struct run r = { .count = 1000000, .seed = 1 };
	struct err err;
	u64 failed;
	bool ok;

	if (!parse_options(&r, argc, argv)) {
		fprintf(stderr, "usage: hostcpu [--count N] [--seed S] [--row TEXT] [--start N] [-v]\n");
		return 2;
	}
	if (!open_all(&r, &err)) {
		fprintf(stderr, "hostcpu: %s\n", err.text);
		return 2;
	}
	ok = run_all(&r);
	if (!ok)
		fprintf(stderr, "hostcpu: the child can't be kept alive\n");
	failed = report(&r);
	close_all(&r);
	return !ok || failed;
}
