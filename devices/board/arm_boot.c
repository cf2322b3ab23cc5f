/* SPDX-License-Identifier: MIT */
/* Starting a guest on the virt board: Linux Images (also compressed), ELF files and flat images without firmware, or
 * firmware in flash, with the device tree where each looks for it. Linux, Documentation/arm64/booting.rst. */
#include "devices/board/elf.h"
#include "devices/board/virt.h"
#include "devices/bus/fw_cfg.h"

#include <stdlib.h>
#include <zlib.h>

enum { H_TEXT_OFFSET = 8, H_IMAGE_SIZE = 16, H_MAGIC = 56, H_END = 64 };
enum { MIB = 1 << 20, IMAGE_MAX = 512 << 20, CHUNK = 8 << 20 };
/* fw_cfg items with which firmware gets a kernel (QEMU, docs/specs/fw_cfg.rst) */
enum {
	ITEM_KERNEL_SIZE = 0x08,
	ITEM_INITRD_SIZE = 0x0b,
	ITEM_KERNEL = 0x11,
	ITEM_INITRD = 0x12,
	ITEM_CMDLINE_SIZE = 0x14,
	ITEM_CMDLINE = 0x15,
};

static u64 ram_end(const struct machine *m)
{
	return VIRT_RAM + virt_of(m)->ram_size;
}

static bool room(void *arg, const char *what, u64 addr, u64 size, struct err *err)
{
	const struct machine *m = arg;

	if (addr < VIRT_RAM || size > ram_end(m) - VIRT_RAM || addr > ram_end(m) - size)
		return err_set(err, "%s: %llu KiB at 0x%llx do not fit into %llu MiB of RAM from 0x%x on", what,
			(unsigned long long)(size + 1023) >> 10, (unsigned long long)addr,
			(unsigned long long)(virt_of(m)->ram_size >> 20), VIRT_RAM);
	return true;
}

/* ---- images -------------------------------------------------------------------------------------------------- */

static bool is_image(const u8 *data, size_t size)
{
	return size >= H_END && !memcmp(data + H_MAGIC, "ARM\x64", 4);
}

static bool is_gzip(const u8 *data, size_t size)
{
	return size >= 18 && data[0] == 0x1f && data[1] == 0x8b;
}

/* The whole of a gzip file, malloc'd; NULL with err set. */
static u8 *inflate_all(const struct blob *k, size_t *size, struct err *err)
{
	z_stream z = {.next_in = (Bytef *)(uintptr_t)k->data, .avail_in = (uInt)k->size};
	size_t room = 0;
	u8 *out = NULL;
	int status = inflateInit2(&z, 16 + MAX_WBITS);

	for (*size = 0; status == Z_OK && room < IMAGE_MAX; *size = room - z.avail_out) {
		u8 *more = realloc(out, room + CHUNK);

		assert(more);
		out = more;
		z.next_out = out + room;
		z.avail_out = CHUNK;
		room += CHUNK;
		do
			status = inflate(&z, Z_NO_FLUSH);
		while (status == Z_OK && z.avail_out && z.avail_in);
		if (status == Z_OK && z.avail_out)
			status = Z_BUF_ERROR;
	}
	inflateEnd(&z);
	if (status == Z_STREAM_END)
		return out;
	free(out);
	err_set(err, "-kernel %s: %s", k->name, status == Z_BUF_ERROR ? "truncated: the gzip stream does not end" :
		status == Z_OK ? "too large when unpacked" : "the gzip stream is damaged");
	return NULL;
}

static bool load_image(struct machine *m, const char *name, const u8 *data, size_t size, u64 *end, struct err *err)
{
	u64 offset = load_le64(data + H_TEXT_OFFSET), memory = load_le64(data + H_IMAGE_SIZE), at;

	if (!memory) { /* before Linux 3.17: the offset was fixed */
		offset = 0x80000;
		memory = size;
	}
	at = VIRT_RAM + (offset < 0x1000 ? offset + 2 * MIB : offset);
	if (offset > IMAGE_MAX || memory > ~0u || !room(m, name, at, max_u64(memory, size), err))
		return err->text[0] ? err_prefix(err, "-kernel")
				    : err_set(err, "-kernel %s: damaged Image header", name);
	space_load(&m->memory, at, data, size);
	virt_of(m)->kernel_entry = at;
	*end = at + max_u64(memory, size);
	return true;
}

/* Images for other machines are named, so that nobody has to guess. */
static bool explain(const struct blob *k, struct err *err)
{
	if (elf_is(k, ELF_X86_64) || elf_is(k, ELF_386))
		return err_set(err, "-kernel %s: an x86 ELF file; this machine is an AArch64 virt", k->name);
	if (elf_is(k, ELF_ARM))
		return err_set(err, "-kernel %s: a 32-bit ARM ELF file; this version runs AArch64", k->name);
	if (k->size >= 4 && !memcmp(k->data, "\177ELF", 4))
		return err_set(err, "-kernel %s: an ELF file for another processor, or a damaged one", k->name);
	if (k->size >= 0x206 && !memcmp(k->data + 0x202, "HdrS", 4))
		return err_set(err, "-kernel %s: an x86 bzImage; this machine is an AArch64 virt", k->name);
	if (k->size >= 0x28 && load_le32(k->data + 0x24) == 0x016f2818)
		return err_set(err, "-kernel %s: a 32-bit ARM zImage; this version runs AArch64", k->name);
	return true;
}

