/* The nightly gate: one experiment in two stores. */
#include "harness/base/memory.h"
#include "harness/report/compare.h"
#include "harness/report/paired.h"
#include "harness/stats/multiple.h"
#include "harness/stats/sample.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define NONE UINT32_MAX

typedef struct line {
    uint32_t before, after; /* entries */
    qb_effect quality;      /* score before - score after: positive where it got better */
    qb_effect speed;        /* log CPU time after / before; of no instances without a work budget */
    uint64_t failed_before, failed_after;
    bool worse, slower;
} line;

typedef struct gate {
    qb_digest before, after;
    uint32_t *partner; /* [before.instances] index in after, or NONE */
    double *scratch;   /* [before.instances] */
    double *ratio;     /* [before.runs] */
    double together;   /* confidence of each interval of CPU time, such that those of all labels hold */
    const qb_regress_options *options;
} gate;

/* ---- what both have */

static void match_instances(gate *g)
{
    const qb_evidence *b = g->before.evidence, *a = g->after.evidence;
    for (uint32_t i = 0; i < b->instances; i++) {
        g->partner[i] = NONE;
        for (uint32_t k = 0; k < a->instances && g->partner[i] == NONE; k++)
            if (!strcmp(b->instance[i].sha256, a->instance[k].sha256))
                g->partner[i] = k;
    }
}

/* The better value of the two stores becomes f* in both. */
static void share_references(gate *g)
{
    const qb_evidence *b = g->before.evidence;
    for (uint32_t i = 0; i < b->instances; i++) {
        if (g->partner[i] == NONE)
            continue;
        double *x = &g->before.best[i], *y = &g->after.best[g->partner[i]];
        bool maximise = b->instance[i].sense == QB_MAXIMISE;
        double best = maximise ? fmax(*x, *y) : fmin(*x, *y); /* a NaN gives way */
        *x = *y = best;
    }
    qb_digest_rescore(&g->before);
    qb_digest_rescore(&g->after);
}

static uint32_t find_entry(const qb_evidence *e, const char *name)
{
    for (uint32_t k = 0; k < e->entries; k++)
        if (!strcmp(e->entry[k].name, name))
            return k;
    return NONE;
}

/* ---- one label */

static bool is_failure(qb_outcome outcome)
{
    return outcome == QB_RUN_CRASHED || outcome == QB_RUN_LIED || outcome == QB_RUN_OVERRAN ||
           outcome == QB_RUN_OUT_OF_MEMORY;
}

static uint64_t count_failures(const qb_evidence *e, uint32_t entry)
{
    uint64_t count = 0;
    for (uint64_t k = 0; k < e->runs; k++)
        count += e->run[k].entry == entry && is_failure(e->run[k].outcome);
    return count;
}

/* Median over repeats of log CPU time after / before.  Pairs by repeat: in one store two labels had it within
 * one block of the plan, so that what the machine did then cancels; in two stores it is the same seed.  A
 * median, as now and then a run takes several times as long.  NaN without pairs. */
static double log_cpu_ratio(const gate *g, const line *l, uint32_t instance, double *ratio)
{
    const qb_cell_digest *b = qb_digest_cell(&g->before, l->before, instance);
    const qb_cell_digest *a = qb_digest_cell(&g->after, l->after, g->partner[instance]);
    const qb_evidence_run *x = g->before.evidence->run + b->first, *y = g->after.evidence->run + a->first;
    const qb_evidence_run *x_end = x + b->runs, *y_end = y + a->runs;
    size_t pairs = 0;
    while (x < x_end && y < y_end) {
        if (x->repeat == y->repeat && !is_failure(x->outcome) && !is_failure(y->outcome))
            ratio[pairs++] = log(fmax(y->cpu_s, 1e-6) / fmax(x->cpu_s, 1e-6));
        bool first = x->repeat <= y->repeat, second = y->repeat <= x->repeat;
        x += first;
        y += second;
    }
    return qb_median(ratio, pairs);
}

static qb_effect compare_by(gate *g, const line *l, bool speed)
{
    size_t count = 0;
    for (uint32_t i = 0; i < g->before.evidence->instances; i++) {
        uint32_t k = g->partner[i];
        double d = NAN;
        if (k != NONE && speed)
            d = log_cpu_ratio(g, l, i, g->ratio);
        else if (k != NONE)
            d = qb_mean_score(&g->before, l->before, i, QB_SEEDS_ALL) -
                qb_mean_score(&g->after, l->after, k, QB_SEEDS_ALL);
        if (!isnan(d))
            g->scratch[count++] = d;
    }
    return qb_effect_of(g->scratch, count, speed ? INFINITY : QB_MOST_DIFFERENCE,
                        speed ? g->together : g->options->confidence, 1);
}

/* Holm: the interval of the k-th smallest p at its own confidence would ask for another bootstrap; its
 * adjusted p-value says the same of the t test, and the interval is asked beside it. */
static bool judge_lines(gate *g, line *lines, uint32_t count)
{
    double *p = QB_NEW(double, count), *adjusted = QB_NEW(double, count);
    bool enough = p && adjusted;
    for (uint32_t k = 0; enough && k < count; k++)
        p[k] = isnan(lines[k].quality.p) ? 1 : lines[k].quality.p;
    enough = enough && qb_holm(p, count, adjusted);
    for (uint32_t k = 0; enough && k < count; k++) {
        line *l = &lines[k];
        bool proven = adjusted[k] <= 1 - g->options->confidence && l->quality.interval.high < 0;
        l->worse =
            (proven && -l->quality.estimate > g->options->margin) || l->failed_after > l->failed_before;
        l->slower = l->speed.instances > 1 && l->speed.interval.low > log1p(g->options->slow_down);
    }
    qb_free(p);
    qb_free(adjusted);
    return enough;
}

