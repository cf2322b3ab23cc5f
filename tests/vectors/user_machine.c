/* SPDX-License-Identifier: MIT */
/* Builds page tables, descriptor tables and a task-state segment for the x86-user vectors: Intel SDM vol. 3, 3.4, 4.3,
 * 4.5, 6.10-6.14, 7.2, 7.7. Kernel addresses lie where no vector's pointer points. */
#include "tests/vectors/user_machine.h"

/* Physical layout */
enum {
	P_TABLES = 0x1000, /* the first one is what CR3 points to */
	P_GDT = 0x10000, P_TSS = 0x10800, P_IDT = 0x11000, P_STACK = 0x12000, /* the kernel's pages, up to 13000 */
	P_DATA = 0x20000, P_COPY = 0x24000, P_CODE = 0x28000, RAM_SIZE = 0x40000,
};

#define KERNEL64 0xffffa98765430000ull
#define HANDLERS 0x60000u /* below the kernel's pages, 16 bytes each; never run */

enum {
	SEL_KERNEL_CODE = 0x10, SEL_KERNEL_DATA = 0x18, SEL_CODE32 = 0x23, SEL_DATA = 0x2b, SEL_CODE64 = 0x33,
	SEL_TSS = 0x40, SEL_GS = 0x53,
};
enum { PT_P = 1, PT_W = 2, PT_U = 4, PT_A = 0x20, PT_D = 0x40 };

static void put(struct one *o, u64 addr, unsigned size, u64 value)
{
	u8 b[8];

	store_le(b, size, value);
	one_write(o, addr, b, size);
}

static u64 get(const struct one *o, u64 addr, unsigned size)
{
	return load_le(o->ram.host + addr, size);
}

static u64 kernel(const struct user_machine *m)
{
	return m->mode64 ? KERNEL64 : USER_KERNEL32;
}

/* Maps one page, making the tables on the way. */
static void map(struct user_machine *m, u64 la, u64 pa, unsigned flags, u64 *next_table)
{
	unsigned levels = m->mode64 ? 4 : 2, bits_each = m->mode64 ? 9 : 10, size = m->mode64 ? 8 : 4;
	u64 table = P_TABLES;

	for (unsigned level = levels; level-- > 1;) {
		u64 at = table + (la >> (12 + bits_each * level) & mask_low(bits_each)) * size;

		if (!get(&m->one, at, size)) {
			put(&m->one, at, size, *next_table | PT_P | PT_W | PT_U | PT_A);
			*next_table += 0x1000;
		}
		table = get(&m->one, at, size) & 0xfffff000;
	}
	put(&m->one, table + (la >> 12 & mask_low(bits_each)) * size, size, pa | flags | PT_P | PT_A | PT_D);
}

static void make_pages(struct user_machine *m)
{
	u64 next = P_TABLES + 0x1000;

	for (u64 at = 0; at < USER_DATA_SIZE; at += 0x1000) {
		map(m, USER_DATA + at, P_DATA + at, PT_W | PT_U, &next);
		map(m, USER_CODE + at, P_CODE + at, PT_W | PT_U, &next);
	}
	map(m, USER_COPY, P_COPY, PT_U, &next);
	for (u64 at = P_GDT; at < P_STACK + 0x1000; at += 0x1000)
		map(m, kernel(m) + (at - P_GDT), at, PT_W, &next);
	assert(next <= P_GDT);
}

/* attr as in struct seg */
static void make_descriptor(struct user_machine *m, unsigned sel, u32 base, u32 limit, u16 attr)
{
	u64 d = (limit & 0xffff) | (u64)(limit >> 16 & 15) << 48;

	d |= (u64)(base & 0xffffff) << 16 | (u64)(base >> 24) << 56;
	d |= (u64)(attr & 0xff) << 40 | (u64)(attr >> 12) << 52;
	put(&m->one, P_GDT + (sel & 0xfff8), 8, d);
}

