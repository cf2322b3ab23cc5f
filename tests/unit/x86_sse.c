/* SPDX-License-Identifier: MIT */
/* What the user-mode vectors can't show of MMX and SSE: instructions that may not run (#UD, #NM, #MF), misaligned
 * operands, operands across pages and limits, unmasked exceptions; none of them may change anything but MXCSR's flags.
 * Intel SDM vol. 1, 11.5.3; vol. 2, 2.4; vol. 3, table 12-1 and 13.1. */
#include <criterion/criterion.h>

#include "cpu/x86/flags.h"
#include "cpu/x86/isa.h"
#include "mem/base/err.h"

#include <stdlib.h>

/* 32-bit code with paging: 64 KiB mapped one to one but for three pages. */
enum {
	CODE = 0x1000, DIRECTORY = 0x2000, TABLE = 0x3000, MOVED_TO = 0x5000, DATA = 0x8000, MOVED = 0xa000,
	READ_ONLY = 0xb000, MISSING = 0xc000,
};
enum { NONE = -1, OPEN_MXCSR = 0x1f80 };

struct rig {
	struct x86 x86; /* first: the engine passes pointers to it */
	struct cpu_ops ops;
	struct space memory, ports;
	struct ram ram;
	struct region region;
	int vector;
	u32 error;
	u64 address;
	struct x86 before;
};

static struct rig *rig;
static struct x86 *c;

static void stop_at_exception(struct cpu *cpu)
{
	rig->vector = c->ex.vector;
	rig->error = c->ex.error;
	rig->address = c->ex.cr2;
	cpu_request_stop(cpu);
}

static void map_pages(void)
{
	store_le32(rig->ram.host + DIRECTORY, TABLE | 3);
	for (u32 page = 0; page < 16; page++)
		store_le32(rig->ram.host + TABLE + page * 4, page << 12 | 3);
	store_le32(rig->ram.host + TABLE + (MOVED >> 12) * 4, MOVED_TO | 3);
	store_le32(rig->ram.host + TABLE + (READ_ONLY >> 12) * 4, READ_ONLY | 1);
	store_le32(rig->ram.host + TABLE + (MISSING >> 12) * 4, 0);
}

static void start(void)
{
	struct err err = {0};
	bool ok;

	rig = calloc(1, sizeof(*rig));
	c = &rig->x86;
	rig->ops = x86_ops;
	rig->ops.deliver = stop_at_exception;
	space_init(&rig->memory, "memory", ~0ull, NULL);
	space_init(&rig->ports, "ports", 0xffff, NULL);
	ok = ram_init(&rig->ram, "ram", 0x10000, false, &err);
	cr_assert(ok);
	rig->region = (struct region){.name = "ram", .size = 0x10000, .on = true, .kind = REGION_RAM, .ram = &rig->ram};
	space_add(&rig->memory, &rig->region);
	ok = cpu_init(&c->cpu, &rig->ops, NULL, &rig->memory, &rig->ports, &err);
	cr_assert(ok);
	map_pages();
	for (unsigned n = 0; n < S_COUNT; n++) {
		c->seg[n] = (struct seg){.sel = 8, .limit = 0xffff, .attr = SEG_P | SEG_S | SEG_A | SEG_RW | SEG_DB};
		c->seg[n].attr |= n == S_CS ? SEG_CODE : 0;
	}
	c->cr0 = CR0_PE | CR0_ET | CR0_NE | CR0_WP | CR0_PG;
	c->cr3 = DIRECTORY;
	c->cr4 = CR4_OSFXSR | CR4_OSXMMEXCPT;
	c->mxcsr = OPEN_MXCSR;
	c->x87.sw = 5 << 11;
	c->x87.valid = 0x24;
	x86_update(c);
	for (unsigned n = 0; n < 8; n++) {
		c->v[n] = (union vec){ { 0x1111111111111111u * n, 0x0123456789abcdefu + n, n, ~0ull } };
		c->x87.r[n] = f80_make((u16)(0x3fff + n), 1ull << 63 | n);
	}
}

static void stop(void)
{
	cpu_free(&c->cpu);
	space_free(&rig->memory);
	space_free(&rig->ports);
	ram_free(&rig->ram);
	free(rig);
}

TestSuite(x86_sse, .init = start, .fini = stop);

