/* The page's sections on whether it was fair: budgets kept, solvers as they were run, failures, machine. */
#include "harness/base/json.h"
#include "harness/base/memory.h"
#include "harness/report/flips.h"
#include "harness/report/page.h"
#include "harness/report/tuned.h"
#include "harness/stats/sample.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- budget and overshoot */

static void put_overshoot(qb_page *page, uint32_t entry, double *scratch)
{
    const qb_evidence *e = page->digest->evidence;
    uint64_t count = 0, flagged = 0, late = 0, memory = 0;
    for (uint64_t k = 0; k < e->runs; k++) {
        const qb_evidence_run *run = &e->run[k];
        if (run->entry != entry)
            continue;
        scratch[count++] = 1000 * run->overshoot_s;
        flagged += run->flagged;
        late += run->late > 0;
        memory = run->peak_rss_kib > memory ? run->peak_rss_kib : memory;
    }
    qb_sort(scratch, count);
    char text[QB_SAY];
    qb_html_row(page);
    qb_html_cell(page, e->entry[entry].name);
    qb_html_count(page, count);
    for (int k = 0; k < 3; k++) {
        double at = qb_quantile_sorted(scratch, count, (double[]){0.5, 0.99, 1}[k]);
        snprintf(text, sizeof text, "%.3g ms", at);
        qb_html_number(page, count ? text : "-", false);
    }
    qb_html_count(page, late);
    qb_html_count(page, flagged);
    snprintf(text, sizeof text, "%.1f MiB", (double)memory / 1024);
    qb_html_number(page, text, false);
    qb_text_append(page->out, "</tr>");
}

/* What was changed after registration, and what was not. */
static void put_deviations(qb_page *page)
{
    const qb_evidence *e = page->digest->evidence;
    uint32_t changes = 0;
    for (uint32_t k = 0; k < e->amendments; k++) {
        const qb_evidence_amendment *a = &e->amendment[k];
        if (*a->why)
            qb_html_numbers(page, "experiment", "Deviation: the decision was changed on %s: %s", a->at,
                            a->why);
        changes += *a->why != 0;
    }
    if (!page->experiment || !page->experiment->decision.given)
        qb_html_numbers(page, "experiment",
                        "No decision rule was registered, so that none could be changed.");
    else if (!changes)
        qb_html_numbers(page, "experiment",
                        "Deviations: none; the decision rule is the one that was registered.");
    if (e->amendments > changes)
        qb_html_numbers(page, "experiment",
                        "The specification was extended %" PRIu32
                        " time%s by repeats or entries, which leaves "
                        "the decision alone.",
                        e->amendments - changes, e->amendments - changes == 1 ? "" : "s");
}

/* ---- tuning ledger */

static void put_tuned(qb_page *page, const qb_tuned_entry *t)
{
    char text[QB_SAY];
    qb_html_row(page);
    qb_html_cell(page, t->label);
    qb_html_count(page, t->tried);
    qb_html_count(page, t->runs);
    snprintf(text, sizeof text, "%.3g s", t->cpu_s);
    qb_html_number(page, text, false);
    qb_html_cell(page, !t->winner ? "the default" : *t->params ? t->params : "as the default");
    qb_html_number(page, qb_say_percent(t->default_score, text), false);
    qb_html_number(page, qb_say_percent(t->tuned_score, text), false);
    if (isfinite(t->uses))
        snprintf(text, sizeof text, "%.0f uses", t->uses);
    else
        snprintf(text, sizeof text, "%s", isinf(t->uses) ? "never" : "-");
    qb_html_number(page, text, false);
    qb_html_cell(page, t->edge ? t->edge : "");
    qb_text_append(page->out, "</tr>");
}

static qb_status put_ledger(qb_page *page, qb_diag *diag)
{
    static const char *const headings[] = {
        "solver",       ">tried",     ">runs",       ">CPU time",      "found",
        ">default gap", ">tuned gap", ">pays after", "on the edge of", NULL};
    qb_tuned tuned;
    qb_status status = qb_tuned_load(page->store, page->digest->evidence, &tuned, diag);
    if (status != QB_OK)
        return status;
    if (tuned.entries) {
        qb_html_table(
            page,
            "Tuning: the same budget for every solver, on instances that leave the verdict. Default "
            "and tuned are compared on fresh seeds; what ends on the edge of its grid forbids a claim "
            "of scale.",
            "tuning", headings);
        for (uint32_t k = 0; k < tuned.entries; k++)
            put_tuned(page, &tuned.entry[k]);
        qb_html_close_table(page);
    } else {
        qb_html_paragraph(page, "Nothing was tuned: every solver ran with the parameters below.");
    }
    qb_tuned_clear(&tuned);
    return QB_OK;
}

