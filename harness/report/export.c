/* Every run as the view `result` shows it, as CSV or as a JSON array of objects. */
#include "harness/base/csv.h"
#include "harness/base/json.h"
#include "harness/report/report.h"

#include <string.h>

static qb_status csv_row(void *context, const char *const *names, const qb_cell *cells, uint32_t count)
{
    qb_csv_writer *w = context;
    for (uint32_t k = 0; k < count; k++) {
        if (!cells)
            qb_csv_string(w, names[k]);
        else if (cells[k].type == QB_CELL_INTEGER)
            qb_csv_int(w, cells[k].integer);
        else if (cells[k].type == QB_CELL_REAL)
            qb_csv_double(w, cells[k].real);
        else
            qb_csv_string(w, cells[k].type == QB_CELL_TEXT ? cells[k].text : NULL);
    }
    qb_csv_end_row(w);
    return w->out->status;
}

/* Columns that hold JSON already go out as such. */
static bool is_json(const char *name)
{
    return !strcmp(name, "params") || !strcmp(name, "lowering") || !strcmp(name, "details");
}

static qb_status json_row(void *context, const char *const *names, const qb_cell *cells, uint32_t count)
{
    qb_json_writer *w = context;
    if (!cells)
        return QB_OK;
    qb_text_append_char(w->out, '\n');
    qb_json_open(w, '{');
    for (uint32_t k = 0; k < count; k++) {
        qb_json_key(w, names[k]);
        if (cells[k].type == QB_CELL_INTEGER)
            qb_json_int(w, cells[k].integer);
        else if (cells[k].type == QB_CELL_REAL)
            qb_json_double(w, cells[k].real);
        else if (cells[k].type == QB_CELL_NULL)
            qb_json_null(w);
        else if (is_json(names[k]))
            qb_json_raw(w, cells[k].text);
        else
            qb_json_string(w, cells[k].text);
    }
    qb_json_close(w, '}');
    return w->out->status;
}

static qb_status export_rows(qb_store *store, const char *selector, qb_store_visit_row visit, void *context,
                             const qb_text *out, qb_diag *diag)
{
    int64_t experiment = 0;
    qb_status status = qb_store_find_experiment(store, selector, &experiment, diag);
    if (status == QB_OK)
        status = qb_store_results(store, experiment, visit, context, diag);
    if (out->status != QB_OK)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for the export");
    return status;
}

qb_status qb_export_csv(qb_store *store, const char *selector, qb_text *out, qb_diag *diag)
{
    qb_csv_writer w = {.out = out};
    return export_rows(store, selector, csv_row, &w, out, diag);
}

qb_status qb_export_json(qb_store *store, const char *selector, qb_text *out, qb_diag *diag)
{
    qb_json_writer w = {.out = out};
    qb_json_open(&w, '[');
    qb_status status = export_rows(store, selector, json_row, &w, out, diag);
    qb_text_append_char(out, '\n');
    qb_json_close(&w, ']');
    qb_text_append_char(out, '\n');
    return status;
}