/* Runs one instruction given in hex digits; returns the exception's vector or NONE. */
static int run(const char *hex)
{
	unsigned n = 0;

	ram_touch(&rig->ram, CODE, 16);
	for (; *hex; hex += 2 + (hex[2] == ' ')) {
		char byte[3] = {hex[0], hex[1], 0};

		rig->ram.host[CODE + n++] = (u8)strtoul(byte, NULL, 16);
	}
	c->cpu.pc = CODE;
	rig->vector = NONE;
	rig->error = 0;
	memcpy(&rig->before, c, sizeof(*c));
	cpu_run(&c->cpu, c->cpu.icount + 1);
	cr_expect_eq(c->cpu.pc, CODE + (rig->vector == NONE ? n : 0), "pc %x", (unsigned)c->cpu.pc);
	return rig->vector;
}

static bool same_x87(const struct x87 *a, const struct x87 *b)
{
	for (unsigned n = 0; n < 8; n++)
		if (a->r[n].sig != b->r[n].sig || a->r[n].se != b->r[n].se)
			return false;
	return a->sw == b->sw && a->cw == b->cw && a->valid == b->valid;
}

/* Nothing but perhaps MXCSR differs from the state before the last instruction. */
static bool unchanged(void)
{
	const struct x86 *old = &rig->before;

	return memcmp(c->r, old->r, sizeof(c->r)) == 0 && memcmp(c->v, old->v, sizeof(c->v)) == 0 &&
	       same_x87(&c->x87, &old->x87) && x86_get_flags(c) == x86_get_flags(old);
}

static void expect_fault(const char *hex, int vector)
{
	int got = run(hex);

	cr_expect_eq(got, vector, "%s: %d instead of %d", hex, got, vector);
	cr_expect(unchanged(), "%s: state changed", hex);
	cr_expect_eq(c->mxcsr, rig->before.mxcsr, "%s: MXCSR %x", hex, c->mxcsr);
}

static void expect_runs(const char *hex)
{
	int got = run(hex);

	cr_expect_eq(got, NONE, "%s: vector %d", hex, got);
}

static void set_cr(u64 cr0, u64 cr4)
{
	c->cr0 = (c->cr0 & ~(u64)(CR0_EM | CR0_TS)) | cr0;
	c->cr4 = cr4;
	x86_update(c);
}

static void set_dwords(unsigned n, u32 d0, u32 d1, u32 d2, u32 d3)
{
	c->v[n].q[0] = d0 | (u64)d1 << 32;
	c->v[n].q[1] = d2 | (u64)d3 << 32;
}

/* ---- availability -------------------------------------------------------------------------------------- */

static const char *const xmm_only[] = {
	"0F 28 C1", "0F 11 05 00 80 00 00", "0F 58 C1", "66 0F FC C1", "66 0F 71 D0 01", "F3 0F 7E C1",
	"66 0F 6E C0", "66 0F D7 C1", "0F 2E C1", "F3 0F 2C C1", "66 0F 3A 63 C1 00", "66 0F 38 17 C1",
	"66 0F 3A 14 C0 00", "0F 50 C1", "66 0F F7 C1", "66 0F 3A 40 C1 FF", "66 0F 3A 08 C1 00", "0F C2 C1 00",
	"66 0F 73 F8 01", "0F 12 C1",
};
static const char *const mmx_only[] = {
	"0F 6F C1", "0F 7F 05 00 80 00 00", "0F FC C1", "0F 71 D0 01", "0F 6E C0", "0F 7E C0", "0F D7 C1",
	"0F 70 C1 00", "0F C4 C0 00", "0F C5 C0 00", "0F E7 05 00 80 00 00", "0F F7 C1", "0F 38 00 C1",
	"0F 3A 0F C1 02", "0F 77",
};
static const char *const xmm_and_mmx[] = {
	"F3 0F D6 C1", "F2 0F D6 C1", "0F 2A C1", "66 0F 2A C1", "0F 2C C1", "0F 2D C1", "66 0F 2C C1",
	"66 0F 2D C1",
};

static void expect_all(const char *const *list, size_t n, int vector)
{
	for (size_t k = 0; k < n; k++)
		expect_fault(list[k], vector);
}

