/* SPDX-License-Identifier: MIT */
/* Address translation instructions: a walk whose outcome goes to PAR_EL1. Arm ARM C5.4 (AT), D17.2.101 (PAR_EL1). */
#include "cpu/arm/paging.h"

struct at {
	u8 op1, crm, op2;
	u8 el;        /* regime */
	u8 view;
	u8 access;
	bool stage2;  /* S12 */
	u8 feature;
};

static const struct at ats[] = {
	{0, 8, 0, 1, VIEW_PRIV, ACCESS_READ, false, FEAT_NONE},  /* S1E1R */
	{0, 8, 1, 1, VIEW_PRIV, ACCESS_WRITE, false, FEAT_NONE}, /* S1E1W */
	{0, 8, 2, 1, VIEW_USER, ACCESS_READ, false, FEAT_NONE},  /* S1E0R */
	{0, 8, 3, 1, VIEW_USER, ACCESS_WRITE, false, FEAT_NONE}, /* S1E0W */
	{0, 9, 0, 1, VIEW_PAN, ACCESS_READ, false, FEAT_PAN2},   /* S1E1RP */
	{0, 9, 1, 1, VIEW_PAN, ACCESS_WRITE, false, FEAT_PAN2},  /* S1E1WP */
	{4, 8, 0, 2, VIEW_PRIV, ACCESS_READ, false, FEAT_NONE},  /* S1E2R */
	{4, 8, 1, 2, VIEW_PRIV, ACCESS_WRITE, false, FEAT_NONE}, /* S1E2W */
	{4, 8, 4, 1, VIEW_PRIV, ACCESS_READ, true, FEAT_NONE},   /* S12E1R */
	{4, 8, 5, 1, VIEW_PRIV, ACCESS_WRITE, true, FEAT_NONE},  /* S12E1W */
	{4, 8, 6, 1, VIEW_USER, ACCESS_READ, true, FEAT_NONE},   /* S12E0R */
	{4, 8, 7, 1, VIEW_USER, ACCESS_WRITE, true, FEAT_NONE},  /* S12E0W */
	{6, 8, 0, 3, VIEW_PRIV, ACCESS_READ, false, FEAT_NONE},  /* S1E3R */
	{6, 8, 1, 3, VIEW_PRIV, ACCESS_WRITE, false, FEAT_NONE}, /* S1E3W */
};

#define PAR_F    1ull
#define PAR_PTW  BIT(8)
#define PAR_S    BIT(9)
#define PAR_NS   BIT(9)
#define PAR_RES1 BIT(11)

static const struct at *find(const struct arm *c, unsigned op)
{
	for (unsigned k = 0; k < countof(ats); k++) {
		const struct at *a = &ats[k];

		if (op == ((unsigned)a->op1 << 7 | (unsigned)a->crm << 3 | a->op2) && arm_has(c, a->feature))
			return a;
	}
	return NULL;
}

bool arm_at(struct arm *c, unsigned op, u64 va)
{
	const struct at *a = find(c, op & 0x3ff);
	struct arm_fault fault;
	struct arm_page page;
	unsigned view;

	if (!a)
		return false;
	view = a->view == VIEW_PAN && !c->pan ? VIEW_PRIV : a->view;
	/* From EL1 a guest learns its intermediate addresses; its tables are translated all the same. */
	if (arm_walk_as(c, va, a->access, view, a->el, WALK_PEEK | (a->stage2 ? 0 : WALK_STAGE1), &page, &fault)) {
		c->sys.par = (u64)page.attr << 56 | page.phys | PAR_RES1 | (arm_is_secure(c) ? 0 : PAR_NS) |
			     (u64)page.sh << 7;
		return true;
	}
	if ((fault.fsc & ~3u) == FSC_EXTERNAL_WALK || (fault.stage2 && !a->stage2 && c->el == 1))
		arm_abort_cache(c, va, a->access, &fault);
	c->sys.par = PAR_F | (u64)fault.fsc << 1 | (fault.s1ptw ? PAR_PTW : 0) | (fault.stage2 ? PAR_S : 0) | PAR_RES1;
	return true;
}
