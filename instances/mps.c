/* mps: MPS files, fixed columns first, then free.
 *
 * Fixed columns hold names of at most eight characters, blanks inside allowed, in columns 5-12, 15-22 and
 * 40-47, numbers in 25-36 and 50-61; a number that ends its line may be longer.  In free format blanks
 * separate.  A file that is neither gets the message of the reading that came further.
 *
 * - The first N row is the objective, further ones are dropped; OBJSENSE MAX is understood.
 * - The right-hand side of the objective is its constant, sign kept (as GLPK reads it; others negate it).
 * - RANGES: R on a row E gives [rhs, rhs + R], or [rhs + R, rhs] where R < 0; on L and G |R| counts.
 * - An integer column without any bound has [0, 1]; a negative UP without a lower bound makes that -inf.
 * - QUADOBJ lists one triangle of Q in x'Qx / 2: off-diagonals add q x_i x_j, the diagonal q / 2 x_i^2.
 * - Comments `*qubout column C1 NAME` and `*qubout row R1 NAME` give the names that eight characters cannot
 *   hold; our writer makes them, other readers skip them.
 */
#include "instances/mip_draft.h"

#include "harness/base/memory.h"
#include "harness/model/grid.h"
#include "harness/model/mps_write.h"
#include "instances/aliases.h"
#include "instances/mps_card.h"

#include <math.h>
#include <string.h>

static const char *const extensions[] = {".mps", ".fmps", ".qps", NULL};

/* Rows that are none of the draft's. */
#define OBJECTIVE UINT32_MAX
#define DROPPED   (UINT32_MAX - 1)

typedef struct mps_row {
    char type; /* N E L G */
    double rhs, range;
    uint32_t rhs_line, range_line;
} mps_row;

typedef struct reader {
    const qb_read_source *source;
    qb_scan scan;
    bool fixed;
    qb_mps_section now;
    qb_mip_draft draft;
    qb_name_table free_rows; /* those of type N: the objective, then what is dropped */
    mps_row objective, *row; /* [rows of the draft] */
    uint32_t row_capacity;
    bool integer;    /* between INTORG and INTEND */
    qb_token set[3]; /* names of the RHS, RANGES and BOUNDS vectors, once one was met */
    bool has_set[3];
    uint32_t column;   /* the present one */
    uint32_t previous; /* row or column that was looked up */
    qb_aliases aliases;
} reader;

static qb_status no_memory(const reader *r)
{
    return qb_fail(r->scan.diag, QB_NO_MEMORY, "%s: out of memory", r->scan.file);
}

/* ---- Sections ------------------------------------------------------------------------------------------ */

static qb_status card_number(const reader *r, const qb_mps_card *c, size_t k, double *value)
{
    if (c->number[k].length == 0)
        return qb_scan_fail(&r->scan, "a number is missing");
    if (!qb_token_real(c->number[k], value)) {
        char quote[QB_QUOTE_TEXT];
        return qb_scan_fail(&r->scan, "expected a number, got '%s'", qb_scan_quote(c->number[k], quote));
    }
    return QB_OK;
}

/* The rows of a column are anywhere; the other sections mostly go down the list. */
static uint32_t look_up(reader *r, const qb_name_table *names, qb_token name)
{
    if (r->now == QB_MPS_COLUMNS)
        return qb_names_find(names, name);
    return r->previous = qb_names_find_behind(names, r->previous, name);
}

/* In the draft; OBJECTIVE, DROPPED. */
static qb_status find_row(reader *r, qb_token name, uint32_t *number)
{
    uint32_t loose = qb_names_find(&r->free_rows, name);
    *number = loose == QB_NO_NAME ? look_up(r, &r->draft.row_names, name) : loose ? DROPPED : OBJECTIVE;
    if (loose == QB_NO_NAME && *number == QB_NO_NAME) {
        char quote[QB_QUOTE_TEXT];
        return qb_scan_fail(&r->scan, "there is no row '%s'", qb_scan_quote(name, quote));
    }
    return QB_OK;
}

