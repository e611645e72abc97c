/* The hybrid solver: its parts, its controls, and what happens when a step fails. */
#include "harness/base/budget_probe.h"
#include "harness/base/json.h"
#include "harness/base/memory.h"
#include "harness/model/lowering.h"
#include "harness/model/referee.h"
#include "solvers/hybrid/refine.h"
#include "solvers/hybrid/select.h"
#include "solvers/kernels/descent.h"
#include "solvers/kernels/subproblem.h"
#include "solvers/solver.h"
#include "tests/solvers/cases.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { N = 40, K = 10 };

static qb_budget_probe open_probe(uint32_t variables, double work)
{
    qb_budget_setup setup = qb_budget_probe_setup(QB_BUDGET_WORK, work, variables, false, false);
    qb_budget_probe probe;
    cr_assert_eq(qb_budget_probe_open(&setup, 0, &probe, NULL), QB_OK);
    return probe;
}

/* A QUBO of N variables and the problem behind it. */
static qb_qubo build(qb_problem *problem, qb_sense sense)
{
    qb_qubo qubo;
    *problem = random_qubo(N, sense, 5);
    cr_assert_eq(qb_qubo_from_problem(problem, &qubo, NULL), QB_OK);
    return qubo;
}

/* ---------------------------------------------------------------------------------------------- parts */

Test(hybrid, a_part_differs_from_the_whole_by_a_constant)
{
    qb_problem problem;
    qb_qubo qubo = build(&problem, QB_MAXIMISE), part;
    qb_budget_probe probe = open_probe(N, 1e9);
    qb_subproblem sub;
    qb_rng rng;
    uint8_t x[N], y[K];
    uint32_t member[K];
    qb_rng_init(&rng, 3, 0);
    qb_descent_random_point(&rng, x, N);
    for (uint32_t a = 0; a < K; a++)
        member[a] = (7 * a + 3) % N; /* in no order */
    cr_assert_eq(qb_subproblem_open(&qubo, &sub, NULL), QB_OK);
    for (uint32_t turn = 0; turn < 2; turn++) { /* nothing is left behind by the first */
        cr_assert_eq(qb_subproblem_clamp(&sub, K, member, x, probe.budget, &part, NULL), QB_OK);
        cr_assert_eq(part.sense, QB_MAXIMISE);
        cr_assert_eq(part.n, K);
        double constant = NAN;
        for (uint32_t bits = 0; bits < 1u << K; bits++) {
            for (uint32_t a = 0; a < K; a++)
                x[member[a]] = y[a] = bits >> a & 1;
            double rest = qb_qubo_energy(&qubo, x) - part.scale * qb_qubo_energy(&part, y);
            cr_assert(bits == 0 || rest == constant, "%g, %g", rest, constant);
            constant = rest;
        }
        qb_qubo_free(&part);
    }
    qb_subproblem_close(&sub);
    qb_budget_probe_close(&probe);
    qb_qubo_free(&qubo);
    qb_problem_free(&problem);
}

/* ---------------------------------------------------------------------------------------------- selection
 */

static void check_distinct(const uint32_t *member, uint32_t count, uint32_t n)
{
    for (uint32_t a = 0; a < count; a++) {
        cr_assert_lt(member[a], n);
        for (uint32_t b = 0; b < a; b++)
            cr_assert_neq(member[a], member[b]);
    }
}

