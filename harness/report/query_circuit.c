/* depth, noise: how good simulated circuits are, by their layers and by the noise on them.
 *
 * Quality is the approximation ratio of the expectation: <C> / best for a cut, else the share of the way from
 * a random solution to the best known one.  Exact expectations of the state, not of its shots.
 */
#include "harness/base/memory.h"
#include "harness/report/details.h"
#include "harness/report/queries.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GROUPS 12

/* What one run says. */
typedef struct point {
    uint32_t group, instance;
    double x, ratio, optimum; /* optimum: probability of it */
} point;

typedef struct sample {
    const qb_digest *digest;
    point *point; /* [room] */
    uint64_t count, room;
    char group[GROUPS][48];
    uint32_t groups;
    double depth; /* of the noisy runs that are shown: the first one's, and where its angles came from */
    char angles[48];
    double quiet; /* sum of ratios without noise, of the same kind of circuit */
    uint64_t quiet_runs;
} sample;

static double ratio_of(const qb_digest *d, uint32_t instance, double expectation)
{
    if (d->evidence->instance[instance].kind == QB_KIND_MAXCUT)
        return expectation / d->best[instance];
    return 1 - qb_digest_score(d, instance, expectation);
}

static uint32_t group_of(sample *s, const char *name)
{
    uint32_t g = 0;
    while (g < s->groups && strcmp(s->group[g], name) != 0)
        g++;
    if (g == s->groups && g < GROUPS) {
        snprintf(s->group[g], sizeof s->group[g], "%.47s", name);
        s->groups++;
    }
    return g;
}

static void add(sample *s, const char *group, const qb_evidence_run *run, double x, const qb_json *details)
{
    double expectation = qb_details_number(details, "expectation");
    uint32_t g = group_of(s, group);
    if (g == GROUPS || isnan(expectation) || isnan(s->digest->best[run->instance]) || s->count == s->room)
        return;
    s->point[s->count++] = (point){.group = g,
                                   .instance = run->instance,
                                   .x = x,
                                   .ratio = ratio_of(s->digest, run->instance, expectation),
                                   .optimum = qb_details_number(details, "probability_of_optimum")};
}

static int by_place(const void *a, const void *b)
{
    const point *p = a, *q = b;
    if (p->group != q->group)
        return p->group < q->group ? -1 : 1;
    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    return (p->instance > q->instance) - (p->instance < q->instance);
}

/* Means over the runs of an instance, put together over instances: mean, least, greatest. */
typedef struct summary {
    double sum, least, greatest;
    uint32_t instances;
} summary;

static void take(summary *s, double value)
{
    s->least = s->instances ? fmin(s->least, value) : value;
    s->greatest = s->instances ? fmax(s->greatest, value) : value;
    s->sum += value;
    s->instances++;
}

static void put_summary(qb_figure *f, const summary *s)
{
    qb_figure_put(f, s->instances ? s->sum / s->instances : NAN);
    qb_figure_put(f, s->instances ? s->least : NAN);
    qb_figure_put(f, s->instances ? s->greatest : NAN);
}

/* The points from `first` on that share group and x; returns their end. */
static uint64_t put_place(qb_figure *f, const sample *s, uint64_t first)
{
    summary ratio = {0}, optimum = {0};
    uint64_t k = first, end;
    const point *p = s->point;
    while (k < s->count && p[k].group == p[first].group && p[k].x == p[first].x) {
        double r = 0, o = 0;
        for (end = k; end < s->count && !by_place(&p[end], &p[k]); end++) {
            r += p[end].ratio;
            o += p[end].optimum;
        }
        take(&ratio, r / (double)(end - k));
        take(&optimum, o / (double)(end - k));
        k = end;
    }
    qb_figure_put(f, p[first].x);
    put_summary(f, &ratio);
    put_summary(f, &optimum);
    qb_figure_end_row(f);
    return k;
}

static void put_curves(qb_figure *f, const sample *s)
{
    qb_figure_open(
        f, "curve"); /* per group: x, ratio (mean, least, greatest over instances), P(optimum) likewise */
    for (uint64_t k = 0; k < s->count;) {
        uint32_t group = s->point[k].group;
        while (k < s->count && s->point[k].group == group)
            k = put_place(f, s, k);
        qb_figure_gap(f);
    }
    qb_figure_close(f);
    uint32_t groups = 0;
    qb_figure_open(f, "group");
    for (uint64_t k = 0; k < s->count; k++)
        if (k == 0 || s->point[k].group != s->point[k - 1].group) {
            qb_figure_put_text(f, s->group[s->point[k].group]);
            qb_figure_put(f, qb_figure_colour(groups++));
            qb_figure_end_row(f);
        }
    qb_figure_close(f);
    qb_figure_number(f, "groups", groups);
}

static qb_status begin(sample *s, qb_figure *f, qb_diag *diag)
{
    *s = (sample){.digest = f->digest, .room = f->digest->evidence->runs, .depth = NAN};
    s->point = QB_NEW(point, s->room);
    return s->point ? QB_OK : qb_fail(diag, QB_NO_MEMORY, "no memory for a figure of circuits");
}

