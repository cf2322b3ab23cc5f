/* SPDX-License-Identifier: MIT */
/* Determinism: it cannot be seen in how many pieces a program was run, nor whether it was traced. Programs of random
 * bytes are run in one go, in random slices, one count at a time and traced, in every mode; state and memory must be
 * the same afterwards. The design's idea 5: a run is a pure function of machine, images and input. */
#include "tests/unit/x86_rig.h"

#include "mem/base/log.h"

#include <stdlib.h>

enum { RAM_SIZE = 16 << 20, COUNTS = 1200, CODE_PAGES = 4 };

static u8 *image, *pristine; /* the state and the memory that every run starts from */
static FILE *nowhere;

static struct ram *ram(void)
{
	return space_find(c->cpu.memory, 0)->region->ram;
}

static void start(void)
{
	rig_start();
	image = malloc(state_saved_size(x86_ops.state));
	pristine = malloc(RAM_SIZE);
	nowhere = fopen("/dev/null", "w");
	cr_assert(image && pristine && nowhere);
}

static void finish(void)
{
	log_mask = 0;
	fclose(nowhere);
	free(image);
	free(pristine);
	rig_stop();
}

TestSuite(slices, .init = start, .fini = finish, .timeout = 120);

static u64 draw(u64 *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

/* ---- going back ------------------------------------------------------------------------------------------------ */

static void clean(void)
{
	memset(ram()->page_flags, 0, RAM_SIZE / RAM_PAGE_SIZE);
	tlb_flush_all(&c->cpu.tlb);
}

static void remember(void)
{
	cpu_sync(&c->cpu);
	state_save(x86_ops.state, c, image);
	memcpy(pristine, ram()->host, RAM_SIZE);
	ram_touch(ram(), 0, RAM_SIZE);
	clean();
}

/* All pages that were written since, and every described member: what no row describes must not matter. */
static void go_back(void)
{
	for (u64 at = 0; at < RAM_SIZE; at += RAM_PAGE_SIZE) {
		if (!(ram()->page_flags[at >> RAM_PAGE_BITS] & RAM_DIRTY_SAVE))
			continue;
		ram_touch(ram(), at, RAM_PAGE_SIZE);
		memcpy(ram()->host + at, pristine + at, RAM_PAGE_SIZE);
		ram()->page_flags[at >> RAM_PAGE_BITS] &= (u8)~RAM_DIRTY_ALL;
	}
	state_load(x86_ops.state, c, image);
	x86_loaded(c);
}

static u64 outcome(void)
{
	u64 h = cpu_hash(&c->cpu, STATE_HASH_INIT);

	for (u64 at = 0; at < RAM_SIZE; at += RAM_PAGE_SIZE) {
		if (ram()->page_flags[at >> RAM_PAGE_BITS] & RAM_DIRTY_SAVE)
			h = state_hash_bytes(ram()->host + at, RAM_PAGE_SIZE, h ^ at);
	}
	return h;
}

/* ---- ways to run ------------------------------------------------------------------------------------------------ */

/* Slices of up to `most` counts, 0: one piece. Ends early if the processor halts or shuts down for good. */
static u64 run(unsigned most, u64 seed)
{
	u64 begin = c->cpu.icount, end = begin + COUNTS;

	while (c->cpu.icount < end) {
		u64 until = most ? c->cpu.icount + 1 + draw(&seed) % most : end;
		enum stop stop = cpu_run(&c->cpu, until < end ? until : end);

		cr_assert_leq(c->cpu.icount, until);
		if (stop != STOP_UNTIL)
			break;
	}
	return outcome();
}

static void compare(const char *what, u64 seed)
{
	u64 want = run(0, 0), got;

	for (unsigned way = 0; way < 4; way++) {
		static const unsigned most[] = {1, 3, 50, 400};

		go_back();
		got = run(most[way], seed + 1);
		cr_assert_eq(got, want, "%s, seed %llx, slices up to %u: %llx instead of %llx, icount %llu, pc %llx",
			what, (unsigned long long)seed, most[way], (unsigned long long)got, (unsigned long long)want,
			(unsigned long long)c->cpu.icount, (unsigned long long)c->cpu.pc);
	}
	go_back();
	log_mask = 1u << LOG_EXEC;
	got = run(0, 0);
	log_mask = 0;
	cr_assert_eq(got, want, "%s, seed %llx, traced", what, (unsigned long long)seed);
	go_back();
	cr_assert_eq(run(0, 0), want, "%s, seed %llx, again", what, (unsigned long long)seed);
	go_back();
}

/* ---- random programs -------------------------------------------------------------------------------------------- */

/* Handlers that step over the byte that could not be executed, so that a run lasts. */
static void make_handlers(const char *plain, const char *with_error)
{
	for (unsigned n = 0; n < 256; n++) {
		const char *hex = n == X_DF || (n >= X_TS && n <= X_PF) || n == X_AC ? with_error : plain;

		for (unsigned k = 0; hex[2 * k]; k++) {
			char byte[3] = {hex[2 * k], hex[2 * k + 1], 0};

			rig_poke(rig_handler(n) + k, 1, strtoul(byte, NULL, 16));
		}
	}
}

/* Common opcodes more often than chance would have them: stores and string instructions through DI, near jumps,
 * INC/DEC, PUSH/POP, REP. */
static u8 draw_byte(u64 *s)
{
	static const u8 common[] = {
		0xaa, 0xab, 0xa4, 0xa5, 0xf3, 0x88, 0x89, 0x8b, 0x01, 0x31, 0xeb, 0x75, 0x74, 0xe2, 0x40, 0x47,
		0x50, 0x58, 0xb0, 0xb9, 0x66, 0xfe, 0xff, 0x90, 0xe8, 0xc3, 0x0f, 0x48, 0xfb, 0x9d, 0xcd,
	};
	u64 v = draw(s);

	return v & 3 ? common[(v >> 8) % countof(common)] : (u8)(v >> 40);
}

static void make_program(u64 *s)
{
	for (u64 at = 0; at < CODE_PAGES * RAM_PAGE_SIZE; at++)
		rig_poke(0x10000 + at, 1, draw_byte(s));
	for (unsigned n = 0; n < 16; n++) {
		if (n != R_SP)
			c->r[n] = draw(s) & 1 ? 0x10000 + draw(s) % (CODE_PAGES * RAM_PAGE_SIZE) : draw(s) & 0xfff;
	}
	c->cpu.pc = 0x10000 + draw(s) % RAM_PAGE_SIZE;
	remember();
}

static void random_programs(const char *what, unsigned n, void (*enter)(void))
{
	u64 s = 0x243f6a8885a308d3;

	log_set_file(nowhere);
	for (unsigned k = 0; k < n; k++) {
		u64 seed = s;

		enter();
		make_program(&s);
		compare(what, seed);
		draw(&s);
	}
}

static void enter_real(void)
{
	c->cr4 = 0;
	c->efer = 0;
	rig_real();
	make_handlers("5589e5ff46025dcf", "5589e5ff46025dcf"); /* push bp; mov bp,sp; inc word [bp+2]; pop bp; iret */
	c->seg[S_CS].base = c->seg[S_DS].base = c->seg[S_ES].base = 0x10000 - 0x1000;
	c->seg[S_CS].sel = c->seg[S_DS].sel = c->seg[S_ES].sel = 0xf00;
	x86_update(c);
}

static void enter_protected(void)
{
	c->cr4 = 0;
	rig_protected(0);
	make_handlers("ff0424cf", "83c404ff0424cf"); /* inc dword [esp]; iret */
	rig_paging(RIG_32);
}

static void enter_long(void)
{
	rig_long(0);
	make_handlers("48ff042448cf", "4883c40848ff042448cf"); /* inc qword [rsp]; iretq */
}

static void enter_user(void)
{
	rig_protected(3);
	make_handlers("ff0424cf", "83c404ff0424cf");
	rig_paging(RIG_PAE);
}

Test(slices, real_mode)
{
	random_programs("real mode", 60, enter_real);
}

Test(slices, protected_mode)
{
	random_programs("protected mode", 60, enter_protected);
}

Test(slices, user_mode)
{
	random_programs("user mode", 60, enter_user);
}

Test(slices, long_mode)
{
	random_programs("64-bit mode", 60, enter_long);
}

/* ---- one case that is easily got wrong -------------------------------------------------------------------------- */

static void code_le32(u64 v)
{
	char hex[9];

	snprintf(hex, sizeof(hex), "%08x", swap32((u32)v));
	rig_code(hex);
}

/* A program clears the accessed bit of its own page without INVLPG, and reads addresses that push the page out of the
 * TLB. Whoever fetches again now sets the bit: that must not depend on a deadline in the middle of the block.
 *   mov byte [pte], 07h; mov eax, [208000h + k * 4 MiB] (k = 1, 2 ...); nop x4; hlt */
Test(slices, a_deadline_fetches_nothing)
{
	u64 pte = rig_pte(RIG_32, RIG_CODE), end;

	rig_protected(0);
	rig_code("c605");
	code_le32(pte);
	rig_code("07");
	rig_paging(RIG_32);
	for (unsigned k = 1; k < 40; k++) { /* all through one page table */
		rig_poke(RIG_TABLES + 4 * k, 4, rig_peek(RIG_TABLES, 4));
		rig_code("a1");
		code_le32(0x208000 + k * 0x400000ull);
	}
	rig_code("90909090 f4");
	remember();
	cr_assert_eq(rig_run(), RIG_HALTED);
	end = c->cpu.icount;
	cr_expect_eq(rig_peek(pte, 1), 0x07, "nothing has fetched since");
	for (u64 at = 1; at < end; at++) {
		go_back();
		cr_assert_eq(cpu_run(&c->cpu, at), STOP_UNTIL);
		cr_assert_eq(rig_run(), RIG_HALTED);
		cr_expect_eq(rig_peek(pte, 1), 0x07, "stopped after %llu", (unsigned long long)at);
	}
}

/* The same with two blocks that share a place in the table of blocks (cpu/block.c, jump_of): whoever remembers that one
 * follows the other does not look there, and does not fetch; a deadline in between must not make it look.
 *   8000: mov ecx, 6
 *   8005: mov byte [pte of 300000h], 07h; mov eax, [100000h + k * 4 MiB] (k = 1, 2 ...); jmp 8308h
 *   8308: jmp 300000h      300000: dec ecx; jz 8400h; jmp 8005h      8400: hlt */
Test(slices, a_deadline_between_blocks_fetches_nothing)
{
	static const u8 second[] = {0xe9, 0xf3, 0x7c, 0x2f, 0x00};
	static const u8 third[] = {0x49, 0x0f, 0x84, 0xf9, 0x83, 0xd0, 0xff, 0xe9, 0xf9, 0x7f, 0xd0, 0xff};
	unsigned at = 0x8005 + 7;

	rig_protected(0);
	rig_code("b906000000 c605");
	code_le32(rig_pte(RIG_32, 0x300000));
	rig_code("07");
	rig_paging(RIG_32);
	for (unsigned k = 1; k < 40; k++, at += 5) {
		rig_poke(RIG_TABLES + 4 * k, 4, rig_peek(RIG_TABLES, 4));
		rig_code("a1");
		code_le32(0x100000 + k * 0x400000ull);
	}
	rig_code("e9");
	code_le32(0x8308 - (at + 5));
	space_load(c->cpu.memory, 0x8308, second, sizeof(second));
	space_load(c->cpu.memory, 0x300000, third, sizeof(third));
	rig_poke(0x8400, 1, 0xf4);
	remember();
	run(0, 0);
	cr_assert(c->halted && c->r[R_CX] == 0 && c->cpu.icount == 1 + 6 * (1 + 39 + 1 + 1 + 2) + 5 + 1);
	go_back();
	compare("chains", 0);
}
