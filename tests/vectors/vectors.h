/* SPDX-License-Identifier: MIT */
/* What the instruction-vector runners share. A runner knows one format of vectors and prints one line per file; files
 * and their formats are described in the FORMAT.md that lies with them. */
#ifndef TESTS_VECTORS_VECTORS_H
#define TESTS_VECTORS_VECTORS_H

#include "mem/base/base.h"
#include "mem/base/err.h"

#include <stdio.h>

struct options {
	unsigned every;   /* run only each n-th vector */
	unsigned show;    /* failures to print per file */
	const char *model; /* processor model, or NULL */
};

struct tally {
	u64 passed, failed, skipped;
};

struct runner {
	const char *name;
	const char *suffix; /* of its files */
	const char *about;
	/* Runs one file's vectors, `name` being its class. False: unreadable. */
	bool (*run)(void *state, const char *name, const u8 *data, size_t size, struct tally *t, struct err *err);
	void *(*open)(const struct options *o, struct err *err);
	void (*close)(void *state);
	/* Classes that a processor model may lack: counted apart. */
	const char *const *apart;
};

extern const struct runner runner_x86, runner_x86user, runner_a64;

/* Reading a file's bytes in order; past the end reads 0 and sets bad. */
struct cursor {
	const u8 *p, *end;
	bool bad;
};

static inline const u8 *cursor_take(struct cursor *c, size_t n)
{
	static const u8 nothing[256];
	const u8 *p = c->p;

	if (c->bad || n > (size_t)(c->end - c->p)) {
		c->bad = true;
		return nothing;
	}
	c->p += n;
	return p;
}

static inline u8 cursor_u8(struct cursor *c)
{
	return *cursor_take(c, 1);
}

static inline u16 cursor_u16(struct cursor *c)
{
	return load_le16(cursor_take(c, 2));
}

static inline u32 cursor_u32(struct cursor *c)
{
	return load_le32(cursor_take(c, 4));
}

static inline u64 cursor_u64(struct cursor *c)
{
	return load_le64(cursor_take(c, 8));
}

/* A vector that is allowed to differ. */
struct exception {
	const char *set, *file;
	const char *form; /* x86user: of this form, if it runs without an exception; NULL for the others */
	u32 index;  /* or ANY_VECTOR */
	u32 class;  /* bits that the vector's class must have */
	u16 ignore; /* registers that may differ; 0: the vector is left out */
	const char *why; /* with the manual's section */
};
#define ANY_VECTOR ~0u

/* The exception that holds for a vector, or NULL; `form` may be NULL. */
const struct exception *known_exception(const char *set, const char *file, const char *form, u32 index, u32 class);

#endif
