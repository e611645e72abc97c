/* The qubo and the spin model against the source's definition, on every vector. */
#include "harness/base/memory.h"
#include "harness/model/poly.h"
#include "harness/model/quadratise.h"
#include "harness/model/qubo.h"
#include "harness/model/referee.h"
#include "tests/model/fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* The header's table, word for word. */
static double by_definition(const qb_problem *p, const uint8_t *x)
{
    double f = p->body.constant;
    for (uint32_t i = 0; i < p->body.columns; i++)
        f += p->body.linear[i] * (p->kind == QB_KIND_ISING ? 2 * x[i] - 1 : x[i]);
    for (uint64_t k = 0; k < p->body.pairs; k++) {
        int a = x[p->body.pair[k].i], b = x[p->body.pair[k].j];
        f += p->body.pair[k].weight * (p->kind == QB_KIND_ISING    ? (2 * a - 1) * (2 * b - 1)
                                       : p->kind == QB_KIND_MAXCUT ? a != b
                                                                   : a * b);
    }
    return f;
}

static void check_everywhere(const qb_problem *p, const qb_qubo *q, const qb_poly *s, double tolerance)
{
    uint8_t x[24];
    double v[24], mean = 0;
    qb_score score;
    for (uint64_t number = 0; number < UINT64_C(1) << q->n; number++) {
        case_bits(number, q->n, x);
        for (uint32_t i = 0; i < q->n; i++)
            v[i] = x[i];
        double f = by_definition(p, x);
        cr_assert(qb_referee_score(p, v, &score, NULL) == QB_OK);
        cr_assert(score.feasible && score.violations == 0);
        cr_assert(fabs(score.objective - f) <= tolerance);
        cr_assert(fabs(q->scale * qb_qubo_energy(q, x) + q->offset - f) <= tolerance);
        cr_assert(fabs(s->scale * qb_poly_energy(s, x) + s->offset - f) <= tolerance);
        cr_assert(fabs(qb_qubo_energy(q, x)) <= q->magnitude * (1 + 1e-12));
        mean += f;
    }
    cr_assert(fabs(mean / (double)(UINT64_C(1) << q->n) - qb_referee_uniform_mean(p)) <= 1e-9);
}

static void check_structure(const qb_qubo *q)
{
    cr_assert(q->start[0] == 0 && q->start[q->n] == q->nonzeros);
    for (uint32_t i = 0; i < q->n; i++)
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++) {
            cr_assert(k == q->start[i] || q->neighbour[k - 1] < q->neighbour[k]);
            uint32_t j = q->neighbour[k];
            uint64_t back = q->start[j];
            while (back < q->start[j + 1] && q->neighbour[back] != i)
                back++;
            cr_assert(back < q->start[j + 1] && qb_qubo_weight(q, back) == qb_qubo_weight(q, k));
        }
}

/* An image is the model again, and owns nothing. */
static void check_image(const qb_qubo *q)
{
    qb_qubo bound;
    size_t size = qb_qubo_image_size(q);
    char *image = qb_alloc(size, 1);
    qb_qubo_pack(q, image);
    cr_assert(qb_qubo_bind(image, size, &bound, NULL) == QB_OK && !bound.block);
    check_structure(&bound);
    cr_assert(bound.n == q->n && bound.nonzeros == q->nonzeros && bound.integral == q->integral);
    cr_assert(bound.sense == q->sense && bound.scale == q->scale && bound.offset == q->offset);
    cr_assert(bound.magnitude == q->magnitude && !bound.groups);
    for (uint32_t i = 0; i < q->n; i++)
        cr_assert(qb_qubo_linear(&bound, i) == qb_qubo_linear(q, i));
    for (uint64_t k = 0; k < q->nonzeros; k++)
        cr_assert(bound.neighbour[k] == q->neighbour[k] && qb_qubo_weight(&bound, k) == qb_qubo_weight(q, k));
    cr_assert(qb_qubo_bind(image, size - 1, &bound, NULL) == QB_BAD_INPUT);
    cr_assert(qb_qubo_bind(image, 0, &bound, NULL) == QB_BAD_INPUT);
    image[0]++;
    cr_assert(qb_qubo_bind(image, size, &bound, NULL) == QB_BAD_INPUT);
    qb_free(image);
}

static void check_kind(qb_kind kind, double unit, bool integral)
{
    qb_rng rng;
    qb_rng_init(&rng, 11, (uint64_t)kind);
    for (int trial = 0; trial < 20; trial++) {
        problem_case c;
        case_binary(&c, kind, 2 + (uint32_t)qb_rng_below(&rng, 8), unit, &rng);
        c.linear[0] = kind == QB_KIND_MAXCUT ? 0 : unit; /* the data are on the grid of unit for certain */
        if (kind == QB_KIND_MAXCUT && c.draft.pairs)
            c.pair[0].weight = unit;
        qb_problem p = case_build(&c);
        qb_qubo q;
        qb_poly s;
        cr_assert(qb_qubo_from_problem(&p, &q, NULL) == QB_OK && qb_poly_from_qubo(&q, &s, NULL) == QB_OK);
        cr_assert(q.integral == integral || q.nonzeros == 0);
        cr_assert(!q.int_linear == !q.integral && !q.real_linear == q.integral);
        check_structure(&q);
        check_image(&q);
        check_everywhere(&p, &q, &s, unit == 1 ? 0 : 1e-12);
        qb_poly_free(&s);
        qb_qubo_free(&q);
        qb_problem_free(&p);
    }
}