static qb_status find_column(reader *r, qb_token name, uint32_t *column)
{
    *column = look_up(r, &r->draft.column_names, name);
    if (*column == QB_NO_NAME) {
        char quote[QB_QUOTE_TEXT];
        return qb_scan_fail(&r->scan, "there is no column '%s'", qb_scan_quote(name, quote));
    }
    return QB_OK;
}

static qb_status take_row(reader *r, const qb_mps_card *c)
{
    char quote[QB_QUOTE_TEXT], type = c->type.length == 1 ? c->type.start[0] : 0;
    if (!type || !strchr("NELG", type))
        return qb_scan_fail(&r->scan, "a row is N, E, L or G, not '%s'", qb_scan_quote(c->type, quote));
    if (c->name.length == 0)
        return qb_scan_fail(&r->scan, "a row without a name");
    uint32_t number;
    if (qb_names_find(&r->free_rows, c->name) != QB_NO_NAME)
        return qb_scan_fail(&r->scan, "a second row '%s'", qb_scan_quote(c->name, quote));
    if (type == 'N' && qb_names_find(&r->draft.row_names, c->name) != QB_NO_NAME)
        return qb_scan_fail(&r->scan, "a second row '%s'", qb_scan_quote(c->name, quote));
    if (type == 'N')
        return qb_names_add(&r->free_rows, c->name, &number) == QB_OK ? QB_OK : no_memory(r);
    qb_status status = qb_mip_draft_name_row(&r->draft, &r->scan, c->name, &number);
    if (status != QB_OK)
        return status;
    if (number == r->row_capacity) {
        uint32_t capacity = r->row_capacity * 2 + 64;
        mps_row *grown = qb_realloc(r->row, r->row_capacity, capacity, sizeof *grown);
        if (!grown)
            return no_memory(r);
        r->row = grown;
        r->row_capacity = capacity;
    }
    r->row[number].type = type;
    return QB_OK;
}

static qb_status take_marker(reader *r, const qb_mps_card *c)
{
    char quote[QB_QUOTE_TEXT];
    if (qb_token_is(c->row[1], "'INTORG'"))
        r->integer = true;
    else if (qb_token_is(c->row[1], "'INTEND'"))
        r->integer = false;
    else
        return qb_scan_fail(&r->scan, "unknown marker %s", qb_scan_quote(c->row[1], quote));
    return QB_OK;
}

static qb_status open_column(reader *r, qb_token name)
{
    char quote[QB_QUOTE_TEXT];
    if (r->draft.columns && qb_token_is(name, qb_names_at(&r->draft.column_names, r->column)))
        return QB_OK;
    bool known = qb_names_find(&r->draft.column_names, name) != QB_NO_NAME;
    if (known || name.length == 0) {
        return qb_scan_fail(
            &r->scan, known ? "the entries of column '%s' are in two places" : "a column without a name%s",
            qb_scan_quote(name, quote));
    }
    qb_status status = qb_mip_draft_column(&r->draft, &r->scan, name, &r->column);
    if (status == QB_OK && r->integer)
        r->draft.column[r->column].type = QB_COLUMN_INTEGER;
    return status;
}

static qb_status take_column(reader *r, const qb_mps_card *c)
{
    if (qb_token_is(c->row[0], "'MARKER'"))
        return take_marker(r, c);
    qb_status status = open_column(r, c->name);
    for (size_t k = 0; k < 2 && status == QB_OK; k++) {
        if (k == 1 && c->row[1].length == 0)
            break;
        double value;
        uint32_t row;
        if ((status = find_row(r, c->row[k], &row)) != QB_OK ||
            (status = card_number(r, c, k, &value)) != QB_OK)
            break;
        if (row == OBJECTIVE)
            status = qb_mip_draft_add_cost(&r->draft, &r->scan, r->column, value, r->source->sum_duplicates);
        else if (row != DROPPED)
            status = qb_mip_draft_add_entry(&r->draft, &r->scan, row, r->column, value);
    }
    return status;
}

