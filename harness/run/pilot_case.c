#include "harness/run/pilot_case.h"

#include "harness/base/file.h"
#include "harness/base/memory.h"
#include "harness/base/text.h"
#include "harness/run/field.h"

#include <string.h>

#define FILE_LIMIT ((size_t)1 << 20)

static const char *const answers[] = {"yes", "no", "unknown", NULL};

static const struct {
    const char *key, *text;
} questions[QB_QUESTIONS] = {
    [QB_ASK_DISCRETE] = {"discrete", "Is the problem discrete or combinatorial?"},
    [QB_ASK_PAYS] = {"pays", "Does a better solution pay for the experiment?"},
    [QB_ASK_HEADROOM] = {"headroom", "Does the classical baseline leave room above it?"},
    [QB_ASK_SEPARABLE] = {"separable", "Does it separate cleanly into a hybrid step?"},
    [QB_ASK_KPI] = {"kpi", "Can success be measured as a business KPI?"},
};

const char *qb_answer_name(qb_answer answer)
{
    return answers[answer];
}

const char *qb_question_key(qb_question question)
{
    return questions[question].key;
}

const char *qb_question_text(qb_question question)
{
    return questions[question].text;
}

static qb_status read_workload(const qb_fields *fields, const qb_field *field, const qb_yaml_node *node,
                               void *into)
{
    const char *name = NULL;
    char hint[QB_HINT_TEXT];
    qb_status status = qb_field_word(fields, field, node, &name);
    if (status)
        return status;
    qb_nearest near = {.word = name};
    for (const qb_workload *w = qb_workloads; w->name; w++)
        qb_nearest_offer(&near, w->name);
    const qb_workload *found = qb_workload_find(name);
    if (!found)
        return qb_fields_fail(fields, node, "unknown workload '%s'%s", name, qb_nearest_hint(&near, hint));
    *(const qb_workload **)into = found;
    return QB_OK;
}

static qb_status read_document(const qb_fields *fields, const qb_yaml_node *root, qb_pilot_case *pilot)
{
#define ANSWER(question, key)                                                       \
    {                                                                               \
        key, qb_field_choice, offsetof(draft, answer[question]), .choices = answers \
    }
    typedef struct draft {
        const char *name, *store, *experiment;
        const qb_workload *workload;
        int answer[QB_QUESTIONS];
    } draft;
    static const qb_field table[] = {
        {"case", qb_field_text, .offset = offsetof(draft, name)},
        {"workload", read_workload, .offset = offsetof(draft, workload)},
        {"store", qb_field_text, .offset = offsetof(draft, store)},
        {"experiment", qb_field_text, .offset = offsetof(draft, experiment)},
        ANSWER(QB_ASK_DISCRETE, "discrete"),
        ANSWER(QB_ASK_PAYS, "pays"),
        ANSWER(QB_ASK_HEADROOM, "headroom"),
        ANSWER(QB_ASK_SEPARABLE, "separable"),
        ANSWER(QB_ASK_KPI, "kpi"),
    };
#undef ANSWER
    draft d = {0};
    for (int k = 0; k < QB_QUESTIONS; k++)
        d.answer[k] = QB_ANSWER_UNKNOWN;
    qb_status status = qb_fields_read(fields, "a case", table, sizeof table / sizeof *table, root, &d);
    if (!status && !d.name)
        status = qb_fields_fail(fields, root, "a case needs 'case', its name");
    if (status)
        return status;
    pilot->name = d.name;
    pilot->workload = d.workload;
    pilot->store = d.store;
    pilot->experiment = d.experiment;
    for (int k = 0; k < QB_QUESTIONS; k++)
        pilot->answer[k] = (qb_answer)d.answer[k];
    return QB_OK;
}

/* Files are named relative to the case file. */
static qb_status place_store(const char *path, qb_pilot_case *pilot)
{
    const char *slash = strrchr(path, '/');
    if (!pilot->store || pilot->store[0] == '/' || !slash)
        return QB_OK;
    qb_text full = {0};
    qb_text_append_bytes(&full, path, (size_t)(slash - path) + 1);
    qb_text_append(&full, pilot->store);
    if (!full.status)
        pilot->store = qb_arena_copy(&pilot->arena, full.data, full.length);
    qb_text_clear(&full);
    return pilot->store ? QB_OK : QB_NO_MEMORY;
}

qb_status qb_pilot_case_read(const char *path, qb_pilot_case *pilot, qb_diag *diag)
{
    char *text = NULL;
    size_t size = 0;
    qb_yaml *yaml = NULL;
    qb_pilot_case read = {0};
    qb_fields fields = {path, &read.arena, diag};
    qb_status status = qb_file_read(path, FILE_LIMIT, &text, &size, diag);
    if (!status)
        status = qb_yaml_parse(path, text, size, &yaml, diag);
    if (!status)
        status = read_document(&fields, qb_yaml_root(yaml), &read);
    if (!status)
        status = place_store(path, &read);
    qb_yaml_free(yaml);
    qb_free(text);
    if (status)
        qb_pilot_case_clear(&read);
    else
        *pilot = read;
    return status;
}

void qb_pilot_case_clear(qb_pilot_case *pilot)
{
    qb_arena_clear(&pilot->arena);
    *pilot = (qb_pilot_case){0};
}
