/* The verdict for people and for programs. */
#include "harness/base/json.h"
#include "harness/report/verdict.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define NOTE 512

static void note_baseline(const qb_verdict *v, qb_verdict_note *note, void *context)
{
    char text[NOTE];
    int used = snprintf(text, sizeof text, "best baseline '%.200s', chosen by %s", v->baseline,
                        v->baseline_chosen_by);
    if (!isnan(v->virtual_best))
        used += snprintf(text + used, sizeof text - (size_t)used,
                         "; its mean gap %.3g %%, that of the virtual best %.3g %%",
                         100 * v->best_baseline_score, 100 * v->virtual_best);
    if (!isnan(v->portfolio))
        snprintf(text + used, sizeof text - (size_t)used,
                 "; of all baselines side by side, each with its part of the budget, %.3g %%",
                 100 * v->portfolio);
    note(context, "scores", text);
}

static void note_control(const qb_verdict *v, qb_verdict_note *note, void *context)
{
    char text[NOTE];
    const qb_effect *e = &v->control_pair.effect;
    snprintf(text, sizeof text, "%s: difference %.3g points, resolution %.3g points",
             v->control_is_twin ? "A/A twins" : "A/A by halves of the baseline's repeats", 100 * e->estimate,
             50 * (e->interval.high - e->interval.low));
    note(context, "scores", text);
}

void qb_verdict_notes(const qb_verdict *v, qb_verdict_note *note, void *context)
{
    char text[NOTE];
    for (uint32_t k = 0; k < v->reasons; k++)
        note(context, v->reason_query[k], v->reason[k]);
    note_baseline(v, note, context);
    if (v->has_control_pair)
        note_control(v, note, context);
    snprintf(text, sizeof text, "references SHA-256 %s", v->references_sha256);
    note(context, "values", text);
}

static void say_note(void *out, const char *query, const char *sentence)
{
    (void)query;
    qb_text_appendf(out, "  - %s\n", sentence);
}

void qb_verdict_say(const qb_verdict *v, qb_text *out)
{
    for (int k = 0; k < 2; k++)
        qb_text_appendf(out, "%s\n", v->sentence[k]);
    qb_verdict_notes(v, say_note, out);
}

static void put_effect(qb_json_writer *w, const qb_comparison *c)
{
    qb_json_open(w, '{');
    qb_json_put_string(w, "entry", c->entry);
    qb_json_put_string(w, "against", c->other);
    qb_json_put_double(w, "effect", c->effect.estimate);
    qb_json_put_double(w, "low", c->effect.interval.low);
    qb_json_put_double(w, "high", c->effect.interval.high);
    qb_json_put_double(w, "confidence", c->effect.confidence);
    qb_json_put_double(w, "p", c->effect.p);
    qb_json_put_double(w, "deviation", c->effect.deviation);
    qb_json_put_uint(w, "instances", c->effect.instances);
    qb_json_close(w, '}');
}

/* null: nothing to compare. */
static void put_break_even(qb_json_writer *w, const qb_break_even *b)
{
    if (!b->instances) {
        qb_json_null(w);
        return;
    }
    qb_json_open(w, '{');
    qb_json_put_double(w, "layer_s", b->layer_s);
    qb_json_put_double(w, "low", b->interval.low);
    qb_json_put_double(w, "high", b->interval.high);
    qb_json_put_double(w, "modelled_layer_s", b->modelled_s);
    qb_json_put_double(w, "gate_s", b->gate_s);
    qb_json_put_double(w, "gate_low", b->gate_interval.low);
    qb_json_put_double(w, "gate_high", b->gate_interval.high);
    qb_json_put_double(w, "modelled_gate_s", b->modelled_gate_s);
    qb_json_put_uint(w, "instances", b->instances);
    qb_json_put_uint(w, "unmatched", b->unmatched);
    qb_json_close(w, '}');
}

static void put_challenger(qb_json_writer *w, const qb_challenger_verdict *c)
{
    qb_json_open(w, '{');
    qb_json_put_string(w, "decision", qb_decision_name(c->decision));
    qb_json_key(w, "comparison");
    put_effect(w, &c->against_best);
    qb_json_put_string(w, "lost_to", c->lost_to);
    qb_json_put_string(w, "unbeaten_control", c->unbeaten);
    qb_json_put_string(w, "equal_shot_sham", c->sham);
    qb_json_put_string(w, "equal_shot_sampler", c->sampler);
    qb_json_key(w, "break_even");
    put_break_even(w, &c->break_even);
    qb_json_put_string(w, "hangs_on_family", c->family);
    qb_json_key(w, "instances_needed");
    if (c->instances_needed == SIZE_MAX)
        qb_json_null(w);
    else
        qb_json_uint(w, c->instances_needed);
    qb_json_key(w, "seeds_needed");
    if (c->seeds_needed)
        qb_json_uint(w, c->seeds_needed);
    else
        qb_json_null(w);
    qb_json_put_double(w, "kpi", c->kpi);
    qb_json_close(w, '}');
}

static void put_lists(qb_json_writer *w, const qb_verdict *v)
{
    qb_json_key(w, "sentences");
    qb_json_open(w, '[');
    for (int k = 0; k < 2; k++)
        qb_json_string(w, v->sentence[k]);
    qb_json_close(w, ']');
    qb_json_key(w, "reasons");
    qb_json_open(w, '[');
    for (uint32_t k = 0; k < v->reasons; k++)
        qb_json_string(w, v->reason[k]);
    qb_json_close(w, ']');
    qb_json_key(w, "challengers");
    qb_json_open(w, '[');
    for (uint32_t k = 0; k < v->challengers; k++)
        put_challenger(w, &v->challenger[k]);
    qb_json_close(w, ']');
}

void qb_verdict_json(const qb_verdict *v, qb_text *out)
{
    qb_json_writer w = {.out = out};
    qb_json_open(&w, '{');
    qb_json_put_string(&w, "decision", qb_decision_name(v->decision));
    qb_json_put_string(&w, "claim", v->claim);
    qb_json_put_double(&w, "minimum_effect", v->minimum_effect);
    qb_json_put_double(&w, "confidence", v->confidence);
    qb_json_put_string(&w, "baseline", v->baseline);
    qb_json_put_string(&w, "baseline_chosen_by", v->baseline_chosen_by);
    put_lists(&w, v);
    qb_json_key(&w, "control_pair");
    if (v->has_control_pair)
        put_effect(&w, &v->control_pair);
    else
        qb_json_null(&w);
    qb_json_put_bool(&w, "control_is_twin", v->control_is_twin);
    qb_json_put_double(&w, "virtual_best", v->virtual_best);
    qb_json_put_double(&w, "best_baseline_score", v->best_baseline_score);
    qb_json_put_double(&w, "portfolio", v->portfolio);
    qb_json_put_uint(&w, "instances", v->instances);
    qb_json_put_uint(&w, "without_headroom", v->without_headroom);
    qb_json_put_uint(&w, "waiting", v->waiting);
    qb_json_put_uint(&w, "fitted_instances", v->fitted_instances);
    qb_json_put_uint(&w, "tuning_instances", v->tuning_instances);
    qb_json_put_uint(&w, "runs", v->runs);
    qb_json_put_uint(&w, "planned", v->planned);
    qb_json_put_uint(&w, "flagged", v->flagged);
    qb_json_put_string(&w, "references_sha256", v->references_sha256);
    qb_json_close(&w, '}');
}
