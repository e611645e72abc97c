/* Does cheating pay?  METHOD.md, "How the tool proves itself", 4: every cheat gets its status, none changes a
 * verdict.  Each runs in the real ring as the challenger of an experiment with the honest solver as baseline
 * and its twin; runs go through the real store.  Prints every figure; exit status 1 when
 * one is wrong. */
#include "harness/base/memory.h"
#include "harness/base/rng.h"
#include "harness/report/verdict.h"
#include "harness/run/launcher.h"
#include "instances/generators/generator.h"
#include "tests/validation/cheating.h"
#include "tests/validation/checks.h"
#include "tests/validation/stage.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define BUDGET_S 0.01
#define SPEC(claim)                                                                  \
    "experiment: cheats\nclaim: " claim "\ninstances: [{name: labs005}]\nsolvers:\n" \
    "  - {name: anneal, label: new}\n  - {name: tabu, label: old, role: baseline}\n" \
    "  - {name: tabu, label: old-twin, role: baseline}\n"                            \
    "budget: {cpu_time: 10ms}\nrepeats: 4\n"                                         \
    "decision: {metric: gap, minimum_effect: 0.05, confidence: 0.95, flagged: 1}\n"

static qb_problem qubo[CHEAT_INSTANCES], mip[CHEAT_INSTANCES];

/* What came out of one experiment. */
typedef struct outcome {
    qb_decision decision;
    double effect;
    bool decided; /* there was a verdict at all */
    uint64_t of[QB_OUTCOME_COUNT], runs, solved, late, revealed, believed, infeasible, told;
    double most_cpu_s;
    bool hardware_named; /* a reason says what the claim would need */
    bool simulation_named;
} outcome;

/* ---- instances and secrets */

static void make_instances(void)
{
    qb_diag diag = {{0}};
    const qb_generator *family = qb_generator_find("random-qubo");
    double value[QB_GENERATOR_PARAMS], linear[CHEAT_VARIABLES], least = -INFINITY;
    for (uint32_t k = 0; k < CHEAT_INSTANCES; k++) {
        qb_generator_default(family, value);
        must(qb_generator_set(family, value, "size", CHEAT_VARIABLES, &diag), &diag);
        must(qb_generator_set(family, value, "density", 0.5, &diag), &diag);
        must(qb_generate(family, value, 100 + k, &qubo[k], NULL, &diag), &diag);
        for (uint32_t i = 0; i < CHEAT_VARIABLES; i++)
            linear[i] = -1.0 - (double)((i * 7 + k) % 5);
        qb_triplet entry[CHEAT_VARIABLES];
        double most = CHEAT_VARIABLES / 2;
        for (uint32_t i = 0; i < CHEAT_VARIABLES; i++)
            entry[i] = (qb_triplet){.row = 0, .column = i, .value = 1};
        qb_draft draft = {.kind = QB_KIND_MIP,
                          .name = "half",
                          .format = "test",
                          .columns = CHEAT_VARIABLES,
                          .linear = linear,
                          .rows = 1,
                          .entries = CHEAT_VARIABLES,
                          .entry = entry,
                          .row_lower = &least,
                          .row_upper = &most};
        must(qb_problem_build(&draft, &mip[k], &diag), &diag);
    }
}

/* Multi-start descent: not the optimum for certain, but far better than what anybody draws. */
static void find_secret(uint32_t k)
{
    qb_qubo model;
    qb_diag diag = {{0}};
    must(qb_qubo_from_problem(&qubo[k], &model, &diag), &diag);
    cheat_secret.fingerprint[k] = cheat_fingerprint(&model);
    qb_rng rng;
    qb_rng_init(&rng, k, 1);
    double best = INFINITY;
    for (uint32_t start = 0; start < 200; start++) {
        uint8_t x[CHEAT_VARIABLES];
        for (uint32_t i = 0; i < CHEAT_VARIABLES; i++)
            x[i] = (uint8_t)(qb_rng_next(&rng) >> 63);
        double energy = qb_qubo_energy(&model, x);
        for (uint32_t i = 0, since = 0; since < CHEAT_VARIABLES; i = (i + 1) % CHEAT_VARIABLES, since++) {
            x[i] ^= 1;
            double other = qb_qubo_energy(&model, x);
            if (other < energy) {
                energy = other;
                since = 0;
            } else {
                x[i] ^= 1;
            }
        }
        if (energy < best) {
            best = energy;
            memcpy(cheat_secret.best[k], x, sizeof x);
        }
    }
    qb_qubo_free(&model);
}

/* ---- one experiment */

static outcome out; /* of the experiment on stage */

/* The best point of an instance, credited as its solution. */
static bool is_secret(const qb_problem *problem, const double *x)
{
    uint32_t k = 0, i = 0;
    while (k < CHEAT_INSTANCES && problem != &qubo[k])
        k++;
    while (k < CHEAT_INSTANCES && i < CHEAT_VARIABLES && x[i] == cheat_secret.best[k][i])
        i++;
    return i == CHEAT_VARIABLES;
}

