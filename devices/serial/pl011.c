/* SPDX-License-Identifier: MIT */
/* ARM's PrimeCell UART PL011 (DDI 0183, chapter 3; revision r1p1: FIFOs of 16). The transmitter is instant and sends
 * whether enabled or not, as guests expect that never had firmware set it up: a real baud rate would only make them
 * spend instructions on waiting. The receiver takes host input into its FIFO as the guest makes room; bytes that do
 * not fit yet wait in `pending`, as behind flow control, so that only loop-back can overrun. */
#include "devices/machine.h"
#include "devices/misc/testdev.h"
#include "devices/types.h"

enum { FIFO_SIZE = 16, PENDING_SIZE = 4096, UARTCLK = 24000000 };
enum { DR_BE = 1 << 10, DR_OE = 1 << 11, RSR_OE = 8 };
enum { FR_CTS = 1, FR_DSR = 2, FR_DCD = 4, FR_RXFE = 16, FR_RXFF = 64, FR_TXFE = 128, FR_RI = 256 };
enum { LCR_BRK = 1, LCR_FEN = 16 };
enum { CR_LBE = 1 << 7, CR_DTR = 1 << 10, CR_RTS = 1 << 11, CR_OUT1 = 1 << 12, CR_OUT2 = 1 << 13 };
enum {
	INT_RI = 1, INT_CTS = 2, INT_DCD = 4, INT_DSR = 8, INT_RX = 16, INT_TX = 32, INT_RT = 64,
	INT_BE = 1 << 9, INT_OE = 1 << 10,
};

struct pl011 {
	u32 ibrd, fbrd, lcr_h, cr, ifls, imsc, ris, dmacr, ilpr;
	u32 divisor; /* in 64ths: IBRD and FBRD as of the last write of LCR_H (3.3.6) */
	u32 rsr, modem; /* FR_CTS ... as last seen */
	struct testdev test;
	u16 pending_head, pending_count;
	u8 head, count;
	u8 overrun; /* characters were lost since the last that found room */
	u8 pad[1];
	u16 fifo[FIFO_SIZE]; /* with the error bits of DR */
	u8 pending[PENDING_SIZE];
	struct event timer;
};

struct pl011_links {
	struct reg_map map;
	struct line irq;
	struct host_char out;
};

static const struct state_field rows[] = {
	STATE_U(struct pl011, ibrd), STATE_U(struct pl011, fbrd), STATE_U(struct pl011, lcr_h),
	STATE_U(struct pl011, cr), STATE_U(struct pl011, ifls), STATE_U(struct pl011, imsc), STATE_U(struct pl011, ris),
	STATE_U(struct pl011, dmacr), STATE_U(struct pl011, ilpr), STATE_U(struct pl011, divisor),
	STATE_U(struct pl011, rsr), STATE_U(struct pl011, modem), STATE_SUB(struct pl011, test, testdev_rows),
	STATE_U(struct pl011, pending_head),
	STATE_U(struct pl011, pending_count), STATE_U(struct pl011, head), STATE_U(struct pl011, count),
	STATE_U(struct pl011, overrun), STATE_SKIP(struct pl011, pad), STATE_U_ARRAY(struct pl011, fifo),
	STATE_RAW(struct pl011, pending), STATE_SUB(struct pl011, timer, event_rows), STATE_END,
};

static void update(struct dev *d)
{
	const struct pl011 *s = d->state;
	const struct pl011_links *l = d->links;

	line_set(&l->irq, s->ris & s->imsc);
}

/* ---- receiver ----------------------------------------------------------------------------------------------- */

static unsigned fifo_size(const struct pl011 *s)
{
	return s->lcr_h & LCR_FEN ? FIFO_SIZE : 1;
}

/* 3.3.9: an eighth, a quarter, half, three quarters, seven eighths. */
static unsigned trigger_level(const struct pl011 *s)
{
	static const u8 levels[8] = {2, 4, 8, 12, 14, 14, 14, 14};

	return s->lcr_h & LCR_FEN ? levels[s->ifls >> 3 & 7] : 1;
}

/* 2.8.5: no character for 32 bit periods while the FIFO is not empty. A bit is 16 clocks times the divisor. */
static void start_timeout(struct dev *d)
{
	struct pl011 *s = d->state;
	u64 clocks = 32ull * 16 * (s->divisor ? s->divisor : 64) / 64;

	event_at(&s->timer, clock_now(&d->machine->clock) + clock_muldiv(CLOCK_SECOND, clocks, UARTCLK));
}

