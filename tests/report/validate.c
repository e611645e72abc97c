/* Does the verdict do what it promises?  Synthetic experiments whose truth is known (METHOD.md, "How the tool
 * proves itself", 1 to 3).  Prints every figure; exit status 1 when one is outside its limits.
 *
 *   validate            a tenth of the replications, limits of 3 standard errors in place of 2
 *   validate PART       one part in full: 2000 replications for coverage and peeking, 200 for the ladder, 400
 *                       for verdicts looked at, 100 for A/A
 */
#define _GNU_SOURCE
#include "harness/base/memory.h"
#include "harness/report/verdict.h"
#include "harness/stats/sample.h"
#include "tests/report/synthetic.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DELTA 0.02

static const char spec[] = "experiment: synthetic\nclaim: software\ninstances: [{name: labs005}]\nsolvers:\n"
                           "  - {name: anneal, role: challenger}\n  - {name: tabu, role: baseline}\nbudget: "
                           "{cpu_time: 1s}\nrepeats: 4\n"
                           "decision: {metric: gap, minimum_effect: 0.02, confidence: 0.95}\n";

static const char *const shape_name[] = {"normal", "lognormal", "ceiling"};
static int failures;
static double errors = 3; /* standard errors of slack */

static double share_error(double share, double trials)
{
    return sqrt(share * (1 - share) / trials);
}

static void report(bool right, const char *format, const char *what, double value)
{
    printf("%s  ", right ? "ok    " : "FAILED");
    printf(format, what, value);
    printf("\n");
    failures += !right;
}

/* ---- 1. coverage of the interval */

static double covers(synthetic_shape shape, uint32_t instances, uint32_t seeds, uint32_t replications)
{
    double inside = 0, d[40];
    for (uint32_t rep = 0; rep < replications; rep++) {
        qb_rng rng;
        qb_rng_init(&rng, 1000003 * (uint64_t)rep + instances, (uint64_t)shape * 64 + seeds);
        for (uint32_t i = 0; i < instances; i++) {
            d[i] = 0.05 * (synthetic_draw(&rng, shape) - 0.5 * synthetic_draw(&rng, shape));
            for (uint32_t s = 0; s < seeds; s++)
                d[i] += 0.05 * (synthetic_draw(&rng, shape) - synthetic_draw(&rng, shape)) / seeds;
        }
        qb_interval interval = qb_interval_mean(d, instances, 0.95, rep);
        inside += interval.low <= 0 && interval.high >= 0;
    }
    return inside / replications;
}

static void check_coverage(uint32_t replications)
{
    static const uint32_t instances[] = {5, 10, 20, 40}, seeds[] = {5, 20};
    for (int shape = SHAPE_NORMAL; shape <= SHAPE_CEILING; shape++)
        for (int s = 0; s < 2; s++)
            for (int n = 0; n < 4; n++) {
                char what[96];
                double share = covers((synthetic_shape)shape, instances[n], seeds[s], replications);
                double slack = errors * share_error(0.95, replications);
                bool judged = instances[n] >= QB_LEAST_INSTANCES; /* fewer cannot scale */
                snprintf(what, sizeof what, "coverage, %s, %u instances, %u seeds%s", shape_name[shape],
                         instances[n], seeds[s], judged ? "" : " (cannot scale)");
                report(!judged || (share >= 0.93 - slack && share <= 0.98 + slack), "%-62s %.3f", what,
                       share);
            }
}

/* ---- 2. planted ladder */

static void count_decisions(const synthetic_entry *entries, uint32_t count, synthetic_shape shape,
                            uint32_t replications, double share[4])
{
    memset(share, 0, 4 * sizeof *share);
    for (uint32_t rep = 0; rep < replications; rep++) {
        synthetic_options o = {.instances = 20,
                               .repeats = 20,
                               .families = 1,
                               .entry = entries,
                               .entries = count,
                               .between = 0.01,
                               .within = 0.02,
                               .shape = shape,
                               .spec = spec,
                               .seed = 7919 * (uint64_t)rep + count};
        qb_evidence *e = synthetic_make(&o);
        qb_verdict v;
        qb_diag diag = {{0}};
        if (e && qb_verdict_compute(e, "2026-01-01", &v, &diag) == QB_OK) {
            share[v.decision] += 1.0 / replications;
            qb_verdict_clear(&v);
        } else {
            printf("FAILED  no verdict: %s\n", diag.text);
            failures++;
        }
        synthetic_free(e);
    }
}