Test(models, agree_on_every_vector_of_integer_data)
{
    check_kind(QB_KIND_QUBO, 1, true);
    check_kind(QB_KIND_ISING, 1, true);
    check_kind(QB_KIND_MAXCUT, 1, true);
}

Test(models, agree_on_every_vector_of_dyadic_data)
{
    check_kind(QB_KIND_QUBO, 0x1p-12, true);
    check_kind(QB_KIND_ISING, 0x1p-12, true);
    check_kind(QB_KIND_MAXCUT, 0x1p-12, true);
}

Test(models, agree_on_every_vector_of_real_data)
{
    check_kind(QB_KIND_QUBO, 1.0 / 3, false);
    check_kind(QB_KIND_ISING, 1.0 / 3, false);
    check_kind(QB_KIND_MAXCUT, 1.0 / 3, false);
}

Test(models, the_same_objective_in_three_kinds)
{
    /* w [x != x'] = w/2 - w/2 s s' = w x + w x' - 2 w x x' */
    const double linear[] = {3, 5, 2};
    const qb_pair edge[] = {{0, 1, 3}, {1, 2, 2}}, spin[] = {{0, 1, -1.5}, {1, 2, -1}},
                  bit[] = {{0, 1, -6}, {1, 2, -4}};
    qb_draft draft[] = {{.kind = QB_KIND_MAXCUT, .columns = 3, .pairs = 2, .pair = edge},
                        {.kind = QB_KIND_ISING, .columns = 3, .pairs = 2, .pair = spin, .constant = 2.5},
                        {.kind = QB_KIND_QUBO, .columns = 3, .pairs = 2, .pair = bit, .linear = linear}};
    uint8_t x[3];
    for (uint64_t number = 0; number < 8; number++) {
        double f[3];
        case_bits(number, 3, x);
        for (int k = 0; k < 3; k++) {
            qb_problem p;
            qb_qubo q;
            cr_assert(qb_problem_build(&draft[k], &p, NULL) == QB_OK &&
                      qb_qubo_from_problem(&p, &q, NULL) == QB_OK);
            f[k] = q.scale * qb_qubo_energy(&q, x) + q.offset;
            qb_qubo_free(&q);
            qb_problem_free(&p);
        }
        double cut = 3 * (x[0] != x[1]) + 2 * (x[1] != x[2]);
        cr_assert(f[0] == cut && f[1] == cut && f[2] == cut);
    }
}

Test(models, decimals_become_integers)
{
    const double linear[] = {0.1, -2.25, 3};
    const qb_pair pair[] = {{0, 1, 0.07}, {1, 2, 1}};
    qb_qubo q;
    cr_assert(qb_qubo_build(QB_MINIMISE, 5, 2, 3, linear, 2, pair, &q, NULL) == QB_OK);
    cr_assert(q.integral && q.scale == 2 / 100.0 && q.offset == 5);
    cr_assert(q.int_linear[0] == 10 && q.int_linear[1] == -225 && q.int_linear[2] == 300);
    cr_assert(q.int_weight[0] == 7 && q.int_weight[1] == 7 && q.int_weight[2] == 100);
    qb_qubo_free(&q);
}

Test(models, integers_end_where_a_field_leaves_31_bits)
{
    double linear[] = {INT32_MAX - 1, 0, 0};
    const qb_pair pair[] = {{0, 1, -1}, {1, 2, 1}};
    qb_qubo q;
    cr_assert(qb_qubo_build(QB_MINIMISE, 0, 1, 3, linear, 2, pair, &q, NULL) == QB_OK);
    cr_assert(q.integral);
    qb_qubo_free(&q);
    linear[0] += 1;
    cr_assert(qb_qubo_build(QB_MINIMISE, 0, 1, 3, linear, 2, pair, &q, NULL) == QB_OK);
    cr_assert(!q.integral && q.real_linear[0] == INT32_MAX);
    qb_qubo_free(&q);
}

Test(models, refuse_what_is_no_qubo)
{
    const double linear[] = {1, 2}, bad[] = {1, NAN};
    const qb_pair swapped[] = {{1, 0, 1}}, far[] = {{0, 2, 1}}, twice[] = {{0, 1, 1}, {0, 1, 1}};
    qb_qubo q;
    qb_problem p;
    cr_assert(qb_qubo_build(QB_MINIMISE, 0, 1, 2, linear, 1, swapped, &q, NULL) == QB_BAD_INPUT);
    cr_assert(qb_qubo_build(QB_MINIMISE, 0, 1, 2, linear, 1, far, &q, NULL) == QB_BAD_INPUT);
    cr_assert(qb_qubo_build(QB_MINIMISE, 0, 1, 2, linear, 2, twice, &q, NULL) == QB_BAD_INPUT);
    cr_assert(qb_qubo_build(QB_MINIMISE, 0, 1, 2, bad, 0, NULL, &q, NULL) == QB_BAD_INPUT);
    cr_assert(qb_qubo_build(QB_MINIMISE, 0, 0, 2, linear, 0, NULL, &q, NULL) == QB_BAD_INPUT);
    cr_assert(qb_problem_build(&(qb_draft){.kind = QB_KIND_MIP, .columns = 1}, &p, NULL) == QB_OK);
    cr_assert(qb_qubo_from_problem(&p, &q, NULL) == QB_REFUSED);
    qb_problem_free(&p);
}

