#include "harness/report/details.h"

#include "harness/base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct walk {
    const qb_evidence_run **run; /* [runs] by id */
    uint64_t runs;
    qb_details_visit visit;
    void *context;
    qb_diag *diag;
} walk;

static int by_id(const void *a, const void *b)
{
    const qb_evidence_run *p = *(const qb_evidence_run *const *)a, *q = *(const qb_evidence_run *const *)b;
    return (p->id > q->id) - (p->id < q->id);
}

static const qb_evidence_run *find_run(const walk *w, int64_t id)
{
    const qb_evidence_run key = {.id = id}, *at = &key;
    const qb_evidence_run **found = bsearch(&at, w->run, w->runs, sizeof *w->run, by_id);
    return found ? *found : NULL;
}

static qb_status visit_text(void *context, int64_t id, const char *text)
{
    walk *w = context;
    const qb_evidence_run *run = find_run(w, id);
    qb_json *details = NULL;
    if (!run || run->noise != 0 || qb_json_parse("details", text, strlen(text), &details, NULL))
        return QB_OK;
    qb_status status =
        qb_json_type_of(details) == QB_JSON_OBJECT ? w->visit(w->context, run, details) : QB_OK;
    qb_json_free(details);
    return status;
}

qb_status qb_details_each(qb_store *store, const qb_evidence *evidence, qb_details_visit visit, void *context,
                          qb_diag *diag)
{
    walk w = {.runs = evidence->runs, .visit = visit, .context = context, .diag = diag};
    w.run = qb_alloc(evidence->runs, sizeof *w.run);
    if (!w.run)
        return qb_fail(diag, QB_NO_MEMORY, "no memory to read details");
    for (uint64_t k = 0; k < evidence->runs; k++)
        w.run[k] = &evidence->run[k];
    qsort(w.run, evidence->runs, sizeof *w.run, by_id);
    qb_status status = qb_store_details(store, evidence->experiment.id, visit_text, &w, diag);
    qb_free(w.run);
    return status;
}

double qb_details_number(const qb_json *details, const char *key)
{
    double value;
    return qb_json_number(qb_json_get(details, key), &value) ? value : NAN;
}
