/* Source: Reinelt, "TSPLIB - a traveling salesman problem library", ORSA Journal on Computing 3 (1991), and
 * its distance functions to the letter: GEO truncates degrees and takes pi as 3.141592.
 */
#include "instances/tsplib.h"

#include "harness/base/memory.h"
#include "harness/base/text.h"
#include "instances/entries.h"

#include <math.h>
#include <string.h>

typedef double (*distance_function)(double x1, double y1, double x2, double y2);

static double euclidean(double x1, double y1, double x2, double y2)
{
    return floor(sqrt((x1 - x2) * (x1 - x2) + (y1 - y2) * (y1 - y2)) + 0.5);
}

static double rounded_up(double x1, double y1, double x2, double y2)
{
    return ceil(sqrt((x1 - x2) * (x1 - x2) + (y1 - y2) * (y1 - y2)));
}

static double pseudo_euclidean(double x1, double y1, double x2, double y2)
{
    return ceil(sqrt(((x1 - x2) * (x1 - x2) + (y1 - y2) * (y1 - y2)) / 10));
}

static double radians(double degrees_minutes)
{
    double degrees = trunc(degrees_minutes);
    return 3.141592 * (degrees + 5 * (degrees_minutes - degrees) / 3) / 180;
}

static double geographical(double x1, double y1, double x2, double y2)
{
    double q1 = cos(radians(y1) - radians(y2)), q2 = cos(radians(x1) - radians(x2)),
           q3 = cos(radians(x1) + radians(x2));
    double cosine = fmin(fmax(0.5 * ((1 + q1) * q2 - (1 - q1) * q3), -1), 1);
    return floor(6378.388 * acos(cosine) + 1);
}

static const struct {
    const char *word;
    distance_function distance;
} functions[] = {
    {"EUC_2D", euclidean}, {"CEIL_2D", rounded_up}, {"ATT", pseudo_euclidean},
    {"GEO", geographical}, {"EXPLICIT", NULL},
};

/* Where row i of an explicit matrix begins and ends. */
typedef enum shape { SHAPE_NONE, FULL, UPPER, UPPER_DIAGONAL, LOWER, LOWER_DIAGONAL } shape;

static const struct {
    const char *word;
    shape shape;
} shapes[] = {
    {"FULL_MATRIX", FULL},
    {"UPPER_ROW", UPPER},
    {"UPPER_DIAG_ROW", UPPER_DIAGONAL},
    {"LOWER_ROW", LOWER},
    {"LOWER_DIAG_ROW", LOWER_DIAGONAL},
};

typedef struct reader {
    qb_scan *scan;
    qb_tsplib *file;
    const qb_read_source *source;
    bool has_weights, has_demands;
    bool has_function;
    distance_function distance; /* NULL: explicit */
    shape shape;
} reader;

static qb_status unknown(const reader *r, const char *what, qb_token value)
{
    char quote[QB_QUOTE_TEXT];
    return qb_scan_fail(r->scan, "%s '%s' is not supported", what, qb_scan_quote(value, quote));
}

static qb_status take_type(reader *r, qb_token value)
{
    r->file->type = qb_token_is(value, "TSP")    ? QB_TSPLIB_TSP
                    : qb_token_is(value, "ATSP") ? QB_TSPLIB_ATSP
                    : qb_token_is(value, "CVRP") ? QB_TSPLIB_CVRP
                                                 : QB_TSPLIB_NONE;
    return r->file->type ? QB_OK : unknown(r, "type", value);
}

static qb_status take_size(reader *r, qb_token value, uint32_t *number, uint64_t least, uint64_t most)
{
    uint64_t v;
    char quote[QB_QUOTE_TEXT];
    if (!qb_parse_u64(value.start, value.length, &v) || v < least || v > most)
        return qb_scan_fail(r->scan, "expected %llu to %llu, got '%s'", (unsigned long long)least,
                            (unsigned long long)most, qb_scan_quote(value, quote));
    *number = (uint32_t)v;
    return QB_OK;
}

static qb_status take_dimension(reader *r, qb_token value)
{
    qb_tsplib *f = r->file;
    qb_status status = take_size(r, value, &f->n, 2, QB_TSPLIB_LARGEST);
    if (status == QB_OK && f->distance)
        return qb_scan_fail(r->scan, "a second dimension");
    if (status == QB_OK)
        status = qb_entries_check(r->source, r->scan, (uint64_t)f->n * f->n, 0);
    if (status != QB_OK)
        return status;
    f->distance = QB_NEW(double, (size_t)f->n * f->n);
    f->demand = QB_NEW(double, f->n);
    return f->distance && f->demand
               ? QB_OK
               : qb_fail(r->scan->diag, QB_NO_MEMORY, "%s: out of memory", r->scan->file);
}

