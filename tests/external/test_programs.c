/* Runs of programs outside: whatever a program does, there is a row that says so. */
#define _GNU_SOURCE
#include "harness/base/file.h"
#include "harness/base/scratch.h"
#include "harness/base/spawn.h"
#include "harness/run/launcher.h"
#include "harness/run/run.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define N 8

/* Programs and definitions of one test stand in a folder of its own. */
static qb_scratch *folder;

static void set_up(void)
{
    qb_diag diag = {""};
    cr_assert_eq(qb_scratch_open(&folder, &diag), QB_OK, "%s", diag.text);
}

static void tear_down(void)
{
    qb_launcher_stop();
    qb_scratch_close(folder);
}

TestSuite(external, .init = set_up, .fini = tear_down);

static void put(const char *name, const char *text)
{
    qb_text path = {0};
    qb_text_appendf(&path, "%s/%s", qb_scratch_path(folder), name);
    cr_assert_eq(qb_file_write(qb_text_get(&path), text, strlen(text), NULL), QB_OK);
    qb_text_clear(&path);
}

/* max sum x_i with at most `most` ones; as a QUBO without the row. */
static qb_problem ones(qb_kind kind, double most)
{
    double linear[N], lower = -INFINITY;
    qb_triplet entry[N];
    for (uint32_t i = 0; i < N; i++) {
        linear[i] = kind == QB_KIND_MIP ? 1 : -1;
        entry[i] = (qb_triplet){0, i, 1};
    }
    bool mip = kind == QB_KIND_MIP;
    qb_draft draft = {.kind = kind,
                      .name = "ones",
                      .format = "test",
                      .sense = mip ? QB_MAXIMISE : QB_MINIMISE,
                      .constant = 100,
                      .columns = N,
                      .linear = linear,
                      .rows = mip,
                      .entries = mip ? N : 0,
                      .entry = entry,
                      .row_lower = &lower,
                      .row_upper = &most};
    qb_problem problem;
    qb_diag diag = {""};
    cr_assert_eq(qb_problem_build(&draft, &problem, &diag), QB_OK, "%s", diag.text);
    return problem;
}

static qb_run_result run_on(const char *name, const char *definition, const qb_problem *problem,
                            qb_budget_kind kind, double seconds, const char *startup)
{
    const qb_solver *solver = qb_solver_find(name);
    qb_diag diag = {""};
    qb_run_result result;
    void *params = calloc(1, solver->params_size);
    cr_assert(params);
    qb_params_default(solver, params);
    if (definition)
        cr_assert_eq(qb_params_set(solver, params, "definition", definition, &diag), QB_OK, "%s", diag.text);
    if (startup)
        cr_assert_eq(qb_params_set(solver, params, "startup", startup, &diag), QB_OK, "%s", diag.text);
    qb_run_spec spec = {.solver = solver,
                        .params = params,
                        .problem = problem,
                        .seed = 7,
                        .budget_kind = kind,
                        .budget = seconds,
                        .memory_bytes = UINT64_MAX,
                        .threads = 1};
    cr_assert_eq(qb_run_execute(&spec, &result, &diag), QB_OK, "%s", diag.text);
    free(params);
    return result;
}

static qb_run_result run(const char *name, const char *definition, const qb_problem *problem, double seconds)
{
    return run_on(name, definition, problem, QB_BUDGET_WALL_TIME, seconds, NULL);
}

typedef struct deed {
    const char *what, *script;
    qb_outcome outcome;
    double objective; /* of the credited answer; NAN: there is none */
    double seconds;
} deed;

/* Runs each script by sh, under a definition that is `head` and the command; of a MIP at most `most`
 * variables may be 1. */
