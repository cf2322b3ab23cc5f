/* SPDX-License-Identifier: MIT */
/* The device tree of the virt board, made from the board's rows: a row's type says what kind of node it is, the row
 * where and on which interrupt. Devicetree Specification 0.4; bindings of the Linux kernel; names and order of
 * QEMU's. */
#include "devices/board/virt.h"

#include "devices/irq/gic.h"
#include "devices/types.h"

#include <libfdt.h>
#include <stdlib.h>

enum { PHANDLE_GIC = 1, PHANDLE_CLOCK, PHANDLE_GPIO, PHANDLE_CPU };
enum { SPI = 0, PPI = 1, EDGE = 1, LEVEL = 4, PPI_CPU0 = 0x100 };
enum { ROOM = 0x10000 };

/* Errors stick: looked at once at the end. */
struct tree {
	void *fdt;
	int status;
};

static void keep(struct tree *t, int status)
{
	if (status < 0 && !t->status)
		t->status = status;
}

static void begin(struct tree *t, const char *name)
{
	keep(t, fdt_begin_node(t->fdt, name));
}

static void begin_at(struct tree *t, const char *name, u64 address)
{
	char text[40];

	snprintf(text, sizeof(text), "%s@%llx", name, (unsigned long long)address);
	begin(t, text);
}

static void end(struct tree *t)
{
	keep(t, fdt_end_node(t->fdt));
}

static void string(struct tree *t, const char *name, const char *value)
{
	keep(t, fdt_property_string(t->fdt, name, value));
}

static void cells(struct tree *t, const char *name, const u32 *value, unsigned n)
{
	u8 *p;

	keep(t, fdt_property_placeholder(t->fdt, name, (int)n * 4, (void **)&p));
	for (unsigned k = 0; !t->status && k < n; k++) /* big endian: section 2.2.4 */
		store_le32(p + 4 * k, swap32(value[k]));
}

static void cell(struct tree *t, const char *name, u32 value)
{
	cells(t, name, &value, 1);
}

static void flag(struct tree *t, const char *name)
{
	keep(t, fdt_property(t->fdt, name, NULL, 0));
}

/* Two strings in one property. */
static void strings(struct tree *t, const char *name, const char *first, const char *second)
{
	char text[80];
	size_t n = strlen(first) + 1;

	assert(n + strlen(second) < sizeof(text));
	memcpy(text, first, n);
	memcpy(text + n, second, strlen(second) + 1);
	keep(t, fdt_property(t->fdt, name, text, (int)(n + strlen(second) + 1)));
}

static void reg(struct tree *t, u64 base, u64 size)
{
	const u32 value[4] = {(u32)(base >> 32), (u32)base, (u32)(size >> 32), (u32)size};

	cells(t, "reg", value, 4);
}

static void interrupt(struct tree *t, int spi, u32 kind)
{
	const u32 value[3] = {SPI, (u32)spi, kind};

	cells(t, "interrupts", value, 3);
}

/* ---- devices of the board's table ------------------------------------------------------------------------------ */

static void primecell(struct tree *t, const struct board_row *row, const char *compatible, const char *clock_names)
{
	const u32 clocks[2] = {PHANDLE_CLOCK, PHANDLE_CLOCK};

	begin_at(t, row->type->name, row->base);
	strings(t, "compatible", compatible, "arm,primecell");
	reg(t, row->base, 0x1000);
	interrupt(t, row->irq, LEVEL);
	if (clock_names)
		strings(t, "clock-names", clock_names, "apb_pclk");
	else
		string(t, "clock-names", "apb_pclk");
	cells(t, "clocks", clocks, clock_names ? 2 : 1);
}

static void node_pl011(struct tree *t, const struct board_row *row)
{
	primecell(t, row, "arm,pl011", "uartclk");
	end(t);
}

static void node_pl031(struct tree *t, const struct board_row *row)
{
	primecell(t, row, "arm,pl031", NULL);
	end(t);
}

