#include "harness/run/child_search.h"

#include "harness/base/memory.h"
#include "harness/model/penalty_search.h"
#include "harness/model/referee.h"
#include "harness/model/repair.h"
#include "harness/run/run_score.h"

#include <math.h>
#include <string.h>

#define SHARE        0.25 /* of the budget, for all tries together */
#define CALIBRATION  8    /* first tries at most, each longer than the one before */
#define REPAIR_FIRST 64   /* looks at an answer that the first repair may take */

typedef struct search {
    const qb_launch_request *request;
    const qb_problem *problem;
    qb_budget *budget;
    double sign;           /* +1: minimised, -1: maximised */
    qb_lowering *lowering; /* of the try */
    double *source;        /* [columns] */
    uint64_t score_work;   /* of scoring one answer */
    uint64_t repair_work;  /* that is left to repairs in the try */
    double repair_share;   /* of the budget, that a unit of a repair's work has taken; 0: not known yet */
    bool holds;            /* the try's best answer is feasible */
    double cost;           /* of the try's best feasible answer; INFINITY: none */
    uint8_t *kept;         /* [n] the best feasible answer of all tries */
    double kept_cost;
    unsigned tries;
} search;

bool qb_child_searches(const qb_launch_request *request, const qb_problem *problem)
{
    return request->lowering.penalty == QB_PENALTY_SEARCH && problem->kind == QB_KIND_MIP && !request->mip;
}

/* The work that a repair may take: half of what is left to the try, and never more than half of a try's share
 * of the budget.  A solver's units may be a hundred times faster than a repair's, so how long those take is
 * learned from a short one. */
static uint64_t repair_most(const search *s)
{
    uint64_t most = s->repair_work / 2;
    double share = s->repair_share > 0 ? SHARE / QB_PENALTY_TRIES / 2 / s->repair_share
                                       : REPAIR_FIRST * (double)s->score_work;
    return share < (double)most ? (uint64_t)share : most;
}

/* Repairs the decoded answer where the run's answers will be, and scores it again. */
static bool repair(search *s, qb_score *score)
{
    qb_repair_result done = {0};
    double before = qb_budget_share(s->budget);
    if (!s->request->lowering.repair || qb_repair_greedy(s->problem, repair_most(s), s->source, &done, NULL))
        return false;
    s->repair_work -= done.work < s->repair_work ? done.work : s->repair_work;
    qb_budget_spend(s->budget, done.work);
    if (done.work)
        s->repair_share = (qb_budget_share(s->budget) - before) / (double)done.work;
    return qb_referee_score(s->problem, s->source, score, NULL) == QB_OK && score->feasible;
}

/* Scores what a try publishes.  Its answers come with falling energies, so the last one is what it would
 * answer. */
static qb_status take(void *context, const uint8_t *x, double claimed)
{
    search *s = context;
    qb_score score;
    (void)claimed;
    bool goes_on = qb_budget_spend(s->budget, s->score_work);
    qb_lowering_decode_bits(s->lowering, x, s->source);
    bool feasible = qb_referee_score(s->problem, s->source, &score, NULL) == QB_OK && score.feasible;
    s->holds = feasible || repair(s, &score);
    double cost = s->holds ? s->sign * score.objective : INFINITY;
    s->cost = fmin(s->cost, cost);
    if (feasible && cost < s->kept_cost) {
        memcpy(s->kept, x, s->request->variables);
        s->kept_cost = cost;
    }
    return goes_on ? QB_OK : QB_STOPPED;
}

static qb_status open_lowering(search *s, double factor, qb_lowering **lowering, qb_diag *diag)
{
    qb_lowering_options options = s->request->lowering;
    options.factor = factor;
    qb_status status = qb_lowering_open(s->problem, s->request->solver->takes, &options, lowering, diag);
    if (status)
        return status;
    const qb_qubo *q = qb_lowering_model(*lowering).qubo;
    qb_budget_spend(s->budget, q->n + q->nonzeros);
    return QB_OK;
}

static qb_status run_slice(search *s, uint64_t work, qb_diag *diag)
{
    const qb_solver *solver = s->request->solver;
    qb_model model = qb_lowering_model(s->lowering);
    model.threads = s->request->threads;
    model.memory_bytes = s->request->memory_bytes;
    qb_budget *slice;
    void *state = NULL;
    qb_status status = qb_budget_child_open(s->budget, work, model.qubo->n, model.qubo->sense == QB_MAXIMISE,
                                            take, s, &slice);
    if (status)
        return status;
    status = solver->init(&model, qb_launch_params(s->request), s->request->seed, slice, &state, diag);
    if (!status)
        status = solver->solve(state, slice, diag);
    solver->free(state);
    qb_budget_child_close(slice);
    return status == QB_STOPPED ? QB_OK : status;
}

