#define _GNU_SOURCE
#include "harness/run/child.h"

#include "harness/base/memory.h"
#include "harness/model/referee.h"
#include "harness/run/child_search.h"
#include "harness/run/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* A signal handler gets no argument of ours, so the budget that SIGTERM stops has to stand here. */
static qb_budget *_Atomic listening;
static atomic_bool abandons;

/* A solver whose library cannot be interrupted is abandoned: what it has published is in the channel already.
 */
static void on_terminate(int number)
{
    (void)number;
    qb_budget *budget = atomic_load(&listening);
    if (!budget)
        return;
    qb_budget_request_stop(budget);
    if (atomic_load(&abandons)) {
        qb_budget_finish(budget, QB_STOPPED, NULL);
        _exit(0);
    }
}

static int64_t helpers_cpu_ns(void)
{
    struct rusage u;
    if (getrusage(RUSAGE_CHILDREN, &u))
        return 0;
    return ((int64_t)u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000000 +
           ((int64_t)u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1000;
}

/* Time that this thread was ready to run and did not. */
static int64_t run_delay_ns(void)
{
    char text[128] = "";
    int file = open("/proc/self/schedstat", O_RDONLY | O_CLOEXEC);
    ssize_t got = file >= 0 ? read(file, text, sizeof text - 1) : 0;
    if (file >= 0)
        close(file);
    long long running, waiting;
    return got > 0 && sscanf(text, "%lld %lld", &running, &waiting) == 2 ? waiting : 0;
}

static void read_memory(qb_launch_note *note)
{
    char text[128] = "";
    int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t got = file >= 0 ? read(file, text, sizeof text - 1) : 0;
    if (file >= 0)
        close(file);
    unsigned long total, resident, shared, page = (unsigned long)sysconf(_SC_PAGESIZE) / 1024;
    if (got <= 0 || sscanf(text, "%lu %lu %lu", &total, &resident, &shared) != 3)
        return;
    note->resident_kib = resident * page;
    note->shared_kib = shared * page;
}

static void send_note(int warden, const qb_launch_note *note)
{
    (void)qb_launch_send(warden, note, sizeof *note, NULL, 0);
}

static void send_credit(void *warden, const qb_credit *credit)
{
    send_note(*(int *)warden, &(qb_launch_note){.kind = QB_NOTE_CREDIT, .credit = *credit});
}

_Noreturn static void fail(int warden, int error)
{
    send_note(warden, &(qb_launch_note){.error = error ? error : EIO});
    _exit(1);
}

/* What can be done before there is a run: this is over when the request comes, and costs nobody time. */
static void settle(const qb_contain *contain)
{
    struct sigaction action = {.sa_handler = on_terminate, .sa_flags = SA_RESTART};
    (void)prctl(PR_SET_NAME, "qubout-waiting");
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)setsid();
    qb_contain_enter(contain);
    (void)sigaction(SIGTERM, &action, NULL);
    qb_limits_near_memory();
    qb_limits_forbid_dumps();
    int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (score >= 0) { /* where memory runs out, the run is to go and not its warden */
        ssize_t written = write(score, "1000", 4);
        (void)written;
        close(score);
    }
}

/* What the request asks for, before any of the solver's code runs. */
static void restrict_self(const qb_launch_request *r, const qb_contain *contain, int warden)
{
    (void)prctl(PR_SET_NAME, "qubout-run");
    if (!qb_limits_pin(qb_launch_cpus(r), r->cpus) ||
        (r->limit_memory && !qb_limits_apply_memory(r->memory_bytes)))
        fail(warden, errno);
    if (!contain->limits_processes)
        qb_limits_apply_processes(QB_CONTAIN_PROCESSES);
}

/* Hands the warm start to the model, where it can be said there, and keeps it from being credited. */
static qb_status warm_up(const qb_lowering *lowering, const qb_problem *problem, const double *warm,
                         qb_budget *budget, qb_model *model, qb_diag *diag)
{
    qb_score score;
    qb_status status = qb_referee_score(problem, warm, &score, diag);
    if (status)
        return status;
    qb_budget_set_floor(budget, qb_lowering_claim_of(lowering, score.objective));
    if (qb_lowering_keeps_columns(lowering))
        model->warm_columns = warm;
    if (!model->qubo)
        return QB_OK;
    uint8_t *bits = QB_NEW(uint8_t, model->qubo->n); /* lives as long as the process */
    if (!bits)
        return QB_NO_MEMORY;
    model->warm_bits = bits;
    return qb_lowering_encode_bits(lowering, warm, bits);
}

/* From the image to the end of `solve`.  *state is left for the caller to free. */
static qb_status run(const qb_launch_request *r, const void *image, qb_budget *budget, void **state,
                     qb_diag *diag)
{
    qb_problem problem;
    qb_qubo built;
    qb_lowering *lowering;
    qb_budget_stage(budget, "lowering");
    qb_status status = qb_problem_bind(image, r->image.problem, &problem, diag);
    if (!status && r->image.model)
        status =
            qb_qubo_bind((const char *)image + qb_launch_model_at(&r->image), r->image.model, &built, diag);
    if (!status)
        status = qb_child_searches(r, &problem)
                     ? qb_child_search(r, &problem, budget, &lowering, diag)
                     : qb_lowering_open_built(&problem, r->image.model ? &built : NULL, r->solver->takes,
                                              &r->lowering, &lowering, diag);
    if (status)
        return status;
    qb_model model = qb_lowering_model(lowering); /* lives as long as the process */
    uint32_t variables = model.mip ? model.mip->columns : model.qubo->n;
    if (variables != r->variables || (model.mip != NULL) != r->mip)
        return qb_fail(diag, QB_INTERNAL, "the lowering gave another model than in the harness");
    model.threads = r->threads;
    model.memory_bytes = r->memory_bytes;
    qb_budget_stage(budget, "init");
    const double *warm = qb_launch_warm(&r->image, image);
    if (warm)
        status = warm_up(lowering, &problem, warm, budget, &model, diag);
    if (!status)
        status = r->solver->init(&model, qb_launch_params(r), r->seed, budget, state, diag);
    qb_budget_mark_setup(budget);
    return status ? status : r->solver->solve(*state, budget, diag);
}

void qb_child_main(int warden, const qb_contain *contain)
{
    int fd[2];
    settle(contain);
    const qb_launch_request *r = qb_launch_take(warden, fd);
    if (!r)
        _exit(0);
    restrict_self(r, contain, warden);
    size_t bytes = qb_channel_size(r->variables, r->mip, r->samples);
    void *source = mmap(NULL, qb_launch_image_bytes(&r->image), PROT_READ, MAP_SHARED, fd[0], 0);
    void *block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd[1], 0);
    if (source == MAP_FAILED || block == MAP_FAILED)
        fail(warden, errno);
    close(fd[0]);
    close(fd[1]);

    qb_budget_setup setup = {.kind = r->kind,
                             .limit = r->limit,
                             .wall_backstop = r->backstop,
                             .simulator_limit = r->simulator_limit,
                             .charged = r->charged,
                             .threads = r->threads,
                             .clock = qb_clock_system,
                             .variables = r->variables,
                             .mip = r->mip,
                             .maximise = r->maximise,
                             .targets = qb_launch_targets(r),
                             .target_count = r->targets,
                             .stop_at_target = r->stop_at_target,
                             .tells_limit = r->solver->needs_deadline,
                             .credits = r->solver->find ? send_credit : NULL,
                             .credits_context = &warden,
                             .channel = qb_channel_format(block, r->variables, r->mip, r->samples)};
    qb_budget *budget;
    qb_diag diag = {0};
    qb_launch_note note = {0};
    read_memory(&note);
    if (qb_budget_open(&setup, &budget, &diag))
        fail(warden, ENOMEM);
    note.kind = QB_NOTE_BEGIN;
    note.at_ns = qb_clock_system.wall_ns(NULL);
    note.cpu_ns = qb_clock_system.cpu_ns(NULL);
    send_note(warden, &note);
    atomic_store(&abandons, r->solver->abandons);
    atomic_store(&listening, budget);

    void *state = NULL;
    qb_status outcome = run(r, source, budget, &state, &diag);
    qb_budget_finish(budget, outcome, diag.text);
    atomic_store(&listening, NULL);

    note = (qb_launch_note){.kind = QB_NOTE_END,
                            .at_ns = qb_clock_system.wall_ns(NULL),
                            .helpers_ns = helpers_cpu_ns(),
                            .delay_ns = run_delay_ns()};
    read_memory(&note);
    send_note(warden, &note);
    r->solver->free(state);
    _exit(0);
}
