#include "harness/run/experiment.h"

#include "harness/base/file.h"
#include "harness/base/memory.h"
#include "harness/base/yaml.h"
#include "harness/run/experiment_parts.h"
#include "harness/run/workload.h"

#include <math.h>
#include <string.h>

/* An experiment is the first member of the block that owns it. */
typedef struct owner {
    qb_experiment experiment;
    qb_arena arena;
} owner;

/* What is filled while reading; sections that need others first are kept as nodes. */
typedef struct draft {
    qb_experiment x;
    int claim;
    const qb_yaml_node *instances, *solvers, *lowering;
} draft;

#define AT(member) offsetof(draft, x.member)

static const char *const claims[] = {"software", "device", NULL};
static const char *const no_or_yes[] = {"no", "yes", NULL};
static const char *const metrics[] = {"gap", NULL};
static const char *const perturbation_kinds[] = {"coefficient-noise", NULL};

const char *qb_claim_name(qb_claim claim)
{
    return claims[claim];
}

/* ---- One section after another */

static qb_status read_workload(const qb_fields *f, const qb_field *field, const qb_yaml_node *node,
                               void *into)
{
    char hint[QB_HINT_TEXT];
    qb_nearest nearest = {.word = node->text};
    if (node->kind != QB_YAML_SCALAR)
        return qb_fields_fail(f, node, "'workload' is a single value");
    for (const qb_workload *w = qb_workloads; w->name; w++)
        qb_nearest_offer(&nearest, w->name);
    if (!qb_workload_find(node->text))
        return qb_fields_fail(f, node, "unknown workload '%s'%s", node->text,
                              qb_nearest_hint(&nearest, hint));
    return qb_field_text(f, field, node, into);
}

static qb_status read_kpi(const qb_fields *f, const qb_field *field, const qb_yaml_node *node, void *into)
{
    static const qb_field table[] = {
        {"name", qb_field_text, .offset = AT(kpi.name)},
        {"unit", qb_field_text, .offset = AT(kpi.unit)},
        {"per_objective_unit", qb_field_real, .offset = AT(kpi.per_objective_unit), .least = -1e300,
         .greatest = 1e300},
        {"cpu_hour", qb_field_real, .offset = AT(kpi.cpu_hour), .least = 0, .greatest = 1e300},
        {"device_second", qb_field_real, .offset = AT(kpi.device_second), .least = 0, .greatest = 1e300},
    };
    (void)field;
    return qb_fields_read(f, "the kpi", table, sizeof table / sizeof *table, node, into);
}

/* One of the time-like limits; `detail` is its kind. */
static qb_status read_limit(const qb_fields *f, const qb_field *field, const qb_yaml_node *node, void *into)
{
    draft *d = into;
    bool counted = field->detail == QB_BUDGET_WORK || field->detail == QB_BUDGET_SAMPLES;
    if (d->x.budget.limit > 0)
        return qb_fields_fail(f, node,
                              "the budget has exactly one of cpu_time, wall_time, work, samples "
                              "and device_time");
    d->x.budget.kind = (qb_budget_kind)field->detail;
    double limit = 0;
    qb_status status =
        counted ? qb_field_real(f, field, node, &limit) : qb_field_duration(f, field, node, &limit);
    if (status == QB_OK && counted && limit != floor(limit))
        status = qb_fields_fail(f, node, "'%s' is a whole number, got '%s'", node->key, node->text);
    d->x.budget.limit = limit;
    return status;
}

static qb_status read_memory(const qb_fields *f, const qb_field *field, const qb_yaml_node *node, void *into)
{
    (void)field;
    if (node->kind != QB_YAML_SCALAR || !qb_parse_memory(node->text, into) || !*(uint64_t *)into)
        return qb_fields_fail(f, node, "'memory' is an amount such as 512MiB or 1GiB, got '%s'", node->text);
    return QB_OK;
}

