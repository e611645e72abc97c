#include "harness/run/split.h"

#include "harness/base/hash.h"
#include "harness/base/memory.h"

#include <string.h>

qb_status qb_split_choose(const char *identity, const char *const *sha256, uint32_t instances,
                          uint32_t wanted, bool *tuning)
{
    char(*hash)[QB_SHA256_HEX] = qb_alloc(instances, sizeof *hash);
    qb_status status = hash ? QB_OK : QB_NO_MEMORY;
    for (uint32_t i = 0; i < instances && status == QB_OK; i++) {
        qb_sha256 *h = qb_sha256_open();
        qb_sha256_string(h, identity);
        qb_sha256_string(h, sha256[i]);
        status = qb_sha256_finish_hex(h, hash[i]);
        tuning[i] = false;
    }
    for (uint32_t n = 0; n < wanted && wanted < instances && status == QB_OK; n++) {
        uint32_t least = UINT32_MAX;
        for (uint32_t i = 0; i < instances; i++)
            if (!tuning[i] && (least == UINT32_MAX || strcmp(hash[i], hash[least]) < 0))
                least = i;
        tuning[least] = true;
    }
    qb_free(hash);
    return status;
}
