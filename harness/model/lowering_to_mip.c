/* Products of bits in a linear program.
 *
 * Standard, per product w x x': a column y in [0, 1] with y = x x' at integer points.  Only the rows that the
 * objective does not enforce by itself are written: y <= x, y <= x' where it pulls y up, y >= x + x' - 1
 * where it pulls y down.  Source: R. Fortet, "Applications de l'algebre de Boole en recherche
 * operationnelle", Revue Francaise de Recherche Operationnelle 4 (1960) 17-26.
 *
 * Compact, per variable x with products x g(x'), g = sum w x' in [L, U]: a column z = x g, for minimisation
 * z >= L x and z >= g - U (1 - x), for maximisation z <= U x and z <= g - L (1 - x).  Source: F. Glover,
 * "Improved linear integer programming formulations of nonlinear integer problems", Management Science 22
 * (1975) 455-460.
 */
#include "harness/base/memory.h"
#include "harness/model/lowering_parts.h"
#include "harness/model/pairs.h"

#include <inttypes.h>
#include <math.h>

#define STANDARD_PRODUCTS_MOST 20000 /* beyond, one LP of the standard form takes longer than many nodes */

/* A program under construction: columns and rows are added one after the other. */
typedef struct sheet {
    uint32_t columns, rows;
    uint64_t entries;
    double *linear, *lower, *upper; /* by column */
    uint8_t *type;
    double *row_lower, *row_upper;
    qb_triplet *entry;
} sheet;

static bool sheet_open(sheet *s, uint64_t columns, uint64_t rows, uint64_t entries)
{
    *s = (sheet){
        .linear = QB_NEW(double, columns),
        .lower = QB_NEW(double, columns),
        .upper = QB_NEW(double, columns),
        .type = QB_NEW(uint8_t, columns),
        .row_lower = QB_NEW(double, rows),
        .row_upper = QB_NEW(double, rows),
        .entry = QB_NEW(qb_triplet, entries),
    };
    return s->linear && s->lower && s->upper && s->type && s->row_lower && s->row_upper && s->entry;
}

static void sheet_close(sheet *s)
{
    qb_free(s->linear);
    qb_free(s->lower);
    qb_free(s->upper);
    qb_free(s->type);
    qb_free(s->row_lower);
    qb_free(s->row_upper);
    qb_free(s->entry);
}

static uint32_t add_column(sheet *s, qb_column_type type, double linear, double lower, double upper)
{
    uint32_t j = s->columns++;
    s->linear[j] = linear;
    s->lower[j] = lower;
    s->upper[j] = upper;
    s->type[j] = (uint8_t)type;
    return j;
}

/* Entries belong to the row that end_row closes. */
static void add_entry(sheet *s, uint32_t column, double value)
{
    s->entry[s->entries++] = (qb_triplet){s->rows, column, value};
}

static void end_row(sheet *s, double lower, double upper)
{
    s->row_lower[s->rows] = lower;
    s->row_upper[s->rows] = upper;
    s->rows++;
}

/* What the products add to a sheet. */
typedef struct extent {
    uint64_t columns, rows, entries;
} extent;

static extent extent_of(const qb_pair *product, uint64_t products, qb_sense sense, bool compact)
{
    extent e = {0};
    for (uint64_t k = 0; k < products; k++) {
        bool pulled_up = (product[k].weight > 0) == (sense == QB_MAXIMISE);
        bool new_owner = k == 0 || product[k].i != product[k - 1].i;
        e.columns += compact ? new_owner : 1;
        e.rows += compact ? 2 * (uint64_t)new_owner : pulled_up ? 2 : 1;
        e.entries += compact ? 1 + 4 * (uint64_t)new_owner : pulled_up ? 4 : 3;
    }
    return e;
}

static void add_standard(sheet *s, const qb_pair *product, uint64_t products, qb_sense sense)
{
    for (uint64_t k = 0; k < products; k++) {
        qb_pair p = product[k];
        uint32_t y = add_column(s, QB_COLUMN_CONTINUOUS, p.weight, 0, 1);
        if ((p.weight > 0) == (sense == QB_MAXIMISE)) {
            add_entry(s, p.i, 1);
            add_entry(s, y, -1);
            end_row(s, 0, INFINITY);
            add_entry(s, p.j, 1);
            add_entry(s, y, -1);
            end_row(s, 0, INFINITY);
        } else {
            add_entry(s, p.i, 1);
            add_entry(s, p.j, 1);
            add_entry(s, y, -1);
            end_row(s, -INFINITY, 1);
        }
    }
}

/* The products of variable `owner` are product[begin..end). */
static void add_owner(sheet *s, const qb_pair *product, uint64_t begin, uint64_t end, qb_sense sense)
{
    uint32_t owner = product[begin].i;
    double least = 0, most = 0;
    for (uint64_t k = begin; k < end; k++) {
        least += fmin(0, product[k].weight);
        most += fmax(0, product[k].weight);
    }
    bool maximise = sense == QB_MAXIMISE;
    double near = maximise ? most : least, far = maximise ? least : most;
    uint32_t z = add_column(s, QB_COLUMN_CONTINUOUS, 1, least, most);
    add_entry(s, owner, -near);
    add_entry(s, z, 1);
    end_row(s, maximise ? -INFINITY : 0, maximise ? 0 : INFINITY);
    add_entry(s, owner, -far);
    for (uint64_t k = begin; k < end; k++)
        add_entry(s, product[k].j, -product[k].weight);
    add_entry(s, z, 1);
    end_row(s, maximise ? -INFINITY : -far, maximise ? -far : INFINITY);
}

