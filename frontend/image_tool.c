/* SPDX-License-Identifier: MIT */
/* `orrery image create|info|convert|check|commit`: subcommands, options and exit statuses of qemu-img(1). What goes
 * wrong is one line on standard error; progress (-p) is drawn on a terminal only. */
#define _XOPEN_SOURCE 700
#define _DEFAULT_SOURCE
#include "frontend/image_tool.h"

#include "frontend/image/image.h"
#include "frontend/keyvalue.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STATUS_OK, STATUS_FAILED, STATUS_ERRORS, STATUS_LEAKS, STATUS_NO_CHECK = 63 };
enum { CHUNK = 1 << 20, GRAIN = 4096 };

struct args {
	const char *format, *out_format, *backing, *backing_format, *options;
	bool quiet, progress, compress, keep, json, chain;
	const char *file[2];
	unsigned nfiles;
};

struct command {
	const char *name, *flags; /* flags: as for getopt(3) */
	unsigned least, most;     /* files */
	const char *usage;
	int (*run)(const struct args *a, struct err *err);
};

/* ---- progress --------------------------------------------------------------------------------------------------- */

struct progress {
	bool on;
	int shown; /* percent, -1: nothing yet */
};

static struct progress progress_begin(const struct args *a)
{
	return (struct progress){.on = a->progress && !a->quiet && isatty(1), .shown = -1};
}

static void progress_show(struct progress *p, u64 done, u64 all)
{
	int now = all ? (int)((double)done / (double)all * 100) : 100;
	char bar[51] = "";

	if (!p->on || now == p->shown)
		return;
	p->shown = now;
	for (int i = 0; i < 50; i++)
		bar[i] = i * 2 < now ? '#' : '.';
	printf("\r[%s] %3d%%", bar, now);
	fflush(stdout);
}

static void progress_end(const struct progress *p)
{
	if (p->shown >= 0)
		putchar('\n');
}

/* ---- what create and convert share ------------------------------------------------------------------------------ */

static bool parse_size(const char *text, u64 *size, struct err *err)
{
	static const char suffixes[] = "bkmgtpe";
	const char *suffix;
	char *end;
	u64 v;

	errno = 0;
	v = strtoull(text, &end, 10);
	suffix = *end ? strchr(suffixes, *end | 0x20) : suffixes;
	if (end == text || *text == '-' || errno || !suffix || (*end && end[1]) ||
	    (v << (suffix - suffixes) * 10) >> (suffix - suffixes) * 10 != v)
		return err_set(err, "size %s: a number of bytes, or with K, M, G, T, P or E", text);
	*size = v << (suffix - suffixes) * 10;
	return true;
}

static bool number(const char *text, const char *key, u64 *v, struct err *err)
{
	char word[32];

	if (!text || !keyvalue_get(text, NULL, key, word, sizeof(word)))
		return true;
	return parse_size(word, v, err) || err_prefix(err, "-o %s", key);
}

/* -o: cluster_size, compat, refcount_bits, and what can only have one value. */
static bool parse_options(struct image_shape *s, const char *text, struct err *err)
{
	u64 cluster = 0, bits = 0;
	char word[32];

	if (!text)
		return true;
	if (!keyvalue_check("-o", text, NULL,
		"cluster_size compat refcount_bits preallocation lazy_refcounts compression_type", err) ||
		!number(text, "cluster_size", &cluster, err) ||
		!number(text, "refcount_bits", &bits, err))
		return false;
	if (keyvalue_get(text, NULL, "preallocation", word, sizeof(word)) && strcmp(word, "off"))
		return err_set(err, "-o preallocation=%s: there is only off", word);
	if (keyvalue_get(text, NULL, "lazy_refcounts", word, sizeof(word)) && strcmp(word, "off"))
		return err_set(err, "-o lazy_refcounts=%s: there is only off", word);
	if (keyvalue_get(text, NULL, "compression_type", word, sizeof(word)) && strcmp(word, "zlib"))
		return err_set(err, "-o compression_type=%s: there is only zlib", word);
	if (keyvalue_get(text, NULL, "compat", word, sizeof(word))) {
		s->version = !strcmp(word, "0.10") || !strcmp(word, "v2") ? 2 : 3;
		if (s->version == 3 && strcmp(word, "1.1") && strcmp(word, "v3"))
			return err_set(err, "-o compat=%s: 0.10 or 1.1", word);
	}
	if (cluster && (cluster & (cluster - 1) || cluster < 512 || cluster > 2 << 20))
		return err_set(err, "-o cluster_size: a power of two from 512 to 2M");
	while (cluster >> s->cluster_bits > 1)
		s->cluster_bits++;
	s->refcount_bits = (unsigned)min_u64(bits, 1000);
	return true;
}

