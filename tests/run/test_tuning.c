/* What tuning tries, in which order, and what it gives back; on the fakes. */
#include "harness/run/parameter_grid.h"
#include "harness/run/split.h"
#include "harness/run/tuning.h"
#include "tests/run/fakes.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

enum { INSTANCES = 8 };

static const char source[] =
    "experiment: tuned\n"
    "instances: [{name: a}, {name: b}, {name: c}, {name: d}, {name: e}, {name: f},\n"
    "            {name: g}, {name: h}]\n"
    "solvers: [{name: anneal}, {name: anneal, label: fixed, params: {sweeps: 10}},\n"
    "          {name: anneal, label: control, role: control},\n"
    "          {name: anneal, label: other, role: baseline}, {name: exact, role: baseline}]\n"
    "budget: {cpu_time: 1s}\n"
    "repeats: 4\n"
    "tuning: {instances: 3, budget: 40s}\n";

typedef struct bench {
    const qb_experiment *x;
    qb_problem problem[INSTANCES];
    qb_plan_instance instance[INSTANCES];
    qb_tuning t;
} bench;

static void open_bench(bench *b, const char *text)
{
    static const double linear[] = {1, -1};
    qb_diag diag = {""};
    memset(b, 0, sizeof *b);
    cr_assert_eq(qb_experiment_parse("x.yaml", text, strlen(text), &b->x, &diag), QB_OK, "%s", diag.text);
    for (uint32_t k = 0; k < INSTANCES; k++) {
        qb_draft draft = {.kind = QB_KIND_QUBO,
                          .name = "x",
                          .format = "generated",
                          .constant = k,
                          .columns = 2,
                          .linear = linear};
        cr_assert_eq(qb_problem_build(&draft, &b->problem[k], &diag), QB_OK, "%s", diag.text);
        snprintf(b->instance[k].sha256, QB_SHA256_HEX, "%064u", k);
        b->instance[k].problem = &b->problem[k];
    }
}

static void close_bench(bench *b)
{
    qb_tuning_clear(&b->t);
    for (uint32_t k = 0; k < INSTANCES; k++)
        qb_problem_free(&b->problem[k]);
    qb_experiment_free(b->x);
}

static const qb_param *param(const char *name)
{
    const qb_solver *solver = qb_solver_find("anneal");
    for (size_t k = 0; k < solver->param_count; k++)
        if (!strcmp(solver->params[k].name, name))
            return &solver->params[k];
    return NULL;
}

Test(tuning, grid_of_each_type)
{
    char text[64];
    cr_expect_eq(qb_grid_count(param("sweeps")), 9);
    cr_expect_str_eq(qb_grid_value(param("sweeps"), 0, text, sizeof text), "63"); /* 1000 / 16 */
    cr_expect_str_eq(qb_grid_value(param("sweeps"), 4, text, sizeof text), "1000");
    cr_expect_str_eq(qb_grid_value(param("beta"), 8, text, sizeof text), "8");
    cr_expect_eq(qb_grid_count(param("schedule")), 2);
    cr_expect_str_eq(qb_grid_value(param("schedule"), 1, text, sizeof text), "linear");
    cr_expect_str_eq(qb_grid_value(param("restart"), 0, text, sizeof text), "off");
    cr_expect_eq(qb_grid_count(param("angles")), 0);
    qb_param rule = *param("beta");
    rule.fallback = "0";
    cr_expect_eq(qb_grid_count(&rule), 0, "a rule has no scale");
    rule.type = QB_PARAM_uint;
    cr_expect_eq(qb_grid_count(&rule), 9);
    cr_expect_str_eq(qb_grid_value(&rule, 0, text, sizeof text), "0");
    cr_expect_str_eq(qb_grid_value(&rule, 3, text, sizeof text), "16");
    rule.type = QB_PARAM_real;
    rule.fallback = "2";
    rule.least = 1;
    cr_expect_eq(qb_grid_count(&rule), 6, "1 2 4 8 16 32");
}

Test(tuning, edges_count_where_the_range_goes_on)
{
    const qb_solver *s = qb_solver_find("anneal");
    cr_expect_null(qb_grid_edge(s, "{\"sweeps\": \"1000\", \"beta\": \"0.5\"}"));
    cr_expect_str_eq(qb_grid_edge(s, "{\"sweeps\": \"63\", \"beta\": \"0.5\"}"), "sweeps");
    cr_expect_str_eq(qb_grid_edge(s, "{\"sweeps\": \"1000\", \"beta\": \"8\"}"), "beta");
    cr_expect_null(qb_grid_edge(s, "not json"));
    qb_param bounded[] = {*param("beta")};
    bounded[0].greatest = 8;
    qb_solver small = {.name = "small", .params = bounded, .param_count = 1};
    cr_expect_null(qb_grid_edge(&small, "{\"beta\": \"8\"}"), "nothing lies beyond");
}

Test(tuning, rungs_cost_what_they_may)
{
    for (uint64_t evaluations = 0; evaluations < 3000; evaluations += 7)
        for (uint32_t instances = 1; instances < 20; instances += 3) {
            qb_halving h = qb_halving_plan(evaluations, instances);
            uint64_t cost = 2 * (uint64_t)instances;
            cr_assert_eq(h.configurations != 0, evaluations >= qb_halving_least(instances));
            for (uint32_t r = 0; r < h.rungs; r++) {
                uint32_t before = r ? h.upto[r - 1] : 0;
                cr_assert_gt(h.upto[r], before);
                cost += (uint64_t)(h.configurations >> r) * (h.upto[r] - before);
            }
            cr_assert(!h.configurations || cost <= evaluations, "%u of %u", (unsigned)cost,
                      (unsigned)evaluations);
            cr_assert_eq(h.configurations >> h.rungs, h.configurations ? 1 : 0);
        }
}

