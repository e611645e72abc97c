#include "harness/model/referee.h"

#include <inttypes.h>
#include <math.h>

/* Self-contained on purpose: what it shares with the code it checks, it cannot check. */

__extension__ typedef __int128 int128;

#define DECIMALS_MOST 15
#define INTEGER_MOST  0x1p125 /* sums of |terms| stay below, so that no 128-bit operation can wrap */
#define REPORTED      1e-9

static const double power_of_ten[DECIMALS_MOST + 1] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                       1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

/* A quick test that never says yes in error. */
static inline bool is_plain_integer(double value)
{
    return fabs(value) < 0x1p62 && (double)(int64_t)value == value;
}

/* A double names the decimal m / 10^k when it is the nearest one to it; with |m| < 10^15 there is only one
 * such m.  Integers name themselves.  Returns the smallest k, or -1 when there is none. */
static int decimals_of(double value)
{
    if (is_plain_integer(value) || nearbyint(value) == value)
        return 0;
    for (int k = 1; k <= DECIMALS_MOST; k++) {
        double m = nearbyint(value * power_of_ten[k]);
        if (fabs(m) >= 1e15)
            return -1;
        if (m / power_of_ten[k] == value)
            return k;
    }
    return -1;
}

/* A sum kept twice: in integers of 10^-decimals while it is exact, and in compensated doubles. */
typedef struct tally {
    bool exact, overflow;
    int decimals;
    int128 integer;
    double total, lost, magnitude;
} tally;

/* Before anything is added: value will take part. */
static void tally_admit(tally *t, double value)
{
    int k = t->exact ? decimals_of(value) : -1;
    t->exact = k >= 0;
    if (k > t->decimals)
        t->decimals = k;
}

static int128 integer_of(const tally *t, double value)
{
    int own = decimals_of(value);
    int128 m = (int128)nearbyint(value * power_of_ten[own]);
    for (int k = own; k < t->decimals; k++)
        m *= 10;
    return m;
}

/* Adds weight * a * b; a and b are integers where the tally is exact. */
static void tally_add(tally *t, double weight, double a, double b)
{
    double term = weight * a * b;
    if (term == 0)
        return;
    double total = t->total + term;
    t->lost += fabs(t->total) >= fabs(term) ? (t->total - total) + term : (term - total) + t->total;
    t->total = total;
    t->magnitude += fabs(term);
    t->overflow |= !isfinite(t->magnitude);
    if (!t->exact)
        return;
    t->overflow |= t->magnitude * power_of_ten[t->decimals] >= INTEGER_MOST;
    if (t->decimals == 0 && fabs(term) < 0x1p53) /* then the product was exact */
        t->integer += (int64_t)term;
    else if (!t->overflow)
        t->integer += integer_of(t, weight) * (int128)a * (int128)b;
}

static double tally_value(const tally *t)
{
    if (t->exact)
        return (double)((long double)t->integer / (long double)power_of_ten[t->decimals]);
    return t->total + t->lost;
}

static bool is_continuous(const qb_mip *body, uint32_t j)
{
    return body->type && body->type[j] == QB_COLUMN_CONTINUOUS;
}

/* Integer columns count as rounded. */
static double value_of(const qb_mip *body, const double *v, uint32_t j)
{
    return is_plain_integer(v[j]) || is_continuous(body, j) ? v[j] : nearbyint(v[j]);
}

static void report(qb_score *score, int64_t index, double amount)
{
    const uint32_t kept = sizeof score->worst / sizeof *score->worst;
    uint32_t k = score->violations < kept ? score->violations : kept;
    score->violations++;
    for (; k > 0 && score->worst[k - 1].amount < amount; k--)
        if (k < kept)
            score->worst[k] = score->worst[k - 1];
    if (k < kept)
        score->worst[k] = (qb_violation){index, amount};
}

/* amount outside a bound, measured in doubles: reported above 1e-9, infeasible above 1e-6, both absolute or
 * relative to the bound. */
static void judge(qb_score *score, int64_t index, double amount, double bound)
{
    double unit = fmax(1, fabs(bound));
    if (amount > REPORTED * unit)
        report(score, index, amount);
    if (amount > QB_FEASIBILITY_TOLERANCE * unit)
        score->feasible = false;
}

