/* SPDX-License-Identifier: MIT */
/*
 * A guest that misbehaves on purpose: random reads and writes of ports, PCI configuration space, MMIO and fw_cfg
 * DMA from a fixed seed. Only what ends, resets or overwrites the ROM itself is left out; fuzz_filter.c says
 * what that is. Command line: steps=N (default one million), seed=N, gentle=1 (see README: what Debian's QEMU
 * aborts on is left out).
 */
#include "firmware/x86/fuzz/fuzz.h"
#include "firmware/x86/lib/apic.h"
#include "firmware/x86/lib/cpu.h"
#include "firmware/x86/lib/io.h"
#include "firmware/x86/lib/trap.h"

/* xorshift64 (Marsaglia 2003): the same sequence everywhere, whatever the reads return. */
static u32 next(struct fuzz *f)
{
	f->random ^= f->random << 13;
	f->random ^= f->random >> 7;
	f->random ^= f->random << 17;
	return (u32)(f->random >> 16);
}

static u32 below(struct fuzz *f, u32 limit)
{
	return next(f) % limit;
}

/* Interesting values more often than chance would have it. */
static u32 value(struct fuzz *f)
{
	static const u32 corners[] = {
		0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF,
	};

	switch (below(f, 4)) {
	case 0:
		return corners[below(f, COUNT_OF(corners))];
	case 1:
		return 1u << below(f, 32);
	default:
		return next(f);
	}
}

static u16 any_port(struct fuzz *f)
{
	static const struct {
		u16 first, count;
	} ranges[] = {
		{ 0x00, 0x20 },  { 0x20, 2 },	 { 0xA0, 2 },	{ 0x40, 4 },   { 0x60, 8 },	{ 0x70, 16 },  { 0x80, 16 },
		{ 0x90, 16 },	 { 0xC0, 32 },	 { 0xE0, 16 },	{ 0x170, 8 },  { 0x1F0, 8 },	{ 0x2F8, 8 },  { 0x3B0, 48 },
		{ 0x3F0, 16 },	 { 0x4D0, 2 },	 { 0x510, 12 }, { 0x600, 64 }, { 0x700, 16 },	{ 0xB0, 4 },   { 0xAE00, 32 },
		{ 0xAF00, 32 },	 { 0xCF8, 8 },	 { 0x402, 1 },	{ 0xC000, 64 }, { 0x1CE, 4 },
	};
	u32 n = below(f, COUNT_OF(ranges) + 4);

	if (n >= COUNT_OF(ranges))
		return (u16)next(f);
	return (u16)(ranges[n].first + below(f, ranges[n].count));
}

static void fuzz_port(struct fuzz *f)
{
	u16 port = any_port(f);
	u32 size = 1u << below(f, 3), v = value(f);
	bool write = below(f, 4) != 0;

	if (f->gentle && size > 1 && port < 0xC00)
		size = 1;
	if (!write) {
		if (size == 1)
			inb(port);
		else if (size == 2)
			inw(port);
		else
			inl(port);
		return;
	}
	if (!fuzz_allow_port(port, size, &v))
		return;
	if (size == 1)
		outb(port, (u8)v);
	else if (size == 2)
		outw(port, (u16)v);
	else
		outl(port, v);
}

static void fuzz_pci(struct fuzz *f)
{
	static const u8 present[] = { 0x00, 0x08, 0x09, 0x0A, 0x0B, 0x10, 0x18 };
	u32 bdf = below(f, 8) ? present[below(f, COUNT_OF(present))] : next(f) & 0xFFFF;
	u32 reg = below(f, 4) ? next(f) & 0x7C : next(f) & 0xFC, v = value(f);

	if (below(f, 3) == 0)
		pci_read(bdf, reg);
	else if (fuzz_allow_pci(bdf, reg))
		pci_write(bdf, reg, v);
}

static u32 any_address(struct fuzz *f)
{
	switch (below(f, 8)) {
	case 0:
	case 1:
		return LAPIC_BASE + (below(f, 8) ? next(f) & 0x3FF : next(f) & 0xFFF);
	case 2:
		return IOAPIC_BASE + (below(f, 2) ? (next(f) & 1) << 4 : next(f) & 0xFF);
	case 3:
	case 4:
		return HPET_BASE + (below(f, 8) ? next(f) & 0x1FF : next(f) & 0x3FF);
	case 5:
		return 0xA0000 + below(f, 0x60000);
	case 6:
		return 0xE0000000u + below(f, 0x1EC00000u);
	default:
		return 0xFF000000u + below(f, 0xFFFFF0u);
	}
}

