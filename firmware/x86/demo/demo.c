/* SPDX-License-Identifier: MIT */
/*
 * What `orrery` shows without arguments: the machine as the guest finds it, and six planets on their way round
 * the sun, drawn with ANSI cursor moves on COM1 and in VGA text memory, paced by PIT interrupts.
 */
#include "firmware/x86/demo/demo.h"
#include "firmware/x86/lib/cpu.h"
#include "firmware/x86/lib/io.h"
#include "firmware/x86/lib/trap.h"

_Static_assert(sizeof(struct demo_state) <= DEMO_STATE_BYTES, "storage.S reserves less than demo_state");

struct planet {
	const char *name;
	char symbol;
	u8 colour;     /* ANSI 30 to 37 */
	u8 radius;     /* in columns */
	u16 period;    /* frames for one orbit; the ratios are the true ones */
	u16 start;     /* 1/1024 of a turn */
};

static const struct planet planets[] = {
	{ "Mercury", 'o', 37, 6, 24, 300 }, { "Venus", 'o', 33, 11, 62, 800 },	{ "Earth", 'O', 36, 17, 100, 100 },
	{ "Mars", 'o', 31, 22, 188, 560 },  { "Jupiter", '@', 35, 29, 1186, 700 }, { "Saturn", '%', 32, 36, 2946, 930 },
};

enum { EARTH = 2, CENTRE_X = 40, CENTRE_Y = 11, Y_PER_36 = 10, FRAMES_PER_SECOND = 20 };

static void on_tick(struct frame *f)
{
	(void)f;
	demo_state.ticks++;
	outb(PORT_PIC0, 0x20);
}

static void start_ticks(void)
{
	u32 divisor = 1193182 / FRAMES_PER_SECOND;

	outb(PORT_PIC0, 0x11);
	outb(PORT_PIC1, 0x11);
	outb(PORT_PIC0 + 1, VEC_IRQ0);
	outb(PORT_PIC1 + 1, VEC_IRQ0 + 8);
	outb(PORT_PIC0 + 1, 4);
	outb(PORT_PIC1 + 1, 2);
	outb(PORT_PIC0 + 1, 1);
	outb(PORT_PIC1 + 1, 1);
	outb(PORT_PIC0 + 1, 0xFE);
	outb(PORT_PIC1 + 1, 0xFF);
	trap_set(VEC_IRQ0, on_tick);
	outb(PORT_PIT + 3, 0x34);
	outb(PORT_PIT, (u8)divisor);
	outb(PORT_PIT, (u8)(divisor >> 8));
}

/*
 * Sine of turn/1024, in 1/16384: a parabola through the zeros, squared once more to bend it right (error below
 * 0.1 %).
 */
static s32 sine(u32 turn)
{
	s32 x = (s32)(turn & 511), y;

	y = x * (512 - x) / 4;               /* 0 .. 16384 */
	y = (3686 * (y * y / 16384 - y)) / 16384 + y;
	return turn & 512 ? -y : y;
}

static void place(const struct planet *p, u32 frame, int *x, int *y)
{
	u32 turn = p->start + frame % p->period * 1024 / p->period;
	s32 across = sine(turn + 256) * p->radius, down = sine(turn) * p->radius;

	*x = CENTRE_X + (across + (across < 0 ? -8192 : 8192)) / 16384;
	*y = CENTRE_Y - (down * Y_PER_36 / 36 + (down < 0 ? -8192 : 8192)) / 16384;
}

static void draw_sky(struct screen *s)
{
	for (size_t i = 0; i < COUNT_OF(planets); i++)
		for (u32 turn = 0; turn < 1024; turn += 512 / planets[i].radius) {
			struct planet dot = { "", '.', 30, planets[i].radius, 1024, 0 };
			int x, y;

			place(&dot, turn, &x, &y);
			screen_put(s, x, y, '.', 34);
		}
}

static void draw_planets(struct screen *s, u32 frame)
{
	int x, y;

	/* Names go below everything: they may cover an orbit, not a planet or the sun. */
	for (size_t i = 0; i < COUNT_OF(planets) && demo_state.names; i++) {
		int width = (int)str_len(planets[i].name);

		place(&planets[i], frame, &x, &y);
		x = x + 2 + width < SCREEN_COLUMNS ? x + 2 : x - 1 - width;
		screen_text(s, x, y, planets[i].name, planets[i].colour);
	}
	screen_text(s, CENTRE_X - 1, CENTRE_Y, "(*)", 33 | SCREEN_BRIGHT);
	for (size_t i = 0; i < COUNT_OF(planets); i++) {
		place(&planets[i], frame, &x, &y);
		screen_put(s, x, y, planets[i].symbol, (u8)(planets[i].colour | SCREEN_BRIGHT));
	}
}

static void draw_frame(struct screen *s, const struct facts *facts, u32 frame)
{
	screen_clear(s);
	screen_text(s, 1, 0, "O R R E R Y", 37 | SCREEN_BRIGHT);
	screen_text(s, 79 - (int)str_len(facts->clock), 0, facts->clock, 36);
	draw_sky(s);
	draw_planets(s, frame);
	screen_text(s, 1, 22, facts->cpu, 37);
	screen_text(s, 79 - (int)str_len(facts->machine), 22, facts->machine, 37);
	if (demo_state.help)
		screen_text(s, 1, 23, "q power off   n names   space pause   + faster   - slower   h hide this", 32);
	else
		screen_text(s, 1, 23, "h help   q power off", 32);
	screen_show(s);
}

static void power_off(void)
{
	u32 base = pci_read(0x0B, 0x40) & 0xFFC0;

	screen_end();
	con_puts("\r\nThe planets rest. Powering off.\r\n");
	outw((u16)((base ? base : PORT_PM) + 4), 0x2000); /* SLP_EN with S5's SLP_TYP 0 */
	rom_exit(EXIT_PASS);
}

static void take_key(int key)
{
	struct demo_state *d = &demo_state;

	if (key == 'q' || key == 'Q' || key == 3)
		power_off();
	if (key == 'h' || key == '?')
		d->help = !d->help;
	if (key == 'n')
		d->names = !d->names;
	if (key == ' ')
		d->paused = !d->paused;
	if (key == '+' && d->speed < 8)
		d->speed++;
	if (key == '-' && d->speed > 1)
		d->speed--;
	if (key == 12)
		d->redraw = true;
}

void rom_main(const char *line)
{
	bool once = str_has_word(line, "once");
	struct demo_state *d = &demo_state;
	struct screen screen;
	struct facts facts;
	u32 frame = 0, seen = 0;

	d->speed = 1;
	d->names = true;
	facts_read(&facts);
	facts_print(&facts);
	start_ticks();
	screen_begin(&screen);
	for (;;) {
		facts_clock(&facts);
		if (d->redraw)
			screen_begin(&screen);
		d->redraw = false;
		draw_frame(&screen, &facts, frame);
		if (once && frame >= planets[EARTH].period)
			power_off();
		while (d->ticks == seen)
			cpu_sti_hlt_cli();
		seen = d->ticks;
		for (int key = con_getc(); key >= 0; key = con_getc())
			take_key(key);
		if (!d->paused)
			frame += d->speed;
	}
}
