/* SPDX-License-Identifier: MIT */
/* cpu/x86/decode.c byte by byte, with a few rows of its own, so that it doesn't depend on any group: prefixes, REX,
 * ModRM in all address sizes, operand sizes, immediates, the 15-byte limit, bytes that are not there. */
#include <criterion/criterion.h>

#include "cpu/x86/operand.h"
#include "cpu/x86/pattern.h"

#include <stdio.h>
#include <stdlib.h>

static void some(struct cpu *cpu, const struct insn *i)
{
	(void)cpu;
	(void)i;
}

static void m0(struct cpu *cpu, const struct insn *i)
{
	some(cpu, i);
}
static void m1(struct cpu *cpu, const struct insn *i)
{
	some(cpu, i);
}
static void m2(struct cpu *cpu, const struct insn *i)
{
	some(cpu, i);
}
static void m3(struct cpu *cpu, const struct insn *i)
{
	some(cpu, i);
}
static void r0(struct cpu *cpu, const struct insn *i)
{
	some(cpu, i);
}
static void r1(struct cpu *cpu, const struct insn *i)
{
	some(cpu, i);
}
static void r2(struct cpu *cpu, const struct insn *i)
{
	some(cpu, i);
}
static void r3(struct cpu *cpu, const struct insn *i)
{
	some(cpu, i);
}

static insn_exec *const execs[] = { m0, m1, m2, m3, r0, r1, r2, r3 };

static bool not_reg_1(struct insn *i)
{
	return i->f[F_REG] != 1;
}

static const struct insn_row rows[] = {
	{"00 /r", "add Eb,Gb", {m0, m1, m2, m3, r0, r1, r2, r3}, .attr = LOCKABLE},
	{"01 /r", "add Ev,Gv", {m0, m1, m2, m3, r0, r1, r2, r3}, .attr = LOCKABLE},
	{"03 /r", "add Gv,Ev", SIZES1(some), .attr = 0},
	{"06", "push es", SIZES1(some), .attr = NO64},
	{"40+r", "inc Zv", SIZES1(some), .attr = NO64},
	{"50+r", "push Zv", {m0, m1, m2, m3, r0, r1, r2, r3}, .attr = DEF64},
	{"63 /r", "arpl Ew,Gw", SIZES1(some), .attr = NO64 | PROTECTED},
	{"63 /r", "movsxd Gv,Ed", SIZES1(some), .attr = ONLY64},
	{"6A ib", "push sIb", SIZES1(some), .attr = DEF64},
	{"70+cc cb", "jcc Jb", SIZES1(some), .attr = FORCE64 | ENDS_BLOCK},
	{"81 /5 iz", "sub Ev,Iz", SIZES1(some), .attr = LOCKABLE},
	{"83 /5 ib", "sub Ev,sIb", SIZES1(some), .attr = LOCKABLE},
	{"8D /r", "lea Gv,M", SIZES1(some), .attr = 0},
	{"8E /r", "mov Sw,Ew", SIZES1(some), .valid = not_reg_1},
	{"90+r", "xchg Zv,rax", SIZES1(some), .attr = 0},
	{"90", "nop", SIZES1(some), .attr = OVERRIDES},
	{"F3 90", "pause", SIZES1(some), .attr = OVERRIDES},
	{"9A cp", "call Ap", SIZES1(some), .attr = NO64},
	{"A1 mo", "mov rax,Ov", {m0, m1, m2, m3, r0, r1, r2, r3}, .attr = 0},
	{"A5", "movs Yv,Xv", SIZES1(some), .attr = REPS},
	{"B0+r ib", "mov Zb,Ib", SIZES1(some), .attr = 0},
	{"B8+r iv", "mov Zv,Iv", SIZES1(some), .attr = 0},
	{"C4 /r", "les Gz,Mp", SIZES1(some), .attr = NO64},
	{"C8 iw ib", "enter Iw,Ib", SIZES1(some), .attr = DEF64},
	{"CD ib", "int Ib", SIZES1(some), .attr = 0},
	{"D8 /0", "fadd f32", SIZES1(some), .attr = 0},
	{"D8 C0+i", "fadd st,sti", SIZES1(some), .attr = 0},
	{"E8 cz", "call Jz", SIZES1(some), .attr = FORCE64},
	{"0F 01 C1", "vmcall", SIZES1(some), .attr = 0},
	{"0F 01 /0", "sgdt Ms", SIZES1(some), .attr = 0},
	{"0F 20 /r", "mov Ry,Cy", SIZES1(some), .attr = FORCE64},
	{"NP 0F 58 /r", "addps Vdq,Wdq", SIZES1(some), .attr = 0},
	{"66 0F 58 /r", "addpd Vdq,Wdq", SIZES1(some), .attr = 0},
	{"F3 0F 58 /r", "addss Vd,Wd", SIZES1(some), .attr = 0},
	{"NP 0F 6F /r", "movq Pq,Qq", SIZES1(some), .attr = 0},
	{"66 0F 6E /r", "movd Vdq,Ey", {NULL, NULL, m2, m3, NULL, NULL, r2, r3}, .attr = 0},
	{"F3 0F B8 /r", "popcnt Gv,Ev", SIZES1(some), .feature = FEAT_POPCNT},
	{"0F BC /r", "bsf Gv,Ev", SIZES1(some), .attr = 0},
	{"F3 0F BC /r", "tzcnt Gv,Ev", SIZES1(some), .attr = OVERRIDES, .feature = FEAT_BMI1},
	{"0F C7 /1", "cmpxchg8b Mq", SIZES1(some), .attr = LOCKABLE},
	{"REX.W 0F C7 /1", "cmpxchg16b Mdq", SIZES1(some), .attr = LOCKABLE | OVERRIDES},
	{"NFx 0F 38 F0 /r", "movbe Gv,Mv", SIZES1(some), .attr = 0},
	{"F2 0F 38 F0 /r", "crc32 Gd,Eb", SIZES1(some), .attr = 0},
	{"VEX.128.66.0F.WIG 58 /r", "vaddpd Vdq,Hdq,Wdq", SIZES1(some), .attr = 0},
	{"VEX.LZ.NP.0F38.W1 F2 /r", "andn Gy,By,Ey", SIZES1(some), .attr = 0},
	{"VEX.128.F3.0F 6F /r", "vmovdqu Vdq,Wdq", SIZES1(some), .attr = 0},
};