/* The cost of what the solver finds at this factor; INFINITY where its best answer is infeasible. */
static qb_status try_factor(search *s, double factor, uint64_t work, double *cost, qb_diag *diag)
{
    qb_status status = open_lowering(s, factor, &s->lowering, diag);
    if (status)
        return status;
    s->holds = false;
    s->cost = INFINITY;
    s->repair_work = work;
    s->tries++;
    status = run_slice(s, work, diag);
    *cost = s->holds ? s->cost : INFINITY;
    qb_lowering_free(s->lowering);
    s->lowering = NULL;
    return status;
}

/* The work of a slice that takes its share of the budget; *cost is what the longest of them has found. */
static qb_status calibrate(search *s, uint64_t *slice, double *cost, qb_diag *diag)
{
    const double wanted = SHARE / QB_PENALTY_TRIES;
    const qb_mip *mip = &s->problem->body;
    bool counts_work = s->request->kind == QB_BUDGET_WORK;
    *slice = counts_work ? 1 + (uint64_t)(s->request->limit * wanted)
                         : 64 * (s->request->variables + mip->row_start[mip->rows] + mip->pairs);
    for (int k = 0; k < CALIBRATION; k++) {
        double before = qb_budget_share(s->budget);
        qb_status status = try_factor(s, 1, *slice, cost, diag);
        double spent = qb_budget_share(s->budget) - before;
        if (status || counts_work || spent >= wanted / 2 || qb_budget_is_over(s->budget))
            return status;
        *slice = (uint64_t)((double)*slice * fmax(2, fmin(64, wanted / spent)));
    }
    return QB_OK;
}

static qb_status find_factor(search *s, double *found, qb_diag *diag)
{
    qb_penalty_search tries = {0};
    double factor, cost = INFINITY;
    uint64_t slice;
    qb_penalty_search_next(&tries, &factor); /* 1 */
    qb_status status = calibrate(s, &slice, &cost, diag);
    qb_penalty_search_tell(&tries, 1, cost);
    while (!status && qb_budget_share(s->budget) < SHARE && !qb_budget_is_over(s->budget) &&
           qb_penalty_search_next(&tries, &factor)) {
        status = try_factor(s, factor, slice, &cost, diag);
        qb_penalty_search_tell(&tries, factor, cost);
    }
    *found = qb_penalty_search_best(&tries);
    return status;
}

/* From the scale of the lowering that the harness knew to the one that was found. */
static qb_status move_targets(const search *s, const qb_lowering *found, qb_diag *diag)
{
    double targets[QB_BUDGET_TARGETS];
    qb_lowering *first;
    qb_status status =
        qb_lowering_open(s->problem, s->request->solver->takes, &s->request->lowering, &first, diag);
    if (status)
        return status;
    for (uint32_t k = 0; k < s->request->targets; k++)
        targets[k] =
            qb_lowering_claim_of(found, qb_lowering_value_of(first, qb_launch_targets(s->request)[k]));
    qb_budget_set_targets(s->budget, targets, s->request->targets);
    qb_lowering_free(first);
    return QB_OK;
}

static void publish(const search *s, const qb_qubo *q)
{
    if (s->kept_cost < INFINITY)
        (void)qb_budget_incumbent(s->budget, s->kept,
                                  q->integral ? (double)qb_qubo_energy_int(q, s->kept)
                                              : qb_qubo_energy(q, s->kept));
}

static void tell(const search *s, double factor)
{
    qb_budget_detail(s->budget, QB_DETAIL_PENALTY_FACTOR, factor);
    qb_budget_detail(s->budget, "penalty_tries", s->tries);
    qb_budget_detail(s->budget, "penalty_search_share", qb_budget_share(s->budget));
}

static qb_status conclude(search *s, double factor, qb_lowering **lowering, qb_diag *diag)
{
    qb_status status = open_lowering(s, factor, lowering, diag);
    if (!status)
        status = move_targets(s, *lowering, diag);
    if (status)
        return status;
    tell(s, factor);
    publish(s, qb_lowering_model(*lowering).qubo);
    return QB_OK;
}

qb_status qb_child_search(const qb_launch_request *request, const qb_problem *problem, qb_budget *budget,
                          qb_lowering **lowering, qb_diag *diag)
{
    const qb_mip *mip = &problem->body;
    if (request->solver->needs_deadline)
        return qb_fail(diag, QB_REFUSED,
                       "'%s' keeps time by itself: no slice of its budget can be given to a "
                       "search for penalties",
                       request->solver->name);
    search s = {
        .request = request,
        .problem = problem,
        .budget = budget,
        .sign = mip->sense == QB_MAXIMISE ? -1 : 1,
        .source = QB_NEW(double, mip->columns),
        .score_work = mip->columns + mip->pairs + mip->row_start[mip->rows],
        .kept = QB_NEW(uint8_t, request->variables),
        .kept_cost = INFINITY,
    };
    double factor = 1;
    qb_status status = s.source && s.kept ? find_factor(&s, &factor, diag) : QB_NO_MEMORY;
    if (!status)
        status = conclude(&s, factor, lowering, diag);
    qb_free(s.source);
    qb_free(s.kept);
    return status;
}
