/* Hybrid: a classical search proposes, a quantum circuit refines small parts, a classical check accepts.
 *
 *   1. propose  a short tabu walk (or a plain descent) from the current point ends in a candidate
 *   2. select   k variables of it are freed, the others stay (select.h)
 *   3. refine   shots of a QAOA circuit over these k variables, or a control in its place (refine.h)
 *   4. check    the best shot is put into the candidate, the other variables follow it by a descent, and that
 *               is kept only if the whole model is better for it
 *
 * `steps` times 2 to 4 follow one proposal, at first and while they help: half as many follow the next one
 * where none did, down to one in four proposals, twice as many where one did.  So a model on which parts are
 * worth little is searched by proposals.  Where a step helped, the next walk departs from the candidate, else
 * from the best point with a share of its bits drawn anew, a larger one after each round that came back to a
 * point as good.
 *
 * Where the model has groups or says integers in bits, proposals and the check move within groups and let
 * integers follow (groups.h), and parts are of whole groups, under a mixer that keeps them, and of variables
 * that integers follow (part.h); so penalties are never in the way.  By rule such a part has as many
 * variables, 24 at most, as leave 2^8 states, and is a neighbourhood; elsewhere it is a chain of 8.
 *
 * A step works on a child budget and can fail: it has spent its own work, or cannot have its memory.  The
 * fallback is trivial, the candidate stays as it is, and the failure is counted with its reason.
 *
 * Of many small parts more come of a second than of few large ones, a light kick keeps what is good, and a
 * ramp, unlike published angles, supposes nothing about couplings that differ by orders.
 *
 * Attribution: refine=uniform draws as many shots without a circuit (the sham control), refine=exhaustive
 * solves the same parts exactly (the classical control: what perfect shots would be worth), steps=0 leaves
 * the proposals alone.
 *
 * Source: the decomposition of Booth, Reinhardt and Roy, D-Wave technical report 14-1006A-A (2017), with
 * QAOA (Farhi, Goldstone and Gutmann, arXiv:1411.4028) as the sub-solver.
 */
#include "harness/base/memory.h"
#include "harness/base/rng.h"
#include "solvers/hybrid/refine.h"
#include "solvers/hybrid/select.h"
#include "solvers/kernels/descent.h"
#include "solvers/kernels/groups.h"
#include "solvers/kernels/rows.h"
#include "solvers/kernels/tabu.h"
#include "solvers/solver.h"

#include <math.h>
#include <string.h>

#define HYBRID_PARAMS(X)                                                                                  \
    X(uint, k, "0", 0, QB_SUBPROBLEM_VARIABLES, "", "variables", "size of a part: qubits; 0: by rule")    \
    X(choice, select, "auto", 0, 0, "auto|impact|neighbourhood|chain|random", "", "how a part is chosen") \
    X(choice, refine, "qaoa", 0, 0, "qaoa|uniform|exhaustive", "",                                        \
      "what solves a part: the circuit, or its sham or classical control")                                \
    X(uint, steps, "16", 0, 1e6, "", "parts", "parts refined a proposal at most; 0: proposals alone")     \
    X(choice, propose, "tabu", 0, 0, "tabu|descent", "", "the classical search that proposes")            \
    X(uint, patience, "0", 0, 1e12, "", "moves", "moves in vain that end a tabu walk; 0: by rule from n") \
    X(real, kick, "0.1", 0, 1, "", "",                                                                    \
      "share of the best point's bits drawn anew where nothing helped; more where that leads back")       \
    X(uint, depth, "4", 1, REFINE_DEPTH, "", "layers", "layers of the circuit")                           \
    X(choice, angles, "ramp", 0, 0, "fixed|ramp|lbfgs", "", "published, a ramp, or trained on each part") \
    X(real, ramp, "0.75", 1e-6, 100, "", "", "height of a ramp, in natural units")                        \
    X(uint, evaluations, "40", 1, 1e6, "", "circuits", "evaluations of a training at most")               \
    X(uint, shots, "64", 1, 1e6, "", "shots", "shots a part")                                             \
    X(uint, step_work, "0", 0, 1e18, "", "work", "work after which a step has failed; 0: no limit")       \
    X(text, device, "ibm-heron", 0, 0, "", "", "whose times are modelled: `qubout list devices`")
QB_PARAMS_DECLARE(hybrid_params, HYBRID_PARAMS)
static const qb_param hybrid_table[] = QB_PARAMS_TABLE(HYBRID_PARAMS);

