#define _GNU_SOURCE
#include "tests/report/synthetic.h"
#include "harness/base/memory.h"

#include <math.h>
#include <stdio.h>

#define NAME 24

typedef struct block {
    qb_evidence evidence; /* first */
    char *names;
} block;

double synthetic_draw(qb_rng *rng, synthetic_shape shape)
{
    double z = qb_rng_normal(rng);
    switch (shape) {
    case SHAPE_NORMAL:
        return z;
    case SHAPE_LOGNORMAL: /* exp(z) has mean sqrt(e) and variance e (e - 1) */
        return (exp(z) - sqrt(M_E)) / sqrt(M_E * (M_E - 1));
    case SHAPE_CEILING: /* max(z, 0) has mean 1 / sqrt(2 pi) and variance 1/2 - 1/(2 pi) */
        return (fmax(z, 0) - 1 / sqrt(2 * M_PI)) / sqrt(0.5 - 1 / (2 * M_PI));
    }
    return 0;
}

static void fill_instances(const synthetic_options *o, qb_evidence_instance *instance, char *names)
{
    for (uint32_t i = 0; i < o->instances; i++) {
        char *name = names + (size_t)NAME * i, *family = names + (size_t)NAME * (o->instances + i);
        snprintf(name, NAME, "instance-%03u", i);
        snprintf(family, NAME, "family-%u", i * o->families / o->instances);
        instance[i] = (qb_evidence_instance){.id = i + 1,
                                             .name = name,
                                             .family = family,
                                             .sha256 = name,
                                             .sense = QB_MINIMISE,
                                             .variables = 10 + i,
                                             .anchor = 1,
                                             .reference = 0,
                                             .reference_kind = "planted",
                                             .reference_source = ""};
    }
}

static void fill_runs(const synthetic_options *o, qb_evidence_run *run)
{
    qb_rng rng;
    qb_rng_init(&rng, o->seed, 0);
    for (uint32_t e = 0; e < o->entries; e++)
        for (uint32_t i = 0; i < o->instances; i++) {
            double mean = o->entry[e].mean + o->between * synthetic_draw(&rng, o->shape);
            for (uint32_t r = 0; r < o->repeats; r++, run++)
                *run = (qb_evidence_run){.id = 1,
                                         .instance = i,
                                         .entry = e,
                                         .repeat = r,
                                         .position = ((uint64_t)i * o->entries + e) * o->repeats + r,
                                         .outcome = QB_RUN_BUDGET,
                                         .has_solution = true,
                                         .feasible = true,
                                         .flagged = qb_rng_uniform(&rng) < o->flagged,
                                         .objective = mean + o->within * synthetic_draw(&rng, o->shape),
                                         .late_objective = NAN,
                                         .bound = NAN};
        }
}

qb_evidence *synthetic_make(const synthetic_options *o)
{
    block *b = QB_NEW(block, 1);
    if (!b)
        return NULL;
    b->names = QB_NEW(char, (size_t)2 * NAME * o->instances);
    qb_evidence_instance *instance = QB_NEW(qb_evidence_instance, o->instances);
    qb_evidence_entry *entry = QB_NEW(qb_evidence_entry, o->entries);
    uint64_t runs = (uint64_t)o->instances * o->entries * o->repeats;
    qb_evidence_run *run = QB_NEW(qb_evidence_run, runs);
    b->evidence = (qb_evidence){.experiment = {.id = 1,
                                               .name = "synthetic",
                                               .identity = "0123456789abcdef",
                                               .spec = o->spec,
                                               .sha256 = "",
                                               .registered_at = ""},
                                .instance = instance,
                                .entry = entry,
                                .run = run,
                                .instances = o->instances,
                                .entries = o->entries,
                                .runs = runs,
                                .budget_kind = QB_BUDGET_CPU_TIME,
                                .budget = 1,
                                .threads = 1,
                                .memory_bytes = UINT64_MAX};
    if (!b->names || !instance || !entry || !run) {
        synthetic_free(&b->evidence);
        return NULL;
    }
    for (uint32_t e = 0; e < o->entries; e++)
        entry[e] = (qb_evidence_entry){.name = o->entry[e].name,
                                       .label = o->entry[e].name,
                                       .penalty = "bound",
                                       .role = o->entry[e].role,
                                       .solver = o->entry[e].solver,
                                       .params = "{}",
                                       .family = "",
                                       .source = "",
                                       .execution = "native",
                                       .version = ""};
    fill_instances(o, instance, b->names);
    fill_runs(o, run);
    return &b->evidence;
}

void synthetic_drop(qb_evidence *e, uint64_t from, uint64_t end)
{
    qb_evidence_run *run = (qb_evidence_run *)(uintptr_t)e->run;
    uint64_t kept = 0;
    for (uint64_t k = 0; k < e->runs; k++)
        if (run[k].position < from || run[k].position >= end)
            run[kept++] = run[k];
    e->runs = kept;
}

void synthetic_free(qb_evidence *evidence)
{
    if (!evidence)
        return;
    qb_free((void *)(uintptr_t)evidence->instance);
    qb_free((void *)(uintptr_t)evidence->entry);
    qb_free((void *)(uintptr_t)evidence->run);
    block *b = (block *)evidence;
    qb_free(b->names);
    qb_free(b);
}
