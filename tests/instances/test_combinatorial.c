/* Formats that a model is made of: the published optimum is a feasible point of the model, with its value. */
#include "harness/base/file.h"
#include "harness/base/memory.h"
#include "harness/model/referee.h"
#include "instances/tsplib.h"
#include "tests/instances/fixture.h"

#include <criterion/criterion.h>
#include <glpk.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The refereed value of a feasible point. */
static double feasible_value(const qb_problem *p, const double *v)
{
    qb_score score;
    qb_diag diag = {0};
    cr_assert(qb_referee_score(p, v, &score, &diag) == QB_OK, "%s", diag.text);
    cr_assert(score.feasible, "%s: not feasible", p->name);
    return score.objective;
}

/* Numbers of a text file, at most `most`; words are skipped. */
static size_t read_numbers(const char *path, double *number, size_t most)
{
    char *text = NULL, *next;
    size_t size, count = 0;
    cr_assert(qb_file_read(path, QB_FILE_LIMIT, &text, &size, NULL) == QB_OK);
    for (char *p = text; *p && count < most; p = next) {
        number[count] = strtod(p, &next);
        if (next == p)
            next = p + 1;
        else
            count++;
    }
    qb_free(text);
    return count;
}

/* The permutation or its inverse, as the published files disagree on which they hold. */
static void check_assignment(char *field[TSV_FIELDS], void *context)
{
    unsigned *checked = context;
    char path[FIXTURE_PATH], *dot;
    double number[64], best = INFINITY, wanted = strtod(field[5], NULL);
    if (strcmp(field[1], "qaplib") != 0)
        return;
    qb_problem p = must_read(shared_path(field[0], path), NULL);
    dot = strrchr(path, '.');
    memcpy(dot, ".sln", 5);
    size_t count = read_numbers(path, number, 64), n = (size_t)number[0];
    cr_assert(count >= n + 2 && p.body.columns == n * n);
    for (int inverse = 0; inverse < 2; inverse++) {
        double *v = QB_NEW(double, n *n);
        for (size_t i = 0; i < n; i++) {
            size_t k = (size_t)number[i + 2] - 1;
            v[inverse ? k * n + i : i * n + k] = 1;
        }
        best = fmin(best, feasible_value(&p, v));
        qb_free(v);
    }
    cr_assert(best == wanted, "%s: %g, published %g", field[0], best, wanted);
    ++*checked;
    qb_problem_free(&p);
}

Test(combinatorial, qaplib_permutations_have_their_cost)
{
    char path[FIXTURE_PATH];
    unsigned checked = 0;
    if (!has_shared())
        return;
    each_tsv_line(shared_path("MANIFEST.tsv", path), true, check_assignment, &checked);
    cr_assert(checked == 8);
}

/* Held and Karp: best[set][last] is the shortest way from city 0 through `set`, ending in `last`; returns the
 * tour's length and writes it as order [n]. */
static double shortest_tour(const qb_tsplib *f, uint32_t *order)
{
    uint32_t k = f->n - 1;
    double *best = QB_NEW(double, ((size_t)1 << k) * k), length = INFINITY;
    const double *d = f->distance;
    for (size_t set = 1; set < (size_t)1 << k; set++)
        for (uint32_t last = 0; last < k; last++) {
            size_t before = set & ~((size_t)1 << last);
            double way = before ? INFINITY : d[last + 1];
            for (uint32_t b = 0; b < k && before != set; b++)
                if (before >> b & 1)
                    way = fmin(way, best[before * k + b] + d[(size_t)(b + 1) * f->n + last + 1]);
            best[set * k + last] = before == set ? INFINITY : way;
        }
    size_t set = ((size_t)1 << k) - 1;
    for (uint32_t b = 0; b < k; b++)
        length = fmin(length, best[set * k + b] + d[(size_t)(b + 1) * f->n]);
    double rest = length;
    uint32_t after = 0;
    for (uint32_t t = k; t > 0; t--) /* backwards: who reaches `after` with what is left? */
        for (uint32_t b = 0; b < k; b++)
            if ((set >> b & 1) && best[set * k + b] + d[(size_t)(b + 1) * f->n + after] == rest) {
                rest = best[set * k + b];
                set &= ~((size_t)1 << b);
                order[t] = after = b + 1;
                break;
            }
    order[0] = 0;
    qb_free(best);
    return length;
}

