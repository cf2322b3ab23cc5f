/* SPDX-License-Identifier: MIT */
/* Starts the program with pipes at its ends and plays the interactive steps of a case: wait for a text, type another.
 * The limit in seconds is only there so that a hang ends; what a guest may take is counted in its instructions. */
#define _XOPEN_SOURCE 700
#include "tests/guest/guest.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT_SECONDS = 1500 };

struct stream {
	int fd;
	char *text;
	size_t used;
};

struct run {
	pid_t pid;
	int input;
	struct stream out, err;
	size_t seen; /* how much of out the steps have used */
	unsigned step;
};

static void append(struct stream *s)
{
	ssize_t n;

	s->text = realloc(s->text, s->used + 65537);
	assert(s->text);
	n = read(s->fd, s->text + s->used, 65536);
	if (n <= 0) {
		close(s->fd);
		s->fd = -1;
		n = 0;
	}
	s->used += (size_t)n;
	s->text[s->used] = 0;
}

static void start(struct run *r, const struct test_case *t, const char *program)
{
	char *argv[MAX_ARGS + 2] = {(char *)(uintptr_t)program};
	int in[2], out[2], err[2];

	if (pipe(in) || pipe(out) || pipe(err))
		abort();
	memcpy(argv + 1, t->args, t->nargs * sizeof(*argv));
	r->pid = fork();
	if (!r->pid) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		dup2(err[1], 2);
		for (int fd = 3; fd < 64; fd++)
			close(fd);
		execv(program, argv);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	close(err[1]);
	r->input = in[1];
	r->out = (struct stream){out[0], calloc(1, 1), 0};
	r->err = (struct stream){err[0], calloc(1, 1), 0};
}

/* Does every step that can be done now. */
static void play(struct run *r, const struct test_case *t)
{
	for (; r->step < t->nsteps; r->step++) {
		const struct step *s = &t->steps[r->step];

		if (s->kind == STEP_EXPECT) {
			const char *found = strstr(r->out.text + r->seen, s->text);

			if (!found)
				return;
			r->seen = (size_t)(found - r->out.text) + strlen(s->text);
		} else if (s->kind == STEP_SEND && r->input >= 0) {
			if (write(r->input, s->text, strlen(s->text)) < 0)
				return;
		}
	}
}

static const char *waits_for(const struct run *r, const struct test_case *t)
{
	for (unsigned i = r->step; i < t->nsteps; i++) {
		if (t->steps[i].kind == STEP_EXPECT)
			return t->steps[i].text;
	}
	return NULL;
}

void process_run(const struct test_case *t, const char *program, struct outcome *o)
{
	struct run r = {0};
	time_t end = time(NULL) + LIMIT_SECONDS;
	int status;

	signal(SIGPIPE, SIG_IGN);
	*o = (struct outcome){0};
	start(&r, t, program);
	while (r.out.fd >= 0 || r.err.fd >= 0) {
		struct pollfd p[2] = {{r.out.fd, POLLIN, 0}, {r.err.fd, POLLIN, 0}};

		play(&r, t);
		if (poll(p, 2, 1000) < 0 && errno != EINTR)
			break;
		if (p[0].revents)
			append(&r.out);
		if (p[1].revents)
			append(&r.err);
		if (time(NULL) > end) {
			o->timed_out = true;
			kill(r.pid, SIGKILL);
		}
	}
	play(&r, t);
	o->missed = waits_for(&r, t);
	close(r.input);
	waitpid(r.pid, &status, 0);
	o->status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
	o->out = r.out.text;
	o->err = r.err.text;
}

void outcome_free(struct outcome *o)
{
	free(o->out);
	free(o->err);
}
