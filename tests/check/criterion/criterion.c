/* SPDX-License-Identifier: MIT */
/*
 * Runs the unit tests, each in a process of its own, as many at once as there are processors. A process that ends in a way
 * other than the test announced (a signal, a status, a sanitizer's report) is a failure.
 */
#define _DEFAULT_SOURCE
#include "criterion/criterion.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STATUS_FAILED = 121, STATUS_SKIPPED = 122 };

static struct crit_test *tests, *suites;
static unsigned failures;

void crit_register(struct crit_test *t)
{
	struct crit_test **list = t->is_suite ? &suites : &tests;

	t->next = *list;
	*list = t;
}

void crit_check(const char *file, int line, bool fatal, const char *text, bool ok, const char *format, ...)
{
	va_list ap;

	if (ok)
		return;
	failures++;
	fprintf(stderr, "%s:%d: failed: %s", file, line, text);
	if (format) {
		fprintf(stderr, ": ");
		va_start(ap, format);
		vfprintf(stderr, format, ap);
		va_end(ap);
	}
	fputc('\n', stderr);
	if (fatal)
		exit(STATUS_FAILED);
}

void crit_skip(void)
{
	exit(STATUS_SKIPPED);
}

static const struct crit_test *suite_of(const struct crit_test *t)
{
	static const struct crit_test none;

	for (const struct crit_test *s = suites; s; s = s->next)
		if (!strcmp(s->suite, t->suite))
			return s;
	return &none;
}

static void run_test(const struct crit_test *t, const struct crit_test *suite)
{
	void (*const steps[])(void) = { suite->init, t->init, t->body, t->fini, suite->fini };
	double timeout = t->timeout > 0 ? t->timeout : suite->timeout;

	alarm((unsigned)timeout);
	for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (steps[i])
			steps[i]();
	exit(failures ? STATUS_FAILED : t->exit_code);
}

/* How many processes ended as announced, otherwise, and with a skip. */
struct tally {
	unsigned passed, failed, skipped;
};

struct job {
	pid_t pid;
	const struct crit_test *test;
};

static void reap(struct job *jobs, unsigned *running, struct tally *tally)
{
	int status;
	pid_t pid = wait(&status);
	unsigned i = 0;

	while (jobs[i].pid != pid)
		i++;
	const struct crit_test *t = jobs[i].test, *suite = suite_of(t);
	jobs[i] = jobs[--*running];

	int want_signal = t->signal ? t->signal : suite->signal;
	int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	if (!signal && code == STATUS_SKIPPED) {
		tally->skipped++;
	} else if (signal == want_signal && (signal || code == t->exit_code)) {
		tally->passed++;
	} else {
		tally->failed++;
		fprintf(stderr, "FAIL %s::%s (signal %d, status %d)\n", t->suite, t->name, signal, code);
	}
}

static bool chosen(const struct crit_test *t, const char *filter)
{
	char name[256];

	snprintf(name, sizeof(name), "%s/%s", t->suite, t->name);
	return !t->disabled && !suite_of(t)->disabled && (!filter || strstr(name, filter));
}

int main(int argc, char **argv)
{
	enum { MAX_JOBS = 64 };
	const char *filter = argc > 1 ? argv[argc - 1] : NULL; /* part of "suite/name" */
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned limit = cpus > 0 && cpus < MAX_JOBS ? (unsigned)cpus : MAX_JOBS, running = 0;
	struct job jobs[MAX_JOBS];
	struct tally tally = { 0 };

	for (const struct crit_test *t = tests; t; t = t->next) {
		if (!chosen(t, filter))
			continue;
		if (running == limit)
			reap(jobs, &running, &tally);
		fflush(NULL);
		jobs[running] = (struct job){ .pid = fork(), .test = t };
		if (jobs[running].pid == 0)
			run_test(t, suite_of(t));
		if (jobs[running].pid < 0) {
			perror("fork");
			return 1;
		}
		running++;
	}
	while (running)
		reap(jobs, &running, &tally);
	printf("%u passed, %u failed", tally.passed, tally.failed);
	if (tally.skipped)
		printf(", %u skipped", tally.skipped);
	putchar('\n');
	return tally.failed != 0;
}
