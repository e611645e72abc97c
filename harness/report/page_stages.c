/* Where the time of the runs went: reading the instance is not counted, everything else spends the budget. */
#include "harness/report/page.h"

#include <stdio.h>
#include <string.h>

typedef struct stages {
    qb_page *page;
    bool any;
    qb_text label; /* of the row before: said once */
} stages;

static void put_seconds(qb_page *page, double seconds)
{
    char text[QB_SAY];
    snprintf(text, sizeof text, "%.3g ms", 1000 * seconds);
    qb_html_number(page, seconds > 0 ? text : "-", false);
}

static qb_status put_stage(void *context, const qb_store_stage *stage)
{
    static const char *const headings[] = {"solver",     "stage",     ">CPU time", ">share",
                                           ">wall time", ">modelled", NULL};
    stages *s = context;
    char text[QB_SAY];
    if (!s->any)
        qb_html_table(
            s->page,
            "Where the time of a run went, on average. Lowering, presolve, search for parameters and "
            "compilation of circuits spend the budget like the search itself; reading the instance "
            "does not.",
            "stages", headings);
    s->any = true;
    qb_html_row(s->page);
    bool same = !strcmp(qb_text_get(&s->label), stage->label);
    qb_html_cell(s->page, same ? "" : stage->label);
    qb_text_reset(&s->label);
    qb_text_append(&s->label, stage->label);
    qb_html_cell(s->page, stage->stage);
    put_seconds(s->page, stage->cpu_s);
    snprintf(text, sizeof text, "%.1f %%", 100 * stage->share);
    qb_html_number(s->page, text, false);
    put_seconds(s->page, stage->wall_s);
    put_seconds(s->page, stage->modelled_s);
    qb_text_append(s->page->out, "</tr>");
    return QB_OK;
}

qb_status qb_page_stages(qb_page *page, qb_diag *diag)
{
    stages s = {.page = page};
    qb_status status =
        qb_store_stages(page->store, page->digest->evidence->experiment.id, put_stage, &s, diag);
    if (s.any)
        qb_html_close_table(page);
    double reading_s = 0;
    if (status == QB_OK)
        status =
            qb_store_reading_seconds(page->store, page->digest->evidence->experiment.id, &reading_s, diag);
    if (status == QB_OK && reading_s > 0)
        qb_html_numbers(page, "reading", "Reading the instances, each once for all of its runs, took %.3g s.",
                        reading_s);
    if (page->digest->evidence->runs > QB_STAGE_RUNS)
        qb_html_numbers(page, "stages", "Of the first %d runs, in the order in which they were stored.",
                        QB_STAGE_RUNS);
    qb_text_clear(&s.label);
    return status;
}
