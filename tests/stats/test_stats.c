/* Statistics against values worked by hand, published examples and closed forms. */
#include "harness/base/rng.h"
#include "harness/stats/a12.h"
#include "harness/stats/curve.h"
#include "harness/stats/decision.h"
#include "harness/stats/fit.h"
#include "harness/stats/friedman.h"
#include "harness/stats/gap.h"
#include "harness/stats/hodges_lehmann.h"
#include "harness/stats/interval.h"
#include "harness/stats/kaplan_meier.h"
#include "harness/stats/multiple.h"
#include "harness/stats/planning.h"
#include "harness/stats/portfolio.h"
#include "harness/stats/resample.h"
#include "harness/stats/running_time.h"
#include "harness/stats/sample.h"
#include "harness/stats/sequence.h"
#include "harness/stats/shapley.h"
#include "harness/stats/time_to_solution.h"
#include "harness/stats/wilcoxon.h"

#include <criterion/criterion.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <string.h>

#define NEAR(actual, expected, tolerance)                                                        \
    do {                                                                                         \
        double a_ = (actual), e_ = (expected);                                                   \
        cr_assert(fabs(a_ - e_) <= (tolerance), "%s is %.17g, expected %.17g", #actual, a_, e_); \
    } while (0)

/* ---- samples */

Test(sample, quantiles_interpolate)
{
    double x[] = {4, 1, 3, 2};
    qb_sort(x, 4);
    NEAR(qb_quantile_sorted(x, 4, 0.25), 1.75, 0);
    NEAR(qb_quantile_sorted(x, 4, 0.5), 2.5, 0);
    NEAR(qb_quantile_sorted(x, 4, 1), 4, 0);
    for (int k = 0; k <= 20; k++)
        NEAR(qb_quantile_sorted(x, 4, k / 20.0), gsl_stats_quantile_from_sorted_data(x, 1, 4, k / 20.0),
             1e-15);
    cr_assert(isnan(qb_quantile_sorted(x, 0, 0.5)));
    for (size_t count = 1; count <= 60; count++) { /* with ties, in no order, some failed */
        double y[60], sorted[60];
        for (size_t k = 0; k < count; k++)
            y[k] = sorted[k] = k * k % 7 == 3 ? INFINITY : (double)(k * 29 % 23);
        qb_sort(sorted, count);
        double median = qb_quantile_sorted(sorted, count, 0.5);
        cr_assert(qb_median(y, count) == median, "of %zu values", count);
    }
    double failed[] = {1, 2, INFINITY};
    NEAR(qb_median(failed, 3), 2, 0);
    double half[] = {1, INFINITY};
    cr_assert(isinf(qb_median(half, 2)), "half of the runs failed");
    double both[] = {INFINITY, INFINITY};
    cr_assert(isinf(qb_median(both, 2)));
}

Test(sample, moments_survive_an_offset)
{
    double x[] = {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16};
    NEAR(qb_mean(x, 4), 1e9 + 10, 0);
    NEAR(qb_variance(x, 4), 30, 0);
    cr_assert(isnan(qb_variance(x, 1)) && isnan(qb_mean(x, 0)));
}

Test(sample, shifted_geometric_mean)
{
    double x[] = {0, 90};
    NEAR(qb_shifted_geometric_mean(x, 2, 10), sqrt(10 * 100.0) - 10, 1e-12);
    cr_assert(isnan(qb_shifted_geometric_mean(x, 2, 0)));
}

Test(sample, box_leaves_outliers_outside)
{
    double x[] = {0, 10, 11, 12, 13, 14, 40};
    qb_box box = qb_box_of(x, 7);
    NEAR(box.lower_quartile, 10.5, 0);
    NEAR(box.median, 12, 0);
    NEAR(box.upper_quartile, 13.5, 0);
    NEAR(box.low, 10, 0);
    NEAR(box.high, 14, 0);
}

/* ---- gaps */

Test(gap, no_offset_or_scale_changes_it)
{
    for (int sign = -1; sign <= 1; sign += 2) {
        double f = sign * 7.0, best = sign * 5.0, anchor = sign * 13.0;
        NEAR(qb_gap(f, best, anchor, sign), 0.25, 0);
        NEAR(qb_gap(3 * f + 1000, 3 * best + 1000, 3 * anchor + 1000, sign), 0.25, 1e-15);
    }
    NEAR(qb_gap(5, 5, 13, 1), 0, 0);
    NEAR(qb_gap(13, 5, 13, 1), 1, 0);
    NEAR(qb_gap(3, 5, 13, 1), -0.25, 0);
    NEAR(qb_gap(11, 10, NAN, 1), 0.1, 1e-15);
    NEAR(qb_gap(0.5, 0, NAN, 1), 0.5, 0);
    cr_assert(isnan(qb_gap(1, NAN, 2, 1)) && isnan(qb_gap(NAN, 1, 2, 1)));
}

Test(gap, berthold)
{
    NEAR(qb_primal_gap(0, 0), 0, 0);
    NEAR(qb_primal_gap(-1, 1), 1, 0);
    NEAR(qb_primal_gap(8, 10), 0.2, 1e-15);
    NEAR(qb_primal_gap(-10, -8), 0.2, 1e-15);
}

Test(gap, approximation_ratio)
{
    NEAR(qb_approximation_ratio(9, 10, -1), 0.9, 0);
    NEAR(qb_approximation_ratio(12.5, 10, 1), 0.8, 0);
    cr_assert(isnan(qb_approximation_ratio(-1, 10, 1)));
}

/* ---- curves */

Test(curve, steps_grids_and_shares)
{
    double at[] = {1, 2, 4}, value[] = {10, 20, 40};
    NEAR(qb_step_at(at, value, 3, 7, 0.5), 7, 0);
    NEAR(qb_step_at(at, value, 3, 7, 2), 20, 0);
    NEAR(qb_step_at(at, value, 3, 7, 9), 40, 0);
    double grid[3];
    qb_log_grid(0.01, 1, grid, 3);
    NEAR(grid[1], 0.1, 1e-15);
    NEAR(grid[2], 1, 0);
    NEAR(qb_ecdf(at, 3, 4, 2), 0.5, 0);
    NEAR(qb_ecdf(at, 3, 4, 100), 0.75, 0);
    cr_assert(isnan(qb_ecdf(at, 0, 0, 1)));
}

Test(curve, performance_ratios)
{
    double ratio[4];
    qb_performance_ratios((double[]){2, 1, INFINITY, NAN}, 4, ratio);
    cr_assert(ratio[0] == 2 && ratio[1] == 1 && isinf(ratio[2]) && isinf(ratio[3]));
    qb_performance_ratios((double[]){0, 0, 3, 1}, 4, ratio);
    cr_assert(ratio[0] == 1 && ratio[1] == 1 && isinf(ratio[2]) && isinf(ratio[3]));
    qb_performance_ratios((double[]){INFINITY, INFINITY}, 2, ratio);
    cr_assert(isinf(ratio[0]) && isinf(ratio[1]));
}

/* ---- intervals */

Test(interval, student)
{
    double x[] = {1, 2, 3, 4, 5};
    qb_interval i = qb_interval_t(x, 5, 0.95); /* 2.776445 * sqrt(2.5 / 5) */
    NEAR(i.low, 3 - 1.96324316, 1e-7);
    NEAR(i.high, 3 + 1.96324316, 1e-7);
    cr_assert(isnan(qb_interval_t(x, 1, 0.95).low));
}

Test(interval, bootstrap_follows_skewness_and_is_reproducible)
{
    double x[40], y[40];
    qb_rng rng;
    qb_rng_init(&rng, 7, 0);
    for (int k = 0; k < 40; k++) {
        y[k] = qb_rng_normal(&rng);
        x[k] = exp(y[k]);
    }
    qb_interval a = qb_interval_bootstrap(x, 40, 0.95, 9999, 1),
                b = qb_interval_bootstrap(x, 40, 0.95, 9999, 1);
    cr_assert(a.low == b.low && a.high == b.high);
    double mean = qb_mean(x, 40);
    cr_assert_gt(a.high - mean, 1.2 * (mean - a.low), "a long right tail reaches further up");
    qb_interval symmetric = qb_interval_bootstrap(y, 40, 0.95, 9999, 1), t = qb_interval_t(y, 40, 0.95);
    NEAR(symmetric.low, t.low, 0.1 * (t.high - t.low));
    NEAR(symmetric.high, t.high, 0.1 * (t.high - t.low));
    qb_interval wide = qb_interval_mean(x, 40, 0.95, 1);
    cr_assert(wide.low <= a.low && wide.high >= a.high && wide.low <= qb_interval_t(x, 40, 0.95).low);
    double same[] = {0.5, 0.5, 0.5};
    a = qb_interval_mean(same, 3, 0.95, 1);
    cr_assert(a.low == 0.5 && a.high == 0.5);
}

/* Whether drawn one by one or by weights, a resample has exactly as many values as the sample; each value's
 * count is binomial, and two counts are negatively correlated. */
Test(resample, draws_as_many_as_there_are)
{
    static const size_t sizes[] = {1, 2, 1000, 1023, 1024, 1025, 1151, 1152, 5000};
    static double one[5000];
    for (size_t k = 0; k < 5000; k++)
        one[k] = 1;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        qb_resampler *r = qb_resampler_open(one, sizes[s], s);
        for (int k = 0; k < 200; k++) {
            qb_resample drawn = qb_resampler_next(r);
            cr_assert(drawn.sum == (double)sizes[s] && drawn.squares == drawn.sum, "%zu: %g", sizes[s],
                      drawn.sum);
        }
        qb_resampler_close(r);
    }
}

