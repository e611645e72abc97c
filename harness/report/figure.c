#include "harness/report/figure.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

void qb_figure_number(qb_figure *figure, const char *name, double value)
{
    qb_text_appendf(&figure->script, "%s = ", name);
    if (isfinite(value)) { /* gnuplot divides integers as integers: always a real */
        qb_text_append_double(&figure->script, value);
        qb_text_append(&figure->script, " + 0.0\n");
    } else {
        qb_text_append(&figure->script, "NaN\n");
    }
}

/* Between single quotes gnuplot takes everything as it is but the quote itself, which is doubled. */
void qb_figure_text(qb_figure *figure, const char *name, const char *value)
{
    qb_text_appendf(&figure->script, "%s = '", name);
    for (const char *c = value; *c; c++)
        if (*c == '\'')
            qb_text_append(&figure->script, "''");
        else
            qb_text_append_char(&figure->script, (unsigned char)*c < ' ' ? ' ' : *c);
    qb_text_append(&figure->script, "'\n");
}

void qb_figure_open(qb_figure *figure, const char *name)
{
    qb_text_appendf(&figure->script, "$%s << END_OF_DATA\n", name);
}

void qb_figure_put(qb_figure *figure, double value)
{
    if (isfinite(value))
        qb_text_append_double(&figure->script, value);
    else
        qb_text_append(&figure->script, "NaN");
    qb_text_append_char(&figure->script, '\t');
}

/* Control characters would end a field or a row, a leading '#' would begin a comment. */
void qb_figure_put_text(qb_figure *figure, const char *value)
{
    for (const char *c = value; *c; c++)
        qb_text_append_char(&figure->script, (unsigned char)*c < ' ' || *c == '"' || *c == '#' ? ' ' : *c);
    qb_text_append_char(&figure->script, '\t');
}

void qb_figure_end_row(qb_figure *figure)
{
    qb_text_append_char(&figure->script, '\n');
}

void qb_figure_gap(qb_figure *figure)
{
    qb_text_append(&figure->script, "\n\n");
}

void qb_figure_close(qb_figure *figure)
{
    qb_text_append(&figure->script, "END_OF_DATA\n");
}

void qb_figure_put_quantity(qb_figure *figure)
{
    const char *unit;
    qb_figure_text(figure, "quantity", qb_say_quantity(figure->digest->evidence, &unit));
    qb_figure_text(figure, "unit", unit);
}

void qb_figure_put_shown(qb_figure *figure, uint32_t shown, uint32_t all, const char *which, const char *what)
{
    char text[96] = "";
    if (shown < all)
        (void)snprintf(text, sizeof text, "the %" PRIu32 " %s of %" PRIu32 " %s", shown, which, all, what);
    qb_figure_text(figure, "shown", text);
}

uint32_t qb_figure_put_panels(qb_figure *figure, uint32_t panels)
{
    uint32_t columns = panels < 4 ? panels : 4, rows = (panels + columns - 1) / columns;
    qb_figure_number(figure, "panels", panels);
    qb_figure_number(figure, "columns", columns);
    qb_figure_number(figure, "rows", rows);
    return rows;
}

/* Okabe and Ito, "Color universal design" (2008); black is our ink, and pale yellow comes last. */
static const uint32_t colour[] = {0x0072b2, 0xd55e00, 0x009e73, 0xe69f00,
                                  0xcc79a7, 0x56b4e9, 0x1b1b1b, 0xc9b90e};

#define COLOURS ((uint32_t)(sizeof colour / sizeof *colour))
#define PATTERNS \
    3 /* style.gp has dash patterns 1 .. 3 * PATTERNS: a triple each time the colours come again */

uint32_t qb_figure_colour(uint32_t entry)
{
    return colour[entry % COLOURS];
}

void qb_figure_put_entry(qb_figure *figure, uint32_t entry)
{
    static const int dash[] = {
        [QB_EVIDENCE_CHALLENGER] = 1, [QB_EVIDENCE_BASELINE] = 2, [QB_EVIDENCE_CONTROL] = 3};
    const qb_evidence_entry *e = &figure->digest->evidence->entry[entry];
    qb_figure_put_text(figure, e->name);
    qb_figure_put(figure, qb_figure_colour(entry));
    qb_figure_put(figure, dash[e->role] + 3 * (int)(entry / COLOURS % PATTERNS));
}

void qb_figure_put_key(qb_figure *figure, const uint32_t *entry, uint32_t count)
{
    enum { HEADING = 130, LINE = 22 };
    qb_figure_number(figure, "entries", count);
    qb_figure_open(figure, "entry");
    for (uint32_t k = 0; k < count; k++) {
        qb_figure_put_entry(figure, entry[k]);
        qb_figure_end_row(figure);
    }
    qb_figure_close(figure);
    if (figure->height < HEADING + LINE * count)
        figure->height = HEADING + LINE * count;
}

double qb_figure_log_score(double score, double floor)
{
    return isnan(score) ? NAN : log10(fmax(score, floor));
}

double qb_figure_floor(const double *values, uint64_t count)
{
    double least = 1;
    for (uint64_t k = 0; k < count; k++)
        if (values[k] > 0 && values[k] < least)
            least = values[k];
    return pow(10, fmin(fmax(floor(log10(least)), -6), -2));
}
