/* SPDX-License-Identifier: MIT */
/* Processor models as data: the features that a model has, where the ID registers show each one, and the other fields
 * of these registers, from the Technical Reference Manuals of Cortex-A53, Cortex-A72 and Neoverse N1. A feature is
 * announced only if it is implemented: no model has AArch32 or (FEAT_VHE) EL2 as a host. Arm ARM D17.2.53 to 85. */
#include "cpu/arm/sys.h"

struct arm_model {
	const char *name, *about;
	u8 breakpoints, watchpoints, counters;
	u8 impdef; /* IMPDEF_x */
	u16 pmu;   /* PMCR_EL0's IMP and IDCODE */
	const u8 *features; /* ends with FEAT_NONE */
	u64 id[ID_COUNT];   /* without the fields that stand for features */
};

_Static_assert(FEAT_COUNT <= 128, "struct arm.features has two words");

struct feature {
	const char *name; /* as in -cpu */
	u8 feature;
	u8 id, shift, value; /* the field says at least this; ID_COUNT: no field */
};

static const struct feature features[] = {
	{"aes", FEAT_AES, ID_ISAR0, 4, 1}, {"pmull", FEAT_PMULL, ID_ISAR0, 4, 2}, {"sha1", FEAT_SHA1, ID_ISAR0, 8, 1},
	{"sha256", FEAT_SHA256, ID_ISAR0, 12, 1}, {"sha512", FEAT_SHA512, ID_ISAR0, 12, 2},
	{"crc32", FEAT_CRC32, ID_ISAR0, 16, 1}, {"lse", FEAT_LSE, ID_ISAR0, 20, 2}, {"rdm", FEAT_RDM, ID_ISAR0, 28, 1},
	{"sha3", FEAT_SHA3, ID_ISAR0, 32, 1}, {"sm3", FEAT_SM3, ID_ISAR0, 36, 1}, {"sm4", FEAT_SM4, ID_ISAR0, 40, 1},
	{"dotprod", FEAT_DotProd, ID_ISAR0, 44, 1}, {"fhm", FEAT_FHM, ID_ISAR0, 48, 1},
	{"flagm", FEAT_FlagM, ID_ISAR0, 52, 1}, {"flagm2", FEAT_FlagM2, ID_ISAR0, 52, 2}, {"rng", FEAT_RNG, ID_ISAR0, 60, 1},
	{"dpb", FEAT_DPB, ID_ISAR1, 0, 1}, {"dpb2", FEAT_DPB2, ID_ISAR1, 0, 2},
	{"pauth", FEAT_PAuth, ID_COUNT, 0, 0},
	{"pauth-qarma5", FEAT_PACQARMA5, ID_ISAR1, 4, 1}, {"pauth-qarma5", FEAT_PACQARMA5, ID_ISAR1, 24, 1},
	{"pauth-impdef", FEAT_PACIMP, ID_ISAR1, 8, 1}, {"pauth-impdef", FEAT_PACIMP, ID_ISAR1, 28, 1},
	{"jscvt", FEAT_JSCVT, ID_ISAR1, 12, 1}, {"fcma", FEAT_FCMA, ID_ISAR1, 16, 1}, {"lrcpc", FEAT_LRCPC, ID_ISAR1, 20, 1},
	{"lrcpc2", FEAT_LRCPC2, ID_ISAR1, 20, 2}, {"frintts", FEAT_FRINTTS, ID_ISAR1, 32, 1}, {"sb", FEAT_SB, ID_ISAR1, 36, 1},
	{"specres", FEAT_SPECRES, ID_ISAR1, 40, 1}, {"bf16", FEAT_BF16, ID_ISAR1, 44, 1}, {"i8mm", FEAT_I8MM, ID_ISAR1, 52, 1},
	{"aa32el0", FEAT_AA32EL0, ID_PFR0, 0, 2}, {"aa32el1", FEAT_AA32EL1, ID_PFR0, 4, 2},
	{"fp16", FEAT_FP16, ID_PFR0, 16, 1}, {"fp16", FEAT_FP16, ID_PFR0, 20, 1}, {"ras", FEAT_RAS, ID_PFR0, 28, 1},
	{"dit", FEAT_DIT, ID_PFR0, 48, 1}, {"csv2", FEAT_CSV2, ID_PFR0, 56, 1}, {"csv3", FEAT_CSV3, ID_PFR0, 60, 1},
	{"bti", FEAT_BTI, ID_PFR1, 0, 1}, {"ssbs", FEAT_SSBS, ID_PFR1, 4, 2},
	{"hafdbs", FEAT_HAFDBS, ID_MMFR1, 0, 2}, {"vmid16", FEAT_VMID16, ID_MMFR1, 4, 2}, {"vhe", FEAT_VHE, ID_MMFR1, 8, 1},
	{"hpds", FEAT_HPDS, ID_MMFR1, 12, 1}, {"lor", FEAT_LOR, ID_MMFR1, 16, 1}, {"pan", FEAT_PAN, ID_MMFR1, 20, 1},
	{"pan2", FEAT_PAN2, ID_MMFR1, 20, 2}, {"xnx", FEAT_XNX, ID_MMFR1, 28, 1},
	{"cnp", FEAT_TTCNP, ID_MMFR2, 0, 1}, {"uao", FEAT_UAO, ID_MMFR2, 4, 1}, {"iesb", FEAT_IESB, ID_MMFR2, 12, 1},
	{"ttst", FEAT_TTST, ID_MMFR2, 28, 1}, {"lse2", FEAT_LSE2, ID_MMFR2, 32, 1}, {"bbm", FEAT_BBM, ID_MMFR2, 52, 2},
	{"e0pd", FEAT_E0PD, ID_MMFR2, 60, 1}, {"pmu", FEAT_PMUv3, ID_DFR0, 8, 1},
};

