/* SPDX-License-Identifier: MIT */
/*
 * The generic timers: counters, the physical, virtual and hypervisor timer with their conditions and interrupts,
 * CNTVOFF, the event stream, WFI as a way to wait (Arm ARM D11).
 */
#include "firmware/arm/test/gic.h"
#include "firmware/arm/test/suites.h"

enum { CTL_ENABLE = 1, CTL_IMASK = 2, CTL_ISTATUS = 4 };

/* The registers of the three, by name. */
struct timer {
	u32 id;
	u64 (*count)(void), (*ctl)(void), (*cval)(void), (*tval)(void);
	void (*set_ctl)(u64), (*set_cval)(u64), (*set_tval)(u64);
};

#define READS(function, name)  static u64 function(void) { isb(); return MRS(name); }
#define WRITES(function, name) static void function(u64 v) { MSR(name, v); }

READS(p_count, cntpct_el0)
READS(p_ctl, cntp_ctl_el0)
READS(p_cval, cntp_cval_el0)
READS(p_tval, cntp_tval_el0)
WRITES(p_set_ctl, cntp_ctl_el0)
WRITES(p_set_cval, cntp_cval_el0)
WRITES(p_set_tval, cntp_tval_el0)
READS(v_count, cntvct_el0)
READS(v_ctl, cntv_ctl_el0)
READS(v_cval, cntv_cval_el0)
READS(v_tval, cntv_tval_el0)
WRITES(v_set_ctl, cntv_ctl_el0)
WRITES(v_set_cval, cntv_cval_el0)
WRITES(v_set_tval, cntv_tval_el0)

/* The hypervisor's from EL1: by a call. */
static u64 hyp_get(u64 which)
{
	isb();
	return which == 0 ? MRS(cnthp_ctl_el2) : which == 1 ? MRS(cnthp_cval_el2) : MRS(cnthp_tval_el2) & 0xffffffff;
}

static u64 hyp_set_ctl(u64 v)
{
	MSR(cnthp_ctl_el2, v);
	return 0;
}

static u64 hyp_set_cval(u64 v)
{
	MSR(cnthp_cval_el2, v);
	return 0;
}

static u64 hyp_set_tval(u64 v)
{
	MSR(cnthp_tval_el2, v);
	return 0;
}

static u64 h_ctl(void)
{
	return el2_call(hyp_get, 0);
}

static u64 h_cval(void)
{
	return el2_call(hyp_get, 1);
}

static u64 h_tval(void)
{
	return el2_call(hyp_get, 2);
}

static void h_set_ctl(u64 v)
{
	el2_call(hyp_set_ctl, v);
}

static void h_set_cval(u64 v)
{
	el2_call(hyp_set_cval, v);
}

static void h_set_tval(u64 v)
{
	el2_call(hyp_set_tval, v);
}

static const struct timer timers[] = {
	{ID_TIMER_PHYS, p_count, p_ctl, p_cval, p_tval, p_set_ctl, p_set_cval, p_set_tval},
	{ID_TIMER_VIRT, v_count, v_ctl, v_cval, v_tval, v_set_ctl, v_set_cval, v_set_tval},
	{ID_TIMER_HYP, p_count, h_ctl, h_cval, h_tval, h_set_ctl, h_set_cval, h_set_tval},
};
static const char *const groups[] = {"timer-physical", "timer-virtual", "timer-hypervisor"};

static void stop_timer(u32 id)
{
	for (u32 n = 0; n < COUNT_OF(timers); n++)
		if (timers[n].id == id)
			timers[n].set_ctl(0);
}

static void check_counters(void)
{
	u64 a = p_count(), b = p_count(), v = v_count(), p = p_count(), freq = MRS(cntfrq_el0);

	check_range("frequency", freq, 1000000, 1000000000);
	check_true("count-grows", b >= a);
	check_range("virtual-is-physical", p - v, 0, freq / 10);
	delay_us(2000);
	check_range("delay", p_count() - p, freq / 500, freq);
}

