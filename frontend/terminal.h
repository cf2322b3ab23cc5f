/* SPDX-License-Identifier: MIT */
/* The user's terminal: raw while the guest has it, and as it was before on every exit, signals included. */
#ifndef FRONTEND_TERMINAL_H
#define FRONTEND_TERMINAL_H

#include "mem/base/base.h"

/* True when both ends are a terminal: somebody is watching. */
bool terminal_is_interactive(void);
/* Raw input; keep_signals leaves Ctrl-C and Ctrl-Z to the host (plain -serial stdio, as QEMU). */
void terminal_raw(bool keep_signals);
void terminal_restore(void);
/* Installs handlers for signals that end the program: they restore the terminal and set the flag below. */
void terminal_catch_signals(void);
/* The signal that asked us to end, or 0. */
int terminal_signal(void);

#endif