/* The count of one value, wherever it stands: 0, 1, 2, 3, 4, 5 and more times, by chi-square at 1e-6. */
static void check_count(size_t size, size_t place)
{
    enum { RESAMPLES = 20000, CELLS = 6 };
    static double x[2000];
    double seen[CELLS] = {0}, p = pow(1 - 1 / (double)size, (double)size), beyond = 1, chi = 0;
    memset(x, 0, sizeof x);
    x[place] = 1;
    qb_resampler *r = qb_resampler_open(x, size, 5);
    for (int k = 0; k < RESAMPLES; k++) {
        double count = qb_resampler_next(r).sum;
        seen[count < CELLS - 1 ? (int)count : CELLS - 1]++;
    }
    qb_resampler_close(r);
    for (int k = 0; k < CELLS; k++) {
        double expected = RESAMPLES * (k < CELLS - 1 ? p : beyond);
        chi += (seen[k] - expected) * (seen[k] - expected) / expected;
        beyond -= p;
        p *= (double)(size - (size_t)k) / (k + 1) / (double)(size - 1);
    }
    cr_assert_lt(chi, gsl_cdf_chisq_Qinv(1e-6, CELLS - 1), "place %zu of %zu: chi-square %g", place, size,
                 chi);
}

Test(resample, counts_are_binomial)
{
    check_count(1000, 7);
    check_count(1500, 0);
    check_count(1500, 777);
    check_count(1500, 1499);
}

