/* Metamorphic relations: changes of a problem whose effect on every score is known beforehand, so that
 * scoring (and whoever optimises) can be checked on instances whose optimum nobody knows.
 *
 *   value there = factor * value here + offset,   v_there[column[j]] = v_here[j],   the same feasibility
 *
 *   offset       a constant is added to the objective
 *   scale        objective and constant times 8
 *   sense        objective negated, the other sense
 *   columns      columns in another order
 *   rows         rows in another order
 *   row-scale    every row and its bounds times 4
 *
 * Powers of two and one integer: exact in floating point as well.
 * Source: T. Y. Chen, S. C. Cheung, S. M. Yiu, "Metamorphic testing: a new approach for generating next test
 * cases", HKUST-CS98-01 (1998).
 */
#ifndef QB_MODEL_RELATION_H
#define QB_MODEL_RELATION_H

#include "harness/model/problem.h"

typedef enum qb_relation {
    QB_RELATION_OFFSET,
    QB_RELATION_SCALE,
    QB_RELATION_SENSE,
    QB_RELATION_COLUMNS,
    QB_RELATION_ROWS,
    QB_RELATION_ROW_SCALE,
    QB_RELATIONS
} qb_relation;

const char *qb_relation_name(qb_relation relation);

/* Does it change this problem?  Relations of rows need rows. */
bool qb_relation_applies(qb_relation relation, const qb_problem *problem);

/* The problem after the change; unnamed. */
typedef struct qb_related {
    qb_problem problem;
    double factor, offset;
    uint32_t *column; /* [columns] */
} qb_related;

/* Orders are drawn from `seed`.  Errors: QB_NO_MEMORY; QB_REFUSED where numbers would overflow.  O(problem).
 * Free with qb_related_clear. */
qb_status qb_relation_apply(qb_relation relation, const qb_problem *problem, uint64_t seed,
                            qb_related *related, qb_diag *diag);
void qb_related_clear(qb_related *related);

/* Scores `vectors` random vectors here and there; counts those whose value, feasibility or number of
 * violations is not what the relation says, and in *feasible those that are feasible.  Vectors are drawn
 * within the bounds (within 10 of a bound where the other is infinite), one in four with a column out of
 * them. Values agree exactly where the referee computes in integers, else to 1e-9 of the sum of |terms|.
 * Errors: QB_NO_MEMORY, QB_REFUSED (the referee's). */
qb_status qb_relation_check(const qb_problem *problem, const qb_related *related, uint64_t seed,
                            uint32_t vectors, uint32_t *wrong, uint32_t *feasible, qb_diag *diag);

#endif
