/* SPDX-License-Identifier: MIT */
/* The generic timers: counters computed from virtual time, comparators whose interrupts the device arm_timer drives,
 * and the event stream that ends WFE. Arm ARM D11 (the Generic Timer), D17.10. */
#include "cpu/arm/sysreg.h"

enum { CTL_ENABLE = 1, CTL_IMASK = 2, CTL_ISTATUS = 4 };

/* CNTKCTL_EL1, CNTHCTL_EL2 */
#define EVNTEN  BIT(2)
#define EVNTDIR BIT(3)

u64 arm_count(const struct arm *c)
{
	return c->bus.time ? c->bus.time(c->bus.arg) / ARM_TIMER_NS : cpu_icount_now(&c->cpu);
}

static u64 offset_of(const struct arm *c, unsigned timer)
{
	return timer == TIMER_VIRT && c->vhost ? c->sys.cntvoff : 0;
}

static bool condition(const struct arm *c, unsigned timer)
{
	return arm_count(c) - offset_of(c, timer) >= c->sys.cnt_cval[timer];
}

/* The condition is CNT - offset >= CVAL, unsigned (D11.2.4). */
u64 arm_timer_due(const struct arm *c, unsigned timer)
{
	u64 now = arm_count(c), at;

	if (!(c->sys.cnt_ctl[timer] & CTL_ENABLE) || condition(c, timer))
		return ~0ull;
	at = now + (c->sys.cnt_cval[timer] - (now - offset_of(c, timer)));
	return at < now || at > ~0ull / ARM_TIMER_NS ? ~0ull : at * ARM_TIMER_NS;
}

bool arm_timer_line(const struct arm *c, unsigned timer)
{
	return (c->sys.cnt_ctl[timer] & (CTL_ENABLE | CTL_IMASK)) == CTL_ENABLE && condition(c, timer);
}

static void changed(struct arm *c, unsigned timer)
{
	if (c->bus.timer_changed)
		c->bus.timer_changed(c->bus.arg, timer);
}

/* ---- registers: arg is the timer ----------------------------------------------------------------- */

static u64 read_count(struct arm *c, const struct sysreg *r)
{
	return arm_count(c) - offset_of(c, r->arg);
}

static u64 read_ctl(struct arm *c, const struct sysreg *r)
{
	u64 ctl = c->sys.cnt_ctl[r->arg];

	return ctl | ((ctl & CTL_ENABLE) && condition(c, r->arg) ? CTL_ISTATUS : 0);
}

static void write_ctl(struct arm *c, const struct sysreg *r, u64 v)
{
	c->sys.cnt_ctl[r->arg] = v & (CTL_ENABLE | CTL_IMASK);
	changed(c, r->arg);
}

static void write_cval(struct arm *c, const struct sysreg *r, u64 v)
{
	c->sys.cnt_cval[r->arg] = v;
	changed(c, r->arg);
}

static u64 read_tval(struct arm *c, const struct sysreg *r)
{
	return (u32)(c->sys.cnt_cval[r->arg] - (arm_count(c) - offset_of(c, r->arg)));
}

static void write_tval(struct arm *c, const struct sysreg *r, u64 v)
{
	c->sys.cnt_cval[r->arg] = arm_count(c) - offset_of(c, r->arg) + (u64)sign_extend(v, 32);
	changed(c, r->arg);
}

static void write_cntvoff(struct arm *c, const struct sysreg *r, u64 v)
{
	sysreg_store(c, r, v);
	changed(c, TIMER_VIRT);
}

static void write_cntfrq(struct arm *c, const struct sysreg *r, u64 v)
{
	if (c->el == (c->secure ? 3u : c->vhost ? 2u : 1u))
		sysreg_store(c, r, (u32)v);
	else
		arm_undefined(c);
}

/* ---- the event stream (D11.2.6) ------------------------------------------------------------------ */

/* ns until bit EVNTI of the count next becomes 1 (or 0, with EVNTDIR). */
static u64 next_event(u64 ctl, u64 count, u64 now)
{
	unsigned n = (unsigned)bits(ctl, 4, 4);
	u64 period = BIT(n + 1), phase = ctl & EVNTDIR ? 0 : BIT(n), to;

	to = (phase - count) & (period - 1);
	return now + (to ? to : period);
}