static bool only_cuts(const qb_evidence *e)
{
    for (uint32_t i = 0; i < e->instances; i++)
        if (e->instance[i].kind != QB_KIND_MAXCUT)
            return false;
    return true;
}

static void finish(sample *s, qb_figure *f)
{
    qsort(s->point, s->count, sizeof *s->point, by_place);
    put_curves(f, s);
    qb_figure_text(f, "measure",
                   only_cuts(f->digest->evidence) ? "approximation ratio <C> / best"
                                                  : "approximation ratio (0: random, 1: best known)");
    qb_free(s->point);
}

/* ---- depth */

static qb_status visit_depth(void *context, const qb_evidence_run *run, const qb_json *details)
{
    const char *from = qb_json_text(qb_json_get(details, "angles_from"));
    double depth = qb_details_number(details, "depth");
    bool noisy = !isnan(qb_details_number(details, "trajectories"));
    if (from && depth > 0 && !noisy)
        add(context, from, run, depth, details);
    return QB_OK;
}

static bool has_several_depths(const sample *s)
{
    for (uint64_t k = 1; k < s->count; k++)
        if (s->point[k].x != s->point[0].x)
            return true;
    return false;
}

qb_status qb_query_depth(qb_figure *figure, qb_diag *diag)
{
    sample s;
    qb_status status = begin(&s, figure, diag);
    if (!status)
        status = qb_details_each(figure->store, figure->digest->evidence, visit_depth, &s, diag);
    if (!status && !s.count)
        status = qb_fail(diag, QB_REFUSED, "no run simulated a circuit without noise");
    else if (!status && !has_several_depths(&s))
        status =
            qb_fail(diag, QB_REFUSED, "all circuits without noise have the same depth, %g", s.point[0].x);
    if (status) {
        qb_free(s.point);
        return status;
    }
    finish(&s, figure);
    return QB_OK;
}

/* ---- noise */

static const char *const channels[][2] = {
    {"noise_depolarising_1q", "depolarising, 1-qubit gates"},
    {"noise_depolarising_2q", "depolarising, 2-qubit gates"},
    {"noise_damping", "amplitude damping, a layer"},
    {"noise_readout", "readout flips"},
    {"noise_over_rotation", "over-rotation"},
};

/* The channel that alone is on, and its strength; NULL: none or several. */
static const char *single_channel(const qb_json *details, double *strength)
{
    const char *found = NULL;
    uint32_t on = 0;
    for (size_t k = 0; k < sizeof channels / sizeof *channels; k++) {
        double value = qb_details_number(details, channels[k][0]);
        if (isnan(value) || value == 0)
            continue;
        found = channels[k][1];
        *strength = fabs(value);
        on++;
    }
    return on == 1 ? found : NULL;
}

static bool is_like(const sample *s, const qb_json *details)
{
    const char *angles = qb_json_text(qb_json_get(details, "angles_from"));
    return angles && !strncmp(angles, s->angles, sizeof s->angles - 1) &&
           qb_details_number(details, "depth") == s->depth;
}

static qb_status visit_noise(void *context, const qb_evidence_run *run, const qb_json *details)
{
    sample *s = context;
    double strength = 0;
    const char *channel = single_channel(details, &strength);
    const char *angles = qb_json_text(qb_json_get(details, "angles_from"));
    if (channel && angles && isnan(s->depth)) {
        s->depth = qb_details_number(details, "depth");
        snprintf(s->angles, sizeof s->angles, "%.47s", angles);
    }
    if (channel && is_like(s, details))
        add(s, channel, run, strength, details);
    return QB_OK;
}

static qb_status visit_quiet(void *context, const qb_evidence_run *run, const qb_json *details)
{
    sample *s = context;
    double expectation = qb_details_number(details, "expectation");
    bool quiet = isnan(qb_details_number(details, "trajectories")) && !isnan(expectation) &&
                 is_like(s, details) && !isnan(s->digest->best[run->instance]);
    if (quiet) {
        s->quiet += ratio_of(s->digest, run->instance, expectation);
        s->quiet_runs++;
    }
    return QB_OK;
}

qb_status qb_query_noise(qb_figure *figure, qb_diag *diag)
{
    sample s;
    const qb_evidence *e = figure->digest->evidence;
    qb_status status = begin(&s, figure, diag);
    for (size_t k = 0; k < sizeof channels / sizeof *channels; k++)
        (void)group_of(&s, channels[k][1]); /* in this order, whatever ran first */
    if (!status)
        status = qb_details_each(figure->store, e, visit_noise, &s, diag);
    if (!status && !s.count)
        status = qb_fail(diag, QB_REFUSED, "no run simulated a circuit with one kind of noise");
    if (!status)
        status = qb_details_each(figure->store, e, visit_quiet, &s, diag);
    if (status) {
        qb_free(s.point);
        return status;
    }
    qb_figure_number(figure, "depth", s.depth);
    qb_figure_number(figure, "quiet", s.quiet_runs ? s.quiet / (double)s.quiet_runs : NAN);
    finish(&s, figure);
    return QB_OK;
}
