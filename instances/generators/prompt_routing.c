/* prompt-routing: every request goes to one of several language models, as cheaply as quality allows.
 *
 *   min sum price_m tokens_r x_rm
 *   subject to   sum_m x_rm = 1                      each request r is answered by one model
 *                sum_r tokens_r x_rm <= budget_m     each model m has a budget of tokens
 *                sum_rm quality_rm x_rm >= floor     the answers are good enough on the whole
 *
 * Column r M + m is request r on model m; all data are integers.  Models are ordered from small and cheap to
 * large and dear: price doubles from one to the next, quality (of 100) grows and falls with a request's
 * difficulty.  Budgets and floor are drawn around a hidden routing, which therefore is feasible: the tighter
 * (1) the closer.
 */
#include "harness/base/memory.h"
#include "instances/generators/draw.h"

#include <math.h>

enum { SIZE, MODELS, TIGHTNESS };

static const qb_generator_param params[] = {
    [SIZE] = {"size", 20, 1, 100000, true, "requests", "number of requests"},
    [MODELS] = {"models", 4, 2, 16, true, "models", "number of models"},
    [TIGHTNESS] = {"tightness", 0.8, 0, 1, false, "", "of budgets and quality floor; 1: no room to spare"},
};

typedef struct routing {
    uint32_t requests, models;
    double *tokens;   /* [requests] */
    double *quality;  /* [requests * models] */
    uint32_t *hidden; /* [requests] */
} routing;

static void draw(routing *r, qb_rng *rng)
{
    for (uint32_t q = 0; q < r->requests; q++) {
        int64_t difficulty = (int64_t)qb_rng_below(rng, 60);
        r->tokens[q] = qb_draw_integer(rng, 1, 40);
        r->hidden[q] = (uint32_t)qb_rng_below(rng, r->models);
        for (uint32_t m = 0; m < r->models; m++) {
            int64_t strength = 40 * (int64_t)(m + 1) / (int64_t)r->models;
            double quality = 60 + (double)(strength - difficulty) + qb_draw_integer(rng, -10, 10);
            r->quality[(size_t)q * r->models + m] = fmin(fmax(quality, 1), 100);
        }
    }
}

static void write_rows(const routing *r, double tightness, qb_sketch *sketch)
{
    double total = 0, reached = 0;
    for (uint32_t q = 0; q < r->requests; q++) {
        total += r->tokens[q];
        reached += r->quality[(size_t)q * r->models + r->hidden[q]];
        qb_sketch_row(sketch, 1, 1);
        for (uint32_t m = 0; m < r->models; m++) {
            uint32_t column = q * r->models + m;
            qb_sketch_linear(sketch, column, ldexp(r->tokens[q], (int)m));
            qb_sketch_entry(sketch, column, 1);
        }
    }
    for (uint32_t m = 0; m < r->models; m++) {
        double used = 0;
        for (uint32_t q = 0; q < r->requests; q++)
            used += r->hidden[q] == m ? r->tokens[q] : 0;
        qb_sketch_row(sketch, -INFINITY, floor(used + (1 - tightness) * (total - used)));
        for (uint32_t q = 0; q < r->requests; q++)
            qb_sketch_entry(sketch, q * r->models + m, r->tokens[q]);
    }
    qb_sketch_row(sketch, floor(tightness * reached), INFINITY);
    for (uint32_t k = 0; k < r->requests * r->models; k++)
        qb_sketch_entry(sketch, k, r->quality[k]);
}

static qb_status generate(const double *value, uint64_t seed, const char *name, qb_problem *problem,
                          qb_generated *generated, qb_diag *diag)
{
    (void)generated;
    routing r = {.requests = (uint32_t)value[SIZE], .models = (uint32_t)value[MODELS]};
    r.tokens = QB_NEW(double, r.requests);
    r.quality = QB_NEW(double, (size_t)r.requests *r.models);
    r.hidden = QB_NEW(uint32_t, r.requests);
    qb_sketch sketch = qb_sketch_open(QB_KIND_MIP, QB_MINIMISE, r.requests * r.models);
    if (r.tokens && r.quality && r.hidden) {
        qb_rng rng;
        qb_rng_init(&rng, seed, 0);
        draw(&r, &rng);
        write_rows(&r, value[TIGHTNESS], &sketch);
    } else {
        sketch.status = QB_NO_MEMORY;
    }
    qb_free(r.tokens);
    qb_free(r.quality);
    qb_free(r.hidden);
    return qb_sketch_finish(&sketch, name, "generated", problem, diag);
}

extern const qb_generator qb_generator_prompt_routing;
const qb_generator qb_generator_prompt_routing = {
    .name = "prompt-routing",
    .summary = "requests to language models under token budgets and a quality floor",
    .source = "",
    .params = params,
    .param_count = sizeof params / sizeof *params,
    .generate = generate,
};
