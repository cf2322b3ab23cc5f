/* SPDX-License-Identifier: MIT */
/*
 * The devices of the board, each far enough to know that it is there, alive and on its interrupt: PL011 (DDI 0183),
 * PL031 (DDI 0224), PL061 (DDI 0190), fw_cfg, virtio-mmio slots, flash (CFI), the PCIe host bridge.
 */
#include "firmware/arm/lib/page.h"
#include "firmware/arm/test/gic.h"
#include "firmware/arm/test/suites.h"

static u64 read_id(u64 base)
{
	u64 id = 0;

	for (u32 n = 0; n < 8; n++) /* PeriphID0-3, PCellID0-3 */
		id |= (u64)(read32(base + 0xfe0 + 4 * n) & 0xff) << 8 * n;
	return id & ~0xf00000ull; /* without the revision */
}

static void end_interrupt(u32 id)
{
	if (id == ID_RTC)
		write32(RTC_BASE + 0x1c, 1);
	if (id == ID_UART)
		write32(UART_BASE + 0x44, 0x7ff);
	if (id == ID_GPIO)
		write32(GPIO_BASE + 0x41c, 0xff);
}

enum { UART_IMSC = 0x38, UART_RIS = 0x3c, UART_MIS = 0x40, UART_ICR = 0x44, UART_IBRD = 0x24, UART_TX = 0x20 };

static void check_uart(void)
{
	check("uart-id", read_id(UART_BASE), 0xb105f00d00041011);
	check("uart-idle", read32(UART_BASE + 0x18) & 0x90, 0x90); /* TXFE, RXFE */
	write32(UART_BASE + UART_IBRD, 0x1234);
	check("uart-ibrd", read32(UART_BASE + UART_IBRD), 0x1234);
	gic_forget();
	gic_state.called[ID_UART] = end_interrupt;
	write32(UART_BASE + UART_ICR, 0x7ff);
	check("uart-masked-status", read32(UART_BASE + UART_MIS), 0);
	con_puts("#\n"); /* something that leaves the transmitter */
	delay_us(1000);
	check("uart-raw-status", read32(UART_BASE + UART_RIS) & UART_TX, UART_TX);
	check("uart-line-low", gic_test(GICD_ISPENDR, ID_UART), 0);
	write32(UART_BASE + UART_IMSC, UART_TX);
	check("uart-line-high", gic_test(GICD_ISPENDR, ID_UART), 1);
	gic_enable(ID_UART, 0x80);
	gic_window();
	check("uart-interrupt", gic_state.count[ID_UART], 1);
	write32(UART_BASE + UART_IMSC, 0);
	write32(UART_BASE + UART_ICR, 0x7ff);
	check("uart-cleared", read32(UART_BASE + UART_RIS) & UART_TX, 0);
	gic_disable(ID_UART);
}

/* A level that stays up comes again and again; one that has gone down does not. */
static void check_level(void)
{
	gic_forget();
	gic_state.called[ID_UART] = NULL;
	gic_enable(ID_UART, 0x80);
	con_puts("#\n");
	write32(UART_BASE + UART_IMSC, UART_TX);
	check("level-acknowledge", gic_ack(), ID_UART);
	check("level-active-and-pending", gic_test(GICD_ISPENDR, ID_UART), 1);
	gic_eoi(ID_UART);
	check("level-again", gic_ack(), ID_UART);
	write32(UART_BASE + UART_IMSC, 0);
	check("level-down", gic_test(GICD_ISPENDR, ID_UART), 0);
	gic_eoi(ID_UART);
	check("level-gone", gic_ack(), GIC_SPURIOUS);
	write32(UART_BASE + UART_ICR, 0x7ff);
	gic_disable(ID_UART);
}

enum { RTC_DR = 0, RTC_MR = 4, RTC_LR = 8, RTC_CR = 12, RTC_IMSC = 16, RTC_RIS = 20, RTC_ICR = 28 };

static bool rtc_raised(void)
{
	return read32(RTC_BASE + RTC_RIS) & 1;
}

static bool rtc_twice(void)
{
	return gic_state.count[ID_RTC] == 2;
}

