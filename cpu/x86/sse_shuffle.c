/* SPDX-License-Identifier: MIT */
/* Elements moved between places without a change of value: pack, unpack, shuffle, align, blend, widen, on MMX and
 * XMM registers. SDM vol. 2, BLENDPD to UNPCKLPS. */
#include "cpu/x86/vec_exec.h"

/* ---- PACK, PUNPCK -------------------------------------------------------------------------------------- */

SIZED_PAIRS(packsswb, lanes_packs, 8)
SIZED_PAIRS(packssdw, lanes_packs, 16)
SIZED_PAIRS(packuswb, lanes_packus, 8)
SIZED_RM(packusdw_v, xmm_pairs, lanes_packus, 16)

/* Only the low 32 bits of a memory operand are read by the low form. */
ALWAYS_INLINE void mmx_unpack(struct x86 *c, const struct insn *i, bool mem, u64 (*f)(u64, u64, unsigned), unsigned w,
	unsigned bytes)
{
	x86_mmx_check(c);
	u64 b = mmx_get_e(c, i, mem, bytes);

	mmx_set(c, i->f[F_REG], f(mmx_get(c, i->f[F_REG]), b, w));
}

ALWAYS_INLINE void xmm_unpack(struct x86 *c, const struct insn *i, bool mem, unsigned half, unsigned w)
{
	x86_sse_check(c);
	u64 b = xmm_get_e(c, i, mem).q[half], a = c->v[i->f[F_REG]].q[half];

	if (w == 64)
		xmm_set(c, i->f[F_REG], xmm_make(a, b));
	else
		xmm_set(c, i->f[F_REG], xmm_make(lanes_unpack_low(a, b, w), lanes_unpack_high(a, b, w)));
}

SIZED_RM(punpcklbw_p, mmx_unpack, lanes_unpack_low, 8, 4)
SIZED_RM(punpcklbw_v, xmm_unpack, 0, 8)
SIZED_RM(punpcklwd_p, mmx_unpack, lanes_unpack_low, 16, 4)
SIZED_RM(punpcklwd_v, xmm_unpack, 0, 16)
SIZED_RM(punpckldq_p, mmx_unpack, lanes_unpack_low, 32, 4)
SIZED_RM(punpckldq_v, xmm_unpack, 0, 32)
SIZED_RM(punpckhbw_p, mmx_unpack, lanes_unpack_high, 8, 8)
SIZED_RM(punpckhbw_v, xmm_unpack, 1, 8)
SIZED_RM(punpckhwd_p, mmx_unpack, lanes_unpack_high, 16, 8)
SIZED_RM(punpckhwd_v, xmm_unpack, 1, 16)
SIZED_RM(punpckhdq_p, mmx_unpack, lanes_unpack_high, 32, 8)
SIZED_RM(punpckhdq_v, xmm_unpack, 1, 32)
SIZED_RM(punpcklqdq, xmm_unpack, 0, 64)
SIZED_RM(punpckhqdq, xmm_unpack, 1, 64)

/* ---- PSHUF, PALIGNR, SHUFPS, SHUFPD -------------------------------------------------------------------- */

static u64 shuffle_bytes_word(u64 a, u64 control, unsigned w)
{
	(void)w;
	return lanes_shuffle_bytes(&a, 1, control);
}

static struct xmm shuffle_bytes(struct xmm a, struct xmm control)
{
	return xmm_make(lanes_shuffle_bytes(a.q, 2, control.q[0]), lanes_shuffle_bytes(a.q, 2, control.q[1]));
}
SIZED_RM(pshufb_p, mmx_lanes, shuffle_bytes_word, 8)
SIZED_RM(pshufb_v, xmm_whole, shuffle_bytes)

ALWAYS_INLINE u64 dword_at(struct xmm a, unsigned n)
{
	return (u32)(a.q[n >> 1 & 1] >> (n & 1) * 32);
}

/* Doublewords: two from a, then two from b, each chosen by two bits of the order. */
static struct xmm shuffle_dwords(struct xmm a, struct xmm b, unsigned order)
{
	return xmm_make(dword_at(a, order & 3) | dword_at(a, order >> 2 & 3) << 32,
		dword_at(b, order >> 4 & 3) | dword_at(b, order >> 6 & 3) << 32);
}

static struct xmm shuffle_qwords(struct xmm a, struct xmm b, unsigned order)
{
	return xmm_make(a.q[order & 1], b.q[order >> 1 & 1]);
}

static struct xmm pshufd_lane(struct xmm a, struct xmm b, unsigned order)
{
	(void)a;
	return shuffle_dwords(b, b, order);
}

static struct xmm pshuflw_lane(struct xmm a, struct xmm b, unsigned order)
{
	(void)a;
	return xmm_make(lanes_shuffle_words(b.q[0], order), b.q[1]);
}

