/* SPDX-License-Identifier: MIT */
/* Runs single instructions. The instruction under test gets an exec that runs its own and then asks the engine to
 * stop; an exception stops the engine after delivery. Whatever else is decoded is a HLT that is never reached. */
#include "tests/vectors/one.h"

static struct one *one_of(const struct cpu *cpu)
{
	return (struct one *)(void *)(uintptr_t)cpu;
}

static void exec_and_stop(struct cpu *cpu, const struct insn *i)
{
	cpu_end_block(cpu);
	one_of(cpu)->exec(cpu, i);
	cpu_request_stop(cpu);
}

static unsigned decode(const struct cpu *cpu, const u8 *code, unsigned avail, u32 mode, struct insn *out)
{
	static const u8 hlt[] = { 0xf4 };
	struct one *o = one_of(cpu);
	unsigned len;

	if (!o->armed)
		return x86_decode(cpu, hlt, sizeof(hlt), mode, out);
	len = x86_decode(cpu, code, avail, mode, out);
	if (len) {
		o->armed = false;
		o->exec = out->exec;
		out->exec = exec_and_stop;
	}
	return len;
}

static void deliver(struct cpu *cpu)
{
	x86_ops.deliver(cpu);
	cpu_request_stop(cpu);
}

static u64 port_read(void *dev, u64 port, unsigned size)
{
	struct one *o = dev;

	(void)size;
	if (o->nio < countof(o->io))
		o->io[o->nio++] = (struct one_io){ .port = (u16)port, .value = 0xff };
	return 0xff;
}

static void port_write(void *dev, u64 port, unsigned size, u64 value)
{
	struct one *o = dev;

	(void)size;
	if (o->nio < countof(o->io))
		o->io[o->nio++] = (struct one_io){ .port = (u16)port, .value = (u8)value, .write = true };
}

static const struct region_ops port_ops = { .read = port_read, .write = port_write, .min = 1, .max = 1 };

/* Vectors test what is written, whether a model announces it or not. */
static void enable_features(struct x86 *c)
{
	unsigned n;
	const struct insn_row *const *rows = x86_rows(&c->cpu, &n);

	for (unsigned k = 0; k < n; k++)
		c->features[rows[k]->feature >> 6] |= BIT(rows[k]->feature & 63);
}

bool one_init(struct one *o, u64 ram_size, const char *model, struct err *err)
{
	memset(o, 0, sizeof(*o));
	o->ops = x86_ops;
	o->ops.decode = decode;
	o->ops.deliver = deliver;
	space_init(&o->memory, "memory", ~0ull, NULL);
	space_init(&o->ports, "ports", 0xffff, NULL);
	if (!ram_init(&o->ram, "ram", ram_size, false, err))
		return false;
	o->ram_region = (struct region){ .name = "ram", .size = ram_size, .on = true, .kind = REGION_RAM };
	o->ram_region.ram = &o->ram;
	o->port_region = (struct region){ .name = "ports", .size = 0x10000, .on = true, .kind = REGION_IO };
	o->port_region.ops = &port_ops;
	o->port_region.dev = o;
	space_add(&o->memory, &o->ram_region);
	space_add(&o->ports, &o->port_region);
	if (!cpu_init(&o->x86.cpu, &o->ops, model, &o->memory, &o->ports, err))
		return false;
	if (!model)
		enable_features(&o->x86);
	return true;
}

void one_free(struct one *o)
{
	cpu_free(&o->x86.cpu);
	space_free(&o->memory);
	space_free(&o->ports);
	ram_free(&o->ram);
}

void one_write(struct one *o, u64 addr, const void *buf, size_t n)
{
	if (!n)
		return;
	ram_touch(&o->ram, addr, n);
	memcpy(o->ram.host + addr, buf, n);
}

static bool run(struct one *o, u64 room)
{
	struct cpu *cpu = &o->x86.cpu;

	return cpu_run(cpu, cpu->icount + room) == STOP_REQUEST;
}

static void begin(struct one *o)
{
	o->nio = 0;
	o->x86.cpu.events = 0;
	o->x86.shadow = 0;
	o->x86.halted = false;
}

bool one_run(struct one *o)
{
	begin(o);
	o->armed = true;
	return run(o, 1 << 20);
}

void one_run_sliced(struct one *o, u64 count)
{
	begin(o);
	for (; count; count--) {
		run(o, 1); /* stops for either reason */
		o->x86.cpu.events = 0;
	}
}
