/* SPDX-License-Identifier: MIT */
/*
 * A guest that misbehaves on purpose: random reads and writes of every kind to every device of the board, and to
 * system registers, from a fixed seed. Only what ends the run or overwrites the ROM itself is left out
 * (fuzz_filter.c). Nothing depends on what is read. Command line: steps=N (default one million), seed=N, gentle=1.
 */
#include "firmware/arm/fuzz/fuzz.h"
#include "firmware/arm/lib/page.h"

/* xorshift64 (Marsaglia 2003): the same sequence everywhere. */
u64 fuzz_next(struct fuzz *f)
{
	f->random ^= f->random << 13;
	f->random ^= f->random >> 7;
	f->random ^= f->random << 17;
	return f->random >> 8;
}

u64 fuzz_below(struct fuzz *f, u64 limit)
{
	return fuzz_next(f) % limit;
}

u64 fuzz_value(struct fuzz *f)
{
	static const u64 corners[] = {
		0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, ~0ull >> 1,
		1ull << 63, ~0ull,
	};

	switch (fuzz_below(f, 4)) {
	case 0: return corners[fuzz_below(f, COUNT_OF(corners))];
	case 1: return BIT(fuzz_below(f, 64));
	default: return fuzz_next(f) ^ fuzz_next(f) << 32;
	}
}

static const struct window {
	u64 base, size;
	u32 weight;
	bool v2, v3; /* with which GIC */
} windows[] = {
	{FLASH_BASE, 0x8000000, 4, true, true},
	{FLASH_BASE, 0x200, 2, true, true},
	{GICD_BASE, 0x1000, 10, true, true},
	{GICD_BASE, 0x10000, 4, false, true},
	{GICC_BASE, 0x2000, 8, true, false},
	{GICH_BASE, 0x200, 4, true, false},
	{GICH_BASE + 0x10000, 0x2000, 4, true, false}, /* GICV */
	{0x08020000, 0x1000, 1, true, false},          /* GICv2m, where there is one */
	{GICR_BASE, 0x10000, 6, false, true},
	{GICR_BASE + 0x10000, 0x1000, 8, false, true},
	{UART_BASE, 0x50, 8, true, true},
	{UART_BASE, 0x1000, 2, true, true},
	{RTC_BASE, 0x20, 6, true, true},
	{RTC_BASE, 0x1000, 2, true, true},
	{FW_CFG_BASE, 0x18, 6, true, true},
	{GPIO_BASE, 0x1000, 6, true, true},
	{VIRTIO_BASE, VIRTIO_SLOTS * VIRTIO_STEP, 4, true, true},
	{VIRTIO_BASE + 28 * VIRTIO_STEP, 4 * VIRTIO_STEP, 8, true, true}, /* the slots that are filled first */
	{0x10000000, 0x2eff0000, 2, true, true}, /* PCIe memory */
	{0x3eff0000, 0x10000, 2, true, true},    /* PCIe ports */
	{ECAM_BASE, 0x40000, 6, true, true},
	{ECAM_BASE, 0x10000000, 2, true, true},
	{0x8000000000, 0x40000000, 1, true, true},
	{0x09040000, 0xfc0000, 1, true, true}, /* nothing */
};

static u64 any_address(struct fuzz *f)
{
	u32 total = 0, n;

	for (u32 i = 0; i < COUNT_OF(windows); i++)
		total += (boot_state.gicv3 ? windows[i].v3 : windows[i].v2) ? windows[i].weight : 0;
	n = (u32)fuzz_below(f, total);
	for (u32 i = 0;; i++) {
		u32 weight = (boot_state.gicv3 ? windows[i].v3 : windows[i].v2) ? windows[i].weight : 0;

		if (n < weight)
			return windows[i].base + fuzz_below(f, windows[i].size);
		n -= weight;
	}
}

static void read_some(u64 at, u32 log2, u32 how)
{
	u64 a, b;

	switch (log2) {
	case 0: __asm__ volatile("ldrb %w0, [%1]" : "=r"(a) : "r"(at) : "memory"); break;
	case 1: __asm__ volatile("ldrh %w0, [%1]" : "=r"(a) : "r"(at) : "memory"); break;
	case 2:
		if (how == 0)
			__asm__ volatile("ldxr %w0, [%1]" : "=r"(a) : "r"(at) : "memory");
		else
			__asm__ volatile("ldr %w0, [%1]" : "=r"(a) : "r"(at) : "memory");
		break;
	case 3: __asm__ volatile("ldr %0, [%1]" : "=r"(a) : "r"(at) : "memory"); break;
	default:
		if (how == 0)
			__asm__ volatile("ldr q1, [%0]" : : "r"(at) : "memory");
		else
			__asm__ volatile("ldp %0, %1, [%2]" : "=&r"(a), "=&r"(b) : "r"(at) : "memory");
	}
}