/* What times do not include. */
static void put_credit(qb_page *page)
{
    const qb_evidence *e = page->digest->evidence;
    qb_text names = {0};
    for (uint32_t k = 0; k < e->entries; k++)
        if (qb_runs_outside(&e->entry[k]))
            qb_text_appendf(&names, "%s%s", names.length ? ", " : "", e->entry[k].name);
    if (names.length)
        qb_html_paragraph(page,
                          "Programs outside: %s. Writing the model for them, their start-up (until they "
                          "open the model) and their reading were measured and credited back: no time "
                          "here includes them, the details of each run say how much it was.",
                          qb_text_get(&names));
    qb_text_clear(&names);
}

static void put_fairness(qb_page *page, const qb_flips *flips, double *scratch)
{
    const qb_evidence *e = page->digest->evidence;
    static const char *const headings[] = {"solver",        ">runs",        ">overshoot median",
                                           ">99 %",         ">largest",     ">with late",
                                           ">flagged runs", ">most memory", NULL};
    qb_text budget = {0};
    qb_say_budget(e, &budget);
    qb_html_section(page, "fairness", "Fairness");
    qb_html_numbers(page, "planned",
                    "The same budget for all: %s; every run is a process of its own. Solutions were "
                    "checked by a referee after the "
                    "run, in the problem as its author wrote it; what a solver claims never counts.",
                    qb_text_get(&budget));
    qb_text_clear(&budget);
    qb_html_table(page,
                  "What was spent beyond the budget before the run had ended, CPU time for each thread that "
                  "ran. Solutions published late are kept "
                  "apart and never credited; a flagged run shared the machine with other load.",
                  "overshoot", headings);
    for (uint32_t place = 0; place < e->entries; place++)
        put_overshoot(page, page->order[place], scratch);
    qb_html_close_table(page);
    qb_html_numbers(page, "late",
                    "Had late solutions been credited, %" PRIu64 " of %" PRIu64
                    " pairwise rankings of two solvers on one instance would have changed.",
                    flips->flipped, flips->pairs);
    qb_html_numbers(page, "overshoot",
                    "%" PRIu64 " of %" PRIu64 " runs were flagged; %" PRIu64
                    " were repeated for load on the machine.",
                    page->digest->flagged, e->runs, page->digest->repeated);
    put_credit(page);
    put_deviations(page);
}

qb_status qb_page_fairness(qb_page *page, qb_diag *diag)
{
    qb_flips flips = {0};
    double *scratch = QB_NEW(double, page->digest->evidence->runs);
    qb_status status = scratch ? qb_flips_count(page->digest, &flips, diag)
                               : qb_fail(diag, QB_NO_MEMORY, "no memory for the page");
    if (status == QB_OK)
        put_fairness(page, &flips, scratch);
    if (status == QB_OK)
        status = qb_page_stages(page, diag);
    if (status == QB_OK)
        status = put_ledger(page, diag);
    qb_free(scratch);
    return status;
}

/* ---- solvers */

/* {"sweeps": "1000"} as "sweeps = 1000, ..." */
static void put_params(qb_page *page, const char *json)
{
    qb_json *root = NULL;
    qb_text text = {0};
    if (qb_json_parse("params", json, strlen(json), &root, NULL) == QB_OK) {
        for (const qb_json_member *m = qb_json_first(root); m; m = qb_json_next(root, m)) {
            const char *value = qb_json_text(qb_json_member_value(m));
            qb_text_appendf(&text, "%s%s = %s", text.length ? ", " : "", qb_json_member_key(m),
                            value && *value ? value : "(empty)");
        }
        qb_json_free(root);
    } else {
        qb_text_append(&text, json);
    }
    qb_html_cell(page, text.length ? qb_text_get(&text) : "none");
    qb_text_clear(&text);
}

