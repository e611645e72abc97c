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
    const qb_pair *pair; /* sorted by (i, j) */
    double multiplier;   /* the data are taken times this, as integers; 0: as they are */
} terms;

static double datum(const terms *t, double value)
{
    return qb_grid_integer(value, t->multiplier);
}

/* w, times this, is the coupling; */
static double coupling_factor(const terms *t)
{
    return t->kind == QB_KIND_ISING ? 4 : t->kind == QB_KIND_MAXCUT ? -2 : 1;
}

/* and what it adds to the linear terms of both. */
static double linear_factor(const terms *t)
{
    return t->kind == QB_KIND_ISING ? -2 : t->kind == QB_KIND_MAXCUT ? 1 : 0;
}

/* What one pass over the terms tells. */
typedef struct survey {
    double *linear;         /* [n] the linear 0/1 terms */
    double *reach;          /* [n] |linear_i| + sum_j |w_ij| */
    uint64_t *start;        /* [n + 2] start[i + 1]: where row i of the model begins */
    bool integers;          /* are all data integers below 2^31? */
    double most;            /* of reach */
    double least, greatest; /* of what is not 0, by size */
} survey;

static void survey_close(survey *s)
{
    qb_free(s->linear);
    qb_free(s->reach);
    qb_free(s->start);
}

static qb_status survey_open(survey *s, uint64_t n)
{
    *s = (survey){QB_NEW(double, n), QB_NEW(double, n), QB_NEW(uint64_t, n + 2), false, 0, 0, 0};
    if (s->linear && s->reach && s->start)
        return QB_OK;
    survey_close(s);
    return QB_NO_MEMORY;
}

/* Without branches: adding and taking off again 1.5 2^52 rounds to integers. */
static bool is_integer(double value)
{
    return (fabs(value) < 0x1p31) & (value + 0x1.8p52 - 0x1.8p52 == value);
}

/* Sums up the pairs of row i, which begin at k; returns where they end. */
static uint64_t survey_row(const terms *t, uint32_t i, uint64_t k, survey *s)
{
    const double to_coupling = coupling_factor(t), to_linear = linear_factor(t), multiplier = t->multiplier;
    double *restrict linear = s->linear, *restrict reach = s->reach;
    uint64_t *restrict start = s->start;
    uint64_t own_count = 0;
    double own_linear = linear[i], own_reach = 0, least = s->least, greatest = s->greatest;
    bool integers = true;
    for (; k < t->pairs && t->pair[k].i == i; k++) {
        uint32_t j = t->pair[k].j;
        double w = qb_grid_integer(t->pair[k].weight, multiplier), size = fabs(to_coupling * w);
        integers &= is_integer(t->pair[k].weight);
        least = size > 0 && size < least ? size : least;
        greatest = size > greatest ? size : greatest;
        own_reach += size;
        reach[j] += size;
        own_count += size != 0;
        start[j + 2] += size != 0;
        if (to_linear != 0) {
            own_linear += to_linear * w;
            linear[j] += to_linear * w;
        }
    }
    linear[i] = own_linear;
    reach[i] += own_reach + fabs(own_linear);
    start[i + 2] += own_count;
    s->integers &= integers;
    s->least = least;
    s->greatest = greatest;
    return k;
}

static void look(const terms *t, survey *s)
{
    s->integers = true;
    s->most = s->greatest = 0;
    s->least = INFINITY;
    memset(s->reach, 0, t->n * sizeof *s->reach);
    memset(s->start, 0, ((size_t)t->n + 2) * sizeof *s->start);
    for (uint32_t i = 0; i < t->n; i++) {
        s->linear[i] = (t->kind == QB_KIND_ISING ? 2 : 1) * datum(t, t->linear[i]);
        s->integers &= is_integer(t->linear[i]);
    }
    uint64_t k = 0;
    for (uint32_t i = 0; i < t->n; i++) {
        k = survey_row(t, i, k, s);
        s->most = s->reach[i] > s->most ? s->reach[i] : s->most;
        s->start[i + 2] += s->start[i + 1];
    }
    for (uint32_t i = 0; i < t->n; i++) {
        double size = fabs(s->linear[i]);
        s->least = size > 0 && size < s->least ? size : s->least;
        s->greatest = size > s->greatest ? size : s->greatest;
    }
}

