/* SPDX-License-Identifier: MIT */
/* The processor, memory and table builder behind arm_mmu_rig.h. The depth of a walk is counted down from the top
 * here, not computed, so that the library's formula is checked. Arm ARM D8.2. */
#include "tests/unit/arm_mmu_rig.h"

#include <stdlib.h>

struct arm *mmu;
struct space mmu_memory;
struct ram mmu_ram, mmu_rom;
u64 mmu_next_table, mmu_io_value, mmu_value;
struct mmu_half mmu_low, mmu_high;
struct fetch mmu_fetched;

static struct region ram_region, rom_region, io_region;

/* ---- machine --------------------------------------------------------------------------------------------------- */

static u64 io_read(void *dev, u64 off, unsigned size)
{
	(void)dev, (void)size;
	return mmu_io_value + off;
}

static void io_write(void *dev, u64 off, unsigned size, u64 value)
{
	(void)dev, (void)off, (void)size;
	mmu_io_value = value;
}

static const struct region_ops io_ops = {.read = io_read, .write = io_write};

void mmu_start(void)
{
	struct err err = {0};

	cr_assert(ram_init(&mmu_ram, "ram", MMU_RAM_SIZE, false, &err));
	cr_assert(ram_init(&mmu_rom, "rom", 0x10000, true, &err));
	space_init(&mmu_memory, "memory", mask_low(48), NULL);
	ram_region =
		(struct region){ .name = "ram", .size = MMU_RAM_SIZE, .on = true, .kind = REGION_RAM, .ram = &mmu_ram };
	rom_region = (struct region){
		.name = "rom", .base = MMU_ROM, .size = 0x10000, .on = true, .kind = REGION_ROM, .ram = &mmu_rom};
	io_region = (struct region){
		.name = "io", .base = MMU_IO, .size = 0x1000, .on = true, .kind = REGION_IO, .ops = &io_ops};
	space_add(&mmu_memory, &ram_region);
	space_add(&mmu_memory, &rom_region);
	space_add(&mmu_memory, &io_region);
	for (unsigned n = 0; n < MMU_RAM_SIZE >> RAM_PAGE_BITS; n++)
		mmu_ram.page_flags[n] = RAM_DIRTY_ALL;
	mmu = calloc(1, sizeof(*mmu));
	cr_assert(cpu_init(&mmu->cpu, &arm_ops, "max", &mmu_memory, NULL, &err), "%s", err.text);
	mmu->vhost = true;
	mmu_next_table = MMU_TABLES;
	for (unsigned el = 1; el < 4; el++)
		mmu->sys.mair[el] = MAIR;
}

void mmu_finish(void)
{
	cpu_free(&mmu->cpu);
	free(mmu);
	space_free(&mmu_memory);
	ram_free(&mmu_ram);
	ram_free(&mmu_rom);
}

u64 mmu_get(u64 pa)
{
	return space_read(&mmu_memory, pa, 8);
}

void mmu_put(u64 pa, u64 v)
{
	u8 b[8];

	store_le64(b, v);
	space_load(&mmu_memory, pa, b, 8);
}

void mmu_feature(unsigned f, bool on)
{
	mmu->features[f / 64] = (mmu->features[f / 64] & ~BIT(f % 64)) | (u64)on << f % 64;
}

void mmu_level(unsigned el, bool pan)
{
	mmu->el = (u8)el;
	mmu->pan = pan;
	arm_update(mmu);
}

void mmu_changed(void)
{
	tlb_flush_all(&mmu->cpu.tlb);
	arm_update(mmu);
}

/* ---- tables ---------------------------------------------------------------------------------------------------- */

u64 mmu_new_table(u64 size)
{
	u64 at = mmu_next_table = align_up(mmu_next_table, size);

	cr_assert_lt(at + size, MMU_PAGE);
	mmu_next_table += size;
	memset(mmu_ram.host + at, 0, (size_t)size);
	return at;
}

unsigned mmu_shift(const struct mmu_half *h, unsigned level)
{
	return h->grain + (3 - level) * (h->grain - 3);
}

