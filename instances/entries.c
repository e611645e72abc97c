#include "instances/entries.h"

#include "harness/base/memory.h"
#include "instances/build.h"

#include <math.h>

/* What a variable and an entry cost from the file to a solver's tables, roughly: problem, image, model. */
enum { VARIABLE_BYTES = 64, ENTRY_BYTES = 64 };

qb_status qb_entries_check(const qb_read_source *source, const qb_scan *scan, uint64_t n, uint64_t m)
{
    uint64_t need = n * VARIABLE_BYTES + m * ENTRY_BYTES; /* n, m < 2^31: no overflow */
    if (need > source->memory_bytes) {
        return qb_scan_fail(scan, "%llu variables and %llu entries would need %.1f GiB, there are %.1f",
                            (unsigned long long)n, (unsigned long long)m, (double)need * 0x1p-30,
                            (double)source->memory_bytes * 0x1p-30);
    }
    return QB_OK;
}

static qb_status grow(qb_entries *entries, uint64_t capacity)
{
    qb_pair *pair = qb_realloc(entries->pair, entries->count, capacity, sizeof *pair);
    if (!pair)
        return QB_NO_MEMORY;
    entries->pair = pair;
    uint32_t *line = qb_realloc(entries->line, entries->count, capacity, sizeof *line);
    if (!line)
        return QB_NO_MEMORY;
    entries->line = line;
    entries->capacity = capacity;
    return QB_OK;
}

static qb_status no_memory(const qb_scan *scan)
{
    return qb_fail(scan->diag, QB_NO_MEMORY, "%s: out of memory", scan->file);
}

qb_status qb_entries_reserve(qb_entries *entries, const qb_scan *scan, uint64_t promised)
{
    uint64_t possible = (uint64_t)(scan->end - scan->at) / 4 + 1; /* the shortest line: "1 2" and its end */
    uint64_t capacity = entries->count + (promised < possible ? promised : possible);
    if (capacity > entries->capacity && grow(entries, capacity) != QB_OK)
        return no_memory(scan);
    return QB_OK;
}

qb_status qb_entries_add(qb_entries *entries, const qb_scan *scan, uint32_t i, uint32_t j, double weight)
{
    if (!isfinite(weight))
        return qb_scan_fail(scan, "the weight is too large");
    if (entries->count == entries->capacity && grow(entries, entries->capacity * 2 + 64) != QB_OK)
        return no_memory(scan);
    entries->pair[entries->count] = i <= j ? (qb_pair){i, j, weight} : (qb_pair){j, i, weight};
    entries->line[entries->count++] = scan->line;
    return QB_OK;
}

qb_status qb_entries_read(qb_entries *entries, qb_scan *scan, uint32_t n, uint32_t m, uint32_t first,
                          double factor, bool diagonal, const char *what)
{
    qb_status status = qb_entries_reserve(entries, scan, m);
    for (uint32_t k = 0; k < m && status == QB_OK; k++) {
        if (!qb_scan_line(scan))
            return qb_scan_fail(scan, "%u of %u lines `i j weight` are missing", m - k, m);
        uint32_t i, j;
        double weight;
        if ((status = qb_scan_index(scan, "an index", first, n, &i)) != QB_OK ||
            (status = qb_scan_index(scan, "an index", first, n, &j)) != QB_OK ||
            (status = qb_scan_real(scan, "a weight", &weight)) != QB_OK ||
            (status = qb_scan_line_end(scan)) != QB_OK)
            return status;
        if (i == j && !diagonal)
            return qb_scan_fail(scan, "an %s joins %u to itself", what, i + first);
        status = qb_entries_add(entries, scan, i, j, i == j ? weight : factor * weight);
    }
    return status;
}

static qb_status duplicate(const qb_entries *entries, const qb_scan *scan, uint64_t k, uint32_t first)
{
    qb_pair p = entries->pair[k];
    return qb_scan_fail_at(scan, entries->line[k], "duplicate entry (%u, %u); --sum-duplicates adds them up",
                           p.i + first, p.j + first);
}

/* Adds the diagonal to linear [n]; seen [n] marks what was there. */
static qb_status fold_diagonal(const qb_entries *entries, const qb_scan *scan, bool sum_duplicates,
                               uint32_t first, double *linear, bool *seen)
{
    for (uint64_t k = 0; k < entries->count; k++) {
        qb_pair p = entries->pair[k];
        if (p.i != p.j)
            continue;
        if (seen[p.i] && !sum_duplicates)
            return duplicate(entries, scan, k, first);
        seen[p.i] = true;
        linear[p.i] += p.weight;
    }
    return QB_OK;
}

/* What is left are pairs i < j, still in file order and with their lines. */
static void drop_diagonal(qb_entries *entries)
{
    uint64_t kept = 0;
    for (uint64_t k = 0; k < entries->count; k++) {
        if (entries->pair[k].i != entries->pair[k].j) {
            entries->pair[kept] = entries->pair[k];
            entries->line[kept++] = entries->line[k];
        }
    }
    entries->count = kept;
}

/* 0: there are no entries. */
static uint32_t line_of_largest(const qb_entries *entries)
{
    uint64_t most = 0;
    for (uint64_t k = 1; k < entries->count; k++)
        if (fabs(entries->pair[k].weight) > fabs(entries->pair[most].weight))
            most = k;
    return entries->count ? entries->line[most] : 0;
}

qb_status qb_entries_build(qb_entries *entries, const qb_read_source *source, const qb_scan *scan,
                           qb_kind kind, qb_sense sense, double constant, uint32_t n, uint32_t first,
                           qb_problem *problem)
{
    qb_status status = QB_OK;
    double *linear = QB_NEW(double, n);
    bool *seen = QB_NEW(bool, n);
    if (!linear || !seen) {
        status = no_memory(scan);
        goto done;
    }
    status = fold_diagonal(entries, scan, source->sum_duplicates, first, linear, seen);
    if (status != QB_OK)
        goto done;
    uint32_t largest = line_of_largest(entries);
    drop_diagonal(entries);
    uint64_t culprit = UINT64_MAX;
    int64_t sum;
    qb_draft draft = {.kind = kind,
                      .name = source->name,
                      .format = source->format,
                      .sense = sense,
                      .constant = constant,
                      .columns = n,
                      .linear = linear,
                      .pairs = entries->count,
                      .pair = entries->pair,
                      .sum_duplicates = source->sum_duplicates,
                      .culprit = &culprit};
    qb_diag reason = {0};
    status = qb_instance_build(&draft, problem, &sum, &reason);
    if (status == QB_BAD_INPUT && culprit < entries->count) /* indices and weights were checked before */
        status = duplicate(entries, scan, culprit, first);
    else if (status == QB_BAD_INPUT && sum != QB_BUILD_SUMS && largest)
        status = qb_scan_fail_at(scan, largest, "%s", reason.text);
    else if (status == QB_BAD_INPUT)
        status = qb_scan_fail(scan, "%s", reason.text);
    else if (status != QB_OK)
        qb_fail(scan->diag, status, "%s: %s", scan->file, reason.text);
done:
    qb_free(linear);
    qb_free(seen);
    return status;
}

void qb_entries_free(qb_entries *entries)
{
    qb_free(entries->pair);
    qb_free(entries->line);
    *entries = (qb_entries){0};
}

void qb_entries_write(qb_text *out, uint32_t i, uint32_t j, double weight)
{
    qb_text_appendf(out, "%u %u ", i, j);
    qb_text_append_double(out, weight);
    qb_text_append_char(out, '\n');
}
