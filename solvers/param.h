/* A solver's parameters, declared once.
 *
 * A solver writes one X-macro table and gets from it: the struct, the table that the command line, `qubout
 * list`, the experiment file and the store read, and the defaults.
 *
 *   #define ANNEAL_PARAMS(X) \
 *       X(uint,   sweeps,   "1000",      1, 1e9, "", "sweeps", "sweeps an anneal") \
 *       X(real,   beta_end, "0",         0, 1e6, "", "",       "final inverse temperature; 0: by rule") \
 *       X(choice, schedule, "geometric", 0, 0, "geometric|linear|given", "", "shape of the schedule") \
 *       X(list,   betas,    "",          0, 1e6, "", "",       "inverse temperatures, separated by ';'")
 *   QB_PARAMS_DECLARE(anneal_params, ANNEAL_PARAMS)
 *   static const qb_param table[] = QB_PARAMS_TABLE(ANNEAL_PARAMS);
 *
 * One table a translation unit: the table macro takes the offsets from the struct declared last.  A solver
 * without parameters leaves params NULL and both counts 0.
 *
 * Columns: type, name, default as text, least, greatest, values of a choice, unit, help.
 * Types: uint (uint64_t; also written 1e6), real (double), flag (bool; on|off), choice (int32_t: index into
 * values), list (qb_param_list), text (char[QB_PARAM_TEXT]).
 */
#ifndef QB_SOLVERS_PARAM_H
#define QB_SOLVERS_PARAM_H

#include "harness/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QB_PARAM_LIST 64  /* numbers a list holds at most */
#define QB_PARAM_TEXT 256 /* bytes a text holds at most, terminator included */

typedef struct qb_param_list {
    uint32_t count;
    double value[QB_PARAM_LIST];
} qb_param_list;

typedef enum qb_param_type {
    QB_PARAM_uint,
    QB_PARAM_real,
    QB_PARAM_flag,
    QB_PARAM_choice,
    QB_PARAM_list,
    QB_PARAM_text
} qb_param_type;

typedef uint64_t qb_param_uint;
typedef double qb_param_real;
typedef bool qb_param_flag;
typedef int32_t qb_param_choice;
typedef struct qb_param_string {
    char text[QB_PARAM_TEXT];
} qb_param_text;

typedef struct qb_param {
    qb_param_type type;
    const char *name, *fallback; /* fallback: the default, as text */
    double least, greatest;      /* inclusive; for uint, real and the members of a list */
    const char *values;          /* "a|b|c" for a choice, else "" */
    const char *unit, *help;
    size_t offset; /* into the parameter struct */
} qb_param;

/* The struct and the table; a solver writes the enumeration of a choice's values by hand beside it. */
#define QB_PARAM_FIELD_(type, name, ...) qb_param_##type name;
#define QB_PARAMS_DECLARE(struct_name, PARAMS) \
    typedef struct struct_name {               \
        PARAMS(QB_PARAM_FIELD_)                \
    } struct_name;                             \
    typedef struct_name qb_param_struct_;
#define QB_PARAM_ROW_(type_, name_, default_, least_, greatest_, values_, unit_, help_) \
    {QB_PARAM_##type_,                                                                  \
     #name_,                                                                            \
     default_,                                                                          \
     least_,                                                                            \
     greatest_,                                                                         \
     values_,                                                                           \
     unit_,                                                                             \
     help_,                                                                             \
     offsetof(qb_param_struct_, name_)},
#define QB_PARAMS_TABLE(PARAMS) \
    {                           \
        PARAMS(QB_PARAM_ROW_)   \
    }

typedef struct qb_solver qb_solver;

/* Fills `params` [solver->params_size bytes] with the defaults. */
void qb_params_default(const qb_solver *solver, void *params);

/* Sets one parameter from text; unchanged on error.  Errors: QB_BAD_INPUT for an unknown key (naming the
 * nearest), a malformed or out-of-range value (naming the range). */
qb_status qb_params_set(const qb_solver *solver, void *params, const char *key, const char *value,
                        qb_diag *diag);

/* Sets from "KEY=VALUE,KEY=VALUE"; an empty text is fine.  Values hold no commas (lists use ';').  All of it
 * or, on error, nothing is set; a key given twice is QB_BAD_INPUT, and QB_NO_MEMORY is possible. */
qb_status qb_params_parse(const qb_solver *solver, void *params, const char *text, qb_diag *diag);

/* The value of one parameter as canonical text (numbers in shortest round-trip form).  buffer [size]; returns
 * buffer. */
const char *qb_params_get(const qb_param *param, const void *params, char *buffer, size_t size);

#endif
