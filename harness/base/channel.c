#define _POSIX_C_SOURCE 200809L
#include "harness/base/channel.h"

#include "harness/base/channel_wire.h"
#include "harness/base/memory.h"

#include <math.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Places `count` items of `size` bytes at the next cache line; false on overflow. */
static bool place(size_t *end, size_t count, size_t size, size_t *at)
{
    size_t bytes, start;
    if (__builtin_add_overflow(*end, (size_t)QB_ALIGNMENT - 1, &start) ||
        __builtin_mul_overflow(count, size, &bytes))
        return false;
    *at = start & ~((size_t)QB_ALIGNMENT - 1);
    return !__builtin_add_overflow(*at, bytes, end);
}

bool qb_wire_lay_out(uint32_t variables, bool mip, uint32_t samples, qb_wire_layout *l)
{
    size_t solution = qb_wire_solution_bytes(variables, mip), end = sizeof(struct qb_channel);
    l->slot_bytes = (sizeof(qb_wire_point) + solution + QB_ALIGNMENT - 1) & ~((size_t)QB_ALIGNMENT - 1);
    l->sample_bytes = mip ? 0 : sizeof(qb_wire_sample) + solution;
    return place(&end, QB_CHANNEL_POINTS, sizeof(uint32_t), &l->order) &&
           place(&end, 2, sizeof(qb_wire_summary), &l->summary) &&
           place(&end, 2, sizeof(qb_wire_details), &l->details) &&
           place(&end, QB_CHANNEL_SLOTS, l->slot_bytes, &l->slot) &&
           place(&end, samples, l->sample_bytes, &l->sample) && place(&end, 0, 0, &l->total);
}

/* Four independent multiply-xorshift chains, so that the multiplier's latency overlaps.  It finds torn and
 * scribbled records; a forger is the referee's business. */
uint64_t qb_wire_checksum(const void *record, size_t bytes)
{
    const unsigned char *at = (const unsigned char *)record + 8;
    size_t words = bytes / 8 - 1;
    uint64_t lane[4] = {0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89};
    for (size_t k = 0; k < words; k++) {
        uint64_t word;
        memcpy(&word, at + 8 * k, 8);
        uint64_t mixed = (lane[k % 4] ^ word) * 0x9e3779b97f4a7c15;
        lane[k % 4] = mixed ^ mixed >> 32;
    }
    uint64_t sum = words;
    for (int k = 0; k < 4; k++) {
        sum = (sum ^ lane[k]) * 0xd6e8feb86659fd93;
        sum ^= sum >> 29;
    }
    return sum;
}

size_t qb_channel_size(uint32_t variables, bool mip, uint32_t samples)
{
    qb_wire_layout layout;
    return qb_wire_lay_out(variables, mip, samples, &layout) ? layout.total : 0;
}

qb_channel *qb_channel_format(void *block, uint32_t variables, bool mip, uint32_t samples)
{
    qb_channel *channel = block;
    *channel = (qb_channel){variables, mip, samples};
    return channel;
}

/* The lowest bits of eight bytes, that of the first one lowest: the product moves bit 0 of byte b to bit
 * 56 + b. */
static uint64_t pack_8(const uint8_t *x /* [8] */)
{
    uint64_t bytes;
    memcpy(&bytes, x, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    bytes = __builtin_bswap64(bytes);
#endif
    return (bytes & 0x0101010101010101) * 0x0102040810204080 >> 56;
}

/* The same of 64 bytes; this is most of what an incumbent costs its solver. */
static uint64_t pack_64(const uint8_t *x /* [64] */)
{
    uint64_t word = 0;
#ifdef __SSE2__
    for (int k = 0; k < 4; k++) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(x + 16 * k));
        uint64_t bits = (uint64_t)_mm_movemask_epi8(_mm_slli_epi16(bytes, 7));
        word |= bits << 16 * k;
    }
#else
    for (int k = 0; k < 8; k++)
        word |= pack_8(x + 8 * k) << 8 * k;
#endif
    return word;
}

