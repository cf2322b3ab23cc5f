/* SPDX-License-Identifier: MIT */
/*
 * The few writes that would end the run: addresses at which a device would write over the ROM (virtio queues,
 * fw_cfg's DMA; fuzz_dma.c does those), and the console's data register, so that the log stays readable.
 */
#include "firmware/arm/fuzz/fuzz.h"

static bool touches(u64 at, u32 bytes, u64 first, u32 count)
{
	return at < first + count && first < at + bytes;
}

static bool allow_virtio(u64 at, u32 bytes)
{
	u64 offset = (at - VIRTIO_BASE) % VIRTIO_STEP;

	/* An access may run into the next slot, whose first registers are harmless. */
	return !touches(offset, bytes, 0x28, 4) && !touches(offset, bytes, 0x40, 4) &&
		!touches(offset, bytes, 0x80, 0x28);
}

bool fuzz_allow(u64 at, u32 bytes)
{
	if (touches(at, bytes, UART_BASE, 4) || touches(at, bytes, FW_CFG_BASE + 0x10, 8))
		return false;
	if (at + bytes > VIRTIO_BASE && at < VIRTIO_BASE + VIRTIO_SLOTS * VIRTIO_STEP)
		return at >= VIRTIO_BASE && allow_virtio(at, bytes);
	return true;
}
