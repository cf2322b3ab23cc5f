/* SPDX-License-Identifier: MIT */
/* Instances of device types: creation in the board's order, look-up, options, wires. What a device does is in its
 * own file; nothing here knows one type from another. */
#include "devices/machine.h"

#include <stdlib.h>

static bool dev_build(struct dev *d, const struct board_row *row, struct err *err)
{
	const struct dev_type *t = d->type;

	d->state = t->state_size ? calloc(1, t->state_size) : NULL;
	d->links = t->links_size ? calloc(1, t->links_size) : NULL;
	if ((t->state_size && !d->state) || (t->links_size && !d->links))
		return err_set(err, "%s: out of memory", row->id);
	if (t->attach && !t->attach(d, row, err))
		return err_prefix(err, "%s", row->id);
	return true;
}

struct dev *dev_add(struct machine *m, const struct board_row *row, struct err *err)
{
	struct dev **end = &m->devs, *d;

	if (dev_find(m, row->id)) {
		err_set(err, "two devices with the id %s", row->id);
		return NULL;
	}
	d = calloc(1, sizeof(*d));
	if (!d) {
		err_set(err, "%s: out of memory", row->id);
		return NULL;
	}
	d->type = row->type;
	d->id = row->id;
	d->machine = m;
	if (!dev_build(d, row, err)) {
		free(d->state);
		free(d->links);
		free(d);
		return NULL;
	}
	while (*end)
		end = &(*end)->next;
	*end = d;
	if (d->type->reset)
		d->type->reset(d);
	return d;
}

struct dev *dev_find(const struct machine *m, const char *id)
{
	for (struct dev *d = m->devs; d; d = d->next) {
		if (!strcmp(d->id, id))
			return d;
	}
	return NULL;
}

struct line dev_pin(struct dev *d, unsigned in)
{
	return d->type->pin ? d->type->pin(d, in) : (struct line){NULL, NULL, 0};
}

void dev_connect(struct dev *d, unsigned out, struct line to)
{
	struct line *slot = d->type->out ? d->type->out(d, out) : NULL;

	assert(slot && "a board connects an output that the device does not have");
	*slot = to;
}

void dev_map(struct dev *d, const struct board_row *row, struct reg_map *map, const struct reg_bank *bank)
{
	assert(row->at == AT_PORT || row->at == AT_MEM);
	reg_map_add(map, d, bank, row->at == AT_PORT ? &d->machine->ports : &d->machine->memory, row->base);
}

bool dev_option(const char *opts, const char *key, char *out, size_t size)
{
	size_t nkey = strlen(key);

	while (opts && *opts) {
		size_t n = strcspn(opts, ",");

		if (n > nkey && opts[nkey] == '=' && !memcmp(opts, key, nkey)) {
			n -= nkey + 1;
			n = n < size ? n : size - 1;
			memcpy(out, opts + nkey + 1, n);
			out[n] = 0;
			return true;
		}
		opts += n + (opts[n] == ',');
	}
	return false;
}

u64 dev_option_number(const char *opts, const char *key, u64 otherwise)
{
	char text[32], *end;
	u64 v;

	if (!dev_option(opts, key, text, sizeof(text)))
		return otherwise;
	v = strtoull(text, &end, 0);
	return end != text && !*end ? v : otherwise;
}
