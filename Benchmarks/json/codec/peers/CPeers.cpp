#include "../CPeers/include/CPeers.h"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <simdjson.h>
#include <time.h>

#include <cstring>
#include <memory>
#include <string>

static simdjson::dom::parser simd_parser;
static simdjson::dom::element simd_document;
static std::unique_ptr<rapidjson::Document> rapid_document;
static rapidjson::StringBuffer rapid_output;
// The same constant, where the compiler does not see that its octets are never read.
static volatile char sink;

uint64_t peers_nanoseconds(void) {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return uint64_t(now.tv_sec) * 1000000000 + uint64_t(now.tv_nsec);
}

const char *peers_simdjson_kernel(void) {
  static std::string name = simdjson::get_active_implementation()->name();
  return name.c_str();
}

int peers_simdjson_parse(const char *text, size_t count, size_t capacity) {
  // It reads behind the document: given the room, it does not copy it.
  bool copies = capacity < count + simdjson::SIMDJSON_PADDING;
  auto result = simd_parser.parse(text, count, copies);
  if (result.error()) return 0;
  simd_document = result.value_unsafe();
  return 1;
}

int peers_rapidjson_parse(const char *text, size_t count) {
  rapid_document = std::make_unique<rapidjson::Document>();
  rapid_document->Parse<rapidjson::kParseFullPrecisionFlag | rapidjson::kParseValidateEncodingFlag>(
      text, count);
  return !rapid_document->HasParseError();
}

size_t peers_simdjson_write(void) {
  simdjson::internal::string_builder<> builder;
  builder.append(simd_document);
  sink = builder.str()[0];
  return builder.str().size();
}

size_t peers_rapidjson_write(void) {
  rapid_output.Clear();
  rapidjson::Writer<rapidjson::StringBuffer> writer(rapid_output);
  rapid_document->Accept(writer);
  sink = rapid_output.GetString()[0];
  return rapid_output.GetSize();
}

void peers_copy(char *to, const char *from, size_t count) {
  memcpy(to, from, count);
  sink = to[count / 2];
}
