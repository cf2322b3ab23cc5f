/* SPDX-License-Identifier: MIT */
/*
 * The little that the ROMs read of the device tree (Devicetree Specification 0.4, chapter 5): the command line, PSCI's
 * method, and which GIC there is.
 */
#include "firmware/arm/lib/rom.h"

enum { FDT_MAGIC = 0xd00dfeed, BEGIN_NODE = 1, END_NODE = 2, PROP = 3, NOP = 4 };

static u32 be32(u64 at)
{
	return __builtin_bswap32(read32(at));
}

static bool str_same(const char *a, const char *b)
{
	size_t n = str_len(a);

	return n == str_len(b) && !memcmp(a, b, n);
}

static void take_property(const char *name, const char *value, u32 size)
{
	struct boot_state *b = &boot_state;

	if (str_same(name, "bootargs") && size <= sizeof(b->line))
		memcpy(b->line, value, size);
	if (str_same(name, "method"))
		b->psci_smc = str_same(value, "smc");
	if (str_same(name, "compatible") && str_same(value, "arm,gic-v3"))
		b->gicv3 = true;
}

bool fdt_read(u64 address)
{
	u64 at, strings, end;

	if (address & 7 || be32(address) != FDT_MAGIC)
		return false;
	end = address + be32(address + 4);
	at = address + be32(address + 8);
	strings = address + be32(address + 12);
	while (at < end) {
		u32 token = be32(at);

		at += 4;
		if (token == BEGIN_NODE) {
			at += (str_len(phys(at)) + 4) & ~3ull;
		} else if (token == PROP) {
			u32 size = be32(at);

			take_property(phys(strings + be32(at + 4)), phys(at + 8), size);
			at += 8 + ((size + 3) & ~3u);
		} else if (token != END_NODE && token != NOP) {
			break;
		}
	}
	return true;
}
