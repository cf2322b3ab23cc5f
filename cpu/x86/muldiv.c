/* SPDX-License-Identifier: MIT */
/* Multiplication and division: Intel SDM vol. 2, MUL, IMUL, DIV, IDIV. The flags that the manual leaves undefined
 * follow the low half of a product, and stay as they were after a division. Quadwords need 128 bits,
 * which C11 lacks; cpu/fp/wide.h has them. */
#include "cpu/x86/operand.h"

#include "cpu/fp/wide.h"

/* rDX:rAX, or AX for bytes */
ALWAYS_INLINE void set_pair(struct x86 *c, u64 high, u64 low, const unsigned size)
{
	if (size == 0) {
		x86_set_reg(c, R_AX, 1, (high & 0xff) << 8 | (low & 0xff));
		return;
	}
	x86_set_reg(c, R_AX, size, low);
	x86_set_reg(c, R_DX, size, high);
}

ALWAYS_INLINE void product_flags(struct x86 *c, u64 low, bool overflow, const unsigned size)
{
	x86_flags_logic(c, low, size);
	x86_set_cf_of(c, overflow, overflow);
}

ALWAYS_INLINE void mul(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	u64 b = x86_get_e(c, i, size, mem), a = x86_get_reg(c, R_AX, size);
	u64 high, low;

	if (size == 3) {
		struct u128 p = mul64(a, b);

		high = p.hi;
		low = p.lo;
	} else {
		low = a * b;
		high = low >> (8u << size);
	}
	set_pair(c, high, low, size);
	product_flags(c, low, high != 0, size);
}
SIZED_READ(mul)

/* Signed product. Returns whether the high half is more than the low half's sign. */
ALWAYS_INLINE bool signed_product(u64 a, u64 b, u64 *high, u64 *low, const unsigned size)
{
	if (size == 3) {
		struct u128 p = mul64(a, b);

		p.hi -= (a >> 63 ? b : 0) + (b >> 63 ? a : 0);
		*high = p.hi;
		*low = p.lo;
		return p.hi != 0 - (p.lo >> 63);
	}
	*low = x86_sext(a, size) * x86_sext(b, size);
	*high = *low >> (8u << size);
	return *low != x86_sext(*low, size);
}

ALWAYS_INLINE void imul(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	u64 high, low;
	bool over = signed_product(x86_get_reg(c, R_AX, size), x86_get_e(c, i, size, mem), &high, &low, size);

	set_pair(c, high, low, size);
	product_flags(c, low, over, size);
}
SIZED_READ(imul)

ALWAYS_INLINE void imul_ge(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	u64 b = x86_get_e(c, i, size, mem), high, low;
	bool over = signed_product(x86_get_g(c, i, size), b, &high, &low, size);

	x86_set_g(c, i, size, low);
	product_flags(c, low, over, size);
}
SIZED_READ(imul_ge)

ALWAYS_INLINE void imul_gei(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	u64 high, low;
	bool over = signed_product(x86_get_e(c, i, size, mem), (u64)(s64)i->imm32, &high, &low, size);

	x86_set_g(c, i, size, low);
	product_flags(c, low, over, size);
}
SIZED_READ(imul_gei)

/* n / d; the quotient must fit: n.hi < d. */
static u64 divide128(struct u128 n, u64 d, u64 *remainder)
{
	unsigned shift = clz64(d);
	u64 q, r;

	if (!n.hi) {
		*remainder = n.lo % d;
		return n.lo / d;
	}
	q = div128(u128_shl(n, shift), d << shift, &r);
	*remainder = r >> shift;
	return q;
}

/* The dividend of an 8, 16 or 32-bit division, zero-extended. */
ALWAYS_INLINE u64 dividend(const struct x86 *c, const unsigned size)
{
	if (size == 0)
		return (u16)c->r[R_AX];
	return x86_get_reg(c, R_DX, size) << (8u << size) | x86_get_reg(c, R_AX, size);
}

/* Quotient to rAX (AL), remainder to rDX (AH). */
ALWAYS_INLINE void set_quotient(struct x86 *c, u64 q, u64 r, const unsigned size)
{
	set_pair(c, r, q, size);
}

ALWAYS_INLINE void div(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	u64 d = x86_get_e(c, i, size, mem), q, r;

	if (size == 3) {
		struct u128 n = u128_make(c->r[R_DX], c->r[R_AX]);

		if (n.hi >= d) /* also d == 0 */
			x86_raise(c, X_DE);
		q = divide128(n, d, &r);
	} else {
		u64 n = dividend(c, size);

		if (n >> (8u << size) >= d)
			x86_raise(c, X_DE);
		q = n / d;
		r = n % d;
	}
	set_quotient(c, q, r, size);
}
SIZED_READ(div)

ALWAYS_INLINE u64 magnitude(u64 v, bool negative)
{
	return negative ? 0 - v : v;
}

/* Divides magnitudes and puts the signs back: the remainder has the dividend's. */
static void idiv128(struct x86 *c, u64 divisor)
{
	bool sign_n = c->r[R_DX] >> 63, sign_d = divisor >> 63, sign_q = sign_n != sign_d;
	struct u128 n = u128_make(c->r[R_DX], c->r[R_AX]);
	u64 d = magnitude(divisor, sign_d), q, r;

	if (sign_n)
		n = u128_sub(u128_make(0, 0), n);
	if (n.hi >= d)
		x86_raise(c, X_DE);
	q = divide128(n, d, &r);
	if (q > (1ull << 63) - !sign_q)
		x86_raise(c, X_DE);
	set_quotient(c, magnitude(q, sign_q), magnitude(r, sign_n), 3);
}

ALWAYS_INLINE void idiv(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	u64 d = x86_get_e(c, i, size, mem);

	if (size == 3) {
		idiv128(c, d);
	} else {
		u64 v = dividend(c, size);
		s64 n = (s64)(size == 2 ? v : x86_sext(v, size + 1)), sd = (s64)x86_sext(d, size), q;

		if (sd == 0 || (sd == -1 && n == INT64_MIN))
			x86_raise(c, X_DE);
		q = n / sd;
		if ((u64)q != x86_sext((u64)q, size))
			x86_raise(c, X_DE);
		set_quotient(c, (u64)q, (u64)(n % sd), size);
	}
}
SIZED_READ(idiv)

static const struct insn_row rows[] = {
	{"F6 /4", "mul Eb", SIZES(mul), .flags_out = FL_OSZAPC},
	{"F7 /4", "mul Ev", SIZES(mul), .flags_out = FL_OSZAPC},
	{"F6 /5", "imul Eb", SIZES(imul), .flags_out = FL_OSZAPC},
	{"F7 /5", "imul Ev", SIZES(imul), .flags_out = FL_OSZAPC},
	{"0F AF /r", "imul Gv,Ev", SIZES(imul_ge), .flags_out = FL_OSZAPC},
	{"69 /r iz", "imul Gv,Ev,sIz", SIZES(imul_gei), .flags_out = FL_OSZAPC},
	{"6B /r ib", "imul Gv,Ev,sIb", SIZES(imul_gei), .flags_out = FL_OSZAPC},
	{"F6 /6", "div Eb", SIZES(div), .flags_out = 0},
	{"F7 /6", "div Ev", SIZES(div), .flags_out = 0},
	{"F6 /7", "idiv Eb", SIZES(idiv), .flags_out = 0},
	{"F7 /7", "idiv Ev", SIZES(idiv), .flags_out = 0},
};

const struct insn_group x86_group_muldiv = {
	"muldiv", rows, countof(rows), "Intel SDM vol. 2: MUL IMUL DIV IDIV",
};