static void check_rung(const char *name, double challenger, uint32_t baselines, synthetic_shape shape,
                       uint32_t replications, double least_scale, double most_scale, double least_stop)
{
    synthetic_entry entries[6] = {{"new", "anneal", QB_EVIDENCE_CHALLENGER, challenger}};
    static const char *const label[] = {"b1", "b2", "b3", "b4"};
    static const char *const solver[] = {"tabu", "greedy", "glpk", "exhaustive"}; /* no twins */
    for (uint32_t k = 0; k < baselines; k++)
        entries[1 + k] = (synthetic_entry){label[k], solver[k], QB_EVIDENCE_BASELINE, 0.3};
    entries[1 + baselines] = (synthetic_entry){"random", "random", QB_EVIDENCE_CONTROL, 0.8};
    double share[4];
    char what[96];
    count_decisions(entries, baselines + 2, shape, replications, share);
    double slack = errors * share_error(0.025, replications);
    snprintf(what, sizeof what, "ladder, %s, %s, %u baseline%s: scale", name, shape_name[shape], baselines,
             baselines == 1 ? "" : "s");
    report(share[QB_SCALE] >= least_scale && share[QB_SCALE] <= most_scale + slack, "%-62s %.3f", what,
           share[QB_SCALE]);
    if (least_stop > 0) {
        snprintf(what, sizeof what, "ladder, %s, %s, %u baseline%s: stop", name, shape_name[shape], baselines,
                 baselines == 1 ? "" : "s");
        report(share[QB_STOP] >= least_stop, "%-62s %.3f", what, share[QB_STOP]);
    }
}

static void check_ladder(uint32_t replications)
{
    for (int shape = SHAPE_NORMAL; shape <= SHAPE_CEILING; shape++) {
        check_rung("2 delta better", 0.3 - 2 * DELTA, 1, (synthetic_shape)shape, replications, 0.9, 1, 0);
        check_rung("delta better", 0.3 - DELTA, 1, (synthetic_shape)shape, replications, 0, 0.025, 0);
        check_rung("0.9 delta better", 0.3 - 0.9 * DELTA, 1, (synthetic_shape)shape, replications, 0, 0.025,
                   0);
        check_rung("equal", 0.3, 1, (synthetic_shape)shape, replications, 0, 0.025, 0.9);
        check_rung("delta worse", 0.3 + DELTA, 1, (synthetic_shape)shape, replications, 0, 0.025, 0.9);
        check_rung("delta better", 0.3 - DELTA, 4, (synthetic_shape)shape, replications, 0, 0.025, 0);
    }
}

/* ---- peeking: the rule at every instance that is complete, for as long as it takes */

static bool ever_scales(synthetic_shape shape, qb_looks looks, uint32_t replication)
{
    enum { MOST = 100 };
    double d[MOST];
    qb_rng rng;
    qb_rng_init(&rng, 15485863 * (uint64_t)replication, (uint64_t)shape);
    for (size_t n = 0; n < MOST; n++) {
        d[n] = DELTA + 0.03 * (synthetic_draw(&rng, shape) - 0.5 * synthetic_draw(&rng, shape));
        qb_effect effect = qb_effect_with(d, n + 1, QB_MOST_DIFFERENCE, 0.95, looks, replication);
        if (n + 1 >= QB_LEAST_INSTANCES && qb_decide(&effect, DELTA) == QB_SCALE)
            return true;
    }
    return false;
}

static void check_peeking(uint32_t replications)
{
    for (int shape = SHAPE_NORMAL; shape <= SHAPE_CEILING; shape++) {
        double often = 0;
        char what[96];
        for (uint32_t rep = 0; rep < replications; rep++)
            often += ever_scales((synthetic_shape)shape, QB_LOOK_ALWAYS, rep);
        snprintf(what, sizeof what, "peeking at 91 sizes, sequential, %s: false scale", shape_name[shape]);
        report(often / replications <= 0.025 + errors * share_error(0.025, replications), "%-62s %.3f", what,
               often / replications);
    }
}

/* The whole verdict, looked at every ten runs of a plan that goes instance by instance: does any look scale?
 */
