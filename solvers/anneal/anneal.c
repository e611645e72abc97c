/* Simulated annealing: restarts of Metropolis sweeps along a falling temperature.
 *
 * One anneal starts at random states, runs `sweeps` sweeps from beta_start to beta_end, and ends in a quench
 * to a local optimum.  Anneals follow each other until the budget ends; left to itself the solver does not
 * know how long that is, so they grow: with 512 replicas sweeps double after every anneal, with one after 4,
 * and then half as many more each time.  Under a budget of samples all are independent and equally long, and
 * each replica at the end of one is a sample.
 *
 * Where it is not, replicas are a population (population.h): those in worse valleys give way to copies of
 * others.  512 of them in the cold half of the schedule only: in the hot half energies do not yet tell
 * valleys apart, and choosing by them makes replicas alike (on random graphs of degree 5 and 20, a torus of
 * +-1 and a sparse QUBO, eight seeds of 3 s each, it makes no difference beyond seeds whether they begin at
 * 0, 1/4 or 1/2; beginning at 3/4 ends one edge worse on degree 5).  A single one whose kernel can copy it
 * takes turns with others at every temperature; after four anneals of one size either their number or the
 * sweeps double, so at any moment the greatest size has had up to half of all work.  Members have at least 32
 * sweeps each for every one of them: with 4 the same work found the best cut of complete graphs of +-1
 * (n = 2000) half as often or less.  Where independent anneals took 5.9 s to find that of a hard generated
 * one (means), populations took 2.0; on K2000, by seeds 1 to 7, these sizes take half of what others did.
 *
 * The replicas of one anneal are merged (anneal_merge.h): on sparse models their differences fall apart into
 * pieces that can be decided one by one.  Where that works, every anneal is followed by one that starts all
 * replicas at the best solution so far, warm instead of hot, and is merged likewise.
 *
 * Groups of which the lowering says that exactly so many bits are 1 are kept, where they are a good part of
 * the model: their penalties then bar no way, however heavy they are.  Integers that are said in bits, slack
 * first of all, follow the other bits (solvers/kernels/integers.h).
 *
 * Temperatures come from the instance, by the local fields at the local optimum that a first quench ends in
 * (fields.h), or by what the kernel's own moves cost there: beta runs from HOT / largest to COLD / smallest,
 * hot enough that even the best settled variables flip now and then, cold enough that the least settled
 * hardly do.  An end that is given moves the other one along where it would be beyond.
 *
 * Source: Kirkpatrick, Gelatt and Vecchi, Science 220 (1983) 671; kernels and populations as their headers
 * say.
 */
#include "solvers/kernels/anneal.h"
#include "harness/base/memory.h"
#include "solvers/anneal/fields.h"
#include "solvers/anneal/population.h"
#include "solvers/kernels/anneal_math.h"
#include "solvers/kernels/anneal_merge.h"
#include "solvers/solver.h"

#include <math.h>
#include <string.h>

/* beta_start * largest local field, beta_end * smallest.  Swept over HOT 1.4 to 12 and COLD 2.8 to 14 at a
 * work budget, on generated instances of eight families: two sizes of toruses of +-1, two random graphs,
 * signed and 3-regular graphs, complete graphs of +-1, sparse QUBO.  The best pair differs by family, but
 * lies within 4 to 7 and 4 to 14; 5 and 7 leave a smaller mean gap than 4 and 7 on seven of the eight. */
