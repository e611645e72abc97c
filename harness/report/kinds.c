/* The figures there are: one line each. */
#include "harness/report/queries.h"

const qb_plot_kind qb_plot_kinds[] = {
    {"gap", "Gap to the best known value", "Gap per solver: a box over instances, a point for each",
     qb_query_gap},
    {"anytime", "Gap over time", "Incumbent over the budget, median and quartile band, a panel a solver",
     qb_query_anytime},
    {"ecdf", "Targets reached over time", "Share of instance-target pairs reached, by budget spent",
     qb_query_ecdf},
    {"profile", "Performance profile", "Budget to a target relative to the fastest solver", qb_query_profile},
    {"robustness", "Quality lost against noise", "Gap added by noise on the coefficients, by its strength",
     qb_query_robustness},
    {0},
};
