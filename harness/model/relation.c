#include "harness/model/relation.h"

#include "harness/base/memory.h"
#include "harness/base/rng.h"
#include "harness/model/referee.h"

#include <math.h>
#include <string.h>

#define OFFSET    17
#define SCALE     8
#define ROW_SCALE 4
#define REACH     10 /* from a bound, where the other is infinite */

static const char *const names[QB_RELATIONS] = {"offset", "scale", "sense", "columns", "rows", "row-scale"};

const char *qb_relation_name(qb_relation relation)
{
    return names[relation];
}

bool qb_relation_applies(qb_relation relation, const qb_problem *problem)
{
    return (relation != QB_RELATION_ROWS && relation != QB_RELATION_ROW_SCALE) || problem->body.rows;
}

/* Where everything goes, and what it is multiplied by. */
typedef struct change {
    qb_relation relation;
    const qb_mip *mip;
    double objective, row;    /* factors */
    uint32_t *column, *order; /* [columns], [rows] */
    double *linear, *lower, *upper, *row_lower, *row_upper;
    uint8_t *type;
    qb_pair *pair;
    qb_triplet *entry;
} change;

/* Source: Durstenfeld, "Algorithm 235: random permutation", CACM 7 (1964) 420. */
static void arrange(uint32_t *order, uint32_t count, bool shuffled, qb_rng *rng)
{
    for (uint32_t k = 0; k < count; k++)
        order[k] = k;
    for (uint32_t k = count; shuffled && k > 1; k--) {
        uint32_t other = (uint32_t)qb_rng_below(rng, k), kept = order[k - 1];
        order[k - 1] = order[other];
        order[other] = kept;
    }
}

static bool allocate(change *c)
{
    const qb_mip *mip = c->mip;
    c->column = QB_NEW(uint32_t, mip->columns);
    c->order = QB_NEW(uint32_t, mip->rows);
    c->linear = QB_NEW(double, mip->columns);
    c->lower = QB_NEW(double, mip->columns);
    c->upper = QB_NEW(double, mip->columns);
    c->type = QB_NEW(uint8_t, mip->columns);
    c->row_lower = QB_NEW(double, mip->rows);
    c->row_upper = QB_NEW(double, mip->rows);
    c->pair = QB_NEW(qb_pair, mip->pairs);
    c->entry = QB_NEW(qb_triplet, mip->row_start[mip->rows]);
    return c->column && c->order && c->linear && c->lower && c->upper && c->type && c->row_lower &&
           c->row_upper && c->pair && c->entry;
}

/* Leaves the columns' map to whoever asked. */
static void clear(change *c)
{
    qb_free(c->order);
    qb_free(c->linear);
    qb_free(c->lower);
    qb_free(c->upper);
    qb_free(c->type);
    qb_free(c->row_lower);
    qb_free(c->row_upper);
    qb_free(c->pair);
    qb_free(c->entry);
}

static void copy_columns(change *c)
{
    const qb_mip *mip = c->mip;
    for (uint32_t j = 0; j < mip->columns; j++) {
        uint32_t to = c->column[j];
        c->linear[to] = c->objective * mip->linear[j];
        c->type[to] = mip->type ? mip->type[j] : QB_COLUMN_BINARY;
        c->lower[to] = mip->lower ? mip->lower[j] : 0;
        c->upper[to] = mip->upper ? mip->upper[j] : 1;
    }
    for (uint64_t k = 0; k < mip->pairs; k++) {
        uint32_t i = c->column[mip->pair[k].i], j = c->column[mip->pair[k].j];
        c->pair[k] = (qb_pair){i < j ? i : j, i < j ? j : i, c->objective * mip->pair[k].weight};
    }
}

static void copy_rows(change *c)
{
    const qb_mip *mip = c->mip;
    for (uint32_t r = 0; r < mip->rows; r++) {
        uint32_t to = c->order[r];
        c->row_lower[to] = c->row * mip->row_lower[r];
        c->row_upper[to] = c->row * mip->row_upper[r];
        for (uint64_t k = mip->row_start[r]; k < mip->row_start[r + 1]; k++)
            c->entry[k] = (qb_triplet){to, c->column[mip->row_column[k]], c->row * mip->row_value[k]};
    }
}

