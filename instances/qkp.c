/* qkp: quadratic knapsacks of Billionnet and Soutif.
 *
 *   name
 *   n
 *   n profits, then the strict upper triangle: n - 1 numbers, n - 2, ..., 1
 *   0 or 1           the sense of the constraint: <= or =
 *   capacity
 *   n weights
 *   anything
 *
 * Maximise sum p_i x_i + sum_{i<j} p_ij x_i x_j, each pair once.
 *
 * Source: Billionnet and Soutif, "An exact method based on Lagrangian decomposition for the 0-1 quadratic
 * knapsack problem", European Journal of Operational Research 157 (2004).
 */
#include "instances/entries.h"
#include "instances/sketch.h"

#include <math.h>

static const char *const extensions[] = {".qkp", NULL};

/* A name, n, a line of n numbers, a line of n - 1. */
static int recognise(const char *text, size_t size)
{
    qb_shape shape;
    double number;
    qb_token name;
    qb_shape_of(text, size, 0, &shape);
    qb_scan scan = {.file = "", .at = text, .end = text + size};
    if (shape.lines < 4 || shape.fields[0] != 1 || !qb_scan_word(&scan, &name) ||
        qb_token_real(name, &number))
        return QB_FORMAT_NO;
    double n = shape.value[1][0];
    bool fits = shape.fields[1] == 1 && shape.numbers[1] == 1 && qb_shape_is_integer(n) && n >= 3 &&
                shape.fields[2] == n && shape.fields[3] == n - 1;
    return fits ? QB_FORMAT_SURE : QB_FORMAT_NO;
}

static qb_status read_profits(qb_scan *scan, uint32_t n, qb_sketch *sketch)
{
    double profit;
    qb_status status = QB_OK;
    for (uint32_t i = 0; i < n && status == QB_OK; i++)
        if ((status = qb_scan_next_real(scan, "a profit", &profit)) == QB_OK)
            qb_sketch_linear(sketch, i, profit);
    for (uint32_t i = 0; i < n && status == QB_OK; i++)
        for (uint32_t j = i + 1; j < n && status == QB_OK; j++)
            if ((status = qb_scan_next_real(scan, "a profit of two items", &profit)) == QB_OK && profit != 0)
                qb_sketch_pair(sketch, i, j, profit);
    return status;
}

static qb_status read_constraint(qb_scan *scan, uint32_t n, qb_sketch *sketch)
{
    uint32_t type;
    double capacity, weight;
    qb_status status = qb_scan_next_count(scan, "0 or 1, the type of the constraint", &type);
    if (status == QB_OK && type > 1)
        return qb_scan_fail(scan, "the type of the constraint is 0 or 1, not %u", type);
    if (status == QB_OK)
        status = qb_scan_next_real(scan, "a capacity", &capacity);
    if (status == QB_OK)
        qb_sketch_row(sketch, type == 1 ? capacity : -INFINITY, capacity);
    for (uint32_t i = 0; i < n && status == QB_OK; i++)
        if ((status = qb_scan_next_real(scan, "a weight", &weight)) == QB_OK && weight != 0)
            qb_sketch_entry(sketch, i, weight);
    return status;
}

static qb_status read(const qb_read_source *source, qb_problem *problem, qb_diag *diag)
{
    qb_scan scan = qb_scan_open(source, diag);
    uint32_t n;
    qb_status status = qb_scan_first_line(&scan);
    if (status != QB_OK)
        return status;
    (void)qb_scan_rest(&scan); /* the name */
    if ((status = qb_scan_next_count(&scan, "a number of items", &n)) != QB_OK ||
        (status = qb_entries_check(source, &scan, n, 0)) != QB_OK)
        return status;
    if ((uint64_t)n * n / 2 > source->size) /* a digit and a blank a pair at least */
        return qb_scan_fail(&scan, "%u items have more pairs than the file has room for", n);
    qb_sketch sketch = qb_sketch_open(QB_KIND_MIP, QB_MAXIMISE, n);
    if ((status = read_profits(&scan, n, &sketch)) != QB_OK ||
        (status = read_constraint(&scan, n, &sketch)) != QB_OK) {
        qb_sketch_free(&sketch);
        return status;
    }
    return qb_sketch_finish(&sketch, source->name, source->format, problem, diag);
}

extern const qb_format qb_format_qkp;
const qb_format qb_format_qkp = {
    .name = "qkp",
    .summary = "quadratic knapsack of Billionnet and Soutif",
    .convention = "maximise; each pair once",
    .extensions = extensions,
    .recognise = recognise,
    .read = read,
};
