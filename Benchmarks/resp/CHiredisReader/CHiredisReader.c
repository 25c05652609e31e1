#include "CHiredisReader.h"

#include <hiredis/hiredis.h>
#include <time.h>

uint64_t monotonic_nanoseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

void *hiredis_reader(void) { return redisReaderCreate(); }

void *hiredis_bare_reader(void) { return redisReaderCreateWithFunctions(NULL); }

int64_t hiredis_read(void *opaque, const uint8_t *octets, size_t count) {
  redisReader *reader = opaque;
  if (redisReaderFeed(reader, (const char *)octets, count) != REDIS_OK) return -1;
  int64_t replies = 0;
  for (;;) {
    void *reply = NULL;
    if (redisReaderGetReply(reader, &reply) != REDIS_OK) return -1;
    if (reply == NULL) return replies;
    replies += 1;
    // A reader without functions gives out no object but a number.
    if (reader->fn != NULL) freeReplyObject(reply);
  }
}
