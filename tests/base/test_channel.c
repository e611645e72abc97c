#include "harness/base/budget_probe.h"
#include "harness/base/channel_wire.h"
#include "harness/base/channel_writer.h"
#include "harness/base/memory.h"
#include "harness/base/rng.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

typedef struct fixture {
    void *block;
    uint32_t n, samples;
    bool mip;
    qb_channel_writer writer;
} fixture;

static fixture start(uint32_t n, bool mip, uint32_t samples)
{
    fixture f = {.n = n, .samples = samples, .mip = mip};
    f.block = qb_alloc(qb_channel_size(n, mip, samples), 1);
    cr_assert(f.block);
    qb_channel *channel = qb_channel_format(f.block, n, mip, samples);
    cr_assert(qb_channel_writer_open(&f.writer, channel, n, mip, NULL) == QB_OK);
    return f;
}

/* Publishes a point whose bits are those of `value`, at time and work `value`. */
static void put(fixture *f, uint64_t value, bool replace)
{
    uint64_t *bits = qb_channel_stage(&f->writer);
    memset(bits, 0, 8 * (((size_t)f->n + 63) / 64));
    bits[0] = value;
    qb_channel_point point = {.wall_s = (double)value, .work = value, .claimed = -(double)value};
    qb_channel_publish(&f->writer, &point, replace);
}

typedef struct record {
    qb_channel_point points[QB_CHANNEL_POINTS];
    uint32_t count, damaged;
    qb_channel_summary summary;
} record;

static record read_all(const fixture *f)
{
    record r;
    cr_assert(qb_channel_read(f->block, f->n, f->mip, f->samples, r.points, &r.count, &r.damaged,
                              &r.summary) == QB_OK);
    cr_assert(r.count <= QB_CHANNEL_POINTS);
    return r;
}

Test(channel, an_empty_one_reads_as_nothing)
{
    fixture f = start(100, false, 3);
    record r = read_all(&f);
    cr_assert(r.count == 0 && r.damaged == 0 && !r.summary.finished);
    cr_assert_str_eq(qb_channel_details(f.block, 100, false, 3), "{}");
    qb_free(f.block);
}

Test(channel, the_largest_sizes_do_not_wrap)
{
    cr_assert(qb_channel_size(UINT32_MAX, true, UINT32_MAX) > (size_t)UINT32_MAX * 8 * QB_CHANNEL_POINTS);
    cr_assert(qb_channel_size(UINT32_MAX, false, UINT32_MAX) > (size_t)UINT32_MAX * (UINT32_MAX / 8));
}

Test(channel, packing_is_undone_by_unpacking)
{
    qb_rng rng;
    qb_rng_init(&rng, 1, 0);
    for (uint32_t n = 1; n < 300; n++) {
        uint8_t x[300], y[300];
        uint64_t bits[5];
        for (uint32_t i = 0; i < n; i++)
            x[i] = (uint8_t)qb_rng_below(&rng, 2);
        qb_channel_pack(x, n, bits);
        for (uint32_t i = 0; i < n; i++)
            cr_assert((bits[i / 64] >> i % 64 & 1) == x[i]);
        cr_assert(n % 64 == 0 || bits[n / 64] >> n % 64 == 0);
        qb_channel_unpack(bits, n, y);
        cr_assert(memcmp(x, y, n) == 0);
    }
}

Test(channel, points_come_back_in_order_and_replaced_ones_are_gone)
{
    fixture f = start(70, false, 0);
    put(&f, 1, false);
    put(&f, 2, false);
    put(&f, 3, true);
    put(&f, 4, true);
    put(&f, 5, false);
    record r = read_all(&f);
    uint64_t expected[] = {1, 4, 5};
    cr_assert(r.count == 3 && r.damaged == 0);
    for (int k = 0; k < 3; k++) {
        cr_assert(r.points[k].work == expected[k] && r.points[k].bits[0] == expected[k]);
        cr_assert(r.points[k].claimed == -(double)expected[k] && !r.points[k].columns);
    }
    qb_free(f.block);
}

Test(channel, a_full_one_keeps_the_last)
{
    fixture f = start(64, false, 0);
    for (uint64_t k = 1; k <= QB_CHANNEL_POINTS + 10; k++)
        put(&f, k, false);
    record r = read_all(&f);
    cr_assert(r.count == QB_CHANNEL_POINTS && r.damaged == 0);
    cr_assert(r.points[r.count - 1].work == QB_CHANNEL_POINTS + 10);
    cr_assert(r.points[r.count - 2].work == QB_CHANNEL_POINTS - 1);
    qb_free(f.block);
}

