/* SPDX-License-Identifier: MIT */
/* See arm_rig.h. Vector tables: Arm ARM D1.3.1; translation tables: D8.3. */
#include "tests/unit/arm_rig.h"

#include "mem/base/log.h"

#include <stdlib.h>

struct rig {
	struct arm arm; /* first: the engine passes pointers to it */
	struct space memory, ports;
	struct ram ram;
	struct region region;
	u64 code;
	FILE *log;
};

struct arm *arm;
static struct rig *rig;

/* ---- memory -------------------------------------------------------------------------------------- */

void arm_rig_poke(u64 pa, unsigned bytes, u64 value)
{
	space_write(&rig->memory, pa, bytes, value);
}

u64 arm_rig_peek(u64 pa, unsigned bytes)
{
	return space_read(&rig->memory, pa, bytes);
}

/* ---- life ---------------------------------------------------------------------------------------- */

void arm_rig_restart(const char *model, bool el2, bool el3)
{
	struct err err = {{0}};

	if (rig)
		arm_rig_stop();
	rig = calloc(1, sizeof(*rig));
	cr_assert(rig);
	arm = &rig->arm;
	space_init(&rig->memory, "memory", ~0ull, NULL);
	space_init(&rig->ports, "ports", 0xffff, NULL);
	cr_assert(ram_init(&rig->ram, "ram", ARIG_SIZE, false, &err));
	rig->region = (struct region){.name = "ram", .size = ARIG_SIZE, .on = true, .ram = &rig->ram};
	rig->region.kind = REGION_RAM;
	space_add(&rig->memory, &rig->region);
	cr_assert(cpu_init(&arm->cpu, &arm_ops, model, &rig->memory, &rig->ports, &err), "%s", err.text);
	arm->vhost = el2;
	arm->secure = el3;
	cpu_reset(&arm->cpu);
	rig->log = tmpfile();
	log_set_file(rig->log);
	for (u64 at = ARIG_VECTORS; at < ARIG_VECTORS + 3 * 0x800; at += 0x80)
		arm_rig_poke(at, 4, 0x14000000); /* b . */
	arm_rig_el(1);
}

void arm_rig_start(void)
{
	arm_rig_restart("cortex-a72", true, false);
}

void arm_rig_stop(void)
{
	log_set_file(NULL);
	if (rig->log)
		fclose(rig->log);
	cpu_free(&arm->cpu);
	space_free(&rig->memory);
	space_free(&rig->ports);
	ram_free(&rig->ram);
	free(rig);
	rig = NULL;
}

/* ---- levels, paging ------------------------------------------------------------------------------ */

void arm_rig_el(unsigned el)
{
	for (unsigned n = 1; n < 4; n++)
		arm->sys.vbar[n] = ARIG_VECTORS + (n - 1) * 0x800;
	arm->sys.hcr |= HCR_RW;
	if (arm->secure)
		arm->sys.scr |= SCR_NS | SCR_RW | SCR_HCE;
	arm_set_el(arm, el, el != 0);
	arm_set_pstate(arm, 0x3c0);
	arm->x[R_SP] = ARIG_STACK - el * 0x1000;
	arm->cpu.pc = rig->code = ARIG_CODE;
	arm->cpu.events = 0;
	arm->cpu.rest = NULL;
	arm->waiting = arm->event = false;
	arm->step_armed = arm->stepped = false;
	arm->btype = 0;
	tlb_flush_all(&arm->cpu.tlb);
	arm_update(arm);
}

enum { LEVEL3 = ARIG_TABLES + 0x3000 };

u64 arm_rig_pte(u64 va)
{
	return LEVEL3 + (va >> 12) * 8;
}

void arm_rig_flush(void)
{
	cpu_flush_tlb(&arm->cpu);
}

/* Valid, table or page; AttrIndx 0, inner shareable, AF; AP[2:1]. */
enum { VALID = 3, PAGE = VALID | 3 << 8 | 1 << 10, AP_BOTH_RW = 1 << 6, AP_BOTH_RO = 3 << 6 };

void arm_rig_paging(void)
{
	arm_rig_poke(ARIG_TABLES, 8, (ARIG_TABLES + 0x1000) | VALID);
	arm_rig_poke(ARIG_TABLES + 0x1000, 8, (ARIG_TABLES + 0x2000) | VALID);
	for (u64 n = 0; n < ARIG_SIZE >> 21; n++)
		arm_rig_poke(ARIG_TABLES + 0x2000 + n * 8, 8, (LEVEL3 + n * 0x1000) | VALID);
	for (u64 va = 0; va < ARIG_SIZE; va += 4096)
		arm_rig_poke(arm_rig_pte(va), 8, va | PAGE | (va < ARIG_DATA ? AP_BOTH_RO : AP_BOTH_RW));
	arm->sys.mair[1] = 0xff;
	arm->sys.tcr[1] = 16 | 16 << 16 | BIT(23) | 2ull << 30 | 5ull << 32; /* T0SZ, T1SZ, EPD1, TG1 4K, 48 bits */
	arm->sys.ttbr0[1] = ARIG_TABLES;
	arm->sys.sctlr[1] |= SCTLR_M;
	arm_rig_flush();
	arm_update(arm);
}

/* ---- running ------------------------------------------------------------------------------------- */

void arm_rig_put(const u32 *words, size_t n)
{
	for (; n; n--, rig->code += 4)
		arm_rig_poke(rig->code, 4, *words++);
}

int arm_rig_run(void)
{
	enum stop stop = cpu_run(&arm->cpu, arm->cpu.icount + 10000);
	u64 off = arm->cpu.pc - ARIG_VECTORS;

	if (off < 3 * 0x800)
		return ARIG_AT(1 + off / 0x800, off % 0x800);
	return stop == STOP_IDLE ? ARIG_WAITS : ARIG_LIMIT;
}

enum stop arm_rig_step(unsigned n)
{
	return cpu_run(&arm->cpu, arm->cpu.icount + n);
}

u32 arm_rig_ec(unsigned el)
{
	return (u32)arm->sys.esr[el] >> 26;
}

u32 arm_rig_iss(unsigned el)
{
	return arm->sys.esr[el] & 0x1ffffff;
}
