/* Anybody's solver, as a program of its own (definition.h says how one is described).
 *
 * The model is written into a folder that goes with the run, the program runs there in a process group of its
 * own, and is listened to until it ends or the budget does.  What it says and writes is hostile until the
 * referee has seen it: texts are kept within limits, its status is read from its words, and where its own
 * value differs from that of its solution, its own is what it claims.  CPU time is the whole tree's.
 *
 * Stored with a run: the arguments, the definition's hash, the program's hash and version, and the seconds
 * that writing the model, the program, and reading its answer took.
 */
#include "harness/base/clock.h"
#include "harness/base/hash.h"
#include "harness/base/memory.h"
#include "harness/base/scratch.h"
#include "harness/base/spawn.h"
#include "harness/model/solution.h"
#include "solvers/external/definition.h"
#include "solvers/external/heard.h"
#include "solvers/external/stream.h"
#include "solvers/solver.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ROWS(X, preset)                                                                                  \
    X(text, definition, preset, 0, 0, "", "", "name of a definition that ships, or the path of a .yaml") \
    X(real, reserve, "0.1", 0, 0.9, "", "", "share of the time left that is kept for reading the answer")
#define DECLARED(X) ROWS(X, "")
QB_PARAMS_DECLARE(external_params, DECLARED)

#define SOLUTION   "solution.sol"
#define WORDS_KEPT ((size_t)1 << 16) /* of what it prints, from the beginning */
#define QUOTE      128
#define LONGEST_MS 10 /* between looks at the budget */

typedef struct external_state {
    external_params params;
    qb_external external;
    qb_external_model model;
    qb_scratch *scratch;
    qb_text program; /* path */
    uint64_t seed;
    double write_s;
} external_state;

/* The run of the program. */
typedef struct session {
    external_state *state;
    qb_budget *budget;
    qb_diag *diag;
    qb_spawned *program;
    qb_heard output, errors;
    qb_external_stream stream;
} session;

static double now(void)
{
    return (double)qb_clock_system.wall_ns(qb_clock_system.context) * 1e-9;
}

/* ---- Before the program */

static void release(void *opaque)
{
    external_state *s = opaque;
    if (!s)
        return;
    qb_scratch_close(s->scratch);
    qb_external_model_close(&s->model);
    qb_external_close(&s->external);
    qb_text_clear(&s->program);
    qb_free(s);
}

static const char *model_file(const qb_external *e)
{
    return e->mip ? "model.mps" : "model.qubo";
}

static qb_status check_model(const qb_external *e, const qb_model *model, qb_diag *diag)
{
    if (e->mip && model->qubo)
        return qb_fail(diag, QB_REFUSED,
                       "'%s' reads a MIP and is given a QUBO: external-mip has it rewritten", e->name);
    if (!e->mip && model->mip)
        return qb_fail(diag, QB_REFUSED,
                       "'%s' reads a QUBO and is given a MIP: external-qubo has it rewritten", e->name);
    if (model->mip && model->mip->pairs)
        return qb_fail(diag, QB_REFUSED, "mps files hold no quadratic objective");
    return QB_OK;
}

/* The hash of the program's file: what it loads besides is named by its version. */
static void note_program(const char *path, qb_budget *budget)
{
    char block[1 << 14], hex[QB_SHA256_HEX];
    FILE *file = fopen(path, "rbe");
    qb_sha256 *hash = qb_sha256_open();
    for (size_t got; file && (got = fread(block, 1, sizeof block, file)) > 0;)
        qb_sha256_update(hash, block, got);
    bool whole = file && !ferror(file);
    if (file)
        fclose(file);
    if (qb_sha256_finish_hex(hash, hex) == QB_OK && whole)
        qb_budget_detail_text(budget, "program_sha256", hex);
}

static qb_status write_model(external_state *s, qb_diag *diag)
{
    qb_text text = {0};
    double began = now();
    qb_status status = qb_scratch_open(&s->scratch, diag);
    if (!status)
        status = qb_external_model_write(&s->model, &text, diag);
    if (!status)
        status =
            qb_scratch_write(s->scratch, model_file(&s->external), qb_text_get(&text), text.length, diag);
    qb_text_clear(&text);
    s->write_s = now() - began;
    return status;
}