Test(channel, a_torn_point_is_dropped_and_counted)
{
    fixture f = start(1000, false, 0);
    for (uint64_t k = 1; k <= 3; k++)
        put(&f, k, false);
    qb_wire_layout l;
    cr_assert(qb_wire_lay_out(f.n, false, 0, &l));
    ((unsigned char *)f.block)[l.slot + l.slot_bytes + sizeof(qb_wire_point) + 17] ^= 4;
    record r = read_all(&f);
    cr_assert(r.count == 2 && r.damaged == 1);
    cr_assert(r.points[0].work == 1 && r.points[1].work == 3);
    qb_free(f.block);
}

Test(channel, a_point_that_goes_back_in_time_is_dropped)
{
    fixture f = start(10, false, 0);
    put(&f, 5, false);
    put(&f, 3, false);
    put(&f, 7, false);
    record r = read_all(&f);
    cr_assert(r.count == 2 && r.damaged == 1 && r.points[1].work == 7);
    qb_free(f.block);
}

Test(channel, columns_of_a_mip_come_back)
{
    fixture f = start(3, true, 0);
    const double x[] = {0.5, -1e300, 3};
    memcpy(qb_channel_stage(&f.writer), x, sizeof x);
    qb_channel_publish(&f.writer, &(qb_channel_point){.claimed = 2}, false);
    record r = read_all(&f);
    cr_assert(r.count == 1 && !r.points[0].bits && memcmp(r.points[0].columns, x, sizeof x) == 0);
    qb_free(f.block);
}

Test(channel, samples_are_kept_up_to_their_number)
{
    fixture f = start(5, false, 2);
    const uint8_t x[] = {1, 0, 0, 1, 0};
    for (uint64_t k = 1; k <= 3; k++)
        qb_channel_put_sample(&f.writer, x, (double)k, 10 * k);
    qb_channel_sample kept[2];
    cr_assert(qb_channel_read_samples(f.block, 5, false, 2, kept) == 2);
    cr_assert(kept[1].bits[0] == 9 && kept[1].claimed == 2 && kept[1].count == 20);
    qb_free(f.block);
}

Test(channel, of_two_summaries_the_later_intact_one_counts)
{
    fixture f = start(5, false, 0);
    qb_channel_summary s = {.work = 1, .reason = "first"};
    qb_channel_put_summary(&f.writer, &s);
    s = (qb_channel_summary){.work = 2, .finished = true, .outcome = QB_STOPPED, .reason = "second"};
    qb_channel_put_summary(&f.writer, &s);
    record r = read_all(&f);
    cr_assert(r.summary.work == 2 && r.summary.finished && r.summary.outcome == QB_STOPPED);
    cr_assert_str_eq(r.summary.reason, "second");

    qb_wire_layout l; /* killed while writing the second */
    cr_assert(qb_wire_lay_out(f.n, false, 0, &l));
    ((unsigned char *)f.block)[l.summary + sizeof(qb_wire_summary) + 40] ^= 1;
    r = read_all(&f);
    cr_assert(r.summary.work == 1 && r.damaged == 1);
    cr_assert_str_eq(r.summary.reason, "first");
    qb_free(f.block);
}

Test(channel, of_two_details_the_later_intact_one_counts)
{
    fixture f = start(5, false, 0);
    for (size_t length = 2; length < 40; length++) { /* every position of the terminator in its word */
        char json[64];
        memset(json, ' ', sizeof json);
        json[0] = '{';
        json[length - 1] = '}';
        qb_channel_put_details(&f.writer, json, length);
        const char *said = qb_channel_details(f.block, 5, false, 0);
        cr_assert(strlen(said) == length && memcmp(said, json, length) == 0);
    }
    qb_free(f.block);
}

Test(channel, a_writer_refuses_another_models_channel)
{
    fixture f = start(5, false, 0);
    qb_channel_writer writer;
    qb_diag diag = {0};
    cr_assert(qb_channel_writer_open(&writer, f.block, 6, false, &diag) == QB_BAD_INPUT && diag.text[0]);
    cr_assert(qb_channel_writer_open(&writer, f.block, 5, true, NULL) == QB_BAD_INPUT);
    qb_free(f.block);
}

