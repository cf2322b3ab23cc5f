/* SPDX-License-Identifier: MIT */
/* Turns an access at an offset of a bank into reads and writes of the registers whose rows lie there: splitting,
 * byte enables, write masks, write-one-to-clear, banking and the named trace, once for all devices. */
#include "devices/reg.h"

#include "devices/dev.h"
#include "mem/base/log.h"

static unsigned reg_count(const struct reg *r)
{
	return r->count ? r->count : 1;
}

static unsigned reg_stride(const struct reg *r)
{
	return r->stride ? r->stride : r->width;
}

/* ---- the member behind a row ------------------------------------------------------------------------------------ */

static u64 member_load(const struct dev *d, const struct reg *r, unsigned index)
{
	const u8 *p = (const u8 *)d->state + r->member + (size_t)index * r->msize;
	u16 v16;
	u32 v32;
	u64 v64;

	switch (r->msize) {
	case 0:
		return 0;
	case 1:
		return *p;
	case 2:
		memcpy(&v16, p, sizeof(v16));
		return v16;
	case 4:
		memcpy(&v32, p, sizeof(v32));
		return v32;
	default:
		assert(r->msize == 8);
		memcpy(&v64, p, sizeof(v64));
		return v64;
	}
}

static void member_store(struct dev *d, const struct reg *r, unsigned index, u64 v)
{
	u8 *p = (u8 *)d->state + r->member + (size_t)index * r->msize;
	u16 v16 = (u16)v;
	u32 v32 = (u32)v;

	switch (r->msize) {
	case 0:
		break;
	case 1:
		*p = (u8)v;
		break;
	case 2:
		memcpy(p, &v16, sizeof(v16));
		break;
	case 4:
		memcpy(p, &v32, sizeof(v32));
		break;
	default:
		assert(r->msize == 8);
		memcpy(p, &v, sizeof(v));
		break;
	}
}

/* ---- which row -------------------------------------------------------------------------------------------------- */

struct hit {
	const struct reg *reg;
	unsigned index, lane; /* element of an array; first byte of the register that is meant */
};

/* The row that answers at this offset, or how many bytes from here on no row answers. */
static bool reg_find(const struct reg_map *map, u64 off, struct hit *hit, u64 *gap)
{
	*gap = ~0ull;
	for (unsigned i = 0; i < map->bank->n; i++) {
		const struct reg *r = &map->bank->regs[i];
		unsigned stride = reg_stride(r), count = reg_count(r);
		u64 rel = off - r->off, index = rel / stride;

		if (off < r->off) {
			*gap = min_u64(*gap, r->off - off);
			continue;
		}
		if (index >= count)
			continue;
		if (rel % stride >= r->width) {
			*gap = min_u64(*gap, stride - rel % stride);
			continue;
		}
		if (r->when && !r->when(map->dev)) {
			*gap = 1;
			continue;
		}
		*hit = (struct hit){r, (unsigned)index, (unsigned)(rel % stride)};
		return true;
	}
	return false;
}

static void reg_trace(const struct reg_map *map, const struct hit *h, unsigned n, const char *arrow, u64 value)
{
	char part[16] = "", index[16] = "";

	if (reg_count(h->reg) > 1)
		snprintf(index, sizeof(index), "[%u]", h->index);
	if (n != h->reg->width)
		snprintf(part, sizeof(part), "+%u", h->lane);
	log_line(LOG_REG, "%s.%s%s%s %s %0*llx", map->dev->id, h->reg->name, index, part, arrow, (int)n * 2,
		(unsigned long long)value);
}

/* ---- one register, all or some of its bytes --------------------------------------------------------------------- */

static u64 hit_read(const struct reg_map *map, const struct hit *h, unsigned n)
{
	const struct reg *r = h->reg;
	u64 v = member_load(map->dev, r, h->index);

	if (r->read)
		v = r->read(map->dev, h->index, v);
	v = v >> (h->lane * 8) & mask_low(n * 8);
	if (log_on(LOG_REG))
		reg_trace(map, h, n, "->", v);
	return v;
}

static void hit_write(const struct reg_map *map, const struct hit *h, unsigned n, u64 value)
{
	const struct reg *r = h->reg;
	u64 lanes = mask_low(n * 8) << (h->lane * 8), v = (value << (h->lane * 8)) & lanes;
	u64 old = member_load(map->dev, r, h->index), now = v;

	if (log_on(LOG_REG))
		reg_trace(map, h, n, "<-", value & mask_low(n * 8));
	if (r->msize) {
		u64 mask = r->wmask & lanes;

		now = ((old & ~mask) | (v & mask)) & ~(v & r->w1c);
		member_store(map->dev, r, h->index, now);
	}
	if (r->wrote)
		r->wrote(map->dev, h->index, old, now);
}

