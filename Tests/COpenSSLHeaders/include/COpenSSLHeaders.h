#pragma once
#include <stdbool.h>

/// Whether the options that Necro sets are the ones that OpenSSL's headers name; that the functions
/// and constants are the same has been seen when this target compiled.
bool necro_openssl_declarations_match(void);
