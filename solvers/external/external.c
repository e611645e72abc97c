/* Anybody's solver, as a program of its own (definition.h says how one is described).
 *
 * The model is written into a folder that goes with the run, the program runs there in a process group of its
 * own, and is listened to until it ends or the budget does.  What it says and writes is hostile until the
 * referee has seen it: texts are kept within limits, its status is read from its words, and where its own
 * value differs from that of its solution, its own is what it claims.  CPU time is the whole tree's.
 *
 * What it costs that the program is outside is no time of the run, whose clocks are held: writing the model,
 * start-up and reading of the program (startup.h), reading its answer.
 *
 * Stored with a run: the arguments, the definition's hash, the program's hash and version, and the seconds
 * that writing the model, start-up, reading the model, the program as a whole and reading its answer took.
 */
#include "harness/base/hash.h"
#include "harness/base/memory.h"
#include "solvers/external/answer.h"
#include "solvers/solver.h"

#include <stdio.h>
#include <string.h>

#define OURS 600 /* seconds of writing and reading that are credited back at most */

#define ROWS(X, preset)                                                                                  \
    X(text, definition, preset, 0, 0, "", "", "name of a definition that ships, or the path of a .yaml") \
    X(real, reserve, "0.1", 0, 0.9, "", "",                                                              \
      "share of the time left that the program is not told of, to write its answer in")                  \
    X(real, startup, "10", 0, 600, "s", "",                                                              \
      "start-up that is credited back at most: until the program opens the model's file")
#define DECLARED(X) ROWS(X, "")
QB_PARAMS_DECLARE(external_params, DECLARED)

typedef struct external_state {
    external_params params;
    qb_external external;
    qb_external_model model;
    qb_scratch *scratch;
    qb_text program; /* path */
    qb_external_startup startup;
    uint64_t seed;
    double write_s;
} external_state;

/* ---- Before the run */

static void release(void *opaque)
{
    external_state *s = opaque;
    if (!s)
        return;
    qb_external_startup_end(&s->startup);
    qb_scratch_close(s->scratch);
    qb_external_model_close(&s->model);
    qb_external_close(&s->external);
    qb_text_clear(&s->program);
    qb_free(s);
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
    double began = qb_external_now();
    qb_status status = qb_scratch_open(&s->scratch, diag);
    if (!status)
        status = qb_external_model_write(&s->model, &text, diag);
    if (!status)
        status = qb_scratch_write(s->scratch, qb_external_model_file(&s->external), qb_text_get(&text),
                                  text.length, diag);
    qb_text_clear(&text);
    s->write_s = qb_external_now() - began;
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
    s->startup.watch = -1;
    memcpy(&s->params, params, sizeof s->params);
    s->seed = seed;
    qb_budget_hold(budget, OURS);
    qb_status status = prepare(s, model, budget, diag);
    if (status == QB_NO_MEMORY && diag && !diag->text[0])
        qb_fail(diag, QB_NO_MEMORY, "no memory to write the model");
    if (status) {
        release(s);
        return status;
    }
    qb_budget_resume(budget, true);
    *state = s;
    return QB_OK;
}

/* ---- The run */

static qb_status solve(void *opaque, qb_budget *budget, qb_diag *diag)
{
    external_state *state = opaque;
    const qb_external *e = &state->external;
    qb_external_session s = {.external = e,
                             .model = &state->model,
                             .scratch = state->scratch,
                             .startup = &state->startup,
                             .seed = state->seed,
                             .reserve = state->params.reserve,
                             .startup_most = state->params.startup,
                             .reading_most = state->write_s,
                             .budget = budget,
                             .diag = diag};
    size_t kept = e->answer == QB_ANSWER_OUTPUT ? qb_external_answer_limit(s.model) : QB_EXTERNAL_WORDS_KEPT;
    qb_heard_open(&s.output, kept);
    qb_heard_open(&s.errors, QB_EXTERNAL_WORDS_KEPT);
    qb_external_stream_open(s.model, s.startup, &s.stream);
    qb_budget_detail(budget, "write_s", state->write_s);
    double began = qb_external_now();
    qb_status status = qb_external_start(&s);
    if (!status)
        status = qb_external_listen(&s);
    qb_spawn_result result = {0};
    qb_spawn_close(s.program, &result);
    double ended = qb_external_now();
    qb_budget_hold(budget, OURS);
    qb_budget_detail(budget, "program_s", ended - began);
    if (!status && e->answer != QB_ANSWER_STREAM)
        status = qb_external_read_answer(&s);
    else if (!status && !s.stream.has_ended)
        status = qb_external_fail(&s, "ended without a last line");
    if (status == QB_INTERNAL && result.signal && diag && strlen(diag->text) + 32 < sizeof diag->text)
        snprintf(diag->text + strlen(diag->text), 32, " (signal %d)", result.signal);
    qb_budget_resume(budget, true);
    qb_budget_detail(budget, "read_s", qb_external_now() - ended);
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
    qb_spawn spawn = {.argv = argv, .timeout_s = 10, .output_limit = QB_EXTERNAL_WORDS_KEPT};
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
