#include "instances/build.h"

#include "harness/model/referee.h"

qb_status qb_instance_build(const qb_draft *draft, qb_problem *problem, int64_t *sum, qb_diag *diag)
{
    qb_problem made;
    *sum = QB_BUILD_SUMS;
    qb_status status = qb_problem_build(draft, &made, diag);
    if (status)
        return status;
    int64_t where;
    status = qb_referee_check(&made, &where, diag);
    if (status) {
        *sum = where;
        qb_problem_free(&made);
    } else {
        *problem = made;
    }
    return status;
}