enum { PROPOSE_TABU, PROPOSE_DESCENT };

#define RULE_VARIABLES 8
#define RULE_STATES    256. /* of a part within groups, of up to QB_SUBPROBLEM_VARIABLES variables */
#define KICK_GROWTH    1.5
#define PACE_LEAST     0.25 /* a step every fourth round */

typedef struct hybrid {
    const qb_model *model;
    const hybrid_params *params;
    qb_rng rng;
    qb_tabu *walk; /* propose=tabu, or where it keeps groups; else NULL */
    qb_tabu_rule rule;
    uint64_t *point;   /* [words] */
    qb_descent search; /* holds the candidate and the gain of each flip */
    uint8_t *best;     /* [n] */
    uint8_t *before;   /* [n] the candidate, while a step is checked */
    uint8_t *after;    /* [n] scratch: where it goes */
    double best_value; /* of best: more is better (descent.h) */
    bool has_best;
    double pace, due;            /* steps a round; those to be done */
    double kick;                 /* share of bits that the next kick draws anew */
    const qb_integers *integers; /* the walk's; NULL: points keep neither groups nor integers */
    selection selection;
    selection_room room;
    selection_part chosen; /* for the step being made */
    part_maker maker;
    refiner refiner;
    qb_team *team;
    uint8_t step_best[QB_SUBPROBLEM_VARIABLES]; /* the best point of a step */
    bool step_has_best;
    uint64_t passes, steps, fallbacks, checked, accepted;
} hybrid;

static void hybrid_free(void *opaque)
{
    hybrid *s = opaque;
    if (!s)
        return;
    qb_tabu_close(s->walk);
    qb_free(s->point);
    qb_descent_close(&s->search);
    qb_free(s->best);
    qb_free(s->before);
    qb_free(s->after);
    selection_close(&s->selection);
    part_maker_close(&s->maker);
    qb_team_close(s->team);
    qb_free(s);
}

/* ---------------------------------------------------------------------------------------------- setting up
 */

static refiner make_refiner(const hybrid_params *p, uint64_t seed, qb_team *team)
{
    return (refiner){.rule = (refine_rule)p->refine,
                     .angles = (refine_angles)p->angles,
                     .depth = (uint32_t)p->depth,
                     .shots = (uint32_t)p->shots,
                     .evaluations = (uint32_t)p->evaluations,
                     .team = team,
                     .ramp = p->ramp,
                     .seed = seed};
}

static qb_status open_search(hybrid *s, uint64_t seed, qb_budget *budget, qb_diag *diag)
{
    const qb_qubo *q = s->model->qubo;
    qb_rng rng;
    qb_rng_init(&rng, seed, UINT64_MAX);
    qb_status status = qb_descent_open(q, &s->search, diag);
    if (status || (s->params->propose != PROPOSE_TABU && !qb_groups_suit(q, budget)))
        return status;
    s->rule = (qb_tabu_rule){.tenure = q->n / 100 + 10, .spread = 10};
    if (s->params->propose == PROPOSE_TABU)
        s->rule.patience = s->params->patience ? s->params->patience : 300 + q->n / 10;
    status = qb_tabu_open(q, QB_TABU_AUTO, s->model->memory_bytes, qb_rng_next(&rng), budget, &s->walk, diag);
    if (status)
        return status;
    s->integers = qb_tabu_integers(s->walk);
    s->point = QB_NEW(uint64_t, qb_tabu_words(s->walk));
    return s->point ? QB_OK : qb_fail(diag, QB_NO_MEMORY, "no memory for a point");
}

/* Any point that keeps all groups: their first members are 1. */
static void first_members(const qb_qubo *q, uint8_t *x)
{
    for (uint32_t g = 0; g < q->groups + q->cardinalities; g++)
        for (uint32_t k = 0; k < q->group_ones[g]; k++)
            x[q->group_member[q->group_start[g] + k]] = 1;
}

/* What a part looks like: within groups, one chosen at random. */
static qb_status choose_shape(hybrid *s, uint64_t seed, qb_budget *budget)
{
    const qb_qubo *q = s->model->qubo;
    selection any;
    qb_rng rng;
    qb_rng_init(&rng, seed, UINT64_MAX - 1);
    first_members(q, s->before);
    qb_status status = selection_open(q, SELECT_RANDOM, s->integers, &rng, &any);
    if (!status)
        status = selection_take(&any, s->before, NULL, s->room, &s->chosen, budget);
    selection_close(&any);
    return status;
}

