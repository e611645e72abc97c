#define _POSIX_C_SOURCE 200809L
#include "solvers/kernels/tabu.h"

#include "harness/base/memory.h"
#include "solvers/kernels/descent.h"
#include "solvers/kernels/groups.h"
#include "solvers/kernels/tabu_core.h"

#include <math.h>
#include <string.h>

#define CHARGE   32768 /* units of work between two looks at the budget: some microseconds */
#define ROUNDING 1e-12 /* of the greatest row sum: what accumulated rounding may look like */

static double greatest_row_sum(const qb_qubo *q)
{
    double greatest = 0;
    for (uint32_t i = 0; i < q->n; i++) {
        double sum = fabs(qb_qubo_linear(q, i));
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++)
            sum += fabs(qb_qubo_weight(q, k));
        greatest = fmax(greatest, sum);
    }
    return greatest;
}

static bool allocate(qb_tabu *t)
{
    t->side = QB_NEW(uint64_t, t->words);
    t->open = QB_NEW(uint64_t, t->words);
    t->best = QB_NEW(uint64_t, t->words);
    t->far_side = QB_NEW(uint64_t, t->words);
    t->ring = QB_NEW(uint32_t, t->n);
    t->bytes = QB_NEW(uint8_t, t->n);
    return t->side && t->open && t->best && t->far_side && t->ring && t->bytes;
}

/* A dense step costs about as much per so many variables as a sparse one per neighbour (tabu_tree.c). */
static bool dense_is_faster(const qb_qubo *q)
{
    uint64_t variables = q->integral ? 256 : 64;
    return q->nonzeros + q->n >= (uint64_t)q->n * q->n / variables;
}

static qb_status open_form(qb_tabu *t, qb_tabu_form form, qb_budget *budget, qb_diag *diag)
{
    if (form == QB_TABU_GROUPS || (form == QB_TABU_AUTO && qb_groups_suit(t->model, budget))) {
        t->ops = &qb_tabu_grouped;
        return t->ops->open(t, budget, diag);
    }
    if (form == QB_TABU_DENSE || (form != QB_TABU_SPARSE && dense_is_faster(t->model))) {
        t->ops = &qb_tabu_dense;
        qb_status status = t->ops->open(t, budget, diag);
        if (status != QB_REFUSED || form == QB_TABU_DENSE)
            return status;
        t->ops->close(t);
    }
    t->ops = &qb_tabu_tree;
    return t->ops->open(t, budget, diag);
}

qb_status qb_tabu_open(const qb_qubo *model, qb_tabu_form form, uint64_t memory_bytes, uint64_t seed,
                       qb_budget *budget, qb_tabu **tabu, qb_diag *diag)
{
    if (!isfinite(model->magnitude))
        return qb_fail(diag, QB_REFUSED, "the sum of all coefficients overflows");
    qb_tabu *t = QB_NEW(qb_tabu, 1);
    if (!t)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for a tabu walk");
    t->model = model;
    t->n = model->n;
    t->words = model->n / 64 + (model->n % 64 != 0);
    t->sign = model->sense == QB_MAXIMISE ? 1 : -1;
    t->threshold = model->integral ? 0 : ROUNDING * greatest_row_sum(model);
    t->published = -INFINITY;
    t->memory_bytes = memory_bytes;
    qb_rng_init(&t->rng, seed, 1);
    qb_status status = allocate(t) ? open_form(t, form, budget, diag)
                                   : qb_fail(diag, QB_NO_MEMORY, "no memory for a tabu walk");
    if (status) {
        qb_tabu_close(t);
        return status;
    }
    *tabu = t;
    return QB_OK;
}

void qb_tabu_close(qb_tabu *tabu)
{
    if (!tabu)
        return;
    if (tabu->ops)
        tabu->ops->close(tabu);
    qb_free(tabu->side);
    qb_free(tabu->open);
    qb_free(tabu->best);
    qb_free(tabu->far_side);
    qb_free(tabu->ring);
    qb_free(tabu->bytes);
    qb_free(tabu);
}

const char *qb_tabu_form_name(const qb_tabu *tabu)
{
    return tabu->ops->name(tabu);
}

uint32_t qb_tabu_words(const qb_tabu *tabu)
{
    return tabu->words;
}

const uint64_t *qb_tabu_point(const qb_tabu *tabu)
{
    return tabu->side;
}

