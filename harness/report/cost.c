#include "harness/report/cost.h"
#include "harness/base/json.h"
#include "harness/base/memory.h"
#include "harness/report/digest.h"
#include "harness/run/experiment.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Means over instances of the means over their unperturbed runs. */
static void measure(const qb_digest *d, uint32_t entry, qb_entry_cost *c)
{
    const qb_evidence *e = d->evidence;
    uint32_t count = 0;
    for (uint32_t i = 0; i < e->instances; i++) {
        const qb_cell_digest *cell = qb_digest_cell(d, entry, i);
        double cpu = 0, device = 0;
        for (uint64_t k = cell->first; k < cell->first + cell->runs; k++) {
            cpu += e->run[k].cpu_s - e->run[k].simulator_s;
            device += e->run[k].modelled_s;
        }
        if (!cell->runs)
            continue;
        c->cpu_s += cpu / (double)cell->runs;
        c->device_s += device / (double)cell->runs;
        count++;
    }
    c->cpu_s = count ? c->cpu_s / count : NAN;
    c->device_s = count ? c->device_s / count : NAN;
}

/* In objective units, mean over the instances of which f* is known. */
static double mean_gain(const qb_digest *d, uint32_t entry, uint32_t baseline)
{
    double total = 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < d->evidence->instances; i++) {
        double gain = qb_digest_cell(d, baseline, i)->mean_score - qb_digest_cell(d, entry, i)->mean_score;
        if (isnan(gain))
            continue;
        total += gain * qb_digest_worth(d, i);
        count++;
    }
    return count ? total / count : NAN;
}

static void find_break_even(qb_entry_cost *c, const qb_entry_cost *b, const qb_prices *p)
{
    double hours = (c->cpu_s - b->cpu_s) / 3600, seconds = c->device_s - b->device_s;
    c->per_device_second = seconds > 0;
    double more = c->per_device_second ? seconds : hours;
    double left = c->gain - (c->per_device_second ? hours * p->cpu_hour : seconds * p->device_second);
    if (!(more > 0))
        c->break_even = left >= 0 ? INFINITY : NAN;
    else
        c->break_even = left >= 0 ? left / more : NAN;
}

static void fill(const qb_digest *d, const qb_experiment *x, qb_costs *costs)
{
    uint32_t baseline = qb_digest_best_baseline(d);
    for (uint32_t k = 0; k < costs->entries; k++) {
        qb_entry_cost *c = &costs->entry[k];
        *c = (qb_entry_cost){.name = d->evidence->entry[k].name, .gain = NAN, .net = NAN, .break_even = NAN};
        measure(d, k, c);
        c->cost = c->cpu_s / 3600 * costs->prices.cpu_hour + c->device_s * costs->prices.device_second;
    }
    if (baseline == UINT32_MAX)
        return;
    costs->baseline = d->evidence->entry[baseline].name;
    for (uint32_t k = 0; k < costs->entries; k++) {
        qb_entry_cost *c = &costs->entry[k];
        c->gain = mean_gain(d, k, baseline) * x->kpi.per_objective_unit;
        c->net = c->gain - (c->cost - costs->entry[baseline].cost);
        if (k != baseline && !isnan(c->gain))
            find_break_even(c, &costs->entry[baseline], &costs->prices);
    }
}

static double price(double given, double registered)
{
    return !isnan(given) ? given : !isnan(registered) ? registered : 0;
}

