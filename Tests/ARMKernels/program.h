// What a program for arm64 needs that has neither a C library nor a start file.
#pragma once
#include <stddef.h>
#include <stdint.h>

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

// The compiler calls these for loops that fill or copy memory.
void *memset(void *at, int octet, size_t count) {
  volatile uint8_t *octets = at;
  for (size_t index = 0; index < count; index++) octets[index] = (uint8_t)octet;
  return at;
}

void *memcpy(void *to, const void *from, size_t count) {
  volatile uint8_t *octets = to;
  const uint8_t *others = from;
  for (size_t index = 0; index < count; index++) octets[index] = others[index];
  return to;
}

static uint64_t state = 0x9E3779B97F4A7C15;

static uint64_t random_number(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}
