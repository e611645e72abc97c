#include "harness/run/run_score.h"

#include "harness/base/clock.h"
#include "harness/base/memory.h"
#include "harness/model/repair.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What scoring one point takes. */
typedef struct referee {
    const qb_run_spec *spec;
    const qb_lowering *lowering;
    qb_model model;
    uint8_t *bits;             /* [qubo->n] */
    double *columns;           /* [mip->columns] */
    double *source, *repaired; /* [problem's columns] */
    qb_run_result *result;
    bool lied;
    bool has_best;
    qb_score best; /* on the problem that the solver was given */
    bool has_claim;
    double best_claim; /* the best of the verified ones, in the model's scale */
    bool repairs;
    double repair_work; /* that is left to the repair stage */
    uint32_t points;    /* still to come, this one included */
} referee;

/* The first reason stays. */
__attribute__((format(printf, 2, 3))) static void accuse(referee *r, const char *format, ...)
{
    if (!r->lied) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(r->result->reason, sizeof r->result->reason, format, arguments);
        va_end(arguments);
    }
    r->lied = true;
}

static void accuse_of_value(referee *r, const char *what, double said, double found)
{
    accuse(r, "%s: %.17g, the referee finds %.17g", what, said, found);
}

/* The objective of the columns as they are, unrounded, for claims that came from a linear program. */
static double value_of_columns(const qb_mip *mip, const double *v)
{
    double sum = mip->constant, lost = 0;
    for (uint64_t k = 0; k < mip->columns + mip->pairs; k++) {
        const qb_pair *p = k < mip->columns ? NULL : &mip->pair[k - mip->columns];
        double term = p ? p->weight * v[p->i] * v[p->j] : mip->linear[k] * v[k], next = sum + term;
        lost += fabs(sum) >= fabs(term) ? (sum - next) + term : (term - next) + sum;
        sum = next;
    }
    return sum + lost;
}

/* Is `claimed` what the model's objective is worth at this point?  Where the lowering only changes variables,
 * the referee's own value says so; where it adds penalties or columns, the model is evaluated. */
static bool is_true_claim(referee *r, double claimed, const qb_score *score)
{
    const qb_qubo *qubo = r->model.qubo;
    double value, tolerance;
    if (qubo && r->spec->problem->kind != QB_KIND_MIP) {
        value = qb_lowering_claim_of(r->lowering, score->objective);
        tolerance = qubo->integral ? 0 : 1e-9 * qubo->magnitude;
    } else if (qubo) {
        value = qubo->integral ? (double)qb_qubo_energy_int(qubo, r->bits) : qb_qubo_energy(qubo, r->bits);
        tolerance = qubo->integral ? 0 : 1e-9 * qubo->magnitude;
    } else {
        qb_problem view = {.kind = QB_KIND_MIP, .name = "", .format = "", .body = *r->model.mip};
        qb_score own;
        if (qb_referee_score(&view, r->columns, &own, NULL))
            return false;
        value = own.objective;
        tolerance = 1e-9 * own.magnitude;
        if (fabs(claimed - value_of_columns(r->model.mip, r->columns)) <= tolerance)
            return true;
    }
    if (fabs(claimed - value) <= tolerance)
        return true;
    accuse_of_value(r, "false claim", claimed, value);
    return false;
}

/* Strictly better than what was there?  Among infeasible points the later one is, by its claim. */
static bool improves(const referee *r, const qb_score *score)
{
    if (!r->has_best || score->feasible != r->best.feasible)
        return !r->has_best || score->feasible;
    return !score->feasible || qb_referee_better(r->spec->problem, score->objective, r->best.objective);
}

/* Integers exactly, so that what is stored is what was scored. */
static void round_integers(const qb_mip *body, double *v)
{
    for (uint32_t k = 0; k < body->columns; k++)
        if (!body->type || body->type[k] != QB_COLUMN_CONTINUOUS)
            v[k] = nearbyint(v[k]) + 0.0; /* + 0.0: no negative zero */
}

