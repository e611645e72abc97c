#include "solvers/external/model.h"

#include "harness/base/memory.h"
#include "harness/model/mps_write.h"

#include <math.h>

#define INTEGRALITY 1e-6
#define PRINTED     1e-6 /* relative: what programs print of an objective */

qb_status qb_external_model_open(const qb_model *model, qb_external_model *made)
{
    const qb_mip *mip = model->mip;
    *made = (qb_external_model){.model = model};
    if (mip) {
        made->anonymous = (qb_problem){.kind = QB_KIND_MIP, .name = "model", .format = "mps", .body = *mip};
        made->anonymous.body.column_names = made->anonymous.body.row_names = (qb_names){0};
        made->anonymous.body.constant = 0;
        made->constant = mip->constant;
    }
    made->variables = mip ? mip->columns : model->qubo->n;
    made->sign = (mip ? mip->sense : model->qubo->sense) == QB_MAXIMISE ? -1 : 1;
    made->x = QB_NEW(double, made->variables);
    made->bits = mip ? NULL : QB_NEW(uint8_t, made->variables);
    if (made->x && (mip || made->bits))
        return QB_OK;
    qb_external_model_close(made);
    return QB_NO_MEMORY;
}

void qb_external_model_close(qb_external_model *model)
{
    qb_free(model->bits);
    qb_free(model->x);
    *model = (qb_external_model){0};
}

static void write_term(qb_text *out, uint32_t i, uint32_t j, double weight)
{
    qb_text_appendf(out, "%u %u ", i, j);
    qb_text_append_double(out, weight);
    qb_text_append_char(out, '\n');
}

static void write_qubo(const qb_qubo *q, double sign, qb_text *out)
{
    uint32_t linear = 0;
    for (uint32_t i = 0; i < q->n; i++)
        linear += qb_qubo_linear(q, i) != 0;
    qb_text_appendf(out, "p qubo 0 %u %u %llu\n", q->n, linear, (unsigned long long)q->nonzeros / 2);
    for (uint32_t i = 0; i < q->n; i++)
        if (qb_qubo_linear(q, i) != 0)
            write_term(out, i, i, sign * qb_qubo_linear(q, i));
    for (uint32_t i = 0; i < q->n; i++)
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++)
            if (q->neighbour[k] > i)
                write_term(out, i, q->neighbour[k], sign * qb_qubo_weight(q, k));
}

qb_status qb_external_model_write(const qb_external_model *model, qb_text *out, qb_diag *diag)
{
    if (model->model->mip)
        return qb_mps_write(&model->anonymous, out, diag);
    write_qubo(model->model->qubo, model->sign, out);
    return out->status;
}

/* The model's value of x, in its own sense and scale, and the sum of |terms|. */
static double value_of(const qb_external_model *model, double *magnitude)
{
    const qb_mip *mip = model->model->mip;
    const qb_qubo *q = model->model->qubo;
    *magnitude = 1;
    if (q) {
        *magnitude += q->magnitude;
        return q->integral ? (double)qb_qubo_energy_int(q, model->bits) : qb_qubo_energy(q, model->bits);
    }
    double sum = mip->constant, lost = 0;
    for (uint32_t j = 0; j < mip->columns; j++) {
        double term = mip->linear[j] * model->x[j] - lost, next = sum + term;
        lost = (next - sum) - term;
        sum = next;
        *magnitude += fabs(mip->linear[j] * model->x[j]);
    }
    return sum;
}

static bool settle(qb_external_model *model)
{
    const qb_mip *mip = model->model->mip;
    for (uint32_t j = 0; j < model->variables; j++) {
        double whole = nearbyint(model->x[j]);
        bool integer = !mip || !mip->type || mip->type[j] != QB_COLUMN_CONTINUOUS;
        if (integer && fabs(model->x[j] - whole) <= INTEGRALITY)
            model->x[j] = whole;
        if (!mip && model->x[j] != 0 && model->x[j] != 1)
            return false;
        if (!mip)
            model->bits[j] = model->x[j] != 0;
    }
    return true;
}

qb_status qb_external_model_publish(qb_external_model *model, double said, bool printed, qb_budget *budget,
                                    double *claim, qb_diag *diag)
{
    double magnitude;
    if (!settle(model))
        return qb_fail(diag, QB_INTERNAL, "a value of the solution is neither 0 nor 1");
    double own = value_of(model, &magnitude), theirs = model->sign * said + model->constant;
    bool agrees = isnan(said) || (printed && fabs(theirs - own) <= PRINTED * magnitude);
    *claim = agrees ? own : theirs;
    return model->bits ? qb_budget_incumbent(budget, model->bits, *claim)
                       : qb_budget_incumbent_mip(budget, model->x, *claim);
}
