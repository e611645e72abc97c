#define _GNU_SOURCE
#include "harness/report/device_claim.h"

#include "harness/base/json.h"
#include "harness/base/memory.h"

#include <math.h>
#include <string.h>

/* Parameters whose being zero makes a device noiseless. */
static const char *const noise[] = {"depolarising_1q", "depolarising_2q", "damping", "readout",
                                    "over_rotation"};

static qb_json *params_of(const qb_evidence_entry *entry)
{
    qb_json *params = NULL;
    (void)qb_json_parse("parameters", entry->params, strlen(entry->params), &params, NULL);
    return params;
}

bool qb_is_optimistic(const qb_evidence_entry *entry)
{
    qb_json *params = params_of(entry);
    const char *device = qb_json_text(qb_json_get(params, "device"));
    bool optimistic = device && !strcmp(device, "optimistic");
    for (size_t k = 0; k < sizeof noise / sizeof *noise; k++) {
        double rate = 0;
        if (qb_json_number(qb_json_get(params, noise[k]), &rate) && rate != 0)
            optimistic = false;
    }
    qb_json_free(params);
    return optimistic;
}

/* Layers of the entry's circuit; 0: it has none. */
static double depth_of(const qb_evidence_entry *entry)
{
    double depth = 0;
    qb_json *params = params_of(entry);
    (void)qb_json_number(qb_json_get(params, "depth"), &depth);
    qb_json_free(params);
    return depth;
}

/* Seconds of the fastest classical baseline that is as good there; NAN: none is. */
static double fastest_baseline(const qb_digest *d, uint32_t instance, double score)
{
    double least = NAN;
    for (uint32_t k = 0; k < d->evidence->entries; k++) {
        const qb_evidence_entry *entry = &d->evidence->entry[k];
        const qb_cell_digest *cell = qb_digest_cell(d, k, instance);
        bool classical = entry->role == QB_EVIDENCE_BASELINE && !strcmp(entry->execution, "native");
        if (classical && cell->mean_score <= score && cell->median_last_s > 0)
            least = fmin(least, cell->median_last_s); /* fmin leaves NAN out */
    }
    return least;
}

typedef struct use {
    double shots, modelled_s; /* means over the runs of a cell */
} use;

static use mean_use(const qb_digest *d, const qb_cell_digest *cell)
{
    use u = {0};
    for (uint64_t k = cell->first; k < cell->first + cell->runs; k++) {
        u.shots += (double)d->evidence->run[k].samples / (double)cell->runs;
        u.modelled_s += d->evidence->run[k].modelled_s / (double)cell->runs;
    }
    return u;
}

static double mean(const double *x, uint32_t count)
{
    double sum = 0;
    for (uint32_t k = 0; k < count; k++)
        sum += x[k];
    return sum / count; /* of none: NAN */
}

qb_status qb_break_even_of(const qb_digest *digest, const bool *take, uint32_t challenger, double confidence,
                           qb_break_even *result, qb_diag *diag)
{
    const qb_evidence *e = digest->evidence;
    double depth = depth_of(&e->entry[challenger]), *needed = QB_NEW(double, e->instances),
           *modelled = QB_NEW(double, e->instances);
    qb_break_even r = {.layer_s = NAN, .interval = {NAN, NAN}, .modelled_s = NAN};
    if (!needed || !modelled) {
        qb_free(needed);
        qb_free(modelled);
        return qb_fail(diag, QB_NO_MEMORY, "no memory for the break-even");
    }
    for (uint32_t i = 0; i < e->instances; i++) {
        const qb_cell_digest *cell = qb_digest_cell(digest, challenger, i);
        use u = mean_use(digest, cell);
        if (!take[i] || !(u.shots > 0) || !(depth > 0) || isnan(cell->mean_score))
            continue;
        double seconds = fastest_baseline(digest, i, cell->mean_score);
        if (isnan(seconds)) {
            r.unmatched++;
            continue;
        }
        needed[r.instances] = log(seconds / (u.shots * depth));
        modelled[r.instances++] = log(u.modelled_s / (u.shots * depth));
    }
    r.layer_s = exp(mean(needed, r.instances));
    r.modelled_s = exp(mean(modelled, r.instances));
    r.interval = qb_interval_t(needed, r.instances, confidence);
    r.interval = (qb_interval){exp(r.interval.low), exp(r.interval.high)};
    qb_free(needed);
    qb_free(modelled);
    *result = r;
    return QB_OK;
}
