/* SPDX-License-Identifier: MIT */
/* The ARM virt board as a table, and the solder that a table can't say: RAM, flash, the interrupt controller that
 * -M virt,gic-version= chooses, timers, PSCI.
 *
 *   processor -- timer -- GIC -- PL011, PL031, PL061 (power key), 32 virtio-mmio slots, PCIe
 *       |                        fw_cfg, two flash banks, RAM from 1 GiB on
 */
#include "devices/board/virt.h"

#include "devices/bus/fw_cfg.h"
#include "devices/bus/pcie_ecam.h"
#include "devices/disk/pflash_cfi.h"
#include "devices/irq/arm_bus.h"
#include "devices/irq/gic.h"
#include "devices/misc/pl061.h"
#include "devices/time/arm_timer.h"
#include "devices/types.h"
#include "devices/virtio/virtio_mmio.h"

#include <stdlib.h>

/* ---- -M virt,key=value ------------------------------------------------------------------------------------ */

static bool on_off(const char *key, const char *value, bool *on, struct err *err)
{
	*on = !strcmp(value, "on");
	return *on || !strcmp(value, "off") || err_set(err, "-M virt,%s=%s: on or off", key, value);
}

/* One "key=value". Some of QEMU's ask for what we do anyway. */
static bool take_option(struct virt *v, const char *key, const char *value, struct err *err)
{
	bool on;

	if (!strcmp(key, "gic-version")) {
		v->gic = !strcmp(value, "2") ? 2 : 3;
		return !strcmp(value, "2") || !strcmp(value, "3") || !strcmp(value, "max") ||
			err_set(err, "-M virt,gic-version=%s: 2, 3 or max", value);
	}
	if (!strcmp(key, "virtualization"))
		return on_off(key, value, &v->el2, err);
	if (!strcmp(key, "dumpdtb"))
		return *value || err_set(err, "-M virt,dumpdtb=: the file name is missing");
	if (!strcmp(key, "secure") || !strcmp(key, "mte") || !strcmp(key, "its") || !strcmp(key, "acpi"))
		return on_off(key, value, &on, err) &&
			(!on || err_set(err, "-M virt,%s=on: this version of the board has none", key));
	return err_set(err, "-M virt,%s: there is no such option: gic-version, virtualization, dumpdtb", key);
}

static bool take_options(struct machine *m, struct err *err)
{
	const char *s = m->config.board_opts;

	while (s && *s) {
		size_t n = strcspn(s, ","), nkey = strcspn(s, "=,");
		char key[32], value[256];

		if (nkey >= sizeof(key) || n - min_u64(n, nkey + 1) >= sizeof(value) || nkey == n)
			return err_set(err, "-M virt,%.*s: options are KEY=VALUE", (int)n, s);
		memcpy(key, s, nkey);
		key[nkey] = 0;
		memcpy(value, s + nkey + 1, n - nkey - 1);
		value[n - nkey - 1] = 0;
		if (!take_option(virt_of(m), key, value, err))
			return false;
		s += n + (s[n] == ',');
	}
	return true;
}

/* ---- memory -------------------------------------------------------------------------------------------------- */

static bool prepare(struct machine *m, struct err *err)
{
	u64 size = m->config.ram_size;
	struct virt *v;

	if (size < 16 << 20 || size % (1 << 20) || size > 255ull << 30)
		return err_set(err, "-m: %llu KiB: virt takes 16 MiB to 255 GiB, in whole MiB",
			(unsigned long long)(size >> 10));
	v = calloc(1, sizeof(*v));
	if (!v)
		return err_set(err, "out of memory");
	m->board_data = v;
	v->gic = 2;
	v->el2 = true;
	v->ram_size = size;
	if (!take_options(m, err))
		return false;
	arm_from(m->cpu)->vhost = v->el2;
	if (!ram_init(&v->ram, "virt.ram", size, false, err))
		return err_prefix(err, "-m");
	v->ram_region = (struct region){.name = "ram", .base = VIRT_RAM, .size = size, .on = true, .kind = REGION_RAM,
		.ram = &v->ram};
	space_add(&m->memory, &v->ram_region);
	return true;
}

/* -bios fills the first bank, -pflash both. */
static bool load_flash(struct machine *m, struct err *err)
{
	static const char *const ids[2] = {"flash0", "flash1"};

	for (unsigned n = 0; n < 2; n++) {
		struct dev *d = dev_find(m, ids[n]);
		const struct blob *b = n == 0 && m->config.bios.data ? &m->config.bios : &m->config.pflash[n];

		if (!b->data)
			continue;
		if (b->size > VIRT_FLASH_SIZE)
			return err_set(err, "%s %s: %zu bytes: a flash bank has 64 MiB",
				b == &m->config.bios ? "-bios" : "-pflash", b->name, b->size);
		pflash_load(d, b->data, b->size);
		if (m->config.pflash_file[n].size)
			pflash_connect(d, &m->config.pflash_file[n]);
	}
	return true;
}

