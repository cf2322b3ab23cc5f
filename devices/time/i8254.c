/* SPDX-License-Identifier: MIT */
/* The 8254 programmable interval timer, from Intel's data sheet (231164-005): six modes, binary and BCD, counter and
 * status latches; with the PC's port 61h around channel 2. A counter is brought up to date when somebody looks or
 * an output is due to change: counts are those of the CLK edges since power-on, so nothing drifts. */
#include "devices/time/i8254.h"

#include "devices/machine.h"
#include "devices/types.h"

#define FOREVER    (~0ull)
#define REFRESH_NS 15085 /* half a period of port 61h bit 4: one memory refresh of the AT */

enum { PORT61_GATE2 = 1 << 0, PORT61_SPEAKER = 1 << 1, PORT61_REFRESH = 1 << 4, PORT61_OUT2 = 1 << 5 };
enum { RW_LSB = 1, RW_MSB = 2, RW_BOTH = 3 };

struct counter {
	u64 at;          /* CLK edges since power-on that are accounted for */
	u32 ce;          /* counting element; 65536 (10000 in BCD) only straight after loading 0 */
	u16 cr;          /* count register as written */
	u16 latched;     /* output latch, when latch_bytes says that it holds something */
	u8 control;      /* the control word: RW in bits 4-5, mode in bits 1-3, BCD in bit 0 */
	u8 write_lsb;    /* first byte of a two-byte count */
	u8 latch_bytes;  /* bytes of `latched` still to be read */
	u8 status;       /* status latch */
	bool status_latched, write_msb_next, read_msb_next;
	bool out, gate;
	bool null_count; /* the count register has not yet reached the counting element */
	bool written;    /* a count was written since the control word */
	bool load;       /* the next CLK loads the counting element */
	bool counting;   /* the counting element holds a loaded count */
	bool armed;      /* modes 0, 1, 4, 5: the next zero is the terminal count */
	bool strobe;     /* modes 4, 5: OUT is low for one CLK */
	bool odd;        /* mode 3: the count that was loaded is odd */
};

struct i8254 {
	struct counter counter[3];
	struct event change[3]; /* the next change of an output that is connected */
	u8 port61;
	u8 pad[7];
};

struct i8254_links {
	struct reg_map map, map61;
	struct line out[3], speaker;
	struct i8254_arg {
		struct dev *dev;
		unsigned n;
	} arg[3];
};

static const struct state_field counter_rows[] = {
	STATE_U(struct counter, at), STATE_U(struct counter, ce), STATE_U(struct counter, cr),
	STATE_U(struct counter, latched), STATE_U(struct counter, control), STATE_U(struct counter, write_lsb),
	STATE_U(struct counter, latch_bytes), STATE_U(struct counter, status), STATE_U(struct counter, status_latched),
	STATE_U(struct counter, write_msb_next), STATE_U(struct counter, read_msb_next), STATE_U(struct counter, out),
	STATE_U(struct counter, gate), STATE_U(struct counter, null_count), STATE_U(struct counter, written),
	STATE_U(struct counter, load), STATE_U(struct counter, counting), STATE_U(struct counter, armed),
	STATE_U(struct counter, strobe), STATE_U(struct counter, odd),
	STATE_END,
};

static const struct state_field i8254_rows[] = {
	STATE_SUB_ARRAY(struct i8254, counter, counter_rows),
	STATE_SUB_ARRAY(struct i8254, change, event_rows),
	STATE_U(struct i8254, port61),
	STATE_SKIP(struct i8254, pad),
	STATE_END,
};

/* ---- one counter ------------------------------------------------------------------------------------------------ */

/* Modes 6 and 7 are 2 and 3. */
static unsigned counter_mode(const struct counter *c)
{
	unsigned mode = c->control >> 1 & 7;

	return mode > 5 ? mode - 4 : mode;
}

static bool counter_bcd(const struct counter *c)
{
	return c->control & 1;
}

static bool counter_periodic(const struct counter *c)
{
	return counter_mode(c) == 2 || counter_mode(c) == 3;
}

/* What the count register means: 0 is the largest count. */
static u32 counter_initial(const struct counter *c)
{
	u32 v = c->cr;

	if (counter_bcd(c))
		v = (v >> 12) * 1000 + (v >> 8 & 15) * 100 + (v >> 4 & 15) * 10 + (v & 15);
	if (v == 0)
		v = counter_bcd(c) ? 10000 : 65536;
	return v;
}

