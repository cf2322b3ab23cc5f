/* SPDX-License-Identifier: MIT */
/* Words that are not run under qemu 7.2, and differences from it that are as they should be, each with its reason and
 * the section of the Arm ARM (DDI 0487). A difference is excused only if a row here covers all of it. */
#include "tests/a64user/a64user.h"

/* ---- words left out ---------------------------------------------------------------------------------------------- */

static const struct {
	u32 mask, value;
	const char *why;
} left_out[] = {
	{0xffe0001f, 0xd4000001, "a system call"},
	{0xffffffff, 0xd45e0000, "qemu's semihosting call"},
	{0xffffffdf, 0xd503205f, "WFE, WFI: waiting"},
	{0xfff8f000, 0xd5380000, "ID registers: Linux answers for them (ARM64 CPU Feature Registers)"},
	{0xffdff000, 0xd51be000, "timers: the time is qemu's"},
	{0xffffff00, 0xd53b2400, "random numbers"},
	{0xffffff1f, 0xd53b0001, "CTR_EL0, DCZID_EL0: cache sizes are IMPLEMENTATION DEFINED"},
	{0xffffffe0, 0xd50b7420, "DC ZVA: so is its size"},
};

/* SIMD two-register miscellaneous (FP16), vector and scalar: qemu 7.2 aborts on words that are not allocated there. */
static bool ends_qemu(u32 word, const struct insn_row *row)
{
	return (word & 0x8f7e0c00) == 0x0e780800 && row->exec[0] == a64_exec_undefined;
}

const char *word_left_out(u32 word, const struct insn_row *row)
{
	for (unsigned k = 0; k < countof(left_out); k++)
		if ((word & left_out[k].mask) == left_out[k].value)
			return left_out[k].why;
	if (ends_qemu(word, row))
		return "qemu 7.2 aborts: code should not be reached";
	if (row->feature == FEAT_PAuth && !row_named(row, "xpaci xpacd xpaclri eretaa eretab"))
		return "pointer authentication: qemu's process has keys of its own";
	return NULL;
}

/* ---- differences ------------------------------------------------------------------------------------------------- */

static u32 word_of(const struct sample *s)
{
	return s->word[s->n - 1];
}

static bool both_abort(const struct outcome *peer, const struct outcome *ours)
{
	return peer->kind == OUT_ABORT && ours->kind == OUT_ABORT;
}

/* It is no address for the host's processor, which then does not say what it was (Intel SDM vol. 3, 6.15, #GP). */
static bool beyond_the_host(const struct sample *s, const struct outcome *peer, const struct outcome *ours)
{
	(void)s;
	return both_abort(peer, ours) && peer->address == 0 && ours->address >> 47;
}

static bool one_register_twice(const struct sample *s, const struct outcome *peer, const struct outcome *ours)
{
	u32 w = word_of(s);

	(void)peer, (void)ours;
	return (w & 31) == (w >> 10 & 31);
}

/* Only registers that it loads differ. */
static bool loaded_in_part(const struct sample *s, const struct outcome *peer, const struct outcome *ours)
{
	u32 w = word_of(s);
	unsigned base = w >> 5 & 31, second = w >> 10 & 31;

	for (unsigned k = 0; k < 31; k++)
		if (peer->s.x[k] != ours->s.x[k] && (k == base || (k != (w & 31) && k != second)))
			return false;
	return both_abort(peer, ours);
}

/* Only bytes near the fault differ: the longest operand has 64. */
static bool stored_in_part(const struct sample *s, const struct outcome *peer, const struct outcome *ours)
{
	(void)s;
	for (unsigned n = 0; n < peer->nchunks && n < WIRE_CHUNKS; n++)
		if (peer->address - (A64_DATA + peer->chunk[n].at) + 64 > 128)
			return false;
	return both_abort(peer, ours) && ours->nchunks == 0;
}

static bool ours_aligned(const struct sample *s, const struct outcome *peer, const struct outcome *ours)
{
	(void)s;
	return peer->kind == OUT_RAN && ours->kind == OUT_ALIGNMENT;
}

