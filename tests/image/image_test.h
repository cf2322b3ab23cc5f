/* SPDX-License-Identifier: MIT */
/* The tests of disk images: what its parts share. Each prints a line for what went wrong and counts. */
#ifndef TESTS_IMAGE_IMAGE_TEST_H
#define TESTS_IMAGE_IMAGE_TEST_H

#include "frontend/image/image.h"

struct totals {
	unsigned passed, failed, skipped;
};

/* Counts one more; returns ok. The text is printed if not. */
bool judge(struct totals *t, bool ok, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* The same numbers for the same seed, on every host. */
u32 next_random(u64 *seed);

struct image *must_open(const char *path, bool read_only);
/* "raw", or qcow2 of a shape; backing NULL or a file's name, whose format is raw. */
void make_image(const char *path, const char *format, u64 size, unsigned version, unsigned cluster_bits,
	const char *backing);
/* Errors (or leaks too) that a check of the file finds; -1: it can't be opened. */
long check_image(const char *path, bool leaks);
bool run(const char *fmt, ...) PRINTF_LIKE(1, 2); /* a shell command with status 0; img: our tool */

void test_kill(struct totals *t, unsigned rounds, u64 seed);
void test_fuzz(struct totals *t, unsigned rounds, u64 seed);
void test_units(struct totals *t);
void test_peer(struct totals *t);

#endif
