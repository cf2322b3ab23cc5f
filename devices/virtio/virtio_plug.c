/* SPDX-License-Identifier: MIT */
/* From -device to a device in a slot: looks at the names and options that the user gave, and makes a device of each
 * plug. What is wrong is said here, in the words of the option. */
#include "devices/virtio/virtio_mmio.h"

#include <stdio.h>

static const struct {
	const struct dev_type *type;
	const char *keys; /* each with a comma behind it */
	bool disk;        /* needs a drive */
} kinds[] = {
	{&virtio_blk_type, "bus,serial,", true},
	{&virtio_rng_type, "bus,seed,", false},
	{&virtio_serial_type, "bus,", false},
	{&virtconsole_type, "bus,nr,name,", false},
	{&virtserialport_type, "bus,nr,name,", false},
};

void virtio_mmio_list_plugs(FILE *out)
{
	for (unsigned k = 0; k < countof(kinds); k++)
		fprintf(out, "%-24s %s; options: %sid,%.*s\n", kinds[k].type->name, kinds[k].type->about,
			kinds[k].disk ? "drive," : "", (int)strlen(kinds[k].keys) - 1, kinds[k].keys);
}

/* "key=value,key=value" with keys of the list only. */
static bool check_options(const struct plug *p, const char *keys, struct err *err)
{
	for (const char *o = p->opts; o && *o;) {
		size_t n = strcspn(o, "=,");
		const char *k = keys;

		while (*k && (strncmp(k, o, n) || k[n] != ','))
			k += strcspn(k, ",") + 1;
		if (!*k || !n)
			return err_set(err, "-device %s: there is no option \"%.*s\"; there are: %.*s", p->device,
				(int)n, o, (int)strlen(keys) - 1, keys);
		if (o[n] != '=')
			return err_set(err, "-device %s: %.*s needs a value", p->device, (int)n, o);
		o += strcspn(o, ",");
		o += *o == ',';
	}
	return true;
}

static bool plug_one(struct machine *m, unsigned n, struct err *err)
{
	const struct plug *p = &m->config.plugs[n];
	struct board_row row = {.id = p->id, .irq = -1};
	char opts[256];
	unsigned k;

	for (k = 0; k < countof(kinds) && strcmp(kinds[k].type->name, p->device); k++)
		;
	if (k == countof(kinds))
		return err_set(err, "-device %s: this board has no place for it", p->device);
	if (!check_options(p, kinds[k].keys, err))
		return false;
	if (kinds[k].disk && !p->block)
		return err_set(err, "-device %s: drive=ID is missing", p->device);
	if (snprintf(opts, sizeof(opts), "plug=%u%s%s", n, p->opts ? "," : "", p->opts ? p->opts : "") >=
	    (int)sizeof(opts))
		return err_set(err, "-device %s: too many options", p->device);
	row.type = kinds[k].type;
	row.opts = opts;
	return dev_add(m, &row, err) || err_prefix(err, "-device %s", p->device);
}

bool virtio_mmio_plug_all(struct machine *m, struct err *err)
{
	for (unsigned n = 0; n < m->config.nplugs; n++) {
		if (!plug_one(m, n, err))
			return false;
	}
	return true;
}