qb_status qb_costs_compute(const qb_evidence *evidence, qb_prices prices, qb_costs *costs, qb_diag *diag)
{
    const char *spec =
        evidence->amendments ? evidence->amendment[evidence->amendments - 1].spec : evidence->experiment.spec;
    const qb_experiment *x = NULL;
    qb_digest d = {0};
    qb_costs c = {.entries = evidence->entries};
    qb_status status = qb_experiment_parse(evidence->experiment.name, spec, strlen(spec), &x, diag);
    if (status == QB_OK)
        status = qb_digest_make(evidence, &d, diag);
    if (status == QB_OK && !(c.entry = QB_NEW(qb_entry_cost, c.entries)))
        status = qb_fail(diag, QB_NO_MEMORY, "no memory for the costs");
    if (status == QB_OK) {
        c.prices.cpu_hour = price(prices.cpu_hour, x->kpi.cpu_hour);
        c.prices.device_second = price(prices.device_second, x->kpi.device_second);
        (void)snprintf(c.text[0], sizeof c.text[0], "%s", x->kpi.unit);
        (void)snprintf(c.text[1], sizeof c.text[1], "%s", x->kpi.name);
        fill(&d, x, &c);
        *costs = c;
        costs->unit = costs->text[0];
        costs->kpi = costs->text[1];
    }
    qb_digest_clear(&d);
    qb_experiment_free(x);
    return status;
}

void qb_costs_clear(qb_costs *costs)
{
    qb_free(costs->entry);
    *costs = (qb_costs){0};
}

/* ---- in words */

static void say_break_even(const qb_costs *costs, const qb_entry_cost *c, qb_text *out)
{
    if (costs->baseline && !strcmp(c->name, costs->baseline))
        qb_text_append(out, "the best baseline\n");
    else if (isinf(c->break_even))
        qb_text_append(out, "pays at every price\n");
    else if (isnan(c->break_even))
        qb_text_append(out, isnan(c->gain) ? "-\n" : "pays at no price\n");
    else
        qb_text_appendf(out, "%.4g a %s\n", c->break_even,
                        c->per_device_second ? "device second" : "CPU hour");
}

void qb_costs_say(const qb_costs *costs, qb_text *out)
{
    qb_text_appendf(out, "%s%s%s%s; %.4g a CPU hour, %.4g a device second\n",
                    *costs->kpi ? costs->kpi : "costs", *costs->unit ? " in " : "", costs->unit,
                    costs->baseline ? " a run" : "", costs->prices.cpu_hour, costs->prices.device_second);
    qb_text_appendf(out, "%-16s %8s %8s %10s %10s %10s  %s\n", "solver", "CPU s", "device s", "cost", "gain",
                    "net", "breaks even at");
    for (uint32_t k = 0; k < costs->entries; k++) {
        const qb_entry_cost *c = &costs->entry[k];
        char gain[QB_SAY], net[QB_SAY];
        qb_text_appendf(out, "%-16s %8.3g %8.3g %10.3g %10s %10s  ", c->name, c->cpu_s, c->device_s, c->cost,
                        qb_say_number(c->gain, gain), qb_say_number(c->net, net));
        say_break_even(costs, c, out);
    }
}

void qb_costs_json(const qb_costs *costs, qb_text *out)
{
    qb_json_writer w = {.out = out};
    qb_json_open(&w, '{');
    qb_json_put_string(&w, "kpi", costs->kpi);
    qb_json_put_string(&w, "unit", costs->unit);
    qb_json_put_double(&w, "cpu_hour", costs->prices.cpu_hour);
    qb_json_put_double(&w, "device_second", costs->prices.device_second);
    qb_json_put_string(&w, "baseline", costs->baseline);
    qb_json_key(&w, "solvers");
    qb_json_open(&w, '[');
    for (uint32_t k = 0; k < costs->entries; k++) {
        const qb_entry_cost *c = &costs->entry[k];
        qb_json_open(&w, '{');
        qb_json_put_string(&w, "name", c->name);
        qb_json_put_double(&w, "cpu_s", c->cpu_s);
        qb_json_put_double(&w, "device_s", c->device_s);
        qb_json_put_double(&w, "cost", c->cost);
        qb_json_put_double(&w, "gain", c->gain);
        qb_json_put_double(&w, "net", c->net);
        qb_json_put_double(&w, "break_even", c->break_even);
        qb_json_put_string(&w, "break_even_of", c->per_device_second ? "device second" : "CPU hour");
        qb_json_close(&w, '}');
    }
    qb_json_close(&w, ']');
    qb_json_close(&w, '}');
}
