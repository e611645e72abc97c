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

void qb_html_table(qb_page *page, const char *caption, const char *const *headings)
{
    qb_text_append(page->out, "<div class=\"scroll\"><table>\n<caption><span>");
    qb_html_text(page, caption);
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

void qb_html_paragraph(qb_page *page, const char *format, ...)
{
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    qb_text_append(page->out, "<p>");
    qb_html_text(page, text);
    qb_text_append(page->out, "</p>\n");
}
