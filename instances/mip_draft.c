#include "instances/mip_draft.h"

#include "harness/base/memory.h"
#include "instances/build.h"

#include <math.h>
#include <stdio.h>

static qb_status no_memory(const qb_scan *scan)
{
    return qb_fail(scan->diag, QB_NO_MEMORY, "%s: out of memory", scan->file);
}

qb_status qb_mip_draft_add_column(qb_mip_draft *draft, const qb_scan *scan, uint32_t *column)
{
    if (draft->columns == QB_COUNT_LIMIT)
        return qb_scan_fail(scan, "more than %u columns", QB_COUNT_LIMIT);
    if (draft->columns == draft->column_capacity) {
        uint32_t capacity = draft->column_capacity * 2 + 64;
        qb_draft_column *grown = qb_realloc(draft->column, draft->columns, capacity, sizeof *draft->column);
        if (!grown)
            return no_memory(scan);
        draft->column = grown;
        draft->column_capacity = capacity;
    }
    *column = draft->columns++;
    draft->column[*column] = (qb_draft_column){.upper = INFINITY, .type = QB_COLUMN_CONTINUOUS};
    return QB_OK;
}

qb_status qb_mip_draft_add_row(qb_mip_draft *draft, const qb_scan *scan, uint32_t *row)
{
    if (draft->rows == QB_COUNT_LIMIT)
        return qb_scan_fail(scan, "more than %u rows", QB_COUNT_LIMIT);
    if (draft->rows == draft->row_capacity) {
        uint32_t capacity = draft->row_capacity * 2 + 64;
        qb_draft_row *grown = qb_realloc(draft->row, draft->rows, capacity, sizeof *draft->row);
        if (!grown)
            return no_memory(scan);
        draft->row = grown;
        draft->row_capacity = capacity;
    }
    *row = draft->rows++;
    draft->row[*row] = (qb_draft_row){.lower = -INFINITY, .upper = INFINITY, .line = scan->line};
    return QB_OK;
}

qb_status qb_mip_draft_column(qb_mip_draft *draft, const qb_scan *scan, qb_token name, uint32_t *column)
{
    uint32_t number;
    if (qb_names_add(&draft->column_names, name, &number) != QB_OK)
        return no_memory(scan);
    *column = number;
    return number < draft->columns ? QB_OK : qb_mip_draft_add_column(draft, scan, column);
}

qb_status qb_mip_draft_name_row(qb_mip_draft *draft, const qb_scan *scan, qb_token name, uint32_t *row)
{
    if (qb_names_find(&draft->row_names, name) != QB_NO_NAME) {
        char quote[QB_QUOTE_TEXT];
        return qb_scan_fail(scan, "a second row '%s'", qb_scan_quote(name, quote));
    }
    uint32_t number;
    if (qb_names_add(&draft->row_names, name, &number) != QB_OK)
        return no_memory(scan);
    return qb_mip_draft_add_row(draft, scan, row);
}

qb_status qb_mip_draft_add_entry(qb_mip_draft *draft, const qb_scan *scan, uint32_t row, uint32_t column,
                                 double value)
{
    if (draft->entries == draft->entry_capacity) {
        uint64_t capacity = draft->entry_capacity * 2 + 256;
        qb_triplet *entry = qb_realloc(draft->entry, draft->entries, capacity, sizeof *entry);
        if (!entry)
            return no_memory(scan);
        draft->entry = entry;
        uint32_t *line = qb_realloc(draft->entry_line, draft->entries, capacity, sizeof *line);
        if (!line)
            return no_memory(scan);
        draft->entry_line = line;
        draft->entry_capacity = capacity;
    }
    draft->entry[draft->entries] = (qb_triplet){row, column, value};
    draft->entry_line[draft->entries++] = scan->line;
    return QB_OK;
}

qb_status qb_mip_draft_add_cost(qb_mip_draft *draft, const qb_scan *scan, uint32_t column, double value,
                                bool sum_duplicates)
{
    qb_draft_column *c = &draft->column[column];
    if (c->cost_line && !sum_duplicates) {
        return qb_scan_fail(scan, "a second objective coefficient of one variable, the first is on line %u",
                            c->cost_line);
    }
    c->cost_line = scan->line;
    c->linear += value;
    return QB_OK;
}

/* The arrays of a qb_draft, taken out of the records. */
typedef struct arrays {
    double *linear, *lower, *upper, *row_lower, *row_upper;
    uint8_t *type;
    const char **column_names, **row_names;
} arrays;

