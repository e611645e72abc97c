/* SHA-256 (FIPS 180-4) through libcrypto.
 *
 * The typed updates write fixed-size little-endian numbers and length-prefixed strings, so that no two
 * different sequences of fields hash the same bytes.
 */
#ifndef QB_BASE_HASH_H
#define QB_BASE_HASH_H

#include "harness/base/status.h"

#include <stddef.h>
#include <stdint.h>

#define QB_SHA256_BYTES 32
#define QB_SHA256_HEX   65 /* 64 digits and the terminator */

typedef struct qb_sha256 qb_sha256;

/* Errors stick: updates after a failure do nothing, and finish reports it.  open(NULL memory) returns NULL,
 * which every other function takes as a failed hash. */
qb_sha256 *qb_sha256_open(void);
void qb_sha256_update(qb_sha256 *hash, const void *data, size_t size);
void qb_sha256_u64(qb_sha256 *hash, uint64_t value);
void qb_sha256_double(qb_sha256 *hash, double value); /* its bits; -0 as 0 */
void qb_sha256_string(qb_sha256 *hash, const char *string);

/* Writes the digest and frees the hash.  Errors: QB_NO_MEMORY, QB_ENVIRONMENT (libcrypto refused). */
qb_status qb_sha256_finish(qb_sha256 *hash, uint8_t digest[QB_SHA256_BYTES]);
qb_status qb_sha256_finish_hex(qb_sha256 *hash, char hex[QB_SHA256_HEX]);

/* In one go, lower-case hex. */
qb_status qb_sha256_hex(const void *data, size_t size, char hex[QB_SHA256_HEX]);

#endif