double qb_tabu_value(const qb_tabu *tabu)
{
    return tabu->value;
}

const uint64_t *qb_tabu_best(const qb_tabu *tabu)
{
    return tabu->best;
}

double qb_tabu_best_value(const qb_tabu *tabu)
{
    return tabu->best_value;
}

void qb_tabu_read_point(const qb_tabu *tabu, const uint8_t *x, uint64_t *point)
{
    memset(point, 0, tabu->words * sizeof *point);
    for (uint32_t i = 0; i < tabu->n; i++)
        if (x[i])
            qb_tabu_set(point, i);
}

void qb_tabu_write_point(const qb_tabu *tabu, const uint64_t *point, uint8_t *x)
{
    for (uint32_t i = 0; i < tabu->n; i++)
        x[i] = qb_tabu_bit(point, i);
    if (tabu->ops->settle)
        tabu->ops->settle(tabu, x);
}

uint64_t qb_tabu_moves(const qb_tabu *tabu)
{
    return tabu->moves;
}

qb_tabu_rows qb_tabu_rows_of(const qb_tabu *tabu)
{
    return tabu->ops->rows ? tabu->ops->rows(tabu) : (qb_tabu_rows){0};
}

void qb_tabu_trace(qb_tabu *tabu, uint32_t *trace, uint64_t length)
{
    tabu->trace = trace;
    tabu->traced = length;
}

static void open_all(qb_tabu *t)
{
    for (uint32_t w = 0; w < t->words; w++)
        t->open[w] = ~UINT64_C(0);
    if (t->n % 64)
        t->open[t->words - 1] = (UINT64_C(1) << t->n % 64) - 1;
}

bool qb_tabu_charge(qb_tabu *t, qb_budget *budget)
{
    if (t->work < CHARGE)
        return true;
    uint64_t work = t->work;
    t->work = 0;
    return qb_budget_spend(budget, work);
}

qb_status qb_tabu_flip(qb_tabu *tabu, uint32_t i, qb_budget *budget)
{
    (void)tabu->ops->step(tabu, i, QB_TABU_NONE);
    tabu->moves++;
    return qb_tabu_charge(tabu, budget) ? QB_OK : QB_STOPPED;
}

qb_status qb_tabu_go(qb_tabu *tabu, const uint64_t *point, qb_budget *budget)
{
    if (tabu->ops->go) {
        tabu->ops->go(tabu, point);
        return qb_tabu_charge(tabu, budget) ? QB_OK : QB_STOPPED;
    }
    for (uint32_t w = 0; w < tabu->words; w++)
        for (uint64_t differ = tabu->side[w] ^ point[w]; differ; differ &= differ - 1) {
            qb_status status = qb_tabu_flip(tabu, 64 * w + (uint32_t)__builtin_ctzll(differ), budget);
            if (status)
                return status;
        }
    return QB_OK;
}

/* Writes a point into bytes, and what it is worth as one claims it. */
static qb_status write_claim(qb_tabu *t, const uint64_t *point, double value, qb_budget *budget,
                             double *energy)
{
    const qb_qubo *q = t->model;
    qb_tabu_write_point(t, point, t->bytes);
    *energy = t->sign * value;
    if (q->integral && q->magnitude < 0x1p53)
        return QB_OK;
    return qb_descent_energy(q, t->bytes, budget, energy); /* what was added up on the way is not exact */
}

static qb_status publish(qb_tabu *t, qb_budget *budget)
{
    double energy;
    t->published = t->value;
    qb_status status = write_claim(t, t->side, t->value, budget, &energy);
    return status ? status : qb_budget_incumbent(budget, t->bytes, energy);
}

void qb_tabu_note_best(qb_tabu *t)
{
    t->best_value = t->value;
    memcpy(t->best, t->side, t->words * sizeof *t->best);
}

/* Makes k tabu and says whose turn it is to come off the list.  While the list fills up nobody leaves; then
 * one enters and one leaves at each move: a random one of the `window` oldest, whose place the oldest takes.
 */
typedef struct tabu_list {
    uint32_t length, window; /* of the ring, and of its part from which entries leave; window <= length */
    uint32_t count, oldest;
} tabu_list;

