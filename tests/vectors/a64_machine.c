/* SPDX-License-Identifier: MIT */
/* The machine of the A64 vectors: EL0 with translation on and normal memory, so that unaligned accesses work as
 * the vectors expect. Page tables: Arm ARM D8.3 (4 KiB granule, 48-bit addresses, tags: as Linux has it). */
#include "tests/vectors/a64.h"
#include "tests/random.h"

enum { TABLES = 0x1000, DATA_SIZE = 0x10000 }; /* tables lie behind the data */

#define TCR_T0SZ_48 16u
#define TCR_T1SZ_48 (16u << 16)
#define TCR_WB      0x3500u /* inner shareable, write-back walks */
#define TCR_EPD1    BIT(23)
#define TCR_TBI0    BIT(37)
#define MAIR_NORMAL 0xffu
#define CPACR_FPEN  (3u << 20)
#define SCTLR       (1u | 1u << 2 | 1u << 12 | 1u << 14 | 1u << 15 | 1u << 26) /* M C I DZE UCT UCI */

enum { D_TABLE = 3, D_PAGE = 3, D_EL0 = 1 << 6, D_READ_ONLY = 1 << 7, D_SH = 3 << 8, D_AF = 1 << 10 };

/* ---- the state that a seed stands for ------------------------------------------------------------------------ */

static const u64 edge[16] = {
	0, 1, 0xffffffffffffffff, 0x8000000000000000, 0x7fffffffffffffff, 0x80000000, 0x7fffffff, 0xffffffff,
	0xffffffff80000000, 2, 0xffff, 0x8000, 0x7fff, 0xff, 0x80, 0x100000000,
};
static const u64 doubles[16] = {
	0, 0x8000000000000000, 0x3ff0000000000000, 0xbff8000000000000, 0x7ff0000000000000, 0xfff0000000000000,
	0x7ff8000000000001, 0x7ff0000000000001, 1, 0x000fffffffffffff, 0x0010000000000000, 0x7fefffffffffffff,
	0x41dfffffffc00000, 0xc1e0000000000000, 0x43e0000000000000, 0x3fe0000000000000,
};
static const u32 singles[16] = {
	0, 0x80000000, 0x3f800000, 0xbfc00000, 0x7f800000, 0xff800000, 0x7fc00001, 0x7f800001, 1, 0x007fffff,
	0x00800000, 0x7f7fffff, 0x4f000000, 0xcf000000, 0x5f000000, 0x3f000000,
};

static u64 draw_general(u64 *s)
{
	u64 r = random_next(s);

	switch (r & 7) {
	case 0: return edge[r >> 8 & 15];
	case 1: return r >> 8 & 255;
	case 2: return (u64)sign_extend(r >> 16, 32);
	default: return random_next(s);
	}
}

static u64 draw_lane(u64 *s)
{
	u64 r = random_next(s);

	switch (r & 7) {
	case 0: return doubles[r >> 8 & 15];
	case 1: return (u64)singles[r >> 8 & 15] << 32 | singles[r >> 12 & 15];
	case 2: return (random_next(s) & 0x800fffffffffffff) | (1015 + (r >> 8 & 15)) << 52;
	case 3:
		return (random_next(s) & 0x807fffff807fffff) | (119 + (r >> 8 & 15)) << 55 |
			(119 + (r >> 12 & 15)) << 23;
	case 4: return edge[r >> 8 & 15];
	default: return random_next(s);
	}
}

void a64_derive(struct a64_state *s, u64 seed, enum a64_class class)
{
	u64 r;

	memset(s, 0, sizeof(*s));
	for (unsigned k = 0; k < 31; k++)
		s->x[k] = draw_general(&seed);
	r = random_next(&seed);
	s->nzcv = (u32)(r & 15) << 28;
	s->fpcr = (r >> 8 & 7) == 0 ? (u32)(r >> 16 & 15) << 22 : 0;
	s->x[31] = A64_DATA + 0x800;
	s->pc = A64_CODE;
	if (class == A64_LDST) {
		s->x[27] = A64_DATA + 0x800 + (r >> 40 & (r >> 32 & 1 ? 63 : 48));
		s->x[26] = r >> 48 & 63;
	}
	for (unsigned k = 0; k < 32; k++) {
		s->v[k].q[0] = draw_lane(&seed);
		s->v[k].q[1] = draw_lane(&seed);
	}
}

void a64_data(u8 data[A64_DATA_SIZE])
{
	u64 s = 0x4144;

	for (unsigned k = 0; k < A64_DATA_SIZE; k += 8)
		store_le64(data + k, random_next(&s));
}

/* ---- the machine --------------------------------------------------------------------------------------------- */

static void write_ram(struct ram *r, u64 at, const void *buf, size_t n)
{
	ram_touch(r, at, n);
	memcpy(r->host + at, buf, n);
}

static void put_entry(struct a64_machine *m, u64 table, u64 index, u64 value)
{
	u8 b[8];

	store_le64(b, value);
	write_ram(&m->data, table + index * 8, b, sizeof(b));
}

