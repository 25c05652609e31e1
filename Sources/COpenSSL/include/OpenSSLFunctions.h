/// The functions of OpenSSL 3 that Necro calls: F(result, name, parameters, arguments).
///
/// The order is that of the table's pointers and of the names they are looked up by.
#define NECRO_OPENSSL_FUNCTIONS(F) \
  /* The library. */ \
  F(unsigned long, OpenSSL_version_num, (void), ()) \
  F(const char *, OpenSSL_version, (int what), (what)) \
  F(int, OPENSSL_init_ssl, (uint64_t options, const OPENSSL_INIT_SETTINGS *settings), (options, settings)) \
  F(void *, CRYPTO_malloc, (size_t count, const char *file, int line), (count, file, line)) \
  F(void, CRYPTO_free, (void *octets, const char *file, int line), (octets, file, line)) \
  F(void, OPENSSL_cleanse, (void *octets, size_t count), (octets, count)) \
  F(int, RAND_bytes, (unsigned char *octets, int count), (octets, count)) \
  F(unsigned long, ERR_get_error, (void), ()) \
  F(unsigned long, ERR_peek_last_error, (void), ()) \
  F(void, ERR_clear_error, (void), ()) \
  F(const char *, ERR_reason_error_string, (unsigned long code), (code)) \
  /* BIO. */ \
  F(BIO_METHOD *, BIO_meth_new, (int type, const char *name), (type, name)) \
  F(int, BIO_meth_set_read_ex, (BIO_METHOD *method, int (*call)(BIO *, char *, size_t, size_t *)), (method, call)) \
  F(int, BIO_meth_set_write_ex, (BIO_METHOD *method, int (*call)(BIO *, const char *, size_t, size_t *)), (method, call)) \
  F(int, BIO_meth_set_ctrl, (BIO_METHOD *method, long (*call)(BIO *, int, long, void *)), (method, call)) \
  F(void, BIO_meth_free, (BIO_METHOD *method), (method)) \
  F(BIO *, BIO_new, (const BIO_METHOD *method), (method)) \
  F(BIO *, BIO_new_file, (const char *path, const char *mode), (path, mode)) \
  F(const BIO_METHOD *, BIO_s_mem, (void), ()) \
  F(int, BIO_read, (BIO *bio, void *octets, int count), (bio, octets, count)) \
  F(int, BIO_free, (BIO *bio), (bio)) \
  F(void, BIO_set_data, (BIO *bio, void *data), (bio, data)) \
  F(void *, BIO_get_data, (BIO *bio), (bio)) \
  F(void, BIO_set_init, (BIO *bio, int is_ready), (bio, is_ready)) \
  F(void, BIO_set_flags, (BIO *bio, int flags), (bio, flags)) \
  F(void, BIO_clear_flags, (BIO *bio, int flags), (bio, flags)) \
  /* Contexts. */ \
  F(const SSL_METHOD *, TLS_server_method, (void), ()) \
  F(const SSL_METHOD *, TLS_client_method, (void), ()) \
  F(SSL_CTX *, SSL_CTX_new, (const SSL_METHOD *method), (method)) \
  F(void, SSL_CTX_free, (SSL_CTX *context), (context)) \
  F(long, SSL_CTX_ctrl, (SSL_CTX *context, int command, long number, void *pointer), (context, command, number, pointer)) \
  F(long, SSL_CTX_callback_ctrl, (SSL_CTX *context, int command, void (*call)(void)), (context, command, call)) \
  F(uint64_t, SSL_CTX_set_options, (SSL_CTX *context, uint64_t options), (context, options)) \
  F(int, SSL_CTX_set_ex_data, (SSL_CTX *context, int index, void *data), (context, index, data)) \
  F(void *, SSL_CTX_get_ex_data, (const SSL_CTX *context, int index), (context, index)) \
  F(int, SSL_CTX_set_cipher_list, (SSL_CTX *context, const char *names), (context, names)) \
  F(int, SSL_CTX_set_ciphersuites, (SSL_CTX *context, const char *names), (context, names)) \
  F(int, SSL_CTX_set_session_id_context, (SSL_CTX *context, const unsigned char *octets, unsigned int count), (context, octets, count)) \
  F(int, SSL_CTX_set_num_tickets, (SSL_CTX *context, size_t count), (context, count)) \
  F(long, SSL_CTX_set_timeout, (SSL_CTX *context, long seconds), (context, seconds)) \
  F(int, SSL_CTX_use_certificate_chain_file, (SSL_CTX *context, const char *path), (context, path)) \
  F(int, SSL_CTX_use_PrivateKey, (SSL_CTX *context, EVP_PKEY *key), (context, key)) \
  F(int, SSL_CTX_check_private_key, (const SSL_CTX *context), (context)) \
  F(X509 *, SSL_CTX_get0_certificate, (const SSL_CTX *context), (context)) \
  F(int, SSL_CTX_load_verify_file, (SSL_CTX *context, const char *path), (context, path)) \
  F(int, SSL_CTX_set_default_verify_paths, (SSL_CTX *context), (context)) \
  F(X509_STORE *, SSL_CTX_get_cert_store, (const SSL_CTX *context), (context)) \
  F(void, SSL_CTX_set_verify, (SSL_CTX *context, int mode, int (*call)(int, X509_STORE_CTX *)), (context, mode, call)) \
  F(NecroX509Names *, SSL_load_client_CA_file, (const char *path), (path)) \
  F(void, SSL_CTX_set_client_CA_list, (SSL_CTX *context, NecroX509Names *names), (context, names)) \
  F(int, SSL_CTX_set_alpn_protos, (SSL_CTX *context, const unsigned char *names, unsigned int count), (context, names, count)) \
  F(void, SSL_CTX_set_alpn_select_cb, (SSL_CTX *context, int (*call)(SSL *, const unsigned char **, unsigned char *, const unsigned char *, unsigned int, void *), void *data), (context, call, data)) \
  F(int, SSL_CTX_set_tlsext_ticket_key_evp_cb, (SSL_CTX *context, int (*call)(SSL *, unsigned char *, unsigned char *, EVP_CIPHER_CTX *, EVP_MAC_CTX *, int)), (context, call)) \
  F(int, X509_STORE_load_file, (X509_STORE *store, const char *path), (store, path)) \
  F(int, X509_STORE_load_path, (X509_STORE *store, const char *path), (store, path)) \
  F(int, X509_STORE_set_flags, (X509_STORE *store, unsigned long flags), (store, flags)) \
  /* Sessions. */ \
  F(SSL *, SSL_new, (SSL_CTX *context), (context)) \
  F(void, SSL_free, (SSL *ssl), (ssl)) \
  F(void, SSL_set_bio, (SSL *ssl, BIO *reading, BIO *writing), (ssl, reading, writing)) \
  F(void, SSL_set_accept_state, (SSL *ssl), (ssl)) \
  F(void, SSL_set_connect_state, (SSL *ssl), (ssl)) \
  F(int, SSL_do_handshake, (SSL *ssl), (ssl)) \
  F(int, SSL_is_init_finished, (const SSL *ssl), (ssl)) \
  F(int, SSL_read, (SSL *ssl, void *octets, int count), (ssl, octets, count)) \
  F(int, SSL_write, (SSL *ssl, const void *octets, int count), (ssl, octets, count)) \
  F(int, SSL_pending, (const SSL *ssl), (ssl)) \
  F(int, SSL_shutdown, (SSL *ssl), (ssl)) \
  F(int, SSL_get_shutdown, (const SSL *ssl), (ssl)) \
  F(long, SSL_ctrl, (SSL *ssl, int command, long number, void *pointer), (ssl, command, number, pointer)) \
  F(SSL_CTX *, SSL_get_SSL_CTX, (const SSL *ssl), (ssl)) \
  F(SSL_CTX *, SSL_set_SSL_CTX, (SSL *ssl, SSL_CTX *context), (ssl, context)) \
  F(const char *, SSL_get_servername, (const SSL *ssl, const int type), (ssl, type)) \
  F(int, SSL_set1_host, (SSL *ssl, const char *name), (ssl, name)) \
  F(void, SSL_set_hostflags, (SSL *ssl, unsigned int flags), (ssl, flags)) \
  F(X509_VERIFY_PARAM *, SSL_get0_param, (SSL *ssl), (ssl)) \
  F(int, X509_VERIFY_PARAM_set1_ip_asc, (X509_VERIFY_PARAM *parameters, const char *address), (parameters, address)) \
  F(long, SSL_get_verify_result, (const SSL *ssl), (ssl)) \
  F(const char *, X509_verify_cert_error_string, (long code), (code)) \
  F(X509 *, SSL_get1_peer_certificate, (const SSL *ssl), (ssl)) \
  F(X509 *, SSL_get_certificate, (const SSL *ssl), (ssl)) \
  F(const char *, SSL_get_version, (const SSL *ssl), (ssl)) \
  F(const SSL_CIPHER *, SSL_get_current_cipher, (const SSL *ssl), (ssl)) \
  F(const char *, SSL_CIPHER_get_name, (const SSL_CIPHER *cipher), (cipher)) \
  F(void, SSL_get0_alpn_selected, (const SSL *ssl, const unsigned char **octets, unsigned int *count), (ssl, octets, count)) \
  F(int, SSL_session_reused, (const SSL *ssl), (ssl)) \
  F(int, SSL_export_keying_material, (SSL *ssl, unsigned char *octets, size_t count, const char *label, size_t label_count, const unsigned char *context, size_t context_count, int has_context), (ssl, octets, count, label, label_count, context, context_count, has_context)) \
  /* Certificates and keys. */ \
  F(EVP_PKEY *, PEM_read_bio_PrivateKey, (BIO *bio, EVP_PKEY **key, int (*passphrase)(char *, int, int, void *), void *data), (bio, key, passphrase, data)) \
  F(void, EVP_PKEY_free, (EVP_PKEY *key), (key)) \
  F(void, X509_free, (X509 *certificate), (certificate)) \
  F(int, i2d_X509, (const X509 *certificate, unsigned char **octets), (certificate, octets)) \
  F(X509_NAME *, X509_get_subject_name, (const X509 *certificate), (certificate)) \
  F(int, X509_NAME_print_ex, (BIO *bio, const X509_NAME *name, int indent, unsigned long flags), (bio, name, indent, flags)) \
  F(int, X509_check_host, (X509 *certificate, const char *name, size_t count, unsigned int flags, char **matched), (certificate, name, count, flags, matched)) \
  F(const ASN1_TIME *, X509_get0_notBefore, (const X509 *certificate), (certificate)) \
  F(const ASN1_TIME *, X509_get0_notAfter, (const X509 *certificate), (certificate)) \
  F(int, X509_cmp_current_time, (const ASN1_TIME *time), (time)) \
  F(int, X509_get_signature_info, (X509 *certificate, int *digest, int *key, int *bits, uint32_t *flags), (certificate, digest, key, bits, flags)) \
  F(int, X509_digest, (const X509 *certificate, const EVP_MD *digest, unsigned char *octets, unsigned int *count), (certificate, digest, octets, count)) \
  F(const char *, OBJ_nid2sn, (int number), (number)) \
  F(const EVP_MD *, EVP_get_digestbyname, (const char *name), (name)) \
  F(int, EVP_Digest, (const void *octets, size_t count, unsigned char *digest, unsigned int *digest_count, const EVP_MD *type, ENGINE *engine), (octets, count, digest, digest_count, type, engine)) \
  /* Tickets. */ \
  F(EVP_CIPHER *, EVP_CIPHER_fetch, (OSSL_LIB_CTX *library, const char *name, const char *properties), (library, name, properties)) \
  F(int, EVP_CipherInit_ex, (EVP_CIPHER_CTX *context, const EVP_CIPHER *cipher, ENGINE *engine, const unsigned char *key, const unsigned char *iv, int encrypts), (context, cipher, engine, key, iv, encrypts)) \
  F(int, EVP_MAC_init, (EVP_MAC_CTX *context, const unsigned char *key, size_t count, const OSSL_PARAM *parameters), (context, key, count, parameters)) \
  /* A certificate of one's own. */ \
  F(EVP_PKEY_CTX *, EVP_PKEY_CTX_new_from_name, (OSSL_LIB_CTX *library, const char *name, const char *properties), (library, name, properties)) \
  F(void, EVP_PKEY_CTX_free, (EVP_PKEY_CTX *context), (context)) \
  F(int, EVP_PKEY_keygen_init, (EVP_PKEY_CTX *context), (context)) \
  F(int, EVP_PKEY_CTX_set_group_name, (EVP_PKEY_CTX *context, const char *name), (context, name)) \
  F(int, EVP_PKEY_generate, (EVP_PKEY_CTX *context, EVP_PKEY **key), (context, key)) \
  F(X509 *, X509_new, (void), ()) \
  F(int, X509_set_version, (X509 *certificate, long version), (certificate, version)) \
  F(ASN1_INTEGER *, X509_get_serialNumber, (X509 *certificate), (certificate)) \
  F(int, ASN1_INTEGER_set_uint64, (ASN1_INTEGER *number, uint64_t value), (number, value)) \
  F(ASN1_TIME *, X509_getm_notBefore, (const X509 *certificate), (certificate)) \
  F(ASN1_TIME *, X509_getm_notAfter, (const X509 *certificate), (certificate)) \
  F(ASN1_TIME *, X509_gmtime_adj, (ASN1_TIME *time, long seconds), (time, seconds)) \
  F(int, X509_set_pubkey, (X509 *certificate, EVP_PKEY *key), (certificate, key)) \
  F(int, X509_set_issuer_name, (X509 *certificate, const X509_NAME *name), (certificate, name)) \
  F(int, X509_NAME_add_entry_by_txt, (X509_NAME *name, const char *field, int type, const unsigned char *octets, int count, int position, int set), (name, field, type, octets, count, position, set)) \
  F(X509_EXTENSION *, X509V3_EXT_conf_nid, (NecroX509Configuration *configuration, X509V3_CTX *context, int number, const char *value), (configuration, context, number, value)) \
  F(int, X509_add_ext, (X509 *certificate, X509_EXTENSION *extension, int position), (certificate, extension, position)) \
  F(void, X509_EXTENSION_free, (X509_EXTENSION *extension), (extension)) \
  F(int, X509_sign, (X509 *certificate, EVP_PKEY *key, const EVP_MD *digest), (certificate, key, digest)) \
  F(int, PEM_write_bio_X509, (BIO *bio, const X509 *certificate), (bio, certificate)) \
  F(int, PEM_write_bio_PrivateKey, (BIO *bio, const EVP_PKEY *key, const EVP_CIPHER *cipher, const unsigned char *passphrase, int count, int (*call)(char *, int, int, void *), void *data), (bio, key, cipher, passphrase, count, call, data))
