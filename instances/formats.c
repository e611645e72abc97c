/* The registry of formats, and how one is recognised. */
#include "instances/format.h"

#include <string.h>
#include <strings.h>

extern const qb_format qb_format_bqp, qb_format_col, qb_format_coo_binary, qb_format_coo_spin, qb_format_csv,
    qb_format_cvrp_slots, qb_format_gph, qb_format_lp, qb_format_mkp, qb_format_mps, qb_format_opb,
    qb_format_portfolio, qb_format_qaplib, qb_format_qedc, qb_format_qkp, qb_format_qplib, qb_format_qs,
    qb_format_qubo, qb_format_rudy, qb_format_sparse, qb_format_tsplib;

const qb_format *const qb_formats[] = {
    &qb_format_rudy,       &qb_format_qedc,
    &qb_format_bqp,        &qb_format_sparse,
    &qb_format_qs,         &qb_format_qubo,
    &qb_format_coo_binary, &qb_format_coo_spin,
    &qb_format_qplib,      &qb_format_mps,
    &qb_format_lp,         &qb_format_opb,
    &qb_format_gph,        &qb_format_col,
    &qb_format_qaplib,     &qb_format_qkp,
    &qb_format_mkp,        &qb_format_tsplib,
    &qb_format_cvrp_slots, &qb_format_portfolio,
    &qb_format_csv,        NULL,
};

enum { FORMATS = sizeof qb_formats / sizeof *qb_formats - 1 };

const qb_format *qb_format_find(const char *name)
{
    for (size_t k = 0; k < FORMATS; k++)
        if (strcmp(qb_formats[k]->name, name) == 0)
            return qb_formats[k];
    return NULL;
}

/* Does the file's name, less .gz, end in one of the format's extensions? */
static bool has_extension(const qb_format *format, const char *file)
{
    size_t length = strlen(file);
    if (length > 3 && strcasecmp(file + length - 3, ".gz") == 0)
        length -= 3;
    for (const char *const *extension = format->extensions; *extension; extension++) {
        size_t tail = strlen(*extension);
        if (length > tail && strncasecmp(file + length - tail, *extension, tail) == 0)
            return true;
    }
    return false;
}

static qb_status refuse(const char *file, const bool *candidate, qb_diag *diag)
{
    qb_text names = {0};
    size_t count = 0;
    for (size_t k = 0; k < FORMATS; k++)
        if (candidate[k])
            qb_text_appendf(&names, "%s%s", count++ ? ", " : "", qb_formats[k]->name);
    qb_status status =
        count ? qb_fail(diag, QB_BAD_INPUT, "%s: the format may be one of %s: say which with --format", file,
                        qb_text_get(&names))
              : qb_fail(diag, QB_BAD_INPUT, "%s: the format is not recognised: say it with --format", file);
    qb_text_clear(&names);
    return status;
}

qb_status qb_format_detect(const char *file, const char *text, size_t size, const qb_format **format,
                           qb_diag *diag)
{
    int confidence[FORMATS], best = QB_FORMAT_NO;
    for (size_t k = 0; k < FORMATS; k++) {
        confidence[k] = qb_formats[k]->recognise(text, size);
        best = confidence[k] > best ? confidence[k] : best;
    }
    /* Among the likeliest by content those with the file's extension; where content says nothing, the
     * extension alone, so that its reader can say what is wrong. */
    bool likely[FORMATS], named[FORMATS];
    size_t likely_count = 0, named_count = 0, likely_at = 0, named_at = 0;
    for (size_t k = 0; k < FORMATS; k++) {
        likely[k] = best > QB_FORMAT_NO && confidence[k] == best;
        named[k] = (likely[k] || best == QB_FORMAT_NO) && has_extension(qb_formats[k], file);
        likely_at = likely[k] ? k : likely_at;
        named_at = named[k] ? k : named_at;
        likely_count += likely[k];
        named_count += named[k];
    }
    if (likely_count == 1) {
        *format = qb_formats[likely_at];
        return QB_OK;
    }
    if (named_count == 1) {
        *format = qb_formats[named_at];
        return QB_OK;
    }
    return refuse(file, named_count ? named : likely, diag);
}
