// The structural index. Included once for each level, behind its blocks.
//
// Source: G. Langdale and D. Lemire, "Parsing gigabytes of JSON per second", 2019, for the way from
// octets to bits; J. Keiser and D. Lemire, "Validating UTF-8 in less than one instruction per byte",
// 2021.

#ifndef NECRO_JSON_INDEX_SHARED
#define NECRO_JSON_INDEX_SHARED

typedef struct {
  // All ones while the text is in a string.
  uint64_t in_string;
  // Whether the block before ended in a backslash that escapes, and in an octet of a scalar.
  uint64_t escapes;
  uint64_t scalar;
  uint64_t faults;
} necro_json_state;

// Which octets stand behind a backslash that is not itself escaped.
//
// In a run of backslashes every second one is escaped, and so is what follows a run of odd length.
// Adding the starts of runs to the runs carries a bit behind each of them.
static inline uint64_t escaped_octets(uint64_t backslashes, uint64_t *before) {
  if (backslashes == 0) {
    uint64_t escaped = *before;
    *before = 0;
    return escaped;
  }
  const uint64_t even = 0x5555555555555555;
  backslashes &= ~*before;
  uint64_t follow = backslashes << 1 | *before;
  uint64_t odd_starts = backslashes & ~even & ~follow;
  unsigned long long behind;
  *before = __builtin_uaddll_overflow(odd_starts, backslashes, &behind);
  return (even ^ ((uint64_t)behind << 1)) & follow;
}
#endif

// Each bit becomes the exclusive or of itself and all below: from quotes to what is between them.
static inline uint64_t NAME(between, LEVEL)(uint64_t quotes) {
#if defined(HAS_CARRYLESS_PRODUCT)
  __m128i product =
      _mm_clmulepi64_si128(_mm_set_epi64x(0, (long long)quotes), _mm_set1_epi8((char)0xFF), 0);
  return (uint64_t)_mm_cvtsi128_si64(product);
#else
  quotes ^= quotes << 1;
  quotes ^= quotes << 2;
  quotes ^= quotes << 4;
  quotes ^= quotes << 8;
  quotes ^= quotes << 16;
  return quotes ^ quotes << 32;
#endif
}

static inline uint32_t *NAME(index_block, LEVEL)(
    necro_json_state *state, NAME(block, LEVEL) block, uint32_t base, uint32_t *places,
    uint64_t *words) {
  uint64_t backslashes = NAME(equal, LEVEL)(block, '\\');
  uint64_t quotes =
      NAME(equal, LEVEL)(block, '"') & ~escaped_octets(backslashes, &state->escapes);
  words[0] = backslashes | NAME(high, LEVEL)(block);
  words[1] = backslashes;
  // From each opening quote up to, but not with, the closing one.
  uint64_t in_string = NAME(between, LEVEL)(quotes) ^ state->in_string;
  state->in_string = (uint64_t)((int64_t)in_string >> 63);
  uint64_t operators, spaces;
  NAME(classify, LEVEL)(block, &operators, &spaces);
  uint64_t scalars = ~(operators | spaces);
  uint64_t plain = scalars & ~quotes;
  uint64_t starts = scalars & ~(plain << 1 | state->scalar);
  state->scalar = plain >> 63;
  state->faults |= NAME(controls, LEVEL)(block) & in_string;
  return NAME(emit, LEVEL)(places, base, (operators | starts) & ~(in_string ^ quotes));
}

static size_t NAME(index, LEVEL)(
    const uint8_t *text, size_t count, uint32_t *places, uint64_t *blocks) {
  necro_json_state state = {0, 0, 0, 0};
  NAME(utf8, LEVEL) utf8 = NAME(utf8_begin, LEVEL)();
  uint32_t *end = places;
  size_t at = 0;
  for (; count - at >= 64; at += 64) {
    NAME(block, LEVEL) block = NAME(load, LEVEL)(text + at);
    NAME(utf8_check, LEVEL)(&utf8, block);
    end = NAME(index_block, LEVEL)(&state, block, (uint32_t)at, end, blocks + at / 32);
  }
  if (at < count) {
    uint8_t last[64];
    memset(last, ' ', sizeof last);
    memcpy(last, text + at, count - at);
    NAME(block, LEVEL) block = NAME(load, LEVEL)(last);
    NAME(utf8_check, LEVEL)(&utf8, block);
    end = NAME(index_block, LEVEL)(&state, block, (uint32_t)at, end, blocks + at / 32);
  }
  if (state.faults | state.in_string) return NECRO_JSON_FAULT;
  if (!NAME(utf8_end, LEVEL)(&utf8, text, count)) return NECRO_JSON_FAULT;
  return (size_t)(end - places);
}