static void check_rtc(void)
{
	u32 now;

	check("rtc-id", read_id(RTC_BASE), 0xb105f00d00041031);
	check("rtc-runs", read32(RTC_BASE + RTC_CR) & 1, 1);
	write32(RTC_BASE + RTC_IMSC, 0);
	write32(RTC_BASE + RTC_ICR, 1);
	write32(RTC_BASE + RTC_LR, 1000000);
	now = read32(RTC_BASE + RTC_DR);
	check_range("rtc-load", now, 1000000, 1000002);
	gic_forget();
	gic_state.called[ID_RTC] = end_interrupt;
	gic_enable(ID_RTC, 0x80);
	write32(RTC_BASE + RTC_MR, now + 1);
	check("rtc-alarm-not-yet", read32(RTC_BASE + RTC_RIS), read32(RTC_BASE + RTC_DR) > now);
	check_true("rtc-alarm", gic_wait(rtc_raised, 3000000));
	check_range("rtc-time", read32(RTC_BASE + RTC_DR), now + 1, now + 4);
	check("rtc-masked", gic_test(GICD_ISPENDR, ID_RTC), 0);
	write32(RTC_BASE + RTC_IMSC, 1);
	gic_window();
	check("rtc-interrupt", gic_state.count[ID_RTC], 1);
	check("rtc-cleared", read32(RTC_BASE + RTC_RIS), 0);
	write32(RTC_BASE + RTC_MR, read32(RTC_BASE + RTC_DR) + 1);
	check_true("rtc-interrupt-again", gic_wait(rtc_twice, 3000000));
	write32(RTC_BASE + RTC_IMSC, 0);
	gic_disable(ID_RTC);
}

enum { GPIO_DIR = 0x400, GPIO_IS = 0x404, GPIO_IE = 0x410, GPIO_RIS = 0x414 };

static void check_gpio(void)
{
	check("gpio-id", read_id(GPIO_BASE), 0xb105f00d00041061);
	write32(GPIO_BASE + GPIO_DIR, 0xf0);
	write32(GPIO_BASE + 0x3fc, 0xa0); /* the data register behind a mask of all bits */
	check("gpio-data", read32(GPIO_BASE + 0x3fc) & 0xf0, 0xa0);
	write32(GPIO_BASE + (0x20 << 2), 0x00); /* only bit 5 */
	check("gpio-masked-write", read32(GPIO_BASE + 0x3fc) & 0xf0, 0x80);
	check("gpio-masked-read", read32(GPIO_BASE + (0x40 << 2)), 0);
	write32(GPIO_BASE + 0x3fc, 0);
	write32(GPIO_BASE + GPIO_DIR, 0);
}

/* The signature item and the file directory, by the registers of old (docs/specs/fw_cfg). */
static void check_fw_cfg(void)
{
	u32 signature = 0;

	write16(FW_CFG_BASE + 8, 0); /* big endian, so is 0 */
	for (u32 n = 0; n < 4; n++)
		signature = signature << 8 | read8(FW_CFG_BASE);
	check("fw-cfg-signature", signature, 0x51454d55);
	write16(FW_CFG_BASE + 8, 0x0100);
	check("fw-cfg-dma", read8(FW_CFG_BASE) & 3, 3);
	check("fw-cfg-dma-signature", read64(FW_CFG_BASE + 16), __builtin_bswap64(0x51454d5520434647));
}

static void check_virtio(void)
{
	u64 wrong = 0;

	for (u32 n = 0; n < VIRTIO_SLOTS; n++) {
		u64 slot = VIRTIO_BASE + n * VIRTIO_STEP;
		u32 version = read32(slot + 4);

		if (read32(slot) != 0x74726976 || (version != 1 && version != 2))
			wrong |= BIT(n);
	}
	check("virtio-slots", wrong, 0);
	if (virtio_console_find())
		/* a command that does nothing */
		check_true("virtio-console-takes-output", virtio_console_write(" 7 x "));
	else
		check_skip("virtio-console");
}

/* The host bridge that the device tree's generic ECAM wants, and an empty slot. Then flash. */
static void check_high(void)
{
	u64 device = PTE_AF | PTE_PXN | PTE_UXN | PTE_ATTR(ATTR_DEVICE);
	struct page_map map;

	page_map_init(&map, GRANULE_4K, 48);
	page_put_range(&map, ECAM_BASE, ECAM_BASE, 0x200000, device);
	page_put_range(&map, FLASH_BASE, FLASH_BASE, 0x200000, device);
	page_on(&map);
	check("pci-host-bridge", read32(ECAM_BASE), 0x00081b36);
	check("pci-host-bridge-class", read32(ECAM_BASE + 8) >> 8, 0x060000);
	check("pci-empty", read32(ECAM_BASE + (31 << 15)), 0xffffffff);
	write32(FLASH_BASE + 0x154, 0x00980098); /* query: two chips of 16 bits side by side */
	check("flash-query", (read32(FLASH_BASE + 0x40) & 0xff) << 16 | (read32(FLASH_BASE + 0x44) & 0xff) << 8 |
			(read32(FLASH_BASE + 0x48) & 0xff),
		0x515259);
	write32(FLASH_BASE, 0x00ff00ff);
	page_base();
}

void suite_board(void)
{
	gic_init();
	check("device-tree", boot_state.tree_found, 1);
	check_uart();
	check_level();
	check_rtc();
	check_gpio();
	check_fw_cfg();
	check_virtio();
	check_high();
	gic_init();
}