void qb_channel_pack(const uint8_t *x, uint32_t n, uint64_t *bits)
{
    uint32_t i = 0;
    for (; n - i >= 64; i += 64)
        *bits++ = pack_64(x + i);
    if (i == n)
        return;
    uint64_t word = 0;
    uint32_t shift = 0;
    for (; n - i >= 8; i += 8, shift += 8)
        word |= pack_8(x + i) << shift;
    for (; i < n; i++, shift++)
        word |= (uint64_t)(x[i] & 1) << shift;
    *bits = word;
}

void qb_channel_unpack(const uint64_t *bits, uint32_t n, uint8_t *x)
{
    for (uint32_t i = 0; i < n; i++)
        x[i] = bits[i / 64] >> i % 64 & 1;
}

static bool is_intact(const void *record, size_t bytes)
{
    uint64_t checksum;
    memcpy(&checksum, record, sizeof checksum);
    return checksum == qb_wire_checksum(record, bytes);
}

static bool is_time(double seconds)
{
    return isfinite(seconds) && seconds >= 0;
}

/* Point k, if order says there is one and all about it is in order. */
static bool read_point(const unsigned char *block, const qb_wire_layout *l, uint32_t variables, bool mip,
                       uint32_t k, uint32_t slot, qb_channel_point *point)
{
    if (slot >= QB_CHANNEL_SLOTS)
        return false;
    const unsigned char *record = block + l->slot + slot * l->slot_bytes;
    qb_wire_point w;
    memcpy(&w, record, sizeof w);
    if (!is_intact(record, sizeof w + qb_wire_solution_bytes(variables, mip)) || w.position != k ||
        !is_time(w.wall_s) || !is_time(w.cpu_s) || !is_time(w.device_s) || !is_time(w.simulator_s) ||
        !isfinite(w.claimed))
        return false;
    const void *solution = record + sizeof w;
    *point = (qb_channel_point){.wall_s = w.wall_s,
                                .cpu_s = w.cpu_s,
                                .work = w.work,
                                .samples = w.samples,
                                .device_s = w.device_s,
                                .simulator_s = w.simulator_s,
                                .claimed = w.claimed,
                                .bits = mip ? NULL : solution,
                                .columns = mip ? solution : NULL};
    return true;
}

/* Can b have come after a? */
static bool is_ordered(const qb_channel_point *a, const qb_channel_point *b)
{
    return a->wall_s <= b->wall_s && a->cpu_s <= b->cpu_s && a->device_s <= b->device_s &&
           a->simulator_s <= b->simulator_s && a->work <= b->work && a->samples <= b->samples;
}

/* Takes over the stages whose names and times can be. */
static void read_stages(const qb_wire_summary *w, qb_channel_summary *summary)
{
    for (uint64_t k = 0; k < w->stages && k < QB_CHANNEL_STAGES; k++) {
        const qb_stage_times *s = &w->stage[k];
        size_t length = strnlen(s->name, sizeof s->name);
        if (length > 0 && length < sizeof s->name && strspn(s->name, QB_CHANNEL_STAGE_LETTERS) == length &&
            is_time(s->wall_s) && is_time(s->cpu_s) && is_time(s->device_s) && is_time(s->simulator_s))
            summary->stage[summary->stages++] = *s;
    }
}