#define ANNEAL_HOT           5.0
#define ANNEAL_COLD          7.0
#define ANNEAL_FIRST_SWEEPS  64   /* length of the first anneals when it grows */
#define ANNEAL_SAMPLE_SWEEPS 1024 /* of every one, under a budget of samples */
#define ANNEAL_FIRST_COUNT   4    /* of one replica, before lengths double; half as many more at each */
#define ANNEAL_LOOKS         16   /* an anneal is looked at in that many parts, the hot half excepted */
#define ANNEAL_PART_LEAST    16   /* sweeps between two looks, at least */
#define ANNEAL_CHUNK         64   /* betas computed at a time */
#define ANNEAL_QUENCH        2    /* sweeps at zero temperature that end an anneal */
#define ANNEAL_MERGE_SWEEPS  8    /* one replica is merged for so many sweeps: the lesser part of the work */
#define ANNEAL_MERGE_PROBE   4    /* replicas after which merging is given up if nothing falls apart */
#define ANNEAL_WARM_PART     5    /* an anneal from the elite leaves out the first fifth of the schedule */
#define ANNEAL_STREAM        UINT64_MAX /* of random numbers: kernels have the first ones */
#define ANNEAL_MEMBERS       4          /* of the first populations */
#define ANNEAL_MEMBER_SWEEPS 256        /* of each of them */
#define ANNEAL_POPULATIONS   4          /* of one size, before it grows */
#define ANNEAL_RESAMPLINGS   128        /* during an anneal, were all of it resampled, */
#define ANNEAL_PASS_LEAST    8          /* which are so many sweeps of 512 replicas apart, at least, */
#define ANNEAL_STEP_LEAST    4          /* and so many of a member */

#define ANNEAL_PARAMS(X)                                                                                    \
    X(choice, kernel, "auto", 0, 0, "auto|single|sliced|count|gather|bits|dense|scalar|groups", "",         \
      "how sweeps are computed")                                                                            \
    X(choice, schedule, "geometric", 0, 0, "geometric|linear|given", "", "how beta rises during an anneal") \
    X(uint, sweeps, "0", 0, 1e9, "", "sweeps",                                                              \
      "length of an anneal; 0: doubles as the budget allows, 1024 under one of samples")                    \
    X(real, beta_start, "0", 0, 1e30, "", "1/objective", "first inverse temperature; 0: from the instance") \
    X(real, beta_end, "0", 0, 1e30, "", "1/objective", "last inverse temperature; 0: from the instance")    \
    X(list, betas, "", 0, 1e30, "", "1/objective", "schedule=given: inverse temperatures, equally long each")

QB_PARAMS_DECLARE(anneal_params, ANNEAL_PARAMS)
#define QB_PARAM_STRUCT_ anneal_params
static const qb_param table[] = QB_PARAMS_TABLE(ANNEAL_PARAMS);

enum { ANNEAL_GEOMETRIC, ANNEAL_LINEAR, ANNEAL_GIVEN };

typedef struct anneal {
    const qb_model *model;
    const anneal_params *params;
    qb_annealer *annealer;
    double beta_start, beta_end; /* per unit of E */
    double best;                 /* value of elite, in the model's sense */
    bool has_best;
    uint8_t *elite;   /* [n] the best solution so far */
    uint8_t *x, *y;   /* [n] */
    double *energy;   /* [replicas] */
    uint32_t *copies; /* [replicas] */
    qb_merge merge;
    anneal_population population;
} anneal;

static void anneal_free(void *opaque)
{
    anneal *s = opaque;
    if (!s)
        return;
    qb_annealer_close(s->annealer);
    qb_merge_close(&s->merge);
    qb_free(s->elite);
    qb_free(s->x);
    qb_free(s->y);
    qb_free(s->energy);
    qb_free(s->copies);
    anneal_population_close(&s->population);
    qb_free(s);
}

static qb_status check_schedule(const anneal *s, qb_diag *diag)
{
    const anneal_params *p = s->params;
    if (p->schedule == ANNEAL_GIVEN && !p->betas.count)
        return qb_fail(diag, QB_BAD_INPUT, "schedule=given needs betas=B1;B2;...");
    if (p->schedule != ANNEAL_GIVEN && p->betas.count)
        return qb_fail(diag, QB_BAD_INPUT, "betas needs schedule=given");
    if (p->schedule != ANNEAL_GIVEN && p->beta_end > 0 && p->beta_start > p->beta_end)
        return qb_fail(diag, QB_BAD_INPUT, "beta_start %g is beyond beta_end %g", p->beta_start, p->beta_end);
    return QB_OK;
}

