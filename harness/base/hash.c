#include "harness/base/hash.h"

#include "harness/base/memory.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>

struct qb_sha256 {
    EVP_MD_CTX *context;
    bool failed;
};

qb_sha256 *qb_sha256_open(void)
{
    qb_sha256 *hash = QB_NEW(qb_sha256, 1);
    if (!hash)
        return NULL;
    hash->context = EVP_MD_CTX_new();
    hash->failed = !hash->context || EVP_DigestInit_ex(hash->context, EVP_sha256(), NULL) != 1;
    return hash;
}

void qb_sha256_update(qb_sha256 *hash, const void *data, size_t size)
{
    if (hash && !hash->failed && size)
        hash->failed = EVP_DigestUpdate(hash->context, data, size) != 1;
}

void qb_sha256_u64(qb_sha256 *hash, uint64_t value)
{
    uint8_t bytes[8];
    for (int k = 0; k < 8; k++)
        bytes[k] = (uint8_t)(value >> (8 * k));
    qb_sha256_update(hash, bytes, sizeof bytes);
}

void qb_sha256_double(qb_sha256 *hash, double value)
{
    uint64_t bits = 0;
    if (value != 0)
        memcpy(&bits, &value, sizeof bits);
    qb_sha256_u64(hash, bits);
}

void qb_sha256_string(qb_sha256 *hash, const char *string)
{
    size_t length = strlen(string);
    qb_sha256_u64(hash, length);
    qb_sha256_update(hash, string, length);
}

qb_status qb_sha256_finish(qb_sha256 *hash, uint8_t digest[QB_SHA256_BYTES])
{
    uint8_t bytes[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (!hash)
        return QB_NO_MEMORY;
    bool done =
        !hash->failed && EVP_DigestFinal_ex(hash->context, bytes, &size) == 1 && size == QB_SHA256_BYTES;
    EVP_MD_CTX_free(hash->context);
    qb_free(hash);
    if (!done)
        return QB_ENVIRONMENT;
    memcpy(digest, bytes, QB_SHA256_BYTES);
    return QB_OK;
}

qb_status qb_sha256_finish_hex(qb_sha256 *hash, char hex[QB_SHA256_HEX])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t digest[QB_SHA256_BYTES];
    qb_status status = qb_sha256_finish(hash, digest);
    if (status != QB_OK)
        return status;
    for (size_t k = 0; k < QB_SHA256_BYTES; k++) {
        hex[2 * k] = digits[digest[k] >> 4];
        hex[2 * k + 1] = digits[digest[k] & 15];
    }
    hex[2 * QB_SHA256_BYTES] = 0;
    return QB_OK;
}

qb_status qb_sha256_hex(const void *data, size_t size, char hex[QB_SHA256_HEX])
{
    qb_sha256 *hash = qb_sha256_open();
    qb_sha256_update(hash, data, size);
    return qb_sha256_finish_hex(hash, hex);
}