Test(x86_sse, emulation_and_task_switched)
{
	set_cr(CR0_EM, CR4_OSFXSR);
	expect_all(xmm_only, countof(xmm_only), X_UD);
	expect_all(mmx_only, countof(mmx_only), X_UD);
	expect_all(xmm_and_mmx, countof(xmm_and_mmx), X_UD);
	set_cr(CR0_TS, CR4_OSFXSR);
	expect_all(xmm_only, countof(xmm_only), X_NM);
	expect_all(mmx_only, countof(mmx_only), X_NM);
	expect_all(xmm_and_mmx, countof(xmm_and_mmx), X_NM);
	set_cr(CR0_EM | CR0_TS, CR4_OSFXSR);
	expect_all(xmm_only, countof(xmm_only), X_UD);
	expect_all(mmx_only, countof(mmx_only), X_UD);
}

Test(x86_sse, operating_system_support)
{
	set_cr(CR0_TS, 0);
	expect_all(xmm_only, countof(xmm_only), X_UD);
	expect_all(xmm_and_mmx, countof(xmm_and_mmx), X_UD);
	expect_all(mmx_only, countof(mmx_only), X_NM);
	set_cr(0, 0);
	expect_all(xmm_only, countof(xmm_only), X_UD);
	for (size_t k = 0; k < countof(mmx_only); k++)
		expect_runs(mmx_only[k]);
}

Test(x86_sse, pending_x87_exception)
{
	c->x87.sw |= 0x8081;
	expect_all(mmx_only, countof(mmx_only), X_MF);
	expect_all(xmm_and_mmx, countof(xmm_and_mmx), X_MF);
	for (size_t k = 0; k < countof(xmm_only); k++)
		expect_runs(xmm_only[k]);
}

/* ---- MMX state ----------------------------------------------------------------------------------------- */

Test(x86_sse, mmx_takes_over_x87)
{
	expect_runs("0F 6F C1"); /* movq mm0, mm1 */
	cr_expect_eq(c->x87.sw & 0x3800, 0);
	cr_expect_eq(c->x87.valid, 0xff);
	cr_expect_eq(c->x87.r[0].sig, c->x87.r[1].sig);
	cr_expect_eq(c->x87.r[0].se, 0xffff);
	cr_expect_eq(c->x87.r[1].se, 0x4000, "a source keeps its exponent");
	c->x87.sw = 5 << 11;
	c->x87.valid = 0x24;
	expect_runs("0F 7F 05 00 80 00 00"); /* movq [DATA], mm0: a store too */
	cr_expect_eq(c->x87.sw & 0x3800, 0);
	cr_expect_eq(c->x87.valid, 0xff);
	expect_runs("0F 77");
	cr_expect_eq(c->x87.valid, 0);
}

Test(x86_sse, mmx_fault_leaves_x87)
{
	expect_fault("0F 6F 05 00 C0 00 00", X_PF);
	expect_fault("0F 7F 05 00 B0 00 00", X_PF);
	expect_fault("0F FC 05 FC BF 00 00", X_PF);
	expect_fault("0F 2C 05 00 C0 00 00", X_PF);
}

/* ---- alignment ----------------------------------------------------------------------------------------- */

Test(x86_sse, misaligned)
{
	/* disp32 8008h: a multiple of 8 only */
	static const char *const aligned[] = {
		"0F 28 05 08 80 00 00", "0F 29 05 08 80 00 00", "66 0F 6F 05 08 80 00 00",
		"66 0F 7F 05 08 80 00 00", "0F 2B 05 08 80 00 00", "66 0F E7 05 08 80 00 00",
		"66 0F 38 2A 05 08 80 00 00", "0F 58 05 08 80 00 00", "66 0F 58 05 08 80 00 00",
		"66 0F FC 05 08 80 00 00", "0F 14 05 08 80 00 00", "66 0F F1 05 08 80 00 00",
		"0F C6 05 08 80 00 00 1B", "66 0F 70 05 08 80 00 00 1B", "0F 5B 05 08 80 00 00",
		"66 0F 5A 05 08 80 00 00", "66 0F 2D 05 08 80 00 00", "0F C2 05 08 80 00 00 00",
		"66 0F 38 17 05 08 80 00 00", "F3 0F 16 05 08 80 00 00", "F2 0F 7C 05 08 80 00 00",
		"66 0F 3A 40 05 08 80 00 00 FF", "66 0F 3A 42 05 08 80 00 00 00",
	};
	static const char *const anywhere[] = {
		"0F 10 05 08 80 00 00", "0F 11 05 08 80 00 00", "F3 0F 6F 05 08 80 00 00",
		"F2 0F F0 05 08 80 00 00", "66 0F 3A 63 05 08 80 00 00 00", "F3 0F 58 05 08 80 00 00",
		"F2 0F 12 05 08 80 00 00", "0F 5A 05 08 80 00 00", "66 0F 38 20 05 08 80 00 00",
		"0F 16 05 08 80 00 00", "0F FC 05 08 80 00 00",
	};

	for (size_t k = 0; k < countof(aligned); k++) {
		expect_fault(aligned[k], X_GP);
		cr_expect_eq(rig->error, 0);
	}
	cr_expect_eq(load_le64(rig->ram.host + DATA + 8), 0, "a misaligned store wrote");
	for (size_t k = 0; k < countof(anywhere); k++)
		expect_runs(anywhere[k]);
}

