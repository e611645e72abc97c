#include "harness/report/score.h"

#include "harness/base/json.h"
#include "harness/report/digest.h"

#include <math.h>
#include <string.h>

static const char *const advice_names[] = {"stay-classical", "find-out", "measure"};

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
    for (uint32_t k = 0; k < evidence->entries; k++) {
        double mean = qb_digest_mean(&digest, k);
        if (evidence->entry[k].role != QB_EVIDENCE_BASELINE || isnan(mean) || mean >= score->baseline_score)
            continue;
        score->baseline_score = mean;
        score->baseline = evidence->entry[k].name;
    }
    qb_digest_clear(&digest);
    if (!score->baseline) {
        score->baseline_score = NAN;
        return QB_OK;
    }
    score->answer[QB_ASK_HEADROOM] = score->baseline_score > QB_HEADROOM_LEAST ? QB_ANSWER_YES : QB_ANSWER_NO;
    score->measured[QB_ASK_HEADROOM] = true;
    score->measured_at = evidence->experiment.registered_at;
    return QB_OK;
}

/* A workload whose nature speaks against a quantum step ends it; one that speaks for it proves nothing. */
static qb_score_advice advise(const qb_pilot_case *pilot, const qb_case_score *score)
{
    bool unknown = false;
    if (pilot->workload && !strcmp(pilot->workload->prior, "none"))
        return QB_ADVICE_CLASSICAL;
    for (int k = 0; k < QB_QUESTIONS; k++) {
        if (score->answer[k] == QB_ANSWER_NO)
            return QB_ADVICE_CLASSICAL;
        unknown |= score->answer[k] == QB_ANSWER_UNKNOWN;
    }
    return unknown ? QB_ADVICE_FIND_OUT : QB_ADVICE_MEASURE;
}

qb_status qb_case_score_compute(const qb_pilot_case *pilot, const qb_evidence *evidence, qb_case_score *score,
                                qb_diag *diag)
{
    qb_case_score s = {.baseline_score = INFINITY};
    memcpy(s.answer, pilot->answer, sizeof s.answer);
    qb_status status = QB_OK;
    if (evidence)
        status = measure_headroom(evidence, &s, diag);
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
        if (w && !strcmp(w->prior, "none"))
            qb_text_appendf(out, "%s.\n", w->argument);
        else
            qb_text_append(out, "a question above is answered no.\n");
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
        if (score->measured[k])
            qb_text_appendf(out, "measured: '%s' leaves %.3g %%, experiment of %.10s\n", score->baseline,
                            100 * score->baseline_score, score->measured_at);
        else
            qb_text_append(out, score->answer[k] == QB_ANSWER_UNKNOWN ? "nobody has said\n"
                                                                      : "stated, not measured\n");
    }
    say_advice(pilot, score, out);
}

void qb_case_score_json(const qb_pilot_case *pilot, const qb_case_score *score, qb_text *out)
{
    qb_json_writer json = {.out = out};
    qb_json_open(&json, '{');
    qb_json_key(&json, "case");
    qb_json_string(&json, pilot->name);
    qb_json_key(&json, "workload");
    qb_json_string(&json, pilot->workload ? pilot->workload->name : NULL);
    qb_json_key(&json, "answers");
    qb_json_open(&json, '{');
    for (int k = 0; k < QB_QUESTIONS; k++) {
        qb_json_key(&json, qb_question_key((qb_question)k));
        qb_json_open(&json, '{');
        qb_json_key(&json, "answer");
        qb_json_string(&json, qb_answer_name(score->answer[k]));
        qb_json_key(&json, "measured");
        qb_json_bool(&json, score->measured[k]);
        qb_json_close(&json, '}');
    }
    qb_json_close(&json, '}');
    qb_json_key(&json, "baseline");
    qb_json_string(&json, score->baseline);
    qb_json_key(&json, "baseline_gap");
    qb_json_double(&json, score->baseline_score);
    qb_json_key(&json, "measured_at");
    qb_json_string(&json, score->measured_at);
    qb_json_key(&json, "advice");
    qb_json_string(&json, advice_names[score->advice]);
    qb_json_close(&json, '}');
}
