/* SPDX-License-Identifier: MIT */
/* AML encoding; the numbers are opcodes of the ACPI specification 6.4, chapter 20.2 and resource descriptors of 6.4. */
#include "devices/board/aml.h"

static void put(struct aml *a, u8 byte)
{
	assert(a->size < AML_MAX);
	a->byte[a->size++] = byte;
}

static void put_le(struct aml *a, unsigned n, u64 v)
{
	for (unsigned i = 0; i < n; i++)
		put(a, (u8)(v >> (i * 8)));
}

/* Four characters, padded with '_'; a leading backslash is kept. */
static void put_path(struct aml *a, const char *path)
{
	if (*path == '\\') {
		put(a, '\\');
		path++;
	}
	for (unsigned i = 0; i < 4; i++)
		put(a, *path ? (u8)*path++ : '_');
	assert(!*path);
}

/* Every package gets the two-byte form of PkgLength (up to 4095 bytes), so that nothing has to move. */
static void open_package(struct aml *a)
{
	assert(a->depth < AML_DEPTH);
	a->open[a->depth++] = a->size;
	put_le(a, 2, 0);
}

void aml_end(struct aml *a)
{
	size_t at = a->open[--a->depth], length = a->size - at;

	assert(length < 4096);
	a->byte[at] = (u8)(0x40 | (length & 15));
	a->byte[at + 1] = (u8)(length >> 4);
}

void aml_scope(struct aml *a, const char *path)
{
	put(a, 0x10);
	open_package(a);
	put_path(a, path);
}

void aml_device(struct aml *a, const char *name)
{
	put(a, 0x5b);
	put(a, 0x82);
	open_package(a);
	put_path(a, name);
}

void aml_processor(struct aml *a, const char *name, u8 id)
{
	put(a, 0x5b);
	put(a, 0x83);
	open_package(a);
	put_path(a, name);
	put(a, id);
	put_le(a, 4, 0);
	put(a, 0);
}

void aml_package(struct aml *a, unsigned elements)
{
	put(a, 0x12);
	open_package(a);
	put(a, (u8)elements);
}

void aml_name(struct aml *a, const char *name)
{
	put(a, 0x08);
	put_path(a, name);
}

void aml_integer(struct aml *a, u64 v)
{
	if (v <= 1) {
		put(a, (u8)v);
	} else if (v <= 0xff) {
		put(a, 0x0a);
		put(a, (u8)v);
	} else if (v <= 0xffff) {
		put(a, 0x0b);
		put_le(a, 2, v);
	} else if (v <= 0xffffffff) {
		put(a, 0x0c);
		put_le(a, 4, v);
	} else {
		put(a, 0x0e);
		put_le(a, 8, v);
	}
}

void aml_string(struct aml *a, const char *s)
{
	put(a, 0x0d);
	do {
		put(a, (u8)*s);
	} while (*s++);
}

static unsigned hex_digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'A' + 10);
}

/* Three letters of five bits and four hex digits, most significant byte first (19.3.4). */
void aml_eisaid(struct aml *a, const char *id)
{
	u32 v = (u32)(id[0] - 0x40) << 26 | (u32)(id[1] - 0x40) << 21 | (u32)(id[2] - 0x40) << 16;

	v |= hex_digit(id[3]) << 12 | hex_digit(id[4]) << 8 | hex_digit(id[5]) << 4 | hex_digit(id[6]);
	put(a, 0x0c);
	put_le(a, 4, swap32(v));
}

/* ---- resource templates --------------------------------------------------------------------------------- */

/* Buffer(size) with a two-byte size; open[] remembers the package, the size's place is fixed behind it. */
void aml_resources(struct aml *a)
{
	put(a, 0x11);
	open_package(a);
	put(a, 0x0b);
	put_le(a, 2, 0);
}

void aml_resources_end(struct aml *a)
{
	size_t at = a->open[a->depth - 1] + 3;

	put(a, 0x79); /* end tag, checksum not used */
	put(a, 0);
	store_le16(a->byte + at, (u16)(a->size - at - 2));
	aml_end(a);
}

void aml_res_io(struct aml *a, u16 base, u8 length)
{
	put(a, 0x47);
	put(a, 1);
	put_le(a, 2, base);
	put_le(a, 2, base);
	put(a, 1);
	put(a, length);
}

void aml_res_irq(struct aml *a, unsigned irq)
{
	put(a, 0x22);
	put_le(a, 2, 1u << irq);
}

void aml_res_memory32(struct aml *a, u32 base, u32 length)
{
	put(a, 0x86);
	put_le(a, 2, 9);
	put(a, 0);
	put_le(a, 4, base);
	put_le(a, 4, length);
}

/* Word address space: type, fixed minimum and maximum, then granularity, range, translation, length. */
static void word_range(struct aml *a, u8 type, u8 flags, u16 first, u16 last)
{
	put(a, 0x88);
	put_le(a, 2, 13);
	put(a, type);
	put(a, 0x0c);
	put(a, flags);
	put_le(a, 2, 0);
	put_le(a, 2, first);
	put_le(a, 2, last);
	put_le(a, 2, 0);
	put_le(a, 2, (u16)(last - first + 1));
}

void aml_res_bus_range(struct aml *a, u16 first, u16 last)
{
	word_range(a, 2, 0, first, last);
}

void aml_res_io_range(struct aml *a, u16 first, u16 last)
{
	word_range(a, 1, 3, first, last);
}

void aml_res_memory_range(struct aml *a, u32 first, u32 last)
{
	put(a, 0x87);
	put_le(a, 2, 23);
	put(a, 0);
	put(a, 0x0c);
	put(a, 1); /* not cacheable, read-write */
	put_le(a, 4, 0);
	put_le(a, 4, first);
	put_le(a, 4, last);
	put_le(a, 4, 0);
	put_le(a, 4, last - first + 1);
}
