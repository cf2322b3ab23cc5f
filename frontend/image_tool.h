/* SPDX-License-Identifier: MIT */
/* `orrery image ...`: makes, describes, converts, checks and commits disk images, with qemu-img(1)'s names. */
#ifndef FRONTEND_IMAGE_TOOL_H
#define FRONTEND_IMAGE_TOOL_H

/* argv[0] is "image". Returns the program's exit status. */
int image_tool(int argc, char **argv);

#endif
