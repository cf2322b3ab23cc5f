/* SPDX-License-Identifier: MIT */
/* Pointer authentication: signing, checking, stripping, and the branches, returns and loads that check first (Arm ARM
 * C4.1: Data-processing (1 source), (2 source) PACGA, Hints, Unconditional branch (register), Load/store register
 * (pac)). */
#include "cpu/arm/a64/ldst.h"
#include "cpu/arm/sys.h"

/* Is the key in use at this level? May trap to a higher one (TrapPACUse). */
static bool usable(struct arm *c, unsigned key)
{
	static const u64 enable[] = {SCTLR_ENIA, SCTLR_ENIB, SCTLR_ENDA, SCTLR_ENDB, ~0ull};

	if (!(c->sys.sctlr[arm_regime(c->el)] & enable[key]) && key != KEY_GA)
		return false;
	if (c->el < 2 && arm_el2_enabled(c) && !(c->sys.hcr & HCR_API))
		arm_trap(c, 2, EC_PAC, 0);
	if (c->secure && c->el < 3 && !(c->sys.scr & SCR_API))
		arm_trap(c, 3, EC_PAC, 0);
	return true;
}

static u64 sign(struct arm *c, u64 ptr, u64 modifier, unsigned key)
{
	return usable(c, key) ? arm_pac_add(c, ptr, modifier, key) : ptr;
}

static u64 check(struct arm *c, u64 ptr, u64 modifier, unsigned key)
{
	return usable(c, key) ? arm_pac_auth(c, ptr, modifier, key) : ptr;
}

/* ---- registers: PACIA AUTIA .. XPACD, PACGA -------------------------------------------------------- */

/* zero: the modifier is 0, not Xn or SP */
ALWAYS_INLINE void pac(struct arm *c, const struct insn *i, const unsigned key, const bool zero)
{
	a64_put(c, i->f[F_D], sign(c, c->x[i->f[F_D]], zero ? 0 : c->x[i->f[F_N]], key));
}

ALWAYS_INLINE void aut(struct arm *c, const struct insn *i, const unsigned key, const bool zero)
{
	a64_put(c, i->f[F_D], check(c, c->x[i->f[F_D]], zero ? 0 : c->x[i->f[F_N]], key));
}

OP(pacia, pac, KEY_IA, false) OP(pacib, pac, KEY_IB, false) OP(pacda, pac, KEY_DA, false) OP(pacdb, pac, KEY_DB, false)
OP(paciza, pac, KEY_IA, true) OP(pacizb, pac, KEY_IB, true) OP(pacdza, pac, KEY_DA, true) OP(pacdzb, pac, KEY_DB, true)
OP(autia, aut, KEY_IA, false) OP(autib, aut, KEY_IB, false) OP(autda, aut, KEY_DA, false) OP(autdb, aut, KEY_DB, false)
OP(autiza, aut, KEY_IA, true) OP(autizb, aut, KEY_IB, true) OP(autdza, aut, KEY_DA, true) OP(autdzb, aut, KEY_DB, true)

ALWAYS_INLINE void xpac(struct arm *c, const struct insn *i, const bool data)
{
	a64_put(c, i->f[F_D], arm_pac_strip(c, c->x[i->f[F_D]], data));
}

OP(xpaci, xpac, false) OP(xpacd, xpac, true)

ALWAYS_INLINE void pacga(struct arm *c, const struct insn *i)
{
	usable(c, KEY_GA);
	c->x[i->f[F_D]] = arm_pac_generic(c, c->x[i->f[F_N]], c->x[i->f[F_M]]);
}
SIZED_A64_0(pacga)

/* ---- hints: on X17 with X16, on X30 with SP or 0 ----------------------------------------------------- */

enum on { ON_17_16, ON_LR_SP, ON_LR_0 };

static u64 modifier_of(const struct arm *c, enum on on)
{
	return on == ON_17_16 ? c->x[16] : on == ON_LR_SP ? c->x[R_SP] : 0;
}