static void read_tsplib(const char *path, qb_tsplib *file)
{
    char *text = NULL;
    qb_diag diag = {0};
    qb_read_source source = {.file = path, .name = "t", .format = "tsplib", .memory_bytes = UINT64_MAX};
    cr_assert(qb_file_read(path, QB_FILE_LIMIT, &text, &source.size, &diag) == QB_OK, "%s", diag.text);
    source.text = text;
    qb_scan scan = qb_scan_open(&source, &diag);
    cr_assert(qb_tsplib_read(&source, &scan, file) == QB_OK, "%s", diag.text);
    qb_free(text);
}

/* The optimum by dynamic programming, and its tour as a point of the model. */
static void check_tour(char *field[TSV_FIELDS], void *context)
{
    unsigned *checked = context;
    char path[FIXTURE_PATH];
    if (strcmp(field[1], "tsplib") != 0 || strtoul(field[2], NULL, 10) > 17)
        return;
    qb_tsplib file = {0};
    uint32_t order[32], k;
    read_tsplib(shared_path(field[0], path), &file);
    double length = shortest_tour(&file, order), wanted = strtod(field[5], NULL);
    cr_assert(length == wanted, "%s: %g, published %g", field[0], length, wanted);
    qb_problem p = must_read(path, NULL);
    double *v = QB_NEW(double, p.body.columns);
    k = file.n - 1;
    for (uint32_t t = 1; t < file.n; t++)
        v[(order[t] - 1) * k + t - 1] = 1;
    cr_assert(feasible_value(&p, v) == wanted, "%s", field[0]);
    qb_free(v);
    qb_tsplib_free(&file);
    qb_problem_free(&p);
    ++*checked;
}

Test(combinatorial, tsplib_tours_have_their_length, .timeout = 240)
{
    char path[FIXTURE_PATH];
    unsigned checked = 0;
    if (!has_shared())
        return;
    each_tsv_line(shared_path("MANIFEST.tsv", path), true, check_tour, &checked);
    cr_assert(checked == 4);
}

/* The same routes by vehicle and position: one stop each, and the same cost. */
static void check_slots(const char *path, const qb_tsplib *file, const double *arcs_of_route, double wanted)
{

    qb_problem p = must_read(path, "cvrp-slots");
    uint32_t n = file->n, m = n - 1, vehicle = 0, positions = p.body.columns / (file->vehicles * m);
    double *v = QB_NEW(double, p.body.columns);
    for (uint32_t first = 1; first < n; first++) {
        if (arcs_of_route[first - 1] == 0)
            continue;
        for (uint32_t at = first, t = 0; at; t++) {
            cr_assert(t < positions && vehicle < file->vehicles);
            v[(vehicle * positions + t) * m + at - 1] = 1;
            uint32_t next = 0;
            while (next == at || arcs_of_route[at * m + (next < at ? next : next - 1)] == 0)
                next++;
            at = next;
        }
        vehicle++;
    }
    cr_assert(feasible_value(&p, v) == wanted, "%s: by position not %g", path, wanted);
    qb_free(v);
    qb_problem_free(&p);
}

/* Routes as published: customers are node numbers less one, a line each. */
static void check_routes(char *field[TSV_FIELDS], void *context)
{
    unsigned *checked = context;
    char path[FIXTURE_PATH], line[256], routes[FIXTURE_PATH];
    if (strcmp(field[1], "tsplib-cvrp") != 0)
        return;
    qb_problem p = must_read(shared_path(field[0], path), NULL);
    qb_tsplib file = {0};
    read_tsplib(path, &file);
    strcpy(routes, path);
    memcpy(strrchr(path, '.'), ".sol", 5);
    FILE *solution = fopen(path, "r");
    cr_assert_not_null(solution);
    double *v = QB_NEW(double, p.body.columns);
    uint32_t n = file.n, arcs = n * (n - 1);
    while (fgets(line, sizeof line, solution) && strncmp(line, "Route", 5) == 0) {
        uint32_t at = 0, next;
        double load = 0;
        char *cursor = strchr(line, ':') + 1, *end;
        for (; (next = (uint32_t)strtoul(cursor, &end, 10)), end != cursor; cursor = end, at = next) {
            v[at * (n - 1) + (next < at ? next : next - 1)] = 1;
            load += file.demand[next];
            v[arcs + next - 1] = load;
        }
        v[at * (n - 1)] = 1;
    }
    fclose(solution);
    double value = feasible_value(&p, v), wanted = strtod(field[5], NULL);
    cr_assert(value == wanted, "%s: %g, published %g", field[0], value, wanted);
    check_slots(routes, &file, v, wanted);
    qb_free(v);
    qb_tsplib_free(&file);
    qb_problem_free(&p);
    ++*checked;
}

