/* mkp: multidimensional knapsacks of the OR-Library (mknap), several a file.
 *
 *   K
 *   n m best         for each of the K problems; best is 0 where unknown, and not used
 *   n profits, m * n weights, m capacities
 *
 * Maximise the profit; line ends where they like.
 *
 * Source: Chu and Beasley, "A genetic algorithm for the multidimensional knapsack problem", Journal of
 * Heuristics 4 (1998).
 */
#include "harness/base/memory.h"
#include "instances/entries.h"
#include "instances/sketch.h"

#include <math.h>

static const char *const extensions[] = {".mkp", NULL};

/* K alone, then three numbers. */
static int recognise(const char *text, size_t size)
{
    qb_shape shape;
    qb_shape_of(text, size, 0, &shape);
    bool heads = shape.lines >= 3 && shape.fields[0] == 1 && shape.numbers[0] == 1 && shape.fields[1] == 3 &&
                 shape.numbers[1] == 3 && qb_shape_is_integer(shape.value[0][0]) && shape.value[0][0] >= 1 &&
                 qb_shape_is_integer(shape.value[1][0]) && qb_shape_is_integer(shape.value[1][1]) &&
                 shape.value[1][0] >= 1 && shape.value[1][1] >= 1;
    return heads ? QB_FORMAT_SURE : QB_FORMAT_NO;
}

typedef struct header {
    uint32_t n, m;
} header;

static qb_status read_header(qb_scan *scan, const qb_read_source *source, header *head)
{
    double best;
    qb_status status;
    if ((status = qb_scan_next_count(scan, "a number of items", &head->n)) != QB_OK ||
        (status = qb_scan_next_count(scan, "a number of constraints", &head->m)) != QB_OK ||
        (status = qb_scan_next_real(scan, "a best-known value", &best)) != QB_OK ||
        (status = qb_entries_check(source, scan, (uint64_t)head->n + head->m, 0)) != QB_OK)
        return status;
    if ((uint64_t)head->n * head->m / 2 > (uint64_t)(scan->end - scan->at))
        return qb_scan_fail(scan, "%u times %u weights are more than the file has room for", head->m,
                            head->n);
    return QB_OK;
}

static qb_status skip_problem(qb_scan *scan, header head)
{
    double value;
    qb_status status = QB_OK;
    uint64_t numbers = (uint64_t)head.n + (uint64_t)head.m * head.n + head.m;
    for (uint64_t k = 0; k < numbers && status == QB_OK; k++)
        status = qb_scan_next_real(scan, "a number of a problem", &value);
    return status;
}

static qb_status read_problem(qb_scan *scan, header head, qb_sketch *sketch)
{
    double value;
    qb_status status = QB_OK;
    for (uint32_t j = 0; j < head.n && status == QB_OK; j++)
        if ((status = qb_scan_next_real(scan, "a profit", &value)) == QB_OK)
            qb_sketch_linear(sketch, j, value);
    for (uint32_t i = 0; i < head.m && status == QB_OK; i++) {
        qb_sketch_row(sketch, -INFINITY, INFINITY);
        for (uint32_t j = 0; j < head.n && status == QB_OK; j++)
            if ((status = qb_scan_next_real(scan, "a weight", &value)) == QB_OK)
                qb_sketch_entry(sketch, j, value);
    }
    for (uint32_t i = 0; i < head.m && status == QB_OK; i++)
        if ((status = qb_scan_next_real(scan, "a capacity", &value)) == QB_OK && sketch->status == QB_OK)
            sketch->row_upper[i] = value;
    return status;
}

static qb_status read(const qb_read_source *source, qb_problem *problem, qb_diag *diag)
{
    qb_scan scan = qb_scan_open(source, diag);
    uint32_t members;
    qb_status status = qb_scan_first_line(&scan);
    if (status == QB_OK)
        status = qb_scan_count(&scan, "a number of problems", &members);
    if (status != QB_OK)
        return status;
    if (source->member > members || members == 0 || (source->member == 0 && members > 1))
        return source->member || members == 0
                   ? qb_scan_fail(&scan, "the file holds %u problems, there is no #%llu", members,
                                  (unsigned long long)(source->member ? source->member : 1))
                   : qb_scan_fail(&scan, "the file holds %u problems, say which one: #1 to #%u", members,
                                  members);
    uint64_t wanted = source->member ? source->member : 1;
    qb_sketch sketch = {0};
    for (uint32_t k = 1; k <= members && status == QB_OK; k++) {
        header head;
        if ((status = read_header(&scan, source, &head)) != QB_OK)
            break;
        if (k == wanted) {
            sketch = qb_sketch_open(QB_KIND_MIP, QB_MAXIMISE, head.n);
            status = read_problem(&scan, head, &sketch);
        } else {
            status = skip_problem(&scan, head);
        }
    }
    if (status == QB_OK && (status = qb_scan_line_end(&scan)) == QB_OK)
        status = qb_scan_file_end(&scan);
    if (status != QB_OK) {
        qb_sketch_free(&sketch);
        return status;
    }
    return qb_sketch_finish(&sketch, source->name, source->format, problem, diag);
}

extern const qb_format qb_format_mkp;
const qb_format qb_format_mkp = {
    .name = "mkp",
    .summary = "multidimensional knapsacks of the OR-Library; FILE#K is the K-th of a file",
    .convention = "maximise",
    .extensions = extensions,
    .recognise = recognise,
    .read = read,
    .members = true,
};
