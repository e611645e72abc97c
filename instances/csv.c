/* csv: tables, as a spreadsheet writes them; the header says which problem it is.
 *
 * worker,task,cost
 *     A row is a worker who may do a task.  Every worker gets one task, no task two workers; least cost.
 *
 * candidate,score,cost[,group]
 *     Choose candidates of the greatest score.  The row `budget` gives, as its cost, what all of them may
 *     cost; the row `count` how many there may be; of a group at most one is chosen.  Either row may be left
 *     out.
 *
 * asset,return,A,B,C,...
 *     Covariances of the assets A, B, C, ..., whose rows follow in this order.  The row `count` gives, as its
 *     return, how many to choose (equal shares), the row `aversion` the weight of risk against return (1
 *     unless given): minimise aversion x'Sx - r'x.
 *
 * Columns of the problem are named after what they choose, in the file's order.
 */
#include "harness/base/csv.h"
#include "instances/mip_draft.h"

#include <math.h>
#include <string.h>

static const char *const extensions[] = {".csv", NULL};

typedef struct table {
    const qb_read_source *source;
    qb_scan scan; /* for messages: stands on the row's line */
    qb_mip_draft draft;
    const struct family *family;
    qb_text name;         /* scratch */
    qb_name_table assets; /* of the header */
    uint32_t seen;        /* assets whose row was met */
    qb_entries cost;      /* of the candidates: entry j is column j's */
    double limit[2];      /* budget or aversion, count; NAN: not given */
} table;

typedef qb_status (*take_row)(table *t, const qb_csv_row *row);

struct family {
    const char *columns[4]; /* that the header begins with */
    uint32_t required, most;
    take_row take;
    qb_status (*finish)(table *t);
};

static qb_token token_of(const char *text)
{
    return (qb_token){text, strlen(text)};
}

static qb_status number_of(const table *t, const qb_csv_row *row, uint32_t field, double *value)
{
    if (field < row->count && qb_token_real(token_of(row->field[field]), value))
        return QB_OK;
    char quote[QB_QUOTE_TEXT];
    return qb_scan_fail(&t->scan, "expected a number in field %u, got '%s'", field + 1,
                        qb_scan_quote(token_of(field < row->count ? row->field[field] : ""), quote));
}

/* A new 0/1 column. */
static qb_status add_choice(table *t, const char *name, uint32_t *column)
{
    uint32_t known = t->draft.columns;
    if (!*name)
        return qb_scan_fail(&t->scan, "a row without a name");
    qb_status status = qb_mip_draft_column(&t->draft, &t->scan, token_of(name), column);
    if (status != QB_OK)
        return status;
    if (*column < known) {
        char quote[QB_QUOTE_TEXT];
        return qb_scan_fail(&t->scan, "a second row '%s'", qb_scan_quote(token_of(name), quote));
    }
    t->draft.column[*column].type = QB_COLUMN_INTEGER;
    t->draft.column[*column].upper = 1;
    return QB_OK;
}

/* The row "KIND NAME" of the problem; a new one gets the sides. */
static qb_status group_row(table *t, const char *kind, const char *name, double lower, double upper,
                           uint32_t *row)
{
    qb_text_reset(&t->name);
    qb_text_appendf(&t->name, "%s %s", kind, name);
    if (t->name.status != QB_OK)
        return qb_fail(t->scan.diag, QB_NO_MEMORY, "%s: out of memory", t->scan.file);
    qb_token token = {qb_text_get(&t->name), t->name.length};
    *row = qb_names_find(&t->draft.row_names, token);
    if (*row != QB_NO_NAME)
        return QB_OK;
    qb_status status = qb_mip_draft_name_row(&t->draft, &t->scan, token, row);
    if (status == QB_OK) {
        t->draft.row[*row].lower = lower;
        t->draft.row[*row].upper = upper;
    }
    return status;
}

/* ---- worker,task,cost ---------------------------------------------------------------------------------- */

static qb_status take_assignment(table *t, const qb_csv_row *row)
{
    double cost;
    uint32_t column, worker, task;
    qb_status status = number_of(t, row, 2, &cost);
    if (status != QB_OK)
        return status;
    qb_text_reset(&t->name);
    qb_text_appendf(&t->name, "%s:%s", row->field[0], row->field[1]);
    if ((status = add_choice(t, qb_text_get(&t->name), &column)) != QB_OK ||
        (status = group_row(t, "worker", row->field[0], 1, 1, &worker)) != QB_OK ||
        (status = qb_mip_draft_add_entry(&t->draft, &t->scan, worker, column, 1)) != QB_OK ||
        (status = group_row(t, "task", row->field[1], -INFINITY, 1, &task)) != QB_OK ||
        (status = qb_mip_draft_add_entry(&t->draft, &t->scan, task, column, 1)) != QB_OK)
        return status;
    t->draft.column[column].linear = cost;
    return QB_OK;
}

