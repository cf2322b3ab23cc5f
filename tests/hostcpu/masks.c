/* SPDX-License-Identifier: MIT */
/* What the manuals leave undefined, by instruction, with the section: Intel SDM vol. 2, "Flags Affected" and "FPU Flags
 * Affected" under each name; vol. 1, appendices A (EFLAGS) and C. Where Intel defines what AMD does not, it counts. */
#include "tests/hostcpu/hostcpu.h"

enum { C0 = 1 << 8, C1 = 1 << 9, C2 = 1 << 10, C3 = 1 << 14, SF_BIT = 1 << 6, IE = 1, DE = 2, UE = 16, PE = 32 };

/* ---- EFLAGS ------------------------------------------------------------------------------------------------------ */

static unsigned shift_count(const struct sample *s)
{
	const char *text = s->row->text;
	const char *last = strrchr(text, ',');
	unsigned count = strcmp(last, ",1") == 0 ? 1 : strcmp(last, ",cl") == 0 ? (unsigned)s->s.r[R_CX] & 255
		: (unsigned)s->insn.imm32;

	return count & (s->insn.size == 3 ? 63 : 31);
}

static u32 shift_flags(const struct sample *s)
{
	unsigned count = shift_count(s);
	u32 flags = count ? FL_AF : 0;

	if (count > 1)
		flags |= FL_OF;
	if (word_in(s->name, "shl shr") && count >= 8u << s->insn.size)
		flags |= FL_CF;
	return flags;
}

static u32 rotate_flags(const struct sample *s)
{
	return shift_count(s) > 1 ? FL_OF : 0;
}

static u32 double_shift_flags(const struct sample *s)
{
	unsigned count = shift_count(s), size = 8u << s->insn.size;

	if (count > size)
		return FL_OSZAPC;
	return (count ? FL_AF : 0) | (count > 1 ? FL_OF : 0);
}

static const struct {
	const char *names;
	u32 flags;
	u32 (*count)(const struct sample *s);
	const char *why;
} flag_rows[] = {
	{"and or xor test", FL_AF, NULL, "SDM vol. 2, AND, OR, XOR, TEST"},
	{"shl shr sar", 0, shift_flags, "SDM vol. 2, SAL/SAR/SHL/SHR"},
	{"rol ror rcl rcr", 0, rotate_flags, "SDM vol. 2, RCL/RCR/ROL/ROR"},
	{"shld shrd", 0, double_shift_flags, "SDM vol. 2, SHLD, SHRD"},
	{"mul imul", FL_SF | FL_ZF | FL_AF | FL_PF, NULL, "SDM vol. 2, MUL, IMUL"},
	{"div idiv", FL_OSZAPC, NULL, "SDM vol. 2, DIV, IDIV"},
	{"bt bts btr btc", FL_OF | FL_SF | FL_AF | FL_PF, NULL, "SDM vol. 2, BT, BTS, BTR, BTC"},
	{"bsf bsr", FL_OSZAPC & ~FL_ZF, NULL, "SDM vol. 2, BSF, BSR"},
	{"tzcnt lzcnt", FL_OF | FL_SF | FL_AF | FL_PF, NULL, "SDM vol. 2, TZCNT, LZCNT"},
	{"andn blsr blsi blsmsk", FL_AF | FL_PF, NULL, "SDM vol. 2, ANDN, BLSI, BLSMSK, BLSR"},
	{"bzhi", FL_AF | FL_PF, NULL, "SDM vol. 2, BZHI"},
	{"bextr", FL_AF | FL_SF | FL_PF, NULL, "SDM vol. 2, BEXTR"},
	{"daa das", FL_OF, NULL, "SDM vol. 2, DAA, DAS"},
	{"aaa aas", FL_OF | FL_SF | FL_ZF | FL_PF, NULL, "SDM vol. 2, AAA, AAS"},
	{"aam aad", FL_OF | FL_AF | FL_CF, NULL, "SDM vol. 2, AAM, AAD"},
	{"fcomi fcomip fucomi fucomip", FL_OF | FL_SF | FL_AF, NULL, "SDM vol. 2, FCOMI: only ZF, PF and CF are named"},
};

/* ---- the x87 status word ----------------------------------------------------------------------------------------- */

/* SDM vol. 1, table 8-1. Everything else leaves C0, C2 and C3 undefined. */
static const char codes_defined[] = "fcom fcom2 fcomp fcomp3 fcomp5 fcompp fucom fucomp fucompp ficom ficomp ftst fxam "
				    "fprem fprem1 fldenv frstor fnsave fninit fxrstor fxrstor64 fxsave fxsave64";
