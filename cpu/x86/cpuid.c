/* SPDX-License-Identifier: MIT */
/* Processor models as data: which features a model has, where CPUID shows each one, and the leaves that hold numbers.
 * A feature is announced only if it is implemented. Intel SDM vol. 2, CPUID; AMD APM vol. 3, appendix E. */
#include "cpu/x86/sys.h"

struct x86_model {
	const char *name, *vendor, *brand;
	u32 signature; /* CPUID.1:EAX */
	u32 max_basic, max_extended;
	bool amd; /* where the two vendors' documented behaviour differs, AMD's */
	const u8 *features; /* ends with FEAT_NONE */
};

_Static_assert(FEAT_COUNT <= 128, "struct x86.features has two words");

enum { EAX, EBX, ECX, EDX };

struct feature {
	u8 feature;
	const char *name; /* as in -cpu and /proc/cpuinfo */
	u32 leaf;
	u8 reg, bit;
};

static const struct feature features[] = {
	{FEAT_FPU, "fpu", 1, EDX, 0}, {FEAT_VME, "vme", 1, EDX, 1}, {FEAT_DE, "de", 1, EDX, 2},
	{FEAT_PSE, "pse", 1, EDX, 3}, {FEAT_TSC, "tsc", 1, EDX, 4}, {FEAT_MSR, "msr", 1, EDX, 5},
	{FEAT_PAE, "pae", 1, EDX, 6}, {FEAT_MCE, "mce", 1, EDX, 7}, {FEAT_CX8, "cx8", 1, EDX, 8},
	{FEAT_APIC, "apic", 1, EDX, 9}, {FEAT_SEP, "sep", 1, EDX, 11}, {FEAT_MTRR, "mtrr", 1, EDX, 12},
	{FEAT_PGE, "pge", 1, EDX, 13}, {FEAT_MCA, "mca", 1, EDX, 14}, {FEAT_CMOV, "cmov", 1, EDX, 15},
	{FEAT_PAT, "pat", 1, EDX, 16}, {FEAT_PSE36, "pse36", 1, EDX, 17}, {FEAT_CLFSH, "clflush", 1, EDX, 19},
	{FEAT_MMX, "mmx", 1, EDX, 23}, {FEAT_FXSR, "fxsr", 1, EDX, 24}, {FEAT_SSE, "sse", 1, EDX, 25},
	{FEAT_SSE2, "sse2", 1, EDX, 26}, {FEAT_SS, "ss", 1, EDX, 27},
	{FEAT_SSE3, "pni", 1, ECX, 0}, {FEAT_SSE3, "sse3", 1, ECX, 0}, {FEAT_MONITOR, "monitor", 1, ECX, 3},
	{FEAT_SSSE3, "ssse3", 1, ECX, 9}, {FEAT_CX16, "cx16", 1, ECX, 13}, {FEAT_PCID, "pcid", 1, ECX, 17},
	{FEAT_SSE41, "sse4.1", 1, ECX, 19}, {FEAT_SSE41, "sse4_1", 1, ECX, 19}, {FEAT_SSE42, "sse4.2", 1, ECX, 20},
	{FEAT_SSE42, "sse4_2", 1, ECX, 20}, {FEAT_X2APIC, "x2apic", 1, ECX, 21}, {FEAT_MOVBE, "movbe", 1, ECX, 22},
	{FEAT_POPCNT, "popcnt", 1, ECX, 23}, {FEAT_TSC_DEADLINE, "tsc-deadline", 1, ECX, 24},
	{FEAT_PCLMUL, "pclmulqdq", 1, ECX, 1}, {FEAT_AES, "aes", 1, ECX, 25},
	{FEAT_XSAVE, "xsave", 1, ECX, 26},
	{FEAT_SHA, "sha-ni", 7, EBX, 29},
	{FEAT_FSGSBASE, "fsgsbase", 7, EBX, 0}, {FEAT_TSC_ADJUST, "tsc-adjust", 7, EBX, 1}, {FEAT_SMEP, "smep", 7, EBX, 7},
	{FEAT_ERMS, "erms", 7, EBX, 9}, {FEAT_INVPCID, "invpcid", 7, EBX, 10}, {FEAT_SMAP, "smap", 7, EBX, 20},
	{FEAT_CLFLUSHOPT, "clflushopt", 7, EBX, 23}, {FEAT_CLWB, "clwb", 7, EBX, 24},
	{FEAT_UMIP, "umip", 7, ECX, 2}, {FEAT_RDPID, "rdpid", 7, ECX, 22}, {FEAT_FSRM, "fsrm", 7, EDX, 4},
	{FEAT_ARCH_CAPS, "arch-capabilities", 7, EDX, 29},
	{FEAT_XSAVEOPT, "xsaveopt", 0xd, EAX, 0},
	{FEAT_LAHF64, "lahf-lm", 0x80000001, ECX, 0}, {FEAT_PREFETCHW, "3dnowprefetch", 0x80000001, ECX, 8},
	{FEAT_SYSCALL, "syscall", 0x80000001, EDX, 11}, {FEAT_NX, "nx", 0x80000001, EDX, 20},
	{FEAT_PDPE1GB, "pdpe1gb", 0x80000001, EDX, 26}, {FEAT_RDTSCP, "rdtscp", 0x80000001, EDX, 27},
	{FEAT_LM, "lm", 0x80000001, EDX, 29},
	{FEAT_INVTSC, "invtsc", 0x80000007, EDX, 8},
};

