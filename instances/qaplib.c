/* qaplib: quadratic assignment.
 *
 *   n
 *   A                n * n numbers, line ends where they like
 *   B                n * n numbers
 *
 * Minimise the sum over all ordered pairs of A_ij B_p(i)p(j).  Column i n + k is x_ik, "p(i) = k"; each i has
 * one k and each k one i; the objective is quadratic in x.
 *
 * Source: Burkard, Karisch and Rendl, "QAPLIB - a quadratic assignment problem library", Journal of Global
 * Optimization 10 (1997).
 */
#include "harness/base/memory.h"
#include "instances/entries.h"
#include "instances/sketch.h"

static const char *const extensions[] = {".dat", ".qap", NULL};

/* n alone, and as many numbers as two matrices have. */
static int recognise(const char *text, size_t size)
{
    qb_scan scan = {.file = "", .at = text, .end = text + size};
    qb_token word;
    double n, value;
    uint64_t numbers = 0;
    if (!qb_scan_word(&scan, &word) || !qb_token_real(word, &n) || !qb_shape_is_integer(n) || n < 3 ||
        n > 4096 || !qb_scan_at_line_end(&scan))
        return QB_FORMAT_NO;
    uint64_t wanted = 2 * (uint64_t)n * (uint64_t)n;
    while (numbers <= wanted && qb_scan_word(&scan, &word)) {
        if (!qb_token_real(word, &value))
            return QB_FORMAT_NO;
        numbers++;
    }
    return numbers == wanted ? QB_FORMAT_SURE : QB_FORMAT_NO;
}

static qb_status read_matrix(qb_scan *scan, uint32_t n, double *matrix)
{
    qb_status status = QB_OK;
    for (size_t k = 0; k < (size_t)n * n && status == QB_OK; k++)
        status = qb_scan_next_real(scan, "a number of the matrices", &matrix[k]);
    return status;
}

/* The one-hot rows of a permutation: entry (i, k) is column i n + k. */
static void write_permutation(qb_sketch *sketch, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        qb_sketch_row(sketch, 1, 1);
        for (uint32_t k = 0; k < n; k++)
            qb_sketch_entry(sketch, i * n + k, 1);
    }
    for (uint32_t k = 0; k < n; k++) {
        qb_sketch_row(sketch, 1, 1);
        for (uint32_t i = 0; i < n; i++)
            qb_sketch_entry(sketch, i * n + k, 1);
    }
}

static void write_objective(qb_sketch *sketch, const double *a, const double *b, uint32_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            uint32_t column = (uint32_t)(i * n + k);
            qb_sketch_linear(sketch, column, a[i * n + i] * b[k * n + k]);
            for (size_t j = i + 1; j < n; j++)
                for (size_t l = 0; l < n; l++) {
                    double weight = a[i * n + j] * b[k * n + l] + a[j * n + i] * b[l * n + k];
                    if (k != l && weight != 0)
                        qb_sketch_pair(sketch, column, (uint32_t)(j * n + l), weight);
                }
        }
}

static qb_status read(const qb_read_source *source, qb_problem *problem, qb_diag *diag)
{
    qb_scan scan = qb_scan_open(source, diag);
    uint32_t n;
    qb_status status = qb_scan_first_line(&scan);
    if (status == QB_OK)
        status = qb_scan_count(&scan, "a size", &n);
    if (status == QB_OK && (n == 0 || n > 4096))
        status = qb_scan_fail(&scan, "a size of 1 to 4096 is possible, not %u", n);
    if (status == QB_OK)
        status = qb_entries_check(source, &scan, (uint64_t)n * n, (uint64_t)n * n * n * n / 2);
    if (status != QB_OK)
        return status;
    double *a = QB_NEW(double, (size_t)n *n), *b = QB_NEW(double, (size_t)n *n);
    if (!a || !b)
        status = qb_fail(diag, QB_NO_MEMORY, "%s: out of memory", source->file);
    if (status == QB_OK && (status = read_matrix(&scan, n, a)) == QB_OK &&
        (status = read_matrix(&scan, n, b)) == QB_OK && (status = qb_scan_line_end(&scan)) == QB_OK &&
        (status = qb_scan_file_end(&scan)) == QB_OK) {
        qb_sketch sketch = qb_sketch_open(QB_KIND_MIP, QB_MINIMISE, n * n);
        write_objective(&sketch, a, b, n);
        write_permutation(&sketch, n);
        status = qb_sketch_finish(&sketch, source->name, source->format, problem, diag);
    }
    qb_free(a);
    qb_free(b);
    return status;
}

extern const qb_format qb_format_qaplib;
const qb_format qb_format_qaplib = {
    .name = "qaplib",
    .summary = "quadratic assignment of QAPLIB (.dat)",
    .convention = "minimise over all ordered pairs; column i n + k says p(i) = k",
    .extensions = extensions,
    .recognise = recognise,
    .read = read,
};