void mmu_set_half(struct mmu_half *h, bool high, unsigned grain, unsigned tsz)
{
	static const u8 tg0[3] = {0, 2, 1}, tg1[3] = {2, 1, 3};
	unsigned kind = (grain - 12) / 2;
	u64 tcr = mmu->sys.tcr[1];

	h->grain = grain;
	h->bits = 64 - tsz;
	for (h->first = 3; h->first && mmu_shift(h, h->first) + (grain - 3) < h->bits; h->first--)
		;
	h->table = mmu_new_table(8ull << (h->bits - mmu_shift(h, h->first)));
	if (high) {
		mmu->sys.ttbr1[1] = h->table;
		tcr = (tcr & ~(0x3full << 16 | 3ull << 30)) | (u64)tsz << 16 | (u64)tg1[kind] << 30;
	} else {
		mmu->sys.ttbr0[1] = h->table;
		tcr = (tcr & ~(0x3full | 3ull << 14)) | tsz | (u64)tg0[kind] << 14;
	}
	mmu->sys.tcr[1] = (tcr & ~(7ull << 32)) | 5ull << 32; /* 48 bits out */
	mmu->sys.sctlr[1] |= SCTLR_M;
}

static u64 index_of(const struct mmu_half *h, u64 va, unsigned level)
{
	unsigned shift = mmu_shift(h, level), n = level == h->first ? h->bits - shift : h->grain - 3;

	return va >> shift & mask_low(n);
}

u64 mmu_desc(const struct mmu_half *h, u64 va, unsigned level)
{
	u64 table = h->table;

	for (unsigned l = h->first;; l++) {
		u64 at = table + index_of(h, va, l) * 8;

		if (l == level)
			return at;
		if (!(mmu_get(at) & 1))
			mmu_put(at, mmu_new_table(1ull << h->grain) | 3);
		table = mmu_get(at) & 0xfffffffff000ull;
	}
}

u64 mmu_map(const struct mmu_half *h, u64 va, unsigned level, u64 pa, u64 attrs)
{
	u64 at = mmu_desc(h, va, level);

	mmu_put(at, pa | attrs | (level == 3 ? 3 : 1));
	return at;
}

bool mmu_leaf_possible(unsigned grain, unsigned level)
{
	return level == 3 || level == 2 || (level == 1 && grain == 12);
}

void mmu_usual(void)
{
	mmu_set_half(&mmu_low, false, 12, 16);
	mmu_set_half(&mmu_high, true, 12, 16);
	mmu_level(1, false);
	mmu_changed();
}

/* ---- accesses -------------------------------------------------------------------------------------------------- */

unsigned mmu_status(void)
{
	return mmu->ex.iss & 0x3f;
}

unsigned mmu_read_acc(u64 va, unsigned bytes, unsigned acc)
{
	if (setjmp(mmu->cpu.escape))
		return mmu_status();
	mmu_value = acc ? arm_read_acc(mmu, va, bytes, acc) : arm_read(mmu, va, bytes);
	return MMU_OK;
}

unsigned mmu_write_acc(u64 va, unsigned bytes, u64 v, unsigned acc)
{
	if (setjmp(mmu->cpu.escape))
		return mmu_status();
	if (acc)
		arm_write_acc(mmu, va, bytes, v, acc);
	else
		arm_write(mmu, va, bytes, v);
	return MMU_OK;
}

unsigned mmu_read(u64 va)
{
	return mmu_read_acc(va, 8, 0);
}

unsigned mmu_write(u64 va, u64 v)
{
	return mmu_write_acc(va, 8, v, 0);
}

unsigned mmu_fetch(u64 va)
{
	if (setjmp(mmu->cpu.escape))
		return mmu_status();
	arm_fetch(&mmu->cpu, va, &mmu_fetched);
	return MMU_OK;
}

unsigned mmu_zero(u64 va, unsigned bytes)
{
	if (setjmp(mmu->cpu.escape))
		return mmu_status();
	arm_zero_block(mmu, va, bytes);
	return MMU_OK;
}

u32 mmu_write_bit(void)
{
	return mmu->ex.iss >> 6 & 1;
}

bool mmu_cached(u64 va)
{
	return tlb_reads(&mmu->cpu.tlb, va, 1);
}

u64 mmu_at(unsigned op, u64 va)
{
	if (setjmp(mmu->cpu.escape))
		return ~0ull;
	cr_expect(arm_at(mmu, op, va));
	return mmu->sys.par;
}
