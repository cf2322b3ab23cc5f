# SPDX-License-Identifier: MIT
# cmake -DIMAGE=file -DOUTPUT=file.c -P array.cmake: writes the image as `firmware_demo` and `firmware_demo_size`.
# Without an image the size is 0.

set(bytes "0x00")
set(size 0)
if(IMAGE)
	file(READ ${IMAGE} hex HEX)
	string(LENGTH "${hex}" digits)
	math(EXPR size "${digits} / 2")
	string(REGEX REPLACE "(................................)" "\\1\n\t" hex "${hex}")
	string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
endif()
file(WRITE ${OUTPUT} "/* Made from ${IMAGE} by firmware/array.cmake. */
#include <stddef.h>

extern const unsigned char firmware_demo[];
extern const size_t firmware_demo_size;

const unsigned char firmware_demo[] = {
	${bytes}
};
const size_t firmware_demo_size = ${size};
")