static qb_status prepare(external_state *s, const qb_model *model, qb_budget *budget, qb_diag *diag)
{
    if (!s->params.definition.text[0])
        return qb_fail(diag, QB_REFUSED, "which program? definition=NAME or definition=FILE.yaml");
    qb_status status = qb_external_open(s->params.definition.text, &s->external, diag);
    if (!status)
        status = check_model(&s->external, model, diag);
    if (status)
        return status;
    qb_text_reset(&s->program);
    qb_text name = {0};
    qb_external_fill(&s->external, &(qb_external_values){"", "", 1, 0, 1, 0},
                     s->external.command->first->text, &name);
    bool found = !name.status && qb_spawn_locate(qb_text_get(&name), &s->program);
    status = name.status ? name.status : s->program.status;
    if (!status && !found)
        status = qb_fail(diag, QB_REFUSED, "'%s' is not installed (%s)", qb_text_get(&name),
                         s->external.homepage ? s->external.homepage : "no homepage is known");
    qb_text_clear(&name);
    if (!status)
        status = qb_external_model_open(model, &s->model);
    if (!status)
        status = write_model(s, diag);
    if (!status)
        note_program(qb_text_get(&s->program), budget);
    return status;
}

static qb_status init(const qb_model *model, const void *params, uint64_t seed, qb_budget *budget,
                      void **state, qb_diag *diag)
{
    external_state *s = QB_NEW(external_state, 1);
    if (!s)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for the state");
    memcpy(&s->params, params, sizeof s->params);
    s->seed = seed;
    qb_status status = prepare(s, model, budget, diag);
    if (status == QB_NO_MEMORY && diag && !diag->text[0])
        qb_fail(diag, QB_NO_MEMORY, "no memory to write the model");
    if (status) {
        release(s);
        return status;
    }
    *state = s;
    return QB_OK;
}

/* ---- The program */