/* From the local optimum in x. */
static qb_status set_temperatures(anneal *s, qb_budget *budget)
{
    const anneal_params *p = s->params;
    const qb_qubo *q = s->model->qubo;
    double cost[ANNEAL_FIELDS_MOST];
    uint32_t moves = qb_annealer_costs(s->annealer, cost, ANNEAL_FIELDS_MOST);
    anneal_fields fields = moves ? anneal_fields_of(cost, moves) : anneal_fields_at(q, s->x);
    fields.work += moves;
    s->beta_start = p->beta_start > 0 ? p->beta_start * q->scale : ANNEAL_HOT / fields.largest;
    s->beta_end = p->beta_end > 0 ? p->beta_end * q->scale : ANNEAL_COLD / fields.smallest;
    if (p->beta_start > 0)
        s->beta_end = fmax(s->beta_end, s->beta_start);
    s->beta_start = fmin(s->beta_start, s->beta_end);
    qb_budget_detail(budget, "beta_start", s->beta_start / q->scale);
    qb_budget_detail(budget, "beta_end", s->beta_end / q->scale);
    return qb_budget_spend(budget, fields.work) ? QB_OK : QB_STOPPED;
}

/* All that depends on the number of variables, and of replicas. */
static qb_status open_parts(anneal *s, uint64_t seed, qb_budget *budget, qb_diag *diag)
{
    const qb_qubo *q = s->model->qubo;
    s->elite = QB_NEW(uint8_t, q->n);
    s->x = QB_NEW(uint8_t, q->n);
    s->y = QB_NEW(uint8_t, q->n);
    if (!s->elite || !s->x || !s->y)
        return QB_NO_MEMORY;
    qb_anneal_kind kind = (qb_anneal_kind)s->params->kernel;
    bool may_refuse = kind != QB_ANNEAL_AUTO && kind != QB_ANNEAL_SINGLE;
    qb_status status = QB_OK;
    if (!may_refuse && !qb_budget_limits_samples(budget))
        status = qb_budget_incumbent(budget, s->x, 0); /* should there be no time for a better answer */
    if (!status)
        status = qb_annealer_open(q, kind, seed, budget, &s->annealer, diag);
    if (status)
        return status;
    uint32_t replicas = qb_annealer_replicas(s->annealer);
    s->energy = QB_NEW(double, replicas);
    s->copies = QB_NEW(uint32_t, replicas);
    if (!s->energy || !s->copies)
        return QB_NO_MEMORY;
    return replicas > 1 ? qb_merge_open(q, &s->merge, budget, diag) : QB_OK;
}

static qb_status anneal_init(const qb_model *model, const void *params, uint64_t seed, qb_budget *budget,
                             void **state, qb_diag *diag)
{
    anneal *s = QB_NEW(anneal, 1);
    if (!s)
        return qb_fail(diag, QB_NO_MEMORY, "no memory to anneal %u variables", model->qubo->n);
    *s = (anneal){.model = model, .params = params};
    qb_status status = check_schedule(s, diag);
    if (!status)
        status = open_parts(s, seed, budget, diag);
    if (status == QB_NO_MEMORY)
        qb_fail(diag, status, "no memory to anneal %u variables", model->qubo->n);
    if (status) {
        anneal_free(s);
        return status;
    }
    qb_budget_detail_text(budget, "kernel", qb_annealer_name(s->annealer));
    qb_budget_detail(budget, "replicas", qb_annealer_replicas(s->annealer));
    s->population.annealer = s->annealer;
    qb_rng_init(&s->population.rng, seed, ANNEAL_STREAM);
    *state = s;
    return QB_OK;
}

/* beta of sweep k of an anneal of `sweeps`. */
static double schedule_beta(const anneal *s, uint64_t k, uint64_t sweeps)
{
    const qb_param_list *given = &s->params->betas;
    double at = sweeps > 1 ? (double)k / (double)(sweeps - 1) : 1;
    switch (s->params->schedule) {
    case ANNEAL_GIVEN:
        return given->value[(uint64_t)((double)k / (double)sweeps * given->count)] * s->model->qubo->scale;
    case ANNEAL_LINEAR:
        return s->beta_start + (s->beta_end - s->beta_start) * at;
    default:
        return s->beta_end * qb_anneal_exp_minus((1 - at) * qb_anneal_ln(s->beta_end / s->beta_start));
    }
}

