/* SPDX-License-Identifier: MIT */
/*
 * Accesses for the suites about translation. Each is a snippet, so that the address of the faulting instruction is
 * known.
 */
#include "firmware/arm/test/mmu.h"

SNIPPET(load, MARK "ldr x1, [x0]")
SNIPPET(store, MARK "str x0, [x0]")
SNIPPET(jump, "mov x20, x0\n\tmov x15, x30\n\tblr x0\n\tmov x30, x15")
SNIPPET(load_pan, ".inst 0xd500419f\n\t" MARK "ldr x1, [x0]\n\t.inst 0xd500409f")
SNIPPET(store_pan, ".inst 0xd500419f\n\t" MARK "str x0, [x0]\n\t.inst 0xd500409f")
SNIPPET(jump_pan, ".inst 0xd500419f\n\tmov x20, x0\n\tmov x15, x30\n\tblr x0\n\tmov x30, x15\n\t.inst 0xd500409f")
SNIPPET(load_t, MARK "ldtr x1, [x0]")
SNIPPET(store_t, MARK "sttr x0, [x0]")

u64 mmu_try(u64 va, enum mmu_access access, bool user)
{
	static void (*const how[])(void *) = {load, store, jump};

	return (user ? trap_user : trap_catch)(how[access], phys(va));
}

u64 mmu_try_pan(u64 va, enum mmu_access access)
{
	static void (*const how[])(void *) = {load_pan, store_pan, jump_pan};

	return trap_catch(how[access], phys(va));
}

u64 mmu_try_unprivileged(u64 va, enum mmu_access access)
{
	static void (*const how[])(void *) = {load_t, store_t};

	return trap_catch(how[access], phys(va));
}

u64 mmu_frame(const struct page_map *map, u64 value)
{
	u64 size = page_size(map, 3), at = page_alloc(size);

	for (u64 i = 0; i < size; i += 8)
		write64(at + i, value);
	write32(at + size - 8, 0xd65f03c0);
	cache_sync(at + size - 8, 8);
	return at;
}