static const struct insn_group group = { "test", rows, countof(rows), "" };
static const struct insn_group *const groups[] = { &group, NULL };

enum { M16 = 1, M32 = 2, M64 = 3 };

static struct x86 *cpu;
static struct x86_isa *isa;

static void start(void)
{
	cpu = calloc(1, sizeof(*cpu));
	isa = x86_isa_new(groups);
	cpu->isa = isa;
	memset(cpu->features, 0xff, sizeof(cpu->features));
}

static void stop(void)
{
	x86_isa_free(isa);
	free(cpu);
}

TestSuite(x86_decode, .init = start, .fini = stop);

/* Decodes hex digits; bytes beyond them must not be needed, and none of them may be left. */
static struct insn dec(u32 mode, const char *hex)
{
	u8 code[32];
	unsigned n = 0, len;
	struct insn i;

	for (; *hex; hex += 2 + (hex[2] == ' ')) {
		char byte[3] = { hex[0], hex[1], 0 };

		code[n++] = (u8)strtoul(byte, NULL, 16);
	}
	for (unsigned cut = 0; cut < n; cut++) { /* exact allocation: AddressSanitizer sees a read beyond */
		u8 *copy = malloc(cut + 1);

		memcpy(copy + 1, code, cut);
		cr_expect_eq(x86_decode(&cpu->cpu, copy + 1, cut, mode, &i), 0u, "%u of %u bytes", cut, n);
		free(copy);
	}
	len = x86_decode(&cpu->cpu, code, n, mode, &i);
	cr_assert_eq(len, n, "length %u instead of %u", len, n);
	cr_expect_eq(i.len, len);
	cr_expect_eq(i.off, 0);
	return i;
}

static const char *row_text(struct insn i)
{
	return x86_row_of(isa, &i)->text;
}

static void bad(u32 mode, const char *hex)
{
	u8 code[32];
	unsigned n = 0;
	struct insn i;
	const char *h = hex;

	for (; *h; h += 2 + (h[2] == ' ')) {
		char byte[3] = { h[0], h[1], 0 };

		code[n++] = (u8)strtoul(byte, NULL, 16);
	}
	cr_expect_gt(x86_decode(&cpu->cpu, code, n, mode, &i), 0u, "%s is cut off", hex);
	cr_expect_eq(i.row, ROW_BAD, "%s decodes to %s", hex, row_text(i));
	cr_expect(i.exec == x86_exec_ud, "%s", hex);
	cr_expect_gt(i.len, 0);
}

