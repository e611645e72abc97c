/* HTML: every text is escaped here, and nowhere else. */
#include "harness/report/page.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void qb_html_text(qb_page *page, const char *text)
{
    qb_text_append_html(page->out, text);
}

void qb_html_section(qb_page *page, const char *id, const char *heading)
{
    qb_text_appendf(page->out, "<section id=\"%s\">\n<h2>", id);
    qb_html_text(page, heading);
    qb_text_append(page->out, "</h2>\n");
}

void qb_html_close_section(qb_page *page)
{
    qb_text_append(page->out, "</section>\n");
}

void qb_html_query(qb_page *page, const char *query)
{
    qb_text_appendf(page->out, " <a class=\"query\" href=\"#query-%s\">query</a>", query);
}

/* ---- numbers: each is a link to the query behind it; the keyboard passes over them, captions have one too
 */

static void open_link(qb_page *page, const char *query)
{
    qb_text_appendf(page->out, "<a href=\"#query-%s\" tabindex=\"-1\">", query);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* What may stand between two digits of one number: 1.5, 1e-3, 2026-11-27, 1 000 with a narrow space. */
static size_t joint_length(const char *c)
{
    static const char *const joints[] = {".", "-", "e-", "e+", "\u202f"};
    for (size_t k = 0; k < sizeof joints / sizeof *joints; k++) {
        size_t length = strlen(joints[k]);
        if (!strncmp(c, joints[k], length) && is_digit(c[length]))
            return length;
    }
    return 0;
}

/* Bytes of the number that begins here; 0: none does, or it is part of a word. */
static size_t number_length(const char *text)
{
    const char *c = text + (*text == '-');
    if (!is_digit(*c))
        return 0;
    for (size_t joint = 1; joint; c += joint) {
        while (is_digit(*c))
            c++;
        joint = joint_length(c);
    }
    return is_word(*c) ? 0 : (size_t)(c - text);
}

void qb_html_linked(qb_page *page, const char *query, const char *text)
{
    bool quoted = false;
    for (char before = ' '; *text; before = *text++) {
        quoted = *text == '\'' ? !quoted && !is_word(before) : quoted;
        size_t length = quoted || is_word(before) || before == '-' ? 0 : number_length(text);
        if (!length) {
            qb_text_append_html(page->out, (char[]){*text, 0});
            continue;
        }
        open_link(page, query);
        qb_text_append_bytes(page->out, text, length);
        qb_text_append(page->out, "</a>");
        text += length - 1;
    }
}

void qb_html_open_number(qb_page *page, bool emphasised)
{
    qb_text_append(page->out, emphasised ? "<td class=\"n best\">" : "<td class=\"n\">");
    open_link(page, page->query);
}

void qb_html_close_number(qb_page *page, const char *below)
{
    qb_text_append(page->out, "</a>");
    if (*below) {
        qb_text_append(page->out, "<small>");
        qb_html_text(page, below);
        qb_text_append(page->out, "</small>");
    }
    qb_text_append(page->out, "</td>");
}

void qb_html_number(qb_page *page, const char *text, bool emphasised)
{
    qb_html_open_number(page, emphasised);
    qb_html_text(page, text);
    qb_html_close_number(page, "");
}

void qb_html_count(qb_page *page, uint64_t count)
{
    qb_html_open_number(page, false);
    qb_say_count(count, "\u202f", page->out); /* narrow, no break */
    qb_html_close_number(page, "");
}

/* ---- tables */

void qb_html_table(qb_page *page, const char *caption, const char *query, const char *const *headings)
{
    page->query = query;
    qb_text_append(page->out, "<div class=\"scroll\" tabindex=\"0\"><table>\n<caption><span>");
    qb_html_text(page, caption);
    qb_html_query(page, query);
    qb_text_append(page->out, "</span></caption>\n<thead><tr>");
    for (; *headings; headings++) {
        bool numbers = **headings == '>';
        qb_text_append(page->out, numbers ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">");
        qb_html_text(page, *headings + numbers);
        qb_text_append(page->out, "</th>");
    }
    qb_text_append(page->out, "</tr></thead>\n<tbody>");
}

void qb_html_close_table(qb_page *page)
{
    qb_text_append(page->out, "\n</tbody></table></div>\n");
}

void qb_html_row(qb_page *page)
{
    qb_text_append(page->out, "\n<tr>");
}

void qb_html_cell(qb_page *page, const char *text)
{
    qb_text_append(page->out, "<td>");
    qb_html_text(page, text);
    qb_text_append(page->out, "</td>");
}

/* ---- paragraphs */

static void put_paragraph(qb_page *page, const char *query, const char *format, va_list arguments)
{
    char text[2048];
    vsnprintf(text, sizeof text, format, arguments);
    qb_text_append(page->out, "<p>");
    if (query)
        qb_html_linked(page, query, text);
    else
        qb_html_text(page, text);
    qb_text_append(page->out, "</p>\n");
}

void qb_html_paragraph(qb_page *page, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put_paragraph(page, NULL, format, arguments);
    va_end(arguments);
}

void qb_html_numbers(qb_page *page, const char *query, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put_paragraph(page, query, format, arguments);
    va_end(arguments);
}

void qb_html_code(qb_page *page, const char *text)
{
    qb_text_append(page->out, "<pre><code>");
    qb_html_text(page, text);
    qb_text_append(page->out, "</code></pre>\n");
}
