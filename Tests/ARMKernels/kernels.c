// Holds the kernels of Sources/CKernels, as they are on arm64, against loops over single octets:
// random octets, from and to anywhere. Needs neither a C library nor a start file, so that clang
// alone builds it. Ends with status 0, or with 1 after a line that names what differs.
#include "CKernels.h"

#ifndef __aarch64__
#error "this is a program for arm64"
#endif

static long system_call(long number, long first, long second, long third) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = first;
  register long x1 __asm__("x1") = second;
  register long x2 __asm__("x2") = third;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
  return x0;
}

static void write_text(const char *text) {
  long count = 0;
  while (text[count] != 0) count++;
  system_call(64, 1, (long)text, count);
}

static void write_number(unsigned long number) {
  char digits[24];
  int at = sizeof digits - 1;
  digits[at] = 0;
  do digits[--at] = (char)('0' + number % 10);
  while ((number /= 10) != 0);
  write_text(digits + at);
}

static __attribute__((noreturn)) void end(long status) {
  for (;;) system_call(93, status, 0, 0);
}

// The compiler calls it for loops that fill memory.
void *memset(void *at, int octet, size_t count) {
  volatile uint8_t *octets = at;
  for (size_t index = 0; index < count; index++) octets[index] = (uint8_t)octet;
  return at;
}

static int is_letter(uint8_t octet) {
  return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z');
}

static int is_digit(uint8_t octet) { return octet >= '0' && octet <= '9'; }

static int is_text(uint8_t octet) { return octet == '\t' || (octet >= 0x20 && octet != 0x7F); }

static int is_name(uint8_t octet) { return is_letter(octet) || octet == '-'; }

static int is_host(uint8_t octet) {
  return is_letter(octet) || is_digit(octet) || octet == '-' || octet == '.';
}

static int is_path(uint8_t octet) {
  return is_host(octet) || octet == '/' || octet == ':' || octet == ';' || octet == '&' ||
         octet == '=' || octet == '_';
}

struct kernel {
  const char *name;
  size_t (*pass)(const uint8_t *, size_t, size_t);
  int (*belongs)(uint8_t);
};

static const struct kernel kernels[] = {
  {"text", necro_pass_text, is_text},
  {"name", necro_pass_name, is_name},
  {"path", necro_pass_path, is_path},
  {"host", necro_pass_host, is_host},
};

static uint64_t state = 0x9E3779B97F4A7C15;

static uint64_t random_number(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

// A kernel may stop short of a stranger when less than a block is left in front of it: what it passes
// over has to belong, and where a whole block can be loaded it has to reach the first stranger.
static int agrees(const struct kernel *kernel, const uint8_t *octets, size_t from, size_t to) {
  size_t end_of_run = from;
  while (end_of_run < to && kernel->belongs(octets[end_of_run])) end_of_run++;
  size_t passed = kernel->pass(octets, from, to);
  return to < 16 ? passed >= from && passed <= end_of_run : passed == end_of_run;
}

static unsigned long compared;

static void compare(const uint8_t *octets, size_t from, size_t to) {
  for (size_t index = 0; index < sizeof kernels / sizeof kernels[0]; index++) {
    compared++;
    if (agrees(&kernels[index], octets, from, to)) continue;
    write_text(kernels[index].name);
    write_text(" differs from ");
    write_number(from);
    write_text(" to ");
    write_number(to);
    write_text(" of:");
    for (size_t at = 0; at < to; at++) {
      write_text(" ");
      write_number(octets[at]);
    }
    write_text("\n");
    end(1);
  }
}

void _start(void) {
  static uint8_t octets[80];
  // Every octet at every place of a block, and of the one that overlaps it.
  for (size_t at = 0; at < 40; at++) {
    for (int octet = 0; octet < 256; octet++) {
      for (size_t index = 0; index < 40; index++) octets[index] = 'a';
      octets[at] = (uint8_t)octet;
      for (size_t to = at + 1; to <= 40; to++) compare(octets, 0, to);
    }
  }
  for (int round = 0; round < 400; round++) {
    size_t count = random_number() % 70;
    // Strangers come seldom, so that runs have every length; in each fourth round any octet may come.
    for (size_t index = 0; index < count; index++) {
      uint64_t number = random_number();
      octets[index] = number % 24 == 0 || round % 4 == 0 ? (uint8_t)(number >> 8)
                                                         : (uint8_t)('a' + number % 26);
    }
    for (size_t from = 0; from <= count; from++) {
      for (size_t to = from; to <= count; to++) compare(octets, from, to);
    }
  }
  write_number(compared);
  write_text(" comparisons\n");
  end(0);
}
