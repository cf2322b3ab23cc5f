/* SPDX-License-Identifier: MIT */
/* The row notation of cpu/x86/isa.h: what is accepted, what is refused and why, how rows lie in each other, and
 * that the real rows of all groups fit together and are quick to parse. */
#include <criterion/criterion.h>

#include "cpu/x86/pattern.h"

#include <signal.h>
#include <stdio.h>
#include <time.h>

static struct x86_pattern parse(const char *enc, const char *text, u32 attr)
{
	struct insn_row row = { .enc = enc, .text = text, .attr = attr };
	struct x86_pattern p;
	const char *wrong = x86_pattern_parse(&p, &row);

	cr_assert(wrong == NULL, "%s | %s: %s", enc, text, wrong);
	return p;
}

static void refused(const char *enc, const char *text)
{
	struct insn_row row = { .enc = enc, .text = text };
	struct x86_pattern p;

	cr_expect(x86_pattern_parse(&p, &row) != NULL, "%s | %s", enc, text);
}

Test(x86_pattern, opcode_maps)
{
	cr_expect_eq(parse("00 /r", "add Eb,Gb", 0).map, MAP_1);
	cr_expect_eq(parse("0F 00 /0", "sldt Ew", 0).map, MAP_0F);
	cr_expect_eq(parse("66 0F 38 01 /r", "x Vdq,Wdq", 0).map, MAP_0F38);
	cr_expect_eq(parse("66 0F 3A 0F /r ib", "x Vdq,Wdq,Ib", 0).map, MAP_0F3A);
	cr_expect_eq(parse("VEX.128.66.0F38.W0 01 /r", "x Vdq,Hdq,Wdq", 0).map, MAP_VEX_0F38);
	cr_expect_eq(parse("0F C8+r", "bswap Zy", 0).nopcodes, 8);
	cr_expect_eq(parse("0F 80+cc cz", "jcc Jz", 0).nopcodes, 16);
}

Test(x86_pattern, masks)
{
	struct x86_pattern p = parse("F3 0F 10 /r", "movss Vd,Md", 0);

	cr_expect_eq(p.mask >> KEY_PFX & 15, 1u << PFX_CLASS_F3);
	cr_expect_eq(p.mask >> KEY_MOD & 3, 1u);
	cr_expect_eq(p.mask >> KEY_REG & 255, 255u);
	p = parse("0F 01 C1", "vmcall", 0);
	cr_expect_eq(p.mask >> KEY_MOD & 3, 2u);
	cr_expect_eq(p.mask >> KEY_REG & 255, 1u);
	cr_expect_eq(p.mask >> KEY_RM & 255, 2u);
	cr_expect(p.modrm);
	p = parse("DE D8+i", "fcomp sti", 0);
	cr_expect_eq(p.mask >> KEY_REG & 255, 8u);
	cr_expect_eq(p.mask >> KEY_RM & 255, 255u);
	p = parse("REX.W 0F C7 /1", "cmpxchg16b Mdq", 0);
	cr_expect_eq(p.mask >> KEY_MODE & 3, 2u);
	cr_expect_eq(p.mask >> KEY_W & 3, 2u);
	cr_expect_eq(parse("27", "daa", NO64).mask >> KEY_MODE & 3, 1u);
	cr_expect_eq(parse("0F 22 /r", "mov Cy,Ry", 0).mask >> KEY_MOD & 3, 3u, "mod of MOV CRn is ignored");
	cr_expect_eq(parse("NP 0F AE /7 mod!=11", "x", 0).mask >> KEY_MOD & 3, 1u);
	cr_expect_eq(parse("VEX.L1.0F.W1 10 /r", "x Vdq,Wdq", 0).mask & 0xff, 1u | 2u << KEY_W | 2u << KEY_L);
}

Test(x86_pattern, operand_size)
{
	static const struct {
		const char *enc, *text;
		unsigned size;
	} rows[] = {
		{"00 /r", "add Eb,Gb", 0}, {"81 /5 iz", "sub Ev,Iz", SIZE_V}, {"0F B6 /r", "movzx Gv,Eb", SIZE_V},
		{"F2 0F 38 F0 /r", "crc32 Gy,Eb", 0}, {"63 /r", "arpl Ew,Gw", 1}, {"9C", "pushf", SIZE_V},
		{"6A ib", "push sIb", SIZE_V}, {"66 0F 6E /r", "movd Vdq,Ey", SIZE_Y}, {"6D", "ins Yz,dx", SIZE_Z},
		{"EE", "out dx,al", 0}, {"ED", "in eax,dx", SIZE_Z}, {"D3 /4", "shl Ev,cl", SIZE_V}, {"D2 /4", "shl Eb,cl", 0},
		{"F3 0F 58 /r", "addss Vd,Wd", 2}, {"NP 0F 58 /r", "addps Vdq,Wdq", 4}, {"D9 /0", "fld f32", 2},
		{"DB /5", "fld f80", 4}, {"D9 /6", "fnstenv env", SIZE_Z}, {"0F C7 /1", "cmpxchg8b Mq", 3},
		{"C8 iw ib", "enter Iw,Ib", SIZE_V}, {"9A cp", "call Ap", SIZE_V}, {"8E /r", "mov Sw,Ew", 1},
		{"A4", "movs Yb,Xb", 0}, {"A5", "movs Yv,Xv", SIZE_V}, {"0F D7 /r", "pmovmskb Gd,Nq", 2},
	};

	for (unsigned i = 0; i < countof(rows); i++)
		cr_expect_eq(parse(rows[i].enc, rows[i].text, 0).size, rows[i].size, "%s", rows[i].text);
	cr_expect_eq(parse("D7", "xlatb", SIZE8).size, 0);
}

