/* SPDX-License-Identifier: MIT */
/*
 * Counting and printing of checks, and the bounded waits. A failing line says what was got and what the manual
 * wants, so that a log alone is enough to start looking.
 */
#include "firmware/x86/test/check.h"

_Static_assert(sizeof(struct check_state) <= CHECK_STATE_BYTES, "storage.S reserves less than check_state");
_Static_assert(sizeof(struct test_state) <= TEST_STATE_BYTES, "storage.S reserves less than test_state");

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
	con_printf("got %X want %X\n", got, want);
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
	con_printf("got %X want %X to %X\n", got, low, high);
}

void check_skip(const char *name)
{
	check_state.skipped++;
	con_printf("skip %s/%s\n", check_state.group, name);
}

bool check_on_tcg(void)
{
	struct cpuid r = cpuid(0x40000000);

	return cpuid(1).ecx >> 31 && r.ebx == 0x54474354 && r.ecx == 0x43544743; /* "TCGTCGTCGTCG" */
}

bool check_on_amd(void)
{
	return cpuid(0).ebx == 0x68747541; /* "Auth" */
}

static bool has_error(int vector)
{
	return vector == VEC_DF || (vector >= VEC_TS && vector <= VEC_PF) || vector == VEC_AC;
}

void check_trap(const char *name, int got, int vector, u32 error, bool at_mark)
{
	const struct frame *f = &trap_state.last;
	bool error_ok = got == VEC_NONE || !has_error(vector) || f->error == error;
	bool ip_ok = got == VEC_NONE || !at_mark || f->ip == trap_mark;

	if (got == vector && error_ok && ip_ok) {
		passed(name);
		return;
	}
	failed(name);
	if (got == VEC_NONE) {
		con_printf("got no trap want vector %d\n", vector);
		return;
	}
	con_printf("got vector %d error %x ip %p want vector %d error %x", got, (u32)f->error, f->ip, vector, error);
	if (at_mark)
		con_printf(" ip %p", trap_mark);
	con_printf("\n");
}

void check_none(const char *name, int got)
{
	if (got == VEC_NONE) {
		passed(name);
		return;
	}
	failed(name);
	con_printf("got vector %d error %x ip %p cr2 %p want no trap\n", got, (u32)trap_state.last.error,
		   trap_state.last.ip, trap_state.cr2);
}

void check_faults(const struct fault_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_trap(cases[i].name, trap_catch(cases[i].run, NULL), cases[i].vector, cases[i].error, true);
}

void check_faults_fatal(const struct fault_case *cases, size_t count)
{
	if (!check_on_tcg())
		check_faults(cases, count);
	else
		for (size_t i = 0; i < count; i++)
			check_skip(cases[i].name);
}

void check_faults_user(const struct fault_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_trap(cases[i].name, trap_user(cases[i].run, 0), cases[i].vector, cases[i].error, true);
}

/*
 * The TSC bounds a wait in time and the count bounds it where the TSC stands still. 3 GHz is an upper limit,
 * so a slower clock only waits longer.
 */
enum { TSC_PER_MS = 3000000, TURNS_PER_MS = 200000 };

bool wait_poll(bool (*done)(void), u32 ms)
{
	u64 end = tsc_read() + (u64)ms * TSC_PER_MS;

	for (u64 turns = (u64)ms * TURNS_PER_MS; turns; turns--) {
		if (done())
			return true;
		if (tsc_read() > end)
			break;
	}
	return done();
}

bool wait_halt(bool (*done)(void), u32 ms)
{
	u32 start = irq_state.ticks;

	if (!check_state.pit_works) {
		bool result;

		cpu_sti();
		result = wait_poll(done, ms);
		cpu_cli();
		return result;
	}
	while (!done() && irq_state.ticks - start < ms / 10 + 2)
		cpu_sti_hlt_cli();
	return done();
}
