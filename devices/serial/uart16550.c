/* SPDX-License-Identifier: MIT */
/* The PC's serial port, after National Semiconductor's PC16550D datasheet (section 8, registers). The transmitter is
 * instant: a byte written is a byte sent, so THR is always empty; a real baud rate would only make the guest spend
 * instructions on waiting. The receiver takes host input into its FIFO as the guest makes room; bytes that do not
 * fit yet wait in `pending`, as they would in a modem with flow control. */
#include "devices/machine.h"
#include "devices/misc/testdev.h"
#include "devices/types.h"

enum { FIFO_SIZE = 16, PENDING_SIZE = 4096, CLOCK_HZ = 1843200 };
enum { IER_RDA = 1, IER_THRE = 2, IER_RLS = 4, IER_MS = 8 };
enum { IIR_NONE = 1, IIR_MS = 0, IIR_THRE = 2, IIR_RDA = 4, IIR_RLS = 6, IIR_TIMEOUT = 12, IIR_FIFO = 0xc0 };
enum { FCR_ENABLE = 1, FCR_CLEAR_RX = 2, FCR_CLEAR_TX = 4 };
enum { LCR_BREAK = 0x40, LCR_DLAB = 0x80 };
enum { MCR_DTR = 1, MCR_RTS = 2, MCR_OUT1 = 4, MCR_OUT2 = 8, MCR_LOOP = 16 };
enum { LSR_DR = 1, LSR_OE = 2, LSR_BI = 16, LSR_THRE = 32, LSR_TEMT = 64 };
enum { MSR_DCTS = 1, MSR_DDSR = 2, MSR_TERI = 4, MSR_DDCD = 8, MSR_CTS = 16, MSR_DSR = 32, MSR_RI = 64, MSR_DCD = 128 };

struct uart {
	u16 pending_head, pending_count;
	u8 ier, fcr, lcr, mcr, msr, scr, dll, dlm;
	u8 overrun;
	u8 thre_pending; /* the THR-empty interrupt waits to be read or written away */
	u8 timeout;      /* characters below the trigger level have waited long enough */
	u8 fifo[FIFO_SIZE];
	u8 head, count;
	u8 pending[PENDING_SIZE];
	u8 pad[7];
	struct event timer;
};

struct uart_links {
	struct reg_map map;
	struct line irq;
	struct host_char out;
};

static const struct state_field rows[] = {
	STATE_U(struct uart, ier), STATE_U(struct uart, fcr), STATE_U(struct uart, lcr), STATE_U(struct uart, mcr),
	STATE_U(struct uart, msr), STATE_U(struct uart, scr), STATE_U(struct uart, dll), STATE_U(struct uart, dlm),
	STATE_U(struct uart, overrun), STATE_U(struct uart, thre_pending), STATE_U(struct uart, timeout),
	STATE_RAW(struct uart, fifo), STATE_U(struct uart, head), STATE_U(struct uart, count),
	STATE_RAW(struct uart, pending), STATE_U(struct uart, pending_head), STATE_U(struct uart, pending_count),
	STATE_SKIP(struct uart, pad), STATE_SUB(struct uart, timer, event_rows), STATE_END,
};

/* ---- interrupt ----------------------------------------------------------------------------------------- */

static unsigned trigger_level(const struct uart *u)
{
	static const u8 levels[4] = {1, 4, 8, 14};

	return u->fcr & FCR_ENABLE ? levels[u->fcr >> 6] : 1;
}

/* Table 4 of the datasheet: priority of the interrupt sources. */
static u8 interrupt_id(const struct uart *u)
{
	u8 id = IIR_NONE;

	if ((u->ier & IER_RLS) && u->overrun)
		id = IIR_RLS;
	else if ((u->ier & IER_RDA) && u->count >= trigger_level(u))
		id = IIR_RDA;
	else if ((u->ier & IER_RDA) && u->timeout && u->count)
		id = IIR_TIMEOUT;
	else if ((u->ier & IER_THRE) && u->thre_pending)
		id = IIR_THRE;
	else if ((u->ier & IER_MS) && (u->msr & 15))
		id = IIR_MS;
	return id | (u->fcr & FCR_ENABLE ? IIR_FIFO : 0);
}

/* On a PC the pin reaches the bus through a driver that OUT2 enables. */
static void update(struct dev *d)
{
	struct uart *u = d->state;
	struct uart_links *l = d->links;

	line_set(&l->irq, !(interrupt_id(u) & IIR_NONE) && (u->mcr & (MCR_OUT2 | MCR_LOOP)) == MCR_OUT2);
}

