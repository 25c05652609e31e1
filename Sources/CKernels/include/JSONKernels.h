#pragma once
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

// JSON by blocks of 64 octets, at the level of what the processor has.
//
// The levels above the baseline are C functions with a target of their own and not inlined: they are
// called once for a document or a long string. `Sources/JSON/Kernels` calls them, and holds them
// against scalar code in Swift.

#define NECRO_JSON_BASELINE 1
#define NECRO_JSON_AVX2 2
#define NECRO_JSON_AVX512 3

// The highest level that this processor has.
int necro_json_level(void);

// What `necro_json_index` returns for a text that is not JSON for sure.
#define NECRO_JSON_FAULT SIZE_MAX

// Finds where in a text the tokens begin: brackets, braces, colons and commas outside of strings, the
// opening quotes of strings, and the first octets of whatever else stands there.
//
// `places` has room for `count` + 64. `blocks` takes two words for each 64 octets, the last ones
// padded: a bit for each backslash or octet above 0x7F, and one for each backslash. Returns the
// number of places, or a fault: the text is not UTF-8, ends within a string, or has a control
// character in one.
size_t necro_json_index(
  int level, const uint8_t *text, size_t count, uint32_t *places, uint64_t *blocks);

// Copies a string's octets and escapes `"`, `\` and those below 0x20, until all are taken or `room`
// has less than NECRO_JSON_ESCAPE_ROOM octets left. Returns how many were written, and adds to `taken`
// how many were read.
#define NECRO_JSON_ESCAPE_ROOM 80
size_t necro_json_escape(
  int level, const uint8_t *text, size_t count, size_t *taken, uint8_t *out, size_t room);

// Unaligned loads and stores, the first octet in the lowest place. The architectures that are built
// for are little endian.
static inline uint64_t necro_load_word(const uint8_t *at) {
  uint64_t word;
  __builtin_memcpy(&word, at, sizeof word);
  return word;
}

static inline uint32_t necro_load_half(const uint8_t *at) {
  uint32_t half;
  __builtin_memcpy(&half, at, sizeof half);
  return half;
}

static inline void necro_store_word(uint8_t *at, uint64_t word) {
  __builtin_memcpy(at, &word, sizeof word);
}

static inline void necro_store_half(uint8_t *at, uint32_t half) {
  __builtin_memcpy(at, &half, sizeof half);
}

static inline necro_block necro_escaped_block(necro_block block) {
  return necro_range(block, 0x00, 0x1F) | necro_equal(block, 0x22) | necro_equal(block, 0x5C);
}

// Copies at most 32 octets of a string when none of them is to be escaped. Writes no more than 32.
static inline bool necro_json_copy_short(uint8_t *out, const uint8_t *text, size_t count) {
  if (count >= 16) {
    necro_block first = necro_load(text), last = necro_load(text + count - 16);
    if (necro_gather(necro_escaped_block(first) | necro_escaped_block(last)) != 0) return false;
    __builtin_memcpy(out, &first, 16);
    __builtin_memcpy(out + count - 16, &last, 16);
    return true;
  }
  uint64_t words[2];
  if (count >= 8) {
    words[0] = necro_load_word(text);
    words[1] = necro_load_word(text + count - 8);
  } else if (count >= 4) {
    words[0] = necro_load_half(text) | (uint64_t)necro_load_half(text + count - 4) << 32;
    words[1] = words[0];
  } else {
    if (count == 0) return true;
    // An octet of the middle may be the first or the last again; the rest is no octet to escape.
    words[0] = text[0] | (uint64_t)text[count >> 1] << 8 | (uint64_t)text[count - 1] << 16 |
               0x2020202020000000;
    words[1] = words[0];
  }
  necro_block block;
  __builtin_memcpy(&block, words, 16);
  if (necro_gather(necro_escaped_block(block)) != 0) return false;
  if (count >= 8) {
    necro_store_word(out, words[0]);
    necro_store_word(out + count - 8, words[1]);
  } else if (count >= 4) {
    necro_store_half(out, (uint32_t)words[0]);
    necro_store_half(out + count - 4, (uint32_t)(words[0] >> 32));
  } else {
    out[0] = text[0];
    out[count >> 1] = text[count >> 1];
    out[count - 1] = text[count - 1];
  }
  return true;
}

// The eight digits of a number below 10^8, the first in the lowest octet, as numbers: it is halved into
// fours, twos and ones, with a product in place of each division.
static inline uint64_t necro_eight_digits(uint64_t number) {
  uint64_t high = (number * 109951163) >> 40;
  uint64_t fours = high | (number - high * 10000) << 32;
  uint64_t hundreds = ((fours * 10486) >> 20) & 0x0000007F0000007F;
  uint64_t twos = hundreds | (fours - hundreds * 100) << 16;
  uint64_t tens = ((twos * 103) >> 10) & 0x000F000F000F000F;
  return tens | (twos - tens * 10) << 8;
}

// Writes a number below 10^8 without leading zeros, and up to eight octets. Returns the end.
static inline uint8_t *necro_write_leading(uint64_t number, uint8_t *out) {
  uint64_t digits = necro_eight_digits(number);
  // The last digit is written even if it is 0.
  unsigned skipped = (unsigned)__builtin_ctzll(digits | 1ull << 56) & ~7u;
  necro_store_word(out, (digits | 0x3030303030303030) >> skipped);
  return out + 8 - skipped / 8;
}

// Writes a finite double as the shortest digits that read back as it, in the form of Python's `repr`,
// and up to 40 octets. Returns how many, or 0 when it is one of the few that need a longer look, or an
// exponent.
size_t necro_json_double_digits(double value, uint8_t *out);

// The powers of ten from 10^-342 to 10^324, two words each: `Sources/JSON/PowersOfTen.swift`.
// Filled when the library is loaded, and only read from then on.
extern uint64_t necro_json_powers[1334];

static inline uint64_t necro_json_power(ptrdiff_t index) { return necro_json_powers[index]; }
