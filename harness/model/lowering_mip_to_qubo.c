/* A mip in bits alone: integers encoded, rows as penalties.
 *
 *   E = objective in bits + sign * sum_r weight_r penalty_r     sign: + for minimisation, - for maximisation
 *
 * penalty_r is zero where row r holds (for the best slack) and at least 1 where it does not:
 * (sum - lower - slack)^2 with slack in 0..upper - lower, or (sum - lower) (sum - upper) / 2 where these are
 * neighbours: the number of pairs of true literals where at most one may be true, and Rosenberg's penalty
 * where the row says that a bit is the product of two.  Weights: qb_penalty_rule.  Rows that say "exactly one
 * of these bits" are passed along as groups, their penalty included.
 */
#include "harness/base/memory.h"
#include "harness/model/grid.h"
#include "harness/model/pairs.h"
#include "harness/model/penalties.h"

#include <inttypes.h>
#include <math.h>

/* The program in bits, growing: objective first, then the penalties. */
typedef struct program {
    const qb_mip *mip;
    const qb_encoding *encoding;
    qb_bit_rows rows;
    uint32_t n;        /* bits, slack included */
    double multiplier; /* of the objective's grid; 0: none */
    double constant;   /* in multiplied units, without the objective's own */
    double *linear;    /* [n] */
    uint64_t products;
    qb_pair *product;
} program;

static double objective_multiplier(const qb_mip *mip)
{
    qb_grid grid = {0};
    for (uint32_t j = 0; j < mip->columns; j++)
        qb_grid_admit(&grid, mip->linear[j]);
    for (uint64_t k = 0; k < mip->pairs; k++)
        qb_grid_admit(&grid, mip->pair[k].weight);
    return qb_grid_multiplier(&grid);
}

static qb_status allocate(program *p, qb_diag *diag)
{
    uint64_t products = qb_expansion_count(p->mip, p->encoding, NULL);
    for (uint32_t r = 0; r < p->rows.count && products <= QB_LOWERING_PAIRS_MOST; r++)
        products += qb_bit_row_products(&p->rows.row[r]);
    if (products > QB_LOWERING_PAIRS_MOST)
        return qb_fail(diag, QB_REFUSED, "as a qubo the problem has more than %" PRIu64 " products",
                       QB_LOWERING_PAIRS_MOST);
    p->n = p->encoding->bits + p->rows.slack_bits;
    if (p->n == 0)
        return qb_fail(diag, QB_REFUSED, "every variable is fixed: there is nothing to decide");
    p->linear = QB_NEW(double, p->n);
    p->product = QB_NEW(qb_pair, products);
    return p->linear && p->product ? QB_OK : QB_NO_MEMORY;
}

static qb_status add_objective(program *p)
{
    const qb_mip *mip = p->mip;
    const qb_encoding *e = p->encoding;
    qb_expansion x = {
        .multiplier = p->multiplier,
        .column = QB_NEW(double, mip->columns),
        .literal = p->linear,
        .product = p->product,
    };
    if (!x.column)
        return QB_NO_MEMORY;
    qb_expansion_run(mip, e, NULL, 0, &x);
    p->products = x.products;
    p->constant = x.constant;
    for (uint32_t j = 0; j < mip->columns; j++) {
        double c = p->multiplier != 0 ? qb_grid_integer(mip->linear[j], p->multiplier) : mip->linear[j];
        c += x.column[j];
        p->constant += c * e->base[j];
        for (uint32_t b = e->start[j]; b < e->start[j + 1]; b++)
            p->linear[b] += c * e->step[b];
    }
    qb_free(x.column);
    return QB_OK;
}

/* Weights beyond 2^53 may be rounded.  A vector's energy then errs by less than 2^-52 of the sum of |terms|;
 * with all weights half as large again, the proofs stand while that is at most a sixth of the smallest one.
 */
#define ROUNDING_MARGIN 1.5

static void allow_for_rounding(program *p)
{
    double largest = 0;
    for (uint32_t r = 0; r < p->rows.count; r++) {
        const qb_bit_row *row = &p->rows.row[r];
        double span = fmax(row->most - row->lower, row->upper - row->least);
        largest = fmax(largest, row->weight * span * span);
    }
    for (uint32_t r = 0; largest >= QB_EXACT_MOST && r < p->rows.count; r++)
        p->rows.row[r].weight *= ROUNDING_MARGIN;
}

static qb_status add_penalties(program *p, qb_lowering *l)
{
    double sign = p->mip->sense == QB_MAXIMISE ? -1 : 1;
    qb_bit_cost cost = {
        .bits = p->encoding->bits,
        .linear = p->linear,
        .products = p->products,
        .product = p->product,
        .sign = sign,
        .integral = p->multiplier != 0 && p->encoding->grid == 1,
    };
    qb_status status = qb_penalties_weigh(&cost, &l->options, &p->rows);
    if (status)
        return status;
    if (qb_penalty_factor(&l->options) == 0)
        allow_for_rounding(p);
    l->penalised = p->rows.count;
    l->slack = p->rows.slack_bits;
    l->penalty_least = p->rows.count ? INFINITY : 0;
    for (uint32_t r = 0; !status && r < p->rows.count; r++) {
        const qb_bit_row *row = &p->rows.row[r];
        l->penalty_least = fmin(l->penalty_least, row->weight);
        l->penalty_most = fmax(l->penalty_most, row->weight);
        status = qb_penalties_add(&p->rows, row, sign, qb_encoding_limit(&l->options), &p->constant,
                                  p->linear, p->product, &p->products);
    }
    return status;
}