Test(resample, counts_are_multinomial)
{
    enum { SIZE = 1500, RESAMPLES = 20000 };
    static double x[SIZE];
    double variance =
        0; /* of the number of draws from the first half: SIZE / 4, where Poisson has SIZE / 2 */
    for (size_t k = 0; k < SIZE / 2; k++)
        x[k] = 1;
    qb_resampler *r = qb_resampler_open(x, SIZE, 9);
    for (int k = 0; k < RESAMPLES; k++) {
        double d = qb_resampler_next(r).sum - SIZE / 2;
        variance += d * d / RESAMPLES;
    }
    qb_resampler_close(r);
    NEAR(variance, SIZE / 4, 5 * SIZE / 4 * sqrt(2.0 / RESAMPLES));
}

Test(interval, proportions_of_every_shape)
{
    for (uint64_t trials = 1; trials <= 100000; trials = 3 * trials + 1)
        for (uint64_t s = 0; s <= trials; s += s < 20 ? 1 : trials / 7 + 1) {
            qb_interval cp = qb_interval_clopper_pearson(s, trials, 0.95);
            qb_interval j = qb_interval_jeffreys(s, trials, 0.95);
            double p = (double)s / (double)trials;
            cr_assert(cp.low <= j.low && j.low <= p && p <= j.high && j.high <= cp.high, "%g of %g",
                      (double)s, (double)trials);
        }
}

/* ---- sequences */

