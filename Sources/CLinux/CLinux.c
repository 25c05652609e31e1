// The POSIX form of strerror_r, not GNU's.
#undef _GNU_SOURCE
#define _POSIX_C_SOURCE 200809L
#define _DEFAULT_SOURCE
#include "CLinux.h"

void necro_error_text(int code, char *room, size_t octet_count) {
  if (octet_count == 0) return;
  // Of an unknown number, or too little room, the text is what there is of it.
  room[0] = 0;
  (void)strerror_r(code, room, octet_count);
  room[octet_count - 1] = 0;
}
