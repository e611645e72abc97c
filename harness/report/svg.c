/* A figure of gnuplot's as part of the page. */
#include "harness/report/page.h"

#include <string.h>

/* What gnuplot writes for the colours of plots/style.gp, and the page's names for them. */
static const struct {
    const char *from, *to;
} replaced[] = {
    {"fill=\"#ffffff\"", "fill=\"none\""},
    {"rgb( 27,  27,  27)", "var(--ink)"},
    {"rgb(27,27,27)", "var(--ink)"}, /* of text; strokes are padded */
    {"rgb( 92,  92,  92)", "var(--soft)"},
    {"rgb(92,92,92)", "var(--soft)"},
    {"rgb(227, 227, 227)", "var(--grid)"},
    {"rgb(196, 196, 196)", "var(--faint)"},
    {"color=\"black\"", "color=\"var(--ink)\""},
    {"font-family=\"DejaVu Sans\"", "font-family=\"DejaVu Sans, Verdana, sans-serif\""},
    {"font-family=\"DejaVu Sans Bold\"",
     "font-weight=\"bold\" font-family=\"DejaVu Sans, Verdana, sans-serif\""},
};

/* Names are used within one figure only, and several figures share the page. */
static const char *const named[] = {" id='", " id=\"", "href='#", "href=\"#", "url(#"};

static bool starts(const char *at, const char *with)
{
    return !strncmp(at, with, strlen(with));
}

/* Copies or rewrites what stands at `at`; returns where to go on. */
static const char *put_next(const char *at, const char *kind, qb_text *out)
{
    if (starts(at, "<title>") || starts(at, "<desc>")) { /* would pop up over the figure */
        const char *end = strstr(at, starts(at, "<title>") ? "</title>" : "</desc>");
        return end ? strchr(end, '>') + 1 : at + strlen(at);
    }
    for (size_t k = 0; k < sizeof replaced / sizeof *replaced; k++)
        if (starts(at, replaced[k].from)) {
            qb_text_append(out, replaced[k].to);
            return at + strlen(replaced[k].from);
        }
    for (size_t k = 0; k < sizeof named / sizeof *named; k++)
        if (starts(at, named[k])) {
            qb_text_appendf(out, "%s%s-", named[k], kind);
            return at + strlen(named[k]);
        }
    qb_text_append_char(out, *at);
    return at + 1;
}

void qb_page_inline_svg(const char *svg, const char *kind, qb_text *out)
{
    const char *at = strstr(svg, "<svg");
    if (!at)
        return;
    qb_text_appendf(out, "<svg role=\"img\" aria-labelledby=\"caption-%s\"", kind);
    at += strlen("<svg");
    while (*at)
        at = put_next(at, kind, out);
}
