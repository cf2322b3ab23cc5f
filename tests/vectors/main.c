/* SPDX-License-Identifier: MIT */
/* Runs recorded instruction vectors (state before, one instruction, state after) through the processors.
 * DIR holds files, or folders of files.
 * Usage: vectors FORMAT DIR [-v] [--show N] [--every N] [--model NAME] [--file FILE] [CLASS...] */
#define _POSIX_C_SOURCE 200809L
#include "tests/vectors/vectors.h"

#include <dirent.h>
#include <stdlib.h>
#include <zlib.h>

static const struct runner *const runners[] = { &runner_x86, &runner_x86user, &runner_a64 };

struct run {
	const struct runner *runner;
	void *state;
	struct options options;
	const char *file, **classes;
	unsigned nclasses, nfiles;
	struct tally gate, apart;
};

/* The whole file, unpacked; the caller frees. */
static u8 *read_gz(const char *path, size_t *size, struct err *err)
{
	gzFile f = gzopen(path, "rb");
	size_t room = 1 << 20;
	u8 *data = malloc(room);
	int n = -1;

	*size = 0;
	while (f && data && (n = gzread(f, data + *size, (unsigned)(room - *size))) > 0) {
		*size += (size_t)n;
		if (*size == room)
			data = realloc(data, room *= 2);
	}
	if (f)
		gzclose(f);
	if (n == 0)
		return data;
	free(data);
	err_set(err, "%s: cannot read it", path);
	return NULL;
}

static bool listed(const char *name, const char *const *list, unsigned n)
{
	for (unsigned k = 0; k < n && list[k]; k++)
		if (strcmp(list[k], name) == 0)
			return true;
	return false;
}

static bool run_file(struct run *r, const char *dir, const char *name)
{
	char path[1024], class[256];
	struct tally t = { 0 };
	struct err err;
	size_t size, len = strlen(name) - strlen(r->runner->suffix);
	bool apart, ok;
	u8 *data;

	snprintf(class, sizeof(class), "%.*s", (int)len, name);
	if (r->nclasses && !listed(class, r->classes, r->nclasses))
		return true;
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	data = read_gz(path, &size, &err);
	ok = data && r->runner->run(r->state, class, data, size, &t, &err);
	free(data);
	if (!ok) {
		fprintf(stderr, "vectors: %s: %s\n", path, err.text);
		return false;
	}
	apart = r->runner->apart && listed(class, r->runner->apart, 100);
	printf("%-24s %8llu passed %8llu failed %8llu skipped%s\n", class, (unsigned long long)t.passed,
		(unsigned long long)t.failed, (unsigned long long)t.skipped, apart ? " (apart)" : "");
	fflush(stdout);
	struct tally *sum = apart ? &r->apart : &r->gate;
	sum->passed += t.passed;
	sum->failed += t.failed;
	sum->skipped += t.skipped;
	r->nfiles++;
	return true;
}

static bool has_suffix(const char *name, const char *suffix)
{
	size_t n = strlen(name), s = strlen(suffix);

	return n > s && strcmp(name + n - s, suffix) == 0;
}

static bool run_dir(struct run *r, const char *dir, unsigned depth)
{
	struct dirent **entry;
	int n = scandir(dir, &entry, NULL, alphasort);
	bool ok = true;

	if (n < 0)
		return depth > 0;
	for (int k = 0; k < n; k++) {
		const char *name = entry[k]->d_name;
		char path[1024];

		snprintf(path, sizeof(path), "%s/%s", dir, name);
		if (has_suffix(name, r->runner->suffix)) {
			ok = run_file(r, dir, name) && ok;
		} else if (depth == 0 && !strchr(name, '.')) {
			printf("%s:\n", name);
			ok = run_dir(r, path, 1) && ok;
		}
		free(entry[k]);
	}
	free(entry);
	return ok;
}

static void print_sum(const char *what, const struct tally *t)
{
	printf("%s%llu passed, %llu failed\n", what, (unsigned long long)t->passed, (unsigned long long)t->failed);
}

static int usage(void)
{
	fprintf(stderr, "usage: vectors FORMAT DIR [-v] [--show N] [--every N] [--model NAME] [--file FILE]"
			" [CLASS...]\n");
	for (unsigned k = 0; k < countof(runners); k++)
		fprintf(stderr, "  %-8s %s\n", runners[k]->name, runners[k]->about);
	return 2;
}

static bool parse(struct run *r, int argc, char **argv)
{
	for (int k = 3; k < argc; k++) {
		const char *next = k + 1 < argc ? argv[k + 1] : NULL;

		if (strcmp(argv[k], "-v") == 0) {
			r->options.show = 20;
		} else if (argv[k][0] != '-') {
			r->classes[r->nclasses++] = argv[k];
		} else if (!next) {
			return false;
		} else {
			if (strcmp(argv[k], "--every") == 0)
				r->options.every = (unsigned)strtoul(next, NULL, 0);
			else if (strcmp(argv[k], "--show") == 0)
				r->options.show = (unsigned)strtoul(next, NULL, 0);
			else if (strcmp(argv[k], "--model") == 0)
				r->options.model = next;
			else if (strcmp(argv[k], "--file") == 0)
				r->file = next;
			else
				return false;
			k++;
		}
	}
	return r->options.every > 0;
}

int main(int argc, char **argv)
{
	struct run r = { .options = { .every = 1 } };
	struct err err;
	bool ok = true;

	for (unsigned k = 0; argc >= 3 && k < countof(runners); k++)
		if (strcmp(argv[1], runners[k]->name) == 0)
			r.runner = runners[k];
	r.classes = calloc((size_t)argc, sizeof(*r.classes));
	if (!r.classes || !r.runner || !parse(&r, argc, argv)) {
		free(r.classes);
		return usage();
	}
	r.state = r.runner->open(&r.options, &err);
	if (!r.state) {
		fprintf(stderr, "vectors: %s\n", err.text);
		free(r.classes);
		return 2;
	}
	ok = r.file ? run_file(&r, argv[2], r.file) : run_dir(&r, argv[2], 0);
	r.runner->close(r.state);
	free(r.classes);
	if (!r.nfiles) {
		fprintf(stderr, "vectors: nothing to run in %s\n", argv[2]);
		return 2;
	}
	if (r.apart.passed + r.apart.failed)
		print_sum("apart: ", &r.apart);
	print_sum("", &r.gate);
	return !ok || r.gate.failed;
}