/* ---- candidate,score,cost[,group] ---------------------------------------------------------------------- */

static bool is_limit(table *t, const qb_csv_row *row, const char *first, uint32_t field, qb_status *status)
{
    size_t which = strcmp(row->field[0], "count") == 0;
    if (!which && strcmp(row->field[0], first) != 0)
        return false;
    *status = isnan(t->limit[which]) ? number_of(t, row, field, &t->limit[which])
                                     : qb_scan_fail(&t->scan, "a second row '%s'", row->field[0]);
    return true;
}

static qb_status take_candidate(table *t, const qb_csv_row *row)
{
    qb_status status = QB_OK;
    double score, cost;
    uint32_t column, group;
    if (is_limit(t, row, "budget", 2, &status))
        return status;
    if ((status = number_of(t, row, 1, &score)) != QB_OK || (status = number_of(t, row, 2, &cost)) != QB_OK ||
        (status = add_choice(t, row->field[0], &column)) != QB_OK ||
        (status = qb_entries_add(&t->cost, &t->scan, column, column, cost)) != QB_OK)
        return status;
    t->draft.column[column].linear = score;
    if (row->count < 4 || !*row->field[3])
        return QB_OK;
    if ((status = group_row(t, "group", row->field[3], -INFINITY, 1, &group)) != QB_OK)
        return status;
    return qb_mip_draft_add_entry(&t->draft, &t->scan, group, column, 1);
}

/* The rows "limit budget" and "limit count", where the file has them. */
static qb_status finish_candidates(table *t)
{
    static const char *const names[] = {"budget", "count"};
    qb_status status = QB_OK;
    t->draft.sense = QB_MAXIMISE;
    for (size_t which = 0; which < 2 && status == QB_OK; which++) {
        uint32_t row;
        if (isnan(t->limit[which]))
            continue;
        status = group_row(t, "limit", names[which], -INFINITY, t->limit[which], &row);
        for (uint32_t j = 0; j < t->draft.columns && status == QB_OK; j++)
            status = qb_mip_draft_add_entry(&t->draft, &t->scan, row, j, which ? 1 : t->cost.pair[j].weight);
    }
    return status;
}

/* ---- asset,return,A,B,... ------------------------------------------------------------------------------ */

static qb_status take_asset(table *t, const qb_csv_row *row)
{
    qb_status status = QB_OK;
    double value;
    uint32_t column;
    if (is_limit(t, row, "aversion", 1, &status))
        return status;
    char quote[QB_QUOTE_TEXT];
    column = qb_names_find(&t->assets, token_of(row->field[0]));
    if (column != t->seen)
        return qb_scan_fail(&t->scan, "asset '%s' is not the next in the header",
                            qb_scan_quote(token_of(row->field[0]), quote));
    t->seen++;
    if ((status = number_of(t, row, 1, &value)) != QB_OK)
        return status;
    t->draft.column[column].linear = -value;
    for (uint32_t other = 0; other < t->assets.count && status == QB_OK; other++)
        if ((status = number_of(t, row, 2 + other, &value)) == QB_OK) /* both triangles: S_ij + S_ji */
            status = qb_entries_add(&t->draft.pairs, &t->scan, column, other, value);
    return status;
}

/* Adds up the two triangles, which have to agree, and weighs them. */
static qb_status fold_covariances(table *t)
{
    uint32_t n = t->assets.count;
    qb_pair *pair = t->draft.pairs.pair;
    double aversion = isnan(t->limit[0]) ? 1 : t->limit[0];
    uint64_t kept = 0;
    for (uint64_t i = 0; i < n; i++)
        for (uint64_t j = i; j < n; j++) {
            double upper = pair[i * n + j].weight, lower = pair[j * n + i].weight;
            if (upper != lower)
                return qb_scan_fail_at(&t->scan, t->draft.pairs.line[j * n + i],
                                       "the covariances of assets %llu and %llu do not agree: %g and %g",
                                       (unsigned long long)i + 1, (unsigned long long)j + 1, upper, lower);
        }
    for (uint64_t i = 0; i < n; i++)
        for (uint64_t j = i; j < n; j++) { /* kept <= i n + j */
            t->draft.pairs.line[kept] = t->draft.pairs.line[i * n + j];
            pair[kept++] =
                (qb_pair){(uint32_t)i, (uint32_t)j, aversion * (i == j ? 1 : 2) * pair[i * n + j].weight};
        }
    t->draft.pairs.count = kept;
    return QB_OK;
}

