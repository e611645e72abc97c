/* Numbers and budgets as people say them. */
#include "harness/report/digest.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const char *qb_say_quantity(const qb_evidence *evidence, const char **unit)
{
    static const struct {
        const char *name, *unit;
    } quantity[] = {
        [QB_BUDGET_CPU_TIME] = {"CPU time", "s"},
        [QB_BUDGET_WALL_TIME] = {"wall time", "s"},
        [QB_BUDGET_WORK] = {"work", "units"},
        [QB_BUDGET_SAMPLES] = {"samples", ""},
        [QB_BUDGET_DEVICE] = {"modelled device time", "s"},
    };
    if (unit)
        *unit = quantity[evidence->budget_kind].unit;
    return quantity[evidence->budget_kind].name;
}

void qb_say_count(uint64_t count, const char *separator, qb_text *out)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, count);
    for (int k = 0; k < length; k++) {
        if (k && (length - k) % 3 == 0 && length > 4)
            qb_text_append(out, separator);
        qb_text_append_char(out, digits[k]);
    }
}

static void say_memory(uint64_t bytes, qb_text *out)
{
    static const char *const unit[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    size_t k = 0;
    double value = (double)bytes;
    for (; value >= 1024 && k + 1 < sizeof unit / sizeof *unit; k++)
        value /= 1024;
    qb_text_appendf(out, "%.4g %s", value, unit[k]);
}

void qb_say_budget(const qb_evidence *evidence, qb_text *out)
{
    const char *unit, *name = qb_say_quantity(evidence, &unit);
    if (!strcmp(unit, "s"))
        qb_text_appendf(out, "%.6g s of %s a run", evidence->budget, name);
    else
        qb_text_appendf(out, "%.6g %s a run", evidence->budget, *unit ? "units of work" : name);
    if (evidence->registered_budget > 0)
        qb_text_appendf(out, " (exploratory: replayed from runs of %.6g%s%s)", evidence->registered_budget,
                        *unit ? " " : "", unit);
    qb_text_appendf(out, ", %" PRIu32 " thread%s", evidence->threads, evidence->threads == 1 ? "" : "s");
    if (evidence->memory_bytes != UINT64_MAX) {
        qb_text_append(out, ", ");
        say_memory(evidence->memory_bytes, out);
    }
}

const char *qb_say_role(qb_evidence_role role)
{
    return role == QB_EVIDENCE_CHALLENGER ? "challenger"
           : role == QB_EVIDENCE_BASELINE ? "baseline"
                                          : "control";
}

const char *qb_say_number(double value, char buffer[QB_SAY])
{
    if (isnan(value))
        return "-";
    if (value == floor(value) && fabs(value) < 1e12)
        snprintf(buffer, QB_SAY, "%.0f", value);
    else
        snprintf(buffer, QB_SAY, "%.6g", value);
    return buffer;
}

const char *qb_say_percent(double score, char buffer[QB_SAY])
{
    if (isnan(score))
        return "-";
    double percent = 100 * score;
    if (percent == 0)
        return "0 %";
    if (fabs(percent) < 0.001)
        return percent < 0 ? "> -0.001 %" : "< 0.001 %";
    snprintf(buffer, QB_SAY,
             fabs(percent) < 0.1  ? "%.3f %%"
             : fabs(percent) < 10 ? "%.2f %%"
                                  : "%.1f %%",
             percent);
    return buffer;
}

const char *qb_say_spent(const qb_evidence *e, double value, char buffer[QB_SAY])
{
    const char *unit;
    qb_say_quantity(e, &unit);
    if (isnan(value))
        return "-";
    if (strcmp(unit, "s"))
        snprintf(buffer, QB_SAY, "%.3g", value);
    else if (value < 1)
        snprintf(buffer, QB_SAY, "%.3g ms", 1000 * value);
    else
        snprintf(buffer, QB_SAY, "%.3g s", value);
    return buffer;
}
