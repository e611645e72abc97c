#define _GNU_SOURCE
#include "solvers/kernels/trajectory.h"

#include "harness/base/memory.h"
#include "harness/base/rng.h"
#include "solvers/kernels/phase.h"

#include <math.h>

#define CHUNK ((size_t)1 << 14) /* amplitudes between two looks at the budget */

struct qb_trajectory {
    const qb_cost *cost;
    const qb_diagonal *diagonal;
    qb_noise noise;
    uint64_t seed;
    size_t size;
    double *re, *im;  /* [size] */
    double *sum;      /* [size] probabilities of shots, then their running sum */
    uint64_t *turned; /* [spin_terms] couplings that turn the other way in this layer */
    uint64_t turned_count;
    qb_rng rng;
    qb_budget *budget;
};

bool qb_noise_is_random(const qb_noise *n)
{
    return n->depolarising_1q > 0 || n->depolarising_2q > 0 || n->damping > 0;
}

bool qb_noise_is_on(const qb_noise *n)
{
    return qb_noise_is_random(n) || n->readout > 0 || n->over_rotation != 0;
}

uint64_t qb_trajectory_bytes(uint32_t qubits)
{
    return (uint64_t)(3 * sizeof(double)) << qubits;
}

qb_status qb_trajectory_open(const qb_cost *cost, const qb_diagonal *diagonal, const qb_noise *noise,
                             uint64_t seed, qb_trajectory **trajectory, qb_diag *diag)
{
    if (diagonal->symmetric)
        return qb_fail(diag, QB_REFUSED, "noise needs all amplitudes, the diagonal has half of them");
    for (uint64_t k = 0; k < cost->spin_terms; k++)
        if (__builtin_popcountll(cost->spin[k].mask) > 2)
            return qb_fail(diag, QB_REFUSED, "noise is defined for gates on one and two qubits");
    qb_trajectory *t = QB_NEW(qb_trajectory, 1);
    if (t) {
        *t = (qb_trajectory){.cost = cost, .diagonal = diagonal, .noise = *noise, .seed = seed};
        t->size = (size_t)1 << cost->n;
        t->re = QB_NEW(double, t->size);
        t->im = QB_NEW(double, t->size);
        t->sum = QB_NEW(double, t->size);
        t->turned = QB_NEW(uint64_t, cost->spin_terms);
    }
    if (!t || !t->re || !t->im || !t->sum || !t->turned) {
        qb_trajectory_close(t);
        return qb_fail(diag, QB_NO_MEMORY, "out of memory for trajectories of %u qubits", cost->n);
    }
    *trajectory = t;
    return QB_OK;
}

void qb_trajectory_close(qb_trajectory *t)
{
    if (!t)
        return;
    qb_free(t->re);
    qb_free(t->im);
    qb_free(t->sum);
    qb_free(t->turned);
    qb_free(t);
}

/* ---------------------------------------------------------------------------------------------- passes */

/* What is done to amplitudes [first, end); those with a partner in a pair are visited from the lower one. */
typedef double qb_traj_pass(qb_trajectory *t, const void *context, size_t first, size_t end);

static qb_status run_pass(qb_trajectory *t, qb_traj_pass *pass, const void *context, double *total)
{
    double sum = 0;
    for (size_t first = 0; first < t->size; first += CHUNK) {
        size_t end = t->size - first < CHUNK ? t->size : first + CHUNK;
        sum += pass(t, context, first, end);
        if (!qb_budget_spend(t->budget, end - first))
            return QB_STOPPED;
    }
    if (total)
        *total = sum;
    return QB_OK;
}

static void multiply(qb_trajectory *t, size_t x, double c, double s)
{
    double re = t->re[x], im = t->im[x];
    t->re[x] = c * re - s * im;
    t->im[x] = c * im + s * re;
}

/* exp(-i angle entry); context: the angle. */
static double add_phase(qb_trajectory *t, const void *context, size_t first, size_t end)
{
    const double *angle = context;
    for (size_t x = first; x < end; x++) {
        double c, s, turned = -*angle * qb_diagonal_entry(t->diagonal, x);
        qb_cos_sin(turned, &c, &s);
        multiply(t, x, c, s);
    }
    return 0;
}

typedef struct twist {
    uint64_t mask;
    double c, s; /* of the angle where the product of the spins is +1 */
} twist;

static double add_twist(qb_trajectory *t, const void *context, size_t first, size_t end)
{
    const twist *w = context;
    int order = __builtin_popcountll(w->mask);
    for (size_t x = first; x < end; x++) {
        bool negative = (order - __builtin_popcountll(x & w->mask)) & 1; /* a spin is -1 where its bit is 0 */
        multiply(t, x, w->c, negative ? -w->s : w->s);
    }
    return 0;
}

typedef struct rotation {
    size_t bit;
    double c, s;
} rotation;

