#include "harness/report/score.h"

#include "harness/base/json.h"
#include "harness/report/digest.h"
#include "harness/report/verdict.h"
#include "harness/run/experiment.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static const char *const advice_names[] = {"stay-classical", "find-out", "measure", "scale"};

/* A gap to the best that these solvers found themselves says nothing about the room above them. */
static bool has_references(const qb_evidence *evidence)
{
    for (uint32_t k = 0; k < evidence->instances; k++)
        if (isnan(evidence->instance[k].reference))
            return false;
    return evidence->instances > 0;
}

/* The best baseline's mean gap says whether there is room. */
static qb_status measure_headroom(const qb_evidence *evidence, qb_case_score *score, qb_diag *diag)
{
    qb_digest digest;
    if (!has_references(evidence)) {
        score->baseline_score = NAN;
        return QB_OK;
    }
    qb_status status = qb_digest_make(evidence, &digest, diag);
    if (status)
        return status;
    uint32_t best = qb_digest_best_baseline(&digest);
    if (best != UINT32_MAX) {
        score->baseline_score = qb_digest_mean(&digest, best);
        score->baseline = evidence->entry[best].name;
    }
    qb_digest_clear(&digest);
    if (!score->baseline) {
        score->baseline_score = NAN;
        return QB_OK;
    }
    score->answer[QB_ASK_HEADROOM] = score->baseline_score > QB_HEADROOM_LEAST ? QB_ANSWER_YES : QB_ANSWER_NO;
    score->measured[QB_ASK_HEADROOM] = true;
    return QB_OK;
}

/* A verdict, where the experiment registered a rule and it can be applied: what is measured of the whole. */
static qb_status take_verdict(const qb_evidence *evidence, const char *today, qb_case_score *score,
                              qb_diag *diag)
{
    qb_verdict v;
    qb_status status = qb_verdict_compute(evidence, today, &v, diag);
    if (status == QB_REFUSED)
        return QB_OK; /* nothing registered, or nothing to judge: the questions stand alone */
    if (status != QB_OK)
        return status;
    score->verdict = qb_decision_name(v.decision);
    score->instances = v.instances + v.without_headroom;
    score->without_headroom = v.without_headroom;
    qb_verdict_clear(&v);
    return QB_OK;
}

static qb_status take_kpi(const qb_evidence *evidence, qb_case_score *score, qb_diag *diag)
{
    const qb_store_experiment *e = &evidence->experiment;
    const qb_experiment *x = NULL;
    qb_status status = qb_experiment_parse(e->name, e->spec, strlen(e->spec), &x, diag);
    if (status == QB_BAD_INPUT) /* of another build: it is then not known */
        return QB_OK;
    if (status == QB_OK && !isnan(x->kpi.per_objective_unit)) {
        score->answer[QB_ASK_KPI] = QB_ANSWER_YES;
        score->measured[QB_ASK_KPI] = true;
    }
    qb_experiment_free(x);
    return status;
}

/* Every answer that the store has takes the place of what the file says. */
static qb_status take_evidence(const qb_evidence *evidence, const char *today, qb_case_score *score,
                               qb_diag *diag)
{
    score->measured_at = evidence->experiment.registered_at;
    qb_status status = measure_headroom(evidence, score, diag);
    if (status == QB_OK)
        status = take_kpi(evidence, score, diag);
    return status == QB_OK ? take_verdict(evidence, today, score, diag) : status;
}

/* Data first: a verdict says more than any prior.  A workload whose nature speaks against a quantum step ends
 * it; one that speaks for it proves nothing. */
static qb_score_advice advise(const qb_pilot_case *pilot, const qb_case_score *score)
{
    bool unknown = score->verdict != NULL; /* pause and void: not known yet */
    if (score->verdict && !strcmp(score->verdict, qb_decision_name(QB_SCALE)))
        return QB_ADVICE_SCALE;
    if (score->verdict && !strcmp(score->verdict, qb_decision_name(QB_STOP)))
        return QB_ADVICE_CLASSICAL;
    if (pilot->workload && !strcmp(pilot->workload->prior, "none"))
        return QB_ADVICE_CLASSICAL;
    for (int k = 0; k < QB_QUESTIONS; k++) {
        if (score->answer[k] == QB_ANSWER_NO)
            return QB_ADVICE_CLASSICAL;
        unknown |= score->answer[k] == QB_ANSWER_UNKNOWN;
    }
    return unknown ? QB_ADVICE_FIND_OUT : QB_ADVICE_MEASURE;
}

