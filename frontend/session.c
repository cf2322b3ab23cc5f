/* SPDX-License-Identifier: MIT */
/* The loop around machine_run: slices of instructions, and between them the host's side: keys in, text out, signals,
 * hashes. Pacing lives here: with somebody watching, idle virtual time waits for real time; what it decides enters the
 * machine through the replay gate. */
#define _XOPEN_SOURCE 700
#include "frontend/session.h"

#include "frontend/terminal.h"

#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { SLICE = 2000000, MAX_WAIT_MS = 1000 };

static u64 host_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000000000u + (u64)t.tv_nsec;
}

static void flush_all(struct session *s)
{
	for (unsigned n = 0; n < MAX_LINES; n++)
		chardev_flush(&s->line[n].c);
	chardev_flush(&s->debugcon);
	plugs_settle(s, host_ns());
}

/* ---- input ------------------------------------------------------------------------------------------------ */

static void say(const char *text)
{
	fputs(text, stdout);
	fflush(stdout);
}

static void take_key(struct session *s, struct dev *d, u8 key)
{
	bool was_monitor = s->mux.monitor;
	u8 byte;

	switch (mux_key(&s->mux, key, &byte)) {
	case MUX_BYTE:
		replay_input(&s->machine->replay, d, INPUT_BYTES, &byte, 1);
		break;
	case MUX_QUIT:
		replay_command(&s->machine->replay, REPLAY_QUIT);
		break;
	case MUX_HELP:
		say(mux_help);
		break;
	case MUX_MONITOR:
		say("\r\n(orrery) ");
		break;
	case MUX_SERIAL:
		say("\r\n");
		break;
	case MUX_LINE:
		say("\r\n");
		monitor_command(s, s->mux.line);
		say("(orrery) ");
		break;
	case MUX_NOTHING:
		if (was_monitor && s->mux.monitor && key != 1) {
			printf("\r(orrery) %.*s\033[K", (int)s->mux.used, s->mux.line);
			fflush(stdout);
		}
		break;
	}
}

static void take_input(struct session *s)
{
	for (unsigned n = 0; n < MAX_LINES; n++) {
		struct chardev *c = &s->line[n].c;
		struct dev *d = s->line[n].dev;
		u8 buf[512];
		size_t room, got;

		if (!d)
			continue;
		room = d->type->room(d);
		got = chardev_read(c, buf, room < sizeof(buf) ? room : sizeof(buf));
		if (got && !c->mux)
			replay_input(&s->machine->replay, d, INPUT_BYTES, buf, got);
		for (size_t i = 0; c->mux && i < got; i++)
			take_key(s, d, buf[i]);
	}
}

/* Sleeps until something can be read, a signal comes, or the time is over. False if no input can ever come. */
static bool wait_for_input(struct session *s, int ms)
{
	struct pollfd p[MAX_LINES];
	nfds_t n = 0;

	for (unsigned i = 0; i < MAX_LINES; i++) {
		if (s->line[i].dev && s->line[i].c.in >= 0 && !s->line[i].c.ended)
			p[n++] = (struct pollfd){s->line[i].c.in, POLLIN, 0};
	}
	if (!n && ms < 0)
		return false;
	poll(p, n, ms);
	return true;
}

/* ---- time --------------------------------------------------------------------------------------------------- */

/* Virtual time may not run ahead of real time while idle; when it lags (the guest is busy), it is not hurried. */
static void pace(struct session *s)
{
	struct machine *m = s->machine;
	u64 guest = clock_now(&m->clock), host = host_ns();

	if (!s->pace_host || host - s->pace_host < guest - s->pace_guest) {
		/* ahead (instructions cost less than they count) or first time: the moments belong together now */
		s->pace_host = host;
		s->pace_guest = guest;
	}
	while (guest < m->idle_until && !terminal_signal()) {
		u64 elapsed = host_ns() - s->pace_host, due = m->idle_until - s->pace_guest;
		u64 ms = elapsed < due ? (due - elapsed) / 1000000 : 0;

		if (elapsed >= due) {
			replay_skip_to(&m->replay, m->idle_until);
			return;
		}
		flush_all(s);
		wait_for_input(s, ms > MAX_WAIT_MS ? MAX_WAIT_MS : (int)ms + 1);
		elapsed = host_ns() - s->pace_host;
		if (elapsed < due && s->pace_guest + elapsed > guest)
			replay_skip_to(&m->replay, s->pace_guest + elapsed);
		if (elapsed < due)
			return; /* woken early: look at the input */
	}
}