static void write_some(u64 at, u32 log2, u64 v, u32 how)
{
	u64 a;
	u32 status;

	switch (log2) {
	case 0: __asm__ volatile("strb %w0, [%1]" : : "r"(v), "r"(at) : "memory"); break;
	case 1: __asm__ volatile("strh %w0, [%1]" : : "r"(v), "r"(at) : "memory"); break;
	case 2:
		if (how == 0)
			__asm__ volatile("ldxr %w0, [%2]\n\tstxr %w1, %w3, [%2]"
					 : "=&r"(a), "=&r"(status)
					 : "r"(at), "r"(v)
					 : "memory");
		else if (how == 1)
			__asm__ volatile("stlr %w0, [%1]" : : "r"(v), "r"(at) : "memory");
		else
			__asm__ volatile("str %w0, [%1]" : : "r"(v), "r"(at) : "memory");
		break;
	case 3: __asm__ volatile("str %0, [%1]" : : "r"(v), "r"(at) : "memory"); break;
	default:
		if (how == 0)
			__asm__ volatile("fmov d1, %0\n\tstr q1, [%1]" : : "r"(v), "r"(at) : "memory");
		else
			__asm__ volatile("stp %0, %0, [%1]" : : "r"(v), "r"(at) : "memory");
	}
}

static void fuzz_memory(struct fuzz *f)
{
	u64 at = any_address(f), v = fuzz_value(f), alias = fuzz_below(f, 8) ? FUZZ_DEVICE : FUZZ_NORMAL;
	u32 log2 = fuzz_below(f, 2) ? 2 : (u32)fuzz_below(f, 5), how = (u32)fuzz_below(f, 8);
	bool write = fuzz_below(f, 3) != 0;

	if (fuzz_below(f, 8))
		at &= ~(BIT(log2) - 1);
	if (write && !fuzz_allow(at, 1u << log2))
		return;
	if (write)
		write_some(at + alias, log2, v, how);
	else
		read_some(at + alias, log2, how);
}

/* Aborts, undefined registers and traps to EL2 are part of the game. */
static void skip(struct frame *frame)
{
	frame->elr += 4;
}

static void map_all(struct page_map *map, struct fuzz *f)
{
	static const u64 gib[] = {0, 0x4000000000, 0x8000000000};
	u64 common = PTE_AF | PTE_SH | PTE_PXN | PTE_UXN;

	page_map_init(map, GRANULE_4K, 48);
	for (u32 n = 0; n < COUNT_OF(gib); n++) {
		page_put(map, FUZZ_DEVICE + gib[n], gib[n], 1, common | PTE_ATTR(ATTR_DEVICE));
		page_put(map, FUZZ_NORMAL + gib[n], gib[n], 1, common | PTE_ATTR(ATTR_UNCACHED));
	}
	f->code = LOW_WINDOW;
	page_put(map, f->code, page_alloc(0x1000), 3, PTE_AF | PTE_SH | PTE_ATTR(ATTR_NORMAL));
	page_on(map);
}

/* The console as it should be. */
static void say(const struct fuzz *f, u64 step)
{
	con_init();
	con_printf("%u steps, state %x, %u exceptions\n", step, f->random, trap_state.count);
}

void rom_main(const char *line)
{
	u64 steps = str_option(line, "steps=", 1000000), every = steps < 100000 ? 10000 : 100000;
	struct fuzz f = { .random = 0x9e3779b97f4a7c15 ^ str_option(line, "seed=", 1),
		.gentle = str_option(line, "gentle=", 0) };
	struct page_map map;

	con_printf("orrery fuzz, arm64: %u steps\n", steps);
	map_all(&map, &f);
	trap_set(EC_DABT, skip);
	trap_set(EC_UNKNOWN, skip);
	trap_set(EC_SYSREG, skip);
	for (u64 step = 1; step <= steps; step++) {
		u64 kind = fuzz_below(&f, 16);

		if (kind < 12)
			fuzz_memory(&f);
		else if (kind < 13)
			fuzz_virtio(&f);
		else if (kind < 14)
			fuzz_scratch(&f);
		else if (kind < 15)
			fuzz_sysreg(&f);
		else
			fuzz_fw_cfg(&f);
		if (step % every == 0)
			say(&f, step);
	}
	con_init();
	con_printf("fuzz done\n");
	rom_exit(EXIT_PASS);
}