/* ---- what each model has ------------------------------------------------------------------------- */

#define V8 FEAT_CRC32, FEAT_AES, FEAT_PMULL, FEAT_SHA1, FEAT_SHA256, FEAT_PMUv3
#define V8_2 \
	V8, FEAT_LSE, FEAT_RDM, FEAT_PAN, FEAT_PAN2, FEAT_LOR, FEAT_HPDS, FEAT_VMID16, FEAT_HAFDBS, FEAT_UAO, \
	FEAT_DPB, FEAT_FP16, FEAT_RAS, FEAT_IESB, FEAT_TTCNP, FEAT_XNX, FEAT_DotProd, FEAT_LRCPC, FEAT_SSBS, \
	FEAT_CSV2, FEAT_CSV3

static const u8 armv8[] = {V8, FEAT_NONE};
static const u8 n1[] = {V8_2, FEAT_NONE};
static const u8 max[] = {
	V8_2, FEAT_DPB2, FEAT_FlagM, FEAT_FlagM2, FEAT_LRCPC2, FEAT_FHM, FEAT_SHA512, FEAT_SHA3, FEAT_SM3, FEAT_SM4,
	FEAT_BTI, FEAT_PAuth, FEAT_PACQARMA5, FEAT_JSCVT, FEAT_FCMA, FEAT_FRINTTS, FEAT_RNG, FEAT_LSE2, FEAT_SB,
	FEAT_DIT, FEAT_I8MM, FEAT_TTST, FEAT_BBM, FEAT_E0PD, FEAT_SPECRES, FEAT_NONE,
};

/* What AArch32's ID registers say is nearly the same for all. */
#define ID_AARCH32 \
	[ID_A32_MMFR1] = 0x40000000, [ID_A32_MMFR2] = 0x01260000, [ID_A32_ISAR0] = 0x02101110, \
	[ID_A32_ISAR1] = 0x13112111, [ID_A32_ISAR2] = 0x21232042, [ID_A32_ISAR3] = 0x01112131, \
	[ID_A32_MVFR0] = 0x10110222, [ID_A32_MVFR2] = 0x43
#define ID_AARCH32_V8 ID_AARCH32, \
	[ID_A32_PFR0] = 0x131, [ID_A32_PFR1] = 0x10001, [ID_A32_DFR0] = 0x03010006, [ID_A32_MMFR3] = 0x02102211, \
	[ID_A32_ISAR4] = 0x00011142, [ID_A32_ISAR5] = 0x00011121, [ID_A32_MVFR1] = 0x12111111
