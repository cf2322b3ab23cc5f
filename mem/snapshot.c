/* SPDX-License-Identifier: MIT */
/* Writing and reading snapshot files. Every length in a file is untrusted: it is compared with what is left before
 * use, and a section may not unpack to more than it says or than a sane limit. */
#define _XOPEN_SOURCE 700
#include "mem/snapshot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

static const char magic[8] = "ORRYSNAP";
enum { FORMAT = 1, MAX_SECTIONS = 65536, HEADER = 12 };
#define MAX_SECTION (1ull << 40)

struct buffer {
	u8 *data;
	size_t size, room;
};

struct snapshot_writer {
	struct buffer out;
};

struct section {
	char name[256];
	u32 version;
	u8 *data;
	size_t size;
};

struct snapshot_reader {
	struct section *sections;
	unsigned nsections;
};

/* ---- growing buffer ------------------------------------------------------------------------------------ */

static u8 *extend(struct buffer *b, size_t n)
{
	if (b->size + n > b->room) {
		b->room = (b->size + n) * 3 / 2 + 256;
		b->data = realloc(b->data, b->room);
		assert(b->data);
	}
	b->size += n;
	return b->data + b->size - n;
}

static void put_number(struct buffer *b, unsigned n, u64 v)
{
	store_le(extend(b, n), n, v);
}

static void put_bytes(struct buffer *b, const void *p, size_t n)
{
	if (n)
		memcpy(extend(b, n), p, n);
}

static void put_name(struct buffer *b, const char *name)
{
	size_t n = strlen(name);

	assert(n && n < 256);
	put_number(b, 1, n);
	put_bytes(b, name, n);
}

/* ---- writing ------------------------------------------------------------------------------------------------ */

struct snapshot_writer *snapshot_writer_new(void)
{
	struct snapshot_writer *w = calloc(1, sizeof(*w));

	assert(w);
	put_bytes(&w->out, magic, sizeof(magic));
	put_number(&w->out, 4, FORMAT);
	return w;
}

void snapshot_writer_free(struct snapshot_writer *w)
{
	if (w)
		free(w->out.data);
	free(w);
}

void snapshot_put(struct snapshot_writer *w, const char *name, u32 version, const void *data, size_t size)
{
	uLongf packed = compressBound((uLong)size);
	u8 *image = malloc(packed);
	int r;

	assert(image);
	r = compress2(image, &packed, data, (uLong)size, 1);
	assert(r == Z_OK);
	put_name(&w->out, name);
	put_number(&w->out, 4, version);
	put_number(&w->out, 8, size);
	put_number(&w->out, 8, packed);
	put_number(&w->out, 4, (u32)crc32_z(0, image, packed));
	put_bytes(&w->out, image, packed);
	free(image);
}

static void put_fields(struct buffer *b, const struct state_field *rows, const void *obj)
{
	for (; rows->name; rows++) {
		const u8 *p = (const u8 *)obj + rows->offset;
		size_t at;

		if (rows->kind == STATE_DERIVED)
			continue;
		put_name(b, rows->name);
		put_number(b, 4, 0);
		at = b->size;
		for (u32 i = 0; i < rows->count && rows->kind == STATE_STRUCT; i++) {
			size_t one = b->size;

			put_number(b, 4, 0);
			put_fields(b, rows->sub, p + (size_t)i * rows->esize);
			store_le32(b->data + one, (u32)(b->size - one - 4));
		}
		if (rows->kind != STATE_STRUCT) {
			const struct state_field one[2] = {*rows, STATE_END};
			size_t n = state_saved_size(one);

			state_save(one, obj, extend(b, n));
		}
		store_le32(b->data + at - 4, (u32)(b->size - at));
	}
}

void snapshot_put_state(struct snapshot_writer *w, const char *name, u32 version, const struct state_field *rows,
	const void *obj)
{
	struct buffer b = {0};

	put_fields(&b, rows, obj);
	snapshot_put(w, name, version, b.data ? b.data : (u8 *)"", b.size);
	free(b.data);
}