static u16 counter_value(const struct counter *c)
{
	u32 v = c->ce;

	if (!counter_bcd(c))
		return (u16)v;
	return (u16)((v / 1000 % 10) << 12 | (v / 100 % 10) << 8 | (v / 10 % 10) << 4 | v % 10);
}

/* Mode 3 counts an odd number as the even one below, with one CLK more in the high half. */
static void counter_reload(struct counter *c)
{
	c->ce = counter_initial(c);
	c->odd = c->ce & 1;
	if (counter_mode(c) == 3)
		c->ce &= ~1u;
	c->null_count = false;
	c->counting = true;
}

static void counter_load(struct counter *c)
{
	counter_reload(c);
	c->load = false;
	c->armed = true;
	c->strobe = false;
	c->out = counter_mode(c) != 0 && counter_mode(c) != 1;
}

/* Does CLK decrement now? One-shots (modes 1 and 5) don't care for the gate's level. */
static bool counter_enabled(const struct counter *c)
{
	return c->counting && (c->gate || counter_mode(c) == 1 || counter_mode(c) == 5);
}

/* The counting element wraps and goes on in the modes that don't reload it. */
static u32 counter_wrap(const struct counter *c)
{
	return counter_bcd(c) ? 10000 : 65536;
}

/* n edges that do no more than count down. */
static void counter_plain(struct counter *c, u64 n)
{
	u32 wrap = counter_wrap(c);

	if (!counter_enabled(c))
		return;
	if (counter_mode(c) == 3)
		n *= 2;
	if (n <= c->ce)
		c->ce -= (u32)n;
	else
		c->ce = wrap - 1 - (u32)((n - c->ce - 1) % wrap);
}

/* How many edges it is to the next one that does more. */
static u64 counter_special(const struct counter *c)
{
	if (c->load || c->strobe)
		return 1;
	if (!counter_enabled(c))
		return FOREVER;
	switch (counter_mode(c)) {
	case 2:
		return c->ce > 1 ? c->ce - 1 : 1;
	case 3:
		if (c->ce == 0)
			return 1;
		return c->ce / 2 + (c->odd && c->out);
	default:
		if (!c->armed)
			return FOREVER;
		return c->ce ? c->ce : counter_wrap(c);
	}
}

/* One CLK edge, any. */
static void counter_clk(struct counter *c)
{
	unsigned mode = counter_mode(c);

	if (c->load) {
		counter_load(c);
		return;
	}
	if (c->strobe) {
		c->strobe = false;
		c->out = true;
	}
	if (!counter_enabled(c))
		return;
	if (mode == 2 && c->ce <= 1) {
		counter_reload(c);
		c->out = true;
		return;
	}
	if (mode == 3 && (c->ce == 0 || (c->ce == 2 && !(c->odd && c->out)))) {
		counter_reload(c);
		c->out = !c->out;
		return;
	}
	counter_plain(c, 1);
	if (mode == 2 && c->ce == 1)
		c->out = false;
	if (c->armed && c->ce == 0 && !counter_periodic(c)) {
		c->armed = false;
		c->out = mode < 2;
		c->strobe = mode > 2;
	}
}

static void counter_sync(struct counter *c, u64 tick)
{
	u64 n = tick - c->at;

	c->at = tick;
	while (n) {
		u64 k = counter_special(c), period = max_u64(counter_initial(c), 2);

		if (n < k) {
			counter_plain(c, n);
			return;
		}
		counter_plain(c, k - 1);
		counter_clk(c);
		n -= k;
		if (counter_periodic(c) && c->out && !c->load)
			n %= period; /* the count was just loaded: whole periods change nothing */
	}
}

/* Edges until OUT changes. */
static u64 counter_next_change(const struct counter *c)
{
	struct counter t = *c;
	u64 n = 0;

	for (unsigned i = 0; i < 6; i++) {
		u64 k = counter_special(&t);

		if (k == FOREVER)
			break;
		counter_plain(&t, k - 1);
		counter_clk(&t);
		n += k;
		if (t.out != c->out)
			return n;
	}
	return FOREVER;
}

/* Data sheet, figure 21 "Gate pin operations summary". */
static void counter_set_gate(struct counter *c, bool level)
{
	bool rise = level && !c->gate;
	unsigned mode = counter_mode(c);

	c->gate = level;
	if (!level && counter_periodic(c))
		c->out = true;
	if (rise && c->written && mode != 0 && mode != 4)
		c->load = true;
}

static void counter_set_mode(struct counter *c, u8 control)
{
	*c = (struct counter){
		.at = c->at,
		.ce = c->ce,
		.cr = c->cr,
		.gate = c->gate,
		.control = control & 0x3f,
		.null_count = true,
	};
	c->out = counter_mode(c) != 0;
}

