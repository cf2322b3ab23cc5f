/* SPDX-License-Identifier: MIT */
/* The local APIC's register file: memory-mapped (Intel SDM vol. 3, table 11-1), as MSRs in x2APIC mode (11.12), and the
 * base register that chooses between the two; and the device that holds it all. */
#include "devices/irq/lapic_state.h"

#include "devices/types.h"

#define VERSION (0x14 | (LVT_COUNT - 1) << 16)

enum { MSR_APIC_BASE = 0x1b, MSR_TSC_DEADLINE = 0x6e0, MSR_X2APIC = 0x800 };
enum { ICR_WRITABLE = 0x000ccfff };

static const struct state_field lapic_rows[] = {
	STATE_SUB(struct lapic, timer, event_rows), STATE_U(struct lapic, apic_base), STATE_U(struct lapic,
	tsc_deadline),
	STATE_U(struct lapic, timer_start), STATE_U(struct lapic, timer_from), STATE_U(struct lapic, timer_initial),
	STATE_U(struct lapic, timer_divide), STATE_U(struct lapic, id), STATE_U(struct lapic, tpr),
	STATE_U(struct lapic, ldr),
	STATE_U(struct lapic, dfr), STATE_U(struct lapic, svr), STATE_U(struct lapic, esr), STATE_U(struct lapic,
	esr_pending),
	STATE_U(struct lapic, icr_lo), STATE_U(struct lapic, icr_hi), STATE_U_ARRAY(struct lapic, lvt),
	STATE_U_ARRAY(struct lapic, isr), STATE_U_ARRAY(struct lapic, tmr), STATE_U_ARRAY(struct lapic, irr),
	STATE_U_ARRAY(struct lapic, lint), STATE_U(struct lapic, extint), STATE_U(struct lapic, intr),
	STATE_SKIP(struct lapic, pad),
	STATE_END,
};

/* ---- what writing does ------------------------------------------------------------------------------------------ */

/* While software has the APIC disabled every mask bit is set and stays so (11.4.7.2). */
static void hold_masks(struct lapic *s)
{
	for (unsigned n = 0; n < LVT_COUNT && !(s->svr & SVR_ENABLE); n++)
		s->lvt[n] |= LVT_MASKED;
}

static void wrote_priority(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index, (void)old, (void)now;
	lapic_update(d);
}

static void wrote_eoi(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index, (void)old, (void)now;
	lapic_end_of_interrupt(d);
}

static void wrote_svr(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index, (void)old, (void)now;
	hold_masks(d->state);
	lapic_timer_rearm(d);
	lapic_update(d);
}

static void wrote_lvt(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index, (void)old, (void)now;
	hold_masks(d->state);
	lapic_lint_changed(d);
}

static void wrote_lvt_timer(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index, (void)now;
	hold_masks(d->state);
	lapic_timer_set_mode(d, (u32)old, ((struct lapic *)d->state)->lvt[LVT_TIMER]);
}

/* A write shows the errors since the last one (11.5.3). */
static void wrote_esr(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct lapic *s = d->state;

	(void)index, (void)old, (void)now;
	s->esr = s->esr_pending;
	s->esr_pending = 0;
}

static void wrote_icr(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index, (void)old, (void)now;
	lapic_send_ipi(d);
}

static void wrote_initial(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index, (void)old;
	lapic_timer_set_initial(d, (u32)now);
}

static void wrote_divide(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index;
	lapic_timer_set_divide(d, (u32)old, (u32)now);
}

static u64 read_version(struct dev *d, unsigned index, u64 stored)
{
	(void)d, (void)index, (void)stored;
	return VERSION;
}

static u64 read_ppr(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return lapic_ppr(d->state);
}

static u64 read_initial(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return ((const struct lapic *)d->state)->timer_initial;
}

static u64 read_count(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return lapic_timer_count(d);
}

static u64 read_reserved(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	lapic_error(d, ESR_ILLEGAL_REGISTER);
	return 0;
}

