/* Our MPS and LP readers against GLPK's: same columns, rows, bounds, types and coefficients on every shared
 * file that GLPK can read.
 */
#define _GNU_SOURCE
#include "tests/instances/fixture.h"

#include "harness/base/file.h"
#include "harness/base/memory.h"

#include <criterion/criterion.h>
#include <float.h>
#include <glpk.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* GLPK reads files by name and knows no memory: a copy, removed afterwards.  NULL: it cannot read this. */
static glp_prob *glpk_parse(const char *text, size_t size, const char *listed)
{
    char name[] = "/tmp/qubout-oracle-XXXXXX";
    int descriptor = mkstemp(name);
    cr_assert(descriptor >= 0 && write(descriptor, text, size) == (ssize_t)size);
    close(descriptor);
    glp_term_out(GLP_OFF);
    glp_prob *oracle = glp_create_prob();
    int failed;
    if (strcmp(listed, "mps") == 0) {
        failed = glp_read_mps(oracle, GLP_MPS_DECK, NULL, name);
        if (failed)
            failed = glp_read_mps(oracle, GLP_MPS_FILE, NULL, name);
    } else {
        failed = glp_read_lp(oracle, NULL, name);
    }
    unlink(name);
    if (failed) {
        glp_delete_prob(oracle);
        return NULL;
    }
    return oracle;
}

/* Unpacked. */
static glp_prob *glpk_read(const char *path, const char *listed)
{
    char *data = NULL;
    size_t size;
    cr_assert(qb_file_read(path, QB_FILE_LIMIT, &data, &size, NULL) == QB_OK);
    glp_prob *oracle = glpk_parse(data, size, listed);
    qb_free(data);
    return oracle;
}

static double from_glpk(double bound)
{
    return bound == DBL_MAX ? INFINITY : bound == -DBL_MAX ? -INFINITY : bound;
}

static void compare_columns(const qb_mip *m, glp_prob *oracle, const char *file)
{
    char buffer[16];
    cr_assert(m->columns == (uint32_t)glp_get_num_cols(oracle), "%s", file);
    cr_assert(m->constant == glp_get_obj_coef(oracle, 0), "%s", file);
    for (uint32_t j = 0; j < m->columns; j++) {
        int k = (int)j + 1;
        const char *name = qb_mip_column_name(m, j, buffer);
        double lower = m->lower ? m->lower[j] : 0, upper = m->upper ? m->upper[j] : 1;
        bool integer = !m->type || m->type[j] != QB_COLUMN_CONTINUOUS;
        cr_assert_str_eq(name, glp_get_col_name(oracle, k), "%s", file);
        cr_assert(m->linear[j] == glp_get_obj_coef(oracle, k), "%s: cost of %s", file, name);
        cr_assert(integer == (glp_get_col_kind(oracle, k) != GLP_CV), "%s: type of %s", file, name);
        cr_assert(lower == from_glpk(glp_get_col_lb(oracle, k)), "%s: lower bound of %s", file, name);
        cr_assert(upper == from_glpk(glp_get_col_ub(oracle, k)), "%s: upper bound of %s", file, name);
    }
}

static void compare_row(const qb_mip *m, uint32_t i, glp_prob *oracle, int *index, double *value,
                        double *dense, const char *file)
{
    int k = (int)i + 1, length = glp_get_mat_row(oracle, k, index, value);
    cr_assert(m->row_lower[i] == from_glpk(glp_get_row_lb(oracle, k)), "%s: row %d", file, k);
    cr_assert(m->row_upper[i] == from_glpk(glp_get_row_ub(oracle, k)), "%s: row %d", file, k);
    for (int e = 1; e <= length; e++)
        dense[index[e] - 1] = value[e];
    for (uint64_t e = m->row_start[i]; e < m->row_start[i + 1]; e++) {
        cr_assert(dense[m->row_column[e]] == m->row_value[e], "%s: row %d", file, k);
        dense[m->row_column[e]] = 0;
    }
    for (int e = 1; e <= length; e++)
        cr_assert(dense[index[e] - 1] == 0, "%s: row %d lacks an entry", file, k);
}

static void compare_models(const qb_mip *m, glp_prob *oracle, const char *file)
{
    int *index = QB_NEW(int, m->columns + 1);
    double *value = QB_NEW(double, m->columns + 1), *dense = QB_NEW(double, m->columns);
    compare_columns(m, oracle, file);
    cr_assert(m->rows == (uint32_t)glp_get_num_rows(oracle), "%s", file);
    for (uint32_t i = 0; i < m->rows; i++)
        compare_row(m, i, oracle, index, value, dense, file);
    qb_free(index);
    qb_free(value);
    qb_free(dense);
}

static void compare(char *field[TSV_FIELDS], void *context)
{
    unsigned *compared = context;
    char path[FIXTURE_PATH];
    if (strcmp(field[1], "mps") != 0 && strncmp(field[1], "cplex-lp", 8) != 0)
        return;
    qb_problem p = must_read(shared_path(field[0], path), NULL);
    glp_prob *oracle = glpk_read(path, field[1]);
    if (oracle) {
        compare_models(&p.body, oracle, field[0]);
        glp_delete_prob(oracle);
        ++*compared;
    }
    qb_problem_free(&p);
}

