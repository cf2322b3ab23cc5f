/* SPDX-License-Identifier: MIT */
/* Runs device scripts, and what is the same for every device: no byte of state without a row, reset values as the rows
 * say, a script for each registered type; with --fuzz, a storm of random accesses instead.
 * Usage: devscript [--fuzz [STEPS [SEED]]] DIR|FILE...     closing line: N passed, N failed */
#include "tests/dev/script.h"

#include "devices/types.h"

#include <dirent.h>
#include <stdlib.h>

enum { MAX_FILES = 256, MAX_PATH = 512, MAX_TYPES = 256 };

struct run {
	char files[MAX_FILES][MAX_PATH];
	unsigned nfiles;
	bool fuzz;
	u64 steps, seed;
	unsigned passed, failed;
	bool covered[MAX_TYPES]; /* by index in dev_types */
	bool whole;              /* a folder was given: coverage means something */
};

static void count(struct run *r, bool ok, const char *kind, const char *name)
{
	printf("%s %s %s\n", ok ? "ok  " : "FAIL", kind, name);
	r->passed += ok;
	r->failed += !ok;
}

static void note_types(struct run *r, const struct script *s)
{
	for (unsigned i = 0; i < s->rig.ndevs; i++) {
		for (unsigned k = 0; dev_types[k]; k++)
			r->covered[k] |= dev_types[k] == s->rig.devs[i].dev->type;
	}
}

static unsigned check_resets(struct script *s)
{
	unsigned wrong = 0;

	for (unsigned i = 0; i < s->rig.ndevs; i++)
		wrong += rig_check_reset(&s->rig.devs[i], s->except, stderr);
	return wrong;
}

static void run_script(struct run *r, const char *path)
{
	struct script s;
	unsigned wrong;

	if (!script_load(&s, path)) {
		count(r, false, "script", path);
		return;
	}
	wrong = script_run(&s, true);
	wrong += check_resets(&s);
	rig_free(&s.rig);
	count(r, !wrong, "reset ", path);
	wrong = script_run(&s, false);
	note_types(r, &s);
	count(r, !wrong, "script", path);
	rig_reset(&s.rig);
	wrong = check_resets(&s);
	rig_free(&s.rig);
	count(r, !wrong, "reset after use", path);
	script_free(&s);
}

static void fuzz_script(struct run *r, const char *path)
{
	struct script s;
	char kind[32] = "fuzz";
	bool ok = script_load(&s, path);
	u64 hash;

	if (ok) {
		ok = !fuzz_run(&s, r->steps, r->seed, &hash);
		snprintf(kind, sizeof(kind), "fuzz %016llx", (unsigned long long)hash);
		script_free(&s);
	}
	count(r, ok, kind, path);
}

static void check_types(struct run *r)
{
	for (unsigned k = 0; dev_types[k]; k++) {
		const struct dev_type *t = dev_types[k];

		bool ok = !t->state_size || (t->state && !state_gap_check(t->name, t->state, t->state_size, stderr));

		count(r, ok, "gaps  ", t->name);
		if (r->whole)
			count(r, r->covered[k], "has a script:", t->name);
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool add_path(struct run *r, const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	int n;

	if (!dir) {
		n = r->nfiles < MAX_FILES ? snprintf(r->files[r->nfiles++], MAX_PATH, "%s", path) : MAX_PATH;
		return n < MAX_PATH;
	}
	r->whole = true;
	while ((e = readdir(dir))) {
		size_t len = strlen(e->d_name);

		if (len < 4 || strcmp(e->d_name + len - 4, ".dev") || r->nfiles == MAX_FILES)
			continue;
		n = snprintf(r->files[r->nfiles++], MAX_PATH, "%s/%s", path, e->d_name);
		if (n >= MAX_PATH)
			break;
	}
	closedir(dir);
	return true;
}

int main(int argc, char **argv)
{
	struct run *r = calloc(1, sizeof(*r));
	int i = 1, status;

	assert(r);
	r->steps = 1000000;
	r->seed = 1;
	if (i < argc && !strcmp(argv[i], "--fuzz")) {
		r->fuzz = true;
		i++;
		if (i < argc && strspn(argv[i], "0123456789") == strlen(argv[i]))
			r->steps = strtoull(argv[i++], NULL, 10);
		if (i < argc && strspn(argv[i], "0123456789") == strlen(argv[i]))
			r->seed = strtoull(argv[i++], NULL, 10);
	}
	if (i == argc) {
		fprintf(stderr, "usage: devscript [--fuzz [STEPS [SEED]]] DIR|FILE...\n");
		free(r);
		return 2;
	}
	for (; i < argc; i++) {
		if (!add_path(r, argv[i]))
			count(r, false, "path", argv[i]);
	}
	qsort(r->files, r->nfiles, sizeof(r->files[0]), by_name);
	for (unsigned k = 0; k < r->nfiles; k++) {
		if (r->fuzz)
			fuzz_script(r, r->files[k]);
		else
			run_script(r, r->files[k]);
	}
	if (!r->fuzz)
		check_types(r);
	printf("%u passed, %u failed\n", r->passed, r->failed);
	status = r->failed || !r->passed;
	free(r);
	return status;
}
