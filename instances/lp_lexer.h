/* Tokens of a CPLEX LP file. */
#ifndef QB_INSTANCES_LP_LEXER_H
#define QB_INSTANCES_LP_LEXER_H

#include "instances/scan.h"

typedef enum qb_lp_kind {
    QB_LP_END, /* of the file */
    QB_LP_NUMBER,
    QB_LP_NAME,
    QB_LP_RELATION, /* symbol is '<', '>' or '=' */
    QB_LP_SYMBOL,   /* symbol is one of + - * / ^ [ ] : */
    QB_LP_SECTION,  /* a section's keyword at the beginning of a line */
    QB_LP_WRONG,    /* no token starts like this */
} qb_lp_kind;

typedef enum qb_lp_section {
    QB_LP_MINIMISE,
    QB_LP_MAXIMISE,
    QB_LP_ROWS,
    QB_LP_BOUNDS,
    QB_LP_GENERAL,
    QB_LP_BINARY,
    QB_LP_SEMI,
    QB_LP_SOS,
    QB_LP_THE_END,
} qb_lp_section;

typedef struct qb_lp_token {
    qb_lp_kind kind;
    qb_lp_section section;
    char symbol;
    double number;
    qb_token text; /* as written */
    uint32_t line;
} qb_lp_token;

/* Takes the next token; scan->line is kept up to date.  Comments (`\` to the end of the line) are skipped. */
qb_lp_token qb_lp_next(qb_scan *scan);

/* May c stand in a name? may it start one? */
bool qb_lp_name_char(char c);
bool qb_lp_name_start(char c);

/* Would this word at the beginning of a line be taken for a section? */
bool qb_lp_is_keyword(qb_token word);

#endif
