/* SPDX-License-Identifier: MIT */
/* User-mode vectors captured on a Zen 4, 64-bit and 32-bit: x86-user/FORMAT.md of the test data. */
#include "tests/vectors/user_machine.h"

#include <stdlib.h>

struct user {
	const struct options *options;
	struct user_machine *machine[2]; /* 32-bit, 64-bit; made when first needed */
	u8 want[USER_DATA_SIZE], ignore[USER_DATA_SIZE];
};

static const char *const gpr_names[16] = {
	"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
};

/* ---- comparing: each returns how many things differ and prints them to `out`, if given ------------------------ */

static unsigned differ(FILE *out, const char *name, u64 want, u64 got, u64 mask)
{
	if (!((want ^ got) & mask))
		return 0;
	if (out)
		fprintf(out, "    %s: want %llx, got %llx\n", name, (unsigned long long)(want & mask),
			(unsigned long long)(got & mask));
	return 1;
}

static unsigned compare_trap(const struct user_vector *v, const struct user_result *r, FILE *out)
{
	unsigned wrong = differ(out, "trap", v->trap, r->trap, ~0ull);

	return wrong + differ(out, "error code", v->error, r->error, ~0ull) + differ(out, "cr2", v->cr2, r->cr2, ~0ull);
}

static unsigned compare_integer(const struct user_vector *v, const struct user_state *want,
	const struct user_state *got, u16 ignore, unsigned n, FILE *out)
{
	u64 mask = n == 16 ? ~0ull : 0xffffffff;
	unsigned wrong = differ(out, "rip", want->rip, got->rip, mask);

	for (unsigned k = 0; k < n; k++)
		if (!bit(ignore, k))
			wrong += differ(out, gpr_names[k], want->r[k], got->r[k], mask);
	return wrong + differ(out, "flags", v->flags, got->rflags, v->flags_mask & 0xcd5);
}

/* `ulps`: by how much a significand may be off (x87-trans). */
static bool same_f80(struct f80 a, struct f80 b, unsigned ulps)
{
	u64 off = a.sig > b.sig ? a.sig - b.sig : b.sig - a.sig;

	return a.se == b.se && off <= ulps;
}

static unsigned compare_float(const struct user_vector *v, const struct user_state *want, const struct user_state *got,
	unsigned nvec, bool upper, unsigned ulps, FILE *out)
{
	unsigned wrong = differ(out, "mxcsr", want->mxcsr, got->mxcsr, ~0ull);

	wrong += differ(out, "fcw", want->fcw, got->fcw, ~0ull);
	wrong += differ(out, "fsw", want->fsw, got->fsw, v->fsw_mask);
	wrong += differ(out, "ftw", want->ftw, got->ftw, ~0ull);
	for (unsigned k = 0; k < 8; k++) {
		if (same_f80(want->st[k], got->st[k], ulps))
			continue;
		wrong++;
		if (out)
			fprintf(out, "    R%u: want %04x_%016llx, got %04x_%016llx\n", k, want->st[k].se,
				(unsigned long long)want->st[k].sig, got->st[k].se, (unsigned long long)got->st[k].sig);
	}
	for (unsigned k = 0; k < nvec; k++) {
		if (memcmp(want->v[k], got->v[k], upper ? 32 : 16) == 0)
			continue;
		wrong++;
		if (!out)
			continue;
		fprintf(out, "    vector %u: want", k);
		for (unsigned q = upper ? 4 : 2; q-- > 0;)
			fprintf(out, " %016llx", (unsigned long long)want->v[k][q]);
		fprintf(out, ", got");
		for (unsigned q = upper ? 4 : 2; q-- > 0;)
			fprintf(out, " %016llx", (unsigned long long)got->v[k][q]);
		fprintf(out, "\n");
	}
	return wrong;
}

static unsigned compare_memory(const struct user *u, const u8 *got, FILE *out)
{
	unsigned wrong = 0;

	if (memcmp(u->want, got, USER_DATA_SIZE) == 0)
		return 0;
	for (unsigned at = 0; at < USER_DATA_SIZE; at++) {
		if (u->want[at] == got[at] || u->ignore[at])
			continue;
		if (out && wrong < 16)
			fprintf(out, "    [data + %04x]: want %02x, got %02x\n", at, u->want[at], got[at]);
		wrong++;
	}
	return wrong;
}

static void print_vector(const struct user_vector *v)
{
	printf("  %.*s #%u |", (int)v->form_len, v->form, v->number);
	for (unsigned k = 0; k < v->ncode; k++)
		printf(" %02x", v->code[k]);
	printf(" | seed %08x\n", v->seed);
}

static void print_state(const struct user_state *s, unsigned n)
{
	for (unsigned k = 0; k < n; k++)
		printf("%s%s=%llx", k ? " " : "    ", gpr_names[k], (unsigned long long)s->r[k]);
	printf(" rflags=%x mxcsr=%x fcw=%x fsw=%x ftw=%x\n", s->rflags, s->mxcsr, s->fcw, s->fsw, s->ftw);
}

/* ---- running --------------------------------------------------------------------------------------------------- */

