/* The hybrid's parts within groups and with integers that follow: what they are worth, what their circuit
 * runs, and that neither shots nor their controls leave a group. */
#include "harness/base/memory.h"
#include "harness/model/lowering.h"
#include "solvers/hybrid/refine.h"
#include "solvers/kernels/descent.h"
#include "solvers/solver.h"
#include "tests/solvers/cases.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* ---------------------------------------------------------------------------------------------- integers */

enum { K = 8, STATES = 1 << K };

/* The spread of a[state] - b[state]. */
static double spread(const double *a, const double *b)
{
    double sum = 0, squares = 0;
    for (uint32_t state = 0; state < STATES; state++) {
        sum += a[state] - b[state];
        squares += (a[state] - b[state]) * (a[state] - b[state]);
    }
    return sqrt(fmax(squares / STATES - sum / STATES * (sum / STATES), 0));
}

/* Of all states of a part: its value, what the circuit runs, what it would run with the slack as it is, and
 * the model's energy with the integers at their best. */
static void list_values(const part *p, const qb_qubo *clamped, const selection_part *chosen, const qb_qubo *q,
                        const qb_integers *integers, const uint8_t *at, double (*value)[STATES])
{
    uint8_t *x = QB_NEW(uint8_t, q->n), y[K];
    for (uint32_t state = 0; state < STATES; state++) {
        memcpy(x, at, q->n);
        for (uint32_t a = 0; a < K; a++)
            x[chosen->member[a]] = y[a] = state >> a & 1;
        qb_integers_settle(integers, q, x);
        value[0][state] = part_value(p, y);
        value[1][state] = p->smooth.scale * qb_qubo_energy(&p->smooth, y);
        value[2][state] = clamped->scale * qb_qubo_energy(clamped, y);
        value[3][state] = qb_qubo_energy(q, x);
    }
    qb_free(x);
}

Test(hybrid, a_part_is_worth_what_the_model_is_with_integers_at_their_best)
{
    qb_problem problem = knapsack();
    qb_lowering *lowering;
    qb_integers integers;
    part_maker maker;
    qb_subproblem sub;
    selection s;
    qb_rng rng;
    cr_assert_eq(qb_lowering_open(&problem, QB_TAKES_QUBO, NULL, &lowering, NULL), QB_OK);
    const qb_qubo *q = qb_lowering_model(lowering).qubo;
    uint8_t *x = QB_NEW(uint8_t, q->n);
    double clamped_misses = 0, smooth_misses = 0;
    qb_budget_probe probe = work_probe(q->n, 1e12);
    qb_rng_init(&rng, 5, 0);
    cr_assert_eq(qb_integers_open(q, NULL, &integers), QB_OK);
    cr_assert_eq(integers.count, 2);
    cr_assert_eq(qb_subproblem_open(q, &sub, NULL), QB_OK);
    cr_assert_eq(part_maker_open(q, &integers, &maker, NULL), QB_OK);
    cr_assert_eq(selection_open(q, SELECT_RANDOM, &integers, &rng, &s), QB_OK);
    for (uint32_t turn = 0; turn < 40; turn++) {
        static double value[4][STATES];
        selection_part chosen;
        part p;
        qb_qubo clamped;
        qb_descent_random_point(&rng, x, q->n);
        qb_integers_settle(&integers, q, x);
        cr_assert_eq(selection_take(&s, x, NULL, (selection_room){K, STATES}, &chosen, probe.budget), QB_OK);
        for (uint32_t a = 0; a < K; a++)
            cr_assert_eq(integers.of[chosen.member[a]], integers.count, "a bit of an integer is freed");
        cr_assert_eq(part_make(&maker, &chosen, x, probe.budget, &p, NULL), QB_OK);
        cr_assert_eq(p.followers, 2);
        cr_assert_eq(qb_subproblem_clamp(&sub, K, chosen.member, x, probe.budget, &clamped, NULL), QB_OK);
        list_values(&p, &clamped, &chosen, q, &integers, x, value);
        for (uint32_t state = 1; state < STATES; state++)
            cr_assert_float_eq(value[0][state] - value[0][0], value[3][state] - value[3][0], 1e-6);
        smooth_misses += spread(value[1], value[0]);
        clamped_misses += spread(value[2], value[0]);
        qb_qubo_free(&clamped);
        part_clear(&p);
    }
    cr_assert_lt(smooth_misses, 0.5 * clamped_misses, "%g, %g", smooth_misses, clamped_misses);
    selection_close(&s);
    part_maker_close(&maker);
    qb_subproblem_close(&sub);
    qb_integers_close(&integers);
    qb_budget_probe_close(&probe);
    qb_free(x);
    qb_lowering_free(lowering);
    qb_problem_free(&problem);
}

