#include "CHTTPParser.h"

#include <stdio.h>
#include <stdlib.h>

// A plain `swift build` compiles this too and must not need the library: it is loaded when a test
// first asks for it, and its absence ends that test with what to do.
_Noreturn static void missing(void) {
  fputs("libhttp_parser is missing: apt-get install libhttp-parser-dev\n", stderr);
  abort();
}

#if !__has_include(<http_parser.h>)

const char *necro_http_parser_run(
    const uint8_t *octets, size_t count, necro_http_parser_sink sink, void *context,
    int *upgrades) {
  (void)octets, (void)count, (void)sink, (void)context, (void)upgrades;
  missing();
}

#else

#include <dlfcn.h>
#include <http_parser.h>

static void *function(const char *name) {
  void *library = dlopen("libhttp_parser.so", RTLD_NOW);
  void *found = library ? dlsym(library, name) : NULL;
  if (found == NULL) missing();
  return found;
}

#define LOADED(name) ((__typeof__(&name))function(#name))

struct run {
  necro_http_parser_sink sink;
  void *context;
};

static int emit(http_parser *parser, enum necro_http_parser_event event, const char *at, size_t count) {
  const struct run *run = parser->data;
  run->sink(run->context, event, (const uint8_t *)at, count, NULL);
  return 0;
}

static int on_message_begin(http_parser *parser) { return emit(parser, NECRO_HTTP_BEGIN, NULL, 0); }

static int on_url(http_parser *parser, const char *at, size_t count) {
  return emit(parser, NECRO_HTTP_URL, at, count);
}

static int on_header_field(http_parser *parser, const char *at, size_t count) {
  return emit(parser, NECRO_HTTP_FIELD, at, count);
}

static int on_header_value(http_parser *parser, const char *at, size_t count) {
  return emit(parser, NECRO_HTTP_VALUE, at, count);
}

static int on_body(http_parser *parser, const char *at, size_t count) {
  return emit(parser, NECRO_HTTP_BODY, at, count);
}

static int on_message_complete(http_parser *parser) {
  return emit(parser, NECRO_HTTP_COMPLETE, NULL, 0);
}

static int on_headers_complete(http_parser *parser) {
  const struct run *run = parser->data;
  struct necro_http_parser_head head = {
      .method = LOADED(http_method_str)(parser->method),
      .major = parser->http_major,
      .minor = parser->http_minor,
      .keeps_alive = LOADED(http_should_keep_alive)(parser),
      .is_chunked = (parser->flags & F_CHUNKED) != 0,
      .content_length = parser->content_length,
  };
  run->sink(run->context, NECRO_HTTP_HEAD, NULL, 0, &head);
  return 0;
}

const char *necro_http_parser_run(
    const uint8_t *octets, size_t count, necro_http_parser_sink sink, void *context,
    int *upgrades) {
  struct run run = {.sink = sink, .context = context};
  http_parser_settings settings;
  LOADED(http_parser_settings_init)(&settings);
  settings.on_message_begin = on_message_begin;
  settings.on_url = on_url;
  settings.on_header_field = on_header_field;
  settings.on_header_value = on_header_value;
  settings.on_headers_complete = on_headers_complete;
  settings.on_body = on_body;
  settings.on_message_complete = on_message_complete;
  http_parser parser;
  LOADED(http_parser_init)(&parser, HTTP_REQUEST);
  parser.data = &run;
  // No octets would mean the end of the connection.
  if (count > 0) {
    LOADED(http_parser_execute)(&parser, &settings, (const char *)octets, count);
  }
  *upgrades = parser.upgrade;
  if (HTTP_PARSER_ERRNO(&parser) == HPE_OK) return NULL;
  return LOADED(http_errno_name)(HTTP_PARSER_ERRNO(&parser));
}

#endif
