// Doubles in decimal digits: the ways that decide nearly all of them. `Sources/JSON/ShortestDecimal.swift`
// has the whole of it, which these are held against.
#include "CKernels.h"

#include <string.h>

#define ZEROS 0x3030303030303030ull

// A magnitude that has four decimals at most, from 10^-4 up to 10^8; NULL if it has more.
//
// Ten thousand times such a double, rounded to an integer, is below 10^12, so that the quotient of the
// two, both exact, rounds to the double: the decimal reads back as it. No two decimals of fifteen digits
// or fewer read back as the same double, so that none is shorter.
static inline uint8_t *write_few_decimals(double magnitude, uint8_t *out) {
  uint64_t scaled = (uint64_t)(int64_t)(magnitude * 10000 + 0.5);
  if ((double)(int64_t)scaled / 10000 != magnitude) return NULL;
  uint64_t integer = scaled / 10000;
  out = necro_write_leading(integer, out);
  uint64_t fraction = necro_eight_digits((scaled - integer * 10000) * 10000);
  *out = '.';
  necro_store_word(out + 1, fraction | ZEROS);
  // The first decimal is written even if it is 0.
  return out + 1 + ((71 - (unsigned)__builtin_clzll(fraction | 1)) >> 3);
}

// Writes the sixteen digits of two numbers below 10^8. Returns how many of them are left without the zeros
// at the end.
static inline unsigned write_sixteen(uint64_t high, uint64_t low, uint8_t *out) {
#if defined(__SSE2__)
  // As `necro_eight_digits` does, both at once.
  __m128i number = _mm_set_epi64x((long long)low, (long long)high);
  __m128i fours = _mm_srli_epi64(_mm_mul_epu32(number, _mm_set1_epi64x(109951163)), 40);
  __m128i rest = _mm_sub_epi64(number, _mm_mul_epu32(fours, _mm_set1_epi64x(10000)));
  fours = _mm_or_si128(fours, _mm_slli_epi64(rest, 32));
  __m128i twos = _mm_srli_epi16(_mm_mulhi_epu16(fours, _mm_set1_epi32(5243)), 3);
  rest = _mm_sub_epi32(fours, _mm_mullo_epi16(twos, _mm_set1_epi32(100)));
  twos = _mm_or_si128(twos, _mm_slli_epi32(rest, 16));
  __m128i ones = _mm_mulhi_epu16(twos, _mm_set1_epi16(6554));
  rest = _mm_sub_epi16(twos, _mm_mullo_epi16(ones, _mm_set1_epi16(10)));
  ones = _mm_or_si128(ones, _mm_slli_epi16(rest, 8));
  _mm_storeu_si128((__m128i *)out, _mm_or_si128(ones, _mm_set1_epi8('0')));
  unsigned digits = (unsigned)_mm_movemask_epi8(_mm_cmpgt_epi8(ones, _mm_setzero_si128()));
  return digits == 0 ? 0 : 32 - (unsigned)__builtin_clz(digits);
#else
  uint64_t first = necro_eight_digits(high), last = necro_eight_digits(low);
  necro_store_word(out, first | ZEROS);
  necro_store_word(out + 8, last | ZEROS);
  if (last != 0) return 16 - (unsigned)(__builtin_clzll(last) >> 3);
  return first == 0 ? 0 : 8 - (unsigned)(__builtin_clzll(first) >> 3);
#endif
}

size_t necro_json_double_digits(double value, uint8_t *out) {
  uint64_t bits;
  memcpy(&bits, &value, 8);
  *out = '-';
  uint8_t *start = out + (bits >> 63);
  double magnitude = __builtin_fabs(value);
  if (magnitude < 1e8 && magnitude >= 1e-4) {
    uint8_t *end = write_few_decimals(magnitude, start);
    if (end != NULL) return (size_t)(end - out);
  }
  uint64_t fraction = bits & ((1ull << 52) - 1);
  int field = (int)(bits >> 52 & 0x7FF);
  // Zero, powers of two, whose neighbours are not at one distance, and the least of all.
  if (fraction == 0 || field == 0) return 0;
  // The product with a power of ten has the value as an integer and 64 bits of a fraction, too small by
  // less than two in the last. What rounds to the double reaches as far to both sides, and how far
  // follows from the power alone: less than five, so that at most one multiple of ten is near.
  int q = field - 1075;
  int k = (q * 1262611) >> 22;
  const uint64_t *power = necro_json_powers + 2 * (342 - k);
  int shift = q + ((-k * 1741647) >> 19) + 1;
  uint64_t factor = (fraction | 1ull << 52) << shift;
  unsigned __int128 above = (unsigned __int128)power[0] * factor;
  above += (uint64_t)((unsigned __int128)power[1] * factor >> 64);
  uint64_t integer = (uint64_t)(above >> 64), behind_point = (uint64_t)above;
  // In units of 2^-60 from here on; what was cut off adds up to less than four.
  const uint64_t margin = 4;
  uint64_t reach = power[0] >> (5 - shift);
  uint64_t tenth = integer / 10;
  uint64_t behind = (integer - tenth * 10) << 60 | behind_point >> 4;
  uint64_t ahead = (10ull << 60) - behind;
  uint64_t number;
  if (behind + margin < reach) {
    number = tenth * 10;
  } else if (ahead + margin < reach) {
    number = tenth * 10 + 10;
  } else {
    if (behind < reach + margin || ahead < reach + margin) return 0;
    if (behind_point - (1ull << 63) + margin < 2 * margin) return 0;
    number = integer + (behind_point >> 63);
  }
  // 16 or 17 digits, with zeros behind them for a point that lies there.
  uint64_t high = number / 100000000, first = high / 100000000;
  int has_first = first != 0;
  int point = 16 + has_first + k;
  if (point < 1 || point > 16) return 0;
  necro_store_word(start + 16, ZEROS);
  start[0] = (uint8_t)('0' + first);
  int count = has_first + (int)write_sixteen(
                              high - first * 100000000, number - high * 100000000, start + has_first);
  uint64_t words[2];
  memcpy(words, start + point, 16);
  start[point] = '.';
  memcpy(start + point + 1, words, 16);
  return (size_t)(start - out) + (size_t)(count > point ? count + 1 : point + 2);
}
