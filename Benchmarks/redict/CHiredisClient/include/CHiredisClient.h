#pragma once
#include <stddef.h>
#include <stdint.h>

// Nanoseconds of processor time that this process has had.
uint64_t processor_nanoseconds(void);

// A non-blocking connection to a unix socket, or -1.
int connect_unix(const char *path);

// Waits until a descriptor is readable.
void wait_readable(int descriptor);

// Runs a command `count` times over hiredis, `depth` at a time in one write, and frees each reply. The
// processor time in nanoseconds; 0 when the server did not answer.
uint64_t hiredis_run(
    const char *path, int argument_count, const char **arguments, const size_t *lengths, int depth,
    int count);

// The unix socket of the server, and how often to measure: NECRO_REDICT and ROUNDS of the environment,
// since Embedded Swift has no arguments.
const char *server_path(void);
int round_count(void);
