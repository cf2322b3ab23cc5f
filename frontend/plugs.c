/* SPDX-License-Identifier: MIT */
/* What the user adds to a machine: -chardev, -drive, -pflash and -device become a list of plugs with their host ends.
 * The board decides what it can do with each. Flags as in qemu-system-aarch64(1). */
#include "devices/misc/testdev.h"
#include "frontend/files.h"
#include "frontend/keyvalue.h"
#include "frontend/session.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- character devices --------------------------------------------------------------------------------- */

static struct line_end *find_line(struct session *s, const char *id)
{
	for (unsigned n = MAX_SERIAL; n < MAX_LINES; n++)
		if (*id && !strcmp(s->line[n].id, id))
			return &s->line[n];
	return NULL;
}

/* -chardev KIND,id=NAME[,path=PATH][,mux=on] */
static bool open_chardev(struct session *s, unsigned n, struct err *err)
{
	const char *text = s->options.chardev[n];
	struct line_end *l = &s->line[MAX_SERIAL + n];
	char kind[40] = "", id[32] = "", path[900] = "", spec[1000];
	bool mux;

	if (!keyvalue_check("-chardev", text, "backend", "backend id path mux signal", err) ||
	    !keyvalue_bool("-chardev", text, "mux", false, &mux, err))
		return false;
	keyvalue_get(text, "backend", "backend", kind, sizeof(kind));
	keyvalue_get(text, "backend", "path", path, sizeof(path));
	if (!keyvalue_get(text, "backend", "id", id, sizeof(id)) || !*id)
		return err_set(err, "-chardev %s: it needs an id=NAME", text);
	if (find_line(s, id))
		return err_set(err, "-chardev %s: there is another one named %s", text, id);
	memcpy(l->id, id, sizeof(l->id));
	l->testdev = !strcmp(kind, "testdev");
	if (l->testdev)
		return true;
	if (!strcmp(kind, "file") && !*path)
		return err_set(err, "-chardev %s: it needs a path=PATH", text);
	snprintf(spec, sizeof(spec), !strcmp(kind, "file") ? "file:%s" : mux ? "mon:%s" : "%s",
		!strcmp(kind, "file") ? path : kind);
	return chardev_open(&l->c, spec, err);
}

bool line_open(struct session *s, struct line_end *l, const char *spec, struct err *err)
{
	struct line_end *named;

	if (strncmp(spec, "chardev:", 8))
		return chardev_open(&l->c, spec, err);
	named = find_line(s, spec + 8);
	if (!named)
		return err_set(err, "-serial %s: there is no such -chardev", spec);
	if (named->taken)
		return err_set(err, "-serial %s: another device has it", spec);
	named->taken = true;
	l->c = named->c;
	l->testdev = named->testdev;
	named->c = (struct chardev){.in = -1, .out = -1};
	return true;
}

struct host_char line_host(struct line_end *l)
{
	return l->testdev ? (struct host_char){testdev_channel, NULL} : chardev_host(&l->c);
}

/* ---- drives -------------------------------------------------------------------------------------------- */

static struct plug *add_plug(struct session *s, const char *device)
{
	struct plug *p = &s->plugs[s->nplugs++];

	*p = (struct plug){.device = device};
	snprintf(p->id, sizeof(p->id), "plug%u", s->nplugs - 1);
	return p;
}

static struct blockdev *find_drive(struct session *s, const char *id)
{
	for (unsigned n = 0; n < s->ndrives; n++)
		if (s->drive[n].id && !strcmp(s->drive[n].id, id))
			return &s->drive[n];
	return NULL;
}

/* The whole bank is in memory; what the guest programs goes to the file at once, unless that is read-only. */
static bool open_pflash(struct session *s, const char *flag, const char *path, bool read_only, unsigned unit,
	struct err *err)
{
	if (unit >= MAX_PFLASH || s->pflash_image[unit].data)
		return err_set(err, "%s %s: the machine has %d flash banks, one image each", flag, path, MAX_PFLASH);
	if (!file_load(&s->pflash_image[unit], flag, path, err))
		return false;
	return read_only || blockdev_open(&s->pflash[unit], flag, path, false, err);
}