static bool ours_aborts(const struct sample *s, const struct outcome *peer, const struct outcome *ours)
{
	(void)s;
	return peer->kind == OUT_RAN && ours->kind == OUT_ABORT;
}

static bool not_all_ones(const struct sample *s, const struct outcome *peer, const struct outcome *ours)
{
	(void)ours;
	return peer->kind == OUT_UNDEFINED && (word_of(s) >> 16 & 31) != 31;
}

/* What qemu's "max" has and ours has not (C4.1). */
static const struct {
	u32 mask, value;
} absent[] = {
	/* FEAT_MTE: memory tags, STGP, ADDG, SUBG, IRG, GMI, SUBP, SUBPS */
	{0xff200000, 0xd9200000}, {0xfe400000, 0x68000000}, {0xbfc00000, 0x91800000}, {0xffe0fc00, 0x9ac01000},
	{0xffe0fc00, 0x9ac01400}, {0xdfe0fc00, 0x9ac00000},
	/* its DC CGVAC and the like, DC GVA, DC GZVA */
	{0xfffff0e0, 0xd50b7060}, {0xfffff0e0, 0xd50b70a0}, {0xffffffe0, 0xd50b7480},
	{0xffdfffe0, 0xd51b42e0}, /* TCO */
	/* FEAT_BF16: BFDOT, BFMMLA, BFMLALB and BFMLALT; two of them by element; BFCVT, BFCVTN */
	{0xbfe0fc00, 0x2e40fc00}, {0xffe0fc00, 0x6e40ec00}, {0xbfe0fc00, 0x2ec0fc00}, {0xbf40f400, 0x0f40f000},
	{0xfffffc00, 0x1e634000}, {0xbffffc00, 0x0ea16800},
};

static bool is_absent(const struct sample *s, const struct outcome *peer, const struct outcome *ours)
{
	(void)peer;
	for (unsigned k = 0; k < countof(absent); k++)
		if ((word_of(s) & absent[k].mask) == absent[k].value)
			return ours->kind == OUT_UNDEFINED;
	return false;
}

static bool not_aligned(const struct sample *s, const struct outcome *peer, const struct outcome *ours)
{
	(void)s;
	return peer->kind != OUT_ALIGNMENT && ours->kind == OUT_ALIGNMENT;
}

static bool same_half(const struct sample *s, const struct outcome *peer, const struct outcome *ours)
{
	const union vec *a = &peer->s.v[word_of(s) & 31], *b = &ours->s.v[word_of(s) & 31];

	return (u16)a->q[0] == (u16)b->q[0] && b->q[0] <= 0xffff && a->q[1] == b->q[1];
}

/* A denormal number under FPCR.FZ. */
static bool flushed_to_zero(const struct sample *s, const struct outcome *peer, const struct outcome *ours)
{
	u64 a = s->s.v[word_of(s) >> 5 & 31].q[0];

	(void)peer, (void)ours;
	return (s->s.fpcr & BIT(24)) && a && a < BIT(52);
}

/* Wherever general registers differ, it is SP. */
static bool only_sp(const struct sample *s, const struct outcome *peer, const struct outcome *ours)
{
	return (word_of(s) >> 16 & 31) == 30 && memcmp(peer->s.x, ours->s.x, 31 * sizeof(u64)) == 0;
}

static bool is_undefined(const struct sample *s, const struct outcome *peer, const struct outcome *ours)
{
	(void)s, (void)peer;
	return ours->kind == OUT_UNDEFINED;
}

static bool theirs_undefined(const struct sample *s, const struct outcome *peer, const struct outcome *ours)
{
	(void)s, (void)ours;
	return peer->kind == OUT_UNDEFINED;
}

#define EXCLUSIVE_STORES "stxr stxrb stxrh stlxr stlxrb stlxrh stxp stlxp"