Test(hybrid, every_rule_selects_distinct_variables)
{
    qb_problem problem;
    qb_qubo qubo = build(&problem, QB_MINIMISE);
    qb_budget_probe probe = open_probe(N, 1e9);
    static const selection_rule rules[] = {SELECT_IMPACT, SELECT_NEIGHBOURHOOD, SELECT_CHAIN, SELECT_RANDOM};
    double gain[N];
    uint8_t x[N] = {0};
    for (uint32_t i = 0; i < N; i++)
        gain[i] = -(double)(i % 7);
    for (uint32_t r = 0; r < 4; r++) {
        qb_rng rng;
        selection s;
        uint32_t member[N], seen[N] = {0};
        qb_rng_init(&rng, 8, r);
        cr_assert_eq(selection_open(&qubo, rules[r], &rng, &s), QB_OK);
        for (uint32_t turn = 0; turn < 400; turn++) {
            cr_assert_eq(selection_take(&s, x, gain, K, member, probe.budget), QB_OK);
            check_distinct(member, K, N);
            for (uint32_t a = 0; a < K; a++)
                seen[member[a]]++;
        }
        for (uint32_t i = 0; i < N; i++)
            cr_assert_gt(seen[i], 0, "rule %u never takes %u", r, i);
        cr_assert_eq(selection_take(&s, x, gain, N, member, probe.budget), QB_OK); /* all of them */
        check_distinct(member, N, N);
        selection_close(&s);
    }
    qb_budget_probe_close(&probe);
    qb_qubo_free(&qubo);
    qb_problem_free(&problem);
}

Test(hybrid, impact_goes_by_what_a_flip_would_lose)
{
    qb_problem problem;
    qb_qubo qubo = build(&problem, QB_MINIMISE);
    qb_budget_probe probe = open_probe(N, 1e9);
    qb_rng rng;
    selection s;
    double gain[N];
    uint8_t x[N] = {0};
    uint32_t member[4];
    qb_rng_init(&rng, 8, 0);
    for (uint32_t i = 0; i < N; i++)
        gain[i] = -(double)((i * 11) % N); /* variable i stands in place 11 i mod 40 */
    cr_assert_eq(selection_open(&qubo, SELECT_IMPACT, &rng, &s), QB_OK);
    for (uint32_t window = 0; window < 3; window++) {
        cr_assert_eq(selection_take(&s, x, gain, 4, member, probe.budget), QB_OK);
        for (uint32_t a = 0; a < 4; a++)
            cr_assert_eq(member[a] * 11 % N, 4 * window + a);
    }
    selection_reset(&s);
    cr_assert_eq(selection_take(&s, x, gain, 4, member, probe.budget), QB_OK);
    cr_assert_eq(member[0], 0);
    selection_close(&s);
    qb_budget_probe_close(&probe);
    qb_qubo_free(&qubo);
    qb_problem_free(&problem);
}

/* On a ring, a neighbourhood is an arc. */
Test(hybrid, a_neighbourhood_hangs_together)
{
    qb_pair pair[N];
    double linear[N] = {0};
    for (uint32_t i = 0; i + 1 < N; i++)
        pair[i + (i > 0)] = (qb_pair){i, i + 1, 1};
    pair[1] = (qb_pair){0, N - 1, 1};
    qb_qubo ring;
    cr_assert_eq(qb_qubo_build(QB_MINIMISE, 0, 1, N, linear, N, pair, &ring, NULL), QB_OK);
    qb_budget_probe probe = open_probe(N, 1e9);
    qb_rng rng;
    selection s;
    uint32_t member[K];
    qb_rng_init(&rng, 8, 0);
    cr_assert_eq(selection_open(&ring, SELECT_NEIGHBOURHOOD, &rng, &s), QB_OK);
    for (uint32_t turn = 0; turn < 20; turn++) {
        bool in[N] = {false};
        uint32_t ends = 0;
        cr_assert_eq(selection_take(&s, NULL, NULL, K, member, probe.budget), QB_OK);
        for (uint32_t a = 0; a < K; a++)
            in[member[a]] = true;
        for (uint32_t i = 0; i < N; i++)
            ends += in[i] && !in[(i + 1) % N];
        cr_assert_eq(ends, 1);
    }
    selection_close(&s);
    qb_budget_probe_close(&probe);
    qb_qubo_free(&ring);
}

/* What flipping i would gain, by the definition. */
static double gain_of(const qb_qubo *q, uint8_t *x, uint32_t i)
{
    double before = qb_qubo_energy(q, x);
    x[i] ^= 1;
    double gain = qb_qubo_energy(q, x) - before;
    x[i] ^= 1;
    return q->sense == QB_MAXIMISE ? gain : -gain;
}

static bool is_coupled(const qb_qubo *q, uint32_t i, uint32_t j)
{
    for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++)
        if (q->neighbour[k] == j)
            return true;
    return false;
}

