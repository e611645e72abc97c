/* coo-binary and coo-spin: the coordinate files of dimod.
 *
 *   # vartype=SPIN   or BINARY; may be absent
 *   i j w            0-based; i i w is linear; each term once
 *
 * Minimise the sum over x in {0, 1} or s in {-1, 1}.  Without the header the two cannot be told apart; the
 * file has no constant.
 */
#include "instances/entries.h"

static const char *const extensions[] = {".coo", NULL};

/* "# vartype=NAME" with any blanks; false for any other comment.  Stands on '#'. */
static bool read_vartype(qb_scan *scan, qb_token *name)
{
    scan->at++;
    qb_token rest = qb_scan_rest(scan);
    static const char key[] = "vartype=";
    size_t length = sizeof key - 1;
    if (rest.length < length)
        return false;
    for (size_t k = 0; k < length; k++)
        if (rest.start[k] != key[k])
            return false;
    *name = (qb_token){rest.start + length, rest.length - length};
    return true;
}

static int recognise_as(const char *text, size_t size, const char *vartype)
{
    qb_scan scan = {.file = "", .at = text, .end = text + size};
    qb_token name;
    while (qb_scan_line(&scan) && *scan.at == '#')
        if (read_vartype(&scan, &name))
            return qb_token_is(name, vartype) ? QB_FORMAT_SURE : QB_FORMAT_NO;
    qb_shape shape;
    qb_shape_of(text, size, '#', &shape);
    for (uint32_t k = 0; k < shape.lines; k++)
        if (!qb_shape_is_entry(&shape, k, 0, QB_COUNT_LIMIT))
            return QB_FORMAT_NO;
    return shape.lines ? QB_FORMAT_MAYBE : QB_FORMAT_NO;
}

static qb_status read_comment(qb_scan *scan, const char *vartype, const char *format)
{
    qb_token name;
    if (!read_vartype(scan, &name) || qb_token_is(name, vartype))
        return QB_OK;
    char quote[QB_QUOTE_TEXT];
    return qb_scan_fail(scan, "vartype is '%s', format %s needs %s", qb_scan_quote(name, quote), format,
                        vartype);
}

static qb_status read_as(const qb_read_source *source, qb_kind kind, const char *vartype, qb_problem *problem,
                         qb_diag *diag)
{
    qb_scan scan = qb_scan_open(source, diag);
    qb_entries entries = {0};
    uint32_t n = 0;
    qb_status status = qb_scan_first_line(&scan);
    for (bool more = status == QB_OK; more; more = status == QB_OK && qb_scan_line(&scan)) {
        if (*scan.at == '#') {
            status = read_comment(&scan, vartype, source->format);
            continue;
        }
        uint32_t i, j;
        double weight;
        if ((status = qb_scan_index(&scan, "an index", 0, QB_COUNT_LIMIT, &i)) == QB_OK &&
            (status = qb_scan_index(&scan, "an index", 0, QB_COUNT_LIMIT, &j)) == QB_OK &&
            (status = qb_scan_real(&scan, "a weight", &weight)) == QB_OK &&
            (status = qb_scan_line_end(&scan)) == QB_OK) {
            n = i >= n ? i + 1 : n;
            n = j >= n ? j + 1 : n;
            status = qb_entries_add(&entries, &scan, i, j, weight);
        }
    }
    if (status == QB_OK)
        status = qb_entries_check(source, &scan, n, 0);
    if (status == QB_OK)
        status = qb_entries_build(&entries, source, &scan, kind, QB_MINIMISE, 0, n, 0, problem);
    qb_entries_free(&entries);
    return status;
}

static int recognise_binary(const char *text, size_t size)
{
    return recognise_as(text, size, "BINARY");
}

static int recognise_spin(const char *text, size_t size)
{
    return recognise_as(text, size, "SPIN");
}

static qb_status read_binary(const qb_read_source *source, qb_problem *problem, qb_diag *diag)
{
    return read_as(source, QB_KIND_QUBO, "BINARY", problem, diag);
}

static qb_status read_spin(const qb_read_source *source, qb_problem *problem, qb_diag *diag)
{
    return read_as(source, QB_KIND_ISING, "SPIN", problem, diag);
}

extern const qb_format qb_format_coo_binary, qb_format_coo_spin;
const qb_format qb_format_coo_binary = {
    .name = "coo-binary",
    .summary = "QUBO in dimod's coordinates",
    .convention = "minimise over x in {0, 1}; 0-based, each term once",
    .extensions = extensions,
    .recognise = recognise_binary,
    .read = read_binary,
};
const qb_format qb_format_coo_spin = {
    .name = "coo-spin",
    .summary = "Ising model in dimod's coordinates",
    .convention = "minimise over s in {-1, 1}, s = 2x - 1; 0-based, each term once",
    .extensions = extensions,
    .recognise = recognise_spin,
    .read = read_spin,
};