Test(combinatorial, cvrp_routes_have_their_cost)
{
    char path[FIXTURE_PATH];
    unsigned checked = 0;
    if (!has_shared())
        return;
    each_tsv_line(shared_path("MANIFEST.tsv", path), true, check_routes, &checked);
    cr_assert(checked == 5);
}

/* The .sol files list the vertices of the set. */
static void check_set(char *field[TSV_FIELDS], void *context)
{
    unsigned *checked = context;
    char path[FIXTURE_PATH], line[256];
    if (strcmp(field[1], "dimacs-p-edge") != 0 || !strstr(field[0], ".gph"))
        return;
    qb_problem p = must_read(shared_path(field[0], path), NULL);
    memcpy(strstr(path, ".gph"), ".sol", 5);
    FILE *solution = fopen(path, "r");
    cr_assert_not_null(solution);
    double *v = QB_NEW(double, p.body.columns);
    while (fgets(line, sizeof line, solution))
        if (*line != '#') {
            unsigned long vertex = strtoul(line, NULL, 10);
            cr_assert(vertex >= 1 && vertex <= p.body.columns);
            v[vertex - 1] = 1;
        }
    fclose(solution);
    double value = feasible_value(&p, v), wanted = strtod(field[5], NULL);
    cr_assert(value == wanted, "%s: %g, published %g", field[0], value, wanted);
    qb_free(v);
    qb_problem_free(&p);
    ++*checked;
}

Test(combinatorial, independent_sets_have_their_size)
{
    char path[FIXTURE_PATH];
    unsigned checked = 0;
    if (!has_shared())
        return;
    each_tsv_line(shared_path("MANIFEST.tsv", path), true, check_set, &checked);
    cr_assert(checked >= 14, "%u", checked);
}

/* An all-binary linear program through GLPK's branch and cut. */
static double glpk_optimum(const qb_problem *p)
{
    const qb_mip *m = &p->body;
    glp_prob *g = glp_create_prob();
    int *index = QB_NEW(int, m->columns + 1);
    double *value = QB_NEW(double, m->columns + 1);
    glp_term_out(GLP_OFF);
    glp_set_obj_dir(g, m->sense == QB_MAXIMISE ? GLP_MAX : GLP_MIN);
    glp_add_cols(g, (int)m->columns);
    glp_add_rows(g, (int)m->rows);
    for (uint32_t j = 0; j < m->columns; j++) {
        glp_set_col_kind(g, (int)j + 1, GLP_BV);
        glp_set_obj_coef(g, (int)j + 1, m->linear[j]);
    }
    for (uint32_t i = 0; i < m->rows; i++) {
        int length = 0;
        double low = m->row_lower[i], high = m->row_upper[i];
        for (uint64_t k = m->row_start[i]; k < m->row_start[i + 1]; k++) {
            index[++length] = (int)m->row_column[k] + 1;
            value[length] = m->row_value[k];
        }
        glp_set_mat_row(g, (int)i + 1, length, index, value);
        int kind = low == high ? GLP_FX : isinf(low) ? GLP_UP : isinf(high) ? GLP_LO : GLP_DB;
        glp_set_row_bnds(g, (int)i + 1, kind, low, high);
    }
    glp_iocp options;
    glp_init_iocp(&options);
    options.presolve = GLP_ON;
    options.gmi_cuts = options.cov_cuts = options.clq_cuts = GLP_ON;
    cr_assert(glp_intopt(g, &options) == 0 && glp_mip_status(g) == GLP_OPT);
    double optimum = glp_mip_obj_val(g);
    glp_delete_prob(g);
    qb_free(index);
    qb_free(value);
    return optimum;
}

Test(combinatorial, colouring_needs_the_chromatic_number, .timeout = 120)
{
    qb_problem cycle = must_parse("c5.col", NULL, "p edge 6 5\ne 1 2\ne 2 3\ne 3 4\ne 4 5\ne 5 1\n");
    cr_assert(fabs(glpk_optimum(&cycle) - 3) < 1e-9);
    qb_problem_free(&cycle);
    char path[FIXTURE_PATH];
    if (!has_shared())
        return;
    qb_problem p = must_read(shared_path("coloring/myciel3.col", path), NULL);
    cr_assert(fabs(glpk_optimum(&p) - 4) < 1e-9);
    qb_problem_free(&p);
}

