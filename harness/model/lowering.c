#include "harness/model/lowering.h"

#include "harness/base/json.h"
#include "harness/base/memory.h"
#include "harness/model/grid.h"
#include "harness/model/lowering_parts.h"

#include <math.h>

static qb_status lower_to_qubo(qb_lowering *l, qb_diag *diag)
{
    qb_status status;
    if (l->problem->kind == QB_KIND_MIP) {
        status = qb_lower_mip_to_qubo(l, diag);
    } else {
        l->form = l->problem->kind == QB_KIND_QUBO ? "none" : "bits";
        status = QB_OK;
        if (l->built) {
            l->qubo = *l->built;
            l->qubo.block = NULL;
        } else {
            status = qb_qubo_from_problem(l->problem, &l->qubo, diag);
        }
    }
    l->is_qubo = true;
    l->scale = l->qubo.scale;
    l->offset = l->qubo.offset;
    return status;
}

static qb_status lower_to_mip(qb_lowering *l, bool quadratic, qb_diag *diag)
{
    l->scale = 1;
    if (l->problem->kind != QB_KIND_MIP)
        return qb_lower_qubo_to_mip(l, diag);
    if (l->problem->body.pairs && !quadratic)
        return qb_lower_quadratic_mip(l, diag);
    l->form = "none";
    l->mip = &l->problem->body;
    return QB_OK;
}

/* How many bits the largest weight takes, counted in the smallest. */
static int weight_bits(const qb_qubo *q)
{
    return q->greatest > 0 ? ilogb(q->greatest / q->least) + 1 : 0;
}

static void record_penalties(const qb_lowering *l, qb_json_writer *json)
{
    static const char *const rules[] = {"bound", "tight", "factor", "search"};
    qb_json_put_string(json, "penalty", rules[l->options.penalty]);
    if (l->options.penalty >= QB_PENALTY_FACTOR)
        qb_json_put_double(json, "factor", qb_penalty_factor(&l->options));
    qb_json_put_double(json, "penalty_least", l->penalty_least);
    qb_json_put_double(json, "penalty_most", l->penalty_most);
    qb_json_put_uint(json, "penalised_rows", l->penalised);
    qb_json_put_string(json, "inequality",
                       l->options.inequality == QB_INEQUALITY_SLACK ? "slack" : "unbalanced");
    qb_json_put_uint(json, "slack", l->slack);
    qb_json_put_uint(json, "groups", l->qubo.groups);
    qb_json_put_uint(json, "cardinalities", l->qubo.cardinalities);
    if (l->options.resolution > 0)
        qb_json_put_double(json, "resolution", l->options.resolution);
    if (l->options.integer_step > 1)
        qb_json_put_double(json, "integer_step", l->options.integer_step);
}

static qb_status write_record(qb_lowering *l)
{
    qb_json_writer json = {.out = &l->record};
    qb_json_open(&json, '{');
    qb_json_put_string(&json, "encoding", l->form);
    if (l->is_qubo) {
        const qb_qubo *q = &l->qubo;
        double couplings = (double)q->n * ((double)q->n - 1);
        if (l->problem->kind == QB_KIND_MIP)
            record_penalties(l, &json);
        qb_json_put_uint(&json, "qubits", q->n);
        qb_json_put_double(&json, "density", couplings > 0 ? (double)q->nonzeros / couplings : 0);
        qb_json_put_int(&json, "bits", weight_bits(q));
    } else {
        qb_json_put_uint(&json, "columns", l->mip->columns);
        qb_json_put_uint(&json, "rows", l->mip->rows);
        qb_json_put_uint(&json, "nonzeros", l->mip->row_start[l->mip->rows]);
        qb_json_put_uint(&json, "triangles", l->triangles);
    }
    qb_json_close(&json, '}');
    return l->record.status;
}