/* The file is locked before it is emptied: it may be another machine's disk. */
static bool make(const char *path, const char *format, const struct image_shape *s, struct err *err)
{
	struct image_file f = {.fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666), .no_sync = true};
	const struct image_ops *ops = image_format(format);
	bool fresh = f.fd >= 0, ok = false;
	struct stat st;

	if (!fresh)
		f.fd = open(path, O_RDWR | O_CLOEXEC);
	if (f.fd < 0 || fstat(f.fd, &st))
		err_set(err, "%s", strerror(errno));
	else if (!S_ISREG(st.st_mode))
		err_set(err, "is not a regular file");
	else if (flock(f.fd, LOCK_EX | LOCK_NB))
		err_set(err, "%s", errno == EWOULDBLOCK ? "is in use by another program" : strerror(errno));
	else if (!ops)
		err_set(err, "format %.40s: there are raw and qcow2", format);
	else
		ok = image_file_resize(&f, 0, err) &&
			(ops == &image_raw ? image_raw_create(&f, s, err) : image_qcow2_create(&f, s, err));
	if (f.fd >= 0) {
		f.no_sync = false;
		ok = ok && image_file_sync(&f, err);
		close(f.fd);
	}
	if (!ok && fresh)
		unlink(path);
	return ok || err_prefix(err, "%s", path);
}

/* ---- create ----------------------------------------------------------------------------------------------------- */

/* Opens it once, for its size and its format. */
static bool look_at_backing(const struct args *a, struct image_shape *s, bool sized, struct err *err)
{
	char *path = image_backing_path(a->file[0], a->backing, err);
	struct image_request q = {.path = path, .format = a->backing_format, .read_only = true, .no_lock = true};
	struct image *im = path ? image_open(&q, err) : NULL;

	free(path);
	if (!im)
		return err_prefix(err, "-b");
	if (!sized)
		s->size = im->size;
	s->backing = a->backing;
	s->backing_format = im->ops->name;
	return image_close(im, err);
}

static int run_create(const struct args *a, struct err *err)
{
	const char *format = a->format ? a->format : "raw";
	struct image_shape s = {0};

	if (a->nfiles > 1 && !parse_size(a->file[1], &s.size, err))
		return STATUS_FAILED;
	if (a->nfiles < 2 && !a->backing) {
		err_set(err, "%s: it needs a SIZE, or -b BACKING to take it from", a->file[0]);
		return STATUS_FAILED;
	}
	if (!parse_options(&s, a->options, err) || (a->backing && !look_at_backing(a, &s, a->nfiles > 1, err)))
		return STATUS_FAILED;
	s.size = align_up(s.size, 512); /* disks have sectors */
	if (!make(a->file[0], format, &s, err))
		return STATUS_FAILED;
	if (!a->quiet) {
		printf("Formatting '%s', fmt=%s size=%llu", a->file[0], format, (unsigned long long)s.size);
		if (s.backing)
			printf(" backing_file=%s backing_fmt=%s", s.backing, s.backing_format);
		putchar('\n');
	}
	return STATUS_OK;
}

/* ---- info ------------------------------------------------------------------------------------------------------- */