/* The place on the IDE channels: 0 and 1 are the first one's, 2 and 3 the second's. */
static bool plug_ide(struct session *s, unsigned n, const char *flag, const char *text, bool cdrom,
	const struct host_block *block, struct err *err)
{
	char word[8] = "";
	unsigned place = 0;
	struct plug *p;

	while (place < MAX_IDE && s->ide_taken[place])
		place++;
	if (keyvalue_get(text, NULL, "index", word, sizeof(word))) {
		if (word[0] < '0' || word[0] > '3' || word[1])
			return err_set(err, "%s %s: index=%s: 0 to 3 for if=ide", flag, text, word);
		place = (unsigned)word[0] - '0';
	}
	if (place == MAX_IDE || s->ide_taken[place])
		return err_set(err, "%s %s: %s", flag, text,
			place == MAX_IDE ? "the four places for IDE drives are taken" :
			"another IDE drive is in its place (-hda is index 0, -cdrom is index 2)");
	s->ide_taken[place] = true;
	snprintf(s->drive_opts[n], sizeof(s->drive_opts[n]), "bus=ide.%u,unit=%u", place >> 1, place & 1);
	p = add_plug(s, cdrom ? "ide-cd" : "ide-hd");
	p->opts = s->drive_opts[n];
	p->block = block;
	return true;
}

/* What the words of a -drive are, beside its file. */
struct drive_words {
	char interface[16], media[16], format[16]; /* format empty: whatever it looks like */
	bool read_only, cdrom, has_file, snapshot;
};

static bool read_drive(struct session *s, unsigned n, const char *flag, const char *text, const char *otherwise,
	struct drive_words *w, struct err *err)
{
	snprintf(w->interface, sizeof(w->interface), "%s", otherwise);
	snprintf(w->media, sizeof(w->media), "disk");
	if (!keyvalue_check(flag, text, NULL, "file if id format readonly unit media cache index snapshot", err) ||
	    !keyvalue_bool(flag, text, "readonly", false, &w->read_only, err) ||
	    !keyvalue_bool(flag, text, "snapshot", s->options.snapshot, &w->snapshot, err))
		return false;
	keyvalue_get(text, NULL, "if", w->interface, sizeof(w->interface));
	keyvalue_get(text, NULL, "media", w->media, sizeof(w->media));
	w->cdrom = !strcmp(w->media, "cdrom");
	w->read_only |= w->cdrom;
	if (!w->cdrom && strcmp(w->media, "disk"))
		return err_set(err, "%s %s: media=%s: disk or cdrom", flag, text, w->media);
	w->has_file = keyvalue_get(text, NULL, "file", s->drive_path[n], sizeof(s->drive_path[n]));
	if (!w->has_file && !w->cdrom)
		return err_set(err, "%s %s: it needs a file=PATH", flag, text);
	return !keyvalue_get(text, NULL, "format", w->format, sizeof(w->format)) || image_format(w->format) ||
		err_set(err, "%s %s: format %s: there are raw and qcow2", flag, text, w->format);
}

static bool open_drive(struct session *s, const char *flag, const char *text, const char *otherwise, struct err *err)
{
	unsigned n = s->ndrives++;
	struct blockdev *b = &s->drive[n];
	struct drive_words w = {0};
	struct image_request image;
	char unit[8] = "";

	if (!read_drive(s, n, flag, text, otherwise, &w, err))
		return false;
	if (keyvalue_get(text, NULL, "unit", unit, sizeof(unit)) || !strcmp(w.interface, "pflash"))
		return !strcmp(w.interface, "pflash") ?
			open_pflash(s, flag, s->drive_path[n], w.read_only || w.snapshot,
				*unit ? (unsigned)atoi(unit) : n, err) :
			err_set(err, "%s %s: unit is for if=pflash", flag, text);
	if (strcmp(w.interface, "virtio") && strcmp(w.interface, "none") && strcmp(w.interface, "ide"))
		return err_set(err, "%s %s: if=%s: ide, virtio, pflash or none", flag, text, w.interface);
	if (keyvalue_get(text, NULL, "id", s->drive_id[n], sizeof(s->drive_id[n])) && find_drive(s, s->drive_id[n]))
		return err_set(err, "%s %s: there is another one named %s", flag, text, s->drive_id[n]);
	image = (struct image_request){.path = s->drive_path[n], .format = w.format[0] ? w.format : NULL,
		.read_only = w.read_only, .snapshot = w.snapshot};
	if (w.has_file && !blockdev_open_image(b, flag, &image, err))
		return false;
	b->id = s->drive_id[n];
	if (!strcmp(w.interface, "virtio"))
		add_plug(s, "virtio-blk-device")->block = &b->host;
	return strcmp(w.interface, "ide") || plug_ide(s, n, flag, text, w.cdrom, w.has_file ? &b->host : NULL, err);
}

/* -hda FILE and the like: a -drive in other words. */
static bool open_short(struct session *s, const char *flag, const char *path, unsigned index, bool cdrom,
	struct err *err)
{
	char text[2200] = "file=";
	size_t n = strlen(text);

	for (; *path && n < sizeof(text) - 60; path++) {
		text[n++] = *path;
		if (*path == ',')
			text[n++] = ',';
	}
	snprintf(text + n, sizeof(text) - n, ",if=ide,index=%u,media=%s", index, cdrom ? "cdrom" : "disk");
	return open_drive(s, flag, text, "ide", err);
}

