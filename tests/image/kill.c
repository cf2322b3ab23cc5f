/* SPDX-License-Identifier: MIT */
/* A program that writes and flushes is killed (SIGKILL) at a random moment; then the image must open, have no errors,
 * and hold everything that a flush had confirmed. The model lies in memory that both share: for each block, the
 * number that was last written before the last flush that returned, and the last one that was ever sent. What is read
 * must be either, or one in between. */
#define _XOPEN_SOURCE 700
#define _DEFAULT_SOURCE
#include "tests/image/image_test.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK = 4096, NBLOCKS = 4096, PIECE = 512 };

struct model {
	u32 sure[NBLOCKS], sent[NBLOCKS]; /* 0: as it was made */
	u32 number;                       /* the last one used */
	u32 flushes;
};

struct kind {
	const char *name, *format;
	unsigned version, cluster_bits;
	const char *backing;
};

static const struct kind kinds[] = {
	{"raw", "raw", 0, 0, NULL},
	{"qcow2", "qcow2", 3, 16, NULL},
	{"qcow2, small clusters", "qcow2", 2, 9, NULL},
	{"qcow2 with backing", "qcow2", 3, 12, "base.img"},
};

/* Every piece of a block says where it is and which number it has. */
static void fill(u8 *p, u32 block, u32 number)
{
	for (u32 i = 0; i < BLOCK; i += 8) {
		store_le32(p + i, block * 8 + i / PIECE);
		store_le32(p + i + 4, number);
	}
}

static void writer(const char *path, volatile struct model *m, u64 seed)
{
	struct image *im = must_open(path, false);
	static u8 data[BLOCK * 64];
	u32 touched[400], n = 0;
	struct err err;

	for (;;) {
		u32 run = next_random(&seed) % 8 ? 1 : next_random(&seed) % 64 + 1,
		    first = next_random(&seed) % (NBLOCKS - run);
		u32 number = m->number + 1;

		m->number = number;
		for (u32 i = 0; i < run; i++) {
			m->sent[first + i] = number;
			fill(data + (size_t)i * BLOCK, first + i, number);
		}
		if (!image_write(im, (u64)first * BLOCK, data, (size_t)run * BLOCK, &err))
			_exit(1);
		for (u32 i = 0; i < run && n < countof(touched); i++)
			touched[n++] = first + i;
		if (next_random(&seed) % 6 && n < 300)
			continue;
		if (!image_flush(im, &err))
			_exit(1);
		for (u32 i = 0; i < n; i++)
			m->sure[touched[i]] = m->sent[touched[i]];
		m->flushes++;
		n = 0;
	}
}

static bool block_is_right(const u8 *p, u32 block, u32 sure, u32 sent, u32 *least, u32 *most)
{
	*least = UINT32_MAX;
	*most = 0;
	for (u32 i = 0; i < BLOCK; i += 8) {
		u32 where = load_le32(p + i), number = load_le32(p + i + 4);

		if (where != block * 8 + i / PIECE && (where || number || sure))
			return false;
		if (number < sure || number > sent)
			return false;
		*least = min_uint(*least, number);
		*most = number > *most ? number : *most;
	}
	return true;
}

static bool compare(const char *path, struct model *m)
{
	struct image *im = must_open(path, true);
	u8 data[BLOCK];
	struct err err;
	u32 least = 0, most = 0;
	bool ok = true;

	for (u32 b = 0; ok && b < NBLOCKS; b++) {
		ok = image_read(im, (u64)b * BLOCK, data, BLOCK, &err) &&
			block_is_right(data, b, m->sure[b], m->sent[b], &least, &most);
		if (!ok)
			printf("%s: block %u has number %u; sure of %u, sent %u\n", path, b, load_le32(data + 4),
				m->sure[b], m->sent[b]);
		m->sure[b] = least; /* from here on: a write that was not flushed may have come half-way */
		m->sent[b] = most;
	}
	image_close(im, &err);
	return ok;
}

static void one_round(struct totals *t, const struct kind *k, const char *path, struct model *m, u64 *seed)
{
	struct timespec moment = {0, (long)(next_random(seed) % 20000) * 1000};
	u64 child_seed = next_random(seed);
	u32 before = m->number;
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	assert(pid >= 0);
	if (!pid) {
		writer(path, m, child_seed);
		_exit(1);
	}
	while (*(volatile u32 *)&m->number == before) /* until it has begun */
		sched_yield();
	nanosleep(&moment, NULL);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	judge(t,
		WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && check_image(path, false) == 0 && compare(path, m),
		"%s: killed after %u flushes", k->name, m->flushes);
}

static void make_all(const struct kind *k, const char *path, struct model *m)
{
	u8 data[BLOCK];
	struct image *base;
	struct err err;

	memset(m, 0, sizeof(*m));
	if (k->backing) {
		make_image(k->backing, "raw", (u64)NBLOCKS * BLOCK, 0, 0, NULL);
		base = must_open(k->backing, false);
		for (u32 b = 0; b < NBLOCKS; b++) {
			fill(data, b, 1);
			assert(image_write(base, (u64)b * BLOCK, data, BLOCK, &err));
			m->sure[b] = m->sent[b] = 1;
		}
		image_close(base, &err);
		m->number = 1;
	}
	make_image(path, k->format, (u64)NBLOCKS * BLOCK, k->version, k->cluster_bits, k->backing);
}

void test_kill(struct totals *t, unsigned rounds, u64 seed)
{
	struct model *m = mmap(NULL, sizeof(*m), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert(m != MAP_FAILED);
	for (size_t k = 0; k < countof(kinds); k++) {
		u32 flushes = 0, before = t->failed;

		for (unsigned i = 0; i < rounds && t->failed == before; i++) {
			if (i % 16 == 0) { /* a new one now and then: allocation is where it is delicate */
				flushes += m->flushes;
				make_all(&kinds[k], "kill.img", m);
			}
			one_round(t, &kinds[k], "kill.img", m, &seed);
		}
		printf("%s: killed %u times, after %u flushes\n", kinds[k].name, rounds, flushes + m->flushes);
		m->flushes = 0;
	}
	munmap(m, sizeof(*m));
}
