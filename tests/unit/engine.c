/* SPDX-License-Identifier: MIT */
/* The block cache and the run loop (cpu/block.c, cpu/interp.c, cpu/run.c) under code that changes: by itself, ahead of
 * itself, across pages, through another mapping, by DMA; and under deadlines, devices and interrupts in the middle of a
 * block. Self-modifying code: Intel SDM vol. 3, 8.1.3 and 11.6; what counts: cpu/cpu.h. */
#include "tests/unit/x86_rig.h"

#include "cpu/block.h"

#include <stdlib.h>

TestSuite(engine, .init = rig_start, .fini = rig_stop);

static void put(u64 pa, const char *hex)
{
	for (; *hex; hex += *hex == ' ' ? 1 : 2) {
		char byte[3] = {hex[0], hex[1], 0};

		if (*hex != ' ')
			rig_poke(pa++, 1, strtoul(byte, NULL, 16));
	}
}

static int run_from(u64 pc)
{
	c->halted = false;
	c->cpu.events = 0;
	c->cpu.pc = pc;
	return rig_run();
}

static void map_page(u64 va, u64 entry)
{
	rig_poke(rig_pte(RIG_32, va), 4, entry);
	tlb_flush_page(&c->cpu.tlb, va);
}

static struct ram *ram(void)
{
	return space_find(c->cpu.memory, 0)->region->ram;
}

/* ---- code that changes ----------------------------------------------------------------------------------------- */

/* mov byte [8008h], 2; mov al, 1 (becomes 2); hlt */
Test(engine, patches_the_next_instruction)
{
	rig_protected(0);
	rig_code("c605 08800000 02  b001  f4");
	for (unsigned pass = 0; pass < 3; pass++) {
		u64 before = c->cpu.icount;

		rig_poke(0x8008, 1, 1);
		c->r[R_AX] = 0;
		cr_assert_eq(run_from(RIG_CODE), RIG_HALTED);
		cr_expect_eq(c->r[R_AX], 2);
		cr_expect_eq(c->cpu.icount - before, 3u);
	}
}

/* A patch further on, to instructions of other lengths: mov dword [8010h], f4404040h; nop x6; then patched: inc eax
 * three times and hlt, where mov eax, 40404040h was. */
Test(engine, patches_further_on)
{
	rig_protected(0);
	rig_code("c705 10800000 404040f4  909090909090  b840404040  f4");
	c->r[R_AX] = 5;
	cr_assert_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->r[R_AX], 8);
	cr_expect_eq(c->cpu.pc, 0x8014u);
}

/* What has been executed already may change without effect on this pass. */
Test(engine, patches_behind_itself)
{
	rig_protected(0);
	rig_code("b001  c605 01800000 09  b302  f4"); /* mov al,1; mov byte [8001h],9; mov bl,2; hlt */
	cr_assert_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->r[R_AX] & 0xff, 1);
	cr_expect_eq(c->r[R_BX], 2);
	cr_assert_eq(run_from(RIG_CODE), RIG_HALTED);
	cr_expect_eq(c->r[R_AX] & 0xff, 9);
}

/* An instruction rewrites its own first byte: inc byte [8000h] at 8000h. It completes as it was fetched. */
Test(engine, patches_itself)
{
	rig_protected(0);
	rig_code("fe05 00800000 f4");
	cr_assert_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(rig_peek(0x8000, 1), 0xff);
	cr_expect_eq(c->cpu.pc, 0x8007u);
}

/* A loop that increments its own immediate operand 5000 times: more invalidated blocks than are kept at once.
 *   8000: mov ecx, 5000   8005: mov al, 0   8007: inc byte [8006h]   800d: loop 8005   800f: hlt */
Test(engine, patches_in_a_loop)
{
	rig_protected(0);
	rig_code("b988130000  b000  fe05 06800000  e2f6  f4");
	cr_assert_eq(cpu_run(&c->cpu, 100000), STOP_IDLE);
	cr_expect_eq(rig_peek(0x8006, 1), 5000 & 0xff);
	cr_expect_eq(c->r[R_AX] & 0xff, 4999 & 0xff);
	cr_expect_eq(c->cpu.icount, 1u + 5000 * 3 + 1);
}

