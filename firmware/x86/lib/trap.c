/* SPDX-License-Identifier: MIT */
/*
 * The IDT and what happens to a trap: a registered handler, or record and unwind (SDM vol. 3 6.10 to 6.14).
 */
#include "firmware/x86/lib/trap.h"
#include "firmware/x86/lib/cpu.h"
#include "firmware/x86/lib/seg.h"

_Static_assert(sizeof(struct trap_state) <= TRAP_STATE_BYTES, "storage.S reserves less than trap_state");

enum { IDT_WORDS = sizeof(uw) / 4, STUB_BYTES = 16 };

extern char trap_stubs[];
extern u64 trap_idt_table[512];
void trap_iret(void *target);
void trap_dispatch(struct frame *f);

u64 *trap_idt(void)
{
	return trap_idt_table;
}

void trap_gate(int vector, u16 selector, u32 offset, u32 access, u32 ist)
{
	u64 *gate = trap_idt() + vector * IDT_WORDS;

	gate[0] = seg_gate(selector, offset, access, ist);
	if (IDT_WORDS == 2)
		gate[1] = 0;
	memory_barrier();
}

void trap_gate_default(int vector)
{
	u32 dpl = vector == VEC_USER || vector == VEC_BP || vector == VEC_OF ? SEG_DPL3 : 0;
	u32 ist = vector == VEC_DF || vector == VEC_NMI;

	trap_gate(vector, SEL_CODE0, (u32)(uw)trap_stubs + (u32)vector * STUB_BYTES, SEG_INT | dpl,
		  IDT_WORDS == 2 ? ist : 0);
}

void trap_idt_load(void)
{
	struct table_register idtr = { 256 * 8 * IDT_WORDS - 1, (uw)trap_idt() };

	lidt(&idtr);
}

void trap_init(void)
{
	for (int v = 0; v < 256; v++)
		trap_gate_default(v);
	trap_idt_load();
}

void trap_set(int vector, void (*handler)(struct frame *))
{
	trap_state.handler[vector] = handler;
	memory_barrier();
}

void trap_panic(const struct frame *f)
{
	con_printf("PANIC vector %u error %x at %x:%p flags %x cr2 %p\n", (u32)f->vector, (u32)f->error, (u32)f->cs,
		   f->ip, (u32)f->flags, cr2_get());
	rom_exit(EXIT_PANIC);
}

void trap_dispatch(struct frame *f)
{
	struct trap_state *s = &trap_state;

	s->count++;
	if (s->handler[f->vector & 0xFF]) {
		s->handler[f->vector & 0xFF](f);
		return;
	}
	if (!trap_recover)
		trap_panic(f);
	s->last = *f;
	s->cr2 = cr2_get();
	s->dr6 = dr6_get();
	s->frame_at = (uw)&f->ip;
	trap_unwind((int)f->vector);
}

static void run_target(void *arg)
{
	trap_iret(arg);
}

int trap_run(const struct trap_target *target)
{
	struct trap_target copy = *target;

	return trap_catch(run_target, &copy);
}

int trap_user(void (*code)(void *), uw flags)
{
	struct trap_target t = {
		.ip = (uw)code,
		.cs = (sizeof(uw) == 8 ? SEL_CODE3_64 : SEL_CODE3) | 3,
		.flags = flags | 2,
		.sp = (uw)trap_stack_top - TRAP_STACK_BYTES / 2,
		.ss = SEL_DATA3 | 3,
		.ds = SEL_DATA3 | 3,
	};

	return trap_run(&t);
}