static qb_status run_sweeps(anneal *s, uint64_t from, uint64_t to, uint64_t sweeps, qb_budget *budget)
{
    double beta[ANNEAL_CHUNK];
    while (from < to) {
        uint32_t count = to - from < ANNEAL_CHUNK ? (uint32_t)(to - from) : ANNEAL_CHUNK;
        for (uint32_t k = 0; k < count; k++)
            beta[k] = schedule_beta(s, from + k, sweeps);
        qb_status status = qb_annealer_run(s->annealer, beta, count, budget);
        if (status)
            return status;
        from += count;
    }
    return QB_OK;
}

static bool improves(const anneal *s, double energy)
{
    return !s->has_best || (s->model->qubo->sense == QB_MINIMISE ? energy < s->best : energy > s->best);
}

/* Keeps and publishes a state where it improves on the best. */
static qb_status offer(anneal *s, const uint8_t *x, double energy, qb_budget *budget)
{
    const qb_qubo *q = s->model->qubo;
    if (!improves(s, energy))
        return QB_OK;
    s->has_best = true;
    s->best = energy;
    memcpy(s->elite, x, q->n);
    return qb_budget_incumbent(budget, x, q->integral ? energy : qb_qubo_energy(q, x));
}

/* Offers the best replica, whose state is left in x; under a budget of samples nothing. */
static qb_status look(anneal *s, qb_budget *budget)
{
    const qb_qubo *q = s->model->qubo;
    uint32_t replica;
    double energy = qb_annealer_best(s->annealer, &replica);
    if (!qb_budget_spend(budget, qb_annealer_replicas(s->annealer) * (q->n + q->nonzeros / 2)))
        return QB_STOPPED;
    qb_annealer_state(s->annealer, replica, s->x);
    return qb_budget_limits_samples(budget) ? QB_OK : offer(s, s->x, energy, budget);
}

static qb_status quench(anneal *s, qb_budget *budget)
{
    double beta[ANNEAL_QUENCH];
    for (uint32_t k = 0; k < ANNEAL_QUENCH; k++)
        beta[k] = INFINITY;
    qb_status status = qb_annealer_run(s->annealer, beta, ANNEAL_QUENCH, budget);
    return status ? status : look(s, budget);
}

/* Returns every replica as a sample, one by one: offered, kept where there is room, charged. */
static qb_status return_all(anneal *s, qb_budget *budget)
{
    uint32_t replicas = qb_annealer_replicas(s->annealer);
    qb_status status = QB_OK;
    if (!qb_budget_limits_samples(budget) && !qb_budget_keeps_samples(budget))
        return qb_budget_spend_samples(budget, replicas) ? QB_OK : QB_STOPPED;
    qb_annealer_energies(s->annealer, s->energy);
    for (uint32_t r = 0; r < replicas && !status; r++) {
        qb_annealer_state(s->annealer, r, s->y);
        status = qb_budget_sample(budget, s->y, s->energy[r], 1);
        if (!status)
            status = offer(s, s->y, s->energy[r], budget);
        if (!status && !qb_budget_spend_samples(budget, 1))
            status = QB_STOPPED;
    }
    return status;
}

/* Resamples the replicas of one anneal. */
static qb_status pass_on(anneal *s, double rise, qb_budget *budget)
{
    const qb_qubo *q = s->model->qubo;
    uint32_t replicas = qb_annealer_replicas(s->annealer);
    qb_annealer_energies(s->annealer, s->energy);
    if (!qb_budget_spend(budget, replicas * (q->n + q->nonzeros / 2)))
        return QB_STOPPED;
    for (uint32_t r = 0; r < replicas && q->sense == QB_MAXIMISE; r++)
        s->energy[r] = -s->energy[r];
    anneal_resample(s->energy, replicas, rise, qb_rng_uniform(&s->population.rng), s->copies);
    return qb_annealer_spread(s->annealer, s->copies, budget);
}

/* How many sweeps one of so many parts of an anneal takes. */
static uint64_t part_of(uint64_t sweeps, uint64_t parts, uint64_t least)
{
    return sweeps / parts > least ? sweeps / parts : least;
}