static void on_timeout(void *arg)
{
	struct dev *d = arg;
	struct pl011 *s = d->state;

	if (s->count)
		s->ris |= INT_RT;
	update(d);
}

static void receive(struct dev *d, u16 character)
{
	struct pl011 *s = d->state;

	if (s->count >= fifo_size(s)) {
		s->overrun = 1;
		s->rsr |= RSR_OE;
		s->ris |= INT_OE;
		return;
	}
	s->overrun = 0;
	s->fifo[(s->head + s->count++) % FIFO_SIZE] = character;
	if (s->count >= trigger_level(s))
		s->ris |= INT_RX;
	if (character & DR_BE)
		s->ris |= INT_BE;
	start_timeout(d);
}

static void refill(struct dev *d)
{
	struct pl011 *s = d->state;

	while (s->pending_count && s->count < fifo_size(s)) {
		receive(d, s->pending[s->pending_head]);
		s->pending_head = (u16)((s->pending_head + 1) % PENDING_SIZE);
		s->pending_count--;
	}
}

static void input(struct dev *d, enum input_kind kind, const void *data, size_t n)
{
	struct pl011 *s = d->state;
	const u8 *bytes = data;

	if (kind != INPUT_BYTES || (s->cr & CR_LBE))
		return;
	for (size_t i = 0; i < n && s->pending_count < PENDING_SIZE; i++)
		s->pending[(s->pending_head + s->pending_count++) % PENDING_SIZE] = bytes[i];
	refill(d);
	update(d);
}

static size_t room(struct dev *d)
{
	const struct pl011 *s = d->state;

	return s->cr & CR_LBE ? 0 : PENDING_SIZE - s->pending_count;
}

/* The receive interrupt goes away below the trigger level, the time-out with the last character (2.8.2, 2.8.5). */
static u64 dr_read(struct dev *d, unsigned index, u64 stored)
{
	struct pl011 *s = d->state;
	u16 v = s->count ? s->fifo[s->head] : 0;

	(void)index;
	(void)stored;
	if (s->overrun)
		v |= DR_OE;
	if (s->count) {
		s->head = (u8)((s->head + 1) % FIFO_SIZE);
		s->count--;
		s->rsr = (s->rsr & RSR_OE) | (v >> 8);
	}
	if (s->count < trigger_level(s))
		s->ris &= ~(u32)INT_RX;
	if (!s->count) {
		s->ris &= ~(u32)INT_RT;
		event_cancel(&s->timer);
	} else {
		start_timeout(d);
	}
	refill(d);
	update(d);
	return v;
}

/* ---- transmitter and control -------------------------------------------------------------------------------- */

/* The FIFO passes its trigger level downwards with every character. */
static void dr_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct pl011 *s = d->state;
	const struct pl011_links *l = d->links;
	u8 byte = (u8)now;

	(void)index;
	(void)old;
	if (s->cr & CR_LBE)
		receive(d, byte);
	else
		testdev_out(&s->test, d->machine, &l->out, &byte, 1);
	s->ris |= INT_TX;
	update(d);
}

static void ecr_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index;
	(void)old;
	(void)now;
	((struct pl011 *)d->state)->rsr = 0;
}

static u64 fr_read(struct dev *d, unsigned index, u64 stored)
{
	const struct pl011 *s = d->state;

	(void)index;
	(void)stored;
	return s->modem | FR_TXFE | (s->count ? 0 : FR_RXFE) | (s->count >= fifo_size(s) ? FR_RXFF : 0);
}

/* Switching the FIFOs empties them; a break that loops back is a character of zeros (3.3.7). */
static void lcr_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct pl011 *s = d->state;

	(void)index;
	s->divisor = s->ibrd << 6 | s->fbrd;
	if ((old ^ now) & LCR_FEN) {
		s->count = s->overrun = 0;
		s->ris &= ~(u32)(INT_RX | INT_RT);
		event_cancel(&s->timer);
	}
	if ((now & ~old & LCR_BRK) && (s->cr & CR_LBE))
		receive(d, DR_BE);
	refill(d);
	update(d);
}

/* No modem is connected; in loop-back the outputs arrive as inputs (3.3.8, LBE). */
static void cr_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct pl011 *s = d->state;
	u32 lines = 0, changed;

	(void)index;
	(void)old;
	if (now & CR_LBE)
		lines = (now & CR_RTS ? FR_CTS : 0) | (now & CR_DTR ? FR_DSR : 0) | (now & CR_OUT1 ? FR_DCD : 0) |
			(now & CR_OUT2 ? FR_RI : 0);
	changed = lines ^ s->modem;
	s->modem = lines;
	s->ris |= (changed & FR_CTS ? INT_CTS : 0) | (changed & FR_DSR ? INT_DSR : 0) |
		  (changed & FR_DCD ? INT_DCD : 0) | (changed & FR_RI ? INT_RI : 0);
	refill(d);
	update(d);
}