static qb_status model_device(hybrid *s, uint64_t seed, qb_budget *budget, qb_diag *diag)
{
    qb_device device;
    part shape = {0};
    qb_status status = qb_device_find(s->params->device.text, &device, diag);
    if (status || !s->params->steps || s->params->refine == REFINE_EXHAUSTIVE)
        return status;
    status = choose_shape(s, seed, budget);
    if (status || !s->chosen.count)
        return status;
    part_shape(&s->chosen, &shape);
    return refine_model(&s->refiner, &shape, &device, budget, diag);
}

/* A good many variables where groups leave few states of them. */
static selection_room make_room(const hybrid *s)
{
    uint32_t n = s->model->qubo->n, k = (uint32_t)s->params->k;
    selection_room room = {k, ldexp(1, (int)k)};
    if (!k)
        room = (selection_room){s->integers ? QB_SUBPROBLEM_VARIABLES : RULE_VARIABLES, RULE_STATES};
    room.variables = room.variables < n ? room.variables : n;
    room.states = fmin(room.states, ldexp(1, (int)room.variables));
    return room;
}

static selection_rule choose_rule(const hybrid *s)
{
    if (s->params->select)
        return (selection_rule)(s->params->select - 1);
    return s->integers ? SELECT_NEIGHBOURHOOD : SELECT_CHAIN;
}

static qb_status open_steps(hybrid *s, uint64_t seed, qb_budget *budget, qb_diag *diag)
{
    const qb_qubo *q = s->model->qubo;
    s->room = make_room(s);
    uint64_t bytes = refine_bytes(&s->refiner, s->room.states);
    if (bytes > s->model->memory_bytes)
        return qb_fail(diag, QB_REFUSED, "steps on %u qubits need %.3g MiB, the memory limit allows %.3g MiB",
                       s->room.variables, (double)bytes / 0x1p20, (double)s->model->memory_bytes / 0x1p20);
    qb_status status = part_maker_open(q, s->integers, &s->maker, diag);
    if (!status)
        status = selection_open(q, choose_rule(s), s->integers, &s->rng, &s->selection);
    return status ? status : model_device(s, seed, budget, diag);
}

static qb_status set_up(hybrid *s, uint64_t seed, qb_budget *budget, qb_diag *diag)
{
    uint32_t n = s->model->qubo->n;
    s->best = QB_NEW(uint8_t, n);
    s->before = QB_NEW(uint8_t, n);
    s->after = QB_NEW(uint8_t, n);
    qb_status status = s->team && s->best && s->before && s->after ? QB_OK : QB_NO_MEMORY;
    if (!status)
        status = open_search(s, seed, budget, diag);
    if (!status)
        status = open_steps(s, seed, budget, diag);
    return status == QB_NO_MEMORY ? qb_fail(diag, status, "no memory for the state") : status;
}

static qb_status hybrid_init(const qb_model *model, const void *params, uint64_t seed, qb_budget *budget,
                             void **state, qb_diag *diag)
{
    hybrid *s = QB_NEW(hybrid, 1);
    if (!s)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for the state");
    *s = (hybrid){.model = model, .params = params};
    s->kick = s->params->kick;
    s->pace = (double)s->params->steps;
    s->team = qb_team_open(model->threads);
    s->refiner = make_refiner(s->params, seed, s->team);
    qb_rng_init(&s->rng, seed, 0);
    qb_status status = set_up(s, seed, budget, diag);
    if (status) {
        hybrid_free(s);
        return status;
    }
    *state = s;
    return QB_OK;
}

/* ---------------------------------------------------------------------------------------------- proposing */

/* The point a proposal starts from, into the candidate's place. */
static void choose_start(hybrid *s)
{
    uint32_t n = s->model->qubo->n;
    uint8_t *x = s->search.x;
    if (s->has_best) {
        memcpy(x, s->best, n);
        for (uint32_t i = 0; i < n; i++)
            if (qb_rng_uniform(&s->rng) < s->kick)
                x[i] = (uint8_t)(qb_rng_next(&s->rng) >> 63);
    } else if (s->model->warm_bits) {
        memcpy(x, s->model->warm_bits, n);
    } else {
        qb_descent_random_point(&s->rng, x, n);
    }
}

