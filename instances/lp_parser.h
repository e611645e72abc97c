/* The state of an LP file while it is parsed, and the steps that all its sections take. */
#ifndef QB_INSTANCES_LP_PARSER_H
#define QB_INSTANCES_LP_PARSER_H

#include "instances/lp_lexer.h"
#include "instances/mip_draft.h"

typedef struct qb_lp_parser {
    const qb_read_source *source;
    qb_scan scan;
    qb_lp_token now; /* the token to be taken next */
    qb_mip_draft draft;
    qb_name_table labels; /* of rows, those that have one */
    qb_token *label;      /* [rows] */
    uint32_t label_capacity;
} qb_lp_parser;

void qb_lp_advance(qb_lp_parser *p);
bool qb_lp_at_symbol(const qb_lp_parser *p, char symbol);
bool qb_lp_at_sign(const qb_lp_parser *p);
bool qb_lp_at_infinity(const qb_lp_parser *p);

/* "FILE:LINE: expected WHAT, got 'TOKEN'". */
qb_status qb_lp_expected(const qb_lp_parser *p, const char *what);
qb_status qb_lp_no_memory(const qb_lp_parser *p);

/* Any run of signs; -1 or 1. */
double qb_lp_take_signs(qb_lp_parser *p);
/* [signs] number | inf; 1e30 is infinite. */
qb_status qb_lp_take_value(qb_lp_parser *p, double *value);
/* A name; a new one is a new column. */
qb_status qb_lp_take_variable(qb_lp_parser *p, uint32_t *column);
/* NAME `:`, if there is one; else a token of length 0. */
qb_token qb_lp_take_label(qb_lp_parser *p);

/* The two sections that are made of terms (lp_terms.c). */
qb_status qb_lp_take_objective(qb_lp_parser *p);
qb_status qb_lp_take_rows(qb_lp_parser *p);

#endif
