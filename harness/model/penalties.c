#include "harness/model/penalties.h"

#include "harness/base/memory.h"

#include <math.h>

#define SLIGHT        16   /* a small weight is above what it outweighs by one part in so many */
#define WEIGHT_DIGITS 64   /* a balanced weight is kept to one part in so many */
#define WEIGHT_GRID   1024 /* and to multiples of 1 / so many */

/* What one flip of a bit can cost at most, and how many rows it can break. */
typedef struct flip {
    double loss;
    uint32_t breaks;
} flip;

typedef struct flips {
    flip *off, *on; /* [bits] */
} flips;

/* The objective's range is at most the sum of |terms|. */
static double range_of(const qb_bit_cost *cost)
{
    double range = 0;
    for (uint32_t b = 0; b < cost->bits; b++)
        range += fabs(cost->linear[b]);
    for (uint64_t k = 0; k < cost->products; k++)
        range += fabs(cost->product[k].weight);
    return range;
}

/* The least convenient number above x; `unit` is what counts as small where data are not integers. */
static double above(double x, bool integral, double unit)
{
    return integral ? floor(x) + 1 : fmax(x, 0) + 0x1p-20 * unit;
}

/* Above a loss, but not by far: twice the gain of breaking a row is a wall where a search would have to pass,
 * and one unit is that much where gains are small.  A multiple of 1 / SLIGHT. */
static double slightly_above(double loss, bool integral, double unit)
{
    return integral && loss < SLIGHT ? loss + fmax(loss, 1) / SLIGHT : above(loss, integral, unit);
}

static void price_flips(const qb_bit_cost *cost, flips *f)
{
    for (uint32_t b = 0; b < cost->bits; b++) {
        f->on[b].loss = cost->sign * cost->linear[b];
        f->off[b].loss = -f->on[b].loss;
    }
    for (uint64_t k = 0; k < cost->products; k++) {
        qb_pair p = cost->product[k];
        double w = cost->sign * p.weight;
        f->on[p.i].loss += fmax(0, w);
        f->on[p.j].loss += fmax(0, w);
        f->off[p.i].loss += fmax(0, -w);
        f->off[p.j].loss += fmax(0, -w);
    }
}

/* A flip that lowers the sum can break a lower bound, one that raises it an upper bound. */
static void count_breaks(const qb_bit_rows *rows, flips *f)
{
    for (uint32_t r = 0; r < rows->count; r++) {
        const qb_bit_row *row = &rows->row[r];
        bool lower = qb_bit_row_has_lower(row), upper = qb_bit_row_has_upper(row);
        for (uint64_t t = row->start; t < row->end; t++) {
            bool plus = rows->coefficient[t] > 0;
            f->off[rows->bit[t]].breaks += plus ? lower : upper;
            f->on[rows->bit[t]].breaks += plus ? upper : lower;
        }
    }
}

/* The dearest flip that may be needed to bring a row back from beyond its upper (lower) bound; INFINITY when
 * some such flip could break another row, or jump over the row's feasible range.
 *
 * Whichever bits are set, a row beyond its bound has a bit that can be flipped towards it, and the flip
 * lowers the row's penalty by at least 1.  Where two literals of an at-most-one row hold, the cheaper may be
 * chosen. */
static double dearest_repair(const qb_bit_rows *rows, const qb_bit_row *row, const flips *f, bool upper)
{
    bool other_side = upper ? qb_bit_row_has_lower(row) : qb_bit_row_has_upper(row);
    double dearest = -INFINITY, second = -INFINITY;
    for (uint64_t t = row->start; t < row->end; t++) {
        double c = rows->coefficient[t];
        const flip *repair = upper == (c > 0) ? &f->off[rows->bit[t]] : &f->on[rows->bit[t]];
        if (repair->breaks != other_side || (other_side && fabs(c) > row->upper - row->lower + 1))
            return INFINITY;
        second = fmax(second, fmin(dearest, repair->loss));
        dearest = fmax(dearest, repair->loss);
    }
    return row->at_most_one ? second : dearest;
}

static double tight_weight(const qb_bit_rows *rows, const qb_bit_row *row, const flips *f)
{
    double loss = -INFINITY;
    if (qb_bit_row_has_upper(row))
        loss = fmax(loss, dearest_repair(rows, row, f, true));
    if (qb_bit_row_has_lower(row))
        loss = fmax(loss, dearest_repair(rows, row, f, false));
    return fmax(0, loss);
}

/* Why mixing is sound: a vector that violates a row of weight `bound` costs more than any feasible one; one
 * that violates only the others becomes cheaper by a flip that breaks nothing.  So no minimum violates a row.
 */
static qb_status weigh_tightly(const qb_bit_cost *cost, double bound, double unit, qb_bit_rows *rows)
{
    flips f = {QB_NEW(flip, cost->bits), QB_NEW(flip, cost->bits)};
    qb_status status = f.off && f.on ? QB_OK : QB_NO_MEMORY;
    if (!status) {
        price_flips(cost, &f);
        count_breaks(rows, &f);
        for (uint32_t r = 0; r < rows->count; r++) {
            double loss = tight_weight(rows, &rows->row[r], &f);
            rows->row[r].weight = fmin(bound, slightly_above(loss, cost->integral, unit));
        }
    }
    qb_free(f.off);
    qb_free(f.on);
    return status;
}