/* What the change of variables leaves: sum w - sum h of spins.  For integers from linear_i = 2 h_i - 2 sum_j
 * w_ij, for reals term by term, as they come. */
static double constant_of(const terms *t, const survey *s, bool integral)
{
    qb_sum constant = {0};
    if (t->kind != QB_KIND_ISING)
        return 0;
    for (uint32_t i = 0; i < t->n; i++) {
        double h = datum(t, t->linear[i]);
        qb_sum_add(&constant, integral ? -(s->linear[i] + 2 * h) / 4 : -h);
    }
    for (uint64_t k = 0; k < t->pairs && !integral; k++)
        qb_sum_add(&constant, datum(t, t->pair[k].weight));
    return qb_sum_value(constant);
}

/* Both directions of each pair, so that each row fills in ascending order: first its smaller neighbours as
 * their rows pass by, then the larger ones. */
#define DEFINE_FILL(name, type)                                                              \
    static void name(const terms *t, uint64_t *restrict start, uint32_t *restrict neighbour, \
                     type *restrict weight)                                                  \
    {                                                                                        \
        const double factor = coupling_factor(t), multiplier = t->multiplier;                \
        uint64_t k = 0;                                                                      \
        for (uint32_t i = 0; i < t->n; i++) {                                                \
            uint64_t a = start[i + 1];                                                       \
            for (; k < t->pairs && t->pair[k].i == i; k++) {                                 \
                double w = factor * qb_grid_integer(t->pair[k].weight, multiplier);          \
                if (w == 0)                                                                  \
                    continue;                                                                \
                uint32_t j = t->pair[k].j;                                                   \
                uint64_t b = start[j + 1]++;                                                 \
                neighbour[a] = j;                                                            \
                neighbour[b] = i;                                                            \
                weight[a++] = weight[b] = (type)w;                                           \
            }                                                                                \
            start[i + 1] = a;                                                                \
        }                                                                                    \
    }
DEFINE_FILL(fill_integers, int32_t)
DEFINE_FILL(fill_reals, double)

/* sum |linear| + sum |w| of data taken as they are. */
static double magnitude_of(const terms *t, const double *linear)
{
    qb_sum magnitude = {0};
    for (uint32_t i = 0; i < t->n; i++)
        qb_sum_add(&magnitude, fabs(linear[i]));
    for (uint64_t k = 0; k < t->pairs; k++)
        qb_sum_add(&magnitude, fabs(coupling_factor(t) * t->pair[k].weight));
    return qb_sum_value(magnitude);
}

/* The same from the rows' sums, which are exact for integers. */
static double integral_magnitude(uint32_t n, const survey *s)
{
    qb_sum twice = {0};
    for (uint32_t i = 0; i < n; i++)
        qb_sum_add(&twice, s->reach[i] + fabs(s->linear[i]));
    return qb_sum_value(twice) / 2;
}

/* Where a model's arrays stand in its block, which begins with start; each but the last is aligned. */
typedef struct layout {
    uint64_t neighbour, linear, weight, bytes;
} layout;

static uint64_t padded(uint64_t bytes)
{
    return (bytes + QB_ALIGNMENT - 1) & ~(uint64_t)(QB_ALIGNMENT - 1);
}

static layout layout_of(uint64_t n, uint64_t nonzeros, bool integral)
{
    uint64_t width = integral ? sizeof(int32_t) : sizeof(double);
    layout at = {.neighbour = padded((n + 2) * sizeof(uint64_t))};
    at.linear = at.neighbour + padded(nonzeros * sizeof(uint32_t));
    at.weight = at.linear + padded(n * width);
    at.bytes = at.weight + nonzeros * width;
    return at;
}

/* Points the model of n, nonzeros and integral at its arrays. */
static void bind(qb_qubo *q, const void *block)
{
    const layout at = layout_of(q->n, q->nonzeros, q->integral);
    const void *linear = (const char *)block + at.linear, *weight = (const char *)block + at.weight;
    q->start = block;
    q->neighbour = (const void *)((const char *)block + at.neighbour);
    q->int_linear = q->integral ? linear : NULL;
    q->int_weight = q->integral ? weight : NULL;
    q->real_linear = q->integral ? NULL : linear;
    q->real_weight = q->integral ? NULL : weight;
}