/* exp(-i beta X) on one qubit. */
static double rotate(qb_trajectory *t, const void *context, size_t first, size_t end)
{
    const rotation *r = context;
    for (size_t x = first; x < end; x++) {
        if (x & r->bit)
            continue;
        size_t y = x | r->bit;
        double a = t->re[x], b = t->im[x], c = t->re[y], d = t->im[y];
        t->re[x] = r->c * a + r->s * d;
        t->im[x] = r->c * b - r->s * c;
        t->re[y] = r->c * c + r->s * b;
        t->im[y] = r->c * d - r->s * a;
    }
    return 0;
}

typedef struct pauli {
    uint64_t flip, sign; /* qubits with an X part, with a Z part */
} pauli;

static void negate(qb_trajectory *t, size_t x)
{
    t->re[x] = -t->re[x];
    t->im[x] = -t->im[x];
}

/* The string's Z parts, then its X parts, up to a global phase. */
static double apply_pauli(qb_trajectory *t, const void *context, size_t first, size_t end)
{
    const pauli *p = context;
    for (size_t x = first; x < end; x++) {
        size_t y = x ^ p->flip;
        if (y < x)
            continue; /* done from there */
        bool odd_x = __builtin_popcountll(x & p->sign) & 1, odd_y = __builtin_popcountll(y & p->sign) & 1;
        if (odd_x)
            negate(t, x);
        if (odd_y && y != x)
            negate(t, y);
        double re = t->re[x], im = t->im[x];
        t->re[x] = t->re[y];
        t->im[x] = t->im[y];
        t->re[y] = re;
        t->im[y] = im;
    }
    return 0;
}

/* The weight where the qubit is 1; context: its bit. */
static double weigh_ones(qb_trajectory *t, const void *context, size_t first, size_t end)
{
    const size_t *bit = context;
    double sum = 0;
    for (size_t x = first; x < end; x++)
        if (x & *bit)
            sum += t->re[x] * t->re[x] + t->im[x] * t->im[x];
    return sum;
}

typedef struct decay {
    size_t bit;
    bool jumps;
    double zero, one; /* what amplitudes are multiplied with, no jump; `one` alone in a jump */
} decay;

static double apply_decay(qb_trajectory *t, const void *context, size_t first, size_t end)
{
    const decay *d = context;
    for (size_t x = first; x < end; x++) {
        if (x & d->bit)
            continue;
        size_t y = x | d->bit;
        t->re[x] = d->jumps ? d->one * t->re[y] : d->zero * t->re[x];
        t->im[x] = d->jumps ? d->one * t->im[y] : d->zero * t->im[x];
        t->re[y] = d->jumps ? 0 : d->one * t->re[y];
        t->im[y] = d->jumps ? 0 : d->one * t->im[y];
    }
    return 0;
}

static double square(qb_trajectory *t, const void *context, size_t first, size_t end)
{
    (void)context;
    for (size_t x = first; x < end; x++)
        t->sum[x] = t->re[x] * t->re[x] + t->im[x] * t->im[x];
    return 0;
}

/* A readout that flips the qubit of `bit`, on the probabilities. */
static double blur(qb_trajectory *t, const void *context, size_t first, size_t end)
{
    const size_t *bit = context;
    double flipped = t->noise.readout;
    for (size_t x = first; x < end; x++) {
        if (x & *bit)
            continue;
        double a = t->sum[x], b = t->sum[x | *bit];
        t->sum[x] = a + flipped * (b - a);
        t->sum[x | *bit] = b + flipped * (a - b);
    }
    return 0;
}

static double weigh_costs(qb_trajectory *t, const void *context, size_t first, size_t end)
{
    (void)context;
    double sum = 0;
    for (size_t x = first; x < end; x++)
        sum += t->sum[x] * qb_diagonal_entry(t->diagonal, x);
    return sum;
}

/* ---------------------------------------------------------------------------------------------- noise */

/* Draws what follows a gate on `qubits` (one or two of them) and puts it before the string so far. */
static void draw_error(qb_trajectory *t, uint64_t qubits, pauli *p)
{
    bool two = qubits & (qubits - 1);
    double probability = two ? t->noise.depolarising_2q : t->noise.depolarising_1q;
    if (!(qb_rng_uniform(&t->rng) < probability))
        return;
    uint64_t kind = 1 + qb_rng_below(&t->rng, two ? 15 : 3);
    for (; qubits; qubits &= qubits - 1, kind >>= 2) {
        uint64_t bit = qubits & -qubits;
        p->flip ^= kind & 1 ? bit : 0;
        p->sign ^= kind & 2 ? bit : 0;
    }
}

static qb_status apply_errors(qb_trajectory *t, const pauli *p)
{
    return p->flip | p->sign ? run_pass(t, apply_pauli, p, NULL) : QB_OK;
}

