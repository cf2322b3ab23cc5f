/* SPDX-License-Identifier: MIT */
/* What the files of the memory management unit (paging.c, stage2.c, access.c, tlbi.c, at.c) share among themselves.
 * Arm ARM D8 (VMSAv8-64); fault status codes are those of ESR_ELx.ISS for data aborts (D17.2.37). */
#ifndef CPU_ARM_PAGING_H
#define CPU_ARM_PAGING_H

#include "cpu/arm/access.h"
#include "cpu/arm/sys.h"

enum {
	FSC_SIZE = 0x00, FSC_TRANSLATION = 0x04, FSC_ACCESS = 0x08, FSC_PERMISSION = 0x0c, /* + level */
	FSC_EXTERNAL = 0x10,
	FSC_EXTERNAL_WALK = 0x14, /* + level */
	FSC_ALIGNMENT = 0x21,
};

/* tlb_extra.allowed has these above the bits of enum access. */
enum { PAGE_GUARDED = 8, PAGE_DEVICE = 16 };

/* A translation regime (D8.1.2) as the registers set it now. */
struct regime {
	u8 el;       /* which SCTLR, TCR, TTBR, MAIR: 1 is EL1&0 */
	bool two;    /* two ranges of addresses, and a view for EL0 */
	bool on;     /* stage 1 is enabled */
	bool stage2;
	bool cached; /* HCR_EL2.DC: with stage 1 off, memory is Normal */
};

/* How a walk differs from that of an access. */
enum {
	WALK_PEEK = 1,  /* changes nothing in memory */
	WALK_ANY = 2,   /* no check of rights */
	WALK_STAGE1 = 4, /* the result is the intermediate physical address; tables are translated all the same */
};

struct regime arm_regime_of(const struct arm *c, unsigned el);
/* The address without a tag: AddrTop, for data or, with TBID, for instructions. */
u64 arm_untag(const struct arm *c, const struct regime *r, u64 va, bool instr);
/* VIEW_SLOW's rights are those of this view. */
enum arm_view arm_plain_view(const struct arm *c);
unsigned arm_phys_bits(const struct arm *c);
/* As arm_walk, with flags. */
bool arm_walk_as(struct arm *c, u64 va, enum access access, enum arm_view view, unsigned el, unsigned flags,
		 struct arm_page *page, struct arm_fault *fault);

/* Raises the abort of a cache maintenance or address translation instruction (access.c). */
ARM_NORETURN void arm_abort_cache(struct arm *c, u64 va, enum access access, const struct arm_fault *f);

/* ---- stage2.c -------------------------------------------------------------------------------------------------- */

/* One intermediate physical address of EL1&0 through VTTBR_EL2. table: it is of a stage 1 table. */
bool arm_stage2(struct arm *c, u64 ipa, enum access access, bool user, bool table, unsigned flags,
		struct arm_page *page, struct arm_fault *fault);

/* ---- what both walkers need (paging.c) ------------------------------------------------------------------------- */

struct arm_desc {
	u64 value, ipa, phys; /* of the last descriptor read */
	unsigned level;
	unsigned shift;  /* log2 of what an entry of this level maps */
};

bool arm_fault_set(struct arm_fault *f, unsigned fsc); /* returns false */
bool arm_desc_read(struct arm *c, u64 phys, u64 *value);
unsigned arm_output_bits(unsigned ps);
/* log2 of how many entries the contiguous bit joins (D8.5.1). */
unsigned arm_contiguous(unsigned grain, unsigned level);
/* Is the descriptor a table, or a page or block of this level? DESC_BAD: translation fault. */
enum arm_desc_kind { DESC_BAD, DESC_TABLE, DESC_LEAF };
enum arm_desc_kind arm_desc_kind(u64 desc, unsigned grain, unsigned level);

#endif
