/* One data line of an MPS file, taken apart into the six fields of the format. */
#ifndef QB_INSTANCES_MPS_CARD_H
#define QB_INSTANCES_MPS_CARD_H

#include "instances/scan.h"

typedef enum qb_mps_section {
    QB_MPS_NONE,
    QB_MPS_OBJSENSE,
    QB_MPS_ROWS,
    QB_MPS_COLUMNS,
    QB_MPS_RHS,
    QB_MPS_RANGES,
    QB_MPS_BOUNDS,
    QB_MPS_QUADOBJ,
    QB_MPS_END,
} qb_mps_section;

/* A field that is not there has length 0. */
typedef struct qb_mps_card {
    qb_token type, name, row[2], number[2];
} qb_mps_card;

/* Takes the line on which the scanner stands.  fixed: by columns, else by blanks.  Errors: QB_BAD_INPUT. */
qb_status qb_mps_card_read(qb_scan *scan, bool fixed, qb_mps_section section, qb_mps_card *card);

/* Bound types that stand without a number. */
bool qb_mps_is_valueless(qb_token bound_type);

#endif