/* From x to the best point of a walk; patience 0: to a local optimum. */
static qb_status walk(hybrid *s, uint64_t patience, uint8_t *x, qb_budget *budget)
{
    qb_tabu_rule rule = s->rule;
    rule.patience = patience;
    qb_tabu_read_point(s->walk, x, s->point);
    qb_status status = qb_tabu_go(s->walk, s->point, budget);
    if (!status)
        status = qb_tabu_walk(s->walk, &rule, budget);
    if (!status)
        qb_tabu_write_point(s->walk, qb_tabu_best(s->walk), x);
    return status;
}

/* From the candidate's place to a local optimum. */
static qb_status propose(hybrid *s, qb_budget *budget)
{
    qb_status status = s->walk ? walk(s, s->rule.patience, s->search.x, budget) : QB_OK;
    if (!status)
        status = qb_descent_start(&s->search, s->search.x, budget);
    if (!status && !s->integers)
        status = qb_descent_run(&s->search, budget);
    if (!status)
        status = qb_descent_publish(&s->search, budget);
    s->passes++;
    selection_reset(&s->selection);
    return !status && !qb_budget_spend_samples(budget, 1) ? QB_STOPPED : status;
}

/* ---------------------------------------------------------------------------------------------- refining */

/* An incumbent of a step. */
static qb_status note(void *context, const uint8_t *y, double claimed)
{
    hybrid *s = context;
    (void)claimed;
    memcpy(s->step_best, y, s->chosen.count);
    s->step_has_best = true;
    return QB_OK;
}

static qb_status run_step(hybrid *s, const part *p, qb_budget *budget, qb_diag *diag)
{
    qb_budget *child;
    uint64_t work = s->params->step_work ? s->params->step_work : UINT64_MAX;
    bool maximise = p->plain.sense == QB_MAXIMISE;
    qb_status status = qb_budget_child_open(budget, work, s->chosen.count, maximise, note, s, &child);
    if (status)
        return status;
    s->step_has_best = false;
    status = refine(&s->refiner, p, s->steps, child, diag);
    qb_budget_child_close(child);
    return status;
}

static qb_status flip(hybrid *s, uint32_t i, qb_budget *budget)
{
    if (!qb_rows_spend(budget, s->model->qubo, i))
        return QB_STOPPED;
    qb_descent_flip(&s->search, i);
    return QB_OK;
}

/* Takes the candidate to x. */
static qb_status go(hybrid *s, const uint8_t *x, qb_budget *budget)
{
    uint32_t n = s->model->qubo->n;
    qb_status status = qb_budget_spend(budget, n) ? QB_OK : QB_STOPPED;
    for (uint32_t i = 0; i < n && !status; i++)
        if (s->search.x[i] != x[i])
            status = flip(s, i, budget);
    return status;
}

/* Downhill from the candidate: by flips, or by what the walk keeps to, groups repaired and integers at their
 * best. */
static qb_status follow(hybrid *s, qb_budget *budget)
{
    if (!s->integers)
        return qb_descent_run(&s->search, budget);
    memcpy(s->after, s->search.x, s->model->qubo->n);
    qb_status status = walk(s, 0, s->after, budget);
    return status ? status : go(s, s->after, budget);
}

/* Puts the step's best point into the candidate, lets the other variables follow downhill, and keeps that if
 * the whole model is better for it. */
static qb_status check(hybrid *s, qb_budget *budget)
{
    const uint32_t *member = s->chosen.member;
    double value = s->search.value;
    bool is_new = false;
    qb_status status = QB_OK;
    memcpy(s->before, s->search.x, s->model->qubo->n);
    for (uint32_t a = 0; a < s->chosen.count && !status; a++)
        if (s->search.x[member[a]] != s->step_best[a]) {
            is_new = true;
            status = flip(s, member[a], budget);
        }
    if (!is_new)
        return QB_OK;
    s->checked++;
    if (!status)
        status = follow(s, budget);
    if (status)
        return status;
    if (s->search.value <= value + s->search.threshold) {
        status = go(s, s->before, budget);
        s->search.value = value; /* what flips there and back have lost in rounding */
        return status;
    }
    s->accepted++;
    selection_reset(&s->selection);
    return qb_descent_publish(&s->search, budget);
}

static void tell_fallback(hybrid *s, qb_status status, const qb_diag *reason, qb_budget *budget)
{
    const char *text = status == QB_STOPPED ? "the step's work is spent" : reason->text;
    s->fallbacks++;
    qb_budget_detail_text(budget, "fallback_reason", *text ? text : "out of memory");
}

