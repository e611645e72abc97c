/* The ring: every outcome, every misbehaviour, and nobody left behind.  Each test runs as the machine allows,
 * again without namespaces, and again without control groups either. */
#define _GNU_SOURCE
#include "harness/base/memory.h"
#include "harness/run/launcher.h"
#include "harness/run/run.h"
#include "tests/run/misbehaving/misbehaving.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define N 12

/* Makes namespaces, and control groups and counters too if so asked, impossible for this process and its
 * descendants, as in a strict container. */
static void confine(bool all)
{
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_unshare, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, all ? SYS_mkdir : SYS_unshare, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, all ? SYS_perf_event_open : SYS_unshare, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof program / sizeof program[0], program};
    cr_assert(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    cr_assert(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0);
}

/* min -sum x_i: the value of a vector is minus its ones. */
static qb_problem make_problem(qb_kind kind)
{
    double linear[N];
    for (int i = 0; i < N; i++)
        linear[i] = -1;
    qb_draft draft = {.kind = kind, .name = "ones", .format = "test", .columns = N, .linear = linear};
    qb_problem problem;
    qb_diag diag = {0};
    cr_assert(qb_problem_build(&draft, &problem, &diag) == QB_OK, "%s", diag.text);
    return problem;
}

/* Of three variables any two are to sum up to 1. */
static qb_problem make_impossible(void)
{
    static const qb_triplet entry[] = {{0, 0, 1}, {0, 1, 1}, {1, 1, 1}, {1, 2, 1}, {2, 0, 1}, {2, 2, 1}};
    static const double one[] = {1, 1, 1};
    qb_draft draft = {.kind = QB_KIND_MIP,
                      .name = "impossible",
                      .format = "test",
                      .columns = 3,
                      .linear = one,
                      .rows = 3,
                      .entries = 6,
                      .entry = entry,
                      .row_lower = one,
                      .row_upper = one};
    qb_problem problem;
    qb_diag diag = {0};
    cr_assert(qb_problem_build(&draft, &problem, &diag) == QB_OK, "%s", diag.text);
    return problem;
}

/* A budget of work, so that a busy machine changes nothing. */
static qb_run_spec spec_of(const qb_solver *solver, const qb_problem *problem)
{
    return (qb_run_spec){.solver = solver,
                         .problem = problem,
                         .seed = 1,
                         .budget_kind = QB_BUDGET_WORK,
                         .budget = 1e6,
                         .memory_bytes = UINT64_MAX,
                         .threads = 1};
}

static qb_run_result execute(const qb_run_spec *spec)
{
    qb_run_result result;
    qb_diag diag = {0};
    cr_assert(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0); /* whoever escapes the launcher becomes our child */
    cr_assert(qb_run_execute(spec, &result, &diag) == QB_OK, "%s", diag.text);
    return result;
}

/* The launcher goes when its wardens have, and a warden when its run's processes have. */
static void expect_nobody_left(void)
{
    qb_launcher_stop();
    cr_assert(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD, "a process is left behind");
}

static void expect(const qb_run_spec *spec, qb_outcome outcome, double objective)
{
    qb_run_result r = execute(spec);
    /* whoever shares a core with helpers of its own may be starved of the moment in which to stop by itself
     */
    bool crowded = spec->solver == &misbehaving_helper || spec->solver == &misbehaving_threads;
    bool deaf = crowded && r.outcome == QB_RUN_OVERRAN;
    cr_assert(r.outcome == outcome || deaf, "%s: %s, not %s (%s)", spec->solver->name,
              qb_outcome_name(r.outcome), qb_outcome_name(outcome), r.reason);
    cr_assert(isnan(objective) ? !r.has_solution : r.has_solution && r.score.objective == objective, "%s: %g",
              spec->solver->name, r.score.objective);
    cr_assert(r.details && r.lowering);
    qb_run_result_clear(&r);
    expect_nobody_left();
}

typedef struct expectation {
    const qb_solver *solver;
    qb_outcome outcome;
    double objective; /* of the credited answer; NAN: there is none */
} expectation;

static void expect_all(qb_budget_kind kind, const expectation *e, size_t count)
{
    qb_problem problem = make_problem(QB_KIND_QUBO);
    for (size_t k = 0; k < count; k++) {
        qb_run_spec spec = spec_of(e[k].solver, &problem);
        spec.budget_kind = kind;
        spec.budget = kind == QB_BUDGET_WALL_TIME ? 0.2 : spec.budget;
        expect(&spec, e[k].outcome, e[k].objective);
    }
    qb_problem_free(&problem);
}