static struct xmm pshufhw_lane(struct xmm a, struct xmm b, unsigned order)
{
	(void)a;
	return xmm_make(b.q[0], lanes_shuffle_words(b.q[1], order));
}
SIZED_RM(shufps, xmm_whole_imm, shuffle_dwords)
SIZED_RM(shufpd, xmm_whole_imm, shuffle_qwords)
SIZED_RM(pshufd, xmm_whole_imm, pshufd_lane)
SIZED_RM(pshuflw, xmm_whole_imm, pshuflw_lane)
SIZED_RM(pshufhw, xmm_whole_imm, pshufhw_lane)

ALWAYS_INLINE void mmx_imm(struct x86 *c, const struct insn *i, bool mem, u64 (*f)(u64, u64, unsigned))
{
	x86_mmx_check(c);
	u64 b = mmx_get_e(c, i, mem, 8);

	mmx_set(c, i->f[F_REG], f(mmx_get(c, i->f[F_REG]), b, (u8)i->imm32));
}

static u64 pshufw_word(u64 a, u64 b, unsigned order)
{
	(void)a;
	return lanes_shuffle_words(b, order);
}

/* Bytes n and up of a:b. */
static u64 align_word(u64 a, u64 b, unsigned n)
{
	return lanes_extract(b, a, n * 8);
}

static struct xmm align_bytes(struct xmm a, struct xmm b, unsigned n)
{
	if (n >= 16) {
		b = a;
		a = xmm_make(0, 0);
		n -= 16;
	}
	if (n >= 8) {
		b = xmm_make(b.q[1], a.q[0]);
		a = xmm_make(a.q[1], 0);
		n -= 8;
	}
	return xmm_make(lanes_extract(b.q[0], b.q[1], n * 8), lanes_extract(b.q[1], a.q[0], n * 8));
}
SIZED_RM(pshufw, mmx_imm, pshufw_word)
SIZED_RM(palignr_p, mmx_imm, align_word)
SIZED_RM(palignr_v, xmm_whole_imm, align_bytes)

/* ---- BLEND --------------------------------------------------------------------------------------------- */

/* Bits of the immediate to whole elements. */
ALWAYS_INLINE struct xmm blend_by_bits(struct xmm a, struct xmm b, unsigned chosen, unsigned w)
{
	for (unsigned n = 0; n < 128 / w; n++)
		if (chosen >> n & 1)
			lane_set(a.q, n, w, lane_get(b.q, n, w));
	return a;
}

static struct xmm blend_words(struct xmm a, struct xmm b, unsigned chosen)
{
	return blend_by_bits(a, b, chosen, 16);
}

static struct xmm blend_dwords(struct xmm a, struct xmm b, unsigned chosen)
{
	return blend_by_bits(a, b, chosen, 32);
}

static struct xmm blend_qwords(struct xmm a, struct xmm b, unsigned chosen)
{
	return blend_by_bits(a, b, chosen, 64);
}

/* The top bit of every element of the mask chooses. */
ALWAYS_INLINE struct xmm blend_by_mask(struct xmm a, struct xmm b, struct xmm mask, unsigned w)
{
	for (unsigned n = 0; n < 2; n++)
		a.q[n] = lanes_select(lanes_spread(mask.q[n] & lanes_high(w), w), b.q[n], a.q[n]);
	return a;
}

static struct xmm blend_bytes_by_mask(struct xmm a, struct xmm b, struct xmm mask)
{
	return blend_by_mask(a, b, mask, 8);
}

static struct xmm blend_dwords_by_mask(struct xmm a, struct xmm b, struct xmm mask)
{
	return blend_by_mask(a, b, mask, 32);
}

static struct xmm blend_qwords_by_mask(struct xmm a, struct xmm b, struct xmm mask)
{
	return blend_by_mask(a, b, mask, 64);
}
SIZED_RM(pblendw, xmm_whole_imm, blend_words)
SIZED_RM(blendps, xmm_whole_imm, blend_dwords)
SIZED_RM(blendpd, xmm_whole_imm, blend_qwords)
SIZED_RM(pblendvb, xmm_whole_xmm0, blend_bytes_by_mask)
SIZED_RM(blendvps, xmm_whole_xmm0, blend_dwords_by_mask)
SIZED_RM(blendvpd, xmm_whole_xmm0, blend_qwords_by_mask)

/* ---- PMOVSX, PMOVZX ------------------------------------------------------------------------------------ */

ALWAYS_INLINE struct xmm widen(u64 a, unsigned from, unsigned to, bool is_signed)
{
	struct xmm r = { { 0, 0 } };

	for (unsigned n = 0; n < 128 / to; n++)
		lane_set(r.q, n, to, is_signed ? (u64)lane_get_signed(&a, n, from) : lane_get(&a, n, from));
	return r;
}

