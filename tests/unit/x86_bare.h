/* SPDX-License-Identifier: MIT */
/* A processor and RAM from address 0, nothing else; the first exception stops it. For tests that set the state up
 * themselves, instruction by instruction; x86_rig.h has tables, handlers and modes. */
#ifndef TESTS_UNIT_X86_BARE_H
#define TESTS_UNIT_X86_BARE_H

#include <criterion/criterion.h>

#include "cpu/x86/flags.h"
#include "cpu/x86/isa.h"

enum { OK = -1 };

struct bare {
	struct x86 x86; /* first: the engine passes pointers to it */
	struct cpu_ops ops;
	struct space memory, ports;
	struct ram ram;
	struct region region;
	int vector; /* of the exception, or OK */
};

struct bare *bare_start(u64 ram_size);
void bare_finish(struct bare *r);

#endif
