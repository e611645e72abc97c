/* portfolio: portfolios of the OR-Library (port1 to port5).
 *
 *   n
 *   mean deviation   n lines, of the weekly return
 *   i j correlation  for i <= j, 1-based
 *
 * Minimise risk / 2 - return / 2 with at most 10 assets in shares of one twentieth:
 *
 *   min 1/2 w'Sw - 1/2 m'w
 *   w = u / 20,  sum u = 20,  z_i <= u_i <= 20 z_i,  sum z <= 10,  u integer,  z binary
 *
 * Columns 1 to n are u, n + 1 to 2 n are z.  (Chang et al. have K = 10 assets, lambda = 0.5 and continuous
 * shares of at least 0.01; the grid makes the problem pure integer, so that every solver can take part.)
 *
 * Source: Chang, Meade, Beasley and Sharaiha, "Heuristics for cardinality constrained portfolio
 * optimisation", Computers and Operations Research 27 (2000).
 */
#include "harness/base/memory.h"
#include "instances/entries.h"
#include "instances/sketch.h"

#include <math.h>

enum { SHARES = 20, ASSETS = 10 };

static const char *const extensions[] = {".port", NULL};

/* n alone, then two decimals a line, the first of them no integers. */
static int recognise(const char *text, size_t size)
{
    qb_shape shape;
    qb_shape_of(text, size, 0, &shape);
    if (shape.lines < 3 || shape.fields[0] != 1 || shape.numbers[0] != 1 ||
        !qb_shape_is_integer(shape.value[0][0]))
        return QB_FORMAT_NO;
    for (uint32_t k = 1; k < 3; k++)
        if (shape.fields[k] != 2 || shape.numbers[k] != 2 || qb_shape_is_integer(shape.value[k][1]) ||
            shape.value[k][1] < 0)
            return QB_FORMAT_NO;
    return QB_FORMAT_SURE;
}

typedef struct data {
    uint32_t n;
    double *mean, *deviation; /* [n] */
    qb_entries correlation;
} data;

static qb_status read_moments(qb_scan *scan, data *d)
{
    qb_status status = QB_OK;
    for (uint32_t i = 0; i < d->n && status == QB_OK; i++) {
        if (!qb_scan_line(scan))
            return qb_scan_fail(scan, "%u of %u assets are missing", d->n - i, d->n);
        if ((status = qb_scan_real(scan, "a mean return", &d->mean[i])) == QB_OK &&
            (status = qb_scan_real(scan, "a deviation", &d->deviation[i])) == QB_OK)
            status = qb_scan_line_end(scan);
    }
    return status;
}

static void write_model(const data *d, qb_sketch *sketch)
{
    for (uint32_t i = 0; i < d->n; i++) {
        qb_sketch_integer(sketch, i, 0, SHARES);
        qb_sketch_linear(sketch, i, -d->mean[i] / (2 * SHARES));
    }
    for (uint64_t k = 0; k < d->correlation.count; k++) {
        qb_pair p = d->correlation.pair[k];
        double covariance = p.weight * d->deviation[p.i] * d->deviation[p.j];
        qb_sketch_pair(sketch, p.i, p.j, covariance * (p.i == p.j ? 0.5 : 1) / (SHARES * SHARES));
    }
    qb_sketch_row(sketch, SHARES, SHARES);
    for (uint32_t i = 0; i < d->n; i++)
        qb_sketch_entry(sketch, i, 1);
    qb_sketch_row(sketch, -INFINITY, ASSETS);
    for (uint32_t i = 0; i < d->n; i++)
        qb_sketch_entry(sketch, d->n + i, 1);
    for (uint32_t i = 0; i < d->n; i++) {
        qb_sketch_row(sketch, -INFINITY, 0);
        qb_sketch_entry(sketch, i, 1);
        qb_sketch_entry(sketch, d->n + i, -SHARES);
        qb_sketch_row(sketch, 0, INFINITY);
        qb_sketch_entry(sketch, i, 1);
        qb_sketch_entry(sketch, d->n + i, -1);
    }
}

/* Every pair once, row by row. */
static qb_status check_order(const qb_scan *scan, const data *d)
{
    uint64_t k = 0;
    for (uint32_t i = 0; i < d->n; i++)
        for (uint32_t j = i; j < d->n; j++, k++)
            if (d->correlation.pair[k].i != i || d->correlation.pair[k].j != j)
                return qb_scan_fail_at(scan, d->correlation.line[k], "expected the correlation of %u and %u",
                                       i + 1, j + 1);
    return QB_OK;
}

static qb_status read_data(const qb_read_source *source, qb_scan *scan, data *d)
{
    qb_status status;
    if ((status = qb_scan_first_line(scan)) != QB_OK ||
        (status = qb_scan_count(scan, "a number of assets", &d->n)) != QB_OK ||
        (status = qb_scan_line_end(scan)) != QB_OK ||
        (status = qb_entries_check(source, scan, d->n, 0)) != QB_OK)
        return status;
    if (d->n > 46340)
        return qb_scan_fail(scan, "at most 46340 assets are possible, not %u", d->n);
    d->mean = QB_NEW(double, d->n);
    d->deviation = QB_NEW(double, d->n);
    if (!d->mean || !d->deviation)
        return qb_fail(scan->diag, QB_NO_MEMORY, "%s: out of memory", source->file);
    uint32_t correlations = d->n * (d->n + 1) / 2;
    if ((status = read_moments(scan, d)) != QB_OK ||
        (status = qb_entries_read(&d->correlation, scan, d->n, correlations, 1, 1, true, "entry")) != QB_OK ||
        (status = check_order(scan, d)) != QB_OK)
        return status;
    return qb_scan_file_end(scan);
}

static qb_status read(const qb_read_source *source, qb_problem *problem, qb_diag *diag)
{
    qb_scan scan = qb_scan_open(source, diag);
    data d = {0};
    qb_status status = read_data(source, &scan, &d);
    if (status == QB_OK) {
        qb_sketch sketch = qb_sketch_open(QB_KIND_MIP, QB_MINIMISE, 2 * d.n);
        write_model(&d, &sketch);
        status = qb_sketch_finish(&sketch, source->name, source->format, problem, diag);
    }
    qb_free(d.mean);
    qb_free(d.deviation);
    qb_entries_free(&d.correlation);
    return status;
}

extern const qb_format qb_format_portfolio;
const qb_format qb_format_portfolio = {
    .name = "portfolio",
    .summary = "portfolio of the OR-Library, at most 10 assets in twentieths",
    .convention = "minimise half risk less half return; u_i first, then z_i",
    .extensions = extensions,
    .recognise = recognise,
    .read = read,
};