static void wrote_reserved(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index, (void)old, (void)now;
	lapic_error(d, ESR_ILLEGAL_REGISTER);
}

#define LAPIC_REG(label, at, m) .name = label, .off = at, .width = 4, REG_MEMBER(struct lapic, m)
#define LAPIC_MAP(label, at, m) .name = label, .off = at, .width = 4, .stride = 16, REG_MEMBERS(struct lapic, m)
#define LAPIC_LVT(label, n)     LAPIC_REG(label, 0x320 + 16 * (n), lvt[n]), .reset = LVT_MASKED

static const struct reg lapic_regs[] = {
	{LAPIC_REG("ID", 0x20, id), .wmask = 0xff000000},
	{.name = "VERSION", .off = 0x30, .width = 4, .read = read_version},
	{LAPIC_REG("TPR", 0x80, tpr), .wmask = 0xff, .wrote = wrote_priority, .doc = "task priority"},
	{.name = "APR", .off = 0x90, .width = 4, .doc = "arbitration priority: there is no bus to win"},
	{.name = "PPR", .off = 0xa0, .width = 4, .read = read_ppr, .doc = "processor priority"},
	{.name = "EOI", .off = 0xb0, .width = 4, .wrote = wrote_eoi},
	{.name = "RRD", .off = 0xc0, .width = 4},
	{LAPIC_REG("LDR", 0xd0, ldr), .wmask = 0xff000000, .doc = "logical destination"},
	{LAPIC_REG("DFR", 0xe0, dfr), .reset = 0xffffffff, .wmask = 0xf0000000, .doc = "destination format"},
	{LAPIC_REG("SVR", 0xf0, svr), .reset = 0xff, .wmask = 0x3ff, .wrote = wrote_svr, .doc = "enable, spurious vector"},
	{LAPIC_MAP("ISR", 0x100, isr), .doc = "in service"},
	{LAPIC_MAP("TMR", 0x180, tmr), .doc = "trigger mode: 1 is level"},
	{LAPIC_MAP("IRR", 0x200, irr), .doc = "requested"},
	{LAPIC_REG("ESR", 0x280, esr), .wrote = wrote_esr, .doc = "errors"},
	{LAPIC_REG("ICR_LO", 0x300, icr_lo), .wmask = ICR_WRITABLE, .wrote = wrote_icr, .doc = "interrupt command: sends"},
	{LAPIC_REG("ICR_HI", 0x310, icr_hi), .wmask = 0xff000000, .doc = "destination"},
	{LAPIC_LVT("LVT_TIMER", LVT_TIMER), .wmask = 0x700ff, .wrote = wrote_lvt_timer},
	{LAPIC_LVT("LVT_THERMAL", LVT_THERMAL), .wmask = 0x107ff, .wrote = wrote_lvt},
	{LAPIC_LVT("LVT_PERF", LVT_PERF), .wmask = 0x107ff, .wrote = wrote_lvt},
	{LAPIC_LVT("LVT_LINT0", LVT_LINT0), .wmask = 0x1a7ff, .wrote = wrote_lvt},
	{LAPIC_LVT("LVT_LINT1", LVT_LINT1), .wmask = 0x1a7ff, .wrote = wrote_lvt},
	{LAPIC_LVT("LVT_ERROR", LVT_ERROR), .wmask = 0x100ff, .wrote = wrote_lvt},
	{.name = "TIMER_INITIAL", .off = 0x380, .width = 4, .read = read_initial, .wrote = wrote_initial},
	{.name = "TIMER_COUNT", .off = 0x390, .width = 4, .read = read_count},
	{LAPIC_REG("TIMER_DIVIDE", 0x3e0, timer_divide), .wmask = 0x0b, .wrote = wrote_divide},
	{.name = "RESERVED", .off = 0, .width = 4, .count = 64, .stride = 16, .read = read_reserved,
	 .wrote = wrote_reserved,
	 .doc = "sets the ESR's illegal register address bit"},
};

