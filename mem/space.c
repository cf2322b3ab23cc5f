/* SPDX-License-Identifier: MIT */
/* Flattens prioritised regions into a sorted array and sends accesses to them. The map is made anew at each change;
 * changes are rare (BARs, PAM, SMRAM), look-ups are not. */
#include "mem/space.h"

#include <stdlib.h>

void space_init(struct space *s, const char *name, u64 last, struct space *below)
{
	*s = (struct space){.name = name, .last = last, .below = below};
	if (below)
		below->overlay = s;
	space_update(s);
}

void space_free(struct space *s)
{
	if (s->below)
		s->below->overlay = NULL;
	free(s->regions);
	free(s->map);
	*s = (struct space){0};
}

/* ---- flattening --------------------------------------------------------------------------------------- */

static int compare_u64(const void *a, const void *b)
{
	u64 x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

static u64 region_last(const struct space *s, const struct region *r)
{
	return r->size - 1 > s->last - r->base ? s->last : r->base + r->size - 1;
}

static bool region_counts(const struct space *s, const struct region *r)
{
	return r->on && r->size && r->base <= s->last;
}

/* The region shown at addr: own regions first, then the space below. */
static struct region *winner(const struct space *s, u64 addr)
{
	struct region *best = NULL;

	for (unsigned i = 0; i < s->nregions; i++) {
		struct region *r = s->regions[i];

		if (region_counts(s, r) && addr >= r->base && addr <= region_last(s, r) &&
		    (!best || r->priority >= best->priority))
			best = r;
	}
	if (!best && s->below) {
		const struct flat *f = space_find(s->below, addr);

		best = f ? f->region : NULL;
	}
	return best;
}

/* Every address where the answer may change: starts and one-past-ends. */
static unsigned edges(const struct space *s, u64 *out)
{
	unsigned n = 0;

	out[n++] = 0;
	for (unsigned i = 0; i < s->nregions; i++) {
		const struct region *r = s->regions[i];

		if (!region_counts(s, r))
			continue;
		out[n++] = r->base;
		if (region_last(s, r) < s->last)
			out[n++] = region_last(s, r) + 1;
	}
	for (unsigned i = 0; s->below && i < s->below->nmap; i++) {
		out[n++] = s->below->map[i].base;
		if (s->below->map[i].last < s->last)
			out[n++] = s->below->map[i].last + 1;
	}
	qsort(out, n, sizeof(*out), compare_u64);
	return n;
}

void space_update(struct space *s)
{
	unsigned most = 1 + 2 * s->nregions + (s->below ? 2 * s->below->nmap : 0), n, k = 0;
	u64 *edge = malloc(most * sizeof(*edge));
	struct flat *map = malloc(most * sizeof(*map));

	assert(edge && map);
	n = edges(s, edge);
	for (unsigned i = 0; i < n; i++) {
		u64 last = i + 1 < n ? edge[i + 1] - 1 : s->last;
		struct region *r;

		if (i + 1 < n && edge[i + 1] == edge[i])
			continue;
		r = winner(s, edge[i]);
		if (!r)
			continue;
		if (k && map[k - 1].region == r && map[k - 1].last + 1 == edge[i])
			map[k - 1].last = last;
		else
			map[k++] = (struct flat){edge[i], last, r};
	}
	free(edge);
	free(s->map);
	s->map = map;
	s->nmap = k;
	s->main = 0;
	for (unsigned i = 1; i < k; i++) {
		const struct flat *main = &map[s->main];

		if (map[i].region->kind == REGION_RAM && map[i].last - map[i].base > main->last - main->base)
			s->main = i;
	}
	s->changes++;
	if (s->overlay)
		space_update(s->overlay);
	if (s->changed)
		s->changed(s->changed_arg);
}

void space_add(struct space *s, struct region *r)
{
	struct region **more = realloc(s->regions, (s->nregions + 1) * sizeof(*more));

	assert(more);
	s->regions = more;
	s->regions[s->nregions++] = r;
	space_update(s);
}

void space_remove(struct space *s, struct region *r)
{
	for (unsigned i = 0; i < s->nregions; i++) {
		if (s->regions[i] == r) {
			memmove(&s->regions[i], &s->regions[i + 1], (s->nregions - i - 1) * sizeof(*s->regions));
			s->nregions--;
			space_update(s);
			return;
		}
	}
}

/* The first range that does not end below addr; nmap if there is none. */
static unsigned flat_index(const struct space *s, u64 addr)
{
	unsigned lo = 0, hi = s->nmap;

	/* Most accesses go to the largest piece of RAM. */
	if (likely(s->main < s->nmap && addr >= s->map[s->main].base && addr <= s->map[s->main].last))
		return s->main;

	while (lo < hi) {
		unsigned mid = (lo + hi) / 2;

		if (addr > s->map[mid].last)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct flat *space_find(const struct space *s, u64 addr)
{
	unsigned n = flat_index(s, addr);

	return n < s->nmap && addr >= s->map[n].base ? &s->map[n] : NULL;
}

/* ---- access ------------------------------------------------------------------------------------------------ */

/* The register of `min` bytes that holds offset off: which bytes of an access it takes part with. */
struct lane {
	u64 base;
	unsigned shift, n; /* first bit in the register; bytes */
};

static struct lane lane_of(u64 off, unsigned left, unsigned min)
{
	unsigned skip = (unsigned)(off & (min - 1));

	return (struct lane){off - skip, skip * 8, min_uint(left, min - skip)};
}

static u64 device_read(const struct region *r, u64 off, unsigned size)
{
	unsigned min = r->ops->min ? r->ops->min : 1, max = r->ops->max ? r->ops->max : 8;
	u64 v = 0;

	if (!r->ops->read)
		return mask_low(size * 8);
	if (size < min || (off & (min - 1))) { /* parts of wider registers */
		for (unsigned i = 0, n; i < size; i += n) {
			struct lane l = lane_of(off + i, size - i, min);

			n = l.n;
			v |= (r->ops->read(r->dev, l.base, min) >> l.shift & mask_low(n * 8)) << (i * 8);
		}
		return v;
	}
	if (size <= max)
		return r->ops->read(r->dev, off, size) & mask_low(size * 8);
	for (unsigned i = 0; i < size; i += max)
		v |= (r->ops->read(r->dev, off + i, max) & mask_low(max * 8)) << (i * 8);
	return v;
}

/* Where a write covers part of a register, the rest of it is written with zeros: what a bus without byte enables
 * gives. */
static void device_write(const struct region *r, u64 off, unsigned size, u64 value)
{
	unsigned min = r->ops->min ? r->ops->min : 1, max = r->ops->max ? r->ops->max : 8;

	if (!r->ops->write)
		return;
	value &= mask_low(size * 8);
	if (size < min || (off & (min - 1))) {
		for (unsigned i = 0, n; i < size; i += n) {
			struct lane l = lane_of(off + i, size - i, min);

			n = l.n;
			r->ops->write(r->dev, l.base, min, (value >> (i * 8) & mask_low(n * 8)) << l.shift);
		}
		return;
	}
	if (size <= max) {
		r->ops->write(r->dev, off, size, value);
		return;
	}
	for (unsigned i = 0; i < size; i += max)
		r->ops->write(r->dev, off + i, max, value >> (i * 8) & mask_low(max * 8));
}

/* An access that crosses ranges goes byte by byte. Wraps at the end of the space, as the bus does. */
u64 space_read(struct space *s, u64 addr, unsigned size)
{
	const struct flat *f;

	addr &= s->last;
	f = space_find(s, addr);
	if (unlikely(!f || f->last - addr < size - 1)) {
		u64 v = 0;

		if (size == 1)
			return 0xff;
		for (unsigned i = 0; i < size; i++)
			v |= space_read(s, addr + i, 1) << (i * 8);
		return v;
	}
	if (f->region->kind == REGION_IO)
		return device_read(f->region, addr - f->region->base, size);
	return load_le(f->region->ram->host + f->region->ram_off + (addr - f->region->base), size);
}

void space_write(struct space *s, u64 addr, unsigned size, u64 value)
{
	const struct flat *f;
	const struct region *r;
	u64 off;

	addr &= s->last;
	f = space_find(s, addr);
	if (unlikely(!f || f->last - addr < size - 1)) {
		for (unsigned i = 0; size > 1 && i < size; i++)
			space_write(s, addr + i, 1, value >> (i * 8));
		return;
	}
	r = f->region;
	off = addr - r->base;
	if (r->kind == REGION_IO) {
		device_write(r, off, size, value);
	} else if (r->kind == REGION_RAM && !r->ram->rom) {
		ram_touch(r->ram, r->ram_off + off, size);
		store_le(r->ram->host + r->ram_off + off, size, value);
	} else if (r->ops) {
		device_write(r, off, size, value);
	}
}

/* ---- blocks -------------------------------------------------------------------------------------------------- */

/* The range at addr, or NULL, and how many of `len` bytes belong to it or to the hole that is there instead. */
static u64 piece(const struct space *s, u64 addr, u64 len, const struct flat **f)
{
	unsigned next = flat_index(s, addr);
	u64 last;

	*f = NULL;
	if (next == s->nmap) {
		last = s->last;
	} else if (addr < s->map[next].base) {
		last = s->map[next].base - 1;
	} else {
		*f = &s->map[next];
		last = (*f)->last;
	}
	return len - 1 > last - addr ? last - addr + 1 : len;
}

void space_read_block(struct space *s, u64 addr, void *buf, u64 len)
{
	u8 *out = buf;

	while (len) {
		const struct flat *f;
		u64 n;

		addr &= s->last;
		n = piece(s, addr, len, &f);
		if (!f) {
			memset(out, 0xff, n);
		} else if (f->region->kind != REGION_IO) {
			memcpy(out, f->region->ram->host + f->region->ram_off + (addr - f->region->base), n);
		} else {
			n = 1;
			*out = (u8)space_read(s, addr, 1);
		}
		addr += n;
		out += n;
		len -= n;
	}
}

static void write_block(struct space *s, u64 addr, const void *buf, u64 len, bool rom_too)
{
	const u8 *in = buf;

	while (len) {
		const struct flat *f;
		struct region *r;
		u64 n;

		addr &= s->last;
		n = piece(s, addr, len, &f);
		r = f ? f->region : NULL;
		if (r && r->kind != REGION_IO && (rom_too || (r->kind == REGION_RAM && !r->ram->rom))) {
			u64 off = r->ram_off + (addr - r->base);

			ram_touch(r->ram, off, n);
			memcpy(r->ram->host + off, in, n);
		} else if (r) {
			n = 1;
			space_write(s, addr, 1, *in);
		}
		addr += n;
		in += n;
		len -= n;
	}
}

void space_write_block(struct space *s, u64 addr, const void *buf, u64 len)
{
	write_block(s, addr, buf, len, false);
}

void space_load(struct space *s, u64 addr, const void *buf, u64 len)
{
	write_block(s, addr, buf, len, true);
}

u8 *space_ram(struct space *s, u64 addr, u64 len)
{
	const struct flat *f = space_find(s, addr);

	if (!f || f->region->kind == REGION_IO || !len || f->last - addr < len - 1)
		return NULL;
	return f->region->ram->host + f->region->ram_off + (addr - f->region->base);
}
