/* SPDX-License-Identifier: MIT */
/* Rows that are not run on the host, and differences from it that are as they should be, each with its reason and the
 * manual's section. A difference is excused only if a row here covers all of it. */
#include "tests/hostcpu/hostcpu.h"

/* ---- rows left out ----------------------------------------------------------------------------------------------- */

static const struct {
	const char *names, *why;
} left_out[] = {
	{"ljmp lcall retf iret syscall sysret sysenter sysexit", "far transfers and system calls: the host's own kernel"},
	{"les lds lss lfs lgs lar lsl verr verw", "descriptor tables are the host's"},
	{"sgdt sidt sldt str smsw", "system registers are the host's, or UMIP's: SDM vol. 3, 2.5"},
	{"cpuid rdtsc rdtscp rdpmc rdpid rdrand rdseed xgetbv", "the answer is the host's own"},
	{"pause monitor mwait", "hints and waiting"},
	{"rcpps rcpss rsqrtps rsqrtss", "approximations: SDM vol. 1, 10.4.1"},
	{"xsave xsave64 xrstor xrstor64 xsaveopt xsaveopt64", "the host has other state components"},
	{"wrfsbase wrgsbase", "the child keeps its bases"},
	{"int1", "its #DB can't be told from a step's: SDM vol. 3, 6.4.2"},
	{"clac stac", "privileged: SDM vol. 2, CLAC"},
};

const char *row_left_out(const struct insn_row *row)
{
	if (row->attr & CPL0)
		return "privileged";
	for (unsigned k = 0; k < countof(left_out); k++)
		if (word_in(row->text, left_out[k].names))
			return left_out[k].why;
	if (strncmp(row->text, "mov S", 5) == 0 ||
		(strncmp(row->text, "pop ", 4) == 0 && row->text[5] == 's' && row->text[6] == 0))
		return "segment loads: descriptor tables are the host's";
	if (!host_has(row->feature))
		return "the host has no such feature";
	return NULL;
}

/* ---- differences ------------------------------------------------------------------------------------------------- */

static bool fault(const struct sample *s, const struct outcome *host, const struct outcome *ours)
{
	(void)s;
	return host->r.trap != 255 && host->r.trap == ours->r.trap;
}

static bool both_fault(const struct sample *s, const struct outcome *host, const struct outcome *ours)
{
	(void)s;
	return host->r.trap != 255 && ours->r.trap != 255;
}

static bool page_fault(const struct sample *s, const struct outcome *host, const struct outcome *ours)
{
	return fault(s, host, ours) && host->r.trap == X_PF;
}

static bool fault_with_top_0(const struct sample *s, const struct outcome *host, const struct outcome *ours)
{
	return fault(s, host, ours) && (host->r.s.fsw & 0x3800) == 0;
}

static bool in_operand(const struct sample *s, const struct outcome *host, const struct outcome *ours)
{
	u64 wrap = s->insn.f[F_ASIZE] == 1 ? 0xffff : ~0ull;

	return page_fault(s, host, ours) && ((host->r.cr2 - s->address) & wrap) < 512 &&
		((ours->r.cr2 - s->address) & wrap) < 512;
}

/* Ours touches the bytes that the mask selects, and no others. */
static bool unselected_byte(const struct sample *s, const struct outcome *host, const struct outcome *ours)
{
	(void)s;
	return host->r.trap != 255 && ours->r.trap == 255;
}

/* Wherever the results differ, both are NaNs. */
static bool nan_for_nan(const struct sample *s, const struct outcome *host, const struct outcome *ours)
{
	const u64 *a = host->r.s.v[s->insn.f[F_REG] & 15], *b = ours->r.s.v[s->insn.f[F_REG] & 15];
	bool twice = word_in(s->name, "dppd haddpd hsubpd");

	for (unsigned k = 0; k < 4; k++) {
		u64 x = twice ? a[k / 2] << 1 : (u64)(u32)(a[k / 2] >> k % 2 * 32) << 33;
		u64 y = twice ? b[k / 2] << 1 : (u64)(u32)(b[k / 2] >> k % 2 * 32) << 33;
		u64 infinity = twice ? 0xffe0000000000000 : 0xff00000000000000;

		if (x != y && (x <= infinity || y <= infinity))
			return false;
	}
	return true;
}

static bool pause_of_r8(const struct sample *s, const struct outcome *host, const struct outcome *ours)
{
	(void)host;
	(void)ours;
	return (s->insn.f[F_PFX] & PFX_REP) && s->code[s->ncode - 1] == 0x90;
}

static bool differs_only_in(const struct sample *s, const struct outcome *host, const struct outcome *ours, u64 from,
	u64 size)
{
	for (unsigned at = 0; at < USER_DATA_SIZE; at++)
		if (USER_DATA + at - from >= size &&
			outcome_byte(host, s->initial, at) != outcome_byte(ours, s->initial, at))
			return false;
	return true;
}

static bool part_of_operand(const struct sample *s, const struct outcome *host, const struct outcome *ours)
{
	return page_fault(s, host, ours) && differs_only_in(s, host, ours, s->address, 108);
}

/* The host has cleared the upper halves of registers that did not change otherwise. */
static bool upper_halves(const struct sample *s, const struct outcome *host, const struct outcome *ours)
{
	for (unsigned k = 0; k < 16; k++)
		if (host->r.s.r[k] != ours->r.s.r[k] && host->r.s.r[k] != (u32)ours->r.s.r[k])
			return false;
	return s->mode64 && s->insn.f[F_ASIZE] == 2 && (s->insn.f[F_PFX] & (PFX_REP | PFX_REPNE));
}