ALWAYS_INLINE void xmm_widen(struct x86 *c, const struct insn *i, bool mem, unsigned from, unsigned to, bool is_signed)
{
	x86_sse_check(c);
	xmm_set(c, i->f[F_REG], widen(xmm_get_low_e(c, i, mem, 16 * from / to), from, to, is_signed));
}
SIZED_RM(pmovsxbw, xmm_widen, 8, 16, true)
SIZED_RM(pmovsxbd, xmm_widen, 8, 32, true)
SIZED_RM(pmovsxbq, xmm_widen, 8, 64, true)
SIZED_RM(pmovsxwd, xmm_widen, 16, 32, true)
SIZED_RM(pmovsxwq, xmm_widen, 16, 64, true)
SIZED_RM(pmovsxdq, xmm_widen, 32, 64, true)
SIZED_RM(pmovzxbw, xmm_widen, 8, 16, false)
SIZED_RM(pmovzxbd, xmm_widen, 8, 32, false)
SIZED_RM(pmovzxbq, xmm_widen, 8, 64, false)
SIZED_RM(pmovzxwd, xmm_widen, 16, 32, false)
SIZED_RM(pmovzxwq, xmm_widen, 16, 64, false)
SIZED_RM(pmovzxdq, xmm_widen, 32, 64, false)

