#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

uint64_t peers_nanoseconds(void);
const char *peers_simdjson_kernel(void);

// Each parses a whole document, keeps it, and says whether it was JSON.
int peers_simdjson_parse(const char *text, size_t count, size_t capacity);
int peers_rapidjson_parse(const char *text, size_t count);

// Each writes the document that it parsed last, and returns the number of octets.
size_t peers_simdjson_write(void);
size_t peers_rapidjson_write(void);

// Copies, as a bound to what can be had.
void peers_copy(char *to, const char *from, size_t count);

#ifdef __cplusplus
}
#endif
