/* The tables as Markdown and as LaTeX. */
#include "harness/base/memory.h"
#include "harness/report/digest.h"
#include "harness/report/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef struct writer {
    qb_markup markup;
    qb_text *out;
    bool inside; /* a cell of this row has been written */
} writer;

/* Characters that mean something to the markup, and what stands for them. */
static const char *escape(qb_markup markup, char c)
{
    static const struct {
        char c;
        const char *markdown, *latex;
    } table[] = {{'|', "\\|", NULL},
                 {'*', "\\*", NULL},
                 {'_', "\\_", "\\_"},
                 {'`', "\\`", NULL},
                 {'<', "&lt;", "\\textless{}"},
                 {'>', "&gt;", "\\textgreater{}"},
                 {'&', "&amp;", "\\&"},
                 {'%', NULL, "\\%"},
                 {'$', NULL, "\\$"},
                 {'#', "\\#", "\\#"},
                 {'{', NULL, "\\{"},
                 {'}', NULL, "\\}"},
                 {'~', NULL, "\\textasciitilde{}"},
                 {'^', NULL, "\\textasciicircum{}"},
                 {'\\', "\\\\", "\\textbackslash{}"}};
    for (size_t k = 0; k < sizeof table / sizeof *table; k++)
        if (table[k].c == c)
            return markup == QB_MARKDOWN ? table[k].markdown : table[k].latex;
    return NULL;
}

static void put_text(writer *w, const char *text)
{
    for (; *text; text++) {
        const char *instead = escape(w->markup, *text);
        if (instead)
            qb_text_append(w->out, instead);
        else
            qb_text_append_char(w->out, *text == '\n' ? ' ' : *text);
    }
}

static void cell(writer *w, const char *text, bool bold)
{
    if (w->markup == QB_MARKDOWN)
        qb_text_append(w->out, w->inside ? " | " : "| ");
    else if (w->inside)
        qb_text_append(w->out, " & ");
    w->inside = true;
    if (bold)
        qb_text_append(w->out, w->markup == QB_MARKDOWN ? "**" : "\\textbf{");
    put_text(w, text);
    if (bold)
        qb_text_append(w->out, w->markup == QB_MARKDOWN ? "**" : "}");
}

static void end_row(writer *w)
{
    qb_text_append(w->out, w->markup == QB_MARKDOWN ? " |\n" : " \\\\\n");
    w->inside = false;
}

/* The first `words` of `columns` hold words, the others numbers; names are written next, as a row. */
static void open_table(writer *w, uint32_t words, uint32_t columns)
{
    if (w->markup == QB_MARKDOWN)
        return;
    qb_text_append(w->out, "\\begin{tabular}{");
    for (uint32_t k = 0; k < columns; k++)
        qb_text_append_char(w->out, k < words ? 'l' : 'r');
    qb_text_append(w->out, "}\n\\toprule\n");
}

static void end_heading(writer *w, uint32_t words, uint32_t columns)
{
    end_row(w);
    if (w->markup == QB_LATEX) {
        qb_text_append(w->out, "\\midrule\n");
        return;
    }
    for (uint32_t k = 0; k < columns; k++)
        qb_text_append(w->out, k < words ? "|---" : "|--:");
    qb_text_append(w->out, "|\n");
}

static void close_table(writer *w)
{
    qb_text_append(w->out, w->markup == QB_MARKDOWN ? "\n" : "\\bottomrule\n\\end{tabular}\n\n");
}

static void put_standing(writer *w, const qb_digest *d, const uint32_t *order)
{
    static const char *const heading[] = {"solver", "role", "mean gap", "best on", "feasible", "proved"};
    open_table(w, 2, 6);
    for (int k = 0; k < 6; k++)
        cell(w, heading[k], false);
    end_heading(w, 2, 6);
    for (uint32_t place = 0; place < d->evidence->entries; place++) {
        const qb_evidence_entry *entry = &d->evidence->entry[order[place]];
        qb_standing s = qb_digest_standing(d, order[place]);
        char text[64], buffer[QB_SAY];
        cell(w, entry->name, false);
        cell(w, qb_say_role(entry->role), false);
        cell(w, qb_say_percent(qb_digest_mean(d, order[place]), buffer), place == 0);
        snprintf(text, sizeof text, "%" PRIu32 "/%" PRIu32, s.best_on, s.on);
        cell(w, text, false);
        snprintf(text, sizeof text, "%" PRIu64 "/%" PRIu64, s.counted, s.runs);
        cell(w, text, false);
        snprintf(text, sizeof text, "%" PRIu64 "/%" PRIu64, s.proved, s.runs);
        cell(w, text, false);
        end_row(w);
    }
    close_table(w);
}

static void put_instances(writer *w, const qb_digest *d, const uint32_t *order)
{
    const qb_evidence *e = d->evidence;
    open_table(w, 1, e->entries + 2);
    cell(w, "instance", false);
    cell(w, "best known", false);
    for (uint32_t place = 0; place < e->entries; place++)
        cell(w, e->entry[order[place]].name, false);
    end_heading(w, 1, e->entries + 2);
    for (uint32_t i = 0; i < e->instances; i++) {
        char buffer[QB_SAY];
        double least = 2 * QB_FALLBACK_SCORE;
        for (uint32_t k = 0; k < e->entries; k++)
            if (qb_digest_cell(d, k, i)->median_score < least)
                least = qb_digest_cell(d, k, i)->median_score;
        cell(w, e->instance[i].name, false);
        cell(w, qb_say_number(d->best[i], buffer), false);
        for (uint32_t place = 0; place < e->entries; place++) {
            double median = qb_digest_cell(d, order[place], i)->median_score;
            cell(w, qb_say_percent(median, buffer), median <= least && least < QB_FALLBACK_SCORE);
        }
        end_row(w);
    }
    close_table(w);
}

static void put_title(writer *w, const qb_evidence *e)
{
    qb_text title = {0};
    qb_text_appendf(&title, "%s: ", e->experiment.name);
    qb_say_budget(e, &title);
    qb_text_appendf(&title, ", %" PRIu64 " runs, specification %.12s", e->runs, e->experiment.sha256);
    qb_text_append(w->out, w->markup == QB_MARKDOWN ? "### " : "% ");
    put_text(w, qb_text_get(&title));
    qb_text_append(w->out, "\n\n");
    qb_text_clear(&title);
}

qb_status qb_report_markup(const qb_evidence *evidence, qb_markup markup, qb_text *out, qb_diag *diag)
{
    qb_digest d = {0};
    writer w = {.markup = markup, .out = out};
    if (!evidence->runs)
        return qb_fail(diag, QB_REFUSED, "experiment '%s' has no runs yet", evidence->experiment.name);
    uint32_t *order = QB_NEW(uint32_t, evidence->entries);
    qb_status status =
        order ? qb_digest_make(evidence, &d, diag) : qb_fail(diag, QB_NO_MEMORY, "no memory for a table");
    if (status == QB_OK) {
        qb_digest_order(&d, order);
        put_title(&w, evidence);
        put_standing(&w, &d, order);
        put_instances(&w, &d, order);
        if (out->status != QB_OK)
            status = qb_fail(diag, QB_NO_MEMORY, "no memory for a table");
    }
    qb_free(order);
    qb_digest_clear(&d);
    return status;
}
