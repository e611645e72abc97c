/* effect, wins, versus, ranks: solvers against solvers, over instances. */
#include "harness/base/memory.h"
#include "harness/report/paired.h"
#include "harness/report/queries.h"
#include "harness/report/verdict.h"
#include "harness/stats/decision.h"
#include "harness/stats/friedman.h"

#include <math.h>

#define INK_SOFT 0x5c5c5c /* style.gp's */

/* The baseline with the best mean score, else the best entry of all; order is best first. */
static uint32_t best_opponent(const qb_figure *f)
{
    const qb_evidence *e = f->digest->evidence;
    for (uint32_t place = 0; place < e->entries; place++)
        if (e->entry[f->order[place]].role == QB_EVIDENCE_BASELINE)
            return f->order[place];
    return f->order[0];
}

static qb_side whole(uint32_t entry)
{
    return (qb_side){entry, QB_SEEDS_ALL};
}

/* ---- effect: the difference that decides, with its interval and the minimum effect */

/* A row of $effect: row, estimate, low, high in points, name, colour. */
static void put_effect(qb_figure *f, uint32_t row, const qb_effect *effect, const char *name, uint32_t colour)
{
    qb_figure_put(f, row);
    qb_figure_put(f, 100 * effect->estimate);
    qb_figure_put(f, 100 * effect->interval.low);
    qb_figure_put(f, 100 * effect->interval.high);
    qb_figure_put_text(f, name);
    qb_figure_put(f, colour);
    qb_figure_end_row(f);
}

/* What the verdict compares: its challengers, its baseline, its intervals; then the A/A pair. */
static uint32_t put_verdict(qb_figure *f, const qb_verdict *v)
{
    const qb_evidence *e = f->digest->evidence;
    uint32_t row = 0;
    qb_figure_open(f, "effect");
    for (uint32_t c = 0; c < v->challengers; c++) {
        const qb_comparison *pair = &v->challenger[c].against_best;
        uint32_t k = 0;
        while (k + 1 < e->entries && e->entry[k].name != pair->entry)
            k++;
        put_effect(f, ++row, &pair->effect, pair->entry, qb_figure_colour(k));
    }
    if (v->has_control_pair)
        put_effect(f, ++row, &v->control_pair.effect, v->control_is_twin ? "A/A twins" : "A/A halves",
                   INK_SOFT);
    qb_figure_close(f);
    qb_figure_text(f, "opponent", v->baseline);
    qb_figure_number(f, "minimum", 100 * v->minimum_effect);
    qb_figure_number(f, "confidence", 100 * v->confidence);
    qb_figure_number(f, "together", v->challengers > 1); /* after Holm */
    f->instances = v->instances;
    return row;
}

/* Without a verdict: every solver against the best baseline, exploratory. */
static uint32_t put_everybody(qb_figure *f, double *difference)
{
    const qb_evidence *e = f->digest->evidence;
    uint32_t best = best_opponent(f), row = 0;
    qb_figure_open(f, "effect");
    for (uint32_t place = 0; place < e->entries; place++) {
        uint32_t k = f->order[place];
        uint32_t count = qb_paired_differences(f->digest, whole(k), whole(best), NULL, difference, NULL);
        if (k == best || count < 2)
            continue;
        qb_effect effect = qb_effect_of(difference, count, QB_MOST_DIFFERENCE, 0.95, 1);
        put_effect(f, ++row, &effect, e->entry[k].name, qb_figure_colour(k));
    }
    qb_figure_close(f);
    qb_figure_text(f, "opponent", e->entry[best].name);
    qb_figure_number(f, "minimum", NAN);
    qb_figure_number(f, "confidence", 95);
    qb_figure_number(f, "together", false);
    return row;
}

qb_status qb_query_effect(qb_figure *figure, qb_diag *diag)
{
    const qb_evidence *e = figure->digest->evidence;
    qb_verdict verdict = {0};
    double *difference = QB_NEW(double, e->instances);
    if (!difference)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for figure 'effect'");
    /* the day matters to the decision only, which is not drawn */
    bool decided = figure->plots->experiment && figure->plots->experiment->decision.given &&
                   qb_verdict_compute(e, "0001-01-01", &verdict, NULL) == QB_OK;
    uint32_t row = decided ? put_verdict(figure, &verdict) : put_everybody(figure, difference);
    qb_figure_number(figure, "rows", row);
    figure->height = 150 + 38 * (row < 60 ? row : 60);
    qb_verdict_clear(&verdict);
    qb_free(difference);
    return row ? QB_OK : qb_fail(diag, QB_REFUSED, "it takes two solvers on two instances with known values");
}

