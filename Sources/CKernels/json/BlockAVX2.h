// 64 octets as two registers of AVX2.

typedef struct {
  __m256i low, high;
} block_avx2;

typedef struct {
  __m256i faults, before, incomplete;
} utf8_avx2;

static inline block_avx2 load_avx2(const uint8_t *at) {
  return (block_avx2){
      _mm256_loadu_si256((const __m256i *)at), _mm256_loadu_si256((const __m256i *)at + 1)};
}

static inline void store_avx2(uint8_t *at, block_avx2 block) {
  _mm256_storeu_si256((__m256i *)at, block.low);
  _mm256_storeu_si256((__m256i *)at + 1, block.high);
}

static inline uint64_t mask_avx2(__m256i low, __m256i high) {
  return (uint64_t)(uint32_t)_mm256_movemask_epi8(low) |
         (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

static inline uint64_t equal_avx2(block_avx2 block, char octet) {
  __m256i other = _mm256_set1_epi8(octet);
  return mask_avx2(_mm256_cmpeq_epi8(block.low, other), _mm256_cmpeq_epi8(block.high, other));
}

static inline uint64_t high_avx2(block_avx2 block) { return mask_avx2(block.low, block.high); }

static inline __m256i up_to_avx2(__m256i x, char last) {
  return _mm256_cmpeq_epi8(_mm256_min_epu8(x, _mm256_set1_epi8(last)), x);
}

static inline uint64_t controls_avx2(block_avx2 block) {
  return mask_avx2(up_to_avx2(block.low, 0x1F), up_to_avx2(block.high, 0x1F));
}

static inline __m256i part_to_escape_avx2(__m256i x) {
  return _mm256_or_si256(
      up_to_avx2(x, 0x1F), _mm256_or_si256(
                               _mm256_cmpeq_epi8(x, _mm256_set1_epi8('"')),
                               _mm256_cmpeq_epi8(x, _mm256_set1_epi8('\\'))));
}

static inline uint64_t to_escape_avx2(block_avx2 block) {
  return mask_avx2(part_to_escape_avx2(block.low), part_to_escape_avx2(block.high));
}

// A table of sixteen in both halves.
#define TABLE_AVX2(table) _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)table))

static inline void classify_avx2(block_avx2 block, uint64_t *operators, uint64_t *spaces) {
  const __m256i space_table = TABLE_AVX2(spaces_by_low), operator_table = TABLE_AVX2(operators_by_low);
  const __m256i bit = _mm256_set1_epi8(0x20);
  *spaces = mask_avx2(
      _mm256_cmpeq_epi8(_mm256_shuffle_epi8(space_table, block.low), block.low),
      _mm256_cmpeq_epi8(_mm256_shuffle_epi8(space_table, block.high), block.high));
  *operators = mask_avx2(
      _mm256_cmpeq_epi8(
          _mm256_shuffle_epi8(operator_table, block.low), _mm256_or_si256(block.low, bit)),
      _mm256_cmpeq_epi8(
          _mm256_shuffle_epi8(operator_table, block.high), _mm256_or_si256(block.high, bit)));
}

// Eight are written at once, so that only their number is a branch.
static inline uint32_t *emit_avx2(uint32_t *places, uint32_t base, uint64_t bits) {
  if (bits == 0) return places;
  uint32_t *end = places + __builtin_popcountll(bits);
  do {
    for (int index = 0; index < 8; index++) {
      places[index] = base + (uint32_t)_tzcnt_u64(bits);
      bits = _blsr_u64(bits);
    }
    places += 8;
  } while (bits != 0);
  return end;
}

static inline utf8_avx2 utf8_begin_avx2(void) {
  return (utf8_avx2){_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256()};
}

static inline __m256i high_four_avx2(__m256i x) {
  return _mm256_and_si256(_mm256_srli_epi16(x, 4), _mm256_set1_epi8(0x0F));
}

static inline __m256i utf8_faults_avx2(__m256i x, __m256i before) {
  __m256i shifted = _mm256_permute2x128_si256(before, x, 0x21);
  __m256i back1 = _mm256_alignr_epi8(x, shifted, 15);
  __m256i back2 = _mm256_alignr_epi8(x, shifted, 14);
  __m256i back3 = _mm256_alignr_epi8(x, shifted, 13);
  __m256i pairs = _mm256_and_si256(
      _mm256_and_si256(
          _mm256_shuffle_epi8(TABLE_AVX2(utf8_first_high), high_four_avx2(back1)),
          _mm256_shuffle_epi8(
              TABLE_AVX2(utf8_first_low), _mm256_and_si256(back1, _mm256_set1_epi8(0x0F)))),
      _mm256_shuffle_epi8(TABLE_AVX2(utf8_second_high), high_four_avx2(x)));
  // The third octet of three and the third and fourth of four are continuations behind another.
  __m256i third = _mm256_subs_epu8(back2, _mm256_set1_epi8((char)(0xE0 - 0x80)));
  __m256i fourth = _mm256_subs_epu8(back3, _mm256_set1_epi8((char)(0xF0 - 0x80)));
  __m256i continued =
      _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)0x80));
  return _mm256_xor_si256(continued, pairs);
}

static inline void utf8_check_avx2(utf8_avx2 *utf8, block_avx2 block) {
  if (_mm256_movemask_epi8(_mm256_or_si256(block.low, block.high)) == 0) {
    utf8->faults = _mm256_or_si256(utf8->faults, utf8->incomplete);
    utf8->incomplete = _mm256_setzero_si256();
  } else {
    // The last three octets may not begin what they do not end.
    const __m256i most = _mm256_setr_epi8(
        -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
        -1, -1, -1, -1, -1, -1, (char)0xEF, (char)0xDF, (char)0xBF);
    utf8->faults = _mm256_or_si256(
        utf8->faults, _mm256_or_si256(
                          utf8_faults_avx2(block.low, utf8->before),
                          utf8_faults_avx2(block.high, block.low)));
    utf8->incomplete = _mm256_subs_epu8(block.high, most);
  }
  utf8->before = block.high;
}

static inline bool utf8_end_avx2(utf8_avx2 *utf8, const uint8_t *text, size_t count) {
  (void)text;
  (void)count;
  __m256i faults = _mm256_or_si256(utf8->faults, utf8->incomplete);
  return _mm256_testz_si256(faults, faults);
}
