#define _GNU_SOURCE
#include "CClient.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static int connect_to(const struct sockaddr *address, socklen_t length, int is_tcp) {
  int descriptor = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -1;
  if (connect(descriptor, address, length) != 0) {
    close(descriptor);
    return -1;
  }
  int on = 1;
  if (is_tcp) setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl(descriptor, F_SETFL, O_NONBLOCK);
  return descriptor;
}

int client_connect(const char *address) {
  if (address[0] == '/') {
    struct sockaddr_un path = {.sun_family = AF_UNIX};
    strncpy(path.sun_path, address, sizeof path.sun_path - 1);
    return connect_to((struct sockaddr *)&path, sizeof path, 0);
  }
  char host[64] = {0};
  const char *colon = strrchr(address, ':');
  if (colon == NULL || (size_t)(colon - address) >= sizeof host) return -1;
  memcpy(host, address, (size_t)(colon - address));
  struct sockaddr_in internet = {.sin_family = AF_INET};
  internet.sin_port = htons((uint16_t)atoi(colon + 1));
  if (inet_pton(AF_INET, host, &internet.sin_addr) != 1) return -1;
  return connect_to((struct sockaddr *)&internet, sizeof internet, 1);
}

static uint64_t nanoseconds(clockid_t clock) {
  struct timespec at;
  clock_gettime(clock, &at);
  return (uint64_t)at.tv_sec * 1000000000 + (uint64_t)at.tv_nsec;
}

uint64_t client_nanoseconds(void) { return nanoseconds(CLOCK_MONOTONIC); }

uint64_t client_cpu_nanoseconds(void) { return nanoseconds(CLOCK_PROCESS_CPUTIME_ID); }

void client_report(uint64_t operations, uint64_t nanoseconds, uint64_t cpu_nanoseconds) {
  printf("{\"operations\": %llu, \"seconds\": %.6f, \"cpu_seconds\": %.6f}\n",
         (unsigned long long)operations, (double)nanoseconds / 1e9, (double)cpu_nanoseconds / 1e9);
}

const char *client_argument(int index) {
  static char words[8192];
  static ssize_t count = -1;
  if (count < 0) {
    int file = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    count = file < 0 ? 0 : read(file, words, sizeof words - 1);
    if (file >= 0) close(file);
    if (count < 0) count = 0;
  }
  const char *word = words;
  while (index > 0 && word < words + count) {
    word += strlen(word) + 1;
    index--;
  }
  return word < words + count ? word : NULL;
}

uint64_t client_number(int index) {
  const char *word = client_argument(index);
  return word == NULL ? 0 : strtoull(word, NULL, 10);
}