Test(sequence, t_by_hand)
{
    /* n = 9, alpha = 0.05: A = 10, K = (sqrt(10) / 0.05)^(2/9) = 2.51321..., mean 5, s = sqrt(7.5) */
    double x[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    double k = pow(sqrt(10) / 0.05, 2.0 / 9), t = sqrt(8 * (k - 1) / (1 - k / 10));
    qb_interval i = qb_sequence_t(x, 9, 0.95);
    NEAR(k, 2.51321, 1e-5);
    NEAR(i.low, 5 - t * sqrt(7.5 / 9), 1e-12);
    NEAR(i.high, 5 + t * sqrt(7.5 / 9), 1e-12);
    /* at its end the Bayes factor is 1 / alpha */
    double odds = pow((1 + t * t / 8) / (1 + t * t / 80), 4.5) / sqrt(10);
    NEAR(odds, 20, 1e-9);
    cr_assert(isinf(qb_sequence_t(x, 3, 0.95).high) && isnan(qb_sequence_t(x, 1, 0.95).low));
    qb_interval once = qb_interval_t(x, 9, 0.95);
    cr_assert(i.low < once.low && i.high > once.high);
}

/* Looked at after every value from 5 to 200: how often is the true mean ever left out? */
static double misses(qb_interval (*look)(const double *, size_t), double (*draw)(qb_rng *), double mean)
{
    enum { TRIALS = 1000, VALUES = 200 };
    double x[VALUES], missed = 0;
    for (uint64_t trial = 0; trial < TRIALS; trial++) {
        qb_rng rng;
        qb_rng_init(&rng, 20260101, trial);
        bool out = false;
        for (size_t n = 0; n < VALUES; n++) {
            x[n] = draw(&rng);
            qb_interval i = n >= 4 ? look(x, n + 1) : (qb_interval){-INFINITY, INFINITY};
            out = out || mean < i.low || mean > i.high;
        }
        missed += out;
    }
    return missed / TRIALS;
}

static double draw_normal(qb_rng *rng)
{
    return 3 + 2 * qb_rng_normal(rng);
}

static double draw_rare(qb_rng *rng) /* 0 or 1, 1 in a tenth */
{
    return qb_rng_uniform(rng) < 0.1;
}

static qb_interval look_once(const double *x, size_t count)
{
    return qb_interval_t(x, count, 0.95);
}

static qb_interval look_t(const double *x, size_t count)
{
    return qb_sequence_t(x, count, 0.95);
}

static qb_interval look_bounded(const double *x, size_t count)
{
    return qb_sequence_bounded(x, count, 0, 1, 0.95);
}

Test(sequence, holds_at_every_look)
{
    cr_assert_gt(misses(look_once, draw_normal, 3), 0.2, "what sequences are for");
    double t = misses(look_t, draw_normal, 3), bounded = misses(look_bounded, draw_rare, 0.1);
    cr_assert_leq(t, 0.05 + 2 * sqrt(0.05 * 0.95 / 1000), "%g", t);
    cr_assert_leq(bounded, 0.05 + 2 * sqrt(0.05 * 0.95 / 1000), "%g", bounded);
}

Test(sequence, bounded_starts_with_everything_and_shrinks)
{
    double x[2000];
    for (size_t k = 0; k < 2000; k++)
        x[k] = k % 2 ? 0.25 : -0.25;
    qb_interval none = qb_sequence_bounded(x, 0, -1, 1, 0.95),
                all = qb_sequence_bounded(x, 2000, -1, 1, 0.95);
    NEAR(none.low, -1, 0);
    NEAR(none.high, 1, 0);
    cr_assert(all.low < 0 && all.high > 0 && all.high - all.low < 0.1, "%g to %g", all.low, all.high);
}

Test(interval, proportions)
{
    qb_interval i = qb_interval_clopper_pearson(5, 10, 0.95);
    NEAR(i.low, 0.187086, 1e-6);
    NEAR(i.high, 0.812914, 1e-6);
    i = qb_interval_clopper_pearson(0, 10, 0.95);
    NEAR(i.low, 0, 0);
    NEAR(i.high, 1 - pow(0.025, 0.1), 1e-12);
    i = qb_interval_wilson(5, 10, 0.95);
    NEAR(i.low, 0.236593, 1e-6);
    NEAR(i.high, 0.763407, 1e-6);
    i = qb_interval_wilson(0, 10, 0.95);
    NEAR(i.low, 0, 1e-15);
    NEAR(i.high, 0.277533, 1e-6);
    i = qb_interval_jeffreys(10, 10, 0.95);
    NEAR(i.high, 1, 0);
    NEAR(i.low, 0.782830, 1e-4); /* Brown, Cai and DasGupta's table: 1 - 0.217 */
    i = qb_interval_jeffreys(0, 0, 0.95);
    cr_assert(i.low == 0 && i.high == 1);
}

/* GSL's inverse of the beta distribution ends the program on some of these. */
Test(interval, inverts_the_beta_distribution_for_any_count)
{
    for (double trials = 10; trials < 1e6; trials *= 3.1)
        for (double share = 0; share <= 1; share += 0.049) {
            uint64_t n = (uint64_t)trials, s = (uint64_t)(share * trials);
            qb_interval i = qb_interval_jeffreys(s, n, 0.95);
            double a = (double)s + 0.5, b = (double)(n - s) + 0.5;
            if (s > 0)
                cr_assert_float_eq(gsl_cdf_beta_P(i.low, a, b), 0.025, 1e-9, "%zu of %zu", (size_t)s,
                                   (size_t)n);
            if (s < n)
                cr_assert_float_eq(gsl_cdf_beta_Q(i.high, a, b), 0.025, 1e-9, "%zu of %zu", (size_t)s,
                                   (size_t)n);
        }
}

/* ---- ranks */

Test(rank, wilcoxon_exact)
{
    double all_up[] = {1, 2, 3, 4, 5};
    NEAR(qb_wilcoxon(all_up, 5).statistic, 15, 0);
    NEAR(qb_wilcoxon(all_up, 5).p, 2.0 / 32, 1e-15);
    /* Hollander and Wolfe's depression scores: V = 40, p = 0.0390625 */
    double x[] = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
    double y[] = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29}, d[9];
    for (int k = 0; k < 9; k++)
        d[k] = x[k] - y[k];
    NEAR(qb_wilcoxon(d, 9).statistic, 40, 0);
    NEAR(qb_wilcoxon(d, 9).p, 0.0390625, 1e-15);
    /* Pratt: the zero takes rank 1 and leaves; -2 has rank 2, 3 and 4 have 3 and 4: S = 7, and of the eight
     * sums of {2, 3, 4} two are at least 7 */
    double zero[] = {0, -2, 3, 4};
    NEAR(qb_wilcoxon(zero, 4).statistic, 7, 0);
    NEAR(qb_wilcoxon(zero, 4).p, 0.5, 1e-15);
    double none[] = {0, 0, 0};
    NEAR(qb_wilcoxon(none, 3).p, 1, 0);
    double tied[] = {1, 1, -1}; /* ranks 2, 2, 2: S = 4; of eight sums four are at least 4 */
    NEAR(qb_wilcoxon(tied, 3).p, 1, 1e-15);
}