static bool open_drives(struct session *s, const char *otherwise, struct err *err)
{
	static const char *const flags[MAX_IDE] = {"-hda", "-hdb", "-hdc", "-hdd"};
	const struct options *o = &s->options;

	for (unsigned n = 0; n < MAX_IDE; n++)
		if (o->hd[n] && !open_short(s, flags[n], o->hd[n], n, false, err))
			return false;
	if (o->cdrom && !open_short(s, "-cdrom", o->cdrom, 2, true, err))
		return false;
	for (unsigned n = 0; n < o->ndrive; n++)
		if (!open_drive(s, "-drive", o->drive[n], otherwise, err))
			return false;
	return true;
}

/* ---- devices ------------------------------------------------------------------------------------------- */

/* "drive=" and "chardev=" become host ends; the rest of the options is the device's own business. */
static bool add_device(struct session *s, unsigned n, struct err *err)
{
	const char *text = s->options.device[n];
	size_t length = strcspn(text, ",");
	struct plug *p = add_plug(s, text);
	char *opts = s->plug_opts[n], word[32];
	struct blockdev *drive;
	struct line_end *l;

	snprintf(opts, sizeof(s->plug_opts[n]), "%.*s", (int)length, text);
	if (strlen(text) >= sizeof(s->plug_opts[n]))
		return err_set(err, "-device %.*s...: its options are too long", (int)length, text);
	p->device = opts;
	opts += length + 1;
	for (const char *o = text + length; *o; o += strcspn(o, ",")) {
		o++;
		if (strncmp(o, "drive=", 6) && strncmp(o, "chardev=", 8) && strncmp(o, "id=", 3))
			opts += snprintf(opts, 256, "%s%.*s", p->opts ? "," : "", (int)strcspn(o, ","), o);
		if (!p->opts && opts > s->plug_opts[n] + length + 1)
			p->opts = s->plug_opts[n] + length + 1;
	}
	keyvalue_get(text, "driver", "id", p->id, sizeof(p->id));
	if (keyvalue_get(text, "driver", "drive", word, sizeof(word))) {
		drive = find_drive(s, word);
		if (!drive)
			return err_set(err, "-device %s: there is no -drive with id=%s", text, word);
		p->block = &drive->host;
	}
	if (keyvalue_get(text, "driver", "chardev", word, sizeof(word))) {
		l = find_line(s, word);
		if (!l || l->taken)
			return err_set(err, "-device %s: %s -chardev with id=%s", text,
				l ? "another device has the" : "there is no", word);
		l->taken = true;
		p->chr = line_host(l);
		memcpy(l->id, p->id, sizeof(l->id)); /* from here on: the device's */
	}
	return true;
}

/* ---- all of them --------------------------------------------------------------------------------------- */

bool plugs_open(struct session *s, struct machine_config *c, struct err *err)
{
	const struct options *o = &s->options;

	for (unsigned n = 0; n < o->nchardev; n++)
		if (!open_chardev(s, n, err))
			return false;
	for (unsigned n = 0; n < o->npflash; n++)
		if (!open_pflash(s, "-pflash", o->pflash[n], o->snapshot, n, err))
			return false;
	if (!open_drives(s, c->board->drive_if, err))
		return false;
	for (unsigned n = 0; n < o->ndevice; n++)
		if (!add_device(s, n, err))
			return false;
	for (unsigned n = 0; n < MAX_PFLASH; n++) {
		c->pflash[n] = s->pflash_image[n];
		c->pflash_file[n] = s->pflash[n].host;
	}
	c->plugs = s->plugs;
	c->nplugs = s->nplugs;
	c->virtio_legacy = o->virtio_legacy;
	return true;
}

void plugs_connect(struct session *s)
{
	for (unsigned n = MAX_SERIAL; n < MAX_LINES; n++)
		if (s->line[n].taken && s->line[n].id[0])
			s->line[n].dev = dev_find(s->machine, s->line[n].id);
}

void plugs_settle(struct session *s, u64 now)
{
	for (unsigned n = 0; n < s->ndrives; n++)
		blockdev_settle(&s->drive[n], now);
}

void plugs_close(struct session *s)
{
	for (unsigned n = 0; n < MAX_LINES; n++)
		chardev_close(&s->line[n].c);
	for (unsigned n = 0; n < s->ndrives; n++)
		blockdev_close(&s->drive[n]);
	for (unsigned n = 0; n < MAX_PFLASH; n++) {
		blockdev_close(&s->pflash[n]);
		file_free(&s->pflash_image[n]);
	}
}
