#include "harness/model/problem.h"

#include "harness/base/memory.h"
#include "harness/model/image.h"
#include "harness/model/pairs.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* What the build works on before the image exists. */
typedef struct build {
    const qb_draft *draft;
    qb_pair *pair, *entry; /* sorted copies; an entry is (row, column, value) */
    uint8_t *type;         /* [columns] */
    uint64_t *culprit;
    qb_diag *diag;
} build;

static double draft_lower(const qb_draft *draft, uint32_t j)
{
    return draft->lower ? draft->lower[j] : 0;
}

static double draft_upper(const qb_draft *draft, uint32_t j)
{
    return draft->upper ? draft->upper[j] : 1;
}

static const char *draft_name(const char *const *names, char letter, uint32_t k, char buffer[16])
{
    if (names)
        return names[k];
    snprintf(buffer, 16, "%c%" PRIu32, letter, k + 1);
    return buffer;
}

static qb_status check_shape(const build *b)
{
    const qb_draft *d = b->draft;
    if (d->columns == 0)
        return qb_fail(b->diag, QB_BAD_INPUT, "the problem has no variables");
    if (d->columns > INT32_MAX || d->rows > INT32_MAX)
        return qb_fail(b->diag, QB_BAD_INPUT, "more than 2147483647 variables or constraints");
    if (!isfinite(d->constant))
        return qb_fail(b->diag, QB_BAD_INPUT, "the objective's constant is not finite");
    if (d->kind != QB_KIND_MIP && (d->type || d->lower || d->upper || d->rows || d->entries))
        return qb_fail(b->diag, QB_BAD_INPUT, "a %s problem has no bounds, types or constraints",
                       qb_kind_name(d->kind));
    return QB_OK;
}

/* Checks column j and decides its type: integers within [0, 1] are binary. */
static qb_status check_column(const build *b, uint32_t j)
{
    const qb_draft *d = b->draft;
    char buffer[16];
    const char *name = draft_name(d->column_names, 'x', j, buffer);
    double linear = d->linear ? d->linear[j] : 0, lower = draft_lower(d, j), upper = draft_upper(d, j);
    uint8_t type = d->type ? d->type[j] : QB_COLUMN_BINARY;
    if (!isfinite(linear))
        return qb_fail(b->diag, QB_BAD_INPUT, "objective coefficient of '%s' is not finite", name);
    if (d->kind == QB_KIND_MAXCUT && linear != 0)
        return qb_fail(b->diag, QB_BAD_INPUT, "a maxcut problem has no linear terms, '%s' has one", name);
    if (type > QB_COLUMN_CONTINUOUS)
        return qb_fail(b->diag, QB_BAD_INPUT, "'%s' has no known type", name);
    if (!(lower <= upper) || lower == INFINITY || upper == -INFINITY)
        return qb_fail(b->diag, QB_BAD_INPUT, "bounds of '%s' are contradictory: %g to %g", name, lower,
                       upper);
    bool unit = lower >= 0 && upper <= 1;
    if (type == QB_COLUMN_BINARY && !unit)
        return qb_fail(b->diag, QB_BAD_INPUT, "bounds of the binary '%s' leave 0 and 1: %g to %g", name,
                       lower, upper);
    b->type[j] = type == QB_COLUMN_INTEGER && unit ? QB_COLUMN_BINARY : type;
    return QB_OK;
}

static qb_status check_row(const build *b, uint32_t r)
{
    const qb_draft *d = b->draft;
    double lower = d->row_lower ? d->row_lower[r] : -INFINITY,
           upper = d->row_upper ? d->row_upper[r] : INFINITY;
    char buffer[16];
    if (!(lower <= upper) || lower == INFINITY || upper == -INFINITY)
        return qb_fail(b->diag, QB_BAD_INPUT, "constraint '%s' is contradictory: %g to %g",
                       draft_name(d->row_names, 'r', r, buffer), lower, upper);
    return QB_OK;
}

static qb_status blame(const build *b, uint64_t position)
{
    *b->culprit = position;
    return QB_BAD_INPUT;
}

static qb_status copy_pairs(const build *b)
{
    const qb_draft *d = b->draft;
    for (uint64_t k = 0; k < d->pairs; k++) {
        qb_pair p = d->pair[k];
        if (p.i > p.j)
            p = (qb_pair){p.j, p.i, p.weight};
        if (p.j >= d->columns) {
            qb_fail(b->diag, QB_BAD_INPUT, "variable %" PRIu32 " is beyond the last, %" PRIu32, p.j + 1,
                    d->columns);
            return blame(b, k);
        }
        if (!isfinite(p.weight)) {
            qb_fail(b->diag, QB_BAD_INPUT, "weight of variables %" PRIu32 " and %" PRIu32 " is not finite",
                    p.i + 1, p.j + 1);
            return blame(b, k);
        }
        if (p.i == p.j && d->kind != QB_KIND_MIP) {
            qb_fail(b->diag, QB_BAD_INPUT, "variable %" PRIu32 " is paired with itself", p.i + 1);
            return blame(b, k);
        }
        b->pair[k] = p;
    }
    return QB_OK;
}