static void is(u32 mode, const char *hex, const char *text)
{
	cr_expect_str_eq(row_text(dec(mode, hex)), text, "%s", hex);
}

static void memory(struct insn i, unsigned base, unsigned index, unsigned scale, s32 disp, unsigned seg)
{
	cr_expect(x86_is_mem(&i));
	cr_expect_eq(i.f[F_RM], base, "base %u", i.f[F_RM]);
	cr_expect_eq(i.f[F_INDEX], index, "index %u", i.f[F_INDEX]);
	cr_expect_eq(i.f[F_SCALE], scale);
	cr_expect_eq(i.disp, disp, "disp %d", i.disp);
	cr_expect_eq(i.f[F_SEG], seg, "segment %u", i.f[F_SEG]);
}

Test(x86_decode, memory16)
{
	memory(dec(M16, "01 00"), R_BX, R_SI, 0, 0, S_DS);
	memory(dec(M16, "01 01"), R_BX, R_DI, 0, 0, S_DS);
	memory(dec(M16, "01 02"), R_BP, R_SI, 0, 0, S_SS);
	memory(dec(M16, "01 43 80"), R_BP, R_DI, 0, -128, S_SS);
	memory(dec(M16, "01 84 34 92"), R_SI, R_ZERO, 0, -28108, S_DS);
	memory(dec(M16, "01 05"), R_DI, R_ZERO, 0, 0, S_DS);
	memory(dec(M16, "01 06 34 12"), R_ZERO, R_ZERO, 0, 0x1234, S_DS);
	memory(dec(M16, "01 46 00"), R_BP, R_ZERO, 0, 0, S_SS);
	memory(dec(M16, "26 01 07"), R_BX, R_ZERO, 0, 0, S_ES);
	cr_expect_eq(dec(M16, "01 07").f[F_ASIZE], 1);
	cr_expect_eq(dec(M16, "67 01 07").f[F_ASIZE], 2);
	memory(dec(M32, "67 01 42 04"), R_BP, R_SI, 0, 4, S_SS);
}

Test(x86_decode, memory32)
{
	memory(dec(M32, "01 00"), R_AX, R_ZERO, 0, 0, S_DS);
	memory(dec(M32, "01 05 78 56 34 82"), R_ZERO, R_ZERO, 0, (s32)0x82345678, S_DS);
	memory(dec(M32, "01 45 FF"), R_BP, R_ZERO, 0, -1, S_SS);
	memory(dec(M32, "01 04 24"), R_SP, R_ZERO, 0, 0, S_SS);
	memory(dec(M32, "01 04 CB"), R_BX, R_CX, 3, 0, S_DS);
	memory(dec(M32, "01 04 6D 01 00 00 00"), R_ZERO, R_BP, 1, 1, S_DS); /* an index doesn't choose SS */
	memory(dec(M32, "01 44 AD 05"), R_BP, R_BP, 2, 5, S_SS);
	memory(dec(M32, "01 84 88 00 01 00 00"), R_AX, R_CX, 2, 256, S_DS);
	memory(dec(M32, "3E 01 45 00"), R_BP, R_ZERO, 0, 0, S_DS);
	memory(dec(M32, "26 64 01 00"), R_AX, R_ZERO, 0, 0, S_FS); /* the last one counts */
	memory(dec(M32, "64 26 01 00"), R_AX, R_ZERO, 0, 0, S_ES);
	cr_expect_eq(dec(M32, "01 05 00 00 00 00").adj, 0);
}

