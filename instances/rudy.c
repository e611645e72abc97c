/* rudy: Max-Cut graphs as the generator rudy, the G-set and BiqMac write them.
 *
 *   n m [anything]
 *   i j w            m lines, 1-based, each edge once
 *
 * cut(x) = sum of w over the edges with x_i != x_j, to be maximised.
 */
#include "instances/entries.h"

static const char *const extensions[] = {".mc", ".rud", ".rudy", NULL};

static int recognise(const char *text, size_t size)
{
    qb_shape shape;
    qb_shape_of(text, size, 0, &shape);
    const double *header = shape.value[0];
    if (shape.lines == 0 || shape.fields[0] < 2 || shape.numbers[0] != 2 || !qb_shape_is_integer(header[0]) ||
        !qb_shape_is_integer(header[1]))
        return QB_FORMAT_NO;
    for (uint32_t k = 1; k < shape.lines; k++)
        if (!qb_shape_is_entry(&shape, k, 1, header[0]))
            return QB_FORMAT_NO;
    return shape.fields[0] > 2 ? QB_FORMAT_SURE : QB_FORMAT_MAYBE;
}

static qb_status read(const qb_read_source *source, qb_problem *problem, qb_diag *diag)
{
    qb_scan scan = qb_scan_open(source, diag);
    qb_entries edges = {0};
    uint32_t n, m;
    qb_status status;
    if ((status = qb_scan_first_line(&scan)) != QB_OK ||
        (status = qb_scan_count(&scan, "a number of vertices", &n)) != QB_OK ||
        (status = qb_scan_count(&scan, "a number of edges", &m)) != QB_OK ||
        (status = qb_entries_check(source, &scan, n, m)) != QB_OK ||
        (status = qb_entries_read(&edges, &scan, n, m, 1, 1, false, "edge")) != QB_OK ||
        (status = qb_scan_file_end(&scan)) != QB_OK)
        goto done;
    status = qb_entries_build(&edges, source, &scan, QB_KIND_MAXCUT, QB_MAXIMISE, 0, n, 1, problem);
done:
    qb_entries_free(&edges);
    return status;
}

static qb_status write(const qb_problem *problem, qb_text *out, qb_diag *diag)
{
    const qb_mip *body = &problem->body;
    if (problem->kind != QB_KIND_MAXCUT || body->sense != QB_MAXIMISE || body->constant != 0)
        return qb_fail(diag, QB_REFUSED, "format rudy holds Max-Cut instances, '%s' is none", problem->name);
    qb_text_appendf(out, "%u %llu\n", body->columns, (unsigned long long)body->pairs);
    for (uint64_t k = 0; k < body->pairs; k++) {
        const qb_pair *edge = &body->pair[k];
        qb_entries_write(out, edge->i + 1, edge->j + 1, edge->weight);
    }
    return out->status;
}

extern const qb_format qb_format_rudy;
const qb_format qb_format_rudy = {
    .name = "rudy",
    .summary = "Max-Cut graph of rudy, the G-set and BiqMac (.mc, .rud)",
    .convention = "maximise the cut; 1-based, each edge once",
    .extensions = extensions,
    .recognise = recognise,
    .read = read,
    .write = write,
};
