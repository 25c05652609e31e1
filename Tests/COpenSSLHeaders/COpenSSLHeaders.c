// Compares the declarations of Sources/COpenSSL with OpenSSL's own headers: this file compiles, or
// they differ.
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#define NECRO_OPENSSL_HEADERS 1
typedef STACK_OF(X509_NAME) NecroX509Names;
typedef LHASH_OF(CONF_VALUE) NecroX509Configuration;
#include "../../Sources/COpenSSL/include/COpenSSL.h"
#include "COpenSSLHeaders.h"

#pragma clang diagnostic error "-Wincompatible-function-pointer-types"
#pragma clang diagnostic error "-Wincompatible-pointer-types"
#pragma clang diagnostic ignored "-Wunused-function"

// Never called, so that nothing has to be linked: it compiles only where each type fits.
#define NECRO_CHECK(result, name, parameters, arguments) \
  static inline void check_##name(void) { \
    result(*pointer) parameters = name; \
    (void)pointer; \
  }
NECRO_OPENSSL_FUNCTIONS(NECRO_CHECK)

#define SAME(name) _Static_assert((unsigned long)NECRO_##name == (unsigned long)name, #name)
SAME(SSL_CTRL_MODE);
SAME(SSL_CTRL_SET_SESS_CACHE_MODE);
SAME(SSL_CTRL_SET_TLSEXT_SERVERNAME_CB);
SAME(SSL_CTRL_SET_TLSEXT_SERVERNAME_ARG);
SAME(SSL_CTRL_SET_TLSEXT_HOSTNAME);
SAME(SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB);
SAME(SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB_ARG);
SAME(SSL_CTRL_SET_TLSEXT_STATUS_REQ_OCSP_RESP);
SAME(SSL_CTRL_SET_GROUPS_LIST);
SAME(SSL_CTRL_SET_MIN_PROTO_VERSION);
SAME(SSL_CTRL_SET_MAX_PROTO_VERSION);
SAME(SSL_CTRL_GET_EXTMS_SUPPORT);
SAME(TLS1_2_VERSION);
SAME(TLS1_3_VERSION);
SAME(SSL_MODE_RELEASE_BUFFERS);
SAME(SSL_VERIFY_PEER);
SAME(SSL_VERIFY_FAIL_IF_NO_PEER_CERT);
SAME(SSL_RECEIVED_SHUTDOWN);
SAME(SSL_TLSEXT_ERR_OK);
SAME(SSL_TLSEXT_ERR_ALERT_FATAL);
SAME(SSL_TLSEXT_ERR_NOACK);
SAME(BIO_CTRL_FLUSH);
SAME(BIO_TYPE_SOURCE_SINK);
SAME(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
SAME(XN_FLAG_RFC2253);
SAME(SSL_R_HTTP_REQUEST);
SAME(SSL_R_CERTIFICATE_VERIFY_FAILED);
SAME(ERR_LIB_SSL);
SAME(X509_V_OK);
_Static_assert(NECRO_BIO_RETRY_READ == (BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY), "retry");
_Static_assert(NECRO_BIO_RETRY_ALL == (BIO_FLAGS_RWS | BIO_FLAGS_SHOULD_RETRY), "retry");
_Static_assert(NECRO_X509_CRL_CHECK == X509_V_FLAG_CRL_CHECK, "CRL");
_Static_assert(NECRO_X509_CRL_CHECK_ALL == X509_V_FLAG_CRL_CHECK_ALL, "CRL");
_Static_assert(NECRO_MBSTRING_UTF8 == MBSTRING_UTF8, "UTF-8");
_Static_assert(NECRO_NID_MD5 == NID_md5 && NECRO_NID_SHA1 == NID_sha1, "digests");
_Static_assert(NECRO_NID_BASIC_CONSTRAINTS == NID_basic_constraints, "extension");
_Static_assert(NECRO_NID_SUBJECT_ALT_NAME == NID_subject_alt_name, "extension");
_Static_assert(NECRO_NID_EXT_KEY_USAGE == NID_ext_key_usage, "extension");
_Static_assert(OSSL_PARAM_UTF8_STRING == 4, "the type of a string");

bool necro_openssl_declarations_match(void) {
  return necro_ssl_no_ticket == SSL_OP_NO_TICKET && necro_ssl_options
      == (SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
}
