/* The queries behind the figures: each fills what its template in plots/ reads.  Private to the report. */
#ifndef QB_REPORT_QUERIES_H
#define QB_REPORT_QUERIES_H

#include "harness/report/figure.h"

qb_status qb_query_gap(qb_figure *figure, qb_diag *diag);
qb_status qb_query_anytime(qb_figure *figure, qb_diag *diag);
qb_status qb_query_ecdf(qb_figure *figure, qb_diag *diag);
qb_status qb_query_profile(qb_figure *figure, qb_diag *diag);
qb_status qb_query_data(qb_figure *figure, qb_diag *diag);
qb_status qb_query_pairs(qb_figure *figure, qb_diag *diag);
qb_status qb_query_target(qb_figure *figure, qb_diag *diag);
qb_status qb_query_shots(qb_figure *figure, qb_diag *diag);
qb_status qb_query_controls(qb_figure *figure, qb_diag *diag);
qb_status qb_query_business(qb_figure *figure, qb_diag *diag);
qb_status qb_query_robustness(qb_figure *figure, qb_diag *diag);
qb_status qb_query_effect(qb_figure *figure, qb_diag *diag);
qb_status qb_query_wins(qb_figure *figure, qb_diag *diag);
qb_status qb_query_versus(qb_figure *figure, qb_diag *diag);
qb_status qb_query_ranks(qb_figure *figure, qb_diag *diag);
qb_status qb_query_success(qb_figure *figure, qb_diag *diag);
qb_status qb_query_scaling(qb_figure *figure, qb_diag *diag);
qb_status qb_query_pareto(qb_figure *figure, qb_diag *diag);
qb_status qb_query_contribution(qb_figure *figure, qb_diag *diag);
qb_status qb_query_penalty(qb_figure *figure, qb_diag *diag);
qb_status qb_query_overshoot(qb_figure *figure, qb_diag *diag);
qb_status qb_query_depth(qb_figure *figure, qb_diag *diag);
qb_status qb_query_noise(qb_figure *figure, qb_diag *diag);
qb_status qb_query_histogram(qb_figure *figure, qb_diag *diag);
qb_status qb_query_modelled(qb_figure *figure, qb_diag *diag);
qb_status qb_query_landscape(qb_figure *figure, qb_diag *diag);

#endif