static qb_status step(hybrid *s, qb_budget *budget)
{
    part p = {0};
    qb_diag reason = {{0}};
    s->steps++;
    qb_status status =
        selection_take(&s->selection, s->search.x, s->search.gain, s->room, &s->chosen, budget);
    if (!status && !s->chosen.count)
        return QB_OK; /* all that there is follows */
    if (!status)
        status = part_make(&s->maker, &s->chosen, s->search.x, budget, &p, &reason);
    if (!status)
        status = run_step(s, &p, budget, &reason);
    part_clear(&p);
    if (qb_budget_is_over(budget))
        return QB_STOPPED;
    if (status) {
        tell_fallback(s, status, &reason, budget);
        return QB_OK;
    }
    return s->step_has_best ? check(s, budget) : QB_OK;
}

/* ---------------------------------------------------------------------------------------------- the policy
 */

static void tell(const hybrid *s, qb_budget *budget)
{
    const refiner *r = &s->refiner;
    qb_budget_detail(budget, "passes", (double)s->passes);
    qb_budget_detail(budget, "steps", (double)s->steps);
    qb_budget_detail(budget, "fallbacks", (double)s->fallbacks);
    qb_budget_detail(budget, "checked", (double)s->checked);
    qb_budget_detail(budget, "accepted", (double)s->accepted);
    qb_budget_detail(budget, "shots", (double)r->shots_taken);
    qb_budget_detail(budget, "executions", (double)r->circuits);
    qb_budget_detail(budget, "training_executions", (double)r->training_circuits);
}

/* Kicks grow while rounds end where they began. */
static void keep_best(hybrid *s)
{
    bool is_back = s->has_best && fabs(s->search.value - s->best_value) <= s->search.threshold;
    s->kick = is_back ? fmin(KICK_GROWTH * s->kick, 1) : s->params->kick;
    if (s->has_best && s->search.value <= s->best_value)
        return;
    memcpy(s->best, s->search.x, s->model->qubo->n);
    s->best_value = s->search.value;
    s->has_best = true;
}

/* Twice as many steps follow the next proposals where one helped, else half as many. */
static void adapt_steps(hybrid *s, bool has_helped)
{
    double most = (double)s->params->steps;
    s->pace = has_helped ? fmin(2 * s->pace, most) : fmax(s->pace / 2, fmin(PACE_LEAST, most));
    s->due = 0;
}

/* One proposal and its refinements. */
static qb_status round_of(hybrid *s, qb_budget *budget)
{
    uint64_t accepted = s->accepted;
    qb_status status = propose(s, budget);
    s->due += s->pace;
    for (double i = 1; i <= s->due && !status; i++)
        status = step(s, budget);
    if (status)
        return status;
    keep_best(s);
    if (s->due >= 1)
        adapt_steps(s, s->accepted > accepted);
    return QB_OK;
}

static qb_status hybrid_solve(void *state, qb_budget *budget, qb_diag *diag)
{
    hybrid *s = state;
    (void)diag;
    qb_status status = QB_OK;
    while (!status) {
        uint64_t accepted = s->accepted;
        choose_start(s);
        do {
            accepted = s->accepted;
            status = round_of(s, budget);
            tell(s, budget);
        } while (!status && s->accepted > accepted);
        if (!s->model->qubo->n) /* nothing to choose */
            return status;
    }
    return status;
}

static qb_device_use hybrid_device_use(const void *params)
{
    const hybrid_params *p = params;
    if (p->refine == REFINE_EXHAUSTIVE || !p->steps)
        return (qb_device_use){0};
    return (qb_device_use){.circuit = true,
                           .sham = p->refine == REFINE_UNIFORM,
                           .optimistic = qb_device_is_bound(p->device.text),
                           .oracle = p->refine == REFINE_QAOA && p->angles == REFINE_LBFGS,
                           .shots = UINT64_MAX};
}

const qb_solver qb_solver_hybrid = {
    .version = QB_SOLVER_VERSION,
    .name = "hybrid",
    .family = "hybrid",
    .summary = "tabu proposes, QAOA shots refine parts of up to 24 variables, a classical check accepts",
    .source = "Booth, Reinhardt and Roy, D-Wave technical report 14-1006A-A (2017)",
    .takes = QB_TAKES_QUBO,
    .execution = QB_SIMULATED,
    .deterministic = true,
    .params = hybrid_table,
    .param_count = sizeof hybrid_table / sizeof *hybrid_table,
    .params_size = sizeof(hybrid_params),
    .device_use = hybrid_device_use,
    .init = hybrid_init,
    .solve = hybrid_solve,
    .free = hybrid_free,
};
