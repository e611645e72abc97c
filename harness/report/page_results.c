/* The page's sections on what came out: question, solvers, instances, families. */
#include "harness/base/memory.h"
#include "harness/report/page.h"
#include "harness/report/verdict.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void put_facts(qb_page *page, const char *text)
{
    qb_text_append(page->out, "<p class=\"facts\">");
    qb_html_linked(page, "planned", text);
    qb_text_append(page->out, "</p>\n");
}

static void put_hashes(qb_page *page)
{
    const qb_store_experiment *x = &page->digest->evidence->experiment;
    qb_text_append(page->out, "<p class=\"facts\">registered ");
    qb_html_text(page, x->registered_at);
    qb_text_append(page->out, " · specification SHA-256 <code>");
    qb_html_text(page, x->sha256);
    qb_text_append(page->out, "</code></p>\n");
}

void qb_page_question(qb_page *page)
{
    const qb_evidence *e = page->digest->evidence;
    const qb_experiment *x = page->experiment;
    qb_text facts = {0};
    qb_text_append(page->out, "<header>\n<p class=\"kicker\">Qubout report</p>\n<h1>");
    qb_html_text(page, e->experiment.name);
    qb_text_append(page->out, "</h1>\n");
    if (x && *x->question) {
        qb_text_append(page->out, "<p class=\"question\">");
        qb_html_text(page, x->question);
        qb_text_append(page->out, "</p>\n");
    }
    qb_say_count(e->runs, "\u202f", &facts);
    qb_text_appendf(&facts, " runs · %" PRIu32 " solvers · %" PRIu32 " instances · ", e->entries,
                    e->instances);
    qb_say_budget(e, &facts);
    if (x)
        qb_text_appendf(&facts, " · claim: %s", qb_claim_name(x->claim));
    put_facts(page, qb_text_get(&facts));
    qb_text_clear(&facts);
    put_hashes(page);
    for (uint32_t k = 0; k < e->amendments; k++)
        if (*e->amendment[k].why)
            qb_html_paragraph(page, "The decision was changed after registration, on %s: %s",
                              e->amendment[k].at, e->amendment[k].why);
    if (x && !x->decision.given)
        qb_html_paragraph(page,
                          "No decision rule was registered: what follows describes, and decides nothing.");
    qb_text_append(page->out, "</header>\n");
}

/* ---- the verdict */

static void put_note(void *page, const char *query, const char *sentence)
{
    qb_text_append(((qb_page *)page)->out, "<li>");
    qb_html_linked(page, query, sentence);
    qb_text_append(((qb_page *)page)->out, "</li>\n");
}

static void put_decision(qb_page *page, const qb_verdict *v)
{
    qb_text_append(page->out, "<div class=\"verdict\" id=\"verdict\">\n<strong>");
    qb_html_text(page, qb_decision_name(v->decision));
    qb_text_append(page->out, "</strong>\n");
    for (int k = 0; k < 2; k++)
        qb_html_numbers(page, "scores", "%s", v->sentence[k]);
    qb_text_append(page->out, "<ul>\n");
    qb_verdict_notes(v, put_note, page);
    qb_text_append(page->out, "</ul>\n<p class=\"facts\">Computed from the mean gaps of the solvers on the "
                              "instances; <code>qubout verdict --json</code> computes it again.");
    qb_html_query(page, "scores");
    qb_text_append(page->out, "</p>\n");
    qb_text_append(page->out, "</div>\n");
}

void qb_page_verdict(qb_page *page)
{
    qb_verdict verdict;
    qb_diag why = {{0}};
    if (!page->experiment || !page->experiment->decision.given)
        return;
    if (qb_verdict_compute_whole(page->store, page->digest->evidence, page->today, &verdict, &why) != QB_OK) {
        qb_html_paragraph(page, "No verdict: %s.", why.text);
        return;
    }
    put_decision(page, &verdict);
    qb_verdict_clear(&verdict);
}

