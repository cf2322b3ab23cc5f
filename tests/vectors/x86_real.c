/* SPDX-License-Identifier: MIT */
/* Real-mode vectors captured on an 80286 and an 8086: chunked MOO files as in x86-singlestep/FORMAT.md of the test
 * data. What a 386 or later does differently is marked in the files (SKIP386) and left out. */
#include "tests/vectors/one.h"
#include "tests/vectors/vectors.h"

#include <stdlib.h>

enum { V_AX, V_BX, V_CX, V_DX, V_CS, V_SS, V_DS, V_ES, V_SP, V_BP, V_SI, V_DI, V_IP, V_FLAGS, V_COUNT };
enum { RAM_SIZE = 0x110000, FLAG_BITS = 0xfd5, MAX_RAM = 4096 };
#define SKIP386 (1u << 31)

static const char *const register_names[V_COUNT] = {
	"ax", "bx", "cx", "dx", "cs", "ss", "ds", "es", "sp", "bp", "si", "di", "ip", "flags",
};

struct byte {
	u32 addr;
	u8 value;
};

struct state {
	u16 mask, reg[V_COUNT];
	struct byte ram[MAX_RAM];
	unsigned nram;
};

struct vector {
	u32 index, class;
	const u8 *name, *bytes;
	u32 name_len, nbytes;
	u16 flag_mask, ignore; /* ignore: registers not compared */
	u32 excp_addr; /* ~0: none */
	struct state init, fina;
	struct one_io io[64];
	unsigned nio;
	bool has_io;
};

struct real {
	struct one one;
	const struct options *options;
	struct vector v;
};

/* ---- reading ----------------------------------------------------------------------------------------------- */

static bool is_tag(const u8 *tag, const char *s)
{
	return memcmp(tag, s, 4) == 0;
}

static void read_state(struct cursor *c, struct state *s)
{
	s->mask = 0;
	s->nram = 0;
	while (c->p < c->end && !c->bad) {
		const u8 *tag = cursor_take(c, 4);
		u32 size = cursor_u32(c);
		struct cursor in = { cursor_take(c, size), NULL, c->bad };

		in.end = c->p;
		if (is_tag(tag, "REGS")) {
			s->mask = cursor_u16(&in);
			for (unsigned k = 0; k < V_COUNT; k++)
				if (bit(s->mask, k))
					s->reg[k] = cursor_u16(&in);
		} else if (is_tag(tag, "RAM ")) {
			s->nram = cursor_u32(&in);
			c->bad |= s->nram > MAX_RAM;
			for (unsigned k = 0; k < s->nram && !c->bad; k++) {
				s->ram[k].addr = cursor_u32(&in);
				s->ram[k].value = cursor_u8(&in);
				c->bad |= s->ram[k].addr >= RAM_SIZE;
			}
		}
		c->bad |= in.bad;
	}
}

static void read_io(struct cursor *c, struct vector *v)
{
	v->has_io = true;
	v->nio = min_uint(cursor_u32(c), countof(v->io));
	for (unsigned k = 0; k < v->nio; k++) {
		v->io[k].write = cursor_u8(c);
		v->io[k].port = cursor_u16(c);
		v->io[k].value = cursor_u8(c);
	}
}

static bool read_vector(struct cursor *c, struct vector *v)
{
	v->index = cursor_u32(c);
	v->class = 0;
	v->flag_mask = 0xffff;
	v->excp_addr = ~0u;
	v->nio = 0;
	v->has_io = false;
	while (c->p < c->end && !c->bad) {
		const u8 *tag = cursor_take(c, 4);
		u32 size = cursor_u32(c);
		struct cursor in = { cursor_take(c, size), NULL, c->bad };

		in.end = c->p;
		if (is_tag(tag, "NAME")) {
			v->name_len = cursor_u32(&in);
			v->name = cursor_take(&in, v->name_len);
		} else if (is_tag(tag, "BYTS")) {
			v->nbytes = cursor_u32(&in);
			v->bytes = cursor_take(&in, v->nbytes);
		} else if (is_tag(tag, "INIT")) {
			read_state(&in, &v->init);
		} else if (is_tag(tag, "FINA")) {
			read_state(&in, &v->fina);
		} else if (is_tag(tag, "EXCP")) {
			cursor_u8(&in);
			v->excp_addr = cursor_u32(&in);
		} else if (is_tag(tag, "IOAC")) {
			read_io(&in, v);
		} else if (is_tag(tag, "FMSK")) {
			v->flag_mask = cursor_u16(&in);
		} else if (is_tag(tag, "CLAS")) {
			v->class = cursor_u32(&in);
		}
		c->bad |= in.bad;
	}
	return !c->bad;
}