ALWAYS_INLINE void pac_hint(struct arm *c, const struct insn *i, const unsigned key, const enum on on)
{
	unsigned reg = on == ON_17_16 ? 17 : R_LR;

	(void)i;
	c->x[reg] = sign(c, c->x[reg], modifier_of(c, on), key);
}

ALWAYS_INLINE void aut_hint(struct arm *c, const struct insn *i, const unsigned key, const enum on on)
{
	unsigned reg = on == ON_17_16 ? 17 : R_LR;

	(void)i;
	c->x[reg] = check(c, c->x[reg], modifier_of(c, on), key);
}

OP(pacia1716, pac_hint, KEY_IA, ON_17_16) OP(pacib1716, pac_hint, KEY_IB, ON_17_16)
OP(autia1716, aut_hint, KEY_IA, ON_17_16) OP(autib1716, aut_hint, KEY_IB, ON_17_16)
OP(paciasp, pac_hint, KEY_IA, ON_LR_SP) OP(pacibsp, pac_hint, KEY_IB, ON_LR_SP)
OP(autiasp, aut_hint, KEY_IA, ON_LR_SP) OP(autibsp, aut_hint, KEY_IB, ON_LR_SP)
OP(paciaz, pac_hint, KEY_IA, ON_LR_0) OP(pacibz, pac_hint, KEY_IB, ON_LR_0)
OP(autiaz, aut_hint, KEY_IA, ON_LR_0) OP(autibz, aut_hint, KEY_IB, ON_LR_0)

ALWAYS_INLINE void xpaclri(struct arm *c, const struct insn *i)
{
	(void)i;
	c->x[R_LR] = arm_pac_strip(c, c->x[R_LR], false);
}
SIZED_A64_0(xpaclri)

/* ---- branches, which end their block ------------------------------------------------------------- */

/* A handler for each key. */
#define SIZED_KEYS(fn) SIZED_KEY(fn, _a, KEY_IA) SIZED_KEY(fn, _b, KEY_IB)
#define SIZED_KEY(fn, suffix, key) \
	static void fn##suffix(struct cpu *cpu, const struct insn *i) \
	{ \
		fn(arm_from(cpu), i, key); \
	}

static void jump(struct arm *c, const struct insn *i, u64 modifier, unsigned key)
{
	unsigned n = i->f[F_N];

	arm_branch_indirect(c, check(c, c->x[n], modifier, key), n == 16 || n == 17 ? BTYPE_JUMP_16 : BTYPE_JUMP);
}

static void call(struct arm *c, const struct insn *i, u64 modifier, unsigned key)
{
	u64 target = check(c, c->x[i->f[F_N]], modifier, key);

	c->x[R_LR] = c->cpu.pc;
	arm_branch_indirect(c, target, BTYPE_CALL);
}

ALWAYS_INLINE void bra(struct arm *c, const struct insn *i, const unsigned key)
{
	jump(c, i, c->x[i->f[F_M]], key);
}
SIZED_KEYS(bra)

ALWAYS_INLINE void braz(struct arm *c, const struct insn *i, const unsigned key)
{
	jump(c, i, 0, key);
}
SIZED_KEYS(braz)

ALWAYS_INLINE void blra(struct arm *c, const struct insn *i, const unsigned key)
{
	call(c, i, c->x[i->f[F_M]], key);
}
SIZED_KEYS(blra)

ALWAYS_INLINE void blraz(struct arm *c, const struct insn *i, const unsigned key)
{
	call(c, i, 0, key);
}
SIZED_KEYS(blraz)

ALWAYS_INLINE void reta(struct arm *c, const struct insn *i, const unsigned key)
{
	(void)i;
	arm_branch_to(c, check(c, c->x[R_LR], c->x[R_SP], key));
}
SIZED_KEYS(reta)

