#include "harness/base/text.h"
#include "harness/model/lowering.h"

#include <math.h>
#include <string.h>

static const char *const penalties[] = {"bound", "tight", NULL};
static const char *const linearisations[] = {"auto", "standard", "compact", NULL};
static const char *const encodings[] = {"binary", "bounded", "one-hot", NULL};
static const char *const inequalities[] = {"slack", "unbalanced", NULL};

/* The position of word in a NULL-terminated list; -1 when it is not there. */
static int position_of(const char *word, const char *const *list)
{
    for (int k = 0; list[k]; k++)
        if (strcmp(word, list[k]) == 0)
            return k;
    return -1;
}

static qb_status choose(const char *key, const char *value, const char *const *list, int *choice,
                        qb_diag *diag)
{
    qb_nearest near = {.word = value};
    char hint[QB_HINT_TEXT];
    int found = position_of(value, list);
    for (int k = 0; list[k]; k++)
        qb_nearest_offer(&near, list[k]);
    if (found < 0)
        return qb_fail(diag, QB_BAD_INPUT, "unknown %s '%s'%s", key, value, qb_nearest_hint(&near, hint));
    *choice = found;
    return QB_OK;
}

static qb_status positive(const char *key, const char *value, bool integer, double *number, qb_diag *diag)
{
    double parsed;
    if (!qb_parse_double(value, strlen(value), &parsed) || !(parsed > 0) ||
        (integer && floor(parsed) != parsed))
        return qb_fail(diag, QB_BAD_INPUT, "%s needs a positive %s, got '%s'", key,
                       integer ? "integer" : "number", value);
    *number = parsed;
    return QB_OK;
}

static qb_status set_penalty(qb_lowering_options *options, const char *value, qb_diag *diag)
{
    double factor = 0;
    int rule = position_of(value, penalties);
    if (rule < 0 && positive("penalty", value, false, &factor, NULL))
        return qb_fail(diag, QB_BAD_INPUT, "penalty needs bound, tight or a positive factor, got '%s'",
                       value);
    options->penalty = rule < 0 ? QB_PENALTY_FACTOR : (qb_penalty_rule)rule;
    options->factor = rule < 0 ? factor : 0;
    return QB_OK;
}

qb_status qb_lowering_options_set(qb_lowering_options *options, const char *key, const char *value,
                                  qb_diag *diag)
{
    static const char *const keys[] = {"penalty",    "linearisation", "encoding", "coefficient-limit",
                                       "inequality", "resolution",    NULL};
    int which, choice = 0;
    qb_status status = choose("lowering option", key, keys, &which, diag);
    if (status)
        return status;
    switch (which) {
    case 0:
        return set_penalty(options, value, diag);
    case 1:
        if (!(status = choose(key, value, linearisations, &choice, diag)))
            options->linearisation = (qb_linearisation)choice;
        return status;
    case 2:
        if (!(status = choose(key, value, encodings, &choice, diag)))
            options->encoding = (qb_encoding_rule)choice;
        return status;
    case 3:
        return positive(key, value, true, &options->coefficient_limit, diag);
    case 4:
        if (!(status = choose(key, value, inequalities, &choice, diag)))
            options->inequality = (qb_inequality_rule)choice;
        return status;
    default:
        return positive(key, value, false, &options->resolution, diag);
    }
}

bool qb_lowering_options_same(const qb_lowering_options *a, const qb_lowering_options *b)
{
    return a->penalty == b->penalty && (a->penalty != QB_PENALTY_FACTOR || a->factor == b->factor) &&
           a->linearisation == b->linearisation && a->encoding == b->encoding &&
           (a->encoding != QB_ENCODE_BOUNDED || a->coefficient_limit == b->coefficient_limit) &&
           a->inequality == b->inequality && a->resolution == b->resolution;
}
