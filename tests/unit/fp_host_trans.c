/* SPDX-License-Identifier: MIT */
/*
 * The x87 transcendentals against the processor that runs the test. Ours are nearly always correctly rounded,
 * processors promise 1 ulp: so the last place may differ, but NaNs, infinities, zeros, C2 and the exceptions
 * IE, ZE and OE may not. SDM vol. 1 section 8.3.10 and the result tables of vol. 2.
 */
#include <criterion/criterion.h>

#include "tests/unit/fp_host.h"

#if defined(__x86_64__)

enum { RUNS = 10000 };

/* `computed` results, 1 or 2, go to ST(0) and ST(1); C2 if not done. */
struct trans_out {
	struct f80 r, r2;
	bool partial;
};

struct trans_op {
	const char *name;
	void (*host)(struct host_x87 *h);
	void (*soft)(struct trans_out *o, struct fp_env *e);
	unsigned results;
};

/* host_NAME and soft_NAME. */
#define OP(name, statement) \
	static void host_##name(struct host_x87 *h) \
	{ \
		HOST_X87(h, #name); \
	} \
	static void soft_##name(struct trans_out *o, struct fp_env *e) \
	{ \
		statement; }

static void push_partial(struct trans_out *o, bool done, struct f80 below, struct f80 above)
{
	o->partial = !done;
	if (done) {
		o->r = above;
		o->r2 = below;
	}
}

static void sincos(struct trans_out *o, struct fp_env *e)
{
	struct f80 s = { 0 }, c = { 0 };
	bool done = f80_sincos(o->r, &s, &c, e);

	push_partial(o, done, s, c);
}

static void tangent(struct trans_out *o, struct fp_env *e)
{
	struct f80 t = { 0 }, one = { 0 };
	bool done = f80_tan(o->r, &t, &one, e);

	push_partial(o, done, t, one);
}

OP(f2xm1, o->r = f80_f2xm1(o->r, e))
OP(fyl2x, o->r = f80_yl2x(o->r, o->r2, e))
OP(fyl2xp1, o->r = f80_yl2xp1(o->r, o->r2, e))
OP(fpatan, o->r = f80_patan(o->r, o->r2, e))
OP(fsin, o->partial = !f80_sin(o->r, &o->r, e))
OP(fcos, o->partial = !f80_cos(o->r, &o->r, e))
OP(fsincos, sincos(o, e))
OP(fptan, tangent(o, e))

static const struct trans_op ops[] = {
	{"f2xm1", host_f2xm1, soft_f2xm1, 1},
	{"fyl2x", host_fyl2x, soft_fyl2x, 1},
	{"fyl2xp1", host_fyl2xp1, soft_fyl2xp1, 1},
	{"fpatan", host_fpatan, soft_fpatan, 1},
	{"fsin", host_fsin, soft_fsin, 1},
	{"fcos", host_fcos, soft_fcos, 1},
	{"fsincos", host_fsincos, soft_fsincos, 2},
	{"fptan", host_fptan, soft_fptan, 2},
};

/* Equal, or numbers of the same sign that are neighbours. */
static bool close80(struct f80 a, struct f80 b)
{
	u64 ma = a.sig << 1, mb = b.sig << 1;
	bool number = (a.se & 0x7fff) != 0x7fff && (b.se & 0x7fff) != 0x7fff;

	if (a.se == b.se && a.sig == b.sig)
		return true;
	if (!number || f80_sign(a) != f80_sign(b))
		return false;
	if (a.se == b.se)
		return a.sig - b.sig + 1 <= 2;
	/* Across a power of two, or from the largest denormal to the smallest normal number. */
	return (a.se == b.se + 1 && !ma && mb == ~0ull - 1) || (b.se == a.se + 1 && !mb && ma == ~0ull - 1);
}

static bool run_once(const struct trans_op *op, struct fp_rand *rand)
{
	u64 v = fp_rand_next(rand);
	struct trans_out o = { .r = fp_rand_f80(rand), .r2 = fp_rand_f80(rand) };
	struct host_x87 h = { .cw = (u16)(0x7f | (v >> 8 & 0xf) << 8) };
	struct fp_env e = { .rule = FP_RULE_X87, .masks = FP_ALL, .round = h.cw >> 10 & 3, .prec = 24 };
	const u8 flags = FP_IE | FP_ZE | FP_OE;
	bool ok;

	host_put80(h.a, o.r);
	host_put80(h.b, o.r2);
	op->soft(&o, &e);
	op->host(&h);
	ok = close80(o.r, host_get80(h.r)) && (h.sw >> 10 & 1) == o.partial && (h.sw & flags) == (e.flags & flags);
	if (op->results == 2)
		ok = ok && close80(o.r2, host_get80(h.r2));
	if (!ok) {
		cr_expect_fail("%s %s %s cw=%04x: host %s %s sw=%04x, ours %s %s flags=%02x C2=%d", op->name,
			fp_text80(host_get80(h.a)).s, fp_text80(host_get80(h.b)).s, h.cw, fp_text80(host_get80(h.r)).s,
			fp_text80(host_get80(h.r2)).s, h.sw, fp_text80(o.r).s, fp_text80(o.r2).s, e.flags, o.partial);
	}
	return ok;
}

Test(fp_host_trans, close_to_processor)
{
	for (unsigned i = 0; i < countof(ops); i++) {
		struct fp_rand rand = { 100 + i };
		unsigned wrong = 0;

		for (unsigned n = 0; n < RUNS && wrong < 8; n++)
			wrong += !run_once(&ops[i], &rand);
	}
}

#endif