/* Member `place` of a chain, the ones before it flipped in x: no free neighbour of theirs would gain more. */
static void check_link(const qb_qubo *q, uint8_t *x, const uint32_t *member, uint32_t place)
{
    double best = -INFINITY;
    bool in[N] = {false};
    for (uint32_t a = 0; a < place; a++)
        in[member[a]] = true;
    for (uint32_t j = 0; j < q->n; j++)
        for (uint32_t a = 0; a < place && !in[j]; a++)
            if (is_coupled(q, member[a], j))
                best = fmax(best, gain_of(q, x, j));
    cr_assert(best == -INFINITY || gain_of(q, x, member[place]) == best, "link %u", place);
}

Test(hybrid, a_chain_goes_where_flipping_all_of_it_gains_most)
{
    for (int maximise = 0; maximise < 2; maximise++) {
        qb_pair pair[2 * N];
        double linear[N], gain[N];
        uint32_t pairs = 0, member[K];
        uint8_t x[N];
        qb_rng rng;
        qb_qubo qubo;
        selection s;
        qb_rng_init(&rng, 5, (uint64_t)maximise);
        for (uint32_t i = 0; i + 1 < N; i++) { /* variable N - 1 stands alone */
            linear[i] = (double)qb_rng_below(&rng, 9) - 4;
            for (uint32_t j = i + 1; j + 1 < N && j < i + 12; j += 1 + i % 10)
                if (pairs < 2 * N)
                    pair[pairs++] = (qb_pair){i, j, (double)qb_rng_below(&rng, 19) - 9};
        }
        linear[N - 1] = 1;
        cr_assert_eq(
            qb_qubo_build(maximise ? QB_MAXIMISE : QB_MINIMISE, 0, 1, N, linear, pairs, pair, &qubo, NULL),
            QB_OK);
        qb_budget_probe probe = open_probe(N, 1e9);
        qb_descent_random_point(&rng, x, N);
        for (uint32_t i = 0; i < N; i++)
            gain[i] = gain_of(&qubo, x, i);
        cr_assert_eq(selection_open(&qubo, SELECT_CHAIN, &rng, &s), QB_OK);
        for (uint32_t turn = 0; turn < 60; turn++) {
            uint8_t flipped[N];
            memcpy(flipped, x, N);
            cr_assert_eq(selection_take(&s, x, gain, K, member, probe.budget), QB_OK);
            check_distinct(member, K, N);
            for (uint32_t a = 0; a < K; a++) {
                check_link(&qubo, flipped, member, a);
                flipped[member[a]] ^= 1;
            }
        }
        selection_close(&s);
        qb_budget_probe_close(&probe);
        qb_qubo_free(&qubo);
    }
}

/* ---------------------------------------------------------------------------------------------- steps */

typedef struct found {
    double best;
    bool any;
} found;

static qb_status keep(void *context, const uint8_t *y, double claimed)
{
    found *f = context;
    (void)y;
    f->best = claimed;
    f->any = true;
    return QB_OK;
}

static found run_refiner(refiner *r, const qb_qubo *part, uint64_t stream)
{
    qb_budget_probe probe = open_probe(part->n, 1e12);
    qb_budget *child;
    found f = {0};
    cr_assert_eq(
        qb_budget_child_open(probe.budget, UINT64_MAX, part->n, part->sense == QB_MAXIMISE, keep, &f, &child),
        QB_OK);
    cr_assert_eq(refine(r, part, stream, child, NULL), QB_OK);
    qb_budget_child_close(child);
    qb_budget_probe_close(&probe);
    cr_assert(f.any);
    return f;
}

