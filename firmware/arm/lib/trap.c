/* SPDX-License-Identifier: MIT */
/*
 * What happens to an exception: a registered handler, or record and unwind. A record may belong to a lower level than
 * the exception (then ERET leads to it), to the same, or to EL2 while the exception came to EL1 (then HVC does).
 */
#include "firmware/arm/lib/trap.h"

_Static_assert(sizeof(struct trap_state) <= TRAP_STATE_BYTES, "storage.S reserves less than trap_state");
_Static_assert(sizeof(struct boot_state) <= BOOT_STATE_BYTES, "storage.S reserves less than boot_state");
_Static_assert(sizeof(struct frame) == FRAME_BYTES, "vectors.S makes another frame");

/* What trap_catch keeps on the stack. */
struct trap_record {
	u64 x[12], outer, spsr;
};
extern struct trap_record *trap_recover;
extern char user_stack_top[], call_stack_top[];

_Noreturn void trap_leave_el1(u64 code, const struct trap_record *record, u64 sp, u64 spsr);
_Noreturn void trap_leave_el2(u64 code, const struct trap_record *record, u64 sp, u64 spsr);
_Noreturn void trap_enter_el1(u64 pc, u64 arg, u64 spsr, u64 sp_el0);
_Noreturn void trap_enter_el2(u64 pc, u64 arg, u64 spsr, u64 sp_el0);
void trap_dispatch(struct frame *f);

void trap_set(u32 slot, void (*handler)(struct frame *))
{
	trap_state.handler[slot] = handler;
	__asm__ volatile("" : : : "memory");
}

void trap_panic(const struct frame *f)
{
	con_printf("PANIC at EL%u vector %u: ESR %x ELR %x SPSR %x FAR %x X30 %x\n", f->el, f->vector, f->esr, f->elr,
		f->spsr, f->far, f->x[30]);
	rom_exit(EXIT_PANIC);
}

void trap_unwind(const struct frame *f, u64 code)
{
	const struct trap_record *record = trap_recover;
	u32 to = (u32)record->spsr >> 2 & 3;

	if (to > f->el) {
		register u64 x0 __asm__("x0") = code;

		__asm__ volatile("hvc %1" : : "r"(x0), "i"(CALL_UNWIND) : "memory");
	}
	if (f->el == 2)
		trap_leave_el2(code, record, (u64)(f + 1), record->spsr);
	trap_leave_el1(code, record, (u64)(f + 1), record->spsr);
}

static u64 code_of(const struct frame *f)
{
	u64 kind = f->vector & 3;

	return kind ? TRAP_INTERRUPT + kind : f->esr;
}

/* The ROM's own calls. */
static void take_call(struct frame *f)
{
	u32 ec = (u32)f->esr >> 26, imm = f->esr & 0xffff;
	u64 (*fn)(u64) = (u64(*)(u64))f->x[0];

	if ((f->vector & 3) != 0 || (ec != EC_HVC && ec != EC_SVC))
		return;
	if (imm == CALL_END)
		trap_unwind(f, TRAP_NONE);
	if (ec == EC_HVC && imm == CALL_UNWIND)
		trap_unwind(f, f->x[0]);
	if (ec == EC_HVC && imm == CALL_EL2)
		f->x[0] = fn(f->x[1]);
}

static bool is_call(const struct frame *f)
{
	u32 ec = (u32)f->esr >> 26;

	return (f->vector & 3) == 0 && (ec == EC_HVC || ec == EC_SVC) && (f->esr & 0xffff) >= CALL_UNWIND;
}

void trap_dispatch(struct frame *f)
{
	struct trap_state *s = &trap_state;
	u32 slot = f->vector & 3 ? SLOT_IRQ - 1 + (u32)(f->vector & 3) : (u32)f->esr >> 26 & 63;

	if (is_call(f)) {
		take_call(f);
		return;
	}
	s->count++;
	if (s->handler[slot]) {
		s->handler[slot](f);
		return;
	}
	if (!trap_recover)
		trap_panic(f);
	s->last = *f;
	trap_unwind(f, code_of(f));
}

static void go(void *arg)
{
	const struct trap_target *t = arg;
	u64 stack = (t->spsr & SPSR_M) == SPSR_EL0T ? (u64)user_stack_top : (u64)call_stack_top;

	if (current_el() == 2) {
		MSR(sp_el1, (u64)call_stack_top - CALL_STACK_BYTES / 2);
		trap_enter_el2(t->pc, t->arg, t->spsr, stack);
	}
	trap_enter_el1(t->pc, t->arg, t->spsr, stack);
}

u64 trap_go(const struct trap_target *target)
{
	struct trap_target copy = *target;
	u64 code, sp = 0;

	if (current_el() == 2)
		sp = MRS(sp_el1);
	code = trap_catch(go, &copy);
	if (current_el() == 2)
		MSR(sp_el1, sp);
	return code;
}

u64 trap_user_spsr(void (*fn)(void *), void *arg, u64 spsr)
{
	const struct trap_target t = {(u64)fn, (u64)arg, SPSR_EL0T | SPSR_DAIF | spsr};

	return trap_go(&t);
}

u64 trap_user(void (*fn)(void *), void *arg)
{
	return trap_user_spsr(fn, arg, 0);
}

u64 trap_el1(void (*fn)(void *), void *arg)
{
	const struct trap_target t = {(u64)fn, (u64)arg, SPSR_EL1H | SPSR_DAIF};

	return trap_go(&t);
}

u64 el2_call(u64 (*fn)(u64), u64 arg)
{
	register u64 x0 __asm__("x0") = (u64)fn;
	register u64 x1 __asm__("x1") = arg;

	__asm__ volatile("hvc %2" : "+r"(x0), "+r"(x1) : "i"(CALL_EL2) : "memory");
	return x0;
}
