/* SPDX-License-Identifier: MIT */
/* The snapshot container (mem/snapshot.h): what goes in comes out; a file with any damage is refused and nothing has
 * changed; files of older and newer versions load; saving never harms the file that was there. */
#define _XOPEN_SOURCE 700
#include <criterion/criterion.h>

#include "mem/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct part {
	u32 a;
	u16 list[4];
};

struct thing {
	u64 wide;
	u8 raw[6];
	u8 pad[2];
	struct part part[2];
};

static const struct state_field part_rows[] = {
	STATE_U(struct part, a),
	STATE_U_ARRAY(struct part, list),
	STATE_END,
};

static const struct state_field thing_rows[] = {
	STATE_U(struct thing, wide),
	STATE_RAW(struct thing, raw),
	STATE_SKIP(struct thing, pad),
	STATE_SUB_ARRAY(struct thing, part, part_rows),
	STATE_END,
};

static const struct thing sample = {
	.wide = 0x1122334455667788, .raw = "abcdef", .part = {{1, {2, 3, 4, 5}}, {6, {7, 8, 9, 10}}},
};

/* ---- files --------------------------------------------------------------------------------------------------- */

static char folder[] = "/tmp/orrery-snapshot-XXXXXX", path[64];

static void start(void)
{
	cr_assert(mkdtemp(folder) != NULL);
	snprintf(path, sizeof(path), "%s/s", folder);
}

static void finish(void)
{
	unlink(path);
	rmdir(folder);
}

TestSuite(snapshot, .init = start, .fini = finish);

static u8 *file_bytes(size_t *size)
{
	FILE *f = fopen(path, "rb");
	u8 *data = malloc(1 << 20);

	cr_assert(f && data);
	*size = fread(data, 1, 1 << 20, f);
	fclose(f);
	return data;
}

static void file_put(const u8 *data, size_t n)
{
	FILE *f = fopen(path, "wb");

	cr_assert(f != NULL && fwrite(data, 1, n, f) == n && fclose(f) == 0);
}

static void save(void)
{
	struct snapshot_writer *w = snapshot_writer_new();
	u8 text[3000];
	struct err err;

	memset(text, 'x', sizeof(text));
	snapshot_put(w, "text", 3, text, sizeof(text));
	snapshot_put_state(w, "thing", 7, thing_rows, &sample);
	snapshot_put(w, "empty", 1, "", 0);
	cr_assert(snapshot_write(w, path, &err), "%s", err.text);
}

static struct snapshot_reader *open_it(void)
{
	struct err err;
	struct snapshot_reader *r = snapshot_open(path, &err);

	cr_assert(r != NULL, "%s", err.text);
	return r;
}

static bool refused(struct err *err)
{
	struct snapshot_reader *r = snapshot_open(path, err);

	snapshot_close(r);
	return !r;
}

/* ---- round trip ---------------------------------------------------------------------------------------------- */

Test(snapshot, round_trip)
{
	struct thing t = {.pad = {1, 2}};
	struct snapshot_reader *r;
	u32 version = 0;
	size_t size = 0;
	struct err err;
	const u8 *text;

	save();
	r = open_it();
	text = snapshot_get(r, "text", &version, &size);
	cr_assert(text && version == 3 && size == 3000);
	for (unsigned i = 0; i < size; i++)
		cr_assert_eq(text[i], 'x');
	cr_assert(snapshot_get(r, "empty", &version, &size) && version == 1 && size == 0);
	cr_expect(!snapshot_get(r, "tex", &version, &size));
	cr_assert(snapshot_get_state(r, "thing", &version, thing_rows, &t, sizeof(t), &err), "%s", err.text);
	cr_expect_eq(version, 7u);
	cr_expect_eq(state_compare(thing_rows, &t, &sample, "t", stderr), 0u);
	cr_expect_eq(t.pad[1], 2, "what has no saved row keeps its value");
	snapshot_close(r);
}

