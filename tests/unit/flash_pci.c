/* SPDX-License-Identifier: MIT */
/* What scripts of devices can't reach: the image behind a flash, and PCI functions that none of our devices is (memory
 * BARs, interrupt pins) behind both host bridges. */
#include "devices/bus/pci.h"
#include "devices/bus/pcie_ecam.h"
#include "devices/disk/pflash_cfi.h"
#include "devices/machine.h"
#include "devices/types.h"

#include <criterion/criterion.h>

#include <stdlib.h>

static struct machine *m;
static struct err err;

static void start(const struct board_row *rows)
{
	static struct board board;

	board = (struct board){.name = "test", .rows = rows};
	m = machine_new(&(struct machine_config){.board = &board}, &err);
	cr_assert(m, "%s", err.text);
}

/* ---- flash ------------------------------------------------------------------------------------------------------ */

enum { FLASH = 0x4000000, SECTOR = 256 << 10 };

static const struct board_row flash_rows[] = {
	{.type = &pflash_cfi_type, .id = "flash", .at = AT_MEM, .base = FLASH, .irq = -1, .opts = "size=0x80000"},
	{0},
};

struct image {
	u8 data[SECTOR + 256];
	unsigned writes;
	bool broken;
};

static bool image_write(void *arg, u64 offset, const void *data, size_t n)
{
	struct image *i = arg;

	cr_assert(offset + n <= sizeof(i->data));
	memcpy(i->data + offset, data, n);
	i->writes++;
	return !i->broken;
}

static void put(u64 off, u32 value)
{
	space_write(&m->memory, FLASH + off, 4, value);
}

static u32 get(u64 off)
{
	return (u32)space_read(&m->memory, FLASH + off, 4);
}

Test(flash, loads_a_short_image)
{
	static const u8 image[] = {0x78, 0x56, 0x34, 0x12, 0xaa};
	struct dev *d;

	start(flash_rows);
	d = dev_find(m, "flash");
	pflash_load(d, image, sizeof(image));
	cr_expect_eq(get(0), 0x12345678);
	cr_expect_eq(get(4), 0xaa);
	cr_expect(space_ram(&m->memory, FLASH, 0x1000), "code runs from the array");
	cr_expect_eq(pflash_ram(d)->host[4], 0xaa);
	put(0, 0x700070);
	cr_expect(!space_ram(&m->memory, FLASH, 0x1000), "but not while it shows its status");
	put(0, 0xff00ff);
	cr_expect(space_ram(&m->memory, FLASH, 0x1000));
	machine_free(m);
}

Test(flash, refuses_odd_sizes)
{
	struct board_row row = flash_rows[0];

	start(flash_rows);
	row.id = "flash1";
	row.opts = "size=0x60000";
	cr_expect(!dev_add(m, &row, &err));
	row.opts = "size=0x8000000";
	cr_expect(!dev_add(m, &row, &err));
	machine_free(m);
}

/* What is programmed and erased arrives in the file, as far as the file goes. */
Test(flash, writes_through)
{
	static struct image i;
	struct host_block block = {.write = image_write, .arg = &i, .size = sizeof(i.data)};

	start(flash_rows);
	pflash_connect(dev_find(m, "flash"), &block);
	put(0, 0x200020);
	put(0, 0xd000d0);
	cr_expect_eq(i.writes, 1);
	cr_expect_eq(i.data[SECTOR - 1], 0xff);
	cr_expect_eq(i.data[SECTOR], 0);
	put(0x100, 0x400040);
	put(0x100, 0x11223344);
	cr_expect_eq(load_le32(i.data + 0x100), 0x11223344);
	put(SECTOR, 0x200020);
	put(SECTOR, 0xd000d0);
	cr_expect_eq(i.data[SECTOR + 255], 0xff);
	cr_expect_eq(i.writes, 3);
	put(SECTOR + 256, 0x400040); /* beyond the file */
	put(SECTOR + 256, 0);
	cr_expect_eq(i.writes, 3);
	i.broken = true; /* the guest does not notice */
	put(0, 0x400040);
	put(0, 0);
	cr_expect_eq(get(0), 0x800080);
	pflash_connect(dev_find(m, "flash"), NULL);
	put(0, 0x200020);
	put(0, 0xd000d0);
	cr_expect_eq(i.writes, 4);
	machine_free(m);
}

/* ---- PCI -------------------------------------------------------------------------------------------------------- */

struct card {
	struct pci_config config;
	u32 pad;
	u32 last; /* what was written to its memory */
};

struct card_links {
	struct pci_func func;
	struct region mem;
};

static const struct state_field card_rows[] = {
	STATE_SUB(struct card, config, pci_config_rows), STATE_SKIP(struct card, pad), STATE_U(struct card, last),
	STATE_END,
};

static u64 card_read(void *dev, u64 off, unsigned size)
{
	(void)dev;
	(void)size;
	return 0xcafe0000 + off;
}

static void card_write(void *dev, u64 off, unsigned size, u64 value)
{
	(void)off;
	(void)size;
	((struct card *)((struct dev *)dev)->state)->last = (u32)value;
}

