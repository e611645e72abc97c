/* A MIP that grows while its file is read: columns, rows and entries in any order, each with its line.
 *
 * Columns and rows are known by name, by number, or both.  Nothing here knows a file format.
 */
#ifndef QB_INSTANCES_MIP_DRAFT_H
#define QB_INSTANCES_MIP_DRAFT_H

#include "instances/entries.h"
#include "instances/names.h"

typedef struct qb_draft_column {
    double linear, lower, upper;
    uint8_t type;              /* qb_column_type */
    bool has_lower, has_upper; /* said explicitly */
    uint32_t line;             /* where its bounds were last set; 0: nowhere */
    uint32_t cost_line;        /* where its objective coefficient was given; 0: nowhere */
    uint32_t square_line;      /* where its square in the objective was given; 0: nowhere */
} qb_draft_column;

typedef struct qb_draft_row {
    double lower, upper;
    uint32_t line;
} qb_draft_row;

/* Zero-initialise it ({0}). */
typedef struct qb_mip_draft {
    qb_sense sense;
    double constant;
    qb_name_table column_names, row_names; /* empty: unnamed */
    qb_draft_column *column;               /* [columns] */
    qb_draft_row *row;                     /* [rows] */
    uint32_t columns, column_capacity, rows, row_capacity;
    qb_triplet *entry;    /* [entries] */
    uint32_t *entry_line; /* [entries] */
    uint64_t entries, entry_capacity;
    qb_entries pairs; /* of the objective; i == j is v_i^2 */
} qb_mip_draft;

/* Adds a continuous column with bounds 0 and +inf, or a row without bounds.  Errors: QB_BAD_INPUT (too many),
 * QB_NO_MEMORY. */
qb_status qb_mip_draft_add_column(qb_mip_draft *draft, const qb_scan *scan, uint32_t *column);
qb_status qb_mip_draft_add_row(qb_mip_draft *draft, const qb_scan *scan, uint32_t *row);

/* The column of that name; a new one when there is none. */
qb_status qb_mip_draft_column(qb_mip_draft *draft, const qb_scan *scan, qb_token name, uint32_t *column);

/* Adds a new row of that name.  Errors: also QB_BAD_INPUT when there is one. */
qb_status qb_mip_draft_name_row(qb_mip_draft *draft, const qb_scan *scan, qb_token name, uint32_t *row);

/* Adds the entry (row, column).  Duplicates are found when building. */
qb_status qb_mip_draft_add_entry(qb_mip_draft *draft, const qb_scan *scan, uint32_t row, uint32_t column,
                                 double value);

/* Adds to the objective; a second coefficient of one column is an error unless sum_duplicates. */
qb_status qb_mip_draft_add_cost(qb_mip_draft *draft, const qb_scan *scan, uint32_t column, double value,
                                bool sum_duplicates);

/* Builds the problem: a qubo when all columns are 0/1 and there are no rows, else a mip. */
qb_status qb_mip_draft_build(qb_mip_draft *draft, const qb_read_source *source, const qb_scan *scan,
                             qb_problem *problem);

void qb_mip_draft_free(qb_mip_draft *draft);

#endif
