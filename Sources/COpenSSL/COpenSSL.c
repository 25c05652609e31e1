#include "COpenSSL.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct necro_openssl necro_openssl;

// The names in the table's order, one behind the other: without pointers there is nothing to relocate.
static const char function_names[] =
#define NECRO_NAME(result, name, parameters, arguments) #name "\0"
    NECRO_OPENSSL_FUNCTIONS(NECRO_NAME)
#undef NECRO_NAME
    ;

static pthread_mutex_t load_lock = PTHREAD_MUTEX_INITIALIZER;
static bool is_loaded;
static char failure[512];
static EVP_CIPHER *ticket_cipher;

static void fail(const char *file, const char *why) {
  snprintf(
      failure, sizeof failure,
      "TLS needs OpenSSL 3, and %s could not be loaded (%s): install it with "
      "`apt install libssl3`, `dnf install openssl-libs` or `apk add libssl3`",
      file, why);
}

static bool load(const char *file) {
  void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    const char *why = dlerror();
    fail(file, why == NULL ? "it cannot be opened" : why);
    return false;
  }
  void *found[sizeof necro_openssl / sizeof(void *)];
  const char *name = function_names;
  for (size_t index = 0; index < sizeof found / sizeof *found; index++) {
    // What libssl depends on is searched too: the functions of libcrypto are found by its handle.
    found[index] = dlsym(library, name);
    if (found[index] == NULL) {
      char why[128];
      snprintf(why, sizeof why, "it has no %s", name);
      fail(file, why);
      return false;
    }
    name += strlen(name) + 1;
  }
  memcpy(&necro_openssl, found, sizeof found);
  if (necro_OpenSSL_version_num() < 0x30000000ul) {
    fail(file, "it is older than 3.0");
    return false;
  }
  if (necro_OPENSSL_init_ssl(0, NULL) != 1) {
    fail(file, "its configuration is broken");
    return false;
  }
  ticket_cipher = necro_EVP_CIPHER_fetch(NULL, "AES-256-CBC", NULL);
  necro_ERR_clear_error();
  return true;
}

const char *necro_openssl_load(void) {
  pthread_mutex_lock(&load_lock);
  if (!is_loaded) {
    const char *named = getenv("NECRO_LIBSSL");
    is_loaded = load(named != NULL && *named != 0 ? named : "libssl.so.3");
  }
  bool loaded = is_loaded;
  pthread_mutex_unlock(&load_lock);
  return loaded ? NULL : failure;
}

// OpenSSL's parameter: a name, a type, the value and its size.
struct ossl_param_st {
  const char *key;
  unsigned int data_type;
  void *data;
  size_t data_size;
  size_t return_size;
};

int necro_ticket_keys_set(
    EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, const unsigned char *cipher_key,
    const unsigned char *mac_key, const unsigned char *iv, int encrypts) {
  char digest[] = "SHA256";
  // 4 is the type of a UTF-8 string, and the last size says that nothing was returned yet.
  OSSL_PARAM parameters[2] = {{"digest", 4, digest, sizeof digest - 1, (size_t)-1}};
  return ticket_cipher != NULL
      && necro_EVP_CipherInit_ex(cipher, ticket_cipher, NULL, cipher_key, iv, encrypts) == 1
      && necro_EVP_MAC_init(mac, mac_key, 32, parameters) == 1;
}

void necro_set_server_name_callback(
    SSL_CTX *context, int (*call)(SSL *, int *, void *), void *data) {
  necro_SSL_CTX_callback_ctrl(
      context, NECRO_SSL_CTRL_SET_TLSEXT_SERVERNAME_CB, (void (*)(void))call);
  necro_SSL_CTX_ctrl(context, NECRO_SSL_CTRL_SET_TLSEXT_SERVERNAME_ARG, 0, data);
}

void necro_set_status_callback(SSL_CTX *context, int (*call)(SSL *, void *), void *data) {
  necro_SSL_CTX_callback_ctrl(
      context, NECRO_SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB, (void (*)(void))call);
  necro_SSL_CTX_ctrl(context, NECRO_SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB_ARG, 0, data);
}
