/* SPDX-License-Identifier: MIT */
/* qcow2 files with a few bytes changed: whatever is in them, opening, reading, writing, flushing and checking end with
 * an answer or an error, and nothing is written outside the file. Sanitizers see what goes wrong inside. */
#define _XOPEN_SOURCE 700
#include "tests/image/image_test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DISK = 4 << 20, FILE_MAX = 2 << 20, NBASES = 4 };

struct base {
	u8 *data;
	size_t size;
};

/* Data, zeroes, compressed clusters, and holes. */
static void make_base(struct base *b, unsigned version, unsigned cluster_bits, u64 *seed)
{
	u64 cluster = BIT(cluster_bits);
	static u8 data[1 << 16];
	struct image *im;
	struct err err;
	struct stat st;
	int fd;

	make_image("fuzz.img", "qcow2", DISK, version, cluster_bits, NULL);
	im = must_open("fuzz.img", false);
	for (unsigned i = 0; i < 24; i++) {
		u64 at = next_random(seed) % (DISK / cluster) * cluster;

		memset(data, (int)next_random(seed), cluster);
		data[0] ^= 1;
		assert(i % 3 ? image_write(im, at, data, cluster, &err) :
			im->ops->write_compressed(im, at, data, cluster, &err));
	}
	assert(image_close(im, &err) && check_image("fuzz.img", true) == 0);
	fd = open("fuzz.img", O_RDONLY);
	assert(fd >= 0 && !fstat(fd, &st));
	b->size = (size_t)st.st_size;
	b->data = malloc(b->size);
	assert(b->data && read(fd, b->data, b->size) == (ssize_t)b->size);
	close(fd);
}

static const u64 odd[] = {0, 1, 0x7f, 0xff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0xffffffff, 0x200, BIT(62), BIT(63),
	0x00fffffffffffe00ull, 0x8000000000010000ull, ~0ull};

/* Most of what there is to break is in the header and in the tables, whose words are not zero. */
static void damage(u8 *p, size_t size, u64 *seed)
{
	for (unsigned n = next_random(seed) % 6 + 1; n; n--) {
		size_t at = next_random(seed) % 3 ? next_random(seed) % 120 : next_random(seed) % size;
		u64 v = odd[next_random(seed) % countof(odd)];

		for (unsigned tries = 0; at >= 120 && tries < 2000 && !p[at]; tries++)
			at = next_random(seed) % size;
		switch (next_random(seed) % 4) {
		case 0: p[at] = (u8)next_random(seed); break;
		case 1: p[at] ^= (u8)(1u << next_random(seed) % 8); break;
		case 2:
			for (unsigned i = 0; i < 8 && (at & ~7ull) + i < size; i++)
				p[(at & ~7ull) + i] = (u8)(v >> (56 - 8 * i));
			break;
		default: /* one word in the place of another */
			memmove(p + (at & ~7ull) % (size - 8), p + (next_random(seed) % (size - 8) & ~7u), 8);
			break;
		}
	}
}

static void use(struct image *im, u64 *seed)
{
	static u8 data[1 << 16];
	struct err err;

	for (unsigned i = 0; i < 60; i++) {
		u64 n = min_u64(next_random(seed) % sizeof(data) + 1, im->size), at;

		if (!n)
			return;
		at = next_random(seed) % 4 ? next_random(seed) % DISK
					   : (u64)next_random(seed) << 31 | next_random(seed);
		at %= im->size - n + 1;
		memset(data, (int)i, n);
		if (next_random(seed) % 2)
			image_read(im, at, data, n, &err);
		else if (!im->read_only)
			image_write(im, at, data, n, &err);
		if (next_random(seed) % 8 == 0)
			image_flush(im, &err);
	}
}

static void write_file(const u8 *data, size_t n)
{
	int fd = open("fuzz.img", O_WRONLY | O_CREAT | O_TRUNC, 0666);

	assert(fd >= 0 && write(fd, data, n) == (ssize_t)n);
	close(fd);
}

/* Checked as it came, then used, for reading or for both; then checked again. */
static bool one(const struct base *b, u64 *seed, unsigned *opened)
{
	struct image_request q = {.path = "fuzz.img", .no_sync = true, .read_only = next_random(seed) % 3 == 0};
	struct image_check c = {0};
	u8 *p = malloc(b->size);
	struct image *im;
	struct err err;
	struct stat st;
	bool ok;

	assert(p);
	memcpy(p, b->data, b->size);
	damage(p, b->size, seed);
	write_file(p, next_random(seed) % 8 ? b->size : next_random(seed) % b->size + 1);
	free(p);
	for (int i = 0; i < 2; i++) {
		im = image_open(&q, &err);
		if (!im)
			break;
		++*opened;
		if (im->ops->check && i != (int)(*opened % 2))
			im->ops->check(im, &c, &err);
		else
			use(im, seed);
		image_close(im, &err);
	}
	/* it grew by what was written at most */
	ok = !stat("fuzz.img", &st) && (u64)st.st_size <= b->size + (64u << 20);
	return ok;
}

void test_fuzz(struct totals *t, unsigned rounds, u64 seed)
{
	struct base base[NBASES];
	unsigned opened = 0;

	make_base(&base[0], 3, 16, &seed);
	make_base(&base[1], 2, 9, &seed);
	make_base(&base[2], 3, 9, &seed);
	make_base(&base[3], 3, 12, &seed);
	for (unsigned i = 0; i < rounds; i++) {
		u64 before = seed;

		if (!judge(t, one(&base[i % NBASES], &seed, &opened), "damaged image, seed %llu: the file grew",
			(unsigned long long)before))
			break;
	}
	printf("damaged images: %u, opened %u times\n", rounds, opened);
	for (unsigned i = 0; i < NBASES; i++)
		free(base[i].data);
}
