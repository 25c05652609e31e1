#include "CHiredisClient.h"

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

uint64_t processor_nanoseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

int connect_unix(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0 || strlen(path) >= sizeof address.sun_path) return -1;
  strcpy(address.sun_path, path);
  if (connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) return -1;
  fcntl(descriptor, F_SETFL, O_NONBLOCK);
  return descriptor;
}

void wait_readable(int descriptor) {
  struct pollfd watched = {.fd = descriptor, .events = POLLIN};
  poll(&watched, 1, -1);
}

uint64_t hiredis_run(
    const char *path, int argument_count, const char **arguments, const size_t *lengths, int depth,
    int count) {
  redisContext *context = redisConnectUnix(path);
  if (context == NULL || context->err) return 0;
  uint64_t start = processor_nanoseconds();
  for (int done = 0; done < count; done += depth) {
    for (int index = 0; index < depth; index++) {
      redisAppendCommandArgv(context, argument_count, arguments, lengths);
    }
    for (int index = 0; index < depth; index++) {
      redisReply *reply = NULL;
      if (redisGetReply(context, (void **)&reply) != REDIS_OK || reply == NULL) return 0;
      if (reply->type == REDIS_REPLY_ERROR) return 0;
      freeReplyObject(reply);
    }
  }
  uint64_t time = processor_nanoseconds() - start;
  redisFree(context);
  return time;
}

const char *server_path(void) { return getenv("NECRO_REDICT"); }

int round_count(void) {
  const char *rounds = getenv("ROUNDS");
  return rounds ? atoi(rounds) : 3;
}