static void add_compact(sheet *s, const qb_pair *product, uint64_t products, qb_sense sense)
{
    for (uint64_t begin = 0, end; begin < products; begin = end) {
        for (end = begin + 1; end < products && product[end].i == product[begin].i;)
            end++;
        add_owner(s, product, begin, end, sense);
    }
}

static bool wants_compact(const qb_lowering *l, uint64_t products)
{
    if (l->options.linearisation == QB_LINEARISE_AUTO)
        return products > STANDARD_PRODUCTS_MOST;
    return l->options.linearisation == QB_LINEARISE_COMPACT;
}

/* Adds the products to a sheet that has room, and makes it the lowering's mip. */
static qb_status finish(qb_lowering *l, sheet *s, qb_sense sense, double constant, const qb_pair *product,
                        uint64_t products, qb_diag *diag)
{
    bool compact = wants_compact(l, products);
    (compact ? add_compact : add_standard)(s, product, products, sense);
    l->form = compact ? "compact" : "standard";
    qb_draft draft = {
        .kind = QB_KIND_MIP,
        .name = l->problem->name,
        .format = "lowered",
        .sense = sense,
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
    sheet s = {0};
    uint64_t products = 0;
    qb_pair *product = QB_NEW(qb_pair, q->nonzeros / 2);
    status = QB_NO_MEMORY;
    if (!product)
        goto done;
    for (uint32_t i = 0; i < q->n; i++)
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++)
            if (q->neighbour[k] > i)
                product[products++] = (qb_pair){i, q->neighbour[k], qb_qubo_weight(q, k)};
    extent e = extent_of(product, products, q->sense, wants_compact(l, products));
    if ((status = refuse_if_large(q->n + e.columns, e.rows, diag)))
        goto done;
    status = QB_NO_MEMORY;
    if (!sheet_open(&s, q->n + e.columns, e.rows, e.entries))
        goto done;
    for (uint32_t i = 0; i < q->n; i++)
        add_column(&s, QB_COLUMN_BINARY, qb_qubo_linear(q, i), 0, 1);
    status = finish(l, &s, q->sense, 0, product, products, diag);
done:
    sheet_close(&s);
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
static void copy_program(const qb_mip *mip, const qb_encoding *e, const bool *wanted, sheet *s)
{
    for (uint32_t j = 0; j < mip->columns; j++)
        add_column(s, mip->type ? (qb_column_type)mip->type[j] : QB_COLUMN_BINARY, mip->linear[j],
                   mip->lower ? mip->lower[j] : 0, mip->upper ? mip->upper[j] : 1);
    for (uint32_t b = 0; b < e->bits; b++)
        add_column(s, QB_COLUMN_BINARY, 0, 0, 1);
    for (uint32_t r = 0; r < mip->rows; r++) {
        for (uint64_t k = mip->row_start[r]; k < mip->row_start[r + 1]; k++)
            add_entry(s, mip->row_column[k], mip->row_value[k]);
        end_row(s, mip->row_lower[r], mip->row_upper[r]);
    }
    for (uint32_t j = 0; j < mip->columns; j++) {
        if (!wanted[j])
            continue;
        add_entry(s, j, 1);
        for (uint32_t b = e->start[j]; b < e->start[j + 1]; b++)
            add_entry(s, mip->columns + b, -e->step[b]);
        end_row(s, e->base[j], e->base[j]);
    }
}

qb_status qb_lower_quadratic_mip(qb_lowering *l, qb_diag *diag)
{
    const qb_mip *mip = &l->problem->body;
    qb_encoding e = {0};
    qb_expansion x = {.constant = mip->constant};
    sheet s = {0};
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
    uint64_t products = qb_pairs_merge(x.product, x.products);
    extent more = extent_of(x.product, products, mip->sense, wants_compact(l, products));
    if ((status = refuse_if_large(columns + more.columns, (uint64_t)mip->rows + linked + more.rows, diag)))
        goto done;
    status = QB_NO_MEMORY;
    if (!sheet_open(&s, columns + more.columns, mip->rows + linked + more.rows,
                    mip->row_start[mip->rows] + linked + e.bits + more.entries))
        goto done;
    copy_program(mip, &e, wanted, &s);
    for (uint32_t j = 0; j < columns; j++)
        s.linear[j] += x.literal[j];
    status = finish(l, &s, mip->sense, x.constant, x.product, products, diag);
done:
    sheet_close(&s);
    qb_free(x.literal);
    qb_free(x.product);
    qb_encoding_clear(&e);
    qb_free(wanted);
    return status;
}
