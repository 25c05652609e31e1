// 64 octets as four registers of NEON, which every aarch64 has.

typedef struct {
  uint8x16_t part[4];
} block_neon;

typedef struct {
  uint8x16_t faults, before, incomplete;
} utf8_neon;

static inline block_neon load_neon(const uint8_t *at) {
  return (block_neon){{vld1q_u8(at), vld1q_u8(at + 16), vld1q_u8(at + 32), vld1q_u8(at + 48)}};
}

static inline void store_neon(uint8_t *at, block_neon block) {
  for (int index = 0; index < 4; index++) vst1q_u8(at + 16 * index, block.part[index]);
}

// A bit for each lane, of lanes that are all ones or zero: a bit is left in each, and sums of
// neighbours gather them.
static inline uint64_t mask_neon(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d) {
  const uint8x16_t bits = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  uint8x16_t low = vpaddq_u8(vandq_u8(a, bits), vandq_u8(b, bits));
  uint8x16_t high = vpaddq_u8(vandq_u8(c, bits), vandq_u8(d, bits));
  low = vpaddq_u8(low, high);
  low = vpaddq_u8(low, low);
  return vgetq_lane_u64(vreinterpretq_u64_u8(low), 0);
}

#define EACH_NEON(expression)                                  \
  ({                                                           \
    uint8x16_t results[4];                                     \
    for (int index = 0; index < 4; index++) {                  \
      uint8x16_t x = block.part[index];                        \
      results[index] = (expression);                           \
    }                                                          \
    mask_neon(results[0], results[1], results[2], results[3]); \
  })

static inline uint64_t equal_neon(block_neon block, char octet) {
  uint8x16_t other = vdupq_n_u8((uint8_t)octet);
  return EACH_NEON(vceqq_u8(x, other));
}

static inline uint64_t high_neon(block_neon block) {
  return EACH_NEON(vcgeq_u8(x, vdupq_n_u8(0x80)));
}

static inline uint64_t controls_neon(block_neon block) {
  return EACH_NEON(vcleq_u8(x, vdupq_n_u8(0x1F)));
}

static inline uint64_t to_escape_neon(block_neon block) {
  return EACH_NEON(vorrq_u8(
      vcleq_u8(x, vdupq_n_u8(0x1F)),
      vorrq_u8(vceqq_u8(x, vdupq_n_u8('"')), vceqq_u8(x, vdupq_n_u8('\\')))));
}

static inline void classify_neon(block_neon block, uint64_t *operators, uint64_t *spaces) {
  const uint8x16_t space_table = vld1q_u8(spaces_by_low), operator_table = vld1q_u8(operators_by_low);
  const uint8x16_t low = vdupq_n_u8(0x0F), bit = vdupq_n_u8(0x20);
  *spaces = EACH_NEON(vceqq_u8(vqtbl1q_u8(space_table, vandq_u8(x, low)), x));
  *operators =
      EACH_NEON(vceqq_u8(vqtbl1q_u8(operator_table, vandq_u8(x, low)), vorrq_u8(x, bit)));
}

static inline uint32_t *emit_neon(uint32_t *places, uint32_t base, uint64_t bits) {
  while (bits != 0) {
    *places++ = base + (uint32_t)__builtin_ctzll(bits);
    bits &= bits - 1;
  }
  return places;
}

static inline utf8_neon utf8_begin_neon(void) {
  uint8x16_t zero = vdupq_n_u8(0);
  return (utf8_neon){zero, zero, zero};
}

static inline uint8x16_t utf8_faults_neon(uint8x16_t x, uint8x16_t before) {
  const uint8x16_t first_high = vld1q_u8(utf8_first_high), first_low = vld1q_u8(utf8_first_low);
  const uint8x16_t second_high = vld1q_u8(utf8_second_high);
  uint8x16_t back1 = vextq_u8(before, x, 15);
  uint8x16_t pairs = vandq_u8(
      vandq_u8(
          vqtbl1q_u8(first_high, vshrq_n_u8(back1, 4)),
          vqtbl1q_u8(first_low, vandq_u8(back1, vdupq_n_u8(0x0F)))),
      vqtbl1q_u8(second_high, vshrq_n_u8(x, 4)));
  // The third octet of three and the third and fourth of four are continuations behind another.
  uint8x16_t third = vqsubq_u8(vextq_u8(before, x, 14), vdupq_n_u8(0xE0 - 0x80));
  uint8x16_t fourth = vqsubq_u8(vextq_u8(before, x, 13), vdupq_n_u8(0xF0 - 0x80));
  return veorq_u8(vandq_u8(vorrq_u8(third, fourth), vdupq_n_u8(0x80)), pairs);
}

static inline void utf8_check_neon(utf8_neon *utf8, block_neon block) {
  uint8x16_t all = vorrq_u8(
      vorrq_u8(block.part[0], block.part[1]), vorrq_u8(block.part[2], block.part[3]));
  if (vmaxvq_u8(all) < 0x80) {
    utf8->faults = vorrq_u8(utf8->faults, utf8->incomplete);
    utf8->incomplete = vdupq_n_u8(0);
  } else {
    // The last three octets may not begin what they do not end.
    const uint8x16_t most = {255, 255, 255, 255, 255, 255, 255,  255,
                             255, 255, 255, 255, 255, 0xEF, 0xDF, 0xBF};
    uint8x16_t before = utf8->before;
    for (int index = 0; index < 4; index++) {
      utf8->faults = vorrq_u8(utf8->faults, utf8_faults_neon(block.part[index], before));
      before = block.part[index];
    }
    utf8->incomplete = vqsubq_u8(block.part[3], most);
  }
  utf8->before = block.part[3];
}

static inline bool utf8_end_neon(utf8_neon *utf8, const uint8_t *text, size_t count) {
  (void)text;
  (void)count;
  return vmaxvq_u8(vorrq_u8(utf8->faults, utf8->incomplete)) == 0;
}
