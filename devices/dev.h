/* SPDX-License-Identifier: MIT */
/* A device: a constant type, and instances. `state` is plain data described by rows; pointers, host handles and wires
 * sit in `links`, which is never saved. Writing a device: docs/add-a-device.md. */
#ifndef DEVICES_DEV_H
#define DEVICES_DEV_H

#include "devices/line.h"
#include "devices/reg.h"
#include "mem/base/err.h"
#include "mem/space.h"
#include "mem/state.h"

struct dev;
struct machine;

enum attach_at { AT_NONE, AT_PORT, AT_MEM, AT_PCI };

/* One line of a board's table. */
struct board_row {
	const struct dev_type *type;
	const char *id;
	enum attach_at at;
	u64 base;         /* port, address, or PCI device << 3 | function */
	int irq;          /* global interrupt number of the board, -1: none */
	const char *opts; /* "key=value,key=value" defaults, NULL: none */
};

/* Kinds of host input, all of which come through the replay gate. */
enum input_kind { INPUT_BYTES, INPUT_KEY, INPUT_MOUSE, INPUT_PACKET, INPUT_EOF };

struct dev_type {
	const char *name, *about;
	size_t state_size, links_size;
	unsigned version; /* of the saved state */
	const struct reg_bank *const *banks; /* NULL-ended, for docs and the monitor; NULL: none */
	const struct state_field *state;
	bool (*attach)(struct dev *d, const struct board_row *row, struct err *err); /* maps regions, inits events */
	void (*reset)(struct dev *d);  /* power-on state; also called once after attach */
	void (*detach)(struct dev *d); /* frees what attach took; may be NULL */
	void (*loaded)(struct dev *d); /* after a snapshot: recomputes what is derived, asks no other device; or NULL */
	void (*input)(struct dev *d, enum input_kind kind, const void *data, size_t n); /* host input; may be NULL */
	size_t (*room)(struct dev *d); /* how many bytes or events `input` can take now; NULL: any number */
	/* Wires, numbered by enums in the device's header: a line into input pin n, unconnected beyond the last; and
	 * the place that says what output pin n is soldered to, for the board to fill, NULL past the last. Or NULL. */
	struct line (*pin)(struct dev *d, unsigned n);
	struct line *(*out)(struct dev *d, unsigned n);
};

struct dev {
	const struct dev_type *type;
	const char *id;
	struct machine *machine;
	void *state, *links;
	struct dev *next; /* in order of attachment */
};

/* Creates, attaches and resets one device on a machine. */
struct dev *dev_add(struct machine *m, const struct board_row *row, struct err *err);
/* By id; NULL if there is none. */
struct dev *dev_find(const struct machine *m, const char *id);
/* A wire into input pin `in`; and soldering output pin `out` to a wire. */
struct line dev_pin(struct dev *d, unsigned in);
void dev_connect(struct dev *d, unsigned out, struct line to);
/* Maps the bank where the row says: a port or a memory address. */
void dev_map(struct dev *d, const struct board_row *row, struct reg_map *map, const struct reg_bank *bank);
/* Value of `key` in a "key=value,..." list, copied to out; false if absent. */
bool dev_option(const char *opts, const char *key, char *out, size_t size);
u64 dev_option_number(const char *opts, const char *key, u64 otherwise);

#endif
