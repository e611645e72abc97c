/* scaling: the time to solution with 99 % probability against size, with the best fit over the sizes seen.
 *
 * The length of a run is chosen on the even repeats, among the budget and its halvings, and judged on the odd
 * ones: the same repeats would flatter the shortest lucky one.  Solvers that see their limit would have done
 * something else under a smaller one: they get the budget, and so do cells of fewer than REPEATS runs, of
 * which alone no figure is drawn: a success would cost the whole budget, whoever had it.  A solver that never
 * succeeded has a lower bound.
 */
#include "harness/base/memory.h"
#include "harness/report/queries.h"
#include "harness/stats/fit.h"
#include "harness/stats/time_to_solution.h"

#include <math.h>

#define LINES       8 /* solvers at most: more would hide each other */
#define HALVINGS    12
#define REPEATS     4
#define PROBABILITY 0.99
#define CONFIDENCE  0.95

typedef struct scale_points {
    double *size, *time; /* [instances] of those with a success */
    uint32_t count;
    double least[2], greatest[2]; /* of all sizes, and of all times and bounds */
} scale_points;

static void widen(scale_points *p, int axis, double value)
{
    p->least[axis] = fmin(p->least[axis], value);
    p->greatest[axis] = fmax(p->greatest[axis], value);
}

static double reached_at(const qb_crossings *c, uint64_t run, uint32_t instance)
{
    return c->time[run * c->width + c->targets[instance] - 1];
}

/* Time to solution by runs of this length, over the repeats of one parity (2: all). */
static qb_tts measure(const qb_figure *f, const qb_crossings *c, uint32_t instance,
                      const qb_cell_digest *cell, double length, uint32_t parity)
{
    uint64_t trials = 0, successes = 0;
    for (uint64_t k = cell->first; k < cell->first + cell->runs; k++) {
        if (parity < 2 && f->digest->evidence->run[k].repeat % 2 != parity)
            continue;
        trials++;
        successes += reached_at(c, k, instance) <= length;
    }
    return qb_time_to_solution(successes, trials, length, PROBABILITY, CONFIDENCE);
}

static qb_tts best_length(const qb_figure *f, const qb_crossings *c, uint32_t entry, uint32_t instance)
{
    const qb_evidence *e = f->digest->evidence;
    const qb_cell_digest *cell = qb_digest_cell(f->digest, entry, instance);
    if (cell->runs < REPEATS || qb_sees_its_limit(&e->entry[entry]))
        return measure(f, c, instance, cell, e->budget, 2);
    double best = e->budget, least = INFINITY;
    for (int k = 0; k <= HALVINGS; k++) {
        double value = measure(f, c, instance, cell, ldexp(e->budget, -k), 0).value;
        if (value < least) {
            least = value;
            best = ldexp(e->budget, -k);
        }
    }
    return measure(f, c, instance, cell, best, 1);
}

/* Columns: size, time, low, high; then the bound of those without a success, else NaN. */
static void put_points(qb_figure *f, const qb_crossings *c, uint32_t entry, scale_points *p, bool print)
{
    const qb_evidence *e = f->digest->evidence;
    p->count = 0;
    for (uint32_t i = 0; i < e->instances; i++) {
        if (!c->targets[i] || !qb_digest_cell(f->digest, entry, i)->runs)
            continue;
        qb_tts t = best_length(f, c, entry, i);
        bool bound = !isfinite(t.value);
        double size = (double)e->instance[i].variables;
        if (!bound) {
            p->size[p->count] = size;
            p->time[p->count++] = t.value;
        }
        widen(p, 0, size);
        widen(p, 1, bound ? t.interval.low : t.value);
        if (!print)
            continue;
        qb_figure_put(f, size);
        qb_figure_put(f, bound ? NAN : t.value);
        qb_figure_put(f, bound ? NAN : t.interval.low);
        qb_figure_put(f, bound ? NAN : isfinite(t.interval.high) ? t.interval.high : 1e3 * t.value);
        qb_figure_put(f, bound ? t.interval.low : NAN);
        qb_figure_end_row(f);
    }
    if (print) {
        for (int column = 0; column < 5; column++) /* an empty block would shift those behind it */
            qb_figure_put(f, NAN);
        qb_figure_end_row(f);
        qb_figure_gap(f);
    }
}

static void put_fit(qb_figure *f, const scale_points *p)
{
    enum { STEPS = 40 };
    qb_scaling s;
    if (qb_scaling_best(p->size, p->time, p->count, CONFIDENCE, &s))
        for (int k = 0; k <= STEPS; k++) {
            double size = k == STEPS ? s.largest : s.smallest + (s.largest - s.smallest) * k / STEPS;
            qb_figure_put(f, size);
            qb_figure_put(f, qb_scaling_at(&s, size));
            qb_figure_end_row(f);
        }
    else {
        qb_figure_put(f, NAN);
        qb_figure_put(f, NAN);
        qb_figure_end_row(f);
    }
    qb_figure_gap(f);
}

static uint64_t put_scaling(qb_figure *f, const qb_crossings *c, scale_points *p)
{
    uint32_t entries = f->digest->evidence->entries, lines = entries < LINES ? entries : LINES;
    uint64_t points = 0;
    qb_figure_open(f, "points");
    for (uint32_t place = 0; place < lines; place++) {
        put_points(f, c, f->order[place], p, true);
        points += p->count;
    }
    qb_figure_close(f);
    qb_figure_open(f, "fit"); /* size, time */
    for (uint32_t place = 0; place < lines; place++) {
        put_points(f, c, f->order[place], p, false);
        put_fit(f, p);
    }
    qb_figure_close(f);
    qb_figure_put_quantity(f);
    qb_figure_number(f, "smallest", p->least[0]);
    qb_figure_number(f, "largest", p->greatest[0]);
    qb_figure_number(f, "shortest", p->least[1]);
    qb_figure_number(f, "longest", p->greatest[1]);
    qb_figure_put_key(f, f->order, lines);
    qb_figure_put_shown(f, lines, entries, "best", "solvers");
    return points;
}

static bool has_repeats(const qb_digest *d)
{
    for (uint32_t k = 0; k < d->evidence->entries; k++)
        for (uint32_t i = 0; i < d->evidence->instances; i++)
            if (qb_digest_cell(d, k, i)->runs >= REPEATS)
                return true;
    return false;
}

qb_status qb_query_scaling(qb_figure *figure, qb_diag *diag)
{
    const qb_evidence *e = figure->digest->evidence;
    qb_status status = QB_OK;
    if (!has_repeats(figure->digest))
        return qb_fail(diag, QB_REFUSED, "a run length takes at least %d repeats to choose", REPEATS);
    const qb_crossings *c = qb_figure_crossings(figure, &status, diag);
    if (!c)
        return status;
    scale_points p = {.size = QB_NEW(double, e->instances),
                      .time = QB_NEW(double, e->instances),
                      .least = {INFINITY, INFINITY}};
    if (!p.size || !p.time)
        status = qb_fail(diag, QB_NO_MEMORY, "no memory for figure 'scaling'");
    else if (!put_scaling(figure, c, &p))
        status = qb_fail(diag, QB_REFUSED, "no run reached the hardest target of its instance");
    qb_free(p.size);
    qb_free(p.time);
    return status;
}
