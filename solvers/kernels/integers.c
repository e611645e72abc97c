#include "solvers/kernels/integers.h"
#include "harness/base/memory.h"
#include "solvers/kernels/rows.h"

#include <stdlib.h>
#include <string.h>

#define SAME  1e-12 /* relative: what products of reals may differ by */
#define KEYS  8     /* places in the table of keys, in units of the bits */
#define LOOKS 8     /* couplings compared, in units of those that there are */

/* A bit that may be of an integer, with others of the same key. */
typedef struct candidate {
    uint64_t key; /* tells sets of neighbours, with signs and the bit itself among them, apart */
    uint32_t bit;
    double step; /* in units of the first one's */
} candidate;

/* A run of the candidates that says an integer. */
typedef struct found {
    uint32_t first, bits;
    double curvature;
    uint64_t couplings;
} found;

typedef struct search {
    const qb_qubo *model;
    qb_budget *budget;
    double sign;
    candidate *list; /* [n] */
    uint32_t count;
    found *integer; /* [n / 2] */
    uint32_t integers;
    uint64_t looks; /* left */
} search;

static bool near(double a, double b)
{
    return fabs(a - b) <= SAME * fmax(fabs(a), fabs(b));
}

static uint64_t mix(uint64_t i)
{
    i = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
    i = (i ^ (i >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    i = (i ^ (i >> 27)) * UINT64_C(0x94d049bb133111eb);
    return i ^ (i >> 31);
}

static int by_key(const void *a, const void *b)
{
    const candidate *left = a, *right = b;
    if (left->key != right->key)
        return left->key < right->key ? -1 : 1;
    return (left->bit > right->bit) - (left->bit < right->bit);
}

static int by_step(const void *a, const void *b)
{
    const candidate *left = a, *right = b;
    if (left->step != right->step)
        return left->step < right->step ? -1 : 1;
    return (left->bit > right->bit) - (left->bit < right->bit);
}

static int by_couplings(const void *a, const void *b)
{
    const found *left = a, *right = b;
    if (left->couplings != right->couplings)
        return left->couplings < right->couplings ? -1 : 1;
    return (left->first > right->first) - (left->first < right->first);
}

/* Every bit of no group, with its key.  Bits of one integer have couplings of the same sign with any other,
 * and positive ones with each other. */
static qb_status list_bits(search *s, uint64_t *code)
{
    const qb_qubo *q = s->model;
    uint32_t members = q->groups + q->cardinalities ? q->group_start[q->groups + q->cardinalities] : 0;
    for (uint32_t i = 0; i < q->n; i++)
        code[i] = mix(i);
    for (uint32_t i = 0; i < q->n; i++) {
        if (!qb_rows_spend(s->budget, q, i))
            return QB_STOPPED;
        s->list[i] = (candidate){.key = code[i], .bit = i};
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++) {
            bool negative = s->sign * qb_qubo_weight(q, k) < 0;
            s->list[i].key += code[q->neighbour[k]] ^ (0 - (uint64_t)negative);
        }
    }
    for (uint32_t k = 0; k < members; k++)
        s->list[q->group_member[k]].bit = UINT32_MAX;
    for (uint32_t i = 0; i < q->n; i++)
        if (s->list[i].bit != UINT32_MAX && q->start[i + 1] - q->start[i] > 1)
            s->list[s->count++] = s->list[i];
    return QB_OK;
}

/* Those that others have the key of, in order.  Most have none: what sorts them out is a table of
 * what is met by the last bits of keys. */
enum { MET = 1, SHARED = 2 };

static qb_status list_candidates(search *s)
{
    uint64_t size = 1;
    while (size < KEYS * (uint64_t)s->model->n)
        size *= 2;
    uint64_t *code = QB_NEW(uint64_t, s->model->n);
    uint8_t *seen = QB_NEW(uint8_t, size);
    qb_status status = code && seen ? list_bits(s, code) : QB_NO_MEMORY;
    if (!status) {
        uint32_t all = s->count;
        for (uint32_t k = 0; k < all; k++)
            seen[s->list[k].key % size] |= seen[s->list[k].key % size] ? SHARED : MET;
        s->count = 0;
        for (uint32_t k = 0; k < all; k++)
            if (seen[s->list[k].key % size] & SHARED)
                s->list[s->count++] = s->list[k];
        qsort(s->list, s->count, sizeof *s->list, by_key);
    }
    qb_free(code);
    qb_free(seen);
    return status;
}

/* How many steps of a is one of b?  0 where their couplings with others are not proportional. */
static double ratio_of(search *s, uint32_t a, uint32_t b)
{
    const qb_qubo *q = s->model;
    uint64_t k = q->start[a], m = q->start[b];
    double ratio = 0;
    if (q->start[a + 1] - k != q->start[b + 1] - m)
        return 0;
    for (;; k++, m++) {
        k += k < q->start[a + 1] && q->neighbour[k] == b;
        m += m < q->start[b + 1] && q->neighbour[m] == a;
        if (k == q->start[a + 1] || m == q->start[b + 1] || s->looks == 0)
            break;
        s->looks--;
        double one = qb_qubo_weight(q, k), other = qb_qubo_weight(q, m);
        if (ratio == 0)
            ratio = other / one;
        if (q->neighbour[k] != q->neighbour[m] || ratio <= 0 || !near(other, ratio * one))
            return 0;
    }
    return k == q->start[a + 1] && m == q->start[b + 1] ? ratio : 0;
}

/* Brings those of list[0..count) that go with list[0] to its front; how many they are. */
static uint32_t gather(search *s, candidate *list, uint32_t count)
{
    uint32_t size = 1;
    list[0].step = 1;
    for (uint32_t k = 1; k < count; k++) {
        uint64_t before = s->looks;
        double step = ratio_of(s, list[0].bit, list[k].bit);
        if (!qb_budget_spend(s->budget, before - s->looks))
            s->looks = 0;
        if (step == 0)
            continue;
        candidate c = list[k];
        list[k] = list[size];
        list[size] = c;
        list[size++].step = step;
    }
    return size;
}

/* Steps in units of the least, as far as they leave no integer out; how many. */
static uint32_t make_steps(candidate *list, uint32_t count)
{
    qsort(list, count, sizeof *list, by_step);
    double unit = list[0].step, sum = 0;
    for (uint32_t k = 0; k < count; k++) {
        double step = nearbyint(list[k].step / unit);
        if (step > sum + 1 || !near(step * unit, list[k].step))
            return k;
        list[k].step = step;
        sum += step;
    }
    return count;
}

/* Do the bits' own terms fit the same integer?  Its curvature, else 0. */
static double curvature_of(const search *s, const candidate *list, uint32_t count)
{
    const qb_qubo *q = s->model;
    double curvature = s->sign * qb_qubo_coupling(q, list[0].bit, list[1].bit) / (2 * list[1].step);
    double lambda = s->sign * qb_qubo_linear(q, list[0].bit) - curvature;
    for (uint32_t k = 1; k < count; k++) {
        double own = s->sign * qb_qubo_linear(q, list[k].bit), step = list[k].step;
        double square = curvature * step * step;
        if (fabs(own - square - step * lambda) > SAME * (fabs(own) + fabs(square) + fabs(step * lambda)))
            return 0;
    }
    return fmax(curvature, 0);
}

/* The integers within candidates of one key. */
static void find_within(search *s, candidate *list, uint32_t count)
{
    while (count > 1 && s->looks) {
        uint32_t size = gather(s, list, count), bits = size > 1 ? make_steps(list, size) : 0;
        uint64_t couplings = s->model->start[list[0].bit + 1] - s->model->start[list[0].bit];
        double curvature = bits > 1 && couplings >= bits ? curvature_of(s, list, bits) : 0;
        if (curvature > 0)
            s->integer[s->integers++] = (found){(uint32_t)(list - s->list), bits, curvature, couplings};
        list += size;
        count -= size;
    }
}

/* Is it coupled with a bit of one that has been chosen?  Of bits, s->of says count until they are. */
static bool is_free(const search *s, const found *f, const uint32_t *of, uint32_t none)
{
    const qb_qubo *q = s->model;
    uint32_t first = s->list[f->first].bit;
    for (uint64_t k = q->start[first]; k < q->start[first + 1]; k++)
        if (of[q->neighbour[k]] != none)
            return false;
    return true;
}

/* Those that stand apart come to the front. */
static void choose(search *s, uint32_t *of)
{
    uint32_t chosen = 0, none = UINT32_MAX;
    memset(of, 0xff, s->model->n * sizeof *of);
    qsort(s->integer, s->integers, sizeof *s->integer, by_couplings);
    for (uint32_t k = 0; k < s->integers; k++) {
        found f = s->integer[k];
        if (!is_free(s, &f, of, none))
            continue;
        for (uint32_t b = 0; b < f.bits; b++)
            of[s->list[f.first + b].bit] = chosen;
        s->integer[chosen++] = f;
    }
    s->integers = chosen;
}

static qb_status find(search *s, uint32_t *of)
{
    qb_status status = list_candidates(s);
    for (uint32_t from = 0, to; !status && from < s->count; from = to) {
        for (to = from; to < s->count && s->list[to].key == s->list[from].key; to++)
            continue;
        find_within(s, s->list + from, to - from);
    }
    if (!status)
        choose(s, of);
    return !status && qb_budget_is_over(s->budget) ? QB_STOPPED : status;
}

static qb_status write_bits(const search *s, qb_integers *t)
{
    uint32_t bits = 0;
    t->count = s->integers;
    for (uint32_t k = 0; k < t->count; k++)
        bits += s->integer[k].bits;
    t->start = QB_NEW(uint32_t, (size_t)t->count + 1);
    t->bit = QB_NEW(uint32_t, bits);
    t->step = QB_NEW(double, bits);
    t->curvature = QB_NEW(double, t->count);
    t->range = QB_NEW(double, t->count);
    if (!t->start || !t->bit || !t->step || !t->curvature || !t->range)
        return QB_NO_MEMORY;
    for (uint32_t k = 0, at = 0; k < t->count; k++) {
        t->curvature[k] = s->integer[k].curvature;
        for (uint32_t b = 0; b < s->integer[k].bits; b++) {
            t->bit[at] = s->list[s->integer[k].first + b].bit;
            t->step[at] = s->list[s->integer[k].first + b].step;
            t->range[k] += t->step[at++];
        }
        t->start[k + 1] = at;
    }
    for (uint32_t i = 0; i < s->model->n; i++)
        t->of[i] = t->of[i] == UINT32_MAX ? t->count : t->of[i];
    return QB_OK;
}

/* Of the couplings of each integer's first bit, by the other bit. */
static qb_status write_ties(const search *s, qb_integers *t)
{
    const qb_qubo *q = s->model;
    t->tie_start = QB_NEW(uint32_t, (size_t)q->n + 2);
    if (!t->tie_start)
        return QB_NO_MEMORY;
    uint32_t *next = t->tie_start + 1;
    for (uint32_t pass = 0; pass < 2; pass++) {
        for (uint32_t k = 0; k < t->count; k++) {
            uint32_t first = t->bit[t->start[k]];
            for (uint64_t m = q->start[first]; m < q->start[first + 1]; m++) {
                uint32_t j = q->neighbour[m];
                if (t->of[j] != t->count)
                    continue;
                if (pass == 0)
                    next[j + 1]++;
                else
                    t->tie[next[j]++] = (qb_integers_tie){k, s->sign * qb_qubo_weight(q, m)};
            }
        }
        for (uint32_t j = 0; pass == 0 && j < q->n; j++)
            next[j + 1] += next[j];
        if (pass == 0 && !(t->tie = QB_NEW(qb_integers_tie, next[q->n])))
            return QB_NO_MEMORY;
    }
    return QB_OK;
}

qb_status qb_integers_open(const qb_qubo *model, qb_budget *budget, qb_integers *t)
{
    search s = {
        .model = model,
        .budget = budget,
        .sign = model->sense == QB_MINIMISE ? 1 : -1,
        .list = QB_NEW(candidate, model->n),
        .integer = QB_NEW(found, model->n / 2),
        .looks = LOOKS * model->nonzeros,
    };
    *t = (qb_integers){.of = QB_NEW(uint32_t, model->n)};
    qb_status status = s.list && s.integer && t->of ? find(&s, t->of) : QB_NO_MEMORY;
    if (!status)
        status = write_bits(&s, t);
    if (!status)
        status = write_ties(&s, t);
    qb_free(s.list);
    qb_free(s.integer);
    return status;
}

void qb_integers_close(qb_integers *t)
{
    qb_free(t->start);
    qb_free(t->bit);
    qb_free(t->step);
    qb_free(t->curvature);
    qb_free(t->range);
    qb_free(t->of);
    qb_free(t->tie_start);
    qb_free(t->tie);
    *t = (qb_integers){0};
}

double qb_integers_pull(const qb_integers *t, const qb_qubo *q, uint32_t k, const uint8_t *x)
{
    double sign = q->sense == QB_MINIMISE ? 1 : -1;
    uint32_t first = t->bit[t->start[k]];
    double pull = sign * qb_qubo_linear(q, first) - t->curvature[k];
    for (uint64_t m = q->start[first]; m < q->start[first + 1]; m++)
        if (t->of[q->neighbour[m]] == t->count && x[q->neighbour[m]])
            pull += sign * qb_qubo_weight(q, m);
    return pull;
}

void qb_integers_settle(const qb_integers *t, const qb_qubo *q, uint8_t *x)
{
    for (uint32_t k = 0; k < t->count; k++) {
        double rest = qb_integers_best(t, k, qb_integers_pull(t, q, k, x));
        for (uint32_t b = t->start[k + 1]; b-- > t->start[k];) {
            x[t->bit[b]] = t->step[b] <= rest;
            rest -= x[t->bit[b]] ? t->step[b] : 0;
        }
    }
}