Test(x86_sse, alignment_is_of_the_linear_address)
{
	c->seg[S_DS].base = 8;
	x86_update(c);
	expect_runs("0F 28 05 08 80 00 00");
	expect_fault("0F 28 05 00 80 00 00", X_GP);
}

/* ---- pages and limits ---------------------------------------------------------------------------------- */

Test(x86_sse, across_two_pages)
{
	for (unsigned n = 0; n < 8; n++) {
		rig->ram.host[MOVED - 8 + n] = (u8)(0x10 + n);
		rig->ram.host[MOVED_TO + n] = (u8)(0x20 + n);
	}
	expect_runs("0F 10 05 F8 9F 00 00"); /* movups xmm0, [MOVED-8] */
	cr_expect_eq(c->v[0].q[0], 0x1716151413121110u);
	cr_expect_eq(c->v[0].q[1], 0x2726252423222120u);
	cr_expect_eq(c->v[0].q[3], ~0ull, "bits 128 and up stay");
	expect_runs("0F 11 0D F4 9F 00 00"); /* movups [MOVED-12], xmm1 */
	cr_expect_eq(load_le64(rig->ram.host + MOVED - 12), 0x1111111111111111u);
	cr_expect_eq(load_le32(rig->ram.host + MOVED - 4), 0x89abcdf0u);
	cr_expect_eq(load_le32(rig->ram.host + MOVED_TO), 0x01234567u);
}

Test(x86_sse, second_page_faults)
{
	memset(rig->ram.host + MISSING - 32, 0xee, 32);
	memset(rig->ram.host + MOVED_TO, 0xdd, 0x1000);
	expect_fault("0F 10 05 F8 BF 00 00", X_PF);
	cr_expect_eq(rig->address, MISSING);
	cr_expect_eq(rig->error, 0);
	expect_fault("66 0F 3A 63 05 F1 BF 00 00 00", X_PF); /* pcmpistri */
	expect_fault("0F 11 0D F8 AF 00 00", X_PF);          /* from MOVED into READ_ONLY */
	cr_expect_eq(rig->address, READ_ONLY);
	cr_expect_eq(rig->error, 3);
	cr_expect_eq(load_le64(rig->ram.host + MOVED_TO + 0xff8), 0xddddddddddddddddu, "half a store");
}

Test(x86_sse, masked_store)
{
	u8 *end = rig->ram.host + MOVED_TO + 0xff8; /* eight bytes before READ_ONLY */

	memset(end, 0xdd, 8);
	c->r[R_DI] = READ_ONLY - 8;
	c->v[1].q[0] = 0x8000000000000000u;
	c->v[1].q[1] = 0x0000000000000080u;
	expect_fault("66 0F F7 C1", X_PF);
	cr_expect_eq(rig->address, READ_ONLY);
	cr_expect_eq(load_le64(end), 0xddddddddddddddddu, "half a store");
	c->v[1].q[1] = 0x7f7f7f7f7f7f7f7fu;
	c->v[0].q[0] = 0x5500000000000000u;
	expect_runs("66 0F F7 C1");
	cr_expect_eq(load_le64(end), 0x55ddddddddddddddu);
	c->r[R_DI] = MISSING;
	c->v[1] = (union vec){ { 0, 0, 0, 0 } };
	expect_runs("66 0F F7 C1");
}