static qb_status copy_entries(const build *b)
{
    const qb_draft *d = b->draft;
    for (uint64_t k = 0; k < d->entries; k++) {
        qb_triplet t = d->entry[k];
        if (t.row >= d->rows || t.column >= d->columns) {
            qb_fail(b->diag, QB_BAD_INPUT, "row %" PRIu32 ", column %" PRIu32 " is beyond the last",
                    t.row + 1, t.column + 1);
            return blame(b, k);
        }
        if (!isfinite(t.value)) {
            qb_fail(b->diag, QB_BAD_INPUT, "coefficient in row %" PRIu32 ", column %" PRIu32 " is not finite",
                    t.row + 1, t.column + 1);
            return blame(b, k);
        }
        b->entry[k] = (qb_pair){t.row, t.column, t.value};
    }
    return QB_OK;
}

/* The position in the draft of the second pair (or entry) that means p. */
static uint64_t second_occurrence(const qb_draft *draft, qb_pair p, bool entries)
{
    unsigned seen = 0;
    for (uint64_t k = 0; k < (entries ? draft->entries : draft->pairs); k++) {
        uint32_t i = entries ? draft->entry[k].row : draft->pair[k].i;
        uint32_t j = entries ? draft->entry[k].column : draft->pair[k].j;
        bool same = (i == p.i && j == p.j) || (!entries && i == p.j && j == p.i);
        if (same && ++seen == 2)
            return k;
    }
    return UINT64_MAX;
}

/* Sorts, then merges; afterwards *count are left. */
static qb_status settle(const build *b, bool entries, uint64_t *count)
{
    const qb_draft *d = b->draft;
    qb_pair *list = entries ? b->entry : b->pair;
    uint64_t all = entries ? d->entries : d->pairs;
    qb_status status = qb_pairs_sort(list, all, entries ? d->rows : d->columns, d->columns);
    if (status)
        return status;
    uint64_t twice = d->sum_duplicates ? all : qb_pairs_duplicate(list, all);
    if (twice < all) {
        qb_pair p = list[twice];
        qb_fail(b->diag, QB_BAD_INPUT,
                entries ? "row %" PRIu32 ", column %" PRIu32 " is given twice"
                        : "the pair %" PRIu32 ", %" PRIu32 " is given twice",
                p.i + 1, p.j + 1);
        return blame(b, second_occurrence(d, p, entries));
    }
    *count = qb_pairs_merge(list, all);
    for (uint64_t k = 0; d->sum_duplicates && k < *count; k++)
        if (!isfinite(list[k].weight))
            return qb_fail(b->diag, QB_BAD_INPUT,
                           "the sum of duplicates at %" PRIu32 ", %" PRIu32 " overflows", list[k].i + 1,
                           list[k].j + 1);
    return QB_OK;
}

static uint64_t pool_bytes(const char *const *names, uint32_t count)
{
    uint64_t bytes = 0;
    for (uint32_t k = 0; names && k < count; k++)
        bytes += strlen(names[k]) + 1;
    return bytes;
}

static void write_names(const char *const *names, uint32_t count, uint32_t *offset, char *pool)
{
    uint32_t position = 0;
    for (uint32_t k = 0; names && k < count; k++) {
        size_t bytes = strlen(names[k]) + 1;
        memcpy(pool + position, names[k], bytes);
        offset[k] = position;
        position += (uint32_t)bytes;
    }
}

/* x + 0 turns -0 into 0: equal problems have equal bytes. */
static void write_doubles(const double *from, double missing, uint32_t count, double *to)
{
    for (uint32_t k = 0; k < count; k++)
        to[k] = (from ? from[k] : missing) + 0.0;
}

/* Entries are sorted; start is zeroed. */
static void write_entries(const qb_pair *entry, uint64_t entries, uint32_t rows, uint64_t *start,
                          uint32_t *column, double *value)
{
    for (uint64_t k = 0; k < entries; k++) {
        column[k] = entry[k].j;
        value[k] = entry[k].weight;
        start[entry[k].i + 1]++;
    }
    for (uint32_t r = 0; r < rows; r++)
        start[r + 1] += start[r];
}

static qb_image plan(const build *b, uint64_t pairs, uint64_t entries)
{
    const qb_draft *d = b->draft;
    bool typed = false, bounded = false;
    for (uint32_t j = 0; j < d->columns; j++) {
        typed |= b->type[j] != QB_COLUMN_BINARY;
        bounded |= draft_lower(d, j) != 0 || draft_upper(d, j) != 1;
    }
    return (qb_image){
        .magic = QB_IMAGE_MAGIC,
        .kind = (uint32_t)d->kind,
        .sense = (uint32_t)d->sense,
        .has_types = typed,
        .has_bounds = typed || bounded,
        .columns = d->columns,
        .rows = d->rows,
        .pairs = pairs,
        .entries = entries,
        .column_pool = pool_bytes(d->column_names, d->columns),
        .row_pool = pool_bytes(d->row_names, d->rows),
        .name = strlen(d->name ? d->name : "") + 1,
        .format = strlen(d->format ? d->format : "") + 1,
        .constant = d->constant + 0.0,
    };
}