/* One error a qubit, after a one-qubit gate on each. */
static qb_status disturb_all(qb_trajectory *t)
{
    pauli p = {0, 0};
    for (uint32_t q = 0; q < t->cost->n; q++)
        draw_error(t, UINT64_C(1) << q, &p);
    return apply_errors(t, &p);
}

static qb_status damp(qb_trajectory *t, uint32_t q)
{
    decay d = {.bit = (size_t)1 << q};
    double ones, g = t->noise.damping;
    qb_status status = run_pass(t, weigh_ones, &d.bit, &ones);
    if (status)
        return status;
    ones = ones < 1 ? ones : 1;
    d.jumps = qb_rng_uniform(&t->rng) < g * ones;
    d.zero = 1 / sqrt(1 - g * ones);
    d.one = d.jumps ? 1 / sqrt(ones) : sqrt((1 - g) / (1 - g * ones));
    return run_pass(t, apply_decay, &d, NULL);
}

/* ---------------------------------------------------------------------------------------------- circuit */

static qb_status start(qb_trajectory *t)
{
    double amplitude = 1 / sqrt((double)t->size);
    for (size_t x = 0; x < t->size; x++) {
        t->re[x] = amplitude;
        t->im[x] = 0;
    }
    return disturb_all(t);
}

/* The block of commuting gates, as if all errors came at its end. */
static qb_status couple(qb_trajectory *t, double gamma)
{
    const qb_cost *cost = t->cost;
    pauli p = {0, 0};
    t->turned_count = 0;
    for (uint64_t k = 0; k < cost->spin_terms; k++) {
        if (__builtin_popcountll(cost->spin[k].mask & p.flip) & 1)
            t->turned[t->turned_count++] = k;
        draw_error(t, cost->spin[k].mask, &p);
    }
    double angle = gamma * t->diagonal->step;
    qb_status status = run_pass(t, add_phase, &angle, NULL);
    for (uint64_t k = 0; k < t->turned_count && !status; k++) {
        const qb_monomial *term = &cost->spin[t->turned[k]];
        twist w = {.mask = term->mask};
        qb_cos_sin(2 * gamma * cost->scale * term->coefficient, &w.c, &w.s);
        status = run_pass(t, add_twist, &w, NULL);
    }
    return status ? status : apply_errors(t, &p);
}

static qb_status mix(qb_trajectory *t, double beta)
{
    rotation r;
    qb_status status = QB_OK;
    qb_cos_sin(beta, &r.c, &r.s);
    for (uint32_t q = 0; q < t->cost->n && !status; q++) {
        r.bit = (size_t)1 << q;
        status = run_pass(t, rotate, &r, NULL);
    }
    if (!status)
        status = disturb_all(t);
    for (uint32_t q = 0; q < t->cost->n && t->noise.damping > 0 && !status; q++)
        status = damp(t, q);
    return status;
}

static qb_status read_out(qb_trajectory *t, double *expectation)
{
    double cost;
    qb_status status = run_pass(t, square, NULL, NULL);
    for (uint32_t q = 0; q < t->cost->n && t->noise.readout > 0 && !status; q++) {
        size_t bit = (size_t)1 << q;
        status = run_pass(t, blur, &bit, NULL);
    }
    if (!status)
        status = run_pass(t, weigh_costs, NULL, &cost);
    if (status)
        return status;
    for (size_t x = 1; x < t->size; x++)
        t->sum[x] += t->sum[x - 1];
    *expectation = t->diagonal->base + t->diagonal->step * (cost / t->sum[t->size - 1]);
    return QB_OK;
}

qb_status qb_trajectory_run(qb_trajectory *t, uint64_t number, uint32_t depth, const double *gammas,
                            const double *betas, qb_budget *budget, double *expectation)
{
    double more = 1 + t->noise.over_rotation;
    qb_rng_init(&t->rng, t->seed, number);
    t->budget = budget;
    qb_status status = start(t);
    for (uint32_t l = 0; l < depth && !status; l++) {
        status = couple(t, more * gammas[l]);
        if (!status)
            status = mix(t, more * betas[l]);
    }
    return status ? status : read_out(t, expectation);
}

void qb_trajectory_sample(qb_trajectory *t, uint64_t shots, uint64_t *x)
{
    for (uint64_t k = 0; k < shots; k++) {
        double level = qb_rng_uniform(&t->rng) * t->sum[t->size - 1];
        size_t low = 0, high = t->size - 1; /* the first x whose running sum is above the level */
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (t->sum[middle] > level)
                high = middle;
            else
                low = middle + 1;
        }
        x[k] = low;
    }
}

double qb_trajectory_band(const qb_trajectory *t, double least, double greatest)
{
    double sum = 0;
    for (size_t x = 0; x < t->size; x++) {
        double entry = qb_diagonal_entry(t->diagonal, x);
        if (entry >= least && entry <= greatest)
            sum += t->sum[x] - (x ? t->sum[x - 1] : 0);
    }
    return sum / t->sum[t->size - 1];
}