static void node_pl061(struct tree *t, const struct board_row *row)
{
	const u32 gpio[3] = {PHANDLE_GPIO, 3, 0};

	primecell(t, row, "arm,pl061", NULL);
	cell(t, "#gpio-cells", 2);
	flag(t, "gpio-controller");
	cell(t, "phandle", PHANDLE_GPIO);
	end(t);
	begin(t, "gpio-keys");
	string(t, "compatible", "gpio-keys");
	begin(t, "poweroff");
	string(t, "label", "GPIO Key Poweroff");
	cell(t, "linux,code", 116); /* KEY_POWER */
	cells(t, "gpios", gpio, 3);
	end(t);
	end(t);
}

static void node_fw_cfg(struct tree *t, const struct board_row *row)
{
	begin_at(t, "fw-cfg", row->base);
	string(t, "compatible", "qemu,fw-cfg-mmio");
	reg(t, row->base, 0x18);
	flag(t, "dma-coherent");
	end(t);
}

static void node_virtio(struct tree *t, const struct board_row *row)
{
	begin_at(t, "virtio_mmio", row->base);
	string(t, "compatible", "virtio,mmio");
	reg(t, row->base, VIRT_VIRTIO_STEP);
	interrupt(t, row->irq, EDGE);
	flag(t, "dma-coherent");
	end(t);
}

/* Both banks are one device to the guest: the node comes with the first. */
static void node_flash(struct tree *t, const struct board_row *row)
{
	const u32 value[8] = {0, VIRT_FLASH0, 0, VIRT_FLASH_SIZE, 0, VIRT_FLASH1, 0, VIRT_FLASH_SIZE};

	if (row->base != VIRT_FLASH0)
		return;
	begin_at(t, "flash", VIRT_FLASH0);
	string(t, "compatible", "cfi-flash");
	cells(t, "reg", value, 8);
	cell(t, "bank-width", 4);
	end(t);
}

static void node_pcie(struct tree *t, const struct board_row *row)
{
	const u32 ranges[] = {
		0x01000000, 0, 0, 0, VIRT_PCIE_PIO, 0, 0x10000,
		0x02000000, 0, VIRT_PCIE_MMIO, 0, VIRT_PCIE_MMIO, 0, VIRT_PCIE_MMIO_SIZE,
		0x03000000, VIRT_PCIE_HIGH >> 32, 0, VIRT_PCIE_HIGH >> 32, 0, VIRT_PCIE_HIGH >> 32, 0,
	};
	const u32 mask[4] = {0x1800, 0, 0, 7}, buses[2] = {0, 255};
	u32 map[16 * 10];

	for (unsigned slot = 0; slot < 4; slot++)
		for (unsigned pin = 0; pin < 4; pin++) {
			const u32 one[10] = {slot << 11, 0, 0, pin + 1, PHANDLE_GIC, 0, 0, SPI,
				(u32)row->irq + (slot + pin) % 4, LEVEL};

			memcpy(map + (slot * 4 + pin) * 10, one, sizeof(one));
		}
	begin_at(t, "pcie", VIRT_PCIE_MMIO);
	string(t, "compatible", "pci-host-ecam-generic");
	string(t, "device_type", "pci");
	cell(t, "#address-cells", 3);
	cell(t, "#size-cells", 2);
	cell(t, "linux,pci-domain", 0);
	cells(t, "bus-range", buses, 2);
	flag(t, "dma-coherent");
	reg(t, row->base, VIRT_PCIE_ECAM_SIZE);
	cells(t, "ranges", ranges, countof(ranges));
	cell(t, "#interrupt-cells", 1);
	cells(t, "interrupt-map", map, countof(map));
	cells(t, "interrupt-map-mask", mask, 4);
	end(t);
}

/* Types without a node (the timer's is not a device on the bus) are not here. */
static const struct {
	const struct dev_type *type;
	void (*node)(struct tree *t, const struct board_row *row);
} kinds[] = {
	{&pl011_type, node_pl011}, {&pl031_type, node_pl031}, {&pl061_type, node_pl061},
	{&fw_cfg_mem_type, node_fw_cfg}, {&virtio_mmio_type, node_virtio}, {&pflash_cfi_type, node_flash},
	{&pcie_ecam_type, node_pcie},
};

/* ---- the rest --------------------------------------------------------------------------------------------------- */