Test(models, numbers_that_overflow_are_refused)
{
    const qb_pair pair[] = {{0, 1, 1e308}};
    qb_problem p;
    qb_qubo q;
    qb_diag diag = {0};
    cr_assert(qb_problem_build(&(qb_draft){.kind = QB_KIND_ISING, .columns = 2, .pairs = 1, .pair = pair}, &p,
                               NULL) == QB_OK);
    cr_assert(qb_qubo_from_problem(&p, &q, &diag) == QB_REFUSED);
    cr_assert(strcmp(diag.text, "as a qubo the problem has numbers beyond double precision") == 0);
    qb_problem_free(&p);
}

static double autocorrelations(uint32_t n, const uint8_t *x)
{
    double energy = 0;
    for (uint32_t k = 1; k < n; k++) {
        int c = 0;
        for (uint32_t i = 0; i + k < n; i++)
            c += x[i] == x[i + k] ? 1 : -1;
        energy += c * c;
    }
    return energy;
}

Test(models, labs_is_the_sum_of_squared_autocorrelations)
{
    /* optima: Packebusch and Mertens (2016), table 1 */
    static const double optimum[] = {0, 0, 1, 1, 2, 2, 7, 3, 8, 12, 13, 5, 10, 6};
    uint8_t x[16];
    for (uint32_t n = 1; n <= 13; n++) {
        qb_poly s;
        double best = INFINITY;
        cr_assert(qb_poly_labs(n, 2, &s, NULL) == QB_OK);
        for (uint64_t number = 0; number < UINT64_C(1) << n; number++) {
            case_bits(number, n, x);
            double energy = s.scale * qb_poly_energy(&s, x) + s.offset;
            cr_assert(energy == autocorrelations(n, x));
            best = fmin(best, energy);
        }
        for (uint64_t t = 1; t < s.terms; t++)
            for (uint32_t k = 1; k < s.term[t].degree; k++)
                cr_assert(s.term[t].member[k - 1] < s.term[t].member[k]);
        cr_assert(best == optimum[n]);
        qb_poly_free(&s);
    }
    qb_poly s;
    cr_assert(qb_poly_labs(0, 2, &s, NULL) == QB_BAD_INPUT && qb_poly_labs(5, 0, &s, NULL) == QB_BAD_INPUT);
    cr_assert(qb_poly_labs(1u << 31, 2, &s, NULL) == QB_BAD_INPUT);
}

/* The least (greatest) energy over the product bits, for each value of the polynomial's own. */
static void check_quadratised(const qb_poly *s)
{
    qb_qubo q;
    uint8_t x[24];
    cr_assert(qb_poly_quadratise(s, &q, NULL) == QB_OK && q.n <= 20);
    for (uint64_t own = 0; own < UINT64_C(1) << s->n; own++) {
        double best = 0;
        for (uint64_t extra = 0; extra < UINT64_C(1) << (q.n - s->n); extra++) {
            case_bits(own | extra << s->n, q.n, x);
            double energy = q.scale * qb_qubo_energy(&q, x) + q.offset;
            bool better = s->sense == QB_MAXIMISE ? energy > best : energy < best;
            best = extra == 0 || better ? energy : best;
        }
        case_bits(own, s->n, x);
        cr_assert(fabs(best - s->scale * qb_poly_energy(s, x) - s->offset) < 1e-9);
    }
    qb_qubo_free(&q);
}

Test(models, products_of_four_become_a_qubo)
{
    qb_rng rng;
    qb_rng_init(&rng, 12, 0);
    for (int trial = 0; trial < 60; trial++) {
        qb_poly_term term[8];
        qb_poly s = {
            .sense = trial % 2 ? QB_MAXIMISE : QB_MINIMISE, .offset = 3, .scale = 0.5, .n = 6, .term = term};
        for (; s.terms < 8; s.terms++) {
            qb_poly_term *t = &term[s.terms];
            *t = (qb_poly_term){.coefficient = (double)qb_rng_below(&rng, 9) - 4};
            for (uint32_t i = 0; i < s.n && t->degree < 4; i++)
                if (qb_rng_below(&rng, 2))
                    t->member[t->degree++] = i;
        }
        check_quadratised(&s);
    }
    qb_poly labs;
    for (uint32_t n = 1; n <= 6; n++) {
        cr_assert(qb_poly_labs(n, 2, &labs, NULL) == QB_OK);
        check_quadratised(&labs);
        qb_poly_free(&labs);
    }
}