/* ---- the table */

static void put_line(const gate *g, const line *l, qb_text *out)
{
    char gap[48], speed[48] = "-";
    const qb_effect *q = &l->quality, *s = &l->speed;
    snprintf(gap, sizeof gap, "%+.3f (%+.3f to %+.3f)", 0 - 100 * q->estimate, 0 - 100 * q->interval.high,
             0 - 100 * q->interval.low);
    if (s->instances)
        snprintf(speed, sizeof speed, "%+.1f (%+.1f to %+.1f)", 100 * expm1(s->estimate),
                 100 * expm1(s->interval.low), 100 * expm1(s->interval.high));
    qb_text_appendf(out, "%-16.16s %4zu  %-26s %-22s  %s\n", g->before.evidence->entry[l->before].name,
                    q->instances, gap, speed,
                    l->worse && l->slower ? "worse, slower"
                    : l->worse            ? "worse"
                    : l->slower           ? "slower"
                                          : "fine");
}

static void put_table(const gate *g, const line *lines, uint32_t count, qb_text *out)
{
    qb_text_appendf(out, "%s: %" PRIu64 " runs before, %" PRIu64 " after; in brackets %g %% intervals",
                    g->before.evidence->experiment.name, g->before.evidence->runs, g->after.evidence->runs,
                    100 * g->options->confidence);
    if (lines[0].speed.instances && g->together > g->options->confidence)
        qb_text_appendf(out, ", of CPU time %.4g %%", 100 * g->together);
    qb_text_appendf(out, "\n%-16s %4s  %-26s %-22s\n", "solver", "inst", "gap, points more",
                    "CPU time, % more");
    for (uint32_t k = 0; k < count; k++) {
        put_line(g, &lines[k], out);
        if (lines[k].failed_after > lines[k].failed_before)
            qb_text_appendf(out, "%16s failed runs: %" PRIu64 " before, %" PRIu64 " after\n", "",
                            lines[k].failed_before, lines[k].failed_after);
    }
}

/* ---- all of it */

/* The labels to compare, of both stores; returns how many. */
static uint32_t match_labels(const gate *g, line *lines)
{
    const qb_evidence *b = g->before.evidence, *a = g->after.evidence;
    const char *from = g->options->baseline_label, *to = g->options->candidate_label;
    uint32_t count = 0;
    for (uint32_t k = 0; k < b->entries; k++) {
        bool wanted = !from || !strcmp(b->entry[k].name, from);
        uint32_t partner = wanted ? find_entry(a, to ? to : b->entry[k].name) : NONE;
        if (partner != NONE)
            lines[count++] = (line){.before = k, .after = partner};
    }
    return count;
}

static uint32_t fill_lines(gate *g, line *lines)
{
    uint32_t matched = match_labels(g, lines), count = 0;
    g->together = qb_holm_confidence(matched ? matched : 1, 0, g->options->confidence);
    for (uint32_t k = 0; k < matched; k++) {
        line l = lines[k];
        l.quality = compare_by(g, &l, false);
        if (g->before.evidence->budget_kind == QB_BUDGET_WORK)
            l.speed = compare_by(g, &l, true);
        l.failed_before = count_failures(g->before.evidence, l.before);
        l.failed_after = count_failures(g->after.evidence, l.after);
        if (l.quality.instances)
            lines[count++] = l;
    }
    return count;
}

static qb_status judge_all(gate *g, qb_text *out, bool *regressed, qb_diag *diag)
{
    line *lines = QB_NEW(line, g->before.evidence->entries);
    if (!lines)
        return qb_fail(diag, QB_NO_MEMORY, "no memory to compare");
    qb_status status = QB_OK;
    uint32_t count = fill_lines(g, lines);
    if (!count)
        status = qb_fail(diag, QB_REFUSED, "the two stores have no solver and instance in common");
    else if (!judge_lines(g, lines, count))
        status = qb_fail(diag, QB_NO_MEMORY, "no memory to compare");
    if (status == QB_OK) {
        put_table(g, lines, count, out);
        bool any = false;
        for (uint32_t k = 0; k < count; k++)
            any = any || lines[k].worse || lines[k].slower;
        *regressed = any;
    }
    qb_free(lines);
    return status;
}

qb_status qb_regress(const qb_evidence *baseline, const qb_evidence *candidate,
                     const qb_regress_options *options, qb_text *out, bool *regressed, qb_diag *diag)
{
    gate g = {.options = options};
    if (baseline->budget_kind != candidate->budget_kind || baseline->budget != candidate->budget)
        return qb_fail(diag, QB_REFUSED, "the two had different budgets");
    qb_status status = qb_digest_make(baseline, &g.before, diag);
    if (status == QB_OK)
        status = qb_digest_make(candidate, &g.after, diag);
    if (status == QB_OK) {
        g.partner = QB_NEW(uint32_t, baseline->instances);
        g.scratch = QB_NEW(double, baseline->instances);
        g.ratio = QB_NEW(double, baseline->runs);
        if (!g.partner || !g.scratch || !g.ratio)
            status = qb_fail(diag, QB_NO_MEMORY, "no memory to compare");
    }
    if (status == QB_OK) {
        match_instances(&g);
        share_references(&g);
        status = judge_all(&g, out, regressed, diag);
    }
    qb_free(g.partner);
    qb_free(g.scratch);
    qb_free(g.ratio);
    qb_digest_clear(&g.before);
    qb_digest_clear(&g.after);
    return status;
}