static qb_status take_arrays(const qb_mip_draft *draft, const qb_scan *scan, arrays *a)
{
    *a = (arrays){
        .linear = QB_NEW(double, draft->columns),
        .lower = QB_NEW(double, draft->columns),
        .upper = QB_NEW(double, draft->columns),
        .row_lower = QB_NEW(double, draft->rows),
        .row_upper = QB_NEW(double, draft->rows),
        .type = QB_NEW(uint8_t, draft->columns),
        .column_names = draft->column_names.count ? qb_names_list(&draft->column_names) : NULL,
        .row_names = draft->row_names.count ? qb_names_list(&draft->row_names) : NULL,
    };
    if (!a->linear || !a->lower || !a->upper || !a->row_lower || !a->row_upper || !a->type ||
        (draft->column_names.count && !a->column_names) || (draft->row_names.count && !a->row_names))
        return no_memory(scan);
    for (uint32_t j = 0; j < draft->columns; j++) {
        const qb_draft_column *c = &draft->column[j];
        a->linear[j] = c->linear;
        a->lower[j] = c->lower;
        a->upper[j] = c->upper;
        a->type[j] = c->type;
    }
    for (uint32_t i = 0; i < draft->rows; i++) {
        a->row_lower[i] = draft->row[i].lower;
        a->row_upper[i] = draft->row[i].upper;
    }
    return QB_OK;
}

static void free_arrays(arrays *a)
{
    qb_free(a->linear);
    qb_free(a->lower);
    qb_free(a->upper);
    qb_free(a->row_lower);
    qb_free(a->row_upper);
    qb_free(a->type);
    qb_free((void *)a->column_names);
    qb_free((void *)a->row_names);
}

/* The name of column or row `number` for a message; buffer is for one without. */
static const char *name_of(const qb_name_table *names, char letter, uint32_t number, char buffer[16])
{
    if (number < names->count)
        return qb_names_at(names, number);
    snprintf(buffer, 16, "%c%u", letter, number + 1);
    return buffer;
}

/* Contradictions that a line can be named for. */
static qb_status check_ranges(const qb_mip_draft *draft, const qb_scan *scan)
{
    char buffer[16];
    for (uint32_t j = 0; j < draft->columns; j++) {
        const qb_draft_column *c = &draft->column[j];
        if (!(c->lower <= c->upper) || c->lower == INFINITY || c->upper == -INFINITY) {
            return qb_scan_fail_at(scan, c->line ? c->line : scan->line,
                                   "the bounds of '%s' contradict each other: %g to %g",
                                   name_of(&draft->column_names, 'x', j, buffer), c->lower, c->upper);
        }
    }
    for (uint32_t i = 0; i < draft->rows; i++) {
        const qb_draft_row *r = &draft->row[i];
        if (!(r->lower <= r->upper) || r->lower == INFINITY || r->upper == -INFINITY) {
            return qb_scan_fail_at(scan, r->line, "the sides of row '%s' contradict each other: %g to %g",
                                   name_of(&draft->row_names, 'r', i, buffer), r->lower, r->upper);
        }
    }
    return QB_OK;
}

static bool is_pure_binary(const qb_mip_draft *draft)
{
    for (uint32_t j = 0; j < draft->columns; j++) {
        const qb_draft_column *c = &draft->column[j];
        if (c->type == QB_COLUMN_CONTINUOUS || c->lower != 0 || c->upper != 1)
            return false;
    }
    return draft->rows == 0;
}

/* x^2 = x: the diagonal of a QUBO is linear. */
static qb_status fold_squares(qb_mip_draft *draft, const qb_scan *scan, bool sum_duplicates)
{
    uint64_t kept = 0;
    for (uint64_t k = 0; k < draft->pairs.count; k++) {
        qb_pair p = draft->pairs.pair[k];
        uint32_t line = draft->pairs.line[k];
        if (p.i == p.j) {
            qb_draft_column *c = &draft->column[p.i];
            if (c->square_line && !sum_duplicates) {
                return qb_scan_fail_at(scan, line, "a square is given twice, first on line %u",
                                       c->square_line);
            }
            c->square_line = line;
            c->linear += p.weight;
        } else {
            draft->pairs.line[kept] = line;
            draft->pairs.pair[kept++] = p;
        }
    }
    draft->pairs.count = kept;
    return QB_OK;
}

static bool repeats_pair(const qb_entries *pairs, uint64_t at)
{
    for (uint64_t k = 0; at < pairs->count && k < at; k++)
        if (pairs->pair[k].i == pairs->pair[at].i && pairs->pair[k].j == pairs->pair[at].j)
            return true;
    return false;
}