static bool ever_says_scale(synthetic_shape shape, uint32_t replication)
{
    static const char text[] =
        "experiment: synthetic\nclaim: software\ninstances: [{name: labs005}]\nsolvers:\n"
        "  - {name: anneal, role: challenger}\n  - {name: tabu, role: baseline}\nbudget: {cpu_time: 1s}\n"
        "repeats: 6\ndecision: {metric: gap, minimum_effect: 0.02, sequential: yes, flagged: 1}\n";
    static const synthetic_entry entries[] = {{"new", "anneal", QB_EVIDENCE_CHALLENGER, 0.3 - DELTA},
                                              {"old", "tabu", QB_EVIDENCE_BASELINE, 0.3}};
    synthetic_options o = {.instances = 30,
                           .repeats = 6,
                           .families = 1,
                           .entry = entries,
                           .entries = 2,
                           .between = 0.01,
                           .within = 0.02,
                           .shape = shape,
                           .spec = text,
                           .seed = 6700417 * (uint64_t)replication};
    uint64_t all = (uint64_t)o.instances * o.repeats * o.entries;
    bool scales = false;
    qb_evidence *e = synthetic_make(&o);
    for (uint64_t left = all; e && left >= QB_LEAST_INSTANCES && !scales; left -= 10) {
        qb_verdict v;
        synthetic_drop(e, left, all);
        if (qb_verdict_compute(e, "2026-01-01", &v, NULL) != QB_OK)
            break; /* not one instance is complete */
        scales = v.decision == QB_SCALE;
        qb_verdict_clear(&v);
    }
    synthetic_free(e);
    return scales;
}

static void check_looking(uint32_t replications)
{
    for (int shape = SHAPE_NORMAL; shape <= SHAPE_CEILING; shape++) {
        double often = 0;
        char what[96];
        for (uint32_t rep = 0; rep < replications; rep++)
            often += ever_says_scale((synthetic_shape)shape, rep);
        snprintf(what, sizeof what, "verdict at every tenth run, sequential, %s: false scale",
                 shape_name[shape]);
        report(often / replications <= 0.025 + errors * share_error(0.025, replications), "%-62s %.3f", what,
               often / replications);
    }
}

/* ---- 3. A/A */

static void check_twins(uint32_t replications)
{
    static const synthetic_entry twins[] = {{"new", "anneal", QB_EVIDENCE_CHALLENGER, 0.25},
                                            {"old", "tabu", QB_EVIDENCE_BASELINE, 0.30},
                                            {"old-twin", "tabu", QB_EVIDENCE_BASELINE, 0.30}};
    double share[4], *p = QB_NEW(double, replications);
    uint32_t kept = 0;
    count_decisions(twins, 3, SHAPE_NORMAL, replications, share);
    report(share[QB_VOID] <= 0.01 + errors * share_error(0.01, replications), "%-62s %.3f", "A/A: void",
           share[QB_VOID]);
    for (uint32_t rep = 0; p && rep < replications; rep++) {
        synthetic_options o = {.instances = 20,
                               .repeats = 20,
                               .families = 1,
                               .entry = twins,
                               .entries = 3,
                               .between = 0.01,
                               .within = 0.02,
                               .spec = spec,
                               .seed = 104729 * (uint64_t)rep};
        qb_evidence *e = synthetic_make(&o);
        qb_verdict v;
        if (e && qb_verdict_compute(e, "2026-01-01", &v, NULL) == QB_OK) {
            p[kept++] = v.control_pair.effect.p;
            qb_verdict_clear(&v);
        }
        synthetic_free(e);
    }
    if (p)
        qb_sort(p, kept);
    double distance = 0; /* Kolmogorov and Smirnov: 1.63 / sqrt(n) is the 1 % point */
    for (uint32_t k = 0; k < kept; k++)
        distance = fmax(distance, fmax((k + 1.0) / kept - p[k], p[k] - (double)k / kept));
    report(kept && distance <= 1.63 / sqrt(kept), "%-62s %.3f", "A/A: distance of the p-values from uniform",
           distance);
    qb_free(p);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*check)(uint32_t replications);
        uint32_t quick, full;
    } parts[] = {{"coverage", check_coverage, 200, 2000},
                 {"ladder", check_ladder, 40, 200},
                 {"peeking", check_peeking, 400, 2000},
                 {"looking", check_looking, 40, 400},
                 {"twins", check_twins, 50, 100}};
    bool known = argc < 2;
    errors = argc > 1 ? 2 : 3;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
        if (argc < 2 || !strcmp(argv[1], parts[k].name)) {
            parts[k].check(argc > 1 ? parts[k].full : parts[k].quick);
            known = true;
        }
    printf("%d outside their limits\n", failures);
    return !known || failures > 0;
}
