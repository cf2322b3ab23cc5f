/* SPDX-License-Identifier: MIT */
/* One port of a virtio console (OASIS virtio 1.2, 5.3.5): a console that the guest may log in on, or a named serial
 * port for programs. Output goes to the host or to the test channel; input waits here until the driver has buffers. */
#include "devices/machine.h"
#include "devices/misc/testdev.h"
#include "devices/types.h"
#include "devices/virtio/virtio.h"
#include "devices/virtio/virtio_serial.h"

enum { WAITING = 4096 };

struct port {
	struct testdev test;
	u16 head, count;
	u8 waiting[WAITING];
};

struct port_links {
	struct dev *serial;
	unsigned nr;
	struct host_char out;
	char name[PORT_NAME_MAX];
};

static const struct state_field rows[] = {
	STATE_SUB(struct port, test, testdev_rows), STATE_U(struct port, head), STATE_U(struct port, count),
	STATE_RAW(struct port, waiting), STATE_END,
};

bool virtio_port_is_console(const struct dev *port)
{
	return port->type == &virtconsole_type;
}

const char *virtio_port_name(const struct dev *port)
{
	return ((const struct port_links *)port->links)->name;
}

void virtio_port_output(struct dev *port, const u8 *data, size_t n)
{
	const struct port_links *l = port->links;
	struct port *s = port->state;

	testdev_out(&s->test, port->machine, &l->out, data, n);
}

/* ---- input ------------------------------------------------------------------------------------------------------ */

size_t virtio_port_waiting(const struct dev *port)
{
	return ((const struct port *)port->state)->count;
}

size_t virtio_port_take(struct dev *port, u8 *buf, size_t n)
{
	struct port *s = port->state;
	size_t i;

	for (i = 0; i < n && s->count; i++, s->count--) {
		buf[i] = s->waiting[s->head];
		s->head = (u16)((s->head + 1) % WAITING);
	}
	return i;
}

void virtio_port_drop(struct dev *port)
{
	struct port *s = port->state;

	s->count = 0;
}

static void input(struct dev *d, enum input_kind kind, const void *data, size_t n)
{
	const struct port_links *l = d->links;
	struct port *s = d->state;
	const u8 *bytes = data;

	if (kind != INPUT_BYTES || !virtio_serial_listens(l->serial, l->nr))
		return;
	for (size_t i = 0; i < n && s->count < WAITING; i++)
		s->waiting[(s->head + s->count++) % WAITING] = bytes[i];
	virtio_serial_wake(l->serial, l->nr);
}

static size_t room(struct dev *d)
{
	const struct port_links *l = d->links;
	const struct port *s = d->state;

	return virtio_serial_listens(l->serial, l->nr) ? WAITING - s->count : 0;
}

/* ---- the types -------------------------------------------------------------------------------------------------- */

static void reset(struct dev *d)
{
	struct port *s = d->state;

	memset(s, 0, sizeof(*s));
}

/* bus=ID, or as QEMU writes it ID.0; else the last console that has a port left. */
static struct dev *find_bus(const struct dev *d, const char *opts, struct err *err)
{
	struct dev *found = NULL;
	char bus[40];

	if (dev_option(opts, "bus", bus, sizeof(bus))) {
		size_t n = strlen(bus);

		if (n > 2 && !strcmp(bus + n - 2, ".0"))
			bus[n - 2] = 0;
		found = dev_find(d->machine, bus);
		if (found && found->type == &virtio_serial_type)
			return found;
		err_set(err, "bus=%s: there is no virtio-serial-device with this id", bus);
		return NULL;
	}
	for (struct dev *e = d->machine->devs; e; e = e->next) {
		if (e->type == &virtio_serial_type && virtio_serial_has_room(e, virtio_port_is_console(d)))
			found = e;
	}
	if (!found)
		err_set(err, "it needs a virtio-serial-device before it, with a port left");
	return found;
}

static bool attach(struct dev *d, const struct board_row *row, struct err *err)
{
	u64 wanted = dev_option_number(row->opts, "nr", SERIAL_PORTS);
	const struct plug *p = virtio_plug(d, row);
	struct port_links *l = d->links;
	bool given, console = virtio_port_is_console(d);
	char text[24];
	int nr;

	given = dev_option(row->opts, "nr", text, sizeof(text));
	if (given && (wanted >= SERIAL_PORTS || (!wanted && !console)))
		return err_set(err, "nr=%s: ports are 0 to %d, and 0 is for a virtconsole", text, SERIAL_PORTS - 1);
	l->serial = find_bus(d, row->opts, err);
	if (!l->serial)
		return false;
	nr = virtio_serial_join(l->serial, d, given ? (int)wanted : -1, console);
	if (nr < 0)
		return err_set(err, "%s has no such port left", l->serial->id);
	l->nr = (unsigned)nr;
	if (p)
		l->out = p->chr;
	dev_option(row->opts, "name", l->name, sizeof(l->name));
	return true;
}

const struct dev_type virtconsole_type = {
	.name = "virtconsole", .about = "console port of a virtio-serial-device", .version = 1,
	.state_size = sizeof(struct port), .links_size = sizeof(struct port_links), .state = rows,
	.attach = attach, .reset = reset, .input = input, .room = room,
};

const struct dev_type virtserialport_type = {
	.name = "virtserialport", .about = "named port of a virtio-serial-device", .version = 1,
	.state_size = sizeof(struct port), .links_size = sizeof(struct port_links), .state = rows,
	.attach = attach, .reset = reset, .input = input, .room = room,
};
