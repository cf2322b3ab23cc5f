/* SPDX-License-Identifier: MIT */
/*
 * On an x86-64 host the processor itself is the judge of cpu/fp: this header runs single SSE and x87
 * instructions with a given control state and hands back result and status. The only place of the floating
 * point tests with inline assembly; also the operands that find bugs: edges, neighbours of powers of two,
 * sparse fractions.
 */
#ifndef TESTS_UNIT_FP_HOST_H
#define TESTS_UNIT_FP_HOST_H

#include <inttypes.h>
#include <stdio.h>

#include "cpu/fp/f80.h"
#include "tests/random.h"

struct fp_rand {
	u64 s;
};

static inline u64 fp_rand_next(struct fp_rand *r)
{
	return random_next(&r->s);
}

/* A fraction: random, or with long runs of zeros or ones, so that ties and carries happen. */
static inline u64 fp_rand_frac(struct fp_rand *r)
{
	u64 v = fp_rand_next(r);
	unsigned n = v >> 8 & 63;
	u64 x = fp_rand_next(r);

	switch (v & 7) {
	case 0:
		return x << n;
	case 1:
		return ~(x << n);
	case 2:
		return 1ull << n;
	case 3:
		return 0 - (1ull << n);
	case 4:
		return 1ull << n | 1ull << (v >> 16 & 63);
	case 5:
		return v >> 20 & 3 ? 0 : ~0ull;
	default:
		return x;
	}
}

/* A bit pattern of a format with that many exponent and fraction bits. */
static inline u64 fp_rand_ieee(struct fp_rand *r, unsigned exp_bits, unsigned frac_bits)
{
	u64 v = fp_rand_next(r);
	u64 max = mask_low(exp_bits);
	u64 frac = fp_rand_frac(r) & mask_low(frac_bits);
	u64 exp = max >> 1;

	switch (v & 15) {
	case 0:
		exp = 0;
		break;
	case 1:
		exp = v >> 8 & 1 ? max : 0;
		frac = v >> 9 & 1 ? frac : 0;
		break;
	case 2:
		exp = 1 + (v >> 8 & 3);
		break;
	case 3:
		exp = max - (v >> 8 & 3);
		break;
	case 4:
	case 5:
		exp = v >> 8 & max;
		break;
	case 6:
		exp += v >> 8 & 63;
		break;
	case 7:
		exp = v >> 8 & 1 ? (max >> 1) + (max >> 2) : max >> 2;
		break;
	default:
		exp += (v >> 8 & 7) - 4;
		break;
	}
	return (v >> 63) << (exp_bits + frac_bits) | (exp & max) << frac_bits | frac;
}

static inline u64 fp_rand_f16(struct fp_rand *r)
{
	return fp_rand_ieee(r, 5, 10);
}

static inline u64 fp_rand_f32(struct fp_rand *r)
{
	return fp_rand_ieee(r, 8, 23);
}

static inline u64 fp_rand_f64(struct fp_rand *r)
{
	return fp_rand_ieee(r, 11, 52);
}

