// Holds the kernels of Sources/CKernels, as they are on arm64, against loops over single octets:
// random octets, from and to anywhere. Clang alone builds it. Ends with status 0, or with 1 after a line
// that names what differs.
#include "program.h"

#include "CKernels.h"

static int is_letter(uint8_t octet) {
  return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z');
}

static int is_digit(uint8_t octet) { return octet >= '0' && octet <= '9'; }

static int is_text(uint8_t octet) { return octet == '\t' || (octet >= 0x20 && octet != 0x7F); }

static int is_name(uint8_t octet) { return is_letter(octet) || octet == '-'; }

static int is_host(uint8_t octet) {
  return is_letter(octet) || is_digit(octet) || octet == '-' || octet == '.';
}

static int is_path(uint8_t octet) {
  return is_host(octet) || octet == '/' || octet == ':' || octet == ';' || octet == '&' ||
         octet == '=' || octet == '_';
}

struct kernel {
  const char *name;
  size_t (*pass)(const uint8_t *, size_t, size_t);
  int (*belongs)(uint8_t);
};

static const struct kernel kernels[] = {
  {"text", necro_pass_text, is_text},
  {"name", necro_pass_name, is_name},
  {"path", necro_pass_path, is_path},
  {"host", necro_pass_host, is_host},
};

// A kernel may stop short of a stranger when less than a block is left in front of it: what it passes
// over has to belong, and where a whole block can be loaded it has to reach the first stranger.
static int agrees(const struct kernel *kernel, const uint8_t *octets, size_t from, size_t to) {
  size_t end_of_run = from;
  while (end_of_run < to && kernel->belongs(octets[end_of_run])) end_of_run++;
  size_t passed = kernel->pass(octets, from, to);
  return to < 16 ? passed >= from && passed <= end_of_run : passed == end_of_run;
}

static unsigned long compared;

static void compare(const uint8_t *octets, size_t from, size_t to) {
  for (size_t index = 0; index < sizeof kernels / sizeof kernels[0]; index++) {
    compared++;
    if (agrees(&kernels[index], octets, from, to)) continue;
    write_text(kernels[index].name);
    write_text(" differs from ");
    write_number(from);
    write_text(" to ");
    write_number(to);
    write_text(" of:");
    for (size_t at = 0; at < to; at++) {
      write_text(" ");
      write_number(octets[at]);
    }
    write_text("\n");
    end(1);
  }
}

void _start(void) {
  static uint8_t octets[80];
  // Every octet at every place of a block, and of the one that overlaps it.
  for (size_t at = 0; at < 40; at++) {
    for (int octet = 0; octet < 256; octet++) {
      for (size_t index = 0; index < 40; index++) octets[index] = 'a';
      octets[at] = (uint8_t)octet;
      for (size_t to = at + 1; to <= 40; to++) compare(octets, 0, to);
    }
  }
  for (int round = 0; round < 400; round++) {
    size_t count = random_number() % 70;
    // Strangers come seldom, so that runs have every length; in each fourth round any octet may come.
    for (size_t index = 0; index < count; index++) {
      uint64_t number = random_number();
      octets[index] = number % 24 == 0 || round % 4 == 0 ? (uint8_t)(number >> 8)
                                                         : (uint8_t)('a' + number % 26);
    }
    for (size_t from = 0; from <= count; from++) {
      for (size_t to = from; to <= count; to++) compare(octets, from, to);
    }
  }
  write_number(compared);
  write_text(" comparisons\n");
  end(0);
}
