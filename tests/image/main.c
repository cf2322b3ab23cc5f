/* SPDX-License-Identifier: MIT */
/* Tests of disk images (frontend/image): against a model in memory, against Debian's qemu-img, killed at random
 * moments, and with files that were damaged at random. All in a folder of its own in TMPDIR, which is removed at the
 * end. */
#define _XOPEN_SOURCE 700
#include "tests/image/image_test.h"

#include "frontend/image_tool.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

bool judge(struct totals *t, bool ok, const char *fmt, ...)
{
	va_list ap;

	t->passed += ok;
	t->failed += !ok;
	if (ok)
		return true;
	va_start(ap, fmt);
	printf("FAILED: ");
	vprintf(fmt, ap);
	putchar('\n');
	va_end(ap);
	return false;
}

u32 next_random(u64 *seed)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return (u32)(*seed >> 33);
}

struct image *must_open(const char *path, bool read_only)
{
	struct image_request q = {.path = path, .read_only = read_only};
	struct err err;
	struct image *im = image_open(&q, &err);

	if (!im) {
		printf("%s\n", err.text);
		fflush(stdout);
	}
	assert(im);
	return im;
}

void make_image(const char *path, const char *format, u64 size, unsigned version, unsigned cluster_bits,
	const char *backing)
{
	struct image_file f = {.fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0666), .no_sync = true};
	struct image_shape s = {.size = size, .version = version, .cluster_bits = cluster_bits, .backing = backing,
		.backing_format = backing ? "raw" : NULL};
	struct err err;
	bool ok = !strcmp(format, "raw") ? image_raw_create(&f, &s, &err) : image_qcow2_create(&f, &s, &err);

	assert(f.fd >= 0 && ok);
	close(f.fd);
}

long check_image(const char *path, bool leaks)
{
	struct image_request q = {.path = path, .read_only = true, .no_backing = true};
	struct image_check c = {0}, loud = {.log = stdout};
	struct err err;
	struct image *im = image_open(&q, &err);
	bool ok = im && (!im->ops->check || im->ops->check(im, &c, &err));

	if (ok && (c.errors || (leaks && c.leaks)))
		im->ops->check(im, &loud, &err);
	image_close(im, &err);
	return ok ? (long)(c.errors + (leaks ? c.leaks : 0)) : -1;
}

bool run(const char *fmt, ...)
{
	char command[2000] = "img() { \"$ORRERY_IMAGE_TEST\" image \"$@\"; }; ";
	size_t n = strlen(command);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command + n, sizeof(command) - n, fmt, ap);
	va_end(ap);
	fflush(stdout);
	return !system(command);
}

int main(int argc, char **argv)
{
	const char *folder = getenv("TMPDIR");
	char path[4096 + 1];
	struct totals t = {0};
	unsigned kills = 100, mutations = 10000;
	u64 seed = 1;

	if (argc > 1 && !strcmp(argv[1], "image"))
		return image_tool(argc - 1, argv + 1);
	for (int i = 1; i + 1 < argc; i += 2) {
		unsigned long v = strtoul(argv[i + 1], NULL, 0);

		if (!strcmp(argv[i], "--kill"))
			kills = (unsigned)v;
		else if (!strcmp(argv[i], "--fuzz"))
			mutations = (unsigned)v;
		else if (!strcmp(argv[i], "--seed"))
			seed = v;
	}
	if (!realpath(argv[0], path) || setenv("ORRERY_IMAGE_TEST", path, 1)) {
		printf("%s: where is it?\n0 passed, 1 failed\n", argv[0]);
		return 1;
	}
	snprintf(path, sizeof(path), "%s/orrery-image.XXXXXX", folder ? folder : "/tmp");
	if (!mkdtemp(path) || chdir(path)) {
		printf("%s: can't be made\n0 passed, 1 failed\n", path);
		return 1;
	}
	printf("seed %llu\n", (unsigned long long)seed);
	test_units(&t);
	test_peer(&t);
	test_kill(&t, kills, seed);
	test_fuzz(&t, mutations, seed);
	if (!t.failed)
		run("rm -r '%s'", path);
	else
		printf("the files are left in %s\n", path);
	printf("%u passed, %u failed", t.passed, t.failed);
	if (t.skipped)
		printf(", %u skipped", t.skipped);
	putchar('\n');
	return t.failed != 0;
}
