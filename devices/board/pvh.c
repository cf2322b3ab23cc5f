/* SPDX-License-Identifier: MIT */
/* PVH: an ELF kernel whose Xen note 18 (XEN_ELFNOTE_PHYS32_ENTRY) names a 32-bit entry point; EBX points at the start
 * info. Xen, docs/misc/pvh.pandoc and public/arch-x86/hvm/start_info.h. */
#include "devices/board/boot.h"

enum { XEN_PHYS32_ENTRY = 18, HVM_START_MAGIC = 0x336ec578 };

bool pvh_is(const struct blob *k)
{
	u64 entry;

	return elf_find_note(k, "Xen", XEN_PHYS32_ENTRY, &entry);
}

/* 48-byte start info version 1, then the module list and the memory map. */
static void write_start_info(struct boot_info *b, const u64 *module_at)
{
	const struct machine_config *c = &b->machine->config;
	u64 modules = BOOT_PARAMS + 64, map = align_up(modules + c->ninitrd * 32, 16);
	u8 info[64] = {0};

	store_le32(info, HVM_START_MAGIC);
	store_le32(info + 4, 1);
	store_le32(info + 12, c->ninitrd);
	store_le64(info + 16, c->ninitrd ? modules : 0);
	store_le64(info + 24, BOOT_CMDLINE);
	store_le64(info + 32, b->rsdp);
	store_le64(info + 40, map);
	store_le32(info + 48, b->ne820);
	space_load(&b->machine->memory, BOOT_PARAMS, info, sizeof(info));
	for (unsigned i = 0; i < c->ninitrd; i++) {
		u8 m[32] = {0};

		store_le64(m, module_at[i]);
		store_le64(m + 8, c->initrd[i].size);
		space_load(&b->machine->memory, modules + i * 32, m, sizeof(m));
	}
	for (unsigned i = 0; i < b->ne820; i++) {
		u8 e[24] = {0};

		store_le64(e, b->e820[i].base);
		store_le64(e + 8, b->e820[i].size);
		store_le32(e + 16, b->e820[i].type);
		space_load(&b->machine->memory, map + i * 24, e, sizeof(e));
	}
}

bool pvh_boot(struct boot_info *b, struct err *err)
{
	const struct machine_config *c = &b->machine->config;
	u64 entry, elf_entry, top, module_at[64];

	elf_find_note(&c->kernel, "Xen", XEN_PHYS32_ENTRY, &entry);
	if (!boot_load_elf(b, &c->kernel, &elf_entry, &top, err))
		return false;
	if (!boot_write_cmdline(b, c->append ? c->append : "", BOOT_CMDLINE_MAX, err))
		return false;
	if (c->ninitrd > countof(module_at))
		return err_set(err, "-initrd: %u modules; 64 are the most", c->ninitrd);
	for (unsigned i = c->ninitrd; i-- > 0;) { /* from the top down, as high as they go */
		u64 end = i + 1 < c->ninitrd ? module_at[i + 1] : b->tables;

		module_at[i] = c->initrd[i].size < end ? (end - c->initrd[i].size) & ~0xfffull : 0;
		if (module_at[i] < top)
			return err_set(err, "-initrd %s: does not fit beside the kernel into %llu MiB of RAM",
				       c->initrd[i].name, (unsigned long long)(b->low_ram >> 20));
		space_load(&b->machine->memory, module_at[i], c->initrd[i].data, c->initrd[i].size);
	}
	write_start_info(b, module_at);
	x86_boot_protected(b->cpu, (u32)entry, BOOT_GDT);
	b->cpu->r[R_BX] = BOOT_PARAMS;
	return true;
}
