/* The channel, as the run that publishes into it sees it.  Used by the budget alone.
 *
 * What the writer has to remember lives in its own memory, never in the shared block: a solver that scribbles
 * over the block damages records, not the bookkeeping.
 */
#ifndef QB_BASE_CHANNEL_WRITER_H
#define QB_BASE_CHANNEL_WRITER_H

#include "harness/base/channel.h"

typedef struct qb_channel_writer {
    unsigned char *block;
    uint32_t variables, samples;
    bool mip;
    uint32_t points;      /* published so far */
    uint32_t last, spare; /* slot of the last point; slot that the next one is written to */
    uint32_t kept;        /* samples kept so far */
    uint64_t summary_serial, details_serial;
} qb_channel_writer;

/* Starts writing into a freshly formatted channel.  QB_BAD_INPUT when it was formatted for something else. */
qb_status qb_channel_writer_open(qb_channel_writer *writer, qb_channel *channel, uint32_t variables, bool mip,
                                 qb_diag *diag);

/* Where the next point's solution goes: uint64_t [ceil(variables / 64)], or double [variables] for a MIP. */
void *qb_channel_stage(const qb_channel_writer *writer);

/* Publishes the staged solution with point's stamps and claim, in place of the last point when `replace` (or
 * when all QB_CHANNEL_POINTS are taken), else after it. */
void qb_channel_publish(qb_channel_writer *writer, const qb_channel_point *point, bool replace);

/* Keeps a sample while there is room. */
void qb_channel_put_sample(qb_channel_writer *writer, const uint8_t *x, double claimed, uint64_t count);

/* Replace what was last said.  json: length < QB_CHANNEL_DETAILS_BYTES, without a NUL. */
void qb_channel_put_summary(qb_channel_writer *writer, const qb_channel_summary *summary);
void qb_channel_put_details(qb_channel_writer *writer, const char *json, size_t length);

#endif