/* Only one vector of right-hand sides, ranges or bounds is read. */
static qb_status check_set(reader *r, qb_token name)
{
    size_t which = r->now == QB_MPS_RHS ? 0 : r->now == QB_MPS_RANGES ? 1 : 2;
    if (!r->has_set[which]) {
        r->has_set[which] = true;
        r->set[which] = name;
        return QB_OK;
    }
    if (!qb_token_equal(name, r->set[which])) {
        char quote[QB_QUOTE_TEXT];
        return qb_scan_fail(&r->scan, "a second vector '%s': only one is read", qb_scan_quote(name, quote));
    }
    return QB_OK;
}

static qb_status take_vector(reader *r, const qb_mps_card *c)
{
    bool ranges = r->now == QB_MPS_RANGES;
    qb_status status = check_set(r, c->name);
    for (size_t k = 0; k < 2 && status == QB_OK; k++) {
        if (k == 1 && c->row[1].length == 0)
            break;
        double value;
        uint32_t row;
        if ((status = find_row(r, c->row[k], &row)) != QB_OK ||
            (status = card_number(r, c, k, &value)) != QB_OK)
            break;
        if (ranges && (row == OBJECTIVE || row == DROPPED))
            return qb_scan_fail(&r->scan, "a range on a row of type N");
        if (row == DROPPED)
            continue;
        mps_row *sides = row == OBJECTIVE ? &r->objective : &r->row[row];
        uint32_t *line = ranges ? &sides->range_line : &sides->rhs_line;
        if (*line)
            return qb_scan_fail(&r->scan, "a second value for one row, the first is on line %u", *line);
        *line = r->scan.line;
        *(ranges ? &sides->range : &sides->rhs) = value;
    }
    return status;
}

/* 1e30 is how the format spells infinity. */
static double bound_value(double value)
{
    return value >= 1e30 ? INFINITY : value <= -1e30 ? -INFINITY : value;
}

static qb_status bound_number(const reader *r, const qb_mps_card *c, double *value)
{
    if (c->number[0].length && qb_parse_double_or_inf(c->number[0].start, c->number[0].length, value)) {
        *value = bound_value(*value);
        return QB_OK;
    }
    return card_number(r, c, 0, value);
}

/* What each type does to the two bounds: v sets the line's number, 0 and 1 themselves, i the infinity of that
 * side; a blank leaves the bound alone. */
static const struct bound_type {
    const char *word;
    char lower, upper;
    bool integer;
} bound_types[] = {
    {"LO", 'v', ' ', false}, {"UP", ' ', 'v', false}, {"FX", 'v', 'v', false},
    {"FR", 'i', 'i', false}, {"MI", 'i', ' ', false}, {"PL", ' ', 'i', false},
    {"LI", 'v', ' ', true},  {"UI", ' ', 'v', true},  {"BV", '0', '1', true},
};

static const struct bound_type *find_bound_type(qb_token word)
{
    for (size_t k = 0; k < sizeof bound_types / sizeof *bound_types; k++)
        if (qb_token_is(word, bound_types[k].word))
            return &bound_types[k];
    return NULL;
}

static qb_status take_bound(reader *r, const qb_mps_card *c)
{
    uint32_t number;
    double value = 0;
    const struct bound_type *type = find_bound_type(c->type);
    if (qb_token_is(c->type, "SC"))
        return qb_scan_fail(&r->scan, "semi-continuous columns are not supported");
    if (!type) {
        char quote[QB_QUOTE_TEXT];
        return qb_scan_fail(&r->scan, "unknown bound type '%s'", qb_scan_quote(c->type, quote));
    }
    qb_status status = check_set(r, c->name);
    if (status == QB_OK)
        status = find_column(r, c->row[0], &number);
    if (status == QB_OK && !qb_mps_is_valueless(c->type))
        status = bound_number(r, c, &value);
    if (status != QB_OK)
        return status;
    qb_draft_column *column = &r->draft.column[number];
    if (type->lower != ' ') {
        column->lower = type->lower == 'v' ? value : type->lower == 'i' ? -INFINITY : 0;
        column->has_lower = true;
    }
    if (type->upper != ' ') {
        column->upper = type->upper == 'v' ? value : type->upper == 'i' ? INFINITY : 1;
        column->has_upper = true;
    }
    if (type->integer)
        column->type = QB_COLUMN_INTEGER;
    column->line = r->scan.line;
    return QB_OK;
}

