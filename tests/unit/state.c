/* SPDX-License-Identifier: MIT */
/* State rows (mem/state.h): that every byte has exactly one row is what snapshots, hashes and comparisons stand on, so
 * the gap check is tested first, then each reader of the rows, and last every device type and the processor. */
#include <criterion/criterion.h>

#include "cpu/x86/x86.h"
#include "devices/clock.h"
#include "devices/types.h"

struct inner {
	u32 a;
	u16 b;
	u8 pad[2];
};

struct sample {
	u64 wide;
	s32 negative;
	bool flag;
	u8 raw[5];
	u16 half[3];
	struct inner in[2];
	void *derived;
};

static const struct state_field inner_rows[] = {
	STATE_U(struct inner, a),
	STATE_U(struct inner, b),
	STATE_SKIP(struct inner, pad),
	STATE_END,
};

static const struct state_field sample_rows[] = {
	STATE_U(struct sample, wide),
	STATE_U(struct sample, negative),
	STATE_U(struct sample, flag),
	STATE_RAW(struct sample, raw),
	STATE_U_ARRAY(struct sample, half),
	STATE_SUB_ARRAY(struct sample, in, inner_rows),
	STATE_SKIP(struct sample, derived),
	STATE_END,
};

enum { SAVED = 8 + 4 + 1 + 5 + 6 + 2 * 6 };

static struct sample make(void)
{
	struct sample s;

	memset(&s, 0xee, sizeof(s));
	s.wide = 0x0123456789abcdef;
	s.negative = -2;
	s.flag = true;
	memcpy(s.raw, "orrer", 5);
	s.half[0] = 0x1122;
	s.half[1] = 0x3344;
	s.half[2] = 0x5566;
	s.in[0] = (struct inner){.a = 0xcafe0001, .b = 7};
	s.in[1] = (struct inner){.a = 0xcafe0002, .b = 8};
	return s;
}

/* What a function printed on the file that it was given; the caller frees it. */
static char *printed(FILE *f)
{
	long n = ftell(f);
	char *text = calloc(1, (size_t)n + 1);

	rewind(f);
	cr_assert(text && fread(text, 1, (size_t)n, f) == (size_t)n);
	fclose(f);
	return text;
}

/* ---- gaps ---------------------------------------------------------------------------------------------------- */

Test(state, no_gap)
{
	cr_expect_eq(state_gap_check("sample", sample_rows, sizeof(struct sample), NULL), 0u);
}

Test(state, a_missing_row_is_a_gap)
{
	static const struct state_field rows[] = {
		STATE_U(struct inner, a),
		STATE_SKIP(struct inner, pad),
		STATE_END,
	};
	FILE *f = tmpfile();
	char *text;

	cr_expect_eq(state_gap_check("inner", rows, sizeof(struct inner), f), 2u);
	text = printed(f);
	cr_expect_str_eq(text, "inner: 2 bytes at offset 4 described by no row\n");
	free(text);
}

Test(state, two_rows_for_one_member)
{
	static const struct state_field rows[] = {
		STATE_U(struct inner, a),
		STATE_U(struct inner, b),
		STATE_RAW(struct inner, b),
		STATE_SKIP(struct inner, pad),
		STATE_END,
	};

	cr_expect_eq(state_gap_check("inner", rows, sizeof(struct inner), NULL), 2u);
}

Test(state, gaps_of_nested_rows_count)
{
	static const struct state_field poor[] = {STATE_U(struct inner, a), STATE_END};
	struct state_field rows[countof(sample_rows)];

	memcpy(rows, sample_rows, sizeof(rows));
	rows[5].sub = poor;
	cr_expect_eq(state_gap_check("sample", rows, sizeof(struct sample), NULL), 4u);
}

/* Idea 7 of the design: a byte that no row describes is a bug. */
Test(state, every_device_and_the_processor)
{
	for (unsigned i = 0; dev_types[i]; i++) {
		const struct dev_type *t = dev_types[i];

		if (t->state)
			cr_expect_eq(state_gap_check(t->name, t->state, t->state_size, stderr), 0u, "%s", t->name);
		else
			cr_expect_eq(t->state_size, 0u, "%s has state and no rows", t->name);
	}
	cr_expect_eq(state_gap_check("x86", x86_ops.state, x86_ops.size, stderr), 0u);
	cr_expect_eq(state_gap_check("clock", clock_rows, sizeof(struct clock), stderr), 0u);
}

/* ---- images -------------------------------------------------------------------------------------------------- */