static const struct reg_bank lapic_bank = {
	.name = "lapic", .regs = lapic_regs, .n = countof(lapic_regs), .size = 0x1000, .min = 4, .max = 4};
static const struct reg_bank *const lapic_banks[] = {&lapic_bank, NULL};

void lapic_reset_registers(struct dev *d)
{
	struct lapic *s = d->state;
	u32 id = s->id;

	event_cancel(&s->timer);
	reg_reset(d, &lapic_bank);
	s->id = id;
	s->timer_from = s->timer_initial = 0;
	s->timer_start = s->tsc_deadline = 0;
	s->esr_pending = 0;
	s->extint = false;
	lapic_update(d);
}

void lapic_virtual_wire(struct dev *d)
{
	struct lapic *s = d->state;

	s->svr |= SVR_ENABLE;
	s->lvt[LVT_LINT0] = APIC_EXTINT << 8;
	s->lvt[LVT_LINT1] = APIC_NMI << 8;
	lapic_lint_changed(d);
}

/* ---- the MSRs --------------------------------------------------------------------------------------------------- */

static void map_base(struct dev *d)
{
	const struct lapic *s = d->state;
	struct region *r = &((struct lapic_links *)d->links)->map.region;
	u64 base = s->apic_base & ~0xfffull;
	bool on = lapic_hw_enabled(s) && !lapic_x2(s);

	if (r->base == base && r->on == on)
		return;
	r->base = base;
	r->on = on;
	space_update(&d->machine->memory);
}

/* Legal changes of mode are those of figure 11-27. */
static bool base_allowed(u64 old, u64 now)
{
	u64 mode = now & (BASE_EN | BASE_EXTD), before = old & (BASE_EN | BASE_EXTD);

	if (now & ~(mask_low(40) & ~0x2ffull))
		return false;
	if (mode == BASE_EXTD)
		return false;
	if (mode == BASE_EN && before == (BASE_EN | BASE_EXTD))
		return false;
	return !(mode == (BASE_EN | BASE_EXTD) && before == 0);
}

static bool write_base(struct dev *d, u64 value)
{
	struct lapic *s = d->state;
	const struct lapic_core *core = &((struct lapic_links *)d->links)->core;

	if (!base_allowed(s->apic_base, value))
		return false;
	s->apic_base = value;
	if (!lapic_hw_enabled(s))
		lapic_reset_registers(d);
	map_base(d);
	lapic_update(d);
	if (core->base)
		core->base(core->arg, value);
	return true;
}

/* Which offsets exist in x2APIC mode (table 11-6), and the bits that may be written. */
static const struct x2_reg {
	u16 first, last; /* MSR - 800h */
	bool readable, writable;
	u32 bits;
} x2_regs[] = {
	{0x02, 0x03, true, false, 0},
	{0x08, 0x08, true, true, 0xff},
	{0x0a, 0x0a, true, false, 0},
	{0x0b, 0x0b, false, true, 0},
	{0x0d, 0x0d, true, false, 0},
	{0x0f, 0x0f, true, true, 0x1ff},
	{0x10, 0x27, true, false, 0},
	{0x28, 0x28, true, true, 0},
	{0x32, 0x32, true, true, 0x710ff},
	{0x33, 0x34, true, true, 0x117ff},
	{0x35, 0x36, true, true, 0x1f7ff},
	{0x37, 0x37, true, true, 0x110ff},
	{0x38, 0x38, true, true, 0xffffffff},
	{0x39, 0x39, true, false, 0},
	{0x3e, 0x3e, true, true, 0x0b},
};

static const struct x2_reg *x2_find(u32 n)
{
	for (unsigned i = 0; i < countof(x2_regs); i++) {
		if (n >= x2_regs[i].first && n <= x2_regs[i].last)
			return &x2_regs[i];
	}
	return NULL;
}

enum { X2_ID = 0x02, X2_LDR = 0x0d, X2_ICR = 0x30, X2_SELF_IPI = 0x3f };