static qb_status lower(qb_lowering *l, unsigned takes, qb_diag *diag)
{
    double factor = qb_penalty_factor(&l->options);
    if (l->options.penalty >= QB_PENALTY_FACTOR && !(factor > 0 && isfinite(factor)))
        return qb_fail(diag, QB_BAD_INPUT, "a penalty factor has to be positive");
    bool is_mip = l->problem->kind == QB_KIND_MIP;
    if ((takes & QB_TAKES_QUBO) && !(is_mip && (takes & QB_TAKES_MIP)))
        return lower_to_qubo(l, diag);
    if (takes & QB_TAKES_MIP)
        return lower_to_mip(l, takes & QB_TAKES_QUADRATIC, diag);
    return qb_fail(diag, QB_REFUSED, "the solver takes neither qubo nor mip");
}

qb_status qb_lowering_open_built(const qb_problem *problem, const qb_qubo *built, unsigned takes,
                                 const qb_lowering_options *options, qb_lowering **lowering, qb_diag *diag)
{
    qb_lowering *l = QB_NEW(qb_lowering, 1);
    if (!l)
        return qb_fail(diag, QB_NO_MEMORY, "out of memory lowering the problem");
    l->problem = problem;
    l->built = built;
    l->options = options ? *options : (qb_lowering_options){0};
    qb_status status = lower(l, takes, diag);
    if (!status)
        status = write_record(l);
    if (status == QB_NO_MEMORY)
        qb_fail(diag, status, "out of memory lowering the problem");
    if (status)
        qb_lowering_free(l);
    else
        *lowering = l;
    return status;
}

qb_status qb_lowering_open(const qb_problem *problem, unsigned takes, const qb_lowering_options *options,
                           qb_lowering **lowering, qb_diag *diag)
{
    return qb_lowering_open_built(problem, NULL, takes, options, lowering, diag);
}

void qb_lowering_free(qb_lowering *lowering)
{
    if (!lowering)
        return;
    qb_qubo_free(&lowering->qubo);
    qb_problem_free(&lowering->target);
    qb_encoding_clear(&lowering->encoding);
    qb_free(lowering->groups);
    qb_text_clear(&lowering->record);
    qb_free(lowering);
}

qb_model qb_lowering_model(const qb_lowering *lowering)
{
    if (lowering->is_qubo)
        return (qb_model){.qubo = &lowering->qubo};
    return (qb_model){.mip = lowering->mip};
}

void qb_lowering_decode_bits(const qb_lowering *lowering, const uint8_t *bits, double *source)
{
    const qb_encoding *e = &lowering->encoding;
    for (uint32_t j = 0; j < lowering->problem->body.columns; j++) {
        if (lowering->problem->kind != QB_KIND_MIP) {
            source[j] = bits[j];
            continue;
        }
        double steps = 0;
        for (uint32_t b = e->start[j]; b < e->start[j + 1]; b++)
            steps += bits[b] ? qb_grid_integer(e->step[b], e->grid) : 0;
        source[j] = e->base[j] + steps / e->grid;
    }
}

/* The source's columns come first in every mip that we write. */
void qb_lowering_decode_columns(const qb_lowering *lowering, const double *columns, double *source)
{
    for (uint32_t j = 0; j < lowering->problem->body.columns; j++)
        source[j] = lowering->problem->kind == QB_KIND_MIP ? columns[j] : columns[j] >= 0.5;
}

double qb_lowering_claim_of(const qb_lowering *lowering, double source_value)
{
    double claim = (source_value - lowering->offset) / lowering->scale, integer = nearbyint(claim);
    bool near = fabs(claim - integer) <= 1e-9 * fmax(1, fabs(claim));
    return lowering->qubo.integral && near ? integer : claim;
}

/* Division by a power of ten rounds correctly, multiplication by its inverse does not. */
double qb_lowering_value_of(const qb_lowering *lowering, double claim)
{
    double unit = nearbyint(1 / lowering->scale);
    bool divides = unit >= 1 && 1 / unit == lowering->scale;
    return (divides ? claim / unit : claim * lowering->scale) + lowering->offset;
}

bool qb_lowering_is_exact(const qb_lowering *lowering)
{
    return !lowering->inexact;
}

const char *qb_lowering_record(const qb_lowering *lowering)
{
    return qb_text_get(&lowering->record);
}
