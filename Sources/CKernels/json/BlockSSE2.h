// 64 octets as four registers of SSE2, which every x86-64 has.

typedef struct {
  __m128i part[4];
} block_sse2;

typedef struct {
  uint64_t high;
} utf8_sse2;

static inline block_sse2 load_sse2(const uint8_t *at) {
  block_sse2 block;
  for (int index = 0; index < 4; index++)
    block.part[index] = _mm_loadu_si128((const __m128i *)at + index);
  return block;
}

static inline void store_sse2(uint8_t *at, block_sse2 block) {
  for (int index = 0; index < 4; index++)
    _mm_storeu_si128((__m128i *)at + index, block.part[index]);
}

static inline uint64_t mask_sse2(__m128i a, __m128i b, __m128i c, __m128i d) {
  return (uint64_t)(uint32_t)_mm_movemask_epi8(a) | (uint64_t)(uint32_t)_mm_movemask_epi8(b) << 16 |
         (uint64_t)(uint32_t)_mm_movemask_epi8(c) << 32 |
         (uint64_t)(uint32_t)_mm_movemask_epi8(d) << 48;
}

// The bits of all octets for an expression about one part, `x`.
#define EACH_SSE2(expression)                                             \
  ({                                                                      \
    __m128i results[4];                                                   \
    for (int index = 0; index < 4; index++) {                             \
      __m128i x = block.part[index];                                      \
      results[index] = (expression);                                      \
    }                                                                     \
    mask_sse2(results[0], results[1], results[2], results[3]);            \
  })

static inline uint64_t equal_sse2(block_sse2 block, char octet) {
  __m128i other = _mm_set1_epi8(octet);
  return EACH_SSE2(_mm_cmpeq_epi8(x, other));
}

static inline uint64_t high_sse2(block_sse2 block) { return EACH_SSE2(x); }

static inline uint64_t controls_sse2(block_sse2 block) {
  __m128i last = _mm_set1_epi8(0x1F);
  return EACH_SSE2(_mm_cmpeq_epi8(_mm_min_epu8(x, last), x));
}

static inline uint64_t to_escape_sse2(block_sse2 block) {
  __m128i last = _mm_set1_epi8(0x1F), quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');
  return EACH_SSE2(_mm_or_si128(
      _mm_cmpeq_epi8(_mm_min_epu8(x, last), x),
      _mm_or_si128(_mm_cmpeq_epi8(x, quote), _mm_cmpeq_epi8(x, slash))));
}

static inline void classify_sse2(block_sse2 block, uint64_t *operators, uint64_t *spaces) {
  __m128i bit = _mm_set1_epi8(0x20);
  __m128i comma = _mm_set1_epi8(','), colon = _mm_set1_epi8(':');
  __m128i opening = _mm_set1_epi8('{'), closing = _mm_set1_epi8('}');
  *operators = EACH_SSE2(_mm_or_si128(
      _mm_or_si128(_mm_cmpeq_epi8(x, comma), _mm_cmpeq_epi8(x, colon)),
      _mm_or_si128(
          _mm_cmpeq_epi8(_mm_or_si128(x, bit), opening),
          _mm_cmpeq_epi8(_mm_or_si128(x, bit), closing))));
  __m128i tab = _mm_set1_epi8('\t'), feed = _mm_set1_epi8('\n'), ret = _mm_set1_epi8('\r');
  *spaces = EACH_SSE2(_mm_or_si128(
      _mm_or_si128(_mm_cmpeq_epi8(x, bit), _mm_cmpeq_epi8(x, tab)),
      _mm_or_si128(_mm_cmpeq_epi8(x, feed), _mm_cmpeq_epi8(x, ret))));
}

static inline uint32_t *emit_sse2(uint32_t *places, uint32_t base, uint64_t bits) {
  while (bits != 0) {
    *places++ = base + (uint32_t)__builtin_ctzll(bits);
    bits &= bits - 1;
  }
  return places;
}

static inline utf8_sse2 utf8_begin_sse2(void) { return (utf8_sse2){0}; }

static inline void utf8_check_sse2(utf8_sse2 *utf8, block_sse2 block) {
  utf8->high |= high_sse2(block);
}

// Whether octets are UTF-8, one at a time; for a level without a lookup in registers.
static inline bool is_utf8(const uint8_t *text, size_t count) {
  for (size_t at = 0; at < count;) {
    uint8_t first = text[at];
    if (first < 0x80) {
      at += 1;
      continue;
    }
    size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || count - at < length) return false;
    uint8_t second = text[at + 1];
    uint8_t low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    uint8_t high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (second < low || second > high) return false;
    for (size_t next = 2; next < length; next++)
      if ((text[at + next] & 0xC0) != 0x80) return false;
    at += length;
  }
  return true;
}

static inline bool utf8_end_sse2(utf8_sse2 *utf8, const uint8_t *text, size_t count) {
  return utf8->high == 0 || is_utf8(text, count);
}
