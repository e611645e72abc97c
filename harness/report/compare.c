#include "harness/report/compare.h"
#include "harness/base/json.h"
#include "harness/base/memory.h"
#include "harness/report/paired.h"
#include "harness/stats/a12.h"
#include "harness/stats/hodges_lehmann.h"
#include "harness/stats/wilcoxon.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static qb_status find_entry(const qb_evidence *e, const char *name, uint32_t *entry, qb_diag *diag)
{
    for (uint32_t k = 0; k < e->entries; k++)
        if (!strcmp(e->entry[k].name, name)) {
            *entry = k;
            return QB_OK;
        }
    qb_text names = {0};
    for (uint32_t k = 0; k < e->entries; k++)
        qb_text_appendf(&names, "%s'%s'", k ? ", " : "", e->entry[k].name);
    qb_status status = qb_fail(diag, QB_BAD_INPUT, "no solver '%s' in experiment '%s', which has %s", name,
                               e->experiment.name, qb_text_get(&names));
    qb_text_clear(&names);
    return status;
}

/* Scores of a cell, negated so that larger is better; returns how many. */
static size_t merits(const qb_digest *d, uint32_t entry, uint32_t instance, double *merit)
{
    const qb_cell_digest *cell = qb_digest_cell(d, entry, instance);
    for (uint64_t k = 0; k < cell->runs; k++)
        merit[k] = -d->score[cell->first + k];
    return cell->runs;
}

static double a12_on(const qb_digest *d, uint32_t a, uint32_t b, uint32_t instance, double *scratch)
{
    size_t na = merits(d, a, instance, scratch);
    size_t nb = merits(d, b, instance, scratch + na);
    return qb_a12(scratch, na, scratch + na, nb);
}

static int by_difference(const void *x, const void *y)
{
    const qb_compared_instance *p = x, *q = y;
    double dp = fabs(p->a - p->b), dq = fabs(q->a - q->b);
    return dp == dq ? strcmp(p->name, q->name) : dp > dq ? -1 : 1;
}

static void fill(const qb_digest *d, uint32_t a, uint32_t b, double confidence, double *difference,
                 uint32_t *index, double *scratch, qb_compared_instance *row, qb_compared *c)
{
    uint32_t count = qb_paired_differences(d, (qb_side){a, QB_SEEDS_ALL}, (qb_side){b, QB_SEEDS_ALL}, NULL,
                                           difference, index);
    char head[16] = {0};
    strncpy(head, d->evidence->experiment.identity, sizeof head - 1);
    *c = (qb_compared){.a = d->evidence->entry[a].name, .b = d->evidence->entry[b].name, .instance = row};
    c->effect = qb_effect_of(difference, count, QB_MOST_DIFFERENCE, confidence, strtoull(head, NULL, 16));
    for (uint32_t k = 0; k < count; k++) {
        row[k] = (qb_compared_instance){.name = d->evidence->instance[index[k]].name,
                                        .a = qb_mean_score(d, a, index[k], QB_SEEDS_ALL),
                                        .b = qb_mean_score(d, b, index[k], QB_SEEDS_ALL),
                                        .a12 = a12_on(d, a, b, index[k], scratch)};
        c->mean_a += row[k].a / count;
        c->mean_b += row[k].b / count;
        c->a12 += row[k].a12 / count;
        c->wins += difference[k] > 0;
        c->ties += difference[k] == 0;
        c->losses += difference[k] < 0;
    }
    c->hodges_lehmann = qb_hodges_lehmann(difference, count);
    c->wilcoxon_p = qb_wilcoxon(difference, count).p;
    if (count)
        qsort(row, count, sizeof *row, by_difference);
}

qb_status qb_compare(const qb_evidence *evidence, const char *a, const char *b, double confidence,
                     qb_compared *compared, qb_diag *diag)
{
    uint32_t first = 0, second = 0;
    qb_digest d = {0};
    qb_status status = find_entry(evidence, a, &first, diag);
    if (status == QB_OK)
        status = find_entry(evidence, b, &second, diag);
    if (status == QB_OK)
        status = qb_digest_make(evidence, &d, diag);
    if (status != QB_OK)
        return status;
    double *difference = QB_NEW(double, evidence->instances), *scratch = QB_NEW(double, evidence->runs);
    uint32_t *index = QB_NEW(uint32_t, evidence->instances);
    qb_compared_instance *row = QB_NEW(qb_compared_instance, evidence->instances);
    qb_compared c;
    if (!difference || !scratch || !index || !row) {
        status = qb_fail(diag, QB_NO_MEMORY, "no memory to compare");
    } else {
        fill(&d, first, second, confidence, difference, index, scratch, row, &c);
        if (!c.effect.instances)
            status = qb_fail(diag, QB_REFUSED, "'%s' and '%s' have no instance in common with a known value",
                             a, b);
        else
            *compared = c;
    }
    if (status != QB_OK)
        qb_free(row);
    qb_free(difference);
    qb_free(scratch);
    qb_free(index);
    qb_digest_clear(&d);
    return status;
}

