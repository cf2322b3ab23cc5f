/* SPDX-License-Identifier: MIT */
/*
 * What makes devices access memory: descriptors in scratch memory for virtio queues, and fw_cfg's DMA. Contents are
 * random; addresses lead to scratch memory, to devices or nowhere, but never to the ROM.
 */
#include "firmware/arm/fuzz/fuzz.h"

static u64 safe_address(struct fuzz *f)
{
	switch (fuzz_below(f, 8)) {
	case 0: return fuzz_value(f) | BIT(41); /* beyond everything */
	case 1: return 0x10000000 + fuzz_below(f, 0x2e000000);
	case 2: return (f->gentle ? 0x10000000 : FLASH_BASE) + fuzz_below(f, 0x8000000);
	default: return FUZZ_SCRATCH + fuzz_below(f, FUZZ_SCRATCH_BYTES);
	}
}

/* Descriptors, rings and plain noise (virtio 1.2, 2.7). */
void fuzz_scratch(struct fuzz *f)
{
	u64 at = FUZZ_SCRATCH + (fuzz_below(f, FUZZ_SCRATCH_BYTES - 16) & ~15ull);

	if (fuzz_below(f, 2)) {
		write64(at, safe_address(f));
		write32(at + 8, (u32)(fuzz_below(f, 4) ? fuzz_below(f, 0x400) : fuzz_below(f, 0x100000)));
		write16(at + 12, (u32)fuzz_below(f, 8));
		write16(at + 14, (u32)fuzz_below(f, 16));
	} else {
		write16(at + fuzz_below(f, 7) * 2, (u32)fuzz_below(f, 64));
	}
}

/* A chain that a device may find reasonable: a header as of a block device, in a table of so many descriptors. */
static void make_chains(struct fuzz *f, u64 base, u32 entries)
{
	u64 header = FUZZ_SCRATCH + (fuzz_below(f, FUZZ_SCRATCH_BYTES - 16) & ~15ull);
	static const u8 types[] = {0, 1, 4, 8, 11, 13, 2, 0xff};

	write32(header, types[fuzz_below(f, COUNT_OF(types))]);
	write64(header + 8, fuzz_below(f, 4) ? fuzz_below(f, 0x2000) : fuzz_value(f));
	for (u32 n = 0; n < entries; n++) {
		bool first = fuzz_below(f, 2);

		write64(base + 16 * n, first ? header : safe_address(f));
		write32(base + 16 * n + 8, first ? 16 : (u32)fuzz_below(f, 0x600));
		write16(base + 16 * n + 12, fuzz_below(f, 8) ? (u32)fuzz_below(f, 4) : (u32)fuzz_below(f, 8));
		write16(base + 16 * n + 14, fuzz_below(f, 8) ? (n + 1) % entries : (u32)fuzz_below(f, 2 * entries));
	}
}

/* The dance of 3.1.1 to the end, for the legacy interface and the present one at once, then some notifications. */
static void start_device(struct fuzz *f, u64 slot)
{
	u32 entries = 1u << fuzz_below(f, 5), queue = (u32)(fuzz_below(f, 2) * fuzz_below(f, 4)),
	    steps = 1 + (u32)fuzz_below(f, 6);
	u64 base = FUZZ_SCRATCH + (fuzz_below(f, FUZZ_SCRATCH_BYTES - 4096) & ~4095ull), avail = base + 16 * entries;
	const u64 parts[] = {base, avail, (avail + 6 + 2 * entries + 63) & ~63ull};

	write32(slot + 0x70, 0);
	write32(slot + 0x70, 3);
	for (u32 half = 0; half < 2; half++) {
		write32(slot + 0x24, half);
		write32(slot + 0x20, half ? 1 : fuzz_below(f, 4) ? 0 : (u32)fuzz_value(f));
	}
	write32(slot + 0x70, 11);
	write32(slot + 0x28, 4096);
	write32(slot + 0x30, queue);
	write32(slot + 0x38, entries);
	write32(slot + 0x3c, 64);
	write32(slot + 0x40, (u32)(base / 4096));
	for (u32 n = 0; n < 3; n++) {
		write32(slot + 0x80 + 16 * n, (u32)parts[n]);
		write32(slot + 0x84 + 16 * n, 0);
	}
	make_chains(f, base, entries);
	write32(slot + 0x44, 1);
	write32(slot + 0x70, 15);
	write32(avail, 0);
	for (u32 n = 0; n < steps; n++) {
		for (u32 k = 0; k < entries; k++)
			write16(avail + 4 + 2 * k, (u32)(fuzz_below(f, 16) ? fuzz_below(f, entries) : fuzz_next(f)));
		write16(avail + 2, n + 1 + (u32)(fuzz_below(f, 8) ? 0 : fuzz_below(f, entries + 2)));
		write32(slot + 0x50, queue);
	}
}