static void expect_of(const char *head, qb_kind kind, double most, const deed *list, size_t count)
{
    qb_problem problem = ones(kind, most);
    for (size_t k = 0; k < count; k++) {
        const deed *d = &list[k];
        qb_text yaml = {0}, path = {0};
        qb_text_appendf(&yaml, "%scommand: [sh, \"{here}/deed.sh\", \"{model}\", \"{solution}\"]\n", head);
        qb_text_appendf(&path, "%s/deed.yaml", qb_scratch_path(folder));
        put("deed.yaml", qb_text_get(&yaml));
        put("deed.sh", d->script);
        qb_run_result r = run("external", qb_text_get(&path), &problem, d->seconds);
        /* what is late at once (a start-up that counts after all), or on a busy machine, is killed before it
         * stops */
        bool ended = r.outcome == d->outcome || (d->outcome == QB_RUN_BUDGET && r.outcome == QB_RUN_OVERRAN);
        cr_expect(ended, "%s: %s, not %s (%s)", d->what, qb_outcome_name(r.outcome),
                  qb_outcome_name(d->outcome), r.reason);
        cr_expect(isnan(d->objective) ? !r.has_solution : r.has_solution && r.score.objective == d->objective,
                  "%s: %g", d->what, r.has_solution ? r.score.objective : NAN);
        qb_run_result_clear(&r);
        qb_text_clear(&yaml);
        qb_text_clear(&path);
    }
    qb_problem_free(&problem);
}

static void expect(const char *head, qb_kind kind, const deed *list, size_t count)
{
    expect_of(head, kind, 3, list, count);
}

#define LONG 60 /* seconds: more than any of these takes */

static const char file_head[] = "solver: deed\nmodel: mps\nanswer: file\nobjective: \"value:\"\nstatus:\n"
                                "  - {text: Bad image, means: failed}\n"
                                "  - {text: hopeless, means: infeasible}\n"
                                "  - {text: no luck, means: empty}\n"
                                "  - {text: proven, means: optimal}\n"
                                "  - {text: found, means: stopped}\n";

Test(external, an_answer_in_a_file_is_read_for_what_it_is)
{
    static const deed deeds[] = {
        {"honest", "echo 11100000 > $2; echo value: -3 proven", QB_RUN_OPTIMAL, 103, LONG},
        {"names", "printf 'x1 1\\nx8 1\\n' > $2; echo value: -2 found", QB_RUN_BUDGET, 102, LONG},
        {"silent about the value", "echo 11000000 > $2; echo found", QB_RUN_BUDGET, 102, LONG},
        {"exit status means nothing", "echo 11100000 > $2; echo value: -3 proven; exit 3", QB_RUN_OPTIMAL,
         103, LONG},
        {"exits 0 on a bad image", "echo Bad image at line 1; exit 0", QB_RUN_CRASHED, NAN, LONG},
        {"empty-handed", "echo no luck", QB_RUN_BUDGET, NAN, LONG},
        {"infeasible point", "echo 11111111 > $2; echo value: -8 found", QB_RUN_BUDGET, 108, LONG},
        {"boasts", "echo 11000000 > $2; echo value: -7 found", QB_RUN_LIED, 102, LONG},
        {"garbage", "head -c 3000 /dev/urandom", QB_RUN_CRASHED, NAN, LONG},
        {"garbage in the file", "head -c 3000 /dev/urandom > $2; echo found", QB_RUN_CRASHED, NAN, LONG},
        {"no file", "echo proven", QB_RUN_CRASHED, NAN, LONG},
        {"a word of another variable", "echo x9 1 > $2; echo found", QB_RUN_CRASHED, NAN, LONG},
        {"a pipe for a file", "mkfifo $2; echo found", QB_RUN_CRASHED, NAN, LONG},
        {"a link for a file", "ln -s /dev/zero $2; echo found", QB_RUN_CRASHED, NAN, LONG},
        {"an enormous file", "head -c 100000000 /dev/zero > $2; echo found", QB_RUN_CRASHED, NAN, LONG},
        {"an end by a signal", "kill -SEGV $$", QB_RUN_CRASHED, NAN, LONG},
        {"never ends", "cat $1; sleep 1000", QB_RUN_BUDGET, NAN, 0.5},
        {"prints for ever", "cat $1; yes", QB_RUN_BUDGET, NAN, 0.5},
        {"prints too late", "cat $1; sleep 1; echo 11100000 > $2; echo proven", QB_RUN_BUDGET, NAN, 0.5},
        {"never reads", "sleep 1; echo 11100000 > $2; echo proven", QB_RUN_BUDGET, NAN, 0.5},
    };
    expect(file_head, QB_KIND_MIP, deeds, sizeof deeds / sizeof *deeds);
}