/* Data beside code in one page is only data. */
Test(engine, writes_beside_the_code)
{
	const struct insn *before;

	rig_protected(0);
	rig_code("b903000000  ff05 00810000  e2f8  f4"); /* mov ecx,3; 1: inc dword [8100h]; loop 1b; hlt */
	cr_assert_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(rig_peek(0x8100, 4), 3);
	c->cpu.pc = RIG_CODE;
	before = block_find(&c->cpu)->insn;
	cr_assert_eq(run_from(RIG_CODE), RIG_HALTED);
	cr_expect_eq(rig_peek(0x8100, 4), 6);
	c->cpu.pc = RIG_CODE;
	cr_expect_eq(block_find(&c->cpu)->insn, before, "the block was not thrown away");
}

/* A page that holds only data again is soon written at full speed: its flag goes. */
Test(engine, a_page_without_code_is_plain_again)
{
	rig_protected(0);
	rig_code("b001 f4");
	cr_assert_eq(rig_run(), RIG_HALTED);
	cr_expect(!ram_page_plain(ram(), RIG_CODE));
	for (unsigned n = 0; n < 200 && !ram_page_plain(ram(), RIG_CODE); n++)
		rig_poke(RIG_CODE, 4, 0);
	cr_expect(ram_page_plain(ram(), RIG_CODE));
}

/* One store over the end of a page changes an instruction that lies across it and one on either side.
 *   8ff6: jmp 8ffd   8ffd: mov al,1   8fff: mov ebx,11223344h   9004: mov cl,1   9006: hlt */
Test(engine, patches_across_pages)
{
	rig_protected(0);
	put(0x8ffd, "b001 bb44332211 b101 f4");
	cr_assert_eq(run_from(0x8ffd), RIG_HALTED);
	cr_expect_eq(c->r[R_BX], 0x11223344);
	put(0x8000, "c705 fe8f0000 02bb8877  e9ee0f0000"); /* mov dword [8ffeh], 7788bb02h; jmp 8ffd */
	cr_assert_eq(run_from(0x8000), RIG_HALTED);
	cr_expect_eq(c->r[R_AX] & 0xff, 2);
	cr_expect_eq(c->r[R_BX], 0x11227788);
	rig_poke(0x9003, 1, 0x99);
	rig_poke(0x9005, 1, 7);
	cr_assert_eq(run_from(0x8ffd), RIG_HALTED);
	cr_expect_eq(c->r[R_BX], 0x99227788);
	cr_expect_eq(c->r[R_CX] & 0xff, 7);
}

/* Page 300000h shows page 8000h; the store goes through one, the code runs through the other. */
Test(engine, patches_through_another_mapping)
{
	rig_protected(0);
	rig_code("c605 08003000 02  b001  f4");
	rig_paging(RIG_32);
	map_page(0x300000, RIG_CODE | 7);
	cr_assert_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->r[R_AX] & 0xff, 2, "running at 8000h, writing at 300000h");
	rig_poke(0x8008, 1, 1);
	rig_poke(0x8002, 4, 0x8008);
	cr_assert_eq(run_from(0x300000), RIG_HALTED);
	cr_expect_eq(c->r[R_AX] & 0xff, 2, "running at 300000h, writing at 8000h");
}

/* DMA and loaders. */
Test(engine, a_device_writes_code)
{
	rig_protected(0);
	rig_code("b001 f4");
	cr_assert_eq(rig_run(), RIG_HALTED);
	space_write_block(c->cpu.memory, RIG_CODE, "\xb0\x77", 2);
	cr_assert_eq(run_from(RIG_CODE), RIG_HALTED);
	cr_expect_eq(c->r[R_AX] & 0xff, 0x77);
	space_load(c->cpu.memory, RIG_CODE, "\xb0\x78", 2);
	cr_assert_eq(run_from(RIG_CODE), RIG_HALTED);
	cr_expect_eq(c->r[R_AX] & 0xff, 0x78);
}

/* ---- instructions that cross a page ---------------------------------------------------------------------------- */

enum { CROSSING = 0x300000 }; /* page with the beginning; the rest is in the next one */

