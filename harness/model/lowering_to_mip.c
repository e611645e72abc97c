/* Lowering to a linear program: the qubo model, or a mip with products in its objective. */
#include "harness/base/memory.h"
#include "harness/model/linearise.h"
#include "harness/model/lowering_parts.h"
#include "harness/model/pairs.h"

#include <inttypes.h>
#include <math.h>

/* Adds the products to a sheet that has room, and makes it the lowering's mip. */
static qb_status finish(qb_lowering *l, qb_sheet *s, double constant, const qb_products *products,
                        qb_diag *diag)
{
    qb_linearise_add(products, s);
    l->form = products->compact ? "compact" : "standard";
    l->triangles = products->triangles;
    qb_draft draft = {
        .kind = QB_KIND_MIP,
        .name = l->problem->name,
        .format = "lowered",
        .sense = products->sense,
        .constant = constant,
        .columns = s->columns,
        .linear = s->linear,
        .type = s->type,
        .lower = s->lower,
        .upper = s->upper,
        .rows = s->rows,
        .entries = s->entries,
        .entry = s->entry,
        .row_lower = s->row_lower,
        .row_upper = s->row_upper,
    };
    qb_status status = qb_problem_build(&draft, &l->target, diag);
    if (status == QB_BAD_INPUT) /* the source was sound: products of its data overflow */
        return qb_fail(diag, QB_REFUSED, "linearised, the problem has numbers beyond double precision");
    if (!status)
        l->mip = &l->target.body;
    return status;
}

static qb_status refuse_if_large(uint64_t columns, uint64_t rows, qb_diag *diag)
{
    if (columns > INT32_MAX || rows > INT32_MAX)
        return qb_fail(diag, QB_REFUSED, "linearised, the problem has more than 2147483647 columns or rows");
    return QB_OK;
}

/* The claims are the qubo model's energies. */
qb_status qb_lower_qubo_to_mip(qb_lowering *l, qb_diag *diag)
{
    qb_status status = qb_qubo_from_problem(l->problem, &l->qubo, diag);
    if (status)
        return status;
    const qb_qubo *q = &l->qubo;
    l->scale = q->scale;
    l->offset = q->offset;
    qb_sheet s = {0};
    uint64_t products = 0;
    qb_pair *product = QB_NEW(qb_pair, q->nonzeros / 2);
    status = QB_NO_MEMORY;
    if (!product)
        goto done;
    for (uint32_t i = 0; i < q->n; i++)
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++)
            if (q->neighbour[k] > i)
                product[products++] = (qb_pair){i, q->neighbour[k], qb_qubo_weight(q, k)};
    qb_products p = qb_linearise_choose(&l->options, q->sense, q->n, products, product);
    qb_extent e = qb_linearise_extent(&p);
    if ((status = refuse_if_large(q->n + e.columns, e.rows, diag)) ||
        (status = qb_sheet_open(&s, q->n + e.columns, e.rows, e.entries)))
        goto done;
    for (uint32_t i = 0; i < q->n; i++)
        qb_sheet_add_column(&s, QB_COLUMN_BINARY, qb_qubo_linear(q, i), 0, 1);
    status = finish(l, &s, 0, &p, diag);
done:
    qb_sheet_close(&s);
    qb_free(product);
    return status;
}

/* Columns that take bits of their own because a product of theirs is not one of two free binaries. */
static qb_status choose_columns(const qb_mip *mip, bool *wanted, qb_diag *diag)
{
    char buffer[16];
    for (uint64_t k = 0; k < 2 * mip->pairs; k++) {
        uint32_t j = k % 2 ? mip->pair[k / 2].j : mip->pair[k / 2].i;
        double lower = mip->lower ? mip->lower[j] : 0, upper = mip->upper ? mip->upper[j] : 1;
        uint8_t type = mip->type ? mip->type[j] : QB_COLUMN_BINARY;
        wanted[j] = type != QB_COLUMN_BINARY || lower != 0 || upper != 1;
        if (type == QB_COLUMN_CONTINUOUS && lower != upper)
            return qb_fail(
                diag, QB_REFUSED,
                "the objective has a product of the continuous '%s': no linear program says it exactly",
                qb_mip_column_name(mip, j, buffer));
    }
    return QB_OK;
}

