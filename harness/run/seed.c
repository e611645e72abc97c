#include "harness/run/seed.h"

#include "harness/base/text.h"

#include <stdio.h>
#include <string.h>

static qb_status finish_seed(qb_sha256 *hash, uint64_t *seed)
{
    uint8_t digest[QB_SHA256_BYTES];
    qb_status status = qb_sha256_finish(hash, digest);
    if (status != QB_OK)
        return status;
    uint64_t value = 0;
    for (int k = 7; k >= 0; k--)
        value = value << 8 | digest[k];
    *seed = value;
    return QB_OK;
}

qb_status qb_seed_run(const qb_run_identity *identity, uint64_t *seed)
{
    qb_sha256 *hash = qb_sha256_open();
    qb_sha256_string(hash, "run");
    qb_sha256_u64(hash, identity->experiment_seed);
    qb_sha256_string(hash, identity->instance);
    qb_sha256_string(hash, identity->label);
    qb_sha256_string(hash, identity->copy);
    qb_sha256_u64(hash, identity->repeat);
    return finish_seed(hash, seed);
}

qb_status qb_seed_key(const qb_run_identity *identity, char key[QB_SHA256_HEX])
{
    qb_sha256 *hash = qb_sha256_open();
    qb_sha256_string(hash, "key");
    qb_sha256_string(hash, identity->experiment);
    qb_sha256_string(hash, identity->instance);
    qb_sha256_string(hash, identity->copy);
    qb_sha256_string(hash, identity->label);
    qb_sha256_string(hash, identity->params);
    qb_sha256_string(hash, identity->lowering);
    qb_sha256_u64(hash, identity->repeat);
    qb_sha256_string(hash, qb_budget_kind_name(identity->budget_kind));
    qb_sha256_double(hash, identity->budget);
    qb_sha256_u64(hash, identity->memory_bytes);
    qb_sha256_u64(hash, identity->threads);
    return qb_sha256_finish_hex(hash, key);
}

const char *qb_seed_copy_name(const char *kind, double relative, uint32_t number, char buffer[QB_COPY_TEXT])
{
    char strength[QB_DOUBLE_TEXT];
    snprintf(buffer, QB_COPY_TEXT, "%s:%s:%u", kind, qb_double_text(relative, strength), number);
    return buffer;
}

void qb_seed_copy_start(char copy[QB_COPY_TEXT], const char *sha256)
{
    size_t length = strlen(copy);
    if (*sha256)
        snprintf(copy + length, QB_COPY_TEXT - length, "+warm:%.32s", sha256);
}

qb_status qb_seed_copy(uint64_t experiment_seed, const char *instance, const char *kind, double relative,
                       uint32_t number, uint64_t *seed)
{
    char copy[QB_COPY_TEXT];
    qb_sha256 *hash = qb_sha256_open();
    qb_sha256_string(hash, "copy");
    qb_sha256_u64(hash, experiment_seed);
    qb_sha256_string(hash, instance);
    qb_sha256_string(hash, qb_seed_copy_name(kind, relative, number, copy));
    return finish_seed(hash, seed);
}

qb_status qb_seed_instance(const char *identity, const char *family, double size, uint32_t number,
                           uint64_t *seed)
{
    qb_sha256 *hash = qb_sha256_open();
    qb_sha256_string(hash, "instance");
    qb_sha256_string(hash, identity);
    qb_sha256_string(hash, family);
    qb_sha256_double(hash, size);
    qb_sha256_u64(hash, number);
    return finish_seed(hash, seed);
}
