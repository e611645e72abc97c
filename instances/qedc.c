/* qedc: the Max-Cut graphs of the QED-C application-oriented benchmarks.
 *
 *   n
 *   i j              until the end of the file, 0-based, each edge once, of weight 1
 */
#include "instances/entries.h"

static const char *const extensions[] = {NULL};

static int recognise(const char *text, size_t size)
{
    qb_shape shape;
    qb_shape_of(text, size, 0, &shape);
    if (shape.lines == 0 || shape.fields[0] != 1 || shape.numbers[0] != 1 ||
        !qb_shape_is_integer(shape.value[0][0]))
        return QB_FORMAT_NO;
    for (uint32_t k = 1; k < shape.lines; k++) {
        const double *edge = shape.value[k];
        if (shape.fields[k] != 2 || shape.numbers[k] != 2 || !qb_shape_is_integer(edge[0]) ||
            !qb_shape_is_integer(edge[1]))
            return QB_FORMAT_NO;
    }
    return shape.lines > 2 ? QB_FORMAT_SURE : QB_FORMAT_MAYBE;
}

static qb_status read(const qb_read_source *source, qb_problem *problem, qb_diag *diag)
{
    qb_scan scan = qb_scan_open(source, diag);
    qb_entries edges = {0};
    uint32_t n;
    qb_status status;
    if ((status = qb_scan_first_line(&scan)) != QB_OK ||
        (status = qb_scan_count(&scan, "a number of vertices", &n)) != QB_OK ||
        (status = qb_scan_line_end(&scan)) != QB_OK ||
        (status = qb_entries_check(source, &scan, n, 0)) != QB_OK)
        goto done;
    while (qb_scan_line(&scan)) {
        uint32_t i, j;
        if ((status = qb_scan_index(&scan, "a vertex", 0, n, &i)) != QB_OK ||
            (status = qb_scan_index(&scan, "a vertex", 0, n, &j)) != QB_OK ||
            (status = qb_scan_line_end(&scan)) != QB_OK)
            goto done;
        if (i == j) {
            status = qb_scan_fail(&scan, "an edge joins %u to itself", i);
            goto done;
        }
        if ((status = qb_entries_add(&edges, &scan, i, j, 1)) != QB_OK)
            goto done;
    }
    status = qb_entries_build(&edges, source, &scan, QB_KIND_MAXCUT, QB_MAXIMISE, 0, n, 0, problem);
done:
    qb_entries_free(&edges);
    return status;
}

extern const qb_format qb_format_qedc;
const qb_format qb_format_qedc = {
    .name = "qedc",
    .summary = "Max-Cut graph of the QED-C benchmarks: a line n, then edges",
    .convention = "maximise the cut; 0-based, each edge once, unit weights",
    .extensions = extensions,
    .recognise = recognise,
    .read = read,
};