Test(external, a_word_of_infeasibility_is_a_row)
{
    static const deed right[] = {{"gives up", "echo hopeless", QB_RUN_INFEASIBLE, NAN, LONG}};
    static const deed wrong[] = {{"gives up too early", "echo hopeless", QB_RUN_LIED, NAN, LONG}};
    expect_of(file_head, QB_KIND_MIP, -1, right, 1);
    expect(file_head, QB_KIND_MIP, wrong, 1);
}

static const char stream_head[] = "solver: deed\nmodel: qubo\nanswer: stream\n";

Test(external, a_stream_is_credited_as_it_comes)
{
    static const deed deeds[] = {
        {"honest", "echo incumbent -1 10000000; echo incumbent -8 11111111; echo optimal", QB_RUN_OPTIMAL, 92,
         LONG},
        {"bounds", "echo bound -8; echo incumbent -8 11111111; echo done", QB_RUN_OPTIMAL, 92, LONG},
        {"not all", "echo incumbent -2 11000000; echo '# talk'; echo done", QB_RUN_EXHAUSTED, 98, LONG},
        {"no last line", "echo incumbent -2 11000000", QB_RUN_CRASHED, 98, LONG},
        {"boasts", "echo incumbent -5 11000000; echo done", QB_RUN_LIED, 98, LONG},
        {"false bound", "echo incumbent -5 11111000; echo bound -4; echo done", QB_RUN_LIED, 95, LONG},
        {"too short", "echo incumbent -2 1100; echo done", QB_RUN_CRASHED, NAN, LONG},
        {"no numbers", "echo incumbent nan 11000000; echo done", QB_RUN_CRASHED, NAN, LONG},
        {"other talk", "echo hello", QB_RUN_CRASHED, NAN, LONG},
        {"a line without end", "head -c 10000000 /dev/zero", QB_RUN_CRASHED, NAN, LONG},
        {"never ends", "echo incumbent -1 10000000; sleep 1000", QB_RUN_BUDGET, 99, 2},
        {"leaves a child", "setsid sleep 1000 & echo incumbent -1 10000000; echo done", QB_RUN_EXHAUSTED, 99,
         LONG},
        {"repeats itself", "while :; do echo incumbent -1 10000000; done", QB_RUN_BUDGET, 99, 2},
    };
    expect(stream_head, QB_KIND_QUBO, deeds, sizeof deeds / sizeof *deeds);
}

/* ---- Start-up */

/* By sh, under the stream protocol. */
static qb_run_result run_script(const char *script, qb_budget_kind kind, double seconds, const char *startup)
{
    qb_problem problem = ones(QB_KIND_QUBO, 0);
    qb_text path = {0};
    qb_text_appendf(&path, "%s/deed.yaml", qb_scratch_path(folder));
    put("deed.yaml", "solver: deed\nmodel: qubo\nanswer: stream\ncommand: [sh, \"{here}/deed.sh\", "
                     "\"{model}\"]\n");
    put("deed.sh", script);
    qb_run_result r = run_on("external", qb_text_get(&path), &problem, kind, seconds, startup);
    qb_text_clear(&path);
    qb_problem_free(&problem);
    return r;
}

static double detail(const qb_run_result *r, const char *key)
{
    const char *at = strstr(r->details, key);
    return at ? strtod(at + strlen(key) + 2, NULL) : NAN;
}

