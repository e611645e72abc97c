#include "solvers/external/stream.h"

#include <math.h>
#include <string.h>

void qb_external_stream_open(qb_external_model *model, qb_external_startup *startup,
                             qb_external_stream *stream)
{
    *stream = (qb_external_stream){
        .model = model, .startup = startup, .line_limit = 256 + (size_t)32 * model->variables};
}

void qb_external_stream_close(qb_external_stream *stream)
{
    qb_text_clear(&stream->line);
}

/* Cuts the next word off the rest of a line; a length of 0 at its end. */
static size_t next_word(const char **rest, const char *end, const char **word)
{
    const char *at = *rest;
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\r'))
        at++;
    *word = at;
    while (at < end && *at != ' ' && *at != '\t' && *at != '\r')
        at++;
    *rest = at;
    return (size_t)(at - *word);
}

static bool read_bits(qb_external_model *model, const char *word, size_t length)
{
    if (length != model->variables)
        return false;
    for (size_t k = 0; k < length; k++) {
        if (word[k] != '0' && word[k] != '1')
            return false;
        model->x[k] = word[k] - '0';
    }
    return true;
}

static bool read_solution(qb_external_model *model, const char *rest, const char *end)
{
    const char *word;
    size_t length;
    if (model->bits) {
        length = next_word(&rest, end, &word);
        return read_bits(model, word, length) && next_word(&rest, end, &word) == 0;
    }
    for (uint32_t j = 0; j < model->variables; j++) {
        length = next_word(&rest, end, &word);
        if (!qb_parse_double(word, length, &model->x[j]))
            return false;
    }
    return next_word(&rest, end, &word) == 0;
}

static qb_status fail(const char *line, size_t size, qb_diag *diag)
{
    char shown[80];
    size_t length = size < sizeof shown - 1 ? size : sizeof shown - 1;
    for (size_t k = 0; k < length; k++)
        shown[k] = line[k] >= ' ' && line[k] <= '~' ? line[k] : '?';
    shown[length] = 0;
    return qb_fail(diag, QB_INTERNAL, "not a line of the stream protocol: '%s'", shown);
}

static bool is(const char *word, size_t length, const char *text)
{
    return strlen(text) == length && memcmp(word, text, length) == 0;
}

static qb_status take_line(qb_external_stream *s, const char *line, size_t size, qb_budget *budget,
                           qb_diag *diag)
{
    const char *rest = line, *end = line + size, *word, *number;
    double value, claim;
    size_t length = next_word(&rest, end, &word);
    if (length == 0 || word[0] == '#')
        return QB_OK;
    qb_external_startup_answer(s->startup);
    if (is(word, length, "incumbent")) {
        length = next_word(&rest, end, &number);
        if (!qb_parse_double(number, length, &value) || !read_solution(s->model, rest, end))
            return fail(line, size, diag);
        qb_status status = qb_external_model_publish(s->model, value, false, budget, &claim, diag);
        s->best = s->has_best && s->best < value ? s->best : value;
        s->has_best = true;
        return status;
    }
    if (is(word, length, "bound")) {
        length = next_word(&rest, end, &number);
        if (!qb_parse_double(number, length, &value) || next_word(&rest, end, &word))
            return fail(line, size, diag);
        qb_budget_bound(budget, s->model->sign * value + s->model->constant);
        return QB_OK;
    }
    s->has_ended = true;
    if (is(word, length, "infeasible"))
        qb_budget_infeasible(budget);
    else if (is(word, length, "optimal") && s->has_best)
        qb_budget_bound(budget, s->model->sign * s->best + s->model->constant);
    else if (!is(word, length, "done"))
        return fail(line, size, diag);
    return next_word(&rest, end, &word) ? fail(line, size, diag) : QB_OK;
}

qb_status qb_external_stream_take(qb_external_stream *s, const char *block, size_t size, qb_budget *budget,
                                  qb_diag *diag)
{
    qb_status status = QB_OK;
    for (const char *at = block, *end = block + size; at < end && !status;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t length = (size_t)((stop ? stop : end) - at);
        if (s->line.length + length > s->line_limit)
            return qb_fail(diag, QB_INTERNAL, "a line of more than %zu bytes", s->line_limit);
        qb_text_append_bytes(&s->line, at, length);
        if (s->line.status)
            return s->line.status;
        if (stop) {
            status = take_line(s, qb_text_get(&s->line), s->line.length, budget, diag);
            qb_text_reset(&s->line);
        }
        at += length + (stop != NULL);
    }
    return status;
}