static qb_status take_function(reader *r, qb_token value)
{
    for (size_t k = 0; k < sizeof functions / sizeof *functions; k++)
        if (qb_token_is(value, functions[k].word)) {
            r->distance = functions[k].distance;
            r->has_function = true;
            return QB_OK;
        }
    return unknown(r, "edge weight type", value);
}

static qb_status take_shape(reader *r, qb_token value)
{
    for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++)
        if (qb_token_is(value, shapes[k].word))
            r->shape = shapes[k].shape;
    return r->shape || qb_token_is(value, "FUNCTION") ? QB_OK : unknown(r, "edge weight format", value);
}

/* -kN at the end of a name. */
static void take_vehicles_of_name(reader *r, qb_token name)
{
    for (size_t k = 0; k + 2 < name.length; k++) {
        size_t end = k + 2;
        uint64_t vehicles;
        if (name.start[k] != '-' || name.start[k + 1] != 'k')
            continue;
        while (end < name.length && name.start[end] >= '0' && name.start[end] <= '9')
            end++;
        if (qb_parse_u64(name.start + k + 2, end - k - 2, &vehicles) && vehicles <= QB_TSPLIB_LARGEST)
            r->file->vehicles = (uint32_t)vehicles;
    }
}

/* ---- Sections ------------------------------------------------------------------------------------------ */

static qb_status need_dimension(const reader *r)
{
    return r->file->n ? QB_OK : qb_scan_fail(r->scan, "the dimension is missing");
}

/* Reads `count` lines `i value...`, each i once. */
static qb_status read_numbered(reader *r, double *first, double *second)
{
    uint32_t n = r->file->n, node;
    bool *seen = QB_NEW(bool, n);
    qb_status status =
        seen ? QB_OK : qb_fail(r->scan->diag, QB_NO_MEMORY, "%s: out of memory", r->scan->file);
    for (uint32_t k = 0; k < n && status == QB_OK; k++) {
        if (!qb_scan_line(r->scan)) {
            status = qb_scan_fail(r->scan, "%u of %u nodes are missing", n - k, n);
        } else if ((status = qb_scan_index(r->scan, "a node", 1, n, &node)) == QB_OK &&
                   (status = qb_scan_real(r->scan, "a number", &first[node])) == QB_OK &&
                   (!second || (status = qb_scan_real(r->scan, "a number", &second[node])) == QB_OK) &&
                   (status = qb_scan_line_end(r->scan)) == QB_OK) {
            if (seen[node])
                status = qb_scan_fail(r->scan, "node %u is listed twice", node + 1);
            seen[node] = true;
        }
    }
    qb_free(seen);
    return status;
}

static qb_status read_coordinates(reader *r)
{
    qb_tsplib *f = r->file;
    qb_status status = need_dimension(r);
    if (status == QB_OK && (!r->has_function || !r->distance))
        return qb_scan_fail(r->scan, "coordinates need an edge weight type that is a function");
    if (status != QB_OK)
        return status;
    double *x = QB_NEW(double, f->n), *y = QB_NEW(double, f->n);
    status = x && y ? read_numbered(r, x, y)
                    : qb_fail(r->scan->diag, QB_NO_MEMORY, "%s: out of memory", r->scan->file);
    for (uint32_t i = 0; i < f->n && status == QB_OK; i++)
        for (uint32_t j = 0; j < f->n; j++)
            f->distance[(size_t)i * f->n + j] = i == j ? 0 : r->distance(x[i], y[i], x[j], y[j]);
    r->has_weights = true;
    qb_free(x);
    qb_free(y);
    return status;
}

static qb_status read_matrix(reader *r)
{
    qb_tsplib *f = r->file;
    qb_status status = need_dimension(r);
    if (status == QB_OK && r->shape == SHAPE_NONE)
        return qb_scan_fail(r->scan, "the edge weight format is missing");
    for (uint32_t i = 0; i < f->n && status == QB_OK; i++) {
        uint32_t from = r->shape == UPPER ? i + 1 : r->shape == UPPER_DIAGONAL ? i : 0;
        uint32_t to = r->shape == LOWER ? i : r->shape == LOWER_DIAGONAL ? i + 1 : f->n;
        for (uint32_t j = from; j < to && status == QB_OK; j++) {
            double weight;
            status = qb_scan_next_real(r->scan, "an edge weight", &weight);
            if (status != QB_OK)
                return status;
            f->distance[(size_t)i * f->n + j] = weight;
            if (r->shape != FULL)
                f->distance[(size_t)j * f->n + i] = weight;
        }
    }
    r->has_weights = true;
    return status == QB_OK ? qb_scan_line_end(r->scan) : status;
}