Test(combinatorial, mkp_takes_the_problem_it_is_told)
{
    static const char text[] = "2\n1 1 0\n5\n7\n8\n3 2 17\n5 6 7\n1 2\n3 4 5 6 10\n20\n";
    qb_problem p = must_parse("two#2", NULL, text);
    double first_two[] = {1, 1, 0};
    cr_assert_str_eq(p.format, "mkp");
    cr_assert(p.body.columns == 3 && p.body.rows == 2 && p.body.sense == QB_MAXIMISE);
    cr_assert(p.body.row_upper[0] == 10 && p.body.row_upper[1] == 20);
    cr_assert(feasible_value(&p, first_two) == 11);
    qb_problem_free(&p);
}

Test(combinatorial, qkp_counts_pairs_once)
{
    qb_problem p = must_parse("q", NULL, "name\n3\n1 2 3\n10 20\n30\n\n0\n5\n2 3 4\n\nComments\n");
    double two[] = {1, 1, 0};
    cr_assert_str_eq(p.format, "qkp");
    cr_assert(feasible_value(&p, two) == 13);
    qb_problem_free(&p);
}

Test(combinatorial, opb_multiplies_out)
{
    static const char text[] = "* #variable= 3 #constraint= 2\n* a comment\n"
                               "min: +1 x3 -2 ~x1 +4 x1 ~x2 +8 ~x1 ~x3 ;\n"
                               "+1 x1 +2 ~x2 >= 1 ;\n-3 x2 +1 ~x3 <= 0;\n";
    qb_problem p = must_parse("p", NULL, text);
    cr_assert_str_eq(p.format, "opb");
    cr_assert(p.body.columns == 3 && p.body.rows == 2);
    for (int x = 0; x < 8; x++) {
        double v[] = {x & 1, x >> 1 & 1, x >> 2};
        qb_score score;
        cr_assert(qb_referee_score(&p, v, &score, NULL) == QB_OK);
        double value = v[2] - 2 * (1 - v[0]) + 4 * v[0] * (1 - v[1]) + 8 * (1 - v[0]) * (1 - v[2]);
        bool feasible = v[0] + 2 * (1 - v[1]) >= 1 && -3 * v[1] + (1 - v[2]) <= 0;
        cr_assert(score.objective == value && score.feasible == feasible, "point %d", x);
    }
    qb_problem_free(&p);
}

/* Products of any length, in objective and rows: at every point the variables for them can have their values
 * alone, and with these the file says what it says. */
Test(combinatorial, opb_products_become_variables)
{
    static const char text[] =
        "* #variable= 4 #constraint= 2 #product= 6 sizeproduct= 19\n"
        "min: +1 x2 -4 x3 ~x2 x1 +3 ~x4 x2 ~x1 ~x3 +2 x2 x1 -5 x1 x3 ~x1 +6 x4 x4 x4 ;\n"
        "+1 x1 x2 +2 ~x3 x4 x1 >= 1 ;\n-1 x1 +2 x2 -3 x3 x2 x1 +1 x2 ~x2 <= 1 ;\n";
    static const char *const names[] = {"x1.x2~", "x1~.x2",    "x1~.x2.x3~", "x1.x2",
                                        "x1.x3~", "x1.x3~.x4", "x1.x2.x3"};
    qb_problem p = must_parse("p", NULL, text);
    char buffer[16];
    cr_assert_str_eq(p.format, "opb");
    cr_assert(p.body.columns == 4 + 7 && p.body.rows == 2 + 7);
    for (uint32_t k = 0; k < 7; k++)
        cr_assert_str_eq(qb_mip_column_name(&p.body, 4 + k, buffer), names[k]);
    for (int point = 0; point < 1 << 11; point++) {
        double v[11];
        qb_score score;
        for (int k = 0; k < 11; k++)
            v[k] = point >> k & 1;
        double x = v[0], y = v[1], z = v[2], w = v[3];
        const double product[] = {x * (1 - y),     (1 - x) * y, (1 - x) * y * (1 - z), x * y, x * (1 - z),
                                  x * (1 - z) * w, x * y * z};
        bool defined = memcmp(v + 4, product, sizeof product) == 0;
        bool feasible = x * y + 2 * (1 - z) * w * x >= 1 && -x + 2 * y - 3 * z * y * x <= 1;
        cr_assert(qb_referee_score(&p, v, &score, NULL) == QB_OK);
        cr_assert(score.feasible == (defined && feasible), "point %d", point);
        if (defined)
            cr_assert(score.objective ==
                      y - 4 * z * (1 - y) * x + 3 * (1 - w) * y * (1 - x) * (1 - z) + 2 * y * x + 6 * w);
    }
    qb_problem_free(&p);
}

