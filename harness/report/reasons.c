#include "harness/report/reasons.h"
#include "harness/report/decidable.h"
#include "harness/run/parameter_grid.h"
#include "harness/run/tuning.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* query: what the numbers come from (store/views.h). */
__attribute__((format(printf, 3, 4))) static void add_reason(qb_verdict *v, const char *query,
                                                             const char *format, ...)
{
    if (v->reasons == QB_REASONS)
        return;
    va_list arguments;
    va_start(arguments, format);
    v->reason_query[v->reasons] = query;
    vsnprintf(v->reason[v->reasons++], sizeof v->reason[0], format, arguments);
    va_end(arguments);
}

/* "1.3 points": of gap, in hundredths. */
static const char *points(double score, char buffer[32])
{
    snprintf(buffer, 32, fabs(score) < 0.001 ? "%.3f points" : "%.2f points", 100 * score);
    return buffer;
}

static double half_width(const qb_effect *e)
{
    return (e->interval.high - e->interval.low) / 2;
}

/* ---- rules for one challenger: each may take a decision back */

static void demote(qb_challenger_verdict *c, qb_decision from, qb_decision to)
{
    if (c->decision == from)
        c->decision = to;
}

static const qb_evidence_entry *find_entry(const qb_evidence *e, const char *name)
{
    uint32_t k = 0;
    while (k + 1 < e->entries && strcmp(e->entry[k].name, name))
        k++;
    return &e->entry[k];
}

static void say_break_even(qb_verdict *v, const qb_challenger_verdict *c)
{
    const qb_break_even *b = &c->break_even;
    if (b->instances > 1)
        add_reason(v, "circuits",
                   "'%s' would break even with the fastest classical baseline at %.2g s a layer (%g %% "
                   "interval %.2g to %.2g s, %" PRIu32
                   " instances), %.2g s a gate; its device is modelled at %.2g s and %.2g s",
                   c->against_best.entry, b->layer_s, 100 * v->confidence, b->interval.low, b->interval.high,
                   b->instances, b->gate_s, b->modelled_s, b->modelled_gate_s);
    if (b->unmatched)
        add_reason(v, "circuits", "on %" PRIu32 " instances no baseline was as good as '%s'", b->unmatched,
                   c->against_best.entry);
}

#define BOUND "no noise, no latency, all pairs coupled"

/* Whether an optimistic bound ran, and whether every one that did says stop. */
typedef struct bound {
    const char *name; /* of one; NULL: none ran */
    bool stops;
} bound;

static bound find_bound(const qb_verdict *v)
{
    bound b = {NULL, true};
    for (uint32_t k = 0; k < v->challengers; k++) {
        const qb_challenger_verdict *c = &v->challenger[k];
        if (!c->circuits.optimistic)
            continue;
        b.name = c->against_best.entry;
        b.stops = b.stops && (c->decision == QB_STOP || c->unbeaten);
    }
    b.stops = b.stops && b.name;
    return b;
}

/* Of the optimistic bound: without controls of as many shots nobody knows what its circuit was worth. */
static void say_missing_controls(qb_verdict *v, const qb_challenger_verdict *c)
{
    if (!c->circuits.optimistic || (c->sham && c->sampler))
        return;
    add_reason(v, "circuits",
               "no control drew as many shots as '%s' %s: what its circuit adds to mere sampling is unknown",
               c->against_best.entry,
               c->sham      ? "without a device"
               : c->sampler ? "from a circuit without layers"
                            : "from a circuit without layers, nor without a device");
}

/* Given angles may have been fitted on the very instances that they are judged on. */
static void apply_fitting(qb_verdict *v, qb_challenger_verdict *c)
{
    if (c->decision != QB_SCALE || !c->circuits.unstated)
        return;
    add_reason(v, "circuits",
               "'%s' runs at given angles and does not say what they were fitted on (fitted_on)",
               c->against_best.entry);
    c->decision = QB_PAUSE;
}

/* What is left is what the simulator could do in its time, which nobody drew. */
static void apply_simulator_limit(qb_verdict *v, qb_challenger_verdict *c)
{
    if (!c->circuits.limited)
        return;
    add_reason(v, "failures",
               "%" PRIu64 " runs of '%s' were ended by the limit on simulating a device: neither win nor "
               "loss, they are left out, and the rest cannot give scale",
               c->circuits.limited, c->against_best.entry);
    demote(c, QB_SCALE, QB_PAUSE);
}

