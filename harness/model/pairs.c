#include "harness/model/pairs.h"

#include "harness/base/memory.h"

#include <string.h>

static bool is_before(qb_pair a, qb_pair b)
{
    return a.i < b.i || (a.i == b.i && a.j < b.j);
}

static bool is_sorted(const qb_pair *pair, uint64_t count)
{
    for (uint64_t k = 1; k < count; k++)
        if (is_before(pair[k], pair[k - 1]))
            return false;
    return true;
}

/* Stable counting sort by j (or by i); bucket [keys + 1] is scratch. */
static void scatter(const qb_pair *from, qb_pair *to, uint64_t count, bool by_j, uint64_t *bucket,
                    uint32_t keys)
{
    memset(bucket, 0, ((size_t)keys + 1) * sizeof *bucket);
    for (uint64_t k = 0; k < count; k++)
        bucket[(by_j ? from[k].j : from[k].i) + 1]++;
    for (uint32_t k = 0; k < keys; k++)
        bucket[k + 1] += bucket[k];
    for (uint64_t k = 0; k < count; k++)
        to[bucket[by_j ? from[k].j : from[k].i]++] = from[k];
}

qb_status qb_pairs_sort(qb_pair *pair, uint64_t count, uint32_t rows, uint32_t columns)
{
    if (is_sorted(pair, count))
        return QB_OK;
    qb_pair *scratch = QB_NEW(qb_pair, count);
    uint64_t *bucket = QB_NEW(uint64_t, (size_t)(rows > columns ? rows : columns) + 1);
    qb_status status = scratch && bucket ? QB_OK : QB_NO_MEMORY;
    if (!status) {
        scatter(pair, scratch, count, true, bucket, columns);
        scatter(scratch, pair, count, false, bucket, rows);
    }
    qb_free(bucket);
    qb_free(scratch);
    return status;
}

uint64_t qb_pairs_duplicate(const qb_pair *pair, uint64_t count)
{
    for (uint64_t k = 1; k < count; k++)
        if (pair[k].i == pair[k - 1].i && pair[k].j == pair[k - 1].j)
            return k;
    return count;
}

uint64_t qb_pairs_merge(qb_pair *pair, uint64_t count)
{
    uint64_t kept = 0;
    for (uint64_t k = 0; k < count;) {
        qb_pair sum = pair[k++];
        while (k < count && pair[k].i == sum.i && pair[k].j == sum.j)
            sum.weight += pair[k++].weight;
        if (sum.weight != 0)
            pair[kept++] = sum;
    }
    return kept;
}