Test(rank, wilcoxon_normal_meets_exact)
{
    double d[60];
    qb_rng rng;
    qb_rng_init(&rng, 3, 0);
    for (int k = 0; k < 60; k++)
        d[k] = qb_rng_normal(&rng) + 0.3;
    double exact = qb_wilcoxon(d, 50).p, both = qb_wilcoxon(d, 51).p;
    cr_assert(both > exact / 3 && both < 3 * exact, "%g and %g", exact, both);
}

Test(rank, hodges_lehmann)
{
    NEAR(qb_hodges_lehmann((double[]){1, 2, 10}, 3), 3.75, 0);
    NEAR(qb_hodges_lehmann((double[]){5}, 1), 5, 0);
    cr_assert(isnan(qb_hodges_lehmann(NULL, 0)));
}

Test(rank, a12)
{
    double x[] = {3, 1, 2}, y[] = {4, 3, 2};
    NEAR(qb_a12(x, 3, y, 3), 2.0 / 9, 1e-15);
    NEAR(qb_a12(y, 3, x, 3), 7.0 / 9, 1e-15);
    double same[] = {1, 1};
    NEAR(qb_a12(same, 2, same, 2), 0.5, 0);
}

Test(rank, friedman)
{
    double cost[] = {1, 2, 3, 1, 2, 3, 1, 2, 3}, rank[3];
    qb_friedman f = qb_friedman_test(cost, 3, 3, rank);
    NEAR(f.statistic, 6, 1e-12);
    NEAR(f.p, exp(-3), 1e-12);
    cr_assert(rank[0] == 1 && rank[1] == 2 && rank[2] == 3);
    double equal[] = {1, 1, 1, 1};
    NEAR(qb_friedman_test(equal, 2, 2, rank).p, 1, 0);
}

