#include "solvers/external/answer.h"

#include "harness/base/memory.h"
#include "harness/model/solution.h"

#include <math.h>
#include <stdio.h>

#define QUOTE 128

size_t qb_external_answer_limit(const qb_external_model *model)
{
    const qb_mip *mip = model->model->mip;
    return QB_EXTERNAL_WORDS_KEPT + 512 * ((size_t)model->variables + (mip ? mip->rows : 0));
}

static void note_version(const qb_external_session *s, const qb_external_text *text, size_t count)
{
    const char *after = s->external->version_after;
    for (size_t k = 0; after && k < count; k++) {
        char version[64];
        size_t length;
        const char *at = qb_external_after(text[k], after, &length);
        if (!at)
            continue;
        snprintf(version, sizeof version, "%.*s", (int)(length < 63 ? length : 63), at);
        qb_budget_detail_text(s->budget, "program_version", version);
        return;
    }
}

/* The program's own value of its solution; NAN where it gives none. */
static double value_said(const qb_external *e, const qb_external_text *text, size_t count)
{
    double value;
    size_t length;
    for (size_t k = 0; e->objective && k < count; k++) {
        const char *at = qb_external_after(text[k], e->objective, &length);
        if (at && qb_parse_double(at, length, &value))
            return value;
    }
    return NAN;
}

qb_status qb_external_fail(const qb_external_session *s, const char *what)
{
    char quote[QUOTE];
    qb_heard_last_words(&s->errors, quote, sizeof quote);
    if (!quote[0])
        qb_heard_last_words(&s->output, quote, sizeof quote);
    return qb_fail(s->diag, QB_INTERNAL, "%s %s%s%s%s", s->external->name, what,
                   quote[0] ? "; its last words: '" : "", quote, quote[0] ? "'" : "");
}

static qb_status publish(const qb_external_session *s, const qb_external_text *solution, double said,
                         bool optimal)
{
    qb_diag why = {0};
    double claim;
    qb_status status = qb_solution_parse(&s->model->anonymous, QB_EXTERNAL_SOLUTION, solution->text,
                                         solution->size, s->model->x, &why);
    if (status == QB_NO_MEMORY)
        return qb_fail(s->diag, status, "%s", why.text);
    if (status)
        return qb_fail(s->diag, QB_INTERNAL, "%s: its answer cannot be read: %s", s->external->name,
                       why.text);
    status = qb_external_model_publish(s->model, said, true, s->budget, &claim, s->diag);
    if (optimal && (!status || status == QB_STOPPED))
        qb_budget_bound(s->budget, claim);
    return status;
}

static qb_status conclude(const qb_external_session *s, const qb_external_text text[5], bool has_solution)
{
    const qb_external *e = s->external;
    char quote[QUOTE] = "";
    qb_external_meaning meaning = qb_external_judge(e, text, 5, quote, sizeof quote);
    if (quote[0])
        qb_budget_detail_text(s->budget, "program_status", quote);
    if (meaning == QB_MEANS_NOTHING && !e->status && has_solution)
        meaning = QB_MEANS_STOPPED; /* it knows no words: the answer has to do */
    switch (meaning) {
    case QB_MEANS_OPTIMAL:
    case QB_MEANS_STOPPED:
        if (!has_solution)
            return qb_external_fail(s, "says that it has a solution and gives none");
        qb_status status = publish(s, &text[0], value_said(e, text, 5), meaning == QB_MEANS_OPTIMAL);
        return !status && meaning == QB_MEANS_STOPPED && e->status ? QB_STOPPED : status;
    case QB_MEANS_EMPTY:
        return QB_STOPPED;
    case QB_MEANS_INFEASIBLE:
        qb_budget_infeasible(s->budget);
        return QB_OK;
    case QB_MEANS_UNBOUNDED:
        return qb_fail(s->diag, QB_REFUSED, "%s: '%s'", e->name, quote);
    case QB_MEANS_FAILED:
        return qb_fail(s->diag, QB_INTERNAL, "%s failed: '%s'", e->name, quote);
    case QB_MEANS_NOTHING:
        break;
    }
    return qb_external_fail(s, "ended without a word that says how");
}

/* Where the answer begins in what was printed: with the words of its value, past what was said before. */
static qb_external_text answer_of(const qb_external *e, qb_external_text text)
{
    size_t length;
    const char *value = e->objective ? qb_external_after(text, e->objective, &length) : NULL;
    if (!value)
        return text;
    while (value > text.text && value[-1] != '\n')
        value--;
    return (qb_external_text){value, text.size - (size_t)(value - text.text)};
}

qb_status qb_external_read_answer(const qb_external_session *s)
{
    qb_external_text text[5];
    char *data = NULL;
    size_t size = 0;
    bool prints = s->external->answer == QB_ANSWER_OUTPUT;
    qb_heard_texts(&s->output, text + 1);
    qb_heard_texts(&s->errors, text + 3);
    note_version(s, text + 1, 4);
    qb_status status = QB_OK;
    if (prints && s->output.truncated)
        return qb_external_fail(s, "has printed more than any answer");
    if (!prints)
        status = qb_scratch_read(s->scratch, QB_EXTERNAL_SOLUTION, qb_external_answer_limit(s->model), &data,
                                 &size, s->diag);
    if (status == QB_NO_MEMORY || status == QB_BAD_INPUT)
        return status == QB_BAD_INPUT ? QB_INTERNAL : status;
    text[0] = prints ? answer_of(s->external, text[1]) : (qb_external_text){data ? data : "", size};
    status = conclude(s, text, prints ? text[1].size > 0 : data != NULL);
    qb_free(data);
    return status;
}