/* ---- running ----------------------------------------------------------------------------------------------- */

static const u8 general[V_COUNT] = {
	[V_AX] = R_AX, [V_BX] = R_BX, [V_CX] = R_CX, [V_DX] = R_DX, [V_SP] = R_SP, [V_BP] = R_BP, [V_SI] = R_SI,
	[V_DI] = R_DI, [V_CS] = S_CS, [V_SS] = S_SS, [V_DS] = S_DS, [V_ES] = S_ES,
};

static bool is_segment(unsigned k)
{
	return k >= V_CS && k <= V_ES;
}

static void load(struct x86 *c, const struct state *s)
{
	u32 flags = (s->reg[V_FLAGS] & FLAG_BITS) | FL_1;

	for (unsigned k = 0; k <= V_DI; k++) {
		if (is_segment(k)) {
			struct seg *seg = &c->seg[general[k]];

			seg->sel = s->reg[k];
			seg->base = (u64)s->reg[k] << 4;
			seg->limit = 0xffff;
		} else {
			c->r[general[k]] = s->reg[k];
		}
	}
	c->cpu.pc = s->reg[V_IP];
	c->flags = flags & ~(u32)FL_OSZAPC;
	x86_set_oszapc(c, flags);
	x86_update(c);
}

static u16 value_of(const struct x86 *c, unsigned k)
{
	if (k == V_IP)
		return (u16)c->cpu.pc;
	if (k == V_FLAGS)
		return (u16)x86_get_flags(c);
	return (u16)(is_segment(k) ? c->seg[general[k]].sel : c->r[general[k]]);
}

/* Mask for a byte of memory: flags that were pushed count only where they are defined. */
static u8 byte_mask(const struct vector *v, const char *file, u32 addr)
{
	u32 flags = v->excp_addr;

	if (flags == ~0u && (strcmp(file, "9C") == 0 || strcmp(file, "CC") == 0 || strcmp(file, "CD") == 0 ||
			     strcmp(file, "CE") == 0 || strcmp(file, "F1") == 0))
		flags = ((u32)v->init.reg[V_SS] << 4) + (u16)(v->init.reg[V_SP] - 2);
	if (addr == flags)
		return (u8)(v->flag_mask & FLAG_BITS);
	if (addr == flags + 1)
		return (u8)((v->flag_mask & FLAG_BITS) >> 8);
	return 0xff;
}

static unsigned compare_io(const struct one *o, const struct vector *v, FILE *out)
{
	unsigned writes = 0, k = 0;

	if (!v->has_io)
		return 0;
	for (unsigned n = 0; n < v->nio; n++) {
		if (!v->io[n].write)
			continue;
		writes++;
		while (k < o->nio && !o->io[k].write)
			k++;
		if (k == o->nio || o->io[k].port != v->io[n].port || o->io[k].value != v->io[n].value) {
			if (out)
				fprintf(out, "    port %04x: want %02x\n", v->io[n].port, v->io[n].value);
			return 1;
		}
		k++;
	}
	return 0;
}

/* How many things differ; says which. */
static unsigned compare(const struct real *r, const char *file, bool is286, FILE *out)
{
	const struct vector *v = &r->v;
	const struct one *o = &r->one;
	unsigned wrong = 0;

	for (unsigned k = 0; k < V_COUNT; k++) {
		if (bit(v->ignore, k))
			continue;
		u16 want = bit(v->fina.mask, k) ? v->fina.reg[k] : v->init.reg[k];
		u16 got = value_of(&o->x86, k), mask = k == V_FLAGS ? v->flag_mask & FLAG_BITS : 0xffff;

		if (k == V_IP && is286 && strcmp(file, "F4") != 0)
			want--; /* the capture also ran the HLT that follows */
		if (!((want ^ got) & mask))
			continue;
		wrong++;
		if (out)
			fprintf(out, "    %s: want %04x, got %04x\n", register_names[k], want, got);
	}
	for (unsigned n = 0; n < v->fina.nram + v->init.nram; n++) {
		bool last = n < v->fina.nram;
		const struct byte *b = last ? &v->fina.ram[n] : &v->init.ram[n - v->fina.nram];
		u8 got = o->ram.host[b->addr];

		for (unsigned k = 0; !last && k < v->fina.nram; k++)
			last |= v->fina.ram[k].addr == b->addr;
		if ((n >= v->fina.nram && last) || !((got ^ b->value) & byte_mask(v, file, b->addr)))
			continue;
		wrong++;
		if (out)
			fprintf(out, "    [%05x]: want %02x, got %02x\n", b->addr, b->value, got);
	}
	return wrong + compare_io(o, v, out);
}