/* Repairs the decoded answer and scores it again; keeps it only where it has become feasible. */
static void repair(referee *r, qb_score *score)
{
    const qb_problem *problem = r->spec->problem;
    qb_run_repair *stage = &r->result->repair;
    qb_repair_result done = {0};
    qb_score after;
    int64_t began = qb_clock_thread_cpu_ns();
    memcpy(r->repaired, r->source, sizeof(double) * problem->body.columns);
    qb_status status =
        qb_repair_greedy(problem, (uint64_t)(r->repair_work / r->points), r->repaired, &done, NULL);
    r->repair_work = fmax(0, r->repair_work - (double)done.work);
    stage->seconds += (double)(qb_clock_thread_cpu_ns() - began) * 1e-9;
    stage->tried++;
    stage->work += done.work;
    if (status || qb_referee_score(problem, r->repaired, &after, NULL) || !after.feasible)
        return;
    stage->repaired++;
    stage->moves += done.moves;
    memcpy(r->source, r->repaired, sizeof(double) * problem->body.columns);
    *score = after;
}

/* Where a point stands once the repairs so far are charged to the run; false beyond its limit. */
static bool charge_repairs(const referee *r, qb_run_point *point)
{
    const qb_run_repair *stage = &r->result->repair;
    if (!r->repairs)
        return true;
    point->wall_s += stage->seconds;
    point->cpu_s += stage->seconds;
    point->work += stage->work;
    return qb_run_is_within(r->spec, point);
}

/* A solution of a qubo model, into bits and source. */
static void decode_bits(referee *r, const uint64_t *bits)
{
    qb_channel_unpack(bits, r->model.qubo->n, r->bits);
    qb_lowering_decode_bits(r->lowering, r->bits, r->source);
}

static void score_point(referee *r, const qb_channel_point *p)
{
    qb_run_result *result = r->result;
    const qb_problem *problem = r->spec->problem, *nominal = r->spec->nominal;
    qb_score score;
    if (r->model.qubo) {
        decode_bits(r, p->bits);
    } else {
        memcpy(r->columns, p->columns, sizeof(double) * r->model.mip->columns);
        qb_lowering_decode_columns(r->lowering, r->columns, r->source);
    }
    qb_status status = qb_referee_score(problem, r->source, &score, NULL);
    if (status == QB_BAD_INPUT)
        accuse_of_value(r, "a published solution is not made of numbers", p->claimed, NAN);
    if (status)
        return;
    if (is_true_claim(r, p->claimed, &score)) { /* claims only get better */
        r->has_claim = true;
        r->best_claim = p->claimed;
    }
    uint32_t repaired = result->repair.repaired;
    if (r->repairs && !score.feasible)
        repair(r, &score);
    if (!improves(r, &score))
        return;
    qb_run_point point = qb_run_point_of(p);
    if (!charge_repairs(r, &point)) {
        result->repair.late++;
        return;
    }
    result->repair.answer = result->repair.repaired > repaired;
    r->best = score;
    r->has_best = true;
    round_integers(&problem->body, r->source);
    if (nominal && nominal != problem && qb_referee_score(nominal, r->source, &score, NULL))
        return;
    memcpy(result->solution, r->source, sizeof(double) * problem->body.columns);
    result->has_solution = true;
    result->score = score;
    point.objective = score.objective;
    point.feasible = score.feasible;
    result->trajectory[result->points++] = point;
}

/* (The budget stamps nanoseconds; their sums round.) */
bool qb_run_is_within(const qb_run_spec *spec, const qb_run_point *p)
{
    const qb_budget_spent spent = {p->wall_s, p->cpu_s, p->device_s, p->simulator_s, p->work, p->samples};
    double slack = spec->budget_kind == QB_BUDGET_DEVICE ? 1e-9 : 0;
    return qb_budget_counted(spec->budget_kind, &spent) <= spec->budget + slack;
}