static qb_status take_quadratic(reader *r, const qb_mps_card *c)
{
    uint32_t i, j;
    double value;
    qb_status status;
    if ((status = find_column(r, c->name, &i)) != QB_OK ||
        (status = find_column(r, c->row[0], &j)) != QB_OK || (status = card_number(r, c, 0, &value)) != QB_OK)
        return status;
    return qb_entries_add(&r->draft.pairs, &r->scan, i, j, i == j ? value / 2 : value);
}

static qb_status take_sense(reader *r)
{
    qb_token word;
    char quote[QB_QUOTE_TEXT];
    if (!qb_scan_token(&r->scan, &word))
        return QB_OK; /* it follows on a line of its own */
    if (qb_token_is_nocase(word, "max") || qb_token_is_nocase(word, "maximize"))
        r->draft.sense = QB_MAXIMISE;
    else if (!qb_token_is_nocase(word, "min") && !qb_token_is_nocase(word, "minimize"))
        return qb_scan_fail(&r->scan, "expected MIN or MAX, got '%s'", qb_scan_quote(word, quote));
    return qb_scan_line_end(&r->scan);
}

static qb_status open_section(reader *r)
{
    static const struct {
        const char *word;
        qb_mps_section section;
    } known[] = {
        {"OBJSENSE", QB_MPS_OBJSENSE}, {"ROWS", QB_MPS_ROWS},        {"COLUMNS", QB_MPS_COLUMNS},
        {"RHS", QB_MPS_RHS},           {"RANGES", QB_MPS_RANGES},    {"BOUNDS", QB_MPS_BOUNDS},
        {"QUADOBJ", QB_MPS_QUADOBJ},   {"QSECTION", QB_MPS_QUADOBJ}, {"ENDATA", QB_MPS_END},
    };
    qb_token word;
    char quote[QB_QUOTE_TEXT];
    (void)qb_scan_token(&r->scan, &word);
    if (qb_token_is(word, "NAME"))
        return QB_OK;
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        if (qb_token_is(word, known[k].word)) {
            r->now = known[k].section;
            return r->now == QB_MPS_OBJSENSE ? take_sense(r) : QB_OK;
        }
    }
    return qb_scan_fail(&r->scan, "section '%s' is not supported", qb_scan_quote(word, quote));
}

static qb_status take_comment(reader *r)
{
    qb_token word;
    (void)qb_scan_token(&r->scan, &word);
    return qb_token_is(word, QB_MPS_MARK) ? qb_aliases_take(&r->aliases, &r->scan) : QB_OK;
}

static qb_status take_line(reader *r)
{
    static qb_status (*const take[])(reader *, const qb_mps_card *) = {
        [QB_MPS_ROWS] = take_row,      [QB_MPS_COLUMNS] = take_column, [QB_MPS_RHS] = take_vector,
        [QB_MPS_RANGES] = take_vector, [QB_MPS_BOUNDS] = take_bound,   [QB_MPS_QUADOBJ] = take_quadratic,
    };
    if (*r->scan.start == '*')
        return take_comment(r);
    if (*r->scan.start != ' ' && *r->scan.start != '\t')
        return open_section(r);
    if (r->now == QB_MPS_OBJSENSE)
        return take_sense(r);
    if (r->now == QB_MPS_NONE)
        return qb_scan_fail(&r->scan, "a data line before any section");
    qb_mps_card c;
    qb_status status = qb_mps_card_read(&r->scan, r->fixed, r->now, &c);
    return status == QB_OK ? take[r->now](r, &c) : status;
}

/* ---- The end ------------------------------------------------------------------------------------------- */