/* The source's columns and rows, then the bits and v_j - sum step bit = base for each encoded column. */
static void copy_program(const qb_mip *mip, const qb_encoding *e, const bool *wanted, qb_sheet *s)
{
    for (uint32_t j = 0; j < mip->columns; j++)
        qb_sheet_add_column(s, mip->type ? (qb_column_type)mip->type[j] : QB_COLUMN_BINARY, mip->linear[j],
                            mip->lower ? mip->lower[j] : 0, mip->upper ? mip->upper[j] : 1);
    for (uint32_t b = 0; b < e->bits; b++)
        qb_sheet_add_column(s, QB_COLUMN_BINARY, 0, 0, 1);
    for (uint32_t r = 0; r < mip->rows; r++) {
        for (uint64_t k = mip->row_start[r]; k < mip->row_start[r + 1]; k++)
            qb_sheet_add_entry(s, mip->row_column[k], mip->row_value[k]);
        qb_sheet_end_row(s, mip->row_lower[r], mip->row_upper[r]);
    }
    for (uint32_t j = 0; j < mip->columns; j++) {
        if (!wanted[j])
            continue;
        qb_sheet_add_entry(s, j, 1);
        for (uint32_t b = e->start[j]; b < e->start[j + 1]; b++)
            qb_sheet_add_entry(s, mip->columns + b, -e->step[b]);
        qb_sheet_end_row(s, e->base[j], e->base[j]);
    }
}

qb_status qb_lower_quadratic_mip(qb_lowering *l, qb_diag *diag)
{
    const qb_mip *mip = &l->problem->body;
    qb_encoding e = {0};
    qb_expansion x = {.constant = mip->constant};
    qb_sheet s = {0};
    const qb_lowering_options binary = {.encoding = QB_ENCODE_BINARY};
    bool *wanted = QB_NEW(bool, mip->columns);
    qb_status status = wanted ? choose_columns(mip, wanted, diag) : QB_NO_MEMORY;
    if (status || (status = qb_encoding_build(mip, wanted, &binary, &e, diag)))
        goto done;
    uint64_t limit = qb_expansion_count(mip, &e, wanted);
    if (limit > QB_LOWERING_PAIRS_MOST) {
        status = qb_fail(diag, QB_REFUSED, "the objective has %" PRIu64 " products of bits", limit);
        goto done;
    }
    if ((status = refuse_if_large((uint64_t)mip->columns + e.bits, 0, diag)))
        goto done;
    uint32_t columns = mip->columns + e.bits, linked = 0;
    for (uint32_t j = 0; j < mip->columns; j++)
        linked += wanted[j];
    status = QB_NO_MEMORY;
    x.literal = x.column = QB_NEW(double, columns);
    x.product = QB_NEW(qb_pair, limit);
    if (!x.literal || !x.product)
        goto done;
    qb_expansion_run(mip, &e, wanted, mip->columns, &x);
    if ((status = qb_pairs_sort(x.product, x.products, columns, columns)))
        goto done;
    x.products = qb_pairs_merge(x.product, x.products);
    qb_products p = qb_linearise_choose(&l->options, mip->sense, columns, x.products, x.product);
    qb_extent more = qb_linearise_extent(&p);
    if ((status = refuse_if_large(columns + more.columns, (uint64_t)mip->rows + linked + more.rows, diag)))
        goto done;
    status = qb_sheet_open(&s, columns + more.columns, mip->rows + linked + more.rows,
                           mip->row_start[mip->rows] + linked + e.bits + more.entries);
    if (status)
        goto done;
    copy_program(mip, &e, wanted, &s);
    for (uint32_t j = 0; j < columns; j++)
        s.linear[j] += x.literal[j];
    status = finish(l, &s, x.constant, &p, diag);
done:
    qb_sheet_close(&s);
    qb_free(x.literal);
    qb_free(x.product);
    qb_encoding_clear(&e);
    qb_free(wanted);
    return status;
}