static void count(const stage_cell *cell, const qb_run_result *r)
{
    out.runs++;
    out.of[r->outcome]++;
    out.solved += r->has_solution;
    out.late += r->late > 0;
    out.revealed += r->has_solution && is_secret(cell->problem, r->solution);
    out.believed += r->outcome != QB_RUN_LIED && r->has_solution;
    out.infeasible += r->has_solution && !r->score.feasible;
    out.told += strstr(r->details, "\"told\": 1") != NULL;
    out.most_cpu_s = fmax(out.most_cpu_s, r->cpu_s);
}

static void run_one(stage *s, const stage_cell *cell, bool drop_refusals)
{
    qb_run_result r;
    stage_run(s, cell, &r);
    if (!strcmp(cell->label, "new"))
        count(cell, &r);
    if (!(drop_refusals && r.outcome == QB_RUN_REFUSED))
        stage_record(s, cell, &r);
    qb_run_result_clear(&r);
}

static void add_instance(stage *s, const qb_problem *problem, uint32_t k, int64_t *id)
{
    char name[64];
    qb_score score;
    qb_diag diag = {{0}};
    double x[CHEAT_VARIABLES];
    (void)snprintf(name, sizeof name, "%s-%u", cheat_secret.name, k);
    *id = stage_instance(s, problem, name, "family");
    if (problem->kind == QB_KIND_MIP)
        return;
    for (uint32_t i = 0; i < CHEAT_VARIABLES; i++)
        x[i] = cheat_secret.best[k][i];
    must(qb_referee_score(problem, x, &score, &diag), &diag);
    must(qb_store_add_reference(s->store, *id, score.objective, "best-known", "descent", &diag), &diag);
}

static void conclude(const stage *s)
{
    const qb_evidence *e = NULL;
    qb_verdict v;
    qb_diag diag = {{0}};
    must(qb_evidence_load(s->store, NULL, &e, &diag), &diag);
    if (qb_verdict_compute(e, "2026-01-01", &v, &diag) == QB_OK) {
        out.decided = true;
        out.decision = v.decision;
        out.effect = v.challenger[0].against_best.effect.estimate;
        for (uint32_t k = 0; k < v.reasons; k++)
            out.hardware_named = out.hardware_named || strstr(v.reason[k], "hardware");
        out.simulation_named = strstr(v.sentence[1], "no evidence about quantum hardware") != NULL;
        qb_verdict_clear(&v);
    }
    qb_evidence_free(e);
}

static outcome stage_it(const qb_solver *challenger, const qb_solver *honest, const qb_problem *problem,
                        const char *spec, uint64_t seed, bool drop_refusals)
{
    const stage_cell cast[] = {{.solver = challenger, .label = "new", .role = "challenger"},
                               {.solver = honest, .label = "old", .role = "baseline"},
                               {.solver = honest, .label = "old-twin", .role = "baseline"}};
    stage s = {.seed = seed, .budget_kind = QB_BUDGET_CPU_TIME, .budget = BUDGET_S};
    int64_t id[CHEAT_INSTANCES];
    out = (outcome){0};
    stage_open(&s, "cheats", spec);
    for (uint32_t k = 0; k < CHEAT_INSTANCES; k++)
        add_instance(&s, &problem[k], k, &id[k]);
    for (uint32_t repeat = 0; repeat < CHEAT_REPEATS; repeat++)
        for (uint32_t k = 0; k < CHEAT_INSTANCES; k++)
            for (uint32_t who = 0; who < sizeof cast / sizeof *cast; who++) {
                stage_cell cell = cast[who];
                cell.problem = &problem[k];
                cell.instance = id[k];
                cell.repeat = repeat;
                run_one(&s, &cell, drop_refusals);
            }
    conclude(&s);
    stage_close(&s);
    return out;
}

static outcome against_honest(const qb_solver *challenger)
{
    return stage_it(challenger, &cheat_none, qubo, SPEC("software"), 2, false);
}

/* ---- the checks */

static const char *decision_of(const outcome *o)
{
    return o->decided ? qb_decision_name(o->decision) : "none";
}

/* Worth no more than honesty: neither scale, nor an effect that is one. */
static void check_worthless(const char *what, const outcome *o)
{
    check(o->decided && o->decision != QB_SCALE && o->effect < 0.05, "%-44s verdict %s, effect %+.3f", what,
          decision_of(o), o->effect);
}

/* They lie first of all; on a machine that stole the whole budget nothing came in time, and nothing is
 * believed.  So too with what comes late: a run that the machine held up is ended before it can tell. */
static void check_lied(const outcome *o)
{
    check(o->believed == 0 && 2 * o->of[QB_RUN_LIED] > o->runs, "%-44s %llu of %llu runs, %llu believed",
          "  lied", (unsigned long long)o->of[QB_RUN_LIED], (unsigned long long)o->runs,
          (unsigned long long)o->believed);
}

static void check_bench_tells(void)
{
    outcome honest = against_honest(&cheat_none), better = against_honest(&cheat_better);
    check_worthless("the honest solver against itself", &honest);
    check(better.decided && better.decision == QB_SCALE && 2 * better.revealed > better.runs,
          "%-44s verdict %s, effect %+.3f", "a solver that is truly better", decision_of(&better),
          better.effect);
}

