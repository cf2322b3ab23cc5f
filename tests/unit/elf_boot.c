/* SPDX-License-Identifier: MIT */
/* Kernel images made byte by byte (devices/board: elf, multiboot, pvh, linux_boot): good ones are entered as their
 * protocol says; truncated, damaged and foreign ones are refused with one line that names the file, whatever they
 * hold. */
#include <criterion/criterion.h>

#include "devices/board/boot.h"
#include "devices/board/pc.h"

#include <stdlib.h>

enum { RAM_SIZE = 16 << 20, FILE_SIZE = 0x3000 };
enum { ENTRY = 0x100040, LOAD = 0x100000 };

static struct machine *m;
static struct boot_info info;
static u8 file[FILE_SIZE];
static struct blob initrd[2];

/* A machine that has booted something, and what the board would tell a loader of it. */
static void start(void)
{
	struct machine_config config = {.board = &pc_board, .ram_size = RAM_SIZE};
	struct err err;

	memset(file, 0, sizeof(file));
	store_le32(file, 0x1badb002);
	store_le32(file + 4, 1 << 16);
	store_le32(file + 8, 0u - 0x1badb002 - (1 << 16));
	store_le32(file + 12, LOAD);
	store_le32(file + 16, LOAD);
	store_le32(file + 28, ENTRY);
	config.kernel = (struct blob){.name = "first", .data = file, .size = 64};
	m = machine_new(&config, &err);
	cr_assert(m != NULL, "%s", err.text);
	info = (struct boot_info){.machine = m, .cpu = x86_from(m->cpu), .low_ram = RAM_SIZE,
		.tables = RAM_SIZE - 0x20000, .rsdp = 0xf5000};
	info.e820[info.ne820++] = (struct e820_entry){0, RAM_SIZE, E820_RAM};
	memset(file, 0, sizeof(file));
}

static void finish(void)
{
	machine_free(m);
}

TestSuite(elf_boot, .init = start, .fini = finish, .timeout = 120);

static bool boot(size_t size, struct err *err)
{
	u8 *copy = malloc(size + 1); /* of exactly this size, for the sanitizer */
	bool ok;

	cr_assert(copy != NULL);
	memcpy(copy, file, size);
	m->config.kernel = (struct blob){.name = "kernel", .data = copy, .size = size};
	err->text[0] = 0;
	ok = boot_kernel(&info, err);
	cr_assert(ok || (strlen(err->text) > 10 && !strchr(err->text, '\n')), "\"%s\"", err->text);
	free(copy);
	return ok;
}

static void refuse(size_t size, const char *because)
{
	struct err err;

	cr_expect(!boot(size, &err), "booted, though: %s", because);
	cr_expect(strstr(err.text, because) != NULL, "\"%s\" says nothing of \"%s\"", err.text, because);
}

static void accept(size_t size)
{
	struct err err;

	cr_expect(boot(size, &err), "%s", err.text);
}

/* ---- ELF ------------------------------------------------------------------------------------------------------ */

/* One segment of 100h bytes at file offset 1000h that takes 200h in memory, and a note at 800h. */
static void make_elf32(void)
{
	static const u8 ident[] = {0x7f, 'E', 'L', 'F', 1, 1, 1};
	u8 *ph = file + 0x40;

	memset(file, 0, sizeof(file));
	memcpy(file, ident, sizeof(ident));
	store_le16(file + 16, 2);
	store_le16(file + 18, 3);
	store_le32(file + 24, ENTRY);
	store_le32(file + 28, 0x40);
	store_le16(file + 42, 32);
	store_le16(file + 44, 2);
	store_le32(ph, 1);
	store_le32(ph + 4, 0x1000);
	store_le32(ph + 12, LOAD);
	store_le32(ph + 16, 0x100);
	store_le32(ph + 20, 0x200);
	store_le32(ph + 32, 4);
	store_le32(ph + 32 + 4, 0x800);
	store_le32(ph + 32 + 16, 20);
	memset(file + 0x1000, 0x5a, 0x100);
}