static bool x2_read(struct dev *d, u32 n, u64 *value)
{
	const struct lapic *s = d->state;
	struct lapic_links *l = d->links;
	const struct x2_reg *r = x2_find(n);

	if (!lapic_x2(s))
		return false;
	if (n == X2_ICR)
		*value = (u64)s->icr_hi << 32 | s->icr_lo;
	else if (!r || !r->readable)
		return false;
	else if (n == X2_ID)
		*value = l->id;
	else if (n == X2_LDR)
		*value = (u64)(l->id >> 4) << 16 | 1u << (l->id & 15);
	else
		*value = reg_read(&l->map, n * 16, 4);
	return true;
}

static bool x2_write(struct dev *d, u32 n, u64 value)
{
	struct lapic *s = d->state;
	const struct x2_reg *r = x2_find(n);

	if (!lapic_x2(s))
		return false;
	if (n == X2_ICR) {
		if ((u32)value & ~(u32)ICR_WRITABLE)
			return false;
		s->icr_hi = (u32)(value >> 32);
		reg_write(&((struct lapic_links *)d->links)->map, n * 16, 4, value);
		return true;
	}
	if (n == X2_SELF_IPI) {
		if (value > 0xff)
			return false;
		lapic_accept_fixed(d, (u8)value, false);
		return true;
	}
	if (!r || !r->writable || (value & ~(u64)r->bits))
		return false;
	reg_write(&((struct lapic_links *)d->links)->map, n * 16, 4, value);
	return true;
}

bool lapic_msr_read(struct dev *d, u32 msr, u64 *value)
{
	const struct lapic *s = d->state;

	if (msr == MSR_APIC_BASE)
		*value = s->apic_base;
	else if (msr == MSR_TSC_DEADLINE)
		*value = s->tsc_deadline;
	else
		return msr >= MSR_X2APIC && msr < MSR_X2APIC + 0x100 && x2_read(d, msr - MSR_X2APIC, value);
	return true;
}

bool lapic_msr_write(struct dev *d, u32 msr, u64 value)
{
	if (msr == MSR_APIC_BASE)
		return write_base(d, value);
	if (msr == MSR_TSC_DEADLINE) {
		lapic_timer_set_deadline(d, value);
		return true;
	}
	return msr >= MSR_X2APIC && msr < MSR_X2APIC + 0x100 && x2_write(d, msr - MSR_X2APIC, value);
}

/* ---- device ----------------------------------------------------------------------------------------------------- */

void lapic_connect(struct dev *d, const struct lapic_core *core)
{
	((struct lapic_links *)d->links)->core = *core;
}

static bool lapic_attach(struct dev *d, const struct board_row *row, struct err *err)
{
	struct lapic_links *l = d->links;

	(void)err;
	l->id = (u32)dev_option_number(row->opts, "id", 0);
	l->bsp = dev_option_number(row->opts, "bsp", 1);
	dev_map(d, row, &l->map, &lapic_bank);
	lapic_timer_init(d);
	return true;
}

static void lapic_reset(struct dev *d)
{
	struct lapic *s = d->state;
	const struct lapic_links *l = d->links;

	s->apic_base = 0xfee00000 | BASE_EN | (l->bsp ? BASE_BSP : 0);
	s->id = l->id << 24;
	lapic_reset_registers(d);
	map_base(d);
}

static struct line lapic_pin(struct dev *d, unsigned n)
{
	return n <= LAPIC_LINT1 ? (struct line){lapic_set_lint, d, n} : (struct line){NULL, NULL, 0};
}

const struct dev_type lapic_type = {
	.name = "lapic",
	.about = "local APIC with x2APIC and TSC-deadline timer",
	.state_size = sizeof(struct lapic),
	.links_size = sizeof(struct lapic_links),
	.version = 1,
	.banks = lapic_banks,
	.state = lapic_rows,
	.attach = lapic_attach,
	.reset = lapic_reset,
	.loaded = map_base,
	.pin = lapic_pin,
};
