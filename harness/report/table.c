/* The terminal table: solver by instance, then solver by solver, then noise. */
#include "harness/base/memory.h"
#include "harness/report/digest.h"
#include "harness/report/report.h"
#include "harness/report/robustness.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Columns that a string takes on a terminal: one a UTF-8 character (names are rarely wide ones). */
static size_t columns_of(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

static void pad(qb_text *out, size_t count)
{
    while (count--)
        qb_text_append_char(out, ' ');
}

/* text in `width` columns, cut with a tilde where it is longer. */
static void put(qb_text *out, const char *text, size_t width, bool right)
{
    size_t columns = columns_of(text);
    if (columns <= width && right)
        pad(out, width - columns);
    size_t shown = 0;
    for (const char *c = text; *c; c++) {
        bool starts = ((unsigned char)*c & 0xc0) != 0x80;
        if (columns > width && starts && shown + 1 >= width) {
            qb_text_append_char(out, '~');
            return;
        }
        shown += starts;
        qb_text_append_char(out, *c);
    }
    if (columns <= width && !right)
        pad(out, width - columns);
}

static void put_line(qb_text *out, size_t width, bool unicode)
{
    for (size_t k = 0; k < width; k++)
        qb_text_append(out, unicode ? "─" : "-");
    qb_text_append_char(out, '\n');
}

typedef struct widths {
    size_t instance, entry, objective, gap, feasible, time, all;
} widths;

static widths measure(const qb_evidence *e, uint32_t width)
{
    widths w = {.instance = 8, .entry = 6, .objective = 12, .gap = 10, .feasible = 9, .time = 8};
    for (uint32_t i = 0; i < e->instances; i++)
        if (columns_of(e->instance[i].name) > w.instance)
            w.instance = columns_of(e->instance[i].name);
    for (uint32_t k = 0; k < e->entries; k++)
        if (columns_of(e->entry[k].name) > w.entry)
            w.entry = columns_of(e->entry[k].name);
    size_t fixed = w.objective + w.gap + w.feasible + w.time + 5 * 2;
    size_t left = width > fixed + 24 ? width - fixed : 24;
    if (w.instance + w.entry > left) { /* names are cut, the longer one first */
        size_t half = left / 2;
        if (w.entry <= half)
            w.instance = left - w.entry;
        else if (w.instance <= half)
            w.entry = left - w.instance;
        else
            w.instance = half, w.entry = left - half;
    }
    w.all = w.instance + w.entry + fixed;
    return w;
}

static void put_heading(qb_text *out, const widths *w)
{
    put(out, "instance", w->instance, false);
    pad(out, 2);
    put(out, "solver", w->entry, false);
    pad(out, 2);
    put(out, "median value", w->objective, true);
    pad(out, 2);
    put(out, "median gap", w->gap, true);
    pad(out, 2);
    put(out, "feasible", w->feasible, true);
    pad(out, 2);
    put(out, "to best", w->time, true);
    qb_text_append_char(out, '\n');
}

static void put_cell(qb_text *out, const widths *w, const qb_digest *d, uint32_t entry, uint32_t instance,
                     const char *name)
{
    const qb_evidence *e = d->evidence;
    const qb_cell_digest *cell = qb_digest_cell(d, entry, instance);
    char buffer[QB_SAY], feasible[48];
    put(out, name, w->instance, false);
    pad(out, 2);
    put(out, e->entry[entry].name, w->entry, false);
    pad(out, 2);
    put(out, qb_say_number(cell->median_objective, buffer), w->objective, true);
    pad(out, 2);
    put(out, qb_say_percent(cell->median_score, buffer), w->gap, true);
    pad(out, 2);
    snprintf(feasible, sizeof feasible, "%" PRIu64 "/%" PRIu64, cell->feasible, cell->runs);
    put(out, feasible, w->feasible, true);
    pad(out, 2);
    put(out, qb_say_spent(e, cell->median_last_s, buffer), w->time, true);
    qb_text_append_char(out, '\n');
}

/* "bqp50-1" on an instance's first row, then what is known about it on the second. */
static void put_instance(qb_text *out, const widths *w, const qb_digest *d, uint32_t i)
{
    const qb_evidence *e = d->evidence;
    char second[64] = "", value[QB_SAY];
    if (!isnan(d->best[i]))
        snprintf(second, sizeof second, "  %s %s%s", qb_sense_name(e->instance[i].sense),
                 qb_say_number(d->best[i], value), d->best_from_runs[i] ? " (found)" : "");
    uint32_t row = 0;
    for (uint32_t k = 0; k < e->entries; k++)
        if (qb_digest_cell(d, k, i)->runs) {
            put_cell(out, w, d, k, i, row == 0 ? e->instance[i].name : row == 1 ? second : "");
            row++;
        }
}

static void put_standing(qb_text *out, const widths *w, const qb_digest *d, const uint32_t *order,
                         bool unicode)
{
    const qb_evidence *e = d->evidence;
    static const char *const heading[] = {"role", "mean gap", "best on", "feasible", "proved"};
    static const size_t width[] = {10, 10, 9, 11, 11};
    put_line(out, w->all, unicode);
    put(out, "solver", w->entry, false);
    for (size_t c = 0; c < 5; c++) {
        pad(out, 2);
        put(out, heading[c], width[c], c > 0);
    }
    qb_text_append_char(out, '\n');
    put_line(out, w->all, unicode);
    for (uint32_t place = 0; place < e->entries; place++) {
        uint32_t k = order[place];
        qb_standing s = qb_digest_standing(d, k);
        char text[64], buffer[QB_SAY];
        put(out, e->entry[k].name, w->entry, false);
        pad(out, 2);
        put(out, qb_say_role(e->entry[k].role), width[0], false);
        pad(out, 2);
        put(out, qb_say_percent(qb_digest_mean(d, k), buffer), width[1], true);
        snprintf(text, sizeof text, "%" PRIu32 "/%" PRIu32, s.best_on, s.on);
        pad(out, 2);
        put(out, text, width[2], true);
        snprintf(text, sizeof text, "%" PRIu64 "/%" PRIu64, s.counted, s.runs);
        pad(out, 2);
        put(out, text, width[3], true);
        snprintf(text, sizeof text, "%" PRIu64 "/%" PRIu64, s.proved, s.runs);
        pad(out, 2);
        put(out, text, width[4], true);
        qb_text_append_char(out, '\n');
    }
}

static qb_status put_noise(qb_text *out, const widths *w, const qb_digest *d, const uint32_t *order,
                           bool unicode, qb_diag *diag)
{
    const qb_evidence *e = d->evidence;
    qb_robustness r;
    qb_status status = qb_robustness_make(d, &r, diag);
    if (status != QB_OK)
        return status;
    uint32_t shown = r.levels > 6 ? 6 : r.levels;
    put_line(out, w->all, unicode);
    qb_text_append(out, "gap added by noise on the coefficients (mean over instances)\n");
    put(out, "solver", w->entry, false);
    for (uint32_t l = 0; l < shown; l++) {
        char text[32];
        snprintf(text, sizeof text, "%s%.3g %%", unicode ? "±" : "+-", 100 * r.level[l]);
        pad(out, 2);
        put(out, text, 10, true);
    }
    qb_text_append_char(out, '\n');
    put_line(out, w->all, unicode);
    for (uint32_t place = 0; place < e->entries; place++) {
        uint32_t k = order[place];
        put(out, e->entry[k].name, w->entry, false);
        for (uint32_t l = 0; l < shown; l++) {
            char buffer[QB_SAY];
            pad(out, 2);
            put(out, qb_say_percent(qb_robustness_at(&r, k, l)->mean, buffer), 10, true);
        }
        qb_text_append_char(out, '\n');
    }
    qb_robustness_clear(&r);
    return QB_OK;
}

static void put_title(qb_text *out, const qb_digest *d)
{
    const qb_evidence *e = d->evidence;
    qb_text_appendf(out, "%s: ", e->experiment.name);
    qb_say_count(e->runs, " ", out);
    qb_text_appendf(out, " run%s on %" PRIu32 " instance%s, ", e->runs == 1 ? "" : "s", e->instances,
                    e->instances == 1 ? "" : "s");
    qb_say_budget(e, out);
    qb_text_append_char(out, '\n');
}

static void put_remarks(qb_text *out, const qb_digest *d)
{
    const qb_evidence *e = d->evidence;
    uint64_t counts[QB_OUTCOME_COUNT] = {0};
    for (uint64_t k = 0; k < e->runs; k++)
        counts[e->run[k].outcome]++;
    bool first = true;
    for (int outcome = QB_RUN_INFEASIBLE; outcome < QB_OUTCOME_COUNT; outcome++)
        if (counts[outcome]) {
            qb_text_append(out, first ? "ended badly: " : ", ");
            qb_text_appendf(out, "%" PRIu64 " %s", counts[outcome], qb_outcome_name((qb_outcome)outcome));
            first = false;
        }
    if (!first)
        qb_text_append_char(out, '\n');
    if (d->failed)
        qb_text_append(out, "a run without a feasible solution counts as a gap of 100 %\n");
    qb_text_appendf(out, "%" PRIu64 " of %" PRIu64 " runs flagged for load on the machine", d->flagged,
                    e->runs);
    if (d->repeated)
        qb_text_appendf(out, ", %" PRIu64 " repeated for it", d->repeated);
    qb_text_append_char(out, '\n');
}

qb_status qb_report_table(const qb_evidence *evidence, const qb_table_options *options, qb_text *out,
                          qb_diag *diag)
{
    qb_digest d;
    if (!evidence->runs)
        return qb_fail(diag, QB_REFUSED, "experiment '%s' has no runs yet", evidence->experiment.name);
    qb_status status = qb_digest_make(evidence, &d, diag);
    if (status != QB_OK)
        return status;
    uint32_t *order = QB_NEW(uint32_t, evidence->entries);
    if (!order) {
        qb_digest_clear(&d);
        return qb_fail(diag, QB_NO_MEMORY, "no memory for a table");
    }
    qb_digest_order(&d, order);
    widths w = measure(evidence, options->width ? options->width : 80);
    put_title(out, &d);
    put_line(out, w.all, options->unicode);
    put_heading(out, &w);
    for (uint32_t i = 0; i < evidence->instances; i++) {
        put_line(out, w.all, options->unicode);
        put_instance(out, &w, &d, i);
    }
    put_standing(out, &w, &d, order, options->unicode);
    if (d.noisy)
        status = put_noise(out, &w, &d, order, options->unicode, diag);
    put_line(out, w.all, options->unicode);
    put_remarks(out, &d);
    qb_free(order);
    qb_digest_clear(&d);
    if (status == QB_OK && out->status != QB_OK)
        status = qb_fail(diag, QB_NO_MEMORY, "no memory for a table");
    return status;
}
