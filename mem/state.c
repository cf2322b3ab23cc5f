/* SPDX-License-Identifier: MIT */
/* Walks the rows that describe a struct. One recursive walk turns an object into its packed little-endian image or
 * back; hash, size and comparison are built on the same image, so they cannot disagree with what is saved. */
#include "mem/state.h"

#include <stdlib.h>

static void number_out(const void *p, unsigned size, u8 *out)
{
	u64 v = 0;
	u16 h;
	u32 w;

	switch (size) {
	case 1:
		v = *(const u8 *)p;
		break;
	case 2:
		memcpy(&h, p, 2);
		v = h;
		break;
	case 4:
		memcpy(&w, p, 4);
		v = w;
		break;
	default:
		assert(size == 8);
		memcpy(&v, p, 8);
		break;
	}
	store_le(out, size, v);
}

static void number_in(void *p, unsigned size, const u8 *in)
{
	u64 v = load_le(in, size);
	u16 h = (u16)v;
	u32 w = (u32)v;

	switch (size) {
	case 1:
		*(u8 *)p = (u8)v;
		break;
	case 2:
		memcpy(p, &h, 2);
		break;
	case 4:
		memcpy(p, &w, 4);
		break;
	default:
		assert(size == 8);
		memcpy(p, &v, 8);
		break;
	}
}

size_t state_saved_size(const struct state_field *rows)
{
	size_t n = 0;

	for (; rows->name; rows++) {
		if (rows->kind == STATE_STRUCT)
			n += rows->count * state_saved_size(rows->sub);
		else if (rows->kind != STATE_DERIVED)
			n += (size_t)rows->count * rows->esize;
	}
	return n;
}

size_t state_save(const struct state_field *rows, const void *obj, u8 *out)
{
	u8 *start = out;

	for (; rows->name; rows++) {
		const u8 *p = (const u8 *)obj + rows->offset;

		if (rows->kind == STATE_DERIVED)
			continue;
		if (rows->kind == STATE_BYTES) {
			memcpy(out, p, rows->count);
			out += rows->count;
			continue;
		}
		for (u32 i = 0; i < rows->count; i++, p += rows->esize) {
			if (rows->kind == STATE_STRUCT) {
				out += state_save(rows->sub, p, out);
			} else {
				number_out(p, rows->esize, out);
				out += rows->esize;
			}
		}
	}
	return (size_t)(out - start);
}

size_t state_load(const struct state_field *rows, void *obj, const u8 *in)
{
	const u8 *start = in;

	for (; rows->name; rows++) {
		u8 *p = (u8 *)obj + rows->offset;

		if (rows->kind == STATE_DERIVED)
			continue;
		if (rows->kind == STATE_BYTES) {
			memcpy(p, in, rows->count);
			in += rows->count;
			continue;
		}
		for (u32 i = 0; i < rows->count; i++, p += rows->esize) {
			if (rows->kind == STATE_STRUCT) {
				in += state_load(rows->sub, p, in);
			} else {
				number_in(p, rows->esize, in);
				in += rows->esize;
			}
		}
	}
	return (size_t)(in - start);
}

u64 state_hash_bytes(const void *p, size_t n, u64 h)
{
	const u8 *b = p;

	for (size_t i = 0; i < n; i++)
		h = (h ^ b[i]) * 0x100000001b3ull;
	return h;
}

u64 state_hash(const struct state_field *rows, const void *obj, u64 h)
{
	size_t n = state_saved_size(rows);
	u8 *image = malloc(n + 1);

	assert(image);
	state_save(rows, obj, image);
	h = state_hash_bytes(image, n, h);
	free(image);
	return h;
}

/* ---- gap check ------------------------------------------------------------------------------------- */

unsigned state_gap_check(const char *name, const struct state_field *rows, size_t size, FILE *out)
{
	u8 *cover = calloc(1, size + 1);
	unsigned wrong = 0;

	assert(cover);
	for (const struct state_field *r = rows; r->name; r++) {
		size_t n = (size_t)r->count * r->esize;

		assert(r->offset + n <= size);
		for (size_t i = 0; i < n; i++)
			cover[r->offset + i]++;
		if (r->kind == STATE_STRUCT)
			wrong += state_gap_check(r->name, r->sub, r->esize, out);
	}
	for (size_t i = 0; i < size;) {
		size_t n = 1;

		while (i + n < size && cover[i + n] == cover[i])
			n++;
		if (cover[i] != 1) {
			wrong += (unsigned)n;
			if (out)
				fprintf(out, "%s: %zu byte%s at offset %zu %s\n", name, n, n == 1 ? "" : "s", i,
					cover[i] ? "described twice" : "described by no row");
		}
		i += n;
	}
	free(cover);
	return wrong;
}