void fuzz_virtio(struct fuzz *f)
{
	u64 slot = VIRTIO_BASE +
		(fuzz_below(f, 2) ? VIRTIO_SLOTS - 1 - fuzz_below(f, 4) : fuzz_below(f, VIRTIO_SLOTS)) * VIRTIO_STEP;
	static const u32 sizes[] = {0, 4096, 65536, 0x80000000};
	u64 address = fuzz_below(f, 4) ? FUZZ_SCRATCH + (fuzz_below(f, FUZZ_SCRATCH_BYTES) & ~63ull) : safe_address(f);
	u32 which = (u32)fuzz_below(f, 3) * 16;

	if (fuzz_below(f, 4) == 0) {
		start_device(f, slot);
		return;
	}
	switch (fuzz_below(f, 8)) {
	case 0: write32(slot + 0x28, sizes[fuzz_below(f, COUNT_OF(sizes))]); break;
	case 1: write32(slot + 0x40, fuzz_below(f, 4) ? (u32)(FUZZ_SCRATCH / 4096 + fuzz_below(f, 12)) : 0); break;
	case 2: /* both halves, so that no mixture of two addresses comes about */
	case 3:
		write32(slot + 0x80 + which, (u32)address);
		write32(slot + 0x84 + which, (u32)(address >> 32));
		break;
	case 4: write32(slot + 0x70, 1u << fuzz_below(f, 8) | (u32)fuzz_below(f, 16)); break;
	case 5: write32(slot + 0x44, 1); break;
	case 6: write32(slot + 0x38, 1u << fuzz_below(f, 11)); break;
	default: write32(slot + 0x50, (u32)fuzz_below(f, 4));
	}
}

/* FWCfgDmaAccess: control, length, address, all big endian (docs/specs/fw_cfg). */
void fuzz_fw_cfg(struct fuzz *f)
{
	u64 request = FUZZ_SCRATCH + (fuzz_below(f, FUZZ_SCRATCH_BYTES - 16) & ~7ull);
	u32 key = (u32)(fuzz_below(f, 2) ? fuzz_below(f, 0x40) : fuzz_below(f, 0x10000));
	u32 control = key << 16 | (u32)fuzz_below(f, 32) | (u32)(fuzz_below(f, 16) ? 0 : fuzz_next(f) & 0xffe0);
	u64 target = fuzz_below(f, 4) ? FUZZ_SCRATCH + fuzz_below(f, FUZZ_SCRATCH_BYTES) : safe_address(f);

	write32(request, __builtin_bswap32(control));
	write32(request + 4, __builtin_bswap32((u32)(fuzz_below(f, 4) ? fuzz_below(f, 256) : fuzz_below(f, 0x10000))));
	write64(request + 8, __builtin_bswap64(target));
	if (fuzz_below(f, 8) == 0 && !f->gentle)
		/* its own read fails; what flash holds would be taken for a request */
		request = fuzz_value(f) | BIT(41);
	if (fuzz_below(f, 2)) {
		write64(FW_CFG_BASE + 16, __builtin_bswap64(request));
	} else {
		write32(FW_CFG_BASE + 16, __builtin_bswap32((u32)(request >> 32)));
		write32(FW_CFG_BASE + 20, __builtin_bswap32((u32)request));
	}
}