static qb_status finish_portfolio(table *t)
{
    uint32_t row;
    if (t->seen != t->assets.count)
        return qb_scan_fail(&t->scan, "the header has %u assets, there are %u rows", t->assets.count,
                            t->seen);
    if (isnan(t->limit[1]))
        return qb_scan_fail(&t->scan, "the row `count` is missing");
    qb_status status = fold_covariances(t);
    if (status == QB_OK)
        status = group_row(t, "limit", "count", t->limit[1], t->limit[1], &row);
    for (uint32_t j = 0; j < t->seen && status == QB_OK; j++)
        status = qb_mip_draft_add_entry(&t->draft, &t->scan, row, j, 1);
    return status;
}

/* ---- The file ------------------------------------------------------------------------------------------ */

static qb_status finish_nothing(table *t)
{
    (void)t;
    return QB_OK;
}

static const struct family families[] = {
    {{"worker", "task", "cost"}, 3, 3, take_assignment, finish_nothing},
    {{"candidate", "score", "cost", "group"}, 3, 4, take_candidate, finish_candidates},
    {{"asset", "return"}, 2, UINT32_MAX, take_asset, finish_portfolio},
};

static bool fits_header(const struct family *family, const qb_csv_row *row)
{
    if (row->count < family->required || row->count > family->most)
        return false;
    for (uint32_t k = 0; k < 4 && k < row->count && family->columns[k]; k++)
        if (strcmp(row->field[k], family->columns[k]) != 0)
            return false;
    return true;
}

static qb_status take_header(table *t, const qb_csv_row *row)
{
    for (size_t k = 0; k < sizeof families / sizeof *families; k++)
        if (fits_header(&families[k], row))
            t->family = &families[k];
    if (!t->family)
        return qb_scan_fail(&t->scan,
                            "the header is none of `worker,task,cost`, `candidate,score,cost[,group]` and "
                            "`asset,return,...`");
    qb_status status = QB_OK;
    for (uint32_t k = 2; t->family->take == take_asset && k < row->count && status == QB_OK; k++) {
        uint32_t column, number;
        status = add_choice(t, row->field[k], &column);
        if (status == QB_OK && qb_names_add(&t->assets, token_of(row->field[k]), &number) != QB_OK)
            status = qb_fail(t->scan.diag, QB_NO_MEMORY, "%s: out of memory", t->scan.file);
    }
    return status;
}

static qb_status visit(void *context, const qb_csv_row *row, qb_diag *diag)
{
    (void)diag;
    table *t = context;
    t->scan.line = (uint32_t)row->line;
    if (!t->family)
        return take_header(t, row);
    if (row->count < t->family->required)
        return qb_scan_fail(&t->scan, "%u fields where the header has %u", row->count, t->family->required);
    return t->family->take(t, row);
}

static qb_status read(const qb_read_source *source, qb_problem *problem, qb_diag *diag)
{
    table t = {.source = source, .scan = qb_scan_open(source, diag), .limit = {NAN, NAN}};
    qb_status status = qb_csv_read(source->file, source->text, source->size, visit, &t, diag);
    if (status == QB_OK && !t.family)
        status = qb_scan_fail_at(&t.scan, 1, "the file is empty");
    if (status == QB_OK)
        status = t.family->finish(&t);
    if (status == QB_OK)
        status = qb_mip_draft_build(&t.draft, source, &t.scan, problem);
    qb_mip_draft_free(&t.draft);
    qb_names_free(&t.assets);
    qb_entries_free(&t.cost);
    qb_text_clear(&t.name);
    return status;
}

/* The header's first words. */
static int recognise(const char *text, size_t size)
{
    qb_scan scan = {.file = "", .at = text, .end = text + size};
    if (!qb_scan_line(&scan))
        return QB_FORMAT_NO;
    qb_token line = qb_scan_rest(&scan);
    static const char *const heads[] = {"worker,task,cost", "candidate,score,cost", "asset,return,"};
    for (size_t k = 0; k < sizeof heads / sizeof *heads; k++)
        if (line.length >= strlen(heads[k]) && memcmp(line.start, heads[k], strlen(heads[k])) == 0)
            return QB_FORMAT_SURE;
    return QB_FORMAT_NO;
}

extern const qb_format qb_format_csv;
const qb_format qb_format_csv = {
    .name = "csv",
    .summary = "tables: assignments, candidates with scores, portfolios (.csv)",
    .convention = "by its header: worker,task,cost; candidate,score,cost[,group]; asset,return,...",
    .extensions = extensions,
    .recognise = recognise,
    .read = read,
};
