/* SPDX-License-Identifier: MIT */
/* See x86_rig.h. Tables are laid out as Intel SDM vol. 3, chapters 3, 4, 6 and 7 show them. */
#include "tests/unit/x86_rig.h"

#include "mem/base/log.h"

#include <stdlib.h>

enum { RAM_SIZE = 16 << 20 };

struct rig {
	struct x86 x86; /* first: the engine passes pointers to it */
	struct space memory, ports;
	struct ram ram;
	struct region region;
	u64 code;
	FILE *log;
};

struct x86 *c;
static struct rig *rig;

/* ---- memory -------------------------------------------------------------------------------------- */

void rig_poke(u64 pa, unsigned bytes, u64 value)
{
	space_write(&rig->memory, pa, bytes, value);
}

u64 rig_peek(u64 pa, unsigned bytes)
{
	return space_read(&rig->memory, pa, bytes);
}

u64 rig_desc(u32 base, u32 limit, u16 attr)
{
	return (limit & 0xffff) | (u64)(base & 0xffffff) << 16 | (u64)(attr & 0xf0ff) << 40 |
	       (u64)(limit >> 16 & 15) << 48 | (u64)(base >> 24) << 56;
}

void rig_set_desc(u16 sel, u64 desc)
{
	rig_poke(RIG_GDT + (sel & 0xfff8u), 8, desc);
}

u64 rig_handler(unsigned vector)
{
	return RIG_HANDLERS + vector * 16;
}

void rig_gate(unsigned vector, u16 sel, unsigned type, unsigned dpl)
{
	u64 at = rig_handler(vector), attr = 0x80 | dpl << 5 | type;
	u64 lo = (at & 0xffff) | (u64)sel << 16 | attr << 40 | (at >> 16) << 48;

	if (x86_long(c)) {
		rig_poke(RIG_IDT + vector * 16, 8, lo);
		rig_poke(RIG_IDT + vector * 16 + 8, 8, 0);
	} else {
		rig_poke(RIG_IDT + vector * 8, 8, lo);
	}
}

/* ---- life ---------------------------------------------------------------------------------------- */

void rig_start(void)
{
	struct err err = {{0}};

	rig = calloc(1, sizeof(*rig));
	cr_assert(rig);
	c = &rig->x86;
	space_init(&rig->memory, "memory", ~0ull, NULL);
	space_init(&rig->ports, "ports", 0xffff, NULL);
	cr_assert(ram_init(&rig->ram, "ram", RAM_SIZE, false, &err));
	rig->region = (struct region){.name = "ram", .size = RAM_SIZE, .on = true, .ram = &rig->ram};
	rig->region.kind = REGION_RAM;
	space_add(&rig->memory, &rig->region);
	cr_assert(cpu_init(&c->cpu, &x86_ops, NULL, &rig->memory, &rig->ports, &err), "%s", err.text);
	rig->log = tmpfile();
	log_set_file(rig->log);
	for (unsigned n = 0; n < 256; n++) {
		rig_poke(rig_handler(n), 1, 0xf4); /* hlt */
		rig_poke(rig_handler(n) + 1, 1, 0xcf);
	}
}

void rig_stop(void)
{
	log_set_file(NULL);
	if (rig->log)
		fclose(rig->log);
	cpu_free(&c->cpu);
	space_free(&rig->memory);
	space_free(&rig->ports);
	ram_free(&rig->ram);
	free(rig);
}

/* ---- modes --------------------------------------------------------------------------------------- */

