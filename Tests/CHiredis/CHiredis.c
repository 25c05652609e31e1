#include "CHiredis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A plain `swift build` compiles this too and must not need the library: it is loaded when a test
// first asks for it, and its absence ends that test with what to do.
_Noreturn static void missing(void) {
  fputs("libhiredis is missing: apt-get install libhiredis-dev\n", stderr);
  abort();
}

#if !__has_include(<hiredis/read.h>)

void necro_hiredis_run(
    const uint8_t *octets, size_t count, necro_hiredis_sink sink, void *context,
    char message[128]) {
  (void)octets, (void)count, (void)sink, (void)context, (void)message;
  missing();
}

#else

#include <dlfcn.h>
#include <hiredis/read.h>

static void *function(const char *name) {
  void *library = dlopen("libhiredis.so", RTLD_NOW);
  void *found = library ? dlsym(library, name) : NULL;
  if (found == NULL) missing();
  return found;
}

#define LOADED(name) ((__typeof__(&name))function(#name))

struct run {
  necro_hiredis_sink sink;
  void *context;
};

// The reader asks for objects and only hands them back: the address of this is one.
static char object;

static const struct run *run_of(const redisReadTask *task) { return task->privdata; }

static void *create_string(const redisReadTask *task, char *octets, size_t count) {
  enum necro_hiredis_event event = task->type == REDIS_REPLY_STATUS  ? NECRO_HIREDIS_STATUS
                                   : task->type == REDIS_REPLY_ERROR ? NECRO_HIREDIS_ERROR
                                                                     : NECRO_HIREDIS_STRING;
  run_of(task)->sink(run_of(task)->context, event, (const uint8_t *)octets, count, 0);
  return &object;
}

static void *create_array(const redisReadTask *task, int count) {
  run_of(task)->sink(run_of(task)->context, NECRO_HIREDIS_ARRAY, NULL, 0, count);
  return &object;
}

static void *create_integer(const redisReadTask *task, long long number) {
  run_of(task)->sink(run_of(task)->context, NECRO_HIREDIS_INTEGER, NULL, 0, number);
  return &object;
}

static void *create_nil(const redisReadTask *task) {
  run_of(task)->sink(run_of(task)->context, NECRO_HIREDIS_NIL, NULL, 0, 0);
  return &object;
}

static void free_object(void *freed) { (void)freed; }

void necro_hiredis_run(
    const uint8_t *octets, size_t count, necro_hiredis_sink sink, void *context,
    char message[128]) {
  redisReplyObjectFunctions functions = {
      create_string, create_array, create_integer, create_nil, free_object};
  struct run run = {sink, context};
  redisReader *reader = LOADED(redisReaderCreateWithFunctions)(&functions);
  reader->privdata = &run;
  message[0] = 0;
  if (count > 0) LOADED(redisReaderFeed)(reader, (const char *)octets, count);
  void *reply = NULL;
  int status;
  do {
    reply = NULL;
    status = LOADED(redisReaderGetReply)(reader, &reply);
  } while (status == REDIS_OK && reply != NULL);
  if (status != REDIS_OK) {
    strncpy(message, reader->errstr, 127);
    message[127] = 0;
    if (message[0] == 0) strcpy(message, "error");
  }
  LOADED(redisReaderFree)(reader);
}

#endif
