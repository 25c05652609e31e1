// The functions of a C library that the kernels of JSON call; `program.h` has them.
#pragma once
#include <stddef.h>

void *memset(void *at, int octet, size_t count);
void *memcpy(void *to, const void *from, size_t count);
