#include "harness/cli/tuning.h"

#include "harness/base/memory.h"
#include "harness/report/tuned.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct tuner {
    const qb_campaign *like; /* of the real experiment */
    bool may_run;
    qb_tuning *tuning;
    qb_registration child;
    uint32_t *winner; /* [tuning->tuned] */
    qb_diag *diag;
} tuner;

/* The derived experiment in the store; its instances are the real one's, and belong to it. */
static qb_status register_child(tuner *t)
{
    const qb_registration *real = t->like->registration;
    uint32_t n = t->tuning->experiment.instances;
    t->child = (qb_registration){.experiment = &t->tuning->experiment,
                                 .plan_instance = t->tuning->instance,
                                 .parent_id = real->experiment_id,
                                 .machine = real->machine,
                                 .build = real->build};
    t->child.instance = QB_NEW(qb_loaded_instance, n);
    t->child.solver = QB_NEW(int64_t, t->tuning->experiment.entries);
    t->winner = QB_NEW(uint32_t, t->tuning->tuned);
    if (!t->child.instance || !t->child.solver || !t->winner)
        return qb_fail(t->diag, QB_NO_MEMORY, "no memory to tune");
    for (uint32_t k = 0; k < n; k++)
        t->child.instance[k] = real->instance[t->tuning->instance_source[k]];
    return qb_registration_store(&t->child, t->like->store, NULL, t->diag);
}

/* ---- one rung */

static qb_status refuse_missing(const tuner *t, qb_campaign *e)
{
    const qb_plan_hooks hooks = qb_campaign_hooks(e);
    uint64_t left = 0;
    double seconds;
    qb_status status = qb_plan_estimate(e->plan, &hooks, 1, &left, &seconds, t->diag);
    if (status != QB_OK || !left)
        return status;
    return qb_fail(t->diag, QB_BAD_INPUT,
                   "a shard needs the tuning done in its store: once `run --tune`, then a copy for each");
}

static qb_status execute_rung(const tuner *t, uint32_t rung)
{
    qb_campaign e = *t->like;
    e.registration = &t->child;
    e.plan = NULL;
    qb_status status = qb_tuning_plan(t->tuning, rung, &e.plan, t->diag);
    if (status == QB_OK && !t->may_run)
        status = refuse_missing(t, &e);
    else if (status == QB_OK)
        status = qb_campaign_run(&e, t->diag);
    qb_plan_close(e.plan);
    return status;
}

static const char *label_of(const tuner *t, uint32_t entry, uint32_t configuration)
{
    uint32_t n = t->tuning->halving.configurations;
    return t->tuning->experiment.entry[entry * n + configuration].label;
}

/* Ends the worst of an entry's configurations until `left` are alive; among equals the one drawn last. */
static void halve(tuner *t, const qb_digest *digest, uint32_t entry, uint32_t left, uint32_t upto)
{
    uint32_t n = t->tuning->halving.configurations, alive = 0;
    bool *is_alive = &t->tuning->alive[entry * n];
    double score[QB_CONFIGURATIONS];
    for (uint32_t c = 0; c < n; c++) {
        double mean = is_alive[c] ? qb_tuned_mean(digest, label_of(t, entry, c), 0, upto) : NAN;
        score[c] = isnan(mean) ? INFINITY : mean;
        alive += is_alive[c];
    }
    for (; alive > left; alive--) {
        uint32_t worst = n;
        for (uint32_t c = 0; c < n; c++)
            if (is_alive[c] && (worst == n || score[c] >= score[worst]))
                worst = c;
        is_alive[worst] = false;
    }
}

/* After the last rung: the winner meets the default on pairs that chose nothing. */
static void call_to_check(tuner *t, uint32_t entry)
{
    uint32_t n = t->tuning->halving.configurations;
    bool *is_alive = &t->tuning->alive[entry * n];
    for (uint32_t c = 0; c < n; c++)
        if (is_alive[c])
            t->winner[entry] = c;
    is_alive[0] = t->winner[entry] != 0;
}

static void judge_check(tuner *t, const qb_digest *digest, uint32_t entry)
{
    const qb_halving *h = &t->tuning->halving;
    uint32_t from = h->upto[h->rungs - 1], upto = from + h->check;
    double before = qb_tuned_mean(digest, label_of(t, entry, 0), from, upto);
    double after = qb_tuned_mean(digest, label_of(t, entry, t->winner[entry]), from, upto);
    if (!(after < before))
        t->winner[entry] = 0;
}

static void rank(tuner *t, const qb_digest *digest, uint32_t rung)
{
    const qb_halving *h = &t->tuning->halving;
    for (uint32_t k = 0; k < t->tuning->tuned; k++) {
        if (rung == h->rungs) {
            judge_check(t, digest, k);
            continue;
        }
        halve(t, digest, k, h->configurations >> (rung + 1), h->upto[rung]);
        if (rung + 1 == h->rungs)
            call_to_check(t, k);
    }
}

static qb_status run_rung(tuner *t, uint32_t rung)
{
    char selector[32];
    const qb_evidence *evidence = NULL;
    qb_digest digest;
    if (t->may_run && !t->like->quiet)
        fprintf(stderr, "tuning, rung %" PRIu32 " of %" PRIu32 "\n", rung + 1, t->tuning->halving.rungs + 1);
    qb_status status = execute_rung(t, rung);
    (void)snprintf(selector, sizeof selector, "#%" PRId64, t->child.experiment_id);
    if (status == QB_OK)
        status = qb_evidence_load(t->like->store, selector, &evidence, t->diag);
    if (status == QB_OK)
        status = qb_digest_make(evidence, &digest, t->diag);
    if (status == QB_OK) {
        rank(t, &digest, rung);
        qb_digest_clear(&digest);
    }
    qb_evidence_free(evidence);
    return status;
}

qb_status qb_cli_tune(const qb_campaign *campaign, bool may_run, qb_tuning *tuning, qb_experiment *tuned,
                      qb_diag *diag)
{
    const qb_registration *real = campaign->registration;
    tuner t = {.like = campaign, .may_run = may_run, .tuning = tuning, .diag = diag};
    qb_status status = qb_tuning_open(real->experiment, real->plan_instance, tuning, diag);
    if (status == QB_OK)
        status = register_child(&t);
    for (uint32_t rung = 0; status == QB_OK && rung <= tuning->halving.rungs; rung++)
        status = run_rung(&t, rung);
    if (status == QB_OK)
        status = qb_tuning_apply(tuning, real->experiment, t.winner, tuned, diag);
    qb_free(t.child.instance);
    qb_free(t.child.solver);
    qb_free(t.winner);
    return status;
}