Test(x86_sse, limits)
{
	c->seg[S_DS].limit = c->seg[S_SS].limit = DATA + 15;
	x86_update(c);
	expect_runs("0F 11 0D 00 80 00 00");
	memset(rig->ram.host + DATA, 0, 32);
	expect_fault("0F 11 0D 01 80 00 00", X_GP);
	expect_fault("0F 10 0D 01 80 00 00", X_GP);
	expect_fault("36 0F 11 0D 01 80 00 00", X_SS);
	cr_expect_eq(load_le64(rig->ram.host + DATA), 0);
	expect_fault("0F 10 0D F8 FF FF FF", X_GP); /* wraps around 4 GiB */
}

/* ---- unmasked floating-point exceptions ---------------------------------------------------------------- */

enum {
	ONE = 0x3f800000, INF = 0x7f800000, SNAN = 0x7f800001, QNAN = 0x7fc00000, MAX = 0x7f7fffff, TINY = 0x00800000,
	DENORMAL = 1, THIRD = 0x3eaaaaab,
};

/* xmm0 op xmm1 with the exceptions in `open` unmasked: `flags` must come up, and #XM if one of them is open. */
static void expect_flags(const char *hex, u32 open, u32 flags, bool fault)
{
	int got;

	c->mxcsr = OPEN_MXCSR & ~(open << 7);
	got = run(hex);
	cr_expect_eq(got, fault ? X_XM : NONE, "%s open %x: vector %d", hex, open, got);
	cr_expect_eq(c->mxcsr & 0x3f, flags, "%s open %x: flags %x instead of %x", hex, open, c->mxcsr & 0x3f, flags);
	if (fault)
		cr_expect(unchanged(), "%s open %x: state changed", hex, open);
}

Test(x86_sse, unmasked_scalar)
{
	static const struct {
		const char *hex;
		u32 a, b, flag;
	} cases[] = {
		{"F3 0F 5E C1", ONE, 0, 0x04}, {"F3 0F 5C C1", INF, INF, 0x01},
		{"F3 0F 58 C1", DENORMAL, INF, 0x02}, {"F3 0F 58 C1", ONE, SNAN, 0x01},
		{"F3 0F 5F C1", ONE, QNAN, 0x01}, {"F3 0F 51 C1", ONE, 0xbf800000, 0x01},
		{"F3 0F C2 C1 01", ONE, QNAN, 0x01}, {"0F 2F C1", ONE, QNAN, 0x01},
		{"0F 2E C1", ONE, SNAN, 0x01}, {"F3 0F 2D C1", 0, INF, 0x01},
		{"F3 0F 2C C1", 0, THIRD, 0x20}, {"0F 2C C1", 0, INF, 0x01},
		{"0F 2D C1", 0, THIRD, 0x20}, {"F3 0F 5A C1", 0, DENORMAL, 0x02},
		{"66 0F 3A 0A C1 00", 0, THIRD, 0x20}, {"66 0F 5B C1", 0, THIRD, 0x20},
		{"F3 0F 58 C1", ONE, THIRD, 0x20}, {"66 0F 3A 40 C1 11", INF, 0, 0x01},
	};

	c->r[R_AX] = 0x12345678;
	for (size_t k = 0; k < countof(cases); k++) {
		for (unsigned n = 0; n < 8; n++)
			c->x87.r[n].se = (u16)(0x3fff + n);
		c->x87.sw = 5 << 11;
		set_dwords(0, cases[k].a, ONE, ONE, ONE);
		set_dwords(1, cases[k].b, ONE, ONE, ONE);
		expect_flags(cases[k].hex, cases[k].flag, cases[k].flag, true);
		expect_flags(cases[k].hex, 0x3f & ~cases[k].flag, cases[k].flag, false);
	}
}

Test(x86_sse, overflow_and_underflow)
{
	set_dwords(0, MAX, ONE, ONE, ONE);
	set_dwords(1, MAX, ONE, ONE, ONE);
	expect_flags("F3 0F 59 C1", 0x08, 0x28, true);
	expect_flags("F3 0F 59 C1", 0x20, 0x28, true);
	set_dwords(0, TINY, ONE, ONE, ONE);
	set_dwords(1, 0x3f000000, ONE, ONE, ONE);
	expect_flags("F3 0F 59 C1", 0x10, 0x10, true); /* tiny and exact: only if unmasked */
	expect_flags("F3 0F 59 C1", 0x20, 0, false);
	cr_expect_eq(c->v[0].q[0] & 0xffffffff, TINY >> 1);
}

