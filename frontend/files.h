/* SPDX-License-Identifier: MIT */
/* Whole files in memory: kernels, initrds, firmware. The machine only borrows what is read here. */
#ifndef FRONTEND_FILES_H
#define FRONTEND_FILES_H

#include "devices/machine.h"

/* Reads all of `path`; `flag` names the option in messages. The blob owns its data: file_free. */
bool file_load(struct blob *b, const char *flag, const char *path, struct err *err);
void file_free(struct blob *b);
/* -initrd: one file, or for multiboot "FILE ARGS,FILE ARGS". *list is freed by file_free_list. */
bool file_load_list(struct blob **list, unsigned *n, const char *flag, const char *text, struct err *err);
/* Bytes of the host's memory. */
u64 host_memory(void);
void file_free_list(struct blob *list, unsigned n);

#endif