/* Are all values of the objective whole numbers apart (at least 1)? */
static bool is_integral(const qb_mip *body)
{
    for (uint32_t k = 0; k < body->columns; k++)
        if (body->linear[k] != nearbyint(body->linear[k]) ||
            (body->type && body->type[k] == QB_COLUMN_CONTINUOUS))
            return false;
    for (uint64_t k = 0; k < body->pairs; k++)
        if (body->pair[k].weight != nearbyint(body->pair[k].weight))
            return false;
    return true;
}

/* Holds the bound, which is about the model, against the best verified claim.  Returns what it proves of the
 * source: an exact lowering to bits whose optimum is infeasible says that everything is. */
static qb_run_proof check_bound(referee *r, double bound)
{
    const qb_model *m = &r->model;
    if (!r->has_claim)
        return QB_PROVES_NOTHING;
    bool minimise = (m->qubo ? m->qubo->sense : m->mip->sense) == QB_MINIMISE;
    double gap = minimise ? r->best_claim - bound : bound - r->best_claim,
           scale = fmax(1, fabs(r->best_claim));
    if (gap < -1e-6 * scale) /* bounds come out of floating point */
        accuse_of_value(r, "false bound", bound, r->best_claim);
    bool closed = gap <= 1e-9 * scale || (gap < 1 && (m->qubo ? m->qubo->integral : is_integral(m->mip)));
    if (!closed || !qb_lowering_is_exact(r->lowering) || !r->has_best)
        return QB_PROVES_NOTHING;
    if (r->best.feasible)
        return QB_PROVES_OPTIMAL;
    return m->qubo ? QB_PROVES_INFEASIBLE : QB_PROVES_NOTHING; /* columns may be off by a tolerance */
}

static qb_status open_referee(referee *r, qb_diag *diag)
{
    uint32_t columns = r->spec->problem->body.columns;
    r->bits = QB_NEW(uint8_t, r->model.qubo ? r->model.qubo->n : 0);
    r->columns = QB_NEW(double, r->model.mip ? r->model.mip->columns : 0);
    r->source = QB_NEW(double, columns);
    r->repaired = QB_NEW(double, columns);
    if (!r->bits || !r->columns || !r->source || !r->repaired)
        return qb_fail(diag, QB_NO_MEMORY, "out of memory for scoring a run");
    return QB_OK;
}

static void close_referee(referee *r)
{
    qb_free(r->bits);
    qb_free(r->columns);
    qb_free(r->source);
    qb_free(r->repaired);
}

static qb_status open_answer(qb_run_result *result, uint32_t columns, uint32_t points, qb_diag *diag)
{
    result->solution = QB_NEW(double, columns);
    result->trajectory = QB_NEW(qb_run_point, points);
    if (!result->solution || !result->trajectory)
        return qb_fail(diag, QB_NO_MEMORY, "out of memory for the answer of a run");
    return QB_OK;
}

/* The point of the bounds that are nearest to zero: every problem without rows has it. */
static bool origin_is_feasible(const referee *r, qb_score *score)
{
    const qb_mip *body = &r->spec->problem->body;
    for (uint32_t j = 0; j < body->columns; j++)
        r->source[j] = body->lower ? fmin(fmax(0, body->lower[j]), body->upper[j]) : 0;
    return qb_referee_score(r->spec->problem, r->source, score, NULL) == QB_OK && score->feasible;
}

static void check_infeasible(referee *r)
{
    qb_score score = r->best;
    if ((r->has_best && r->best.feasible) || origin_is_feasible(r, &score))
        accuse(r, "it was said to be infeasible, and the referee finds %.17g", score.objective);
}

