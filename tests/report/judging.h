/* Verdicts on synthetic evidence. */
#ifndef QB_TESTS_REPORT_JUDGING_H
#define QB_TESTS_REPORT_JUDGING_H

#include "harness/base/json.h"
#include "harness/base/memory.h"
#include "harness/report/verdict.h"
#include "tests/report/synthetic.h"

#include <criterion/criterion.h>
#include <string.h>

/* One instance, so that "planned" is entries * repeats; the evidence has more and is complete. */
#define SPEC(claim, extra) SPEC_ON("{name: labs005}", claim, extra)
#define SPEC_ON(instances, claim, extra)                                                      \
    "experiment: synthetic\nquestion: which?\nclaim: " claim "\ninstances: [" instances "]\n" \
    "solvers:\n  - {name: anneal, role: challenger}\n  - {name: tabu, role: baseline}\n"      \
    "budget: {cpu_time: 1s}\nrepeats: 4\n" extra
#define REASON   sizeof((qb_verdict *)0)->reason[0]
#define DECISION "decision: {metric: gap, minimum_effect: 0.01, confidence: 0.95, deadline: 2030-01-01}\n"

static qb_diag diag;

static const synthetic_entry usual[] = {{"new", "anneal", QB_EVIDENCE_CHALLENGER, 0.05},
                                        {"old", "tabu", QB_EVIDENCE_BASELINE, 0.10},
                                        {"older", "glpk", QB_EVIDENCE_BASELINE, 0.20},
                                        {"random", "random", QB_EVIDENCE_CONTROL, 0.60}};

static const synthetic_options fair = {.instances = 20,
                                       .repeats = 8,
                                       .families = 4,
                                       .entry = usual,
                                       .entries = 4,
                                       .between = 0.005,
                                       .within = 0.005,
                                       .spec = SPEC("software", DECISION),
                                       .seed = 1};

static inline qb_decision judge_on(const synthetic_options *o, const char *today, qb_verdict *verdict)
{
    qb_evidence *e = synthetic_make(o);
    cr_assert(e);
    cr_assert_eq(qb_verdict_compute(e, today, verdict, &diag), QB_OK, "%s", diag.text);
    qb_decision decision = verdict->decision;
    cr_assert(verdict->sentence[0][0] && verdict->sentence[1][0]);
    qb_text json = {0};
    qb_json *root = NULL;
    qb_verdict_json(verdict, &json);
    cr_assert_eq(qb_json_parse("verdict", qb_text_get(&json), json.length, &root, &diag), QB_OK, "%s",
                 diag.text);
    cr_assert_str_eq(qb_json_text(qb_json_get(root, "decision")), qb_decision_name(decision));
    qb_json_free(root);
    qb_text_clear(&json);
    qb_verdict_clear(verdict);
    synthetic_free(e);
    return decision;
}

static inline qb_decision judge(const synthetic_options *o)
{
    qb_verdict v;
    return judge_on(o, "2026-01-01", &v);
}

/* The same with the challenger's true gap set. */
static inline synthetic_options with_challenger(double mean, synthetic_entry entry[4])
{
    synthetic_options o = fair;
    memcpy(entry, usual, sizeof usual);
    entry[0].mean = mean;
    o.entry = entry;
    return o;
}

/* Does any reason hold this word?  Computes once more. */
static inline bool gives_reason(const synthetic_options *o, const char *today, const char *word)
{
    qb_verdict v;
    qb_evidence *e = synthetic_make(o);
    bool found = false;
    cr_assert_eq(qb_verdict_compute(e, today, &v, &diag), QB_OK, "%s", diag.text);
    for (uint32_t k = 0; k < v.reasons; k++)
        found = found || strstr(v.reason[k], word);
    qb_verdict_clear(&v);
    synthetic_free(e);
    return found;
}

#endif
