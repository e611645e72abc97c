/* qs: the QUBO files of QOBLIB, as Zimpl writes them.
 *
 *   # ObjectiveOffset c      among the comments before the header
 *   n m
 *   i j q                    m lines, 1-based
 *
 * Minimise c + x'Qx with Q symmetric: diagonal entries count once, the others twice.
 */
#include "instances/as_qubo.h"
#include "instances/entries.h"

static const char *const extensions[] = {".qs", NULL};

static int recognise(const char *text, size_t size)
{
    qb_scan scan = {.file = "", .at = text, .end = text + size};
    while (qb_scan_line(&scan) && *scan.at == '#') {
        qb_token token;
        scan.at++;
        if (qb_scan_token(&scan, &token) && qb_token_is(token, "ObjectiveOffset"))
            return QB_FORMAT_SURE;
    }
    qb_shape shape;
    qb_shape_of(text, size, '#', &shape);
    return qb_shape_is_matrix(&shape) ? QB_FORMAT_MAYBE : QB_FORMAT_NO;
}

/* Reads the comments, takes the offset out of them, and stops on the header. */
static qb_status read_comments(qb_scan *scan, double *offset)
{
    bool found = false;
    *offset = 0;
    while (qb_scan_line(scan)) {
        if (*scan->at != '#')
            return QB_OK;
        qb_token token;
        scan->at++;
        if (!qb_scan_token(scan, &token) || !qb_token_is(token, "ObjectiveOffset"))
            continue;
        if (found)
            return qb_scan_fail(scan, "a second ObjectiveOffset");
        found = true;
        qb_status status = qb_scan_real(scan, "an offset", offset);
        if (status == QB_OK)
            status = qb_scan_line_end(scan);
        if (status != QB_OK)
            return status;
    }
    return scan->line ? qb_scan_fail(scan, "the header `n m` is missing")
                      : qb_scan_fail_at(scan, 1, "the file is empty");
}

static qb_status read(const qb_read_source *source, qb_problem *problem, qb_diag *diag)
{
    qb_scan scan = qb_scan_open(source, diag);
    qb_entries entries = {0};
    uint32_t n, m;
    double offset;
    qb_status status;
    if ((status = read_comments(&scan, &offset)) != QB_OK ||
        (status = qb_scan_count(&scan, "a number of variables", &n)) != QB_OK ||
        (status = qb_scan_count(&scan, "a number of entries", &m)) != QB_OK ||
        (status = qb_scan_line_end(&scan)) != QB_OK ||
        (status = qb_entries_check(source, &scan, n, m)) != QB_OK ||
        (status = qb_entries_read(&entries, &scan, n, m, 1, 2, true, "entry")) != QB_OK ||
        (status = qb_scan_file_end(&scan)) != QB_OK)
        goto done;
    status = qb_entries_build(&entries, source, &scan, QB_KIND_QUBO, QB_MINIMISE, offset, n, 1, problem);
done:
    qb_entries_free(&entries);
    return status;
}

static qb_status write(const qb_problem *problem, qb_text *out, qb_diag *diag)
{
    qb_as_qubo qubo;
    qb_status status = qb_as_qubo_minimise(problem, "qs", &qubo, diag);
    if (status != QB_OK)
        return status;
    if (qubo.negated)
        qb_text_append(out, "# negated: the source maximises\n");
    qb_text_append(out, "# ObjectiveOffset ");
    qb_text_append_double(out, qubo.constant);
    qb_text_appendf(out, "\n# Vars Non-zeros\n%u %llu\n", qubo.n,
                    (unsigned long long)(qubo.linear_nonzeros + qubo.pairs));
    uint64_t k = 0;
    for (uint32_t i = 0; i < qubo.n; i++) {
        if (qubo.linear[i] != 0)
            qb_entries_write(out, i + 1, i + 1, qubo.linear[i]);
        for (; k < qubo.pairs && qubo.pair[k].i == i; k++)
            qb_entries_write(out, i + 1, qubo.pair[k].j + 1, qubo.pair[k].weight / 2);
    }
    qb_as_qubo_free(&qubo);
    return out->status;
}

extern const qb_format qb_format_qs;
const qb_format qb_format_qs = {
    .name = "qs",
    .summary = "QUBO of QOBLIB (.qs)",
    .convention = "minimise c + x'Qx; 1-based, off-diagonals listed once and counted twice, c in a comment",
    .extensions = extensions,
    .recognise = recognise,
    .read = read,
    .write = write,
};
