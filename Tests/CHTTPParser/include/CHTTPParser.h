#pragma once
#include <stddef.h>
#include <stdint.h>

// Debian's libhttp_parser, reduced to one function: a parser that shares nothing with ours.

// What a callback is about.
enum necro_http_parser_event {
  NECRO_HTTP_BEGIN,
  NECRO_HTTP_URL,
  NECRO_HTTP_FIELD,
  NECRO_HTTP_VALUE,
  NECRO_HTTP_HEAD,
  NECRO_HTTP_BODY,
  NECRO_HTTP_COMPLETE,
};

// What is known at the end of a head.
struct necro_http_parser_head {
  const char *method;
  uint16_t major;
  uint16_t minor;
  int keeps_alive;
  int is_chunked;
  // All ones without Content-Length.
  uint64_t content_length;
};

// `octets` are a part of an element, `head` is there with NECRO_HTTP_HEAD alone.
typedef void (*necro_http_parser_sink)(
    void *context, enum necro_http_parser_event event, const uint8_t *octets, size_t count,
    const struct necro_http_parser_head *head);

// Parses requests until the octets end, an error, or an upgrade. Returns the name of the error, or
// null; `upgrades` is set when the octets behind the last request are another protocol's.
const char *necro_http_parser_run(
    const uint8_t *octets, size_t count, necro_http_parser_sink sink, void *context,
    int *upgrades);
