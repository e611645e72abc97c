#define _GNU_SOURCE
#include "solvers/kernels/measure.h"

#include "harness/base/memory.h"
#include "harness/base/rng.h"
#include "solvers/kernels/anneal_math.h"
#include "solvers/kernels/chunks.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1 << 12, BINS = 1 << 16, SHARES = 4, BATCH = 16 * SHARES /* chunks between two charges */ };

static uint64_t chunk_count(const qb_weights *w)
{
    return (w->diagonal->size + CHUNK - 1) / CHUNK;
}

static uint64_t chunk_work(const qb_weights *w)
{
    return w->diagonal->size < CHUNK ? w->diagonal->size : CHUNK;
}

/* Reads weights, and entries (NULL: not wanted), of chunk `chunk`; returns its length. */
static uint64_t read_chunk(const qb_weights *w, uint64_t chunk, double *weight /* [CHUNK] */,
                           double *entry /* [CHUNK] */)
{
    uint64_t start = chunk * CHUNK, left = w->diagonal->size - start, count = left < CHUNK ? left : CHUNK;
    w->read(w->state, start, count, weight);
    if (entry)
        qb_diagonal_read(w->diagonal, start, count, entry);
    return count;
}

static qb_status sweep(const qb_weights *w, qb_chunk_function *function, const void *context,
                       qb_budget *budget, qb_chunk_sums *total)
{
    return qb_chunks_run(chunk_count(w), chunk_work(w), w->team, function, context, budget, total);
}

/* ---------------------------------------------------------------------------------------------- one number
 */

typedef struct band {
    const qb_weights *weights;
    double least, greatest;
} band;

static qb_chunk_sums band_chunk(const void *context, uint64_t chunk)
{
    const band *b = context;
    double weight[CHUNK], entry[CHUNK];
    uint64_t count = read_chunk(b->weights, chunk, weight, entry);
    qb_chunk_sums sum = {0};
    for (uint64_t i = 0; i < count; i++) {
        sum.first += weight[i];
        sum.second += entry[i] >= b->least && entry[i] <= b->greatest ? weight[i] : 0;
    }
    return sum;
}

qb_status qb_measure_band(const qb_weights *weights, double least, double greatest, qb_budget *budget,
                          double *probability)
{
    band b = {weights, least, greatest};
    qb_chunk_sums sum;
    qb_status status = sweep(weights, band_chunk, &b, budget, &sum);
    if (!status)
        *probability = sum.second / sum.first;
    return status;
}

typedef struct gibbs {
    const qb_weights *weights;
    double best, rate; /* of an entry: eta step >= 0 */
} gibbs;

static qb_chunk_sums gibbs_chunk(const void *context, uint64_t chunk)
{
    const gibbs *g = context;
    double weight[CHUNK], entry[CHUNK];
    uint64_t count = read_chunk(g->weights, chunk, weight, entry);
    qb_chunk_sums sum = {0};
    for (uint64_t i = 0; i < count; i++) {
        sum.first += weight[i];
        sum.second += weight[i] * qb_anneal_exp_minus(g->rate * fabs(entry[i] - g->best));
    }
    return sum;
}

double qb_measure_gibbs_of(const qb_diagonal *diagonal, double eta, double mean)
{
    double best = diagonal->base + diagonal->step * qb_diagonal_best(diagonal);
    return eta * (diagonal->sense == QB_MINIMISE ? best : -best) - qb_anneal_ln(fmax(mean, DBL_MIN));
}

qb_status qb_measure_gibbs(const qb_weights *weights, double eta, qb_budget *budget, double *value)
{
    const qb_diagonal *d = weights->diagonal;
    gibbs g = {weights, qb_diagonal_best(d), eta * d->step};
    qb_chunk_sums sum;
    qb_status status = sweep(weights, gibbs_chunk, &g, budget, &sum);
    if (!status)
        *value = qb_measure_gibbs_of(d, eta, sum.second / sum.first);
    return status;
}

/* ---------------------------------------------------------------------------------------------- tails */

/* Weight, and weight times entry, by bin of entries: bin = (entry - least) / width, from the best end.  Of a
 * state of several batches every SHARES-th chunk adds to a row of its own, so that the sums do not depend on
 * the number of threads; they end in the first row. */
typedef struct histogram {
    double least, width, greatest; /* entries beyond least and greatest are left out */
    size_t bins, shares;
    double *weight, *cost; /* [shares][bins] */
} histogram;