Test(hybrid, a_circuit_beats_its_sham_and_nothing_beats_enumeration)
{
    qb_problem problem = random_qubo(16, QB_MINIMISE, 12);
    qb_qubo qubo;
    cr_assert_eq(qb_qubo_from_problem(&problem, &qubo, NULL), QB_OK);
    refiner base = {.depth = 4, .shots = 32, .evaluations = 60, .threads = 1, .ramp = 0.75, .seed = 1};
    double total[3][3] = {{0}}, optimum = 0;
    for (uint32_t rule = 0; rule < 3; rule++)
        for (uint32_t angles = 0; angles < (rule == REFINE_QAOA ? 3u : 1u); angles++) {
            refiner r = base;
            r.rule = (refine_rule)rule;
            r.angles = (refine_angles)angles;
            for (uint64_t stream = 1; stream <= 20; stream++)
                total[rule][angles] += run_refiner(&r, &qubo, stream).best / 20;
            if (rule == REFINE_EXHAUSTIVE)
                continue;
            cr_assert_eq(r.shots_taken, 20 * 32);
            cr_assert_eq(r.circuits, 20);
            cr_assert_eq(r.training_circuits > 0, rule == REFINE_QAOA && angles == REFINE_LBFGS);
        }
    optimum = total[REFINE_EXHAUSTIVE][0];
    for (uint32_t angles = 0; angles < 3; angles++) {
        cr_assert_lt(total[REFINE_QAOA][angles], total[REFINE_UNIFORM][0]);
        cr_assert_geq(total[REFINE_QAOA][angles], optimum - 1e-9);
    }
    for (uint64_t x = 0; x < 1u << 16; x++) {
        uint8_t y[16];
        for (uint32_t i = 0; i < 16; i++)
            y[i] = x >> i & 1;
        cr_assert_geq(qb_qubo_energy(&qubo, y), optimum - 1e-9);
    }
    qb_qubo_free(&qubo);
    qb_problem_free(&problem);
}

/* A knapsack of several rows: maximise profits within the capacities. */
static qb_problem knapsack(void)
{
    enum { ITEMS = 30, ROWS = 2 };
    static double profit[ITEMS], lower[ITEMS], upper[ITEMS];
    static uint8_t type[ITEMS];
    qb_triplet entry[ROWS * ITEMS];
    double floors[ROWS], capacity[ROWS] = {0};
    qb_rng rng;
    qb_rng_init(&rng, 6, 0);
    for (uint32_t i = 0; i < ITEMS; i++) {
        profit[i] = 10 + (double)qb_rng_below(&rng, 40);
        type[i] = QB_COLUMN_BINARY;
        upper[i] = 1;
        for (uint32_t r = 0; r < ROWS; r++) {
            entry[ROWS * i + r] = (qb_triplet){r, i, 5 + (double)qb_rng_below(&rng, 40)};
            capacity[r] += entry[ROWS * i + r].value;
        }
    }
    for (uint32_t r = 0; r < ROWS; r++) {
        floors[r] = -INFINITY;
        capacity[r] = floor(capacity[r] / 2);
    }
    qb_draft draft = {.kind = QB_KIND_MIP,
                      .name = "knapsack",
                      .format = "test",
                      .sense = QB_MAXIMISE,
                      .columns = ITEMS,
                      .linear = profit,
                      .type = type,
                      .lower = lower,
                      .upper = upper,
                      .rows = ROWS,
                      .entries = ROWS * ITEMS,
                      .entry = entry,
                      .row_lower = floors,
                      .row_upper = capacity};
    qb_problem problem;
    cr_assert_eq(qb_problem_build(&draft, &problem, NULL), QB_OK);
    return problem;
}

/* The cut of a torus of +-1 weights, SIDE x SIDE. */
static qb_problem torus(void)
{
    enum { SIDE = 16, SPINS = SIDE * SIDE };
    static qb_pair pair[2 * SPINS];
    uint32_t pairs = 0;
    qb_rng rng;
    qb_rng_init(&rng, 12, 0);
    for (uint32_t i = 0; i < SPINS; i++) {
        uint32_t row = i / SIDE, column = i % SIDE;
        uint32_t next[2] = {row * SIDE + (column + 1) % SIDE, (row + 1) % SIDE * SIDE + column};
        for (uint32_t k = 0; k < 2; k++)
            pair[pairs++] = (qb_pair){i < next[k] ? i : next[k], i < next[k] ? next[k] : i,
                                      qb_rng_next(&rng) >> 63 ? 1 : -1};
    }
    qb_draft draft = {.kind = QB_KIND_MAXCUT,
                      .name = "torus",
                      .format = "test",
                      .sense = QB_MAXIMISE,
                      .columns = SPINS,
                      .pairs = pairs,
                      .pair = pair};
    qb_problem problem;
    cr_assert_eq(qb_problem_build(&draft, &problem, NULL), QB_OK);
    return problem;
}

