/* The channel: where a run publishes, laid out in one flat block that two processes can share.
 *
 * The writer never waits and never blocks a reader; it writes a record into a free slot, then makes it
 * visible with one atomic store, so that a writer killed at any instant loses at most the record in flight.
 * Every record carries a checksum; a reader believes nothing in the block that it has not checked (a solver
 * may have scribbled over it).
 *
 * The trajectory is thinned (by budget_publish.c) to one record a 5 % step of the budget's own quantity
 * (wall, CPU or work), except that the first record, the last, and the first at or beyond each target are
 * always kept.  A record that replaces another in its step carries the later stamp with the better value:
 * conservative by less than one step.  The writer's side is channel_writer.h.
 */
#ifndef QB_BASE_CHANNEL_H
#define QB_BASE_CHANNEL_H

#include "harness/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QB_CHANNEL_POINTS        1024 /* trajectory points at most; ln(1e17) / ln(1.05) is 803 */
#define QB_CHANNEL_DETAILS_BYTES 65536
#define QB_CHANNEL_REASON_BYTES  512

typedef struct qb_channel qb_channel; /* opaque; the block's first bytes */

/* One published incumbent as a reader sees it; pointers into the channel. */
typedef struct qb_channel_point {
    double wall_s, cpu_s; /* since the start of init */
    uint64_t work, samples;
    double device_s, simulator_s; /* modelled device time; CPU time of simulating it, part of cpu_s */
    double claimed;
    const uint64_t
        *bits; /* [ceil(variables / 64)], variable i is bit i % 64 of word i / 64; NULL for a MIP */
    const double *columns; /* [variables]; NULL for a QUBO */
} qb_channel_point;

#define QB_CHANNEL_STAGES     8
#define QB_CHANNEL_STAGE_NAME 16

/* What a part of the run took: lowering, init, solve, and what the solver names itself. */
typedef struct qb_stage_times {
    char name[QB_CHANNEL_STAGE_NAME];
    double wall_s, cpu_s, device_s, simulator_s; /* as in qb_channel_point */
} qb_stage_times;

/* What the run said of itself when it ended (or last said, when it was killed). */
typedef struct qb_channel_summary {
    bool finished; /* qb_budget_finish was reached */
    qb_status outcome;
    char reason[QB_CHANNEL_REASON_BYTES];
    double wall_s, cpu_s, setup_wall_s, setup_cpu_s, device_s, simulator_s;
    uint64_t work, samples;
    qb_stage_times stage[QB_CHANNEL_STAGES]; /* [stages] in order of their first beginning */
    uint32_t stages;
    bool has_bound, infeasible, target_reached, budget_hit;
    bool asked_limit; /* of a budget that does not tell */
    double bound;
    uint64_t offered, late; /* incumbents offered in all; those stamped after the deadline */
    bool has_late;
    double late_claimed; /* the best of the late ones; never credited */
} qb_channel_summary;

/* Bytes of a channel for `variables` variables (mip: doubles, else bits) and `samples` kept samples; 0 on
 * overflow. */
size_t qb_channel_size(uint32_t variables, bool mip, uint32_t samples);

/* Formats a zeroed block of that size.  The block stays the caller's. */
qb_channel *qb_channel_format(void *block, uint32_t variables, bool mip, uint32_t samples);

/* Reading, after the writer has ended; everything is validated against the size the reader formatted (never
 * against what the block now says).  points: [capacity] filled in order of time; *count <= QB_CHANNEL_POINTS.
 * Torn or inconsistent records are dropped and counted in *damaged. */
qb_status qb_channel_read(const void *block, uint32_t variables, bool mip, uint32_t samples,
                          qb_channel_point *points /* [QB_CHANNEL_POINTS] */, uint32_t *count,
                          uint32_t *damaged, qb_channel_summary *summary);

/* A kept sample as a reader sees it; bits points into the channel. */
typedef struct qb_channel_sample {
    const uint64_t *bits; /* [ceil(variables / 64)] */
    double claimed;
    uint64_t count;
} qb_channel_sample;

/* The kept samples in the order they came; returns how many are intact.  None for a MIP. */
uint32_t qb_channel_read_samples(const void *block, uint32_t variables, bool mip, uint32_t samples,
                                 qb_channel_sample *kept /* [samples] */);

/* Bits to bytes and back; the unused bits of the last word are 0, of x only bit 0 counts. */
void qb_channel_pack(const uint8_t *x /* [n] */, uint32_t n, uint64_t *bits /* [ceil(n / 64)] */);
void qb_channel_unpack(const uint64_t *bits /* [ceil(n / 64)] */, uint32_t n, uint8_t *x /* [n] */);

/* The details as one JSON object, NUL-terminated; "{}" when there are none or they are damaged. */
const char *qb_channel_details(const void *block, uint32_t variables, bool mip, uint32_t samples);

#endif