static qb_status read_budget(const qb_fields *f, const qb_field *field, const qb_yaml_node *node, void *into)
{
    static const qb_field table[] = {
        {"cpu_time", read_limit, .detail = QB_BUDGET_CPU_TIME},
        {"wall_time", read_limit, .detail = QB_BUDGET_WALL_TIME},
        {"device_time", read_limit, .detail = QB_BUDGET_DEVICE},
        {"work", read_limit, .least = 1, .greatest = 0x1p53, .detail = QB_BUDGET_WORK},
        {"samples", read_limit, .least = 1, .greatest = 0x1p53, .detail = QB_BUDGET_SAMPLES},
        {"simulator_time", qb_field_duration, .offset = AT(budget.simulator_limit)},
        {"memory", read_memory, .offset = AT(budget.memory_bytes)},
        {"threads", qb_field_u32, .offset = AT(budget.threads), .least = 1, .greatest = 4096},
    };
    (void)field;
    const draft *d = into;
    qb_status status = qb_fields_read(f, "the budget", table, sizeof table / sizeof *table, node, into);
    if (status == QB_OK && !(d->x.budget.limit > 0))
        status = qb_fields_fail(f, node,
                                "the budget has none of cpu_time, wall_time, work, samples and "
                                "device_time");
    if (status == QB_OK && d->x.budget.simulator_limit > 0 && d->x.budget.kind != QB_BUDGET_DEVICE)
        status =
            qb_fields_fail(f, node, "'simulator_time' caps what a budget of device_time does not charge");
    return status;
}

static qb_status read_perturbation(const qb_fields *f, const qb_yaml_node *node,
                                   qb_experiment_perturbation *into)
{
    static const qb_field table[] = {
        {"kind", qb_field_name, offsetof(qb_experiment_perturbation, kind), .choices = perturbation_kinds},
        {"relative", qb_field_real, .offset = offsetof(qb_experiment_perturbation, relative), .least = 0,
         .greatest = 1},
        {"copies", qb_field_u32, .offset = offsetof(qb_experiment_perturbation, copies), .least = 1,
         .greatest = 10000},
    };
    *into = (qb_experiment_perturbation){.relative = NAN, .copies = 1};
    qb_status status = qb_fields_read(f, "a perturbation", table, sizeof table / sizeof *table, node, into);
    if (status == QB_OK && (!into->kind || isnan(into->relative)))
        status = qb_fields_fail(f, node, "a perturbation needs 'kind' and 'relative'");
    return status;
}

static qb_status read_perturbations(const qb_fields *f, const qb_field *field, const qb_yaml_node *node,
                                    void *into)
{
    (void)field;
    draft *d = into;
    qb_status status = qb_fields_sequence(f, node);
    if (status != QB_OK)
        return status;
    qb_experiment_perturbation *list = QB_ARENA_NEW(f->arena, qb_experiment_perturbation, node->count);
    if (!list)
        return qb_fields_no_memory(f);
    uint32_t count = 0;
    for (const qb_yaml_node *n = node->first; n; n = n->next, count++) {
        status = read_perturbation(f, n, &list[count]);
        if (status != QB_OK)
            return status;
        for (uint32_t k = 0; k < count; k++)
            if (list[k].kind == list[count].kind && list[k].relative == list[count].relative)
                return qb_fields_fail(f, n, "this perturbation stands in the list already");
    }
    d->x.perturbation = list;
    d->x.perturbations = count;
    return QB_OK;
}

static qb_status read_tuning(const qb_fields *f, const qb_field *field, const qb_yaml_node *node, void *into)
{
    static const qb_field table[] = {
        {"instances", qb_field_u32, .offset = AT(tuning.instances), .least = 1, .greatest = 100000},
        {"budget", qb_field_duration, .offset = AT(tuning.budget_s)},
    };
    (void)field;
    const draft *d = into;
    qb_status status = qb_fields_read(f, "the tuning", table, sizeof table / sizeof *table, node, into);
    if (status == QB_OK && (!d->x.tuning.instances || !(d->x.tuning.budget_s > 0)))
        status = qb_fields_fail(f, node, "the tuning needs 'instances' and 'budget'");
    return status;
}