/* ---- wins: share of instances on which the row's mean gap is smaller than the column's */

qb_status qb_query_wins(qb_figure *figure, qb_diag *diag)
{
    const qb_evidence *e = figure->digest->evidence;
    double *difference = QB_NEW(double, e->instances);
    if (!difference)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for figure 'wins'");
    qb_figure_number(figure, "entries", e->entries);
    qb_figure_open(figure, "wins"); /* column, row, share won less share lost in percent */
    for (uint32_t r = 0; r < e->entries; r++)
        for (uint32_t c = 0; c < e->entries; c++) {
            uint32_t won = 0, lost = 0;
            uint32_t count = qb_paired_differences(figure->digest, whole(figure->order[r]),
                                                   whole(figure->order[c]), NULL, difference, NULL);
            for (uint32_t k = 0; k < count; k++) {
                won += difference[k] > 0;
                lost += difference[k] < 0;
            }
            if (r == c || !count)
                continue;
            qb_figure_put(figure, c + 1);
            qb_figure_put(figure, r + 1);
            qb_figure_put(figure, 100.0 * ((double)won - lost) / count);
            qb_figure_put(figure, won);
            qb_figure_put(figure, count - won - lost);
            qb_figure_put(figure, lost);
            qb_figure_end_row(figure);
        }
    qb_figure_close(figure);
    qb_figure_open(figure, "entry");
    for (uint32_t place = 0; place < e->entries; place++) {
        qb_figure_put_entry(figure, figure->order[place]);
        qb_figure_put(figure, place + 1);
        qb_figure_end_row(figure);
    }
    qb_figure_close(figure);
    figure->height = 210 + 40 * (e->entries < 40 ? e->entries : 40);
    qb_free(difference);
    return e->entries > 1 ? QB_OK : qb_fail(diag, QB_REFUSED, "it takes two solvers");
}

/* ---- versus: the best challenger (else the second best) against the best baseline, an instance a point */

static uint32_t best_challenger(const qb_figure *f, uint32_t opponent)
{
    const qb_evidence *e = f->digest->evidence;
    for (uint32_t place = 0; place < e->entries; place++)
        if (e->entry[f->order[place]].role == QB_EVIDENCE_CHALLENGER && f->order[place] != opponent)
            return f->order[place];
    return f->order[0] == opponent && e->entries > 1 ? f->order[1] : f->order[0];
}

qb_status qb_query_versus(qb_figure *figure, qb_diag *diag)
{
    const qb_evidence *e = figure->digest->evidence;
    uint32_t opponent = best_opponent(figure), ours = best_challenger(figure, opponent), points = 0;
    double *score = QB_NEW(double, 2 * (size_t)e->instances);
    if (!score)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for figure 'versus'");
    for (uint32_t i = 0; i < e->instances; i++) {
        double x = qb_mean_score(figure->digest, opponent, i, QB_SEEDS_ALL);
        double y = qb_mean_score(figure->digest, ours, i, QB_SEEDS_ALL);
        if (isnan(x) || isnan(y))
            continue;
        score[2 * points] = x;
        score[2 * points++ + 1] = y;
    }
    double floor = qb_figure_floor(score, 2 * (uint64_t)points);
    qb_figure_number(figure, "floor_exponent", log10(floor));
    qb_figure_text(figure, "ours", e->entry[ours].name);
    qb_figure_text(figure, "opponent", e->entry[opponent].name);
    qb_figure_number(figure, "colour", qb_figure_colour(ours));
    qb_figure_open(figure, "points");
    for (uint32_t k = 0; k < points; k++) {
        qb_figure_put(figure, qb_figure_log_score(score[2 * k], floor));
        qb_figure_put(figure, qb_figure_log_score(score[2 * k + 1], floor));
        qb_figure_end_row(figure);
    }
    qb_figure_close(figure);
    figure->width = 640;
    figure->height = 640;
    qb_free(score);
    return points && ours != opponent
               ? QB_OK
               : qb_fail(diag, QB_REFUSED, "it takes two solvers with known values in common");
}

/* ---- ranks: Friedman's mean ranks and Nemenyi's critical difference */