/* mov eax, imm32 with 3 bytes in the first page, and the rest, hlt, in each of two others. */
static void make_crossing(void)
{
	rig_protected(0);
	rig_paging(RIG_32);
	map_page(CROSSING, 0x100000 | 7);
	put(0x100ffd, "b8 1122");
	put(0x101000, "3344 f4");
	put(0x102000, "5566 f4");
}

Test(engine, crossing_second_page_remapped)
{
	make_crossing();
	for (unsigned pass = 0; pass < 3; pass++) {
		map_page(CROSSING + 0x1000, 0x101000 | 7);
		cr_assert_eq(run_from(CROSSING + 0xffd), RIG_HALTED);
		cr_expect_eq(c->r[R_AX], 0x44332211);
		map_page(CROSSING + 0x1000, 0x102000 | 7);
		cr_assert_eq(run_from(CROSSING + 0xffd), RIG_HALTED);
		cr_expect_eq(c->r[R_AX], 0x66552211);
	}
}

Test(engine, crossing_second_page_gone)
{
	make_crossing();
	map_page(CROSSING + 0x1000, 0x101000 | 7);
	cr_assert_eq(run_from(CROSSING + 0xffd), RIG_HALTED);
	map_page(CROSSING + 0x1000, 0);
	cr_expect_eq(run_from(CROSSING + 0xffd), X_PF);
	cr_expect_eq(c->cr2, CROSSING + 0x1000u);
	cr_expect_eq(rig_frame(1), CROSSING + 0xffdu, "the fault is the instruction's");
}

/* Both virtual pages show the same RAM, so the instruction ends where its page begins. */
Test(engine, crossing_into_the_same_page)
{
	make_crossing();
	put(0x100000, "3344 f4");
	map_page(CROSSING + 0x1000, 0x100000 | 7);
	cr_assert_eq(run_from(CROSSING + 0xffd), RIG_HALTED);
	cr_expect_eq(c->r[R_AX], 0x44332211);
	rig_poke(0x100001, 1, 0x99);
	cr_assert_eq(run_from(CROSSING + 0xffd), RIG_HALTED);
	cr_expect_eq(c->r[R_AX], 0x99332211, "its second part is watched too");
	rig_poke(0x100fff, 1, 0x88);
	cr_assert_eq(run_from(CROSSING + 0xffd), RIG_HALTED);
	cr_expect_eq(c->r[R_AX], 0x99338811);
	block_flush_all(&c->cpu);
	cr_assert_eq(run_from(CROSSING + 0xffd), RIG_HALTED);
}

/* The limit of CS ends in the middle of what is cached. */
Test(engine, segment_limit_cuts_a_cached_block)
{
	rig_protected(0);
	rig_code("9090 b811223344 f4");
	cr_assert_eq(rig_run(), RIG_HALTED);
	c->seg[S_CS].limit = 0x8003;
	x86_update(c);
	cr_expect_eq(run_from(RIG_CODE), X_GP);
	cr_expect_eq(rig_frame(1), 0x8002u);
}

/* ---- code that is not in RAM ----------------------------------------------------------------------------------- */

/* FF FF is no instruction. */
Test(engine, runs_into_nowhere)
{
	rig_protected(0);
	cr_expect_eq(run_from(0x80000000), X_UD);
	cr_expect_eq(rig_frame(0), 0x80000000u);
	rig_poke(RAM_PAGE_SIZE * 4096u - 1, 1, 0x90); /* the last byte of RAM, then nothing */
	cr_expect_eq(run_from(RAM_PAGE_SIZE * 4096u - 1), X_UD);
	cr_expect_eq(rig_frame(0), RAM_PAGE_SIZE * 4096u);
}

static u64 fetches;

/* A device whose first byte is another instruction at each read: inc eax, inc ecx ... then hlt. */
static u64 odd_read(void *dev, u64 off, unsigned size)
{
	(void)dev;
	(void)size;
	return off == 0 ? 0x40 + (fetches++ & 7) : 0xf4;
}

