/* SPDX-License-Identifier: MIT */
/* Linux's x86 boot protocol: bzImage, entered at its 32-bit or 64-bit entry point as a boot loader would after a BIOS.
 * Linux kernel documentation, x86/boot.rst; offsets below are into the image and, from 1f1h on, into the zero page. */
#include "devices/board/boot.h"

enum {
	H_SETUP_SECTS = 0x1f1, H_SYSSIZE = 0x1f4, H_VID_MODE = 0x1fa, H_BOOT_FLAG = 0x1fe, H_JUMP = 0x200,
	H_MAGIC = 0x202, H_VERSION = 0x206, H_TYPE_OF_LOADER = 0x210, H_LOADFLAGS = 0x211, H_CODE32_START = 0x214,
	H_RAMDISK_IMAGE = 0x218, H_RAMDISK_SIZE = 0x21c, H_HEAP_END_PTR = 0x224, H_CMD_LINE_PTR = 0x228,
	H_INITRD_ADDR_MAX = 0x22c, H_KERNEL_ALIGNMENT = 0x230, H_RELOCATABLE = 0x234, H_XLOADFLAGS = 0x236,
	H_CMDLINE_SIZE = 0x238, H_PREF_ADDRESS = 0x258, H_INIT_SIZE = 0x260, H_END = 0x290,
	P_EXT_MEM_K = 0x002, P_ACPI_RSDP = 0x070, P_ALT_MEM_K = 0x1e0, P_E820_ENTRIES = 0x1e8, P_E820_TABLE = 0x2d0,
	LOADED_HIGH = 1, CAN_USE_HEAP = 0x80, XLF_KERNEL_64 = 1,
};

bool linux_is(const struct blob *k)
{
	return k->size >= 0x206 && !memcmp(k->data + H_MAGIC, "HdrS", 4) && load_le16(k->data + H_BOOT_FLAG) == 0xaa55;
}

struct linux_image {
	const struct blob *k;
	u16 version;
	u64 setup_size, load, size, init_size, cmdline_max, initrd_max;
	bool enter64;
};

static bool parse(struct linux_image *l, const struct boot_info *b, struct err *err)
{
	const u8 *d = l->k->data;
	u64 sectors = d[H_SETUP_SECTS] ? d[H_SETUP_SECTS] : 4;

	if (l->k->size < H_END)
		return err_set(err, "-kernel %s: truncated: the file ends inside the boot header", l->k->name);
	l->version = load_le16(d + H_VERSION);
	if (l->version < 0x0204 || !(d[H_LOADFLAGS] & LOADED_HIGH))
		return err_set(err,
			"-kernel %s: a Linux image too old to boot here (boot protocol %u.%02u, not a bzImage)",
			       l->k->name, l->version >> 8, l->version & 0xff);
	l->setup_size = (sectors + 1) * 512;
	l->size = (u64)load_le32(d + H_SYSSIZE) * 16;
	if (l->k->size <= l->setup_size || l->k->size - l->setup_size < l->size)
		return err_set(err, "-kernel %s: truncated: the header promises %llu bytes, the file has %zu",
			l->k->name, (unsigned long long)(l->setup_size + l->size), l->k->size);
	l->size = l->k->size - l->setup_size; /* signatures may follow */
	l->load = l->version >= 0x020a && d[H_RELOCATABLE] ? load_le64(d + H_PREF_ADDRESS) : 0x100000;
	l->init_size = l->version >= 0x020a ? load_le32(d + H_INIT_SIZE) : l->size * 4;
	l->cmdline_max = l->version >= 0x0206 ? load_le32(d + H_CMDLINE_SIZE) : 255;
	l->initrd_max = load_le32(d + H_INITRD_ADDR_MAX);
	l->enter64 = l->version >= 0x020c && (load_le16(d + H_XLOADFLAGS) & XLF_KERNEL_64) && x86_has_long_mode(b->cpu);
	if (!l->cmdline_max)
		l->cmdline_max = 255;
	if (!l->initrd_max)
		l->initrd_max = 0x37ffffff;
	return boot_check_room(b, l->k->name, l->load, max_u64(l->size, l->init_size), err) ||
		err_prefix(err, "-kernel");
}

