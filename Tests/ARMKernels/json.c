// Holds the kernels of JSON, as they are on arm64, against loops over single octets: texts of tokens,
// whole and damaged, and strings with octets to escape at every place. Clang alone builds it. Ends with
// status 0, or with 1 after a line that names what differs.
#include "program.h"

#include "CKernels.h"
#include "JSONKernels.h"

#define COUNT_MAX 512

static unsigned long compared;

static void fail(const char *what, const uint8_t *text, size_t count) {
  write_text(what);
  write_text(" differs for:");
  for (size_t at = 0; at < count; at++) {
    write_text(" ");
    write_number(text[at]);
  }
  write_text("\n");
  end(1);
}

// MARK: The index

// The length of the UTF-8 sequence at the start of the octets; 0 if there is none. `RFC 3629 §4`
static size_t sequence(const uint8_t *text, size_t count) {
  uint8_t first = text[0];
  if (first < 0x80) return 1;
  size_t length = first >= 0xC2 && first <= 0xDF ? 2 : first >= 0xE0 && first <= 0xEF ? 3
                : first >= 0xF0 && first <= 0xF4 ? 4 : 0;
  if (length == 0 || length > count) return 0;
  uint8_t low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  uint8_t high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  for (size_t index = 1; index < length; index++) {
    if (text[index] < low || text[index] > high) return 0;
    low = 0x80, high = 0xBF;
  }
  return length;
}

static int is_space(uint8_t octet) {
  return octet == ' ' || octet == '\t' || octet == '\n' || octet == '\r';
}

// Also two control characters, which are no tokens for whoever reads them.
static int is_operator(uint8_t octet) {
  octet |= 0x20;
  return octet == ',' || octet == ':' || octet == '{' || octet == '}';
}

static size_t reference(const uint8_t *text, size_t count, uint32_t *places, uint64_t *blocks) {
  for (size_t at = 0; at < count;) {
    size_t length = sequence(text + at, count - at);
    if (length == 0) return NECRO_JSON_FAULT;
    at += length;
  }
  size_t found = 0;
  int in_string = 0, is_escaped = 0, behind_plain = 0;
  for (size_t at = 0; at < count; at++) {
    uint8_t octet = text[at];
    if (at % 64 == 0) blocks[at / 64 * 2] = blocks[at / 64 * 2 + 1] = 0;
    if (octet == '\\' || octet >= 0x80) blocks[at / 64 * 2] |= 1ull << (at % 64);
    if (octet == '\\') blocks[at / 64 * 2 + 1] |= 1ull << (at % 64);
    int is_quote = octet == '"' && !is_escaped;
    is_escaped = octet == '\\' && !is_escaped;
    int was_in_string = in_string;
    if (is_quote) in_string = !in_string;
    if (was_in_string && !is_quote && octet < 0x20) return NECRO_JSON_FAULT;
    int is_scalar = !is_space(octet) && !is_operator(octet);
    int begins = is_operator(octet) || (is_scalar && !behind_plain);
    behind_plain = is_scalar && !is_quote;
    if (begins && !was_in_string) places[found++] = (uint32_t)at;
  }
  return in_string ? NECRO_JSON_FAULT : found;
}

static void compare_index(const uint8_t *text, size_t count) {
  static uint32_t places[COUNT_MAX + 64], others[COUNT_MAX + 64];
  static uint64_t blocks[COUNT_MAX / 32 + 4], others_blocks[COUNT_MAX / 32 + 4];
  compared++;
  size_t found = necro_json_index(NECRO_JSON_BASELINE, text, count, places, blocks);
  size_t expected = reference(text, count, others, others_blocks);
  if (found != expected) fail("the number of places", text, count);
  if (found == NECRO_JSON_FAULT) return;
  for (size_t index = 0; index < found; index++) {
    if (places[index] != others[index]) fail("a place", text, count);
  }
  for (size_t index = 0; index < (count + 63) / 64 * 2; index++) {
    if (blocks[index] != others_blocks[index]) fail("a block's bits", text, count);
  }
}

