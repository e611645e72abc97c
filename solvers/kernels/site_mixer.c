#define _GNU_SOURCE
#include "solvers/kernels/site_mixer.h"

#include "harness/base/memory.h"
#include "solvers/kernels/phase.h"

#include <math.h>

enum { SUMS = 8 }; /* partial ones, for vectors */

/* ---------------------------------------------------------------------------------------------- factors */

/* Appends the pairs of rows that the term of members i and j joins: those with one of the two, and the same
 * with the other.  Patterns ascend, so the k-th row with i is the partner of the k-th with j. */
static void add_term(qb_site_mixer *mix, const uint64_t *member, uint32_t i, uint32_t j)
{
    const qb_site *site = mix->site;
    uint64_t both = member[i] | member[j];
    for (uint32_t a = 0, b = 0; a < site->dimension; a++) {
        if ((site->pattern[a] & both) != member[i])
            continue;
        while ((site->pattern[b] & both) != member[j])
            b++;
        mix->pair[mix->pairs++] = (qb_rows_pair){a, b++};
    }
}

/* A term's pairs, for as many units as there are rows; false once the budget is gone. */
static bool take_term(qb_site_mixer *mix, const uint64_t *member, uint32_t i, uint32_t j, qb_budget *budget)
{
    add_term(mix, member, i, j);
    return qb_budget_spend(budget, mix->site->dimension);
}

static bool take_ring(qb_site_mixer *mix, const uint64_t *member, qb_budget *budget)
{
    uint32_t m = mix->site->members;
    for (uint32_t odd = 0; odd < 2; odd++)
        for (uint32_t i = odd; i + 1 < m; i += 2)
            if (!take_term(mix, member, i, i + 1, budget))
                return false;
    return m <= 2 || take_term(mix, member, m - 1, 0, budget);
}

/* The circle method: seats 0 .. m - 1 (one of them empty for an odd number of members); who sits at 0 stays,
 * the others move on by one seat a round. */
static bool take_tournament(qb_site_mixer *mix, const uint64_t *member, qb_budget *budget)
{
    uint32_t m = mix->site->members, seats = m + m % 2;
    for (uint32_t round = 0; round + 1 < seats; round++)
        for (uint32_t seat = 0; seat < seats / 2; seat++) {
            uint32_t left = seat ? 1 + (seat - 1 + round) % (seats - 1) : 0;
            uint32_t right = 1 + (seats - 2 - seat + round) % (seats - 1);
            if (left < m && right < m && !take_term(mix, member, left, right, budget))
                return false;
        }
    return true;
}

static bool is_complete(qb_mixer mixer, uint32_t ones)
{
    return mixer == QB_MIXER_XY_COMPLETE && ones == 1;
}

/* Pairs of rows that the terms of a group of m members, k of them 1, join: C(m - 2, k - 1) a term. */
static double pairs_of(qb_mixer mixer, uint32_t m, uint32_t k)
{
    double ways = mixer == QB_MIXER_XY_RING ? (m > 2 ? m : 1) : m * (m - 1) / 2.0;
    if (k == 0 || k >= m || is_complete(mixer, k))
        return 0;
    for (uint32_t i = 1; i < k; i++)
        ways = ways * (m - 1 - k + i) / i;
    return ways;
}

double qb_site_mixer_bytes(const qb_qubo *qubo, qb_mixer mixer)
{
    double pairs = 0;
    for (uint32_t g = 0; g < qubo->groups + qubo->cardinalities; g++)
        pairs += pairs_of(mixer, qubo->group_start[g + 1] - qubo->group_start[g], qubo->group_ones[g]);
    return mixer == QB_MIXER_GROVER ? 0 : pairs * sizeof(qb_rows_pair);
}

static qb_status make_group(qb_site_mixer *mix, qb_mixer mixer, qb_budget *budget)
{
    const qb_site *site = mix->site;
    uint64_t member[QB_COST_VARIABLES], members = 0;
    for (uint64_t mask = site->mask; mask; mask &= mask - 1)
        member[members++] = mask & -mask;
    mix->complete = is_complete(mixer, site->ones);
    double pairs = pairs_of(mixer, site->members, site->ones);
    if (pairs < 1)
        return QB_OK;
    mix->pair = QB_NEW(qb_rows_pair, (size_t)pairs);
    if (!mix->pair)
        return QB_NO_MEMORY;
    bool done =
        mixer == QB_MIXER_XY_RING ? take_ring(mix, member, budget) : take_tournament(mix, member, budget);
    if (!done)
        qb_site_mixer_free(mix);
    return done ? QB_OK : QB_STOPPED;
}

