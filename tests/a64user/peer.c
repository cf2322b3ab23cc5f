/* SPDX-License-Identifier: MIT */
/* The child: qemu-aarch64 with the runner. Samples and results lie in a file that both map (wire.h); a byte in a pipe
 * starts a batch, one in the other pipe ends it. qemu may die of a word: then it is started again. */
#define _POSIX_C_SOURCE 200809L
#include "tests/a64user/a64user.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 20000 };

/* SVE and SME are not among our rows, and what they change does not show in a signal frame. */
static const char emulator[] = "qemu-aarch64-static", model[] = "max,sve=off,sme=off";

/* ---- the process ------------------------------------------------------------------------------------------------- */

/* Standard output is not for answers: qemu's last words go there. */
static void child(const struct peer *p, int requests, int replies)
{
	const struct rlimit none = {0, 0};
	int null = open("/dev/null", O_RDWR);

	/* first out of the way of where they go */
	requests = fcntl(requests, F_DUPFD, 10);
	replies = fcntl(replies, F_DUPFD, 10);
	setrlimit(RLIMIT_CORE, &none);
	if (dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0 || dup2(p->file, WIRE_FD) < 0 ||
		dup2(requests, WIRE_REQUESTS) < 0 || dup2(replies, WIRE_REPLIES) < 0)
		_exit(1);
	execlp(emulator, emulator, "-cpu", model, p->runner, (char *)NULL);
	_exit(1);
}

static bool spawn(struct peer *p)
{
	int requests[2], replies[2];

	if (pipe(requests) != 0)
		return false;
	if (pipe(replies) != 0) {
		close(requests[0]);
		close(requests[1]);
		return false;
	}
	fcntl(requests[1], F_SETFD, FD_CLOEXEC);
	fcntl(replies[0], F_SETFD, FD_CLOEXEC);
	fflush(stdout);
	p->pid = fork();
	if (p->pid == 0)
		child(p, requests[0], replies[1]);
	close(requests[0]);
	close(replies[1]);
	p->requests = requests[1];
	p->replies = replies[0];
	return p->pid > 0;
}

static void reap(struct peer *p)
{
	if (p->pid <= 0)
		return;
	kill(p->pid, SIGKILL);
	while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
		;
	close(p->requests);
	close(p->replies);
	p->pid = 0;
}

bool peer_open(struct peer *p, const char *runner, const u8 *data, struct err *err)
{
	FILE *f = tmpfile();

	*p = (struct peer){.runner = runner};
	if (!f)
		return err_set(err, "no temporary file");
	p->file = fcntl(fileno(f), F_DUPFD, 10);
	fclose(f);
	if (p->file < 0 || ftruncate(p->file, sizeof(struct wire)) != 0)
		return err_set(err, "no space in the temporary file");
	p->wire = mmap(NULL, sizeof(struct wire), PROT_READ | PROT_WRITE, MAP_SHARED, p->file, 0);
	if (p->wire == MAP_FAILED)
		return err_set(err, "can't map the temporary file");
	memcpy(p->wire->data, data, WIRE_DATA_SIZE);
	return (signal(SIGPIPE, SIG_IGN) != SIG_ERR && spawn(p)) || err_set(err, "can't start a child");
}

void peer_close(struct peer *p)
{
	reap(p);
	munmap(p->wire, sizeof(struct wire));
	close(p->file);
}

bool peer_start(struct peer *p, u32 from, u32 count)
{
	u8 byte = 0;

	for (unsigned tries = 0; tries < 2; tries++) {
		if (!p->pid && !spawn(p))
			return false;
		store_le32(&p->wire->current, from);
		store_le32(&p->wire->from, from);
		store_le32(&p->wire->count, count);
		if (write(p->requests, &byte, 1) == 1)
			return true;
		reap(p); /* it died between two batches */
		p->deaths++;
	}
	return false;
}

u32 peer_wait(struct peer *p, u32 count)
{
	struct pollfd f = {.fd = p->replies, .events = POLLIN};
	u8 byte;

	if (poll(&f, 1, PATIENCE_MS) == 1 && read(p->replies, &byte, 1) == 1)
		return count;
	reap(p);
	p->deaths++;
	return load_le32(&p->wire->current);
}

/* ---- numbers in the runner's byte order -------------------------------------------------------------------------- */

void peer_put(struct peer *p, unsigned k, const struct sample *s)
{
	struct wire_sample *w = &p->wire->sample[k];

	for (unsigned n = 0; n < 31; n++)
		store_le64(&w->state.x[n], s->s.x[n]);
	for (unsigned n = 0; n < 32; n++) {
		store_le64(&w->state.v[n * 2], s->s.v[n].q[0]);
		store_le64(&w->state.v[n * 2 + 1], s->s.v[n].q[1]);
	}
	store_le64(&w->state.sp, s->s.x[31]);
	store_le64(&w->state.pc, s->s.pc);
	store_le64(&w->state.pstate, s->s.nzcv | s->s.pstate);
	store_le64(&w->state.tpidr, s->s.tpidr);
	store_le32(&w->state.fpcr, s->s.fpcr);
	store_le32(&w->state.fpsr, s->s.fpsr);
	store_le32(&w->word[0], s->word[0]);
	store_le32(&w->word[1], s->n > 1 ? s->word[1] : WIRE_BRK);
	store_le32(&w->flags, s->memory ? WIRE_MEMORY : 0);
	store_le32(&w->brk_at, s->brk_at);
}

static void take_state(const struct wire_state *w, struct a64_state *s)
{
	u32 pstate = (u32)load_le64(&w->pstate);

	for (unsigned n = 0; n < 31; n++)
		s->x[n] = load_le64(&w->x[n]);
	for (unsigned n = 0; n < 32; n++) {
		s->v[n].q[0] = load_le64(&w->v[n * 2]);
		s->v[n].q[1] = load_le64(&w->v[n * 2 + 1]);
	}
	s->x[31] = load_le64(&w->sp);
	s->pc = load_le64(&w->pc);
	s->nzcv = pstate & 0xf0000000;
	s->pstate = pstate & A64_PSTATE;
	s->tpidr = load_le64(&w->tpidr);
	s->fpcr = load_le32(&w->fpcr);
	s->fpsr = load_le32(&w->fpsr) & A64_FPSR;
}

/* Wherever it stopped behind the sample, it has run: by a branch it may have come to no code at all. */
static enum outcome_kind kind_of(u32 signal, u64 pc, const struct sample *s)
{
	if (pc - s->s.pc >= s->n * 4)
		return OUT_RAN;
	switch (signal) { /* as Linux for arm64 numbers them */
	case 4: return OUT_UNDEFINED;
	case 5: return OUT_BREAK;
	case 7: return OUT_ALIGNMENT;
	case 11: return OUT_ABORT;
	default: return OUT_OTHER;
	}
}

void peer_take(const struct peer *p, unsigned k, const struct sample *s, struct outcome *o)
{
	const struct wire_result *r = &p->wire->result[k];

	take_state(&r->state, &o->s);
	o->kind = kind_of(load_le32(&r->signal), o->s.pc, s);
	o->permission = load_le32(&r->code) == 2; /* SEGV_ACCERR */
	o->address = load_le64(&r->address);
	o->nchunks = load_le32(&r->nchunks);
	for (unsigned n = 0; n < o->nchunks && n < WIRE_CHUNKS; n++) {
		o->chunk[n] = r->chunk[n];
		o->chunk[n].at = load_le32(&r->chunk[n].at);
	}
}