/* On parts around local optima, the mean over parts of how far the best of a few shots is from the part's
 * optimum, as a share of what the best of as many uniform points misses. */
static double missed(const qb_qubo *q, refine_angles angles)
{
    enum { PARTS = 60 };
    refiner rule[3];
    double gap[2] = {0, 0};
    qb_budget_probe probe = open_probe(q->n, 1e12);
    qb_subproblem sub;
    qb_descent search;
    selection s;
    qb_rng rng;
    uint8_t *x = QB_NEW(uint8_t, q->n);
    qb_rng_init(&rng, 4, 0);
    for (uint32_t k = 0; k < 3; k++)
        rule[k] = (refiner){.rule = (refine_rule)k,
                            .angles = angles,
                            .depth = 4,
                            .shots = 16,
                            .evaluations = 40,
                            .threads = 1,
                            .ramp = 0.75,
                            .seed = 1};
    cr_assert_eq(qb_subproblem_open(q, &sub, NULL), QB_OK);
    cr_assert_eq(qb_descent_open(q, &search, NULL), QB_OK);
    cr_assert_eq(selection_open(q, SELECT_CHAIN, &rng, &s), QB_OK);
    for (uint64_t k = 0; k < PARTS; k++) {
        uint32_t member[K];
        qb_qubo part;
        qb_descent_random_point(&rng, x, q->n);
        cr_assert_eq(qb_descent_start(&search, x, probe.budget), QB_OK);
        cr_assert_eq(qb_descent_run(&search, probe.budget), QB_OK);
        cr_assert_eq(selection_take(&s, search.x, search.gain, K, member, probe.budget), QB_OK);
        cr_assert_eq(qb_subproblem_clamp(&sub, K, member, search.x, probe.budget, &part, NULL), QB_OK);
        double best = run_refiner(&rule[REFINE_EXHAUSTIVE], &part, k).best;
        for (uint32_t r = REFINE_QAOA; r <= REFINE_UNIFORM; r++)
            gap[r] += fabs(run_refiner(&rule[r], &part, k).best - best);
        qb_qubo_free(&part);
    }
    qb_free(x);
    selection_close(&s);
    qb_descent_close(&search);
    qb_subproblem_close(&sub);
    qb_budget_probe_close(&probe);
    return gap[REFINE_QAOA] / gap[REFINE_UNIFORM];
}

static double missed_of(const qb_problem *problem, refine_angles angles)
{
    qb_lowering *lowering;
    cr_assert_eq(qb_lowering_open(problem, QB_TAKES_QUBO, NULL, &lowering, NULL), QB_OK);
    double share = missed(qb_lowering_model(lowering).qubo, angles);
    qb_lowering_free(lowering);
    return share;
}

/* The quantum step by itself: with as many shots, on the parts that the solver makes of a cut and of a
 * penalised model. */
Test(hybrid, shots_of_a_circuit_come_closer_than_uniform_ones_on_real_parts)
{
    qb_problem mip = knapsack(), cut = torus();
    for (unsigned angles = REFINE_FIXED; angles <= REFINE_LBFGS; angles++) {
        double of_cut = missed_of(&cut, (refine_angles)angles),
               of_mip = missed_of(&mip, (refine_angles)angles);
        cr_assert_lt(of_cut, 0.25, "angles %u: %g", angles, of_cut);
        cr_assert_lt(of_mip, 0.5, "angles %u: %g", angles, of_mip);
    }
    qb_problem_free(&cut);
    qb_problem_free(&mip);
}

/* ---------------------------------------------------------------------------------------------- the solver
 */

