/* histogram, landscape: what one circuit gives.
 *
 * histogram: how often shots of the last round had which objective, an entry a curve, on the instance on
 * which most entries say so, of those one with the most values.  Shown are the shams (circuits without
 * layers) and, of circuits with as many layers on the same device, the one whose shots are best on average.
 * landscape: <C> at depth 1 over both angles, with the angles that the training evaluated.
 */
#include "harness/base/memory.h"
#include "harness/report/details.h"
#include "harness/report/device_claim.h"
#include "harness/report/queries.h"

#include <math.h>
#include <string.h>

/* ---- histogram */

#define BINS  48
#define SHOWN 6 /* circuits with layers, at most */

typedef struct tally {
    const qb_evidence *evidence;
    uint32_t *said; /* [entries * instances] values of which there were shots, of the run with the most */
    uint32_t instance;
    bool integral;          /* all values are integers */
    double least, greatest; /* of the values on `instance` */
    double low, width;      /* of the bins */
    uint32_t bins;
    double *share; /* [entries * BINS] shots, then their shares */
} tally;

typedef void each_value(tally *t, uint32_t entry, double value, double count);

static void for_values(tally *t, const qb_evidence_run *run, const qb_json *details, each_value *each)
{
    const qb_json *counts = qb_json_get(details, "shot_counts"),
                  *values = qb_json_get(details, "shot_values");
    for (size_t k = 0; k < qb_json_count(counts); k++) {
        double value, count;
        if (qb_json_number(qb_json_at(values, k), &value) && qb_json_number(qb_json_at(counts, k), &count))
            each(t, run->entry, value, count);
    }
}

static qb_status visit_said(void *context, const qb_evidence_run *run, const qb_json *details)
{
    tally *t = context;
    uint32_t *said = &t->said[(size_t)run->entry * t->evidence->instances + run->instance];
    size_t values = qb_json_count(qb_json_get(details, "shot_counts"));
    if (values > *said)
        *said = (uint32_t)values;
    return QB_OK;
}

static void note_range(tally *t, uint32_t entry, double value, double count)
{
    (void)entry;
    (void)count;
    t->least = fmin(t->least, value);
    t->greatest = fmax(t->greatest, value);
    t->integral = t->integral && value == floor(value);
}

static qb_status visit_range(void *context, const qb_evidence_run *run, const qb_json *details)
{
    tally *t = context;
    if (run->instance == t->instance)
        for_values(t, run, details, note_range);
    return QB_OK;
}

static void count_shots(tally *t, uint32_t entry, double value, double count)
{
    double bin = floor((value - t->low) / t->width);
    t->share[(size_t)entry * BINS + (bin < t->bins ? (size_t)bin : t->bins - 1)] += count;
}

static qb_status visit_counts(void *context, const qb_evidence_run *run, const qb_json *details)
{
    tally *t = context;
    if (run->instance == t->instance)
        for_values(t, run, details, count_shots);
    return QB_OK;
}

/* The instance on which most entries say how their shots fell; instances: none does. */
static uint32_t best_instance(const tally *t)
{
    const qb_evidence *e = t->evidence;
    uint32_t best = e->instances;
    uint64_t most_entries = 0, most_values = 0;
    for (uint32_t i = 0; i < e->instances; i++) {
        uint64_t entries = 0, values = 0;
        for (uint32_t k = 0; k < e->entries; k++) {
            uint32_t said = t->said[(size_t)k * e->instances + i];
            entries += said > 0;
            values += said;
        }
        if (entries > most_entries || (entries == most_entries && values > most_values)) {
            most_entries = entries;
            most_values = values;
            best = i;
        }
    }
    return best;
}

/* Whole steps wide where values are integers, and centred on them. */
static void choose_bins(tally *t)
{
    double range = t->greatest - t->least;
    t->width = t->integral ? floor(range / BINS) + 1 : range > 0 ? range * (1 + 1e-9) / BINS : 1;
    t->low = t->integral ? t->least - 0.5 : t->least;
    t->bins = (uint32_t)fmin(BINS, floor((t->greatest - t->low) / t->width) + 1);
}

