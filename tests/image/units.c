/* SPDX-License-Identifier: MIT */
/* Images against a model in memory: random reads and writes of any size and place, closed and opened again now and
 * then, on every format; overlays leave what is below alone; chains that can't be are refused with a reason. */
#define _XOPEN_SOURCE 700
#include "tests/image/image_test.h"

#include "frontend/image_tool.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { SIZE = 3 * 1024 * 1024 + 5 * 512 };

/* `again`: how to open it; NULL: stays open (an overlay is gone when it is closed). */
static bool random_use(struct image **im, const char *path, u8 *model, u64 seed, unsigned steps)
{
	static u8 data[SIZE];
	struct err err;

	for (unsigned i = 0; i < steps; i++) {
		u64 n = next_random(&seed) % (next_random(&seed) % 5 ? 6000 : 400000) + 1;
		u64 at = next_random(&seed) % (SIZE - n + 1);
		bool ok = true;

		if (next_random(&seed) % 2) {
			ok = image_read(*im, at, data, n, &err) && !memcmp(data, model + at, n);
		} else {
			for (u64 k = 0; k < n; k++)
				model[at + k] = (u8)next_random(&seed);
			ok = image_write(*im, at, model + at, n, &err);
		}
		if (ok && next_random(&seed) % 16 == 0)
			ok = image_flush(*im, &err);
		if (ok && path && next_random(&seed) % 40 == 0) {
			ok = image_close(*im, &err);
			*im = must_open(path, false);
		}
		if (!ok)
			return false;
	}
	return image_read(*im, 0, data, SIZE, &err) && !memcmp(data, model, SIZE);
}

static void test_model(struct totals *t, const char *format, unsigned version, unsigned bits, bool backing)
{
	u8 *model = calloc(1, SIZE);
	struct image *im;
	struct err err;
	u64 seed = bits + version;
	bool ok;

	assert(model);
	if (backing) { /* shorter than what is in front of it */
		make_image("back.img", "raw", SIZE / 2, 0, 0, NULL);
		for (u32 i = 0; i < SIZE / 2; i++)
			model[i] = (u8)next_random(&seed);
		im = must_open("back.img", false);
		assert(image_write(im, 0, model, SIZE / 2, &err) && image_close(im, &err));
	}
	make_image("unit.img", format, SIZE, version, bits, backing ? "back.img" : NULL);
	im = must_open("unit.img", false);
	ok = random_use(&im, "unit.img", model, seed, 400);
	ok = image_close(im, &err) && ok && check_image("unit.img", true) == 0;
	judge(t, ok, "%s version %u, cluster of %u bits%s: not what was written", format, version, bits,
		backing ? ", backing" : "");
	free(model);
}

static void test_overlay(struct totals *t, const char *format)
{
	struct image_request q = {.path = "unit.img", .snapshot = true};
	u8 *model = calloc(1, SIZE), byte = 0;
	struct image *im;
	struct err err;
	bool ok;

	assert(model);
	make_image("unit.img", format, SIZE, 0, 0, NULL);
	im = image_open(&q, &err);
	ok = im && random_use(&im, NULL, model, 5, 400);
	ok = image_close(im, &err) && ok;
	im = must_open("unit.img", true);
	memset(model, 1, SIZE);
	ok = ok && image_read(im, 0, model, SIZE, &err);
	for (u32 i = 0; i < SIZE; i++)
		byte |= model[i];
	image_close(im, &err);
	judge(t, ok && !byte, "overlay over %s: not what was written, or the image changed", format);
	free(model);
}

static void refused(struct totals *t, const char *path, const char *why)
{
	struct image_request q = {.path = path, .read_only = true};
	struct err err = {""};
	struct image *im = image_open(&q, &err), *none = im;

	judge(t, !im && strstr(err.text, why), "%s: '%s' does not say '%s'", path, err.text, why);
	image_close(none, &err);
}

