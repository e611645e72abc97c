/* The page's last sections: how to do it again, and the queries that its numbers are linked to. */
#include "harness/report/page.h"
#include "harness/store/views.h"

#include <inttypes.h>

/* One command a line, as it is typed from a checkout of the build that measured. */
static void put_commands(qb_page *page, qb_text *out)
{
    const qb_evidence *e = page->digest->evidence;
    const char *database = page->options->database ? page->options->database : "runs.db";
    const char *file = page->options->experiment ? page->options->experiment : "experiment.yaml";
    const char *name = e->experiment.name;
    qb_text_appendf(out,
                    "./demo                                     # or: meson setup build && ninja -C build\n");
    qb_text_appendf(out, "qubout run %s --db %s\n", file, database);
    if (page->experiment && page->experiment->decision.given)
        qb_text_appendf(out, "qubout verdict --db %s --experiment '%s'\n", database, name);
    qb_text_appendf(out, "qubout report --db %s --experiment '%s' --out report\n", database, name);
    if (e->entries > 1)
        qb_text_appendf(out, "qubout compare '%s' '%s' --db %s --experiment '%s'\n",
                        e->entry[page->order[0]].name, e->entry[page->order[1]].name, database, name);
    qb_text_appendf(out, "qubout plot gap --db %s --experiment '%s'       # any figure by its name\n",
                    database, name);
    qb_text_appendf(
        out, "qubout replay %" PRId64 " --db %s                 # one run again, and the first difference\n",
        e->run[0].id, database);
    qb_text_appendf(out, "qubout export --db %s --experiment '%s' --out runs.csv\n", database, name);
}

void qb_page_reproduce(qb_page *page)
{
    const qb_evidence *e = page->digest->evidence;
    qb_text commands = {0};
    qb_html_section(page, "reproduce", "How to reproduce");
    if (e->builds)
        qb_html_numbers(page, "machines",
                        "Measured by qubout %s, revision %s. With the specification below in a file:",
                        e->build[0].version, e->build[0].revision);
    put_commands(page, &commands);
    qb_html_code(page, qb_text_get(&commands));
    qb_text_append(page->out, "<details><summary>The specification, as it was registered</summary>\n");
    qb_html_code(page, e->experiment.spec);
    for (uint32_t k = 0; k < e->amendments; k++) {
        qb_html_paragraph(page, "As it was amended on %s:", e->amendment[k].at);
        qb_html_code(page, e->amendment[k].spec);
    }
    qb_text_append(page->out, "</details>\n");
    qb_html_close_section(page);
    qb_text_clear(&commands);
}

void qb_page_queries(qb_page *page)
{
    qb_text text = {0};
    qb_html_section(page, "queries", "The queries behind the numbers");
    qb_html_paragraph(
        page, "The store is one SQLite file. A number on this page is linked to the query that gives it, "
              "or gives what it is computed from; results/README.md says what the columns mean.");
    for (const qb_store_query *q = qb_store_queries; q->id; q++) {
        qb_text_appendf(page->out, "<section class=\"query\" id=\"query-%s\">\n<h3>%s</h3>\n", q->id, q->id);
        qb_html_paragraph(page, "%s:", q->shows);
        qb_text_reset(&text);
        qb_store_query_text(q, page->digest->evidence->experiment.id, &text);
        qb_html_code(page, qb_text_get(&text));
        qb_text_append(page->out, "</section>\n");
    }
    qb_html_close_section(page);
    qb_text_clear(&text);
}