static void make_tables(struct user_machine *m)
{
	u64 base = kernel(m), stack = base + (P_STACK - P_GDT) + 0x1000, tss = base + (P_TSS - P_GDT);
	u16 wide = m->mode64 ? SEG_L | SEG_G : SEG_DB | SEG_G;

	make_descriptor(m, SEL_KERNEL_CODE, 0, 0xfffff, 0x9b | wide);
	make_descriptor(m, SEL_KERNEL_DATA, 0, 0xfffff, 0x93 | SEG_DB | SEG_G);
	make_descriptor(m, SEL_CODE32, 0, 0xfffff, 0xfb | SEG_DB | SEG_G);
	make_descriptor(m, SEL_DATA, 0, 0xfffff, 0xf3 | SEG_DB | SEG_G);
	make_descriptor(m, SEL_CODE64, 0, 0xfffff, 0xfb | SEG_L | SEG_G);
	make_descriptor(m, SEL_GS, 0x10000100, 0xfffff, 0xf3 | SEG_DB | SEG_G);
	make_descriptor(m, SEL_TSS, (u32)tss, 0x67, 0x8b);
	if (m->mode64) {
		put(&m->one, P_GDT + SEL_TSS + 8, 8, tss >> 32);
		put(&m->one, P_TSS + 4, 8, stack);
	} else {
		put(&m->one, P_TSS + 4, 4, stack);
		put(&m->one, P_TSS + 8, 4, SEL_KERNEL_DATA);
	}
	put(&m->one, P_TSS + 0x66, 2, 0x68); /* no I/O permission bits */
	for (unsigned n = 0; n < 256; n++) {
		u64 handler = base - HANDLERS + n * 16, type = n == 3 || n == 4 ? 0xee00 : 0x8e00;
		u64 gate = (handler & 0xffff) | SEL_KERNEL_CODE << 16 | type << 32 | (handler >> 16 & 0xffff) << 48;

		put(&m->one, P_IDT + n * (m->mode64 ? 16 : 8), 8, gate);
		if (m->mode64)
			put(&m->one, P_IDT + n * 16 + 8, 8, handler >> 32);
	}
}

static struct seg flat(u16 sel, u16 attr, u64 base)
{
	return (struct seg){ .sel = sel, .attr = attr, .limit = 0xffffffff, .base = base };
}

static void set_registers(struct user_machine *m)
{
	struct x86 *c = &m->one.x86;
	u64 base = kernel(m);

	for (unsigned n = 0; n < S_COUNT; n++)
		m->seg[n] = flat(SEL_DATA, 0xf3 | SEG_DB | SEG_G, 0);
	m->seg[S_CS] = flat(SEL_CODE32, 0xfb | SEG_DB | SEG_G, 0);
	if (m->mode64)
		m->seg[S_CS] = flat(SEL_CODE64, 0xfb | SEG_L | SEG_G, 0);
	m->seg[S_GS] = flat(SEL_GS, 0xf3 | SEG_DB | SEG_G, 0x10000100);
	c->gdtr = (struct dtr){ .base = base, .limit = SEL_GS | 7 };
	c->idtr = (struct dtr){ .base = base + (P_IDT - P_GDT), .limit = m->mode64 ? 0xfff : 0x7ff };
	c->tr = (struct seg){ .sel = SEL_TSS, .attr = 0x8b, .limit = 0x67, .base = base + (P_TSS - P_GDT) };
	c->cr0 = CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_AM | CR0_PG;
	c->cr4 = CR4_OSFXSR | CR4_OSXMMEXCPT | CR4_OSXSAVE | (m->mode64 ? CR4_PAE : 0);
	c->xcr0 = 7;
	c->efer = m->mode64 ? EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE : 0;
	c->cr3 = P_TABLES;
	c->cpl = 3;
	memcpy(c->seg, m->seg, sizeof(c->seg));
	x86_update(c);
	cpu_flush_tlb(&c->cpu);
}

bool user_machine_init(struct user_machine *m, bool mode64, const char *model, struct err *err)
{
	if (!one_init(&m->one, RAM_SIZE, model, err))
		return false;
	m->mode64 = mode64;
	m->upper = x86_has(&m->one.x86, FEAT_AVX);
	make_pages(m);
	make_tables(m);
	user_memory(m->data);
	one_write(&m->one, P_DATA, m->data, sizeof(m->data));
	one_write(&m->one, P_COPY, m->data, 0x1000);
	ram_touch(&m->one.ram, P_CODE, USER_DATA_SIZE);
	memset(m->one.ram.host + P_CODE, 0xcc, USER_DATA_SIZE);
	set_registers(m);
	return true;
}

