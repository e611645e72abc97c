#include "solvers/kernels/lanczos.h"
#include "harness/base/memory.h"
#include "solvers/kernels/replicas_kernel.h"

#include <gsl/gsl_eigen.h>
#include <math.h>

#define NOTHING 1e-9 /* a rest this small: the space is exhausted */

/* next = J v; false when the budget ends. */
static bool multiply(const qb_replica_form *form, const double *v, double *next, qb_budget *budget)
{
    const qb_qubo *q = form->model;
    for (uint32_t from = 0, to; from < q->n; from = to) {
        to = qb_replica_part(q, from);
        if (!qb_budget_spend(budget, to - from + q->start[to] - q->start[from]))
            return false;
        for (uint32_t i = from; i < to; i++) {
            double sum = 0;
            for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++)
                sum += (double)form->weight[k] * v[q->neighbour[k]];
            next[i] = sum;
        }
    }
    return true;
}

static double dot(const double *a, const double *b, uint32_t n)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

/* The tridiagonal matrix from the start vector `rest`: alpha on its diagonal, beta[k] between k - 1 and k.
 * last[n] is zero on entry, next[n] scratch.  *made: its size. */
static qb_status project(const qb_replica_form *form, double *rest, double *last, double *next,
                         double alpha[QB_LANCZOS_STEPS], double beta[QB_LANCZOS_STEPS], size_t *made,
                         qb_budget *budget)
{
    uint32_t n = form->model->n;
    size_t size = 0;
    for (; size < QB_LANCZOS_STEPS; size++) {
        double norm = sqrt(dot(rest, rest, n));
        if (norm <= NOTHING)
            break;
        beta[size] = norm;
        for (uint32_t i = 0; i < n; i++) {
            double before = last[i];
            last[i] = rest[i] / norm;
            rest[i] = size ? -norm * before : 0;
        }
        if (!multiply(form, last, next, budget))
            return QB_STOPPED;
        for (uint32_t i = 0; i < n; i++)
            rest[i] += next[i];
        alpha[size] = dot(last, rest, n);
        for (uint32_t i = 0; i < n; i++)
            rest[i] -= alpha[size] * last[i];
    }
    *made = size;
    return QB_OK;
}

static qb_status least_of(const double *alpha, const double *beta, size_t size, double *least, qb_diag *diag)
{
    gsl_matrix *matrix = gsl_matrix_calloc(size, size);
    gsl_vector *value = gsl_vector_alloc(size);
    gsl_eigen_symm_workspace *work = gsl_eigen_symm_alloc(size);
    qb_status status =
        matrix && value && work ? QB_OK : qb_fail(diag, QB_NO_MEMORY, "no memory for eigenvalues");
    if (!status) {
        for (size_t k = 0; k < size; k++) {
            gsl_matrix_set(matrix, k, k, alpha[k]);
            if (k > 0)
                gsl_matrix_set(matrix, k, k - 1, beta[k]); /* only the lower part is read */
        }
        (void)gsl_eigen_symm(matrix, value, work);
        *least = fmin(0, gsl_vector_min(value));
    }
    gsl_matrix_free(matrix);
    gsl_vector_free(value);
    gsl_eigen_symm_free(work);
    return status;
}

qb_status qb_lanczos_least(const qb_replica_form *form, qb_rng *rng, double *least, qb_budget *budget,
                           qb_diag *diag)
{
    size_t n = form->model->n, size = 0;
    double alpha[QB_LANCZOS_STEPS], beta[QB_LANCZOS_STEPS], *rest = QB_NEW(double, 3 * n);
    if (!rest)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for an eigenvalue of %zu variables", n);
    for (size_t i = 0; i < n; i++)
        rest[i] = qb_rng_uniform(rng);
    *least = 0;
    qb_status status = project(form, rest, rest + n, rest + 2 * n, alpha, beta, &size, budget);
    if (!status && size)
        status = least_of(alpha, beta, size, least, diag);
    qb_free(rest);
    return status;
}
