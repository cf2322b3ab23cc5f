/* SPDX-License-Identifier: MIT */
/* The performance monitors, PMUv3: a cycle counter and event counters, all computed from the instruction count when
 * somebody looks: an instruction is a cycle. Events: SW_INCR, INST_RETIRED, CPU_CYCLES, CHAIN. Arm ARM D12, D17.5. */
#include "cpu/arm/sysreg.h"

#define PMCR_E  BIT(0)
#define PMCR_P  BIT(1)
#define PMCR_C  BIT(2)
#define PMCR_LC BIT(6)
#define CYCLES  31 /* the cycle counter's bit in the bit sets */

enum { EVENT_SW_INCR = 0x00, EVENT_INST_RETIRED = 0x08, EVENT_CPU_CYCLES = 0x11, EVENT_CHAIN = 0x1e };
#define COMMON_EVENTS (1u << EVENT_SW_INCR | 1u << EVENT_INST_RETIRED | 1u << EVENT_CPU_CYCLES | 1u << EVENT_CHAIN)

#define TYPE_MASK 0xfe00ffffull /* P U NSK NSU NSH M MT, event */
#define EVENT_MASK 0xffffull

/* ---- counting ------------------------------------------------------------------------------------ */

static unsigned hpmn(const struct arm *c)
{
	unsigned n = arm_model_counters(c), m = (unsigned)(c->sys.mdcr[2] & 31);

	return arm_el2_enabled(c) && m < n ? m : n;
}

/* Those that the present level sees (D12.6: EL2 may keep some for itself). */
static u64 visible(const struct arm *c)
{
	return BIT(CYCLES) | mask_low(c->el < 2 ? hpmn(c) : arm_model_counters(c));
}

/* Filters of PMEVTYPER and PMCCFILTR (D17.5.8). */
static bool counts_at(const struct arm *c, u64 type)
{
	switch (c->el) {
	case 0: return bit(type, 30) == (c->secure && !arm_is_secure(c) && bit(type, 28));
	case 1: return bit(type, 31) == (c->secure && !arm_is_secure(c) && bit(type, 29));
	case 2: return bit(type, 27);
	default: return bit(type, 31) == bit(type, 26);
	}
}

static bool is_enabled(const struct arm *c, unsigned n)
{
	bool own = n == CYCLES || n < hpmn(c);

	return bit(c->sys.pmcnten, n) && (own ? c->sys.pmcr & PMCR_E : c->sys.mdcr[2] & MDCR_HPME);
}

static u64 type_of(const struct arm *c, unsigned n)
{
	return n == CYCLES ? c->sys.pmccfiltr : c->sys.pmevtyper[n];
}

/* Does it count instructions now? */
static bool runs(const struct arm *c, unsigned n)
{
	u64 event = type_of(c, n) & EVENT_MASK;

	return is_enabled(c, n) && counts_at(c, type_of(c, n)) &&
	       (n == CYCLES || event == EVENT_INST_RETIRED || event == EVENT_CPU_CYCLES);
}

static u64 *counter(struct arm *c, unsigned n)
{
	return n == CYCLES ? &c->sys.pmccntr : &c->sys.pmevcntr[n];
}

/* What it wraps at, for the overflow flag. */
static u64 width(const struct arm *c, unsigned n)
{
	return n == CYCLES && (c->sys.pmcr & PMCR_LC) ? ~0ull : 0xffffffff;
}

static void add(struct arm *c, unsigned n, u64 by)
{
	u64 *v = counter(c, n), mask = width(c, n), before = *v & mask;
	bool wrapped = by > mask - before;

	*v += by;
	if (n != CYCLES)
		*v &= mask;
	if (!wrapped)
		return;
	c->sys.pmovs |= BIT(n);
	n++;
	if (n < arm_model_counters(c) && (n & 1) && (type_of(c, n) & EVENT_MASK) == EVENT_CHAIN && is_enabled(c, n))
		add(c, n, 1);
}

static void count(struct arm *c, unsigned n, u64 now)
{
	u64 *at = n == CYCLES ? &c->sys.pmccntr_at : &c->sys.pmevcntr_at[n];

	if (runs(c, n))
		add(c, n, now - *at);
	*at = now;
}

void arm_pmu_sync(struct arm *c)
{
	u64 now = cpu_icount_now(&c->cpu);

	for (unsigned n = 0; n < arm_model_counters(c); n++)
		count(c, n, now);
	count(c, CYCLES, now);
}

/* ---- interrupts ---------------------------------------------------------------------------------- */

static u64 next_overflow(struct arm *c)
{
	u64 soonest = ~0ull;

	for (unsigned n = 0; n <= CYCLES; n++) {
		bool exists = n == CYCLES || n < arm_model_counters(c);

		if (exists && runs(c, n))
			soonest = min_u64(soonest, width(c, n) - (*counter(c, n) & width(c, n)));
	}
	return soonest > BIT(62) ? ~0ull : cpu_icount_now(&c->cpu) + soonest + 1;
}

