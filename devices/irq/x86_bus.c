/* SPDX-License-Identifier: MIT */
/* The pins between an x86 processor and its board: INTR and INTA, NMI, SMI, INIT and start-up messages, task priority,
 * APIC MSRs, the time behind the TSC. Intel SDM vol. 3, chapters 11 and 32. */
#include "devices/irq/x86_bus.h"

#include "cpu/x86/x86.h"
#include "devices/irq/i8259.h"
#include "devices/irq/lapic.h"

#define FERR_IRQ 13

static struct x86 *core_of(const struct dev *lapic)
{
	return x86_from(lapic->machine->cpu);
}

/* ---- what the processor asks ------------------------------------------------------------------------------------ */

static int bus_irq_ack(void *arg)
{
	return lapic_ack(arg);
}

static u64 bus_time(void *arg)
{
	const struct dev *lapic = arg;

	return clock_now(&lapic->machine->clock);
}

static u8 bus_tpr_read(void *arg)
{
	return lapic_tpr(arg);
}

static void bus_tpr_write(void *arg, u8 tpr)
{
	lapic_set_tpr(arg, tpr);
}

static bool bus_msr_read(void *arg, u32 msr, u64 *value)
{
	return lapic_msr_read(arg, msr, value);
}

static bool bus_msr_write(void *arg, u32 msr, u64 value)
{
	return lapic_msr_write(arg, msr, value);
}

static void bus_smm(void *arg, bool inside)
{
	struct machine *m = ((struct dev *)arg)->machine;

	m->cpu->memory = inside ? &m->smm_memory : &m->memory;
	cpu_flush_tlb(m->cpu);
}

static void bus_ferr(void *arg, bool level)
{
	struct line irq = machine_irq(((struct dev *)arg)->machine, FERR_IRQ);

	line_set(&irq, level);
}

static void bus_tsc_changed(void *arg)
{
	lapic_tsc_changed(arg);
}

/* ---- what the APIC tells ---------------------------------------------------------------------------------------- */

static void core_intr(void *arg, bool level)
{
	x86_set_irq(core_of(arg), level);
}

static void core_nmi(void *arg)
{
	x86_nmi(core_of(arg));
}

static void core_smi(void *arg)
{
	x86_smi(core_of(arg));
}

static void core_init(void *arg)
{
	x86_init_ipi(core_of(arg));
}

/* Start-up: real mode at vector * 4 KiB, only for a processor that waits after INIT (SDM vol. 3, 9.4). */
static void core_startup(void *arg, u8 vector)
{
	struct x86 *c = core_of(arg);

	if (!c->wait_sipi)
		return;
	c->wait_sipi = false;
	x86_boot_real(c, (u16)(vector << 8), 0);
	cpu_kick(&c->cpu, EVENT_IRQ);
}

static u64 core_tsc_time(void *arg, u64 tsc)
{
	const struct dev *lapic = arg;
	u64 now = clock_now(&lapic->machine->clock), present = now + core_of(lapic)->tsc_offset;

	if (tsc <= present)
		return now;
	return tsc - present > CLOCK_NEVER - now ? CLOCK_NEVER : now + (tsc - present);
}

static void core_base(void *arg, u64 apic_base)
{
	core_of(arg)->apic_base = apic_base;
}

void x86_bus_connect(struct machine *m, struct dev *lapic, struct dev *pic)
{
	struct lapic_core core = {
		.arg = lapic, .intr = core_intr, .nmi = core_nmi, .smi = core_smi, .init = core_init,
		.startup = core_startup,
		.tsc_time = core_tsc_time, .base = core_base, .inta = i8259_ack, .pic = pic,
	};

	x86_from(m->cpu)->bus = (struct x86_bus){
		.arg = lapic, .irq_ack = bus_irq_ack, .time = bus_time, .tpr_read = bus_tpr_read,
		.tpr_write = bus_tpr_write,
		.msr_read = bus_msr_read, .msr_write = bus_msr_write, .smm = bus_smm, .ferr = bus_ferr,
		.tsc_changed = bus_tsc_changed,
	};
	lapic_connect(lapic, &core);
	dev_connect(pic, I8259_OUT_INT, dev_pin(lapic, LAPIC_LINT0));
	m->nmi_button = dev_pin(lapic, LAPIC_LINT1);
}
