#include "harness/model/qubo.h"

#include "harness/base/memory.h"
#include "harness/model/grid.h"
#include "harness/model/sum.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Terms in the variables of their kind.  In 0/1 variables, w s_i s_j is 4w x_i x_j - 2w x_i - 2w x_j + w, and
 * w [x_i != x_j] is -2w x_i x_j + w x_i + w x_j. */
typedef struct terms {
    qb_kind kind;
    uint32_t n;
    const double *linear;
    uint64_t pairs;
    const qb_pair *pair;
    double multiplier; /* the data are taken times this, as integers; 0: as they are */
} terms;

static double datum(const terms *t, double value)
{
    return t->multiplier != 0 ? qb_grid_integer(value, t->multiplier) : value;
}

static double coupling(const terms *t, uint64_t k)
{
    double w = datum(t, t->pair[k].weight);
    return t->kind == QB_KIND_ISING ? 4 * w : t->kind == QB_KIND_MAXCUT ? -2 * w : w;
}

/* The linear 0/1 terms; returns the constant that the change of variables leaves. */
static double expand_linear(const terms *t, double *linear /* [n] */)
{
    qb_sum constant = {0};
    for (uint32_t i = 0; i < t->n; i++) {
        double h = datum(t, t->linear[i]);
        linear[i] = t->kind == QB_KIND_ISING ? 2 * h : h;
        if (t->kind == QB_KIND_ISING)
            qb_sum_add(&constant, -h);
    }
    for (uint64_t k = 0; t->kind != QB_KIND_QUBO && k < t->pairs; k++) {
        double w = datum(t, t->pair[k].weight), share = t->kind == QB_KIND_ISING ? -2 * w : w;
        linear[t->pair[k].i] += share;
        linear[t->pair[k].j] += share;
        if (t->kind == QB_KIND_ISING)
            qb_sum_add(&constant, w);
    }
    return qb_sum_value(constant);
}

/* The end of the run of pairs with the same i that begins at k: pairs are sorted by (i, j), so that what a
 * loop adds to i can stay in a register. */
static uint64_t end_of_row(const terms *t, uint64_t k)
{
    uint32_t i = t->pair[k].i;
    while (k < t->pairs && t->pair[k].i == i)
        k++;
    return k;
}

/* Does every local field, and so every change of E by one flip, fit in 31 bits?  reach [n] becomes |linear_i|
 * + sum_j |w_ij|. */
static bool fits_int32(const terms *t, const double *linear, double *reach)
{
    double most = 0;
    for (uint32_t i = 0; i < t->n; i++)
        reach[i] = fabs(linear[i]);
    for (uint64_t k = 0; k < t->pairs;) {
        uint64_t end = end_of_row(t, k);
        double own = 0, *of_i = &reach[t->pair[k].i];
        for (; k < end; k++) {
            double w = fabs(coupling(t, k));
            own += w;
            reach[t->pair[k].j] += w;
        }
        *of_i += own;
    }
    for (uint32_t i = 0; i < t->n; i++)
        most = reach[i] > most ? reach[i] : most;
    return most <= INT32_MAX;
}

static uint64_t padded(uint64_t bytes)
{
    return (bytes + QB_ALIGNMENT - 1) & ~(uint64_t)(QB_ALIGNMENT - 1);
}

/* start[i + 1] becomes where row i begins to grow; returns how many entries all rows will have. */
static uint64_t count_entries(const terms *t, uint64_t *start /* [n + 2] zeros */)
{
    for (uint64_t k = 0; k < t->pairs;) {
        uint64_t end = end_of_row(t, k), own = 0, *of_i = &start[t->pair[k].i + 2];
        for (; k < end; k++) {
            uint64_t counts = t->pair[k].weight != 0;
            own += counts;
            start[t->pair[k].j + 2] += counts;
        }
        *of_i += own;
    }
    for (uint64_t i = 2; i <= (uint64_t)t->n + 1; i++)
        start[i] += start[i - 1];
    return start[t->n + 1];
}

/* Both directions of each pair, so that each row fills in ascending order: first its smaller neighbours as
 * their rows pass by, then the larger ones. */