Test(rank, critical_difference_is_demsars)
{
    static const double q[] = {1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164};
    for (size_t solvers = 2; solvers <= 10; solvers++) {
        double m = (double)solvers;
        NEAR(qb_critical_difference(30, solvers, 0.05) / sqrt(m * (m + 1) / 180), q[solvers - 2], 1e-3);
    }
    NEAR(qb_critical_difference(14, 4, 0.1), 2.291 * sqrt(20 / 84.0), 1e-3);
}

Test(multiple, holm)
{
    double p[] = {0.01, 0.04, 0.03, 0.005}, adjusted[4];
    cr_assert(qb_holm(p, 4, adjusted));
    NEAR(adjusted[3], 0.02, 1e-15);
    NEAR(adjusted[0], 0.03, 1e-15);
    NEAR(adjusted[2], 0.06, 1e-15);
    NEAR(adjusted[1], 0.06, 1e-15);
    NEAR(qb_holm_confidence(4, 0, 0.95), 0.9875, 1e-15);
    NEAR(qb_holm_confidence(4, 3, 0.95), 0.95, 1e-15);
}

/* ---- times */

Test(survival, kaplan_meier_by_hand)
{
    double time[] = {3, 1, 2, 2}, s[4];
    bool event[] = {true, true, false, true};
    cr_assert(qb_kaplan_meier(time, event, 4, s)); /* 3/4, then 2/3 of it, then a cut-off, then none */
    NEAR(s[0], 0.75, 1e-15);
    NEAR(s[1], 0.5, 1e-15);
    NEAR(s[2], 0.5, 1e-15);
    NEAR(s[3], 0, 1e-15);
    NEAR(qb_restricted_mean(time, s, 4, 10), 1 + 0.75 + 0.5, 1e-15);
    NEAR(qb_restricted_mean(time, s, 4, 1.5), 1 + 0.375, 1e-15);
}

Test(survival, strata_count_alike)
{
    /* one stratum by hand: min(1, 4) and min(3, 4): 2; one of four runs that never get there: 4; one empty */
    double time[] = {3, 1, 4, 4, 4, 4};
    bool event[] = {true, true, false, false, false, false};
    const size_t first[] = {0, 2, 2, 6};
    qb_stratified_mean m = qb_restricted_mean_by_stratum(time, event, first, 3, 4, 0.95);
    cr_assert_eq(m.strata, 2);
    NEAR(m.mean, 3, 1e-15);
    NEAR(m.interval.high - 3, 12.706204736432095, 1e-9); /* t(1) times a standard error of 1 */
    const size_t none[] = {0, 0};
    cr_assert(isnan(qb_restricted_mean_by_stratum(time, event, none, 1, 4, 0.95).mean));
}

Test(survival, time_to_solution)
{
    qb_tts t = qb_time_to_solution(50, 100, 2, 0.99, 0.95);
    NEAR(t.value, 2 * log(0.01) / log(0.5), 1e-12);
    cr_assert(t.interval.low < t.value && t.value < t.interval.high);
    t = qb_time_to_solution(0, 100, 2, 0.99, 0.95);
    cr_assert(isinf(t.value) && isinf(t.interval.high) && isfinite(t.interval.low) && t.interval.low > 2);
    t = qb_time_to_solution(100, 100, 2, 0.99, 0.95);
    NEAR(t.value, 2, 0);
}

Test(survival, expected_running_time_and_par)
{
    double spent[] = {1, 10, 3};
    bool success[] = {true, false, true};
    NEAR(qb_expected_running_time(spent, success, 3), 7, 0);
    NEAR(qb_penalised_average(spent, success, 3, 10, 10), 104.0 / 3, 1e-12);
    cr_assert(isinf(qb_expected_running_time(spent, (bool[]){false, false, false}, 3)));
}

/* ---- portfolios and growth */

