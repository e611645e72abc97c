#define _GNU_SOURCE
#include "solvers/kernels/relaxation.h"

#include "harness/base/memory.h"

#include <math.h>
#include <string.h>

enum { SWEEPS = 500 }; /* of power iteration, and of descent */

#define SAFETY    1.02 /* on the estimate of an eigenvalue */
#define TOLERANCE 1e-9 /* a sweep that moves nothing by more is the last */

static double row(const qb_qubo *qubo, uint32_t i, const double *x)
{
    double sum = 0;
    for (uint64_t k = qubo->start[i]; k < qubo->start[i + 1]; k++)
        sum += qb_qubo_weight(qubo, k) * x[qubo->neighbour[k]];
    return sum;
}

/* The greatest sum of |w| over a row: no eigenvalue is larger in size. */
static double radius(const qb_qubo *qubo)
{
    double most = 0;
    for (uint32_t i = 0; i < qubo->n; i++) {
        double sum = 0;
        for (uint64_t k = qubo->start[i]; k < qubo->start[i + 1]; k++)
            sum += fabs(qb_qubo_weight(qubo, k));
        most = fmax(most, sum);
    }
    return most;
}

/* The greatest eigenvalue of -sign W: of radius - sign W, less radius. */
static qb_status greatest_eigenvalue(const qb_qubo *qubo, double sign, qb_budget *budget, double *work,
                                     double *value)
{
    double shift = radius(qubo), *x = work, *y = work + qubo->n, norm = 0;
    for (uint32_t i = 0; i < qubo->n; i++)
        x[i] = 1 + (double)(i * 7919u % 64u) / 64; /* orthogonal to nothing in particular */
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        double squares = 0, before = norm;
        for (uint32_t i = 0; i < qubo->n; i++) {
            y[i] = shift * x[i] - sign * row(qubo, i, x);
            squares += y[i] * y[i];
        }
        norm = sqrt(squares);
        for (uint32_t i = 0; i < qubo->n && norm > 0; i++)
            x[i] = y[i] / norm;
        if (!qb_budget_spend(budget, qubo->n + qubo->nonzeros))
            return QB_STOPPED;
        if (fabs(norm - before) <= 1e-6 * norm)
            break;
    }
    *value = norm - shift;
    return QB_OK;
}

static double clamp(double x)
{
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

qb_status qb_relax(const qb_qubo *qubo, bool hold_last, qb_budget *budget, double *x)
{
    double sign = qubo->sense == QB_MINIMISE ? 1 : -1, eigenvalue, size = radius(qubo);
    double *work = QB_NEW(double, 2 * (size_t)qubo->n);
    qb_status status = work ? greatest_eigenvalue(qubo, sign, budget, work, &eigenvalue) : QB_NO_MEMORY;
    qb_free(work);
    if (status)
        return status;
    double curvature = fmax(SAFETY * eigenvalue, 1e-9 * (size > 0 ? size : 1)); /* 2 mu */
    uint32_t moving = qubo->n - hold_last;
    for (uint32_t i = 0; i < qubo->n; i++)
        x[i] = i < moving ? 0.5 : 0;
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        double most = 0;
        for (uint32_t i = 0; i < moving; i++) {
            /* where the derivative s (l + W x) + 2 mu x - mu is zero */
            double slope = sign * (qb_qubo_linear(qubo, i) + row(qubo, i, x));
            double at = clamp(0.5 - slope / curvature);
            most = fmax(most, fabs(at - x[i]));
            x[i] = at;
        }
        if (!qb_budget_spend(budget, qubo->n + qubo->nonzeros))
            return QB_STOPPED;
        if (most <= TOLERANCE)
            break;
    }
    return QB_OK;
}
