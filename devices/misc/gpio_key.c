/* SPDX-License-Identifier: MIT */
/* A push button on a GPIO line. Whoever presses it (the user's power-down command) gives an edge that lasts no time,
 * but drivers look at the line again after the time that contacts bounce (the device tree's gpio-keys, 5 ms unless it
 * says otherwise), so a press holds the line up for a tenth of a second. */
#include "devices/machine.h"
#include "devices/misc/pl061.h"
#include "devices/types.h"

#define PRESS_NS (CLOCK_SECOND / 10)

struct gpio_key {
	struct event release;
};

struct gpio_key_links {
	struct line out;
};

static const struct state_field rows[] = {
	STATE_SUB(struct gpio_key, release, event_rows), STATE_END,
};

static void on_release(void *arg)
{
	struct dev *d = arg;

	line_set(&((struct gpio_key_links *)d->links)->out, false);
}

static void press(void *arg, unsigned pin, bool level)
{
	struct dev *d = arg;
	struct gpio_key *s = d->state;

	(void)pin;
	if (!level)
		return;
	event_at(&s->release, clock_now(&d->machine->clock) + PRESS_NS);
	line_set(&((struct gpio_key_links *)d->links)->out, true);
}

static struct line pin(struct dev *d, unsigned n)
{
	return n == GPIO_KEY_PIN_PRESS ? (struct line){press, d, n} : (struct line){NULL, NULL, 0};
}

static struct line *out(struct dev *d, unsigned n)
{
	return n == GPIO_KEY_OUT ? &((struct gpio_key_links *)d->links)->out : NULL;
}

static void reset(struct dev *d)
{
	struct gpio_key *s = d->state;

	event_cancel(&s->release);
	line_set(&((struct gpio_key_links *)d->links)->out, false);
}

static bool attach(struct dev *d, const struct board_row *row, struct err *err)
{
	struct gpio_key *s = d->state;

	(void)row;
	(void)err;
	event_init(&s->release, &d->machine->clock, "key release", on_release, d);
	return true;
}

const struct dev_type gpio_key_type = {
	.name = "gpio_key", .about = "push button on a GPIO line", .version = 1,
	.state_size = sizeof(struct gpio_key), .links_size = sizeof(struct gpio_key_links),
	.state = rows, .attach = attach, .reset = reset, .pin = pin, .out = out,
};