void qb_compared_clear(qb_compared *compared)
{
    qb_free(compared->instance);
    *compared = (qb_compared){0};
}

/* ---- words: at most 80 columns, whatever the names */

#define INSTANCES_SHOWN 30

static void say_summary(const qb_compared *c, qb_text *out)
{
    char a[QB_SAY], b[QB_SAY];
    const qb_effect *e = &c->effect;
    qb_text_appendf(out, "mean gap        %s of A, %s of B\n", qb_say_percent(c->mean_a, a),
                    qb_say_percent(c->mean_b, b));
    qb_text_appendf(out, "effect          A %s by %.3g points of gap\n",
                    e->estimate >= 0 ? "better" : "worse", 100 * fabs(e->estimate));
    qb_text_appendf(out, "%g %% interval   %.3g to %.3g points (positive: A is better)\n",
                    100 * e->confidence, 100 * fmax(e->interval.low, -1), 100 * fmin(e->interval.high, 1));
    qb_text_appendf(out, "by instance     A won %" PRIu32 ", tied %" PRIu32 ", lost %" PRIu32 "\n", c->wins,
                    c->ties, c->losses);
    qb_text_append(out, "\ndescriptive only:\n");
    qb_text_appendf(out, "Hodges-Lehmann  %.3g points\n", 100 * c->hodges_lehmann);
    qb_text_appendf(out, "Wilcoxon        p = %.2g (two-sided, zeros after Pratt)\n", c->wilcoxon_p);
    qb_text_appendf(out, "A12             %.3f (a run of A beats one of B, within instances)\n", c->a12);
}

static void say_instances(const qb_compared *c, qb_text *out)
{
    size_t shown = c->effect.instances < INSTANCES_SHOWN ? c->effect.instances : INSTANCES_SHOWN;
    qb_text_appendf(out, "\n%-34s %9s %9s %11s %6s  %s\n", "instance", "gap of A", "gap of B", "A better by",
                    "A12", "won");
    for (size_t k = 0; k < shown; k++) {
        const qb_compared_instance *i = &c->instance[k];
        char a[QB_SAY], b[QB_SAY], by[QB_SAY];
        snprintf(by, sizeof by, "%+.3g", 100 * (i->b - i->a));
        qb_text_appendf(out, "%-34.34s %9s %9s %11s %6.3f  %s\n", i->name, qb_say_percent(i->a, a),
                        qb_say_percent(i->b, b), i->a == i->b ? "0" : by, i->a12,
                        i->a < i->b   ? "A"
                        : i->a > i->b ? "B"
                                      : "-");
    }
    if (shown < c->effect.instances)
        qb_text_appendf(out, "and %zu more, with smaller differences\n", c->effect.instances - shown);
}

void qb_compare_say(const qb_evidence *evidence, const qb_compared *c, qb_text *out)
{
    qb_text_appendf(out, "A  %.76s\nB  %.76s\n%.80s\n", c->a, c->b, evidence->experiment.name);
    qb_say_budget(evidence, out);
    qb_text_appendf(out, ", %zu instances\n\n", c->effect.instances);
    say_summary(c, out);
    say_instances(c, out);
}

void qb_compare_json(const qb_compared *c, qb_text *out)
{
    const struct {
        const char *key;
        double value;
    } numbers[] = {{"mean_a", c->mean_a},
                   {"mean_b", c->mean_b},
                   {"effect", c->effect.estimate},
                   {"low", c->effect.interval.low},
                   {"high", c->effect.interval.high},
                   {"confidence", c->effect.confidence},
                   {"p", c->effect.p},
                   {"hodges_lehmann", c->hodges_lehmann},
                   {"wilcoxon_p", c->wilcoxon_p},
                   {"a12", c->a12}};
    const struct {
        const char *key;
        uint64_t value;
    } counts[] = {
        {"instances", c->effect.instances}, {"wins", c->wins}, {"ties", c->ties}, {"losses", c->losses}};
    qb_json_writer w = {.out = out};
    qb_json_open(&w, '{');
    qb_json_put_string(&w, "a", c->a);
    qb_json_put_string(&w, "b", c->b);
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
        qb_json_put_double(&w, numbers[k].key, numbers[k].value);
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
        qb_json_put_uint(&w, counts[k].key, counts[k].value);
    qb_json_key(&w, "by_instance");
    qb_json_open(&w, '[');
    for (size_t k = 0; k < c->effect.instances; k++) {
        qb_json_open(&w, '{');
        qb_json_put_string(&w, "instance", c->instance[k].name);
        qb_json_put_double(&w, "gap_a", c->instance[k].a);
        qb_json_put_double(&w, "gap_b", c->instance[k].b);
        qb_json_put_double(&w, "a12", c->instance[k].a12);
        qb_json_close(&w, '}');
    }
    qb_json_close(&w, ']');
    qb_json_close(&w, '}');
}