static qb_status histogram_open(const qb_weights *w, histogram *h)
{
    const qb_diagonal *d = w->diagonal;
    bool exact = d->width != QB_COST_REAL;
    *h = (histogram){.least = d->least, .greatest = d->greatest, .bins = BINS};
    if (exact)
        h->bins = (size_t)(d->greatest - d->least) + 1;
    h->width = exact ? 1 : (d->greatest - d->least) / BINS;
    if (!(h->width > 0))
        h->width = 1; /* all alike */
    h->shares = chunk_count(w) > BATCH ? SHARES : 1;
    h->weight = QB_NEW(double, h->shares * h->bins);
    h->cost = QB_NEW(double, h->shares * h->bins);
    return h->weight && h->cost ? QB_OK : QB_NO_MEMORY;
}

static void histogram_close(histogram *h)
{
    qb_free(h->weight);
    qb_free(h->cost);
}

static void fill_chunk(const qb_weights *w, uint64_t chunk, const histogram *h)
{
    double weight[CHUNK], entry[CHUNK];
    uint64_t count = read_chunk(w, chunk, weight, entry);
    size_t row = chunk % h->shares * h->bins;
    for (uint64_t i = 0; i < count; i++) {
        if (entry[i] < h->least || entry[i] > h->greatest)
            continue;
        size_t bin = (size_t)((entry[i] - h->least) / h->width);
        bin = row + (bin < h->bins ? bin : h->bins - 1);
        h->weight[bin] += weight[i];
        h->cost[bin] += weight[i] * entry[i];
    }
}

/* Chunks [start, end) and where they are counted. */
typedef struct batch {
    const qb_weights *weights;
    const histogram *histogram;
    uint64_t start, end;
} batch;

static void fill_share(void *context, size_t share, uint32_t member)
{
    (void)member;
    const batch *b = context;
    for (uint64_t chunk = b->start + share; chunk < b->end; chunk += b->histogram->shares)
        fill_chunk(b->weights, chunk, b->histogram);
}

static void add_rows(histogram *h)
{
    for (size_t share = 1; share < h->shares; share++)
        for (size_t bin = 0; bin < h->bins; bin++) {
            h->weight[bin] += h->weight[share * h->bins + bin];
            h->cost[bin] += h->cost[share * h->bins + bin];
        }
}

static qb_status fill(const qb_weights *w, qb_budget *budget, histogram *h)
{
    uint64_t chunks = chunk_count(w);
    memset(h->weight, 0, h->shares * h->bins * sizeof *h->weight);
    memset(h->cost, 0, h->shares * h->bins * sizeof *h->cost);
    for (batch b = {.weights = w, .histogram = h}; b.start < chunks; b.start = b.end) {
        b.end = b.start + BATCH < chunks ? b.start + BATCH : chunks;
        (void)qb_team_run(w->team, h->shares, 1, fill_share, &b, 0, NULL);
        uint64_t last = b.end * CHUNK < w->diagonal->size ? b.end * CHUNK : w->diagonal->size;
        if (!qb_budget_spend(budget, last - b.start * CHUNK))
            return QB_STOPPED;
    }
    add_rows(h);
    return QB_OK;
}

/* Takes whole bins from the better end while they fit into *tail, which shrinks; adds their cost up.  Returns
 * the first that does not fit, or h->bins. */
static size_t take_bins(const histogram *h, bool minimise, double *tail, double *cost)
{
    for (size_t k = 0; k < h->bins; k++) {
        size_t bin = minimise ? k : h->bins - 1 - k;
        if (h->weight[bin] >= *tail)
            return bin;
        *tail -= h->weight[bin];
        *cost += h->cost[bin];
    }
    return h->bins;
}

/* Bins of what one bin was. */
static void zoom_in(histogram *h, size_t bin)
{
    double least = h->least + (double)bin * h->width;
    if (bin + 1 < h->bins)
        h->greatest = nextafter(least + h->width, -INFINITY);
    h->least = least;
    h->width /= BINS;
}