static void node_gic(struct tree *t, const struct virt *v)
{
	const u32 v2[16] = {0, VIRT_GIC, 0, 0x10000, 0, VIRT_GIC + GICV2_GICC, 0, 0x10000, 0, VIRT_GIC + GICV2_GICH, 0,
		0x10000, 0, VIRT_GIC + GICV2_GICV, 0, 0x10000};
	const u32 v3[8] = {0, VIRT_GIC, 0, 0x10000, 0, VIRT_GIC + GICV3_GICR, 0, 0xf60000};
	const u32 maintenance[3] = {PPI, GIC_PPI_MAINTENANCE - 16, LEVEL};

	begin_at(t, "intc", VIRT_GIC);
	string(t, "compatible", v->gic == 2 ? "arm,cortex-a15-gic" : "arm,gic-v3");
	cell(t, "#interrupt-cells", 3);
	flag(t, "interrupt-controller");
	cell(t, "#address-cells", 2);
	cell(t, "#size-cells", 2);
	flag(t, "ranges");
	if (v->gic == 2) {
		cells(t, "reg", v2, v->el2 ? 16 : 8);
	} else {
		cells(t, "reg", v3, 8);
		cell(t, "#redistributor-regions", 1);
	}
	if (v->el2)
		cells(t, "interrupts", maintenance, 3);
	cell(t, "phandle", PHANDLE_GIC);
	end(t);
}

static void node_timer(struct tree *t, const struct virt *v)
{
	static const u32 intids[4] = {GIC_PPI_TIMER_SEC, GIC_PPI_TIMER_PHYS, GIC_PPI_TIMER_VIRT, GIC_PPI_TIMER_HYP};
	u32 value[12];

	for (unsigned n = 0; n < 4; n++) {
		value[3 * n] = PPI;
		value[3 * n + 1] = intids[n] - 16;
		value[3 * n + 2] = LEVEL | (v->gic == 2 ? PPI_CPU0 : 0);
	}
	begin(t, "timer");
	strings(t, "compatible", "arm,armv8-timer", "arm,armv7-timer");
	cells(t, "interrupts", value, 12);
	flag(t, "always-on");
	end(t);
}

static void node_cpus(struct tree *t, const struct machine *m)
{
	const char *model = m->config.cpu_model ? m->config.cpu_model : m->board->default_cpu;
	const u32 pmu[3] = {PPI, GIC_PPI_PMU - 16, LEVEL | (virt_of(m)->gic == 2 ? PPI_CPU0 : 0)};
	char compatible[40];

	snprintf(compatible, sizeof(compatible), "arm,%.*s", (int)min_u64(strcspn(model, ","), 30), model);
	begin(t, "cpus");
	cell(t, "#address-cells", 1);
	cell(t, "#size-cells", 0);
	begin(t, "cpu-map");
	begin(t, "socket0");
	begin(t, "cluster0");
	begin(t, "core0");
	cell(t, "cpu", PHANDLE_CPU);
	end(t);
	end(t);
	end(t);
	end(t);
	begin(t, "cpu@0");
	string(t, "device_type", "cpu");
	string(t, "compatible", strncmp(model, "max", 3) ? compatible : "arm,armv8");
	cell(t, "reg", 0);
	cell(t, "phandle", PHANDLE_CPU);
	end(t);
	end(t);
	begin(t, "pmu");
	string(t, "compatible", "arm,armv8-pmuv3");
	cells(t, "interrupts", pmu, 3);
	end(t);
}

static void node_psci(struct tree *t, const struct virt *v)
{
	static const char compatible[] = "arm,psci-1.0\0arm,psci-0.2\0arm,psci";

	begin(t, "psci");
	keep(t, fdt_property(t->fdt, "compatible", compatible, sizeof(compatible)));
	string(t, "method", v->el2 ? "smc" : "hvc");
	cell(t, "cpu_suspend", 0xc4000001);
	cell(t, "cpu_off", 0x84000002);
	cell(t, "cpu_on", 0xc4000003);
	cell(t, "migrate", 0xc4000005);
	end(t);
}

static void node_clock(struct tree *t)
{
	begin(t, "apb-pclk");
	string(t, "compatible", "fixed-clock");
	cell(t, "#clock-cells", 0);
	cell(t, "clock-frequency", 24000000);
	string(t, "clock-output-names", "clk24mhz");
	cell(t, "phandle", PHANDLE_CLOCK);
	end(t);
}

