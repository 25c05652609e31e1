// 64 octets as one register of AVX-512.

typedef __m512i block_avx512;

typedef struct {
  __m512i faults, before, incomplete;
} utf8_avx512;

static inline block_avx512 load_avx512(const uint8_t *at) { return _mm512_loadu_si512(at); }

static inline void store_avx512(uint8_t *at, block_avx512 block) { _mm512_storeu_si512(at, block); }

static inline uint64_t equal_avx512(block_avx512 block, char octet) {
  return _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8(octet));
}

static inline uint64_t high_avx512(block_avx512 block) { return _mm512_movepi8_mask(block); }

static inline uint64_t controls_avx512(block_avx512 block) {
  return _mm512_cmple_epu8_mask(block, _mm512_set1_epi8(0x1F));
}

static inline uint64_t to_escape_avx512(block_avx512 block) {
  return controls_avx512(block) | equal_avx512(block, '"') | equal_avx512(block, '\\');
}

#define TABLE_AVX512(table) _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)table))

static inline void classify_avx512(block_avx512 block, uint64_t *operators, uint64_t *spaces) {
  *spaces = _mm512_cmpeq_epi8_mask(_mm512_shuffle_epi8(TABLE_AVX512(spaces_by_low), block), block);
  *operators = _mm512_cmpeq_epi8_mask(
      _mm512_shuffle_epi8(TABLE_AVX512(operators_by_low), block),
      _mm512_or_si512(block, _mm512_set1_epi8(0x20)));
}

// The places within the block are compressed to the front, then widened sixteen at a time.
static inline uint32_t *emit_avx512(uint32_t *places, uint32_t base, uint64_t bits) {
  static const uint8_t order[64] __attribute__((aligned(64))) = {
      0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
      22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
      44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
  __m512i found = _mm512_maskz_compress_epi8(bits, _mm512_load_si512(order));
  __m512i bases = _mm512_set1_epi32((int)base);
  int count = __builtin_popcountll(bits);
#define WIDEN(part)                                                                 \
  _mm512_storeu_si512(                                                              \
      places + 16 * part,                                                           \
      _mm512_add_epi32(bases, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(found, part))))
  WIDEN(0);
  if (count > 16) {
    WIDEN(1);
    if (count > 32) {
      WIDEN(2);
      WIDEN(3);
    }
  }
#undef WIDEN
  return places + count;
}

static inline utf8_avx512 utf8_begin_avx512(void) {
  return (utf8_avx512){_mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512()};
}

static inline __m512i high_four_avx512(__m512i x) {
  return _mm512_and_si512(_mm512_srli_epi16(x, 4), _mm512_set1_epi8(0x0F));
}

static inline void utf8_check_avx512(utf8_avx512 *utf8, block_avx512 x) {
  if (_mm512_movepi8_mask(x) == 0) {
    utf8->faults = _mm512_or_si512(utf8->faults, utf8->incomplete);
    utf8->incomplete = _mm512_setzero_si512();
    utf8->before = x;
    return;
  }
  __m512i shifted = _mm512_permutex2var_epi64(
      utf8->before, _mm512_setr_epi64(6, 7, 8, 9, 10, 11, 12, 13), x);
  __m512i back1 = _mm512_alignr_epi8(x, shifted, 15);
  __m512i back2 = _mm512_alignr_epi8(x, shifted, 14);
  __m512i back3 = _mm512_alignr_epi8(x, shifted, 13);
  __m512i pairs = _mm512_and_si512(
      _mm512_and_si512(
          _mm512_shuffle_epi8(TABLE_AVX512(utf8_first_high), high_four_avx512(back1)),
          _mm512_shuffle_epi8(
              TABLE_AVX512(utf8_first_low), _mm512_and_si512(back1, _mm512_set1_epi8(0x0F)))),
      _mm512_shuffle_epi8(TABLE_AVX512(utf8_second_high), high_four_avx512(x)));
  __m512i third = _mm512_subs_epu8(back2, _mm512_set1_epi8((char)(0xE0 - 0x80)));
  __m512i fourth = _mm512_subs_epu8(back3, _mm512_set1_epi8((char)(0xF0 - 0x80)));
  __m512i continued =
      _mm512_and_si512(_mm512_or_si512(third, fourth), _mm512_set1_epi8((char)0x80));
  utf8->faults = _mm512_or_si512(utf8->faults, _mm512_xor_si512(continued, pairs));
  // The last three octets may not begin what they do not end.
  __m512i most = _mm512_inserti64x2(
      _mm512_set1_epi8(-1),
      _mm_setr_epi8(
          -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, (char)0xEF, (char)0xDF, (char)0xBF),
      3);
  utf8->incomplete = _mm512_subs_epu8(x, most);
  utf8->before = x;
}

static inline bool utf8_end_avx512(utf8_avx512 *utf8, const uint8_t *text, size_t count) {
  (void)text;
  (void)count;
  __m512i faults = _mm512_or_si512(utf8->faults, utf8->incomplete);
  return _mm512_test_epi8_mask(faults, faults) == 0;
}
