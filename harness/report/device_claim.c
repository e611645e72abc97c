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
        for (uint64_t k = cell->first; k < cell->first + cell->runs; k++) {
            const qb_evidence_run *run = &d->evidence->run[k];
            c.limited += !qb_run_tells(run);
            if (run->circuit)
                take_circuit(&c, run->circuit);
        }
    }
    return c;
}

const qb_evidence_circuit *qb_circuit_told(const qb_digest *d, uint32_t entry)
{
    for (uint32_t i = 0; i < d->evidence->instances; i++) {
        const qb_cell_digest *cell = qb_digest_cell(d, entry, i);
        for (uint64_t k = cell->first; k < cell->first + cell->runs; k++)
            if (d->evidence->run[k].circuit)
                return d->evidence->run[k].circuit;
    }
    return NULL;
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

/* Means over the runs of a cell that tell. */
typedef struct use {
    double shots, modelled_s;
    double layers, gates; /* of the circuit, on its longest path after routing; 0: it has none */
    double gates_s;       /* modelled time of those */
} use;

static use mean_use(const qb_digest *d, const qb_cell_digest *cell)
{
    use u = {0};
    double runs = (double)cell->telling;
    for (uint64_t k = cell->first; k < cell->first + cell->runs; k++) {
        const qb_evidence_run *run = &d->evidence->run[k];
        if (!qb_run_tells(run))
            continue;
        u.shots += (double)run->samples / runs;
        u.modelled_s += run->modelled_s / runs;
        if (!run->circuit)
            continue;
        u.layers += (double)run->circuit->layers / runs;
        u.gates += run->circuit->device_depth / runs;
        u.gates_s += (run->circuit->shot_s - run->circuit->overhead_s) / runs;
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

/* Logarithms, an instance a number. */
enum { LAYER, MODELLED_LAYER, GATE, MODELLED_GATE, CLASSICAL, MODELLED_RUN, MEANS };

static void compare(double *logs[MEANS], uint32_t at, const use *u, double seconds)
{
    const double of[MEANS] = {
        [LAYER] = seconds / (u->shots * u->layers),
        [MODELLED_LAYER] = u->modelled_s / (u->shots * u->layers),
        [GATE] = seconds / (u->shots * u->gates),
        [MODELLED_GATE] = u->gates_s / u->gates,
        [CLASSICAL] = seconds,
        [MODELLED_RUN] = u->modelled_s,
    };
    for (int k = 0; k < MEANS; k++)
        logs[k][at] = of[k] > 0 && isfinite(of[k]) ? log(of[k]) : NAN; /* nothing was modelled */
}

static double geometric_mean(const double *logs, uint32_t count)
{
    double sum = 0;
    for (uint32_t k = 0; k < count; k++)
        sum += logs[k];
    return exp(sum / count); /* of none: NAN */
}

static qb_interval interval_of(const double *logs, uint32_t count, double confidence)
{
    qb_interval i = qb_interval_t(logs, count, confidence);
    return (qb_interval){exp(i.low), exp(i.high)};
}

qb_status qb_break_even_of(const qb_digest *digest, const bool *take, uint32_t challenger, double confidence,
                           qb_break_even *result, qb_diag *diag)
{
    const qb_evidence *e = digest->evidence;
    double *block = QB_NEW(double, (size_t)MEANS * e->instances), *logs[MEANS];
    qb_break_even r = {0};
    if (!block)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for the break-even");
    for (int k = 0; k < MEANS; k++)
        logs[k] = block + (size_t)k * e->instances;
    for (uint32_t i = 0; i < e->instances; i++) {
        const qb_cell_digest *cell = qb_digest_cell(digest, challenger, i);
        use u = mean_use(digest, cell);
        if (!take[i] || !(u.shots > 0) || !(u.layers > 0) || isnan(cell->mean_score))
            continue;
        double seconds = fastest_baseline(digest, i, cell->mean_score);
        if (isnan(seconds))
            r.unmatched++;
        else
            compare(logs, r.instances++, &u, seconds);
    }
    r.layer_s = geometric_mean(logs[LAYER], r.instances);
    r.modelled_s = geometric_mean(logs[MODELLED_LAYER], r.instances);
    r.interval = interval_of(logs[LAYER], r.instances, confidence);
    r.gate_s = geometric_mean(logs[GATE], r.instances);
    r.modelled_gate_s = geometric_mean(logs[MODELLED_GATE], r.instances);
    r.gate_interval = interval_of(logs[GATE], r.instances, confidence);
    r.classical_s = geometric_mean(logs[CLASSICAL], r.instances);
    r.modelled_run_s = geometric_mean(logs[MODELLED_RUN], r.instances);
    qb_free(block);
    *result = r;
    return QB_OK;
}