#define DEFINE_FILL(name, type)                                                              \
    static void name(const terms *t, uint64_t *restrict start, uint32_t *restrict neighbour, \
                     type *restrict weight)                                                  \
    {                                                                                        \
        for (uint64_t k = 0; k < t->pairs;) {                                                \
            uint64_t end = end_of_row(t, k), *of_i = &start[t->pair[k].i + 1], a = *of_i;    \
            uint32_t i = t->pair[k].i;                                                       \
            for (; k < end; k++) {                                                           \
                double w = coupling(t, k);                                                   \
                if (w == 0)                                                                  \
                    continue;                                                                \
                uint32_t j = t->pair[k].j;                                                   \
                uint64_t b = start[j + 1]++;                                                 \
                neighbour[a] = j;                                                            \
                neighbour[b] = i;                                                            \
                weight[a++] = weight[b] = (type)w;                                           \
            }                                                                                \
            *of_i = a;                                                                       \
        }                                                                                    \
    }
DEFINE_FILL(fill_integers, int32_t)
DEFINE_FILL(fill_reals, double)

static double magnitude_of(const terms *t, const double *linear)
{
    qb_sum magnitude = {0};
    for (uint32_t i = 0; i < t->n; i++)
        qb_sum_add(&magnitude, fabs(linear[i]));
    for (uint64_t k = 0; k < t->pairs; k++)
        qb_sum_add(&magnitude, fabs(coupling(t, k)));
    return qb_sum_value(magnitude);
}

/* The same from the rows' sums, which are exact for integers. */
static double integral_magnitude(uint32_t n, const double *linear, const double *reach)
{
    qb_sum twice = {0};
    for (uint32_t i = 0; i < n; i++)
        qb_sum_add(&twice, reach[i] + fabs(linear[i]));
    return qb_sum_value(twice) / 2;
}

/* The compressed rows. */
static qb_status compress(const terms *t, const double *linear, bool integral, const double *reach,
                          qb_qubo *q)
{
    size_t width = integral ? sizeof(int32_t) : sizeof(double);
    uint64_t *counted = QB_NEW(uint64_t, (uint64_t)t->n + 2);
    if (!counted)
        return QB_NO_MEMORY;
    uint64_t nonzeros = count_entries(t, counted);
    uint64_t start_bytes = padded(((uint64_t)t->n + 2) * sizeof(uint64_t));
    uint64_t linear_bytes = padded(t->n * width), neighbour_bytes = padded(nonzeros * sizeof(uint32_t));
    char *block = qb_alloc(start_bytes + linear_bytes + neighbour_bytes + nonzeros * width, 1);
    if (!block) {
        qb_free(counted);
        return QB_NO_MEMORY;
    }
    uint64_t *start = (void *)block;
    uint32_t *neighbour = (void *)(block + start_bytes);
    void *field = block + start_bytes + neighbour_bytes;
    void *weight = block + start_bytes + neighbour_bytes + linear_bytes;
    memcpy(start, counted, ((uint64_t)t->n + 2) * sizeof *start);
    qb_free(counted);

    for (uint32_t i = 0; i < t->n; i++)
        if (integral)
            ((int32_t *)field)[i] = (int32_t)linear[i];
        else
            ((double *)field)[i] = linear[i];
    if (integral)
        fill_integers(t, start, neighbour, weight);
    else
        fill_reals(t, start, neighbour, weight);
    *q = (qb_qubo){
        .n = t->n,
        .nonzeros = nonzeros,
        .start = start,
        .neighbour = neighbour,
        .integral = integral,
        .int_linear = integral ? field : NULL,
        .int_weight = integral ? weight : NULL,
        .real_linear = integral ? NULL : field,
        .real_weight = integral ? NULL : weight,
        .magnitude = integral ? integral_magnitude(t->n, linear, reach) : magnitude_of(t, linear),
        .block = block,
    };
    return QB_OK;
}

/* Are all data integers below 2^31?  The usual case, in a loop without branches: adding and taking off again
 * 1.5 2^52 rounds to integers. */
static bool are_integers(const terms *t)
{
    bool off = false;
    for (uint32_t i = 0; i < t->n; i++)
        off |= !(fabs(t->linear[i]) < 0x1p31 && t->linear[i] + 0x1.8p52 - 0x1.8p52 == t->linear[i]);
    for (uint64_t k = 0; k < t->pairs; k++) {
        double w = t->pair[k].weight;
        off |= !(fabs(w) < 0x1p31 && w + 0x1.8p52 - 0x1.8p52 == w);
    }
    return !off;
}

static double multiplier_of(const terms *t)
{
    qb_grid grid = {0};
    for (uint32_t i = 0; i < t->n; i++)
        qb_grid_admit(&grid, t->linear[i]);
    for (uint64_t k = 0; k < t->pairs; k++)
        qb_grid_admit(&grid, t->pair[k].weight);
    return qb_grid_multiplier(&grid);
}