/* ---- solver by solver */

static void put_of(qb_page *page, uint64_t part, uint64_t whole)
{
    char text[48];
    snprintf(text, sizeof text, "%" PRIu64 " of %" PRIu64, part, whole);
    qb_html_number(page, text, false);
}

void qb_page_standing(qb_page *page)
{
    const qb_digest *d = page->digest;
    static const char *const headings[] = {"solver",   "role",      "execution", ">mean gap",
                                           ">best on", ">feasible", ">proved",   NULL};
    qb_html_section(page, "solvers-at-a-glance", "Solvers at a glance");
    qb_html_table(
        page,
        "Mean over instances of the mean gap of all runs on the unperturbed instance; a run without a "
        "feasible solution counts as 100 %.",
        "standing", headings);
    for (uint32_t place = 0; place < d->evidence->entries; place++) {
        const qb_evidence_entry *entry = &d->evidence->entry[page->order[place]];
        qb_standing s = qb_digest_standing(d, page->order[place]);
        char buffer[QB_SAY];
        qb_html_row(page);
        qb_html_cell(page, entry->name);
        qb_html_cell(page, qb_say_role(entry->role));
        qb_html_cell(page, entry->execution);
        qb_html_number(page, qb_say_percent(qb_digest_mean(d, page->order[place]), buffer), place == 0);
        put_of(page, s.best_on, s.on);
        put_of(page, s.counted, s.runs);
        put_of(page, s.proved, s.runs);
        qb_text_append(page->out, "</tr>");
    }
    qb_html_close_table(page);
    qb_html_close_section(page);
}

/* ---- instance by solver */

/* "1.2 %", and below it the runs that counted where not all did. */
static void put_cell(qb_page *page, const qb_cell_digest *cell, double least)
{
    char buffer[QB_SAY];
    bool best = cell->runs && cell->median_score <= least;
    char counted[48] = "";
    if (cell->feasible < cell->runs)
        snprintf(counted, sizeof counted, "%" PRIu64 " of %" PRIu64, cell->feasible, cell->runs);
    qb_html_open_number(page, best);
    qb_html_text(page, cell->runs && isnan(cell->median_score) ? qb_say_number(cell->median_objective, buffer)
                                                               : qb_say_percent(cell->median_score, buffer));
    qb_html_close_number(page, counted);
}

static void put_best(qb_page *page, uint32_t i)
{
    const qb_digest *d = page->digest;
    const qb_evidence_instance *instance = &d->evidence->instance[i];
    char buffer[QB_SAY], origin[64];
    snprintf(origin, sizeof origin, "%s, %s", qb_sense_name(instance->sense),
             d->best_from_runs[i]         ? "found here"
             : isnan(instance->reference) ? "unknown"
                                          : instance->reference_kind);
    qb_html_open_number(page, false);
    qb_html_text(page, qb_say_number(d->best[i], buffer));
    qb_html_close_number(page, origin);
}

static void put_instance(qb_page *page, uint32_t i)
{
    const qb_digest *d = page->digest;
    const qb_evidence_instance *instance = &d->evidence->instance[i];
    double least = nextafter(QB_FALLBACK_SCORE, 0); /* a row of failures has no best */
    for (uint32_t k = 0; k < d->evidence->entries; k++)
        least = fmin(least, qb_digest_cell(d, k, i)->median_score);
    qb_html_row(page);
    qb_text_append(page->out, "<th scope=\"row\">");
    qb_html_text(page, instance->name);
    qb_text_appendf(page->out, "<small>%s, n = %" PRIu64 "</small></th>", qb_kind_name(instance->kind),
                    instance->variables);
    put_best(page, i);
    for (uint32_t place = 0; place < d->evidence->entries; place++)
        put_cell(page, qb_digest_cell(d, page->order[place], i), least);
    qb_text_append(page->out, "</tr>");
}