/* Values are finite and indices known, so what the build blames is the second of two duplicates: a pair, for
 * these are checked first, or else a row entry. */
static qb_status blame_duplicate(const qb_mip_draft *draft, const qb_scan *scan, uint64_t at)
{
    const qb_name_table *columns = &draft->column_names;
    char one[16], other[16];
    if (repeats_pair(&draft->pairs, at)) {
        qb_pair p = draft->pairs.pair[at];
        return qb_scan_fail_at(scan, draft->pairs.line[at], "the product of '%s' and '%s' is given twice",
                               name_of(columns, 'x', p.i, one), name_of(columns, 'x', p.j, other));
    }
    qb_triplet t = draft->entry[at];
    return qb_scan_fail_at(scan, draft->entry_line[at], "'%s' occurs twice in row '%s'",
                           name_of(columns, 'x', t.column, one),
                           name_of(&draft->row_names, 'r', t.row, other));
}

typedef struct largest {
    double size;
    uint32_t line; /* 0: none */
} largest;

static void offer(largest *l, double value, uint32_t line)
{
    if (line && (!l->line || fabs(value) > l->size))
        *l = (largest){fabs(value), line};
}

/* Numbers too large to be added up, of the objective (-1) or of a row: the largest is to blame. */
static qb_status blame_largest(const qb_mip_draft *draft, const qb_scan *scan, int64_t row, const char *why)
{
    largest l = {0};
    for (uint32_t j = 0; row < 0 && j < draft->columns; j++)
        offer(&l, draft->column[j].linear,
              draft->column[j].cost_line ? draft->column[j].cost_line : draft->column[j].square_line);
    for (uint64_t k = 0; row < 0 && k < draft->pairs.count; k++)
        offer(&l, draft->pairs.pair[k].weight, draft->pairs.line[k]);
    for (uint64_t k = 0; k < draft->entries; k++)
        if (draft->entry[k].row == row)
            offer(&l, draft->entry[k].value, draft->entry_line[k]);
    return l.line ? qb_scan_fail_at(scan, l.line, "%s", why) : qb_scan_fail(scan, "%s", why);
}

qb_status qb_mip_draft_build(qb_mip_draft *draft, const qb_read_source *source, const qb_scan *scan,
                             qb_problem *problem)
{
    qb_status status = check_ranges(draft, scan);
    if (status != QB_OK)
        return status;
    bool qubo = is_pure_binary(draft);
    if (qubo && (status = fold_squares(draft, scan, source->sum_duplicates)) != QB_OK)
        return status;
    arrays a;
    status = take_arrays(draft, scan, &a);
    if (status != QB_OK) {
        free_arrays(&a);
        return status;
    }
    uint64_t culprit = UINT64_MAX;
    int64_t sum;
    qb_draft out = {.kind = qubo ? QB_KIND_QUBO : QB_KIND_MIP,
                    .name = source->name,
                    .format = source->format,
                    .sense = draft->sense,
                    .constant = draft->constant,
                    .columns = draft->columns,
                    .linear = a.linear,
                    .pairs = draft->pairs.count,
                    .pair = draft->pairs.pair,
                    .type = qubo ? NULL : a.type,
                    .lower = qubo ? NULL : a.lower,
                    .upper = qubo ? NULL : a.upper,
                    .rows = draft->rows,
                    .entries = draft->entries,
                    .entry = draft->entry,
                    .row_lower = a.row_lower,
                    .row_upper = a.row_upper,
                    .column_names = a.column_names,
                    .row_names = a.row_names,
                    .sum_duplicates = source->sum_duplicates,
                    .culprit = &culprit};
    qb_diag reason = {0};
    status = qb_instance_build(&out, problem, &sum, &reason);
    if (status == QB_BAD_INPUT && culprit != UINT64_MAX)
        status = blame_duplicate(draft, scan, culprit);
    else if (status == QB_BAD_INPUT && sum != QB_BUILD_SUMS)
        status = blame_largest(draft, scan, sum, reason.text);
    else if (status == QB_BAD_INPUT)
        status = qb_scan_fail(scan, "%s", reason.text);
    else if (status != QB_OK)
        qb_fail(scan->diag, status, "%s: %s", scan->file, reason.text);
    free_arrays(&a);
    return status;
}

void qb_mip_draft_free(qb_mip_draft *draft)
{
    qb_names_free(&draft->column_names);
    qb_names_free(&draft->row_names);
    qb_free(draft->column);
    qb_free(draft->row);
    qb_free(draft->entry);
    qb_free(draft->entry_line);
    qb_entries_free(&draft->pairs);
    *draft = (qb_mip_draft){0};
}
