/// Embedded Swift's runtime lacks the counting of references that no other thread sees, which
/// `-assume-single-threaded` has the compiler call. It is here, for objects as that runtime lays them
/// out: the second word counts, its highest bit apart; all ones are an object that is never freed.
///
/// What it cannot be sure of it leaves to the runtime: the last reference, and objects that are none.
#ifdef NECRO_EMBEDDED
#include <stdint.h>

void swift_release_n(void *object, uint32_t count);

static uint64_t *count_of(void *object) { return (uint64_t *)object + 1; }

/// References but for those that the object is freed without; 0 for what is not counted.
static uint64_t references(void *object) {
  if ((intptr_t)object <= 0) return 0;
  const uint64_t count = *count_of(object) << 1 >> 1;
  return count == UINT64_MAX >> 1 ? 0 : count;
}

void *swift_nonatomic_retain_n(void *object, uint32_t count) {
  if (references(object) > 0) *count_of(object) += count;
  return object;
}

void *swift_nonatomic_retain(void *object) { return swift_nonatomic_retain_n(object, 1); }

void swift_nonatomic_release_n(void *object, uint32_t count) {
  if (references(object) > count) {
    *count_of(object) -= count;
  } else {
    swift_release_n(object, count);
  }
}

void swift_nonatomic_release(void *object) { swift_nonatomic_release_n(object, 1); }
#endif
