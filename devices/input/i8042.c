/* SPDX-License-Identifier: MIT */
/* The keyboard controller of the PC/AT and PS/2: an 8042 with the usual program, after IBM's PS/2 Hardware Interface
 * Technical Reference, "Keyboard and Auxiliary Device Controller". Ports 60h and 64h, IRQ 1 and 12, the A20 gate and
 * the reset line on its output port. A byte reaches the output buffer some microseconds after the last one was read,
 * as on the real wire: drivers that count on that gap get it. */
#include "devices/input/ps2.h"
#include "devices/machine.h"
#include "devices/types.h"

enum { STS_OBF = 1, STS_IBF = 2, STS_SYS = 4, STS_CMD = 8, STS_UNLOCKED = 16, STS_AUX = 32 };
enum { CTR_KBD_INT = 1, CTR_AUX_INT = 2, CTR_SYS = 4, CTR_KBD_OFF = 16, CTR_AUX_OFF = 32, CTR_XLATE = 64 };
enum { OUT_RESET = 1, OUT_A20 = 2, OUT_KBD_OBF = 16, OUT_AUX_OBF = 32 };
enum { BYTE_GAP = 20000 /* ns between two bytes from the devices */ };

struct i8042 {
	u8 status, ctr, out_port;
	u8 data;         /* output buffer */
	u8 command;      /* waiting for its data byte, or 0 */
	u8 release;      /* translation: a break prefix F0h was seen */
	u8 ram[32];      /* internal RAM; [0] is ctr's shadow and unused */
	u8 pad[2];
	struct event transfer;
};

struct i8042_links {
	struct reg_map map60, map64;
	struct line irq[2], a20, reset;
	struct ps2_port port[2];
};

static const struct state_field rows[] = {
	STATE_U(struct i8042, status), STATE_U(struct i8042, ctr), STATE_U(struct i8042, out_port),
	STATE_U(struct i8042, data), STATE_U(struct i8042, command),
	STATE_U(struct i8042, release), STATE_RAW(struct i8042, ram), STATE_SKIP(struct i8042, pad),
	STATE_SUB(struct i8042, transfer, event_rows), STATE_END,
};

/* ---- output buffer ------------------------------------------------------------------------------------------ */

static void update(struct dev *d)
{
	struct i8042 *s = d->state;
	struct i8042_links *l = d->links;
	bool full = s->status & STS_OBF, aux = s->status & STS_AUX;

	s->out_port = (u8)((s->out_port & ~(OUT_KBD_OBF | OUT_AUX_OBF)) | (full && !aux ? OUT_KBD_OBF : 0) |
			   (full && aux ? OUT_AUX_OBF : 0));
	line_set(&l->irq[0], full && !aux && (s->ctr & CTR_KBD_INT));
	line_set(&l->irq[1], full && aux && (s->ctr & CTR_AUX_INT));
}

static void put(struct dev *d, u8 byte, bool aux)
{
	struct i8042 *s = d->state;

	s->data = byte;
	s->status = (u8)((s->status & ~STS_AUX) | STS_OBF | (aux ? STS_AUX : 0));
	update(d);
}

/* Set 2 to set 1, the table of the AT's controller (Technical Reference, "Scan code translation"). */
static const u8 translation[0x88] = {
	0xff, 0x43, 0x41, 0x3f, 0x3d, 0x3b, 0x3c, 0x58, 0x64, 0x44, 0x42, 0x40, 0x3e, 0x0f, 0x29, 0x59,
	0x65, 0x38, 0x2a, 0x70, 0x1d, 0x10, 0x02, 0x5a, 0x66, 0x71, 0x2c, 0x1f, 0x1e, 0x11, 0x03, 0x5b,
	0x67, 0x2e, 0x2d, 0x20, 0x12, 0x05, 0x04, 0x5c, 0x68, 0x39, 0x2f, 0x21, 0x14, 0x13, 0x06, 0x5d,
	0x69, 0x31, 0x30, 0x23, 0x22, 0x15, 0x07, 0x5e, 0x6a, 0x72, 0x32, 0x24, 0x16, 0x08, 0x09, 0x5f,
	0x6b, 0x33, 0x25, 0x17, 0x18, 0x0b, 0x0a, 0x60, 0x6c, 0x34, 0x35, 0x26, 0x27, 0x19, 0x0c, 0x61,
	0x6d, 0x73, 0x28, 0x74, 0x1a, 0x0d, 0x62, 0x6e, 0x3a, 0x36, 0x1c, 0x1b, 0x75, 0x2b, 0x63, 0x76,
	0x55, 0x56, 0x77, 0x78, 0x79, 0x7a, 0x0e, 0x7b, 0x7c, 0x4f, 0x7d, 0x4b, 0x47, 0x7e, 0x7f, 0x6f,
	0x52, 0x53, 0x50, 0x4c, 0x4d, 0x48, 0x01, 0x45, 0x57, 0x4e, 0x51, 0x4a, 0x37, 0x49, 0x46, 0x54,
	0x80, 0x81, 0x82, 0x41, 0x54, 0x85, 0x86, 0x87,
};