/* Sweeps `from` to `sweeps` of an anneal of `sweeps`; the best replica is left in x. */
static qb_status anneal_from(anneal *s, uint64_t from, uint64_t sweeps, qb_budget *budget)
{
    bool is_population = !qb_budget_limits_samples(budget) && !qb_budget_keeps_samples(budget) &&
                         qb_annealer_replicas(s->annealer) > 1;
    uint64_t part = is_population ? part_of(sweeps, ANNEAL_RESAMPLINGS, ANNEAL_PASS_LEAST)
                                  : part_of(sweeps, ANNEAL_LOOKS, ANNEAL_PART_LEAST),
             at = from > sweeps / 2 ? from : sweeps / 2;
    qb_status status = run_sweeps(s, from, at, sweeps, budget);
    while (!status && at < sweeps) {
        uint64_t next = sweeps - at > part ? at + part : sweeps;
        status = run_sweeps(s, at, next, sweeps, budget);
        if (!status)
            status = look(s, budget);
        if (!status && is_population && next < sweeps)
            status = pass_on(s, schedule_beta(s, next, sweeps) - schedule_beta(s, at, sweeps), budget);
        at = next;
    }
    if (!status)
        status = quench(s, budget);
    return status ? status : return_all(s, budget);
}

/* Merges what some of the replicas found, and the best of all time, into x.  *parts counts the components
 * that could be decided on their own. */
static qb_status merge_replicas(anneal *s, uint64_t sweeps, uint32_t *parts, qb_budget *budget)
{
    const qb_qubo *q = s->model->qubo;
    uint32_t replicas = qb_annealer_replicas(s->annealer);
    uint64_t count = sweeps / ANNEAL_MERGE_SWEEPS;
    count = count < replicas ? count : replicas;
    *parts = 0;
    for (uint32_t k = 0; k <= count; k++) {
        uint64_t work = 0;
        if (k < count)
            qb_annealer_state(s->annealer, k, s->y);
        *parts += qb_merge_into(&s->merge, s->x, k < count ? s->y : s->elite, &work);
        if (!qb_budget_spend(budget, work))
            return QB_STOPPED;
        if (k == ANNEAL_MERGE_PROBE && *parts <= 2 * ANNEAL_MERGE_PROBE)
            return QB_OK; /* everything hangs together: nothing to gain */
    }
    if (!qb_budget_spend(budget, q->n + q->nonzeros))
        return QB_STOPPED;
    return offer(s, s->x, qb_qubo_energy(q, s->x), budget);
}

/* One anneal from random states, and where merging works another from the elite, from warm to cold.  What is
 * merged is no sample. */
static qb_status anneal_round(anneal *s, uint64_t sweeps, qb_budget *budget)
{
    bool many = qb_annealer_replicas(s->annealer) > 1 && !qb_budget_limits_samples(budget);
    uint32_t parts = 0;
    qb_status status = qb_annealer_start(s->annealer, NULL, budget);
    if (!status)
        status = anneal_from(s, 0, sweeps, budget);
    if (!status && many)
        status = merge_replicas(s, sweeps, &parts, budget);
    if (status || parts <= 2 * ANNEAL_MERGE_PROBE)
        return status;
    status = qb_annealer_start(s->annealer, s->elite, budget);
    if (!status)
        status = anneal_from(s, sweeps / ANNEAL_WARM_PART, sweeps, budget);
    return status ? status : merge_replicas(s, sweeps, &parts, budget);
}

/* Runs every member through sweeps [from, to) of an anneal of `sweeps`, from random states at the first. */
static qb_status visit_members(anneal *s, uint64_t from, uint64_t to, uint64_t sweeps, qb_budget *budget)
{
    const qb_qubo *q = s->model->qubo;
    qb_status status = QB_OK;
    for (uint32_t r = 0, first; r < s->population.members && !status; r++) {
        if (from)
            qb_annealer_recall(s->annealer, r);
        else
            status = qb_annealer_start(s->annealer, NULL, budget);
        if (!status)
            status = run_sweeps(s, from, to, sweeps, budget);
        if (status)
            break;
        double energy = qb_annealer_best(s->annealer, &first);
        s->population.cost[r] = q->sense == QB_MINIMISE ? energy : -energy;
        qb_annealer_store(s->annealer, r);
        if (improves(s, energy)) {
            qb_annealer_state(s->annealer, 0, s->x);
            status = offer(s, s->x, energy, budget);
        }
        if (!status && !qb_budget_spend(budget, q->n))
            status = QB_STOPPED;
    }
    return status;
}

