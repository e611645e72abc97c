#include "harness/report/device_claim.h"

#include "harness/base/memory.h"
#include "solvers/kernels/device.h"

#include <math.h>
#include <string.h>

#define EQUAL_SHOTS 0.01 /* a difference that rounding to whole batches may leave */

static void take_circuit(qb_circuits *c, const qb_evidence_circuit *circuit)
{
    bool optimistic = qb_device_is_bound(circuit->device) && !circuit->noisy, sham = !circuit->layers;
    c->optimistic = optimistic && (c->optimistic || !c->told);
    c->sham = sham && (c->sham || !c->told);
    c->oracle = c->oracle || !strcmp(circuit->angles_from, "oracle-trained");
    c->unstated = c->unstated || !strcmp(circuit->fitted_on, "not stated");
    c->told = true;
}

qb_circuits qb_circuits_of(const qb_digest *d, uint32_t entry)
{
    qb_circuits c = {0};
    for (uint32_t i = 0; i < d->evidence->instances; i++) {
        const qb_cell_digest *cell = qb_digest_cell(d, entry, i);
        for (uint64_t k = cell->first; k < cell->first + cell->runs; k++)
            if (d->evidence->run[k].circuit)
                take_circuit(&c, d->evidence->run[k].circuit);
    }
    return c;
}

bool qb_fitted_on(const char *fitted_on, const char *instance)
{
    static const char separators[] = ",; \t\n";
    size_t length = strlen(instance);
    for (const char *word = fitted_on + strspn(fitted_on, separators); *word;) {
        size_t end = strcspn(word, separators);
        if (end == length && !memcmp(word, instance, length))
            return true;
        word += end;
        word += strspn(word, separators);
    }
    return false;
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

/* Means over the runs of a cell. */
typedef struct use {
    double shots, modelled_s, depth; /* layers of the circuit; 0: it has none */
} use;

static use mean_use(const qb_digest *d, const qb_cell_digest *cell)
{
    use u = {0};
    for (uint64_t k = cell->first; k < cell->first + cell->runs; k++) {
        const qb_evidence_run *run = &d->evidence->run[k];
        u.shots += (double)run->samples / (double)cell->runs;
        u.modelled_s += run->modelled_s / (double)cell->runs;
        u.depth += run->circuit ? (double)run->circuit->layers / (double)cell->runs : 0;
    }
    return u;
}

bool qb_draws_as_many(const qb_digest *d, const bool *take, uint32_t entry, uint32_t other)
{
    uint32_t shared = 0;
    for (uint32_t i = 0; i < d->evidence->instances; i++) {
        const qb_cell_digest *a = qb_digest_cell(d, entry, i), *b = qb_digest_cell(d, other, i);
        if (!take[i] || !a->runs || !b->runs)
            continue;
        double ours = mean_use(d, a).shots, theirs = mean_use(d, b).shots;
        if (!(ours > 0) || fabs(ours - theirs) > EQUAL_SHOTS * ours)
            return false;
        shared++;
    }
    return shared > 0;
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
    double *needed = QB_NEW(double, e->instances), *modelled = QB_NEW(double, e->instances);
    qb_break_even r = {.layer_s = NAN, .interval = {NAN, NAN}, .modelled_s = NAN};
    if (!needed || !modelled) {
        qb_free(needed);
        qb_free(modelled);
        return qb_fail(diag, QB_NO_MEMORY, "no memory for the break-even");
    }
    for (uint32_t i = 0; i < e->instances; i++) {
        const qb_cell_digest *cell = qb_digest_cell(digest, challenger, i);
        use u = mean_use(digest, cell);
        if (!take[i] || !(u.shots > 0) || !(u.depth > 0) || isnan(cell->mean_score))
            continue;
        double seconds = fastest_baseline(digest, i, cell->mean_score);
        if (isnan(seconds)) {
            r.unmatched++;
            continue;
        }
        needed[r.instances] = log(seconds / (u.shots * u.depth));
        modelled[r.instances++] = log(u.modelled_s / (u.shots * u.depth));
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
