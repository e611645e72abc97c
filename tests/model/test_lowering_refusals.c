/* What cannot be lowered, and what is proven to have no solution. */
#include "harness/model/referee.h"
#include "tests/model/fixture.h"
#include "tests/model/lowering_cases.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static void expect(const qb_draft *draft, unsigned takes, const qb_lowering_options *options,
                   qb_status expected, const char *message)
{
    qb_problem problem;
    qb_lowering *l = NULL;
    qb_diag diag = {0};
    cr_assert(qb_problem_build(draft, &problem, &diag) == QB_OK, "%s", diag.text);
    qb_status status = qb_lowering_open(&problem, takes, options, &l, &diag);
    cr_assert(status == expected && !l, "%d: %s", (int)status, diag.text);
    cr_assert(strcmp(diag.text, message) == 0, "got: %s", diag.text);
    qb_problem_free(&problem);
}

static void refuse(const qb_draft *draft, unsigned takes, const char *message)
{
    expect(draft, takes, NULL, QB_REFUSED, message);
}

static void prove(const qb_draft *draft, unsigned takes, const char *message)
{
    expect(draft, takes, NULL, QB_INFEASIBLE, message);
}

Test(lowering, refusals_give_the_reason)
{
    const uint8_t integer[] = {1, 0}, continuous[] = {2, 0};
    const double lower[] = {0, 0}, infinite[] = {INFINITY, 1}, far[] = {1e300, 1}, row_upper[] = {1};
    const qb_triplet odd[] = {{0, 0, 1}, {0, 1, 1.0 / 3}};
    const qb_pair product[] = {{0, 1, 1}};
    qb_draft d = {.kind = QB_KIND_MIP, .columns = 2, .lower = lower, .upper = infinite, .type = continuous};
    refuse(&d, QB_TAKES_QUBO, "'x1' is continuous: bits cannot say its values");
    refuse(&d, 0, "the solver takes neither qubo nor mip");
    d.pairs = 1;
    d.pair = product;
    refuse(&d, QB_TAKES_MIP,
           "the objective has a product of the continuous 'x1': no linear program says it exactly");
    d.type = integer;
    refuse(&d, QB_TAKES_QUBO, "the integer 'x1' is unbounded: no finite number of bits says it");
    d.upper = far;
    refuse(&d, QB_TAKES_QUBO, "the bounds of 'x1' are more than 2^53 steps apart");
    d = (qb_draft){
        .kind = QB_KIND_MIP, .columns = 2, .rows = 1, .entries = 2, .entry = odd, .row_upper = row_upper};
    refuse(&d, QB_TAKES_QUBO, "constraint 'r1' has coefficients that are no decimals of at most 9 digits");
    d = (qb_draft){.kind = QB_KIND_MIP, .columns = 2, .upper = lower};
    refuse(&d, QB_TAKES_QUBO, "every variable is fixed: there is nothing to decide");
}

#define NOTHING_LEFT "constraint 'r1' cannot be satisfied within the bounds of its variables"

Test(lowering, a_row_that_no_value_satisfies_proves_the_problem_infeasible)
{
    const uint8_t integer[] = {1, 1}, mixed[] = {0, 2};
    const double zero[] = {0, 0}, nine[] = {9, 9}, gap[] = {0.2, 0}, thin[] = {0.8, 1};
    const double three[] = {3}, seven[] = {7}, one[] = {1};
    const qb_triplet sum[] = {{0, 0, 1}, {0, 1, 1}}, even[] = {{0, 0, 2}, {0, 1, 4}};
    const qb_pair product[] = {{0, 1, 1}};
    qb_draft d = {
        .kind = QB_KIND_MIP, .columns = 2, .rows = 1, .entries = 2, .entry = sum, .row_lower = three};
    prove(&d, QB_TAKES_QUBO, NOTHING_LEFT);
    d.type = mixed; /* which a qubo could not say: that it is infeasible comes first */
    prove(&d, QB_TAKES_QUBO, NOTHING_LEFT);
    d.type = NULL;
    d.pair = product;
    d.pairs = 1;
    prove(&d, QB_TAKES_MIP, NOTHING_LEFT); /* linearised */
    d.entries = 0;
    d.row_lower = one; /* 0 >= 1 */
    prove(&d, QB_TAKES_QUBO, NOTHING_LEFT);
    d = (qb_draft){.kind = QB_KIND_MIP,
                   .columns = 2,
                   .type = integer,
                   .lower = zero,
                   .upper = nine,
                   .rows = 1,
                   .entries = 2,
                   .entry = even,
                   .row_lower = seven,
                   .row_upper = seven};
    prove(&d, QB_TAKES_QUBO, NOTHING_LEFT); /* 2 x + 4 y = 7 */
    d = (qb_draft){.kind = QB_KIND_MIP, .columns = 2, .type = integer, .lower = gap, .upper = thin};
    prove(&d, QB_TAKES_QUBO, "no integer lies within the bounds of 'x1'");
}