/* Conditions, polled. */
static void check_condition(const struct timer *t)
{
	u64 freq = MRS(cntfrq_el0), now, tval;

	t->set_ctl(0);
	t->set_cval(~0ull);
	check("disabled", t->ctl() & CTL_ENABLE, 0);
	t->set_ctl(CTL_ENABLE | CTL_IMASK);
	check("far", t->ctl(), CTL_ENABLE | CTL_IMASK);
	check("cval-read", t->cval(), ~0ull);
	t->set_cval(0);
	check("past", t->ctl(), CTL_ENABLE | CTL_IMASK | CTL_ISTATUS);
	now = t->count();
	t->set_tval(freq);
	check_range("tval-sets-cval", t->cval() - now, freq, freq + freq / 2);
	tval = t->tval();
	check_range("tval-counts-down", tval, freq / 2, freq);
	check("tval-future", t->ctl() & CTL_ISTATUS, 0);
	t->set_tval((u64)-1000);
	check("tval-negative", t->ctl() & CTL_ISTATUS, CTL_ISTATUS);
	check_range("tval-negative-read", 0ull - (u64)(s64)(s32)t->tval(), 1000, freq);
	now = t->count();
	t->set_cval(now + freq / 500);
	while (!(t->ctl() & CTL_ISTATUS) && t->count() - now < freq)
		;
	check_range("expires", t->count() - now, freq / 500, freq - 1);
	t->set_ctl(CTL_IMASK);
}

static bool arrived(void)
{
	return gic_state.orders != 0;
}

static void check_interrupt(const struct timer *t)
{
	u64 freq = MRS(cntfrq_el0), now;

	gic_forget();
	gic_state.called[t->id] = stop_timer;
	gic_enable(t->id, 0x80);
	t->set_cval(0);
	t->set_ctl(CTL_ENABLE | CTL_IMASK);
	gic_window();
	check("masked", gic_state.count[t->id], 0);
	check("masked-not-pending", gic_test(GICD_ISPENDR, t->id), 0);
	t->set_ctl(CTL_ENABLE);
	check("line-pending", gic_test(GICD_ISPENDR, t->id), 1);
	t->set_cval(~0ull);
	check("line-follows", gic_test(GICD_ISPENDR, t->id), 0);
	t->set_cval(0);
	check_true("taken", wait_irq(arrived, 100000));
	gic_window();
	check("taken-once", gic_state.count[t->id], 1);
	gic_forget();
	now = t->count();
	t->set_tval(freq / 200);
	t->set_ctl(CTL_ENABLE);
	wfi(); /* wakes although interrupts are masked */
	check_range("wfi-wakes", t->count() - now, freq / 200, freq * 5);
	check("wfi-masked", gic_state.orders, 0);
	gic_window();
	check("after-wfi", gic_state.count[t->id], 1);
	gic_forget();
	t->set_tval(freq / 500);
	t->set_ctl(CTL_ENABLE);
	for (u32 turns = 0; turns < 1000 && !arrived(); turns++)
		__asm__ volatile("wfi\n\tmsr daifclr, #2\n\tisb\n\tmsr daifset, #2" : : : "memory");
	check("wfi-loop", gic_state.count[t->id], 1);
	gic_disable(t->id);
	gic_state.called[t->id] = NULL;
}

static u64 set_offset(u64 v)
{
	MSR(cntvoff_el2, v);
	return 0;
}

static void check_offset(void)
{
	u64 freq = MRS(cntfrq_el0), big = 1ull << 40;

	el2_call(set_offset, big);
	check_range("cntvoff", p_count() - v_count() - big + freq, 0, 2 * freq);
	v_set_ctl(CTL_ENABLE | CTL_IMASK);
	v_set_cval(v_count() + 100 * freq);
	check("cntvoff-condition", v_ctl() & CTL_ISTATUS, 0);
	el2_call(set_offset, big - 200 * freq); /* the virtual count leaps over the comparison */
	check("cntvoff-leap", v_ctl() & CTL_ISTATUS, CTL_ISTATUS);
	el2_call(set_offset, 0);
	v_set_ctl(0);
}

/* CNTKCTL_EL1.EVNTEN: WFE ends at each change of a bit of the count. */
static void check_event_stream(void)
{
	u64 cntkctl = MRS(cntkctl_el1), start, freq = MRS(cntfrq_el0);

	MSR(cntkctl_el1, cntkctl | 1 << 2 | 10 << 4);
	start = p_count();
	for (u32 n = 0; n < 8; n++)
		__asm__ volatile("wfe" : : : "memory");
	check_true("event-stream", p_count() - start < freq);
	MSR(cntkctl_el1, cntkctl);
	__asm__ volatile("sevl\n\twfe\n\tsev\n\twfe" : : : "memory");
	check_true("events", true);
}

void suite_timer(void)
{
	gic_init();
	check_counters();
	for (u32 n = 0; n < COUNT_OF(timers); n++) {
		check_group(groups[n]);
		if (timers[n].id == ID_TIMER_HYP && boot_state.el != 2) {
			check_skip("started at EL1");
			continue;
		}
		check_condition(&timers[n]);
		check_interrupt(&timers[n]);
	}
	check_group("timer");
	if (boot_state.el == 2)
		check_offset();
	check_event_stream();
	gic_init();
}
