#include "solvers/kernels/anneal_merge.h"
#include "harness/base/memory.h"
#include "solvers/kernels/rows.h"

#include <math.h>

enum { SAME, DIFFERENT, COLLECTED, DECIDED };

qb_status qb_merge_open(const qb_qubo *q, qb_merge *merge, qb_budget *budget, qb_diag *diag)
{
    qb_merge m = {.model = q, .sign = q->sense == QB_MINIMISE ? 1 : -1, .symmetric = true};
    m.mark = QB_NEW(uint8_t, q->n);
    m.member = QB_NEW(uint32_t, q->n);
    if (!m.mark || !m.member) {
        qb_merge_close(&m);
        return qb_fail(diag, QB_NO_MEMORY, "no memory to merge solutions of %u variables", q->n);
    }
    for (uint32_t i = 0; i < q->n && m.symmetric; i++) {
        if (!qb_rows_spend(budget, q, i)) {
            qb_merge_close(&m);
            return QB_STOPPED;
        }
        double field = 2 * qb_qubo_linear(q, i);
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++)
            field += qb_qubo_weight(q, k);
        m.symmetric = field == 0;
    }
    *merge = m;
    return QB_OK;
}

void qb_merge_close(qb_merge *merge)
{
    qb_free(merge->mark);
    qb_free(merge->member);
    *merge = (qb_merge){0};
}

static void mark_differences(qb_merge *m, const uint8_t *x, const uint8_t *y)
{
    uint32_t n = m->model->n, different = 0;
    for (uint32_t i = 0; i < n; i++)
        different += m->mark[i] = x[i] != y[i];
    if (m->symmetric && different > n / 2)
        for (uint32_t i = 0; i < n; i++)
            m->mark[i] ^= DIFFERENT;
}

/* Collects the component of `first`; returns its size and the change of E that flipping it in x makes. */
static uint32_t collect(qb_merge *m, const uint8_t *x, uint32_t first, double *change, uint64_t *work)
{
    const qb_qubo *q = m->model;
    uint32_t size = 0;
    m->member[size++] = first;
    m->mark[first] = COLLECTED;
    *change = 0;
    for (uint32_t at = 0; at < size; at++) {
        uint32_t i = m->member[at];
        double field = qb_qubo_linear(q, i);
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++) {
            uint32_t j = q->neighbour[k];
            if (m->mark[j] == DIFFERENT) {
                m->mark[j] = COLLECTED;
                m->member[size++] = j;
            }
            /* Both ends flipped, x_i x_j changes by 1 - x_i - x_j = (1 - 2 x_i) / 2 + (1 - 2 x_j) / 2: one
             * half is added from each end. */
            if (m->mark[j] == COLLECTED)
                field += qb_qubo_weight(q, k) / 2;
            else
                field += qb_qubo_weight(q, k) * x[j];
        }
        *change += x[i] ? -field : field;
        *work += q->start[i + 1] - q->start[i];
    }
    return size;
}

uint32_t qb_merge_into(qb_merge *m, uint8_t *x, const uint8_t *y, uint64_t *work)
{
    uint32_t n = m->model->n, components = 0;
    mark_differences(m, x, y);
    *work += n;
    for (uint32_t i = 0; i < n; i++) {
        if (m->mark[i] != DIFFERENT)
            continue;
        double change;
        uint32_t size = collect(m, x, i, &change, work);
        bool take = m->sign * change <= 0;
        for (uint32_t k = 0; k < size; k++) {
            m->mark[m->member[k]] = DECIDED;
            x[m->member[k]] ^= take;
        }
        components++;
    }
    return components;
}