static const char *const tokens[] = {
  "{", "}", "[", "]", ",", ":", " ", "\n", "\t", "null", "-1.5e3", "\"a\"", "\"\\\"\"", "\"\\\\\"",
  "\"\\\\\\\"\"", "\"long enough for a block of its own, and for one more of sixteen octets\"",
  "\"\xC3\xA9\"", "\"\xE2\x82\xAC\"", "\"\xF0\x9F\x92\x80\"", "\xEF\xBF\xBF", "\"", "\\", "\x0C", "\x1A",
};

// Octets that matter somewhere: quotes, backslashes, controls, and those of UTF-8's sequences.
static const uint8_t strange[] = {'"', '\\', 0, 0x1F, 0x7F, 0x80, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2,
                                  0xDF, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5, 0xFF, ',', '\n'};

static void compare_texts(void) {
  static uint8_t text[COUNT_MAX];
  for (int round = 0; round < 60000; round++) {
    size_t count = 0, limit = random_number() % 300;
    while (count < limit) {
      const char *token = tokens[random_number() % (sizeof tokens / sizeof tokens[0])];
      for (; *token != 0; token++) text[count++] = (uint8_t)*token;
    }
    if (round % 2 == 0 && count > 0) {
      text[random_number() % count] = strange[random_number() % sizeof strange];
    }
    compare_index(text, count);
  }
  // Every strange octet, and two of them, at every place of two blocks.
  for (size_t at = 0; at < 130; at++) {
    for (size_t one = 0; one < sizeof strange; one++) {
      for (size_t other = 0; other < sizeof strange; other++) {
        for (size_t index = 0; index < 140; index++) text[index] = 'x';
        text[0] = text[139] = '"';
        text[at] = strange[one];
        text[at + 1] = strange[other];
        compare_index(text, 140);
        compare_index(text, at + 2);
      }
    }
  }
}

// MARK: The escaping copy

static size_t escape(const uint8_t *text, size_t count, uint8_t *out) {
  size_t written = 0;
  for (size_t at = 0; at < count; at++) {
    uint8_t octet = text[at], letter = octet;
    if (octet >= 0x20 && octet != '"' && octet != '\\') {
      out[written++] = octet;
      continue;
    }
    switch (octet) {
      case 8: letter = 'b'; break;
      case 9: letter = 't'; break;
      case 10: letter = 'n'; break;
      case 12: letter = 'f'; break;
      case 13: letter = 'r'; break;
    }
    out[written++] = '\\';
    if (letter >= 0x20) {
      out[written++] = letter;
    } else {
      out[written++] = 'u';
      out[written++] = '0';
      out[written++] = '0';
      out[written++] = octet < 16 ? '0' : '1';
      out[written++] = (uint8_t)"0123456789abcdef"[octet & 15];
    }
  }
  return written;
}

static void compare_strings(void) {
  static uint8_t text[COUNT_MAX], out[COUNT_MAX * 6 + 128], expected[COUNT_MAX * 6];
  for (int round = 0; round < 40000; round++) {
    size_t count = random_number() % 200;
    for (size_t index = 0; index < count; index++) {
      uint64_t number = random_number();
      text[index] = number % 32 == 0 || round % 8 == 0 ? (uint8_t)(number >> 8) : 'a';
    }
    compared++;
    size_t length = escape(text, count, expected), written = 0, taken = 0;
    while (taken < count) {
      size_t room = NECRO_JSON_ESCAPE_ROOM + random_number() % 100, before = taken;
      written += necro_json_escape(
          NECRO_JSON_BASELINE, text + taken, count - taken, &taken, out + written, room);
      if (taken == before) fail("the progress of a copy", text, count);
    }
    if (written != length) fail("the length of a copy", text, count);
    for (size_t index = 0; index < length; index++) {
      if (out[index] != expected[index]) fail("a copy", text, count);
    }
    if (count > 32) continue;
    // It may refuse nothing that stands for itself, and copy nothing else.
    if (necro_json_copy_short(out, text, count) != (length == count)) {
      fail("what a short copy takes", text, count);
    }
    for (size_t index = 0; length == count && index < count; index++) {
      if (out[index] != text[index]) fail("a short copy", text, count);
    }
  }
}

void _start(void) {
  compare_texts();
  compare_strings();
  write_number(compared);
  write_text(" comparisons\n");
  end(0);
}