static void put_entry(qb_figure *f, const tally *t, uint32_t entry)
{
    const double *share = t->share + (size_t)entry * BINS;
    double shots = 0;
    for (uint32_t b = 0; b < t->bins; b++)
        shots += share[b];
    for (uint32_t b = 0; b < t->bins; b++) {
        qb_figure_put(f, t->low + t->width * (b + 0.5));
        qb_figure_put(f, share[b] / shots);
        qb_figure_end_row(f);
    }
    qb_figure_gap(f);
}

/* ---- which entries are shown */

static bool has_said(const tally *t, uint32_t entry)
{
    return t->said[(size_t)entry * t->evidence->instances + t->instance] > 0;
}

/* Of the entry's shots, to the bins' accuracy; less is better. */
static double mean_shot(const tally *t, uint32_t entry)
{
    const double *share = t->share + (size_t)entry * BINS;
    double shots = 0, sum = 0;
    for (uint32_t b = 0; b < t->bins; b++) {
        shots += share[b];
        sum += share[b] * (b + 0.5);
    }
    return (t->evidence->instance[t->instance].sense == QB_MAXIMISE ? -sum : sum) / shots;
}

static bool are_alike(const qb_evidence_circuit *a, const qb_evidence_circuit *b)
{
    return a && b && a->layers == b->layers && !strcmp(a->device, b->device);
}

/* The best entry that has said something, is no sham and is not like one that is shown; entries: none. */
static uint32_t next_shown(const qb_digest *d, const tally *t, const uint32_t *shown, uint32_t count)
{
    uint32_t best = t->evidence->entries;
    for (uint32_t k = 0; k < t->evidence->entries; k++) {
        const qb_evidence_circuit *c = qb_circuit_told(d, k);
        bool fresh = has_said(t, k) && !(c && !c->layers);
        for (uint32_t s = 0; s < count && fresh; s++)
            fresh = shown[s] != k && !are_alike(c, qb_circuit_told(d, shown[s]));
        if (fresh && (best == t->evidence->entries || mean_shot(t, k) < mean_shot(t, best)))
            best = k;
    }
    return best;
}

static void put_shots(qb_figure *f, const tally *t, const uint32_t *shown, uint32_t count)
{
    qb_figure_open(f, "shots"); /* per entry: objective, share of its shots */
    for (uint32_t k = 0; k < count; k++)
        put_entry(f, t, shown[k]);
    qb_figure_close(f);
    qb_figure_number(f, "entries", count);
    qb_figure_open(f, "entry"); /* as style.gp reads them, but coloured by place; and whether it is a sham */
    for (uint32_t k = 0; k < count; k++) {
        const qb_evidence_circuit *c = qb_circuit_told(f->digest, shown[k]);
        bool sham = c && !c->layers;
        qb_figure_put_text(f, t->evidence->entry[shown[k]].name);
        qb_figure_put(f, qb_figure_colour(k));
        qb_figure_put(f, sham ? 3 : 1); /* dotted */
        qb_figure_put(f, sham);
        qb_figure_end_row(f);
    }
    qb_figure_close(f);
}

static qb_status put_shown(qb_figure *f, const tally *t, qb_diag *diag)
{
    uint32_t entries = t->evidence->entries, count = 0, next;
    uint32_t *shown = QB_NEW(uint32_t, entries);
    if (!shown)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for figure 'histogram'");
    while (count < SHOWN && (next = next_shown(f->digest, t, shown, count)) < entries)
        shown[count++] = next;
    for (uint32_t k = 0; k < entries; k++) {
        const qb_evidence_circuit *c = qb_circuit_told(f->digest, k);
        if (has_said(t, k) && c && !c->layers)
            shown[count++] = k;
    }
    put_shots(f, t, shown, count);
    qb_free(shown);
    return QB_OK;
}