typedef struct outcome {
    qb_status status;
    bool found;
    double claimed, energy; /* energy: of the point, by the model */
    qb_score score;         /* of the point, in the source problem */
    double steps, fallbacks, accepted, shots, executions;
    bool has_reason;
} outcome;

static double member_of(const qb_json *details, const char *key)
{
    double value = NAN;
    cr_assert(qb_json_number(qb_json_get(details, key), &value), "no %s", key);
    return value;
}

/* How the best point found does in the source problem, as the referee has it. */
static qb_score score_of(const qb_problem *problem, const qb_lowering *lowering, const uint8_t *x)
{
    double *v = QB_NEW(double, problem->body.columns);
    qb_score score;
    qb_lowering_decode_bits(lowering, x, v);
    cr_assert_eq(qb_referee_score(problem, v, &score, NULL), QB_OK);
    qb_free(v);
    return score;
}

static outcome solve_within(const qb_problem *problem, const char *params, qb_budget_kind kind, double limit,
                            uint64_t memory, uint64_t seed)
{
    const qb_solver *solver = qb_solver_find("hybrid");
    qb_lowering *lowering;
    outcome o = {0};
    void *values = qb_alloc(1, solver->params_size), *state = NULL;
    qb_params_default(solver, values);
    cr_assert_eq(qb_params_parse(solver, values, params, NULL), QB_OK, "%s", params);
    cr_assert_eq(qb_lowering_open(problem, solver->takes, NULL, &lowering, NULL), QB_OK);
    qb_model model = qb_lowering_model(lowering);
    model.memory_bytes = memory;
    model.threads = 1;
    qb_budget_setup setup =
        qb_budget_probe_setup(kind, limit, model.qubo->n, false, model.qubo->sense == QB_MAXIMISE);
    qb_budget_probe probe;
    cr_assert_eq(qb_budget_probe_open(&setup, 0, &probe, NULL), QB_OK);
    o.status = solver->init(&model, values, seed, probe.budget, &state, NULL);
    if (!o.status)
        o.status = solver->solve(state, probe.budget, NULL);
    qb_budget_finish(probe.budget, o.status, "");
    solver->free(state);
    uint8_t *x = QB_NEW(uint8_t, model.qubo->n);
    o.found = qb_budget_probe_best(&probe, x, &o.claimed);
    o.energy = qb_qubo_energy(model.qubo, x);
    o.score = score_of(problem, lowering, x);
    qb_json *details = NULL;
    const char *text = qb_budget_probe_details(&probe);
    cr_assert_eq(qb_json_parse("details", text, strlen(text), &details, NULL), QB_OK);
    if (o.status == QB_STOPPED && o.found) {
        o.steps = member_of(details, "steps");
        o.fallbacks = member_of(details, "fallbacks");
        o.accepted = member_of(details, "accepted");
        o.shots = member_of(details, "shots");
        o.executions = member_of(details, "executions");
        o.has_reason = qb_json_text(qb_json_get(details, "fallback_reason")) != NULL;
    }
    qb_json_free(details);
    qb_free(x);
    qb_budget_probe_close(&probe);
    qb_lowering_free(lowering);
    qb_free(values);
    return o;
}

static outcome solve(const qb_problem *problem, const char *params, double work)
{
    return solve_within(problem, params, QB_BUDGET_WORK, work, UINT64_C(1) << 30, 9);
}

Test(hybrid, counts_its_steps_and_claims_what_is_true)
{
    qb_problem problem = random_qubo(60, QB_MAXIMISE, 4);
    static const char *const params[] = {
        "k=8,propose=descent",
        "k=8,propose=descent,select=neighbourhood,angles=ramp",
        "k=8,propose=descent,select=random,refine=uniform",
        "k=8,propose=descent,refine=exhaustive",
        "k=8,refine=uniform,steps=2,shots=16",
    };
    for (uint32_t p = 0; p < sizeof params / sizeof *params; p++) {
        outcome o = solve(&problem, params[p], 5e6);
        cr_assert_eq(o.status, QB_STOPPED);
        cr_assert(o.found);
        cr_assert_eq(o.claimed, o.energy);
        cr_assert_gt(o.steps, 0, "%s", params[p]);
        cr_assert_eq(o.fallbacks, 0, "%s", params[p]);
        if (strstr(params[p], "exhaustive")) {
            cr_assert_eq(o.shots, 0);
            cr_assert_gt(o.accepted, 0, "an exact step after a descent improves nothing");
        } else
            cr_assert_gt(o.shots, 8 * (o.executions - 1), "%s", params[p]);
    }
    qb_problem_free(&problem);
}