void user_machine_protect_code(struct user_machine *m)
{
	u64 none = 0; /* the tables are there */

	for (u64 at = 0; at < USER_DATA_SIZE; at += 0x1000)
		map(m, USER_CODE + at, P_CODE + at, PT_U, &none);
	cpu_flush_tlb(&m->one.x86.cpu);
}

void user_machine_free(struct user_machine *m)
{
	one_free(&m->one);
}

u8 *user_machine_data(struct user_machine *m)
{
	return m->one.ram.host + P_DATA;
}

static bool in_handler(const struct x86 *c)
{
	return c->cpl == 0;
}

void user_machine_load(struct user_machine *m, const struct user_state *s, const u8 *code, unsigned n)
{
	struct x86 *c = &m->one.x86;

	if (in_handler(c)) {
		c->cpl = 3;
		memcpy(c->seg, m->seg, sizeof(c->seg));
		c->flags = s->rflags & ~(u32)FL_OSZAPC;
		x86_update(c);
	}
	for (unsigned k = 0; k < 16; k++)
		c->r[k] = m->mode64 ? s->r[k] : (u32)s->r[k];
	c->flags = s->rflags & ~(u32)FL_OSZAPC;
	x86_set_oszapc(c, s->rflags);
	c->cpu.pc = s->rip;
	c->mxcsr = s->mxcsr;
	c->x87.cw = s->fcw;
	c->x87.sw = s->fsw;
	c->x87.valid = s->ftw;
	memcpy(c->x87.r, s->st, sizeof(s->st));
	for (unsigned k = 0; k < 16; k++)
		memcpy(c->v[k].q, s->v[k], sizeof(s->v[k]));
	one_write(&m->one, P_CODE + USER_CODE_AT, code, n);
}

void user_machine_unload(struct user_machine *m, unsigned ncode)
{
	static const u8 int3[16] = {
		0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc,
	};

	one_write(&m->one, P_CODE + USER_CODE_AT, int3, ncode);
	if (memcmp(user_machine_data(m), m->data, sizeof(m->data)) != 0)
		one_write(&m->one, P_DATA, m->data, sizeof(m->data));
}

/* From the frame on the ring-0 stack: SDM vol. 3, figures 6-4 and 6-8. */
static void read_frame(struct user_machine *m, struct user_result *r)
{
	const struct x86 *c = &m->one.x86;
	unsigned size = m->mode64 ? 8 : 4;
	u64 at = P_STACK + (c->r[R_SP] & 0xfff), used = P_STACK + 0x1000 - at;

	r->trap = (u8)((c->cpu.pc - (kernel(m) - HANDLERS)) / 16);
	r->cr2 = r->trap == 14 ? c->cr2 : 0;
	if (used > 5 * size) {
		r->error = (u32)get(&m->one, at, 4);
		at += size;
	}
	r->s.rip = get(&m->one, at, size);
	r->s.rflags = (u32)get(&m->one, at + 2 * size, 4);
	r->s.r[R_SP] = get(&m->one, at + 3 * size, size);
}

void user_machine_result(struct user_machine *m, struct user_result *r)
{
	struct x86 *c = &m->one.x86;

	memcpy(r->s.r, c->r, sizeof(r->s.r));
	r->s.rip = c->cpu.pc;
	r->s.rflags = x86_get_flags(c);
	r->s.mxcsr = c->mxcsr;
	r->s.fcw = c->x87.cw;
	r->s.fsw = c->x87.sw;
	r->s.ftw = c->x87.valid;
	memcpy(r->s.st, c->x87.r, sizeof(r->s.st));
	for (unsigned k = 0; k < 16; k++)
		memcpy(r->s.v[k], c->v[k].q, sizeof(r->s.v[k]));
	r->trap = 255;
	r->error = 0;
	r->cr2 = 0;
	if (in_handler(c))
		read_frame(m, r);
}