#define PENTIUM3 \
	FEAT_FPU, FEAT_VME, FEAT_DE, FEAT_PSE, FEAT_TSC, FEAT_MSR, FEAT_PAE, FEAT_MCE, FEAT_CX8, FEAT_APIC, FEAT_SEP, \
	FEAT_MTRR, FEAT_PGE, FEAT_MCA, FEAT_CMOV, FEAT_PAT, FEAT_PSE36, FEAT_MMX, FEAT_FXSR, FEAT_SSE
#define K8 PENTIUM3, FEAT_CLFSH, FEAT_SSE2, FEAT_SSE3, FEAT_CX16, FEAT_LAHF64, FEAT_SYSCALL, FEAT_NX, FEAT_LM

static const u8 qemu32[] = { PENTIUM3, FEAT_SSE2, FEAT_SSE3, FEAT_NONE };
static const u8 qemu64[] = { K8, FEAT_NONE };
static const u8 max[] = {
	K8, FEAT_SS, FEAT_MONITOR, FEAT_SSSE3, FEAT_PCID, FEAT_SSE41, FEAT_SSE42, FEAT_X2APIC, FEAT_MOVBE,
	FEAT_POPCNT, FEAT_TSC_DEADLINE, FEAT_XSAVE, FEAT_FSGSBASE, FEAT_TSC_ADJUST, FEAT_SMEP, FEAT_ERMS,
	FEAT_INVPCID, FEAT_SMAP, FEAT_UMIP, FEAT_RDPID, FEAT_FSRM, FEAT_ARCH_CAPS, FEAT_XSAVEOPT,
	FEAT_PREFETCHW, FEAT_PDPE1GB, FEAT_RDTSCP, FEAT_CLFLUSHOPT, FEAT_CLWB, FEAT_INVTSC,
	FEAT_AES, FEAT_PCLMUL, FEAT_SHA, FEAT_NONE,
};

/* Signatures: `max` says Atom (06_1C), Intel's 64-bit processor without speculation: systems leave out the costly
 * work-arounds for what speculating processors leak. The others are those that QEMU's guests know. */
static const struct x86_model models[] = {
	{"max", "GenuineIntel", "Orrery virtual CPU", 0x000106ca, 0x16, 0x80000008, false, max},
	{"qemu64", "AuthenticAMD", "Orrery virtual CPU 64-bit", 0x00060fb1, 0xd, 0x8000000a, true, qemu64},
	{"qemu32", "GenuineIntel", "Orrery virtual CPU 32-bit", 0x00000663, 4, 0x80000004, false, qemu32},
};

bool x86_has(const struct x86 *c, unsigned feature)
{
	return feature == FEAT_NONE || (c->features[feature >> 6] >> (feature & 63) & 1);
}

const char *x86_feature_name(unsigned feature)
{
	for (unsigned k = 0; k < countof(features); k++) {
		if (features[k].feature == feature)
			return features[k].name;
	}
	return NULL;
}

