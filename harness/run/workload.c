#include "harness/run/workload.h"

#include <stddef.h>
#include <string.h>

const qb_workload qb_workloads[] = {
    {"constrained-optimisation", "constrained optimisation", "promising",
     "feasible sets too large to enumerate, many hard rules, each percent is worth money", "early",
     "hybrid pilot beside the best classical solver"},
    {"sampling", "probabilistic sampling", "promising",
     "multimodal or rare-event targets where diversity matters more than one optimum", "early",
     "small distributions with a known truth"},
    {"search", "search, ranking, candidate generation", "promising",
     "a quantum step proposes, classical rules dispose", "early", "re-ranking pilot with a rules check"},
    {"simulation", "simulation of materials and spin systems", "promising", "the system itself is quantum",
     "research", "joint research, planted and exact references"},
    {"training", "training of foundation models", "none", "dense linear algebra is what GPUs are for", "none",
     "stay classical"},
    {"bulk-data", "bulk data processing", "none", "loading the data costs more than any speed-up gives",
     "none", "stay classical"},
    {"interactive-inference", "interactive inference (answers within 200 ms)", "none",
     "queues and calibration against latency and reliability", "none", "stay classical"},
    {0},
};

const qb_workload *qb_workload_find(const char *name)
{
    for (const qb_workload *w = qb_workloads; w->name; w++)
        if (!strcmp(w->name, name))
            return w;
    return NULL;
}
