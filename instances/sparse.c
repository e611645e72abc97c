/* sparse: the QUBO files of the BiqMac library.
 *
 *   n m
 *   i j q            m lines, 1-based
 *
 * Minimise x'Qx with Q symmetric: diagonal entries count once, the others twice.
 */
#include "instances/entries.h"

static const char *const extensions[] = {".sparse", NULL};

static int recognise(const char *text, size_t size)
{
    qb_shape shape;
    qb_shape_of(text, size, 0, &shape);
    return qb_shape_is_matrix(&shape) ? QB_FORMAT_MAYBE : QB_FORMAT_NO;
}

static qb_status read(const qb_read_source *source, qb_problem *problem, qb_diag *diag)
{
    qb_scan scan = qb_scan_open(source, diag);
    qb_entries entries = {0};
    uint32_t n, m;
    qb_status status;
    if ((status = qb_scan_first_line(&scan)) != QB_OK ||
        (status = qb_scan_count(&scan, "a number of variables", &n)) != QB_OK ||
        (status = qb_scan_count(&scan, "a number of entries", &m)) != QB_OK ||
        (status = qb_scan_line_end(&scan)) != QB_OK ||
        (status = qb_entries_check(source, &scan, n, m)) != QB_OK ||
        (status = qb_entries_read(&entries, &scan, n, m, 1, 2, true, "entry")) != QB_OK ||
        (status = qb_scan_file_end(&scan)) != QB_OK)
        goto done;
    status = qb_entries_build(&entries, source, &scan, QB_KIND_QUBO, QB_MINIMISE, 0, n, 1, problem);
done:
    qb_entries_free(&entries);
    return status;
}

extern const qb_format qb_format_sparse;
const qb_format qb_format_sparse = {
    .name = "sparse",
    .summary = "QUBO of the BiqMac library (.sparse)",
    .convention = "minimise x'Qx; 1-based, off-diagonals listed once and counted twice",
    .extensions = extensions,
    .recognise = recognise,
    .read = read,
};