/* Equations too; without a header variables are numbered as they occur, and a maximum is one. */
Test(combinatorial, opb_without_a_header)
{
    qb_problem p = must_parse(
        "p", "opb", "* no sizes\nmax: +3 y +2 ~x ~x +7 x ~x -1 y x;\n+2 ~x -1 y = 1;\n+1 x +1 _z >= 1;\n");
    const qb_mip *m = &p.body;
    char buffer[16];
    cr_assert(m->sense == QB_MAXIMISE && m->columns == 3 && m->rows == 2);
    cr_assert_str_eq(qb_mip_column_name(m, 1, buffer), "x");
    cr_assert(m->constant == 2 && m->linear[0] == 3 && m->linear[1] == -2 && m->pair[0].weight == -1);
    cr_assert(m->row_lower[0] == -1 && m->row_upper[0] == -1);
    cr_assert(m->row_lower[1] == 1 && m->row_upper[1] == INFINITY);
    check_round_trip(&p, "lp");
    qb_problem_free(&p);
}

/* Two assets: u = (12, 8) is w = (0.6, 0.4). */
Test(combinatorial, portfolio_is_half_risk_less_half_return)
{
    qb_problem p = must_parse("f", NULL, "2\n.01 .04\n.02 .05\n1 1 1\n1 2 .5\n2 2 1\n");
    double v[] = {12, 8, 1, 1};
    double risk = .6 * .6 * .0016 + .4 * .4 * .0025 + 2 * .6 * .4 * .5 * .04 * .05,
           mean = .6 * .01 + .4 * .02;
    cr_assert_str_eq(p.format, "portfolio");
    cr_assert(fabs(feasible_value(&p, v) - (risk - mean) / 2) < 1e-15);
    v[2] = 0; /* a share without its asset */
    qb_score score;
    cr_assert(qb_referee_score(&p, v, &score, NULL) == QB_OK && !score.feasible);
    qb_problem_free(&p);
}

Test(combinatorial, csv_assignment)
{
    qb_problem p = must_parse("a.csv", NULL,
                              "worker,task,cost\nann,cook,3\nann,wash,1\nbob,cook,2\n\"b, ob\",wash,5\n"
                              "bob,wash,2.5\n\"b, ob\",mow,1\n");
    double v[] = {0, 1, 1, 0, 0, 1}, clash[] = {0, 1, 0, 0, 1, 1};
    char buffer[16];
    qb_score score;
    cr_assert_str_eq(p.format, "csv");
    cr_assert(feasible_value(&p, v) == 4 && p.body.sense == QB_MINIMISE && p.body.rows == 6);
    cr_assert(qb_referee_score(&p, clash, &score, NULL) == QB_OK && !score.feasible);
    cr_assert_str_eq(qb_mip_column_name(&p.body, 3, buffer), "b, ob:wash");
    check_round_trip(&p, "lp");
    check_round_trip(&p, "mps");
    qb_problem_free(&p);
}

Test(combinatorial, csv_candidates)
{
    qb_problem p = must_parse("c.csv", NULL,
                              "candidate,score,cost,group\nbudget,,10\na,5,4,x\nb,6,7,\nc,2,3,x\nd,1,1,y\n"
                              "count,,2\n");
    double best[] = {1, 0, 0, 1}, dear[] = {1, 1, 0, 0}, group[] = {1, 0, 1, 0}, many[] = {0, 0, 1, 1};
    qb_score score;
    cr_assert(p.body.sense == QB_MAXIMISE && feasible_value(&p, best) == 6 && feasible_value(&p, many) == 3);
    cr_assert(qb_referee_score(&p, dear, &score, NULL) == QB_OK && !score.feasible);
    cr_assert(qb_referee_score(&p, group, &score, NULL) == QB_OK && !score.feasible);
    qb_problem_free(&p);
}

Test(combinatorial, csv_portfolio)
{
    qb_problem p = must_parse("f.csv", NULL,
                              "asset,return,gold,corn\naversion,2\ngold,1,3,0.5\ncorn,4,0.5,2\ncount,1\n");
    double gold[] = {1, 0}, corn[] = {0, 1};
    cr_assert(feasible_value(&p, gold) == 2 * 3 - 1 && feasible_value(&p, corn) == 2 * 2 - 4);
    cr_assert(p.body.pairs == 3 && p.body.pair[1].weight == 2 * 2 * 0.5);
    qb_problem_free(&p);
}
