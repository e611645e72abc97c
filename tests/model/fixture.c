#include "tests/model/fixture.h"

#include "harness/model/referee.h"

#include <criterion/criterion.h>
#include <math.h>

static double integer(qb_rng *rng, int least, int most)
{
    return least + (double)qb_rng_below(rng, (uint64_t)(most - least + 1));
}

void case_binary(problem_case *c, qb_kind kind, uint32_t n, double unit, qb_rng *rng)
{
    *c = (problem_case){.draft = {.kind = kind, .name = "random", .format = "generated", .columns = n}};
    c->draft.sense = kind == QB_KIND_MAXCUT || qb_rng_below(rng, 2) ? QB_MAXIMISE : QB_MINIMISE;
    c->draft.constant = integer(rng, -5, 5) * unit;
    c->draft.linear = c->linear;
    c->draft.pair = c->pair;
    for (uint32_t i = 0; i < n; i++) {
        c->linear[i] = kind == QB_KIND_MAXCUT ? 0 : integer(rng, -9, 9) * unit;
        for (uint32_t j = i + 1; j < n; j++)
            if (qb_rng_below(rng, 2))
                c->pair[c->draft.pairs++] = (qb_pair){j, i, integer(rng, -9, 9) * unit};
    }
}

static void random_row(problem_case *c, uint32_t r, double unit, qb_rng *rng)
{
    double activity = 0;
    for (uint32_t j = 0; j < c->draft.columns; j++) {
        if (qb_rng_below(rng, 3) == 0)
            continue;
        double value = qb_rng_below(rng, 2) ? (qb_rng_below(rng, 2) ? 1 : -1) : integer(rng, -3, 3);
        c->entry[c->draft.entries++] = (qb_triplet){r, j, value * unit};
        activity += value * floor((c->lower[j] + c->upper[j]) / 2);
    }
    double slack = integer(rng, 0, 2);
    uint64_t form = qb_rng_below(rng, 4);
    c->row_lower[r] = form == 0 ? -INFINITY : (activity - (form == 1 ? slack : 0)) * unit;
    c->row_upper[r] = form == 3 ? INFINITY : (activity + (form <= 1 ? slack : 0)) * unit;
}

void case_mip(problem_case *c, bool quadratic, qb_rng *rng)
{
    uint32_t n = 2 + (uint32_t)qb_rng_below(rng, CASE_COLUMNS - 1);
    *c =
        (problem_case){.draft = {.kind = QB_KIND_MIP, .name = "random", .format = "generated", .columns = n}};
    qb_draft *d = &c->draft;
    d->sense = qb_rng_below(rng, 2) ? QB_MAXIMISE : QB_MINIMISE;
    d->constant = integer(rng, -5, 5);
    d->linear = c->linear;
    d->pair = c->pair;
    d->type = c->type;
    d->lower = c->lower;
    d->upper = c->upper;
    d->entry = c->entry;
    d->row_lower = c->row_lower;
    d->row_upper = c->row_upper;
    d->rows = (uint32_t)qb_rng_below(rng, CASE_ROWS + 1);
    double unit = qb_rng_below(rng, 3) ? 1 : 0.1;
    for (uint32_t j = 0; j < n; j++) {
        bool binary = qb_rng_below(rng, 3) != 0;
        c->type[j] = binary ? QB_COLUMN_BINARY : QB_COLUMN_INTEGER;
        c->lower[j] = binary ? 0 : integer(rng, -2, 1);
        c->upper[j] = binary ? 1 : c->lower[j] + integer(rng, 0, 4);
        c->linear[j] = integer(rng, -9, 9) * unit;
        for (uint32_t i = 0; quadratic && i <= j; i++)
            if (qb_rng_below(rng, 3) == 0)
                c->pair[d->pairs++] = (qb_pair){i, j, integer(rng, -4, 4) * unit};
    }
    for (uint32_t r = 0; r < d->rows; r++)
        random_row(c, r, qb_rng_below(rng, 3) ? 1 : 0.01, rng);
}

qb_problem case_build(const problem_case *c)
{
    qb_problem problem;
    qb_diag diag = {0};
    cr_assert(qb_problem_build(&c->draft, &problem, &diag) == QB_OK, "%s", diag.text);
    return problem;
}

static double lower_of(const qb_problem *problem, uint32_t j)
{
    return problem->body.lower ? problem->body.lower[j] : 0;
}

void case_first(const qb_problem *problem, double *v)
{
    for (uint32_t j = 0; j < problem->body.columns; j++)
        v[j] = lower_of(problem, j);
}

bool case_next(const qb_problem *problem, double *v)
{
    for (uint32_t j = 0; j < problem->body.columns; j++) {
        if (v[j] < (problem->body.upper ? problem->body.upper[j] : 1)) {
            v[j]++;
            return true;
        }
        v[j] = lower_of(problem, j);
    }
    return false;
}

bool case_optimum(const qb_problem *problem, double *best)
{
    double v[64];
    qb_score score;
    bool found = false;
    case_first(problem, v);
    do {
        cr_assert(qb_referee_score(problem, v, &score, NULL) == QB_OK);
        if (score.feasible && (!found || qb_referee_better(problem, score.objective, *best)))
            *best = score.objective;
        found |= score.feasible;
    } while (case_next(problem, v));
    return found;
}

void case_bits(uint64_t number, uint32_t n, uint8_t *x)
{
    for (uint32_t i = 0; i < n; i++)
        x[i] = number >> i & 1;
}
