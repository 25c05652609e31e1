/// libpq in C: one connection in pipeline mode with a Sync per query, binary both ways.
///
/// Usage: libpq URL SQL PARAMETERS IDS CALLERS SECONDS OPERATIONS, with PARAMETERS of `none`, `id`
/// and `raise`; as many queries are outstanding as there are callers. Runs for so many seconds
/// after a short warm-up or, where OPERATIONS is not 0, for just so many operations without one.
/// Every column of every row is looked at. Prints operations, seconds and CPU seconds as a line of
/// JSON, as client.py does.
#include <arpa/inet.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static const double warm_up_seconds = 0.3;
/// As in workloads.py.
static const uint64_t step = 7919;
static const char statement[] = "s";

struct workload {
  const char *parameters;
  uint64_t ids;
  int callers;
  uint64_t number;
};

/// What the columns come to, so that looking at them cannot be left out.
static volatile uint64_t looked_at;

static void fail(PGconn *connection, const char *what) {
  fprintf(stderr, "%s: %s\n", what, PQerrorMessage(connection));
  exit(1);
}

static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static double cpu_seconds(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
         (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

/// Queues one query and its Sync.
static void send_query(PGconn *connection, struct workload *workload) {
  static const char name[] = "Mortimer";
  static const int formats[] = {1, 1};
  uint32_t integer;
  const char *values[2];
  int lengths[2];
  int count = 0;
  workload->number += step;
  if (strcmp(workload->parameters, "none") != 0) {
    if (strcmp(workload->parameters, "raise") == 0) {
      values[count] = name;
      lengths[count++] = sizeof name - 1;
      integer = htonl((uint32_t)(workload->number % 1000));
    } else {
      integer = htonl((uint32_t)(workload->number % workload->ids + 1));
    }
    values[count] = (const char *)&integer;
    lengths[count++] = sizeof integer;
  }
  if (!PQsendQueryPrepared(connection, statement, count, values, lengths, formats, 1)) {
    fail(connection, "send");
  }
#ifdef LIBPQ_HAS_SEND_PIPELINE_SYNC
  // Unlike PQpipelineSync, this does not write each query by itself.
  if (!PQsendPipelineSync(connection)) fail(connection, "sync");
#else
  if (!PQpipelineSync(connection)) fail(connection, "sync");
#endif
}

static void look_at(PGresult *result) {
  const int rows = PQntuples(result), columns = PQnfields(result);
  uint64_t sum = 0;
  for (int row = 0; row < rows; row++) {
    for (int column = 0; column < columns; column++) {
      const int length = PQgetlength(result, row, column);
      if (length > 0) sum += (unsigned char)PQgetvalue(result, row, column)[length - 1];
    }
  }
  looked_at += sum;
}

/// Takes the results that have arrived; returns how many queries are over.
static int take_results(PGconn *connection, int outstanding) {
  int over = 0;
  while (over < outstanding && !PQisBusy(connection)) {
    PGresult *result = PQgetResult(connection);
    if (result == NULL) continue;  // the end of one query's results
    switch (PQresultStatus(result)) {
      case PGRES_PIPELINE_SYNC: over++; break;
      case PGRES_TUPLES_OK: look_at(result); break;
      case PGRES_COMMAND_OK: break;
      default: fail(connection, "result");
    }
    PQclear(result);
  }
  return over;
}

/// Keeps as many queries under way as there are callers; returns how many there were.
static uint64_t run(PGconn *connection, struct workload *workload, double seconds,
                    uint64_t count_max) {
  const double end = now() + seconds;
  uint64_t begun = 0;
  int outstanding = 0;
  for (;;) {
    while (outstanding < workload->callers && (count_max ? begun < count_max : now() < end)) {
      send_query(connection, workload);
      outstanding++;
      begun++;
    }
    if (outstanding == 0) return begun;
    const int unsent = PQflush(connection);
    if (unsent < 0) fail(connection, "flush");
    struct pollfd polled = {PQsocket(connection), POLLIN, 0};
    if (unsent) polled.events |= POLLOUT;
    if (poll(&polled, 1, -1) < 0) fail(connection, "poll");
    if (!PQconsumeInput(connection)) fail(connection, "receive");
    outstanding -= take_results(connection, outstanding);
  }
}

int main(int argument_count, char **arguments) {
  if (argument_count != 8) {
    fprintf(stderr, "usage: libpq URL SQL PARAMETERS IDS CALLERS SECONDS OPERATIONS\n");
    return 2;
  }
  struct workload workload = {arguments[3], strtoull(arguments[4], NULL, 10), atoi(arguments[5]), 0};
  const double seconds = atof(arguments[6]);
  const uint64_t count_max = strtoull(arguments[7], NULL, 10);
  PGconn *connection = PQconnectdb(arguments[1]);
  if (PQstatus(connection) != CONNECTION_OK) fail(connection, "connect");
  PGresult *prepared = PQprepare(connection, statement, arguments[2], 0, NULL);
  if (PQresultStatus(prepared) != PGRES_COMMAND_OK) fail(connection, "prepare");
  PQclear(prepared);
  if (PQsetnonblocking(connection, 1) != 0) fail(connection, "nonblocking");
  if (!PQenterPipelineMode(connection)) fail(connection, "pipeline");
  if (!count_max) run(connection, &workload, warm_up_seconds, 0);
  const double cpu = cpu_seconds(), begin = now();
  const uint64_t count = run(connection, &workload, seconds, count_max);
  const double elapsed = now() - begin;
  printf("{\"operations\": %llu, \"seconds\": %.6f, \"cpu_seconds\": %.6f}\n",
         (unsigned long long)count, elapsed, cpu_seconds() - cpu);
  PQfinish(connection);
  return 0;
}