/* After any change, everything counted up to now. */
static void settle(struct arm *c)
{
	c->pmu_filters = c->sys.pmcnten && ((c->sys.pmcr & PMCR_E) || (c->sys.mdcr[2] & MDCR_HPME));
	if (c->bus.pmu_irq)
		c->bus.pmu_irq(c->bus.arg, (c->sys.pmovs & c->sys.pminten) != 0);
	if (c->bus.pmu_at)
		c->bus.pmu_at(c->bus.arg, c->pmu_filters && c->sys.pminten ? next_overflow(c) : ~0ull);
}

void arm_pmu_overflow(struct arm *c)
{
	arm_pmu_sync(c);
	settle(c);
}

void arm_pmu_changed(struct arm *c)
{
	c->pmu_filters = c->sys.pmcnten && ((c->sys.pmcr & PMCR_E) || (c->sys.mdcr[2] & MDCR_HPME));
}

/* ---- registers ----------------------------------------------------------------------------------- */

static u64 read_pmcr(struct arm *c, const struct sysreg *r)
{
	u64 n = c->el < 2 ? hpmn(c) : arm_model_counters(c);

	(void)r;
	return (arm_model_pmcr(c) & ~(31ull << 11)) | n << 11 | c->sys.pmcr;
}

static void write_pmcr(struct arm *c, const struct sysreg *r, u64 v)
{
	(void)r;
	arm_pmu_sync(c);
	if (v & PMCR_C)
		c->sys.pmccntr = 0;
	for (unsigned n = 0; (v & PMCR_P) && n < (c->el < 2 ? hpmn(c) : arm_model_counters(c)); n++)
		c->sys.pmevcntr[n] = 0;
	c->sys.pmcr = v & 0x79;
	settle(c);
}

/* Bit sets with a register to set and one to clear: PMCNTEN PMINTEN PMOVS */
static u64 read_set(struct arm *c, const struct sysreg *r)
{
	arm_pmu_sync(c);
	return sysreg_stored(c, r) & visible(c);
}

static void write_set(struct arm *c, const struct sysreg *r, u64 v)
{
	arm_pmu_sync(c);
	sysreg_store(c, r, sysreg_stored(c, r) | (v & visible(c)));
	settle(c);
}

static void write_clear(struct arm *c, const struct sysreg *r, u64 v)
{
	arm_pmu_sync(c);
	sysreg_store(c, r, sysreg_stored(c, r) & ~(v & visible(c)));
	settle(c);
}

static void write_swinc(struct arm *c, const struct sysreg *r, u64 v)
{
	(void)r;
	arm_pmu_sync(c);
	for (unsigned n = 0; n < arm_model_counters(c); n++) {
		if (bit(v & visible(c), n) && is_enabled(c, n) && (type_of(c, n) & EVENT_MASK) == EVENT_SW_INCR &&
			counts_at(c, type_of(c, n)))
			add(c, n, 1);
	}
	settle(c);
}

static u64 read_common_events(struct arm *c, const struct sysreg *r)
{
	(void)c, (void)r;
	return COMMON_EVENTS;
}

static u64 read_zero(struct arm *c, const struct sysreg *r)
{
	(void)c, (void)r;
	return 0;
}

static u64 read_cycles(struct arm *c, const struct sysreg *r)
{
	(void)r;
	arm_pmu_sync(c);
	return c->sys.pmccntr;
}

static void write_cycles(struct arm *c, const struct sysreg *r, u64 v)
{
	(void)r;
	arm_pmu_sync(c);
	c->sys.pmccntr = v;
	settle(c);
}

static void write_filter(struct arm *c, const struct sysreg *r, u64 v)
{
	arm_pmu_sync(c);
	sysreg_store(c, r, v & r->mask);
	settle(c);
}

/* A counter that the present level does not see: reads 0, ignores writes. */
static bool shown(const struct arm *c, unsigned n)
{
	return n < arm_model_counters(c) && bit(visible(c), n);
}

static u64 read_counter(struct arm *c, const struct sysreg *r)
{
	arm_pmu_sync(c);
	return shown(c, r->arg) ? c->sys.pmevcntr[r->arg] : 0;
}

static void write_counter_n(struct arm *c, unsigned n, u64 v)
{
	arm_pmu_sync(c);
	if (shown(c, n))
		c->sys.pmevcntr[n] = (u32)v;
	settle(c);
}

static void write_counter(struct arm *c, const struct sysreg *r, u64 v)
{
	write_counter_n(c, r->arg, v);
}

static void write_type_n(struct arm *c, unsigned n, u64 v)
{
	arm_pmu_sync(c);
	if (shown(c, n))
		c->sys.pmevtyper[n] = v & TYPE_MASK;
	settle(c);
}