/* A device that is simulated can stop or pause, never scale. */
static void apply_claim(qb_verdict *v, qb_challenger_verdict *c, const qb_evidence *e, bound b)
{
    const char *name = c->against_best.entry;
    bool hardware = !strcmp(find_entry(e, name)->execution, "hardware");
    if (strcmp(v->claim, "device") || hardware)
        return;
    if (c->circuits.oracle && !c->circuits.optimistic) {
        add_reason(v, "circuits",
                   "'%s' counts for nothing: its angles were trained on exact expectations, which no device "
                   "offers; they serve the optimistic bound alone",
                   name);
        c->decision = QB_PAUSE;
        return;
    }
    say_missing_controls(v, c);
    if (b.stops) {
        if (c->circuits.optimistic)
            add_reason(v, "scores", "'%s', an optimistic bound (%s), is not enough", name, BOUND);
        else
            add_reason(v, "scores", "'%s': even the optimistic bound '%s' (%s) is not enough", name, b.name,
                       BOUND);
        say_break_even(v, c);
        c->decision = QB_STOP;
        return;
    }
    if (c->decision == QB_SCALE)
        add_reason(v, "solvers",
                   "'%s' ran in simulation: a claim about a device scales on hardware results only", name);
    if (c->decision == QB_STOP)
        add_reason(v, "solvers",
                   "'%s' ran in simulation: only its optimistic bound could stop a claim about a device",
                   name);
    if (!b.name)
        add_reason(v, "scores", "no optimistic bound ran: a challenger with device=optimistic");
    say_break_even(v, c);
    c->decision = QB_PAUSE;
}

static void apply_resolution(qb_verdict *v, qb_challenger_verdict *c)
{
    char a[32], b[32];
    double resolution = v->has_control_pair ? half_width(&v->control_pair.effect) : INFINITY;
    if (c->decision != QB_SCALE || resolution <= v->minimum_effect)
        return;
    c->decision = QB_PAUSE;
    if (v->has_control_pair)
        add_reason(
            v, "scores",
            "the same solver against itself is told apart to %s only, more than the minimum effect of %s",
            points(resolution, a), points(v->minimum_effect, b));
    else
        add_reason(v, "scores", "no solver ran against itself: the resolution of this experiment is unknown");
}

/* A parameter at the end of what was tried may be better still beyond it: then the tuning is not done, and a
 * baseline that was tuned too little flatters the challenger as much. */
static void apply_edge(qb_verdict *v, qb_challenger_verdict *c, const char *name, const qb_evidence *e,
                       const qb_experiment *x)
{
    const qb_evidence_entry *entry = find_entry(e, name);
    for (uint32_t k = 0; k < x->entries && x->tuning.instances && c->decision == QB_SCALE; k++) {
        const qb_experiment_entry *spec = &x->entry[k];
        if (strcmp(spec->label, entry->label) || !qb_tuning_takes(spec))
            continue;
        const char *edge = qb_grid_edge(spec->solver, entry->params);
        if (!edge)
            continue;
        c->decision = QB_PAUSE;
        add_reason(v, "tuning", "tuning left '%s' of '%s' on the edge of its grid: that forbids scale", edge,
                   name);
    }
}

static void apply_challenger_rules(qb_verdict *v, qb_challenger_verdict *c, const qb_evidence *e,
                                   const qb_experiment *x, bound b)
{
    const qb_effect *effect = &c->against_best.effect;
    if (effect->interval.low >= v->minimum_effect && effect->instances < QB_LEAST_INSTANCES)
        add_reason(v, "scores", "%zu instances cannot give scale: at least %d are needed", effect->instances,
                   QB_LEAST_INSTANCES);
    apply_simulator_limit(v, c);
    apply_claim(v, c, e, b);
    apply_fitting(v, c);
    apply_resolution(v, c);
    apply_edge(v, c, c->against_best.entry, e, x);
    apply_edge(v, c, v->baseline, e, x);
    if (c->family && (c->decision == QB_SCALE || c->decision == QB_STOP)) {
        add_reason(v, "scores", "without the family '%s' the conclusion on '%s' would be another", c->family,
                   c->against_best.entry);
        c->decision = QB_PAUSE;
    }
    if (c->lost_to) { /* whatever the rest says: a pilot that a null control beats has nothing to show */
        add_reason(v, "scores", "'%s' lost to the control '%s'", c->against_best.entry, c->lost_to);
        c->decision = QB_STOP;
    }
}

