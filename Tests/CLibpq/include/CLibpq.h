#pragma once
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

// libpq, reduced to one function: a client that shares nothing with ours and is given what a server says.

// What the client asks for, before the server's octets come.
enum necro_libpq_command {
  // PQsendQuery: Query.
  NECRO_LIBPQ_QUERY,
  // PQsendQueryParams: Parse, Bind, Describe of the portal, Execute, Sync.
  NECRO_LIBPQ_PARAMS,
  // PQsendPrepare: Parse, Sync.
  NECRO_LIBPQ_PREPARE,
  // PQsendDescribePrepared: Describe of the statement, Sync.
  NECRO_LIBPQ_DESCRIBE,
  // Two of PQsendQueryParams and one Sync.
  NECRO_LIBPQ_PIPELINE,
};

// Starts a connection to a server that says `startup`, has the client ask, and lets it read `reply`, behind
// which the server closes its side. A copy to the server is ended at once.
//
// Returns what the client reports, in lines that Tests/FuzzBodies/PostgresPeer.swift knows. The caller
// frees it.
char *necro_libpq_replay(
    const uint8_t *startup, size_t startup_count, const uint8_t *reply, size_t reply_count,
    enum necro_libpq_command command);
