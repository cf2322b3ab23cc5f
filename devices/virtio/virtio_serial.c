/* SPDX-License-Identifier: MIT */
/* A console with several ports (OASIS virtio 1.2, 5.3): a pair of queues for each, and a pair for control messages by
 * which driver and device tell each other of ports. What the driver sends goes out at once; what it is to be told waits
 * until it has given a buffer. */
#include "devices/types.h"
#include "devices/virtio/virtio.h"
#include "devices/virtio/virtio_mmio.h"
#include "devices/virtio/virtio_serial.h"

#include "mem/base/log.h"

enum { QUEUES = 2 * SERIAL_PORTS + 2, QUEUE_MAX = 128, CONTROL_RX = 2, CONTROL_TX = 3 };
enum { F_MULTIPORT = 1, F_EMERG_WRITE = 2 };
enum { CONFIG_SIZE = 12, CONFIG_EMERG_WRITE = 8, MESSAGE = 8, MAX_OUTPUT = 1 << 20 };
enum { /* control messages, 5.3.6.2 */
	DEVICE_READY, PORT_ADD, PORT_REMOVE, PORT_READY, CONSOLE_PORT, RESIZE, PORT_OPEN, PORT_NAME,
};

struct serial {
	struct virtio v;
	struct virtq q[QUEUES];
	u8 owed[SERIAL_PORTS]; /* bit per message that the driver has yet to be sent */
	bool open[SERIAL_PORTS]; /* by the driver */
};

struct serial_links {
	struct virtio_links v;
	struct dev *ports[SERIAL_PORTS];
};

static const struct state_field rows[] = {
	STATE_SUB(struct serial, v, virtio_rows), STATE_SUB_ARRAY(struct serial, q, virtq_rows),
	STATE_U_ARRAY(struct serial, owed), STATE_U_ARRAY(struct serial, open), STATE_END,
};

static struct dev *port_of(const struct dev *d, unsigned nr)
{
	const struct serial_links *l = d->links;

	return nr < SERIAL_PORTS ? l->ports[nr] : NULL;
}

static unsigned rx_queue(unsigned nr)
{
	return nr ? 2 * nr + 2 : 0;
}

/* The port behind a queue that is not for control. */
static unsigned port_number(unsigned queue)
{
	return queue < 2 ? 0 : queue / 2 - 1;
}

/* ---- ports ------------------------------------------------------------------------------------------------------ */

bool virtio_serial_has_room(const struct dev *serial, bool console)
{
	for (unsigned nr = console ? 0 : 1; nr < SERIAL_PORTS; nr++) {
		if (!port_of(serial, nr))
			return true;
	}
	return false;
}

int virtio_serial_join(struct dev *serial, struct dev *port, int nr, bool console)
{
	struct serial_links *l = serial->links;

	for (int i = console ? 0 : 1; nr < 0 && i < SERIAL_PORTS; i++) {
		if (!l->ports[i])
			nr = i;
	}
	if (nr < 0 || nr >= SERIAL_PORTS || l->ports[nr])
		return -1;
	l->ports[nr] = port;
	return nr;
}

/* Without VIRTIO_CONSOLE_F_MULTIPORT there is port 0, and it is open. */
bool virtio_serial_listens(struct dev *serial, unsigned nr)
{
	const struct serial *s = serial->state;

	if (!virtio_running(serial) || !s->q[rx_queue(nr)].ready)
		return false;
	return virtio_has(serial, F_MULTIPORT) ? s->open[nr] : nr == 0;
}

static void send_input(struct dev *d, unsigned nr)
{
	struct dev *port = port_of(d, nr);
	unsigned queue = rx_queue(nr), n = virtq_size(d, queue);
	struct virtio_chain c;
	bool any = false;

	if (!port || !virtio_serial_listens(d, nr))
		return;
	while (n-- && virtio_port_waiting(port) && virtq_pop(d, queue, &c)) {
		u32 written = 0;
		u8 buf[256];
		size_t part;

		do {
			part = virtio_port_take(port, buf, (size_t)min_u64(sizeof(buf), c.in_len - written));
			written += (u32)virtio_chain_write(d, &c, buf, part);
		} while (part);
		virtq_push(d, queue, c.head, written);
		any = true;
	}
	if (any)
		virtq_signal(d, queue);
}

/* ---- messages to the driver ------------------------------------------------------------------------------------- */

static void send_message(struct dev *d, struct virtio_chain *c, unsigned nr, unsigned event)
{
	const char *name = event == PORT_NAME ? virtio_port_name(port_of(d, nr)) : "";
	u8 message[MESSAGE];
	size_t n;

	store_le32(message, nr);
	store_le16(message + 4, (u16)event);
	store_le16(message + 6, 1);
	n = virtio_chain_write(d, c, message, sizeof(message));
	n += virtio_chain_write(d, c, name, strlen(name));
	virtq_push(d, CONTROL_RX, c->head, (u32)n);
}

static void send_owed(struct dev *d)
{
	static const u8 order[] = {PORT_ADD, CONSOLE_PORT, PORT_NAME, PORT_OPEN};
	struct serial *s = d->state;
	struct virtio_chain c;
	bool any = false;

	for (unsigned i = 0; i < SERIAL_PORTS * countof(order); i++) {
		unsigned nr = i / countof(order), event = order[i % countof(order)];

		if (!(s->owed[nr] & BIT(event)))
			continue;
		if (!virtq_pop(d, CONTROL_RX, &c))
			break;
		s->owed[nr] &= (u8)~BIT(event);
		send_message(d, &c, nr, event);
		any = true;
	}
	if (any)
		virtq_signal(d, CONTROL_RX);
}