/* Seeds are constants, so that runs repeat; a guest gets real entropy from nowhere in a deterministic machine. */
static void node_chosen(struct tree *t)
{
	static const u32 rng[8] = {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0x082efa98,
		0xec4e6c89};
	static const u32 kaslr[2] = {0x452821e6, 0x38d01377};
	char path[40];

	begin(t, "chosen");
	snprintf(path, sizeof(path), "/pl011@%x", VIRT_UART);
	string(t, "stdout-path", path);
	cells(t, "rng-seed", rng, 8);
	cells(t, "kaslr-seed", kaslr, 2);
	end(t);
}

static void node_memory(struct tree *t, const struct virt *v)
{
	begin_at(t, "memory", VIRT_RAM);
	string(t, "device_type", "memory");
	reg(t, VIRT_RAM, v->ram_size);
	end(t);
}

static int make(struct machine *m, void *fdt, int size)
{
	const struct virt *v = virt_of(m);
	struct tree t = {fdt, 0};

	keep(&t, fdt_create(fdt, size));
	keep(&t, fdt_finish_reservemap(fdt));
	begin(&t, "");
	string(&t, "compatible", "linux,dummy-virt");
	string(&t, "model", "linux,dummy-virt");
	cell(&t, "#address-cells", 2);
	cell(&t, "#size-cells", 2);
	cell(&t, "interrupt-parent", PHANDLE_GIC);
	node_chosen(&t);
	node_memory(&t, v);
	node_psci(&t, v);
	node_cpus(&t, m);
	node_timer(&t, v);
	node_gic(&t, v);
	node_clock(&t);
	for (const struct board_row *row = m->board->rows; row->type; row++)
		for (unsigned k = 0; k < countof(kinds); k++)
			if (kinds[k].type == row->type)
				kinds[k].node(&t, row);
	end(&t);
	keep(&t, fdt_finish(fdt));
	return t.status;
}

bool virt_make_tree(struct machine *m, struct err *err)
{
	const struct blob *given = &m->config.dtb;
	struct virt *v = virt_of(m);
	int status;

	v->tree_room = ROOM + given->size;
	v->tree = calloc(1, v->tree_room);
	if (!v->tree)
		return err_set(err, "out of memory");
	if (given->data) {
		if (given->size < sizeof(struct fdt_header) || fdt_check_full(given->data, given->size))
			return err_set(err, "-dtb %s: not a device tree, or a damaged one", given->name);
		memcpy(v->tree, given->data, given->size);
	} else {
		status = make(m, v->tree, ROOM);
		if (status)
			return err_set(err, "device tree: %s", fdt_strerror(status));
	}
	v->tree_size = fdt_totalsize(v->tree);
	m->device_tree = (struct blob){.name = "device tree", .data = v->tree, .size = v->tree_size};
	return true;
}

bool virt_finish_tree(struct machine *m, struct err *err)
{
	struct virt *v = virt_of(m);
	int chosen, status = fdt_open_into(v->tree, v->tree, (int)v->tree_room);

	if (!status) {
		chosen = fdt_path_offset(v->tree, "/chosen");
		if (chosen == -FDT_ERR_NOTFOUND)
			chosen = fdt_add_subnode(v->tree, 0, "chosen");
		status = chosen < 0 ? chosen : 0;
		if (!status && m->config.append)
			status = fdt_setprop_string(v->tree, chosen, "bootargs", m->config.append);
		if (!status && v->initrd_end)
			status = fdt_setprop_u64(v->tree, chosen, "linux,initrd-start", v->initrd_at);
		if (!status && v->initrd_end)
			status = fdt_setprop_u64(v->tree, chosen, "linux,initrd-end", v->initrd_end);
	}
	if (!status)
		status = fdt_pack(v->tree);
	if (status)
		return err_set(err, "%s: no room for the command line and the initrd in the device tree: %s",
			m->config.dtb.data ? m->config.dtb.name : "device tree", fdt_strerror(status));
	m->device_tree.size = v->tree_size = fdt_totalsize(v->tree);
	return true;
}
