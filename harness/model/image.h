/* The relocatable image behind a qb_problem: a header, then the sections, each 64-byte aligned.
 *
 * Private to problem.c and image.c.
 */
#ifndef QB_MODEL_IMAGE_H
#define QB_MODEL_IMAGE_H

#include "harness/model/problem.h"

typedef enum qb_section {
    QB_SECTION_LINEAR,
    QB_SECTION_PAIR,
    QB_SECTION_TYPE,
    QB_SECTION_LOWER,
    QB_SECTION_UPPER,
    QB_SECTION_ROW_START,
    QB_SECTION_ROW_COLUMN,
    QB_SECTION_ROW_VALUE,
    QB_SECTION_ROW_LOWER,
    QB_SECTION_ROW_UPPER,
    QB_SECTION_COLUMN_OFFSET,
    QB_SECTION_ROW_OFFSET,
    QB_SECTION_COLUMN_POOL,
    QB_SECTION_ROW_POOL,
    QB_SECTION_NAME,
    QB_SECTION_FORMAT,
    QB_SECTIONS
} qb_section;

typedef struct qb_image {
    uint64_t magic, size;
    uint32_t kind, sense;
    uint32_t has_types, has_bounds; /* 0 or 1 */
    uint32_t columns, rows;
    uint64_t pairs, entries;
    uint64_t column_pool, row_pool; /* bytes; 0: unnamed */
    uint64_t name, format;          /* bytes, terminator included */
    double constant;
} qb_image;

#define QB_IMAGE_MAGIC UINT64_C(0x3130656c626f7271)

/* Where each section starts; at[QB_SECTIONS] is the size of all.  False on overflow. */
bool qb_image_layout(const qb_image *header, uint64_t at[QB_SECTIONS + 1]);

/* Points problem into an image whose header is laid out; checks nothing. */
void qb_image_bind(const qb_image *image, qb_problem *problem);

#endif
