/* The channel's layout, shared by its reader (channel.c) and its writer (channel_writer.c).
 *
 *   header | order [QB_CHANNEL_POINTS] | summary x 2 | details x 2 | slot x (points + 1) | sample x samples
 *
 * order[k] is one more than the slot of point k, 0 for none.  There is one slot more than points, so that a
 * record is always written beside the one it replaces.  Summary and details exist twice, written in turn: the
 * intact copy of the higher serial counts.  Every field has 8 bytes, so there is no padding to checksum.
 */
#ifndef QB_BASE_CHANNEL_WIRE_H
#define QB_BASE_CHANNEL_WIRE_H

#include "harness/base/channel.h"

#include <stdatomic.h>

#define QB_CHANNEL_SLOTS         (QB_CHANNEL_POINTS + 1)
#define QB_CHANNEL_STAGE_LETTERS "abcdefghijklmnopqrstuvwxyz0123456789_" /* of a stage's name */

struct qb_channel {
    uint64_t variables, mip, samples;
};

/* Each record starts with the checksum of all that follows in it. */
typedef struct qb_wire_point {
    uint64_t checksum, position, work, samples;
    double wall_s, cpu_s, device_s, simulator_s, claimed;
} qb_wire_point; /* the solution follows */

typedef struct qb_wire_sample {
    uint64_t checksum, position, count;
    double claimed;
} qb_wire_sample; /* the bits follow */

typedef struct qb_wire_summary {
    uint64_t checksum, serial, flags, outcome, work, samples, offered, late;
    double wall_s, cpu_s, setup_wall_s, setup_cpu_s, device_s, simulator_s, bound, late_claimed;
    uint64_t stages;
    qb_stage_times stage[QB_CHANNEL_STAGES];
    char reason[QB_CHANNEL_REASON_BYTES];
} qb_wire_summary;

enum {
    QB_WIRE_FINISHED = 1,
    QB_WIRE_BOUND = 2,
    QB_WIRE_INFEASIBLE = 4,
    QB_WIRE_TARGET = 8,
    QB_WIRE_BUDGET = 16,
    QB_WIRE_LATE = 32,
    QB_WIRE_ASKED = 64
};

typedef struct qb_wire_details {
    uint64_t checksum, serial, length;
    char text[QB_CHANNEL_DETAILS_BYTES];
} qb_wire_details; /* the checksum covers serial, length and the words that hold `length` bytes */

typedef struct qb_wire_layout {
    size_t order, summary, details, slot, slot_bytes, sample, sample_bytes, total;
} qb_wire_layout;

/* false on overflow. */
bool qb_wire_lay_out(uint32_t variables, bool mip, uint32_t samples, qb_wire_layout *layout);

/* Checksum of a record of `bytes` bytes (a multiple of 8) that starts with its checksum field. */
uint64_t qb_wire_checksum(const void *record, size_t bytes);

static inline size_t qb_wire_words(uint32_t variables)
{
    return ((size_t)variables + 63) / 64;
}

static inline size_t qb_wire_solution_bytes(uint32_t variables, bool mip)
{
    return 8 * (mip ? (size_t)variables : qb_wire_words(variables));
}

/* Bytes of a details record that holds `length` characters. */
static inline size_t qb_wire_details_bytes(size_t length)
{
    return offsetof(qb_wire_details, text) + (length + 7) / 8 * 8;
}

#endif