Test(x86_decode, memory64)
{
	struct insn i = dec(M64, "01 05 F0 FF FF FF");

	memory(i, R_ZERO, R_ZERO, 0, -16, S_DS);
	cr_expect_eq(i.adj, 6);
	cr_expect_eq(dec(M64, "81 2D 00 00 00 00 01 02 03 04").adj, 10, "immediates count");
	memory(dec(M64, "01 04 25 00 00 00 80"), R_ZERO, R_ZERO, 0, INT32_MIN, S_DS);
	cr_expect_eq(dec(M64, "01 04 25 00 00 00 80").adj, 0);
	memory(dec(M64, "41 01 45 00"), R_13, R_ZERO, 0, 0, S_DS);
	memory(dec(M64, "41 01 04 24"), R_12, R_ZERO, 0, 0, S_DS);
	memory(dec(M64, "42 01 04 20"), R_AX, R_12, 0, 0, S_DS); /* index 12 is one */
	memory(dec(M64, "43 01 04 E5 08 00 00 00"), R_ZERO, R_12, 3, 8, S_DS);
	memory(dec(M64, "41 01 05 04 00 00 00"), R_ZERO, R_ZERO, 0, 4, S_DS); /* RIP-relative in spite of REX.B */
	memory(dec(M64, "01 04 24"), R_SP, R_ZERO, 0, 0, S_SS);
	memory(dec(M64, "2E 01 45 00"), R_BP, R_ZERO, 0, 0, S_SS);
	memory(dec(M64, "64 3E 01 00"), R_AX, R_ZERO, 0, 0, S_FS); /* DS is ignored and cancels nothing */
	memory(dec(M64, "64 65 01 00"), R_AX, R_ZERO, 0, 0, S_GS);
	cr_expect_eq(dec(M64, "67 01 00").f[F_ASIZE], 2);
	cr_expect_eq(dec(M64, "01 00").f[F_ASIZE], 3);
}

Test(x86_decode, registers)
{
	struct insn i = dec(M32, "00 E5"); /* add ch, ah */

	cr_expect_not(x86_is_mem(&i));
	cr_expect_eq(i.f[F_REG], X86_HIGH8 | 0);
	cr_expect_eq(i.f[F_RM], X86_HIGH8 | 1);
	i = dec(M64, "40 00 E5"); /* add bpl, spl */
	cr_expect_eq(i.f[F_REG], R_SP);
	cr_expect_eq(i.f[F_RM], R_BP);
	i = dec(M64, "45 00 E5");
	cr_expect_eq(i.f[F_REG], R_12);
	cr_expect_eq(i.f[F_RM], R_13);
	cr_expect_eq(dec(M32, "B7 01").f[F_RM], X86_HIGH8 | 3);
	cr_expect_eq(dec(M64, "41 B7 01").f[F_RM], R_15);
	cr_expect_eq(dec(M64, "41 57").f[F_RM], R_15);
	i = dec(M64, "4D 0F 6F F8"); /* MMX registers have no REX bits */
	cr_expect_eq(i.f[F_REG], 7);
	cr_expect_eq(i.f[F_RM], 0);
	i = dec(M64, "45 0F 58 F8");
	cr_expect_eq(i.f[F_REG], 15);
	cr_expect_eq(i.f[F_RM], 8);
	cr_expect_eq(dec(M64, "41 D8 C3").f[F_RM], 3);
	cr_expect_eq(dec(M64, "45 8E D8").f[F_REG], S_DS);
	bad(M32, "8E F0"); /* no segment register 6 */
	bad(M32, "8E C8"); /* valid() says no */
	cr_expect_eq(dec(M64, "44 0F 20 C1").f[F_REG], 8);
	bad(M64, "0F 20 C8"); /* no CR1 */
	cr_expect_not(x86_is_mem(&(struct insn[]){ dec(M32, "0F 20 05") }[0]), "mod of MOV CRn is ignored");
}

