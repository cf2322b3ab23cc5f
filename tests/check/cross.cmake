# SPDX-License-Identifier: MIT
# Toolchain for cross builds: Debian's cross compiler, libraries unpacked by firmware/fetch into the cache, everything
# linked statically, tests run under qemu-user. ORRERY_CROSS comes from the preset: aarch64 or s390x.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES ORRERY_CROSS)
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${ORRERY_CROSS})
set(CMAKE_C_COMPILER ${ORRERY_CROSS}-linux-gnu-gcc)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-${ORRERY_CROSS}-static)
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)

set(cache $ENV{XDG_CACHE_HOME})
if(NOT cache)
	set(cache $ENV{HOME}/.cache)
endif()
string(REPLACE aarch64 arm64 debian_arch ${ORRERY_CROSS})
set(CMAKE_FIND_ROOT_PATH ${cache}/orrery/libs-${debian_arch} /usr/${ORRERY_CROSS}-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
