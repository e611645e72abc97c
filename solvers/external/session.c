#include "solvers/external/session.h"

#include "harness/base/memory.h"
#include "solvers/external/answer.h"

#include <string.h>

#define LONGEST_MS 10 /* between looks at the budget */

const char *qb_external_model_file(const qb_external *e)
{
    return e->mip ? "model.mps" : "model.qubo";
}

static qb_external_values values_of(const qb_external_session *s)
{
    const qb_model *model = s->model->model;
    return (qb_external_values){.model = qb_external_model_file(s->external),
                                .solution = QB_EXTERNAL_SOLUTION,
                                .seconds = qb_budget_remaining_seconds(s->budget) * (1 - s->reserve),
                                .seed = s->seed,
                                .threads = model->threads ? model->threads : 1,
                                .memory_bytes = model->memory_bytes};
}

/* The words of the command, NUL-terminated one after another in `words`; argv [count + 1] points to them. */
static qb_status fill_command(const qb_external *e, const qb_external_values *values, qb_text *words,
                              const char **argv)
{
    uint32_t count = 0;
    for (const qb_yaml_node *n = e->command->first; n; n = n->next) {
        qb_external_fill(e, values, n->text, words);
        qb_text_append_char(words, 0);
    }
    if (words->status)
        return words->status;
    for (const char *at = words->data; count < e->command->count; at += strlen(at) + 1)
        argv[count++] = at;
    return QB_OK;
}

static void note_command(const qb_external_session *s, const char *const *argv)
{
    const qb_external *e = s->external;
    qb_text line = {0};
    double gap;
    for (uint32_t k = 0; argv[k]; k++)
        qb_text_appendf(&line, "%s%s", k ? " " : "", argv[k]);
    qb_budget_detail_text(s->budget, "command", qb_text_get(&line));
    qb_text_clear(&line);
    qb_budget_detail_text(s->budget, "definition_sha256", e->sha256);
    if (e->gap && qb_parse_double(e->gap, strlen(e->gap), &gap))
        qb_budget_detail(s->budget, "gap_tolerance", gap);
}

static qb_status write_small_files(const qb_external_session *s, const qb_external_values *values)
{
    const qb_yaml_node *files = s->external->files;
    qb_status status = QB_OK;
    qb_text text = {0};
    for (const qb_yaml_node *n = files ? files->first : NULL; n && !status; n = n->next) {
        qb_text_reset(&text);
        qb_external_fill(s->external, values, n->text, &text);
        status = text.status ? text.status
                             : qb_scratch_write(s->scratch, n->key, qb_text_get(&text), text.length, s->diag);
    }
    qb_text_clear(&text);
    return status;
}

/* Clocks are held from here on: what the program is told of the time left is all of it. */
static void begin(qb_external_session *s)
{
    qb_text path = {0};
    qb_text_appendf(&path, "%s/%s", qb_scratch_path(s->scratch), qb_external_model_file(s->external));
    qb_external_startup_begin(s->startup, qb_text_get(&path), s->startup_most, s->reading_most, s->budget);
    qb_text_clear(&path);
}

qb_status qb_external_start(qb_external_session *s)
{
    const qb_external *e = s->external;
    begin(s);
    qb_external_values values = values_of(s);
    qb_text words = {0};
    const char **argv = QB_NEW(const char *, (size_t)e->command->count + 1);
    qb_status status = argv ? fill_command(e, &values, &words, argv) : QB_NO_MEMORY;
    if (!status)
        status = write_small_files(s, &values);
    if (!status) {
        note_command(s, argv);
        qb_spawn spawn = {.argv = argv,
                          .folder = qb_scratch_path(s->scratch),
                          .file_limit = 2 * qb_external_answer_limit(s->model) + ((size_t)64 << 20)};
        status = qb_spawn_open(&spawn, &s->program, s->diag);
    }
    if (!status)
        qb_spawn_attend(s->program, s->startup->watch);
    qb_free(argv);
    qb_text_clear(&words);
    return status;
}

static int wait_ms(qb_budget *budget)
{
    double left = qb_budget_remaining_seconds(budget) * 1e3;
    return left >= LONGEST_MS ? LONGEST_MS : left > 1 ? (int)left : 1;
}

qb_status qb_external_listen(qb_external_session *s)
{
    bool streams = s->external->answer == QB_ANSWER_STREAM;
    char block[1 << 14];
    for (size_t got;;) {
        qb_spawn_event event = qb_spawn_next(s->program, wait_ms(s->budget), block, sizeof block, &got);
        qb_status status = QB_OK;
        qb_budget_outside_cpu(s->budget, qb_spawn_cpu_ns(s->program));
        if (!qb_budget_spend_samples(s->budget, 0)) /* the limit may have come at any moment */
            return QB_STOPPED;
        if (event == QB_SPAWN_ENDED) {
            qb_external_startup_answer(s->startup);
            return QB_OK;
        }
        if (event == QB_SPAWN_BESIDE)
            qb_external_startup_follow(s->startup);
        else if (event == QB_SPAWN_OUTPUT && streams)
            status = qb_external_stream_take(&s->stream, block, got, s->budget, s->diag);
        else if (event != QB_SPAWN_QUIET)
            status = qb_heard_add(event == QB_SPAWN_OUTPUT ? &s->output : &s->errors, block, got);
        if (status)
            return status;
    }
}
