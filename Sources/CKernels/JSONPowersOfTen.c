// The powers of ten from 10^-342 to 10^324, high and low word by turns. Computed when the library is
// loaded, which takes 30 microseconds: in the library they would be 10 KB.
#include "CKernels.h"

#include <string.h>

#define EXPONENT_MIN (-342)
#define EXPONENT_MAX 324
// 5^324 has 753 bits. 2^960 / 5^342 still has 128 bits before its point.
#define LIMBS 31

uint64_t necro_json_powers[2 * (EXPONENT_MAX - EXPONENT_MIN + 1)];

// Stores the 128 bits from the top one on. A power of ten has those of the power of five.
static void store(int exponent, const uint32_t *limbs) {
  int top = LIMBS - 1;
  while (limbs[top] == 0) top -= 1;
  const int shift = __builtin_clz(limbs[top]);
  uint32_t words[5];
  for (int index = 0; index < 5; index += 1) words[index] = top >= index ? limbs[top - index] : 0;
  uint64_t *place = necro_json_powers + 2 * (exponent - EXPONENT_MIN);
  for (int half = 0; half < 2; half += 1) {
    const uint32_t *from = words + 2 * half;
    const uint64_t word = (uint64_t)from[0] << 32 | from[1];
    place[half] = word << shift | ((uint64_t)from[2] << shift) >> 32;
  }
}

__attribute__((constructor)) static void fill(void) {
  uint32_t limbs[LIMBS] = {1};
  for (int exponent = 0; exponent <= EXPONENT_MAX; exponent += 1) {
    store(exponent, limbs);
    uint64_t carry = 0;
    for (int index = 0; index < LIMBS; index += 1) {
      carry += (uint64_t)limbs[index] * 5;
      limbs[index] = (uint32_t)carry;
      carry >>= 32;
    }
  }
  memset(limbs, 0, sizeof limbs);
  limbs[LIMBS - 1] = 1;
  // Rounded down each time, which is as if the quotient by the whole power were rounded down.
  for (int exponent = -1; exponent >= EXPONENT_MIN; exponent -= 1) {
    uint64_t rest = 0;
    for (int index = LIMBS - 1; index >= 0; index -= 1) {
      rest = rest << 32 | limbs[index];
      limbs[index] = (uint32_t)(rest / 5);
      rest %= 5;
    }
    store(exponent, limbs);
  }
}
