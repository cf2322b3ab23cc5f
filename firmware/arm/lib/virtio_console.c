/* SPDX-License-Identifier: MIT */
/*
 * Text to the first virtio console on the memory-mapped slots, whose other end may be the emulator's test channel
 * (OASIS virtio 1.2, 4.2 and 5.3; 4.2.4 for the legacy interface). One buffer at a time, polled, with bounded waits.
 */
#include "firmware/arm/lib/rom.h"

enum {
	VM_MAGIC = 0x00, VM_VERSION = 0x04, VM_DEVICE = 0x08, VM_DRIVER_FEATURES = 0x20, VM_DRIVER_SEL = 0x24,
	VM_PAGE_SIZE = 0x28, VM_QUEUE_SEL = 0x30, VM_QUEUE_MAX = 0x34, VM_QUEUE_NUM = 0x38, VM_QUEUE_ALIGN = 0x3c,
	VM_QUEUE_PFN = 0x40, VM_QUEUE_READY = 0x44, VM_NOTIFY = 0x50, VM_STATUS = 0x70, VM_DESC = 0x80,
	VM_AVAIL = 0x90, VM_USED = 0xa0,
};
enum { ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8 };
enum { DEVICE_CONSOLE = 3, QUEUE_TX = 1, ENTRIES = 4, ALIGN = 64, PAGE = 4096, TRIES = 10000000 };

struct desc {
	u64 addr;
	u32 len;
	u16 flags, next;
};

/* The queue as the legacy interface wants it: the used ring at a multiple of ALIGN. */
struct virtio_state {
	struct desc desc[ENTRIES];
	u16 avail_flags, avail_index, avail_ring[ENTRIES], avail_event;
	u8 pad[ALIGN - 14];
	volatile u16 used_flags, used_index;
	u8 used_ring[ENTRIES * 8 + 2];
	u8 text[1024];
	u64 slot; /* address; 0: not found, or not looked for */
};
extern struct virtio_state virtio_state;

_Static_assert(sizeof(struct virtio_state) <= VIRTIO_STATE_BYTES, "storage.S reserves less than virtio_state");
_Static_assert(offsetof(struct virtio_state, used_flags) == 128, "the used ring stands elsewhere");

static void set_queue(u64 slot, bool legacy)
{
	u64 at = (u64)&virtio_state;

	write32(slot + VM_QUEUE_SEL, QUEUE_TX);
	write32(slot + VM_QUEUE_NUM, ENTRIES);
	if (legacy) {
		write32(slot + VM_QUEUE_ALIGN, ALIGN);
		write32(slot + VM_QUEUE_PFN, (u32)(at / PAGE));
		return;
	}
	write32(slot + VM_DESC, (u32)at);
	write32(slot + VM_DESC + 4, 0);
	write32(slot + VM_AVAIL, (u32)(at + offsetof(struct virtio_state, avail_flags)));
	write32(slot + VM_AVAIL + 4, 0);
	write32(slot + VM_USED, (u32)(at + offsetof(struct virtio_state, used_flags)));
	write32(slot + VM_USED + 4, 0);
	write32(slot + VM_QUEUE_READY, 1);
}

static void start(u64 slot)
{
	bool legacy = read32(slot + VM_VERSION) == 1;

	memset(&virtio_state, 0, offsetof(struct virtio_state, slot));
	write32(slot + VM_STATUS, 0);
	write32(slot + VM_STATUS, ACKNOWLEDGE | DRIVER);
	if (legacy)
		write32(slot + VM_PAGE_SIZE, PAGE);
	write32(slot + VM_DRIVER_SEL, 0);
	write32(slot + VM_DRIVER_FEATURES, 0);
	if (!legacy) {
		write32(slot + VM_DRIVER_SEL, 1);
		write32(slot + VM_DRIVER_FEATURES, 1); /* VIRTIO_F_VERSION_1 */
		write32(slot + VM_STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK);
	}
	set_queue(slot, legacy);
	write32(slot + VM_STATUS, ACKNOWLEDGE | DRIVER | DRIVER_OK | (legacy ? 0 : FEATURES_OK));
}

bool virtio_console_find(void)
{
	for (u32 n = 0; n < VIRTIO_SLOTS; n++) {
		u64 slot = VIRTIO_BASE + n * VIRTIO_STEP;

		if (read32(slot + VM_MAGIC) != 0x74726976 || read32(slot + VM_DEVICE) != DEVICE_CONSOLE)
			continue;
		virtio_state.slot = slot;
		start(slot);
		return true;
	}
	return false;
}

bool virtio_console_write(const char *text)
{
	struct virtio_state *s = &virtio_state;
	size_t n = str_len(text);
	u16 seen;

	if (n > sizeof(s->text) || !virtio_console_find())
		return false;
	seen = s->used_index;
	memcpy(s->text, text, n);
	s->desc[0] = (struct desc){(u64)s->text, (u32)n, 0, 0};
	s->avail_ring[s->avail_index % ENTRIES] = 0;
	__asm__ volatile("dmb sy" : : : "memory");
	s->avail_index++;
	__asm__ volatile("dmb sy" : : : "memory");
	write32(s->slot + VM_NOTIFY, QUEUE_TX);
	for (u32 tries = TRIES; tries && s->used_index == seen; tries--)
		;
	return s->used_index != seen;
}