static bool write_all(const struct buffer *b, const char *path, struct err *err)
{
	FILE *f = fopen(path, "wb");
	bool ok;

	if (!f)
		return err_set(err, "%s: %s", path, strerror(errno));
	ok = fwrite(b->data, 1, b->size, f) == b->size;
	ok = fflush(f) == 0 && ok;
	ok = fsync(fileno(f)) == 0 && ok;
	if (!ok)
		err_set(err, "%s: %s", path, strerror(errno));
	ok = fclose(f) == 0 && ok;
	return ok;
}

bool snapshot_write(struct snapshot_writer *w, const char *path, struct err *err)
{
	size_t n = strlen(path) + 8;
	char *temporary = malloc(n);
	bool ok;

	assert(temporary);
	snprintf(temporary, n, "%s.part", path);
	put_number(&w->out, 1, 0);
	put_number(&w->out, 4, crc32_z(0, w->out.data, w->out.size));
	ok = write_all(&w->out, temporary, err);
	if (ok && rename(temporary, path))
		ok = err_set(err, "%s: %s", path, strerror(errno));
	if (!ok)
		unlink(temporary);
	free(temporary);
	snapshot_writer_free(w);
	return ok;
}

/* ---- reading ------------------------------------------------------------------------------------------------- */

struct cursor {
	const u8 *p;
	size_t left;
};

static bool take(struct cursor *c, size_t n, const u8 **p)
{
	if (c->left < n)
		return false;
	*p = c->p;
	c->p += n;
	c->left -= n;
	return true;
}

static bool take_number(struct cursor *c, unsigned n, u64 *v)
{
	const u8 *p;

	if (!take(c, n, &p))
		return false;
	*v = load_le(p, n);
	return true;
}

static bool take_name(struct cursor *c, char name[256])
{
	const u8 *p;
	u64 n;

	if (!take_number(c, 1, &n) || !take(c, n, &p))
		return false;
	memcpy(name, p, n);
	name[n] = 0;
	return true;
}

static bool take_section(struct cursor *c, struct section *s)
{
	u64 version, raw, packed, crc;
	const u8 *data;
	uLongf got;

	if (!take_number(c, 4, &version) || !take_number(c, 8, &raw) || !take_number(c, 8, &packed) ||
	    !take_number(c, 4, &crc) || packed > c->left || raw > MAX_SECTION || !take(c, packed, &data))
		return false;
	/* zlib packs at most 1032 to 1: a larger promise is a lie */
	if (crc32_z(0, data, packed) != crc || raw / 1040 > packed)
		return false;
	s->data = malloc(raw + 1);
	s->version = (u32)version;
	s->size = raw;
	got = raw;
	return s->data && uncompress(s->data, &got, data, packed) == Z_OK && got == raw;
}

static bool parse(struct snapshot_reader *r, const u8 *data, size_t size, struct err *err)
{
	struct cursor c = {data, size};
	const u8 *head;

	if (!take(&c, HEADER, &head) || memcmp(head, magic, sizeof(magic)))
		return err_set(err, "not a snapshot");
	if (load_le32(head + 8) != FORMAT)
		return err_set(err, "snapshot format %u; this program reads format %d", load_le32(head + 8), FORMAT);
	if (size < HEADER + 5 || crc32_z(0, data, size - 4) != load_le32(data + size - 4) || data[size - 5])
		return err_set(err, "truncated or damaged (checksum)");
	c.left -= 5;
	while (c.left) {
		struct section *s;

		r->sections = realloc(r->sections, (r->nsections + 1) * sizeof(*r->sections));
		assert(r->sections && r->nsections < MAX_SECTIONS);
		s = &r->sections[r->nsections++];
		*s = (struct section){.data = NULL};
		if (!take_name(&c, s->name) || !take_section(&c, s))
			return err_set(err, "section '%s' is damaged", s->name);
	}
	return true;
}

