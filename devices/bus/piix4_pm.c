/* SPDX-License-Identifier: MIT */
/* ACPI power management as in the 82371AB (PIIX4), function 3, which QEMU's PC has beside a PIIX3: datasheet 290562,
 * chapter 7. Power button, PM timer (3.579545 MHz), SCI, soft off, APM command port with its SMI. */
#include "devices/bus/pci.h"
#include "devices/bus/piix3.h"
#include "devices/machine.h"
#include "devices/types.h"

enum { PMBA = 0x40, PMREGMISC = 0x80, DEVACTB = 0x58, PM_SIZE = 64, TIMER_HZ = 3579545 };
enum { APMC_ENABLE = 1 << 25, ACPI_ENABLE = 0xf1, ACPI_DISABLE = 0xf0 };
enum { TMR_STS = 1, PWRBTN_STS = 1 << 8, RTC_STS = 1 << 10, WAK_STS = 1 << 15 };
enum { SCI_EN = 1, SLP_TYP_SHIFT = 10, SLP_EN = 1 << 13, SLP_S5 = 0 };

struct pm {
	struct pci_config config;
	u16 pm1_sts, pm1_en, pm1_cnt;
	u8 apm_cnt, apm_sts;
	u16 gpe_sts, gpe_en;
	u32 glb_ctl;
	struct event overflow;
};

struct pm_links {
	struct pci_func func;
	struct reg_map pm, apm, gpe;
	struct line sci, smi;
};

static const struct state_field rows[] = {
	STATE_SUB(struct pm, config, pci_config_rows), STATE_U(struct pm, pm1_sts), STATE_U(struct pm, pm1_en),
	STATE_U(struct pm, pm1_cnt), STATE_U(struct pm, apm_cnt), STATE_U(struct pm, apm_sts),
	STATE_U(struct pm, gpe_sts),
	STATE_U(struct pm, gpe_en), STATE_U(struct pm, glb_ctl), STATE_SUB(struct pm, overflow, event_rows), STATE_END,
};

static u64 ticks(const struct dev *d)
{
	return clock_muldiv(clock_now(&d->machine->clock), TIMER_HZ, CLOCK_SECOND);
}

/* TMR_STS is set when bit 23 of the 24-bit timer changes. The event exists only while somebody wants to know. */
static void arm_overflow(struct dev *d)
{
	struct pm *s = d->state;

	if ((s->pm1_en & TMR_STS) && !(s->pm1_sts & TMR_STS)) {
		u64 next = (ticks(d) | 0x7fffff) + 1;

		event_at(&s->overflow, clock_muldiv(next, CLOCK_SECOND, TIMER_HZ) + 1);
	} else {
		event_cancel(&s->overflow);
	}
}

static void update(struct dev *d)
{
	struct pm *s = d->state;
	struct pm_links *l = d->links;
	bool pm1 = s->pm1_sts & s->pm1_en & (TMR_STS | PWRBTN_STS | RTC_STS | 1 << 5);

	line_set(&l->sci, (s->pm1_cnt & SCI_EN) && (pm1 || (s->gpe_sts & s->gpe_en)));
	arm_overflow(d);
}

static void on_overflow(void *arg)
{
	struct dev *d = arg;
	struct pm *s = d->state;

	s->pm1_sts |= TMR_STS;
	update(d);
}

static void changed(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index;
	(void)old;
	(void)now;
	update(d);
}

static void cnt_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct pm *s = d->state;

	(void)index;
	(void)old;
	if (now & SLP_EN) {
		s->pm1_cnt &= (u16)~SLP_EN; /* write-only */
		if ((now >> SLP_TYP_SHIFT & 7) == SLP_S5)
			machine_power_off(d->machine);
	}
	update(d);
}

static u64 timer_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index;
	(void)stored;
	return ticks(d) & 0xffffff;
}

/* Writing the command port raises an SMI if firmware asked for it; enabling ACPI works without firmware too. */
static void apm_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct pm *s = d->state;
	struct pm_links *l = d->links;

	(void)index;
	(void)old;
	if (now == ACPI_ENABLE)
		s->pm1_cnt |= SCI_EN;
	else if (now == ACPI_DISABLE)
		s->pm1_cnt &= (u16)~SCI_EN;
	update(d);
	if (load_le32(s->config.byte + DEVACTB) & APMC_ENABLE)
		line_pulse(&l->smi);
}

