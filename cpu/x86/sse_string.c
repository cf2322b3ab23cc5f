/* SPDX-License-Identifier: MIT */
/* PCMPESTRI, PCMPESTRM, PCMPISTRI, PCMPISTRM: two strings in registers compared every way that the immediate byte can
 * say. SDM vol. 1, 12.10 and vol. 2, 4.1 (imm8 control byte), whose names IntRes1 and IntRes2 are used. */
#include "cpu/x86/vec_exec.h"

/* imm8[3:2] */
enum { EQUAL_ANY, RANGES, EQUAL_EACH, EQUAL_ORDERED };

struct strings {
	struct xmm a, b; /* first operand: what is looked for; second: where */
	unsigned la, lb; /* valid elements */
};

/* One bit per element of `w` bits: its top bit. */
ALWAYS_INLINE unsigned element_mask(u64 tops, unsigned w)
{
	if (w == 8)
		return lanes_byte_mask(tops);
	return (unsigned)((tops >> 15 & 0x0001000100010001u) * 0x0001000200040008u >> 48) & 15;
}

ALWAYS_INLINE unsigned register_mask(u64 low, u64 high, unsigned w)
{
	return element_mask(low, w) | element_mask(high, w) << 64 / w;
}

/* Which elements of v are x; which are below x, unsigned. */
ALWAYS_INLINE unsigned mask_equal(struct xmm v, u64 x, unsigned w)
{
	x *= lanes_low(w);
	return register_mask(lanes_equal(v.q[0], x, w), lanes_equal(v.q[1], x, w), w);
}

ALWAYS_INLINE unsigned mask_below(struct xmm v, u64 x, unsigned w)
{
	x *= lanes_low(w);
	return register_mask(lanes_below(v.q[0], x, w), lanes_below(v.q[1], x, w), w);
}

static unsigned lowest_bit(unsigned mask, unsigned otherwise)
{
	unsigned n = 0;

	if (!mask)
		return otherwise;
	while (!(mask >> n & 1))
		n++;
	return n;
}

/* |rAX| or |rDX|, at most the number of elements. */
static unsigned length_explicit(u64 v, bool wide, unsigned count)
{
	u64 n = wide ? v : (u64)(s64)(s32)v;

	if (n >> 63)
		n = 0 - n;
	return (unsigned)min_u64(n, count);
}

ALWAYS_INLINE unsigned equal_any(const struct strings *s, unsigned w)
{
	unsigned r = 0;

	for (unsigned i = 0; i < s->la; i++)
		r |= mask_equal(s->b, lane_get(s->a.q, i, w), w);
	return r & ((1u << s->lb) - 1);
}

/* Signed elements have their top bit flipped here, so that they order as unsigned ones. */
ALWAYS_INLINE unsigned ranges(const struct strings *s, bool is_signed, unsigned w)
{
	u64 flip = is_signed ? lanes_high(w) : 0;
	struct xmm b = xmm_make(s->b.q[0] ^ flip, s->b.q[1] ^ flip);
	unsigned r = 0;

	flip &= mask_low(w);
	for (unsigned i = 0; i + 1 < s->la; i += 2) {
		u64 from = lane_get(s->a.q, i, w) ^ flip, to = lane_get(s->a.q, i + 1, w) ^ flip;

		r |= ~mask_below(b, from, w) & (mask_below(b, to, w) | mask_equal(b, to, w));
	}
	return r & ((1u << s->lb) - 1);
}

/* Behind the end of both, elements count as equal; behind one of them, as different. */
ALWAYS_INLINE unsigned equal_each(const struct strings *s, unsigned w)
{
	unsigned va = (1u << s->la) - 1, vb = (1u << s->lb) - 1;
	unsigned r = register_mask(lanes_equal(s->a.q[0], s->b.q[0], w), lanes_equal(s->a.q[1], s->b.q[1], w), w);

	return (r & va & vb) | ~(va | vb);
}

/* a is found at place j of b, as far as the register reaches. */
ALWAYS_INLINE unsigned equal_ordered(const struct strings *s, unsigned w)
{
	unsigned all = (1u << 128 / w) - 1, vb = (1u << s->lb) - 1, r = all;

	for (unsigned i = 0; i < s->la; i++)
		r &= (mask_equal(s->b, lane_get(s->a.q, i, w), w) & vb) >> i | ~(all >> i);
	return r;
}

