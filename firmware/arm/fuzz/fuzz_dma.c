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

void fuzz_virtio(struct fuzz *f)
{
	u64 slot = VIRTIO_BASE +
		(fuzz_below(f, 2) ? VIRTIO_SLOTS - 1 - fuzz_below(f, 4) : fuzz_below(f, VIRTIO_SLOTS)) * VIRTIO_STEP;
	static const u32 sizes[] = {0, 4096, 65536, 0x80000000};
	u64 address = fuzz_below(f, 4) ? FUZZ_SCRATCH + (fuzz_below(f, FUZZ_SCRATCH_BYTES) & ~63ull) : safe_address(f);
	u32 which = (u32)fuzz_below(f, 3) * 16;

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