void qb_page_solvers(qb_page *page)
{
    const qb_evidence *e = page->digest->evidence;
    static const char *const headings[] = {"label",      "solver", "family", "version",
                                           "parameters", "source", NULL};
    qb_html_section(page, "solvers", "Solvers and their parameters");
    qb_html_table(page, "Every parameter as it was run, defaults included.", "solvers", headings);
    for (uint32_t place = 0; place < e->entries; place++) {
        const qb_evidence_entry *entry = &e->entry[page->order[place]];
        qb_html_row(page);
        qb_html_cell(page, entry->name);
        qb_html_cell(page, entry->solver);
        qb_html_cell(page, entry->family);
        qb_html_cell(page, entry->version);
        put_params(page, entry->params);
        qb_html_cell(page, entry->source);
        qb_text_append(page->out, "</tr>");
    }
    qb_html_close_table(page);
    qb_html_close_section(page);
}

/* ---- failures */

#define FAILURES_SHOWN 60

typedef struct failures {
    qb_page *page;
    uint64_t rows, hidden;
} failures;

static qb_status put_failure(void *context, const qb_store_failure *failure)
{
    static const char *const headings[] = {"solver", "instance", "ended", ">runs", "reason given", NULL};
    failures *f = context;
    if (f->rows == FAILURES_SHOWN) {
        f->hidden += failure->runs;
        return QB_OK;
    }
    if (f->rows++ == 0)
        qb_html_table(f->page, "Runs that did not end by optimum, target, exhaustion or budget.", "failures",
                      headings);
    qb_html_row(f->page);
    qb_html_cell(f->page, failure->label);
    qb_html_cell(f->page, failure->instance);
    qb_html_cell(f->page, failure->status);
    qb_html_count(f->page, failure->runs);
    qb_html_cell(f->page, failure->reason);
    qb_text_append(f->page->out, "</tr>");
    return QB_OK;
}

qb_status qb_page_failures(qb_page *page, qb_diag *diag)
{
    failures f = {.page = page};
    qb_html_section(page, "failures", "Failures");
    qb_status status =
        qb_store_failures(page->store, page->digest->evidence->experiment.id, put_failure, &f, diag);
    if (f.rows)
        qb_html_close_table(page);
    else
        qb_html_paragraph(page, "None: every run ended by optimum, target, exhaustion or budget.");
    if (f.hidden)
        qb_html_numbers(page, "failures", "And %" PRIu64 " runs more: `qubout export` lists them all.",
                        f.hidden);
    qb_html_close_section(page);
    return status;
}

/* ---- machine and builds */

static void put_machines(qb_page *page)
{
    const qb_evidence *e = page->digest->evidence;
    static const char *const headings[] = {"processor", ">cores", ">threads", ">memory",
                                           "system",    ">runs",  NULL};
    qb_html_table(page, "Where the runs were measured.", "machines", headings);
    for (uint32_t k = 0; k < e->machines; k++) {
        const qb_evidence_machine *m = &e->machine[k];
        char text[QB_SAY];
        qb_html_row(page);
        qb_html_cell(page, m->cpu);
        qb_html_count(page, m->cores);
        qb_html_count(page, m->threads);
        snprintf(text, sizeof text, "%.1f GiB", (double)m->memory_bytes / (1 << 30));
        qb_html_number(page, text, false);
        qb_html_cell(page, m->system);
        qb_html_count(page, m->runs);
        qb_text_append(page->out, "</tr>");
    }
    qb_html_close_table(page);
}

static void put_builds(qb_page *page)
{
    const qb_evidence *e = page->digest->evidence;
    static const char *const headings[] = {"version",     "revision", "compiler", "flags",
                                           "vector tier", "runs",     NULL};
    qb_html_table(page, "What was measured.", "machines", headings);
    for (uint32_t k = 0; k < e->builds; k++) {
        const qb_evidence_build *b = &e->build[k];
        qb_html_row(page);
        qb_html_cell(page, b->version);
        qb_html_cell(page, b->revision);
        qb_html_cell(page, b->compiler);
        qb_html_cell(page, b->flags);
        qb_html_cell(page, b->simd);
        qb_html_count(page, b->runs);
        qb_text_append(page->out, "</tr>");
    }
    qb_html_close_table(page);
}

void qb_page_machine(qb_page *page)
{
    const qb_evidence *e = page->digest->evidence;
    qb_html_section(page, "machine", "Machine and build");
    put_machines(page);
    put_builds(page);
    if (e->machines > 1 || e->builds > 1)
        qb_html_paragraph(page, "Rows of several machines or builds are mixed here: times do not compare.");
    qb_html_close_section(page);
}