/* Returns the copies that are there but damaged. */
static uint32_t read_summary(const unsigned char *block, const qb_wire_layout *l, qb_channel_summary *summary)
{
    uint64_t newest = 0;
    uint32_t damaged = 0;
    *summary = (qb_channel_summary){.outcome = QB_OK};
    for (int copy = 0; copy < 2; copy++) {
        qb_wire_summary w;
        memcpy(&w, block + l->summary + (size_t)copy * sizeof w, sizeof w);
        if (!is_intact(&w, sizeof w) || w.outcome > QB_INTERNAL) {
            damaged += w.serial != 0;
            continue;
        }
        if (w.serial <= newest)
            continue;
        newest = w.serial;
        *summary = (qb_channel_summary){.finished = w.flags & QB_WIRE_FINISHED,
                                        .outcome = (qb_status)w.outcome,
                                        .wall_s = w.wall_s,
                                        .cpu_s = w.cpu_s,
                                        .setup_wall_s = w.setup_wall_s,
                                        .setup_cpu_s = w.setup_cpu_s,
                                        .device_s = w.device_s,
                                        .simulator_s = w.simulator_s,
                                        .work = w.work,
                                        .samples = w.samples,
                                        .has_bound = w.flags & QB_WIRE_BOUND,
                                        .infeasible = w.flags & QB_WIRE_INFEASIBLE,
                                        .target_reached = w.flags & QB_WIRE_TARGET,
                                        .budget_hit = w.flags & QB_WIRE_BUDGET,
                                        .asked_limit = w.flags & QB_WIRE_ASKED,
                                        .bound = w.bound,
                                        .offered = w.offered,
                                        .late = w.late,
                                        .has_late = w.flags & QB_WIRE_LATE,
                                        .late_claimed = w.late_claimed};
        memcpy(summary->reason, w.reason, sizeof w.reason - 1);
        read_stages(&w, summary);
    }
    return damaged;
}

qb_status qb_channel_read(const void *block, uint32_t variables, bool mip, uint32_t samples,
                          qb_channel_point *points, uint32_t *count, uint32_t *damaged,
                          qb_channel_summary *summary)
{
    qb_wire_layout l;
    if (!qb_wire_lay_out(variables, mip, samples, &l))
        return QB_BAD_INPUT;
    const unsigned char *at = block;
    const _Atomic uint32_t *order = (const _Atomic uint32_t *)(const void *)(at + l.order);
    uint32_t found = 0, bad = read_summary(at, &l, summary);
    for (uint32_t k = 0; k < QB_CHANNEL_POINTS; k++) {
        uint32_t slot = atomic_load_explicit(&order[k], memory_order_acquire);
        if (slot == 0)
            continue;
        qb_channel_point point;
        if (read_point(at, &l, variables, mip, k, slot - 1, &point) &&
            (found == 0 || is_ordered(&points[found - 1], &point)))
            points[found++] = point;
        else
            bad++;
    }
    *count = found;
    *damaged = bad;
    return QB_OK;
}

uint32_t qb_channel_read_samples(const void *block, uint32_t variables, bool mip, uint32_t samples,
                                 qb_channel_sample *kept)
{
    qb_wire_layout l;
    uint32_t found = 0;
    if (mip || !qb_wire_lay_out(variables, mip, samples, &l))
        return 0;
    for (uint32_t k = 0; k < samples; k++) {
        const unsigned char *record = (const unsigned char *)block + l.sample + k * l.sample_bytes;
        qb_wire_sample w;
        memcpy(&w, record, sizeof w);
        if (w.position == (uint64_t)k + 1 && is_intact(record, l.sample_bytes) && isfinite(w.claimed))
            kept[found++] =
                (qb_channel_sample){(const uint64_t *)(const void *)(record + sizeof w), w.claimed, w.count};
    }
    return found;
}

const char *qb_channel_details(const void *block, uint32_t variables, bool mip, uint32_t samples)
{
    const char *text = "{}";
    uint64_t newest = 0;
    qb_wire_layout l;
    if (!qb_wire_lay_out(variables, mip, samples, &l))
        return text;
    for (size_t copy = 0; copy < 2; copy++) {
        const unsigned char *record =
            (const unsigned char *)block + l.details + copy * sizeof(qb_wire_details);
        const char *said = (const char *)record + offsetof(qb_wire_details, text);
        uint64_t head[3]; /* checksum, serial, length */
        memcpy(head, record, sizeof head);
        if (head[1] <= newest || head[2] >= QB_CHANNEL_DETAILS_BYTES || said[head[2]] != 0 ||
            !is_intact(record, qb_wire_details_bytes(head[2])))
            continue;
        newest = head[1];
        text = said;
    }
    return text;
}