Test(x86_decode, operand_sizes)
{
	static const struct {
		u32 mode;
		const char *hex;
		unsigned size;
		bool mem;
	} cases[] = {
		{M16, "01 00", 1, true}, {M16, "66 01 C0", 2, false}, {M32, "01 C0", 2, false}, {M32, "66 01 C0", 1, false},
		{M64, "01 C0", 2, false}, {M64, "66 01 00", 1, true}, {M64, "48 01 C0", 3, false}, {M64, "66 48 01 C0", 3, false},
		{M64, "48 66 01 C0", 1, false}, /* REX before a prefix is ignored */
		{M64, "00 C0", 0, false}, {M64, "48 00 C0", 0, false}, {M64, "50", 3, false}, {M64, "66 50", 1, false},
		{M64, "48 50", 3, false}, {M32, "66 50", 1, false}, {M16, "50", 1, false},
		{M64, "66 0F 6E C0", 2, false}, {M64, "66 48 0F 6E 00", 3, true}, {M16, "66 0F 6E C0", 2, false},
	};

	for (unsigned n = 0; n < countof(cases); n++) {
		struct insn i = dec(cases[n].mode, cases[n].hex);

		cr_expect_eq(i.size, cases[n].size, "%s: size %u", cases[n].hex, i.size);
		cr_expect(i.exec == execs[cases[n].size + (cases[n].mem ? 0 : 4)], "%s", cases[n].hex);
	}
	cr_expect_eq(dec(M64, "70 05").size, 3);
	cr_expect_eq(dec(M64, "66 70 05").size, 3, "near branches are 64 bits whatever comes before");
	cr_expect_eq(dec(M64, "0F 58 C0").size, 4);
	cr_expect_eq(dec(M64, "F3 0F 58 C0").size, 2);
	cr_expect_eq(dec(M64, "66 F3 0F B8 C0").size, 1);
	cr_expect_eq(dec(M64, "0F 20 C0").size, 3);
	cr_expect_eq(dec(M16, "0F 20 C0").size, 2);
}

Test(x86_decode, immediates)
{
	struct insn i = dec(M32, "83 68 FE 80");

	cr_expect_eq(i.disp, -2);
	cr_expect_eq(i.imm32, -128);
	cr_expect_eq(dec(M32, "CD 80").imm32, 128);
	cr_expect_eq(dec(M32, "6A 80").imm32, -128);
	cr_expect_eq(dec(M32, "70 FE").imm32, -2);
	cr_expect_eq(dec(M16, "81 E8 00 80").imm32, -32768);
	cr_expect_eq(dec(M32, "81 E8 78 56 34 12").imm32, 0x12345678);
	cr_expect_eq(dec(M64, "48 81 E8 78 56 34 12").imm32, 0x12345678);
	cr_expect_eq(dec(M64, "66 81 E8 34 12").imm32, 0x1234);
	cr_expect_eq(dec(M64, "48 B8 08 07 06 05 04 03 02 81").imm, 0x8102030405060708u);
	cr_expect_eq(dec(M64, "B8 04 03 02 81").imm, 0x81020304u);
	cr_expect_eq(dec(M64, "66 B8 02 81").imm, 0x8102u);
	cr_expect_eq(dec(M64, "A1 08 07 06 05 04 03 02 81").imm, 0x8102030405060708u);
	cr_expect_eq(dec(M64, "67 A1 04 03 02 81").imm, 0x81020304u);
	cr_expect_eq(dec(M16, "A1 02 81").imm, 0x8102u);
	cr_expect(dec(M16, "A1 02 81").exec == r1);
	i = dec(M16, "9A 34 12 78 56");
	cr_expect_eq(i.imm32, 0x1234);
	cr_expect_eq(i.disp, 0x5678);
	i = dec(M32, "9A 78 56 34 92 CD AB");
	cr_expect_eq((u32)i.imm32, 0x92345678u);
	cr_expect_eq(i.disp, 0xabcd);
	i = dec(M64, "C8 00 80 1F");
	cr_expect_eq(i.imm32, 0x8000);
	cr_expect_eq(i.disp, 0x1f);
	cr_expect_eq(dec(M64, "66 E8 FC FF FF FF").imm32, -4, "as Intel: 66 does not shorten the displacement");
	cr_expect_eq(dec(M16, "E8 FC FF").imm32, -4);
}