static void set_gdt(void)
{
	const u16 code = SEG_P | SEG_S | SEG_CODE | SEG_RW, data = SEG_P | SEG_S | SEG_RW, flat = SEG_G | SEG_DB;

	rig_set_desc(0, 0);
	rig_set_desc(CODE0, rig_desc(0, 0xfffff, code | flat));
	rig_set_desc(DATA0, rig_desc(0, 0xfffff, data | flat));
	rig_set_desc(CODE3, rig_desc(0, 0xfffff, code | flat | SEG_DPL));
	rig_set_desc(DATA3, rig_desc(0, 0xfffff, data | flat | SEG_DPL));
	rig_set_desc(TSS, rig_desc(RIG_TSS, 0x1ff, SEG_P | SYS_TSS_BUSY));
	rig_set_desc(TSS + 8, 0);
	rig_set_desc(CODE0_64, rig_desc(0, 0xfffff, code | SEG_G | SEG_L));
	rig_set_desc(CODE3_64, rig_desc(0, 0xfffff, code | SEG_G | SEG_L | SEG_DPL));
	rig_set_desc(TSS2, rig_desc(RIG_TSS2, 0x67, SEG_P | SYS_TSS));
	rig_set_desc(CODE0_16, rig_desc(0, 0xffff, code));
	rig_set_desc(DATA0_16, rig_desc(0, 0xffff, data));
	rig_set_desc(LDT, rig_desc(RIG_LDT, 0x7ff, SEG_P | SYS_LDT));
	c->gdtr = (struct dtr){.base = RIG_GDT, .limit = GDT_LIMIT};
	c->idtr = (struct dtr){.base = RIG_IDT, .limit = 0xfff};
	c->tr = (struct seg){.sel = TSS, .attr = SEG_P | SYS_TSS_BUSY, .limit = 0x1ff, .base = RIG_TSS};
}

/* Interrupt gates: 0-31 for the kernel only, 32-255 for everybody. */
static void set_idt(u16 sel)
{
	for (unsigned n = 0; n < 256; n++)
		rig_gate(n, sel, SYS_INT, n < 32 ? 0 : 3);
}

static void load(unsigned seg, u16 sel)
{
	struct x86_desc d;

	cr_assert(x86_desc_get(c, sel, &d));
	d.attr |= SEG_A;
	x86_desc_cache(&d, sel, &c->seg[seg]);
}

static void enter(u16 cs, u16 ds, unsigned cpl)
{
	for (unsigned n = 0; n < S_COUNT; n++)
		load(n, n == S_CS ? cs : ds);
	c->cpl = (u8)cpl;
	c->flags = 0;
	c->r[R_SP] = cpl ? RIG_STACK3 : RIG_STACK0;
	c->cpu.pc = rig->code = RIG_CODE;
	c->cpu.events = 0;
	c->halted = false;
	tlb_flush_all(&c->cpu.tlb);
	x86_update(c);
}

void rig_real(void)
{
	c->cr0 = CR0_ET;
	for (unsigned n = 0; n < S_COUNT; n++)
		x86_load_seg_real(c, n, 0);
	for (unsigned n = 0; n < 256; n++)
		rig_poke(n * 4, 4, rig_handler(n));
	c->idtr = (struct dtr){.limit = 0x3ff};
	c->r[R_SP] = RIG_STACK0;
	c->cpu.pc = rig->code = RIG_CODE;
	c->cpu.events = 0;
	c->halted = false;
	x86_update(c);
}

void rig_protected(unsigned cpl)
{
	if (x86_long(c)) {
		c->cr0 &= ~(u64)CR0_PG;
		c->cr4 = 0;
		tlb_flush_all(&c->cpu.tlb);
	}
	c->cr0 |= CR0_PE | CR0_NE;
	c->efer = 0;
	set_gdt();
	set_idt(CODE0);
	rig_poke(RIG_TSS + 4, 4, RIG_STACK0);
	rig_poke(RIG_TSS + 8, 4, DATA0);
	rig_poke(RIG_TSS + 0x66, 2, 0x100);
	rig_poke(RIG_TSS + 0x1ff, 1, 0xff);
	enter(cpl ? CODE3 : CODE0, cpl ? DATA3 : DATA0, cpl);
}