Test(portfolio, shapley_by_hand_and_by_enumeration)
{
    double score[] = {0.2, 0.5, 1.0}, value[3], contribution[3];
    qb_shapley(score, 1, 3, 1, value); /* merits 0, .5, .8: the worst nothing, then .5 / 2, then .3 more */
    NEAR(value[2], 0, 1e-15);
    NEAR(value[1], 0.25, 1e-15);
    NEAR(value[0], 0.55, 1e-15);
    qb_marginal_contribution(score, 1, 3, 1, contribution);
    NEAR(contribution[0], 0.3, 1e-15);
    NEAR(contribution[1], 0, 1e-15);
    NEAR(qb_virtual_best(score, 1, 3, 1), 0.2, 0);

    enum { PROBLEMS = 7, SOLVERS = 5 };
    double many[PROBLEMS * SOLVERS], fast[SOLVERS], slow[SOLVERS] = {0};
    static const double weight[] = {1. / 5, 1. / 20, 1. / 30, 1. / 20, 1. / 5}; /* |S|! (n - |S| - 1)! / n! */
    qb_rng rng;
    qb_rng_init(&rng, 2, 0);
    for (int k = 0; k < PROBLEMS * SOLVERS; k++)
        many[k] = qb_rng_uniform(&rng) * 1.3;
    qb_shapley(many, PROBLEMS, SOLVERS, 1, fast);
    for (int p = 0; p < PROBLEMS; p++)
        for (unsigned set = 0; set < 1u << SOLVERS; set++)
            for (unsigned s = 0; s < SOLVERS; s++) {
                double without = 1, with = 1;
                for (unsigned k = 0; k < SOLVERS; k++) {
                    double v = fmin(1, many[p * SOLVERS + (int)k]);
                    without = set >> k & 1 ? fmin(without, v) : without;
                    with = (set >> k & 1) || k == s ? fmin(with, v) : with;
                }
                if (!(set >> s & 1))
                    slow[s] += weight[__builtin_popcount(set)] * (without - with) / PROBLEMS;
            }
    for (int s = 0; s < SOLVERS; s++)
        NEAR(fast[s], slow[s], 1e-14);
}

Test(fit, tells_growths_apart)
{
    double size[] = {10, 20, 30, 40, 60, 80}, time[6];
    qb_rng rng;
    qb_rng_init(&rng, 4, 0);
    for (qb_growth growth = QB_POLYNOMIAL; growth <= QB_EXPONENTIAL; growth++) {
        for (int k = 0; k < 6; k++) {
            double x = growth == QB_POLYNOMIAL  ? log(size[k])
                       : growth == QB_STRETCHED ? sqrt(size[k])
                                                : size[k];
            time[k] = exp(-3 +
                          (growth == QB_POLYNOMIAL  ? 3
                           : growth == QB_STRETCHED ? 1.5
                                                    : 0.2) *
                              x +
                          0.02 * qb_rng_normal(&rng));
        }
        qb_scaling s;
        cr_assert(qb_scaling_best(size, time, 6, 0.95, &s));
        cr_assert_eq(s.growth, growth, "%s", qb_growth_name(s.growth));
        double b = growth == QB_POLYNOMIAL ? 3 : growth == QB_STRETCHED ? 1.5 : 0.2;
        cr_assert(s.b_interval.low < b && b < s.b_interval.high);
        NEAR(qb_scaling_at(&s, 30), time[2], 0.1 * time[2]);
        cr_assert(isnan(qb_scaling_at(&s, 81)) && isnan(qb_scaling_at(&s, 9)), "no extrapolation");
    }
    qb_scaling s;
    cr_assert_not(qb_scaling_best(size, time, 3, 0.95, &s));
    time[1] = INFINITY;
    cr_assert_not(qb_scaling_best(size, time, 6, 0.95, &s));
}