Test(x86_decode, mandatory_prefixes)
{
	is(M32, "0F 58 C0", "addps Vdq,Wdq");
	is(M32, "66 0F 58 C0", "addpd Vdq,Wdq");
	is(M32, "F3 0F 58 C0", "addss Vd,Wd");
	is(M32, "66 F3 0F 58 C0", "addss Vd,Wd");
	is(M32, "F3 66 0F 58 C0", "addss Vd,Wd");
	is(M32, "F2 F3 0F 58 C0", "addss Vd,Wd");
	bad(M32, "F2 0F 58 C0");
	bad(M32, "F3 F2 0F 58 C0");
	bad(M32, "0F B8 C0");
	is(M32, "90", "nop");
	is(M32, "66 90", "nop");
	is(M32, "F3 90", "pause");
	is(M32, "F2 F3 90", "pause");
	is(M32, "91", "xchg Zv,rax");
	is(M64, "41 90", "xchg Zv,rax");
	is(M64, "F3 41 90", "xchg Zv,rax");
	is(M64, "48 90", "nop");
	is(M64, "0F C7 08", "cmpxchg8b Mq");
	is(M64, "48 0F C7 08", "cmpxchg16b Mdq");
	is(M32, "0F 38 F0 00", "movbe Gv,Mv");
	is(M32, "66 0F 38 F0 00", "movbe Gv,Mv");
	is(M32, "F2 0F 38 F0 00", "crc32 Gd,Eb");
	is(M32, "F2 0F 38 F0 C0", "crc32 Gd,Eb");
	bad(M32, "0F 38 F0 C0");
	cr_expect_eq(dec(M32, "F2 F3 A5").f[F_PFX], PFX_REP);
	cr_expect_eq(dec(M32, "F3 F2 A5").f[F_PFX], PFX_REPNE);
	cr_expect_eq(dec(M64, "66 F3 48 A5").f[F_PFX], PFX_REP | PFX_66 | PFX_REX | PFX_W);
}

Test(x86_decode, absent_features)
{
	is(M32, "F3 0F BC C1", "tzcnt Gv,Ev");
	is(M32, "66 F3 0F BC C1", "tzcnt Gv,Ev");
	is(M32, "F3 0F B8 C1", "popcnt Gv,Ev");
	memset(cpu->features, 0, sizeof(cpu->features));
	is(M32, "F3 0F BC C1", "bsf Gv,Ev");
	is(M32, "0F BC C1", "bsf Gv,Ev");
	bad(M32, "F3 0F B8 C1");
}

Test(x86_decode, lock_needs_a_lockable_memory_destination)
{
	is(M32, "F0 01 00", "add Ev,Gv");
	cr_expect_eq(dec(M32, "F0 01 00").f[F_PFX], PFX_LOCK | PFX_MEM);
	bad(M32, "F0 01 C0");
	bad(M32, "F0 03 00");
	bad(M32, "F0 90");
}

Test(x86_decode, modes)
{
	is(M32, "63 C0", "arpl Ew,Gw");
	bad(M16 | MODE_REAL, "63 C0");
	is(M64, "63 C0", "movsxd Gv,Ed");
	is(M32, "40", "inc Zv");
	bad(M64, "06");
	bad(M64, "9A 00 00 00 00 00 00");
	is(M32, "0F 01 C1", "vmcall");
	is(M32, "0F 01 00", "sgdt Ms");
	bad(M32, "0F 01 C0");
	is(M32, "D8 00", "fadd f32");
	is(M32, "D8 C7", "fadd st,sti");
	bad(M32, "D8 C8");
	bad(M32, "8D C0");
	bad(M32, "0F FF");
}

Test(x86_decode, vex)
{
	struct insn i = dec(M64, "C5 71 58 C2"); /* vaddpd xmm8, xmm1, xmm2 */

	is(M64, "C5 71 58 C2", "vaddpd Vdq,Hdq,Wdq");
	cr_expect_eq(i.f[F_REG], 8);
	cr_expect_eq(i.f[F_CC], 1);
	cr_expect_eq(i.f[F_RM], 2);
	is(M32, "C5 F1 58 C2", "vaddpd Vdq,Hdq,Wdq");
	i = dec(M64, "C4 42 F0 F2 C2"); /* andn r8, rcx, r10 */
	cr_expect_eq(i.size, 3);
	cr_expect_eq(i.f[F_REG], 8);
	cr_expect_eq(i.f[F_CC], 1);
	cr_expect_eq(i.f[F_RM], 10);
	bad(M64, "C5 75 58 C2");       /* L = 1 */
	bad(M64, "66 C5 F1 58 C2");
	bad(M64, "48 C5 F1 58 C2");
	bad(M32 | MODE_REAL, "C5 F1 58 C2");
	bad(M64, "C5 F2 6F 00 00"); /* vvvv must be 1111b */
	is(M64, "C5 FA 6F 00", "vmovdqu Vdq,Wdq");
	bad(M64, "C4 E4 F0 F2 C2");    /* no map 4 */
	is(M32, "C4 00", "les Gz,Mp");
	bad(M64, "C4 00 00 00 00");
}

/* ---- disassembly ------------------------------------------------------------------------------------------- */