static qb_status build(const change *c, const qb_problem *source, double offset, qb_problem *problem,
                       qb_diag *diag)
{
    const qb_mip *mip = c->mip;
    bool mixed = source->kind == QB_KIND_MIP, flips = c->relation == QB_RELATION_SENSE;
    qb_draft draft = {
        .kind = source->kind,
        .name = source->name,
        .format = source->format,
        .sense = (mip->sense == QB_MAXIMISE) != flips ? QB_MAXIMISE : QB_MINIMISE,
        .constant = c->objective * mip->constant + offset,
        .columns = mip->columns,
        .linear = c->linear,
        .pairs = mip->pairs,
        .pair = c->pair,
        .type = mixed ? c->type : NULL,
        .lower = mixed ? c->lower : NULL,
        .upper = mixed ? c->upper : NULL,
        .rows = mip->rows,
        .entries = mip->row_start[mip->rows],
        .entry = c->entry,
        .row_lower = c->row_lower,
        .row_upper = c->row_upper,
    };
    qb_status status = qb_problem_build(&draft, problem, diag);
    return status == QB_BAD_INPUT ? QB_REFUSED : status; /* the source was sound: numbers overflow */
}

qb_status qb_relation_apply(qb_relation relation, const qb_problem *problem, uint64_t seed,
                            qb_related *related, qb_diag *diag)
{
    double factor = relation == QB_RELATION_SCALE ? SCALE : relation == QB_RELATION_SENSE ? -1 : 1;
    double offset = relation == QB_RELATION_OFFSET ? OFFSET : 0;
    change c = {.relation = relation,
                .mip = &problem->body,
                .objective = factor,
                .row = relation == QB_RELATION_ROW_SCALE ? ROW_SCALE : 1};
    qb_rng rng;
    qb_problem built;
    qb_status status = allocate(&c) ? QB_OK : qb_fail(diag, QB_NO_MEMORY, "%s: out of memory", problem->name);
    if (!status) {
        qb_rng_init(&rng, seed, 0);
        arrange(c.column, c.mip->columns, relation == QB_RELATION_COLUMNS, &rng);
        arrange(c.order, c.mip->rows, relation == QB_RELATION_ROWS, &rng);
        copy_columns(&c);
        copy_rows(&c);
        status = build(&c, problem, offset, &built, diag);
    }
    clear(&c);
    if (status)
        qb_free(c.column);
    else
        *related = (qb_related){built, factor, offset, c.column};
    return status;
}

void qb_related_clear(qb_related *related)
{
    qb_problem_free(&related->problem);
    qb_free(related->column);
    *related = (qb_related){0};
}

static void draw(const qb_mip *mip, qb_rng *rng, double *v)
{
    uint32_t odd = qb_rng_below(rng, 4) ? mip->columns : (uint32_t)qb_rng_below(rng, mip->columns);
    for (uint32_t j = 0; j < mip->columns; j++) {
        double lower = mip->lower ? mip->lower[j] : 0, upper = mip->upper ? mip->upper[j] : 1;
        bool continuous = mip->type && mip->type[j] == QB_COLUMN_CONTINUOUS;
        lower = isfinite(lower) ? lower : isfinite(upper) ? upper - REACH : -REACH;
        upper = isfinite(upper) ? upper : lower + REACH;
        double at = lower + qb_rng_uniform(rng) * (upper - lower + (continuous ? 0 : 1));
        v[j] = continuous ? at : fmin(floor(at), upper);
        if (j == odd && mip->lower)
            v[j] = upper + 1;
    }
}

static bool agree(const qb_related *related, const qb_score *here, const qb_score *there)
{
    double expected = related->factor * here->objective + related->offset;
    double tolerance = here->exact && there->exact ? 0 : 1e-9 * (1 + there->magnitude);
    return fabs(there->objective - expected) <= tolerance && here->feasible == there->feasible &&
           here->violations == there->violations;
}

qb_status qb_relation_check(const qb_problem *problem, const qb_related *related, uint64_t seed,
                            uint32_t vectors, uint32_t *wrong, uint32_t *feasible, qb_diag *diag)
{
    uint32_t columns = problem->body.columns, bad = 0, good = 0;
    double *v = QB_NEW(double, columns), *w = QB_NEW(double, columns);
    qb_status status = v && w ? QB_OK : qb_fail(diag, QB_NO_MEMORY, "%s: out of memory", problem->name);
    qb_rng rng;
    qb_rng_init(&rng, seed, 1);
    for (uint32_t k = 0; !status && k < vectors; k++) {
        qb_score here, there;
        draw(&problem->body, &rng, v);
        for (uint32_t j = 0; j < columns; j++)
            w[related->column[j]] = v[j];
        status = qb_referee_score(problem, v, &here, diag);
        if (!status)
            status = qb_referee_score(&related->problem, w, &there, diag);
        if (!status) {
            bad += !agree(related, &here, &there);
            good += here.feasible;
        }
    }
    qb_free(v);
    qb_free(w);
    if (!status) {
        *wrong = bad;
        *feasible = good;
    }
    return status;
}