static void counter_set_count(struct counter *c, u16 count)
{
	unsigned mode = counter_mode(c);

	c->cr = count;
	c->null_count = true;
	if (mode == 0)
		c->out = false;
	if (mode == 0 || mode == 4 || (counter_periodic(c) && !c->written))
		c->load = true;
	c->written = true;
}

static void counter_write(struct counter *c, u8 v)
{
	switch (c->control >> 4 & 3) {
	case RW_LSB:
		counter_set_count(c, v);
		return;
	case RW_MSB:
		counter_set_count(c, (u16)(v << 8));
		return;
	default:
		break;
	}
	if (c->write_msb_next) {
		c->write_msb_next = false;
		counter_set_count(c, (u16)(v << 8 | c->write_lsb));
		return;
	}
	c->write_lsb = v;
	c->write_msb_next = true;
	if (counter_mode(c) == 0) { /* the first byte stops the count and lowers OUT at once */
		c->counting = c->load = c->out = false;
	}
}

static u8 counter_read(struct counter *c)
{
	unsigned rw = c->control >> 4 & 3;
	u16 v = c->latch_bytes ? c->latched : counter_value(c);
	bool msb = rw == RW_MSB;

	if (c->status_latched) {
		c->status_latched = false;
		return c->status;
	}
	if (rw == RW_BOTH) {
		msb = c->read_msb_next;
		c->read_msb_next = !msb;
	}
	if (c->latch_bytes)
		c->latch_bytes--;
	return (u8)(msb ? v >> 8 : v);
}

static void counter_latch(struct counter *c)
{
	if (c->latch_bytes)
		return;
	c->latched = counter_value(c);
	c->latch_bytes = (c->control >> 4 & 3) == RW_BOTH ? 2 : 1;
	c->read_msb_next = false;
}

static void counter_latch_status(struct counter *c)
{
	if (c->status_latched)
		return;
	c->status = (u8)(c->control | c->null_count << 6 | c->out << 7);
	c->status_latched = true;
}

/* ---- time and wires --------------------------------------------------------------------------------------------- */

static u64 tick_of(u64 ns)
{
	return clock_muldiv(ns, I8254_HZ, CLOCK_SECOND);
}

/* The first nanosecond in which an edge has come. */
static u64 time_of(u64 tick)
{
	u64 ns = clock_muldiv(tick, CLOCK_SECOND, I8254_HZ);

	while (tick_of(ns) < tick)
		ns++;
	return ns;
}

static struct counter *counter_now(struct dev *d, unsigned n)
{
	struct i8254 *s = d->state;
	struct counter *c = &s->counter[n];
	u64 tick = tick_of(clock_now(&d->machine->clock));

	if (tick > c->at)
		counter_sync(c, tick);
	return c;
}

/* Drives the outputs of a counter that is up to date, and arms the event for its next change. */
static void counter_drive(struct dev *d, unsigned n)
{
	struct i8254 *s = d->state;
	struct i8254_links *l = d->links;
	struct counter *c = &s->counter[n];
	bool heard = l->out[n].set || (n == 2 && l->speaker.set);
	u64 change = heard ? counter_next_change(c) : FOREVER;

	event_at(&s->change[n], change == FOREVER ? CLOCK_NEVER : time_of(c->at + change));
	line_set(&l->out[n], c->out);
	if (n == 2)
		line_set(&l->speaker, c->out && (s->port61 & PORT61_SPEAKER));
}

/* Goes no further than the change itself: no edge is lost, even if an instruction takes longer than the pulse. */
static void counter_fire(void *arg)
{
	const struct i8254_arg *a = arg;
	struct i8254 *s = a->dev->state;
	struct counter *c = &s->counter[a->n];
	u64 due = tick_of(s->change[a->n].when);

	if (due > c->at)
		counter_sync(c, due);
	counter_drive(a->dev, a->n);
}

static void set_gate(void *arg, unsigned n, bool level)
{
	struct dev *d = arg;

	counter_set_gate(counter_now(d, n), level);
	counter_drive(d, n);
}

/* ---- registers -------------------------------------------------------------------------------------------------- */

static u64 count_read(struct dev *d, unsigned n, u64 stored)
{
	(void)stored;
	return counter_read(counter_now(d, n));
}

static void count_wrote(struct dev *d, unsigned n, u64 old, u64 now)
{
	(void)old;
	counter_write(counter_now(d, n), (u8)now);
	counter_drive(d, n);
}

