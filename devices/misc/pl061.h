/* SPDX-License-Identifier: MIT */
/* The PL061's eight lines, GPIO0 to GPIO7: pin n is what the world drives into line n, output n what the line is
 * driven to (low while it is an input). */
#ifndef DEVICES_MISC_PL061_H
#define DEVICES_MISC_PL061_H

enum { PL061_LINES = 8 };

/* gpio_key: a push button for such a line. A rising edge at its pin presses it for a tenth of a second. */
enum { GPIO_KEY_PIN_PRESS };
enum { GPIO_KEY_OUT };

#endif