/* A flat image: loaded where U-Boot's `go` and QEMU would, entered at its first byte. */
static bool load_flat(struct machine *m, const struct blob *k, u64 *end, struct err *err)
{
	u64 at = VIRT_RAM + 0x80000;

	if (!explain(k, err))
		return false;
	if (k->size < 4)
		return err_set(err, "-kernel %s: too short (%zu bytes) to be a kernel", k->name, k->size);
	if (!room(m, k->name, at, k->size, err))
		return err_prefix(err, "-kernel");
	space_load(&m->memory, at, k->data, k->size);
	virt_of(m)->kernel_entry = at;
	*end = at + k->size;
	return true;
}

static bool load_kernel(struct machine *m, u64 *end, struct err *err)
{
	const struct blob *k = &m->config.kernel;
	const struct elf_target target = {&m->memory, room, m};
	size_t size;
	u8 *data;
	bool ok;

	err->text[0] = 0;
	if (elf_is(k, ELF_AARCH64))
		return elf_load(&target, k, &virt_of(m)->kernel_entry, end, err);
	if (is_image(k->data, k->size))
		return load_image(m, k->name, k->data, k->size, end, err);
	if (!is_gzip(k->data, k->size))
		return load_flat(m, k, end, err);
	data = inflate_all(k, &size, err);
	if (!data)
		return false;
	ok = is_image(data, size) ? load_image(m, k->name, data, size, end, err) :
		err_set(err, "-kernel %s: what is packed in it is no arm64 Linux image", k->name);
	free(data);
	return ok;
}

/* ---- what comes with it ----------------------------------------------------------------------------------------- */

/* In the middle of RAM, at most 128 MiB up, so that the kernel can unpack itself and the initrd in peace. */
static bool load_initrd(struct machine *m, u64 *end, struct err *err)
{
	struct virt *v = virt_of(m);
	u64 at = max_u64(VIRT_RAM + min_u64(v->ram_size / 2, 128 * MIB), align_up(*end, 4096));

	v->initrd_at = v->initrd_end = 0;
	if (!m->config.ninitrd)
		return true;
	if (m->config.ninitrd > 1)
		return err_set(err, "-initrd %s: one initrd, not a list", m->config.initrd->name);
	if (!room(m, m->config.initrd->name, at, m->config.initrd->size, err))
		return err_prefix(err, "-initrd");
	space_load(&m->memory, at, m->config.initrd->data, m->config.initrd->size);
	v->initrd_at = at;
	*end = v->initrd_end = at + m->config.initrd->size;
	return true;
}

/* Firmware fetches the kernel through fw_cfg and finds the device tree at the start of RAM. */
static void offer_kernel(struct machine *m)
{
	struct dev *d = dev_find(m, "fw_cfg");
	const struct machine_config *c = &m->config;

	if (!c->kernel.data)
		return;
	fw_cfg_set_number(d, ITEM_KERNEL_SIZE, 4, c->kernel.size);
	fw_cfg_set(d, ITEM_KERNEL, c->kernel.data, c->kernel.size);
	if (c->ninitrd) {
		fw_cfg_set_number(d, ITEM_INITRD_SIZE, 4, c->initrd->size);
		fw_cfg_set(d, ITEM_INITRD, c->initrd->data, c->initrd->size);
	}
	if (c->append) {
		fw_cfg_set_number(d, ITEM_CMDLINE_SIZE, 4, strlen(c->append) + 1);
		fw_cfg_set(d, ITEM_CMDLINE, c->append, strlen(c->append) + 1);
	}
}

bool virt_boot(struct machine *m, struct err *err)
{
	struct virt *v = virt_of(m);
	bool firmware = m->config.bios.data || m->config.pflash[0].data;
	u64 end = 0, x[4] = {0};

	if (!firmware && !m->config.kernel.data)
		return err_set(err, "nothing to boot: give -kernel, -bios or -pflash");
	v->kernel_entry = VIRT_FLASH0;
	v->tree_at = VIRT_RAM;
	if (firmware)
		offer_kernel(m);
	else if (!load_kernel(m, &end, err) || !load_initrd(m, &end, err))
		return false;
	else
		v->tree_at = align_up(end, 2 * MIB);
	if (!virt_finish_tree(m, err))
		return false;
	if (!room(m, "device tree", v->tree_at, v->tree_size, err))
		return false;
	space_load(&m->memory, v->tree_at, v->tree, v->tree_size);
	if (!firmware)
		x[0] = v->tree_at;
	arm_boot(arm_from(m->cpu), v->kernel_entry, x);
	return true;
}