/* The compressed rows. */
static qb_status compress(const terms *t, const survey *s, bool integral, qb_qubo *q)
{
    const uint64_t nonzeros = s->start[t->n + 1];
    const layout at = layout_of(t->n, nonzeros, integral);
    char *block = qb_alloc_raw(at.bytes, 1);
    if (!block)
        return QB_NO_MEMORY;
    uint64_t *start = (void *)block;
    uint32_t *neighbour = (void *)(block + at.neighbour);
    void *linear = block + at.linear, *weight = block + at.weight;
    memcpy(start, s->start, ((uint64_t)t->n + 2) * sizeof *start);
    for (uint32_t i = 0; i < t->n; i++)
        if (integral)
            ((int32_t *)linear)[i] = (int32_t)s->linear[i];
        else
            ((double *)linear)[i] = s->linear[i];
    if (integral)
        fill_integers(t, start, neighbour, weight);
    else
        fill_reals(t, start, neighbour, weight);
    *q = (qb_qubo){
        .n = t->n,
        .nonzeros = nonzeros,
        .integral = integral,
        .magnitude = integral ? integral_magnitude(t->n, s) : magnitude_of(t, s->linear),
        .least = s->least,
        .greatest = s->greatest,
        .block = block,
    };
    bind(q, block);
    return QB_OK;
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

/* Takes the data as integers where every local field, and so every change of E by one flip, then fits in 31
 * bits; says whether it does. */
static bool settle(terms *t, survey *s)
{
    t->multiplier = 1;
    look(t, s);
    if (!s->integers) {
        t->multiplier = multiplier_of(t);
        if (t->multiplier > 1)
            look(t, s);
    }
    if (t->multiplier != 0 && s->most <= INT32_MAX)
        return true;
    if (t->multiplier > 1) {
        t->multiplier = 0;
        look(t, s);
    }
    return false;
}

/* In integers where the data allow it, else in doubles; source objective = scale * (terms) + offset. */
static qb_status assemble(terms *t, qb_sense sense, double offset, double scale, qb_qubo *qubo)
{
    survey s;
    qb_status status = survey_open(&s, t->n);
    if (status)
        return status;
    bool integral = settle(t, &s);
    double constant = constant_of(t, &s, integral), unit = integral ? t->multiplier : 1;
    qb_qubo built;
    status = compress(t, &s, integral, &built);
    survey_close(&s);
    if (status)
        return status;
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

#define IMAGE_MAGIC UINT64_C(0x3130776f72627571)

/* What stands before the block. */
typedef struct image {
    uint64_t magic, size;
    qb_qubo model; /* its pointers say nothing */
} image;

size_t qb_qubo_image_size(const qb_qubo *qubo)
{
    return padded(sizeof(image)) + layout_of(qubo->n, qubo->nonzeros, qubo->integral).bytes;
}

void qb_qubo_pack(const qb_qubo *qubo, void *to)
{
    image *head = to;
    *head = (image){IMAGE_MAGIC, qb_qubo_image_size(qubo), *qubo};
    memcpy((char *)to + padded(sizeof *head), qubo->block, head->size - padded(sizeof *head));
}

qb_status qb_qubo_bind(const void *from, size_t size, qb_qubo *qubo, qb_diag *diag)
{
    const image *head = from;
    if (size < sizeof *head || head->magic != IMAGE_MAGIC || head->size != size)
        return qb_fail(diag, QB_BAD_INPUT, "not an image of a model");
    *qubo = head->model;
    qubo->block = NULL;
    bind(qubo, (const char *)from + padded(sizeof *head));
    return QB_OK;
}

double qb_qubo_coupling(const qb_qubo *qubo, uint32_t i, uint32_t j)
{
    uint64_t from = qubo->start[i], to = qubo->start[i + 1];
    while (from < to) {
        uint64_t middle = from + (to - from) / 2;
        if (qubo->neighbour[middle] < j)
            from = middle + 1;
        else
            to = middle;
    }
    return from < qubo->start[i + 1] && qubo->neighbour[from] == j ? qb_qubo_weight(qubo, from) : 0;
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
