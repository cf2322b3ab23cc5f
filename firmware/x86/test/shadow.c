/* SPDX-License-Identifier: MIT */
/*
 * When a pending interrupt is taken: after the instruction that follows STI, at once after POPF, never across
 * STI; CLI; and REP string instructions stop between iterations with RF set (SDM vol. 3 6.8.1, 6.8.3, 17.3.1.1).
 */
#include "firmware/x86/lib/apic.h"
#include "firmware/x86/test/check.h"
#include "firmware/x86/test/suites.h"

enum { VEC_A = 0x41, VEC_TIMER = 0x71 };

static void note_ip(struct frame *f)
{
	test_state.word[0]++;
	test_state.word[1] = f->ip;
	test_state.word[2] = f->cx;
	test_state.word[3] = f->flags;
	lapic_write(LAPIC_EOI, 0);
}

SNIPPET(sti_nop, TRAP_NEXT "sti\n\tnop\n9:\tnop\n\tnop\n\tcli")
SNIPPET(sti_cli, "sti\n\tcli\n\tnop")
SNIPPET(popf_if, "pushf\n\tor" WIDE " $0x200, (" R("sp") ")\n\t" TRAP_NEXT "popf\n9:\tnop\n\tnop\n\tcli")
SNIPPET(sti_hlt, TRAP_NEXT "sti\n\thlt\n9:\tcli")
SNIPPET(sti_sti, TRAP_NEXT "sti\n\tsti\n9:\tnop\n\tcli")
SNIPPET(rep_stos, "movl $0x800000, %%edi\n\tmovl $0x400000, %%ecx\n\tmovl $0x55, %%eax\n\tcld\n\tsti\n\t" TRAP_NEXT
		  "9:\trep stosb\n\tcli\n\tmovl %%ecx, " WORD(4) "\n\tmovl %%edi, " WORD(5))

static int run(void (*code)(void *))
{
	test_state.word[0] = 0;
	lapic_self_ipi(VEC_A);
	return trap_catch(code, NULL);
}

static void drain(void)
{
	cpu_sti();
	__asm__ volatile("nop\n\tnop");
	cpu_cli();
}

static void check_rep(void)
{
	int vector = VEC_NONE;

	trap_set(VEC_TIMER, note_ip);
	lapic_write(LAPIC_DIVIDE, 0xB);
	lapic_write(LAPIC_TIMER, VEC_TIMER);
	for (int tries = 0; tries < 10; tries++) {
		test_state.word[0] = test_state.word[2] = 0;
		lapic_write(LAPIC_INITIAL, 100000);
		vector = trap_catch(rep_stos, NULL);
		/* On a busy host the timer may end before the first or after the last iteration. */
		if (test_state.word[2] - 1 < 0x3FFFFF)
			break;
	}
	check_none("rep-interrupted", vector);
	check("rep-interrupt-ip-is-the-rep", test_state.word[1], trap_mark);
	check_range("rep-interrupt-count-partial", test_state.word[2], 1, 0x3FFFFF);
	check("rep-interrupt-rf", test_state.word[3] & FLAG_RF, FLAG_RF);
	check("rep-finishes-count", test_state.word[4], 0);
	check("rep-finishes-pointer", test_state.word[5], 0xC00000);
	check("rep-last-byte", mem8(0xBFFFFF), 0x55);
	lapic_write(LAPIC_TIMER, LVT_MASKED);
}

void suite_shadow(void)
{
	if (!(cpuid(1).edx >> 9 & 1)) {
		check_skip("all");
		return;
	}
	irq_init();
	trap_set(VEC_A, note_ip);
	check_none("sti", run(sti_nop));
	check("sti-taken-once", test_state.word[0], 1);
	check("sti-delays-one-instruction", test_state.word[1], trap_mark);
	check_none("sti-cli", run(sti_cli));
	check("sti-cli-takes-nothing", test_state.word[0], 0);
	drain();
	check_none("popf", run(popf_if));
	check("popf-has-no-shadow", test_state.word[1], trap_mark);
	check_none("sti-hlt", run(sti_hlt));
	check("sti-hlt-wakes-behind-hlt", test_state.word[1], trap_mark);
	check_none("sti-sti", run(sti_sti));
	check("second-sti-has-no-shadow", test_state.word[1], trap_mark);
	check_rep();
}
