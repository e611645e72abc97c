/* anytime: quartiles over runs of the score at each moment, from the stored trajectories. */
#include "harness/base/memory.h"
#include "harness/report/queries.h"
#include "harness/stats/curve.h"
#include "harness/stats/sample.h"

#include <math.h>
#include <string.h>

#define GRID   72
#define RUNS   4000 /* an entry: more are thinned, evenly */
#define PANELS 12

typedef struct follower {
    const qb_digest *digest;
    double grid[GRID];
    int64_t *slot;   /* [runs] row in score, -1: not followed; runs are sorted by entry, and so are rows */
    bool *take;      /* [runs] is it followed? */
    uint64_t *first; /* [entries + 1] where an entry's rows begin */
    double *score;   /* [slots * GRID] */
    uint64_t slots;
} follower;

static bool shows(const qb_digest *d, const qb_evidence_run *run)
{
    return run->noise == 0 && !isnan(d->best[run->instance]);
}

/* Every n-th run of each entry, such that none has more than RUNS. */
static void choose_runs(follower *w)
{
    const qb_evidence *e = w->digest->evidence;
    uint64_t k = 0;
    for (uint32_t entry = 0; entry < e->entries; entry++) {
        uint64_t end = k, shown = 0, seen = 0;
        for (; end < e->runs && e->run[end].entry == entry; end++)
            shown += shows(w->digest, &e->run[end]);
        uint64_t stride = (shown + RUNS - 1) / RUNS;
        w->first[entry] = w->slots;
        for (; k < end; k++) {
            bool follow = shows(w->digest, &e->run[k]) && seen++ % stride == 0;
            w->take[k] = follow;
            w->slot[k] = follow ? (int64_t)w->slots++ : -1;
        }
    }
    w->first[e->entries] = w->slots;
}

static qb_status follow(void *context, const qb_evidence_point *point)
{
    follower *w = context;
    const qb_evidence_run *run = &w->digest->evidence->run[point->run];
    int64_t slot = w->slot[point->run];
    if (slot < 0 || !point->feasible || !qb_run_counts(run))
        return QB_OK;
    double spent = qb_evidence_spent(w->digest->evidence, point);
    double score = qb_digest_score(w->digest, run->instance, point->objective);
    double *row = w->score + slot * GRID;
    for (uint32_t g = GRID; g-- > 0 && w->grid[g] >= spent;)
        row[g] = score;
    return QB_OK;
}

/* The earliest feasible incumbent of all, but not more than five decades before the end. */
static double first_moment(const qb_evidence *e)
{
    double first = e->budget / 10;
    for (uint64_t k = 0; k < e->runs; k++)
        if (e->run[k].first_s < first)
            first = e->run[k].first_s;
    return fmax(first, 1e-5 * e->budget);
}

static double find_floor(const follower *w)
{
    return qb_figure_floor(w->score, w->slots * GRID);
}

/* One block an entry: moment, lower quartile, median, upper quartile.  column [slots] */
static void put_bands(qb_figure *f, const follower *w, double floor, double *column)
{
    const qb_evidence *e = w->digest->evidence;
    qb_figure_open(f, "band");
    for (uint32_t place = 0; place < e->entries; place++) {
        for (uint32_t g = 0; g < GRID; g++) {
            uint32_t entry = f->order[place];
            uint64_t count = w->first[entry + 1] - w->first[entry];
            for (uint64_t k = 0; k < count; k++)
                column[k] = w->score[(w->first[entry] + k) * GRID + g];
            qb_sort(column, count);
            qb_figure_put(f, w->grid[g]);
            for (int quarter = 1; quarter <= 3; quarter++)
                qb_figure_put(f,
                              qb_figure_log_score(qb_quantile_sorted(column, count, quarter / 4.0), floor));
            qb_figure_end_row(f);
        }
        qb_figure_gap(f);
    }
    qb_figure_close(f);
}

static void put_panels(qb_figure *f, const qb_evidence *e)
{
    uint32_t panels = e->entries < PANELS ? e->entries : PANELS;
    uint32_t rows = qb_figure_put_panels(f, panels);
    qb_figure_put_shown(f, panels, e->entries, "best", "solvers");
    qb_figure_put_quantity(f);
    qb_figure_put_key(f, f->order, e->entries);
    f->height = 110 + 200 * rows;
}

static qb_status draw(qb_figure *f, follower *w, qb_diag *diag)
{
    const qb_evidence *e = w->digest->evidence;
    double *column = QB_NEW(double, w->slots);
    w->score = QB_NEW(double, w->slots *GRID);
    qb_status status = QB_OK;
    if (!column || !w->score)
        status = qb_fail(diag, QB_NO_MEMORY, "no memory for figure 'anytime'");
    if (status == QB_OK) {
        for (uint64_t k = 0; k < w->slots * GRID; k++)
            w->score[k] = QB_FALLBACK_SCORE;
        status = qb_evidence_points(f->store, e, w->take, follow, w, diag);
    }
    if (status == QB_OK) {
        double floor = find_floor(w);
        qb_figure_number(f, "floor_exponent", log10(floor));
        qb_figure_number(f, "first", w->grid[0]);
        qb_figure_number(f, "last", w->grid[GRID - 1]);
        put_panels(f, e);
        put_bands(f, w, floor, column);
    }
    qb_free(column);
    qb_free(w->score);
    return status;
}

qb_status qb_query_anytime(qb_figure *figure, qb_diag *diag)
{
    const qb_evidence *e = figure->digest->evidence;
    follower w = {.digest = figure->digest,
                  .slot = QB_NEW(int64_t, e->runs),
                  .take = QB_NEW(bool, e->runs),
                  .first = QB_NEW(uint64_t, (size_t)e->entries + 1)};
    if (!w.slot || !w.take || !w.first) {
        qb_free(w.slot);
        qb_free(w.take);
        qb_free(w.first);
        return qb_fail(diag, QB_NO_MEMORY, "no memory for figure 'anytime'");
    }
    qb_log_grid(first_moment(e), e->budget, w.grid, GRID);
    choose_runs(&w);
    qb_status status =
        w.slots ? draw(figure, &w, diag)
                : qb_fail(diag, QB_REFUSED, "no instance has a known or found value to compare with");
    qb_free(w.slot);
    qb_free(w.take);
    qb_free(w.first);
    return status;
}
