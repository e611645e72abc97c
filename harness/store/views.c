#include "harness/store/views.h"

#include <inttypes.h>
#include <string.h>

#define HOLE ":experiment"

const qb_store_query qb_store_queries[] = {
    {"experiment", "what was registered, when, and every change since",
     "SELECT name, sha256, registered_at, NULL AS why FROM experiment WHERE id = :experiment\n"
     "UNION ALL SELECT NULL, sha256, amended_at, why FROM amendment WHERE experiment_id = :experiment"},
    {"planned", "how many runs of how many solvers and instances there are, and what each might spend",
     "SELECT count(*) AS runs, count(DISTINCT label || penalty) AS solvers,\n"
     "  count(DISTINCT instance_id) AS instances, max(budget_kind) AS budget_kind, max(budget) AS budget,\n"
     "  max(threads) AS threads, max(memory_bytes) AS memory_bytes\n"
     "FROM run WHERE experiment_id = :experiment"},
    {"values", "what the gap of every solver on every instance is in units of the objective",
     "SELECT s.instance, s.label, s.penalty, avg(score) * CASE WHEN i.anchor IS NULL OR i.anchor = best\n"
     "  THEN max(abs(best), 1.0) ELSE abs(i.anchor - best) END AS mean_loss, count(*) AS runs\n"
     "FROM score s JOIN run r ON r.id = s.run JOIN instance i ON i.id = r.instance_id\n"
     "WHERE s.experiment_id = :experiment AND s.noise = 0 GROUP BY s.instance, s.label, s.penalty"},
    {"scores", "mean gap of every solver on every instance; a run that does not count scores 1",
     "SELECT instance, label, penalty, avg(score) AS mean_gap, sum(counts) AS counted, count(*) AS runs\n"
     "FROM score WHERE experiment_id = :experiment AND noise = 0\n"
     "GROUP BY instance, label, penalty"},
    {"standing", "mean over instances of the mean gap, best first",
     "SELECT label, penalty, avg(mean_gap) AS mean_gap, sum(counted) AS counted, sum(runs) AS runs,\n"
     "  sum(proved) AS proved\n"
     "FROM (SELECT label, penalty, avg(score) AS mean_gap, sum(counts) AS counted, count(*) AS runs,\n"
     "    sum(status IN ('optimal', 'infeasible')) AS proved\n"
     "  FROM score WHERE experiment_id = :experiment AND noise = 0 GROUP BY instance, label, penalty)\n"
     "GROUP BY label, penalty ORDER BY mean_gap"},
    {"instances", "median gap of every solver on every instance",
     "SELECT instance, label, penalty, avg(score) AS median_gap\n"
     "FROM (SELECT instance, label, penalty, score,\n"
     "    row_number() OVER (PARTITION BY instance, label, penalty ORDER BY score) AS place,\n"
     "    count(*) OVER (PARTITION BY instance, label, penalty) AS runs\n"
     "  FROM score WHERE experiment_id = :experiment AND noise = 0)\n"
     "WHERE place IN ((runs + 1) / 2, (runs + 2) / 2) GROUP BY instance, label, penalty"},
    {"families", "mean over a family's instances of the mean gap",
     "SELECT family, label, penalty, count(*) AS instances, avg(mean_gap) AS mean_gap\n"
     "FROM (SELECT family, label, penalty, avg(score) AS mean_gap\n"
     "  FROM score WHERE experiment_id = :experiment AND noise = 0 GROUP BY instance, label, penalty)\n"
     "GROUP BY family, label, penalty"},
    {"noise", "mean gap on the true data by strength of the noise that the solver was given",
     "SELECT label, penalty, noise, avg(mean_gap) AS mean_gap\n"
     "FROM (SELECT label, penalty, noise, avg(score) AS mean_gap\n"
     "  FROM score WHERE experiment_id = :experiment GROUP BY instance, label, penalty, noise)\n"
     "GROUP BY label, penalty, noise"},
    {"trajectories", "every incumbent with its times; tables and figures over the budget come from these",
     "SELECT * FROM trajectory WHERE run IN (SELECT id FROM run WHERE experiment_id = :experiment)"},
    {"overshoot", "what was spent beyond the budget by each running thread, late solutions, flags and memory",
     "SELECT label, penalty, count(*) AS runs, min(ms) FILTER (WHERE share >= 0.5) AS median_ms,\n"
     "  min(ms) FILTER (WHERE share >= 0.99) AS ms_of_99_percent, max(ms) AS largest_ms, sum(late > 0) AS "
     "late,\n"
     "  sum(flags IS NOT NULL) AS flagged, sum(attempts > 1) AS repeated, max(peak_rss_kib) / 1024.0 AS "
     "most_mib\n"
     "FROM (SELECT *, 1000 * overshoot_s / overshoot_threads AS ms,\n"
     "    cume_dist() OVER (PARTITION BY label, penalty ORDER BY overshoot_s / overshoot_threads) AS share\n"
     "  FROM run WHERE experiment_id = :experiment) GROUP BY label, penalty"},
    {"repeats", "the score of every repeat: what halves of the repeats are compared by",
     "SELECT instance, label, penalty, repeat, score FROM score\n"
     "WHERE experiment_id = :experiment AND noise = 0"},
    {"tuning", "what tuning has cost, by label",
     "SELECT * FROM tuning WHERE experiment = (SELECT name FROM experiment WHERE id = :experiment)"},
    {"circuits", "what circuits need and take by the model, and where their angles are from",
     "SELECT label, penalty, instance_id, repeat, samples, modelled_s, circuit.*\n"
     "FROM run JOIN circuit ON run_id = run.id WHERE experiment_id = :experiment"},
    {"details", "what every run said of itself, as JSON: circuits, shots, landscapes",
     "SELECT run, instance, label, repeat, details FROM result\n"
     "WHERE run IN (SELECT id FROM run WHERE experiment_id = :experiment) AND noise = 0"},
    {"late", "solutions that came after the deadline, and what was credited instead",
     "SELECT label, instance_id, repeat, objective, late_objective FROM run\n"
     "WHERE experiment_id = :experiment AND late > 0"},
    {"solvers", "every solver as it was run",
     "SELECT DISTINCT r.label, r.role, s.name, s.family, s.version, s.params, s.source, s.execution\n"
     "FROM run r JOIN solver s ON s.id = r.solver_id WHERE r.experiment_id = :experiment"},
    {"stages", "what the stages of a run took, on average over the runs of a label",
     "SELECT r.label, s.stage, sum(s.cpu_s) / n.runs AS mean_cpu_s, sum(s.wall_s) / n.runs AS mean_wall_s,\n"
     "  sum(s.modelled_s) / n.runs AS mean_modelled_s\n"
     "FROM stage s JOIN run r ON r.id = s.run_id JOIN (SELECT label, count(*) AS runs FROM run\n"
     "  WHERE experiment_id = :experiment GROUP BY label) n ON n.label = r.label\n"
     "WHERE r.experiment_id = :experiment GROUP BY r.label, s.stage"},
    {"reading", "seconds that reading each instance took, charged to no run; NULL: it was generated",
     "SELECT i.name AS instance, avg(r.reading_s) AS reading_s\n"
     "FROM run r JOIN instance i ON i.id = r.instance_id\n"
     "WHERE r.experiment_id = :experiment GROUP BY i.id"},
    {"failures", "runs that ended otherwise than by optimum, target, exhaustion or budget",
     "SELECT r.label, i.name, r.status, min(r.reason) AS reason, count(*) AS runs\n"
     "FROM run r JOIN instance i ON i.id = r.instance_id WHERE r.experiment_id = :experiment\n"
     "  AND r.status NOT IN ('optimal', 'target', 'exhausted', 'budget')\n"
     "GROUP BY r.label, i.id, r.status"},
    {"machines", "where the runs were measured, and by which build",
     "SELECT m.cpu, m.cores, m.threads, m.memory_bytes, m.system, b.version, b.revision, b.compiler,\n"
     "  b.flags, b.simd, count(*) AS runs\n"
     "FROM run r JOIN machine m ON m.id = r.machine_id JOIN build b ON b.id = r.build_id\n"
     "WHERE r.experiment_id = :experiment GROUP BY m.id, b.id"},
    {0},
};

void qb_store_query_text(const qb_store_query *query, int64_t experiment, qb_text *out)
{
    const char *rest = query->text;
    for (const char *hole; (hole = strstr(rest, HOLE)); rest = hole + strlen(HOLE)) {
        qb_text_append_bytes(out, rest, (size_t)(hole - rest));
        qb_text_appendf(out, "%" PRId64, experiment);
    }
    qb_text_append(out, rest);
    qb_text_append_char(out, ';');
}
