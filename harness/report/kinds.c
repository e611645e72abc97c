/* The figures there are, in the order of the page: a paragraph each. */
#include "harness/report/queries.h"

#define RANKS "ranks and profiles change when a solver is added or left out"
#define STATE "expectations are exact, by simulation: on a device they cost shots"
#define ORDER "it shows what was measured and decides nothing"

const qb_plot_kind qb_plot_kinds[] = {
    {"effect", "Difference to the best baseline",
     "Mean difference over instances to the baseline with the smallest mean gap, with its interval; those "
     "of several challengers hold together (Holm)",
     qb_query_effect, NULL, QB_SECTION_DECISION, "scores"},
    {"gap", "Gap to the best known value", "Gap per solver: a box over instances, a point for each",
     qb_query_gap, ORDER, QB_SECTION_TABLE, "scores"},

    {"anytime", "Gap over time", "Incumbent over the budget: median and quartile band, a panel a solver",
     qb_query_anytime, ORDER, QB_SECTION_MORE, "trajectories"},
    {"ecdf", "Targets reached over time", "Share of instance-target pairs reached, by budget spent",
     qb_query_ecdf, ORDER, QB_SECTION_MORE, "trajectories"},
    {"success", "Success against budget", "Share of runs that reached the hardest target, by budget spent",
     qb_query_success, ORDER, QB_SECTION_MORE, "trajectories"},
    {"shots", "Success against shots",
     "Share of runs that reached the best known value, by samples drawn; solvers that draw none are left out",
     qb_query_shots, "in simulation shots are nearly free, on a device they are the price", QB_SECTION_MORE,
     "trajectories"},
    {"target", "Time to target",
     "Share of runs that reached the hardest target, on the twelve hardest instances that anybody solved",
     qb_query_target, ORDER, QB_SECTION_BREAKDOWN, "trajectories"},

    {"profile", "Performance profile",
     "Instance-target pairs that a solver reaches within a factor of the fastest one", qb_query_profile,
     RANKS, QB_SECTION_MORE, "trajectories"},
    {"data", "Data profile", "Instance-target pairs reached within a budget per variable", qb_query_data,
     RANKS, QB_SECTION_MORE, "trajectories"},
    {"pairs", "Pairwise profiles",
     "Instance-target pairs that a solver reaches within a factor of the faster of two: itself, in colour, "
     "and "
     "the best baseline, in grey",
     qb_query_pairs, "what two solvers show beside each other does not change with a third", QB_SECTION_MORE,
     "trajectories"},
    {"wins", "Wins, ties and losses", "Instances on which one solver's mean gap is smaller than another's",
     qb_query_wins, ORDER, QB_SECTION_MORE, "scores"},
    {"ranks", "Critical difference",
     "Mean ranks over instances; solvers joined by a bar are not told apart by Nemenyi's test at 5 %",
     qb_query_ranks, RANKS, QB_SECTION_MORE, "scores"},
    {"versus", "Challenger against the best baseline",
     "Gap of one against the other on logarithmic axes, a point an instance", qb_query_versus, ORDER,
     QB_SECTION_MORE, "scores"},
    {"contribution", "Contribution to a portfolio",
     "Shapley's value of each solver, and what is lost without it", qb_query_contribution, ORDER,
     QB_SECTION_MORE, "scores"},

    {"pareto", "Quality against cost",
     "Mean gap against the time to the best solution, a point a solver; the line joins those that nobody "
     "beats in both",
     qb_query_pareto, ORDER, QB_SECTION_MORE, "standing"},
    {"scaling", "Time to solution by size",
     "Time to the hardest target with 99 % probability by restarts, with 95 % intervals, by number of "
     "variables; triangles are lower bounds of solvers that never got there; lines are the best of three "
     "fits and end with the sizes that were seen",
     qb_query_scaling, "the run length is chosen on the even repeats, judged on the odd ones, and replayed",
     QB_SECTION_BREAKDOWN, "trajectories"},
    {"business", "Cost of the gap",
     "What a solver's answer costs beyond the best known one, in the registered unit: mean over instances "
     "with its 95 % interval; a failed run costs what a random answer does",
     qb_query_business, ORDER, QB_SECTION_TABLE, "scores"},
    {"robustness", "Quality lost against noise", "Gap added by noise on the coefficients, by its strength",
     qb_query_robustness, ORDER, QB_SECTION_MORE, "noise"},
    {"penalty", "Feasibility and quality by penalty",
     "Share of runs that end feasible, and the mean gap of those, by the penalty that the lowering used: a "
     "factor "
     "of the bound that certainly suffices, or a rule",
     qb_query_penalty, "the gap is of feasible runs alone: read it beside their share", QB_SECTION_BREAKDOWN,
     "standing"},
    {"controls", "Resolution",
     "What equal solvers seem to differ by: twins, and each solver's even repeats against its odd ones, with "
     "95 % intervals",
     qb_query_controls, ORDER, QB_SECTION_FAIRNESS, "repeats"},
    {"overshoot", "Overshoot", "Time beyond the budget before a run had ended, of CPU time a running thread",
     qb_query_overshoot, ORDER, QB_SECTION_FAIRNESS, "overshoot"},

    {"modelled", "What a device would take",
     "Seconds of a run and of a gate: modelled from published figures of each device, beside the fastest "
     "classical baseline that is as good, measured, and the gate time at which the device would break even "
     "with it, even without reset and readout: geometric means over instances with 95 % intervals",
     qb_query_modelled, "modelled times are no measurement", QB_SECTION_MORE, "circuits"},
    {"depth", "Circuits by depth",
     "Approximation ratio of the expectation and probability of the optimum by layers of QAOA: means over "
     "instances, bands their range",
     qb_query_depth, STATE, QB_SECTION_MORE, "details"},
    {"noise", "Circuits under noise",
     "Approximation ratio of the expectation against the strength of each kind of noise alone",
     qb_query_noise, STATE, QB_SECTION_MORE, "details"},
    {"histogram", "Where shots fall",
     "Objectives of a circuit's last round of shots, beside those of uniform sampling", qb_query_histogram,
     ORDER, QB_SECTION_MORE, "details"},
    {"landscape", "The landscape of one layer",
     "Expectation over both angles of one layer, with the angles that the training evaluated",
     qb_query_landscape, STATE, QB_SECTION_MORE, "details"},
    {0},
};