static void write_type(struct arm *c, const struct sysreg *r, u64 v)
{
	write_type_n(c, r->arg, v);
}

/* Through PMSELR_EL0 */
static unsigned selected(const struct arm *c)
{
	return (unsigned)(c->sys.pmselr & 31);
}

static u64 read_selected_type(struct arm *c, const struct sysreg *r)
{
	(void)r;
	if (selected(c) == CYCLES)
		return c->sys.pmccfiltr;
	return shown(c, selected(c)) ? c->sys.pmevtyper[selected(c)] : 0;
}

static void write_selected_type(struct arm *c, const struct sysreg *r, u64 v)
{
	(void)r;
	if (selected(c) != CYCLES) {
		write_type_n(c, selected(c), v);
		return;
	}
	arm_pmu_sync(c);
	c->sys.pmccfiltr = v & 0xfc000000;
	settle(c);
}

static u64 read_selected(struct arm *c, const struct sysreg *r)
{
	(void)r;
	arm_pmu_sync(c);
	return shown(c, selected(c)) ? c->sys.pmevcntr[selected(c)] : 0;
}

static void write_selected(struct arm *c, const struct sysreg *r, u64 v)
{
	(void)r;
	write_counter_n(c, selected(c), v);
}

#define PMU(name, op1, crm, op2, re, we, g, ...) \
	{name, SYSREG(3, op1, 9, crm, op2), re, we, .gate = g, .feature = FEAT_PMUv3, __VA_ARGS__}
#define COUNTER(n) \
	{"pmevcntr" #n "_el0", SYSREG(3, 3, 14, 8, n), 0, 0, SYS_AT(pmevcntr[n]), .read = read_counter, \
	 .write = write_counter, .gate = GATE_PMEVENT, .feature = FEAT_PMUv3, .arg = n}, \
	{"pmevtyper" #n "_el0", SYSREG(3, 3, 14, 12, n), 0, 0, SYS_AT(pmevtyper[n]), .write = write_type, \
	 .gate = GATE_PMU, .feature = FEAT_PMUv3, .arg = n}

static const struct sysreg rows[] = {
	PMU("pmcr_el0", 3, 12, 0, 0, 0, GATE_PMCR, SYS_AT(pmcr), .read = read_pmcr, .write = write_pmcr),
	PMU("pmcntenset_el0", 3, 12, 1, 0, 0, GATE_PMU, SYS_AT(pmcnten), .read = read_set, .write = write_set),
	PMU("pmcntenclr_el0", 3, 12, 2, 0, 0, GATE_PMU, SYS_AT(pmcnten), .read = read_set, .write = write_clear),
	PMU("pmovsclr_el0", 3, 12, 3, 0, 0, GATE_PMU, SYS_AT(pmovs), .read = read_set, .write = write_clear),
	PMU("pmovsset_el0", 3, 14, 3, 0, 0, GATE_PMU, SYS_AT(pmovs), .read = read_set, .write = write_set),
	PMU("pmintenset_el1", 0, 14, 1, 1, 1, GATE_PMU, SYS_AT(pminten), .read = read_set, .write = write_set),
	PMU("pmintenclr_el1", 0, 14, 2, 1, 1, GATE_PMU, SYS_AT(pminten), .read = read_set, .write = write_clear),
	PMU("pmswinc_el0", 3, 12, 4, NO_ACCESS, 0, GATE_PMSWINC, .write = write_swinc),
	PMU("pmselr_el0", 3, 12, 5, 0, 0, GATE_PMEVENT, SYS_AT(pmselr), .mask = 31),
	PMU("pmceid0_el0", 3, 12, 6, 0, NO_ACCESS, GATE_PMU, .read = read_common_events),
	PMU("pmceid1_el0", 3, 12, 7, 0, NO_ACCESS, GATE_PMU, .read = read_zero),
	PMU("pmccntr_el0", 3, 13, 0, 0, 0, GATE_PMCYCLE, SYS_AT(pmccntr), .read = read_cycles, .write = write_cycles),
	PMU("pmxevtyper_el0", 3, 13, 1, 0, 0, GATE_PMU, .read = read_selected_type, .write = write_selected_type),
	PMU("pmxevcntr_el0", 3, 13, 2, 0, 0, GATE_PMEVENT, .read = read_selected, .write = write_selected),
	PMU("pmuserenr_el0", 3, 14, 0, 0, 1, GATE_PMUSER, SYS_AT(pmuserenr), .mask = 15),
	{"pmccfiltr_el0", SYSREG(3, 3, 14, 15, 7), 0, 0, SYS_AT(pmccfiltr), .mask = 0xfc000000, .write = write_filter,
	 .gate = GATE_PMU, .feature = FEAT_PMUv3},
	COUNTER(0), COUNTER(1), COUNTER(2), COUNTER(3), COUNTER(4), COUNTER(5),
};

const struct sysreg_table arm_sysreg_pmu = {rows, countof(rows)};