/* A table whose columns are first [count], then a column of numbers for every entry. */
static void open_entry_table(qb_page *page, const char *caption, const char *query, const char *const *first,
                             uint32_t count)
{
    const qb_evidence *e = page->digest->evidence;
    const char **heading = QB_NEW(const char *, (size_t)count + e->entries + 1);
    qb_text *name = QB_NEW(qb_text, e->entries);
    if (heading && name) {
        for (uint32_t k = 0; k < count; k++)
            heading[k] = first[k];
        for (uint32_t place = 0; place < e->entries; place++) {
            qb_text_appendf(&name[place], ">%s", e->entry[page->order[place]].name);
            heading[count + place] = qb_text_get(&name[place]);
        }
        qb_html_table(page, caption, query, heading);
    } else {
        page->out->status = QB_NO_MEMORY;
    }
    for (uint32_t k = 0; name && k < e->entries; k++)
        qb_text_clear(&name[k]);
    qb_free(name);
    qb_free(heading);
}

/* More would be a file, not a page. */
#define INSTANCES_SHOWN 200

void qb_page_table(qb_page *page)
{
    const uint32_t all = page->digest->evidence->instances;
    const uint32_t shown = all < INSTANCES_SHOWN ? all : INSTANCES_SHOWN;
    static const char *const first[] = {"instance", ">best known"};
    qb_html_section(page, "instances", "Instance by solver");
    open_entry_table(
        page,
        "Median gap over the runs on the unperturbed instance, the best of a row in bold. Where not "
        "every run found a feasible solution, how many did.",
        "instances", first, 2);
    for (uint32_t k = 0; k < shown; k++) /* spread over all, which are sorted by family and size */
        put_instance(page, (uint32_t)((uint64_t)k * all / shown));
    qb_html_close_table(page);
    if (shown < all)
        qb_html_numbers(page, "instances",
                        "%" PRIu32 " of %" PRIu32 " instances, evenly from every family and size; %" PRIu32
                        " more are in the query, in `qubout report --table` and in `qubout export`.",
                        shown, all, all - shown);
}

/* ---- families */

static void put_family(qb_page *page, uint32_t first, uint32_t end)
{
    const qb_digest *d = page->digest;
    const qb_evidence_instance *instance = d->evidence->instance;
    char text[64], buffer[QB_SAY];
    uint64_t least = UINT64_MAX, most = 0;
    for (uint32_t i = first; i < end; i++) {
        least = instance[i].variables < least ? instance[i].variables : least;
        most = instance[i].variables > most ? instance[i].variables : most;
    }
    qb_html_row(page);
    qb_html_cell(page, *instance[first].family ? instance[first].family : "(none)");
    qb_html_count(page, end - first);
    if (least == most)
        snprintf(text, sizeof text, "%" PRIu64, least);
    else
        snprintf(text, sizeof text, "%" PRIu64 " to %" PRIu64, least, most);
    qb_html_number(page, text, false);
    for (uint32_t place = 0; place < d->evidence->entries; place++) {
        double total = 0;
        for (uint32_t i = first; i < end; i++)
            total += qb_digest_cell(d, page->order[place], i)->mean_score;
        qb_html_number(page, qb_say_percent(total / (end - first), buffer), false);
    }
    qb_text_append(page->out, "</tr>");
}

/* Instances are sorted by family. */
void qb_page_families(qb_page *page)
{
    const qb_evidence *e = page->digest->evidence;
    static const char *const first_headings[] = {"family", ">instances", ">variables"};
    qb_html_section(page, "families", "By family and size");
    open_entry_table(page, "Mean gap over the instances of a family.", "families", first_headings, 3);
    for (uint32_t first = 0, end; first < e->instances; first = end) {
        end = first + 1;
        while (end < e->instances && !strcmp(e->instance[end].family, e->instance[first].family))
            end++;
        put_family(page, first, end);
    }
    qb_html_close_table(page);
}
