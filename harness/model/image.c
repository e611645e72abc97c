#include "harness/model/image.h"

#include <math.h>
#include <string.h>

#define IMAGE_ALIGNMENT 64

static uint64_t section_bytes(const qb_image *h, qb_section section)
{
    switch (section) {
    case QB_SECTION_LINEAR:
        return sizeof(double) * (uint64_t)h->columns;
    case QB_SECTION_PAIR:
        return sizeof(qb_pair) * h->pairs;
    case QB_SECTION_TYPE:
        return h->has_types ? h->columns : 0;
    case QB_SECTION_LOWER:
    case QB_SECTION_UPPER:
        return h->has_bounds ? sizeof(double) * (uint64_t)h->columns : 0;
    case QB_SECTION_ROW_START:
        return sizeof(uint64_t) * ((uint64_t)h->rows + 1);
    case QB_SECTION_ROW_COLUMN:
        return sizeof(uint32_t) * h->entries;
    case QB_SECTION_ROW_VALUE:
        return sizeof(double) * h->entries;
    case QB_SECTION_ROW_LOWER:
    case QB_SECTION_ROW_UPPER:
        return sizeof(double) * (uint64_t)h->rows;
    case QB_SECTION_COLUMN_OFFSET:
        return h->column_pool ? sizeof(uint32_t) * (uint64_t)h->columns : 0;
    case QB_SECTION_ROW_OFFSET:
        return h->row_pool ? sizeof(uint32_t) * (uint64_t)h->rows : 0;
    case QB_SECTION_COLUMN_POOL:
        return h->column_pool;
    case QB_SECTION_ROW_POOL:
        return h->row_pool;
    case QB_SECTION_NAME:
        return h->name;
    case QB_SECTION_FORMAT:
        return h->format;
    case QB_SECTIONS:
        break;
    }
    return 0;
}

bool qb_image_layout(const qb_image *header, uint64_t at[QB_SECTIONS + 1])
{
    /* no count beyond this, so that the products and the sum below cannot wrap */
    const uint64_t most = UINT64_C(1) << 48;
    if (header->pairs > most || header->entries > most || header->column_pool > most ||
        header->row_pool > most || header->name > most || header->format > most)
        return false;
    uint64_t position = sizeof *header;
    for (int s = 0; s <= QB_SECTIONS; s++) {
        position = (position + IMAGE_ALIGNMENT - 1) & ~(uint64_t)(IMAGE_ALIGNMENT - 1);
        at[s] = position;
        position += section_bytes(header, (qb_section)s);
    }
    return at[QB_SECTIONS] <= SIZE_MAX;
}

void qb_image_bind(const qb_image *image, qb_problem *problem)
{
    uint64_t at[QB_SECTIONS + 1];
    qb_image_layout(image, at);
    const char *base = (const char *)image;
    bool typed = image->has_types, bounded = image->has_bounds;
    bool columns_named = image->column_pool, rows_named = image->row_pool;
#define SECTION(name) ((const void *)(base + at[QB_SECTION_##name]))
    *problem = (qb_problem){
        .kind = (qb_kind)image->kind,
        .name = SECTION(NAME),
        .format = SECTION(FORMAT),
        .body =
            {
                .sense = (qb_sense)image->sense,
                .constant = image->constant,
                .columns = image->columns,
                .linear = SECTION(LINEAR),
                .pairs = image->pairs,
                .pair = SECTION(PAIR),
                .type = typed ? SECTION(TYPE) : NULL,
                .lower = bounded ? SECTION(LOWER) : NULL,
                .upper = bounded ? SECTION(UPPER) : NULL,
                .rows = image->rows,
                .row_start = SECTION(ROW_START),
                .row_column = SECTION(ROW_COLUMN),
                .row_value = SECTION(ROW_VALUE),
                .row_lower = SECTION(ROW_LOWER),
                .row_upper = SECTION(ROW_UPPER),
                .column_names = {columns_named ? SECTION(COLUMN_POOL) : NULL,
                                 columns_named ? SECTION(COLUMN_OFFSET) : NULL},
                .row_names = {rows_named ? SECTION(ROW_POOL) : NULL, rows_named ? SECTION(ROW_OFFSET) : NULL},
            },
        .image = image,
    };
#undef SECTION
}

size_t qb_problem_image_size(const qb_problem *problem)
{
    return (size_t)((const qb_image *)problem->image)->size;
}

void qb_problem_pack(const qb_problem *problem, void *image)
{
    memcpy(image, problem->image, qb_problem_image_size(problem));
}

static bool is_text(const char *text, uint64_t bytes)
{
    return bytes && memchr(text, 0, bytes) == text + bytes - 1;
}