Test(engine, runs_in_a_device)
{
	static const struct region_ops ops = {odd_read, NULL, 1, 1};
	static struct region r = {.name = "odd", .base = 0x40000000, .size = 0x1000, .on = true, .kind = REGION_IO,
		.ops = &ops};

	rig_protected(0);
	space_add(c->cpu.memory, &r);
	cpu_flush_tlb(&c->cpu);
	for (unsigned n = 0; n < 4; n++) {
		fetches = n;
		c->r[n] = 7;
		cr_assert_eq(run_from(r.base), RIG_HALTED);
		cr_expect_eq(c->r[n], 8, "fetched anew each time");
	}
	put(RAM_PAGE_SIZE * 4096u - 1, "b0"); /* an instruction that begins in RAM and ends in the device */
	r.base = RAM_PAGE_SIZE * 4096u;
	space_update(c->cpu.memory);
	cpu_flush_tlb(&c->cpu);
	for (unsigned n = 0; n < 4; n++) {
		fetches = n;
		cr_assert_eq(run_from(r.base - 1), RIG_HALTED);
		cr_expect_eq(c->r[R_AX] & 0xff, 0x40 + n);
	}
}

/* 60000 blocks of one jump each: more than the cache keeps. */
Test(engine, more_blocks_than_the_cache_keeps)
{
	u64 end = 0x200000 + 60000 * 2;

	rig_protected(0);
	for (u64 pa = 0x200000; pa < end; pa += 2)
		rig_poke(pa, 2, 0x00eb);
	rig_poke(end, 1, 0xf4);
	for (unsigned pass = 0; pass < 3; pass++) {
		u64 before = c->cpu.icount;

		c->halted = false;
		c->cpu.events = 0;
		c->cpu.pc = 0x200000;
		cr_assert_eq(cpu_run(&c->cpu, before + 100000), STOP_IDLE);
		cr_expect_eq(c->cpu.icount - before, 60001u);
	}
}

/* ---- deadlines -------------------------------------------------------------------------------------------------- */

Test(engine, deadline_anywhere_in_a_block)
{
	rig_protected(0);
	for (unsigned n = 0; n < 100; n++)
		rig_code("40"); /* inc eax */
	rig_code("f4");
	for (unsigned n = 1; n <= 100; n++) {
		u64 before = c->cpu.icount;

		c->r[R_AX] = 0;
		c->cpu.pc = RIG_CODE;
		cr_assert_eq(cpu_run(&c->cpu, before + n), STOP_UNTIL);
		cr_expect_eq(c->cpu.icount, before + n);
		cr_expect_eq(c->r[R_AX], n);
		cr_expect_eq(c->cpu.pc, RIG_CODE + n);
		cr_assert_eq(cpu_run(&c->cpu, before + 1), STOP_UNTIL, "a deadline that has passed");
		cr_expect_eq(c->r[R_AX], n);
	}
}

/* Every iteration counts one; registers are those between two iterations. */
Test(engine, deadline_in_a_repeated_instruction)
{
	rig_protected(0);
	rig_code("90 f3ab 90 f4"); /* nop; rep stosd; nop; hlt */
	for (unsigned n = 1; n <= 3000; n += n < 20 ? 1 : 97) {
		u64 before = c->cpu.icount;

		c->r[R_CX] = 3000;
		c->r[R_DI] = 0x100000;
		c->cpu.pc = RIG_CODE;
		cr_assert_eq(cpu_run(&c->cpu, before + n), STOP_UNTIL);
		cr_expect_eq(c->cpu.icount, before + n);
		cr_expect_eq(c->r[R_CX], 3000 - (n - 1));
		cr_expect_eq(c->r[R_DI], 0x100000 + 4 * (n - 1));
		cr_expect_eq(c->cpu.pc, RIG_CODE + 1u);
		cr_assert_eq(rig_run(), RIG_HALTED);
		cr_expect_eq(c->cpu.icount, before + 1 + 3000 + 2);
		c->halted = false;
		c->cpu.events = 0;
	}
}

/* ---- devices in the middle of a block -------------------------------------------------------------------------- */

struct port {
	u64 icount, pc, limit;
	bool irq;
	unsigned n;
};

static u64 port_read(void *dev, u64 off, unsigned size)
{
	struct port *p = dev;

	(void)off;
	(void)size;
	p->icount = cpu_icount_now(&c->cpu);
	p->pc = cpu_pc_now(&c->cpu);
	p->n++;
	return 0x5a;
}

