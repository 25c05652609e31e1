// The kernels of JSON: the same bodies, compiled for each level with the blocks of that level.
#include "CKernels.h"

#include <string.h>

#include "json/Tables.h"

#define NAME_OF(name, level) name##_##level
#define NAME(name, level) NAME_OF(name, level)

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#define LEVEL sse2
#include "json/BlockSSE2.h"
#include "json/Index.h"
#include "json/Escape.h"
#undef LEVEL

#pragma clang attribute push( \
    __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt,pclmul"))), apply_to = function)
#define LEVEL avx2
#define HAS_CARRYLESS_PRODUCT 1
#include "json/BlockAVX2.h"
#include "json/Index.h"
#include "json/Escape.h"
#undef LEVEL
#pragma clang attribute pop

#pragma clang attribute push( \
    __attribute__((target( \
        "avx2,bmi,bmi2,lzcnt,popcnt,pclmul,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi," \
        "avx512vbmi2"))), \
    apply_to = function)
#define LEVEL avx512
#include "json/BlockAVX512.h"
#include "json/Index.h"
#include "json/Escape.h"
#undef LEVEL
#pragma clang attribute pop

#define BIT(number) (1u << (number))
#define HAS(word, bits) (((word) & (bits)) == (bits))

// Asked of the processor itself: the compiler's own way brings 5 KB of the names of processors.
static int detected(void) {
  unsigned eax, ebx, ecx, edx;
  // PCLMULQDQ, POPCNT, AVX, and that the system lets XGETBV say which registers it keeps.
  if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !HAS(ecx, BIT(1) | BIT(23) | BIT(27) | BIT(28)))
    return NECRO_JSON_BASELINE;
  unsigned kept, keptHigh;
  __asm__("xgetbv" : "=a"(kept), "=d"(keptHigh) : "c"(0));
  // BMI1, AVX2 and BMI2, and the upper halves of the registers.
  if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) ||
      !HAS(ebx, BIT(3) | BIT(5) | BIT(8)) || !HAS(kept, BIT(1) | BIT(2)))
    return NECRO_JSON_BASELINE;
  // AVX512F, DQ, BW and VL, VBMI and VBMI2, and their registers.
  if (!HAS(ebx, BIT(16) | BIT(17) | BIT(30) | BIT(31)) || !HAS(ecx, BIT(1) | BIT(6)) ||
      !HAS(kept, BIT(5) | BIT(6) | BIT(7)))
    return NECRO_JSON_AVX2;
  return NECRO_JSON_AVX512;
}

int necro_json_level(void) {
  // Asked once; that two threads may both ask does no harm.
  static int known;
  int level = __atomic_load_n(&known, __ATOMIC_RELAXED);
  if (level == 0) {
    level = detected();
    __atomic_store_n(&known, level, __ATOMIC_RELAXED);
  }
  return level;
}

size_t necro_json_index(
    int level, const uint8_t *text, size_t count, uint32_t *places, uint64_t *blocks) {
  if (level == NECRO_JSON_AVX512) return index_avx512(text, count, places, blocks);
  if (level == NECRO_JSON_AVX2) return index_avx2(text, count, places, blocks);
  return index_sse2(text, count, places, blocks);
}

size_t necro_json_escape(
    int level, const uint8_t *text, size_t count, size_t *taken, uint8_t *out, size_t room) {
  if (level == NECRO_JSON_AVX512) return escape_avx512(text, count, taken, out, room);
  if (level == NECRO_JSON_AVX2) return escape_avx2(text, count, taken, out, room);
  return escape_sse2(text, count, taken, out, room);
}

#elif defined(__aarch64__)

#define LEVEL neon
#include "json/BlockNEON.h"
#include "json/Index.h"
#include "json/Escape.h"
#undef LEVEL

int necro_json_level(void) { return NECRO_JSON_BASELINE; }

size_t necro_json_index(
    int level, const uint8_t *text, size_t count, uint32_t *places, uint64_t *blocks) {
  (void)level;
  return index_neon(text, count, places, blocks);
}

size_t necro_json_escape(
    int level, const uint8_t *text, size_t count, size_t *taken, uint8_t *out, size_t room) {
  (void)level;
  return escape_neon(text, count, taken, out, room);
}

#endif
