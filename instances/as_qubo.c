#include "instances/as_qubo.h"

#include "harness/base/memory.h"

#include <math.h>

/* Turns sum c_i s_i + sum w s_i s_j into 0/1 terms, in place. */
static void expand_ising(qb_as_qubo *q)
{
    for (uint32_t i = 0; i < q->n; i++) {
        q->constant -= q->linear[i];
        q->linear[i] *= 2;
    }
    for (uint64_t k = 0; k < q->pairs; k++) {
        qb_pair *p = &q->pair[k];
        q->constant += p->weight;
        q->linear[p->i] -= 2 * p->weight;
        q->linear[p->j] -= 2 * p->weight;
        p->weight *= 4;
    }
}

static void expand_cut(qb_as_qubo *q)
{
    for (uint64_t k = 0; k < q->pairs; k++) {
        qb_pair *p = &q->pair[k];
        q->linear[p->i] += p->weight;
        q->linear[p->j] += p->weight;
        p->weight *= -2;
    }
}

static void negate(qb_as_qubo *q)
{
    q->constant = 0 - q->constant; /* never -0 */
    for (uint32_t i = 0; i < q->n; i++)
        q->linear[i] = 0 - q->linear[i];
    for (uint64_t k = 0; k < q->pairs; k++)
        q->pair[k].weight = -q->pair[k].weight;
    q->negated = true;
}

/* A change of variables may leave the range of doubles. */
static bool is_finite(const qb_as_qubo *q)
{
    bool finite = isfinite(q->constant);
    for (uint32_t i = 0; i < q->n; i++)
        finite = finite && isfinite(q->linear[i]);
    for (uint64_t k = 0; k < q->pairs; k++)
        finite = finite && isfinite(q->pair[k].weight);
    return finite;
}

qb_status qb_as_qubo_expand(const qb_problem *problem, const char *format, qb_as_qubo *qubo, qb_diag *diag)
{
    const qb_mip *body = &problem->body;
    if (problem->kind == QB_KIND_MIP)
        return qb_fail(diag, QB_REFUSED, "format %s holds QUBOs, '%s' is a MIP", format, problem->name);
    qb_as_qubo q = {.constant = body->constant, .n = body->columns, .pairs = body->pairs};
    q.linear = QB_NEW(double, q.n);
    q.pair = QB_NEW(qb_pair, q.pairs);
    if (!q.linear || !q.pair) {
        qb_as_qubo_free(&q);
        return qb_fail(diag, QB_NO_MEMORY, "%s: out of memory", problem->name);
    }
    for (uint32_t i = 0; i < q.n; i++)
        q.linear[i] = body->linear[i];
    for (uint64_t k = 0; k < q.pairs; k++)
        q.pair[k] = body->pair[k];
    if (problem->kind == QB_KIND_ISING)
        expand_ising(&q);
    else if (problem->kind == QB_KIND_MAXCUT)
        expand_cut(&q);
    if (!is_finite(&q)) {
        qb_as_qubo_free(&q);
        return qb_fail(diag, QB_REFUSED, "weights of '%s' are too large for format %s", problem->name,
                       format);
    }
    for (uint32_t i = 0; i < q.n; i++)
        q.linear_nonzeros += q.linear[i] != 0;
    *qubo = q;
    return QB_OK;
}

qb_status qb_as_qubo_minimise(const qb_problem *problem, const char *format, qb_as_qubo *qubo, qb_diag *diag)
{
    qb_status status = qb_as_qubo_expand(problem, format, qubo, diag);
    if (status == QB_OK && problem->body.sense == QB_MAXIMISE)
        negate(qubo);
    return status;
}

qb_status qb_as_qubo_view(const qb_problem *problem, const char *format, qb_as_qubo *qubo, qb_mip *view,
                          qb_diag *diag)
{
    qb_status status = qb_as_qubo_expand(problem, format, qubo, diag);
    if (status != QB_OK)
        return status;
    *view = problem->body;
    view->constant = qubo->constant;
    view->linear = qubo->linear;
    view->pair = qubo->pair;
    view->pairs = qubo->pairs;
    return QB_OK;
}

void qb_as_qubo_free(qb_as_qubo *qubo)
{
    qb_free(qubo->linear);
    qb_free(qubo->pair);
    *qubo = (qb_as_qubo){0};
}
