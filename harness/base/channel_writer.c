#include "harness/base/channel_writer.h"

#include "harness/base/channel_wire.h"

#include <string.h>

/* The layout cannot overflow here: qb_channel_writer_open has seen it fit. */
static qb_wire_layout layout_of(const qb_channel_writer *w)
{
    qb_wire_layout layout;
    (void)qb_wire_lay_out(w->variables, w->mip, w->samples, &layout);
    return layout;
}

qb_status qb_channel_writer_open(qb_channel_writer *writer, qb_channel *channel, uint32_t variables, bool mip,
                                 qb_diag *diag)
{
    qb_wire_layout layout;
    if (channel->variables != variables || channel->mip != mip || channel->samples > UINT32_MAX ||
        !qb_wire_lay_out(variables, mip, (uint32_t)channel->samples, &layout))
        return qb_fail(diag, QB_BAD_INPUT, "the channel was formatted for another model");
    *writer = (qb_channel_writer){.block = (unsigned char *)channel,
                                  .variables = variables,
                                  .samples = (uint32_t)channel->samples,
                                  .mip = mip};
    return QB_OK;
}

static unsigned char *slot_at(const qb_channel_writer *w, uint32_t slot)
{
    qb_wire_layout l = layout_of(w);
    return w->block + l.slot + slot * l.slot_bytes;
}

void *qb_channel_stage(const qb_channel_writer *writer)
{
    return slot_at(writer, writer->spare) + sizeof(qb_wire_point);
}

void qb_channel_publish(qb_channel_writer *writer, const qb_channel_point *point, bool replace)
{
    replace = (replace && writer->points > 0) || writer->points == QB_CHANNEL_POINTS;
    uint32_t position = replace ? writer->points - 1 : writer->points, slot = writer->spare;
    qb_wire_point *record = (qb_wire_point *)(void *)slot_at(writer, slot);
    *record = (qb_wire_point){.position = position,
                              .work = point->work,
                              .samples = point->samples,
                              .wall_s = point->wall_s,
                              .cpu_s = point->cpu_s,
                              .device_s = point->device_s,
                              .simulator_s = point->simulator_s,
                              .claimed = point->claimed};
    record->checksum =
        qb_wire_checksum(record, sizeof *record + qb_wire_solution_bytes(writer->variables, writer->mip));

    _Atomic uint32_t *order = (_Atomic uint32_t *)(void *)(writer->block + layout_of(writer).order);
    atomic_store_explicit(&order[position], slot + 1, memory_order_release);
    writer->spare = replace ? writer->last : ++writer->points; /* as many slots in use as points */
    writer->last = slot;
}

void qb_channel_put_sample(qb_channel_writer *writer, const uint8_t *x, double claimed, uint64_t count)
{
    if (writer->mip || writer->kept == writer->samples)
        return;
    qb_wire_layout l = layout_of(writer);
    unsigned char *at = writer->block + l.sample + writer->kept * l.sample_bytes;
    qb_wire_sample *record = (qb_wire_sample *)(void *)at;
    *record = (qb_wire_sample){.position = ++writer->kept, .count = count, .claimed = claimed};
    qb_channel_pack(x, writer->variables, (uint64_t *)(void *)(record + 1));
    record->checksum = qb_wire_checksum(record, l.sample_bytes);
}

void qb_channel_put_summary(qb_channel_writer *writer, const qb_channel_summary *s)
{
    uint64_t flags = (s->finished ? QB_WIRE_FINISHED : 0u) | (s->has_bound ? QB_WIRE_BOUND : 0u) |
                     (s->infeasible ? QB_WIRE_INFEASIBLE : 0u) | (s->target_reached ? QB_WIRE_TARGET : 0u) |
                     (s->budget_hit ? QB_WIRE_BUDGET : 0u) | (s->has_late ? QB_WIRE_LATE : 0u) |
                     (s->asked_limit ? QB_WIRE_ASKED : 0u);
    qb_wire_summary *copy =
        (qb_wire_summary *)(void *)(writer->block + layout_of(writer).summary) + writer->summary_serial % 2;
    *copy = (qb_wire_summary){.serial = ++writer->summary_serial,
                              .flags = flags,
                              .outcome = s->outcome,
                              .work = s->work,
                              .samples = s->samples,
                              .offered = s->offered,
                              .late = s->late,
                              .wall_s = s->wall_s,
                              .cpu_s = s->cpu_s,
                              .setup_wall_s = s->setup_wall_s,
                              .setup_cpu_s = s->setup_cpu_s,
                              .device_s = s->device_s,
                              .simulator_s = s->simulator_s,
                              .stages = s->stages,
                              .bound = s->bound,
                              .late_claimed = s->late_claimed};
    memcpy(copy->stage, s->stage, sizeof copy->stage);
    memcpy(copy->reason, s->reason, sizeof copy->reason);
    copy->checksum = qb_wire_checksum(copy, sizeof *copy);
    atomic_thread_fence(memory_order_release); /* complete before the other copy is touched */
}

void qb_channel_put_details(qb_channel_writer *writer, const char *json, size_t length)
{
    qb_wire_details *copy =
        (qb_wire_details *)(void *)(writer->block + layout_of(writer).details) + writer->details_serial % 2;
    copy->serial = ++writer->details_serial;
    copy->length = length;
    memcpy(copy->text, json, length);
    memset(copy->text + length, 0, 8 - length % 8); /* to the end of the word: the terminator at least */
    copy->checksum = qb_wire_checksum(copy, qb_wire_details_bytes(length));
    atomic_thread_fence(memory_order_release);
}