static void make_elf64(void)
{
	u8 *ph = file + 0x40;

	make_elf32();
	memset(ph, 0, 0x80);
	file[4] = 2;
	store_le16(file + 18, 62);
	store_le64(file + 24, ENTRY);
	store_le64(file + 32, 0x40);
	store_le16(file + 42, 0);
	store_le16(file + 44, 0);
	store_le16(file + 54, 56);
	store_le16(file + 56, 2);
	store_le32(ph, 1);
	store_le64(ph + 8, 0x1000);
	store_le64(ph + 24, LOAD);
	store_le64(ph + 32, 0x100);
	store_le64(ph + 40, 0x200);
	store_le32(ph + 56, 4);
	store_le64(ph + 56 + 8, 0x800);
	store_le64(ph + 56 + 32, 20);
}

static void add_pvh_note(void)
{
	u8 *n = file + 0x800;

	store_le32(n, 4);
	store_le32(n + 4, 4);
	store_le32(n + 8, 18);
	memcpy(n + 12, "Xen", 4);
	store_le32(n + 16, ENTRY);
}

static void add_multiboot(u32 flags)
{
	store_le32(file + 0x200, 0x1badb002);
	store_le32(file + 0x204, flags);
	store_le32(file + 0x208, 0u - 0x1badb002 - flags);
}

static void expect_loaded(void)
{
	cr_expect_eq(space_read(&m->memory, LOAD, 4), 0x5a5a5a5au);
	cr_expect_eq(space_read(&m->memory, LOAD + 0xff, 1), 0x5au);
	cr_expect_eq(space_read(&m->memory, LOAD + 0x100, 8), 0u, "the rest is cleared");
	cr_expect_eq(space_read(&m->memory, LOAD + 0x1ff, 1), 0u);
	cr_expect_eq(space_read(&m->memory, LOAD + 0x200, 1), 0xeeu, "and no more");
	cr_expect_eq(m->cpu->pc, (u64)ENTRY);
	cr_expect(info.cpu->cr0 & CR0_PE);
}

static void dirty_memory(void)
{
	u8 junk[0x400];

	memset(junk, 0xee, sizeof(junk));
	space_load(&m->memory, LOAD, junk, sizeof(junk));
}

Test(elf_boot, pvh)
{
	m->config.append = "quiet";
	for (unsigned wide = 0; wide < 2; wide++) {
		u64 at;

		if (wide)
			make_elf64();
		else
			make_elf32();
		add_pvh_note();
		dirty_memory();
		accept(FILE_SIZE);
		expect_loaded();
		at = info.cpu->r[R_BX];
		cr_expect_eq(space_read(&m->memory, at, 4), 0x336ec578u);
		cr_expect_eq(space_read(&m->memory, space_read(&m->memory, at + 24, 8), 4), load_le32("quie"));
		cr_expect_eq(space_read(&m->memory, at + 32, 8), info.rsdp);
		cr_expect_eq(space_read(&m->memory, at + 48, 4), 1u, "one range of memory");
	}
}

Test(elf_boot, multiboot_elf)
{
	u64 at;

	make_elf32();
	add_multiboot(3);
	dirty_memory();
	initrd[0] = (struct blob){.name = "mod", .args = "a=1", .data = (const u8 *)"module", .size = 6};
	m->config.initrd = initrd;
	m->config.ninitrd = 1;
	accept(FILE_SIZE);
	expect_loaded();
	cr_expect_eq(info.cpu->r[R_AX], 0x2badb002u);
	at = info.cpu->r[R_BX];
	cr_expect_eq(space_read(&m->memory, at + 20, 4), 1u);
	at = space_read(&m->memory, at + 24, 4);
	cr_expect_eq(space_read(&m->memory, space_read(&m->memory, at, 4), 4), load_le32("modu"));
	cr_expect_eq(space_read(&m->memory, at + 4, 4) - space_read(&m->memory, at, 4), 6u);
	cr_expect_eq(space_read(&m->memory, space_read(&m->memory, at + 8, 4), 8), load_le64("mod a=1"));
}