/* Identity, pages of EL0: levels 0, 1, 2, and one table of level 3 for each of the two memories. */
static void make_tables(struct a64_machine *m)
{
	const u64 top = TABLES + 0x4000, middle = TABLES + 0x1000, data = TABLES + 0x2000, code = TABLES + 0x3000;
	const u64 attributes = D_PAGE | D_EL0 | D_SH | D_AF;

	put_entry(m, TABLES, 0, (A64_DATA + top) | D_TABLE);
	put_entry(m, top, 0, (A64_DATA + middle) | D_TABLE);
	put_entry(m, middle, A64_DATA >> 21 & 511, (A64_DATA + data) | D_TABLE);
	put_entry(m, middle, A64_CODE >> 21 & 511, (A64_DATA + code) | D_TABLE);
	put_entry(m, data, 0, A64_DATA | attributes);
	for (unsigned page = 0; page < A64_CODE_SIZE >> 12; page++)
		put_entry(m, code, page, (A64_CODE_BASE + page * 0x1000) | attributes | D_READ_ONLY);
}

static void add_ram(struct a64_machine *m, struct region *r, const char *name, struct ram *ram, u64 base, u64 size)
{
	*r = (struct region){ .name = name, .base = base, .size = size, .on = true, .kind = REGION_RAM };
	r->ram = ram;
	space_add(&m->memory, r);
}

static void enter_user(struct arm *c)
{
	c->sys.sctlr[1] = SCTLR;
	c->sys.tcr[1] = TCR_T0SZ_48 | TCR_T1SZ_48 | TCR_WB | TCR_EPD1 | TCR_TBI0;
	c->sys.mair[1] = MAIR_NORMAL;
	c->sys.ttbr0[1] = A64_DATA + TABLES;
	c->sys.cpacr = CPACR_FPEN;
	c->sys.mdscr = BIT(12); /* TDCC */
	c->sys.hcr = BIT(31); /* RW */
	arm_set_pstate(c, 0);
	arm_set_el(c, 0, false);
	arm_update(c);
}

bool a64_machine_init(struct a64_machine *m, const char *model, struct err *err)
{
	memset(m, 0, sizeof(*m));
	space_init(&m->memory, "memory", ~0ull, NULL);
	space_init(&m->ports, "ports", 0xffff, NULL);
	if (!ram_init(&m->data, "data", DATA_SIZE, false, err) ||
		!ram_init(&m->code, "code", A64_CODE_SIZE, false, err))
		return false;
	add_ram(m, &m->data_region, "data", &m->data, A64_DATA, DATA_SIZE);
	add_ram(m, &m->code_region, "code", &m->code, A64_CODE_BASE, A64_CODE_SIZE);
	if (!cpu_init(&m->arm.cpu, &arm_ops, model, &m->memory, &m->ports, err))
		return false;
	for (unsigned at = 0; at < A64_CODE_SIZE; at += 4)
		a64_machine_put(m, A64_CODE_BASE + at, 0xd4200000); /* BRK */
	a64_data(m->initial);
	write_ram(&m->data, 0, m->initial, sizeof(m->initial));
	make_tables(m);
	cpu_flush_tlb(&m->arm.cpu);
	enter_user(&m->arm);
	return true;
}

void a64_machine_free(struct a64_machine *m)
{
	cpu_free(&m->arm.cpu);
	space_free(&m->memory);
	space_free(&m->ports);
	ram_free(&m->data);
	ram_free(&m->code);
}

u8 *a64_machine_data(struct a64_machine *m)
{
	return m->data.host;
}

void a64_machine_restore(struct a64_machine *m)
{
	write_ram(&m->data, 0, m->initial, sizeof(m->initial));
}

static void load(struct arm *c, const struct a64_state *s)
{
	arm_set_pstate(c, s->pstate | s->nzcv);
	memcpy(c->x, s->x, 31 * sizeof(c->x[0]));
	c->x[R_SP] = s->x[31];
	memcpy(c->v, s->v, sizeof(c->v));
	arm_set_fpcr(c, s->fpcr);
	arm_set_fpsr(c, s->fpsr);
	c->sys.tpidr[0] = s->tpidr;
	c->cpu.pc = s->pc;
	c->excl = false;
	c->btype = 0;
}

static void store(struct arm *c, struct a64_state *s)
{
	u32 pstate = arm_get_pstate(c);

	cpu_sync(&c->cpu);
	s->pc = c->cpu.pc;
	if (c->el) { /* before the exception */
		s->pc = c->sys.elr[1];
		pstate = (u32)c->sys.spsr[1];
		enter_user(c);
	}
	memcpy(s->x, c->x, 31 * sizeof(c->x[0]));
	s->x[31] = c->x[R_SP];
	memcpy(s->v, c->v, sizeof(c->v));
	s->nzcv = pstate & 0xf0000000;
	s->pstate = pstate & A64_PSTATE;
	s->fpcr = c->fpcr;
	s->fpsr = arm_get_fpsr(c) & A64_FPSR;
	s->tpidr = c->sys.tpidr[0];
}

void a64_machine_put(struct a64_machine *m, u64 address, u32 word)
{
	u8 code[4];

	store_le32(code, word);
	write_ram(&m->code, address - A64_CODE_BASE, code, sizeof(code));
}

bool a64_machine_step(struct a64_machine *m, unsigned n, struct a64_state *s, u64 *esr)
{
	struct arm *c = &m->arm;
	bool ok;

	load(c, s);
	for (; n && c->el == 0; n--)
		cpu_run(&c->cpu, c->cpu.icount + 1);
	ok = c->el == 0;
	*esr = c->sys.esr[1];
	store(c, s);
	return ok;
}

bool a64_machine_run(struct a64_machine *m, u32 word, struct a64_state *s, u64 *esr)
{
	a64_machine_put(m, A64_CODE, word);
	return a64_machine_step(m, 1, s, esr);
}