#define ID_AARCH32_V8_2 ID_AARCH32, \
	[ID_A32_PFR0] = 0x10010131, [ID_A32_PFR1] = 0x10000, [ID_A32_PFR2] = 0x11, [ID_A32_DFR0] = 0x04010008, \
	[ID_A32_MMFR0] = 0x10201105, [ID_A32_MMFR3] = 0x02122211, [ID_A32_MMFR4] = 0x00021110, \
	[ID_A32_ISAR4] = 0x00010142, [ID_A32_ISAR5] = 0x01011121, [ID_A32_ISAR6] = 0x10, [ID_A32_MVFR1] = 0x13211111

static const struct arm_model models[] = {
	{
		"max", "everything that is implemented", 6, 4, 6, 0, 0x4101, max, {
			ID_AARCH32_V8_2,
			[ID_MIDR] = 0x000f0510, [ID_CTR] = 0xb444c004, [ID_DCZID] = 4,
			[ID_PFR0] = 0x11, [ID_DFR0] = 0x10305408, [ID_MMFR0] = 0x00101125,
			[ID_CLIDR] = 0x02000023, [ID_CCSIDR_L1D] = 0x701fe00a, [ID_CCSIDR_L1I] = 0x201fe012,
			[ID_CCSIDR_L2] = 0x70ffe07a,
		},
	},
	{
		"cortex-a53", "Cortex-A53 r0p4", 6, 4, 6, IMPDEF_A53, 0x4103, armv8, {
			ID_AARCH32_V8,
			[ID_MIDR] = 0x410fd034, [ID_CTR] = 0x84448004, [ID_DCZID] = 4,
			[ID_PFR0] = 0x11, [ID_DFR0] = 0x10305106, [ID_MMFR0] = 0x00001122, [ID_A32_MMFR0] = 0x10101105,
			[ID_CLIDR] = 0x0a200023, [ID_CCSIDR_L1D] = 0x700fe01a, [ID_CCSIDR_L1I] = 0x201fe00a,
			[ID_CCSIDR_L2] = 0x707fe07a,
		},
	},
	{
		"cortex-a72", "Cortex-A72 r0p3", 6, 4, 6, IMPDEF_A72, 0x4102, armv8, {
			ID_AARCH32_V8,
			[ID_MIDR] = 0x410fd083, [ID_CTR] = 0x8444c004, [ID_DCZID] = 4,
			[ID_PFR0] = 0x11, [ID_DFR0] = 0x10305106, [ID_MMFR0] = 0x00001124, [ID_A32_MMFR0] = 0x10201105,
			[ID_CLIDR] = 0x0a200023, [ID_CCSIDR_L1D] = 0x701fe00a, [ID_CCSIDR_L1I] = 0x201fe012,
			[ID_CCSIDR_L2] = 0x707fe07a,
		},
	},
	{
		"neoverse-n1", "Neoverse N1 r4p1", 6, 4, 6, IMPDEF_N1, 0x410c, n1, {
			ID_AARCH32_V8_2,
			[ID_MIDR] = 0x414fd0c1, [ID_CTR] = 0x8444c004, [ID_DCZID] = 4,
			[ID_PFR0] = 0x11, [ID_DFR0] = 0x10305408, [ID_MMFR0] = 0x00101125, [ID_MMFR1] = 0x00002000,
			[ID_CLIDR] = 0x82000023, [ID_CCSIDR_L1D] = 0x701fe01a, [ID_CCSIDR_L1I] = 0x201fe01a,
			[ID_CCSIDR_L2] = 0x70ffe03a,
		},
	},
};

void arm_list_models(FILE *out)
{
	for (unsigned k = 0; k < countof(models); k++)
		fprintf(out, "%-16s %s\n", models[k].name, models[k].about);
}

/* ---- choosing ------------------------------------------------------------------------------------ */

static void set_feature(struct arm *c, unsigned feature, bool on)
{
	u64 mask = BIT(feature % 64);

	c->features[feature / 64] = (c->features[feature / 64] & ~mask) | (on ? mask : 0);
}