/* As high as allowed, page aligned, above the kernel's own working space. */
static bool load_initrd(struct boot_info *b, const struct linux_image *l, u8 *zero, struct err *err)
{
	const struct blob *r = b->machine->config.initrd;
	u64 floor = l->load + max_u64(l->size, l->init_size), top = min_u64(b->tables, l->initrd_max + 1), at;

	if (!b->machine->config.ninitrd)
		return true;
	if (b->machine->config.ninitrd > 1)
		return err_set(err, "-initrd %s: Linux takes one initrd, not a list", r->name);
	at = r->size < top ? (top - r->size) & ~0xfffull : 0;
	if (at < floor)
		return err_set(err, "-initrd %s: %llu MiB do not fit beside the kernel into %llu MiB of RAM", r->name,
			       (unsigned long long)((r->size + 0xfffff) >> 20), (unsigned long long)(b->low_ram >> 20));
	space_load(&b->machine->memory, at, r->data, r->size);
	store_le32(zero + H_RAMDISK_IMAGE, (u32)at);
	store_le32(zero + H_RAMDISK_SIZE, (u32)r->size);
	return true;
}

static void fill_zero_page(const struct boot_info *b, const struct linux_image *l, u8 *zero)
{
	u64 header_end = 0x202 + l->k->data[0x201];

	memcpy(zero + H_SETUP_SECTS, l->k->data + H_SETUP_SECTS, min_u64(header_end, H_END) - H_SETUP_SECTS);
	store_le16(zero + H_VID_MODE, 0xffff);
	zero[H_TYPE_OF_LOADER] = 0xff;
	zero[H_LOADFLAGS] |= CAN_USE_HEAP;
	store_le16(zero + H_HEAP_END_PTR, 0xfe00);
	store_le32(zero + H_CODE32_START, (u32)l->load);
	store_le32(zero + H_CMD_LINE_PTR, BOOT_CMDLINE);
	store_le64(zero + P_ACPI_RSDP, b->rsdp);
	store_le16(zero + P_EXT_MEM_K, (u16)min_u64((b->low_ram >> 10) - 1024, 0xffff));
	store_le32(zero + P_ALT_MEM_K, (u32)((b->low_ram >> 10) - 1024));
	zero[P_E820_ENTRIES] = (u8)b->ne820;
	for (unsigned i = 0; i < b->ne820; i++) {
		u8 *e = zero + P_E820_TABLE + i * 20;

		store_le64(e, b->e820[i].base);
		store_le64(e + 8, b->e820[i].size);
		store_le32(e + 16, b->e820[i].type);
	}
}

/* "The 64-bit entry point needs the kernel, zero page and command line mapped 1:1": the first 4 GiB in 2 MiB pages. */
static void write_page_tables(struct boot_info *b)
{
	struct space *m = &b->machine->memory;

	space_write(m, BOOT_PAGES, 8, (BOOT_PAGES + 0x1000) | 3);
	for (u64 i = 1; i < 512; i++)
		space_write(m, BOOT_PAGES + i * 8, 8, 0);
	for (u64 i = 0; i < 512; i++)
		space_write(m, BOOT_PAGES + 0x1000 + i * 8, 8, i < 4 ? (BOOT_PAGES + 0x2000 + i * 0x1000) | 3 : 0);
	for (u64 i = 0; i < 2048; i++)
		space_write(m, BOOT_PAGES + 0x2000 + i * 8, 8, i << 21 | 0x83);
}

bool linux_boot(struct boot_info *b, struct err *err)
{
	struct machine_config *config = &b->machine->config;
	struct linux_image l = {.k = &config->kernel};
	u8 zero[4096] = {0};

	if (!parse(&l, b, err) || !boot_write_cmdline(b, config->append ? config->append : "", l.cmdline_max, err))
		return false;
	fill_zero_page(b, &l, zero);
	if (!load_initrd(b, &l, zero, err))
		return false;
	space_load(&b->machine->memory, l.load, l.k->data + l.setup_size, l.size);
	space_load(&b->machine->memory, BOOT_PARAMS, zero, sizeof(zero));
	if (l.enter64) {
		write_page_tables(b);
		x86_boot_long(b->cpu, l.load + 0x200, BOOT_PAGES, BOOT_GDT);
	} else {
		x86_boot_protected(b->cpu, (u32)l.load, BOOT_GDT);
	}
	b->cpu->r[R_SI] = BOOT_PARAMS;
	b->cpu->r[R_SP] = BOOT_GDT;
	return true;
}
