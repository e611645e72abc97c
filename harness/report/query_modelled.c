/* modelled: what the devices would take, beside the classical baselines of the same experiment.
 *
 * A row a circuit: challengers whose runs told of one, on the same device with as many layers once only, the
 * noiseless before the noisy.  Everything drawn hollow is modelled from published figures of a device, never
 * measured; break-even: device_claim.h.
 */
#include "harness/base/memory.h"
#include "harness/report/device_claim.h"
#include "harness/report/queries.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ROWS 12

typedef struct row {
    uint32_t entry;
    const qb_evidence_circuit *circuit; /* of one of its runs */
    qb_break_even even;
} row;

typedef struct table {
    const qb_digest *digest;
    bool *take; /* [instances] all */
    row row[ROWS];
    uint32_t rows;
} table;

static bool is_there(const table *t, const qb_evidence_circuit *c)
{
    for (uint32_t k = 0; k < t->rows; k++)
        if (!strcmp(t->row[k].circuit->device, c->device) && t->row[k].circuit->layers == c->layers)
            return true;
    return false;
}

/* Those with noise or those without. */
static qb_status gather(table *t, const qb_figure *f, bool noisy, qb_diag *diag)
{
    const qb_evidence *e = t->digest->evidence;
    for (uint32_t place = 0; place < e->entries && t->rows < ROWS; place++) {
        uint32_t entry = f->order[place];
        const qb_evidence_circuit *c = qb_circuit_told(t->digest, entry);
        qb_break_even even;
        if (!c || !c->layers || !*c->device || c->noisy != noisy ||
            e->entry[entry].role != QB_EVIDENCE_CHALLENGER || is_there(t, c))
            continue;
        qb_status status = qb_break_even_of(t->digest, t->take, entry, 0.95, &even, diag);
        if (status)
            return status;
        if (even.modelled_run_s > 0 && even.modelled_gate_s > 0) /* not NAN: all of it was told */
            t->row[t->rows++] = (row){entry, c, even};
    }
    return QB_OK;
}

/* Row, modelled and measured seconds of a run, modelled and break-even seconds of a gate with its interval,
 * name, colour. */
static void put_row(qb_figure *f, uint32_t number, const row *r)
{
    const qb_break_even *b = &r->even;
    const double values[] = {number,    b->modelled_run_s,    b->classical_s,       b->modelled_gate_s,
                             b->gate_s, b->gate_interval.low, b->gate_interval.high};
    char name[160];
    for (size_t k = 0; k < sizeof values / sizeof *values; k++)
        qb_figure_put(f, values[k]);
    snprintf(name, sizeof name, "%.60s: p = %u on %.40s", f->digest->evidence->entry[r->entry].name,
             (unsigned)r->circuit->layers, r->circuit->device);
    qb_figure_put_text(f, name);
    qb_figure_put(f, qb_figure_colour(r->entry));
    qb_figure_end_row(f);
}

static void put(qb_figure *f, const table *t)
{
    double least[2] = {INFINITY, INFINITY}, most[2] = {0, 0};
    qb_figure_open(f, "circuit");
    for (uint32_t k = 0; k < t->rows; k++) {
        const qb_break_even *b = &t->row[k].even;
        const double seen[2][4] = {
            {b->modelled_run_s, b->classical_s, b->classical_s, b->classical_s},
            {b->modelled_gate_s, b->gate_s, b->gate_interval.low, b->gate_interval.high}};
        for (int panel = 0; panel < 2; panel++)
            for (int v = 0; v < 4; v++) { /* fmin and fmax leave NAN out */
                least[panel] = fmin(least[panel], seen[panel][v]);
                most[panel] = fmax(most[panel], seen[panel][v]);
            }
        put_row(f, k + 1, &t->row[k]);
    }
    qb_figure_close(f);
    qb_figure_number(f, "rows", t->rows);
    qb_figure_number(f, "run_first", least[0]);
    qb_figure_number(f, "run_last", most[0]);
    qb_figure_number(f, "gate_first", least[1]);
    qb_figure_number(f, "gate_last", most[1]);
    f->height = 210 + 34 * t->rows;
}

qb_status qb_query_modelled(qb_figure *figure, qb_diag *diag)
{
    const qb_evidence *e = figure->digest->evidence;
    table t = {.digest = figure->digest, .take = QB_NEW(bool, e->instances)};
    qb_status status = t.take ? QB_OK : qb_fail(diag, QB_NO_MEMORY, "no memory for figure 'modelled'");
    if (!status) {
        memset(t.take, true, e->instances);
        status = gather(&t, figure, false, diag);
    }
    if (!status)
        status = gather(&t, figure, true, diag);
    if (!status && !t.rows)
        status = qb_fail(diag, QB_REFUSED,
                         "no circuit on a device stands beside a classical baseline that is as good");
    if (!status)
        put(figure, &t);
    qb_free(t.take);
    return status;
}
