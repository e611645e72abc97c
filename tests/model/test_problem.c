#include "harness/base/memory.h"
#include "harness/model/image.h"
#include "harness/model/problem.h"
#include "tests/model/fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* Builds and expects this message. */
static void refuse(const qb_draft *draft, const char *message)
{
    qb_problem problem = {.name = "untouched"};
    qb_diag diag = {0};
    cr_assert(qb_problem_build(draft, &problem, &diag) == QB_BAD_INPUT);
    cr_assert(strcmp(diag.text, message) == 0, "got: %s", diag.text);
    cr_assert(strcmp(problem.name, "untouched") == 0);
}

/* Two integers, a binary, a continuous one; two rows; names. */
static problem_case mixed(void)
{
    static const char *const columns[] = {"i", "j", "b", "y"}, *const rows[] = {"first", "second"};
    problem_case c = {
        .draft = {.kind = QB_KIND_MIP, .name = "mixed", .format = "mps", .columns = 4, .rows = 2}};
    memcpy(c.type, (uint8_t[]){1, 1, 0, 2}, 4);
    memcpy(c.lower, (double[]){-3, 0, 0, -INFINITY}, sizeof(double[4]));
    memcpy(c.upper, (double[]){4, 1, 1, INFINITY}, sizeof(double[4]));
    memcpy(c.linear, (double[]){1, -2, 0.5, 3}, sizeof(double[4]));
    memcpy(c.pair, (qb_pair[]){{3, 0, 2}, {1, 1, -1}}, sizeof(qb_pair[2]));
    memcpy(c.entry, (qb_triplet[]){{1, 2, 5}, {0, 3, 1}, {0, 0, 2}, {1, 0, 0}}, sizeof(qb_triplet[4]));
    memcpy(c.row_lower, (double[]){-INFINITY, 1}, sizeof(double[2]));
    memcpy(c.row_upper, (double[]){7, 1}, sizeof(double[2]));
    c.draft.column_names = columns;
    c.draft.row_names = rows;
    c.draft.pairs = 2;
    c.draft.entries = 4;
    c.draft.constant = 1.5;
    return c;
}

/* The draft points into the case, which has moved. */
static void aim(problem_case *c)
{
    c->draft.linear = c->linear;
    c->draft.pair = c->pair;
    c->draft.type = c->type;
    c->draft.lower = c->lower;
    c->draft.upper = c->upper;
    c->draft.entry = c->entry;
    c->draft.row_lower = c->row_lower;
    c->draft.row_upper = c->row_upper;
}

Test(problem, build_sorts_drops_zeros_and_finds_binaries)
{
    problem_case c = mixed();
    aim(&c);
    qb_problem p = case_build(&c);
    const qb_mip *m = &p.body;
    cr_assert(m->pairs == 2 && m->pair[0].i == 0 && m->pair[0].j == 3 && m->pair[0].weight == 2);
    cr_assert(m->pair[1].i == 1 && m->pair[1].j == 1);
    cr_assert(m->type[0] == QB_COLUMN_INTEGER && m->type[1] == QB_COLUMN_BINARY);
    cr_assert(m->row_start[1] == 2 && m->row_start[2] == 3);
    cr_assert(m->row_column[0] == 0 && m->row_value[0] == 2 && m->row_column[1] == 3 && m->row_value[2] == 5);
    cr_assert(qb_problem_nonzeros(&p) == 3 && !qb_problem_is_binary(&p));
    cr_assert(strcmp(qb_mip_column_name(m, 2, NULL), "b") == 0 &&
              strcmp(qb_mip_row_name(m, 1, NULL), "second") == 0);
    qb_problem_free(&p);
}

Test(problem, unnamed_columns_are_numbered_from_one)
{
    qb_problem p;
    char buffer[16];
    cr_assert(qb_problem_build(&(qb_draft){.kind = QB_KIND_QUBO, .columns = 3}, &p, NULL) == QB_OK);
    cr_assert(strcmp(qb_mip_column_name(&p.body, 2, buffer), "x3") == 0);
    cr_assert(qb_problem_is_binary(&p) && !p.body.lower);
    cr_assert(strcmp(qb_kind_name(p.kind), "qubo") == 0 && strcmp(qb_sense_name(p.body.sense), "min") == 0);
    qb_problem_free(&p);
}

