/* SPDX-License-Identifier: MIT */
/* The other program's images: what we write, Debian's qemu-img finds right and reads as we do, and the reverse, for
 * each version and many cluster sizes, with compressed clusters, zero clusters, snapshots and backing chains. */
#define _XOPEN_SOURCE 700
#include "tests/image/image_test.h"

#include <stdlib.h>

/* Data, holes, text that gets smaller, and a size that is no multiple of any cluster's. */
static void make_source(void)
{
	make_image("source.raw", "raw", 9 * 1000 * 512, 0, 0, NULL);
	struct image *im = must_open("source.raw", false);
	static u8 data[1 << 20];
	struct err err;
	u64 seed = 7;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (u8)(i < sizeof(data) / 2 ? next_random(&seed) : i / 7 % 64 + next_random(&seed) % 4);
	assert(image_write(im, 100000, data, sizeof(data), &err) &&
		image_write(im, 3000000, data + 70000, 300000, &err));
	assert(image_write(im, im->size - 100, data, 100, &err) && image_close(im, &err));
}

static void both_ways(struct totals *t, const char *options, const char *compress)
{
	judge(t, run("img convert %s -O qcow2 -o %s source.raw p.img && qemu-img check -q p.img && "
		     "qemu-img compare -q source.raw p.img && img check -q p.img && "
		     "img convert p.img p.raw && cmp source.raw p.raw",
			 compress, options),
		"ours, read by qemu: %s %s", options, compress);
	judge(t, run("qemu-img convert %s -O qcow2 -o %s source.raw p.img && img check -q p.img && "
		     "img convert p.img p.raw && cmp source.raw p.raw",
			 compress, options),
		"qemu's, read by us: %s %s", options, compress);
}

/* Random writes by us to an image that qemu made with what we never make ourselves. */
static void write_to_theirs(struct totals *t, const char *what, const char *how)
{
	static u8 data[40000];
	struct image *im, *raw;
	struct err err;
	u64 seed = 3;
	bool ok = run("rm -f q.img; %s", how) && run("img convert q.img q.raw");

	if (!judge(t, ok, "qemu's image with %s: can't be converted", what))
		return;
	im = must_open("q.img", false);
	raw = must_open("q.raw", false);
	for (unsigned i = 0; ok && i < 200; i++) {
		u64 n = next_random(&seed) % sizeof(data) + 1, at = next_random(&seed) % (im->size - n + 1);

		for (u64 k = 0; k < n; k++)
			data[k] = (u8)(next_random(&seed) + !k); /* no head of an image */
		ok = image_write(im, at, data, n, &err) && image_write(raw, at, data, n, &err) &&
			(i % 20 || image_flush(im, &err));
	}
	ok = image_close(im, &err) && image_close(raw, &err) && ok;
	judge(t, ok && run("img check q.img && qemu-img check -q q.img && qemu-img compare -q q.img q.raw"),
		"written by us, qemu's image with %s", what);
}

static void chain(struct totals *t)
{
	judge(t, run("mkdir -p sub && cp source.raw sub/base.raw && cd sub && "
		     "img create -q -f qcow2 -b base.raw -F raw mid.img && "
		     "qemu-img create -q -f qcow2 -b mid.img -F qcow2 top.img && "
		     "qemu-io -f qcow2 -c 'write -P 7 50000 200000' -c 'write -z 1000000 130000' top.img >/dev/null && "
		     "cd .. && img convert sub/top.img p.raw && qemu-img convert -O raw sub/top.img q.raw && "
		     "cmp p.raw q.raw"),
		"a chain of three in another folder");
	judge(t, run("img commit -q sub/top.img && img check -q sub/top.img && qemu-img check -q sub/top.img && "
		     "qemu-img check -q sub/mid.img && qemu-img compare -q sub/mid.img q.raw && "
		     "qemu-img compare -q sub/top.img q.raw"),
		"commit to qcow2");
	judge(t, run("img commit -q sub/mid.img && qemu-img check -q sub/mid.img && cmp sub/base.raw q.raw"),
		"commit to raw");
	judge(t, run("img info --output=json sub/mid.img | grep -q '\"virtual-size\": 4608000'"), "info");
}

void test_peer(struct totals *t)
{
	static const char *const clusters[] = {"512", "4096", "65536", "2097152"};
	char options[80];

	if (!run("img --help >/dev/null 2>&1") ||
	    !run("command -v qemu-img >/dev/null && command -v qemu-io >/dev/null")) {
		puts("skipped: no qemu-img and qemu-io (package qemu-utils), or this program runs under an emulator");
		t->skipped++;
		return;
	}
	make_source();
	for (size_t i = 0; i < countof(clusters); i++)
		for (int v3 = 0; v3 < 2; v3++)
			for (int c = 0; c < 2; c++) {
				snprintf(options, sizeof(options), "cluster_size=%s,compat=%s", clusters[i],
					v3 ? "1.1" : "0.10");
				both_ways(t, options, c ? "-c" : "");
			}
	for (unsigned bits = 1; bits <= 64; bits *= 2) {
		snprintf(options, sizeof(options), "refcount_bits=%u,cluster_size=1024", bits);
		both_ways(t, options, bits > 4 ? "-c" : "");
	}
	write_to_theirs(t, "compressed clusters", "qemu-img convert -c -O qcow2 source.raw q.img");
	write_to_theirs(
		t, "small compressed clusters", "qemu-img convert -c -O qcow2 -o cluster_size=512 source.raw q.img");
	write_to_theirs(t, "a snapshot", "qemu-img convert -O qcow2 -o cluster_size=4096 source.raw q.img && "
					 "qemu-img snapshot -c one q.img");
	write_to_theirs(t, "zero clusters", "qemu-img create -q -f qcow2 q.img 9M && "
					    "qemu-io -f qcow2 -c 'write -z 1M 4M' q.img >/dev/null");
	write_to_theirs(t, "preallocation", "qemu-img create -q -f qcow2 -o preallocation=metadata q.img 9M");
	chain(t);
}