/* Bits 1-3 choose counters; bit 5 clear latches their counts, bit 4 clear their status. */
static void read_back(struct dev *d, u8 v)
{
	for (unsigned n = 0; n < 3; n++) {
		if (!bit(v, n + 1))
			continue;
		if (!bit(v, 5))
			counter_latch(counter_now(d, n));
		if (!bit(v, 4))
			counter_latch_status(counter_now(d, n));
	}
}

static void control_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	unsigned n = now >> 6 & 3;

	(void)index, (void)old;
	if (n == 3) {
		read_back(d, (u8)now);
	} else if (!(now & 0x30)) {
		counter_latch(counter_now(d, n));
	} else {
		counter_set_mode(counter_now(d, n), (u8)now);
		counter_drive(d, n);
	}
}

static u64 port61_read(struct dev *d, unsigned index, u64 stored)
{
	const struct counter *c = counter_now(d, 2);
	bool refresh = clock_now(&d->machine->clock) / REFRESH_NS & 1;

	(void)index;
	return stored | (refresh ? PORT61_REFRESH : 0) | (c->out ? PORT61_OUT2 : 0);
}

static void port61_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index, (void)old;
	set_gate(d, 2, now & PORT61_GATE2);
}

static const struct reg i8254_regs[] = {
	{.name = "COUNTER", .off = 0, .width = 1, .count = 3, .read = count_read, .wrote = count_wrote,
	 .doc = "counts, least significant byte first, or latched counts and status"},
	{.name = "CONTROL", .off = 3, .width = 1, .wrote = control_wrote, .doc = "mode, latch and read-back commands"},
};

static const struct reg port61_regs[] = {
	{.name = "PORT61", .off = 0, .width = 1, REG_MEMBER(struct i8254, port61), .wmask = 0x0f, .read = port61_read,
	 .wrote = port61_wrote, .doc = "gate of channel 2, speaker, parity and channel check; refresh toggle, OUT2"},
};

static const struct reg_bank i8254_bank = {
	.name = "i8254", .regs = i8254_regs, .n = countof(i8254_regs), .size = 4, .max = 1};
static const struct reg_bank port61_bank = {
	.name = "port61", .regs = port61_regs, .n = countof(port61_regs), .size = 1, .max = 1};
static const struct reg_bank *const i8254_banks[] = {&i8254_bank, &port61_bank, NULL};

/* ---- device ----------------------------------------------------------------------------------------------------- */

static bool i8254_attach(struct dev *d, const struct board_row *row, struct err *err)
{
	static const char *const names[3] = {"i8254 OUT0", "i8254 OUT1", "i8254 OUT2"};
	struct i8254 *s = d->state;
	struct i8254_links *l = d->links;
	u64 port61 = dev_option_number(row->opts, "port61", 0x61);

	(void)err;
	dev_map(d, row, &l->map, &i8254_bank);
	if (port61)
		reg_map_add(&l->map61, d, &port61_bank, &d->machine->ports, port61);
	l->out[0] = machine_irq(d->machine, row->irq);
	for (unsigned n = 0; n < 3; n++) {
		l->arg[n] = (struct i8254_arg){d, n};
		event_init(&s->change[n], &d->machine->clock, names[n], counter_fire, &l->arg[n]);
	}
	return true;
}

/* The chip has no reset: its state is undefined until control words are written. Here: stopped, outputs high. */
static void i8254_reset(struct dev *d)
{
	struct i8254 *s = d->state;
	u64 tick = tick_of(clock_now(&d->machine->clock));

	reg_reset(d, &port61_bank);
	for (unsigned n = 0; n < 3; n++) {
		s->counter[n] = (struct counter){
			.at = tick, .control = 0x34, .gate = n != 2, .out = true, .null_count = true};
		counter_drive(d, n);
	}
}

static struct line i8254_pin(struct dev *d, unsigned n)
{
	return n < 3 ? (struct line){set_gate, d, n} : (struct line){NULL, NULL, 0};
}

static struct line *i8254_out(struct dev *d, unsigned n)
{
	struct i8254_links *l = d->links;

	if (n == I8254_SPEAKER)
		return &l->speaker;
	return n < 3 ? &l->out[n] : NULL;
}

const struct dev_type i8254_type = {
	.name = "i8254",
	.about = "8254 interval timer and port 61h",
	.state_size = sizeof(struct i8254),
	.links_size = sizeof(struct i8254_links),
	.version = 1,
	.banks = i8254_banks,
	.state = i8254_rows,
	.attach = i8254_attach,
	.reset = i8254_reset,
	.pin = i8254_pin,
	.out = i8254_out,
};