/* One anneal of a population. */
static qb_status anneal_members(anneal *s, uint64_t sweeps, qb_budget *budget)
{
    uint64_t step = part_of(sweeps, ANNEAL_RESAMPLINGS, ANNEAL_STEP_LEAST);
    qb_status status = QB_OK;
    for (uint64_t at = 0, next; at < sweeps && !status; at = next) {
        next = sweeps - at > step ? at + step : sweeps;
        if (at)
            anneal_population_resample(&s->population, schedule_beta(s, at + (next - at) / 2, sweeps) -
                                                           schedule_beta(s, at - step / 2, sweeps));
        status = visit_members(s, at, next, sweeps, budget);
    }
    for (uint32_t r = 0; r < s->population.members && !status; r++) {
        qb_annealer_recall(s->annealer, r);
        status = quench(s, budget);
        if (!status)
            status = return_all(s, budget);
    }
    return status;
}

/* Anneals of populations that grow: after four of one size either the members or the sweeps double. */
static qb_status anneal_populations(anneal *s, qb_budget *budget)
{
    uint64_t sweeps = ANNEAL_MEMBER_SWEEPS;
    qb_status status = QB_OK;
    for (uint64_t k = 1; !status; k++) {
        status = anneal_members(s, sweeps, budget);
        if (k % ANNEAL_POPULATIONS)
            continue;
        bool wider =
            k / ANNEAL_POPULATIONS % 2 && anneal_population_resize(&s->population, 2 * s->population.members);
        if (!wider && sweeps < UINT32_MAX)
            sweeps *= 2;
    }
    return status;
}

static qb_status anneal_solve(void *state, qb_budget *budget, qb_diag *diag)
{
    (void)diag;
    anneal *s = state;
    bool grows = !s->params->sweeps && !qb_budget_limits_samples(budget);
    uint64_t sweeps = s->params->sweeps ? s->params->sweeps
                      : grows           ? ANNEAL_FIRST_SWEEPS
                                        : ANNEAL_SAMPLE_SWEEPS;
    uint64_t anneals = qb_annealer_replicas(s->annealer) > 1 ? 1 : ANNEAL_FIRST_COUNT;

    /* Something to show before the first anneal ends: a local optimum, near the warm start if there is one.
     */
    qb_status status = qb_annealer_start(s->annealer, s->model->warm_bits, budget);
    if (!status)
        status = look(s, budget);
    if (!status)
        status = quench(s, budget);
    if (!s->model->qubo->n)
        return status ? status : return_all(s, budget);
    if (!status)
        status = set_temperatures(s, budget);
    if (!status && grows && anneal_population_resize(&s->population, ANNEAL_MEMBERS))
        return anneal_populations(s, budget);
    while (!status) {
        for (uint64_t k = 0; k < anneals && !status; k++)
            status = anneal_round(s, sweeps, budget);
        if (grows && sweeps < UINT32_MAX) {
            sweeps *= 2;
            anneals += anneals / 2;
        }
    }
    return status;
}

const qb_solver qb_solver_anneal = {
    .version = QB_SOLVER_VERSION,
    .name = "anneal",
    .family = "simulated annealing",
    .summary = "Metropolis annealing with restarts, bit-sliced where the couplings allow",
    .source = "Kirkpatrick, Gelatt and Vecchi, Science 220 (1983) 671",
    .takes = QB_TAKES_QUBO,
    .execution = QB_NATIVE,
    .deterministic = true,
    .params = table,
    .param_count = sizeof table / sizeof *table,
    .params_size = sizeof(anneal_params),
    .init = anneal_init,
    .solve = anneal_solve,
    .free = anneal_free,
};