static void print_vector(const struct vector *v)
{
	printf("  #%u %.*s |", v->index, (int)v->name_len, (const char *)v->name);
	for (unsigned k = 0; k < v->nbytes; k++)
		printf(" %02x", v->bytes[k]);
	printf(" |");
	for (unsigned k = 0; k < V_COUNT; k++)
		printf(" %s=%04x", register_names[k], v->init.reg[k]);
	printf("\n");
}

static void clear(struct one *o, const struct state *s)
{
	static const u8 zero = 0;

	for (unsigned k = 0; k < s->nram; k++)
		one_write(o, s->ram[k].addr, &zero, 1);
}

static bool run_vector(struct real *r, const char *file, bool is286, bool print)
{
	struct one *o = &r->one;
	const struct vector *v = &r->v;
	u64 count = o->x86.cpu.icount;
	bool ok;

	load(&o->x86, &v->init);
	for (unsigned k = 0; k < v->init.nram; k++)
		one_write(o, v->init.ram[k].addr, &v->init.ram[k].value, 1);
	ok = one_run(o) && !compare(r, file, is286, NULL);
	count = o->x86.cpu.icount - count;
	if (!ok && print) {
		print_vector(v);
		compare(r, file, is286, stdout);
	}
	if (ok && count > 1) {
		clear(o, &v->fina);
		load(&o->x86, &v->init);
		for (unsigned k = 0; k < v->init.nram; k++)
			one_write(o, v->init.ram[k].addr, &v->init.ram[k].value, 1);
		o->armed = true;
		one_run_sliced(o, count);
		ok = !compare(r, file, is286, NULL);
		if (!ok && print) {
			printf("  one iteration at a time:\n");
			print_vector(v);
			compare(r, file, is286, stdout);
		}
	}
	clear(o, &v->init);
	clear(o, &v->fina);
	return ok;
}

/* Nothing may have been written but what the vectors say. */
static bool stray_writes(struct one *o, const char *file, bool print)
{
	bool stray = false;

	for (u32 addr = 0; addr < RAM_SIZE; addr++)
		if (o->ram.host[addr]) {
			if (print && !stray)
				printf("  %s: something wrote to %05x\n", file, addr);
			stray = true;
			one_write(o, addr, &(u8){ 0 }, 1);
		}
	return stray;
}

static bool run(void *state, const char *name, const u8 *data, size_t size, struct tally *t, struct err *err)
{
	struct real *r = state;
	struct cursor c = { data, data + size, false };
	const struct exception *e;
	bool is286 = false;
	unsigned n = 0;

	while (c.p < c.end && !c.bad) {
		const u8 *tag = cursor_take(&c, 4);
		u32 len = cursor_u32(&c);
		struct cursor in = { cursor_take(&c, len), NULL, c.bad };

		in.end = c.p;
		if (is_tag(tag, "MOO ")) {
			is286 = len >= 12 && memcmp(in.p + 8, "C286", 4) == 0;
		} else if (is_tag(tag, "TEST") && n++ % r->options->every == 0) {
			if (!read_vector(&in, &r->v))
				return err_set(err, "vector %u is damaged", n);
			e = known_exception(is286 ? "80286" : "8086", name, NULL, r->v.index, r->v.class);
			r->v.ignore = e ? e->ignore : 0;
			if ((r->v.class & SKIP386) || (e && !e->ignore))
				t->skipped++;
			else if (run_vector(r, name, is286, t->failed < r->options->show))
				t->passed++;
			else
				t->failed++;
		}
	}
	t->failed += stray_writes(&r->one, name, t->failed < r->options->show);
	return !c.bad || err_set(err, "the file is damaged");
}

static void *open_real(const struct options *o, struct err *err)
{
	struct real *r = calloc(1, sizeof(*r));

	if (!r) {
		err_set(err, "no memory");
		return NULL;
	}
	r->options = o;
	if (one_init(&r->one, RAM_SIZE, o->model, err))
		return r;
	free(r);
	return NULL;
}

static void close_real(void *state)
{
	struct real *r = state;

	one_free(&r->one);
	free(r);
}

const struct runner runner_x86 = {
	.name = "x86",
	.suffix = ".MOO.gz",
	.about = "real mode, x86-singlestep/FORMAT.md",
	.open = open_real,
	.run = run,
	.close = close_real,
};