/* Names stand one behind the other, each with its terminator, and fill the pool. */
static bool names_valid(qb_names names, uint32_t count, uint64_t pool)
{
    if (!names.offset)
        return true;
    uint64_t position = 0;
    for (uint32_t k = 0; k < count; k++) {
        const char *end;
        if (names.offset[k] != position || position >= pool ||
            !(end = memchr(names.pool + position, 0, pool - position)))
            return false;
        position = (uint64_t)(end - names.pool) + 1;
    }
    return position == pool;
}

/* In range, finite, not zero, and each behind the one before.  Without branches: most images are sound, and
 * a run waits for this. */
static bool pairs_valid(const qb_mip *body, qb_kind kind)
{
    uint64_t apart = kind != QB_KIND_MIP, least = 0; /* what the next pair must reach, as one number */
    bool valid = true;
    for (uint64_t k = 0; k < body->pairs; k++) {
        uint64_t i = body->pair[k].i, j = body->pair[k].j, place = i << 32 | j;
        double size = fabs(body->pair[k].weight);
        valid &= (i + apart <= j) & (j < body->columns) & (place >= least) & (size > 0) & (size < INFINITY);
        least = place + 1;
    }
    return valid;
}

static bool objective_valid(const qb_mip *body, qb_kind kind)
{
    if (!isfinite(body->constant))
        return false;
    for (uint32_t j = 0; j < body->columns; j++)
        if (!isfinite(body->linear[j]) || (kind == QB_KIND_MAXCUT && body->linear[j] != 0))
            return false;
    return pairs_valid(body, kind);
}

/* Negated comparisons, so that a NaN fails them. */
static bool columns_valid(const qb_mip *body)
{
    for (uint32_t j = 0; body->type && j < body->columns; j++)
        if (body->type[j] > QB_COLUMN_CONTINUOUS)
            return false;
    for (uint32_t j = 0; body->lower && j < body->columns; j++) {
        double lower = body->lower[j], upper = body->upper[j];
        bool binary = !body->type || body->type[j] == QB_COLUMN_BINARY;
        if (!(lower <= upper) || lower == INFINITY || upper == -INFINITY ||
            (binary && !(lower >= 0 && upper <= 1)))
            return false;
    }
    return !body->type || body->lower;
}

static bool rows_valid(const qb_mip *body, uint64_t entries)
{
    if (body->row_start[0] != 0)
        return false;
    for (uint32_t r = 0; r < body->rows; r++) {
        if (body->row_start[r] > body->row_start[r + 1] || body->row_start[r + 1] > entries ||
            !(body->row_lower[r] <= body->row_upper[r]) || body->row_lower[r] == INFINITY ||
            body->row_upper[r] == -INFINITY)
            return false;
        for (uint64_t k = body->row_start[r]; k < body->row_start[r + 1]; k++)
            if (body->row_column[k] >= body->columns || body->row_value[k] == 0 ||
                !isfinite(body->row_value[k]) ||
                (k > body->row_start[r] && body->row_column[k] <= body->row_column[k - 1]))
                return false;
    }
    return body->row_start[body->rows] == entries;
}

static bool header_valid(const qb_image *header, size_t size, uint64_t at[QB_SECTIONS + 1])
{
    return header->magic == QB_IMAGE_MAGIC && header->size == size && header->kind <= QB_KIND_MIP &&
           header->sense <= QB_MAXIMISE && header->has_types <= 1 && header->has_bounds <= 1 &&
           header->columns >= 1 && header->columns <= INT32_MAX && header->rows <= INT32_MAX &&
           qb_image_layout(header, at) && at[QB_SECTIONS] == size;
}

qb_status qb_problem_bind(const void *image, size_t size, qb_problem *problem, qb_diag *diag)
{
    const qb_image *header = image;
    uint64_t at[QB_SECTIONS + 1];
    if (size < sizeof *header || (uintptr_t)image % IMAGE_ALIGNMENT || !header_valid(header, size, at))
        return qb_fail(diag, QB_BAD_INPUT, "not an image of a problem");
    qb_image_bind(header, problem);
    return QB_OK;
}

qb_status qb_problem_view(const void *image, size_t size, qb_problem *problem, qb_diag *diag)
{
    const qb_image *header = image;
    qb_problem view;
    qb_status status = qb_problem_bind(image, size, &view, diag);
    if (status)
        return status;
    bool mip = view.kind == QB_KIND_MIP;
    if (!is_text(view.name, header->name) || !is_text(view.format, header->format) ||
        !names_valid(view.body.column_names, header->columns, header->column_pool) ||
        !names_valid(view.body.row_names, header->rows, header->row_pool))
        return qb_fail(diag, QB_BAD_INPUT, "image of a problem: names are damaged");
    if ((!mip && (header->has_types || header->has_bounds || header->rows)) ||
        !objective_valid(&view.body, view.kind) || !columns_valid(&view.body) ||
        !rows_valid(&view.body, header->entries))
        return qb_fail(diag, QB_BAD_INPUT, "image of a problem: data are damaged");
    *problem = view;
    return QB_OK;
}