Test(elf_boot, multiboot_by_addresses)
{
	add_multiboot(1 << 16);
	store_le32(file + 0x20c, LOAD + 0x200);
	store_le32(file + 0x210, LOAD);
	store_le32(file + 0x214, LOAD + 0x1100);
	store_le32(file + 0x218, LOAD + 0x1200);
	store_le32(file + 0x21c, ENTRY);
	memset(file + 0x1000, 0x77, 0x200);
	space_write(&m->memory, LOAD + 0x1180, 1, 0xee);
	accept(FILE_SIZE);
	cr_expect_eq(space_read(&m->memory, LOAD + 0x10ff, 1), 0x77u);
	cr_expect_eq(space_read(&m->memory, LOAD + 0x1180, 1), 0u);
	cr_expect_eq(m->cpu->pc, (u64)ENTRY);
	refuse(0x210, "truncated");
	refuse(0x1000, "truncated");
	store_le32(file + 0x210, LOAD + 0x201);
	refuse(FILE_SIZE, "contradict");
	store_le32(file + 0x210, 0x1000);
	refuse(FILE_SIZE, "contradict");
	store_le32(file + 0x210, LOAD);
	store_le32(file + 0x218, 0xfffff000);
	refuse(FILE_SIZE, "do not fit");
	add_multiboot(1 << 16 | 8);
	refuse(FILE_SIZE, "feature");
}

Test(elf_boot, segments_in_the_wrong_place)
{
	static const struct {
		u64 at, size;
		const char *because;
	} bad[] = {
		{0, 0x200, "do not fit"}, {RAM_SIZE, 0x200, "do not fit"}, {RAM_SIZE - 0x20000 - 0x1ff, 0x200, "do not fit"},
		{0xf0000000, 0x200, "do not fit"}, {LOAD, 0xffffffff, "do not fit"}, {0x9ff00, 0x200, "video memory"},
		{0xb8000, 0x200, "video memory"}, {0x10000, 0x200, "boot information"}, {0x2000, 0x40000, "boot information"},
		{1ull << 63, 0x200, "do not fit"}, {~0ull - 0x100, 0x200, "do not fit"}, {LOAD, ~0ull, "do not fit"},
	};

	for (unsigned i = 0; i < countof(bad); i++) {
		make_elf64();
		add_pvh_note();
		store_le64(file + 0x40 + 24, bad[i].at);
		store_le64(file + 0x40 + 40, bad[i].size);
		refuse(FILE_SIZE, bad[i].because);
	}
	make_elf64();
	add_pvh_note();
	store_le64(file + 0x40 + 24, 0x30000); /* free low memory is fine */
	accept(FILE_SIZE);
}

Test(elf_boot, segments_outside_the_file)
{
	make_elf64();
	add_pvh_note();
	store_le64(file + 0x40 + 32, FILE_SIZE);
	store_le64(file + 0x40 + 40, FILE_SIZE);
	refuse(FILE_SIZE, "outside the file");
	store_le64(file + 0x40 + 8, ~0ull);
	refuse(FILE_SIZE, "outside the file");
	make_elf64();
	add_pvh_note();
	store_le64(file + 0x40 + 32, 0x201);
	refuse(FILE_SIZE, "larger in the file than in memory");
	make_elf64();
	add_pvh_note();
	store_le32(file + 0x40, 5);
	refuse(FILE_SIZE, "nothing to load");
	store_le64(file + 32, FILE_SIZE - 10);
	refuse(FILE_SIZE, "without a multiboot header or a PVH entry");
}