static void print_size(const char *name, u64 bytes)
{
	static const char *const unit[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	double v = (double)bytes;
	unsigned u = 0;

	for (; v >= 1000 && u + 1 < countof(unit); u++)
		v /= 1024;
	printf("%s: %.3g %s", name, v, unit[u]);
}

static void json_text(const char *name, const char *text)
{
	printf("    \"%s\": \"", name);
	for (const u8 *c = (const u8 *)text; *c; c++)
		printf(*c == '"' || *c == '\\' ? "\\%c" : *c < ' ' ? "\\u%04x" : "%c", *c);
	printf("\",\n");
}

static void print_json(const struct image *im, const char *path, u64 disk)
{
	printf("{\n");
	json_text("filename", path);
	if (im->cluster_size)
		printf("    \"cluster-size\": %llu,\n", (unsigned long long)im->cluster_size);
	if (im->backing_name)
		json_text("backing-filename", im->backing_name);
	if (im->backing_format)
		json_text("backing-filename-format", im->backing_format);
	json_text("format", im->ops->name);
	printf("    \"actual-size\": %llu,\n    \"virtual-size\": %llu\n}", (unsigned long long)disk,
		(unsigned long long)im->size);
}

static void print_info(const struct image *im, u64 disk)
{
	struct err err;
	char *backing;

	printf("image: %s\nfile format: %s\n", im->path, im->ops->name);
	print_size("virtual size", im->size);
	printf(" (%llu bytes)\n", (unsigned long long)im->size);
	print_size("disk size", disk);
	putchar('\n');
	if (im->cluster_size)
		printf("cluster_size: %llu\n", (unsigned long long)im->cluster_size);
	if (im->backing_name) {
		backing = image_backing_path(im->path, im->backing_name, &err);
		printf("backing file: %s", im->backing_name);
		if (backing && strcmp(backing, im->backing_name))
			printf(" (actual path: %s)", backing);
		putchar('\n');
		free(backing);
	}
	if (im->backing_format)
		printf("backing file format: %s\n", im->backing_format);
	im->ops->info(im, stdout);
}

static int run_info(const struct args *a, struct err *err)
{
	struct image_request q = {.path = a->file[0], .format = a->format, .read_only = true, .no_lock = true,
		.no_backing = !a->chain};
	struct image *im = image_open(&q, err);
	bool many = false;

	if (!im)
		return STATUS_FAILED;
	printf("%s", a->json && a->chain ? "[\n" : "");
	for (const struct image *i = im; i; i = i->backing, many = true) {
		struct stat st = {0};

		fstat(i->file.fd, &st);
		if (many)
			printf("%s", a->json ? ",\n" : "\n");
		if (a->json)
			print_json(i, i->path, (u64)st.st_blocks * 512);
		else
			print_info(i, (u64)st.st_blocks * 512);
	}
	printf("%s", a->json ? a->chain ? "\n]\n" : "\n" : "");
	return image_close(im, err) ? STATUS_OK : STATUS_FAILED;
}

/* ---- convert ---------------------------------------------------------------------------------------------------- */

static bool is_zero(const u8 *p, size_t n)
{
	return !p[0] && !memcmp(p, p + 1, n - 1);
}

/* What the whole chain has at offset. */
static bool map_chain(struct image *im, u64 offset, u64 *n, enum image_extent *what, struct err *err)
{
	for (*what = IMAGE_ABSENT; *what == IMAGE_ABSENT && im; im = im->backing) {
		if (offset >= im->size)
			break;
		*n = min_u64(*n, im->size - offset);
		if (!im->ops->map(im, offset, n, what, err))
			return err_prefix(err, "%s", im->path);
	}
	return true;
}

/* Only what is not zero: the new image is all zeroes. */
static bool copy_part(struct image *to, u64 offset, const u8 *data, size_t n, bool compress, struct err *err)
{
	size_t grain = compress ? (size_t)to->cluster_size : GRAIN;

	for (size_t at = 0; at < n;) {
		size_t part = (size_t)min_u64(grain, n - at);
		bool zero = is_zero(data + at, part);

		while (!compress && at + part < n &&
			is_zero(data + at + part, (size_t)min_u64(grain, n - at - part)) == zero)
			part += (size_t)min_u64(grain, n - at - part);
		if (!zero && !(compress ? to->ops->write_compressed(to, offset + at, data + at, part, err) :
			image_write(to, offset + at, data + at, part, err)))
			return false;
		at += part;
	}
	return true;
}

static bool copy_all(struct image *from, struct image *to, const struct args *a, struct err *err)
{
	size_t chunk = (size_t)max_u64(CHUNK, to->cluster_size);
	struct progress p = progress_begin(a);
	u8 *data = malloc(chunk);
	bool ok = data != NULL;

	if (!ok)
		err_set(err, "no memory for %zu bytes", chunk);
	for (u64 at = 0; ok && at < from->size;) {
		u64 n = from->size - at, part;
		enum image_extent what = IMAGE_DATA;

		ok = map_chain(from, at, &n, &what, err);
		if (what == IMAGE_DATA || n < min_u64(to->cluster_size, from->size - at)) {
			part = min_u64(chunk - at % chunk, from->size - at); /* aligned, to fill clusters at once */
			n = to->cluster_size ? part : min_u64(part, n);
			ok = ok && image_read(from, at, data, (size_t)n, err) &&
				copy_part(to, at, data, (size_t)n, a->compress, err);
		} else if (to->cluster_size && at + n < from->size) {
			n -= n % to->cluster_size; /* data may begin within a cluster of the target */
		}
		at += n;
		progress_show(&p, at, from->size);
	}
	progress_end(&p);
	free(data);
	return ok;
}

static int run_convert(const struct args *a, struct err *err)
{
	const char *format = a->out_format ? a->out_format : "raw";
	struct image_request from = {.path = a->file[0], .format = a->format, .read_only = true};
	struct image_request to = {.path = a->file[1], .format = format, .no_sync = true};
	struct image *in = image_open(&from, err), *out;
	struct image_shape s = {0};
	struct err ignored;
	bool ok;

	if (!in)
		return STATUS_FAILED;
	s.size = in->size;
	out = parse_options(&s, a->options, err) && make(a->file[1], format, &s, err) ? image_open(&to, err) : NULL;
	ok = out && (!a->compress || out->ops->write_compressed ||
		err_set(err, "%s: -c: the format %s has no compression", a->file[1], format));
	ok = ok && copy_all(in, out, a, err);
	if (out)
		out->file.no_sync = false;
	ok = image_close(out, ok ? err : &ignored) && ok;
	if (out && !ok)
		unlink(a->file[1]); /* half an image is of no use */
	image_close(in, &ignored);
	return ok ? STATUS_OK : STATUS_FAILED;
}

/* ---- check ------------------------------------------------------------------------------------------------------ */

static int run_check(const struct args *a, struct err *err)
{
	struct image_request q = {.path = a->file[0], .format = a->format, .read_only = true, .no_backing = true};
	struct image_check c = {.log = a->quiet ? NULL : stdout};
	struct image *im = image_open(&q, err);
	struct err ignored;
	bool ok;

	if (!im)
		return STATUS_FAILED;
	if (!im->ops->check) {
		err_set(err, "%s: images of the format %s can't be checked", a->file[0], im->ops->name);
		image_close(im, &ignored);
		return STATUS_NO_CHECK;
	}
	ok = im->ops->check(im, &c, err) || err_prefix(err, "%s", a->file[0]);
	image_close(im, &ignored);
	if (!ok)
		return STATUS_FAILED;
	if (!a->quiet) {
		if (c.errors)
			printf("%llu errors were found on the image.\n", (unsigned long long)c.errors);
		if (c.leaks)
			printf("%llu leaked clusters were found on the image; they waste space and do no harm.\n",
				(unsigned long long)c.leaks);
		if (!c.errors && !c.leaks)
			puts("No errors were found on the image.");
		printf("Image end offset: %llu\n", (unsigned long long)c.end);
	}
	return c.errors ? STATUS_ERRORS : c.leaks ? STATUS_LEAKS : STATUS_OK;
}

/* ---- commit ----------------------------------------------------------------------------------------------------- */

/* What the image in front has of its own; the backing image is as large as that by now. */
static bool commit_all(struct image *top, struct image *base, const struct args *a, struct err *err)
{
	struct progress p = progress_begin(a);
	u8 *data = malloc(CHUNK);

	assert(data);
	for (u64 at = 0; at < top->size;) {
		u64 n = top->size - at;
		enum image_extent what = IMAGE_ABSENT;
		bool ok = top->ops->map(top, at, &n, &what, err) || err_prefix(err, "%s", top->path);

		if (what != IMAGE_ABSENT)
			n = min_u64(n, CHUNK);
		if (ok && what != IMAGE_ABSENT)
			ok = image_read(top, at, data, (size_t)n, err) && image_write(base, at, data, (size_t)n, err);
		if (!ok) {
			free(data);
			return false;
		}
		at += n;
		progress_show(&p, at, top->size);
	}
	progress_end(&p);
	free(data);
	return true;
}

static bool fit(struct image *base, u64 size, struct err *err)
{
	if (size <= base->size)
		return true;
	if (base->ops != &image_raw)
		return err_set(err, "%s: is smaller than the image in front of it, and can't grow", base->path);
	base->size = size;
	return image_file_resize(&base->file, size, err) || err_prefix(err, "%s", base->path);
}

static int run_commit(const struct args *a, struct err *err)
{
	struct image_request front = {.path = a->file[0], .format = a->format, .no_backing = true}, behind = {0};
	struct image *top = image_open(&front, err), *base = NULL;
	struct err ignored;
	char *path = NULL;
	bool ok = top && (top->backing_name || err_set(err, "%s: has no backing file", a->file[0]));

	if (ok) {
		path = image_backing_path(top->path, top->backing_name, err);
		behind = (struct image_request){.path = path, .format = top->backing_format};
		base = path ? image_open(&behind, err) : NULL;
		ok = base && fit(base, top->size, err) && commit_all(top, base, a, err);
		ok = image_close(base, ok ? err : &ignored) && ok; /* on the disk before it goes from the front */
	}
	if (ok && !a->keep)
		ok = top->ops->empty(top, err) || err_prefix(err, "%s", top->path);
	ok = image_close(top, ok ? err : &ignored) && ok;
	free(path);
	if (ok && !a->quiet)
		puts("Image committed.");
	return ok ? STATUS_OK : STATUS_FAILED;
}

/* ---- the command line ------------------------------------------------------------------------------------------- */

static const struct command commands[] = {
	{"create", "f:b:F:o:q", 1, 2, "[-f FMT] [-b BACKING [-F FMT]] [-o KEY=VALUE,...] [-q] FILE [SIZE]", run_create},
	{"info", "f:", 1, 1, "[-f FMT] [--output=human|json] [--backing-chain] FILE", run_info},
	{"convert", "f:O:o:cpq", 2, 2, "[-f FMT] [-O FMT] [-o KEY=VALUE,...] [-c] [-p] [-q] FILE NEW", run_convert},
	{"check", "f:q", 1, 1, "[-f FMT] [-q] FILE", run_check},
	{"commit", "f:dpq", 1, 1, "[-f FMT] [-d] [-p] [-q] FILE", run_commit},
};

static void usage(void)
{
	puts("Usage: orrery image COMMAND ..., as qemu-img(1)\n");
	for (size_t i = 0; i < countof(commands); i++)
		printf("  %-8s %s\n", commands[i].name, commands[i].usage);
	puts("\nFormats: raw, qcow2. -o: cluster_size=512..2M, compat=0.10|1.1, refcount_bits=1..64.\n"
	     "-c compresses, -p shows progress on a terminal, -q says nothing, -d keeps what was committed.\n"
	     "check: status 0 clean, 2 errors, 3 leaked clusters (harmless), 63 the format can't be checked.");
}

static void take_flag(struct args *a, char flag, const char *value)
{
	switch (flag) {
	case 'f': a->format = value; break;
	case 'O': a->out_format = value; break;
	case 'b': a->backing = value; break;
	case 'F': a->backing_format = value; break;
	case 'o': a->options = value; break;
	case 'q': a->quiet = true; break;
	case 'p': a->progress = true; break;
	case 'c': a->compress = true; break;
	default: a->keep = true; break; /* -d */
	}
}

/* A word of the command line, and the next one if it takes that as its value. */
static bool take(const struct command *c, struct args *a, char **argv, int *i, bool *files, struct err *err)
{
	const char *word = argv[*i], *known;

	if (*files || *word != '-' || !word[1]) {
		if (a->nfiles == c->most)
			return err_set(err, "%s: too many arguments: %s %s", word, c->name, c->usage);
		a->file[a->nfiles++] = word;
		return true;
	}
	if (!strcmp(word, "--")) {
		*files = true;
		return true;
	}
	if (c->run == run_info && (!strcmp(word, "--output=json") || !strcmp(word, "--output=human"))) {
		a->json = word[9] == 'j';
		return true;
	}
	if (c->run == run_info && !strcmp(word, "--backing-chain")) {
		a->chain = true;
		return true;
	}
	for (word++; *word; word++) {
		known = *word == ':' ? NULL : strchr(c->flags, *word);
		if (!known)
			return err_set(err, "%s: there is no such flag: %s %s", argv[*i], c->name, c->usage);
		if (known[1] != ':') {
			take_flag(a, *word, NULL);
			continue;
		}
		if (!word[1] && !argv[*i + 1])
			return err_set(err, "-%c: its value is missing: %s %s", *word, c->name, c->usage);
		take_flag(a, *word, word[1] ? word + 1 : argv[++*i]);
		break;
	}
	return true;
}

int image_tool(int argc, char **argv)
{
	const struct command *c = commands, *end = commands + countof(commands);
	struct args a = {0};
	struct err err = {""};
	bool ok = true, files = false;
	int status = STATUS_FAILED;

	if (argc < 2 || !strcmp(argv[1], "-h") || !strcmp(argv[1], "--help")) {
		usage();
		return argc < 2 ? STATUS_FAILED : STATUS_OK;
	}
	while (c < end && strcmp(c->name, argv[1]))
		c++;
	if (c == end) {
		fprintf(stderr, "orrery: image %s: there is no such command; image --help lists them\n", argv[1]);
		return STATUS_FAILED;
	}
	for (int i = 2; ok && i < argc; i++)
		ok = take(c, &a, argv, &i, &files, &err);
	if (ok && a.nfiles < c->least)
		ok = err_set(&err, "arguments are missing: %s %s", c->name, c->usage);
	if (ok)
		status = c->run(&a, &err);
	if (err.text[0] && status != STATUS_OK && status != STATUS_ERRORS && status != STATUS_LEAKS)
		fprintf(stderr, "orrery: image %s: %s\n", c->name, err.text);
	return status;
}
