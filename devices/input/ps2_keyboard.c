/* SPDX-License-Identifier: MIT */
/* The PS/2 keyboard: IBM's PS/2 Hardware Interface Technical Reference, "101- and 102-Key Keyboards". Speaks scan code
 * set 2 (the controller translates to set 1), and sets 1 and 3 when asked; LEDs, typematic rate, identification,
 * reset. */
#include "devices/input/ps2.h"
#include "devices/machine.h"
#include "devices/types.h"

enum { QUEUE = 64, SELF_TEST_OK = 0xaa, ACK = 0xfa, RESEND = 0xfe, OVERRUN = 0xff };

struct keyboard {
	u8 queue[QUEUE];
	u8 head, count;
	u8 command;  /* waiting for its parameter, or 0 */
	u8 set;      /* scan code set 1, 2 or 3 */
	u8 leds, rate, enabled;
	u8 last;     /* for RESEND */
};

struct keyboard_links {
	struct dev *controller;
};

static const struct state_field rows[] = {
	STATE_RAW(struct keyboard, queue), STATE_U(struct keyboard, head), STATE_U(struct keyboard, count),
	STATE_U(struct keyboard, command), STATE_U(struct keyboard, set), STATE_U(struct keyboard, leds),
	STATE_U(struct keyboard, rate), STATE_U(struct keyboard, enabled), STATE_U(struct keyboard, last), STATE_END,
};

static void push(struct dev *d, u8 byte)
{
	struct keyboard *s = d->state;
	struct keyboard_links *l = d->links;

	if (s->count == QUEUE) {
		s->queue[(s->head + QUEUE - 1) % QUEUE] = OVERRUN;
		return;
	}
	s->queue[(s->head + s->count++) % QUEUE] = byte;
	if (l->controller)
		i8042_notify(l->controller);
}

static bool ready(const struct dev *d)
{
	return ((const struct keyboard *)d->state)->count;
}

static u8 take(struct dev *d)
{
	struct keyboard *s = d->state;
	u8 byte = s->queue[s->head];

	s->head = (u8)((s->head + 1) % QUEUE);
	s->count--;
	s->last = byte;
	return byte;
}

/* ---- keys -------------------------------------------------------------------------------------------------- */

static void input(struct dev *d, enum input_kind kind, const void *data, size_t n)
{
	const struct keyboard *s = d->state;
	const u8 *scan = data;

	/* INPUT_KEY carries the make or break sequence in set 2. Half a sequence must not be sent: all or nothing. */
	if (kind != INPUT_KEY || !s->enabled || s->count + n > QUEUE)
		return;
	for (size_t i = 0; i < n; i++)
		push(d, scan[i]);
}

static size_t room(struct dev *d)
{
	return QUEUE - ((const struct keyboard *)d->state)->count;
}

/* ---- commands ------------------------------------------------------------------------------------------------ */

static void defaults(struct keyboard *s, bool enabled)
{
	s->set = 2;
	s->rate = 0x2b; /* 10.9 characters a second after half a second */
	s->leds = 0;
	s->enabled = enabled;
}

static void parameter(struct dev *d, u8 command, u8 byte)
{
	struct keyboard *s = d->state;

	push(d, ACK);
	switch (command) {
	case 0xed:
		s->leds = byte & 7;
		break;
	case 0xf0:
		if (!byte)
			push(d, s->set);
		else if (byte <= 3)
			s->set = byte;
		break;
	case 0xf3:
		s->rate = byte & 0x7f;
		break;
	default:
		break;
	}
}

static void send(struct dev *d, u8 byte)
{
	struct keyboard *s = d->state;
	u8 command = s->command;

	s->command = 0;
	if (command && byte < 0xed) {
		parameter(d, command, byte);
		return;
	}
	switch (byte) {
	case 0xed:
	case 0xf0:
	case 0xf3:
		push(d, ACK);
		s->command = byte;
		break;
	case 0xee: /* echo */
		push(d, 0xee);
		break;
	case 0xf2: /* identification of a 101/102-key keyboard */
		push(d, ACK);
		push(d, 0xab);
		push(d, 0x83);
		break;
	case 0xf4:
		s->count = 0;
		s->enabled = 1;
		push(d, ACK);
		break;
	case 0xf5:
	case 0xf6:
		s->count = 0;
		defaults(s, byte == 0xf6);
		push(d, ACK);
		break;
	case 0xf7:
	case 0xf8:
	case 0xf9:
	case 0xfa: /* all keys typematic, make/break, make, all: only meaningful in set 3 */
		push(d, ACK);
		break;
	case 0xfe:
		push(d, s->last);
		break;
	case 0xff:
		s->count = 0;
		defaults(s, true);
		push(d, ACK);
		push(d, SELF_TEST_OK);
		break;
	default:
		push(d, RESEND);
		break;
	}
}

static void reset(struct dev *d)
{
	struct keyboard *s = d->state;

	*s = (struct keyboard){0};
	defaults(s, true);
}

struct ps2_port ps2_keyboard_port(struct dev *d)
{
	return (struct ps2_port){d, send, ready, take};
}

void ps2_keyboard_connect(struct dev *d, struct dev *controller)
{
	struct keyboard_links *l = d->links;

	l->controller = controller;
	i8042_plug(controller, I8042_KEYBOARD, ps2_keyboard_port(d));
}

const struct dev_type ps2_keyboard_type = {
	.name = "ps2-keyboard", .about = "PS/2 keyboard", .version = 1,
	.state_size = sizeof(struct keyboard), .links_size = sizeof(struct keyboard_links),
	.state = rows, .reset = reset, .input = input, .room = room,
};
