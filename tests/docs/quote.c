/* SPDX-License-Identifier: MIT */
/* Quotations: what a page of docs/ shows of a source file is compared with that file, or copied from it. The markers
 * are Markdown comments, so a reader does not see them. */
#include "tests/docs/docgen.h"

#include "mem/base/base.h"

#include <stdlib.h>

static const char begin_mark[] = "<!-- quote ", end_mark[] = "<!-- end -->";

struct buffer {
	char *text;
	size_t size, room;
};

static void append(struct buffer *b, const char *text, size_t n)
{
	if (b->size + n + 1 > b->room) {
		b->room = (b->size + n + 1) * 2;
		b->text = realloc(b->text, b->room);
		assert(b->text);
	}
	memcpy(b->text + b->size, text, n);
	b->size += n;
	b->text[b->size] = 0;
}

/* The line after the one that holds p. */
static const char *next_line(const char *p)
{
	p += strcspn(p, "\n");
	return *p ? p + 1 : p;
}

static const char *line_start(const char *text, const char *p)
{
	while (p > text && p[-1] != '\n')
		p--;
	return p;
}

/* The lines that a quotation shows: *from up to the return value. NULL if there are none. */
static const char *find_part(const char *text, const char *name, const char **from)
{
	char mark[100];
	const char *to;

	if (!*name) {
		*from = text;
		if (!strncmp(text, "/* SPDX", 7))
			*from = next_line(text);
		return text + strlen(text);
	}
	snprintf(mark, sizeof(mark), "begin %s ", name);
	*from = strstr(text, mark);
	if (!*from)
		return NULL;
	*from = next_line(*from);
	snprintf(mark, sizeof(mark), "end %s ", name);
	to = strstr(*from, mark);
	return to ? line_start(text, to) : NULL;
}

static const char *language(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && (!strcmp(dot, ".c") || !strcmp(dot, ".h")) ? "c" : dot && !strcmp(dot, ".txt") ? "text" : "sh";
}

/* What belongs between the markers, for the specification "FILE#NAME". False if there is no such thing. */
static bool quotation(struct buffer *out, const char *spec, size_t n)
{
	char path[300], *name, *text;
	const char *from, *to;

	snprintf(path, sizeof(path), "%.*s", (int)n, spec);
	name = strchr(path, '#');
	if (name)
		*name++ = 0;
	text = text_of_file(path);
	to = text ? find_part(text, name ? name : "", &from) : NULL;
	if (to) {
		append(out, "```", 3);
		append(out, language(path), strlen(language(path)));
		append(out, "\n", 1);
		append(out, from, (size_t)(to - from));
		append(out, "```\n", 4);
	}
	free(text);
	return to != NULL;
}

static unsigned line_number(const char *text, const char *p)
{
	unsigned n = 1;

	while (text < p)
		n += *text++ == '\n';
	return n;
}

/* One quotation whose first marker is at `mark`: appends what it should be to `out`; *rest is what follows it. */
static bool one_quote(struct buffer *out, const char *page, const char *text, const char *mark, const char **rest)
{
	const char *spec = mark + strlen(begin_mark), *body = next_line(mark), *end = strstr(body, end_mark);
	size_t n = strcspn(spec, " \n");
	struct buffer want = {0};
	bool ok = end && quotation(&want, spec, n);

	*rest = end ? end : body;
	append(out, mark, (size_t)(body - mark));
	if (!ok) {
		printf("%s:%u: quotes %.*s, which %s\n", page, line_number(text, mark), (int)n, spec,
			end ? "does not exist" : "has no <!-- end -->");
	} else {
		append(out, want.text, want.size);
		ok = (size_t)(end - body) == want.size && !memcmp(body, want.text, want.size);
	}
	free(want.text);
	return ok;
}

unsigned quotes_check(const char *page, bool update)
{
	char *text = text_of_file(page);
	struct buffer out = {0};
	const char *p = text, *mark;
	unsigned wrong = 0;
	FILE *f;

	if (!text)
		return 0;
	while ((mark = strstr(p, begin_mark)) != NULL) {
		size_t before = out.size + (size_t)(mark - p);

		append(&out, p, (size_t)(mark - p));
		if (!one_quote(&out, page, text, mark, &p)) {
			wrong++;
			if (!update && out.size > before + (size_t)(next_line(mark) - mark))
				printf("%s:%u: does not quote the file as it is (docgen --quotes)\n", page,
					line_number(text, mark));
		}
	}
	append(&out, p, strlen(p));
	if (update && strcmp(out.text, text) != 0) {
		f = fopen(page, "w");
		assert(f);
		fputs(out.text, f);
		fclose(f);
		wrong = 0;
	}
	free(out.text);
	free(text);
	return wrong;
}