/* The warm start is the answer until something is better; its value is a claim that was verified. */
static qb_status begin_warm(referee *r, const double *warm, qb_diag *diag)
{
    const qb_problem *problem = r->spec->problem, *nominal = r->spec->nominal;
    qb_status status = qb_referee_score(problem, warm, &r->best, diag);
    if (status)
        return status;
    r->has_best = r->has_claim = true;
    r->best_claim = qb_lowering_claim_of(r->lowering, r->best.objective);
    memcpy(r->result->solution, warm, sizeof(double) * problem->body.columns);
    round_integers(&problem->body, r->result->solution);
    r->result->has_solution = true;
    r->result->score = r->best;
    return nominal && nominal != problem
               ? qb_referee_score(nominal, r->result->solution, &r->result->score, diag)
               : QB_OK;
}

qb_status qb_run_score(const qb_run_spec *spec, const qb_lowering *lowering, const double *warm,
                       const qb_channel_point *point, uint32_t points, const qb_channel_summary *summary,
                       qb_run_result *result, bool *lied, qb_run_proof *proof, qb_diag *diag)
{
    referee r = {.spec = spec, .lowering = lowering, .model = qb_lowering_model(lowering), .result = result};
    r.repairs = spec->lowering.repair && spec->problem->kind == QB_KIND_MIP && r.model.qubo;
    qb_status status = open_referee(&r, diag);
    if (!status)
        status = open_answer(result, spec->problem->body.columns, points, diag);
    if (!status && warm)
        status = begin_warm(&r, warm, diag);
    if (status)
        goto done;
    r.repair_work = qb_run_repair_work(spec->budget_kind, spec->budget);
    for (uint32_t k = 0; k < points; k++) {
        r.points = points - k;
        score_point(&r, &point[k]);
    }
    *proof = QB_PROVES_NOTHING;
    if (summary->has_bound && isfinite(summary->bound)) {
        result->has_bound = qb_lowering_is_exact(lowering);
        result->bound = result->has_bound ? qb_lowering_value_of(lowering, summary->bound) : 0;
        *proof = check_bound(&r, summary->bound);
    }
    if (summary->infeasible)
        *proof = QB_PROVES_INFEASIBLE;
    if (*proof == QB_PROVES_INFEASIBLE)
        check_infeasible(&r);
    if (summary->asked_limit)
        accuse(&r, "it asked how much time is left, and is declared to run without knowing");
    if (!result->has_solution) {
        qb_free(result->solution);
        result->solution = NULL;
    }
    *lied = *lied || r.lied;
done:
    close_referee(&r);
    return status;
}

/* false where it cannot be scored at all. */
static bool score_sample(referee *r, const qb_channel_sample *kept, qb_run_sample *sample)
{
    const qb_problem *problem = r->spec->problem, *nominal = r->spec->nominal;
    qb_score score;
    decode_bits(r, kept->bits);
    if (qb_referee_score(problem, r->source, &score, NULL))
        return false;
    (void)is_true_claim(r, kept->claimed, &score);
    round_integers(&problem->body, r->source);
    if (nominal && nominal != problem && qb_referee_score(nominal, r->source, &score, NULL))
        return false;
    *sample = (qb_run_sample){score.objective, score.feasible, kept->count};
    return true;
}

qb_status qb_run_score_samples(const qb_run_spec *spec, const qb_lowering *lowering,
                               const qb_channel_sample *kept, uint32_t count, qb_run_result *result,
                               bool *lied, qb_diag *diag)
{
    referee r = {.spec = spec, .lowering = lowering, .model = qb_lowering_model(lowering), .result = result};
    uint32_t columns = spec->problem->body.columns;
    result->sample = QB_NEW(qb_run_sample, count);
    result->sample_x = QB_NEW(double, (size_t)count *columns);
    qb_status status = result->sample && result->sample_x
                           ? open_referee(&r, diag)
                           : qb_fail(diag, QB_NO_MEMORY, "out of memory for the samples of a run");
    for (uint32_t k = 0; status == QB_OK && k < count; k++)
        if (score_sample(&r, &kept[k], &result->sample[result->kept]))
            memcpy(result->sample_x + (size_t)result->kept++ * columns, r.source, columns * sizeof(double));
    *lied = *lied || r.lied;
    close_referee(&r);
    return status;
}
