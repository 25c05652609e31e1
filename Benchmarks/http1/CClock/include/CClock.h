#pragma once
#include <stdint.h>

// Nanoseconds of a clock that only goes forward. Embedded Swift has none of its own.
uint64_t monotonic_nanoseconds(void);