/* ---- for people -------------------------------------------------------------------------------------- */

static u64 number_at(const void *p, unsigned size)
{
	u8 image[8];

	number_out(p, size, image);
	return load_le(image, size);
}

static void print_path(FILE *out, const char *prefix, const struct state_field *r, u32 i)
{
	if (r->count > 1)
		fprintf(out, "%s.%s[%u]", prefix, r->name, i);
	else
		fprintf(out, "%s.%s", prefix, r->name);
}

static void path_of(char *buf, size_t n, const char *prefix, const struct state_field *r, u32 i)
{
	if (r->count > 1)
		snprintf(buf, n, "%s.%s[%u]", prefix, r->name, i);
	else
		snprintf(buf, n, "%s.%s", prefix, r->name);
}

static unsigned compare_bytes(const struct state_field *r, const u8 *a, const u8 *b, const char *prefix, FILE *out)
{
	unsigned n = 0, first = 0;

	for (u32 i = r->count; i-- > 0;) {
		if (a[i] != b[i]) {
			n++;
			first = i;
		}
	}
	if (n && out)
		fprintf(out, "%s.%s[%u] = %02x, other %02x (%u bytes differ)\n", prefix, r->name, first, a[first],
			b[first], n);
	return n != 0;
}

unsigned state_compare(const struct state_field *rows, const void *a, const void *b, const char *prefix, FILE *out)
{
	unsigned differ = 0;

	for (; rows->name; rows++) {
		const u8 *p = (const u8 *)a + rows->offset, *q = (const u8 *)b + rows->offset;

		if (rows->kind == STATE_DERIVED)
			continue;
		if (rows->kind == STATE_BYTES) {
			differ += compare_bytes(rows, p, q, prefix, out);
			continue;
		}
		for (u32 i = 0; i < rows->count; i++, p += rows->esize, q += rows->esize) {
			if (rows->kind == STATE_STRUCT) {
				char path[200];

				path_of(path, sizeof(path), prefix, rows, i);
				differ += state_compare(rows->sub, p, q, path, out);
			} else if (memcmp(p, q, rows->esize)) {
				differ++;
				if (!out)
					continue;
				print_path(out, prefix, rows, i);
				fprintf(out, " = %llx, other %llx\n", (unsigned long long)number_at(p, rows->esize),
					(unsigned long long)number_at(q, rows->esize));
			}
		}
	}
	return differ;
}

void state_print(const struct state_field *rows, const void *obj, const char *prefix, FILE *out)
{
	for (; rows->name; rows++) {
		const u8 *p = (const u8 *)obj + rows->offset;

		if (rows->kind == STATE_DERIVED)
			continue;
		if (rows->kind == STATE_BYTES) {
			fprintf(out, "%s.%s = %u bytes, hash %016llx\n", prefix, rows->name, rows->count,
				(unsigned long long)state_hash_bytes(p, rows->count, STATE_HASH_INIT));
			continue;
		}
		for (u32 i = 0; i < rows->count; i++, p += rows->esize) {
			if (rows->kind == STATE_STRUCT) {
				char path[200];

				path_of(path, sizeof(path), prefix, rows, i);
				state_print(rows->sub, p, path, out);
			} else {
				print_path(out, prefix, rows, i);
				fprintf(out, " = %llx\n", (unsigned long long)number_at(p, rows->esize));
			}
		}
	}
}

bool state_read_named(const struct state_field *rows, const void *obj, const char *name, u64 *value)
{
	size_t n = strcspn(name, ".[");

	for (; rows->name; rows++) {
		const char *rest = name + n;
		unsigned long i = 0;
		const u8 *p;

		if (strlen(rows->name) != n || memcmp(rows->name, name, n) || rows->kind == STATE_DERIVED)
			continue;
		if (*rest == '[') {
			char *end;

			i = strtoul(rest + 1, &end, 0);
			if (end == rest + 1 || *end != ']' || i >= rows->count)
				return false;
			rest = end + 1;
		}
		p = (const u8 *)obj + rows->offset + i * rows->esize;
		if (rows->kind == STATE_STRUCT)
			return *rest == '.' && state_read_named(rows->sub, p, rest + 1, value);
		if (*rest)
			return false;
		*value = rows->kind == STATE_BYTES ? *p : number_at(p, rows->esize);
		return true;
	}
	return false;
}