Test(elf_boot, other_files_are_named)
{
	refuse(0, "empty");
	refuse(5, "too short");
	refuse(FILE_SIZE, "not a kernel");
	memcpy(file + 0x38, "ARM\x64", 4);
	refuse(FILE_SIZE, "arm64");
	make_elf32();
	refuse(FILE_SIZE, "without a multiboot header");
	store_le16(file + 18, 183);
	refuse(FILE_SIZE, "another processor (machine 183)");
	store_le16(file + 18, 0x1600);
	file[5] = 2;
	refuse(FILE_SIZE, "another processor (machine 22)");
	memset(file, 0, sizeof(file));
	store_le32(file + 0x24, 0x016f2818);
	refuse(FILE_SIZE, "ARM zImage");
}

/* ---- Linux ----------------------------------------------------------------------------------------------------- */

enum { SETUP = 2 * 512 };

static void make_linux(void)
{
	memset(file, 0, sizeof(file));
	file[0x1f1] = 1;
	store_le32(file + 0x1f4, (FILE_SIZE - SETUP) / 16);
	store_le16(file + 0x1fe, 0xaa55);
	store_le16(file + 0x200, 0x66eb);
	memcpy(file + 0x202, "HdrS", 4);
	store_le16(file + 0x206, 0x020f);
	file[0x211] = 1;
	store_le32(file + 0x22c, 0x7fffffff);
	file[0x234] = 1;
	store_le16(file + 0x236, 1);
	store_le32(file + 0x238, 100);
	store_le64(file + 0x258, 0x200000);
	store_le32(file + 0x260, 0x100000);
	memset(file + SETUP, 0x42, FILE_SIZE - SETUP);
}

Test(elf_boot, linux_64)
{
	make_linux();
	m->config.append = "console=ttyS0";
	accept(FILE_SIZE);
	cr_expect_eq(m->cpu->pc, 0x200200u);
	cr_expect(info.cpu->in64);
	cr_expect_eq(info.cpu->r[R_SI], (u64)BOOT_PARAMS);
	cr_expect_eq(space_read(&m->memory, 0x200000, 4), 0x42424242u);
	cr_expect_eq(space_read(&m->memory, BOOT_PARAMS + 0x228, 4), (u64)BOOT_CMDLINE);
	cr_expect_eq(space_read(&m->memory, BOOT_CMDLINE, 8), load_le64("console="));
	cr_expect_eq(space_read(&m->memory, BOOT_PARAMS + 0x1e8, 1), 1u);
	cr_expect_eq(space_read(&m->memory, BOOT_PARAMS + 0x2d0 + 8, 8), (u64)RAM_SIZE);
}

Test(elf_boot, linux_32)
{
	make_linux();
	store_le16(file + 0x236, 0);
	accept(FILE_SIZE);
	cr_expect_eq(m->cpu->pc, 0x200000u);
	cr_expect(!info.cpu->in64);
	cr_expect_eq(info.cpu->seg[S_CS].sel, 0x10);
	cr_expect_eq(info.cpu->seg[S_DS].sel, 0x18);
}

Test(elf_boot, linux_refused)
{
	static char line[102];

	make_linux();
	refuse(0x28f, "truncated");
	refuse(SETUP, "truncated");
	refuse(FILE_SIZE - 1, "truncated");
	memset(line, 'x', 100);
	m->config.append = line;
	accept(FILE_SIZE);
	line[100] = 'x';
	refuse(FILE_SIZE, "101 characters; this kernel takes 100");
	m->config.append = NULL;
	store_le32(file + 0x260, 0xf00000);
	refuse(FILE_SIZE, "do not fit");
	make_linux();
	store_le16(file + 0x206, 0x0200);
	refuse(FILE_SIZE, "too old");
}