/* ---------------------------------------------------------------------------------------------- groups */

enum { N = 60, GROUPS = 4 };

/* One in four, one in five, two in six, one in thirty; the last 15 variables are free. */
static const uint32_t group_start[] = {0, 4, 9, 39, 45}, group_ones[] = {1, 1, 1, 2};
static uint32_t group_member[45];

static qb_qubo grouped(qb_problem *problem)
{
    qb_qubo q;
    *problem = random_qubo(N, QB_MINIMISE, 9);
    cr_assert_eq(qb_qubo_from_problem(problem, &q, NULL), QB_OK);
    for (uint32_t k = 0; k < 45; k++)
        group_member[k] = 7 * k % 45; /* in no order */
    q.groups = 3;
    q.cardinalities = 1;
    q.group_start = group_start;
    q.group_ones = group_ones;
    q.group_member = group_member;
    return q;
}

static void random_state(qb_rng *rng, uint8_t *x)
{
    qb_descent_random_point(rng, x, N);
    for (uint32_t g = 0; g < GROUPS; g++) {
        uint32_t size = group_start[g + 1] - group_start[g], first = (uint32_t)qb_rng_below(rng, size);
        for (uint32_t k = 0; k < size; k++)
            x[group_member[group_start[g] + (first + k) % size]] = k < group_ones[g];
    }
}

static uint32_t group_of(uint32_t i)
{
    for (uint32_t g = 0; g < GROUPS; g++)
        for (uint32_t k = group_start[g]; k < group_start[g + 1]; k++)
            if (group_member[k] == i)
                return g;
    return GROUPS;
}

/* Distinct, within the room, each group whole or alone, its ones as they are; returns the states. */
static double check_part(const selection_part *chosen, const uint8_t *x, selection_room room)
{
    uint32_t grouped_members = 0;
    cr_assert_gt(chosen->count, 0);
    cr_assert_leq(chosen->count, room.variables);
    for (uint32_t a = 0; a < chosen->count; a++) {
        grouped_members += group_of(chosen->member[a]) < GROUPS;
        for (uint32_t b = 0; b < a; b++)
            cr_assert_neq(chosen->member[a], chosen->member[b]);
    }
    double states = ldexp(1, (int)(chosen->count - grouped_members));
    for (uint32_t g = 0; g < chosen->groups; g++) {
        uint32_t group = group_of(chosen->member[chosen->first[g]]), ones = 0;
        for (uint32_t k = 0; k < chosen->size[g]; k++) {
            cr_assert_eq(group_of(chosen->member[chosen->first[g] + k]), group);
            ones += x[chosen->member[chosen->first[g] + k]];
        }
        cr_assert_eq(chosen->ones[g], ones);
        cr_assert(ones > 0 && ones < chosen->size[g]);
        cr_assert(chosen->size[g] == group_start[group + 1] - group_start[group] || chosen->groups == 1);
        states *= ones == 1 ? chosen->size[g] : chosen->size[g] * (chosen->size[g] - 1) / 2.;
        grouped_members -= chosen->size[g];
    }
    cr_assert_eq(grouped_members, 0);
    cr_assert_leq(states, room.states);
    return states;
}