/* The mean square of a row's coefficients: what a flip of one of its bits typically adds to its penalty. */
static double mean_square(const qb_bit_rows *rows, const qb_bit_row *row)
{
    double sum = 0;
    for (uint64_t t = row->start; t < row->end; t++)
        sum += rows->coefficient[t] * rows->coefficient[t];
    return row->end > row->start ? sum / (double)(row->end - row->start) : 1;
}

/* To an integer or a few binary places, for as long as solvers should see integers; never 0. */
static double rounded(double weight)
{
    double grid = weight >= WEIGHT_DIGITS ? 1 : fmin(WEIGHT_GRID, exp2(ceil(log2(WEIGHT_DIGITS / weight))));
    return fmax(1, nearbyint(weight * grid)) / grid;
}

/* Two factors can differ by orders between rows that are equally hard to keep: balanced, one factor does for
 * all. */
static void balance(const qb_bit_cost *cost, double weight, qb_bit_rows *rows)
{
    for (uint32_t r = 0; r < rows->count; r++) {
        double balanced = weight / mean_square(rows, &rows->row[r]);
        rows->row[r].weight = cost->integral ? rounded(balanced) : balanced;
    }
}

qb_status qb_penalties_weigh(const qb_bit_cost *cost, const qb_lowering_options *options, qb_bit_rows *rows)
{
    double range = range_of(cost), unit = range > 0 ? range : 1;
    double bound = above(range, cost->integral, unit);
    if (options->penalty == QB_PENALTY_TIGHT)
        return weigh_tightly(cost, bound, unit, rows);
    double weight = bound, factor = qb_penalty_factor(options);
    if (options->penalty == QB_PENALTY_SEARCH) {
        balance(cost, factor * bound, rows);
        return QB_OK;
    }
    if (factor > 0)
        weight = cost->integral ? fmax(1, nearbyint(factor * bound)) : factor * bound;
    for (uint32_t r = 0; r < rows->count; r++)
        rows->row[r].weight = weight;
    return QB_OK;
}

/* What a penalty's terms are added to. */
typedef struct target {
    double *constant, *linear;
    qb_pair *product;
    uint64_t *products;
} target;

/* square * (S + k)^2 + slope * (S + k) for S = sum a_t x_t, slack bits included with coefficients -step:
 * (S + k)^2 = k^2 + sum (a_t^2 + 2 k a_t) x_t + 2 sum_{s<t} a_s a_t x_s x_t. */
static void add_form(const qb_bit_rows *rows, const qb_bit_row *row, double square, double k, double slope,
                     const double *step, const target *to)
{
    uint64_t bits = row->end - row->start, terms = bits + row->slack_bits;
#define BIT(t)         ((t) < bits ? rows->bit[row->start + (t)] : row->first_slack + (uint32_t)((t)-bits))
#define COEFFICIENT(t) ((t) < bits ? rows->coefficient[row->start + (t)] : -step[(t)-bits])
    *to->constant += square * k * k + slope * k;
    for (uint64_t s = 0; s < terms; s++) {
        double a = COEFFICIENT(s);
        to->linear[BIT(s)] += square * (a * a + 2 * k * a) + slope * a;
        for (uint64_t t = s + 1; t < terms; t++)
            to->product[(*to->products)++] = (qb_pair){BIT(s), BIT(t), 2 * square * a * COEFFICIENT(t)};
    }
#undef BIT
#undef COEFFICIENT
}

/* h^2 / 2 - h for the distance h to each bound: beyond a bound steeper than inside, the second-order
 * expansion of exp(-h).  Both bounds together: (S - middle)^2 and a constant. Source: J. A. Montanez-Barrera
 * et al., "Unbalanced penalization", Quantum Science and Technology 9 (2024) 025022; the weights there are
 * tuned, here they follow the rule. */
static void add_unbalanced(const qb_bit_rows *rows, const qb_bit_row *row, double weight, const target *to)
{
    double width = row->upper - row->lower;
    if (!qb_bit_row_has_lower(row))
        add_form(rows, row, weight / 2, -row->upper, weight, NULL, to);
    else if (!qb_bit_row_has_upper(row))
        add_form(rows, row, weight / 2, -row->lower, -weight, NULL, to);
    else
        add_form(rows, row, weight, -(row->lower + row->upper) / 2, 0, NULL, to);
    if (qb_bit_row_has_lower(row) && qb_bit_row_has_upper(row))
        *to->constant += weight * (width * width / 4 - width);
}

qb_status qb_penalties_add(const qb_bit_rows *rows, const qb_bit_row *row, double sign, double limit,
                           double *constant, double *linear, qb_pair *product, uint64_t *products)
{
    const target to = {constant, linear, product, products};
    double weight = sign * row->weight;
    if (qb_bit_row_takes_two(row)) {
        add_form(rows, row, weight / 2, -row->lower, -weight / 2, NULL, &to);
    } else if (row->unbalanced) {
        add_unbalanced(rows, row, weight, &to);
    } else {
        double *step = QB_NEW(double, row->slack_bits);
        if (!step)
            return QB_NO_MEMORY;
        qb_encoding_steps(row->upper - row->lower, limit, step);
        add_form(rows, row, weight, -row->lower, 0, step, &to);
        qb_free(step);
    }
    return QB_OK;
}