void rig_long(unsigned cpl)
{
	c->cr4 = 0;
	set_gdt();
	c->efer = EFER_LME | EFER_LMA | EFER_NXE | EFER_SCE;
	c->cr0 |= CR0_PE | CR0_NE | CR0_WP;
	rig_paging(RIG_4LEVEL);
	set_idt(CODE0_64);
	rig_poke(RIG_TSS + 4, 8, RIG_STACK0);
	enter(cpl ? CODE3_64 : CODE0_64, cpl ? DATA3 : DATA0, cpl);
}

/* A protected-mode kernel whose program runs in virtual-8086 mode, CS = SS = 0. */
void rig_v86(void)
{
	rig_protected(0);
	c->flags |= FL_VM;
	c->cpl = 3;
	for (unsigned n = 0; n < S_COUNT; n++)
		x86_load_seg_real(c, n, 0);
	c->r[R_SP] = RIG_STACK3;
	for (unsigned n = 0; n < 256; n++)
		rig_poke(n * 4, 4, rig_handler(n));
	x86_update(c);
}

/* ---- paging -------------------------------------------------------------------------------------- */

enum { LAST = RIG_TABLES + 0x4000 }; /* page tables; two of them with 8-byte entries */

u64 rig_pte(enum rig_paging kind, u64 va)
{
	return LAST + (va >> 12) * (kind == RIG_32 ? 4 : 8);
}

void rig_paging(enum rig_paging kind)
{
	for (u64 va = 0; va < 4 << 20; va += 4096)
		rig_poke(rig_pte(kind, va), kind == RIG_32 ? 4 : 8, va | 7);
	c->cr3 = RIG_TABLES;
	c->cr4 &= ~(u64)CR4_PAE;
	switch (kind) {
	case RIG_32:
		rig_poke(RIG_TABLES, 4, LAST | 7);
		break;
	case RIG_PAE:
		c->cr4 |= CR4_PAE;
		rig_poke(RIG_TABLES, 8, (RIG_TABLES + 0x1000) | 1);
		rig_poke(RIG_TABLES + 0x1000, 8, LAST | 7);
		rig_poke(RIG_TABLES + 0x1008, 8, (LAST + 0x1000) | 7);
		cr_assert(x86_load_pdptes(c, c->cr3));
		break;
	default:
		c->cr4 |= CR4_PAE;
		rig_poke(RIG_TABLES, 8, (RIG_TABLES + 0x1000) | 7);
		rig_poke(RIG_TABLES + 0x1000, 8, (RIG_TABLES + 0x2000) | 7);
		rig_poke(RIG_TABLES + 0x2000, 8, LAST | 7);
		rig_poke(RIG_TABLES + 0x2008, 8, (LAST + 0x1000) | 7);
		break;
	}
	c->cr0 |= CR0_PG | CR0_WP;
	tlb_flush_all(&c->cpu.tlb);
	x86_update(c);
}

/* ---- running ------------------------------------------------------------------------------------- */

void rig_code(const char *hex)
{
	for (; *hex; hex++) {
		char byte[3] = {hex[0], hex[1], 0};

		if (*hex == ' ')
			continue;
		rig_poke(rig->code++, 1, strtoul(byte, NULL, 16));
		hex++;
	}
}

int rig_run(void)
{
	u64 pc;

	switch (cpu_run(&c->cpu, c->cpu.icount + 10000)) {
	case STOP_IDLE:
		pc = (c->seg[S_CS].base + c->cpu.pc - 1) & 0xffffffff;
		return pc >= RIG_HANDLERS && pc < rig_handler(256) ? (int)((pc - RIG_HANDLERS) / 16) : RIG_HALTED;
	case STOP_SHUTDOWN:
		return RIG_SHUTDOWN;
	default:
		return RIG_LIMIT;
	}
}

enum stop rig_step(unsigned n)
{
	return cpu_run(&c->cpu, c->cpu.icount + n);
}

u64 rig_frame(unsigned n)
{
	unsigned bytes = x86_long(c) ? 8 : 4;

	return rig_peek(c->seg[S_SS].ebase + c->r[R_SP] + n * bytes, bytes);
}