/* ---- receiver ---------------------------------------------------------------------------------------------- */

static u64 character_time(const struct uart *u)
{
	u64 divisor = u->dlm << 8 | u->dll;
	u64 bits_per_char = 2 + 5 + (u->lcr & 3) + (u->lcr >> 3 & 1) + (u->lcr >> 2 & 1);

	return clock_muldiv(CLOCK_SECOND, 16 * (divisor ? divisor : 1) * bits_per_char, CLOCK_HZ);
}

static void receive(struct dev *d, u8 byte)
{
	struct uart *u = d->state;
	unsigned size = u->fcr & FCR_ENABLE ? FIFO_SIZE : 1;

	if (u->count >= size) {
		u->overrun = 1;
		return;
	}
	u->fifo[(u->head + u->count++) % FIFO_SIZE] = byte;
	event_at(&u->timer, clock_now(&d->machine->clock) + 4 * character_time(u));
}

static void refill(struct dev *d)
{
	struct uart *u = d->state;
	unsigned size = u->fcr & FCR_ENABLE ? FIFO_SIZE : 1;

	while (u->pending_count && u->count < size) {
		receive(d, u->pending[u->pending_head]);
		u->pending_head = (u16)((u->pending_head + 1) % PENDING_SIZE);
		u->pending_count--;
	}
}

static void on_timeout(void *arg)
{
	struct dev *d = arg;
	struct uart *u = d->state;

	u->timeout = u->count > 0;
	update(d);
}

static void input(struct dev *d, enum input_kind kind, const void *data, size_t n)
{
	struct uart *u = d->state;
	const u8 *bytes = data;

	if (kind != INPUT_BYTES || (u->mcr & MCR_LOOP))
		return;
	for (size_t i = 0; i < n && u->pending_count < PENDING_SIZE; i++)
		u->pending[(u->pending_head + u->pending_count++) % PENDING_SIZE] = bytes[i];
	refill(d);
	update(d);
}

static size_t room(struct dev *d)
{
	struct uart *u = d->state;

	return u->mcr & MCR_LOOP ? 0 : PENDING_SIZE - u->pending_count;
}

/* ---- registers ----------------------------------------------------------------------------------------------- */

static bool dlab(const struct dev *d)
{
	return ((const struct uart *)d->state)->lcr & LCR_DLAB;
}

static u64 rbr_read(struct dev *d, unsigned index, u64 stored)
{
	struct uart *u = d->state;
	u8 v = u->count ? u->fifo[u->head] : 0;

	(void)index;
	(void)stored;
	if (u->count) {
		u->head = (u8)((u->head + 1) % FIFO_SIZE);
		u->count--;
	}
	u->timeout = 0;
	refill(d);
	if (u->count)
		event_at(&u->timer, clock_now(&d->machine->clock) + 4 * character_time(u));
	else
		event_cancel(&u->timer);
	update(d);
	return v;
}

static void thr_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct uart *u = d->state;
	struct uart_links *l = d->links;
	u8 byte = (u8)now;

	(void)index;
	(void)old;
	if (u->mcr & MCR_LOOP)
		receive(d, byte);
	else if (l->out.write)
		l->out.write(l->out.arg, &byte, 1);
	u->thre_pending = 1;
	update(d);
}

static void ier_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct uart *u = d->state;

	(void)index;
	if (now & ~old & IER_THRE) /* enabling it while THR is empty asks at once (8.6.4) */
		u->thre_pending = 1;
	update(d);
}

static u64 iir_read(struct dev *d, unsigned index, u64 stored)
{
	struct uart *u = d->state;
	u8 id = interrupt_id(u);

	(void)index;
	(void)stored;
	if ((id & 15) == IIR_THRE) {
		u->thre_pending = 0;
		update(d);
	}
	return id;
}

static void fcr_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct uart *u = d->state;

	(void)index;
	(void)old;
	if ((now ^ u->fcr) & FCR_ENABLE)
		now |= FCR_CLEAR_RX;
	if (now & FCR_CLEAR_RX) {
		u->count = u->timeout = 0;
		event_cancel(&u->timer);
	}
	u->fcr = now & FCR_ENABLE ? now & 0xc9 : 0;
	refill(d);
	update(d);
}

