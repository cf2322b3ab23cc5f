/* SPDX-License-Identifier: MIT */
/* Where our names for A64 words and capstone 4.0.2's differ, and why ours stand. Arm ARM DDI 0487, by section. */
#include "tests/encodings_a64/a64.h"

/* Rn is the register that is transferred. */
static bool base_overlaps(const struct sample *s)
{
	u32 n = s->word >> 5 & 31;

	return n == (s->word & 31) || n == (s->word >> 10 & 31);
}

static bool pair_overlaps(const struct sample *s)
{
	return (s->word & 31) == (s->word >> 10 & 31);
}

/* What an extension adds is not in capstone 4.0.2 at all. */
#define NEWER(feature, section) {"newer than capstone: " #feature, NULL, "", 0, 0, feature, NULL, section}

const struct exception exceptions[] = {
	NEWER(FEAT_LSE, "C6.2.36, CAS; C6.2.104, LDADD"),
	NEWER(FEAT_LOR, "C6.2.123, LDLAR; C6.2.347, STLLR"),
	NEWER(FEAT_SSBS, "C6.2.229, MSR (immediate)"),
	NEWER(FEAT_FP16, "C7.2, FEAT_FP16"),
	NEWER(FEAT_FHM, "C7.2.93, FMLAL"),
	NEWER(FEAT_FCMA, "C7.2.50, FCADD; C7.2.60, FCMLA"),
	NEWER(FEAT_JSCVT, "C7.2.144, FJCVTZS"),
	NEWER(FEAT_FRINTTS, "C7.2.164, FRINT32X"),
	NEWER(FEAT_FlagM, "C6.2.60, CFINV; C6.2.249, RMIF"),
	NEWER(FEAT_FlagM2, "C6.2.22, AXFLAG"),
	NEWER(FEAT_DotProd, "C7.2.404, UDOT"),
	NEWER(FEAT_I8MM, "C7.2.346, SMMLA"),
	NEWER(FEAT_SHA512, "C7.2.288, SHA512H"),
	NEWER(FEAT_SHA3, "C7.2.46, EOR3"),
	NEWER(FEAT_SM3, "C7.2.339, SM3PARTW1"),
	NEWER(FEAT_SM4, "C7.2.344, SM4E"),
	NEWER(FEAT_LRCPC, "C6.2.115, LDAPR"),
	NEWER(FEAT_LRCPC2, "C6.2.118, LDAPUR"),
	NEWER(FEAT_PAuth, "C6.2.218, PACIA"),
	NEWER(FEAT_RDM, "C7.2.310, SQRDMLAH"),
	{"condition AL and NV have no alias", "csinc csinv csneg", "cinc cinv cneg cset csetm", 0, 0, 0, NULL,
		"C6.2.54, CINC: only if cond is not 111x"},
	{"BFC", "bfc", "bfi", 0, 0, 0, NULL, "C6.2.33, BFC: preferred when Rn is 31 (Armv8.2)"},
	{"INS as MOV", "mov", "ins", 0, 0, 0, NULL,
		"C7.2, MOV (element), MOV (from general): always preferred"},
	{"SXTL, UXTL", "sxtl sxtl2 uxtl uxtl2", "sshll sshll2 ushll ushll2", 0, 0, 0, NULL,
		"C7.2, SXTL, UXTL: preferred if the shift is 0"},
	{"DUP ignores the rest of imm5", "dup", "", 0xbfe0fc00, 0x0e000c00, 0, NULL,
		"C7.2, DUP (general): unspecified bits of imm5"},
	{"INS ignores the rest of imm4", "mov", "", 0xffe08400, 0x6e000400, 0, NULL,
		"C7.2, INS (element): unspecified bits of imm4"},
	{"hints that have got names",
		"esb csdb bti xpaclri pacia1716 pacib1716 autia1716 autib1716 paciaz paciasp pacibz "
		"pacibsp autiaz autiasp autibz autibsp", "hint", 0, 0, 0, NULL, "C6.2.92, HINT"},
	{"SB and SSBS as registers", "sb msr", "msr", 0, 0, 0, NULL, "C6.2.252, SB; C6.2.229, MSR (immediate)"},
	{"writeback to a register that is loaded or stored", NULL, "", 0, 0, 0, base_overlaps,
		"CONSTRAINED UNPREDICTABLE, not undefined: C6.2.131, LDR (immediate); K1.2.26"},
	{"two loads into one register", "ldp ldpsw ldnp ldxp ldaxp", "", 0, 0, 0, pair_overlaps,
		"CONSTRAINED UNPREDICTABLE, not undefined: C6.2.129, LDP; K1.2.26"},
	{"TLBI with a register", "sys", "tlbi", 0, 0, 0, NULL, "C6.2.382, TLBI: the operations without an address are SYS too"},
	{"MRS and MSR need op0 of 2 or 3", "", "mrs msr", 0, 0, 0, NULL, "C6.2.228, MRS: checked against the register"},
	{"DIT as an immediate", "msr", "", 0, 0, 0, NULL, "C6.2.229, MSR (immediate), FEAT_DIT"},
	{"AT with PAN", "at", "sys", 0, 0, 0, NULL, "C6.2.21, AT S1E1RP, S1E1WP: FEAT_PAN2"},
	{"preferred name", "mov", "movz movn orr", 0, 0, 0, NULL, "MOV is preferred: C6.2.203 to C6.2.206"},
};
const unsigned nexceptions = countof(exceptions);

static bool word_in(const char *word, const char *words)
{
	size_t n = strlen(word);

	if (!words)
		return true;
	if (!n || !*words)
		return !n && !*words;
	for (const char *s = words; (s = strstr(s, word)) != NULL; s++)
		if ((s == words || s[-1] == ' ') && (s[n] == ' ' || !s[n]))
			return true;
	return false;
}

const struct exception *exception_find(const struct sample *s)
{
	for (unsigned n = 0; n < nexceptions; n++) {
		const struct exception *e = &exceptions[n];

		if (e->feature && (!s->row || s->row->feature != e->feature))
			continue;
		if (e->applies && !e->applies(s))
			continue;
		if ((s->word & e->mask) == e->value && word_in(s->ours, e->ours) && word_in(s->theirs, e->theirs))
			return e;
	}
	return NULL;
}
