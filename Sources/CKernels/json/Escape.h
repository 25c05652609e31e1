// The escaping copy. Included once for each level, behind its blocks.

#ifndef NECRO_JSON_ESCAPE_SHARED
#define NECRO_JSON_ESCAPE_SHARED

// Writes the escape of an octet, and up to eight octets.
static inline size_t write_escape(uint8_t *out, uint8_t octet) {
  // The letter behind the backslash of the short forms.
  static const uint8_t letters[32] = {[8] = 'b', [9] = 't', [10] = 'n', [12] = 'f', [13] = 'r'};
  uint8_t letter = octet >= 0x20 ? octet : letters[octet];
  if (letter != 0) {
    out[0] = '\\';
    out[1] = letter;
    return 2;
  }
  uint8_t digit = octet & 15;
  memcpy(out, octet < 16 ? "\\u000" : "\\u001", 5);
  out[5] = digit < 10 ? '0' + digit : 'a' - 10 + digit;
  return 6;
}

static inline bool is_escaped(uint8_t octet) {
  return octet < 0x20 || octet == '"' || octet == '\\';
}
#endif

static size_t NAME(escape, LEVEL)(
    const uint8_t *text, size_t count, size_t *taken, uint8_t *out, size_t room) {
  size_t at = 0, written = 0;
  while (count - at >= 64) {
    if (room - written < NECRO_JSON_ESCAPE_ROOM) goto end;
    NAME(block, LEVEL) block = NAME(load, LEVEL)(text + at);
    NAME(store, LEVEL)(out + written, block);
    uint64_t escaped = NAME(to_escape, LEVEL)(block);
    if (escaped == 0) {
      at += 64;
      written += 64;
      continue;
    }
    size_t plain = (size_t)__builtin_ctzll(escaped);
    written += plain;
    at += plain;
    written += write_escape(out + written, text[at++]);
  }
  while (at < count) {
    if (room - written < NECRO_JSON_ESCAPE_ROOM) goto end;
    size_t rest = count - at;
    if (rest >= 16) {
      necro_block block = necro_load(text + at);
      memcpy(out + written, &block, 16);
      necro_set escaped = necro_gather(necro_escaped_block(block));
      size_t plain = escaped == 0 ? 16 : necro_first(escaped);
      written += plain;
      at += plain;
      if (escaped != 0) written += write_escape(out + written, text[at++]);
    } else if (count >= 16) {
      // The last sixteen octets, those that were taken shifted out.
      necro_block block = necro_load(text + count - 16);
      necro_set escaped =
          necro_gather(necro_escaped_block(block)) >> ((16 - rest) * NECRO_BITS_PER_OCTET);
      size_t plain = escaped == 0 ? rest : necro_first(escaped);
      for (size_t octet = 0; octet < plain; octet++) out[written + octet] = text[at + octet];
      written += plain;
      at += plain;
      if (escaped != 0) written += write_escape(out + written, text[at++]);
    } else {
      uint8_t octet = text[at++];
      if (is_escaped(octet)) {
        written += write_escape(out + written, octet);
      } else {
        out[written++] = octet;
      }
    }
  }
end:
  *taken += at;
  return written;
}