static void fuzz_memory(struct fuzz *f)
{
	u32 at = any_address(f), size = 1u << below(f, 3), v = value(f);
	bool write = below(f, 3) != 0;

	if (below(f, 4))
		at &= ~(size - 1);
	if (write && !fuzz_allow_memory(at, size, &v))
		return;
	if (size == 1) {
		volatile u8 *p = phys(at);

		if (write)
			*p = (u8)v;
		else
			v = *p;
	} else if (size == 2) {
		volatile u16 *p = phys(at);

		if (write)
			*p = (u16)v;
		else
			v = *p;
	} else {
		volatile u32 *p = phys(at);

		if (write)
			*p = v;
		else
			v = *p;
	}
}

static u32 swap32(u32 v)
{
	return v >> 24 | (v >> 8 & 0xFF00) | (v << 8 & 0xFF0000) | v << 24;
}

/* Never the APICs: what a device writes there is a message, of any delivery mode (SDM vol. 3 10.11). */
static u32 dma_target(struct fuzz *f)
{
	switch (below(f, 4)) {
	case 0:
		return 0xA0000 + below(f, 0x50000);
	case 1:
		return 0xE0000000u + below(f, 0x1E000000u);
	default:
		return SCRATCH_BASE + 0x1000 + below(f, 0x10000);
	}
}

/* Control words of all kinds; the data lands in scratch memory, in devices or nowhere. */
static void fuzz_dma(struct fuzz *f)
{
	volatile u32 *request = phys(SCRATCH_BASE);
	u32 keys = below(f, 2) ? below(f, 0x40) : below(f, 0x10000);

	request[0] = swap32(keys << 16 | (next(f) & 0x1F) | (below(f, 16) ? 0 : next(f) & 0xFFE0));
	request[1] = swap32(below(f, 4) ? below(f, 256) : below(f, 0x10000));
	request[2] = below(f, 8) ? 0 : next(f);
	request[3] = swap32(dma_target(f));
	memory_barrier();
	outl(PORT_FW_CFG + 4, below(f, 8) ? 0 : next(f));
	outl(PORT_FW_CFG + 8, swap32(below(f, 8) ? SCRATCH_BASE : 0xE0000000u + below(f, 0x10000000u)));
}

/* Takes address decoding from every PCI function, so that no moved BAR hides the console or the exit port. */
static void quiesce(void)
{
	for (u32 bdf = 0; bdf < 0x100; bdf++)
		pci_write(bdf, 4, 0);
	con_init();
}

static void note_nmi(struct frame *frame)
{
	(void)frame; /* counted by trap_state; random APIC writes send NMIs */
}

static u32 option(const char *line, const char *name, u32 otherwise)
{
	size_t len = str_len(name);

	for (; *line; line++) {
		u32 v = 0;

		if (str_len(line) <= len || memcmp(line, name, len))
			continue;
		for (line += len; *line >= '0' && *line <= '9'; line++)
			v = v * 10 + (u32)(*line - '0');
		return v;
	}
	return otherwise;
}

void rom_main(const char *line)
{
	u32 steps = option(line, "steps=", 1000000);
	struct fuzz f = { .random = 0x9E3779B97F4A7C15u ^ option(line, "seed=", 1),
			  .gentle = option(line, "gentle=", 0) };

	con_printf("orrery fuzz: %u steps\n", steps);
	trap_set(VEC_NMI, note_nmi);
	cpu_cli();
	for (u32 step = 1; step <= steps; step++) {
		u32 kind = below(&f, 16);

		if (kind < 7)
			fuzz_port(&f);
		else if (kind < 13)
			fuzz_memory(&f);
		else if (kind < 15)
			fuzz_pci(&f);
		else
			fuzz_dma(&f);
		if (step % (steps < 100000 ? 10000 : 100000) == 0) {
			quiesce();
			con_printf("%u steps, state %X, %u NMIs\n", step, f.random, trap_state.count);
		}
	}
	quiesce();
	con_printf("fuzz done\n");
	rom_exit(EXIT_PASS);
}