static bool either_operand_cut(const struct sample *s, const struct outcome *host, const struct outcome *ours)
{
	return both_fault(s, host, ours) && upper_halves(s, host, ours);
}

/* One approximation is a normal number, the other one is tiny, which an unmasked UE shows. */
static bool edge_of_normal(const struct sample *s, const struct outcome *host, const struct outcome *ours)
{
	return !(s->s.fcw & 16) && ((host->r.s.fsw ^ ours->r.s.fsw) & 16);
}

/* Some operand runs over the end of a 4 GiB segment. */
static bool beyond_4g(const struct sample *s, const struct outcome *host, const struct outcome *ours)
{
	u32 offset = (u32)(s->address - (s->insn.f[F_SEG] == S_GS ? HOST_GS_BASE : 0)), end = 0xfffffdff;
	bool stack = (u32)s->s.r[R_SP] > end || (u32)s->s.r[R_SP] < 512 || (u32)s->s.r[R_BP] > end;
	bool string = (u32)host->r.s.r[R_SI] > end || (u32)host->r.s.r[R_DI] > end;
	bool moffs = s->row->enc[strlen(s->row->enc) - 1] == 'o' && load_le32(s->code + s->ncode - 4) > end;
	bool bits = s->memory && word_in(s->name, "bt btc btr bts"); /* the bit offset may wrap below 0 */

	(void)ours;
	return !s->mode64 && (host->r.trap == X_GP || host->r.trap == X_SS) &&
		((s->memory && offset > end) || bits || moffs || (!s->memory && (stack || string)));
}

static const char partial[] = "fldenv fnstenv frstor fnsave fxsave fxrstor";
static const char to_mmx[] = "movd movq movntq maskmovq cvtpi2ps cvtpi2pd cvtps2pi cvttps2pi cvtpd2pi cvttpd2pi";

const struct excuse excuses[] = {
	{"bound", DIFF_TRAP | DIFF_ERROR | DIFF_CR2, both_fault,
		"whether the upper bound is read when the lower one has failed is not defined: SDM vol. 2, BOUND"},
	{"fxsave fxrstor", DIFF_TRAP, both_fault,
		"not canonical on the stack (#SS) and not aligned (#GP): both at once, SDM vol. 2, FXSAVE"},
	{"popa", DIFF_GPR, fault, "registers popped before the fault: restarting it pops them again, SDM vol. 3, 6.5"},
	{"cmps cmpsb cmpsw cmpsd cmpsq", DIFF_TRAP | DIFF_ERROR | DIFF_CR2, both_fault,
		"both operands fault; which is read first is not defined: SDM vol. 2, CMPS"},
	{"cmps cmpsb cmpsw cmpsd cmpsq", DIFF_ERROR | DIFF_CR2 | DIFF_GPR, either_operand_cut,
		"the same, and whether registers are zero-extended when no iteration was done: SDM vol. 2, REP"},
	{partial, DIFF_CR2 | DIFF_ERROR, in_operand,
		"which byte of a long operand is touched first is not defined: SDM vol. 3, 4.7"},
	{"fstp fbstp", DIFF_MEM, part_of_operand,
		"more than 8 bytes are stored in parts, and some before the fault: SDM vol. 3, 8.1.1"},
	{"fnstenv fnsave fxsave", DIFF_MEM | DIFF_CR2, part_of_operand, "stored in parts: SDM vol. 3, 8.1.1"},
	{to_mmx, DIFF_FSW | DIFF_FTW, fault_with_top_0,
		"a fault leaves the state as it was (SDM vol. 3, 6.5); the host has entered MMX state: TOP = 0, tags "
		"valid"},
	{"maskmovq maskmovdqu", DIFF_CR2 | DIFF_ERROR | DIFF_FSW | DIFF_FTW, page_fault,
		"CR2 is some byte of the operand, selected or not: SDM vol. 2, MASKMOVDQU, implementation dependent"},
	{"maskmovq maskmovdqu", DIFF_TRAP | DIFF_RIP | DIFF_MEM | DIFF_FSW | DIFF_FTW | DIFF_ST, unselected_byte,
		"faults of bytes that are not selected are implementation dependent: SDM vol. 2, MASKMOVDQU"},
	{"fsin fcos fsincos fptan fpatan f2xm1 fyl2x fyl2xp1", DIFF_ST | DIFF_FSW, edge_of_normal,
		"within 1 ulp, but on either side of underflow: SDM vol. 1, 8.3.10"},
	{"dpps dppd haddps haddpd hsubps hsubpd", DIFF_XMM, nan_for_nan,
		"which of several NaNs comes out is not defined (SDM vol. 2, DPPS); ours as captured on AMD"},
	{"xchg", DIFF_GPR, pause_of_r8,
		"F3 90 with REX.B: PAUSE on Intel, XCHG on AMD (SDM vol. 2, PAUSE; APM vol. 3, XCHG)"},
	{"movs movsb cmps cmpsb stos stosb lods lodsb scas scasb", DIFF_GPR, upper_halves,
		"whether registers are zero-extended when no iteration was done is not defined: SDM vol. 2, REP"},
	{NULL, ~0u, beyond_4g, "whether an access over the end of a 4 GiB segment faults is not defined: SDM vol. 3, 5.3"},
};
const unsigned nexcuses = countof(excuses);

const struct excuse *excuse_find(const struct sample *s, unsigned differences, const struct outcome *host,
	const struct outcome *ours)
{
	for (unsigned n = 0; n < nexcuses; n++) {
		const struct excuse *e = &excuses[n];

		if (!(differences & ~e->differences) && (!e->names || word_in(s->name, e->names)) &&
			(!e->applies || e->applies(s, host, ours)))
			return e;
	}
	return NULL;
}