/* ---- messages from the driver, 5.3.6.3 -------------------------------------------------------------------------- */

static void owe(struct dev *d, unsigned nr, unsigned event)
{
	struct serial *s = d->state;

	s->owed[nr] |= (u8)BIT(event);
}

static void port_ready(struct dev *d, unsigned nr)
{
	struct dev *port = port_of(d, nr);

	if (virtio_port_is_console(port))
		owe(d, nr, CONSOLE_PORT);
	if (*virtio_port_name(port))
		owe(d, nr, PORT_NAME);
	owe(d, nr, PORT_OPEN);
}

static void port_opened(struct dev *d, unsigned nr, bool open)
{
	struct serial *s = d->state;

	s->open[nr] = open;
	if (open)
		send_input(d, nr);
	else
		virtio_port_drop(port_of(d, nr));
}

static void take_message(struct dev *d, u32 nr, u16 event, u16 value)
{
	if (event == DEVICE_READY) {
		for (unsigned i = 0; value && i < SERIAL_PORTS; i++) {
			if (port_of(d, i))
				owe(d, i, PORT_ADD);
		}
		return;
	}
	if (!port_of(d, nr)) {
		log_guest("%s: message %u for port %u, which does not exist", d->id, event, nr);
		return;
	}
	if (event == PORT_READY && value)
		port_ready(d, nr);
	else if (event == PORT_OPEN)
		port_opened(d, nr, value != 0);
	else
		log_guest("%s: message %u with value %u for port %u", d->id, event, value, nr);
}

static void take_messages(struct dev *d)
{
	unsigned n = virtq_size(d, CONTROL_TX);
	struct virtio_chain c;
	bool any = false;

	while (n-- && virtq_pop(d, CONTROL_TX, &c)) {
		u8 message[MESSAGE];

		if (virtio_chain_read(d, &c, message, sizeof(message)) == sizeof(message))
			take_message(d, load_le32(message), load_le16(message + 4), load_le16(message + 6));
		else
			log_guest("%s: a control message of %u bytes", d->id, (unsigned)c.out_len);
		virtq_push(d, CONTROL_TX, c.head, 0);
		any = true;
	}
	if (any)
		virtq_signal(d, CONTROL_TX);
	send_owed(d);
}

/* ---- output ----------------------------------------------------------------------------------------------------- */

static void print_chain(struct dev *d, struct dev *port, struct virtio_chain *c)
{
	u64 left = min_u64(c->out_len, MAX_OUTPUT);
	u8 buf[1024];

	if (left < c->out_len)
		log_guest("%s: output of %llu bytes at once; the first %u are printed", d->id,
			(unsigned long long)c->out_len, MAX_OUTPUT);
	while (left) {
		size_t n = virtio_chain_read(d, c, buf, (size_t)min_u64(left, sizeof(buf)));

		virtio_port_output(port, buf, n);
		left -= n;
	}
}

/* A port that does not exist swallows everything. */
static void take_output(struct dev *d, unsigned queue)
{
	struct dev *port = port_of(d, port_number(queue));
	unsigned n = virtq_size(d, queue);
	struct virtio_chain c;
	bool any = false;

	while (n-- && virtq_pop(d, queue, &c)) {
		if (port)
			print_chain(d, port, &c);
		virtq_push(d, queue, c.head, 0);
		any = true;
	}
	if (any)
		virtq_signal(d, queue);
}

static void notify(struct dev *d, unsigned queue)
{
	if (queue == CONTROL_RX)
		send_owed(d);
	else if (queue == CONTROL_TX)
		take_messages(d);
	else if (queue % 2)
		take_output(d, queue);
	else
		send_input(d, port_number(queue));
}

void virtio_serial_wake(struct dev *serial, unsigned nr)
{
	send_input(serial, nr);
}

/* ---- the device ------------------------------------------------------------------------------------------------- */

static u64 features(struct dev *d)
{
	(void)d;
	return BIT(F_MULTIPORT) | BIT(F_EMERG_WRITE);
}

static void config(struct dev *d, u8 *c)
{
	(void)d;
	store_le32(c + 4, SERIAL_PORTS); /* max_nr_ports */
}

/* A driver in trouble can print without queues (5.3.4). */
static void config_write(struct dev *d, unsigned off, u8 value)
{
	if (off == CONFIG_EMERG_WRITE && port_of(d, 0))
		virtio_port_output(port_of(d, 0), &value, 1);
}

static void class_reset(struct dev *d)
{
	struct serial *s = d->state;

	memset(s->owed, 0, sizeof(s->owed));
	memset(s->open, 0, sizeof(s->open));
	for (unsigned nr = 0; nr < SERIAL_PORTS; nr++) {
		if (port_of(d, nr))
			virtio_port_drop(port_of(d, nr));
	}
}

static const struct virtio_class class = {
	.id = VIRTIO_ID_CONSOLE, .nqueues = QUEUES, .queue_max = QUEUE_MAX, .config_size = CONFIG_SIZE,
	.queues = offsetof(struct serial, q), .features = features, .config = config, .config_write = config_write,
	.notify = notify, .reset = class_reset,
};

static bool attach(struct dev *d, const struct board_row *row, struct err *err)
{
	virtio_init(d, &class);
	return virtio_mmio_plug(d, row, err);
}

const struct dev_type virtio_serial_type = {
	.name = "virtio-serial-device", .about = "virtio console, the bus of its ports", .version = 1,
	.state_size = sizeof(struct serial), .links_size = sizeof(struct serial_links), .state = rows,
	.attach = attach, .reset = virtio_reset,
};