static uint32_t enter(qb_tabu *t, tabu_list *list, uint32_t k)
{
    if (list->length == 0)
        return QB_TABU_NONE;
    if (list->count < list->length) {
        t->ring[list->count++] = k;
        return QB_TABU_NONE;
    }
    uint32_t lucky = list->oldest + (uint32_t)((qb_rng_next(&t->rng) >> 32) * list->window >> 32);
    if (lucky >= list->length)
        lucky -= list->length;
    uint32_t leaves = t->ring[lucky];
    t->ring[lucky] = t->ring[list->oldest];
    t->ring[list->oldest] = k;
    list->oldest = list->oldest + 1 < list->length ? list->oldest + 1 : 0;
    return leaves;
}

/* A list as the rule asks, but at most half of the open bits. */
static tabu_list make_list(const qb_tabu *t, const qb_tabu_rule *rule)
{
    uint32_t longest = 0;
    for (uint32_t w = 0; w < t->words; w++)
        longest += (uint32_t)__builtin_popcountll(t->open[w]);
    longest /= 2;
    uint32_t length = rule->tenure < longest ? rule->tenure : longest;
    uint32_t window = rule->spread < length ? rule->spread : length;
    return (tabu_list){.length = length, .window = window ? window : 1};
}

/* A local optimum better than any of this walk: keeps it, and publishes it when it is the walker's best. */
static qb_status record(qb_tabu *t, qb_budget *budget)
{
    qb_tabu_note_best(t);
    return t->value > t->published + t->threshold ? publish(t, budget) : QB_OK;
}

/* One move; false when the budget ends. */
static bool move(qb_tabu *t, tabu_list *list, uint32_t *next, qb_budget *budget)
{
    if (t->traced > 0) {
        *t->trace++ = *next;
        t->traced--;
    }
    *next = t->ops->step(t, *next, enter(t, list, *next));
    t->moves++;
    return qb_tabu_charge(t, budget);
}

static bool is_uphill(const qb_tabu *t, uint32_t next)
{
    return next != QB_TABU_NONE && t->gain > t->threshold;
}

qb_status qb_tabu_walk(qb_tabu *tabu, const qb_tabu_rule *rule, qb_budget *budget)
{
    qb_tabu *t = tabu;
    t->nearing = false;
    if (rule->within)
        memcpy(t->open, rule->within, t->words * sizeof *t->open);
    else
        open_all(t);
    tabu_list list = make_list(t, rule);
    uint32_t next = t->ops->seek(t);
    while (is_uphill(t, next))
        if (!move(t, &list, &next, budget))
            return QB_STOPPED;
    qb_status status = record(t, budget);
    for (uint64_t stale = 0; stale < rule->patience && next != QB_TABU_NONE && !status; stale++) {
        if (!move(t, &list, &next, budget))
            return QB_STOPPED;
        /* in this order: new bests are rare, whether a move goes uphill is hard to predict */
        if (t->value > t->best_value + t->threshold && !is_uphill(t, next)) {
            status = record(t, budget);
            stale = 0;
        }
    }
    return status;
}

/* What flipping a candidate and then its best partner gains is what one step tells.  Candidates stay closed
 * after they have been flipped back, so that no pair is tried twice and the step back names the next one. */
qb_status qb_tabu_pair(qb_tabu *tabu, uint32_t candidates, bool *gained, qb_budget *budget)
{
    qb_tabu *t = tabu;
    *gained = false;
    if (t->ops->go) /* its moves are of pairs */
        return QB_OK;
    open_all(t);
    uint32_t next = t->ops->seek(t);
    for (uint32_t k = 0; k < candidates && next != QB_TABU_NONE; k++) {
        uint32_t first = next;
        double alone = t->gain;
        uint32_t partner = t->ops->step(t, first, QB_TABU_NONE);
        t->moves++;
        *gained = partner != QB_TABU_NONE && alone + t->gain > t->threshold;
        next = t->ops->step(t, *gained ? partner : first, QB_TABU_NONE);
        t->moves++;
        if (!qb_tabu_charge(t, budget))
            return QB_STOPPED;
        if (*gained)
            break;
    }
    return QB_OK;
}

qb_status qb_tabu_return(qb_tabu *tabu, const uint64_t *point, double value, qb_budget *budget)
{
    if (qb_budget_keeps_samples(budget)) {
        double energy;
        qb_status status = write_claim(tabu, point, value, budget, &energy);
        if (!status)
            status = qb_budget_sample(budget, tabu->bytes, energy, 1);
        if (status)
            return status;
    }
    return qb_budget_spend_samples(budget, 1) ? QB_OK : QB_STOPPED;
}