/* ---- wires ------------------------------------------------------------------------------------------------------ */

static bool firmware_call(void *arg, bool smc)
{
	struct machine *m = ((struct dev *)arg)->machine;

	/* The conduit is the instruction that the device tree names; the other one is not ours. */
	return smc == virt_of(m)->el2 && psci_call(m, arm_from(m->cpu));
}

static bool wire(struct machine *m, struct err *err)
{
	struct virt *v = virt_of(m);
	const struct board_row gic_row = {
		.type = v->gic == 2 ? &gicv2_type : &gicv3_type, .id = "gic", .at = AT_MEM, .base = VIRT_GIC, .irq = -1,
		.opts = v->el2 ? "virt=1" : NULL,
	};
	struct dev *gic;

	if (!dev_add(m, &gic_row, err))
		return false;
	gic = dev_find(m, "gic");
	for (unsigned n = 0; n < MACHINE_IRQS; n++)
		m->irqs[n] = dev_pin(gic, n);
	arm_bus_connect(m, gic, dev_find(m, "timer"));
	arm_from(m->cpu)->bus.firmware = firmware_call;
	dev_connect(dev_find(m, "power-key"), GPIO_KEY_OUT, dev_pin(dev_find(m, "gpio"), 3));
	m->power_button = dev_pin(dev_find(m, "power-key"), GPIO_KEY_PIN_PRESS);
	fw_cfg_set_number(dev_find(m, "fw_cfg"), FW_CFG_RAM_SIZE, 8, v->ram_size);
	return load_flash(m, err) && virtio_mmio_plug_all(m, err) && virt_make_tree(m, err);
}

static void finish(struct machine *m)
{
	struct virt *v = virt_of(m);

	if (!v)
		return;
	ram_free(&v->ram);
	free(v->tree);
	free(v);
	m->board_data = NULL;
}

#define MEM(t, name, address, irq_, options) \
	{.type = &t, .id = name, .at = AT_MEM, .base = address, .irq = irq_, .opts = options}
#define VIRTIO(n) MEM(virtio_mmio_type, "virtio" #n, VIRT_VIRTIO + n * VIRT_VIRTIO_STEP, VIRT_IRQ_VIRTIO + n, NULL)

static const struct board_row rows[] = {
	{.type = &arm_timer_type, .id = "timer", .irq = -1},
	MEM(pflash_cfi_type, "flash0", VIRT_FLASH0, -1, NULL),
	MEM(pflash_cfi_type, "flash1", VIRT_FLASH1, -1, NULL),
	MEM(pl011_type, "serial0", VIRT_UART, VIRT_IRQ_UART, "index=0"),
	MEM(pl031_type, "rtc", VIRT_RTC, VIRT_IRQ_RTC, NULL),
	MEM(fw_cfg_mem_type, "fw_cfg", VIRT_FW_CFG, -1, NULL),
	MEM(pl061_type, "gpio", VIRT_GPIO, VIRT_IRQ_GPIO, NULL),
	{.type = &gpio_key_type, .id = "power-key", .irq = -1},
	MEM(pcie_ecam_type, "pcie", VIRT_PCIE_ECAM, VIRT_IRQ_PCIE, NULL),
	VIRTIO(0), VIRTIO(1), VIRTIO(2), VIRTIO(3), VIRTIO(4), VIRTIO(5), VIRTIO(6), VIRTIO(7),
	VIRTIO(8), VIRTIO(9), VIRTIO(10), VIRTIO(11), VIRTIO(12), VIRTIO(13), VIRTIO(14), VIRTIO(15),
	VIRTIO(16), VIRTIO(17), VIRTIO(18), VIRTIO(19), VIRTIO(20), VIRTIO(21), VIRTIO(22), VIRTIO(23),
	VIRTIO(24), VIRTIO(25), VIRTIO(26), VIRTIO(27), VIRTIO(28), VIRTIO(29), VIRTIO(30), VIRTIO(31),
	{0},
};

const struct board virt_board = {
	.name = "virt", .about = "ARM machine of virtual devices, as QEMU's virt",
	.cpu = &arm_ops, .drive_if = "virtio", .default_cpu = "cortex-a72",
	.rows = rows, .prepare = prepare, .wire = wire, .boot = virt_boot, .finish = finish,
	.list_plugs = virtio_mmio_list_plugs,
};
