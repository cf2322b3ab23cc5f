/* SPDX-License-Identifier: MIT */
/* The table of system instructions, by their names in Arm ARM C5.3 to C5.6. */
#include "cpu/arm/a64/sysop.h"

/* Of EL1's registers, by address or ASID; "is": the same for all processors that share. */
#define TLBI1(name, crm, op2, arg) {"tlbi " name, SYSOP(0, 8, crm, op2), 1, SYSOP_TLBI, arg, FEAT_NONE, 0, HCR_TTLB}
#define TLBI2(name, crm, op2, arg) {"tlbi " name, SYSOP(4, 8, crm, op2), 2, SYSOP_TLBI, arg, FEAT_NONE, 0, 0}
#define TLBI3(name, crm, op2, arg) {"tlbi " name, SYSOP(6, 8, crm, op2), 3, SYSOP_TLBI, arg, FEAT_NONE, 0, 0}
#define AT(name, op1, crm, op2, el, f) {"at " name, SYSOP(op1, 7, crm, op2), el, SYSOP_AT, true, f, 0, 0}
#define RCTX(name, op2) \
	{name " rctx", SYSOP(3, 7, 3, op2), 0, SYSOP_NOP, true, FEAT_SPECRES, SCTLR_ENRCTX, 0}

static const struct sysop sysops[] = {
	{"ic ialluis", SYSOP(0, 7, 1, 0), 1, SYSOP_NOP, false, FEAT_NONE, 0, HCR_TPU},
	{"ic iallu", SYSOP(0, 7, 5, 0), 1, SYSOP_NOP, false, FEAT_NONE, 0, HCR_TPU},
	{"ic ivau", SYSOP(3, 7, 5, 1), 0, SYSOP_CLEAN, true, FEAT_NONE, SCTLR_UCI, HCR_TPU},
	{"dc ivac", SYSOP(0, 7, 6, 1), 1, SYSOP_INVALIDATE, true, FEAT_NONE, 0, HCR_TPCP},
	{"dc isw", SYSOP(0, 7, 6, 2), 1, SYSOP_NOP, true, FEAT_NONE, 0, HCR_TSW},
	{"dc csw", SYSOP(0, 7, 10, 2), 1, SYSOP_NOP, true, FEAT_NONE, 0, HCR_TSW},
	{"dc cisw", SYSOP(0, 7, 14, 2), 1, SYSOP_NOP, true, FEAT_NONE, 0, HCR_TSW},
	{"dc zva", SYSOP(3, 7, 4, 1), 0, SYSOP_ZERO, true, FEAT_NONE, SCTLR_DZE, HCR_TDZ},
	{"dc cvac", SYSOP(3, 7, 10, 1), 0, SYSOP_CLEAN, true, FEAT_NONE, SCTLR_UCI, HCR_TPCP},
	{"dc cvau", SYSOP(3, 7, 11, 1), 0, SYSOP_CLEAN, true, FEAT_NONE, SCTLR_UCI, HCR_TPU},
	{"dc cvap", SYSOP(3, 7, 12, 1), 0, SYSOP_CLEAN, true, FEAT_DPB, SCTLR_UCI, HCR_TPCP},
	{"dc cvadp", SYSOP(3, 7, 13, 1), 0, SYSOP_CLEAN, true, FEAT_DPB2, SCTLR_UCI, HCR_TPCP},
	{"dc civac", SYSOP(3, 7, 14, 1), 0, SYSOP_CLEAN, true, FEAT_NONE, SCTLR_UCI, HCR_TPCP},
	RCTX("cfp", 4), RCTX("dvp", 5), RCTX("cpp", 7),
	AT("s1e1r", 0, 8, 0, 1, FEAT_NONE), AT("s1e1w", 0, 8, 1, 1, FEAT_NONE), AT("s1e0r", 0, 8, 2, 1, FEAT_NONE),
	AT("s1e0w", 0, 8, 3, 1, FEAT_NONE), AT("s1e1rp", 0, 9, 0, 1, FEAT_PAN2), AT("s1e1wp", 0, 9, 1, 1, FEAT_PAN2),
	AT("s1e2r", 4, 8, 0, 2, FEAT_NONE), AT("s1e2w", 4, 8, 1, 2, FEAT_NONE), AT("s12e1r", 4, 8, 4, 2, FEAT_NONE),
	AT("s12e1w", 4, 8, 5, 2, FEAT_NONE), AT("s12e0r", 4, 8, 6, 2, FEAT_NONE), AT("s12e0w", 4, 8, 7, 2, FEAT_NONE),
	AT("s1e3r", 6, 8, 0, 3, FEAT_NONE), AT("s1e3w", 6, 8, 1, 3, FEAT_NONE),
	TLBI1("vmalle1is", 3, 0, false), TLBI1("vae1is", 3, 1, true), TLBI1("aside1is", 3, 2, true),
	TLBI1("vaae1is", 3, 3, true), TLBI1("vale1is", 3, 5, true), TLBI1("vaale1is", 3, 7, true),
	TLBI1("vmalle1", 7, 0, false), TLBI1("vae1", 7, 1, true), TLBI1("aside1", 7, 2, true), TLBI1("vaae1", 7, 3,
	true),
	TLBI1("vale1", 7, 5, true), TLBI1("vaale1", 7, 7, true),
	TLBI2("ipas2e1is", 0, 1, true), TLBI2("ipas2le1is", 0, 5, true), TLBI2("ipas2e1", 4, 1, true),
	TLBI2("ipas2le1", 4, 5, true), TLBI2("alle2is", 3, 0, false), TLBI2("vae2is", 3, 1, true),
	TLBI2("alle1is", 3, 4, false), TLBI2("vale2is", 3, 5, true), TLBI2("vmalls12e1is", 3, 6, false),
	TLBI2("alle2", 7, 0, false), TLBI2("vae2", 7, 1, true), TLBI2("alle1", 7, 4, false), TLBI2("vale2", 7, 5, true),
	TLBI2("vmalls12e1", 7, 6, false),
	TLBI3("alle3is", 3, 0, false), TLBI3("vae3is", 3, 1, true), TLBI3("vale3is", 3, 5, true),
	TLBI3("alle3", 7, 0, false), TLBI3("vae3", 7, 1, true), TLBI3("vale3", 7, 5, true),
};

const struct sysop *a64_sysop_find(unsigned id)
{
	for (unsigned k = 0; k < countof(sysops); k++) {
		if (sysops[k].id == id)
			return &sysops[k];
	}
	return NULL;
}
