/* SPDX-License-Identifier: MIT */
/* Terminal modes and the signals that end the program. termios(3), signal-safety(7): handlers only call what is
 * safe. */
#define _XOPEN_SOURCE 700
#include "frontend/terminal.h"

#include <signal.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

static struct termios before;
static volatile sig_atomic_t changed, caught;

bool terminal_is_interactive(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

void terminal_restore(void)
{
	if (changed)
		tcsetattr(STDIN_FILENO, TCSANOW, &before);
	changed = 0;
}

void terminal_raw(bool keep_signals)
{
	struct termios raw;

	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &before))
		return;
	raw = before;
	raw.c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
	raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN | (keep_signals ? 0 : ISIG));
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	changed = 1;
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	atexit(terminal_restore);
}

/* A crash of ours must not leave the terminal raw either: restore, then die as we would have. */
static void on_fatal(int sig)
{
	terminal_restore();
	signal(sig, SIG_DFL);
	raise(sig);
}

static void on_end(int sig)
{
	if (caught) /* the second one does not wait */
		on_fatal(sig);
	caught = sig;
}

void terminal_catch_signals(void)
{
	static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	static const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
	struct sigaction a = {0};

	sigemptyset(&a.sa_mask);
	a.sa_handler = on_end;
	for (unsigned i = 0; i < countof(ends); i++)
		sigaction(ends[i], &a, NULL);
	a.sa_handler = on_fatal;
	for (unsigned i = 0; i < countof(fatal); i++)
		sigaction(fatal[i], &a, NULL);
	signal(SIGPIPE, SIG_IGN);
}

int terminal_signal(void)
{
	return caught;
}
