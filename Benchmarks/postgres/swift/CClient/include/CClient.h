#pragma once

#include <stdint.h>

/// A non-blocking connection to `/path/of/a/socket` or `ADDRESS:PORT`; -1 when there is none.
int client_connect(const char *address);

/// Nanoseconds of a clock that only goes forward, and those that this process has used a CPU for.
uint64_t client_nanoseconds(void);
uint64_t client_cpu_nanoseconds(void);

/// Prints operations, seconds and CPU seconds as a line of JSON.
void client_report(uint64_t operations, uint64_t nanoseconds, uint64_t cpu_nanoseconds);

/// A word of the command line, the program's name being the first; NULL behind the last. Embedded Swift
/// has no other way to them.
const char *client_argument(int index);

/// A word as a number; 0 where it is none.
uint64_t client_number(int index);