/* Each gets the second that it was promised, from the moment at which it sees the model. */
Test(external, start_up_is_credited_back)
{
    static const char *const scripts[] = {
        "cat $1 > /dev/null; echo incumbent -1 10000000; sleep 0.2; echo incumbent -2 11000000; sleep 1000",
        "echo '# wait'; sleep 1.5; cat $1 > /dev/null; echo incumbent -1 10000000; sleep 0.2; "
        "echo incumbent -2 11000000; sleep 1000"};
    for (int k = 0; k < 2; k++) {
        qb_run_result r = run_script(scripts[k], QB_BUDGET_WALL_TIME, 1, NULL);
        cr_expect(r.outcome == QB_RUN_BUDGET || r.outcome == QB_RUN_OVERRAN, "%d: %s (%s)", k,
                  qb_outcome_name(r.outcome), r.reason);
        cr_assert(r.points == 2 && r.score.objective == 98, "%d: %u points", k, r.points);
        cr_expect(r.trajectory[1].wall_s >= 0.19 && r.trajectory[1].wall_s <= 1);
        cr_expect(r.wall_s >= 0.99 && r.wall_s < 1.4, "%d: %g s", k, r.wall_s);
        cr_expect(detail(&r, "startup_s") >= 1.5 * k && detail(&r, "credited_wall_s") >= 1.5 * k);
        qb_run_result_clear(&r);
    }
}

Test(external, start_up_is_credited_back_in_cpu_time)
{
    qb_run_result r = run_script("i=0; while [ $i -lt 400000 ]; do i=$((i+1)); done; cat $1 > /dev/null; "
                                 "echo incumbent -1 10000000; while :; do :; done",
                                 QB_BUDGET_CPU_TIME, 0.1, NULL);
    double credited = detail(&r, "credited_cpu_s");
    cr_expect(r.outcome == QB_RUN_BUDGET || r.outcome == QB_RUN_OVERRAN, "%s (%s)",
              qb_outcome_name(r.outcome), r.reason);
    cr_assert(r.points == 1 && r.trajectory[0].cpu_s <= 0.1);
    cr_expect(credited > 0.1, "%g s", credited); /* it would have ended before it had begun */
    cr_expect(r.cpu_s >= 0.05 && r.cpu_s < 0.3, "%g s", r.cpu_s); /* in ticks, as others see it */
    qb_run_result_clear(&r);
}

/* What has seen the model is not starting, whatever it says; what has not, and answers, gets nothing; and
 * none may start for longer than was registered. */
Test(external, a_false_start_gains_nothing)
{
    static const struct {
        const char *script, *startup;
    } liars[] = {
        {"cat $1 > /dev/null; echo '# starting up'; sleep 1; echo incumbent -1 10000000; echo done", NULL},
        {"exec 3< $1; sleep 1; cat <&3 > /dev/null; echo incumbent -1 10000000; echo done", NULL},
        {"cp $1 mine; exec 3< mine; sleep 1; echo incumbent -1 10000000; echo done", NULL},
        {"ln $1 mine; cat mine > /dev/null; sleep 1; echo incumbent -1 10000000; echo done", NULL},
        {"sleep 1; echo incumbent -1 10000000; sleep 1; cat $1 > /dev/null; echo done", NULL},
        {"(cat $1 > /dev/null) & sleep 1; echo incumbent -1 10000000; echo done", NULL},
        {"sleep 1; cat $1 > /dev/null; echo incumbent -1 10000000; echo done", "0.2"},
        {"while :; do cat $1 > /dev/null; done", NULL},
        {"sleep 1000", "0.2"}};
    for (size_t k = 0; k < sizeof liars / sizeof *liars; k++) {
        qb_run_result r = run_script(liars[k].script, QB_BUDGET_WALL_TIME, 0.5, liars[k].startup);
        cr_expect(r.outcome == QB_RUN_BUDGET || r.outcome == QB_RUN_OVERRAN, "%zu: %s (%s)", k,
                  qb_outcome_name(r.outcome), r.reason);
        cr_expect(!r.has_solution && r.points == 0, "%zu", k);
        cr_expect(r.wall_s >= 0.49, "%zu: %g s", k, r.wall_s);
        qb_run_result_clear(&r);
    }
}

Test(external, columns_may_stream_too)
{
    static const deed deeds[] = {
        {"honest", "echo incumbent -3 1 1 1 0 0 0 0 0; echo optimal", QB_RUN_OPTIMAL, 103, LONG},
        {"too few", "echo incumbent -3 1 1 1; echo optimal", QB_RUN_CRASHED, NAN, LONG},
    };
    expect("solver: deed\nmodel: mps\nanswer: stream\n", QB_KIND_MIP, deeds, 2);
}