/* Whatever a solver writes over the block: the reader neither crashes nor returns what it must not. */
static void check_hostile(const fixture *f)
{
    record r = read_all(f);
    for (uint32_t k = 0; k < r.count; k++) {
        const qb_channel_point *p = &r.points[k];
        cr_assert(isfinite(p->claimed) && p->wall_s >= 0 && isfinite(p->wall_s) && isfinite(p->cpu_s));
        cr_assert(k == 0 || p->wall_s >= r.points[k - 1].wall_s);
        const unsigned char *solution = (const unsigned char *)p->bits, *block = f->block;
        cr_assert(solution >= block && solution + 8 <= block + qb_channel_size(f->n, f->mip, f->samples));
    }
    cr_assert(memchr(r.summary.reason, 0, sizeof r.summary.reason));
    cr_assert(strlen(qb_channel_details(f->block, f->n, f->mip, f->samples)) < QB_CHANNEL_DETAILS_BYTES);
    qb_channel_sample kept[4];
    cr_assert(qb_channel_read_samples(f->block, f->n, f->mip, f->samples, kept) <= f->samples);
}

static fixture filled(void)
{
    fixture f = start(20, false, 4);
    const uint8_t x[20] = {1};
    for (uint64_t k = 1; k <= 5; k++) {
        put(&f, k, false);
        qb_channel_put_sample(&f.writer, x, 1, k);
        qb_channel_put_summary(&f.writer, &(qb_channel_summary){.work = k, .reason = "busy"});
        qb_channel_put_details(&f.writer, "{\"a\":1}", 7);
    }
    return f;
}

Test(channel, scribbling_over_any_byte_is_survived)
{
    fixture f = filled();
    size_t size = qb_channel_size(f.n, f.mip, f.samples);
    unsigned char *block = f.block;
    for (size_t at = 0; at < size; at++) {
        /* the slots and details that were never written are all alike: every 97th byte of those will do */
        unsigned char was = block[at];
        if (was == 0 && at % 97)
            continue;
        block[at] = (unsigned char)~was;
        check_hostile(&f);
        block[at] = was;
    }
    qb_free(f.block);
}

Test(channel, noise_is_survived)
{
    qb_rng rng;
    qb_rng_init(&rng, 2, 0);
    for (int round = 0; round < 50; round++) {
        fixture f = filled();
        size_t size = qb_channel_size(f.n, f.mip, f.samples);
        unsigned char *block = f.block;
        for (size_t at = 0; at < size; at++)
            if (round < 25 || qb_rng_below(&rng, 1000) == 0)
                block[at] = (unsigned char)qb_rng_next(&rng);
        check_hostile(&f);
        memset(block, round % 2 ? 0xff : round, size);
        check_hostile(&f);
        qb_free(f.block);
    }
}

/* Forged records with right checksums but wrong content. */
Test(channel, forged_records_are_checked_too)
{
    fixture f = filled();
    qb_wire_layout l;
    cr_assert(qb_wire_lay_out(f.n, false, f.samples, &l));
    unsigned char *block = f.block;
    qb_wire_point *p = (qb_wire_point *)(void *)(block + l.slot);
    size_t bytes = sizeof *p + qb_wire_solution_bytes(f.n, false);
    const double bad[] = {NAN, INFINITY, -1};
    for (int k = 0; k < 3; k++) {
        double was = p->wall_s;
        p->wall_s = bad[k];
        p->checksum = qb_wire_checksum(p, bytes);
        cr_assert(read_all(&f).count == 4);
        p->wall_s = was;
    }
    p->claimed = NAN;
    p->checksum = qb_wire_checksum(p, bytes);
    cr_assert(read_all(&f).count == 4);

    uint32_t *order = (uint32_t *)(void *)(block + l.order);
    order[1] = order[2]; /* one slot twice */
    order[7] = 5000000;  /* a slot that is not there */
    record r = read_all(&f);
    cr_assert(r.count == 3 && r.damaged == 3);

    qb_wire_details *d = (qb_wire_details *)(void *)(block + l.details);
    d->length = UINT64_MAX;
    check_hostile(&f);
    qb_wire_summary *s = (qb_wire_summary *)(void *)(block + l.summary);
    s->outcome = 1u << 31;
    s->serial = 99;
    memset(s->reason, 'x', sizeof s->reason);
    s->checksum = qb_wire_checksum(s, sizeof *s);
    check_hostile(&f);
    qb_free(f.block);
}
