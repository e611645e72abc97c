#include "instances/lp_lexer.h"

#include "harness/base/text.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool qb_lp_name_char(char c)
{
    return is_letter(c) || is_digit(c) || (c && strchr("!\"#$%&()/,.;?@_`'{}|~", c));
}

bool qb_lp_name_start(char c)
{
    return qb_lp_name_char(c) && !is_digit(c) && c != '.' && c != '/';
}

static const struct {
    const char *word;
    qb_lp_section section;
} sections[] = {
    {"minimize", QB_LP_MINIMISE}, {"minimise", QB_LP_MINIMISE}, {"minimum", QB_LP_MINIMISE},
    {"min", QB_LP_MINIMISE},      {"maximize", QB_LP_MAXIMISE}, {"maximise", QB_LP_MAXIMISE},
    {"maximum", QB_LP_MAXIMISE},  {"max", QB_LP_MAXIMISE},      {"st", QB_LP_ROWS},
    {"s.t.", QB_LP_ROWS},         {"st.", QB_LP_ROWS},          {"bounds", QB_LP_BOUNDS},
    {"bound", QB_LP_BOUNDS},      {"general", QB_LP_GENERAL},   {"generals", QB_LP_GENERAL},
    {"gen", QB_LP_GENERAL},       {"integer", QB_LP_GENERAL},   {"integers", QB_LP_GENERAL},
    {"int", QB_LP_GENERAL},       {"binary", QB_LP_BINARY},     {"binaries", QB_LP_BINARY},
    {"bin", QB_LP_BINARY},        {"semi", QB_LP_SEMI},         {"semis", QB_LP_SEMI},
    {"sos", QB_LP_SOS},           {"sos1", QB_LP_SOS},          {"sos2", QB_LP_SOS},
    {"end", QB_LP_THE_END},
};

static bool find_section(qb_token word, qb_lp_section *section)
{
    for (size_t k = 0; k < sizeof sections / sizeof *sections; k++) {
        if (qb_token_is_nocase(word, sections[k].word)) {
            *section = sections[k].section;
            return true;
        }
    }
    return false;
}

bool qb_lp_is_keyword(qb_token word)
{
    qb_lp_section section;
    return find_section(word, &section) || qb_token_is_nocase(word, "subject") ||
           qb_token_is_nocase(word, "such") || qb_token_is_nocase(word, "free") ||
           qb_token_is_nocase(word, "inf") || qb_token_is_nocase(word, "infinity");
}

/* Skips blanks, line ends and comments; true when what follows is the first of its line. */
static bool skip_space(qb_scan *scan)
{
    bool first = scan->line == 0;
    if (first)
        scan->line = 1;
    while (scan->at < scan->end) {
        char c = *scan->at;
        if (c == '\\') {
            const char *newline = memchr(scan->at, '\n', (size_t)(scan->end - scan->at));
            scan->at = newline ? newline : scan->end;
        } else if (c == '\n') {
            first = true;
            scan->at++;
            scan->line += scan->at < scan->end;
        } else if (c == ' ' || c == '\t' || c == '\r') {
            scan->at++;
        } else {
            break;
        }
    }
    return first;
}

/* Digits [. digits] [e [sign] digits]; a letter right behind it is the name that follows. */
static const char *number_end(const char *p, const char *end)
{
    while (p < end && is_digit(*p))
        p++;
    if (p < end && *p == '.') {
        p++;
        while (p < end && is_digit(*p))
            p++;
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        const char *q = p + 1;
        q += q < end && (*q == '+' || *q == '-');
        if (q < end && is_digit(*q)) {
            while (q < end && is_digit(*q))
                q++;
            p = q;
        }
    }
    return p;
}

/* The word after the present one on the line, for `subject to` and `semi-continuous`. */
static bool take_word(qb_scan *scan, const char *word)
{
    const char *p = scan->at;
    while (p < scan->end && (*p == ' ' || *p == '\t' || *p == '-'))
        p++;
    const char *q = p;
    while (q < scan->end && is_letter(*q))
        q++;
    if (!qb_token_is_nocase((qb_token){p, (size_t)(q - p)}, word))
        return false;
    scan->at = q;
    return true;
}

static bool is_label(const qb_scan *scan)
{
    const char *p = scan->at;
    while (p < scan->end && (*p == ' ' || *p == '\t'))
        p++;
    return p < scan->end && *p == ':';
}

static void classify_name(qb_scan *scan, qb_lp_token *token)
{
    qb_token word = token->text;
    bool section = false;
    if (is_label(scan))
        return;
    if (qb_token_is_nocase(word, "subject")) {
        section = take_word(scan, "to");
        token->section = QB_LP_ROWS;
    } else if (qb_token_is_nocase(word, "such")) {
        section = take_word(scan, "that");
        token->section = QB_LP_ROWS;
    } else {
        section = find_section(word, &token->section);
        if (section && token->section == QB_LP_SEMI)
            (void)take_word(scan, "continuous");
    }
    if (section)
        token->kind = QB_LP_SECTION;
}

qb_lp_token qb_lp_next(qb_scan *scan)
{
    bool first = skip_space(scan);
    const char *p = scan->at;
    qb_lp_token token = {.kind = QB_LP_END, .text = {p, 0}, .line = scan->line};
    if (p == scan->end)
        return token;
    if (is_digit(*p) || (*p == '.' && p + 1 < scan->end && is_digit(p[1]))) {
        const char *q = number_end(p, scan->end);
        token.text.length = (size_t)(q - p);
        scan->at = q;
        token.kind = qb_token_real(token.text, &token.number) ? QB_LP_NUMBER : QB_LP_WRONG;
        return token;
    }
    if (qb_lp_name_start(*p)) {
        const char *q = p;
        while (q < scan->end && qb_lp_name_char(*q))
            q++;
        token.text.length = (size_t)(q - p);
        token.kind = QB_LP_NAME;
        scan->at = q;
        if (first)
            classify_name(scan, &token);
        return token;
    }
    scan->at++;
    token.text.length = 1;
    token.symbol = *p;
    if (*p == '<' || *p == '>' || *p == '=') {
        if (scan->at < scan->end && strchr("<>=", *scan->at) && *scan->at != *p &&
            (*p == '=' || *scan->at == '=')) {
            token.symbol = *p == '=' ? *scan->at : *p; /* <=, =<, >=, => */
            scan->at++;
            token.text.length = 2;
        }
        token.kind = QB_LP_RELATION;
    } else {
        token.kind = strchr("+-*/^[]:", *p) ? QB_LP_SYMBOL : QB_LP_WRONG;
    }
    return token;
}
