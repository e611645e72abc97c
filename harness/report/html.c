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

void qb_html_table(qb_page *page, const char *caption, const char *query, const char *const *headings)
{
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

void qb_html_number(qb_page *page, const char *text, bool emphasised)
{
    qb_text_append(page->out, emphasised ? "<td class=\"n best\">" : "<td class=\"n\">");
    qb_html_text(page, text);
    qb_text_append(page->out, "</td>");
}

void qb_html_count(qb_page *page, uint64_t count)
{
    qb_text_append(page->out, "<td class=\"n\">");
    qb_say_count(count, "\u202f", page->out); /* narrow, no break */
    qb_text_append(page->out, "</td>");
}

static void put_paragraph(qb_page *page, const char *query, const char *format, va_list arguments)
{
    char text[2048];
    vsnprintf(text, sizeof text, format, arguments);
    qb_text_append(page->out, "<p>");
    qb_html_text(page, text);
    if (query)
        qb_html_query(page, query);
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