qb_status qb_query_histogram(qb_figure *figure, qb_diag *diag)
{
    const qb_evidence *e = figure->digest->evidence;
    tally t = {.evidence = e, .integral = true, .least = INFINITY, .greatest = -INFINITY};
    t.said = QB_NEW(uint32_t, (size_t)e->entries * e->instances);
    t.share = QB_NEW(double, (size_t)e->entries *BINS);
    qb_status status =
        t.said && t.share ? QB_OK : qb_fail(diag, QB_NO_MEMORY, "no memory for figure 'histogram'");
    if (!status)
        status = qb_details_each(figure->store, e, visit_said, &t, diag);
    if (!status) {
        t.instance = best_instance(&t);
        if (t.instance == e->instances)
            status = qb_fail(diag, QB_REFUSED, "no run says how its shots fell");
    }
    if (!status)
        status = qb_details_each(figure->store, e, visit_range, &t, diag);
    if (!status) {
        choose_bins(&t);
        status = qb_details_each(figure->store, e, visit_counts, &t, diag);
    }
    if (!status) {
        qb_figure_text(figure, "instance", e->instance[t.instance].name);
        qb_figure_number(figure, "bin", t.width);
        qb_figure_number(figure, "best", figure->digest->best[t.instance]);
        status = put_shown(figure, &t, diag);
    }
    qb_free(t.said);
    qb_free(t.share);
    return status;
}

/* ---- landscape */

typedef struct view {
    qb_figure *figure;
    bool found;
} view;

static double number_at(const qb_json *array, size_t k)
{
    double value;
    return qb_json_number(qb_json_at(array, k), &value) ? value : NAN;
}

static void put_grid(qb_figure *f, const qb_json *details, size_t side)
{
    const qb_json *values = qb_json_get(details, "landscape_values"),
                  *gammas = qb_json_get(details, "landscape_gamma"),
                  *betas = qb_json_get(details, "landscape_beta");
    double g0 = number_at(gammas, 0), g1 = number_at(gammas, 1), b0 = number_at(betas, 0),
           b1 = number_at(betas, 1);
    qb_figure_open(f, "grid"); /* gamma, beta, <C> */
    for (size_t k = 0; k < side * side; k++) {
        qb_figure_put(f, g0 + (g1 - g0) * (double)(k % side) / (double)(side - 1));
        qb_figure_put(f, b0 + (b1 - b0) * (double)(k / side) / (double)(side - 1));
        qb_figure_put(f, number_at(values, k));
        qb_figure_end_row(f);
    }
    qb_figure_close(f);
    qb_figure_number(f, "gamma_most", g1);
    qb_figure_number(f, "beta_least", b0);
    qb_figure_number(f, "beta_most", b1);
}

static void put_path(qb_figure *f, const qb_json *details)
{
    const qb_json *gammas = qb_json_get(details, "path_gammas"), *betas = qb_json_get(details, "path_betas");
    size_t steps = qb_json_count(gammas);
    qb_figure_open(f, "path");
    for (size_t k = 0; k < steps; k++) {
        qb_figure_put(f, number_at(gammas, k));
        qb_figure_put(f, number_at(betas, k));
        qb_figure_end_row(f);
    }
    qb_figure_close(f);
    qb_figure_number(f, "steps", (double)steps);
}

static qb_status visit_landscape(void *context, const qb_evidence_run *run, const qb_json *details)
{
    view *v = context;
    const qb_evidence *e = v->figure->digest->evidence;
    size_t count = qb_json_count(qb_json_get(details, "landscape_values")),
           side = (size_t)(sqrt((double)count) + 0.5);
    if (v->found || side < 2 || side * side != count)
        return QB_OK;
    v->found = true;
    put_grid(v->figure, details, side);
    put_path(v->figure, details);
    qb_figure_text(v->figure, "instance", e->instance[run->instance].name);
    qb_figure_text(v->figure, "entry", e->entry[run->entry].name);
    qb_figure_number(v->figure, "maximise", e->instance[run->instance].sense == QB_MAXIMISE);
    v->figure->width = 760;
    v->figure->height = 560;
    return QB_OK;
}

qb_status qb_query_landscape(qb_figure *figure, qb_diag *diag)
{
    view v = {.figure = figure};
    qb_status status = qb_details_each(figure->store, figure->digest->evidence, visit_landscape, &v, diag);
    if (!status && !v.found)
        status = qb_fail(diag, QB_REFUSED, "no run drew its landscape: qaoa with depth=1 and landscape=N");
    return status;
}
