/* The page: drawn figures and sections put together, written in one piece. */
#include "harness/report/page.h"
#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "harness/base/memory.h"
#include "harness/report/figure.h"
#include "harness/report/templates.h"

#include <string.h>

#define FILE_LIMIT ((size_t)64 << 20)
#define KINDS      64 /* more figures than there will be */

/* A figure that the store has too little for is left out, with the reason. */
typedef struct drawn {
    bool left_out[KINDS];
    qb_diag why[KINDS];
    qb_text caption[KINDS];
} drawn;

static void drawn_free(drawn *figures)
{
    for (uint32_t k = 0; figures && k < KINDS; k++)
        qb_text_clear(&figures->caption[k]);
    qb_free(figures);
}

static qb_status draw_figures(const qb_page *page, unsigned formats, qb_text *written, drawn *figures,
                              qb_diag *diag)
{
    for (uint32_t k = 0; k < KINDS && qb_plot_kinds[k].name; k++) {
        qb_status status = qb_plots_draw(page->plots, qb_plot_kinds[k].name, page->folder, formats, written,
                                         &figures->why[k]);
        figures->left_out[k] = status == QB_REFUSED;
        if (status != QB_OK && status != QB_REFUSED)
            return qb_fail(diag, status, "%s", figures->why[k].text);
        qb_text_append(&figures->caption[k], qb_plots_caption(page->plots));
    }
    return QB_OK;
}

/* The SVG scrolls on a narrow screen, where its labels would shrink beyond reading. */
static qb_status put_figure(qb_page *page, const qb_plot_kind *kind, const char *caption, qb_diag *diag)
{
    qb_text path = {0};
    char *svg = NULL;
    size_t size;
    qb_text_appendf(&path, "%s/%s.svg", page->folder, kind->name);
    qb_status status = qb_file_read(qb_text_get(&path), FILE_LIMIT, &svg, &size, diag);
    if (status == QB_OK) {
        qb_text_appendf(page->out, "<figure id=\"figure-%s\">\n<div class=\"drawing\" tabindex=\"0\">",
                        kind->name);
        qb_page_inline_svg(svg, kind->name, page->out);
        qb_text_appendf(page->out, "</div>\n<figcaption id=\"caption-%s\">", kind->name);
        qb_html_linked(page, kind->numbers, caption);
        qb_html_query(page, kind->numbers);
        qb_text_appendf(page->out, " <code>qubout plot %s</code></figcaption>\n</figure>\n", kind->name);
    }
    qb_free(svg);
    qb_text_clear(&path);
    return status;
}

/* The figures of one section; those that were left out are named below them. */
static qb_status put_figures(qb_page *page, const drawn *figures, qb_plot_section section, qb_diag *diag)
{
    qb_status status = QB_OK;
    for (uint32_t k = 0; k < KINDS && qb_plot_kinds[k].name && status == QB_OK; k++)
        if (qb_plot_kinds[k].section == section && !figures->left_out[k])
            status = put_figure(page, &qb_plot_kinds[k], qb_text_get(&figures->caption[k]), diag);
    for (uint32_t k = 0; k < KINDS && qb_plot_kinds[k].name; k++)
        if (qb_plot_kinds[k].section == section && figures->left_out[k])
            qb_html_paragraph(page, "Not drawn: %s (%s).", qb_plot_kinds[k].title, figures->why[k].text);
    return status;
}