static const struct insn_row rows[] = {
	{"NP 0F 63 /r", "packsswb Pq,Qq", SIZES_RM(packsswb_p), .feature = FEAT_MMX},
	{"66 0F 63 /r", "packsswb Vdq,Wdq", SIZES_RM(packsswb_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F 6B /r", "packssdw Pq,Qq", SIZES_RM(packssdw_p), .feature = FEAT_MMX},
	{"66 0F 6B /r", "packssdw Vdq,Wdq", SIZES_RM(packssdw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F 67 /r", "packuswb Pq,Qq", SIZES_RM(packuswb_p), .feature = FEAT_MMX},
	{"66 0F 67 /r", "packuswb Vdq,Wdq", SIZES_RM(packuswb_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"66 0F 38 2B /r", "packusdw Vdq,Wdq", SIZES_RM(packusdw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE41},
	{"NP 0F 60 /r", "punpcklbw Pq,Qd", SIZES_RM(punpcklbw_p), .feature = FEAT_MMX},
	{"66 0F 60 /r", "punpcklbw Vdq,Wdq", SIZES_RM(punpcklbw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F 61 /r", "punpcklwd Pq,Qd", SIZES_RM(punpcklwd_p), .feature = FEAT_MMX},
	{"66 0F 61 /r", "punpcklwd Vdq,Wdq", SIZES_RM(punpcklwd_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F 62 /r", "punpckldq Pq,Qd", SIZES_RM(punpckldq_p), .feature = FEAT_MMX},
	{"66 0F 62 /r", "punpckldq Vdq,Wdq", SIZES_RM(punpckldq_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F 68 /r", "punpckhbw Pq,Qq", SIZES_RM(punpckhbw_p), .feature = FEAT_MMX},
	{"66 0F 68 /r", "punpckhbw Vdq,Wdq", SIZES_RM(punpckhbw_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F 69 /r", "punpckhwd Pq,Qq", SIZES_RM(punpckhwd_p), .feature = FEAT_MMX},
	{"66 0F 69 /r", "punpckhwd Vdq,Wdq", SIZES_RM(punpckhwd_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F 6A /r", "punpckhdq Pq,Qq", SIZES_RM(punpckhdq_p), .feature = FEAT_MMX},
	{"66 0F 6A /r", "punpckhdq Vdq,Wdq", SIZES_RM(punpckhdq_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"66 0F 6C /r", "punpcklqdq Vdq,Wdq", SIZES_RM(punpcklqdq), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"66 0F 6D /r", "punpckhqdq Vdq,Wdq", SIZES_RM(punpckhqdq), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F 14 /r", "unpcklps Vdq,Wdq", SIZES_RM(punpckldq_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE},
	{"NP 0F 15 /r", "unpckhps Vdq,Wdq", SIZES_RM(punpckhdq_v), .attr = SSE | ALIGN16, .feature = FEAT_SSE},
	{"66 0F 14 /r", "unpcklpd Vdq,Wdq", SIZES_RM(punpcklqdq), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"66 0F 15 /r", "unpckhpd Vdq,Wdq", SIZES_RM(punpckhqdq), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F 38 00 /r", "pshufb Pq,Qq", SIZES_RM(pshufb_p), .feature = FEAT_SSSE3},
	{"66 0F 38 00 /r", "pshufb Vdq,Wdq", SIZES_RM(pshufb_v), .attr = SSE | ALIGN16, .feature = FEAT_SSSE3},
	{"NP 0F 70 /r ib", "pshufw Pq,Qq,Ib", SIZES_RM(pshufw), .feature = FEAT_SSE},
	{"66 0F 70 /r ib", "pshufd Vdq,Wdq,Ib", SIZES_RM(pshufd), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"F3 0F 70 /r ib", "pshufhw Vdq,Wdq,Ib", SIZES_RM(pshufhw), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"F2 0F 70 /r ib", "pshuflw Vdq,Wdq,Ib", SIZES_RM(pshuflw), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F C6 /r ib", "shufps Vdq,Wdq,Ib", SIZES_RM(shufps), .attr = SSE | ALIGN16, .feature = FEAT_SSE},
	{"66 0F C6 /r ib", "shufpd Vdq,Wdq,Ib", SIZES_RM(shufpd), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F 3A 0F /r ib", "palignr Pq,Qq,Ib", SIZES_RM(palignr_p), .feature = FEAT_SSSE3},
	{"66 0F 3A 0F /r ib", "palignr Vdq,Wdq,Ib", SIZES_RM(palignr_v), .attr = SSE | ALIGN16, .feature = FEAT_SSSE3},
	{"66 0F 3A 0C /r ib", "blendps Vdq,Wdq,Ib", SIZES_RM(blendps), .attr = SSE | ALIGN16, .feature = FEAT_SSE41},
	{"66 0F 3A 0D /r ib", "blendpd Vdq,Wdq,Ib", SIZES_RM(blendpd), .attr = SSE | ALIGN16, .feature = FEAT_SSE41},
	{"66 0F 3A 0E /r ib", "pblendw Vdq,Wdq,Ib", SIZES_RM(pblendw), .attr = SSE | ALIGN16, .feature = FEAT_SSE41},
	{"66 0F 38 10 /r", "pblendvb Vdq,Wdq,xmm0", SIZES_RM(pblendvb), .attr = SSE | ALIGN16, .feature = FEAT_SSE41},
	{"66 0F 38 14 /r", "blendvps Vdq,Wdq,xmm0", SIZES_RM(blendvps), .attr = SSE | ALIGN16, .feature = FEAT_SSE41},
	{"66 0F 38 15 /r", "blendvpd Vdq,Wdq,xmm0", SIZES_RM(blendvpd), .attr = SSE | ALIGN16, .feature = FEAT_SSE41},
	{"66 0F 38 20 /r", "pmovsxbw Vdq,Wq", SIZES_RM(pmovsxbw), .attr = SSE, .feature = FEAT_SSE41},
	{"66 0F 38 21 /r", "pmovsxbd Vdq,Wd", SIZES_RM(pmovsxbd), .attr = SSE, .feature = FEAT_SSE41},
	{"66 0F 38 22 /r", "pmovsxbq Vdq,Ww", SIZES_RM(pmovsxbq), .attr = SSE, .feature = FEAT_SSE41},
	{"66 0F 38 23 /r", "pmovsxwd Vdq,Wq", SIZES_RM(pmovsxwd), .attr = SSE, .feature = FEAT_SSE41},
	{"66 0F 38 24 /r", "pmovsxwq Vdq,Wd", SIZES_RM(pmovsxwq), .attr = SSE, .feature = FEAT_SSE41},
	{"66 0F 38 25 /r", "pmovsxdq Vdq,Wq", SIZES_RM(pmovsxdq), .attr = SSE, .feature = FEAT_SSE41},
	{"66 0F 38 30 /r", "pmovzxbw Vdq,Wq", SIZES_RM(pmovzxbw), .attr = SSE, .feature = FEAT_SSE41},
	{"66 0F 38 31 /r", "pmovzxbd Vdq,Wd", SIZES_RM(pmovzxbd), .attr = SSE, .feature = FEAT_SSE41},
	{"66 0F 38 32 /r", "pmovzxbq Vdq,Ww", SIZES_RM(pmovzxbq), .attr = SSE, .feature = FEAT_SSE41},
	{"66 0F 38 33 /r", "pmovzxwd Vdq,Wq", SIZES_RM(pmovzxwd), .attr = SSE, .feature = FEAT_SSE41},
	{"66 0F 38 34 /r", "pmovzxwq Vdq,Wd", SIZES_RM(pmovzxwq), .attr = SSE, .feature = FEAT_SSE41},
	{"66 0F 38 35 /r", "pmovzxdq Vdq,Wq", SIZES_RM(pmovzxdq), .attr = SSE, .feature = FEAT_SSE41},
};

const struct insn_group x86_group_sse_shuffle = {
	"sse_shuffle", rows, countof(rows),
	"Intel SDM vol. 2: BLEND PACK PALIGNR PBLEND PMOVSX PMOVZX PSHUF PUNPCK SHUFPD SHUFPS UNPCK",
};