qb_status qb_site_mixer_make(const qb_site *site, qb_mixer mixer, double ones, qb_budget *budget,
                             qb_site_mixer *mix)
{
    qb_site_mixer out = {.site = site, .x = 1, .amplitude = {sqrt(0.5), sqrt(0.5)}};
    if (mixer == QB_MIXER_WARM) {
        out.x = 2 * sqrt(ones * (1 - ones));
        out.z = 1 - 2 * ones;
        out.amplitude[0] = sqrt(1 - ones);
        out.amplitude[1] = sqrt(ones);
    }
    qb_status status = site->is_group ? make_group(&out, mixer, budget) : QB_OK;
    if (!status)
        *mix = out;
    return status;
}

void qb_site_mixer_free(qb_site_mixer *mix)
{
    qb_free(mix->pair);
    mix->pair = NULL;
}

/* ---------------------------------------------------------------------------------------------- rotations */

qb_site_angle qb_site_mixer_angle(const qb_site_mixer *mix, double beta)
{
    qb_site_angle angle;
    double rows = mix->site->dimension, c, s;
    qb_cos_sin(beta, &angle.c, &angle.s);
    qb_cos_sin(beta * (rows - 1), &c, &s);
    angle.spread[0] = (c - angle.c) / rows;
    angle.spread[1] = (-s - angle.s) / rows;
    return angle;
}

static qb_site_angle opposite(qb_site_angle beta)
{
    beta.s = -beta.s;
    beta.spread[1] = -beta.spread[1];
    return beta;
}

/* exp(-i beta H) of a two-row H = [[z, x], [x, -z]] with x^2 + z^2 = 1: cos beta - i sin beta H. */
static void rotate(qb_fibres f, size_t a, size_t b, qb_site_angle beta, double x, double z)
{
    double c = beta.c, sx = beta.s * x, sz = beta.s * z;
    for (size_t k = 0; k < f.bundles; k++) {
        double *restrict ar = f.re + k * f.step + a * f.stride, *restrict ai =
                                                                    f.im + k * f.step + a * f.stride;
        double *restrict br = f.re + k * f.step + b * f.stride, *restrict bi =
                                                                    f.im + k * f.step + b * f.stride;
        for (size_t i = 0; i < f.length; i++) {
            double pr = ar[i], pi = ai[i], qr = br[i], qi = bi[i];
            ar[i] = c * pr + sz * pi + sx * qi;
            ai[i] = c * pi - sz * pr - sx * qr;
            br[i] = c * qr - sz * qi + sx * pi;
            bi[i] = c * qi + sz * qr - sx * pr;
        }
    }
}

/* Im <lambda| H |psi> of the same. */
static double overlap(qb_fibres f, qb_fibres g, size_t a, size_t b, double x, double z)
{
    double part[SUMS] = {0}, sum = 0;
    for (size_t k = 0; k < f.bundles; k++) {
        size_t first = k * f.step + a * f.stride, second = k * f.step + b * f.stride;
        const double *ar = f.re + first, *ai = f.im + first, *br = f.re + second, *bi = f.im + second;
        const double *cr = g.re + first, *ci = g.im + first, *dr = g.re + second, *di = g.im + second;
        for (size_t i = 0; i < f.length; i += SUMS)
            for (size_t j = i; j < i + SUMS && j < f.length; j++) {
                double hr = z * ar[j] + x * br[j], hi = z * ai[j] + x * bi[j];
                double kr = x * ar[j] - z * br[j], ki = x * ai[j] - z * bi[j];
                part[j - i] += cr[j] * hi - ci[j] * hr + dr[j] * ki - di[j] * kr;
            }
    }
    for (unsigned j = 0; j < SUMS; j++)
        sum += part[j];
    return sum;
}

/* The sums over the rows of one bundle. */
typedef struct row_sums {
    double re[QB_FIBRE_LENGTH], im[QB_FIBRE_LENGTH];
} row_sums;