/* ---- rules for the experiment */

static bool is_void(qb_verdict *v, const qb_experiment *x)
{
    char a[32], b[32];
    const qb_effect *pair = &v->control_pair.effect;
    uint32_t before = v->reasons;
    if (v->has_control_pair && v->control_is_twin && fabs(pair->estimate) > v->minimum_effect / 2)
        add_reason(v, "scores",
                   "the twins '%s' and '%s' differ by %s, more than half the minimum effect of %s",
                   v->control_pair.entry, v->control_pair.other, points(pair->estimate, a),
                   points(v->minimum_effect, b));
    else if (v->has_control_pair && v->control_differs)
        add_reason(v, "repeats", "a solver differs from itself: '%s' against '%s', p = %.2g",
                   v->control_pair.entry, v->control_pair.other, pair->p);
    if (v->runs && (double)v->flagged > x->decision.flagged * (double)v->runs)
        add_reason(v, "overshoot",
                   "%" PRIu64 " of %" PRIu64 " runs shared the machine with other load, more than %g %%",
                   v->flagged, v->runs, 100 * x->decision.flagged);
    return v->reasons > before;
}

static qb_decision strongest(const qb_verdict *v)
{
    qb_decision decision = QB_STOP;
    for (uint32_t k = 0; k < v->challengers; k++) {
        if (v->challenger[k].decision == QB_SCALE)
            return QB_SCALE;
        if (v->challenger[k].decision == QB_PAUSE)
            decision = QB_PAUSE;
    }
    return decision;
}

/* ---- sentences */

/* The challenger the sentence is about: the one that carries the decision, the best of those. */
static const qb_challenger_verdict *leading(const qb_verdict *v)
{
    const qb_challenger_verdict *best = &v->challenger[0];
    for (uint32_t k = 1; k < v->challengers; k++) {
        const qb_challenger_verdict *c = &v->challenger[k];
        bool carries = c->decision == v->decision, did = best->decision == v->decision;
        if (carries != did ? carries : c->against_best.effect.estimate > best->against_best.effect.estimate)
            best = c;
    }
    return best;
}

static void say_result(qb_verdict *v, const qb_challenger_verdict *c)
{
    static const char *const opening[] = {
        [QB_SCALE] = "Scale", [QB_STOP] = "Stop", [QB_PAUSE] = "Pause", [QB_VOID] = "Void"};
    const qb_effect *e = &c->against_best.effect;
    char size[32], low[32], high[32], minimum[32];
    snprintf(v->sentence[0], sizeof v->sentence[0],
             "%s: on %zu instances the mean gap of '%s' is %s %s than that of '%s', the best baseline (%g %% "
             "interval of "
             "the improvement: %s to %s; at least %s were asked for).",
             opening[v->decision], e->instances, c->against_best.entry, points(fabs(e->estimate), size),
             e->estimate >= 0 ? "smaller" : "larger", v->baseline, 100 * e->confidence,
             points(e->interval.low, low), points(e->interval.high, high),
             points(v->minimum_effect, minimum));
}

/* Instances that were drawn for the experiment speak for their families, those that somebody chose for
 * themselves. */
static bool all_drawn(const qb_experiment *x)
{
    for (uint32_t k = 0; k < x->instances; k++)
        if (!x->instance[k].drawn)
            return false;
    return true;
}