/* False when the byte is a prefix that vanishes in translation. */
static bool translate(struct i8042 *s, u8 *byte)
{
	if (!(s->ctr & CTR_XLATE))
		return true;
	if (*byte == 0xf0) {
		s->release = 0x80;
		return false;
	}
	*byte = (u8)((*byte < sizeof(translation) ? translation[*byte] : *byte) | s->release);
	s->release = 0;
	return true;
}

static void on_transfer(void *arg)
{
	struct dev *d = arg;
	struct i8042 *s = d->state;
	struct i8042_links *l = d->links;

	for (unsigned n = 0; n < 2 && !(s->status & STS_OBF); n++) {
		const struct ps2_port *p = &l->port[n];

		while (p->device && !(s->ctr & (n ? CTR_AUX_OFF : CTR_KBD_OFF)) && !(s->status & STS_OBF) &&
			p->ready(p->device)) {
			u8 byte = p->take(p->device);

			if (n || translate(s, &byte))
				put(d, byte, n);
		}
	}
}

void i8042_notify(struct dev *d)
{
	struct i8042 *s = d->state;

	if (!s->transfer.armed && !(s->status & STS_OBF))
		event_at(&s->transfer, clock_now(&d->machine->clock) + BYTE_GAP);
}

void i8042_plug(struct dev *d, unsigned port, struct ps2_port device)
{
	struct i8042_links *l = d->links;

	l->port[port] = device;
}

static void send(struct dev *d, unsigned port, u8 byte)
{
	struct i8042_links *l = d->links;

	if (l->port[port].device)
		l->port[port].send(l->port[port].device, byte);
	i8042_notify(d);
}

/* ---- commands ------------------------------------------------------------------------------------------------- */

static void write_out_port(struct dev *d, u8 value)
{
	struct i8042 *s = d->state;
	struct i8042_links *l = d->links;

	s->out_port = value;
	line_set(&l->a20, value & OUT_A20);
	if (!(value & OUT_RESET))
		line_pulse(&l->reset);
	update(d);
}

static void set_ctr(struct dev *d, u8 value)
{
	struct i8042 *s = d->state;

	s->ctr = value;
	s->status = (u8)((s->status & ~STS_SYS) | (value & CTR_SYS));
	update(d);
	i8042_notify(d);
}

/* A byte at port 60h that belongs to the command before it. */
static void finish_command(struct dev *d, u8 command, u8 byte)
{
	struct i8042 *s = d->state;

	switch (command) {
	case 0x60:
		set_ctr(d, byte);
		break;
	case 0xd1:
		write_out_port(d, byte);
		break;
	case 0xd2:
		put(d, byte, false);
		break;
	case 0xd3:
		put(d, byte, true);
		break;
	case 0xd4:
		send(d, I8042_AUX, byte);
		break;
	default: /* 61h-7Fh */
		s->ram[command & 31] = byte;
		break;
	}
}

static void pulse(struct dev *d, u8 command)
{
	struct i8042_links *l = d->links;

	if (!(command & OUT_RESET))
		line_pulse(&l->reset);
}