static qb_status put_head(qb_page *page, qb_diag *diag)
{
    qb_text path = {0};
    char *css = NULL;
    size_t size;
    qb_status status = qb_templates_find(&path, diag);
    qb_text_append(&path, "/report.css");
    if (status == QB_OK)
        status = qb_file_read(qb_text_get(&path), FILE_LIMIT, &css, &size, diag);
    qb_text_append(page->out,
                   "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    qb_html_text(page, page->digest->evidence->experiment.name);
    qb_text_append(page->out, " · Qubout</title>\n<style>\n");
    qb_text_append(page->out, css ? css : "");
    qb_text_append(page->out, "</style>\n</head>\n<body>\n");
    qb_free(css);
    qb_text_clear(&path);
    return status;
}

static void put_navigation(qb_page *page)
{
    static const struct {
        const char *id, *name;
    } sections[] = {{"decides", "What decides"},     {"solvers-at-a-glance", "Solvers"},
                    {"instances", "Instances"},      {"fairness", "Fairness"},
                    {"solvers", "Parameters"},       {"failures", "Failures"},
                    {"families", "Family and size"}, {"figures", "More figures"},
                    {"machine", "Machine"},          {"reproduce", "Reproduce"},
                    {"queries", "Queries"}};
    qb_text_append(page->out, "<nav aria-label=\"Sections\">");
    for (size_t k = 0; k < sizeof sections / sizeof *sections; k++)
        qb_text_appendf(page->out, "<a href=\"#%s\">%s</a>", sections[k].id, sections[k].name);
    qb_text_append(page->out, "</nav>\n");
}

static void put_foot(qb_page *page)
{
    const qb_evidence *e = page->digest->evidence;
    qb_text_append(page->out, "</main>\n<footer><p>Made by Qubout ");
    qb_html_text(page, e->builds ? e->build[0].version : "");
    qb_text_append(page->out,
                   " from the recorded runs; nothing on this page was typed by hand.</p></footer>\n"
                   "</body>\n</html>\n");
}

/* In the order in which a reviewer reads: what decides, the table, was it fair, with what, what failed, where
 * it holds, how to do it again. */
static qb_status write_page(qb_page *page, const drawn *figures, qb_diag *diag)
{
    qb_status status = put_head(page, diag);
    if (status != QB_OK)
        return status;
    qb_page_question(page);
    qb_page_verdict(page);
    put_navigation(page);
    qb_text_append(page->out, "<main>\n");
    qb_html_section(page, "decides", "What decides");
    status = put_figures(page, figures, QB_SECTION_DECISION, diag);
    qb_html_close_section(page);
    qb_page_standing(page);
    qb_page_table(page);
    if (status == QB_OK)
        status = put_figures(page, figures, QB_SECTION_TABLE, diag);
    qb_html_close_section(page);
    if (status == QB_OK)
        status = qb_page_fairness(page, diag);
    if (status == QB_OK)
        status = put_figures(page, figures, QB_SECTION_FAIRNESS, diag);
    qb_html_close_section(page);
    qb_page_solvers(page);
    if (status == QB_OK)
        status = qb_page_failures(page, diag);
    qb_page_families(page);
    if (status == QB_OK)
        status = put_figures(page, figures, QB_SECTION_BREAKDOWN, diag);
    qb_html_close_section(page);
    qb_page_circuits(page);
    qb_html_section(page, "figures", "More figures");
    if (status == QB_OK)
        status = put_figures(page, figures, QB_SECTION_MORE, diag);
    qb_html_close_section(page);
    qb_page_machine(page);
    qb_page_reproduce(page);
    qb_page_queries(page);
    put_foot(page);
    if (status == QB_OK && page->out->status != QB_OK)
        status = qb_fail(diag, QB_NO_MEMORY, "no memory for the page");
    return status;
}

static qb_status make_page(qb_page *page, unsigned formats, qb_text *written, qb_diag *diag)
{
    qb_text path = {0};
    drawn *figures = QB_NEW(drawn, 1);
    if (!figures)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for the page");
    qb_status status = draw_figures(page, formats | QB_PLOT_SVG, written, figures, diag);
    if (status == QB_OK)
        status = write_page(page, figures, diag);
    if (status == QB_OK)
        status =
            qb_file_make_folder(page->folder, diag); /* with every figure left out nobody has made it yet */
    if (status == QB_OK) {
        qb_text_appendf(&path, "%s/report.html", page->folder);
        status = qb_file_write(qb_text_get(&path), qb_text_get(page->out), page->out->length, diag);
        if (status == QB_OK && written)
            qb_text_appendf(written, "%s\n", qb_text_get(&path));
    }
    drawn_free(figures);
    qb_text_clear(&path);
    return status;
}

qb_status qb_report_write(qb_store *store, const qb_evidence *evidence, const char *folder,
                          const qb_report_options *options, qb_text *written, qb_diag *diag)
{
    qb_plots *plots = NULL;
    qb_text out = {0};
    char today[QB_DATE_TEXT];
    qb_status status = qb_plots_open(store, evidence, &plots, diag);
    if (status == QB_OK) {
        qb_clock_today(today);
        qb_page page = {.store = store,
                        .plots = plots,
                        .digest = &plots->digest,
                        .order = plots->order,
                        .experiment = plots->experiment,
                        .options = options,
                        .folder = folder,
                        .today = today,
                        .out = &out};
        unsigned formats = options->formats ? options->formats : QB_PLOT_SVG | QB_PLOT_PNG | QB_PLOT_PDF;
        status = make_page(&page, formats, written, diag);
    }
    qb_plots_close(plots);
    qb_text_clear(&out);
    return status;
}