static void changed(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index;
	(void)old;
	(void)now;
	update(d);
}

static u64 mis_read(struct dev *d, unsigned index, u64 stored)
{
	const struct pl011 *s = d->state;

	(void)index;
	(void)stored;
	return s->ris & s->imsc;
}

static void icr_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index;
	(void)old;
	((struct pl011 *)d->state)->ris &= ~(u32)now;
	update(d);
}

static u64 id_read(struct dev *d, unsigned index, u64 stored)
{
	static const u8 id[8] = {0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

	(void)d;
	(void)stored;
	return id[index];
}

#define MEMBER(m) REG_MEMBER(struct pl011, m)

static const struct reg regs[] = {
	{"UARTDR", 0x00, 4, .read = dr_read, .wrote = dr_wrote, .doc = "data: received with its errors; sent"},
	{"UARTRSR/ECR", 0x04, 4, MEMBER(rsr), .wrote = ecr_wrote, .doc = "receive status; any write clears it"},
	{"UARTFR", 0x18, 4, .read = fr_read, .doc = "flags"},
	{"UARTILPR", 0x20, 4, MEMBER(ilpr), .wmask = 0xff, .doc = "IrDA low-power counter (no effect)"},
	{"UARTIBRD", 0x24, 4, MEMBER(ibrd), .wmask = 0xffff, .doc = "baud rate divisor, integer part"},
	{"UARTFBRD", 0x28, 4, MEMBER(fbrd), .wmask = 0x3f, .doc = "baud rate divisor, 64ths"},
	{"UARTLCR_H", 0x2c, 4, MEMBER(lcr_h), .wmask = 0xff, .wrote = lcr_wrote, .doc = "line control"},
	{"UARTCR", 0x30, 4, MEMBER(cr), .reset = 0x300, .wmask = 0xff87, .wrote = cr_wrote, .doc = "control"},
	{"UARTIFLS", 0x34, 4, MEMBER(ifls), .reset = 0x12, .wmask = 0x3f, .doc = "interrupt FIFO levels"},
	{"UARTIMSC", 0x38, 4, MEMBER(imsc), .wmask = 0x7ff, .wrote = changed, .doc = "interrupt mask: 1 lets it through"},
	{"UARTRIS", 0x3c, 4, MEMBER(ris), .doc = "raw interrupts"},
	{"UARTMIS", 0x40, 4, .read = mis_read, .doc = "masked interrupts"},
	{"UARTICR", 0x44, 4, .wrote = icr_wrote, .doc = "interrupt clear"},
	{"UARTDMACR", 0x48, 4, MEMBER(dmacr), .wmask = 7, .doc = "DMA control (no effect)"},
	{"UARTID", 0xfe0, 4, .count = 8, .read = id_read, .doc = "PeriphID0-3, PCellID0-3"},
};

static const struct reg_bank bank = {"pl011", regs, countof(regs), 0x1000, 1, 4, 0};
static const struct reg_bank *const banks[] = {&bank, NULL};

static void reset(struct dev *d)
{
	struct pl011 *s = d->state;

	reg_reset(d, &bank);
	s->divisor = s->modem = 0;
	s->head = s->count = s->overrun = 0;
	s->pending_head = s->pending_count = 0;
	s->test = (struct testdev){0};
	event_cancel(&s->timer);
	update(d);
}

/* Option index=N: which of the front end's serial lines this is. */
static bool attach(struct dev *d, const struct board_row *row, struct err *err)
{
	struct pl011 *s = d->state;
	struct pl011_links *l = d->links;
	u64 index = dev_option_number(row->opts, "index", 0);

	if (index >= countof(d->machine->config.serial))
		return err_set(err, "index=%llu: there is no such serial line", (unsigned long long)index);
	l->out = d->machine->config.serial[index];
	l->irq = machine_irq(d->machine, row->irq);
	event_init(&s->timer, &d->machine->clock, "pl011 receive timeout", on_timeout, d);
	dev_map(d, row, &l->map, &bank);
	return true;
}

const struct dev_type pl011_type = {
	.name = "pl011", .about = "PL011 serial port", .version = 1,
	.state_size = sizeof(struct pl011), .links_size = sizeof(struct pl011_links),
	.banks = banks, .state = rows,
	.attach = attach, .reset = reset, .input = input, .room = room,
};