static void start_command(struct dev *d, u8 command)
{
	struct i8042 *s = d->state;

	s->command = 0;
	if (command >= 0x20 && command < 0x40) {
		put(d, command == 0x20 ? s->ctr : s->ram[command & 31], false);
	} else if ((command >= 0x60 && command < 0x80) || (command >= 0xd1 && command <= 0xd4)) {
		s->command = command;
	} else if (command >= 0xf0) {
		pulse(d, command);
	} else {
		switch (command) {
		case 0xa7:
			set_ctr(d, s->ctr | CTR_AUX_OFF);
			break;
		case 0xa8:
			set_ctr(d, s->ctr & (u8)~CTR_AUX_OFF);
			break;
		case 0xa9: /* interface tests: no fault */
		case 0xab:
			put(d, 0, false);
			break;
		case 0xaa: /* self-test passed */
			s->status |= STS_SYS;
			put(d, 0x55, false);
			break;
		case 0xad:
			set_ctr(d, s->ctr | CTR_KBD_OFF);
			break;
		case 0xae:
			set_ctr(d, s->ctr & (u8)~CTR_KBD_OFF);
			break;
		case 0xc0: /* input port: keyboard not locked */
			put(d, 0x80, false);
			break;
		case 0xd0:
			put(d, s->out_port, false);
			break;
		case 0xdd:
			write_out_port(d, s->out_port & (u8)~OUT_A20);
			break;
		case 0xdf:
			write_out_port(d, s->out_port | OUT_A20);
			break;
		default:
			break;
		}
	}
}

/* ---- ports ------------------------------------------------------------------------------------------------------ */

static u64 data_read(struct dev *d, unsigned index, u64 stored)
{
	struct i8042 *s = d->state;
	u8 value = s->data;

	(void)index;
	(void)stored;
	s->status &= (u8)~(STS_OBF | STS_AUX);
	update(d);
	i8042_notify(d);
	return value;
}

static u64 status_read(struct dev *d, unsigned index, u64 stored)
{
	const struct i8042 *s = d->state;

	(void)index;
	(void)stored;
	return s->status | STS_UNLOCKED;
}

static void data_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct i8042 *s = d->state;
	u8 command = s->command;

	(void)index;
	(void)old;
	s->status &= (u8)~STS_CMD;
	s->command = 0;
	if (command) {
		finish_command(d, command, (u8)now);
		return;
	}
	s->ctr &= (u8)~CTR_KBD_OFF; /* writing to the keyboard switches its interface on */
	send(d, I8042_KEYBOARD, (u8)now);
}

static void command_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct i8042 *s = d->state;

	(void)index;
	(void)old;
	s->status |= STS_CMD;
	start_command(d, (u8)now);
}

static const struct reg regs60[] = {
	{"DATA", 0, 1, .read = data_read, .wrote = data_wrote, .doc = "output buffer when read, input buffer when written"},
};
static const struct reg regs64[] = {
	{"STATUS/COMMAND", 0, 1, .read = status_read, .wrote = command_wrote, .doc = "status when read, command when written"},
};
static const struct reg_bank bank60 = {"i8042 data", regs60, countof(regs60), 1, 1, 1, 0};
static const struct reg_bank bank64 = {"i8042 command", regs64, countof(regs64), 1, 1, 1, 0};
static const struct reg_bank *const banks[] = {&bank60, &bank64, NULL};

static void reset(struct dev *d)
{
	struct i8042 *s = d->state;
	struct i8042_links *l = d->links;

	event_cancel(&s->transfer);
	s->status = 0;
	s->ctr = CTR_KBD_INT | CTR_AUX_INT | CTR_XLATE;
	s->out_port = OUT_RESET | OUT_A20;
	s->data = s->command = s->release = 0;
	memset(s->ram, 0, sizeof(s->ram));
	line_set(&l->a20, true);
	update(d);
}

static struct line *out(struct dev *d, unsigned n)
{
	struct i8042_links *l = d->links;

	return n == I8042_OUT_A20 ? &l->a20 : n == I8042_OUT_RESET ? &l->reset : NULL;
}

/* irq is the keyboard's; option aux_irq=N the mouse's. */
static bool attach(struct dev *d, const struct board_row *row, struct err *err)
{
	struct i8042 *s = d->state;
	struct i8042_links *l = d->links;

	(void)err;
	l->irq[0] = machine_irq(d->machine, row->irq);
	l->irq[1] = machine_irq(d->machine, (int)dev_option_number(row->opts, "aux_irq", 12));
	event_init(&s->transfer, &d->machine->clock, "i8042 byte", on_transfer, d);
	dev_map(d, row, &l->map60, &bank60);
	reg_map_add(&l->map64, d, &bank64, &d->machine->ports, row->base + 4);
	return true;
}

const struct dev_type i8042_type = {
	.name = "i8042", .about = "keyboard controller", .version = 1,
	.state_size = sizeof(struct i8042), .links_size = sizeof(struct i8042_links),
	.banks = banks, .state = rows, .attach = attach, .reset = reset, .out = out,
};