static const struct reg pm_regs[] = {
	{"PMSTS", 0, 2, REG_MEMBER(struct pm, pm1_sts), .w1c = 0x8d31, .wrote = changed, .doc = "power management status"},
	{"PMEN", 2, 2, REG_MEMBER(struct pm, pm1_en), .wmask = 0x0521, .wrote = changed, .doc = "power management enable"},
	{"PMCNTRL", 4, 2, REG_MEMBER(struct pm, pm1_cnt), .wmask = 0x3c07, .wrote = cnt_wrote, .doc = "SLP_TYP, SLP_EN, SCI_EN"},
	{"PMTMR", 8, 4, .read = timer_read, .doc = "power management timer, 3.579545 MHz"},
	{"GLBCTL", 0x28, 4, REG_MEMBER(struct pm, glb_ctl), .wmask = ~0u, .doc = "global control"},
};
static const struct reg_bank pm_bank = {"pm", pm_regs, countof(pm_regs), PM_SIZE, 1, 4, 0};
static const struct reg apm_regs[] = {
	{"APMC", 0, 1, REG_MEMBER(struct pm, apm_cnt), .wmask = 0xff, .wrote = apm_wrote, .doc = "APM control (SMI command)"},
	{"APMS", 1, 1, REG_MEMBER(struct pm, apm_sts), .wmask = 0xff, .doc = "APM status"},
};
static const struct reg_bank apm_bank = {"apm", apm_regs, countof(apm_regs), 2, 1, 1, 0};
static const struct reg gpe_regs[] = {
	{"GPSTS", 0, 2, REG_MEMBER(struct pm, gpe_sts), .w1c = 0xffff, .wrote = changed, .doc = "general purpose status"},
	{"GPEN", 2, 2, REG_MEMBER(struct pm, gpe_en), .wmask = 0xffff, .wrote = changed, .doc = "general purpose enable"},
};
static const struct reg_bank gpe_bank = {"gpe", gpe_regs, countof(gpe_regs), 4, 1, 4, 0};
static const struct reg_bank *const banks[] = {&pm_bank, &apm_bank, &gpe_bank, NULL};

/* The block's place and switch: PMBA and bit 0 of PMREGMISC. */
static void place(struct dev *d)
{
	struct pm *s = d->state;
	struct pm_links *l = d->links;
	struct region *r = &l->pm.region;

	r->base = load_le32(s->config.byte + PMBA) & 0xffc0;
	r->on = (s->config.byte[PMREGMISC] & 1) && r->base;
	space_update(&d->machine->ports);
}

static void wrote(struct dev *d, unsigned off, unsigned n)
{
	if ((off < PMBA + 4 && off + n > PMBA) || (off <= PMREGMISC && off + n > PMREGMISC))
		place(d);
}

void piix4_pm_enable(struct dev *d, u16 base)
{
	struct pm_links *l = d->links;

	pci_config_write(l->func.bus, l->func.devfn, PMBA, 4, base | 1u);
	pci_config_write(l->func.bus, l->func.devfn, PMREGMISC, 1, 1);
}

void piix4_pm_connect(struct dev *d, struct line sci, struct line smi)
{
	struct pm_links *l = d->links;

	l->sci = sci;
	l->smi = smi;
}

void piix4_pm_button(struct dev *d)
{
	struct pm *s = d->state;

	s->pm1_sts |= PWRBTN_STS;
	update(d);
}

static void reset(struct dev *d)
{
	struct pm_links *l = d->links;

	pci_reset(&l->func);
	for (unsigned n = 0; banks[n]; n++)
		reg_reset(d, banks[n]);
	place(d);
	update(d);
}

static bool attach(struct dev *d, const struct board_row *row, struct err *err)
{
	static const struct pci_id id = {0x8086, 0x7113, 3, 0x068000, 0, 1};
	struct pm *s = d->state;
	struct pm_links *l = d->links;
	u8 *initial = l->func.initial, *wmask = l->func.wmask;

	if (!pci_add(pci_bus_of(d->machine), d, &l->func, &s->config, (unsigned)row->base, &id, err))
		return false;
	l->func.wrote = wrote;
	event_init(&s->overflow, &d->machine->clock, "pm timer", on_overflow, d);
	store_le16(initial + PCI_STATUS, 0x0280);
	initial[PMBA] = 1;
	initial[0x90] = 1;
	memset(wmask + PMBA, 0xff, 4);
	wmask[PMBA] = 0xc0;
	memset(wmask + 0x44, 0xff, 0x3c);
	memset(wmask + PMREGMISC, 0xff, 1);
	wmask[0x90] = 0xf0;
	wmask[0x91] = 0xff;
	wmask[0xd2] = 0xff;
	reg_map_add(&l->pm, d, &pm_bank, &d->machine->ports, 0);
	reg_map_add(&l->apm, d, &apm_bank, &d->machine->ports, 0xb2);
	reg_map_add(&l->gpe, d, &gpe_bank, &d->machine->ports, 0xafe0);
	return true;
}

static void loaded(struct dev *d)
{
	place(d);
}

const struct dev_type piix4_pm_type = {
	.name = "piix4-pm", .about = "82371AB power management", .version = 1,
	.state_size = sizeof(struct pm), .links_size = sizeof(struct pm_links),
	.banks = banks, .state = rows, .attach = attach, .reset = reset, .loaded = loaded,
};