static void check_software(void)
{
    outcome late = against_honest(&cheat_late);
    outcome threads = stage_it(&cheat_threads, &cheat_patient, qubo, SPEC("software"), 2, false);
    outcome bound = against_honest(&cheat_bound), boast = against_honest(&cheat_boast);
    check_worthless("an incumbent 1 ms late", &late);
    check(late.revealed == 0 && 2 * late.late > late.runs, "%-44s %llu of %llu runs, %llu credited",
          "  stored as late", (unsigned long long)late.late, (unsigned long long)late.runs,
          (unsigned long long)late.revealed);
    check_worthless("twice the threads", &threads);
    check(threads.of[QB_RUN_BUDGET] + threads.of[QB_RUN_OVERRAN] == threads.runs &&
              threads.most_cpu_s < 3 * BUDGET_S,
          "%-44s at most %.1f ms of %.1f", "  both threads are charged", 1e3 * threads.most_cpu_s,
          1e3 * BUDGET_S);
    check_worthless("a false bound", &bound);
    check_lied(&bound);
    check_worthless("a false claim", &boast);
    check_lied(&boast);
}

static void check_infeasible(void)
{
    outcome o = stage_it(&cheat_infeasible, &cheat_feasible, mip, SPEC("software"), 2, false);
    check_worthless("infeasible but lower", &o);
    check(o.infeasible == o.solved && 2 * o.infeasible > o.runs, "%-44s %llu of %llu runs",
          "  infeasible: scores as the fallback", (unsigned long long)o.infeasible,
          (unsigned long long)o.runs);
}

static void check_knowledge(void)
{
    outcome seeds = against_honest(&cheat_seeds), path = against_honest(&cheat_path);
    outcome sniff = against_honest(&cheat_sniff);
    check_worthless("answers by seed, after a rehearsal", &seeds);
    check(cheat_secret.seeds == CHEAT_INSTANCES * CHEAT_REPEATS, "%-44s %u seeds of another experiment",
          "  it knows", cheat_secret.seeds);
    outcome again = stage_it(&cheat_seeds, &cheat_none, qubo, SPEC("software"), 1, false);
    check(again.decided && again.decision == QB_SCALE, "%-44s verdict %s: this cheat is a live one",
          "  with the rehearsal's own seed it would win", decision_of(&again));
    check_worthless("reading the instance's name", &path);
    check(path.told == 0, "%-44s %llu of %llu runs", "  found a name to go by", (unsigned long long)path.told,
          (unsigned long long)path.runs);
    check_worthless("sniffing the budget", &sniff);
    check_lied(&sniff);
}

static void check_argmax(void)
{
    outcome software = against_honest(&cheat_argmax);
    outcome device = stage_it(&cheat_argmax, &cheat_none, qubo, SPEC("device"), 2, false);
    check(software.decided && software.simulation_named, "%-44s verdict %s, says: no evidence about hardware",
          "argmax QAOA, as software", decision_of(&software));
    check(device.decided && device.decision == QB_PAUSE && device.hardware_named,
          "%-44s verdict %s, effect %+.3f", "argmax QAOA, as a device", decision_of(&device), device.effect);
}

static void check_refusals(void)
{
    outcome kept = stage_it(&cheat_refuse, &cheat_none, qubo, SPEC("software"), 2, false);
    outcome dropped = stage_it(&cheat_refuse, &cheat_none, qubo, SPEC("software"), 2, true);
    check(kept.of[QB_RUN_REFUSED] > 0 && kept.decided && kept.decision != QB_SCALE,
          "%-44s verdict %s, effect %+.3f, %llu refused", "refusing what is hard", decision_of(&kept),
          kept.effect, (unsigned long long)kept.of[QB_RUN_REFUSED]);
    check(dropped.effect > kept.effect && dropped.decided && dropped.decision != QB_SCALE,
          "%-44s verdict %s, effect %+.3f", "  and dropping the refusals", decision_of(&dropped),
          dropped.effect);
}

int main(void)
{
    qb_diag diag = {{0}};
    setvbuf(stdout, NULL, _IOLBF, 0);
    make_instances();
    cheat_secret.name = "secret-instance";
    stage rehearsal = {.seed = 1, .budget_kind = QB_BUDGET_CPU_TIME, .budget = BUDGET_S};
    for (uint32_t k = 0; k < CHEAT_INSTANCES; k++) {
        find_secret(k);
        for (uint32_t r = 0; r < CHEAT_REPEATS; r++)
            cheat_secret.seen[cheat_secret.seeds++] = stage_seed(&rehearsal, &qubo[k], "new", r);
    }
    must(qb_launcher_start(&diag), &diag); /* now: what runs inherit is there */
    check_bench_tells();
    check_software();
    check_infeasible();
    check_knowledge();
    check_argmax();
    check_refusals();
    for (uint32_t k = 0; k < CHEAT_INSTANCES; k++) {
        qb_problem_free(&qubo[k]);
        qb_problem_free(&mip[k]);
    }
    return checks_end();
}