/* IntRes2. */
ALWAYS_INLINE unsigned compare_strings(const struct strings *s, unsigned imm, unsigned w)
{
	unsigned all = (1u << 128 / w) - 1, r;

	switch (imm >> 2 & 3) {
	case EQUAL_ANY:
		r = equal_any(s, w);
		break;
	case RANGES:
		r = ranges(s, imm & 2, w);
		break;
	case EQUAL_EACH:
		r = equal_each(s, w);
		break;
	default:
		r = equal_ordered(s, w);
		break;
	}
	if (imm & 0x10) /* negative polarity, of all or only of b's valid elements */
		r ^= imm & 0x20 ? (1u << s->lb) - 1 : all;
	return r & all;
}

static unsigned index_of(unsigned r, bool highest, unsigned count)
{
	unsigned n = count - 1;

	if (!highest || !r)
		return lowest_bit(r, count);
	while (!(r >> n & 1))
		n--;
	return n;
}

ALWAYS_INLINE struct xmm mask_of(unsigned r, unsigned w)
{
	struct xmm v = { { 0, 0 } };

	for (unsigned n = 0; n < 128 / w; n++)
		if (r >> n & 1)
			lane_set(v.q, n, w, ~0ull);
	return v;
}

ALWAYS_INLINE void compare_and_store(struct x86 *c, const struct insn *i, struct strings *s, bool explicit, bool index,
	unsigned w)
{
	unsigned imm = (u8)i->imm32, count = 128 / w, r;
	bool wide = i->f[F_PFX] & PFX_W;

	s->la = explicit ? length_explicit(c->r[R_AX], wide, count) : lowest_bit(mask_equal(s->a, 0, w), count);
	s->lb = explicit ? length_explicit(c->r[R_DX], wide, count) : lowest_bit(mask_equal(s->b, 0, w), count);
	r = compare_strings(s, imm, w);
	if (index)
		c->r[R_CX] = index_of(r, imm & 0x40, count);
	else
		xmm_set(c, 0, imm & 0x40 ? mask_of(r, w) : xmm_make(r, 0));
	x86_set_oszapc(c, (r ? FL_CF : 0) | (s->lb < count ? FL_ZF : 0) | (s->la < count ? FL_SF : 0) |
		(r & 1 ? FL_OF : 0));
}

/* A memory operand may be anywhere. imm8[0]: words instead of bytes. */
ALWAYS_INLINE void string_compare(struct x86 *c, const struct insn *i, bool mem, bool explicit, bool index)
{
	struct strings s;

	x86_sse_check(c);
	s.b = mem ? x86_read128(c, i->f[F_SEG], x86_ea(c, i)) : xmm_get(c, i->f[F_RM]);
	s.a = xmm_get(c, i->f[F_REG]);
	if (i->imm32 & 1)
		compare_and_store(c, i, &s, explicit, index, 16);
	else
		compare_and_store(c, i, &s, explicit, index, 8);
}
SIZED_RM(pcmpestrm, string_compare, true, false)
SIZED_RM(pcmpestri, string_compare, true, true)
SIZED_RM(pcmpistrm, string_compare, false, false)
SIZED_RM(pcmpistri, string_compare, false, true)

static const struct insn_row rows[] = {
	{"66 0F 3A 60 /r ib", "pcmpestrm Vdq,Wdq,Ib", SIZES_RM(pcmpestrm), .attr = SSE, .feature = FEAT_SSE42,
	 .flags_out = FL_OSZAPC},
	{"66 0F 3A 61 /r ib", "pcmpestri Vdq,Wdq,Ib", SIZES_RM(pcmpestri), .attr = SSE, .feature = FEAT_SSE42,
	 .flags_out = FL_OSZAPC},
	{"66 0F 3A 62 /r ib", "pcmpistrm Vdq,Wdq,Ib", SIZES_RM(pcmpistrm), .attr = SSE, .feature = FEAT_SSE42,
	 .flags_out = FL_OSZAPC},
	{"66 0F 3A 63 /r ib", "pcmpistri Vdq,Wdq,Ib", SIZES_RM(pcmpistri), .attr = SSE, .feature = FEAT_SSE42,
	 .flags_out = FL_OSZAPC},
};

const struct insn_group x86_group_sse_string = {
	"sse_string", rows, countof(rows), "Intel SDM vol. 2: PCMPESTRI PCMPESTRM PCMPISTRI PCMPISTRM",
};