static unsigned compare(struct user *u, struct user_machine *m, const struct user_vector *v,
	const struct user_state *before, unsigned ulps, FILE *out)
{
	unsigned n = m->mode64 ? 16 : 8, wrong;
	struct user_state want = *before;
	struct user_result r;
	u16 ignore = 0;

	if (v->trap == 255 || v->trap == 3 || v->trap == 4)
		want.rip += v->ncode;
	user_apply(v->init, &want, u->want, NULL, NULL);
	user_apply(v->diff, &want, u->want, u->ignore, &ignore);
	user_machine_result(m, &r);
	wrong = compare_trap(v, &r, out);
	wrong += compare_integer(v, &want, &r.s, ignore, n, out);
	wrong += compare_float(v, &want, &r.s, n, m->upper, ulps, out);
	wrong += compare_memory(u, user_machine_data(m), out);
	user_restore(v->diff, u->want, m->data, u->ignore);
	user_restore(v->init, u->want, m->data, NULL);
	return wrong;
}

/* Loads and runs once; sliced: with a deadline after each of `*count` iterations, else *count is set. */
static bool run_once(struct user *u, struct user_machine *m, const struct user_vector *v,
	const struct user_state *before, unsigned ulps, u64 *count, bool sliced, bool print)
{
	struct cpu *cpu = &m->one.x86.cpu;
	struct user_state s = *before;
	u64 start = cpu->icount;
	bool ended = true, ok;

	user_apply(v->init, &s, user_machine_data(m), NULL, NULL);
	user_machine_load(m, &s, v->code, v->ncode);
	m->one.armed = true;
	if (sliced)
		one_run_sliced(&m->one, *count);
	else
		ended = one_run(&m->one);
	*count = cpu->icount - start;
	ok = ended && !compare(u, m, v, before, ulps, NULL);
	if (!ok && print) {
		print_vector(v);
		print_state(&s, m->mode64 ? 16 : 8);
		printf("%s", !ended ? "    did not end\n" : sliced ? "    one iteration at a time:\n" : "");
		compare(u, m, v, before, ulps, stdout);
	}
	user_machine_unload(m, v->ncode);
	return ok;
}

static bool run_vector(struct user *u, struct user_machine *m, const struct user_vector *v, unsigned ulps, bool print)
{
	struct user_state before;
	u64 count;

	user_derive(&before, v->seed, m->mode64, m->upper);
	if (!run_once(u, m, v, &before, ulps, &count, false, print))
		return false;
	return count < 2 || run_once(u, m, v, &before, ulps, &count, true, print);
}

static struct user_machine *machine_for(struct user *u, u32 mode, struct err *err)
{
	struct user_machine **m = &u->machine[mode == 64];

	if (!*m) {
		*m = calloc(1, sizeof(**m));
		assert(*m);
		if (!user_machine_init(*m, mode == 64, u->options->model, err)) {
			free(*m);
			*m = NULL;
		}
	}
	return *m;
}

static bool run(void *state, const char *name, const u8 *data, size_t size, struct tally *t, struct err *err)
{
	struct user *u = state;
	struct cursor c = { data, data + size, false };
	bool magic = memcmp(cursor_take(&c, 4), "X86V", 4) == 0 && cursor_u32(&c) == 1;
	u32 mode = cursor_u32(&c), nforms = cursor_u32(&c), turn = 0;
	unsigned ulps = strcmp(name, "x87-trans") == 0 ? 3 : 0;
	struct user_machine *m;

	cursor_take(&c, 16);
	if (!magic || (mode != 32 && mode != 64))
		return err_set(err, "not a file of x86-user vectors");
	m = machine_for(u, mode, err);
	if (!m)
		return false;
	memcpy(u->want, m->data, sizeof(u->want));
	for (u32 form = 0; form < nforms && !c.bad; form++) {
		struct user_vector v = { .form_len = cursor_u8(&c) };
		char text[256];
		unsigned count;

		v.form = (const char *)cursor_take(&c, v.form_len);
		snprintf(text, sizeof(text), "%.*s", (int)v.form_len, v.form);
		count = cursor_u16(&c);
		for (v.number = 0; v.number < count && user_read(&c, &v); v.number++) {
			if (turn++ % u->options->every)
				continue;
			if (v.trap == 255 && known_exception("x86user", name, text, v.number, 0))
				t->skipped++;
			else if (run_vector(u, m, &v, ulps, t->failed < u->options->show))
				t->passed++;
			else
				t->failed++;
		}
	}
	return !c.bad || err_set(err, "the file is damaged");
}

static void *open_user(const struct options *o, struct err *err)
{
	struct user *u = calloc(1, sizeof(*u));

	if (u)
		u->options = o;
	else
		err_set(err, "no memory");
	return u;
}

static void close_user(void *state)
{
	struct user *u = state;

	for (unsigned k = 0; k < countof(u->machine); k++)
		if (u->machine[k]) {
			user_machine_free(u->machine[k]);
			free(u->machine[k]);
		}
	free(u);
}

static const char *const apart[] = { "bmi", "aes-pclmul-sha", "avx", "avx2", "fma", "f16c", NULL };

const struct runner runner_x86user = {
	.name = "x86user",
	.suffix = ".bin.gz",
	.about = "user mode, x86-user/FORMAT.md",
	.open = open_user,
	.run = run,
	.close = close_user,
	.apart = apart,
};
