#include "harness/base/hash.h"
#include "harness/model/problem.h"

/* Defaults are written out (types, bounds, names), so that it does not matter whether they were spelt out in
 * the file. */
qb_status qb_problem_sha256(const qb_problem *problem, char hex[65])
{
    const qb_mip *body = &problem->body;
    char buffer[16];
    qb_sha256 *hash = qb_sha256_open();
    qb_sha256_string(hash, "qubout problem 1");
    qb_sha256_string(hash, qb_kind_name(problem->kind));
    qb_sha256_string(hash, qb_sense_name(body->sense));
    qb_sha256_double(hash, body->constant);
    qb_sha256_u64(hash, body->columns);
    for (uint32_t j = 0; j < body->columns; j++)
        qb_sha256_double(hash, body->linear[j]);
    qb_sha256_u64(hash, body->pairs);
    for (uint64_t k = 0; k < body->pairs; k++) {
        qb_sha256_u64(hash, (uint64_t)body->pair[k].i << 32 | body->pair[k].j);
        qb_sha256_double(hash, body->pair[k].weight);
    }
    if (problem->kind != QB_KIND_MIP)
        return qb_sha256_finish_hex(hash, hex);
    for (uint32_t j = 0; j < body->columns; j++) {
        qb_sha256_u64(hash, body->type ? body->type[j] : QB_COLUMN_BINARY);
        qb_sha256_double(hash, body->lower ? body->lower[j] : 0);
        qb_sha256_double(hash, body->upper ? body->upper[j] : 1);
        qb_sha256_string(hash, qb_mip_column_name(body, j, buffer));
    }
    qb_sha256_u64(hash, body->rows);
    for (uint32_t r = 0; r < body->rows; r++) {
        qb_sha256_u64(hash, body->row_start[r + 1] - body->row_start[r]);
        qb_sha256_double(hash, body->row_lower[r]);
        qb_sha256_double(hash, body->row_upper[r]);
        for (uint64_t k = body->row_start[r]; k < body->row_start[r + 1]; k++) {
            qb_sha256_u64(hash, body->row_column[k]);
            qb_sha256_double(hash, body->row_value[k]);
        }
    }
    return qb_sha256_finish_hex(hash, hex);
}
