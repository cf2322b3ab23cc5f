/* SPDX-License-Identifier: MIT */
/* Long repeated string instructions against a byte-by-byte model: the bulk paths must not be visible. Pages, overlaps,
 * both directions, 16-bit pointers that wrap, deadlines anywhere, code that overwrites itself, and faults midway.
 * Intel SDM vol. 2, REP; vol. 1, 7.3.9; cpu.h on counting. */
#include "tests/random.h"
#include "tests/unit/x86_bare.h"

enum { RAM_SIZE = 0x40000, CODE = 0x30000, GDT = 0x31000, END = 0x20000, SLICES = 400 };
enum { MOVS = 0xa4, CMPS = 0xa6, STOS = 0xaa, LODS = 0xac, SCAS = 0xae };

/* What the model knows: 32-bit registers, a copy of memory, instructions done. */
struct model {
	u32 ax, cx, si, di;
	u64 a, b;      /* last operands compared */
	bool compared, faulted;
	u64 count;
	u8 ram[RAM_SIZE];
};

struct job {
	u8 opcode, rep; /* rep: F2, F3 */
	unsigned size;  /* log2 */
	bool down, narrow; /* DF; 16-bit addresses */
	u32 ax, cx, si, di;
	u32 base, limit; /* of DS and ES; first invalid offset of ES */
};

static struct bare *start(void)
{
	struct bare *r = bare_start(RAM_SIZE);

	x86_boot_protected(&r->x86, CODE, GDT);
	return r;
}

/* ---- the model -------------------------------------------------------------------------------------------------- */

static u32 moved(const struct job *j, u32 at)
{
	u32 to = at + (j->down ? 0u - (1u << j->size) : 1u << j->size);

	return j->narrow ? (at & 0xffff0000) | (to & 0xffff) : to;
}

static u32 pointer(const struct job *j, u32 at)
{
	return j->narrow ? at & 0xffff : at;
}

/* One iteration; false: the repetition ends. */
static bool step(const struct job *j, struct model *m)
{
	unsigned bytes = 1u << j->size;
	u32 si = pointer(j, m->si), di = pointer(j, m->di);
	bool from_ax = j->opcode == SCAS || j->opcode == STOS;
	const u8 *from = m->ram + j->base + si;
	u8 *to = m->ram + j->base + di;
	u64 a = from_ax ? m->ax & mask_low(8 * bytes) : load_le(from, bytes), b = 0;

	if (j->opcode != LODS && (u64)di + bytes > j->limit) {
		m->faulted = true;
		return false;
	}
	if (j->opcode == MOVS || j->opcode == STOS)
		store_le(to, bytes, a);
	else if (j->opcode == LODS)
		m->ax = (u32)((m->ax & ~mask_low(8 * bytes)) | a);
	else
		b = load_le(to, bytes);
	if (j->opcode == MOVS || j->opcode == CMPS || j->opcode == LODS)
		m->si = moved(j, m->si);
	if (j->opcode != LODS)
		m->di = moved(j, m->di);
	m->cx = j->narrow ? (m->cx & 0xffff0000) | ((m->cx - 1) & 0xffff) : m->cx - 1;
	m->count++;
	if (j->opcode != CMPS && j->opcode != SCAS)
		return true;
	m->a = a;
	m->b = b;
	m->compared = true;
	return (a == b) == (j->rep == 0xf3);
}

static void run_model(const struct job *j, struct model *m)
{
	while (pointer(j, m->cx) && step(j, m))
		;
	m->count += m->count == 0 && !m->faulted; /* the instruction itself, if it did nothing */
}

/* ---- the processor ---------------------------------------------------------------------------------------------- */

static unsigned write_code(struct bare *r, const struct job *j)
{
	u8 code[8];
	unsigned n = 0;

	if (j->narrow)
		code[n++] = 0x67;
	if (j->size == 1)
		code[n++] = 0x66;
	code[n++] = j->rep;
	code[n++] = j->opcode + (j->size != 0);
	code[n] = 0xf4; /* HLT: where it ends if there is room left */
	ram_touch(&r->ram, CODE, sizeof(code));
	memcpy(r->ram.host + CODE, code, n + 1);
	return n;
}

static void load(struct bare *r, const struct job *j)
{
	struct x86 *c = &r->x86;

	c->r[R_AX] = j->ax;
	c->r[R_CX] = j->cx;
	c->r[R_SI] = j->si;
	c->r[R_DI] = j->di;
	c->seg[S_ES].limit = j->limit - 1;
	c->seg[S_DS].base = c->seg[S_ES].base = j->base;
	c->flags = j->down ? FL_DF : 0;
	x86_set_oszapc(c, 0);
	x86_update(c);
	c->cpu.pc = CODE;
	c->cpu.events = 0;
	c->halted = false;
	r->vector = -1;
}

/* Runs the instruction in slices whose length comes from `seed` (0: one slice). Returns how many instructions it
 * took. */
static u64 run_job(struct bare *r, unsigned len, u64 seed)
{
	struct cpu *cpu = &r->x86.cpu;
	u64 start = cpu->icount;

	while (r->vector < 0 && cpu->pc == CODE) {
		u64 until = cpu->icount + (seed ? 1 + random_next(&seed) % SLICES : 1 << 20);

		cpu_run(cpu, until);
		cr_assert(cpu->icount <= until, "ran past the deadline");
	}
	cr_assert(r->vector >= 0 || r->x86.halted || cpu->pc == CODE + len, "pc is %llx", (unsigned long long)cpu->pc);
	return cpu->icount - start - r->x86.halted;
}