static void test_refused(struct totals *t)
{
	struct image_request q = {.path = "locked.img"}, raw = {.path = "plain.img"};
	struct image *im, *second;
	struct err err;
	u8 head[512] = "QFI\xfb\0\0\0\3";

	make_image("loop1.img", "qcow2", SIZE, 0, 0, "x");
	run("mkdir -p folder; : >empty.img; echo QFI | head -c 3 >tiny.img");
	make_image("loop1.img", "qcow2", SIZE, 0, 0, "./folder/../loop2.img");
	make_image("loop2.img", "qcow2", SIZE, 0, 0, "loop1.img");
	make_image("orphan.img", "qcow2", SIZE, 0, 0, "nothing.img");
	make_image("far.img", "qcow2", SIZE, 0, 0, "nbd://host/disk");
	refused(t, "nothing.img", "No such file");
	refused(t, "folder", "is a directory");
	refused(t, "empty.img", "empty");
	refused(t, "/dev/null", "not a regular file");
	refused(t, "orphan.img", "nothing.img");
	refused(t, "far.img", "nbd");
	make_image("locked.img", "qcow2", SIZE, 0, 0, NULL);
	im = must_open("locked.img", false);
	second = image_open(&q, &err);
	judge(t, !second && strstr(err.text, "in use"), "a second writer is refused: %s", err.text);
	image_close(im, &err);
	make_image("plain.img", "raw", SIZE, 0, 0, NULL);
	im = image_open(&raw, &err);
	judge(t, im && !image_write(im, 0, head, sizeof(head), &err) && strstr(err.text, "format=raw"),
		"a guessed raw disk must not become a qcow2 file");
	image_close(im, &err);
}

/* The name of a backing file that was there when it was given, and that is the image itself by now. */
static void test_loop(struct totals *t)
{
	char *first[] = {"image", "create", "-qfqcow2", "ring1.img", "1M"};
	char *second[] = {"image", "create", "-qfqcow2", "-bring1.img", "-Fqcow2", "ring2.img"};

	judge(t, !image_tool(countof(first), first) && !image_tool(countof(second), second), "create");
	run("cp ring2.img ring1.img");
	refused(t, "ring1.img", "comes back");
	refused(t, "ring2.img", "comes back");
}

/* A host whose disk is full: writes fail, with a line; what was there stays, the file has no errors, and with room
 * again it goes on. */
static void test_full(struct totals *t, const char *format)
{
	static u8 data[8192], back[8192];
	struct rlimit limit;
	struct image *im;
	struct err err = {""};
	u64 at = 0, kept;
	bool ok;

	getrlimit(RLIMIT_FSIZE, &limit);
	signal(SIGXFSZ, SIG_IGN);
	make_image("full.img", format, SIZE, 0, 12, NULL);
	im = must_open("full.img", false);
	memset(data, 7, sizeof(data));
	setrlimit(RLIMIT_FSIZE, &(struct rlimit){1 << 20, limit.rlim_max});
	while (at + sizeof(data) <= SIZE && image_write(im, at, data, sizeof(data), &err))
		at += sizeof(data);
	ok = at > 500000 && at < 1 << 20 && strstr(err.text, "full.img: can't be written");
	image_flush(im, &err); /* what fits */
	setrlimit(RLIMIT_FSIZE, &limit);
	ok = ok && image_flush(im, &err) && image_write(im, SIZE - 512, data, 512, &err);
	ok = image_close(im, &err) && ok && check_image("full.img", false) == 0;
	im = must_open("full.img", true);
	for (kept = 0; ok && kept < at; kept += sizeof(back))
		ok = image_read(im, kept, back, sizeof(back), &err) && !memcmp(back, data, sizeof(back));
	judge(t, ok, "%s on a full disk: %s", format, err.text);
	image_close(im, &err);
}

void test_units(struct totals *t)
{
	test_model(t, "raw", 0, 0, false);
	for (unsigned version = 2; version <= 3; version++)
		for (unsigned bits = 9; bits <= 21; bits += bits == 9 ? 1 : 3)
			for (int backing = 0; backing < 2; backing++)
				test_model(t, "qcow2", version, bits, backing);
	test_overlay(t, "raw");
	test_overlay(t, "qcow2");
	test_refused(t);
	test_loop(t);
	test_full(t, "qcow2");
}