/* An initrd goes to the top of what the kernel allows, and must not touch the kernel's own space. */
Test(elf_boot, linux_initrd)
{
	u8 *data = calloc(1, RAM_SIZE);
	u64 at;

	cr_assert(data != NULL);
	data[0] = 0x99;
	make_linux();
	initrd[0] = (struct blob){.name = "initrd", .data = data, .size = 0x1234};
	m->config.initrd = initrd;
	m->config.ninitrd = 1;
	accept(FILE_SIZE);
	at = space_read(&m->memory, BOOT_PARAMS + 0x218, 4);
	cr_expect_eq(at, RAM_SIZE - 0x20000 - 0x2000u);
	cr_expect_eq(space_read(&m->memory, BOOT_PARAMS + 0x21c, 4), 0x1234u);
	cr_expect_eq(space_read(&m->memory, at, 1), 0x99u);
	initrd[0].size = RAM_SIZE - 0x20000 - 0x300000;
	accept(FILE_SIZE);
	initrd[0].size++;
	refuse(FILE_SIZE, "do not fit");
	initrd[0].size = RAM_SIZE;
	refuse(FILE_SIZE, "do not fit");
	initrd[0].size = 16;
	m->config.ninitrd = 2;
	initrd[1] = initrd[0];
	refuse(FILE_SIZE, "one initrd");
	m->config.ninitrd = 0;
	free(data);
}

/* ---- anything at all ------------------------------------------------------------------------------------------- */

static u64 draw(u64 *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

/* Every truncation, and random changes where they hurt: it boots or it is refused with a line, and nothing else. */
static void torture(void (*make)(void), u64 seed)
{
	struct err err;

	for (size_t n = 0; n < FILE_SIZE; n += n < 0x900 ? 1 : 61) {
		make();
		boot(n, &err);
	}
	for (unsigned k = 0; k < 4000; k++) {
		static const u8 odd[] = {0, 1, 0x7f, 0x80, 0xff, 4, 0x10, 0xfe};

		make();
		for (unsigned n = 1 + draw(&seed) % 6; n; n--) {
			u64 v = draw(&seed), at = v >> 8 & 1 ? v >> 16 & 0xff : v >> 16 & 0x3ff;

			file[v >> 9 & 1 ? at : 0x800 + at % 32] = v >> 10 & 1 ? odd[v & 7] : (u8)(v >> 40);
		}
		boot(FILE_SIZE, &err);
	}
}

static void make_elf32_pvh(void)
{
	make_elf32();
	add_pvh_note();
}

static void make_elf64_pvh(void)
{
	make_elf64();
	add_pvh_note();
}

static void make_multiboot(void)
{
	make_elf32();
	add_multiboot(1 << 16 | 3);
	store_le32(file + 0x20c, LOAD + 0x200);
	store_le32(file + 0x210, LOAD);
	store_le32(file + 0x21c, ENTRY);
}

Test(elf_boot, torture_elf32)
{
	torture(make_elf32_pvh, 1);
}

Test(elf_boot, torture_elf64)
{
	torture(make_elf64_pvh, 2);
}

Test(elf_boot, torture_multiboot)
{
	torture(make_multiboot, 3);
}

Test(elf_boot, torture_linux)
{
	torture(make_linux, 4);
}

/* ---- memory sizes ----------------------------------------------------------------------------------------------- */

static void try_memory(u64 size, const char *because)
{
	struct machine_config config = m->config;
	struct machine *other;
	struct err err = {{0}};

	config.ram_size = size;
	other = machine_new(&config, &err);
	if (because)
		cr_expect(!other && strstr(err.text, because), "%llu bytes: \"%s\"", (unsigned long long)size,
			err.text);
	else
		cr_expect(other != NULL, "%llu bytes: %s", (unsigned long long)size, err.text);
	machine_free(other);
}

Test(elf_boot, memory_sizes)
{
	make_elf32_pvh();
	m->config.kernel = (struct blob){.name = "kernel", .data = file, .size = FILE_SIZE};
	try_memory(0, "-m: 0 KiB");
	try_memory(1 << 20, "-m: 1024 KiB");
	try_memory((16 << 20) + 4096, "whole MiB");
	try_memory(2 << 20, NULL);
	try_memory(3 << 20, NULL);
	try_memory(64 << 20, NULL);
}