static qb_status find_tail(const qb_weights *w, double share, qb_budget *budget, histogram *h, double *value)
{
    const qb_diagonal *d = w->diagonal;
    bool minimise = d->sense == QB_MINIMISE, exact = d->width != QB_COST_REAL;
    double total = 0, cost = 0;
    qb_status status = fill(w, budget, h);
    for (size_t bin = 0; bin < h->bins; bin++)
        total += h->weight[bin];
    double tail = share * total, rest = tail;
    size_t bin = take_bins(h, minimise, &rest, &cost);
    if (!status && bin < h->bins && !exact) { /* a closer look at where the tail ends */
        zoom_in(h, bin);
        status = fill(w, budget, h);
        bin = take_bins(h, minimise, &rest, &cost);
    }
    if (!status && bin < h->bins && h->weight[bin] > 0) /* the part of a bin at its mean */
        cost += rest * (h->cost[bin] / h->weight[bin]);
    else
        tail -= rest; /* what rounding left over */
    if (!status)
        *value = d->base + d->step * (cost / tail);
    return status;
}

qb_status qb_measure_cvar(const qb_weights *weights, double alpha, qb_budget *budget, double *value)
{
    histogram h;
    qb_status status = histogram_open(weights, &h);
    if (!status)
        status = find_tail(weights, alpha, budget, &h, value);
    histogram_close(&h);
    return status;
}

/* ---------------------------------------------------------------------------------------------- sampling */

typedef struct shot {
    double level; /* where in the sum of weights it falls */
    uint64_t number;
} shot;

static int by_level(const void *a, const void *b)
{
    const shot *p = a, *q = b;
    return (p->level > q->level) - (p->level < q->level);
}

typedef struct chunk_weights {
    const qb_weights *weights;
    double *total; /* [chunks] */
} chunk_weights;

static qb_chunk_sums weigh_chunk(const void *context, uint64_t chunk)
{
    const chunk_weights *c = context;
    double weight[CHUNK], sum = 0;
    uint64_t count = read_chunk(c->weights, chunk, weight, NULL);
    for (uint64_t i = 0; i < count; i++)
        sum += weight[i];
    c->total[chunk] = sum;
    return (qb_chunk_sums){0};
}

/* Walks chunks and sorted shots together; within a chunk that holds shots, weights and shots.  What is read
 * again is charged again. */
static qb_status place_shots(const qb_weights *w, const double *total, const shot *shots, uint64_t count,
                             qb_budget *budget, uint64_t *index)
{
    double before = 0, weight[CHUNK];
    uint64_t next = 0, chunks = chunk_count(w);
    for (uint64_t c = 0; c < chunks && next < count; c++) {
        double after = before + total[c], sum = before;
        bool is_last = c == chunks - 1;
        if (shots[next].level < after || is_last) {
            uint64_t at = 0, end = read_chunk(w, c, weight, NULL), heaviest = 0;
            while (next < count && (shots[next].level < after || is_last)) {
                /* the last state of weight takes what rounding leaves over */
                for (; at < end; at++) {
                    if (weight[at] > 0)
                        heaviest = at;
                    if (shots[next].level < sum + weight[at])
                        break;
                    sum += weight[at];
                }
                index[shots[next++].number] = c * CHUNK + (at < end ? at : heaviest);
            }
            if (!qb_budget_spend(budget, end))
                return QB_STOPPED;
        }
        before = after;
    }
    return QB_OK;
}

qb_status qb_measure_sample(const qb_weights *weights, uint64_t seed, uint64_t stream, uint64_t shots,
                            qb_budget *budget, uint64_t *x)
{
    const qb_diagonal *d = weights->diagonal;
    uint64_t chunks = chunk_count(weights);
    chunk_weights c = {weights, QB_NEW(double, chunks)};
    shot *sorted = QB_NEW(shot, shots);
    qb_status status = c.total && sorted ? QB_OK : QB_NO_MEMORY;
    if (!status)
        status = sweep(weights, weigh_chunk, &c, budget, NULL);
    if (!status) {
        double total = 0;
        for (uint64_t k = 0; k < chunks; k++)
            total += c.total[k];
        qb_rng rng;
        qb_rng_init(&rng, seed, stream);
        for (uint64_t i = 0; i < shots; i++)
            sorted[i] = (shot){qb_rng_uniform(&rng) * total, i};
        qsort(sorted, shots, sizeof *sorted, by_level);
        status = place_shots(weights, c.total, sorted, shots, budget, x);
        for (uint64_t i = 0; i < shots && !status; i++) {
            if (weights->subspace)
                x[i] = qb_subspace_bits(weights->subspace, x[i]);
            if (d->symmetric && qb_rng_next(&rng) >> 63) /* x and its complement are equally likely */
                x[i] = ~x[i] & (((uint64_t)1 << d->qubits) - 1);
        }
    }
    qb_free(c.total);
    qb_free(sorted);
    return status;
}