static void compare(struct bare *r, const struct model *m, u64 done)
{
	struct x86 *c = &r->x86;

	cr_assert((u32)c->r[R_CX] == m->cx, "cx %x, want %x", (u32)c->r[R_CX], m->cx);
	cr_assert((u32)c->r[R_SI] == m->si, "si %x, want %x", (u32)c->r[R_SI], m->si);
	cr_assert((u32)c->r[R_DI] == m->di, "di %x, want %x", (u32)c->r[R_DI], m->di);
	cr_assert((u32)c->r[R_AX] == m->ax, "ax %x, want %x", (u32)c->r[R_AX], m->ax);
	cr_assert(done == m->count, "count %llu, want %llu", (unsigned long long)done, (unsigned long long)m->count);
	cr_assert((r->vector == X_GP) == m->faulted, "vector %d", r->vector);
	cr_assert(memcmp(r->ram.host, m->ram, END) == 0, "memory differs");
	if (m->faulted) { /* SDM vol. 2, REP: the flags from before */
		cr_assert(!x86_zf(c) && !x86_cf(c));
	} else if (m->compared) {
		cr_assert(x86_zf(c) == (m->a == m->b));
		cr_assert(x86_cf(c) == (m->a < m->b));
	}
}

static struct job random_job(u64 *s)
{
	static const u8 opcodes[] = { MOVS, MOVS, CMPS, STOS, LODS, SCAS };
	u64 v = random_next(s), w = random_next(s);
	struct job j = { .limit = END, .ax = (u32)random_next(s), .base = (u32)random_next(s) % 0x1000 };

	j.opcode = opcodes[v % countof(opcodes)];
	j.rep = v >> 8 & 1 ? 0xf2 : 0xf3;
	j.size = (unsigned)(v >> 9) % 3;
	j.down = v >> 12 & 1;
	j.narrow = (v >> 13 & 3) == 0;
	j.cx = (v >> 15 & 7) == 0 ? (u32)(v >> 20 & 3) : (u32)(v >> 20) % 9000;
	/* far from the ends, so that no pointer leaves the memory compared */
	j.si = 0xa000 + (u32)(w % 0x4000);
	j.di = (v >> 40 & 1) ? j.si + (u32)(w >> 32) % 64 - 32 : 0xa000 + (u32)(w >> 32) % 0x4000;
	if (j.narrow) {
		/* Unaligned elements may not straddle 64 KiB: keep to bytes near the wrap. */
		j.size = 0;
		j.si = (j.si + (u32)(w >> 20 & 0xffff)) | 0xabcd0000;
		j.di = (j.di + (u32)(w >> 48)) | 0x12340000;
		j.cx |= 0x77770000;
	}
	if ((v >> 41 & 7) == 0)
		j.limit = pointer(&j, j.di) + (u32)(v >> 44) % 9000;
	return j;
}

static void fill(u8 *ram, u64 *s)
{
	u64 kind = random_next(s) & 3;

	for (unsigned k = 0; k < END; k += 8)
		store_le64(ram + k, kind == 0 ? random_next(s) : kind == 1 ? 0 : random_next(s) & 0x0100000000000000);
}

Test(x86_string, bulk_is_invisible)
{
	struct model *m = calloc(1, sizeof(*m));
	struct bare *r = start();
	u64 s = 1;

	cr_assert(m != NULL);
	for (unsigned k = 0; k < 3000; k++) {
		struct job j = random_job(&s);
		unsigned len = write_code(r, &j);

		fill(m->ram, &s);
		ram_touch(&r->ram, 0, END);
		memcpy(r->ram.host, m->ram, END);
		m->ax = j.ax;
		m->cx = j.cx;
		m->si = j.si;
		m->di = j.di;
		m->count = 0;
		m->compared = m->faulted = false;
		run_model(&j, m);
		load(r, &j);
		compare(r, m, run_job(r, len, k & 1 ? random_next(&s) : 0));
	}
	bare_finish(r);
	free(m);
}

/* REP STOSB over its own prefix leaves a NOP and a plain STOSB, wherever a deadline falls. */
Test(x86_string, stos_over_itself)
{
	struct bare *r = start();
	struct job j = { .opcode = STOS, .rep = 0xf3, .limit = RAM_SIZE, .ax = 0x90, .cx = 64, .di = CODE - 8 };

	for (unsigned slice = 1; slice < 12; slice++) {
		u64 start;

		write_code(r, &j);
		load(r, &j);
		start = r->x86.cpu.icount;
		cpu_run(&r->x86.cpu, start + slice);
		cpu_run(&r->x86.cpu, start + 12);
		cr_assert(r->ram.host[CODE] == 0x90 && r->ram.host[CODE + 1] == 0x90 && r->x86.halted);
		cr_assert((u32)r->x86.r[R_CX] == 64 - 9, "cx %x", (u32)r->x86.r[R_CX]);
		cr_assert((u32)r->x86.r[R_DI] == CODE + 2, "di %x", (u32)r->x86.r[R_DI]);
	}
	bare_finish(r);
}
