/* SPDX-License-Identifier: MIT */
/* State is described, not serialised by hand: one row per member of a struct that the guest can see or
 * feel. Snapshot, hash, comparison, printing and the gap check all read the same rows. Numbers are
 * hashed and saved little endian, so that every host agrees. DESIGN.md section 1, idea 7. */
#ifndef MEM_STATE_H
#define MEM_STATE_H

#include "mem/base/base.h"
#include "mem/base/err.h"

#include <stdio.h>

enum state_kind {
	STATE_NUMBER,  /* unsigned or signed integer of esize 1, 2, 4 or 8 bytes (bool and u8 enums too) */
	STATE_BYTES,   /* count opaque bytes */
	STATE_STRUCT,  /* count nested structs of esize bytes described by sub */
	/* recomputed from other members by the owner's after-load hook; skipped by all but the gap check */
	STATE_DERIVED,
};

struct state_field {
	const char *name;
	u32 offset, esize, count;
	enum state_kind kind;
	const struct state_field *sub;
	const char *doc; /* may be NULL */
};

/* Arrays describe themselves: count is taken from the member. A table ends with {0}. */
#define STATE_ESIZE(t, m)       sizeof(((t *)0)->m)
#define STATE_U(t, m)           {#m, offsetof(t, m), STATE_ESIZE(t, m), 1, STATE_NUMBER, NULL, NULL}
#define STATE_U_ARRAY(t, m) \
	{#m, offsetof(t, m), STATE_ESIZE(t, m[0]), countof(((t *)0)->m), STATE_NUMBER, NULL, NULL}
#define STATE_RAW(t, m)         {#m, offsetof(t, m), 1, STATE_ESIZE(t, m), STATE_BYTES, NULL, NULL}
#define STATE_SUB(t, m, s)      {#m, offsetof(t, m), STATE_ESIZE(t, m), 1, STATE_STRUCT, s, NULL}
#define STATE_SUB_ARRAY(t, m, s) \
	{#m, offsetof(t, m), STATE_ESIZE(t, m[0]), countof(((t *)0)->m), STATE_STRUCT, s, NULL}
#define STATE_SKIP(t, m)        {#m, offsetof(t, m), 1, STATE_ESIZE(t, m), STATE_DERIVED, NULL, NULL}
/* The bytes between the end of member m and the start of member next; those from the end of m on. */
#define STATE_GAP(t, m, next) \
	{"(padding)", offsetof(t, m) + STATE_ESIZE(t, m), 1, offsetof(t, next) - offsetof(t, m) - STATE_ESIZE(t, m), \
	 STATE_DERIVED, NULL, NULL}
#define STATE_GAP_END(t, m) \
	{"(padding)", offsetof(t, m) + STATE_ESIZE(t, m), 1, sizeof(t) - offsetof(t, m) - STATE_ESIZE(t, m), \
	 STATE_DERIVED, NULL, NULL}
/* Members first..last that are not saved, in one row. */
#define STATE_SKIP_RANGE(t, first, last) \
	{#first " .. " #last, offsetof(t, first), 1, offsetof(t, last) + STATE_ESIZE(t, last) - offsetof(t, first), \
	 STATE_DERIVED, NULL, NULL}
#define STATE_END               {NULL, 0, 0, 0, STATE_NUMBER, NULL, NULL}

/* Bytes of [0, size) that no row covers, or that two rows cover: prints one line each to `out`
 * (may be NULL) and returns how many bytes are wrong. */
unsigned state_gap_check(const char *name, const struct state_field *rows, size_t size, FILE *out);

/* How many bytes state_save writes for these rows. */
size_t state_saved_size(const struct state_field *rows);
/* Writes and reads the packed little-endian image; returns bytes used. */
size_t state_save(const struct state_field *rows, const void *obj, u8 *out);
size_t state_load(const struct state_field *rows, void *obj, const u8 *in);

/* 64-bit FNV-1a over the packed image, continuing from h (start with STATE_HASH_INIT). */
#define STATE_HASH_INIT 0xcbf29ce484222325ull
u64 state_hash(const struct state_field *rows, const void *obj, u64 h);
u64 state_hash_bytes(const void *p, size_t n, u64 h);

/* Prints "prefix.name = value" lines for every member that differs; returns how many differ. */
unsigned state_compare(const struct state_field *rows, const void *a, const void *b, const char *prefix, FILE *out);
void state_print(const struct state_field *rows, const void *obj, const char *prefix, FILE *out);

/* Finds a member by dotted name with optional index ("seg[2].base"); reads a number of up to 64 bits. */
bool state_read_named(const struct state_field *rows, const void *obj, const char *name, u64 *value);

#endif
