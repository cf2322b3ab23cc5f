/* SPDX-License-Identifier: MIT */
/* Scripts for devices (*.dev): lines of commands, several on a line with " / " between them, "#" to the end of the line
 * is a comment. Numbers are hexadecimal without 0x; "LABEL = VALUE" commands are checks. OFF is from the base of the
 * device in use, or port:ADDRESS or mem:ADDRESS.
 *
 * set-up, also done by the fuzzer and the check of reset values:
 *   epoch SECONDS             (decimal; first) power-on time; ram MIB: memory at 0
 *   device TYPE [as ID] [port|mem|pci BASE] [irq N] [KEY=VALUE ...]     adds a device and uses it
 *   use ID                    which device the commands below mean
 *   wire FROM OUT TO PIN      output pin to input pin (decimal)
 *   cascade ID                the device in use is the master 8259 of ID
 *   solder                    connects what is there as the pc board does (rig_solder)
 *   except NAME ...           registers whose value after reset is not their row's: say why in a comment
 *   memory BELOW ABOVE        CMOS memory-size bytes for MiB of RAM below and above 4 GiB
 * accesses and time:
 *   w8|w16|w32|w64 OFF VALUE          r8|r16|r32|r64 OFF = VALUE [& MASK]
 *                             without "= ...": read, whatever it gives
 *   wmsr MSR VALUE [= fault]          rmsr MSR = VALUE|fault
 *   wicc NAME VALUE                   ricc NAME = VALUE      system registers of a gicv3: ICC_IAR1, ICV_PMR ...
 *   cpu N                     the processor (decimal) that makes accesses to a GIC from here on
 *   tick TIME                 12ns 5us 3ms 1s, fractions too: 54.925ms
 *   reset                     all devices
 * wires (decimal numbers):
 *   pin N 0|1|pulse           input pin        out N = LEVEL         output pin
 *   irq N = LEVEL             global interrupt rises out|irq N = COUNT   rising edges since last asked
 *                                                (without "=": start to count)
 *   ack = VECTOR|none         INTA cycles      core intr|nmi|smi|init|startup = COUNT
 * host and machine:
 *   input KIND HEX|"TEXT" ... bytes, key, mouse; through the replay gate
 *   output = "TEXT"           what was written to serial ports and consoles since last asked
 *   state NAME = VALUE        a member of the state by its row's name
 *   exit = STATUS|none        (decimal)        reset-wanted = 0|1
 *   button                    the power button */
#ifndef TESTS_DEV_SCRIPT_H
#define TESTS_DEV_SCRIPT_H

#include "tests/dev/rig.h"

enum { SCRIPT_WORDS = 24, SCRIPT_LIST = 512 };

struct command {
	unsigned line, nwords;
	char *word[SCRIPT_WORDS + 1]; /* NULL-ended; strings keep their opening quote */
};

struct script {
	const char *path;
	char *text;
	struct command *commands;
	unsigned n;
	/* while running */
	struct rig rig;
	struct rig_dev *use;
	char except[SCRIPT_LIST];
	char why[SCRIPT_LIST]; /* what is wrong with a command */
};

/* Reads and splits a file; says what is wrong on standard error. */
bool script_load(struct script *s, const char *path);
void script_free(struct script *s);
/* Makes the rig and runs the set-up commands, or all of them; every failed check prints "FILE:LINE: ..." and
 * counts. The caller ends with rig_free(&s->rig). */
unsigned script_run(struct script *s, bool setup_only);

/* fuzz.c: random accesses, wires and times on the rig of a script; now and then goes back to a saved state and repeats
 * a stretch, which must read the same. Returns how many things were wrong; *hash is of all that was read, the same on
 * every host. */
unsigned fuzz_run(struct script *s, u64 steps, u64 seed, u64 *hash);

#endif