Test(snapshot, repeats_byte_for_byte)
{
	size_t n, m;
	u8 *a, *b;

	save();
	a = file_bytes(&n);
	save();
	b = file_bytes(&m);
	cr_assert(n == m && !memcmp(a, b, n));
	cr_expect_lt(n, (size_t)700, "3000 equal bytes pack well");
	free(a);
	free(b);
}

/* ---- damage -------------------------------------------------------------------------------------------------- */

Test(snapshot, every_truncation_is_refused)
{
	size_t n;
	struct err err;
	u8 *data;

	save();
	data = file_bytes(&n);
	for (size_t k = 0; k < n; k++) {
		file_put(data, k);
		cr_assert(refused(&err), "the first %zu of %zu bytes", k, n);
	}
	free(data);
}

Test(snapshot, every_flipped_bit_is_refused)
{
	size_t n;
	struct err err;
	u8 *data;

	save();
	data = file_bytes(&n);
	for (size_t bit = 0; bit < n * 8; bit++) {
		data[bit / 8] ^= (u8)(1u << bit % 8);
		file_put(data, n);
		data[bit / 8] ^= (u8)(1u << bit % 8);
		cr_assert(refused(&err), "bit %zu", bit);
	}
	file_put(data, n);
	cr_expect(!refused(&err));
	free(data);
}

Test(snapshot, appended_bytes_are_refused)
{
	size_t n;
	struct err err;
	u8 *data;

	save();
	data = file_bytes(&n);
	memset(data + n, 0, 16);
	for (size_t more = 1; more <= 16; more++) {
		file_put(data, n + more);
		cr_assert(refused(&err), "%zu zeros more", more);
	}
	free(data);
}