Test(x86_pattern, refuses)
{
	refused("", "nop");
	refused("90", "");
	refused("9", "nop");
	refused("90 xx", "nop");
	refused("91+r", "xchg Zv,rax");
	refused("71+cc cb", "jcc Jb");
	refused("90+x", "nop");
	refused("0F 01 01", "x");     /* a fixed byte needs mod 3 */
	refused("D8 C1+i", "x sti");
	refused("00", "add Eb,Gb");   /* no ModRM */
	refused("04", "add al,Ib");   /* no immediate */
	refused("90", "xchg Zv,rax"); /* no +r */
	refused("00 /r", "add Ek,Gb");
	refused("00 /r", "add Eb, Gb");
	refused("00 /r", "add Eb,Gb,Gb,Gb,Gb");
	refused("00 /r", "add Hdq,Gb"); /* vvvv without VEX */
	refused("C8 iw ib ib", "enter Iw,Ib");
	refused("C7 /0 iv", "mov Ev,Iv"); /* no room beside a displacement */
	refused("VEX.128.66.W0 01 /r", "x Vdq,Wdq");
	refused("VEX.129.66.0F 01 /r", "x Vdq,Wdq");
}

Test(x86_pattern, overlap_and_order)
{
	struct x86_pattern bsf = parse("0F BC /r", "bsf Gv,Ev", 0);
	struct x86_pattern tzcnt = parse("F3 0F BC /r", "tzcnt Gv,Ev", OVERRIDES);
	struct x86_pattern xchg = parse("90+r", "xchg Zv,rax", 0), nop = parse("90", "nop", OVERRIDES);
	struct x86_pattern np = parse("NP 0F 58 /r", "addps Vdq,Wdq", 0), f3 = parse("F3 0F 58 /r", "addss Vd,Wd", 0);
	struct x86_pattern mem = parse("D8 /0", "fadd f32", 0), reg = parse("D8 C0+i", "fadd st,sti", 0);
	struct x86_pattern arpl = parse("63 /r", "arpl Ew,Gw", NO64), movsxd = parse("63 /r", "movsxd Gv,Ed", ONLY64);
	struct x86_pattern vex = parse("VEX.128.NP.0F 58 /r", "vaddps Vdq,Hdq,Wdq", 0);

	cr_expect(x86_pattern_overlaps(&bsf, &tzcnt));
	cr_expect(x86_pattern_narrower(&tzcnt, &bsf));
	cr_expect_not(x86_pattern_narrower(&bsf, &tzcnt));
	cr_expect(x86_pattern_overlaps(&xchg, &nop));
	cr_expect(x86_pattern_narrower(&nop, &xchg));
	cr_expect_not(x86_pattern_narrower(&nop, &nop));
	cr_expect_not(x86_pattern_overlaps(&np, &f3));
	cr_expect_not(x86_pattern_overlaps(&mem, &reg));
	cr_expect_not(x86_pattern_overlaps(&arpl, &movsxd));
	cr_expect_not(x86_pattern_overlaps(&np, &vex));
}

static void some(struct cpu *cpu, const struct insn *i)
{
	(void)cpu;
	(void)i;
}

static void build(const struct insn_row *rows, unsigned n)
{
	const struct insn_group group = { "test", rows, n, "" };
	const struct insn_group *const groups[] = { &group, NULL };

	x86_isa_free(x86_isa_new(groups));
}

Test(x86_pattern, overlap_stops, .signal = SIGABRT)
{
	static const struct insn_row rows[] = {
		{"0F BC /r", "bsf Gv,Ev", SIZES1(some), .attr = 0},
		{"F3 0F BC /r", "tzcnt Gv,Ev", SIZES1(some), .attr = 0}, /* says no OVERRIDES */
	};

	build(rows, countof(rows));
}

Test(x86_pattern, unreachable_stops, .signal = SIGABRT)
{
	static const struct insn_row rows[] = {
		{"0F 00 /0", "a Ev", SIZES1(some), .attr = 0},
		{"0F 00 /0 mod=11", "b Ev", SIZES1(some), .attr = OVERRIDES},
		{"0F 00 /0 mod!=11", "c Ev", SIZES1(some), .attr = OVERRIDES},
	};

	build(rows, countof(rows));
}

Test(x86_pattern, missing_exec_stops, .signal = SIGABRT)
{
	static const struct insn_row rows[] = {
		{"01 /r", "add Ev,Gv", {some, some, some, some, some, some, some, NULL}, .attr = 0},
	};

	build(rows, countof(rows));
}

Test(x86_pattern, all_groups_fit_and_are_quick)
{
	clock_t best = 0;

	for (unsigned i = 0; i < 5; i++) {
		clock_t t = clock();
		struct x86_isa *isa = x86_isa_new(x86_groups);

		t = clock() - t;
		best = i && best < t ? best : t;
		cr_assert_gt(isa->nrows, (unsigned)ROW_FIRST);
		x86_isa_free(isa);
	}
	cr_expect_lt((double)best / CLOCKS_PER_SEC, 0.02, "a start takes %g s", (double)best / CLOCKS_PER_SEC);
}