void arm_event_stream(struct arm *c)
{
	u64 now = arm_count(c), at = ~0ull;

	if (c->sys.cntkctl & EVNTEN)
		at = next_event(c->sys.cntkctl, now - offset_of(c, TIMER_VIRT), now);
	if (arm_el2_enabled(c) && (c->sys.cnthctl & EVNTEN))
		at = min_u64(at, next_event(c->sys.cnthctl, now, now));
	if (at != ~0ull && c->bus.wake_at)
		c->bus.wake_at(c->bus.arg, at * ARM_TIMER_NS);
}

static const struct sysreg rows[] = {
	{"cntfrq_el0", SYSREG(3, 3, 14, 0, 0), 0, 1, SYS_AT(cntfrq), .write = write_cntfrq, .gate = GATE_CNTFRQ},
	{"cntpct_el0", SYSREG(3, 3, 14, 0, 1), 0, NO_ACCESS, .read = read_count, .gate = GATE_CNTPCT,
	 .arg = TIMER_PHYS},
	{"cntvct_el0", SYSREG(3, 3, 14, 0, 2), 0, NO_ACCESS, .read = read_count, .gate = GATE_CNTVCT,
	 .arg = TIMER_VIRT},
	{"cntkctl_el1", SYSREG(3, 0, 14, 1, 0), 1, 1, SYS_AT(cntkctl), .mask = 0x3ff},
	{"cnthctl_el2", SYSREG(3, 4, 14, 1, 0), 2, 2, SYS_AT(cnthctl), .mask = 0xff, .reset = 3},
	{"cntvoff_el2", SYSREG(3, 4, 14, 0, 3), 2, 2, SYS_ALL(cntvoff), .write = write_cntvoff},
	{"cntp_tval_el0", SYSREG(3, 3, 14, 2, 0), 0, 0, .read = read_tval, .write = write_tval, .gate = GATE_CNTP,
	 .arg = TIMER_PHYS},
	{"cntp_ctl_el0", SYSREG(3, 3, 14, 2, 1), 0, 0, SYS_AT(cnt_ctl[TIMER_PHYS]), .read = read_ctl,
	 .write = write_ctl, .gate = GATE_CNTP, .arg = TIMER_PHYS},
	{"cntp_cval_el0", SYSREG(3, 3, 14, 2, 2), 0, 0, SYS_AT(cnt_cval[TIMER_PHYS]), .write = write_cval,
	 .gate = GATE_CNTP, .arg = TIMER_PHYS},
	{"cntv_tval_el0", SYSREG(3, 3, 14, 3, 0), 0, 0, .read = read_tval, .write = write_tval, .gate = GATE_CNTV,
	 .arg = TIMER_VIRT},
	{"cntv_ctl_el0", SYSREG(3, 3, 14, 3, 1), 0, 0, SYS_AT(cnt_ctl[TIMER_VIRT]), .read = read_ctl,
	 .write = write_ctl, .gate = GATE_CNTV, .arg = TIMER_VIRT},
	{"cntv_cval_el0", SYSREG(3, 3, 14, 3, 2), 0, 0, SYS_AT(cnt_cval[TIMER_VIRT]), .write = write_cval,
	 .gate = GATE_CNTV, .arg = TIMER_VIRT},
	{"cnthp_tval_el2", SYSREG(3, 4, 14, 2, 0), 2, 2, .read = read_tval, .write = write_tval, .arg = TIMER_HYP},
	{"cnthp_ctl_el2", SYSREG(3, 4, 14, 2, 1), 2, 2, SYS_AT(cnt_ctl[TIMER_HYP]), .read = read_ctl,
	 .write = write_ctl, .arg = TIMER_HYP},
	{"cnthp_cval_el2", SYSREG(3, 4, 14, 2, 2), 2, 2, SYS_AT(cnt_cval[TIMER_HYP]), .write = write_cval,
	 .arg = TIMER_HYP},
	{"cntps_tval_el1", SYSREG(3, 7, 14, 2, 0), 1, 1, .read = read_tval, .write = write_tval, .gate = GATE_CNTPS,
	 .arg = TIMER_SEC},
	{"cntps_ctl_el1", SYSREG(3, 7, 14, 2, 1), 1, 1, SYS_AT(cnt_ctl[TIMER_SEC]), .read = read_ctl,
	 .write = write_ctl, .gate = GATE_CNTPS, .arg = TIMER_SEC},
	{"cntps_cval_el1", SYSREG(3, 7, 14, 2, 2), 1, 1, SYS_AT(cnt_cval[TIMER_SEC]), .write = write_cval,
	 .gate = GATE_CNTPS, .arg = TIMER_SEC},
};

const struct sysreg_table arm_sysreg_timer = {rows, countof(rows)};