Test(oracle, glpk_reads_the_same, .timeout = 120)
{
    char path[FIXTURE_PATH];
    unsigned compared = 0;
    if (!has_shared())
        return;
    each_tsv_line(shared_path("MANIFEST.tsv", path), true, compare, &compared);
    fprintf(stderr, "%u models compared with GLPK\n", compared);
    cr_assert(compared >= 35);
}

/* What we write is what GLPK reads: every shared MIP through our writers. */
static void write_and_compare(char *field[TSV_FIELDS], void *context)
{
    unsigned *compared = context;
    char path[FIXTURE_PATH], name[] = "/tmp/qubout-oracle-XXXXXX";
    if (strcmp(field[1], "mps") != 0 && strcmp(field[1], "cplex-lp") != 0)
        return;
    qb_problem p = must_read(shared_path(field[0], path), NULL);
    qb_text text = {0};
    qb_diag diag = {0};
    cr_assert(qb_instance_write(&p, "lp", &text, &diag) == QB_OK, "%s", diag.text);
    int descriptor = mkstemp(name);
    cr_assert(descriptor >= 0 && write(descriptor, text.data, text.length) == (ssize_t)text.length);
    close(descriptor);
    glp_term_out(GLP_OFF);
    glp_prob *oracle = glp_create_prob();
    cr_assert(glp_read_lp(oracle, NULL, name) == 0, "GLPK cannot read %s as we write it", field[0]);
    unlink(name);
    cr_assert(p.body.columns == (uint32_t)glp_get_num_cols(oracle), "%s", field[0]);
    cr_assert(p.body.rows == (uint32_t)glp_get_num_rows(oracle), "%s", field[0]);
    glp_delete_prob(oracle);
    qb_text_clear(&text);
    qb_problem_free(&p);
    ++*compared;
}

Test(oracle, glpk_reads_what_we_write, .timeout = 120)
{
    char path[FIXTURE_PATH];
    unsigned compared = 0;
    if (!has_shared())
        return;
    each_tsv_line(shared_path("MANIFEST.tsv", path), true, write_and_compare, &compared);
    cr_assert(compared >= 35);
}

/* Signs of ranges on rows of every type, bounds in any order, a constant beside a spare N row; sections of an
 * LP file twice and in any order. */
#define ROWS                                                                                               \
    "NAME t\nROWS\n N c\n L l\n G g\n E e\n N spare\nCOLUMNS\n M 'MARKER' 'INTORG'\n i c 1 l 1\n j c 2 e " \
    "1\n"                                                                                                  \
    " M 'MARKER' 'INTEND'\n x c 3 l 1\n x spare 8\n y e 1 g 2\nRHS\n R l 9 e 4\n R g 1 c -7.5\n"
static const struct {
    const char *format, *text;
} corners[] = {
    {"mps", ROWS "ENDATA\n"},
    {"mps", ROWS "RANGES\n R e 2 l 3\n R g 4\nENDATA\n"},
    {"mps", ROWS "RANGES\n R e -2 l -3\n R g -4\nENDATA\n"},
    {"mps", ROWS "RANGES\n R e 0\nENDATA\n"},
    {"mps", ROWS "BOUNDS\n MI B x\n UP B x 5\n BV B y\n FX B i -3\n PL B j\nENDATA\n"},
    {"mps", ROWS "BOUNDS\n UP B x 5\n MI B x\n LI B y -2\n UP B i 9\n FR B j\nENDATA\n"},
    {"mps", ROWS "BOUNDS\n UP B x 0\n LO B y -7\n UI B y 4\n UP B i 0\nENDATA\n"},
    {"lp", "min\n obj: x\nst\n r: x + y >= 1\nbounds\n -inf <= y <= -2\n x free\nend\n"},
    {"lp", "max\n 3 x - y + z\nst\n c: x + y >= -1\n d: y - 2 x = 4\nbounds\n -infinity <= x <= 5\n"
           " y >= -3\ngenerals\n x\nbinaries\n z\nend\n"},
    {"lp",
     "maximize\n 3 x - y\nsubject to\n x + y <= 1\nbounds\n x <= 3\n y = 2\n -1 <= w\nintegers\n x y\nend\n"},
};

Test(oracle, glpk_agrees_on_the_corners)
{
    for (size_t k = 0; k < sizeof corners / sizeof *corners; k++) {
        glp_prob *oracle = glpk_parse(corners[k].text, strlen(corners[k].text), corners[k].format);
        cr_assert(oracle, "GLPK cannot read corner %zu", k);
        qb_problem p = must_parse("corner", corners[k].format, corners[k].text);
        compare_models(&p.body, oracle, corners[k].text);
        qb_problem_free(&p);
        glp_delete_prob(oracle);
    }
}