/* In integers where the data allow it, else in doubles; source objective = scale * (terms) + offset. */
static qb_status assemble(terms *t, qb_sense sense, double offset, double scale, qb_qubo *qubo)
{
    t->multiplier = are_integers(t) ? 1 : multiplier_of(t);

    double *linear = QB_NEW(double, 2 * (size_t)t->n);
    if (!linear)
        return QB_NO_MEMORY;
    double *reach = linear + t->n;
    double constant = expand_linear(t, linear);
    bool integral = t->multiplier != 0 && fits_int32(t, linear, reach);
    if (!integral && t->multiplier != 0) {
        t->multiplier = 0;
        constant = expand_linear(t, linear);
    }
    qb_qubo built;
    qb_status status = compress(t, linear, integral, reach, &built);
    qb_free(linear);
    if (status)
        return status;
    double unit = integral ? t->multiplier : 1;
    built.sense = sense;
    built.scale = scale / unit;
    built.offset = offset + scale * (constant / unit);
    if (!isfinite(built.magnitude) || !isfinite(built.offset)) {
        qb_qubo_free(&built);
        return QB_REFUSED;
    }
    *qubo = built;
    return QB_OK;
}

static qb_status explain(qb_status status, qb_diag *diag)
{
    if (status == QB_NO_MEMORY)
        return qb_fail(diag, status, "out of memory building the qubo model");
    if (status == QB_REFUSED)
        return qb_fail(diag, status, "as a qubo the problem has numbers beyond double precision");
    return status;
}

qb_status qb_qubo_from_problem(const qb_problem *problem, qb_qubo *qubo, qb_diag *diag)
{
    const qb_mip *body = &problem->body;
    if (problem->kind == QB_KIND_MIP)
        return qb_fail(diag, QB_REFUSED, "a mip is not a qubo: it has to be lowered");
    terms t = {problem->kind, body->columns, body->linear, body->pairs, body->pair, 0};
    qb_status status = assemble(&t, body->sense, body->constant, 1, qubo);
    return explain(status, diag);
}

qb_status qb_qubo_build(qb_sense sense, double offset, double scale, uint32_t n, const double *linear,
                        uint64_t pairs, const qb_pair *pair, qb_qubo *qubo, qb_diag *diag)
{
    if (n == 0 || !(scale > 0) || !isfinite(scale) || !isfinite(offset))
        return qb_fail(diag, QB_BAD_INPUT, "a qubo needs variables, a finite offset and a positive scale");
    for (uint32_t i = 0; i < n; i++)
        if (!isfinite(linear[i]))
            return qb_fail(diag, QB_BAD_INPUT, "linear term %" PRIu32 " is not finite", i);
    for (uint64_t k = 0; k < pairs; k++) {
        qb_pair p = pair[k];
        bool ordered = k == 0 || pair[k - 1].i < p.i || (pair[k - 1].i == p.i && pair[k - 1].j < p.j);
        if (p.i >= p.j || p.j >= n || !ordered || !isfinite(p.weight))
            return qb_fail(diag, QB_BAD_INPUT,
                           "pair %" PRIu64 " (%" PRIu32 ", %" PRIu32 ") is out of order, "
                           "out of range or not finite",
                           k, p.i, p.j);
    }
    terms t = {QB_KIND_QUBO, n, linear, pairs, pair, 0};
    qb_status status = assemble(&t, sense, offset, scale, qubo);
    return explain(status, diag);
}

void qb_qubo_free(qb_qubo *qubo)
{
    if (!qubo)
        return;
    qb_free(qubo->block);
    *qubo = (qb_qubo){0};
}

int64_t qb_qubo_energy_int(const qb_qubo *qubo, const uint8_t *x)
{
    int64_t energy = 0;
    for (uint32_t i = 0; i < qubo->n; i++) {
        if (!x[i])
            continue;
        energy += qubo->int_linear[i];
        for (uint64_t k = qubo->start[i]; k < qubo->start[i + 1] && qubo->neighbour[k] < i; k++)
            energy += x[qubo->neighbour[k]] ? qubo->int_weight[k] : 0;
    }
    return energy;
}

double qb_qubo_energy(const qb_qubo *qubo, const uint8_t *x)
{
    if (qubo->integral)
        return (double)qb_qubo_energy_int(qubo, x);
    qb_sum energy = {0};
    for (uint32_t i = 0; i < qubo->n; i++) {
        if (!x[i])
            continue;
        qb_sum_add(&energy, qubo->real_linear[i]);
        for (uint64_t k = qubo->start[i]; k < qubo->start[i + 1] && qubo->neighbour[k] < i; k++)
            if (x[qubo->neighbour[k]])
                qb_sum_add(&energy, qubo->real_weight[k]);
    }
    return qb_sum_value(energy);
}