Test(x86_sse, sticky_flags_do_not_fault_again)
{
	c->mxcsr = 0; /* all unmasked */
	c->mxcsr |= 0x3f;
	set_dwords(0, ONE, ONE, ONE, ONE);
	set_dwords(1, ONE, ONE, ONE, ONE);
	expect_runs("0F 58 C1");
	cr_expect_eq(c->mxcsr, 0x3f);
}

Test(x86_sse, packed_lanes_together)
{
	/* lane 0 divides by zero, lane 1 is inexact, lane 2 invalid, lane 3 exact */
	set_dwords(0, ONE, ONE, 0, ONE);
	set_dwords(1, 0, 0x40400000, 0, ONE);
	expect_flags("0F 5E C1", 0x04, 0x05, true); /* an open pre-computation exception hides PE */
	expect_flags("0F 5E C1", 0x01, 0x05, true);
	expect_flags("0F 5E C1", 0x20, 0x25, true); /* masked ones are reported with an open PE */
	expect_flags("0F 5E C1", 0x1a, 0x25, false);
	cr_expect_eq(c->v[0].q[0], (u64)THIRD << 32 | INF);
	cr_expect_eq(c->v[0].q[1], (u64)ONE << 32 | 0xffc00000u);
}

Test(x86_sse, dot_product_stops_where_it_faults)
{
	/* the products overflow; their sum would be invalid */
	set_dwords(0, MAX, 0xff7fffff, 0, 0);
	set_dwords(1, MAX, MAX, 0, 0);
	expect_flags("66 0F 3A 40 C1 FF", 0x08, 0x28, true);
	expect_flags("66 0F 3A 40 C1 FF", 0x01, 0x29, true);
	expect_flags("66 0F 3A 40 C1 FF", 0, 0x29, false);
}

Test(x86_sse, undefined_without_osxmmexcpt)
{
	set_cr(0, CR4_OSFXSR);
	set_dwords(0, ONE, ONE, ONE, ONE);
	set_dwords(1, 0, 0, 0, 0);
	c->mxcsr = OPEN_MXCSR & ~(0x04u << 7);
	cr_expect_eq(run("0F 5E C1"), X_UD);
	cr_expect(unchanged());
	cr_expect_eq(c->mxcsr & 0x3f, 0x04);
}

/* ---- approximations ------------------------------------------------------------------------------------ */

static double value(u32 f32)
{
	float f;

	memcpy(&f, &f32, sizeof(f));
	return f;
}

/* |relative error| <= 1.5 * 2^-12 (SDM vol. 2, RCPPS, RSQRTPS), and no flags. */
Test(x86_sse, approximations)
{
	for (u32 a = 0x00800000; a < 0x7e000000; a += 0x000c3a51) {
		double r, error;

		set_dwords(1, a, a, a, a);
		c->mxcsr = 0;
		expect_runs("0F 53 C1");
		r = value((u32)c->v[0].q[0]);
		error = r * value(a) - 1;
		cr_expect(error <= 1.5 / 4096 && error >= -1.5 / 4096, "rcp %08x", a);
		expect_runs("F3 0F 52 C1");
		r = value((u32)c->v[0].q[0]);
		error = r * r * value(a) - 1; /* twice the error of r, and a little */
		cr_expect(error <= 3.0 / 4096 && error >= -3.0 / 4096, "rsqrt %08x", a);
		cr_expect_eq(c->mxcsr, 0);
	}
	set_dwords(1, 0, 0x80000000, INF, DENORMAL);
	expect_runs("0F 53 C1");
	cr_expect_eq(c->v[0].q[0], 0xff800000ull << 32 | INF);
	cr_expect_eq(c->v[0].q[1], (u64)INF << 32);
	set_dwords(1, 0xbf800000, 0x80000000, INF, SNAN);
	expect_runs("0F 52 C1");
	cr_expect_eq(c->v[0].q[0], 0xff800000ull << 32 | 0xffc00000u);
	cr_expect_eq(c->v[0].q[1], 0x7fc00001ull << 32);
}