static bool word_is(const char *word, size_t n, const char *name)
{
	return strlen(name) == n && memcmp(word, name, n) == 0;
}

static bool is_implemented(unsigned feature)
{
	const u8 *p = max;

	while (*p != FEAT_NONE && *p != feature)
		p++;
	return *p != FEAT_NONE || feature == FEAT_PACIMP;
}

/* One algorithm at a time, and none without FEAT_PAuth. */
static void settle_pauth(struct arm *c, unsigned changed)
{
	bool imp = arm_has(c, FEAT_PACIMP), any = arm_has(c, FEAT_PAuth);

	if (changed == FEAT_PACQARMA5)
		imp = !arm_has(c, FEAT_PACQARMA5);
	set_feature(c, FEAT_PACIMP, any && imp);
	set_feature(c, FEAT_PACQARMA5, any && !imp);
}

static bool change_feature(struct arm *c, const char *word, size_t n, struct err *err)
{
	const char *eq = memchr(word, '=', n), *name = word;
	size_t len = eq ? (size_t)(eq - word) : n - 1;
	bool on = *word == '+';

	if (eq && word_is(eq + 1, n - len - 1, "on"))
		on = true;
	else if (eq ? !word_is(eq + 1, n - len - 1, "off") : *word != '+' && *word != '-')
		return err_set(err, "-cpu: \"%.*s\" should be +NAME, -NAME, NAME=on or NAME=off", (int)n, word);
	name += !eq;
	for (unsigned k = 0; k < countof(features); k++) {
		const struct feature *f = &features[k];

		if (!word_is(name, len, f->name))
			continue;
		if (on && !is_implemented(f->feature))
			return err_set(err, "-cpu: feature %s is not implemented", f->name);
		set_feature(c, f->feature, on);
		settle_pauth(c, f->feature);
		return true;
	}
	return err_set(err, "-cpu: no feature \"%.*s\"", (int)len, name);
}

bool arm_model_set(struct arm *c, const char *spec, struct err *err)
{
	size_t n;

	spec = spec ? spec : models[0].name;
	n = strcspn(spec, ",");
	c->model = NULL;
	for (unsigned k = 0; k < countof(models); k++) {
		if (word_is(spec, n, models[k].name))
			c->model = &models[k];
	}
	if (!c->model)
		return err_set(err, "-cpu: no processor model \"%.*s\"; -cpu help lists them", (int)n, spec);
	c->features[0] = c->features[1] = 0;
	for (const u8 *f = c->model->features; *f != FEAT_NONE; f++)
		set_feature(c, *f, true);
	for (spec += n; *spec; spec += n) {
		spec++;
		n = strcspn(spec, ",");
		if (!change_feature(c, spec, n, err))
			return false;
	}
	return true;
}

/* ---- ID registers -------------------------------------------------------------------------------- */

static void raise_field(u64 *v, unsigned shift, u64 value)
{
	if (bits(*v, shift, 4) < value)
		*v = (*v & ~(15ull << shift)) | value << shift;
}

u64 arm_id(const struct arm *c, enum arm_id n)
{
	u64 v = c->model->id[n];

	for (unsigned k = 0; k < countof(features); k++) {
		if (features[k].id == n && arm_has(c, features[k].feature))
			raise_field(&v, features[k].shift, features[k].value);
	}
	if (n == ID_PFR0) {
		raise_field(&v, 8, c->vhost);
		raise_field(&v, 12, c->secure);
		raise_field(&v, 24, c->bus.icc_read != NULL);
	}
	if (n == ID_DFR0 && !arm_has(c, FEAT_PMUv3))
		v &= ~(15ull << 8);
	return v;
}

unsigned arm_model_breakpoints(const struct arm *c)
{
	return c->model->breakpoints;
}

unsigned arm_model_watchpoints(const struct arm *c)
{
	return c->model->watchpoints;
}

unsigned arm_model_counters(const struct arm *c)
{
	return c->model->counters;
}

unsigned arm_model_impdef(const struct arm *c)
{
	return c->model->impdef;
}

u32 arm_model_pmcr(const struct arm *c)
{
	return (u32)c->model->pmu << 16 | (u32)c->model->counters << 11;
}
