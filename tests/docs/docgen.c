/* SPDX-License-Identifier: MIT */
/* docgen DIR           writes the generated pages to DIR, and fails if a page in docs/ quotes what is no longer so
 * docgen --check DIR   only compares, and names what is stale
 * docgen --quotes      brings the quotations in docs/ and README.md up to date
 * To be started from the repository root. */
#define _XOPEN_SOURCE 700
#include "tests/docs/docgen.h"

#include "mem/base/base.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

static const struct {
	const char *name;
	void (*write)(FILE *out);
} documents[] = {
	{"x86.md", doc_x86},
	{"a64.md", doc_a64},
	{"devices.md", doc_devices},
	{"state.md", doc_state},
	{"walk.txt", doc_walk},
};

static char *read_all(FILE *f)
{
	size_t size = 0, room = 1 << 16, n;
	char *text = malloc(room);

	assert(text);
	while ((n = fread(text + size, 1, room - size - 1, f)) > 0) {
		size += n;
		if (size + 1 == room) {
			room *= 2;
			text = realloc(text, room);
			assert(text);
		}
	}
	text[size] = 0;
	return text;
}

char *text_of_file(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text;

	if (!f)
		return NULL;
	text = read_all(f);
	fclose(f);
	return text;
}

char *text_of(void (*write)(FILE *))
{
	FILE *f = tmpfile();
	char *text;

	assert(f);
	write(f);
	rewind(f);
	text = read_all(f);
	fclose(f);
	return text;
}

void cell(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '|' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
}

/* ---- pages in docs/ -------------------------------------------------------------------------------------------- */

static unsigned check_pages(bool update)
{
	DIR *d = opendir("docs");
	unsigned wrong = quotes_check("README.md", update);
	struct dirent *e;

	if (!d) {
		fprintf(stderr, "docgen: there is no docs/ here; start it from the repository root\n");
		return 1;
	}
	while ((e = readdir(d)) != NULL) {
		size_t n = strlen(e->d_name);
		char path[300];

		if (n < 4 || n > 200 || strcmp(e->d_name + n - 3, ".md") != 0)
			continue;
		snprintf(path, sizeof(path), "docs/%s", e->d_name);
		wrong += quotes_check(path, update);
	}
	closedir(d);
	return wrong;
}

/* ---- generated pages -------------------------------------------------------------------------------------------- */

static bool document(const char *dir, unsigned i, bool check)
{
	char path[400], *now = text_of(documents[i].write), *before;
	bool ok = true;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, documents[i].name);
	if (check) {
		before = text_of_file(path);
		ok = before && !strcmp(before, now);
		if (!ok)
			printf("%s:1: %s\n", path, before ? "not what the rows say" : "is missing");
		free(before);
	} else {
		f = fopen(path, "w");
		ok = f && fputs(now, f) >= 0;
		ok = f && !fclose(f) && ok;
		if (!ok)
			perror(path);
	}
	free(now);
	return ok;
}

int main(int argc, char **argv)
{
	bool check = argc == 3 && !strcmp(argv[1], "--check");
	const char *dir = argv[argc - 1];
	unsigned wrong = 0;

	if (argc == 2 && !strcmp(argv[1], "--quotes"))
		return check_pages(true) ? 1 : 0;
	if (!check && (argc != 2 || *argv[1] == '-')) {
		fprintf(stderr, "Usage: docgen DIR | --check DIR | --quotes\n");
		return 2;
	}
	if (!check)
		mkdir(dir, 0777);
	for (unsigned i = 0; i < countof(documents); i++)
		wrong += !document(dir, i, check);
	return wrong + check_pages(false) ? 1 : 0;
}