static void judge_exactly(qb_score *score, int64_t index, double amount)
{
    if (amount > 0) {
        report(score, index, amount);
        score->feasible = false;
    }
}

static void score_column(const qb_mip *body, const double *v, uint32_t j, qb_score *score)
{
    double lower = body->lower ? body->lower[j] : 0, upper = body->upper ? body->upper[j] : 1;
    double value = value_of(body, v, j), off = fabs(v[j] - value);
    int64_t index = -1 - (int64_t)j;
    if (is_continuous(body, j)) {
        judge(score, index, lower - value, lower);
        judge(score, index, value - upper, upper);
        return;
    }
    if (off > QB_FEASIBILITY_TOLERANCE)
        judge_exactly(score, index, off);
    judge_exactly(score, index, fmax(lower - value, value - upper));
}

/* The row's bound in the tally's integers; false when it is too large for them. */
static bool bound_integer(const tally *t, double bound, int128 *integer)
{
    if (fabs(bound) * power_of_ten[t->decimals] >= INTEGER_MOST)
        return false;
    *integer = integer_of(t, bound);
    return true;
}

static void score_side(const tally *t, double bound, bool is_upper, int64_t index, qb_score *score)
{
    int128 limit;
    if (isinf(bound))
        return;
    if (t->exact && bound_integer(t, bound, &limit)) {
        int128 outside = is_upper ? t->integer - limit : limit - t->integer;
        judge_exactly(score, index, (double)outside / power_of_ten[t->decimals]);
        return;
    }
    double outside = is_upper ? tally_value(t) - bound : bound - tally_value(t);
    judge(score, index, outside, bound);
}

static tally open_row(const qb_mip *body, uint32_t r)
{
    tally t = {.exact = true};
    for (uint64_t k = body->row_start[r]; k < body->row_start[r + 1]; k++) {
        t.exact = t.exact && !is_continuous(body, body->row_column[k]);
        tally_admit(&t, body->row_value[k]);
    }
    if (isfinite(body->row_lower[r]))
        tally_admit(&t, body->row_lower[r]);
    if (isfinite(body->row_upper[r]))
        tally_admit(&t, body->row_upper[r]);
    return t;
}

static bool score_row(const qb_mip *body, const double *v, uint32_t r, qb_score *score)
{
    tally t = open_row(body, r);
    for (uint64_t k = body->row_start[r]; k < body->row_start[r + 1]; k++)
        tally_add(&t, body->row_value[k], value_of(body, v, body->row_column[k]), 1);
    if (t.overflow)
        return false;
    score->exact &= t.exact;
    score_side(&t, body->row_lower[r], false, r, score);
    score_side(&t, body->row_upper[r], true, r, score);
    return true;
}

static tally open_objective(const qb_mip *body)
{
    tally t = {.exact = true};
    tally_admit(&t, body->constant);
    for (uint32_t j = 0; j < body->columns; j++) {
        t.exact = t.exact && (body->linear[j] == 0 || !is_continuous(body, j));
        tally_admit(&t, body->linear[j]);
    }
    for (uint64_t k = 0; k < body->pairs; k++) {
        t.exact = t.exact && !is_continuous(body, body->pair[k].i) && !is_continuous(body, body->pair[k].j);
        tally_admit(&t, body->pair[k].weight);
    }
    return t;
}

static bool score_objective(const qb_problem *problem, const double *v, qb_score *score)
{
    const qb_mip *body = &problem->body;
    tally t = open_objective(body);
    bool spins = problem->kind == QB_KIND_ISING, cut = problem->kind == QB_KIND_MAXCUT;
    tally_add(&t, body->constant, 1, 1);
    for (uint32_t j = 0; j < body->columns; j++) {
        double x = value_of(body, v, j);
        tally_add(&t, body->linear[j], spins ? 2 * x - 1 : x, 1);
    }
    for (uint64_t k = 0; k < body->pairs; k++) {
        qb_pair p = body->pair[k];
        double a = value_of(body, v, p.i), b = value_of(body, v, p.j);
        if (cut)
            tally_add(&t, p.weight, a != b, 1);
        else
            tally_add(&t, p.weight, spins ? 2 * a - 1 : a, spins ? 2 * b - 1 : b);
    }
    if (t.overflow)
        return false;
    score->exact &= t.exact;
    score->objective = tally_value(&t);
    score->magnitude = t.magnitude;
    return true;
}