static const char c1_undefined[] = "fnop fnclex fldcw fnstcw fnstsw wait ffree ffreep fneni fndisi fnsetpm fnstenv";
static const char c2_defined[] = "fsin fcos fsincos fptan";
static const char approximate[] = "f2xm1 fyl2x fyl2xp1 fpatan fptan fsin fcos fsincos";

static u16 undefined_status(const struct sample *s, const struct outcome *host)
{
	u16 mask = 0;

	if (!(s->row->attr & X87) && !word_in(s->name, "wait"))
		return 0;
	if (!word_in(s->name, codes_defined))
		mask |= C0 | C3 | (word_in(s->name, c2_defined) ? 0 : C2);
	if (word_in(s->name, c1_undefined))
		mask |= C1;
	if (word_in(s->name, approximate) && !(host->r.s.fsw & ~s->s.fsw & SF_BIT))
		mask |= C1 | UE | PE; /* whether the approximation was rounded: SDM vol. 1, 8.3.10 */
	return mask;
}

/* ---- results ----------------------------------------------------------------------------------------------------- */

/* Argument ranges: SDM vol. 2, F2XM1 and FYL2XP1. */
static bool out_of_range(const struct sample *s)
{
	struct f80 st = s->s.st[s->s.fsw >> 11 & 7];
	unsigned e = st.se & 0x7fff;

	if (e == 0x7fff || !(st.sig >> 63))
		return false; /* infinities, NaNs, denormals and what is no number have rules of their own */
	if (word_in(s->name, "f2xm1"))
		return e >= 16384 || (e == 16383 && st.sig << 1);
	if (!word_in(s->name, "fyl2xp1"))
		return false;
	if (st.se >> 15) /* -(1 - sqrt(2) / 2) = -0.29289 */
		return e > 16381 || (e == 16381 && st.sig > 0x95f619980c4336f7);
	return e > 16381 || (e == 16381 && st.sig > 0xd413cccfe779921b); /* sqrt(2) - 1 = 0.41421 */
}

void undefined_find(struct undefined *u, const struct sample *s, const struct outcome *host)
{
	*u = (struct undefined){ .fsw = undefined_status(s, host) };
	if (host->r.trap != 255)
		return;
	for (unsigned k = 0; k < countof(flag_rows); k++)
		if (word_in(s->name, flag_rows[k].names))
			u->flags = flag_rows[k].flags | (flag_rows[k].count ? flag_rows[k].count(s) : 0);
	u->inexact = word_in(s->name, approximate);
	if (word_in(s->name, "shld shrd") && shift_count(s) > 8u << s->insn.size)
		u->everything = true; /* SDM vol. 2, SHLD, SHRD: the result is undefined */
	if (word_in(s->name, "bsf bsr") && (host->r.s.rflags & FL_ZF))
		u->gprs = (u16)BIT(s->insn.f[F_REG] & 15); /* SDM vol. 2, BSF, BSR: source 0 */
	if (word_in(s->name, "bswap") && s->insn.size == 1)
		u->gprs = (u16)BIT(s->insn.f[F_RM] & 15); /* SDM vol. 2, BSWAP: 16 bits */
	if (out_of_range(s))
		u->everything = true;
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

struct span {
	u16 from, to;
};

static bool in_spans(const struct span *p, unsigned n, unsigned at)
{
	for (unsigned k = 0; k < n; k++)
		if (at >= p[k].from && at < p[k].to)
			return true;
	return false;
}

/* The pointers to the last instruction and operand differ with the processor's ways of keeping them (SDM vol. 1, 8.1.8:
 * FCS and FDS deprecated, FDP updated only by unmasked exceptions). */
static bool environment_byte(const struct sample *s, unsigned at)
{
	static const struct span wide[] = { { 2, 4 }, { 6, 8 }, { 10, 28 } }, narrow[] = { { 6, 14 } };

	return s->insn.size == 1 ? in_spans(narrow, countof(narrow), at) : in_spans(wide, countof(wide), at);
}

/* SDM vol. 1, table 10-2; MXCSR_MASK is the processor's own; bytes 416-511 are reserved. */
static bool fxsave_byte(const struct sample *s, unsigned at)
{
	static const struct span spans[] = { { 5, 24 }, { 28, 32 }, { 416, 512 } };

	if (at >= 32 && at < 160 && (at & 15) >= 10)
		return true;
	return in_spans(spans, countof(spans), at) || (!s->mode64 && at >= 288);
}

bool undefined_byte(const struct sample *s, unsigned at)
{
	u64 offset = USER_DATA + at - s->address;

	if (word_in(s->name, "fnstenv fnsave"))
		return offset < 28 && environment_byte(s, (unsigned)offset);
	if (word_in(s->name, "fxsave fxsave64"))
		return offset < 512 && fxsave_byte(s, (unsigned)offset);
	return false;
}