/* All ways of containment for one body: what the machine allows, no namespaces, nothing at all. */
#define TEST_ALL_WAYS(name)               \
    static void name##_body(void);        \
    Test(ring, name)                      \
    {                                     \
        name##_body();                    \
    }                                     \
    Test(ring, name##_without_namespaces) \
    {                                     \
        confine(false);                   \
        name##_body();                    \
    }                                     \
    Test(ring, name##_without_anything)   \
    {                                     \
        confine(true);                    \
        name##_body();                    \
    }                                     \
    static void name##_body(void)

TEST_ALL_WAYS(every_ending_has_its_outcome)
{
    const expectation endings[] = {
        {&ending_exhausted, QB_RUN_EXHAUSTED, -3}, {&ending_optimal, QB_RUN_OPTIMAL, -N},
        {&ending_refused, QB_RUN_REFUSED, NAN},    {&ending_no_memory, QB_RUN_OUT_OF_MEMORY, NAN},
        {&ending_internal, QB_RUN_CRASHED, NAN},   {&misbehaving_polite, QB_RUN_BUDGET, 0}};
    expect_all(QB_BUDGET_WORK, endings, sizeof endings / sizeof endings[0]);
    qb_problem impossible = make_impossible();
    qb_run_spec spec = spec_of(&ending_infeasible, &impossible);
    expect(&spec, QB_RUN_INFEASIBLE, NAN);
    qb_problem_free(&impossible);
}

TEST_ALL_WAYS(what_ignores_its_budget_is_killed)
{
    const expectation deeds[] = {{&misbehaving_ignores, QB_RUN_OVERRAN, 0},
                                 {&misbehaving_deaf, QB_RUN_OVERRAN, 0},
                                 {&misbehaving_sleeps, QB_RUN_OVERRAN, 0},
                                 {&misbehaving_forges, QB_RUN_OVERRAN, 0}};
    expect_all(QB_BUDGET_WALL_TIME, deeds, 4);
}

TEST_ALL_WAYS(a_cpu_limit_covers_sleepers_helpers_and_threads)
{
    qb_problem problem = make_problem(QB_KIND_QUBO);
    const expectation deeds[] = {{&misbehaving_ignores, QB_RUN_OVERRAN, 0},
                                 {&misbehaving_deaf, QB_RUN_OVERRAN, 0},
                                 {&misbehaving_sleeps, QB_RUN_OVERRAN, 0},
                                 {&misbehaving_helper, QB_RUN_BUDGET, 0},
                                 {&misbehaving_threads, QB_RUN_BUDGET, 0}};
    for (size_t k = 0; k < 5; k++) {
        qb_run_spec spec = spec_of(deeds[k].solver, &problem);
        spec.budget_kind = QB_BUDGET_CPU_TIME;
        spec.budget = 0.05;
        spec.wall_backstop = k == 2 ? 0.2 : 20; /* a sleeper never runs out of CPU time */
        expect(&spec, deeds[k].outcome, deeds[k].objective);
    }
    qb_problem_free(&problem);
}

TEST_ALL_WAYS(processes_are_contained)
{
    const expectation bomb[] = {{&misbehaving_bomb, QB_RUN_OVERRAN, 0}};
    const expectation deeds[] = {{&misbehaving_daemon, QB_RUN_EXHAUSTED, 0},
                                 {&misbehaving_closes, QB_RUN_EXHAUSTED, -1}};
    expect_all(QB_BUDGET_WALL_TIME, bomb, 1);
    expect_all(QB_BUDGET_WORK, deeds, 2);
}

TEST_ALL_WAYS(crashes_are_rows)
{
    const expectation deeds[] = {{&misbehaving_segfaults, QB_RUN_CRASHED, -1},
                                 {&misbehaving_aborts, QB_RUN_CRASHED, -1},
                                 {&misbehaving_exits, QB_RUN_CRASHED, -1},
                                 {&misbehaving_scribbles, QB_RUN_CRASHED, NAN}};
    expect_all(QB_BUDGET_WORK, deeds, 4);
}

TEST_ALL_WAYS(lies_are_found)
{
    const expectation deeds[] = {{&misbehaving_boasts, QB_RUN_LIED, -2},
                                 {&misbehaving_false_bound, QB_RUN_LIED, -2},
                                 {&misbehaving_false_infeasible, QB_RUN_LIED, -2},
                                 {&ending_infeasible, QB_RUN_LIED, NAN}, /* no point refutes it but zero */
                                 {&misbehaving_garbage, QB_RUN_LIED, 0}};
    expect_all(QB_BUDGET_WORK, deeds, sizeof deeds / sizeof *deeds);
    qb_problem problem = make_problem(QB_KIND_MIP);
    qb_run_spec spec = spec_of(&misbehaving_nan_columns, &problem);
    expect(&spec, QB_RUN_LIED, -1);
    qb_problem_free(&problem);
}

TEST_ALL_WAYS(memory_is_limited)
{
    qb_problem problem = make_problem(QB_KIND_QUBO);
    qb_run_spec spec = spec_of(&misbehaving_hoards, &problem);
    spec.memory_bytes = 64 << 20;
    qb_run_spec harmless = spec;
    harmless.solver = &ending_exhausted;
    qb_run_result probe = execute(&harmless);
    bool limited = strcmp(probe.memory_way, "none") != 0;
    qb_run_result_clear(&probe);
    if (!limited) {
        qb_problem_free(&problem);
        cr_skip_test("this build and machine have no way to limit memory");
    }
    qb_run_result r = execute(&spec);
    cr_assert(r.outcome == QB_RUN_OUT_OF_MEMORY, "%s %s", qb_outcome_name(r.outcome), r.reason);
    cr_assert(r.has_solution && r.score.objective == -1);
    cr_assert(r.peak_rss_kib > 32 << 10 && r.peak_rss_kib < 65 << 10, "%lu", (unsigned long)r.peak_rss_kib);
    qb_run_result_clear(&r);
    spec.memory_bytes = 4096; /* hardly enough to start: how far it gets is the machine's to say */
    r = execute(&spec);
    cr_assert(r.outcome == QB_RUN_OUT_OF_MEMORY, "%s %s", qb_outcome_name(r.outcome), r.reason);
    qb_run_result_clear(&r);
    expect_nobody_left();
    qb_problem_free(&problem);
}

Test(ring, what_is_published_late_is_kept_apart)
{
    qb_problem problem = make_problem(QB_KIND_QUBO);
    const qb_budget_kind kinds[] = {QB_BUDGET_WALL_TIME, QB_BUDGET_CPU_TIME};
    for (int k = 0; k < 2; k++) {
        qb_run_spec spec = spec_of(&misbehaving_late, &problem);
        spec.budget_kind = kinds[k];
        spec.budget = 0.2;
        qb_run_result r = execute(&spec);
        cr_assert(r.outcome == QB_RUN_BUDGET && r.points == 1 && r.score.objective == -1);
        cr_assert(r.late == 2 && r.has_late && r.late_objective == -3 && r.offered == 3);
        cr_assert((k ? r.cpu_s : r.wall_s) > 0.2 && r.overshoot_s > 0);
        qb_run_result_clear(&r);
    }
    expect_nobody_left();
    qb_problem_free(&problem);
}

Test(ring, a_target_ends_the_run_and_is_on_the_trajectory)
{
    qb_problem problem = make_problem(QB_KIND_QUBO);
    const double targets[] = {-7, -4};
    qb_run_spec spec = spec_of(&ending_target, &problem);
    spec.budget_kind = QB_BUDGET_WORK;
    spec.budget = 1e6;
    spec.targets = targets;
    spec.target_count = 2;
    spec.stop_at_target = true;
    qb_run_result r = execute(&spec);
    cr_assert(r.outcome == QB_RUN_TARGET && r.score.objective == -7 && r.work == 8);
    bool found = false;
    for (uint32_t k = 0; k < r.points; k++)
        found = found || (r.trajectory[k].objective == -4 && r.trajectory[k].work == 5);
    cr_assert(found && r.trajectory[r.points - 1].work == 8);
    qb_run_result_clear(&r);
    expect_nobody_left();
    qb_problem_free(&problem);
}

Test(ring, a_simulation_that_is_capped_is_neither_win_nor_loss)
{
    qb_problem problem = make_problem(QB_KIND_QUBO);
    qb_run_spec spec = spec_of(&ending_simulated, &problem);
    spec.budget_kind = QB_BUDGET_DEVICE;
    spec.budget = 1000;
    spec.wall_backstop = 0.05;
    expect(&spec, QB_RUN_SIMULATOR_LIMITED, -1);
    qb_problem_free(&problem);
}

Test(ring, a_solver_that_cannot_take_the_instance_is_a_row)
{
    const double linear[] = {1};
    const uint8_t type[] = {QB_COLUMN_CONTINUOUS};
    qb_draft draft = {
        .kind = QB_KIND_MIP, .name = "real", .format = "test", .columns = 1, .linear = linear, .type = type};
    qb_problem problem;
    cr_assert(qb_problem_build(&draft, &problem, NULL) == QB_OK);
    qb_run_spec spec = spec_of(&ending_exhausted, &problem);
    qb_run_result r = execute(&spec);
    cr_assert(r.outcome == QB_RUN_REFUSED && r.reason[0] && !r.has_solution && r.details);
    qb_run_result_clear(&r);
    qb_problem_free(&problem);
}

Test(ring, a_result_says_how_it_came_about)
{
    qb_problem problem = make_problem(QB_KIND_QUBO);
    qb_run_spec spec = spec_of(&ending_exhausted, &problem);
    qb_run_result r = execute(&spec);
    cr_assert_str_eq(r.details, "{\"answer\":42}");
    cr_assert(r.containment[0] && r.memory_way[0] && strlen(r.started_at) == 24 && r.started_at[23] == 'Z');
    cr_assert(r.work == 10 && r.points == 2 && r.trajectory[0].work == 0 && r.trajectory[1].work == 10);
    cr_assert(r.wall_s > 0 && r.setup_s > 0 && r.setup_s <= r.wall_s && r.overshoot_s == 0);
    cr_assert(r.solution[2] == 1 && r.solution[3] == 0);
    qb_run_result_clear(&r);
    qb_problem_free(&problem);
}

Test(ring, a_copy_is_scored_on_the_nominal_problem)
{
    qb_problem nominal = make_problem(QB_KIND_QUBO);
    double linear[N];
    for (int i = 0; i < N; i++)
        linear[i] = i < 3 ? -1 : 5;
    qb_draft draft = {.kind = QB_KIND_QUBO, .name = "copy", .format = "test", .columns = N, .linear = linear};
    qb_problem copy;
    cr_assert(qb_problem_build(&draft, &copy, NULL) == QB_OK);
    linear[0] = 100;
    draft.linear = linear;
    qb_problem other;
    cr_assert(qb_problem_build(&draft, &other, NULL) == QB_OK);
    qb_run_spec spec = spec_of(&ending_exhausted, &copy);
    spec.nominal = &other;
    expect(&spec, QB_RUN_EXHAUSTED, 98); /* three ones: -3 on the copy */
    qb_problem_free(&nominal);
    qb_problem_free(&copy);
    qb_problem_free(&other);
}

typedef struct job {
    pthread_t thread;
    const qb_problem *problem;
    qb_run_image *image;
    int wrong;
} job;

static void *work_off(void *context)
{
    job *j = context;
    const qb_solver *const solvers[] = {&ending_exhausted, &misbehaving_late, &misbehaving_segfaults,
                                        &misbehaving_daemon};
    const qb_outcome outcomes[] = {QB_RUN_EXHAUSTED, QB_RUN_BUDGET, QB_RUN_CRASHED, QB_RUN_EXHAUSTED};
    for (int k = 0; k < 8; k++) {
        qb_run_spec spec = spec_of(solvers[k % 4], j->problem);
        spec.image = j->image;
        qb_run_result r;
        if (qb_run_execute(&spec, &r, NULL)) {
            j->wrong++;
            continue;
        }
        j->wrong += r.outcome != outcomes[k % 4];
        qb_run_result_clear(&r);
    }
    return NULL;
}

TEST_ALL_WAYS(runs_go_in_parallel)
{
    qb_problem problem = make_problem(QB_KIND_QUBO);
    qb_run_image *image;
    cr_assert(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
    cr_assert(qb_run_image_open(&problem, &image, NULL) == QB_OK);
    job jobs[4];
    for (int k = 0; k < 4; k++) {
        jobs[k] = (job){.problem = &problem, .image = image};
        cr_assert(pthread_create(&jobs[k].thread, NULL, work_off, &jobs[k]) == 0);
    }
    for (int k = 0; k < 4; k++) {
        pthread_join(jobs[k].thread, NULL);
        cr_assert(jobs[k].wrong == 0);
    }
    expect_nobody_left();
    qb_run_image_close(image);
    qb_problem_free(&problem);
}

/* A harness of its own process, killed in the middle of a run. */
static void kill_a_harness(const qb_solver *solver)
{
    qb_problem problem = make_problem(QB_KIND_QUBO);
    cr_assert(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
    int ready[2];
    cr_assert(pipe(ready) == 0);
    pid_t harness = fork();
    if (harness == 0) {
        qb_run_spec spec = spec_of(solver, &problem);
        qb_run_result r;
        (void)qb_launcher_start(NULL);
        ssize_t written = write(ready[1], "", 1);
        (void)written;
        (void)qb_run_execute(&spec, &r, NULL);
        _exit(1);
    }
    char byte;
    cr_assert(read(ready[0], &byte, 1) == 1);
    usleep(100000); /* long enough for the run to be under way, most of the time */
    kill(harness, SIGKILL);
    pid_t ended;
    bool seen = false;
    while ((ended = waitpid(-1, NULL, 0)) >
           0) /* returns when there is nobody left; else the test times out */
        seen = seen || ended == harness;
    cr_assert(seen && errno == ECHILD);
    close(ready[0]);
    close(ready[1]);
    qb_problem_free(&problem);
}

TEST_ALL_WAYS(nobody_survives_a_killed_harness)
{
    kill_a_harness(&misbehaving_sleeps);
    kill_a_harness(&misbehaving_deaf);
}

Test(ring, more_targets_than_can_be_registered_are_refused)
{
    qb_problem problem = make_problem(QB_KIND_QUBO);
    double targets[QB_BUDGET_TARGETS + 1] = {0};
    qb_run_spec spec = spec_of(&ending_exhausted, &problem);
    spec.targets = targets;
    spec.target_count = QB_BUDGET_TARGETS + 1;
    qb_run_result r;
    qb_diag diag = {0};
    cr_assert(qb_run_execute(&spec, &r, &diag) == QB_BAD_INPUT && diag.text[0]);
    qb_problem_free(&problem);
}

/* State and parent of a process, '?' and 0 when it is gone. */
static char state_of(int pid, int *parent)
{
    char path[64], text[512], state = '?';
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *stat = fopen(path, "r");
    *parent = 0;
    if (stat && fgets(text, sizeof text, stat) && strrchr(text, ')'))
        (void)sscanf(strrchr(text, ')') + 1, " %c %d", &state, parent);
    if (stat)
        fclose(stat);
    return state;
}

/* Kills the processes of that name that are so many generations below this test, and sees them dead; returns
 * how many. */
static int kill_below(const char *name, int generations)
{
    int killed = 0, pid;
    char command[64];
    snprintf(command, sizeof command, "pgrep -x %s", name);
    FILE *found = popen(command, "r");
    while (found && fscanf(found, "%d", &pid) == 1) {
        int above = pid, ignored;
        for (int k = 0; k < generations; k++)
            (void)state_of(above, &above);
        if (above != getpid() || kill(pid, SIGKILL))
            continue;
        while (!strchr("?Z", state_of(pid, &ignored)))
            usleep(1000);
        killed++;
    }
    pclose(found);
    return killed;
}

static void expect_to_go_on(const qb_run_spec *spec, const char *name, int generations)
{
    qb_run_result r = execute(spec);
    qb_run_result_clear(&r);
    int killed = 0;
    for (int k = 0; k < 1000 && !killed; k++) {
        killed = kill_below(name, generations);
        usleep(5000); /* a warden may be forking who waits for the next run */
    }
    cr_assert(killed == 1);
    r = execute(spec);
    cr_assert(r.outcome == QB_RUN_EXHAUSTED);
    qb_run_result_clear(&r);
    expect_nobody_left();
}

TEST_ALL_WAYS(who_is_killed_between_runs_is_replaced)
{
    qb_problem problem = make_problem(QB_KIND_QUBO);
    qb_run_spec spec = spec_of(&ending_exhausted, &problem);
    expect_to_go_on(&spec, "qubout-warden", 2);
    expect_to_go_on(&spec, "qubout-waiting", 3);
    qb_problem_free(&problem);
}

static void expect_way(const char *const *ways, size_t count)
{
    qb_problem problem = make_problem(QB_KIND_QUBO);
    qb_run_spec spec = spec_of(&ending_exhausted, &problem);
    qb_run_result r = execute(&spec);
    bool known = false;
    for (size_t k = 0; k < count; k++)
        known = known || !strcmp(r.containment, ways[k]);
    cr_assert(known, "%s", r.containment);
    cr_assert(!strcmp(r.cpu_way, "clock") || (!strcmp(r.cpu_way, "perf") && count > 1), "%s", r.cpu_way);
    cr_log_info("contained by %s", r.containment);
    qb_run_result_clear(&r);
    expect_nobody_left();
    qb_problem_free(&problem);
}

static const char *const ways[] = {"kill-loop", "cgroup", "pid-namespace"};

Test(ring, the_way_is_stored)
{
    expect_way(ways, 3);
}

Test(ring, the_way_is_stored_without_namespaces)
{
    confine(false);
    expect_way(ways, 2);
}

Test(ring, the_way_is_stored_without_anything)
{
    confine(true);
    expect_way(ways, 1);
}