static void say_scope(qb_verdict *v, const qb_challenger_verdict *c, const qb_evidence *e,
                      const qb_experiment *x)
{
    const char *execution = find_entry(e, c->against_best.entry)->execution;
    int used = snprintf(
        v->sentence[1], sizeof v->sentence[1], "This is a claim about %s, on %s, with '%s' run %s%s.",
        strcmp(v->claim, "device") ? "software on this machine" : "a device",
        all_drawn(x) ? "the families that its instances were drawn from" : "this suite of instances",
        c->against_best.entry,
        !strcmp(execution, "simulated")  ? "in simulation"
        : !strcmp(execution, "hardware") ? "on hardware"
                                         : "natively",
        !strcmp(execution, "simulated") ? ": it is no evidence about quantum hardware" : "");
    if (v->decision != QB_PAUSE || c->instances_needed == SIZE_MAX || c->instances_needed <= e->instances)
        return;
    char seeds[64] = "";
    if (c->seeds_needed > x->repeats)
        snprintf(seeds, sizeof seeds, ", or %zu seeds on these,", c->seeds_needed);
    snprintf(v->sentence[1] + used, sizeof v->sentence[1] - (size_t)used,
             " About %zu instances like these%s would settle it.", c->instances_needed, seeds);
}

static void say_kpi(qb_verdict *v, const qb_challenger_verdict *c, const qb_experiment *x)
{
    if (!isnan(c->kpi))
        add_reason(v, "values", "%s: %.4g %s %s by '%s' than by '%s', mean over instances",
                   *x->kpi.name ? x->kpi.name : "business metric", fabs(c->kpi), x->kpi.unit,
                   c->kpi >= 0 ? "better" : "worse", c->against_best.entry, v->baseline);
}

/* What was forced at registration or changed after it, by whose word: every page says so, this one too. */
static void say_deviations(qb_verdict *v, const qb_evidence *e, const qb_experiment *x)
{
    char obstacle[QB_OBSTACLE];
    qb_find_obstacle(x, e, obstacle);
    if (*obstacle)
        add_reason(v, "experiment", "registered by force, as it cannot be decided: %s", obstacle);
    for (uint32_t k = 0; k < e->amendments; k++)
        if (*e->amendment[k].why)
            add_reason(v, "experiment", "the decision was changed on %.10s: %s", e->amendment[k].at,
                       e->amendment[k].why);
}

void qb_verdict_apply_rules(qb_verdict *v, const qb_evidence *e, const qb_experiment *x, const char *today)
{
    bool incomplete = e->runs < v->planned || e->instances < x->instances, voided = is_void(v, x);
    bound b = find_bound(v);
    for (uint32_t k = 0; k < v->challengers; k++)
        apply_challenger_rules(v, &v->challenger[k], e, x, b);
    v->decision = voided ? QB_VOID : strongest(v);
    if (incomplete && x->decision.sequential)
        add_reason(v, "planned",
                   "%" PRIu64 " of %" PRIu64
                   " planned runs are recorded: the rule holds at every look, on the "
                   "first %" PRIu32 " instances of the registered order; %" PRIu32 " more wait for runs",
                   e->runs, v->planned, v->instances + v->fitted_instances + v->without_headroom, v->waiting);
    if (incomplete && !x->decision.sequential) { /* applied early, again and again, it is another rule */
        v->decision = QB_PAUSE;
        add_reason(v, "planned",
                   "%" PRIu64 " of %" PRIu64
                   " planned runs are recorded: the rule is applied once, at the end",
                   e->runs, v->planned);
    }
    if (v->fitted_instances)
        add_reason(v, "circuits", "%" PRIu32 " instances left out: angles were fitted on them",
                   v->fitted_instances);
    if (v->without_headroom)
        add_reason(v, "scores",
                   "%" PRIu32 " instances left out: the weakest control solves them in %g %% of its runs",
                   v->without_headroom, 100 * x->decision.headroom);
    bool late = v->decision == QB_PAUSE && *x->decision.deadline && strcmp(today, x->decision.deadline) > 0;
    if (late) {
        v->decision = QB_STOP;
        add_reason(v, "experiment", "the deadline of %s has passed: pause reads stop", x->decision.deadline);
        for (uint32_t k = 0; k < v->challengers; k++)
            demote(&v->challenger[k], QB_PAUSE, QB_STOP);
    }
    say_deviations(v, e, x);
    const qb_challenger_verdict *c = leading(v);
    say_kpi(v, c, x);
    say_result(v, c);
    say_scope(v, c, e, x);
}
