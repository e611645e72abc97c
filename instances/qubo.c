/* qubo: the .qubo files of qbsolv.
 *
 *   c any comment
 *   p qubo TOPOLOGY MAXNODE NDIAGONAL NCOUPLER
 *   i i w            NDIAGONAL lines, 0-based
 *   i j w            NCOUPLER lines, i < j
 *
 * Minimise the sum, each term once.  The format has no constant: it travels in a comment
 * `c ObjectiveOffset v`, which other programs skip.
 */
#include "instances/as_qubo.h"
#include "instances/entries.h"

static const char *const extensions[] = {".qubo", NULL};

static int recognise(const char *text, size_t size)
{
    qb_scan scan = {.file = "", .at = text, .end = text + size};
    while (qb_scan_line(&scan)) {
        qb_token word, kind;
        if (!qb_scan_token(&scan, &word))
            return QB_FORMAT_NO;
        if (qb_token_is(word, "p"))
            return qb_scan_token(&scan, &kind) && qb_token_is(kind, "qubo") ? QB_FORMAT_SURE : QB_FORMAT_NO;
        if (word.start[0] != 'c')
            return QB_FORMAT_NO;
    }
    return QB_FORMAT_NO;
}

/* Goes to the next line that is no comment; *offset is set from one that holds it.  false: none is left, or
 * *status is an error. */
static bool next_line(qb_scan *scan, double *offset, qb_status *status)
{
    while (*status == QB_OK && qb_scan_line(scan)) {
        qb_token word;
        if (*scan->at != 'c')
            return true;
        (void)qb_scan_token(scan, &word);
        if (qb_token_is(word, "c") && qb_scan_token(scan, &word) && qb_token_is(word, "ObjectiveOffset"))
            *status = qb_scan_real(scan, "an offset", offset);
    }
    return false;
}

typedef struct header {
    uint32_t n, diagonals, couplers;
} header;

static qb_status read_header(qb_scan *scan, header *head)
{
    qb_token word;
    if (!qb_scan_token(scan, &word) || !qb_token_is(word, "p") || !qb_scan_token(scan, &word) ||
        !qb_token_is(word, "qubo"))
        return qb_scan_fail(scan, "expected `p qubo TOPOLOGY MAXNODE NDIAGONAL NCOUPLER`");
    if (!qb_scan_token(scan, &word)) /* a number or a name: it says nothing about the objective */
        return qb_scan_fail(scan, "expected a topology, the line ends");
    qb_status status;
    if ((status = qb_scan_count(scan, "a number of nodes", &head->n)) != QB_OK ||
        (status = qb_scan_count(scan, "a number of diagonal entries", &head->diagonals)) != QB_OK ||
        (status = qb_scan_count(scan, "a number of couplers", &head->couplers)) != QB_OK)
        return status;
    return qb_scan_line_end(scan);
}

static qb_status read_entry(qb_scan *scan, const header *head, bool diagonal, qb_entries *entries)
{
    uint32_t i, j;
    double weight;
    qb_status status;
    if ((status = qb_scan_index(scan, "a node", 0, head->n, &i)) != QB_OK ||
        (status = qb_scan_index(scan, "a node", 0, head->n, &j)) != QB_OK ||
        (status = qb_scan_real(scan, "a weight", &weight)) != QB_OK ||
        (status = qb_scan_line_end(scan)) != QB_OK)
        return status;
    if ((i == j) != diagonal) {
        return qb_scan_fail(
            scan, diagonal ? "expected a diagonal entry, got (%u, %u)" : "expected a coupler, got (%u, %u)",
            i, j);
    }
    return qb_entries_add(entries, scan, i, j, weight);
}

static qb_status read(const qb_read_source *source, qb_problem *problem, qb_diag *diag)
{
    qb_scan scan = qb_scan_open(source, diag);
    qb_entries entries = {0};
    header head;
    double offset = 0;
    qb_status status = QB_OK;
    if (!next_line(&scan, &offset, &status)) {
        return status != QB_OK
                   ? status
                   : qb_scan_fail_at(&scan, scan.line ? scan.line : 1, "the line `p qubo` is missing");
    }
    if ((status = read_header(&scan, &head)) != QB_OK ||
        (status = qb_entries_check(source, &scan, head.n, (uint64_t)head.diagonals + head.couplers)) !=
            QB_OK ||
        (status = qb_entries_reserve(&entries, &scan, (uint64_t)head.diagonals + head.couplers)) != QB_OK)
        goto done;
    uint64_t promised = (uint64_t)head.diagonals + head.couplers;
    for (uint64_t k = 0; k < promised && status == QB_OK; k++) {
        if (!next_line(&scan, &offset, &status)) {
            if (status == QB_OK) {
                status = qb_scan_fail(&scan, "%llu of %llu entries are missing",
                                      (unsigned long long)(promised - k), (unsigned long long)promised);
            }
            break;
        }
        status = read_entry(&scan, &head, k < head.diagonals, &entries);
    }
    if (status == QB_OK && next_line(&scan, &offset, &status)) {
        status = qb_scan_fail(&scan, "more than the %llu entries that the header promises",
                              (unsigned long long)promised);
    }
    if (status == QB_OK) {
        status =
            qb_entries_build(&entries, source, &scan, QB_KIND_QUBO, QB_MINIMISE, offset, head.n, 0, problem);
    }
done:
    qb_entries_free(&entries);
    return status;
}

static qb_status write(const qb_problem *problem, qb_text *out, qb_diag *diag)
{
    qb_as_qubo qubo;
    qb_status status = qb_as_qubo_minimise(problem, "qubo", &qubo, diag);
    if (status != QB_OK)
        return status;
    if (qubo.negated)
        qb_text_append(out, "c negated: the source maximises\n");
    if (qubo.constant != 0) {
        qb_text_append(out, "c ObjectiveOffset ");
        qb_text_append_double(out, qubo.constant);
        qb_text_append_char(out, '\n');
    }
    qb_text_appendf(out, "p qubo 0 %u %llu %llu\n", qubo.n, (unsigned long long)qubo.linear_nonzeros,
                    (unsigned long long)qubo.pairs);
    for (uint32_t i = 0; i < qubo.n; i++)
        if (qubo.linear[i] != 0)
            qb_entries_write(out, i, i, qubo.linear[i]);
    for (uint64_t k = 0; k < qubo.pairs; k++)
        qb_entries_write(out, qubo.pair[k].i, qubo.pair[k].j, qubo.pair[k].weight);
    qb_as_qubo_free(&qubo);
    return out->status;
}

extern const qb_format qb_format_qubo;
const qb_format qb_format_qubo = {
    .name = "qubo",
    .summary = "QUBO of qbsolv (.qubo)",
    .convention = "minimise; 0-based, each term once",
    .extensions = extensions,
    .recognise = recognise,
    .read = read,
    .write = write,
};
