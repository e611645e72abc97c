/* The canonical specification: defaults filled in, keys in a fixed order, and the hashes over it. */
#include "harness/base/json.h"
#include "harness/run/experiment_parts.h"

#include <math.h>
#include <string.h>

static void write_instances(qb_json_writer *w, const qb_experiment *x)
{
    qb_json_key(w, "instances");
    qb_json_open(w, '[');
    for (uint32_t k = 0; k < x->instances; k++) {
        const qb_experiment_instance *i = &x->instance[k];
        qb_json_open(w, '{');
        switch (i->origin) {
        case QB_FROM_LIBRARY:
            qb_json_put_string(w, "name", i->written);
            break;
        case QB_FROM_FILE:
            qb_json_put_string(w, "file", i->written);
            break;
        case QB_FROM_GENERATOR:
            qb_json_put_string(w, "family", i->written);
            for (size_t p = 0; p < i->generator->param_count; p++)
                qb_json_put_double(w, i->generator->params[p].name, i->value[p]);
            qb_json_put_uint(w, "seed", i->seed);
            break;
        }
        if (i->warm_written)
            qb_json_put_string(w, "warm_start", i->warm_written);
        qb_json_close(w, '}');
    }
    qb_json_close(w, ']');
}

static void write_solvers(qb_json_writer *w, const qb_experiment *x)
{
    qb_json_key(w, "solvers");
    qb_json_open(w, '[');
    for (uint32_t k = 0; k < x->entries; k++) {
        const qb_experiment_entry *e = &x->entry[k];
        qb_json_open(w, '{');
        qb_json_put_string(w, "name", e->solver->name);
        qb_json_put_string(w, "label", e->label);
        qb_json_put_string(w, "role", qb_role_name(e->role));
        qb_json_key(w, "params");
        qb_json_raw(w, e->params_json);
        qb_json_close(w, '}');
    }
    qb_json_close(w, ']');
}

static void write_decision(qb_json_writer *w, const qb_experiment *x)
{
    if (!x->decision.given) {
        qb_json_null(w);
        return;
    }
    qb_json_open(w, '{');
    qb_json_put_string(w, "metric", x->decision.metric);
    qb_json_put_double(w, "minimum_effect", x->decision.minimum_effect);
    qb_json_put_double(w, "confidence", x->decision.confidence);
    qb_json_put_string(w, "deadline", x->decision.deadline);
    if (x->decision.sequential) /* what came later is written where it is used: older hashes stay */
        qb_json_put_string(w, "sequential", "yes");
    if (x->decision.flagged != QB_FLAGGED_LIMIT)
        qb_json_put_double(w, "flagged", x->decision.flagged);
    if (x->decision.headroom != QB_HEADROOM_LIMIT)
        qb_json_put_double(w, "headroom", x->decision.headroom);
    qb_json_close(w, '}');
}

static void write_budget(qb_json_writer *w, const qb_experiment *x)
{
    qb_json_key(w, "budget");
    qb_json_open(w, '{');
    qb_json_put_string(w, "kind", qb_budget_kind_name(x->budget.kind));
    qb_json_put_double(w, "limit", x->budget.limit);
    if (x->budget.simulator_limit > 0)
        qb_json_put_double(w, "simulator_limit", x->budget.simulator_limit);
    qb_json_key(w, "memory");
    if (x->budget.memory_bytes == UINT64_MAX)
        qb_json_null(w);
    else
        qb_json_uint(w, x->budget.memory_bytes);
    qb_json_put_uint(w, "threads", x->budget.threads);
    qb_json_close(w, '}');
}

static void write_factors(qb_json_writer *w, const qb_experiment *x)
{
    qb_json_key(w, "perturbations");
    qb_json_open(w, '[');
    for (uint32_t k = 0; k < x->perturbations; k++) {
        qb_json_open(w, '{');
        qb_json_put_string(w, "kind", x->perturbation[k].kind);
        qb_json_put_double(w, "relative", x->perturbation[k].relative);
        qb_json_put_uint(w, "copies", x->perturbation[k].copies);
        qb_json_close(w, '}');
    }
    qb_json_close(w, ']');
    qb_json_key(w, "lowering");
    qb_json_raw(w, x->lowering_json);
}