static void mcr_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct uart *u = d->state;
	u8 lines = MSR_CTS | MSR_DSR | MSR_DCD, changed;

	(void)index;
	(void)old;
	if (now & MCR_LOOP)
		lines = (u8)((now & MCR_RTS ? MSR_CTS : 0) | (now & MCR_DTR ? MSR_DSR : 0) |
			(now & MCR_OUT1 ? MSR_RI : 0) | (now & MCR_OUT2 ? MSR_DCD : 0));
	changed = (u8)(lines ^ u->msr);
	u->msr = (u8)((u->msr & 15) | lines | (changed & MSR_CTS ? MSR_DCTS : 0) | (changed & MSR_DSR ? MSR_DDSR : 0) |
		      (changed & MSR_DCD ? MSR_DDCD : 0) | (changed & ~lines & MSR_RI ? MSR_TERI : 0));
	refill(d);
	update(d);
}

static u64 lsr_read(struct dev *d, unsigned index, u64 stored)
{
	struct uart *u = d->state;
	u64 v = LSR_THRE | LSR_TEMT | (u->count ? LSR_DR : 0) | (u->overrun ? LSR_OE : 0);

	(void)index;
	(void)stored;
	u->overrun = 0;
	update(d);
	return v;
}

static u64 msr_read(struct dev *d, unsigned index, u64 stored)
{
	struct uart *u = d->state;

	(void)index;
	u->msr &= 0xf0;
	update(d);
	return stored;
}

static const struct reg regs[] = {
	{"DLL", 0, 1, REG_MEMBER(struct uart, dll), .reset = 12, .wmask = 0xff, .when = dlab, .doc = "divisor latch, low"},
	{"RBR/THR", 0, 1, .read = rbr_read, .wrote = thr_wrote, .doc = "receiver buffer; transmitter holding"},
	{"DLM", 1, 1, REG_MEMBER(struct uart, dlm), .wmask = 0xff, .when = dlab, .doc = "divisor latch, high"},
	{"IER", 1, 1, REG_MEMBER(struct uart, ier), .wmask = 0x0f, .wrote = ier_wrote, .doc = "interrupt enable"},
	{"IIR/FCR", 2, 1, .read = iir_read, .wrote = fcr_wrote, .doc = "interrupt identification; FIFO control"},
	{"LCR", 3, 1, REG_MEMBER(struct uart, lcr), .wmask = 0xff, .doc = "line control"},
	{"MCR", 4, 1, REG_MEMBER(struct uart, mcr), .wmask = 0x1f, .wrote = mcr_wrote, .doc = "modem control"},
	{"LSR", 5, 1, .read = lsr_read, .doc = "line status"},
	{"MSR", 6, 1, REG_MEMBER(struct uart, msr), .reset = 0xb0, .read = msr_read, .doc = "modem status"},
	{"SCR", 7, 1, REG_MEMBER(struct uart, scr), .wmask = 0xff, .doc = "scratch"},
};

static const struct reg_bank bank = {"uart16550", regs, countof(regs), 8, 1, 1, 0};
static const struct reg_bank *const banks[] = {&bank, NULL};

static void reset(struct dev *d)
{
	struct uart *u = d->state;

	reg_reset(d, &bank);
	u->fcr = u->overrun = u->thre_pending = u->timeout = u->head = u->count = 0;
	u->pending_head = u->pending_count = 0;
	event_cancel(&u->timer);
	update(d);
}

/* Option index=N: which of the front end's serial lines this is. */
static bool attach(struct dev *d, const struct board_row *row, struct err *err)
{
	struct uart *u = d->state;
	struct uart_links *l = d->links;
	u64 index = dev_option_number(row->opts, "index", 0);

	if (index >= countof(d->machine->config.serial))
		return err_set(err, "index=%llu: there is no such serial line", (unsigned long long)index);
	l->out = d->machine->config.serial[index];
	if (l->out.write == testdev_channel)
		return err_set(err, "-serial: this port can't lead to a testdev");
	l->irq = machine_irq(d->machine, row->irq);
	event_init(&u->timer, &d->machine->clock, "uart receive timeout", on_timeout, d);
	dev_map(d, row, &l->map, &bank);
	return true;
}

const struct dev_type uart16550_type = {
	.name = "uart16550", .about = "16550A serial port", .version = 1,
	.state_size = sizeof(struct uart), .links_size = sizeof(struct uart_links),
	.banks = banks, .state = rows,
	.attach = attach, .reset = reset, .input = input, .room = room,
};
