/* SPDX-License-Identifier: MIT */
/* String instructions: Intel SDM vol. 2, MOVS, CMPS, SCAS, LODS, STOS. Repeated ones work on host memory where both
 * ends lie in plain pages, so that a guest's memcpy runs at the host's speed; all else goes element by element through
 * the usual access functions. */
#include "cpu/x86/string.h"

u64 x86_string_run(struct x86 *c, const struct insn *i, unsigned seg, unsigned n, unsigned size, u64 most,
	enum access access, u8 **p)
{
	u64 ea = x86_string_at(c, i, n), bytes, room;

	most = min_u64(most, 4096 >> size);
	if (!(c->flags & FL_DF)) {
		if (i->f[F_ASIZE] < 3) /* up to where the address wraps */
			most = min_u64(most, (BIT(8u << i->f[F_ASIZE]) - ea) >> size);
		return most ? x86_run(c, seg, ea, most << size, access, p) >> size : 0;
	}
	room = min_u64((c->seg[seg].ebase + ea) & 0xfff, ea); /* below the first element, in its page */
	most = min_u64(most, (room >> size) + 1);
	bytes = most << size;
	ea -= bytes - BIT(size);
	if (x86_run(c, seg, ea, bytes, access, p) != bytes)
		return 0;
	*p += bytes - BIT(size);
	return most;
}

/* ---- MOVS ---------------------------------------------------------------------------------------------------- */

ALWAYS_INLINE bool movs_one(struct x86 *c, const struct insn *i, unsigned size)
{
	s64 step = x86_string_step(c, size);
	u64 v = x86_read(c, i->f[F_SEG], x86_string_at(c, i, R_SI), 1u << size);

	x86_write(c, S_ES, x86_string_at(c, i, R_DI), 1u << size, v);
	x86_string_move(c, i, R_SI, step);
	x86_string_move(c, i, R_DI, step);
	return true;
}

static u64 movs_bulk(struct x86 *c, const struct insn *i, unsigned size, u64 most, bool *more)
{
	s64 step = x86_string_step(c, size);
	u8 *from, *to;
	u64 n = x86_string_run(c, i, i->f[F_SEG], R_SI, size, most, ACCESS_READ, &from);
	u64 bytes, ahead;

	(void)more;
	if (n)
		n = x86_string_run(c, i, S_ES, R_DI, size, n, ACCESS_WRITE, &to);
	if (!n)
		return 0;
	bytes = n << size;
	ahead = (u64)((uintptr_t)to - (uintptr_t)from);
	if (step < 0) {
		ahead = 0 - ahead;
		from -= bytes - BIT(size);
		to -= bytes - BIT(size);
	}
	if (ahead == 0 || ahead >= bytes) {
		memmove(to, from, bytes);
	} else { /* what was written is read again: a pattern spreads */
		for (u64 k = 0; k < n; k++) {
			u64 at = (step < 0 ? n - 1 - k : k) << size;

			store_le(to + at, 1u << size, load_le(from + at, 1u << size));
		}
	}
	x86_string_move(c, i, R_SI, step * (s64)n);
	x86_string_move(c, i, R_DI, step * (s64)n);
	return n;
}

ALWAYS_INLINE void movs(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	(void)mem;
	x86_string_repeat(c, i, size, movs_one, movs_bulk, false);
}
SIZED_R(movs)

/* ---- STOS ---------------------------------------------------------------------------------------------------- */

ALWAYS_INLINE bool stos_one(struct x86 *c, const struct insn *i, unsigned size)
{
	x86_write(c, S_ES, x86_string_at(c, i, R_DI), 1u << size, c->r[R_AX]);
	x86_string_move(c, i, R_DI, x86_string_step(c, size));
	return true;
}

static u64 stos_bulk(struct x86 *c, const struct insn *i, unsigned size, u64 most, bool *more)
{
	s64 step = x86_string_step(c, size);
	u8 *to;
	u64 n = x86_string_run(c, i, S_ES, R_DI, size, most, ACCESS_WRITE, &to);

	(void)more;
	if (!n)
		return 0;
	if (step < 0)
		to -= (n - 1) << size;
	if (size == 0)
		memset(to, (u8)c->r[R_AX], n);
	else
		for (u64 k = 0; k < n; k++)
			store_le(to + (k << size), 1u << size, c->r[R_AX]);
	x86_string_move(c, i, R_DI, step * (s64)n);
	return n;
}

ALWAYS_INLINE void stos(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	(void)mem;
	x86_string_repeat(c, i, size, stos_one, stos_bulk, false);
}
SIZED_R(stos)

/* ---- LODS ---------------------------------------------------------------------------------------------------- */

ALWAYS_INLINE bool lods_one(struct x86 *c, const struct insn *i, unsigned size)
{
	x86_set_reg(c, R_AX, size, x86_read(c, i->f[F_SEG], x86_string_at(c, i, R_SI), 1u << size));
	x86_string_move(c, i, R_SI, x86_string_step(c, size));
	return true;
}

