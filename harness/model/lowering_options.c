#include "harness/base/text.h"
#include "harness/model/lowering.h"

#include <math.h>
#include <string.h>

static const char *const penalties[] = {"bound", "tight", "search", NULL};
static const qb_penalty_rule rules[] = {QB_PENALTY_BOUND, QB_PENALTY_TIGHT, QB_PENALTY_SEARCH};
static const char *const linearisations[] = {"auto", "standard", "compact", NULL};
static const char *const encodings[] = {"binary", "bounded", "one-hot", NULL};
static const char *const inequalities[] = {"slack", "unbalanced", NULL};
static const char *const triangles[] = {"auto", "on", "off", NULL};
static const char *const repairs[] = {"off", "on", NULL};

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
        return qb_fail(diag, QB_BAD_INPUT,
                       "penalty needs bound, tight, search or a positive factor, got '%s'", value);
    options->penalty = rule < 0 ? QB_PENALTY_FACTOR : rules[rule];
    options->factor = rule < 0 ? factor : 0;
    return QB_OK;
}

enum {
    PENALTY,
    LINEARISATION,
    ENCODING,
    COEFFICIENT_LIMIT,
    INEQUALITY,
    TRIANGLES,
    REPAIR,
    INTEGER_STEP,
    RESOLUTION
};

static const char *const keys[] = {
    [PENALTY] = "penalty",       [LINEARISATION] = "linearisation",
    [ENCODING] = "encoding",     [COEFFICIENT_LIMIT] = "coefficient-limit",
    [INEQUALITY] = "inequality", [TRIANGLES] = "triangles",
    [REPAIR] = "repair",         [INTEGER_STEP] = "integer-step",
    [RESOLUTION] = "resolution", NULL,
};

/* The words that an option takes; NULL where it takes a number. */
static const char *const *const words[] = {
    [LINEARISATION] = linearisations, [ENCODING] = encodings, [INEQUALITY] = inequalities,
    [TRIANGLES] = triangles,          [REPAIR] = repairs,     [RESOLUTION] = NULL,
};

qb_status qb_lowering_options_set(qb_lowering_options *options, const char *key, const char *value,
                                  qb_diag *diag)
{
    int which, choice = 0;
    qb_status status = choose("lowering option", key, keys, &which, diag);
    if (!status && words[which])
        status = choose(key, value, words[which], &choice, diag);
    if (status)
        return status;
    switch (which) {
    case PENALTY:
        return set_penalty(options, value, diag);
    case LINEARISATION:
        options->linearisation = (qb_linearisation)choice;
        return QB_OK;
    case ENCODING:
        options->encoding = (qb_encoding_rule)choice;
        return QB_OK;
    case COEFFICIENT_LIMIT:
        return positive(key, value, true, &options->coefficient_limit, diag);
    case INEQUALITY:
        options->inequality = (qb_inequality_rule)choice;
        return QB_OK;
    case TRIANGLES:
        options->triangles = (qb_triangle_rule)choice;
        return QB_OK;
    case REPAIR:
        options->repair = choice == 1;
        return QB_OK;
    case INTEGER_STEP:
        return positive(key, value, true, &options->integer_step, diag);
    default:
        return positive(key, value, false, &options->resolution, diag);
    }
}

bool qb_lowering_options_same(const qb_lowering_options *a, const qb_lowering_options *b)
{
    return a->penalty == b->penalty && (a->penalty < QB_PENALTY_FACTOR || a->factor == b->factor) &&
           a->linearisation == b->linearisation && a->encoding == b->encoding &&
           (a->encoding != QB_ENCODE_BOUNDED || a->coefficient_limit == b->coefficient_limit) &&
           a->inequality == b->inequality && a->triangles == b->triangles && a->resolution == b->resolution &&
           a->integer_step == b->integer_step;
}