static bool is_precise(const program *p, double smallest_weight)
{
    double most = fabs(p->constant), sum = most;
    for (uint32_t b = 0; b < p->n; b++) {
        most = fmax(most, fabs(p->linear[b]));
        sum += fabs(p->linear[b]);
    }
    for (uint64_t k = 0; k < p->products; k++) {
        most = fmax(most, fabs(p->product[k].weight));
        sum += fabs(p->product[k].weight);
    }
    return most < QB_EXACT_MOST || 6 * 0x1p-52 * sum <= smallest_weight;
}

static qb_status build_qubo(program *p, qb_lowering *l, qb_diag *diag)
{
    double factor = qb_penalty_factor(&l->options);
    bool precise = is_precise(p, l->penalty_least);
    if (factor == 0 && !precise)
        return qb_fail(diag, QB_REFUSED, "sufficient penalties take more digits than double precision has");
    l->inexact = !precise || (factor > 0 && factor < 1) || l->options.penalty == QB_PENALTY_SEARCH ||
                 l->options.resolution > 0 || l->options.integer_step > 1 ||
                 l->options.inequality == QB_INEQUALITY_UNBALANCED;
    qb_status status = qb_pairs_sort(p->product, p->products, p->n, p->n);
    if (status)
        return status;
    p->products = qb_pairs_merge(p->product, p->products);
    double unit = p->multiplier != 0 ? p->multiplier : 1;
    status = qb_qubo_build(p->mip->sense, p->mip->constant + p->constant / unit, 1 / unit, p->n, p->linear,
                           p->products, p->product, &l->qubo, diag);
    if (status == QB_BAD_INPUT) /* the source was sound: products of its data overflow */
        return qb_fail(diag, QB_REFUSED, "as a qubo the problem has numbers beyond double precision");
    return status;
}

/* Chooses rows of wanted cardinality (0: any above 1) that share no bit with those chosen before. */
static void choose_groups(const program *p, uint32_t wanted, bool *taken, const qb_bit_row **chosen,
                          uint32_t *groups)
{
    for (uint32_t r = 0; r < p->rows.count; r++) {
        const qb_bit_row *row = &p->rows.row[r];
        uint32_t ones = qb_bit_row_cardinality(&p->rows, row);
        bool fits = wanted ? ones == wanted : ones > 1;
        for (uint64_t t = row->start; fits && t < row->end; t++)
            fits = !taken[p->rows.bit[t]];
        for (uint64_t t = row->start; fits && t < row->end; t++)
            taken[p->rows.bit[t]] = true;
        if (fits)
            chosen[(*groups)++] = row;
    }
}

static qb_status write_groups(const program *p, const qb_bit_row *const *chosen, uint32_t one_hot,
                              uint32_t groups, qb_lowering *l)
{
    uint64_t members = 0;
    for (uint32_t g = 0; g < groups; g++)
        members += chosen[g]->end - chosen[g]->start;
    uint32_t *start = QB_NEW(uint32_t, 2 * (uint64_t)groups + 1 + members), position = 0;
    if (!start)
        return QB_NO_MEMORY;
    uint32_t *ones = start + groups + 1, *member = ones + groups;
    for (uint32_t g = 0; g < groups; g++) {
        for (uint64_t t = chosen[g]->start; t < chosen[g]->end; t++)
            member[position++] = p->rows.bit[t];
        start[g + 1] = position;
        ones[g] = qb_bit_row_cardinality(&p->rows, chosen[g]);
    }
    l->groups = start;
    l->qubo.groups = one_hot;
    l->qubo.cardinalities = groups - one_hot;
    l->qubo.group_start = start;
    l->qubo.group_ones = ones;
    l->qubo.group_member = member;
    return QB_OK;
}

/* Rows that say "exactly k", as many as share no bit, in the order of the rows; one-hot ones first. */
static qb_status find_groups(const program *p, qb_lowering *l)
{
    bool *taken = QB_NEW(bool, p->n);
    const qb_bit_row **chosen = QB_NEW(const qb_bit_row *, p->rows.count);
    qb_status status = taken && chosen ? QB_OK : QB_NO_MEMORY;
    uint32_t groups = 0;
    if (!status) {
        choose_groups(p, 1, taken, chosen, &groups);
        uint32_t one_hot = groups;
        choose_groups(p, 0, taken, chosen, &groups);
        if (groups)
            status = write_groups(p, chosen, one_hot, groups, l);
    }
    qb_free(chosen);
    qb_free(taken);
    return status;
}

qb_status qb_lower_mip_to_qubo(qb_lowering *l, qb_diag *diag)
{
    const qb_mip *mip = &l->problem->body;
    static const char *const forms[] = {"binary", "bounded", "one-hot"};
    l->form = forms[l->options.encoding];
    program p = {.mip = mip, .encoding = &l->encoding, .multiplier = objective_multiplier(mip)};
    qb_status status = qb_encoding_build(mip, NULL, &l->options, &l->encoding, diag);
    if (!status)
        status = qb_bit_rows_build(mip, &l->encoding, &l->options, &p.rows, diag);
    if (!status)
        status = allocate(&p, diag);
    if (!status)
        status = add_objective(&p);
    if (!status)
        status = add_penalties(&p, l);
    if (!status)
        status = build_qubo(&p, l, diag);
    if (!status)
        status = find_groups(&p, l);
    qb_bit_rows_clear(&p.rows);
    qb_free(p.linear);
    qb_free(p.product);
    return status;
}
