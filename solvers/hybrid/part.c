#define _GNU_SOURCE
#include "solvers/hybrid/part.h"

#include "harness/base/memory.h"

#include <math.h>
#include <string.h>

qb_status part_maker_open(const qb_qubo *model, const qb_integers *integers, part_maker *maker, qb_diag *diag)
{
    *maker = (part_maker){.model = model, .integers = integers && integers->count ? integers : NULL};
    qb_status status = qb_subproblem_open(model, &maker->sub, diag);
    if (status || !maker->integers)
        return status;
    maker->rest = QB_NEW(uint8_t, model->n);
    maker->slot = QB_NEW(uint32_t, integers->count);
    maker->follower = QB_NEW(part_follower, integers->count);
    return maker->rest && maker->slot && maker->follower
               ? QB_OK
               : qb_fail(diag, QB_NO_MEMORY, "out of memory for %u integers", integers->count);
}

void part_maker_close(part_maker *maker)
{
    qb_subproblem_close(&maker->sub);
    qb_free(maker->rest);
    qb_free(maker->slot);
    qb_free(maker->follower);
}

void part_clear(part *p)
{
    qb_qubo_free(&p->plain);
    qb_qubo_free(&p->smooth);
}

/* ---------------------------------------------------------------------------------------------- groups */

void part_mark(const part *p, qb_qubo *q)
{
    q->groups = p->plain.groups;
    q->cardinalities = p->plain.cardinalities;
    q->group_start = p->group_start;
    q->group_ones = p->group_ones;
    q->group_member = p->group_member;
}

/* Groups of one 1 come first. */
void part_shape(const selection_part *chosen, part *p)
{
    uint32_t groups = 0, members = 0;
    for (int is_more = 0; is_more < 2; is_more++) {
        for (uint32_t g = 0; g < chosen->groups; g++) {
            if ((chosen->ones[g] > 1) != is_more)
                continue;
            p->group_ones[groups++] = chosen->ones[g];
            for (uint32_t k = 0; k < chosen->size[g]; k++)
                p->group_member[members++] = chosen->first[g] + k;
            p->group_start[groups] = members;
            p->plain.groups += !is_more;
            p->plain.cardinalities += (uint32_t)is_more;
        }
    }
    p->plain.n = chosen->count;
    part_mark(p, &p->plain);
}

/* ---------------------------------------------------------------------------------------------- followers */

static void clear_integers(part_maker *m, const selection_part *chosen, const uint8_t *x)
{
    const qb_integers *t = m->integers;
    memcpy(m->rest, x, m->model->n);
    for (uint32_t b = 0; b < t->start[t->count]; b++)
        m->rest[t->bit[b]] = 0;
    for (uint32_t a = 0; a < chosen->count; a++)
        m->rest[chosen->member[a]] = 0;
}

/* The integers that the members are tied to.  Returns the couplings looked at. */
static uint64_t find_followers(part_maker *m, const selection_part *chosen, uint32_t *followers)
{
    const qb_integers *t = m->integers;
    uint32_t count = 0;
    uint64_t work = 0;
    for (uint32_t a = 0; a < chosen->count; a++) {
        uint32_t i = chosen->member[a];
        for (uint32_t k = t->tie_start[i]; k < t->tie_start[i + 1]; k++) {
            uint32_t integer = t->tie[k].integer;
            if (!m->slot[integer]) {
                m->follower[count] =
                    (part_follower){integer, qb_integers_pull(t, m->model, integer, m->rest), {0}};
                m->slot[integer] = ++count;
                work += qb_integers_couplings(t, m->model, integer);
            }
            m->follower[m->slot[integer] - 1].tie[a] = t->tie[k].pull;
        }
    }
    for (uint32_t a = 0; a < chosen->count; a++)
        for (uint32_t k = t->tie_start[chosen->member[a]]; k < t->tie_start[chosen->member[a] + 1]; k++)
            m->slot[t->tie[k].integer] = 0;
    *followers = count;
    return work;
}

/* A sum of independent draws: `ones` of the values of each group, each free one or not. */
typedef struct moments {
    double mean, variance;
} moments;

static moments moments_of(const selection_part *chosen, const double *value)
{
    moments all = {0, 0};
    bool grouped[QB_SUBPROBLEM_VARIABLES] = {false};
    for (uint32_t g = 0; g < chosen->groups; g++) {
        double size = chosen->size[g], ones = chosen->ones[g], sum = 0, squares = 0;
        for (uint32_t a = chosen->first[g]; a < chosen->first[g] + chosen->size[g]; a++) {
            grouped[a] = true;
            sum += value[a];
            squares += value[a] * value[a];
        }
        all.mean += ones * sum / size;
        all.variance += ones * (size - ones) / (size * (size - 1)) * fmax(squares - sum * sum / size, 0);
    }
    for (uint32_t a = 0; a < chosen->count; a++)
        if (!grouped[a]) {
            all.mean += value[a] / 2;
            all.variance += value[a] * value[a] / 4;
        }
    return all;
}

