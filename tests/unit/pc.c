/* SPDX-License-Identifier: MIT */
/* Wires of the PC that only a program sees, with a few instructions in the place of the firmware: x87 errors through
 * FERR#, interrupt 13 and IGNNE# (SDM vol. 1, D.2.1), a TSC deadline under a TSC that is set (vol. 3, 11.5.4.1),
 * A20. */
#include <criterion/criterion.h>

#include "cpu/x86/x86.h"
#include "devices/board/pc.h"
#include "devices/irq/lapic.h"
#include "devices/types.h"

#include <stdlib.h>

enum { BIOS_SIZE = 0x10000, RESET_VECTOR = 0xfff0, ENOUGH = 100000 /* instructions */ };

static struct machine *m;

/* Runs code, in hex digits, from F000:0000 until the processor waits for ever. */
static void run(const char *hex)
{
	static const u8 jump[] = {0xea, 0, 0, 0, 0xf0};
	static u8 bios[BIOS_SIZE];
	struct machine_config config = {
		.board = &pc_board, .ram_size = 2 << 20, .no_reboot = true,
		.bios = {.name = "bios", .data = bios, .size = BIOS_SIZE},
	};
	struct err err;

	for (unsigned n = 0; hex[n * 2]; n++) {
		char byte[3] = {hex[n * 2], hex[n * 2 + 1], 0};

		bios[n] = (u8)strtoul(byte, NULL, 16);
	}
	memcpy(bios + RESET_VECTOR, jump, sizeof(jump));
	m = machine_new(&config, &err);
	cr_assert(m, "%s", err.text);
	lapic_virtual_wire(dev_find(m, "lapic"));
	cr_assert_eq(machine_run(m, ENOUGH), MACHINE_IDLE);
}

static u64 peek(u64 at, unsigned size)
{
	return space_read(&m->memory, at, size);
}

/* The handler counts at 600h, writes port F0h, loads pi in spite of the error (IGNNE#), and only then clears it. */
Test(pc, x87_error_is_interrupt_13)
{
	const struct x86 *c;

	run("fa31c08ed08ed8bc0070"                 /* cli; ss = ds = 0; sp = 7000h */
	    "b011e620e6a0b008e621b070e6a1"         /* both 8259s: vectors 08h and 70h */
	    "b004e621b002e6a1b001e621e6a1"
	    "b0fbe621b0dfe6a1"                     /* cascade and 13 are open */
	    "c706d4014f008c0ed601"                 /* vector 75h */
	    "c70602067e03fbdbe3d92e0206"           /* sti; fninit; fldcw [602h], IE unmasked */
	    "d9eed9eedef990d9e8f4"                 /* fldz; fldz; fdivp; nop; fld1; hlt */
	    "fe060006e6f0d9ebdbe2b020e6a0e620cf"); /* inc [600h]; out F0h; fldpi; fnclex; end of interrupt; iret */
	c = x86_from(m->cpu);
	cr_expect_eq(peek(0x600, 1), 1);
	cr_expect_eq(c->x87.sw & 0xbfff, 4 << 11, "%x: two zeros, pi, one", c->x87.sw);
	cr_expect_eq(c->x87.r[5].sig, 0xc90fdaa22168c235u);
	cr_expect_not(c->ignne);
	machine_free(m);
}

/* Twice a deadline in the next 2^32 counts, then the TSC is set: just before it, by WRMSR; 2 ms after it, by
 * IA32_TSC_ADJUST. */
Test(pc, tsc_that_is_set_moves_the_deadline)
{
	run("31c08ed08ed8bc0070"                             /* ss = ds = 0; sp = 7000h */
	    "c706000184008c0e0201"                           /* vector 40h */
	    "66b91b0000000f32660d000c00000f306631d2"         /* x2APIC on */
	    "66b90f08000066b8ff0100000f30"                   /* spurious vector, enabled */
	    "66b93208000066b8400004000f30e82f00"             /* timer: vector 40h, TSC deadline; call arm */
	    "66b91000000066b80000f0ff6631d20f30fbf4fa"       /* TSC = FFF00000h; sti; hlt; cli */
	    "e8180066b93b0000000f32662d80841e006683da000f30" /* call arm; TSC_ADJUST -= 2000000 */
	    "fbf4faf4"                                       /* sti; hlt; cli; hlt */
	    "0f3166426631c066b9e00600000f30c3"            /* arm: TSC_DEADLINE = (TSC / 2^32 + 1) * 2^32 */
	    "fe0600066631c06631d266b90b0800000f30cf");       /* inc [600h]; end of interrupt; iret */
	cr_expect_eq(peek(0x600, 1), 2);
	cr_expect_eq(clock_now(&m->clock) >> 20, ((1ull << 32) + 2000000 + (1 << 20)) >> 20, "%llu",
		(unsigned long long)clock_now(&m->clock));
	machine_free(m);
}

Test(pc, port_92_shows_what_the_keyboard_controller_does)
{
	run("f4");
	cr_expect_eq(space_read(&m->ports, 0x92, 1), 2);
	space_write(&m->ports, 0x64, 1, 0xdd);
	cr_expect_eq(space_read(&m->ports, 0x92, 1), 0);
	cr_expect_eq(x86_from(m->cpu)->a20_mask, ~BIT(20));
	space_write(&m->ports, 0x92, 1, 2);
	cr_expect_eq(x86_from(m->cpu)->a20_mask, ~0ull);
	machine_free(m);
}
