/// OpenSSL 3, loaded at run time: the package builds without its headers, and a program without TLS
/// runs without its library.
///
/// The declarations are this project's own, of what OpenSSL documents; where its headers are there, a
/// test target compares the two (`Tests/COpenSSLHeaders`). Each function is called as
/// `necro_SSL_new` and so on, once `necro_openssl_load` has returned NULL.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ssl_st SSL;
typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_method_st SSL_METHOD;
typedef struct ssl_cipher_st SSL_CIPHER;
typedef struct bio_st BIO;
typedef struct bio_method_st BIO_METHOD;
typedef struct x509_st X509;
typedef struct X509_name_st X509_NAME;
typedef struct X509_extension_st X509_EXTENSION;
typedef struct x509_store_st X509_STORE;
typedef struct x509_store_ctx_st X509_STORE_CTX;
typedef struct X509_VERIFY_PARAM_st X509_VERIFY_PARAM;
typedef struct v3_ext_ctx X509V3_CTX;
typedef struct evp_pkey_st EVP_PKEY;
typedef struct evp_pkey_ctx_st EVP_PKEY_CTX;
typedef struct evp_md_st EVP_MD;
typedef struct evp_cipher_st EVP_CIPHER;
typedef struct evp_cipher_ctx_st EVP_CIPHER_CTX;
typedef struct evp_mac_ctx_st EVP_MAC_CTX;
typedef struct engine_st ENGINE;
typedef struct asn1_string_st ASN1_TIME;
typedef struct asn1_string_st ASN1_INTEGER;
typedef struct ossl_lib_ctx_st OSSL_LIB_CTX;
typedef struct ossl_param_st OSSL_PARAM;
typedef struct ossl_init_settings_st OPENSSL_INIT_SETTINGS;

// What OpenSSL names by macros: a stack of X509_NAME, and a table of configuration values.
#ifndef NECRO_OPENSSL_HEADERS
typedef struct stack_st_X509_NAME NecroX509Names;
typedef struct lhash_st_CONF_VALUE NecroX509Configuration;
#endif

#include "OpenSSLFunctions.h"

enum {
  // Commands of SSL_CTX_ctrl and SSL_ctrl.
  NECRO_SSL_CTRL_MODE = 33,
  NECRO_SSL_CTRL_SET_SESS_CACHE_MODE = 44,
  NECRO_SSL_CTRL_SET_TLSEXT_SERVERNAME_CB = 53,
  NECRO_SSL_CTRL_SET_TLSEXT_SERVERNAME_ARG = 54,
  NECRO_SSL_CTRL_SET_TLSEXT_HOSTNAME = 55,
  NECRO_SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB = 63,
  NECRO_SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB_ARG = 64,
  NECRO_SSL_CTRL_SET_TLSEXT_STATUS_REQ_OCSP_RESP = 71,
  NECRO_SSL_CTRL_SET_GROUPS_LIST = 92,
  NECRO_SSL_CTRL_SET_MIN_PROTO_VERSION = 123,
  NECRO_SSL_CTRL_SET_MAX_PROTO_VERSION = 124,
  NECRO_SSL_CTRL_GET_EXTMS_SUPPORT = 122,
  NECRO_TLS1_2_VERSION = 0x0303,
  NECRO_TLS1_3_VERSION = 0x0304,
  NECRO_SSL_MODE_RELEASE_BUFFERS = 0x10,
  NECRO_SSL_VERIFY_PEER = 1,
  NECRO_SSL_VERIFY_FAIL_IF_NO_PEER_CERT = 2,
  NECRO_SSL_RECEIVED_SHUTDOWN = 2,
  NECRO_SSL_TLSEXT_ERR_OK = 0,
  NECRO_SSL_TLSEXT_ERR_ALERT_FATAL = 2,
  NECRO_SSL_TLSEXT_ERR_NOACK = 3,
  NECRO_BIO_CTRL_FLUSH = 11,
  NECRO_BIO_TYPE_SOURCE_SINK = 0x0400,
  NECRO_BIO_RETRY_READ = 0x09,
  NECRO_BIO_RETRY_ALL = 0x0F,
  NECRO_X509_CRL_CHECK = 0x4,
  NECRO_X509_CRL_CHECK_ALL = 0x8,
  NECRO_X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS = 0x4,
  NECRO_XN_FLAG_RFC2253 = 0x01110317,
  NECRO_MBSTRING_UTF8 = 0x1000,
  NECRO_NID_MD5 = 4,
  NECRO_NID_SHA1 = 64,
  NECRO_NID_BASIC_CONSTRAINTS = 87,
  NECRO_NID_SUBJECT_ALT_NAME = 85,
  NECRO_NID_EXT_KEY_USAGE = 126,
  NECRO_SSL_R_HTTP_REQUEST = 156,
  NECRO_SSL_R_CERTIFICATE_VERIFY_FAILED = 134,
  NECRO_ERR_LIB_SSL = 20,
  NECRO_X509_V_OK = 0,
};

// Options that need 64 bits, as SSL_CTX_set_options has them.
static const uint64_t necro_ssl_options =
    (1ull << 17)    // SSL_OP_NO_COMPRESSION
    | (1ull << 30)  // SSL_OP_NO_RENEGOTIATION
    | (1ull << 22); // SSL_OP_CIPHER_SERVER_PREFERENCE

// SSL_OP_NO_TICKET: no session is resumed by TLS 1.2.
static const uint64_t necro_ssl_no_ticket = 1ull << 14;

/// The functions, each NULL until the library is loaded.
struct necro_openssl {
#define NECRO_MEMBER(result, name, parameters, arguments) result(*name) parameters;
  NECRO_OPENSSL_FUNCTIONS(NECRO_MEMBER)
#undef NECRO_MEMBER
};
extern struct necro_openssl necro_openssl;

#define NECRO_CALL(result, name, parameters, arguments) \
  static inline result necro_##name parameters { return necro_openssl.name arguments; }
NECRO_OPENSSL_FUNCTIONS(NECRO_CALL)
#undef NECRO_CALL

/// Loads the library, once for the process; any thread may call it.
///
/// The file is the one that NECRO_LIBSSL names, else libssl.so.3 as the system finds it. It is of
/// version 3.0 or later, or it is refused.
///
/// Returns NULL when the functions can be called, else why not: text that stays where it is.
const char *necro_openssl_load(void);

/// Sets up the two halves of a session ticket's protection: AES-256-CBC with `cipher_key` (32
/// octets), and HMAC-SHA-256 with `mac_key` (32 octets). Returns 1, or 0 when it failed.
int necro_ticket_keys_set(
    EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, const unsigned char *cipher_key,
    const unsigned char *mac_key, const unsigned char *iv, int encrypts);

/// Sets the callback that chooses a certificate by the name the client asks for, with its argument.
void necro_set_server_name_callback(SSL_CTX *context, int (*call)(SSL *, int *, void *), void *data);

/// Sets the callback that is asked for a certificate's OCSP response, with its argument.
void necro_set_status_callback(SSL_CTX *context, int (*call)(SSL *, void *), void *data);