static void write_tuning(qb_json_writer *w, const qb_experiment *x)
{
    qb_json_key(w, "tuning");
    if (!x->tuning.instances) {
        qb_json_null(w);
        return;
    }
    qb_json_open(w, '{');
    qb_json_put_uint(w, "instances", x->tuning.instances);
    qb_json_put_double(w, "budget", x->tuning.budget_s);
    qb_json_close(w, '}');
}

/* whole: with what may grow or be amended (repeats, instances, solvers, decision). */
static void write_specification(qb_json_writer *w, const qb_experiment *x, bool whole)
{
    qb_json_open(w, '{');
    qb_json_put_string(w, "experiment", x->name);
    qb_json_put_string(w, "question", x->question);
    qb_json_put_string(w, "claim", qb_claim_name(x->claim));
    qb_json_put_string(w, "workload", x->workload);
    qb_json_key(w, "kpi");
    qb_json_open(w, '{');
    qb_json_put_string(w, "name", x->kpi.name);
    qb_json_put_string(w, "unit", x->kpi.unit);
    qb_json_put_double(w, "per_objective_unit", x->kpi.per_objective_unit);
    if (!isnan(x->kpi.cpu_hour))
        qb_json_put_double(w, "cpu_hour", x->kpi.cpu_hour);
    if (!isnan(x->kpi.device_second))
        qb_json_put_double(w, "device_second", x->kpi.device_second);
    qb_json_close(w, '}');
    if (whole) {
        write_instances(w, x);
        write_solvers(w, x);
    }
    write_budget(w, x);
    if (whole)
        qb_json_put_uint(w, "repeats", x->repeats);
    qb_json_put_uint(w, "seed", x->seed);
    if (x->keep_samples) /* what came later is written where it is used: older hashes stay */
        qb_json_put_uint(w, "keep_samples", x->keep_samples);
    write_factors(w, x);
    write_tuning(w, x);
    qb_json_key(w, "targets");
    qb_json_open(w, '[');
    for (uint32_t k = 0; k < x->targets; k++)
        qb_json_double(w, x->target[k]);
    qb_json_close(w, ']');
    if (whole && (!isnan(x->averages.shift) || !isnan(x->averages.factor))) {
        qb_json_key(w, "averages");
        qb_json_open(w, '{');
        qb_json_put_double(w, "shift", x->averages.shift);
        qb_json_put_double(w, "factor", x->averages.factor);
        qb_json_close(w, '}');
    }
    if (whole) {
        qb_json_key(w, "decision");
        write_decision(w, x);
    }
    qb_json_close(w, '}');
}

static qb_status hash(const qb_fields *f, qb_text *text, char hex[QB_SHA256_HEX])
{
    qb_status status = text->status == QB_OK ? qb_sha256_hex(text->data, text->length, hex) : text->status;
    return status == QB_OK ? QB_OK : qb_fail(f->diag, status, "%s: cannot hash this experiment", f->file);
}

qb_status qb_experiment_identify(const qb_fields *fields, qb_experiment *x)
{
    qb_text text = {0};
    qb_json_writer identity = {.out = &text}, decision = {.out = &text};
    write_specification(&identity, x, false);
    qb_status status = hash(fields, &text, x->identity);
    qb_text_reset(&text);
    write_decision(&decision, x);
    if (status == QB_OK)
        status = hash(fields, &text, x->decision_sha256);
    qb_text_clear(&text);
    return status;
}

qb_status qb_experiment_canonicalise(const qb_fields *fields, qb_experiment *x)
{
    qb_text text = {0};
    qb_json_writer w = {.out = &text};
    write_specification(&w, x, true);
    qb_status status = hash(fields, &text, x->sha256);
    if (status == QB_OK && !(x->canonical = qb_arena_copy(fields->arena, text.data, text.length)))
        status = qb_fields_no_memory(fields);
    qb_text_clear(&text);
    return status;
}