static void print_hashes(struct session *s)
{
	struct machine *m = s->machine;

	while (s->next_hash < s->options.nhash && s->options.hash_at[s->next_hash] == machine_icount(m)) {
		fprintf(stderr, "hash %llu %016llx\n", (unsigned long long)machine_icount(m),
			(unsigned long long)machine_hash(m));
		s->next_hash++;
	}
}

/* After each slice; at the end of the run those whose time did not come, with a word about it. */
static void take_screenshots(struct session *s, bool ended)
{
	for (unsigned n = 0; n < s->options.nscreenshot; n++) {
		const struct screenshot *shot = &s->options.screenshot[n];
		struct err err;

		if (s->screenshot_done[n] || (!ended && !screenshot_due(shot, s->machine)))
			continue;
		s->screenshot_done[n] = true;
		if (ended && !screenshot_due(shot, s->machine))
			fprintf(stderr, "orrery: -screenshot %s: the run ended before its time\n", shot->path);
		if (!screen_dump(s->machine, shot->path, &err))
			fprintf(stderr, "orrery: -screenshot: %s\n", err.text);
	}
}

/* The instruction count at which the next one comes, unless the machine idles: then it stops at the time. */
static u64 next_screenshot(struct session *s)
{
	struct machine *m = s->machine;
	u64 first = ~0ull;

	m->look_at = 0;
	for (unsigned n = 0; n < s->options.nscreenshot; n++) {
		const struct screenshot *shot = &s->options.screenshot[n];

		if (s->screenshot_done[n])
			continue;
		first = min_u64(first, screenshot_target(shot, m));
		if (!shot->instructions && (!m->look_at || shot->when < m->look_at))
			m->look_at = shot->when;
	}
	return first;
}

static u64 next_target(struct session *s)
{
	u64 target = machine_icount(s->machine) + SLICE;

	if (s->next_hash < s->options.nhash)
		target = min_u64(target, s->options.hash_at[s->next_hash]);
	if (s->options.stop_at)
		target = min_u64(target, s->options.stop_at);
	return min_u64(target, next_screenshot(s));
}

/* ---- the loop -------------------------------------------------------------------------------------------------- */

static int ending(const char *why, int status)
{
	terminal_restore();
	if (why)
		fprintf(stderr, "orrery: %s\n", why);
	return status;
}

static int run(struct session *s)
{
	struct machine *m = s->machine;

	m->paced = s->paced;
	for (;;) {
		enum machine_stop stop;

		print_hashes(s);
		take_screenshots(s, false);
		take_input(s);
		if (terminal_signal())
			return ending(NULL, 128 + terminal_signal());
		if (s->paused && !m->exit_wanted) {
			wait_for_input(s, MAX_WAIT_MS);
			continue;
		}
		if (s->options.stop_at && machine_icount(m) >= s->options.stop_at)
			return ending(NULL, 0);
		stop = machine_run(m, next_target(s));
		flush_all(s);
		switch (stop) {
		case MACHINE_EXIT:
			return ending(m->exit_reason, m->exit_status);
		case MACHINE_IDLE:
			plugs_settle(s, ~0ull);
			if (!wait_for_input(s, -1))
				return ending("the guest waits for an interrupt that nothing can cause",
					EXIT_STATUS_STUCK);
			break;
		case MACHINE_WAITING:
			pace(s);
			break;
		case MACHINE_UNTIL:
		case MACHINE_AGAIN:
			break;
		}
	}
}

int session_run(struct session *s)
{
	int status = run(s);

	take_screenshots(s, true);
	return status;
}
