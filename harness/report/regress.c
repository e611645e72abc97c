/* The nightly gate: one experiment in two stores. */
#include "harness/base/memory.h"
#include "harness/report/compare.h"
#include "harness/report/paired.h"
#include "harness/stats/multiple.h"

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

static double mean_log_cpu(const qb_digest *d, uint32_t entry, uint32_t instance)
{
    const qb_cell_digest *cell = qb_digest_cell(d, entry, instance);
    double total = 0;
    for (uint64_t k = cell->first; k < cell->first + cell->runs; k++)
        total += log(fmax(d->evidence->run[k].cpu_s, 1e-6));
    return cell->runs ? total / (double)cell->runs : NAN;
}

static qb_effect compare_by(gate *g, const line *l, bool speed)
{
    size_t count = 0;
    for (uint32_t i = 0; i < g->before.evidence->instances; i++) {
        uint32_t k = g->partner[i];
        double d = NAN;
        if (k != NONE && speed)
            d = mean_log_cpu(&g->after, l->after, k) - mean_log_cpu(&g->before, l->before, i);
        else if (k != NONE)
            d = qb_mean_score(&g->before, l->before, i, QB_SEEDS_ALL) -
                qb_mean_score(&g->after, l->after, k, QB_SEEDS_ALL);
        if (!isnan(d))
            g->scratch[count++] = d;
    }
    return qb_effect_of(g->scratch, count, g->options->confidence, 1);
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
    char speed[32] = "-", interval[48];
    snprintf(interval, sizeof interval, "%+.3f to %+.3f", -100 * l->quality.interval.high,
             -100 * l->quality.interval.low);
    if (l->speed.instances)
        snprintf(speed, sizeof speed, "%+.1f %%", 100 * expm1(l->speed.estimate));
    qb_text_appendf(out, "%-20.20s %9zu %+12.4f %19s %9s  %s\n", g->before.evidence->entry[l->before].name,
                    l->quality.instances, -100 * l->quality.estimate, interval, speed,
                    l->worse && l->slower ? "worse, slower"
                    : l->worse            ? "worse"
                    : l->slower           ? "slower"
                                          : "fine");
}

static void put_table(const gate *g, const line *lines, uint32_t count, qb_text *out)
{
    qb_text_appendf(out, "%s: %" PRIu64 " runs before, %" PRIu64 " after\n",
                    g->before.evidence->experiment.name, g->before.evidence->runs, g->after.evidence->runs);
    qb_text_appendf(out, "%-20s %9s %12s %19s %9s\n", "solver", "instances", "gap (points)", "interval",
                    "CPU time");
    for (uint32_t k = 0; k < count; k++) {
        put_line(g, &lines[k], out);
        if (lines[k].failed_after > lines[k].failed_before)
            qb_text_appendf(out, "%20s failed runs: %" PRIu64 " before, %" PRIu64 " after\n", "",
                            lines[k].failed_before, lines[k].failed_after);
    }
}

/* ---- all of it */

static uint32_t fill_lines(gate *g, line *lines)
{
    const qb_evidence *b = g->before.evidence, *a = g->after.evidence;
    uint32_t count = 0;
    bool work = b->budget_kind == QB_BUDGET_WORK && a->budget_kind == QB_BUDGET_WORK;
    for (uint32_t k = 0; k < b->entries; k++) {
        line l = {.before = k, .after = find_entry(a, b->entry[k].name)};
        if (l.after == NONE)
            continue;
        l.quality = compare_by(g, &l, false);
        if (work)
            l.speed = compare_by(g, &l, true);
        l.failed_before = count_failures(b, l.before);
        l.failed_after = count_failures(a, l.after);
        if (l.quality.instances)
            lines[count++] = l;
    }
    return count;
}

static qb_status judge_all(gate *g, qb_text *out, bool *regressed, qb_diag *diag)
{
    const qb_evidence *b = g->before.evidence;
    line *lines = QB_NEW(line, b->entries);
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
    qb_status status = qb_digest_make(baseline, &g.before, diag);
    if (status == QB_OK)
        status = qb_digest_make(candidate, &g.after, diag);
    if (status == QB_OK) {
        g.partner = QB_NEW(uint32_t, baseline->instances);
        g.scratch = QB_NEW(double, baseline->instances);
        if (!g.partner || !g.scratch)
            status = qb_fail(diag, QB_NO_MEMORY, "no memory to compare");
    }
    if (status == QB_OK) {
        match_instances(&g);
        share_references(&g);
        status = judge_all(&g, out, regressed, diag);
    }
    qb_free(g.partner);
    qb_free(g.scratch);
    qb_digest_clear(&g.before);
    qb_digest_clear(&g.after);
    return status;
}