qb_status qb_case_score_compute(const qb_pilot_case *pilot, const qb_evidence *evidence, const char *today,
                                qb_case_score *score, qb_diag *diag)
{
    qb_case_score s = {.baseline_score = INFINITY};
    memcpy(s.answer, pilot->answer, sizeof s.answer);
    qb_status status = QB_OK;
    if (evidence)
        status = take_evidence(evidence, today, &s, diag);
    else
        s.baseline_score = NAN;
    if (status)
        return status;
    s.advice = advise(pilot, &s);
    *score = s;
    return QB_OK;
}

static void say_advice(const qb_pilot_case *pilot, const qb_case_score *score, qb_text *out)
{
    const qb_workload *w = pilot->workload;
    switch (score->advice) {
    case QB_ADVICE_CLASSICAL:
        qb_text_append(out, "Stay classical: ");
        if (score->verdict && !strcmp(score->verdict, qb_decision_name(QB_STOP)))
            qb_text_append(out, "it was measured, and the registered rule says stop.\n");
        else if (w && !strcmp(w->prior, "none"))
            qb_text_appendf(out, "%s.\n", w->argument);
        else
            qb_text_append(out, "a question above is answered no.\n");
        return;
    case QB_ADVICE_SCALE:
        qb_text_append(out, "Scale: it was measured, and the registered rule says so.\n");
        return;
    case QB_ADVICE_FIND_OUT:
        qb_text_append(out,
                       "Find out first: what is unknown above costs less to learn than a pilot to build.\n");
        return;
    case QB_ADVICE_MEASURE:
        qb_text_appendf(
            out,
            "Worth a measured pilot%s%s. Nothing is known of its outcome: register the decision first.\n",
            w ? ": " : "", w ? w->advice : "");
        return;
    }
}

void qb_case_score_say(const qb_pilot_case *pilot, const qb_case_score *score, qb_text *out)
{
    const qb_workload *w = pilot->workload;
    qb_text_appendf(out, "case %s\n", pilot->name);
    if (w)
        qb_text_appendf(out, "workload %s: prior %s (%s); %s\n", w->title, w->prior, w->state, w->argument);
    for (int k = 0; k < QB_QUESTIONS; k++) {
        qb_text_appendf(out, "  %-52s %-8s", qb_question_text((qb_question)k),
                        qb_answer_name(score->answer[k]));
        if (score->measured[k] && k == QB_ASK_HEADROOM)
            qb_text_appendf(out, "measured: '%s' leaves %.3g %%, experiment of %.10s\n", score->baseline,
                            100 * score->baseline_score, score->measured_at);
        else if (score->measured[k])
            qb_text_appendf(out, "registered with the experiment of %.10s\n", score->measured_at);
        else
            qb_text_append(out, score->answer[k] == QB_ANSWER_UNKNOWN ? "nobody has said\n"
                                                                      : "stated, not measured\n");
    }
    if (score->verdict)
        qb_text_appendf(
            out,
            "measured in place of the prior: %s, by the rule registered on %.10s; the weakest control "
            "solves %" PRIu32 " of %" PRIu32 " instances\n",
            score->verdict, score->measured_at, score->without_headroom, score->instances);
    say_advice(pilot, score, out);
}

void qb_case_score_json(const qb_pilot_case *pilot, const qb_case_score *score, qb_text *out)
{
    qb_json_writer json = {.out = out};
    qb_json_open(&json, '{');
    qb_json_put_string(&json, "case", pilot->name);
    qb_json_put_string(&json, "workload", pilot->workload ? pilot->workload->name : NULL);
    qb_json_key(&json, "answers");
    qb_json_open(&json, '{');
    for (int k = 0; k < QB_QUESTIONS; k++) {
        qb_json_key(&json, qb_question_key((qb_question)k));
        qb_json_open(&json, '{');
        qb_json_put_string(&json, "answer", qb_answer_name(score->answer[k]));
        qb_json_put_bool(&json, "measured", score->measured[k]);
        qb_json_close(&json, '}');
    }
    qb_json_close(&json, '}');
    qb_json_put_string(&json, "baseline", score->baseline);
    qb_json_put_double(&json, "baseline_gap", score->baseline_score);
    qb_json_put_string(&json, "measured_at", score->measured_at);
    qb_json_put_string(&json, "verdict", score->verdict);
    qb_json_put_string(&json, "advice", advice_names[score->advice]);
    qb_json_close(&json, '}');
}