Test(problem, what_is_wrong_is_named)
{
    const double one[] = {1, 1}, minus[] = {-1, 0}, bad[] = {NAN, 0}, infinite[] = {INFINITY, 1};
    refuse(&(qb_draft){.columns = 0}, "the problem has no variables");
    refuse(&(qb_draft){.columns = 2, .linear = bad}, "objective coefficient of 'x1' is not finite");
    refuse(&(qb_draft){.columns = 2, .constant = INFINITY}, "the objective's constant is not finite");
    refuse(&(qb_draft){.columns = 2, .lower = one}, "a qubo problem has no bounds, types or constraints");
    refuse(&(qb_draft){.kind = QB_KIND_MAXCUT, .columns = 2, .linear = one},
           "a maxcut problem has no linear terms, 'x1' has one");
    refuse(&(qb_draft){.kind = QB_KIND_MIP, .columns = 2, .upper = minus},
           "bounds of 'x1' are contradictory: 0 to -1");
    refuse(&(qb_draft){.kind = QB_KIND_MIP, .columns = 2, .lower = minus},
           "bounds of the binary 'x1' leave 0 and 1: -1 to 1");
    refuse(&(qb_draft){.kind = QB_KIND_MIP, .columns = 2, .rows = 1, .row_lower = infinite},
           "constraint 'r1' is contradictory: inf to inf");
    uint64_t culprit = 0;
    const qb_pair twice[] = {{0, 1, 1}, {1, 2, 1}, {1, 0, 0}}, self[] = {{1, 1, 1}},
                  far[] = {{0, 1, 1}, {0, 3, 1}};
    refuse(&(qb_draft){.columns = 3, .pairs = 3, .pair = twice, .culprit = &culprit},
           "the pair 1, 2 is given twice");
    cr_assert(culprit == 2);
    refuse(&(qb_draft){.columns = 3, .pairs = 1, .pair = self, .culprit = &culprit},
           "variable 2 is paired with itself");
    cr_assert(culprit == 0);
    refuse(&(qb_draft){.columns = 3, .pairs = 2, .pair = far, .culprit = &culprit},
           "variable 4 is beyond the last, 3");
    cr_assert(culprit == 1);
    const qb_triplet entry[] = {{0, 1, 1}, {0, 0, 1}, {0, 1, 2}};
    refuse(
        &(qb_draft){
            .kind = QB_KIND_MIP, .columns = 2, .rows = 1, .entries = 3, .entry = entry, .culprit = &culprit},
        "row 1, column 2 is given twice");
    cr_assert(culprit == 2);
}

Test(problem, duplicates_add_up_on_request)
{
    const qb_pair pair[] = {{0, 1, 1}, {1, 2, 4}, {1, 0, 2}, {2, 1, -4}};
    const double big[] = {1e308, 0, 0};
    qb_problem p;
    qb_draft d = {.columns = 3, .linear = big, .pairs = 4, .pair = pair, .sum_duplicates = true};
    cr_assert(qb_problem_build(&d, &p, NULL) == QB_OK);
    cr_assert(p.body.pairs == 1 && p.body.pair[0].weight == 3);
    qb_problem_free(&p);
    const qb_pair huge[] = {{0, 1, 1e308}, {1, 0, 1e308}};
    refuse(&(qb_draft){.columns = 3, .pairs = 2, .pair = huge, .sum_duplicates = true},
           "the sum of duplicates at 1, 2 overflows");
}

static void shuffle(qb_pair *pair, uint64_t count, qb_rng *rng)
{
    for (uint64_t k = count; k > 1; k--) {
        uint64_t other = qb_rng_below(rng, k);
        qb_pair held = pair[k - 1];
        pair[k - 1] = pair[other];
        pair[other] = held;
        if (qb_rng_below(rng, 2))
            pair[other] = (qb_pair){pair[other].j, pair[other].i, pair[other].weight};
    }
}

Test(problem, the_fingerprint_knows_data_and_nothing_else)
{
    qb_rng rng;
    qb_rng_init(&rng, 7, 0);
    problem_case c;
    char first[65], second[65];
    for (int trial = 0; trial < 50; trial++) {
        case_binary(&c, QB_KIND_ISING, 9, 0.1, &rng);
        qb_problem p = case_build(&c);
        cr_assert(qb_problem_sha256(&p, first) == QB_OK && strlen(first) == 64);
        qb_problem_free(&p);
        shuffle(c.pair, c.draft.pairs, &rng);
        c.draft.name = "another";
        c.draft.format = "elsewhere";
        p = case_build(&c);
        cr_assert(qb_problem_sha256(&p, second) == QB_OK && strcmp(first, second) == 0);
        qb_problem_free(&p);
        c.linear[qb_rng_below(&rng, 9)] += 1;
        p = case_build(&c);
        cr_assert(qb_problem_sha256(&p, second) == QB_OK && strcmp(first, second) != 0);
        qb_problem_free(&p);
    }
}

