/* SPDX-License-Identifier: MIT */
/*
 * Counting and printing of checks, and the bounded waits. A failing line says what was got and what the manual wants,
 * so that a log alone is enough to start looking.
 */
#include "firmware/arm/test/check.h"

_Static_assert(sizeof(struct check_state) <= CHECK_STATE_BYTES, "storage.S reserves less than check_state");
_Static_assert(sizeof(struct test_state) <= TEST_STATE_BYTES, "storage.S reserves less than test_state");
_Static_assert(sizeof(struct user_state) <= USER_STATE_BYTES, "storage.S reserves less than user_state");

void check_group(const char *group)
{
	check_state.group = group;
}

static void passed(const char *name)
{
	check_state.passed++;
	con_printf("ok %s/%s\n", check_state.group, name);
}

static void failed(const char *name)
{
	check_state.failed++;
	con_printf("FAIL %s/%s: ", check_state.group, name);
}

void check(const char *name, u64 got, u64 want)
{
	if (got == want) {
		passed(name);
		return;
	}
	failed(name);
	con_printf("got %x want %x\n", got, want);
}

void check_true(const char *name, bool got)
{
	check(name, got, 1);
}

void check_range(const char *name, u64 got, u64 low, u64 high)
{
	if (got >= low && got <= high) {
		passed(name);
		return;
	}
	failed(name);
	con_printf("got %x want %x to %x\n", got, low, high);
}

void check_skip(const char *name)
{
	check_state.skipped++;
	con_printf("skip %s/%s\n", check_state.group, name);
}

static void say_got(u64 got)
{
	const struct frame *f = &trap_state.last;

	if (got == TRAP_NONE)
		con_puts("got no exception");
	else
		con_printf("got %x (EC %x) at EL%u ELR %x FAR %x SPSR %x", got, got >> 26 & 63, f->el, f->elr, f->far,
			f->spsr);
}

void check_trap(const char *name, u64 got, u64 esr, u64 behind)
{
	const struct frame *f = &trap_state.last;

	if (got == esr && f->elr == f->x[20] + behind) {
		passed(name);
		return;
	}
	failed(name);
	say_got(got);
	con_printf(" want %x (EC %x) ELR %x\n", esr, esr >> 26, f->x[20] + behind);
}

void check_trap_or_none(const char *name, u64 got, u64 esr)
{
	if (got == TRAP_NONE)
		check_skip(name);
	else
		check_trap(name, got, esr, 0);
}

void check_abort(const char *name, u64 got, u64 esr, u64 far)
{
	const struct frame *f = &trap_state.last;

	if (got == esr && f->elr == f->x[20] && f->far == far) {
		passed(name);
		return;
	}
	failed(name);
	say_got(got);
	con_printf(" want %x (EC %x) ELR %x FAR %x\n", esr, esr >> 26, f->x[20], far);
}

void check_esr(const char *name, u64 got, u64 esr)
{
	if (got == esr) {
		passed(name);
		return;
	}
	failed(name);
	say_got(got);
	con_printf(" want %x (EC %x)\n", esr, esr >> 26);
}

void check_none(const char *name, u64 got)
{
	if (got == TRAP_NONE) {
		passed(name);
		return;
	}
	failed(name);
	say_got(got);
	con_puts(" want none\n");
}

void check_traps(const struct trap_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_trap(cases[i].name, trap_catch(cases[i].run, NULL), cases[i].esr, cases[i].behind);
}

void check_traps_user(const struct trap_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_trap(cases[i].name, trap_user(cases[i].run, NULL), cases[i].esr, cases[i].behind);
}

bool cpu_is_max(void)
{
	return has_lse() && id_field(MRS(id_aa64mmfr1_el1), 0);
}

bool has_lse(void)
{
	return id_field(MRS(id_aa64isar0_el1), 20) >= 2;
}

bool has_pan(void)
{
	return id_field(MRS(id_aa64mmfr1_el1), 20);
}

bool has_pauth(void)
{
	return MRS(id_aa64isar1_el1) & 0xff0;
}

u64 ticks_of_us(u64 us)
{
	return us * MRS(cntfrq_el0) / 1000000 + 1;
}

static u64 now(void)
{
	isb();
	return MRS(cntvct_el0);
}

void delay_us(u64 us)
{
	u64 end = now() + ticks_of_us(us);

	while ((s64)(now() - end) < 0)
		;
}

/* The counter bounds a wait in time, and the turns bound it where the counter stands still. */
enum { TURNS_PER_US = 100 };

bool wait_poll(bool (*done)(void), u64 us)
{
	u64 end = now() + ticks_of_us(us);

	for (u64 turns = us * TURNS_PER_US; turns; turns--)
		if (done() || (s64)(now() - end) >= 0)
			break;
	return done();
}

bool wait_irq(bool (*done)(void), u64 us)
{
	bool result;

	irq_enable();
	result = wait_poll(done, us);
	irq_disable();
	return result;
}