/* Bytes of a `left`-byte access that go to the register hit. */
static unsigned hit_bytes(const struct hit *h, unsigned left)
{
	return min_uint(left, h->reg->width - h->lane);
}

static u64 read_chunk(const struct reg_map *map, u64 off, unsigned size)
{
	u64 v = 0, gap;
	struct hit h;

	for (unsigned at = 0, n; at < size; at += n) {
		u64 part;

		if (reg_find(map, off + at, &h, &gap)) {
			n = hit_bytes(&h, size - at);
			part = hit_read(map, &h, n);
		} else {
			n = (unsigned)min_u64(gap, size - at);
			part = map->bank->unclaimed & mask_low(n * 8);
			if (log_on(LOG_REG))
				log_line(LOG_REG, "%s.%s+%llx -> %0*llx (no register)", map->dev->id, map->bank->name,
					(unsigned long long)(off + at), (int)n * 2, (unsigned long long)part);
		}
		v |= part << (at * 8);
	}
	return v;
}

static void write_chunk(const struct reg_map *map, u64 off, unsigned size, u64 value)
{
	struct hit h;
	u64 gap;

	for (unsigned at = 0, n; at < size; at += n) {
		if (reg_find(map, off + at, &h, &gap)) {
			n = hit_bytes(&h, size - at);
			hit_write(map, &h, n, value >> (at * 8));
		} else {
			n = (unsigned)min_u64(gap, size - at);
			if (log_on(LOG_REG))
				log_line(LOG_REG, "%s.%s+%llx <- %0*llx (no register)", map->dev->id, map->bank->name,
					(unsigned long long)(off + at), (int)n * 2,
					(unsigned long long)(value >> (at * 8) & mask_low(n * 8)));
		}
	}
}

/* ---- splitting to the sizes that the chip sees ------------------------------------------------------------------ */

/* Bytes of the next access: up to `left`, not more than max, not across a boundary of max. */
static unsigned chunk_size(const struct reg_bank *bank, u64 off, unsigned left)
{
	unsigned max = bank->max ? bank->max : 8;

	return min_uint(left, max - (unsigned)(off & (max - 1)));
}

u64 reg_read(struct reg_map *map, u64 off, unsigned size)
{
	unsigned min = map->bank->min ? map->bank->min : 1;
	u64 v = 0;

	for (unsigned at = 0, n; at < size; at += n) {
		u64 pos = off + at, first = pos & ~(u64)(min - 1);
		unsigned lead = (unsigned)(pos - first), wide;

		n = chunk_size(map->bank, pos, size - at);
		wide = (unsigned)align_up(lead + n, min);
		v |= (read_chunk(map, first, wide) >> (lead * 8) & mask_low(n * 8)) << (at * 8);
	}
	return v;
}

void reg_write(struct reg_map *map, u64 off, unsigned size, u64 value)
{
	for (unsigned at = 0, n; at < size; at += n) {
		n = chunk_size(map->bank, off + at, size - at);
		write_chunk(map, off + at, n, value >> (at * 8));
	}
}

/* ---- the region ------------------------------------------------------------------------------------------------- */

static u64 region_read(void *arg, u64 off, unsigned size)
{
	return reg_read(arg, off, size);
}

static void region_write(void *arg, u64 off, unsigned size, u64 value)
{
	reg_write(arg, off, size, value);
}

void reg_map_add(struct reg_map *map, struct dev *dev, const struct reg_bank *bank, struct space *space, u64 base)
{
	static const struct region_ops ops = {region_read, region_write, 1, 8};

	map->dev = dev;
	map->bank = bank;
	map->region = (struct region){
		.name = bank->name,
		.base = base,
		.size = bank->size,
		.on = true,
		.kind = REGION_IO,
		.ops = &ops,
		.dev = map,
	};
	space_add(space, &map->region);
}

void reg_reset(struct dev *dev, const struct reg_bank *bank)
{
	for (unsigned i = 0; i < bank->n; i++) {
		const struct reg *r = &bank->regs[i];

		for (unsigned k = 0; k < reg_count(r); k++)
			member_store(dev, r, k, r->reset);
	}
}

void reg_print(struct dev *dev, const struct reg_bank *bank, FILE *out)
{
	for (unsigned i = 0; i < bank->n; i++) {
		const struct reg *r = &bank->regs[i];

		if (!r->msize)
			continue;
		for (unsigned k = 0; k < reg_count(r); k++) {
			u64 v = member_load(dev, r, k) & mask_low(r->width * 8u);

			fprintf(out, "%s.%s", dev->id, r->name);
			if (reg_count(r) > 1)
				fprintf(out, "[%u]", k);
			fprintf(out, " = %0*llx\n", r->width * 2, (unsigned long long)v);
		}
	}
}
