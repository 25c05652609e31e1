#pragma once
#include <stddef.h>
#include <stdint.h>

// Debian's hiredis, reduced to its reader: one that shares nothing with ours, and knows version 2 of
// the protocol alone.

// What the reader has come upon.
enum necro_hiredis_event {
  NECRO_HIREDIS_STATUS,
  NECRO_HIREDIS_ERROR,
  NECRO_HIREDIS_STRING,
  NECRO_HIREDIS_INTEGER,
  NECRO_HIREDIS_NIL,
  // Its number is the number of elements, which follow as events of their own.
  NECRO_HIREDIS_ARRAY,
};

typedef void (*necro_hiredis_sink)(
    void *context, enum necro_hiredis_event event, const uint8_t *octets, size_t count,
    int64_t number);

// Reads replies until the octets end or an error. Writes what the reader says of an error, and a zero
// octet, into `message`, which then is not empty.
void necro_hiredis_run(
    const uint8_t *octets, size_t count, necro_hiredis_sink sink, void *context, char message[128]);