/* Mostly numbers near 1, but also both ends of the range, denormals, NaNs, infinities and unsupported formats. */
static inline struct f80 fp_rand_f80(struct fp_rand *r)
{
	u64 v = fp_rand_next(r);
	u64 sig = fp_rand_frac(r) | 1ull << 63;
	unsigned exp = 0x3fff;

	switch (v & 31) {
	case 0:
		exp = 0;
		sig = v >> 8 & 1 ? sig : fp_rand_frac(r) >> (v >> 9 & 63);
		break;
	case 1:
		exp = v >> 8 & 1 ? 0x7fff : 0;
		sig = v >> 8 & 1 ? 1ull << 63 : 0;
		break;
	case 2:
		exp = 0x7fff;
		sig |= 1;
		break;
	case 3:
		exp = v >> 8 & 0x7fff;
		sig = v >> 30 & 3 ? sig : sig << 1 >> 1;
		break;
	case 4:
	case 5:
		exp = 1 + (v >> 8 & 3) + (v >> 10 & 1 ? 0 : v >> 11 & 63);
		break;
	case 6:
	case 7:
		exp = 0x7ffe - (v >> 8 & 3) - (v >> 10 & 1 ? 0 : v >> 11 & 63);
		break;
	case 8:
	case 9:
		exp += (v >> 8 & 127) - 64;
		break;
	case 10:
		exp = (v >> 8 & 1 ? 0x5fff : 0x1fff) + (v >> 9 & 127) - 64;
		break;
	case 11:
		exp += (v >> 8 & 2047) - 1024;
		break;
	case 12:
		exp += (v >> 8 & 1 ? 127 : -126 - 23) + (v >> 9 & 31) - 4;
		break;
	case 13:
		exp += (v >> 8 & 1 ? 1023 : -1022 - 52) + (v >> 9 & 63) - 4;
		break;
	case 14:
		exp += v >> 8 & 63;
		sig &= 0 - (1ull << (63 - (v >> 8 & 63)));
		break;
	default:
		exp += (v >> 8 & 15) - 8;
		break;
	}
	return f80_make((u16)(v >> 63 << 15 | (exp & 0x7fff)), sig);
}

struct text80 {
	char s[24];
};

static inline struct text80 fp_text80(struct f80 a)
{
	struct text80 t;

	snprintf(t.s, sizeof(t.s), "%04x:%016" PRIx64, a.se, a.sig);
	return t;
}

#if defined(__x86_64__)

/* Operands and result in the low bits; mxcsr goes in and comes out. */
struct host_sse {
	u64 a, b, c, r;
	u32 mxcsr;
};

/* Runs `text` under h->mxcsr with a, b, c in xmm0-2 and a in rax too; the result is what it leaves in rax. */
#define HOST_SSE(h, text) \
	do { \
		u32 saved; \
		__asm__ volatile("stmxcsr %2\n movq %3, %%xmm0\n movq %4, %%xmm1\n movq %5, %%xmm2\n mov %3, %%rax\n" \
				 "ldmxcsr %1\n" text "\n stmxcsr %1\n ldmxcsr %2\n mov %%rax, %0" \
				 : "=m"((h)->r), "+m"((h)->mxcsr), "=m"(saved) : "m"((h)->a), "m"((h)->b), \
				 "m"((h)->c) : "rax", "xmm0", "xmm1", "xmm2", "cc"); } while (0)

/* ST(0) = a, ST(1) = ST(2) = b before; ST(0) = r, ST(1) = r2 after. */
struct host_x87 {
	u8 a[10], b[10], r[10], r2[10];
	u8 mem[10]; /* the memory operand, in and out */
	u16 cw;
	u16 sw;
};

/*
 * Runs `text`, whose memory operand is %1, under h->cw. Exceptions may be unmasked: they are cleared before
 * delivery.
 */
#define HOST_X87(h, text) \
	__asm__ volatile("fninit\n fldt %5\n fldt %5\n fldt %4\n fnclex\n fldcw %6\n" text "\n fnstsw %0\n" \
			 "fnclex\n fstpt %2\n fstpt %3\n fninit" \
			 : "=m"((h)->sw), "+m"((h)->mem), "=m"((h)->r), "=m"((h)->r2) \
			 : "m"((h)->a), "m"((h)->b), "m"((h)->cw) : "cc", "st", "st(1)", "st(2)", "st(3)", \
			 "st(4)", "st(5)", "st(6)", "st(7)")

static inline void host_put80(u8 image[10], struct f80 a)
{
	store_le64(image, a.sig);
	store_le16(image + 8, a.se);
}

static inline struct f80 host_get80(const u8 image[10])
{
	return f80_make(load_le16(image + 8), load_le64(image));
}

#endif

#endif