static void add_rows(const double *re, const double *im, qb_fibres f, uint32_t rows, row_sums *sums)
{
    for (size_t i = 0; i < f.length; i++)
        sums->re[i] = sums->im[i] = 0;
    for (uint32_t r = 0; r < rows; r++)
        for (size_t i = 0; i < f.length; i++) {
            sums->re[i] += re[r * f.stride + i];
            sums->im[i] += im[r * f.stride + i];
        }
}

/* exp(-i beta (J - 1)) = e^(i beta) + (e^(-i beta (d - 1)) - e^(i beta)) / d J, given the sums. */
static void spread(double *re, double *im, qb_fibres f, uint32_t rows, qb_site_angle beta,
                   const row_sums *sums)
{
    double c = beta.c, s = beta.s, gr = beta.spread[0], gi = beta.spread[1];
    for (uint32_t r = 0; r < rows; r++) {
        double *restrict pr = re + r * f.stride, *restrict pi = im + r * f.stride;
        for (size_t i = 0; i < f.length; i++) {
            double xr = pr[i], xi = pi[i];
            pr[i] = c * xr - s * xi + gr * sums->re[i] - gi * sums->im[i];
            pi[i] = c * xi + s * xr + gr * sums->im[i] + gi * sums->re[i];
        }
    }
}

void qb_site_mixer_apply(const qb_site_mixer *mix, qb_site_angle beta, qb_fibres psi)
{
    uint32_t rows = mix->site->dimension;
    if (mix->complete)
        for (size_t k = 0; k < psi.bundles; k++) {
            row_sums sums;
            double *re = psi.re + k * psi.step, *im = psi.im + k * psi.step;
            add_rows(re, im, psi, rows, &sums);
            spread(re, im, psi, rows, beta, &sums);
        }
    else if (!mix->site->is_group)
        rotate(psi, 0, 1, beta, mix->x, mix->z);
    for (uint64_t k = 0; k < mix->pairs; k++)
        rotate(psi, mix->pair[k].a, mix->pair[k].b, beta, 1, 0);
}

static double undo_complete(uint32_t rows, qb_site_angle back, qb_fibres psi, qb_fibres lambda)
{
    double sum = 0;
    for (size_t k = 0; k < psi.bundles; k++) {
        row_sums of_psi, of_lambda;
        double *re = psi.re + k * psi.step, *im = psi.im + k * psi.step;
        double *lambda_re = lambda.re + k * psi.step, *lambda_im = lambda.im + k * psi.step;
        add_rows(re, im, psi, rows, &of_psi);
        add_rows(lambda_re, lambda_im, psi, rows, &of_lambda);
        for (size_t i = 0; i < psi.length; i++)
            sum += of_lambda.re[i] * of_psi.im[i] - of_lambda.im[i] * of_psi.re[i];
        for (uint32_t r = 0; r < rows; r++)
            for (size_t i = r * psi.stride; i < r * psi.stride + psi.length; i++)
                sum -= lambda_re[i] * im[i] - lambda_im[i] * re[i];
        spread(re, im, psi, rows, back, &of_psi);
        spread(lambda_re, lambda_im, psi, rows, back, &of_lambda);
    }
    return sum;
}

/* One factor between two rows: its overlap, then back. */
static double undo_pair(qb_fibres psi, qb_fibres lambda, size_t a, size_t b, qb_site_angle back, double x,
                        double z)
{
    double sum = overlap(psi, lambda, a, b, x, z);
    rotate(psi, a, b, back, x, z);
    rotate(lambda, a, b, back, x, z);
    return sum;
}

double qb_site_mixer_undo(const qb_site_mixer *mix, qb_site_angle beta, qb_fibres psi, qb_fibres lambda)
{
    qb_site_angle back = opposite(beta);
    double sum = 0;
    if (mix->complete)
        sum = undo_complete(mix->site->dimension, back, psi, lambda);
    else if (!mix->site->is_group)
        sum = undo_pair(psi, lambda, 0, 1, back, mix->x, mix->z);
    for (uint64_t k = mix->pairs; k-- > 0;)
        sum += undo_pair(psi, lambda, mix->pair[k].a, mix->pair[k].b, back, 1, 0);
    return sum;
}
