/* SPDX-License-Identifier: MIT */
/* Runs the program as a user would, and looks at what it prints and how it ends. One script per folder; see guest.c. */
#ifndef TESTS_GUEST_GUEST_H
#define TESTS_GUEST_GUEST_H

#include "mem/base/base.h"

enum { MAX_ARGS = 64, MAX_STEPS = 64 };

enum step_kind { STEP_STATUS, STEP_OUT, STEP_ERR, STEP_NOT, STEP_EXPECT, STEP_SEND };

struct step {
	enum step_kind kind;
	char *text;
};

struct test_case {
	char *name;
	char *args[MAX_ARGS];
	unsigned nargs;
	struct step steps[MAX_STEPS];
	unsigned nsteps;
	bool needs_guest; /* uses a Debian kernel: skipped where there is none */
	bool one_line;    /* standard error must be exactly one line */
};

/* process.c: what one run of the program did. */
struct outcome {
	int status; /* exit status, or -signal */
	char *out, *err;
	bool timed_out;
	const char *missed; /* the text that an `expect` waited for in vain */
};

void process_run(const struct test_case *t, const char *program, struct outcome *o);
void outcome_free(struct outcome *o);

#endif
