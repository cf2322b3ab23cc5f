/* SPDX-License-Identifier: MIT */
/* guest PROGRAM [FOLDER...]: runs the scripts tests/guest/FOLDER/test (all of them without FOLDER). A script is lines:
 *
 *   case NAME            begins a case
 *   file NAME SIZE       makes a file of SIZE zero bytes; "of PATH" instead copies the first bytes of another
 *   args WORDS           the program's arguments; %t is the folder of made files, %g that of a Debian guest, %f that of
 *                        our own ROMs; "quoted words" hold spaces
 *   status N             expected exit status
 *   out / err / not TEXT must be in standard output / in standard error / in neither
 *   line                 standard error is exactly one line
 *   expect TEXT          wait until the guest has printed this
 *   send TEXT            then type this (\n is Enter, \x01 Ctrl-A)
 *   guest amd64|i386     needs this Debian guest
 *
 * Last line: N passed, N failed, N skipped. */
#define _XOPEN_SOURCE 700
#include "tests/guest/guest.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct suite {
	const char *program, *folder;
	char made[200], roms[300], guest[300];
	unsigned passed, failed, skipped;
};

/* ---- reading scripts --------------------------------------------------------------------------------------- */

/* \n, \xHH */
static char *unescape(const char *s)
{
	char *out = calloc(1, strlen(s) + 1), *p = out;
	unsigned v;

	assert(out);
	while (*s) {
		if (s[0] == '\\' && s[1] == 'n') {
			*p++ = '\n';
			s += 2;
		} else if (s[0] == '\\' && s[1] == 'x' && sscanf(s + 2, "%2x", &v) == 1) {
			*p++ = (char)v;
			s += 4;
		} else {
			*p++ = *s++;
		}
	}
	return out;
}

/* What %t, %g and %f stand for. */
static const char *made_of(const struct suite *u, char letter)
{
	switch (letter) {
	case 't':
		return u->made;
	case 'g':
		return u->guest;
	case 'f':
		return u->roms;
	default:
		return NULL;
	}
}

static char *substitute(const struct suite *u, const char *word, size_t n)
{
	char *out = calloc(1, n + 1200), *p = out;

	assert(out);
	for (size_t i = 0; i < n; i++) {
		const char *with = NULL;

		if (word[i] == '%' && i + 1 < n)
			with = made_of(u, word[i + 1]);
		if (with && (size_t)(p - out) + strlen(with) < n + 1000) {
			p += sprintf(p, "%s", with);
			i++;
		} else {
			*p++ = word[i];
		}
	}
	return out;
}

static void add_args(const struct suite *u, struct test_case *t, const char *s)
{
	while (*s) {
		bool quoted;
		size_t n;

		s += strspn(s, " ");
		quoted = *s == '"';
		s += quoted;
		n = strcspn(s, quoted ? "\"" : " ");
		if (!n && !quoted)
			break;
		assert(t->nargs < MAX_ARGS);
		t->args[t->nargs++] = substitute(u, s, n);
		s += n + (quoted && s[n]);
	}
}

static void make_file(const struct suite *u, const char *s)
{
	char name[100], source[300] = "", path[400], *from = NULL;
	unsigned long size;
	FILE *f, *in = NULL;

	if (sscanf(s, "%99s %lu of %299s", name, &size, source) < 2) {
		fprintf(stderr, "bad line: file %s\n", s);
		exit(1);
	}
	snprintf(path, sizeof(path), "%s/%s", u->made, name);
	f = fopen(path, "wb");
	assert(f);
	if (*source) {
		from = substitute(u, source, strlen(source));
		in = fopen(from, "rb");
	}
	while (size--) {
		int c = in ? getc(in) : 0;

		if (c == EOF)
			break;
		putc(c, f);
	}
	if (in)
		fclose(in);
	free(from);
	fclose(f);
}

static void need_guest(struct suite *u, struct test_case *t, const char *arch)
{
	char command[100];
	FILE *p;

	snprintf(command, sizeof(command), "firmware/fetch %s", arch);
	u->guest[0] = 0;
	p = popen(command, "r");
	if (p && fgets(u->guest, sizeof(u->guest), p))
		u->guest[strcspn(u->guest, "\n")] = 0;
	t->needs_guest = true;
	if (p && pclose(p))
		u->guest[0] = 0;
}

