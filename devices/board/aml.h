/* SPDX-License-Identifier: MIT */
/* Writes ACPI machine language: each call appends one term; blocks are opened and closed, and closing fills in the
 * package length. ACPI specification 6.4, chapter 20. */
#ifndef DEVICES_BOARD_AML_H
#define DEVICES_BOARD_AML_H

#include "mem/base/base.h"

enum { AML_MAX = 16384, AML_DEPTH = 16 };

struct aml {
	u8 byte[AML_MAX];
	size_t size;
	size_t open[AML_DEPTH]; /* where the package lengths go */
	unsigned depth;
};

void aml_scope(struct aml *a, const char *path);
void aml_device(struct aml *a, const char *name);
void aml_processor(struct aml *a, const char *name, u8 id);
void aml_package(struct aml *a, unsigned elements);
void aml_end(struct aml *a); /* closes the innermost of the above */

void aml_name(struct aml *a, const char *name); /* Name(name, ...): the value is the next term */
void aml_integer(struct aml *a, u64 v);
void aml_string(struct aml *a, const char *s);
void aml_eisaid(struct aml *a, const char *id); /* "PNP0A03" */

/* Resource templates (6.4): begin, descriptors, end. */
void aml_resources(struct aml *a);
void aml_res_io(struct aml *a, u16 base, u8 length);
void aml_res_irq(struct aml *a, unsigned irq);
void aml_res_memory32(struct aml *a, u32 base, u32 length);
void aml_res_bus_range(struct aml *a, u16 first, u16 last);
void aml_res_io_range(struct aml *a, u16 first, u16 last);
void aml_res_memory_range(struct aml *a, u32 first, u32 last);
void aml_resources_end(struct aml *a);

#endif
