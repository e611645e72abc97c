/* The tuning ledger for people and for programs. */
#include "harness/base/json.h"
#include "harness/report/tuned.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static void say_uses(const qb_tuned_entry *t, qb_text *out)
{
    if (!t->winner)
        qb_text_append(out, "kept its default\n");
    else if (isnan(t->uses))
        qb_text_append(out, "pays: unknown\n");
    else if (isinf(t->uses))
        qb_text_append(out, "never pays in time\n");
    else
        qb_text_appendf(out, "pays after %.0f uses\n", t->uses);
}

void qb_tuned_say(const qb_evidence *evidence, const qb_tuned *tuned, qb_text *out)
{
    const char *unit = "";
    (void)qb_say_quantity(evidence, &unit);
    if (!tuned->entries)
        return;
    qb_text_appendf(out, "tuning: %g s a solver, on %" PRIu32 " instances that leave the verdict\n",
                    tuned->budget_s, tuned->instances);
    qb_text_appendf(out, "%-14s %5s %5s %8s  %9s %9s\n", "solver", "tried", "runs", "CPU s", "default",
                    "tuned");
    for (uint32_t k = 0; k < tuned->entries; k++) {
        const qb_tuned_entry *t = &tuned->entry[k];
        char before[QB_SAY], after[QB_SAY];
        qb_text_appendf(out, "%-14s %5" PRIu32 " %5" PRIu64 " %8.2f  %9s %9s  ", t->label, t->tried, t->runs,
                        t->cpu_s, qb_say_percent(t->default_score, before),
                        qb_say_percent(t->tuned_score, after));
        say_uses(t, out);
        if (*t->params)
            qb_text_appendf(out, "    %s\n", t->params);
        if (t->winner && t->uses > 0 && isfinite(t->uses))
            qb_text_appendf(out, "    as good as its default after %.3g %s of %.3g\n", t->reached, unit,
                            evidence->budget);
        if (t->edge)
            qb_text_appendf(out, "    '%s' ended on the edge of its grid: no claim of scale\n", t->edge);
    }
}

void qb_tuned_json(const qb_tuned *tuned, qb_text *out)
{
    qb_json_writer w = {.out = out};
    qb_json_open(&w, '[');
    for (uint32_t k = 0; k < tuned->entries; k++) {
        const qb_tuned_entry *t = &tuned->entry[k];
        const struct {
            const char *key;
            double value;
        } numbers[] = {{"cpu_s", t->cpu_s},           {"wall_s", t->wall_s},
                       {"budget_s", tuned->budget_s}, {"default_gap", t->default_score},
                       {"tuned_gap", t->tuned_score}, {"as_good_after", t->reached},
                       {"pays_after_uses", t->uses}};
        qb_json_open(&w, '{');
        qb_json_put_string(&w, "label", t->label);
        qb_json_put_string(&w, "params", t->params);
        qb_json_put_string(&w, "edge", t->edge);
        qb_json_put_uint(&w, "tried", t->tried);
        qb_json_put_uint(&w, "winner", t->winner);
        qb_json_put_uint(&w, "runs", t->runs);
        for (size_t n = 0; n < sizeof numbers / sizeof *numbers; n++)
            qb_json_put_double(&w, numbers[n].key, numbers[n].value);
        qb_json_close(&w, '}');
    }
    qb_json_close(&w, ']');
}
