/* SPDX-License-Identifier: MIT */
/* The container that saved machines live in: named, versioned, compressed sections, each with a checksum, and one over
 * the whole file. A reader checks everything before it hands out a byte, so a damaged file is refused and nothing has
 * changed. Sections and fields are found by name: unknown ones are skipped, absent ones keep their present value. */
#ifndef MEM_SNAPSHOT_H
#define MEM_SNAPSHOT_H

#include "mem/state.h"

/* File, little endian:
 *   "ORRYSNAP" u32 format=1
 *   sections: u8 n, n bytes name, u32 version, u64 raw size, u64 packed size, u32 CRC-32 of the packed bytes, zlib data
 *   u8 0, u32 CRC-32 of all bytes before it
 * A section of described state is fields: u8 n, n bytes name, u32 size, packed little-endian data; structs nest. */

struct snapshot_writer;
struct snapshot_reader;

/* Collects sections in memory. */
struct snapshot_writer *snapshot_writer_new(void);
void snapshot_put(struct snapshot_writer *w, const char *name, u32 version, const void *data, size_t size);
void snapshot_put_state(struct snapshot_writer *w, const char *name, u32 version, const struct state_field *rows,
	const void *obj);
/* Writes to a temporary file beside `path`, flushes it to disk, and renames: the old file stays whole until the new
 * one is. Frees the writer either way. */
bool snapshot_write(struct snapshot_writer *w, const char *path, struct err *err);
void snapshot_writer_free(struct snapshot_writer *w);

/* Reads and checks the whole file; NULL with err if anything in it is wrong. */
struct snapshot_reader *snapshot_open(const char *path, struct err *err);
void snapshot_close(struct snapshot_reader *r);
/* The section's bytes (the reader's), or NULL if there is none of this name. */
const u8 *snapshot_get(const struct snapshot_reader *r, const char *name, u32 *version, size_t *size);
/* False if the section is absent or its fields are malformed; the object is untouched then. */
bool snapshot_get_state(const struct snapshot_reader *r, const char *name, u32 *version, const struct state_field *rows,
			void *obj, size_t obj_size, struct err *err);

#endif
