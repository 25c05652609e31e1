#pragma once
#include <stddef.h>
#include <stdint.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

// Runs of octets of one class, sixteen octets at a time.
//
// Each function passes over octets from `from` on and returns a position, `to` at most, before which
// all of them belong to its class; at the octet there a scalar loop goes on. It reads no octet from `to`
// on. `Octets/OctetKernel.swift` calls them and holds that loop.
//
// They use what every processor of the architecture has (SSE2, NEON), so that they can be inlined: a
// field value has some twenty octets, and a call would cost as much as it saves. AVX2 behind a call,
// for what is left after 64 octets, took 10 % off a request with 2 KB of cookies and nothing off
// others.

typedef uint8_t necro_block __attribute__((ext_vector_type(16)));

// A bit, or four, for each of sixteen octets; the first octet has the lowest.
#if defined(__aarch64__)
typedef uint64_t necro_set;
#define NECRO_BITS_PER_OCTET 4
#else
typedef uint32_t necro_set;
#define NECRO_BITS_PER_OCTET 1
#endif

static inline necro_block necro_load(const uint8_t *at) {
  necro_block block;
  __builtin_memcpy(&block, at, sizeof block);
  return block;
}

// The set of octets whose lane is all ones in a mask of lanes that are all ones or zero.
static inline necro_set necro_gather(necro_block mask) {
#if defined(__SSE2__)
  __m128i lanes;
  __builtin_memcpy(&lanes, &mask, sizeof lanes);
  return (necro_set)_mm_movemask_epi8(lanes);
#elif defined(__aarch64__)
  // No instruction gathers a bit of each lane: this one keeps four.
  return vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16((uint16x8_t)mask, 4)), 0);
#else
  necro_set set = 0;
  for (int lane = 0; lane < 16; lane++) set |= (necro_set)(mask[lane] & 1) << lane;
  return set;
#endif
}

static inline size_t necro_first(necro_set set) {
  return (size_t)__builtin_ctzll(set) / NECRO_BITS_PER_OCTET;
}

// The octets from `low` through `high`.
static inline necro_block necro_range(necro_block block, uint8_t low, uint8_t high) {
  return (necro_block)((block - low) <= (necro_block)(uint8_t)(high - low));
}

static inline necro_block necro_equal(necro_block block, uint8_t octet) {
  return (necro_block)(block == (necro_block)octet);
}

static inline necro_block necro_letters(necro_block block) {
  return necro_range(block | (necro_block)(uint8_t)0x20, 0x61, 0x7A);
}

// What field values do not hold: control octets but HTAB.
static inline necro_block necro_not_text(necro_block block) {
  return (necro_range(block, 0x00, 0x1F) & ~necro_equal(block, 0x09)) | necro_equal(block, 0x7F);
}

// What few field names hold: all but letters and "-".
static inline necro_block necro_not_name(necro_block block) {
  return ~(necro_letters(block) | necro_equal(block, 0x2D));
}

// What few hosts hold: all but letters, digits, "-" and ".".
static inline necro_block necro_not_host(necro_block block) {
  return ~((necro_letters(block) | necro_range(block, 0x2D, 0x39)) & ~necro_equal(block, 0x2F));
}

// What few paths and queries hold: all but letters, "-" through ";" (with the digits), "&", "=", "_".
static inline necro_block necro_not_path(necro_block block) {
  return ~(necro_letters(block) | necro_range(block, 0x2D, 0x3B) | necro_equal(block, 0x26) |
           necro_equal(block, 0x3D) | necro_equal(block, 0x5F));
}

// The last block ends at `to` and overlaps what has been passed over, whose places are shifted out.
#define NECRO_PASS(name, strangers)                                                      \
  static inline size_t name(const uint8_t *octets, size_t from, size_t to) {            \
    for (; to - from >= 16; from += 16) {                                                \
      necro_set set = necro_gather(strangers(necro_load(octets + from)));                \
      if (set != 0) return from + necro_first(set);                                      \
    }                                                                                    \
    if (to < 16 || from == to) return from;                                              \
    necro_set set = necro_gather(strangers(necro_load(octets + to - 16)));               \
    set >>= (16 - (to - from)) * NECRO_BITS_PER_OCTET;                                   \
    return set != 0 ? from + necro_first(set) : to;                                      \
  }

NECRO_PASS(necro_pass_text, necro_not_text)
NECRO_PASS(necro_pass_name, necro_not_name)
NECRO_PASS(necro_pass_path, necro_not_path)
NECRO_PASS(necro_pass_host, necro_not_host)

#include "JSONKernels.h"
