#include "instances/sketch.h"

#include "harness/base/memory.h"
#include "instances/build.h"

qb_sketch qb_sketch_open(qb_kind kind, qb_sense sense, uint32_t columns)
{
    qb_sketch s = {.kind = kind, .sense = sense, .columns = columns};
    s.linear = QB_NEW(double, columns);
    s.lower = QB_NEW(double, columns);
    s.upper = QB_NEW(double, columns);
    s.type = QB_NEW(uint8_t, columns);
    if (!s.linear || !s.lower || !s.upper || !s.type)
        s.status = QB_NO_MEMORY;
    for (uint32_t j = 0; s.upper && j < columns; j++)
        s.upper[j] = 1;
    return s;
}

void qb_sketch_linear(qb_sketch *sketch, uint32_t column, double value)
{
    if (sketch->status == QB_OK)
        sketch->linear[column] += value;
}

void qb_sketch_integer(qb_sketch *sketch, uint32_t column, double lower, double upper)
{
    if (sketch->status != QB_OK)
        return;
    sketch->type[column] = QB_COLUMN_INTEGER;
    sketch->lower[column] = lower;
    sketch->upper[column] = upper;
}

/* The array with room for one more; the array as it was and a sticking error when memory is out. */
static void *with_room(qb_sketch *sketch, void *array, uint64_t count, uint64_t *capacity, size_t size)
{
    if (sketch->status != QB_OK || count < *capacity)
        return array;
    uint64_t wanted = *capacity * 2 + 256;
    void *grown = qb_realloc(array, count, wanted, size);
    if (!grown) {
        sketch->status = QB_NO_MEMORY;
        return array;
    }
    *capacity = wanted;
    return grown;
}

void qb_sketch_pair(qb_sketch *sketch, uint32_t i, uint32_t j, double weight)
{
    sketch->pair =
        with_room(sketch, sketch->pair, sketch->pairs, &sketch->pair_capacity, sizeof *sketch->pair);
    if (sketch->status == QB_OK)
        sketch->pair[sketch->pairs++] = (qb_pair){i, j, weight};
}

void qb_sketch_row(qb_sketch *sketch, double lower, double upper)
{
    uint64_t capacity = sketch->row_capacity;
    sketch->row_lower = with_room(sketch, sketch->row_lower, sketch->rows, &capacity, sizeof(double));
    sketch->row_upper =
        with_room(sketch, sketch->row_upper, sketch->rows, &sketch->row_capacity, sizeof(double));
    if (sketch->status != QB_OK)
        return;
    sketch->row_lower[sketch->rows] = lower;
    sketch->row_upper[sketch->rows++] = upper;
}

void qb_sketch_entry(qb_sketch *sketch, uint32_t column, double value)
{
    sketch->entry =
        with_room(sketch, sketch->entry, sketch->entries, &sketch->entry_capacity, sizeof *sketch->entry);
    if (sketch->status == QB_OK)
        sketch->entry[sketch->entries++] = (qb_triplet){sketch->rows - 1, column, value};
}

void qb_sketch_free(qb_sketch *sketch)
{
    qb_free(sketch->linear);
    qb_free(sketch->lower);
    qb_free(sketch->upper);
    qb_free(sketch->type);
    qb_free(sketch->pair);
    qb_free(sketch->entry);
    qb_free(sketch->row_lower);
    qb_free(sketch->row_upper);
    *sketch = (qb_sketch){0};
}

qb_status qb_sketch_finish(qb_sketch *sketch, const char *name, const char *format, qb_problem *problem,
                           qb_diag *diag)
{
    qb_status status = sketch->status;
    int64_t sum;
    qb_diag reason = {0};
    bool mip = sketch->kind == QB_KIND_MIP;
    qb_draft draft = {.kind = sketch->kind,
                      .name = name,
                      .format = format,
                      .sense = sketch->sense,
                      .constant = sketch->constant,
                      .columns = sketch->columns,
                      .linear = sketch->linear,
                      .pairs = sketch->pairs,
                      .pair = sketch->pair,
                      .type = mip ? sketch->type : NULL,
                      .lower = mip ? sketch->lower : NULL,
                      .upper = mip ? sketch->upper : NULL,
                      .rows = sketch->rows,
                      .entries = sketch->entries,
                      .entry = sketch->entry,
                      .row_lower = sketch->row_lower,
                      .row_upper = sketch->row_upper,
                      .sum_duplicates = true};
    if (status == QB_OK)
        status = qb_instance_build(&draft, problem, &sum, &reason);
    if (status && reason.text[0])
        qb_fail(diag, status, "%s: %s", name, reason.text);
    else if (status)
        qb_fail(diag, status, "%s: out of memory", name);
    qb_sketch_free(sketch);
    return status;
}