static void set_feature(struct x86 *c, unsigned feature, bool on)
{
	u64 mask = 1ull << (feature & 63);

	c->features[feature >> 6] = (c->features[feature >> 6] & ~mask) | (on ? mask : 0);
}

u32 x86_model_signature(const struct x86_model *m)
{
	return m->signature;
}

bool x86_model_is_amd(const struct x86 *c)
{
	return c->model->amd;
}

/* ---- choosing ------------------------------------------------------------------------------------ */

static bool word_is(const char *word, size_t n, const char *name)
{
	return strlen(name) == n && memcmp(word, name, n) == 0;
}

static bool change_feature(struct x86 *c, const char *word, size_t n, struct err *err)
{
	bool on = *word == '+';

	if (*word != '+' && *word != '-')
		return err_set(err, "-cpu: \"%.*s\" must begin with + or -", (int)n, word);
	for (unsigned k = 0; k < countof(features); k++) {
		const struct feature *f = &features[k];
		const u8 *p = max;

		if (!word_is(word + 1, n - 1, f->name))
			continue;
		while (*p != FEAT_NONE && *p != f->feature)
			p++;
		if (on && *p == FEAT_NONE)
			return err_set(err, "-cpu: feature %s is not implemented", f->name);
		set_feature(c, f->feature, on);
		return true;
	}
	return err_set(err, "-cpu: no feature \"%.*s\"", (int)n - 1, word + 1);
}