/* A checksum of the whole file made to fit, so that only the lie itself is wrong with it. */
static void seal(u8 *data, size_t n)
{
	u32 crc = 0xffffffff;

	for (size_t i = 0; i < n - 4; i++) {
		crc ^= data[i];
		for (unsigned k = 0; k < 8; k++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	store_le32(data + n - 4, ~crc);
}

/* Lengths in a file are not believed: each is set to something else, with all checksums right. Header 12; name 1 + 4;
 * version 4; raw size at 21, packed size at 29. */
Test(snapshot, lies_about_sizes_are_refused)
{
	static const u64 lies[] = {0, 1, 2999, 3001, 100000, 1ull << 39, 1ull << 62, ~0ull};
	size_t n;
	struct err err;
	u8 *data;

	save();
	data = file_bytes(&n);
	cr_assert(load_le64(data + 21) == 3000);
	for (unsigned field = 21; field <= 29; field += 8) {
		u64 right = load_le64(data + field);

		for (unsigned i = 0; i < countof(lies); i++) {
			store_le64(data + field, lies[i]);
			seal(data, n);
			file_put(data, n);
			cr_assert(refused(&err), "%llu at %u", (unsigned long long)lies[i], field);
			cr_assert(strstr(err.text, "text") != NULL, "%s", err.text);
		}
		store_le64(data + field, right);
	}
	seal(data, n);
	file_put(data, n);
	cr_expect(!refused(&err), "%s", err.text);
	free(data);
}

Test(snapshot, other_files_are_named)
{
	struct err err;

	cr_expect(refused(&err) && strstr(err.text, path), "%s", err.text);
	file_put((const u8 *)"hello, world, this is no snapshot", 33);
	cr_expect(refused(&err) && strstr(err.text, "not a snapshot"), "%s", err.text);
	save();
	{
		size_t n;
		u8 *data = file_bytes(&n);

		data[8] = 2;
		seal(data, n);
		file_put(data, n);
		cr_expect(refused(&err) && strstr(err.text, "format 2"), "%s", err.text);
		free(data);
	}
}

/* ---- versions ------------------------------------------------------------------------------------------------ */

struct newer {
	u64 wide, added;
	struct part part[3];
};

static const struct state_field newer_rows[] = {
	STATE_U(struct newer, added),
	STATE_SUB_ARRAY(struct newer, part, part_rows),
	STATE_U(struct newer, wide),
	STATE_END,
};

/* Rows of another version: unknown fields are skipped, absent ones keep their value, order does not matter. */
Test(snapshot, fields_are_found_by_name)
{
	struct newer n = {.added = 99, .part[2] = {.a = 77}};
	struct snapshot_reader *r;
	struct err err;
	u32 version;

	save();
	r = open_it();
	cr_assert(snapshot_get_state(r, "thing", &version, newer_rows, &n, sizeof(n), &err), "%s", err.text);
	cr_expect_eq(n.wide, sample.wide);
	cr_expect_eq(n.added, 99u);
	cr_expect_eq(n.part[1].list[3], 10);
	cr_expect_eq(n.part[2].a, 77u, "an array that has grown");
	snapshot_close(r);
}

struct resized {
	u32 wide;
};

static const struct state_field resized_rows[] = {STATE_U(struct resized, wide), STATE_END};

/* A field whose size differs can't be loaded; the object is as it was, also what came before in the section. */
Test(snapshot, malformed_fields_change_nothing)
{
	struct resized z = {5};
	struct thing t = {.wide = 4};
	struct snapshot_writer *w = snapshot_writer_new();
	static const u8 cut[] = {
		4, 'w', 'i', 'd', 'e', 8, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 3, 'r', 'a', 'w', 6, 0, 0, 0, 1,
	};
	struct snapshot_reader *r;
	struct err err;
	u32 version;

	snapshot_put_state(w, "thing", 1, thing_rows, &sample);
	snapshot_put(w, "cut", 1, cut, sizeof(cut));
	cr_assert(snapshot_write(w, path, &err), "%s", err.text);
	r = open_it();
	cr_expect(!snapshot_get_state(r, "thing", &version, resized_rows, &z, sizeof(z), &err));
	cr_expect(strstr(err.text, "thing") && strstr(err.text, "wide"), "%s", err.text);
	cr_expect_eq(z.wide, 5u);
	for (unsigned n = 0; n <= sizeof(cut); n++) {
		cr_expect(!snapshot_get_state(r, "cut", &version, thing_rows, &t, sizeof(t), &err));
		cr_expect_eq(t.wide, 4u);
	}
	cr_expect(!snapshot_get_state(r, "none", &version, thing_rows, &t, sizeof(t), &err));
	cr_expect(strstr(err.text, "missing") != NULL, "%s", err.text);
	snapshot_close(r);
}

/* ---- saving -------------------------------------------------------------------------------------------------- */

static bool exists(const char *name)
{
	struct stat st;

	return !stat(name, &st);
}

Test(snapshot, a_failed_save_leaves_the_old_file)
{
	struct snapshot_writer *w = snapshot_writer_new();
	char part[80];
	struct err err;
	size_t n, m;
	u8 *a, *b;

	save();
	a = file_bytes(&n);
	snprintf(part, sizeof(part), "%s.part", path);
	cr_assert(mkdir(part, 0777) == 0); /* so that it can't be opened for writing, whoever we are */
	snapshot_put(w, "other", 1, "abc", 3);
	cr_expect(!snapshot_write(w, path, &err));
	cr_expect(strstr(err.text, part) != NULL, "%s", err.text);
	rmdir(part);
	b = file_bytes(&m);
	cr_expect(n == m && !memcmp(a, b, n));
	free(a);
	free(b);
}

Test(snapshot, a_save_replaces_and_leaves_nothing_behind)
{
	struct snapshot_writer *w = snapshot_writer_new();
	struct snapshot_reader *r;
	char part[80];
	struct err err;
	u32 version;
	size_t n;

	file_put((const u8 *)"old", 3);
	snapshot_put(w, "new", 1, "abc", 3);
	cr_assert(snapshot_write(w, path, &err), "%s", err.text);
	snprintf(part, sizeof(part), "%s.part", path);
	cr_expect(!exists(part));
	r = open_it();
	cr_expect(snapshot_get(r, "new", &version, &n) && n == 3);
	snapshot_close(r);
	w = snapshot_writer_new();
	cr_expect(!snapshot_write(w, "/nonexistent-folder/s", &err));
	cr_expect(strstr(err.text, "nonexistent-folder") != NULL, "%s", err.text);
}
