#include "harness/base/memory.h"
#include "harness/model/bounds.h"
#include "harness/model/grid.h"
#include "harness/model/lowering_parts.h"

#include <math.h>

#define COEFFICIENT_LIMIT 8 /* where the options name none */

uint64_t qb_encoding_steps(double range, double limit, double *step)
{
    uint64_t bits = 0;
    for (double next = 1; next < limit && range > 0; next *= 2) {
        double taken = fmin(next, range);
        if (step)
            step[bits] = taken;
        range -= taken;
        bits++;
    }
    if (!step)
        return bits + (range > 0 ? (uint64_t)ceil(range / limit) : 0);
    for (; range > 0; range -= limit)
        step[bits++] = fmin(limit, range);
    return bits;
}

double qb_encoding_limit(const qb_lowering_options *options)
{
    if (options->encoding != QB_ENCODE_BOUNDED)
        return INFINITY;
    return options->coefficient_limit > 0 ? options->coefficient_limit : COEFFICIENT_LIMIT;
}

/* How one column is written: base + unit * (0..range), in steps or one-hot. */
typedef struct code {
    double base, unit, range;
    bool one_hot;
} code;

static uint64_t code_bits(const code *c, double limit)
{
    return c->one_hot ? (uint64_t)c->range + 1 : qb_encoding_steps(c->range, limit, NULL);
}

static void code_steps(const code *c, double limit, double grid, double *step)
{
    uint64_t bits = code_bits(c, limit);
    if (!c->one_hot)
        qb_encoding_steps(c->range, limit, step);
    for (uint64_t b = 0; b < bits; b++) {
        double steps = c->one_hot ? (double)b : step[b];
        step[b] = nearbyint(steps * c->unit * grid) / grid;
    }
}

/* What the rows leave of a column. */
typedef struct room {
    bool *integral;
    double *lower, *upper; /* [columns] */
} room;

/* Decides how column j is written. */
static qb_status choose_code(const qb_mip *mip, uint32_t j, const room *left,
                             const qb_lowering_options *options, double grid, code *chosen, qb_diag *diag)
{
    char buffer[16];
    const char *name = qb_mip_column_name(mip, j, buffer);
    bool continuous = !left->integral[j];
    double lower = left->lower[j], upper = left->upper[j];
    if (continuous && lower < upper && options->resolution == 0)
        return qb_fail(diag, QB_REFUSED, "'%s' is continuous: bits cannot say its values", name);
    if (isinf(lower) || isinf(upper))
        return qb_fail(diag, QB_REFUSED, "the %s '%s' is unbounded: no finite number of bits says it",
                       continuous ? "continuous" : "integer", name);
    code c = {.base = lower, .unit = 1, .range = upper - lower};
    double step = options->integer_step, first = step > 1 ? ceil(lower / step) * step : lower;
    if (!continuous && step > 1 && upper - first >= step)
        c = (code){.base = first, .unit = step, .range = floor((upper - first) / step)};
    if (continuous && c.range > 0) {
        c.unit = options->resolution;
        if (mip->lower && isinf(mip->lower[j])) /* what rows leave is no number to count from */
            c.base = nearbyint(ceil(lower / c.unit) * c.unit * grid) / grid;
        c.range = fmax(0, floor((upper - c.base) / c.unit + 1e-9));
    }
    if (fabs(lower) >= QB_EXACT_MOST || fabs(upper) >= QB_EXACT_MOST || c.range >= QB_EXACT_MOST)
        return qb_fail(diag, QB_REFUSED, "the bounds of '%s' are more than 2^53 steps apart", name);
    c.one_hot = options->encoding == QB_ENCODE_ONE_HOT && c.range > 1;
    *chosen = c;
    return QB_OK;
}

static qb_status choose_grid(const qb_lowering_options *options, double *grid, qb_diag *diag)
{
    qb_grid g = {0};
    if (!(options->resolution >= 0) || isinf(options->resolution))
        return qb_fail(diag, QB_BAD_INPUT, "a resolution has to be positive");
    if (options->integer_step < 0 || floor(options->integer_step) != options->integer_step)
        return qb_fail(diag, QB_BAD_INPUT, "an integer step has to be a positive integer");
    if (options->coefficient_limit < 0 || floor(options->coefficient_limit) != options->coefficient_limit)
        return qb_fail(diag, QB_BAD_INPUT, "a coefficient limit has to be a positive integer");
    qb_grid_admit(&g, options->resolution);
    *grid = qb_grid_multiplier(&g);
    if (*grid == 0)
        return qb_fail(diag, QB_BAD_INPUT, "a resolution has to be a decimal of at most 9 digits");
    return QB_OK;
}

/* Two passes: bits are counted before anything is allocated for them. */
static qb_status fill(const qb_mip *mip, const bool *wanted, const qb_lowering_options *options,
                      const room *left, qb_encoding *e, qb_diag *diag)
{
    double limit = qb_encoding_limit(options);
    uint64_t bits = 0;
    code c;
    for (uint32_t j = 0; j < e->columns; j++) {
        e->start[j] = (uint32_t)bits;
        if (wanted && !wanted[j])
            continue;
        qb_status status = choose_code(mip, j, left, options, e->grid, &c, diag);
        if (status)
            return status;
        e->base[j] = c.base;
        bits += code_bits(&c, limit);
        if (bits > QB_LOWERING_BITS_MOST)
            return qb_fail(diag, QB_REFUSED, "the problem takes more than %d million bits",
                           (int)(QB_LOWERING_BITS_MOST / 1000000));
    }
    e->start[e->columns] = e->bits = (uint32_t)bits;
    if (!(e->step = QB_NEW(double, bits)))
        return QB_NO_MEMORY;
    for (uint32_t j = 0; j < e->columns; j++)
        if (e->start[j] < e->start[j + 1]) {
            choose_code(mip, j, left, options, e->grid, &c, NULL);
            code_steps(&c, limit, e->grid, e->step + e->start[j]);
        }
    return QB_OK;
}

qb_status qb_encoding_build(const qb_mip *mip, const bool *wanted, const qb_lowering_options *options,
                            qb_encoding *encoding, qb_diag *diag)
{
    room left = {
        .integral = QB_NEW(bool, mip->columns),
        .lower = QB_NEW(double, mip->columns),
        .upper = QB_NEW(double, mip->columns),
    };
    qb_encoding e = {
        .columns = mip->columns,
        .base = QB_NEW(double, mip->columns),
        .start = QB_NEW(uint32_t, (size_t)mip->columns + 1),
    };
    bool have = left.integral && left.lower && left.upper && e.base && e.start;
    qb_status status = have ? choose_grid(options, &e.grid, diag) : QB_NO_MEMORY;
    if (!status) {
        qb_bounds_find_integral(mip, left.integral);
        status = qb_bounds_tighten(mip, left.integral, left.lower, left.upper, diag);
    }
    if (!status)
        status = fill(mip, wanted, options, &left, &e, diag);
    e.complete = options->resolution == 0 && options->integer_step <= 1;
    for (uint32_t j = 0; !status && j < mip->columns; j++)
        e.complete &= !left.integral[j] || !mip->type || mip->type[j] != QB_COLUMN_CONTINUOUS;
    if (status)
        qb_encoding_clear(&e);
    else
        *encoding = e;
    qb_free(left.integral);
    qb_free(left.lower);
    qb_free(left.upper);
    return status;
}

void qb_encoding_clear(qb_encoding *encoding)
{
    qb_free(encoding->base);
    qb_free(encoding->start);
    qb_free(encoding->step);
    *encoding = (qb_encoding){0};
}