ALWAYS_INLINE void lods(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	(void)mem;
	x86_string_repeat(c, i, size, lods_one, NULL, false);
}
SIZED_R(lods)

/* ---- CMPS, SCAS: REPE goes on while ZF is set, REPNE while it is clear --------------------------------------- */

ALWAYS_INLINE bool compared(struct x86 *c, const struct insn *i, u64 a, u64 b, unsigned size)
{
	x86_flags_sub(c, a, b, a - b, size);
	return x86_zf(c) == !(i->f[F_PFX] & PFX_REPNE);
}

ALWAYS_INLINE bool cmps_one(struct x86 *c, const struct insn *i, unsigned size)
{
	s64 step = x86_string_step(c, size);
	u64 a = x86_read(c, i->f[F_SEG], x86_string_at(c, i, R_SI), 1u << size);
	u64 b = x86_read(c, S_ES, x86_string_at(c, i, R_DI), 1u << size);

	x86_string_move(c, i, R_SI, step);
	x86_string_move(c, i, R_DI, step);
	return compared(c, i, a, b, size);
}

static u64 cmps_bulk(struct x86 *c, const struct insn *i, unsigned size, u64 most, bool *more)
{
	s64 step = x86_string_step(c, size);
	bool until_equal = i->f[F_PFX] & PFX_REPNE;
	const u8 *pa, *pb;
	u8 *p;
	u64 n = x86_string_run(c, i, i->f[F_SEG], R_SI, size, most, ACCESS_READ, &p), k = 0, a, b;

	pa = p;
	if (n)
		n = x86_string_run(c, i, S_ES, R_DI, size, n, ACCESS_READ, &p);
	pb = p;
	if (!n)
		return 0;
	do {
		a = load_le(pa, 1u << size);
		b = load_le(pb, 1u << size);
		pa += step;
		pb += step;
	} while (++k < n && (a == b) != until_equal);
	*more = compared(c, i, a, b, size);
	x86_string_move(c, i, R_SI, step * (s64)k);
	x86_string_move(c, i, R_DI, step * (s64)k);
	return k;
}

ALWAYS_INLINE void cmps(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	(void)mem;
	x86_string_repeat(c, i, size, cmps_one, cmps_bulk, true);
}
SIZED_R(cmps)

ALWAYS_INLINE bool scas_one(struct x86 *c, const struct insn *i, unsigned size)
{
	u64 b = x86_read(c, S_ES, x86_string_at(c, i, R_DI), 1u << size);

	x86_string_move(c, i, R_DI, x86_string_step(c, size));
	return compared(c, i, x86_get_reg(c, R_AX, size), b, size);
}

static u64 scas_bulk(struct x86 *c, const struct insn *i, unsigned size, u64 most, bool *more)
{
	s64 step = x86_string_step(c, size);
	bool until_equal = i->f[F_PFX] & PFX_REPNE;
	u8 *p;
	const u8 *pb;
	u64 n = x86_string_run(c, i, S_ES, R_DI, size, most, ACCESS_READ, &p), k = 0, a = x86_get_reg(c, R_AX, size), b;

	if (!n)
		return 0;
	pb = p;
	do {
		b = load_le(pb, 1u << size);
		pb += step;
	} while (++k < n && (a == b) != until_equal);
	*more = compared(c, i, a, b, size);
	x86_string_move(c, i, R_DI, step * (s64)k);
	return k;
}

ALWAYS_INLINE void scas(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	(void)mem;
	x86_string_repeat(c, i, size, scas_one, scas_bulk, true);
}
SIZED_R(scas)

static const struct insn_row rows[] = {
	{"A4", "movsb Yb,Xb", SIZES_R(movs), .attr = REPS},
	{"A5", "movs Yv,Xv", SIZES_R(movs), .attr = REPS},
	{"A6", "cmpsb Xb,Yb", SIZES_R(cmps), .attr = REPS, .flags_in = FL_OSZAPC, .flags_out = FL_OSZAPC},
	{"A7", "cmps Xv,Yv", SIZES_R(cmps), .attr = REPS, .flags_in = FL_OSZAPC, .flags_out = FL_OSZAPC},
	{"AA", "stosb Yb,al", SIZES_R(stos), .attr = REPS},
	{"AB", "stos Yv,rax", SIZES_R(stos), .attr = REPS},
	{"AC", "lodsb al,Xb", SIZES_R(lods), .attr = REPS},
	{"AD", "lods rax,Xv", SIZES_R(lods), .attr = REPS},
	{"AE", "scasb al,Yb", SIZES_R(scas), .attr = REPS, .flags_in = FL_OSZAPC, .flags_out = FL_OSZAPC},
	{"AF", "scas rax,Yv", SIZES_R(scas), .attr = REPS, .flags_in = FL_OSZAPC, .flags_out = FL_OSZAPC},
};

const struct insn_group x86_group_string = {
	"string", rows, countof(rows), "Intel SDM vol. 2: MOVS CMPS SCAS LODS STOS and REP",
};