static void card_reset(struct dev *d)
{
	pci_reset(&((struct card_links *)d->links)->func);
}

static bool card_attach(struct dev *d, const struct board_row *row, struct err *e)
{
	static const struct pci_id id = {0x1234, 0x5678, 1, 0xff0000, 0, 1};
	static const struct region_ops ops = {card_read, card_write, 4, 4};
	struct card *s = d->state;
	struct card_links *l = d->links;

	if (!pci_add(pci_bus_of(d->machine), d, &l->func, &s->config, (unsigned)row->base, &id, e))
		return false;
	l->mem = (struct region){.name = "card", .size = 0x10000, .kind = REGION_IO, .ops = &ops, .dev = d};
	pci_add_bar(&l->func, 0, &l->mem, false);
	return true;
}

static const struct dev_type card_type = {
	.name = "card", .state_size = sizeof(struct card), .links_size = sizeof(struct card_links), .state = card_rows,
	.attach = card_attach, .reset = card_reset,
};

#define ECAM 0x4010000000ull

#define BRIDGE(t) {.type = &t, .id = "bridge", .at = AT_MEM, .base = ECAM, .irq = 3}
#define CARD(slot) {.type = &card_type, .id = "card" #slot, .at = AT_PCI, .base = slot << 3, .irq = -1}

static const struct board_row ecam_rows[] = {BRIDGE(pcie_ecam_type), CARD(1), CARD(2), CARD(4), CARD(5), {0}};
static const struct board_row pc_rows[] = {BRIDGE(i440fx_type), CARD(1), CARD(4), {0}};

static void set_level(void *arg, unsigned pin, bool level)
{
	unsigned *levels = arg;

	*levels = (*levels & ~(1u << pin)) | (unsigned)level << pin;
}

static void pull(const char *id, bool level)
{
	pci_set_intx(&((struct card_links *)dev_find(m, id)->links)->func, level);
}

/* Device tree binding and QEMU's virt: pin A of device 0 is the first wire, of device 1 the second, of device 4 the
 * first again; wires are shared. */
Test(pci, ecam_interrupts)
{
	unsigned levels = 0;

	start(ecam_rows);
	for (unsigned n = 0; n < 4; n++)
		m->irqs[3 + n] = (struct line){set_level, &levels, n};
	pull("card4", true);
	cr_expect_eq(levels, 1);
	pull("card2", true);
	cr_expect_eq(levels, 5);
	pull("card1", true);
	pull("card5", true);
	cr_expect_eq(levels, 7);
	pull("card1", false);
	cr_expect_eq(levels, 7);
	pull("card5", false);
	cr_expect_eq(levels, 5);
	machine_free(m);
}

/* The board may solder the wires elsewhere. */
Test(pci, ecam_outputs)
{
	unsigned levels = 0;

	start(ecam_rows);
	dev_connect(dev_find(m, "bridge"), PCIE_OUT_INTB, (struct line){set_level, &levels, 7});
	pull("card1", true);
	cr_expect_eq(levels, 0x80);
	machine_free(m);
}

/* On a PC, device 1 is wired straight. */
Test(pci, i440fx_interrupts)
{
	unsigned levels = 0;

	start(pc_rows);
	for (unsigned n = 0; n < 4; n++)
		pci_bus_of(m)->intx[n] = (struct line){set_level, &levels, n};
	pull("card1", true);
	cr_expect_eq(levels, 1);
	pull("card4", true);
	cr_expect_eq(levels, 9);
	machine_free(m);
}

static u64 config(unsigned slot, unsigned off, unsigned size)
{
	return space_read(&m->memory, ECAM + (slot << 15) + off, size);
}

static void config_set(unsigned slot, unsigned off, unsigned size, u64 value)
{
	space_write(&m->memory, ECAM + (slot << 15) + off, size, value);
}

/* A BAR is seen only within the bridge's window, never over the machine's other memory. */
Test(pci, ecam_memory_bar)
{
	start(ecam_rows);
	cr_expect_eq(config(2, 0, 4), 0x56781234);
	config_set(2, PCI_BAR, 4, 0xffffffff);
	cr_expect_eq(config(2, PCI_BAR, 4), 0xffff0000);
	config_set(2, PCI_BAR, 4, 0x10000000);
	cr_expect_eq(space_read(&m->memory, 0x10000004, 4), 0xffffffff, "not switched on");
	config_set(2, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	cr_expect_eq(space_read(&m->memory, 0x10000004, 4), 0xcafe0004);
	space_write(&m->memory, 0x1000fffc, 4, 0x600d);
	cr_expect_eq(((struct card *)dev_find(m, "card2")->state)->last, 0x600d);
	config_set(2, PCI_BAR, 4, 0x3efe0000); /* the window's end */
	cr_expect_eq(space_read(&m->memory, 0x3efefffc, 4), 0xcafefffc);
	config_set(2, PCI_BAR, 4, 0x3eff0000); /* the I/O window */
	cr_expect_eq(space_read(&m->memory, 0x3eff0004, 4), 0xffffffff);
	config_set(2, PCI_BAR, 4, 0x09000000);
	cr_expect_null(space_find(&m->memory, 0x09000000));
	machine_free(m);
}