static qb_external_values values_of(const external_state *s, qb_budget *budget)
{
    const qb_model *model = s->model.model;
    return (qb_external_values){.model = model_file(&s->external),
                                .solution = SOLUTION,
                                .seconds = qb_budget_remaining_seconds(budget) * (1 - s->params.reserve),
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

static void note_command(const session *s, const char *const *argv)
{
    const qb_external *e = &s->state->external;
    qb_text line = {0};
    double gap;
    for (uint32_t k = 0; argv[k]; k++)
        qb_text_appendf(&line, "%s%s", k ? " " : "", argv[k]);
    qb_budget_detail_text(s->budget, "command", qb_text_get(&line));
    qb_text_clear(&line);
    qb_budget_detail_text(s->budget, "definition_sha256", e->sha256);
    if (e->gap && qb_parse_double(e->gap, strlen(e->gap), &gap))
        qb_budget_detail(s->budget, "gap_tolerance", gap);
    qb_budget_detail(s->budget, "write_s", s->state->write_s);
}

static qb_status write_small_files(const session *s, const qb_external_values *values)
{
    const qb_yaml_node *files = s->state->external.files;
    qb_status status = QB_OK;
    qb_text text = {0};
    for (const qb_yaml_node *n = files ? files->first : NULL; n && !status; n = n->next) {
        qb_text_reset(&text);
        qb_external_fill(&s->state->external, values, n->text, &text);
        status = text.status
                     ? text.status
                     : qb_scratch_write(s->state->scratch, n->key, qb_text_get(&text), text.length, s->diag);
    }
    qb_text_clear(&text);
    return status;
}

/* Bytes that an answer to this model may have. */
static size_t answer_limit(const external_state *s)
{
    const qb_mip *mip = s->model.model->mip;
    return WORDS_KEPT + 512 * ((size_t)s->model.variables + (mip ? mip->rows : 0));
}

static qb_status start(session *s)
{
    external_state *state = s->state;
    const qb_external *e = &state->external;
    qb_external_values values = values_of(state, s->budget);
    qb_text words = {0};
    const char **argv = QB_NEW(const char *, (size_t)e->command->count + 1);
    qb_status status = argv ? fill_command(e, &values, &words, argv) : QB_NO_MEMORY;
    if (!status)
        status = write_small_files(s, &values);
    if (!status) {
        note_command(s, argv);
        qb_spawn spawn = {.argv = argv,
                          .folder = qb_scratch_path(state->scratch),
                          .file_limit = 2 * answer_limit(state) + ((size_t)64 << 20)};
        status = qb_spawn_open(&spawn, &s->program, s->diag);
    }
    qb_free(argv);
    qb_text_clear(&words);
    return status;
}

static int wait_ms(qb_budget *budget)
{
    double left = qb_budget_remaining_seconds(budget) * 1e3;
    return left >= LONGEST_MS ? LONGEST_MS : left > 1 ? (int)left : 1;
}

/* Until the program or the budget ends. */
static qb_status listen(session *s)
{
    bool streams = s->state->external.answer == QB_ANSWER_STREAM;
    char block[1 << 14];
    for (size_t got;;) {
        qb_spawn_event event = qb_spawn_next(s->program, wait_ms(s->budget), block, sizeof block, &got);
        qb_status status = QB_OK;
        qb_budget_outside_cpu(s->budget, qb_spawn_cpu_ns(s->program));
        if (!qb_budget_spend_samples(s->budget, 0)) /* the limit may have come at any moment */
            return QB_STOPPED;
        if (event == QB_SPAWN_ENDED)
            return QB_OK;
        if (event == QB_SPAWN_OUTPUT && streams)
            status = qb_external_stream_take(&s->stream, block, got, s->budget, s->diag);
        else if (event != QB_SPAWN_QUIET)
            status = qb_heard_add(event == QB_SPAWN_OUTPUT ? &s->output : &s->errors, block, got);
        if (status)
            return status;
    }
}

/* ---- After the program */

static void note_version(const session *s, const qb_external_text *text, size_t count)
{
    const char *after = s->state->external.version_after;
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

static qb_status fail(const session *s, const char *what)
{
    char quote[QUOTE];
    qb_heard_last_words(&s->errors, quote, sizeof quote);
    if (!quote[0])
        qb_heard_last_words(&s->output, quote, sizeof quote);
    return qb_fail(s->diag, QB_INTERNAL, "%s %s%s%s%s", s->state->external.name, what,
                   quote[0] ? "; its last words: '" : "", quote, quote[0] ? "'" : "");
}

static qb_status publish(const session *s, const qb_external_text *solution, double said, bool optimal)
{
    external_state *state = s->state;
    qb_diag why = {0};
    double claim;
    qb_status status = qb_solution_parse(&state->model.anonymous, SOLUTION, solution->text, solution->size,
                                         state->model.x, &why);
    if (status == QB_NO_MEMORY)
        return qb_fail(s->diag, status, "%s", why.text);
    if (status)
        return qb_fail(s->diag, QB_INTERNAL, "%s: its answer cannot be read: %s", state->external.name,
                       why.text);
    status = qb_external_model_publish(&state->model, said, true, s->budget, &claim, s->diag);
    if (optimal && (!status || status == QB_STOPPED))
        qb_budget_bound(s->budget, claim);
    return status;
}

static qb_status conclude(const session *s, const qb_external_text text[5], bool has_solution)
{
    const qb_external *e = &s->state->external;
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
            return fail(s, "says that it has a solution and gives none");
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
    return fail(s, "ended without a word that says how");
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

/* An answer that stands in the output or in a file. */
static qb_status read_answer(const session *s)
{
    const external_state *state = s->state;
    qb_external_text text[5];
    char *data = NULL;
    size_t size = 0;
    bool prints = state->external.answer == QB_ANSWER_OUTPUT;
    qb_heard_texts(&s->output, text + 1);
    qb_heard_texts(&s->errors, text + 3);
    note_version(s, text + 1, 4);
    qb_status status = QB_OK;
    if (prints && s->output.truncated)
        return fail(s, "has printed more than any answer");
    if (!prints)
        status = qb_scratch_read(state->scratch, SOLUTION, answer_limit(state), &data, &size, s->diag);
    if (status == QB_NO_MEMORY || status == QB_BAD_INPUT)
        return status == QB_BAD_INPUT ? QB_INTERNAL : status;
    text[0] = prints ? answer_of(&state->external, text[1]) : (qb_external_text){data ? data : "", size};
    status = conclude(s, text, prints ? text[1].size > 0 : data != NULL);
    qb_free(data);
    return status;
}

static qb_status solve(void *opaque, qb_budget *budget, qb_diag *diag)
{
    external_state *state = opaque;
    session s = {.state = state, .budget = budget, .diag = diag};
    int answer = state->external.answer;
    qb_heard_open(&s.output, answer == QB_ANSWER_OUTPUT ? answer_limit(state) : WORDS_KEPT);
    qb_heard_open(&s.errors, WORDS_KEPT);
    qb_external_stream_open(&state->model, &s.stream);
    double began = now();
    qb_status status = start(&s);
    if (!status)
        status = listen(&s);
    qb_spawn_result result = {0};
    qb_spawn_close(s.program, &result);
    double ended = now();
    qb_budget_detail(budget, "program_s", ended - began);
    if (!status && answer != QB_ANSWER_STREAM)
        status = read_answer(&s);
    else if (!status && !s.stream.has_ended)
        status = fail(&s, "ended without a last line");
    if (status == QB_INTERNAL && result.signal && diag && strlen(diag->text) + 32 < sizeof diag->text)
        snprintf(diag->text + strlen(diag->text), 32, " (signal %d)", result.signal);
    qb_budget_detail(budget, "read_s", now() - ended);
    qb_external_stream_close(&s.stream);
    qb_heard_close(&s.output);
    qb_heard_close(&s.errors);
    return status;
}

/* ---- What is there */

/* Runs the program for its version, for whoever lists solvers. */
static bool find(const qb_solver *solver, qb_text *version)
{
    qb_external e;
    if (!solver->params[0].fallback[0]) {
        qb_text_append(version, "needs a definition");
        return false;
    }
    if (qb_external_open(solver->params[0].fallback, &e, NULL))
        return false;
    bool found = qb_spawn_find(e.command->first->text);
    const char *argv[8] = {NULL};
    uint32_t count = 0;
    for (const qb_yaml_node *n = e.version_command ? e.version_command->first : NULL; n && count < 7;
         n = n->next)
        argv[count++] = n->text;
    qb_spawn spawn = {.argv = argv, .timeout_s = 10, .output_limit = WORDS_KEPT};
    qb_spawn_result result = {0};
    if (found && count && qb_spawn_run(&spawn, &result, NULL) == QB_OK) {
        const qb_external_text text[] = {{result.output, result.output_size},
                                         {result.errors, result.errors_size}};
        for (size_t k = 0, length; k < 2 && !version->length && e.version_after; k++) {
            const char *at = qb_external_after(text[k], e.version_after, &length);
            if (at)
                qb_text_append_bytes(version, at, length < 64 ? length : 64);
        }
        qb_spawn_clear(&result);
    }
    qb_external_close(&e);
    return found;
}

/* id, name, definition, what it takes, proves, family, summary, source */
#define SOLVERS(X)                                                                                        \
    X(external, "external", "", QB_TAKES_QUBO | QB_TAKES_MIP, false, "program outside",                   \
      "anybody's solver, described in YAML; gets the model as it is", "its definition names it")          \
    X(external_mip, "external-mip", "", QB_TAKES_MIP, false, "program outside",                           \
      "the same, for what reads MIPs: QUBOs are linearised", "its definition names it")                   \
    X(external_qubo, "external-qubo", "", QB_TAKES_QUBO, false, "program outside",                        \
      "the same, for what reads QUBOs: constraints become penalties", "its definition names it")          \
    X(cbc, "cbc", "cbc", QB_TAKES_MIP, true, "branch and cut", "COIN-OR branch and cut, as a program",    \
      "J. Forrest and R. Lougee-Heimer, CBC user guide, INFORMS TutORials (2005)")                        \
    X(gurobi_cl, "gurobi_cl", "gurobi_cl", QB_TAKES_MIP, true, "branch and cut", "Gurobi, as a program",  \
      "Gurobi Optimization, Gurobi Optimizer reference manual")                                           \
    X(highs, "highs", "highs", QB_TAKES_MIP, true, "branch and cut", "HiGHS, as a program",               \
      "Q. Huangfu and J. A. J. Hall, Mathematical Programming Computation 10 (2018)")                     \
    X(lp_solve, "lp_solve", "lp_solve", QB_TAKES_MIP, true, "branch and bound", "lp_solve, as a program", \
      "M. Berkelaar, K. Eikland, P. Notebaert, lp_solve 5.5 reference guide")                             \
    X(scip, "scip", "scip", QB_TAKES_MIP, true, "branch and cut", "SCIP, as a program",                   \
      "T. Achterberg, Mathematical Programming Computation 1 (2009)")

#define DEFINE(id, name_, definition_, takes_, proves_, family_, summary_, source_) \
    static const qb_param id##_table[] = {ROWS(QB_PARAM_ROW_, definition_)};        \
    extern const qb_solver qb_solver_##id;                                          \
    const qb_solver qb_solver_##id = {                                              \
        .version = QB_SOLVER_VERSION,                                               \
        .name = name_,                                                              \
        .family = family_,                                                          \
        .summary = summary_,                                                        \
        .source = source_,                                                          \
        .takes = takes_,                                                            \
        .execution = QB_NATIVE,                                                     \
        .proves_optimality = proves_,                                               \
        .needs_deadline = true,                                                     \
        .params = id##_table,                                                       \
        .param_count = sizeof id##_table / sizeof *id##_table,                      \
        .params_size = sizeof(external_params),                                     \
        .init = init,                                                               \
        .solve = solve,                                                             \
        .free = release,                                                            \
        .find = find,                                                               \
    };
SOLVERS(DEFINE)