Test(external, a_model_of_the_other_kind_is_refused)
{
    static const deed deeds[] = {{"not read", "echo done", QB_RUN_REFUSED, NAN, LONG}};
    expect(stream_head, QB_KIND_MIP, deeds, 1);
    expect(file_head, QB_KIND_QUBO, deeds, 1);
}

Test(external, what_is_not_installed_is_refused_by_name)
{
    qb_problem problem = ones(QB_KIND_MIP, 3);
    put("none.yaml", "solver: none\nhomepage: https://example.org\nmodel: mps\nanswer: file\n"
                     "command: [no-such-program-anywhere]\n");
    qb_text path = {0};
    qb_text_appendf(&path, "%s/none.yaml", qb_scratch_path(folder));
    qb_run_result r = run("external-mip", qb_text_get(&path), &problem, LONG);
    cr_expect_eq(r.outcome, QB_RUN_REFUSED);
    cr_expect(strstr(r.reason, "no-such-program-anywhere") && strstr(r.reason, "example.org"), "%s",
              r.reason);
    qb_run_result_clear(&r);
    qb_text_clear(&path);
    qb_problem_free(&problem);
}

/* ---- The real ones */

static void prove(const char *name)
{
    if (!qb_spawn_find(name))
        cr_skip_test("%s is not installed", name);
    const struct {
        qb_kind kind;
        double most, objective;
        qb_outcome outcome;
    } cases[] = {{QB_KIND_MIP, 3, 103, QB_RUN_OPTIMAL},
                 {QB_KIND_MIP, 7.5, 107, QB_RUN_OPTIMAL},
                 {QB_KIND_QUBO, 0, 92, QB_RUN_OPTIMAL},
                 {QB_KIND_MIP, -1, NAN, QB_RUN_INFEASIBLE}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        qb_problem problem = ones(cases[k].kind, cases[k].most);
        qb_run_result r = run(name, NULL, &problem, LONG);
        cr_expect_eq(r.outcome, cases[k].outcome, "%s, case %zu: %s (%s)", name, k,
                     qb_outcome_name(r.outcome), r.reason);
        cr_expect(isnan(cases[k].objective) ||
                      (r.has_solution && r.score.feasible && r.score.objective == cases[k].objective),
                  "%s, case %zu", name, k);
        cr_expect(strstr(r.details, "\"program_sha256\"") && strstr(r.details, "\"gap_tolerance\":0"));
        cr_expect(strstr(r.details, "\"startup_s\"") && strstr(r.details, "\"model_read_s\"") &&
                  strstr(r.details, "\"program_s\"") && strstr(r.details, "\"write_s\"") &&
                  strstr(r.details, "\"read_s\""));
        qb_run_result_clear(&r);
        qb_problem_free(&problem);
    }
}

Test(external, cbc_proves)
{
    prove("cbc");
}

Test(external, lp_solve_proves)
{
    prove("lp_solve");
}

Test(external, highs_proves)
{
    prove("highs");
}

Test(external, scip_proves)
{
    prove("scip");
}

Test(external, gurobi_proves)
{
    prove("gurobi_cl");
}

Test(external, the_python_example_samples)
{
    if (!qb_spawn_find("python3"))
        cr_skip_test("python3 is not installed");
    qb_problem problem = ones(QB_KIND_QUBO, 0);
    qb_run_result r = run("external", QB_SOURCE_ROOT "/solvers/external/examples/sampler.yaml", &problem, 3);
    cr_expect(r.has_solution && r.score.objective == 92, "%s", r.reason);
    /* a busy machine may starve an interpreter of the moment in which to stop by itself */
    bool ended = r.outcome == QB_RUN_EXHAUSTED || r.outcome == QB_RUN_BUDGET || r.outcome == QB_RUN_OVERRAN;
    cr_expect(ended, "%s (%s)", qb_outcome_name(r.outcome), r.reason);
    qb_run_result_clear(&r);
    qb_problem_free(&problem);
}