/* Byte for byte: the same image on every host. */
Test(state, image)
{
	static const u8 want[SAVED] = {
		0xef, 0xcd, 0xab, 0x89, 0x67, 0x45, 0x23, 0x01, 0xfe, 0xff, 0xff, 0xff, 1, 'o', 'r', 'r', 'e', 'r',
		0x22, 0x11, 0x44, 0x33, 0x66, 0x55, 1, 0, 0xfe, 0xca, 7, 0, 2, 0, 0xfe, 0xca, 8, 0,
	};
	struct sample s = make();
	u8 image[SAVED + 8];

	cr_assert_eq(state_saved_size(sample_rows), (size_t)SAVED);
	memset(image, 0x55, sizeof(image));
	cr_expect_eq(state_save(sample_rows, &s, image), (size_t)SAVED);
	cr_expect_arr_eq(image, want, SAVED);
	cr_expect_eq(image[SAVED], 0x55);
	cr_expect_eq(state_hash(sample_rows, &s, STATE_HASH_INIT), state_hash_bytes(want, SAVED, STATE_HASH_INIT));
	cr_expect_eq(state_hash_bytes("a", 1, STATE_HASH_INIT), 0xaf63dc4c8601ec8cull, "FNV-1a's published value");
}

Test(state, round_trip)
{
	struct sample s = make(), t;
	u8 image[SAVED];

	memset(&t, 0, sizeof(t));
	state_save(sample_rows, &s, image);
	cr_expect_eq(state_load(sample_rows, &t, image), (size_t)SAVED);
	cr_expect_eq(t.wide, s.wide);
	cr_expect_eq(t.negative, -2);
	cr_expect(t.flag);
	cr_expect_arr_eq(t.raw, s.raw, sizeof(s.raw));
	cr_expect_arr_eq(t.half, s.half, sizeof(s.half));
	cr_expect_eq(t.in[1].a, 0xcafe0002);
	cr_expect_eq(t.in[1].b, 8);
	cr_expect_eq(t.derived, NULL, "derived members are not loaded");
	cr_expect_eq(t.in[0].pad[0], 0);
	cr_expect_eq(state_compare(sample_rows, &s, &t, "s", NULL), 0u, "and not compared");
	cr_expect_eq(state_hash(sample_rows, &s, 1), state_hash(sample_rows, &t, 1));
}

/* Every bit of the image counts in the hash and shows in a comparison. */
Test(state, every_bit_counts)
{
	struct sample s = make(), t = s;
	u64 h = state_hash(sample_rows, &s, STATE_HASH_INIT);
	u8 image[SAVED];

	state_save(sample_rows, &s, image);
	for (unsigned bit = 0; bit < SAVED * 8; bit++) {
		if (bit / 8 == 12 && bit % 8) /* a bool has two values */
			continue;
		image[bit / 8] ^= (u8)(1u << bit % 8);
		state_load(sample_rows, &t, image);
		image[bit / 8] ^= (u8)(1u << bit % 8);
		cr_assert_neq(state_hash(sample_rows, &t, STATE_HASH_INIT), h, "bit %u", bit);
		cr_assert_eq(state_compare(sample_rows, &s, &t, "s", NULL), 1u, "bit %u", bit);
	}
}

/* ---- for people ---------------------------------------------------------------------------------------------- */

Test(state, compare_names_what_differs)
{
	struct sample s = make(), t = s;
	FILE *f = tmpfile();
	char *text;

	t.half[2] = 1;
	t.in[1].b = 9;
	t.raw[3] = 'X';
	t.derived = NULL;
	cr_expect_eq(state_compare(sample_rows, &s, &t, "dev", f), 3u);
	text = printed(f);
	cr_expect_str_eq(text, "dev.raw[3] = 65, other 58 (1 bytes differ)\n"
			       "dev.half[2] = 5566, other 1\n"
			       "dev.in[1].b = 8, other 9\n");
	free(text);
}

Test(state, print)
{
	struct inner in = {.a = 16, .b = 2};
	FILE *f = tmpfile();
	char *text;

	state_print(inner_rows, &in, "x", f);
	text = printed(f);
	cr_expect_str_eq(text, "x.a = 10\nx.b = 2\n");
	free(text);
}

Test(state, read_named)
{
	struct sample s = make();
	u64 v = 0;

	cr_expect(state_read_named(sample_rows, &s, "wide", &v) && v == 0x0123456789abcdef);
	cr_expect(state_read_named(sample_rows, &s, "negative", &v) && v == 0xfffffffe);
	cr_expect(state_read_named(sample_rows, &s, "half[2]", &v) && v == 0x5566);
	cr_expect(state_read_named(sample_rows, &s, "half", &v) && v == 0x1122);
	cr_expect(state_read_named(sample_rows, &s, "raw[4]", &v) && v == 'r');
	cr_expect(state_read_named(sample_rows, &s, "in[1].b", &v) && v == 8);
	cr_expect(state_read_named(sample_rows, &s, "in[0x1].a", &v) && v == 0xcafe0002);
}

Test(state, read_named_refuses)
{
	static const char *const bad[] = {
		"", "wid", "wider", "half[3]", "half[-1]", "half[", "half[]", "half[1", "half[1]x", "half.a", "in",
		"in[1]", "in[1].", "in[2].a", "in[0].c", "in[0].pad", "derived", "wide.a", ".wide", "raw[5]",
	};
	struct sample s = make();
	u64 v = 42;

	for (unsigned i = 0; i < countof(bad); i++)
		cr_expect(!state_read_named(sample_rows, &s, bad[i], &v), "\"%s\"", bad[i]);
	cr_expect_eq(v, 42u);
}