/* E[max(u, 0)] and P(u > 0) of a Gaussian. */
static double positive_part(double mean, double deviation, double *probability)
{
    double z = mean / deviation;
    *probability = 0.5 * erfc(-z * M_SQRT1_2);
    return mean * *probability + deviation * exp(-0.5 * z * z) / sqrt(2 * M_PI);
}

/* Adds the follower's equivalent quadratic to the terms of the part. */
static void add_smooth(const qb_integers *t, const part_follower *f, const selection_part *chosen,
                       double sign, double *linear, double (*pair)[QB_SUBPROBLEM_VARIABLES])
{
    moments p = moments_of(chosen, f->tie);
    double curvature = t->curvature[f->integer], range = t->range[f->integer];
    double half = 2 * curvature, deviation = fmax(sqrt(p.variance), 1e-9 * curvature) / half;
    double middle = -(f->pull + p.mean) / half, above, beyond;
    double slope = positive_part(middle, deviation, &above);
    slope -= positive_part(middle - range, deviation, &beyond);
    double bend = -(above - beyond) / half;
    for (uint32_t a = 0; a < chosen->count; a++) {
        double c = f->tie[a];
        linear[a] += sign * (slope * c + bend * (c * c / 2 - p.mean * c));
        for (uint32_t b = a + 1; b < chosen->count; b++)
            pair[a][b] += sign * bend * c * f->tie[b];
    }
}

/* The plain part and what is added to it. */
static qb_status build_smooth(const selection_part *chosen, part *p, qb_diag *diag)
{
    double linear[QB_SUBPROBLEM_VARIABLES], weight[QB_SUBPROBLEM_VARIABLES][QB_SUBPROBLEM_VARIABLES] = {{0}};
    qb_pair pair[QB_SUBPROBLEM_VARIABLES * (QB_SUBPROBLEM_VARIABLES - 1) / 2];
    const qb_qubo *q = &p->plain;
    double sign = q->sense == QB_MINIMISE ? 1 : -1;
    uint32_t pairs = 0;
    for (uint32_t a = 0; a < q->n; a++) {
        linear[a] = q->scale * qb_qubo_linear(q, a);
        for (uint64_t k = q->start[a]; k < q->start[a + 1]; k++)
            weight[a][q->neighbour[k]] = q->scale * qb_qubo_weight(q, k);
    }
    for (uint32_t k = 0; k < p->followers; k++)
        add_smooth(p->integers, &p->follower[k], chosen, sign, linear, weight);
    for (uint32_t a = 0; a < q->n; a++)
        for (uint32_t b = a + 1; b < q->n; b++)
            if (weight[a][b] != 0)
                pair[pairs++] = (qb_pair){a, b, weight[a][b]};
    return qb_qubo_build(q->sense, 0, 1, q->n, linear, pairs, pair, &p->smooth, diag);
}

qb_status part_make(part_maker *m, const selection_part *chosen, const uint8_t *x, qb_budget *budget, part *p,
                    qb_diag *diag)
{
    uint64_t work = 0;
    *p = (part){.integers = m->integers, .follower = m->follower};
    if (m->integers) {
        clear_integers(m, chosen, x);
        work = m->model->n + find_followers(m, chosen, &p->followers);
        x = m->rest;
    }
    qb_status status = qb_budget_spend(budget, work) ? QB_OK : QB_STOPPED;
    if (!status)
        status = qb_subproblem_clamp(&m->sub, chosen->count, chosen->member, x, budget, &p->plain, diag);
    if (!status && p->followers)
        status = build_smooth(chosen, p, diag);
    if (!status) {
        part_shape(chosen, p);
        part_mark(p, &p->smooth);
    }
    return status;
}

double part_value(const part *p, const uint8_t *y)
{
    double value = p->plain.scale * qb_qubo_energy(&p->plain, y);
    double sign = p->plain.sense == QB_MINIMISE ? 1 : -1;
    for (uint32_t k = 0; k < p->followers; k++) {
        const part_follower *f = &p->follower[k];
        double pull = f->pull;
        for (uint32_t a = 0; a < p->plain.n; a++)
            pull += y[a] ? f->tie[a] : 0;
        value += sign * qb_integers_cost(p->integers, f->integer, pull);
    }
    return value;
}
