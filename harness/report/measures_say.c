/* The descriptive statistics for people and for programs. */
#include "harness/base/json.h"
#include "harness/report/measures.h"

#include <inttypes.h>
#include <math.h>

static void put_spent(const qb_measures *m, double value, qb_text *out)
{
    char text[QB_SAY];
    qb_text_appendf(out, " %10s", isinf(value) ? "never" : qb_say_spent(m->evidence, value, text));
}

static void say_times(const qb_measures *m, qb_text *out)
{
    char percent[QB_SAY], shift[QB_SAY];
    qb_text_appendf(out, "reaching a gap of %s; PAR-%g, geometric means shifted by %s\n",
                    qb_say_percent(m->target, percent), m->factor,
                    qb_say_spent(m->evidence, m->shift, shift));
    qb_text_appendf(out, "%-14s %8s %10s %10s %10s %10s %10s\n", "solver", "success", "TTS99", "expected",
                    "PAR", "geometric", "mean");
    for (uint32_t k = 0; k < m->evidence->entries; k++) {
        const qb_measure *e = &m->entry[k];
        qb_text_appendf(out, "%-14s %8s", e->name, qb_say_percent(e->success, percent));
        put_spent(m, e->median_tts, out);
        put_spent(m, e->median_running_time, out);
        put_spent(m, e->penalised, out);
        put_spent(m, e->shifted_mean, out);
        put_spent(m, e->restricted.mean, out);
        qb_text_append_char(out, '\n');
    }
    qb_text_append(out, "(success, TTS99, expected: by instance, then mean and medians; mean: of\n"
                        "min(T, budget), by Kaplan and Meier within instances)\n\n");
}

static void put(double value, qb_text *out)
{
    if (isnan(value))
        qb_text_appendf(out, " %9s", "-");
    else
        qb_text_appendf(out, " %9.3g", value);
}

static void put_share(double value, qb_text *out)
{
    char text[QB_SAY];
    qb_text_appendf(out, " %9s", qb_say_percent(value, text));
}

static void say_ranks(const qb_measures *m, qb_text *out)
{
    qb_text_appendf(out, "%-14s %9s %9s %9s %9s %9s %9s\n", "solver", "HL", "A12", "p (Holm)", "rank",
                    "Shapley", "marginal");
    for (uint32_t k = 0; k < m->evidence->entries; k++) {
        const qb_measure *e = &m->entry[k];
        qb_text_appendf(out, "%-14s", e->name);
        put_share(e->hodges_lehmann, out);
        put(e->a12, out);
        put(e->wilcoxon_p, out);
        put(e->mean_rank, out);
        put_share(e->shapley, out);
        put_share(e->marginal, out);
        qb_text_append_char(out, '\n');
    }
    qb_text_appendf(out, "(HL, A12 and Wilcoxon's p against '%s', by instance)\n",
                    m->baseline ? m->baseline : "nobody");
    if (!isnan(m->friedman_p))
        qb_text_appendf(out, "Friedman p = %.2g; ranks closer than %.2g are not told apart (Nemenyi, 5 %%)\n",
                        m->friedman_p, m->critical_difference);
    if (!isnan(m->virtual_best))
        qb_text_appendf(out, "virtual best of the baselines, on disjoint seeds: %.3g %%\n",
                        100 * m->virtual_best);
    if (!isnan(m->portfolio))
        qb_text_appendf(out, "all of them side by side, each with its part of the budget: %.3g %%\n",
                        100 * m->portfolio);
}

void qb_measures_say(const qb_measures *measures, qb_text *out)
{
    qb_text_append(out, "descriptive only: none of this decides a verdict\n\n");
    say_times(measures, out);
    say_ranks(measures, out);
}

/* ---- JSON */

static void interval(qb_json_writer *w, const char *key, qb_interval i)
{
    qb_json_key(w, key);
    qb_json_open(w, '[');
    qb_json_double(w, i.low);
    qb_json_double(w, i.high);
    qb_json_close(w, ']');
}

static void put_cell(qb_json_writer *w, const char *name, const qb_measure_cell *c)
{
    qb_json_open(w, '{');
    qb_json_put_string(w, "instance", name);
    qb_json_put_uint(w, "runs", c->runs);
    qb_json_put_uint(w, "successes", c->successes);
    interval(w, "jeffreys", c->jeffreys);
    interval(w, "clopper_pearson", c->clopper_pearson);
    qb_json_put_double(w, "tts99", c->tts.value);
    interval(w, "tts99_interval", c->tts.interval);
    qb_json_put_double(w, "tts99_run", c->tts_run);
    qb_json_put_double(w, "expected_running_time", c->running_time);
    qb_json_close(w, '}');
}

static void put_entry(qb_json_writer *w, const qb_measures *m, uint32_t k)
{
    const qb_measure *e = &m->entry[k];
    const struct {
        const char *key;
        double value;
    } numbers[] = {{"success", e->success},
                   {"median_tts99", e->median_tts},
                   {"median_expected_running_time", e->median_running_time},
                   {"penalised_average", e->penalised},
                   {"shifted_geometric_mean", e->shifted_mean},
                   {"restricted_mean", e->restricted.mean},
                   {"primal_integral", e->primal_integral},
                   {"approximation_ratio", e->approximation_ratio},
                   {"hodges_lehmann", e->hodges_lehmann},
                   {"a12", e->a12},
                   {"wilcoxon_p_holm", e->wilcoxon_p},
                   {"mean_rank", e->mean_rank},
                   {"shapley", e->shapley},
                   {"marginal", e->marginal}};
    qb_json_open(w, '{');
    qb_json_put_string(w, "name", e->name);
    for (size_t n = 0; n < sizeof numbers / sizeof *numbers; n++)
        qb_json_put_double(w, numbers[n].key, numbers[n].value);
    interval(w, "restricted_mean_interval", e->restricted.interval);
    qb_json_key(w, "instances");
    qb_json_open(w, '[');
    for (uint32_t i = 0; i < m->evidence->instances; i++)
        put_cell(w, m->evidence->instance[i].name, &m->cell[(uint64_t)k * m->evidence->instances + i]);
    qb_json_close(w, ']');
    qb_json_close(w, '}');
}

void qb_measures_json(const qb_measures *m, qb_text *out)
{
    qb_json_writer w = {.out = out};
    qb_json_open(&w, '{');
    qb_json_put_double(&w, "target_gap", m->target);
    qb_json_put_double(&w, "budget", m->budget);
    qb_json_put_double(&w, "shift", m->shift);
    qb_json_put_double(&w, "factor", m->factor);
    qb_json_put_string(&w, "baseline", m->baseline);
    qb_json_put_double(&w, "friedman_p", m->friedman_p);
    qb_json_put_double(&w, "critical_difference", m->critical_difference);
    qb_json_put_double(&w, "virtual_best", m->virtual_best);
    qb_json_put_double(&w, "portfolio", m->portfolio);
    qb_json_key(&w, "solvers");
    qb_json_open(&w, '[');
    for (uint32_t k = 0; k < m->evidence->entries; k++)
        put_entry(&w, m, k);
    qb_json_close(&w, ']');
    qb_json_close(&w, '}');
}