static qb_status read_depot(reader *r)
{
    double node;
    qb_status status = need_dimension(r);
    if (status != QB_OK || (status = qb_scan_next_real(r->scan, "a depot", &node)) != QB_OK)
        return status;
    if (!(node >= 1 && node <= r->file->n) || floor(node) != node)
        return qb_scan_fail(r->scan, "the depot is none of the %u nodes", r->file->n);
    r->file->depot = (uint32_t)node - 1;
    status = qb_scan_next_real(r->scan, "-1 behind the depot", &node);
    return status == QB_OK && node != -1 ? qb_scan_fail(r->scan, "only one depot is supported") : status;
}

/* Numbers that mean nothing to us, up to the next keyword. */
static void skip_section(reader *r)
{
    qb_token word;
    double number;
    qb_scan ahead = *r->scan;
    while (qb_scan_word(&ahead, &word) && qb_token_real(word, &number))
        *r->scan = ahead;
}

static qb_status take_section(reader *r, qb_token key)
{
    if (qb_token_is(key, "NODE_COORD_SECTION"))
        return read_coordinates(r);
    if (qb_token_is(key, "EDGE_WEIGHT_SECTION"))
        return read_matrix(r);
    if (qb_token_is(key, "DEMAND_SECTION")) {
        r->has_demands = true;
        qb_status status = need_dimension(r);
        return status == QB_OK ? read_numbered(r, r->file->demand, NULL) : status;
    }
    if (qb_token_is(key, "DEPOT_SECTION"))
        return read_depot(r);
    if (!qb_token_is(key, "DISPLAY_DATA_SECTION"))
        return unknown(r, "section", key);
    skip_section(r);
    return QB_OK;
}

static qb_status take_capacity(reader *r, qb_token value)
{
    if (!qb_token_real(value, &r->file->capacity) || !(r->file->capacity > 0))
        return qb_scan_fail(r->scan, "expected a capacity");
    return QB_OK;
}

/* `KEY : VALUE`, or a section. */
static qb_status take_line(reader *r, bool *end)
{
    qb_token line = qb_scan_rest(r->scan), key = line, value = {line.start, 0};
    const char *colon = memchr(line.start, ':', line.length);
    if (colon) {
        key.length = (size_t)(colon - line.start);
        value = (qb_token){colon + 1, line.length - key.length - 1};
        while (value.length && (*value.start == ' ' || *value.start == '\t'))
            value = (qb_token){value.start + 1, value.length - 1};
    }
    while (key.length && (key.start[key.length - 1] == ' ' || key.start[key.length - 1] == '\t'))
        key.length--;
    *end = qb_token_is(key, "EOF");
    if (*end || qb_token_is(key, "COMMENT") || qb_token_is(key, "DISPLAY_DATA_TYPE") ||
        qb_token_is(key, "NODE_COORD_TYPE"))
        return QB_OK;
    if (qb_token_is(key, "NAME")) {
        take_vehicles_of_name(r, value);
        return QB_OK;
    }
    if (qb_token_is(key, "TYPE"))
        return take_type(r, value);
    if (qb_token_is(key, "DIMENSION"))
        return take_dimension(r, value);
    if (qb_token_is(key, "CAPACITY"))
        return take_capacity(r, value);
    if (qb_token_is(key, "VEHICLES"))
        return take_size(r, value, &r->file->vehicles, 1, QB_TSPLIB_LARGEST);
    if (qb_token_is(key, "EDGE_WEIGHT_TYPE"))
        return take_function(r, value);
    if (qb_token_is(key, "EDGE_WEIGHT_FORMAT"))
        return take_shape(r, value);
    return take_section(r, key);
}

static qb_status check_complete(const reader *r)
{
    const qb_tsplib *f = r->file;
    const char *lacking = f->type == QB_TSPLIB_NONE ? "TYPE"
                          : !r->has_weights         ? "a section of coordinates or weights"
                          : f->type == QB_TSPLIB_CVRP && f->capacity == 0 ? "CAPACITY"
                          : f->type == QB_TSPLIB_CVRP && !r->has_demands  ? "DEMAND_SECTION"
                                                                          : NULL;
    return lacking ? qb_scan_fail(r->scan, "%s is missing", lacking) : QB_OK;
}

qb_status qb_tsplib_read(const qb_read_source *source, qb_scan *scan, qb_tsplib *file)
{
    reader r = {.scan = scan, .file = file, .source = source};
    bool end = false;
    scan->comment = '#';
    qb_status status = qb_scan_first_line(scan);
    for (bool more = status == QB_OK; more; more = status == QB_OK && !end && qb_scan_line(scan))
        status = take_line(&r, &end);
    if (status == QB_OK && end)
        status = qb_scan_file_end(scan);
    return status == QB_OK ? check_complete(&r) : status;
}

void qb_tsplib_free(qb_tsplib *file)
{
    qb_free(file->distance);
    qb_free(file->demand);
    *file = (qb_tsplib){0};
}
