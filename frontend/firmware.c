/* SPDX-License-Identifier: MIT */
/* Where firmware lies: the user's folder first (-L), then those of Debian's packages seabios, ipxe-qemu and
 * qemu-system-data. A name that is nowhere ends in a line that says what to install. */
#define _XOPEN_SOURCE 700
#include "frontend/firmware.h"

#include "frontend/files.h"

#include <stdio.h>
#include <unistd.h>

bool firmware_load(struct blob *b, const char *flag, const char *name, const char *dir, struct err *err)
{
	static const char *const dirs[] = {
		"/usr/share/seabios", "/usr/share/qemu", "/usr/lib/ipxe/qemu", "/usr/local/share/qemu",
	};
	char path[1024];
	bool ok;

	if (!access(name, F_OK))
		return file_load(b, flag, name, err);
	for (unsigned i = 0; i <= countof(dirs) && !strchr(name, '/'); i++) {
		const char *in = i ? dirs[i - 1] : dir;
		int n = in ? snprintf(path, sizeof(path), "%s/%s", in, name) : 0;

		if (n <= 0 || n >= (int)sizeof(path) || access(path, F_OK))
			continue;
		ok = file_load(b, flag, path, err);
		b->name = name; /* the path is ours */
		return ok;
	}
	if (strchr(name, '/'))
		return file_load(b, flag, name, err);
	return err_set(err, "%s: there is no %s; Debian's package seabios has a PC's firmware, -L DIR says where it is",
		flag, name);
}