qb_status qb_referee_score(const qb_problem *problem, const double *v, qb_score *score, qb_diag *diag)
{
    const qb_mip *body = &problem->body;
    qb_score s = {.feasible = true, .exact = true};
    char buffer[16];
    for (uint32_t j = 0; j < body->columns; j++)
        if (!isfinite(v[j]))
            return qb_fail(diag, QB_BAD_INPUT, "the value of '%s' is not a finite number",
                           qb_mip_column_name(body, j, buffer));
    if (!score_objective(problem, v, &s))
        return qb_fail(diag, QB_REFUSED, "the objective overflows 128-bit integers");
    for (uint32_t j = 0; j < body->columns; j++)
        score_column(body, v, j, &s);
    for (uint32_t r = 0; r < body->rows; r++)
        if (!score_row(body, v, r, &s))
            return qb_fail(diag, QB_REFUSED, "constraint '%s' overflows 128-bit integers",
                           qb_mip_row_name(body, r, buffer));
    *score = s;
    return QB_OK;
}

/* Size of the least value other than 0. */
static double least_size(const qb_mip *body, uint32_t j)
{
    double lower = body->lower ? body->lower[j] : 0, upper = body->upper ? body->upper[j] : 1;
    return fmax(1, fmax(lower, -upper));
}

static bool has_room(const tally *t)
{
    return isfinite(t->magnitude) && (!t->exact || t->magnitude * power_of_ten[t->decimals] < INTEGER_MOST);
}

qb_status qb_referee_check(const qb_problem *problem, int64_t *where, qb_diag *diag)
{
    const qb_mip *body = &problem->body;
    char buffer[16];
    tally t = open_objective(body);
    t.magnitude = fabs(body->constant);
    for (uint32_t j = 0; j < body->columns; j++)
        t.magnitude += fabs(body->linear[j]) * least_size(body, j);
    for (uint64_t k = 0; k < body->pairs; k++)
        t.magnitude += fabs(body->pair[k].weight) * least_size(body, body->pair[k].i) *
                       least_size(body, body->pair[k].j);
    *where = -1;
    if (!has_room(&t))
        return qb_fail(diag, QB_BAD_INPUT, "the objective overflows 128-bit integers");
    for (uint32_t r = 0; r < body->rows; r++) {
        t = open_row(body, r);
        for (uint64_t k = body->row_start[r]; k < body->row_start[r + 1]; k++)
            t.magnitude += fabs(body->row_value[k]) * least_size(body, body->row_column[k]);
        *where = r;
        if (!has_room(&t))
            return qb_fail(diag, QB_BAD_INPUT, "constraint '%s' overflows 128-bit integers",
                           qb_mip_row_name(body, r, buffer));
    }
    return QB_OK;
}

bool qb_referee_better(const qb_problem *problem, double a, double b)
{
    return problem->body.sense == QB_MAXIMISE ? a > b : a < b;
}

/* E[x] = 1/2, E[x x'] = 1/4; E[s] = E[s s'] = 0; an edge is cut half of the time. */
double qb_referee_uniform_mean(const qb_problem *problem)
{
    const qb_mip *body = &problem->body;
    if (problem->kind == QB_KIND_MIP)
        return NAN;
    tally t = {.exact = false};
    tally_add(&t, body->constant, 1, 1);
    for (uint32_t j = 0; problem->kind == QB_KIND_QUBO && j < body->columns; j++)
        tally_add(&t, body->linear[j], 0.5, 1);
    double share = problem->kind == QB_KIND_QUBO ? 0.25 : problem->kind == QB_KIND_MAXCUT ? 0.5 : 0;
    for (uint64_t k = 0; k < body->pairs; k++)
        tally_add(&t, body->pair[k].weight, share, 1);
    return tally_value(&t);
}