static void prints(u32 mode, const char *hex, const char *expected)
{
	struct insn i = dec(mode, hex);
	char text[100], small[8];
	unsigned n = x86_text(isa, &i, 0x1000, mode, text, sizeof(text));

	cr_expect_str_eq(text, expected, "%s: \"%s\" instead of \"%s\"", hex, text, expected);
	cr_expect_eq(n, strlen(text));
	n = x86_text(isa, &i, 0x1000, mode, small, sizeof(small));
	cr_expect_eq(n, strlen(small));
	cr_expect(strncmp(small, text, n) == 0, "cut short it is the same");
}

Test(x86_decode, text)
{
	prints(M64, "01 44 8B F8", "add dword ptr [rbx + rcx*4 - 8], eax");
	prints(M64, "48 03 05 10 00 00 00", "add rax, qword ptr [rip + 0x10]");
	prints(M64, "64 66 45 01 04 24", "add word ptr fs:[r12], r8w");
	prints(M32, "01 05 78 56 34 82", "add dword ptr [0x82345678], eax");
	prints(M32, "36 01 45 00", "add dword ptr [ebp], eax");
	prints(M32, "3E 01 45 00", "add dword ptr ds:[ebp], eax");
	prints(M16, "F0 00 62 FF", "lock add byte ptr [bp + si - 1], ah");
	prints(M64, "40 00 E5", "add bpl, spl");
	prints(M32, "83 68 FE 80", "sub dword ptr [eax - 2], -0x80");
	prints(M32, "81 E8 FF FF FF FF", "sub eax, 0xffffffff");
	prints(M64, "74 FE", "je 0x1000");
	prints(M16, "75 10", "jne 0x1012");
	prints(M16, "E8 00 F0", "call 3");
	prints(M32, "9A 10 00 00 00 08 00", "call 0x8:0x10");
	prints(M32, "F3 A5", "rep movsd dword ptr es:[edi], dword ptr [esi]");
	prints(M64, "48 A5", "movsq qword ptr [rdi], qword ptr [rsi]");
	prints(M64, "64 A1 08 00 00 00 00 00 00 00", "mov eax, dword ptr fs:[8]");
	prints(M64, "48 B8 FF FF FF FF FF FF FF FF", "mov rax, 0xffffffffffffffff");
	prints(M32, "C4 10", "les edx, [eax]");
	prints(M32, "D8 C3", "fadd st(0), st(3)");
	prints(M32, "D8 00", "fadd dword ptr [eax]");
	prints(M64, "45 0F 58 F8", "addps xmm15, xmm8");
	prints(M64, "0F C7 0E", "cmpxchg8b qword ptr [rsi]");
	prints(M64, "48 0F C7 0E", "cmpxchg16b xmmword ptr [rsi]");
	prints(M64, "0F 20 D8", "mov rax, cr3");
	prints(M32, "8E D8", "mov ds, ax");
	prints(M64, "C4 42 F0 F2 C2", "andn r8, rcx, r10");
	prints(M64, "C8 08 00 01", "enter 8, 1");
	prints(M32, "0F 6F 08", "movq mm1, qword ptr [eax]");
}

Test(x86_decode, fifteen_bytes)
{
	u8 code[20];
	struct insn i;

	memset(code, 0x66, sizeof(code));
	code[13] = 0x01;
	code[14] = 0xc0;
	cr_expect_eq(x86_decode(&cpu->cpu, code, 15, M32, &i), 15u);
	cr_expect_str_eq(row_text(i), "add Ev,Gv");
	memset(code, 0x66, sizeof(code));
	code[14] = 0x01;
	code[15] = 0xc0;
	cr_expect_eq(x86_decode(&cpu->cpu, code, 20, M32, &i), 15u);
	cr_expect_eq(i.row, ROW_TOO_LONG);
	cr_expect(i.exec == x86_exec_toolong);
	cr_expect_eq(x86_decode(&cpu->cpu, code, 15, M32, &i), 15u, "no 16th byte is needed to know");
	cr_expect_eq(i.row, ROW_TOO_LONG);
	cr_expect_eq(x86_decode(&cpu->cpu, code, 14, M32, &i), 0u, "but the 15th is");
	memset(code, 0x66, sizeof(code));
	cr_expect_eq(x86_decode(&cpu->cpu, code, 20, M32, &i), 15u);
	cr_expect_eq(i.row, ROW_TOO_LONG);
}