Test(decision, rule_and_planning)
{
    double d[12] = {0.03, 0.02, 0.04, 0.03, 0.025, 0.035, 0.03, 0.02, 0.04, 0.03, 0.03, 0.03};
    qb_effect e = qb_effect_of(d, 12, QB_MOST_DIFFERENCE, 0.95, 1);
    NEAR(e.estimate, 0.03, 1e-15);
    cr_assert_eq(qb_decide(&e, 0.01), QB_SCALE);
    cr_assert_eq(qb_decide(&e, 0.05), QB_STOP);
    cr_assert_eq(qb_decide(&e, 0.03), QB_PAUSE);
    e = qb_effect_of(d, 9, QB_MOST_DIFFERENCE, 0.95, 1);
    cr_assert_eq(qb_decide(&e, 0.01), QB_PAUSE, "nine instances");
    e = qb_effect_of(d, 1, QB_MOST_DIFFERENCE, 0.95, 1);
    cr_assert_eq(qb_decide(&e, 0.01), QB_PAUSE);
    /* t(15, .975) = 2.1314: 2.1314 / 4 = 0.5329; t(14) = 2.1448 / sqrt 15 = 0.5538 */
    cr_assert_eq(qb_instances_needed(1, 0.54, 0.95), 16);
    cr_assert_eq(qb_instances_needed(1, 0, 0.95), SIZE_MAX);
    NEAR(qb_attainable_p(5, 1), 0.0625, 0);
    NEAR(qb_attainable_p(10, 3), 3 * 2.0 / 1024, 1e-15);
    NEAR(qb_detectable_effect(1, 16, 0.95, 0.8), (2.1314495 + 0.8662450) / 4, 1e-6);
}

/* Nine instances won outright and one lost outright: bootstrap-t would go on to 1.3 and more. */
Test(decision, no_effect_is_larger_than_all)
{
    double d[10] = {1, 1, 1, 1, 1, 1, 1, 1, 1, -1}, opposite[10];
    for (int k = 0; k < 10; k++)
        opposite[k] = -d[k];
    qb_effect e = qb_effect_of(d, 10, INFINITY, 0.95, 1);
    cr_assert_gt(e.interval.high, 1, "%g", e.interval.high);
    double low = e.interval.low;
    e = qb_effect_of(d, 10, QB_MOST_DIFFERENCE, 0.95, 1);
    cr_assert(e.interval.high == 1 && e.interval.low == low);
    e = qb_effect_of(opposite, 10, QB_MOST_DIFFERENCE, 0.95, 1);
    cr_assert(e.interval.low == -1 && e.interval.high < 0.5);
    e = qb_effect_with(d, 2, QB_MOST_DIFFERENCE, 0.95, QB_LOOK_ALWAYS, 1);
    cr_assert(e.interval.low == -1 && e.interval.high == 1);
    e = qb_effect_of(d, 1, QB_MOST_DIFFERENCE, 0.95, 1);
    cr_assert(isnan(e.interval.low) && isnan(e.interval.high));
}

Test(decision, seeds_needed_by_hand)
{
    /* 11 instances, t(10) = 2.22814; 0.1 away allows a deviation of 0.1 sqrt(11) / 2.22814 = 0.148852 */
    double allowed = 0.1 * sqrt(11) / 2.2281388519649385;
    double within = 0.04,
           own = 0.01; /* at 4 seeds: 0.16 / seeds + 0.01 <= allowed^2 = 0.022157 needs 13.16 */
    cr_assert_eq(qb_seeds_needed(sqrt(within + own), within, 4, 11, 0.1, 0.95), 14);
    NEAR(0.16 / (allowed * allowed - own), 13.16, 0.01);
    cr_assert_eq(qb_seeds_needed(sqrt(0.09), 0.04, 4, 11, 0.1, 0.95), 0,
                 "the instances alone spread too far");
    cr_assert_eq(qb_seeds_needed(0.1, NAN, 4, 11, 0.1, 0.95), 0);
}

Test(decision, holm_steps_down_only_after_scale)
{
    double strong[12], weak[12], none[12];
    for (int k = 0; k < 12; k++) {
        double z = (k - 5.5) / 100;
        strong[k] = 0.2 + z;
        weak[k] = 0.012 + z / 5;
        none[k] = z;
    }
    const double *d[] = {weak, none, strong};
    qb_effect e[3];
    qb_effects_adjust(d, (size_t[]){12, 12, 12}, 3, 0.01, 0.95, QB_LOOK_ONCE, 1, e);
    NEAR(e[2].confidence, 1 - 0.05 / 3, 1e-12);
    NEAR(e[0].confidence, 1 - 0.05 / 2, 1e-12);
    NEAR(e[1].confidence, 1 - 0.05 / 2, 1e-12);
    cr_assert_eq(qb_decide(&e[2], 0.01), QB_SCALE);
}