const struct excuse excuses[] = {
	{NULL, 0, 0, DIFF_ADDRESS, beyond_the_host, "the host does not tell the address"},
	{"ldp ldnp ldpsw ldxp ldaxp", 0, 0, DIFF_X | DIFF_V, one_register_twice,
		"both loads into one register: CONSTRAINED UNPREDICTABLE, C6.2.129, LDP; K1.2"},
	{NULL, 0x0a000000, 0x08000000, DIFF_X | DIFF_V, loaded_in_part,
		"registers that were to be loaded are UNKNOWN after an abort: D1.3.1, precise exceptions"},
	{NULL, 0x0a000000, 0x08000000, DIFF_MEM, stored_in_part,
		"memory that was to be stored is UNKNOWN after an abort: D1.3.1, precise exceptions"},
	{EXCLUSIVE_STORES, 0, 0, DIFF_KIND | DIFF_PC | DIFF_X, ours_aligned,
		"AArch64.ExclusiveMonitorsPass checks alignment first: B2.9.2; qemu only if the monitor is armed"},
	{EXCLUSIVE_STORES, 0, 0, DIFF_KIND | DIFF_PC | DIFF_X, ours_aborts,
		"IMPLEMENTATION DEFINED whether an abort is found without the monitor: ExclusiveMonitorsPass, B2.9"},
	{"ldapr ldaprb ldaprh", 0, 0, ~0u, not_all_ones,
		"(1) bits that are not 1: CONSTRAINED UNPREDICTABLE, C6.2.115, LDAPR"},
	{"ldapr ldaprh", 0, 0, ~0u, not_aligned, "not aligned, without FEAT_LSE2: B2.5.2; qemu 7.2 lets it pass"},
	{NULL, 0, 0, ~0u, is_absent, "extensions that we do not have"},
	{"fcvtzs", 0xfff0fc00, 0x5f10fc00, DIFF_V, same_half,
		"to 16 bits: the other bits become 0 (C7.2, FCVTZS (vector, fixed-point)); qemu 7.2 extends the sign"},
	{NULL, 0xff7e0c00, 0x5e700800, ~0u, is_undefined,
		"pairs of half precision with sz = 1: UNDEFINED, C7.2, FADDP (scalar); qemu 7.2 runs them"},
	{NULL, 0xbf7e0c00, 0x0e700800, ~0u, is_undefined,
		"across lanes of half precision, size 01: C4.1, Advanced SIMD across lanes; qemu 7.2 runs them"},
	{NULL, 0x9ff80c00, 0x0f000c00, ~0u, is_undefined,
		"o2 = 1 is only for FMOV of halves: C4.1, Advanced SIMD modified immediate; qemu 7.2 ignores it"},
	{NULL, 0xfffff000, 0xd50b7000, DIFF_KIND | DIFF_PC, ours_aborts,
		"cache maintenance by address faults where nothing is mapped: C5.3, DC CIVAC; qemu-user does nothing"},
	{NULL, 0xfffffee0, 0xd50b7c20, DIFF_KIND | DIFF_PC, theirs_undefined,
		"DC CVAP, DC CVADP: C5.3, with the features that qemu 7.2 announces but does not have for users"},
	{"casp", 0, 0, DIFF_X, only_sp, "the second register of X30 is XZR: C6.2.40, CASP; qemu 7.2 loads SP"},
	{"fjcvtzs", 0, 0, DIFF_FLAGS, flushed_to_zero,
		"Z is 0 for a number that was flushed to zero: FPToFixedJS, C7.2, FJCVTZS; qemu 7.2 says exact"},
};
const unsigned nexcuses = countof(excuses);

const struct excuse *excuse_find(const struct sample *s, unsigned differences, const struct outcome *peer,
	const struct outcome *ours)
{
	for (unsigned n = 0; n < nexcuses; n++) {
		const struct excuse *e = &excuses[n];

		if (!(differences & ~e->differences) && (!e->names || row_named(s->last, e->names)) &&
			(s->word[s->n - 1] & e->mask) == e->value && (!e->applies || e->applies(s, peer, ours)))
			return e;
	}
	return NULL;
}