static void finish_row(qb_draft_row *out, const mps_row *row)
{
    double low = bound_value(row->rhs), high = low, width = fabs(row->range);
    if (row->type == 'L')
        low = row->range_line ? qb_grid_sum(high, -width) : -INFINITY;
    else if (row->type == 'G')
        high = row->range_line ? qb_grid_sum(low, width) : INFINITY;
    else if (row->range < 0)
        low = qb_grid_sum(low, -width);
    else
        high = qb_grid_sum(high, width);
    out->lower = low;
    out->upper = high;
    out->line = row->range_line ? row->range_line : row->rhs_line ? row->rhs_line : 1;
}

static void finish_column(qb_draft_column *c)
{
    if (c->type == QB_COLUMN_INTEGER && !c->has_lower && !c->has_upper)
        c->upper = 1;
    else if (!c->has_lower && c->upper < 0)
        c->lower = -INFINITY;
}

static qb_status finish(reader *r, qb_problem *problem)
{
    r->draft.constant = r->objective.rhs;
    for (uint32_t k = 0; k < r->draft.rows; k++)
        finish_row(&r->draft.row[k], &r->row[k]);
    for (uint32_t j = 0; j < r->draft.columns; j++)
        finish_column(&r->draft.column[j]);
    qb_status status;
    if ((status = qb_aliases_apply(&r->aliases, 0, &r->scan, &r->draft.column_names)) != QB_OK ||
        (status = qb_aliases_apply(&r->aliases, 1, &r->scan, &r->draft.row_names)) != QB_OK)
        return status;
    return qb_mip_draft_build(&r->draft, r->source, &r->scan, problem);
}

/* One attempt; *line says how far it came. */
static qb_status attempt(const qb_read_source *source, bool fixed, qb_problem *problem, uint32_t *line,
                         qb_diag *diag)
{
    reader r = {.source = source, .scan = qb_scan_open(source, diag), .fixed = fixed};
    qb_status status = QB_OK;
    while (status == QB_OK && r.now != QB_MPS_END && qb_scan_line(&r.scan))
        status = take_line(&r);
    if (status == QB_OK && r.now != QB_MPS_END)
        status = qb_scan_fail_at(&r.scan, r.scan.line ? r.scan.line : 1, "the file ends before ENDATA");
    if (status == QB_OK)
        status = finish(&r, problem);
    *line = r.scan.line;
    qb_mip_draft_free(&r.draft);
    qb_names_free(&r.free_rows);
    qb_free(r.row);
    qb_aliases_free(&r.aliases);
    return status;
}

static qb_status read(const qb_read_source *source, qb_problem *problem, qb_diag *diag)
{
    qb_diag fixed = {0}, loose = {0};
    uint32_t fixed_line, loose_line;
    qb_status status = attempt(source, true, problem, &fixed_line, &fixed);
    if (status != QB_BAD_INPUT)
        return status == QB_OK ? status : qb_fail(diag, status, "%s", fixed.text);
    status = attempt(source, false, problem, &loose_line, &loose);
    if (status == QB_OK)
        return status;
    bool further = status == QB_BAD_INPUT && fixed_line > loose_line;
    return qb_fail(diag, status, "%s", further ? fixed.text : loose.text);
}

static int recognise(const char *text, size_t size)
{
    qb_scan scan = {.file = "", .at = text, .end = text + size, .comment = '*'};
    qb_token word;
    if (!qb_scan_line(&scan) || !qb_scan_token(&scan, &word))
        return QB_FORMAT_NO;
    bool known = qb_token_is(word, "NAME") || qb_token_is(word, "ROWS") || qb_token_is(word, "OBJSENSE");
    bool begins = word.start == scan.start;
    bool colon = qb_scan_token(&scan, &word) && word.start[0] == ':'; /* TSPLIB's NAME : value */
    return known && begins && !colon ? QB_FORMAT_SURE : QB_FORMAT_NO;
}

extern const qb_format qb_format_mps;
const qb_format qb_format_mps = {
    .name = "mps",
    .summary = "MPS, fixed columns or free (.mps)",
    .convention = "minimise unless OBJSENSE says otherwise",
    .extensions = extensions,
    .recognise = recognise,
    .read = read,
    .write = qb_mps_write,
};