/* What steps or the referee's tolerance leave out may be there all the same. */
Test(lowering, what_a_lowering_cannot_reach_is_no_proof)
{
    const uint8_t continuous[] = {0, 2}, integer[] = {0, 1};
    const double zero[] = {0, 0}, one[] = {1, 1}, thousand[] = {1, 1000}, third[] = {0.3}, seven[] = {7},
                 near[] = {1 + 1e-15};
    const qb_triplet second[] = {{0, 1, 1}};
    qb_draft d = {.kind = QB_KIND_MIP,
                  .columns = 2,
                  .type = continuous,
                  .lower = zero,
                  .upper = one,
                  .rows = 1,
                  .entries = 1,
                  .entry = second,
                  .row_lower = third,
                  .row_upper = third};
    expect(&d, QB_TAKES_QUBO, &(qb_lowering_options){.resolution = 0.25}, QB_REFUSED, NOTHING_LEFT);
    d.type = integer;
    d.upper = thousand;
    d.row_lower = d.row_upper = near; /* no decimal: the referee takes 1 */
    refuse(&d, QB_TAKES_QUBO, NOTHING_LEFT);
    d.row_lower = d.row_upper = seven;
    qb_problem problem;
    qb_lowering *l = NULL;
    cr_assert(qb_problem_build(&d, &problem, NULL) == QB_OK);
    qb_lowering_options steps = {.integer_step = 5};
    qb_status status = qb_lowering_open(&problem, QB_TAKES_QUBO, &steps, &l, NULL);
    cr_assert(status == QB_OK || status == QB_REFUSED, "%d", (int)status);
    qb_lowering_free(l);
    qb_problem_free(&problem);
}

/* Rows and bounds that a random vector misses by just less than the tolerance that the referee grants. */
static void place_around(problem_case *c, double *v, qb_rng *rng)
{
    qb_draft *d = &c->draft;
    const double miss = 0.9e-6;
    for (uint32_t j = 0; j < d->columns; j++) {
        bool continuous = qb_rng_below(rng, 2);
        c->type[j] = continuous ? QB_COLUMN_CONTINUOUS : c->type[j];
        v[j] = c->lower[j] + (double)qb_rng_below(rng, (uint64_t)(c->upper[j] - c->lower[j]) + 1);
        if (continuous) {
            v[j] += qb_rng_uniform(rng);
            c->upper[j] = v[j] + (qb_rng_below(rng, 2) ? -miss : 1);
            c->lower[j] = qb_rng_below(rng, 2) ? c->upper[j] : c->lower[j] - 5;
        }
    }
    for (uint32_t r = 0; r < d->rows; r++) {
        double scale = qb_rng_below(rng, 2) ? 1 : pow(10, (double)qb_rng_below(rng, 12) - 6), sum = 0;
        for (uint64_t k = 0; k < d->entries; k++)
            if (c->entry[k].row == r) {
                c->entry[k].value *= scale;
                sum += c->entry[k].value * v[c->entry[k].column];
            }
        bool upper = qb_rng_below(rng, 2);
        c->row_lower[r] = upper && qb_rng_below(rng, 2) ? -INFINITY : sum + miss * fmax(1, fabs(sum) - 1);
        c->row_upper[r] = upper ? fmax(c->row_lower[r], sum - miss * fmax(1, fabs(sum) - 1)) : INFINITY;
    }
}

Test(lowering, what_the_referee_takes_is_never_proven_infeasible)
{
    qb_rng rng;
    qb_rng_init(&rng, 31, 0);
    int taken = 0;
    for (int trial = 0; trial < 4000; trial++) {
        problem_case c;
        double v[CASE_COLUMNS];
        qb_score score;
        qb_lowering *l = NULL;
        case_mip(&c, trial % 2, &rng);
        place_around(&c, v, &rng);
        qb_problem problem = case_build(&c);
        cr_assert(qb_referee_score(&problem, v, &score, NULL) == QB_OK);
        for (unsigned takes = QB_TAKES_QUBO; score.feasible && takes <= QB_TAKES_MIP; takes++) {
            qb_lowering_options options = {.resolution = trial % 3 ? 0 : 0.01};
            qb_status status = qb_lowering_open(&problem, takes, &options, &l, NULL);
            cr_assert(status != QB_INFEASIBLE, "trial %d", trial);
            if (status == QB_OK)
                qb_lowering_free(l);
        }
        taken += score.feasible;
        qb_problem_free(&problem);
    }
    cr_assert(taken > 1000, "only %d were feasible", taken);
}

Test(lowering, too_many_products_are_refused_before_memory_is_taken)
{
    enum { N = 12000 };
    static qb_triplet entry[N];
    const double one[] = {N / 2};
    for (uint32_t j = 0; j < N; j++)
        entry[j] = (qb_triplet){0, j, 1};
    qb_draft d = {.kind = QB_KIND_MIP,
                  .columns = N,
                  .rows = 1,
                  .entries = N,
                  .entry = entry,
                  .row_lower = one,
                  .row_upper = one};
    refuse(&d, QB_TAKES_QUBO, "as a qubo the problem has more than 50000000 products");
}