static uint32_t fill_costs(const qb_figure *f, double *cost)
{
    const qb_evidence *e = f->digest->evidence;
    uint32_t problems = 0;
    for (uint32_t i = 0; i < e->instances; i++) {
        bool complete = true;
        for (uint32_t place = 0; place < e->entries; place++) {
            double mean = qb_mean_score(f->digest, f->order[place], i, QB_SEEDS_ALL);
            cost[(size_t)problems * e->entries + place] = mean;
            complete = complete && !isnan(mean);
        }
        problems += complete;
    }
    return problems;
}

/* Solvers by mean rank: by_rank [entries]. */
static void sort_by_rank(const double *rank, uint32_t entries, uint32_t *by_rank)
{
    for (uint32_t k = 0; k < entries; k++) {
        uint32_t place = k;
        for (; place > 0 && rank[by_rank[place - 1]] > rank[k]; place--)
            by_rank[place] = by_rank[place - 1];
        by_rank[place] = k;
    }
}

/* $leg: a solver's mean rank, how far down its leg goes, 0 for a name on the left and 1 on the right. */
static void put_legs(qb_figure *f, const double *rank, const uint32_t *by_rank, uint32_t entries)
{
    uint32_t left = (entries + 1) / 2;
    qb_figure_open(f, "leg");
    for (uint32_t k = 0; k < entries; k++) {
        qb_figure_put(f, rank[by_rank[k]]);
        qb_figure_put(f, k < left ? k + 1 : entries - k);
        qb_figure_put(f, k < left ? 0 : 1);
        qb_figure_put_entry(f, f->order[by_rank[k]]);
        qb_figure_end_row(f);
    }
    qb_figure_close(f);
}

/* $group: the longest stretches of solvers within one critical difference, each on a level of its own. */
static uint32_t put_groups(qb_figure *f, const double *rank, const uint32_t *by_rank, uint32_t entries,
                           double critical)
{
    uint32_t groups = 0, reached = 0;
    qb_figure_open(f, "group");
    for (uint32_t first = 0; first < entries; first++) {
        uint32_t last = first;
        while (last + 1 < entries && rank[by_rank[last + 1]] - rank[by_rank[first]] < critical)
            last++;
        if (last == first || (groups && last <= reached))
            continue;
        reached = last;
        qb_figure_put(f, rank[by_rank[first]]);
        qb_figure_put(f, rank[by_rank[last]]);
        qb_figure_put(f, ++groups);
        qb_figure_end_row(f);
    }
    qb_figure_put(f, NAN); /* no group is a block of its own too */
    qb_figure_put(f, NAN);
    qb_figure_put(f, NAN);
    qb_figure_end_row(f);
    qb_figure_close(f);
    return groups;
}

qb_status qb_query_ranks(qb_figure *figure, qb_diag *diag)
{
    const qb_evidence *e = figure->digest->evidence;
    double *cost = QB_NEW(double, (size_t)e->instances * e->entries), *rank = QB_NEW(double, e->entries);
    uint32_t *by_rank = QB_NEW(uint32_t, e->entries);
    bool memory = cost && rank && by_rank;
    qb_status status = QB_OK;
    uint32_t problems = memory ? fill_costs(figure, cost) : 0;
    double critical = qb_critical_difference(problems, e->entries, 0.05);
    if (!memory) {
        status = qb_fail(diag, QB_NO_MEMORY, "no memory for figure 'ranks'");
    } else if (problems < 2 || isnan(critical)) {
        status = qb_fail(diag, QB_REFUSED, "mean ranks take 2 to 20 solvers on two instances or more");
    } else {
        qb_friedman friedman = qb_friedman_test(cost, problems, e->entries, rank);
        sort_by_rank(rank, e->entries, by_rank);
        qb_figure_number(figure, "entries", e->entries);
        qb_figure_number(figure, "critical", critical);
        qb_figure_number(figure, "friedman_p", friedman.p);
        put_legs(figure, rank, by_rank, e->entries);
        uint32_t groups = put_groups(figure, rank, by_rank, e->entries, critical);
        qb_figure_number(figure, "groups", groups);
        figure->height = 190 + 14 * groups + 26 * ((e->entries + 1) / 2);
        figure->instances = problems;
    }
    qb_free(cost);
    qb_free(rank);
    qb_free(by_rank);
    return status;
}