Test(problem, an_image_is_the_problem_again)
{
    problem_case c = mixed();
    aim(&c);
    qb_problem p = case_build(&c), view;
    size_t size = qb_problem_image_size(&p);
    void *image = qb_alloc(size, 1);
    char a[65], b[65];
    qb_problem_pack(&p, image);
    cr_assert(qb_problem_view(image, size, &view, NULL) == QB_OK);
    cr_assert(!view.block && strcmp(view.name, "mixed") == 0 && strcmp(view.format, "mps") == 0);
    cr_assert(qb_problem_sha256(&p, a) == QB_OK && qb_problem_sha256(&view, b) == QB_OK && strcmp(a, b) == 0);
    cr_assert(strcmp(qb_mip_row_name(&view.body, 0, NULL), "first") == 0);
    qb_problem_free(&view); /* a view owns nothing */
    cr_assert(qb_problem_bind(image, size, &view, NULL) == QB_OK && !view.block);
    cr_assert(qb_problem_sha256(&view, b) == QB_OK && strcmp(a, b) == 0);
    cr_assert(qb_problem_bind(image, size - 64, &view, NULL) == QB_BAD_INPUT);
    cr_assert(qb_problem_view(image, size - 64, &view, NULL) == QB_BAD_INPUT);
    cr_assert(qb_problem_view((char *)image + 8, size - 8, &view, NULL) == QB_BAD_INPUT);
    cr_assert(qb_problem_view(image, 0, &view, NULL) == QB_BAD_INPUT);
    qb_free(image);
    qb_problem_free(&p);
}

/* Reads everything that a view offers; the sanitizer objects to what lies outside. */
static void touch(const qb_problem *p)
{
    char hex[65], buffer[16];
    cr_assert(qb_problem_sha256(p, hex) == QB_OK);
    for (uint32_t r = 0; r < p->body.rows; r++)
        cr_assert(strlen(qb_mip_row_name(&p->body, r, buffer)) < 100);
    cr_assert(strlen(p->name) + strlen(p->format) < 100);
    for (uint64_t k = 0; k < p->body.pairs; k++)
        cr_assert(p->body.pair[k].j < p->body.columns && isfinite(p->body.pair[k].weight));
}

Test(problem, a_damaged_image_is_refused_or_harmless)
{
    problem_case c = mixed();
    aim(&c);
    qb_problem p = case_build(&c), view;
    size_t size = qb_problem_image_size(&p), refused = 0;
    /* exactly as large as the image, so that a step beyond it is seen */
    unsigned char *image = qb_alloc(size, 1);
    for (size_t k = 0; k < size; k++)
        for (unsigned flip = 1; flip < 256; flip = flip < 128 ? 2 * flip : flip == 128 ? 255 : 256) {
            qb_problem_pack(&p, image);
            image[k] ^= (unsigned char)flip;
            if (qb_problem_view(image, size, &view, NULL) == QB_OK)
                touch(&view);
            else
                refused++;
        }
    cr_assert(refused > size);
    qb_free(image);
    qb_problem_free(&p);
}

Test(problem, a_large_unsorted_problem_is_sorted)
{
    enum { N = 2000, PAIRS = 100000 };
    qb_rng rng;
    qb_rng_init(&rng, 3, 0);
    qb_pair *pair = QB_NEW(qb_pair, PAIRS);
    double total = 0, built = 0;
    for (int k = 0; k < PAIRS; k++) {
        uint32_t i = (uint32_t)qb_rng_below(&rng, N - 1), j = i + 1 + (uint32_t)qb_rng_below(&rng, N - 1 - i);
        pair[k] = (qb_pair){j, i, (double)qb_rng_below(&rng, 5)};
        total += pair[k].weight;
    }
    qb_problem p;
    qb_draft d = {.columns = N, .pairs = PAIRS, .pair = pair, .sum_duplicates = true};
    cr_assert(qb_problem_build(&d, &p, NULL) == QB_OK);
    for (uint64_t k = 0; k < p.body.pairs; k++) {
        qb_pair a = p.body.pair[k ? k - 1 : 0], b = p.body.pair[k];
        cr_assert(b.i < b.j && (k == 0 || a.i < b.i || (a.i == b.i && a.j < b.j)));
        built += b.weight;
    }
    cr_assert(built == total);
    qb_problem_free(&p);
    qb_free(pair);
}
