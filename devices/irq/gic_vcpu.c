/* SPDX-License-Identifier: MIT */
/* What a list register goes through: pending, acknowledged, ended, perhaps with the physical interrupt behind it; and
 * what its owner, the hypervisor, is told by the maintenance interrupt. IHI 0069 chapter 6, IHI 0048B chapter 5. */
#include "devices/irq/gic_vcpu.h"

const struct state_field gic_vcpu_rows[] = {
	STATE_SUB(struct gic_vcpu, f, gic_iface_rows), STATE_U(struct gic_vcpu, hcr),
	STATE_SKIP(struct gic_vcpu, pad),
	STATE_U_ARRAY(struct gic_vcpu, lr), STATE_END,
};

enum { MISR_EOI = 1 << 0, MISR_U = 1 << 1, MISR_LRENP = 1 << 2, MISR_NP = 1 << 3 };

unsigned gic_lr_group(u64 lr)
{
	return lr & LR_GROUP1 ? 1 : 0;
}

u32 gic_lr_intid(u64 lr, bool v2)
{
	u32 id = (u32)lr;

	if (v2 && id < 16 && !(lr & LR_HW))
		id |= (u32)bits(lr, LR_PINTID, 3) << 10;
	return id;
}

static u8 lr_priority(u64 lr)
{
	return (u8)(lr >> LR_PRIORITY);
}

void gic_vcpu_reset(struct gic_vcpu *v, u32 ctlr)
{
	*v = (struct gic_vcpu){.hcr = 0};
	gic_iface_reset(&v->f, ctlr);
}

int gic_vcpu_best(const struct gic_vcpu *v)
{
	int best = -1;

	for (int n = 0; n < GIC_LRS; n++) {
		u64 lr = v->lr[n];

		if ((lr & LR_STATE) != LR_PENDING || !gic_iface_enabled(&v->f, gic_lr_group(lr)))
			continue;
		if (best < 0 || lr_priority(lr) < lr_priority(v->lr[best]))
			best = n;
	}
	return best;
}

int gic_vcpu_signalled(const struct gic_vcpu *v)
{
	int n = v->hcr & HCR_EN ? gic_vcpu_best(v) : -1;

	if (n >= 0 && !gic_iface_signals(&v->f, lr_priority(v->lr[n]), gic_lr_group(v->lr[n])))
		n = -1;
	return n;
}

/* A reserved INTID is handed out and forgotten (IHI 0069, pseudocode of VirtualReadIAR). */
void gic_vcpu_activate(struct gic_vcpu *v, unsigned n, bool v2)
{
	u64 lr = v->lr[n];
	unsigned group = gic_lr_group(lr);
	u32 id = (u32)lr;

	v->lr[n] &= ~LR_PENDING;
	if (id >= GIC_SPECIAL && id <= GIC_SPURIOUS)
		return;
	v->lr[n] |= LR_ACTIVE;
	gic_iface_activate(&v->f, lr_priority(lr), group, v2 ? 0 : group);
}

int gic_vcpu_deactivate(struct gic_vcpu *v, u32 intid, bool v2)
{
	for (unsigned n = 0; n < GIC_LRS; n++) {
		u64 lr = v->lr[n];

		if (!(lr & LR_ACTIVE) || gic_lr_intid(lr, v2) != intid)
			continue;
		v->lr[n] &= ~LR_ACTIVE;
		return lr & LR_HW ? (int)bits(lr, LR_PINTID, 10) : -1;
	}
	if (v2 || intid < GIC_SPECIAL)
		v->hcr += 1u << HCR_EOICOUNT_SHIFT; /* EOIcount: its owner had no room for it; LPIs don't count */
	return -1;
}

/* ---- what the hypervisor is told -------------------------------------------------------------------------------- */

u32 gic_vcpu_eisr(const struct gic_vcpu *v)
{
	u32 set = 0;

	for (unsigned n = 0; n < GIC_LRS; n++) {
		if ((v->lr[n] & (LR_STATE | LR_HW | LR_EOI)) == LR_EOI)
			set |= 1u << n;
	}
	return set;
}

u32 gic_vcpu_elrsr(const struct gic_vcpu *v)
{
	u32 set = 0;

	for (unsigned n = 0; n < GIC_LRS; n++) {
		u64 lr = v->lr[n];

		if (!(lr & LR_STATE) && ((lr & LR_HW) || !(lr & LR_EOI)))
			set |= 1u << n;
	}
	return set;
}

u32 gic_vcpu_misr(const struct gic_vcpu *v)
{
	unsigned valid = 0, pending = 0;
	u32 misr = gic_vcpu_eisr(v) ? MISR_EOI : 0;

	for (unsigned n = 0; n < GIC_LRS; n++) {
		valid += (v->lr[n] & LR_STATE) != 0;
		pending += (v->lr[n] & LR_STATE) == LR_PENDING;
	}
	if ((v->hcr & HCR_UIE) && valid <= 1)
		misr |= MISR_U;
	if ((v->hcr & HCR_LRENPIE) && v->hcr >> HCR_EOICOUNT_SHIFT)
		misr |= MISR_LRENP;
	if ((v->hcr & HCR_NPIE) && !pending)
		misr |= MISR_NP;
	/* group enabled, group disabled: the same bits in MISR and HCR */
	misr |= v->hcr & (v->f.ctlr & GIC_EN0 ? HCR_VGRP0EIE : HCR_VGRP0DIE);
	misr |= v->hcr & (v->f.ctlr & GIC_EN1 ? HCR_VGRP1EIE : HCR_VGRP1DIE);
	return misr;
}

u32 gic_vcpu_vmcr(const struct gic_vcpu *v)
{
	return v->f.ctlr | (u32)v->f.bpr[1] << 18 | (u32)v->f.bpr[0] << 21 | (u32)v->f.pmr << 24;
}

void gic_vcpu_set_vmcr(struct gic_vcpu *v, u32 value, u32 writable, u32 fixed)
{
	v->f.ctlr = (value & writable) | fixed;
	v->f.pmr = (u8)(value >> 24) & GIC_PRIORITY;
	gic_iface_set_bpr(&v->f, 0, value >> 21);
	gic_iface_set_bpr(&v->f, 1, value >> 18);
}