ALWAYS_INLINE void ereta(struct arm *c, const struct insn *i, const unsigned key)
{
	(void)i;
	if (c->el == 0)
		arm_undefined(c);
	arm_eret(c, check(c, c->sys.elr[c->el], c->x[R_SP], key));
}
SIZED_KEYS(ereta)

/* ---- LDRAA, LDRAB -------------------------------------------------------------------------------- */

ALWAYS_INLINE void load(struct arm *c, const struct insn *i, const unsigned key, const bool writeback)
{
	u64 va = check(c, a64_any_base(c, i), 0, key) + i->imm, v = arm_read(c, va, 8);

	c->x[i->f[F_D]] = v;
	if (writeback)
		c->x[i->f[F_N]] = va;
}

OP(ldraa, load, KEY_DA, false) OP(ldrab, load, KEY_DB, false)
OP(ldraa_pre, load, KEY_DA, true) OP(ldrab_pre, load, KEY_DB, true)

#define FEAT .feature = FEAT_PAuth
enum { LDRA = IMM_SIGNED | IMM_SHIFT(3) };

static const struct insn_row rows[] = {
	{"1101101011000001000000nnnnnddddd", "pacia {Xd}, {Xn|sp}", {pacia}, .attr = READS_D, FEAT},
	{"1101101011000001000001nnnnnddddd", "pacib {Xd}, {Xn|sp}", {pacib}, .attr = READS_D, FEAT},
	{"1101101011000001000010nnnnnddddd", "pacda {Xd}, {Xn|sp}", {pacda}, .attr = READS_D, FEAT},
	{"1101101011000001000011nnnnnddddd", "pacdb {Xd}, {Xn|sp}", {pacdb}, .attr = READS_D, FEAT},
	{"1101101011000001000100nnnnnddddd", "autia {Xd}, {Xn|sp}", {autia}, .attr = READS_D, FEAT},
	{"1101101011000001000101nnnnnddddd", "autib {Xd}, {Xn|sp}", {autib}, .attr = READS_D, FEAT},
	{"1101101011000001000110nnnnnddddd", "autda {Xd}, {Xn|sp}", {autda}, .attr = READS_D, FEAT},
	{"1101101011000001000111nnnnnddddd", "autdb {Xd}, {Xn|sp}", {autdb}, .attr = READS_D, FEAT},
	{"110110101100000100100011111ddddd", "paciza {Xd}", {paciza}, .attr = READS_D, FEAT},
	{"110110101100000100100111111ddddd", "pacizb {Xd}", {pacizb}, .attr = READS_D, FEAT},
	{"110110101100000100101011111ddddd", "pacdza {Xd}", {pacdza}, .attr = READS_D, FEAT},
	{"110110101100000100101111111ddddd", "pacdzb {Xd}", {pacdzb}, .attr = READS_D, FEAT},
	{"110110101100000100110011111ddddd", "autiza {Xd}", {autiza}, .attr = READS_D, FEAT},
	{"110110101100000100110111111ddddd", "autizb {Xd}", {autizb}, .attr = READS_D, FEAT},
	{"110110101100000100111011111ddddd", "autdza {Xd}", {autdza}, .attr = READS_D, FEAT},
	{"110110101100000100111111111ddddd", "autdzb {Xd}", {autdzb}, .attr = READS_D, FEAT},
	{"110110101100000101000011111ddddd", "xpaci {Xd}", {xpaci}, .attr = READS_D, FEAT},
	{"110110101100000101000111111ddddd", "xpacd {Xd}", {xpacd}, .attr = READS_D, FEAT},
	{"10011010110mmmmm001100nnnnnddddd", "pacga {Xd}, {Xn}, {Xm|sp}", SIZES_0(pacga), .attr = 0, FEAT},

	{"11010101000000110010000011111111", "xpaclri", SIZES_0(xpaclri), .attr = OVERRIDES, FEAT},
	{"11010101000000110010000100011111", "pacia1716", {pacia1716}, .attr = OVERRIDES, FEAT},
	{"11010101000000110010000101011111", "pacib1716", {pacib1716}, .attr = OVERRIDES, FEAT},
	{"11010101000000110010000110011111", "autia1716", {autia1716}, .attr = OVERRIDES, FEAT},
	{"11010101000000110010000111011111", "autib1716", {autib1716}, .attr = OVERRIDES, FEAT},
	{"11010101000000110010001100011111", "paciaz", {paciaz}, .attr = OVERRIDES, FEAT},
	{"11010101000000110010001100111111", "paciasp", {paciasp}, .attr = OVERRIDES, FEAT},
	{"11010101000000110010001101011111", "pacibz", {pacibz}, .attr = OVERRIDES, FEAT},
	{"11010101000000110010001101111111", "pacibsp", {pacibsp}, .attr = OVERRIDES, FEAT},
	{"11010101000000110010001110011111", "autiaz", {autiaz}, .attr = OVERRIDES, FEAT},
	{"11010101000000110010001110111111", "autiasp", {autiasp}, .attr = OVERRIDES, FEAT},
	{"11010101000000110010001111011111", "autibz", {autibz}, .attr = OVERRIDES, FEAT},
	{"11010101000000110010001111111111", "autibsp", {autibsp}, .attr = OVERRIDES, FEAT},

	{"1101011000011111000010nnnnn11111", "braaz {Xn}", {braz_a}, .attr = ENDS_BLOCK, FEAT},
	{"1101011000011111000011nnnnn11111", "brabz {Xn}", {braz_b}, .attr = ENDS_BLOCK, FEAT},
	{"1101011000111111000010nnnnn11111", "blraaz {Xn}", {blraz_a}, .attr = ENDS_BLOCK, FEAT},
	{"1101011000111111000011nnnnn11111", "blrabz {Xn}", {blraz_b}, .attr = ENDS_BLOCK, FEAT},
	{"1101011100011111000010nnnnnmmmmm", "braa {Xn}, {Xm|sp}", {bra_a}, .attr = ENDS_BLOCK, FEAT},
	{"1101011100011111000011nnnnnmmmmm", "brab {Xn}, {Xm|sp}", {bra_b}, .attr = ENDS_BLOCK, FEAT},
	{"1101011100111111000010nnnnnmmmmm", "blraa {Xn}, {Xm|sp}", {blra_a}, .attr = ENDS_BLOCK, FEAT},
	{"1101011100111111000011nnnnnmmmmm", "blrab {Xn}, {Xm|sp}", {blra_b}, .attr = ENDS_BLOCK, FEAT},
	{"11010110010111110000101111111111", "retaa", {reta_a}, .attr = ENDS_BLOCK, FEAT},
	{"11010110010111110000111111111111", "retab", {reta_b}, .attr = ENDS_BLOCK, FEAT},
	{"11010110100111110000101111111111", "eretaa", {ereta_a}, .attr = ENDS_BLOCK, FEAT},
	{"11010110100111110000111111111111", "eretab", {ereta_b}, .attr = ENDS_BLOCK, FEAT},

	{"111110000i1jjjjjjjjj01nnnnnddddd", "ldraa {Xd}, [{Xn|sp}{offset}]", {ldraa}, .attr = LDRA, FEAT},
	{"111110001i1jjjjjjjjj01nnnnnddddd", "ldrab {Xd}, [{Xn|sp}{offset}]", {ldrab}, .attr = LDRA, FEAT},
	{"111110000i1jjjjjjjjj11nnnnnddddd", "ldraa {Xd}, [{Xn|sp}{offset}]!", {ldraa_pre}, .attr = LDRA, FEAT},
	{"111110001i1jjjjjjjjj11nnnnnddddd", "ldrab {Xd}, [{Xn|sp}{offset}]!", {ldrab_pre}, .attr = LDRA, FEAT},
};

const struct insn_group a64_group_pauth = {
	"pointer authentication", rows, countof(rows),
		"Arm ARM C4.1: PACIA .. XPACD, PACGA, BRAA, RETAA, ERETAA, LDRAA",
};