static qb_status read_averages(const qb_fields *f, const qb_field *field, const qb_yaml_node *node,
                               void *into)
{
    static const qb_field table[] = {
        {"shift", qb_field_real, .offset = AT(averages.shift), .least = 1e-300, .greatest = 1e300},
        {"factor", qb_field_real, .offset = AT(averages.factor), .least = 1, .greatest = 1e6},
    };
    (void)field;
    return qb_fields_read(f, "the averages", table, sizeof table / sizeof *table, node, into);
}

static qb_status read_targets(const qb_fields *f, const qb_field *field, const qb_yaml_node *node, void *into)
{
    static const qb_field target = {.name = "targets", .least = 0, .greatest = 1e6};
    (void)field;
    draft *d = into;
    if (node->kind != QB_YAML_SEQUENCE || node->count > 32)
        return qb_fields_fail(f, node, "'targets' is a list of at most 32 gaps");
    double *list = QB_ARENA_NEW(f->arena, double, node->count);
    if (!list)
        return qb_fields_no_memory(f);
    uint32_t count = 0;
    for (const qb_yaml_node *n = node->first; n; n = n->next, count++) {
        qb_status status = qb_field_real(f, &target, n, &list[count]);
        if (status == QB_OK && count && list[count] >= list[count - 1])
            status = qb_fields_fail(f, n, "'targets' go from the easiest (largest) to the hardest");
        if (status != QB_OK)
            return status;
    }
    d->x.target = list;
    d->x.targets = count;
    return QB_OK;
}

static bool is_date(const char *text)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    uint64_t year, month, day;
    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-' || !qb_parse_u64(text, 4, &year) ||
        !qb_parse_u64(text + 5, 2, &month) || !qb_parse_u64(text + 8, 2, &day))
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month >= 1 && month <= 12 && day >= 1 &&
           day <= (uint64_t)days[month - 1] + (uint64_t)(leap && month == 2);
}

static qb_status read_date(const qb_fields *f, const qb_field *field, const qb_yaml_node *node, void *into)
{
    if (node->kind != QB_YAML_SCALAR || !is_date(node->text))
        return qb_fields_fail(f, node, "'%s' is a date such as 2026-12-31, got '%s'", node->key, node->text);
    return qb_field_text(f, field, node, into);
}

static qb_status read_decision(const qb_fields *f, const qb_field *field, const qb_yaml_node *node,
                               void *into)
{
    static const qb_field table[] = {
        {"metric", qb_field_name, AT(decision.metric), .choices = metrics},
        {"minimum_effect", qb_field_real, .offset = AT(decision.minimum_effect), .least = 0,
         .greatest = 1e300},
        {"confidence", qb_field_real, .offset = AT(decision.confidence), .least = 0.5, .greatest = 0.999999},
        {"deadline", read_date, .offset = AT(decision.deadline)},
        {"sequential", qb_field_choice, AT(decision.sequential), .choices = no_or_yes},
        {"flagged", qb_field_real, .offset = AT(decision.flagged), .least = 0, .greatest = 1},
        {"headroom", qb_field_real, .offset = AT(decision.headroom), .least = 0, .greatest = 1},
    };
    (void)field;
    ((draft *)into)->x.decision.given = true;
    return qb_fields_read(f, "the decision", table, sizeof table / sizeof *table, node, into);
}

/* ---- The whole */

static qb_status read_sections(const qb_fields *f, const qb_yaml_node *root, draft *d)
{
    static const qb_field table[] = {
        {"experiment", qb_field_word, .offset = AT(name)},
        {"question", qb_field_text, .offset = AT(question)},
        {"claim", qb_field_choice, offsetof(draft, claim), .choices = claims},
        {"workload", read_workload, .offset = AT(workload)},
        {"kpi", read_kpi, .offset = 0},
        {"instances", qb_field_node, .offset = offsetof(draft, instances)},
        {"solvers", qb_field_node, .offset = offsetof(draft, solvers)},
        {"budget", read_budget, .offset = 0},
        {"repeats", qb_field_u32, .offset = AT(repeats), .least = 1, .greatest = 1000000},
        {"keep_samples", qb_field_u32, .offset = AT(keep_samples), .least = 0, .greatest = 10000},
        {"seed", qb_field_u64, .offset = AT(seed), .least = 0, .greatest = 0x1p64},
        {"perturbations", read_perturbations, .offset = 0},
        {"tuning", read_tuning, .offset = 0},
        {"lowering", qb_field_node, .offset = offsetof(draft, lowering)},
        {"targets", read_targets, .offset = 0},
        {"averages", read_averages, .offset = 0},
        {"decision", read_decision, .offset = 0},
    };
    qb_status status = qb_fields_read(f, "an experiment", table, sizeof table / sizeof *table, root, d);
    if (status != QB_OK)
        return status;
    if (!d->x.name || !d->instances || !d->solvers || !(d->x.budget.limit > 0))
        return qb_fields_fail(f, root, "an experiment needs '%s'",
                              !d->x.name      ? "experiment"
                              : !d->instances ? "instances"
                              : !d->solvers   ? "solvers"
                                              : "budget");
    d->x.claim = (qb_claim)d->claim;
    return QB_OK;
}