static u8 *read_file(const char *path, size_t *size, struct err *err)
{
	FILE *f = fopen(path, "rb");
	struct buffer b = {0};
	size_t n;

	if (!f) {
		err_set(err, "%s", strerror(errno));
		return NULL;
	}
	extend(&b, 1);
	b.size = 0;
	do {
		u8 *p = extend(&b, 65536);

		n = fread(p, 1, 65536, f);
		b.size -= 65536 - n;
	} while (n);
	if (ferror(f)) {
		err_set(err, "%s", strerror(errno));
		free(b.data);
		b.data = NULL;
	}
	fclose(f);
	*size = b.size;
	return b.data;
}

struct snapshot_reader *snapshot_open(const char *path, struct err *err)
{
	struct snapshot_reader *r = NULL;
	size_t size = 0;
	u8 *data = read_file(path, &size, err);

	if (data) {
		r = calloc(1, sizeof(*r));
		assert(r);
		if (!parse(r, data, size, err)) {
			snapshot_close(r);
			r = NULL;
		}
	}
	free(data);
	if (!r)
		err_prefix(err, "%s", path);
	return r;
}

void snapshot_close(struct snapshot_reader *r)
{
	for (unsigned i = 0; r && i < r->nsections; i++)
		free(r->sections[i].data);
	if (r)
		free(r->sections);
	free(r);
}

const u8 *snapshot_get(const struct snapshot_reader *r, const char *name, u32 *version, size_t *size)
{
	for (unsigned i = 0; i < r->nsections; i++) {
		if (!strcmp(r->sections[i].name, name)) {
			*version = r->sections[i].version;
			*size = r->sections[i].size;
			return r->sections[i].data;
		}
	}
	return NULL;
}

/* ---- described state ---------------------------------------------------------------------------------------- */

static const struct state_field *find_row(const struct state_field *rows, const char *name)
{
	while (rows->name && strcmp(rows->name, name))
		rows++;
	return rows->name ? rows : NULL;
}

static bool get_fields(struct cursor c, const struct state_field *rows, void *obj, struct err *err)
{
	while (c.left) {
		const struct state_field *row;
		struct cursor field;
		char name[256];
		u64 size;

		if (!take_name(&c, name) || !take_number(&c, 4, &size) || !take(&c, size, &field.p))
			return err_set(err, "a field is cut off");
		field.left = size;
		row = find_row(rows, name);
		if (!row || row->kind == STATE_DERIVED)
			continue;
		if (row->kind != STATE_STRUCT) {
			const struct state_field one[2] = {*row, STATE_END};

			if (state_saved_size(one) != size)
				return err_set(err, "field '%s' has %llu bytes instead of %zu", name,
					(unsigned long long)size, state_saved_size(one));
			state_load(one, obj, field.p);
			continue;
		}
		for (u32 i = 0; i < row->count && field.left; i++) {
			struct cursor element;

			if (!take_number(&field, 4, &size) || !take(&field, size, &element.p))
				return err_set(err, "field '%s' is cut off", name);
			element.left = size;
			if (!get_fields(element, row->sub, (u8 *)obj + row->offset + (size_t)i * row->esize, err))
				return err_prefix(err, "%s", name);
		}
	}
	return true;
}

bool snapshot_get_state(const struct snapshot_reader *r, const char *name, u32 *version, const struct state_field *rows,
			void *obj, size_t obj_size, struct err *err)
{
	struct cursor c;
	void *copy;
	bool ok;

	c.p = snapshot_get(r, name, version, &c.left);
	if (!c.p)
		return err_set(err, "section '%s' is missing", name);
	copy = malloc(obj_size);
	assert(copy);
	memcpy(copy, obj, obj_size);
	ok = get_fields(c, rows, copy, err);
	if (ok)
		memcpy(obj, copy, obj_size);
	else
		err_prefix(err, "section '%s'", name);
	free(copy);
	return ok;
}
