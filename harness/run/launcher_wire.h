/* What the harness, the launcher and its wardens say to each other.
 *
 * Messages travel over SOCK_SEQPACKET sockets: one message a packet, descriptors beside it.  All ends are of
 * one program image, so structures and pointers to solvers travel as they are.
 */
#ifndef QB_RUN_LAUNCHER_WIRE_H
#define QB_RUN_LAUNCHER_WIRE_H

#include "harness/base/budget_host.h"
#include "harness/model/lowering.h"
#include "solvers/solver.h"

#define QB_LAUNCH_PACKET 65536 /* bytes of a request at most */

/* The sealed memory that a run reads: three parts, one behind the other, in bytes. */
typedef struct qb_launch_image {
    uint64_t problem; /* as qb_problem_pack made it: a multiple of 64 */
    uint64_t warm;    /* the vector that the run starts from; 0: none */
    uint64_t model;   /* from the next multiple of 64: a qubo's model (qb_qubo_pack); 0: the run lowers */
} qb_launch_image;

static inline const double *qb_launch_warm(const qb_launch_image *parts, const void *image)
{
    return parts->warm ? (const void *)((const char *)image + parts->problem) : NULL;
}

static inline uint64_t qb_launch_model_at(const qb_launch_image *parts)
{
    return (parts->problem + parts->warm + 63) & ~UINT64_C(63);
}

static inline uint64_t qb_launch_image_bytes(const qb_launch_image *parts)
{
    return qb_launch_model_at(parts) + parts->model;
}

/* Harness to warden and warden to child, with two descriptors: the image and the channel. */
typedef struct qb_launch_request {
    const qb_solver *solver;
    qb_launch_image image;
    uint64_t seed, memory_bytes;
    qb_lowering_options lowering;
    qb_budget_kind kind;
    double limit, backstop, simulator_limit, charged; /* as in qb_budget_setup */
    uint32_t variables, samples;                      /* of the channel */
    uint32_t threads, targets, cpus;                  /* counts of the arrays that follow: */
    bool mip, maximise, stop_at_target;               /* double target[targets], uint32_t cpu[cpus], params */
    bool limit_memory; /* the warden's word: by rlimit, for want of a control group */
    size_t params_bytes;
} qb_launch_request;

/* The arrays behind a request. */
static inline const double *qb_launch_targets(const qb_launch_request *r)
{
    return (const double *)(const void *)(r + 1);
}

static inline const uint32_t *qb_launch_cpus(const qb_launch_request *r)
{
    return (const uint32_t *)(const void *)(qb_launch_targets(r) + r->targets);
}

/* Aligned to 8 bytes, as QB_PARAMS_DECLARE's structs need. */
static inline const void *qb_launch_params(const qb_launch_request *r)
{
    return qb_launch_targets(r) + r->targets + (r->cpus + 1) / 2;
}

static inline size_t qb_launch_bytes(const qb_launch_request *r)
{
    return sizeof *r + 8 * ((size_t)r->targets + ((size_t)r->cpus + 1) / 2) + r->params_bytes;
}

/* Warden to harness, when all of the run's processes are gone. */
typedef struct qb_launch_report {
    bool started;        /* the child got as far as opening its budget; else error says why not */
    int error;           /* errno of what failed before */
    bool ended;          /* user code returned */
    bool asked, killed;  /* it was sent SIGTERM, SIGKILL */
    bool out_of_memory;  /* the memory limit killed it */
    int wait_status;     /* of the child, as waitpid gives it */
    uint32_t strays;     /* processes that it left behind */
    uint32_t running;    /* threads that ran when it was killed for its CPU limit; 0: it was not */
    int64_t wall_ns;     /* from the start of init until user code stopped (returned, or was killed) */
    int64_t credited_ns; /* wall time that is in neither that nor cpu_ns: the run's clocks were held; below 0:
                            that is in both and did not pass, for it was charged beforehand */
    int64_t teardown_ns; /* from then until all of its processes were gone */
    int64_t cpu_ns;      /* of all processes until user code stopped */
    int64_t helpers_ns;  /* of that: of processes other than the child itself */
    int64_t delay_ns;    /* that the child waited for a processor, as far as is known */
    uint64_t peak_kib;   /* without shared and inherited pages */
    char containment[32], memory_way[32], cpu_way[32];
} qb_launch_report;

/* Child to warden.  The first note is sent before any of the solver's code runs; what follows is hearsay.  A
 * credit is believed where the solver is a program outside (it has `find`), which cannot reach the socket. */
typedef enum qb_note_kind { QB_NOTE_BEGIN, QB_NOTE_CREDIT, QB_NOTE_END } qb_note_kind;

typedef struct qb_launch_note {
    qb_note_kind kind;
    int32_t error;                     /* begin: errno of a failed start, else 0 */
    int64_t at_ns;                     /* CLOCK_MONOTONIC */
    int64_t cpu_ns;                    /* begin: of the child so far */
    int64_t helpers_ns, delay_ns;      /* end */
    uint64_t resident_kib, shared_kib; /* begin, end */
    qb_credit credit;
} qb_launch_note;

/* Sends and receives one packet.  Receiving gives the number of bytes, 0 when the other side has gone, -1 on
 * errors; fd [fds] gets the descriptors that came with it, -1 for those that did not. */
bool qb_launch_send(int socket, const void *data, size_t bytes, const int *fd, int fds);
long qb_launch_receive(int socket, void *data, size_t bytes, int *fd, int fds);

/* Receives a request and its descriptors, into memory that serves one at a time; NULL when the other side has
 * gone or sends something else. */
qb_launch_request *qb_launch_take(int socket, int fd[2]);

/* The life of the launcher, and of a warden: `lifeline` is its socket.  They do not return. */
_Noreturn void qb_launcher_main(int control);
_Noreturn void qb_warden_main(int lifeline, bool has_namespace);

#endif