static bool read_line(struct suite *u, struct test_case *t, char *line)
{
	static const struct {
		const char *word;
		enum step_kind kind;
	} kinds[] = {
		{"status", STEP_STATUS}, {"out", STEP_OUT}, {"err", STEP_ERR}, {"not", STEP_NOT}, {"expect", STEP_EXPECT},
		{"send", STEP_SEND},
	};
	size_t n = strcspn(line, " ");
	char *rest = line + n + (line[n] == ' ');

	line[n] = 0;
	if (!strcmp(line, "args")) {
		add_args(u, t, rest);
	} else if (!strcmp(line, "file")) {
		make_file(u, rest);
	} else if (!strcmp(line, "guest")) {
		need_guest(u, t, rest);
	} else if (!strcmp(line, "line")) {
		t->one_line = true;
	} else {
		unsigned k;

		for (k = 0; k < countof(kinds) && strcmp(line, kinds[k].word); k++)
			;
		if (k == countof(kinds) || t->nsteps == MAX_STEPS)
			return false;
		t->steps[t->nsteps++] = (struct step){kinds[k].kind, unescape(rest)};
	}
	return true;
}

/* ---- judging --------------------------------------------------------------------------------------------------- */

static bool holds(const struct step *s, const struct outcome *o)
{
	switch (s->kind) {
	case STEP_STATUS:
		return o->status == atoi(s->text);
	case STEP_OUT:
		return strstr(o->out, s->text);
	case STEP_ERR:
		return strstr(o->err, s->text);
	case STEP_NOT:
		return !strstr(o->out, s->text) && !strstr(o->err, s->text);
	default:
		return true;
	}
}

static void run_case(struct suite *u, struct test_case *t)
{
	static const char *const words[] = {"status", "out", "err", "not", "expect", "send"};
	struct outcome o;
	bool ok = true;

	if (t->needs_guest && !u->guest[0]) {
		printf("%s: %s: skipped, no Debian guest to be had\n", u->folder, t->name);
		u->skipped++;
		return;
	}
	process_run(t, u->program, &o);
	if (o.timed_out || o.missed) {
		printf("%s: %s: %s '%s'\n", u->folder, t->name, o.timed_out ? "hangs; waits for" : "never printed",
		       o.missed ? o.missed : "its end");
		ok = false;
	}
	for (unsigned i = 0; i < t->nsteps; i++) {
		if (!holds(&t->steps[i], &o)) {
			printf("%s: %s: %s %s does not hold\n", u->folder, t->name, words[t->steps[i].kind],
				t->steps[i].text);
			ok = false;
		}
	}
	if (t->one_line && (!*o.err || strchr(o.err, '\n') != o.err + strlen(o.err) - 1)) {
		printf("%s: %s: not one line on standard error\n", u->folder, t->name);
		ok = false;
	}
	if (!ok)
		printf("  status %d\n  stderr: %s\n  end of stdout: %s\n", o.status, o.err,
		       o.out + (strlen(o.out) > 1500 ? strlen(o.out) - 1500 : 0));
	ok ? u->passed++ : u->failed++;
	fflush(stdout);
	outcome_free(&o);
}

static void free_case(struct test_case *t)
{
	free(t->name);
	for (unsigned i = 0; i < t->nargs; i++)
		free(t->args[i]);
	for (unsigned i = 0; i < t->nsteps; i++)
		free(t->steps[i].text);
	memset(t, 0, sizeof(*t));
}

static void run_script(struct suite *u, const char *folder)
{
	struct test_case t = {0};
	char path[300], line[2000];
	unsigned number = 0;
	FILE *f;

	snprintf(path, sizeof(path), "tests/guest/%s/test", folder);
	f = fopen(path, "r");
	if (!f)
		return;
	u->folder = folder;
	while (fgets(line, sizeof(line), f)) {
		number++;
		line[strcspn(line, "\n")] = 0;
		if (!*line || *line == '#')
			continue;
		if (!strncmp(line, "case ", 5)) {
			if (t.name)
				run_case(u, &t);
			free_case(&t);
			t.name = unescape(line + 5);
		} else if (!t.name || !read_line(u, &t, line)) {
			printf("%s:%u: not understood\n", path, number);
			u->failed++;
		}
	}
	if (t.name)
		run_case(u, &t);
	free_case(&t);
	fclose(f);
}

static void run_all(struct suite *u)
{
	struct dirent **list;
	int n = scandir("tests/guest", &list, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		if (list[i]->d_name[0] != '.')
			run_script(u, list[i]->d_name);
		free(list[i]);
	}
	free(list);
}

int main(int argc, char **argv)
{
	struct suite u = {.made = "/tmp/orrery-test-XXXXXX"};
	char command[300];

	if (argc < 2) {
		fprintf(stderr, "usage: guest PROGRAM [FOLDER...]\n");
		return 2;
	}
	u.program = argv[1];
	snprintf(u.roms, sizeof(u.roms), "%.*s/firmware", (int)(strrchr(argv[1], '/') - argv[1]), argv[1]);
	if (!mkdtemp(u.made))
		return 1;
	for (int i = 2; i < argc; i++)
		run_script(&u, argv[i]);
	if (argc == 2)
		run_all(&u);
	snprintf(command, sizeof(command), "rm -rf %s", u.made);
	if (system(command))
		return 1;
	printf("%u passed, %u failed, %u skipped\n", u.passed, u.failed, u.skipped);
	return u.failed != 0;
}
