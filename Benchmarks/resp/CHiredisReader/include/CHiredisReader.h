#pragma once
#include <stddef.h>
#include <stdint.h>

uint64_t monotonic_nanoseconds(void);

// A reader of hiredis' that makes the objects its users get, and frees each reply.
void *hiredis_reader(void);

// One that makes no objects at all.
void *hiredis_bare_reader(void);

// Feeds octets to a reader and takes all replies that are complete; their number, or -1 for an error.
int64_t hiredis_read(void *reader, const uint8_t *octets, size_t count);