static void port_write(void *dev, u64 off, unsigned size, u64 value)
{
	struct port *p = dev;

	port_read(dev, off, size);
	if (p->limit)
		cpu_limit(&c->cpu, p->icount + p->limit);
	if (p->irq)
		x86_set_irq(c, true);
	if (value == 0xee)
		cpu_request_stop(&c->cpu);
}

static struct port port;

static void add_port(void)
{
	static const struct region_ops ops = {port_read, port_write, 1, 1};
	static struct region r = {.name = "port", .base = 0x10, .size = 1, .on = true, .kind = REGION_IO, .ops = &ops,
		.dev = &port};

	space_add(c->cpu.ports, &r);
}

/* Devices see the exact count and the exact pc. */
Test(engine, devices_see_exact_time)
{
	rig_protected(0);
	rig_code("90 90 90 e410 90 e610 f4");
	add_port();
	cr_assert_eq(rig_step(4), STOP_UNTIL);
	cr_expect_eq(port.icount, 3u);
	cr_expect_eq(port.pc, RIG_CODE + 3u);
	cr_expect_eq(c->r[R_AX] & 0xff, 0x5a);
	cr_assert_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(port.icount, 5u);
	cr_expect_eq(port.pc, RIG_CODE + 6u);
	cr_expect_eq(port.n, 2u);
}

/* An event that a device arms for soon stops the block that is running. */
Test(engine, devices_move_the_deadline)
{
	for (u64 limit = 1; limit < 40; limit++) {
		u64 start;

		rig_protected(0);
		rig_code("90 e610");
		for (unsigned n = 0; n < 60; n++)
			rig_code("40");
		rig_code("f4");
		if (limit == 1)
			add_port();
		port.limit = limit;
		start = c->cpu.icount;
		cr_assert_eq(cpu_run(&c->cpu, start + 50), STOP_UNTIL);
		cr_expect_eq(c->cpu.icount, start + 1 + limit, "%llu", (unsigned long long)limit);
		cr_expect_eq(c->cpu.pc, RIG_CODE + 3 + (limit - 1));
	}
}

Test(engine, devices_stop_the_run)
{
	rig_protected(0);
	rig_code("b0ee e610 40 40 f4");
	add_port();
	cr_assert_eq(rig_step(100), STOP_REQUEST);
	cr_expect_eq(c->cpu.icount, 2u);
	cr_expect_eq(c->cpu.pc, RIG_CODE + 4u);
	cr_assert_eq(rig_run(), RIG_HALTED);
}

static int acknowledge(void *arg)
{
	(void)arg;
	x86_set_irq(c, false);
	return 0x40;
}

/* The interrupt comes right after the OUT that caused it, and counts one. */
Test(engine, interrupts_in_a_block)
{
	rig_protected(0);
	rig_code("fb 90 e610 40 40 f4"); /* sti; nop; out 10h,al; inc eax; inc eax; hlt */
	add_port();
	port.irq = true;
	c->bus.irq_ack = acknowledge;
	cr_assert_eq(rig_run(), 0x40);
	cr_expect_eq(c->r[R_AX], 0);
	cr_expect_eq(rig_frame(0), RIG_CODE + 4u);
	cr_expect_eq(c->cpu.icount, 3u + 1 + 1, "three instructions, the delivery, the handler's hlt");
}

Test(engine, exceptions_count_one)
{
	rig_protected(0);
	rig_code("90 0f0b");
	cr_assert_eq(rig_run(), X_UD);
	cr_expect_eq(c->cpu.icount, 1u + 1 + 1);
}

/* A fault in the middle of a block: all before it has happened, nothing of it or after it. */
Test(engine, faults_in_a_block)
{
	rig_protected(0);
	rig_code("40 40 f6f3 40 f4"); /* inc eax; inc eax; div bl; inc eax; hlt */
	cr_assert_eq(rig_run(), X_DE);
	cr_expect_eq(c->r[R_AX], 2);
	cr_expect_eq(rig_frame(0), RIG_CODE + 2u);
	cr_expect_eq(c->cpu.icount, 2u + 1 + 1);
}
