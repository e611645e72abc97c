/* Energies of replicas.h, for the tier whose flags the including file gets. */
#include "solvers/kernels/anneal_threshold.h"
#include "solvers/kernels/replicas_kernel.h"

#define REPLICAS_SIGN INT32_MIN
#define INLINE        static inline __attribute__((always_inline)) /* so that vectors stay in registers */

typedef int64_t replicas_longs __attribute__((vector_size(128)));
typedef double replicas_doubles __attribute__((vector_size(128)));

INLINE const qb_floats *row_of(const qb_replica_row *rows, uint64_t i)
{
    return (const qb_floats *)(const void *)&rows[i];
}

INLINE qb_floats *row_at(qb_replica_row *rows, uint64_t i)
{
    return (qb_floats *)(void *)&rows[i];
}

/* -1 where spin i is up, else 0. */
INLINE void up_of(const qb_replica_row *spin, uint64_t i, int half, qb_ints *up)
{
    *up = (qb_ints)row_of(spin, i)[half] >= 0;
}

/* sum_i x_i (2 linear_i + sum_j w_ij x_j): the sums of a row fit in 31 bits. */
static void energies_int(const qb_qubo *q, const qb_replica_row *spin, int half, double *twice, uint32_t from,
                         uint32_t to)
{
    replicas_longs ones = {0}, pairs = {0};
    for (uint32_t i = from; i < to; i++) {
        qb_ints row = {0}, up;
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++) {
            up_of(spin, q->neighbour[k], half, &up);
            row += up & q->int_weight[k];
        }
        up_of(spin, i, half, &up);
        ones += __builtin_convertvector(up & q->int_linear[i], replicas_longs);
        pairs += __builtin_convertvector(up & row, replicas_longs);
    }
    for (int r = 0; r < 16; r++)
        twice[r] += (double)(2 * ones[r] + pairs[r]);
}

static void energies_real(const qb_qubo *q, const qb_replica_row *spin, int half, double *twice,
                          uint32_t from, uint32_t to)
{
    replicas_doubles total = {0};
    for (uint32_t i = from; i < to; i++) {
        replicas_doubles row = {0};
        qb_ints up;
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++) {
            int64_t weight;
            memcpy(&weight, &q->real_weight[k], sizeof weight);
            up_of(spin, q->neighbour[k], half, &up);
            row += (replicas_doubles)(__builtin_convertvector(up, replicas_longs) & weight);
        }
        up_of(spin, i, half, &up);
        row = 2 * q->real_linear[i] + row;
        total += (replicas_doubles)(__builtin_convertvector(up, replicas_longs) & (replicas_longs)row);
    }
    for (int r = 0; r < 16; r++)
        twice[r] += total[r];
}

static void replica_energies(const qb_qubo *q, const qb_replica_row *spin, double *twice, uint32_t from,
                             uint32_t to)
{
    for (int half = 0; half < 2; half++)
        if (q->integral)
            energies_int(q, spin, half, twice + 16 * half, from, to);
        else
            energies_real(q, spin, half, twice + 16 * half, from, to);
}

/* Both halves of a row side by side, so that a coupling is read once; of the signs, the weight takes the
 * sign. */
INLINE void replica_forces_of(const qb_replica_form *form, const qb_replica_row *z, bool signs,
                              qb_replica_row *force, uint32_t from, uint32_t to)
{
    const qb_qubo *q = form->model;
    for (uint32_t i = from; i < to; i++) {
        qb_floats low = {0}, high = {0};
        low += form->field[i];
        high += form->field[i];
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++) {
            const qb_floats *row = row_of(z, q->neighbour[k]);
            float weight = form->weight[k];
            int32_t bits;
            memcpy(&bits, &weight, sizeof bits);
            low += signs ? (qb_floats)(((qb_ints)row[0] & REPLICAS_SIGN) ^ bits) : weight * row[0];
            high += signs ? (qb_floats)(((qb_ints)row[1] & REPLICAS_SIGN) ^ bits) : weight * row[1];
        }
        row_at(force, i)[0] = low;
        row_at(force, i)[1] = high;
    }
}

static void replica_forces(const qb_replica_form *form, const qb_replica_row *z, bool signs,
                           qb_replica_row *force, uint32_t from, uint32_t to)
{
    if (signs)
        replica_forces_of(form, z, true, force, from, to);
    else
        replica_forces_of(form, z, false, force, from, to);
}
