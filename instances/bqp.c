/* bqp: the binary quadratic problems of the OR-Library (Beasley), several a file.
 *
 *   K
 *   n m              for each of the K problems
 *   i j q            m lines, 1-based, i <= j
 *
 * Maximise x'Qx with Q symmetric: diagonal entries count once, the others twice.
 */
#include "instances/entries.h"

#include "harness/base/text.h"

static const char *const extensions[] = {".bqp", NULL};

static int recognise(const char *text, size_t size)
{
    qb_shape shape;
    qb_shape_of(text, size, 0, &shape);
    bool heads = shape.lines >= 2 && shape.fields[0] == 1 && shape.numbers[0] == 1 &&
                 qb_shape_is_integer(shape.value[0][0]) && shape.value[0][0] >= 1 && shape.fields[1] == 2 &&
                 shape.numbers[1] == 2 && qb_shape_is_integer(shape.value[1][0]) &&
                 qb_shape_is_integer(shape.value[1][1]);
    if (!heads || (shape.lines > 2 && !qb_shape_is_entry(&shape, 2, 1, shape.value[1][0])))
        return QB_FORMAT_NO;
    return shape.lines > 2 ? QB_FORMAT_SURE : QB_FORMAT_MAYBE;
}

/* The line `n m`. */
static qb_status read_header(qb_scan *scan, uint32_t member, uint32_t members, uint32_t *n, uint32_t *m)
{
    if (!qb_scan_line(scan))
        return qb_scan_fail(scan, "problem %u of %u is missing", member, members);
    qb_status status = qb_scan_count(scan, "a number of variables", n);
    if (status == QB_OK)
        status = qb_scan_count(scan, "a number of entries", m);
    return status == QB_OK ? qb_scan_line_end(scan) : status;
}

static qb_status skip_entries(qb_scan *scan, uint32_t member, uint32_t m)
{
    for (uint32_t k = 0; k < m; k++)
        if (!qb_scan_line(scan))
            return qb_scan_fail(scan, "problem %u ends after %u of %u entries", member, k, m);
    return QB_OK;
}

/* Nobody said which problem of several: an error that lists them. */
static qb_status list_members(qb_scan *scan, uint32_t members)
{
    qb_text list = {0};
    qb_status status = QB_OK;
    for (uint32_t k = 1; k <= members && status == QB_OK; k++) {
        uint32_t n = 0, m = 0;
        status = read_header(scan, k, members, &n, &m);
        if (status == QB_OK)
            status = skip_entries(scan, k, m);
        if (k <= 12)
            qb_text_appendf(&list, "%s#%u (n = %u)", k > 1 ? ", " : "", k, n);
        else if (k == members)
            qb_text_appendf(&list, " ... #%u (n = %u)", k, n);
    }
    if (status == QB_OK) {
        status = qb_scan_fail_at(scan, 1, "the file holds %u problems, say which one: %s", members,
                                 qb_text_get(&list));
    }
    qb_text_clear(&list);
    return status;
}

static qb_status read(const qb_read_source *source, qb_problem *problem, qb_diag *diag)
{
    qb_scan scan = qb_scan_open(source, diag);
    qb_entries entries = {0};
    uint32_t members, n = 0;
    qb_status status;
    if ((status = qb_scan_first_line(&scan)) != QB_OK ||
        (status = qb_scan_count(&scan, "a number of problems", &members)) != QB_OK ||
        (status = qb_scan_line_end(&scan)) != QB_OK)
        return status;
    if (source->member > members || members == 0) {
        return qb_scan_fail(&scan, "the file holds %u problems, there is no #%llu", members,
                            (unsigned long long)(source->member ? source->member : 1));
    }
    if (source->member == 0 && members > 1)
        return list_members(&scan, members);
    uint64_t wanted = source->member ? source->member : 1;
    for (uint32_t k = 1; k <= members && status == QB_OK; k++) {
        uint32_t columns, m;
        if ((status = read_header(&scan, k, members, &columns, &m)) != QB_OK)
            break;
        if (k != wanted) {
            status = skip_entries(&scan, k, m);
        } else if ((status = qb_entries_check(source, &scan, columns, m)) == QB_OK) {
            n = columns;
            status = qb_entries_read(&entries, &scan, n, m, 1, 2, true, "entry");
        }
    }
    if (status == QB_OK)
        status = qb_scan_file_end(&scan);
    if (status == QB_OK)
        status = qb_entries_build(&entries, source, &scan, QB_KIND_QUBO, QB_MAXIMISE, 0, n, 1, problem);
    qb_entries_free(&entries);
    return status;
}

extern const qb_format qb_format_bqp;
const qb_format qb_format_bqp = {
    .name = "bqp",
    .summary = "binary quadratic problems of the OR-Library; FILE#K is the K-th of a file",
    .convention = "maximise x'Qx; 1-based, off-diagonals listed once and counted twice",
    .extensions = extensions,
    .recognise = recognise,
    .read = read,
    .members = true,
};