/* Beyond local optima of the classical pass, with as many shots each: the circuit finds more than its sham.
 */
Test(hybrid, improves_cuts_that_the_classical_pass_has_left)
{
    qb_problem cut = torus();
    static const char *const propose[] = {"descent", "tabu"};
    for (uint32_t p = 0; p < 2; p++) {
        double accepted[2] = {0, 0};
        for (uint32_t sham = 0; sham < 2; sham++) {
            char params[64];
            snprintf(params, sizeof params, "shots=16,propose=%s,refine=%s", propose[p],
                     sham ? "uniform" : "qaoa");
            for (uint64_t seed = 1; seed <= 4; seed++) {
                outcome o = solve_within(&cut, params, QB_BUDGET_SAMPLES, 4e4, UINT64_C(1) << 30, seed);
                cr_assert(o.found);
                cr_assert_eq(o.claimed, o.energy);
                accepted[sham] += o.accepted;
            }
        }
        cr_assert_gt(accepted[1], 0);
        cr_assert_gt(accepted[0], 1.1 * accepted[1], "%s: %g, %g", propose[p], accepted[0], accepted[1]);
    }
    qb_problem_free(&cut);
}

/* On a penalised model, with as many shots each: feasible, and better for the circuit than for its sham. */
Test(hybrid, solves_lowered_mips_better_with_the_circuit_than_without)
{
    enum { SEEDS = 6 };
    qb_problem problem = knapsack();
    double circuit = 0, sham = 0, share[2] = {0, 0};
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        outcome a = solve_within(&problem, "", QB_BUDGET_SAMPLES, 2e4, UINT64_C(1) << 30, seed);
        outcome b = solve_within(&problem, "refine=uniform", QB_BUDGET_SAMPLES, 2e4, UINT64_C(1) << 30, seed);
        cr_assert(a.found && b.found);
        cr_assert(a.score.feasible, "seed %u", (unsigned)seed);
        circuit += a.score.objective / SEEDS;
        sham += b.score.objective / SEEDS;
        share[0] += a.accepted / a.steps / SEEDS;
        share[1] += b.accepted / b.steps / SEEDS;
    }
    cr_assert_gt(circuit, sham);
    cr_assert_gt(share[0], share[1]);
    qb_problem_free(&problem);
}

Test(hybrid, a_step_that_fails_falls_back_and_is_recorded)
{
    qb_problem problem = random_qubo(60, QB_MINIMISE, 4);
    outcome o = solve(&problem, "k=12,step_work=100", 2e6);
    cr_assert(o.found);
    cr_assert_gt(o.steps, 10);
    cr_assert_geq(o.fallbacks,
                  o.steps - 1); /* 2^12 amplitudes are more than 100 units; the last was cut short */
    cr_assert_eq(o.accepted, 0);
    cr_assert(o.has_reason);
    outcome alone = solve(&problem, "k=12,steps=0", 2e6);
    cr_assert(alone.found);
    cr_assert_eq(alone.steps, 0);
    qb_problem_free(&problem);
}

static qb_status solve_in_64_mib(const qb_problem *problem, const char *params)
{
    return solve_within(problem, params, QB_BUDGET_WORK, 1e4, UINT64_C(64) << 20, 9).status;
}

Test(hybrid, refuses_parts_whose_amplitudes_fit_no_memory)
{
    qb_problem problem = random_qubo(60, QB_MINIMISE, 4);
    cr_assert_eq(solve_in_64_mib(&problem, "k=22"), QB_REFUSED);
    cr_assert_eq(solve_in_64_mib(&problem, "k=22,refine=exhaustive"), QB_STOPPED);
    qb_problem_free(&problem);
}