static void set_defaults(qb_experiment *x)
{
    static const double targets[] = {0.1, 0.01, 0.001, 0};
    *x = (qb_experiment){.question = "", .workload = "", .repeats = 1};
    x->kpi.name = x->kpi.unit = "";
    x->kpi.per_objective_unit = x->kpi.cpu_hour = x->kpi.device_second = NAN;
    x->budget.memory_bytes = UINT64_MAX;
    x->budget.threads = 1;
    x->averages.shift = x->averages.factor = NAN;
    x->target = targets;
    x->targets = sizeof targets / sizeof *targets;
    x->decision.metric = metrics[0];
    x->decision.confidence = 0.95;
    x->decision.deadline = "";
    x->decision.flagged = QB_FLAGGED_LIMIT;
    x->decision.headroom = QB_HEADROOM_LIMIT;
}

/* Instances come last: the seeds of generated ones derive from the identity of everything else. */
static qb_status read_document(const qb_fields *f, const qb_yaml_node *root, qb_experiment *x)
{
    draft d = {0};
    set_defaults(&d.x);
    qb_status status = read_sections(f, root, &d);
    if (status == QB_OK)
        status = qb_experiment_read_entries(f, d.solvers, &d.x);
    if (status == QB_OK)
        status = qb_experiment_read_lowering(f, d.lowering, &d.x);
    if (status == QB_OK)
        status = qb_experiment_identify(f, &d.x);
    if (status == QB_OK)
        status = qb_experiment_read_instances(f, d.instances, &d.x);
    if (status == QB_OK)
        status = qb_experiment_canonicalise(f, &d.x);
    if (status == QB_OK)
        *x = d.x;
    return status;
}

qb_status qb_experiment_parse(const char *path, const char *text, size_t size,
                              const qb_experiment **experiment, qb_diag *diag)
{
    qb_yaml *yaml = NULL;
    qb_status status = qb_yaml_parse(path, text, size, &yaml, diag);
    if (status != QB_OK)
        return status;
    owner *o = QB_NEW(owner, 1);
    if (o) {
        qb_fields fields = {path, &o->arena, diag};
        status = read_document(&fields, qb_yaml_root(yaml), &o->experiment);
        if (status == QB_OK && !(o->experiment.text = qb_arena_copy(&o->arena, text, size)))
            status = qb_fields_no_memory(&fields);
    } else {
        status = qb_fail(diag, QB_NO_MEMORY, "%s: no memory for this experiment", path);
    }
    qb_yaml_free(yaml);
    if (status == QB_OK)
        *experiment = &o->experiment;
    else if (o)
        qb_experiment_free(&o->experiment);
    return status;
}

qb_status qb_experiment_read(const char *path, const qb_experiment **experiment, qb_diag *diag)
{
    char *text = NULL;
    size_t size = 0;
    qb_status status = qb_file_read(path, QB_YAML_BYTES, &text, &size, diag);
    if (status == QB_OK)
        status = qb_experiment_parse(path, text, size, experiment, diag);
    qb_free(text);
    return status;
}

void qb_experiment_free(const qb_experiment *experiment)
{
    owner *o = (owner *)experiment; /* we made it, so it is not const */
    if (!o)
        return;
    qb_arena_clear(&o->arena);
    qb_free(o);
}