static qb_status write_image(const build *b, uint64_t pairs, uint64_t entries, qb_problem *problem)
{
    const qb_draft *d = b->draft;
    uint64_t at[QB_SECTIONS + 1];
    qb_image header = plan(b, pairs, entries);
    if (header.column_pool > UINT32_MAX || header.row_pool > UINT32_MAX)
        return qb_fail(b->diag, QB_BAD_INPUT, "names take more than 4 GiB");
    if (!qb_image_layout(&header, at))
        return QB_NO_MEMORY;
    header.size = at[QB_SECTIONS];
    char *block = qb_alloc(header.size, 1);
    if (!block)
        return QB_NO_MEMORY;
    memcpy(block, &header, sizeof header);

#define SECTION(name) ((void *)(block + at[QB_SECTION_##name]))
    write_doubles(d->linear, 0, d->columns, SECTION(LINEAR));
    if (pairs)
        memcpy(SECTION(PAIR), b->pair, pairs * sizeof *b->pair);
    if (header.has_types)
        memcpy(SECTION(TYPE), b->type, d->columns);
    if (header.has_bounds) {
        write_doubles(d->lower, 0, d->columns, SECTION(LOWER));
        write_doubles(d->upper, 1, d->columns, SECTION(UPPER));
    }
    write_entries(b->entry, entries, d->rows, SECTION(ROW_START), SECTION(ROW_COLUMN), SECTION(ROW_VALUE));
    write_doubles(d->row_lower, -INFINITY, d->rows, SECTION(ROW_LOWER));
    write_doubles(d->row_upper, INFINITY, d->rows, SECTION(ROW_UPPER));
    write_names(d->column_names, d->columns, SECTION(COLUMN_OFFSET), SECTION(COLUMN_POOL));
    write_names(d->row_names, d->rows, SECTION(ROW_OFFSET), SECTION(ROW_POOL));
    memcpy(SECTION(NAME), d->name ? d->name : "", header.name);
    memcpy(SECTION(FORMAT), d->format ? d->format : "", header.format);
#undef SECTION
    qb_image_bind((const qb_image *)(const void *)block, problem);
    problem->block = block;
    return QB_OK;
}

static qb_status build_all(build *b, qb_problem *problem)
{
    const qb_draft *d = b->draft;
    uint64_t pairs = 0, entries = 0;
    qb_status status = check_shape(b);
    if (status)
        return status;
    b->pair = QB_NEW(qb_pair, d->pairs);
    b->entry = QB_NEW(qb_pair, d->entries);
    b->type = QB_NEW(uint8_t, d->columns);
    if (!b->pair || !b->entry || !b->type)
        return QB_NO_MEMORY;
    for (uint32_t j = 0; !status && j < d->columns; j++)
        status = check_column(b, j);
    for (uint32_t r = 0; !status && r < d->rows; r++)
        status = check_row(b, r);
    if (status || (status = copy_pairs(b)) || (status = settle(b, false, &pairs)) ||
        (status = copy_entries(b)) || (status = settle(b, true, &entries)))
        return status;
    return write_image(b, pairs, entries, problem);
}

qb_status qb_problem_build(const qb_draft *draft, qb_problem *problem, qb_diag *diag)
{
    uint64_t culprit = UINT64_MAX;
    build b = {.draft = draft, .culprit = &culprit, .diag = diag};
    qb_status status = build_all(&b, problem);
    if (status == QB_NO_MEMORY)
        qb_fail(diag, status, "out of memory building the problem");
    if (status == QB_BAD_INPUT && draft->culprit)
        *draft->culprit = culprit;
    qb_free(b.pair);
    qb_free(b.entry);
    qb_free(b.type);
    return status;
}

void qb_problem_free(qb_problem *problem)
{
    if (!problem)
        return;
    qb_free(problem->block);
    *problem = (qb_problem){0};
}

bool qb_problem_is_binary(const qb_problem *problem)
{
    return !problem->body.type;
}

uint64_t qb_problem_nonzeros(const qb_problem *problem)
{
    const qb_mip *body = &problem->body;
    if (problem->kind == QB_KIND_MIP)
        return body->row_start[body->rows];
    uint64_t count = body->pairs;
    for (uint32_t j = 0; j < body->columns; j++)
        count += body->linear[j] != 0;
    return count;
}

const char *qb_kind_name(qb_kind kind)
{
    static const char *const names[] = {"qubo", "ising", "maxcut", "mip"};
    return names[kind];
}

const char *qb_sense_name(qb_sense sense)
{
    return sense == QB_MAXIMISE ? "max" : "min";
}

const char *qb_mip_column_name(const qb_mip *mip, uint32_t column, char *buffer)
{
    if (mip->column_names.offset)
        return mip->column_names.pool + mip->column_names.offset[column];
    return draft_name(NULL, 'x', column, buffer);
}

const char *qb_mip_row_name(const qb_mip *mip, uint32_t row, char *buffer)
{
    if (mip->row_names.offset)
        return mip->row_names.pool + mip->row_names.offset[row];
    return draft_name(NULL, 'r', row, buffer);
}
