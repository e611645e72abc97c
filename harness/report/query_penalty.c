/* penalty: how many runs end feasible, and how good those are, by the penalty that the lowering used. */
#include "harness/report/queries.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PENALTIES 32 /* that an experiment can sensibly compare */
#define LINES     32

/* The order on the axis: factors by size, the bound at 1, then rules that are no factor. */
static double place_of(const char *penalty)
{
    char *end;
    double factor = strtod(penalty, &end);
    if (end != penalty && *end == 0)
        return factor;
    return strcmp(penalty, "bound") == 0 ? 1 : strcmp(penalty, "tight") == 0 ? 1e300 : INFINITY;
}

/* Rules stand apart: no line leads from factor to rule, or from rule to rule. */
static bool is_apart(const char *penalty)
{
    return place_of(penalty) >= 1e300;
}

static double position(const char *const *penalty, uint32_t p)
{
    return p + (is_apart(penalty[p]) ? 1.5 : 1);
}

static int by_place(const void *a, const void *b)
{
    double x = place_of(*(const char *const *)a), y = place_of(*(const char *const *)b);
    return (x > y) - (x < y);
}

/* The distinct penalties of labels that have several, in the order of the axis. */
static uint32_t collect(const qb_evidence *e, const char **penalty)
{
    uint32_t count = 0;
    for (uint32_t k = 0; k < e->entries; k++) {
        bool varied = strcmp(e->entry[k].name, e->entry[k].label) != 0, known = false;
        for (uint32_t p = 0; p < count; p++)
            known |= strcmp(penalty[p], e->entry[k].penalty) == 0;
        if (varied && !known && count < PENALTIES)
            penalty[count++] = e->entry[k].penalty;
    }
    qsort(penalty, count, sizeof *penalty, by_place);
    return count;
}

/* Means over instances: the share of runs that count, and the score of those (NaN: there is none). */
static void sum_up(const qb_digest *d, uint32_t entry, double *share, double *score)
{
    double shares = 0, scores = 0;
    uint32_t instances = 0, scored = 0;
    for (uint32_t i = 0; i < d->evidence->instances; i++) {
        const qb_cell_digest *cell = qb_digest_cell(d, entry, i);
        double sum = 0;
        for (uint64_t k = cell->first; k < cell->first + cell->runs; k++)
            if (qb_run_counts(&d->evidence->run[k]))
                sum += d->score[k];
        instances += cell->runs > 0;
        shares += cell->runs ? (double)cell->feasible / (double)cell->runs : 0;
        if (cell->feasible && !isnan(sum)) {
            scores += sum / (double)cell->feasible;
            scored++;
        }
    }
    *share = instances ? shares / instances : NAN;
    *score = scored ? scores / scored : NAN;
}

/* One line a label: position, share in percent, score in percent.  Returns whether the label has several. */
static bool put_label(qb_figure *f, uint32_t first, const char *const *penalty, uint32_t penalties)
{
    const qb_evidence *e = f->digest->evidence;
    const qb_evidence_entry *label = &e->entry[first];
    if (strcmp(label->name, label->label) == 0)
        return false;
    bool any = false;
    for (uint32_t p = 0; p < penalties; p++)
        for (uint32_t k = 0; k < e->entries; k++) {
            double share, score;
            if (strcmp(e->entry[k].label, label->label) != 0 || strcmp(e->entry[k].penalty, penalty[p]) != 0)
                continue;
            sum_up(f->digest, k, &share, &score);
            if (any && is_apart(penalty[p]))
                qb_figure_end_row(f);
            any = true;
            qb_figure_put(f, position(penalty, p));
            qb_figure_put(f, 100 * share);
            qb_figure_put(f, 100 * score);
            qb_figure_end_row(f);
        }
    qb_figure_gap(f);
    return true;
}

static bool is_first_of_label(const qb_evidence *e, uint32_t entry)
{
    for (uint32_t k = 0; k < entry; k++)
        if (strcmp(e->entry[k].label, e->entry[entry].label) == 0)
            return false;
    return true;
}

static void put_axis(qb_figure *f, const char *const *penalty, uint32_t penalties)
{
    qb_figure_open(f, "penalty"); /* position, name */
    for (uint32_t p = 0; p < penalties; p++) {
        qb_figure_put(f, position(penalty, p));
        qb_figure_put_text(f, penalty[p]);
        qb_figure_end_row(f);
    }
    qb_figure_close(f);
}

qb_status qb_query_penalty(qb_figure *figure, qb_diag *diag)
{
    const qb_evidence *e = figure->digest->evidence;
    const char *penalty[PENALTIES];
    uint32_t penalties = collect(e, penalty), lines = 0, line[LINES];
    if (penalties < 2)
        return qb_fail(diag, QB_REFUSED, "the experiment compares no penalties");
    qb_figure_open(figure, "line");
    for (uint32_t k = 0; k < e->entries && lines < LINES; k++)
        if (is_first_of_label(e, k) && put_label(figure, k, penalty, penalties))
            line[lines++] = k;
    qb_figure_close(figure);
    qb_figure_open(figure, "entry"); /* name, colour, dash, label, colour among the labels */
    for (uint32_t k = 0; k < lines; k++) {
        qb_figure_put_entry(figure, line[k]);
        qb_figure_put_text(figure, e->entry[line[k]].label);
        qb_figure_put(figure, qb_figure_colour(k));
        qb_figure_end_row(figure);
    }
    qb_figure_close(figure);
    put_axis(figure, penalty, penalties);
    qb_figure_number(figure, "lines", lines);
    qb_figure_number(figure, "last", position(penalty, penalties - 1));
    return QB_OK;
}