bool x86_model_set(struct x86 *c, const char *spec, struct err *err)
{
	size_t n;

	spec = spec ? spec : models[0].name;
	n = strcspn(spec, ",");
	for (unsigned k = 0; k < countof(models); k++) {
		if (word_is(spec, n, models[k].name))
			c->model = &models[k];
	}
	if (!c->model)
		return err_set(err, "-cpu: no processor model \"%.*s\" (there are max, qemu64, qemu32)", (int)n, spec);
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

/* ---- leaves -------------------------------------------------------------------------------------- */

static u32 feature_bits(const struct x86 *c, u32 leaf, unsigned reg)
{
	u32 v = 0;

	for (unsigned k = 0; k < countof(features); k++) {
		const struct feature *f = &features[k];

		if (f->leaf == leaf && f->reg == reg && x86_has(c, f->feature))
			v |= 1u << f->bit;
	}
	return v;
}

/* Deterministic cache parameters: 32 KiB + 32 KiB, 256 KiB, 8 MiB, lines of 64 bytes. */
static void leaf_caches(u32 subleaf, u32 out[4])
{
	static const struct {
		u32 type, level, ways, sets;
	} cache[] = { {1, 1, 8, 64}, {2, 1, 4, 128}, {3, 2, 8, 512}, {3, 3, 16, 8192} };

	if (subleaf >= countof(cache))
		return;
	out[EAX] = cache[subleaf].type | cache[subleaf].level << 5 | 1 << 8;
	out[EBX] = 63 | (cache[subleaf].ways - 1) << 22;
	out[ECX] = cache[subleaf].sets - 1;
}

static void leaf_topology(u32 subleaf, u32 out[4])
{
	out[ECX] = (subleaf & 0xff) | (subleaf < 2 ? (subleaf + 1) << 8 : 0);
	out[EBX] = subleaf < 2;
}

/* SDM vol. 1, 13.2: x87 and SSE only, so the size never depends on XCR0. */
static void leaf_xsave(const struct x86 *c, u32 subleaf, u32 out[4])
{
	if (!x86_has(c, FEAT_XSAVE))
		return;
	if (subleaf == 0) {
		out[EAX] = 3;
		out[EBX] = out[ECX] = 576;
	} else if (subleaf == 1) {
		out[EAX] = feature_bits(c, 0xd, EAX);
	}
}

static void leaf_brand(const struct x86 *c, u32 part, u32 out[4])
{
	char text[48] = {0};
	size_t n = strlen(c->model->brand);

	memcpy(text, c->model->brand, n);
	for (unsigned k = 0; k < 4; k++)
		out[k] = load_le32(text + part * 16 + k * 4);
}

/* SDM vol. 3, 10.4.3: a disabled APIC does not show. */
static bool apic_enabled(const struct x86 *c)
{
	u64 base = c->apic_base;

	return (c->bus.msr_read && !c->bus.msr_read(c->bus.arg, 0x1b, &base)) || (base >> 11 & 1);
}

static void leaf_basic(const struct x86 *c, u32 leaf, u32 subleaf, u32 out[4])
{
	switch (leaf) {
	case 0:
		out[EAX] = c->model->max_basic;
		out[EBX] = load_le32(c->model->vendor);
		out[EDX] = load_le32(c->model->vendor + 4);
		out[ECX] = load_le32(c->model->vendor + 8);
		break;
	case 1:
		out[EAX] = c->model->signature;
		out[EBX] = 1 << 16 | 8 << 8;
		out[ECX] = feature_bits(c, 1, ECX) | (c->cr4 & CR4_OSXSAVE ? 1u << 27 : 0);
		out[EDX] = feature_bits(c, 1, EDX) & ~(apic_enabled(c) ? 0 : 1u << 9);
		break;
	case 2: /* "see leaf 4", 64- and 128-entry TLBs */
		out[EAX] = 0x03b0ff01;
		break;
	case 4:
		leaf_caches(subleaf, out);
		break;
	case 5: /* lines of 64 bytes; interrupts end MWAIT even when masked; no deeper states */
		if (x86_has(c, FEAT_MONITOR)) {
			out[EAX] = out[EBX] = 64;
			out[ECX] = 3;
		}
		break;
	case 6: /* the APIC timer never stops */
		out[EAX] = 4;
		break;
	case 7:
		for (unsigned reg = EBX; subleaf == 0 && reg <= EDX; reg++)
			out[reg] = feature_bits(c, 7, reg);
		break;
	case 0xb:
		leaf_topology(subleaf, out);
		break;
	case 0xd:
		leaf_xsave(c, subleaf, out);
		break;
	case 0x15: /* the TSC and its crystal count nanoseconds */
		out[EAX] = out[EBX] = 1;
		out[ECX] = 1000000000;
		break;
	case 0x16:
		out[EAX] = out[EBX] = 1000;
		out[ECX] = 100;
		break;
	}
}

static void leaf_extended(const struct x86 *c, u32 leaf, u32 out[4])
{
	switch (leaf) {
	case 0x80000000:
		out[EAX] = c->model->max_extended;
		if (c->model->amd) {
			out[EBX] = load_le32(c->model->vendor);
			out[EDX] = load_le32(c->model->vendor + 4);
			out[ECX] = load_le32(c->model->vendor + 8);
		}
		break;
	case 0x80000001:
		out[ECX] = feature_bits(c, leaf, ECX);
		out[EDX] = feature_bits(c, leaf, EDX);
		if (c->model->amd) { /* EDX repeats the common part of leaf 1 (APM vol. 3, E.4.2) */
			out[EAX] = c->model->signature;
			out[EDX] |= feature_bits(c, 1, EDX) & 0x0183f3ff;
		} else if (!c->in64) { /* SDM: SYSCALL shows in 64-bit mode only */
			out[EDX] &= ~(1u << 11);
		}
		break;
	case 0x80000002:
	case 0x80000003:
	case 0x80000004:
		leaf_brand(c, leaf - 0x80000002, out);
		break;
	case 0x80000006:
		out[ECX] = 256 << 16 | 6 << 12 | 64;
		break;
	case 0x80000007:
		out[EDX] = feature_bits(c, leaf, EDX);
		break;
	case 0x80000008:
		out[EAX] = X86_PHYS_BITS | 48 << 8;
		break;
	}
}

void x86_cpuid(struct x86 *c, u32 leaf, u32 subleaf, u32 out[4])
{
	memset(out, 0, 4 * sizeof(*out));
	if (leaf >= 0x80000000 && leaf <= c->model->max_extended) {
		leaf_extended(c, leaf, out);
		return;
	}
	if (leaf > c->model->max_basic) {
		if (c->model->amd)
			return;
		leaf = c->model->max_basic; /* SDM: beyond the last leaf, the last basic one answers */
	}
	leaf_basic(c, leaf, subleaf, out);
}

void x86_list_models(FILE *out)
{
	for (unsigned k = 0; k < countof(models); k++)
		fprintf(out, "%-10s %s, %s\n", models[k].name, models[k].brand, models[k].vendor);
}