Test(tuning, split_is_nobodys_choice)
{
    const char *sha[] = {"a", "b", "c", "d", "e"}, *turned[] = {"e", "d", "c", "b", "a"};
    bool x[5], y[5];
    cr_assert_eq(qb_split_choose("one", sha, 5, 2, x), QB_OK);
    cr_assert_eq(qb_split_choose("one", turned, 5, 2, y), QB_OK);
    for (int k = 0; k < 5; k++)
        cr_expect_eq(x[k], y[4 - k], "the order of the list changes nothing");
    cr_expect_eq(x[0] + x[1] + x[2] + x[3] + x[4], 2);
    cr_assert_eq(qb_split_choose("one", sha, 5, 5, x), QB_OK);
    cr_expect_eq(x[0] + x[1] + x[2] + x[3] + x[4], 0, "something must be left to judge");
}

Test(tuning, is_an_experiment_of_its_own)
{
    bench b;
    qb_diag diag;
    open_bench(&b, source);
    cr_assert(qb_tuning_wanted(b.x));
    cr_assert_eq(qb_tuning_open(b.x, b.instance, &b.t, &diag), QB_OK, "%s", diag.text);
    const qb_experiment *x = &b.t.experiment;
    uint32_t n = b.t.halving.configurations;
    cr_expect_eq(b.t.tuned, 2, "not the control, nor what was given, nor what has no parameters");
    cr_expect_eq(x->entries, 2 * n);
    cr_expect_eq(x->instances, 3);
    cr_expect_str_eq(x->entry[0].label, "anneal#0");
    cr_expect_str_eq(x->entry[n].label, "other#0");
    cr_expect_str_eq(x->entry[0].params_json, b.x->entry[0].params_json, "number 0 is the default");
    cr_expect(strcmp(x->identity, b.x->identity) != 0);
    uint32_t different = 0;
    for (uint32_t c = 1; c < n; c++)
        different += strcmp(x->entry[c].params_json, x->entry[0].params_json) != 0;
    cr_expect_gt(different, 0);
    qb_tuning again;
    cr_assert_eq(qb_tuning_open(b.x, b.instance, &again, &diag), QB_OK);
    for (uint32_t c = 0; c < 2 * n; c++)
        cr_expect_str_eq(x->entry[c].params_json, again.experiment.entry[c].params_json, "the same draws");
    qb_tuning_clear(&again);
    close_bench(&b);
}

Test(tuning, plans_the_pairs_of_a_rung)
{
    bench b;
    qb_diag diag;
    qb_plan *plan;
    open_bench(&b, source);
    cr_assert_eq(qb_tuning_open(b.x, b.instance, &b.t, &diag), QB_OK, "%s", diag.text);
    const qb_halving *h = &b.t.halving;
    cr_assert_eq(qb_tuning_plan(&b.t, 0, &plan, &diag), QB_OK, "%s", diag.text);
    cr_expect_eq(qb_plan_count(plan), (uint64_t)2 * h->configurations * h->upto[0]);
    qb_plan_close(plan);
    memset(b.t.alive, 0, b.t.experiment.entries * sizeof *b.t.alive);
    b.t.alive[0] = b.t.alive[3] = true;
    cr_assert_eq(qb_tuning_plan(&b.t, h->rungs, &plan, &diag), QB_OK, "%s", diag.text);
    cr_expect_eq(qb_plan_count(plan), 2 * h->check);
    for (uint64_t k = 0; k < qb_plan_count(plan); k++) {
        const qb_plan_run *run = qb_plan_at(plan, k);
        cr_expect_geq(run->repeat * 3 + run->instance, h->upto[h->rungs - 1], "seeds that chose nothing");
    }
    qb_plan_close(plan);
    qb_experiment tuned;
    cr_assert_eq(qb_tuning_apply(&b.t, b.x, (uint32_t[]){3, 0}, &tuned, &diag), QB_OK);
    cr_expect_str_eq(tuned.entry[0].params_json, b.t.experiment.entry[3].params_json);
    cr_expect_str_eq(tuned.entry[3].params_json, b.x->entry[3].params_json);
    cr_expect_str_eq(tuned.entry[0].label, "anneal");
    close_bench(&b);
}

Test(tuning, refuses_what_it_cannot_keep_equal)
{
    static const char *const change[][2] = {{"cpu_time: 1s", "work: 1000"},
                                            {"budget: 40s", "budget: 5s"},
                                            {"instances: 3, budget", "instances: 8, budget"}};
    for (size_t k = 0; k < sizeof change / sizeof *change; k++) {
        char text[sizeof source + 32];
        bench b;
        qb_diag diag = {""};
        const char *at = strstr(source, change[k][0]);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - source), source, change[k][1],
                 at + strlen(change[k][0]));
        open_bench(&b, text);
        cr_expect_eq(qb_tuning_open(b.x, b.instance, &b.t, &diag), QB_BAD_INPUT);
        cr_expect(diag.text[0]);
        close_bench(&b);
    }
}