Test(hybrid, parts_within_groups_are_of_whole_groups)
{
    qb_problem problem;
    qb_qubo q = grouped(&problem);
    qb_budget_probe probe = work_probe(N, 1e9);
    qb_integers none;
    cr_assert_eq(qb_integers_open(&q, NULL, &none), QB_OK);
    for (uint32_t rule = SELECT_IMPACT; rule <= SELECT_RANDOM; rule++)
        for (uint32_t k = 2; k <= 24; k += 11) {
            selection_room room = {k, k == 2 ? 4 : 256};
            double gain[N], seen[N] = {0};
            uint8_t x[N];
            selection s;
            qb_rng rng;
            qb_rng_init(&rng, 2, rule);
            cr_assert_eq(selection_open(&q, (selection_rule)rule, &none, &rng, &s), QB_OK);
            for (uint32_t turn = 0; turn < 600; turn++) {
                selection_part chosen;
                random_state(&rng, x);
                for (uint32_t i = 0; i < N; i++)
                    gain[i] = -(double)qb_rng_below(&rng, 100);
                selection_reset(&s);
                cr_assert_eq(selection_take(&s, x, gain, room, &chosen, probe.budget), QB_OK);
                cr_assert_eq(chosen.states, check_part(&chosen, x, room));
                for (uint32_t a = 0; a < chosen.count; a++)
                    seen[chosen.member[a]]++;
            }
            for (uint32_t i = 0; i < N; i++)
                cr_assert_gt(seen[i], 0, "rule %u never takes %u", rule, i);
            selection_close(&s);
        }
    qb_integers_close(&none);
    qb_budget_probe_close(&probe);
    qb_qubo_free(&q);
    qb_problem_free(&problem);
}

typedef struct watch {
    const part *part;
    double best;
} watch;

/* Every point that is offered keeps the part's groups, and is worth what is said. */
static qb_status look(void *context, const uint8_t *y, double claimed)
{
    watch *w = context;
    const qb_qubo *q = &w->part->plain;
    for (uint32_t g = 0; g < q->groups + q->cardinalities; g++) {
        uint32_t ones = 0;
        for (uint32_t k = q->group_start[g]; k < q->group_start[g + 1]; k++)
            ones += y[q->group_member[k]];
        cr_assert_eq(ones, q->group_ones[g]);
    }
    cr_assert_eq(claimed, part_value(w->part, y));
    w->best = claimed;
    return QB_OK;
}

Test(hybrid, shots_and_their_controls_keep_the_groups_of_a_part)
{
    qb_problem problem;
    qb_qubo q = grouped(&problem);
    qb_budget_probe probe = work_probe(N, 1e12);
    qb_integers none;
    part_maker maker;
    selection s;
    qb_rng rng;
    double total[3] = {0};
    qb_rng_init(&rng, 3, 0);
    cr_assert_eq(qb_integers_open(&q, NULL, &none), QB_OK);
    cr_assert_eq(part_maker_open(&q, &none, &maker, NULL), QB_OK);
    cr_assert_eq(selection_open(&q, SELECT_NEIGHBOURHOOD, &none, &rng, &s), QB_OK);
    for (uint32_t turn = 0; turn < 40; turn++) {
        uint8_t x[N];
        selection_part chosen;
        part p;
        random_state(&rng, x);
        cr_assert_eq(selection_take(&s, x, NULL, (selection_room){24, 256}, &chosen, probe.budget), QB_OK);
        cr_assert_eq(part_make(&maker, &chosen, x, probe.budget, &p, NULL), QB_OK);
        for (uint32_t rule = REFINE_QAOA; rule <= REFINE_EXHAUSTIVE; rule++) {
            refiner r = {
                .rule = (refine_rule)rule, .angles = REFINE_RAMP, .depth = 4, .shots = 16, .ramp = 0.75};
            watch w = {&p, NAN};
            qb_budget *child;
            cr_assert_eq(qb_budget_child_open(probe.budget, UINT64_MAX, p.plain.n, false, look, &w, &child),
                         QB_OK);
            cr_assert_eq(refine(&r, &p, turn, child, NULL), QB_OK);
            qb_budget_child_close(child);
            total[rule] += w.best;
        }
        cr_assert_leq(total[REFINE_EXHAUSTIVE], total[REFINE_QAOA]);
        part_clear(&p);
    }
    cr_assert_lt(total[REFINE_QAOA] - total[REFINE_EXHAUSTIVE],
                 0.5 * (total[REFINE_UNIFORM] - total[REFINE_EXHAUSTIVE]), "%g, %g, %g", total[0], total[1],
                 total[2]);
    selection_close(&s);
    part_maker_close(&maker);
    qb_integers_close(&none);
    qb_budget_probe_close(&probe);
    qb_qubo_free(&q);
    qb_problem_free(&problem);
}
